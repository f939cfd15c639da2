/* fuzz_hours.c: a moment's text, a newline, and hours: as JSON, which compile to something that is
 * answered, or as compiled bytes, which are answered or told to be damaged. */
#include <assert.h>
#include <stdint.h>

#include "model/hours.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_in_order(const wm_opening *o, wm_moment now)
{
    int64_t at = wm_moment_local(now);
    return (!o->has_until || wm_moment_local(o->until) > at) &&
           (!o->has_next || wm_moment_local(o->next) > at) &&
           (!o->has_maybe || wm_moment_local(o->maybe) > at) && (o->known || !o->now) &&
           (!o->now || (!o->has_next && !o->has_maybe)) && (o->now || !o->has_until);
}

/* `sound`: nothing but an answer is right. */
static void ask(wm_str bytes, wm_moment now, bool sound)
{
    wm_error err;
    wm_opening opening;
    uint8_t week[21];
    wm_error_clear(&err);
    wm_status status = wm_hours_at(bytes, now, &opening, &err);
    assert(status == WM_OK || (status == WM_CORRUPT && !sound && err.text[0] != '\0'));
    assert(status != WM_OK || is_in_order(&opening, now));
    wm_status of_week = wm_hours_week(bytes, now.day, week, &err);
    assert(of_week == status);
    (void)of_week;
}

static void ask_json(wm_str text, wm_moment now)
{
    wm_arena arena;
    wm_buf bytes;
    const wm_json *hours = NULL;
    wm_arena_init(&arena, wm_env_system(), 16 * WM_MIB);
    wm_buf_init(&bytes, wm_env_system(), 16 * WM_MIB);
    if (wm_json_parse(&arena, text, WM_MIB, &hours, NULL) == WM_OK) {
        wm_status status = wm_hours_encode(hours, &bytes, NULL);
        assert(status == WM_OK);
        (void)status;
        ask(wm_buf_str(&bytes), now, true);
    }
    wm_buf_fini(&bytes);
    wm_arena_fini(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    wm_str text = { (const char *)data, size };
    wm_moment now = { 20514, 600 };
    size_t length = 0;
    while (length < size && data[length] != '\n') {
        length++;
    }
    if (wm_moment_parse((wm_str){ text.ptr, length }, &now)) {
        char shown[WM_MOMENT_TEXT_BYTES];
        wm_moment again;
        bool same = wm_moment_parse(wm_str_of(wm_moment_format(now, shown)), &again);
        assert(same && wm_moment_local(again) == wm_moment_local(now));
        (void)same;
    }
    size_t skip = length < size ? length + 1 : size;
    wm_str rest = { text.ptr + skip, size - skip };
    ask_json(rest, now);
    ask(rest, now, false);
    return 0;
}
