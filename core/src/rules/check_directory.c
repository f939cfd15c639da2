/* check_directory.c: the whole directory, in two passes over its records.
 *
 *   first   every record is parsed and its id indexed; values are kept as long as there is room,
 *           those of facts, localities and needs, on which the rest depends, in any case
 *   between the tree of localities, the graph of needs, the registry of facts
 *   second  every record by itself: shape, criteria, references; successors are collected, ages
 *           that are covered are marked
 *   last    successors, ids that differ only in case, shared synonyms, gaps
 *
 * A record that cannot be read is told and then passed over: one bad record hides no other. */
#include <stdio.h>

#include <waymark/sys/check.h>
#include <waymark/sys/criteria.h>
#include <waymark/sys/date.h>
#include <waymark/sys/needs.h>

#include "check_findings.h"
#include "check_gaps.h"
#include "check_index.h"
#include "check_places.h"
#include "check_reading.h"
#include "check_rules.h"
#include "check_successors.h"

#define KEPT_BYTES_MAX (256 * WM_MIB) /* what is beyond it is parsed twice */

/* Ages that are covered do not depend on the day, since only differences of dates matter: a check
 * has no clock. 1 October 2024. */
#define ANY_DAY ((wm_date)19997)

typedef struct checker {
    const wm_env *env;
    const wm_check_source *source;
    wm_check_counts counts;
    check_findings findings;
    wm_finding_sink sink;
    wm_arena kept;    /* ids, and values of the kinds that are kept */
    wm_arena scratch; /* one record */
    check_index ids[WM_KIND_COUNT];
    wm_buf kept_values[WM_KIND_COUNT];  /* const wm_json *, of the kinds that must be kept */
    wm_buf in_order[WM_KIND_COUNT];     /* const wm_json *, of each record as it came; NULL: it is
                                           no JSON, or there was no room to keep it */
    size_t next[WM_KIND_COUNT];         /* of in_order, in the second pass */
    wm_buf links;                       /* check_link of services */
    bool is_link_broken[WM_KIND_COUNT]; /* a record of the kind names one that is not there */
    wm_fact_registry *registry;
    wm_locality_tree *tree; /* NULL if it is not sound */
    wm_needs *needs;        /* NULL if they are not sound */
    wm_error tree_error;
    wm_error needs_error;
    bool reads_texts;
    wm_gaps *gaps; /* NULL if nobody asked, or there is no tree or need */
    check_rules *rules;
} checker;

static bool is_kept(wm_kind kind)
{
    return kind == WM_KIND_FACT || kind == WM_KIND_LOCALITY || kind == WM_KIND_NEED;
}

static wm_status tell(checker *at, const wm_finding *finding, wm_error *err)
{
    wm_status status = at->sink.put(at->sink.context, finding);
    return status == WM_NO_MEMORY ? wm_fail_memory(err) : status;
}

static void checker_init(checker *at, const wm_env *env, const wm_check_source *source)
{
    memset(at, 0, sizeof *at);
    at->env = env;
    at->source = source;
    check_findings_init(&at->findings, env);
    at->sink = check_findings_sink(&at->findings);
    wm_arena_init(&at->kept, env, SIZE_MAX / 2);
    wm_arena_init(&at->scratch, env, SIZE_MAX / 2);
    wm_buf_init(&at->links, env, SIZE_MAX / 2);
    for (size_t kind = 0; kind < WM_KIND_COUNT; kind++) {
        check_index_init(&at->ids[kind], env);
        wm_buf_init(&at->kept_values[kind], env, SIZE_MAX / 2);
        wm_buf_init(&at->in_order[kind], env, SIZE_MAX / 2);
    }
}

