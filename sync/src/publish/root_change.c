/* root_change.c: from one root to the next: which keys go and come, who signs. See root_change.h.
 *
 * An edition whose change an earlier run had brought to count, and had not tidied up after, is
 * completed and not changed again: so the same command may be given once more.
 *
 * Everything that can be refused is refused before the first file is written, for all editions. */
#include <stdio.h>

#include "publish/root_change.h"
#include "trust/policy.h"

/* A key that comes, and where its file will be. */
typedef struct fresh_key {
    wm_top_role role;
    wm_secret_key key;
    wm_str path;
} fresh_key;

#define FRESH_MAX (WM_TOP_ROLES * WM_KEYS_PER_ROLE_MAX)

typedef struct edition_change {
    wm_edition edition;
    bool is_concerned;
    wm_root_chain chain;
    wm_root next;
    fresh_key fresh[FRESH_MAX];
    size_t fresh_count;
    wm_root_secrets secrets;
    wm_str file;
} edition_change;

typedef struct change_run {
    wm_arena *arena;
    const wm_keys_options *options;
    const wm_keys_change *change;
    wm_root_desk desk;
    edition_change *rows; /* one an edition */
    bool accepted;        /* change->accepted has its place */
} change_run;

/* ---- which keys ---- */

static bool goes(const wm_keys_change *change, const wm_public_key *key)
{
    return !change->adds && (change->key_id.len == 0 || wm_str_starts(key->id, change->key_id));
}

/* Root keys are kept apart, one a person: none comes to lie in the key folder by the way, where the
 * keys of every day are, because a stick was forgotten. */
static wm_status expect_place(const change_run *run, const wm_public_key *leaving,
                              const wm_signers *held, wm_error *err)
{
    if (leaving != NULL) {
        return wm_fail(err, WM_BAD_ARGUMENT,
                       "root key %.*s: expected its file in one of the folders given, or a "
                       "folder for the key that takes its place (--new-keydir)",
                       (int)(leaving->id.len < 12 ? leaving->id.len : 12), leaving->id.ptr);
    }
    return held->key_count > 1 || run->options->root_folder_count > 0
               ? wm_fail(err, WM_BAD_ARGUMENT,
                         "expected a folder for the root key that comes (--new-keydir)")
               : WM_OK;
}

/* Beside the key that goes; else where the caller says. */
static wm_status place_fresh(change_run *run, const edition_change *row, fresh_key *fresh,
                             const wm_public_key *leaving, wm_error *err)
{
    const wm_keys_change *change = run->change;
    char name[WM_KEY_NAME_BYTES];
    char path[WM_PUBLISH_PATH_BYTES];
    wm_found_key found;
    wm_key_file_name(name, fresh->role, &fresh->key.public_key);
    wm_status status = WM_NOT_FOUND;
    if (leaving != NULL && change->new_folder == NULL) {
        status =
            wm_key_find(&run->desk.places, row->edition, fresh->role, leaving, &found, NULL, err);
    }
    if (status == WM_OK) {
        size_t folder = found.path.len;
        while (folder > 0 && found.path.ptr[folder - 1] != '/') {
            folder--;
        }
        int length = snprintf(path, sizeof path, "%.*s%s", (int)folder, found.path.ptr, name);
        if (length < 0 || length >= (int)sizeof path) {
            status = wm_fail(err, WM_BAD_ARGUMENT, "%s: the path is too long", found.path.ptr);
        }
        wm_secret_key_wipe(&found.key);
    } else if (status == WM_NOT_FOUND) {
        const char *folder =
            change->new_folder != NULL ? change->new_folder : run->options->key_folder;
        status =
            fresh->role == WM_TOP_ROOT && change->new_folder == NULL
                ? expect_place(run, leaving, &wm_root_newest(&row->chain)->roles[WM_TOP_ROOT], err)
                : WM_OK;
        if (status == WM_OK) {
            status = wm_key_path(path, folder, row->edition, name, err);
        }
    }
    if (status == WM_OK) {
        fresh->path = wm_arena_copy(run->arena, wm_str_of(path));
        status = fresh->path.ptr != NULL ? WM_OK : wm_fail_memory(err);
    }
    return status;
}

