/* test_texts.c: what is said, in which language, and what is marked as nobody's. */
#include "answers.h"
#include "ask/texts.h"
#include "fault.h"
#include "rules/templates.h"

#include <stdio.h>

#define ARABIC "\xD9\x85\xD8\xB1\xD8\xAD\xD8\xA8\xD8\xA7" /* hello */

static const wm_test_source records[] = {
    { WM_KIND_DIRECTORY, "{'id':'d','title':'t','publisher':'p'}" },
    { WM_KIND_ORGANIZATION, "{'id':'o','name':'O'}" },
    { WM_KIND_LOCALITY, "{'id':'e','name':'England','kind':'nation'}" },
    { WM_KIND_NEED, "{'id':'worry','label':'Worry','broader':[]}" },
    { WM_KIND_TEXT, "{'id':'note.a','text':{'en':'English','pt':'Portugu\xC3\xAAs','pl':'Polski',"
                    "'zh-Hant':'Traditional'},'unreviewed':['pl']}" },
    { WM_KIND_TEXT, "{'id':'note.plain','text':'Just English'}" },
    { WM_KIND_TEXT, "{'id':'note.no_english','text':{'pl':'Tylko po polsku'}}" },
    { WM_KIND_TEXT, "{'id':'card.closing_on','text':{'en':'From the record: {date}.','pl':"
                    "'Zamykamy {kiedy}.','fr':'Ferme le {date}.'}}" },
    { WM_KIND_TEXT,
      "{'id':'note.name','text':{'en':'Ask {name}, or {name}.','ar':'" ARABIC " {name}'}}" },
    { WM_KIND_TEXT, "{'id':'note.name_and_day','text':{'en':'{name} on {date}, 3 May 2027.'}}" },
    { WM_KIND_TEXT, "{'id':'note.days','text':{'en':'{date}, or {date}.'}}" },
    { WM_KIND_TEXT, "{'id':'note.braces','text':{'en':'{ {} {Name} {a1} {'}}" },
    { WM_KIND_TEXT, "{'id':'note.ask_for_joint_plan','text':{'en':'One plan with {other}.'}}" },
    { WM_KIND_TEXT, "{'id':'gap.one','text':{'ar':'" ARABIC "'}}" },
    { WM_KIND_TEXT, "{'id':'month.5','text':{'cy':'Mai'}}" },
    { WM_KIND_TEXT, "{'id':'date.day','text':{'cy':'{day} {month} {year}'}}" },
    { WM_KIND_TEXT, "{'id':'sentence.people','text':{'pl':'Dla os\xC3\xB3"
                    "b {who}'}}" },
    { WM_KIND_TEXT, "{'id':'sentence.unknown','text':{'en':'{sentence}. Is it so?'}}" },
    { WM_KIND_TEXT, "{'id':'sentence.check','text':{'en':'{what}, perhaps'},'unreviewed':['en']}" },
    { WM_KIND_RULE,
      "{'id':'R-1','phase':'annotate','priority':1,'scope':'query','when':{'need':['worry']},"
      "'do':[{'verb':'leave_no_trace'}],'why':{'en':'So it is.','cy':'Felly.'},"
      "'if':{'en':'you wait'},'if_other':{'en':'they wait'}}" },
    { WM_KIND_RULE,
      "{'id':'R-2','phase':'annotate','priority':1,'scope':'query','when':{'need':['worry']},"
      "'do':[{'verb':'leave_no_trace'}],'why':{'cy':'Dim.'},'if':{'en':'it rains'}}" },
};

static wm_texts texts_in(wm_test_asking *asking, const char *lang)
{
    return wm_texts_of(&asking->asker, wm_str_of(lang), &asking->arena);
}

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

static void assert_said(wm_said said, const char *text, bool in_language, bool unreviewed)
{
    assert_int_equal(said.text.len, strlen(text));
    assert_memory_equal(said.text.ptr, text, said.text.len);
    assert_int_equal(said.in_language, in_language);
    assert_int_equal(said.unreviewed, unreviewed);
}

