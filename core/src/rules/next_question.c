/* next_question.c: candidates from what is missing, every answer of each tried on every card.
 *
 *   cards --evaluate--> missing --askable?--> candidates --answers (possible.c)--> score
 *
 * At most WM_QUESTION_CARDS_MAX cards are evaluated for at most POSSIBLE_MAX combinations of
 * answers of each candidate, and only those cards that miss one of its facts. */
#include "rules/next_question.h"

#include <stdlib.h>

#include "rules/possible.h"
#include "rules/suppose.h"

#define CANDIDATES_MAX 128
#define COMBINATIONS_MAX 64
#define PRICE_OF_ACTOR 12000

typedef struct candidate {
    const wm_askable *fact;
    wm_question_of of;
} candidate;

typedef struct chooser {
    const wm_question_input *in;
    wm_arena *arena;
    wm_arena trial;                                       /* of one combination of answers */
    const wm_question_card *cards[WM_QUESTION_CARDS_MAX]; /* those that are UNKNOWN */
    wm_verdict_result *before[WM_QUESTION_CARDS_MAX];
    int64_t weights[WM_QUESTION_CARDS_MAX];
    size_t card_count;
    candidate candidates[CANDIDATES_MAX];
    size_t candidate_count;
    wm_verdict_result after; /* of the trial in hand */
} chooser;

/* ---- what may be asked ---- */

static bool is_skipped(const wm_question_input *in, wm_str fact, wm_question_of of)
{
    for (size_t i = 0; i < in->skipped_count; i++) {
        if (in->skipped[i].of == of && wm_str_equal(in->skipped[i].fact, fact)) {
            return true;
        }
    }
    return false;
}

static bool is_with(const wm_askable *main, wm_str fact)
{
    for (uint32_t i = 0; i < main->with_count; i++) {
        if (wm_str_equal(main->with[i], fact)) {
            return true;
        }
    }
    return false;
}

static bool is_refused(const wm_question_input *in, wm_str fact, wm_question_of of)
{
    return is_skipped(in, fact, of) || wm_facts_how_given(in->facts[of], fact) == WM_GIVEN_DECLINED;
}

/* Who passes over a question passes over all of it: also what is asked in the same breath. */
static bool is_refused_with_another(const wm_question_input *in, wm_str fact, wm_question_of of)
{
    size_t count = wm_askables_count(in->askables);
    for (size_t i = 0; i < count; i++) {
        const wm_askable *main = wm_askables_at(in->askables, i);
        if (main->with_count > 0 && is_with(main, fact) && is_refused(in, main->id, of)) {
            return true;
        }
    }
    return false;
}

static bool may_ask(const wm_question_input *in, const wm_askable *fact, wm_question_of of)
{
    return (in->professional || !fact->professional) && !is_skipped(in, fact->id, of) &&
           wm_facts_how_given(in->facts[of], fact->id) <= WM_GIVEN_NOT_ASKED &&
           !is_refused_with_another(in, fact->id, of);
}

/* The fact to ask first for `fact`: itself, or the flag that it depends on. NULL: none. */
static const wm_askable *to_ask(const wm_question_input *in, const wm_askable *fact,
                                wm_question_of of)
{
    if (!may_ask(in, fact, of)) {
        return NULL;
    }
    if (fact->after.len == 0 || wm_facts_flag_is(in->facts[of], fact->after, true)) {
        return fact;
    }
    const wm_askable *first = wm_askables_find(in->askables, fact->after);
    bool leads = first != NULL && first->type == WM_FACT_FLAG && first->after.len == 0;
    return leads && may_ask(in, first, of) ? first : NULL;
}

static void add_candidate(chooser *c, wm_symbol missing, wm_question_of of)
{
    const wm_askable *fact =
        wm_askables_find(c->in->askables, wm_symbols_text(c->in->symbols, missing));
    fact = fact != NULL ? to_ask(c->in, fact, of) : NULL;
    for (size_t i = 0; fact != NULL && i < c->candidate_count; i++) {
        if (c->candidates[i].fact == fact && c->candidates[i].of == of) {
            return;
        }
    }
    if (fact != NULL && c->candidate_count < CANDIDATES_MAX) {
        c->candidates[c->candidate_count++] = (candidate){ fact, of };
    }
}