static wm_status make_fresh(change_run *run, edition_change *row, wm_top_role role,
                            const wm_public_key *leaving, wm_public_key *key_out, wm_error *err)
{
    fresh_key *fresh = &row->fresh[row->fresh_count];
    fresh->role = role;
    wm_status status = wm_secret_key_generate(run->arena, &fresh->key, err);
    if (status == WM_OK) {
        row->fresh_count++;
        *key_out = fresh->key.public_key;
        status = place_fresh(run, row, fresh, leaving, err);
    }
    return status;
}

static wm_status accept_offer(change_run *run, const wm_signers *held, wm_public_key *key_out,
                              wm_error *err)
{
    wm_public_key key;
    wm_status status = wm_offer_read(run->arena, run->change->accepted, &key, err);
    wm_error_context(err, "the key that is offered");
    if (status != WM_OK) {
        return status;
    }
    if (run->accepted) {
        return wm_fail(err, WM_BAD_ARGUMENT,
                       "one key is offered: expected one edition, and one key that it comes for");
    }
    if (wm_signers_have(held, &key)) {
        return wm_fail(err, WM_BAD_ARGUMENT, "role %.*s: has the key that is offered already",
                       WM_STR_ARG(held->name));
    }
    run->accepted = true;
    *key_out = key;
    return WM_OK;
}

/* A key comes, for one that leaves or beside those that stay. */
static wm_status let_come(change_run *run, edition_change *row, wm_top_role role,
                          const wm_public_key *leaving, wm_public_key *key_out, wm_error *err)
{
    const wm_signers *held = &wm_root_newest(&row->chain)->roles[role];
    return run->change->accepted.len > 0 ? accept_offer(run, held, key_out, err)
                                         : make_fresh(run, row, role, leaving, key_out, err);
}

static wm_status check_quorum(const wm_signers *signers, wm_error *err)
{
    if (signers->key_count > WM_KEYS_PER_ROLE_MAX) {
        return wm_fail(err, WM_BAD_ARGUMENT, "role %.*s: expected at most %d keys, found %zu",
                       WM_STR_ARG(signers->name), WM_KEYS_PER_ROLE_MAX, signers->key_count);
    }
    if (signers->threshold < 1 || (uint64_t)signers->threshold > signers->key_count) {
        return wm_fail(
            err, WM_BAD_ARGUMENT, "role %.*s: %lld must sign, and it would have %zu keys",
            WM_STR_ARG(signers->name), (long long)signers->threshold, signers->key_count);
    }
    return WM_OK;
}

static wm_status change_role(change_run *run, edition_change *row, wm_top_role role, wm_error *err)
{
    const wm_keys_change *change = run->change;
    const wm_signers *held = &wm_root_newest(&row->chain)->roles[role];
    wm_signers *next = &row->next.roles[role];
    bool changes = change->adds;
    for (size_t i = 0; i < held->key_count; i++) {
        changes = changes || goes(change, &held->keys[i]);
    }
    if (!changes) {
        return WM_OK;
    }
    row->is_concerned = true;
    if (held->key_count > WM_KEYS_PER_ROLE_MAX) {
        return check_quorum(held, err);
    }
    wm_public_key *keys = wm_arena_array(run->arena, held->key_count + 1, sizeof *keys);
    if (keys == NULL) {
        return wm_fail_memory(err);
    }
    size_t count = 0;
    wm_status status = WM_OK;
    for (size_t i = 0; i < held->key_count && status == WM_OK; i++) {
        if (!goes(change, &held->keys[i])) {
            keys[count++] = held->keys[i];
        } else if (!change->drops) {
            status = let_come(run, row, role, &held->keys[i], &keys[count++], err);
        }
    }
    if (status == WM_OK && change->adds) {
        if (count == WM_KEYS_PER_ROLE_MAX) {
            return wm_fail(err, WM_BAD_ARGUMENT, "role %.*s: has %d keys, which is the most",
                           WM_STR_ARG(held->name), WM_KEYS_PER_ROLE_MAX);
        }
        status = let_come(run, row, role, NULL, &keys[count++], err);
    }
    next->keys = keys;
    next->key_count = count;
    next->threshold = change->threshold > 0 ? (int64_t)change->threshold : held->threshold;
    return status == WM_OK ? check_quorum(next, err) : status;
}

