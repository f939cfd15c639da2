/* test_opening.c: what a card says of its hours, and what rules read of them. */
#include <stdio.h>

#include "answers.h"
#include "ask/opening.h"

#define HOURS(hours)                                                                               \
    WM_TEST_OPEN WM_TEST_ANYONE "'needs':['worry'],'areas':['p'],'hours':{" hours "}"
#define WEEKDAYS "'days':['MO','TU','WE','TH','FR']"

/* 2 March 2026 is a Monday. */
static const wm_test_source records[] = {
    { WM_KIND_ORGANIZATION, "{'id':'o','name':'O'}" },
    { WM_KIND_LOCALITY, "{'id':'p','name':'Place','kind':'place'}" },
    { WM_KIND_NEED, "{'id':'worry','label':'Worry','broader':[]}" },
    { WM_KIND_FACT, "{'id':'residence_area','type':'area','question':{'en':'?'}}" },
    { WM_KIND_TEXT, "{'id':'open.until_time','text':{'pl':'Teraz otwarte, do {time}.'}}" },
    { WM_KIND_TEXT, "{'id':'open.weekday','text':{'pl':'{weekday} {time}'}}" },
    WM_TEST_SERVICE("always", HOURS("'always':true")),
    WM_TEST_SERVICE("office", HOURS("'weekly':[{" WEEKDAYS ",'opens':'09:00','closes':'17:00'}]")),
    WM_TEST_SERVICE("nights", HOURS("'weekly':[{" WEEKDAYS ",'opens':'18:00','closes':'04:00'}]")),
    WM_TEST_SERVICE("evenings", HOURS("'weekly':[{'days':['MO'],'opens':'18:00','closes':'24:00'}]"
                                      "")),
    WM_TEST_SERVICE("weekend",
                    HOURS("'weekly':[{'days':['SA','SU'],'opens':'00:00','closes':'24:00'}]")),
    WM_TEST_SERVICE("camp", HOURS("'weekly':[{'days':['MO','TU','WE','TH','FR','SA','SU'],'opens':"
                                  "'00:00','closes':'24:00'}],'valid_to':'2026-03-20'")),
    WM_TEST_SERVICE("long-night", HOURS("'weekly':[{'days':['SA'],'opens':'07:00','closes':'24:00'}"
                                        ",{'days':['SU'],'opens':'00:00','closes':'07:30'}]")),
    WM_TEST_SERVICE("monthly", HOURS("'monthly':[{'on':'-1WE','opens':'10:00','closes':'12:00'}]")),
    WM_TEST_SERVICE("long-away", HOURS("'weekly':[{'days':['MO'],'opens':'09:00','closes':'17:00'}]"
                                       ",'valid_from':'2029-01-01'")),
    WM_TEST_SERVICE("silent", WM_TEST_OPEN WM_TEST_ANYONE "'needs':['worry'],'areas':['p']"),
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

/* The member "open" of a service's card at a moment; NULL: none. */
static const wm_json *open_at(wm_test_asking *asking, const char *service, const char *now,
                              const char *lang)
{
    char query[200];
    (void)snprintf(query, sizeof query, "{'at':'p','now':'%s','lang':'%s'}", now, lang);
    const wm_json *card = wm_test_explain(asking, service, query);
    assert_non_null(card);
    return wm_json_get(card, "open");
}

static void a_card_says_in_words_when_it_is_open(void **state)
{
    static const struct {
        const char *service;
        const char *now;
        const char *text; /* NULL: nothing */
    } cases[] = {
        { "always", "2026-03-02T03:10", "Open day and night." },
        { "office", "2026-03-02T10:00", "Open now, until 17:00." },
        { "office", "2026-06-01T08:30Z", "Open now, until 17:00." },
        { "office", "2026-03-02T08:00", "Opens today at 09:00." },
        { "office", "2026-03-02T18:00", "Opens tomorrow at 09:00." },
        { "office", "2026-03-06T18:00", "Opens on Monday at 09:00." },
        { "office", "2026-04-03T10:00", NULL },
        { "office", "2026-04-02T17:30",
          "Opens on Tuesday at 09:00. There is a bank holiday before that. It may be open then."
          " Please check first." },
        { "nights", "2026-03-02T23:00", "Open now, until 04:00." },
        { "nights", "2026-03-03T03:10", "Open now, until 04:00." },
        { "evenings", "2026-03-02T23:00", "Open now, until midnight." },
        { "evenings", "2026-03-03T00:00", "Opens on Monday at 18:00." },
        { "evenings", "2026-03-02T05:00", "Opens today at 18:00." },
        { "weekend", "2026-03-07T12:00", "Open now, until midnight on Sunday." },
        { "weekend", "2026-03-02T12:00", "Opens on Saturday at 00:00." },
        { "camp", "2026-03-02T12:00", "Open now, until midnight on 20 March 2026." },
        { "camp", "2026-03-20T12:00", "Open now, until midnight." },
        { "long-night", "2026-03-07T07:15", "Open now, until 07:30 on Sunday." },
        { "long-night", "2026-03-07T09:00", "Open now, until 07:30." },
        { "monthly", "2026-03-02T12:00", "Opens on 25 March 2026 at 10:00." },
        { "long-away", "2026-03-02T12:00", "Not open now." },
        { "silent", "2026-03-02T12:00", NULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const wm_json *open = open_at(*state, cases[i].service, cases[i].now, "en");
        if (cases[i].text == NULL) {
            assert_null(open);
        } else {
            assert_string_equal(wm_json_string(wm_json_get(open, "text")).ptr, cases[i].text);
        }
    }
}

static void programs_read_moments(void **state)
{
    const wm_json *open = open_at(*state, "office", "2026-06-01T08:30Z", "en");
    assert_true(wm_json_boolean(wm_json_get(open, "now"), false));
    assert_string_equal(wm_json_string(wm_json_get(open, "until")).ptr, "2026-06-01T17:00");
    assert_null(wm_json_get(open, "next"));
    open = open_at(*state, "office", "2026-03-06T18:00", "en");
    assert_false(wm_json_boolean(wm_json_get(open, "now"), true));
    assert_string_equal(wm_json_string(wm_json_get(open, "next")).ptr, "2026-03-09T09:00");
    assert_null(wm_json_get(open, "until"));
    open = open_at(*state, "always", "2026-03-06T18:00", "en");
    assert_true(wm_json_boolean(wm_json_get(open, "now"), false));
    assert_null(wm_json_get(open, "until"));
}

static void another_language_is_spoken_where_it_has_the_words(void **state)
{
    const wm_json *open = open_at(*state, "office", "2026-03-02T10:00", "pl");
    assert_string_equal(wm_json_string(wm_json_get(open, "text")).ptr, "Teraz otwarte, do 17:00.");
    /* without its weekdays a day is its date */
    open = open_at(*state, "office", "2026-03-06T18:00", "pl");
    assert_string_equal(wm_json_string(wm_json_get(open, "text")).ptr,
                        "Opens on 2026-03-09 at 09:00.");
}

static void without_a_time_nothing_is_said(void **state)
{
    const wm_json *card = wm_test_explain(*state, "always", "{'at':'p','as_of':'2026-03-02'}");
    assert_null(wm_json_get(card, "open"));
}

static void the_day_of_a_question_is_that_of_its_place(void **state)
{
    /* 23:30 UTC is the next day in summer */
    wm_str answer = wm_test_answer(*state, "{'at':'p','now':'2026-05-31T23:30Z'}");
    wm_str same = wm_test_answer(*state, "{'at':'p','now':'2026-06-01T00:30'}");
    assert_non_null(strstr(answer.ptr, "Opens today at 09:00."));
    assert_non_null(strstr(same.ptr, "Opens today at 09:00."));
}

static wm_opening closed_with(bool has_next, const char *next, bool has_maybe, const char *maybe)
{
    wm_opening o = { .known = true, .has_next = has_next, .has_maybe = has_maybe };
    assert_true(wm_moment_parse(wm_str_of(next), &o.next));
    assert_true(wm_moment_parse(wm_str_of(maybe), &o.maybe));
    return o;
}

static void in_time_is_now_or_within_four_hours(void **state)
{
    (void)state;
    static const char never[] = "2026-03-09T09:00";
    wm_moment now = { 0, 0 };
    assert_true(wm_moment_parse(WM_STR("2026-03-02T05:00"), &now));
    wm_opening unknown = { .known = false };
    wm_opening open = { .known = true, .now = true };
    wm_opening always = { .known = true, .now = true, .always = true };
    assert_int_equal(wm_opening_in_time(&unknown, now), WM_TRUTH_U);
    assert_int_equal(wm_opening_in_time(&open, now), WM_TRUTH_T);
    assert_int_equal(wm_opening_in_time(&always, now), WM_TRUTH_T);
    wm_opening o = closed_with(true, "2026-03-02T09:00", false, never);
    assert_int_equal(wm_opening_in_time(&o, now), WM_TRUTH_T);
    o = closed_with(true, "2026-03-02T09:01", false, never);
    assert_int_equal(wm_opening_in_time(&o, now), WM_TRUTH_F);
    o = closed_with(true, "2026-03-03T09:00", true, "2026-03-02T09:00");
    assert_int_equal(wm_opening_in_time(&o, now), WM_TRUTH_U);
    o = closed_with(true, "2026-03-03T09:00", true, "2026-03-02T09:01");
    assert_int_equal(wm_opening_in_time(&o, now), WM_TRUTH_F);
    o = closed_with(false, never, false, never);
    assert_int_equal(wm_opening_in_time(&o, now), WM_TRUTH_F);
    /* where the clocks go forward five hours on the wall are four */
    assert_true(wm_moment_parse(WM_STR("2026-03-29T00:30"), &now));
    o = closed_with(true, "2026-03-29T05:30", false, never);
    assert_int_equal(wm_opening_in_time(&o, now), WM_TRUTH_T);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_card_says_in_words_when_it_is_open, set_up, tear_down),
        cmocka_unit_test_setup_teardown(programs_read_moments, set_up, tear_down),
        cmocka_unit_test_setup_teardown(another_language_is_spoken_where_it_has_the_words, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(without_a_time_nothing_is_said, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_day_of_a_question_is_that_of_its_place, set_up,
                                        tear_down),
        cmocka_unit_test(in_time_is_now_or_within_four_hours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
