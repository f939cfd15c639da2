/* encode.h: values of records to the columns of a records block. */
#ifndef WAYMARK_PACK_ENCODE_H
#define WAYMARK_PACK_ENCODE_H

#include "mix.h"
#include "model.h"

/* One number or text of a record, in the order in which they are said. */
typedef struct pack_saying {
    uint32_t place; /* context * PACK_CLASS_COUNT + class */
    bool is_text;
    int64_t number;
    wm_str front; /* of a splice: the old text before it */
    wm_str text;
} pack_saying;

/* What is in the block that is being filled, for one class of one context. */
typedef struct pack_column {
    uint32_t context;
    pack_class class_of;
    uint32_t count;
    wm_buf data; /* int64_t each, or strings with a NUL after each */
} pack_column;

/* What the encoder knows of a context. */
typedef struct pack_slot {
    uint32_t columns[PACK_CLASS_COUNT];   /* in this block; PACK_NONE: none yet */
    uint32_t plain_tags[PACK_TYPE_COUNT]; /* tag of each type but objects; PACK_NONE: none yet */
} pack_slot;

typedef struct pack_encoder {
    const wm_env *env;
    pack_model model;
    pack_table names;      /* text -> name */
    pack_table objects;    /* context and names -> place in object_tags */
    pack_table scripts;    /* bytes of the definition -> script */
    pack_list object_tags; /* pack_object_tag */
    pack_list script_keys; /* wm_str */
    pack_list slots;       /* pack_slot, by context */
    pack_table words;      /* text -> word */
    pack_shared shared;
    wm_buf definitions;
    wm_buf script;    /* the definition that is being made */
    wm_arena scratch; /* of one record */
    pack_column *columns;
    uint32_t column_count;
    uint32_t column_capacity;
    uint32_t record_count; /* in this block */
    size_t bytes;          /* of this block, about */
    bool fresh;            /* the model starts with this block */
    wm_str id;             /* of the record at hand */
    pack_mix *mix;         /* NULL: records go to columns; else to it, one by one */
    bool learning;         /* records are of the base: the mix learns them */
    pack_list sayings;     /* pack_saying, of the record at hand, in scratch */
} pack_encoder;

typedef struct pack_object_tag {
    uint32_t context;
    uint32_t tag;
} pack_object_tag;

WM_MUST_USE wm_status pack_encoder_init(pack_encoder *encoder, const wm_env *env, wm_error *err);
void pack_encoder_fini(pack_encoder *encoder);

WM_MUST_USE wm_status pack_encode_add(pack_encoder *encoder, wm_kind kind, wm_str id,
                                      const wm_json *value, wm_error *err);
WM_MUST_USE wm_status pack_encode_change(pack_encoder *encoder, wm_kind kind, wm_str id,
                                         const wm_json *before, const wm_json *after,
                                         wm_error *err);
/* Puts the payload of the block and starts the next. */
WM_MUST_USE wm_status pack_encoder_flush(pack_encoder *encoder, wm_buf *payload, wm_error *err);

/* Used by the edits (diff.c). */
void pack_encoder_start(pack_encoder *encoder, wm_str id);
void pack_encoder_say_definitions(pack_encoder *encoder); /* to the mix, and forgets them */
WM_MUST_USE wm_status pack_encoder_end(pack_encoder *encoder, wm_error *err);
WM_MUST_USE wm_status pack_encode_name(pack_encoder *encoder, wm_str text, uint32_t *name_out,
                                       wm_error *err);
WM_MUST_USE wm_status pack_encode_value(pack_encoder *encoder, uint32_t context,
                                        const wm_json *value, const wm_json *before, wm_error *err);
WM_MUST_USE wm_status pack_encode_integer(pack_encoder *encoder, uint32_t context,
                                          pack_class class_of, int64_t value, wm_error *err);

#endif
