/* test_places_import.c: official lists of places become place records. */
#include <stdio.h>
#include <stdlib.h>

#include <waymark/sys/interchange_places.h>
#include <waymark/sys/places.h>

#include "testing.h"

static const char *const localities[] = {
    "{'id':'E92000001','kind':'nation','name':'England'}",
    "{'id':'E54000040','kind':'system','name':'Our system','parent':'E92000001'}",
    "{'id':'E06000022','kind':'place','name':'Bath area','parent':'E54000040'}",
    "{'id':'E06000054','kind':'place','name':'Wiltshire','parent':'E54000040'}",
    "{'id':'BATH-NORTH','kind':'locality','name':'Bath North','parent':'E06000022'}",
    "{'id':'U00001','kind':'neighbourhood','name':'A network','parent':'E06000054'}",
};
static const char ward[] = "{'id':'ward-E05011111','kind':'ward','name':'Lansdown','shares':"
                           "[{'code':'BATH-NORTH','share':1000}]}";

typedef struct fixture {
    const char *source;
    wm_store *store;
    wm_txn *txn;
    char told[2048];
    size_t told_length;
    wm_place_import_counts counts;
    uint32_t within_m; /* of the place that was asked for last */
} fixture;

static void put_value(fixture *the, wm_kind kind, const wm_json *value)
{
    wm_buf bytes;
    wm_error err = { 0 };
    wm_buf_init(&bytes, wm_env_system(), WM_MIB);
    wm_json_write(&bytes, value);
    wm_record record = { kind, wm_json_string(wm_json_get(value, "id")), wm_buf_str(&bytes) };
    assert_ok(wm_history_put(the->txn, &record, value, NULL, &err), &err);
    wm_buf_fini(&bytes);
}

static void put(fixture *the, wm_kind kind, const char *text)
{
    wm_arena arena;
    wm_arena_init(&arena, wm_env_system(), WM_MIB);
    put_value(the, kind, wm_test_json(&arena, text));
    wm_arena_fini(&arena);
}

static int set_up(void **state)
{
    static fixture the;
    wm_error err = { 0 };
    memset(&the, 0, sizeof the);
    the.source = "test";
    assert_ok(wm_store_open(wm_env_system(), ":memory:",
                            WM_STORE_WRITE | WM_STORE_CREATE | WM_STORE_AUTHOR, &the.store, &err),
              &err);
    assert_ok(wm_txn_begin(the.store, &the.txn, &err), &err);
    for (size_t i = 0; i < sizeof localities / sizeof localities[0]; i++) {
        put(&the, WM_KIND_LOCALITY, localities[i]);
    }
    put(&the, WM_KIND_PLACE, ward);
    *state = &the;
    return 0;
}

static int tear_down(void **state)
{
    fixture *the = *state;
    wm_txn_rollback(the->txn);
    wm_store_close(the->store);
    return 0;
}

static void tell(void *context, int64_t line, wm_str text)
{
    fixture *the = context;
    the->told_length +=
        (size_t)snprintf(the->told + the->told_length, sizeof the->told - the->told_length,
                         "%lld: %.*s\n", (long long)line, WM_STR_ARG(text));
}

static wm_status import_lines(fixture *the, wm_place_list list, const char *text, wm_error *err)
{
    wm_place_import *import = NULL;
    wm_place_import_options options = { list, wm_str_of(the->source), tell, the };
    the->told[0] = '\0';
    the->told_length = 0;
    wm_status status = wm_place_import_begin(the->txn, &options, &import, err);
    for (int64_t number = 1; status == WM_OK && *text != '\0'; number++) {
        size_t length = strcspn(text, "\n");
        status = wm_place_import_line(import, (wm_str){ text, length }, number, err);
        text += length + (text[length] == '\n' ? 1 : 0);
    }
    if (status == WM_OK) {
        status = wm_place_import_finish(import, false, &the->counts, err);
    }
    wm_place_import_free(import);
    return status;
}

static void import_all(fixture *the, wm_place_list list, const char *text)
{
    wm_error err = { 0 };
    assert_ok(import_lines(the, list, text, &err), &err);
}

static wm_status get_place(void *context, wm_str id, wm_arena *arena, const wm_json **record_out,
                           wm_error *err)
{
    const fixture *the = context;
    return wm_store_get_json(the->store, WM_VIEW_WORKING, WM_KIND_PLACE, id, arena, record_out,
                             err);
}

