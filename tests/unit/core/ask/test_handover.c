/* test_handover.c: what is passed on, what is asked, what stays, and whether it may be sent. */
#include "ask/handover.h"
#include "ask/introduce.h"

#include <stdio.h>

#include "answers.h"
#include "fault.h"

#define HERE "'needs':['worry'],'areas':['p'],"
#define RING "'contacts':[{'kind':'phone','value':'01632 960001'}],"

static const wm_test_source records[] = {
    { WM_KIND_DIRECTORY, "{'id':'d','title':'t','publisher':'p'}" },
    { WM_KIND_ORGANIZATION, "{'id':'o','name':'O'}" },
    { WM_KIND_LOCALITY, "{'id':'e','name':'England','kind':'nation'}" },
    { WM_KIND_LOCALITY, "{'id':'s','name':'System','kind':'system','parent':'e'}" },
    { WM_KIND_LOCALITY, "{'id':'p','name':'Place','kind':'place','parent':'s'}" },
    { WM_KIND_NEED, "{'id':'worry','label':'Worry','broader':[]}" },
    { WM_KIND_NEED, "{'id':'money','label':'Money','broader':[]}" },
    { WM_KIND_NEED, "{'id':'crisis','label':'Crisis','broader':[]}" },
    { WM_KIND_NEED, "{'id':'trauma','label':'Trauma','broader':[]}" },
    { WM_KIND_NEED, "{'id':'trauma.domestic','label':'Hurt at home','broader':['trauma']}" },
    { WM_KIND_FACT, "{'id':'age','type':'age','question':{'en':'How old are you?'}}" },
    { WM_KIND_FACT, "{'id':'residence_area','type':'area','question':{'en':'?'}}" },
    { WM_KIND_FACT, "{'id':'domestic_abuse','type':'flag','question':{'en':'?'}}" },
    { WM_KIND_FACT, "{'id':'veteran','type':'flag','question':{'en':'Did you serve?',"
                    "'pl':'Czy był Pan w wojsku?'}}" },
    { WM_KIND_TEXT, "{'id':'handover.own_words','text':{'en':'In their own words',"
                    "'pl':'Własnymi słowami'}}" },
    { WM_KIND_TEXT, "{'id':'offer.crisis_line','text':{'en':'Crisis line'}}" },
    { WM_KIND_TEXT, "{'id':'handover.joint_meeting','text':{'en':'Both at one table'}}" },
    { WM_KIND_TEXT, "{'id':'handover.tried','text':{'en':'What was tried before'}}" },
    { WM_KIND_TEXT, "{'id':'consent.crisis','text':{'en':'It is a crisis'}}" },
    { WM_KIND_RULE,
      "{'id':'ADD','phase':'add','priority':50,'scope':'query','when':{'need':["
      "'money']},'on_unknown':'skip','do':[{'verb':'handover','add':['joint_meeting'],"
      "'leave_out':['tried']}],'why':{'en':'Both.'}}" },
    { WM_KIND_RULE, "{'id':'SAFE','phase':'safety','priority':50,'scope':'query','when':{'need':["
                    "'crisis']},'on_unknown':'skip','do':[{'verb':'show','offers':['crisis_line'],"
                    "'section':'SAFETY'}],'why':{'en':'Now.'}}" },
    WM_TEST_SERVICE("plain", WM_TEST_OPEN WM_TEST_ANYONE HERE RING
                    "'hours':{'weekly':[{'days':['MO','TU','WE','TH','FR'],'opens':'09:00',"
                    "'closes':'17:00'}]}"),
    WM_TEST_SERVICE(
        "full-of-words", WM_TEST_OPEN HERE
        "'eligibility':{'who':{'const':true},'routes':['gp','health_visitor']},"
        "'contacts':[{'kind':'web','value':'https://x.example'},{'kind':'phone','value':'01632 "
        "960002','audience':'professional'},{'kind':'phone','value':'01632 960003'}],"
        "'referral':{'how':'Write.','form':'Form 7','information_needed':['medicines','risks'],"
        "'replies':{'who':'the duty nurse','within_days':7},'consultation':{'kind':'phone','value':"
        "'01632 960004'}},'handover':{'introduced_by':'The link worker comes along.','pass_on':["
        "'medicines','goals'],'consent':'always asked'}"),
    WM_TEST_SERVICE("adults", WM_TEST_OPEN HERE RING
                    "'eligibility':{'who':{'age':{'min':18}},'routes':['self']},'translations':{"
                    "'pt':{'name':'Adultos','reviewed':true}}"),
    WM_TEST_SERVICE("veterans", WM_TEST_OPEN HERE RING
                    "'eligibility':{'who':{'is':'veteran'},'routes':['self']}"),
    WM_TEST_SERVICE("refuge", WM_TEST_OPEN WM_TEST_ANYONE HERE RING "'confidential_location':true"),
    WM_TEST_SERVICE("line", WM_TEST_OPEN WM_TEST_ANYONE RING
                    "'needs':['crisis'],'areas':['p'],'offers':['crisis_line'],'hours':{'always':"
                    "true}"),
    WM_TEST_SERVICE("old", "'status':'closed','closes_on':'2025-01-31','successors':['older']"
                           "," WM_TEST_ANYONE "'needs':['worry'],'areas':['p']"),
    WM_TEST_SERVICE("older", "'status':'closed','closes_on':'2025-06-30','successors':['plain',"
                             "'adults']," WM_TEST_ANYONE "'needs':['worry'],'areas':['p']"),
    WM_TEST_SERVICE("gone", "'status':'closed'," WM_TEST_ANYONE "'needs':['worry'],'areas':['p']"),
    WM_TEST_SERVICE("planned", "'status':'planned','opens_on':'2027-01-01'," WM_TEST_ANYONE HERE
                               "'cost':{'free':true}"),
    WM_TEST_SERVICE("paused", "'status':'paused'," WM_TEST_ANYONE HERE "'cost':{'free':true}"),
    WM_TEST_SERVICE("silent", WM_TEST_OPEN WM_TEST_ANYONE HERE "'cost':{'free':true}"),
};

