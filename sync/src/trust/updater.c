/* updater.c: see updater.h. The numbers are those of the client workflow, TUF 1.0.34 section 5.
 *
 *   step        nothing to fetch when                          given
 *   ROOT        the last was not there, or 256 rotations       5.3: verify, store, next
 *   TIMESTAMP   never                                          5.4: verify, versions, expiry, store
 *   SNAPSHOT    the stored one is the one listed               5.5: hash, verify, versions, ...
 *   TARGETS     the stored one is the one listed               5.6: hash, verify, version, ...
 *   DELEGATED   the stored one, under this delegation's keys   5.6.7: the same
 *
 * Stored files pass the same function as fetched ones. */
#include <stdio.h>

#include "trust/updater.h"

static const wm_str nothing = { NULL, 0 };

/* ---- storage ---- */

static wm_status load(wm_updater *updater, wm_str role, wm_str *bytes_out, wm_error *err)
{
    wm_buf bytes;
    wm_buf_init(&bytes, updater->arena->env, WM_METADATA_TARGETS_BYTES_MAX);
    wm_status status = updater->storage->load(updater->storage->context, role, &bytes, err);
    *bytes_out = nothing;
    if (status == WM_OK) {
        *bytes_out = wm_arena_copy(updater->arena, wm_buf_str(&bytes));
        status = bytes_out->ptr != NULL ? WM_OK : wm_fail_memory(err);
    } else if (status == WM_NOT_FOUND || status == WM_TOO_LARGE) {
        wm_error_clear(err);
        status = WM_OK; /* what we would not have stored is not there */
    }
    wm_buf_fini(&bytes);
    return status;
}

static wm_status store(wm_updater *updater, const wm_trust_change *change, wm_error *err)
{
    return updater->storage->store(updater->storage->context, change, err);
}

static wm_status store_root(wm_updater *updater, bool forget, wm_error *err)
{
    wm_trust_change change = { WM_STR("root"), updater->root_bytes, updater->stored_root_bytes,
                               forget };
    wm_status status = store(updater, &change, err);
    if (status == WM_OK) {
        updater->stored_root_bytes = updater->root_bytes;
    }
    return status;
}

/* The first root is stored when something has been verified with it: a wrong one leaves no trace.
 */
static wm_status store_role(wm_updater *updater, wm_str role, wm_str bytes, wm_str replaced,
                            wm_error *err)
{
    wm_status status =
        updater->stored_root_bytes.ptr == NULL ? store_root(updater, false, err) : WM_OK;
    wm_trust_change change = { role, bytes, replaced, false };
    return status == WM_OK ? store(updater, &change, err) : status;
}

static wm_status keep(wm_updater *updater, wm_str bytes, wm_str *copy_out, wm_error *err)
{
    wm_str copy = wm_arena_copy(updater->arena, bytes);
    if (copy.ptr == NULL) {
        return wm_fail_memory(err);
    }
    *copy_out = copy;
    return WM_OK;
}

/* ---- wants ---- */

bool wm_updater_quote(wm_str text, char *out, size_t out_bytes)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t length = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '_' || c == '.' || c == '-' || c == '~';
        if (out_bytes - length < 4) {
            return false;
        }
        if (plain) {
            out[length++] = c;
        } else {
            out[length++] = '%';
            out[length++] = digits[(unsigned char)c >> 4];
            out[length++] = digits[(unsigned char)c & 15];
        }
    }
    if (out_bytes == 0) {
        return false;
    }
    out[length] = '\0';
    return true;
}

/* version 0: the file's name has none. */
static wm_status set_want(wm_str role, int64_t version, uint64_t max_bytes,
                          wm_updater_want *want_out, wm_error *err)
{
    char name[WM_UPDATER_FILE_BYTES - 32];
    if (!wm_updater_quote(role, name, sizeof name)) {
        return wm_fail(err, WM_TOO_LARGE, "role %.*s: the name is too long", WM_STR_ARG(role));
    }
    *want_out = (wm_updater_want){ .role = role, .max_bytes = max_bytes };
    if (version > 0) {
        (void)snprintf(want_out->file, sizeof want_out->file, "%lld.%s.json", (long long)version,
                       name);
    } else {
        (void)snprintf(want_out->file, sizeof want_out->file, "%s.json", name);
    }
    return WM_OK;
}

