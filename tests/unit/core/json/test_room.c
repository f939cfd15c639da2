/* test_room.c: a parse in a process that is the program's own reads what it read before. */
#include <cjson/cJSON.h>

#include <waymark/sys/store.h>

#include "fault.h"
#include "testing.h"

/* `depth` arrays in one another, with `count` objects in the innermost. */
static void put_document(wm_buf *text, unsigned depth, unsigned count)
{
    wm_buf_reset(text);
    for (unsigned i = 0; i < depth; i++) {
        wm_buf_put_char(text, '[');
    }
    for (unsigned i = 0; i < count; i++) {
        wm_buf_printf(text, "%s{\"id\":\"%u\",\"list\":[%u,true,null],\"text\":\"a \\u00e9 %0*u\"}",
                      i > 0 ? "," : "", i, i, (int)(i % 97 * 7), i);
    }
    for (unsigned i = 0; i < depth; i++) {
        wm_buf_put_char(text, ']');
    }
}

static void put_parsed(wm_str text, wm_buf *out)
{
    wm_arena arena;
    const wm_json *value = NULL;
    wm_error err = { 0 };
    wm_arena_init(&arena, wm_env_system(), 64 * WM_MIB);
    assert_ok(wm_json_parse(&arena, text, WM_MIB, &value, &err), &err);
    wm_json_write(out, value);
    wm_arena_fini(&arena);
}

static void put_all_sizes(wm_buf *out)
{
    wm_buf text;
    wm_buf_init(&text, wm_env_system(), WM_MIB);
    for (unsigned count = 0; count < 400; count += count / 8 + 1) {
        put_document(&text, count % 20 + 1, count);
        put_parsed(wm_buf_str(&text), out);
    }
    wm_buf_fini(&text);
}

static void the_same_is_read(void **state)
{
    (void)state;
    wm_buf before;
    wm_buf after;
    wm_buf_init(&before, wm_env_system(), 64 * WM_MIB);
    wm_buf_init(&after, wm_env_system(), 64 * WM_MIB);
    put_all_sizes(&before);
    wm_json_own_process();
    put_all_sizes(&after);
    assert_true(before.len > WM_MIB / 4);
    assert_true(wm_str_equal(wm_buf_str(&before), wm_buf_str(&after)));
    wm_buf_fini(&before);
    wm_buf_fini(&after);
}

static void others_use_cjson_as_before(void **state)
{
    (void)state;
    wm_json_own_process();
    cJSON *kept = cJSON_Parse("{\"a\":[1,2,\"three\"]}");
    wm_buf out;
    wm_buf_init(&out, wm_env_system(), WM_MIB);
    put_parsed(WM_STR("{\"b\":[\"four\",{}]}"), &out);
    assert_string_equal(out.data, "{\"b\":[\"four\",{}]}");
    char *text = cJSON_PrintUnformatted(kept);
    assert_string_equal(text, "{\"a\":[1,2,\"three\"]}");
    cJSON_free(text);
    cJSON_Delete(kept);
    wm_buf_fini(&out);
}

static void a_store_opens_without_counting(void **state)
{
    (void)state;
    wm_store *store = NULL;
    wm_error err = { 0 };
    wm_store_own_process();
    assert_ok(wm_store_open(wm_env_system(), ":memory:",
                            WM_STORE_WRITE | WM_STORE_CREATE | WM_STORE_AUTHOR, &store, &err),
              &err);
    wm_store_own_process(); /* too late, and no harm */
    wm_store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_is_read),
        cmocka_unit_test(others_use_cjson_as_before),
        cmocka_unit_test(a_store_opens_without_counting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