static wm_status put_place(void *context, const wm_record *record, wm_error *err)
{
    const wm_place_sink *sink = context;
    return sink->put(sink->context, record->id, record->bytes, err);
}

static wm_status each_place(void *context, const wm_place_sink *sink, wm_error *err)
{
    const fixture *the = context;
    wm_place_sink borrowed = *sink;
    wm_record_sink records = { put_place, &borrowed };
    return wm_store_each(the->store, WM_VIEW_WORKING, WM_KIND_BIT(WM_KIND_PLACE), &records, err);
}

/* "postcode E06000022 5138000 -236000", or the outcome. */
static const char *where(fixture *the, const char *text)
{
    static char out[256];
    wm_locality_tree *tree = NULL;
    wm_places *places = NULL;
    wm_place_match match;
    wm_arena arena;
    wm_error err = { 0 };
    wm_place_source source = { get_place, each_place, the };
    wm_arena_init(&arena, wm_env_system(), 4 * WM_MIB);
    assert_ok(wm_store_localities(the->store, WM_VIEW_WORKING, &tree, &err), &err);
    assert_ok(wm_places_open(wm_env_system(), tree, &source, &places, &err), &err);
    assert_ok(wm_places_resolve(places, tree, wm_str_of(text), &arena, &match, &err), &err);
    the->within_m = match.within_m;
    if (match.outcome == WM_PLACE_FOUND) {
        size_t length = (size_t)snprintf(out, sizeof out, "%.*s", WM_STR_ARG(match.precision));
        for (size_t i = 0; i < match.candidate_count; i++) {
            wm_str code = wm_locality_code(tree, match.candidates[i].locality);
            length += (size_t)snprintf(out + length, sizeof out - length, " %.*s=%u",
                                       WM_STR_ARG(code), (unsigned)match.candidates[i].share);
        }
    } else {
        (void)snprintf(out, sizeof out, "%s", wm_place_outcome_name(match.outcome));
    }
    wm_places_free(places);
    wm_locality_tree_free(tree);
    wm_arena_fini(&arena);
    return out;
}

#define ONSPD_HEAD                                                                                 \
    "\xef\xbb\xbfpcd,pcd2,pcds,dointr,doterm,oslaua,osward,oseast1m,osnrth1m,ctry,lat,long,"       \
    "icb\r\n"

static void the_directory_of_the_ons_is_read(void **state)
{
    fixture *the = *state;
    import_all(
        the, WM_PLACE_LIST_PLACES,
        ONSPD_HEAD
        "\"BA1 1AA\",\"BA1  1AA\",\"BA1 1AA\",\"198001\",\"\",\"E06000022\",\"E05011111\",\"1\","
        "\"1\",\"E92000001\",51.381234,-2.359876,\"E54000040\"\r\n"
        "BA1 1AB,BA1  1AB,BA1 "
        "1AB,198001,,E06000022,E05099999,,,E92000001,51.382,-2.36,E54000040\r\n"
        "BA1 1AD,BA1  1AD,BA1 1AD,198001,201203,E06000022,E05011111,,,E92000001,51.38,-2.3,E54\r\n"
        "BA1 1AE,BA1  1AE,BA1 1AE,198001,,E06000025,E05022222,,,E92000001,51.39,-2.37,E54000039\r\n"
        "BA1 2AA,BA1  2AA,BA1 "
        "2AA,198001,,E06000022,E05011111,,,E92000001,99.999999,0.0,E54000040\r\n"
        "BA122AA,BA12 2AA,BA12 2AA,198001,,E07000999,E05033333,,,E92000001,51.2,-2.2,E54000040\r\n"
        "BT1 1AA,BT1  1AA,BT1 1AA,198001,,N09000003,N08000301,,,N92000002,54.6,-5.9,ZC010\r\n"
        "TA1 1AA,TA1  1AA,TA1 1AA,198001,,E07000246,E05044444,,,E92000001,51.0,-3.1,E54000038\r\n"
        "GIR 0AA,GIR  0AA,GIR 0AA,198001,199908,,,,,,99.999999,0.0,\r\n");
    assert_string_equal(the->told, "");
    assert_int_equal(the->counts.taken, 5);
    assert_int_equal(the->counts.terminated, 2);
    assert_int_equal(the->counts.outside, 2);
    assert_int_equal(the->counts.records, 2);
    assert_string_equal(where(the, "BA1 1AA"), "postcode BATH-NORTH=1000");
    assert_string_equal(where(the, "BA1 1AB"), "postcode E06000022=1000");
    assert_string_equal(where(the, "BA1 1AE"), "postcode E92000001=1000");
    assert_string_equal(where(the, "BA1 2AA"), "postcode BATH-NORTH=1000");
    assert_string_equal(where(the, "BA12 2AA"), "postcode E54000040=1000");
    assert_string_equal(where(the, "BA1 1AD"), "sector E92000001=500 E06000022=500");
    assert_string_equal(where(the, "BA1"), "outcode BATH-NORTH=500 E92000001=250 E06000022=250");
    assert_string_equal(where(the, "TA1 1AA"), "unknown");
}