static void a_language_falls_back_to_a_broader_one_and_then_to_english(void **state)
{
    static const struct {
        const char *lang;
        const char *text;
        bool in_language;
    } cases[] = {
        { "en", "English", true },
        { "", "English", true },
        { "pt", "Portugu\xC3\xAAs", true },
        { "pt-BR", "Portugu\xC3\xAAs", true },
        { "PT-br", "Portugu\xC3\xAAs", true },
        { "en-GB", "English", true },
        { "zh-Hant-TW", "Traditional", true },
        { "zh-hant-x-a", "Traditional", true },
        { "zh", "English", false },
        { "p", "English", false },
        { "-", "English", false },
        { "ar", "English", false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        wm_texts texts = texts_in(*state, cases[i].lang);
        assert_said(wm_text_said(&texts, WM_STR("note.a")), cases[i].text, cases[i].in_language,
                    false);
        assert_false(texts.said_unreviewed);
    }
}

static void what_nobody_has_reviewed_is_marked(void **state)
{
    wm_texts texts = texts_in(*state, "pl-PL");
    assert_said(wm_text_said(&texts, WM_STR("note.no_english")), "Tylko po polsku", true, false);
    assert_false(texts.said_unreviewed);
    assert_said(wm_text_said(&texts, WM_STR("note.a")), "Polski", true, true);
    assert_true(texts.said_unreviewed);
}

static void the_answer_says_once_that_words_are_unreviewed(void **state)
{
    wm_test_asking *asking = *state;
    wm_buf buf;
    wm_json_out out;
    wm_buf_init(&buf, wm_env_system(), WM_MIB);
    wm_texts texts = texts_in(asking, "pl");
    wm_json_out_init(&out, &buf);
    wm_json_out_array(&out);
    wm_text_unreviewed_note(&texts, &out);
    (void)wm_text_said(&texts, WM_STR("note.a"));
    wm_text_unreviewed_note(&texts, &out);
    wm_json_out_end_array(&out);
    assert_string_equal(buf.data, "[{\"code\":\"unreviewed_words\",\"text\":\"Nobody who speaks "
                                  "this language has checked all of these words yet.\"}]");
    wm_buf_fini(&buf);
}

static void what_no_record_says_is_built_in(void **state)
{
    wm_texts texts = texts_in(*state, "en");
    assert_said(wm_text_said(&texts, WM_STR("note.plain")), "Just English", true, false);
    assert_said(wm_text_said(&texts, WM_STR("card.closing")), "It is going to close.", true, false);
    assert_said(wm_text_said(&texts, WM_STR("gap.one")),
                "Only one service just for this is known to take this person now.", true, false);
    assert_said(wm_text_said(&texts, WM_STR("note.nothing")), "", false, false);
    assert_said(wm_text_said(&texts, WM_STR("note.no_english")), "", false, false);
    assert_said(wm_text_said(&texts, WM_STR("")), "", false, false);
    texts = texts_in(*state, "pl");
    assert_said(wm_text_said(&texts, WM_STR("card.closing")), "It is going to close.", false,
                false);
}

static void places_are_filled_and_a_text_with_others_is_not_said(void **state)
{
    const wm_filling date[] = { { "date", WM_STR_INIT("3 May 2027") } };
    wm_texts texts = texts_in(*state, "en");
    assert_said(wm_text_filled(&texts, WM_STR("card.closing_on"), date, 1),
                "From the record: 3 May 2027.", true, false);
    /* {kiedy} is no place of this text: English is said. */
    texts = texts_in(*state, "pl");
    assert_said(wm_text_filled(&texts, WM_STR("card.closing_on"), date, 1),
                "From the record: 3 May 2027.", false, false);
    texts = texts_in(*state, "fr");
    assert_said(wm_text_filled(&texts, WM_STR("card.closing_on"), date, 1), "Ferme le 3 May 2027.",
                true, false);
    assert_said(wm_text_said(&texts, WM_STR("card.closing_on")), "", false, false);
    assert_said(wm_text_said(&texts, WM_STR("note.braces")), "{ {} {Name} {a1} {", false, false);
}

static void what_is_built_in_for_want_of_a_filling_is_not_said_with_one(void **state)
{
    wm_texts texts = texts_in(*state, "en");
    const wm_filling other[] = { { "other", WM_STR_INIT("the team") } };
    const wm_str id = WM_STR("note.ask_for_joint_plan");
    for (int i = 0; i < 2; i++) {
        assert_said(wm_text_said(&texts, id),
                    "You can get help with both. Ask for one plan, made together.", true, false);
        assert_said(wm_text_filled(&texts, id, other, 1), "One plan with the team.", true, false);
    }
}

static void a_value_is_cut_between_characters_and_never_read_as_a_place(void **state)
{
    char value[WM_FILLING_BYTES_MAX + 8];
    memset(value, 'x', sizeof value);
    memcpy(value + WM_FILLING_BYTES_MAX - 1, "\xC3\xA9", 2); /* would be cut in two */
    const wm_filling filling[] = { { "name", { value, sizeof value } } };
    wm_texts texts = texts_in(*state, "en");
    wm_said said = wm_text_filled(&texts, WM_STR("note.name"), filling, 1);
    assert_true(wm_utf8_valid(said.text, NULL));
    assert_int_equal(said.text.len, strlen("Ask , or .") + 2 * (WM_FILLING_BYTES_MAX - 1));
    const wm_filling sly[] = { { "name", WM_STR_INIT("{name} {date}") } };
    assert_said(wm_text_filled(&texts, WM_STR("note.name"), sly, 1),
                "Ask {name} {date}, or {name} {date}.", true, false);
    const wm_filling empty[] = { { "name", { NULL, 0 } } };
    assert_said(wm_text_filled(&texts, WM_STR("note.name"), empty, 1), "", false, false);
}

static void text_from_right_to_left_passes_unharmed(void **state)
{
    wm_texts texts = texts_in(*state, "ar-EG");
    assert_said(wm_text_said(&texts, WM_STR("gap.one")), ARABIC, true, false);
    const wm_filling filling[] = { { "name", WM_STR_INIT("111") } };
    assert_said(wm_text_filled(&texts, WM_STR("note.name"), filling, 1),
                ARABIC " \xE2\x81\xA8"
                       "111\xE2\x81\xA9",
                true, false);
}

static void dates_are_said_as_people_say_them(void **state)
{
    wm_date date = 0;
    assert_true(wm_date_parse(WM_STR("2027-05-03"), &date));
    wm_texts texts = texts_in(*state, "en");
    assert_string_equal(wm_text_date(&texts, date).ptr, "3 May 2027");
    assert_string_equal(wm_text_weekday_date(&texts, date).ptr, "Monday 3 May 2027");
    texts = texts_in(*state, "cy");
    assert_string_equal(wm_text_date(&texts, date).ptr, "3 Mai 2027");
    /* No month, no words for it: the date as it is. */
    assert_string_equal(wm_text_date(&texts, date + 31).ptr, "2027-06-03");
    texts = texts_in(*state, "pl");
    assert_string_equal(wm_text_date(&texts, date).ptr, "2027-05-03");
}

static void a_language_with_half_of_the_sentences_keeps_to_english(void **state)
{
    wm_texts texts = texts_in(*state, "pl");
    assert_int_equal(wm_text_sentence(&texts, WM_STR("sentence.people")).len, 0);
    texts = texts_in(*state, "en-GB");
    assert_int_equal(wm_text_sentence(&texts, WM_STR("sentence.people")).len, 0);
}

static void a_language_with_all_of_the_sentences_speaks(void **state)
{
    (void)state;
    enum { COUNT = 128 };
    static wm_test_source all[COUNT];
    static char bytes[COUNT][160];
    size_t count = 4;
    memcpy(all, records, count * sizeof records[0]);
    for (size_t i = 0; wm_sentence_id(i) != NULL; i++) {
        assert_true(count < COUNT);
        (void)snprintf(bytes[i], sizeof bytes[i],
                       "{'id':'%s','text':{'cy':'x'},'unreviewed':['cy']}", wm_sentence_id(i));
        all[count++] = (wm_test_source){ WM_KIND_TEXT, bytes[i] };
    }
    wm_test_asking *asking = wm_test_asking_new(all, count);
    wm_texts texts = texts_in(asking, "cy-GB");
    assert_string_equal(wm_text_sentence(&texts, WM_STR("sentence.people")).ptr, "x");
    assert_true(texts.said_unreviewed);
    wm_test_asking_free(asking);
}

static bool holds(const wm_template *template, const char *text)
{
    return wm_str_is(template->text, text);
}

static void sentences_are_held_by_the_address_of_their_id(void **state)
{
    static const char unknown[] = "unknown";
    static const char people[] = "people";
    wm_texts texts = texts_in(*state, "en");
    const wm_sentence *held = wm_text_held_sentence(&texts, unknown);
    assert_non_null(held);
    assert_true(holds(&held->own, "{sentence}. Is it so?"));
    assert_int_equal(held->own.count, 1);
    assert_true(held->english.text.len > 0);
    assert_ptr_equal(wm_text_held_sentence(&texts, unknown), held);
    wm_texts later = texts_in(*state, "en");
    assert_ptr_equal(wm_text_held_sentence(&later, unknown), held);
    held = wm_text_held_sentence(&texts, people);
    assert_non_null(held);
    assert_int_equal(held->own.text.len, 0);
    assert_true(holds(&held->english, "For people {who}"));
    /* Another language holds them for one answer. */
    texts = texts_in(*state, "pl");
    held = wm_text_held_sentence(&texts, people);
    assert_non_null(held);
    assert_ptr_equal(wm_text_held_sentence(&texts, people), held);
    assert_null(later.held);
    assert_non_null(texts.held);
}

static void a_sentence_that_nobody_has_checked_is_not_held(void **state)
{
    static const char check[] = "check";
    for (int i = 0; i < 2; i++) {
        wm_texts texts = texts_in(*state, "en");
        assert_null(wm_text_held_sentence(&texts, check));
        assert_true(texts.said_unreviewed); /* each answer is told */
    }
}

static void more_sentences_than_there_is_room_for_are_made_each_time(void **state)
{
    static const char ids[1000] = "";
    wm_texts texts = texts_in(*state, "en");
    size_t held = 0;
    for (size_t i = 0; i < sizeof ids; i++) {
        held += wm_text_held_sentence(&texts, ids + i) != NULL ? 1 : 0;
    }
    assert_true(held > 0 && held < sizeof ids);
}

static void a_rule_says_why_and_if(void **state)
{
    static const wm_str first = WM_STR_INIT("R-1");
    static const wm_str second = WM_STR_INIT("R-2");
    for (int i = 0; i < 2; i++) {
        wm_texts texts = texts_in(*state, "en");
        assert_said(wm_text_why(&texts, first), "So it is.", true, false);
        assert_said(wm_text_if(&texts, first, false), "you wait", true, false);
        assert_said(wm_text_if(&texts, first, true), "they wait", true, false);
        assert_said(wm_text_why(&texts, second), "", false, false);
        assert_said(wm_text_if(&texts, second, true), "it rains", true, false);
        assert_said(wm_text_why(&texts, WM_STR("R-3")), "", false, false);
        texts = texts_in(*state, "cy");
        assert_said(wm_text_why(&texts, first), "Felly.", true, false);
        assert_said(wm_text_if(&texts, first, true), "they wait", false, false);
    }
}

static void what_services_ask_for_is_kept_once_it_was_said(void **state)
{
    static const char long_key[45] = "";
    wm_buf out;
    wm_texts texts = texts_in(*state, "en");
    wm_buf_init(&out, wm_env_system(), WM_MIB);
    for (int i = 0; i < 2; i++) {
        /* Of words that nobody has checked nothing is kept, and what was known of others stays. */
        texts.said_unreviewed = i > 0;
        assert_false(wm_text_say_again(&texts, WM_STR("key"), &out));
        assert_false(texts.said_unreviewed);
        texts.said_unreviewed = true;
        wm_text_keep_said(&texts, WM_STR("key"), WM_STR("unchecked"));
        assert_true(texts.said_unreviewed);
    }
    assert_false(wm_text_say_again(&texts, WM_STR("key"), &out));
    wm_text_keep_said(&texts, WM_STR("key"), WM_STR("people"));
    assert_true(texts.said_unreviewed);
    assert_int_equal(out.len, 0);
    wm_texts later = texts_in(*state, "en");
    assert_true(wm_text_say_again(&later, WM_STR("key"), &out));
    assert_string_equal(out.data, "people");
    assert_false(later.said_unreviewed);
    assert_false(wm_text_say_again(&later, WM_STR("kex"), &out));
    wm_text_keep_said(&later, WM_STR("kex"), WM_STR(""));
    assert_false(wm_text_say_again(&later, WM_STR("kex"), &out));
    for (size_t i = 0; i < 2; i++) {
        const wm_str key = { long_key, sizeof long_key };
        assert_false(wm_text_say_again(&later, key, &out));
        wm_text_keep_said(&later, key, WM_STR("too long"));
    }
    later.status = WM_IO; /* what is said then may be said otherwise once all is well */
    assert_false(wm_text_say_again(&later, WM_STR("new"), &out));
    wm_text_keep_said(&later, WM_STR("new"), WM_STR("x"));
    assert_false(wm_text_say_again(&later, WM_STR("new"), &out));
    wm_buf_fini(&out);
}

/* One note for each day, written again where it can be, or each anew. */
static void put_days(wm_texts *texts, wm_json_out *out, const char *id, bool again)
{
    static const char *const days[] = { "3 May 2027", "1 June 2028", "say \"when\"", "2027", "31" };
    const wm_note_key key = { .code = "c", .id = id };
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        const wm_filling fillings[] = { { "name", WM_STR_INIT("\\them") },
                                        { "date", wm_str_of(days[i]) } };
        const wm_note note = { "c", wm_str_of(id), WM_STR_INIT("R"), fillings, 2 };
        if (!again) {
            wm_text_note(texts, out, note.code, note.id, note.rule, fillings, 2);
        } else if (!wm_text_dated_again(texts, out, &key, fillings[1].value)) {
            wm_text_dated_note(texts, out, &key, &note);
        }
    }
}

