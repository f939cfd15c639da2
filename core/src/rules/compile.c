/* compile.c: eligibility JSON to program bytes.
 *
 * 1. Nodes are numbered when they are entered, so they come out in pre-order; spans are set on the
 *    way back.
 * 2. A problem is put into the sink with path, expected and found. If the sink says "go on", the
 *    node stays as it is, and no program is made in the end.
 * 3. Operands go to `words`, texts of checks to `texts`; both are put behind the nodes at the end.
 */
#include "rules/compile.h"

#include <stdio.h>

#include "rules/path.h"
#include "rules/program.h"

#define CRITERIA_WORDS_BYTES_MAX (256 * WM_KIB)
#define NODE_FORMS                                                                                 \
    "one of all, any, not, atleast, const, age, since, area, is, in, has, level, about, check"

typedef struct compiler {
    const wm_criteria_context *context;
    const wm_problem_sink *sink;
    wm_error *err;
    wm_path path;
    wm_buf words;
    wm_buf texts;
    wm_buf exclusions;
    wm_node nodes[WM_CRITERIA_NODES_MAX];
    size_t node_count;
    size_t exclusion_count;
    size_t problems;
    bool full; /* the limit of nodes was reported */
    bool in_about;
    bool in_actor;
} compiler;

static wm_status compile_node(compiler *c, const wm_json *json, unsigned depth);

/* ---- problems ----------------------------------------------------------------------------- */

static wm_status fail_first(void *context, const wm_problem *problem, wm_error *err)
{
    (void)context;
    return wm_fail(err, WM_BAD_RECORD, "%s: %s%s%s", problem->path, problem->text,
                   problem->remedy[0] != '\0' ? "; " : "", problem->remedy);
}

const wm_problem_sink wm_first_problem = { fail_first, NULL };

static wm_status problem(compiler *c, const char *code, const char *text, const char *remedy)
{
    c->problems++;
    wm_problem found = { code, c->path.text, text, remedy };
    return c->sink->put(c->sink->context, &found, c->err);
}

/* "expected X, found Y" */
static wm_status unexpected(compiler *c, const char *code, const char *expected,
                            const wm_json *found)
{
    char text[320];
    char short_text[WM_FOUND_BYTES];
    (void)snprintf(text, sizeof text, "expected %s, found %s", expected,
                   wm_describe(found, short_text));
    return problem(c, code, text, "");
}

/* The same at a member of the object that the path names. */
static wm_status unexpected_member(compiler *c, wm_str name, const char *code, const char *expected,
                                   const wm_json *found)
{
    size_t mark = wm_path_member(&c->path, name);
    wm_status status = unexpected(c, code, expected, found);
    wm_path_back(&c->path, mark);
    return status;
}

/* Every member's name must be among `names` (NULL at the end); "x_" is free. */
static wm_status only_members(compiler *c, const wm_json *object, const char *const *names,
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
            status =
                unexpected_member(c, name, "unknown_field", expected, &object->as.members[i].value);
        }
    }
    return status;
}

/* ---- emitting ----------------------------------------------------------------------------- */

static uint32_t word_at(const compiler *c)
{
    return (uint32_t)(c->words.len / 4);
}

