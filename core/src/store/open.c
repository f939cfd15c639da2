/* open.c: open a file, make sure that it is ours, and set SQLite up.
 *
 * Nothing is written, and no journal mode is changed, before the file is known to be ours (or empty
 * and ours to create).
 *
 *  - WAL: readers never wait for the writer, nor it for them.
 *  - synchronous: FULL in an authoring database, because a release that was published must not be
 * gone after a power cut: the next one would take its number. NORMAL in a replica: losing the last
 * update means fetching it again, and what is there is one whole state either way.
 *  - secure_delete in a replica: an address that was recalled must not stay in free pages.
 *  - Pages of 8 KiB: three services of 2.5 KB fill one, where 4 KiB would be 40 % empty.
 *  - A reader sorts in memory: what somebody asks leaves no temporary file behind.
 *  - Readers share a memory file beside the log. Where there is no room for it (the disk is full)
 * or no way to make it (a stick that is read only), a reader goes without: alone, or, where nobody
 *    can write, from the bare file. A phone that is full still answers.
 *  - The file may come from anywhere (a USB stick): no trusted schema, no triggers, no views,
 * defensive mode, cell sizes checked on every page read. */
#include <errno.h>

#include <sqlite3.h>

#include "store/index.h"
#include "store/kept.h"
#include "store/migrate.h"
#include "store/names.h"
#include "store/statement.h"

static const char SQL_WAL[] = "PRAGMA journal_mode = WAL";
static const char SQL_ROLE[] = "SELECT value FROM meta WHERE name = 'role'";
static const char SQL_INTEGRITY[] = "PRAGMA integrity_check(1)";

static wm_status status_of(int code)
{
    if (code == SQLITE_IOERR_NOMEM) {
        return WM_NO_MEMORY;
    }
    switch (code & 0xff) {
    case SQLITE_NOMEM: return WM_NO_MEMORY;
    case SQLITE_FULL: return WM_FULL;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL: return WM_BUSY;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH: return WM_IO;
    case SQLITE_TOOBIG: return WM_TOO_LARGE;
    /* The schema or a row is not what we wrote: the statements themselves are constants. */
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_ERROR:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_FORMAT: return WM_CORRUPT;
    default: return WM_INTERNAL;
    }
}

wm_status wm_store_fail(const wm_store *store, int code, wm_error *err)
{
    wm_status status = status_of(code);
    if (status == WM_NO_MEMORY) {
        return wm_fail_memory(err);
    }
    /* The handle's own text fits only if it is of this failure. */
    bool same = (sqlite3_extended_errcode(store->handle) & 0xff) == (code & 0xff);
    return wm_fail(err, status, "database: %s",
                   same ? sqlite3_errmsg(store->handle) : sqlite3_errstr(code));
}

wm_status wm_store_run(wm_store *store, const char *sql, wm_error *err)
{
    int code = sqlite3_exec(store->handle, sql, NULL, NULL, NULL);
    if (code == SQLITE_OK) {
        return WM_OK;
    }
    wm_status status = wm_store_fail(store, code, err);
    wm_txn_spoil(&store->txn, status);
    return status;
}

typedef enum open_way {
    OPEN_SHARED, /* beside other processes */
    OPEN_ALONE,  /* a reader that keeps writers out, and needs no shared memory */
    OPEN_FROZEN  /* a reader of a file that nobody can write */
} open_way;

/* "file:PATH?immutable=1" with the path's own ? and # and % written as bytes. */
static wm_status put_frozen_name(const char *path, wm_buf *name, wm_error *err)
{
    wm_buf_put_text(name, "file:");
    for (; *path != '\0'; path++) {
        if (strchr("?#%", *path) != NULL) {
            wm_buf_printf(name, "%%%02x", (unsigned)(unsigned char)*path);
        } else {
            wm_buf_put_char(name, *path);
        }
    }
    wm_buf_put_text(name, "?immutable=1");
    return wm_buf_status(name, err);
}

static int open_handle(wm_store *store, const char *path, unsigned flags, open_way way)
{
    int how = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    if (way == OPEN_FROZEN) {
        how |= SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
    } else {
        bool writes = (flags & WM_STORE_WRITE) != 0 || way == OPEN_ALONE;
        how |= writes ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
        how |= (flags & WM_STORE_CREATE) != 0 ? SQLITE_OPEN_CREATE : 0;
    }
    wm_buf name;
    wm_buf_init(&name, store->env, 4 * WM_KIB);
    int code = SQLITE_CANTOPEN;
    if (way != OPEN_FROZEN || put_frozen_name(path, &name, NULL) == WM_OK) {
        code = sqlite3_open_v2(way == OPEN_FROZEN ? name.data : path, &store->handle, how, NULL);
    }
    wm_buf_fini(&name);
    return code;
}

