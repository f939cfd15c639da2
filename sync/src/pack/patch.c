/* patch.c: the new version of a record from its old one and a script.
 *
 * The old value becomes a tree of nodes that can grow and shrink; each edit walks from the root;
 * the edited tree becomes a value again. Edits are done in order, each on what the one before left.
 */
#include "decode.h"

typedef struct node node;
struct node {
    wm_str name; /* of a member */
    wm_json leaf;
    node *children; /* of a list or an object; members by name */
    uint32_t count;
    uint32_t capacity;
};

static wm_status misfit(wm_error *err)
{
    return wm_fail(err, WM_CONFLICT, "pack: a change does not fit the record that it is for");
}

static bool is_container(const wm_json *value)
{
    return value->type == WM_JSON_ARRAY || value->type == WM_JSON_OBJECT;
}

/* Depth is bounded by the reader of the value. */
static wm_status to_node(wm_arena *arena, const wm_json *value, node *to, wm_error *err)
{
    to->leaf = *value;
    to->children = NULL;
    to->count = to->capacity = 0;
    if (!is_container(value)) {
        return WM_OK;
    }
    to->children = wm_arena_array(arena, value->count, sizeof *to->children);
    if (to->children == NULL) {
        return wm_fail_memory(err);
    }
    to->count = to->capacity = value->count;
    wm_status status = WM_OK;
    for (uint32_t i = 0; i < value->count && status == WM_OK; i++) {
        bool object = value->type == WM_JSON_OBJECT;
        to->children[i].name = object ? value->as.members[i].name : (wm_str){ NULL, 0 };
        status = to_node(arena, object ? &value->as.members[i].value : &value->as.items[i],
                         &to->children[i], err);
    }
    return status;
}

static wm_status from_node(wm_arena *arena, const node *from, wm_json *to, wm_error *err)
{
    *to = from->leaf;
    if (!is_container(&from->leaf)) {
        return WM_OK;
    }
    bool object = from->leaf.type == WM_JSON_OBJECT;
    wm_json_member *members = object ? wm_arena_array(arena, from->count, sizeof *members) : NULL;
    wm_json *items = object ? NULL : wm_arena_array(arena, from->count, sizeof *items);
    if (members == NULL && items == NULL) {
        return wm_fail_memory(err);
    }
    wm_status status = WM_OK;
    for (uint32_t i = 0; i < from->count && status == WM_OK; i++) {
        if (object) {
            members[i].name = from->children[i].name;
        }
        status = from_node(arena, &from->children[i], object ? &members[i].value : &items[i], err);
    }
    to->count = from->count;
    if (object) {
        to->as.members = members;
    } else {
        to->as.items = items;
    }
    return status;
}

