/* compile_leaves.c: the leaves of criteria: what they may say, and their operands. */
#include "rules/compiler.h"

#include <stdio.h>

/* ---- problems ----------------------------------------------------------------------------- */

wm_status wm_compile_problem(wm_compiler *c, const char *code, const char *text, const char *remedy)
{
    c->problems++;
    wm_problem found = { code, c->path.text, text, remedy };
    return c->sink->put(c->sink->context, &found, c->err);
}

/* "expected X, found Y" */
wm_status wm_compile_unexpected(wm_compiler *c, const char *code, const char *expected,
                                const wm_json *found)
{
    char text[320];
    char short_text[WM_FOUND_BYTES];
    (void)snprintf(text, sizeof text, "expected %s, found %s", expected,
                   wm_describe(found, short_text));
    return wm_compile_problem(c, code, text, "");
}

/* The same at a member of the object that the path names. */
wm_status wm_compile_unexpected_member(wm_compiler *c, wm_str name, const char *code,
                                       const char *expected, const wm_json *found)
{
    size_t mark = wm_path_member(&c->path, name);
    wm_status status = wm_compile_unexpected(c, code, expected, found);
    wm_path_back(&c->path, mark);
    return status;
}

/* Every member's name must be among `names` (NULL at the end); "x_" is free. */
wm_status wm_compile_only_members(wm_compiler *c, const wm_json *object, const char *const *names,
                                  const char *expected)
{
    wm_status status = WM_OK;
    for (uint32_t i = 0; i < object->count && status == WM_OK; i++) {
        wm_str name = object->as.members[i].name;
        bool known = wm_str_starts(name, WM_STR("x_"));
        for (size_t k = 0; names[k] != NULL && !known; k++) {
            known = wm_str_is(name, names[k]);
        }
        if (!known) {
            status = wm_compile_unexpected_member(c, name, "unknown_field", expected,
                                                  &object->as.members[i].value);
        }
    }
    return status;
}

/* ---- emitting ----------------------------------------------------------------------------- */

uint32_t wm_compile_word_at(const wm_compiler *c)
{
    return (uint32_t)(c->words.len / 4);
}

