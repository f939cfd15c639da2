/* mixed.h: what reader and writer of a mixed body (FORMAT.md section 7) agree on. */
#ifndef WAYMARK_PACK_MIXED_H
#define WAYMARK_PACK_MIXED_H

#include "encode.h"

/* Old records that a coder learns: at most so many, and none once so many bytes are learned. */
#define PACK_LEARN_RECORDS_MAX 4096
#define PACK_LEARN_BYTES_MAX (4 * WM_MIB)

/* Which records of the base are learned: with a stride, each kind's first and every so many. */
typedef struct pack_sample {
    uint32_t strides[WM_KIND_COUNT]; /* 0: none */
    uint32_t seen[WM_KIND_COUNT];
} pack_sample;

/* Counts a record of the base, in order. */
static inline bool pack_sample_takes(pack_sample *sample, wm_kind kind)
{
    uint32_t rank = sample->seen[kind]++;
    return sample->strides[kind] > 0 && rank % sample->strides[kind] == 0;
}

/* An id of an entry; reading gives a text in the arena (WM_BAD_INPUT if it is none). */
void pack_mixed_id(pack_mix *mix, wm_str id);
WM_MUST_USE wm_status pack_mixed_take_id(pack_mix *mix, wm_arena *arena, wm_str *id_out,
                                         wm_error *err);

/* Learns records of the base, as many as may be. Each entry's bytes come from `base`. */
WM_MUST_USE wm_status pack_learn(pack_encoder *encoder, const wm_pack_base *base,
                                 const pack_list *records, wm_error *err);

#endif
