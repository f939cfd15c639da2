/* test_symbols.c: numbers in order of interning, stable when loaded again. */
#include "fault.h"
#include "testing.h"

#include <waymark/sys/symbols.h>

#include <stdio.h>

static wm_str name_of(char text[16], unsigned number)
{
    (void)snprintf(text, 16, "name%u", number);
    return wm_str_of(text);
}

static void numbers_follow_the_order_and_never_change(void **state)
{
    (void)state;
    wm_symbols *symbols = NULL;
    wm_error err = { 0 };
    assert_ok(wm_symbols_new(wm_env_system(), &symbols, &err), &err);
    assert_int_equal(wm_symbols_find(symbols, WM_STR("name0")), WM_SYMBOL_NONE);
    char text[16];
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned i = 0; i < 5000; i++) {
            wm_symbol symbol = WM_SYMBOL_NONE;
            assert_ok(wm_symbols_intern(symbols, name_of(text, i), &symbol, &err), &err);
            assert_int_equal(symbol, i);
        }
    }
    assert_int_equal(wm_symbols_count(symbols), 5000);
    for (unsigned i = 0; i < 5000; i++) {
        assert_int_equal(wm_symbols_find(symbols, name_of(text, i)), i);
        assert_true(wm_str_is(wm_symbols_text(symbols, i), text));
    }
    assert_null(wm_symbols_text(symbols, 5000).ptr);
    assert_int_equal(wm_symbols_find(symbols, WM_STR("name5000")), WM_SYMBOL_NONE);
    wm_symbols_free(symbols);
    wm_symbols_free(NULL);
}

static void the_empty_text_is_a_text(void **state)
{
    (void)state;
    wm_symbols *symbols = NULL;
    wm_error err = { 0 };
    assert_ok(wm_symbols_new(wm_env_system(), &symbols, &err), &err);
    wm_symbol symbol = WM_SYMBOL_NONE;
    assert_ok(wm_symbols_intern(symbols, (wm_str){ NULL, 0 }, &symbol, &err), &err);
    assert_int_equal(symbol, 0);
    assert_int_equal(wm_symbols_find(symbols, WM_STR("")), 0);
    wm_symbols_free(symbols);
}

static void room_may_be_made_beforehand(void **state)
{
    (void)state;
    wm_symbols *symbols = NULL;
    wm_symbol symbol = WM_SYMBOL_NONE;
    wm_error err = { 0 };
    char text[16];
    assert_ok(wm_symbols_new(wm_env_system(), &symbols, &err), &err);
    assert_ok(wm_symbols_intern(symbols, WM_STR("name0"), &symbol, &err), &err);
    assert_ok(wm_symbols_reserve(symbols, 1000, &err), &err);
    assert_ok(wm_symbols_reserve(symbols, 10, &err), &err);
    for (unsigned i = 0; i < 3000; i++) {
        assert_ok(wm_symbols_intern(symbols, name_of(text, i), &symbol, &err), &err);
        assert_int_equal(symbol, i);
    }
    assert_int_equal(wm_symbols_find(symbols, WM_STR("name2999")), 2999);
    wm_symbols_free(symbols);
}

static wm_status intern_many(const wm_env *env)
{
    wm_symbols *symbols = NULL;
    wm_status status = wm_symbols_new(env, &symbols, NULL);
    char text[16];
    for (unsigned i = 0; i < 200 && status == WM_OK; i++) {
        wm_symbol symbol = WM_SYMBOL_NONE;
        status = wm_symbols_intern(symbols, name_of(text, i), &symbol, NULL);
        if (status == WM_OK) {
            assert_int_equal(symbol, i);
        } else {
            assert_int_equal(wm_symbols_count(symbols), i);
            assert_int_equal(wm_symbols_find(symbols, name_of(text, i)), WM_SYMBOL_NONE);
        }
    }
    wm_symbols_free(symbols);
    return status;
}