void wm_compile_put_32(wm_buf *buf, uint32_t value)
{
    uint8_t bytes[4] = { (uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
                         (uint8_t)(value >> 24) };
    wm_buf_put(buf, bytes, sizeof bytes);
}

wm_status wm_compile_intern(wm_compiler *c, wm_str text, wm_symbol *symbol_out)
{
    return wm_symbols_intern(c->context->symbols, text, symbol_out, c->err);
}

wm_status wm_compile_put_symbol(wm_compiler *c, wm_str text)
{
    wm_symbol symbol = WM_SYMBOL_NONE;
    wm_status status = wm_compile_intern(c, text, &symbol);
    if (status == WM_OK) {
        wm_compile_put_32(&c->words, symbol);
    }
    return status;
}

/* ---- facts and terms ---------------------------------------------------------------------- */

static bool is_fixed_fact(wm_str name)
{
    for (wm_symbol i = 0; i < WM_SYMBOL_FIXED_COUNT; i++) {
        if (wm_str_is(name, wm_fixed_name(i))) {
            return true;
        }
    }
    return wm_str_is(name, "as_of") || wm_str_starts(name, WM_STR("?"));
}

/* The path names the value in which `name` stands. */
wm_status wm_compile_check_fact(wm_compiler *c, wm_str name, wm_fact_type type)
{
    char text[320];
    if (name.len == 0 || name.len > WM_ID_BYTES_MAX) {
        (void)snprintf(text, sizeof text, "expected the name of a fact, found %zu bytes", name.len);
        return wm_compile_problem(c, "bad_fact", text, "");
    }
    wm_fact_type found = type;
    if (c->context->registry != NULL &&
        !wm_fact_registry_find(c->context->registry, name, &found)) {
        (void)snprintf(text, sizeof text, "expected a fact of the directory, found \"%.*s\"",
                       WM_STR_ARG(name));
        return wm_compile_problem(c, "unknown_fact", text,
                                  "add a fact record, or use one that is there");
    }
    bool fixed = is_fixed_fact(name) && type != WM_FACT_AGE && type != WM_FACT_LEVEL;
    if (found != type || fixed) {
        (void)snprintf(text, sizeof text, "expected a fact of type %s, found \"%.*s\"%s%s",
                       wm_fact_type_name(type), WM_STR_ARG(name), found != type ? " of type " : "",
                       found != type ? wm_fact_type_name(found) : "");
        return wm_compile_problem(c, "fact_type", text, "use the node that fits the fact's type");
    }
    return WM_OK;
}

static wm_status check_term(wm_compiler *c, wm_str fact, wm_str term)
{
    if (c->context->registry == NULL ||
        wm_fact_registry_has_term(c->context->registry, fact, term)) {
        return WM_OK;
    }
    char text[320];
    (void)snprintf(text, sizeof text, "expected one of the options of %.*s, found \"%.*s\"",
                   WM_STR_ARG(fact), WM_STR_ARG(term));
    return wm_compile_problem(c, "unknown_term", text,
                              "add the option to the fact, or use one that is there");
}

/* A list of strings as words: count, symbols. fact: NULL for locality codes. */
static wm_status put_terms(wm_compiler *c, const wm_json *list, const wm_str *fact,
                           const char *expected)
{
    if (!wm_json_is(list, WM_JSON_ARRAY) || list->count == 0 || list->count > WM_LIST_ITEMS_MAX) {
        wm_compile_put_32(&c->words, 0);
        return wm_compile_unexpected(c, "bad_type", expected, list);
    }
    wm_compile_put_32(&c->words, list->count);
    wm_status status = WM_OK;
    for (uint32_t i = 0; i < list->count && status == WM_OK; i++) {
        size_t mark = wm_path_item(&c->path, i);
        wm_str term = wm_json_string(&list->as.items[i]);
        if (term.len == 0 || term.len > WM_ID_BYTES_MAX) {
            status =
                wm_compile_unexpected(c, "bad_type", "a name of 1 to 80 bytes", &list->as.items[i]);
        } else {
            status = fact != NULL ? check_term(c, *fact, term) : WM_OK;
        }
        if (status == WM_OK) {
            status = wm_compile_put_symbol(c, term);
        }
        wm_path_back(&c->path, mark);
    }
    return status;
}

wm_status wm_compile_put_names(wm_compiler *c, const wm_json *list, const char *expected)
{
    return put_terms(c, list, NULL, expected);
}

/* ---- ages and times ----------------------------------------------------------------------- */

/* A whole number of years, or {"y","m"}. months_out: 0 to WM_MONTHS_MAX. */
static wm_status read_months(wm_compiler *c, const wm_json *value, int32_t *months_out,
                             bool *ym_out)
{
    static const char expected[] = "0 to 150 years, or {\"y\",\"m\"} of at most 1800 months";
    int64_t years = wm_json_integer(value, -1);
    int64_t months = 0;
    *ym_out = wm_json_is(value, WM_JSON_OBJECT);
    if (*ym_out) {
        const wm_json *y = wm_json_get(value, "y");
        const wm_json *m = wm_json_get(value, "m");
        years = y != NULL ? wm_json_integer(y, -1) : 0;
        months = m != NULL ? wm_json_integer(m, -1) : 0;
        if (value->count == 0 || value->count != (y != NULL) + (uint32_t)(m != NULL)) {
            return wm_compile_unexpected(c, "bad_type", expected, value);
        }
    } else if (!wm_json_is(value, WM_JSON_INTEGER)) {
        return wm_compile_unexpected(c, "bad_type", expected, value);
    }
    if (years < 0 || years > WM_YEARS_MAX || months < 0 || months > WM_MONTHS_MAX ||
        years * 12 + months > WM_MONTHS_MAX) {
        return wm_compile_unexpected(c, "bad_range", expected, value);
    }
    *months_out = (int32_t)(years * 12 + months);
    return WM_OK;
}

typedef struct bound {
    const char *name;
    uint8_t flag;
    uint8_t ym_flag;
    bool inclusive; /* the end is that many months plus one of its own unit */
} bound;

/* Reads a bound if it is there; sets its flags. */
static wm_status read_bound(wm_compiler *c, const wm_json *object, const bound *form,
                            uint8_t *flags, int32_t *months_out)
{
    const wm_json *value = wm_json_get(object, form->name);
    if (value == NULL) {
        return WM_OK;
    }
    bool ym = false;
    size_t mark = wm_path_member(&c->path, wm_str_of(form->name));
    wm_status status = read_months(c, value, months_out, &ym);
    wm_path_back(&c->path, mark);
    *flags = (uint8_t)(*flags | form->flag | (ym ? form->ym_flag : 0));
    if (form->inclusive) {
        *months_out += ym ? 1 : 12;
    }
    return status;
}

static const bound bound_min = { "min", WM_BOUND_MIN, WM_BOUND_MIN_YM, false };

static wm_status compile_age(wm_compiler *c, const wm_json *value, size_t at)
{
    static const char *const names[] = { "min", "max", "before", "on", NULL };
    static const bound bound_max = { "max", WM_BOUND_END, WM_BOUND_END_YM, true };
    static const bound bound_before = { "before", WM_BOUND_END | WM_BOUND_END_BEFORE,
                                        WM_BOUND_END_YM, false };
    static const char expected[] = "an object with min, max or before, and on";
    uint8_t flags = 0;
    int32_t min = 0;
    int32_t end = 0;
    if (!wm_json_is(value, WM_JSON_OBJECT)) {
        return wm_compile_unexpected(c, "bad_type", expected, value);
    }
    wm_status status = wm_compile_only_members(c, value, names, expected);
    const wm_json *on = wm_json_get(value, "on");
    if (status == WM_OK && on != NULL) {
        flags |= WM_BOUND_CUTOFF;
        if (!wm_str_is(wm_json_string(on), "school_cutoff")) {
            status =
                wm_compile_unexpected_member(c, WM_STR("on"), "bad_type", "\"school_cutoff\"", on);
        }
    }
    bool both = wm_json_get(value, "max") != NULL && wm_json_get(value, "before") != NULL;
    if (status == WM_OK && both) {
        status =
            wm_compile_problem(c, "max_and_before", "expected max or before, found both",
                               "keep the one that you mean: max 17 and before 18 are the same");
    }
    status = status == WM_OK ? read_bound(c, value, &bound_min, &flags, &min) : status;
    status = status == WM_OK ? read_bound(c, value, &bound_max, &flags, &end) : status;
    status = status == WM_OK && !both ? read_bound(c, value, &bound_before, &flags, &end) : status;
    if (status == WM_OK && (flags & (WM_BOUND_MIN | WM_BOUND_END)) == 0) {
        status = wm_compile_unexpected(c, "bad_shape", "min, max or before", value);
    }
    if (c->context->registry != NULL && status == WM_OK) {
        status = wm_compile_check_fact(c, WM_STR("age"), WM_FACT_AGE);
    }
    c->nodes[at].arg = flags;
    c->nodes[at].operand = wm_compile_word_at(c);
    wm_compile_put_32(&c->words, (uint32_t)min);
    wm_compile_put_32(&c->words, (uint32_t)end);
    return status;
}

static wm_status compile_since(wm_compiler *c, const wm_json *value, size_t at)
{
    static const char *const names[] = { "event", "min", "within", NULL };
    static const bound bound_within = { "within", WM_BOUND_END, WM_BOUND_END_YM, false };
    static const char expected[] = "an object with event, min and within";
    uint8_t flags = 0;
    int32_t min = 0;
    int32_t end = 0;
    if (!wm_json_is(value, WM_JSON_OBJECT)) {
        return wm_compile_unexpected(c, "bad_type", expected, value);
    }
    wm_status status = wm_compile_only_members(c, value, names, expected);
    const wm_json *event = wm_json_get(value, "event");
    if (status == WM_OK && wm_json_string(event).len == 0) {
        status = wm_compile_unexpected_member(c, WM_STR("event"), "bad_type",
                                              "the name of an event", event);
    } else if (status == WM_OK) {
        size_t mark = wm_path_member(&c->path, WM_STR("event"));
        status = wm_compile_check_fact(c, event->as.string, WM_FACT_EVENT);
        wm_path_back(&c->path, mark);
    }
    status = status == WM_OK ? read_bound(c, value, &bound_min, &flags, &min) : status;
    status = status == WM_OK ? read_bound(c, value, &bound_within, &flags, &end) : status;
    c->nodes[at].arg = flags;
    c->nodes[at].operand = wm_compile_word_at(c);
    status = status == WM_OK ? wm_compile_put_symbol(c, wm_json_string(event)) : status;
    wm_compile_put_32(&c->words, (uint32_t)min);
    wm_compile_put_32(&c->words, (uint32_t)end);
    return status;
}

/* ---- the other leaves --------------------------------------------------------------------- */

static wm_status read_dimensions(wm_compiler *c, const wm_json *list, uint8_t *mask_out)
{
    static const char expected[] = "a list of residence, staying, gp, school or work";
    if (!wm_json_is(list, WM_JSON_ARRAY) || list->count == 0) {
        return wm_compile_unexpected_member(c, WM_STR("of"), "bad_type", expected, list);
    }
    wm_status status = WM_OK;
    size_t mark = wm_path_member(&c->path, WM_STR("of"));
    for (uint32_t i = 0; i < list->count && status == WM_OK; i++) {
        wm_dimension dimension = WM_DIMENSION_RESIDENCE;
        if (wm_dimension_parse(wm_json_string(&list->as.items[i]), &dimension)) {
            *mask_out = (uint8_t)(*mask_out | 1U << dimension);
        } else {
            size_t item = wm_path_item(&c->path, i);
            status = wm_compile_unexpected(
                c, "unknown_term", "residence, staying, gp, school or work", &list->as.items[i]);
            wm_path_back(&c->path, item);
        }
    }
    wm_path_back(&c->path, mark);
    return status;
}

static wm_status compile_area(wm_compiler *c, const wm_json *value, size_t at)
{
    static const char *const names[] = { "of", "in", NULL };
    static const char expected[] = "an object with of and in";
    if (!wm_json_is(value, WM_JSON_OBJECT)) {
        return wm_compile_unexpected(c, "bad_type", expected, value);
    }
    uint8_t mask = 0;
    wm_status status = wm_compile_only_members(c, value, names, expected);
    status = status == WM_OK ? read_dimensions(c, wm_json_get(value, "of"), &mask) : status;
    c->nodes[at].arg = mask;
    c->nodes[at].operand = wm_compile_word_at(c);
    if (status == WM_OK) {
        size_t mark = wm_path_member(&c->path, WM_STR("in"));
        status = put_terms(c, wm_json_get(value, "in"), NULL, "a list of locality codes");
        wm_path_back(&c->path, mark);
    }
    return status;
}

static wm_status compile_is(wm_compiler *c, const wm_json *value, size_t at)
{
    if (!wm_json_is(value, WM_JSON_STRING)) {
        return wm_compile_unexpected(c, "bad_type", "the name of a flag", value);
    }
    wm_status status = wm_compile_check_fact(c, value->as.string, WM_FACT_FLAG);
    return status == WM_OK ? wm_compile_intern(c, value->as.string, &c->nodes[at].operand) : status;
}

/* {"in":{fact:[..]}} and {"has":{fact:[..]}} */
static wm_status compile_terms(wm_compiler *c, const wm_json *value, size_t at)
{
    bool one = c->nodes[at].op == WM_OP_IN;
    if (!wm_json_is(value, WM_JSON_OBJECT) || value->count != 1) {
        return wm_compile_unexpected(c, "bad_shape",
                                     "an object with one fact and its list of values", value);
    }
    const wm_json_member *member = &value->as.members[0];
    size_t mark = wm_path_member(&c->path, member->name);
    wm_status status = wm_compile_check_fact(c, member->name, one ? WM_FACT_ONE : WM_FACT_SET);
    c->nodes[at].operand = wm_compile_word_at(c);
    status = status == WM_OK ? wm_compile_put_symbol(c, member->name) : status;
    status = status == WM_OK
                 ? put_terms(c, &member->value, &member->name, "a list with at least one value")
                 : status;
    wm_path_back(&c->path, mark);
    return status;
}

static wm_status read_level(wm_compiler *c, const wm_json *range, const char *name, unsigned scale,
                            uint32_t *step_out)
{
    const wm_json *value = wm_json_get(range, name);
    unsigned step = *step_out;
    if (value != NULL && !wm_level_parse(scale, wm_json_string(value), &step)) {
        return wm_compile_unexpected_member(c, wm_str_of(name), "unknown_term",
                                            scale == 0 ? "mild, moderate, severe or complex"
                                                       : "none, low, moderate, high or immediate",
                                            value);
    }
    *step_out = step;
    return WM_OK;
}

static wm_status compile_level(wm_compiler *c, const wm_json *value, size_t at)
{
    static const char *const names[] = { "min", "max", NULL };
    bool one = wm_json_is(value, WM_JSON_OBJECT) && value->count == 1;
    bool severity = wm_json_get(value, "severity") != NULL;
    if (!one || (!severity && wm_json_get(value, "risk") == NULL)) {
        return wm_compile_unexpected(c, "bad_shape", "an object with severity or risk", value);
    }
    unsigned scale = severity ? 0 : 1;
    const wm_json_member *member = &value->as.members[0];
    const wm_json *range = &member->value;
    size_t mark = wm_path_member(&c->path, member->name);
    wm_status status = WM_OK;
    uint32_t least = 0;
    uint32_t greatest = wm_level_steps(scale) - 1;
    uint32_t given = (wm_json_get(range, "min") != NULL ? 1U : 0U) |
                     (wm_json_get(range, "max") != NULL ? 2U : 0U);
    if (!wm_json_is(range, WM_JSON_OBJECT) || given == 0) {
        status = wm_compile_unexpected(c, "bad_shape", "an object with min or max", range);
    } else {
        status = wm_compile_only_members(c, range, names, "min or max");
    }
    status = status == WM_OK ? read_level(c, range, "min", scale, &least) : status;
    status = status == WM_OK ? read_level(c, range, "max", scale, &greatest) : status;
    if (c->context->registry != NULL && status == WM_OK) {
        status = wm_compile_check_fact(c, member->name, WM_FACT_LEVEL);
    }
    wm_path_back(&c->path, mark);
    c->nodes[at].arg = (uint8_t)scale;
    c->nodes[at].operand = least | greatest << 8 | given << 16;
    return status;
}

static wm_status compile_check(wm_compiler *c, const wm_json *value, size_t at)
{
    wm_str text = wm_json_string(value);
    if (text.len == 0 || text.len > 1024) {
        return wm_compile_unexpected(c, "bad_type", "a text of 1 to 1024 bytes", value);
    }
    c->nodes[at].operand = wm_compile_word_at(c);
    wm_compile_put_32(&c->words, (uint32_t)c->texts.len);
    wm_compile_put_32(&c->words, (uint32_t)text.len);
    wm_buf_put_str(&c->texts, text);
    return WM_OK;
}

static wm_status compile_const(wm_compiler *c, const wm_json *value, size_t at)
{
    c->nodes[at].arg = wm_json_boolean(value, false) ? 1 : 0;
    return wm_json_is(value, WM_JSON_BOOL)
               ? WM_OK
               : wm_compile_unexpected(c, "bad_type", "true or false", value);
}

/* ---- which leaf --------------------------------------------------------------------------- */

wm_status wm_compile_leaf(wm_compiler *c, const wm_json *value, size_t at)
{
    switch ((wm_op)c->nodes[at].op) {
    case WM_OP_CONST: return compile_const(c, value, at);
    case WM_OP_AGE: return compile_age(c, value, at);
    case WM_OP_SINCE: return compile_since(c, value, at);
    case WM_OP_AREA: return compile_area(c, value, at);
    case WM_OP_IS: return compile_is(c, value, at);
    case WM_OP_IN:
    case WM_OP_HAS: return compile_terms(c, value, at);
    case WM_OP_LEVEL: return compile_level(c, value, at);
    case WM_OP_CHECK: return compile_check(c, value, at);
    case WM_OP_ALL:
    case WM_OP_ANY:
    case WM_OP_NOT:
    case WM_OP_ATLEAST:
    case WM_OP_ABOUT:
    case WM_OP_ACTOR:
    case WM_OP_NEED:
    case WM_OP_QUERY:
    case WM_OP_CARD:
    case WM_OP_RESULT:
    default: return WM_OK;
    }
}
