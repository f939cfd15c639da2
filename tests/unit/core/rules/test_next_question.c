/* test_next_question.c: the question that settles most, where it can be told by hand. */
#include <stdio.h>

#include "rules/next_question.h"
#include "testing.h"

#define AS_OF "2026-01-15"
#define FACT_RECORDS_MAX 24

/* Cards, facts and how they are asked, of one test. */
typedef struct scene {
    wm_arena arena;
    wm_symbols *symbols;
    wm_askables *askables;
    wm_question_card cards[WM_QUESTION_CARDS_MAX + 8];
    wm_question_input input;
} scene;

/* Names of the tests from the last to the first: interned beforehand they get other numbers. */
static const char *const other_numbers[] = {
    "veteran",  "student_at", "student",    "spa",   "pregnancy_ended",
    "pregnant", "pain",       "conditions", "child", "bath",
    "autism",   "adhd",       "E2",         "E1"
};

static void scene_open_numbered(scene *s, const char *const *facts, const char *const *cards,
                                bool otherwise)
{
    wm_error err = { 0 };
    const wm_json *records[FACT_RECORDS_MAX];
    size_t count = 0;
    *s = (scene){ .askables = NULL };
    wm_arena_init(&s->arena, wm_env_system(), SIZE_MAX / 2);
    assert_ok(wm_symbols_new(wm_env_system(), &s->symbols, &err), &err);
    assert_ok(wm_criteria_prepare_symbols(s->symbols, &err), &err);
    for (size_t i = 0; otherwise && i < sizeof other_numbers / sizeof other_numbers[0]; i++) {
        wm_symbol symbol = WM_SYMBOL_NONE;
        assert_ok(wm_symbols_intern(s->symbols, wm_str_of(other_numbers[i]), &symbol, &err), &err);
    }
    for (; facts[count] != NULL; count++) {
        assert_true(count < FACT_RECORDS_MAX);
        records[count] = wm_test_json(&s->arena, facts[count]);
    }
    assert_ok(wm_askables_new(wm_env_system(), records, count, &s->askables, &err), &err);
    wm_criteria_context context = { .symbols = s->symbols };
    for (count = 0; cards[count] != NULL; count++) {
        wm_buf program;
        bool is_actor = cards[count][0] == '@';
        wm_buf_init(&program, wm_env_system(), WM_RECORD_BYTES_MAX);
        const wm_json *criteria = wm_test_json(&s->arena, cards[count] + (is_actor ? 1 : 0));
        assert_ok(wm_criteria_compile(criteria, &context, &program, &err), &err);
        wm_str copy = wm_arena_copy(&s->arena, wm_buf_str(&program));
        assert_ok(wm_criteria_load(copy.ptr, copy.len, &s->cards[count].criteria, &err), &err);
        s->cards[count].of = is_actor ? WM_OF_ACTOR : WM_OF_PERSON;
        wm_buf_fini(&program);
    }
    s->input = (wm_question_input){
        .symbols = s->symbols, .askables = s->askables, .cards = s->cards, .card_count = count
    };
}

static void scene_open(scene *s, const char *const *facts, const char *const *cards)
{
    scene_open_numbered(s, facts, cards, false);
}

static void scene_close(scene *s)
{
    wm_askables_free(s->askables);
    wm_symbols_free(s->symbols);
    wm_arena_fini(&s->arena);
}

static wm_facts *parse_facts(scene *s, const char *facts)
{
    wm_error err = { 0 };
    wm_date as_of = 0;
    assert_true(wm_date_parse(WM_STR(AS_OF), &as_of));
    wm_facts_context context = { .symbols = s->symbols, .as_of = as_of };
    wm_facts *parsed = NULL;
    assert_ok(wm_facts_parse(&s->arena, wm_test_json(&s->arena, facts), &context, &parsed, &err),
              &err);
    return parsed;
}

/* "fact", "fact+other", "@fact" of the actor; "" for none. Lives in the arena. */
static const char *ask(scene *s, const char *facts)
{
    wm_error err = { 0 };
    wm_question_choice choice;
    wm_buf name;
    s->input.facts[WM_OF_PERSON] = parse_facts(s, facts);
    s->input.facts[WM_OF_ACTOR] = parse_facts(s, "{}");
    assert_ok(wm_next_question(&s->input, &s->arena, &choice, &err), &err);
    wm_buf_init(&name, wm_env_system(), 1024);
    for (size_t i = 0; i < choice.part_count; i++) {
        wm_buf_put_text(&name, i > 0 ? "+" : choice.of == WM_OF_ACTOR ? "@" : "");
        wm_buf_put_str(&name, choice.parts[i].fact->id);
    }
    wm_str copy = wm_arena_copy(&s->arena, wm_buf_str(&name));
    wm_buf_fini(&name);
    return copy.ptr;
}

