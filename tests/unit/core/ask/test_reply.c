/* test_reply.c: what people type, and what it is taken for. */
#include <stdio.h>

#include "ask/reply.h"
#include "testing.h"

typedef struct typed {
    const char *text;
    const char *value; /* ' for "; NULL: it cannot be read */
} typed;

static void check_one(const wm_askable *fact, const typed *t)
{
    wm_error err = { 0 };
    wm_buf buf;
    wm_json_out out;
    wm_date as_of = 0;
    assert_true(wm_date_parse(WM_STR("2026-01-15"), &as_of));
    wm_buf_init(&buf, wm_env_system(), WM_MIB);
    wm_json_out_init(&out, &buf);
    wm_status status = wm_reply_read(fact, wm_str_of(t->text), as_of, &out, &err);
    if (t->value == NULL) {
        if (status != WM_BAD_INPUT) {
            fail_msg("\"%s\" was read as %.*s", t->text, (int)buf.len, wm_buf_str(&buf).ptr);
        }
        assert_contains(err.text, "expected");
    } else {
        char wanted[256];
        (void)snprintf(wanted, sizeof wanted, "%s", t->value);
        for (char *c = wanted; *c != '\0'; c++) {
            *c = *c == '\'' ? '"' : *c;
        }
        assert_ok(status, &err);
        if (!wm_str_is(wm_buf_str(&buf), wanted)) {
            fail_msg("\"%s\": expected %s, found %.*s", t->text, wanted, (int)buf.len,
                     wm_buf_str(&buf).ptr);
        }
    }
    wm_buf_fini(&buf);
}

static void check_all(const wm_askable *fact, const typed *table, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        check_one(fact, &table[i]);
    }
}

#define CHECK(fact, table) check_all(fact, table, sizeof(table) / sizeof(table)[0])

static void an_age_in_the_forms_that_people_type(void **state)
{
    (void)state;
    static const typed table[] = {
        { "17", "{'years':17}" },
        { " 17 years old ", "{'years':17}" },
        { "I'm 17", "{'years':17}" },
        { "17yo", "{'years':17}" },
        { "six months", "{'months':6}" },
        { "6 months", "{'months':6}" },
        { "6 weeks old", "{'months':1}" },
        { "4 years and 2 months", "{'months':50}" },
        { "0", "{'years':0}" },
        { "16 to 18", "{'min':16,'max':18}" },
        { "16-18", "{'min':16,'max':18}" },
        { "under 18", "{'max':17}" },
        { "over 65", "{'min':65}" },
        { "born 2009-05", "{'dob':'2009-05'}" },
        { "2009", "{'dob':'2009'}" },
        { "3/5/2009", "{'dob':'2009-05-03'}" },
        { "3rd of May 2009", "{'dob':'2009-05-03'}" },
        { "May 3, 2009", "{'dob':'2009-05-03'}" },
        { "sept 2009", "{'dob':'2009-09'}" },
        { "05/2009", "{'dob':'2009-05'}" },
        { "not sure", "{'?':'unknown'}" },
        { "Don’t know", "{'?':'unknown'}" },
        { "131", NULL },
        { "30/2/2009", NULL },
        { "13/13/2009", NULL },
        { "old", NULL },
        { "", NULL },
        { "17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35", NULL },
        { "99999999999999999999", NULL },
        { "-5 \xf0\x9f\x98\x80", "{'years':5}" },
    };
    wm_askable fact = { .id = WM_STR("age"), .type = WM_FACT_AGE };
    CHECK(&fact, table);
}

static void the_time_of_an_event(void **state)
{
    (void)state;
    static const typed table[] = {
        { "never", "{'none':true}" },
        { "No", "{'none':true}" },
        { "today", "{'date':'2026-01-15'}" },
        { "yesterday", "{'date':'2026-01-14'}" },
        { "3 weeks ago", "{'date':'2025-12-25'}" },
        { "last week", "{'date':'2026-01-08'}" },
        { "two days ago", "{'date':'2026-01-13'}" },
        { "7 months ago", "{'months':7}" },
        { "last month", "{'months':1}" },
        { "a year ago", "{'date':'2025'}" },
        { "2 years ago", "{'date':'2024'}" },
        { "this year", "{'date':'2026'}" },
        { "in May 2025", "{'date':'2025-05'}" },
        { "2025-05-03", "{'date':'2025-05-03'}" },
        { "2025", "{'date':'2025'}" },
        { "yes", NULL },
        { "a while", NULL },
        { "ago", NULL },
    };
    wm_askable fact = { .id = WM_STR("bereavement"), .type = WM_FACT_EVENT };
    CHECK(&fact, table);
}