typedef struct wm_test_asking fixture;

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

/* ---- asking, and looking into it ---- */

static wm_status introduce(fixture *f, const char *service, const char *request, wm_str *text_out,
                           wm_error *err)
{
    wm_buf out;
    wm_buf text;
    wm_date today = 20459; /* 2026-01-06 */
    wm_buf_init(&out, wm_env_system(), WM_ANSWER_BYTES_MAX);
    wm_buf_init(&text, wm_env_system(), WM_MIB);
    wm_json_write(&text, wm_test_json(&f->arena, request));
    wm_status status =
        wm_introduce(&f->asker, wm_str_of(service), wm_buf_str(&text), &today, &out, err);
    *text_out = wm_arena_copy(&f->arena, wm_buf_str(&out));
    wm_buf_fini(&text);
    wm_buf_fini(&out);
    return status;
}

static const wm_json *handover(fixture *f, const char *service, const char *request)
{
    wm_error err = { 0 };
    wm_str text;
    const wm_json *value = NULL;
    assert_ok(introduce(f, service, request, &text, &err), &err);
    assert_ok(wm_json_parse(&f->arena, text, WM_ANSWER_BYTES_MAX, &value, &err), &err);
    return value;
}

static const wm_json *item_of(const wm_json *handed, const char *list, const char *item)
{
    const wm_json *items = wm_json_get(handed, list);
    for (uint32_t i = 0; i < items->count; i++) {
        if (wm_str_is(wm_json_string(wm_json_get(&items->as.items[i], "item")), item)) {
            return &items->as.items[i];
        }
    }
    return NULL;
}

static const char *passed_on(const wm_json *handed, const char *item, uint32_t at)
{
    const wm_json *texts = wm_json_get(item_of(handed, "pass_on", item), "texts");
    return texts != NULL && at < texts->count ? texts->as.items[at].as.string.ptr : NULL;
}

static bool says_first(const wm_json *handed, const char *code)
{
    const wm_json *first = wm_json_get(handed, "first");
    for (uint32_t i = 0; i < first->count; i++) {
        if (wm_str_is(wm_json_string(wm_json_get(&first->as.items[i], "code")), code)) {
            return true;
        }
    }
    return false;
}

static bool lists_text(const wm_json *list, const char *text)
{
    for (uint32_t i = 0; i < list->count; i++) {
        if (wm_str_is(wm_json_string(&list->as.items[i]), text)) {
            return true;
        }
    }
    return false;
}

static bool may_send(const wm_json *handed)
{
    return wm_json_boolean(wm_json_get(handed, "may_send"), false);
}

static const wm_json *message_of(const wm_json *handed)
{
    return wm_json_get(handed, "message");
}

static const char *message_text(const wm_json *handed)
{
    return wm_json_string(wm_json_get(message_of(handed), "text")).ptr;
}

static bool has_message(const wm_json *handed)
{
    return wm_json_boolean(wm_json_get(message_of(handed), "ok"), false);
}

static const char *bytes_of(fixture *f, const wm_json *value)
{
    wm_buf text;
    wm_buf_init(&text, wm_env_system(), WM_ANSWER_BYTES_MAX);
    wm_json_write(&text, value);
    wm_str copy = wm_arena_copy(&f->arena, wm_buf_str(&text));
    wm_buf_fini(&text);
    return copy.ptr;
}

#define ADULT "'needs':['worry'],'at':'p','facts':{'age':{'years':30}}"
#define BY_GP "{'query':{" ADULT ",'actor':'gp'}"

/* ---- consent ---- */

