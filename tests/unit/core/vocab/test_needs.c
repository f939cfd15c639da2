/* test_needs.c: the graph of needs and the words for them. */
#include <stdio.h>

#include "fault.h"
#include "records.h"
#include "testing.h"
#include "vocab/needs.h"

#define RECORDS_MAX 16

typedef struct fixture {
    wm_arena arena;
    wm_needs *needs;
} fixture;

static size_t parse_all(wm_arena *arena, const char *const *texts, const wm_json **records_out)
{
    size_t count = 0;
    for (; texts[count] != NULL; count++) {
        assert_true(count < RECORDS_MAX);
        records_out[count] = wm_test_json(arena, texts[count]);
    }
    return count;
}

static const char *const vocabulary[] = {
    "{'id':'anx.panic','label':'Panic attacks','broader':['anx'],'synonyms':{'en':['panic','cant "
    "breathe'],'pl':['panika']}}",
    "{'id':'anx','label':'Anxiety','synonyms':{'en':['worry','stress']}}",
    "{'id':'sleep','label':{'en':'Sleep'},'broader':['anx','mood'],'synonyms':{'en':['insomnia']}}",
    "{'id':'mood','label':'Mood'}",
    "{'id':'night','label':'Night terrors','broader':['sleep']}",
    "{'id':'med','label':'Cannot breathe','synonyms':{'en':['can\xe2\x80\x99t "
    "breathe','breathe']}}",
    "{'id':'harm','label':'Self-harm','synonyms':{'uk':['самоушкодження'],'ur':['خودکشی']}}",
    NULL,
};

static int set_up(void **state)
{
    static fixture the;
    const wm_json *records[RECORDS_MAX];
    wm_error err = { 0 };
    wm_arena_init(&the.arena, wm_env_system(), WM_MIB);
    size_t count = parse_all(&the.arena, vocabulary, records);
    assert_ok(wm_needs_new(wm_env_system(), records, count, &the.needs, &err), &err);
    *state = &the;
    return 0;
}

static int tear_down(void **state)
{
    fixture *the = *state;
    wm_needs_free(the->needs);
    wm_arena_fini(&the->arena);
    return 0;
}

static wm_need find(const wm_needs *needs, const char *id)
{
    wm_need need = wm_needs_find(needs, wm_str_of(id));
    assert_int_not_equal(need, WM_NEED_NONE);
    return need;
}

static void below_is_by_the_shortest_way(void **state)
{
    const wm_needs *needs = ((fixture *)*state)->needs;
    assert_int_equal(wm_needs_count(needs), 7);
    assert_int_equal(wm_needs_find(needs, WM_STR("nothing")), WM_NEED_NONE);
    assert_true(wm_needs_within(needs, find(needs, "night"), find(needs, "mood")));
    assert_false(wm_needs_within(needs, find(needs, "mood"), find(needs, "night")));
    assert_int_equal(wm_needs_steps(needs, find(needs, "night"), find(needs, "anx")), 2);
    assert_int_equal(wm_needs_steps(needs, find(needs, "anx"), find(needs, "anx")), 0);
    assert_int_equal(wm_needs_steps(needs, find(needs, "med"), find(needs, "anx")), -1);
    const wm_need_step *list = NULL;
    assert_int_equal(wm_needs_above(needs, find(needs, "night"), &list), 4);
    assert_int_equal(list[0].need, find(needs, "anx"));
    assert_int_equal(wm_needs_below(needs, find(needs, "anx"), &list), 4);
    assert_int_equal(list[3].need, find(needs, "sleep"));
    assert_int_equal(list[3].steps, 1);
    assert_true(wm_str_is(wm_needs_label(needs, find(needs, "sleep")), "Sleep"));
}

