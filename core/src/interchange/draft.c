/* draft.c: see draft.h. */
#include "draft.h"

#include <stdio.h>

#include "tree.h"

#include "model/face.h"
#include "store/names.h"

#define ARENA_BYTES_MAX (256 * WM_MIB)
#define BYTES_MAX (WM_ORUK_RECORDS_MAX * WM_RECORD_BYTES_MAX)

wm_status draft_new(const draft_vocabulary *vocabulary, wm_import_draft **draft_out, wm_error *err)
{
    wm_import_draft *draft = wm_env_alloc(vocabulary->env, sizeof *draft);
    if (draft == NULL) {
        return wm_fail_memory(err);
    }
    draft->vocabulary = vocabulary;
    wm_arena_init(&draft->arena, vocabulary->env, ARENA_BYTES_MAX);
    wm_buf_init(&draft->bytes, vocabulary->env, BYTES_MAX);
    wm_buf_init(&draft->made, vocabulary->env, BYTES_MAX);
    *draft_out = draft;
    return WM_OK;
}

void wm_import_draft_free(wm_import_draft *draft)
{
    if (draft != NULL) {
        wm_buf_fini(&draft->made);
        wm_buf_fini(&draft->bytes);
        wm_arena_fini(&draft->arena);
        wm_env_free(draft->vocabulary->env, draft, sizeof *draft);
    }
}

/* ---- mapping ---- */

static bool has_record(void *context, wm_kind kind, wm_str id)
{
    wm_import_draft *draft = context;
    const draft_vocabulary *vocabulary = draft->vocabulary;
    if (kind == WM_KIND_LOCALITY) {
        return wm_locality_find(vocabulary->tree, id) != WM_LOCALITY_NONE;
    }
    if (kind == WM_KIND_NEED) {
        return wm_symbols_find(vocabulary->needs, id) != WM_SYMBOL_NONE;
    }
    draft->is_unsure = draft->is_unsure || draft->is_ahead;
    return !draft->is_ahead && vocabulary->has(vocabulary->context, kind, id);
}

static void keep_note(void *context, const char *what, wm_str example)
{
    wm_import_draft *draft = context;
    draft_note *notes = wm_arena_grow(&draft->arena, draft->notes, draft->note_count,
                                      &draft->note_capacity, sizeof *notes);
    if (notes == NULL) {
        draft->no_memory = true;
        return;
    }
    draft->notes = notes;
    notes[draft->note_count++] = (draft_note){ what, example };
}

static void map(wm_import_draft *draft)
{
    const wm_oruk_world world = { .source = draft->vocabulary->source,
                                  .terms = draft->vocabulary->terms,
                                  .makes_needs = draft->vocabulary->makes_needs,
                                  .has = has_record,
                                  .note = keep_note,
                                  .context = draft };
    draft->note_count = 0;
    draft->is_unsure = false;
    draft->status =
        wm_oruk_read(&draft->arena, draft->service, &world, &draft->records, &draft->why);
    if (draft->no_memory) {
        draft->status = wm_fail_memory(&draft->why);
    }
    draft->stage = DRAFT_MAPPED;
}

void draft_read(wm_import_draft *draft, const wm_element *element, bool is_ahead)
{
    draft->number = element->number;
    draft->is_ahead = is_ahead;
    draft->is_unsure = false;
    draft->no_memory = false;
    draft->stage = DRAFT_PARSED;
    draft->service = NULL;
    draft->notes = NULL;
    draft->note_count = draft->note_capacity = 0;
    wm_error_clear(&draft->why);
    wm_arena_reset(&draft->arena);
    draft->status =
        element->too_large
            ? wm_fail(&draft->why, WM_TOO_LARGE,
                      "expected at most %zu bytes for a service, found more", WM_ELEMENT_BYTES_MAX)
            : wm_oruk_parse(&draft->arena, element->text, &draft->service, &draft->why);
    if (draft->status == WM_OK && !(is_ahead && draft->vocabulary->makes_needs)) {
        map(draft);
    }
}

void wm_import_draft_read(wm_import_draft *draft, const wm_element *element)
{
    draft_read(draft, element, true);
}

/* ---- checks ---- */

typedef struct first_error {
    bool found;
    char text[WM_ERROR_TEXT_MAX];
} first_error;

static wm_status keep_first(void *context, const wm_finding *finding)
{
    first_error *first = context;
    if (finding->is_error && !first->found) {
        first->found = true;
        bool is_service = finding->kind == WM_KIND_SERVICE;
        (void)snprintf(first->text, sizeof first->text, "%s%.*s%s%s%s%s",
                       is_service ? "" : wm_kind_name(finding->kind),
                       is_service ? 0 : (int)finding->id.len + 1, is_service ? "" : " ",
                       is_service ? "" : ": ", finding->path, finding->path[0] != '\0' ? ": " : "",
                       finding->text);
    }
    return WM_OK;
}

