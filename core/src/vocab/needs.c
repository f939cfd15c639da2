/* needs.c: the graph of needs.
 *
 * Built in four steps: nodes sorted by id; links to broader needs; an order in which every need
 * comes after all that are broader (what cannot be ordered holds a circle); the lists of all above
 * and all below each, with the shortest number of steps. */
#include "needs.h"

#include <stdio.h>
#include <stdlib.h>

static int compare_nodes(const void *a, const void *b)
{
    const need_node *left = a;
    const need_node *right = b;
    return wm_str_compare(left->id, right->id);
}

/* A label is a string, or one for each language: then English, else the first. */
static wm_str label_of(const wm_json *record)
{
    const wm_json *label = wm_json_get(record, "label");
    if (wm_json_is(label, WM_JSON_STRING)) {
        return label->as.string;
    }
    const wm_json *english = wm_json_get(label, "en");
    if (english == NULL && wm_json_is(label, WM_JSON_OBJECT) && label->count > 0) {
        english = &label->as.members[0].value;
    }
    return wm_json_string(english);
}

static wm_status read_nodes(wm_needs *needs, const wm_json *const *records, size_t count,
                            wm_error *err)
{
    needs->nodes = wm_arena_array(&needs->arena, count, sizeof *needs->nodes);
    if (needs->nodes == NULL) {
        return wm_fail_memory(err);
    }
    for (size_t i = 0; i < count; i++) {
        need_node *node = &needs->nodes[i];
        node->record = records[i];
        node->id = wm_arena_copy(&needs->arena, wm_json_string(wm_json_get(records[i], "id")));
        node->label = wm_arena_copy(&needs->arena, label_of(records[i]));
        if (node->id.ptr == NULL || node->label.ptr == NULL) {
            return wm_fail_memory(err);
        }
    }
    needs->count = count;
    if (count > 0) {
        qsort(needs->nodes, count, sizeof *needs->nodes, compare_nodes);
    }
    for (size_t i = 1; i < count; i++) {
        if (wm_str_equal(needs->nodes[i - 1].id, needs->nodes[i].id)) {
            return wm_fail(err, WM_BAD_RECORD, "need %.*s: expected once, found twice",
                           WM_STR_ARG(needs->nodes[i].id));
        }
    }
    return WM_OK;
}

static wm_status link_node(wm_needs *needs, need_node *node, wm_error *err)
{
    const wm_json *broader = wm_json_get(node->record, "broader");
    size_t count = broader != NULL && broader->type == WM_JSON_ARRAY ? broader->count : 0;
    node->broader = wm_arena_array(&needs->arena, count, sizeof *node->broader);
    if (node->broader == NULL) {
        return wm_fail_memory(err);
    }
    for (size_t i = 0; i < count; i++) {
        wm_str id = wm_json_string(&broader->as.items[i]);
        wm_need found = wm_needs_find(needs, id);
        if (found == WM_NEED_NONE) {
            return wm_fail(err, WM_BAD_RECORD,
                           "need %.*s: broader: expected a need, found \"%.*s\"",
                           WM_STR_ARG(node->id), WM_STR_ARG(id));
        }
        node->broader[node->broader_count++] = found;
    }
    return WM_OK;
}

/* ---- order ---- */

#define UNPLACED UINT32_MAX

/* A broader need that could not be placed either: every need that could not has one. */
static wm_need unplaced_above(const wm_needs *needs, wm_need at)
{
    const need_node *node = &needs->nodes[at];
    size_t next = 0;
    while (needs->nodes[node->broader[next]].depth != UNPLACED) {
        next++;
    }
    return node->broader[next];
}

/* Following those leads onto a circle. Names it: "a < b < a". */
static wm_status fail_circle(const wm_needs *needs, wm_need start, wm_error *err)
{
    char text[256] = "";
    size_t length = 0;
    wm_need on_circle = start;
    for (size_t i = 0; i < needs->count; i++) {
        on_circle = unplaced_above(needs, on_circle);
    }
    wm_need at = on_circle;
    do {
        int more = snprintf(text + length, sizeof text - length, "%.*s < ",
                            WM_STR_ARG(needs->nodes[at].id));
        length += more > 0 && (size_t)more < sizeof text - length ? (size_t)more : 0;
        at = unplaced_above(needs, at);
    } while (at != on_circle);
    text[length] = '\0';
    return wm_fail(err, WM_BAD_RECORD, "need %.*s: broader: expected no circle, found %s%.*s",
                   WM_STR_ARG(needs->nodes[at].id), text, WM_STR_ARG(needs->nodes[at].id));
}

