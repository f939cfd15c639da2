/* write.h: a pack that is being written. */
#ifndef WAYMARK_PACK_WRITE_H
#define WAYMARK_PACK_WRITE_H

#include <zstd.h>

#include "column.h"
#include "encode.h"

/* An entry of a small pack, which is written at the end. */
typedef struct pack_held {
    pack_entry entry;
    wm_str before;
    wm_str after;
} pack_held;

/* What is done to which record; ids of those that need one. */
typedef struct entry_list {
    wm_buf actions; /* int64_t */
    wm_buf gaps;    /* int64_t: ranks left out before a changed or removed record */
    wm_buf kinds;   /* int64_t */
    wm_buf ids;     /* strings with a NUL after each */
    uint32_t count;
    uint32_t gap_count;
    uint32_t id_count;
} entry_list;

struct wm_pack_writer {
    const wm_env *env;
    const wm_pack_base *base;
    wm_pack_options options;
    pack_file file;
    wm_arena strings; /* of the header, and announced ids */
    wm_arena scratch; /* of one record */
    pack_encoder encoder;
    entry_list entries;
    pack_list announced; /* pack_entry: of a snapshot whose ids are known before */
    pack_ids ids;
    uint32_t added; /* of those announced */
    wm_buf canonical;
    wm_buf payload;
    wm_buf records; /* a delta's blocks of records, held back until the entries are out */
    wm_buf pending; /* not compressed yet */
    wm_buf body;
    ZSTD_CCtx *compressor;
    bool streaming;
    wm_kind last_kind;
    char last_id[WM_ID_BYTES_MAX + 1];
    bool has_last;
    uint64_t rank;      /* base records seen so far */
    uint64_t next_rank; /* one past the last record that was named */
    wm_arena held;      /* of mixed packs: entries and their records */
    pack_list changes;  /* pack_held */
    size_t held_bytes;
    bool holding; /* small so far: all entries are held, and the body will be mixed */
    wm_status status;
    wm_error error;
};

/* Writes the body from what is held (mixed_write.c). */
WM_MUST_USE wm_status pack_write_mixed(wm_pack_writer *writer, wm_error *err);

#endif
