/* test_everywhere.c: in every place of the two systems, at every age, the right help is there: at
 * ten past three in the morning where life or safety is at stake, by day for the rest.
 *
 * What is missing here is missing in directory-data: a service, one of its offers, its hours or its
 * ages. True gaps are no situations here; `waymark gaps` tells them. */
#include <stdio.h>

#include "case_run.h"

#define NIGHT "2026-11-22T03:10"
#define DAY "2026-11-24T11:00"
#define OFFERS_MAX 6

typedef struct situation {
    const char *what;
    const char *query; /* members of a query, ' for " */
    bool at_night;     /* and then the offers stand in SAFETY; else anywhere but NOT_A_MATCH */
    bool in_each;      /* in every neighbourhood; else in councils and their localities */
    int from;          /* ages, both included */
    int to;
    bool unknown_age; /* asked as well */
    const char *offers[OFFERS_MAX];
} situation;

static const situation situations[] = {
    { "suicidal",
      "'needs':['crisis.suicidal']",
      true,
      true,
      0,
      100,
      true,
      { "crisis_111_option2", "crisis_line", "text_line" } },
    { "suicidal and under 18",
      "'needs':['crisis.suicidal']",
      true,
      true,
      0,
      17,
      true,
      { "child_line", "cyp_crisis" } },
    { "suicidal at 18",
      "'needs':['crisis.suicidal']",
      true,
      false,
      18,
      18,
      false,
      { "child_line" } },
    { "hurting themself",
      "'needs':['crisis.self_harm']",
      true,
      false,
      0,
      100,
      true,
      { "crisis_111_option2", "crisis_line" } },
    { "took tablets",
      "'needs':['crisis.attempt_now']",
      true,
      false,
      0,
      100,
      true,
      { "emergency_999", "emergency_department", "crisis_111_option2" } },
    { "hearing voices",
      "'needs':['psych.voices']",
      true,
      false,
      0,
      100,
      true,
      { "crisis_111_option2" } },
    { "chest pain", "'needs':['medical.chest']", true, false, 0, 100, true, { "nhs_111_general" } },
    { "a child who is harmed",
      "'needs':['crisis.safeguard_child']",
      true,
      true,
      0,
      17,
      true,
      { "child_safeguarding", "child_line" } },
    { "an adult at risk",
      "'needs':['crisis.safeguard_adult']",
      true,
      true,
      18,
      100,
      true,
      { "adult_safeguarding" } },
    { "domestic abuse",
      "'needs':['trauma.domestic']",
      true,
      false,
      16,
      100,
      true,
      { "domestic_abuse_line", "domestic_abuse_support" } },
    { "domestic abuse of a man",
      "'needs':['trauma.domestic'],'facts':{'gender':'man'",
      true,
      false,
      16,
      100,
      false,
      { "domestic_abuse_line" } },
    { "sexual violence",
      "'needs':['trauma.sexual']",
      true,
      false,
      16,
      100,
      true,
      { "sexual_violence_support" } },
    { "strange beliefs after a birth",
      "'needs':['psych.paranoia'],'facts':{'pregnancy_ended':{'date':'2026-11-14'}",
      true,
      false,
      14,
      50,
      true,
      { "crisis_111_option2" } },
    { "expecting and struggling",
      "'actor':'gp','needs':['peri.preg'],'facts':{'pregnant':true,'struggling':true",
      false,
      false,
      14,
      50,
      true,
      { "perinatal_mh" } },
    { "new experiences at 14 to 65",
      "'needs':['psych.first'],'facts':{'unusual_experiences':true,'treatment':{'has':[],"
      "'complete':true}",
      false,
      true,
      14,
      65,
      true,
      { "early_psychosis_or_neighbourhood_mh" } },
    { "new experiences later",
      "'needs':['psych.first'],'facts':{'unusual_experiences':true",
      false,
      false,
      66,
      100,
      false,
      { "gp_same_day" } },
    { "low at 16 and over",
      "'needs':['mood.low'],'facts':{'struggling':true",
      false,
      true,
      16,
      100,
      false,
      { "talking_therapy" } },
    { "a struggling child",
      "'needs':['cyp.worry'],'facts':{'struggling':true",
      false,
      false,
      5,
      17,
      false,
      { "cyp_mh" } },
    { "looking after somebody",
      "'needs':['carer'],'facts':{'carer':true",
      false,
      true,
      18,
      100,
      false,
      { "carer_support" } },
    { "a child who looks after somebody",
      "'needs':['carer'],'facts':{'carer':true",
      false,
      true,
      6,
      17,
      false,
      { "young_carer_support" } },
    { "turned down",
      "'needs':['path.refused'],'facts':{'struggling':true,'refused_before':true",
      false,
      true,
      18,
      100,
      false,
      { "middle_tier_mh" } },
    { "back after discharge",
      "'needs':['path.return'],'facts':{'struggling':true,'treatment':{'has':['discharged_12m']}",
      false,
      true,
      18,
      100,
      false,
      { "rapid_reaccess" } },
    { "about to lose a home",
      "'needs':['pract.housing'],'facts':{'homeless':true",
      false,
      false,
      16,
      100,
      false,
      { "practical_help_hub" } },
    { "drinking",
      "'needs':['sub.alcohol'],'facts':{'substance_use':true",
      false,
      false,
      18,
      100,
      false,
      { "substance_treatment" } },
};