static void consent_and_basis_decide_whether_it_may_be_sent(void **state)
{
    static const struct {
        const char *consent;
        bool alone; /* without a basis */
        bool story; /* is put together without a basis */
    } rows[] = {
        { "given", true, true },
        { "not_asked", false, true },
        { "refused", false, false },
        { "cannot_give", true, true },
    };
    static const char *const bases[] = { "safeguarding", "vital_interests", "crisis" };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char request[400];
        (void)snprintf(request, sizeof request,
                       BY_GP ",'handover':{'consent':'%s','own_words':'Help.'}}", rows[i].consent);
        const wm_json *handed = handover(*state, "plain", request);
        assert_int_equal(may_send(handed), rows[i].alone);
        assert_int_equal(wm_json_get(handed, "pass_on")->count > 0, rows[i].story);
        assert_true(wm_json_get(wm_json_get(handed, "consent"), "texts")->count > 0);
        assert_true(wm_json_get(wm_json_get(handed, "consent"), "record")->count > 0);
        for (size_t b = 0; b < sizeof bases / sizeof bases[0]; b++) {
            (void)snprintf(request, sizeof request,
                           BY_GP ",'handover':{'consent':'%s','basis':'%s','own_words':'Help.'}}",
                           rows[i].consent, bases[b]);
            handed = handover(*state, "plain", request);
            assert_true(may_send(handed));
            assert_string_equal(passed_on(handed, "own_words", 0), "Help.");
            const wm_json *consent = wm_json_get(handed, "consent");
            assert_string_equal(wm_json_string(wm_json_get(consent, "basis_from")).ptr, "declared");
            assert_true(wm_json_get(consent, "record")->count > 1);
        }
    }
}

static void nobody_is_taken_to_have_agreed(void **state)
{
    const wm_json *handed = handover(*state, "plain", "{}");
    assert_false(may_send(handed));
    assert_string_equal(wm_json_string(wm_json_get(wm_json_get(handed, "consent"), "state")).ptr,
                        "not_asked");
    handed = handover(*state, "plain", BY_GP "}");
    const wm_json *consent = wm_json_get(handed, "consent");
    assert_contains(wm_json_string(wm_json_get(consent, "ask")).ptr, "plain name");
    assert_contains(bytes_of(*state, consent), "Do not wait for a yes");
    assert_string_equal(bytes_of(*state, wm_json_get(consent, "never_blocks")),
                        "[\"safeguarding\",\"vital_interests\",\"crisis\"]");
}

static void a_refusal_leaves_the_details_and_nothing_of_the_story(void **state)
{
    const wm_json *handed =
        handover(*state, "plain", BY_GP ",'handover':{'consent':'refused','own_words':'SECRET'}}");
    assert_null(strstr(bytes_of(*state, handed), "SECRET"));
    assert_int_equal(wm_json_get(handed, "to_ask")->count, 0);
    assert_non_null(strstr(bytes_of(*state, wm_json_get(handed, "refer")), "01632 960001"));
    assert_true(has_message(handed));
}

static void a_crisis_route_does_not_wait_and_does_not_override_a_refusal(void **state)
{
#define IN_CRISIS "{'query':{'needs':['crisis'],'at':'p','actor':'gp','now':'2026-01-06T03:10'}"
    const wm_json *handed = handover(*state, "line", IN_CRISIS "}");
    assert_true(may_send(handed));
    assert_string_equal(
        wm_json_string(wm_json_get(wm_json_get(handed, "consent"), "basis_from")).ptr, "rules");
    assert_false(
        may_send(handover(*state, "line", IN_CRISIS ",'handover':{'consent':'refused'}}")));
    assert_false(may_send(handover(*state, "plain", IN_CRISIS "}")));
#undef IN_CRISIS
}

static void for_a_child_who_cannot_decide_somebody_who_may_is_asked(void **state)
{
#define CHILD(years)                                                                               \
    "{'query':{'needs':['worry'],'at':'p','actor':'gp','facts':{'age':{'years':" years "}}}"
    const wm_json *handed =
        handover(*state, "plain", CHILD("9") ",'handover':{'consent':'cannot_give'}}");
    assert_false(may_send(handed));
    assert_true(wm_json_get(handed, "children")->count > 0);
    assert_true(may_send(
        handover(*state, "plain",
                 CHILD("9") ",'handover':{'consent':'cannot_give','basis':'safeguarding'}}")));
    assert_true(
        may_send(handover(*state, "plain", CHILD("16") ",'handover':{'consent':'cannot_give'}}")));
    handed = handover(*state, "plain",
                      "{'query':{'about':'child','actor':'family'},'handover':{'consent':'cannot_"
                      "give'}}");
    assert_false(may_send(handed)); /* of unknown age */
    assert_true(wm_json_get(handed, "children")->count > 0);
    assert_int_equal(wm_json_get(handover(*state, "plain", BY_GP "}"), "children")->count, 0);
#undef CHILD
}

/* ---- what is passed on ---- */

#define EVERYTHING                                                                                 \
    "'handover':{'consent':'given','own_words':'I am so tired.','adjustments':['a quiet room',"    \
    "'more time'],'communication':'by letter','language':'pl','dialect':'Silesian','who_knows':"   \
    "'my sister','contact':{'name':'A.','phone':'07700 900123','address':'1 High Street'},"        \
    "'safe_contact':{'how':'ring','when':'before noon','not':'at work'}}}"

