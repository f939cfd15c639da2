/* fault_puts.c: see fault_puts.h. The linker leads every call of sys/buf.h that puts something to
 * one of these, and __real_* is what was called. */
#include "fault_puts.h"

#include <stdarg.h>
#include <stdio.h>

#include <waymark/sys/buf.h>

void __real_wm_buf_put(wm_buf *buf, const void *bytes, size_t length);
void __real_wm_buf_put_str(wm_buf *buf, wm_str text);
void __real_wm_buf_put_text(wm_buf *buf, const char *text);
void __real_wm_buf_put_char(wm_buf *buf, char c);
void __real_wm_buf_put_integer(wm_buf *buf, int64_t value);
void *__real_wm_buf_reserve(wm_buf *buf, size_t length);

void __wrap_wm_buf_put(wm_buf *buf, const void *bytes, size_t length);
void __wrap_wm_buf_put_str(wm_buf *buf, wm_str text);
void __wrap_wm_buf_put_text(wm_buf *buf, const char *text);
void __wrap_wm_buf_put_char(wm_buf *buf, char c);
void __wrap_wm_buf_put_integer(wm_buf *buf, int64_t value);
void __wrap_wm_buf_printf(wm_buf *buf, const char *format, ...) WM_PRINTF(2, 3);
void *__wrap_wm_buf_reserve(wm_buf *buf, size_t length);

static struct {
    long left; /* puts until the one that fails; -1: none does */
    bool fired;
} puts_fault = { .left = -1 };

void wm_fault_puts_arm(long nth)
{
    puts_fault.left = nth;
    puts_fault.fired = false;
}

bool wm_fault_puts_fired(void)
{
    return puts_fault.fired;
}

/* A buffer that has failed before is asked for nothing more. */
static void count(wm_buf *buf)
{
    if (puts_fault.left < 0 || buf->status != WM_OK) {
        return;
    }
    if (puts_fault.left == 0) {
        buf->status = WM_NO_MEMORY;
        puts_fault.fired = true;
    }
    puts_fault.left--;
}

void __wrap_wm_buf_put(wm_buf *buf, const void *bytes, size_t length)
{
    count(buf);
    __real_wm_buf_put(buf, bytes, length);
}

void __wrap_wm_buf_put_str(wm_buf *buf, wm_str text)
{
    count(buf);
    __real_wm_buf_put_str(buf, text);
}

void __wrap_wm_buf_put_text(wm_buf *buf, const char *text)
{
    count(buf);
    __real_wm_buf_put_text(buf, text);
}

void __wrap_wm_buf_put_char(wm_buf *buf, char c)
{
    count(buf);
    __real_wm_buf_put_char(buf, c);
}

void __wrap_wm_buf_put_integer(wm_buf *buf, int64_t value)
{
    count(buf);
    __real_wm_buf_put_integer(buf, value);
}

void __wrap_wm_buf_printf(wm_buf *buf, const char *format, ...)
{
    char text[4096];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    count(buf);
    if (length < 0 || (size_t)length >= sizeof text) {
        buf->status = buf->status == WM_OK ? WM_TOO_LARGE : buf->status;
        return;
    }
    __real_wm_buf_put(buf, text, (size_t)length);
}

void *__wrap_wm_buf_reserve(wm_buf *buf, size_t length)
{
    count(buf);
    return __real_wm_buf_reserve(buf, length);
}
