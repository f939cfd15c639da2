/* test_signpost.c: rules act on an answer, and what must always hold whatever they say. */
#include "answers.h"

#define ALWAYS "'hours':{'always':true},"
#define EVENINGS                                                                                   \
    "'hours':{'weekly':[{'days':['MO','TU','WE','TH','FR','SA','SU'],'opens':'18:00','closes':"    \
    "'23:00'}]},"
#define PHONE "'contacts':[{'kind':'phone','value':'01632 960000','needs':'voice'}],"
#define WEB "'contacts':[{'kind':'web','value':'https://line.example','needs':'data'}],"
#define CRISIS "'needs':['crisis'],'areas':['england']"
#define UNDER_19 "'eligibility':{'who':{'age':{'before':19}},'routes':['self']},"
#define ADULTS "'eligibility':{'who':{'age':{'min':18}},'routes':['self']},"

#define RULE(id, phase, priority, scope, when, actions)                                            \
    {                                                                                              \
        WM_KIND_RULE, "{'id':'" id "','phase':'" phase "','priority':" priority ",'scope':'" scope \
                      "','when':" when ",'do':[" actions "],'why':{'en':'Because of " id           \
                      ".'},'if':{'en':'" id " would'},'if_other':{'en':'" id                       \
                      " would for them'},'source':'test'}"                                         \
    }
#define RULE_FIRE(id, phase, priority, scope, when, actions)                                       \
    {                                                                                              \
        WM_KIND_RULE, "{'id':'" id "','phase':'" phase "','priority':" priority ",'scope':'" scope \
                      "','when':" when ",'on_unknown':'fire','do':[" actions                       \
                      "],'why':{'en':'Because of " id ".'},'source':'test'}"                       \
    }

