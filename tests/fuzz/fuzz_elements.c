/* fuzz_elements.c: whatever a file or a pipe gives, it is cut into services that lie in it, in
 * order of their lines, and the same however many bytes come at a time; the first byte chooses how
 * many. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include <waymark/sys/interchange.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct stream {
    wm_str rest;
    size_t step;
} stream;

static wm_status give(void *context, void *buffer, size_t capacity, size_t *length_out,
                      wm_error *err)
{
    stream *s = context;
    (void)err;
    size_t length = s->rest.len < s->step ? s->rest.len : s->step;
    length = length < capacity ? length : capacity;
    if (length > 0) {
        memcpy(buffer, s->rest.ptr, length);
    }
    s->rest = (wm_str){ s->rest.ptr + length, s->rest.len - length };
    *length_out = length;
    return WM_OK;
}

/* The status that ended it, and a digest of all that came before. */
static wm_status cut(wm_str text, size_t step, wm_buf *seen)
{
    stream s = { text, step };
    wm_byte_source source = { give, &s };
    wm_elements *elements = NULL;
    wm_element element;
    wm_error err = { 0 };
    int64_t line = 0;
    wm_status status = wm_elements_open(wm_env_system(), &source, &elements, &err);
    while (status == WM_OK) {
        status = wm_elements_next(elements, &element, &err);
        if (status != WM_OK) {
            break;
        }
        assert(element.number >= line && element.number > 0);
        assert(!element.too_large || element.text.len == 0);
        assert(element.text.len <= WM_ELEMENT_BYTES_MAX);
        line = element.number;
        wm_buf_printf(seen, "%lld %zu\n", (long long)element.number, element.text.len);
        wm_buf_put_str(seen, element.text);
    }
    assert(status == WM_END || (status == WM_BAD_INPUT && err.text[0] != '\0'));
    if (elements != NULL) {
        assert(wm_elements_at(elements) <= (int64_t)text.len);
        wm_buf_printf(seen, "%d %lld", (int)status, (long long)wm_elements_promised(elements));
    }
    wm_elements_close(elements);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    wm_str text = { (const char *)data + 1, size - 1 };
    wm_buf once;
    wm_buf again;
    wm_buf_init(&once, wm_env_system(), 64 * WM_MIB);
    wm_buf_init(&again, wm_env_system(), 64 * WM_MIB);
    wm_status first = cut(text, SIZE_MAX, &once);
    wm_status second = cut(text, 1 + (size_t)data[0], &again);
    assert(first == second);
    assert(wm_str_equal(wm_buf_str(&once), wm_buf_str(&again)));
    wm_buf_fini(&once);
    wm_buf_fini(&again);
    return 0;
}
