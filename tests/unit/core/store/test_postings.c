/* test_postings.c: postings hold the slots that a plain list would; the same slots make the same
 * rows, whichever way they came; slots are used again; and whatever is changed behind our back is
 * found. */
#include <stdio.h>
#include <stdlib.h>

#include <sqlite3.h>

#include "small_directory.h"
#include "store/block.h"
#include "store/candidates.h"
#include "store/postings.h"

#define KEYS 4
#define SPAN 12000 /* slots of a key lie so close together */
#define SERVICES 200

/* ---- chunks -------------------------------------------------------------------------------- */

static wm_status decode(wm_str bytes, wm_arena *arena, uint32_t **slots, size_t *count)
{
    size_t capacity = 0;
    wm_status status = WM_OK;
    char *copy = malloc(bytes.len > 0 ? bytes.len : 1); /* of exactly that length */
    assert_non_null(copy);
    memcpy(copy, bytes.ptr, bytes.len);
    *slots = NULL;
    *count = 0;
    status = wm_posting_decode((wm_str){ copy, bytes.len }, arena, slots, count, &capacity, NULL);
    free(copy);
    return status;
}

static size_t make_slots(wm_test_random *random, uint32_t *slots, size_t most)
{
    static const uint32_t steps[] = { 2, 300, 70000, 1U << 30 };
    uint64_t slot = wm_test_random_below(random, 3);
    size_t count = 0;
    while (count < most && slot <= UINT32_MAX) {
        slots[count++] = (uint32_t)slot;
        slot += 1 + wm_test_random_below(random, steps[wm_test_random_below(random, 4)]);
    }
    return count;
}

static void what_is_encoded_is_decoded(void **state)
{
    (void)state;
    wm_test_random random = wm_test_random_new(51);
    for (int round = 0; round < 1000; round++) {
        uint32_t slots[60];
        uint32_t *found = NULL;
        size_t count = make_slots(&random, slots, 1 + wm_test_random_below(&random, 60));
        size_t found_count = 0;
        wm_arena arena;
        wm_buf bytes;
        wm_arena_init(&arena, wm_env_system(), WM_MIB);
        wm_buf_init(&bytes, wm_env_system(), WM_MIB);
        wm_posting_encode(slots, count, &bytes);
        assert_ok(decode(wm_buf_str(&bytes), &arena, &found, &found_count), NULL);
        assert_int_equal(found_count, count);
        assert_memory_equal(found, slots, count * sizeof *slots);
        wm_buf_fini(&bytes);
        wm_arena_fini(&arena);
    }
}

static void damaged_chunks_are_refused_or_rise(void **state)
{
    (void)state;
    wm_test_random random = wm_test_random_new(52);
    uint32_t slots[200];
    wm_arena arena;
    wm_buf bytes;
    long refused = 0;
    wm_arena_init(&arena, wm_env_system(), WM_MIB);
    wm_buf_init(&bytes, wm_env_system(), WM_MIB);
    wm_posting_encode(slots, make_slots(&random, slots, 200), &bytes);
    for (size_t at = 0; at < bytes.len; at++) {
        char right = bytes.data[at];
        for (unsigned value = 0; value < 256; value++) {
            uint32_t *found = NULL;
            size_t count = 0;
            bytes.data[at] = (char)value;
            wm_arena_reset(&arena);
            wm_status status = decode(wm_buf_str(&bytes), &arena, &found, &count);
            assert_true(status == WM_OK || status == WM_CORRUPT);
            refused += status == WM_CORRUPT ? 1 : 0;
            for (size_t i = 1; i < count; i++) {
                assert_true(found[i] > found[i - 1]);
            }
        }
        bytes.data[at] = right;
    }
    assert_true(refused > 0);
    wm_buf_fini(&bytes);
    wm_arena_fini(&arena);
}

/* ---- changes against a plain list ---------------------------------------------------------- */

typedef struct model {
    wm_store *store;
    wm_test_random random;
    bool has[KEYS][SPAN];
} model;

static wm_posting_key key_of(unsigned key)
{
    return (wm_posting_key){ key < 2 ? 7 : WM_POSTING_EVERY, key % 2 == 0 ? 3 : WM_SYMBOL_NONE };
}

/* The last key's slots are the greatest that there are. */
static uint32_t slot_of(unsigned key, uint32_t at)
{
    return key == KEYS - 1 ? UINT32_MAX - (SPAN - 1) + at : at;
}

