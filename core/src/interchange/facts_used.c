/* facts_used.c: walk criteria, and remember facts with their types and terms.
 *
 * The questions are made from the names of the facts: whoever runs such a directory writes better
 * ones. They are marked as derived, and as not reviewed. */
#include "facts_used.h"

#include <stdio.h>
#include <stdlib.h>

#include "tree.h"

#define FACTS_MAX 4096
#define TERMS_MAX 1024 /* of one fact: what a list in a record may hold */

typedef struct used_fact {
    wm_str id;
    wm_fact_type type;
    wm_str *terms;
    size_t term_count;
    size_t term_capacity;
} used_fact;

struct facts_used {
    const wm_env *env;
    wm_arena arena;
    used_fact *items;
    size_t count;
    size_t capacity;
};

wm_status facts_used_new(const wm_env *env, facts_used **facts_out, wm_error *err)
{
    facts_used *facts = wm_env_alloc(env, sizeof *facts);
    if (facts == NULL) {
        return wm_fail_memory(err);
    }
    facts->env = env;
    wm_arena_init(&facts->arena, env, 64 * WM_MIB);
    *facts_out = facts;
    return WM_OK;
}

void facts_used_free(facts_used *facts)
{
    if (facts != NULL) {
        wm_arena_fini(&facts->arena);
        wm_env_free(facts->env, facts, sizeof *facts);
    }
}

static wm_status use_fact(facts_used *facts, wm_str id, wm_fact_type type, used_fact **fact_out,
                          wm_error *err)
{
    for (size_t i = 0; i < facts->count; i++) {
        used_fact *fact = &facts->items[i];
        if (wm_str_equal(fact->id, id)) {
            *fact_out = fact;
            return fact->type == type
                       ? WM_OK
                       : wm_fail(err, WM_BAD_RECORD,
                                 "eligibility: expected %.*s as %s, as before, found it as %s",
                                 WM_STR_ARG(id), wm_fact_type_name(fact->type),
                                 wm_fact_type_name(type));
        }
    }
    used_fact *items = facts->count < FACTS_MAX
                           ? wm_arena_grow(&facts->arena, facts->items, facts->count,
                                           &facts->capacity, sizeof *items)
                           : NULL;
    wm_str copy = wm_arena_copy(&facts->arena, id);
    if (items == NULL || copy.ptr == NULL) {
        return facts->count < FACTS_MAX
                   ? wm_fail_memory(err)
                   : wm_fail(err, WM_BAD_RECORD, "eligibility: expected at most %d facts in all",
                             FACTS_MAX);
    }
    facts->items = items;
    items[facts->count] = (used_fact){ .id = copy, .type = type };
    *fact_out = &items[facts->count++];
    return WM_OK;
}

static wm_status use_term(facts_used *facts, used_fact *fact, const wm_json *term, wm_error *err)
{
    wm_str text = wm_json_string(term);
    for (size_t i = 0; i < fact->term_count; i++) {
        if (wm_str_equal(fact->terms[i], text)) {
            return WM_OK;
        }
    }
    if (fact->term_count == TERMS_MAX) {
        return wm_fail(err, WM_BAD_RECORD, "eligibility: expected at most %d terms of %.*s",
                       TERMS_MAX, WM_STR_ARG(fact->id));
    }
    wm_str *terms = wm_arena_grow(&facts->arena, fact->terms, fact->term_count,
                                  &fact->term_capacity, sizeof *terms);
    wm_str copy = wm_arena_copy(&facts->arena, text);
    if (terms == NULL || copy.ptr == NULL) {
        return wm_fail_memory(err);
    }
    fact->terms = terms;
    terms[fact->term_count++] = copy;
    return WM_OK;
}

static wm_status walk(facts_used *facts, const wm_json *node, wm_error *err);

static wm_status walk_all(facts_used *facts, const wm_json *nodes, wm_error *err)
{
    wm_status status = WM_OK;
    for (uint32_t i = 0; i < tree_items(nodes) && status == WM_OK; i++) {
        status = walk(facts, &nodes->as.items[i], err);
    }
    return status;
}

