/* compile.c: eligibility JSON to program bytes.
 *
 * 1. Nodes are numbered when they are entered, so they come out in pre-order; spans are set on the
 *    way back.
 * 2. A problem is put into the sink with path, expected and found. If the sink says "go on", the
 *    node stays as it is, and no program is made in the end.
 * 3. Operands go to `words`, texts of checks to `texts`; both are put behind the nodes at the end.
 */
#include "rules/scene.h"

#define CRITERIA_WORDS_BYTES_MAX (256 * WM_KIB)
#define NODE_FORMS                                                                                 \
    "one of all, any, not, atleast, const, age, since, area, is, in, has, level, about, check"
#define RULE_FORMS NODE_FORMS ", actor, need, query, card, result"

static wm_status compile_node(wm_compiler *c, const wm_json *json, unsigned depth);

static wm_status fail_first(void *context, const wm_problem *problem, wm_error *err)
{
    (void)context;
    return wm_fail(err, WM_BAD_RECORD, "%s: %s%s%s", problem->path, problem->text,
                   problem->remedy[0] != '\0' ? "; " : "", problem->remedy);
}

const wm_problem_sink wm_first_problem = { fail_first, NULL };

static void put_16(wm_buf *buf, uint16_t value)
{
    uint8_t bytes[2] = { (uint8_t)value, (uint8_t)(value >> 8) };
    wm_buf_put(buf, bytes, sizeof bytes);
}

/* ---- nodes with nodes in them ------------------------------------------------------------- */

static wm_status compile_list(wm_compiler *c, const wm_json *list, unsigned depth)
{
    if (!wm_json_is(list, WM_JSON_ARRAY)) {
        return wm_compile_unexpected(c, "bad_type", "a list of conditions", list);
    }
    wm_status status = WM_OK;
    for (uint32_t i = 0; i < list->count && status == WM_OK && !c->full; i++) {
        size_t mark = wm_path_item(&c->path, i);
        status = compile_node(c, &list->as.items[i], depth + 1);
        wm_path_back(&c->path, mark);
    }
    return status;
}

static wm_status compile_atleast(wm_compiler *c, const wm_json *value, size_t at, unsigned depth)
{
    static const char *const names[] = { "n", "of", NULL };
    if (!wm_json_is(value, WM_JSON_OBJECT)) {
        return wm_compile_unexpected(c, "bad_type", "an object with n and of", value);
    }
    wm_status status = wm_compile_only_members(c, value, names, "n and of");
    int64_t n = wm_json_integer(wm_json_get(value, "n"), 0);
    if (status == WM_OK && (n < 1 || n > WM_CRITERIA_NODES_MAX)) {
        status = wm_compile_unexpected_member(c, WM_STR("n"), "bad_range", "a number from 1 to 256",
                                              wm_json_get(value, "n"));
    }
    c->nodes[at].operand = (uint32_t)n;
    size_t mark = wm_path_member(&c->path, WM_STR("of"));
    status = status == WM_OK ? compile_list(c, wm_json_get(value, "of"), depth) : status;
    wm_path_back(&c->path, mark);
    return status;
}

static wm_status compile_about(wm_compiler *c, const wm_json *value, size_t at, unsigned depth)
{
    static const char *const names[] = { "who", "that", NULL };
    if (c->in_about) {
        return wm_compile_problem(c, "about_in_about",
                                  "expected no about inside an about, found one",
                                  "ask about one person at a time");
    }
    if (!wm_json_is(value, WM_JSON_OBJECT)) {
        return wm_compile_unexpected(c, "bad_type", "an object with who and that", value);
    }
    wm_status status = wm_compile_only_members(c, value, names, "who and that");
    wm_str who = wm_json_string(wm_json_get(value, "who"));
    if (status == WM_OK && !wm_is_about_name(who)) {
        return wm_compile_unexpected_member(c, WM_STR("who"), "unknown_term",
                                            "cared_for, child, parent or partner",
                                            wm_json_get(value, "who"));
    }
    if (status == WM_OK) {
        status = wm_compile_check_fact(c, who, WM_FACT_PEOPLE);
    }
    status = status == WM_OK ? wm_compile_intern(c, who, &c->nodes[at].operand) : status;
    if (status == WM_OK) {
        c->in_about = true;
        size_t mark = wm_path_member(&c->path, WM_STR("that"));
        status = compile_node(c, wm_json_get(value, "that"), depth + 1);
        wm_path_back(&c->path, mark);
        c->in_about = false;
    }
    return status;
}

