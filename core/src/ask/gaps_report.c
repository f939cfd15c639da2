/* gaps_report.c: services of the view, as they stand on the day, into rules/gaps.h; what is missing
 * out of it, as JSON.
 *
 * Open is: active or closing, by its dates too, and not full. Places that are asked for are
 * reported whatever they are; without one, those of the directory's own. */
#include "ask/gaps_report.h"
#include "ask/emergency.h"

#include "ask/weigh.h"
#include "rules/gaps_find.h"

#define NEEDS_MAX 64

typedef struct report {
    wm_asker *asker;
    wm_date today;
    const wm_json *request;
    wm_gaps *gaps;
    bool *is_needed; /* by need */
    size_t *places;  /* of the gaps, in the order to be told */
    size_t place_count;
    uint64_t looked_at;
    uint64_t open;
    uint64_t passed_over; /* open, but national, where only local ones count */
    bool is_local;
    wm_arena arena;
    wm_arena of_record;
    wm_buf row;
    wm_error *err;
} report;

/* ---- the request ---- */

static wm_status read_request(report *r, wm_str text)
{
    static const struct {
        const char *name;
        wm_json_type type;
    } known[] = { { "at", WM_JSON_STRING },
                  { "against", WM_JSON_STRING },
                  { "needs", WM_JSON_ARRAY },
                  { "local", WM_JSON_BOOL } };
    wm_status status = wm_json_parse(&r->arena, text, WM_QUERY_BYTES_MAX, &r->request, r->err);
    if (status == WM_OK && !wm_json_is(r->request, WM_JSON_OBJECT)) {
        status = wm_fail(r->err, WM_BAD_INPUT, "request: expected an object, found %s",
                         wm_json_type_name(r->request->type));
    }
    for (uint32_t i = 0; status == WM_OK && i < r->request->count; i++) {
        const wm_json_member *member = &r->request->as.members[i];
        bool is_known = false;
        for (size_t k = 0; k < sizeof known / sizeof known[0]; k++) {
            bool is_this = wm_str_is(member->name, known[k].name);
            is_known = is_known || (is_this && member->value.type == known[k].type);
        }
        if (!is_known) {
            status =
                wm_fail(r->err, WM_BAD_INPUT,
                        "%.*s: expected at and against (texts), needs (a list) and local (true or "
                        "false) only",
                        WM_STR_ARG(member->name));
        }
    }
    return status;
}

/* The needs asked for and all below them; all, if none is named. */
static wm_status choose_needs(report *r)
{
    const wm_needs *needs = r->asker->needs;
    const wm_json *list = wm_json_get(r->request, "needs");
    size_t count = wm_needs_count(needs);
    r->is_needed = wm_arena_array(&r->arena, count, sizeof(bool));
    if (r->is_needed == NULL) {
        return wm_fail_memory(r->err);
    }
    for (size_t n = 0; n < count; n++) {
        r->is_needed[n] = list == NULL || list->count == 0;
    }
    if (list != NULL && list->count > NEEDS_MAX) {
        return wm_fail(r->err, WM_BAD_INPUT, "needs: expected at most %d, found %u", NEEDS_MAX,
                       (unsigned)list->count);
    }
    for (uint32_t i = 0; list != NULL && i < list->count; i++) {
        wm_str id = wm_json_string(&list->as.items[i]);
        wm_need need = wm_needs_find(needs, id);
        if (need == WM_NEED_NONE) {
            return wm_fail(r->err, WM_BAD_INPUT,
                           "needs: expected a need of this directory, found \"%.*s\"",
                           WM_STR_ARG(id));
        }
        const wm_need_step *below = NULL;
        size_t below_count = wm_needs_below(needs, need, &below);
        for (size_t b = 0; b < below_count; b++) {
            r->is_needed[below[b].need] = true;
        }
    }
    return WM_OK;
}