#define AGE "{'id':'age','type':'age','cost':0}"
#define VETERAN "{'id':'veteran','type':'flag','cost':1}"
#define PREGNANT "{'id':'pregnant','type':'flag','cost':1}"

/* ---- tests ---- */

static void the_question_that_settles_more_cards_comes_first(void **state)
{
    (void)state;
    static const char *const facts[] = { AGE, VETERAN, NULL };
    static const char *const cards[] = { "{'who':{'is':'veteran'}}", "{'who':{'age':{'min':18}}}",
                                         "{'who':{'age':{'before':18}}}", NULL };
    scene s;
    scene_open(&s, facts, cards);
    /* veteran settles the first (30), age the second and third (24 + 20) */
    assert_string_equal(ask(&s, "{}"), "age");
    assert_string_equal(ask(&s, "{'age':{'years':30}}"), "veteran");
    assert_string_equal(ask(&s, "{'age':{'years':30},'veteran':true}"), "");
    scene_close(&s);
}

static void the_best_card_weighs_most(void **state)
{
    (void)state;
    static const char *const facts[] = { AGE, VETERAN, NULL };
    static const char *const cards[] = { "{'who':{'is':'veteran'}}", "{'who':{'age':{'min':18}}}",
                                         NULL };
    scene s;
    scene_open(&s, facts, cards);
    assert_string_equal(ask(&s, "{}"), "veteran");
    scene_close(&s);
}

static void partial_progress_counts_half(void **state)
{
    (void)state;
    static const char *const facts[] = { PREGNANT, VETERAN, NULL };
    /* "no" to either decides `all`; "yes" only helps. Of `any`, "yes" decides. With a prior of 250
     * a question decides `all` three times in four, `any` once. */
    static const char *const cards[] = { "{'who':{'any':[{'is':'pregnant'},{'is':'other'}]}}",
                                         "{'who':{'all':[{'is':'veteran'},{'is':'other'}]}}",
                                         NULL };
    scene s;
    scene_open(&s, facts, cards);
    /* pregnant: 30 * (250 * 2 + 750) - 3000 = 34500; veteran: 24 * (250 + 750 * 2) - 3000 = 39000
     */
    assert_string_equal(ask(&s, "{}"), "veteran");
    scene_close(&s);
}

static void an_intrusive_question_must_be_worth_it(void **state)
{
    (void)state;
    static const char *const facts[] = { "{'id':'a','type':'flag','cost':3}",
                                         "{'id':'b','type':'flag','cost':0}",
                                         "{'id':'c','type':'flag','cost':4}", NULL };
    static const char *const cards[] = { "{'who':{'is':'a'}}", "{'who':{'is':'b'}}",
                                         "{'who':{'is':'c'}}", NULL };
    scene s;
    scene_open(&s, facts, cards);
    /* a: 60000 - 30000; b: 48000; c: 40000 - 60000 */
    assert_string_equal(ask(&s, "{}"), "b");
    assert_string_equal(ask(&s, "{'b':false}"), "a");
    assert_string_equal(ask(&s, "{'b':false,'a':false}"), "");
    scene_close(&s);
}

static void equal_questions_are_asked_in_order_of_id(void **state)
{
    (void)state;
    static const char *const facts[] = { "{'id':'zebra','type':'flag'}",
                                         "{'id':'ant','type':'flag'}", NULL };
    static const char *const cards[] = {
        "{'who':{'any':[{'is':'zebra'},{'is':'ant'},{'check':'x'}]}}", NULL
    };
    scene s;
    scene_open(&s, facts, cards);
    assert_string_equal(ask(&s, "{}"), "ant");
    scene_close(&s);
}

