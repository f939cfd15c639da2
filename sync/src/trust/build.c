/* build.c: see build.h. */
#include <assert.h>

#include "trust/build.h"
#include "trust/canonical.h"

static void put_head(wm_json_out *out, const char *type, const wm_metadata_head *head)
{
    char expires[WM_TUF_TIME_BYTES];
    wm_json_out_member_text(out, "_type", type);
    wm_json_out_member_text(out, "expires", wm_tuf_time_write(head->expires_s, expires));
    wm_json_out_member_text(out, "spec_version", WM_SPEC_VERSION);
    wm_json_out_member_integer(out, "version", head->version);
}

/* Keys of several roles, each id once. Roles are few, or share the same few keys. */
typedef struct key_set {
    const wm_public_key *keys[WM_KEYS_MAX];
    size_t count;
} key_set;

static void key_set_add(key_set *set, const wm_signers *role)
{
    for (size_t i = 0; i < role->key_count; i++) {
        bool known = false;
        for (size_t j = 0; j < set->count && !known; j++) {
            known = wm_str_equal(set->keys[j]->id, role->keys[i].id);
        }
        if (!known) {
            assert(set->count < WM_KEYS_MAX);
            set->keys[set->count++] = &role->keys[i];
        }
    }
}

static void put_keys(wm_json_out *out, const key_set *set)
{
    wm_json_out_name(out, "keys");
    wm_json_out_object(out);
    for (size_t i = 0; i < set->count; i++) {
        wm_json_out_name_str(out, set->keys[i]->id);
        wm_public_key_write(out, set->keys[i]);
    }
    wm_json_out_end_object(out);
}

static void put_signers(wm_json_out *out, const wm_signers *role)
{
    wm_json_out_name(out, "keyids");
    wm_json_out_array(out);
    for (size_t i = 0; i < role->key_count; i++) {
        wm_json_out_string(out, role->keys[i].id);
    }
    wm_json_out_end_array(out);
    wm_json_out_member_integer(out, "threshold", role->threshold);
}

void wm_root_write(wm_json_out *out, const wm_root *root)
{
    key_set set = { .count = 0 };
    wm_json_out_object(out);
    put_head(out, "root", &root->head);
    wm_json_out_member_boolean(out, "consistent_snapshot", root->consistent_snapshot);
    wm_json_out_name(out, "roles");
    wm_json_out_object(out);
    for (int i = 0; i < WM_TOP_ROLES; i++) {
        key_set_add(&set, &root->roles[i]);
        wm_json_out_name(out, wm_top_role_name((wm_top_role)i));
        wm_json_out_object(out);
        put_signers(out, &root->roles[i]);
        wm_json_out_end_object(out);
    }
    wm_json_out_end_object(out);
    put_keys(out, &set);
    wm_json_out_end_object(out);
}

static void put_hashes(wm_json_out *out, const wm_hashes *hashes)
{
    if (!hashes->has_sha256 && !hashes->has_sha512) {
        return;
    }
    char hex[2 * WM_SHA512_BYTES + 1];
    wm_json_out_name(out, "hashes");
    wm_json_out_object(out);
    if (hashes->has_sha256) {
        wm_json_out_member_text(out, "sha256",
                                wm_hex_write(hashes->sha256.bytes, WM_DIGEST_BYTES, hex));
    }
    if (hashes->has_sha512) {
        wm_json_out_member_text(out, "sha512", wm_hex_write(hashes->sha512, WM_SHA512_BYTES, hex));
    }
    wm_json_out_end_object(out);
}

static void put_file(wm_json_out *out, const wm_listed_file *file)
{
    wm_json_out_name_str(out, file->path);
    wm_json_out_object(out);
    if (file->custom != NULL) {
        wm_json_out_name(out, "custom");
        wm_json_out_value(out, file->custom);
    }
    put_hashes(out, &file->hashes);
    if (file->length >= 0) {
        wm_json_out_member_integer(out, "length", file->length);
    }
    if (file->version > 0) {
        wm_json_out_member_integer(out, "version", file->version);
    }
    wm_json_out_end_object(out);
}

static void put_files(wm_json_out *out, const char *name, const wm_listed_file *files, size_t count)
{
    wm_json_out_name(out, name);
    wm_json_out_object(out);
    for (size_t i = 0; i < count; i++) {
        put_file(out, &files[i]);
    }
    wm_json_out_end_object(out);
}

