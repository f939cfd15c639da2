/* references.c: every mention of another record, found by the same tables that check shapes.
 *
 * Criteria and the actions of rules are walked by their own small grammars; what does not fit them
 * is passed over here, since criteria.h reports it. Members stand in code point order of their
 * names, so references come in order of path. */
#include "shape.h"

#include <assert.h>

#include <waymark/sys/limits.h>

typedef struct walk {
    wm_reference_fn each;
    void *context;
    model_path path;
    wm_status status;
} walk;

static uint32_t items_of(const wm_json *list)
{
    return list != NULL && list->type == WM_JSON_ARRAY ? list->count : 0;
}

static uint32_t members_of(const wm_json *object)
{
    return object != NULL && object->type == WM_JSON_OBJECT ? object->count : 0;
}

static void refer(walk *at, wm_kind kind, const char *prefix, const wm_json *value, bool required)
{
    char word[WM_ID_BYTES_MAX + 32];
    wm_str id = wm_json_string(value);
    if (at->status != WM_OK || id.len == 0 || id.len > WM_ID_BYTES_MAX) {
        return;
    }
    if (prefix != NULL) {
        wm_str lead = wm_str_of(prefix);
        assert(lead.len <= sizeof word - WM_ID_BYTES_MAX);
        memcpy(word, lead.ptr, lead.len);
        memcpy(word + lead.len, id.ptr, id.len);
        id = (wm_str){ word, lead.len + id.len };
    }
    if (wm_id_valid(id)) {
        wm_reference reference = { model_path_text(&at->path), kind, id, required };
        at->status = at->each(at->context, &reference);
    }
}

/* A string, or each string of a list. */
static void refer_all(walk *at, wm_kind kind, const char *prefix, const wm_json *value,
                      bool required)
{
    if (!wm_json_is(value, WM_JSON_ARRAY)) {
        refer(at, kind, prefix, value, required);
        return;
    }
    for (uint32_t i = 0; i < value->count; i++) {
        size_t back = model_path_index(&at->path, i);
        refer(at, kind, prefix, &value->as.items[i], required);
        model_path_back(&at->path, back);
    }
}

/* ---- criteria ---- */

static void walk_criteria(walk *at, const wm_json *node);

static void walk_nodes(walk *at, const wm_json *list)
{
    for (uint32_t i = 0; i < items_of(list); i++) {
        size_t back = model_path_index(&at->path, i);
        walk_criteria(at, &list->as.items[i]);
        model_path_back(&at->path, back);
    }
}

/* A member of `object` that is itself criteria, nodes or a reference. */
typedef enum part { PART_NODE, PART_NODES, PART_FACT, PART_LOCALITIES } part;

static void walk_part(walk *at, const wm_json *object, const char *name, part what)
{
    const wm_json *value = wm_json_get(object, name);
    size_t back = model_path_name(&at->path, wm_str_of(name));
    if (value != NULL && what == PART_NODE) {
        walk_criteria(at, value);
    } else if (what == PART_NODES) {
        walk_nodes(at, value);
    } else if (what == PART_FACT) {
        refer(at, WM_KIND_FACT, NULL, value, true);
    } else {
        refer_all(at, WM_KIND_LOCALITY, NULL, value, true);
    }
    model_path_back(&at->path, back);
}

/* {"in":{"student_at":[..]}}, has, level: the fact is the name of the member. */
static void walk_named_fact(walk *at, const wm_json *value)
{
    for (uint32_t i = 0; i < members_of(value); i++) {
        wm_json name = { .type = WM_JSON_STRING, .as.string = value->as.members[i].name };
        size_t back = model_path_name(&at->path, value->as.members[i].name);
        if (!model_is_extra(value->as.members[i].name)) {
            refer(at, WM_KIND_FACT, NULL, &name, true);
        }
        model_path_back(&at->path, back);
    }
}

/* Members that are words, or ids of texts, with what stands before the word in the text's id. */
typedef struct named_words {
    const char *name; /* NULL at the end */
    const char *prefix;
} named_words;

static void walk_words(walk *at, const wm_json *object, const named_words *words)
{
    for (; words->name != NULL; words++) {
        size_t back = model_path_name(&at->path, wm_str_of(words->name));
        refer_all(at, WM_KIND_TEXT, words->prefix, wm_json_get(object, words->name), false);
        model_path_back(&at->path, back);
    }
}

static const named_words card_words[] = {
    { "exclusion", "reason." },
    { "kind", "kind." },
    { "offers", "offer." },
    { NULL, NULL },
};