static void newer_names_of_its_columns_are_known(void **state)
{
    fixture *the = *state;
    import_all(the, WM_PLACE_LIST_PLACES,
               "PCD7,PCD8,PCDS,DOINTR,DOTERM,LAD23CD,WD23CD,EAST1M,NORTH1M,LAT,LONG,ICB23CD\n"
               "BA1 1AA,BA1 1AA,BA1 1AA,198001,,E06000022,E05011111,375000,164000,,,E54000040\n"
               "BA1 1AB,BA1 1AB,BA1 1AB,198001,,E06000054,,375100,164000,,,E54000040\n");
    assert_int_equal(the->counts.taken, 2);
    assert_string_equal(where(the, "BA1 1AA"), "postcode BATH-NORTH=1000");
    assert_string_equal(where(the, "BA1 1AB"), "postcode E06000054=1000");
}

static void code_point_open_is_read(void **state)
{
    fixture *the = *state;
    import_all(the, WM_PLACE_LIST_PLACES,
               "\"BA1 1AA\",10,375000,164000,\"E92000001\",\"E19000002\",\"E18000010\",\"\","
               "\"E06000022\",\"E05011111\"\n"
               "\"BA1 1AB\",90,0,0,\"E92000001\",\"E19000002\",\"E18000010\",\"\",\"E06000022\","
               "\"E05011111\"\n"
               "\"BA1 1XX\",10,375000,164000,\"E92000001\",\"E19000002\",\"E18000010\",\"\","
               "\"\",\"\"\n");
    assert_int_equal(the->counts.taken, 2);
    assert_int_equal(the->counts.outside, 1);
    assert_string_equal(where(the, "BA1 1AA"), "postcode BATH-NORTH=1000");
    assert_string_equal(where(the, "BA1 1AB"), "postcode BATH-NORTH=1000");
}

/* Its columns' names come in a file of their own, the short ones first, and people put them on top.
 */
static void names_above_code_point_open_are_read_over(void **state)
{
    fixture *the = *state;
    static const char *const heads[] = {
        "PC,PQ,EA,NO,CY,RH,LH,CC,DC,WC\n",
        "Postcode,Positional_quality_indicator,Eastings,Northings,Country_code,"
        "NHS_regional_HA_code,NHS_HA_code,Admin_county_code,Admin_district_code,Admin_ward_code\n",
    };
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        char text[512];
        (void)snprintf(text, sizeof text,
                       "%s\"BA1 1AA\",10,375000,164000,\"E92000001\",,,,\"%s\",\n", heads[i],
                       "E06000022");
        import_all(the, WM_PLACE_LIST_PLACES, text);
        assert_string_equal(where(the, "BA1 1AA"), "postcode E06000022=1000");
        assert_int_equal(the->within_m, 100);
    }
}

static void what_health_records_say_of_nowhere_is_no_mistake(void **state)
{
    fixture *the = *state;
    import_all(the, WM_PLACE_LIST_PLACES,
               "pcds,lat,long,laua\nZZ99 3VZ,,,\nGIR 0AA,,,E06000022\n"
               "BA1 1AA,51.38,-2.36,E06000022\n");
    assert_int_equal(the->counts.outside, 2);
    assert_int_equal(the->counts.taken, 1);
    assert_string_equal(the->told, "");
}