/* Its length as listed, at most `most`; "if consistent snapshots are not used (...) the filename is
 * of the fixed form" (5.5.1, 5.6.1). */
static wm_status want_listed(const wm_updater *updater, wm_str role, const wm_listed_file *listed,
                             size_t most, wm_updater_want *want_out, wm_error *err)
{
    uint64_t max_bytes =
        listed->length >= 0 && (uint64_t)listed->length < most ? (uint64_t)listed->length : most;
    return set_want(role, updater->root.consistent_snapshot ? listed->version : 0, max_bytes,
                    want_out, err);
}

/* ---- root: 5.3 ---- */

wm_status wm_updater_init(wm_updater *updater, wm_arena *arena, const wm_trust_storage *storage,
                          const wm_updater_options *options, wm_error *err)
{
    *updater = (wm_updater){ .arena = arena, .storage = storage, .time_s = options->time_s };
    wm_status status = load(updater, WM_STR("root"), &updater->stored_root_bytes, err);
    if (status != WM_OK) {
        return status;
    }
    updater->root_bytes = updater->stored_root_bytes;
    if (updater->root_bytes.ptr == NULL) {
        if (options->first_root.len == 0) {
            return wm_fail(err, WM_BAD_ARGUMENT, "expected a root.json, from a safe channel");
        }
        status = keep(updater, options->first_root, &updater->root_bytes, err);
    }
    if (status == WM_OK) {
        status = wm_policy_first_root(arena, updater->root_bytes, &updater->root, err);
        wm_error_context(err, "root.json");
    }
    return status;
}

static wm_status give_root(wm_updater *updater, wm_status fetched, wm_str bytes, wm_error *err)
{
    if (fetched == WM_NOT_FOUND) {
        updater->root_is_last = true;
        return WM_OK;
    }
    wm_root next;
    wm_str copy = nothing;
    wm_status status = keep(updater, bytes, &copy, err);
    if (status == WM_OK) {
        status = wm_policy_next_root(updater->arena, &updater->root, copy, &next, err);
    }
    if (status != WM_OK) {
        return status;
    }
    const wm_signers *before = updater->root.roles;
    bool rotated = wm_policy_rotated(&before[WM_TOP_TIMESTAMP], &next.roles[WM_TOP_TIMESTAMP]) ||
                   wm_policy_rotated(&before[WM_TOP_SNAPSHOT], &next.roles[WM_TOP_SNAPSHOT]);
    updater->root = next;
    updater->root_bytes = copy;
    updater->root_count++;
    updater->root_is_last = updater->root_count >= WM_ROOT_ROTATIONS_MAX;
    updater->rotated = updater->rotated || rotated;
    return store_root(updater, rotated, err);
}

/* What does not verify counts as not there; running out of memory does not. */
static wm_status unless_memory(wm_status status, bool *usable_out, wm_error *err)
{
    *usable_out = status == WM_OK;
    return status == WM_NO_MEMORY ? wm_fail_memory(err) : WM_OK;
}

static wm_status verify_stored(wm_updater *updater, wm_str bytes, wm_top_role role,
                               wm_verified *verified_out)
{
    wm_unverified unverified;
    size_t most =
        role == WM_TOP_TIMESTAMP ? WM_METADATA_TIMESTAMP_BYTES_MAX : WM_METADATA_SNAPSHOT_BYTES_MAX;
    wm_status status = wm_unverified_read(updater->arena, bytes, most, &unverified, NULL);
    return status == WM_OK ? wm_verify(&unverified, &updater->root.roles[role], verified_out, NULL)
                           : status;
}

