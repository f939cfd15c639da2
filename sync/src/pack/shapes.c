/* shapes.c: names and tags by what they say. See shapes.h. */
#include "shapes.h"

wm_status pack_shapes_name(pack_shapes *shapes, pack_model *model, wm_str text,
                           pack_found *name_out, wm_error *err)
{
    uint32_t hash = pack_hash(0, text.ptr, text.len);
    uint32_t found;
    for (uint32_t at = pack_table_first(&shapes->names, hash, &found); found != PACK_NONE;
         at = pack_table_next(&shapes->names, hash, at, &found)) {
        if (wm_str_equal(pack_model_name(model, found), text)) {
            *name_out = (pack_found){ found, false };
            return WM_OK;
        }
    }
    wm_status status = pack_model_add_name(model, text, &found, err);
    *name_out = (pack_found){ found, true };
    return status != WM_OK ? status
                           : pack_table_add(&shapes->names, &model->arena, hash, found, err);
}

/* NULL: no memory. */
static pack_plain_tags *plain_tags_of(pack_shapes *shapes, pack_model *model, uint32_t context)
{
    while (shapes->plain_tags.count <= context) {
        pack_plain_tags *made = pack_list_add(&shapes->plain_tags, &model->arena, sizeof *made);
        if (made == NULL) {
            return NULL;
        }
        memset(made, 0xff, sizeof *made);
    }
    return (pack_plain_tags *)shapes->plain_tags.items + context;
}

wm_status pack_shapes_plain_tag(pack_shapes *shapes, pack_model *model, uint32_t context,
                                pack_type type, pack_found *tag_out, wm_error *err)
{
    pack_plain_tags *known = plain_tags_of(shapes, model, context);
    if (known == NULL) {
        return wm_fail_memory(err);
    }
    bool make = known->tags[type] == PACK_NONE;
    if (make) {
        wm_status status = pack_model_add_tag(model, context, type, NULL, 0, err);
        if (status != WM_OK) {
            return status;
        }
        known->tags[type] = pack_model_context(model, context)->tag_count - 1;
    }
    *tag_out = (pack_found){ known->tags[type], make };
    return WM_OK;
}

static bool is_shape(const pack_model *model, const pack_object_tag *known, const pack_shape *shape)
{
    const pack_tag *tag = &pack_model_context(model, known->context)->tags[known->tag];
    const pack_member *members = pack_model_members(model, tag);
    bool same = known->context == shape->context && tag->member_count == shape->name_count;
    for (uint32_t i = 0; same && i < shape->name_count; i++) {
        same = members[i].name == shape->names[i];
    }
    return same;
}

wm_status pack_shapes_object_tag(pack_shapes *shapes, pack_model *model, const pack_shape *shape,
                                 pack_found *tag_out, wm_error *err)
{
    uint32_t hash =
        pack_hash(shape->context, shape->names, shape->name_count * sizeof *shape->names);
    uint32_t found;
    for (uint32_t at = pack_table_first(&shapes->objects, hash, &found); found != PACK_NONE;
         at = pack_table_next(&shapes->objects, hash, at, &found)) {
        const pack_object_tag *known = (const pack_object_tag *)shapes->object_tags.items + found;
        if (is_shape(model, known, shape)) {
            *tag_out = (pack_found){ known->tag, false };
            return WM_OK;
        }
    }
    wm_status status = pack_model_add_tag(model, shape->context, PACK_OBJECT, shape->names,
                                          shape->name_count, err);
    if (status != WM_OK) {
        return status;
    }
    pack_object_tag *made = pack_list_add(&shapes->object_tags, &model->arena, sizeof *made);
    if (made == NULL) {
        return wm_fail_memory(err);
    }
    *made = (pack_object_tag){ shape->context,
                               pack_model_context(model, shape->context)->tag_count - 1 };
    *tag_out = (pack_found){ made->tag, true };
    return pack_table_add(&shapes->objects, &model->arena, hash, shapes->object_tags.count - 1,
                          err);
}
