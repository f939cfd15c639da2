/* inquiry.c: the way from a query to options in order. */
#include <stdlib.h>

#include "ask/inquiry.h"

/* ---- whose facts --------------------------------------------------------------------------- */

/* What is known of one of the people of that kind, where the facts name exactly one. */
static const wm_json *facts_of_person(const wm_query *query, const char *who)
{
    const wm_json *people = wm_json_get(wm_json_get(query->facts, who), "people");
    bool one = wm_json_is(people, WM_JSON_ARRAY) && people->count == 1;
    return one ? &people->as.items[0] : NULL;
}

/* The query as whoever asks, or the parent, would ask it for themselves. */
static void query_as(const wm_inquiry *f, wm_subject subject, wm_query *query)
{
    *query = f->query;
    query->about = WM_ABOUT_SELF;
    query->tried_count = 0;
    query->facts =
        subject == WM_SUBJECT_ACTOR ? f->query.actor_facts : facts_of_person(&f->query, "parent");
    bool is_near = f->query.actor == WM_ACTOR_FAMILY || f->query.actor == WM_ACTOR_CARER;
    if (subject == WM_SUBJECT_ACTOR && !is_near) {
        query->actor = WM_ACTOR_SELF;
    }
}

/* What is there for whoever asks may stand where they live, or where the person lives whom they
 * look after: both places count. */
static void borrow_places(const wm_understood *person, wm_understood *other)
{
    const size_t most = sizeof other->localities / sizeof other->localities[0];
    for (size_t i = 0; i < person->locality_count && other->locality_count < most; i++) {
        bool known = false;
        for (size_t o = 0; o < other->locality_count && !known; o++) {
            known = other->localities[o] == person->localities[i];
        }
        if (!known) {
            other->localities[other->locality_count++] = person->localities[i];
        }
    }
}

static wm_status make_weighing(wm_inquiry *f, wm_subject subject, wm_weighing *weighing)
{
    if (subject == WM_SUBJECT_PERSON) {
        return wm_weighing_init(weighing, f->asker, &f->query, f->understood, &f->arena, f->err);
    }
    wm_query *query = wm_arena_alloc(&f->arena, sizeof *query);
    wm_understood *understood = wm_arena_alloc(&f->arena, sizeof *understood);
    if (query == NULL || understood == NULL) {
        return wm_fail_memory(f->err);
    }
    query_as(f, subject, query);
    wm_status status =
        wm_understand_other(f->asker, query, f->understood, &f->arena, understood, f->err);
    if (status == WM_OK) {
        borrow_places(f->understood, understood);
        status = wm_weighing_init(weighing, f->asker, query, understood, &f->arena, f->err);
        weighing->subject = subject;
        weighing->texts = f->weighings[WM_SUBJECT_PERSON]->texts;
    }
    return status;
}

wm_subject wm_inquiry_subject(const wm_inquiry *f, wm_subject subject)
{
    bool for_self = f->query.about == WM_ABOUT_SELF && f->query.actor == WM_ACTOR_SELF;
    return subject == WM_SUBJECT_ACTOR && for_self ? WM_SUBJECT_PERSON : subject;
}

wm_status wm_inquiry_weighing_of(wm_inquiry *f, wm_subject subject, wm_weighing **weighing_out)
{
    wm_status status = WM_OK;
    if (f->weighings[subject] == NULL) {
        wm_weighing *weighing = wm_arena_alloc(&f->arena, sizeof *weighing);
        if (weighing == NULL) {
            return wm_fail_memory(f->err);
        }
        *weighing = (wm_weighing){ .asker = NULL };
        f->weighings[subject] = weighing;
        status = make_weighing(f, subject, weighing);
    }
    *weighing_out = f->weighings[subject];
    return status;
}

const wm_weighing *wm_inquiry_weighing(const wm_inquiry *f, const wm_option *option)
{
    return f->weighings[option->view.subject];
}

/* ---- order --------------------------------------------------------------------------------- */

int wm_inquiry_by_key(const void *a, const void *b)
{
    const wm_option *left = *(wm_option *const *)a;
    const wm_option *right = *(wm_option *const *)b;
    int order = wm_order_compare(&left->key, &right->key);
    if (order == 0) {
        order = wm_str_compare(left->id, right->id);
    }
    return order != 0 ? order : (int)left->view.subject - (int)right->view.subject;
}

void wm_inquiry_section(const wm_inquiry *f, wm_section section, size_t *first_out, size_t *end_out)
{
    size_t first = 0;
    while (first < f->count && f->options[first]->view.section < section) {
        first++;
    }
    size_t end = first;
    while (end < f->count && f->options[end]->view.section == section) {
        end++;
    }
    *first_out = first;
    *end_out = end;
}

/* Slots come first within a section; then what a rule moved up, and what it moved down. */
static void settle_key(wm_option *option)
{
    const wm_card_view *view = &option->view;
    uint32_t *part = option->key.part;
    part[WM_ORDER_SECTION] = view->section;
    part[WM_ORDER_NAMED] = view->section == WM_SECTION_SAFETY ? 0 : (uint32_t)option->named;
    if (view->section == WM_SECTION_NOT_A_MATCH) {
        part[WM_ORDER_SLOT] = option->slot >= 0 ? 0 : view->near_miss ? 1 : 2;
    } else {
        part[WM_ORDER_SLOT] =
            option->slot >= 0 ? (uint32_t)option->slot : (uint32_t)(WM_UNSLOTTED + option->rank);
    }
}

