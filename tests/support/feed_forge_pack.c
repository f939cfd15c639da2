/* feed_forge_pack.c: see feed_forge_pack.h. */
#include "feed_forge_pack.h"

#include "pack/format.h"

#define CHANGES_MAX 64

/* ---- records ---- */

static const wm_forge_records *records_of(const wm_forge *forge, const char *partition,
                                          int64_t release)
{
    assert_true(release >= 1 && release <= WM_FORGE_RELEASES);
    return &forge->records[release][partition[0] == 'E' ? 0 : 1];
}

static const wm_record *find_record(const wm_forge_records *records, wm_kind kind, const char *id)
{
    for (size_t i = 0; i < records->count; i++) {
        if (records->items[i].kind == kind && wm_str_is(records->items[i].id, id)) {
            return &records->items[i];
        }
    }
    return NULL;
}

const char *wm_forge_record(wm_forge *forge, const char *partition, int64_t release, const char *id)
{
    const wm_record *record =
        find_record(records_of(forge, partition, release), WM_KIND_SERVICE, id);
    return record != NULL ? record->bytes.ptr : NULL;
}

const char *wm_forge_record_with(wm_forge *forge, const char *record, const char *place,
                                 const char *value)
{
    const wm_json *old = NULL;
    wm_buf text;
    wm_error err = { 0 };
    assert_ok(wm_json_parse(&forge->scratch, wm_str_of(record), WM_MIB, &old, &err), &err);
    wm_buf_init(&text, wm_env_system(), WM_MIB);
    wm_json_write(&text, wm_forge_json_with(&forge->scratch, old, place,
                                            wm_test_json(&forge->scratch, value)));
    const char *copy = wm_arena_copy(&forge->scratch, wm_buf_str(&text)).ptr;
    assert_non_null(copy);
    wm_buf_fini(&text);
    return copy;
}

/* ---- changes ---- */

static int by_id(const wm_forge_change *a, const wm_forge_change *b)
{
    return strcmp(a->id, b->id);
}

const wm_forge_change *wm_forge_changes_and(wm_forge *forge, const wm_forge_change *changes,
                                            wm_forge_change one)
{
    wm_forge_change *list = wm_arena_array(&forge->scratch, CHANGES_MAX, sizeof *list);
    assert_non_null(list);
    size_t count = 0;
    bool placed = false;
    for (; changes != NULL && changes->verb != 0; changes++) {
        int order = by_id(changes, &one);
        if (!placed && order >= 0) {
            list[count++] = one;
            placed = true;
        }
        if (order != 0) {
            list[count++] = *changes;
        }
        assert_true(count < CHANGES_MAX - 1);
    }
    if (!placed) {
        list[count] = one;
    }
    return list;
}

const wm_forge_change *wm_forge_changes(wm_forge *forge, const char *partition, int64_t from,
                                        int64_t to)
{
    static const wm_forge_change none = { 0, NULL, NULL, NULL };
    const wm_forge_records *before = records_of(forge, partition, from);
    const wm_forge_records *after = records_of(forge, partition, to);
    const wm_forge_change *list = &none;
    for (size_t i = 0; i < before->count; i++) {
        const wm_record *old = &before->items[i];
        const wm_record *now = find_record(after, old->kind, old->id.ptr);
        if (now == NULL || !wm_str_equal(now->bytes, old->bytes)) {
            wm_forge_change change = { now != NULL ? '~' : '-', old->id.ptr, old->bytes.ptr,
                                       now != NULL ? now->bytes.ptr : NULL };
            assert_int_equal(old->kind, WM_KIND_SERVICE);
            list = wm_forge_changes_and(forge, list, change);
        }
    }
    for (size_t i = 0; i < after->count; i++) {
        const wm_record *now = &after->items[i];
        if (find_record(before, now->kind, now->id.ptr) == NULL) {
            wm_forge_change change = { '+', now->id.ptr, NULL, now->bytes.ptr };
            list = wm_forge_changes_and(forge, list, change);
        }
    }
    return list;
}