static const int ages[] = { 9, 16, 17, 18, 40, 70 };

static bool is_below(const wm_real_directory *d, wm_str code, const char *system, wm_arena *arena)
{
    while (code.len > 0 && !wm_str_is(code, system)) {
        const wm_json *record = wm_real_record(d, WM_KIND_LOCALITY, code, arena);
        code = wm_case_string(record, "parent");
    }
    return code.len > 0;
}

/* Is the offer where it is expected? */
static bool is_there(wm_case_run *run, const situation *s, const char *offer)
{
    char wanted[80];
    (void)snprintf(wanted, sizeof wanted, "offer:%s", offer);
    for (int i = 0; i < WM_CASE_SECTIONS; i++) {
        bool counts = s->at_night ? i == 0 : strcmp(wm_case_sections[i], "NOT_A_MATCH") != 0;
        const wm_json *cards =
            wm_json_get(wm_case_section(run->answer, wm_case_sections[i]), "cards");
        for (uint32_t c = 0; counts && cards != NULL && c < cards->count; c++) {
            if (wm_case_matches(run, &cards->as.items[c], wm_str_of(wanted))) {
                return true;
            }
        }
    }
    return false;
}

/* age -1: unknown. Returns how many offers are missing. */
static size_t ask(const wm_real_directory *d, const situation *s, wm_str place, int age)
{
    static const wm_case none = { .file = "" };
    wm_case_run run;
    wm_case_run_init(&run, &none, d);
    run.is_public = strstr(s->query, "'gp'") == NULL;
    bool has_facts = strstr(s->query, "'facts'") != NULL;
    wm_buf text;
    wm_buf_init(&text, wm_env_system(), WM_MIB);
    wm_buf_printf(&text, "{'limit':200,'now':'%s',%s%s'residence_area':'%.*s'",
                  s->at_night ? NIGHT : DAY, s->query, has_facts ? "," : ",'facts':{",
                  WM_STR_ARG(place));
    if (age >= 0) {
        wm_buf_printf(&text, ",'age':{'years':%d}", age);
    }
    wm_buf_put_text(&text, "}}");
    wm_json_write(&run.query, wm_test_json(&run.arena, text.data));
    wm_case_ask(&run);
    size_t missing = 0;
    for (size_t i = 0; i < OFFERS_MAX && s->offers[i] != NULL; i++) {
        if (!is_there(&run, s, s->offers[i])) {
            (void)printf("%s: no %s in %.*s at age %d\n", s->what, s->offers[i], WM_STR_ARG(place),
                         age);
            missing++;
        }
    }
    wm_buf_fini(&text);
    wm_case_run_fini(&run);
    return missing;
}

/* turn 0: at all ages. Else one neighbourhood is asked at some of the ages and the next one at
 * others: what differs between neighbours is the place, and ages are asked of all larger places. */
static size_t ask_at_ages(const wm_real_directory *d, const situation *s, wm_str place, size_t turn)
{
    size_t missing = 0;
    for (size_t i = 0; i < sizeof ages / sizeof ages[0]; i++) {
        bool wanted = ages[i] >= s->from && ages[i] <= s->to;
        if (wanted && (turn == 0 || i % 3 == turn % 3)) {
            missing += ask(d, s, place, ages[i]);
        }
    }
    bool unknown = s->unknown_age && (turn == 0 || turn % 3 == 0);
    return missing + (unknown ? ask(d, s, place, -1) : 0);
}

static void help_is_everywhere(void **state)
{
    (void)state;
    wm_real_directory *d = wm_real_directory_new();
    wm_arena arena;
    wm_arena_init(&arena, wm_env_system(), 256 * WM_MIB);
    size_t missing = 0;
    size_t places = 0;
    for (size_t r = 0; r < d->record_count; r++) {
        const wm_record *record = &d->records[r];
        if (record->kind != WM_KIND_LOCALITY || (!is_below(d, record->id, "E54000040", &arena) &&
                                                 !is_below(d, record->id, "E54000055", &arena))) {
            continue;
        }
        const wm_json *locality = wm_real_record(d, record->kind, record->id, &arena);
        wm_str kind = wm_case_string(locality, "kind");
        bool small = wm_str_is(kind, "neighbourhood");
        places++;
        for (size_t s = 0; s < sizeof situations / sizeof situations[0]; s++) {
            if (!wm_str_is(kind, "system") && (!small || situations[s].in_each)) {
                missing += ask_at_ages(d, &situations[s], record->id, small ? places : 0);
            }
        }
    }
    print_message("%zu places, %zu times something is missing\n", places, missing);
    wm_arena_fini(&arena);
    wm_real_directory_free(d);
    assert_true(places > 60);
    assert_int_equal(missing, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(help_is_everywhere) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
