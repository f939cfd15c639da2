/* scan.c: see scan.h. Names that begin with __wrap are the linker's: it puts
 * them in place of the functions that are named behind them. */
#include "scan.h"

#include <stdlib.h>

#include "model/face.h"
#include "model/summary.h"
#include "rules/brief.h"
#include "rules/signpost.h"
#include "rules/unfold.h"
#include "store/gists.h"
#include "store/phrases.h"
#include "store/statement.h"
#include "testing.h"

static const char SQL_SERVICES[] = "SELECT rev, record FROM revision"
                                   " WHERE kind = ?1 AND since <= ?2 AND until > ?2 ORDER BY rev";

static const char SQL_RECORD[] = "SELECT record FROM revision WHERE rev = ?1";
static const char SQL_REVISION[] = "SELECT rev FROM revision"
                                   " WHERE kind = ?1 AND id = ?2 AND since <= ?3 AND until > ?3";
static const char SQL_RULES[] = "SELECT id, record FROM revision"
                                " WHERE kind = ?1 AND since <= ?2 AND until > ?2 ORDER BY id";

/* What a service stands for, as its record has it: lists of symbols, in
 * `symbols` of the scan. */
typedef enum list { LIST_NEEDS, LIST_OFFERS, LIST_AREAS, LIST_COUNT } list;

typedef struct scanned {
    int64_t revision;
    size_t first[LIST_COUNT + 1]; /* a list ends where the next begins */
    wm_str summary;               /* made when they are first asked for */
    wm_str program;               /* behind a mark */
    wm_str face;
    wm_str successors;
} scanned;

struct wm_scan {
    wm_store *store;
    wm_symbols *table;
    wm_arena arena;    /* of what was made */
    scanned *services; /* by revision */
    size_t count;
    size_t capacity;
    wm_symbol *symbols;
    size_t symbol_count;
    size_t symbol_capacity;
    size_t asked;
};

/* The one that is at work; NULL: none. */
static wm_scan *at_work;

static void *grown(void *items, size_t count, size_t *capacity, size_t size)
{
    if (count == *capacity) {
        *capacity = *capacity == 0 ? 4096 : 2 * *capacity;
        items = realloc(items, *capacity * size);
        assert_non_null(items);
    }
    return items;
}

static wm_symbol symbol_of(const wm_scan *scan, list which, wm_str text)
{
    return which == LIST_OFFERS ? wm_offer_symbol(scan->table, text)
                                : wm_symbols_find(scan->table, text);
}

static void add_list(wm_scan *scan, list which, const wm_json *items)
{
    for (uint32_t i = 0; items != NULL && i < items->count; i++) {
        scan->symbols =
            grown(scan->symbols, scan->symbol_count, &scan->symbol_capacity, sizeof *scan->symbols);
        scan->symbols[scan->symbol_count++] = symbol_of(scan, which, items->as.items[i].as.string);
    }
}

static void add_service(wm_scan *scan, int64_t revision, const wm_json *service)
{
    static const char *const names[LIST_COUNT] = { "needs", "offers", "areas" };
    scan->services = grown(scan->services, scan->count, &scan->capacity, sizeof *scan->services);
    scanned *s = &scan->services[scan->count++];
    *s = (scanned){ .revision = revision };
    for (int which = 0; which < LIST_COUNT; which++) {
        s->first[which] = scan->symbol_count;
        add_list(scan, (list)which, wm_json_get(service, names[which]));
    }
    s->first[LIST_COUNT] = scan->symbol_count;
}

static void read_services(wm_scan *scan, wm_view view)
{
    wm_error err = { 0 };
    int64_t number = 0;
    wm_arena arena;
    wm_arena_init(&arena, wm_env_system(), 64 * WM_MIB);
    assert_ok(wm_view_number(scan->store, view, &number, &err), &err);
    wm_stmt st = wm_stmt_open(scan->store, SQL_SERVICES, &err);
    wm_stmt_bind_i64(&st, 1, WM_KIND_SERVICE);
    wm_stmt_bind_i64(&st, 2, number);
    while (wm_stmt_row(&st)) {
        const wm_json *service = NULL;
        wm_arena_reset(&arena);
        assert_ok(wm_store_parse(&arena, wm_stmt_str(&st, 1), &service, &err), &err);
        add_service(scan, wm_stmt_i64(&st, 0), service);
    }
    assert_ok(wm_stmt_close(&st), &err);
    wm_arena_fini(&arena);
}

