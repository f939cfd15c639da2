/* json.h: strict JSON in, canonical and streamed JSON out.
 *
 * Reader. Accepts only RFC 8259 text that is also: valid UTF-8 without NUL or unpaired surrogate
 * escapes, of one value with nothing after it, without duplicate names, within the depth and size
 * limits, and whose numbers are integers of at most 2^53 - 1 in size (no fraction, no exponent).
 * The tree lives in the caller's arena. Members are sorted by name in code point order, so that the
 * canonical form and look-ups need no further work.
 *
 * Canonical form (the record form): UTF-8, members sorted, no insignificant space, integers only,
 * shortest escapes
 * (\" \\ \b \f \n \r \t, \u00XX for other controls, everything else as it is). One value has one
 * byte form. It is not TUF's canonical JSON, which stands in sync/trust. */
#ifndef WAYMARK_SYS_JSON_H
#define WAYMARK_SYS_JSON_H

#include <waymark/sys/arena.h>
#include <waymark/sys/buf.h>
#include <waymark/sys/limits.h>

WM_BEGIN_DECLS

typedef enum wm_json_type {
    WM_JSON_NULL,
    WM_JSON_BOOL,
    WM_JSON_INTEGER,
    WM_JSON_STRING,
    WM_JSON_ARRAY,
    WM_JSON_OBJECT
} wm_json_type;

typedef struct wm_json wm_json;
typedef struct wm_json_member wm_json_member;

struct wm_json {
    wm_json_type type;
    uint32_t count; /* items of an array, members of an object */
    union {
        bool boolean;
        int64_t integer;
        wm_str string; /* NUL-terminated after its length; has no NUL inside */
        const wm_json *items;
        const wm_json_member *members; /* sorted by name */
    } as;
};

struct wm_json_member {
    wm_str name;
    wm_json value;
};

/* Parse one value. `text` is borrowed for the call only; the tree is in `arena`.
 * WM_BAD_INPUT: not strict JSON; the text names line, column, what was expected and what was found.
 * WM_TOO_LARGE: longer than max_bytes, deeper than WM_JSON_DEPTH_MAX, or of more values than
 * WM_JSON_NODES_MAX and one for each 8 of max_bytes. */
WM_API WM_MUST_USE wm_status wm_json_parse(wm_arena *arena, wm_str text, size_t max_bytes,
                                           const wm_json **value_out, wm_error *err);

/* For a program whose process is its own: from now on cJSON, which allocates through hooks of the
 * whole process, does so in memory that a parse needs not give back piece by piece. To be called
 * before anything else uses cJSON. A library in somebody else's process leaves it alone. */
WM_API void wm_json_own_process(void);

/* Member by exact name; NULL if `object` is NULL, is no object or has none. */
WM_API const wm_json *wm_json_get(const wm_json *object, const char *name);
WM_API const wm_json *wm_json_get_str(const wm_json *object, wm_str name);
/* The value if it is of that type, else the fallback; value may be NULL. */
WM_API wm_str wm_json_string(const wm_json *value); /* empty, ptr NULL, if not a string */
WM_API int64_t wm_json_integer(const wm_json *value, int64_t fallback);
WM_API bool wm_json_boolean(const wm_json *value, bool fallback);
WM_API bool wm_json_is(const wm_json *value, wm_json_type type);
/* True if both are the same value. */
WM_API bool wm_json_equal(const wm_json *a, const wm_json *b);
/* "string", "object", ...; for messages. */
WM_API const char *wm_json_type_name(wm_json_type type);

/* Put the canonical form. Failures stick to the buffer. */
WM_API void wm_json_write(wm_buf *out, const wm_json *value);
/* The same value indented by two spaces, for people; ends without a line feed. */
WM_API void wm_json_write_pretty(wm_buf *out, const wm_json *value);
/* A quoted and escaped string. */
WM_API void wm_json_write_string(wm_buf *out, wm_str text);

/* Streamed writing, in the order of the calls: for answers, whose shape is pinned but not
 * canonical. */
typedef struct wm_json_out {
    wm_buf *buf;
    uint64_t has_item; /* bit d: something was written at depth d */
    unsigned depth;
    bool after_name;
} wm_json_out;

WM_API void wm_json_out_init(wm_json_out *out, wm_buf *buf);
WM_API void wm_json_out_object(wm_json_out *out);
WM_API void wm_json_out_end_object(wm_json_out *out);
WM_API void wm_json_out_array(wm_json_out *out);
WM_API void wm_json_out_end_array(wm_json_out *out);
WM_API void wm_json_out_name(wm_json_out *out, const char *name);
WM_API void wm_json_out_name_str(wm_json_out *out, wm_str name);
WM_API void wm_json_out_string(wm_json_out *out, wm_str text);
WM_API void wm_json_out_text(wm_json_out *out, const char *text);
WM_API void wm_json_out_integer(wm_json_out *out, int64_t value);
WM_API void wm_json_out_boolean(wm_json_out *out, bool value);
WM_API void wm_json_out_null(wm_json_out *out);
WM_API void wm_json_out_value(wm_json_out *out, const wm_json *value);
/* What is JSON already, and known to be: a value, or a whole member ("near_miss":true). */
WM_API void wm_json_out_raw(wm_json_out *out, wm_str json);
/* A member, its name with quotes and colon: a text that is known to need no escape, any text, JSON,
 * or an array that it opens. */
WM_API void wm_json_out_plain_member(wm_json_out *out, wm_str name, wm_str text);
WM_API void wm_json_out_string_member(wm_json_out *out, wm_str name, wm_str text);
WM_API void wm_json_out_raw_member(wm_json_out *out, wm_str name, wm_str json);
WM_API void wm_json_out_array_member(wm_json_out *out, wm_str name);
/* name and value in one call */
WM_API void wm_json_out_member_text(wm_json_out *out, const char *name, const char *text);
WM_API void wm_json_out_member_string(wm_json_out *out, const char *name, wm_str text);
WM_API void wm_json_out_member_integer(wm_json_out *out, const char *name, int64_t value);
WM_API void wm_json_out_member_boolean(wm_json_out *out, const char *name, bool value);

WM_END_DECLS

#endif
