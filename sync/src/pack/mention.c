/* mention.c: which ids of the base a delta might refer to. See mention.h. */
#include "mention.h"

#include "column.h"

bool pack_mentions_have(const pack_mentions *mentions, wm_str id)
{
    uint32_t hash = pack_hash(0, id.ptr, id.len);
    const wm_str *known = mentions->ids.items;
    uint32_t found;
    for (uint32_t at = pack_table_first(&mentions->table, hash, &found); found != PACK_NONE;
         at = pack_table_next(&mentions->table, hash, at, &found)) {
        if (known != NULL && wm_str_equal(known[found], id)) {
            return true;
        }
    }
    return false;
}

static wm_status collect_column(pack_mentions *mentions, const pack_column *column, wm_arena *arena,
                                wm_error *err)
{
    wm_str rest = wm_buf_str(&column->data);
    while (rest.len > 0) {
        wm_str id = pack_plain_next(&rest);
        if (pack_mentions_have(mentions, id)) {
            continue;
        }
        wm_str *place = pack_list_add(&mentions->ids, arena, sizeof *place);
        if (place == NULL) {
            return wm_fail_memory(err);
        }
        *place = id;
        wm_status status = pack_table_add(&mentions->table, arena, pack_hash(0, id.ptr, id.len),
                                          mentions->ids.count - 1, err);
        if (status != WM_OK) {
            return status;
        }
    }
    return WM_OK;
}

wm_status pack_mentions_collect(pack_mentions *mentions, const pack_encoder *encoder,
                                wm_arena *arena, wm_error *err)
{
    wm_status status = WM_OK;
    for (uint32_t i = 0; i < encoder->column_count && status == WM_OK; i++) {
        const pack_column *column = &encoder->columns[i];
        if (column->class_of == PACK_COLUMN_STRINGS && pack_all_uuids(wm_buf_str(&column->data))) {
            status = collect_column(mentions, column, arena, err);
        }
    }
    return status;
}
