/* test_exact.c: what the index finds is what is there. Random directories, grown release by release
 * with services that come, change and go; random questions; each answered through the index, and
 * again by reading every record (support/scan.h). Both answers are the same bytes. And which
 * services an answer is of, and in which order, is judged apart (support/judge.h).
 *
 *   WAYMARK_SEED=n cases.test_exact     the same directories and questions again
 *   WAYMARK_LONG=1                      ten times as many questions
 *   WAYMARK_DIRECTORY=x.db WAYMARK_QUERIES=lines
 *                                       a directory and questions of your own, too */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "ask/find.h"
#include "judge.h"
#include "random_maker.h"
#include "scan.h"
#include "small_directory.h"

#define SERVICES 400
#ifdef __SANITIZE_ADDRESS__
#define QUESTIONS 400 /* five times slower */
#else
#define QUESTIONS 2000
#endif
#define LONG_QUESTIONS 20000
#define FAULT_QUESTIONS 400 /* until a fault is seen */

/* One file and view, asked through two handles. */
typedef struct pair {
    wm_store *stores[2];
    wm_asker askers[2]; /* by the index, by the records */
    wm_scan *scan;
    wm_judge *judge;
    wm_buf answers[2];
    wm_error errors[2];
    wm_status statuses[2];
} pair;

typedef struct world {
    wm_real_directory *real;
    wm_random_maker *maker;
    char folder[256];
    char paths[3][300]; /* author, replica, one with a fault */
    size_t questions;
    pair asked; /* closed between two tests, also after a failure */
} world;

/* ---- directories that have lived ---- */

static wm_status refuse(void *context, const wm_finding *finding)
{
    (void)context;
    if (finding->is_error) {
        print_error("%.*s: %s: %s\n", WM_STR_ARG(finding->id), finding->path, finding->text);
        fail();
    }
    return WM_OK;
}

static void put_text(wm_txn *txn, wm_kind kind, const wm_buf *text)
{
    wm_error err = { 0 };
    wm_arena arena;
    wm_buf canonical;
    const wm_json *value = NULL;
    wm_finding_sink sink = { refuse, NULL };
    wm_arena_init(&arena, wm_env_system(), WM_MIB);
    wm_buf_init(&canonical, wm_env_system(), WM_RECORD_BYTES_MAX);
    assert_ok(wm_json_parse(&arena, wm_buf_str(text), WM_RECORD_BYTES_MAX, &value, &err), &err);
    wm_str id = wm_json_string(wm_json_get(value, "id"));
    assert_ok(wm_record_check(kind, id, value, &sink, &err), &err);
    wm_json_write(&canonical, value);
    wm_record record = { kind, id, wm_buf_str(&canonical) };
    assert_ok(wm_history_put(txn, &record, NULL, NULL, &err), &err);
    wm_buf_fini(&canonical);
    wm_arena_fini(&arena);
}

static void withdraw(wm_txn *txn, unsigned number)
{
    wm_error err = { 0 };
    char id[WM_MAKER_ID_BYTES];
    wm_str service = wm_str_of(wm_maker_service_id(number, id));
    wm_status status = wm_history_withdraw(txn, WM_KIND_SERVICE, service, &err);
    if (status != WM_NOT_FOUND) {
        assert_ok(status, &err);
    }
}

/* So many of a hundred are made anew; some go, and may come back with the next edit. */
static void edit(world *w, wm_store *store, uint32_t percent)
{
    wm_error err = { 0 };
    wm_txn *txn = NULL;
    wm_buf text;
    wm_buf_init(&text, wm_env_system(), WM_RECORD_BYTES_MAX);
    assert_ok(wm_txn_begin(store, &txn, &err), &err);
    for (unsigned i = 0; i < WM_MAKER_SITES; i++) {
        if (wm_maker_chance(w->maker, percent)) {
            wm_random_site(w->maker, i, &text);
            put_text(txn, WM_KIND_SITE, &text);
        }
    }
    for (unsigned i = 0; i < SERVICES; i++) {
        if (percent < 100 && wm_maker_chance(w->maker, 4)) {
            withdraw(txn, i);
        } else if (wm_maker_chance(w->maker, percent)) {
            wm_random_service(w->maker, i, &text);
            put_text(txn, WM_KIND_SERVICE, &text);
        }
    }
    assert_ok(wm_txn_commit(txn, &err), &err);
    wm_buf_fini(&text);
}

