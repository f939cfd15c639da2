/* test_places.c: what people type after "where?". */
#include <stdio.h>
#include <stdlib.h>

#include "fault.h"
#include "records.h"
#include "testing.h"

#include <waymark/sys/places.h>

#define ROW(code, name, kind, parent)                                                              \
    {                                                                                              \
        WM_STR_INIT(code), WM_STR_INIT(name), WM_STR_INIT(kind), WM_STR_INIT(parent)               \
    }

static const wm_locality_row rows[] = {
    ROW("E92", "England", "nation", ""),           ROW("E54", "Somerset", "system", "E92"),
    ROW("E06", "Somerset", "place", "E54"),        ROW("E07", "Bath area", "place", "E54"),
    ROW("U1", "Keynsham", "neighbourhood", "E07"), ROW("W1", "Newtown", "locality", "E06"),
    ROW("W2", "Newtown", "locality", "E07"),
};

static const char *const records[] = {
    "{'id':'BA1','kind':'outcode','name':'BA1','shares':[{'code':'E06','share':100},"
    "{'code':'E07','share':900}],'lat':5138000,'lon':-236000,'units':{'3':'1AeAC4YADagBEA'}}",
    "{'id':'BA2','kind':'outcode','name':'BA2','shares':[{'code':'E07','share':1000}]}",
    "{'id':'s1','kind':'sector','name':'BA1 1','shares':[{'code':'E07','share':1000}]}",
    "{'id':'s2','kind':'sector','name':'TA1 2','shares':[{'code':'E06','share':1000}]}",
    "{'id':'u1','kind':'postcode','name':'ba21aa','shares':[{'code':'U1','share':1000}]}",
    "{'id':'practice-L81001','kind':'practice','name':'High Street Surgery',"
    "'shares':[{'code':'U1','share':1000}]}",
    "{'id':'town-keynsham','kind':'town','name':'Keynsham','shares':[{'code':'E07','share':1000}]}",
    "{'id':'town-st-marys','kind':'town','name':'St Mary\xe2\x80\x99s-on-Sea',"
    "'shares':[{'code':'E06','share':1000}]}",
    "{'id':'town-newport-1','kind':'town','name':'Newport (north)',"
    "'shares':[{'code':'E06','share':999},{'code':'E07','share':1}]}",
    "{'id':'town-newport-2','kind':'town','name':'Newport (south)',"
    "'shares':[{'code':'E07','share':1000}]}",
};
#define RECORD_COUNT (sizeof records / sizeof records[0])

typedef struct fixture {
    wm_arena arena;
    wm_locality_tree *tree;
    const wm_json *values[RECORD_COUNT];
    wm_places *places;
} fixture;

static int set_up(void **state)
{
    static fixture the;
    wm_error err = { 0 };
    wm_arena_init(&the.arena, wm_env_system(), WM_MIB);
    assert_ok(
        wm_locality_tree_new(wm_env_system(), rows, sizeof rows / sizeof rows[0], &the.tree, &err),
        &err);
    for (size_t i = 0; i < RECORD_COUNT; i++) {
        the.values[i] = wm_test_json(&the.arena, records[i]);
    }
    assert_ok(wm_places_new(wm_env_system(), the.tree, the.values, RECORD_COUNT, &the.places, &err),
              &err);
    *state = &the;
    return 0;
}

static int tear_down(void **state)
{
    fixture *the = *state;
    wm_places_free(the->places);
    wm_locality_tree_free(the->tree);
    wm_arena_fini(&the->arena);
    return 0;
}

/* "found outcode BA1 E07=900 E06=100", with "fell_back" and "registered" where so. */
static const char *describe(wm_places *places, const wm_locality_tree *tree, const char *text)
{
    static char out[2048];
    wm_place_match match;
    wm_arena arena;
    wm_error err = { 0 };
    wm_arena_init(&arena, wm_env_system(), WM_MIB);
    assert_ok(wm_places_resolve(places, tree, wm_str_of(text), &arena, &match, &err), &err);
    size_t length =
        (size_t)snprintf(out, sizeof out, "%s %.*s%s%s%s%.*s", wm_place_outcome_name(match.outcome),
                         WM_STR_ARG(match.precision), match.fell_back ? " fell_back" : "",
                         match.is_practice ? " registered" : "", match.name.len > 0 ? " " : "",
                         WM_STR_ARG(match.name));
    for (size_t i = 0; i < match.candidate_count; i++) {
        wm_str code = wm_locality_code(tree, match.candidates[i].locality);
        length += (size_t)snprintf(out + length, sizeof out - length, " %.*s=%u", WM_STR_ARG(code),
                                   (unsigned)match.candidates[i].share);
    }
    wm_arena_fini(&arena);
    return out;
}

