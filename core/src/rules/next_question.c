/* next_question.c: candidates from what is missing, every answer of each tried on every card.
 *
 *   cards --evaluate--> missing --askable?--> candidates --answers (possible.c)--> score
 *
 * At most WM_QUESTION_CARDS_MAX cards are evaluated for at most COMBINATIONS_MAX combinations of
 * answers of each candidate, and only those cards that miss one of its facts. Cards with the same
 * criteria are tried as one of the weight of all; and a candidate that could not win even if each
 * of its answers settled everything is not tried. */
#include "rules/next_question.h"

#include <stdlib.h>

#include "rules/possible.h"
#include "rules/settles.h"
#include "rules/suppose.h"

#define CANDIDATES_MAX 128
#define COMBINATIONS_MAX 64
#define REFUSED_MAX 64
#define PRICE_OF_ACTOR 12000
#define GAIN_OF_WAITING ((int64_t)2000 * 30)
#define COMPANY_MAX 8

static const int64_t prices[] = { 0, 3000, 12000, 30000, 60000 }; /* by cost */

typedef struct candidate {
    const wm_askable *fact;
    wm_question_of of;
    int64_t most; /* its score is not above this */
} candidate;

/* A fact that some card misses. */
typedef struct missing {
    wm_symbol fact;
    wm_question_of of;
} missing;

