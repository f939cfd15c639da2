/* test_pack.c: what is packed is read back to the byte, and nothing else is ever handed out. */
#include <stdio.h>
#include <stdlib.h>

#include <zstd.h>

#include <waymark/sys/pack.h>

#include "fault.h"
#include "pack_state.h"
#include "testing.h"

#define NO_LIMITS (&(wm_pack_limits){ UINT32_MAX, UINT32_MAX })

/* ---- random records ---- */

static const char *const words[] = { "crisis",     "caf\xc3\xa9", "help", "a \"quoted\" word",
                                     "line\nfeed", "16 to 25",    "x\\y", "\xf0\x9f\x8c\xb1" };

static void random_string(wm_test_random *random, wm_buf *out)
{
    char text[200];
    size_t length = 0;
    text[0] = '\0';
    switch (wm_test_random_below(random, 6)) {
    case 0:
        length = (size_t)snprintf(
            text, sizeof text, "20%02u-%02u-%02u", wm_test_random_below(random, 30),
            1 + wm_test_random_below(random, 12), 1 + wm_test_random_below(random, 28));
        break;
    case 1:
        length = (size_t)snprintf(text, sizeof text, "01632 960%03u ext %u",
                                  wm_test_random_below(random, 1000),
                                  wm_test_random_below(random, 5000));
        break;
    case 2:
        length = (size_t)snprintf(
            text, sizeof text, "%08x-%04x-4%03x-8%03x-%012x",
            wm_test_random_below(random, UINT32_MAX), wm_test_random_below(random, 65536),
            wm_test_random_below(random, 4096), wm_test_random_below(random, 4096),
            wm_test_random_below(random, UINT32_MAX));
        break;
    case 3: break;
    default:
        for (uint32_t i = wm_test_random_below(random, 8) + 1; i > 0; i--) {
            length += (size_t)snprintf(text + length, sizeof text - length, "%s ",
                                       words[wm_test_random_below(random, 8)]);
        }
        break;
    }
    wm_json_write_string(out, (wm_str){ text, length });
}

static void random_value(wm_test_random *random, wm_buf *out, unsigned depth)
{
    static const char *const names[] = { "a", "all", "any", "b", "name", "zz" };
    uint32_t kind = wm_test_random_below(random, depth < 5 ? 9 : 6);
    bool first = true;
    switch (kind) {
    case 0: wm_buf_put_text(out, "null"); return;
    case 1: wm_buf_put_text(out, "true"); return;
    case 2: wm_buf_put_text(out, "false"); return;
    case 3:
        wm_buf_printf(out, "%lld",
                      (long long)(wm_test_random_next(random) >> 11) *
                          (wm_test_random_below(random, 2) ? 1 : -1));
        return;
    case 4:
    case 5: random_string(random, out); return;
    case 6:
        wm_buf_put_char(out, '[');
        for (uint32_t i = wm_test_random_below(random, 5); i > 0; i--) {
            random_value(random, out, depth + 1);
            wm_buf_put(out, ",", i > 1 ? 1 : 0);
        }
        wm_buf_put_char(out, ']');
        return;
    default:
        wm_buf_put_char(out, '{');
        for (size_t i = 0; i < 6; i++) {
            if (wm_test_random_below(random, 3) == 0) {
                wm_buf_printf(out, "%s\"%s\":", first ? "" : ",", names[i]);
                random_value(random, out, depth + 1);
                first = false;
            }
        }
        wm_buf_put_char(out, '}');
        return;
    }
}

