/* entries.c: from the JSON of a service to the parts of its entry. */
#include "store/entries.h"

#include <waymark/sys/criteria.h>
#include <waymark/sys/limits.h>

#include "model/face.h"
#include "rules/brief.h"

void wm_entry_parts_init(wm_entry_parts *parts, const wm_env *env)
{
    wm_buf_init(&parts->summary, env, WM_RECORD_BYTES_MAX);
    wm_buf_init(&parts->criteria, env, WM_RECORD_BYTES_MAX);
    wm_buf_init(&parts->program, env, WM_RECORD_BYTES_MAX);
    wm_buf_init(&parts->face, env, WM_FACE_BYTES_MAX);
    wm_buf_init(&parts->successors, env, WM_RECORD_BYTES_MAX);
    wm_arena_init(&parts->scratch, env, SIZE_MAX / 2);
}

static void reset(wm_entry_parts *parts)
{
    wm_buf_reset(&parts->summary);
    wm_buf_reset(&parts->criteria);
    wm_buf_reset(&parts->program);
    wm_buf_reset(&parts->face);
    wm_buf_reset(&parts->successors);
    wm_arena_reset(&parts->scratch);
}

void wm_entry_parts_fini(wm_entry_parts *parts)
{
    wm_arena_fini(&parts->scratch);
    wm_buf_fini(&parts->successors);
    wm_buf_fini(&parts->face);
    wm_buf_fini(&parts->program);
    wm_buf_fini(&parts->criteria);
    wm_buf_fini(&parts->summary);
}

static wm_status number_sites(wm_store *store, wm_txn *txn, const wm_json *sites, wm_arena *arena,
                              wm_site_numbers *numbers_out, wm_error *err)
{
    uint32_t count = wm_json_is(sites, WM_JSON_ARRAY) ? sites->count : 0;
    uint32_t *numbers = wm_arena_array(arena, count, sizeof *numbers);
    wm_status status = WM_OK;
    if (numbers == NULL) {
        return wm_fail_memory(err);
    }
    for (uint32_t i = 0; i < count && status == WM_OK; i++) {
        wm_str id = wm_json_string(&sites->as.items[i]);
        status = txn != NULL ? wm_site_give_number(txn, id, &numbers[i], err)
                             : wm_site_number(store, id, &numbers[i], err);
        if (status == WM_NOT_FOUND) {
            numbers[i] = WM_SYMBOL_NONE;
            status = WM_OK;
        }
    }
    *numbers_out = (wm_site_numbers){ numbers, count };
    return status;
}

static wm_status make_summary(wm_store *store, wm_txn *txn, const wm_json *service,
                              wm_entry_parts *parts, wm_error *err)
{
    wm_site_numbers sites;
    wm_symbols *symbols = NULL;
    wm_status status =
        number_sites(store, txn, wm_json_get(service, "sites"), &parts->scratch, &sites, err);
    if (status == WM_OK) {
        status = wm_store_writing_symbols(store, &symbols, err);
    }
    if (status == WM_OK) {
        status = wm_summary_encode(service, symbols, &sites, &parts->summary, err);
    }
    return status;
}

/* Facts and terms need no registry here: `check` compares them with the fact records. */
static wm_status make_program(wm_store *store, const wm_indexed *service, wm_entry_parts *parts,
                              wm_error *err)
{
    wm_symbols *symbols = NULL;
    if (service->made != NULL && service->made->program.len > 0) {
        wm_buf_put_str(&parts->program, service->made->program);
        return wm_buf_status(&parts->program, err);
    }
    wm_status status = wm_store_writing_symbols(store, &symbols, err);
    if (status == WM_OK) {
        wm_criteria_context context = { .symbols = symbols };
        status = wm_criteria_compile(wm_json_get(service->value, "eligibility"), &context,
                                     &parts->program, err);
    }
    if (status == WM_BAD_RECORD) {
        wm_error_context(err, "eligibility");
    }
    return status;
}

