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

void wm_rejections_of_file(wm_rejections *rejections, const char *file)
{
    rejections->file = wm_arena_copy(&rejections->arena, wm_str_of(file));
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
        items[rejections->count++] = (wm_rejection){ rejections->file, line, copy };
    }
}

/* FILE:LINE: TEXT */
static void put_rejection(const wm_rejection *rejection, const char *path, wm_buf *to)
{
    wm_str file = rejection->file.ptr != NULL ? rejection->file : wm_str_of(path);
    wm_page_put_text(to, file);
    wm_buf_printf(to, ":%lld: ", (long long)rejection->line);
    wm_page_put_text(to, rejection->text);
}

void wm_rejections_say(const wm_rejections *rejections, wm_cli *cli, const char *path)
{
    wm_buf to;
    wm_buf_init(&to, cli->env, SIZE_MAX / 4);
    for (size_t i = 0; i < rejections->count; i++) {
        put_rejection(&rejections->items[i], path, &to);
        wm_buf_put_char(&to, '\n');
    }
    if (rejections->total > (int64_t)rejections->count) {
        wm_buf_printf(&to, "... and %lld more\n",
                      (long long)(rejections->total - (int64_t)rejections->count));
    }
    for (size_t i = 0; i < rejections->remark_count; i++) {
        const wm_remark *remark = &rejections->remarks[i];
        wm_buf_printf(&to, "note: %lld x ", (long long)remark->count);
        wm_page_put_text(&to, remark->what);
        wm_buf_put_text(&to, ", such as ");
        wm_page_put_text(&to, remark->example);
        wm_buf_printf(&to, " in %s %lld\n", rejections->unit, (long long)remark->line);
    }
    if (to.len > 0) {
        wm_cli_say(cli, "%s", wm_buf_str(&to).ptr);
    }
    wm_buf_fini(&to);
}

wm_status wm_rejections_refuse(const wm_rejections *rejections, const char *path, wm_error *err)
{
    const wm_rejection *first = &rejections->items[0];
    wm_str file = first->file.ptr != NULL ? first->file : wm_str_of(path);
    return wm_fail(err, WM_BAD_INPUT,
                   "%lld rejected; nothing was changed. The first: %.*s:%lld: %.*s",
                   (long long)rejections->total, WM_STR_ARG(file), (long long)first->line,
                   WM_STR_ARG(first->text));
}

void wm_rejections_write(const wm_rejections *rejections, wm_json_out *out)
{
    wm_json_out_name(out, "rejected");
    wm_json_out_array(out);
    for (size_t i = 0; i < rejections->count; i++) {
        wm_json_out_object(out);
        if (rejections->items[i].file.ptr != NULL) {
            wm_json_out_member_string(out, "file", rejections->items[i].file);
        }
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