static void what_was_said_is_passed_on_to_the_letter(void **state)
{
    const wm_json *handed = handover(
        *state, "plain",
        "{'query':{" ADULT ",'actor':'gp','tried':[{'service':'adults','outcome':'refused','date':"
        "'2025-11'},{'service':'unknown','outcome':'waiting'}]}," EVERYTHING);
    static const char *const wanted[][2] = {
        { "own_words", "I am so tired." },
        { "what_for", "Worry" },
        { "age", "30 years" },
        { "area", "Place" },
        { "who_asks", "A GP surgery" },
        { "tried", "adults name: they said no (2025-11)" },
        { "contact", "Name: A." },
        { "address", "1 High Street" },
        { "safe_contact", "How: ring" },
        { "language", "Polish" },
        { "dialect", "Silesian" },
        { "communication_format", "by letter" },
        { "adjustments", "a quiet room" },
        { "who_knows", "my sister" },
    };
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        const char *found = passed_on(handed, wanted[i][0], 0);
        assert_non_null(found);
        assert_string_equal(found, wanted[i][1]);
        assert_null(item_of(handed, "to_ask", wanted[i][0]));
    }
    assert_string_equal(passed_on(handed, "tried", 1), "unknown: still waiting");
    assert_string_equal(passed_on(handed, "safe_contact", 2), "Not: at work");
    assert_string_equal(passed_on(handed, "adjustments", 1), "more time");
}

static void other_services_have_the_name_of_the_broader_language(void **state)
{
    const wm_json *handed =
        handover(*state, "plain",
                 "{'query':{" ADULT ",'actor':'gp','lang':'pt-BR','tried':[{'service':'adults',"
                 "'outcome':'refused'}]},'handover':{'consent':'given'}}");
    assert_string_equal(passed_on(handed, "tried", 0), "Adultos: they said no");
}

static void what_is_not_known_is_asked_and_never_made_up(void **state)
{
    static const char *const items[] = { "own_words",    "what_for",  "tried",
                                         "contact",      "language",  "communication_format",
                                         "safe_contact", "who_knows", "adjustments" };
    const wm_json *handed = handover(*state, "plain", "{'query':{'actor':'gp'}}");
    for (size_t i = 0; i < sizeof items / sizeof items[0]; i++) {
        const wm_json *item = item_of(handed, "to_ask", items[i]);
        assert_non_null(item);
        assert_true(wm_json_string(wm_json_get(item, "ask")).len > 10);
        assert_null(item_of(handed, "pass_on", items[i]));
    }
    assert_int_equal(wm_json_get(handed, "pass_on")->count, 1); /* who asks */
}

static void each_thing_left_out_of_the_request_is_asked(void **state)
{
    static const struct {
        const char *said;
        const char *item;
    } rows[] = {
        { "'own_words':'x'", "own_words" },
        { "'adjustments':['x']", "adjustments" },
        { "'communication':'x'", "communication_format" },
        { "'language':'en'", "language" },
        { "'who_knows':'x'", "who_knows" },
        { "'contact':{'phone':'x'}", "contact" },
        { "'safe_contact':{'how':'x'}", "safe_contact" },
    };
    size_t count = sizeof rows / sizeof rows[0];
    for (size_t left_out = 0; left_out < count; left_out++) {
        char request[600] = "{'query':{'actor':'gp'},'handover':{";
        size_t at = strlen(request);
        for (size_t i = 0; i < count; i++) {
            if (i != left_out) {
                at += (size_t)snprintf(request + at, sizeof request - at, "%s,", rows[i].said);
            }
        }
        (void)snprintf(request + at - 1, sizeof request - at + 1, "}}");
        const wm_json *handed = handover(*state, "plain", request);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(item_of(handed, "to_ask", rows[i].item) != NULL, i == left_out);
            assert_int_equal(item_of(handed, "pass_on", rows[i].item) != NULL, i != left_out);
        }
    }
}

static void the_lists_of_the_service_are_asked_once_and_can_be_answered(void **state)
{
    const wm_json *handed =
        handover(*state, "full-of-words",
                 "{'query':{'actor':'gp'},'handover':{'answers':{'goals':'to sleep'}}}");
    assert_string_equal(passed_on(handed, "goals", 0), "to sleep");
    assert_non_null(item_of(handed, "to_ask", "medicines"));
    assert_non_null(item_of(handed, "to_ask", "risks"));
    const char *bytes = bytes_of(*state, wm_json_get(handed, "to_ask"));
    const char *once = strstr(bytes, "\"item\":\"medicines\"");
    assert_null(strstr(once + 1, "\"item\":\"medicines\""));
    wm_error err = { 0 };
    wm_str text;
    assert_int_equal(introduce(*state, "full-of-words",
                               "{'handover':{'answers':{'goalz':'to sleep'}}}", &text, &err),
                     WM_BAD_INPUT);
    assert_contains(err.text, "found \"goalz\"");
}

static void facts_that_would_decide_are_asked_in_the_words_of_their_question(void **state)
{
    const wm_json *handed = handover(*state, "veterans", "{'query':{'actor':'gp'}}");
    const wm_json *item = item_of(handed, "to_ask", "veteran");
    assert_non_null(item);
    assert_string_equal(wm_json_string(wm_json_get(item, "ask")).ptr, "Did you serve?");
    assert_true(says_first(handed, "unknown"));
    handed = handover(*state, "veterans", "{'query':{'lang':'pl','actor':'gp'}}");
    assert_contains(wm_json_string(wm_json_get(item_of(handed, "to_ask", "veteran"), "ask")).ptr,
                    "wojsku");
    assert_contains(
        wm_json_string(wm_json_get(item_of(handed, "to_ask", "own_words"), "label")).ptr,
        "słowami");
}

