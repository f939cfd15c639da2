/* record.h: what a directory is made of: kinds, ids, records, and what is wrong with them.
 *
 * A record is one (kind, id, value); its value is a JSON object with one canonical byte form
 * (json.h). Shapes are those of the source folder. Pure: no I/O, no clock. */
#ifndef WAYMARK_SYS_RECORD_H
#define WAYMARK_SYS_RECORD_H

#include <waymark/sys/json.h>

WM_BEGIN_DECLS

/* Pinned numbers: they stand in databases and packs. */
typedef enum wm_kind {
    WM_KIND_DIRECTORY = 0,
    WM_KIND_EXERCISE = 1,
    WM_KIND_FACT = 2,
    WM_KIND_LOCALITY = 3,
    WM_KIND_NEED = 4,
    WM_KIND_ORGANIZATION = 5,
    WM_KIND_PLACE = 6,
    WM_KIND_RULE = 7,
    WM_KIND_SERVICE = 8,
    WM_KIND_SITE = 9,
    WM_KIND_TEXT = 10
} wm_kind;

#define WM_KIND_COUNT 11

/* "service", "services": the name in ids and output, and the folder of the source folder. Kinds are
 * numbered in the order of their names, so that sorting by either is the same. */
WM_API const char *wm_kind_name(wm_kind kind);
WM_API const char *wm_kind_folder(wm_kind kind);
WM_API WM_MUST_USE bool wm_kind_parse(wm_str name, wm_kind *kind_out);

/* [A-Za-z0-9][A-Za-z0-9._-]{0,79} */
WM_API bool wm_id_valid(wm_str id);

/* One record as it is stored and signed. */
typedef struct wm_record {
    wm_kind kind;
    wm_str id;
    wm_str bytes; /* canonical JSON of an object whose "id" is `id` */
} wm_record;

/* What is wrong, or doubtful, in a record. Everything is borrowed for the call of the sink. */
typedef struct wm_finding {
    bool is_error;    /* else a warning */
    const char *code; /* snake_case, stable: "unknown_field", "bad_type", "missing_field" ... */
    wm_kind kind;
    wm_str id;
    const char *path;   /* "eligibility.who.all[1].age.min"; "" for the record as a whole */
    const char *text;   /* what was expected and what was found */
    const char *remedy; /* what to do about it; may be "" */
} wm_finding;

/* Called once per finding. A status other than WM_OK stops the check and is returned by it. */
typedef struct wm_finding_sink {
    wm_status (*put)(void *context, const wm_finding *finding);
    void *context;
} wm_finding_sink;

/* Check one record by itself against the shape of its kind: required and unknown fields ("x_..."
 * are kept and ignored), types, ranges, small vocabularies, id, lengths, the rules of `audience`.
 * Criteria are checked by criteria.h, references by the caller. WM_OK also when findings were
 * reported; another status only for memory or what the sink said. */
WM_API WM_MUST_USE wm_status wm_record_check(wm_kind kind, wm_str id, const wm_json *value,
                                             const wm_finding_sink *sink, wm_error *err);

/* Every reference that a record makes to another record, in order of path.
 * required: the other must exist; else its absence is a warning (words of vocabularies: texts). */
typedef struct wm_reference {
    const char *path;
    wm_kind kind;
    wm_str id;
    bool required;
} wm_reference;
typedef wm_status (*wm_reference_fn)(void *context, const wm_reference *reference);
WM_API WM_MUST_USE wm_status wm_record_references(wm_kind kind, const wm_json *value,
                                                  wm_reference_fn each, void *context,
                                                  wm_error *err);

WM_END_DECLS

#endif