static void put_32(wm_buf *buf, uint32_t value)
{
    uint8_t bytes[4] = { (uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
                         (uint8_t)(value >> 24) };
    wm_buf_put(buf, bytes, sizeof bytes);
}

static void put_16(wm_buf *buf, uint16_t value)
{
    uint8_t bytes[2] = { (uint8_t)value, (uint8_t)(value >> 8) };
    wm_buf_put(buf, bytes, sizeof bytes);
}

static wm_status intern(compiler *c, wm_str text, wm_symbol *symbol_out)
{
    return wm_symbols_intern(c->context->symbols, text, symbol_out, c->err);
}

static wm_status put_symbol(compiler *c, wm_str text)
{
    wm_symbol symbol = WM_SYMBOL_NONE;
    wm_status status = intern(c, text, &symbol);
    if (status == WM_OK) {
        put_32(&c->words, symbol);
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
static wm_status check_fact(compiler *c, wm_str name, wm_fact_type type)
{
    char text[320];
    if (name.len == 0 || name.len > WM_ID_BYTES_MAX) {
        (void)snprintf(text, sizeof text, "expected the name of a fact, found %zu bytes", name.len);
        return problem(c, "bad_fact", text, "");
    }
    wm_fact_type found = type;
    if (c->context->registry != NULL &&
        !wm_fact_registry_find(c->context->registry, name, &found)) {
        (void)snprintf(text, sizeof text, "expected a fact of the directory, found \"%.*s\"",
                       WM_STR_ARG(name));
        return problem(c, "unknown_fact", text, "add a fact record, or use one that is there");
    }
    bool fixed = is_fixed_fact(name) && type != WM_FACT_AGE && type != WM_FACT_LEVEL;
    if (found != type || fixed) {
        (void)snprintf(text, sizeof text, "expected a fact of type %s, found \"%.*s\"%s%s",
                       wm_fact_type_name(type), WM_STR_ARG(name), found != type ? " of type " : "",
                       found != type ? wm_fact_type_name(found) : "");
        return problem(c, "fact_type", text, "use the node that fits the fact's type");
    }
    return WM_OK;
}

static wm_status check_term(compiler *c, wm_str fact, wm_str term)
{
    if (c->context->registry == NULL ||
        wm_fact_registry_has_term(c->context->registry, fact, term)) {
        return WM_OK;
    }
    char text[320];
    (void)snprintf(text, sizeof text, "expected one of the options of %.*s, found \"%.*s\"",
                   WM_STR_ARG(fact), WM_STR_ARG(term));
    return problem(c, "unknown_term", text, "add the option to the fact, or use one that is there");
}

/* A list of strings as words: count, symbols. fact: NULL for locality codes. */
static wm_status put_terms(compiler *c, const wm_json *list, const wm_str *fact,
                           const char *expected)
{
    if (!wm_json_is(list, WM_JSON_ARRAY) || list->count == 0 || list->count > WM_LIST_ITEMS_MAX) {
        put_32(&c->words, 0);
        return unexpected(c, "bad_type", expected, list);
    }
    put_32(&c->words, list->count);
    wm_status status = WM_OK;
    for (uint32_t i = 0; i < list->count && status == WM_OK; i++) {
        size_t mark = wm_path_item(&c->path, i);
        wm_str term = wm_json_string(&list->as.items[i]);
        if (term.len == 0 || term.len > WM_ID_BYTES_MAX) {
            status = unexpected(c, "bad_type", "a name of 1 to 80 bytes", &list->as.items[i]);
        } else {
            status = fact != NULL ? check_term(c, *fact, term) : WM_OK;
        }
        if (status == WM_OK) {
            status = put_symbol(c, term);
        }
        wm_path_back(&c->path, mark);
    }
    return status;
}

/* ---- ages and times ----------------------------------------------------------------------- */

/* A whole number of years, or {"y","m"}. months_out: 0 to WM_MONTHS_MAX. */
static wm_status read_months(compiler *c, const wm_json *value, int32_t *months_out, bool *ym_out)
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
            return unexpected(c, "bad_type", expected, value);
        }
    } else if (!wm_json_is(value, WM_JSON_INTEGER)) {
        return unexpected(c, "bad_type", expected, value);
    }
    if (years < 0 || years > WM_YEARS_MAX || months < 0 || months > WM_MONTHS_MAX ||
        years * 12 + months > WM_MONTHS_MAX) {
        return unexpected(c, "bad_range", expected, value);
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
static wm_status read_bound(compiler *c, const wm_json *object, const bound *form, uint8_t *flags,
                            int32_t *months_out)
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

static wm_status compile_age(compiler *c, const wm_json *value, size_t at)
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
        return unexpected(c, "bad_type", expected, value);
    }
    wm_status status = only_members(c, value, names, expected);
    const wm_json *on = wm_json_get(value, "on");
    if (status == WM_OK && on != NULL) {
        flags |= WM_BOUND_CUTOFF;
        if (!wm_str_is(wm_json_string(on), "school_cutoff")) {
            status = unexpected_member(c, WM_STR("on"), "bad_type", "\"school_cutoff\"", on);
        }
    }
    bool both = wm_json_get(value, "max") != NULL && wm_json_get(value, "before") != NULL;
    if (status == WM_OK && both) {
        status = problem(c, "max_and_before", "expected max or before, found both",
                         "keep the one that you mean: max 17 and before 18 are the same");
    }
    status = status == WM_OK ? read_bound(c, value, &bound_min, &flags, &min) : status;
    status = status == WM_OK ? read_bound(c, value, &bound_max, &flags, &end) : status;
    status = status == WM_OK && !both ? read_bound(c, value, &bound_before, &flags, &end) : status;
    if (status == WM_OK && (flags & (WM_BOUND_MIN | WM_BOUND_END)) == 0) {
        status = unexpected(c, "bad_shape", "min, max or before", value);
    }
    if (c->context->registry != NULL && status == WM_OK) {
        status = check_fact(c, WM_STR("age"), WM_FACT_AGE);
    }
    c->nodes[at].arg = flags;
    c->nodes[at].operand = word_at(c);
    put_32(&c->words, (uint32_t)min);
    put_32(&c->words, (uint32_t)end);
    return status;
}

