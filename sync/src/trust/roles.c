/* roles.c: the content of root, timestamp, snapshot and targets, once it is verified. */
#include <stdlib.h>

#include "trust/read.h"

/* One listed id: its key goes to key_out, if there is one that it names rightly. */
static wm_status read_signer(const wm_env *env, const wm_json *id, const wm_json *keys,
                             wm_public_key *key_out, bool *is_key_out, wm_error *err)
{
    const wm_json *key = wm_json_get_str(keys, wm_json_string(id));
    *is_key_out = false;
    if (id->type != WM_JSON_STRING) {
        return wm_fail(err, WM_BAD_INPUT, "keyids: expected texts");
    }
    if (key == NULL) {
        return WM_OK;
    }
    wm_status status = wm_public_key_read(id->as.string, key, key_out, err);
    return status == WM_OK ? wm_public_key_id_fits(env, id->as.string, key, is_key_out, err)
                           : status;
}

wm_status wm_signers_read(wm_arena *arena, wm_str name, const wm_json *value, const wm_json *keys,
                          wm_signers *role_out, wm_error *err)
{
    const wm_json *ids = wm_json_get(value, "keyids");
    wm_signers role = { .name = name };
    role.threshold = wm_json_integer(wm_json_get(value, "threshold"), 0);
    if (!wm_json_is(ids, WM_JSON_ARRAY) || role.threshold < 1) {
        return wm_fail(err, WM_BAD_INPUT,
                       "role %.*s: expected a list \"keyids\" and a \"threshold\" of at least 1",
                       WM_STR_ARG(name));
    }
    if (ids->count > WM_ROLE_KEYS_MAX) {
        return wm_fail(err, WM_TOO_LARGE, "role %.*s: expected at most %d keys, found %u",
                       WM_STR_ARG(name), WM_ROLE_KEYS_MAX, (unsigned)ids->count);
    }
    wm_public_key *found = wm_arena_array(arena, ids->count, sizeof *found);
    if (found == NULL) {
        return wm_fail_memory(err);
    }
    for (uint32_t i = 0; i < ids->count; i++) {
        bool is_key = false;
        wm_status status =
            read_signer(arena->env, &ids->as.items[i], keys, &found[role.key_count], &is_key, err);
        if (status != WM_OK) {
            wm_error_context(err, "role %.*s", WM_STR_ARG(name));
            return status;
        }
        role.key_count += is_key ? 1 : 0;
    }
    role.keys = found;
    *role_out = role;
    return WM_OK;
}

static wm_status read_key_table(const wm_json *parent, const wm_json **keys_out, wm_error *err)
{
    const wm_json *keys = wm_json_get(parent, "keys");
    if (!wm_json_is(keys, WM_JSON_OBJECT)) {
        return wm_fail(err, WM_BAD_INPUT, "expected an object \"keys\"");
    }
    if (keys->count > WM_KEYS_MAX) {
        return wm_fail(err, WM_TOO_LARGE, "keys: expected at most %d, found %u", WM_KEYS_MAX,
                       (unsigned)keys->count);
    }
    *keys_out = keys;
    return WM_OK;
}

/* A flag that may be left out, which is false. Of any other type it is not taken for either. */
static wm_status read_flag(const wm_json *object, const char *name, bool *flag_out, wm_error *err)
{
    const wm_json *value = wm_json_get(object, name);
    if (value != NULL && value->type != WM_JSON_BOOL) {
        return wm_fail(err, WM_BAD_INPUT, "%s: expected true or false, found %s", name,
                       wm_json_type_name(value->type));
    }
    *flag_out = wm_json_boolean(value, false);
    return WM_OK;
}

wm_status wm_root_read(wm_arena *arena, wm_verified verified, wm_root *root_out, wm_error *err)
{
    wm_root root = { 0 };
    const wm_json *keys = NULL;
    wm_status status = wm_head_read(verified, "root", &root.head, err);
    if (status == WM_OK) {
        status = read_key_table(verified.body, &keys, err);
    }
    const wm_json *roles = wm_json_get(verified.body, "roles");
    for (int i = 0; i < WM_TOP_ROLES && status == WM_OK; i++) {
        const char *name = wm_top_role_name((wm_top_role)i);
        status = wm_signers_read(arena, wm_str_of(name), wm_json_get(roles, name), keys,
                                 &root.roles[i], err);
    }
    if (status == WM_OK) {
        status = read_flag(verified.body, "consistent_snapshot", &root.consistent_snapshot, err);
    }
    if (status == WM_OK) {
        *root_out = root;
    }
    return status;
}