static void needs_of_others_stay_and_the_rules_add_and_leave_out(void **state)
{
    const wm_json *handed =
        handover(*state, "plain",
                 "{'query':{'needs':['worry','money'],'at':'p','actor':'gp','tried':[{'service':"
                 "'adults','outcome':'refused'}]}}");
    assert_string_equal(passed_on(handed, "what_for", 0), "Worry");
    assert_null(passed_on(handed, "what_for", 1));
    assert_non_null(item_of(handed, "leave_out", "other_needs"));
    assert_non_null(item_of(handed, "leave_out", "tried"));
    assert_null(passed_on(handed, "tried", 0));
    const wm_json *joint = item_of(handed, "to_ask", "joint_meeting");
    assert_string_equal(wm_json_string(wm_json_get(joint, "label")).ptr, "Both at one table");
    handed = handover(*state, "plain", "{'query':{'needs':['worry','money'],'at':'p'}}");
    assert_null(item_of(handed, "to_ask", "tried"));
}

static void what_it_is_for_is_never_left_out_and_a_danger_is_always_said(void **state)
{
    const wm_json *handed =
        handover(*state, "plain", "{'query':{'needs':['worry','crisis'],'at':'p','actor':'gp'}}");
    assert_string_equal(passed_on(handed, "what_for", 0), "Crisis");
    assert_string_equal(passed_on(handed, "what_for", 1), "Worry");
    assert_true(says_first(handed, "safety"));
    handed = handover(*state, "plain", "{'query':{'needs':['money'],'at':'p','actor':'gp'}}");
    assert_string_equal(passed_on(handed, "what_for", 0), "Money");
    assert_null(item_of(handed, "leave_out", "other_needs"));
    assert_false(says_first(handed, "safety"));
}

static void an_interpreter_is_named_and_the_dialect_asked(void **state)
{
    const wm_json *handed = handover(
        *state, "plain", "{'query':{'actor':'gp','access':{'interpreter':'so','bsl':true}}}");
    assert_string_equal(passed_on(handed, "interpreter", 0), "Somali, needed");
    assert_contains(passed_on(handed, "interpreter", 1), "BSL");
    assert_non_null(item_of(handed, "to_ask", "dialect"));
    assert_null(item_of(handed, "to_ask", "language"));
    handed = handover(*state, "plain", "{'handover':{'language':'English'}}");
    assert_null(item_of(handed, "to_ask", "dialect"));
    assert_null(item_of(handed, "to_ask", "interpreter"));
}

/* ---- how to ask ---- */

static void who_can_ask_and_what_only_professionals_see(void **state)
{
    const wm_json *gp = handover(*state, "full-of-words", "{'query':{'actor':'gp'}}");
    const wm_json *refer = wm_json_get(gp, "refer");
    assert_true(wm_json_boolean(wm_json_get(refer, "can"), false));
    const wm_json *contacts = wm_json_get(refer, "contacts");
    assert_int_equal(contacts->count, 3);
    assert_contains(bytes_of(*state, &contacts->as.items[2]), "https://x.example");
    assert_non_null(wm_json_get(refer, "consultation"));
    assert_contains(wm_json_string(wm_json_get(wm_json_get(refer, "replies"), "text")).ptr,
                    "the duty nurse, within 7 days");
    assert_contains(wm_json_string(wm_json_get(wm_json_get(gp, "introduce"), "service_says")).ptr,
                    "The link worker");
    const wm_json *own = handover(*state, "full-of-words", "{}");
    refer = wm_json_get(own, "refer");
    assert_false(wm_json_boolean(wm_json_get(refer, "can"), true));
    assert_contains(wm_json_string(wm_json_get(refer, "text")).ptr, "a GP, health visitor");
    assert_null(wm_json_get(refer, "consultation"));
    assert_null(strstr(bytes_of(*state, refer), "960002"));
    assert_null(strstr(message_text(own), "960002"));
    assert_contains(message_text(own), "01632 960003");
    assert_null(item_of(own, "to_ask", "risks")); /* whoever refers is asked that */
}

/* ---- services that say no, or are not there ---- */

static void a_closed_service_gets_nothing_and_says_what_took_over(void **state)
{
    const wm_json *handed = handover(
        *state, "old", BY_GP ",'handover':{'consent':'given','basis':'crisis','own_words':'X'}}");
    assert_false(may_send(handed));
    assert_true(says_first(handed, "closed"));
    assert_true(says_first(handed, "cannot_take"));
    assert_int_equal(wm_json_get(handed, "pass_on")->count, 0);
    assert_null(wm_json_get(handed, "refer"));
    assert_false(has_message(handed));
    const wm_json *instead = wm_json_get(handed, "instead");
    assert_int_equal(instead->count, 2);
    assert_string_equal(wm_json_string(wm_json_get(&instead->as.items[0], "service")).ptr, "plain");
    assert_string_equal(wm_json_string(wm_json_get(&instead->as.items[0], "verdict")).ptr,
                        "ELIGIBLE");
    handed = handover(*state, "gone", BY_GP "}");
    assert_true(says_first(handed, "nobody_took_over"));
    assert_false(may_send(handover(*state, "planned", BY_GP ",'handover':{'consent':'given'}}")));
    assert_false(may_send(handover(*state, "paused", BY_GP ",'handover':{'consent':'given'}}")));
    assert_true(says_first(handover(*state, "planned", BY_GP "}"), "not_open_yet"));
    assert_true(says_first(handover(*state, "paused", BY_GP "}"), "paused"));
}