/* What was found, as "need@start+length ...". */
static void assert_finds(const wm_needs *needs, const char *text, const char *expected)
{
    wm_need_match matches[WM_NEED_MATCHES_MAX];
    size_t count = 0;
    char found[1024] = "";
    wm_error err = { 0 };
    assert_ok(wm_needs_match(needs, wm_str_of(text), matches, WM_NEED_MATCHES_MAX, &count, &err),
              &err);
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(found);
        wm_str id = wm_needs_id(needs, matches[i].need);
        (void)snprintf(found + length, sizeof found - length, "%s%.*s@%u+%u", i > 0 ? " " : "",
                       WM_STR_ARG(id), matches[i].start, matches[i].length);
    }
    assert_string_equal(found, expected);
}

static void the_longest_phrase_wins_and_every_concept_is_found(void **state)
{
    const wm_needs *needs = ((fixture *)*state)->needs;
    assert_finds(needs, "I get PANIC ATTACKS and worry", "anx.panic@6+13 anx@24+5");
    assert_finds(needs, "I can\xe2\x80\x99t breathe", "anx.panic@2+15 med@2+15");
    assert_finds(needs, "breathe", "med@0+7");
    assert_finds(needs, "self harm, SELF-HARM", "harm@0+9");
    assert_finds(needs, "mam panik\xc4\x99? Panika!", "anx.panic@13+6");
    assert_finds(needs, "\xd8\xae\xd9\x88\xd8\xaf\xd9\x83\xd8\xb4\xd9\x8a", "harm@0+12");
}

static void only_whole_words_match(void **state)
{
    const wm_needs *needs = ((fixture *)*state)->needs;
    assert_finds(needs, "distressing moodiness asleep", "");
    assert_finds(needs, "", "");
    assert_finds(needs, " ... ", "");
}

static void words_typed_as_one_are_taken_apart(void **state)
{
    static const struct {
        const char *text;
        const char *found; /* NULL: nothing */
    } rows[] = {
        { "Icantbreathe", "cantbreathe" },
        { "xx icantbreathe!", "cantbreathe" },
        { "cantbreathe help", "cantbreathe" },
        { "i cant breathenight", "cant breathe" },
        { "worrystress", NULL },
        { "no panic worrystress", "panic" },
        { "sleeping cantbreathex", NULL },
    };
    const wm_needs *needs = ((fixture *)*state)->needs;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wm_need_match matches[WM_NEED_MATCHES_MAX];
        wm_str text = wm_str_of(rows[i].text);
        wm_error err = { 0 };
        size_t count = 0;
        assert_ok(wm_needs_match(needs, text, matches, WM_NEED_MATCHES_MAX, &count, &err), &err);
        bool is_found = count > 0 && matches[0].need == find(needs, "anx.panic");
        assert_int_equal(is_found, rows[i].found != NULL);
        if (is_found) {
            wm_str told = { text.ptr + matches[0].start, matches[0].length };
            assert_true(wm_str_equal(told, wm_str_of(rows[i].found)));
            assert_false(matches[0].negated);
        }
    }
}

static void many_words_typed_as_one_stay_in_bounds(void **state)
{
    const wm_needs *needs = ((fixture *)*state)->needs;
    char text[WM_QUERY_TEXT_BYTES_MAX];
    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = "cantbreathe "[i % 12];
    }
    for (size_t length = sizeof text - 24; length <= sizeof text; length++) {
        wm_need_match matches[WM_NEED_MATCHES_MAX];
        wm_error err = { 0 };
        size_t count = 0;
        assert_ok(wm_needs_match(needs, (wm_str){ text, length }, matches, WM_NEED_MATCHES_MAX,
                                 &count, &err),
                  &err);
        assert_int_equal(count > 0, length < sizeof text); /* a space must still fit */
        assert_true(count == 0 || matches[0].length == 11);
    }
}

