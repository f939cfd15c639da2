/* test_tally.c: what is written does not depend on how many entries there was room for. */
#include <stdlib.h>

#include "history/partition.h"
#include "history/state.h"
#include "small_directory.h"
#include "store/statement.h"

#define LEAVES 3000
#define ROOM_SMALL 64

static const char SQL_ALL[] =
    "SELECT 'bucket', bucket, 0, leaves FROM bucket UNION ALL"
    " SELECT 'state', slice, records * 100 + bits, digest || buckets FROM state UNION ALL"
    " SELECT 'history', slice, since * 1000000 + records, digest FROM state_history ORDER BY 1, 2, "
    "3";

/* All leaves come first, each in one of five partitions; later each third goes, and some of those
 * come again at once. */
static void put_all(wm_tally *tally, int64_t release)
{
    wm_error err = { 0 };
    for (uint32_t i = 0; i < LEAVES; i++) {
        wm_leaf leaf = { { 0 } };
        wm_digest digest;
        wm_digest_of(&(wm_str){ (const char *)&i, sizeof i }, 1, &digest);
        memcpy(leaf.bytes, digest.bytes, sizeof leaf.bytes);
        wm_slice_key slice = wm_slice_key_of((wm_edition)(i % 2), 1 + i % 5);
        bool goes = release > 1 && i % 3 == 0;
        if (release == 1 || goes) {
            assert_ok(wm_tally_put(tally, slice, &leaf, goes ? -1 : 1, &err), &err);
        }
        if (goes && i % 9 == 0) {
            assert_ok(wm_tally_put(tally, slice, &leaf, 1, &err), &err);
        }
    }
    assert_ok(wm_tally_flush(tally, &err), &err);
}

static void run(wm_store *store, size_t room, int64_t release)
{
    wm_error err = { 0 };
    wm_txn *txn = NULL;
    wm_tally tally;
    assert_ok(wm_txn_begin(store, &txn, &err), &err);
    wm_tally_init(&tally, txn, release, room);
    tally.sums_up = true;
    put_all(&tally, release);
    wm_tally_fini(&tally);
    assert_ok(wm_txn_commit(txn, &err), &err);
}

static void digest_of_all(wm_store *store, wm_digest *digest_out)
{
    wm_error err = { 0 };
    wm_digest_stream stream;
    wm_digest_begin(&stream);
    wm_stmt st = wm_stmt_open(store, SQL_ALL, &err);
    size_t rows = 0;
    for (; wm_stmt_row(&st); rows++) {
        int64_t numbers[] = { wm_stmt_i64(&st, 1), wm_stmt_i64(&st, 2) };
        wm_digest_put(&stream, (wm_str){ (const char *)numbers, sizeof numbers });
        wm_digest_put(&stream, wm_stmt_str(&st, 3));
    }
    assert_ok(wm_stmt_close(&st), &err);
    assert_true(rows > 200);
    wm_digest_end(&stream, digest_out);
}

static void runs_that_wait_in_a_spool_write_what_one_in_memory_does(void **state)
{
    (void)state;
    wm_digest digests[2];
    const size_t rooms[] = { 2 * (size_t)LEAVES, ROOM_SMALL };
    for (int64_t last = 1; last <= 2; last++) {
        for (size_t i = 0; i < 2; i++) {
            wm_store *store = wm_test_store();
            for (int64_t release = 1; release <= last; release++) {
                run(store, rooms[i], release);
            }
            digest_of_all(store, &digests[i]);
            wm_store_close(store);
        }
        assert_true(wm_digest_equal(&digests[0], &digests[1]));
    }
}

static void a_spool_gives_what_was_put_from_anywhere(void **state)
{
    (void)state;
    wm_error err = { 0 };
    wm_txn *txn = NULL;
    wm_store *store = wm_test_store();
    wm_spool spool;
    const uint64_t places[] = { 0, 1, 13106, 13107, 13108, 26213, 26214, 30000, 40000 };
    assert_ok(wm_txn_begin(store, &txn, &err), &err);
    wm_spool_init(&spool, store, 7, 5);
    for (uint32_t i = 0; i < 40000; i++) {
        char item[5] = { 0 };
        memcpy(item, &i, sizeof i);
        assert_ok(wm_spool_put(&spool, item, &err), &err);
    }
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        const void *item = NULL;
        uint64_t at = places[i];
        wm_spool_reader reader = wm_spool_open(&spool, at, 40000);
        for (; wm_spool_next(&reader, &item, &err) == WM_OK; at++) {
            uint32_t number = 0;
            memcpy(&number, item, sizeof number);
            assert_int_equal(number, at);
        }
        assert_int_equal(at, 40000);
        wm_spool_close(&reader);
    }
    wm_spool_fini(&spool);
    assert_ok(wm_txn_commit(txn, &err), &err);
    wm_store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_that_wait_in_a_spool_write_what_one_in_memory_does),
        cmocka_unit_test(a_spool_gives_what_was_put_from_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