/* Some postcodes have the position of their sector, or none. */
static void a_position_that_is_a_guess_is_said_to_be_one(void **state)
{
    fixture *the = *state;
    import_all(the, WM_PLACE_LIST_PLACES,
               "postcode,lat,lon,lad,pqi\n"
               "BA1 1AA,51.38,-2.36,E06000022,10\n"
               "BA1 1AB,51.39,-2.36,E06000022,50\n"
               "BA1 1AD,,,E06000022,90\n"
               "BA1 1AE,51.40,-2.36,E06000022,30\n"
               "BA1 2AA,51.38,-2.36,E06000022,10\n");
    assert_string_equal(where(the, "BA1 1AA"), "postcode E06000022=1000");
    assert_int_equal(the->within_m, 100);
    assert_string_equal(where(the, "BA1 1AB"), "postcode E06000022=1000");
    assert_in_range(the->within_m, 1000, 2000);
    assert_string_equal(where(the, "BA1 1AD"), "postcode E06000022=1000");
    assert_in_range(the->within_m, 1000, 2000);
    assert_string_equal(where(the, "BA1 1AE"), "postcode E06000022=1000");
    assert_int_equal(the->within_m, 100);
    import_all(the, WM_PLACE_LIST_PLACES,
               "pcds,lat,long,laua,osgrdind\n"
               "BA1 1AA,51.38,-2.36,E06000022,1\n"
               "BA1 1AB,51.39,-2.36,E06000022,6\n"
               "BA1 1AD,51.40,-2.36,E06000022,4\n");
    assert_string_equal(where(the, "BA1 1AB"), "postcode E06000022=1000");
    assert_in_range(the->within_m, 1000, 2000);
    assert_string_equal(where(the, "BA1 1AD"), "postcode E06000022=1000");
    assert_int_equal(the->within_m, 100);
}

static void a_bad_line_is_told_and_the_rest_goes_in(void **state)
{
    fixture *the = *state;
    import_all(the, WM_PLACE_LIST_PLACES,
               "postcode,lat,lon,lad\n"
               "BA1 1AA,51.38,-2.36,E06000022\n"
               "BA1 1C,51.38,-2.36,E06000022\n"
               "\n"
               "BA1 1AA,51.38,-2.36,E06000022\n"
               "\"BA1 1AB,51.38,-2.36,E06000022\n"
               "BA1 1AD,51.38,-2.36,E06000022\xff\n"
               "BA1 1AE,51.38,-2.36,E06000022\n");
    assert_string_equal(the->told, "3: expected a postcode such as \"BA1 1AA\", found \"BA1 1C\"\n"
                                   "5: expected each postcode once, found \"BA1 1AA\"\n"
                                   "6: expected fields with commas between them, found "
                                   "\"\"BA1 1AB,51.38,-2.36,E06000022\"\n"
                                   "7: expected a line of text in UTF-8, found \"\"\n");
    assert_int_equal(the->counts.taken, 2);
    assert_int_equal(the->counts.rejected, 4);
}

static void an_outcode_in_two_places_is_one(void **state)
{
    fixture *the = *state;
    import_all(the, WM_PLACE_LIST_PLACES,
               "postcode,lat,lon,lad\n"
               "BA1 2AA,51.38,-2.36,E06000022\n"
               "BA2 1AA,51.38,-2.36,E06000022\n"
               "BA1 1AB,51.38,-2.36,E06000054\n"
               "BA1 2AB,51.38,-2.36,E06000054\n");
    assert_int_equal(the->counts.records, 2);
    assert_string_equal(where(the, "BA1 2AA"), "postcode E06000022=1000");
    assert_string_equal(where(the, "BA1 1AB"), "postcode E06000054=1000");
    assert_string_equal(where(the, "BA1"), "outcode E06000054=667 E06000022=333");
}

static void what_is_gone_is_withdrawn_and_far_fewer_are_refused(void **state)
{
    fixture *the = *state;
    wm_error err = { 0 };
    static const char both[] = "postcode,lad\nBA1 1AA,E06000022\nBA1 1AB,E06000022\n"
                               "BA2 1AA,E06000022\nBA2 1AB,E06000022\n";
    import_all(the, WM_PLACE_LIST_PLACES, both);
    assert_int_equal(the->counts.changed, 2);
    import_all(the, WM_PLACE_LIST_PLACES, both);
    assert_int_equal(the->counts.changed, 0);
    import_all(the, WM_PLACE_LIST_PLACES, "postcode,lad\nBA2 1AA,E06000022\nBA2 1AB,E06000022\n");
    assert_int_equal(the->counts.withdrawn, 1);
    assert_string_equal(where(the, "BA1 1AA"), "unknown");
    import_all(the, WM_PLACE_LIST_PLACES, both);
    assert_int_equal(
        import_lines(the, WM_PLACE_LIST_PLACES, "postcode,lad\nBA2 1AA,E06000022\n", &err),
        WM_REFUSED);
    assert_contains(err.text, "found 1");
}