static void a_no_is_said_first_with_its_reason_and_what_to_do_instead(void **state)
{
    const wm_json *handed = handover(*state, "adults",
                                     "{'query':{'needs':['worry'],'at':'p','actor':'gp','facts':{"
                                     "'age':{'years':16}}},'handover':{'consent':'given'}}");
    assert_true(says_first(handed, "not_eligible"));
    assert_true(says_first(handed, "why"));
    assert_true(says_first(handed, "ring"));
    assert_true(says_first(handed, "instead"));
    assert_true(may_send(handed)); /* they may still ring */
    assert_true(wm_json_get(handed, "pass_on")->count > 0);
}

/* ---- somebody who may be watched ---- */

#define AT_RISK(query, said) "{'query':{'actor':'gp','at':'p'" query "},'handover':{" said "}}"
#define ABUSE ",'facts':{'domestic_abuse':true}"
#define REACH "'contact':{'phone':'07700 900123','address':'1 High Street'}"

static void nothing_of_a_place_and_no_number_before_it_is_safe(void **state)
{
    const wm_json *handed = handover(*state, "plain", AT_RISK(ABUSE, REACH));
    assert_true(says_first(handed, "at_risk"));
    const char *bytes = bytes_of(*state, handed);
    assert_null(strstr(bytes, "High Street"));
    assert_null(strstr(bytes, "07700"));
    assert_null(item_of(handed, "pass_on", "area"));
    assert_non_null(item_of(handed, "leave_out", "address"));
    assert_non_null(item_of(handed, "leave_out", "contact"));
    assert_non_null(item_of(handed, "to_ask", "safe_contact"));
    assert_contains(wm_json_string(wm_json_get(wm_json_get(handed, "introduce"), "text")).ptr,
                    "alone");
    handed = handover(*state, "plain", AT_RISK(ABUSE, REACH ",'safe_contact':{'when':'mornings'}"));
    assert_non_null(passed_on(handed, "contact", 0));
    assert_null(strstr(bytes_of(*state, handed), "High Street"));
}

static void an_address_in_other_words_stays_too(void **state)
{
    const wm_json *handed =
        handover(*state, "plain", AT_RISK(ABUSE, "'who_knows':'my aunt at sn1 1aa, upstairs'"));
    assert_null(strstr(bytes_of(*state, handed), "upstairs"));
    assert_non_null(item_of(handed, "leave_out", "who_knows"));
    assert_true(wm_handover_has_address(WM_STR("write to BS11AA.")));
    assert_true(wm_handover_has_address(WM_STR("at (BA1 1AA)")));
    assert_true(wm_handover_has_address(WM_STR("M1 1AE")));
    assert_false(wm_handover_has_address(WM_STR("since 2019, on 20 mg; ring 01632 960001")));
    assert_false(wm_handover_has_address(WM_STR("")));
}

static void a_need_or_the_service_itself_tells_of_risk_as_well(void **state)
{
    assert_true(says_first(
        handover(*state, "plain", AT_RISK(",'needs':['trauma.domestic']", "'consent':'given'")),
        "at_risk"));
    assert_true(says_first(handover(*state, "refuge", BY_GP "}"), "at_risk"));
    assert_false(says_first(handover(*state, "plain", BY_GP "}"), "at_risk"));
}

static void no_text_is_made_unless_they_said_that_one_is_safe(void **state)
{
    assert_false(has_message(handover(*state, "plain", AT_RISK(ABUSE, REACH))));
    assert_false(
        has_message(handover(*state, "plain", AT_RISK(ABUSE, "'safe_contact':{'how':'ring'}"))));
    assert_false(has_message(
        handover(*state, "plain", BY_GP ",'handover':{'safe_contact':{'text':'no'}}}")));
    const wm_json *handed =
        handover(*state, "plain", AT_RISK(ABUSE, "'safe_contact':{'text':'neutral'}"));
    assert_true(has_message(handed));
    assert_null(strstr(message_text(handed), "plain"));
    assert_contains(message_text(handed), "01632 960001");
    handed = handover(*state, "plain", AT_RISK(ABUSE, "'safe_contact':{'text':'yes'}"));
    assert_contains(message_text(handed), "plain name");
}

/* ---- text messages ---- */

