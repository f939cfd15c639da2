/* value.c: look-ups in a parsed tree. */
#include "members.h"

const wm_json *wm_json_get_str(const wm_json *object, wm_str name)
{
    if (object == NULL || object->type != WM_JSON_OBJECT) {
        return NULL;
    }
    size_t low = 0;
    size_t high = object->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = wm_json_compare_names(object->as.members[middle].name, name);
        if (order == 0) {
            return &object->as.members[middle].value;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

const wm_json *wm_json_get(const wm_json *object, const char *name)
{
    return wm_json_get_str(object, wm_str_of(name));
}

bool wm_json_is(const wm_json *value, wm_json_type type)
{
    return value != NULL && value->type == type;
}

wm_str wm_json_string(const wm_json *value)
{
    return wm_json_is(value, WM_JSON_STRING) ? value->as.string : (wm_str){ NULL, 0 };
}

int64_t wm_json_integer(const wm_json *value, int64_t fallback)
{
    return wm_json_is(value, WM_JSON_INTEGER) ? value->as.integer : fallback;
}

bool wm_json_boolean(const wm_json *value, bool fallback)
{
    return wm_json_is(value, WM_JSON_BOOL) ? value->as.boolean : fallback;
}

bool wm_json_equal(const wm_json *a, const wm_json *b)
{
    if (a == NULL || b == NULL || a->type != b->type || a->count != b->count) {
        return a == b;
    }
    switch (a->type) {
    case WM_JSON_NULL: return true;
    case WM_JSON_BOOL: return a->as.boolean == b->as.boolean;
    case WM_JSON_INTEGER: return a->as.integer == b->as.integer;
    case WM_JSON_STRING: return wm_str_equal(a->as.string, b->as.string);
    case WM_JSON_ARRAY:
        for (uint32_t i = 0; i < a->count; i++) {
            if (!wm_json_equal(&a->as.items[i], &b->as.items[i])) {
                return false;
            }
        }
        return true;
    case WM_JSON_OBJECT:
        for (uint32_t i = 0; i < a->count; i++) {
            if (!wm_str_equal(a->as.members[i].name, b->as.members[i].name) ||
                !wm_json_equal(&a->as.members[i].value, &b->as.members[i].value)) {
                return false;
            }
        }
        return true;
    default: return false;
    }
}

const char *wm_json_type_name(wm_json_type type)
{
    static const char *const names[] = {
        [WM_JSON_NULL] = "null",       [WM_JSON_BOOL] = "true or false",
        [WM_JSON_INTEGER] = "integer", [WM_JSON_STRING] = "string",
        [WM_JSON_ARRAY] = "list",      [WM_JSON_OBJECT] = "object",
    };
    return names[type];
}
