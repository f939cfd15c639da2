/* fuzz_oruk.c: one service of Open Referral UK, as anybody may send it: what is taken can be
 * written again, and what was written reads as the same records. */
#include <assert.h>
#include <stdint.h>

#include <waymark/sys/interchange.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Knows one locality and one need. */
static bool has(void *context, wm_kind kind, wm_str id)
{
    (void)context;
    return (kind == WM_KIND_LOCALITY && wm_str_is(id, "E06000001")) ||
           (kind == WM_KIND_NEED && wm_str_is(id, "mood.low"));
}

static wm_status get(void *context, wm_kind kind, wm_str id, wm_arena *arena,
                     const wm_json **value_out, wm_error *err)
{
    (void)arena;
    (void)err;
    const wm_oruk_records *records = context;
    for (size_t i = 0; i < records->count; i++) {
        if (records->items[i].kind == kind && wm_str_equal(records->items[i].id, id)) {
            *value_out = records->items[i].value;
        }
    }
    return WM_OK;
}

typedef struct fuzzed {
    wm_arena arena;
    wm_buf text;
    wm_oruk_records first;
    wm_oruk_records second;
} fuzzed;

static wm_status keep_error(void *context, const wm_finding *finding)
{
    *(bool *)context = *(bool *)context && !finding->is_error;
    return WM_OK;
}

/* Only records of the right shape are ever stored, so only they must come back. */
static bool is_sound(const wm_oruk_records *records)
{
    bool sound = true;
    wm_finding_sink sink = { keep_error, &sound };
    for (size_t i = 0; i < records->count; i++) {
        const wm_oruk_record *record = &records->items[i];
        if (wm_record_check(record->kind, record->id, record->value, &sink, NULL) != WM_OK) {
            return false;
        }
    }
    return sound;
}

static void write_and_read_again(fuzzed *f)
{
    const wm_oruk_record *service = &f->first.items[f->first.count - 1];
    wm_oruk_form form = { false, get, &f->first };
    wm_oruk_world world = { .source = WM_STR("fuzz"), .has = has, .makes_needs = true };
    const wm_json *written = NULL;
    wm_status status = wm_oruk_write(&f->arena, service->value, &form, &f->text, NULL);
    assert(status == WM_OK);
    status = wm_oruk_parse(&f->arena, wm_buf_str(&f->text), &written, NULL);
    assert(status == WM_OK);
    status = wm_oruk_read(&f->arena, written, &world, &f->second, NULL);
    assert(status == WM_OK);
    assert(wm_json_equal(f->second.items[f->second.count - 1].value, service->value));
    form.strict = true;
    wm_buf_reset(&f->text);
    status = wm_oruk_write(&f->arena, service->value, &form, &f->text, NULL);
    assert(status == WM_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static fuzzed f;
    const wm_json *service = NULL;
    wm_oruk_world world = { .source = WM_STR("fuzz"), .has = has, .makes_needs = true };
    wm_arena_init(&f.arena, wm_env_system(), 512 * WM_MIB);
    wm_buf_init(&f.text, wm_env_system(), 64 * WM_MIB);
    if (wm_oruk_parse(&f.arena, (wm_str){ (const char *)data, size }, &service, NULL) == WM_OK &&
        wm_oruk_read(&f.arena, service, &world, &f.first, NULL) == WM_OK) {
        assert(f.first.count > 0);
        if (is_sound(&f.first)) {
            write_and_read_again(&f);
        }
    }
    wm_buf_fini(&f.text);
    wm_arena_fini(&f.arena);
    return 0;
}