wm_scan *wm_scan_begin(wm_store *store, wm_view view)
{
    wm_error err = { 0 };
    wm_scan *scan = calloc(1, sizeof *scan);
    assert_non_null(scan);
    assert_null(at_work);
    scan->store = store;
    wm_arena_init(&scan->arena, wm_env_system(), SIZE_MAX / 2);
    assert_ok(wm_store_read_begin(store, &err), &err);
    assert_ok(wm_store_symbols(store, &scan->table, &err), &err);
    read_services(scan, view);
    wm_store_read_end(store);
    at_work = scan;
    return scan;
}

void wm_scan_end(wm_scan *scan)
{
    if (scan == NULL) {
        return;
    }
    at_work = NULL;
    wm_arena_fini(&scan->arena);
    free(scan->symbols);
    free(scan->services);
    free(scan);
}

size_t wm_scan_count(const wm_scan *scan)
{
    return scan->asked;
}

/* The scan of this handle, if there is one. */
static wm_scan *scan_of(const wm_store *store)
{
    wm_scan *scan = at_work != NULL && at_work->store == store ? at_work : NULL;
    if (scan != NULL) {
        scan->asked++;
    }
    return scan;
}

/* The record of a revision, in the arena. */
static const wm_json *service_of(const wm_scan *scan, int64_t revision, wm_arena *arena)
{
    wm_error err = { 0 };
    const wm_json *service = NULL;
    wm_stmt st = wm_stmt_open(scan->store, SQL_RECORD, &err);
    wm_stmt_bind_i64(&st, 1, revision);
    assert_true(wm_stmt_row(&st));
    assert_ok(wm_store_parse(arena, wm_stmt_str(&st, 0), &service, &err), &err);
    assert_ok(wm_stmt_close(&st), &err);
    return service;
}

/* ---- which services ---- */

static bool stands_for(const wm_scan *scan, const scanned *s, list which, const wm_symbol_set *set)
{
    for (size_t i = s->first[which]; i < s->first[which + 1]; i++) {
        for (size_t n = 0; n < set->count; n++) {
            if (set->symbols[n] == scan->symbols[i] && scan->symbols[i] != WM_SYMBOL_NONE) {
                return true;
            }
        }
    }
    return false;
}

static bool is_wanted(const wm_scan *scan, const scanned *s, const wm_candidate_filter *filter)
{
    bool by_need = filter->needs.all || stands_for(scan, s, LIST_NEEDS, &filter->needs) ||
                   stands_for(scan, s, LIST_OFFERS, &filter->needs);
    return by_need && (filter->areas.all || stands_for(scan, s, LIST_AREAS, &filter->areas));
}

/* ---- what is known of one ---- */

/* A copy in the arena of the scan; `bytes` is empty then. */
static wm_str keep(wm_scan *scan, wm_buf *bytes)
{
    wm_error err = { 0 };
    assert_ok(wm_buf_status(bytes, &err), &err);
    wm_str kept = wm_arena_copy(&scan->arena, wm_buf_str(bytes));
    assert_non_null(kept.ptr);
    wm_buf_reset(bytes);
    return kept;
}

/* What is given out as criteria in short is the program in full, behind this.
 */
#define MARK "criteria in full, from the record: "

static wm_str without_mark(wm_str bytes)
{
    return (wm_str){ bytes.ptr + strlen(MARK), bytes.len - strlen(MARK) };
}

