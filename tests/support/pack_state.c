/* pack_state.c: see pack_state.h. */
#include "pack_state.h"

#include <stdio.h>
#include <stdlib.h>

#include <zstd.h>

#include "pack/format.h"
#include "testing.h"

static void must(bool holds, const char *what)
{
    if (!holds) {
        (void)fprintf(stderr, "pack_state: %s\n", what);
        abort();
    }
}

static wm_str own(wm_str text)
{
    char *copy = calloc(1, text.len + 1);
    must(copy != NULL, "out of memory");
    memcpy(copy, text.ptr, text.len);
    return (wm_str){ copy, text.len };
}

static void disown(wm_record *record)
{
    free((char *)(uintptr_t)record->id.ptr);
    free((char *)(uintptr_t)record->bytes.ptr);
}

void pack_state_fini(pack_state *state)
{
    for (size_t i = 0; i < state->count; i++) {
        disown(&state->records[i]);
    }
    free(state->records);
    *state = (pack_state){ 0 };
}

/* Where it is, or would be. */
static size_t find(const pack_state *state, wm_kind kind, wm_str id, bool *there)
{
    size_t low = 0;
    size_t high = state->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const wm_record *record = &state->records[middle];
        if (pack_order(record->kind, record->id, kind, id) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *there = low < state->count &&
             pack_order(state->records[low].kind, state->records[low].id, kind, id) == 0;
    return low;
}

static void put(pack_state *state, wm_kind kind, wm_str id, wm_str bytes)
{
    bool there;
    size_t at = find(state, kind, id, &there);
    if (there) {
        disown(&state->records[at]);
    } else {
        wm_record *grown = realloc(state->records, (state->count + 1) * sizeof *grown);
        must(grown != NULL, "out of memory");
        memmove(grown + at + 1, grown + at, (state->count - at) * sizeof *grown);
        state->records = grown;
        state->count++;
    }
    state->records[at] = (wm_record){ kind, own(id), own(bytes) };
}

void pack_state_put(pack_state *state, wm_kind kind, const char *id, const char *bytes)
{
    put(state, kind, wm_str_of(id), wm_str_of(bytes));
}

void pack_state_remove(pack_state *state, wm_kind kind, wm_str id)
{
    bool there;
    size_t at = find(state, kind, id, &there);
    if (there) {
        disown(&state->records[at]);
        state->count--;
        memmove(state->records + at, state->records + at + 1,
                (state->count - at) * sizeof *state->records);
    }
}

void pack_state_copy(pack_state *to, const pack_state *from)
{
    for (size_t i = 0; i < from->count; i++) {
        put(to, from->records[i].kind, from->records[i].id, from->records[i].bytes);
    }
}

void pack_state_assert_same(const pack_state *expected, const pack_state *found)
{
    for (size_t i = 0; i < expected->count && i < found->count; i++) {
        assert_int_equal(expected->records[i].kind, found->records[i].kind);
        assert_string_equal(expected->records[i].id.ptr, found->records[i].id.ptr);
        assert_string_equal(expected->records[i].bytes.ptr, found->records[i].bytes.ptr);
    }
    assert_int_equal(expected->count, found->count);
}

static wm_status base_get(void *context, wm_kind kind, wm_str id, wm_buf *bytes_out)
{
    const pack_state *state = context;
    bool there;
    size_t at = find(state, kind, id, &there);
    if (!there) {
        return WM_NOT_FOUND;
    }
    wm_buf_put_str(bytes_out, state->records[at].bytes);
    return WM_OK;
}

static wm_status base_next(void *context, wm_kind *kind_out, wm_str *id_out)
{
    pack_state *state = context;
    if (state->next == state->count) {
        state->next = 0;
        return WM_END;
    }
    *kind_out = state->records[state->next].kind;
    *id_out = state->records[state->next].id;
    state->next++;
    return WM_OK;
}

static wm_status base_skip(void *context, uint64_t count)
{
    pack_state *state = context;
    size_t left = state->count - state->next;
    state->next += count < left ? (size_t)count : left;
    return WM_OK;
}

wm_pack_base pack_state_base(pack_state *state)
{
    state->next = 0;
    return (wm_pack_base){ base_get, base_next, base_skip, state, false };
}

/* What a delta is going to say; all 0: nobody knows. */
typedef struct delta_plan {
    uint64_t entries;
    wm_pack_id changed[WM_PACK_CHANGED_MAX];
    size_t changed_count;
} delta_plan;

static wm_status new_writer(const wm_env *env, wm_pack_kind kind, const wm_pack_base *base,
                            const delta_plan *plan, wm_pack_writer **writer_out, wm_error *err)
{
    wm_pack_header header = { .kind = kind,
                              .edition = WM_STR("public"),
                              .partition = WM_STR("E06000030"),
                              .from_release = kind == WM_PACK_DELTA ? 1 : 0,
                              .to_release = 2,
                              .bucket_count = 256 };
    wm_pack_options options = { .level = WM_PACK_LEVEL_MAX, .max_bytes = 64 * WM_MIB };
    if (plan != NULL) {
        options.entries = plan->entries;
        options.changed = plan->changed;
        options.changed_count = plan->changed_count;
    }
    memset(header.base_digest.bytes, kind == WM_PACK_DELTA ? 1 : 0, WM_DIGEST_BYTES);
    memset(header.result_digest.bytes, 2, WM_DIGEST_BYTES);
    return wm_pack_writer_new(env, &header, &options, base, writer_out, err);
}

wm_pack_writer *pack_state_writer(const wm_env *env, wm_pack_kind kind, const wm_pack_base *base)
{
    wm_pack_writer *writer = NULL;
    must(new_writer(env, kind, base, NULL, &writer, NULL) == WM_OK, "no writer");
    return writer;
}

wm_status pack_state_snapshot(const wm_env *env, const pack_state *state, bool ranks, wm_buf *out,
                              wm_error *err)
{
    wm_pack_writer *writer = NULL;
    pack_state counted = *state;
    wm_pack_base base = pack_state_base(&counted);
    wm_status status = new_writer(env, WM_PACK_SNAPSHOT, ranks ? &base : NULL, NULL, &writer, err);
    for (size_t i = 0; i < state->count && status == WM_OK; i++) {
        const wm_record *record = &state->records[i];
        status = wm_pack_writer_add(writer, record->kind, record->id, record->bytes, err);
    }
    if (status == WM_OK) {
        status = wm_pack_writer_finish(writer, out, NULL, err);
    }
    wm_pack_writer_free(writer);
    return status;
}

/* Between two states: the next record that differs, as it is in the one and in the other. */
typedef struct difference {
    size_t i;
    size_t j;
    const wm_record *old; /* NULL: it comes */
    const wm_record *new; /* NULL: it goes */
} difference;

static bool next_difference(const pack_state *before, const pack_state *after, difference *d)
{
    bool same = true;
    while (same && (d->i < before->count || d->j < after->count)) {
        const wm_record *old = &before->records[d->i];
        const wm_record *new = &after->records[d->j];
        int order = d->i == before->count  ? 1
                    : d->j == after->count ? -1
                                           : pack_order(old->kind, old->id, new->kind, new->id);
        d->old = order <= 0 ? old : NULL;
        d->new = order >= 0 ? new : NULL;
        d->i += order <= 0 ? 1 : 0;
        d->j += order >= 0 ? 1 : 0;
        same = order == 0 && wm_str_equal(old->bytes, new->bytes);
    }
    return !same;
}

static void plan_delta(const pack_state *before, const pack_state *after, delta_plan *plan)
{
    difference d = { .i = 0 };
    plan->entries = 0;
    plan->changed_count = 0;
    while (next_difference(before, after, &d)) {
        plan->entries++;
        if (d.old != NULL && d.new != NULL && plan->changed_count < WM_PACK_CHANGED_MAX) {
            plan->changed[plan->changed_count++] = (wm_pack_id){ d.old->kind, d.old->id };
        }
    }
}

static wm_status write_difference(wm_pack_writer *writer, const difference *d, wm_error *err)
{
    if (d->old == NULL) {
        return wm_pack_writer_add(writer, d->new->kind, d->new->id, d->new->bytes, err);
    }
    if (d->new == NULL) {
        return wm_pack_writer_remove(writer, d->old->kind, d->old->id, err);
    }
    return wm_pack_writer_change(writer, d->old, d->new, err);
}

wm_status pack_state_delta(const wm_env *env, const pack_state *before, const pack_state *after,
                           bool ranks, wm_buf *out, wm_error *err)
{
    wm_pack_writer *writer = NULL;
    pack_state counted = *before;
    wm_pack_base base = pack_state_base(&counted);
    difference d = { .i = 0 };
    delta_plan *plan = malloc(sizeof *plan);
    must(plan != NULL, "out of memory");
    plan_delta(before, after, plan);
    wm_status status = new_writer(env, WM_PACK_DELTA, ranks ? &base : NULL, plan, &writer, err);
    free(plan);
    while (status == WM_OK && next_difference(before, after, &d)) {
        status = write_difference(writer, &d, err);
    }
    if (status == WM_OK) {
        status = wm_pack_writer_finish(writer, out, NULL, err);
    }
    wm_pack_writer_free(writer);
    return status;
}

/* What a reading has handed out so far. */
typedef struct watch {
    pack_state *state;
    wm_kind kind;
    char id[WM_ID_BYTES_MAX + 1];
    bool any;
} watch;

static void check_order(watch *w, wm_kind kind, wm_str id)
{
    must((unsigned)kind < WM_KIND_COUNT && wm_id_valid(id), "a bad id was handed out");
    must(!w->any || pack_order(w->kind, wm_str_of(w->id), kind, id) < 0, "out of order");
    w->any = true;
    w->kind = kind;
    memcpy(w->id, id.ptr, id.len);
    w->id[id.len] = '\0';
}

/* WM_NO_MEMORY under an armed fault: then nothing is known of the record. */
static wm_status check_record(const wm_record *record, const wm_json *value, wm_arena *arena)
{
    wm_buf canonical;
    const wm_json *parsed = NULL;
    wm_status status = wm_json_parse(arena, record->bytes, WM_RECORD_BYTES_MAX, &parsed, NULL);
    if (status == WM_NO_MEMORY) {
        return status;
    }
    must(status == WM_OK, "a record that is not strict JSON was handed out");
    wm_buf_init(&canonical, wm_env_system(), WM_RECORD_BYTES_MAX);
    wm_json_write(&canonical, parsed);
    must(wm_str_equal(wm_buf_str(&canonical), record->bytes), "a record is not canonical");
    must(wm_json_equal(parsed, value), "a value is not that of its record");
    must(wm_str_equal(wm_json_string(wm_json_get(parsed, "id")), record->id), "another id");
    wm_buf_fini(&canonical);
    return WM_OK;
}

static wm_status sink_put(void *context, const wm_record *record, const wm_json *value,
                          const wm_json *before)
{
    (void)before;
    watch *w = context;
    wm_arena arena;
    check_order(w, record->kind, record->id);
    wm_arena_init(&arena, wm_env_system(), 256 * WM_MIB);
    wm_status status = check_record(record, value, &arena);
    wm_arena_fini(&arena);
    if (status == WM_OK) {
        put(w->state, record->kind, record->id, record->bytes);
    }
    return status;
}

static wm_status sink_remove(void *context, wm_kind kind, wm_str id)
{
    watch *w = context;
    check_order(w, kind, id);
    pack_state_remove(w->state, kind, id);
    return WM_OK;
}

wm_status pack_state_read(const wm_env *env, wm_str pack, const wm_pack_limits *limits,
                          pack_state *state, wm_error *err)
{
    watch w = { .state = state };
    wm_pack_base base = pack_state_base(state);
    wm_pack_sink sink = { sink_put, sink_remove, &w };
    return wm_pack_read(env, pack, limits, &base, &sink, NULL, err);
}

bool pack_state_read_file(const char *path, wm_buf *out)
{
    FILE *file = fopen(path, "rb");
    size_t got = 1;
    while (file != NULL && got > 0) {
        void *at = wm_buf_reserve(out, 65536);
        got = at != NULL ? fread(at, 1, 65536, file) : 0;
        wm_buf_grown(out, got);
    }
    bool whole = file != NULL && ferror(file) == 0 && out->status == WM_OK;
    if (file != NULL) {
        (void)fclose(file);
    }
    return whole;
}

static bool load_line(pack_state *state, wm_str line, wm_arena *arena, wm_buf *bytes)
{
    const wm_json *value = NULL;
    wm_kind kind;
    wm_arena_reset(arena);
    wm_buf_reset(bytes);
    if (wm_json_parse(arena, line, WM_MIB, &value, NULL) != WM_OK ||
        !wm_kind_parse(wm_json_string(wm_json_get(value, "kind")), &kind) ||
        wm_json_get(value, "record") == NULL) {
        return false;
    }
    wm_json_write(bytes, wm_json_get(value, "record"));
    put(state, kind, wm_json_string(wm_json_get(value, "id")), wm_buf_str(bytes));
    return true;
}

bool pack_state_load(pack_state *state, const char *path)
{
    wm_buf text;
    wm_buf bytes;
    wm_arena arena;
    wm_buf_init(&text, wm_env_system(), WM_PACK_BYTES_MAX);
    wm_buf_init(&bytes, wm_env_system(), WM_MIB);
    wm_arena_init(&arena, wm_env_system(), 64 * WM_MIB);
    bool read = pack_state_read_file(path, &text);
    wm_str rest = wm_buf_str(&text);
    while (read && rest.len > 0) {
        const char *end = memchr(rest.ptr, '\n', rest.len);
        size_t length = end != NULL ? (size_t)(end - rest.ptr) : rest.len;
        read = load_line(state, (wm_str){ rest.ptr, length }, &arena, &bytes);
        rest.ptr += length + (end != NULL ? 1 : 0);
        rest.len -= length + (end != NULL ? 1 : 0);
    }
    wm_arena_fini(&arena);
    wm_buf_fini(&bytes);
    wm_buf_fini(&text);
    return read;
}

void pack_state_unpack_body(wm_str pack, wm_buf *body)
{
    static const wm_pack_limits limits = { UINT64_MAX, UINT64_MAX };
    pack_file file;
    wm_str packed;
    must(pack_file_read(pack, &limits, &file, &packed, NULL) == WM_OK, "not a sound pack");
    wm_buf_reset(body);
    void *at = wm_buf_reserve(body, (size_t)file.body_raw_bytes);
    must(at != NULL, "out of memory");
    ZSTD_DCtx *decompressor = ZSTD_createDCtx();
    ZSTD_inBuffer in = { packed.ptr, packed.len, 0 };
    ZSTD_outBuffer out = { at, (size_t)file.body_raw_bytes, 0 };
    must(decompressor != NULL, "out of memory");
    while (out.pos < out.size && in.pos < in.size) {
        must(!ZSTD_isError(ZSTD_decompressStream(decompressor, &out, &in)), "not a sound body");
    }
    (void)ZSTD_freeDCtx(decompressor);
    wm_buf_grown(body, out.pos);
}

void pack_state_pack_frame(wm_str pack, wm_str frame, size_t raw_bytes, wm_buf *out)
{
    static const wm_pack_limits limits = { UINT64_MAX, UINT64_MAX };
    pack_file file;
    wm_str packed;
    must(pack_file_read(pack, &limits, &file, &packed, NULL) == WM_OK, "not a sound pack");
    file.body_raw_bytes = raw_bytes;
    file.header.window_log = WM_PACK_WINDOW_LOG_MAX;
    /* The frames of texts stay as they are. */
    size_t texts = 0;
    for (size_t i = 0; i < PACK_TEXT_FRAMES; i++) {
        texts += (size_t)file.texts[i].packed;
    }
    wm_buf body;
    wm_buf_init(&body, wm_env_system(), WM_PACK_BYTES_MAX);
    wm_buf_put_str(&body, frame);
    wm_buf_put(&body, packed.ptr + (packed.len - texts), texts);
    must(wm_buf_status(&body, NULL) == WM_OK, "out of memory");
    pack_file_write(&file, wm_buf_str(&body), out);
    wm_buf_fini(&body);
}

void pack_state_pack_body(wm_str pack, wm_str body, wm_buf *out)
{
    size_t bound = ZSTD_compressBound(body.len);
    char *bytes = malloc(bound);
    must(bytes != NULL, "out of memory");
    size_t size = ZSTD_compress(bytes, bound, body.ptr, body.len, 1);
    must(!ZSTD_isError(size), "not compressed");
    pack_state_pack_frame(pack, (wm_str){ bytes, size }, body.len, out);
    free(bytes);
}
