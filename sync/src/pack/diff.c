/* diff.c: a changed record as edits of its old version.
 *
 * The edits of a record are a script: what is done at which path, without the new values. Scripts
 * that come again ("verified_on is set") are one number; the values follow in the columns of their
 * contexts. Where a part changes in more than about a quarter of its values, it is set as a whole.
 */
#include "encode.h"

#define WHOLE_FACTOR 4

/* One edit, before it has numbers. */
typedef struct draft {
    uint8_t kind;
    uint32_t first_step; /* in steps */
    uint32_t step_count;
    const wm_json *value;  /* new; NULL for a removal */
    const wm_json *before; /* old, where there is one */
} draft;

typedef struct differ {
    pack_encoder *encoder;
    pack_list drafts;                   /* draft */
    pack_list steps;                    /* pack_step, of all drafts */
    pack_step path[PACK_DEPTH_MAX + 1]; /* where we are */
    uint32_t depth;
    wm_error *err;
} differ;

static wm_status compare(differ *d, const wm_json *before, const wm_json *after);

static wm_status add_draft(differ *d, uint8_t kind, const wm_json *value, const wm_json *before)
{
    wm_arena *arena = &d->encoder->scratch;
    draft *made = pack_list_add(&d->drafts, arena, sizeof *made);
    if (made == NULL) {
        return wm_fail_memory(d->err);
    }
    *made = (draft){ kind, d->steps.count, d->depth, value, before };
    for (uint32_t i = 0; i < d->depth; i++) {
        pack_step *step = pack_list_add(&d->steps, arena, sizeof *step);
        if (step == NULL) {
            return wm_fail_memory(d->err);
        }
        *step = d->path[i];
    }
    return WM_OK;
}

static uint32_t count_values(const wm_json *value)
{
    uint32_t count = 1;
    for (uint32_t i = 0; value->type == WM_JSON_ARRAY && i < value->count; i++) {
        count += count_values(&value->as.items[i]);
    }
    for (uint32_t i = 0; value->type == WM_JSON_OBJECT && i < value->count; i++) {
        count += count_values(&value->as.members[i].value);
    }
    return count;
}

/* One member of the old object, the new, or both: the others are NULL. */
static wm_status compare_member(differ *d, wm_str name, const wm_json *before, const wm_json *after)
{
    pack_step *step = &d->path[d->depth];
    step->is_index = false;
    wm_status status = pack_encode_name(d->encoder, name, &step->value, d->err);
    if (status != WM_OK) {
        return status;
    }
    d->depth++;
    if (before == NULL) {
        status = add_draft(d, PACK_EDIT_SET, after, NULL);
    } else if (after == NULL) {
        status = add_draft(d, PACK_EDIT_REMOVE, NULL, NULL);
    } else {
        status = compare(d, before, after);
    }
    d->depth--;
    return status;
}

static wm_status compare_objects(differ *d, const wm_json *before, const wm_json *after)
{
    uint32_t i = 0;
    uint32_t j = 0;
    wm_status status = WM_OK;
    while (status == WM_OK && (i < before->count || j < after->count)) {
        int order = i == before->count ? 1
                    : j == after->count
                        ? -1
                        : wm_str_compare(before->as.members[i].name, after->as.members[j].name);
        wm_str name = order <= 0 ? before->as.members[i].name : after->as.members[j].name;
        const wm_json *left = order <= 0 ? &before->as.members[i++].value : NULL;
        const wm_json *right = order >= 0 ? &after->as.members[j++].value : NULL;
        if (!wm_json_equal(left, right)) {
            status = compare_member(d, name, left, right);
        }
    }
    return status;
}

/* Items that are the same at both ends stay; those between are edited one by one, and what is too
 * few or too many is put in or taken out behind them. */
static wm_status compare_arrays(differ *d, const wm_json *before, const wm_json *after)
{
    uint32_t front = 0;
    uint32_t back = 0;
    uint32_t shorter = before->count < after->count ? before->count : after->count;
    while (front < shorter && wm_json_equal(&before->as.items[front], &after->as.items[front])) {
        front++;
    }
    while (back < shorter - front && wm_json_equal(&before->as.items[before->count - 1 - back],
                                                   &after->as.items[after->count - 1 - back])) {
        back++;
    }
    wm_status status = WM_OK;
    pack_step *step = &d->path[d->depth++];
    for (uint32_t i = front; i < shorter - back && status == WM_OK; i++) {
        *step = (pack_step){ true, i };
        status = compare(d, &before->as.items[i], &after->as.items[i]);
    }
    for (uint32_t i = shorter - back; i < after->count - back && status == WM_OK; i++) {
        *step = (pack_step){ true, i };
        status = add_draft(d, PACK_EDIT_INSERT, &after->as.items[i], NULL);
    }
    for (uint32_t i = shorter - back; i < before->count - back && status == WM_OK; i++) {
        *step = (pack_step){ true, shorter - back };
        status = add_draft(d, PACK_EDIT_REMOVE, NULL, NULL);
    }
    d->depth--;
    return status;
}

