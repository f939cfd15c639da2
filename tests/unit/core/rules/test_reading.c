/* test_reading.c: how hard a text is to read, and which texts are looked at. */
#include <stdio.h>

#include "testing.h"

#include "rules/check_reading.h"
#include "rules/reading.h"

static wm_reading measure(const char *text, const char *name)
{
    wm_reading reading;
    wm_reading_measure(wm_str_of(text), wm_str_of(name), &reading);
    return reading;
}

static void letters_words_and_sentences_are_counted(void **state)
{
    (void)state;
    wm_reading reading = measure("We can help you. Ring us!  Is it late?\nCome in", "");
    assert_int_equal(reading.words, 11);
    assert_int_equal(reading.sentences, 4);
    assert_int_equal(reading.letters, 32);
    assert_int_equal(reading.longest_words, 4);
    assert_int_equal(reading.longest.len, 16);
    assert_int_equal(reading.age, 0);
    assert_int_equal(measure("", "").words, 0);
    assert_int_equal(measure(" . - ’ 12 ", "").sentences, 0);
    assert_int_equal(measure("hard-to-live-with", "").words, 4);
    assert_int_equal(measure("Größe é", "").letters, 6);
    assert_int_equal(measure("the council’s", "").letters, 11);
}

static void what_nobody_can_put_more_plainly_does_not_count(void **state)
{
    (void)state;
    assert_int_equal(measure("Ring 0808 157 0001 or NHS111 now", "").words, 3);
    assert_int_equal(measure("See www.example.org/help or a@b.example soon.", "").words, 3);
    assert_int_equal(measure("Ask NHS Talking Therapies in Swindon.", "").words, 2);
    assert_int_equal(measure("What I’m told, I do", "").words, 5);
    assert_int_equal(measure("the samaritans listen", "Samaritans").words, 2);
    assert_int_equal(measure("the good samaritan", "Samaritans").words, 3);
    wm_reading reading = measure("They rang Perinatal Pathway Practitioners", "");
    assert_int_equal(reading.hard_count, 0);
}

/* 24 words of 4 letters in 3 sentences: 4.71 * 4 + 0.5 * 8 - 21.43 = 1.41, so 2, readers of 7. */
static void the_index_is_that_of_its_source(void **state)
{
    (void)state;
    const char *sentence = "This team will help when life goes hard. ";
    char text[200];
    (void)snprintf(text, sizeof text, "%s%s%s", sentence, sentence, sentence);
    wm_reading reading = measure(text, "");
    assert_int_equal(reading.words, 24);
    assert_int_equal(reading.letters, 96);
    assert_int_equal(reading.sentences, 3);
    assert_int_equal(reading.age, 7);
    assert_false(wm_reading_is_hard(&reading));
}

static void a_long_sentence_is_hard_and_shown(void **state)
{
    (void)state;
    wm_reading reading = measure("Ring us. We are here for you if you feel low or sad or are in a "
                                 "mess or just want to talk to us now or later.",
                                 "");
    assert_int_equal(reading.longest_words, 26);
    assert_true(wm_reading_is_hard(&reading));
    assert_memory_equal(reading.longest.ptr, "We are", 6);
}

static void hard_words_are_found_whole_and_once(void **state)
{
    (void)state;
    wm_reading reading = measure("Triage, prior to intervention. Triage again.", "");
    assert_int_equal(reading.hard_count, 3);
    assert_string_equal(reading.hard[0]->word, "triage");
    assert_string_equal(reading.hard[1]->plainer, "before");
    assert_string_equal(reading.hard[2]->word, "intervention");
    assert_true(wm_reading_is_hard(&reading));
    assert_int_equal(measure("A co-ordinator calls", "").hard_count, 1);
    assert_int_equal(measure("prioritise, interventional", "").hard_count, 0);
    assert_int_equal(measure("multi-agency multi agency", "").hard_count, 1);
}

static void words_that_frighten_or_blame_are_found(void **state)
{
    (void)state;
    wm_reading reading = measure("Non-compliant patients who committed suicide", "");
    assert_int_equal(reading.harsh_count, 2);
    assert_string_equal(reading.harsh[0]->word, "non compliant");
    assert_string_equal(reading.harsh[1]->plainer, "ended their life");
    assert_int_equal(measure("Talk about thoughts of suicide with us", "").harsh_count, 0);
    assert_int_equal(measure("Alcoholics meet", "").harsh_count, 0);
}

static void every_row_of_the_tables_can_be_found(void **state)
{
    (void)state;
    const wm_hard_word *const tables[] = { wm_hard_words, wm_harsh_words };
    for (size_t t = 0; t < 2; t++) {
        for (const wm_hard_word *row = tables[t]; row->word != NULL; row++) {
            wm_reading reading = measure(row->word, "");
            const wm_hard_word *const *hits = t == 0 ? reading.hard : reading.harsh;
            size_t count = t == 0 ? reading.hard_count : reading.harsh_count;
            bool found = false;
            for (size_t i = 0; i < count; i++) {
                found = found || hits[i] == row;
            }
            assert_true(found);
        }
    }
}

/* ---- records ---- */

typedef struct told {
    char text[2048];
    size_t length;
} told;

static wm_status put(void *context, const wm_finding *finding)
{
    told *out = context;
    assert_false(finding->is_error);
    int more = snprintf(out->text + out->length, sizeof out->text - out->length, "%s %s: %s | %s\n",
                        finding->code, finding->path, finding->text, finding->remedy);
    assert_true(more > 0 && (size_t)more < sizeof out->text - out->length);
    out->length += (size_t)more;
    return WM_OK;
}

