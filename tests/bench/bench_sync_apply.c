/* bench_sync_apply.c: what it costs to apply packs, beside SQLite writing what they changed.
 *
 *   bench_sync_apply REPLICA FEED NOW [ROUNDS]
 *
 * REPLICA is behind FEED (a folder); it is only copied. What an update changes is found by
 * comparing all tables of two copies, one of them updated: rows that went, came, or have other
 * values in some columns. The peer then opens a copy of the same file with the same pragmas and
 * writes these changes, table by table, in the order of their keys, with prepared statements, in
 * one transaction, and closes the file, which moves the log into it; that is all it does, and all
 * that is timed. Ours is timed twice: the whole update (open, metadata, packs, apply, close), and
 * from the start of the apply to the end of the close. Both take turns; medians. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include <waymark/sys/client.h>
#include <waymark/sys/json.h>

#define ROUNDS_DEFAULT 7
#define ROUNDS_MAX 101
#define COLUMNS_MAX 16
#define STATEMENTS_MAX 256

static const char PRAGMAS[] = "PRAGMA journal_mode = WAL; PRAGMA cell_size_check = ON;"
                              "PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON;"
                              "PRAGMA cache_size = -9216; PRAGMA journal_size_limit = 16777216";

static void die(const char *what)
{
    (void)fprintf(stderr, "bench_sync_apply: %s\n", what);
    exit(1);
}

static void *must(void *memory)
{
    if (memory == NULL) {
        die("out of memory");
    }
    return memory;
}

/* ---- times ---- */

typedef struct span {
    double cpu_ms;
    double wall_ms;
} span;

static double clock_ms(clockid_t clock)
{
    struct timespec at;
    (void)clock_gettime(clock, &at);
    return (double)at.tv_sec * 1e3 + (double)at.tv_nsec / 1e6;
}

static span span_start(void)
{
    return (span){ clock_ms(CLOCK_PROCESS_CPUTIME_ID), clock_ms(CLOCK_MONOTONIC) };
}

static span span_end(span start)
{
    span now = span_start();
    return (span){ now.cpu_ms - start.cpu_ms, now.wall_ms - start.wall_ms };
}

static int by_cpu(const void *a, const void *b)
{
    const span *left = a;
    const span *right = b;
    return (left->cpu_ms > right->cpu_ms) - (left->cpu_ms < right->cpu_ms);
}

static int by_wall(const void *a, const void *b)
{
    const span *left = a;
    const span *right = b;
    return (left->wall_ms > right->wall_ms) - (left->wall_ms < right->wall_ms);
}

static span median(span *spans, size_t count)
{
    span middle;
    qsort(spans, count, sizeof *spans, by_cpu);
    middle.cpu_ms = spans[count / 2].cpu_ms;
    qsort(spans, count, sizeof *spans, by_wall);
    middle.wall_ms = spans[count / 2].wall_ms;
    return middle;
}

/* ---- files ---- */

/* On the disk when it returns: nobody who is timed pays for it. */
static void copy_file(const char *from, const char *to)
{
    static char block[1024 * 1024];
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ssize_t got = 1;
    while (in >= 0 && out >= 0 && got > 0) {
        got = read(in, block, sizeof block);
        if (got < 0 || (got > 0 && write(out, block, (size_t)got) != got)) {
            die("a copy cannot be made");
        }
    }
    if (in < 0 || out < 0 || fsync(out) != 0 || close(in) != 0 || close(out) != 0) {
        die("a copy cannot be made");
    }
}

static void remove_database(const char *path)
{
    char name[4096];
    static const char *const ends[] = { "", "-wal", "-shm" };
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        (void)snprintf(name, sizeof name, "%s%s", path, ends[i]);
        (void)unlink(name);
    }
}

/* ---- ours ---- */

typedef struct update {
    span whole;
    span apply;
} update;

static void note_state(void *context, wm_client_state from, wm_client_state to)
{
    span *start = context;
    (void)from;
    if (to == WM_CLIENT_APPLY) {
        *start = span_start();
    }
}

static update run_update(const char *replica, const char *feed, int64_t now_s)
{
    wm_error err = { 0 };
    wm_store *store = NULL;
    wm_client *client = NULL;
    wm_transport *transport = NULL;
    const wm_env *env = wm_env_system();
    span begun = span_start();
    span apply = begun;
    wm_client_options options = { .now_s = now_s, .log = note_state, .log_context = &apply };
    wm_status status = wm_store_open(env, replica, WM_STORE_WRITE | WM_STORE_REPLICA, &store, &err);
    if (status == WM_OK) {
        status = wm_client_open(store, &options, &client, &err);
    }
    if (status == WM_OK) {
        status = wm_transport_folder_open(env, feed, &transport, &err);
    }
    if (status == WM_OK) {
        status = wm_sync_run(client, transport, NULL, &err);
    }
    wm_transport_close(transport);
    wm_client_close(client);
    wm_store_close(store);
    if (status != WM_OK) {
        die(status == WM_UNCHANGED ? "nothing new" : err.text);
    }
    return (update){ span_end(begun), span_end(apply) };
}

