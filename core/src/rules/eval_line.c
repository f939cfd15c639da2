/* eval_line.c: one line of `waymark eval`: a service and facts in, a verdict out. */
#include "rules/compile.h"
#include "rules/facts.h"
#include "rules/path.h"
#include "rules/program.h"

/* Everything of one line; fini frees it in any state. */
typedef struct line {
    const wm_env *env;
    wm_arena arena;
    wm_symbols *symbols;
    wm_area_map *areas;
    wm_buf program;
    const wm_json *service;
    const wm_json *facts_json;
    wm_criteria criteria;
    wm_facts *facts;
} line;

/* ---- the type that a fact has by use ------------------------------------------------------- */

static const char *wanted_form(uint8_t op)
{
    switch (op) {
    case WM_OP_SINCE: return "an event ({\"date\"}, {\"months\"} or {\"none\":true})";
    case WM_OP_IN: return "a value or {\"one_of\":[..]}";
    case WM_OP_HAS: return "a set ({\"has\",\"not\",\"complete\"})";
    case WM_OP_ABOUT: return "{\"people\":[..]}";
    default: return "true or false";
    }
}

static wm_fact_type wanted_type(uint8_t op)
{
    switch (op) {
    case WM_OP_SINCE: return WM_FACT_EVENT;
    case WM_OP_IN: return WM_FACT_ONE;
    case WM_OP_HAS: return WM_FACT_SET;
    case WM_OP_ABOUT: return WM_FACT_PEOPLE;
    default: return WM_FACT_FLAG;
    }
}

static wm_status check_people(const line *l, const wm_fact *fact, size_t at, wm_path *path,
                              wm_error *err);

/* Without a registry a fact's type follows from its form; it must be the one that the criteria
 * use it as. `path` names these facts; `end` is one past the nodes that read them. */
static wm_status check_uses(const line *l, const wm_facts *facts, size_t at, size_t end,
                            wm_path *path, wm_error *err)
{
    wm_status status = WM_OK;
    for (; at < end && status == WM_OK; at++) {
        wm_node node = wm_program_node(&l->criteria, at);
        wm_symbol symbol = node.operand;
        if (node.op == WM_OP_SINCE || node.op == WM_OP_IN || node.op == WM_OP_HAS) {
            symbol = wm_program_word(&l->criteria, node.operand);
        } else if (node.op != WM_OP_IS && node.op != WM_OP_ABOUT) {
            continue;
        }
        const wm_fact *fact = wm_facts_find(facts, symbol);
        bool known = fact != NULL && fact->given == WM_GIVEN_KNOWN;
        if (known && fact->type != wanted_type(node.op)) {
            char text[WM_FOUND_BYTES];
            return wm_fail(err, WM_BAD_INPUT, "%s.%.*s: expected %s, found %s", path->text,
                           WM_STR_ARG(fact->name), wanted_form(node.op),
                           wm_describe(fact->value, text));
        }
        if (node.op == WM_OP_ABOUT) {
            status = known ? check_people(l, fact, at, path, err) : WM_OK;
            at += node.span - 1U;
        }
    }
    return status;
}

/* Each of the people of the `about` at `at`. */
static wm_status check_people(const line *l, const wm_fact *fact, size_t at, wm_path *path,
                              wm_error *err)
{
    wm_status status = WM_OK;
    size_t end = at + wm_program_node(&l->criteria, at).span;
    size_t mark = wm_path_member(path, fact->name);
    (void)wm_path_member(path, WM_STR("people"));
    for (uint32_t i = 0; i < fact->as.people.count && status == WM_OK; i++) {
        size_t item = wm_path_item(path, i);
        status = check_uses(l, fact->as.people.items[i], at + 1, end, path, err);
        wm_path_back(path, item);
    }
    wm_path_back(path, mark);
    return status;
}

/* ---- steps -------------------------------------------------------------------------------- */