static void postcodes_have_six_shapes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        wm_postcode_part part;
        const char *read;
    } cases[] = {
        { "M1 1AE", WM_POSTCODE_UNIT, "M1 1AE" },
        { "M60 1NW", WM_POSTCODE_UNIT, "M60 1NW" },
        { "CR2 6XH", WM_POSTCODE_UNIT, "CR2 6XH" },
        { "DN55 1PT", WM_POSTCODE_UNIT, "DN55 1PT" },
        { "W1A 1HQ", WM_POSTCODE_UNIT, "W1A 1HQ" },
        { "EC1A 1BB", WM_POSTCODE_UNIT, "EC1A 1BB" },
        { "ec1a1bb", WM_POSTCODE_UNIT, "EC1A 1BB" },
        { "W1A", WM_POSTCODE_OUTCODE, "W1A" },
        { "W1A1", WM_POSTCODE_SECTOR, "W1A 1" },
        { "DN55 1", WM_POSTCODE_SECTOR, "DN55 1" },
        { "M1 1", WM_POSTCODE_SECTOR, "M1 1" },
        { "M11", WM_POSTCODE_OUTCODE, "M11" },
        { "BA11", WM_POSTCODE_OUTCODE, "BA11" },
        { "BA1 1A", WM_POSTCODE_SECTOR, "BA1 1" },
        { "BA0", WM_POSTCODE_OUTCODE, "BA0" },
        { "B0", WM_POSTCODE_NONE, "" },
        { "BA01", WM_POSTCODE_SECTOR, "BA0 1" },
        { "QA1", WM_POSTCODE_NONE, "" },
        { "BI1", WM_POSTCODE_NONE, "" },
        { "W1I", WM_POSTCODE_NONE, "" },
        { "EC1C", WM_POSTCODE_NONE, "" },
        { "BA1 1CA", WM_POSTCODE_NONE, "" },
        { "123", WM_POSTCODE_NONE, "" },
        { "BA", WM_POSTCODE_NONE, "" },
        { "B", WM_POSTCODE_NONE, "" },
        { "BA111 1AAA", WM_POSTCODE_NONE, "" },
        { "BA1\xc3\xa9", WM_POSTCODE_NONE, "" },
        { "", WM_POSTCODE_NONE, "" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        wm_postcode postcode = wm_postcode_read(wm_str_of(cases[i].text));
        if (postcode.part != cases[i].part) {
            print_error("\"%s\": found \"%s\"\n", cases[i].text, postcode.text);
        }
        assert_int_equal(postcode.part, cases[i].part);
        assert_string_equal(postcode.text, cases[i].read);
    }
}

static void without_a_register_the_tree_still_answers(void **state)
{
    const fixture *the = *state;
    assert_string_equal(describe(NULL, the->tree, "e07"), "found locality Bath area E07=1000");
    assert_string_equal(describe(NULL, the->tree, "Somerset"), "found locality Somerset E54=1000");
    assert_string_equal(describe(NULL, the->tree, "near Bath area, England"),
                        "found locality Bath area E07=1000");
    assert_string_equal(describe(NULL, the->tree, "BA1"), "unknown none");
    assert_string_equal(describe(NULL, the->tree, "bt1 5gs"), "not_covered none");
    assert_string_equal(describe(NULL, the->tree, "ZZ99 3VZ"), "nowhere none");
}

static void a_text_that_is_too_long_or_no_text_is_refused(void **state)
{
    const fixture *the = *state;
    char text[WM_PLACE_TEXT_BYTES_MAX + 2];
    memset(text, 'a', sizeof text);
    wm_place_match match;
    wm_error err = { 0 };
    wm_arena arena;
    wm_arena_init(&arena, wm_env_system(), WM_MIB);
    wm_str whole = { text, sizeof text };
    assert_int_equal(wm_places_resolve(the->places, the->tree, whole, &arena, &match, &err),
                     WM_TOO_LARGE);
    assert_contains(err.text, "place: expected at most 200 bytes, found 202");
    assert_int_equal(
        wm_places_resolve(the->places, the->tree, WM_STR("\xc3"), &arena, &match, &err),
        WM_BAD_INPUT);
    wm_arena_fini(&arena);
}