static wm_status compile_since(compiler *c, const wm_json *value, size_t at)
{
    static const char *const names[] = { "event", "min", "within", NULL };
    static const bound bound_within = { "within", WM_BOUND_END, WM_BOUND_END_YM, false };
    static const char expected[] = "an object with event, min and within";
    uint8_t flags = 0;
    int32_t min = 0;
    int32_t end = 0;
    if (!wm_json_is(value, WM_JSON_OBJECT)) {
        return unexpected(c, "bad_type", expected, value);
    }
    wm_status status = only_members(c, value, names, expected);
    const wm_json *event = wm_json_get(value, "event");
    if (status == WM_OK && wm_json_string(event).len == 0) {
        status = unexpected_member(c, WM_STR("event"), "bad_type", "the name of an event", event);
    } else if (status == WM_OK) {
        size_t mark = wm_path_member(&c->path, WM_STR("event"));
        status = check_fact(c, event->as.string, WM_FACT_EVENT);
        wm_path_back(&c->path, mark);
    }
    status = status == WM_OK ? read_bound(c, value, &bound_min, &flags, &min) : status;
    status = status == WM_OK ? read_bound(c, value, &bound_within, &flags, &end) : status;
    c->nodes[at].arg = flags;
    c->nodes[at].operand = word_at(c);
    status = status == WM_OK ? put_symbol(c, wm_json_string(event)) : status;
    put_32(&c->words, (uint32_t)min);
    put_32(&c->words, (uint32_t)end);
    return status;
}

/* ---- the other leaves --------------------------------------------------------------------- */

static wm_status read_dimensions(compiler *c, const wm_json *list, uint8_t *mask_out)
{
    static const char expected[] = "a list of residence, staying, gp, school or work";
    if (!wm_json_is(list, WM_JSON_ARRAY) || list->count == 0) {
        return unexpected_member(c, WM_STR("of"), "bad_type", expected, list);
    }
    wm_status status = WM_OK;
    size_t mark = wm_path_member(&c->path, WM_STR("of"));
    for (uint32_t i = 0; i < list->count && status == WM_OK; i++) {
        wm_dimension dimension = WM_DIMENSION_RESIDENCE;
        if (wm_dimension_parse(wm_json_string(&list->as.items[i]), &dimension)) {
            *mask_out = (uint8_t)(*mask_out | 1U << dimension);
        } else {
            size_t item = wm_path_item(&c->path, i);
            status = unexpected(c, "unknown_term", "residence, staying, gp, school or work",
                                &list->as.items[i]);
            wm_path_back(&c->path, item);
        }
    }
    wm_path_back(&c->path, mark);
    return status;
}