static void checker_fini(checker *at)
{
    wm_gaps_free(at->gaps);
    check_rules_free(at->rules);
    wm_needs_free(at->needs);
    wm_locality_tree_free(at->tree);
    wm_fact_registry_free(at->registry);
    for (size_t kind = 0; kind < WM_KIND_COUNT; kind++) {
        wm_buf_fini(&at->in_order[kind]);
        wm_buf_fini(&at->kept_values[kind]);
        check_index_fini(&at->ids[kind]);
    }
    wm_buf_fini(&at->links);
    wm_arena_fini(&at->scratch);
    wm_arena_fini(&at->kept);
    check_findings_fini(&at->findings);
}

/* ---- first pass ---- */

/* value_out is NULL, and a finding told in the first pass, if the bytes are no JSON. */
static wm_status parse(checker *at, const wm_record *record, wm_arena *arena, bool is_first,
                       const wm_json **value_out, wm_error *err)
{
    wm_error bad = { 0 };
    *value_out = NULL;
    wm_status status = wm_json_parse(arena, record->bytes, WM_RECORD_BYTES_MAX, value_out, &bad);
    if (status == WM_NO_MEMORY) {
        return wm_fail_memory(err);
    }
    if (status == WM_OK || !is_first) {
        return WM_OK;
    }
    wm_finding finding = { true,
                           "bad_json",
                           record->kind,
                           record->id,
                           "",
                           bad.text,
                           "Mend the file so that it is strict JSON." };
    return tell(at, &finding, err);
}

static wm_status index_record(void *context, const wm_record *record, wm_error *err)
{
    checker *at = context;
    const wm_json *value = NULL;
    bool keeps = is_kept(record->kind) || at->kept.bytes < KEPT_BYTES_MAX;
    wm_arena *arena = keeps ? &at->kept : &at->scratch;
    wm_arena_reset(&at->scratch);
    wm_status status = parse(at, record, arena, true, &value, err);
    if (status != WM_OK) {
        return status;
    }
    at->counts.records[record->kind]++;
    wm_str id = wm_arena_copy(&at->kept, record->id);
    if (id.ptr == NULL) {
        return wm_fail_memory(err);
    }
    wm_str audience = wm_json_string(wm_json_get(value, "audience"));
    check_index_add(&at->ids[record->kind], id, wm_str_is(audience, "professional"));
    if (is_kept(record->kind) && value != NULL) {
        wm_buf_put(&at->kept_values[record->kind], &value, sizeof(const wm_json *));
    }
    value = keeps ? value : NULL;
    wm_buf_put(&at->in_order[record->kind], &value, sizeof(const wm_json *));
    return WM_OK;
}

static wm_status index_all(checker *at, wm_error *err)
{
    wm_status status = WM_OK;
    for (int kind = 0; kind < WM_KIND_COUNT && status == WM_OK; kind++) {
        check_index *ids = &at->ids[kind];
        status = at->source->each(at->source->context, (wm_kind)kind, index_record, at, err);
        if (status == WM_OK) {
            status = wm_buf_status(&ids->entries, err);
        }
        if (status == WM_OK) {
            status = wm_buf_status(&at->kept_values[kind], err);
        }
        if (status == WM_OK) {
            status = wm_buf_status(&at->in_order[kind], err);
        }
        if (status == WM_OK) {
            check_index_sort(ids);
            status = check_index_report(ids, (wm_kind)kind, at->env, &at->sink, err);
        }
    }
    return status;
}

/* ---- between ---- */

static const wm_json *const *kept_values(const checker *at, wm_kind kind, size_t *count_out)
{
    *count_out = at->kept_values[kind].len / sizeof(const wm_json *);
    return (const wm_json *const *)(const void *)at->kept_values[kind].data;
}

static wm_status make_registry(checker *at, wm_error *err)
{
    size_t count = 0;
    const wm_json *const *facts = kept_values(at, WM_KIND_FACT, &count);
    wm_status status = count > 0 ? wm_fact_registry_new(at->env, &at->registry, err) : WM_OK;
    for (size_t i = 0; i < count && status == WM_OK; i++) {
        status = wm_fact_registry_add(at->registry, facts[i], err);
        status = status == WM_BAD_RECORD ? WM_OK : status; /* told by the check of its shape */
    }
    return status;
}