static wm_status open_file(wm_store *store, const char *path, unsigned flags, open_way way,
                           wm_error *err)
{
    int code = open_handle(store, path, flags, way);
    if (store->handle == NULL) {
        return wm_fail_memory(err);
    }
    if ((code & 0xff) == SQLITE_CANTOPEN && sqlite3_system_errno(store->handle) == ENOENT) {
        return wm_fail(err, WM_NOT_FOUND, "no such file");
    }
    return code == SQLITE_OK ? WM_OK : wm_store_fail(store, code, err);
}

static wm_status distrust(wm_store *store, wm_error *err)
{
    static const struct {
        int option;
        int value;
    } options[] = {
        { SQLITE_DBCONFIG_DEFENSIVE, 1 },      { SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
        { SQLITE_DBCONFIG_ENABLE_TRIGGER, 0 }, { SQLITE_DBCONFIG_ENABLE_VIEW, 0 },
        { SQLITE_DBCONFIG_DQS_DML, 0 },        { SQLITE_DBCONFIG_DQS_DDL, 0 },
    };
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        int code = sqlite3_db_config(store->handle, options[i].option, options[i].value, NULL);
        if (code != SQLITE_OK) {
            return wm_store_fail(store, code, err);
        }
    }
    int code = sqlite3_busy_timeout(store->handle, WM_STORE_BUSY_MS);
    if (code != SQLITE_OK) {
        return wm_store_fail(store, code, err);
    }
    return wm_store_run(store, "PRAGMA cell_size_check = ON", err);
}

static wm_status use_wal(wm_store *store, wm_error *err)
{
    wm_stmt st = wm_stmt_open(store, SQL_WAL, err);
    bool fine = false;
    if (wm_stmt_row(&st)) {
        wm_str mode = wm_stmt_str(&st, 0);
        fine = wm_str_is(mode, "wal") || wm_str_is(mode, "memory");
    }
    wm_status status = wm_stmt_close(&st);
    if (status == WM_OK && !fine) {
        return wm_fail(err, WM_IO, "database: its file system cannot hold a write-ahead log");
    }
    return status;
}

static wm_status bring_up_to_date(wm_store *store, unsigned flags, wm_error *err)
{
    int version = 0;
    wm_status status = wm_migrate_version(store, wm_migrations, wm_migration_count, &version, err);
    if (status == WM_CORRUPT && (sqlite3_extended_errcode(store->handle) & 0xff) == SQLITE_NOTADB) {
        return wm_fail(err, WM_BAD_INPUT,
                       "expected a Waymark database, found another kind of file");
    }
    if (status != WM_OK) {
        return status;
    }
    if (version == 0 && (flags & WM_STORE_CREATE) == 0) {
        return wm_fail(err, WM_BAD_INPUT, "expected a Waymark database, found an empty file");
    }
    bool old = version < wm_migrations[wm_migration_count - 1].version;
    if (!store->writable) {
        return !old ? WM_OK
                    : wm_fail(err, WM_UNSUPPORTED,
                              "has the schema of an older version: open it for writing once");
    }
    if (version == 0) {
        status = wm_store_run(store, "PRAGMA page_size = 8192", err);
    }
    if (status == WM_OK) {
        status = use_wal(store, err);
    }
    if (status == WM_OK && old) {
        wm_role role = (flags & WM_STORE_REPLICA) != 0 ? WM_ROLE_REPLICA : WM_ROLE_AUTHOR;
        status = wm_migrate(store, wm_migrations, wm_migration_count, role, err);
    }
    return status;
}

static wm_status read_role(wm_store *store, unsigned flags, wm_error *err)
{
    int64_t role = -1;
    wm_stmt st = wm_stmt_open(store, SQL_ROLE, err);
    if (wm_stmt_row(&st)) {
        role = wm_stmt_i64(&st, 0);
    }
    wm_status status = wm_stmt_close(&st);
    if (status != WM_OK) {
        return status;
    }
    if (role != (int64_t)WM_ROLE_AUTHOR && role != (int64_t)WM_ROLE_REPLICA) {
        return wm_fail(err, WM_CORRUPT, "database: does not say what it is for");
    }
    store->role = (wm_role)role;
    if ((flags & WM_STORE_AUTHOR) != 0 && store->role != WM_ROLE_AUTHOR) {
        return wm_fail(err, WM_BAD_INPUT, "expected an authoring database, found a replica");
    }
    if ((flags & WM_STORE_REPLICA) != 0 && store->role != WM_ROLE_REPLICA) {
        return wm_fail(err, WM_BAD_INPUT, "expected a replica, found an authoring database");
    }
    return WM_OK;
}