static wm_status compile_actor(wm_compiler *c, const wm_json *value, unsigned depth)
{
    if (!c->context->allow_actor || c->in_about || c->in_actor) {
        return wm_compile_problem(
            c, "unknown_node",
            "expected actor only in a rule, and neither in an about nor in an actor", "");
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
    { "need", WM_OP_NEED },       { "query", WM_OP_QUERY }, { "card", WM_OP_CARD },
    { "result", WM_OP_RESULT },
};

static wm_status compile_form(wm_compiler *c, const wm_json *value, size_t at, unsigned depth)
{
    switch ((wm_op)c->nodes[at].op) {
    case WM_OP_ALL:
    case WM_OP_ANY: return compile_list(c, value, depth);
    case WM_OP_NOT: return compile_node(c, value, depth + 1);
    case WM_OP_ATLEAST: return compile_atleast(c, value, at, depth);
    case WM_OP_ABOUT: return compile_about(c, value, at, depth);
    case WM_OP_ACTOR: return compile_actor(c, value, depth);
    case WM_OP_NEED:
    case WM_OP_QUERY:
    case WM_OP_CARD:
    case WM_OP_RESULT: return wm_compile_scene(c, value, at, depth);
    case WM_OP_CONST:
    case WM_OP_AGE:
    case WM_OP_SINCE:
    case WM_OP_AREA:
    case WM_OP_IS:
    case WM_OP_IN:
    case WM_OP_HAS:
    case WM_OP_LEVEL:
    case WM_OP_CHECK:
    default: return wm_compile_leaf(c, value, at);
    }
}

bool wm_compile_open_node(wm_compiler *c, uint8_t op, unsigned depth, size_t *at_out,
                          wm_status *status_out)
{
    if (c->node_count == WM_CRITERIA_NODES_MAX) {
        c->full = true;
        *status_out =
            wm_compile_problem(c, "too_many_nodes", "expected at most 256 conditions, found more",
                               "split the service, or list several values in one condition");
        return false;
    }
    if (depth > WM_CRITERIA_DEPTH_MAX) {
        *status_out =
            wm_compile_problem(c, "too_deep", "expected conditions at most 16 deep, found deeper",
                               "put conditions side by side in one all or any");
        return false;
    }
    *at_out = c->node_count++;
    c->nodes[*at_out] = (wm_node){ .op = op, .span = 1 };
    return true;
}

/* False: no form has that name. */
static bool find_form(wm_str name, wm_op *op_out)
{
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (wm_str_is(name, forms[i].name)) {
            *op_out = forms[i].op;
            return true;
        }
    }
    return false;
}

static wm_status compile_node(wm_compiler *c, const wm_json *json, unsigned depth)
{
    if (!wm_json_is(json, WM_JSON_OBJECT) || json->count != 1) {
        return wm_compile_unexpected(c, "bad_shape", "a condition: an object with one name", json);
    }
    const wm_json_member *member = &json->as.members[0];
    wm_op op = WM_OP_CONST;
    size_t at = 0;
    wm_status status = WM_OK;
    if (!find_form(member->name, &op)) {
        const char *expected = c->context->allow_actor ? RULE_FORMS : NODE_FORMS;
        return wm_compile_unexpected(c, "unknown_node", expected, json);
    }
    if (!wm_compile_open_node(c, (uint8_t)op, depth, &at, &status)) {
        return status;
    }
    size_t mark = wm_path_member(&c->path, member->name);
    status = compile_form(c, &member->value, at, depth);
    wm_path_back(&c->path, mark);
    c->nodes[at].span = (uint16_t)(c->node_count - at);
    return status;
}

