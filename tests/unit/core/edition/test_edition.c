/* test_edition.c: what the public edition leaves out, and where a record rides. */
#include "testing.h"

#include <waymark/sys/edition.h>

typedef struct scene {
    wm_arena arena;
    wm_locality_tree *tree;
} scene;

static bool secret_is_withheld(void *context, wm_kind kind, wm_str id)
{
    (void)context;
    return (kind == WM_KIND_SERVICE || kind == WM_KIND_ORGANIZATION) && wm_str_is(id, "secret");
}

static const wm_edition_lens everything = { .edition = WM_EDITION_PROFESSIONAL };
static const wm_edition_lens public_lens = { .edition = WM_EDITION_PUBLIC,
                                             .withheld = secret_is_withheld };

static int set_up(void **state)
{
    static const wm_locality_row rows[] = {
        { WM_STR_INIT("E"), WM_STR_INIT("England"), WM_STR_INIT("nation"), { NULL, 0 } },
        { WM_STR_INIT("BSW"), WM_STR_INIT("BSW"), WM_STR_INIT("system"), WM_STR_INIT("E") },
        { WM_STR_INIT("SWI"), WM_STR_INIT("Swindon"), WM_STR_INIT("place"), WM_STR_INIT("BSW") },
        { WM_STR_INIT("WIL"), WM_STR_INIT("Wiltshire"), WM_STR_INIT("place"), WM_STR_INIT("BSW") },
        { WM_STR_INIT("SWI1"), WM_STR_INIT("West"), WM_STR_INIT("locality"), WM_STR_INIT("SWI") },
        { WM_STR_INIT("SWI2"), WM_STR_INIT("East"), WM_STR_INIT("locality"), WM_STR_INIT("SWI") },
        { WM_STR_INIT("BSOL"), WM_STR_INIT("BSOL"), WM_STR_INIT("system"), WM_STR_INIT("E") },
    };
    static scene s;
    wm_error err = { 0 };
    wm_arena_init(&s.arena, wm_env_system(), 64 * WM_MIB);
    assert_ok(
        wm_locality_tree_new(wm_env_system(), rows, sizeof rows / sizeof rows[0], &s.tree, &err),
        &err);
    *state = &s;
    return 0;
}

static int tear_down(void **state)
{
    scene *s = *state;
    wm_locality_tree_free(s->tree);
    wm_arena_fini(&s->arena);
    return 0;
}

/* The projection of `from` is, byte for byte, `to`. Both with ' for ". */
static void assert_projects(scene *s, const wm_edition_lens *lens, wm_kind kind, const char *from,
                            const char *to)
{
    const wm_json *value = wm_test_json(&s->arena, from);
    const wm_json *projected = NULL;
    wm_error err = { 0 };
    assert_ok(wm_edition_project(lens, kind, value, &s->arena, &projected, &err), &err);
    wm_buf whole;
    wm_buf_init(&whole, wm_env_system(), WM_MIB);
    wm_json_write(&whole, value);
    assert_true(!wm_edition_shows_all(wm_buf_str(&whole)) || projected == value ||
                lens->withheld != NULL);
    wm_buf_fini(&whole);
    wm_buf found;
    wm_buf expected;
    wm_buf_init(&found, wm_env_system(), WM_MIB);
    wm_buf_init(&expected, wm_env_system(), WM_MIB);
    wm_json_write(&found, projected);
    wm_json_write(&expected, wm_test_json(&s->arena, to));
    assert_string_equal(found.data, expected.data);
    wm_buf_fini(&found);
    wm_buf_fini(&expected);
}

static void assert_refused(scene *s, wm_kind kind, const char *from, const char *part)
{
    const wm_json *value = wm_test_json(&s->arena, from);
    const wm_json *projected = NULL;
    wm_error err = { 0 };
    assert_int_equal(wm_edition_project(&public_lens, kind, value, &s->arena, &projected, &err),
                     WM_BAD_RECORD);
    assert_contains(err.text, part);
    assert_null(projected);
}

