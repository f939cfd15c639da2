/* next_question.h: which question settles most (CRITERIA, "Next question").
 *
 * Pure: no I/O, no clock, integers only. The same cards, facts and registry give the same question
 * on every machine: nothing depends on the number of a symbol.
 *
 *   score(question) = sum over answers a, sum over cards c:  prior(a) * settles(a, c) * weight(c)
 *                     + 2000 * 30, where a rule waits for one of its facts
 *                     - price(cost of the most intrusive of its facts)
 *                     - 12000, where it is asked of whoever asks: the person comes first
 *
 *   weight(c)       120 / (rank + 4), by integer division; rank 0 is the best card: 30 24 20 17 15
 *                   13 12 10 10 9 ... 3. The first three weigh as much as the next six. Half of it
 *                   for what is for whoever asks
 *   settles(a, c)   2 if the card is decided once `a` is known (any verdict but UNKNOWN), 1 if less
 *                   is missing than before ("partial progress counts half"), else 0
 *   prior(a)        per mille; those of one question add up to 1000, but for rounding down
 *   price(cost)     0, 3000, 12000, 30000, 60000: a cost of 3 must be worth half of the best card
 *                   and a cost of 4 all of it
 *
 * What belongs to the question that was answered last comes before all others, whatever its score:
 * it is still the same question. Else the highest score wins, if it is above 0; of equal ones the
 * first by id, and the person's before the asker's.
 *
 * Answers that are tried, where `prior` is what the record says, else the default:
 *
 *   flag     yes (prior, default 250), no
 *   one      each term that a card names (its own prior, default 1000 / options); any other
 *   set      each term that a card names, alone (prior, default 400, in equal parts); none of them
 *   age      bands between the thresholds that cards name, by their width up to 90 years
 *   event    never (1000 - prior; default 300); bands between thresholds, in equal parts
 *   level    each step, in equal parts
 *   area     each code that a card names and that holds no other (800, in equal parts); elsewhere
 *   people   nobody (1000 - prior; default 500); somebody, of whom nothing more is known: progress
 *
 * A question is one fact, with those that are asked in the same breath: what its record names in
 * `with`, and facts that name it in `after`, which only matter where it is answered yes. All
 * combinations of their answers are tried. A fact with `after` is never asked before that flag: the
 * flag is asked in its place. Where a fact was skipped or declined, what its record names in `with`
 * is not asked either: it was the same question. */
#ifndef WAYMARK_RULES_NEXT_QUESTION_H
#define WAYMARK_RULES_NEXT_QUESTION_H

#include "rules/askable.h"

#define WM_QUESTION_CARDS_MAX 30
#define WM_QUESTION_TOGETHER_MAX 3
#define WM_QUESTION_TERMS_MAX 32

/* Whose facts: those of the person the answer is for, or of whoever asks. */
typedef enum wm_question_of { WM_OF_PERSON, WM_OF_ACTOR, WM_OF_COUNT } wm_question_of;

typedef struct wm_question_card {
    wm_criteria criteria;
    wm_question_of of;
} wm_question_card;

/* A fact that may not be asked now. */
typedef struct wm_question_skip {
    wm_str fact;
    wm_question_of of;
} wm_question_skip;

typedef struct wm_question_input {
    const wm_symbols *symbols;
    const wm_area_map *areas; /* may be NULL */
    const wm_askables *askables;
    const wm_facts *facts[WM_OF_COUNT];
    const wm_question_card *cards; /* best first; those that are not UNKNOWN are passed over */
    size_t card_count;             /* beyond WM_QUESTION_CARDS_MAX none counts */
    const wm_symbol *waiting;      /* facts of the person that rules wait for */
    size_t waiting_count;
    const wm_question_skip *skipped;
    size_t skipped_count;
    const wm_question_skip *last; /* the question that was answered last; NULL: none */
    bool professional;            /* a professional asks, from an edition for professionals */
} wm_question_input;

typedef struct wm_question_part {
    const wm_askable *fact;
    wm_symbol terms[WM_QUESTION_TERMS_MAX]; /* ONE, SET: those that cards name, by text */
    size_t term_count;                      /* WM_QUESTION_TERMS_MAX: perhaps more */
} wm_question_part;

typedef struct wm_question_choice {
    wm_question_of of;
    int64_t score;
    bool belongs;      /* to the question that was answered last */
    size_t part_count; /* 0: there is nothing to ask */
    wm_question_part parts[1 + WM_QUESTION_TOGETHER_MAX]; /* the main one first */
} wm_question_choice;

/* `fact` is asked in the same breath as `main`. */
bool wm_question_belongs(const wm_askable *main, const wm_askable *fact);

/* Scratch memory is the arena's. WM_NO_MEMORY only. */
WM_MUST_USE wm_status wm_next_question(const wm_question_input *input, wm_arena *arena,
                                       wm_question_choice *choice_out, wm_error *err);

#endif
