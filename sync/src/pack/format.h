/* format.h: the numbers of sync/FORMAT.md, and what reader and writer share. */
#ifndef WAYMARK_PACK_FORMAT_H
#define WAYMARK_PACK_FORMAT_H

#include <waymark/sys/arena.h>
#include <waymark/sys/limits.h>
#include <waymark/sys/pack.h>

#include "bytes/cursor.h"

#define PACK_MAGIC_BYTES 8
#define PACK_CHECK_BYTES 8
#define PACK_CODEC_COLUMNS 1
#define PACK_COMPRESSION_ZSTD 1
#define PACK_FLAG_RANKS 1     /* changed and removed records are named by their rank in the base */
#define PACK_FLAG_IDS_FIRST 2 /* of a snapshot: all entries stand before all records */

/* The format's own numbers; a record that core takes must fit. */
#define PACK_DEPTH_MAX 48
#define PACK_VALUES_MAX 65536
_Static_assert(PACK_DEPTH_MAX == WM_JSON_DEPTH_MAX, "FORMAT.md says how deep a record is");
_Static_assert(PACK_VALUES_MAX == WM_JSON_NODES_MAX, "FORMAT.md says how large a record is");

#define PACK_BLOCK_BYTES_MAX (8 * WM_MIB)
#define PACK_BLOCK_HEADER_BYTES 5
#define PACK_BLOCK_ENTRIES 1
#define PACK_BLOCK_RECORDS 2
#define PACK_RECORDS_RESET 1 /* flag of a records block: forget names, contexts, tags, scripts */

/* What is done to a record. */
#define PACK_ADD 0
#define PACK_CHANGE 1
#define PACK_REMOVE 2
#define PACK_MENTION 3 /* nothing: records refer to it */
#define PACK_ACTION_COUNT 4

/* Types of a value, in a tag. */
typedef enum pack_type {
    PACK_NULL = 0,
    PACK_FALSE = 1,
    PACK_TRUE = 2,
    PACK_INTEGER = 3,
    PACK_STRING = 4,
    PACK_ARRAY = 5,
    PACK_OBJECT = 6,
    PACK_SELF = 7,  /* a string: the record's own id */
    PACK_SPLICE = 8 /* a string: the old one with its middle replaced; in changes only */
} pack_type;
#define PACK_TYPE_COUNT 9

/* Definitions of a records block. */
#define PACK_DEFINE_NAME 1
#define PACK_DEFINE_TAG 2
#define PACK_DEFINE_SCRIPT 3
#define PACK_DEFINE_WORD 4
#define PACK_DEFINE_NEXT_TAG 5 /* its context counts from that of the tag before */

/* Edits of a script. */
#define PACK_EDIT_SET 0
#define PACK_EDIT_REMOVE 1
#define PACK_EDIT_INSERT 2
#define PACK_EDITS_MAX 512

/* Columns of a context, in the order in which they stand in a block. */
typedef enum pack_class {
    PACK_COLUMN_TAGS = 0,
    PACK_COLUMN_COUNTS = 1,
    PACK_COLUMN_SPLICES = 2,
    PACK_COLUMN_INTEGERS = 3,
    PACK_COLUMN_STRINGS = 4
} pack_class;
#define PACK_CLASS_COUNT 5

/* Encodings of a column of strings. */
typedef enum pack_encoding {
    PACK_PLAIN = 0,
    PACK_DICTIONARY = 1,
    PACK_UUID = 2,
    PACK_DATE = 3,
    PACK_PATTERN = 4,
    PACK_REFERENCE = 5,
    PACK_WORDS = 6,
    PACK_UUID_PLANES = 7,
    PACK_SHORT_TEXTS = 8, /* plain, in the frame of short texts */
    PACK_LONG_TEXTS = 9,
    PACK_KNOWN = 10 /* strings of the base at this context, others in the frame of short texts */
} pack_encoding;
#define PACK_ENCODING_COUNT 11
#define PACK_TEXT_FRAMES 2 /* encodings PACK_SHORT_TEXTS and PACK_LONG_TEXTS */
#define PACK_PATTERN_MARK '\x01'
#define PACK_PATTERN_WIDTH_BASE                                                                    \
    0x10 /* mark, then this plus the width; width 0: as short as can be */
#define PACK_PATTERN_WIDTH_MAX 15
#define PACK_PATTERN_HOLES_MAX 16
#define PACK_PATTERN_DIGITS_MAX ((size_t)PACK_PATTERN_HOLES_MAX * PACK_PATTERN_WIDTH_MAX)
#define PACK_WORDS_END 0     /* of a string */
#define PACK_WORDS_LITERAL 1 /* then bytes and a NUL */
#define PACK_WORDS_ONE 2     /* 2 to 191: a word in one byte */
#define PACK_WORDS_TWO 192   /* 192 to 255 and one more byte: a word */
#define PACK_WORDS_SHORT ((uint32_t)(PACK_WORDS_TWO - PACK_WORDS_ONE))
#define PACK_WORDS_MAX (PACK_WORDS_SHORT + (256 - PACK_WORDS_TWO) * (uint32_t)256)
#define PACK_WORD_BYTES_MAX 64
#define PACK_UUID_TEXT_BYTES 36
#define PACK_UUID_BYTES 16

/* First byte of a list of integers: 0 to 8 planes of bytes over a minimum, or one by one. */
#define PACK_INTEGERS_PLANES_MAX 8
#define PACK_INTEGERS_VARINT 9

/* One record that a pack names. */
typedef struct pack_entry {
    uint8_t action;
    wm_kind kind;
    wm_str id;
} pack_entry;