/* What a partition is after the changes. */
static void find_state(wm_forge *forge, const wm_forge_pack *pack, const wm_forge_change *changes,
                       wm_state *state)
{
    static wm_leaf leaves[256];
    size_t count = 0;
    const wm_forge_records *base =
        pack->from > 0 ? records_of(forge, pack->partition, pack->from) : &forge->records[0][0];
    for (size_t i = 0; i < base->count; i++) {
        const wm_forge_change *change = changes;
        while (change->verb != 0 && (base->items[i].kind != WM_KIND_SERVICE ||
                                     !wm_str_is(base->items[i].id, change->id))) {
            change++;
        }
        if (change->verb == 0) {
            wm_leaf_of(&base->items[i], &leaves[count++]);
        }
    }
    for (; changes->verb != 0; changes++) {
        if (changes->after != NULL) {
            wm_record record = { WM_KIND_SERVICE, wm_str_of(changes->id),
                                 wm_str_of(changes->after) };
            wm_leaf_of(&record, &leaves[count++]);
        }
    }
    *state = (wm_state){ .partition = wm_str_of(pack->partition), .records = count };
    wm_state_of_leaves(leaves, count, &state->buckets, &state->digest);
}

/* ---- packs ---- */

const wm_state *wm_forge_state(const wm_forge *forge, const char *partition, int64_t release)
{
    const wm_fixture_states *states = &forge->states[release];
    for (size_t i = 0; i < states->count; i++) {
        if (strcmp(states->names[i], partition) == 0) {
            return &states->states[i];
        }
    }
    fail_msg("no partition %s", partition);
    return NULL;
}

static wm_status put_change(wm_pack_writer *writer, const wm_forge_change *change, wm_error *err)
{
    wm_str id = wm_str_of(change->id);
    wm_record before = { WM_KIND_SERVICE, id, wm_str_of(change->before) };
    wm_record after = { WM_KIND_SERVICE, id, wm_str_of(change->after) };
    switch (change->verb) {
    case '+': return wm_pack_writer_add(writer, WM_KIND_SERVICE, id, after.bytes, err);
    case '~': return wm_pack_writer_change(writer, &before, &after, err);
    default: return wm_pack_writer_remove(writer, WM_KIND_SERVICE, id, err);
    }
}

static wm_pack_header header_of(wm_forge *forge, const wm_forge_pack *pack, const wm_state *state)
{
    const char *partition = pack->says_partition != NULL ? pack->says_partition : pack->partition;
    wm_pack_header header = {
        .kind = pack->from > 0 ? WM_PACK_DELTA : WM_PACK_SNAPSHOT,
        .edition = wm_str_of(pack->says_edition != NULL ? pack->says_edition : "public"),
        .partition = wm_str_of(partition),
        .from_release = (uint64_t)(pack->says_from != 0 ? pack->says_from : pack->from),
        .to_release = (uint64_t)(pack->says_to != 0 ? pack->says_to : pack->to),
        .result_digest = pack->says_result != NULL ? *pack->says_result : state->digest,
        .bucket_count = pack->says_buckets != 0 ? pack->says_buckets : state->buckets,
    };
    if (pack->from > 0) {
        header.base_digest = wm_forge_state(forge, pack->partition, pack->from)->digest;
        header.base_digest.bytes[3] ^= pack->says_wrong_base ? 1 : 0;
    }
    header.result_digest.bytes[3] ^= pack->says_wrong_result ? 1 : 0;
    return header;
}

wm_str wm_forge_make_pack(wm_forge *forge, const wm_forge_pack *pack, wm_state *state_out)
{
    wm_pack_writer *writer = NULL;
    wm_buf bytes;
    wm_error err = { 0 };
    const wm_forge_change *changes = pack->changes;
    if (changes == NULL) {
        changes = wm_forge_changes(forge, pack->partition, pack->from, pack->to);
    }
    find_state(forge, pack, changes, state_out);
    wm_pack_header header = header_of(forge, pack, state_out);
    wm_pack_options options = { .level = 3, .max_bytes = WM_MIB };
    assert_ok(wm_pack_writer_new(wm_env_system(), &header, &options, NULL, &writer, &err), &err);
    for (; changes->verb != 0; changes++) {
        assert_ok(put_change(writer, changes, &err), &err);
    }
    wm_buf_init(&bytes, wm_env_system(), WM_MIB);
    assert_ok(wm_pack_writer_finish(writer, &bytes, NULL, &err), &err);
    wm_pack_writer_free(writer);
    wm_str copy = wm_arena_copy(&forge->scratch, wm_buf_str(&bytes));
    assert_non_null(copy.ptr);
    wm_buf_fini(&bytes);
    return copy;
}

