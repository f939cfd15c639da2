/* negation.c: "not suicidal" is not "suicidal"; "not sure if I am suicidal" may well be.
 *
 * The rules, in the order in which they are asked. Whatever is not plainly a denial is none: a
 * denial that we miss costs a card too many, one that we imagine may cost a life.
 *   1. Back from the phrase, over words that may stand between ("been", "feeling") and over earlier
 *      phrases that an "or" links to this one, the first other word is the negation, in the same
 *      clause.
 *   2. "no" before a person is an answer and denies nothing: "no i am not".
 *   3. It is no question, and nothing behind the phrase takes it back: "not suicidal yet".
 *   4. Nothing before it in the clause takes it back: another negation with no phrase in between
 *      ("not saying i am not"), "if", "can not", "would not". Before "without", a negation in any
 *      phrase does ("can't sleep without").
 *   5. It counts as reported if someone else is spoken of before it in the sentence, or says
 *      something anywhere before it. */
#include "negation.h"

#define NOWHERE SIZE_MAX
#define BETWEEN_MAX 8 /* words */

static bool has(const text_word *word, unsigned classes)
{
    return (word->classes & classes) != 0;
}

static bool links(const text_word *word)
{
    return wm_str_is(word->text, "or") || wm_str_is(word->text, "nor");
}

/* A clause begins with this word. */
static bool begins_clause(const text_word *word)
{
    return word->gap != WORD_GAP_SPACE;
}

/* "no" in "no, i am not": what follows is a person or another negation. */
static bool is_answer(const word_text *text, size_t at)
{
    if (!wm_str_is(text->words[at].text, "no") || at + 1 >= text->count) {
        return false;
    }
    const text_word *next = &text->words[at + 1];
    return wm_str_is(next->text, "i") || wm_str_is(next->text, "we") ||
           has(next, WORD_OTHERS | WORD_NEGATES);
}

/* The word that denies the phrase which begins at `first` (rules 1 and 2). */
static size_t find_negation(const word_text *text, size_t first)
{
    bool is_linked = false;
    size_t between = 0;
    for (size_t at = first; at > 0 && between <= BETWEEN_MAX; at--, between++) {
        const text_word *word = &text->words[at - 1];
        if (begins_clause(&text->words[at])) {
            return NOWHERE;
        }
        if (word->taken != 0) {
            if (!is_linked) {
                return NOWHERE;
            }
            continue;
        }
        if (has(word, WORD_NEGATES) && !links(word)) {
            return is_answer(text, at - 1) ? NOWHERE : at - 1;
        }
        if (!has(word, WORD_BETWEEN) && !links(word)) {
            return NOWHERE;
        }
        is_linked = links(word);
    }
    return NOWHERE;
}

static bool is_question(const word_text *text, size_t end)
{
    for (size_t at = end; at < text->count; at++) {
        if (text->words[at].gap >= WORD_GAP_SENTENCE) {
            return text->words[at].gap == WORD_GAP_QUESTION;
        }
    }
    return text->end == WORD_GAP_QUESTION;
}

static bool is_undone_after(const word_text *text, size_t end)
{
    return is_question(text, end) || (end < text->count && !begins_clause(&text->words[end]) &&
                                      has(&text->words[end], WORD_NOT_YET));
}

static bool is_undone_before(const word_text *text, size_t denial)
{
    bool is_without = wm_str_is(text->words[denial].text, "without");
    for (size_t at = denial; at > 0 && !begins_clause(&text->words[at]); at--) {
        const text_word *word = &text->words[at - 1];
        bool negates = has(word, WORD_NEGATES) && !is_answer(text, at - 1);
        if (is_without && negates) {
            return true;
        }
        if (word->taken != 0 || has(word, WORD_TURNS)) {
            if (!is_without || has(word, WORD_TURNS)) {
                return false;
            }
            continue;
        }
        if (negates || has(word, WORD_UNDOES)) {
            return true;
        }
    }
    return false;
}

static bool is_reported(const word_text *text, size_t denial)
{
    bool same_sentence = true;
    for (size_t at = denial + 1; at > 0; at--) {
        const text_word *word = &text->words[at - 1];
        if (has(word, WORD_SAYS) || (same_sentence && has(word, WORD_OTHERS))) {
            return true;
        }
        same_sentence = same_sentence && word->gap < WORD_GAP_SENTENCE;
    }
    return false;
}

negation negation_of(const word_text *text, size_t first, size_t end)
{
    size_t at = find_negation(text, first);
    if (at == NOWHERE || is_undone_after(text, end) || is_undone_before(text, at)) {
        return NEGATION_NONE;
    }
    return is_reported(text, at) ? NEGATION_REPORTED : NEGATION_OWN;
}
