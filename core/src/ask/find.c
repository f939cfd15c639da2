/* find.c: candidates from the index, weighed, put in order, and written.
 *
 *   query --parse--> understood --index--> candidates --weigh--> options --successors, sort,
 * variety--> sections --> JSON
 *
 * Closed services are never an option: their successors are weighed in their place, if they cover
 * it, along chains of at most WM_SUCCESSORS_MAX; a circle offers none of its members. Everyone else
 * stays visible, a "no" under NOT_A_MATCH with its reason, at most WM_NOT_A_MATCH_MAX of them and
 * how many more there are.
 *
 * Two databases with the same release give the same bytes: numbers of revisions and symbols differ
 * between them, so nothing that is shown may depend on their order. */
#include <stdlib.h>

#include "ask/card.h"
#include "ask/emergency.h"
#include "ask/find.h"

#define WM_NOT_A_MATCH_MAX 10
#define WM_CHAIN_SERVICES_MAX 64 /* looked at for one closed service, however its heirs branch */

typedef struct finding {
    wm_asker *asker;
    wm_query query;
    wm_understood *understood;
    wm_weighing weighing;
    wm_candidate_filter filter;
    wm_option *options;
    size_t count;
    size_t capacity;
    size_t candidate_count; /* the first of the options, by rising revision */
    size_t gone_without_successor;
    wm_str place_note; /* what to say of the place; empty: nothing */
    wm_arena arena;
    wm_arena of_card; /* of the one in hand: a thousand records need not be held at once */
    wm_error *err;
} finding;

/* ---- candidates ---- */

static int by_symbol(const void *a, const void *b)
{
    wm_symbol left = *(const wm_symbol *)a;
    wm_symbol right = *(const wm_symbol *)b;
    return (left > right) - (left < right);
}

static size_t sort_once_each(wm_symbol *symbols, size_t count)
{
    if (count == 0) {
        return 0;
    }
    qsort(symbols, count, sizeof *symbols, by_symbol);
    size_t kept = 1;
    for (size_t i = 1; i < count; i++) {
        if (symbols[i] != symbols[kept - 1]) {
            symbols[kept++] = symbols[i];
        }
    }
    return kept;
}

static size_t merge_symbols(wm_symbol *into, size_t count, const wm_symbol *from, size_t more)
{
    for (size_t i = 0; i < more; i++) {
        into[count + i] = from[i];
    }
    return count + more;
}

static wm_status need_symbols(finding *f, wm_symbol_set *set_out)
{
    const wm_weighing *w = &f->weighing;
    *set_out = (wm_symbol_set){ .all = f->understood->need_count == 0 };
    size_t most = w->exact_count + w->below_count + w->above_count;
    wm_symbol *symbols = wm_arena_array(&f->arena, most, sizeof *symbols);
    if (symbols == NULL) {
        return wm_fail_memory(f->err);
    }
    size_t count = merge_symbols(symbols, 0, w->need_exact, w->exact_count);
    count = merge_symbols(symbols, count, w->need_below, w->below_count);
    count = merge_symbols(symbols, count, w->need_above, w->above_count);
    set_out->symbols = symbols;
    set_out->count = sort_once_each(symbols, count);
    return WM_OK;
}

/* 1, or 0 where no service names the locality, so that it has no symbol. */
static size_t put_area(const finding *f, wm_locality at, wm_symbol *symbol_out)
{
    *symbol_out = wm_symbols_find(f->asker->symbols, wm_locality_code(f->asker->tree, at));
    return *symbol_out != WM_SYMBOL_NONE ? 1 : 0;
}

/* The localities that touch one of the person's: each, all above it and all below it. */
static wm_status area_symbols(finding *f, wm_symbol_set *set_out)
{
    const wm_understood *u = f->understood;
    const wm_locality_tree *tree = f->asker->tree;
    *set_out = (wm_symbol_set){ .all = u->locality_count == 0 };
    size_t most = 0;
    for (size_t i = 0; i < u->locality_count; i++) {
        most += wm_locality_end(tree, u->localities[i]) - u->localities[i] + WM_LOCALITY_DEPTH_MAX;
    }
    wm_symbol *symbols = wm_arena_array(&f->arena, most, sizeof *symbols);
    if (symbols == NULL) {
        return wm_fail_memory(f->err);
    }
    size_t count = 0;
    for (size_t i = 0; i < u->locality_count; i++) {
        wm_locality at = u->localities[i];
        for (wm_locality below = at; below < wm_locality_end(tree, at); below++) {
            count += put_area(f, below, &symbols[count]);
        }
        for (at = wm_locality_parent(tree, at); at != WM_LOCALITY_NONE;
             at = wm_locality_parent(tree, at)) {
            count += put_area(f, at, &symbols[count]);
        }
    }
    set_out->symbols = symbols;
    set_out->count = sort_once_each(symbols, count);
    return WM_OK;
}