static void apply(wm_store *store, wm_posting_change *changes, size_t count)
{
    wm_error err = { 0 };
    wm_txn *txn = NULL;
    assert_ok(wm_txn_begin(store, &txn, &err), &err);
    assert_ok(wm_posting_apply(txn, changes, count, &err), &err);
    assert_ok(wm_txn_commit(txn, &err), &err);
}

/* The same slot may change several times: the last counts. `joins`: of a hundred. */
static void change(model *m, size_t count, uint32_t joins)
{
    wm_posting_change *changes = calloc(count, sizeof *changes);
    assert_non_null(changes);
    for (uint32_t i = 0; i < count; i++) {
        unsigned key = wm_test_random_below(&m->random, KEYS);
        uint32_t at = wm_test_random_below(&m->random, SPAN);
        at = i % 5 == 0 ? at % 16 : at;
        bool is_in = wm_test_random_below(&m->random, 100) < joins;
        m->has[key][at] = is_in;
        changes[i] = (wm_posting_change){ key_of(key), slot_of(key, at), i << 1 | (is_in ? 0 : 1) };
    }
    apply(m->store, changes, count);
    free(changes);
}

static void assert_reads(const model *m)
{
    wm_arena arena;
    wm_arena_init(&arena, wm_env_system(), 64 * WM_MIB);
    for (unsigned key = 0; key < KEYS; key++) {
        wm_error err = { 0 };
        uint32_t *slots = NULL;
        size_t count = 0;
        size_t right = 0;
        assert_ok(wm_posting_read(m->store, key_of(key), &arena, &slots, &count, &err), &err);
        for (uint32_t at = 0; at < SPAN; at++) {
            if (m->has[key][at]) {
                assert_true(right < count);
                assert_int_equal(slots[right++], slot_of(key, at));
            }
        }
        assert_int_equal(count, right);
    }
    wm_arena_fini(&arena);
}

static sqlite3_stmt *query(wm_store *store, const char *sql)
{
    sqlite3_stmt *st = NULL;
    assert_int_equal(sqlite3_prepare_v2(store->handle, sql, -1, &st, NULL), SQLITE_OK);
    return st;
}

/* Each row begins where it says, and goes on to where the next must begin. */
static void assert_chunks(wm_store *store)
{
    wm_arena arena;
    sqlite3_stmt *st =
        query(store, "SELECT need, area, chunk, slots FROM posting ORDER BY 1, 2, 3");
    wm_posting_key before = { 0, 0 };
    wm_arena_init(&arena, wm_env_system(), 64 * WM_MIB);
    while (sqlite3_step(st) == SQLITE_ROW) {
        uint32_t *slots = NULL;
        size_t count = 0;
        wm_posting_key key = { (uint32_t)sqlite3_column_int64(st, 0),
                               (uint32_t)sqlite3_column_int64(st, 1) };
        wm_str bytes = { sqlite3_column_blob(st, 3), (size_t)sqlite3_column_bytes(st, 3) };
        wm_arena_reset(&arena);
        assert_ok(decode(bytes, &arena, &slots, &count), NULL);
        assert_true(count > 0);
        bool begins = wm_posting_begins(slots[0]);
        assert_true(begins || key.need != before.need || key.area != before.area);
        assert_int_equal(sqlite3_column_int64(st, 2), begins ? (sqlite3_int64)slots[0] : 0);
        for (size_t i = 1; i < count; i++) {
            assert_false(wm_posting_begins(slots[i]));
        }
        before = key;
    }
    assert_int_equal(sqlite3_finalize(st), SQLITE_OK);
    wm_arena_fini(&arena);
}

static void put_rows(wm_store *store, wm_buf *text)
{
    sqlite3_stmt *st =
        query(store, "SELECT need || ' ' || area || ' ' || chunk || ' ' || hex(slots) FROM posting"
                     " ORDER BY need, area, chunk");
    while (sqlite3_step(st) == SQLITE_ROW) {
        wm_buf_put_text(text, (const char *)sqlite3_column_text(st, 0));
        wm_buf_put_char(text, '\n');
    }
    assert_int_equal(sqlite3_finalize(st), SQLITE_OK);
}

