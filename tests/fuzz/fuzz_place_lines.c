/* fuzz_place_lines.c: whatever lines a list of places has, each is taken, counted or told, and what
 * is made of them are records that can be read and resolved again. The first byte says which
 * list. */
#include <assert.h>
#include <stdint.h>

#include <waymark/sys/interchange_places.h>
#include <waymark/sys/places.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const localities[] = {
    "{\"id\":\"E92000001\",\"kind\":\"nation\",\"name\":\"England\"}",
    "{\"id\":\"E06000022\",\"kind\":\"place\",\"name\":\"Bath\",\"parent\":\"E92000001\"}",
    "{\"id\":\"E06000054\",\"kind\":\"place\",\"name\":\"Wiltshire\",\"parent\":\"E92000001\"}",
};

static wm_store *make_store(void)
{
    wm_store *store = NULL;
    wm_txn *txn = NULL;
    wm_status status =
        wm_store_open(wm_env_system(),
                      ":memory:", WM_STORE_WRITE | WM_STORE_CREATE | WM_STORE_AUTHOR, &store, NULL);
    if (status == WM_OK) {
        status = wm_txn_begin(store, &txn, NULL);
    }
    for (size_t i = 0; i < 3 && status == WM_OK; i++) {
        wm_record record = { WM_KIND_LOCALITY, { localities[i] + 7, 9 }, wm_str_of(localities[i]) };
        status = wm_history_put(txn, &record, NULL, NULL, NULL);
    }
    if (status == WM_OK) {
        status = wm_txn_commit(txn, NULL);
    }
    assert(status == WM_OK);
    (void)status;
    return store;
}

typedef struct told {
    int64_t count;
} told;

static void tell(void *context, int64_t line, wm_str text)
{
    told *t = context;
    assert(line > 0 && text.len > 0 && wm_utf8_valid(text, NULL));
    t->count++;
    (void)line;
    (void)text;
}

static wm_status check_place(void *context, const wm_record *record, wm_error *err)
{
    const wm_json *value = NULL;
    wm_arena arena;
    int64_t total = 0;
    (void)context;
    wm_arena_init(&arena, wm_env_system(), 16 * WM_MIB);
    wm_status status = wm_json_parse(&arena, record->bytes, WM_RECORD_BYTES_MAX, &value, err);
    assert(status == WM_OK);
    const wm_json *shares = wm_json_get(value, "shares");
    for (uint32_t i = 0; i < shares->count; i++) {
        int64_t share = wm_json_integer(wm_json_get(&shares->as.items[i], "share"), 0);
        assert(share > 0);
        total += share;
    }
    assert(total == WM_PLACE_SHARE_WHOLE);
    (void)total;
    wm_arena_fini(&arena);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static wm_store *store;
    told t = { 0 };
    wm_txn *txn = NULL;
    wm_place_import *import = NULL;
    wm_place_import_counts counts;
    wm_error err = { 0 };
    if (store == NULL) {
        store = make_store();
    }
    if (size == 0 || wm_txn_begin(store, &txn, &err) != WM_OK) {
        return 0;
    }
    wm_place_list list = data[0] % 2 == 0 ? WM_PLACE_LIST_PLACES : WM_PLACE_LIST_PRACTICES;
    wm_place_import_options options = { list, WM_STR("fuzz"), tell, &t };
    wm_status status = wm_place_import_begin(txn, &options, &import, &err);
    int64_t number = 0;
    for (size_t at = 1; at < size && status == WM_OK;) {
        const uint8_t *end = memchr(data + at, '\n', size - at);
        size_t length = end != NULL ? (size_t)(end - data) - at : size - at;
        wm_str line = { (const char *)data + at, length };
        status = wm_place_import_line(import, line, ++number, &err);
        at += length + 1;
    }
    if (status == WM_OK) {
        status = wm_place_import_finish(import, true, &counts, &err);
        assert(status == WM_OK && counts.rejected == t.count);
        wm_record_sink sink = { check_place, NULL };
        status = wm_store_each(store, WM_VIEW_WORKING, WM_KIND_BIT(WM_KIND_PLACE), &sink, &err);
        assert(status == WM_OK);
    } else {
        assert(status == WM_BAD_INPUT && err.text[0] != '\0');
    }
    wm_place_import_free(import);
    wm_txn_rollback(txn);
    return 0;
}