/* ---- one edition ---- */

static wm_status refuse_draft(change_run *run, const edition_change *row, wm_error *err)
{
    wm_str draft = { NULL, 0 };
    int64_t version = row->next.head.version;
    wm_status status = wm_root_draft_read(&run->desk, row->edition, version, &draft, err);
    if (status == WM_OK) {
        return wm_fail(err, WM_REFUSED,
                       "%s/%s/%lld.root.json.draft waits for signatures: sign it, or delete it and "
                       "begin anew",
                       run->options->key_folder, wm_edition_name(row->edition), (long long)version);
    }
    return status == WM_NOT_FOUND ? WM_OK : status;
}

static wm_status prepare(change_run *run, edition_change *row, wm_error *err)
{
    const wm_root *held = wm_root_newest(&row->chain);
    wm_status status = WM_OK;
    row->next = *held;
    row->next.head.version++;
    row->next.head.expires_s =
        ((int64_t)wm_date_from_unix(run->options->now_s) + WM_ROOT_DAYS) * 86400;
    row->is_concerned = run->change->roles == 0;
    for (int role = 0; role < WM_TOP_ROLES && status == WM_OK; role++) {
        if ((run->change->roles & (1u << role)) != 0) {
            status = change_role(run, row, (wm_top_role)role, err);
        }
    }
    if (status == WM_OK && row->is_concerned) {
        status = refuse_draft(run, row, err);
    }
    for (size_t i = 0; i < row->fresh_count && status == WM_OK; i++) {
        if (row->fresh[i].role == WM_TOP_ROOT) {
            row->secrets.keys[row->secrets.count++] = row->fresh[i].key;
        }
    }
    if (status == WM_OK && row->is_concerned) {
        status =
            wm_root_secrets_find(&run->desk, row->edition, held, &row->next, &row->secrets, err);
    }
    wm_root_signing signing = {
        .held = held, .next = &row->next, .keys = row->secrets.keys, .key_count = row->secrets.count
    };
    if (status == WM_OK && row->is_concerned) {
        status = wm_root_sign(run->arena, &signing, &row->file, err);
    }
    return status;
}

static wm_status carry_out(change_run *run, edition_change *row, wm_keys_result *result,
                           wm_error *err)
{
    const wm_files *files = run->desk.places.files;
    wm_keys_root *root = &result->roots[result->root_count];
    wm_root_chain chain = { NULL, NULL, 0 };
    root->edition = row->edition;
    /* What is begun says whose files a stop takes back: an offered key's is not ours. */
    wm_status status = run->accepted ? WM_OK
                                     : wm_root_begin(&run->desk, row->edition,
                                                     row->next.head.version, row->file, err);
    for (size_t i = 0; i < row->fresh_count && status == WM_OK; i++) {
        const fresh_key *fresh = &row->fresh[i];
        status = wm_key_write(run->arena, files, fresh->path.ptr, &fresh->key, err);
        if (status == WM_OK) {
            status = wm_names_add(&run->desk.made, fresh->path, err);
        }
    }
    if (status == WM_OK) {
        status = wm_root_settle(&run->desk, &row->chain, row->file, root, err);
    }
    if (status == WM_OK) {
        result->root_count++;
        /* reads again what was written */
        status = wm_root_chain_load(run->arena, files, run->options->key_folder, row->edition,
                                    &chain, err);
    }
    if (status == WM_OK) {
        status = wm_root_clear_old(&run->desk, row->edition, &chain,
                                   run->change->forgets && root->is_complete, err);
    }
    return status == WM_OK ? wm_root_end(&run->desk, row->edition, root->version, err) : status;
}