/* As if all slots had come at once. */
static void assert_same_as_anew(const model *m)
{
    size_t count = 0;
    wm_store *store = wm_test_store();
    wm_buf rows;
    wm_buf anew;
    wm_posting_change *changes = calloc((size_t)KEYS * SPAN, sizeof *changes);
    assert_non_null(changes);
    for (unsigned key = 0; key < KEYS; key++) {
        for (uint32_t at = 0; at < SPAN; at++) {
            if (m->has[key][at]) {
                changes[count] =
                    (wm_posting_change){ key_of(key), slot_of(key, at), (uint32_t)count << 1 };
                count++;
            }
        }
    }
    apply(store, changes, count);
    wm_buf_init(&rows, wm_env_system(), 64 * WM_MIB);
    wm_buf_init(&anew, wm_env_system(), 64 * WM_MIB);
    put_rows(m->store, &rows);
    put_rows(store, &anew);
    assert_true(wm_str_equal(wm_buf_str(&rows), wm_buf_str(&anew)));
    wm_buf_fini(&anew);
    wm_buf_fini(&rows);
    free(changes);
    wm_store_close(store);
}

static void postings_are_what_a_plain_list_would_be(void **state)
{
    (void)state;
    static const uint32_t joins[] = { 100, 60, 40, 10, 0, 80 };
    model *m = calloc(1, sizeof *m);
    assert_non_null(m);
    m->random = wm_test_random_new(53);
    m->store = wm_test_store();
    for (int round = 0; round < 36; round++) {
        size_t most = round % 3 == 0 ? 20000 : 40;
        change(m, wm_test_random_below(&m->random, (uint32_t)most), joins[round / 3 % 6]);
        assert_reads(m);
        assert_chunks(m->store);
        assert_same_as_anew(m);
    }
    wm_store_close(m->store);
    free(m);
}

/* ---- services ------------------------------------------------------------------------------ */

typedef struct scene {
    char folder[256];
    char path[300];
    wm_store *store;
} scene;

static int set_up(void **state)
{
    wm_error err = { 0 };
    scene *s = calloc(1, sizeof *s);
    assert_non_null(s);
    wm_test_folder(s->folder);
    (void)snprintf(s->path, sizeof s->path, "%s/test.db", s->folder);
    assert_ok(wm_store_open(wm_env_system(), s->path,
                            WM_STORE_WRITE | WM_STORE_CREATE | WM_STORE_AUTHOR, &s->store, &err),
              &err);
    wm_test_small_directory(s->store);
    *state = s;
    return 0;
}

static int tear_down(void **state)
{
    scene *s = *state;
    wm_store_close(s->store);
    wm_test_folder_remove(s->folder);
    free(s);
    return 0;
}

/* In Wiltshire; `edit` 0: none of it. All in one transaction. */
static void put_services(const scene *s, unsigned from, unsigned to, unsigned edit)
{
    wm_error err = { 0 };
    wm_arena arena;
    wm_txn *txn = NULL;
    wm_arena_init(&arena, wm_env_system(), 64 * WM_MIB);
    assert_ok(wm_txn_begin(s->store, &txn, &err), &err);
    for (unsigned i = from; i < to; i++) {
        char text[512];
        (void)snprintf(text, sizeof text,
                       "{'id':'s%u','name':'N','organization':'trust','kind':'k%u',"
                       "'status':'active','needs':['anx.panic'],'offers':['o%u'],'areas':['WIL'],"
                       "'eligibility':{'who':{'age':{'min':%u}}}}",
                       i, edit, i % 3, i % 90);
        wm_record record = wm_test_record(&arena, WM_KIND_SERVICE, text);
        if (edit > 0) {
            assert_ok(wm_history_put(txn, &record, NULL, NULL, &err), &err);
        } else {
            assert_ok(wm_history_withdraw(txn, WM_KIND_SERVICE, record.id, &err), &err);
        }
    }
    assert_ok(wm_txn_commit(txn, &err), &err);
    wm_arena_fini(&arena);
}

static sqlite3_int64 count(const scene *s, const char *sql)
{
    sqlite3_stmt *st = query(s->store, sql);
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    sqlite3_int64 found = sqlite3_column_int64(st, 0);
    assert_int_equal(sqlite3_finalize(st), SQLITE_OK);
    return found;
}

static wm_status verify(const scene *s)
{
    wm_error err = { 0 };
    wm_status status = wm_store_verify_index(s->store, &err);
    assert_true(status == WM_OK || status == WM_CORRUPT);
    return status;
}

