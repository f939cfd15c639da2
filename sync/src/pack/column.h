/* column.h: lists of integers and of strings, as they stand in a block. */
#ifndef WAYMARK_PACK_COLUMN_H
#define WAYMARK_PACK_COLUMN_H

#include "format.h"

/* ---- writing ---- */

void pack_integers_write(wm_buf *out, const int64_t *values, uint32_t count);

/* Where the encodings of strings are tried: made when it is first needed, kept for the next column,
 * as there are many short ones. */
typedef struct pack_desk {
    wm_arena arena;
    wm_buf tried;
    wm_buf best;
    wm_buf packed;
    struct ZSTD_CCtx_s *compressor; /* NULL: not yet */
} pack_desk;

void pack_desk_init(pack_desk *desk, const wm_env *env);
void pack_desk_fini(pack_desk *desk);

/* Strings to be written. */
typedef struct pack_texts {
    const wm_env *env;
    pack_desk *desk;
    wm_str plain; /* each followed by a NUL */
    uint32_t count;
    const pack_shared *shared;      /* NULL: neither references nor words */
    const struct pack_prose *prose; /* NULL: it is none */
    size_t first_token;             /* of prose, in its numbers */
} pack_texts;

/* The next of strings with a NUL after each. */
wm_str pack_plain_next(wm_str *rest);
bool pack_is_uuid(wm_str text);
/* False: it is none as we write them. */
bool pack_uuid_bytes(wm_str text, uint8_t bytes[PACK_UUID_BYTES]);
void pack_uuid_text(const uint8_t bytes[PACK_UUID_BYTES], char text[PACK_UUID_TEXT_BYTES]);
bool pack_all_uuids(wm_str plain);
/* Puts the places of strings that are known, and the strings that are not to `others`. *able_out is
 * false, and nothing is put, unless at least half are known. */
WM_MUST_USE wm_status pack_known_write(const pack_texts *texts, const pack_known *known,
                                       wm_buf *out, wm_buf *others, bool *able_out, wm_error *err);

/* Puts the strings in the encoding that compresses best (a guess by trial; the same on each run).
 * The buffer's failure is the only one. */
WM_MUST_USE wm_status pack_strings_write(const pack_texts *texts, wm_buf *out,
                                         pack_encoding *encoding_out, wm_error *err);

/* ---- reading ---- */

typedef struct pack_integers {
    wm_reader one_by_one;  /* in the varint form */
    const uint8_t *planes; /* NULL in the varint form */
    unsigned width;
    int64_t minimum;
    uint32_t count;
    uint32_t at;
} pack_integers;

/* Takes a list of `count` integers from the reader. WM_BAD_INPUT. */
WM_MUST_USE wm_status pack_integers_open(pack_integers *integers, wm_reader *reader, uint32_t count,
                                         wm_error *err);
/* False at the end, or at a bad number. */
WM_MUST_USE bool pack_integers_next(pack_integers *integers, int64_t *value_out);
/* All were taken, and nothing is left over. */
bool pack_integers_done(const pack_integers *integers);

typedef struct pack_strings {
    pack_encoding encoding;
    uint32_t count;
    uint32_t at;
    wm_reader bytes;       /* plain, uuid, words; what is not known */
    const uint8_t *planes; /* uuid planes */
    unsigned front;        /* of those: the first two bytes of the last */
    const pack_shared *shared;
    wm_kind kind;             /* reference */
    const wm_str *dictionary; /* dictionary, pattern, known */
    uint32_t dictionary_count;
    pack_integers references; /* dictionary, pattern, reference, known; days of dates */
    pack_integers *holes;     /* pattern */
    unsigned hole_count;
} pack_strings;

/* A column of strings as it stands in a block. */
typedef struct pack_string_column {
    pack_encoding encoding;
    uint32_t count;
    wm_str bytes;
    const pack_shared *shared; /* must outlive the strings */
    pack_known known;          /* and its strings */
    wm_reader *others; /* short texts; NULL: there are none. Used while the column is opened */
} pack_string_column;

/* Takes the strings from all of the bytes; tables go to the arena. */
WM_MUST_USE wm_status pack_strings_open(pack_strings *strings, const pack_string_column *column,
                                        wm_arena *arena, wm_error *err);
/* The next string: UTF-8 without NUL, NUL-terminated after its length; borrowed from the bytes, or
 * made in the arena. WM_BAD_INPUT at the end, or if it is none. */
WM_MUST_USE wm_status pack_strings_next(pack_strings *strings, wm_arena *arena, wm_str *text_out,
                                        wm_error *err);
bool pack_strings_done(const pack_strings *strings);

#endif
