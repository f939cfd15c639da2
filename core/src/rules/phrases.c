/* phrases.c: see phrases.h. */
#include "rules/phrases.h"

#include "rules/facts.h"

/* No one is older: "16 to 120" means 16 or over. */
#define OLDEST_MONTHS (120 * 12)
#define PLACES_SHOWN 4

static void put_id(wm_buf *out, wm_str id)
{
    for (size_t i = 0; i < id.len; i++) {
        bool joint = id.ptr[i] == '_' || id.ptr[i] == '-';
        wm_buf_put(out, joint ? " " : id.ptr + i, 1);
    }
}

static void write_id(const wm_phrases *phrases, const void *context)
{
    put_id(phrases->out, *(const wm_str *)context);
}

void wm_phrase_word(const wm_phrases *phrases, wm_str (*look_up)(void *context, wm_str id),
                    wm_symbol id)
{
    wm_str text = wm_symbols_text(phrases->symbols, id);
    wm_str word = look_up != NULL ? look_up(phrases->words->context, text) : (wm_str){ NULL, 0 };
    if (word.len > 0) {
        wm_buf_put_str(phrases->out, word);
    } else {
        put_id(phrases->out, text);
    }
}

/* ---- ages and times ----------------------------------------------------------------------- */

typedef struct span {
    int32_t months;
    bool in_months; /* else in years where it is whole years, and these by their number alone */
} span;

static void write_number(const wm_phrases *phrases, const void *context)
{
    wm_buf_put_integer(phrases->out, *(const int32_t *)context);
}

static void tell_number(const wm_phrases *phrases, const char *id, int32_t number)
{
    wm_place_filling filling = { .name = "number", .write = write_number, .context = &number };
    wm_tell_with(phrases, id, &filling, 1);
}

static void write_years(const wm_phrases *phrases, const void *context)
{
    tell_number(phrases, "years", *(const int32_t *)context);
}

static void write_months(const wm_phrases *phrases, const void *context)
{
    int32_t months = *(const int32_t *)context;
    if (months == 1) {
        wm_tell(phrases, "month_one");
    } else {
        tell_number(phrases, "months", months);
    }
}

/* "26", "18 months", "4 years 6 months" */
static void write_span(const wm_phrases *phrases, const void *context)
{
    const span *s = context;
    int32_t years = s->months / 12;
    int32_t months = s->months % 12;
    if (!s->in_months && months == 0) {
        wm_buf_put_integer(phrases->out, years);
    } else if (s->months < 24) {
        write_months(phrases, &s->months);
    } else if (months == 0) {
        write_years(phrases, &years);
    } else {
        const wm_place_filling both[] = {
            { .name = "years", .write = write_years, .context = &years },
            { .name = "months", .write = write_months, .context = &months },
        };
        wm_tell_with(phrases, "years_months", both, 2);
    }
}

static wm_place_filling span_filling(const char *name, const span *s)
{
    return (wm_place_filling){ .name = name, .write = write_span, .context = s };
}

typedef struct known_age {
    span least;
    span most;
} known_age;

static void write_known_age(const wm_phrases *phrases, const void *context)
{
    const known_age *age = context;
    const wm_place_filling both[] = { span_filling("least", &age->least),
                                      span_filling("most", &age->most) };
    int32_t unit = age->least.in_months ? 1 : 12;
    if (!age->least.in_months && age->most.months == 0) {
        wm_tell(phrases, "known_under_one");
    } else if (age->most.months - age->least.months == unit) {
        wm_tell_with(phrases, "known_two", both, 2);
    } else if (age->most.months >= OLDEST_MONTHS) {
        wm_tell_with(phrases, "known_from", both, 2);
    } else if (age->most.months > age->least.months) {
        wm_tell_with(phrases, "known_between", both, 2);
    } else {
        write_span(phrases, &age->least);
    }
}

void wm_phrase_known_age(const wm_phrases *phrases, wm_months_span known, bool in_months)
{
    int32_t youngest = known.least;
    int32_t oldest = known.most;
    /* Months only where they are known: "26" may be any month of a year. */
    bool months = (in_months || oldest < 24) && oldest - youngest < 11;
    int32_t unit = months ? 1 : 12;
    known_age age = { { youngest - youngest % unit, months }, { oldest - oldest % unit, months } };
    if (months && oldest < 24) {
        wm_place_filling filling = { .name = "age", .write = write_known_age, .context = &age };
        wm_tell_with(phrases, "known_old", &filling, 1);
    } else {
        write_known_age(phrases, &age);
    }
}

typedef struct age_bounds {
    bool has_min;
    bool has_end;
    bool before; /* the end is written as "under" */
    span min;
    span last; /* what is said of the end */
} age_bounds;