/* Those that are found by need and area. */
static size_t found_in(const scene *s, const char *area)
{
    wm_error err = { 0 };
    wm_arena arena;
    wm_symbols *symbols = NULL;
    wm_entry *entries = NULL;
    size_t found = 0;
    wm_arena_init(&arena, wm_env_system(), 64 * WM_MIB);
    assert_ok(wm_store_read_begin(s->store, &err), &err);
    assert_ok(wm_store_symbols(s->store, &symbols, &err), &err);
    wm_symbol need = wm_symbols_find(symbols, WM_STR("anx.panic"));
    wm_symbol code = wm_symbols_find(symbols, wm_str_of(area));
    wm_candidate_filter filter = { WM_VIEW_WORKING, { &need, 1, false }, { &code, 1, false } };
    assert_ok(wm_store_candidates(s->store, &filter, &arena, &entries, &found, &err), &err);
    for (size_t i = 1; i < found; i++) {
        assert_true(entries[i].slot > entries[i - 1].slot);
    }
    wm_store_read_end(s->store);
    wm_arena_fini(&arena);
    return found;
}

static const char BLOCKS[] = "SELECT count(*) FROM block";

static void services_of_one_home_fill_several_blocks(void **state)
{
    const scene *s = *state;
    sqlite3_int64 before = count(s, BLOCKS);
    put_services(s, 0, SERVICES, 1);
    sqlite3_int64 blocks = count(s, BLOCKS) - before;
    assert_true(blocks >= SERVICES / WM_BLOCK_PLACES + 1 && blocks < SERVICES / 16);
    assert_int_equal(found_in(s, "WIL"), SERVICES);
    assert_int_equal(count(s, "SELECT count(DISTINCT home) FROM block"), before + 1);
    assert_int_equal(verify(s), WM_OK);
}

/* Those that go make room for those that come; nothing is left when all are gone. */
static void slots_are_used_again(void **state)
{
    const scene *s = *state;
    sqlite3_int64 before = count(s, BLOCKS);
    put_services(s, 0, SERVICES, 1);
    sqlite3_int64 blocks = count(s, BLOCKS);
    for (unsigned round = 0; round < 5; round++) {
        put_services(s, 20 * round, 20 * round + 20, 0);
        assert_int_equal(found_in(s, "WIL"), SERVICES - 20);
        put_services(s, 20 * round, 20 * round + 20, 2 + round);
        assert_int_equal(found_in(s, "WIL"), SERVICES);
        assert_in_range(count(s, BLOCKS), blocks,
                        blocks + 1); /* who fills a block begins another */
        assert_int_equal(verify(s), WM_OK);
    }
    put_services(s, 0, SERVICES, 0);
    assert_int_equal(found_in(s, "WIL"), 0);
    assert_int_equal(count(s, BLOCKS), before);
    assert_int_equal(verify(s), WM_OK);
}

/* What was released stays beside what is edited, in a slot of its own, and each view has its own.
 */
static void released_and_edited_stand_side_by_side(void **state)
{
    const scene *s = *state;
    put_services(s, 0, 70, 1);
    (void)wm_test_release(s->store, "2026-01-05");
    put_services(s, 0, 70, 2);
    assert_int_equal(found_in(s, "WIL"), 70);
    assert_int_equal(count(s, "SELECT count(DISTINCT slot) FROM service"), 70 + 70 + 4);
    assert_int_equal(verify(s), WM_OK);
    (void)wm_test_release(s->store, "2026-02-05");
    assert_int_equal(count(s, "SELECT count(*) FROM service"), 70 + 4);
    assert_int_equal(verify(s), WM_OK);
}

/* ---- damage behind our back ---------------------------------------------------------------- */

static void tamper(const scene *s, const char *sql)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(s->path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) {
        print_error("%s: %s\n", sql, sqlite3_errmsg(db));
        fail();
    }
    assert_true(sqlite3_changes(db) > 0);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* Each alone, and put right again. */
