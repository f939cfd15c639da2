/* small_directory.c: see small_directory.h. */
#include "small_directory.h"

#include <stdlib.h>

wm_record wm_test_record(wm_arena *arena, wm_kind kind, const char *text)
{
    const wm_json *value = wm_test_json(arena, text);
    wm_buf bytes;
    wm_buf_init(&bytes, wm_env_system(), WM_MIB);
    wm_json_write(&bytes, value);
    wm_record record = { kind, wm_json_string(wm_json_get(value, "id")),
                         wm_arena_copy(arena, wm_buf_str(&bytes)) };
    wm_buf_fini(&bytes);
    return record;
}

wm_store *wm_test_store(void)
{
    wm_error err = { 0 };
    wm_store *store = NULL;
    assert_ok(wm_store_open(wm_env_system(), ":memory:",
                            WM_STORE_WRITE | WM_STORE_CREATE | WM_STORE_AUTHOR, &store, &err),
              &err);
    return store;
}

void wm_test_put(wm_store *store, wm_kind kind, const char *text)
{
    wm_error err = { 0 };
    wm_arena arena;
    wm_txn *txn = NULL;
    wm_arena_init(&arena, wm_env_system(), 64 * WM_MIB);
    wm_record record = wm_test_record(&arena, kind, text);
    assert_ok(wm_txn_begin(store, &txn, &err), &err);
    assert_ok(wm_history_put(txn, &record, NULL, NULL, &err), &err);
    assert_ok(wm_txn_commit(txn, &err), &err);
    wm_arena_fini(&arena);
}

void wm_test_withdraw(wm_store *store, wm_kind kind, const char *id)
{
    wm_error err = { 0 };
    wm_txn *txn = NULL;
    assert_ok(wm_txn_begin(store, &txn, &err), &err);
    assert_ok(wm_history_withdraw(txn, kind, wm_str_of(id), &err), &err);
    assert_ok(wm_txn_commit(txn, &err), &err);
}

int64_t wm_test_release(wm_store *store, const char *date)
{
    wm_error err = { 0 };
    wm_txn *txn = NULL;
    wm_release release;
    wm_date day = 0;
    assert_true(wm_date_parse(wm_str_of(date), &day));
    assert_ok(wm_txn_begin(store, &txn, &err), &err);
    assert_ok(wm_history_release(txn, day, WM_STR("a note"), &release, &err), &err);
    assert_ok(wm_txn_commit(txn, &err), &err);
    return release.number;
}

void wm_test_small_directory(wm_store *store)
{
    static const struct {
        wm_kind kind;
        const char *text;
    } records[] = {
        { WM_KIND_DIRECTORY, "{'id':'test','title':'T','publisher':'P'}" },
        { WM_KIND_LOCALITY, "{'id':'E','name':'England','kind':'nation'}" },
        { WM_KIND_LOCALITY, "{'id':'BSW','name':'BSW','kind':'system','parent':'E'}" },
        { WM_KIND_LOCALITY, "{'id':'SWI','name':'Swindon','kind':'place','parent':'BSW'}" },
        { WM_KIND_LOCALITY, "{'id':'SWI1','name':'West','kind':'locality','parent':'SWI'}" },
        { WM_KIND_LOCALITY, "{'id':'WIL','name':'Wiltshire','kind':'place','parent':'BSW'}" },
        { WM_KIND_LOCALITY, "{'id':'BSOL','name':'BSOL','kind':'system','parent':'E'}" },
        { WM_KIND_LOCALITY, "{'id':'BIR','name':'Birmingham','kind':'place','parent':'BSOL'}" },
        { WM_KIND_NEED, "{'id':'anx.panic','label':'Panic'}" },
        { WM_KIND_ORGANIZATION, "{'id':'trust','name':'Trust'}" },
        { WM_KIND_SITE, "{'id':'house','name':'House'}" },
        { WM_KIND_SERVICE,
          "{'id':'national','name':'N','organization':'trust','kind':'crisis_line',"
          "'status':'active','needs':['anx.panic'],'areas':['E'],'eligibility':{}}" },
        { WM_KIND_SERVICE, "{'id':'system','name':'S','organization':'trust','kind':'therapy',"
                           "'status':'active','needs':['anx.panic'],'areas':['BSW'],"
                           "'eligibility':{}}" },
        { WM_KIND_SERVICE, "{'id':'swindon','name':'W','organization':'trust','kind':'therapy',"
                           "'status':'active','needs':['anx.panic'],'areas':['SWI1'],"
                           "'eligibility':{},'sites':['house']}" },
        { WM_KIND_SERVICE, "{'id':'birmingham','name':'B','organization':'trust','kind':'therapy',"
                           "'status':'active','needs':['anx.panic'],'areas':['BIR'],"
                           "'eligibility':{},'contacts':[{'kind':'phone','value':'1',"
                           "'audience':'professional'}]}" },
    };
    for (size_t i = 0; i < sizeof records / sizeof records[0]; i++) {
        wm_test_put(store, records[i].kind, records[i].text);
    }
}

