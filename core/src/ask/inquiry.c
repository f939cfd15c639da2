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
        order = wm_id_compare(left->id, right->id);
    }
    return order != 0 ? order : (int)left->view.subject - (int)right->view.subject;
}

void wm_inquiry_section(const wm_inquiry *f, wm_section section, size_t *first_out, size_t *end_out)
{
    *first_out = section == 0 ? 0 : f->section_ends[section - 1];
    *end_out = f->section_ends[section];
}

size_t wm_inquiry_most(const wm_inquiry *f, wm_section section)
{
    bool beside = section == WM_SECTION_ALONGSIDE || section == WM_SECTION_WHILE_WAITING;
    return section == WM_SECTION_MAIN          ? f->query.limit
           : beside                            ? WM_BESIDE_MAX
           : section == WM_SECTION_NOT_A_MATCH ? WM_NOT_A_MATCH_MAX
                                               : SIZE_MAX;
}

/* Slots come first within a section; then what a rule moved up, and what it moved down. */
static void settle_key(wm_option *option)
{
    const wm_card_view *view = &option->view;
    uint32_t slot =
        option->slot >= 0 ? (uint32_t)option->slot : (uint32_t)(WM_UNSLOTTED + option->rank);
    if (view->section == WM_SECTION_NOT_A_MATCH) {
        slot = option->slot >= 0 ? 0 : view->near_miss ? 1 : 2;
    }
    bool in_safety = view->section == WM_SECTION_SAFETY;
    wm_order_put(&option->key, WM_ORDER_SECTION, view->section);
    wm_order_put(&option->key, WM_ORDER_NAMED, in_safety ? 0 : (uint32_t)option->named);
    wm_order_put(&option->key, WM_ORDER_SLOT, slot);
}

static bool stands(const wm_option *option)
{
    return option->view.section != WM_SECTION_ALL && !option->gone;
}

/* One service may be an option for two people (a carer who is a patient, too): it stands once, in
 * the higher place. */
static void keep_each_once(wm_inquiry *f)
{
    bool one = f->weighings[WM_SUBJECT_ACTOR] == NULL && f->weighings[WM_SUBJECT_PARENT] == NULL;
    for (size_t i = 0; i < f->count && !one; i++) {
        wm_option *option = f->options[i];
        for (int s = 0; s < WM_SUBJECT_COUNT && stands(option); s++) {
            bool same =
                option->view.subject == WM_SUBJECT_PERSON || option->view.subject == (wm_subject)s;
            wm_option *other = same ? NULL : wm_gather_find(f, option->revision, (wm_subject)s);
            if (other != NULL && stands(other)) {
                bool lower = wm_inquiry_by_key(&option, &other) > 0;
                *(lower ? &option->gone : &other->gone) = true;
            }
        }
    }
}

/* Those that stand in a section, section by section; the rest goes. */
static wm_status part_sections(wm_inquiry *f)
{
    size_t next[WM_SECTION_COUNT + 1] = { 0 };
    f->ranked = wm_arena_array(&f->arena, f->count, sizeof *f->ranked);
    if (f->ranked == NULL) {
        return wm_fail_memory(f->err);
    }
    for (size_t i = 0; i < f->count; i++) {
        next[stands(f->options[i]) ? f->options[i]->view.section + 1 : 0]++;
    }
    f->dropped_some = f->dropped_some || next[0] > 0;
    next[0] = 0;
    for (int s = 0; s < WM_SECTION_COUNT; s++) {
        next[s + 1] += next[s];
        f->section_ends[s] = next[s + 1];
    }
    for (size_t i = 0; i < f->count; i++) {
        wm_option *option = f->options[i];
        if (stands(option)) {
            f->ranked[next[option->view.section]++] =
                (wm_ranked){ .word = option->key.first, .option = option };
        }
    }
    f->count = f->section_ends[WM_SECTION_COUNT - 1];
    return WM_OK;
}

static wm_status order_section(wm_inquiry *f, wm_section section)
{
    size_t first = 0;
    size_t end = 0;
    size_t most = wm_inquiry_most(f, section);
    wm_inquiry_section(f, section, &first, &end);
    if (section == WM_SECTION_MAIN) {
        return wm_page_varied(f->ranked + first, end - first, most, &f->arena, &f->ordered[section],
                              f->err);
    }
    f->ordered[section] = most < end - first ? most + 1 : end - first;
    wm_page_first(f->ranked + first, end - first, f->ordered[section]);
    return WM_OK;
}

static void put_back(wm_inquiry *f)
{
    for (size_t i = 0; i < f->count; i++) {
        f->options[i] = f->ranked[i].option;
    }
}

