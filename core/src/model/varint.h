/* varint.h: numbers in as many bytes as they need: seven bits in each, the lowest first; the eighth
 * says that more follow. */
#ifndef WAYMARK_MODEL_VARINT_H
#define WAYMARK_MODEL_VARINT_H

#include <waymark/sys/buf.h>

static inline void wm_varint_put(wm_buf *out, uint64_t value)
{
    while (value >= 0x80) {
        wm_buf_put_char(out, (char)(value | 0x80));
        value >>= 7;
    }
    wm_buf_put_char(out, (char)value);
}

/* Moves *at behind it. False: it is cut, or has more than 35 bits. */
static inline bool wm_varint_take(const uint8_t **at, const uint8_t *end, uint64_t *value_out)
{
    uint64_t value = 0;
    for (unsigned shift = 0; *at < end && shift < 35; shift += 7) {
        uint8_t byte = *(*at)++;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *value_out = value;
            return true;
        }
    }
    return false;
}

#endif