static wm_status compile_area(compiler *c, const wm_json *value, size_t at)
{
    static const char *const names[] = { "of", "in", NULL };
    static const char expected[] = "an object with of and in";
    if (!wm_json_is(value, WM_JSON_OBJECT)) {
        return unexpected(c, "bad_type", expected, value);
    }
    uint8_t mask = 0;
    wm_status status = only_members(c, value, names, expected);
    status = status == WM_OK ? read_dimensions(c, wm_json_get(value, "of"), &mask) : status;
    c->nodes[at].arg = mask;
    c->nodes[at].operand = word_at(c);
    if (status == WM_OK) {
        size_t mark = wm_path_member(&c->path, WM_STR("in"));
        status = put_terms(c, wm_json_get(value, "in"), NULL, "a list of locality codes");
        wm_path_back(&c->path, mark);
    }
    return status;
}

static wm_status compile_is(compiler *c, const wm_json *value, size_t at)
{
    if (!wm_json_is(value, WM_JSON_STRING)) {
        return unexpected(c, "bad_type", "the name of a flag", value);
    }
    wm_status status = check_fact(c, value->as.string, WM_FACT_FLAG);
    return status == WM_OK ? intern(c, value->as.string, &c->nodes[at].operand) : status;
}

/* {"in":{fact:[..]}} and {"has":{fact:[..]}} */
static wm_status compile_terms(compiler *c, const wm_json *value, size_t at)
{
    bool one = c->nodes[at].op == WM_OP_IN;
    if (!wm_json_is(value, WM_JSON_OBJECT) || value->count != 1) {
        return unexpected(c, "bad_shape", "an object with one fact and its list of values", value);
    }
    const wm_json_member *member = &value->as.members[0];
    size_t mark = wm_path_member(&c->path, member->name);
    wm_status status = check_fact(c, member->name, one ? WM_FACT_ONE : WM_FACT_SET);
    c->nodes[at].operand = word_at(c);
    status = status == WM_OK ? put_symbol(c, member->name) : status;
    status = status == WM_OK
                 ? put_terms(c, &member->value, &member->name, "a list with at least one value")
                 : status;
    wm_path_back(&c->path, mark);
    return status;
}

static wm_status read_level(compiler *c, const wm_json *range, const char *name, unsigned scale,
                            uint32_t *step_out)
{
    const wm_json *value = wm_json_get(range, name);
    unsigned step = *step_out;
    if (value != NULL && !wm_level_parse(scale, wm_json_string(value), &step)) {
        return unexpected_member(c, wm_str_of(name), "unknown_term",
                                 scale == 0 ? "mild, moderate, severe or complex"
                                            : "none, low, moderate, high or immediate",
                                 value);
    }
    *step_out = step;
    return WM_OK;
}

static wm_status compile_level(compiler *c, const wm_json *value, size_t at)
{
    static const char *const names[] = { "min", "max", NULL };
    bool one = wm_json_is(value, WM_JSON_OBJECT) && value->count == 1;
    bool severity = wm_json_get(value, "severity") != NULL;
    if (!one || (!severity && wm_json_get(value, "risk") == NULL)) {
        return unexpected(c, "bad_shape", "an object with severity or risk", value);
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
        status = unexpected(c, "bad_shape", "an object with min or max", range);
    } else {
        status = only_members(c, range, names, "min or max");
    }
    status = status == WM_OK ? read_level(c, range, "min", scale, &least) : status;
    status = status == WM_OK ? read_level(c, range, "max", scale, &greatest) : status;
    if (c->context->registry != NULL && status == WM_OK) {
        status = check_fact(c, member->name, WM_FACT_LEVEL);
    }
    wm_path_back(&c->path, mark);
    c->nodes[at].arg = (uint8_t)scale;
    c->nodes[at].operand = least | greatest << 8 | given << 16;
    return status;
}

