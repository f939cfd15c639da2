/* fuzz_spans.c: whatever bytes a span index has, the reader hands out rising rows that write the
 * same bytes again, or fails with a text. */
#include <assert.h>
#include <stdint.h>

#include <waymark/sys/env.h>

#include "pack/spans.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    wm_str bytes = { (const char *)data, size };
    wm_spans spans;
    wm_error err = { 0 };
    wm_arena arena;
    wm_arena_init(&arena, wm_env_system(), 4 * WM_MIB);
    wm_status status = wm_spans_read(&arena, bytes, &spans, &err);
    assert(status == WM_OK || err.text[0] != '\0');
    if (status == WM_OK) {
        wm_buf again;
        wm_buf_init(&again, wm_env_system(), WM_SPANS_BYTES_MAX);
        for (size_t i = 0; i < spans.span_count; i++) {
            assert(spans.spans[i].from > 0 && spans.spans[i].from < spans.spans[i].to);
            assert(i == 0 || spans.spans[i - 1].from <= spans.spans[i].from);
        }
        wm_spans_write(&again, &spans);
        assert(wm_str_equal(wm_buf_str(&again), bytes));
        wm_buf_fini(&again);
    }
    wm_arena_fini(&arena);
    return 0;
}