/* In whole years "before 18" is said as "to 17" behind a min; alone it is "under 18". */
static age_bounds bounds_of(const wm_months_range *range, uint8_t flags)
{
    age_bounds bounds = {
        .has_min = range->has_min && range->min > 0,
        .has_end = range->has_end && range->end < OLDEST_MONTHS,
        .min = { range->min, (flags & WM_BOUND_MIN_YM) != 0 },
        .last = { range->end, (flags & WM_BOUND_END_YM) != 0 },
    };
    bool before = (flags & WM_BOUND_END_BEFORE) != 0;
    bounds.before = before && (bounds.last.in_months || !bounds.has_min);
    int32_t unit = bounds.last.in_months ? 1 : 12;
    bounds.last.months -= bounds.before ? 0 : unit;
    return bounds;
}

/* "16", "16 or 17", "16 to 25", "2 years to under 4 years 6 months" */
static const char *between_id(const age_bounds *bounds)
{
    bool years = !bounds->min.in_months && !bounds->last.in_months;
    if (years && bounds->last.months == bounds->min.months) {
        return "age_one";
    }
    if (years && bounds->last.months == bounds->min.months + 12) {
        return "age_two";
    }
    return bounds->before ? "age_between_under" : "age_between";
}

static void write_age_range(const wm_phrases *phrases, const void *context)
{
    const age_bounds *bounds = context;
    const wm_place_filling both[] = { span_filling("min", &bounds->min),
                                      span_filling("max", &bounds->last) };
    const char *id = !bounds->has_min && !bounds->has_end ? "age_any"
                     : !bounds->has_end                   ? "age_from"
                     : bounds->has_min                    ? between_id(bounds)
                     : bounds->before                     ? "age_under"
                                                          : "age_up_to";
    wm_tell_with(phrases, id, both, 2);
}

static void phrase_age(const wm_phrases *phrases, const wm_node *node)
{
    wm_months_range range = wm_program_range(phrases->criteria, node->arg, node->operand);
    age_bounds bounds = bounds_of(&range, node->arg);
    if ((node->arg & WM_BOUND_CUTOFF) == 0) {
        write_age_range(phrases, &bounds);
        return;
    }
    wm_place_filling aged = { .name = "aged", .write = write_age_range, .context = &bounds };
    wm_tell_with(phrases, "age_at_cutoff", &aged, 1);
}

static void write_event(const wm_phrases *phrases, const void *context)
{
    const wm_symbol *event = context;
    if (phrases->words->event != NULL) {
        wm_phrase_word(phrases, phrases->words->event, *event);
        return;
    }
    wm_str id = wm_symbols_text(phrases->symbols, *event);
    wm_place_filling filling = { .name = "event", .write = write_id, .context = &id };
    wm_tell_with(phrases, "this", &filling, 1);
}

/* Times are said with their unit: "12 months", "5 years". */
static void phrase_since(const wm_phrases *phrases, const wm_node *node)
{
    wm_months_range range = wm_program_range(phrases->criteria, node->arg, node->operand + 1U);
    wm_symbol event = wm_program_word(phrases->criteria, node->operand);
    span min = { range.min, true };
    span end = { range.end, true };
    const wm_place_filling fillings[] = {
        span_filling("min", &min),
        span_filling("end", &end),
        { .name = "event", .write = write_event, .context = &event },
    };
    bool from = range.has_min && range.min > 0;
    wm_tell_with(phrases,
                 from && range.has_end ? "since_between"
                 : from                ? "since_from"
                 : range.has_end       ? "since_within"
                                       : "since",
                 fillings, 3);
}

/* ---- places ------------------------------------------------------------------------------- */

static void tell_dimension(const wm_phrases *phrases, const void *context, size_t index)
{
    static const char *const ids[WM_DIMENSION_COUNT] = { "area_residence", "area_staying",
                                                         "area_gp", "area_school", "area_work" };
    unsigned mask = *(const uint8_t *)context;
    for (unsigned i = 0; i < WM_DIMENSION_COUNT; i++) {
        if ((mask >> i & 1U) != 0 && index-- == 0) {
            wm_tell(phrases, ids[i]);
            return;
        }
    }
}

static void write_dimensions(const wm_phrases *phrases, const void *context)
{
    const wm_node *node = context;
    wm_told_list list = { 0, tell_dimension, &node->arg, "comma", "or" };
    for (unsigned left = node->arg; left != 0; left &= left - 1) {
        list.count++;
    }
    wm_tell_list(phrases, &list);
}