static void a_text_of_one_letter_words_stays_in_bounds(void **state)
{
    const wm_needs *needs = ((fixture *)*state)->needs;
    char text[WM_QUERY_TEXT_BYTES_MAX + 2];
    memset(text, 0, sizeof text);
    for (size_t i = 0; i < WM_QUERY_TEXT_BYTES_MAX; i++) {
        text[i] = i % 2 == 0 ? 'a' : ' ';
    }
    assert_finds(needs, text, "");
    text[WM_QUERY_TEXT_BYTES_MAX] = 'a';
    wm_need_match match;
    size_t count = 0;
    wm_error err = { 0 };
    assert_int_equal(wm_needs_match(needs, wm_str_of(text), &match, 1, &count, &err), WM_TOO_LARGE);
    assert_contains(err.text, "text: expected at most 512 bytes, found 513");
    assert_int_equal(wm_needs_match(needs, WM_STR("a\xff"), &match, 1, &count, &err), WM_BAD_INPUT);
    assert_ok(wm_needs_match(needs, WM_STR("worry panic sleep"), &match, 1, &count, &err), &err);
    assert_int_equal(count, 1);
}

static void what_is_no_graph_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *records[4];
        const char *part;
    } cases[] = {
        { { "{'id':'a','label':'A'}", "{'id':'a','label':'A'}" },
          "need a: expected once, found twice" },
        { { "{'id':'a','label':'A','broader':['b']}" },
          "need a: broader: expected a need, found \"b\"" },
        { { "{'id':'a','label':'A','broader':['b']}", "{'id':'b','label':'B','broader':['c']}",
            "{'id':'c','label':'C','broader':['b']}" },
          "expected no circle, found b < c < b" },
        { { "{'id':'a','label':'A','broader':['a']}" }, "found a < a" },
        { { "{'id':'a','label':'1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17'}" },
          "need a: synonyms: expected at most 16 words" },
        { { "{'id':'a','label':'1 * 2 * 3 * 4'}" }, "need a: synonyms: expected at most 2 \"*\"" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        wm_arena arena;
        wm_arena_init(&arena, wm_env_system(), WM_MIB);
        const wm_json *records[RECORDS_MAX];
        size_t count = parse_all(&arena, cases[i].records, records);
        wm_needs *needs = NULL;
        wm_error err = { 0 };
        assert_int_equal(wm_needs_new(wm_env_system(), records, count, &needs, &err),
                         WM_BAD_RECORD);
        assert_contains(err.text, cases[i].part);
        wm_arena_fini(&arena);
    }
}

static void nine_levels_are_too_many(void **state)
{
    (void)state;
    wm_arena arena;
    wm_arena_init(&arena, wm_env_system(), WM_MIB);
    const wm_json *records[9];
    for (int i = 0; i < 9; i++) {
        char text[64];
        (void)snprintf(text, sizeof text,
                       i == 0 ? "{'id':'n0','label':'0'}"
                              : "{'id':'n%d','label':'x','broader':['n%d']}",
                       i, i - 1);
        records[i] = wm_test_json(&arena, text);
    }
    wm_needs *needs = NULL;
    wm_error err = { 0 };
    assert_ok(wm_needs_new(wm_env_system(), records, 8, &needs, &err), &err);
    wm_needs_free(needs);
    assert_int_equal(wm_needs_new(wm_env_system(), records, 9, &needs, &err), WM_BAD_RECORD);
    assert_contains(err.text, "need n8: expected at most 8 levels");
    wm_arena_fini(&arena);
}

static void build_under_fault(const wm_env *env, const wm_json *const *records, size_t count,
                              wm_status *status_out)
{
    wm_needs *needs = NULL;
    *status_out = wm_needs_new(env, records, count, &needs, NULL);
    wm_needs_free(*status_out == WM_OK ? needs : NULL);
}

