/* database.h: what a store is, for the rooms store and history. Public contract: sys/store.h. */
#ifndef WAYMARK_STORE_DATABASE_H
#define WAYMARK_STORE_DATABASE_H

#include <waymark/sys/store.h>
#include <waymark/sys/symbols.h>

struct sqlite3;
struct sqlite3_stmt;

/* `until` of what still stands. */
#define WM_RELEASE_FOREVER ((int64_t)WM_RELEASE_MAX + 1)

#define WM_STATEMENT_CACHE_SLOTS 96

typedef struct wm_statement_slot {
    const char *sql; /* a constant: compared by address */
    struct sqlite3_stmt *handle;
    bool in_use;
} wm_statement_slot;

struct wm_txn {
    wm_store *store;
    bool open;
    wm_status status; /* the first failure inside; then commit only rolls back */
};

struct wm_store {
    const wm_env *env;
    struct sqlite3 *handle;
    wm_role role;
    bool writable;
    bool is_alone;       /* see wm_store_go_alone */
    bool sites_are_new;  /* the last site that a service named was; see sites.c */
    unsigned read_depth; /* nested wm_store_read_begin */
    wm_txn txn;
    wm_statement_slot slots[WM_STATEMENT_CACHE_SLOTS];
    /* The interning table of compiled criteria; NULL until it is asked for. */
    wm_symbols *symbols;
    wm_symbol symbols_saved;      /* those below this are in the file */
    bool symbols_stale;           /* others may have written more since they were read */
    bool symbols_uncommitted;     /* the transaction has written some itself */
    wm_symbols *new_symbols;      /* of a transaction that works behind the file; or NULL */
    wm_symbol new_symbols_from;   /* those below this are in the file */
    struct wm_indexing *indexing; /* of the index, not yet written; see index.c */
    struct wm_kept *kept;         /* of the index, read before; see kept.c */
    struct wm_name_queue *names;  /* postings not yet written; see names.c */
};

/* The status of an SQLite result code, with SQLite's text. */
wm_status wm_store_fail(const wm_store *store, int code, wm_error *err);
/* Run SQL that gives no rows. For fixed texts: migrations, pragmas, BEGIN. */
WM_MUST_USE wm_status wm_store_run(wm_store *store, const char *sql, wm_error *err);
/* WM_REFUSED unless the store has this role. */
WM_MUST_USE wm_status wm_store_expect_role(const wm_store *store, wm_role role, wm_error *err);

/* The release number that a view means: that of the latest, or one more for the working state.
 * Statuses of wm_store_get. */
WM_MUST_USE wm_status wm_view_number(wm_store *store, wm_view view, int64_t *number_out,
                                     wm_error *err);
/* The latest release's number, 0 if there is none. */
WM_MUST_USE wm_status wm_store_last_number(wm_store *store, int64_t *number_out, wm_error *err);

/* Opens what is read of the file in this transaction, where nothing else has. */
WM_MUST_USE wm_status wm_store_touch(wm_store *store, wm_error *err);
/* A number that changes whenever what this handle reads from the file changes, also by itself or
 * another process. Only inside a transaction that has read something, and only to be compared with
 * an earlier one of the same handle. */
WM_MUST_USE wm_status wm_store_file_state(const wm_store *store, uint32_t *state_out,
                                          wm_error *err);

/* Parse stored bytes. They were checked when they came in: what does not parse is WM_CORRUPT. */
WM_MUST_USE wm_status wm_store_parse(wm_arena *arena, wm_str bytes, const wm_json **value_out,
                                     wm_error *err);

/* The same of bytes whose value is not needed. */
WM_MUST_USE wm_status wm_store_check_bytes(wm_str bytes, wm_error *err);

/* From now on the transaction can only be rolled back. */
void wm_txn_spoil(wm_txn *txn, wm_status status);

/* The interning table, as it is in the state that is being read; lives as long as the store. */
WM_MUST_USE wm_status wm_store_symbols(wm_store *store, wm_symbols **symbols_out, wm_error *err);
/* The same for who only interns, in a transaction: a part of it, and valid until the next call. */
WM_MUST_USE wm_status wm_store_writing_symbols(wm_store *store, wm_symbols **symbols_out,
                                               wm_error *err);
/* Make afresh what texts are looked up by. */
WM_MUST_USE wm_status wm_store_hash_symbols(wm_txn *txn, wm_error *err);
/* WM_CORRUPT: a text of the whole table would not be found, or something else is there. */
WM_MUST_USE wm_status wm_store_check_hashes(wm_store *store, const wm_symbols *symbols,
                                            wm_error *err);
/* Write the symbols that are new. */
WM_MUST_USE wm_status wm_store_save_symbols(wm_txn *txn, wm_error *err);
void wm_store_drop_symbols(wm_store *store);
/* Forget those of the transaction. */
void wm_store_drop_new_symbols(wm_store *store);

#endif