/* What was stored counts against rollback if today's keys vouch for it, expired or not. */
static wm_status load_stored(wm_updater *updater, wm_error *err)
{
    wm_verified verified;
    wm_arena *arena = updater->arena;
    wm_str *bytes = &updater->stored_timestamp_bytes;
    wm_status status = load(updater, WM_STR("timestamp"), bytes, err);
    if (status == WM_OK && bytes->ptr != NULL) {
        wm_status read = verify_stored(updater, *bytes, WM_TOP_TIMESTAMP, &verified);
        if (read == WM_OK) {
            read = wm_timestamp_read(arena, verified, &updater->stored_timestamp, NULL);
        }
        status = unless_memory(read, &updater->has_stored_timestamp, err);
    }
    bytes = &updater->stored_snapshot_bytes;
    if (status == WM_OK) {
        status = load(updater, WM_STR("snapshot"), bytes, err);
    }
    if (status == WM_OK && bytes->ptr != NULL) {
        wm_status read = verify_stored(updater, *bytes, WM_TOP_SNAPSHOT, &verified);
        if (read == WM_OK) {
            read = wm_snapshot_read(arena, verified, &updater->stored_snapshot, NULL);
        }
        status = unless_memory(read, &updater->has_stored_snapshot, err);
    }
    return status;
}

static wm_status leave_root(wm_updater *updater, wm_error *err)
{
    /* 5.3.10, after the last root, so that an expired one can be followed by a fresh one */
    wm_status status = wm_policy_fresh("root.json", &updater->root.head, updater->time_s, err);
    if (status == WM_OK) {
        status = load_stored(updater, err);
    }
    if (status == WM_OK) {
        updater->step = WM_UPDATER_TIMESTAMP;
    }
    return status;
}

/* ---- timestamp: 5.4 ---- */

static wm_status read_timestamp(wm_updater *updater, wm_str bytes, wm_error *err)
{
    wm_unverified unverified;
    wm_verified verified;
    wm_status status = keep(updater, bytes, &updater->timestamp_bytes, err);
    if (status == WM_OK) {
        status = wm_unverified_read(updater->arena, updater->timestamp_bytes,
                                    WM_METADATA_TIMESTAMP_BYTES_MAX, &unverified, err);
    }
    if (status == WM_OK) {
        status = wm_verify(&unverified, &updater->root.roles[WM_TOP_TIMESTAMP], &verified, err);
    }
    if (status == WM_OK) {
        status = wm_timestamp_read(updater->arena, verified, &updater->timestamp, err);
    }
    if (status == WM_OK) {
        status =
            wm_policy_timestamp(updater->has_stored_timestamp ? &updater->stored_timestamp : NULL,
                                &updater->timestamp, err);
    }
    return status;
}

static wm_status give_timestamp(wm_updater *updater, wm_status fetched, wm_str bytes, wm_error *err)
{
    wm_status status = WM_UNCHANGED;
    if (fetched != WM_UNCHANGED) {
        status = read_timestamp(updater, bytes, err);
    } else if (!updater->has_stored_timestamp) {
        status = wm_fail(err, WM_NETWORK, "\"not changed\", though nothing is held");
    }
    if (status == WM_UNCHANGED) {
        /* 5.4.3.1: "in case they are equal, discard the new timestamp metadata" */
        updater->unchanged = true;
        updater->timestamp = updater->stored_timestamp;
        updater->timestamp_bytes = updater->stored_timestamp_bytes;
        status = WM_OK;
    }
    if (status == WM_OK) {
        status = wm_policy_fresh("timestamp.json", &updater->timestamp.head, updater->time_s, err);
    }
    if (status == WM_OK && !updater->unchanged) {
        status = store_role(updater, WM_STR("timestamp"), updater->timestamp_bytes,
                            updater->stored_timestamp_bytes, err);
    }
    if (status == WM_OK) {
        updater->step = WM_UPDATER_SNAPSHOT;
    }
    return status;
}

/* ---- snapshot: 5.5 ---- */

static wm_status accept_snapshot(wm_updater *updater, wm_str bytes, wm_error *err)
{
    wm_unverified unverified;
    wm_verified verified;
    wm_snapshot snapshot;
    const wm_listed_file *listed = &updater->timestamp.snapshot;
    wm_status status = wm_listed_check(listed, bytes, err);
    if (status == WM_OK) {
        status = wm_unverified_read(updater->arena, bytes, WM_METADATA_SNAPSHOT_BYTES_MAX,
                                    &unverified, err);
    }
    if (status == WM_OK) {
        status = wm_verify(&unverified, &updater->root.roles[WM_TOP_SNAPSHOT], &verified, err);
    }
    if (status == WM_OK) {
        status = wm_snapshot_read(updater->arena, verified, &snapshot, err);
    }
    if (status == WM_OK) {
        status = wm_policy_listed_version(listed, &snapshot.head, err);
    }
    if (status == WM_OK) {
        status = wm_policy_snapshot(updater->has_stored_snapshot ? &updater->stored_snapshot : NULL,
                                    &snapshot, err);
    }
    if (status == WM_OK) {
        status = wm_policy_fresh("snapshot.json", &snapshot.head, updater->time_s, err);
    }
    if (status == WM_OK) {
        updater->snapshot = snapshot;
        updater->snapshot_bytes = bytes;
    }
    return status;
}

