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

int main(void)
{
    wm_fault_install();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_follow_the_order_and_never_change),
        cmocka_unit_test(the_empty_text_is_a_text),
        cmocka_unit_test(room_may_be_made_beforehand),
        cmocka_unit_test(a_failed_allocation_leaves_the_table_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
