/* model.h: what a pack has said about the shape of its records so far.
 *
 * Reader and writer grow the same model by the same definitions, so that names, contexts, tags and
 * scripts have the same numbers on both sides.
 *
 * A context stands for the values found at one path of the records of one kind, list positions
 * left out. Contexts 0 to WM_KIND_COUNT - 1 are the records themselves, one for each kind; the next
 * is PACK_CONTEXT_SCRIPTS, which has only a column of numbers. A path that comes back to a name
 * that it has passed folds: it goes on in the context where that name was met first, so that
 * recursive values (criteria) have few contexts. A tag says what a value is; tags are numbered in
 * each context. */
#ifndef WAYMARK_PACK_MODEL_H
#define WAYMARK_PACK_MODEL_H

#include "format.h"

#define PACK_CONTEXT_SCRIPTS ((uint32_t)WM_KIND_COUNT)
#define PACK_NONE UINT32_MAX

/* A model beyond these is refused by the reader. A writer starts afresh at half of them. */
#define PACK_NAMES_MAX ((uint32_t)1 << 17)
#define PACK_CONTEXTS_MAX ((uint32_t)1 << 18)
#define PACK_MEMBERS_MAX ((uint32_t)1 << 18)
#define PACK_SCRIPT_STEPS_MAX ((uint32_t)1 << 18)
#define PACK_CONTEXT_DEPTH_MAX 80
#define PACK_MODEL_BYTES_MAX (64 * WM_MIB)

typedef struct pack_member {
    uint32_t name;
    uint32_t context; /* of the value */
} pack_member;

typedef struct pack_tag {
    pack_type type;
    uint32_t first_member; /* of an object, in members */
    uint32_t member_count;
} pack_tag;

typedef struct pack_context {
    uint32_t parent; /* PACK_NONE: a record */
    uint32_t name;   /* PACK_NONE: a record; PACK_NAME_ITEM: the items of a list */
    uint32_t depth;
    uint32_t tag_count;
    uint32_t tag_capacity;
    pack_tag *tags;
} pack_context;

#define PACK_NAME_ITEM (PACK_NONE - 1)

/* A step of a path: a member's name or a position in a list. */
typedef struct pack_step {
    bool is_index;
    uint32_t value;
} pack_step;

typedef struct pack_edit {
    uint8_t kind;        /* PACK_EDIT_... */
    uint32_t first_step; /* in steps */
    uint32_t step_count;
    uint32_t context; /* where the path leads */
} pack_edit;

typedef struct pack_script {
    uint32_t first_edit; /* in edits */
    uint32_t edit_count;
} pack_script;

/* An array that grows in the model's arena. */
typedef struct pack_list {
    void *items;
    uint32_t count;
    uint32_t capacity;
} pack_list;

/* Open addressing from a hash to a number; what is equal is for the caller to say. */
typedef struct pack_table {
    uint32_t *hashes;
    uint32_t *values; /* PACK_NONE: empty */
    uint32_t capacity;
    uint32_t count;
} pack_table;

typedef struct pack_model {
    wm_arena arena;
    pack_list names;    /* wm_str */
    pack_list contexts; /* pack_context */
    pack_list members;  /* pack_member */
    pack_list steps;    /* pack_step */
    pack_list edits;    /* pack_edit */
    pack_list scripts;  /* pack_script */
    pack_list words;    /* wm_str */
    pack_table children;
} pack_model;

/* Then pack_model_reset. */
void pack_model_init(pack_model *model, const wm_env *env);
void pack_model_fini(pack_model *model);
/* Only the contexts of the kinds. */
WM_MUST_USE wm_status pack_model_reset(pack_model *model, wm_error *err);
/* More than half of a limit is used. */
bool pack_model_is_large(const pack_model *model);

wm_str pack_model_name(const pack_model *model, uint32_t name);
pack_context *pack_model_context(const pack_model *model, uint32_t context);
const pack_member *pack_model_members(const pack_model *model, const pack_tag *tag);

/* The next name; copies it. */
WM_MUST_USE wm_status pack_model_add_name(pack_model *model, wm_str text, uint32_t *name_out,
                                          wm_error *err);
/* The next word; copies it. */
WM_MUST_USE wm_status pack_model_add_word(pack_model *model, wm_str text, wm_error *err);
/* Where a member or an item of the values of `parent` stands; made if it is new. */
WM_MUST_USE wm_status pack_model_child(pack_model *model, uint32_t parent, uint32_t name,
                                       uint32_t *context_out, wm_error *err);
/* The next tag of `context`; names are those of an object's members, in order. A list makes the
 * context of its items. */
WM_MUST_USE wm_status pack_model_add_tag(pack_model *model, uint32_t context, pack_type type,
                                         const uint32_t *names, uint32_t name_count, wm_error *err);
/* The next script, for records of `kind`: then its edits one by one. */
WM_MUST_USE wm_status pack_model_add_script(pack_model *model, wm_error *err);
/* The next edit of the newest script. */
WM_MUST_USE wm_status pack_model_add_edit(pack_model *model, wm_kind kind, uint8_t edit_kind,
                                          const pack_step *steps, uint32_t step_count,
                                          wm_error *err);
const pack_script *pack_model_script(const pack_model *model, uint32_t script);
const pack_edit *pack_model_edits(const pack_model *model, const pack_script *script);
const pack_step *pack_model_steps(const pack_model *model, const pack_edit *edit);

uint32_t pack_hash(uint32_t seed, const void *bytes, size_t length);
/* First place of a hash, and the next after one; *value_out is PACK_NONE at the end. */
uint32_t pack_table_first(const pack_table *table, uint32_t hash, uint32_t *value_out);
uint32_t pack_table_next(const pack_table *table, uint32_t hash, uint32_t at, uint32_t *value_out);
WM_MUST_USE wm_status pack_table_add(pack_table *table, wm_arena *arena, uint32_t hash,
                                     uint32_t value, wm_error *err);
/* Room for one more item of `size` bytes; NULL: no memory. */
WM_MUST_USE void *pack_list_add(pack_list *list, wm_arena *arena, size_t size);

#endif