static wm_status make_brief(wm_entry_parts *parts, wm_error *err)
{
    wm_criteria criteria;
    wm_summary summary;
    wm_status status = wm_criteria_load(parts->program.data, parts->program.len, &criteria, err);
    if (status == WM_OK) {
        status = wm_summary_decode(wm_buf_str(&parts->summary), &summary, err);
    }
    return status == WM_OK ? wm_brief_put(&criteria, summary.areas, &parts->criteria, err) : status;
}

static wm_status make_successors(const wm_json *list, wm_buf *out, wm_error *err)
{
    for (uint32_t i = 0; wm_json_is(list, WM_JSON_ARRAY) && i < list->count; i++) {
        wm_buf_put_str(out, wm_json_string(&list->as.items[i]));
        wm_buf_put_char(out, '\n');
    }
    return wm_buf_status(out, err);
}

static wm_status make_face(const wm_indexed *service, wm_entry_parts *parts, wm_error *err)
{
    if (service->made == NULL || service->made->face.len == 0) {
        return wm_face_encode(service->value, &parts->face, err);
    }
    wm_buf_put_str(&parts->face, service->made->face);
    return wm_buf_status(&parts->face, err);
}

wm_status wm_entry_parts_make(wm_store *store, wm_txn *txn, const wm_indexed *service,
                              wm_entry_parts *parts, wm_error *err)
{
    const wm_json *successors = wm_json_get(service->value, "successors");
    reset(parts);
    wm_status status = make_program(store, service, parts, err);
    if (status == WM_OK) {
        status = make_summary(store, txn, service->value, parts, err);
    }
    if (status == WM_OK) {
        status = make_brief(parts, err);
    }
    if (status == WM_OK) {
        status = make_face(service, parts, err);
    }
    return status == WM_OK ? make_successors(successors, &parts->successors, err) : status;
}

uint32_t wm_entry_home(const wm_summary *summary)
{
    return summary->areas.count > 0 ? wm_symbol_list_at(summary->areas, 0) : WM_SYMBOL_NONE;
}

/* True the first time that it stands in the list. */
static bool is_first(wm_symbol_list list, uint32_t at)
{
    wm_symbol symbol = wm_symbol_list_at(list, at);
    for (uint32_t i = 0; i < at; i++) {
        if (wm_symbol_list_at(list, i) == symbol) {
            return false;
        }
    }
    return true;
}

/* A key for each area; without areas one for none. */
static void add_keys(const wm_summary *summary, uint32_t need, wm_posting_key *keys, size_t *count)
{
    for (uint32_t a = 0; a < summary->areas.count; a++) {
        if (is_first(summary->areas, a)) {
            keys[(*count)++] = (wm_posting_key){ need, wm_symbol_list_at(summary->areas, a) };
        }
    }
    if (summary->areas.count == 0) {
        keys[(*count)++] = (wm_posting_key){ need, WM_SYMBOL_NONE };
    }
}

wm_status wm_entry_keys(const wm_summary *summary, wm_arena *arena, wm_posting_key **keys_out,
                        size_t *count_out, wm_error *err)
{
    size_t needs = 1 + (size_t)summary->needs.count + summary->offers.count;
    size_t areas = summary->areas.count > 0 ? summary->areas.count : 1;
    size_t count = 0;
    wm_posting_key *keys = wm_arena_array(arena, needs * areas, sizeof *keys);
    if (keys == NULL) {
        return wm_fail_memory(err);
    }
    add_keys(summary, WM_POSTING_EVERY, keys, &count);
    for (uint32_t i = 0; i < summary->needs.count; i++) {
        wm_symbol need = wm_symbol_list_at(summary->needs, i);
        if (is_first(summary->needs, i) && need < WM_POSTING_EVERY) {
            add_keys(summary, need, keys, &count);
        }
    }
    for (uint32_t i = 0; i < summary->offers.count; i++) {
        wm_symbol offer = wm_symbol_list_at(summary->offers, i);
        if (is_first(summary->offers, i) && offer < WM_POSTING_EVERY) {
            add_keys(summary, offer | WM_POSTING_OFFER, keys, &count);
        }
    }
    *keys_out = keys;
    *count_out = count;
    return WM_OK;
}
