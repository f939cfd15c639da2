/* test_summary.c: what finding needs of a service, packed and read back. */
#include <stdio.h>
#include <stdlib.h>

#include "model/hours.h"
#include "model/summary.h"
#include "testing.h"

#define SERVICE(fields) "{'id':'s','status':'active','kind':'k'," fields "}"

typedef struct scene {
    wm_arena arena;
    wm_symbols *symbols;
    wm_buf bytes;
} scene;

static int set_up(void **state)
{
    scene *s = calloc(1, sizeof *s);
    assert_non_null(s);
    wm_arena_init(&s->arena, wm_env_system(), WM_MIB);
    wm_buf_init(&s->bytes, wm_env_system(), WM_MIB);
    assert_ok(wm_symbols_new(wm_env_system(), &s->symbols, NULL), NULL);
    *state = s;
    return 0;
}

static int tear_down(void **state)
{
    scene *s = *state;
    wm_symbols_free(s->symbols);
    wm_buf_fini(&s->bytes);
    wm_arena_fini(&s->arena);
    free(s);
    return 0;
}

static wm_summary summary_of(scene *s, const char *service)
{
    wm_error err = { 0 };
    wm_summary summary;
    wm_buf_reset(&s->bytes);
    assert_ok(
        wm_summary_encode(wm_test_json(&s->arena, service), s->symbols, NULL, &s->bytes, &err),
        &err);
    assert_ok(wm_summary_decode(wm_buf_str(&s->bytes), &summary, &err), &err);
    return summary;
}

/* The texts of a list, parted by spaces. */
static const char *texts_of(scene *s, wm_symbol_list list)
{
    wm_buf text;
    wm_buf_init(&text, wm_env_system(), WM_MIB);
    for (uint32_t i = 0; i < list.count; i++) {
        wm_buf_put_text(&text, i > 0 ? " " : "");
        wm_buf_put_str(&text, wm_symbols_text(s->symbols, wm_symbol_list_at(list, i)));
    }
    wm_str copy = wm_arena_copy(&s->arena, wm_buf_str(&text));
    wm_buf_fini(&text);
    assert_non_null(copy.ptr);
    return copy.ptr;
}

static void languages_spoken_and_interpreted_are_apart(void **state)
{
    scene *s = *state;
    wm_summary summary = summary_of(s, SERVICE("'languages':['en','bfi'],'offers':['line'],"
                                               "'interpreting':{'languages':['*','pl']},"
                                               "'needs':['a','b'],'areas':['E']"));
    assert_string_equal(texts_of(s, summary.languages), "en bfi");
    assert_string_equal(texts_of(s, summary.interpreting), "* pl");
    assert_string_equal(texts_of(s, summary.needs), "a b");
    assert_string_equal(texts_of(s, summary.areas), "E");
    assert_string_equal(texts_of(s, summary.offers), "line");
    assert_int_equal(summary.flags & WM_SERVICE_HAS_SUCCESSORS, 0);
    assert_true((summary.flags & WM_SERVICE_KNOWS_LANGUAGES) != 0);
}

static void what_is_reached_without_data_is_by_voice_or_text(void **state)
{
    static const struct {
        const char *contact;
        bool expected;
    } cases[] = {
        { "{'kind':'phone','value':'1'}", true },
        { "{'kind':'text','value':'1'}", true },
        { "{'kind':'web','value':'1'}", false },
        { "{'kind':'email','value':'1'}", false },
        { "{'kind':'bsl','value':'1'}", false },
        { "{'kind':'web','value':'1','needs':'text'}", true },
        { "{'kind':'text','value':'1','needs':'data'}", false },
        { "{'kind':'phone','value':'1','needs':'data'}", false },
        { "{'kind':'phone','value':'1','audience':'professional'}", false },
        { "{'kind':'phone','value':'1','audience':'public'}", true },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char service[256];
        (void)snprintf(service, sizeof service, SERVICE("'contacts':[%s]"), cases[i].contact);
        wm_summary summary = summary_of(*state, service);
        assert_int_equal((summary.flags & WM_SERVICE_VOICE_OR_TEXT) != 0, cases[i].expected);
    }
}

static void hours_are_read_from_it(void **state)
{
    wm_error err = { 0 };
    wm_opening opening;
    wm_moment monday = { 20514, 600 }; /* 2 March 2026, 10:00 */
    wm_summary summary = summary_of(
        *state, SERVICE("'areas':['E','W'],'hours':{'weekly':[{'days':['MO'],'opens':'09:00',"
                        "'closes':'17:00'}]}"));
    assert_ok(wm_hours_at(summary.hours, monday, &opening, &err), &err);
    assert_true(opening.known && opening.now && opening.until.minute == 17 * 60);
    summary = summary_of(*state, SERVICE("'areas':['E']"));
    assert_int_equal(summary.hours.len, 0);
    assert_ok(wm_hours_at(summary.hours, monday, &opening, &err), &err);
    assert_false(opening.known);
}

static void what_is_cut_is_damage(void **state)
{
    scene *s = *state;
    wm_summary whole =
        summary_of(s, SERVICE("'languages':['en'],'interpreting':{'languages':['*']},'needs':['a'],"
                              "'areas':['E'],'hours':{'always':true}"));
    for (size_t length = 0; length < s->bytes.len; length++) {
        wm_error err = { 0 };
        wm_summary cut;
        char *copy = malloc(length > 0 ? length : 1);
        assert_non_null(copy);
        memcpy(copy, s->bytes.data, length);
        assert_int_equal(wm_summary_decode((wm_str){ copy, length }, &cut, &err), WM_CORRUPT);
        free(copy);
    }
    assert_true(whole.hours.len > 0);
    s->bytes.data[0] = 1; /* of the version before */
    wm_summary old;
    assert_int_equal(wm_summary_decode(wm_buf_str(&s->bytes), &old, NULL), WM_CORRUPT);
}

/* Byte by byte, as it has always been: the order of cards stands on it. */
static uint64_t plain_digest(const char *bytes, size_t length)
{
    uint64_t digest = length;
    for (size_t at = 0; at < length; at += 8) {
        uint64_t word = 0;
        for (size_t i = 0; i < 8 && at + i < length; i++) {
            word |= (uint64_t)(uint8_t)bytes[at + i] << (8 * i);
        }
        digest ^= word;
        for (int round = 0; round < 2; round++) {
            digest = (digest ^ digest >> 32) * 0xd6e8feb86659fd93U;
        }
        digest ^= digest >> 32;
    }
    return digest;
}

static void the_digest_of_an_id_stays_what_it_is(void **state)
{
    (void)state;
    char bytes[WM_ID_BYTES_MAX];
    wm_test_random random = wm_test_random_new(20261123);
    for (size_t length = 0; length <= sizeof bytes; length++) {
        for (size_t i = 0; i < length; i++) {
            bytes[i] = (char)wm_test_random_next(&random);
        }
        wm_packed_id id = { (const uint8_t *)bytes, (uint8_t)length, false };
        assert_true(wm_id_digest(id) == plain_digest(bytes, length));
    }
    memcpy(bytes, "0123456789abcdef", 16);
    wm_packed_id id = { (const uint8_t *)bytes, 16, true };
    assert_true(wm_id_digest(id) == 0x7e6cbf5c34ce531aU);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(languages_spoken_and_interpreted_are_apart),
        TEST(what_is_reached_without_data_is_by_voice_or_text),
        TEST(hours_are_read_from_it),
        TEST(what_is_cut_is_damage),
        cmocka_unit_test(the_digest_of_an_id_stays_what_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