static void whatever_is_changed_is_found(void **state)
{
    static const char *const changes[] = {
        "DELETE FROM posting WHERE need = 2147483647",
        "DELETE FROM posting WHERE need = (SELECT min(need) FROM posting)",
        "INSERT INTO posting SELECT need + 1000, area, chunk, slots FROM posting LIMIT 1",
        "INSERT INTO posting SELECT need, area + 1000, chunk, slots FROM posting LIMIT 1",
        "INSERT INTO posting VALUES(5, 5, 0, x'')",
        "UPDATE posting SET area = area + 1000",
        "UPDATE posting SET need = need + 4294967296",
        "UPDATE posting SET area = area - 4294967296",
        "UPDATE posting SET chunk = chunk + 1",
        "UPDATE posting SET slots = CAST(slots || x'01' AS BLOB)",
        "UPDATE posting SET slots = x''",
        "UPDATE service SET slot = slot + 1",
        "UPDATE service SET slot = -1",
        "UPDATE service SET slot = slot + 4294967296",
        "UPDATE service SET successors = 'x' || char(10)",
        "DELETE FROM service",
        "INSERT INTO service SELECT 999999, slot, successors, program, face FROM service LIMIT 1",
        "DELETE FROM block",
        "UPDATE block SET bytes = CAST(bytes || x'00' AS BLOB)",
        "UPDATE block SET number = number + 100",
        "UPDATE block SET open = 1 - open",
        "UPDATE block SET home = 123456789",
        "UPDATE block SET home = home + 4294967296",
        "INSERT INTO block SELECT 1000, home, open, bytes FROM block LIMIT 1",
    };
    const scene *s = *state;
    put_services(s, 0, 70, 1);
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        tamper(s, "DROP TABLE IF EXISTS kept_posting; DROP TABLE IF EXISTS kept_block;"
                  "DROP TABLE IF EXISTS kept_service;"
                  "CREATE TABLE kept_posting AS SELECT * FROM posting;"
                  "CREATE TABLE kept_block AS SELECT * FROM block;"
                  "CREATE TABLE kept_service AS SELECT * FROM service;"
                  "UPDATE meta SET value = value");
        tamper(s, changes[i]);
        if (verify(s) != WM_CORRUPT) {
            print_error("not found: %s\n", changes[i]);
            fail();
        }
        tamper(s, "DELETE FROM posting; DELETE FROM block; DELETE FROM service;"
                  "INSERT INTO posting SELECT * FROM kept_posting;"
                  "INSERT INTO block SELECT * FROM kept_block;"
                  "INSERT INTO service SELECT * FROM kept_service");
        assert_int_equal(verify(s), WM_OK);
    }
}

static void write_bytes(const scene *s, sqlite3_int64 number, wm_str bytes)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *st = NULL;
    assert_int_equal(sqlite3_open(s->path, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(db, "UPDATE block SET bytes = ?2 WHERE number = ?1", -1, &st, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_bind_int64(st, 1, number), SQLITE_OK);
    assert_int_equal(sqlite3_bind_blob(st, 2, bytes.ptr, (int)bytes.len, SQLITE_STATIC), SQLITE_OK);
    assert_int_equal(sqlite3_step(st), SQLITE_DONE);
    assert_int_equal(sqlite3_finalize(st), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void each_byte_of_a_block_counts(void **state)
{
    const scene *s = *state;
    wm_buf block;
    put_services(s, 0, 3, 1);
    wm_buf_init(&block, wm_env_system(), WM_BLOCK_BYTES_MAX);
    sqlite3_stmt *st = query(s->store, "SELECT number, bytes FROM block ORDER BY number DESC");
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    sqlite3_int64 number = sqlite3_column_int64(st, 0);
    wm_buf_put(&block, sqlite3_column_blob(st, 1), (size_t)sqlite3_column_bytes(st, 1));
    assert_int_equal(sqlite3_finalize(st), SQLITE_OK);
    for (size_t at = 0; at < block.len; at++) {
        char right = block.data[at];
        block.data[at] = (char)((unsigned char)right ^ 1u << at % 8);
        write_bytes(s, number, wm_buf_str(&block));
        assert_int_equal(verify(s), WM_CORRUPT);
        block.data[at] = right;
    }
    write_bytes(s, number, wm_buf_str(&block));
    assert_int_equal(verify(s), WM_OK);
    wm_buf_fini(&block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_encoded_is_decoded),
        cmocka_unit_test(damaged_chunks_are_refused_or_rise),
        cmocka_unit_test(postings_are_what_a_plain_list_would_be),
        cmocka_unit_test_setup_teardown(services_of_one_home_fill_several_blocks, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(slots_are_used_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(released_and_edited_stand_side_by_side, set_up, tear_down),
        cmocka_unit_test_setup_teardown(whatever_is_changed_is_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(each_byte_of_a_block_counts, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