static void random_record(wm_test_random *random, pack_state *state, wm_kind kind, const char *id)
{
    wm_buf out;
    wm_buf_init(&out, wm_env_system(), WM_MIB);
    wm_buf_put_text(&out, "{\"a\":");
    random_value(random, &out, 1);
    wm_buf_printf(&out, ",\"id\":\"%s\",\"name\":", id);
    random_string(random, &out);
    wm_buf_put_text(&out, ",\"z\":");
    random_value(random, &out, 1);
    wm_buf_put_char(&out, '}');
    wm_arena arena;
    wm_arena_init(&arena, wm_env_system(), 16 * WM_MIB);
    const wm_json *value = NULL;
    wm_error err = { 0 };
    assert_ok(wm_json_parse(&arena, wm_buf_str(&out), WM_MIB, &value, &err), &err);
    wm_buf_reset(&out);
    wm_json_write(&out, value);
    pack_state_put(state, kind, id, wm_buf_str(&out).ptr);
    wm_arena_fini(&arena);
    wm_buf_fini(&out);
}

static void random_state(wm_test_random *random, pack_state *state, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        char id[32];
        (void)snprintf(id, sizeof id, "r%u", wm_test_random_below(random, 10000));
        random_record(random, state, (wm_kind)wm_test_random_below(random, WM_KIND_COUNT), id);
    }
}

/* Some records go, some change, some come. */
static void random_successor(wm_test_random *random, const pack_state *before, pack_state *after)
{
    for (size_t i = 0; i < before->count; i++) {
        const wm_record *record = &before->records[i];
        switch (wm_test_random_below(random, 8)) {
        case 0: break;
        case 1: random_record(random, after, record->kind, record->id.ptr); break;
        default: pack_state_put(after, record->kind, record->id.ptr, record->bytes.ptr); break;
        }
    }
    random_state(random, after, wm_test_random_below(random, 6));
}

static void a_snapshot_gives_the_same_records(void **context)
{
    (void)context;
    wm_test_random random = wm_test_random_new(21);
    for (uint32_t round = 0; round < 60; round++) {
        pack_state state = { 0 };
        pack_state got = { 0 };
        wm_buf pack;
        wm_error err = { 0 };
        random_state(&random, &state, round < 3 ? round : wm_test_random_below(&random, 60));
        wm_buf_init(&pack, wm_env_system(), WM_MIB);
        assert_ok(pack_state_snapshot(wm_env_system(), &state, round % 2 == 0, &pack, &err), &err);
        assert_ok(pack_state_read(wm_env_system(), wm_buf_str(&pack), NO_LIMITS, &got, &err), &err);
        pack_state_assert_same(&state, &got);
        wm_buf_fini(&pack);
        pack_state_fini(&state);
        pack_state_fini(&got);
    }
}

/* What is best for the first strings of a column cannot say the others. */
static void long_columns_may_change_their_nature(void **context)
{
    (void)context;
    const int count = 6500;
    pack_state state = { 0 };
    pack_state got = { 0 };
    wm_buf pack;
    wm_error err = { 0 };
    wm_buf_init(&pack, wm_env_system(), WM_MIB);
    for (int i = 0; i < count; i++) {
        char id[16];
        char bytes[400];
        bool late = i > count - 3;
        (void)snprintf(id, sizeof id, "s%04d", i);
        (void)snprintf(bytes, sizeof bytes,
                       "{\"date\":\"%s\",\"id\":\"%s\",\"once\":\"%d of them\","
                       "\"pattern\":\"Line %d, room %d%s\",\"reference\":\"%s%04d\","
                       "\"text\":\"Word %d, people %s here %d times\","
                       "\"uuid\":\"%08x-0000-4000-8000-00000000%s%s\"}",
                       late ? "2026-13-01" : "2026-01-05", id, i < 3000 ? i : 7, i, i % 9,
                       late ? "\\u0001" : "", late ? "t" : "s", count - 1 - i, i,
                       i % 3 == 0 ? "come" : "stay", i * 7919 % 10007, (unsigned)i * 2654435761U,
                       late ? "" : "b", late ? "\\\"\\\"b" : "eef");
        pack_state_put(&state, WM_KIND_SERVICE, id, bytes);
    }
    assert_ok(pack_state_snapshot(wm_env_system(), &state, true, &pack, &err), &err);
    assert_ok(pack_state_read(wm_env_system(), wm_buf_str(&pack), NO_LIMITS, &got, &err), &err);
    pack_state_assert_same(&state, &got);
    wm_buf_fini(&pack);
    pack_state_fini(&state);
    pack_state_fini(&got);
}

