/* test_promises.c: what must always hold (the design's list), under the rules of directory-data and
 * random services, for random people: 10,000 questions a run.
 *
 *   WAYMARK_SEED=n cases.test_promises      the same directories and questions again */
#include <stdio.h>

#include "answers.h"
#include "ask/inquiry.h"
#include "real_directory.h"

#define DIRECTORIES 25
#ifdef __SANITIZE_ADDRESS__
#define QUESTIONS 80 /* of each directory; five times slower */
#else
#define QUESTIONS 400 /* of each directory */
#endif
#define SERVICES 60
#define WHOLE_ANSWERS 20 /* one question in so many is written as JSON, too */

typedef struct world {
    wm_real_directory *real;
    wm_test_random random;
    wm_store *store;
    wm_store *shuffled; /* the same records, put in another order */
    wm_asker asker;
    wm_asker other;
    wm_arena arena; /* of one question */
    wm_buf query;
} world;

/* ---- random words -------------------------------------------------------------------------- */

static const char *const offers[] = {
    "adult_mh",
    "adult_safeguarding",
    "adult_support",
    "advice_line_professional_or_public",
    "care_leaver_mental_health",
    "carer_support",
    "child_line",
    "child_safeguarding",
    "couples_work",
    "crisis_111_option2",
    "crisis_line",
    "cyp_crisis",
    "cyp_mh",
    "domestic_abuse_line",
    "domestic_abuse_support",
    "early_psychosis_or_neighbourhood_mh",
    "emergency_999",
    "emergency_department",
    "family_mediation",
    "mental_health_treatment",
    "nhs_111_general",
    "open_access_any_need",
    "parent_support",
    "perinatal_mh",
    "rapid_reaccess",
    "safe_space",
    "sexual_violence_support",
    "substance_treatment",
    "text_line",
    "university_wellbeing",
    "while_waiting",
    "young_adult_16_25",
    "young_carer_support",
};
static const char *const flags[] = {
    "carer",
    "student",
    "homeless",
    "pregnant",
    "domestic_abuse",
    "being_harmed",
    "danger_now",
    "taken_something",
    "thoughts_of_suicide_now",
    "care_experienced",
    "substance_use",
    "interpreter_needed",
    "in_crisis",
    "self_harm",
};
static const char *const reasons[] = { "self_harm", "substance_use", "neurodivergence",
                                       "learning_disability", "in_crisis" };
static const char *const responses[] = { "immediate", "hours_4", "hours_24",
                                         "days_7",    "weeks_4", "routine" };
static const char *const actors[] = { "self",  "self", "self",   "family",
                                      "carer", "gp",   "school", "professional" };
static const char *const abouts[] = { "self", "child", "cared_for", "partner", "parent" };

#define ANY_OF(w, table) (table)[below((w), sizeof(table) / sizeof(table)[0])]

static uint32_t below(world *w, size_t bound)
{
    return wm_test_random_below(&w->random, (uint32_t)bound);
}

static bool chance(world *w, uint32_t percent)
{
    return below(w, 100) < percent;
}

/* The id of some record of a kind. */
static wm_str some_id(world *w, wm_kind kind)
{
    const wm_real_directory *real = w->real;
    for (;;) {
        const wm_record *record = &real->records[below(w, real->record_count)];
        if (record->kind == kind) {
            return record->id;
        }
    }
}

__attribute__((format(printf, 2, 3))) static void put(wm_buf *out, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    assert_true(length >= 0 && (size_t)length < sizeof text);
    wm_buf_put_text(out, text);
}

static void put_condition(world *w, wm_buf *out, unsigned depth)
{
    uint32_t form = below(w, depth > 0 ? 8 : 5);
    wm_str place = some_id(w, WM_KIND_LOCALITY);
    uint32_t from = below(w, 60);
    switch (form) {
    case 0: put(out, "{'age':{'min':%u}}", from); break;
    case 1: put(out, "{'age':{'min':%u,'max':%u}}", from, from + below(w, 30)); break;
    case 2: put(out, "{'is':'%s'}", ANY_OF(w, flags)); break;
    case 3:
        put(out, "{'area':{'of':['residence','staying'],'in':['%.*s']}}", WM_STR_ARG(place));
        break;
    case 4: put(out, "{'since':{'event':'pregnancy_ended','within':{'m':%u}}}", 1 + from); break;
    case 5:
        put(out, "{'not':");
        put_condition(w, out, depth - 1);
        put(out, "}");
        break;
    default:
        put(out, form == 6 ? "{'all':[" : "{'any':[");
        put_condition(w, out, depth - 1);
        put(out, ",");
        put_condition(w, out, depth - 1);
        put(out, "]}");
        break;
    }
}

