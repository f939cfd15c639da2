/* question.h: the next question of an answer, in words.
 *
 *   {"fact","of"?,"type","text","why","options":[{"value","label"}..],"together":[{the same}..],
 *    "belongs":true?}
 *
 * `of` is "actor" where it is asked of whoever asks, about themselves; else it is left out. An
 * option's value is what the fact may be set to, but for a set: there it is one term, and the last
 * option is the set that says "none of these". `together` stands only on the main question;
 * "only_if_yes":true stands on those that matter only where the main one is answered yes.
 * "belongs" says that this is still part of the question before. */
#ifndef WAYMARK_ASK_QUESTION_H
#define WAYMARK_ASK_QUESTION_H

#include "ask/inquiry.h"
#include "rules/next_question.h"

#define WM_QUESTIONS_MAX 6 /* in one interview */

/* Why there is no question. */
typedef enum wm_no_question {
    WM_QUESTION_IS_ASKED,
    WM_QUESTION_NONE_LEFT, /* nothing that may be asked would settle enough */
    WM_QUESTION_ENOUGH,    /* WM_QUESTIONS_MAX were asked */
    WM_QUESTION_HELD       /* a rule holds questions back until the person asks to go on */
} wm_no_question;

/* What an interview knows beside its query, and what it learns of the answer. All zero: a plain
 * find. */
typedef struct wm_asking {
    const wm_question_skip *skipped;
    size_t skipped_count;
    const wm_question_skip *last; /* the question that was answered last; NULL: none */
    size_t asked;                 /* questions so far */
    bool go_on;                   /* the person has asked to go on: nothing is held back any more */
    /* filled in with the answer: */
    wm_no_question none;
    bool until_seen;  /* what stands under SAFETY is to be seen before the question is */
    size_t decided;   /* cards whose verdict more facts of the person cannot change */
    size_t open;      /* cards that are UNKNOWN */
    wm_buf *question; /* NULL, or: the same question is put here, too; nothing if there is none */
} wm_asking;

/* Chooses and writes "next_question" and its value into the open object; nothing if there is none.
 * After wm_inquiry_run. */
WM_MUST_USE wm_status wm_question_write(wm_inquiry *inquiry, wm_asking *asking, wm_json_out *out);

#endif
