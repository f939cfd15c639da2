/* test_check_directory.c: a whole directory, and what is wrong with it. */
#include <stdio.h>
#include <stdlib.h>

#include "fault.h"
#include "records.h"
#include "testing.h"

#include <waymark/sys/check.h>

#define RECORDS_MAX 64

/* A small sound directory; each case adds records to it, or puts one in another's place. */
static const char *const sound[] = {
    "directory {'id':'d','title':'T','publisher':'P','languages':['en'],'editions':['public']}",
    "fact {'id':'veteran','type':'flag','question':{'en':'Were you in the forces?'}}",
    "fact {'id':'age','type':'age','question':{'en':'How old are you?'}}",
    "fact {'id':'gp_area','type':'area','question':{'en':'Where is your GP?'}}",
    "fact {'id':'staying_area','type':'area','question':{'en':'Where are you staying?'}}",
    "locality {'id':'england','name':'England','kind':'nation'}",
    "locality {'id':'bath','name':'Bath','kind':'place','parent':'england'}",
    "need {'id':'mood','label':'Mood'}",
    "need {'id':'mood.low','label':'Low mood','broader':['mood']}",
    "organization {'id':'mind','name':'Mind'}",
    "service {'id':'help','name':'Help','organization':'mind','kind':'other','status':'active',"
    "'needs':['mood'],'areas':['england'],'eligibility':{'who':{'age':{'min':18}}}}",
    "text {'id':'kind.other','text':{'en':'Other'}}",
    NULL,
};

typedef struct folder {
    wm_arena arena;
    wm_record records[RECORDS_MAX];
    size_t count;
} folder;

static void folder_put(folder *all, const char *line)
{
    size_t kind_len = strcspn(line, " ");
    wm_record record;
    wm_buf bytes;
    assert_true(wm_kind_parse((wm_str){ line, kind_len }, &record.kind));
    const wm_json *value = wm_test_json(&all->arena, line + kind_len + 1);
    wm_buf_init(&bytes, wm_env_system(), WM_RECORD_BYTES_MAX);
    wm_json_write(&bytes, value);
    record.id = wm_json_string(wm_json_get(value, "id"));
    record.bytes = wm_arena_copy(&all->arena, wm_buf_str(&bytes));
    wm_buf_fini(&bytes);
    for (size_t i = 0; i < all->count; i++) {
        if (all->records[i].kind == record.kind && wm_str_equal(all->records[i].id, record.id)) {
            all->records[i] = record;
            return;
        }
    }
    assert_true(all->count < RECORDS_MAX);
    all->records[all->count++] = record;
}

static wm_status folder_each(void *context, wm_kind kind, wm_record_visit visit,
                             void *visit_context, wm_error *err)
{
    const folder *all = context;
    wm_status status = WM_OK;
    for (size_t i = 0; i < all->count && status == WM_OK; i++) {
        if (all->records[i].kind == kind) {
            status = visit(visit_context, &all->records[i], err);
        }
    }
    return status;
}

static void folder_init(folder *all, const char *const *more)
{
    memset(all, 0, sizeof *all);
    wm_arena_init(&all->arena, wm_env_system(), 16 * WM_MIB);
    for (size_t i = 0; sound[i] != NULL; i++) {
        folder_put(all, sound[i]);
    }
    for (size_t i = 0; more != NULL && more[i] != NULL; i++) {
        folder_put(all, more[i]);
    }
}

/* Findings as "error code kind/id path: text", one a line. */
typedef struct printed {
    char text[16384];
    size_t length;
} printed;

static wm_status print_finding(void *context, const wm_finding *finding)
{
    printed *out = context;
    assert_true(finding->text[0] != '\0' && finding->remedy[0] != '\0');
    int more = snprintf(out->text + out->length, sizeof out->text - out->length,
                        "%s %s %s/%.*s %s: %s\n", finding->is_error ? "error" : "warning",
                        finding->code, wm_kind_name(finding->kind), WM_STR_ARG(finding->id),
                        finding->path, finding->text);
    assert_true(more > 0 && (size_t)more < sizeof out->text - out->length);
    out->length += (size_t)more;
    return WM_OK;
}

static const char *check(const char *const *more, bool find_gaps, wm_check_counts *counts_out)
{
    static printed out;
    folder all;
    memset(&out, 0, sizeof out);
    folder_init(&all, more);
    wm_check_source source = { folder_each, &all };
    wm_check_options options = { .find_gaps = find_gaps };
    wm_finding_sink sink = { print_finding, &out };
    wm_error err = { 0 };
    assert_ok(wm_check_directory(wm_env_system(), &source, &options, &sink, counts_out, &err),
              &err);
    wm_arena_fini(&all.arena);
    return out.text;
}

