/* learn.c: what reader and writer of a delta both know, before its records. */
#include <stdio.h>

#include "mixed.h"

#define UUID_WORDS 8

/* A version 4 uuid says 122 bits; what is fixed in it costs next to nothing. */
static void mix_uuid(pack_mix *mix, uint16_t words[UUID_WORDS])
{
    for (int i = 0; i < UUID_WORDS; i++) {
        unsigned known = i == 3 ? 4 : i == 4 ? 2 : 0;
        int64_t high = known > 0 ? words[i] >> (16 - known) : 0;
        if (known > 0) {
            high = pack_mix_integer(mix, PACK_PLACE_VERSION, high) & ((1 << known) - 1);
        }
        uint32_t low = pack_mix_bits(mix, 16 - known, words[i]);
        words[i] = (uint16_t)((uint32_t)high << (16 - known) | low);
    }
}

void pack_mixed_id(pack_mix *mix, wm_str id)
{
    uint16_t words[UUID_WORDS] = { 0 };
    bool uuid = pack_is_uuid(id);
    unsigned digits = 0;
    (void)pack_mix_integer(mix, PACK_PLACE_FORM, uuid ? 1 : 0);
    if (!uuid) {
        pack_mix_text(mix, PACK_PLACE_ID, (wm_str){ NULL, 0 }, id);
        return;
    }
    for (size_t i = 0; i < id.len; i++) {
        char c = id.ptr[i];
        if (c != '-') {
            unsigned digit = (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
            words[digits / 4] = (uint16_t)(words[digits / 4] << 4 | digit);
            digits++;
        }
    }
    mix_uuid(mix, words);
}

wm_status pack_mixed_take_id(pack_mix *mix, wm_arena *arena, wm_str *id_out, wm_error *err)
{
    char text[40];
    uint16_t words[UUID_WORDS] = { 0 };
    int64_t form = pack_mix_integer(mix, PACK_PLACE_FORM, 0);
    if (form == 0) {
        return pack_mix_take_text(mix, PACK_PLACE_ID, (wm_str){ NULL, 0 }, arena, id_out, err);
    }
    if (form != 1 || pack_mix_failed(mix)) {
        return wm_fail(err, WM_BAD_INPUT, "pack: expected an id");
    }
    mix_uuid(mix, words);
    (void)snprintf(text, sizeof text, "%04x%04x-%04x-%04x-%04x-%04x%04x%04x", words[0], words[1],
                   words[2], words[3], words[4], words[5], words[6], words[7]);
    *id_out = wm_arena_copy(arena, wm_str_of(text));
    return id_out->ptr == NULL ? wm_fail_memory(err) : WM_OK;
}

static wm_status learn_record(pack_encoder *encoder, const wm_pack_base *base,
                              const pack_entry *record, wm_buf *bytes, wm_arena *arena,
                              wm_error *err)
{
    const wm_json *value = NULL;
    wm_buf_reset(bytes);
    wm_arena_reset(arena);
    wm_status status = base->get(base->context, record->kind, record->id, bytes);
    if (status == WM_NOT_FOUND) {
        return wm_fail(err, WM_CONFLICT, "pack: %s/%.*s: is not in the base",
                       wm_kind_name(record->kind), WM_STR_ARG(record->id));
    }
    if (status != WM_OK) {
        return wm_fail(err, status, "pack: the base cannot be read");
    }
    status = wm_buf_status(bytes, err);
    if (status == WM_OK) {
        status = wm_json_parse(arena, wm_buf_str(bytes), WM_RECORD_BYTES_MAX, &value, err);
    }
    return status != WM_OK ? status
                           : pack_encode_add(encoder, record->kind, record->id, value, err);
}

wm_status pack_learn(pack_encoder *encoder, const wm_pack_base *base, const pack_list *records,
                     wm_error *err)
{
    wm_arena arena;
    wm_buf bytes;
    size_t learned = 0;
    wm_status status = WM_OK;
    const pack_entry *record = records->items;
    wm_arena_init(&arena, encoder->env, 64 * WM_MIB);
    wm_buf_init(&bytes, encoder->env, WM_RECORD_BYTES_MAX);
    encoder->learning = true;
    for (uint32_t i = 0; i < records->count && status == WM_OK; i++) {
        if (i == PACK_LEARN_RECORDS_MAX || learned >= PACK_LEARN_BYTES_MAX) {
            break;
        }
        status = learn_record(encoder, base, &record[i], &bytes, &arena, err);
        learned += bytes.len;
    }
    encoder->learning = false;
    wm_buf_fini(&bytes);
    wm_arena_fini(&arena);
    return status;
}
