/* fuzz_pack.c: whatever bytes a pack has, the reader hands out canonical records in order, or fails
 * with a text.
 *
 * The first byte chooses: 0, the rest is a whole pack; else the rest is the decompressed body of a
 * snapshot (1) or of a delta on a small base (2, 3: by rank), which gets a right header, so that
 * the fuzzer need not guess checks. */
#include <assert.h>
#include <stdint.h>

#include "pack_state.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LONG_TEXT "a text that is so long that it is said in words"

static void make_template(unsigned choice, pack_state *base, wm_buf *out)
{
    pack_state next = { 0 };
    pack_state_put(base, WM_KIND_SERVICE, "a",
                   "{\"id\":\"a\",\"n\":[1,2,{\"x\":\"a long text\"}]}");
    pack_state_put(base, WM_KIND_SERVICE, "b", "{\"id\":\"b\",\"n\":\"2026-01-05\"}");
    pack_state_put(base, WM_KIND_SITE, "s", "{\"id\":\"s\",\"k\":\"red\",\"t\":\"" LONG_TEXT "\"}");
    pack_state_put(base, WM_KIND_SITE, "t", "{\"id\":\"t\",\"k\":\"red\"}");
    pack_state_put(&next, WM_KIND_SERVICE, "a", "{\"id\":\"a\",\"n\":[1,{\"x\":\"a long test\"}]}");
    pack_state_put(&next, WM_KIND_SERVICE, "c", "{\"id\":\"c\"}");
    pack_state_put(&next, WM_KIND_SITE, "s",
                   "{\"id\":\"s\",\"k\":\"red\",\"t\":\"" LONG_TEXT "\"}");
    pack_state_put(&next, WM_KIND_SITE, "t", "{\"id\":\"t\",\"k\":\"blue\"}");
    pack_state_put(&next, WM_KIND_SITE, "u",
                   "{\"id\":\"u\",\"k\":\"red\",\"t\":\"Not " LONG_TEXT "\"}");
    wm_status status = choice == 1
                           ? pack_state_snapshot(wm_env_system(), &next, true, out, NULL)
                           : pack_state_delta(wm_env_system(), base, &next, choice == 3, out, NULL);
    assert(status == WM_OK);
    (void)status;
    pack_state_fini(&next);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const wm_pack_limits limits = { 1 << 20, 1 << 20 };
    if (size == 0 || size > 1 << 16) {
        return 0;
    }
    unsigned choice = data[0] % 4;
    wm_str bytes = { (const char *)data + 1, size - 1 };
    pack_state base = { 0 };
    wm_buf template;
    wm_buf pack;
    wm_buf_init(&template, wm_env_system(), 1 << 20);
    wm_buf_init(&pack, wm_env_system(), 1 << 20);
    make_template(choice == 0 ? 3 : choice, &base, &template);
    if (choice != 0) {
        pack_state_pack_body(wm_buf_str(&template), bytes, &pack);
        bytes = wm_buf_str(&pack);
    }
    wm_error err = { 0 };
    wm_status status = pack_state_read(wm_env_system(), bytes, &limits, &base, &err);
    assert(status == WM_OK || err.text[0] != '\0');
    (void)status;
    wm_buf_fini(&pack);
    wm_buf_fini(&template);
    pack_state_fini(&base);
    return 0;
}
