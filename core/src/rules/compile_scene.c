/* compile_scene.c: `need`, `query`, `card` and `result` to nodes. */
#include "rules/scene.h"

/* A list of words, each once, as bits. */
static wm_status compile_words(wm_compiler *c, const wm_member *member, const wm_json *list,
                               uint32_t *bits_out)
{
    if (!wm_json_is(list, WM_JSON_ARRAY) || list->count == 0) {
        return wm_compile_unexpected(c, "bad_type", member->expected, list);
    }
    uint32_t bits = 0;
    wm_status status = WM_OK;
    for (uint32_t i = 0; i < list->count && status == WM_OK; i++) {
        unsigned number = 0;
        size_t mark = wm_path_item(&c->path, i);
        if (!wm_word_parse(wm_json_string(&list->as.items[i]), member->words, &number)) {
            status = wm_compile_unexpected(c, "unknown_term", member->expected, &list->as.items[i]);
        } else if ((bits >> number & 1) != 0) {
            status = wm_compile_unexpected(c, "repeated", "each word once", &list->as.items[i]);
        }
        bits |= 1U << number;
        wm_path_back(&c->path, mark);
    }
    *bits_out = bits;
    return status;
}

static wm_status read_number(wm_compiler *c, const wm_member *member, const wm_json *range,
                             const char *name, uint32_t *number_out)
{
    const wm_json *value = wm_json_get(range, name);
    int64_t number = wm_json_integer(value, -1);
    if (value == NULL) {
        return WM_OK;
    }
    if (number < 0 || number > member->limit) {
        return wm_compile_unexpected_member(c, wm_str_of(name), "bad_range", member->expected,
                                            value);
    }
    *number_out = (uint32_t)number;
    return WM_OK;
}

static wm_status compile_numbers(wm_compiler *c, const wm_member *member, const wm_json *range,
                                 size_t at)
{
    static const char *const names[] = { "min", "max", NULL };
    uint32_t min = 0;
    uint32_t max = UINT32_MAX;
    if (!wm_json_is(range, WM_JSON_OBJECT) ||
        (wm_json_get(range, "min") == NULL && wm_json_get(range, "max") == NULL)) {
        return wm_compile_unexpected(c, "bad_shape", member->expected, range);
    }
    wm_status status = wm_compile_only_members(c, range, names, "min or max");
    status = status == WM_OK ? read_number(c, member, range, "min", &min) : status;
    status = status == WM_OK ? read_number(c, member, range, "max", &max) : status;
    if (status == WM_OK && min > max) {
        status = wm_compile_unexpected(c, "bad_range", "a min that is at most max", range);
    }
    c->nodes[at].operand = wm_compile_word_at(c);
    wm_compile_put_32(&c->words, min);
    wm_compile_put_32(&c->words, max);
    return status;
}

/* The value of one member, whose node stands at `at`. The path names it. */
static wm_status compile_member(wm_compiler *c, const wm_member *member, const wm_json *value,
                                size_t at)
{
    unsigned word = 0;
    switch (member->form) {
    case WM_MEMBER_WORDS: return compile_words(c, member, value, &c->nodes[at].operand);
    case WM_MEMBER_WORD:
        c->nodes[at].operand = 1;
        return wm_word_parse(wm_json_string(value), member->words, &word)
                   ? WM_OK
                   : wm_compile_unexpected(c, "unknown_term", member->expected, value);
    case WM_MEMBER_TRUTH:
        c->nodes[at].operand = wm_json_boolean(value, false) ? 1 : 0;
        return wm_json_is(value, WM_JSON_BOOL)
                   ? WM_OK
                   : wm_compile_unexpected(c, "bad_type", member->expected, value);
    case WM_MEMBER_NAMES:
        c->nodes[at].operand = wm_compile_word_at(c);
        return wm_compile_put_names(c, value, member->expected);
    case WM_MEMBER_NUMBERS:
    default: return compile_numbers(c, member, value, at);
    }
}

static const char *members_of(uint8_t op)
{
    return op == WM_OP_QUERY    ? "actor, about or access"
           : op == WM_OP_RESULT ? "main_reachable"
                                : "status, verdict, near_miss, usable_now, "
                                  "closes_before_first_contact, section, subject, open, verified, "
                                  "language, response, tried, wait_weeks, kind, offers or "
                                  "exclusion";
}

static wm_status compile_one(wm_compiler *c, const wm_json_member *json, uint8_t op, size_t at)
{
    uint8_t number = 0;
    const wm_member *member = wm_scene_member(op, number);
    while (member != NULL && !wm_str_is(json->name, member->name)) {
        member = wm_scene_member(op, ++number);
    }
    size_t mark = wm_path_member(&c->path, json->name);
    wm_status status = WM_OK;
    if (member == NULL) {
        status = wm_compile_unexpected(c, "unknown_field", members_of(op), &json->value);
    } else {
        c->nodes[at].op = op;
        c->nodes[at].arg = number;
        status = compile_member(c, member, &json->value, at);
    }
    wm_path_back(&c->path, mark);
    return status;
}

static bool is_extra(wm_str name)
{
    return wm_str_starts(name, WM_STR("x_"));
}

static wm_status compile_object(wm_compiler *c, const wm_json *object, size_t at, unsigned depth)
{
    uint8_t op = c->nodes[at].op;
    uint32_t members = 0;
    for (uint32_t i = 0; wm_json_is(object, WM_JSON_OBJECT) && i < object->count; i++) {
        members += !is_extra(object->as.members[i].name);
    }
    if (members == 0) {
        return wm_compile_unexpected(c, "bad_shape", members_of(op), object);
    }
    if (members > 1) {
        c->nodes[at] = (wm_node){ .op = WM_OP_ALL, .arg = op, .span = 1 };
    }
    wm_status status = WM_OK;
    for (uint32_t i = 0; i < object->count && status == WM_OK && !c->full; i++) {
        size_t leaf = at;
        if (!is_extra(object->as.members[i].name) &&
            (members == 1 || wm_compile_open_node(c, op, depth + 1, &leaf, &status))) {
            status = compile_one(c, &object->as.members[i], op, leaf);
        }
    }
    return status;
}

wm_status wm_compile_scene(wm_compiler *c, const wm_json *value, size_t at, unsigned depth)
{
    uint8_t op = c->nodes[at].op;
    if (!c->context->allow_actor) {
        return wm_compile_problem(c, "unknown_node",
                                  "expected need, query, card and result only in a rule", "");
    }
    if (op == WM_OP_CARD && c->no_card) {
        return wm_compile_problem(c, "no_card", "expected no card here: none is in hand, found one",
                                  "make it a rule of scope card, or put it into only or unless of "
                                  "an action on cards");
    }
    if (op == WM_OP_RESULT && c->no_result) {
        return wm_compile_problem(c, "no_result",
                                  "expected result only from phase add on, found it before",
                                  "nothing has been put together yet: use a later phase");
    }
    if (op == WM_OP_NEED) {
        return compile_member(c, wm_scene_member(op, 0), value, at);
    }
    return compile_object(c, value, at, depth);
}
