/* fuzz_record.c: a record of any kind, as somebody wrote or sent it: its faults are told, and one
 * without faults goes through all that reads records. The first byte chooses the kind. */
#include <assert.h>
#include <stdint.h>

#include <waymark/sys/edition.h>
#include <waymark/sys/record.h>

#include "model/summary.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static wm_status count(void *context, const wm_finding *finding)
{
    size_t *errors = context;
    assert(finding->text[0] != '\0' && finding->code[0] != '\0');
    assert(wm_utf8_valid(wm_str_of(finding->text), NULL));
    *errors += finding->is_error ? 1 : 0;
    return WM_OK;
}

/* What finding needs of a service: it reads back. */
static void summarise(const wm_json *service)
{
    wm_symbols *symbols = NULL;
    wm_summary summary;
    wm_buf bytes;
    wm_buf_init(&bytes, wm_env_system(), WM_RECORD_BYTES_MAX);
    wm_status status = wm_symbols_new(wm_env_system(), &symbols, NULL);
    assert(status == WM_OK);
    status = wm_summary_encode(service, symbols, NULL, &bytes, NULL);
    assert(status == WM_OK);
    status = wm_summary_decode(wm_buf_str(&bytes), &summary, NULL);
    assert(status == WM_OK);
    (void)status;
    wm_symbols_free(symbols);
    wm_buf_fini(&bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const wm_json *value = NULL;
    wm_error err = { 0 };
    wm_arena arena;
    size_t errors = 0;
    if (size == 0) {
        return 0;
    }
    wm_kind kind = (wm_kind)(data[0] % WM_KIND_COUNT);
    wm_str text = { (const char *)data + 1, size - 1 };
    wm_arena_init(&arena, wm_env_system(), 64 * WM_MIB);
    if (wm_json_parse(&arena, text, WM_RECORD_BYTES_MAX, &value, &err) == WM_OK) {
        wm_finding_sink sink = { count, &errors };
        wm_str id = wm_json_string(wm_json_get(value, "id"));
        wm_status status = wm_record_check(kind, id, value, &sink, &err);
        assert(status == WM_OK);
        (void)status;
        if (errors == 0 && kind == WM_KIND_SERVICE) {
            summarise(value);
        }
    }
    wm_arena_fini(&arena);
    return 0;
}