#define SERVICE(id, more)                                                                          \
    "service {'id':'" id "','name':'N','organization':'mind','kind':'other','needs':['mood'],"     \
    "'areas':['england'],'eligibility':{'who':{'age':{'min':18}}}," more "}"
#define CLOSED(id, successors)                                                                     \
    SERVICE(id, "'status':'closed','closed_reason':'Moved.','successors':[" successors "]")

static void a_sound_directory_has_no_findings(void **state)
{
    (void)state;
    wm_check_counts counts;
    assert_string_equal(check(NULL, false, &counts), "");
    assert_int_equal(counts.errors, 0);
    assert_int_equal(counts.warnings, 0);
    assert_int_equal(counts.records[WM_KIND_LOCALITY], 2);
}

typedef struct check_case {
    const char *records[12];
    const char *expected;
} check_case;

static void play(const check_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *found = check(cases[i].records, false, NULL);
        if (strcmp(found, cases[i].expected) != 0) {
            print_error("%s\nexpected\n%sfound\n%s", cases[i].records[0], cases[i].expected, found);
            fail();
        }
    }
}

static void what_a_record_names_must_be_there(void **state)
{
    (void)state;
    static const check_case cases[] = {
        { { "service {'id':'s','name':'S','organization':'nobody','kind':'strange',"
            "'status':'active','needs':['mud'],'areas':['moon'],'sites':['hall'],"
            "'eligibility':{'who':{'area':{'of':['gp','staying'],'in':['mars']}}}}" },
          "error unknown_reference service/s areas[0]: expected a locality that is there, found "
          "\"moon\"\n"
          "error unknown_reference service/s eligibility.who.area.in[0]: expected a locality that "
          "is there, found \"mars\"\n"
          "error unknown_reference service/s needs[0]: expected a need that is there, found "
          "\"mud\"\n"
          "error unknown_reference service/s organization: expected an organization that is there, "
          "found \"nobody\"\n"
          "error unknown_reference service/s sites[0]: expected a site that is there, found "
          "\"hall\"\n"
          "warning unknown_word service/s kind: expected a text that is there, found "
          "\"kind.strange\"\n" },
        { { CLOSED("a", "'gone'") },
          "error unknown_reference service/a successors[0]: expected a service that is there, "
          "found \"gone\"\n" },
        { { SERVICE("s", "'status':'active','while_waiting':['kind.other','help','Talk to us.',"
                         "'nope']") },
          "warning unknown_word service/s while_waiting[3]: expected a service that is there, "
          "found \"nope\"\n" },
        { { "organization {'id':'mind','name':'Mind','audience':'professional'}" },
          "error withheld_reference service/help organization: expected an organization that every "
          "edition has, found \"mind\"\n" },
    };
    play(cases, sizeof cases / sizeof cases[0]);
}

static void successors_come_to_an_end(void **state)
{
    (void)state;
    static const check_case cases[] = {
        { { CLOSED("a", "'b'"), CLOSED("b", "'c','help'"), CLOSED("c", "'a'") },
          "error successor_circle service/a successors: expected an end, found the circle a > b > "
          "c > a\n" },
        { { CLOSED("z", "'y'"), CLOSED("y", "'x'"), CLOSED("x", "'y'") },
          "error successor_circle service/x successors: expected an end, found the circle x > y > "
          "x\n" },
        { { CLOSED("s1", "'s2'"), CLOSED("s2", "'s3'"), CLOSED("s3", "'s4'"), CLOSED("s4", "'s5'"),
            CLOSED("s5", "'s6'"), CLOSED("s6", "'s7'"), CLOSED("s7", "'s8'"),
            CLOSED("s8", "'help'") },
          "" },
        { { CLOSED("s1", "'s2'"), CLOSED("s2", "'s3'"), CLOSED("s3", "'s4'"), CLOSED("s4", "'s5'"),
            CLOSED("s5", "'s6'"), CLOSED("s6", "'s7'"), CLOSED("s7", "'s8'"), CLOSED("s8", "'s9'"),
            CLOSED("s9", "'help'") },
          "error successor_chain service/s1 successors: expected at most 8 successors in a row, "
          "found 9\n" },
    };
    play(cases, sizeof cases / sizeof cases[0]);
}