static void what_was_given_declined_or_skipped_is_not_asked_again(void **state)
{
    (void)state;
    static const char *const facts[] = { AGE, VETERAN, NULL };
    static const char *const cards[] = {
        "{'who':{'all':[{'age':{'min':18,'on':'school_cutoff'}},{'is':'veteran'}]}}", NULL
    };
    scene s;
    scene_open(&s, facts, cards);
    wm_question_skip skipped = { WM_STR("veteran"), WM_OF_PERSON };
    assert_string_equal(ask(&s, "{'age':{'?':'declined'}}"), "veteran");
    assert_string_equal(ask(&s, "{'age':{'?':'unknown'},'veteran':{'?':'declined'}}"), "");
    assert_string_equal(ask(&s, "{'age':{'years':18},'veteran':{'?':'not_asked'}}"), "veteran");
    s.input.skipped = &skipped;
    s.input.skipped_count = 1;
    assert_string_equal(ask(&s, "{'age':{'years':18}}"), "");
    skipped.of = WM_OF_ACTOR;
    assert_string_equal(ask(&s, "{'age':{'years':18}}"), "veteran");
    scene_close(&s);
}

static void the_public_is_never_asked_what_professionals_judge(void **state)
{
    (void)state;
    static const char *const facts[] = {
        "{'id':'severity','type':'level','cost':0,'edition':'professional'}", VETERAN, NULL
    };
    static const char *const cards[] = { "{'who':{'level':{'severity':{'min':'moderate'}}}}",
                                         "{'who':{'is':'veteran'}}", NULL };
    scene s;
    scene_open(&s, facts, cards);
    assert_string_equal(ask(&s, "{}"), "veteran");
    s.input.professional = true;
    assert_string_equal(ask(&s, "{}"), "severity");
    scene_close(&s);
}

static void facts_that_only_matter_together_are_asked_together(void **state)
{
    (void)state;
    static const char *const facts[] = {
        VETERAN, "{'id':'pregnant','type':'flag','cost':1,'with':['pregnancy_ended']}",
        "{'id':'pregnancy_ended','type':'event','cost':1}", NULL
    };
    static const char *const cards[] = {
        "{'who':{'any':[{'is':'pregnant'},"
        "{'since':{'event':'pregnancy_ended','within':{'m':24}}}]}}",
        "{'who':{'is':'veteran'}}", NULL
    };
    scene s;
    scene_open(&s, facts, cards);
    assert_string_equal(ask(&s, "{}"), "pregnant+pregnancy_ended");
    assert_string_equal(ask(&s, "{'pregnant':false,'veteran':true}"), "pregnancy_ended");
    assert_string_equal(ask(&s, "{'pregnant':true,'veteran':true}"), "");
    assert_string_equal(ask(&s, "{'pregnant':{'?':'declined'},'veteran':true}"), "");
    scene_close(&s);
}

static void what_depends_on_a_yes_waits_for_it(void **state)
{
    (void)state;
    static const char *const facts[] = {
        "{'id':'student','type':'flag','cost':0}",
        "{'id':'student_at','type':'one','after':'student','options':['bath','spa','other']}", NULL
    };
    static const char *const cards[] = { "{'who':{'in':{'student_at':['bath']}}}", NULL };
    scene s;
    scene_open(&s, facts, cards);
    assert_string_equal(ask(&s, "{}"), "student+student_at");
    assert_string_equal(ask(&s, "{'student':true}"), "student_at");
    assert_string_equal(ask(&s, "{'student':false}"), "");
    assert_string_equal(ask(&s, "{'student':{'?':'declined'}}"), "");
    scene_close(&s);
}

static void what_belongs_to_the_last_question_comes_first(void **state)
{
    (void)state;
    static const char *const facts[] = {
        AGE, "{'id':'pregnant','type':'flag','cost':1,'with':['pregnancy_ended']}",
        "{'id':'pregnancy_ended','type':'event','cost':4}", NULL
    };
    static const char *const cards[] = {
        "{'who':{'age':{'min':18}}}",
        "{'who':{'any':[{'is':'pregnant'},"
        "{'since':{'event':'pregnancy_ended','within':{'m':24}}}]}}",
        NULL
    };
    scene s;
    scene_open(&s, facts, cards);
    wm_question_skip last = { WM_STR("pregnant"), WM_OF_PERSON };
    assert_string_equal(ask(&s, "{'pregnant':false}"), "age");
    assert_string_equal(ask(&s, "{'pregnant':false,'age':{'years':30}}"), "");
    s.input.last = &last;
    assert_string_equal(ask(&s, "{'pregnant':false}"), "pregnancy_ended");
    assert_string_equal(ask(&s, "{'pregnant':false,'age':{'years':30}}"), "pregnancy_ended");
    assert_string_equal(ask(&s, "{'pregnant':true}"), "age");
    last.of = WM_OF_ACTOR;
    assert_string_equal(ask(&s, "{'pregnant':false}"), "age");
    scene_close(&s);
}

