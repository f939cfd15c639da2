/* import.c: services into an authoring database, one after the other, in one transaction.
 *
 * Each service is read, mapped and checked by itself before anything of it is written, so that what
 * is wrong rejects that service and nothing else. In memory are the vocabulary (needs, localities,
 * facts) and a bit for each record. Vocabulary is added to and never taken away: other records may
 * name it. Of a service that is rejected, what the source brought before stays as it was; where a
 * line is too broken to tell which service it was, that may be any, and nothing is withdrawn. */
#include <waymark/sys/criteria.h>
#include <waymark/sys/interchange.h>

#include <stdio.h>

#include "draft.h"
#include "facts_used.h"
#include "oruk.h"
#include "tree.h"

#define SCRATCH_BYTES_MAX (256 * WM_MIB)
#define IMPORT_KINDS                                                                               \
    (WM_KIND_BIT(WM_KIND_SERVICE) | WM_KIND_BIT(WM_KIND_ORGANIZATION) | WM_KIND_BIT(WM_KIND_SITE))

struct wm_import {
    const wm_env *env;
    wm_txn *txn;
    wm_import_options options;
    wm_bringing *bringing;
    draft_vocabulary vocabulary;
    wm_symbols *needs; /* those that are there */
    wm_locality_tree *tree;
    wm_fact_registry *registry; /* NULL: the directory has no facts of its own */
    facts_used *facts;          /* NULL: it has */
    bool has_directory;
    wm_arena scratch; /* one record */
    wm_buf bytes;
    wm_buf program;         /* the criteria of the service at hand */
    wm_import_draft *draft; /* of services that were not read ahead */
    int64_t number;         /* of the service at hand */
    int64_t taken;
    int64_t rejected;
    int64_t untold; /* of those: nobody knows which services they are */
    wm_error *err;
};

/* ---- what the maps ask ---- */

/* What drafts cannot know: they have needs and localities. */
static bool has_record(void *context, wm_kind kind, wm_str id)
{
    const wm_import *import = context;
    unsigned kinds = 0;
    return wm_store_find_id(wm_txn_store(import->txn), WM_VIEW_WORKING, id, &kinds, NULL) ==
               WM_OK &&
           (kinds & WM_KIND_BIT(kind)) != 0;
}

static void note(const wm_import *import, const char *what, wm_str example)
{
    char text[WM_ERROR_TEXT_MAX];
    int length = snprintf(text, sizeof text, "%s: \"%.*s\"", what, WM_STR_ARG(example));
    size_t whole = length < 0 ? 0 : (size_t)length;
    whole = whole < sizeof text ? whole : sizeof text - 1;
    if (import->options.tell != NULL) {
        import->options.tell(import->options.context, import->number, false,
                             (wm_str){ text, whole });
    }
}

static void reject(wm_import *import, const char *text)
{
    import->rejected++;
    if (import->options.tell != NULL) {
        import->options.tell(import->options.context, import->number, true, wm_str_of(text));
    }
}

/* ---- begin ---- */

static wm_status put_need(void *context, const wm_record *record, wm_error *err)
{
    wm_import *import = context;
    wm_symbol ignored = 0;
    return wm_symbols_intern(import->needs, record->id, &ignored, err);
}

static wm_status put_fact(void *context, const wm_record *record, wm_error *err)
{
    wm_import *import = context;
    const wm_json *value = NULL;
    wm_arena_reset(&import->scratch);
    wm_status status =
        wm_json_parse(&import->scratch, record->bytes, WM_RECORD_BYTES_MAX, &value, err);
    if (status != WM_OK) {
        return status;
    }
    return import->facts != NULL ? facts_used_load(import->facts, value, err)
                                 : wm_fact_registry_add(import->registry, value, err);
}

static wm_status see_directory(void *context, const wm_record *record, wm_error *err)
{
    (void)record;
    (void)err;
    *(bool *)context = true;
    return WM_OK;
}

static wm_status read_vocabulary(wm_import *import, wm_error *err)
{
    wm_store *store = wm_txn_store(import->txn);
    wm_record_sink needs = { put_need, import };
    wm_record_sink facts = { put_fact, import };
    wm_record_sink directory = { see_directory, &import->has_directory };
    bool has_needs = false;
    bool has_facts = false;
    wm_status status = wm_history_bring_by_hand(import->bringing, WM_KIND_NEED, &has_needs, err);
    import->vocabulary.makes_needs = !has_needs;
    if (status == WM_OK) {
        status = wm_history_bring_by_hand(import->bringing, WM_KIND_FACT, &has_facts, err);
    }
    if (status == WM_OK) {
        status = wm_store_each(store, WM_VIEW_WORKING, WM_KIND_BIT(WM_KIND_NEED), &needs, err);
    }
    if (status == WM_OK) {
        status =
            wm_store_each(store, WM_VIEW_WORKING, WM_KIND_BIT(WM_KIND_DIRECTORY), &directory, err);
    }
    if (status == WM_OK) {
        status = has_facts ? wm_fact_registry_new(import->env, &import->registry, err)
                           : facts_used_new(import->env, &import->facts, err);
    }
    if (status == WM_OK) {
        status = wm_store_each(store, WM_VIEW_WORKING, WM_KIND_BIT(WM_KIND_FACT), &facts, err);
    }
    return status;
}