static void every_failed_allocation_is_reported_and_leaks_nothing(void **state)
{
    (void)state;
    wm_arena arena;
    wm_arena_init(&arena, wm_env_system(), WM_MIB);
    const wm_json *records[RECORDS_MAX];
    size_t count = parse_all(&arena, vocabulary, records);
    wm_fault_env fault;
    wm_fault_env_init(&fault);
    wm_status status = WM_OK;
    FAULT_SWEEP(build_under_fault(&fault.env, records, count, &status), {
        assert_int_equal(status, wm_fired_ ? WM_NO_MEMORY : WM_OK);
        assert_int_equal(wm_fault_live_blocks(), 0);
    });
    wm_arena_fini(&arena);
}

static void the_real_vocabulary_understands_plain_words(void **state)
{
    (void)state;
    wm_test_records all;
    wm_test_records_init(&all, WAYMARK_SOURCE_DIR "/directory-data");
    size_t count = 0;
    const wm_json *const *records = wm_test_records_of(&all, WM_KIND_NEED, &count);
    wm_needs *needs = NULL;
    wm_error err = { 0 };
    assert_ok(wm_needs_new(wm_env_system(), records, count, &needs, &err), &err);
    static const struct {
        const char *text;
        const char *need;
    } cases[] = {
        { "i dont want to live any more", "crisis.suicidal" },
        { "she keeps having panic attacks", "anx.panic" },
        { "my son hears voices", "psych.voices" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        wm_need_match matches[WM_NEED_MATCHES_MAX];
        size_t found = 0;
        bool is_found = false;
        assert_ok(wm_needs_match(needs, wm_str_of(cases[i].text), matches, WM_NEED_MATCHES_MAX,
                                 &found, &err),
                  &err);
        for (size_t m = 0; m < found; m++) {
            is_found = is_found || matches[m].need == find(needs, cases[i].need);
        }
        if (!is_found) {
            print_error("\"%s\" does not find %s\n", cases[i].text, cases[i].need);
        }
        assert_true(is_found);
    }
    wm_needs_free(needs);
    wm_test_records_fini(&all);
}

static void words_are_found_once_they_were_read(void **state)
{
    (void)state;
    wm_arena arena;
    wm_needs *needs = NULL;
    wm_need_match match;
    size_t count = 1;
    const wm_json *records[RECORDS_MAX];
    wm_error err = { 0 };
    wm_arena_init(&arena, wm_env_system(), WM_MIB);
    size_t record_count = parse_all(&arena, vocabulary, records);
    assert_ok(wm_needs_new_graph(wm_env_system(), records, record_count, &needs, &err), &err);
    assert_true(wm_needs_within(needs, find(needs, "anx.panic"), find(needs, "anx")));
    assert_ok(wm_needs_match(needs, WM_STR("panic"), &match, 1, &count, &err), &err);
    assert_int_equal(count, 0);
    assert_ok(wm_needs_read_words(needs, records, record_count, &err), &err);
    assert_ok(wm_needs_match(needs, WM_STR("panic"), &match, 1, &count, &err), &err);
    assert_int_equal(count, 1);
    wm_needs_free(needs);
    wm_arena_fini(&arena);
}

/* ---- packed words ---- */

static wm_needs *graph_of(const wm_json *const *records, size_t count)
{
    wm_needs *needs = NULL;
    wm_error err = { 0 };
    assert_ok(wm_needs_new_graph(wm_env_system(), records, count, &needs, &err), &err);
    return needs;
}

static void pack(const wm_needs *needs, wm_buf *out)
{
    wm_error err = { 0 };
    wm_buf_init(out, wm_env_system(), WM_MIB);
    assert_ok(needs_pack_words(needs, out, &err), &err);
}

/* Texts that go all the ways of matching. */
static const char *const texts[] = {
    "i dont want to live any more",
    "she keeps having panick attacks and cant realy breathe",
    "my mate keeps punching himself, he talks to everyone about just ending it",
    "iwanttodie",
    "not suicidal, but no money for food; nie moge spac",
};

static void assert_same_matches(const wm_needs *a, const wm_needs *b)
{
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        wm_need_match left[WM_NEED_MATCHES_MAX];
        wm_need_match right[WM_NEED_MATCHES_MAX];
        size_t left_count = 0;
        size_t right_count = 0;
        wm_str text = wm_str_of(texts[i]);
        assert_ok(wm_needs_match(a, text, left, WM_NEED_MATCHES_MAX, &left_count, NULL), NULL);
        assert_ok(wm_needs_match(b, text, right, WM_NEED_MATCHES_MAX, &right_count, NULL), NULL);
        assert_int_equal(left_count, right_count);
        for (size_t m = 0; m < left_count; m++) {
            assert_int_equal(left[m].need, right[m].need);
            assert_int_equal(left[m].start, right[m].start);
            assert_int_equal(left[m].length, right[m].length);
            assert_int_equal(left[m].how, right[m].how);
            assert_int_equal(left[m].negated, right[m].negated);
            assert_true(wm_str_equal(left[m].language, right[m].language));
        }
    }
}