static void put_eligibility(world *w, wm_buf *out)
{
    static const char *const routes[] = { "'self'", "'self','gp'", "'professional'",
                                          "'self','family','gp','school','professional'", "" };
    put(out, "'eligibility':{'who':");
    if (chance(w, 40)) {
        put(out, "{'const':true}");
    } else {
        put_condition(w, out, 2);
    }
    if (chance(w, 40)) {
        put(out, ",'not_for':[{'when':");
        put_condition(w, out, 1);
        put(out, ",'reason':'%s','soft':%s}]", ANY_OF(w, reasons),
            chance(w, 50) ? "true" : "false");
    }
    put(out, ",'routes':[%s]},", ANY_OF(w, routes));
}

static void put_status(world *w, wm_buf *out, unsigned number)
{
    switch (below(w, 10)) {
    case 0: put(out, "'status':'closed','closes_on':'2026-0%u-01',", 1 + below(w, 9)); break;
    case 1: put(out, "'status':'paused',"); break;
    case 2: put(out, "'status':'planned','opens_on':'2027-01-01',"); break;
    case 3: put(out, "'status':'closing','closes_on':'2026-12-%u',", 10 + below(w, 20)); break;
    default: put(out, "'status':'active',"); break;
    }
    if (chance(w, 30)) {
        put(out, "'successors':['s%u','s%u'],", below(w, SERVICES), number);
    }
}

static void put_hours(world *w, wm_buf *out)
{
    if (chance(w, 40)) {
        put(out, "'hours':{'always':true},");
    } else if (chance(w, 70)) {
        uint32_t opens = below(w, 24);
        put(out,
            "'hours':{'weekly':[{'days':['MO','TU','WE','TH','FR','SA'],'opens':'%02u:00','closes':"
            "'%02u:00'}]},",
            opens, (opens + 1 + below(w, 12)) % 24);
    }
}

static void put_service(world *w, wm_buf *out, unsigned number)
{
    wm_str need = some_id(w, WM_KIND_NEED);
    wm_str also = some_id(w, WM_KIND_NEED);
    wm_str area = chance(w, 30) ? WM_STR("E92000001") : some_id(w, WM_KIND_LOCALITY);
    put(out, "{'id':'s%u','name':'S%u','organization':'o','kind':'k%u',", number, number,
        below(w, 5));
    put_status(w, out, number);
    put_eligibility(w, out);
    put_hours(w, out);
    put(out, "'offers':['%s','%s'],", ANY_OF(w, offers), ANY_OF(w, offers));
    if (chance(w, 60)) {
        put(out, "'response':'%s',", ANY_OF(w, responses));
    }
    if (chance(w, 30)) {
        put(out, "'wait':{'current_weeks':%u},", below(w, 40));
    }
    if (chance(w, 10)) {
        put(out, "'accepting':{'now':false},");
    }
    put(out, "'contacts':[{'kind':'%s','value':'1','needs':'%s'}],",
        chance(w, 70) ? "phone" : "web", chance(w, 70) ? "voice" : "data");
    put(out, "'needs':['%.*s','%.*s'],'areas':['%.*s']}", WM_STR_ARG(need), WM_STR_ARG(also),
        WM_STR_ARG(area));
}

/* ---- a random directory -------------------------------------------------------------------- */

static bool is_of_the_frame(wm_kind kind)
{
    return kind == WM_KIND_DIRECTORY || kind == WM_KIND_NEED || kind == WM_KIND_FACT ||
           kind == WM_KIND_LOCALITY || kind == WM_KIND_RULE;
}

typedef struct feed {
    const wm_record *records;
    size_t count;
    size_t at;
    bool backwards;
} feed;

static wm_status next_record(void *context, wm_record *record_out, const wm_json **value_out,
                             wm_error *err)
{
    (void)err;
    feed *f = context;
    if (f->at == f->count) {
        return WM_END;
    }
    *record_out = f->records[f->backwards ? f->count - 1 - f->at : f->at];
    *value_out = NULL;
    f->at++;
    return WM_OK;
}

