/* test_gist.c: whoever loads a vocabulary finds in a gist what it finds in the record. */
#include <stdio.h>
#include <stdlib.h>

#include "model/gist.h"
#include "testing.h"

typedef struct scene {
    wm_arena arena;
    wm_buf bytes;
} scene;

static int set_up(void **state)
{
    scene *s = calloc(1, sizeof *s);
    assert_non_null(s);
    wm_arena_init(&s->arena, wm_env_system(), 64 * WM_MIB);
    wm_buf_init(&s->bytes, wm_env_system(), WM_MIB);
    *state = s;
    return 0;
}

static int tear_down(void **state)
{
    scene *s = *state;
    wm_buf_fini(&s->bytes);
    wm_arena_fini(&s->arena);
    free(s);
    return 0;
}

/* The gist of a record, as JSON. */
static void assert_gist(scene *s, wm_kind kind, const char *record, const char *expected)
{
    wm_error err = { 0 };
    wm_buf text;
    const wm_json *gist = NULL;
    wm_buf_reset(&s->bytes);
    assert_true(wm_gist_has(kind));
    assert_ok(wm_gist_encode(kind, wm_test_json(&s->arena, record), &s->bytes, &err), &err);
    assert_ok(wm_gist_decode(wm_buf_str(&s->bytes), &s->arena, &gist, &err), &err);
    wm_buf_init(&text, wm_env_system(), WM_MIB);
    wm_json_write(&text, wm_test_json(&s->arena, expected));
    wm_buf_put_char(&text, '\n');
    wm_json_write(&text, gist);
    assert_ok(wm_buf_status(&text, &err), &err);
    const char *line = strchr(text.data, '\n');
    assert_int_equal(text.len, 2 * (size_t)(line - text.data) + 1);
    assert_memory_equal(text.data, line + 1, (size_t)(line - text.data));
    wm_buf_fini(&text);
}

static void a_need_keeps_its_links_and_one_label(void **state)
{
    assert_gist(*state, WM_KIND_NEED,
                "{'id':'anx.panic','label':{'cy':'Panig','en':'Panic'},'broader':['anx','mind'],"
                "'words':{'en':['panic attack']},'note':'n'}",
                "{'id':'anx.panic','label':'Panic','broader':['anx','mind']}");
    assert_gist(*state, WM_KIND_NEED, "{'id':'a','label':'A'}", "{'id':'a','label':'A'}");
    assert_gist(*state, WM_KIND_NEED, "{'id':'a','label':{'cy':'C','pl':'P'}}",
                "{'id':'a','label':'C'}");
}

static void a_fact_keeps_how_it_is_asked_and_no_words(void **state)
{
    assert_gist(*state, WM_KIND_FACT,
                "{'id':'treatment','type':'one','cost':3,'edition':'professional','prior':-7,"
                "'question':{'en':'Q?'},'why':{'en':'W'},'with':['a','b'],'after':'c',"
                "'options':[{'value':'x','label':{'en':'X'},'prior':9007199254740991},'y',"
                "{'value':'z'}]}",
                "{'id':'treatment','type':'one','cost':3,'edition':'professional','prior':-7,"
                "'with':['a','b'],'after':'c','options':[{'value':'x','prior':9007199254740991},"
                "'y',{'value':'z'}]}");
}

static void a_locality_keeps_its_place_in_the_tree(void **state)
{
    assert_gist(*state, WM_KIND_LOCALITY,
                "{'id':'SWI','kind':'place','name':'Sw\\u00efndon','parent':'BSW','lat':1}",
                "{'id':'SWI','kind':'place','name':'Sw\\u00efndon','parent':'BSW'}");
}

/* No reader takes them: they are null there. */
static void values_of_another_type_are_there_without_what_they_say(void **state)
{
    assert_gist(*state, WM_KIND_NEED, "{'id':true,'label':{},'broader':{'a':1}}",
                "{'id':null,'label':null,'broader':null}");
    assert_gist(*state, WM_KIND_NEED, "{'label':{'en':[1]},'broader':[['a'],{'b':1},7,'c']}",
                "{'label':[1],'broader':[null,null,7,'c']}");
    assert_gist(*state, WM_KIND_FACT,
                "{'options':[[1],null,{'value':{'a':1},'prior':[{'value':1}]},{}]}",
                "{'options':[null,null,{'value':null,'prior':[null]},{}]}");
    assert_gist(*state, WM_KIND_LOCALITY, "[]", "{}");
}

static void what_is_said_keeps_its_languages(void **state)
{
    assert_gist(*state, WM_KIND_RULE,
                "{'id':'R-1','phase':'add','do':[{'verb':'gap'}],'why':{'cy':'C','en':'Why'},"
                "'if':'plain','if_other':{},'unreviewed':['cy'],'when':{'const':true}}",
                "{'why':{'cy':'C','en':'Why'},'if':'plain','if_other':{},'unreviewed':['cy']}");
    assert_gist(*state, WM_KIND_TEXT, "{'id':'t','text':{'':'','en':'{n} left','pl':7}}",
                "{'text':{'':'','en':'{n} left','pl':null}}");
    assert_gist(*state, WM_KIND_TEXT, "{'id':'t','text':['a',{'en':'b'}]}", "{'text':['a',null]}");
}