static void packed_words_are_the_same_words(void **state)
{
    (void)state;
    wm_test_records all;
    wm_test_records_init(&all, WAYMARK_SOURCE_DIR "/directory-data");
    size_t count = 0;
    const wm_json *const *records = wm_test_records_of(&all, WM_KIND_NEED, &count);
    wm_needs *read = NULL;
    wm_error err = { 0 };
    assert_ok(wm_needs_new(wm_env_system(), records, count, &read, &err), &err);
    wm_needs *unpacked = graph_of(records, count);
    wm_buf first;
    wm_buf again;
    pack(read, &first);
    assert_ok(needs_unpack_words(unpacked, wm_buf_str(&first), &err), &err);
    pack(unpacked, &again);
    assert_true(wm_str_equal(wm_buf_str(&first), wm_buf_str(&again)));
    assert_same_matches(read, unpacked);
    wm_buf_fini(&first);
    wm_buf_fini(&again);
    wm_needs_free(unpacked);
    wm_needs_free(read);
    wm_test_records_fini(&all);
}

/* Whatever is refused or taken, nothing is read that is not there. */
static void try_packed(const wm_json *const *records, size_t count, wm_str bytes, bool must_fail)
{
    wm_error err = { 0 };
    wm_needs *needs = graph_of(records, count);
    wm_status status = needs_unpack_words(needs, bytes, &err);
    assert_true(status == WM_CORRUPT || (status == WM_OK && !must_fail));
    if (status == WM_OK) {
        assert_same_matches(needs, needs);
    }
    wm_needs_free(needs);
}

static void damaged_packed_words_are_refused_or_do_no_harm(void **state)
{
    (void)state;
    wm_arena arena;
    const wm_json *records[RECORDS_MAX];
    wm_needs *needs = NULL;
    wm_error err = { 0 };
    wm_buf packed;
    wm_arena_init(&arena, wm_env_system(), WM_MIB);
    static const char *const wide[] = {
        "{'id':'crisis','label':'Wants to die','synonyms':{'en':['want to die','talks * about * "
        "ending it'],'pl':['umrzec']},'unreviewed':['pl']}",
        "{'id':'money','label':'Money','broader':[],'synonyms':{'en':['no money','panic']},"
        "'look_alikes':{'en':['money talks']}}",
        "{'id':'panic','label':'Panic attacks','synonyms':{'en':['panic','attacks']}}",
        NULL,
    };
    size_t count = parse_all(&arena, wide, records);
    assert_ok(wm_needs_new(wm_env_system(), records, count, &needs, &err), &err);
    pack(needs, &packed);
    for (size_t length = 0; length < packed.len; length++) {
        try_packed(records, count, (wm_str){ packed.data, length }, true);
    }
    for (size_t i = 0; i < packed.len; i++) {
        static const unsigned char values[] = { 0, 1, 2, 3, 0x7f, 0x80, 0xff };
        char was = packed.data[i];
        for (size_t v = 0; v < sizeof values; v++) {
            packed.data[i] = (char)values[v];
            try_packed(records, count, wm_buf_str(&packed), false);
        }
        packed.data[i] = (char)(was + 1);
        try_packed(records, count, wm_buf_str(&packed), false);
        packed.data[i] = was;
    }
    wm_buf_put_char(&packed, 0);
    try_packed(records, count, wm_buf_str(&packed), true);
    wm_buf_fini(&packed);
    wm_needs_free(needs);
    wm_arena_fini(&arena);
}