/* All of directory-data, its own services too: their offers are what the rules ask for. */
static void put_frame(const world *w, wm_store *store)
{
    wm_error err = { 0 };
    wm_txn *txn = NULL;
    assert_ok(wm_txn_begin(store, &txn, &err), &err);
    for (size_t i = 0; i < w->real->record_count; i++) {
        assert_ok(wm_history_put(txn, &w->real->records[i], NULL, NULL, &err), &err);
    }
    assert_ok(wm_txn_commit(txn, &err), &err);
}

static wm_store *open_store(const char *path, unsigned flags)
{
    wm_error err = { 0 };
    wm_store *store = NULL;
    assert_ok(wm_store_open(wm_env_system(), path, flags, &store, &err), &err);
    return store;
}

/* The replica has the public edition, and took each release as a delta. */
static void grow(world *w)
{
    static const char *const days[] = { "2026-11-18", "2026-11-19", "2026-11-20" };
    wm_error err = { 0 };
    wm_store *author = open_store(w->paths[0], WM_STORE_WRITE | WM_STORE_CREATE | WM_STORE_AUTHOR);
    wm_store *replica =
        open_store(w->paths[1], WM_STORE_WRITE | WM_STORE_CREATE | WM_STORE_REPLICA);
    put_frame(w, author);
    for (int64_t release = 1; release <= 3; release++) {
        const int64_t span[2] = { release - 1, release };
        edit(w, author, release == 1 ? 100 : 25);
        assert_int_equal(wm_test_release(author, days[release - 1]), release);
        assert_ok(wm_test_sync(author, replica, WM_EDITION_PUBLIC, span, "all", &err), &err);
    }
    edit(w, author, 10); /* not released yet */
    wm_store_close(replica);
    wm_store_close(author);
}

static int set_up(void **state)
{
    world *w = calloc(1, sizeof *w);
    assert_non_null(w);
    w->real = wm_real_directory_new();
    w->maker = wm_random_maker_new(w->real, wm_test_random_new(20261122), SERVICES);
    w->questions = getenv("WAYMARK_LONG") != NULL ? LONG_QUESTIONS : QUESTIONS;
    (void)wm_test_folder(w->folder);
    (void)snprintf(w->paths[0], sizeof w->paths[0], "%s/author.db", w->folder);
    (void)snprintf(w->paths[1], sizeof w->paths[1], "%s/replica.db", w->folder);
    (void)snprintf(w->paths[2], sizeof w->paths[2], "%s/fault.db", w->folder);
    grow(w);
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    world *w = *state;
    wm_test_folder_remove(w->folder);
    wm_random_maker_free(w->maker);
    wm_real_directory_free(w->real);
    free(w);
    return 0;
}

/* ---- both ways ---- */

static void open_pair(pair *p, const char *path, wm_view view)
{
    wm_error err = { 0 };
    for (size_t i = 0; i < 2; i++) {
        wm_buf_init(&p->answers[i], wm_env_system(), WM_ANSWER_BYTES_MAX);
        p->stores[i] = open_store(path, WM_STORE_READ);
    }
    p->judge = wm_judge_new(p->stores[0], view);
    p->scan = wm_scan_begin(p->stores[1], view);
    for (size_t i = 0; i < 2; i++) {
        assert_ok(wm_asker_init(&p->askers[i], p->stores[i], view, &err), &err);
    }
}

static void close_pair(pair *p)
{
    wm_scan_end(p->scan);
    wm_judge_free(p->judge);
    for (size_t i = 0; i < 2; i++) {
        if (p->stores[i] != NULL) {
            wm_asker_fini(&p->askers[i]);
            wm_store_close(p->stores[i]);
            wm_buf_fini(&p->answers[i]);
        }
    }
    *p = (pair){ .scan = NULL };
}

static int close_asked(void **state)
{
    world *w = *state;
    close_pair(&w->asked);
    return 0;
}