static void a_delta_leads_from_one_state_to_the_next(void **context)
{
    (void)context;
    wm_test_random random = wm_test_random_new(22);
    for (uint32_t round = 0; round < 120; round++) {
        pack_state state = { 0 };
        pack_state next = { 0 };
        wm_buf pack;
        wm_error err = { 0 };
        random_state(&random, &state, wm_test_random_below(&random, 60));
        random_successor(&random, &state, &next);
        wm_buf_init(&pack, wm_env_system(), WM_MIB);
        bool ranks = round % 2 == 0;
        assert_ok(pack_state_delta(wm_env_system(), &state, &next, ranks, &pack, &err), &err);
        assert_ok(pack_state_read(wm_env_system(), wm_buf_str(&pack), NO_LIMITS, &state, &err),
                  &err);
        pack_state_assert_same(&next, &state);
        wm_buf_fini(&pack);
        pack_state_fini(&state);
        pack_state_fini(&next);
    }
}

/* ---- fixed examples ---- */

static void small_states(pack_state *one, pack_state *two)
{
    pack_state_put(one, WM_KIND_ORGANIZATION, "mind", "{\"id\":\"mind\",\"name\":\"Mind\"}");
    pack_state_put(
        one, WM_KIND_SERVICE, "a",
        "{\"assurance\":{\"verified_on\":\"2026-01-05\"},\"id\":\"a\",\"needs\":["
        "\"anx\",\"low_mood\"],\"summary\":\"A place to talk, every day of the week.\"}");
    pack_state_put(one, WM_KIND_SERVICE, "b",
                   "{\"id\":\"b\",\"needs\":[],\"wait\":{\"current_weeks\":6}}");
    pack_state_put(two, WM_KIND_SERVICE, "a",
                   "{\"assurance\":{\"verified_on\":\"2026-02-06\"},\"id\":\"a\",\"needs\":["
                   "\"anx\",\"panic\",\"low_mood\"],\"summary\":\"A place to talk, every night of "
                   "the week.\"}");
    pack_state_put(two, WM_KIND_SERVICE, "b",
                   "{\"closes_on\":\"2026-03-01\",\"id\":\"b\",\"needs\":[]}");
    pack_state_put(two, WM_KIND_SERVICE, "c", "{\"id\":\"c\",\"needs\":[\"anx\"]}");
}

static void a_date_that_changes_costs_a_few_bytes(void **context)
{
    (void)context;
    pack_state one = { 0 };
    pack_state two = { 0 };
    for (int i = 0; i < 200; i++) {
        char id[16];
        char bytes[200];
        (void)snprintf(id, sizeof id, "s%03d", i);
        (void)snprintf(bytes, sizeof bytes, "{\"id\":\"%s\",\"verified_on\":\"2026-01-%02d\"}", id,
                       1 + i % 28);
        pack_state_put(&one, WM_KIND_SERVICE, id, bytes);
        (void)snprintf(bytes, sizeof bytes, "{\"id\":\"%s\",\"verified_on\":\"2026-02-01\"}", id);
        pack_state_put(&two, WM_KIND_SERVICE, id, bytes);
    }
    wm_buf pack;
    wm_error err = { 0 };
    wm_buf_init(&pack, wm_env_system(), WM_MIB);
    assert_ok(pack_state_delta(wm_env_system(), &one, &two, true, &pack, &err), &err);
    assert_true(pack.len < 300); /* header and digests are most of it */
    wm_buf_fini(&pack);
    pack_state_fini(&one);
    pack_state_fini(&two);
}

