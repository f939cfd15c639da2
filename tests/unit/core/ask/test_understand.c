/* test_understand.c: what a question is taken to mean. */
#include <stdio.h>

#include "answers.h"
#include "ask/understand.h"

#include <waymark/sys/criteria.h>

static const wm_test_source records[] = {
    { WM_KIND_LOCALITY, "{'id':'e','name':'England','kind':'nation'}" },
    { WM_KIND_NEED, "{'id':'worry','label':'Worry','broader':[]}" },
    { WM_KIND_FACT, "{'id':'age','type':'age','question':{'en':'?'}}" },
    { WM_KIND_FACT, "{'id':'carer','type':'flag','question':{'en':'?'}}" },
    { WM_KIND_FACT, "{'id':'residence_area','type':'area','question':{'en':'?'}}" },
    { WM_KIND_FACT, "{'id':'gp_area','type':'area','question':{'en':'?'}}" },
};

static int set_up(void **state)
{
    *state = wm_test_asking_new(records, sizeof records / sizeof records[0]);
    return 0;
}

static int tear_down(void **state)
{
    wm_test_asking_free(*state);
    return 0;
}

static wm_status understand(wm_test_asking *asking, const char *query, wm_understood *out,
                            wm_error *err)
{
    wm_query parsed;
    wm_buf text;
    wm_buf_init(&text, wm_env_system(), WM_MIB);
    wm_json_write(&text, wm_test_json(&asking->arena, query));
    wm_str copy = wm_arena_copy(&asking->arena, wm_buf_str(&text));
    wm_buf_fini(&text);
    assert_ok(wm_query_parse(&asking->arena, wm_env_system(), copy, NULL, &parsed, err), err);
    return wm_understand(&asking->asker, &parsed, &asking->arena, out, err);
}

static bool asker_is_known_to_care(wm_test_asking *asking, const char *query)
{
    wm_understood understood;
    wm_error err = { 0 };
    assert_ok(understand(asking, query, &understood, &err), &err);
    assert_true(wm_facts_given(understood.facts, WM_STR("carer"), NULL));
    return wm_facts_given(understood.actor_facts, WM_STR("carer"), NULL);
}

static void facts_of_the_person_are_not_taken_for_those_of_whoever_asks(void **state)
{
    assert_true(asker_is_known_to_care(*state, "{'as_of':'2026-01-05','facts':{'carer':true}}"));
    assert_false(asker_is_known_to_care(
        *state, "{'as_of':'2026-01-05','facts':{'carer':true},'about':'child'}"));
    assert_false(asker_is_known_to_care(
        *state, "{'as_of':'2026-01-05','facts':{'carer':true},'actor':'gp'}"));
    assert_true(asker_is_known_to_care(
        *state, "{'as_of':'2026-01-05','facts':{'carer':false},'actor':'carer',"
                "'about':'cared_for','actor_facts':{'carer':true}}"));
}

/* A place that was dropped in silence would hide its services. */
static void more_places_than_can_be_held_are_refused(void **state)
{
    (void)state;
    char texts[WM_PLACES_OF_PERSON_MAX + 1][80];
    wm_test_source many[WM_PLACES_OF_PERSON_MAX + 3];
    char query[2000] = "{'as_of':'2026-01-05','facts':{'residence_area':{'one_of':['l0'";
    size_t count = 0;
    many[count++] = records[0];
    many[count++] = records[4];
    for (int i = 0; i <= WM_PLACES_OF_PERSON_MAX; i++) {
        (void)snprintf(texts[i], sizeof texts[i],
                       "{'id':'l%d','name':'L','kind':'place','parent':'e'}", i);
        many[count++] = (wm_test_source){ WM_KIND_LOCALITY, texts[i] };
        size_t used = strlen(query);
        (void)snprintf(query + used, sizeof query - used, ",'l%d'", i);
    }
    (void)snprintf(query + strlen(query), sizeof query - strlen(query), "]}}}");
    wm_test_asking *asking = wm_test_asking_new(many, count);
    wm_understood understood;
    wm_error err = { 0 };
    assert_int_equal(understand(asking, query, &understood, &err), WM_TOO_LARGE);
    assert_contains(err.text, "at most 80");
    wm_test_asking_free(asking);
}

static void notes_say_what_is_shown_for_want_of_words_or_place(void **state)
{
    const wm_json *answer = wm_test_ask(*state, "{'as_of':'2026-01-05','text':'xyzzy','at':'e'}");
    assert_contains(wm_test_note(answer, "words_not_known"), "open to everyone");
    assert_false(wm_test_has_note(answer, "no_place"));
    answer = wm_test_ask(*state, "{'as_of':'2026-01-05','text':'xyzzy','needs':['worry']}");
    assert_string_equal(wm_test_note(answer, "words_not_known"),
                        "These words are not in the directory.");
    answer = wm_test_ask(*state, "{'as_of':'2026-01-05','at':'BT1 1AA'}");
    assert_contains(wm_test_note(answer, "no_place"), "No place is known");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(facts_of_the_person_are_not_taken_for_those_of_whoever_asks),
        cmocka_unit_test(more_places_than_can_be_held_are_refused),
        cmocka_unit_test(notes_say_what_is_shown_for_want_of_words_or_place),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
