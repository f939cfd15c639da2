/* repeat.h: what is written into an output again is copied, not made again.
 *
 * Items of arrays by a key of the caller's, which says all that they are made of. The first time
 * the item is written as ever, between wm_repeat_put and wm_repeat_keep; from then on
 * wm_repeat_put copies it from where it stands. Of one buffer, which only grows meanwhile. */
#ifndef WAYMARK_JSON_REPEAT_H
#define WAYMARK_JSON_REPEAT_H

#include <waymark/sys/json.h>

#define WM_REPEAT_KEY_BYTES_MAX 44
#define WM_REPEAT_SLOTS 256 /* what finds no slot is made each time */

typedef struct wm_repeats wm_repeats;

typedef struct wm_repeat_slot {
    uint32_t start; /* in the buffer */
    uint32_t length;
    uint8_t key_bytes; /* 0: free */
    uint8_t key[WM_REPEAT_KEY_BYTES_MAX];
} wm_repeat_slot;

struct wm_repeats {
    const wm_buf *buf; /* NULL: nothing is kept */
    size_t count;
    wm_repeat_slot *slots;
};

/* For all that is written into a buffer; the slots live in the arena. */
WM_MUST_USE wm_status wm_repeats_init(wm_repeats *repeats, const wm_buf *buf, wm_arena *arena,
                                      wm_error *err);

/* Where an item stands that has been kept; false: there is none, or `repeats` is NULL or of another
 * buffer. */
WM_MUST_USE bool wm_repeat_find(const wm_repeats *repeats, const wm_buf *buf, wm_str key,
                                size_t *start_out, size_t *length_out);
/* Writes the item again. */
void wm_repeat_put(wm_json_out *out, size_t start, size_t length);
/* Keeps what was written from `start` on: one item, without the comma before it. */
void wm_repeat_keep(wm_repeats *repeats, const wm_buf *buf, wm_str key, size_t start);

#endif