static wm_status enter_snapshot(wm_updater *updater, wm_error *err)
{
    bool usable = false;
    if (updater->has_stored_snapshot) {
        wm_status status = unless_memory(
            accept_snapshot(updater, updater->stored_snapshot_bytes, NULL), &usable, err);
        if (status != WM_OK || usable) {
            updater->step = usable ? WM_UPDATER_TARGETS : updater->step;
            return status;
        }
    }
    updater->has_want = true;
    return want_listed(updater, WM_STR("snapshot"), &updater->timestamp.snapshot,
                       WM_METADATA_SNAPSHOT_BYTES_MAX, &updater->want, err);
}

static wm_status give_snapshot(wm_updater *updater, wm_str bytes, wm_error *err)
{
    wm_str copy = nothing;
    wm_status status = keep(updater, bytes, &copy, err);
    if (status == WM_OK) {
        status = accept_snapshot(updater, copy, err);
    }
    if (status == WM_OK) {
        status = store_role(updater, WM_STR("snapshot"), copy, updater->stored_snapshot_bytes, err);
    }
    if (status == WM_OK) {
        updater->step = WM_UPDATER_TARGETS;
    }
    return status;
}

/* ---- targets roles: 5.6 ---- */

/* 5.6.2, 5.6.3: hash, and signatures by this delegation's keys. */
static wm_status verify_role(wm_updater *updater, const wm_updater_role *role, wm_str bytes,
                             wm_verified *verified_out, bool *signed_out, wm_error *err)
{
    wm_unverified unverified;
    *signed_out = true;
    wm_status status = wm_listed_check(role->listed, bytes, err);
    if (status == WM_OK) {
        status = wm_unverified_read(updater->arena, bytes, WM_METADATA_TARGETS_BYTES_MAX,
                                    &unverified, err);
    }
    if (status == WM_OK) {
        status = wm_verify(&unverified, role->signers, verified_out, err);
        *signed_out = status == WM_OK;
    }
    return status;
}

static wm_status accept_role(wm_updater *updater, wm_updater_role *role, wm_str bytes,
                             bool *signed_out, wm_error *err)
{
    wm_verified verified;
    wm_targets targets;
    char name[WM_META_PATH_BYTES_MAX + 8];
    (void)snprintf(name, sizeof name, "%.*s.json", WM_STR_ARG(role->name));
    wm_status status = verify_role(updater, role, bytes, &verified, signed_out, err);
    if (status == WM_OK) {
        status = wm_targets_read(updater->arena, verified, &targets, err);
    }
    if (status == WM_OK) {
        status = wm_policy_listed_version(role->listed, &targets.head, err);
    }
    if (status == WM_OK) {
        status = wm_policy_fresh(name, &targets.head, updater->time_s, err);
    }
    if (status == WM_OK) {
        role->bytes = bytes;
        role->targets = targets;
    }
    return status;
}

static const wm_listed_file *listed_role(const wm_updater *updater, wm_str name)
{
    char path[WM_META_PATH_BYTES_MAX + 8];
    int length = snprintf(path, sizeof path, "%.*s.json", (int)name.len, name.ptr);
    if (name.len > WM_META_PATH_BYTES_MAX || length < 0) {
        return NULL;
    }
    return wm_listed_find(updater->snapshot.files, updater->snapshot.file_count, wm_str_of(path));
}