wm_str wm_forge_disguise(wm_forge *forge, const wm_forge_pack *pack, wm_str other)
{
    static const wm_pack_limits limits = { UINT64_MAX, UINT64_MAX };
    pack_file file;
    wm_buf out;
    wm_str body = { NULL, 0 };
    if (pack_file_read(other, &limits, &file, &body, NULL) != WM_OK ||
        (file.header.kind == WM_PACK_DELTA) != (pack->from > 0)) {
        return (wm_str){ NULL, 0 };
    }
    wm_pack_header honest =
        header_of(forge, pack, wm_forge_state(forge, pack->partition, pack->to));
    file.header.edition = honest.edition;
    file.header.partition = honest.partition;
    file.header.from_release = honest.from_release;
    file.header.to_release = honest.to_release;
    file.header.base_digest = honest.base_digest;
    file.header.result_digest = honest.result_digest;
    file.header.bucket_count = honest.bucket_count;
    wm_buf_init(&out, wm_env_system(), 16 * WM_MIB);
    pack_file_write(&file, body, &out);
    wm_str copy = wm_arena_copy(&forge->scratch, wm_buf_str(&out));
    assert_non_null(copy.ptr);
    wm_buf_fini(&out);
    return copy;
}

/* ---- listing ---- */

static const char *target_path(wm_forge *forge, const char *target, const char *hash)
{
    const char *slash = strrchr(target, '/');
    const char *name = slash != NULL ? slash + 1 : target;
    return wm_forge_print(forge, "%s/targets/%.*s%s.%s", forge->edition, (int)(name - target),
                          target, hash, name);
}

wm_str wm_forge_target(wm_forge *forge, const char *role, const char *target)
{
    const wm_json *listed = wm_forge_get(forge, role, wm_forge_print(forge, "targets|%s", target));
    wm_str hash = wm_json_string(wm_json_get(wm_json_get(listed, "hashes"), "sha256"));
    const wm_forge_file *file =
        hash.ptr != NULL ? wm_forge_file_of(forge, target_path(forge, target, hash.ptr)) : NULL;
    if (file == NULL) {
        fail_msg("role %s lists no %s", role, target);
        return (wm_str){ NULL, 0 };
    }
    return file->bytes;
}

void wm_forge_put_target(wm_forge *forge, const char *role, const char *target, wm_str bytes)
{
    char hex[WM_DIGEST_HEX_BYTES];
    wm_digest digest;
    wm_digest_sha256(bytes, &digest);
    (void)wm_digest_hex(&digest, hex);
    (void)wm_forge_put_file(forge, target_path(forge, target, hex), bytes);
    wm_forge_set_integer(forge, role, wm_forge_print(forge, "targets|%s|length", target),
                         (int64_t)bytes.len);
    wm_forge_set(forge, role, wm_forge_print(forge, "targets|%s|hashes", target),
                 wm_forge_print(forge, "{'sha256':'%s'}", hex));
}

/* Members of the listing's custom data that say something about the pack or its state. */
static void set_custom(wm_forge *forge, const wm_forge_pack *pack, const char *role,
                       const char *target, const wm_state *state)
{
    char hex[WM_DIGEST_HEX_BYTES];
    const char *custom = wm_forge_print(forge, "targets|%s|custom", target);
    const wm_json *old = wm_forge_get(forge, role, custom);
    if (wm_json_get(old, "raw") != NULL) {
        wm_forge_set_integer(forge, role, wm_forge_print(forge, "%s|raw", custom), 1000000);
    }
    if (wm_json_get(old, "base") != NULL && pack->from > 0) {
        const wm_digest *base = &wm_forge_state(forge, pack->partition, pack->from)->digest;
        wm_forge_set(forge, role, wm_forge_print(forge, "%s|base", custom),
                     wm_forge_print(forge, "'%s'", wm_digest_hex(base, hex)));
    }
    if (state == NULL) {
        return;
    }
    const char *digest = wm_forge_print(forge, "'%s'", wm_digest_hex(&state->digest, hex));
    if (wm_json_get(old, "result") != NULL) {
        wm_forge_set(forge, role, wm_forge_print(forge, "%s|result", custom), digest);
    }
    if (wm_json_get(old, "state") != NULL) {
        wm_forge_set(forge, role, wm_forge_print(forge, "%s|state", custom), digest);
    }
    if (wm_json_get(old, "buckets") != NULL) {
        wm_forge_set_integer(forge, role, wm_forge_print(forge, "%s|buckets", custom),
                             state->buckets);
        wm_forge_set_integer(forge, role, wm_forge_print(forge, "%s|records", custom),
                             (int64_t)state->records);
    }
}

void wm_forge_list_pack(wm_forge *forge, const wm_forge_pack *pack, wm_str bytes,
                        const wm_state *state)
{
    const char *role = wm_forge_print(forge, "p.%s", pack->partition);
    const char *target = wm_forge_print(forge, "p/%s/%lld-%lld.pack", pack->partition,
                                        (long long)pack->from, (long long)pack->to);
    wm_forge_put_target(forge, role, target, bytes);
    set_custom(forge, pack, role, target, state);
}