/* ---- the whole ---------------------------------------------------------------------------- */

static wm_status put_instead(wm_compiler *c, const wm_json *list, uint8_t *count_out)
{
    if (list == NULL) {
        return WM_OK;
    }
    wm_status status = WM_OK;
    if (!wm_json_is(list, WM_JSON_ARRAY) || list->count > WM_INSTEAD_MAX) {
        return wm_compile_unexpected(c, "bad_type", "a list of at most 64 offers", list);
    }
    for (uint32_t i = 0; i < list->count && status == WM_OK; i++) {
        wm_str offer = wm_json_string(&list->as.items[i]);
        if (offer.len == 0 || offer.len > WM_ID_BYTES_MAX) {
            size_t mark = wm_path_item(&c->path, i);
            status = wm_compile_unexpected(c, "bad_type", "an offer", &list->as.items[i]);
            wm_path_back(&c->path, mark);
        } else {
            status = wm_compile_put_symbol(c, offer);
        }
    }
    *count_out = (uint8_t)list->count;
    return status;
}

static wm_status compile_exclusion(wm_compiler *c, const wm_json *json)
{
    static const char *const names[] = { "when", "reason", "soft", "instead", NULL };
    static const char expected[] = "an object with when, reason, soft and instead";
    if (!wm_json_is(json, WM_JSON_OBJECT)) {
        return wm_compile_unexpected(c, "bad_type", expected, json);
    }
    wm_status status = wm_compile_only_members(c, json, names, expected);
    const wm_json *reason = wm_json_get(json, "reason");
    const wm_json *soft = wm_json_get(json, "soft");
    wm_symbol symbol = WM_SYMBOL_NONE;
    if (status == WM_OK && soft != NULL && soft->type != WM_JSON_BOOL) {
        status = wm_compile_unexpected_member(c, WM_STR("soft"), "bad_type", "true or false", soft);
    }
    wm_str code = wm_json_string(reason);
    if (status == WM_OK && reason != NULL) {
        status = code.len == 0 || code.len > WM_ID_BYTES_MAX
                     ? wm_compile_unexpected_member(c, WM_STR("reason"), "bad_type",
                                                    "the code of a reason", reason)
                     : wm_compile_intern(c, code, &symbol);
    }
    uint32_t instead_at = wm_compile_word_at(c);
    uint8_t instead_count = 0;
    if (status == WM_OK) {
        size_t mark = wm_path_member(&c->path, WM_STR("instead"));
        status = put_instead(c, wm_json_get(json, "instead"), &instead_count);
        wm_path_back(&c->path, mark);
    }
    wm_compile_put_32(&c->exclusions, symbol);
    put_16(&c->exclusions, (uint16_t)c->node_count);
    wm_buf_put_char(&c->exclusions, wm_json_boolean(soft, false) ? 1 : 0);
    wm_buf_put_char(&c->exclusions, (char)instead_count);
    wm_compile_put_32(&c->exclusions, instead_at);
    c->exclusion_count++;
    if (status == WM_OK) {
        size_t mark = wm_path_member(&c->path, WM_STR("when"));
        status = compile_node(c, wm_json_get(json, "when"), 1);
        wm_path_back(&c->path, mark);
    }
    return status;
}