static const wm_test_source records[] = {
    { WM_KIND_DIRECTORY,
      "{'id':'d','title':'t','publisher':'p','languages':['en'],'editions':['professional']}" },
    { WM_KIND_ORGANIZATION, "{'id':'o','name':'O'}" },
    { WM_KIND_LOCALITY, "{'id':'england','name':'England','kind':'nation'}" },
    { WM_KIND_LOCALITY, "{'id':'swindon','name':'Swindon','kind':'place','parent':'england'}" },
    { WM_KIND_LOCALITY, "{'id':'bath','name':'Bath','kind':'place','parent':'england'}" },
    { WM_KIND_LOCALITY, "{'id':'york','name':'York','kind':'place','parent':'england'}" },
    { WM_KIND_NEED, "{'id':'crisis','label':'Crisis','broader':[]}" },
    { WM_KIND_NEED, "{'id':'crisis.suicidal','label':'Suicidal','broader':['crisis'],"
                    "'synonyms':{'en':['want to die'],'pl':['chce umrzec']},'unreviewed':['pl']}" },
    { WM_KIND_NEED, "{'id':'crisis.safeguard_child','label':'Hurt','broader':['crisis'],"
                    "'synonyms':{'en':['my dad hits me']}}" },
    { WM_KIND_NEED, "{'id':'abuse','label':'Abuse','broader':[]}" },
    { WM_KIND_NEED, "{'id':'anx','label':'Worry','broader':[]}" },
    { WM_KIND_NEED, "{'id':'anx.panic','label':'Panic','broader':['anx']}" },
    { WM_KIND_NEED, "{'id':'anx.self','label':'Help yourself','broader':['anx']}" },
    { WM_KIND_NEED, "{'id':'rare','label':'Rare','broader':[]}" },
    { WM_KIND_FACT, "{'id':'age','type':'age','question':{'en':'How old are you?'}}" },
    { WM_KIND_FACT, "{'id':'residence_area','type':'area','question':{'en':'Where?'}}" },
    { WM_KIND_FACT, "{'id':'carer','type':'flag','question':{'en':'Do you look after someone?'}}" },
    { WM_KIND_FACT, "{'id':'busy','type':'flag','question':{'en':'?'}}" },
    { WM_KIND_FACT, "{'id':'being_harmed','type':'flag','question':{'en':'?'}}" },
    { WM_KIND_FACT, "{'id':'struggling','type':'flag','question':{'en':'?'}}" },
    { WM_KIND_FACT, "{'id':'parent','type':'people','question':{'en':'?'}}" },
    { WM_KIND_TEXT, "{'id':'line.now','text':{'en':'Call 999.','pl':'Zadzwoń 999.'}}" },
    { WM_KIND_TEXT, "{'id':'note.team','text':{'en':'Call your team, too.'}}" },
    { WM_KIND_TEXT, "{'id':'note.plan','text':{'en':'One plan with {other}.'}}" },
    { WM_KIND_TEXT, "{'id':'note.both','text':{'en':'Both, with {other}.'}}" },
    { WM_KIND_TEXT, "{'id':'note.adjust','text':{'en':'With adjustments.'}}" },
    { WM_KIND_TEXT, "{'id':'offer.line','text':{'en':'A line'}}" },

    WM_TEST_SERVICE("line-a", WM_TEST_OPEN WM_TEST_ANYONE ALWAYS PHONE "'offers':['line']," CRISIS),
    WM_TEST_SERVICE("line-web", WM_TEST_OPEN WM_TEST_ANYONE ALWAYS WEB "'offers':['line']," CRISIS),
    WM_TEST_SERVICE("child-line", WM_TEST_OPEN UNDER_19 ALWAYS PHONE "'offers':['young']," CRISIS),
    WM_TEST_SERVICE("adult-line", WM_TEST_OPEN ADULTS ALWAYS PHONE "'offers':['line']," CRISIS),
    WM_TEST_SERVICE("evening-cafe", WM_TEST_OPEN WM_TEST_ANYONE EVENINGS PHONE
                    "'offers':['safe_space'],'needs':['crisis'],'areas':['swindon']"),
    WM_TEST_SERVICE("unknown-hours", WM_TEST_OPEN WM_TEST_ANYONE PHONE
                    "'offers':['safe_space'],'needs':['crisis'],'areas':['swindon']"),
    WM_TEST_SERVICE("by-staff", WM_TEST_OPEN "'eligibility':{'who':{'const':true},'routes':["
                                             "'professional']}," ALWAYS PHONE
                                             "'offers':['safe_space'],'needs':['crisis'],'areas':["
                                             "'swindon']"),
    WM_TEST_SERVICE("gone-line", "'status':'closed','closes_on':'2025-12-31'," WM_TEST_ANYONE ALWAYS
                                 "'offers':['line']," CRISIS),
    WM_TEST_SERVICE("planned-line",
                    "'status':'planned','opens_on':'2027-01-01'," WM_TEST_ANYONE ALWAYS
                    "'offers':['line']," CRISIS),
    WM_TEST_SERVICE("paused-line",
                    "'status':'paused'," WM_TEST_ANYONE ALWAYS "'offers':['line']," CRISIS),
    WM_TEST_SERVICE("refuge-here", WM_TEST_OPEN WM_TEST_ANYONE ALWAYS PHONE
                    "'offers':['refuge'],'needs':['abuse'],'areas':['swindon']"),
    WM_TEST_SERVICE("refuge-bath", WM_TEST_OPEN
                    "'eligibility':{'who':{'area':{'of':['residence'],'in':['bath']}},'routes':["
                    "'self']}," ALWAYS PHONE "'offers':['refuge'],'needs':['abuse'],'areas':['"
                    "bath']"),
    WM_TEST_SERVICE("refuge-full", WM_TEST_OPEN WM_TEST_ANYONE ALWAYS PHONE
                    "'accepting':{'now':false},'offers':['refuge'],'needs':['abuse'],'areas':['"
                    "york']"),
    WM_TEST_SERVICE("refuge-old", WM_TEST_OPEN
                    "'eligibility':{'who':{'age':{'min':60}},'routes':['self']}," ALWAYS PHONE
                    "'offers':['refuge'],'needs':['abuse'],'areas':['swindon']"),
    WM_TEST_SERVICE("couples", WM_TEST_OPEN WM_TEST_ANYONE PHONE
                    "'offers':['couples_work'],'needs':['abuse'],'areas':['swindon']"),
    WM_TEST_SERVICE("talk", WM_TEST_OPEN WM_TEST_ANYONE PHONE
                    "'offers':['talk','one'],'wait':{'current_weeks':8},'needs':['anx'],'areas':["
                    "'swindon']"),
    WM_TEST_SERVICE("group", WM_TEST_OPEN WM_TEST_ANYONE PHONE
                    "'offers':['talk','two'],'needs':['anx'],'areas':['swindon']"),
    WM_TEST_SERVICE("picky", WM_TEST_OPEN
                    "'eligibility':{'who':{'const':true},'not_for':[{'when':{'is':'busy'},'reason':"
                    "'busy','soft':false}],'routes':['self']}," PHONE
                    "'needs':['anx'],'areas':['swindon']"),
    WM_TEST_SERVICE("gentle", WM_TEST_OPEN
                    "'eligibility':{'who':{'const':true},'not_for':[{'when':{'is':'busy'},'reason':"
                    "'busy','soft':true}],'routes':['self']}," PHONE
                    "'needs':['anx'],'areas':['swindon']"),
    WM_TEST_SERVICE("ending", "'status':'closing','closes_on':'2026-02-01'," WM_TEST_ANYONE PHONE
                              "'wait':{'current_weeks':8},'needs':['anx'],'areas':['swindon']"),
    WM_TEST_SERVICE("app", WM_TEST_OPEN WM_TEST_ANYONE WEB
                    "'offers':['while_waiting'],'needs':['anx.self'],'areas':['england']"),
    WM_TEST_SERVICE("tea", WM_TEST_OPEN WM_TEST_ANYONE WEB
                    "'offers':['while_waiting'],'needs':['rare'],'areas':['england']"),
    WM_TEST_SERVICE("carers-swindon",
                    WM_TEST_OPEN "'eligibility':{'who':{'is':'carer'},'routes':['self']}," PHONE
                                 "'offers':['carer_support'],'needs':['rare'],'areas':['swindon']"),
    WM_TEST_SERVICE("carers-bath",
                    WM_TEST_OPEN "'eligibility':{'who':{'is':'carer'},'routes':['self']}," PHONE
                                 "'offers':['carer_support'],'needs':['rare'],'areas':['bath']"),
    WM_TEST_SERVICE("parents", WM_TEST_OPEN WM_TEST_ANYONE PHONE
                    "'offers':['parent_help'],'needs':['rare'],'areas':['swindon']"),
    WM_TEST_SERVICE("young-cafe", WM_TEST_OPEN UNDER_19 EVENINGS PHONE
                    "'offers':['young'],'needs':['rare'],'areas':['england']"),
    WM_TEST_SERVICE("older-group", WM_TEST_OPEN
                    "'eligibility':{'who':{'all':[{'age':{'min':60}},{'is':'carer'}]},"
                    "'routes':['self']}," PHONE "'offers':['three'],'needs':['anx'],'areas':["
                    "'swindon']"),
    WM_TEST_SERVICE("family-a", WM_TEST_OPEN WM_TEST_ANYONE PHONE
                    "'offers':['family_help'],'needs':['rare'],'areas':['england']"),
    WM_TEST_SERVICE("family-b", WM_TEST_OPEN WM_TEST_ANYONE PHONE
                    "'offers':['family_help'],'needs':['rare'],'areas':['england']"),
    WM_TEST_SERVICE("open-door", WM_TEST_OPEN WM_TEST_ANYONE PHONE
                    "'offers':['open_access_any_need'],'needs':['rare'],'areas':['england']"),

    RULE("S1", "safety", "90", "query", "{'need':['crisis.suicidal']}",
         "{'verb':'line','text':'line.now'},"
         "{'verb':'show','offers':['line'],'section':'SAFETY','slot':1},"
         "{'verb':'show','offers':['safe_space'],'section':'SAFETY','slot':2},"
         "{'verb':'note','text':'note.team'},{'verb':'hold_questions','until':'seen'}"),
    RULE_FIRE("S2", "safety", "89", "query",
              "{'all':[{'need':['crisis.suicidal']},{'age':{'before':19}}]}",
              "{'verb':'show','offers':['young'],'section':'SAFETY','slot':0}"),
    RULE("S3", "safety", "80", "query", "{'need':['abuse']}",
         "{'verb':'show','offers':['refuge'],'section':'SAFETY','slot':1},"
         "{'verb':'ignore_area','offers':['refuge']},"
         "{'verb':'hide','section':'ALL','when':{'card':{'offers':['couples_work']}}},"
         "{'verb':'leave_no_trace'}"),
    RULE("L1", "lifecycle", "50", "card", "{'card':{'status':['closed']}}", "{'verb':'replace'}"),
    RULE("U1", "unblock", "50", "query", "{'is':'busy'}",
         "{'verb':'unblock','reasons':['busy']},"
         "{'verb':'note','text':'note.adjust','only':{'card':{'exclusion':['busy']}}}"),
    RULE("A1", "add", "90", "query", "{'need':['anx']}",
         "{'verb':'pair','offers':['one','two'],'text':'note.plan'}"),
    RULE("A2", "add", "50", "query", "{'any':[{'is':'carer'},{'actor':{'is':'carer'}}]}",
         "{'verb':'show','offers':['carer_support'],'section':'ALONGSIDE','subject':'actor'}"),
    RULE("A3", "add", "50", "card",
         "{'all':[{'card':{'verdict':['ELIGIBLE','JOINT'],'section':['MAIN']}},"
         "{'card':{'wait_weeks':{'min':4}}}]}",
         "{'verb':'show','offers':['while_waiting'],'section':'WHILE_WAITING','for':'card'}"),
    RULE("A4", "add", "40", "query", "{'about':{'who':'parent','that':{'is':'struggling'}}}",
         "{'verb':'show','offers':['parent_help'],'section':'ALONGSIDE','subject':'parent'}"),
    RULE("A5", "add", "40", "query", "{'about':{'who':'parent','that':{'is':'struggling'}}}",
         "{'verb':'show','offers':['family_help'],'section':'MAIN','subject':'parent'}"),
    RULE("A6", "add", "30", "query", "{'need':['anx']}",
         "{'verb':'pair','offers':['one','three'],'text':'note.both'}"),
    RULE("O1", "order", "50", "query", "{'need':['anx']}",
         "{'verb':'rank','by':2,'only':{'card':{'tried':['refused']}}}"),
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

#define AT_3 "'now':'2026-01-05T03:10'"
#define AT_19 "'now':'2026-01-05T19:00'"
#define AT_15 "'now':'2026-01-05T15:00'"
#define SWINDON "'at':'Swindon'"
#define DAY "'as_of':'2026-01-05'"

static bool section_has(const wm_json *answer, const char *section, const char *service)
{
    return wm_test_card(answer, section, service) != NULL;
}

static const wm_json *section_of(const wm_json *answer, const char *name)
{
    const wm_json *sections = wm_json_get(answer, "sections");
    for (uint32_t i = 0; i < sections->count; i++) {
        if (wm_str_is(wm_json_string(wm_json_get(&sections->as.items[i], "name")), name)) {
            return &sections->as.items[i];
        }
    }
    return NULL;
}

static bool stands_nowhere(const wm_json *answer, const char *service)
{
    static const char *const names[] = { "SAFETY",        "MAIN",        "ALONGSIDE",
                                         "WHILE_WAITING", "NOT_A_MATCH", "FOOTER" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (section_has(answer, names[i], service)) {
            return false;
        }
    }
    return true;
}

static bool has_rule(const wm_json *card, const char *rule)
{
    const wm_json *rules = wm_json_get(card, "rules");
    for (uint32_t i = 0; i < rules->count; i++) {
        if (wm_str_is(wm_json_string(&rules->as.items[i]), rule)) {
            return true;
        }
    }
    return false;
}

/* ---- safety ---- */

static void safety_comes_first_with_lines_cards_and_why(void **state)
{
    const wm_json *answer =
        wm_test_ask(*state, "{'needs':['crisis.suicidal']," SWINDON "," AT_3 "}");
    const wm_json *sections = wm_json_get(answer, "sections");
    assert_true(wm_str_is(wm_json_string(wm_json_get(&sections->as.items[0], "name")), "SAFETY"));
    const wm_json *safety = &sections->as.items[0];
    assert_string_equal(wm_test_note(safety, "line.now"), "Call 999.");
    assert_string_equal(wm_test_note(safety, "why"), "Because of S1.");
    assert_string_equal(wm_test_note(safety, "note.team"), "Call your team, too.");
    assert_true(has_rule(wm_test_card(answer, "SAFETY", "line-a"), "S1"));
}

static void safety_is_never_cut_by_the_limit(void **state)
{
    const wm_json *answer =
        wm_test_ask(*state, "{'needs':['crisis.suicidal'],'limit':1," SWINDON "," AT_19 "}");
    assert_true(section_has(answer, "SAFETY", "line-a"));
    assert_true(section_has(answer, "SAFETY", "line-web"));
    assert_true(section_has(answer, "SAFETY", "evening-cafe"));
    assert_int_equal(wm_json_integer(wm_json_get(section_of(answer, "SAFETY"), "more"), -1), 0);
}

static void what_is_not_open_in_time_stands_beside_with_its_next_opening(void **state)
{
    const wm_json *at_3 = wm_test_ask(*state, "{'needs':['crisis.suicidal']," SWINDON "," AT_3 "}");
    assert_true(section_has(at_3, "ALONGSIDE", "evening-cafe"));
    const wm_json *open = wm_json_get(wm_test_card(at_3, "ALONGSIDE", "evening-cafe"), "open");
    assert_false(wm_json_boolean(wm_json_get(open, "now"), true));
    assert_true(wm_str_is(wm_json_string(wm_json_get(open, "next")), "2026-01-05T18:00"));
    assert_true(
        section_has(wm_test_ask(*state, "{'needs':['crisis.suicidal']," SWINDON "," AT_15 "}"),
                    "SAFETY", "evening-cafe"));
    assert_true(
        section_has(wm_test_ask(*state, "{'needs':['crisis.suicidal']," SWINDON "," AT_19 "}"),
                    "SAFETY", "evening-cafe"));
}

static void without_a_time_only_what_is_always_open_is_in_safety(void **state)
{
    const wm_json *answer =
        wm_test_ask(*state, "{'needs':['crisis.suicidal']," SWINDON "," DAY "}");
    assert_true(section_has(answer, "SAFETY", "line-a"));
    assert_true(section_has(answer, "ALONGSIDE", "evening-cafe"));
}

static void hours_that_nobody_knows_are_not_taken_for_open(void **state)
{
    const wm_json *answer =
        wm_test_ask(*state, "{'needs':['crisis.suicidal']," SWINDON "," AT_19 "}");
    assert_false(section_has(answer, "SAFETY", "unknown-hours"));
    assert_true(section_has(answer, "ALONGSIDE", "unknown-hours"));
}

static void safety_holds_nobody_who_takes_no_one(void **state)
{
    const wm_json *answer =
        wm_test_ask(*state, "{'needs':['crisis.suicidal']," SWINDON "," AT_3 "}");
    assert_true(stands_nowhere(answer, "gone-line"));
    assert_true(section_has(answer, "NOT_A_MATCH", "planned-line"));
    assert_true(section_has(answer, "NOT_A_MATCH", "paused-line"));
}

static void a_card_for_another_age_is_never_in_safety(void **state)
{
    const wm_json *child = wm_test_ask(
        *state, "{'needs':['crisis.suicidal'],'facts':{'age':{'years':15}}," SWINDON "," AT_3 "}");
    assert_int_equal(wm_test_card_place(child, "SAFETY", "child-line"), 1);
    assert_false(section_has(child, "SAFETY", "adult-line"));
    assert_true(section_has(child, "NOT_A_MATCH", "adult-line"));
    const wm_json *adult = wm_test_ask(
        *state, "{'needs':['crisis.suicidal'],'facts':{'age':{'years':40}}," SWINDON "," AT_3 "}");
    assert_false(section_has(adult, "SAFETY", "child-line"));
    assert_true(section_has(adult, "SAFETY", "adult-line"));
}

static void with_the_age_unknown_the_lines_for_both_stand(void **state)
{
    const wm_json *answer =
        wm_test_ask(*state, "{'needs':['crisis.suicidal']," SWINDON "," AT_3 "}");
    assert_true(section_has(answer, "SAFETY", "child-line"));
    assert_true(section_has(answer, "SAFETY", "adult-line"));
}

static void what_is_for_some_says_so_also_when_it_opens_later(void **state)
{
    const wm_json *answer =
        wm_test_ask(*state, "{'needs':['crisis.suicidal']," SWINDON "," AT_3 "}");
    const wm_json *card = wm_test_card(answer, "ALONGSIDE", "young-cafe");
    assert_non_null(card);
    assert_non_null(wm_test_note(card, "for_some"));
}

static void voice_comes_before_what_needs_data(void **state)
{
    const wm_json *answer =
        wm_test_ask(*state, "{'needs':['crisis.suicidal']," SWINDON "," AT_3 "}");
    assert_true(wm_test_card_place(answer, "SAFETY", "line-a") <
                wm_test_card_place(answer, "SAFETY", "line-web"));
}

static void what_only_staff_can_reach_comes_behind_in_safety(void **state)
{
    const wm_json *person =
        wm_test_ask(*state, "{'needs':['crisis.suicidal']," SWINDON "," AT_19 "}");
    assert_true(wm_test_card_place(person, "SAFETY", "by-staff") >
                wm_test_card_place(person, "SAFETY", "evening-cafe"));
    const wm_json *staff = wm_test_ask(
        *state, "{'needs':['crisis.suicidal'],'actor':'professional'," SWINDON "," AT_19 "}");
    assert_true(wm_test_card_place(staff, "SAFETY", "by-staff") <
                wm_test_card_place(staff, "SAFETY", "line-web"));
}

static void with_no_place_known_only_what_covers_everyone_is_in_safety(void **state)
{
    const wm_json *answer = wm_test_ask(*state, "{'needs':['crisis.suicidal']," AT_19 "}");
    assert_true(section_has(answer, "SAFETY", "line-a"));
    assert_false(section_has(answer, "SAFETY", "evening-cafe"));
    assert_true(section_has(answer, "MAIN", "evening-cafe"));
}

/* ---- areas, hiding ---- */

static void no_area_refuses_where_a_rule_says_so(void **state)
{
    const wm_json *bath = wm_test_ask(
        *state, "{'needs':['abuse'],'at':'Bath','facts':{'age':{'years':30}}," AT_3 "}");
    assert_true(section_has(bath, "SAFETY", "refuge-bath"));
    assert_true(section_has(bath, "SAFETY", "refuge-here")); /* of another place, to flee to */
    const wm_json *york = wm_test_ask(
        *state, "{'needs':['abuse'],'at':'York','facts':{'age':{'years':30}}," AT_3 "}");
    assert_true(section_has(york, "SAFETY", "refuge-here"));
    const wm_json *card = wm_test_card(york, "SAFETY", "refuge-bath");
    assert_non_null(card);
    assert_string_equal(wm_test_verdict(card), "NOT_ELIGIBLE"); /* the evaluator's */
    assert_false(section_has(york, "SAFETY", "refuge-old"));    /* an age is no area */
}

static void where_there_is_no_room_others_are_found_elsewhere(void **state)
{
    const wm_json *york = wm_test_ask(
        *state, "{'needs':['abuse'],'at':'York','facts':{'age':{'years':30}}," AT_3 "}");
    assert_true(section_has(york, "SAFETY", "refuge-here"));
    assert_true(wm_test_card_place(york, "SAFETY", "refuge-full") >
                wm_test_card_place(york, "SAFETY", "refuge-here"));
    /* and nobody is sent far to what has no room */
    const wm_json *bath = wm_test_ask(
        *state, "{'needs':['abuse'],'at':'Bath','facts':{'age':{'years':30}}," AT_3 "}");
    assert_true(stands_nowhere(bath, "refuge-full"));
}

static void what_is_hidden_stands_nowhere(void **state)
{
    const wm_json *answer = wm_test_ask(*state, "{'needs':['abuse']," SWINDON "," AT_3 "}");
    assert_true(stands_nowhere(answer, "couples"));
}

/* ---- exclusions ---- */

static void a_hard_exclusion_stays_a_no_and_a_soft_one_is_joint(void **state)
{
    const wm_json *answer =
        wm_test_ask(*state, "{'needs':['anx'],'facts':{'busy':true}," SWINDON "," DAY "}");
    const wm_json *picky = wm_test_card(answer, "NOT_A_MATCH", "picky");
    const wm_json *gentle = wm_test_card(answer, "MAIN", "gentle");
    assert_string_equal(wm_test_verdict(picky), "NOT_ELIGIBLE");
    assert_string_equal(wm_test_verdict(gentle), "JOINT");
    assert_string_equal(wm_test_note(gentle, "note.adjust"), "With adjustments.");
    assert_true(has_rule(picky, "U1"));
}

static void an_exclusion_that_is_not_known_moves_nothing(void **state)
{
    const wm_json *answer = wm_test_ask(*state, "{'needs':['anx']," SWINDON "," DAY "}");
    assert_true(section_has(answer, "MAIN", "picky"));
    assert_false(has_rule(wm_test_card(answer, "MAIN", "picky"), "U1"));
}

/* ---- beside ---- */

static void a_long_wait_brings_something_for_meanwhile(void **state)
{
    const wm_json *answer = wm_test_ask(*state, "{'needs':['anx.panic']," SWINDON "," DAY "}");
    assert_true(section_has(answer, "WHILE_WAITING", "app"));
    assert_true(stands_nowhere(answer, "tea")); /* of another kind of need */
    assert_true(has_rule(wm_test_card(answer, "MAIN", "talk"), "A3"));
    assert_false(has_rule(wm_test_card(answer, "MAIN", "group"), "A3")); /* not known: not acted */
}

static void a_service_that_closes_before_its_wait_is_over_is_no_option(void **state)
{
    const wm_json *answer = wm_test_ask(*state, "{'needs':['anx']," SWINDON "," DAY "}");
    assert_true(section_has(answer, "NOT_A_MATCH", "ending"));
}

static void a_carers_own_offers_come_from_the_carers_facts_and_place(void **state)
{
    const wm_json *answer = wm_test_ask(
        *state, "{'needs':['anx']," SWINDON "," DAY ",'actor':'carer','about':'cared_for',"
                "'actor_facts':{'carer':true,'residence_area':'bath'}}");
    assert_true(section_has(answer, "ALONGSIDE", "carers-bath"));
    assert_true(section_has(answer, "ALONGSIDE", "carers-swindon")); /* where the person lives */
    answer = wm_test_ask(*state, "{'needs':['anx']," SWINDON "," DAY ",'actor':'carer','about':"
                                 "'cared_for','actor_facts':{'carer':true}}");
    const wm_json *card = wm_test_card(answer, "ALONGSIDE", "carers-swindon");
    assert_string_equal(wm_test_verdict(card), "ELIGIBLE");
    /* what the person is does not make a carer of whoever asks */
    answer = wm_test_ask(*state, "{'needs':['anx']," SWINDON "," DAY ",'actor':'carer','about':"
                                 "'cared_for','facts':{'carer':true}}");
    assert_string_not_equal(wm_test_verdict(wm_test_card(answer, "ALONGSIDE", "carers-swindon")),
                            "ELIGIBLE");
}

static void two_services_of_one_plan_name_each_other(void **state)
{
    const wm_json *answer = wm_test_ask(*state, "{'needs':['anx']," SWINDON "," DAY "}");
    assert_string_equal(wm_test_note(wm_test_card(answer, "MAIN", "talk"), "note.plan"),
                        "One plan with group name.");
    assert_string_equal(wm_test_note(wm_test_card(answer, "MAIN", "group"), "note.plan"),
                        "One plan with talk name.");
}

static void what_is_no_match_is_part_of_no_plan(void **state)
{
    const wm_json *answer = wm_test_ask(*state, "{'needs':['anx']," SWINDON "," DAY
                                                ",'facts':{'age':{'years':30},'carer':false}}");
    assert_non_null(wm_test_card(answer, "NOT_A_MATCH", "older-group"));
    assert_null(wm_test_note(wm_test_card(answer, "MAIN", "talk"), "note.both"));
    answer = wm_test_ask(*state, "{'needs':['anx']," SWINDON "," DAY
                                 ",'facts':{'age':{'years':70},'carer':true}}");
    assert_string_equal(wm_test_note(wm_test_card(answer, "MAIN", "talk"), "note.both"),
                        "Both, with older-group name.");
}

static void what_refused_before_goes_down(void **state)
{
    const wm_json *answer =
        wm_test_ask(*state, "{'needs':['anx']," SWINDON "," DAY ",'tried':[{'service':'group',"
                            "'outcome':'refused','date':'2025-12-01'}]}");
    unsigned group = wm_test_card_place(answer, "MAIN", "group");
    assert_true(group > wm_test_card_place(answer, "MAIN", "talk"));
    assert_true(group > wm_test_card_place(answer, "MAIN", "gentle"));
    assert_true(has_rule(wm_test_card(answer, "MAIN", "group"), "O1"));
}

/* ---- promises ---- */

static void nobody_is_left_with_fewer_than_two_cards(void **state)
{
    const wm_json *answer = wm_test_ask(*state, "{'needs':['crisis.safeguard_child'],'at':'Bath',"
                                                "'actor':'professional'," DAY "}");
    assert_true(section_has(answer, "MAIN", "open-door"));
    assert_int_equal(wm_json_get(answer, "gaps")->count, 1);
}

static void words_that_nobody_knows_bring_what_is_open_to_all(void **state)
{
    const wm_json *answer = wm_test_ask(*state, "{'text':'xyzzy'," SWINDON "," DAY "}");
    assert_true(section_has(answer, "MAIN", "open-door"));
    assert_true(stands_nowhere(answer, "talk"));
    assert_true(wm_test_has_note(answer, "words_not_known"));
}

/* They may be wrong, and they may be right: then whoever typed them sees what to do in any case. */
static void words_that_nobody_reviewed_bring_a_warning_and_no_crisis_card(void **state)
{
    const wm_json *answer = wm_test_ask(*state, "{'text':'chce umrzec'," SWINDON "," AT_3 "}");
    const wm_json *safety = section_of(answer, "SAFETY");
    assert_contains(wm_test_note(safety, "perhaps_danger"), "999");
    assert_int_equal(wm_json_get(safety, "cards")->count, 0);
    assert_false(wm_test_has_note(safety, "line.now"));
    answer = wm_test_ask(*state, "{'text':'chce umrzec, want to die'," SWINDON "," AT_3 "}");
    safety = section_of(answer, "SAFETY");
    assert_false(wm_test_has_note(safety, "perhaps_danger"));
    assert_true(section_has(answer, "SAFETY", "line-a"));
    assert_true(wm_test_has_note(safety, "line.now"));
}

static void a_child_who_tells_of_harm_is_not_offered_the_parents_services(void **state)
{
    const wm_json *adult =
        wm_test_ask(*state, "{'needs':['anx']," SWINDON "," DAY ",'actor':'family','about':'child',"
                            "'facts':{'parent':{'people':[{'struggling':true}]}}}");
    assert_true(section_has(adult, "ALONGSIDE", "parents"));
    const wm_json *child =
        wm_test_ask(*state, "{'text':'my dad hits me'," SWINDON "," DAY
                            ",'facts':{'parent':{'people':[{'struggling':true}]}}}");
    assert_true(stands_nowhere(child, "parents"));
    child = wm_test_ask(*state, "{'needs':['anx']," SWINDON "," DAY
                                ",'facts':{'being_harmed':true,'parent':{'people':[{'struggling':"
                                "true}]}}}");
    assert_true(stands_nowhere(child, "parents"));
}

static void a_child_who_tells_of_harm_is_not_left_with_what_was_for_the_parent(void **state)
{
    const wm_json *answer = wm_test_ask(*state, "{'needs':['abuse'],'at':'York'," DAY
                                                ",'facts':{'being_harmed':true,'age':{'years':12},"
                                                "'parent':{'people':[{'struggling':true}]}}}");
    assert_true(stands_nowhere(answer, "family-a"));
    assert_true(section_has(answer, "MAIN", "open-door"));
}

static void what_waits_for_something_unknown_is_told(void **state)
{
    const wm_json *answer = wm_test_ask(*state, "{'needs':['anx']," SWINDON "," DAY "}");
    const wm_json *would = wm_json_get(answer, "would_also_apply");
    bool found = false;
    for (uint32_t i = 0; i < would->count; i++) {
        const wm_json *one = &would->as.items[i];
        found = found || (wm_str_is(wm_json_string(wm_json_get(one, "rule")), "A2") &&
                          wm_str_is(wm_json_string(wm_json_get(one, "if")), "A2 would"));
    }
    assert_true(found);
    assert_true(would->count <= 5);
    answer = wm_test_ask(*state, "{'needs':['anx'],'facts':{'carer':false}," SWINDON "," DAY "}");
    would = wm_json_get(answer, "would_also_apply");
    for (uint32_t i = 0; i < would->count; i++) {
        assert_false(wm_str_is(wm_json_string(wm_json_get(&would->as.items[i], "rule")), "A2"));
    }
}

static bool would_be(const wm_json *answer, const char *words)
{
    const wm_json *would = wm_json_get(answer, "would_also_apply");
    for (uint32_t i = 0; i < would->count; i++) {
        if (wm_str_is(wm_json_string(wm_json_get(&would->as.items[i], "if")), words)) {
            return true;
        }
    }
    return false;
}

static void what_waits_is_told_of_whom_it_is_about(void **state)
{
    assert_true(would_be(wm_test_ask(*state, "{'needs':['anx']," SWINDON "," DAY "}"), "A2 would"));
    const wm_json *answer =
        wm_test_ask(*state, "{'needs':['anx'],'actor':'gp'," SWINDON "," DAY "}");
    assert_true(would_be(answer, "A2 would for them"));
    assert_false(would_be(answer, "A2 would"));
}

static void rules_speak_in_the_language_of_the_question(void **state)
{
    const wm_json *answer =
        wm_test_ask(*state, "{'needs':['crisis.suicidal'],'lang':'pl'," SWINDON "," AT_3 "}");
    assert_string_equal(wm_test_note(section_of(answer, "SAFETY"), "line.now"), "Zadzwoń 999.");
    assert_string_equal(wm_test_note(section_of(answer, "SAFETY"), "note.team"),
                        "Call your team, too.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(safety_comes_first_with_lines_cards_and_why),
        cmocka_unit_test(safety_is_never_cut_by_the_limit),
        cmocka_unit_test(what_is_not_open_in_time_stands_beside_with_its_next_opening),
        cmocka_unit_test(without_a_time_only_what_is_always_open_is_in_safety),
        cmocka_unit_test(hours_that_nobody_knows_are_not_taken_for_open),
        cmocka_unit_test(safety_holds_nobody_who_takes_no_one),
        cmocka_unit_test(a_card_for_another_age_is_never_in_safety),
        cmocka_unit_test(with_the_age_unknown_the_lines_for_both_stand),
        cmocka_unit_test(what_is_for_some_says_so_also_when_it_opens_later),
        cmocka_unit_test(voice_comes_before_what_needs_data),
        cmocka_unit_test(what_only_staff_can_reach_comes_behind_in_safety),
        cmocka_unit_test(with_no_place_known_only_what_covers_everyone_is_in_safety),
        cmocka_unit_test(no_area_refuses_where_a_rule_says_so),
        cmocka_unit_test(where_there_is_no_room_others_are_found_elsewhere),
        cmocka_unit_test(what_is_hidden_stands_nowhere),
        cmocka_unit_test(a_hard_exclusion_stays_a_no_and_a_soft_one_is_joint),
        cmocka_unit_test(an_exclusion_that_is_not_known_moves_nothing),
        cmocka_unit_test(a_long_wait_brings_something_for_meanwhile),
        cmocka_unit_test(a_service_that_closes_before_its_wait_is_over_is_no_option),
        cmocka_unit_test(a_carers_own_offers_come_from_the_carers_facts_and_place),
        cmocka_unit_test(two_services_of_one_plan_name_each_other),
        cmocka_unit_test(what_is_no_match_is_part_of_no_plan),
        cmocka_unit_test(what_refused_before_goes_down),
        cmocka_unit_test(nobody_is_left_with_fewer_than_two_cards),
        cmocka_unit_test(words_that_nobody_knows_bring_what_is_open_to_all),
        cmocka_unit_test(words_that_nobody_reviewed_bring_a_warning_and_no_crisis_card),
        cmocka_unit_test(a_child_who_tells_of_harm_is_not_offered_the_parents_services),
        cmocka_unit_test(a_child_who_tells_of_harm_is_not_left_with_what_was_for_the_parent),
        cmocka_unit_test(what_waits_for_something_unknown_is_told),
        cmocka_unit_test(rules_speak_in_the_language_of_the_question),
        cmocka_unit_test(what_waits_is_told_of_whom_it_is_about),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