static void notes_with_another_day_are_the_same_as_if_made_anew(void **state)
{
    static const char *const ids[] = { "card.closing_on", "note.name_and_day", "note.days",
                                       "note.name",       "note.nothing",      "card.closing" };
    wm_test_asking *asking = *state;
    wm_repeats repeats;
    wm_json_out out[2];
    wm_buf bufs[2];
    wm_error err = { 0 };
    wm_texts texts = texts_in(asking, "en");
    for (int again = 0; again < 2; again++) {
        wm_buf_init(&bufs[again], wm_env_system(), WM_MIB);
        wm_json_out_init(&out[again], &bufs[again]);
        wm_json_out_array(&out[again]);
        assert_ok(wm_repeats_init(&repeats, &bufs[again], &asking->arena, &err), &err);
        texts.repeats = &repeats;
        for (int turn = 0; turn < 2; turn++) {
            for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
                put_days(&texts, &out[again], ids[i], again > 0);
            }
        }
        wm_json_out_end_array(&out[again]);
    }
    assert_string_equal(bufs[0].data, bufs[1].data);
    assert_contains(bufs[1].data, "on 1 June 2028");
    wm_buf_fini(&bufs[1]);
    wm_buf_fini(&bufs[0]);
}

static void places_of_a_template_are_found_in_order(void **state)
{
    (void)state;
    static const char *const names[] = { "a", "b", "c", "d", "e", "f" };
    wm_str text = WM_STR("{a}{b} { {c}{}{d}, {e} and {f}{G}");
    wm_template template = wm_template_of(text);
    size_t at = 0;
    size_t place = 0;
    wm_str name = { NULL, 0 };
    assert_int_equal(template.count, WM_TEMPLATE_PLACES);
    assert_false(template.whole);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        size_t length = wm_template_next(&template, i, at, &place, &name);
        assert_int_equal(length, 3);
        assert_true(wm_str_is(name, names[i]));
        assert_int_equal(text.ptr[place], '{');
        at = place + length;
    }
    assert_int_equal(wm_template_next(&template, 6, at, &place, &name), 0);
    template = wm_template_of((wm_str){ NULL, 0 });
    assert_true(template.whole && template.count == 0);
    assert_int_equal(wm_template_next(&template, 0, 0, &place, &name), 0);
}