static void add_place(report *r, size_t place)
{
    for (size_t i = 0; i < r->place_count; i++) {
        if (r->places[i] == place) {
            return;
        }
    }
    r->places[r->place_count++] = place;
}

/* What was typed is a place where services are planned, something in it, or something around it. */
static wm_status add_named_place(report *r, const char *field, wm_str text)
{
    wm_place_match match;
    size_t before = r->place_count;
    wm_status status = wm_asker_places(r->asker, r->err);
    if (status == WM_OK) {
        status =
            wm_places_resolve(r->asker->places, r->asker->tree, text, &r->arena, &match, r->err);
    }
    if (status != WM_OK) {
        return status;
    }
    for (size_t p = 0; p < wm_gaps_place_count(r->gaps); p++) {
        wm_locality place = wm_gaps_place(r->gaps, p);
        for (size_t i = 0; i < match.candidate_count; i++) {
            wm_locality found = match.candidates[i].locality;
            if (wm_locality_within(r->asker->tree, found, place) ||
                wm_locality_within(r->asker->tree, place, found)) {
                add_place(r, p);
            }
        }
    }
    if (r->place_count == before) {
        return wm_fail(r->err, WM_NOT_FOUND,
                       "%s: expected %s place of this directory, found \"%.*s\"", field,
                       before > 0 ? "another" : "a", WM_STR_ARG(text));
    }
    return WM_OK;
}

static wm_status choose_places(report *r)
{
    wm_str at = wm_json_string(wm_json_get(r->request, "at"));
    wm_str against = wm_json_string(wm_json_get(r->request, "against"));
    wm_status status = WM_OK;
    r->places = wm_arena_array(&r->arena, wm_gaps_place_count(r->gaps), sizeof *r->places);
    if (r->places == NULL) {
        return wm_fail_memory(r->err);
    }
    if (at.len == 0 && against.len > 0) {
        return wm_fail(r->err, WM_BAD_INPUT, "against: expected `at` beside it, found none");
    }
    if (at.len > 0) {
        status = add_named_place(r, "at", at);
    }
    if (status == WM_OK && against.len > 0) {
        status = add_named_place(r, "against", against);
    }
    for (size_t p = 0; at.len == 0 && p < wm_gaps_place_count(r->gaps); p++) {
        if (wm_gaps_is_own(r->gaps, p)) {
            add_place(r, p);
        }
    }
    return status;
}

/* ---- services ---- */

static wm_status is_open(report *r, wm_str id, bool *open_out)
{
    wm_asker *asker = r->asker;
    int64_t revision = 0;
    wm_str summary_bytes;
    wm_str program;
    wm_summary summary;
    wm_buf_reset(&r->row);
    wm_status status = wm_store_service_revision(asker->store, asker->view, id, &revision, r->err);
    if (status == WM_OK) {
        status =
            wm_store_service_row(asker->store, revision, &r->row, &summary_bytes, &program, r->err);
    }
    if (status == WM_OK) {
        status = wm_summary_decode(summary_bytes, &summary, r->err);
    }
    if (status == WM_OK) {
        wm_service_status word = wm_status_on(&summary, r->today);
        *open_out = (word == WM_SERVICE_ACTIVE || word == WM_SERVICE_CLOSING) &&
                    !wm_is_full_on(&summary, r->today);
    }
    return status;
}

/* A nation among its areas: it serves this place as it serves any other. */
static bool is_national(const report *r, const wm_json *service)
{
    const wm_json *areas = wm_json_get(service, "areas");
    for (uint32_t i = 0; wm_json_is(areas, WM_JSON_ARRAY) && i < areas->count; i++) {
        wm_locality area = wm_locality_find(r->asker->tree, wm_json_string(&areas->as.items[i]));
        if (area != WM_LOCALITY_NONE &&
            wm_locality_kind_of(r->asker->tree, area) == WM_LOCALITY_NATION) {
            return true;
        }
    }
    return false;
}