static wm_status make_tree(checker *at, wm_error *err)
{
    size_t count = 0;
    const wm_json *const *values = kept_values(at, WM_KIND_LOCALITY, &count);
    wm_locality_row *rows = wm_arena_array(&at->kept, count, sizeof *rows);
    if (rows == NULL) {
        return wm_fail_memory(err);
    }
    for (size_t i = 0; i < count; i++) {
        rows[i] = (wm_locality_row){ wm_json_string(wm_json_get(values[i], "id")),
                                     wm_json_string(wm_json_get(values[i], "name")),
                                     wm_json_string(wm_json_get(values[i], "kind")),
                                     wm_json_string(wm_json_get(values[i], "parent")) };
    }
    wm_status status = wm_locality_tree_new(at->env, rows, count, &at->tree, &at->tree_error);
    return status == WM_NO_MEMORY ? wm_fail_memory(err) : WM_OK;
}

static wm_status make_needs(checker *at, wm_error *err)
{
    size_t count = 0;
    const wm_json *const *values = kept_values(at, WM_KIND_NEED, &count);
    wm_status status = wm_needs_new(at->env, values, count, &at->needs, &at->needs_error);
    return status == WM_NO_MEMORY ? wm_fail_memory(err) : WM_OK;
}

static wm_status make_vocabularies(checker *at, const wm_check_options *options, wm_error *err)
{
    wm_status status = make_registry(at, err);
    if (status == WM_OK) {
        status = make_tree(at, err);
    }
    if (status == WM_OK) {
        status = make_needs(at, err);
    }
    if (status == WM_OK) {
        status = check_rules_new(at->env, at->registry, at->tree, &at->rules, err);
    }
    if (status == WM_OK && options != NULL && options->find_gaps && at->tree != NULL &&
        at->needs != NULL) {
        wm_gaps_scope scope = { at->tree, at->needs, at->registry, ANY_DAY, false };
        status = wm_gaps_new(at->env, &scope, &at->gaps, err);
        status = status == WM_UNSUPPORTED ? WM_OK : status;
    }
    return status;
}

/* ---- second pass ---- */

typedef struct references {
    checker *at;
    const wm_record *record;
    size_t index; /* of the record */
    bool is_professional;
    wm_status status;
} references;

typedef struct reference_trouble {
    bool is_error;
    const char *code;
    const char *expected; /* "a service ..." */
    const char *remedy;
} reference_trouble;

static const reference_trouble unknown_reference = { true, "unknown_reference", "that is there",
                                                     "Correct the id, or add the record." };
static const reference_trouble unknown_word = { false, "unknown_word", "that is there",
                                                "Correct the word, or add its text." };
static const reference_trouble no_flag = { true, "after_not_flag", "of type flag",
                                           "Name the flag that this one depends on." };
static const reference_trouble withheld = { true, "withheld_reference", "that every edition has",
                                            "Make the other record public, or this one "
                                            "professional." };

static wm_status tell_reference(references *from, const wm_reference *to, reference_trouble words)
{
    char text[256];
    (void)snprintf(text, sizeof text, "expected %s %s %s, found \"%.*s\"",
                   to->kind == WM_KIND_ORGANIZATION ? "an" : "a", wm_kind_name(to->kind),
                   words.expected, WM_STR_ARG(to->id));
    wm_finding finding = { words.is_error, words.code, from->record->kind, from->record->id,
                           to->path,       text,       words.remedy };
    return from->at->sink.put(from->at->sink.context, &finding);
}

static wm_status tell_missing(references *from, const wm_reference *to)
{
    checker *at = from->at;
    if (to->required) {
        at->is_link_broken[from->record->kind] = true;
        return tell_reference(from, to, unknown_reference);
    }
    if (to->kind == WM_KIND_SERVICE &&
        check_index_find(&at->ids[WM_KIND_TEXT], to->id) != CHECK_NONE) {
        return WM_OK;
    }
    return tell_reference(from, to, unknown_word);
}

