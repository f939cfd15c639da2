/* locality.c: a strict tree as two sorted arrays.
 *
 * Invariants once built: nodes[] is in pre-order with siblings by code; node i's subtree is [i,
 * nodes[i].end); a node's depth is that of its parent plus one; by_code[] holds the same nodes in
 * order of code. All text lives in the tree's arena. */
#include <stdlib.h>

#include <waymark/sys/locality.h>

typedef struct node {
    wm_str code;
    wm_str name;
    wm_locality_kind kind;
    wm_locality parent;
    wm_locality end;
    uint32_t depth;
} node;

struct wm_locality_tree {
    const wm_env *env;
    wm_arena arena;
    node *nodes;
    wm_locality *by_code;
    size_t count;
};

/* Building: rows sorted by code, with links by index of that order. */
typedef struct row_link {
    const wm_locality_row *row;
    uint32_t first_child;
    uint32_t next_sibling;
    wm_locality at; /* in the tree; WM_LOCALITY_NONE: not yet */
} row_link;

#define NO_ROW UINT32_MAX

static int link_by_code(const void *a, const void *b)
{
    const row_link *left = a;
    const row_link *right = b;
    return wm_str_compare(left->row->code, right->row->code);
}

static uint32_t find_row(const row_link *links, size_t count, wm_str code)
{
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = wm_str_compare(links[middle].row->code, code);
        if (order == 0) {
            return (uint32_t)middle;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NO_ROW;
}

/* Siblings often stand together: `last` was found for the row before, or NO_ROW. */
static uint32_t find_parent(const row_link *links, size_t count, wm_str code, uint32_t last)
{
    bool same = last != NO_ROW && wm_str_equal(links[last].row->code, code);
    return same ? last : find_row(links, count, code);
}

static wm_locality_kind parse_kind(wm_str kind)
{
    static const char *const names[] = { "nation", "system", "place", "locality", "neighbourhood" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (wm_str_is(kind, names[i])) {
            return (wm_locality_kind)i;
        }
    }
    return WM_LOCALITY_OTHER;
}

static wm_status refuse_twins(const row_link *links, size_t count, wm_error *err)
{
    for (size_t i = 1; i < count; i++) {
        if (wm_str_equal(links[i - 1].row->code, links[i].row->code)) {
            return wm_fail(err, WM_BAD_RECORD, "locality %.*s: expected once, found twice",
                           WM_STR_ARG(links[i].row->code));
        }
    }
    return WM_OK;
}

/* Links children to parents, smallest code first; root_out heads the list of roots. */
static wm_status link_rows(row_link *links, size_t count, uint32_t *root_out, wm_error *err)
{
    uint32_t parent = NO_ROW;
    *root_out = NO_ROW;
    for (size_t i = 0; i < count; i++) {
        links[i].first_child = NO_ROW;
        links[i].at = WM_LOCALITY_NONE;
    }
    for (size_t i = count; i-- > 0;) {
        const wm_locality_row *row = links[i].row;
        uint32_t *head = root_out;
        if (row->parent.len > 0) {
            parent = find_parent(links, count, row->parent, parent);
            if (parent == NO_ROW) {
                return wm_fail(err, WM_BAD_RECORD,
                               "locality %.*s: parent: expected a locality, found \"%.*s\"",
                               WM_STR_ARG(row->code), WM_STR_ARG(row->parent));
            }
            head = &links[parent].first_child;
        }
        links[i].next_sibling = *head;
        *head = (uint32_t)i;
    }
    return WM_OK;
}

static wm_status place_node(wm_locality_tree *tree, row_link *link, wm_locality parent,
                            wm_error *err)
{
    node *at = &tree->nodes[tree->count];
    at->code = wm_arena_copy(&tree->arena, link->row->code);
    at->name = wm_arena_copy(&tree->arena, link->row->name);
    if (at->code.ptr == NULL || at->name.ptr == NULL) {
        return wm_fail_memory(err);
    }
    at->kind = parse_kind(link->row->kind);
    at->parent = parent;
    at->depth = parent == WM_LOCALITY_NONE ? 0 : tree->nodes[parent].depth + 1;
    if (at->depth >= WM_LOCALITY_DEPTH_MAX) {
        return wm_fail(err, WM_BAD_RECORD, "locality %.*s: expected at most %d levels",
                       WM_STR_ARG(link->row->code), WM_LOCALITY_DEPTH_MAX);
    }
    link->at = (wm_locality)tree->count++;
    return WM_OK;
}

/* Pre-order walk with an explicit stack: one pending row per level. */
static wm_status place_all(wm_locality_tree *tree, row_link *links, uint32_t root, wm_error *err)
{
    uint32_t pending[WM_LOCALITY_DEPTH_MAX + 1] = { root };
    wm_locality parents[WM_LOCALITY_DEPTH_MAX + 1] = { WM_LOCALITY_NONE };
    size_t level = 0;
    for (;;) {
        uint32_t row = pending[level];
        if (row == NO_ROW) {
            if (level == 0) {
                return WM_OK;
            }
            tree->nodes[parents[level]].end = (wm_locality)tree->count;
            level--;
            continue;
        }
        pending[level] = links[row].next_sibling;
        wm_locality at = (wm_locality)tree->count;
        wm_status status = place_node(tree, &links[row], parents[level], err);
        if (status != WM_OK) {
            return status;
        }
        level++;
        pending[level] = links[row].first_child;
        parents[level] = at;
    }
}

/* All links are placed, in order of code. */
static wm_status index_codes(wm_locality_tree *tree, const row_link *links, size_t count,
                             wm_error *err)
{
    tree->by_code = wm_arena_array(&tree->arena, count, sizeof *tree->by_code);
    if (tree->by_code == NULL) {
        return wm_fail_memory(err);
    }
    for (size_t i = 0; i < count; i++) {
        tree->by_code[i] = links[i].at;
    }
    return WM_OK;
}

/* A database gives them in order already. */
static bool in_order(const row_link *links, size_t count)
{
    size_t i = 1;
    while (i < count && link_by_code(&links[i - 1], &links[i]) <= 0) {
        i++;
    }
    return i >= count;
}

static wm_status build(wm_locality_tree *tree, row_link *links, size_t count, wm_error *err)
{
    if (!in_order(links, count)) {
        qsort(links, count, sizeof *links, link_by_code);
    }
    uint32_t root = NO_ROW;
    wm_status status = refuse_twins(links, count, err);
    if (status == WM_OK) {
        status = link_rows(links, count, &root, err);
    }
    if (status != WM_OK) {
        return status;
    }
    tree->nodes = wm_arena_array(&tree->arena, count, sizeof *tree->nodes);
    if (tree->nodes == NULL) {
        return wm_fail_memory(err);
    }
    status = place_all(tree, links, root, err);
    if (status != WM_OK) {
        return status;
    }
    for (size_t i = 0; i < count; i++) {
        if (links[i].at == WM_LOCALITY_NONE) {
            return wm_fail(err, WM_BAD_RECORD,
                           "locality %.*s: expected a parent above it, found a circle",
                           WM_STR_ARG(links[i].row->code));
        }
    }
    return index_codes(tree, links, count, err);
}

wm_status wm_locality_tree_new(const wm_env *env, const wm_locality_row *rows, size_t row_count,
                               wm_locality_tree **tree_out, wm_error *err)
{
    if (row_count > WM_LOCALITIES_MAX) {
        return wm_fail(err, WM_TOO_LARGE, "expected at most %d localities, found %zu",
                       WM_LOCALITIES_MAX, row_count);
    }
    wm_locality_tree *tree = wm_env_alloc(env, sizeof *tree);
    if (tree == NULL) {
        return wm_fail_memory(err);
    }
    tree->env = env;
    wm_arena_init(&tree->arena, env, SIZE_MAX / 2);
    wm_arena scratch;
    wm_arena_init(&scratch, env, SIZE_MAX / 2);
    row_link *links = wm_arena_array(&scratch, row_count, sizeof *links);
    wm_status status = WM_OK;
    if (links == NULL) {
        status = wm_fail_memory(err);
        goto out;
    }
    for (size_t i = 0; i < row_count; i++) {
        links[i].row = &rows[i];
    }
    status = build(tree, links, row_count, err);
    if (status == WM_OK) {
        *tree_out = tree;
        tree = NULL;
    }
out:
    wm_locality_tree_free(tree);
    wm_arena_fini(&scratch);
    return status;
}

void wm_locality_tree_free(wm_locality_tree *tree)
{
    if (tree != NULL) {
        wm_arena_fini(&tree->arena);
        wm_env_free(tree->env, tree, sizeof *tree);
    }
}

size_t wm_locality_count(const wm_locality_tree *tree)
{
    return tree->count;
}

wm_locality wm_locality_find(const wm_locality_tree *tree, wm_str code)
{
    size_t low = 0;
    size_t high = tree->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = wm_str_compare(tree->nodes[tree->by_code[middle]].code, code);
        if (order == 0) {
            return tree->by_code[middle];
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return WM_LOCALITY_NONE;
}

wm_str wm_locality_code(const wm_locality_tree *tree, wm_locality at)
{
    return tree->nodes[at].code;
}

wm_str wm_locality_name(const wm_locality_tree *tree, wm_locality at)
{
    return tree->nodes[at].name;
}

wm_locality_kind wm_locality_kind_of(const wm_locality_tree *tree, wm_locality at)
{
    return tree->nodes[at].kind;
}

wm_locality wm_locality_parent(const wm_locality_tree *tree, wm_locality at)
{
    return tree->nodes[at].parent;
}

wm_locality wm_locality_end(const wm_locality_tree *tree, wm_locality at)
{
    return tree->nodes[at].end;
}

bool wm_locality_within(const wm_locality_tree *tree, wm_locality inner, wm_locality outer)
{
    return inner >= outer && inner < tree->nodes[outer].end;
}

int wm_locality_steps(const wm_locality_tree *tree, wm_locality inner, wm_locality outer)
{
    if (!wm_locality_within(tree, inner, outer)) {
        return -1;
    }
    return (int)(tree->nodes[inner].depth - tree->nodes[outer].depth);
}

wm_locality wm_locality_common(const wm_locality_tree *tree, wm_locality a, wm_locality b)
{
    while (a != WM_LOCALITY_NONE && !wm_locality_within(tree, b, a)) {
        a = tree->nodes[a].parent;
    }
    return a;
}

int wm_locality_hops(const wm_locality_tree *tree, wm_locality a, wm_locality b)
{
    wm_locality common = wm_locality_common(tree, a, b);
    if (common == WM_LOCALITY_NONE) {
        return WM_LOCALITY_DEPTH_MAX * 2 + 1;
    }
    return wm_locality_steps(tree, a, common) + wm_locality_steps(tree, b, common);
}