static void the_terms_that_matter_are_told(void **state)
{
    (void)state;
    static const char *const facts[] = {
        "{'id':'conditions','type':'set','cost':1,'options':['adhd','autism','tics']}", NULL
    };
    static const char *const cards[] = { "{'who':{'has':{'conditions':['tics','autism']}}}", NULL };
    scene s;
    wm_error err = { 0 };
    wm_question_choice choice;
    scene_open(&s, facts, cards);
    s.input.facts[WM_OF_PERSON] = parse_facts(&s, "{}");
    s.input.facts[WM_OF_ACTOR] = s.input.facts[WM_OF_PERSON];
    assert_ok(wm_next_question(&s.input, &s.arena, &choice, &err), &err);
    assert_int_equal(choice.part_count, 1);
    assert_int_equal(choice.parts[0].term_count, 2);
    assert_string_equal(wm_symbols_text(s.symbols, choice.parts[0].terms[0]).ptr, "autism");
    assert_string_equal(wm_symbols_text(s.symbols, choice.parts[0].terms[1]).ptr, "tics");
    /* each alone: 200 * 2; neither: 600 * 2; all of weight 30, less 3000 */
    assert_int_equal(choice.score, 30 * 2 * 1000 - 3000);
    scene_close(&s);
}

static void whoever_asks_is_asked_what_is_theirs(void **state)
{
    (void)state;
    static const char *const facts[] = { "{'id':'carer','type':'flag','cost':1}", AGE, NULL };
    static const char *const cards[] = { "@{'who':{'is':'carer'}}", "{'who':{'age':{'min':65}}}",
                                         NULL };
    scene s;
    scene_open(&s, facts, cards);
    /* carer: 30000 - 3000 - 12000; age: 48000 */
    assert_string_equal(ask(&s, "{}"), "age");
    assert_string_equal(ask(&s, "{'age':{'years':30}}"), "@carer");
    scene_close(&s);
}

static void a_fact_that_a_rule_waits_for_is_asked(void **state)
{
    (void)state;
    static const char *const facts[] = { "{'id':'being_harmed','type':'flag','cost':3}", NULL };
    static const char *const cards[] = { "{'who':{'is':'being_harmed'}}", NULL };
    scene s;
    scene_open(&s, facts, cards);
    wm_symbol waiting = wm_symbols_find(s.symbols, WM_STR("being_harmed"));
    s.input.card_count = 0;
    assert_string_equal(ask(&s, "{}"), "");
    s.input.waiting = &waiting;
    s.input.waiting_count = 1;
    assert_string_equal(ask(&s, "{}"), "being_harmed");
    assert_string_equal(ask(&s, "{'being_harmed':false}"), "");
    scene_close(&s);
}

static void a_card_that_only_the_service_can_decide_asks_nothing(void **state)
{
    (void)state;
    static const char *const facts[] = { VETERAN, NULL };
    static const char *const cards[] = { "{'who':{'check':'a worker says so'}}",
                                         "{'who':{'const':true}}", NULL };
    scene s;
    scene_open(&s, facts, cards);
    assert_string_equal(ask(&s, "{}"), "");
    scene_close(&s);
}

static void the_cards_beyond_the_thirtieth_do_not_count(void **state)
{
    (void)state;
    static const char *const facts[] = { AGE, VETERAN, NULL };
    const char *cards[WM_QUESTION_CARDS_MAX + 2];
    for (size_t i = 0; i < WM_QUESTION_CARDS_MAX; i++) {
        cards[i] = "{'who':{'const':true}}";
    }
    cards[WM_QUESTION_CARDS_MAX] = "{'who':{'is':'veteran'}}";
    cards[WM_QUESTION_CARDS_MAX + 1] = NULL;
    scene s;
    scene_open(&s, facts, cards);
    assert_string_equal(ask(&s, "{}"), "");
    scene_close(&s);
}

static void a_fact_that_no_record_tells_how_to_ask_is_not_asked(void **state)
{
    (void)state;
    static const char *const facts[] = { VETERAN, NULL };
    static const char *const cards[] = { "{'who':{'is':'unheard_of'}}", NULL };
    scene s;
    scene_open(&s, facts, cards);
    assert_string_equal(ask(&s, "{}"), "");
    scene_close(&s);
}

/* Every type of fact, in random criteria: it ends, asks nothing that is known, and asks the same
 * whatever numbers the symbols have. */