static wm_status make_room(finding *f, size_t more)
{
    if (f->capacity - f->count >= more) {
        return WM_OK;
    }
    size_t capacity = (f->count + more) * 2;
    wm_option *options = wm_arena_array(&f->arena, capacity, sizeof *options);
    if (options == NULL) {
        return wm_fail_memory(f->err);
    }
    if (f->count > 0) {
        memcpy(options, f->options, f->count * sizeof *options);
    }
    f->options = options;
    f->capacity = capacity;
    return WM_OK;
}

static int by_revision(const void *revision, const void *option)
{
    int64_t wanted = *(const int64_t *)revision;
    int64_t found = ((const wm_option *)option)->revision;
    return (wanted > found) - (wanted < found);
}

/* The option of a revision that is among them already, or NULL. */
static wm_option *option_of(const finding *f, int64_t revision)
{
    if (f->candidate_count > 0) {
        wm_option *candidate =
            bsearch(&revision, f->options, f->candidate_count, sizeof *f->options, by_revision);
        if (candidate != NULL) {
            return candidate;
        }
    }
    for (size_t i = f->candidate_count; i < f->count; i++) {
        if (f->options[i].revision == revision) {
            return &f->options[i];
        }
    }
    return NULL;
}

static wm_status add_option(finding *f, int64_t revision)
{
    wm_option option;
    wm_status status = make_room(f, 1);
    if (status == WM_OK) {
        status = wm_weigh(&f->weighing, revision, &option, f->err);
    }
    if (status == WM_OK) {
        f->options[f->count++] = option;
    }
    return status;
}

/* ---- successors ---- */

/* What the index says of a revision, until the next look. */
static wm_status look_at(finding *f, int64_t revision, wm_summary *summary_out)
{
    wm_str bytes;
    wm_str program;
    wm_buf_reset(&f->weighing.row);
    wm_status status =
        wm_store_service_row(f->asker->store, revision, &f->weighing.row, &bytes, &program, f->err);
    return status == WM_OK ? wm_summary_decode(bytes, summary_out, f->err) : status;
}

/* Ids of the successors of a service, copied to the arena: the next look moves the summary. */
static wm_status successors_of(finding *f, const wm_summary *summary, wm_symbol **ids_out)
{
    wm_symbol *ids = wm_arena_array(&f->arena, summary->successors.count, sizeof *ids);
    if (ids == NULL) {
        return wm_fail_memory(f->err);
    }
    for (uint32_t i = 0; i < summary->successors.count; i++) {
        ids[i] = wm_symbol_list_at(summary->successors, i);
    }
    *ids_out = ids;
    return WM_OK;
}

static bool covers_the_place(const finding *f, const wm_summary *summary)
{
    const wm_symbol_set *areas = &f->filter.areas;
    for (uint32_t i = 0; i < summary->areas.count; i++) {
        if (wm_symbol_set_has(areas, wm_symbol_list_at(summary->areas, i))) {
            return true;
        }
    }
    return areas->all;
}

typedef struct chain {
    wm_predecessor closed; /* the candidate */
    int64_t seen[WM_CHAIN_SERVICES_MAX];
    size_t seen_count;
    size_t offered;
} chain;

/* True the first time, as long as there is room to remember it. */
static bool is_new(chain *c, int64_t revision)
{
    for (size_t i = 0; i < c->seen_count; i++) {
        if (c->seen[i] == revision) {
            return false;
        }
    }
    if (c->seen_count == WM_CHAIN_SERVICES_MAX) {
        return false;
    }
    c->seen[c->seen_count++] = revision;
    return true;
}

/* The one that closed last is the one that people still ask for. */
static bool is_later(const wm_predecessor *a, const wm_predecessor *b)
{
    if (b->revision == 0 || a->closed_on != b->closed_on) {
        return b->revision == 0 || a->closed_on > b->closed_on;
    }
    return wm_str_compare(a->id, b->id) < 0;
}