wm_status wm_timestamp_read(wm_arena *arena, wm_verified verified, wm_timestamp *timestamp_out,
                            wm_error *err)
{
    (void)arena;
    wm_timestamp timestamp = { 0 };
    wm_status status = wm_head_read(verified, "timestamp", &timestamp.head, err);
    if (status != WM_OK) {
        return status;
    }
    /* "this MUST only include a description of the snapshot.json file" (4.6) */
    const wm_json *meta = wm_json_get(verified.body, "meta");
    if (!wm_json_is(meta, WM_JSON_OBJECT) || meta->count != 1 ||
        !wm_str_is(meta->as.members[0].name, "snapshot.json")) {
        return wm_fail(err, WM_BAD_INPUT, "meta: expected \"snapshot.json\" and nothing else");
    }
    status = wm_listed_read(&meta->as.members[0], false, &timestamp.snapshot, err);
    if (status == WM_OK) {
        *timestamp_out = timestamp;
    }
    return status;
}

wm_status wm_snapshot_read(wm_arena *arena, wm_verified verified, wm_snapshot *snapshot_out,
                           wm_error *err)
{
    wm_snapshot snapshot = { 0 };
    wm_status status = wm_head_read(verified, "snapshot", &snapshot.head, err);
    if (status != WM_OK) {
        return status;
    }
    const wm_json *meta = wm_json_get(verified.body, "meta");
    if (!wm_json_is(meta, WM_JSON_OBJECT) || wm_json_get(meta, "targets.json") == NULL) {
        return wm_fail(err, WM_BAD_INPUT, "meta: expected an object that lists \"targets.json\"");
    }
    status = wm_listed_read_all(arena, meta, false, &snapshot.files, err);
    if (status == WM_OK) {
        snapshot.file_count = meta->count;
        *snapshot_out = snapshot;
    }
    return status;
}

static wm_status read_texts(wm_arena *arena, wm_str role, const wm_json *list,
                            const wm_str **texts_out, wm_error *err)
{
    if (list->type != WM_JSON_ARRAY || list->count > WM_PATHS_MAX) {
        return wm_fail(err, WM_BAD_INPUT, "role %.*s: expected a list of at most %d patterns",
                       WM_STR_ARG(role), WM_PATHS_MAX);
    }
    wm_str *texts = wm_arena_array(arena, list->count, sizeof *texts);
    if (texts == NULL) {
        return wm_fail_memory(err);
    }
    for (uint32_t i = 0; i < list->count; i++) {
        texts[i] = wm_json_string(&list->as.items[i]);
        if (texts[i].ptr == NULL || texts[i].len > WM_META_PATH_BYTES_MAX) {
            return wm_fail(err, WM_BAD_INPUT, "role %.*s: expected patterns of at most %d bytes",
                           WM_STR_ARG(role), WM_META_PATH_BYTES_MAX);
        }
    }
    *texts_out = texts;
    return WM_OK;
}

