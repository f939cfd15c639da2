/* model.c: names, contexts, tags and scripts.
 *
 * Invariants: numbers are given in order of definition and never change until the reset; a child of
 * a context is found by (parent, name) in one table; the depth of a context is at most
 * PACK_CONTEXT_DEPTH_MAX, so that the walk up that looks for a fold is short. */
#include "model.h"

#define TABLE_FIRST_CAPACITY 256

uint32_t pack_hash(uint32_t seed, const void *bytes, size_t length)
{
    const unsigned char *at = bytes;
    uint64_t hash = ((uint64_t)seed << 32) ^ length;
    uint64_t word = 0;
    for (; length >= sizeof word; at += sizeof word, length -= sizeof word) {
        memcpy(&word, at, sizeof word);
        hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
        hash ^= hash >> 32;
    }
    for (word = 0; length > 0; length--) {
        word = word << 8 | at[length - 1];
    }
    hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
    return (uint32_t)(hash >> 32);
}

static uint32_t table_seek(const pack_table *table, uint32_t hash, uint32_t at, uint32_t *value_out)
{
    *value_out = PACK_NONE;
    while (table->capacity > 0 && table->values[at] != PACK_NONE) {
        if (table->hashes[at] == hash) {
            *value_out = table->values[at];
            break;
        }
        at = (at + 1) & (table->capacity - 1);
    }
    return at;
}

uint32_t pack_table_first(const pack_table *table, uint32_t hash, uint32_t *value_out)
{
    return table_seek(table, hash, table->capacity > 0 ? hash & (table->capacity - 1) : 0,
                      value_out);
}

uint32_t pack_table_next(const pack_table *table, uint32_t hash, uint32_t at, uint32_t *value_out)
{
    return table_seek(table, hash, (at + 1) & (table->capacity - 1), value_out);
}

static void table_place(pack_table *table, uint32_t hash, uint32_t value)
{
    uint32_t at = hash & (table->capacity - 1);
    while (table->values[at] != PACK_NONE) {
        at = (at + 1) & (table->capacity - 1);
    }
    table->hashes[at] = hash;
    table->values[at] = value;
}

wm_status pack_table_add(pack_table *table, wm_arena *arena, uint32_t hash, uint32_t value,
                         wm_error *err)
{
    if (table->count >= table->capacity / 2) {
        uint32_t capacity = table->capacity > 0 ? table->capacity * 2 : TABLE_FIRST_CAPACITY;
        pack_table grown = { .capacity = capacity, .count = table->count };
        grown.hashes = wm_arena_array(arena, capacity, sizeof *grown.hashes);
        grown.values = wm_arena_array(arena, capacity, sizeof *grown.values);
        if (grown.hashes == NULL || grown.values == NULL) {
            return wm_fail_memory(err);
        }
        memset(grown.values, 0xff, capacity * sizeof *grown.values);
        for (uint32_t i = 0; i < table->capacity; i++) {
            if (table->values[i] != PACK_NONE) {
                table_place(&grown, table->hashes[i], table->values[i]);
            }
        }
        *table = grown;
    }
    table_place(table, hash, value);
    table->count++;
    return WM_OK;
}

void *pack_list_add(pack_list *list, wm_arena *arena, size_t size)
{
    if (list->count == list->capacity) {
        uint32_t capacity = list->capacity > 0 ? list->capacity * 2 : 16;
        void *items = wm_arena_array(arena, capacity, size);
        if (items == NULL) {
            return NULL;
        }
        if (list->count > 0) {
            memcpy(items, list->items, list->count * size);
        }
        list->items = items;
        list->capacity = capacity;
    }
    return (char *)list->items + size * list->count++;
}

static wm_status too_large(const char *what, wm_error *err)
{
    return wm_fail(err, WM_TOO_LARGE, "pack: too many %s", what);
}

static wm_status add_context(pack_model *model, uint32_t parent, uint32_t name, uint32_t depth,
                             wm_error *err)
{
    pack_context *context = pack_list_add(&model->contexts, &model->arena, sizeof *context);
    if (context == NULL) {
        return wm_fail_memory(err);
    }
    *context = (pack_context){ .parent = parent, .name = name, .depth = depth };
    return WM_OK;
}

