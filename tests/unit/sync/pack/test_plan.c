/* test_plan.c: the cheapest way is found, and only ways that lead forward. */
#include <waymark/sys/pack.h>

#include "testing.h"

static wm_status plan(const wm_pack_offer *offers, size_t count, uint64_t have, uint64_t want,
                      wm_pack_chain *chain)
{
    wm_pack_route route = { have, want, 100 };
    return wm_pack_plan(wm_env_system(), offers, count, &route, chain, NULL);
}

static void a_long_delta_beats_many_short_ones_by_its_requests(void **state)
{
    (void)state;
    static const wm_pack_offer offers[] = {
        { 1, 2, 50 }, { 2, 3, 50 }, { 3, 4, 50 }, { 1, 4, 300 }, { 0, 4, 1000 },
    };
    wm_pack_chain chain;
    assert_int_equal(plan(offers, 5, 1, 4, &chain), WM_OK);
    assert_int_equal(chain.count, 1);
    assert_int_equal(chain.offer[0], 3);
    assert_int_equal(plan(offers, 5, 2, 4, &chain), WM_OK);
    assert_int_equal(chain.count, 2);
    assert_int_equal(chain.offer[0], 1);
    assert_int_equal(chain.offer[1], 2);
    assert_int_equal(chain.bytes, 100);
}

static void a_snapshot_and_deltas_after_it_are_a_way_too(void **state)
{
    (void)state;
    static const wm_pack_offer offers[] = { { 8, 9, 10 }, { 0, 8, 500 }, { 1, 8, 5000 } };
    wm_pack_chain chain;
    assert_int_equal(plan(offers, 3, 1, 9, &chain), WM_OK);
    assert_int_equal(chain.count, 2);
    assert_int_equal(chain.offer[0], 1);
    assert_int_equal(chain.offer[1], 0);
    assert_int_equal(plan(offers, 3, 0, 9, &chain), WM_OK);
    assert_int_equal(chain.bytes, 510);
}

static void no_way_is_said_and_nothing_to_do_is_no_file(void **state)
{
    (void)state;
    static const wm_pack_offer offers[] = { { 2, 3, 10 }, { 4, 3, 10 }, { 3, 3, 10 } };
    wm_pack_chain chain;
    assert_int_equal(plan(offers, 3, 1, 3, &chain), WM_NOT_FOUND);
    assert_int_equal(plan(offers, 3, 4, 3, &chain), WM_NOT_FOUND);
    assert_int_equal(plan(NULL, 0, 0, 3, &chain), WM_NOT_FOUND);
    assert_int_equal(plan(NULL, 0, 3, 3, &chain), WM_OK);
    assert_int_equal(chain.count, 0);
    static const wm_pack_offer huge[] = { { 1, 2, UINT64_MAX }, { 2, 3, UINT64_MAX } };
    assert_int_equal(plan(huge, 2, 1, 3, &chain), WM_OK);
    assert_int_equal(chain.count, 2);
}

/* Spans of one release and of aligned powers of two, as a feed has them. */
static void four_hundred_releases_behind_is_a_dozen_files(void **state)
{
    (void)state;
    static wm_pack_offer offers[2048];
    size_t count = 0;
    for (uint64_t span = 1; span <= 256; span *= 2) {
        for (uint64_t from = span; from + span <= 401; from += span) {
            offers[count++] = (wm_pack_offer){ from, from + span, 1000 * span };
        }
    }
    wm_pack_chain chain;
    assert_int_equal(plan(offers, count, 1, 401, &chain), WM_OK);
    assert_true(chain.count <= 12);
    uint64_t at = 1;
    for (size_t i = 0; i < chain.count; i++) {
        assert_true(offers[chain.offer[i]].from_release == at);
        at = offers[chain.offer[i]].to_release;
    }
    assert_true(at == 401);
}

/* Against a search of all ways. */
static uint64_t best_cost(const wm_pack_offer *offers, size_t count, uint64_t at, uint64_t want)
{
    uint64_t best = at == want ? 0 : UINT64_MAX;
    for (size_t i = 0; i < count && at != want; i++) {
        bool usable = offers[i].to_release > at &&
                      (offers[i].from_release == at || offers[i].from_release == 0);
        uint64_t rest = usable ? best_cost(offers, count, offers[i].to_release, want) : UINT64_MAX;
        if (rest != UINT64_MAX && rest + offers[i].bytes + 100 < best) {
            best = rest + offers[i].bytes + 100;
        }
    }
    return best;
}