static void tell_place(const wm_phrases *phrases, const void *context, size_t index)
{
    const wm_node *node = context;
    uint32_t count = wm_program_word(phrases->criteria, node->operand);
    if (count > PLACES_SHOWN && index == PLACES_SHOWN - 1) {
        tell_number(phrases, "more_places", (int32_t)(count - (PLACES_SHOWN - 1)));
        return;
    }
    wm_symbol code = wm_program_word(phrases->criteria, node->operand + 1U + (uint32_t)index);
    wm_phrase_word(phrases, phrases->words->locality, code);
}

static void write_places(const wm_phrases *phrases, const void *context)
{
    const wm_node *node = context;
    uint32_t count = wm_program_word(phrases->criteria, node->operand);
    wm_told_list list = { count < PLACES_SHOWN ? count : PLACES_SHOWN, tell_place, node, "comma",
                          "or" };
    wm_tell_list(phrases, &list);
}

static void phrase_area(const wm_phrases *phrases, const wm_node *node)
{
    const wm_place_filling fillings[] = {
        { .name = "how", .write = write_dimensions, .context = node },
        { .name = "places", .write = write_places, .context = node },
    };
    wm_tell_with(phrases, "area", fillings, 2);
}

/* ---- flags, terms and levels -------------------------------------------------------------- */

static void phrase_flag(const wm_phrases *phrases, const wm_node *node)
{
    wm_str name = wm_symbols_text(phrases->symbols, node->operand);
    const wm_words *words = phrases->words;
    wm_str phrase = words->flag != NULL ? words->flag(words->context, name) : (wm_str){ NULL, 0 };
    if (phrase.len > 0) {
        wm_buf_put_str(phrases->out, phrase);
    } else {
        wm_place_filling filling = { .name = "flag", .write = write_id, .context = &name };
        wm_tell_with(phrases, "flag", &filling, 1);
    }
}

static wm_str fact_of(const wm_phrases *phrases, const wm_node *node)
{
    return wm_symbols_text(phrases->symbols, wm_program_word(phrases->criteria, node->operand));
}

static void tell_term(const wm_phrases *phrases, const void *context, size_t index)
{
    const wm_node *node = context;
    const wm_words *words = phrases->words;
    wm_str term = wm_symbols_text(
        phrases->symbols, wm_program_word(phrases->criteria, node->operand + 2U + (uint32_t)index));
    wm_str label = words->term != NULL ? words->term(words->context, fact_of(phrases, node), term)
                                       : (wm_str){ NULL, 0 };
    if (label.len > 0) {
        wm_buf_put_str(phrases->out, label);
    } else {
        put_id(phrases->out, term);
    }
}

static void write_terms(const wm_phrases *phrases, const void *context)
{
    const wm_node *node = context;
    wm_told_list list = { wm_program_word(phrases->criteria, node->operand + 1U), tell_term, node,
                          "comma", "or" };
    wm_tell_list(phrases, &list);
}

static void phrase_terms(const wm_phrases *phrases, const wm_node *node)
{
    const wm_words *words = phrases->words;
    wm_str fact = fact_of(phrases, node);
    wm_str lead = words->lead != NULL ? words->lead(words->context, fact) : (wm_str){ NULL, 0 };
    const wm_place_filling fillings[] = {
        { .name = "terms", .write = write_terms, .context = node },
        { .name = "lead", .text = lead },
        { .name = "fact", .write = write_id, .context = &fact },
    };
    wm_tell_with(phrases,
                 lead.len > 0            ? "terms"
                 : node->op == WM_OP_HAS ? "terms_with"
                                         : "terms_of",
                 fillings, 3);
}

static void tell_level(const wm_phrases *phrases, const char *name)
{
    static const char *const ids[] = { "level_none",   "level_mild",     "level_moderate",
                                       "level_severe", "level_complex",  "level_low",
                                       "level_high",   "level_immediate" };
    const char *level = name != NULL ? name : "none";
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        if (strcmp(ids[i] + sizeof "level_" - 1, level) == 0) {
            wm_tell(phrases, ids[i]);
        }
    }
}

static void write_level_name(const wm_phrases *phrases, const void *context)
{
    tell_level(phrases, context);
}

static void write_level(const wm_phrases *phrases, const void *context)
{
    const wm_node *node = context;
    const char *least = wm_level_name(node->arg, node->operand & 0xff);
    const char *most = wm_level_name(node->arg, node->operand >> 8 & 0xff);
    const wm_place_filling both[] = {
        { .name = "least", .write = write_level_name, .context = least },
        { .name = "most", .write = write_level_name, .context = most },
    };
    uint32_t given = node->operand >> 16;
    if (given != 1 && given != 2 && least == most) {
        tell_level(phrases, least);
        return;
    }
    wm_tell_with(phrases,
                 given == 1   ? "level_from"
                 : given == 2 ? "level_up_to"
                              : "level_between",
                 both, 2);
}