const char *wm_test_get(wm_store *store, wm_arena *arena, wm_view view, wm_kind kind,
                        const char *id)
{
    wm_error err = { 0 };
    wm_buf bytes;
    wm_buf_init(&bytes, wm_env_system(), WM_MIB);
    wm_status status = wm_store_get(store, view, kind, wm_str_of(id), &bytes, &err);
    const char *text = NULL;
    if (status != WM_NOT_FOUND) {
        assert_ok(status, &err);
        text = wm_arena_copy(arena, wm_buf_str(&bytes)).ptr;
    }
    wm_buf_fini(&bytes);
    return text;
}

static wm_status put_line(void *context, const wm_record *record, wm_error *err)
{
    wm_buf *lines = context;
    wm_buf_put_text(lines, wm_kind_name(record->kind));
    wm_buf_put_char(lines, '/');
    wm_buf_put_str(lines, record->id);
    wm_buf_put_char(lines, ' ');
    wm_buf_put_str(lines, record->bytes);
    wm_buf_put_char(lines, '\n');
    return wm_buf_status(lines, err);
}

wm_record_sink wm_test_lines(wm_buf *lines)
{
    return (wm_record_sink){ put_line, lines };
}

void wm_test_slice(wm_store *store, wm_edition edition, const char *partition, int64_t release,
                   wm_buf *lines)
{
    wm_error err = { 0 };
    wm_slice slice = { edition, wm_str_of(partition) };
    wm_record_sink sink = wm_test_lines(lines);
    assert_ok(wm_history_each(store, &slice, release, &sink, &err), &err);
}

/* ---- digests ---- */

static wm_status put_state(void *context, const wm_state *state, wm_error *err)
{
    (void)err;
    wm_test_states *states = context;
    assert_true(states->count < 32);
    char *name = states->names[states->count];
    memcpy(name, state->partition.ptr, state->partition.len);
    name[state->partition.len] = '\0';
    states->items[states->count] = *state;
    states->items[states->count++].partition = wm_str_of(name);
    return WM_OK;
}

void wm_test_states_read(wm_store *store, wm_edition edition, int64_t release,
                         wm_test_states *states)
{
    wm_error err = { 0 };
    wm_state_sink sink = { put_state, states };
    memset(states, 0, sizeof *states);
    assert_ok(wm_history_states(store, edition, release, &sink, &err), &err);
}

typedef struct leaf_list {
    wm_leaf *leaves;
    size_t count;
} leaf_list;

static wm_status put_leaf(void *context, const wm_record *record, wm_error *err)
{
    (void)err;
    leaf_list *list = context;
    assert_true(list->count < 16384);
    wm_leaf_of(record, &list->leaves[list->count++]);
    return WM_OK;
}

static void check_state(wm_store *store, wm_edition edition, int64_t release, const wm_state *state)
{
    wm_error err = { 0 };
    leaf_list list = { malloc(16384 * sizeof(wm_leaf)), 0 };
    wm_slice slice = { edition, state->partition };
    wm_record_sink sink = { put_leaf, &list };
    assert_ok(wm_history_each(store, &slice, release, &sink, &err), &err);
    uint32_t buckets = 0;
    wm_digest digest;
    assert_int_equal(list.count, state->records);
    wm_state_of_leaves(list.leaves, list.count, &buckets, &digest);
    assert_int_equal(buckets, state->buckets);
    assert_memory_equal(digest.bytes, state->digest.bytes, WM_DIGEST_BYTES);
    free(list.leaves);
}

void wm_test_check_states(wm_store *store, int64_t release)
{
    for (unsigned edition = 0; edition < WM_EDITION_COUNT; edition++) {
        wm_test_states states;
        uint64_t whole = 0;
        uint64_t parts = 0;
        wm_test_states_read(store, (wm_edition)edition, release, &states);
        for (size_t i = 0; i < states.count; i++) {
            check_state(store, (wm_edition)edition, release, &states.items[i]);
            bool is_all = wm_str_is(states.items[i].partition, WM_PARTITION_ALL);
            whole += is_all ? states.items[i].records : 0;
            parts += is_all ? 0 : states.items[i].records;
        }
        assert_int_equal(whole, parts);
    }
}

static wm_status must_not_differ(void *context, const wm_state *state, wm_error *err)
{
    (void)context;
    (void)err;
    print_error("partition %.*s differs\n", WM_STR_ARG(state->partition));
    fail();
    return WM_OK;
}

