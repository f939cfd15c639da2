/* test_words.c: texts as words, the tables behind them, edits, spelling and negation. */
#include <stdio.h>
#include <time.h>

#include "records.h"
#include "testing.h"

#include "vocab/book.h"
#include "vocab/edits.h"
#include "vocab/name_words.h"
#include "vocab/words.h"

#include <waymark/sys/needs.h>

/* ---- words ---- */

static uint32_t find_nothing(const void *vocabulary, wm_str word)
{
    (void)vocabulary;
    (void)word;
    return WORD_NONE;
}

/* The words with one space between; before each, its gap if it is more than a space. */
static void assert_reads(const char *text, const char *expected)
{
    static const char *const gaps[] = { "", ",", ".", "?" };
    word_text words;
    char found[1024] = "";
    words_read(wm_str_of(text), find_nothing, NULL, &words);
    for (size_t i = 0; i < words.count; i++) {
        size_t length = strlen(found);
        (void)snprintf(found + length, sizeof found - length, "%s%s%.*s", i > 0 ? " " : "",
                       gaps[words.words[i].gap], WM_STR_ARG(words.words[i].text));
    }
    size_t length = strlen(found);
    (void)snprintf(found + length, sizeof found - length, "%s", gaps[words.end]);
    assert_string_equal(found, expected);
}

static void short_forms_are_written_out(void **state)
{
    (void)state;
    assert_reads("I’m CAN'T wanna", "i am can not want to");
    assert_reads("idk, i cannot", "do not know ,i can not");
    assert_reads("kill my self", "kill myself");
    assert_reads("my self harm my self-esteem", "my self harm my self esteem");
    assert_reads("any more. any, more", "anymore .any ,more");
    assert_reads("noooo soooo sad", "no so sad");
    assert_reads("s*icide * f**", "s*icide f");
    assert_reads("why? me", "why ?me");
    assert_reads("well - no self-harm!", "well ,no self harm.");
    assert_reads("", "");
}

static void tables_are_in_order_and_no_form_gives_too_many_words(void **state)
{
    (void)state;
    static const char *const forms[] = { "abt", "cant", "im", "imma", "idk", "youre", "wudnt" };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        wm_str written = words_written_out(wm_str_of(forms[i]));
        size_t words = 1;
        for (size_t at = 0; at < written.len; at++) {
            words += written.ptr[at] == ' ' ? 1 : 0;
        }
        assert_true(written.len > 0 && words <= strlen(forms[i]));
    }
    assert_true(words_tables_hold());
    assert_true(words_ordinary_holds());
    assert_true(words_kin_holds());
    assert_true(name_tables_hold());
}

static void a_word_of_a_name_is_as_telling_as_its_table_says(void **state)
{
    (void)state;
    static const struct {
        const char *word;
        name_class class;
    } words[] = {
        { "the", NAME_LINK },     { "with", NAME_LINK },   { "team", NAME_GENERIC },
        { "able", NAME_COMMON },  { "zone", NAME_COMMON }, { "yourself", NAME_COMMON },
        { "swindon", NAME_RARE }, { "", NAME_RARE },       { "42", NAME_RARE },
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        wm_str word = wm_str_of(words[i].word);
        assert_int_equal(name_class_of(word), words[i].class);
        assert_int_equal(name_is_link(word), words[i].class == NAME_LINK);
    }
    assert_true(name_is_asked_for_by(WM_STR("open")));
    assert_false(name_is_asked_for_by(WM_STR("swindon")));
}

/* ---- edits ---- */

static unsigned edits(const char *a, const char *b)
{
    unsigned there = edits_between(wm_str_of(a), wm_str_of(b), 2);
    assert_int_equal(there, edits_between(wm_str_of(b), wm_str_of(a), 2));
    assert_true(there > 2 ||
                edits_possible(edits_letters(wm_str_of(a)), edits_letters(wm_str_of(b)), there));
    return there;
}

static void edits_are_put_in_left_out_replaced_and_swapped(void **state)
{
    (void)state;
    assert_int_equal(edits("panic", "panic"), 0);
    assert_int_equal(edits("panic", "pannic"), 1);
    assert_int_equal(edits("panic", "pnic"), 1);
    assert_int_equal(edits("panic", "penic"), 1);
    assert_int_equal(edits("panic", "apnic"), 1);
    assert_int_equal(edits("suicidal", "sucidle"), 3);
    assert_int_equal(edits("suicidal", "sucidl"), 2);
    assert_int_equal(edits("suicide", "siucied"), 2);
    assert_int_equal(edits("a", "abc"), 2);
    assert_int_equal(edits("", "ab"), 2);
    assert_int_equal(edits("abcd", "wxyz"), 3);
    assert_int_equal(edits_between(WM_STR("panic"), WM_STR("manic"), 0), 1);
    assert_false(edits_plain(WM_STR("caf\xc3\xa9")));
    assert_false(edits_plain(WM_STR("abcdefghijklmnopqrstuvwxy")));
}

/* ---- matching ---- */

typedef struct fixture {
    wm_arena arena;
    wm_needs *needs;
} fixture;