/* The same of a snapshot that is read, which may name millions: most ids are UUIDs. */
typedef struct pack_key {
    uint8_t bytes[PACK_UUID_BYTES]; /* of a UUID; else, first, where its text stands */
    uint8_t length;                 /* of that text; 0: it is a UUID */
    uint8_t kind;
} pack_key;

/* All entries of a pack, where they are known before its records: strings may refer to them. */
typedef struct pack_ids {
    const pack_entry *entries;         /* in order of (kind, id) */
    const pack_key *keys;              /* instead of them, if it is not NULL */
    uint32_t first[WM_KIND_COUNT + 1]; /* of each kind; the next kind's first is its end */
} pack_ids;

static inline void pack_ids_index(pack_ids *ids, const pack_entry *entries, uint32_t count)
{
    uint32_t at = 0;
    ids->entries = entries;
    ids->keys = NULL;
    for (int kind = 0; kind <= WM_KIND_COUNT; kind++) {
        while (at < count && (int)entries[at].kind < kind) {
            at++;
        }
        ids->first[kind] = at;
    }
}

static inline void pack_ids_of_keys(pack_ids *ids, const pack_key *keys, uint32_t count)
{
    uint32_t at = 0;
    ids->entries = NULL;
    ids->keys = keys;
    for (int kind = 0; kind <= WM_KIND_COUNT; kind++) {
        while (at < count && (int)keys[at].kind < kind) {
            at++;
        }
        ids->first[kind] = at;
    }
}

/* The text of a key that has one. */
static inline wm_str pack_key_text(const pack_key *key)
{
    const char *text = NULL;
    memcpy(&text, key->bytes, sizeof text);
    return (wm_str){ text, key->length };
}

/* Strings that come again and again in a context of the base, the most frequent first. */
typedef struct pack_known {
    const wm_str *strings;
    uint32_t count;
} pack_known;

/* What all columns of a block share. */
typedef struct pack_shared {
    const pack_ids *ids; /* NULL: no references */
    const wm_str *words;
    uint32_t word_count;
} pack_shared;

/* A frame of texts. */
typedef struct pack_frame {
    uint64_t bytes;  /* of texts; 0: there is no such frame, and nothing below */
    uint64_t packed; /* bytes of the frame itself */
    uint64_t coded;  /* decompressed; of short texts: as `bytes` */
} pack_frame;

/* A header with the fields that only the file has. */
typedef struct pack_file {
    wm_pack_header header;
    bool by_rank;
    bool ids_first;                     /* always so in a delta */
    uint64_t mention_count;             /* of a delta */
    uint64_t body_raw_bytes;            /* of the blocks */
    bool has_sample;                    /* of its base */
    bool is_spread;                     /* beside the records that change, others are in it: */
    unsigned sample_log;                /* every 2^n-th */
    pack_frame texts[PACK_TEXT_FRAMES]; /* of a delta, behind the blocks: short ones, long ones */
    uint64_t record_bytes;
    size_t header_bytes; /* where the body starts */
} pack_file;

/* What must be borne to unpack it: the larger of the body and of all records. */
static inline uint64_t pack_file_raw_bytes(const pack_file *file)
{
    uint64_t body = file->body_raw_bytes;
    for (size_t i = 0; i < PACK_TEXT_FRAMES; i++) {
        uint64_t more = file->texts[i].bytes + (i > 0 ? file->texts[i].coded : 0);
        body = body > UINT64_MAX - more ? UINT64_MAX : body + more;
    }
    return body > file->record_bytes ? body : file->record_bytes;
}

/* Puts a header in front of `body`, and then the body. */
void pack_file_write(const pack_file *file, wm_str body, wm_buf *out);
/* The same where the body is not needed any more: its buffer becomes that of the pack, if `out` is
 * empty, since a copy would need as much again. */
void pack_file_finish(const pack_file *file, wm_buf *body, wm_buf *out);
/* Header and check of the header; body is what follows it, borrowed. */
WM_MUST_USE wm_status pack_file_read(wm_str bytes, const wm_pack_limits *limits,
                                     pack_file *file_out, wm_str *body_out, wm_error *err);
/* WM_BAD_INPUT unless the body's check is right. */
WM_MUST_USE wm_status pack_file_check_body(wm_str bytes, const pack_file *file, wm_error *err);
/* WM_OK, or `status` with what is wrong in the upper part of a header. */
WM_MUST_USE wm_status pack_header_check(const wm_pack_header *header, wm_status status,
                                        wm_error *err);

/* wm_buf_put of a few bytes, at least one, for where there are very many of them. */
static inline void pack_put(wm_buf *out, const void *bytes, size_t length)
{
    if (out->status == WM_OK && out->capacity - out->len > length) {
        memcpy(out->data + out->len, bytes, length);
        out->len += length;
        out->data[out->len] = '\0';
    } else {
        wm_buf_put(out, bytes, length);
    }
}

static inline uint64_t pack_zigzag(int64_t value)
{
    return ((uint64_t)value << 1) ^ (value < 0 ? UINT64_MAX : 0);
}

static inline int64_t pack_unzigzag(uint64_t value)
{
    uint64_t half = value >> 1;
    return (value & 1) != 0 ? -(int64_t)half - 1 : (int64_t)half;
}

/* Order of (kind, id). */
static inline int pack_order(wm_kind kind_a, wm_str id_a, wm_kind kind_b, wm_str id_b)
{
    if (kind_a != kind_b) {
        return kind_a < kind_b ? -1 : 1;
    }
    return wm_str_compare(id_a, id_b);
}

#endif
