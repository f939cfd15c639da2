/* leaf.c: the state digest, computed from leaves. Pure. */
#include <stdlib.h>

#include "history/state.h"

static const char ZERO[] = "";

void wm_leaf_of(const wm_record *record, wm_leaf *leaf_out)
{
    wm_str kind = wm_str_of(wm_kind_name(record->kind));
    wm_str zero = { ZERO, 1 };
    wm_digest content;
    wm_digest_of(&record->bytes, 1, &content);
    wm_str content_bytes = { (const char *)content.bytes, WM_DIGEST_BYTES };
    const wm_str parts[] = { kind, zero, record->id, zero, content_bytes };
    wm_digest key;
    wm_digest whole;
    wm_digest_of(parts, 3, &key);
    wm_digest_of(parts, 5, &whole);
    memcpy(leaf_out->bytes, key.bytes, 4);
    memcpy(leaf_out->bytes + 4, whole.bytes, WM_LEAF_BYTES - 4);
}

unsigned wm_state_bits(uint64_t records)
{
    unsigned bits = 0;
    while (bits < WM_BUCKET_BITS_MAX && records > (uint64_t)WM_BUCKET_LEAVES << bits) {
        bits++;
    }
    return bits;
}

uint32_t wm_leaf_bucket(const wm_leaf *leaf, unsigned bits)
{
    const uint8_t *b = leaf->bytes;
    uint32_t key = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
    return bits == 0 ? 0 : key >> (32 - bits);
}

void wm_bucket_digest(const wm_leaf *leaves, size_t count, uint8_t digest_out[])
{
    wm_str bytes = { (const char *)leaves, count * WM_LEAF_BYTES };
    wm_digest digest;
    wm_digest_of(&bytes, 1, &digest);
    memcpy(digest_out, digest.bytes, WM_BUCKET_DIGEST_BYTES);
}

static void state_begin(wm_digest_stream *stream, unsigned bits, uint64_t records)
{
    static const char name[] = "waymark state 1"; /* with its NUL */
    uint32_t buckets = (uint32_t)1 << bits;
    char numbers[12];
    for (unsigned i = 0; i < 4; i++) {
        numbers[i] = (char)(uint8_t)(buckets >> (24 - 8 * i));
    }
    for (unsigned i = 0; i < 8; i++) {
        numbers[4 + i] = (char)(uint8_t)(records >> (56 - 8 * i));
    }
    wm_digest_begin(stream);
    wm_digest_put(stream, (wm_str){ name, sizeof name });
    wm_digest_put(stream, (wm_str){ numbers, sizeof numbers });
}

void wm_state_digest(unsigned bits, uint64_t records, const uint8_t *digests, wm_digest *digest_out)
{
    wm_digest_stream stream;
    state_begin(&stream, bits, records);
    wm_digest_put(&stream,
                  (wm_str){ (const char *)digests, (size_t)WM_BUCKET_DIGEST_BYTES << bits });
    wm_digest_end(&stream, digest_out);
}

int wm_leaf_compare(const void *a, const void *b)
{
    return memcmp(a, b, WM_LEAF_BYTES);
}

/* The first leaf at or after `from` that is in a later bucket than `bucket`. */
static size_t bucket_end(const wm_leaf *leaves, size_t count, size_t from, unsigned bits,
                         uint32_t bucket)
{
    while (from < count && wm_leaf_bucket(&leaves[from], bits) <= bucket) {
        from++;
    }
    return from;
}

void wm_state_of_leaves(wm_leaf *leaves, size_t count, uint32_t *buckets_out, wm_digest *digest_out)
{
    unsigned bits = wm_state_bits(count);
    wm_digest_stream stream;
    if (count > 0) {
        qsort(leaves, count, sizeof *leaves, wm_leaf_compare);
    }
    state_begin(&stream, bits, count);
    size_t from = 0;
    for (uint32_t bucket = 0; bucket >> bits == 0; bucket++) {
        uint8_t digest[WM_BUCKET_DIGEST_BYTES];
        size_t end = bucket_end(leaves, count, from, bits, bucket);
        wm_bucket_digest(leaves == NULL ? NULL : leaves + from, end - from, digest);
        wm_digest_put(&stream, (wm_str){ (const char *)digest, sizeof digest });
        from = end;
    }
    wm_digest_end(&stream, digest_out);
    *buckets_out = (uint32_t)1 << bits;
}
