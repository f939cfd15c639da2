/* language.c: see language.h. */
#include "ask/language.h"

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

bool wm_language_same(wm_str a, wm_str b)
{
    if (a.len != b.len) {
        return false;
    }
    for (size_t i = 0; i < a.len; i++) {
        if (lower(a.ptr[i]) != lower(b.ptr[i])) {
            return false;
        }
    }
    return true;
}

wm_str wm_language_broader(wm_str tag)
{
    while (tag.len > 0 && tag.ptr[tag.len - 1] != '-') {
        tag.len--;
    }
    tag.len -= tag.len > 0 ? 1 : 0;
    return tag.len >= 2 && tag.ptr[tag.len - 2] == '-' ? (wm_str){ tag.ptr, tag.len - 2 } : tag;
}

wm_str wm_language_text(const wm_json *value, wm_str tag)
{
    if (wm_json_is(value, WM_JSON_STRING)) {
        return wm_language_same(tag, WM_STR("en")) ? value->as.string : (wm_str){ NULL, 0 };
    }
    for (uint32_t i = 0; wm_json_is(value, WM_JSON_OBJECT) && i < value->count; i++) {
        if (wm_language_same(value->as.members[i].name, tag)) {
            return wm_json_string(&value->as.members[i].value);
        }
    }
    return (wm_str){ NULL, 0 };
}

size_t wm_language_fit(wm_str asked, wm_str language)
{
    size_t fit = 1;
    for (wm_str tag = asked; tag.len > 0; tag = wm_language_broader(tag), fit++) {
        if (wm_language_same(tag, language)) {
            return fit;
        }
    }
    return 0;
}

const wm_json *wm_language_member(const wm_json *by_language, wm_str tag)
{
    for (; tag.len > 0; tag = wm_language_broader(tag)) {
        for (uint32_t i = 0; wm_json_is(by_language, WM_JSON_OBJECT) && i < by_language->count;
             i++) {
            if (wm_language_same(by_language->as.members[i].name, tag)) {
                return &by_language->as.members[i].value;
            }
        }
    }
    return NULL;
}

bool wm_language_is_english(wm_str tag)
{
    wm_str first = { tag.ptr, tag.len < 2 ? tag.len : 2 };
    return wm_language_same(first, WM_STR("en")) && (tag.len == 2 || tag.ptr[2] == '-');
}

bool wm_language_listed(const wm_json *tags, wm_str tag)
{
    for (uint32_t i = 0; wm_json_is(tags, WM_JSON_ARRAY) && i < tags->count; i++) {
        if (wm_language_same(wm_json_string(&tags->as.items[i]), tag)) {
            return true;
        }
    }
    return false;
}

bool wm_language_is_right_to_left(wm_str tag)
{
    static const char *const tags[] = { "ar", "ckb", "dv", "fa", "he", "prs",
                                        "ps", "sd",  "ug", "ur", "yi" };
    static const char *const scripts[] = { "arab", "hebr", "thaa" };
    if (wm_language_is_english(tag)) {
        return false;
    }
    for (wm_str left = tag; left.len > 0; left = wm_language_broader(left)) {
        for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++) {
            if (wm_language_same(left, wm_str_of(tags[i]))) {
                return true;
            }
        }
        for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
            wm_str end = { left.ptr + (left.len > 4 ? left.len - 4 : 0), left.len > 4 ? 4 : 0 };
            if (wm_language_same(end, wm_str_of(scripts[i]))) {
                return true;
            }
        }
    }
    return false;
}
