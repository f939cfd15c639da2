/* interchange.h: other people's formats. Open Referral UK (HSDS-UK 3.0) in and out.
 *
 * Two forms. The strict one is exactly the profile. The extended one has besides what HSDS and this
 * project have a place for (phones, wait_time, application_process, eligibility ...), and in
 * `waymark` whatever of a record its other members do not say, so that reading what was written
 * gives the same records. core/README.md ("Interchange") has the table of what maps to what.
 *
 *   bytes --wm_elements--> one service's text --wm_import_service--> records, in one transaction
 *   one service as JSON --wm_oruk_read--> records            a service's records --wm_oruk_write-->
 *
 * The maps are pure. Memory does not grow with a file, only with the vocabulary that it uses. */
#ifndef WAYMARK_SYS_INTERCHANGE_H
#define WAYMARK_SYS_INTERCHANGE_H

#include <waymark/sys/history.h>

WM_BEGIN_DECLS

/* ---- a stream of services ---- */

#define WM_ELEMENT_BYTES_MAX                                                                       \
    (2 * WM_MIB) /* the text of one service, or what stands around a page */

/* Gives the next bytes: at most `capacity`; *length_out 0 is the end. */
typedef struct wm_byte_source {
    wm_status (*read)(void *context, void *buffer, size_t capacity, size_t *length_out,
                      wm_error *err);
    void *context;
} wm_byte_source;

typedef struct wm_elements wm_elements;

typedef struct wm_element {
    wm_str text;    /* borrowed until the next call; empty if it was too large */
    int64_t number; /* of the line on which it begins, from 1 */
    bool too_large; /* it was passed over */
} wm_element;

/* Reads lines with one service each, or a document: one service, a list of them, or pages
 * {"contents":[..]}, one after the other. Which it is, is seen from the first line end. */
WM_API WM_MUST_USE wm_status wm_elements_open(const wm_env *env, const wm_byte_source *source,
                                              wm_elements **elements_out, wm_error *err);
/* WM_END after the last. WM_BAD_INPUT: no such document, or one that ends in the middle. */
WM_API WM_MUST_USE wm_status wm_elements_next(wm_elements *elements, wm_element *element_out,
                                              wm_error *err);
/* Bytes taken so far. */
WM_API int64_t wm_elements_at(const wm_elements *elements);
/* How many services the pages say there are, or -1: a page alone is not the whole feed. */
WM_API int64_t wm_elements_promised(const wm_elements *elements);

/* What a page says of itself; -1: it does not. */
typedef struct wm_page {
    int64_t total_items;
    int64_t total_pages;
    int first_page; /* 0 or 1 */
    int last_page;
} wm_page;
/* Of the page that ended last. False: none has, or what it says is no JSON. */
WM_API bool wm_elements_page(const wm_elements *elements, wm_page *page_out);
WM_API void wm_elements_close(wm_elements *elements); /* NULL is allowed */

/* ---- tables ---- */

/* A locality tree from CSV (RFC 4180) whose first line names code, name, kind and parent in any
 * order; an empty parent is a root. WM_BAD_INPUT names the line. Free with wm_locality_tree_free.
 */
WM_API WM_MUST_USE wm_status wm_localities_read(const wm_env *env, wm_str csv,
                                                wm_locality_tree **tree_out, wm_error *err);

/* Which terms of other vocabularies mean which of our needs: CSV with the columns vocabulary, code,
 * name and need. A row holds for terms of its vocabulary (any, if it is empty) with its code, or
 * with its name if the code is empty (whatever the case of its letters); several rows for a term
 * mean several needs, and "-" that it is no need. */
typedef struct wm_terms wm_terms;
WM_API WM_MUST_USE wm_status wm_terms_read(const wm_env *env, wm_str csv, wm_terms **terms_out,
                                           wm_error *err);
WM_API void wm_terms_free(wm_terms *terms);

/* ---- the maps ---- */

#define WM_ORUK_RECORDS_MAX 512 /* that one service can make */

typedef struct wm_oruk_record {
    wm_kind kind;
    wm_str id;
    const wm_json *value;
} wm_oruk_record;

typedef struct wm_oruk_records {
    wm_oruk_record items[WM_ORUK_RECORDS_MAX]; /* the service comes last */
    size_t count;
} wm_oruk_records;

/* What reading needs to know of the directory, and whom it tells what it could not take. */
typedef struct wm_oruk_world {
    wm_str source;         /* ids that cannot be kept are derived from it */
    const wm_terms *terms; /* NULL: none */
    bool makes_needs;      /* terms that nothing else is known of become needs */
    bool (*has)(void *context, wm_kind kind, wm_str id); /* a need, a locality */
    /* Something was kept beside the record and is not used: what, and an example. */
    void (*note)(void *context, const char *what, wm_str example);
    void *context;
} wm_oruk_world;

/* Numbers with a fraction become texts of the same digits, so that the strict reader takes the
 * rest as it is, and no digit is lost. WM_BAD_INPUT, WM_TOO_LARGE: as wm_json_parse. */
WM_API WM_MUST_USE wm_status wm_oruk_parse(wm_arena *arena, wm_str text, const wm_json **value_out,
                                           wm_error *err);
/* One service. WM_BAD_RECORD: it cannot be taken; the text says why. What is made is of the shape
 * of records, but not checked. */
WM_API WM_MUST_USE wm_status wm_oruk_read(wm_arena *arena, const wm_json *service,
                                          const wm_oruk_world *world, wm_oruk_records *records_out,
                                          wm_error *err);