/* The depth of a need whose broader ones all have theirs; UNPLACED if one has not. */
static uint32_t depth_of(const wm_needs *needs, const need_node *node)
{
    uint32_t depth = 0;
    for (size_t i = 0; i < node->broader_count; i++) {
        uint32_t above = needs->nodes[node->broader[i]].depth;
        if (above == UNPLACED) {
            return UNPLACED;
        }
        depth = above + 1 > depth ? above + 1 : depth;
    }
    return depth;
}

/* Depth by depth, at most WM_NEED_DEPTH_MAX rounds: what is left then is too deep or in a circle.
 */
static wm_status order_nodes(wm_needs *needs, wm_need *order, wm_error *err)
{
    size_t placed = 0;
    for (size_t i = 0; i < needs->count; i++) {
        needs->nodes[i].depth = UNPLACED;
    }
    for (size_t before = SIZE_MAX; before != placed;) {
        before = placed;
        for (size_t i = 0; i < needs->count; i++) {
            need_node *node = &needs->nodes[i];
            uint32_t depth = node->depth == UNPLACED ? depth_of(needs, node) : UNPLACED;
            if (depth == UNPLACED) {
                continue;
            }
            if (depth >= WM_NEED_DEPTH_MAX) {
                return wm_fail(err, WM_BAD_RECORD, "need %.*s: expected at most %d levels",
                               WM_STR_ARG(node->id), WM_NEED_DEPTH_MAX);
            }
            node->depth = depth;
            order[placed++] = (wm_need)i;
        }
    }
    for (size_t i = 0; i < needs->count; i++) {
        if (needs->nodes[i].depth == UNPLACED) {
            return fail_circle(needs, (wm_need)i, err);
        }
    }
    return WM_OK;
}

/* ---- above and below ---- */

/* Collects itself and all above into steps[] (UINT32_MAX: not above), from the lists of the broader
 * ones, which are there already. Returns how many. */
static size_t gather_above(const wm_needs *needs, wm_need at, uint32_t *steps)
{
    size_t count = 1;
    for (size_t i = 0; i < needs->count; i++) {
        steps[i] = UINT32_MAX;
    }
    steps[at] = 0;
    const need_node *node = &needs->nodes[at];
    for (size_t b = 0; b < node->broader_count; b++) {
        const need_node *broader = &needs->nodes[node->broader[b]];
        for (size_t i = 0; i < broader->above_count; i++) {
            wm_need_step step = broader->above[i];
            count += steps[step.need] == UINT32_MAX ? 1 : 0;
            if (step.steps + 1 < steps[step.need]) {
                steps[step.need] = step.steps + 1;
            }
        }
    }
    return count;
}

static wm_status list_above(wm_needs *needs, const wm_need *order, uint32_t *steps, wm_error *err)
{
    for (size_t o = 0; o < needs->count; o++) {
        need_node *node = &needs->nodes[order[o]];
        size_t count = gather_above(needs, order[o], steps);
        node->above = wm_arena_array(&needs->arena, count, sizeof *node->above);
        if (node->above == NULL) {
            return wm_fail_memory(err);
        }
        for (size_t i = 0; i < needs->count; i++) {
            if (steps[i] != UINT32_MAX) {
                node->above[node->above_count++] = (wm_need_step){ (wm_need)i, steps[i] };
                needs->nodes[i].below_count++;
            }
        }
    }
    return WM_OK;
}

/* The same links the other way round. */
static wm_status list_below(wm_needs *needs, wm_error *err)
{
    for (size_t i = 0; i < needs->count; i++) {
        need_node *node = &needs->nodes[i];
        node->below = wm_arena_array(&needs->arena, node->below_count, sizeof *node->below);
        if (node->below == NULL) {
            return wm_fail_memory(err);
        }
        node->below_count = 0;
    }
    for (size_t i = 0; i < needs->count; i++) {
        const need_node *node = &needs->nodes[i];
        for (size_t a = 0; a < node->above_count; a++) {
            need_node *above = &needs->nodes[node->above[a].need];
            above->below[above->below_count++] = (wm_need_step){ (wm_need)i, node->above[a].steps };
        }
    }
    return WM_OK;
}

static wm_status build(wm_needs *needs, const wm_json *const *records, size_t count,
                       wm_arena *scratch, wm_error *err)
{
    const book_sizes no_phrases = book_sizes_of(0);
    wm_need *order = wm_arena_array(scratch, count, sizeof *order);
    uint32_t *steps = wm_arena_array(scratch, count, sizeof *steps);
    if (order == NULL || steps == NULL) {
        return wm_fail_memory(err);
    }
    wm_status status = read_nodes(needs, records, count, err);
    for (size_t i = 0; status == WM_OK && i < count; i++) {
        status = link_node(needs, &needs->nodes[i], err);
    }
    if (status == WM_OK) {
        status = order_nodes(needs, order, err);
    }
    if (status == WM_OK) {
        status = list_above(needs, order, steps, err);
    }
    if (status == WM_OK) {
        status = list_below(needs, err);
    }
    if (status == WM_OK) {
        status = book_init(&needs->phrases, &needs->arena, &no_phrases, err);
    }
    for (size_t i = 0; i < needs->count; i++) {
        needs->nodes[i].record = NULL;
    }
    return status;
}

