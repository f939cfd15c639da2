/* texts.h: the texts of a delta, in zstd frames of their own behind the blocks; and the sample of
 * its base that both sides learn from.
 *
 * What people write says the same things again and again, and the reader of a delta has thousands
 * of such texts already. Each frame is compressed with a prefix that both sides make from the
 * sample: one of short strings, and one of long ones as codes (seen.h). */
#ifndef WAYMARK_PACK_TEXTS_H
#define WAYMARK_PACK_TEXTS_H

#include "model.h"

#define PACK_TEXTS_BYTES_MAX (8 * WM_MIB) /* of the strings in a frame */
#define PACK_SHORT_BYTES_MAX 40           /* longer strings are long */
#define PACK_SAMPLE_LOG_MAX 31
#define PACK_SAMPLE_MOST WM_PACK_CHANGED_MAX
#define PACK_SAMPLE_LEAST 32               /* beside those that change, for so few entries */
#define PACK_SAMPLE_BYTES_MAX (8 * WM_MIB) /* of its records */

/* Which records of the base show what is in it: those that the delta changes, which a reader needs
 * anyway, and, where that is spread, every 2^log-th from the first on that is none of them; at most
 * PACK_SAMPLE_MOST. */
typedef struct pack_sample {
    bool exists; /* else it stays empty */
    bool is_spread;
    unsigned log;
    uint32_t most;        /* of the spread ones */
    uint64_t seen;        /* records of the base */
    pack_list records;    /* pack_entry: of the spread ones; then of all, the changed ones first */
    uint32_t changed;     /* how many of these are changed */
    wm_arena *kept_arena; /* NULL: no value is kept */
    const wm_json **kept; /* of the changed ones: the values that were kept, or NULL */
} pack_sample;

/* How many of so many changed records are in it. */
uint32_t pack_sample_changed(uint64_t changes);

/* The next record of the base, in order: none that is changed is kept here. The id is copied to the
 * arena. */
WM_MUST_USE wm_status pack_sample_see(pack_sample *sample, wm_arena *arena, const pack_entry *entry,
                                      wm_error *err);
/* The same for a writer, changed or not, but when there are too many, every other is dropped and
 * log grows. */
WM_MUST_USE wm_status pack_sample_thin(pack_sample *sample, wm_arena *arena,
                                       const pack_entry *entry, wm_error *err);
/* When the whole base was seen: puts those of the entries, which are in order and outlive it, that
 * change before the others, and drops what is there twice. */
WM_MUST_USE wm_status pack_sample_close(pack_sample *sample, wm_arena *arena,
                                        const pack_entry *entries, uint32_t count, wm_error *err);

/* How many records it passes over before the one that it keeps next; UINT64_MAX: it keeps none. */
uint64_t pack_sample_gap(const pack_sample *sample);

/* Who is given the records of a sample. */
typedef struct pack_sample_reader {
    /* Both are borrowed for the call. */
    wm_status (*see)(void *context, const wm_record *record, const wm_json *value, wm_error *err);
    void *context;
} pack_sample_reader;

/* Reads the records of the sample, in order, and not the first that would make them longer than
 * PACK_SAMPLE_BYTES_MAX. */
WM_MUST_USE wm_status pack_sample_read(const wm_env *env, const wm_pack_base *base,
                                       const pack_sample *sample, const pack_sample_reader *reader,
                                       wm_error *err);

/* Appends one frame with the texts. */
WM_MUST_USE wm_status pack_texts_compress(wm_str texts, wm_str prefix, int level, wm_buf *out,
                                          wm_error *err);
/* Appends texts of exactly `length` bytes. WM_BAD_INPUT: it is not that, or more than one
 * frame. */
WM_MUST_USE wm_status pack_texts_decompress(wm_str frame, wm_str prefix, size_t length, wm_buf *out,
                                            wm_error *err);

#endif