static void make_parts(wm_scan *scan, scanned *s)
{
    wm_error err = { 0 };
    wm_arena arena;
    wm_buf bytes;
    wm_criteria_context context = { .symbols = scan->table };
    wm_arena_init(&arena, wm_env_system(), 64 * WM_MIB);
    wm_buf_init(&bytes, wm_env_system(), 4 * WM_RECORD_BYTES_MAX);
    const wm_json *service = service_of(scan, s->revision, &arena);
    const wm_json *sites = wm_json_get(service, "sites");
    size_t site_count = sites != NULL ? sites->count : 0;
    wm_site_numbers numbers = { wm_arena_array(&arena, site_count, sizeof(uint32_t)), site_count };
    assert_ok(wm_summary_encode(service, scan->table, &numbers, &bytes, &err), &err);
    s->summary = keep(scan, &bytes);
    wm_buf_put_text(&bytes, MARK);
    assert_ok(wm_criteria_compile(wm_json_get(service, "eligibility"), &context, &bytes, &err),
              &err);
    s->program = keep(scan, &bytes);
    assert_ok(wm_face_encode(service, &bytes, &err), &err);
    s->face = keep(scan, &bytes);
    const wm_json *successors = wm_json_get(service, "successors");
    for (uint32_t i = 0; successors != NULL && i < successors->count; i++) {
        wm_buf_put_str(&bytes, successors->as.items[i].as.string);
        wm_buf_put_char(&bytes, '\n');
    }
    s->successors = keep(scan, &bytes);
    wm_buf_fini(&bytes);
    wm_arena_fini(&arena);
}

static int by_revision(const void *key, const void *item)
{
    int64_t revision = *(const int64_t *)key;
    const scanned *s = item;
    return (revision > s->revision) - (revision < s->revision);
}

/* With its parts. */
static const scanned *find_service(wm_scan *scan, int64_t revision)
{
    scanned *s =
        bsearch(&revision, scan->services, scan->count, sizeof *scan->services, by_revision);
    assert_non_null(s);
    if (s->summary.ptr == NULL) {
        make_parts(scan, s);
    }
    return s;
}

/* The slot is that of no block: nobody may look there. */
static wm_entry entry_of(wm_scan *scan, int64_t revision)
{
    const scanned *s = find_service(scan, revision);
    return (wm_entry){
        .revision = revision, .slot = UINT32_MAX, .summary = s->summary, .criteria = s->program
    };
}

wm_status __real_wm_store_candidates(wm_store *store, const wm_candidate_filter *filter,
                                     wm_arena *arena, wm_entry **entries_out, size_t *count_out,
                                     wm_error *err);
wm_status __wrap_wm_store_candidates(wm_store *store, const wm_candidate_filter *filter,
                                     wm_arena *arena, wm_entry **entries_out, size_t *count_out,
                                     wm_error *err);

wm_status __wrap_wm_store_candidates(wm_store *store, const wm_candidate_filter *filter,
                                     wm_arena *arena, wm_entry **entries_out, size_t *count_out,
                                     wm_error *err)
{
    wm_scan *scan = scan_of(store);
    if (scan == NULL) {
        return __real_wm_store_candidates(store, filter, arena, entries_out, count_out, err);
    }
    size_t count = 0;
    wm_entry *entries = wm_arena_array(arena, scan->count + 1, sizeof *entries);
    assert_non_null(entries);
    for (size_t i = 0; i < scan->count; i++) {
        if (is_wanted(scan, &scan->services[i], filter)) {
            entries[count++] = entry_of(scan, scan->services[i].revision);
        }
    }
    *entries_out = entries;
    *count_out = count;
    return WM_OK;
}

wm_status __real_wm_store_entry(wm_store *store, int64_t revision, wm_entry *entry_out,
                                wm_error *err);
wm_status __wrap_wm_store_entry(wm_store *store, int64_t revision, wm_entry *entry_out,
                                wm_error *err);

wm_status __wrap_wm_store_entry(wm_store *store, int64_t revision, wm_entry *entry_out,
                                wm_error *err)
{
    wm_scan *scan = scan_of(store);
    if (scan == NULL) {
        return __real_wm_store_entry(store, revision, entry_out, err);
    }
    *entry_out = entry_of(scan, revision);
    return WM_OK;
}