/* Those that stand in no section go; the rest in order. */
static void put_in_order(wm_inquiry *f)
{
    size_t kept = 0;
    for (size_t i = 0; i < f->count; i++) {
        if (f->options[i]->view.section != WM_SECTION_ALL && !f->options[i]->gone) {
            settle_key(f->options[i]);
            f->options[kept++] = f->options[i];
        }
    }
    f->count = kept;
    f->candidate_count = 0;
    wm_gather_settle(f);
    if (kept > 0) {
        qsort(f->options, kept, sizeof(wm_option *), wm_inquiry_by_key);
    }
}

/* One service may be an option for two people (a carer who is a patient, too): it stands once, in
 * the higher place. */
static void keep_each_once(wm_inquiry *f)
{
    size_t kept = 0;
    for (size_t i = 0; i < f->count; i++) {
        wm_option *option = f->options[i];
        if (option->gone) {
            continue;
        }
        for (int s = 0; s < WM_SUBJECT_COUNT; s++) {
            wm_option *other = wm_gather_find(f, option->revision, (wm_subject)s);
            if (other != NULL && other != option) {
                other->gone = true; /* it stands further down */
            }
        }
        f->options[kept++] = option;
    }
    f->count = kept;
    wm_gather_settle(f);
}

/* At most two of a kind in a page of MAIN. */
static wm_status vary_main(wm_inquiry *f)
{
    size_t first = 0;
    size_t end = 0;
    wm_inquiry_section(f, WM_SECTION_MAIN, &first, &end);
    size_t count = end - first;
    uint32_t *kinds = wm_arena_array(&f->arena, count, sizeof *kinds);
    size_t *order = wm_arena_array(&f->arena, count, sizeof *order);
    uint8_t *held = wm_arena_array(&f->arena, count, sizeof *held);
    wm_option **varied = wm_arena_array(&f->arena, count, sizeof(wm_option *));
    if (kinds == NULL || order == NULL || held == NULL || varied == NULL) {
        return wm_fail_memory(f->err);
    }
    for (size_t i = 0; i < count; i++) {
        /* WM_SYMBOL_NONE becomes 0: different from all */
        kinds[i] = f->options[first + i]->view.kind + 1;
    }
    wm_order_variety(kinds, count, f->query.limit, order, held);
    for (size_t i = 0; i < count; i++) {
        varied[i] = f->options[first + order[i]];
        varied[i]->held_back = held[order[i]] != 0;
    }
    for (size_t i = 0; i < count; i++) {
        f->options[first + i] = varied[i];
    }
    return WM_OK;
}

wm_option *wm_inquiry_option(const wm_inquiry *f, wm_str service)
{
    for (size_t i = 0; i < f->count; i++) {
        if (wm_str_equal(f->options[i]->id, service)) {
            return f->options[i];
        }
    }
    return NULL;
}

/* ---- the whole ----------------------------------------------------------------------------- */

static wm_status understand(wm_inquiry *f, wm_str query, const wm_date *default_as_of)
{
    wm_weighing *weighing = NULL;
    wm_status status = wm_asker_refresh(f->asker, f->err);
    if (status == WM_OK) {
        status = wm_query_parse(&f->arena, f->asker->env, query, default_as_of, &f->query, f->err);
    }
    f->understood = wm_arena_alloc(&f->arena, sizeof *f->understood);
    if (status == WM_OK && f->understood == NULL) {
        status = wm_fail_memory(f->err);
    }
    if (status == WM_OK) {
        status = wm_understand(f->asker, &f->query, &f->arena, f->understood, f->err);
    }
    return status == WM_OK ? wm_inquiry_weighing_of(f, WM_SUBJECT_PERSON, &weighing) : status;
}

wm_status wm_inquiry_begin(wm_inquiry *inquiry, wm_asker *asker, wm_str query,
                           const wm_date *default_as_of, wm_error *err)
{
    *inquiry = (wm_inquiry){ .asker = asker, .err = err };
    wm_arena_init(&inquiry->arena, asker->env, SIZE_MAX / 2);
    wm_arena_init(&inquiry->scratch, asker->env, SIZE_MAX / 2);
    wm_status status = wm_store_read_begin(asker->store, err);
    inquiry->reading = status == WM_OK;
    return status == WM_OK ? understand(inquiry, query, default_as_of) : status;
}

wm_status wm_inquiry_run(wm_inquiry *f)
{
    wm_status status = wm_gather_candidates(f);
    if (status == WM_OK) {
        status = wm_named_gather(f);
    }
    if (status == WM_OK) {
        status = wm_follow_successors(f);
    }
    if (status == WM_OK) {
        status = wm_named_settle(f);
    }
    if (status == WM_OK) {
        status = wm_signpost(f);
    }
    if (status == WM_OK) {
        put_in_order(f);
        keep_each_once(f);
        status = vary_main(f);
    }
    for (size_t i = 0; i < f->count && status == WM_OK; i++) {
        status = wm_marks_tell(&f->signposting.marks, f->options[i]) ? WM_OK : WM_NO_MEMORY;
    }
    return status == WM_OK ? wm_signpost_pairs(f) : status;
}

void wm_inquiry_end(wm_inquiry *inquiry)
{
    for (int s = 0; s < WM_SUBJECT_COUNT; s++) {
        if (inquiry->weighings[s] != NULL) {
            wm_weighing_fini(inquiry->weighings[s]);
        }
    }
    if (inquiry->reading) {
        wm_store_read_end(inquiry->asker->store);
    }
    wm_arena_fini(&inquiry->scratch);
    wm_arena_fini(&inquiry->arena);
}