static void memory_of_a_question_is_lent_to_the_next(void **state)
{
    wm_test_asking *asking = *state;
    wm_asker *asker = &asking->asker;
    wm_arena some[WM_ASKER_SPARES + 1];
    for (int turn = 0; turn < 2; turn++) {
        for (size_t i = 0; i < WM_ASKER_SPARES + 1; i++) {
            some[i] = wm_asker_borrow(asker);
            assert_true(turn == 0 || i == WM_ASKER_SPARES || some[i].bytes > 0);
            char *bytes = wm_arena_alloc(&some[i], 5000);
            assert_non_null(bytes);
            for (size_t b = 0; b < 5000; b++) {
                assert_int_equal(bytes[b], 0);
            }
            memset(bytes, 'x', 5000);
        }
        for (size_t i = 0; i < WM_ASKER_SPARES + 1; i++) {
            wm_asker_give_back(asker, &some[i]);
            assert_int_equal(some[i].bytes, 0);
        }
    }
    wm_arena large = wm_asker_borrow(asker);
    assert_non_null(wm_arena_alloc(&large, WM_SPARE_BYTES_MAX + 1));
    wm_asker_give_back(asker, &large);
    size_t kept = 0;
    for (size_t i = 0; i < WM_ASKER_SPARES; i++) {
        kept += asker->spare[i].bytes > 0 ? 1 : 0;
    }
    assert_int_equal(kept, WM_ASKER_SPARES - 1);
}