static void the_same_entries_give_the_same_bytes(void **context)
{
    (void)context;
    pack_state one = { 0 };
    pack_state two = { 0 };
    wm_buf first;
    wm_buf second;
    wm_error err = { 0 };
    small_states(&one, &two);
    wm_buf_init(&first, wm_env_system(), WM_MIB);
    wm_buf_init(&second, wm_env_system(), WM_MIB);
    assert_ok(pack_state_delta(wm_env_system(), &one, &two, true, &first, &err), &err);
    assert_ok(pack_state_delta(wm_env_system(), &one, &two, true, &second, &err), &err);
    assert_true(wm_str_equal(wm_buf_str(&first), wm_buf_str(&second)));
    wm_buf_fini(&first);
    wm_buf_fini(&second);
    pack_state_fini(&one);
    pack_state_fini(&two);
}

static void the_header_says_what_the_pack_is(void **context)
{
    (void)context;
    pack_state one = { 0 };
    pack_state two = { 0 };
    wm_buf pack;
    wm_pack_header header;
    wm_error err = { 0 };
    small_states(&one, &two);
    wm_buf_init(&pack, wm_env_system(), WM_MIB);
    assert_ok(pack_state_delta(wm_env_system(), &one, &two, true, &pack, &err), &err);
    assert_ok(wm_pack_read_header(wm_buf_str(&pack), NO_LIMITS, &header, &err), &err);
    assert_int_equal(header.kind, WM_PACK_DELTA);
    assert_true(wm_str_is(header.edition, "public"));
    assert_true(wm_str_is(header.partition, "E06000030"));
    assert_int_equal(header.from_release, 1);
    assert_int_equal(header.to_release, 2);
    assert_int_equal(header.base_digest.bytes[0], 1);
    assert_int_equal(header.result_digest.bytes[0], 2);
    assert_int_equal(header.bucket_count, 256);
    assert_int_equal(header.add_count, 1);
    assert_int_equal(header.change_count, 2);
    assert_int_equal(header.remove_count, 1);
    assert_true(header.raw_bytes > 0 && header.window_log <= WM_PACK_WINDOW_LOG_MAX);
    wm_buf_fini(&pack);
    pack_state_fini(&one);
    pack_state_fini(&two);
}

/* ---- what the writer refuses ---- */

static void add_fails(const char *id, const char *bytes, const char *part)
{
    wm_pack_writer *writer = pack_state_writer(wm_env_system(), WM_PACK_SNAPSHOT, NULL);
    wm_error err = { 0 };
    wm_status status =
        wm_pack_writer_add(writer, WM_KIND_SERVICE, wm_str_of(id), wm_str_of(bytes), &err);
    assert_int_equal(status, WM_BAD_ARGUMENT);
    assert_contains(err.text, part);
    wm_buf out;
    wm_buf_init(&out, wm_env_system(), WM_MIB);
    wm_error again = { 0 };
    assert_int_equal(wm_pack_writer_finish(writer, &out, NULL, &again), WM_BAD_ARGUMENT);
    assert_string_equal(again.text, err.text);
    assert_int_equal(out.len, 0);
    wm_buf_fini(&out);
    wm_pack_writer_free(writer);
}