wm_status wm_updater_role_want(wm_updater *updater, wm_updater_role *role,
                               wm_updater_want *want_out, wm_error *err)
{
    bool is_signed = false;
    role->listed = listed_role(updater, role->name);
    if (role->listed == NULL) {
        return wm_fail(err, WM_NOT_TRUSTED, "snapshot.json does not list %.*s.json",
                       WM_STR_ARG(role->name));
    }
    wm_status status = load(updater, role->name, &role->stored, err);
    if (status == WM_OK && role->stored.ptr != NULL) {
        bool usable = false;
        status =
            unless_memory(accept_role(updater, role, role->stored, &is_signed, NULL), &usable, err);
        if (status != WM_OK || usable) {
            return status;
        }
    }
    if (status == WM_OK) {
        status = want_listed(updater, role->name, role->listed, WM_METADATA_TARGETS_BYTES_MAX,
                             want_out, err);
    }
    return status == WM_OK ? WM_END : status;
}

static wm_status give_role(wm_updater *updater, wm_updater_role *role, wm_str bytes,
                           bool *signed_out, wm_error *err)
{
    wm_status status = keep(updater, bytes, &role->fetched, err);
    *signed_out = true;
    if (status == WM_OK) {
        status = accept_role(updater, role, role->fetched, signed_out, err);
    }
    return status == WM_OK ? store_role(updater, role->name, role->bytes, role->stored, err)
                           : status;
}

wm_status wm_updater_role_give(wm_updater *updater, wm_updater_role *role, wm_str bytes,
                               wm_error *err)
{
    bool is_signed = false;
    return give_role(updater, role, bytes, &is_signed, err);
}

static wm_status enter_targets(wm_updater *updater, wm_error *err)
{
    updater->targets = (wm_updater_role){ .name = WM_STR("targets"),
                                          .signers = &updater->root.roles[WM_TOP_TARGETS] };
    wm_status status = wm_updater_role_want(updater, &updater->targets, &updater->want, err);
    if (status == WM_OK) {
        updater->step = WM_UPDATER_READY;
    }
    updater->has_want = status == WM_END;
    return status == WM_END ? WM_OK : status;
}

/* ---- the search: 5.6.7 ---- */

wm_status wm_updater_find(wm_updater *updater, wm_str path, wm_error *err)
{
    if (updater->step != WM_UPDATER_READY && updater->step != WM_UPDATER_DELEGATED) {
        return wm_fail(err, WM_BAD_ARGUMENT, "not up to date yet");
    }
    wm_str copy = nothing;
    wm_status status = keep(updater, path, &copy, err);
    /* Not the last search's array: what that one found stays readable. */
    updater->delegated =
        wm_arena_array(updater->arena, WM_DELEGATED_ROLES_VISITED_MAX, sizeof *updater->delegated);
    if (status == WM_OK && updater->delegated == NULL) {
        status = wm_fail_memory(err);
    }
    if (status == WM_OK) {
        wm_search_init(&updater->search, copy);
        wm_error_clear(&updater->unproven_error);
        updater->delegated_count = 0;
        updater->found = NULL;
        updater->has_want = false;
        updater->step = WM_UPDATER_DELEGATED;
    }
    return status;
}

/* The file that came under another delegation's keys, if there is one. */
static wm_str fetched_before(const wm_updater *updater, wm_str name)
{
    for (size_t i = 0; i + 1 < updater->delegated_count; i++) {
        if (wm_str_equal(updater->delegated[i].name, name) &&
            updater->delegated[i].fetched.ptr != NULL) {
            return updater->delegated[i].fetched;
        }
    }
    return nothing;
}

/* The keys of one delegation have not signed the role: another may name it (see policy.h). */
static wm_status unless_unsigned(wm_updater *updater, wm_status status, bool is_signed,
                                 wm_error *err)
{
    if (status == WM_OK || is_signed) {
        return status;
    }
    if (updater->unproven_error.status == WM_OK && err != NULL) {
        updater->unproven_error = *err;
    }
    wm_error_clear(err);
    return WM_OK;
}

/* The newest of `delegated` is believed, or wanted, or is passed over. */
static wm_status enter_role(wm_updater *updater, wm_error *err)
{
    bool is_signed = false;
    wm_updater_role *role = &updater->delegated[updater->delegated_count - 1];
    wm_status status = wm_updater_role_want(updater, role, &updater->want, err);
    if (status != WM_END) {
        return status;
    }
    wm_str before = fetched_before(updater, role->name);
    if (before.ptr == NULL) {
        updater->has_want = true;
        return WM_OK;
    }
    status = give_role(updater, role, before, &is_signed, err);
    return unless_unsigned(updater, status, is_signed, err);
}