static void towns_wards_sectors_and_outcodes_have_their_lists(void **state)
{
    fixture *the = *state;
    import_all(the, WM_PLACE_LIST_PLACES,
               "name,feature,population,lat,lon,lad_nearest,outcode_nearest,locality,geonames_id\n"
               "Stoke St. Mary's,PPL,1,51.0,-2.5,E06000022,BA2,,7\n"
               "Newton,PPL,1,51.0,-2.5,E06000022,BA2,BATH-NORTH,8\n"
               "Newton,PPL,1,51.0,-2.5,E06000054,BA2,,9\n"
               "Far Away,PPL,1,55.0,-2.5,S12000033,EH1,,10\n");
    assert_int_equal(the->counts.taken, 3);
    assert_int_equal(the->counts.outside, 1);
    assert_string_equal(where(the, "stoke st marys"), "town E06000022=1000");
    assert_string_equal(where(the, "Newton"), "ambiguous");
    import_all(the, WM_PLACE_LIST_PLACES,
               "ward_code,ward_name,lad_code,locality,units,lat,lon,outcodes\n"
               "E05011111,Other Name,E06000022,E06000054,1,51.1,-2.1,BA1:1.00\n"
               "E05011112,Weston,E06000022,BATH-NORTH,1,51.1,-2.1,BA1:1.00\n");
    assert_int_equal(the->counts.kept, 1); /* somebody wrote it */
    assert_string_equal(where(the, "weston"), "ward BATH-NORTH=1000");
    import_all(the, WM_PLACE_LIST_PLACES,
               "outcode,area,units,lat,lon,easting,northing,r95_m,lad_shares,a,b\n"
               "BA1,BA,9,51.3,-2.3,1,1,2199,E06000022:0.700 E06000054:0.200 E06000025:0.100,,\n");
    assert_string_equal(where(the, "BA1 1AA"), "outcode E06000022=700 E06000054=200 E92000001=100");
    import_all(the, WM_PLACE_LIST_PLACES,
               "sector,units,lat,lon,r95_m,lad_shares\n"
               "BA1 1,9,51.3,-2.3,1003,E06000054:1.000\n");
    assert_string_equal(where(the, "BA1 1AA"), "sector E06000054=1000");
}

static void a_coarser_list_takes_no_units_away(void **state)
{
    fixture *the = *state;
    static const char outcodes[] = "outcode,lat,lon,lad_shares\n"
                                   "BA1,51.3,-2.3,E06000022:1.000\n"
                                   "BA2,51.3,-2.3,E06000022:1.000\n";
    static const char units[] = "postcode,lat,lon,lad\nBA1 1AA,51.38,-2.36,E06000054\n";
    the->source = "outcodes";
    import_all(the, WM_PLACE_LIST_PLACES, outcodes);
    the->source = "units";
    import_all(the, WM_PLACE_LIST_PLACES, units);
    assert_string_equal(where(the, "BA1 1AA"), "postcode E06000054=1000");
    the->source = "outcodes";
    import_all(the, WM_PLACE_LIST_PLACES, outcodes);
    assert_int_equal(the->counts.kept, 1);
    assert_int_equal(the->counts.withdrawn, 0);
    assert_string_equal(where(the, "BA1 1AA"), "postcode E06000054=1000");
    import_all(the, WM_PLACE_LIST_PLACES,
               "outcode,lat,lon,lad_shares\nBA2,51.3,-2.3,E06000022:1.000\n");
    assert_string_equal(where(the, "BA1 1AA"), "postcode E06000054=1000");
    the->source = "units";
    import_all(the, WM_PLACE_LIST_PLACES, units);
    assert_int_equal(the->counts.changed, 0);
}