static void keep(wm_store *store, feed *records)
{
    wm_error err = { 0 };
    wm_txn *txn = NULL;
    wm_record_source source = { next_record, records };
    wm_record record;
    const wm_json *value = NULL;
    assert_ok(wm_txn_begin(store, &txn, &err), &err);
    while (source.next(source.context, &record, &value, &err) == WM_OK) {
        assert_ok(wm_history_put(txn, &record, NULL, NULL, &err), &err);
    }
    assert_ok(wm_txn_commit(txn, &err), &err);
    assert_int_equal(wm_test_release(store, "2026-11-20"), 1);
}

static void open_world(world *w)
{
    wm_error err = { 0 };
    wm_arena arena;
    wm_buf text;
    size_t count = 0;
    wm_arena_init(&arena, wm_env_system(), 64 * WM_MIB);
    wm_buf_init(&text, wm_env_system(), WM_MIB);
    wm_record *records =
        wm_arena_array(&arena, w->real->record_count + SERVICES + 1, sizeof *records);
    for (size_t i = 0; i < w->real->record_count; i++) {
        if (is_of_the_frame(w->real->records[i].kind)) {
            records[count++] = w->real->records[i];
        }
    }
    records[count++] = wm_test_record(&arena, WM_KIND_ORGANIZATION, "{'id':'o','name':'O'}");
    for (unsigned i = 0; i < SERVICES; i++) {
        wm_buf_reset(&text);
        put_service(w, &text, i);
        wm_buf_put(&text, "", 1);
        records[count++] = wm_test_record(&arena, WM_KIND_SERVICE, wm_buf_str(&text).ptr);
    }
    w->store = wm_test_store();
    w->shuffled = wm_test_store();
    keep(w->store, &(feed){ records, count, 0, false });
    keep(w->shuffled, &(feed){ records, count, 0, true });
    assert_ok(wm_asker_init(&w->asker, w->store, WM_VIEW_LATEST, &err), &err);
    assert_ok(wm_asker_init(&w->other, w->shuffled, WM_VIEW_LATEST, &err), &err);
    wm_buf_fini(&text);
    wm_arena_fini(&arena);
}

static void close_world(world *w)
{
    wm_asker_fini(&w->other);
    wm_asker_fini(&w->asker);
    wm_store_close(w->shuffled);
    wm_store_close(w->store);
}

/* ---- a random question --------------------------------------------------------------------- */

static void put_facts(world *w, wm_buf *out, bool more)
{
    put(out, "{");
    if (more || chance(w, 60)) {
        put(out, chance(w, 50) ? "'age':{'years':%u}," : "'age':{'min':%u,'max':90},",
            below(w, 80));
    }
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        if (chance(w, 12)) {
            put(out, "'%s':%s,", flags[i], chance(w, 60) ? "true" : "false");
        }
    }
    if (chance(w, 20)) {
        put(out, "'pregnancy_ended':{'months':%u},", below(w, 30));
    }
    if (chance(w, 20)) {
        put(out, "'parent':{'people':[{'struggling':true}]},");
    }
    put(out, "'veteran':false}");
}

static void put_question(world *w)
{
    wm_buf *out = &w->query;
    wm_buf_reset(out);
    put(out, "{");
    if (chance(w, 90)) {
        wm_str need = some_id(w, WM_KIND_NEED);
        wm_str also = some_id(w, WM_KIND_NEED);
        put(out, "'needs':['%.*s','%.*s'],", WM_STR_ARG(need), WM_STR_ARG(also));
    }
    put(out, "'facts':");
    put_facts(w, out, false);
    if (chance(w, 80)) {
        wm_str at = some_id(w, WM_KIND_LOCALITY);
        put(out, ",'at':'%.*s'", WM_STR_ARG(at));
    }
    put(out, ",'actor':'%s','about':'%s'", ANY_OF(w, actors), ANY_OF(w, abouts));
    if (chance(w, 30)) {
        put(out, ",'actor_facts':");
        put_facts(w, out, false);
    }
    if (chance(w, 20)) {
        put(out, ",'tried':[{'service':'s%u','outcome':'refused'}]", below(w, SERVICES));
    }
    if (chance(w, 70)) {
        put(out, ",'now':'2026-11-%uT%02u:%02u'", 21 + below(w, 9), below(w, 24), below(w, 60));
    } else {
        put(out, ",'as_of':'2026-11-22'");
    }
    put(out, ",'limit':%u}", 1 + below(w, 20));
    for (size_t i = 0; i < out->len; i++) {
        out->data[i] = out->data[i] == '\'' ? '"' : out->data[i];
    }
}