/* The successor stands in the answer once, and says what it took over from. */
static wm_status offer_successor(finding *f, int64_t revision, const wm_predecessor *closed)
{
    wm_status status = option_of(f, revision) == NULL ? add_option(f, revision) : WM_OK;
    wm_option *option = status == WM_OK ? option_of(f, revision) : NULL;
    if (option != NULL && is_later(closed, &option->took_over_from)) {
        option->took_over_from = *closed;
    }
    return status;
}

static wm_status follow(finding *f, chain *c, int64_t revision, unsigned steps)
{
    wm_symbol *ids = NULL;
    wm_summary summary;
    wm_status status = look_at(f, revision, &summary);
    if (status == WM_OK) {
        status = successors_of(f, &summary, &ids);
    }
    uint32_t count = ids != NULL ? summary.successors.count : 0;
    for (uint32_t i = 0; status == WM_OK && i < count; i++) {
        int64_t next = 0;
        status =
            wm_store_service_revision(f->asker->store, f->asker->view,
                                      wm_symbols_text(f->asker->symbols, ids[i]), &next, f->err);
        if (status == WM_NOT_FOUND || (status == WM_OK && !is_new(c, next))) {
            status = WM_OK;
            continue;
        }
        if (status == WM_OK) {
            status = look_at(f, next, &summary);
        }
        if (status != WM_OK) {
            break;
        }
        bool gone = wm_status_on(&summary, f->query.as_of) == WM_SERVICE_CLOSED;
        if (gone && steps < WM_SUCCESSORS_MAX) {
            status = follow(f, c, next, steps + 1);
        } else if (!gone && covers_the_place(f, &summary)) {
            c->offered++;
            status = offer_successor(f, next, &c->closed);
        }
    }
    return status;
}

static wm_status follow_successors(finding *f, const wm_option *gone)
{
    chain c = { .closed = { gone->revision, gone->id, gone->closes_on },
                .seen = { gone->revision },
                .seen_count = 1 };
    bool fits = gone->view.verdict != WM_VERDICT_NOT_ELIGIBLE;
    wm_status status = follow(f, &c, gone->revision, 1); /* the options may move */
    f->gone_without_successor += status == WM_OK && c.offered == 0 && fits ? 1 : 0;
    return status;
}

static wm_status collect_candidates(finding *f)
{
    int64_t *revisions = NULL;
    size_t count = 0;
    f->filter.view = f->asker->view;
    wm_status status = need_symbols(f, &f->filter.needs);
    if (status == WM_OK) {
        status = area_symbols(f, &f->filter.areas);
    }
    if (status == WM_OK) {
        status =
            wm_store_candidates(f->asker->store, &f->filter, &f->arena, &revisions, &count, f->err);
    }
    if (status == WM_OK) {
        status = make_room(f, count);
    }
    for (size_t i = 0; status == WM_OK && i < count; i++) {
        status = add_option(f, revisions[i]);
    }
    f->candidate_count = f->count;
    return status;
}

static wm_status collect_options(finding *f)
{
    wm_status status = collect_candidates(f);
    for (size_t i = 0; status == WM_OK && i < f->candidate_count; i++) {
        if (f->options[i].gone) {
            status = follow_successors(f, &f->options[i]);
        }
    }
    size_t kept = 0;
    for (size_t i = 0; i < f->count; i++) {
        if (!f->options[i].gone) {
            f->options[kept++] = f->options[i];
        }
    }
    f->count = kept;
    return status;
}

/* ---- order ---- */

static int by_key(const void *a, const void *b)
{
    const wm_option *left = a;
    const wm_option *right = b;
    int order = wm_order_compare(&left->key, &right->key);
    return order != 0 ? order : wm_str_compare(left->id, right->id);
}

static void section_range(const finding *f, wm_section section, size_t *first_out, size_t *end_out)
{
    size_t first = 0;
    while (first < f->count && f->options[first].view.section < section) {
        first++;
    }
    size_t end = first;
    while (end < f->count && f->options[end].view.section == section) {
        end++;
    }
    *first_out = first;
    *end_out = end;
}