static void the_writer_takes_only_canonical_records_in_order(void **context)
{
    (void)context;
    add_fails("a", "{ \"id\":\"a\"}", "expected canonical JSON with that id");
    add_fails("a", "{\"id\":\"b\"}", "expected canonical JSON with that id");
    add_fails("a", "{\"id\":\"a\"", "expected canonical JSON with that id");
    add_fails("a", "[]", "expected canonical JSON with that id");
    add_fails("a/b", "{\"id\":\"a/b\"}", "expected a valid id");
    wm_pack_writer *writer = pack_state_writer(wm_env_system(), WM_PACK_SNAPSHOT, NULL);
    wm_error err = { 0 };
    assert_ok(
        wm_pack_writer_add(writer, WM_KIND_SERVICE, WM_STR("b"), WM_STR("{\"id\":\"b\"}"), &err),
        &err);
    assert_int_equal(
        wm_pack_writer_add(writer, WM_KIND_SERVICE, WM_STR("b"), WM_STR("{\"id\":\"b\"}"), &err),
        WM_BAD_ARGUMENT);
    assert_contains(err.text, "in order of kind and id");
    wm_pack_writer_free(writer);
    writer = pack_state_writer(wm_env_system(), WM_PACK_SNAPSHOT, NULL);
    assert_int_equal(wm_pack_writer_remove(writer, WM_KIND_SERVICE, WM_STR("b"), &err),
                     WM_BAD_ARGUMENT);
    assert_contains(err.text, "a snapshot only adds");
    wm_pack_writer_free(writer);
    pack_state one = { 0 };
    wm_pack_base base = pack_state_base(&one);
    writer = pack_state_writer(wm_env_system(), WM_PACK_DELTA, &base);
    wm_buf out;
    wm_buf_init(&out, wm_env_system(), WM_MIB);
    assert_ok(wm_pack_writer_remove(writer, WM_KIND_SERVICE, WM_STR("b"), &err), &err);
    assert_int_equal(wm_pack_writer_finish(writer, &out, NULL, &err), WM_BAD_ARGUMENT);
    assert_contains(err.text, "the base has no service/b");
    wm_pack_writer_free(writer);
    pack_state_put(&one, WM_KIND_SERVICE, "b", "{\"id\":\"b\"}");
    base = pack_state_base(&one);
    writer = pack_state_writer(wm_env_system(), WM_PACK_DELTA, &base);
    assert_ok(
        wm_pack_writer_add(writer, WM_KIND_SERVICE, WM_STR("b"), WM_STR("{\"id\":\"b\"}"), &err),
        &err);
    assert_int_equal(wm_pack_writer_finish(writer, &out, NULL, &err), WM_BAD_ARGUMENT);
    assert_contains(err.text, "the base has service/b already");
    wm_pack_writer_free(writer);
    wm_buf_fini(&out);
    pack_state_fini(&one);
}

#define ORGANIZATION "0b5f7a52-3c1d-4e8f-9a6b-7c8d9e0f1a2b"
#define OTHER "5d0c6a11-2b3c-4d5e-8f60-718293a4b5c6"

/* A delta whose one new service has this organization. */
static size_t delta_with_organization(const char *organization)
{
    pack_state one = { 0 };
    pack_state two = { 0 };
    pack_state got = { 0 };
    wm_buf pack;
    wm_error err = { 0 };
    char service[128];
    wm_buf_init(&pack, wm_env_system(), WM_MIB);
    (void)snprintf(service, sizeof service, "{\"id\":\"new\",\"organization\":\"%s\"}",
                   organization);
    pack_state_put(&one, WM_KIND_ORGANIZATION, ORGANIZATION, "{\"id\":\"" ORGANIZATION "\"}");
    pack_state_put(&two, WM_KIND_ORGANIZATION, ORGANIZATION, "{\"id\":\"" ORGANIZATION "\"}");
    pack_state_put(&got, WM_KIND_ORGANIZATION, ORGANIZATION, "{\"id\":\"" ORGANIZATION "\"}");
    pack_state_put(&two, WM_KIND_SERVICE, "new", service);
    assert_ok(pack_state_delta(wm_env_system(), &one, &two, true, &pack, &err), &err);
    assert_ok(pack_state_read(wm_env_system(), wm_buf_str(&pack), NO_LIMITS, &got, &err), &err);
    pack_state_assert_same(&two, &got);
    size_t bytes = pack.len;
    wm_buf_fini(&pack);
    pack_state_fini(&got);
    pack_state_fini(&two);
    pack_state_fini(&one);
    return bytes;
}

static void an_id_of_the_base_costs_less_than_a_new_one(void **context)
{
    (void)context;
    assert_true(delta_with_organization(ORGANIZATION) + 6 < delta_with_organization(OTHER));
}

/* ---- what the reader refuses ---- */