/* ---- the changes ---- */

typedef struct change {
    size_t statement;
    int count;
    sqlite3_value *values[COLUMNS_MAX];
} change;

typedef struct change_list {
    char *statements[STATEMENTS_MAX];
    size_t statement_count;
    change *items;
    size_t count;
    size_t capacity;
} change_list;

typedef struct table {
    char name[64];
    int column_count; /* with "rowid" where that alone is the key */
    char columns[COLUMNS_MAX][64];
    int key_count;
    int keys[COLUMNS_MAX];
} table;

static sqlite3 *open_database(const char *path)
{
    sqlite3 *db = NULL;
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
        SQLITE_OK) {
        die("a copy cannot be opened");
    }
    return db;
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *st = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK) {
        die(sqlite3_errmsg(db));
    }
    return st;
}

static void run(sqlite3 *db, const char *sql)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) {
        die(sqlite3_errmsg(db));
    }
}

static void add_column(table *t, const char *name, int key)
{
    if (t->column_count == COLUMNS_MAX) {
        die("a table has too many columns");
    }
    if (key > 0) {
        t->keys[key - 1] = t->column_count;
        t->key_count++;
    }
    (void)snprintf(t->columns[t->column_count++], sizeof t->columns[0], "%s", name);
}

static void read_table(sqlite3 *db, const char *name, table *t)
{
    *t = (table){ .column_count = 0 };
    (void)snprintf(t->name, sizeof t->name, "%s", name);
    sqlite3_stmt *st = prepare(db, "SELECT name, pk FROM pragma_table_info(?1)");
    (void)sqlite3_bind_text(st, 1, name, -1, SQLITE_STATIC);
    while (sqlite3_step(st) == SQLITE_ROW) {
        add_column(t, (const char *)sqlite3_column_text(st, 0), sqlite3_column_int(st, 1));
    }
    (void)sqlite3_finalize(st);
    if (t->key_count == 0) {
        add_column(t, "rowid", 1);
    }
}

static sqlite3_stmt *read_rows(sqlite3 *db, const table *t)
{
    char sql[2048];
    int length = snprintf(sql, sizeof sql, "SELECT ");
    for (int i = 0; i < t->column_count; i++) {
        length += snprintf(sql + length, sizeof sql - (size_t)length, "%s%s", i > 0 ? ", " : "",
                           t->columns[i]);
    }
    length += snprintf(sql + length, sizeof sql - (size_t)length, " FROM %s ORDER BY ", t->name);
    for (int i = 0; i < t->key_count; i++) {
        length += snprintf(sql + length, sizeof sql - (size_t)length, "%s%s", i > 0 ? ", " : "",
                           t->columns[t->keys[i]]);
    }
    return prepare(db, sql);
}

/* As SQLite orders integers and texts; other types are not in a key. */
static int compare_values(sqlite3_value *a, sqlite3_value *b)
{
    if (sqlite3_value_type(a) == SQLITE_INTEGER && sqlite3_value_type(b) == SQLITE_INTEGER) {
        sqlite3_int64 left = sqlite3_value_int64(a);
        sqlite3_int64 right = sqlite3_value_int64(b);
        return (left > right) - (left < right);
    }
    if (sqlite3_value_type(a) != sqlite3_value_type(b)) {
        return 1;
    }
    int a_length = sqlite3_value_bytes(a);
    int b_length = sqlite3_value_bytes(b);
    int shorter = a_length < b_length ? a_length : b_length;
    int order =
        shorter == 0 ? 0 : memcmp(sqlite3_value_blob(a), sqlite3_value_blob(b), (size_t)shorter);
    return order != 0 ? order : (a_length > b_length) - (a_length < b_length);
}

static int compare_keys(const table *t, sqlite3_stmt *a, sqlite3_stmt *b)
{
    int order = 0;
    for (int i = 0; i < t->key_count && order == 0; i++) {
        order = compare_values(sqlite3_column_value(a, t->keys[i]),
                               sqlite3_column_value(b, t->keys[i]));
    }
    return order;
}

