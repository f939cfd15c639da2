/* test_query.c: a query is read strictly. */
#include "ask/query.h"
#include "testing.h"

static wm_status parse(wm_arena *arena, const char *text, wm_query *query, wm_error *err)
{
    wm_str copy = wm_arena_copy(arena, wm_str_of(text));
    char *quoted = wm_arena_alloc(arena, copy.len + 1);
    assert_non_null(quoted);
    for (size_t i = 0; i < copy.len; i++) {
        quoted[i] = copy.ptr[i] == '\'' ? '"' : copy.ptr[i];
    }
    return wm_query_parse(arena, wm_env_system(), (wm_str){ quoted, copy.len }, NULL, query, err);
}

static void refuses(const char *text, const char *part)
{
    wm_arena arena;
    wm_query query;
    wm_error err = { 0 };
    wm_arena_init(&arena, wm_env_system(), WM_MIB);
    assert_int_not_equal(parse(&arena, text, &query, &err), WM_OK);
    assert_contains(err.text, part);
    wm_arena_fini(&arena);
}

static void what_is_not_a_query_is_refused_by_name(void **state)
{
    (void)state;
    refuses("[]", "query: expected an object, found list");
    refuses("{'need':['a']}", "found \"need\"");
    refuses("{'needs':'a'}", "needs: expected a list of at most 32 need ids, found \"a\"");
    refuses("{'needs':[1]}", "needs: expected a list");
    refuses("{'as_of':'2026-02-30'}",
            "as_of: expected a date like 2026-01-31, found \"2026-02-30\"");
    refuses("{'needs':[]}", "as_of: expected a date like 2026-01-31, found none");
    refuses("{'as_of':'2026-01-05','actor':'doctor'}",
            "actor: expected self, family, carer, gp, school or professional");
    refuses("{'as_of':'2026-01-05','about':'dog'}", "about: expected self, child");
    refuses("{'as_of':'2026-01-05','limit':0}", "limit: expected a number from 1 to 1000, found 0");
    refuses("{'as_of':'2026-01-05','limit':1001}", "limit: expected a number from 1 to 1000");
    refuses("{'as_of':'2026-01-05','now':'2026-01-05 09:00'}", "now: expected a date and time");
    refuses("{'as_of':'2026-01-05','now':'2026-01-05T24:00'}", "now: expected a date and time");
    refuses("{'as_of':'2026-01-05','lang':'e'}", "lang: expected a language tag");
    refuses("{'as_of':'2026-01-05','access':{'bls':true}}", "access: bls: expected languages");
    refuses("{'as_of':'2026-01-05','access':{'bsl':'yes'}}", "access: bsl");
    refuses("{'as_of':'2026-01-05','tried':[{'service':'a'}]}",
            "tried: expected a service and an outcome");
    refuses("{'as_of':'2026-01-05','tried':[{'service':'a','outcome':'refused','on':'x'}]}",
            "tried: on:");
    refuses("{'as_of':'2026-01-05','facts':[]}", "facts: expected an object of facts, found list");
    refuses("{'as_of':'2026-01-05','facts':{'as_of':'2026-01-06'}}",
            "facts.as_of: expected the as_of of the query");
}

static void the_day_is_the_one_given_or_that_of_now_or_of_the_facts(void **state)
{
    (void)state;
    wm_arena arena;
    wm_query query;
    wm_error err = { 0 };
    wm_date day = 0;
    assert_true(wm_date_parse(WM_STR("2026-03-01"), &day));
    wm_arena_init(&arena, wm_env_system(), WM_MIB);
    assert_ok(parse(&arena, "{'as_of':'2026-03-01','now':'2026-04-01T09:30'}", &query, &err), &err);
    assert_int_equal(query.as_of, day);
    assert_ok(parse(&arena, "{'now':'2026-03-01T09:30:59+01:00'}", &query, &err), &err);
    assert_int_equal(query.as_of, day);
    assert_ok(parse(&arena, "{'facts':{'as_of':'2026-03-01'}}", &query, &err), &err);
    assert_int_equal(query.as_of, day);
    assert_ok(wm_query_parse(&arena, wm_env_system(), WM_STR("{}"), &day, &query, &err), &err);
    assert_int_equal(query.as_of, day);
    assert_int_equal(query.limit, 20);
    assert_int_equal(query.actor, WM_ACTOR_SELF);
    wm_arena_fini(&arena);
}

static void the_digest_is_that_of_the_question_not_of_its_spelling(void **state)
{
    (void)state;
    wm_arena arena;
    wm_query a;
    wm_query b;
    wm_query c;
    wm_error err = { 0 };
    wm_arena_init(&arena, wm_env_system(), WM_MIB);
    assert_ok(parse(&arena, "{'needs':['x'],'as_of':'2026-03-01'}", &a, &err), &err);
    assert_ok(parse(&arena, " { 'as_of' : '2026-03-01', 'needs':['x'] }", &b, &err), &err);
    assert_ok(parse(&arena, "{'needs':['y'],'as_of':'2026-03-01'}", &c, &err), &err);
    assert_true(wm_digest_equal(&a.digest, &b.digest));
    assert_false(wm_digest_equal(&a.digest, &c.digest));
    wm_arena_fini(&arena);
}

static void an_actor_has_the_routes_of_the_design(void **state)
{
    (void)state;
    assert_int_equal(wm_actor_routes(WM_ACTOR_SELF), WM_ROUTE_SELF);
    assert_int_equal(wm_actor_routes(WM_ACTOR_FAMILY), WM_ROUTE_FAMILY | WM_ROUTE_SELF);
    assert_int_equal(wm_actor_routes(WM_ACTOR_CARER), WM_ROUTE_FAMILY | WM_ROUTE_SELF);
    assert_int_equal(wm_actor_routes(WM_ACTOR_GP), WM_ROUTE_GP | WM_ROUTE_PROFESSIONAL);
    assert_int_equal(wm_actor_routes(WM_ACTOR_SCHOOL), WM_ROUTE_SCHOOL | WM_ROUTE_PROFESSIONAL);
    assert_int_equal(wm_actor_routes(WM_ACTOR_PROFESSIONAL), WM_ROUTE_PROFESSIONAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_a_query_is_refused_by_name),
        cmocka_unit_test(the_day_is_the_one_given_or_that_of_now_or_of_the_facts),
        cmocka_unit_test(the_digest_is_that_of_the_question_not_of_its_spelling),
        cmocka_unit_test(an_actor_has_the_routes_of_the_design),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