/* {"has":{"conditions":[..]}}, in, level: the fact is the name of the member. */
static wm_status walk_named(facts_used *facts, const wm_json *value, wm_fact_type type,
                            wm_error *err)
{
    wm_status status = WM_OK;
    for (uint32_t i = 0; wm_json_is(value, WM_JSON_OBJECT) && i < value->count; i++) {
        const wm_json_member *member = &value->as.members[i];
        used_fact *fact = NULL;
        status = use_fact(facts, member->name, type, &fact, err);
        for (uint32_t t = 0; status == WM_OK && t < tree_items(&member->value); t++) {
            status = use_term(facts, fact, &member->value.as.items[t], err);
        }
        if (status != WM_OK) {
            break;
        }
    }
    return status;
}

static wm_status walk_area(facts_used *facts, const wm_json *area, wm_error *err)
{
    const wm_json *of = wm_json_get(area, "of");
    wm_status status = WM_OK;
    for (uint32_t i = 0; i < tree_items(of) && status == WM_OK; i++) {
        char name[WM_ID_BYTES_MAX];
        used_fact *fact = NULL;
        int length =
            snprintf(name, sizeof name, "%.*s_area", WM_STR_ARG(wm_json_string(&of->as.items[i])));
        if (length > 0 && (size_t)length < sizeof name) {
            status = use_fact(facts, (wm_str){ name, (size_t)length }, WM_FACT_AREA, &fact, err);
        }
    }
    return status;
}

static wm_status walk_member(facts_used *facts, wm_str node, const wm_json *value, wm_error *err)
{
    used_fact *fact = NULL;
    if (wm_str_is(node, "all") || wm_str_is(node, "any")) {
        return walk_all(facts, value, err);
    }
    if (wm_str_is(node, "not")) {
        return walk(facts, value, err);
    }
    if (wm_str_is(node, "atleast")) {
        return walk_all(facts, wm_json_get(value, "of"), err);
    }
    if (wm_str_is(node, "age")) {
        return use_fact(facts, WM_STR("age"), WM_FACT_AGE, &fact, err);
    }
    if (wm_str_is(node, "is")) {
        return use_fact(facts, wm_json_string(value), WM_FACT_FLAG, &fact, err);
    }
    if (wm_str_is(node, "since")) {
        return use_fact(facts, wm_json_string(wm_json_get(value, "event")), WM_FACT_EVENT, &fact,
                        err);
    }
    if (wm_str_is(node, "area")) {
        return walk_area(facts, value, err);
    }
    if (wm_str_is(node, "about")) {
        wm_status status =
            use_fact(facts, wm_json_string(wm_json_get(value, "who")), WM_FACT_PEOPLE, &fact, err);
        return status == WM_OK ? walk(facts, wm_json_get(value, "that"), err) : status;
    }
    return wm_str_is(node, "in")      ? walk_named(facts, value, WM_FACT_ONE, err)
           : wm_str_is(node, "has")   ? walk_named(facts, value, WM_FACT_SET, err)
           : wm_str_is(node, "level") ? walk_named(facts, value, WM_FACT_LEVEL, err)
                                      : WM_OK;
}

/* The recursion is bounded by the compiler's limit on depth. */
static wm_status walk(facts_used *facts, const wm_json *node, wm_error *err)
{
    wm_status status = WM_OK;
    for (uint32_t i = 0; wm_json_is(node, WM_JSON_OBJECT) && i < node->count; i++) {
        status = walk_member(facts, node->as.members[i].name, &node->as.members[i].value, err);
        if (status != WM_OK) {
            break;
        }
    }
    return status;
}

wm_status facts_used_add(facts_used *facts, const wm_json *eligibility, wm_error *err)
{
    const wm_json *exclusions = wm_json_get(eligibility, "not_for");
    wm_status status = walk(facts, wm_json_get(eligibility, "who"), err);
    for (uint32_t i = 0; i < tree_items(exclusions) && status == WM_OK; i++) {
        status = walk(facts, wm_json_get(&exclusions->as.items[i], "when"), err);
    }
    return status;
}

