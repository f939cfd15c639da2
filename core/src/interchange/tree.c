/* tree.c: see tree.h. */
#include "tree.h"

#include <stdarg.h>
#include <stdio.h>

#include "json/members.h"

#define FORMAT_BYTES 1000

void tree_put_str(tree_maker *maker, tree_object *object, wm_str name, const wm_json *value)
{
    if (value == NULL) {
        return;
    }
    for (size_t i = 0; i < object->count; i++) {
        if (wm_str_equal(object->members[i].name, name)) {
            object->members[i].value = *value;
            return;
        }
    }
    wm_json_member *members = wm_arena_grow(maker->arena, object->members, object->count,
                                            &object->capacity, sizeof *members);
    if (members == NULL) {
        maker->failed = true;
        return;
    }
    object->members = members;
    members[object->count++] = (wm_json_member){ name, *value };
}

void tree_put(tree_maker *maker, tree_object *object, const char *name, const wm_json *value)
{
    tree_put_str(maker, object, wm_str_of(name), value);
}

void tree_put_text(tree_maker *maker, tree_object *object, const char *name, wm_str text)
{
    if (text.len > 0) {
        wm_json value = tree_text(text);
        tree_put(maker, object, name, &value);
    }
}

void tree_put_boolean(tree_maker *maker, tree_object *object, const char *name, bool value)
{
    wm_json made = { .type = WM_JSON_BOOL, .as.boolean = value };
    tree_put(maker, object, name, &made);
}

void tree_put_integer(tree_maker *maker, tree_object *object, const char *name, int64_t value)
{
    tree_put_decimal(maker, object, name, value, 0);
}

void tree_put_decimal(tree_maker *maker, tree_object *object, const char *name, int64_t value,
                      unsigned digits)
{
    while (digits > 0 && value % 10 == 0) {
        value /= 10;
        digits--;
    }
    wm_json made = { .type = WM_JSON_INTEGER, .count = digits, .as.integer = value };
    tree_put(maker, object, name, &made);
}

void tree_put_object(tree_maker *maker, tree_object *object, const char *name, tree_object *inner)
{
    if (inner->count > 0) {
        wm_json made = tree_close(inner);
        tree_put(maker, object, name, &made);
    }
}

void tree_put_list(tree_maker *maker, tree_object *object, const char *name, tree_list *inner)
{
    if (inner->count > 0) {
        wm_json made = tree_close_list(inner);
        tree_put(maker, object, name, &made);
    }
}

const wm_json *tree_get(const tree_object *object, const char *name)
{
    for (size_t i = 0; i < object->count; i++) {
        if (wm_str_is(object->members[i].name, name)) {
            return &object->members[i].value;
        }
    }
    return NULL;
}

wm_json tree_close(tree_object *object)
{
    wm_json_sort(object->members, object->count);
    return (wm_json){ .type = WM_JSON_OBJECT,
                      .count = (uint32_t)object->count,
                      .as.members = object->members };
}

void tree_add(tree_maker *maker, tree_list *list, const wm_json *value)
{
    if (value == NULL) {
        return;
    }
    wm_json *items =
        wm_arena_grow(maker->arena, list->items, list->count, &list->capacity, sizeof *items);
    if (items == NULL) {
        maker->failed = true;
        return;
    }
    list->items = items;
    items[list->count++] = *value;
}

void tree_add_text_once(tree_maker *maker, tree_list *list, wm_str text)
{
    for (size_t i = 0; i < list->count; i++) {
        if (wm_str_equal(wm_json_string(&list->items[i]), text)) {
            return;
        }
    }
    wm_json value = tree_text(text);
    tree_add(maker, list, &value);
}

wm_json tree_close_list(const tree_list *list)
{
    return (
        wm_json){ .type = WM_JSON_ARRAY, .count = (uint32_t)list->count, .as.items = list->items };
}

wm_json tree_text(wm_str text)
{
    return (wm_json){ .type = WM_JSON_STRING, .as.string = text };
}

wm_str tree_format(tree_maker *maker, const char *format, ...)
{
    char text[FORMAT_BYTES];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    size_t whole = length < 0 ? 0 : (size_t)length;
    whole = whole < sizeof text ? whole : wm_utf8_cut((wm_str){ text, sizeof text - 1 }, whole);
    wm_str made = wm_arena_copy(maker->arena, (wm_str){ text, whole });
    maker->failed = maker->failed || made.ptr == NULL;
    return made.ptr == NULL ? WM_STR("") : made;
}

