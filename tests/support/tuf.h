/* tuf.h: metadata made on the spot, for tests of trust: keys by number, bodies as literals. */
#ifndef WAYMARK_TEST_TUF_H
#define WAYMARK_TEST_TUF_H

#include "testing.h"

#include "trust/build.h"

/* The key pair number `n`: always the same. */
static inline wm_secret_key wm_test_key(wm_arena *arena, unsigned n)
{
    uint8_t seed[WM_SEED_BYTES] = { (uint8_t)n, (uint8_t)(n >> 8), 0x5e };
    wm_secret_key key;
    wm_error err = { 0 };
    assert_ok(wm_secret_key_from_seed(arena, seed, &key, &err), &err);
    return key;
}

/* `body` (with ' for ") signed by the keys numbered in `signers`, which ends with 0. */
static inline wm_str wm_test_sign(wm_arena *arena, const char *body, const unsigned *signers)
{
    wm_secret_key keys[16];
    const wm_secret_key *pointers[16];
    size_t count = 0;
    for (; signers[count] != 0; count++) {
        keys[count] = wm_test_key(arena, signers[count]);
        pointers[count] = &keys[count];
    }
    wm_buf text;
    wm_buf_init(&text, arena->env, WM_MIB);
    wm_json_write(&text, wm_test_json(arena, body));
    wm_str file;
    wm_error err = { 0 };
    assert_ok(wm_metadata_sign(arena, wm_buf_str(&text), pointers, count, WM_MIB, &file, &err),
              &err);
    wm_buf_fini(&text);
    return file;
}

/* A role of the keys numbered. */
static inline wm_signers wm_test_signers(wm_arena *arena, const char *name, const unsigned *numbers,
                                         int64_t threshold)
{
    size_t count = 0;
    while (numbers[count] != 0) {
        count++;
    }
    wm_public_key *keys = wm_arena_array(arena, count, sizeof *keys);
    assert_non_null(keys);
    for (size_t i = 0; i < count; i++) {
        keys[i] = wm_test_key(arena, numbers[i]).public_key;
    }
    return (wm_signers){ wm_str_of(name), keys, count, threshold };
}

/* A signed root of `version`; every top role has the keys numbered and the threshold. */
static inline wm_str wm_test_root(wm_arena *arena, int64_t version, const unsigned *role_keys,
                                  int64_t threshold, const unsigned *signers)
{
    wm_root root = { .head = { version, 1893456000 }, .consistent_snapshot = true };
    for (int i = 0; i < WM_TOP_ROLES; i++) {
        root.roles[i] =
            wm_test_signers(arena, wm_top_role_name((wm_top_role)i), role_keys, threshold);
    }
    wm_buf text;
    wm_buf_init(&text, arena->env, WM_MIB);
    wm_json_out out;
    wm_json_out_init(&out, &text);
    wm_root_write(&out, &root);
    wm_secret_key keys[16];
    const wm_secret_key *pointers[16];
    size_t count = 0;
    for (; signers[count] != 0; count++) {
        keys[count] = wm_test_key(arena, signers[count]);
        pointers[count] = &keys[count];
    }
    wm_str file;
    wm_error err = { 0 };
    assert_ok(wm_metadata_sign(arena, wm_buf_str(&text), pointers, count, WM_MIB, &file, &err),
              &err);
    wm_buf_fini(&text);
    return file;
}

#endif