static void show_difference(const pair *p, wm_str query)
{
    wm_str left = wm_buf_str(&p->answers[0]);
    wm_str right = wm_buf_str(&p->answers[1]);
    size_t at = 0;
    while (at < left.len && at < right.len && left.ptr[at] == right.ptr[at]) {
        at++;
    }
    size_t from = at > 200 ? at - 200 : 0;
    print_error("question: %.*s\nstatus %d %s\n    or %d %s\nat byte %zu, by the index:\n%.*s\n"
                "by the records:\n%.*s\n",
                WM_STR_ARG(query), (int)p->statuses[0], p->errors[0].text, (int)p->statuses[1],
                p->errors[1].text, at, (int)(left.len - from < 600 ? left.len - from : 600),
                left.ptr + from, (int)(right.len - from < 600 ? right.len - from : 600),
                right.ptr + from);
}

/* Answers, or with a service explains it, both ways. True if both say the same. */
static bool agree_on(pair *p, wm_str service, wm_str query)
{
    for (size_t i = 0; i < 2; i++) {
        p->errors[i] = (wm_error){ .status = WM_OK };
        wm_buf_reset(&p->answers[i]);
        p->statuses[i] = service.len > 0 ? wm_find_explain(&p->askers[i], service, query, NULL,
                                                           &p->answers[i], &p->errors[i])
                                         : wm_find_answer(&p->askers[i], query, NULL,
                                                          &p->answers[i], &p->errors[i]);
    }
    return p->statuses[0] == p->statuses[1] && strcmp(p->errors[0].text, p->errors[1].text) == 0 &&
           wm_str_equal(wm_buf_str(&p->answers[0]), wm_buf_str(&p->answers[1]));
}

static void check_same(pair *p, wm_str service, wm_str query)
{
    if (!agree_on(p, service, query)) {
        show_difference(p, query);
        fail();
    }
}

/* A few questions contradict themselves, and are errors both ways. */
static void ask(world *w, const char *path, wm_view view, size_t questions)
{
    pair *p = &w->asked;
    wm_buf query;
    size_t answered = 0;
    wm_buf_init(&query, wm_env_system(), WM_MIB);
    open_pair(p, path, view);
    for (size_t i = 0; i < questions; i++) {
        wm_random_query(w->maker, &query);
        check_same(p, WM_STR(""), wm_buf_str(&query));
        if (p->statuses[0] == WM_OK) {
            wm_judge_answer(p->judge, wm_buf_str(&query), wm_buf_str(&p->answers[0]));
            answered++;
        }
        if (i % 8 == 0) {
            char id[WM_MAKER_ID_BYTES];
            unsigned number = wm_maker_below(w->maker, SERVICES);
            check_same(p, wm_str_of(wm_maker_service_id(number, id)), wm_buf_str(&query));
        }
    }
    assert_true(answered > questions * 9 / 10);
    assert_true(wm_scan_count(p->scan) > questions); /* the linker did its part */
    wm_buf_fini(&query);
}

static void an_answer_of_the_last_release_is_that_of_its_records(void **state)
{
    world *w = *state;
    ask(w, w->paths[0], WM_VIEW_LATEST, w->questions * 6 / 10);
    assert_true(wm_judge_is_through(w->asked.judge));
}

/* Asking of a working state begins anew each time. */
static void an_answer_of_the_working_state_is_that_of_its_records(void **state)
{
    world *w = *state;
    ask(w, w->paths[0], WM_VIEW_WORKING, w->questions / 20);
}

static void an_answer_of_a_replica_is_that_of_its_records(void **state)
{
    world *w = *state;
    ask(w, w->paths[1], WM_VIEW_LATEST, w->questions * 4 / 10);
}

/* ---- what would not be exact shows ---- */

