/* plain.h: which bytes of a string stand in JSON as they are, eight at a time. */
#ifndef WAYMARK_JSON_PLAIN_H
#define WAYMARK_JSON_PLAIN_H

#include <waymark/sys/json.h>

/* One of eight bytes is a control, " or \\. */
static inline bool json_has_escape(uint64_t word)
{
    const uint64_t ones = 0x0101010101010101U;
    uint64_t quote = word ^ ones * '"';
    uint64_t slash = word ^ ones * '\\';
    uint64_t found =
        ((word - ones * 0x20) & ~word) | ((quote - ones) & ~quote) | ((slash - ones) & ~slash);
    return (found & ones * 0x80) != 0;
}

static inline bool json_needs_escape(const char *at)
{
    uint64_t word = 0;
    memcpy(&word, at, sizeof word);
    return json_has_escape(word);
}

#endif
