/* check_condition.c: a rule's condition is criteria with four more leaves (ANSWERS, "Rules"). Parts
 * without them are criteria, and are validated as such; of the parts with them only the combinators
 * above are read here, and the shape of the leaf. */
#include "check_condition.h"

#include <stdio.h>

#define PATH_BYTES 512

typedef struct condition_check {
    const wm_validation *validation;
    const wm_finding_sink *sink;
    char path[PATH_BYTES];
} condition_check;

static bool is_rule_leaf(wm_str name)
{
    static const char *const leaves[] = { "need", "query", "card", "result" };
    for (size_t i = 0; i < sizeof leaves / sizeof leaves[0]; i++) {
        if (wm_str_is(name, leaves[i])) {
            return true;
        }
    }
    return false;
}

/* A rule leaf stands somewhere in this node. */
static bool has_rule_leaf(const wm_json *node)
{
    if (node->type == WM_JSON_ARRAY) {
        for (uint32_t i = 0; i < node->count; i++) {
            if (has_rule_leaf(&node->as.items[i])) {
                return true;
            }
        }
    }
    for (uint32_t i = 0; node->type == WM_JSON_OBJECT && i < node->count; i++) {
        const wm_json_member *member = &node->as.members[i];
        if (is_rule_leaf(member->name) || has_rule_leaf(&member->value)) {
            return true;
        }
    }
    return false;
}

static wm_status tell_leaf(condition_check *at, const char *expected)
{
    wm_finding finding = { true,     "bad_node", at->validation->kind, at->validation->id, at->path,
                           expected, "" };
    return at->sink->put(at->sink->context, &finding);
}

static wm_status check_leaf(condition_check *at, wm_str name, const wm_json *value)
{
    bool is_need = wm_str_is(name, "need");
    if (is_need && value->type != WM_JSON_STRING && value->type != WM_JSON_ARRAY) {
        return tell_leaf(at, "expected the ids of needs, found something else");
    }
    if (!is_need && value->type != WM_JSON_OBJECT) {
        return tell_leaf(at, "expected an object, found something else");
    }
    return WM_OK;
}

static wm_status check_node(condition_check *at, const wm_json *node, wm_error *err);

/* Puts `name` or an index behind the path; returns the length to go back to. */
static size_t path_push(condition_check *at, wm_str name, uint32_t index)
{
    size_t length = strlen(at->path);
    size_t room = sizeof at->path - length;
    if (name.len > 0) {
        (void)snprintf(at->path + length, room, ".%.*s", WM_STR_ARG(name));
    } else {
        (void)snprintf(at->path + length, room, "[%u]", (unsigned)index);
    }
    return length;
}

static wm_status check_list(condition_check *at, const wm_json *list, wm_error *err)
{
    wm_status status = WM_OK;
    if (list->type != WM_JSON_ARRAY) {
        return tell_leaf(at, "expected a list of conditions, found something else");
    }
    for (uint32_t i = 0; i < list->count && status == WM_OK; i++) {
        size_t back = path_push(at, (wm_str){ NULL, 0 }, i);
        status = check_node(at, &list->as.items[i], err);
        at->path[back] = '\0';
    }
    return status;
}

static wm_status check_member(condition_check *at, const wm_json_member *member, wm_error *err)
{
    if (is_rule_leaf(member->name)) {
        return check_leaf(at, member->name, &member->value);
    }
    if (wm_str_is(member->name, "all") || wm_str_is(member->name, "any")) {
        return check_list(at, &member->value, err);
    }
    if (wm_str_is(member->name, "not") || wm_str_is(member->name, "actor")) {
        return check_node(at, &member->value, err);
    }
    return tell_leaf(at,
                     "expected need, query, card and result only under all, any, not and actor");
}

static wm_status check_node(condition_check *at, const wm_json *node, wm_error *err)
{
    if (!has_rule_leaf(node)) {
        wm_validation validation = *at->validation;
        validation.path = at->path;
        return wm_criteria_validate(node, &validation, at->sink, err);
    }
    if (node->type != WM_JSON_OBJECT || node->count != 1) {
        return tell_leaf(at, "expected an object with one member, found something else");
    }
    size_t back = path_push(at, node->as.members[0].name, 0);
    wm_status status = check_member(at, &node->as.members[0], err);
    at->path[back] = '\0';
    return status;
}

wm_status check_condition(const wm_json *condition, const wm_validation *validation,
                          const wm_finding_sink *sink, wm_error *err)
{
    condition_check at = { .validation = validation, .sink = sink };
    (void)snprintf(at.path, sizeof at.path, "%s", validation->path);
    return check_node(&at, condition, err);
}