static void phrase_level(const wm_phrases *phrases, const wm_node *node)
{
    wm_place_filling level = { .name = "level", .write = write_level, .context = node };
    wm_tell_with(phrases, node->arg == 0 ? "severity" : "risk", &level, 1);
}

/* ---- nodes -------------------------------------------------------------------------------- */

static void write_node(const wm_phrases *phrases, const void *context)
{
    wm_phrase_node(phrases, *(const size_t *)context);
}

static void write_person(const wm_phrases *phrases, const void *context)
{
    wm_str who = wm_symbols_text(phrases->symbols, *(const wm_symbol *)context);
    wm_tell(phrases, wm_str_is(who, "cared_for") ? "about_cared_for"
                     : wm_str_is(who, "child")   ? "about_child"
                     : wm_str_is(who, "parent")  ? "about_parent"
                                                 : "about_partner");
}

static void phrase_about(const wm_phrases *phrases, size_t at, const wm_node *node)
{
    size_t below = at + 1;
    wm_node that = wm_program_node(phrases->criteria, below);
    if (that.op == WM_OP_CONST && that.arg != 0) {
        write_person(phrases, &node->operand);
        return;
    }
    const wm_place_filling fillings[] = {
        { .name = "people", .write = write_person, .context = &node->operand },
        { .name = "that", .write = write_node, .context = &below },
    };
    wm_tell_with(phrases, "about_that", fillings, 2);
}

static void tell_child(const wm_phrases *phrases, const void *context, size_t index)
{
    size_t child = *(const size_t *)context + 1;
    for (size_t i = 0; i < index; i++) {
        child += wm_program_node(phrases->criteria, child).span;
    }
    wm_phrase_node(phrases, child);
}

static void write_children(const wm_phrases *phrases, const void *context)
{
    size_t at = *(const size_t *)context;
    wm_node node = wm_program_node(phrases->criteria, at);
    const char *join = node.op == WM_OP_ALL ? "and" : node.op == WM_OP_ANY ? "or" : "semicolon";
    wm_told_list list = { 0, tell_child, &at, join, join };
    for (size_t child = at + 1; child < at + node.span;
         child += wm_program_node(phrases->criteria, child).span) {
        list.count++;
    }
    wm_tell_list(phrases, &list);
}

static void phrase_children(const wm_phrases *phrases, size_t at, const wm_node *node)
{
    if (node->span == 1) {
        wm_tell(phrases, node->op == WM_OP_ALL ? "of_any_kind" : "of_no_kind");
        return;
    }
    if (node->op != WM_OP_ATLEAST) {
        write_children(phrases, &at);
        return;
    }
    int32_t number = (int32_t)node->operand;
    const wm_place_filling fillings[] = {
        { .name = "number", .write = write_number, .context = &number },
        { .name = "conditions", .write = write_children, .context = &at },
    };
    wm_tell_with(phrases, "atleast", fillings, 2);
}

static void phrase_check(const wm_phrases *phrases, const wm_node *node)
{
    wm_place_filling what = { .name = "what", .text = wm_program_text(phrases->criteria, node) };
    wm_tell_with(phrases, "that_check", &what, 1);
}

static void phrase_below(const wm_phrases *phrases, size_t at, const char *id)
{
    size_t below = at + 1;
    wm_place_filling who = { .name = "who", .write = write_node, .context = &below };
    wm_tell_with(phrases, id, &who, 1);
}

void wm_phrase_node(const wm_phrases *phrases, size_t at)
{
    wm_node node = wm_program_node(phrases->criteria, at);
    switch ((wm_op)node.op) {
    case WM_OP_ALL:
    case WM_OP_ANY:
    case WM_OP_ATLEAST: phrase_children(phrases, at, &node); break;
    case WM_OP_NOT: phrase_below(phrases, at, "other_than"); break;
    case WM_OP_CONST: wm_tell(phrases, node.arg != 0 ? "of_any_kind" : "of_no_kind"); break;
    case WM_OP_AGE: phrase_age(phrases, &node); break;
    case WM_OP_SINCE: phrase_since(phrases, &node); break;
    case WM_OP_AREA: phrase_area(phrases, &node); break;
    case WM_OP_IS: phrase_flag(phrases, &node); break;
    case WM_OP_IN:
    case WM_OP_HAS: phrase_terms(phrases, &node); break;
    case WM_OP_LEVEL: phrase_level(phrases, &node); break;
    case WM_OP_ABOUT: phrase_about(phrases, at, &node); break;
    case WM_OP_ACTOR: phrase_below(phrases, at, "actor"); break;
    case WM_OP_CHECK: phrase_check(phrases, &node); break;
    case WM_OP_NEED: /* in rules only, and these are not said in sentences */
    case WM_OP_QUERY:
    case WM_OP_CARD:
    case WM_OP_RESULT:
    default: break;
    }
}