void pack_model_init(pack_model *model, const wm_env *env)
{
    *model = (pack_model){ .names = { 0 } };
    wm_arena_init(&model->arena, env, PACK_MODEL_BYTES_MAX);
}

void pack_model_fini(pack_model *model)
{
    wm_arena_fini(&model->arena);
}

wm_status pack_model_reset(pack_model *model, wm_error *err)
{
    wm_arena arena = model->arena;
    wm_arena_fini(&arena);
    *model = (pack_model){ .arena = arena };
    wm_status status = WM_OK;
    for (uint32_t i = 0; i <= PACK_CONTEXT_SCRIPTS && status == WM_OK; i++) {
        status = add_context(model, PACK_NONE, PACK_NONE, 0, err);
    }
    return status;
}

bool pack_model_is_large(const pack_model *model)
{
    return model->names.count > PACK_NAMES_MAX / 2 ||
           model->contexts.count > PACK_CONTEXTS_MAX / 2 ||
           model->members.count > PACK_MEMBERS_MAX / 2 ||
           model->steps.count > PACK_SCRIPT_STEPS_MAX / 2 ||
           model->arena.bytes > PACK_MODEL_BYTES_MAX / 4;
}

wm_str pack_model_name(const pack_model *model, uint32_t name)
{
    return ((const wm_str *)model->names.items)[name];
}

pack_context *pack_model_context(const pack_model *model, uint32_t context)
{
    return (pack_context *)model->contexts.items + context;
}

const pack_member *pack_model_members(const pack_model *model, const pack_tag *tag)
{
    return (const pack_member *)model->members.items + tag->first_member;
}

const pack_script *pack_model_script(const pack_model *model, uint32_t script)
{
    return (const pack_script *)model->scripts.items + script;
}

const pack_edit *pack_model_edits(const pack_model *model, const pack_script *script)
{
    return (const pack_edit *)model->edits.items + script->first_edit;
}

const pack_step *pack_model_steps(const pack_model *model, const pack_edit *edit)
{
    return (const pack_step *)model->steps.items + edit->first_step;
}

wm_status pack_model_add_name(pack_model *model, wm_str text, uint32_t *name_out, wm_error *err)
{
    if (model->names.count >= PACK_NAMES_MAX) {
        return too_large("names", err);
    }
    wm_str copy = wm_arena_copy(&model->arena, text);
    wm_str *name =
        copy.ptr != NULL ? pack_list_add(&model->names, &model->arena, sizeof *name) : NULL;
    if (name == NULL) {
        return wm_fail_memory(err);
    }
    *name = copy;
    *name_out = model->names.count - 1;
    return WM_OK;
}

wm_status pack_model_add_word(pack_model *model, wm_str text, wm_error *err)
{
    if (model->words.count >= PACK_WORDS_MAX || text.len == 0 || text.len > PACK_WORD_BYTES_MAX) {
        return too_large("words, or too long a word", err);
    }
    wm_str copy = wm_arena_copy(&model->arena, text);
    wm_str *word =
        copy.ptr != NULL ? pack_list_add(&model->words, &model->arena, sizeof *word) : NULL;
    if (word == NULL) {
        return wm_fail_memory(err);
    }
    *word = copy;
    return WM_OK;
}

/* The nearest context from `parent` up that stands for the name; PACK_NONE if there is none. */
static uint32_t find_fold(const pack_model *model, uint32_t parent, uint32_t name)
{
    uint32_t at = name == PACK_NAME_ITEM ? PACK_NONE : parent;
    while (at != PACK_NONE && pack_model_context(model, at)->name != name) {
        at = pack_model_context(model, at)->parent;
    }
    return at;
}