static void the_longest_phrase_with_stars_stays_in_bounds(void **state)
{
    (void)state;
    wm_arena arena;
    const wm_json *records[RECORDS_MAX];
    wm_needs *needs = NULL;
    wm_error err = { 0 };
    wm_arena_init(&arena, wm_env_system(), WM_MIB);
    static const char *const longest[] = {
        "{'id':'crisis','label':'Crisis','synonyms':{'en':['alpha * bravo * charlie delta echo "
        "foxtrot golf hotel india juliet kilo lima mike november oscar papa']}}",
        NULL,
    };
    size_t count = parse_all(&arena, longest, records);
    assert_ok(wm_needs_new(wm_env_system(), records, count, &needs, &err), &err);
    assert_finds(needs,
                 "alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike "
                 "november oscar papa",
                 "crisis@0+97");
    wm_needs_free(needs);
    wm_arena_fini(&arena);
}

static void unpack_under_fault(const wm_env *env, const wm_json *const *records, size_t count,
                               wm_str packed, wm_status *status_out)
{
    wm_needs *needs = NULL;
    *status_out = wm_needs_new_graph(env, records, count, &needs, NULL);
    if (*status_out == WM_OK) {
        *status_out = needs_unpack_words(needs, packed, NULL);
        wm_needs_free(needs);
    }
}

static void failed_allocations_while_unpacking_are_reported(void **state)
{
    const wm_needs *whole = ((fixture *)*state)->needs;
    wm_arena arena;
    wm_buf packed;
    wm_fault_env fault;
    const wm_json *records[RECORDS_MAX];
    wm_status status = WM_OK;
    wm_arena_init(&arena, wm_env_system(), WM_MIB);
    size_t count = parse_all(&arena, vocabulary, records);
    pack(whole, &packed);
    wm_fault_env_init(&fault);
    FAULT_SWEEP(unpack_under_fault(&fault.env, records, count, wm_buf_str(&packed), &status), {
        assert_int_equal(status, wm_fired_ ? WM_NO_MEMORY : WM_OK);
        assert_int_equal(wm_fault_live_blocks(), 0);
    });
    wm_buf_fini(&packed);
    wm_arena_fini(&arena);
}

int main(void)
{
    wm_fault_install();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_found_once_they_were_read),
        cmocka_unit_test(packed_words_are_the_same_words),
        cmocka_unit_test(damaged_packed_words_are_refused_or_do_no_harm),
        cmocka_unit_test(the_longest_phrase_with_stars_stays_in_bounds),
        cmocka_unit_test_setup_teardown(failed_allocations_while_unpacking_are_reported, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(below_is_by_the_shortest_way, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_longest_phrase_wins_and_every_concept_is_found, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(only_whole_words_match, set_up, tear_down),
        cmocka_unit_test_setup_teardown(words_typed_as_one_are_taken_apart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(many_words_typed_as_one_stay_in_bounds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_text_of_one_letter_words_stays_in_bounds, set_up,
                                        tear_down),
        cmocka_unit_test(what_is_no_graph_is_refused),
        cmocka_unit_test(nine_levels_are_too_many),
        cmocka_unit_test(every_failed_allocation_is_reported_and_leaks_nothing),
        cmocka_unit_test(the_real_vocabulary_understands_plain_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
