/* block.h: the bytes of a block of the index: up to 64 entries, each of a service that stands in
 * one of its places. Pure; the layout stands in block.c. */
#ifndef WAYMARK_STORE_BLOCK_H
#define WAYMARK_STORE_BLOCK_H

#include <waymark/sys/buf.h>

#define WM_BLOCK_PLACES 64
/* An entry goes where there is a place and fewer bytes than this, so that most blocks fill one page
 * of the database and no more. */
#define WM_BLOCK_BYTES_OPEN ((size_t)7600)
#define WM_BLOCK_BYTES_MAX ((size_t)WM_BLOCK_PLACES * 4 * WM_RECORD_BYTES_MAX)

/* What finding needs of one service, borrowed from the block. */
typedef struct wm_entry {
    int64_t revision;
    int64_t since;   /* of the revision */
    uint32_t slot;   /* its block's number * WM_BLOCK_PLACES + its place */
    wm_str summary;  /* for wm_summary_decode */
    wm_str criteria; /* for wm_brief_evaluate */
} wm_entry;

/* A block whose head was checked: which places it has. */
typedef struct wm_block {
    const uint8_t *bytes;
    size_t length;
    unsigned places;
} wm_block;

/* Borrows the bytes. WM_CORRUPT: damaged. */
WM_MUST_USE wm_status wm_block_open(wm_str bytes, wm_block *block_out, wm_error *err);
/* wm_block_get in two steps, so that bytes that are not at hand can be asked for in between: where
 * the entry at a place lies (empty: there is none), */
WM_MUST_USE wm_status wm_block_span(const wm_block *block, unsigned place, wm_str *span_out,
                                    wm_error *err);
/* and what it says. */
WM_MUST_USE wm_status wm_block_entry(wm_str span, wm_entry *entry_out, wm_error *err);
/* The entry at a place < WM_BLOCK_PLACES, without its slot. WM_NOT_FOUND: none is there (no text).
 * WM_CORRUPT: damaged. */
WM_MUST_USE wm_status wm_block_get(wm_str block, unsigned place, wm_entry *entry_out,
                                   wm_error *err);
/* Puts the block with another entry at a place (NULL: none) behind what `out` holds. An empty text
 * is a block without entries. WM_CORRUPT. */
WM_MUST_USE wm_status wm_block_put(wm_str block, unsigned place, const wm_entry *entry, wm_buf *out,
                                   wm_error *err);
/* The first place without an entry; WM_BLOCK_PLACES: all have one. */
WM_MUST_USE wm_status wm_block_free_place(wm_str block, unsigned *place_out, wm_error *err);
/* One more may be put into it. */
bool wm_block_is_open(wm_str block);
/* Nothing stands in it. */
bool wm_block_is_empty(wm_str block);

#endif