static wm_status read_delegation(wm_arena *arena, const wm_json *value, const wm_json *keys,
                                 wm_delegation *delegation_out, wm_error *err)
{
    wm_delegation delegation = { 0 };
    const wm_json *name = wm_json_get(value, "name");
    if (!wm_json_is(name, WM_JSON_STRING) || name->as.string.len == 0 ||
        name->as.string.len > WM_META_PATH_BYTES_MAX) {
        return wm_fail(err, WM_BAD_INPUT, "delegations: expected a text \"name\"");
    }
    for (int i = 0; i < WM_TOP_ROLES; i++) {
        if (wm_str_is(name->as.string, wm_top_role_name((wm_top_role)i))) {
            return wm_fail(err, WM_BAD_INPUT, "delegations: %.*s is the name of a top role",
                           WM_STR_ARG(name->as.string));
        }
    }
    wm_status status = wm_signers_read(arena, name->as.string, value, keys, &delegation.role, err);
    const wm_json *paths = wm_json_get(value, "paths");
    const wm_json *prefixes = wm_json_get(value, "path_hash_prefixes");
    if (status == WM_OK && (paths == NULL) == (prefixes == NULL)) {
        return wm_fail(err, WM_BAD_INPUT,
                       "role %.*s: expected exactly one of \"paths\" and \"path_hash_prefixes\"",
                       WM_STR_ARG(name->as.string));
    }
    if (status == WM_OK && paths != NULL) {
        status = read_texts(arena, name->as.string, paths, &delegation.paths, err);
        delegation.path_count = paths->count;
    }
    if (status == WM_OK && prefixes != NULL) {
        status = read_texts(arena, name->as.string, prefixes, &delegation.hash_prefixes, err);
        delegation.hash_prefix_count = prefixes->count;
    }
    if (status == WM_OK) {
        status = read_flag(value, "terminating", &delegation.terminating, err);
    }
    if (status == WM_OK) {
        *delegation_out = delegation;
    }
    return status;
}

/* Role names by value, so that "unique in the delegations object" is one pass over neighbours. */
static int by_role_name(const void *left, const void *right)
{
    return wm_str_compare(*(const wm_str *)left, *(const wm_str *)right);
}

static wm_status check_unique(wm_arena *arena, const wm_delegation *delegations, size_t count,
                              wm_error *err)
{
    wm_str *names = wm_arena_array(arena, count, sizeof *names);
    if (names == NULL) {
        return wm_fail_memory(err);
    }
    for (size_t i = 0; i < count; i++) {
        names[i] = delegations[i].role.name;
    }
    qsort(names, count, sizeof *names, by_role_name);
    for (size_t i = 1; i < count; i++) {
        if (wm_str_equal(names[i - 1], names[i])) {
            return wm_fail(err, WM_BAD_INPUT,
                           "delegations: expected each role once, found %.*s "
                           "twice",
                           WM_STR_ARG(names[i]));
        }
    }
    return WM_OK;
}

static wm_status read_delegations(wm_arena *arena, const wm_json *value, wm_targets *targets,
                                  wm_error *err)
{
    const wm_json *keys = NULL;
    wm_status status = read_key_table(value, &keys, err);
    if (status != WM_OK) {
        return status;
    }
    const wm_json *roles = wm_json_get(value, "roles");
    if (!wm_json_is(roles, WM_JSON_ARRAY)) {
        return wm_fail(err, WM_BAD_INPUT, "delegations: expected a list \"roles\"");
    }
    if (roles->count > WM_DELEGATED_ROLES_LISTED_MAX) {
        return wm_fail(err, WM_TOO_LARGE, "delegations: expected at most %d roles, found %u",
                       WM_DELEGATED_ROLES_LISTED_MAX, (unsigned)roles->count);
    }
    wm_delegation *delegations = wm_arena_array(arena, roles->count, sizeof *delegations);
    if (delegations == NULL) {
        return wm_fail_memory(err);
    }
    for (uint32_t i = 0; i < roles->count && status == WM_OK; i++) {
        status = read_delegation(arena, &roles->as.items[i], keys, &delegations[i], err);
    }
    if (status == WM_OK) {
        status = check_unique(arena, delegations, roles->count, err);
    }
    targets->delegations = delegations;
    targets->delegation_count = roles->count;
    return status;
}

wm_status wm_targets_read(wm_arena *arena, wm_verified verified, wm_targets *targets_out,
                          wm_error *err)
{
    wm_targets targets = { 0 };
    wm_status status = wm_head_read(verified, "targets", &targets.head, err);
    if (status != WM_OK) {
        return status;
    }
    const wm_json *files = wm_json_get(verified.body, "targets");
    if (!wm_json_is(files, WM_JSON_OBJECT)) {
        return wm_fail(err, WM_BAD_INPUT, "expected an object \"targets\"");
    }
    status = wm_listed_read_all(arena, files, true, &targets.files, err);
    targets.file_count = files->count;
    const wm_json *delegations = wm_json_get(verified.body, "delegations");
    if (status == WM_OK && delegations != NULL) {
        status = read_delegations(arena, delegations, &targets, err);
    }
    if (status == WM_OK) {
        *targets_out = targets;
    }
    return status;
}