static void a_text_says_where_and_when_and_never_what_for(void **state)
{
    const wm_json *handed = handover(*state, "plain", BY_GP "}");
    assert_string_equal(message_text(handed),
                        "plain name. Ring 01632 960001. Open Mon-Fri 09:00-17:00. If life is at "
                        "risk ring 999.");
    assert_null(strstr(message_text(handed), "Worry"));
    assert_string_equal(wm_json_string(wm_json_get(message_of(handed), "alphabet")).ptr, "gsm7");
    handed = handover(*state, "line", BY_GP "}");
    assert_contains(message_text(handed), "Open day and night.");
    handed = handover(*state, "silent", BY_GP "}");
    assert_false(has_message(handed));
    assert_string_equal(wm_json_string(wm_json_get(message_of(handed), "code")).ptr, "no_contact");
}

static void texts_are_measured_as_phones_do(void **state)
{
    (void)state;
    char text[400];
    memset(text, 'a', sizeof text);
    wm_message_size size = wm_message_measure((wm_str){ text, 160 });
    assert_true(size.gsm7 && size.segments == 1 && size.units == 160);
    assert_int_equal(wm_message_measure((wm_str){ text, 161 }).segments, 2);
    assert_int_equal(wm_message_measure((wm_str){ text, 306 }).segments, 2);
    assert_int_equal(wm_message_measure((wm_str){ text, 307 }).segments, 3);
    size = wm_message_measure(WM_STR("\u20ac[]"));
    assert_true(size.gsm7 && size.units == 6);
    size = wm_message_measure(WM_STR("\u00e9\u00e0\u00df\u03a9"));
    assert_true(size.gsm7 && size.units == 4);
    size = wm_message_measure(WM_STR("\u0142`"));
    assert_false(size.gsm7);
    assert_int_equal(size.units, 2);
    assert_int_equal(wm_message_measure(WM_STR("\U0001f600")).units, 2);
}

/* ---- requests ---- */