wm_status __real_wm_store_successors(wm_store *store, int64_t revision, wm_buf *bytes_out,
                                     wm_error *err);
wm_status __wrap_wm_store_successors(wm_store *store, int64_t revision, wm_buf *bytes_out,
                                     wm_error *err);

wm_status __wrap_wm_store_successors(wm_store *store, int64_t revision, wm_buf *bytes_out,
                                     wm_error *err)
{
    wm_scan *scan = scan_of(store);
    if (scan == NULL) {
        return __real_wm_store_successors(store, revision, bytes_out, err);
    }
    wm_buf_put_str(bytes_out, find_service(scan, revision)->successors);
    return wm_buf_status(bytes_out, err);
}

wm_status __real_wm_kept_position(wm_store *store, uint32_t number, wm_position *position_out,
                                  wm_error *err);
wm_status __wrap_wm_kept_position(wm_store *store, uint32_t number, wm_position *position_out,
                                  wm_error *err);

wm_status __wrap_wm_kept_position(wm_store *store, uint32_t number, wm_position *position_out,
                                  wm_error *err)
{
    if (scan_of(store) == NULL) {
        return __real_wm_kept_position(store, number, position_out, err);
    }
    *position_out = (wm_position){ .state = WM_POSITION_AS_RECORDED };
    return WM_OK;
}

/* ---- verdicts: by the criteria in full ---- */

wm_status __real_wm_brief_evaluate(wm_str bytes, wm_symbol_list own_areas, wm_brief_memo *memo,
                                   wm_brief_result *result_out, wm_error *err);
wm_status __wrap_wm_brief_evaluate(wm_str bytes, wm_symbol_list own_areas, wm_brief_memo *memo,
                                   wm_brief_result *result_out, wm_error *err);

wm_status __wrap_wm_brief_evaluate(wm_str bytes, wm_symbol_list own_areas, wm_brief_memo *memo,
                                   wm_brief_result *result_out, wm_error *err)
{
    wm_criteria criteria;
    wm_verdict_result whole;
    if (!wm_str_starts(bytes, WM_STR(MARK))) {
        return __real_wm_brief_evaluate(bytes, own_areas, memo, result_out, err);
    }
    wm_str program = without_mark(bytes);
    assert_ok(wm_criteria_load(program.ptr, program.len, &criteria, err), err);
    wm_criteria_evaluate(&criteria, memo->evaluation, &whole);
    result_out->verdict = whole.verdict;
    result_out->near_miss = whole.near_miss;
    result_out->only_area_decides = whole.only_area_decides;
    result_out->reason_count = 0;
    for (size_t i = 0; i < criteria.exclusion_count; i++) {
        wm_exclusion exclusion = wm_criteria_exclusion(&criteria, i);
        if (whole.truth[exclusion.node] == WM_TRUTH_T && exclusion.reason != WM_SYMBOL_NONE) {
            result_out->reasons[result_out->reason_count++] = exclusion.reason;
        }
    }
    return WM_OK;
}

wm_status __real_wm_brief_unfold(wm_str bytes, wm_symbol_list own_areas, wm_arena *arena,
                                 wm_criteria *criteria_out, wm_error *err);
wm_status __wrap_wm_brief_unfold(wm_str bytes, wm_symbol_list own_areas, wm_arena *arena,
                                 wm_criteria *criteria_out, wm_error *err);

wm_status __wrap_wm_brief_unfold(wm_str bytes, wm_symbol_list own_areas, wm_arena *arena,
                                 wm_criteria *criteria_out, wm_error *err)
{
    if (!wm_str_starts(bytes, WM_STR(MARK))) {
        return __real_wm_brief_unfold(bytes, own_areas, arena, criteria_out, err);
    }
    wm_str program = without_mark(bytes);
    return wm_criteria_load(program.ptr, program.len, criteria_out, err);
}

/* ---- single services ---- */

wm_status __real_wm_store_service_row(wm_store *store, int64_t revision, wm_buf *bytes_out,
                                      wm_str *summary_out, wm_str *program_out, wm_error *err);
