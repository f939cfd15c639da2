/* error.c: set once, where it happens; callers put context in front.
 *
 * Texts are UTF-8 and may quote bytes from outside, so a cut never splits a character, and control
 * characters and bytes that are none are shown as '?': a message stays one line of UTF-8 whatever
 * it quotes. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <waymark/sys/error.h>
#include <waymark/sys/str.h>

static void settle_text(char *text, size_t length)
{
    if (length >= WM_ERROR_TEXT_MAX) {
        length = WM_ERROR_TEXT_MAX - 1;
    }
    length = wm_utf8_cut((wm_str){ text, length }, length);
    text[length] = '\0';
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        unsigned char next = (unsigned char)text[i + 1];
        if (c < 0x20 || c == 0x7f) {
            text[i] = '?';
        } else if (c == 0xc2 && next >= 0x80 && next < 0xa0) { /* U+0080 to U+009F */
            text[i] = '?';
            text[i + 1] = '?';
        }
    }
    for (size_t bad_at = 0; !wm_utf8_valid((wm_str){ text, length }, &bad_at);) {
        text[bad_at] = '?';
    }
}

void wm_error_clear(wm_error *err)
{
    if (err != NULL) {
        err->status = WM_OK;
        err->text[0] = '\0';
    }
}

wm_status wm_fail(wm_error *err, wm_status status, const char *format, ...)
{
    if (err != NULL) {
        va_list args;
        va_start(args, format);
        int length = vsnprintf(err->text, sizeof err->text, format, args);
        va_end(args);
        err->status = status;
        settle_text(err->text, length < 0 ? 0 : (size_t)length);
    }
    return status;
}

void wm_error_context(wm_error *err, const char *format, ...)
{
    if (err == NULL || err->text[0] == '\0') {
        return;
    }
    char old[WM_ERROR_TEXT_MAX];
    memcpy(old, err->text, sizeof old);
    va_list args;
    va_start(args, format);
    int length = vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    if (length < 0 || (size_t)length >= sizeof err->text - 3) {
        memcpy(err->text, old, sizeof old);
        return;
    }
    int all = snprintf(err->text + length, sizeof err->text - (size_t)length, ": %s", old);
    settle_text(err->text, (size_t)length + (all < 0 ? 0 : (size_t)all));
}

const char *wm_status_text(wm_status status)
{
    static const char *const texts[] = {
        [WM_OK] = "done",
        [WM_END] = "at the end",
        [WM_NOT_FOUND] = "not found",
        [WM_UNCHANGED] = "nothing new",
        [WM_BAD_ARGUMENT] = "wrong use",
        [WM_BAD_INPUT] = "bad input",
        [WM_BAD_RECORD] = "bad record",
        [WM_TOO_LARGE] = "too large",
        [WM_NO_MEMORY] = "out of memory",
        [WM_IO] = "input or output failed",
        [WM_FULL] = "no space left",
        [WM_BUSY] = "in use by another process",
        [WM_CORRUPT] = "damaged data",
        [WM_NEWER] = "made by a newer version",
        [WM_NOT_TRUSTED] = "not trusted",
        [WM_EXPIRED] = "expired",
        [WM_NETWORK] = "network failed",
        [WM_CONFLICT] = "conflict",
        [WM_NO_RELEASE] = "no release yet",
        [WM_UNSUPPORTED] = "not supported",
        [WM_REFUSED] = "refused",
        [WM_INTERNAL] = "internal error",
    };
    size_t index = (size_t)status;
    return index < sizeof texts / sizeof texts[0] ? texts[index] : "unknown status";
}