void wm_test_check_replica(wm_store *store)
{
    wm_error err = { 0 };
    wm_edition edition = WM_EDITION_PROFESSIONAL;
    wm_state_sink sink = { must_not_differ, NULL };
    assert_ok(wm_store_integrity(store, &err), &err);
    wm_status status = wm_replica_edition(store, &edition, &err);
    if (status != WM_NOT_FOUND) {
        assert_ok(status, &err);
        assert_ok(wm_history_verify(store, edition, &sink, &err), &err);
    }
}

static wm_status put_state_line(void *context, const wm_state *state, wm_error *err)
{
    char hex[WM_DIGEST_HEX_BYTES];
    wm_buf_printf(context, "%.*s %u %s\n", WM_STR_ARG(state->partition), state->buckets,
                  wm_digest_hex(&state->digest, hex));
    return wm_buf_status(context, err);
}

static wm_status put_name_line(void *context, wm_str name, wm_error *err)
{
    wm_buf_printf(context, "blob %.*s\n", WM_STR_ARG(name));
    return wm_buf_status(context, err);
}

void wm_test_everything(wm_store *store, wm_buf *text)
{
    wm_error err = { 0 };
    wm_release release = { .number = 0 };
    wm_record_sink records = wm_test_lines(text);
    wm_state_sink states = { put_state_line, text };
    wm_status status = wm_store_latest(store, &release, &err);
    if (status != WM_NO_RELEASE) {
        assert_ok(status, &err);
        wm_buf_printf(text, "release %lld %d %s\n", (long long)release.number, release.date,
                      release.note);
        assert_ok(wm_store_each(store, WM_VIEW_LATEST, WM_KINDS_ALL, &records, &err), &err);
        for (unsigned edition = 0; edition < WM_EDITION_COUNT; edition++) {
            assert_ok(wm_history_states(store, (wm_edition)edition, release.number, &states, &err),
                      &err);
        }
    }
    wm_buf_put_text(text, "working\n");
    assert_ok(wm_store_each(store, WM_VIEW_WORKING, WM_KINDS_ALL, &records, &err), &err);
    assert_ok(wm_store_blob_each(store, put_name_line, text, &err), &err);
}

/* ---- syncing ---- */

typedef struct pull {
    wm_replica_apply *apply;
    wm_str partition;
} pull;

static wm_status apply_change(void *context, const wm_projected_change *change, wm_error *err)
{
    pull *p = context;
    if (change->after.ptr == NULL) {
        return wm_replica_remove(p->apply, p->partition, change->kind, change->id, err);
    }
    wm_record record = { change->kind, change->id, change->after };
    return wm_replica_put(p->apply, p->partition, &record, err);
}

/* Keep those that are named in the list. */
static void keep_named(wm_test_states *states, const char *partitions)
{
    size_t kept = 0;
    for (size_t i = 0; i < states->count; i++) {
        const char *at = strstr(partitions, states->names[i]);
        size_t length = strlen(states->names[i]);
        bool starts = at != NULL && (at == partitions || at[-1] == ' ');
        if (starts && (at[length] == ' ' || at[length] == '\0')) {
            states->items[kept++] = states->items[i];
        }
    }
    states->count = kept;
}

static wm_status pull_all(wm_store *author, wm_replica_apply *apply, wm_edition edition,
                          const int64_t span[2], const char *partitions, wm_error *err)
{
    wm_status status = WM_OK;
    const char *at = partitions;
    while (*at != '\0' && status == WM_OK) {
        size_t length = strcspn(at, " ");
        pull p = { apply, { at, length } };
        wm_slice slice = { edition, p.partition };
        wm_change_sink sink = { apply_change, &p };
        status = wm_history_changes(author, &slice, span[0], span[1], &sink, err);
        at += length + strspn(at + length, " ");
    }
    return status;
}

wm_status wm_test_sync(wm_store *author, wm_store *replica, wm_edition edition,
                       const int64_t span[2], const char *partitions, wm_error *err)
{
    wm_test_states before = { .count = 0 };
    wm_test_states after;
    if (span[0] > 0) {
        wm_test_states_read(author, edition, span[0], &before);
    }
    wm_test_states_read(author, edition, span[1], &after);
    keep_named(&before, partitions);
    keep_named(&after, partitions);
    wm_replica_apply *apply = NULL;
    wm_replica_base base = { edition, span[0], before.items, before.count };
    wm_status status = wm_replica_begin(replica, &base, &apply, err);
    if (status != WM_OK) {
        return status;
    }
    status = pull_all(author, apply, edition, span, partitions, err);
    if (status != WM_OK) {
        wm_replica_abandon(apply);
        return status;
    }
    wm_release release;
    assert_ok(wm_store_release(author, span[1], &release, err), err);
    wm_replica_target target = { span[1], release.date, wm_str_of(release.note), after.items,
                                 after.count };
    return wm_replica_finish(apply, &target, err);
}