/* Who asks for an author's database goes through all of it, and back to its inner pages each time.
 */
static wm_status tune(wm_store *store, unsigned flags, wm_error *err)
{
    /* Negative cache sizes are in KiB. */
    if (!store->writable) {
        return wm_store_run(store,
                            (flags & WM_STORE_AUTHOR) != 0
                                ? "PRAGMA query_only = ON; PRAGMA temp_store = MEMORY;"
                                  "PRAGMA cache_size = -16384"
                                : "PRAGMA query_only = ON; PRAGMA temp_store = MEMORY;"
                                  "PRAGMA cache_size = -4096",
                            err);
    }
    /* Too small a cache writes pages of an update to the log before they are done, and again: then
     * all that stands behind the first of them there is read and summed anew. */
    if (store->role == WM_ROLE_REPLICA) {
        return wm_store_run(store,
                            "PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON;"
                            "PRAGMA cache_size = -9216; PRAGMA journal_size_limit = 16777216",
                            err);
    }
    return wm_store_run(store,
                        "PRAGMA synchronous = FULL; PRAGMA cache_size = -262144;"
                        "PRAGMA journal_size_limit = 67108864",
                        err);
}

static wm_status attempt(wm_store *store, const char *path, unsigned flags, open_way way,
                         wm_error *err)
{
    wm_status status = open_file(store, path, flags, way, err);
    if (status == WM_OK) {
        status = distrust(store, err);
    }
    if (status == WM_OK && way == OPEN_ALONE) {
        status = wm_store_run(store, "PRAGMA locking_mode = EXCLUSIVE", err);
    }
    if (status == WM_OK) {
        status = bring_up_to_date(store, flags, err);
    }
    if (status == WM_OK) {
        status = read_role(store, flags, err);
    }
    return status == WM_OK ? tune(store, flags, err) : status;
}

static void close_handle(wm_store *store)
{
    for (size_t i = 0; i < WM_STATEMENT_CACHE_SLOTS; i++) {
        (void)sqlite3_finalize(store->slots[i].handle);
        store->slots[i] = (wm_statement_slot){ .sql = NULL };
    }
    (void)sqlite3_close(store->handle);
    store->handle = NULL;
}

static bool has_beside(const wm_store *store, const char *path, const char *end, int type)
{
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    wm_buf name;
    wm_buf_init(&name, store->env, 4 * WM_KIB);
    wm_buf_printf(&name, "%s%s", path, end);
    sqlite3_file *file = vfs != NULL ? wm_env_alloc(store->env, (size_t)vfs->szOsFile) : NULL;
    int exists = 1;
    sqlite3_int64 size = 1;
    if (file != NULL && wm_buf_status(&name, NULL) == WM_OK &&
        vfs->xAccess(vfs, name.data, SQLITE_ACCESS_EXISTS, &exists) == SQLITE_OK && exists != 0 &&
        vfs->xOpen(vfs, name.data, file, SQLITE_OPEN_READONLY | type, NULL) == SQLITE_OK) {
        if (file->pMethods->xFileSize(file, &size) != SQLITE_OK) {
            size = 1;
        }
        (void)file->pMethods->xClose(file);
    }
    wm_env_free(store->env, file, file != NULL ? (size_t)vfs->szOsFile : 0);
    wm_buf_fini(&name);
    return exists != 0 && size > 0;
}

/* Is there a log or a journal with something in it? A frozen file would be read without. */
static bool has_log(const wm_store *store, const char *path)
{
    return has_beside(store, path, "-wal", SQLITE_OPEN_WAL) ||
           has_beside(store, path, "-journal", SQLITE_OPEN_MAIN_JOURNAL);
}

/* After a reader could not be opened beside others. False: nor this way. */
static bool opens_without_sharing(wm_store *store, const char *path, unsigned flags)
{
    close_handle(store);
    if (attempt(store, path, flags, OPEN_ALONE, NULL) == WM_OK) {
        return true;
    }
    bool frozen = store->handle != NULL && sqlite3_db_readonly(store->handle, "main") == 1 &&
                  !has_log(store, path);
    close_handle(store);
    return frozen && attempt(store, path, flags, OPEN_FROZEN, NULL) == WM_OK;
}