static void the_whole_has_its_own_rules(void **state)
{
    (void)state;
    static const check_case cases[] = {
        { { "directory {'id':'e','title':'T','publisher':'P','languages':['en'],"
            "'editions':['public']}" },
          "error no_directory directory/ : expected one record of kind directory, found 2\n" },
        { { SERVICE("HELP", "'status':'active'") },
          "error id_case service/help id: expected ids that differ in more than case, found "
          "\"HELP\" too\n" },
        { { "locality {'id':'england','name':'England','kind':'nation','parent':'bath'}" },
          "error locality_tree locality/ : locality bath: expected a parent above it, found a "
          "circle\n" },
        { { "locality {'id':'x','name':'X','kind':'place','parent':'y'}" },
          "error unknown_reference locality/x parent: expected a locality that is there, found "
          "\"y\"\n" },
        { { "need {'id':'mood','label':'Mood','broader':['mood.low']}" },
          "error need_tree need/ : need mood: broader: expected no circle, found mood < mood.low < "
          "mood\n" },
        { { "need {'id':'sad','label':'LOW MOOD'}" },
          "warning shared_synonym need/mood.low synonyms: expected words of one need, found \"low "
          "mood\" also in sad\n" },
        { { "need {'id':'mood.low','label':'Mood','broader':['mood']}" }, "" },
        { { "rule {'id':'r','phase':'safety','priority':1,'scope':'query','why':'w','when':{'need':"
            "['mood','gone']},'do':[{'verb':'line','text':'line.a'},{'verb':'note','text':'note.a',"
            "'only':{'card':{'exclusion':['e'],'kind':['k'],'offers':['o']}}},{'verb':'unblock',"
            "'reasons':['y'],'never':['x']},{'verb':'handover','add':['h'],'leave_out':['i']},"
            "{'verb':'consent','never_blocks':['c']}]}" },
          "error unknown_reference rule/r do[0].text: expected a text that is there, found "
          "\"line.a\"\n"
          "error unknown_reference rule/r when.need[1]: expected a need that is there, found "
          "\"gone\"\n"
          "warning unknown_word rule/r do[1].only.card.exclusion[0]: expected a text that is "
          "there, "
          "found \"reason.e\"\n"
          "warning unknown_word rule/r do[1].only.card.kind[0]: expected a text that is there, "
          "found "
          "\"kind.k\"\n"
          "warning unknown_word rule/r do[1].only.card.offers[0]: expected a text that is there, "
          "found \"offer.o\"\n"
          "warning unknown_word rule/r do[1].text: expected a text that is there, found "
          "\"note.a\"\n"
          "warning unknown_word rule/r do[2].never[0]: expected a text that is there, found "
          "\"reason.x\"\n"
          "warning unknown_word rule/r do[2].reasons[0]: expected a text that is there, found "
          "\"reason.y\"\n"
          "warning unknown_word rule/r do[3].add[0]: expected a text that is there, found "
          "\"handover.h\"\n"
          "warning unknown_word rule/r do[3].leave_out[0]: expected a text that is there, found "
          "\"handover.i\"\n"
          "warning unknown_word rule/r do[4].never_blocks[0]: expected a text that is there, found "
          "\"consent.c\"\n" },
        { { "locality {'id':'twerton','name':'Twerton','kind':'neighbourhood','parent':'bath'}",
            "service {'id':'refuge','name':'R','organization':'mind','kind':'other','status':"
            "'active','needs':['mood'],'areas':['bath','twerton'],'confidential_location':true,"
            "'eligibility':{'who':{'age':{'min':18}}}}" },
          "warning confidential_area service/refuge areas[1]: expected a place or a wider area "
          "with confidential_location, found \"twerton\"\n" },
        { { "place {'id':'BA1','kind':'outcode','name':'BA1','lat':5139287,'lon':-236117,'shares':"
            "[{'code':'bath','share':999},{'code':'england','share':1}],"
            "'units':{'1':'1BABsMAACBACBABBA'}}" },
          "" },
        { { "place {'id':'BA1','kind':'outcode','name':'BA1','lat':5139287,'lon':-236117,'shares':"
            "[{'code':'bath','share':1000}],'units':{'1':'1BABsMAACBACBABBA','2':'1nonsense'}}",
            "place {'id':'town','kind':'town','name':'Town','shares':[{'code':'bath','share':1000}]"
            ",'units':{'1':'1BABsMAACBACBABBA'}}" },
          "error bad_units place/BA1 units.1: expected localities that are among the shares, found "
          "more\n"
          "error bad_units place/BA1 units.2: units: expected the form of unit postcodes, found "
          "something else at character 9\n"
          "error bad_units place/town units: expected units in an outcode with a position only, "
          "found some\n" },
    };
    play(cases, sizeof cases / sizeof cases[0]);
}