static size_t statement_of(change_list *list, const char *sql)
{
    for (size_t i = 0; i < list->statement_count; i++) {
        if (strcmp(list->statements[i], sql) == 0) {
            return i;
        }
    }
    if (list->statement_count == STATEMENTS_MAX) {
        die("too many kinds of changes");
    }
    list->statements[list->statement_count] = must(strdup(sql));
    return list->statement_count++;
}

static change *add_change(change_list *list, const char *sql)
{
    if (list->count == list->capacity) {
        list->capacity = list->capacity == 0 ? 1024 : 2 * list->capacity;
        list->items = must(realloc(list->items, list->capacity * sizeof *list->items));
    }
    change *item = &list->items[list->count++];
    *item = (change){ .statement = statement_of(list, sql) };
    return item;
}

static void add_value(change *item, sqlite3_stmt *row, int column)
{
    item->values[item->count++] = must(sqlite3_value_dup(sqlite3_column_value(row, column)));
}

static int put_where(const table *t, char *sql, size_t size)
{
    int length = 0;
    for (int i = 0; i < t->key_count; i++) {
        length += snprintf(sql + length, size - (size_t)length, "%s%s = ?",
                           i > 0 ? " AND " : " WHERE ", t->columns[t->keys[i]]);
    }
    return length;
}

static void add_keys(const table *t, change *item, sqlite3_stmt *row)
{
    for (int i = 0; i < t->key_count; i++) {
        add_value(item, row, t->keys[i]);
    }
}

static void went(const table *t, sqlite3_stmt *row, change_list *list)
{
    char sql[2048];
    int length = snprintf(sql, sizeof sql, "DELETE FROM %s", t->name);
    (void)put_where(t, sql + length, sizeof sql - (size_t)length);
    add_keys(t, add_change(list, sql), row);
}

static void came(const table *t, sqlite3_stmt *row, change_list *list)
{
    char sql[2048];
    int length = snprintf(sql, sizeof sql, "INSERT INTO %s(", t->name);
    for (int i = 0; i < t->column_count; i++) {
        length += snprintf(sql + length, sizeof sql - (size_t)length, "%s%s", i > 0 ? ", " : "",
                           t->columns[i]);
    }
    for (int i = 0; i < t->column_count; i++) {
        length +=
            snprintf(sql + length, sizeof sql - (size_t)length, "%s", i > 0 ? ", ?" : ") VALUES(?");
    }
    (void)snprintf(sql + length, sizeof sql - (size_t)length, ")");
    change *item = add_change(list, sql);
    for (int i = 0; i < t->column_count; i++) {
        add_value(item, row, i);
    }
}

/* Only the columns that differ are set. */
static void stayed(const table *t, sqlite3_stmt *before, sqlite3_stmt *after, change_list *list)
{
    char sql[2048];
    int changed[COLUMNS_MAX];
    int count = 0;
    int length = snprintf(sql, sizeof sql, "UPDATE %s SET ", t->name);
    for (int i = 0; i < t->column_count; i++) {
        if (compare_values(sqlite3_column_value(before, i), sqlite3_column_value(after, i)) != 0 &&
            (sqlite3_column_type(before, i) != SQLITE_NULL ||
             sqlite3_column_type(after, i) != SQLITE_NULL)) {
            length += snprintf(sql + length, sizeof sql - (size_t)length, "%s%s = ?",
                               count > 0 ? ", " : "", t->columns[i]);
            changed[count++] = i;
        }
    }
    if (count == 0) {
        return;
    }
    (void)put_where(t, sql + length, sizeof sql - (size_t)length);
    change *item = add_change(list, sql);
    for (int i = 0; i < count; i++) {
        add_value(item, after, changed[i]);
    }
    add_keys(t, item, after);
}

static void compare_table(sqlite3 *before, sqlite3 *after, const table *t, change_list *list)
{
    sqlite3_stmt *old = read_rows(before, t);
    sqlite3_stmt *now = read_rows(after, t);
    bool has_old = sqlite3_step(old) == SQLITE_ROW;
    bool has_now = sqlite3_step(now) == SQLITE_ROW;
    while (has_old || has_now) {
        int order = !has_old ? 1 : !has_now ? -1 : compare_keys(t, old, now);
        if (order < 0) {
            went(t, old, list);
        } else if (order > 0) {
            came(t, now, list);
        } else {
            stayed(t, old, now, list);
        }
        has_old = order <= 0 ? sqlite3_step(old) == SQLITE_ROW : has_old;
        has_now = order >= 0 ? sqlite3_step(now) == SQLITE_ROW : has_now;
    }
    (void)sqlite3_finalize(old);
    (void)sqlite3_finalize(now);
}

