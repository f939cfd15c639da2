/* decode.h: a records block back to values. */
#ifndef WAYMARK_PACK_DECODE_H
#define WAYMARK_PACK_DECODE_H

#include "column.h"
#include "seen.h"

typedef struct pack_decoder {
    pack_model model;
    wm_arena block;    /* tables of the block at hand */
    uint32_t *places;  /* context * PACK_CLASS_COUNT + class -> column; PACK_NONE: no such column */
    uint32_t contexts; /* that places covers */
    pack_integers *integers;
    pack_strings *strings;
    uint32_t integers_count;
    uint32_t strings_count;
    uint64_t last_tagged;  /* context of the tag that was defined last in the block */
    uint64_t records_left; /* in the block */
    wm_arena *record;      /* values of the record at hand */
    pack_shared shared;
    pack_seen seen;                    /* of the base; nothing when the model has been reset */
    wm_reader texts[PACK_TEXT_FRAMES]; /* of a delta; empty elsewhere */
    wm_str id;                         /* of the record at hand */
    uint32_t values_left;              /* that the record may still have */
} pack_decoder;

void pack_decoder_init(pack_decoder *decoder, const wm_env *env, wm_arena *record);
void pack_decoder_fini(pack_decoder *decoder);

/* Before the first block: it goes on from what the base shows. */
WM_MUST_USE wm_status pack_decoder_prime(pack_decoder *decoder, const wm_pack_base *base,
                                         const pack_sample *sample, bool wants_words,
                                         wm_error *err);

/* Starts a block. `payload` must outlive its records. */
WM_MUST_USE wm_status pack_decoder_open(pack_decoder *decoder, wm_str payload, wm_error *err);
/* After the last record: WM_BAD_INPUT if a column has more. */
WM_MUST_USE wm_status pack_decoder_close(const pack_decoder *decoder, wm_error *err);

/* The next record of the block, in the record's arena. */
WM_MUST_USE wm_status pack_decode_add(pack_decoder *decoder, wm_kind kind, wm_str id,
                                      const wm_json **value_out, wm_error *err);
WM_MUST_USE wm_status pack_decode_change(pack_decoder *decoder, wm_kind kind, wm_str id,
                                         const wm_json *before, const wm_json **value_out,
                                         wm_error *err);

/* Used by the edits (patch.c): the next value of a context, which stands `depth` levels deep. */
WM_MUST_USE wm_status pack_decode_value(pack_decoder *decoder, uint32_t context,
                                        const wm_json *before, uint32_t depth, wm_json *value_out,
                                        wm_error *err);
WM_MUST_USE wm_status pack_decode_integer(pack_decoder *decoder, uint32_t context,
                                          pack_class class_of, int64_t *value_out, wm_error *err);

#endif