static wm_status compile_check(compiler *c, const wm_json *value, size_t at)
{
    wm_str text = wm_json_string(value);
    if (text.len == 0 || text.len > 1024) {
        return unexpected(c, "bad_type", "a text of 1 to 1024 bytes", value);
    }
    c->nodes[at].operand = word_at(c);
    put_32(&c->words, (uint32_t)c->texts.len);
    put_32(&c->words, (uint32_t)text.len);
    wm_buf_put_str(&c->texts, text);
    return WM_OK;
}

static wm_status compile_const(compiler *c, const wm_json *value, size_t at)
{
    c->nodes[at].arg = wm_json_boolean(value, false) ? 1 : 0;
    return wm_json_is(value, WM_JSON_BOOL) ? WM_OK
                                           : unexpected(c, "bad_type", "true or false", value);
}

/* ---- nodes with nodes in them ------------------------------------------------------------- */

static wm_status compile_list(compiler *c, const wm_json *list, unsigned depth)
{
    if (!wm_json_is(list, WM_JSON_ARRAY)) {
        return unexpected(c, "bad_type", "a list of conditions", list);
    }
    wm_status status = WM_OK;
    for (uint32_t i = 0; i < list->count && status == WM_OK && !c->full; i++) {
        size_t mark = wm_path_item(&c->path, i);
        status = compile_node(c, &list->as.items[i], depth + 1);
        wm_path_back(&c->path, mark);
    }
    return status;
}

static wm_status compile_atleast(compiler *c, const wm_json *value, size_t at, unsigned depth)
{
    static const char *const names[] = { "n", "of", NULL };
    if (!wm_json_is(value, WM_JSON_OBJECT)) {
        return unexpected(c, "bad_type", "an object with n and of", value);
    }
    wm_status status = only_members(c, value, names, "n and of");
    int64_t n = wm_json_integer(wm_json_get(value, "n"), 0);
    if (status == WM_OK && (n < 1 || n > WM_CRITERIA_NODES_MAX)) {
        status = unexpected_member(c, WM_STR("n"), "bad_range", "a number from 1 to 256",
                                   wm_json_get(value, "n"));
    }
    c->nodes[at].operand = (uint32_t)n;
    size_t mark = wm_path_member(&c->path, WM_STR("of"));
    status = status == WM_OK ? compile_list(c, wm_json_get(value, "of"), depth) : status;
    wm_path_back(&c->path, mark);
    return status;
}

static wm_status compile_about(compiler *c, const wm_json *value, size_t at, unsigned depth)
{
    static const char *const names[] = { "who", "that", NULL };
    if (c->in_about) {
        return problem(c, "about_in_about", "expected no about inside an about, found one",
                       "ask about one person at a time");
    }
    if (!wm_json_is(value, WM_JSON_OBJECT)) {
        return unexpected(c, "bad_type", "an object with who and that", value);
    }
    wm_status status = only_members(c, value, names, "who and that");
    wm_str who = wm_json_string(wm_json_get(value, "who"));
    if (status == WM_OK && !wm_is_about_name(who)) {
        return unexpected_member(c, WM_STR("who"), "unknown_term",
                                 "cared_for, child, parent or partner", wm_json_get(value, "who"));
    }
    if (status == WM_OK) {
        status = check_fact(c, who, WM_FACT_PEOPLE);
    }
    status = status == WM_OK ? intern(c, who, &c->nodes[at].operand) : status;
    if (status == WM_OK) {
        c->in_about = true;
        size_t mark = wm_path_member(&c->path, WM_STR("that"));
        status = compile_node(c, wm_json_get(value, "that"), depth + 1);
        wm_path_back(&c->path, mark);
        c->in_about = false;
    }
    return status;
}

static wm_status compile_actor(compiler *c, const wm_json *value, unsigned depth)
{
    if (!c->context->allow_actor || c->in_about || c->in_actor) {
        return problem(c, "unknown_node",
                       "expected actor only in a rule, and neither in an about nor in an actor",
                       "");
    }
    c->in_actor = true;
    wm_status status = compile_node(c, value, depth + 1);
    c->in_actor = false;
    return status;
}

