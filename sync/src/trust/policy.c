/* policy.c: see policy.h. */
#include "trust/policy.h"

static wm_status read_root(wm_arena *arena, const wm_unverified *unverified,
                           const wm_signers *signers, wm_root *root_out, wm_error *err)
{
    /* A root's keys are inside it: they are read only after its predecessor (or a safe channel)
     * has vouched for the bytes, and then must have signed as well. */
    wm_verified verified = wm_verified_pinned(unverified);
    wm_status status = signers != NULL ? wm_verify(unverified, signers, &verified, err) : WM_OK;
    wm_root root;
    if (status == WM_OK) {
        status = wm_root_read(arena, verified, &root, err);
    }
    if (status == WM_OK) {
        status = wm_verify(unverified, &root.roles[WM_TOP_ROOT], &verified, err);
    }
    if (status == WM_OK) {
        *root_out = root;
    }
    return status;
}

wm_status wm_policy_first_root(wm_arena *arena, wm_str bytes, wm_root *root_out, wm_error *err)
{
    wm_unverified unverified;
    wm_status status =
        wm_unverified_read(arena, bytes, WM_METADATA_ROOT_BYTES_MAX, &unverified, err);
    return status == WM_OK ? read_root(arena, &unverified, NULL, root_out, err) : status;
}

wm_status wm_policy_next_root(wm_arena *arena, const wm_root *held, wm_str bytes, wm_root *root_out,
                              wm_error *err)
{
    wm_unverified unverified;
    wm_root root;
    wm_status status =
        wm_unverified_read(arena, bytes, WM_METADATA_ROOT_BYTES_MAX, &unverified, err);
    if (status == WM_OK) {
        status = read_root(arena, &unverified, &held->roles[WM_TOP_ROOT], &root, err);
    }
    if (status != WM_OK) {
        return status;
    }
    if (root.head.version != held->head.version + 1) {
        return wm_fail(err, WM_NOT_TRUSTED, "root: expected version %lld, found %lld",
                       (long long)held->head.version + 1, (long long)root.head.version);
    }
    *root_out = root;
    return WM_OK;
}

wm_status wm_policy_fresh(const char *what, const wm_metadata_head *head, int64_t now_s,
                          wm_error *err)
{
    /* "The expiration timestamp MUST be higher than the fixed update start time." */
    if (head->expires_s > now_s) {
        return WM_OK;
    }
    char expired[WM_TUF_TIME_BYTES];
    char now[WM_TUF_TIME_BYTES];
    return wm_fail(err, WM_EXPIRED, "%s: expired on %s, and it is %s", what,
                   wm_tuf_time_write(head->expires_s, expired), wm_tuf_time_write(now_s, now));
}

static bool has_key(const wm_signers *signers, const wm_public_key *key)
{
    for (size_t i = 0; i < signers->key_count; i++) {
        if (wm_digest_equal(&signers->keys[i].identity, &key->identity)) {
            return true;
        }
    }
    return false;
}

static bool has_all_keys(const wm_signers *outer, const wm_signers *inner)
{
    for (size_t i = 0; i < inner->key_count; i++) {
        if (!has_key(outer, &inner->keys[i])) {
            return false;
        }
    }
    return true;
}

bool wm_policy_rotated(const wm_signers *before, const wm_signers *after)
{
    return !has_all_keys(after, before);
}

wm_status wm_policy_timestamp(const wm_timestamp *held, const wm_timestamp *fresh, wm_error *err)
{
    if (held == NULL) {
        return WM_OK;
    }
    if (fresh->head.version < held->head.version) {
        return wm_fail(err, WM_NOT_TRUSTED, "timestamp.json: rolled back from version %lld to %lld",
                       (long long)held->head.version, (long long)fresh->head.version);
    }
    if (fresh->head.version == held->head.version) {
        return WM_UNCHANGED;
    }
    if (fresh->snapshot.version < held->snapshot.version) {
        return wm_fail(err, WM_NOT_TRUSTED,
                       "timestamp.json: snapshot rolled back from version %lld to %lld",
                       (long long)held->snapshot.version, (long long)fresh->snapshot.version);
    }
    return WM_OK;
}

wm_status wm_policy_snapshot(const wm_snapshot *held, const wm_snapshot *fresh, wm_error *err)
{
    for (size_t i = 0; held != NULL && i < held->file_count; i++) {
        const wm_listed_file *before = &held->files[i];
        const wm_listed_file *now = wm_listed_find(fresh->files, fresh->file_count, before->path);
        if (now == NULL) {
            return wm_fail(err, WM_NOT_TRUSTED, "snapshot.json: %.*s is no longer listed",
                           WM_STR_ARG(before->path));
        }
        if (now->version < before->version) {
            return wm_fail(
                err, WM_NOT_TRUSTED, "snapshot.json: %.*s rolled back from version %lld to %lld",
                WM_STR_ARG(before->path), (long long)before->version, (long long)now->version);
        }
    }
    return WM_OK;
}

wm_status wm_policy_listed_version(const wm_listed_file *listed, const wm_metadata_head *head,
                                   wm_error *err)
{
    if (listed->version == head->version) {
        return WM_OK;
    }
    return wm_fail(err, WM_NOT_TRUSTED, "%.*s: expected version %lld, found %lld",
                   WM_STR_ARG(listed->path), (long long)listed->version, (long long)head->version);
}

int64_t wm_policy_time(int64_t now_s, int64_t floor_s)
{
    return now_s > floor_s ? now_s : floor_s;
}
