/* fuzz_reply.c: whatever somebody types when they are asked, it is one value in JSON, that facts
 * can hold, or an error that says what was expected. The first byte chooses the question. */
#include <assert.h>
#include <stdint.h>

#include "ask/reply.h"
#include "rules/facts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const records[] = {
    "{\"id\":\"veteran\",\"type\":\"flag\",\"question\":{\"en\":\"?\"},\"why\":{\"en\":\"!\"}}",
    "{\"id\":\"age\",\"type\":\"age\",\"question\":{\"en\":\"?\"},\"why\":{\"en\":\"!\"}}",
    "{\"id\":\"moved\",\"type\":\"event\",\"question\":{\"en\":\"?\"},\"why\":{\"en\":\"!\"}}",
    "{\"id\":\"home\",\"type\":\"one\",\"question\":{\"en\":\"?\"},\"why\":{\"en\":\"!\"},"
    "\"options\":[{\"value\":\"own\",\"label\":{\"en\":\"My own\"}},"
    "{\"value\":\"none\",\"label\":{\"en\":\"None\"}}]}",
    "{\"id\":\"benefits\",\"type\":\"set\",\"question\":{\"en\":\"?\"},\"why\":{\"en\":\"!\"},"
    "\"options\":[{\"value\":\"pip\",\"label\":{\"en\":\"PIP\"}}]}",
    "{\"id\":\"child\",\"type\":\"people\",\"question\":{\"en\":\"?\"},\"why\":{\"en\":\"!\"}}",
    "{\"id\":\"severity\",\"type\":\"level\",\"question\":{\"en\":\"?\"},\"why\":{\"en\":\"!\"}}",
};
#define RECORDS (sizeof records / sizeof records[0])

static const wm_askables *questions(void)
{
    static wm_askables *askables;
    static wm_arena arena;
    const wm_json *values[RECORDS];
    if (askables == NULL) {
        wm_arena_init(&arena, wm_env_system(), WM_MIB);
        for (size_t i = 0; i < RECORDS; i++) {
            wm_status parsed =
                wm_json_parse(&arena, wm_str_of(records[i]), WM_RECORD_BYTES_MAX, &values[i], NULL);
            assert(parsed == WM_OK);
            (void)parsed;
        }
        wm_status made = wm_askables_new(wm_env_system(), values, RECORDS, &askables, NULL);
        assert(made == WM_OK);
        (void)made;
    }
    return askables;
}

static void check_value(wm_arena *arena, wm_str text)
{
    const wm_json *value = NULL;
    wm_status status = wm_json_parse(arena, text, WM_MIB, &value, NULL);
    assert(status == WM_OK && value != NULL);
    (void)status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const wm_askables *askables = questions();
    if (size == 0) {
        return 0;
    }
    const wm_askable *fact = wm_askables_at(askables, data[0] % wm_askables_count(askables));
    wm_str text = { (const char *)data + 1, size - 1 };
    wm_error err = { 0 };
    wm_arena arena;
    wm_buf buf;
    wm_json_out out;
    wm_arena_init(&arena, wm_env_system(), WM_MIB);
    wm_buf_init(&buf, wm_env_system(), WM_MIB);
    wm_json_out_init(&out, &buf);
    wm_status status = wm_reply_read(fact, text, 20468, &out, &err);
    if (status == WM_OK) {
        check_value(&arena, wm_buf_str(&buf));
    } else {
        assert(status == WM_BAD_INPUT || status == WM_TOO_LARGE);
        assert(err.text[0] != '\0' && wm_utf8_valid(wm_str_of(err.text), NULL));
    }
    wm_buf_fini(&buf);
    wm_arena_fini(&arena);
    return 0;
}