static void criteria_are_checked_with_the_facts_of_the_directory(void **state)
{
    (void)state;
    static const char *const more[] = {
        SERVICE("a", "'status':'active','x_note':'sound'"),
        "service {'id':'s','name':'N','organization':'mind','kind':'other','status':'active',"
        "'needs':['mood'],'areas':['england'],'eligibility':{'who':{'all':[{'is':'flying'}]}}}",
        "rule "
        "{'id':'r','phase':'add','priority':1,'scope':'query','when':{'any':[{'need':['mood']},"
        "{'actor':{'is':'swimming'}},{'query':'x'}]},"
        "'do':[{'verb':'gap'}],'why':'Because.'}",
        NULL,
    };
    const char *found = check(more, false, NULL);
    assert_contains(found, "service/s eligibility.who.all[0].is: ");
    assert_contains(found, "flying");
    assert_contains(found, "rule/r when.any[1].actor.is: ");
    assert_contains(found, "error bad_shape rule/r when.any[2].query: expected actor, about or "
                           "access, found \"x\"");
}

static void a_record_that_is_no_json_hides_no_other(void **state)
{
    (void)state;
    folder all;
    static printed out;
    folder_init(&all, NULL);
    all.records[all.count++] = (wm_record){ WM_KIND_SITE, WM_STR("hall"), WM_STR("{\"id\":") };
    all.records[all.count++] =
        (wm_record){ WM_KIND_SITE, WM_STR("inn"), WM_STR("{\"id\":\"inn\"}") };
    wm_check_source source = { folder_each, &all };
    wm_finding_sink sink = { print_finding, &out };
    wm_error err = { 0 };
    assert_ok(wm_check_directory(wm_env_system(), &source, NULL, &sink, NULL, &err), &err);
    assert_contains(out.text, "error bad_json site/hall : ");
    assert_contains(out.text, "error missing_field site/inn name: ");
    wm_arena_fini(&all.arena);
}

static void ages_that_nobody_takes_are_told_by_need_and_place(void **state)
{
    (void)state;
    static const char *const more[] = {
        "locality {'id':'swindon','name':'Swindon','kind':'place','parent':'england'}",
        "service {'id':'young','name':'Y','organization':'mind','kind':'other','status':'active',"
        "'needs':['mood.low'],'areas':['bath'],'eligibility':{'who':{'all':[{'age':{'min':5,"
        "'before':16}},{'is':'veteran'}]}}}",
        "service {'id':'shut','name':'Y','organization':'mind','kind':'other','status':'paused',"
        "'needs':['mood'],'areas':['bath'],'eligibility':{'who':{'age':{'min':1}}}}",
        "need {'id':'debt','label':'Debt'}",
        NULL,
    };
    assert_string_equal(check(more, true, NULL),
                        "error safety_gap locality/bath : expected, besides 999, a safety service "
                        "day and night for every age in Bath, found none for ages 0 and over\n"
                        "warning age_gap need/debt bath: expected an open service for Debt at "
                        "every age in Bath, found none for any age\n"
                        "warning age_gap need/mood bath: expected an open service for Mood at "
                        "every age in Bath, found none for ages 0 to 4, 16 to 17\n"
                        "warning age_gap need/mood.low bath: expected an open service for Low mood "
                        "at every age in Bath, found none for ages 0 to 4, 16 to 17\n");
}

static void every_place_has_a_safety_service_at_every_age(void **state)
{
    (void)state;
#define LINE(who)                                                                                  \
    "service {'id':'line','name':'L','organization':'mind','kind':'other','status':'active',"      \
    "'needs':['mood'],'areas':['england'],'eligibility':{'who':" who ",'routes':['self']},"        \
    "'intensity':'risk_support','hours':{'always':true},'contacts':[{'kind':'phone',"              \
    "'value':'111'}]}"
    static const char *const here = "service {'id':'help','name':'Help','organization':'mind',"
                                    "'kind':'other','status':'active','needs':['mood'],"
                                    "'areas':['bath'],'eligibility':{'who':{'const':true}}}";
    static const char *const word = "text {'id':'word.self','text':{'en':'You'}}";
    const char *const everyone[] = { here, word, LINE("{'const':true}"), NULL };
    const char *const adults[] = { here, word, LINE("{'age':{'min':18}}"), NULL };
    assert_string_equal(check(everyone, true, NULL), "");
    assert_string_equal(check(adults, true, NULL),
                        "error safety_gap locality/bath : expected, besides 999, a safety service "
                        "day and night for every age in Bath, found none for ages 0 to 17\n");
    assert_string_equal(check(adults, false, NULL), "");
}