static void the_plan_costs_what_a_full_search_finds(void **state)
{
    (void)state;
    wm_test_random random = wm_test_random_new(11);
    for (int round = 0; round < 300; round++) {
        wm_pack_offer offers[8];
        for (size_t i = 0; i < 8; i++) {
            offers[i].from_release = wm_test_random_below(&random, 6);
            offers[i].to_release = offers[i].from_release + 1 + wm_test_random_below(&random, 3);
            offers[i].bytes = wm_test_random_below(&random, 500);
        }
        wm_pack_chain chain;
        wm_status status = plan(offers, 8, 1, 6, &chain);
        uint64_t best = best_cost(offers, 8, 1, 6);
        assert_int_equal(status, best == UINT64_MAX ? WM_NOT_FOUND : WM_OK);
        if (status == WM_OK) {
            assert_int_equal(chain.bytes + 100 * chain.count, best);
        }
    }
}

/* A feed as a publisher makes it: a partition changes at some releases; there are one-change
 * deltas, joined ones that end at aligned releases, as far as they are kept, and one or two
 * snapshots. */
typedef struct made_feed {
    wm_pack_offer offers[256];
    size_t count;
    uint64_t changes[40]; /* releases */
    size_t change_count;
} made_feed;

static void make_feed(wm_test_random *random, made_feed *feed)
{
    uint64_t release = 0;
    feed->count = 0;
    feed->change_count = 2 + wm_test_random_below(random, 38);
    for (size_t i = 0; i < feed->change_count; i++) {
        release += 1 + wm_test_random_below(random, 4);
        feed->changes[i] = release;
    }
    for (size_t to = 1; to < feed->change_count; to++) {
        for (size_t from = 0; from < to; from++) {
            bool one = from + 1 == to;
            bool is_joined = feed->changes[to] % 2 == 0 && wm_test_random_below(random, 12) == 0;
            bool is_kept = wm_test_random_below(random, 20) != 0;
            if ((one || is_joined) && is_kept && feed->count < 250) {
                feed->offers[feed->count++] =
                    (wm_pack_offer){ feed->changes[from], feed->changes[to],
                                     1 + wm_test_random_below(random,
                                                              100 * (uint32_t)(to - from)) };
            }
        }
    }
    for (unsigned i = 1 + wm_test_random_below(random, 2); i > 0; i--) {
        uint64_t to = feed->changes[wm_test_random_below(random, (uint32_t)feed->change_count)];
        feed->offers[feed->count++] =
            (wm_pack_offer){ 0, to, 1 + wm_test_random_below(random, 3000) };
    }
}

/* Without any order of things: costs sink until none sinks any more. */
static uint64_t settled_cost(const made_feed *feed, uint64_t have, uint64_t want)
{
    uint64_t cost[256];
    bool sank = true;
    for (size_t i = 0; i < 256; i++) {
        cost[i] = i == 0 || i == have ? 0 : UINT64_MAX;
    }
    while (sank) {
        sank = false;
        for (size_t i = 0; i < feed->count; i++) {
            const wm_pack_offer *offer = &feed->offers[i];
            uint64_t before = cost[offer->from_release];
            if (before != UINT64_MAX && before + offer->bytes + 100 < cost[offer->to_release]) {
                cost[offer->to_release] = before + offer->bytes + 100;
                sank = true;
            }
        }
    }
    return cost[want];
}

static void over_aligned_spans_the_plan_costs_what_settles(void **state)
{
    (void)state;
    static made_feed feed;
    wm_test_random random = wm_test_random_new(12);
    for (int round = 0; round < 2000; round++) {
        make_feed(&random, &feed);
        uint64_t want = feed.changes[feed.change_count - 1];
        uint64_t have =
            wm_test_random_below(&random, 4) == 0
                ? 0
                : feed.changes[wm_test_random_below(&random, (uint32_t)feed.change_count)];
        wm_pack_chain chain;
        wm_status status = plan(feed.offers, feed.count, have, want, &chain);
        uint64_t best = settled_cost(&feed, have, want);
        assert_int_equal(status, best == UINT64_MAX ? WM_NOT_FOUND : WM_OK);
        uint64_t at = have;
        for (size_t i = 0; status == WM_OK && i < chain.count; i++) {
            const wm_pack_offer *offer = &feed.offers[chain.offer[i]];
            assert_true(offer->from_release == at || (i == 0 && offer->from_release == 0));
            at = offer->to_release;
        }
        if (status == WM_OK) {
            assert_int_equal(at, want);
            assert_int_equal(chain.bytes + 100 * chain.count, best);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_long_delta_beats_many_short_ones_by_its_requests),
        cmocka_unit_test(a_snapshot_and_deltas_after_it_are_a_way_too),
        cmocka_unit_test(no_way_is_said_and_nothing_to_do_is_no_file),
        cmocka_unit_test(four_hundred_releases_behind_is_a_dozen_files),
        cmocka_unit_test(the_plan_costs_what_a_full_search_finds),
        cmocka_unit_test(over_aligned_spans_the_plan_costs_what_settles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