static wm_status add_service(void *context, const wm_record *record, wm_error *err)
{
    report *r = context;
    bool open = false;
    const wm_json *value = NULL;
    wm_status status = is_open(r, record->id, &open);
    r->looked_at++;
    if (status != WM_OK || !open) {
        return status;
    }
    r->open++;
    wm_arena_reset(&r->of_record);
    status = wm_json_parse(&r->of_record, record->bytes, WM_RECORD_BYTES_MAX, &value, err);
    if (status == WM_OK && r->is_local && is_national(r, value)) {
        r->passed_over++;
        return WM_OK;
    }
    return status == WM_OK ? wm_gaps_add(r->gaps, value, true, err) : status;
}

static wm_status add_languages(void *context, const wm_record *record, wm_error *err)
{
    report *r = context;
    const wm_json *value = NULL;
    wm_arena_reset(&r->of_record);
    wm_status status =
        wm_json_parse(&r->of_record, record->bytes, WM_RECORD_BYTES_MAX, &value, err);
    if (status != WM_OK) {
        return status;
    }
    const wm_json *languages = wm_json_get(value, "languages");
    uint32_t count = wm_json_is(languages, WM_JSON_ARRAY) ? languages->count : 0;
    for (uint32_t i = 0; i < count && status == WM_OK; i++) {
        status = wm_gaps_add_language(r->gaps, wm_json_string(&languages->as.items[i]), err);
    }
    return status;
}

static wm_status gather(report *r)
{
    wm_asker *asker = r->asker;
    wm_gaps_scope scope = { asker->tree, asker->needs, asker->has_facts ? asker->registry : NULL,
                            r->today, true };
    wm_status status = wm_gaps_new(asker->env, &scope, &r->gaps, r->err);
    if (status == WM_UNSUPPORTED) {
        return wm_fail(r->err, WM_TOO_LARGE, "too many needs and places to look at them all");
    }
    wm_record_sink languages = { add_languages, r };
    wm_record_sink services = { add_service, r };
    if (status == WM_OK) {
        status = wm_store_each(asker->store, asker->view, WM_KIND_BIT(WM_KIND_DIRECTORY),
                               &languages, r->err);
    }
    return status == WM_OK ? wm_store_each(asker->store, asker->view, WM_KIND_BIT(WM_KIND_SERVICE),
                                           &services, r->err)
                           : status;
}

/* ---- writing ---- */

static void write_ages(const wm_gap_set *ages, wm_json_out *out)
{
    wm_json_out_name(out, "ages");
    wm_json_out_array(out);
    for (unsigned from = 0; from < WM_GAP_AGES; from++) {
        if (!wm_gap_set_has(ages, from)) {
            continue;
        }
        unsigned to = from;
        while (to + 1 < WM_GAP_AGES && wm_gap_set_has(ages, to + 1)) {
            to++;
        }
        wm_json_out_array(out);
        wm_json_out_integer(out, from);
        wm_json_out_integer(out, to);
        wm_json_out_end_array(out);
        from = to;
    }
    wm_json_out_end_array(out);
}

static void write_languages(const report *r, const char *name, const wm_gap_set *languages,
                            wm_json_out *out)
{
    wm_str tag = { NULL, 0 };
    wm_json_out_name(out, name);
    wm_json_out_array(out);
    while (wm_gap_next_language(r->gaps, languages, &tag)) {
        wm_json_out_string(out, tag);
    }
    wm_json_out_end_array(out);
}