static void walk_node(walk *at, wm_str node, const wm_json *value)
{
    if (wm_str_is(node, "all") || wm_str_is(node, "any")) {
        walk_nodes(at, value);
    } else if (wm_str_is(node, "not") || wm_str_is(node, "actor")) {
        walk_criteria(at, value);
    } else if (wm_str_is(node, "atleast")) {
        walk_part(at, value, "of", PART_NODES);
    } else if (wm_str_is(node, "is")) {
        refer(at, WM_KIND_FACT, NULL, value, true);
    } else if (wm_str_is(node, "in") || wm_str_is(node, "has") || wm_str_is(node, "level")) {
        walk_named_fact(at, value);
    } else if (wm_str_is(node, "since")) {
        walk_part(at, value, "event", PART_FACT);
    } else if (wm_str_is(node, "area")) {
        walk_part(at, value, "in", PART_LOCALITIES);
    } else if (wm_str_is(node, "about")) {
        walk_part(at, value, "that", PART_NODE);
        walk_part(at, value, "who", PART_FACT);
    } else if (wm_str_is(node, "need")) {
        refer_all(at, WM_KIND_NEED, NULL, value, true);
    } else if (wm_str_is(node, "card")) {
        walk_words(at, value, card_words);
    }
}

static void walk_criteria(walk *at, const wm_json *node)
{
    for (uint32_t i = 0; i < members_of(node); i++) {
        const wm_json_member *member = &node->as.members[i];
        size_t back = model_path_name(&at->path, member->name);
        walk_node(at, member->name, &member->value);
        model_path_back(&at->path, back);
    }
}

/* ---- actions of rules ---- */

/* A line stands in SAFETY and says what to do: its text must be there. */
static void walk_action(walk *at, const wm_json *action)
{
    static const named_words before[] = {
        { "add", "handover." },         { "leave_out", "handover." }, { "never", "reason." },
        { "never_blocks", "consent." }, { "offers", "offer." },       { NULL, NULL },
    };
    static const named_words between[] = { { "reasons", "reason." }, { NULL, NULL } };
    bool is_line = wm_str_is(wm_json_string(wm_json_get(action, "verb")), "line");
    walk_words(at, action, before);
    walk_part(at, action, "only", PART_NODE);
    walk_words(at, action, between);
    size_t back = model_path_name(&at->path, WM_STR("text"));
    refer(at, WM_KIND_TEXT, NULL, wm_json_get(action, "text"), is_line);
    model_path_back(&at->path, back);
    walk_part(at, action, "unless", PART_NODE);
    walk_part(at, action, "when", PART_NODE);
}

/* ---- shapes ---- */

static void walk_value(walk *at, const wm_json *value, const value_rule *rule);

static void walk_object(walk *at, const wm_json *value, const value_rule *rule)
{
    for (uint32_t i = 0; i < value->count && at->status == WM_OK; i++) {
        const wm_json_member *member = &value->as.members[i];
        const field_rule *field =
            rule->type == VALUE_OBJECT ? model_field(rule->fields, member->name) : NULL;
        const value_rule *next = rule->type == VALUE_BY_LANGUAGE ? rule->item
                                 : field != NULL                 ? field->value
                                                                 : NULL;
        if (next != NULL) {
            size_t back = model_path_name(&at->path, member->name);
            walk_value(at, &member->value, next);
            model_path_back(&at->path, back);
        }
    }
}

static void walk_value(walk *at, const wm_json *value, const value_rule *rule)
{
    if (rule->type == VALUE_REFERENCE) {
        refer(at, rule->kind, rule->prefix, value, rule->prefix == NULL);
    } else if (rule->type == VALUE_SERVICE_OR_TEXT) {
        refer(at, WM_KIND_SERVICE, NULL, value, false);
    } else if (rule->type == VALUE_CRITERIA) {
        walk_criteria(at, value);
    } else if (rule->type == VALUE_FREE) {
        walk_action(at, value);
    } else if (value->type == WM_JSON_OBJECT && rule->type == VALUE_EITHER) {
        walk_value(at, value, rule->item);
    } else if (value->type == WM_JSON_OBJECT) {
        walk_object(at, value, rule);
    } else if (value->type == WM_JSON_ARRAY && rule->type == VALUE_LIST) {
        for (uint32_t i = 0; i < value->count && at->status == WM_OK; i++) {
            size_t back = model_path_index(&at->path, i);
            walk_value(at, &value->as.items[i], rule->item);
            model_path_back(&at->path, back);
        }
    }
}

wm_status wm_record_references(wm_kind kind, const wm_json *value, wm_reference_fn each,
                               void *context, wm_error *err)
{
    if ((size_t)kind >= WM_KIND_COUNT || value == NULL || each == NULL) {
        return wm_fail(err, WM_BAD_ARGUMENT,
                       "wm_record_references: expected a kind, a value and a function");
    }
    walk at = { .each = each, .context = context, .status = WM_OK };
    walk_value(&at, value, model_shape_of(kind));
    return at.status;
}