/* Nobody knows why a card stands there but the one who is shown it. */
static wm_status tell_shown(wm_inquiry *f)
{
    bool whole = true;
    for (int s = 0; s < WM_SECTION_COUNT; s++) {
        size_t first = 0;
        size_t end = 0;
        size_t most = wm_inquiry_most(f, (wm_section)s);
        wm_inquiry_section(f, (wm_section)s, &first, &end);
        end = end - first < most ? end : first + most;
        for (size_t i = first; i < end && whole; i++) {
            whole = wm_marks_tell(&f->signposting.marks, f->options[i]);
        }
    }
    return whole ? WM_OK : wm_fail_memory(f->err);
}

static bool is_undecided(const wm_option *option)
{
    return option->view.verdict == WM_VERDICT_UNKNOWN &&
           option->view.section <= WM_SECTION_WHILE_WAITING;
}

static void count_undecided(wm_inquiry *f)
{
    for (size_t i = 0; i < f->count; i++) {
        const wm_option *option = f->options[i];
        bool open = option->view.verdict == WM_VERDICT_UNKNOWN;
        f->undecided += is_undecided(option) ? 1 : 0;
        f->decided += open || option->view.section >= WM_SECTION_FOOTER ? 0 : 1;
    }
}

static wm_status put_in_order(wm_inquiry *f)
{
    for (size_t i = 0; i < f->count; i++) {
        settle_key(f->options[i]);
    }
    keep_each_once(f);
    f->candidate_count = 0;
    wm_status status = part_sections(f);
    for (int s = 0; s < WM_SECTION_COUNT && status == WM_OK; s++) {
        status = order_section(f, (wm_section)s);
    }
    if (status != WM_OK) {
        return status;
    }
    put_back(f);
    count_undecided(f);
    return tell_shown(f);
}

void wm_inquiry_order_rest(wm_inquiry *f)
{
    for (int s = 0; s < WM_SECTION_COUNT; s++) {
        size_t first = 0;
        size_t end = 0;
        wm_inquiry_section(f, (wm_section)s, &first, &end);
        first += f->ordered[s];
        wm_page_first(f->ranked + first, end - first, end - first);
        f->ordered[s] += end - first;
    }
    put_back(f);
}

/* ---- what is not decided ------------------------------------------------------------------- */

/* Of a section, behind those that are listed. `room` for all of its cards. */
static void list_undecided(const wm_inquiry *f, wm_section section, size_t most, wm_ranked *room,
                           const wm_option **options, size_t *count)
{
    size_t first = 0;
    size_t end = 0;
    size_t found = 0;
    wm_inquiry_section(f, section, &first, &end);
    for (size_t i = first; i < end && *count < most; i++) {
        const wm_option *option = f->options[i];
        if (!is_undecided(option) || option->view.subject == WM_SUBJECT_PARENT) {
            continue;
        }
        if (i < first + f->ordered[section]) {
            options[(*count)++] = option;
        } else {
            room[found++] = f->ranked[i];
        }
    }
    wm_page_first(room, found, most - *count);
    for (size_t i = 0; i < found && *count < most; i++) {
        options[(*count)++] = room[i].option;
    }
}

wm_status wm_inquiry_undecided(wm_inquiry *f, size_t most, const wm_option **options_out,
                               size_t *count_out)
{
    wm_ranked *room = wm_arena_take_array(&f->arena, f->undecided, sizeof *room);
    if (room == NULL) {
        return wm_fail_memory(f->err);
    }
    *count_out = 0;
    for (int s = 0; s <= WM_SECTION_WHILE_WAITING; s++) {
        list_undecided(f, (wm_section)s, most, room, options_out, count_out);
    }
    return WM_OK;
}

wm_option *wm_inquiry_option(const wm_inquiry *f, wm_str service)
{
    for (size_t i = 0; i < f->count; i++) {
        if (wm_id_is(f->options[i]->id, service)) {
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
    f->understood = wm_arena_take(&f->arena, sizeof *f->understood); /* it is made whole */
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
    inquiry->arena = wm_asker_borrow(asker);
    inquiry->scratch = wm_asker_borrow(asker);
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
        status = put_in_order(f);
    }
    return status == WM_OK ? wm_signpost_pairs(f) : status;
}

void wm_inquiry_end(wm_inquiry *inquiry)
{
    if (inquiry->reading) {
        wm_store_read_end(inquiry->asker->store);
    }
    wm_asker_give_back(inquiry->asker, &inquiry->arena);
    wm_asker_give_back(inquiry->asker, &inquiry->scratch);
}
