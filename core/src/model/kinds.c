/* kinds.c: names of the kinds, and what an id looks like. */
#include <waymark/sys/record.h>

static const struct {
    const char *name;
    const char *folder;
} kinds[WM_KIND_COUNT] = {
    [WM_KIND_DIRECTORY] = { "directory", "." },
    [WM_KIND_EXERCISE] = { "exercise", "exercises" },
    [WM_KIND_FACT] = { "fact", "facts" },
    [WM_KIND_LOCALITY] = { "locality", "localities" },
    [WM_KIND_NEED] = { "need", "needs" },
    [WM_KIND_ORGANIZATION] = { "organization", "organizations" },
    [WM_KIND_PLACE] = { "place", "places" },
    [WM_KIND_RULE] = { "rule", "rules" },
    [WM_KIND_SERVICE] = { "service", "services" },
    [WM_KIND_SITE] = { "site", "sites" },
    [WM_KIND_TEXT] = { "text", "texts" },
};

const char *wm_kind_name(wm_kind kind)
{
    return (size_t)kind < WM_KIND_COUNT ? kinds[kind].name : "record";
}

const char *wm_kind_folder(wm_kind kind)
{
    return (size_t)kind < WM_KIND_COUNT ? kinds[kind].folder : "";
}

bool wm_kind_parse(wm_str name, wm_kind *kind_out)
{
    for (size_t i = 0; i < WM_KIND_COUNT; i++) {
        if (wm_str_is(name, kinds[i].name)) {
            *kind_out = (wm_kind)i;
            return true;
        }
    }
    return false;
}

static bool is_letter_or_digit(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool wm_id_valid(wm_str id)
{
    if (id.len == 0 || id.len > WM_ID_BYTES_MAX || !is_letter_or_digit(id.ptr[0])) {
        return false;
    }
    for (size_t i = 1; i < id.len; i++) {
        char c = id.ptr[i];
        if (!is_letter_or_digit(c) && c != '.' && c != '_' && c != '-') {
            return false;
        }
    }
    return true;
}
