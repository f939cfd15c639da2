/* possible.c: thresholds and terms are read off the compiled criteria of the cards.
 *
 * What is asked about another person (`about`) or of whoever asks (`actor`) is theirs, not this
 * person's: such nodes are passed over whole. */
#include "rules/possible.h"

#include "rules/program.h"

#define CUTS_MAX (WM_POSSIBLE_MAX - 2) /* bands between them, and "never" */
#define VALUES_MAX (WM_POSSIBLE_MAX - 1)
#define AGE_MONTHS_COUNTED (90 * 12)
#define MONTHS_ALL (150 * 12)

enum {
    PRIOR_FLAG = 250,
    PRIOR_SET = 400,
    PRIOR_EVENT = 300,
    PRIOR_AREA = 800,
    PRIOR_PEOPLE = 500,
    WHOLE = 1000
};

static uint32_t prior_of(const wm_askable *fact, uint32_t otherwise)
{
    return fact->prior != 0 ? fact->prior : otherwise;
}

/* ---- reading the criteria ---- */

typedef void (*visit_fn)(const wm_criteria *criteria, const wm_node *node, void *context);

/* Every node of the cards that speaks of the person in hand. */
static void each_node(const wm_possible_input *in, visit_fn visit, void *context)
{
    for (size_t i = 0; i < in->card_count; i++) {
        const wm_criteria *criteria = &in->cards[i]->criteria;
        for (size_t at = 0; at < criteria->node_count && in->cards[i]->of == in->of; at++) {
            wm_node node = wm_program_node(criteria, at);
            if (node.op == WM_OP_ABOUT || node.op == WM_OP_ACTOR) {
                at += node.span - 1U;
            } else {
                visit(criteria, &node, context);
            }
        }
    }
}

/* ---- thresholds ---- */

typedef struct cuts {
    wm_symbol fact; /* of SINCE; age needs none */
    uint8_t op;
    int32_t months[CUTS_MAX]; /* rising, each once */
    size_t count;
} cuts;

static void add_cut(cuts *list, int32_t months)
{
    size_t at = 0;
    while (at < list->count && list->months[at] < months) {
        at++;
    }
    bool is_there = at < list->count && list->months[at] == months;
    if (months <= 0 || months >= MONTHS_ALL || is_there || list->count == CUTS_MAX) {
        return;
    }
    memmove(&list->months[at + 1], &list->months[at], (list->count - at) * sizeof *list->months);
    list->months[at] = months;
    list->count++;
}

static void visit_cuts(const wm_criteria *criteria, const wm_node *node, void *context)
{
    cuts *list = context;
    if (node->op != list->op) {
        return;
    }
    size_t words = node->operand;
    if (node->op == WM_OP_SINCE && wm_program_word(criteria, words++) != list->fact) {
        return;
    }
    wm_months_range range = wm_program_range(criteria, node->arg, words);
    if (range.has_min) {
        add_cut(list, range.min);
    }
    if (range.has_end) {
        add_cut(list, range.end);
    }
}

static wm_date_range band_dates(wm_date as_of, const cuts *list, size_t band)
{
    wm_months_range range = { true, true, band == 0 ? 0 : list->months[band - 1],
                              band < list->count ? list->months[band] : MONTHS_ALL };
    wm_date_range dates = wm_dates_within(as_of, &range);
    dates.first = dates.first > WM_DATE_MIN ? dates.first : WM_DATE_MIN;
    dates.last = dates.last < as_of ? dates.last : as_of;
    dates.last = dates.last > dates.first ? dates.last : dates.first;
    return dates;
}

static size_t answer_age(const wm_possible_input *in, wm_supposed value, wm_possible *answers)
{
    cuts list = { .op = WM_OP_AGE };
    each_node(in, visit_cuts, &list);
    int32_t from = 0;
    for (size_t band = 0; band <= list.count; band++) {
        int32_t to = band < list.count ? list.months[band] : AGE_MONTHS_COUNTED;
        int32_t low = from < AGE_MONTHS_COUNTED ? from : AGE_MONTHS_COUNTED;
        int32_t high = to < AGE_MONTHS_COUNTED ? to : AGE_MONTHS_COUNTED;
        value.dates = band_dates(in->as_of, &list, band);
        answers[band] =
            (wm_possible){ .prior =
                               high > low ? (uint32_t)(high - low) * WHOLE / AGE_MONTHS_COUNTED : 0,
                           .value = value };
        from = to;
    }
    return list.count + 1;
}