static wm_status read_line(line *l, wm_str text, wm_error *err)
{
    const wm_json *json = NULL;
    wm_status status =
        wm_json_parse(&l->arena, text, WM_RECORD_BYTES_MAX + WM_QUERY_BYTES_MAX, &json, err);
    if (status != WM_OK) {
        return status;
    }
    l->service = wm_json_get(json, "service");
    l->facts_json = wm_json_get(json, "facts");
    char found[WM_FOUND_BYTES];
    if (!wm_json_is(l->service, WM_JSON_OBJECT)) {
        return wm_fail(err, WM_BAD_INPUT,
                       "service: expected an object with who and not_for, found %s",
                       wm_describe(l->service, found));
    }
    if (!wm_json_is(l->facts_json, WM_JSON_OBJECT)) {
        return wm_fail(err, WM_BAD_INPUT, "facts: expected an object with as_of, found %s",
                       wm_describe(l->facts_json, found));
    }
    return WM_OK;
}

static wm_status compile_service(line *l, wm_error *err)
{
    wm_status status = wm_symbols_new(l->env, &l->symbols, err);
    status = status == WM_OK ? wm_criteria_prepare_symbols(l->symbols, err) : status;
    if (status != WM_OK) {
        return status;
    }
    wm_criteria_context context = { .symbols = l->symbols };
    wm_walk walk = { .path = "service" };
    status = wm_criteria_walk(l->service, &context, &walk, &wm_first_problem, &l->program, err);
    return status == WM_OK ? wm_criteria_load(l->program.data, l->program.len, &l->criteria, err)
                           : status;
}

static wm_status read_facts(line *l, const wm_locality_tree *tree, wm_error *err)
{
    wm_status status = wm_area_map_new(l->env, l->symbols, tree, &l->areas, err);
    if (status != WM_OK) {
        return status;
    }
    wm_facts_context context = { l->symbols, l->areas, NULL, WM_DATE_NONE };
    status = wm_facts_parse(&l->arena, l->facts_json, &context, &l->facts, err);
    wm_path path;
    wm_path_init(&path, "facts");
    return status == WM_OK ? check_uses(l, l->facts, 0, l->criteria.node_count, &path, err)
                           : status;
}

static void put_verdict(const line *l, wm_buf *out)
{
    wm_evaluation evaluation = { l->symbols, l->areas, l->facts, NULL, NULL };
    wm_verdict_result result;
    wm_criteria_evaluate(&l->criteria, &evaluation, &result);
    wm_json_out json;
    wm_json_out_init(&json, out);
    wm_json_out_object(&json);
    wm_json_out_member_text(&json, "verdict", wm_verdict_name(result.verdict));
    wm_json_out_name(&json, "missing");
    wm_json_out_array(&json);
    for (uint16_t i = 0; i < result.missing_count; i++) {
        wm_json_out_string(&json, wm_symbols_text(l->symbols, result.missing[i]));
    }
    wm_json_out_end_array(&json);
    wm_json_out_member_boolean(&json, "near_miss", result.near_miss);
    wm_json_out_end_object(&json);
}

static void put_error(size_t line_number, const wm_error *error, wm_buf *out)
{
    wm_json_out json;
    wm_json_out_init(&json, out);
    wm_json_out_object(&json);
    wm_json_out_name(&json, "error");
    wm_json_out_object(&json);
    wm_json_out_member_integer(&json, "line", (int64_t)line_number);
    wm_json_out_member_text(&json, "text", error->text);
    wm_json_out_end_object(&json);
    wm_json_out_end_object(&json);
}

wm_status wm_eval_line(const wm_env *env, const wm_locality_tree *tree, wm_str text,
                       size_t line_number, wm_buf *out, wm_error *err)
{
    line l = { .env = env };
    wm_arena_init(&l.arena, env, 64 * WM_MIB);
    wm_buf_init(&l.program, env, 2 * WM_MIB);
    wm_error error;
    wm_error_clear(&error);
    wm_status status = read_line(&l, text, &error);
    status = status == WM_OK ? compile_service(&l, &error) : status;
    status = status == WM_OK ? read_facts(&l, tree, &error) : status;
    if (status == WM_OK) {
        put_verdict(&l, out);
        status = wm_buf_status(out, &error);
    } else if (status == WM_BAD_INPUT || status == WM_BAD_RECORD || status == WM_TOO_LARGE) {
        put_error(line_number, &error, out);
        status = wm_buf_status(out, &error);
        status = status == WM_OK ? WM_BAD_INPUT : status;
    }
    if (status != WM_OK && err != NULL) {
        *err = error;
        err->status = status;
    }
    wm_area_map_free(l.areas);
    wm_symbols_free(l.symbols);
    wm_buf_fini(&l.program);
    wm_arena_fini(&l.arena);
    return status;
}