static wm_status write_gap(report *r, const wm_gap *gap, wm_json_out *out)
{
    wm_json_out_object(out);
    wm_json_out_member_text(out, "kind", wm_gap_kind_name(gap->kind));
    if (gap->kind == WM_GAP_HOURS) {
        wm_json_out_member_text(out, "period", gap->period == WM_GAP_NIGHT ? "night" : "weekend");
        wm_json_out_member_boolean(out, "in_part", gap->in_part);
    }
    if (gap->kind == WM_GAP_LANGUAGES) {
        write_languages(r, "nobody", &gap->missing, out);
        write_languages(r, "interpreter", &gap->interpreted, out);
    } else if (gap->kind != WM_GAP_NONE) {
        write_ages(&gap->ages, out);
    }
    if (gap->kind == WM_GAP_HOURS || gap->kind == WM_GAP_ROUTES || gap->kind == WM_GAP_LANGUAGES) {
        wm_json_out_member_boolean(out, "unsaid", gap->unsaid);
    }
    wm_buf_reset(&r->row);
    wm_gap_sentence(r->gaps, gap, &r->row);
    wm_json_out_member_string(out, "text", wm_buf_str(&r->row));
    wm_json_out_end_object(out);
    return wm_buf_status(&r->row, r->err);
}

/* The need at the top: the one whose id begins the id, as in "mood.low", else the nearest, else the
 * first by id. */
static wm_need group_of(const wm_needs *needs, wm_need need)
{
    const wm_need_step *above = NULL;
    const wm_need_step *tops = NULL;
    size_t count = wm_needs_above(needs, need, &above);
    wm_need best = need;
    uint32_t best_steps = UINT32_MAX;
    for (size_t i = 0; i < count; i++) {
        wm_str id = wm_needs_id(needs, above[i].need);
        bool is_top = wm_needs_above(needs, above[i].need, &tops) == 1;
        bool begins = wm_str_starts(wm_needs_id(needs, need), id);
        uint32_t steps = begins ? 0 : above[i].steps + 1;
        if (is_top && steps < best_steps) {
            best = above[i].need;
            best_steps = steps;
        }
    }
    return best;
}

static wm_status write_need(report *r, size_t place, wm_need need, wm_json_out *out)
{
    wm_gap found[WM_GAPS_MAX];
    const wm_needs *needs = r->asker->needs;
    size_t count = wm_gaps_find(r->gaps, place, need, found);
    wm_status status = WM_OK;
    if (count == 0) {
        return WM_OK;
    }
    wm_json_out_object(out);
    wm_json_out_member_string(out, "need", wm_needs_id(needs, need));
    wm_json_out_member_string(out, "label", wm_needs_label(needs, need));
    wm_json_out_member_string(out, "group", wm_needs_id(needs, group_of(needs, need)));
    wm_json_out_member_integer(out, "services", wm_gaps_cell(r->gaps, place, need)->services);
    wm_json_out_name(out, "gaps");
    wm_json_out_array(out);
    for (size_t i = 0; i < count && status == WM_OK; i++) {
        status = write_gap(r, &found[i], out);
    }
    wm_json_out_end_array(out);
    wm_json_out_end_object(out);
    return status;
}

static wm_status write_place(report *r, size_t place, wm_json_out *out)
{
    const wm_locality_tree *tree = r->asker->tree;
    wm_gap safety;
    wm_status status = WM_OK;
    wm_json_out_object(out);
    wm_json_out_member_string(out, "code", wm_locality_code(tree, wm_gaps_place(r->gaps, place)));
    wm_json_out_member_string(out, "name", wm_locality_name(tree, wm_gaps_place(r->gaps, place)));
    wm_json_out_name(out, "gaps");
    wm_json_out_array(out);
    if (wm_gaps_find_safety(r->gaps, place, &safety)) {
        status = write_gap(r, &safety, out);
    }
    wm_json_out_end_array(out);
    wm_json_out_name(out, "needs");
    wm_json_out_array(out);
    for (size_t n = 0; n < wm_needs_count(r->asker->needs) && status == WM_OK; n++) {
        if (r->is_needed[n]) {
            status = write_need(r, place, (wm_need)n, out);
        }
    }
    wm_json_out_end_array(out);
    wm_json_out_end_object(out);
    return status;
}