static void what_is_no_place_is_refused(void **state)
{
    const fixture *the = *state;
    static const struct {
        const char *record;
        const char *part;
    } cases[] = {
        { "{'id':'p','kind':'town','name':'P','shares':[]}", "shares: expected 1 to 16, found 0" },
        { "{'id':'p','kind':'town','name':'P','shares':[{'code':'X','share':1000}]}",
          "found \"X\" and 1000" },
        { "{'id':'p','kind':'town','name':'P','shares':[{'code':'E07','share':1001}]}",
          "found \"E07\" and 1001" },
        { "{'id':'BA1','kind':'town','name':'P','shares':[{'code':'E07','share':1000}]}",
          "place BA1: expected once, found twice" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        wm_arena arena;
        wm_arena_init(&arena, wm_env_system(), WM_MIB);
        const wm_json *both[] = { the->values[0], wm_test_json(&arena, cases[i].record) };
        wm_places *places = NULL;
        wm_error err = { 0 };
        assert_int_equal(wm_places_new(wm_env_system(), the->tree, both, 2, &places, &err),
                         WM_BAD_RECORD);
        assert_contains(err.text, cases[i].part);
        wm_arena_fini(&arena);
    }
}

/* Whatever stands in a database that is damaged. */
static void a_position_beyond_the_earth_is_none(void **state)
{
    const fixture *the = *state;
    static const char *const positions[] = { "'lat':-2147483648,'lon':0",
                                             "'lat':0,'lon':2147483647",
                                             "'lat':9007199254740991,'lon':4294967296",
                                             "'lat':4294967296,'lon':0" };
    for (size_t i = 0; i < sizeof positions / sizeof positions[0]; i++) {
        char text[512];
        wm_arena arena;
        wm_places *places = NULL;
        wm_place_match match;
        wm_error err = { 0 };
        wm_arena_init(&arena, wm_env_system(), WM_MIB);
        (void)snprintf(text, sizeof text,
                       "{'id':'BA1','kind':'outcode','name':'BA1','shares':[{'code':'E07',"
                       "'share':1000}],%s,'units':{'3':'1AeAC4YADagBEA'}}",
                       positions[i]);
        const wm_json *record = wm_test_json(&arena, text);
        assert_ok(wm_places_new(wm_env_system(), the->tree, &record, 1, &places, &err), &err);
        assert_ok(wm_places_resolve(places, the->tree, WM_STR("BA1"), &arena, &match, &err), &err);
        assert_false(match.has_position);
        assert_ok(wm_places_resolve(places, the->tree, WM_STR("BA1 3AF"), &arena, &match, &err),
                  &err);
        wm_places_free(places);
        wm_arena_fini(&arena);
    }
}

static void build_under_fault(const wm_env *env, const fixture *the, wm_status *status_out)
{
    wm_places *places = NULL;
    *status_out = wm_places_new(env, the->tree, the->values, RECORD_COUNT, &places, NULL);
    wm_places_free(*status_out == WM_OK ? places : NULL);
}

static void every_failed_allocation_is_reported_and_leaks_nothing(void **state)
{
    const fixture *the = *state;
    wm_fault_env fault;
    wm_fault_env_init(&fault);
    wm_status status = WM_OK;
    FAULT_SWEEP(build_under_fault(&fault.env, the, &status), {
        assert_int_equal(status, wm_fired_ ? WM_NO_MEMORY : WM_OK);
        assert_int_equal(wm_fault_live_blocks(), 0);
    });
}

static wm_status get_place(void *context, wm_str id, wm_arena *arena, const wm_json **record_out,
                           wm_error *err)
{
    const fixture *the = context;
    (void)arena;
    (void)err;
    for (size_t i = 0; i < RECORD_COUNT; i++) {
        if (wm_str_equal(wm_json_string(wm_json_get(the->values[i], "id")), id)) {
            *record_out = the->values[i];
            return WM_OK;
        }
    }
    return WM_NOT_FOUND;
}

static wm_status each_place(void *context, const wm_place_sink *sink, wm_error *err)
{
    const fixture *the = context;
    wm_status status = WM_OK;
    for (size_t i = 0; i < RECORD_COUNT && status == WM_OK; i++) {
        wm_buf bytes;
        wm_buf_init(&bytes, wm_env_system(), WM_MIB);
        wm_json_write(&bytes, the->values[i]);
        status = sink->put(sink->context, wm_json_string(wm_json_get(the->values[i], "id")),
                           wm_buf_str(&bytes), err);
        wm_buf_fini(&bytes);
    }
    return status;
}

static wm_status resolve_under_fault(const wm_env *env, fixture *the, const char *text,
                                     wm_place_match *match)
{
    wm_places *places = NULL;
    wm_arena arena;
    wm_place_source source = { get_place, each_place, the };
    wm_arena_init(&arena, env, WM_MIB);
    wm_status status = wm_places_open(env, the->tree, &source, &places, NULL);
    if (status == WM_OK) {
        status = wm_places_resolve(places, the->tree, wm_str_of(text), &arena, match, NULL);
        if (status == WM_NO_MEMORY) { /* once more, with what is left of the first time */
            wm_arena_fini(&arena);
            wm_status again =
                wm_places_resolve(places, the->tree, wm_str_of(text), &arena, match, NULL);
            assert_true(again == WM_OK || again == WM_NO_MEMORY);
        }
        wm_places_free(places);
    }
    wm_arena_fini(&arena);
    return status;
}

static void a_question_without_memory_says_so_and_can_be_asked_again(void **state)
{
    static const char *const texts[] = { "BA1 3AF", "BA3 1AA", "keynsham", "BAl 3AA" };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        wm_fault_env fault;
        wm_fault_env_init(&fault);
        wm_status status = WM_OK;
        wm_place_match match = { .outcome = WM_PLACE_UNKNOWN };
        FAULT_SWEEP(status = resolve_under_fault(&fault.env, *state, texts[i], &match), {
            assert_int_equal(status, wm_fired_ ? WM_NO_MEMORY : WM_OK);
            assert_int_equal(wm_fault_live_blocks(), 0);
        });
    }
}