/* A record has room for 16. */
static void an_outcode_of_many_localities_keeps_the_largest(void **state)
{
    fixture *the = *state;
    char text[4096] = "postcode,lat,lon,locality\n";
    size_t length = strlen(text);
    for (int i = 0; i < 20; i++) {
        char locality[128];
        (void)snprintf(locality, sizeof locality,
                       "{'id':'W%02d','kind':'locality','name':'W%02d','parent':'%s'}", i, i,
                       i < 18 ? "E06000022" : "E06000054");
        put(the, WM_KIND_LOCALITY, locality);
    }
    for (int i = 0; i < 20; i++) { /* the first have one unit each, all others two */
        for (int n = 0; n < (i < 5 ? 1 : 2); n++) {
            length += (size_t)snprintf(text + length, sizeof text - length,
                                       "BA1 1%c%c,51.38,-2.36,W%02d\n", "ABDEFGHJLNPQRSTUWXYZ"[i],
                                       n == 0 ? 'A' : 'B', i);
        }
    }
    import_all(the, WM_PLACE_LIST_PLACES, text);
    assert_int_equal(the->counts.taken, 35);
    assert_int_equal(the->counts.outside, 0);
    assert_string_equal(where(the, "BA1 1AA"), "postcode E06000022=1000");
    assert_string_equal(where(the, "BA1 1ZB"), "postcode W19=1000");
}

static void towns_of_one_name_are_all_kept(void **state)
{
    fixture *the = *state;
    import_all(the, WM_PLACE_LIST_PLACES,
               "name,lat,lon,lad\nNewton,51.1,-2.5,E06000022\nNewton,51.2,-2.5,E06000054\n"
               "Newton,51.3,-2.5,BATH-NORTH\n");
    assert_int_equal(the->counts.records, 3);
}

#define EPRACCUR(code, name, postcode, status, setting)                                            \
    "\"" code "\",\"" name "\",\"Y58\",\"QOX\",\"1 STREET\",\"\",\"\",\"\",\"\",\"" postcode       \
    "\",\"19740401\",\"\",\"" status "\",\"B\",\"92G\",\"20130401\",\"\",\"01225 000000\",\"\","   \
    "\"\",\"\",\"0\",\"\",\"92G\",\"\",\"" setting "\",\"\"\n"

static void practices_are_placed_by_their_network_or_postcode(void **state)
{
    fixture *the = *state;
    import_all(the, WM_PLACE_LIST_PLACES, "postcode,lad,ward\nBA1 1AA,E06000022,E05011111\n");
    import_all(the, WM_PLACE_LIST_PRACTICES,
               EPRACCUR("L81001", "THE SURGERY AT ST MARY'S", "BA1 1AA", "A", "4")
                   EPRACCUR("L81002", "CLOSED SURGERY", "BA1 1AA", "C", "4")
                       EPRACCUR("Y00001", "HMP SOMEWHERE", "BA1 1AA", "A", "10")
                           EPRACCUR("L81003", "FAR SURGERY", "ZE1 0AA", "A", "4")
                               EPRACCUR("L8", "NO CODE", "BA1 1AA", "A", "4"));
    assert_int_equal(the->counts.taken, 1);
    assert_int_equal(the->counts.terminated, 1);
    assert_int_equal(the->counts.outside, 2);
    assert_string_equal(the->told, "5: expected the code of a practice, found \"L8\"\n");
    assert_string_equal(where(the, "L81001"), "practice BATH-NORTH=1000");
    assert_string_equal(where(the, "the surgery at st marys"), "practice BATH-NORTH=1000");
    import_all(the, WM_PLACE_LIST_PRACTICES,
               "practice_ods,practice_name,postcode,status,lad,pcn_code_2023,pcn_code_ics2024,"
               "locality\n"
               "L81001,The Surgery,BA1 1AA,A,E06000022,U99999,U00001,BATH-NORTH\n"
               "L81009,\"Surgery, \"\"New\"\"\",BA1 1AA,A,E06000022,U99999,,BSW-NONE\n");
    assert_string_equal(where(the, "L81001"), "practice U00001=1000");
    assert_string_equal(where(the, "surgery new"), "practice E06000022=1000");
}

static void the_first_line_of_epraccur_may_say_anything(void **state)
{
    fixture *the = *state;
    static const char *const firsts[] = {
        EPRACCUR("L81009", "CLOSED SURGERY", "", "C", "4"),
        "Organisation Code,Name,,,,,,,,Postcode,,,,,,,,,,,,,,,,,\n",
    };
    for (size_t i = 0; i < sizeof firsts / sizeof firsts[0]; i++) {
        char text[1024];
        import_all(the, WM_PLACE_LIST_PLACES, "postcode,lad\nBA1 1AA,E06000022\n");
        (void)snprintf(text, sizeof text, "%s%s", firsts[i],
                       EPRACCUR("L81001", "HIGH STREET", "BA1 1AA", "A", "4"));
        import_all(the, WM_PLACE_LIST_PRACTICES, text);
        assert_string_equal(the->told, "");
        assert_int_equal(the->counts.taken, 1);
        assert_string_equal(where(the, "L81001"), "practice E06000022=1000");
    }
}