/* The groups of the needs that were looked at, for whoever makes a table of it. */
static void write_groups(const report *r, wm_json_out *out)
{
    const wm_needs *needs = r->asker->needs;
    wm_json_out_name(out, "groups");
    wm_json_out_array(out);
    for (size_t top = 0; top < wm_needs_count(needs); top++) {
        int64_t count = 0;
        for (size_t n = 0; n < wm_needs_count(needs); n++) {
            count += r->is_needed[n] && group_of(needs, (wm_need)n) == top ? 1 : 0;
        }
        if (count > 0) {
            wm_json_out_object(out);
            wm_json_out_member_string(out, "need", wm_needs_id(needs, (wm_need)top));
            wm_json_out_member_string(out, "label", wm_needs_label(needs, (wm_need)top));
            wm_json_out_member_integer(out, "needs", count);
            wm_json_out_end_object(out);
        }
    }
    wm_json_out_end_array(out);
}

static wm_status write_report(report *r, wm_buf *buf)
{
    wm_json_out out;
    char day[WM_DATE_TEXT_BYTES];
    wm_status status = WM_OK;
    wm_json_out_init(&out, buf);
    wm_json_out_object(&out);
    wm_json_out_member_integer(&out, "release",
                               r->asker->has_release ? r->asker->release.number : 0);
    if (r->asker->has_release) {
        wm_json_out_member_text(&out, "released_on", wm_date_format(r->asker->release.date, day));
    }
    wm_json_out_member_text(&out, "edition", wm_edition_name(r->asker->edition));
    if (wm_asker_is_stale(r->asker, r->today)) {
        wm_json_out_member_text(&out, "stale_since", r->asker->stale_since);
    }
    wm_json_out_name(&out, "emergency");
    wm_emergency_write(&out);
    wm_json_out_member_text(&out, "as_of", wm_date_format(r->today, day));
    wm_json_out_member_integer(&out, "services", (int64_t)r->looked_at);
    wm_json_out_member_integer(&out, "open", (int64_t)r->open);
    wm_json_out_member_integer(&out, "national_left_out", (int64_t)r->passed_over);
    write_groups(r, &out);
    wm_json_out_name(&out, "places");
    wm_json_out_array(&out);
    for (size_t i = 0; i < r->place_count && status == WM_OK; i++) {
        status = write_place(r, r->places[i], &out);
    }
    wm_json_out_end_array(&out);
    wm_json_out_end_object(&out);
    return status == WM_OK ? wm_buf_status(buf, r->err) : status;
}

wm_status wm_gaps_report(wm_asker *asker, wm_str request, const wm_date *today, wm_buf *out,
                         wm_error *err)
{
    if (today == NULL) {
        return wm_fail(err, WM_BAD_INPUT, "today: expected a date like 2026-01-31, found none");
    }
    report r = { .asker = asker, .today = *today, .err = err };
    wm_arena_init(&r.arena, asker->env, SIZE_MAX / 2);
    wm_arena_init(&r.of_record, asker->env, SIZE_MAX / 2);
    wm_buf_init(&r.row, asker->env, 4 * WM_RECORD_BYTES_MAX);
    wm_status status = wm_store_read_begin(asker->store, err);
    if (status != WM_OK) {
        goto out;
    }
    status = wm_asker_refresh(asker, err);
    if (status == WM_OK) {
        status = read_request(&r, request);
    }
    if (status == WM_OK) {
        r.is_local = wm_json_boolean(wm_json_get(r.request, "local"), false);
        status = choose_needs(&r);
    }
    if (status == WM_OK) {
        status = gather(&r);
    }
    if (status == WM_OK) {
        status = choose_places(&r);
    }
    if (status == WM_OK) {
        status = write_report(&r, out);
    }
    wm_store_read_end(asker->store);
out:
    wm_gaps_free(r.gaps);
    wm_buf_fini(&r.row);
    wm_arena_fini(&r.of_record);
    wm_arena_fini(&r.arena);
    return status;
}