static wm_status search_on(wm_updater *updater, wm_error *err)
{
    const wm_targets *seen = &updater->targets.targets;
    const wm_delegation *next = NULL;
    if (updater->delegated_count > 0) {
        const wm_updater_role *last = &updater->delegated[updater->delegated_count - 1];
        seen = last->bytes.ptr != NULL ? &last->targets : NULL;
    }
    wm_status status = wm_search_step(&updater->search, seen, &updater->found, &next);
    if (status == WM_OK && updater->found == NULL) {
        updater->delegated[updater->delegated_count++] =
            (wm_updater_role){ .name = next->role.name, .signers = &next->role };
        return enter_role(updater, err);
    }
    updater->step = WM_UPDATER_READY;
    if (status == WM_NOT_FOUND && updater->search.unproven_count > 0) {
        return wm_fail(err, WM_NOT_TRUSTED, "%s", updater->unproven_error.text);
    }
    return WM_OK;
}

/* ---- the two ways in ---- */

static wm_status go_on(wm_updater *updater, wm_error *err)
{
    switch (updater->step) {
    case WM_UPDATER_ROOT:
        if (updater->root_is_last) {
            return leave_root(updater, err);
        }
        updater->has_want = true;
        return set_want(WM_STR("root"), updater->root.head.version + 1, WM_METADATA_ROOT_BYTES_MAX,
                        &updater->want, err);
    case WM_UPDATER_TIMESTAMP:
        updater->has_want = true;
        return set_want(WM_STR("timestamp"), 0, WM_METADATA_TIMESTAMP_BYTES_MAX, &updater->want,
                        err);
    case WM_UPDATER_SNAPSHOT: return enter_snapshot(updater, err);
    case WM_UPDATER_TARGETS: return enter_targets(updater, err);
    case WM_UPDATER_DELEGATED: return search_on(updater, err);
    case WM_UPDATER_READY:
    default: return WM_END;
    }
}

wm_status wm_updater_next(wm_updater *updater, wm_updater_want *want_out, wm_error *err)
{
    wm_status status = WM_OK;
    while (status == WM_OK && !updater->has_want) {
        status = go_on(updater, err);
    }
    if (status == WM_OK) {
        *want_out = updater->want;
    }
    return status;
}

static wm_status take(wm_updater *updater, wm_status fetched, wm_str bytes, wm_error *err)
{
    bool is_signed = false;
    wm_status status = WM_OK;
    switch (updater->step) {
    case WM_UPDATER_ROOT: return give_root(updater, fetched, bytes, err);
    case WM_UPDATER_TIMESTAMP: return give_timestamp(updater, fetched, bytes, err);
    case WM_UPDATER_SNAPSHOT: return give_snapshot(updater, bytes, err);
    case WM_UPDATER_TARGETS:
        status = give_role(updater, &updater->targets, bytes, &is_signed, err);
        updater->step = status == WM_OK ? WM_UPDATER_READY : WM_UPDATER_TARGETS;
        return status;
    case WM_UPDATER_DELEGATED:
        status = give_role(updater, &updater->delegated[updater->delegated_count - 1], bytes,
                           &is_signed, err);
        return unless_unsigned(updater, status, is_signed, err);
    case WM_UPDATER_READY:
    default: return wm_fail(err, WM_BAD_ARGUMENT, "nothing is wanted");
    }
}

wm_status wm_updater_give(wm_updater *updater, wm_status fetched, wm_str bytes, wm_error *err)
{
    if (!updater->has_want) {
        return wm_fail(err, WM_BAD_ARGUMENT, "nothing is wanted");
    }
    updater->has_want = false;
    bool may_be_missing = updater->step == WM_UPDATER_ROOT && fetched == WM_NOT_FOUND;
    bool may_stand = updater->step == WM_UPDATER_TIMESTAMP && fetched == WM_UNCHANGED;
    if (fetched == WM_OK && bytes.len > updater->want.max_bytes) {
        return wm_fail(err, WM_NOT_TRUSTED, "more than %llu bytes",
                       (unsigned long long)updater->want.max_bytes);
    }
    if (fetched != WM_OK && !may_be_missing && !may_stand) {
        return wm_fail(err, fetched, "could not be fetched");
    }
    return take(updater, fetched, bytes, err);
}
