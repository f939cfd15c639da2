/* block.c: layout, little-endian:
 *
 *   u8   version (1)
 *   u8   count of places
 *   u16  0
 *   u32  for each place: where its entry ends, from the start of the block; of one without an entry
 *        that is where the place before it ends
 *   the entries, in the order of places, without gaps:
 *        u48  revision
 *        u32  since
 *        u16  bytes of the summary; 65535: a u32 with them follows
 *        the summary
 *        the criteria in short
 */
#include "store/block.h"

#include <waymark/sys/limits.h>

#define VERSION 1
#define HEAD_BYTES 4
#define ENTRY_HEAD_BYTES 12
#define REVISION_MAX (((int64_t)1 << 48) - 1)

static uint32_t read_u32(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static void put_number(wm_buf *out, uint64_t value, unsigned bytes)
{
    uint8_t text[8];
    for (unsigned i = 0; i < bytes; i++) {
        text[i] = (uint8_t)(value >> (8 * i));
    }
    wm_buf_put(out, text, bytes);
}

static wm_status damaged(wm_error *err)
{
    return wm_fail(err, WM_CORRUPT, "database: a block of the index is damaged");
}

/* An empty block has no places. */
static unsigned places_of(wm_str block)
{
    return block.len > 0 ? (uint8_t)block.ptr[1] : 0;
}

/* Is there a head, and all that it promises and no more? */
static bool has_head(wm_str block)
{
    const uint8_t *bytes = (const uint8_t *)block.ptr;
    if (block.len == 0) {
        return true;
    }
    if (block.len < HEAD_BYTES || bytes[0] != VERSION || bytes[1] == 0 ||
        bytes[1] > WM_BLOCK_PLACES || bytes[2] != 0 || bytes[3] != 0 ||
        block.len < HEAD_BYTES + 4 * (size_t)bytes[1]) {
        return false;
    }
    return read_u32(bytes + HEAD_BYTES + 4 * (size_t)(bytes[1] - 1)) == block.len;
}

wm_status wm_block_open(wm_str bytes, wm_block *block_out, wm_error *err)
{
    if (!has_head(bytes)) {
        return damaged(err);
    }
    *block_out = (wm_block){ (const uint8_t *)bytes.ptr, bytes.len, places_of(bytes) };
    return WM_OK;
}

/* The bytes of the entry at a place; empty: there is none. */
static inline bool find_span(const wm_block *block, unsigned place, wm_str *span_out)
{
    *span_out = (wm_str){ NULL, 0 };
    if (place >= block->places) {
        return true;
    }
    const uint8_t *ends = block->bytes + HEAD_BYTES;
    size_t first = HEAD_BYTES + 4 * (size_t)block->places;
    size_t from = place > 0 ? read_u32(ends + 4 * (size_t)(place - 1)) : first;
    size_t to = read_u32(ends + 4 * (size_t)place);
    if (first > from || from > to || to > block->length) {
        return false;
    }
    *span_out = (wm_str){ (const char *)block->bytes + from, to - from };
    return true;
}

/* has_head(block). */
static bool span_of(wm_str bytes, unsigned place, wm_str *span_out)
{
    wm_block block = { (const uint8_t *)bytes.ptr, bytes.len, places_of(bytes) };
    return find_span(&block, place, span_out);
}

wm_status wm_block_span(const wm_block *block, unsigned place, wm_str *span_out, wm_error *err)
{
    return find_span(block, place, span_out) ? WM_OK : damaged(err);
}

wm_status wm_block_entry(wm_str span, wm_entry *entry_out, wm_error *err)
{
    const uint8_t *at = (const uint8_t *)span.ptr;
    size_t head = ENTRY_HEAD_BYTES;
    if (span.len == 0) {
        return WM_NOT_FOUND;
    }
    if (span.len < head) {
        return damaged(err);
    }
    size_t summary = (size_t)(at[10] | at[11] << 8);
    if (summary == UINT16_MAX) {
        head += 4;
        summary = span.len < head ? SIZE_MAX : read_u32(at + ENTRY_HEAD_BYTES);
    }
    if (span.len < head || summary > span.len - head) {
        return damaged(err);
    }
    *entry_out = (wm_entry){
        .revision = (int64_t)((uint64_t)read_u32(at) | (uint64_t)(at[4] | at[5] << 8) << 32),
        .since = (int64_t)read_u32(at + 6),
        .summary = { span.ptr + head, summary },
        .criteria = { span.ptr + head + summary, span.len - head - summary },
    };
    return WM_OK;
}

wm_status wm_block_get(wm_str bytes, unsigned place, wm_entry *entry_out, wm_error *err)
{
    wm_block block = { NULL, 0, 0 };
    wm_str span = { NULL, 0 };
    wm_status status = wm_block_open(bytes, &block, err);
    if (status == WM_OK) {
        status = wm_block_span(&block, place, &span, err);
    }
    return status == WM_OK ? wm_block_entry(span, entry_out, err) : status;
}

static void put_entry(wm_buf *out, const wm_entry *entry)
{
    bool is_long = entry->summary.len >= UINT16_MAX;
    put_number(out, (uint64_t)entry->revision, 6);
    put_number(out, (uint64_t)entry->since, 4);
    put_number(out, is_long ? UINT16_MAX : entry->summary.len, 2);
    if (is_long) {
        put_number(out, entry->summary.len, 4);
    }
    wm_buf_put_str(out, entry->summary);
    wm_buf_put_str(out, entry->criteria);
}

/* How many places it has with the entry at `place`: none is empty at the end. */
static bool count_places(wm_str block, unsigned place, bool filled, unsigned *count_out)
{
    unsigned places = places_of(block);
    *count_out = filled ? place + 1 : 0;
    for (unsigned i = 0; i < places; i++) {
        wm_str span;
        if (!span_of(block, i, &span)) {
            return false;
        }
        if (i != place && span.len > 0 && i >= *count_out) {
            *count_out = i + 1;
        }
    }
    return true;
}

/* What the entries of a block become where one takes its place: those before it and those behind it
 * are moved as they are. */
typedef struct block_change {
    unsigned count;    /* places */
    size_t came_bytes; /* of the entry */
    wm_str before;
    wm_str behind;
} block_change;

static size_t entry_bytes(const wm_entry *entry)
{
    size_t head = ENTRY_HEAD_BYTES + (entry->summary.len >= UINT16_MAX ? 4u : 0u);
    return head + entry->summary.len + entry->criteria.len;
}

/* count_places(block). */
static void part_entries(wm_str block, unsigned place, block_change *change)
{
    size_t first = HEAD_BYTES + 4 * (size_t)places_of(block);
    wm_str gone;
    if (!span_of(block, place, &gone) || gone.ptr == NULL) {
        change->before =
            block.len > 0 ? (wm_str){ block.ptr + first, block.len - first } : (wm_str){ NULL, 0 };
        return;
    }
    change->before = (wm_str){ block.ptr + first, (size_t)(gone.ptr - block.ptr) - first };
    change->behind =
        (wm_str){ gone.ptr + gone.len, (size_t)(block.ptr + block.len - gone.ptr) - gone.len };
}

static void put_head(wm_str block, unsigned place, const block_change *change, wm_buf *out)
{
    uint8_t head[HEAD_BYTES + 4 * WM_BLOCK_PLACES] = { VERSION, (uint8_t)change->count };
    size_t end = HEAD_BYTES + 4 * (size_t)change->count;
    size_t bytes = end;
    for (unsigned i = 0; i < change->count; i++) {
        wm_str span;
        (void)span_of(block, i, &span);
        end += i == place ? change->came_bytes : span.len;
        for (unsigned k = 0; k < 4; k++) {
            head[HEAD_BYTES + 4 * (size_t)i + k] = (uint8_t)(end >> (8 * k));
        }
    }
    wm_buf_put(out, head, bytes);
}

wm_status wm_block_put(wm_str block, unsigned place, const wm_entry *entry, wm_buf *out,
                       wm_error *err)
{
    block_change change = { .count = 0 };
    if (!has_head(block) || !count_places(block, place, entry != NULL, &change.count)) {
        return damaged(err);
    }
    if (entry != NULL && (entry->revision < 0 || entry->revision > REVISION_MAX)) {
        return wm_fail(err, WM_TOO_LARGE, "database: too many revisions for the index");
    }
    if (change.count == 0) {
        return WM_OK;
    }
    change.came_bytes = entry != NULL ? entry_bytes(entry) : 0;
    part_entries(block, place, &change);
    put_head(block, place, &change, out);
    wm_buf_put_str(out, change.before);
    if (entry != NULL) {
        put_entry(out, entry);
    }
    wm_buf_put_str(out, change.behind);
    return wm_buf_status(out, err);
}

wm_status wm_block_free_place(wm_str block, unsigned *place_out, wm_error *err)
{
    unsigned place = 0;
    wm_str span;
    if (!has_head(block)) {
        return damaged(err);
    }
    for (; place < places_of(block); place++) {
        if (!span_of(block, place, &span)) {
            return damaged(err);
        }
        if (span.len == 0) {
            break;
        }
    }
    *place_out = place;
    return WM_OK;
}

bool wm_block_is_open(wm_str block)
{
    unsigned place = WM_BLOCK_PLACES;
    return block.len < WM_BLOCK_BYTES_OPEN && wm_block_free_place(block, &place, NULL) == WM_OK &&
           place < WM_BLOCK_PLACES;
}

bool wm_block_is_empty(wm_str block)
{
    return places_of(block) == 0;
}
