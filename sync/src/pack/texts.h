/* texts.h: the texts of a delta, in zstd frames of their own behind the blocks.
 *
 * What people write says the same things again and again, and the reader of a delta has thousands
 * of such texts already. Each frame is compressed with a prefix that both sides make from a sample
 * of the base: one of the short strings of records, for short texts, and one of long strings. */
#ifndef WAYMARK_PACK_TEXTS_H
#define WAYMARK_PACK_TEXTS_H

#include "model.h"

#define PACK_TEXTS_BYTES_MAX (8 * WM_MIB)  /* of the strings in a frame */
#define PACK_PREFIX_BYTES_MAX (4 * WM_MIB) /* of a prefix */
#define PACK_SHORT_BYTES_MAX 40            /* longer strings are long */
/* With the texts of the record that is one too many. */
#define PACK_PREFIX_BUFFER_MAX (PACK_PREFIX_BYTES_MAX + 2 * WM_RECORD_BYTES_MAX)
#define PACK_SAMPLE_LOG_MAX 31

/* Which records of the base stand for all of them: of the sampled kinds, taken together in order,
 * every 2^log-th from the first, at most `most`. */
typedef struct pack_sample {
    uint32_t kinds; /* bit k: kind k */
    unsigned log;
    uint32_t most;
    uint64_t seen;     /* of those kinds */
    pack_list records; /* pack_entry */
} pack_sample;

/* For the frame of short texts (0) or of long ones (1). */
void pack_sample_init(pack_sample *sample, size_t frame, uint32_t kinds, unsigned log);
/* The next record of the base, in order. The id is copied to the arena. */
WM_MUST_USE wm_status pack_sample_see(pack_sample *sample, wm_arena *arena, wm_kind kind, wm_str id,
                                      wm_error *err);
/* The same, but when there are too many, every other is dropped and log grows. */
WM_MUST_USE wm_status pack_sample_thin(pack_sample *sample, wm_arena *arena, wm_kind kind,
                                       wm_str id, wm_error *err);

/* Puts the prefix of a frame. */
WM_MUST_USE wm_status pack_prefix_make(const wm_env *env, const wm_pack_base *base,
                                       const pack_sample *sample, size_t frame, wm_buf *prefix,
                                       wm_error *err);

/* Appends one frame with the texts. */
WM_MUST_USE wm_status pack_texts_compress(wm_str texts, wm_str prefix, int level, wm_buf *out,
                                          wm_error *err);
/* Appends texts of exactly `length` bytes. WM_BAD_INPUT: it is not that, or more than one
 * frame. */
WM_MUST_USE wm_status pack_texts_decompress(wm_str frame, wm_str prefix, size_t length, wm_buf *out,
                                            wm_error *err);

#endif
