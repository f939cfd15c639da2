/* encode.h: values of records to the columns of a records block. */
#ifndef WAYMARK_PACK_ENCODE_H
#define WAYMARK_PACK_ENCODE_H

#include "column.h"
#include "prose.h"
#include "seen.h"

/* What is in the block that is being filled, for one class of one context. */
typedef struct pack_column {
    uint32_t context;
    pack_class class_of;
    uint32_t count;
    wm_buf data;        /* int64_t each, or strings with a NUL after each */
    bool is_prose;      /* when the block is full */
    size_t first_token; /* of prose */
} pack_column;

/* What the encoder knows of a context. */
typedef struct pack_slot {
    uint32_t columns[PACK_CLASS_COUNT]; /* in this block; PACK_NONE: none yet */
    uint32_t object;                    /* tag of the last object; PACK_NONE: there was none */
} pack_slot;

typedef struct pack_encoder {
    const wm_env *env;
    pack_model model;
    pack_shapes shapes;
    pack_table scripts;    /* bytes of the definition -> script */
    pack_list script_keys; /* wm_str */
    pack_list slots;       /* pack_slot, by context */
    pack_table words;      /* text -> word */
    pack_prose prose;      /* of the block, while it is written */
    pack_shared shared;
    wm_buf *texts;        /* with a base: PACK_TEXT_FRAMES of them; else NULL */
    pack_seen seen;       /* of the base; nothing when the model has been reset */
    uint32_t last_tagged; /* context of the tag that was defined last in this block */
    wm_buf definitions;
    wm_buf script;    /* the definition that is being made */
    wm_arena scratch; /* of one record */
    pack_desk desk;
    pack_column *columns;
    uint32_t column_count;
    uint32_t column_capacity;
    uint32_t record_count; /* in this block */
    size_t bytes;          /* of this block, about */
    bool fresh;            /* the model starts with this block */
    wm_str id;             /* of the record at hand */
} pack_encoder;

WM_MUST_USE wm_status pack_encoder_init(pack_encoder *encoder, const wm_env *env, wm_error *err);
void pack_encoder_fini(pack_encoder *encoder);

/* Before the first record: what the base shows need not be defined. If it shows too much for a
 * model, there is no sample any more. */
WM_MUST_USE wm_status pack_encoder_prime(pack_encoder *encoder, const wm_pack_base *base,
                                         pack_sample *sample, wm_error *err);

WM_MUST_USE wm_status pack_encode_add(pack_encoder *encoder, wm_kind kind, wm_str id,
                                      const wm_json *value, wm_error *err);
WM_MUST_USE wm_status pack_encode_change(pack_encoder *encoder, wm_kind kind, wm_str id,
                                         const wm_json *before, const wm_json *after,
                                         wm_error *err);
/* Puts the payload of the block and starts the next. */
WM_MUST_USE wm_status pack_encoder_flush(pack_encoder *encoder, wm_buf *payload, wm_error *err);

/* Used by the edits (diff.c). */
WM_MUST_USE wm_status pack_encode_name(pack_encoder *encoder, wm_str text, uint32_t *name_out,
                                       wm_error *err);
WM_MUST_USE wm_status pack_encode_value(pack_encoder *encoder, uint32_t context,
                                        const wm_json *value, const wm_json *before, wm_error *err);
WM_MUST_USE wm_status pack_encode_integer(pack_encoder *encoder, uint32_t context,
                                          pack_class class_of, int64_t value, wm_error *err);

#endif