/* ---- the run ---- */

static wm_status check_change(const wm_keys_change *change, wm_error *err)
{
    bool one_role = change->roles != 0 && (change->roles & (change->roles - 1)) == 0;
    if (change->key_id.len > 0 && (!one_role || change->key_id.len < 8)) {
        return wm_fail(err, WM_BAD_ARGUMENT,
                       "expected the first 8 digits or more of a key's id, and one role");
    }
    if ((change->threshold > 0 || change->adds || change->drops) && !one_role) {
        return wm_fail(err, WM_BAD_ARGUMENT, "expected one role whose number of keys changes");
    }
    if (change->accepted.len > 0 && (!one_role || change->drops)) {
        return wm_fail(err, WM_BAD_ARGUMENT, "expected one role that the offered key is for");
    }
    if (change->adds && (change->drops || change->key_id.len > 0)) {
        return wm_fail(err, WM_BAD_ARGUMENT, "expected a key that comes or one that goes");
    }
    return WM_OK;
}

static wm_status change_all(change_run *run, wm_keys_result *result, wm_error *err)
{
    wm_root_chain chains[WM_EDITION_COUNT];
    unsigned editions = 0;
    bool is_any = false;
    wm_status status = wm_root_editions(&run->desk, run->options, chains, &editions, err);
    for (int i = 0; i < WM_EDITION_COUNT && status == WM_OK; i++) {
        edition_change *row = &run->rows[i];
        if ((editions & (1u << i)) == 0) {
            continue;
        }
        row->edition = (wm_edition)i;
        row->chain = chains[i];
        if ((run->desk.resumed & (1u << i)) != 0) {
            result->roots[result->root_count++] = (wm_keys_root){
                .edition = (wm_edition)i, .version = (int64_t)chains[i].count, .is_complete = true
            };
            is_any = true;
            continue;
        }
        status = prepare(run, row, err);
        is_any = is_any || row->is_concerned;
        wm_error_context(err, "%s edition", wm_edition_name((wm_edition)i));
    }
    if (status == WM_OK && !is_any) {
        status = wm_fail(err, WM_NOT_FOUND, "no key of that role begins with %.*s",
                         WM_STR_ARG(run->change->key_id));
    }
    for (int i = 0; i < WM_EDITION_COUNT && status == WM_OK; i++) {
        if (run->rows[i].is_concerned) {
            status = carry_out(run, &run->rows[i], result, err);
        }
    }
    return status;
}

wm_status wm_keys_change_root(wm_arena *arena, const wm_keys_options *options,
                              const wm_keys_change *change, wm_keys_result *result_out,
                              wm_error *err)
{
    change_run run = { .arena = arena, .options = options, .change = change };
    wm_keys_result result = { .root_count = 0 };
    wm_status status = check_change(change, err);
    if (status == WM_OK) {
        status = wm_root_desk_init(arena, options, change->new_folder, &run.desk, err);
        run.desk.forgets = change->forgets;
    }
    if (status != WM_OK) {
        return status;
    }
    run.rows = wm_arena_array(arena, WM_EDITION_COUNT, sizeof *run.rows);
    if (run.rows == NULL) {
        return wm_fail_memory(err);
    }
    int lock = -1;
    status = wm_files_lock(run.desk.places.files, options->key_folder, &lock, err);
    if (status == WM_OK) {
        status = change_all(&run, &result, err);
    }
    wm_files_unlock(run.desk.places.files, lock);
    wm_secret_wipe(run.rows, WM_EDITION_COUNT * sizeof *run.rows);
    if (status == WM_OK) {
        result.files = run.desk.made.items;
        result.file_count = run.desk.made.count;
        result.gone = run.desk.gone.items;
        result.gone_count = run.desk.gone.count;
        *result_out = result;
    }
    return status;
}