static wm_status check_reference(void *context, const wm_reference *reference)
{
    references *from = context;
    checker *at = from->at;
    if (reference->kind == WM_KIND_FACT && from->record->kind != WM_KIND_FACT) {
        return WM_OK; /* the check of criteria tells unknown facts, with their types */
    }
    size_t found = check_index_find(&at->ids[reference->kind], reference->id);
    if (found == CHECK_NONE) {
        return tell_missing(from, reference);
    }
    wm_fact_type type = WM_FACT_FLAG;
    if (reference->kind == WM_KIND_FACT && strcmp(reference->path, "after") == 0 &&
        wm_fact_registry_find(at->registry, reference->id, &type) && type != WM_FACT_FLAG) {
        return tell_reference(from, reference, no_flag);
    }
    if (from->record->kind == WM_KIND_SERVICE && reference->kind == WM_KIND_SERVICE &&
        wm_str_starts(wm_str_of(reference->path), WM_STR("successors"))) {
        check_link link = { from->index, found };
        wm_buf_put(&at->links, &link, sizeof link);
    }
    bool is_withheld = check_index_at(&at->ids[reference->kind], found)->is_professional;
    bool may_be_dropped = wm_str_starts(wm_str_of(reference->path), WM_STR("successors")) ||
                          wm_str_starts(wm_str_of(reference->path), WM_STR("sites"));
    if (is_withheld && !from->is_professional && reference->required && !may_be_dropped) {
        return tell_reference(from, reference, withheld);
    }
    return WM_OK;
}

static wm_status check_criteria(checker *at, const wm_record *record, const wm_json *value,
                                wm_error *err)
{
    wm_validation validation = { .env = at->env,
                                 .registry = at->registry,
                                 .tree = at->tree,
                                 .kind = record->kind,
                                 .id = record->id,
                                 .path = "eligibility" };
    const wm_json *eligibility = wm_json_get(value, "eligibility");
    if (eligibility == NULL) {
        return WM_OK; /* what is missing was told by the check of its shape */
    }
    return wm_criteria_validate(eligibility, &validation, &at->sink, err);
}

/* Where a refuge is must not be told by how small an area it says that it covers. */
static wm_status check_confidential(checker *at, const wm_record *record, const wm_json *value)
{
    const wm_json *areas = wm_json_get(value, "areas");
    bool confidential = wm_json_boolean(wm_json_get(value, "confidential_location"), false);
    uint32_t count = wm_json_is(areas, WM_JSON_ARRAY) ? areas->count : 0;
    if (!confidential || at->tree == NULL) {
        return WM_OK;
    }
    for (uint32_t i = 0; i < count; i++) {
        wm_str code = wm_json_string(&areas->as.items[i]);
        wm_locality area = wm_locality_find(at->tree, code);
        if (area == WM_LOCALITY_NONE || wm_locality_kind_of(at->tree, area) <= WM_LOCALITY_PLACE) {
            continue;
        }
        char path[32];
        char text[256];
        (void)snprintf(path, sizeof path, "areas[%u]", (unsigned)i);
        (void)snprintf(
            text, sizeof text,
            "expected a place or a wider area with confidential_location, found \"%.*s\"",
            WM_STR_ARG(code));
        wm_finding finding = { false,
                               "confidential_area",
                               record->kind,
                               record->id,
                               path,
                               text,
                               "Name the whole place or system, so that the area does not tell "
                               "where it is." };
        return at->sink.put(at->sink.context, &finding);
    }
    return WM_OK;
}