uint32_t tree_items(const wm_json *list)
{
    return wm_json_is(list, WM_JSON_ARRAY) ? list->count : 0;
}

uint32_t tree_members(const wm_json *object)
{
    return wm_json_is(object, WM_JSON_OBJECT) ? object->count : 0;
}

/* The recursion is bounded by the limit on depth. */
static bool take_values(const wm_json *value, unsigned depth, size_t *left)
{
    bool is_list = value->type == WM_JSON_ARRAY;
    if (*left == 0) {
        return false;
    }
    (*left)--;
    if (!is_list && value->type != WM_JSON_OBJECT) {
        return true;
    }
    bool taken = depth < WM_JSON_DEPTH_MAX;
    for (uint32_t i = 0; i < value->count && taken; i++) {
        taken = take_values(is_list ? &value->as.items[i] : &value->as.members[i].value, depth + 1,
                            left);
    }
    return taken;
}

bool tree_can_be_read(const wm_json *value)
{
    size_t left = WM_JSON_NODES_MAX;
    return take_values(value, 0, &left);
}

bool tree_is_nothing(const wm_json *value)
{
    if (value == NULL || value->type == WM_JSON_NULL) {
        return true;
    }
    if (value->type == WM_JSON_STRING) {
        return value->as.string.len == 0;
    }
    return (value->type == WM_JSON_ARRAY || value->type == WM_JSON_OBJECT) && value->count == 0;
}

static bool is_one_of(wm_str name, const char *const *names)
{
    for (; name.len > 0 && names != NULL && *names != NULL; names++) {
        /* the first letter tells most of them apart */
        if ((*names)[0] == name.ptr[0] && wm_str_is(name, *names)) {
            return true;
        }
    }
    return false;
}

/* The recursion is bounded by the reader's limit on depth. */
const wm_json *tree_kept(tree_maker *maker, const wm_json *value, const char *const *without)
{
    if (tree_is_nothing(value)) {
        return NULL;
    }
    if (value->type != WM_JSON_ARRAY && value->type != WM_JSON_OBJECT) {
        return value;
    }
    tree_object object = { NULL, 0, 0 };
    tree_list list = { NULL, 0, 0 };
    for (uint32_t i = 0; i < value->count; i++) {
        if (value->type == WM_JSON_ARRAY) {
            tree_add(maker, &list, tree_kept(maker, &value->as.items[i], NULL));
        } else if (!is_one_of(value->as.members[i].name, without)) {
            tree_put_str(maker, &object, value->as.members[i].name,
                         tree_kept(maker, &value->as.members[i].value, NULL));
        }
    }
    wm_json *made = wm_arena_alloc(maker->arena, sizeof *made);
    if (made == NULL) {
        maker->failed = true;
        return NULL;
    }
    *made = value->type == WM_JSON_ARRAY ? tree_close_list(&list) : tree_close(&object);
    return made->count > 0 ? made : NULL;
}

static void write_decimal(wm_buf *out, const wm_json *value)
{
    char digits[64];
    int64_t number = value->as.integer;
    uint64_t rest = number < 0 ? (uint64_t)0 - (uint64_t)number : (uint64_t)number;
    size_t at = sizeof digits;
    size_t point = sizeof digits - value->count;
    do {
        if (at == point) {
            digits[--at] = '.';
            point = 0;
        }
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0 || at >= sizeof digits - value->count);
    wm_buf_put_text(out, number < 0 ? "-" : "");
    wm_buf_put(out, digits + at, sizeof digits - at);
}

void tree_write(wm_buf *out, const wm_json *value)
{
    if (value->type == WM_JSON_INTEGER && value->count > 0 && value->count < 20) {
        write_decimal(out, value);
        return;
    }
    if (value->type != WM_JSON_ARRAY && value->type != WM_JSON_OBJECT) {
        wm_json_write(out, value);
        return;
    }
    bool is_list = value->type == WM_JSON_ARRAY;
    wm_buf_put_char(out, is_list ? '[' : '{');
    for (uint32_t i = 0; i < value->count; i++) {
        wm_buf_put(out, ",", i > 0 ? 1 : 0);
        if (!is_list) {
            wm_json_write_string(out, value->as.members[i].name);
            wm_buf_put_char(out, ':');
        }
        tree_write(out, is_list ? &value->as.items[i] : &value->as.members[i].value);
    }
    wm_buf_put_char(out, is_list ? ']' : '}');
}