/* ---- one node ----------------------------------------------------------------------------- */

static const struct {
    const char *name;
    wm_op op;
} forms[] = {
    { "all", WM_OP_ALL },         { "any", WM_OP_ANY },     { "not", WM_OP_NOT },
    { "atleast", WM_OP_ATLEAST }, { "const", WM_OP_CONST }, { "age", WM_OP_AGE },
    { "since", WM_OP_SINCE },     { "area", WM_OP_AREA },   { "is", WM_OP_IS },
    { "in", WM_OP_IN },           { "has", WM_OP_HAS },     { "level", WM_OP_LEVEL },
    { "about", WM_OP_ABOUT },     { "check", WM_OP_CHECK }, { "actor", WM_OP_ACTOR },
};

static wm_status compile_form(compiler *c, const wm_json *value, size_t at, unsigned depth)
{
    switch ((wm_op)c->nodes[at].op) {
    case WM_OP_ALL:
    case WM_OP_ANY: return compile_list(c, value, depth);
    case WM_OP_NOT: return compile_node(c, value, depth + 1);
    case WM_OP_ATLEAST: return compile_atleast(c, value, at, depth);
    case WM_OP_CONST: return compile_const(c, value, at);
    case WM_OP_AGE: return compile_age(c, value, at);
    case WM_OP_SINCE: return compile_since(c, value, at);
    case WM_OP_AREA: return compile_area(c, value, at);
    case WM_OP_IS: return compile_is(c, value, at);
    case WM_OP_IN:
    case WM_OP_HAS: return compile_terms(c, value, at);
    case WM_OP_LEVEL: return compile_level(c, value, at);
    case WM_OP_ABOUT: return compile_about(c, value, at, depth);
    case WM_OP_CHECK: return compile_check(c, value, at);
    case WM_OP_ACTOR: return compile_actor(c, value, depth);
    default: return WM_OK;
    }
}

static wm_status compile_node(compiler *c, const wm_json *json, unsigned depth)
{
    if (c->node_count == WM_CRITERIA_NODES_MAX) {
        c->full = true;
        return problem(c, "too_many_nodes", "expected at most 256 conditions, found more",
                       "split the service, or list several values in one condition");
    }
    if (depth > WM_CRITERIA_DEPTH_MAX) {
        return problem(c, "too_deep", "expected conditions at most 16 deep, found deeper",
                       "put conditions side by side in one all or any");
    }
    if (!wm_json_is(json, WM_JSON_OBJECT) || json->count != 1) {
        return unexpected(c, "bad_shape", "a condition: an object with one name", json);
    }
    const wm_json_member *member = &json->as.members[0];
    size_t form = 0;
    size_t form_count = sizeof forms / sizeof forms[0];
    while (form < form_count && !wm_str_is(member->name, forms[form].name)) {
        form++;
    }
    if (form == form_count) {
        return unexpected(c, "unknown_node", NODE_FORMS, json);
    }
    size_t at = c->node_count++;
    c->nodes[at] = (wm_node){ .op = (uint8_t)forms[form].op };
    size_t mark = wm_path_member(&c->path, member->name);
    wm_status status = compile_form(c, &member->value, at, depth);
    wm_path_back(&c->path, mark);
    c->nodes[at].span = (uint16_t)(c->node_count - at);
    return status;
}

/* ---- the whole ---------------------------------------------------------------------------- */

static wm_status put_instead(compiler *c, const wm_json *list, uint8_t *count_out)
{
    if (list == NULL) {
        return WM_OK;
    }
    wm_status status = WM_OK;
    if (!wm_json_is(list, WM_JSON_ARRAY) || list->count > WM_INSTEAD_MAX) {
        return unexpected(c, "bad_type", "a list of at most 64 offers", list);
    }
    for (uint32_t i = 0; i < list->count && status == WM_OK; i++) {
        wm_str offer = wm_json_string(&list->as.items[i]);
        if (offer.len == 0 || offer.len > WM_ID_BYTES_MAX) {
            size_t mark = wm_path_item(&c->path, i);
            status = unexpected(c, "bad_type", "an offer", &list->as.items[i]);
            wm_path_back(&c->path, mark);
        } else {
            status = put_symbol(c, offer);
        }
    }
    *count_out = (uint8_t)list->count;
    return status;
}