wm_status facts_used_load(facts_used *facts, const wm_json *record, wm_error *err)
{
    wm_fact_type type = WM_FACT_FLAG;
    used_fact *fact = NULL;
    const wm_json *options = wm_json_get(record, "options");
    if (!wm_fact_type_parse(wm_json_string(wm_json_get(record, "type")), &type)) {
        return WM_OK;
    }
    wm_status status = use_fact(facts, wm_json_string(wm_json_get(record, "id")), type, &fact, err);
    bool has_terms = type == WM_FACT_ONE || type == WM_FACT_SET;
    for (uint32_t i = 0; status == WM_OK && has_terms && i < tree_items(options); i++) {
        status = use_term(facts, fact, &options->as.items[i], err);
    }
    return status;
}

/* ---- records ---- */

static void put_question(tree_maker *maker, const used_fact *fact, tree_object *record)
{
    char words[WM_ID_BYTES_MAX + 1];
    size_t length = fact->id.len < sizeof words ? fact->id.len : 0;
    for (size_t i = 0; i < length; i++) {
        words[i] = (char)(fact->id.ptr[i] == '_' ? ' ' : fact->id.ptr[i]);
    }
    static const char *const forms[] = {
        [WM_FACT_FLAG] = "Is this so: %.*s?",    [WM_FACT_AGE] = "How old? (%.*s)",
        [WM_FACT_AREA] = "Where? (%.*s)",        [WM_FACT_ONE] = "Which of these: %.*s?",
        [WM_FACT_SET] = "Which of these: %.*s?", [WM_FACT_LEVEL] = "How much: %.*s?",
        [WM_FACT_EVENT] = "When was it: %.*s?",  [WM_FACT_PEOPLE] = "Is there somebody: %.*s?",
    };
    char text[2 * WM_ID_BYTES_MAX];
    const char *mark = strstr(forms[fact->type], "%.*s");
    int before = (int)(mark - forms[fact->type]);
    (void)snprintf(text, sizeof text, "%.*s%.*s%s", before, forms[fact->type], (int)length, words,
                   mark + 4);
    tree_object question = { NULL, 0, 0 };
    tree_put_text(maker, &question, "en", tree_format(maker, "%s", text));
    tree_put_object(maker, record, "question", &question);
}

static int by_text(const void *a, const void *b)
{
    return wm_str_compare(*(const wm_str *)a, *(const wm_str *)b);
}

static void put_options(tree_maker *maker, const used_fact *fact, tree_object *record)
{
    static const char *const severity[] = { "mild", "moderate", "severe", "complex", NULL };
    static const char *const risk[] = { "none", "low", "moderate", "high", "immediate", NULL };
    const char *const *levels = wm_str_is(fact->id, "risk") ? risk : severity;
    tree_list options = { NULL, 0, 0 };
    if (fact->term_count > 1) { /* whatever came first: the same services, the same facts */
        qsort(fact->terms, fact->term_count, sizeof *fact->terms, by_text);
    }
    for (size_t i = 0; i < fact->term_count; i++) {
        tree_add_text_once(maker, &options, fact->terms[i]);
    }
    for (; fact->type == WM_FACT_LEVEL && *levels != NULL; levels++) {
        tree_add_text_once(maker, &options, wm_str_of(*levels));
    }
    tree_put_list(maker, record, "options", &options);
}

wm_status facts_used_each(const facts_used *facts, wm_arena *arena, facts_used_fn each,
                          void *context, wm_error *err)
{
    for (size_t i = 0; i < facts->count; i++) {
        const used_fact *fact = &facts->items[i];
        tree_maker maker = { arena, false };
        tree_object record = { NULL, 0, 0 };
        tree_list derived = { NULL, 0, 0 };
        wm_arena_reset(arena);
        tree_put_text(&maker, &record, "id", fact->id);
        tree_put_text(&maker, &record, "type", wm_str_of(wm_fact_type_name(fact->type)));
        put_question(&maker, fact, &record);
        put_options(&maker, fact, &record);
        if (wm_str_is(fact->id, "risk")) {
            tree_put_text(&maker, &record, "edition", WM_STR("professional"));
        }
        tree_add_text_once(&maker, &derived, WM_STR("question"));
        tree_put_list(&maker, &record, "x_derived", &derived);
        wm_json made = tree_close(&record);
        wm_status status = maker.failed ? wm_fail_memory(err) : each(context, fact->id, &made, err);
        if (status != WM_OK) {
            return status;
        }
    }
    return WM_OK;
}