static const char *const vocabulary[] = {
    "{'id':'crisis','label':'Crisis'}",
    "{'id':'crisis.suicidal','label':'Suicidal','broader':['crisis'],'synonyms':{'en':['suicide',"
    "'want to die','kill myself','dont want to be here'],'pl':['samobojstwo','smutek']},"
    "'look_alikes':{'en':['suicide squad']},'unreviewed':['pl']}",
    "{'id':'crisis.attempt','label':'Tablets','broader':['crisis'],'synonyms':{'en':['took "
    "tablets']}}",
    "{'id':'crisis.other','label':'Other','broader':['crisis'],'synonyms':{'en':['says he will "
    "hurt "
    "himself','keeps hitting her child','lost * reason * stay','told my']},'look_alikes':{'en':"
    "['hurt himself on a bike']}}",
    "{'id':'grief','label':'Loss','synonyms':{'en':['lost to suicide','died']}}",
    "{'id':'low','label':'Low','synonyms':{'en':['depressed','sadness','not sleeping','smutek']}}",
    "{'id':'panic','label':'Panic','synonyms':{'en':['panic attacks','cellar','seller']}}",
    "{'id':'mania','label':'Manic','synonyms':{'en':['collar']}}",
};

static int set_up(void **state)
{
    static fixture the;
    const wm_json *records[16];
    size_t count = sizeof vocabulary / sizeof vocabulary[0];
    wm_error err = { 0 };
    wm_arena_init(&the.arena, wm_env_system(), WM_MIB);
    for (size_t i = 0; i < count; i++) {
        records[i] = wm_test_json(&the.arena, vocabulary[i]);
    }
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

/* "need how" of each, '-' before one that is denied, '"' before one that is reported so. */
static void assert_finds(void **state, const char *text, const char *expected)
{
    const wm_needs *needs = ((fixture *)*state)->needs;
    wm_need_match matches[WM_NEED_MATCHES_MAX];
    size_t count = 0;
    char found[1024] = "";
    wm_error err = { 0 };
    assert_ok(wm_needs_match(needs, wm_str_of(text), matches, WM_NEED_MATCHES_MAX, &count, &err),
              &err);
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(found);
        (void)snprintf(found + length, sizeof found - length, "%s%s%.*s %s", i > 0 ? ", " : "",
                       matches[i].reported  ? "\""
                       : matches[i].negated ? "-"
                                            : "",
                       WM_STR_ARG(wm_needs_id(needs, matches[i].need)),
                       wm_need_how_name(matches[i].how));
    }
    if (strcmp(found, expected) != 0) {
        print_error("\"%s\":\n", text);
    }
    assert_string_equal(found, expected);
}

static void only_unknown_words_are_corrected_and_only_if_unique(void **state)
{
    assert_finds(state, "depresed", "low spelling");
    assert_finds(state, "deprsesed", "low spelling");
    assert_finds(state, "deprsd", "");
    assert_finds(state, "manic panic", "mania phrase, panic phrase");
    assert_finds(state, "panic atacks", "panic spelling");
    assert_finds(state, "panik atacks", "panic spelling");
    assert_finds(state, "celler", "panic spelling");
    assert_finds(state, "cillar", "");
    assert_finds(state, "asleep outing", "");
}

static void a_crisis_favours_recall(void **state)
{
    assert_finds(state, "sucidl", "crisis.suicidal spelling");
    assert_finds(state, "suicded", "crisis.suicidal spelling");
    assert_finds(state, "kil my self", "crisis.suicidal phrase");
    assert_finds(state, "want to really just die", "crisis.suicidal phrase");
    assert_finds(state, "want really just so truly die", "");
    assert_finds(state, "wnt to die", "crisis.suicidal spelling");
    assert_finds(state, "took 30 tabelts", "crisis.attempt spelling");
    assert_finds(state, "panic just attacks", "panic phrase");
}

static void look_alikes_keep_their_words(void **state)
{
    assert_finds(state, "suicide squad", "");
    assert_finds(state, "suicide squad suicide", "crisis.suicidal phrase");
    assert_finds(state, "lost to suicide", "grief phrase");
    assert_finds(state, "he died want to die", "grief phrase, crisis.suicidal phrase");
}

static void person_and_time_do_not_matter(void **state)
{
    assert_finds(state, "says he will hurt himself", "crisis.other phrase");
    assert_finds(state, "my mum said she might harm herself", "crisis.other phrase");
    assert_finds(state, "they are saying they might hurt themselves", "crisis.other phrase");
    assert_finds(state, "mate says he will totally hurt himself", "crisis.other phrase");
    assert_finds(state, "says she will hrut herself", "crisis.other spelling");
    assert_finds(state, "he keeps punching his kids", "crisis.other phrase");
    assert_finds(state, "he hit her", "");
    assert_finds(state, "they told their", "");
    assert_finds(state, "says he will kill myself", "crisis.suicidal phrase");
    assert_finds(state, "hurting himself on the bike", "");
}