static wm_status compile_exclusion(compiler *c, const wm_json *json)
{
    static const char *const names[] = { "when", "reason", "soft", "instead", NULL };
    static const char expected[] = "an object with when, reason, soft and instead";
    if (!wm_json_is(json, WM_JSON_OBJECT)) {
        return unexpected(c, "bad_type", expected, json);
    }
    wm_status status = only_members(c, json, names, expected);
    const wm_json *reason = wm_json_get(json, "reason");
    const wm_json *soft = wm_json_get(json, "soft");
    wm_symbol symbol = WM_SYMBOL_NONE;
    if (status == WM_OK && soft != NULL && soft->type != WM_JSON_BOOL) {
        status = unexpected_member(c, WM_STR("soft"), "bad_type", "true or false", soft);
    }
    wm_str code = wm_json_string(reason);
    if (status == WM_OK && reason != NULL) {
        status =
            code.len == 0 || code.len > WM_ID_BYTES_MAX
                ? unexpected_member(c, WM_STR("reason"), "bad_type", "the code of a reason", reason)
                : intern(c, code, &symbol);
    }
    uint32_t instead_at = word_at(c);
    uint8_t instead_count = 0;
    if (status == WM_OK) {
        size_t mark = wm_path_member(&c->path, WM_STR("instead"));
        status = put_instead(c, wm_json_get(json, "instead"), &instead_count);
        wm_path_back(&c->path, mark);
    }
    put_32(&c->exclusions, symbol);
    put_16(&c->exclusions, (uint16_t)c->node_count);
    wm_buf_put_char(&c->exclusions, wm_json_boolean(soft, false) ? 1 : 0);
    wm_buf_put_char(&c->exclusions, (char)instead_count);
    put_32(&c->exclusions, instead_at);
    c->exclusion_count++;
    if (status == WM_OK) {
        size_t mark = wm_path_member(&c->path, WM_STR("when"));
        status = compile_node(c, wm_json_get(json, "when"), 1);
        wm_path_back(&c->path, mark);
    }
    return status;
}

static wm_status compile_exclusions(compiler *c, const wm_json *list)
{
    if (list == NULL) {
        return WM_OK;
    }
    size_t mark = wm_path_member(&c->path, WM_STR("not_for"));
    wm_status status = WM_OK;
    if (!wm_json_is(list, WM_JSON_ARRAY)) {
        status = unexpected(c, "bad_type", "a list of exclusions", list);
    } else {
        for (uint32_t i = 0; i < list->count && status == WM_OK && !c->full; i++) {
            size_t item = wm_path_item(&c->path, i);
            status = compile_exclusion(c, &list->as.items[i]);
            wm_path_back(&c->path, item);
        }
    }
    wm_path_back(&c->path, mark);
    return status;
}

static wm_status check_routes_and_words(compiler *c, const wm_json *eligibility)
{
    const wm_json *routes = wm_json_get(eligibility, "routes");
    const wm_json *words = wm_json_get(eligibility, "words");
    wm_status status = WM_OK;
    bool strings = routes == NULL || routes->type == WM_JSON_ARRAY;
    for (uint32_t i = 0; strings && routes != NULL && i < routes->count; i++) {
        strings = routes->as.items[i].type == WM_JSON_STRING;
    }
    if (!strings) {
        status = unexpected_member(c, WM_STR("routes"), "bad_type", "a list of words", routes);
    }
    if (status == WM_OK && words != NULL && words->type != WM_JSON_STRING) {
        status = unexpected_member(c, WM_STR("words"), "bad_type", "a text", words);
    }
    return status;
}