static wm_status compare(differ *d, const wm_json *before, const wm_json *after)
{
    if (wm_json_equal(before, after)) {
        return WM_OK;
    }
    uint32_t drafts = d->drafts.count;
    uint32_t steps = d->steps.count;
    if (before->type != after->type ||
        (after->type != WM_JSON_OBJECT && after->type != WM_JSON_ARRAY)) {
        return add_draft(d, PACK_EDIT_SET, after, before);
    }
    wm_status status = after->type == WM_JSON_OBJECT ? compare_objects(d, before, after)
                                                     : compare_arrays(d, before, after);
    uint32_t made = d->drafts.count - drafts;
    bool whole =
        made > PACK_EDITS_MAX || (d->depth > 0 && made * WHOLE_FACTOR > count_values(after) + 1);
    if (status == WM_OK && whole) {
        d->drafts.count = drafts;
        d->steps.count = steps;
        status = add_draft(d, PACK_EDIT_SET, after, before);
    }
    return status;
}

static void write_script(const differ *d, wm_kind kind, wm_buf *out)
{
    wm_buf_reset(out);
    wm_put_varint(out, (uint64_t)kind);
    wm_put_varint(out, d->drafts.count);
    for (uint32_t i = 0; i < d->drafts.count; i++) {
        const draft *edit = (const draft *)d->drafts.items + i;
        wm_put_u8(out, edit->kind);
        wm_put_varint(out, edit->step_count);
        for (uint32_t s = 0; s < edit->step_count; s++) {
            const pack_step *step = (const pack_step *)d->steps.items + edit->first_step + s;
            wm_put_varint(out, (uint64_t)step->value << 1 | (step->is_index ? 1 : 0));
        }
    }
}

static wm_status define_script(differ *d, wm_kind kind, wm_str key, uint32_t hash)
{
    pack_encoder *encoder = d->encoder;
    pack_model *model = &encoder->model;
    wm_status status = pack_model_add_script(model, d->err);
    for (uint32_t i = 0; i < d->drafts.count && status == WM_OK; i++) {
        const draft *edit = (const draft *)d->drafts.items + i;
        const pack_step *steps = d->steps.items;
        status = pack_model_add_edit(model, kind, edit->kind,
                                     edit->step_count > 0 ? steps + edit->first_step : NULL,
                                     edit->step_count, d->err);
    }
    if (status != WM_OK) {
        return status;
    }
    wm_str copy = wm_arena_copy(&model->arena, key);
    wm_str *place = copy.ptr != NULL
                        ? pack_list_add(&encoder->script_keys, &model->arena, sizeof *place)
                        : NULL;
    if (place == NULL) {
        return wm_fail_memory(d->err);
    }
    *place = copy;
    wm_put_u8(&encoder->definitions, PACK_DEFINE_SCRIPT);
    wm_buf_put_str(&encoder->definitions, key);
    encoder->bytes += key.len + 1;
    return pack_table_add(&encoder->scripts, &model->arena, hash, model->scripts.count - 1, d->err);
}

static wm_status find_script(differ *d, wm_kind kind, uint32_t *script_out)
{
    pack_encoder *encoder = d->encoder;
    write_script(d, kind, &encoder->script);
    wm_status status = wm_buf_status(&encoder->script, d->err);
    if (status != WM_OK) {
        return status;
    }
    wm_str key = wm_buf_str(&encoder->script);
    uint32_t hash = pack_hash(0, key.ptr, key.len);
    uint32_t found;
    for (uint32_t at = pack_table_first(&encoder->scripts, hash, &found); found != PACK_NONE;
         at = pack_table_next(&encoder->scripts, hash, at, &found)) {
        if (wm_str_equal(((wm_str *)encoder->script_keys.items)[found], key)) {
            *script_out = found;
            return WM_OK;
        }
    }
    status = define_script(d, kind, key, hash);
    *script_out = encoder->model.scripts.count - 1;
    return status;
}

wm_status pack_encode_change(pack_encoder *encoder, wm_kind kind, wm_str id, const wm_json *before,
                             const wm_json *after, wm_error *err)
{
    encoder->id = id;
    encoder->record_count++;
    wm_arena_reset(&encoder->scratch);
    differ d = { .encoder = encoder, .err = err };
    uint32_t script = 0;
    wm_status status = compare(&d, before, after);
    if (status == WM_OK) {
        status = find_script(&d, kind, &script);
    }
    if (status == WM_OK) {
        status =
            pack_encode_integer(encoder, PACK_CONTEXT_SCRIPTS, PACK_COLUMN_INTEGERS, script, err);
    }
    for (uint32_t i = 0; i < d.drafts.count && status == WM_OK; i++) {
        const draft *edit = (const draft *)d.drafts.items + i;
        const pack_script *known = pack_model_script(&encoder->model, script);
        if (edit->value != NULL) {
            status = pack_encode_value(encoder, pack_model_edits(&encoder->model, known)[i].context,
                                       edit->value, edit->before, err);
        }
    }
    return status;
}
