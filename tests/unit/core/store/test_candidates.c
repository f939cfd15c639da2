/* test_candidates.c: services are found by needs and areas as a plain list would find them: each
 * once, by rising slot, however many of their needs and areas were asked for. */
#include <stdio.h>
#include <stdlib.h>

#include <waymark/sys/history.h>

#include "model/summary.h"
#include "small_directory.h"
#include "store/candidates.h"
#include "testing.h"

#define SERVICES 700
#define NEEDS 9
#define AREAS 400 /* more than are looked up one by one */
#define ROUNDS 250

typedef struct scene {
    char folder[256];
    wm_store *store;
    wm_symbols *symbols;
    wm_test_random random;
    uint16_t needs[SERVICES]; /* bits */
    unsigned areas[SERVICES][2];
} scene;

static void put_service(scene *s, wm_txn *txn, wm_arena *arena, unsigned i)
{
    wm_error err = { 0 };
    char text[512];
    size_t at = 0;
    s->needs[i] = (uint16_t)(1 + wm_test_random_below(&s->random, (1U << NEEDS) - 1));
    s->needs[i] &= (uint16_t)(wm_test_random_next(&s->random) | 1U << (i % NEEDS));
    s->needs[i] = s->needs[i] == 0 ? 1 : s->needs[i];
    s->areas[i][0] = wm_test_random_below(&s->random, 3) == 0
                         ? wm_test_random_below(&s->random, AREAS)
                         : wm_test_random_below(&s->random, 4);
    s->areas[i][1] = wm_test_random_below(&s->random, AREAS);
    at = (size_t)snprintf(text, sizeof text,
                          "{'id':'s%u','name':'N','organization':'trust','status':'active',"
                          "'areas':['a%u','a%u'],'needs':[",
                          i, s->areas[i][0], s->areas[i][1]);
    const char *comma = "";
    for (unsigned n = 0; n < NEEDS; n++) {
        if ((s->needs[i] >> n & 1) != 0) {
            at += (size_t)snprintf(text + at, sizeof text - at, "%s'need.n%u'", comma, n);
            comma = ",";
        }
    }
    (void)snprintf(text + at, sizeof text - at, "]}");
    wm_record record = wm_test_record(arena, WM_KIND_SERVICE, text);
    assert_ok(wm_history_put(txn, &record, NULL, NULL, &err), &err);
}

static int set_up(void **state)
{
    wm_error err = { 0 };
    wm_arena arena;
    wm_txn *txn = NULL;
    char path[300];
    scene *s = calloc(1, sizeof *s);
    assert_non_null(s);
    s->random = wm_test_random_new(20261124);
    wm_test_folder(s->folder);
    (void)snprintf(path, sizeof path, "%s/test.db", s->folder);
    assert_ok(wm_store_open(wm_env_system(), path,
                            WM_STORE_WRITE | WM_STORE_CREATE | WM_STORE_AUTHOR, &s->store, &err),
              &err);
    wm_test_small_directory(s->store);
    wm_arena_init(&arena, wm_env_system(), 64 * WM_MIB);
    assert_ok(wm_txn_begin(s->store, &txn, &err), &err);
    for (unsigned i = 0; i < SERVICES; i++) {
        put_service(s, txn, &arena, i);
    }
    assert_ok(wm_txn_commit(txn, &err), &err);
    wm_arena_fini(&arena);
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

static wm_symbol symbol_of(const scene *s, const char *prefix, unsigned number)
{
    char text[32];
    (void)snprintf(text, sizeof text, "%s%u", prefix, number);
    return wm_symbols_find(s->symbols, wm_str_of(text));
}

/* Which of these services the index finds, in a bit set by number. */
static void find(const scene *s, const wm_candidate_filter *filter, bool found_out[SERVICES])
{
    wm_error err = { 0 };
    wm_arena arena;
    wm_entry *entries = NULL;
    size_t count = 0;
    memset(found_out, 0, SERVICES * sizeof *found_out);
    wm_arena_init(&arena, wm_env_system(), 64 * WM_MIB);
    assert_ok(wm_store_candidates(s->store, filter, &arena, &entries, &count, &err), &err);
    for (size_t i = 0; i < count; i++) {
        char id[WM_ID_BYTES_MAX + 1];
        wm_summary summary;
        assert_true(i == 0 || entries[i].slot > entries[i - 1].slot);
        assert_ok(wm_summary_decode(entries[i].summary, &summary, &err), &err);
        wm_str text = wm_id_unpack(summary.id, id);
        assert_true(text.len > 1 && text.ptr[0] == 's');
        unsigned long number = strtoul(text.ptr + 1, NULL, 10);
        assert_true(number < SERVICES && !found_out[number]);
        found_out[number] = true;
    }
    wm_arena_fini(&arena);
}

static size_t choose_symbols(scene *s, const char *prefix, unsigned most, unsigned one_in,
                             wm_symbol *symbols, bool *chosen)
{
    size_t count = 0;
    for (unsigned i = 0; i < most; i++) {
        chosen[i] = wm_test_random_below(&s->random, one_in) == 0;
        wm_symbol symbol = symbol_of(s, prefix, i);
        if (chosen[i] && symbol != WM_SYMBOL_NONE) {
            symbols[count++] = symbol;
        }
    }
    return wm_symbol_set_sort(symbols, count);
}

static void services_are_found_as_in_a_plain_list(void **state)
{
    scene *s = *state;
    wm_error err = { 0 };
    assert_ok(wm_store_read_begin(s->store, &err), &err);
    assert_ok(wm_store_symbols(s->store, &s->symbols, &err), &err);
    for (int round = 0; round < ROUNDS; round++) {
        static const unsigned densities[] = { 1, 2, 3, 100 };
        wm_symbol needs[NEEDS];
        wm_symbol areas[AREAS];
        bool need_chosen[NEEDS];
        bool area_chosen[AREAS];
        bool found[SERVICES];
        unsigned one_in = densities[wm_test_random_below(&s->random, 4)];
        size_t area_count = choose_symbols(s, "a", AREAS, one_in, areas, area_chosen);
        size_t need_count =
            choose_symbols(s, "need.n", NEEDS, 1 + (unsigned)round % 6, needs, need_chosen);
        bool anywhere = wm_test_random_below(&s->random, 8) == 0;
        wm_candidate_filter filter = { WM_VIEW_WORKING,
                                       { needs, need_count, false },
                                       { areas, area_count, anywhere } };
        find(s, &filter, found);
        for (unsigned i = 0; i < SERVICES; i++) {
            bool wanted = false;
            for (unsigned n = 0; n < NEEDS; n++) {
                wanted = wanted || (need_chosen[n] && (s->needs[i] >> n & 1) != 0);
            }
            wanted =
                wanted && (anywhere || area_chosen[s->areas[i][0]] || area_chosen[s->areas[i][1]]);
            assert_int_equal(found[i], wanted);
        }
    }
    wm_store_read_end(s->store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(services_are_found_as_in_a_plain_list, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