static wm_status ignore(void *context, const wm_finding *finding)
{
    (void)context;
    (void)finding;
    return WM_OK;
}

static void check_under_fault(const wm_env *env, folder *all, wm_status *status_out)
{
    wm_check_source source = { folder_each, all };
    wm_check_options options = { .find_gaps = true, .read_texts = true };
    wm_finding_sink sink = { ignore, NULL };
    *status_out = wm_check_directory(env, &source, &options, &sink, NULL, NULL);
}

static void every_failed_allocation_is_reported_and_leaks_nothing(void **state)
{
    (void)state;
    static const char *const more[] = {
        CLOSED("a", "'b'"), CLOSED("b", "'a','gone'"),
        "service {'id':'s','name':'N','organization':'mind','kind':'other','status':'active',"
        "'needs':['mood'],'areas':['bath'],'eligibility':{'who':{'is':'flying'}}}",
        "rule "
        "{'id':'r','phase':'add','priority':1,'scope':'query','when':{'all':[{'need':['mood']},"
        "{'is':'flying'}]},'do':[{'verb':'gap'}],'why':'Because.'}",
        NULL
    };
    folder all;
    folder_init(&all, more);
    wm_fault_env fault;
    wm_fault_env_init(&fault);
    wm_status status = WM_OK;
    FAULT_SWEEP(check_under_fault(&fault.env, &all, &status), {
        assert_int_equal(status, wm_fired_ ? WM_NO_MEMORY : WM_OK);
        assert_int_equal(wm_fault_live_blocks(), 0);
    });
    wm_arena_fini(&all.arena);
}

/* ---- the real directory ---- */

static wm_status real_each(void *context, wm_kind kind, wm_record_visit visit, void *visit_context,
                           wm_error *err)
{
    const wm_test_records *all = context;
    wm_status status = WM_OK;
    for (size_t i = 0; i < all->count && status == WM_OK; i++) {
        if (all->records[i].kind == kind) {
            status = visit(visit_context, &all->records[i], err);
        }
    }
    return status;
}

static wm_status print_real_finding(void *context, const wm_finding *finding)
{
    (void)context;
    if (finding->is_error || getenv("WAYMARK_WARNINGS") != NULL) {
        print_error("%s %s %s/%.*s %s: %s\n", finding->is_error ? "error" : "warning",
                    finding->code, wm_kind_folder(finding->kind), WM_STR_ARG(finding->id),
                    finding->path, finding->text);
    }
    return WM_OK;
}

/* WAYMARK_WARNINGS in the environment prints the warnings too. */
static void the_real_directory_has_no_errors(void **state)
{
    (void)state;
    wm_test_records all;
    wm_check_counts counts;
    wm_error err = { 0 };
    wm_test_records_init(&all, WAYMARK_SOURCE_DIR "/directory-data");
    wm_check_source source = { real_each, &all };
    wm_check_options options = { .find_gaps = true, .read_texts = true };
    wm_finding_sink sink = { print_real_finding, NULL };
    assert_ok(wm_check_directory(wm_env_system(), &source, &options, &sink, &counts, &err), &err);
    print_message("%zu records, %llu warnings\n", all.count, (unsigned long long)counts.warnings);
    assert_int_equal(counts.errors, 0);
    wm_test_records_fini(&all);
}

int main(void)
{
    wm_fault_install();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sound_directory_has_no_findings),
        cmocka_unit_test(what_a_record_names_must_be_there),
        cmocka_unit_test(successors_come_to_an_end),
        cmocka_unit_test(the_whole_has_its_own_rules),
        cmocka_unit_test(criteria_are_checked_with_the_facts_of_the_directory),
        cmocka_unit_test(a_record_that_is_no_json_hides_no_other),
        cmocka_unit_test(ages_that_nobody_takes_are_told_by_need_and_place),
        cmocka_unit_test(every_place_has_a_safety_service_at_every_age),
        cmocka_unit_test(every_failed_allocation_is_reported_and_leaks_nothing),
        cmocka_unit_test(the_real_directory_has_no_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