static size_t answer_event(const wm_possible_input *in, const wm_askable *fact, wm_supposed value,
                           wm_possible *answers)
{
    cuts list = { .op = WM_OP_SINCE, .fact = value.fact };
    each_node(in, visit_cuts, &list);
    uint32_t happened = prior_of(fact, PRIOR_EVENT);
    for (size_t band = 0; band <= list.count; band++) {
        value.dates = band_dates(in->as_of, &list, band);
        answers[band] =
            (wm_possible){ .prior = happened / (uint32_t)(list.count + 1), .value = value };
    }
    value.none = true;
    answers[list.count + 1] = (wm_possible){ .prior = WHOLE - happened, .value = value };
    return list.count + 2;
}

/* ---- terms and codes ---- */

typedef struct terms {
    const wm_possible_input *in;
    wm_symbol fact; /* of IN and HAS */
    uint8_t dimension;
    uint8_t op;
    wm_symbol *items; /* by text, each once */
    size_t count;
    size_t capacity;
} terms;

static void add_term(terms *list, wm_symbol term)
{
    const wm_symbols *symbols = list->in->symbols;
    wm_str text = wm_symbols_text(symbols, term);
    size_t at = 0;
    while (at < list->count &&
           wm_str_compare(wm_symbols_text(symbols, list->items[at]), text) < 0) {
        at++;
    }
    if ((at < list->count && list->items[at] == term) || list->count == list->capacity) {
        return;
    }
    memmove(&list->items[at + 1], &list->items[at], (list->count - at) * sizeof *list->items);
    list->items[at] = term;
    list->count++;
}

static void visit_terms(const wm_criteria *criteria, const wm_node *node, void *context)
{
    terms *list = context;
    if (node->op != list->op) {
        return;
    }
    size_t words = node->operand;
    if (node->op == WM_OP_AREA ? (node->arg >> list->dimension & 1) == 0
                               : wm_program_word(criteria, words++) != list->fact) {
        return;
    }
    uint32_t count = wm_program_word(criteria, words++);
    for (uint32_t i = 0; i < count; i++) {
        add_term(list, wm_program_word(criteria, words + i));
    }
}

size_t wm_possible_terms(const wm_possible_input *input, const wm_askable *fact,
                         wm_symbol *terms_out, size_t capacity)
{
    static const uint8_t ops[] = { [WM_FACT_ONE] = WM_OP_IN,
                                   [WM_FACT_SET] = WM_OP_HAS,
                                   [WM_FACT_AREA] = WM_OP_AREA,
                                   [WM_FACT_PEOPLE] = 0 };
    wm_symbol symbol = wm_symbols_find(input->symbols, fact->id);
    terms list = {
        .in = input, .fact = symbol, .op = ops[fact->type], .items = terms_out, .capacity = capacity
    };
    bool is_area = fact->type == WM_FACT_AREA;
    if (is_area && (symbol < WM_SYMBOL_RESIDENCE_AREA || symbol > WM_SYMBOL_WORK_AREA)) {
        return 0;
    }
    list.dimension = is_area ? (uint8_t)(symbol - WM_SYMBOL_RESIDENCE_AREA) : 0;
    if (list.op != 0 && symbol != WM_SYMBOL_NONE) {
        each_node(input, visit_terms, &list);
    }
    return list.count;
}

/* Per mille of one term where the record says nothing. */
static uint32_t prior_of_term(const wm_possible_input *in, const wm_askable *fact, wm_symbol term,
                              uint32_t otherwise)
{
    wm_str text = wm_symbols_text(in->symbols, term);
    for (uint32_t i = 0; i < fact->term_count; i++) {
        if (wm_str_equal(fact->terms[i], text) && fact->priors[i] != 0) {
            return fact->priors[i];
        }
    }
    return otherwise;
}

/* Each of the terms, then any other: what is left of the whole. */
static size_t answer_terms(const wm_possible_input *in, const wm_askable *fact,
                           const wm_symbol *items, size_t count, uint32_t otherwise,
                           wm_supposed value, wm_possible *answers)
{
    uint32_t left = WHOLE;
    for (size_t i = 0; i < count; i++) {
        uint32_t prior = prior_of_term(in, fact, items[i], otherwise);
        prior = prior < left ? prior : left;
        left -= prior;
        value.term = items[i];
        answers[i] = (wm_possible){ .prior = prior, .value = value };
    }
    value.term = WM_SYMBOL_NONE;
    answers[count] = (wm_possible){ .prior = left, .value = value };
    return count + 1;
}

