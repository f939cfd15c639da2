/* answers.c: see answers.h. */
#include "answers.h"

wm_test_asking *wm_test_asking_new(const wm_test_source *records, size_t count)
{
    wm_test_asking *asking = test_calloc(1, sizeof *asking);
    wm_error err = { 0 };
    asking->store = wm_test_store();
    for (size_t i = 0; i < count; i++) {
        wm_test_put(asking->store, records[i].kind, records[i].text);
    }
    assert_int_equal(wm_test_release(asking->store, "2026-01-05"), 1);
    assert_ok(wm_asker_init(&asking->asker, asking->store, WM_VIEW_LATEST, &err), &err);
    wm_arena_init(&asking->arena, wm_env_system(), 64 * WM_MIB);
    return asking;
}

void wm_test_asking_free(wm_test_asking *asking)
{
    wm_arena_fini(&asking->arena);
    wm_asker_fini(&asking->asker);
    wm_store_close(asking->store);
    test_free(asking);
}

/* service NULL: find. */
static wm_str answer(wm_test_asking *asking, const char *service, const char *query)
{
    wm_buf out;
    wm_buf text;
    wm_error err = { 0 };
    wm_buf_init(&out, wm_env_system(), WM_ANSWER_BYTES_MAX);
    wm_buf_init(&text, wm_env_system(), WM_MIB);
    wm_json_write(&text, wm_test_json(&asking->arena, query));
    wm_str question = wm_buf_str(&text);
    assert_ok(service == NULL
                  ? wm_find_answer(&asking->asker, question, NULL, &out, &err)
                  : wm_find_explain(&asking->asker, wm_str_of(service), question, NULL, &out, &err),
              &err);
    wm_str copy = wm_arena_copy(&asking->arena, wm_buf_str(&out));
    assert_non_null(copy.ptr);
    wm_buf_fini(&text);
    wm_buf_fini(&out);
    return copy;
}

static const wm_json *parsed(wm_test_asking *asking, wm_str text)
{
    wm_error err = { 0 };
    const wm_json *value = NULL;
    assert_ok(wm_json_parse(&asking->arena, text, WM_ANSWER_BYTES_MAX, &value, &err), &err);
    return value;
}

wm_str wm_test_answer(wm_test_asking *asking, const char *query)
{
    return answer(asking, NULL, query);
}

const wm_json *wm_test_ask(wm_test_asking *asking, const char *query)
{
    return parsed(asking, answer(asking, NULL, query));
}

const wm_json *wm_test_explain(wm_test_asking *asking, const char *service, const char *query)
{
    return parsed(asking, answer(asking, service, query));
}

static const wm_json *cards_of(const wm_json *answer, const char *section)
{
    const wm_json *sections = wm_json_get(answer, "sections");
    for (uint32_t i = 0; i < sections->count; i++) {
        if (wm_str_is(wm_json_string(wm_json_get(&sections->as.items[i], "name")), section)) {
            return wm_json_get(&sections->as.items[i], "cards");
        }
    }
    return NULL;
}

unsigned wm_test_card_place(const wm_json *answer, const char *section, const char *service)
{
    const wm_json *cards = cards_of(answer, section);
    for (uint32_t i = 0; cards != NULL && i < cards->count; i++) {
        if (wm_str_is(wm_json_string(wm_json_get(&cards->as.items[i], "service")), service)) {
            return i + 1;
        }
    }
    return 0;
}

const wm_json *wm_test_card(const wm_json *answer, const char *section, const char *service)
{
    const wm_json *cards = cards_of(answer, section);
    unsigned place = wm_test_card_place(answer, section, service);
    return cards != NULL && place > 0 ? &cards->as.items[place - 1] : NULL;
}

const char *wm_test_verdict(const wm_json *card)
{
    return wm_json_string(wm_json_get(card, "verdict")).ptr;
}

const char *wm_test_note(const wm_json *card, const char *code)
{
    const wm_json *notes = wm_json_get(card, "notes");
    for (uint32_t i = 0; i < notes->count; i++) {
        if (wm_str_is(wm_json_string(wm_json_get(&notes->as.items[i], "code")), code)) {
            return wm_json_string(wm_json_get(&notes->as.items[i], "text")).ptr;
        }
    }
    return NULL;
}

bool wm_test_has_note(const wm_json *card, const char *code)
{
    return wm_test_note(card, code) != NULL;
}