static void a_record_that_loses_nothing_is_the_same_value(void **state)
{
    scene *s = *state;
    const wm_json *value =
        wm_test_json(&s->arena, "{'id':'a','contacts':[{'audience':'public','value':'1'}],"
                                "'successors':['gone','other'],'cost':{},'sites':[]}");
    const wm_json *projected = NULL;
    wm_error err = { 0 };
    assert_ok(wm_edition_project(&public_lens, WM_KIND_SERVICE, value, &s->arena, &projected, &err),
              &err);
    assert_ptr_equal(projected, value);
}

static void the_professional_edition_has_everything_as_it_is(void **state)
{
    scene *s = *state;
    const wm_json *value = wm_test_json(&s->arena, "{'id':'a','audience':'professional',"
                                                   "'professional_only':['visit'],'visit':{}}");
    const wm_json *projected = NULL;
    wm_error err = { 0 };
    assert_ok(wm_edition_project(&everything, WM_KIND_SERVICE, value, &s->arena, &projected, &err),
              &err);
    assert_ptr_equal(projected, value);
}

static void a_professional_record_is_absent_from_the_public_edition(void **state)
{
    scene *s = *state;
    const wm_json *value = wm_test_json(&s->arena, "{'id':'a','audience':'professional'}");
    const wm_json *projected = NULL;
    wm_error err = { 0 };
    assert_int_equal(
        wm_edition_project(&public_lens, WM_KIND_SERVICE, value, &s->arena, &projected, &err),
        WM_NOT_FOUND);
    assert_string_equal(err.text, "");
    assert_false(wm_edition_includes(WM_EDITION_PUBLIC, value));
    assert_true(wm_edition_includes(WM_EDITION_PROFESSIONAL, value));
}

static void marked_objects_are_dropped_at_any_depth(void **state)
{
    assert_projects(*state, &public_lens, WM_KIND_SERVICE,
                    "{'id':'a','contacts':[{'value':'1'},{'audience':'professional','value':'2'},"
                    "{'value':'3'}],'referral':{'how':'call','consultation':{'audience':"
                    "'professional','value':'4'}},'x_deep':[[{'y':{'audience':'professional'}}]]}",
                    "{'id':'a','contacts':[{'value':'1'},{'value':'3'}],"
                    "'referral':{'how':'call'}}");
}

static void fields_for_professionals_go_with_their_translations_and_their_list(void **state)
{
    assert_projects(*state, &public_lens, WM_KIND_SERVICE,
                    "{'id':'a','professional_only':['visit','handover'],'visit':{'text':'come'},"
                    "'handover':{},'translations':{'pl':{'visit':'x','name':'N','reviewed':true},"
                    "'so':{'handover':'y'}}}",
                    "{'id':'a','translations':{'pl':{'name':'N','reviewed':true}}}");
}

static void maintainers_stay_with_the_publisher(void **state)
{
    assert_projects(*state, &public_lens, WM_KIND_ORGANIZATION,
                    "{'id':'o','name':'O','maintainers':['key']}", "{'id':'o','name':'O'}");
    assert_projects(*state, &everything, WM_KIND_ORGANIZATION,
                    "{'id':'o','name':'O','maintainers':['key']}",
                    "{'id':'o','name':'O','maintainers':['key']}");
}

static void references_to_what_is_withheld_are_removed(void **state)
{
    assert_projects(*state, &public_lens, WM_KIND_SERVICE,
                    "{'id':'a','name':'A','successors':['secret','next'],"
                    "'while_waiting':['secret']}",
                    "{'id':'a','name':'A','successors':['next']}");
}

static void professional_facts_are_in_every_edition(void **state)
{
    assert_projects(*state, &public_lens, WM_KIND_FACT,
                    "{'id':'risk','type':'level','edition':'professional','question':{'en':'?'}}",
                    "{'id':'risk','type':'level','edition':'professional','question':{'en':'?'}}");
}

static void nothing_is_left_out_of_eligibility_in_silence(void **state)
{
    assert_refused(*state, WM_KIND_SERVICE,
                   "{'id':'a','eligibility':{'not_for':[{'audience':'professional',"
                   "'when':{'is':'veteran'},'reason':'x'}],'who':{'const':true}}}",
                   "service/a: eligibility");
    assert_refused(*state, WM_KIND_SERVICE, "{'id':'a','eligibility':{'audience':'professional'}}",
                   "service/a: eligibility");
}