static int by_id_then_of(const void *a, const void *b)
{
    const candidate *left = a;
    const candidate *right = b;
    int order = wm_str_compare(left->fact->id, right->fact->id);
    return order != 0 ? order : (left->of > right->of) - (left->of < right->of);
}

static void collect_candidates(chooser *c)
{
    for (size_t i = 0; i < c->card_count; i++) {
        for (uint16_t m = 0; m < c->before[i]->missing_count; m++) {
            add_candidate(c, c->before[i]->missing[m], c->cards[i]->of);
        }
    }
    for (size_t i = 0; i < c->in->waiting_count; i++) {
        add_candidate(c, c->in->waiting[i], WM_OF_PERSON);
    }
    if (c->candidate_count > 0) {
        qsort(c->candidates, c->candidate_count, sizeof *c->candidates, by_id_then_of);
    }
}

/* ---- cards ---- */

static wm_evaluation evaluation_of(const chooser *c, const wm_facts *facts)
{
    return (wm_evaluation){ .symbols = c->in->symbols, .areas = c->in->areas, .facts = facts };
}

static bool evaluate_cards(chooser *c)
{
    const wm_question_input *in = c->in;
    size_t count = in->card_count < WM_QUESTION_CARDS_MAX ? in->card_count : WM_QUESTION_CARDS_MAX;
    for (size_t i = 0; i < count; i++) {
        wm_verdict_result *result = wm_arena_alloc(c->arena, sizeof *result);
        if (result == NULL) {
            return false;
        }
        wm_evaluation evaluation = evaluation_of(c, in->facts[in->cards[i].of]);
        wm_criteria_evaluate(&in->cards[i].criteria, &evaluation, result);
        if (result->verdict == WM_VERDICT_UNKNOWN) {
            c->cards[c->card_count] = &in->cards[i];
            c->before[c->card_count] = result;
            c->weights[c->card_count] =
                120 / ((int64_t)i + 4) / (in->cards[i].of == WM_OF_ACTOR ? 2 : 1);
            c->card_count++;
        }
    }
    return true;
}

static bool misses(const wm_verdict_result *result, wm_symbol fact)
{
    for (uint16_t i = 0; i < result->missing_count; i++) {
        if (result->missing[i] == fact) {
            return true;
        }
    }
    return false;
}

static bool is_waited_for(const chooser *c, wm_symbol fact, wm_question_of of)
{
    for (size_t i = 0; i < c->in->waiting_count && of == WM_OF_PERSON; i++) {
        if (c->in->waiting[i] == fact) {
            return true;
        }
    }
    return false;
}

static bool is_wanted(const chooser *c, wm_symbol fact, wm_question_of of)
{
    for (size_t i = 0; i < c->card_count; i++) {
        if (c->cards[i]->of == of && misses(c->before[i], fact)) {
            return true;
        }
    }
    return is_waited_for(c, fact, of);
}

/* ---- one question ---- */

typedef struct question {
    wm_question_of of;
    size_t part_count;
    const wm_askable *facts[1 + WM_QUESTION_TOGETHER_MAX];
    wm_symbol symbols[1 + WM_QUESTION_TOGETHER_MAX];
    bool follows[1 + WM_QUESTION_TOGETHER_MAX]; /* matters only if the first is yes */
    wm_possible *answers[1 + WM_QUESTION_TOGETHER_MAX];
    size_t answer_counts[1 + WM_QUESTION_TOGETHER_MAX];
} question;