static void a_request_is_strict_and_names_what_is_wrong(void **state)
{
    static const char *const rows[][2] = {
        { "[]", "expected an object with query and handover" },
        { "{'needs':[]}", "expected query and handover, found \"needs\"" },
        { "{'query':7}", "query: expected an object" },
        { "{'query':{'nedds':[]}}", "found \"nedds\"" },
        { "{'handover':[]}", "handover: expected an object" },
        { "{'handover':{'konsent':'given'}}", "found \"konsent\"" },
        { "{'handover':{'consent':'yes'}}", "handover.consent: expected given, refused" },
        { "{'handover':{'basis':'hurry'}}", "handover.basis: expected safeguarding" },
        { "{'handover':{'own_words':''}}", "handover.own_words: expected words" },
        { "{'handover':{'adjustments':'one'}}", "handover.adjustments: expected a list" },
        { "{'handover':{'adjustments':[1]}}", "handover.adjustments: expected words" },
        { "{'handover':{'contact':{'fax':'1'}}}", "handover.contact: no such member: \"fax\"" },
        { "{'handover':{'contact':'1'}}", "handover.contact: expected an object" },
        { "{'handover':{'safe_contact':{'text':'maybe'}}}", "expected yes, neutral or no" },
        { "{'handover':{'answers':{'x':1}}}", "handover.answers: expected words" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wm_error err = { 0 };
        wm_str text;
        assert_int_equal(introduce(*state, "plain", rows[i][0], &text, &err), WM_BAD_INPUT);
        assert_contains(err.text, rows[i][1]);
    }
    wm_error err = { 0 };
    wm_str text;
    assert_int_equal(introduce(*state, "nowhere", "{}", &text, &err), WM_NOT_FOUND);
    assert_contains(err.text, "found \"nowhere\"");
}

static void words_that_are_too_long_are_refused_and_never_cut(void **state)
{
    fixture *f = *state;
    char *request = wm_arena_alloc(&f->arena, WM_HANDOVER_WORDS_MAX + 100);
    int length = snprintf(request, 60, "{'handover':{'own_words':'");
    memset(request + length, 'a', WM_HANDOVER_WORDS_MAX + 1);
    memcpy(request + length + WM_HANDOVER_WORDS_MAX, "'}}", 4);
    const wm_json *handed = handover(f, "plain", request);
    assert_int_equal(strlen(passed_on(handed, "own_words", 0)), WM_HANDOVER_WORDS_MAX);
    memset(request + length, 'a', WM_HANDOVER_WORDS_MAX + 1);
    memcpy(request + length + WM_HANDOVER_WORDS_MAX + 1, "'}}", 4);
    wm_error err = { 0 };
    wm_str text;
    assert_int_equal(introduce(f, "plain", request, &text, &err), WM_TOO_LARGE);
    assert_contains(err.text, "handover.own_words: expected at most 4000 bytes");
}

/* ---- all of it ---- */

static void every_built_in_text_has_its_record_in_the_directory(void **state)
{
    (void)state;
    for (size_t i = 0; wm_handover_word_id(i) != NULL; i++) {
        char path[600];
        const char *id = wm_handover_word_id(i);
        (void)snprintf(path, sizeof path, "%s/directory-data/texts/%s.json", WAYMARK_SOURCE_DIR,
                       id);
        FILE *file = fopen(path, "rb");
        if (file == NULL) {
            fail_msg("%s: not there", path);
        }
        (void)fclose(file);
        assert_true(wm_handover_english(wm_str_of(id)).len > 0);
        assert_true(i == 0 || strcmp(wm_handover_word_id(i - 1), id) < 0);
    }
    assert_int_equal(wm_handover_english(WM_STR("handover.nothing")).len, 0);
}

static void the_same_request_gives_the_same_bytes(void **state)
{
    wm_error err = { 0 };
    wm_str once;
    wm_str twice;
    assert_ok(introduce(*state, "plain", "{'query':{'actor':'gp'}," EVERYTHING, &once, &err), &err);
    assert_ok(introduce(*state, "plain", "{'query':{'actor':'gp'}," EVERYTHING, &twice, &err),
              &err);
    assert_true(wm_str_equal(once, twice));
    assert_true(lists_text(
        wm_json_get(wm_json_get(handover(*state, "plain", BY_GP "}"), "consent"), "never_blocks"),
        "crisis"));
}

static void under_fault(const wm_env *env, fixture *f, wm_status *status_out, wm_buf *out)
{
    wm_asker asker = f->asker;
    asker.env = env;
    asker.texts = NULL;
    wm_error err = { 0 };
    wm_date today = 20459;
    wm_buf_fini(out);
    wm_buf_init(out, env, WM_MIB);
    *status_out = wm_introduce(
        &asker, WM_STR("plain"),
        WM_STR("{\"query\":{\"needs\":[\"worry\"],\"actor\":\"gp\",\"tried\":[{\"service\":"
               "\"adults\",\"outcome\":\"refused\"}]},\"handover\":{\"own_words\":\"x\","
               "\"contact\":{\"phone\":\"1\"},\"adjustments\":[\"y\"]}}"),
        &today, out, &err);
    wm_text_cache_free(asker.texts);
}

static void every_failed_allocation_gives_the_hand_over_or_an_error(void **state)
{
    fixture *f = *state;
    wm_fault_env fault;
    wm_buf out;
    wm_buf expected;
    wm_status status = WM_OK;
    wm_fault_env_init(&fault);
    wm_buf_init(&out, &fault.env, WM_MIB);
    wm_buf_init(&expected, &fault.env, WM_MIB);
    under_fault(&fault.env, f, &status, &expected);
    assert_int_equal(status, WM_OK);
    FAULT_SWEEP(under_fault(&fault.env, f, &status, &out), {
        if (status == WM_OK) {
            assert_true(wm_str_equal(wm_buf_str(&out), wm_buf_str(&expected)));
        } else {
            assert_int_equal(status, WM_NO_MEMORY);
        }
    });
    wm_buf_fini(&out);
    wm_buf_fini(&expected);
}

int main(void)
{
    wm_fault_install();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(consent_and_basis_decide_whether_it_may_be_sent),
        cmocka_unit_test(nobody_is_taken_to_have_agreed),
        cmocka_unit_test(a_refusal_leaves_the_details_and_nothing_of_the_story),
        cmocka_unit_test(a_crisis_route_does_not_wait_and_does_not_override_a_refusal),
        cmocka_unit_test(for_a_child_who_cannot_decide_somebody_who_may_is_asked),
        cmocka_unit_test(what_was_said_is_passed_on_to_the_letter),
        cmocka_unit_test(other_services_have_the_name_of_the_broader_language),
        cmocka_unit_test(what_is_not_known_is_asked_and_never_made_up),
        cmocka_unit_test(each_thing_left_out_of_the_request_is_asked),
        cmocka_unit_test(the_lists_of_the_service_are_asked_once_and_can_be_answered),
        cmocka_unit_test(facts_that_would_decide_are_asked_in_the_words_of_their_question),
        cmocka_unit_test(needs_of_others_stay_and_the_rules_add_and_leave_out),
        cmocka_unit_test(what_it_is_for_is_never_left_out_and_a_danger_is_always_said),
        cmocka_unit_test(an_interpreter_is_named_and_the_dialect_asked),
        cmocka_unit_test(who_can_ask_and_what_only_professionals_see),
        cmocka_unit_test(a_closed_service_gets_nothing_and_says_what_took_over),
        cmocka_unit_test(a_no_is_said_first_with_its_reason_and_what_to_do_instead),
        cmocka_unit_test(nothing_of_a_place_and_no_number_before_it_is_safe),
        cmocka_unit_test(an_address_in_other_words_stays_too),
        cmocka_unit_test(a_need_or_the_service_itself_tells_of_risk_as_well),
        cmocka_unit_test(no_text_is_made_unless_they_said_that_one_is_safe),
        cmocka_unit_test(a_text_says_where_and_when_and_never_what_for),
        cmocka_unit_test(texts_are_measured_as_phones_do),
        cmocka_unit_test(a_request_is_strict_and_names_what_is_wrong),
        cmocka_unit_test(words_that_are_too_long_are_refused_and_never_cut),
        cmocka_unit_test(every_built_in_text_has_its_record_in_the_directory),
        cmocka_unit_test(the_same_request_gives_the_same_bytes),
        cmocka_unit_test(every_failed_allocation_gives_the_hand_over_or_an_error),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