static void what_is_not_understood_is_not_shown(void **state)
{
    static const char *const audiences[] = {
        "{'id':'a','audience':'Professional'}",
        "{'id':'a','audience':['professional']}",
        "{'id':'a','contacts':[{'audience':'professionals','value':'1'}]}",
        "{'id':'a','x_mine':[[{'audience':null}]]}",
        "{'id':'a','translations':{'audience':'staff','pl':{}}}",
        "{'id':'a','translations':{'pl':{'audience':true,'summary':'s'}}}",
    };
    static const char *const lists[] = {
        "{'id':'a','summary':'s','professional_only':'summary'}",
        "{'id':'a','summary':'s','professional_only':{'summary':true}}",
        "{'id':'a','summary':'s','professional_only':[['summary']]}",
    };
    for (size_t i = 0; i < sizeof audiences / sizeof audiences[0]; i++) {
        assert_refused(*state, WM_KIND_SERVICE, audiences[i],
                       "service/a: audience: expected \"public\" or \"professional\"");
    }
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        assert_refused(*state, WM_KIND_SERVICE, lists[i],
                       "professional_only: expected a list of names");
    }
    scene *s = *state;
    assert_false(wm_edition_includes(WM_EDITION_PUBLIC, wm_test_json(&s->arena, audiences[0])));
    assert_true(
        wm_edition_includes(WM_EDITION_PROFESSIONAL, wm_test_json(&s->arena, audiences[0])));
}

static void required_fields_are_never_left_out(void **state)
{
    assert_refused(*state, WM_KIND_SERVICE, "{'id':'a','name':'A','professional_only':['name']}",
                   "service/a: name: is named in professional_only");
    assert_refused(*state, WM_KIND_SERVICE, "{'id':'a','organization':'secret'}",
                   "service/a: organization: has only what is withheld");
}

static void assert_home(scene *s, const char *service, const char *partition)
{
    wm_locality home = wm_edition_home(WM_KIND_SERVICE, wm_test_json(&s->arena, service), s->tree);
    wm_str name = wm_edition_partition_name(s->tree, home);
    assert_true(wm_str_is(name, partition));
    wm_locality again = 0;
    assert_true(wm_edition_partition_find(s->tree, name, &again));
    assert_int_equal(again, home);
}

static void a_service_rides_in_the_smallest_place_that_contains_its_areas(void **state)
{
    scene *s = *state;
    assert_home(s, "{'areas':['SWI']}", "SWI");
    assert_home(s, "{'areas':['SWI1']}", "SWI");
    assert_home(s, "{'areas':['SWI1','SWI2']}", "SWI");
    assert_home(s, "{'areas':['SWI1','WIL']}", "BSW");
    assert_home(s, "{'areas':['BSW']}", "BSW");
    assert_home(s, "{'areas':['WIL','BSOL']}", "E");
    assert_home(s, "{'areas':['E']}", "E");
    assert_home(s, "{'areas':['nowhere','SWI']}", "E");
    assert_home(s, "{'areas':[]}", "E");
    assert_home(s, "{}", "E");
}

static void a_confidential_service_rides_in_its_system(void **state)
{
    assert_home(*state, "{'areas':['SWI1'],'confidential_location':true}", "BSW");
    assert_home(*state, "{'areas':['E'],'confidential_location':true}", "E");
}

static void homes_fold_to_the_smallest_partition_with_both(void **state)
{
    scene *s = *state;
    wm_locality swindon = wm_locality_find(s->tree, WM_STR("SWI"));
    wm_locality wiltshire = wm_locality_find(s->tree, WM_STR("WIL"));
    wm_locality bsw = wm_locality_find(s->tree, WM_STR("BSW"));
    wm_locality bsol = wm_locality_find(s->tree, WM_STR("BSOL"));
    assert_int_equal(wm_edition_home_common(s->tree, swindon, swindon), swindon);
    assert_int_equal(wm_edition_home_common(s->tree, swindon, wiltshire), bsw);
    assert_int_equal(wm_edition_home_common(s->tree, swindon, bsw), bsw);
    assert_int_equal(wm_edition_home_common(s->tree, swindon, bsol), WM_LOCALITY_NONE);
    assert_int_equal(wm_edition_home_common(s->tree, WM_LOCALITY_NONE, bsol), WM_LOCALITY_NONE);
}

