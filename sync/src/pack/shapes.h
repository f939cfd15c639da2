/* shapes.h: the names and tags of a model by what they say: found, or made. */
#ifndef WAYMARK_PACK_SHAPES_H
#define WAYMARK_PACK_SHAPES_H

#include "model.h"

/* Its tables live in the arena of the model, and until its reset. Empty: all zero. */
typedef struct pack_shapes {
    pack_table names;      /* text -> name */
    pack_table objects;    /* context and names -> place in object_tags */
    pack_list object_tags; /* pack_object_tag */
    pack_list plain_tags;  /* pack_plain_tags, by context */
} pack_shapes;

typedef struct pack_object_tag {
    uint32_t context;
    uint32_t tag;
} pack_object_tag;

/* The tag of each type but objects; PACK_NONE: none yet. */
typedef struct pack_plain_tags {
    uint32_t tags[PACK_TYPE_COUNT];
} pack_plain_tags;

/* What an object of a context looks like. */
typedef struct pack_shape {
    uint32_t context;
    uint32_t name_count;
    const uint32_t *names;
} pack_shape;

/* A number, and whether it is new. */
typedef struct pack_found {
    uint32_t number;
    bool made;
} pack_found;

WM_MUST_USE wm_status pack_shapes_name(pack_shapes *shapes, pack_model *model, wm_str text,
                                       pack_found *name_out, wm_error *err);
/* Not for objects. */
WM_MUST_USE wm_status pack_shapes_plain_tag(pack_shapes *shapes, pack_model *model,
                                            uint32_t context, pack_type type, pack_found *tag_out,
                                            wm_error *err);
WM_MUST_USE wm_status pack_shapes_object_tag(pack_shapes *shapes, pack_model *model,
                                             const pack_shape *shape, pack_found *tag_out,
                                             wm_error *err);

#endif