static wm_status open_import(wm_import *import, wm_error *err)
{
    wm_status status =
        wm_history_bring_begin(import->txn, import->options.source, &import->bringing, err);
    if (status == WM_OK) {
        status = wm_symbols_new(import->env, &import->needs, err);
    }
    if (status == WM_OK) {
        status = draft_new(&import->vocabulary, &import->draft, err);
    }
    if (status == WM_OK) {
        status = read_vocabulary(import, err);
    }
    if (status == WM_OK) {
        status =
            wm_store_localities(wm_txn_store(import->txn), WM_VIEW_WORKING, &import->tree, err);
    }
    import->vocabulary.needs = import->needs;
    import->vocabulary.tree = import->tree;
    return status;
}

wm_status wm_import_begin(wm_txn *txn, const wm_import_options *options, wm_import **import_out,
                          wm_error *err)
{
    const wm_env *env = wm_store_env(wm_txn_store(txn));
    wm_import *import = wm_env_alloc(env, sizeof *import);
    if (import == NULL) {
        return wm_fail_memory(err);
    }
    *import = (wm_import){ .env = env, .txn = txn, .options = *options };
    import->vocabulary = (draft_vocabulary){ .env = env,
                                             .source = options->source,
                                             .terms = options->terms,
                                             .has = has_record,
                                             .context = import };
    wm_arena_init(&import->scratch, env, SCRATCH_BYTES_MAX);
    wm_buf_init(&import->bytes, env, 4 * WM_RECORD_BYTES_MAX);
    wm_buf_init(&import->program, env, 4 * WM_RECORD_BYTES_MAX);
    wm_status status = open_import(import, err);
    if (status != WM_OK) {
        wm_import_free(import);
        return status;
    }
    *import_out = import;
    return WM_OK;
}

void wm_import_free(wm_import *import)
{
    if (import == NULL) {
        return;
    }
    wm_history_bring_free(import->bringing);
    wm_symbols_free(import->needs);
    wm_locality_tree_free(import->tree);
    wm_fact_registry_free(import->registry);
    facts_used_free(import->facts);
    wm_import_draft_free(import->draft);
    wm_arena_fini(&import->scratch);
    wm_buf_fini(&import->program);
    wm_buf_fini(&import->bytes);
    wm_env_free(import->env, import, sizeof *import);
}

/* ---- one record ---- */

static wm_status bring(wm_import *import, wm_kind kind, wm_str id, const wm_json *value,
                       wm_brought *brought_out)
{
    wm_buf_reset(&import->bytes);
    wm_json_write(&import->bytes, value);
    wm_status status = wm_buf_status(&import->bytes, import->err);
    if (status != WM_OK) {
        return status;
    }
    wm_record record = { kind, id, wm_buf_str(&import->bytes) };
    return wm_history_bring(import->bringing, &record, value, NULL, brought_out, import->err);
}

wm_status wm_import_localities(wm_import *import, const wm_locality_row *rows, size_t count,
                               wm_error *err)
{
    wm_status status = WM_OK;
    import->err = err;
    for (size_t i = 0; i < count && status == WM_OK; i++) {
        tree_maker maker = { &import->scratch, false };
        tree_object record = { NULL, 0, 0 };
        wm_brought brought = WM_BROUGHT_SAME;
        if (wm_locality_find(import->tree, rows[i].code) != WM_LOCALITY_NONE) {
            continue;
        }
        if (!wm_id_valid(rows[i].code)) {
            return wm_fail(err, WM_BAD_INPUT,
                           "expected the code of a locality, of letters and digits, found \"%.*s\"",
                           WM_STR_ARG(rows[i].code));
        }
        wm_arena_reset(&import->scratch);
        tree_put_text(&maker, &record, "id", rows[i].code);
        tree_put_text(&maker, &record, "name", rows[i].name);
        tree_put_text(&maker, &record, "kind", rows[i].kind);
        tree_put_text(&maker, &record, "parent", rows[i].parent);
        wm_json value = tree_close(&record);
        status = maker.failed ? wm_fail_memory(err)
                              : bring(import, WM_KIND_LOCALITY, rows[i].code, &value, &brought);
    }
    wm_locality_tree *tree = NULL;
    if (status == WM_OK) {
        status = wm_store_localities(wm_txn_store(import->txn), WM_VIEW_WORKING, &tree, err);
    }
    if (status == WM_OK) {
        wm_locality_tree_free(import->tree);
        import->tree = tree;
        import->vocabulary.tree = tree;
    }
    return status;
}