/* A reader of a file that an older version made: bring it up to date, if it can be written, and
 * read it then. A new program must not leave anybody without an answer until the next sync. */
static wm_status update_for_reading(wm_store *store, const char *path, unsigned flags,
                                    wm_error *err)
{
    close_handle(store);
    store->writable = true;
    wm_status status = attempt(store, path, flags | WM_STORE_WRITE, OPEN_SHARED, err);
    close_handle(store);
    wm_store_drop_symbols(store);
    store->writable = false;
    if (status != WM_OK && status != WM_IO && status != WM_FULL) {
        return status;
    }
    wm_error_clear(err); /* where it cannot be written, the reader says why */
    return attempt(store, path, flags, OPEN_SHARED, err);
}

static wm_status set_up(wm_store *store, const char *path, unsigned flags, wm_error *err)
{
    wm_status status = attempt(store, path, flags, OPEN_SHARED, err);
    if (status == WM_UNSUPPORTED && !store->writable) {
        status = update_for_reading(store, path, flags, err);
    }
    if (status == WM_IO && sqlite3_system_errno(store->handle) == EISDIR) {
        status = wm_fail(err, WM_BAD_INPUT, "expected a Waymark database, found a folder");
    }
    bool may_go_without = status == WM_IO || status == WM_FULL;
    if (may_go_without && !store->writable && opens_without_sharing(store, path, flags)) {
        wm_error_clear(err);
        return WM_OK;
    }
    if (status != WM_OK) {
        wm_error_context(err, "%s", path);
    }
    return status;
}

wm_status wm_store_open(const wm_env *env, const char *path, unsigned flags, wm_store **store_out,
                        wm_error *err)
{
    unsigned roles = flags & (WM_STORE_AUTHOR | WM_STORE_REPLICA);
    bool creates = (flags & WM_STORE_CREATE) != 0;
    if (path[0] == '\0' || roles == (WM_STORE_AUTHOR | WM_STORE_REPLICA) ||
        (creates && (roles == 0 || (flags & WM_STORE_WRITE) == 0))) {
        return wm_fail(err, WM_BAD_ARGUMENT,
                       "store: expected a path and one role to create it for");
    }
    wm_store *store = wm_env_alloc(env, sizeof *store);
    if (store == NULL) {
        return wm_fail_memory(err);
    }
    store->env = env;
    store->writable = (flags & WM_STORE_WRITE) != 0;
    store->txn.store = store;
    wm_status status = set_up(store, path, flags, err);
    if (status != WM_OK) {
        wm_store_close(store);
        return status;
    }
    *store_out = store;
    return WM_OK;
}

void wm_store_close(wm_store *store)
{
    if (store == NULL) {
        return;
    }
    wm_txn_rollback(store->txn.open ? &store->txn : NULL);
    wm_index_discard(store);
    wm_names_discard(store);
    wm_kept_drop(store);
    wm_store_drop_symbols(store);
    wm_store_end_alone(store);
    close_handle(store);
    wm_env_free(store->env, store, sizeof *store);
}

/* Where it comes too late SQLite refuses, and counts on: it works as well. */
void wm_store_own_process(void)
{
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

wm_role wm_store_role(const wm_store *store)
{
    return store->role;
}

const wm_env *wm_store_env(const wm_store *store)
{
    return store->env;
}

wm_status wm_store_expect_role(const wm_store *store, wm_role role, wm_error *err)
{
    if (store->role == role) {
        return WM_OK;
    }
    return wm_fail(err, WM_REFUSED,
                   role == WM_ROLE_AUTHOR
                       ? "expected an authoring database: a replica changes only by syncing"
                       : "expected a replica: an authoring database is not synced into");
}

wm_status wm_store_integrity(wm_store *store, wm_error *err)
{
    wm_stmt st = wm_stmt_open(store, SQL_INTEGRITY, err);
    wm_status found = WM_OK;
    if (wm_stmt_row(&st) && !wm_str_is(wm_stmt_str(&st, 0), "ok")) {
        found = wm_fail(err, WM_CORRUPT, "database: %.*s", WM_STR_ARG(wm_stmt_str(&st, 0)));
    }
    wm_status status = wm_stmt_close(&st);
    return status != WM_OK ? status : found;
}