static void compare_databases(const char *before_path, const char *after_path, change_list *list)
{
    sqlite3 *before = open_database(before_path);
    sqlite3 *after = open_database(after_path);
    sqlite3_stmt *st = prepare(after, "SELECT name FROM sqlite_schema WHERE type = 'table'"
                                      " AND name NOT LIKE 'sqlite%' ORDER BY name");
    while (sqlite3_step(st) == SQLITE_ROW) {
        table t;
        size_t first = list->count;
        read_table(after, (const char *)sqlite3_column_text(st, 0), &t);
        compare_table(before, after, &t, list);
        if (list->count > first) {
            (void)printf("  %zu changes in %s\n", list->count - first, t.name);
        }
    }
    (void)sqlite3_finalize(st);
    (void)sqlite3_close(before);
    (void)sqlite3_close(after);
}

/* ---- the peer ---- */

static void write_changes(sqlite3 *db, const change_list *list)
{
    sqlite3_stmt *statements[STATEMENTS_MAX];
    for (size_t i = 0; i < list->statement_count; i++) {
        statements[i] = prepare(db, list->statements[i]);
    }
    run(db, "BEGIN IMMEDIATE");
    for (size_t i = 0; i < list->count; i++) {
        const change *item = &list->items[i];
        sqlite3_stmt *st = statements[item->statement];
        for (int k = 0; k < item->count; k++) {
            (void)sqlite3_bind_value(st, k + 1, item->values[k]);
        }
        if (sqlite3_step(st) != SQLITE_DONE) {
            die(sqlite3_errmsg(db));
        }
        (void)sqlite3_reset(st);
    }
    run(db, "COMMIT");
    for (size_t i = 0; i < list->statement_count; i++) {
        (void)sqlite3_finalize(statements[i]);
    }
}

static span run_peer(const char *replica, const change_list *list)
{
    span begun = span_start();
    sqlite3 *db = open_database(replica);
    run(db, PRAGMAS);
    write_changes(db, list);
    if (sqlite3_close(db) != SQLITE_OK) {
        die("the peer's file cannot be closed");
    }
    return span_end(begun);
}

/* ---- both ---- */

static void report(const char *name, span ours, span peer)
{
    (void)printf("%-44s %9.1f ms CPU %9.1f ms wall   ratio %5.2f CPU %5.2f wall\n", name,
                 ours.cpu_ms, ours.wall_ms, ours.cpu_ms / peer.cpu_ms, ours.wall_ms / peer.wall_ms);
}

static void check_peer(const char *written, const char *updated)
{
    change_list rest = { .count = 0 };
    compare_databases(written, updated, &rest);
    if (rest.count > 0) {
        die("the peer wrote something else");
    }
}

int main(int argc, char **argv)
{
    static span whole[ROUNDS_MAX];
    static span apply[ROUNDS_MAX];
    static span peer[ROUNDS_MAX];
    char ours_path[4096];
    char peer_path[4096];
    change_list list = { .count = 0 };
    long rounds = argc > 4 ? strtol(argv[4], NULL, 10) : ROUNDS_DEFAULT;
    if (argc < 4 || rounds < 1 || rounds > ROUNDS_MAX) {
        die("expected REPLICA FEED SECONDS [ROUNDS]");
    }
    int64_t now_s = strtoll(argv[3], NULL, 10);
    wm_json_own_process(); /* as the program does; the peer is better off, too */
    wm_store_own_process();
    (void)snprintf(ours_path, sizeof ours_path, "%s.ours", argv[1]);
    (void)snprintf(peer_path, sizeof peer_path, "%s.peer", argv[1]);
    copy_file(argv[1], ours_path);
    (void)run_update(ours_path, argv[2], now_s);
    compare_databases(argv[1], ours_path, &list);
    for (long i = 0; i < rounds; i++) {
        remove_database(ours_path);
        copy_file(argv[1], ours_path);
        update one = run_update(ours_path, argv[2], now_s);
        whole[i] = one.whole;
        apply[i] = one.apply;
        remove_database(peer_path);
        copy_file(argv[1], peer_path);
        peer[i] = run_peer(peer_path, &list);
    }
    check_peer(peer_path, ours_path);
    span peer_median = median(peer, (size_t)rounds);
    report("SQLite, the same rows and index entries", peer_median, peer_median);
    report("apply, with checkpoint", median(apply, (size_t)rounds), peer_median);
    report("the whole update, with metadata", median(whole, (size_t)rounds), peer_median);
    remove_database(ours_path);
    remove_database(peer_path);
    return 0;
}