static const char *const any_facts[] = {
    AGE,
    VETERAN,
    "{'id':'severity','type':'level','cost':2,'edition':'professional'}",
    "{'id':'conditions','type':'set','cost':3,'options':['adhd','autism','tics','pain']}",
    "{'id':'student','type':'flag','cost':0}",
    "{'id':'student_at','type':'one','after':'student','options':['bath','spa','other']}",
    "{'id':'pregnant','type':'flag','cost':2,'with':['pregnancy_ended']}",
    "{'id':'pregnancy_ended','type':'event','cost':2}",
    "{'id':'child','type':'people','cost':2}",
    "{'id':'residence_area','type':'area','cost':1}",
    NULL
};
static const char *const any_leaves[] = {
    "{'age':{'min':18}}",
    "{'age':{'min':11,'max':25}}",
    "{'age':{'before':5,'on':'school_cutoff'}}",
    "{'is':'veteran'}",
    "{'level':{'severity':{'min':'severe'}}}",
    "{'has':{'conditions':['autism','adhd']}}",
    "{'has':{'conditions':['pain']}}",
    "{'in':{'student_at':['bath','spa']}}",
    "{'is':'pregnant'}",
    "{'since':{'event':'pregnancy_ended','within':{'m':24}}}",
    "{'about':{'who':'child','that':{'age':{'before':5}}}}",
    "{'area':{'of':['residence'],'in':['E1','E2']}}",
    "{'check':'ring'}",
};
static const char *const any_answers[] = {
    "'age':{'years':17}",
    "'veteran':false",
    "'severity':'mild'",
    "'conditions':{'has':['pain'],'complete':true}",
    "'student':true",
    "'student_at':'spa'",
    "'pregnant':false",
    "'pregnancy_ended':{'months':3}",
    "'child':{'people':[],'complete':true}",
    "'residence_area':'E2'",
};

static void put_random_criteria(wm_test_random *random, wm_buf *out)
{
    static const char *const combinators[] = { "all", "any" };
    uint32_t leaves = (uint32_t)(sizeof any_leaves / sizeof any_leaves[0]);
    uint32_t count = 1 + wm_test_random_below(random, 4);
    wm_buf_printf(out, "{'who':{'%s':[", combinators[wm_test_random_below(random, 2)]);
    for (uint32_t i = 0; i < count; i++) {
        bool is_not = wm_test_random_below(random, 4) == 0;
        wm_buf_printf(out, "%s%s%s%s", i > 0 ? "," : "", is_not ? "{'not':" : "",
                      any_leaves[wm_test_random_below(random, leaves)], is_not ? "}" : "");
    }
    wm_buf_put_text(out, "]}}");
}

static void put_random_facts(wm_test_random *random, wm_buf *out)
{
    bool first = true;
    wm_buf_put_text(out, "{");
    for (size_t i = 0; i < sizeof any_answers / sizeof any_answers[0]; i++) {
        if (wm_test_random_below(random, 3) == 0) {
            wm_buf_printf(out, "%s%s", first ? "" : ",", any_answers[i]);
            first = false;
        }
    }
    wm_buf_put_text(out, "}");
}

static void check_choice(const scene *s, const wm_question_choice *choice)
{
    for (size_t i = 0; i < choice->part_count; i++) {
        wm_str id = choice->parts[i].fact->id;
        assert_false(wm_facts_given(s->input.facts[choice->of], id, NULL));
        assert_false(choice->parts[i].fact->professional && !s->input.professional);
    }
    assert_true(choice->part_count == 0 || choice->score > 0 || choice->belongs);
}

static void any_question_is_the_same_everywhere(void **state)
{
    (void)state;
    wm_test_random random = wm_test_random_new(20260115);
    for (int round = 0; round < 300; round++) {
        wm_buf text[9];
        const char *cards[9] = { NULL };
        const char *asked[2];
        for (size_t i = 0; i < 9; i++) {
            wm_buf_init(&text[i], wm_env_system(), WM_RECORD_BYTES_MAX);
            (i < 8 ? put_random_criteria : put_random_facts)(&random, &text[i]);
            cards[i] = i < 8 ? wm_buf_str(&text[i]).ptr : NULL;
        }
        bool professional = wm_test_random_below(&random, 2) == 0;
        scene s[2];
        for (size_t turn = 0; turn < 2; turn++) {
            wm_error err = { 0 };
            wm_question_choice choice;
            scene_open_numbered(&s[turn], any_facts, cards, turn == 1);
            s[turn].input.professional = professional;
            asked[turn] = ask(&s[turn], wm_buf_str(&text[8]).ptr);
            assert_ok(wm_next_question(&s[turn].input, &s[turn].arena, &choice, &err), &err);
            check_choice(&s[turn], &choice);
        }
        assert_string_equal(asked[0], asked[1]);
        scene_close(&s[0]);
        scene_close(&s[1]);
        for (size_t i = 0; i < 9; i++) {
            wm_buf_fini(&text[i]);
        }
    }
}

