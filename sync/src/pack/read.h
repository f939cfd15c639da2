/* read.h: a pack that is being read. */
#ifndef WAYMARK_PACK_READ_H
#define WAYMARK_PACK_READ_H

#include <zstd.h>

#include "decode.h"

typedef struct pack_reading {
    const wm_env *env;
    const wm_pack_base *base;
    const wm_pack_sink *sink;
    pack_file file;
    ZSTD_DCtx *decompressor;
    ZSTD_inBuffer packed;
    uint64_t raw_left; /* of the body */
    bool frame_ended;
    wm_buf block; /* of records: its strings are borrowed until the next */
    wm_buf entries_block;
    wm_arena entries_arena;
    wm_arena record_arena;
    pack_list entries; /* pack_entry */
    uint32_t next_entry;
    pack_ids ids;
    uint64_t counts[4]; /* by action, of entries seen */
    uint64_t rank;      /* base records seen */
    uint64_t next_rank;
    pack_entry last;
    bool has_last;
    pack_decoder decoder;
    bool block_open;
    wm_buf before;
    wm_buf canonical;
    uint64_t record_bytes;
} pack_reading;

/* Used by the reading of mixed bodies (mixed_read.c). */
WM_MUST_USE wm_status pack_read_before(pack_reading *r, const pack_entry *entry,
                                       const wm_json **value_out, wm_error *err);
/* Counts the canonical bytes, and hands the record out. */
WM_MUST_USE wm_status pack_read_put(pack_reading *r, const pack_entry *entry, const wm_json *value,
                                    wm_error *err);

/* A whole mixed body, from a reading that has started. */
WM_MUST_USE wm_status pack_read_mixed(pack_reading *r, wm_str body, wm_error *err);

#endif
