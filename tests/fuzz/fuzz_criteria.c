/* fuzz_criteria.c: {"service","facts"} through everything: what compiles loads, evaluates the same
 * twice, explains itself in JSON, and validates; programs of damaged bytes do no harm. */
#include <assert.h>
#include <stdint.h>

#include <waymark/sys/criteria.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct fuzzed {
    wm_arena arena;
    wm_symbols *symbols;
    wm_area_map *areas;
    wm_buf program;
    wm_buf text;
} fuzzed;

static void explain(fuzzed *f, const wm_criteria *criteria, const wm_facts *facts)
{
    wm_evaluation evaluation = { f->symbols, f->areas, facts, NULL, NULL };
    wm_verdict_result once;
    wm_verdict_result twice;
    wm_criteria_evaluate(criteria, &evaluation, &once);
    wm_criteria_evaluate(criteria, &evaluation, &twice);
    assert(once.verdict == twice.verdict && once.missing_count == twice.missing_count);
    assert((once.missing_count > 0) == (once.value == WM_TRUTH_U));
    wm_json_out out;
    wm_json_out_init(&out, &f->text);
    wm_json_out_array(&out);
    wm_status status = wm_criteria_explain(criteria, &evaluation, &once, NULL, &out, NULL);
    assert(status == WM_OK);
    status = wm_criteria_why(criteria, &evaluation, &once, NULL, 20, &out, NULL);
    assert(status == WM_OK);
    wm_json_out_end_array(&out);
    const wm_json *parsed = NULL;
    wm_error err;
    status = wm_json_parse(&f->arena, wm_buf_str(&f->text), 8 * WM_MIB, &parsed, &err);
    assert(status == WM_OK || status == WM_TOO_LARGE);
}

/* The input itself as a program behind a good header's first bytes. */
static void load_bytes(fuzzed *f, const wm_facts *facts, const uint8_t *data, size_t size)
{
    wm_buf_reset(&f->program);
    wm_buf_put(&f->program, "WMC\1", 4);
    wm_buf_put(&f->program, data, size);
    wm_criteria criteria;
    if (wm_criteria_load(f->program.data, f->program.len, &criteria, NULL) == WM_OK) {
        wm_evaluation evaluation = { f->symbols, f->areas, facts, NULL, NULL };
        wm_verdict_result result;
        wm_criteria_evaluate(&criteria, &evaluation, &result);
    }
}

static wm_status ignore(void *context, const wm_finding *finding)
{
    (void)context;
    assert(finding->text[0] != '\0' && finding->remedy[0] != '\0');
    return WM_OK;
}

static void run(fuzzed *f, const wm_json *service, const wm_json *facts_json, const uint8_t *data,
                size_t size)
{
    wm_error err;
    wm_error_clear(&err);
    wm_criteria_context context = { f->symbols, NULL, false };
    wm_criteria criteria;
    bool compiled = wm_criteria_compile(service, &context, &f->program, &err) == WM_OK;
    assert(compiled || err.text[0] != '\0');
    if (compiled) {
        wm_status status = wm_criteria_load(f->program.data, f->program.len, &criteria, &err);
        assert(status == WM_OK);
    }
    if (wm_area_map_new(wm_env_system(), f->symbols, NULL, &f->areas, &err) != WM_OK) {
        return;
    }
    wm_facts_context facts_context = { f->symbols, f->areas, NULL, 20468 };
    wm_facts *facts = NULL;
    if (wm_facts_parse(&f->arena, facts_json, &facts_context, &facts, &err) == WM_OK) {
        if (compiled) {
            explain(f, &criteria, facts);
        }
        load_bytes(f, facts, data, size);
    }
    wm_validation validation = { .env = wm_env_system(), .path = "eligibility" };
    wm_finding_sink sink = { ignore, NULL };
    wm_status status = wm_criteria_validate(service, &validation, &sink, &err);
    assert(status == WM_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzzed f = { .symbols = NULL };
    wm_error err;
    wm_arena_init(&f.arena, wm_env_system(), 64 * WM_MIB);
    wm_buf_init(&f.program, wm_env_system(), 4 * WM_MIB);
    wm_buf_init(&f.text, wm_env_system(), 8 * WM_MIB);
    const wm_json *json = NULL;
    wm_str line = { (const char *)data, size };
    if (wm_symbols_new(wm_env_system(), &f.symbols, &err) == WM_OK &&
        wm_criteria_prepare_symbols(f.symbols, &err) == WM_OK &&
        wm_json_parse(&f.arena, line, WM_MIB, &json, &err) == WM_OK) {
        run(&f, wm_json_get(json, "service"), wm_json_get(json, "facts"), data, size);
    }
    wm_area_map_free(f.areas);
    wm_symbols_free(f.symbols);
    wm_buf_fini(&f.text);
    wm_buf_fini(&f.program);
    wm_arena_fini(&f.arena);
    return 0;
}