void wm_timestamp_write(wm_json_out *out, const wm_timestamp *timestamp)
{
    wm_json_out_object(out);
    put_head(out, "timestamp", &timestamp->head);
    put_files(out, "meta", &timestamp->snapshot, 1);
    wm_json_out_end_object(out);
}

void wm_snapshot_write(wm_json_out *out, const wm_snapshot *snapshot)
{
    wm_json_out_object(out);
    put_head(out, "snapshot", &snapshot->head);
    put_files(out, "meta", snapshot->files, snapshot->file_count);
    wm_json_out_end_object(out);
}

static void put_texts(wm_json_out *out, const char *name, const wm_str *texts, size_t count)
{
    wm_json_out_name(out, name);
    wm_json_out_array(out);
    for (size_t i = 0; i < count; i++) {
        wm_json_out_string(out, texts[i]);
    }
    wm_json_out_end_array(out);
}

static void put_delegation(wm_json_out *out, const wm_delegation *delegation)
{
    wm_json_out_object(out);
    put_signers(out, &delegation->role);
    wm_json_out_member_string(out, "name", delegation->role.name);
    if (delegation->hash_prefix_count > 0) {
        put_texts(out, "path_hash_prefixes", delegation->hash_prefixes,
                  delegation->hash_prefix_count);
    } else {
        put_texts(out, "paths", delegation->paths, delegation->path_count);
    }
    wm_json_out_member_boolean(out, "terminating", delegation->terminating);
    wm_json_out_end_object(out);
}

void wm_targets_write(wm_json_out *out, const wm_targets *targets)
{
    wm_json_out_object(out);
    put_head(out, "targets", &targets->head);
    put_files(out, "targets", targets->files, targets->file_count);
    if (targets->delegation_count > 0) {
        key_set set = { .count = 0 };
        wm_json_out_name(out, "delegations");
        wm_json_out_object(out);
        wm_json_out_name(out, "roles");
        wm_json_out_array(out);
        for (size_t i = 0; i < targets->delegation_count; i++) {
            key_set_add(&set, &targets->delegations[i].role);
            put_delegation(out, &targets->delegations[i]);
        }
        wm_json_out_end_array(out);
        put_keys(out, &set);
        wm_json_out_end_object(out);
    }
    wm_json_out_end_object(out);
}

static void put_signatures(wm_json_out *out, wm_str message, const wm_secret_key *const *keys,
                           size_t key_count)
{
    wm_json_out_name(out, "signatures");
    wm_json_out_array(out);
    for (size_t i = 0; i < key_count; i++) {
        uint8_t signature[WM_ED25519_SIGNATURE_BYTES];
        char hex[2 * WM_ED25519_SIGNATURE_BYTES + 1];
        wm_secret_key_sign(keys[i], message, signature);
        wm_json_out_object(out);
        wm_json_out_member_string(out, "keyid", keys[i]->public_key.id);
        wm_json_out_member_text(out, "sig", wm_hex_write(signature, sizeof signature, hex));
        wm_json_out_end_object(out);
    }
    wm_json_out_end_array(out);
}

wm_status wm_metadata_sign(wm_arena *arena, wm_str body, const wm_secret_key *const *keys,
                           size_t key_count, size_t max_bytes, wm_str *file_out, wm_error *err)
{
    const wm_json *value = NULL;
    wm_status status = wm_json_parse(arena, body, max_bytes, &value, err);
    if (status != WM_OK) {
        return status;
    }
    wm_buf canonical;
    wm_buf file;
    wm_buf_init(&canonical, arena->env, max_bytes);
    wm_buf_init(&file, arena->env, max_bytes);
    wm_tuf_canonical(&canonical, value);
    status = wm_buf_status(&canonical, err);
    if (status == WM_OK) {
        wm_json_out out;
        wm_json_out_init(&out, &file);
        wm_json_out_object(&out);
        put_signatures(&out, wm_buf_str(&canonical), keys, key_count);
        wm_json_out_name(&out, "signed");
        wm_json_out_value(&out, value);
        wm_json_out_end_object(&out);
        status = wm_buf_status(&file, err);
    }
    if (status == WM_OK) {
        wm_str copy = wm_arena_copy(arena, wm_buf_str(&file));
        if (copy.ptr == NULL) {
            status = wm_fail_memory(err);
        } else {
            *file_out = copy;
        }
    }
    wm_buf_fini(&canonical);
    wm_buf_fini(&file);
    return status;
}