typedef struct wm_oruk_form {
    bool strict;
    /* A record of the same view and edition; *value_out NULL: there is none. */
    wm_status (*get)(void *context, wm_kind kind, wm_str id, wm_arena *arena,
                     const wm_json **value_out, wm_error *err);
    void *context;
} wm_oruk_form;

/* Puts one service as a JSON object, without a line feed. */
WM_API WM_MUST_USE wm_status wm_oruk_write(wm_arena *arena, const wm_json *service,
                                           const wm_oruk_form *form, wm_buf *out, wm_error *err);

/* The lists of the Open Referral UK API: `GET /services`, `GET /services/{id}` and so on. */
typedef enum wm_oruk_list {
    WM_ORUK_ORGANIZATIONS,
    WM_ORUK_SERVICE_AT_LOCATIONS,
    WM_ORUK_SERVICES,
    WM_ORUK_TAXONOMIES,
    WM_ORUK_TAXONOMY_TERMS,
    WM_ORUK_LISTS
} wm_oruk_list;
WM_API const char *wm_oruk_list_path(wm_oruk_list list); /* "services" */

typedef struct wm_oruk_document {
    wm_oruk_list list;
    wm_str id;    /* as in its path */
    wm_str whole; /* by itself */
    wm_str item;  /* as a page of the list has it: without its parts */
} wm_oruk_document;

typedef struct wm_oruk_document_sink {
    wm_status (*put)(void *context, const wm_oruk_document *document, wm_error *err);
    void *context;
} wm_oruk_document_sink;

/* The documents that come of a record, in the order of the lists: of a service itself and its
 * places, of an organization, of a need (a term), of the directory (the taxonomy of needs); none of
 * other kinds. Texts last until `put` returns. */
WM_API WM_MUST_USE wm_status wm_oruk_documents(wm_arena *arena, wm_kind kind, const wm_json *record,
                                               const wm_oruk_form *form,
                                               const wm_oruk_document_sink *sink, wm_error *err);
/* What `GET /` says. */
WM_API const char *wm_oruk_root(void);

/* The id that stands for one that is no id of ours: a UUID of version 8 (RFC 9562) from
 * BLAKE2b("waymark id 1" 0 space 0 kind 0 original). Not version 5: that is SHA-1, which is in none
 * of the libraries that core has; version 8 is for such cases. */
#define WM_UUID_BYTES 37 /* with NUL */
WM_API char *wm_uuid_derive(wm_str space, wm_str kind, wm_str original,
                            char uuid_out[WM_UUID_BYTES]);
/* 8-4-4-4-12 hex digits. */
WM_API bool wm_uuid_valid(wm_str text);

/* ---- an import ---- */

typedef struct wm_import wm_import;

typedef struct wm_import_options {
    wm_str source;         /* whose records these are; what it brought before is replaced */
    const wm_terms *terms; /* NULL: none */
    /* Something of this service could not be taken. rejected: all of it. `text` is borrowed. */
    void (*tell)(void *context, int64_t number, bool rejected, wm_str text);
    void *context;
} wm_import_options;

WM_API WM_MUST_USE wm_status wm_import_begin(wm_txn *txn, const wm_import_options *options,
                                             wm_import **import_out, wm_error *err);
/* Adds those that are not there yet; one that is there stays as it is, wherever it stands.
 * Before the first service and the first draft. */
WM_API WM_MUST_USE wm_status wm_import_localities(wm_import *import, const wm_locality_row *rows,
                                                  size_t count, wm_error *err);
/* One service. WM_OK also if it was rejected: it has been told, and what this source brought of it
 * before stays. Another status ends the import. */
WM_API WM_MUST_USE wm_status wm_import_service(wm_import *import, const wm_element *element,
                                               wm_error *err);
/* Reading ahead: a service is read and checked as far as it can be before its turn, by another
 * thread if the environment that the store was opened with allows that; one thread at a time has a
 * draft. What comes of taking drafts in the order of the input is what comes of wm_import_service,
 * errors and their order included. */
typedef struct wm_import_draft wm_import_draft;
WM_API WM_MUST_USE wm_status wm_import_draft_new(const wm_import *import,
                                                 wm_import_draft **draft_out, wm_error *err);
WM_API void wm_import_draft_free(wm_import_draft *draft); /* before its import; NULL is allowed */
/* What is wrong is known when it is taken. */
WM_API void wm_import_draft_read(wm_import_draft *draft, const wm_element *element);
/* More of the work, which taking it would do else. */
WM_API void wm_import_draft_check(wm_import_draft *draft);
/* As wm_import_service. */
WM_API WM_MUST_USE wm_status wm_import_take(wm_import *import, wm_import_draft *draft,
                                            wm_error *err);
/* A service that is known of, but did not come: it counts as rejected, for that reason. */
WM_API WM_MUST_USE wm_status wm_import_absent(wm_import *import, int64_t number, wm_str id,
                                              const char *why, wm_error *err);
WM_API int64_t wm_import_taken(const wm_import *import);
WM_API int64_t wm_import_rejected(const wm_import *import);
/* Writes the facts that criteria use where nobody wrote any, and withdraws what the source no
 * longer brings: nothing, if it cannot be told of some that were rejected which they are.
 * WM_REFUSED: fewer than half of the services of last time came, and that was not allowed. The
 * caller commits. */
WM_API WM_MUST_USE wm_status wm_import_finish(wm_import *import, bool allow_shrink,
                                              wm_change_counts *counts_out, wm_error *err);
WM_API void wm_import_free(wm_import *import); /* NULL is allowed */

WM_END_DECLS

#endif