/* ---- promises ------------------------------------------------------------------------------ */

#define PROMISE(w, holds) promise((w), (holds), #holds, __LINE__)

static void promise(const world *w, bool holds, const char *what, int line)
{
    if (!holds) {
        wm_str query = wm_buf_str(&w->query);
        print_error("line %d: %s\nquestion: %.*s\n", line, what, WM_STR_ARG(query));
        fail();
    }
}

static bool offers_one_of(const wm_asker *asker, const wm_option *option, const char *const *names,
                          size_t count)
{
    for (uint32_t i = 0; i < option->view.offers.count; i++) {
        wm_str offer = wm_symbols_text(asker->symbols, wm_symbol_list_at(option->view.offers, i));
        for (size_t n = 0; n < count; n++) {
            if (wm_str_is(offer, names[n])) {
                return true;
            }
        }
    }
    return false;
}

static bool takes_people(const wm_option *option)
{
    return option->view.status == WM_SERVICE_ACTIVE || option->view.status == WM_SERVICE_CLOSING;
}

static void check_safety_card(const world *w, const wm_option *option)
{
    static const char *const abuse[] = { "domestic_abuse_support", "domestic_abuse_line",
                                         "honour_based_abuse" };
    PROMISE(w, takes_people(option));
    PROMISE(w, option->view.open_in_time == WM_TRUTH_T);
    PROMISE(w, option->view.verdict != WM_VERDICT_NOT_ELIGIBLE ||
                   (option->only_area && offers_one_of(&w->asker, option, abuse, 3)));
}

static void check_option(const world *w, const wm_inquiry *f, const wm_option *option)
{
    bool offered = option->view.section == WM_SECTION_MAIN ||
                   option->view.section == WM_SECTION_ALONGSIDE ||
                   option->view.section == WM_SECTION_WHILE_WAITING;
    PROMISE(w, option->view.status != WM_SERVICE_CLOSED && !option->gone);
    if (option->view.section == WM_SECTION_SAFETY) {
        check_safety_card(w, option);
    }
    if (offered) {
        PROMISE(w, takes_people(option) && !option->view.closes_first);
        PROMISE(w, option->view.verdict != WM_VERDICT_NOT_ELIGIBLE || option->only_area);
    }
    if (option->view.section == WM_SECTION_MAIN) {
        PROMISE(w, option->view.verdict != WM_VERDICT_NOT_ELIGIBLE);
    }
    for (size_t i = 0; i < f->count; i++) {
        PROMISE(w, f->options[i] == option || f->options[i]->revision != option->revision);
    }
}

static bool fired(const world *w, const wm_inquiry *f, const char *rule)
{
    for (size_t i = 0; i < f->signposting.fired_count; i++) {
        if (wm_str_is(wm_symbols_text(w->asker.symbols, f->signposting.fired[i]->id), rule)) {
            return true;
        }
    }
    return false;
}

static bool needs_one_within(const world *w, const wm_inquiry *f, const char *root)
{
    wm_need outer = wm_needs_find(w->asker.needs, wm_str_of(root));
    assert_true(outer != WM_NEED_NONE);
    for (size_t i = 0; i < f->understood->need_count; i++) {
        if (wm_needs_within(w->asker.needs, f->understood->needs[i], outer)) {
            return true;
        }
    }
    return false;
}

static bool is_true(const wm_inquiry *f, const char *fact)
{
    return wm_json_boolean(wm_json_get(f->query.facts, fact), false);
}

/* A line that keeps people safe stays, whatever else it does. */
static void check_none_offers(const world *w, const wm_inquiry *f, const char *const *names,
                              size_t count)
{
    for (size_t i = 0; i < f->count; i++) {
        PROMISE(w, f->options[i]->view.section == WM_SECTION_SAFETY ||
                       !offers_one_of(&w->asker, f->options[i], names, count));
    }
}

