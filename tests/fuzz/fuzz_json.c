/* fuzz_json.c: whatever the strict reader takes, its canonical form reads back as the same bytes.
 */
#include <assert.h>
#include <stdint.h>

#include <waymark/sys/json.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    wm_arena arena;
    wm_arena_init(&arena, wm_env_system(), 64 * WM_MIB);
    const wm_json *value = NULL;
    wm_error err;
    wm_error_clear(&err);
    if (wm_json_parse(&arena, (wm_str){ (const char *)data, size }, WM_RECORD_BYTES_MAX, &value,
                      &err) == WM_OK) {
        wm_buf once;
        wm_buf twice;
        wm_buf_init(&once, wm_env_system(), 4 * WM_MIB);
        wm_buf_init(&twice, wm_env_system(), 4 * WM_MIB);
        wm_json_write(&once, value);
        const wm_json *again = NULL;
        wm_status status = wm_json_parse(&arena, wm_buf_str(&once), 4 * WM_MIB, &again, &err);
        assert(status == WM_OK);
        wm_json_write(&twice, again);
        assert(wm_str_equal(wm_buf_str(&once), wm_buf_str(&twice)));
        wm_buf_fini(&once);
        wm_buf_fini(&twice);
    } else {
        assert(err.text[0] != '\0');
    }
    wm_arena_fini(&arena);
    return 0;
}