/* At most two of a kind in a page of MAIN. */
static wm_status vary_main(finding *f)
{
    size_t first = 0;
    size_t end = 0;
    section_range(f, WM_SECTION_MAIN, &first, &end);
    size_t count = end - first;
    uint32_t *kinds = wm_arena_array(&f->arena, count, sizeof *kinds);
    size_t *order = wm_arena_array(&f->arena, count, sizeof *order);
    uint8_t *held = wm_arena_array(&f->arena, count, sizeof *held);
    wm_option *varied = wm_arena_array(&f->arena, count, sizeof *varied);
    if (kinds == NULL || order == NULL || held == NULL || varied == NULL) {
        return wm_fail_memory(f->err);
    }
    for (size_t i = 0; i < count; i++) {
        kinds[i] =
            f->options[first + i].view.kind + 1; /* WM_SYMBOL_NONE becomes 0: different from all */
    }
    wm_order_variety(kinds, count, f->query.limit, order, held);
    for (size_t i = 0; i < count; i++) {
        varied[i] = f->options[first + order[i]];
        varied[i].held_back = held[order[i]] != 0;
    }
    if (count > 0) {
        memcpy(&f->options[first], varied, count * sizeof *varied);
    }
    return WM_OK;
}

/* Why the option at `at` stands above the one after it. */
static const char *above_next(const finding *f, size_t at, size_t end)
{
    if (at + 1 >= end) {
        return NULL;
    }
    const wm_option *here = &f->options[at];
    const wm_option *next = &f->options[at + 1];
    if (wm_order_compare(&here->key, &next->key) > 0 || (next->held_back && !here->held_back)) {
        return "variety";
    }
    return wm_order_part_name(wm_order_difference(&here->key, &next->key));
}

/* ---- writing ---- */

static wm_status write_section(finding *f, wm_section section, size_t limit, wm_json_out *out)
{
    size_t first = 0;
    size_t end = 0;
    section_range(f, section, &first, &end);
    if (first == end) {
        return WM_OK;
    }
    size_t shown = end - first < limit ? end - first : limit;
    wm_json_out_object(out);
    wm_json_out_member_text(out, "name", wm_section_name(section));
    wm_json_out_member_integer(out, "more", (int64_t)(end - first - shown));
    wm_json_out_name(out, "notes");
    wm_json_out_array(out);
    wm_json_out_end_array(out);
    wm_json_out_name(out, "cards");
    wm_json_out_array(out);
    wm_status status = WM_OK;
    for (size_t i = first; i < first + shown && status == WM_OK; i++) {
        wm_card_place place = { above_next(f, i, end), false };
        wm_json_out_object(out);
        wm_arena_reset(&f->of_card);
        status = wm_card_write(&f->weighing, &f->options[i], &place, &f->of_card, out, f->err);
        if (status == WM_OK) {
            wm_json_out_end_object(out);
        }
    }
    wm_json_out_end_array(out);
    wm_json_out_end_object(out);
    return status;
}

static wm_status write_sections(finding *f, wm_json_out *out)
{
    wm_status status = WM_OK;
    wm_json_out_name(out, "sections");
    wm_json_out_array(out);
    for (int s = 0; s < WM_SECTION_COUNT && status == WM_OK; s++) {
        size_t limit = s == WM_SECTION_MAIN          ? f->query.limit
                       : s == WM_SECTION_NOT_A_MATCH ? WM_NOT_A_MATCH_MAX
                                                     : f->count;
        status = write_section(f, (wm_section)s, limit, out);
    }
    wm_json_out_end_array(out);
    return status;
}

static void write_note(wm_json_out *out, const char *code, const char *text)
{
    wm_json_out_object(out);
    wm_json_out_member_text(out, "code", code);
    wm_json_out_member_text(out, "text", text);
    wm_json_out_end_object(out);
}

static size_t reachable(const finding *f)
{
    size_t count = 0;
    for (size_t i = 0; i < f->count; i++) {
        const wm_option *option = &f->options[i];
        bool takes =
            option->view.verdict == WM_VERDICT_ELIGIBLE || option->view.verdict == WM_VERDICT_JOINT;
        count += option->view.section != WM_SECTION_NOT_A_MATCH && option->view.usable_now && takes
                     ? 1
                     : 0;
    }
    return count;
}