static bool put_part(chooser *c, question *q, const wm_askable *fact, size_t room)
{
    wm_possible_input from = { .symbols = c->in->symbols,
                               .areas = c->in->areas,
                               .cards = c->cards,
                               .card_count = c->card_count,
                               .as_of = wm_facts_as_of(c->in->facts[q->of]),
                               .of = q->of };
    size_t at = q->part_count;
    q->facts[at] = fact;
    q->symbols[at] = wm_symbols_find(c->in->symbols, fact->id);
    q->answers[at] = wm_arena_array(c->arena, WM_POSSIBLE_MAX, sizeof(wm_possible));
    if (q->answers[at] == NULL) {
        return false;
    }
    q->answer_counts[at] = wm_possible_answers(&from, fact, q->answers[at]);
    q->part_count += at == 0 || q->answer_counts[at] <= room ? 1 : 0;
    return true;
}

/* The fact and its company: as many as can be tried in COMBINATIONS_MAX. */
static bool make_question(chooser *c, const candidate *main, question *q)
{
    *q = (question){ .of = main->of };
    bool whole = put_part(c, q, main->fact, COMBINATIONS_MAX);
    size_t combinations = whole ? q->answer_counts[0] : 1;
    size_t count = wm_askables_count(c->in->askables);
    for (size_t i = 0; whole && i < count && q->part_count <= WM_QUESTION_TOGETHER_MAX; i++) {
        const wm_askable *fact = wm_askables_at(c->in->askables, i);
        bool follows = fact->after.len > 0 && wm_str_equal(fact->after, main->fact->id);
        bool joins = follows || (fact->after.len == 0 && is_with(main->fact, fact->id));
        wm_symbol symbol = joins ? wm_symbols_find(c->in->symbols, fact->id) : WM_SYMBOL_NONE;
        if (symbol == WM_SYMBOL_NONE || !may_ask(c->in, fact, q->of) ||
            !is_wanted(c, symbol, q->of)) {
            continue;
        }
        size_t before = q->part_count;
        q->follows[before] = follows;
        whole = put_part(c, q, fact, COMBINATIONS_MAX / combinations);
        combinations *= q->part_count > before ? q->answer_counts[before] : 1;
    }
    return whole;
}

/* 2, 1 or 0: see next_question.h. `open`: one of the answers only helps. */
static int64_t settles(chooser *c, size_t card, const wm_facts *facts, bool open)
{
    wm_evaluation evaluation = evaluation_of(c, facts);
    wm_criteria_evaluate(&c->cards[card]->criteria, &evaluation, &c->after);
    if (c->after.verdict != WM_VERDICT_UNKNOWN) {
        return 2;
    }
    return open || c->after.missing_count < c->before[card]->missing_count ? 1 : 0;
}

static bool touches(const chooser *c, const question *q, size_t card)
{
    for (size_t i = 0; i < q->part_count; i++) {
        if (c->cards[card]->of == q->of && misses(c->before[card], q->symbols[i])) {
            return true;
        }
    }
    return false;
}

/* An answer that leaves open what a card misses is progress for that card. */
static bool leaves_open(const chooser *c, const question *q, const size_t *pick, size_t card)
{
    for (size_t i = 0; i < q->part_count; i++) {
        if (q->answers[i][pick[i]].open && misses(c->before[card], q->symbols[i])) {
            return true;
        }
    }
    return false;
}

/* One combination of answers: what it settles, times its prior. False: out of memory. */
static bool try_combination(chooser *c, const question *q, const size_t *pick, int64_t *gain)
{
    wm_supposed supposed[1 + WM_QUESTION_TOGETHER_MAX];
    size_t count = 0;
    int64_t prior = 1000;
    bool is_no = q->facts[0]->type == WM_FACT_FLAG && !q->answers[0][pick[0]].value.flag;
    for (size_t i = 0; i < q->part_count; i++) {
        const wm_possible *answer = &q->answers[i][pick[i]];
        prior = prior * answer->prior / 1000;
        if (!answer->open && !(is_no && q->follows[i])) {
            supposed[count++] = answer->value;
        }
    }
    wm_arena_reset(&c->trial);
    const wm_facts *facts =
        wm_facts_suppose(c->in->facts[q->of], c->in->areas, supposed, count, &c->trial);
    if (facts == NULL) {
        return false;
    }
    for (size_t card = 0; card < c->card_count && prior > 0; card++) {
        if (touches(c, q, card)) {
            *gain +=
                prior * settles(c, card, facts, leaves_open(c, q, pick, card)) * c->weights[card];
        }
    }
    return true;
}