static wm_status compile_eligibility(compiler *c, const wm_json *json, bool *everyone_out)
{
    static const char *const names[] = { "who", "not_for", "routes", "words", NULL };
    *everyone_out = wm_json_get(json, "who") == NULL;
    if (json == NULL) {
        return WM_OK;
    }
    if (json->type != WM_JSON_OBJECT) {
        return unexpected(c, "bad_type", "an object with who and not_for", json);
    }
    wm_status status = only_members(c, json, names, "who, not_for, routes or words");
    if (status == WM_OK && !*everyone_out) {
        size_t mark = wm_path_member(&c->path, WM_STR("who"));
        status = compile_node(c, wm_json_get(json, "who"), 1);
        wm_path_back(&c->path, mark);
    }
    status = status == WM_OK ? compile_exclusions(c, wm_json_get(json, "not_for")) : status;
    return status == WM_OK ? check_routes_and_words(c, json) : status;
}

static wm_status put_program(const compiler *c, bool everyone, wm_buf *out)
{
    wm_status status = wm_buf_status(&c->words, c->err);
    status = status == WM_OK ? wm_buf_status(&c->texts, c->err) : status;
    status = status == WM_OK ? wm_buf_status(&c->exclusions, c->err) : status;
    if (status != WM_OK) {
        return status;
    }
    wm_buf_put(out, "WMC", 3);
    wm_buf_put_char(out, WM_PROGRAM_VERSION);
    put_16(out, (uint16_t)c->node_count);
    put_16(out, (uint16_t)c->exclusion_count);
    put_32(out, word_at(c));
    put_32(out, (uint32_t)c->texts.len);
    put_32(out, everyone ? 1 : 0);
    for (size_t i = 0; i < c->node_count; i++) {
        wm_buf_put_char(out, (char)c->nodes[i].op);
        wm_buf_put_char(out, (char)c->nodes[i].arg);
        put_16(out, c->nodes[i].span);
        put_32(out, c->nodes[i].operand);
    }
    wm_buf_put_str(out, wm_buf_str(&c->exclusions));
    wm_buf_put_str(out, wm_buf_str(&c->words));
    wm_buf_put_str(out, wm_buf_str(&c->texts));
    return wm_buf_status(out, c->err);
}

wm_status wm_criteria_walk(const wm_json *json, const wm_criteria_context *context, wm_walk *walk,
                           const wm_problem_sink *sink, wm_buf *program_out, wm_error *err)
{
    compiler c = { .context = context, .sink = sink, .err = err };
    wm_path_init(&c.path, walk->path);
    wm_buf_init(&c.words, program_out->env, CRITERIA_WORDS_BYTES_MAX);
    wm_buf_init(&c.texts, program_out->env, WM_RECORD_BYTES_MAX);
    wm_buf_init(&c.exclusions, program_out->env, CRITERIA_WORDS_BYTES_MAX);
    bool everyone = false;
    wm_status status =
        walk->condition ? compile_node(&c, json, 1) : compile_eligibility(&c, json, &everyone);
    walk->problems_out = c.problems;
    if (status == WM_OK && c.problems == 0) {
        status = put_program(&c, everyone, program_out);
    }
    wm_buf_fini(&c.words);
    wm_buf_fini(&c.texts);
    wm_buf_fini(&c.exclusions);
    return status;
}

wm_status wm_criteria_compile(const wm_json *eligibility, const wm_criteria_context *context,
                              wm_buf *program_out, wm_error *err)
{
    wm_walk walk = { .path = "" };
    return wm_criteria_walk(eligibility, context, &walk, &wm_first_problem, program_out, err);
}

wm_status wm_criteria_compile_condition(const wm_json *condition, const char *path,
                                        const wm_criteria_context *context, wm_buf *program_out,
                                        wm_error *err)
{
    wm_walk walk = { .path = path, .condition = true };
    return wm_criteria_walk(condition, context, &walk, &wm_first_problem, program_out, err);
}