static void tables_of_words_can_be_searched_and_have_no_dashes_for_pauses(void **state)
{
    (void)state;
    const char *before = "";
    for (size_t i = 0; wm_sentence_id(i) != NULL; i++) {
        assert_true(strcmp(before, wm_sentence_id(i)) < 0);
        before = wm_sentence_id(i);
        wm_str text = wm_builtin_sentence(wm_str_of(before));
        assert_true(text.len > 0);
        assert_null(strstr(text.ptr, "\xE2\x80\x94"));
    }
    before = "";
    for (size_t i = 0; wm_builtin_text_id(i) != NULL; i++) {
        assert_true(strcmp(before, wm_builtin_text_id(i)) < 0);
        before = wm_builtin_text_id(i);
        wm_str text = wm_builtin_text(wm_str_of(before));
        assert_true(text.len > 0);
        assert_null(strstr(text.ptr, "\xE2\x80\x94"));
    }
}

static void an_asker_that_is_refreshed_says_what_the_store_says_now(void **state)
{
    wm_test_asking *asking = *state;
    wm_error err = { 0 };
    wm_texts texts = texts_in(asking, "en");
    assert_said(wm_text_said(&texts, WM_STR("note.a")), "English", true, false);
    assert_non_null(asking->asker.texts);
    wm_asker_fini(&asking->asker);
    assert_null(asking->asker.texts);
    assert_ok(wm_asker_init(&asking->asker, asking->store, WM_VIEW_LATEST, &err), &err);
}