static void a_failed_allocation_leaves_the_table_as_it_was(void **state)
{
    (void)state;
    wm_fault_env fault;
    wm_fault_env_init(&fault);
    wm_status status = WM_OK;
    FAULT_SWEEP(status = intern_many(&fault.env), {
        assert_int_equal(status, wm_fired_ ? WM_NO_MEMORY : WM_OK);
        assert_int_equal(wm_fault_live_blocks(), 0);
    });
}

/* A source that has the even names below 200, as numbers 0 to 99. */
static wm_status find_even(void *context, wm_str text, wm_symbol *symbol_out, wm_error *err)
{
    unsigned *asked = context;
    char name[16];
    (void)err;
    (*asked)++;
    for (unsigned i = 0; i < 100; i++) {
        if (wm_str_equal(text, name_of(name, 2 * i))) {
            *symbol_out = i;
            return WM_OK;
        }
    }
    return WM_NOT_FOUND;
}

static void a_table_behind_a_source_goes_on_where_that_ends(void **state)
{
    (void)state;
    unsigned asked = 0;
    const wm_symbols_source source = { 100, find_even, &asked };
    wm_symbols *symbols = NULL;
    wm_symbol symbol = WM_SYMBOL_NONE;
    wm_error err = { 0 };
    char text[16];
    assert_ok(wm_symbols_new_behind(wm_env_system(), &source, &symbols, &err), &err);
    assert_int_equal(wm_symbols_count(symbols), 100);
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned i = 0; i < 300; i++) {
            bool is_there = i % 2 == 0 && i < 200;
            unsigned news = 100 + (i < 200 ? i / 2 : i - 100);
            assert_ok(wm_symbols_intern(symbols, name_of(text, i), &symbol, &err), &err);
            assert_int_equal(symbol, is_there ? i / 2 : news);
            assert_int_equal(wm_symbols_find(symbols, name_of(text, i)), symbol);
            if (is_there) {
                assert_null(wm_symbols_text(symbols, symbol).ptr);
            } else {
                assert_true(wm_str_is(wm_symbols_text(symbols, symbol), text));
            }
        }
        assert_int_equal(asked, 300); /* once each */
    }
    assert_int_equal(wm_symbols_count(symbols), 300);
    assert_int_equal(wm_symbols_held(symbols), 300);
    assert_int_equal(wm_symbols_find(symbols, WM_STR("name300")), WM_SYMBOL_NONE);
    wm_symbols_free(symbols);
}

static wm_status intern_behind(const wm_env *env)
{
    unsigned asked = 0;
    const wm_symbols_source source = { 100, find_even, &asked };
    wm_symbols *symbols = NULL;
    wm_symbol symbol = WM_SYMBOL_NONE;
    char text[16];
    wm_status status = wm_symbols_new_behind(env, &source, &symbols, NULL);
    for (unsigned i = 0; i < 80 && status == WM_OK; i++) {
        status = wm_symbols_intern(symbols, name_of(text, i), &symbol, NULL);
    }
    wm_symbols_free(symbols);
    return status;
}

static void a_table_behind_a_source_survives_each_failing_allocation(void **state)
{
    (void)state;
    wm_fault_env fault;
    wm_status status = WM_OK;
    wm_fault_env_init(&fault);
    FAULT_SWEEP(status = intern_behind(&fault.env), {
        assert_int_equal(status, wm_fired_ ? WM_NO_MEMORY : WM_OK);
        assert_int_equal(wm_fault_live_blocks(), 0);
    });
}

int main(void)
{
    wm_fault_install();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_follow_the_order_and_never_change),
        cmocka_unit_test(the_empty_text_is_a_text),
        cmocka_unit_test(a_table_behind_a_source_goes_on_where_that_ends),
        cmocka_unit_test(a_table_behind_a_source_survives_each_failing_allocation),
        cmocka_unit_test(room_may_be_made_beforehand),
        cmocka_unit_test(a_failed_allocation_leaves_the_table_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