/* ---- checks ---- */

/* Compiled once, for the index; a registry makes no other program of them, or none. */
static wm_status check_criteria(wm_import *import, const wm_json *eligibility, wm_error *err)
{
    wm_criteria_context context = { .symbols = NULL, .registry = import->registry };
    wm_buf_reset(&import->program);
    wm_status status = wm_store_writing_symbols(wm_txn_store(import->txn), &context.symbols, err);
    if (status != WM_OK) {
        return status;
    }
    status = wm_criteria_compile(eligibility, &context, &import->program, err);
    if (status != WM_OK) {
        wm_error_context(err, "eligibility");
        return status;
    }
    return import->facts != NULL ? facts_used_add(import->facts, eligibility, err) : WM_OK;
}

/* ---- one service ---- */

static wm_status bring_draft(wm_import *import, const wm_import_draft *draft, size_t at,
                             wm_brought *brought_out)
{
    const wm_oruk_record *made = &draft->records.items[at];
    wm_record record = { made->kind, made->id, draft_bytes(draft, at) };
    wm_index_made parts = draft_made_of(draft, at);
    if (made->kind == WM_KIND_SERVICE) {
        parts.program = wm_buf_str(&import->program);
    }
    return wm_history_bring(import->bringing, &record, made->value, &parts, brought_out,
                            import->err);
}

static wm_status bring_need(wm_import *import, const wm_import_draft *draft, size_t at)
{
    wm_symbol ignored = 0;
    wm_brought brought = WM_BROUGHT_SAME;
    const wm_oruk_record *record = &draft->records.items[at];
    if (wm_symbols_find(import->needs, record->id) != WM_SYMBOL_NONE) {
        return WM_OK;
    }
    wm_status status = bring_draft(import, draft, at, &brought);
    return status == WM_OK ? wm_symbols_intern(import->needs, record->id, &ignored, import->err)
                           : status;
}

static wm_status bring_all(wm_import *import, const wm_import_draft *draft)
{
    wm_status status = WM_OK;
    for (size_t i = draft->records.count; i > 0 && status == WM_OK; i--) {
        const wm_oruk_record *record = &draft->records.items[i - 1];
        wm_brought brought = WM_BROUGHT_SAME;
        if (record->kind == WM_KIND_NEED) {
            status = bring_need(import, draft, i - 1);
            continue;
        }
        status = bring_draft(import, draft, i - 1, &brought);
        bool again = brought == WM_BROUGHT_AGAIN || brought == WM_BROUGHT_OTHERWISE;
        if (status == WM_OK && again && record->kind == WM_KIND_SERVICE) {
            reject(import, "expected each service once, found this one again");
            return WM_OK;
        }
        if (status == WM_OK && brought == WM_BROUGHT_OTHERWISE) {
            note(import,
                 record->kind == WM_KIND_SITE ? "a location that was otherwise before"
                                              : "an organization that was otherwise before",
                 record->id);
        }
    }
    import->taken += status == WM_OK ? 1 : 0;
    return status;
}

/* Of a service that is rejected, what stands stays: keep it and what it names. It stands under the
 * id that it would have got. */
static wm_status keep_old(wm_import *import, const wm_json *service)
{
    const wm_json *old = NULL;
    wm_str id = WM_STR("");
    wm_status status =
        oruk_service_id(&import->scratch, service, import->options.source, &id, import->err);
    if (status != WM_OK) {
        return status;
    }
    if (id.len == 0) {
        import->untold++;
        if (wm_history_bring_before(import->bringing) > 0) {
            note(import, "a service that nobody can tell, so that none is withdrawn", id);
        }
        return WM_OK;
    }
    status = wm_history_bring_keep(import->bringing, WM_KIND_SERVICE, id, import->err);
    if (status == WM_OK) {
        status = wm_store_get_json(wm_txn_store(import->txn), WM_VIEW_WORKING, WM_KIND_SERVICE, id,
                                   &import->scratch, &old, import->err);
    }
    if (status != WM_OK) {
        return status == WM_NOT_FOUND ? WM_OK : status;
    }
    wm_str organization = wm_json_string(wm_json_get(old, "organization"));
    const wm_json *sites = wm_json_get(old, "sites");
    status =
        wm_history_bring_keep(import->bringing, WM_KIND_ORGANIZATION, organization, import->err);
    for (uint32_t i = 0; i < tree_items(sites) && (status == WM_OK || status == WM_NOT_FOUND);
         i++) {
        status = wm_history_bring_keep(import->bringing, WM_KIND_SITE,
                                       wm_json_string(&sites->as.items[i]), import->err);
    }
    return status == WM_NOT_FOUND ? WM_OK : status;
}