static void yes_and_no(void **state)
{
    (void)state;
    static const typed table[] = {
        { "yes", "true" },
        { "Y", "true" },
        { "No.", "false" },
        { "nope", "false" },
        { "maybe", NULL },
        { "yes and no", NULL },
        { "unsure", "{'?':'unknown'}" },
        { "not", NULL },
    };
    wm_askable fact = { .id = WM_STR("veteran"), .type = WM_FACT_FLAG };
    CHECK(&fact, table);
}

static void terms_people_and_places(void **state)
{
    (void)state;
    static const wm_str terms[] = { WM_STR_INIT("autism"), WM_STR_INIT("adhd") };
    static const typed ones[] = { { "autism", "'autism'" }, { "other", NULL }, { "Autism", NULL } };
    static const typed sets[] = { { "autism, adhd", "{'has':['autism','adhd']}" },
                                  { "autism,,", NULL },
                                  { "none", NULL } };
    static const typed people[] = {
        { "nobody", "{'complete':true,'people':[]}" },
        { "3 and 7", "{'complete':true,'people':[{'age':{'years':3}},{'age':{'years':7}}]}" },
        { "two boys", NULL },
        { "", NULL },
        { "200", NULL },
    };
    static const typed places[] = { { "SN1 1AA", "'SN1 1AA'" } };
    wm_askable one = { .id = WM_STR("x"), .type = WM_FACT_ONE, .terms = terms, .term_count = 2 };
    wm_askable set = one;
    wm_askable child = { .id = WM_STR("child"), .type = WM_FACT_PEOPLE };
    wm_askable home = { .id = WM_STR("residence_area"), .type = WM_FACT_AREA };
    set.type = WM_FACT_SET;
    CHECK(&one, ones);
    CHECK(&set, sets);
    CHECK(&child, people);
    CHECK(&home, places);
}

static void more_than_anybody_types_is_refused(void **state)
{
    (void)state;
    char text[WM_REPLY_BYTES_MAX + 2];
    wm_error err = { 0 };
    wm_buf buf;
    wm_json_out out;
    memset(text, '1', sizeof text);
    wm_buf_init(&buf, wm_env_system(), WM_MIB);
    wm_json_out_init(&out, &buf);
    wm_askable fact = { .id = WM_STR("age"), .type = WM_FACT_AGE };
    assert_int_equal(wm_reply_read(&fact, (wm_str){ text, WM_REPLY_BYTES_MAX + 1 }, 0, &out, &err),
                     WM_TOO_LARGE);
    assert_int_equal(wm_reply_read(&fact, (wm_str){ text, WM_REPLY_BYTES_MAX }, 0, &out, &err),
                     WM_BAD_INPUT);
    wm_buf_fini(&buf);
}

/* Whatever is typed, it is read or refused, and what was put is JSON. */
static void any_bytes_are_read_or_refused(void **state)
{
    (void)state;
    static const char letters[] = "0123456789 ,/-.abcdefghilmnorstuy\xc3\xa9\xff";
    static const wm_str terms[] = { WM_STR_INIT("a"), WM_STR_INIT("b") };
    wm_test_random random = wm_test_random_new(20260115);
    for (int round = 0; round < 20000; round++) {
        char text[24];
        uint32_t length = wm_test_random_below(&random, sizeof text);
        for (uint32_t i = 0; i < length; i++) {
            text[i] = letters[wm_test_random_below(&random, sizeof letters - 1)];
        }
        wm_askable fact = { .id = WM_STR("x"),
                            .type = (wm_fact_type)wm_test_random_below(&random, 8),
                            .terms = terms,
                            .term_count = 2 };
        wm_error err = { 0 };
        wm_buf buf;
        wm_json_out out;
        wm_arena arena;
        const wm_json *value = NULL;
        wm_buf_init(&buf, wm_env_system(), WM_MIB);
        wm_arena_init(&arena, wm_env_system(), WM_MIB);
        wm_json_out_init(&out, &buf);
        wm_status status = wm_reply_read(&fact, (wm_str){ text, length }, 20468, &out, &err);
        assert_true(status == WM_OK || status == WM_BAD_INPUT);
        if (status == WM_OK && wm_utf8_valid((wm_str){ text, length }, NULL)) {
            assert_ok(wm_json_parse(&arena, wm_buf_str(&buf), WM_MIB, &value, &err), &err);
        }
        wm_arena_fini(&arena);
        wm_buf_fini(&buf);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_age_in_the_forms_that_people_type),
        cmocka_unit_test(the_time_of_an_event),
        cmocka_unit_test(yes_and_no),
        cmocka_unit_test(terms_people_and_places),
        cmocka_unit_test(more_than_anybody_types_is_refused),
        cmocka_unit_test(any_bytes_are_read_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