static void a_star_stands_for_a_few_words(void **state)
{
    assert_finds(state, "lost reason stay", "crisis.other phrase");
    assert_finds(state, "i have lost every reason i had to stay", "crisis.other phrase");
    assert_finds(state, "lost every reason, to stay", "");
    assert_finds(state, "lost no reason to stay", "");
    assert_finds(state, "lost one two three four five six seven reason stay", "");
    assert_finds(state, "lost the reason to want to die and stay",
                 "crisis.other phrase, crisis.suicidal phrase");
    assert_finds(state, "lost a raeson to stay", "crisis.other spelling");
}

static void words_that_nobody_reviewed_are_marked(void **state)
{
    assert_finds(state, "Samob\xc3\xb3jstwo", "crisis.suicidal unreviewed");
    assert_finds(state, "samobojstwo suicide", "crisis.suicidal phrase");
    assert_finds(state, "smutek", "crisis.suicidal unreviewed, low phrase");
}

static void a_denial_holds_in_its_clause_only(void **state)
{
    assert_finds(state, "not suicidal", "-crisis.suicidal phrase");
    assert_finds(state, "i am not feeling suicidal", "-crisis.suicidal phrase");
    assert_finds(state, "not, suicidal", "crisis.suicidal phrase");
    assert_finds(state, "not suicidal but took tablets",
                 "-crisis.suicidal phrase, crisis.attempt phrase");
    assert_finds(state, "not suicidal or depressed", "-crisis.suicidal phrase, -low phrase");
    assert_finds(state, "not suicidal and depressed", "-crisis.suicidal phrase, low phrase");
    assert_finds(state, "not suicidal. suicidal", "crisis.suicidal phrase");
    assert_finds(state, "not about the weather suicidal", "crisis.suicidal phrase");
    assert_finds(state, "not a an the any my been being be felt suicidal",
                 "crisis.suicidal phrase");
}

static void a_denial_is_taken_back(void **state)
{
    assert_finds(state, "not sure if suicidal", "crisis.suicidal phrase");
    assert_finds(state, "not saying i am not suicidal", "crisis.suicidal phrase");
    assert_finds(state, "am i not suicidal?", "crisis.suicidal phrase");
    assert_finds(state, "not suicidal yet", "crisis.suicidal phrase");
    assert_finds(state, "can not be suicidal", "crisis.suicidal phrase");
    assert_finds(state, "no i am suicidal", "crisis.suicidal phrase");
    assert_finds(state, "no i am not suicidal", "-crisis.suicidal phrase");
    assert_finds(state, "i do not want to be here", "crisis.suicidal phrase");
    assert_finds(state, "not sleeping", "low phrase");
    assert_finds(state, "he says he is not suicidal", "\"crisis.suicidal phrase");
    assert_finds(state, "he says. not suicidal", "\"crisis.suicidal phrase");
    assert_finds(state, "he is away. not suicidal", "-crisis.suicidal phrase");
    assert_finds(state, "i cant sleep without depressed", "low phrase");
}

/* ---- limits ---- */

/* Runs of what costs most: guesses, fillers, negations, words written out. */
static void hostile_texts_cost_little(void **state)
{
    const wm_needs *needs = ((fixture *)*state)->needs;
    static const char *const parts[] = {
        "suicidl ",      "want just ",   "not or ",
        "imma ",         "lost reason ", "lost lost reason raeson ",
        "says he will ", "bf ",          "n ",
        "depresed to ",  "*a*a ",        "abcd ",
        "want to ",      "0 ",           "im i "
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        char text[WM_QUERY_TEXT_BYTES_MAX + 1] = "";
        wm_need_match matches[WM_NEED_MATCHES_MAX];
        size_t count = 0;
        size_t length = 0;
        wm_error err = { 0 };
        while (length + strlen(parts[i]) <= WM_QUERY_TEXT_BYTES_MAX) {
            memcpy(text + length, parts[i], strlen(parts[i]));
            length += strlen(parts[i]);
        }
        clock_t start = clock();
        for (int round = 0; round < 10; round++) {
            assert_ok(wm_needs_match(needs, (wm_str){ text, length }, matches, WM_NEED_MATCHES_MAX,
                                     &count, &err),
                      &err);
        }
        assert_true(clock() - start < CLOCKS_PER_SEC); /* 0.1 s each, under any sanitizer */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_word_of_a_name_is_as_telling_as_its_table_says),
        cmocka_unit_test(short_forms_are_written_out),
        cmocka_unit_test(tables_are_in_order_and_no_form_gives_too_many_words),
        cmocka_unit_test(edits_are_put_in_left_out_replaced_and_swapped),
        cmocka_unit_test_setup_teardown(only_unknown_words_are_corrected_and_only_if_unique, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_crisis_favours_recall, set_up, tear_down),
        cmocka_unit_test_setup_teardown(look_alikes_keep_their_words, set_up, tear_down),
        cmocka_unit_test_setup_teardown(person_and_time_do_not_matter, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_star_stands_for_a_few_words, set_up, tear_down),
        cmocka_unit_test_setup_teardown(words_that_nobody_reviewed_are_marked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_denial_holds_in_its_clause_only, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_denial_is_taken_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(hostile_texts_cost_little, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
