/* path.c: see path.h. */
#include "rules/path.h"

#include <stdio.h>

static void append(wm_path *path, const char *text, size_t length)
{
    if (path->length + length < WM_PATH_BYTES) {
        memcpy(path->text + path->length, text, length);
        path->text[path->length + length] = '\0';
    } else if (path->length + 4 < WM_PATH_BYTES) {
        memcpy(path->text + path->length, "...", 4);
        path->length = WM_PATH_BYTES;
        return;
    }
    path->length += length;
}

void wm_path_init(wm_path *path, const char *start)
{
    path->length = 0;
    path->text[0] = '\0';
    append(path, start, strlen(start));
}

size_t wm_path_member(wm_path *path, wm_str name)
{
    size_t mark = path->length;
    if (mark > 0) {
        append(path, ".", 1);
    }
    append(path, name.ptr, name.len > 80 ? wm_utf8_cut(name, 80) : name.len);
    return mark;
}

size_t wm_path_item(wm_path *path, size_t index)
{
    size_t mark = path->length;
    char text[32];
    int length = snprintf(text, sizeof text, "[%zu]", index);
    append(path, text, (size_t)length);
    return mark;
}

void wm_path_back(wm_path *path, size_t mark)
{
    path->length = mark;
    if (mark < WM_PATH_BYTES) {
        path->text[mark] = '\0';
    }
}

const char *wm_describe(const wm_json *value, char out[WM_FOUND_BYTES])
{
    if (value == NULL) {
        return "nothing";
    }
    switch (value->type) {
    case WM_JSON_NULL: return "null";
    case WM_JSON_BOOL: return value->as.boolean ? "true" : "false";
    case WM_JSON_INTEGER:
        (void)snprintf(out, WM_FOUND_BYTES, "%lld", (long long)value->as.integer);
        return out;
    case WM_JSON_STRING:
        (void)snprintf(out, WM_FOUND_BYTES, "\"%.*s\"", (int)wm_utf8_cut(value->as.string, 60),
                       value->as.string.ptr);
        return out;
    case WM_JSON_ARRAY:
        if (value->count == 0) {
            return "an empty list";
        }
        (void)snprintf(out, WM_FOUND_BYTES, "a list of %u", value->count);
        return out;
    case WM_JSON_OBJECT:
        if (value->count == 0) {
            return "an empty object";
        }
        (void)snprintf(out, WM_FOUND_BYTES, "an object with \"%.*s\"%s",
                       (int)wm_utf8_cut(value->as.members[0].name, 50),
                       value->as.members[0].name.ptr, value->count > 1 ? " and more" : "");
        return out;
    default: return "something else";
    }
}