/* Where a step leads: the place, and the child that is there already or NULL. False: nowhere. */
static bool find_child(const pack_decoder *decoder, const node *parent, pack_step step,
                       uint32_t *place_out, node **child_out)
{
    if (parent->leaf.type != (step.is_index ? WM_JSON_ARRAY : WM_JSON_OBJECT)) {
        return false;
    }
    if (step.is_index) {
        *place_out = step.value;
        *child_out = step.value < parent->count ? &parent->children[step.value] : NULL;
        return step.value <= parent->count;
    }
    wm_str name = pack_model_name(&decoder->model, step.value);
    uint32_t low = 0;
    uint32_t high = parent->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (wm_str_compare(parent->children[middle].name, name) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    bool there = low < parent->count && wm_str_equal(parent->children[low].name, name);
    *place_out = low;
    *child_out = there ? &parent->children[low] : NULL;
    return true;
}

/* A new child at `place`. NULL: no memory. */
static node *open_place(wm_arena *arena, node *parent, uint32_t place)
{
    if (parent->count == parent->capacity) {
        uint32_t capacity = parent->capacity * 2 + 4;
        node *children = wm_arena_array(arena, capacity, sizeof *children);
        if (children == NULL) {
            return NULL;
        }
        if (parent->count > 0) {
            memcpy(children, parent->children, parent->count * sizeof *children);
        }
        parent->children = children;
        parent->capacity = capacity;
    }
    node *child = &parent->children[place];
    memmove(child + 1, child, (parent->count - place) * sizeof *child);
    memset(child, 0, sizeof *child);
    parent->count++;
    return child;
}

static wm_status set_value(pack_decoder *decoder, const pack_edit *edit, bool there, node *at,
                           wm_error *err)
{
    wm_json before = { .type = WM_JSON_NULL };
    wm_json value;
    wm_status status = there ? from_node(decoder->record, at, &before, err) : WM_OK;
    if (status == WM_OK) {
        status = pack_decode_value(decoder, edit->context, there ? &before : NULL, edit->step_count,
                                   &value, err);
    }
    return status != WM_OK ? status : to_node(decoder->record, &value, at, err);
}

static wm_status edit_child(pack_decoder *decoder, const pack_edit *edit, node *parent,
                            pack_step step, wm_error *err)
{
    uint32_t place = 0;
    node *child = NULL;
    if (!find_child(decoder, parent, step, &place, &child)) {
        return misfit(err);
    }
    if (edit->kind == PACK_EDIT_REMOVE) {
        if (child == NULL) {
            return misfit(err);
        }
        parent->count--;
        memmove(child, child + 1, (parent->count - place) * sizeof *child);
        return WM_OK;
    }
    bool make = edit->kind == PACK_EDIT_INSERT || child == NULL;
    if (edit->kind == PACK_EDIT_SET && step.is_index && make) {
        return misfit(err);
    }
    child = make ? open_place(decoder->record, parent, place) : child;
    if (child == NULL) {
        return wm_fail_memory(err);
    }
    if (!step.is_index) {
        child->name = pack_model_name(&decoder->model, step.value);
    }
    return set_value(decoder, edit, !make, child, err);
}

static wm_status apply(pack_decoder *decoder, const pack_edit *edit, node *root, wm_error *err)
{
    const pack_step *steps = pack_model_steps(&decoder->model, edit);
    node *at = root;
    if (edit->step_count == 0) {
        return set_value(decoder, edit, true, root, err);
    }
    for (uint32_t i = 0; i + 1 < edit->step_count; i++) {
        uint32_t place = 0;
        node *child = NULL;
        if (!find_child(decoder, at, steps[i], &place, &child) || child == NULL) {
            return misfit(err);
        }
        at = child;
    }
    return edit_child(decoder, edit, at, steps[edit->step_count - 1], err);
}

wm_status pack_decode_change(pack_decoder *decoder, wm_kind kind, wm_str id, const wm_json *before,
                             const wm_json **value_out, wm_error *err)
{
    int64_t number = 0;
    node root = { .count = 0 };
    decoder->id = id;
    decoder->values_left = PACK_VALUES_MAX;
    wm_json *value = wm_arena_alloc(decoder->record, sizeof *value);
    if (value == NULL) {
        return wm_fail_memory(err);
    }
    wm_status status =
        pack_decode_integer(decoder, PACK_CONTEXT_SCRIPTS, PACK_COLUMN_INTEGERS, &number, err);
    if (status == WM_OK && (number < 0 || number >= (int64_t)decoder->model.scripts.count)) {
        status = wm_fail(err, WM_BAD_INPUT, "pack: records: expected the number of a script");
    }
    if (status == WM_OK) {
        status = to_node(decoder->record, before, &root, err);
    }
    if (status != WM_OK) {
        return status;
    }
    const pack_script *script = pack_model_script(&decoder->model, (uint32_t)number);
    const pack_edit *edits = pack_model_edits(&decoder->model, script);
    for (uint32_t i = 0; i < script->edit_count && status == WM_OK; i++) {
        status = edits[i].context != (uint32_t)kind && edits[i].step_count == 0
                     ? misfit(err)
                     : apply(decoder, &edits[i], &root, err);
    }
    if (status == WM_OK) {
        status = from_node(decoder->record, &root, value, err);
    }
    *value_out = value;
    return status;
}