/* Those promises that are about what somebody said. */
static void check_person(const world *w, const wm_inquiry *f)
{
    static const char *const couples[] = { "couples_work", "family_mediation" };
    bool attempt = needs_one_within(w, f, "crisis.attempt_now") || is_true(f, "danger_now") ||
                   is_true(f, "taken_something");
    bool abuse = needs_one_within(w, f, "trauma.domestic") || is_true(f, "domestic_abuse");
    PROMISE(w, !attempt || (fired(w, f, "SAFE-01") && f->signposting.hold == WM_HOLD_UNTIL_ASKED));
    PROMISE(w, !needs_one_within(w, f, "medical.chest") || fired(w, f, "SAFE-09"));
    PROMISE(w, !needs_one_within(w, f, "psych.voices") || fired(w, f, "SAFE-07"));
    PROMISE(w, !abuse || (fired(w, f, "SAFE-05") && f->signposting.leave_no_trace));
    if (abuse) {
        check_none_offers(w, f, couples, 2);
    }
    PROMISE(w, f->reachable >= 2 || f->signposting.gap);
    bool tells = f->query.actor == WM_ACTOR_SELF &&
                 (is_true(f, "being_harmed") || needs_one_within(w, f, "crisis.safeguard_child"));
    wm_date earliest = 0;
    wm_date latest = 0;
    bool adult = wm_facts_birth(f->understood->facts, &earliest, &latest) &&
                 latest <= wm_date_add_months(f->query.as_of, -18 * 12);
    for (size_t i = 0; tells && !adult && i < f->count; i++) {
        PROMISE(w, f->options[i]->view.subject != WM_SUBJECT_PARENT);
    }
}

static void check_order(const world *w, const wm_inquiry *f)
{
    for (size_t i = 1; i < f->count; i++) {
        const wm_option *before = f->options[i - 1];
        const wm_option *here = f->options[i];
        int order = wm_order_compare(&before->key, &here->key);
        PROMISE(w, before->view.section <= here->view.section);
        PROMISE(w, order <= 0 || (here->view.section == WM_SECTION_MAIN && here->held_back));
        PROMISE(w, order != 0 || before->revision != here->revision);
    }
}

/* ---- whole answers ------------------------------------------------------------------------- */

static wm_str answer_of(world *w, wm_asker *asker)
{
    wm_error err = { 0 };
    wm_buf out;
    wm_buf_init(&out, wm_env_system(), WM_ANSWER_BYTES_MAX);
    assert_ok(wm_find_answer(asker, wm_buf_str(&w->query), NULL, &out, &err), &err);
    wm_str copy = wm_arena_copy(&w->arena, wm_buf_str(&out));
    wm_buf_fini(&out);
    return copy;
}

static void check_explanation(world *w, const wm_option *option)
{
    wm_error err = { 0 };
    wm_buf out;
    const wm_json *card = NULL;
    wm_buf_init(&out, wm_env_system(), WM_ANSWER_BYTES_MAX);
    assert_ok(wm_find_explain(&w->asker, wm_option_id(option, &w->arena), wm_buf_str(&w->query),
                              NULL, &out, &err),
              &err);
    assert_ok(wm_json_parse(&w->arena, wm_buf_str(&out), WM_ANSWER_BYTES_MAX, &card, &err), &err);
    wm_str verdict = wm_json_string(wm_json_get(card, "verdict"));
    wm_str root = wm_json_string(wm_json_get(wm_json_get(card, "explanation"), "verdict"));
    PROMISE(w, wm_str_is(verdict, wm_verdict_name(option->view.verdict)));
    PROMISE(w, wm_str_equal(root, verdict));
    wm_buf_fini(&out);
}

static void check_whole(world *w, const wm_inquiry *f)
{
    wm_error err = { 0 };
    const wm_json *answer = NULL;
    wm_str bytes = answer_of(w, &w->asker);
    PROMISE(w, wm_str_equal(bytes, answer_of(w, &w->asker)));
    PROMISE(w, wm_str_equal(bytes, answer_of(w, &w->other)));
    assert_ok(wm_json_parse(&w->arena, bytes, WM_ANSWER_BYTES_MAX, &answer, &err), &err);
    PROMISE(w, wm_json_get(answer, "emergency")->count == 2);
    const wm_json *sections = wm_json_get(answer, "sections");
    PROMISE(w, sections->count > 0 || wm_json_get(answer, "gaps")->count > 0);
    for (uint32_t i = 0; i < sections->count; i++) {
        const wm_json *section = &sections->as.items[i];
        wm_str name = wm_json_string(wm_json_get(section, "name"));
        uint32_t cards = wm_json_get(section, "cards")->count;
        PROMISE(w, !wm_str_is(name, "SAFETY") ||
                       (i == 0 && wm_json_integer(wm_json_get(section, "more"), -1) == 0));
        PROMISE(w, !wm_str_is(name, "NOT_A_MATCH") || cards <= 10);
        PROMISE(w, !wm_str_is(name, "MAIN") || cards <= f->query.limit);
    }
    for (size_t i = 0; i < f->count && i < 3; i++) {
        if (f->options[i]->view.subject == WM_SUBJECT_PERSON) {
            check_explanation(w, f->options[i]);
        }
    }
}