/* ---- the real directory ---- */

typedef struct real {
    wm_test_records all;
    wm_locality_tree *tree;
    wm_places *places;
} real;

static void real_init(real *the)
{
    wm_error err = { 0 };
    size_t count = 0;
    wm_test_records_init(&the->all, WAYMARK_SOURCE_DIR "/directory-data");
    const wm_json *const *values = wm_test_records_of(&the->all, WM_KIND_LOCALITY, &count);
    wm_locality_row *tree_rows = wm_arena_array(&the->all.arena, count, sizeof *tree_rows);
    assert_non_null(tree_rows);
    for (size_t i = 0; i < count; i++) {
        tree_rows[i] = (wm_locality_row){ wm_json_string(wm_json_get(values[i], "id")),
                                          wm_json_string(wm_json_get(values[i], "name")),
                                          wm_json_string(wm_json_get(values[i], "kind")),
                                          wm_json_string(wm_json_get(values[i], "parent")) };
    }
    assert_ok(wm_locality_tree_new(wm_env_system(), tree_rows, count, &the->tree, &err), &err);
    values = wm_test_records_of(&the->all, WM_KIND_PLACE, &count);
    assert_ok(wm_places_new(wm_env_system(), the->tree, values, count, &the->places, &err), &err);
}

static void real_fini(real *the)
{
    wm_places_free(the->places);
    wm_locality_tree_free(the->tree);
    wm_test_records_fini(&the->all);
}

static void the_real_register_knows_its_towns_and_outcodes(void **state)
{
    (void)state;
    real the;
    real_init(&the);
    assert_contains(describe(the.places, the.tree, "b29 6aa"), "found outcode fell_back B29 BSOL");
    assert_contains(describe(the.places, the.tree, "bath"), "found town Bath E06000022");
    assert_contains(describe(the.places, the.tree, "Bradford on Avon"), "E06000054=1000");
    assert_contains(describe(the.places, the.tree, "Solihull"), "found town Solihull");
    real_fini(&the);
}

/* Every outcode of the two systems in the full national list must be known here. */
static void every_outcode_of_the_two_systems_is_known(void **state)
{
    (void)state;
    char path[1200];
    char line[1024];
    const char *shared = wm_test_shared();
    if (shared == NULL) {
        print_message("skipped: no national list of outcodes beside the sources\n");
        skip();
    }
    (void)snprintf(path, sizeof path, "%s/data/places/outcodes.csv", shared);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    real the;
    real_init(&the);
    size_t ours = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\r\n")] = '\0';
        size_t length = strlen(line);
        char outcode[8] = "";
        (void)snprintf(outcode, sizeof outcode, "%.*s", (int)strcspn(line, ","), line);
        if (strcmp(outcode, "outcode") == 0) {
            continue;
        }
        assert_int_equal(wm_postcode_read(wm_str_of(outcode)).part, WM_POSTCODE_OUTCODE);
        bool is_ours = length < 2 || strcmp(line + length - 2, ",,") != 0;
        if (is_ours && strncmp(describe(the.places, the.tree, outcode), "found outcode", 13) != 0) {
            print_error("%s: %s\n", line, describe(the.places, the.tree, outcode));
            fail();
        }
        ours += is_ours ? 1 : 0;
    }
    print_message("%zu outcodes\n", ours);
    (void)fclose(file);
    real_fini(&the);
}

int main(void)
{
    wm_fault_install();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(postcodes_have_six_shapes),
        cmocka_unit_test_setup_teardown(without_a_register_the_tree_still_answers, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_text_that_is_too_long_or_no_text_is_refused, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_place_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_position_beyond_the_earth_is_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_failed_allocation_is_reported_and_leaks_nothing,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_question_without_memory_says_so_and_can_be_asked_again,
                                        set_up, tear_down),
        cmocka_unit_test(the_real_register_knows_its_towns_and_outcodes),
        cmocka_unit_test(every_outcode_of_the_two_systems_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