wm_status pack_model_child(pack_model *model, uint32_t parent, uint32_t name, uint32_t *context_out,
                           wm_error *err)
{
    uint32_t hash = (parent * 2654435761u ^ name) * 2246822519u;
    hash ^= hash >> 15;
    uint32_t found;
    for (uint32_t at = pack_table_first(&model->children, hash, &found); found != PACK_NONE;
         at = pack_table_next(&model->children, hash, at, &found)) {
        const pack_context *context = pack_model_context(model, found);
        if (context->parent == parent && context->name == name) {
            *context_out = found;
            return WM_OK;
        }
    }
    found = find_fold(model, parent, name);
    if (found != PACK_NONE) {
        *context_out = found;
        return WM_OK;
    }
    uint32_t depth = pack_model_context(model, parent)->depth + 1;
    if (model->contexts.count >= PACK_CONTEXTS_MAX || depth > PACK_CONTEXT_DEPTH_MAX) {
        return too_large("contexts", err);
    }
    uint32_t made = model->contexts.count;
    wm_status status = add_context(model, parent, name, depth, err);
    if (status == WM_OK) {
        status = pack_table_add(&model->children, &model->arena, hash, made, err);
    }
    if (status == WM_OK) {
        *context_out = made;
    }
    return status;
}

static wm_status add_members(pack_model *model, uint32_t context, const uint32_t *names,
                             uint32_t name_count, wm_error *err)
{
    if (name_count > PACK_MEMBERS_MAX - model->members.count) {
        return too_large("members", err);
    }
    for (uint32_t i = 0; i < name_count; i++) {
        uint32_t child = 0;
        wm_status status = pack_model_child(model, context, names[i], &child, err);
        if (status != WM_OK) {
            return status;
        }
        pack_member *member = pack_list_add(&model->members, &model->arena, sizeof *member);
        if (member == NULL) {
            return wm_fail_memory(err);
        }
        *member = (pack_member){ names[i], child };
    }
    return WM_OK;
}

wm_status pack_model_add_tag(pack_model *model, uint32_t context, pack_type type,
                             const uint32_t *names, uint32_t name_count, wm_error *err)
{
    pack_tag tag = { type, model->members.count, name_count };
    uint32_t items = 0;
    wm_status status = type == PACK_ARRAY
                           ? pack_model_child(model, context, PACK_NAME_ITEM, &items, err)
                           : add_members(model, context, names, name_count, err);
    if (status != WM_OK) {
        return status;
    }
    pack_context *at = pack_model_context(model, context);
    pack_list tags = { at->tags, at->tag_count, at->tag_capacity };
    pack_tag *place = pack_list_add(&tags, &model->arena, sizeof *place);
    if (place == NULL) {
        return wm_fail_memory(err);
    }
    *place = tag;
    at->tags = tags.items;
    at->tag_count = tags.count;
    at->tag_capacity = tags.capacity;
    return WM_OK;
}

wm_status pack_model_add_script(pack_model *model, wm_error *err)
{
    pack_script *script = pack_list_add(&model->scripts, &model->arena, sizeof *script);
    if (script == NULL) {
        return wm_fail_memory(err);
    }
    *script = (pack_script){ model->edits.count, 0 };
    return WM_OK;
}

wm_status pack_model_add_edit(pack_model *model, wm_kind kind, uint8_t edit_kind,
                              const pack_step *steps, uint32_t step_count, wm_error *err)
{
    pack_edit made = { edit_kind, model->steps.count, step_count, (uint32_t)kind };
    if (step_count > PACK_SCRIPT_STEPS_MAX - model->steps.count) {
        return too_large("steps", err);
    }
    for (uint32_t i = 0; i < step_count; i++) {
        wm_status status = pack_model_child(model, made.context,
                                            steps[i].is_index ? PACK_NAME_ITEM : steps[i].value,
                                            &made.context, err);
        if (status != WM_OK) {
            return status;
        }
        pack_step *step = pack_list_add(&model->steps, &model->arena, sizeof *step);
        if (step == NULL) {
            return wm_fail_memory(err);
        }
        *step = steps[i];
    }
    pack_edit *edit = pack_list_add(&model->edits, &model->arena, sizeof *edit);
    if (edit == NULL) {
        return wm_fail_memory(err);
    }
    *edit = made;
    ((pack_script *)model->scripts.items)[model->scripts.count - 1].edit_count++;
    return WM_OK;
}