static void write_notes(const finding *f, wm_json_out *out)
{
    const wm_understood *u = f->understood;
    wm_json_out_name(out, "notes");
    wm_json_out_array(out);
    if (f->place_note.len > 0) {
        wm_json_out_object(out);
        wm_json_out_member_text(out, "code", u->place.note);
        wm_json_out_member_string(out, "text", f->place_note);
        wm_json_out_end_object(out);
    }
    if (u->locality_count == 0) {
        write_note(out, "no_place", "No place is known, so services from everywhere are shown.");
    }
    if (f->query.text.len > 0 && u->word_count == 0) {
        write_note(out, "words_not_known",
                   u->need_count > 0 ? "These words are not in the directory."
                   : u->locality_count > 0
                       ? "These words are not in the directory. Everything for this place is shown."
                       : "These words are not in the directory. Everything in it is shown.");
    }
    if (f->gone_without_successor > 0) {
        write_note(out, "closed_not_shown",
                   "A service that fits has closed and nothing has taken over from it.");
    }
    if (f->asker->stale_since[0] != '\0') {
        char day[WM_DATE_TEXT_BYTES];
        if (strcmp(f->asker->stale_since, wm_date_format(f->query.as_of, day)) < 0) {
            write_note(out, "stale",
                       "This copy of the directory is old. Check numbers before you use them.");
        }
    }
    wm_json_out_end_array(out);
}

static void write_gaps(const finding *f, wm_json_out *out)
{
    wm_json_out_name(out, "gaps");
    wm_json_out_array(out);
    size_t count = reachable(f);
    if (count < 2) {
        wm_json_out_object(out);
        wm_json_out_member_text(out, "code", count == 0 ? "no_service_now" : "one_service_now");
        wm_json_out_member_text(
            out, "text",
            count == 0
                ? "No service here is known to take this person now. The lines above always answer."
                : "Only one service here is known to take this person now.");
        wm_json_out_end_object(out);
    }
    wm_json_out_end_array(out);
}

static void write_origin(const finding *f, wm_json_out *out)
{
    char text[WM_DIGEST_HEX_BYTES];
    char day[WM_DATE_TEXT_BYTES];
    const wm_asker *asker = f->asker;
    if (asker->has_release) {
        wm_json_out_member_integer(out, "release", asker->release.number);
        wm_json_out_member_text(out, "released_on", wm_date_format(asker->release.date, day));
    } else {
        wm_json_out_member_integer(out, "release", 0);
    }
    if (asker->view == WM_VIEW_WORKING) {
        wm_json_out_member_boolean(out, "working", true);
    }
    wm_json_out_member_text(out, "edition", wm_edition_name(asker->edition));
    if (asker->stale_since[0] != '\0' &&
        strcmp(asker->stale_since, wm_date_format(f->query.as_of, day)) < 0) {
        wm_json_out_member_text(out, "stale_since", asker->stale_since);
    }
    wm_json_out_member_text(out, "query_digest", wm_digest_hex(&f->query.digest, text));
    wm_json_out_name(out, "emergency");
    wm_emergency_write(out);
}

static wm_status write_answer(finding *f, wm_buf *buf)
{
    wm_json_out out;
    wm_json_out_init(&out, buf);
    wm_json_out_object(&out);
    write_origin(f, &out);
    wm_json_out_name(&out, "understood");
    wm_understood_write(f->asker, &f->query, f->understood, &out);
    write_notes(f, &out);
    wm_status status = write_sections(f, &out);
    if (status != WM_OK) {
        return status;
    }
    wm_json_out_name(&out, "would_also_apply");
    wm_json_out_array(&out);
    wm_json_out_end_array(&out);
    write_gaps(f, &out);
    wm_json_out_end_object(&out);
    return wm_buf_status(buf, f->err);
}

static wm_status begin(finding *f, wm_str query, const wm_date *default_as_of)
{
    wm_asker *asker = f->asker;
    wm_status status = wm_asker_refresh(asker, f->err);
    if (status == WM_OK) {
        status = wm_query_parse(&f->arena, asker->env, query, default_as_of, &f->query, f->err);
    }
    f->understood = wm_arena_alloc(&f->arena, sizeof *f->understood);
    if (status == WM_OK && f->understood == NULL) {
        status = wm_fail_memory(f->err);
    }
    if (status == WM_OK) {
        status = wm_understand(asker, &f->query, &f->arena, f->understood, f->err);
    }
    if (status == WM_OK) {
        status = wm_weighing_init(&f->weighing, asker, &f->query, f->understood, &f->arena, f->err);
    }
    return status;
}