/* It is asked on its own, whatever else is. */
static bool stands_alone(const wm_askables *askables, const wm_askable *fact)
{
    bool alone = fact->company_count == 0 && fact->after.len == 0;
    for (size_t i = 0; i < wm_askables_count(askables) && alone; i++) {
        alone = !wm_question_belongs(wm_askables_at(askables, i), fact);
    }
    return alone;
}

/* Candidates that cannot win are not tried: none of them would have won. */
static void check_no_other_scores_more(scene *s, const wm_question_choice *choice)
{
    size_t count = wm_askables_count(s->askables);
    wm_question_skip skipped[FACT_RECORDS_MAX];
    s->input.skipped = skipped;
    for (size_t i = 0; i < count; i++) {
        wm_error err = { 0 };
        wm_question_choice other;
        if (!stands_alone(s->askables, wm_askables_at(s->askables, i))) {
            continue;
        }
        s->input.skipped_count = 0;
        for (size_t k = 0; k < count; k++) {
            skipped[s->input.skipped_count] =
                (wm_question_skip){ wm_askables_at(s->askables, k)->id, WM_OF_PERSON };
            s->input.skipped_count += k != i ? 1 : 0;
        }
        assert_ok(wm_next_question(&s->input, &s->arena, &other, &err), &err);
        if (other.part_count > 0) {
            assert_true(wm_str_equal(other.parts[0].fact->id, wm_askables_at(s->askables, i)->id));
            assert_true(choice->part_count > 0 && choice->score >= other.score);
        }
    }
    s->input.skipped = NULL;
    s->input.skipped_count = 0;
}

static void no_other_question_scores_more(void **state)
{
    (void)state;
    wm_test_random random = wm_test_random_new(20260120);
    for (int round = 0; round < 300; round++) {
        scene s;
        wm_error err = { 0 };
        wm_buf text[9];
        const char *cards[9] = { NULL };
        wm_question_choice choice;
        for (size_t i = 0; i < 9; i++) {
            wm_buf_init(&text[i], wm_env_system(), WM_RECORD_BYTES_MAX);
            (i < 8 ? put_random_criteria : put_random_facts)(&random, &text[i]);
            cards[i] = i < 8 ? wm_buf_str(&text[i]).ptr : NULL;
        }
        scene_open(&s, any_facts, cards);
        s.input.professional = true;
        s.input.facts[WM_OF_PERSON] = parse_facts(&s, wm_buf_str(&text[8]).ptr);
        s.input.facts[WM_OF_ACTOR] = parse_facts(&s, "{}");
        assert_ok(wm_next_question(&s.input, &s.arena, &choice, &err), &err);
        check_no_other_scores_more(&s, &choice);
        scene_close(&s);
        for (size_t i = 0; i < 9; i++) {
            wm_buf_fini(&text[i]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_question_that_settles_more_cards_comes_first),
        cmocka_unit_test(the_best_card_weighs_most),
        cmocka_unit_test(partial_progress_counts_half),
        cmocka_unit_test(an_intrusive_question_must_be_worth_it),
        cmocka_unit_test(equal_questions_are_asked_in_order_of_id),
        cmocka_unit_test(what_was_given_declined_or_skipped_is_not_asked_again),
        cmocka_unit_test(the_public_is_never_asked_what_professionals_judge),
        cmocka_unit_test(facts_that_only_matter_together_are_asked_together),
        cmocka_unit_test(what_depends_on_a_yes_waits_for_it),
        cmocka_unit_test(what_belongs_to_the_last_question_comes_first),
        cmocka_unit_test(the_terms_that_matter_are_told),
        cmocka_unit_test(whoever_asks_is_asked_what_is_theirs),
        cmocka_unit_test(a_fact_that_a_rule_waits_for_is_asked),
        cmocka_unit_test(a_card_that_only_the_service_can_decide_asks_nothing),
        cmocka_unit_test(the_cards_beyond_the_thirtieth_do_not_count),
        cmocka_unit_test(a_fact_that_no_record_tells_how_to_ask_is_not_asked),
        cmocka_unit_test(any_question_is_the_same_everywhere),
        cmocka_unit_test(no_other_question_scores_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