wm_status __wrap_wm_store_service_row(wm_store *store, int64_t revision, wm_buf *bytes_out,
                                      wm_str *summary_out, wm_str *program_out, wm_error *err);

wm_status __wrap_wm_store_service_row(wm_store *store, int64_t revision, wm_buf *bytes_out,
                                      wm_str *summary_out, wm_str *program_out, wm_error *err)
{
    wm_scan *scan = scan_of(store);
    if (scan == NULL) {
        return __real_wm_store_service_row(store, revision, bytes_out, summary_out, program_out,
                                           err);
    }
    const scanned *s = find_service(scan, revision);
    size_t start = bytes_out->len;
    wm_buf_put_str(bytes_out, s->summary);
    wm_str program = without_mark(s->program);
    wm_buf_put_str(bytes_out, program);
    *summary_out = (wm_str){ bytes_out->data + start, s->summary.len };
    *program_out = (wm_str){ bytes_out->data + start + s->summary.len, program.len };
    return wm_buf_status(bytes_out, err);
}

wm_status __real_wm_store_shown(wm_store *store, int64_t revision, wm_buf *bytes_out,
                                size_t *face_bytes_out, wm_error *err);
wm_status __wrap_wm_store_shown(wm_store *store, int64_t revision, wm_buf *bytes_out,
                                size_t *face_bytes_out, wm_error *err);

wm_status __wrap_wm_store_shown(wm_store *store, int64_t revision, wm_buf *bytes_out,
                                size_t *face_bytes_out, wm_error *err)
{
    wm_scan *scan = scan_of(store);
    if (scan == NULL) {
        return __real_wm_store_shown(store, revision, bytes_out, face_bytes_out, err);
    }
    const scanned *s = find_service(scan, revision);
    wm_buf_put_str(bytes_out, s->face);
    wm_buf_put_str(bytes_out, without_mark(s->program));
    *face_bytes_out = s->face.len;
    return wm_buf_status(bytes_out, err);
}

wm_status __real_wm_store_service_revision(wm_store *store, wm_view view, wm_str id,
                                           int64_t *revision_out, wm_error *err);
wm_status __wrap_wm_store_service_revision(wm_store *store, wm_view view, wm_str id,
                                           int64_t *revision_out, wm_error *err);

wm_status __wrap_wm_store_service_revision(wm_store *store, wm_view view, wm_str id,
                                           int64_t *revision_out, wm_error *err)
{
    int64_t number = 0;
    if (scan_of(store) == NULL) {
        return __real_wm_store_service_revision(store, view, id, revision_out, err);
    }
    assert_ok(wm_view_number(store, view, &number, err), err);
    wm_stmt st = wm_stmt_open(store, SQL_REVISION, err);
    wm_stmt_bind_i64(&st, 1, WM_KIND_SERVICE);
    wm_stmt_bind_text(&st, 2, id);
    wm_stmt_bind_i64(&st, 3, number);
    bool found = wm_stmt_row(&st);
    if (found) {
        *revision_out = wm_stmt_i64(&st, 0);
    }
    assert_ok(wm_stmt_close(&st), err);
    return found ? WM_OK : WM_NOT_FOUND;
}

/* ---- rules ---- */

static wm_rule_program compile_rule(wm_scan *scan, wm_str id, wm_str record, wm_arena *arena)
{
    wm_error err = { 0 };
    wm_buf program;
    const wm_json *rule = NULL;
    wm_criteria_context context = { .symbols = scan->table, .allow_actor = true };
    wm_buf_init(&program, wm_env_system(), WM_RECORD_BYTES_MAX);
    assert_ok(wm_store_parse(&scan->arena, record, &rule, &err), &err);
    assert_ok(wm_rule_compile(rule, &context, &program, &err), &err);
    wm_rule_program made = { wm_arena_copy(arena, id), wm_arena_copy(arena, wm_buf_str(&program)) };
    wm_buf_fini(&program);
    assert_true(made.id.ptr != NULL && made.program.ptr != NULL);
    return made;
}

wm_status __real_wm_store_rules(wm_store *store, wm_view view, wm_arena *arena,
                                wm_rule_program **programs_out, size_t *count_out, wm_error *err);
