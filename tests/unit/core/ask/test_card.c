/* test_card.c: what a card says of a service, and what it keeps to itself. */
#include "answers.h"

#include <stdio.h>

#define HERE "'needs':['worry'],'areas':['p'],"

static const wm_test_source records[] = {
    { WM_KIND_DIRECTORY, "{'id':'d','title':'t','publisher':'p'}" },
    { WM_KIND_ORGANIZATION, "{'id':'o','name':'O'}" },
    { WM_KIND_LOCALITY, "{'id':'e','name':'England','kind':'nation'}" },
    { WM_KIND_LOCALITY, "{'id':'s','name':'System','kind':'system','parent':'e'}" },
    { WM_KIND_LOCALITY, "{'id':'p','name':'Place','kind':'place','parent':'s'}" },
    { WM_KIND_NEED, "{'id':'worry','label':'Worry','broader':[]}" },
    { WM_KIND_NEED, "{'id':'danger','label':'Danger','broader':[]}" },
    { WM_KIND_FACT, "{'id':'hurt','type':'flag','question':{'en':'?'},'cost':4}" },
    { WM_KIND_FACT, "{'id':'in_crisis','type':'flag','question':{'en':'?'},'cost':2}" },
    { WM_KIND_FACT, "{'id':'age','type':'age','question':{'en':'?'}}" },
    { WM_KIND_FACT, "{'id':'residence_area','type':'area','question':{'en':'?'}}" },
    WM_TEST_SERVICE("old-number", WM_TEST_OPEN WM_TEST_ANYONE HERE
                    "'contacts':[{'kind':'phone','value':'01632 960001','recheck_after':'2026-02-01"
                    "'},{'kind':'phone','value':'01632 960002'}]"),
    WM_TEST_SERVICE("old-record", WM_TEST_OPEN WM_TEST_ANYONE HERE
                    "'assurance':{'verified_on':'2026-01-02','recheck_after':'2026-02-01'}"),
    WM_TEST_SERVICE("overdue",
                    WM_TEST_OPEN WM_TEST_ANYONE HERE "'assurance':{'verified_on':'2025-01-02'}"),
    WM_TEST_SERVICE("quick", WM_TEST_OPEN WM_TEST_ANYONE HERE
                    "'response':'immediate','assurance':{'verified_on':'2026-01-02'},"
                    "'hours':{'weekly':[{'days':['MO'],'opens':'09:00','closes':'17:00'}]}"),
    WM_TEST_SERVICE("unreviewed", WM_TEST_OPEN WM_TEST_ANYONE HERE
                    "'translations':{'pl':{'name':'Nazwa','reviewed':false},"
                    "'ro':{'name':'Nume','reviewed':true}}"),
    WM_TEST_SERVICE("two-doors", WM_TEST_OPEN WM_TEST_ANYONE HERE
                    "'contacts':[{'kind':'phone','value':'01632 960003','label':'Everyone'},"
                    "{'kind':'phone','value':'01632 960004','audience':'professional'}]"),
    WM_TEST_SERVICE("always", WM_TEST_OPEN WM_TEST_ANYONE
                    "'needs':['danger'],'areas':['p'],"
                    "'offers':['line'],'response':'immediate','hours':{'always':true}"),
    WM_TEST_SERVICE("young-line", WM_TEST_OPEN
                    "'eligibility':{'who':{'age':{'before':19}},'routes':['self']},"
                    "'needs':['danger'],'areas':['p'],'offers':['line'],'response':'immediate',"
                    "'hours':{'always':true}"),
    WM_TEST_SERVICE("late", WM_TEST_OPEN WM_TEST_ANYONE HERE
                    "'hours':{'weekly':[{'days':['MO'],'opens':'18:00','closes':'02:00'}]}"),
    WM_TEST_SERVICE("midnight", WM_TEST_OPEN WM_TEST_ANYONE HERE
                    "'hours':{'weekly':[{'days':['MO'],'opens':'18:00','closes':'24:00'}]}"),
    WM_TEST_SERVICE("planned", "'status':'planned','opens_on':'2026-06-01'," WM_TEST_ANYONE
                               "'needs':['worry'],'areas':['p']"),
    WM_TEST_SERVICE("paused", "'status':'paused','opens_on':'2027-05-03'," WM_TEST_ANYONE HERE
                              "'hours':{'always':true}"),
    WM_TEST_SERVICE("closing", "'status':'closing','closes_on':'2026-03-31'," WM_TEST_ANYONE
                               "'needs':['worry'],'areas':['p']"),
    WM_TEST_SERVICE("closing-first",
                    "'status':'closing','closes_on':'2026-01-31'," WM_TEST_ANYONE HERE
                    "'wait':{'current_weeks':6,'as_of':'2026-01-01'}"),
    WM_TEST_SERVICE("full", WM_TEST_OPEN WM_TEST_ANYONE HERE
                    "'accepting':{'now':false,'full_until':'2026-03-01'}"),
    WM_TEST_SERVICE("closed", "'status':'closed','closes_on':'2026-01-31','closed_reason':'The "
                              "money ended.','successors':['heir']," WM_TEST_ANYONE
                              "'needs':['worry'],'areas':['p']"),
    WM_TEST_SERVICE("closed-alone", "'status':'closed','closes_on':'2026-01-31'," WM_TEST_ANYONE
                                    "'needs':['worry'],'areas':['p']"),
    WM_TEST_SERVICE("heir", WM_TEST_OPEN "'eligibility':{'who':{'age':{'min':18}},'routes':['self']"
                                         "},'needs':['worry'],'areas':['p']"),
    WM_TEST_SERVICE("young", WM_TEST_OPEN "'eligibility':{'who':{'age':{'before':18}},'routes':['"
                                          "self']},'needs':['worry'],'areas':['p']"),
    WM_TEST_SERVICE("not-in-crisis",
                    WM_TEST_OPEN "'eligibility':{'who':{'const':true},'not_for':[{'when':{'is':'"
                                 "in_crisis'},'reason':'in_crisis','instead':['crisis_line',"
                                 "'safe_space']}],'routes':['self']},'needs':['worry'],"
                                 "'areas':['p']"),
    WM_TEST_SERVICE("together",
                    WM_TEST_OPEN "'eligibility':{'who':{'const':true},'not_for':[{'when':{'is':'"
                                 "in_crisis'},'reason':'in_crisis','soft':true,'instead':['"
                                 "crisis_line']}],'routes':['self']},'needs':['worry'],"
                                 "'areas':['p']"),
    WM_TEST_SERVICE("guessed", WM_TEST_OPEN WM_TEST_ANYONE HERE
                    "'assurance':{'recheck_after':'2026-01-01','assumed':['eligibility','contacts',"
                    "'hours','areas','wait','cost']}"),
    WM_TEST_SERVICE("line", WM_TEST_OPEN WM_TEST_ANYONE HERE
                    "'response':'immediate','contacts':[{'kind':'web','value':'"
                    "https://line.example/chat'},{'kind':'text','value':'07700 900010'},{'kind':'"
                    "phone','value':'01632 960010'}]"),
    WM_TEST_SERVICE("ambulance", WM_TEST_OPEN WM_TEST_ANYONE HERE
                    "'response':'immediate','contacts':[{'kind':'phone','value':'999'}]"),
    WM_TEST_SERVICE("for-hurt", WM_TEST_OPEN "'eligibility':{'who':{'is':'hurt'},'routes':['self']"
                                             "},'needs':['worry'],'areas':['p']"),
    { WM_KIND_TEXT, "{'id':'people.hurt','text':{'en':'hurt by someone'}}" },
    { WM_KIND_TEXT, "{'id':'offer.crisis_line','text':{'en':'A crisis line'}}" },
    { WM_KIND_TEXT, "{'id':'offer.safe_space','text':{'en':'A safe place'}}" },
    { WM_KIND_TEXT, "{'id':'note.hello','text':{'en':'Say hello.','pl':'Witaj.'},'unreviewed':['pl'"
                    "]}" },
    { WM_KIND_TEXT,
      "{'id':'card.closing_on','text':{'pl':'Zamykamy {date}.'},'unreviewed':['pl']}" },
    { WM_KIND_TEXT, "{'id':'note.not_verified','text':{'en':'Ring first.'}}" },
    { WM_KIND_TEXT, "{'id':'emergency.999','text':{'cy':'Ffoniwch 999.','pl':'Zadzwo\xC5\x84 999.'"
                    "},'unreviewed':['pl']}" },
    { WM_KIND_TEXT, "{'id':'emergency.111','text':{'cy':'Ffoniwch.'}}" },
    { WM_KIND_RULE,
      "{'id':'R-1','phase':'annotate','priority':1,'scope':'card','when':{'card':{"
      "'verified':['never']}},'on_unknown':'skip','do':[{'verb':'note','text':'note.hello'"
      "},{'verb':'note','text':'note.not_verified'}],'why':{'en':'W'},'source':'s'}" },
    { WM_KIND_RULE, "{'id':'R-2','phase':'safety','priority':1,'scope':'query','when':{'need':["
                    "'danger']},'on_unknown':'skip','do':[{'verb':'show','offers':['line'],"
                    "'section':'SAFETY'}],'why':{'en':'W'},'source':'s'}" },
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

#define ON(day) "{'needs':['worry'],'at':'p','as_of':'" day "'}"

static bool has_warning(const wm_json *card, uint32_t contact)
{
    return wm_json_get(&wm_json_get(card, "contacts")->as.items[contact], "warning") != NULL;
}

static void a_number_that_may_have_changed_carries_a_warning_after_that_day(void **state)
{
    const wm_json *card = wm_test_card(wm_test_ask(*state, ON("2026-02-01")), "MAIN", "old-number");
    assert_false(has_warning(card, 0));
    card = wm_test_card(wm_test_ask(*state, ON("2026-02-02")), "MAIN", "old-number");
    assert_true(has_warning(card, 0));
    assert_false(has_warning(card, 1));
}

static void a_record_that_may_have_changed_says_so_after_that_day(void **state)
{
    assert_false(wm_test_has_note(
        wm_test_card(wm_test_ask(*state, ON("2026-02-01")), "MAIN", "old-record"), "recheck"));
    assert_true(wm_test_has_note(
        wm_test_card(wm_test_ask(*state, ON("2026-02-02")), "MAIN", "old-record"), "recheck"));
}

static void change_file(wm_test_asking *asking, const char *sql)
{
    wm_error err = { 0 };
    assert_ok(wm_store_run(asking->store, sql, &err), &err);
}

static void what_is_held_of_a_card_goes_when_the_file_changes(void **state)
{
    const wm_json *card = wm_test_card(wm_test_ask(*state, ON("2026-02-01")), "MAIN", "overdue");
    assert_string_equal(wm_json_string(wm_json_get(card, "name")).ptr, "overdue name");
    change_file(*state,
                "CREATE TABLE held AS SELECT rev, face FROM service WHERE rev ="
                " (SELECT rev FROM revision WHERE id = 'overdue');"
                "UPDATE service SET face = (SELECT c.face FROM service AS c JOIN revision AS r"
                " ON r.rev = c.rev WHERE r.id = 'guessed')"
                " WHERE rev IN (SELECT rev FROM held)");
    assert_null(wm_test_card(wm_test_ask(*state, ON("2026-02-01")), "MAIN", "overdue"));
    change_file(*state,
                "UPDATE service SET face = (SELECT h.face FROM held AS h WHERE h.rev = service.rev)"
                " WHERE rev IN (SELECT rev FROM held); DROP TABLE held");
    assert_non_null(wm_test_card(wm_test_ask(*state, ON("2026-02-01")), "MAIN", "overdue"));
}

static void never_verified_and_overdue_are_said(void **state)
{
    const wm_json *answer = wm_test_ask(*state, ON("2026-01-05"));
    const wm_json *never = wm_test_card(answer, "MAIN", "old-number");
    assert_true(wm_test_has_note(never, "never_verified"));
    assert_int_equal(wm_json_get(never, "verified_on")->type, WM_JSON_NULL);
    assert_string_equal(wm_json_string(wm_json_get(never, "verified")).ptr, "never");
    const wm_json *overdue = wm_test_card(answer, "MAIN", "overdue");
    assert_true(wm_test_has_note(overdue, "verification_overdue"));
    assert_string_equal(wm_json_string(wm_json_get(overdue, "verified")).ptr, "overdue");
    /* Safety contacts are due after 30 days, others after 90. */
    answer = wm_test_ask(*state, ON("2026-03-01"));
    assert_true(wm_test_has_note(wm_test_card(answer, "MAIN", "quick"), "verification_overdue"));
    assert_false(
        wm_test_has_note(wm_test_card(answer, "MAIN", "old-record"), "verification_overdue"));
}

static void assert_open(const wm_json *card, bool now, const char *text)
{
    const wm_json *open = wm_json_get(card, "open");
    assert_non_null(open);
    assert_int_equal(wm_json_boolean(wm_json_get(open, "now"), !now), now);
    assert_string_equal(wm_json_string(wm_json_get(open, "text")).ptr, text);
}

static void opening_hours_are_said_where_the_time_is_known(void **state)
{
    static const struct {
        const char *now;
        bool open;
        const char *text;
    } cases[] = {
        { "2026-01-05T10:00", true, "Open now, until 17:00." },
        { "2026-01-05T08:00", false, "Opens today at 09:00." },
        { "2026-01-04T08:00", false, "Opens tomorrow at 09:00." },
        { "2026-01-05T17:00", false, "Opens on 12 January 2026 at 09:00." },
        { "2026-01-06T12:00", false, "Opens on Monday at 09:00." },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char query[96];
        (void)snprintf(query, sizeof query, "{'needs':['worry'],'at':'p','now':'%s'}",
                       cases[i].now);
        const wm_json *card = wm_test_explain(*state, "quick", query);
        assert_non_null(wm_json_get(wm_json_get(card, "hours"), "weekly"));
        assert_open(card, cases[i].open, cases[i].text);
    }
    assert_null(wm_json_get(wm_test_explain(*state, "quick", "{'as_of':'2026-01-05'}"), "open"));
    const char *now = "{'now':'2026-01-05T23:30'}";
    assert_open(wm_test_explain(*state, "always", now), true, "Open day and night.");
    assert_open(wm_test_explain(*state, "late", now), true, "Open now, until 02:00.");
    assert_open(wm_test_explain(*state, "midnight", now), true, "Open now, until midnight.");
    assert_null(wm_json_get(wm_test_explain(*state, "old-number", now), "open"));
    assert_null(wm_json_get(wm_test_explain(*state, "paused", now), "open"));
}

static const char *note(wm_test_asking *asking, const char *service, const char *query,
                        const char *code)
{
    return wm_test_note(wm_test_explain(asking, service, query), code);
}

static void assert_note(wm_test_asking *asking, const char *service, const char *query,
                        const char *code, const char *text)
{
    const char *found = note(asking, service, query, code);
    assert_non_null(found);
    assert_string_equal(found, text);
}

static void a_service_says_what_its_status_means_on_the_day(void **state)
{
    assert_note(*state, "planned", "{'as_of':'2026-01-05'}", "not_open_yet",
                "Not open yet. It plans to open on 1 June 2026.");
    assert_note(*state, "planned", "{'as_of':'2026-06-02'}", "not_open_yet",
                "It planned to open on 1 June 2026, and has not said that it did. Ask first.");
    assert_note(*state, "paused", "{'as_of':'2026-01-05'}", "paused",
                "Paused. It plans to open again on 3 May 2027.");
    assert_note(*state, "closing", "{'as_of':'2026-01-05'}", "closing",
                "It closes on 31 March 2026.");
    assert_note(*state, "closing-first", "{'as_of':'2026-01-05'}", "closing",
                "It closes on 31 January 2026, before anybody new would be seen.");
    assert_note(*state, "full", "{'as_of':'2026-01-05'}", "full",
                "Full: nobody new can start until 1 March 2026.");
    assert_null(note(*state, "full", "{'as_of':'2026-03-02'}", "full"));
    assert_null(note(*state, "old-number", "{'as_of':'2026-01-05'}", "closing"));
}

static void a_closed_service_says_when_why_and_what_took_over(void **state)
{
    const wm_json *card =
        wm_test_explain(*state, "closed", "{'as_of':'2026-02-05','facts':{'age':{'years':12}}}");
    assert_string_equal(wm_test_note(card, "closed"),
                        "It has closed. Its last day was 31 January 2026.");
    assert_string_equal(wm_test_note(card, "closed_reason"), "Why: The money ended.");
    assert_string_equal(wm_test_note(card, "replaced_by"), "This took over: heir name.");
    const wm_json *heirs = wm_json_get(card, "successors");
    assert_int_equal(heirs->count, 1);
    assert_string_equal(wm_test_verdict(&heirs->as.items[0]), "NOT_ELIGIBLE");
    assert_null(
        wm_json_get(wm_test_explain(*state, "heir", "{'as_of':'2026-02-05'}"), "successors"));
    assert_null(wm_test_note(card, "never_verified"));
    assert_note(*state, "closed-alone", "{'as_of':'2026-02-05'}", "replaced_by",
                "Nothing has taken over from it.");
}

static void a_near_miss_says_from_when_or_until_when(void **state)
{
    const char *query = "{'as_of':'2027-01-05','facts':{'age':{'dob':'2009-05-03'}}}";
    assert_note(*state, "heir", query, "near_miss", "This could be right from 3 May 2027.");
    assert_note(*state, "young", "{'as_of':'2027-06-05','facts':{'age':{'dob':'2009-05-03'}}}",
                "near_miss", "This was right until 2 May 2027.");
    assert_null(
        note(*state, "heir", "{'as_of':'2027-01-05','facts':{'age':{'years':30}}}", "near_miss"));
    assert_null(
        note(*state, "heir", "{'as_of':'2027-01-05','facts':{'age':{'years':9}}}", "near_miss"));
}

static void a_refusal_says_what_to_do_instead(void **state)
{
    const char *query = "{'as_of':'2026-01-05','facts':{'in_crisis':true}}";
    assert_note(*state, "not-in-crisis", query, "instead", "Instead: A crisis line; A safe place.");
    assert_null(note(*state, "not-in-crisis", "{'as_of':'2026-01-05','facts':{'in_crisis':false}}",
                     "instead"));
    assert_null(note(*state, "not-in-crisis", "{'as_of':'2026-01-05'}", "instead"));
    assert_null(note(*state, "together", query, "instead"));
    assert_note(*state, "together", query, "joint",
                "They help together with another service. Ask for both.");
    assert_note(*state, "together", "{'as_of':'2026-01-05'}", "may_be_joint",
                "They may want another service to help as well.");
}

static void how_sure_we_are_is_one_line(void **state)
{
    const char *query = "{'as_of':'2026-06-05'}";
    const wm_json *card = wm_test_explain(*state, "guessed", query);
    assert_string_equal(wm_test_note(card, "never_verified"),
                        "Ask them first. The service has not confirmed these details, and some are "
                        "a best guess: who it is for, how to reach it, opening hours, the area it "
                        "covers and more.");
    assert_null(wm_test_note(card, "assumed"));
    assert_null(wm_test_note(card, "recheck"));
    assert_note(*state, "old-number", query, "never_verified",
                "Ring first. The service has not confirmed these details yet.");
    assert_note(*state, "overdue", query, "verification_overdue",
                "Ask them first. These details were last confirmed on 2 January 2025.");
}

static void nobody_in_need_is_told_to_ring_first(void **state)
{
    const char *query = "{'as_of':'2026-06-05'}";
    assert_note(*state, "line", query, "never_verified",
                "We have not checked this with them yet. If nobody answers, call 111, or 999 if a "
                "life is at risk.");
    const wm_json *card = wm_test_explain(*state, "ambulance", query);
    assert_null(wm_test_note(card, "never_verified"));
    assert_string_equal(wm_json_string(wm_json_get(card, "verified")).ptr, "never");
}

static void voice_and_text_stand_before_what_needs_data(void **state)
{
    const wm_json *card = wm_test_explain(*state, "line", "{'as_of':'2026-06-05'}");
    static const char *const values[] = { "01632 960010", "07700 900010",
                                          "https://line.example/chat" };
    const wm_json *contacts = wm_json_get(card, "contacts");
    assert_int_equal(contacts->count, 3);
    for (uint32_t i = 0; i < 3; i++) {
        assert_string_equal(wm_json_string(wm_json_get(&contacts->as.items[i], "value")).ptr,
                            values[i]);
    }
}

static void what_was_told_is_not_said_back_on_a_card(void **state)
{
    wm_test_asking *asking = *state;
    const char *yes = "{'as_of':'2026-01-05','facts':{'hurt':true}}";
    const wm_json *card = wm_test_explain(asking, "for-hurt", yes);
    const wm_json *why = wm_json_get(card, "why");
    assert_int_equal(why->count, 1);
    assert_string_equal(wm_json_string(&why->as.items[0]).ptr, "For people in your situation");
    const wm_json *children = wm_json_get(wm_json_get(card, "explanation"), "children");
    assert_string_equal(wm_json_string(wm_json_get(&children->as.items[0], "text")).ptr,
                        "For people in your situation");
    card = wm_test_explain(asking, "for-hurt", "{'as_of':'2026-01-05'}");
    assert_string_equal(wm_json_string(&wm_json_get(card, "why")->as.items[0]).ptr,
                        "For people hurt by someone; we do not know this yet");
}

static void rules_put_their_notes_on_the_card_once(void **state)
{
    wm_test_asking *asking = *state;
    const wm_json *answer = wm_test_ask(asking, ON("2026-01-05"));
    const wm_json *card = wm_test_card(answer, "MAIN", "old-number");
    assert_string_equal(wm_test_note(card, "note.hello"), "Say hello.");
    assert_string_equal(wm_json_string(&wm_json_get(card, "rules")->as.items[0]).ptr, "R-1");
    /* What the card knows better is said once, and names the rule. */
    assert_null(wm_test_note(card, "note.not_verified"));
    const wm_json *notes = wm_json_get(card, "notes");
    unsigned named = 0;
    for (uint32_t i = 0; i < notes->count; i++) {
        const wm_json *one = &notes->as.items[i];
        if (wm_str_is(wm_json_string(wm_json_get(one, "code")), "never_verified")) {
            assert_string_equal(wm_json_string(wm_json_get(one, "rule")).ptr, "R-1");
            named++;
        }
    }
    assert_int_equal(named, 1);
}

static void an_unknown_age_labels_the_lines_of_safety(void **state)
{
    wm_test_asking *asking = *state;
    const char *unknown = "{'needs':['danger'],'at':'p','as_of':'2026-01-05'}";
    const wm_json *answer = wm_test_ask(asking, unknown);
    assert_string_equal(wm_test_note(wm_test_card(answer, "SAFETY", "young-line"), "for_some"),
                        "For people aged under 19");
    assert_null(wm_test_note(wm_test_card(answer, "SAFETY", "always"), "for_some"));
    answer = wm_test_ask(asking, "{'needs':['danger'],'at':'p','as_of':'2026-01-05',"
                                 "'facts':{'age':{'years':15}}}");
    assert_null(wm_test_note(wm_test_card(answer, "SAFETY", "young-line"), "for_some"));
}

static void the_answer_says_once_that_words_are_unreviewed(void **state)
{
    wm_test_asking *asking = *state;
    const wm_json *answer =
        wm_test_ask(asking, "{'needs':['worry'],'at':'p','as_of':'2026-01-05','lang':'pl'}");
    assert_true(wm_test_has_note(answer, "unreviewed_words"));
    assert_string_equal(wm_test_note(wm_test_card(answer, "MAIN", "old-number"), "note.hello"),
                        "Witaj.");
    assert_false(wm_test_has_note(wm_test_ask(asking, ON("2026-01-05")), "unreviewed_words"));
    const wm_json *card = wm_test_explain(asking, "closing", "{'as_of':'2026-01-05','lang':'pl'}");
    assert_non_null(wm_json_get(card, "unreviewed_words"));
    card = wm_test_explain(asking, "closing", "{'as_of':'2026-01-05'}");
    assert_null(wm_json_get(card, "unreviewed_words"));
}

static const char *emergency_text(wm_test_asking *asking, const char *query, uint32_t line)
{
    const wm_json *lines = wm_json_get(wm_test_ask(asking, query), "emergency");
    return wm_json_string(wm_json_get(&lines->as.items[line], "text")).ptr;
}

static void emergency_lines_are_translated_only_where_nothing_can_be_wrong(void **state)
{
    const char *welsh = "{'needs':['worry'],'at':'p','as_of':'2026-01-05','lang':'cy'}";
    assert_string_equal(emergency_text(*state, welsh, 0), "Ffoniwch 999.");
    assert_contains(emergency_text(*state, welsh, 1), "call 111"); /* the record has no number */
    const char *polish = "{'needs':['worry'],'at':'p','as_of':'2026-01-05','lang':'pl'}";
    assert_contains(emergency_text(*state, polish, 0), "call 999"); /* nobody reviewed it */
    assert_contains(emergency_text(*state, ON("2026-01-05"), 0), "press 55");
}

static void a_translation_that_nobody_has_checked_says_so(void **state)
{
    const wm_json *card = wm_test_explain(*state, "unreviewed", "{'as_of':'2026-01-05'}");
    assert_string_equal(wm_json_string(wm_json_get(card, "name")).ptr, "unreviewed name");
    assert_false(wm_test_has_note(card, "translation_unreviewed"));
    card = wm_test_explain(*state, "unreviewed", "{'as_of':'2026-01-05','lang':'pl'}");
    assert_string_equal(wm_json_string(wm_json_get(card, "name")).ptr, "Nazwa");
    assert_true(wm_test_has_note(card, "translation_unreviewed"));
    card = wm_test_explain(*state, "unreviewed", "{'as_of':'2026-01-05','lang':'ro'}");
    assert_string_equal(wm_json_string(wm_json_get(card, "name")).ptr, "Nume");
    assert_false(wm_test_has_note(card, "translation_unreviewed"));
}

typedef struct replica {
    wm_test_asking asking;
    wm_edition edition;
} replica;

static void replica_open(replica *r, wm_store *author, wm_edition edition)
{
    wm_error err = { 0 };
    memset(r, 0, sizeof *r);
    assert_ok(wm_store_open(wm_env_system(),
                            ":memory:", WM_STORE_WRITE | WM_STORE_CREATE | WM_STORE_REPLICA,
                            &r->asking.store, &err),
              &err);
    const int64_t span[] = { 0, 1 };
    assert_ok(wm_test_sync(author, r->asking.store, edition, span, "all", &err), &err);
    assert_ok(wm_asker_init(&r->asking.asker, r->asking.store, WM_VIEW_LATEST, &err), &err);
    wm_arena_init(&r->asking.arena, wm_env_system(), 64 * WM_MIB);
}

static void replica_close(replica *r)
{
    wm_arena_fini(&r->asking.arena);
    wm_asker_fini(&r->asking.asker);
    wm_store_close(r->asking.store);
}

static void a_professional_replica_answers_like_the_authors_database(void **state)
{
    replica r;
    wm_test_asking *author = *state;
    replica_open(&r, author->store, WM_EDITION_PROFESSIONAL);
    assert_string_equal(wm_test_answer(author, ON("2026-01-05")).ptr,
                        wm_test_answer(&r.asking, ON("2026-01-05")).ptr);
    replica_close(&r);
}

static void a_public_replica_does_not_know_a_professionals_number(void **state)
{
    replica r;
    wm_test_asking *author = *state;
    replica_open(&r, author->store, WM_EDITION_PUBLIC);
    wm_str answer = wm_test_answer(&r.asking, ON("2026-01-05"));
    assert_contains(answer.ptr, "\"edition\":\"public\"");
    assert_contains(answer.ptr, "01632 960003");
    assert_null(strstr(answer.ptr, "01632 960004"));
    assert_contains(wm_test_answer(author, ON("2026-01-05")).ptr, "01632 960004");
    replica_close(&r);
}

static void an_answer_from_a_stale_replica_says_so_and_since_when(void **state)
{
    replica r;
    wm_error err = { 0 };
    wm_txn *txn = NULL;
    wm_test_asking *author = *state;
    replica_open(&r, author->store, WM_EDITION_PUBLIC);
    assert_false(wm_test_has_note(wm_test_ask(&r.asking, ON("2026-02-02")), "stale"));
    /* The same handle sees what a later synchronization writes. */
    assert_ok(wm_txn_begin(r.asking.store, &txn, &err), &err);
    assert_ok(wm_store_blob_put(txn, WM_STR("sync/stale_since"), WM_STR("2026-02-01"), &err), &err);
    assert_ok(wm_txn_commit(txn, &err), &err);
    assert_false(wm_test_has_note(wm_test_ask(&r.asking, ON("2026-01-31")), "stale"));
    const wm_json *answer = wm_test_ask(&r.asking, ON("2026-02-01"));
    assert_true(wm_test_has_note(answer, "stale"));
    assert_string_equal(wm_json_string(wm_json_get(answer, "stale_since")).ptr, "2026-02-01");
    replica_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_that_may_have_changed_carries_a_warning_after_that_day),
        cmocka_unit_test(a_record_that_may_have_changed_says_so_after_that_day),
        cmocka_unit_test(what_is_held_of_a_card_goes_when_the_file_changes),
        cmocka_unit_test(never_verified_and_overdue_are_said),
        cmocka_unit_test(opening_hours_are_said_where_the_time_is_known),
        cmocka_unit_test(a_service_says_what_its_status_means_on_the_day),
        cmocka_unit_test(a_closed_service_says_when_why_and_what_took_over),
        cmocka_unit_test(a_near_miss_says_from_when_or_until_when),
        cmocka_unit_test(a_refusal_says_what_to_do_instead),
        cmocka_unit_test(how_sure_we_are_is_one_line),
        cmocka_unit_test(nobody_in_need_is_told_to_ring_first),
        cmocka_unit_test(voice_and_text_stand_before_what_needs_data),
        cmocka_unit_test(what_was_told_is_not_said_back_on_a_card),
        cmocka_unit_test(rules_put_their_notes_on_the_card_once),
        cmocka_unit_test(an_unknown_age_labels_the_lines_of_safety),
        cmocka_unit_test(the_answer_says_once_that_words_are_unreviewed),
        cmocka_unit_test(emergency_lines_are_translated_only_where_nothing_can_be_wrong),
        cmocka_unit_test(a_translation_that_nobody_has_checked_says_so),
        cmocka_unit_test(a_professional_replica_answers_like_the_authors_database),
        cmocka_unit_test(a_public_replica_does_not_know_a_professionals_number),
        cmocka_unit_test(an_answer_from_a_stale_replica_says_so_and_since_when),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
