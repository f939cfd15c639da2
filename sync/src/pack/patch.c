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

/* The edits of one change. */
typedef struct edit_list {
    const pack_edit *edits;
    uint32_t count;
    const pack_step *steps; /* of all edits */
} edit_list;

static wm_status apply(pack_decoder *decoder, const pack_edit *edit, const pack_step *all_steps,
                       node *root, wm_error *err)
{
    const pack_step *steps = all_steps + edit->first_step;
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

static wm_status bad(const char *what, wm_error *err)
{
    return wm_fail(err, WM_BAD_INPUT, "pack: records: %s", what);
}

static wm_status script_edits(pack_decoder *decoder, edit_list *list, wm_error *err)
{
    int64_t number = 0;
    const pack_model *model = &decoder->model;
    wm_status status =
        pack_decode_integer(decoder, PACK_CONTEXT_SCRIPTS, PACK_COLUMN_INTEGERS, &number, err);
    if (status != WM_OK) {
        return status;
    }
    if (number < 0 || number >= (int64_t)model->scripts.count) {
        return bad("expected the number of a script", err);
    }
    const pack_script *script = pack_model_script(model, (uint32_t)number);
    *list = (edit_list){ pack_model_edits(model, script), script->edit_count, model->steps.items };
    return WM_OK;
}

/* One step of a path, or its end. */
static wm_status read_path(pack_decoder *decoder, pack_edit *edit, pack_list *steps, bool *ends_out,
                           wm_error *err)
{
    uint64_t said = pack_zigzag(pack_mix_integer(decoder->mix, PACK_PLACE_EDIT + edit->context, 0));
    if (pack_mix_failed(decoder->mix)) {
        return bad("edits: found the end", err);
    }
    *ends_out = said < PACK_PATH_STEPS;
    if (*ends_out) {
        edit->kind = (uint8_t)(said - PACK_PATH_SET);
        return WM_OK;
    }
    uint64_t value = (said - PACK_PATH_STEPS) >> 1;
    bool is_index = ((said - PACK_PATH_STEPS) & 1) != 0;
    uint64_t max = is_index ? PACK_VALUES_MAX : decoder->model.names.count;
    if (value >= max || edit->step_count == PACK_DEPTH_MAX) {
        return bad("edits: expected a step", err);
    }
    pack_step *step = pack_list_add(steps, decoder->record, sizeof *step);
    if (step == NULL) {
        return wm_fail_memory(err);
    }
    *step = (pack_step){ is_index, (uint32_t)value };
    edit->step_count++;
    return pack_model_child(&decoder->model, edit->context,
                            is_index ? PACK_NAME_ITEM : (uint32_t)value, &edit->context, err);
}

static wm_status check_path(const pack_edit *edit, const pack_list *steps, wm_error *err)
{
    const pack_step *last = (const pack_step *)steps->items + steps->count - 1;
    bool good = edit->kind == PACK_EDIT_SET ||
                (edit->step_count > 0 && (edit->kind == PACK_EDIT_REMOVE || last->is_index));
    return good ? WM_OK : bad("edits: expected a path", err);
}

static wm_status mixed_edits(pack_decoder *decoder, wm_kind kind, edit_list *list, wm_error *err)
{
    pack_list edits = { NULL, 0, 0 };
    pack_list steps = { NULL, 0, 0 };
    wm_status status = WM_OK;
    for (;;) {
        pack_edit edit = { .context = (uint32_t)kind, .first_step = steps.count };
        bool ends = false;
        status = read_path(decoder, &edit, &steps, &ends, err);
        if (status == WM_OK && ends && edit.kind == (uint8_t)(PACK_PATH_END - PACK_PATH_SET)) {
            break;
        }
        while (status == WM_OK && !ends) {
            status = read_path(decoder, &edit, &steps, &ends, err);
        }
        if (status == WM_OK) {
            status = edits.count == PACK_EDITS_MAX ? bad("too many edits", err)
                                                   : check_path(&edit, &steps, err);
        }
        pack_edit *place =
            status == WM_OK ? pack_list_add(&edits, decoder->record, sizeof *place) : NULL;
        if (place == NULL) {
            return status != WM_OK ? status : wm_fail_memory(err);
        }
        *place = edit;
    }
    *list = (edit_list){ edits.items, edits.count, steps.items };
    return status == WM_OK ? pack_decoder_define(decoder, err) : status;
}

wm_status pack_decode_change(pack_decoder *decoder, wm_kind kind, wm_str id, const wm_json *before,
                             const wm_json **value_out, wm_error *err)
{
    node root = { .count = 0 };
    edit_list list = { NULL, 0, NULL };
    decoder->id = id;
    decoder->values_left = PACK_VALUES_MAX;
    wm_json *value = wm_arena_alloc(decoder->record, sizeof *value);
    if (value == NULL) {
        return wm_fail_memory(err);
    }
    wm_status status = decoder->mix != NULL ? mixed_edits(decoder, kind, &list, err)
                                            : script_edits(decoder, &list, err);
    if (status == WM_OK) {
        status = to_node(decoder->record, before, &root, err);
    }
    for (uint32_t i = 0; i < list.count && status == WM_OK; i++) {
        const pack_edit *edit = &list.edits[i];
        status = edit->context != (uint32_t)kind && edit->step_count == 0
                     ? misfit(err)
                     : apply(decoder, edit, list.steps, &root, err);
    }
    if (status == WM_OK) {
        status = from_node(decoder->record, &root, value, err);
    }
    *value_out = value;
    return status;
}