/* However it is damaged: never another state, never a crash. */
static void every_cut_and_every_changed_bit_is_found(void **context)
{
    (void)context;
    pack_state one = { 0 };
    pack_state two = { 0 };
    wm_buf pack;
    wm_error err = { 0 };
    small_states(&one, &two);
    wm_buf_init(&pack, wm_env_system(), WM_MIB);
    assert_ok(pack_state_delta(wm_env_system(), &one, &two, true, &pack, &err), &err);
    for (size_t cut = 0; cut < pack.len; cut++) {
        char *copy = test_malloc(cut + 1); /* exactly as long: a sanitizer sees one byte too many */
        memcpy(copy, pack.data, cut);
        pack_state got = { 0 };
        wm_error why = { 0 };
        assert_int_not_equal(
            pack_state_read(wm_env_system(), (wm_str){ copy, cut }, NO_LIMITS, &got, &why), WM_OK);
        assert_true(why.text[0] != '\0');
        assert_int_equal(got.count, 0);
        test_free(copy);
    }
    for (size_t bit = 0; bit < pack.len * 8; bit++) {
        pack.data[bit / 8] = (char)(pack.data[bit / 8] ^ 1 << bit % 8);
        pack_state got = { 0 };
        wm_error why = { 0 };
        assert_int_not_equal(
            pack_state_read(wm_env_system(), wm_buf_str(&pack), NO_LIMITS, &got, &why), WM_OK);
        assert_true(why.text[0] != '\0');
        assert_int_equal(got.count, 0);
        pack.data[bit / 8] = (char)(pack.data[bit / 8] ^ 1 << bit % 8);
    }
    wm_buf_fini(&pack);
    pack_state_fini(&one);
    pack_state_fini(&two);
}

/* Damage that the checks do not see, as from a publisher who means harm: whatever is handed out
 * must still be canonical, with its own id, in order. pack_state asserts that. */
static void damage_under_right_checks_never_gives_a_bad_record(void **context)
{
    (void)context;
    wm_test_random random = wm_test_random_new(23);
    pack_state one = { 0 };
    pack_state two = { 0 };
    wm_buf body;
    wm_buf pack;
    wm_error err = { 0 };
    random_state(&random, &one, 30);
    random_successor(&random, &one, &two);
    wm_buf_init(&pack, wm_env_system(), WM_MIB);
    wm_buf_init(&body, wm_env_system(), WM_MIB);
    for (int kind = 0; kind < 2; kind++) {
        wm_buf_reset(&pack);
        assert_ok(kind == 0 ? pack_state_snapshot(wm_env_system(), &two, true, &pack, &err)
                            : pack_state_delta(wm_env_system(), &one, &two, true, &pack, &err),
                  &err);
        pack_state_unpack_body(wm_buf_str(&pack), &body);
        for (int round = 0; round < 4000; round++) {
            size_t at = wm_test_random_below(&random, (uint32_t)body.len);
            char kept = body.data[at];
            body.data[at] = (char)wm_test_random_below(&random, 256);
            wm_buf again;
            wm_buf_init(&again, wm_env_system(), WM_MIB);
            pack_state_pack_body(wm_buf_str(&pack), wm_buf_str(&body), &again);
            pack_state got = { 0 };
            if (kind == 1) {
                pack_state_copy(&got, &one);
            }
            wm_error why = { 0 };
            wm_status status =
                pack_state_read(wm_env_system(), wm_buf_str(&again), NO_LIMITS, &got, &why);
            assert_true(status == WM_OK || why.text[0] != '\0');
            pack_state_fini(&got);
            wm_buf_fini(&again);
            body.data[at] = kept;
        }
    }
    wm_buf_fini(&body);
    wm_buf_fini(&pack);
    pack_state_fini(&one);
    pack_state_fini(&two);
}