static const char *lint(wm_kind kind, const char *text)
{
    static told out;
    wm_arena arena;
    wm_error err = { 0 };
    wm_record record = { kind, WM_STR("a"), WM_STR("") };
    wm_finding_sink sink = { put, &out };
    memset(&out, 0, sizeof out);
    wm_arena_init(&arena, wm_env_system(), WM_MIB);
    assert_ok(check_reading(wm_env_system(), &record, wm_test_json(&arena, text), &sink, &err),
              &err);
    wm_arena_fini(&arena);
    return out.text;
}

static void each_text_for_the_public_is_looked_at(void **state)
{
    (void)state;
    static const struct {
        wm_kind kind;
        const char *record;
        const char *path;
    } cases[] = {
        { WM_KIND_SERVICE, "{'summary':'We triage.'}", "summary" },
        { WM_KIND_SERVICE, "{'what_happens_next':'We triage.'}", "what_happens_next" },
        { WM_KIND_SERVICE, "{'what_we_do_not_do':'We triage.'}", "what_we_do_not_do" },
        { WM_KIND_SERVICE, "{'closed_reason':'No triage.'}", "closed_reason" },
        { WM_KIND_SERVICE, "{'cost':{'free':false,'text':'For triage.'}}", "cost.text" },
        { WM_KIND_SERVICE, "{'visit':{'text':'Ask for triage.'}}", "visit.text" },
        { WM_KIND_SERVICE, "{'while_waiting':['triage','Wait for triage.']}", "while_waiting[1]" },
        { WM_KIND_FACT, "{'question':{'en':'Were you at triage?'}}", "question.en" },
        { WM_KIND_FACT, "{'why':{'en':'For triage.'}}", "why.en" },
        { WM_KIND_RULE, "{'why':{'en':'Because of triage.'}}", "why.en" },
        { WM_KIND_TEXT, "{'text':{'en':'A triage','pl':'triage'}}", "text.en" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char wanted[200];
        (void)snprintf(wanted, sizeof wanted,
                       "reading_age %s: expected plain words, found \"triage\" | For \"triage\" "
                       "say \"first check\".\n",
                       cases[i].path);
        assert_string_equal(lint(cases[i].kind, cases[i].record), wanted);
    }
}

static void what_is_not_for_the_public_is_not_looked_at(void **state)
{
    (void)state;
    static const struct {
        wm_kind kind;
        const char *record;
    } cases[] = {
        { WM_KIND_SERVICE, "{'audience':'professional','summary':'We triage.'}" },
        { WM_KIND_SERVICE, "{'professional_only':['summary'],'summary':'We triage.'}" },
        { WM_KIND_SERVICE, "{'visit':{'audience':'professional','text':'Triage.'}}" },
        { WM_KIND_SERVICE, "{'eligibility':{'words':'After triage.'},'description':'Triage.'}" },
        { WM_KIND_FACT, "{'edition':'professional','question':{'en':'After triage?'}}" },
        { WM_KIND_NEED, "{'label':'Triage'}" },
        { WM_KIND_TEXT, "{'text':{'pl':'triage'}}" },
        { WM_KIND_TEXT, "{'text':7}" },
        { WM_KIND_SERVICE, "{'summary':{},'visit':3,'while_waiting':{},'professional_only':1}" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_string_equal(lint(cases[i].kind, cases[i].record), "");
    }
}

static void a_warning_says_what_to_do(void **state)
{
    (void)state;
    assert_string_equal(
        lint(WM_KIND_SERVICE,
             "{'summary':'Comprehensive multidisciplinary interventions facilitate considerable "
             "psychological improvement throughout neighbourhoods. Professional practitioners "
             "endeavour to ensure appropriate continuous accommodation arrangements, following "
             "considerable deterioration.'}"),
        "reading_age summary: expected a reading age of at most 11, found 30 | For "
        "\"comprehensive\" say \"full\"; For \"multidisciplinary\" say \"of different kinds of "
        "staff\"; For \"interventions\" say \"help\"; For \"facilitate\" say \"help\"; For "
        "\"psychological\" say \"of the mind; talking\"; For \"practitioners\" say \"workers\"; "
        "For \"endeavour\" say \"try\"; For \"ensure\" say \"make sure\".\n");
    assert_string_equal(
        lint(WM_KIND_TEXT, "{'text':{'en':'For the insane: we are here, and we say it in one go "
                           "that does not end for a long time and goes on and on.'}}"),
        "reading_age text.en: expected sentences of at most 20 words, found one of 26 | Part it: "
        "\"For the insane: we are here, and we say it in one go that does not end for a long time "
        "and goes on and on.\".\n"
        "plain_words text.en: expected words that neither frighten nor blame, found \"insane\" | "
        "Leave out \"insane\".\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letters_words_and_sentences_are_counted),
        cmocka_unit_test(what_nobody_can_put_more_plainly_does_not_count),
        cmocka_unit_test(the_index_is_that_of_its_source),
        cmocka_unit_test(a_long_sentence_is_hard_and_shown),
        cmocka_unit_test(hard_words_are_found_whole_and_once),
        cmocka_unit_test(words_that_frighten_or_blame_are_found),
        cmocka_unit_test(every_row_of_the_tables_can_be_found),
        cmocka_unit_test(each_text_for_the_public_is_looked_at),
        cmocka_unit_test(what_is_not_for_the_public_is_not_looked_at),
        cmocka_unit_test(a_warning_says_what_to_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