static wm_status check_reference(void *context, const wm_reference *reference)
{
    wm_import_draft *draft = context;
    bool is_vocabulary = reference->kind == WM_KIND_LOCALITY || reference->kind == WM_KIND_NEED;
    if (!reference->required || !is_vocabulary ||
        has_record(context, reference->kind, reference->id)) {
        return WM_OK;
    }
    for (size_t i = 0; i < draft->records.count; i++) { /* needs that the service makes */
        if (draft->records.items[i].kind == reference->kind &&
            wm_str_equal(draft->records.items[i].id, reference->id)) {
            return WM_OK;
        }
    }
    return wm_fail(&draft->why, WM_BAD_RECORD, "%s: expected a %s that is here, found \"%.*s\"",
                   reference->path, wm_kind_name(reference->kind), WM_STR_ARG(reference->id));
}

static wm_status check_record(wm_import_draft *draft, size_t at)
{
    const wm_oruk_record *record = &draft->records.items[at];
    first_error first = { .found = false };
    wm_finding_sink sink = { keep_first, &first };
    wm_status status = wm_record_check(record->kind, record->id, record->value, &sink, &draft->why);
    if (status == WM_OK && first.found) {
        status = wm_fail(&draft->why, WM_BAD_RECORD, "%s", first.text);
    }
    if (status == WM_OK) {
        status =
            wm_record_references(record->kind, record->value, check_reference, draft, &draft->why);
    }
    if (status != WM_OK) {
        return status;
    }
    if (!tree_can_be_read(record->value)) { /* what is around it now made it more */
        return wm_fail(&draft->why, WM_BAD_RECORD,
                       "expected a record of at most %d levels and %d values, found more",
                       WM_JSON_DEPTH_MAX, WM_JSON_NODES_MAX);
    }
    size_t start = draft->bytes.len;
    wm_json_write(&draft->bytes, record->value);
    status = wm_buf_status(&draft->bytes, &draft->why);
    draft->ends[at] = draft->bytes.len;
    if (status == WM_OK && draft->bytes.len - start > WM_RECORD_BYTES_MAX) {
        return wm_fail(&draft->why, WM_BAD_RECORD, "expected at most %zu bytes, found %zu",
                       WM_RECORD_BYTES_MAX, draft->bytes.len - start);
    }
    return status;
}

/* What the index would make of it else, when the record is brought. */
static wm_status make_parts(wm_import_draft *draft, size_t at)
{
    const wm_oruk_record *record = &draft->records.items[at];
    draft_made *parts = &draft->parts[at];
    wm_status status = WM_OK;
    parts->start = draft->made.len;
    if (wm_names_has(record->kind)) {
        status = wm_names_make(record->kind, record->value, &draft->made, &draft->why);
    }
    parts->lines_end = draft->made.len;
    if (status == WM_OK && record->kind == WM_KIND_SERVICE) {
        status = wm_face_encode(record->value, &draft->made, &draft->why);
    }
    parts->end = draft->made.len;
    return status;
}

void draft_check(wm_import_draft *draft)
{
    if (draft->stage != DRAFT_MAPPED || draft->status != WM_OK || draft->is_unsure) {
        return;
    }
    draft->stage = DRAFT_CHECKED;
    wm_buf_reset(&draft->bytes);
    wm_buf_reset(&draft->made);
    for (size_t i = 0; i < draft->records.count && draft->status == WM_OK; i++) {
        draft->status = check_record(draft, i);
        if (draft->status == WM_OK) {
            draft->status = make_parts(draft, i);
        }
    }
}

void wm_import_draft_check(wm_import_draft *draft)
{
    draft_check(draft);
}

void draft_settle(wm_import_draft *draft)
{
    draft->is_ahead = false;
    if (draft->service != NULL &&
        (draft->is_unsure || (draft->stage == DRAFT_PARSED && draft->status == WM_OK))) {
        map(draft);
    }
    draft_check(draft);
}

wm_str draft_bytes(const wm_import_draft *draft, size_t at)
{
    size_t start = at > 0 ? draft->ends[at - 1] : 0;
    return (wm_str){ draft->bytes.data + start, draft->ends[at] - start };
}

wm_index_made draft_made_of(const wm_import_draft *draft, size_t at)
{
    const draft_made *parts = &draft->parts[at];
    const char *bytes = draft->made.len > 0 ? draft->made.data : "";
    return (wm_index_made){ .lines = { bytes + parts->start, parts->lines_end - parts->start },
                            .face = { bytes + parts->lines_end, parts->end - parts->lines_end } };
}