wm_status wm_needs_read_words(wm_needs *needs, const wm_json *const *records, size_t record_count,
                              wm_error *err)
{
    for (size_t i = 0; i < record_count; i++) {
        wm_need at = wm_needs_find(needs, wm_json_string(wm_json_get(records[i], "id")));
        if (at != WM_NEED_NONE) {
            needs->nodes[at].record = records[i];
        }
    }
    wm_status status = needs_read_phrases(needs, err);
    for (size_t i = 0; i < needs->count; i++) {
        needs->nodes[i].record = NULL;
    }
    return status;
}

wm_status needs_pack_words(const wm_needs *needs, wm_buf *out, wm_error *err)
{
    return book_pack(&needs->phrases, out, err);
}

wm_status needs_unpack_words(wm_needs *needs, wm_str bytes, wm_error *err)
{
    return book_unpack(&needs->phrases, &needs->arena, bytes, needs->count, err);
}

wm_status wm_needs_new(const wm_env *env, const wm_json *const *records, size_t record_count,
                       wm_needs **needs_out, wm_error *err)
{
    wm_needs *needs = NULL;
    wm_status status = wm_needs_new_graph(env, records, record_count, &needs, err);
    if (status == WM_OK && needs != NULL) { /* the linter cannot know */
        status = wm_needs_read_words(needs, records, record_count, err);
    }
    if (status != WM_OK) {
        wm_needs_free(needs);
        return status;
    }
    *needs_out = needs;
    return WM_OK;
}

wm_status wm_needs_new_graph(const wm_env *env, const wm_json *const *records, size_t record_count,
                             wm_needs **needs_out, wm_error *err)
{
    if (record_count > WM_NEEDS_MAX) {
        return wm_fail(err, WM_TOO_LARGE, "expected at most %d needs, found %zu", WM_NEEDS_MAX,
                       record_count);
    }
    wm_needs *needs = wm_env_alloc(env, sizeof *needs);
    if (needs == NULL) {
        return wm_fail_memory(err);
    }
    needs->env = env;
    wm_arena_init(&needs->arena, env, SIZE_MAX / 2);
    wm_arena scratch;
    wm_arena_init(&scratch, env, SIZE_MAX / 2);
    wm_status status = build(needs, records, record_count, &scratch, err);
    wm_arena_fini(&scratch);
    if (status != WM_OK) {
        wm_needs_free(needs);
        return status;
    }
    *needs_out = needs;
    return WM_OK;
}

void wm_needs_free(wm_needs *needs)
{
    if (needs != NULL) {
        wm_arena_fini(&needs->arena);
        wm_env_free(needs->env, needs, sizeof *needs);
    }
}

/* ---- look-ups ---- */

size_t wm_needs_count(const wm_needs *needs)
{
    return needs->count;
}

wm_need wm_needs_find(const wm_needs *needs, wm_str id)
{
    size_t low = 0;
    size_t high = needs->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = wm_str_compare(needs->nodes[middle].id, id);
        if (order == 0) {
            return (wm_need)middle;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return WM_NEED_NONE;
}

wm_str wm_needs_id(const wm_needs *needs, wm_need at)
{
    return needs->nodes[at].id;
}

wm_str wm_needs_label(const wm_needs *needs, wm_need at)
{
    return needs->nodes[at].label;
}

int wm_needs_steps(const wm_needs *needs, wm_need inner, wm_need outer)
{
    const need_node *node = &needs->nodes[inner];
    size_t low = 0;
    size_t high = node->above_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (node->above[middle].need == outer) {
            return (int)node->above[middle].steps;
        }
        if (node->above[middle].need < outer) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return -1;
}

bool wm_needs_within(const wm_needs *needs, wm_need inner, wm_need outer)
{
    return wm_needs_steps(needs, inner, outer) >= 0;
}

size_t wm_needs_above(const wm_needs *needs, wm_need at, const wm_need_step **list_out)
{
    *list_out = needs->nodes[at].above;
    return needs->nodes[at].above_count;
}

size_t wm_needs_below(const wm_needs *needs, wm_need at, const wm_need_step **list_out)
{
    *list_out = needs->nodes[at].below;
    return needs->nodes[at].below_count;
}