typedef struct chooser {
    const wm_question_input *in;
    wm_arena *arena;
    const wm_question_card *cards[WM_QUESTION_CARDS_MAX]; /* those that are UNKNOWN, each once */
    wm_verdict_result *before[WM_QUESTION_CARDS_MAX];
    int64_t weights[WM_QUESTION_CARDS_MAX]; /* of all that have the same criteria */
    size_t card_count;
    missing seen[CANDIDATES_MAX];
    size_t seen_count;
    candidate candidates[CANDIDATES_MAX];
    size_t candidate_count;
    const wm_askable *refused[WM_OF_COUNT][REFUSED_MAX]; /* with all that is asked beside them */
    size_t refused_count[WM_OF_COUNT];
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
static void collect_refused(chooser *c, wm_question_of of)
{
    bool some = c->in->skipped_count > 0 || wm_facts_some_declined(c->in->facts[of]);
    size_t count = some ? wm_askables_count(c->in->askables) : 0;
    for (size_t i = 0; i < count && c->refused_count[of] < REFUSED_MAX; i++) {
        const wm_askable *main = wm_askables_at(c->in->askables, i);
        if (main->with_count > 0 && is_refused(c->in, main->id, of)) {
            c->refused[of][c->refused_count[of]++] = main;
        }
    }
}

static bool is_refused_with_another(const chooser *c, wm_str fact, wm_question_of of)
{
    for (size_t i = 0; i < c->refused_count[of]; i++) {
        if (is_with(c->refused[of][i], fact)) {
            return true;
        }
    }
    return false;
}

static bool may_ask(const chooser *c, const wm_askable *fact, wm_question_of of)
{
    return (c->in->professional || !fact->professional) && !is_skipped(c->in, fact->id, of) &&
           wm_facts_how_given(c->in->facts[of], fact->id) <= WM_GIVEN_NOT_ASKED &&
           !is_refused_with_another(c, fact->id, of);
}

/* The fact to ask first for `fact`: itself, or the flag that it depends on. NULL: none. */
static const wm_askable *to_ask(const chooser *c, const wm_askable *fact, wm_question_of of)
{
    if (!may_ask(c, fact, of)) {
        return NULL;
    }
    if (fact->after.len == 0 || wm_facts_flag_is(c->in->facts[of], fact->after, true)) {
        return fact;
    }
    const wm_askable *first = wm_askables_find(c->in->askables, fact->after);
    bool leads = first != NULL && first->type == WM_FACT_FLAG && first->after.len == 0;
    return leads && may_ask(c, first, of) ? first : NULL;
}

/* True the first time. */
static bool is_new(chooser *c, wm_symbol fact, wm_question_of of)
{
    for (size_t i = 0; i < c->seen_count; i++) {
        if (c->seen[i].fact == fact && c->seen[i].of == of) {
            return false;
        }
    }
    if (c->seen_count < CANDIDATES_MAX) {
        c->seen[c->seen_count++] = (missing){ fact, of };
    }
    return true;
}

static void add_candidate(chooser *c, wm_symbol symbol, wm_question_of of)
{
    if (!is_new(c, symbol, of)) {
        return;
    }
    const wm_askable *fact =
        wm_askables_find(c->in->askables, wm_symbols_text(c->in->symbols, symbol));
    fact = fact != NULL ? to_ask(c, fact, of) : NULL;
    for (size_t i = 0; fact != NULL && i < c->candidate_count; i++) {
        if (c->candidates[i].fact == fact && c->candidates[i].of == of) {
            return;
        }
    }
    if (fact != NULL && c->candidate_count < CANDIDATES_MAX) {
        c->candidates[c->candidate_count++] = (candidate){ fact, of, 0 };
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

static bool same_bytes(const void *a, const void *b, size_t length)
{
    return length == 0 || memcmp(a, b, length) == 0;
}

static bool same_criteria(const wm_question_card *a, const wm_question_card *b)
{
    const wm_criteria *one = &a->criteria;
    const wm_criteria *other = &b->criteria;
    return one->word_count == other->word_count && one->node_count == other->node_count &&
           same_bytes(one->words, other->words, (size_t)one->word_count * 4) &&
           same_bytes(one->nodes, other->nodes, (size_t)one->node_count * WM_PROGRAM_NODE_BYTES) &&
           a->of == b->of && one->for_everyone == other->for_everyone &&
           one->exclusion_count == other->exclusion_count &&
           same_bytes(one->excludes, other->excludes,
                      (size_t)one->exclusion_count * WM_PROGRAM_EXCLUSION_BYTES) &&
           one->text_bytes == other->text_bytes &&
           same_bytes(one->text, other->text, one->text_bytes);
}

/* Adds the weight of a card to one with the same criteria. False: there is none. */
static bool join_card(chooser *c, const wm_question_card *card, int64_t weight)
{
    for (size_t i = 0; i < c->card_count; i++) {
        if (same_criteria(c->cards[i], card)) {
            c->weights[i] += weight;
            return true;
        }
    }
    return false;
}

static bool evaluate_cards(chooser *c)
{
    const wm_question_input *in = c->in;
    wm_verdict_result *result = NULL;
    size_t count = in->card_count < WM_QUESTION_CARDS_MAX ? in->card_count : WM_QUESTION_CARDS_MAX;
    for (size_t i = 0; i < count; i++) {
        const wm_question_card *card = &in->cards[i];
        int64_t weight = 120 / ((int64_t)i + 4) / (card->of == WM_OF_ACTOR ? 2 : 1);
        if (join_card(c, card, weight)) {
            continue;
        }
        result = result != NULL ? result : wm_arena_take(c->arena, sizeof *result);
        if (result == NULL) {
            return false;
        }
        wm_evaluation evaluation = evaluation_of(c, in->facts[card->of]);
        wm_criteria_evaluate(&card->criteria, &evaluation, result);
        if (result->verdict == WM_VERDICT_UNKNOWN) {
            c->cards[c->card_count] = card;
            c->before[c->card_count] = result;
            c->weights[c->card_count++] = weight;
            result = NULL;
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
    uint8_t touched[WM_QUESTION_CARDS_MAX]; /* the cards that miss one of the facts */
    size_t touched_count;
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
    for (uint32_t i = 0; whole && i < main->fact->company_count; i++) {
        const wm_askable *fact = main->fact->company[i];
        wm_symbol symbol = wm_symbols_find(c->in->symbols, fact->id);
        if (q->part_count > WM_QUESTION_TOGETHER_MAX) {
            break;
        }
        if (symbol == WM_SYMBOL_NONE || !may_ask(c, fact, q->of) || !is_wanted(c, symbol, q->of)) {
            continue;
        }
        size_t before = q->part_count;
        q->follows[before] = fact->after.len > 0;
        whole = put_part(c, q, fact, COMBINATIONS_MAX / combinations);
        combinations *= q->part_count > before ? q->answer_counts[before] : 1;
    }
    return whole;
}

/* Some fact that was missing is not any more. What is unknown after an answer was so before it: so
 * nothing else is missing than before, and if it is not one of the question's facts, they must be
 * counted. */
static bool misses_less(const chooser *c, const question *q, size_t card,
                        const wm_settling *settling)
{
    for (size_t i = 0; i < q->part_count; i++) {
        if (misses(c->before[card], q->symbols[i]) && !wm_is_missing(settling, q->symbols[i])) {
            return true;
        }
    }
    wm_verdict_result after;
    wm_criteria_evaluate(settling->criteria, settling->evaluation, &after);
    return after.missing_count < c->before[card]->missing_count;
}

/* 2, 1 or 0: see next_question.h. `open`: one of the answers only helps. */
static int64_t settles(const chooser *c, const question *q, size_t card, const wm_facts *facts,
                       bool open)
{
    wm_evaluation evaluation = evaluation_of(c, facts);
    wm_settling settling = { .criteria = &c->cards[card]->criteria,
                             .evaluation = &evaluation,
                             .before = c->before[card]->truth,
                             .facts = q->symbols,
                             .fact_count = q->part_count };
    if (!wm_is_unknown(&settling)) {
        return 2;
    }
    return open || misses_less(c, q, card, &settling) ? 1 : 0;
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

/* One combination of answers: what it settles, times its prior. */
static int64_t try_combination(const chooser *c, const question *q, const size_t *pick,
                               wm_trial *trial)
{
    int64_t prior = 1000;
    int64_t gain = 0;
    bool is_no = q->facts[0]->type == WM_FACT_FLAG && !q->answers[0][pick[0]].value.flag;
    for (size_t i = 0; i < q->part_count; i++) {
        const wm_possible *answer = &q->answers[i][pick[i]];
        bool known = !answer->open && !(is_no && q->follows[i]);
        prior = prior * answer->prior / 1000;
        wm_trial_answer(trial, i, c->in->areas, known ? &answer->value : NULL);
    }
    for (size_t i = 0; i < q->touched_count && prior > 0; i++) {
        size_t card = q->touched[i];
        bool open = leaves_open(c, q, pick, card);
        gain += prior * settles(c, q, card, wm_trial_facts(trial), open) * c->weights[card];
    }
    return gain;
}

static int64_t price_of(const question *q)
{
    uint8_t cost = 0;
    for (size_t i = 0; i < q->part_count; i++) {
        cost = q->facts[i]->cost > cost ? q->facts[i]->cost : cost;
    }
    return prices[cost];
}

static int64_t gain_of_waiting(const chooser *c, const question *q)
{
    for (size_t i = 0; i < q->part_count; i++) {
        if (is_waited_for(c, q->symbols[i], q->of)) {
            return GAIN_OF_WAITING;
        }
    }
    return 0;
}

/* False: out of memory. */
static bool score_question(const chooser *c, question *q, int64_t *score_out)
{
    size_t pick[1 + WM_QUESTION_TOGETHER_MAX] = { 0 };
    int64_t gain = 0;
    wm_trial *trial = wm_trial_new(c->in->facts[q->of], q->symbols, q->part_count, c->arena);
    if (trial == NULL) {
        return false;
    }
    for (size_t card = 0; card < c->card_count; card++) {
        if (touches(c, q, card)) {
            q->touched[q->touched_count++] = (uint8_t)card;
        }
    }
    for (bool more = true; more;) {
        gain += try_combination(c, q, pick, trial);
        size_t digit = 0;
        while (digit < q->part_count && ++pick[digit] == q->answer_counts[digit]) {
            pick[digit++] = 0;
        }
        more = digit < q->part_count;
    }
    *score_out =
        gain + gain_of_waiting(c, q) - price_of(q) - (q->of == WM_OF_ACTOR ? PRICE_OF_ACTOR : 0);
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

/* ---- the best ---- */

/* What it would score if each answer settled every card that it could touch. */
static int64_t most_of(const chooser *c, const candidate *one)
{
    wm_symbol facts[1 + COMPANY_MAX] = { wm_symbols_find(c->in->symbols, one->fact->id) };
    bool few = one->fact->company_count <= COMPANY_MAX;
    size_t count = 1;
    int64_t weight = 0;
    for (uint32_t i = 0; few && i < one->fact->company_count; i++) {
        facts[count++] = wm_symbols_find(c->in->symbols, one->fact->company[i]->id);
    }
    bool waited = !few;
    for (size_t i = 0; i < count; i++) {
        waited = waited || is_waited_for(c, facts[i], one->of);
    }
    for (size_t i = 0; i < c->card_count; i++) {
        bool touched = !few;
        for (size_t k = 0; k < count && !touched; k++) {
            touched = misses(c->before[i], facts[k]);
        }
        weight += touched && c->cards[i]->of == one->of ? c->weights[i] : 0;
    }
    return 2000 * weight + (waited ? GAIN_OF_WAITING : 0) - prices[one->fact->cost] -
           (one->of == WM_OF_ACTOR ? PRICE_OF_ACTOR : 0);
}

typedef struct winner {
    size_t at; /* among the candidates: of equal ones the first */
    bool is_there;
    bool belongs;
    int64_t score;
} winner;

static bool is_better(const winner *now, size_t at, bool belongs, int64_t score)
{
    if (!now->is_there) {
        return belongs || score > 0;
    }
    if (now->belongs != belongs) {
        return belongs;
    }
    return score > now->score || (score == now->score && at < now->at);
}

/* The next by what they could score. */
static size_t take_promising(const chooser *c, bool *taken)
{
    size_t best = c->candidate_count;
    for (size_t i = 0; i < c->candidate_count; i++) {
        bool more = best == c->candidate_count || c->candidates[i].most > c->candidates[best].most;
        best = !taken[i] && more ? i : best;
    }
    taken[best] = true;
    return best;
}

/* False: out of memory. */
static bool try_candidate(chooser *c, size_t at, winner *now, wm_question_choice *choice)
{
    question q;
    int64_t score = 0;
    bool belongs = belongs_to_last(c, &c->candidates[at]);
    if (!is_better(now, at, belongs, c->candidates[at].most)) {
        return true;
    }
    if (!make_question(c, &c->candidates[at], &q) || !score_question(c, &q, &score)) {
        return false;
    }
    if (is_better(now, at, belongs, score)) {
        *now = (winner){ at, true, belongs, score };
        put_choice(c, &q, score, choice);
        choice->belongs = belongs;
    }
    return true;
}

wm_status wm_next_question(const wm_question_input *input, wm_arena *arena,
                           wm_question_choice *choice_out, wm_error *err)
{
    bool taken[CANDIDATES_MAX] = { false };
    winner now = { .is_there = false };
    *choice_out = (wm_question_choice){ .part_count = 0 };
    chooser *c = wm_arena_alloc(arena, sizeof *c);
    if (c == NULL) {
        return wm_fail_memory(err);
    }
    c->in = input;
    c->arena = arena;
    bool whole = evaluate_cards(c);
    if (whole) {
        collect_refused(c, WM_OF_PERSON);
        collect_refused(c, WM_OF_ACTOR);
        collect_candidates(c);
    }
    for (size_t i = 0; i < c->candidate_count; i++) {
        c->candidates[i].most = most_of(c, &c->candidates[i]);
    }
    for (size_t i = 0; whole && i < c->candidate_count; i++) {
        whole = try_candidate(c, take_promising(c, taken), &now, choice_out);
    }
    return whole ? WM_OK : wm_fail_memory(err);
}