wm_status __wrap_wm_store_rules(wm_store *store, wm_view view, wm_arena *arena,
                                wm_rule_program **programs_out, size_t *count_out, wm_error *err);

wm_status __wrap_wm_store_rules(wm_store *store, wm_view view, wm_arena *arena,
                                wm_rule_program **programs_out, size_t *count_out, wm_error *err)
{
    wm_scan *scan = scan_of(store);
    if (scan == NULL) {
        return __real_wm_store_rules(store, view, arena, programs_out, count_out, err);
    }
    int64_t number = 0;
    size_t count = 0;
    size_t capacity = 0;
    wm_rule_program *programs = NULL;
    assert_ok(wm_view_number(store, view, &number, err), err);
    wm_stmt st = wm_stmt_open(store, SQL_RULES, err);
    wm_stmt_bind_i64(&st, 1, WM_KIND_RULE);
    wm_stmt_bind_i64(&st, 2, number);
    while (wm_stmt_row(&st)) {
        programs = wm_arena_grow(arena, programs, count, &capacity, sizeof *programs);
        assert_non_null(programs);
        programs[count++] = compile_rule(scan, wm_stmt_str(&st, 0), wm_stmt_str(&st, 1), arena);
    }
    assert_ok(wm_stmt_close(&st), err);
    *programs_out = programs;
    *count_out = count;
    return WM_OK;
}

/* ---- vocabulary: the records in full ---- */

wm_status __real_wm_store_gists(wm_store *store, wm_view view, wm_kind kind, wm_arena *arena,
                                const wm_gist_sink *sink, wm_error *err);
wm_status __wrap_wm_store_gists(wm_store *store, wm_view view, wm_kind kind, wm_arena *arena,
                                const wm_gist_sink *sink, wm_error *err);

typedef struct whole_records {
    wm_arena *arena;
    const wm_gist_sink *sink;
} whole_records;

static wm_status put_whole(void *context, const wm_record *record, wm_error *err)
{
    const whole_records *to = context;
    const wm_json *value = NULL;
    wm_status status = wm_store_parse(to->arena, record->bytes, &value, err);
    return status == WM_OK ? to->sink->put(to->sink->context, record->id, value, err) : status;
}

wm_status __wrap_wm_store_gists(wm_store *store, wm_view view, wm_kind kind, wm_arena *arena,
                                const wm_gist_sink *sink, wm_error *err)
{
    whole_records to = { arena, sink };
    wm_record_sink records = { put_whole, &to };
    return scan_of(store) == NULL ? __real_wm_store_gists(store, view, kind, arena, sink, err)
                                  : wm_store_each(store, view, WM_KIND_BIT(kind), &records, err);
}

wm_status __real_wm_store_get_gist(wm_store *store, wm_view view, wm_kind kind, wm_str id,
                                   wm_arena *arena, const wm_json **record_out, wm_error *err);
wm_status __wrap_wm_store_get_gist(wm_store *store, wm_view view, wm_kind kind, wm_str id,
                                   wm_arena *arena, const wm_json **record_out, wm_error *err);

wm_status __wrap_wm_store_get_gist(wm_store *store, wm_view view, wm_kind kind, wm_str id,
                                   wm_arena *arena, const wm_json **record_out, wm_error *err)
{
    return scan_of(store) == NULL
               ? __real_wm_store_get_gist(store, view, kind, id, arena, record_out, err)
               : wm_store_get_json(store, view, kind, id, arena, record_out, err);
}

/* Words of needs: read from the records. */
wm_status __real_wm_store_phrases(wm_store *store, wm_view view, wm_needs *needs, wm_error *err);
wm_status __wrap_wm_store_phrases(wm_store *store, wm_view view, wm_needs *needs, wm_error *err);

wm_status __wrap_wm_store_phrases(wm_store *store, wm_view view, wm_needs *needs, wm_error *err)
{
    return scan_of(store) == NULL ? __real_wm_store_phrases(store, view, needs, err) : WM_NOT_FOUND;
}