static wm_status compile_exclusions(wm_compiler *c, const wm_json *list)
{
    if (list == NULL) {
        return WM_OK;
    }
    size_t mark = wm_path_member(&c->path, WM_STR("not_for"));
    wm_status status = WM_OK;
    if (!wm_json_is(list, WM_JSON_ARRAY)) {
        status = wm_compile_unexpected(c, "bad_type", "a list of exclusions", list);
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

static wm_status check_routes_and_words(wm_compiler *c, const wm_json *eligibility)
{
    const wm_json *routes = wm_json_get(eligibility, "routes");
    const wm_json *words = wm_json_get(eligibility, "words");
    wm_status status = WM_OK;
    bool strings = routes == NULL || routes->type == WM_JSON_ARRAY;
    for (uint32_t i = 0; strings && routes != NULL && i < routes->count; i++) {
        strings = routes->as.items[i].type == WM_JSON_STRING;
    }
    if (!strings) {
        status = wm_compile_unexpected_member(c, WM_STR("routes"), "bad_type", "a list of words",
                                              routes);
    }
    if (status == WM_OK && words != NULL && words->type != WM_JSON_STRING) {
        status = wm_compile_unexpected_member(c, WM_STR("words"), "bad_type", "a text", words);
    }
    return status;
}

static wm_status compile_eligibility(wm_compiler *c, const wm_json *json, bool *everyone_out)
{
    static const char *const names[] = { "who", "not_for", "routes", "words", NULL };
    *everyone_out = wm_json_get(json, "who") == NULL;
    if (json == NULL) {
        return WM_OK;
    }
    if (json->type != WM_JSON_OBJECT) {
        return wm_compile_unexpected(c, "bad_type", "an object with who and not_for", json);
    }
    wm_status status = wm_compile_only_members(c, json, names, "who, not_for, routes or words");
    if (status == WM_OK && !*everyone_out) {
        size_t mark = wm_path_member(&c->path, WM_STR("who"));
        status = compile_node(c, wm_json_get(json, "who"), 1);
        wm_path_back(&c->path, mark);
    }
    status = status == WM_OK ? compile_exclusions(c, wm_json_get(json, "not_for")) : status;
    return status == WM_OK ? check_routes_and_words(c, json) : status;
}

static wm_status status_of_buffers(const wm_compiler *c)
{
    wm_status status = wm_buf_status(&c->words, c->err);
    status = status == WM_OK ? wm_buf_status(&c->texts, c->err) : status;
    return status == WM_OK ? wm_buf_status(&c->exclusions, c->err) : status;
}

static wm_status put_program(const wm_compiler *c, bool everyone, wm_buf *out)
{
    wm_buf_put(out, "WMC", 3);
    wm_buf_put_char(out, WM_PROGRAM_VERSION);
    put_16(out, (uint16_t)c->node_count);
    put_16(out, (uint16_t)c->exclusion_count);
    wm_compile_put_32(out, wm_compile_word_at(c));
    wm_compile_put_32(out, (uint32_t)c->texts.len);
    wm_compile_put_32(out, everyone ? 1 : 0);
    for (size_t i = 0; i < c->node_count; i++) {
        wm_buf_put_char(out, (char)c->nodes[i].op);
        wm_buf_put_char(out, (char)c->nodes[i].arg);
        put_16(out, c->nodes[i].span);
        wm_compile_put_32(out, c->nodes[i].operand);
    }
    wm_buf_put_str(out, wm_buf_str(&c->exclusions));
    wm_buf_put_str(out, wm_buf_str(&c->words));
    wm_buf_put_str(out, wm_buf_str(&c->texts));
    return wm_buf_status(out, c->err);
}

wm_status wm_criteria_walk(const wm_json *json, const wm_criteria_context *context, wm_walk *walk,
                           const wm_problem_sink *sink, wm_buf *program_out, wm_error *err)
{
    wm_compiler c = { .context = context,
                      .sink = sink,
                      .err = err,
                      .no_card = walk->no_card,
                      .no_result = walk->no_result };
    wm_path_init(&c.path, walk->path);
    wm_buf_init(&c.words, program_out->env, CRITERIA_WORDS_BYTES_MAX);
    wm_buf_init(&c.texts, program_out->env, WM_RECORD_BYTES_MAX);
    wm_buf_init(&c.exclusions, program_out->env, CRITERIA_WORDS_BYTES_MAX);
    bool everyone = false;
    wm_status status =
        walk->condition ? compile_node(&c, json, 1) : compile_eligibility(&c, json, &everyone);
    walk->problems_out = c.problems;
    status = status == WM_OK ? status_of_buffers(&c) : status;
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