/* Of the index alone: the records stay as they are. */
static const struct {
    const char *what;
    const char *sql;
} faults[] = {
    { "services stand no more for a need in an area",
      "DELETE FROM posting WHERE (need, area, chunk) IN (SELECT need, area, chunk FROM posting"
      " WHERE need < 1073741824 ORDER BY length(slots) DESC LIMIT 3)" },
    { "services stand no more for offers", "DELETE FROM posting WHERE need > 2147483648" },
    { "the last byte of each block is another",
      "UPDATE block SET bytes = CAST(substr(bytes, 1, length(bytes) - 1) ||"
      " CASE WHEN substr(bytes, -1) = x'01' THEN x'02' ELSE x'01' END AS BLOB)" },
    { "criteria are those of another service",
      "UPDATE service SET program ="
      " (SELECT s.program FROM service AS s WHERE s.rev <> service.rev ORDER BY s.rev LIMIT 1)" },
    { "successors are forgotten", "UPDATE service SET successors = '' WHERE successors <> ''" },
    { "cards are those of another service",
      "UPDATE service SET face ="
      " (SELECT s.face FROM service AS s WHERE s.rev <> service.rev ORDER BY s.rev LIMIT 1)" },
    { "sites have moved", "UPDATE site SET lat = lat + 30000 WHERE lat IS NOT NULL" },
    { "rules are those of another",
      "UPDATE rule SET program ="
      " (SELECT r.program FROM rule AS r WHERE r.rev <> rule.rev ORDER BY r.rev DESC LIMIT 1)" },
};

static void run(sqlite3 *handle, const char *sql)
{
    char *text = NULL;
    if (sqlite3_exec(handle, sql, NULL, NULL, &text) != SQLITE_OK) {
        print_error("%s: %s\n", sql, text);
        fail();
    }
}

static void copy_with(const world *w, const char *fault)
{
    char sql[512];
    sqlite3 *handle = NULL;
    (void)remove(w->paths[2]);
    (void)snprintf(sql, sizeof sql, "VACUUM INTO '%s'", w->paths[2]);
    assert_int_equal(sqlite3_open(w->paths[0], &handle), SQLITE_OK);
    run(handle, sql);
    assert_int_equal(sqlite3_close(handle), SQLITE_OK);
    assert_int_equal(sqlite3_open(w->paths[2], &handle), SQLITE_OK);
    run(handle, fault);
    assert_true(sqlite3_changes(handle) > 0);
    assert_int_equal(sqlite3_close(handle), SQLITE_OK);
}

/* Until they do not. */
static bool agree_on_questions(world *w, size_t questions)
{
    bool agree = true;
    wm_buf query;
    wm_buf_init(&query, wm_env_system(), WM_MIB);
    open_pair(&w->asked, w->paths[2], WM_VIEW_LATEST);
    for (size_t i = 0; i < questions && agree; i++) {
        wm_random_query(w->maker, &query);
        agree = agree_on(&w->asked, WM_STR(""), wm_buf_str(&query));
    }
    close_pair(&w->asked);
    wm_buf_fini(&query);
    return agree;
}

static void a_fault_of_the_index_shows_in_an_answer(void **state)
{
    world *w = *state;
    copy_with(w, "UPDATE rule SET program = program");
    assert_true(agree_on_questions(w, 20));
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        copy_with(w, faults[i].sql);
        if (agree_on_questions(w, FAULT_QUESTIONS)) {
            print_error("nobody noticed: %s\n", faults[i].what);
            fail();
        }
    }
}

/* A directory from outside, and a file with a query a line. */
static void an_answer_of_your_own_directory_is_that_of_its_records(void **state)
{
    world *w = *state;
    const char *path = getenv("WAYMARK_DIRECTORY");
    const char *queries = getenv("WAYMARK_QUERIES");
    if (path == NULL || queries == NULL) {
        skip();
    }
    FILE *stream = fopen(queries, "rb");
    char *line = malloc(WM_QUERY_BYTES_MAX);
    assert_non_null(stream);
    assert_non_null(line);
    open_pair(&w->asked, path, WM_VIEW_LATEST);
    while (fgets(line, WM_QUERY_BYTES_MAX, stream) != NULL) {
        check_same(&w->asked, WM_STR(""), (wm_str){ line, strcspn(line, "\n") });
        assert_ok(w->asked.statuses[0], &w->asked.errors[0]);
    }
    free(line);
    fclose(stream);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(an_answer_of_the_last_release_is_that_of_its_records,
                                  close_asked),
        cmocka_unit_test_teardown(an_answer_of_the_working_state_is_that_of_its_records,
                                  close_asked),
        cmocka_unit_test_teardown(an_answer_of_a_replica_is_that_of_its_records, close_asked),
        cmocka_unit_test_teardown(a_fault_of_the_index_shows_in_an_answer, close_asked),
        cmocka_unit_test_teardown(an_answer_of_your_own_directory_is_that_of_its_records,
                                  close_asked),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