static void localities_below_a_place_are_no_partitions(void **state)
{
    scene *s = *state;
    wm_locality home = 0;
    assert_false(wm_edition_partition_find(s->tree, WM_STR("SWI1"), &home));
    assert_false(wm_edition_partition_find(s->tree, WM_STR("nowhere"), &home));
    assert_false(wm_edition_partition_find(s->tree, WM_STR("all"), &home));
}

static void a_tree_with_two_roots_or_none_has_a_partition_named_top(void **state)
{
    (void)state;
    static const wm_locality_row rows[] = {
        { WM_STR_INIT("E"), WM_STR_INIT("England"), WM_STR_INIT("nation"), { NULL, 0 } },
        { WM_STR_INIT("W"), WM_STR_INIT("Wales"), WM_STR_INIT("nation"), { NULL, 0 } },
    };
    for (size_t count = 0; count <= 2; count += 2) {
        wm_locality_tree *tree = NULL;
        wm_error err = { 0 };
        assert_ok(wm_locality_tree_new(wm_env_system(), rows, count, &tree, &err), &err);
        wm_str name = wm_edition_partition_name(tree, WM_LOCALITY_NONE);
        assert_true(wm_str_is(name, WM_PARTITION_TOP));
        wm_locality_tree_free(tree);
    }
}

static void edition_names_read_back(void **state)
{
    (void)state;
    wm_edition edition = WM_EDITION_PROFESSIONAL;
    assert_true(wm_edition_parse(WM_STR("public"), &edition));
    assert_int_equal(edition, WM_EDITION_PUBLIC);
    assert_string_equal(wm_edition_name(WM_EDITION_PROFESSIONAL), "professional");
    assert_false(wm_edition_parse(WM_STR("Public"), &edition));
}

static void what_has_none_of_the_names_is_shown_by_all(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        bool shows_all;
    } rows[] = {
        { "{\"id\":\"a\",\"name\":\"An audience, a \\\"maintainer\\\"\"}", true },
        { "{\"audiences\":1,\"the_audience\":2,\"professional\":3,\"tab\":\"\\t\"}", true },
        { "", true },
        { "{}", true },
        { "{\"audience\":\"professional\"}", false },
        { "{\"contacts\":[{\"audience\" : \"public\"}]}", false },
        { "{\"professional_only\":[]}", false },
        { "{\"maintainers\":[]}", false },
        { "{\"\\u0061udience\":\"professional\"}", false },
        { "{\"a\":\"\\\\u\"}", false },
        { "{\"a\":\"\\", false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(wm_edition_shows_all(wm_str_of(rows[i].bytes)), rows[i].shows_all);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_that_loses_nothing_is_the_same_value),
        cmocka_unit_test(what_has_none_of_the_names_is_shown_by_all),
        cmocka_unit_test(the_professional_edition_has_everything_as_it_is),
        cmocka_unit_test(a_professional_record_is_absent_from_the_public_edition),
        cmocka_unit_test(marked_objects_are_dropped_at_any_depth),
        cmocka_unit_test(fields_for_professionals_go_with_their_translations_and_their_list),
        cmocka_unit_test(maintainers_stay_with_the_publisher),
        cmocka_unit_test(references_to_what_is_withheld_are_removed),
        cmocka_unit_test(professional_facts_are_in_every_edition),
        cmocka_unit_test(nothing_is_left_out_of_eligibility_in_silence),
        cmocka_unit_test(what_is_not_understood_is_not_shown),
        cmocka_unit_test(required_fields_are_never_left_out),
        cmocka_unit_test(a_service_rides_in_the_smallest_place_that_contains_its_areas),
        cmocka_unit_test(a_confidential_service_rides_in_its_system),
        cmocka_unit_test(homes_fold_to_the_smallest_partition_with_both),
        cmocka_unit_test(localities_below_a_place_are_no_partitions),
        cmocka_unit_test(a_tree_with_two_roots_or_none_has_a_partition_named_top),
        cmocka_unit_test(edition_names_read_back),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