static void services_and_who_runs_them_have_no_gists(void **state)
{
    (void)state;
    for (int kind = 0; kind < WM_KIND_COUNT; kind++) {
        bool has = kind == WM_KIND_NEED || kind == WM_KIND_FACT || kind == WM_KIND_LOCALITY ||
                   kind == WM_KIND_RULE || kind == WM_KIND_TEXT;
        assert_int_equal(wm_gist_has((wm_kind)kind), has);
    }
}

/* ---- damage ---- */

/* In memory of exactly that length, so that the sanitizer sees a byte too far. */
static wm_status decode_copy(const char *bytes, size_t length)
{
    wm_arena arena;
    wm_buf text;
    const wm_json *gist = NULL;
    char *copy = malloc(length > 0 ? length : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, length);
    wm_arena_init(&arena, wm_env_system(), 64 * WM_MIB);
    wm_status status = wm_gist_decode((wm_str){ copy, length }, &arena, &gist, NULL);
    free(copy); /* nothing points there */
    assert_true(status == WM_OK || status == WM_CORRUPT);
    if (status == WM_OK) { /* what was read can be written */
        wm_buf_init(&text, wm_env_system(), WM_MIB);
        wm_json_write(&text, gist);
        assert_true(wm_utf8_valid(wm_buf_str(&text), NULL));
        assert_int_equal(wm_buf_status(&text, NULL), WM_OK);
        wm_buf_fini(&text);
    }
    wm_arena_fini(&arena);
    return status;
}

/* Each byte of the gist is made each other byte, and it is cut anywhere. */
static void damage_everywhere(scene *s, wm_kind kind, const char *record)
{
    char whole[256];
    assert_gist(s, kind, record, record);
    size_t length = s->bytes.len;
    assert_true(length < sizeof whole);
    for (size_t at = 0; at < length; at++) {
        for (int value = 0; value < 256; value++) {
            memcpy(whole, s->bytes.data, length);
            whole[at] = (char)value;
            (void)decode_copy(whole, length);
        }
        assert_int_equal(decode_copy(s->bytes.data, at), WM_CORRUPT);
    }
    memcpy(whole, s->bytes.data, length);
    whole[length] = 0;
    assert_int_equal(decode_copy(whole, length + 1), WM_CORRUPT);
}

static void nothing_is_read_out_of_bounds(void **state)
{
    damage_everywhere(*state, WM_KIND_FACT,
                      "{'id':'t','type':'one','cost':3,'with':['a','b'],'options':[{'value':'x',"
                      "'prior':5},'y']}");
    damage_everywhere(*state, WM_KIND_RULE,
                      "{'why':{'cy':'Pam','en':'Why'},'if':'so','unreviewed':['cy']}");
}

static void what_no_gist_is_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t length;
    } refused[] = {
        { "\1\4\1\2a\0\0", 7 },                           /* a NUL inside */
        { "\1\4\1\1\xff\0", 6 },                          /* no UTF-8 */
        { "\2\4\0\4\0", 5 },                              /* a name twice */
        { "\2\6\0\4\0", 5 },                              /* names that fall */
        { "\1\23\0", 3 },                                 /* a name that is none */
        { "\1\4\6", 3 },                                  /* a tag that is none */
        { "\1\10\3\1\3\1\3\1\3\1\3\1\3\1\3\0", 16 },      /* too deep */
        { "\1\10\3\xff\xff\3\0", 7 },                     /* more than there is */
        { "\1\4\1\xff\xff\xff\xff\xff\xff\xff\xff", 11 }, /* a number that is none */
        { "\1\5\5\2\1b\0\0\1a\0\0", 12 },                 /* languages that fall */
        { "\1\5\5\1\1a\0\3\0", 9 }                        /* words that are a list */
    };
    assert_int_equal(decode_copy("\1\4\1\1a\0", 6), WM_OK);
    assert_int_equal(decode_copy("\1\5\5\2\1a\0\0\1b\0\0", 12), WM_OK);
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        assert_int_equal(decode_copy(refused[i].bytes, refused[i].length), WM_CORRUPT);
    }
}

static void memory_that_is_out_is_told(void **state)
{
    scene *s = *state;
    wm_error err = { 0 };
    const wm_json *gist = NULL;
    bool read = false;
    assert_gist(s, WM_KIND_NEED, "{'id':'a','label':'A','broader':['b','c']}",
                "{'id':'a','label':'A','broader':['b','c']}");
    for (size_t most = 0; most < 64 * 1024; most += 16) {
        wm_arena small;
        wm_arena_init(&small, wm_env_system(), most);
        wm_status status = wm_gist_decode(wm_buf_str(&s->bytes), &small, &gist, &err);
        assert_int_equal(status, read || status == WM_OK ? WM_OK : WM_NO_MEMORY);
        read = status == WM_OK;
        wm_arena_fini(&small);
    }
    assert_true(read);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_need_keeps_its_links_and_one_label, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_fact_keeps_how_it_is_asked_and_no_words, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_locality_keeps_its_place_in_the_tree, set_up, tear_down),
        cmocka_unit_test_setup_teardown(values_of_another_type_are_there_without_what_they_say,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_said_keeps_its_languages, set_up, tear_down),
        cmocka_unit_test(services_and_who_runs_them_have_no_gists),
        cmocka_unit_test_setup_teardown(nothing_is_read_out_of_bounds, set_up, tear_down),
        cmocka_unit_test(what_no_gist_is_is_refused),
        cmocka_unit_test_setup_teardown(memory_that_is_out_is_told, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
