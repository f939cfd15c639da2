/* buf.c: grow by half, never past the cap, and remember the first failure. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <waymark/sys/arena.h>
#include <waymark/sys/buf.h>

#define FIRST_CAPACITY ((size_t)256)

void wm_buf_init(wm_buf *buf, const wm_env *env, size_t max_bytes)
{
    *buf = (wm_buf){ .env = env, .max_bytes = max_bytes, .status = WM_OK };
}

void wm_buf_fini(wm_buf *buf)
{
    if (buf->data != NULL) {
        wm_env_free(buf->env, buf->data, buf->capacity);
    }
    buf->data = NULL;
    buf->len = 0;
    buf->capacity = 0;
}

void wm_buf_reset(wm_buf *buf)
{
    buf->len = 0;
    buf->status = WM_OK;
    if (buf->data != NULL) {
        buf->data[0] = '\0';
    }
}

void *wm_buf_reserve(wm_buf *buf, size_t length)
{
    if (buf->status != WM_OK) {
        return NULL;
    }
    if (length > buf->max_bytes || buf->len > buf->max_bytes - length) {
        buf->status = WM_TOO_LARGE;
        return NULL;
    }
    size_t need = buf->len + length + 1;
    if (need > buf->capacity) {
        size_t capacity = buf->capacity + buf->capacity / 2;
        capacity = capacity < FIRST_CAPACITY ? FIRST_CAPACITY : capacity;
        capacity = capacity < need ? need : capacity;
        if (capacity > buf->max_bytes + 1) {
            capacity = buf->max_bytes + 1;
        }
        char *data = buf->env->resize(buf->env->context, buf->data, buf->capacity, capacity);
        if (data == NULL) {
            buf->status = WM_NO_MEMORY;
            return NULL;
        }
        buf->data = data;
        buf->capacity = capacity;
    }
    return buf->data + buf->len;
}

void wm_buf_grown(wm_buf *buf, size_t length)
{
    if (buf->status == WM_OK) {
        buf->len += length;
        buf->data[buf->len] = '\0';
    }
}

void wm_buf_put(wm_buf *buf, const void *bytes, size_t length)
{
    bool there = buf->status == WM_OK && buf->capacity > buf->len &&
                 buf->capacity - buf->len > length && length <= buf->max_bytes - buf->len;
    char *at = there ? buf->data + buf->len : wm_buf_reserve(buf, length);
    if (at != NULL) {
        if (length > 0) {
            memcpy(at, bytes, length);
        }
        buf->len += length;
        buf->data[buf->len] = '\0';
    }
}

void wm_buf_put_str(wm_buf *buf, wm_str text)
{
    wm_buf_put(buf, text.ptr, text.len);
}

void wm_buf_put_text(wm_buf *buf, const char *text)
{
    wm_buf_put(buf, text, strlen(text));
}

void wm_buf_put_char(wm_buf *buf, char c)
{
    if (buf->status == WM_OK && buf->len + 1 < buf->capacity && buf->len < buf->max_bytes) {
        buf->data[buf->len++] = c;
        buf->data[buf->len] = '\0';
        return;
    }
    wm_buf_put(buf, &c, 1);
}

void wm_buf_put_integer(wm_buf *buf, int64_t value)
{
    char text[21]; /* the sign, and the digits of 2^63 */
    size_t at = sizeof text;
    uint64_t rest = value < 0 ? (uint64_t)0 - (uint64_t)value : (uint64_t)value;
    do {
        text[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0) {
        text[--at] = '-';
    }
    wm_buf_put(buf, text + at, sizeof text - at);
}

void wm_buf_printf(wm_buf *buf, const char *format, ...)
{
    char small[256];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(small, sizeof small, format, args);
    va_end(args);
    if (length < 0) {
        buf->status = buf->status == WM_OK ? WM_NO_MEMORY : buf->status;
        return;
    }
    if ((size_t)length < sizeof small) {
        wm_buf_put(buf, small, (size_t)length);
        return;
    }
    char *at = wm_buf_reserve(buf, (size_t)length);
    if (at != NULL) {
        va_start(args, format);
        length = vsnprintf(at, (size_t)length + 1, format, args);
        va_end(args);
        wm_buf_grown(buf, length < 0 ? 0 : (size_t)length);
    }
}

wm_str wm_buf_str(const wm_buf *buf)
{
    return (wm_str){ buf->data != NULL ? buf->data : "", buf->len };
}

wm_status wm_buf_status(const wm_buf *buf, wm_error *err)
{
    if (buf->status == WM_TOO_LARGE) {
        return wm_fail(err, WM_TOO_LARGE, "more than %zu bytes", buf->max_bytes);
    }
    return buf->status == WM_OK ? WM_OK : wm_fail_memory(err);
}
