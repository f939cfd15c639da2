/* fuzz_query.c: a query, and a request for a hand-over, from whoever asks: what is read is read the
 * same twice, keeps its digest, and never leaves a declared error unsaid. */
#include <assert.h>
#include <stdint.h>

#include "ask/handover.h"
#include "ask/query.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_declared(wm_status status)
{
    return status == WM_BAD_INPUT || status == WM_TOO_LARGE;
}

/* Limits that the writers rely on. */
static void check_query(const wm_query *query)
{
    assert(query->tried_count <= WM_TRIED_MAX);
    assert(query->limit >= 1 && query->limit <= WM_CARDS_MAX);
    assert(query->text.len <= WM_QUERY_TEXT_BYTES_MAX);
    assert(query->lang.len >= 2 && query->lang.len <= 35);
    assert(query->needs == NULL || query->needs->count <= WM_QUERY_NEEDS_MAX);
    assert(query->as_of >= WM_DATE_MIN && query->as_of <= WM_DATE_MAX);
    assert(wm_actor_routes(query->actor) != 0);
    for (size_t i = 0; i < query->tried_count; i++) {
        assert(query->tried[i].service.len > 0);
    }
}

static void read_query(wm_arena *arena, wm_str text)
{
    wm_error err = { 0 };
    wm_query once;
    wm_query twice;
    wm_date today = 20468;
    wm_status status = wm_query_parse(arena, wm_env_system(), text, &today, &once, &err);
    assert(status == WM_OK || (is_declared(status) && err.text[0] != '\0'));
    assert(wm_utf8_valid(wm_str_of(err.text), NULL));
    if (status == WM_OK) {
        check_query(&once);
        status = wm_query_parse(arena, wm_env_system(), text, &today, &twice, &err);
        assert(status == WM_OK);
        assert(memcmp(&once.digest, &twice.digest, sizeof once.digest) == 0);
    }
    status = wm_query_parse(arena, wm_env_system(), text, NULL, &once, NULL);
    assert(status == WM_OK || is_declared(status));
}

static void read_request(wm_arena *arena, wm_str text)
{
    wm_error err = { 0 };
    wm_handover_request request;
    wm_status status = wm_handover_request_parse(arena, wm_env_system(), text, &request, &err);
    assert(status == WM_OK || (is_declared(status) && err.text[0] != '\0'));
    assert(wm_utf8_valid(wm_str_of(err.text), NULL));
    if (status != WM_OK) {
        return;
    }
    wm_str words = wm_json_string(wm_json_get(request.said, "own_words"));
    assert(words.len <= WM_HANDOVER_WORDS_MAX);
    assert(request.consent <= WM_CONSENT_CANNOT_GIVE && request.basis <= WM_BASIS_CRISIS);
    assert(request.text_safe <= WM_TEXT_NO);
    read_query(arena, request.query);
}

/* What looks through the person's words, and measures them. */
static void read_words(wm_str text)
{
    (void)wm_handover_has_address(text);
    wm_message_size size = wm_message_measure(text);
    assert(size.segments >= 1 && size.units <= 2 * text.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    wm_arena arena;
    wm_str text = { (const char *)data, size };
    wm_arena_init(&arena, wm_env_system(), 64 * WM_MIB);
    read_query(&arena, text);
    read_request(&arena, text);
    read_words(text);
    wm_arena_fini(&arena);
    return 0;
}