static bool is_rejection(wm_status status)
{
    return status == WM_BAD_INPUT || status == WM_BAD_RECORD || status == WM_TOO_LARGE;
}

wm_status wm_import_draft_new(const wm_import *import, wm_import_draft **draft_out, wm_error *err)
{
    return draft_new(&import->vocabulary, draft_out, err);
}

wm_status wm_import_take(wm_import *import, wm_import_draft *draft, wm_error *err)
{
    import->err = err;
    import->number = draft->number;
    wm_arena_reset(&import->scratch);
    draft_settle(draft);
    for (size_t i = 0; i < draft->note_count; i++) {
        note(import, draft->notes[i].what, draft->notes[i].example);
    }
    if (draft->status == WM_OK) {
        const wm_json *service = draft->records.items[draft->records.count - 1].value;
        draft->status = check_criteria(import, wm_json_get(service, "eligibility"), &draft->why);
    }
    if (draft->status == WM_OK) {
        return bring_all(import, draft);
    }
    if (!is_rejection(draft->status)) {
        return wm_fail(err, draft->status, "%s", draft->why.text);
    }
    reject(import, draft->why.text);
    return keep_old(import, draft->service);
}

wm_status wm_import_service(wm_import *import, const wm_element *element, wm_error *err)
{
    draft_read(import->draft, element, false);
    return wm_import_take(import, import->draft, err);
}

wm_status wm_import_absent(wm_import *import, int64_t number, wm_str id, const char *why,
                           wm_error *err)
{
    import->err = err;
    import->number = number;
    wm_arena_reset(&import->scratch);
    reject(import, why);
    tree_maker maker = { &import->scratch, false };
    tree_object known = { NULL, 0, 0 };
    tree_put_text(&maker, &known, "id", id);
    const wm_json service = tree_close(&known);
    return maker.failed ? wm_fail_memory(err) : keep_old(import, &service);
}

int64_t wm_import_taken(const wm_import *import)
{
    return import->taken;
}

int64_t wm_import_rejected(const wm_import *import)
{
    return import->rejected;
}

/* ---- finish ---- */

static wm_status bring_fact(void *context, wm_str id, const wm_json *record, wm_error *err)
{
    wm_import *import = context;
    wm_brought brought = WM_BROUGHT_SAME;
    import->err = err;
    return bring(import, WM_KIND_FACT, id, record, &brought);
}

/* A directory has a record of its own. */
static wm_status bring_directory(wm_import *import)
{
    tree_maker maker = { &import->scratch, false };
    tree_object record = { NULL, 0, 0 };
    tree_list languages = { NULL, 0, 0 };
    tree_list editions = { NULL, 0, 0 };
    tree_list derived = { NULL, 0, 0 };
    wm_brought brought = WM_BROUGHT_SAME;
    wm_arena_reset(&import->scratch);
    tree_add_text_once(&maker, &languages, WM_STR("en"));
    for (int edition = 0; edition < WM_EDITION_COUNT; edition++) {
        tree_add_text_once(&maker, &editions, wm_str_of(wm_edition_name((wm_edition)edition)));
    }
    tree_add_text_once(&maker, &derived, WM_STR("title"));
    tree_put_text(&maker, &record, "id", WM_STR("directory"));
    tree_put_text(&maker, &record, "title", import->options.source);
    tree_put_text(&maker, &record, "publisher", import->options.source);
    tree_put_list(&maker, &record, "languages", &languages);
    tree_put_list(&maker, &record, "editions", &editions);
    tree_put_list(&maker, &record, "x_derived", &derived);
    wm_json value = tree_close(&record);
    return maker.failed ? wm_fail_memory(import->err)
                        : bring(import, WM_KIND_DIRECTORY, WM_STR("directory"), &value, &brought);
}

wm_status wm_import_finish(wm_import *import, bool allow_shrink, wm_change_counts *counts_out,
                           wm_error *err)
{
    int64_t before = wm_history_bring_before(import->bringing);
    wm_status status = WM_OK;
    import->err = err;
    if (!allow_shrink && import->taken < before - before / 2) {
        return wm_fail(err, WM_REFUSED,
                       "expected about %lld services, as many as \"%.*s\" brought last time, found "
                       "%lld; nothing was changed (to take them all the same: --allow-shrink)",
                       (long long)before, WM_STR_ARG(import->options.source),
                       (long long)import->taken);
    }
    if (import->facts != NULL) {
        status = facts_used_each(import->facts, &import->scratch, bring_fact, import, err);
    }
    if (status == WM_OK && !import->has_directory && import->taken > 0) {
        status = bring_directory(import);
    }
    if (status == WM_OK) {
        status = wm_history_bring_finish(import->bringing, import->untold > 0 ? 0 : IMPORT_KINDS,
                                         counts_out, err);
    }
    return status;
}
