/* test_page.c: the first of many are those that a sort of all would put first. */
#include "testing.h"

#include "ask/page.h"

#include <stdio.h>
#include <stdlib.h>

#define MOST 120

typedef struct many {
    wm_test_random random;
    wm_arena arena;
    wm_option options[MOST];
    char ids[MOST][8];
    wm_ranked items[MOST];
    wm_ranked sorted[MOST];
    bool held[MOST];
    size_t count;
} many;

static wm_packed_id packed(const char *id)
{
    return (wm_packed_id){ (const uint8_t *)id, (uint8_t)strlen(id), false };
}

static int by_rank(const void *a, const void *b)
{
    return wm_ranked_compare(a, b);
}

/* Few different keys and words, so that many are decided by what comes later. */
static void make(many *m, bool words)
{
    uint32_t kinds = 1 + wm_test_random_below(&m->random, 12);
    uint32_t range = 1 + wm_test_random_below(&m->random, 40);
    m->count = wm_test_random_below(&m->random, MOST + 1);
    for (size_t i = 0; i < m->count; i++) {
        wm_option *option = &m->options[i];
        uint32_t kind = wm_test_random_below(&m->random, kinds);
        (void)snprintf(m->ids[i], sizeof m->ids[i], "%03u",
                       (unsigned)wm_test_random_below(&m->random, 1000));
        *option = (wm_option){ .id = packed(m->ids[i]) };
        option->view.kind = kind == 0 ? WM_SYMBOL_NONE : kind;
        option->view.subject = (wm_subject)wm_test_random_below(&m->random, WM_SUBJECT_COUNT);
        wm_order_put(&option->key, WM_ORDER_NEED, wm_test_random_below(&m->random, range));
        wm_order_put(&option->key, WM_ORDER_RECENT, wm_test_random_below(&m->random, 3));
        m->items[i] = (wm_ranked){ .word = words ? option->key.first : 0, .option = option };
    }
    memcpy(m->sorted, m->items, sizeof m->items);
    qsort(m->sorted, m->count, sizeof m->sorted[0], by_rank);
}

static bool same_place(const wm_ranked *a, const wm_ranked *b)
{
    return a->option == b->option || wm_ranked_compare(a, b) == 0;
}

static void check_all_are_there(const many *m)
{
    for (size_t i = 0; i < m->count; i++) {
        size_t times = 0;
        for (size_t k = 0; k < m->count; k++) {
            times += m->items[k].option == &m->options[i] ? 1 : 0;
        }
        assert_int_equal(times, 1);
    }
}

static void the_first_are_those_that_a_sort_puts_first(void **state)
{
    (void)state;
    static many m;
    m.random = wm_test_random_new(31);
    for (int round = 0; round < 2000; round++) {
        make(&m, round % 2 == 0);
        size_t most = wm_test_random_below(&m.random, MOST + 10);
        wm_page_first(m.items, m.count, most);
        for (size_t i = 0; i < m.count && i < most; i++) {
            assert_true(same_place(&m.items[i], &m.sorted[i]));
        }
        check_all_are_there(&m);
    }
}

/* The plain way: in order, a card waits that would be the third of its kind in the page. */
static void vary_plainly(many *m, size_t page, wm_ranked *varied)
{
    size_t waiting[MOST];
    size_t wait_count = 0;
    size_t placed = 0;
    size_t passed = 0;
    for (size_t i = 0; i < m->count; i++) {
        wm_symbol kind = m->sorted[i].option->view.kind;
        size_t before = 0;
        for (size_t k = 0; k < placed; k++) {
            before += varied[k].option->view.kind == kind ? 1 : 0;
        }
        if (placed < page && (kind == WM_SYMBOL_NONE || before < 2)) {
            varied[placed++] = m->sorted[i];
            passed = i;
        } else {
            waiting[wait_count++] = i;
        }
    }
    for (size_t i = 0; i < placed; i++) {
        m->held[i] = false;
    }
    for (size_t i = 0; i < wait_count; i++) {
        m->held[placed + i] = waiting[i] < passed;
        varied[placed + i] = m->sorted[waiting[i]];
    }
}

static void a_varied_page_is_what_one_card_after_the_other_comes_to(void **state)
{
    (void)state;
    static many m;
    static wm_ranked varied[MOST];
    wm_error err = { 0 };
    m.random = wm_test_random_new(32);
    wm_arena_init(&m.arena, wm_env_system(), WM_MIB);
    for (int round = 0; round < 2000; round++) {
        make(&m, round % 2 == 0);
        size_t page = 1 + wm_test_random_below(&m.random, MOST);
        size_t ordered = 0;
        vary_plainly(&m, page, varied);
        assert_ok(wm_page_varied(m.items, m.count, page, &m.arena, &ordered, &err), &err);
        assert_int_equal(ordered, page < m.count ? page + 1 : m.count);
        for (size_t i = 0; i < ordered; i++) {
            assert_true(same_place(&m.items[i], &varied[i]));
            assert_int_equal(m.items[i].option->held_back, m.held[i]);
        }
        check_all_are_there(&m);
        wm_page_first(m.items + ordered, m.count - ordered, MOST);
        for (size_t i = ordered; i < m.count; i++) {
            assert_true(same_place(&m.items[i], &varied[i]));
        }
        wm_arena_reset(&m.arena);
    }
    wm_arena_fini(&m.arena);
}

/* Options of these kinds, in this order, in a page of four. */
static void vary(many *m, const wm_symbol *kinds, size_t count)
{
    wm_error err = { 0 };
    size_t ordered = 0;
    wm_arena_init(&m->arena, wm_env_system(), WM_MIB);
    for (size_t i = 0; i < count; i++) {
        m->options[i] = (wm_option){ .id = packed("same") };
        m->options[i].view.kind = kinds[i];
        wm_order_put(&m->options[i].key, WM_ORDER_NEED, (uint32_t)i);
        m->items[i] = (wm_ranked){ .option = &m->options[i] };
    }
    assert_ok(wm_page_varied(m->items, count, 4, &m->arena, &ordered, &err), &err);
    wm_arena_fini(&m->arena);
}

static void at_most_two_of_a_kind_stand_in_a_page(void **state)
{
    (void)state;
    static many m;
    static const wm_symbol kinds[] = { 7, 7, 7, 7, 8, 9 };
    static const size_t expected[] = { 0, 1, 4, 5, 2 };
    vary(&m, kinds, 6);
    for (size_t i = 0; i < 5; i++) {
        assert_ptr_equal(m.items[i].option, &m.options[expected[i]]);
    }
    assert_true(m.options[2].held_back);
    assert_true(m.options[3].held_back);
    assert_false(m.options[4].held_back);
}

static void kinds_that_are_not_known_are_all_different(void **state)
{
    (void)state;
    static many m;
    static const wm_symbol kinds[] = { WM_SYMBOL_NONE, WM_SYMBOL_NONE, WM_SYMBOL_NONE,
                                       WM_SYMBOL_NONE };
    vary(&m, kinds, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_ptr_equal(m.items[i].option, &m.options[i]);
        assert_false(m.options[i].held_back);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_are_those_that_a_sort_puts_first),
        cmocka_unit_test(a_varied_page_is_what_one_card_after_the_other_comes_to),
        cmocka_unit_test(at_most_two_of_a_kind_stand_in_a_page),
        cmocka_unit_test(kinds_that_are_not_known_are_all_different),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
