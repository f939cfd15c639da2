/* names.h: services, organizations and places (towns, outcodes) by the words of their names.
 *
 * A revision of one that stands at the latest release or in the working state has a row with the
 * words of its names, a posting for each word, one for each name as a whole and, for a service, one
 * for its organization: whose name may change without its services. What is made of one record
 * depends on no other. */
#ifndef WAYMARK_STORE_NAMES_H
#define WAYMARK_STORE_NAMES_H

#include "store/index.h"

/* ---- kept in step with the records: called by index.c ---- */

bool wm_names_has(wm_kind kind);
/* Puts the names of a record of such a kind, as of wm_names_lines. Pure. */
WM_MUST_USE wm_status wm_names_make(wm_kind kind, const wm_json *value, wm_buf *lines_out,
                                    wm_error *err);
/* Nothing for other kinds. Postings are collected and written in order (wm_names_flush). */
WM_MUST_USE wm_status wm_names_put(wm_txn *txn, const wm_indexed *revision, wm_error *err);
/* The same of a revision that has a row, of what it was; writes only what differs. */
WM_MUST_USE wm_status wm_names_replace(wm_txn *txn, const wm_indexed *revision, wm_error *err);
/* Does nothing to a revision that has no row. */
WM_MUST_USE wm_status wm_names_remove(wm_txn *txn, wm_kind kind, int64_t rev, wm_error *err);
/* Empties all, then puts the organizations and places; the services are put one by one. */
WM_MUST_USE wm_status wm_names_remake(wm_txn *txn, wm_error *err);
WM_MUST_USE wm_status wm_names_flush(wm_txn *txn, wm_error *err);
/* Forget what is not written. */
void wm_names_discard(wm_store *store);
/* WM_CORRUPT: not what it would be, were it made now. */
WM_MUST_USE wm_status wm_names_verify(wm_store *store, wm_error *err);

/* ---- looked up: inside a reading transaction ---- */

#define WM_NAME_WORD_BYTES_MAX 64 /* longer words are found by whole names only */

typedef struct wm_name_word {
    int64_t number; /* of its postings */
    int64_t names;  /* revisions that have it */
    uint8_t length;
    char text[WM_NAME_WORD_BYTES_MAX];
} wm_name_word;

/* WM_NOT_FOUND: in no name (no text). */
WM_MUST_USE wm_status wm_names_word(wm_store *store, wm_str word, wm_name_word *word_out,
                                    wm_error *err);
/* Words of names that this one may be misspelt for: one edit from 4 letters; if there is none, two
 * from 8, behind the first three letters. The nearest first, then in order of words. */
WM_MUST_USE wm_status wm_names_near(wm_store *store, wm_str word, wm_name_word *words_out,
                                    size_t capacity, size_t *count_out, wm_error *err);
/* Words that begin so, in order. count_out is capacity + 1 if there are more than `capacity`. */
WM_MUST_USE wm_status wm_names_starting(wm_store *store, wm_str beginning, wm_name_word *words_out,
                                        size_t capacity, size_t *count_out, wm_error *err);

/* What to ask wm_names_postings for, beside the number of a word. */
int64_t wm_names_whole(wm_str words);        /* with or without spaces */
int64_t wm_names_of_organization(wm_str id); /* its services */

/* The first `capacity` revisions, rising. */
WM_MUST_USE wm_status wm_names_postings(wm_store *store, int64_t number, int64_t *revisions_out,
                                        size_t capacity, size_t *count_out, wm_error *err);

/* The names of a revision, each as its words with one space between, parted by line feeds: the
 * name, then alternate names; put at the end of bytes_out, into which lines_out points until it
 * next changes. WM_NOT_FOUND: it has none (no text). Whether it stands in a view, and what it is,
 * is for wm_names_entry to say, which reads more. */
WM_MUST_USE wm_status wm_names_lines(wm_store *store, int64_t rev, wm_buf *bytes_out,
                                     wm_str *lines_out, wm_error *err);

typedef struct wm_name_entry {
    wm_kind kind;
    wm_str id;
    wm_str lines; /* as of wm_names_lines */
} wm_name_entry;

/* Of a revision that stands in release `number` (wm_view_number); texts are put at the end of
 * bytes_out and point into it until it next changes. WM_NOT_FOUND (no text): it stands not there.
 */
WM_MUST_USE wm_status wm_names_entry(wm_store *store, int64_t number, int64_t rev,
                                     wm_buf *bytes_out, wm_name_entry *entry_out, wm_error *err);

#endif
