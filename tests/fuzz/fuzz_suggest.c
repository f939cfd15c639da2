/* fuzz_suggest.c: whatever is typed, the names that are found in it lie inside it, and suggestions
 * are a whole answer with the emergency lines; the same again. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <waymark/sys/history.h>

#include "ask/names.h"
#include "ask/suggest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SERVICE(id, names)                                                                         \
    {                                                                                              \
        WM_KIND_SERVICE, WM_STR_INIT(id),                                                          \
            WM_STR_INIT("{\"alternate_names\":[\"" id " of old\"],\"areas\":[],"                   \
                        "\"eligibility\":{\"who\":{\"const\":true}},\"id\":\"" id                  \
                        "\",\"kind\":\"k\",\"name\":\"" names                                      \
                        "\",\"needs\":[\"crisis\"],\"organization\":\"o\",\"status\":\"active\"}") \
    }

static const wm_record records[] = {
    { WM_KIND_LOCALITY, WM_STR_INIT("E"),
      WM_STR_INIT("{\"id\":\"E\",\"kind\":\"nation\",\"name\":\"Swindon\"}") },
    { WM_KIND_NEED, WM_STR_INIT("crisis"),
      WM_STR_INIT("{\"id\":\"crisis\",\"label\":\"Crisis\",\"synonyms\":{\"en\":[\"want to die\","
                  "\"kms\"],\"pl\":[\"samob\xc3\xb3jstwo\"]},\"unreviewed\":[\"pl\"]}") },
    { WM_KIND_ORGANIZATION, WM_STR_INIT("o"),
      WM_STR_INIT("{\"id\":\"o\",\"name\":\"Bluebell Trust\"}") },
    { WM_KIND_PLACE, WM_STR_INIT("BA1"),
      WM_STR_INIT("{\"id\":\"BA1\",\"kind\":\"outcode\",\"name\":\"BA1\",\"shares\":[{\"code\":"
                  "\"E\",\"share\":1000}]}") },
    SERVICE("calm", "Place of Calm, Swindon"),
    SERVICE("mind", "Mind"),
    SERVICE("minds", "YoungMinds (guides)"),
    SERVICE("night", "The Night Line"),
    SERVICE("with", "We Are With You"),
};

static wm_asker *directory(void)
{
    static wm_store *store;
    static wm_asker asker;
    wm_txn *txn = NULL;
    bool done = true;
    if (store != NULL) {
        return &asker;
    }
    done = wm_store_open(wm_env_system(),
                         ":memory:", WM_STORE_WRITE | WM_STORE_CREATE | WM_STORE_AUTHOR, &store,
                         NULL) == WM_OK;
    done = done && wm_txn_begin(store, &txn, NULL) == WM_OK;
    for (size_t i = 0; i < sizeof records / sizeof records[0] && done; i++) {
        done = wm_history_put(txn, &records[i], NULL, NULL, NULL) == WM_OK;
    }
    done = done && wm_txn_commit(txn, NULL) == WM_OK;
    done = done && wm_asker_init(&asker, store, WM_VIEW_WORKING, NULL) == WM_OK;
    done = done && wm_asker_words(&asker, NULL) == WM_OK;
    if (!done) {
        abort();
    }
    return &asker;
}

static void check_names(wm_str text)
{
    wm_named named[WM_NAMED_MAX];
    wm_arena arena;
    size_t count = 0;
    wm_error err;
    wm_error_clear(&err);
    wm_arena_init(&arena, wm_env_system(), 64 * WM_MIB);
    wm_status status = wm_asker_words(directory(), &err);
    if (status == WM_OK) {
        wm_named_where where = { NULL, 0 };
        status = wm_names_find(directory(), text, where, &arena, named, &count, &err);
    }
    assert(status == WM_OK && count <= WM_NAMED_MAX);
    for (size_t i = 0; i < count; i++) {
        assert(named[i].length > 0 && named[i].start + named[i].length <= text.len);
        assert(named[i].id.len > 0);
    }
    (void)status;
    wm_arena_fini(&arena);
}

static void check_suggestions(wm_str text)
{
    wm_arena arena;
    wm_buf request;
    wm_buf answers[2];
    wm_json_out out;
    const wm_json *value = NULL;
    wm_error err;
    wm_error_clear(&err);
    wm_arena_init(&arena, wm_env_system(), 64 * WM_MIB);
    wm_buf_init(&request, wm_env_system(), WM_QUERY_BYTES_MAX);
    wm_json_out_init(&out, &request);
    wm_json_out_object(&out);
    if (text.len % 2 == 1) { /* some with a place, from the end of what was typed */
        size_t most = text.len < WM_PLACE_TEXT_BYTES_MAX ? text.len / 2 : WM_PLACE_TEXT_BYTES_MAX;
        wm_json_out_member_string(&out, "at", (wm_str){ text.ptr + text.len - most, most });
    }
    wm_json_out_member_string(&out, "text", text);
    wm_json_out_end_object(&out);
    for (size_t i = 0; i < 2; i++) {
        wm_buf_init(&answers[i], wm_env_system(), WM_ANSWER_BYTES_MAX);
        wm_status status = wm_suggest(directory(), wm_buf_str(&request), NULL, &answers[i], &err);
        assert(status == WM_OK || status == WM_TOO_LARGE || status == WM_BAD_INPUT);
        if (status == WM_OK) {
            status =
                wm_json_parse(&arena, wm_buf_str(&answers[i]), WM_ANSWER_BYTES_MAX, &value, &err);
            assert(status == WM_OK && wm_json_get(value, "emergency")->count > 0);
            assert(wm_json_get(value, "items")->count <= WM_SUGGEST_LIMIT_DEFAULT);
        }
    }
    assert(wm_str_equal(wm_buf_str(&answers[0]), wm_buf_str(&answers[1])));
    wm_buf_fini(&answers[1]);
    wm_buf_fini(&answers[0]);
    wm_buf_fini(&request);
    wm_arena_fini(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    wm_str text = { (const char *)data, size };
    if (size <= 2 * WM_QUERY_TEXT_BYTES_MAX) {
        check_names(text);
        check_suggestions(text);
    }
    return 0;
}
