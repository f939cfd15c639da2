/* rejections.c: see rejections.h. */
#include "rejections.h"

#include <string.h>

#include "page.h"

#define BYTES_MAX (64 * WM_MIB)

void wm_rejections_init(wm_rejections *rejections, const wm_env *env)
{
    memset(rejections, 0, sizeof *rejections);
    rejections->unit = "line";
    wm_arena_init(&rejections->arena, env, BYTES_MAX);
}

void wm_rejections_fini(wm_rejections *rejections)
{
    wm_arena_fini(&rejections->arena);
}

static void add_remark(wm_rejections *r, int64_t line, wm_str text)
{
    wm_str what = text;
    wm_str example = { "", 0 };
    for (size_t i = 0; i + 2 < text.len; i++) {
        if (memcmp(text.ptr + i, ": \"", 3) == 0) {
            what.len = i;
            example = (wm_str){ text.ptr + i + 2, text.len - i - 2 };
            break;
        }
    }
    for (size_t i = 0; i < r->remark_count; i++) {
        if (wm_str_equal(r->remarks[i].what, what)) {
            r->remarks[i].count++;
            return;
        }
    }
    if (r->remark_count < WM_REMARKS_MAX) {
        wm_remark remark = { wm_arena_copy(&r->arena, what), wm_arena_copy(&r->arena, example),
                             line, 1 };
        if (remark.what.ptr != NULL && remark.example.ptr != NULL) {
            r->remarks[r->remark_count++] = remark;
        }
    }
}

void wm_rejections_add(wm_rejections *rejections, int64_t line, bool rejected, wm_str text)
{
    if (!rejected) {
        add_remark(rejections, line, text);
        return;
    }
    rejections->total++;
    if (rejections->count == WM_REJECTIONS_KEPT) {
        return;
    }
    wm_rejection *items = wm_arena_grow(&rejections->arena, rejections->items, rejections->count,
                                        &rejections->capacity, sizeof *items);
    wm_str copy = wm_arena_copy(&rejections->arena, text);
    if (items != NULL && copy.ptr != NULL) {
        rejections->items = items;
        items[rejections->count++] = (wm_rejection){ line, copy };
    }
}

void wm_rejections_print(const wm_rejections *rejections, const char *path, wm_buf *to)
{
    for (size_t i = 0; i < rejections->count; i++) {
        wm_buf_printf(to, "%s:%lld: ", path, (long long)rejections->items[i].line);
        wm_page_put_text(to, rejections->items[i].text);
        wm_buf_put_char(to, '\n');
    }
    if (rejections->total > (int64_t)rejections->count) {
        wm_buf_printf(to, "... and %lld more\n",
                      (long long)(rejections->total - (int64_t)rejections->count));
    }
    for (size_t i = 0; i < rejections->remark_count; i++) {
        const wm_remark *remark = &rejections->remarks[i];
        wm_buf_printf(to, "note: %lld x ", (long long)remark->count);
        wm_page_put_text(to, remark->what);
        wm_buf_put_text(to, ", such as ");
        wm_page_put_text(to, remark->example);
        wm_buf_printf(to, " in %s %lld\n", rejections->unit, (long long)remark->line);
    }
}

void wm_rejections_write(const wm_rejections *rejections, wm_json_out *out)
{
    wm_json_out_name(out, "rejected");
    wm_json_out_array(out);
    for (size_t i = 0; i < rejections->count; i++) {
        wm_json_out_object(out);
        wm_json_out_member_integer(out, "line", rejections->items[i].line);
        wm_json_out_member_string(out, "text", rejections->items[i].text);
        wm_json_out_end_object(out);
    }
    wm_json_out_end_array(out);
    wm_json_out_name(out, "remarks");
    wm_json_out_array(out);
    for (size_t i = 0; i < rejections->remark_count; i++) {
        const wm_remark *remark = &rejections->remarks[i];
        wm_json_out_object(out);
        wm_json_out_member_string(out, "text", remark->what);
        wm_json_out_member_string(out, "example", remark->example);
        wm_json_out_member_integer(out, "line", remark->line);
        wm_json_out_member_integer(out, "count", remark->count);
        wm_json_out_end_object(out);
    }
    wm_json_out_end_array(out);
}