static void limits_are_kept(void **context)
{
    (void)context;
    pack_state one = { 0 };
    pack_state two = { 0 };
    pack_state got = { 0 };
    wm_buf pack;
    wm_pack_header header;
    wm_error err = { 0 };
    small_states(&one, &two);
    wm_buf_init(&pack, wm_env_system(), WM_MIB);
    assert_ok(pack_state_snapshot(wm_env_system(), &one, true, &pack, &err), &err);
    assert_ok(wm_pack_read_header(wm_buf_str(&pack), NO_LIMITS, &header, &err), &err);
    wm_pack_limits limits = { pack.len, header.raw_bytes };
    assert_ok(pack_state_read(wm_env_system(), wm_buf_str(&pack), &limits, &got, &err), &err);
    limits.bytes--;
    assert_int_equal(pack_state_read(wm_env_system(), wm_buf_str(&pack), &limits, &got, &err),
                     WM_TOO_LARGE);
    assert_contains(err.text, "pack: expected at most");
    limits = (wm_pack_limits){ pack.len, header.raw_bytes - 1 };
    assert_int_equal(pack_state_read(wm_env_system(), wm_buf_str(&pack), &limits, &got, &err),
                     WM_TOO_LARGE);
    assert_contains(err.text, "bytes unpacked");
    wm_buf_fini(&pack);
    pack_state_fini(&one);
    pack_state_fini(&two);
    pack_state_fini(&got);
}

/* A frame of zstd's that is passed over by those who decompress. */
#define SKIPPED "\x50\x2a\x4d\x18\x04\0\0\0evil"

static void the_body_is_one_frame_and_needs_no_dictionary(void **context)
{
    (void)context;
    static const wm_str skipped = { SKIPPED, sizeof SKIPPED - 1 };
    pack_state one = { 0 };
    pack_state two = { 0 };
    wm_buf pack;
    wm_buf body;
    wm_buf frames[4]; /* sound; after one that is skipped; before one; with a dictionary's number */
    wm_error err = { 0 };
    small_states(&one, &two);
    wm_buf_init(&pack, wm_env_system(), WM_MIB);
    wm_buf_init(&body, wm_env_system(), WM_MIB);
    assert_ok(pack_state_snapshot(wm_env_system(), &one, true, &pack, &err), &err);
    pack_state_unpack_body(wm_buf_str(&pack), &body);
    char frame[65536];
    size_t size = ZSTD_compress(frame, sizeof frame, body.data, body.len, 1);
    assert_false(ZSTD_isError(size));
    for (size_t i = 0; i < 4; i++) {
        wm_buf_init(&frames[i], wm_env_system(), WM_MIB);
        if (i == 1) {
            wm_buf_put_str(&frames[i], skipped);
        }
        wm_buf_put(&frames[i], frame, size);
        if (i == 2) {
            wm_buf_put_str(&frames[i], skipped);
        }
    }
    /* byte 4 says that there is a number of one byte, which then stands in byte 5 */
    assert_int_equal(frame[4] & 0x23, 0x20);
    frames[3].data[4] = (char)(frame[4] | 1);
    frames[3].data[5] = 7;
    frames[3].len = 6;
    wm_buf_put(&frames[3], frame + 5, size - 5);
    for (size_t i = 0; i < 4; i++) {
        wm_buf made;
        pack_state got = { 0 };
        wm_buf_init(&made, wm_env_system(), WM_MIB);
        pack_state_pack_frame(wm_buf_str(&pack), wm_buf_str(&frames[i]), body.len, &made);
        wm_error_clear(&err);
        assert_int_equal(pack_state_read(wm_env_system(), wm_buf_str(&made), NO_LIMITS, &got, &err),
                         i == 0 ? WM_OK : WM_BAD_INPUT);
        pack_state_fini(&got);
        wm_buf_fini(&made);
        wm_buf_fini(&frames[i]);
    }
    wm_buf_fini(&body);
    wm_buf_fini(&pack);
    pack_state_fini(&one);
    pack_state_fini(&two);
}