static void more_records_than_the_cache_holds_are_still_said(void **state)
{
    wm_texts texts = texts_in(*state, "en");
    for (unsigned i = 0; i < WM_TEXT_CACHE_RECORDS_MAX + 100; i++) {
        char id[32];
        (void)snprintf(id, sizeof id, "none.%u", i);
        assert_int_equal(wm_text_said(&texts, wm_str_of(id)).text.len, 0);
    }
    assert_said(wm_text_said(&texts, WM_STR("note.a")), "English", true, false);
    assert_said(wm_text_said(&texts, WM_STR("note.a")), "English", true, false);
}

static wm_status say_some(void *context, wm_error *err)
{
    wm_test_asking *asking = context;
    wm_texts texts = texts_in(asking, "en");
    const wm_filling filling[] = { { "name", WM_STR_INIT("them") } };
    (void)wm_text_filled(&texts, WM_STR("note.name"), filling, 1);
    (void)wm_text_date(&texts, 20000);
    return wm_texts_status(&texts, err);
}

static void a_failure_sticks_and_what_is_built_in_is_still_said(void **state)
{
    wm_test_asking *asking = *state;
    wm_error err = { 0 };
    wm_texts texts = texts_in(asking, "en");
    texts.status = WM_IO;
    assert_said(wm_text_said(&texts, WM_STR("note.a")), "", false, false);
    assert_said(wm_text_said(&texts, WM_STR("card.closing")), "It is going to close.", true, false);
    assert_int_equal(wm_texts_status(&texts, &err), WM_IO);
    assert_contains(err.text, "texts");
    wm_error_clear(&err);
    assert_ok(say_some(asking, &err), &err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_language_falls_back_to_a_broader_one_and_then_to_english),
        cmocka_unit_test(what_nobody_has_reviewed_is_marked),
        cmocka_unit_test(the_answer_says_once_that_words_are_unreviewed),
        cmocka_unit_test(what_no_record_says_is_built_in),
        cmocka_unit_test(places_are_filled_and_a_text_with_others_is_not_said),
        cmocka_unit_test(what_is_built_in_for_want_of_a_filling_is_not_said_with_one),
        cmocka_unit_test(a_value_is_cut_between_characters_and_never_read_as_a_place),
        cmocka_unit_test(text_from_right_to_left_passes_unharmed),
        cmocka_unit_test(dates_are_said_as_people_say_them),
        cmocka_unit_test(a_language_with_half_of_the_sentences_keeps_to_english),
        cmocka_unit_test(a_language_with_all_of_the_sentences_speaks),
        cmocka_unit_test(sentences_are_held_by_the_address_of_their_id),
        cmocka_unit_test(a_sentence_that_nobody_has_checked_is_not_held),
        cmocka_unit_test(a_rule_says_why_and_if),
        cmocka_unit_test(what_services_ask_for_is_kept_once_it_was_said),
        cmocka_unit_test(notes_with_another_day_are_the_same_as_if_made_anew),
        cmocka_unit_test(places_of_a_template_are_found_in_order),
        cmocka_unit_test(memory_of_a_question_is_lent_to_the_next),
        cmocka_unit_test(tables_of_words_can_be_searched_and_have_no_dashes_for_pauses),
        cmocka_unit_test(an_asker_that_is_refreshed_says_what_the_store_says_now),
        cmocka_unit_test(more_records_than_the_cache_holds_are_still_said),
        cmocka_unit_test(more_sentences_than_there_is_room_for_are_made_each_time),
        cmocka_unit_test(a_failure_sticks_and_what_is_built_in_is_still_said),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