static void a_practice_or_a_ward_stands_once(void **state)
{
    fixture *the = *state;
    import_all(the, WM_PLACE_LIST_PRACTICES,
               "practice_ods,practice_name,status,lad\nL81001,One,A,E06000022\n"
               "L81001,Two,A,E06000054\n");
    assert_string_equal(the->told, "3: expected each place once, found \"practice-L81001\"\n");
    assert_string_equal(where(the, "L81001"), "practice E06000022=1000");
}

static void another_kind_of_file_is_told_by_what_it_is(void **state)
{
    fixture *the = *state;
    static const char *const texts[] = { "\x1f\x8b\x08", "PK\x03\x04\n", "\xff\xfep",
                                         "\xfd"
                                         "7zXZ" };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        wm_error err = { 0 };
        assert_int_equal(import_lines(the, WM_PLACE_LIST_PLACES, texts[i], &err), WM_BAD_INPUT);
        assert_contains(err.text, "expected lines of text in UTF-8, found");
    }
}

static void a_list_that_is_not_known_is_refused(void **state)
{
    fixture *the = *state;
    static const char *const texts[] = { "a,b,c\n1,2,3\n", "postcode,lat,lon\nBA1 1AA,1,1\n",
                                         "practice_ods,practice_name\n", "{\n" };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        wm_error err = { 0 };
        assert_int_equal(import_lines(the, WM_PLACE_LIST_PLACES, texts[i], &err), WM_BAD_INPUT);
        assert_contains(err.text, "expected a first line with the columns of a list of places");
    }
}

/* A point of which both positions are published: E, N, then 1e-5 degree. */
static void the_national_grid_becomes_positions(void **state)
{
    (void)state;
    static const int32_t points[][4] = {
        { 651410, 313177, 5265798, 171605 }, /* Caister water tower, the guide's own example */
    };
    int32_t lat = 0;
    int32_t lon = 0;
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
        assert_true(wm_grid_position(points[i][0], points[i][1], &lat, &lon));
        int64_t apart = wm_place_distance_m(lat, lon, points[i][2], points[i][3]);
        if (apart > 6) {
            print_error("point %zu: found %d %d\n", i, lat, lon);
        }
        assert_in_range(apart, 0, 6);
    }
    assert_false(wm_grid_position(0, 0, &lat, &lon));
    assert_false(wm_grid_position(800000, 100000, &lat, &lon));
}

/* ---- the two systems, where their list is at hand ---- */

typedef struct crossed {
    fixture *the;
    wm_locality_tree *tree;
    wm_places *places;
    wm_arena arena;
    size_t units;
    size_t right;
    int64_t apart_max;
} crossed;

static void put_localities(fixture *the)
{
    char line[1024];
    FILE *file = fopen(WAYMARK_SOURCE_DIR "/directory-data/localities/localities.jsonl", "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        const wm_json *value = NULL;
        wm_error err = { 0 };
        wm_arena arena;
        wm_arena_init(&arena, wm_env_system(), WM_MIB);
        assert_ok(wm_json_parse(&arena, wm_str_of(line), WM_MIB, &value, &err), &err);
        put_value(the, WM_KIND_LOCALITY, value);
        wm_arena_fini(&arena);
    }
    (void)fclose(file);
}

/* A list as it is, but with another name for its column of localities: those come from the wards.
 */
