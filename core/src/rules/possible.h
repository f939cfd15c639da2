/* possible.h: the answers to one fact that could settle something, each with its prior. */
#ifndef WAYMARK_RULES_POSSIBLE_H
#define WAYMARK_RULES_POSSIBLE_H

#include "rules/next_question.h"
#include "rules/suppose.h"

#define WM_POSSIBLE_MAX 16

typedef struct wm_possible {
    uint32_t prior; /* per mille */
    bool open;      /* PEOPLE: somebody, of whom nothing more is known; `value` is not set */
    wm_supposed value;
} wm_possible;

typedef struct wm_possible_input {
    const wm_symbols *symbols;
    const wm_area_map *areas; /* may be NULL */
    const wm_question_card *const *cards;
    size_t card_count;
    wm_date as_of;
    wm_question_of of; /* cards of others are passed over */
} wm_possible_input;

/* Writes at least 1 and at most WM_POSSIBLE_MAX answers (next_question.h has the rules); returns
 * how many. Thresholds and terms beyond the room are left out, those of the best cards last. */
size_t wm_possible_answers(const wm_possible_input *input, const wm_askable *fact,
                           wm_possible *answers_out);

/* The terms or codes that cards name for a fact, each once, by text; at most `capacity`. */
size_t wm_possible_terms(const wm_possible_input *input, const wm_askable *fact,
                         wm_symbol *terms_out, size_t capacity);

#endif