/* What only one kind of record has. */
static wm_status check_own(checker *at, const wm_record *record, const wm_json *value,
                           bool is_sound, wm_error *err)
{
    if (record->kind == WM_KIND_RULE) {
        return check_rules_add(at->rules, value, record->id, &at->sink, err);
    }
    if (record->kind == WM_KIND_PLACE) {
        return check_place_units(record, value, &at->sink);
    }
    if (record->kind != WM_KIND_SERVICE) {
        return WM_OK;
    }
    wm_status status = check_confidential(at, record, value);
    status = status == WM_OK ? check_criteria(at, record, value, err) : status;
    status = status == WM_OK ? check_rules_add_service(at->rules, value, err) : status;
    return status == WM_OK && at->gaps != NULL ? check_gaps_add(at->gaps, value, is_sound, err)
                                               : status;
}

/* The value as the first pass kept it, else parsed again. NULL: it is no JSON. */
static wm_status value_of(checker *at, const wm_record *record, const wm_json **value_out,
                          wm_error *err)
{
    const wm_buf *list = &at->in_order[record->kind];
    size_t index = at->next[record->kind]++;
    *value_out = index < list->len / sizeof(const wm_json *)
                     ? ((const wm_json *const *)(const void *)list->data)[index]
                     : NULL;
    return *value_out == NULL ? parse(at, record, &at->scratch, false, value_out, err) : WM_OK;
}

static wm_status check_record(void *context, const wm_record *record, wm_error *err)
{
    checker *at = context;
    const wm_json *value = NULL;
    wm_arena_reset(&at->scratch);
    wm_status status = value_of(at, record, &value, err);
    if (status != WM_OK || value == NULL) {
        return status;
    }
    size_t index = check_index_find(&at->ids[record->kind], record->id);
    if (index == CHECK_NONE) {
        return wm_fail(err, WM_CONFLICT,
                       "%s %.*s: expected the same records twice, found a new one",
                       wm_kind_name(record->kind), WM_STR_ARG(record->id));
    }
    references from = { at, record, index,
                        check_index_at(&at->ids[record->kind], index)->is_professional, WM_OK };
    uint64_t errors = at->findings.found[1];
    status = wm_record_check(record->kind, record->id, value, &at->sink, err);
    bool is_sound = at->findings.found[1] == errors;
    if (status == WM_OK) {
        status = wm_record_references(record->kind, value, check_reference, &from, err);
    }
    if (status == WM_OK) {
        status = check_own(at, record, value, is_sound, err);
    }
    if (status == WM_OK && at->reads_texts) {
        status = check_reading(at->env, record, value, &at->sink, err);
    }
    return status == WM_NO_MEMORY ? wm_fail_memory(err) : status;
}

static wm_status check_all(checker *at, wm_error *err)
{
    wm_status status = WM_OK;
    for (int kind = 0; kind < WM_KIND_COUNT && status == WM_OK; kind++) {
        status = at->source->each(at->source->context, (wm_kind)kind, check_record, at, err);
    }
    return status;
}

/* ---- last ---- */

static wm_status tell_directory(checker *at, wm_error *err)
{
    char text[120];
    if (at->counts.records[WM_KIND_DIRECTORY] == 1) {
        return WM_OK;
    }
    (void)snprintf(text, sizeof text, "expected one record of kind directory, found %llu",
                   (unsigned long long)at->counts.records[WM_KIND_DIRECTORY]);
    wm_finding finding = { true,
                           "no_directory",
                           WM_KIND_DIRECTORY,
                           { "", 0 },
                           "",
                           text,
                           "Add directory.json with id, title, publisher, languages, editions." };
    return tell(at, &finding, err);
}

/* What is wrong with a vocabulary as a whole, unless a broken link has told it already. */
static wm_status tell_vocabulary(checker *at, wm_kind kind, const char *code, const wm_error *found,
                                 wm_error *err)
{
    if (found->status == WM_OK || at->is_link_broken[kind]) {
        return WM_OK;
    }
    wm_finding finding = {
        true, code, kind, { "", 0 }, "", found->text, "Mend the links between these records."
    };
    return tell(at, &finding, err);
}

/* One of them is the other, or below it: then the narrower one says it all. Or both are a crisis,
 * whose words are shared on purpose: who is worried about someone, and who has the thoughts. */