/* ---- one more fact ------------------------------------------------------------------------- */

static bool is_decided(wm_verdict verdict)
{
    return verdict == WM_VERDICT_ELIGIBLE || verdict == WM_VERDICT_JOINT ||
           verdict == WM_VERDICT_NOT_ELIGIBLE;
}

/* A decided verdict stays, save that ELIGIBLE may become JOINT. */
static void check_one_more(world *w, const wm_inquiry *f)
{
    wm_str query = wm_buf_str(&w->query);
    const char *flag = ANY_OF(w, flags);
    const char *at = strstr(query.ptr, "\"veteran\":false}");
    if (wm_json_get(f->query.facts, flag) != NULL || at == NULL) {
        return;
    }
    wm_error err = { 0 };
    wm_inquiry more;
    wm_buf text;
    wm_buf_init(&text, wm_env_system(), WM_MIB);
    wm_buf_put_str(&text, (wm_str){ query.ptr, (size_t)(at - query.ptr) });
    put(&text, "\"%s\":%s,", flag, chance(w, 50) ? "true" : "false");
    wm_buf_put_str(&text, (wm_str){ at, query.len - (size_t)(at - query.ptr) });
    assert_ok(wm_inquiry_begin(&more, &w->asker, wm_buf_str(&text), NULL, &err), &err);
    assert_ok(wm_inquiry_run(&more), &err);
    for (size_t i = 0; i < f->count; i++) {
        const wm_option *before = f->options[i];
        const wm_option *after = wm_inquiry_option(&more, wm_option_id(before, &w->arena));
        if (after == NULL || after->view.subject != before->view.subject ||
            before->view.subject != WM_SUBJECT_PERSON || !is_decided(before->view.verdict)) {
            continue;
        }
        PROMISE(w, after->view.verdict == before->view.verdict ||
                       (before->view.verdict == WM_VERDICT_ELIGIBLE &&
                        after->view.verdict == WM_VERDICT_JOINT));
    }
    wm_inquiry_end(&more);
    wm_buf_fini(&text);
}

static void ask_once(world *w, unsigned number)
{
    wm_error err = { 0 };
    wm_inquiry f;
    put_question(w);
    wm_buf_put(&w->query, "", 1); /* for strstr */
    w->query.len--;
    wm_status status = wm_inquiry_begin(&f, &w->asker, wm_buf_str(&w->query), NULL, &err);
    if (status == WM_OK) {
        status = wm_inquiry_run(&f);
    }
    assert_ok(status, &err);
    for (size_t i = 0; i < f.count; i++) {
        check_option(w, &f, f.options[i]);
    }
    check_person(w, &f);
    wm_inquiry_order_rest(&f);
    check_order(w, &f);
    check_one_more(w, &f);
    if (number % WHOLE_ANSWERS == 0) {
        check_whole(w, &f);
    }
    wm_inquiry_end(&f);
    wm_arena_reset(&w->arena);
}

static void what_must_always_hold_holds_for_random_people_and_services(void **state)
{
    (void)state;
    world w = { .random = wm_test_random_new(2026) };
    w.real = wm_real_directory_new();
    wm_arena_init(&w.arena, wm_env_system(), 64 * WM_MIB);
    wm_buf_init(&w.query, wm_env_system(), WM_MIB);
    for (unsigned d = 0; d < DIRECTORIES; d++) {
        open_world(&w);
        for (unsigned q = 0; q < QUESTIONS; q++) {
            ask_once(&w, q);
        }
        close_world(&w);
    }
    wm_buf_fini(&w.query);
    wm_arena_fini(&w.arena);
    wm_real_directory_free(w.real);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_must_always_hold_holds_for_random_people_and_services),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