static void a_delta_on_another_base_is_found_out(void **context)
{
    (void)context;
    pack_state one = { 0 };
    pack_state two = { 0 };
    pack_state empty = { 0 };
    pack_state other = { 0 };
    wm_buf pack;
    wm_error err = { 0 };
    small_states(&one, &two);
    wm_buf_init(&pack, wm_env_system(), WM_MIB);
    assert_ok(pack_state_delta(wm_env_system(), &one, &two, true, &pack, &err), &err);
    assert_int_equal(pack_state_read(wm_env_system(), wm_buf_str(&pack), NO_LIMITS, &empty, &err),
                     WM_CONFLICT);
    assert_contains(err.text, "fewer records");
    pack_state_put(&other, WM_KIND_SERVICE, "a", "{\"id\":\"a\"}");
    pack_state_put(&other, WM_KIND_SERVICE, "b", "{\"id\":\"b\"}");
    pack_state_put(&other, WM_KIND_SERVICE, "b2", "{\"id\":\"b2\"}");
    /* Its records show other shapes than those that the delta counts on. */
    assert_int_equal(pack_state_read(wm_env_system(), wm_buf_str(&pack), NO_LIMITS, &other, &err),
                     WM_BAD_INPUT);
    wm_buf_reset(&pack);
    pack_state_put(&other, WM_KIND_SERVICE, "a", "{\"id\":\"a\"}"); /* it was removed */
    assert_ok(pack_state_delta(wm_env_system(), &one, &two, false, &pack, &err), &err);
    assert_int_equal(pack_state_read(wm_env_system(), wm_buf_str(&pack), NO_LIMITS, &other, &err),
                     WM_CONFLICT);
    assert_contains(err.text, "does not fit the record");
    assert_int_equal(pack_state_read(wm_env_system(), wm_buf_str(&pack), NO_LIMITS, &empty, &err),
                     WM_CONFLICT);
    wm_buf_fini(&pack);
    pack_state_fini(&one);
    pack_state_fini(&two);
    pack_state_fini(&empty);
    pack_state_fini(&other);
}

/* ---- memory ---- */

static void pack_under_fault(const wm_env *env, const pack_state *one, const pack_state *two,
                             wm_status *status_out, pack_state *got)
{
    wm_buf pack;
    wm_error err = { 0 };
    wm_buf_init(&pack, env, WM_MIB);
    *status_out = pack_state_delta(env, one, two, true, &pack, &err);
    if (*status_out == WM_OK) {
        *status_out = pack_state_read(env, wm_buf_str(&pack), NO_LIMITS, got, &err);
    }
    wm_buf_fini(&pack);
}

static void every_failed_allocation_is_reported_and_leaks_nothing(void **context)
{
    (void)context;
    pack_state one = { 0 };
    pack_state two = { 0 };
    pack_state got = { 0 };
    small_states(&one, &two);
    wm_fault_env fault;
    wm_fault_env_init(&fault);
    wm_status status = WM_OK;
    FAULT_SWEEP(
        {
            pack_state_fini(&got);
            pack_state_copy(&got, &one);
            pack_under_fault(&fault.env, &one, &two, &status, &got);
        },
        {
            assert_int_equal(status, wm_fired_ ? WM_NO_MEMORY : WM_OK);
            assert_int_equal(wm_fault_live_blocks(), 0);
        });
    pack_state_assert_same(&two, &got);
    pack_state_fini(&one);
    pack_state_fini(&two);
    pack_state_fini(&got);
}

int main(void)
{
    wm_fault_install();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_snapshot_gives_the_same_records),
        cmocka_unit_test(long_columns_may_change_their_nature),
        cmocka_unit_test(a_delta_leads_from_one_state_to_the_next),
        cmocka_unit_test(a_date_that_changes_costs_a_few_bytes),
        cmocka_unit_test(the_same_entries_give_the_same_bytes),
        cmocka_unit_test(the_header_says_what_the_pack_is),
        cmocka_unit_test(the_writer_takes_only_canonical_records_in_order),
        cmocka_unit_test(an_id_of_the_base_costs_less_than_a_new_one),
        cmocka_unit_test(every_cut_and_every_changed_bit_is_found),
        cmocka_unit_test(damage_under_right_checks_never_gives_a_bad_record),
        cmocka_unit_test(limits_are_kept),
        cmocka_unit_test(the_body_is_one_frame_and_needs_no_dictionary),
        cmocka_unit_test(a_delta_on_another_base_is_found_out),
        cmocka_unit_test(every_failed_allocation_is_reported_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