static bool may_share(const wm_needs *needs, wm_need a, wm_need b)
{
    wm_need crisis = wm_needs_find(needs, WM_STR("crisis"));
    bool are_crises = crisis != WM_NEED_NONE && wm_needs_within(needs, a, crisis) &&
                      wm_needs_within(needs, b, crisis);
    return are_crises || wm_needs_within(needs, a, b) || wm_needs_within(needs, b, a);
}

/* Words that a phrase may have before it says enough to mean two things: "drinking and panic". */
#define SHARED_WORDS_MAX 2

static size_t count_words(wm_str phrase)
{
    size_t words = 1;
    for (size_t i = 0; i < phrase.len; i++) {
        words += phrase.ptr[i] == ' ' ? 1 : 0;
    }
    return words;
}

static wm_status tell_shared(void *context, wm_str phrase, const wm_need *needs, size_t need_count)
{
    checker *at = context;
    char text[400];
    if (count_words(phrase) > SHARED_WORDS_MAX) {
        return WM_OK;
    }
    int start = snprintf(text, sizeof text, "expected words of one need, found \"%.*s\" also in",
                         WM_STR_ARG(phrase));
    size_t length = start > 0 ? (size_t)start : 0;
    size_t others = 0;
    for (size_t i = 1; i < need_count; i++) {
        if (may_share(at->needs, needs[i], needs[0])) {
            continue;
        }
        int more = snprintf(text + length, sizeof text - length, "%s %.*s", others > 0 ? "," : "",
                            WM_STR_ARG(wm_needs_id(at->needs, needs[i])));
        length += more > 0 && (size_t)more < sizeof text - length ? (size_t)more : 0;
        others++;
    }
    if (others == 0) {
        return WM_OK;
    }
    wm_finding finding = { false,
                           "shared_synonym",
                           WM_KIND_NEED,
                           wm_needs_id(at->needs, needs[0]),
                           "synonyms",
                           text,
                           "Keep it if people truly mean both." };
    return at->sink.put(at->sink.context, &finding);
}

static wm_status check_together(checker *at, wm_error *err)
{
    wm_status status = tell_directory(at, err);
    if (status == WM_OK) {
        status = tell_vocabulary(at, WM_KIND_LOCALITY, "locality_tree", &at->tree_error, err);
    }
    if (status == WM_OK) {
        status = tell_vocabulary(at, WM_KIND_NEED, "need_tree", &at->needs_error, err);
    }
    if (status == WM_OK) {
        status = check_successors(&at->ids[WM_KIND_SERVICE], &at->links, at->env, &at->sink, err);
    }
    if (status == WM_OK && at->needs != NULL) {
        status = wm_needs_shared_phrases(at->needs, tell_shared, at);
    }
    if (status == WM_OK) {
        status = check_rules_report(at->rules, &at->sink, err);
    }
    if (status == WM_OK && at->gaps != NULL) {
        status = check_gaps_report(at->gaps, at->env, at->tree, at->needs, &at->sink, err);
    }
    return status == WM_NO_MEMORY ? wm_fail_memory(err) : status;
}

wm_status wm_check_directory(const wm_env *env, const wm_check_source *source,
                             const wm_check_options *options, const wm_finding_sink *sink,
                             wm_check_counts *counts_out, wm_error *err)
{
    checker at;
    checker_init(&at, env, source);
    at.reads_texts = options != NULL && options->read_texts;
    wm_status status = index_all(&at, err);
    if (status == WM_OK) {
        status = make_vocabularies(&at, options, err);
    }
    if (status == WM_OK) {
        status = check_all(&at, err);
    }
    if (status == WM_OK) {
        status = check_together(&at, err);
    }
    if (status == WM_OK) {
        status = check_findings_report(&at.findings, sink, &at.counts, err);
    }
    if (status == WM_OK && counts_out != NULL) {
        *counts_out = at.counts;
    }
    checker_fini(&at);
    return status;
}
