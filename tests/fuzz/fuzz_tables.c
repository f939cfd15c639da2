/* fuzz_tables.c: whatever stands for a table of terms or of localities, it is read whole, or
 * refused with its line; the same text is read the same twice. */
#include <assert.h>
#include <stdint.h>

#include <waymark/sys/interchange.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_refused(wm_status status, const wm_error *err)
{
    assert(status == WM_BAD_INPUT || status == WM_BAD_RECORD || status == WM_TOO_LARGE);
    assert(err->text[0] != '\0' && wm_utf8_valid(wm_str_of(err->text), NULL));
    (void)status;
    (void)err;
}

static void read_localities(wm_str text)
{
    wm_error err = { 0 };
    wm_locality_tree *once = NULL;
    wm_locality_tree *twice = NULL;
    wm_status status = wm_localities_read(wm_env_system(), text, &once, &err);
    if (status != WM_OK) {
        check_refused(status, &err);
        return;
    }
    status = wm_localities_read(wm_env_system(), text, &twice, &err);
    assert(status == WM_OK && wm_locality_count(once) == wm_locality_count(twice));
    for (size_t i = 0; i < wm_locality_count(once); i++) {
        wm_locality at = (wm_locality)i;
        assert(wm_locality_end(once, at) > at);
        assert(wm_locality_find(twice, wm_locality_code(once, at)) == at);
        (void)at;
    }
    wm_locality_tree_free(once);
    wm_locality_tree_free(twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    wm_error err = { 0 };
    wm_terms *terms = NULL;
    wm_str text = { (const char *)data, size };
    wm_status status = wm_terms_read(wm_env_system(), text, &terms, &err);
    if (status != WM_OK) {
        check_refused(status, &err);
    }
    wm_terms_free(terms);
    read_localities(text);
    return 0;
}
