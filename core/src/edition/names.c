/* names.c: editions and partitions by name, and which partition a record rides in. */
#include <waymark/sys/edition.h>

static const char *const edition_names[WM_EDITION_COUNT] = { "professional", "public" };

const char *wm_edition_name(wm_edition edition)
{
    return edition_names[edition];
}

bool wm_edition_parse(wm_str name, wm_edition *edition_out)
{
    for (unsigned i = 0; i < WM_EDITION_COUNT; i++) {
        if (wm_str_is(name, edition_names[i])) {
            *edition_out = (wm_edition)i;
            return true;
        }
    }
    return false;
}

/* Up from `at` until it is of `broadest_needed` or broader. A root is the top. */
static wm_locality lift(const wm_locality_tree *tree, wm_locality at, wm_locality_kind needed)
{
    while (at != WM_LOCALITY_NONE && wm_locality_kind_of(tree, at) > needed) {
        at = wm_locality_parent(tree, at);
    }
    if (at != WM_LOCALITY_NONE && wm_locality_parent(tree, at) == WM_LOCALITY_NONE) {
        at = WM_LOCALITY_NONE;
    }
    return at;
}

wm_locality wm_edition_home(wm_kind kind, const wm_json *value, const wm_locality_tree *tree)
{
    const wm_json *areas = kind == WM_KIND_SERVICE ? wm_json_get(value, "areas") : NULL;
    if (areas == NULL || areas->type != WM_JSON_ARRAY || areas->count == 0) {
        return WM_LOCALITY_NONE;
    }
    wm_locality home = WM_LOCALITY_NONE;
    for (uint32_t i = 0; i < areas->count; i++) {
        wm_locality area = wm_locality_find(tree, wm_json_string(&areas->as.items[i]));
        if (area == WM_LOCALITY_NONE) {
            return WM_LOCALITY_NONE;
        }
        home = i == 0 ? area : wm_locality_common(tree, home, area);
        if (home == WM_LOCALITY_NONE) {
            return WM_LOCALITY_NONE;
        }
    }
    bool confidential = wm_json_boolean(wm_json_get(value, "confidential_location"), false);
    return lift(tree, home, confidential ? WM_LOCALITY_SYSTEM : WM_LOCALITY_PLACE);
}

wm_locality wm_edition_home_common(const wm_locality_tree *tree, wm_locality a, wm_locality b)
{
    if (a == WM_LOCALITY_NONE || b == WM_LOCALITY_NONE) {
        return WM_LOCALITY_NONE;
    }
    return lift(tree, wm_locality_common(tree, a, b), WM_LOCALITY_PLACE);
}

static bool has_one_root(const wm_locality_tree *tree)
{
    return wm_locality_count(tree) > 0 && wm_locality_end(tree, 0) == wm_locality_count(tree);
}

wm_str wm_edition_partition_name(const wm_locality_tree *tree, wm_locality home)
{
    if (home != WM_LOCALITY_NONE) {
        return wm_locality_code(tree, home);
    }
    return has_one_root(tree) ? wm_locality_code(tree, 0) : WM_STR(WM_PARTITION_TOP);
}

bool wm_edition_partition_find(const wm_locality_tree *tree, wm_str name, wm_locality *home_out)
{
    if (wm_str_equal(name, wm_edition_partition_name(tree, WM_LOCALITY_NONE))) {
        *home_out = WM_LOCALITY_NONE;
        return true;
    }
    wm_locality at = wm_locality_find(tree, name);
    if (at == WM_LOCALITY_NONE || lift(tree, at, WM_LOCALITY_PLACE) != at) {
        return false;
    }
    *home_out = at;
    return true;
}