/* What became of a place that was not found as it was typed. */
static wm_status look_up_place_note(finding *f)
{
    const wm_understood *u = f->understood;
    if (!u->has_place || u->place.note == NULL) {
        return WM_OK;
    }
    wm_texts *texts = f->weighing.texts;
    f->place_note = wm_text(texts, u->place.note);
    if (f->place_note.len == 0) {
        f->place_note = wm_text(texts, "answer.place_not_found");
    }
    return wm_texts_status(texts, f->err);
}

wm_status wm_find_answer(wm_asker *asker, wm_str query, const wm_date *default_as_of, wm_buf *out,
                         wm_error *err)
{
    finding f = { .asker = asker, .err = err };
    wm_arena_init(&f.arena, asker->env, SIZE_MAX / 2);
    wm_arena_init(&f.of_card, asker->env, SIZE_MAX / 2);
    wm_status status = wm_store_read_begin(asker->store, err);
    if (status != WM_OK) {
        goto out;
    }
    status = begin(&f, query, default_as_of);
    if (status == WM_OK) {
        status = collect_options(&f);
    }
    if (status == WM_OK) {
        if (f.count > 0) {
            qsort(f.options, f.count, sizeof *f.options, by_key);
        }
        status = vary_main(&f);
    }
    if (status == WM_OK) {
        status = look_up_place_note(&f);
    }
    if (status == WM_OK) {
        status = write_answer(&f, out);
    }
    wm_store_read_end(asker->store);
out:
    wm_weighing_fini(&f.weighing);
    wm_arena_fini(&f.of_card);
    wm_arena_fini(&f.arena);
    return status;
}

static wm_status write_explained(finding *f, int64_t revision, wm_buf *buf)
{
    wm_option option;
    wm_status status = wm_weigh(&f->weighing, revision, &option, f->err);
    if (status != WM_OK) {
        return status;
    }
    wm_json_out out;
    wm_json_out_init(&out, buf);
    wm_card_place place = { NULL, true };
    wm_json_out_object(&out);
    status = wm_card_write(&f->weighing, &option, &place, &f->of_card, &out, f->err);
    if (status != WM_OK) {
        return status;
    }
    write_origin(f, &out);
    wm_json_out_end_object(&out);
    return wm_buf_status(buf, f->err);
}

wm_status wm_find_explain(wm_asker *asker, wm_str service, wm_str query,
                          const wm_date *default_as_of, wm_buf *out, wm_error *err)
{
    finding f = { .asker = asker, .err = err };
    wm_arena_init(&f.arena, asker->env, SIZE_MAX / 2);
    wm_arena_init(&f.of_card, asker->env, SIZE_MAX / 2);
    int64_t revision = 0;
    wm_status status = wm_store_read_begin(asker->store, err);
    if (status != WM_OK) {
        goto out;
    }
    status = begin(&f, query, default_as_of);
    if (status == WM_OK) {
        status = wm_store_service_revision(asker->store, asker->view, service, &revision, err);
        if (status == WM_NOT_FOUND) {
            status =
                wm_fail(err, WM_NOT_FOUND, "expected a service of this directory, found \"%.*s\"",
                        WM_STR_ARG(service));
        }
    }
    if (status == WM_OK) {
        status = write_explained(&f, revision, out);
    }
    wm_store_read_end(asker->store);
out:
    wm_weighing_fini(&f.weighing);
    wm_arena_fini(&f.of_card);
    wm_arena_fini(&f.arena);
    return status;
}

void wm_find_error(wm_buf *buf, const wm_error *why, int64_t line)
{
    wm_json_out out;
    wm_json_out_init(&out, buf);
    wm_json_out_object(&out);
    wm_json_out_name(&out, "error");
    wm_json_out_object(&out);
    wm_json_out_member_integer(&out, "status", why->status);
    wm_json_out_member_text(&out, "text",
                            why->text[0] != '\0' ? why->text : wm_status_text(why->status));
    if (line > 0) {
        wm_json_out_member_integer(&out, "line", line);
    }
    wm_json_out_end_object(&out);
    wm_json_out_name(&out, "emergency");
    wm_emergency_write(&out);
    wm_json_out_end_object(&out);
}