static void import_shared(fixture *the, const char *name, bool keeps_localities)
{
    char path[1200];
    char line[1024];
    wm_error err = { 0 };
    wm_place_import *import = NULL;
    wm_place_import_options options = { WM_PLACE_LIST_PLACES, wm_str_of(name), tell, the };
    (void)snprintf(path, sizeof path, "%s/data/places/%s", wm_test_shared(), name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_ok(wm_place_import_begin(the->txn, &options, &import, &err), &err);
    for (int64_t number = 1; fgets(line, sizeof line, file) != NULL; number++) {
        line[strcspn(line, "\r\n")] = '\0';
        char *column = number == 1 && !keeps_localities ? strstr(line, "locality") : NULL;
        if (column != NULL) {
            memcpy(column, "notknown", 8);
        }
        assert_ok(wm_place_import_line(import, wm_str_of(line), number, &err), &err);
    }
    assert_ok(wm_place_import_finish(import, false, &the->counts, &err), &err);
    wm_place_import_free(import);
    (void)fclose(file);
}

/* postcode,easting,northing,lat,lon,pqi,lad,ward,system,locality,locality_poly */
static void cross_check(crossed *c, char *line)
{
    char *fields[11] = { NULL };
    size_t count = 0;
    for (char *at = line; at != NULL && count < 11; count++) {
        fields[count] = at;
        at = strchr(at, ',');
        if (at != NULL) {
            *at++ = '\0';
        }
    }
    assert_int_equal(count, 11);
    wm_place_match match;
    wm_error err = { 0 };
    wm_locality expected = wm_locality_find(c->tree, wm_str_of(fields[9]));
    expected =
        expected != WM_LOCALITY_NONE ? expected : wm_locality_find(c->tree, wm_str_of(fields[6]));
    wm_arena_reset(&c->arena);
    assert_ok(wm_places_resolve(c->places, c->tree, wm_str_of(fields[0]), &c->arena, &match, &err),
              &err);
    c->units++;
    if (!wm_str_is(match.precision, "postcode") || match.candidate_count != 1 ||
        match.candidates[0].locality != expected) {
        return;
    }
    c->right++;
    int64_t apart = wm_place_distance_m(match.lat, match.lon, (int32_t)(atof(fields[3]) * 1e5),
                                        (int32_t)(atof(fields[4]) * 1e5));
    c->apart_max = apart > c->apart_max ? apart : c->apart_max;
}

static void every_unit_of_the_two_systems_is_found(void **state)
{
    if (wm_test_shared() == NULL) {
        print_message("skipped: no list of unit postcodes beside the sources\n");
        skip();
    }
    char path[1200];
    char line[1024];
    wm_error err = { 0 };
    crossed c = { .the = *state };
    put_localities(c.the);
    import_shared(c.the, "wards.csv", true);
    import_shared(c.the, "units_bsw_bsol.csv", false);
    wm_place_source source = { get_place, each_place, c.the };
    wm_arena_init(&c.arena, wm_env_system(), 4 * WM_MIB);
    assert_ok(wm_store_localities(c.the->store, WM_VIEW_WORKING, &c.tree, &err), &err);
    assert_ok(wm_places_open(wm_env_system(), c.tree, &source, &c.places, &err), &err);
    (void)snprintf(path, sizeof path, "%s/data/places/units_bsw_bsol.csv", wm_test_shared());
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\r\n")] = '\0';
        cross_check(&c, line);
    }
    (void)fclose(file);
    print_message("%zu of %zu units in their locality, at most %lld m off\n", c.right, c.units,
                  (long long)c.apart_max);
    assert_true(c.units > 60000);
    assert_true(c.right + 20 >= c.units); /* some have no district in the list */
    assert_in_range(c.apart_max, 0, 100);
    wm_places_free(c.places);
    wm_locality_tree_free(c.tree);
    wm_arena_fini(&c.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_directory_of_the_ons_is_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(newer_names_of_its_columns_are_known, set_up, tear_down),
        cmocka_unit_test_setup_teardown(code_point_open_is_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_above_code_point_open_are_read_over, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_health_records_say_of_nowhere_is_no_mistake, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_first_line_of_epraccur_may_say_anything, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_practice_or_a_ward_stands_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(another_kind_of_file_is_told_by_what_it_is, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_position_that_is_a_guess_is_said_to_be_one, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_bad_line_is_told_and_the_rest_goes_in, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_outcode_in_two_places_is_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_gone_is_withdrawn_and_far_fewer_are_refused, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(towns_wards_sectors_and_outcodes_have_their_lists, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_coarser_list_takes_no_units_away, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_outcode_of_many_localities_keeps_the_largest, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(towns_of_one_name_are_all_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(practices_are_placed_by_their_network_or_postcode, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_list_that_is_not_known_is_refused, set_up, tear_down),
        cmocka_unit_test(the_national_grid_becomes_positions),
        cmocka_unit_test_setup_teardown(every_unit_of_the_two_systems_is_found, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