static int64_t price_of(const question *q)
{
    static const int64_t prices[] = { 0, 3000, 12000, 30000, 60000 };
    uint8_t cost = 0;
    for (size_t i = 0; i < q->part_count; i++) {
        cost = q->facts[i]->cost > cost ? q->facts[i]->cost : cost;
    }
    return prices[cost];
}

static bool score_question(chooser *c, const question *q, int64_t *score_out)
{
    size_t pick[1 + WM_QUESTION_TOGETHER_MAX] = { 0 };
    int64_t gain = 0;
    for (bool more = true; more;) {
        if (!try_combination(c, q, pick, &gain)) {
            return false;
        }
        size_t digit = 0;
        while (digit < q->part_count && ++pick[digit] == q->answer_counts[digit]) {
            pick[digit++] = 0;
        }
        more = digit < q->part_count;
    }
    for (size_t i = 0; i < q->part_count; i++) {
        if (is_waited_for(c, q->symbols[i], q->of)) {
            gain += (int64_t)2000 * 30;
            break;
        }
    }
    *score_out = gain - price_of(q) - (q->of == WM_OF_ACTOR ? PRICE_OF_ACTOR : 0);
    return true;
}

bool wm_question_belongs(const wm_askable *main, const wm_askable *fact)
{
    return wm_str_equal(fact->after, main->id) || is_with(main, fact->id);
}

/* What was asked in the same breath as the last question, and is still wanted. */
static bool belongs_to_last(const chooser *c, const candidate *one)
{
    const wm_question_skip *last = c->in->last;
    const wm_askable *main =
        last != NULL && last->of == one->of ? wm_askables_find(c->in->askables, last->fact) : NULL;
    return main != NULL && wm_question_belongs(main, one->fact);
}

static bool is_better(const wm_question_choice *now, bool belongs, int64_t score)
{
    if (now->part_count > 0 && now->belongs != belongs) {
        return belongs;
    }
    return now->part_count > 0 ? score > now->score : belongs || score > 0;
}

static void put_choice(const chooser *c, const question *q, int64_t score,
                       wm_question_choice *choice)
{
    wm_possible_input from = {
        .symbols = c->in->symbols, .cards = c->cards, .card_count = c->card_count, .of = q->of
    };
    *choice = (wm_question_choice){ .of = q->of, .score = score, .part_count = q->part_count };
    for (size_t i = 0; i < q->part_count; i++) {
        wm_question_part *part = &choice->parts[i];
        part->fact = q->facts[i];
        part->term_count =
            wm_possible_terms(&from, q->facts[i], part->terms, WM_QUESTION_TERMS_MAX);
    }
}

wm_status wm_next_question(const wm_question_input *input, wm_arena *arena,
                           wm_question_choice *choice_out, wm_error *err)
{
    *choice_out = (wm_question_choice){ .part_count = 0 };
    chooser *c = wm_arena_alloc(arena, sizeof *c);
    if (c == NULL) {
        return wm_fail_memory(err);
    }
    c->in = input;
    c->arena = arena;
    wm_arena_init(&c->trial, arena->env, SIZE_MAX / 2);
    bool whole = evaluate_cards(c);
    if (whole) {
        collect_candidates(c);
    }
    for (size_t i = 0; whole && i < c->candidate_count; i++) {
        question q;
        int64_t score = 0;
        whole = make_question(c, &c->candidates[i], &q) && score_question(c, &q, &score);
        bool belongs = whole && belongs_to_last(c, &c->candidates[i]);
        if (whole && is_better(choice_out, belongs, score)) {
            put_choice(c, &q, score, choice_out);
            choice_out->belongs = belongs;
        }
    }
    wm_arena_fini(&c->trial);
    return whole ? WM_OK : wm_fail_memory(err);
}