static size_t answer_choice(const wm_possible_input *in, const wm_askable *fact, wm_supposed value,
                            wm_possible *answers)
{
    wm_symbol items[VALUES_MAX];
    size_t count = wm_possible_terms(in, fact, items, VALUES_MAX);
    uint32_t otherwise =
        fact->type == WM_FACT_SET
            ? prior_of(fact, PRIOR_SET) / (uint32_t)(count > 0 ? count : 1)
            : WHOLE / (fact->term_count > count ? fact->term_count : (uint32_t)count + 1);
    return answer_terms(in, fact, items, count, otherwise, value, answers);
}

static bool holds_another(const wm_area_map *areas, const wm_symbol *codes, size_t count, size_t at)
{
    const wm_locality_tree *tree = areas != NULL ? wm_area_map_tree(areas) : NULL;
    wm_locality here = tree != NULL ? wm_area_map_find(areas, codes[at]) : WM_LOCALITY_NONE;
    for (size_t i = 0; i < count && here != WM_LOCALITY_NONE; i++) {
        wm_locality other = wm_area_map_find(areas, codes[i]);
        if (i != at && other != WM_LOCALITY_NONE && wm_locality_within(tree, other, here)) {
            return true;
        }
    }
    return false;
}

static size_t answer_area(const wm_possible_input *in, const wm_askable *fact, wm_supposed value,
                          wm_possible *answers)
{
    wm_symbol items[WM_QUESTION_TERMS_MAX];
    wm_symbol smallest[VALUES_MAX];
    size_t count = wm_possible_terms(in, fact, items, WM_QUESTION_TERMS_MAX);
    size_t kept = 0;
    for (size_t i = 0; i < count && kept < VALUES_MAX; i++) {
        if (!holds_another(in->areas, items, count, i)) {
            smallest[kept++] = items[i];
        }
    }
    uint32_t otherwise = PRIOR_AREA / (uint32_t)(kept > 0 ? kept : 1);
    return answer_terms(in, fact, smallest, kept, otherwise, value, answers);
}

/* ---- the rest ---- */

static size_t answer_flag(const wm_askable *fact, wm_supposed value, wm_possible *answers)
{
    uint32_t yes = prior_of(fact, PRIOR_FLAG);
    value.flag = true;
    answers[0] = (wm_possible){ .prior = yes, .value = value };
    value.flag = false;
    answers[1] = (wm_possible){ .prior = WHOLE - yes, .value = value };
    return 2;
}

static size_t answer_level(wm_supposed value, wm_possible *answers)
{
    unsigned scale = value.fact == WM_SYMBOL_RISK ? 1 : 0;
    unsigned steps = wm_level_steps(scale);
    for (unsigned i = 0; i < steps; i++) {
        value.step = (uint8_t)i;
        answers[i] = (wm_possible){ .prior = WHOLE / steps, .value = value };
    }
    return steps;
}

static size_t answer_people(const wm_askable *fact, wm_supposed value, wm_possible *answers)
{
    uint32_t somebody = prior_of(fact, PRIOR_PEOPLE);
    value.none = true;
    answers[0] = (wm_possible){ .prior = WHOLE - somebody, .value = value };
    answers[1] = (wm_possible){ .prior = somebody, .open = true, .value = value };
    return 2;
}

size_t wm_possible_answers(const wm_possible_input *input, const wm_askable *fact,
                           wm_possible *answers_out)
{
    wm_supposed value = { .fact = wm_symbols_find(input->symbols, fact->id),
                          .type = fact->type,
                          .term = WM_SYMBOL_NONE };
    switch (fact->type) {
    case WM_FACT_AGE: return answer_age(input, value, answers_out);
    case WM_FACT_AREA: return answer_area(input, fact, value, answers_out);
    case WM_FACT_ONE:
    case WM_FACT_SET: return answer_choice(input, fact, value, answers_out);
    case WM_FACT_LEVEL: return answer_level(value, answers_out);
    case WM_FACT_EVENT: return answer_event(input, fact, value, answers_out);
    case WM_FACT_PEOPLE: return answer_people(fact, value, answers_out);
    case WM_FACT_FLAG:
    default: return answer_flag(fact, value, answers_out);
    }
}
