/* repeat.c: see repeat.h. A table by hash, at most three quarters full, never emptied. */
#include "json/repeat.h"

wm_status wm_repeats_init(wm_repeats *repeats, const wm_buf *buf, wm_arena *arena, wm_error *err)
{
    *repeats = (wm_repeats){ .buf = NULL };
    repeats->slots = wm_arena_array(arena, WM_REPEAT_SLOTS, sizeof *repeats->slots);
    if (repeats->slots == NULL) {
        return wm_fail_memory(err);
    }
    repeats->buf = buf;
    return WM_OK;
}

static bool takes(const wm_repeats *repeats, const wm_buf *buf, wm_str key)
{
    return repeats != NULL && repeats->buf == buf && key.len > 0 &&
           key.len <= WM_REPEAT_KEY_BYTES_MAX;
}

static uint32_t hash_of(wm_str key)
{
    uint64_t hash = key.len;
    size_t at = 0;
    for (; at + sizeof hash <= key.len; at += sizeof hash) {
        uint64_t word = 0;
        memcpy(&word, key.ptr + at, sizeof word);
        hash = (hash ^ word) * 0x9e3779b97f4a7c15U;
        hash ^= hash >> 32;
    }
    for (; at < key.len; at++) {
        hash = (hash ^ (uint8_t)key.ptr[at]) * 0x9e3779b97f4a7c15U;
    }
    return (uint32_t)(hash >> 32);
}

/* Its slot, or the free one where it would stand. */
static wm_repeat_slot *slot_of(const wm_repeats *repeats, wm_str key)
{
    for (size_t at = hash_of(key);; at++) {
        wm_repeat_slot *slot = &repeats->slots[at % WM_REPEAT_SLOTS];
        if (slot->key_bytes == 0 ||
            (slot->key_bytes == key.len && memcmp(slot->key, key.ptr, key.len) == 0)) {
            return slot;
        }
    }
}

bool wm_repeat_find(const wm_repeats *repeats, const wm_buf *buf, wm_str key, size_t *start_out,
                    size_t *length_out)
{
    if (!takes(repeats, buf, key)) {
        return false;
    }
    const wm_repeat_slot *slot = slot_of(repeats, key);
    if (slot->key_bytes == 0) {
        return false;
    }
    *start_out = slot->start;
    *length_out = slot->length;
    return true;
}

void wm_repeat_put(wm_json_out *out, size_t start, size_t length)
{
    wm_json_out_raw(out, (wm_str){ NULL, 0 });
    char *to = wm_buf_reserve(out->buf, length);
    if (to != NULL) { /* the buffer may have moved, and what stands in it with it */
        memcpy(to, out->buf->data + start, length);
        wm_buf_grown(out->buf, length);
    }
}

void wm_repeat_keep(wm_repeats *repeats, const wm_buf *buf, wm_str key, size_t start)
{
    if (!takes(repeats, buf, key) || buf->status != WM_OK || buf->len <= start ||
        buf->len > UINT32_MAX || repeats->count >= (size_t)WM_REPEAT_SLOTS / 4 * 3) {
        return;
    }
    wm_repeat_slot *slot = slot_of(repeats, key);
    if (slot->key_bytes == 0) {
        slot->start = (uint32_t)start;
        slot->length = (uint32_t)(buf->len - start);
        slot->key_bytes = (uint8_t)key.len;
        memcpy(slot->key, key.ptr, key.len);
        repeats->count++;
    }
}
