/* root_sign.c: signatures of a root, by people who may sit at different machines.
 *
 * A draft is only a file with too few signatures. Whoever adds one reads it with distrust: it must
 * be the next version, share keys with the root held, and what signatures it has must be good; bad
 * ones are dropped. It counts as a root only when wm_policy_next_root, which is what clients ask,
 * says so. */
#include <stdio.h>

#include "publish/root_change.h"
#include "trust/canonical.h"
#include "trust/policy.h"

/* ---- whose there are ---- */

bool wm_root_has_signed(const wm_unverified *unverified, const wm_public_key *key)
{
    for (size_t i = 0; i < unverified->signature_count; i++) {
        const wm_signature *signature = &unverified->signatures[i];
        if (wm_str_equal(signature->key_id, key->id) &&
            wm_public_key_verifies(key, unverified->canonical, signature->bytes,
                                   signature->length)) {
            return true;
        }
    }
    return false;
}

unsigned wm_root_lacks(const wm_unverified *unverified, const wm_signers *signers)
{
    int64_t good = 0;
    for (size_t i = 0; i < signers->key_count; i++) {
        wm_signers earlier = *signers;
        earlier.key_count = i;
        bool counted = wm_signers_have(&earlier, &signers->keys[i]);
        good += !counted && wm_root_has_signed(unverified, &signers->keys[i]) ? 1 : 0;
    }
    return good < signers->threshold ? (unsigned)(signers->threshold - good) : 0;
}

/* ---- signing ---- */

typedef struct signature_writer {
    const wm_root_signing *signing;
    wm_json_out *out;
    wm_str canonical;
} signature_writer;

static const wm_secret_key *secret_of(const wm_root_signing *signing, const wm_public_key *key)
{
    for (size_t i = 0; i < signing->key_count; i++) {
        if (wm_digest_equal(&signing->keys[i].public_key.identity, &key->identity)) {
            return &signing->keys[i];
        }
    }
    return NULL;
}

static const wm_signature *signature_of(const wm_unverified *before, const wm_public_key *key)
{
    for (size_t i = 0; before != NULL && i < before->signature_count; i++) {
        const wm_signature *signature = &before->signatures[i];
        if (wm_str_equal(signature->key_id, key->id) &&
            wm_public_key_verifies(key, before->canonical, signature->bytes, signature->length)) {
            return signature;
        }
    }
    return NULL;
}

static void put_signature(const signature_writer *writer, const wm_public_key *key)
{
    uint8_t made[WM_ED25519_SIGNATURE_BYTES];
    char hex[2 * WM_SIGNATURE_BYTES_MAX + 1];
    const wm_secret_key *secret = secret_of(writer->signing, key);
    const wm_signature *before = signature_of(writer->signing->before, key);
    if (before != NULL) {
        wm_hex_write(before->bytes, before->length, hex);
    } else if (secret != NULL) {
        wm_secret_key_sign(secret, writer->canonical, made);
        wm_hex_write(made, sizeof made, hex);
    } else {
        return;
    }
    wm_json_out_object(writer->out);
    wm_json_out_member_string(writer->out, "keyid", key->id);
    wm_json_out_member_text(writer->out, "sig", hex);
    wm_json_out_end_object(writer->out);
}

/* One key may stand in both roots: one signature serves both. */
static bool stands_in(const wm_signers *signers, const wm_public_key *key)
{
    for (size_t i = 0; signers != NULL && i < signers->key_count; i++) {
        if (wm_str_equal(signers->keys[i].id, key->id)) {
            return true;
        }
    }
    return false;
}

static void put_signatures(const signature_writer *writer)
{
    const wm_root *held = writer->signing->held;
    const wm_signers *old = held != NULL ? &held->roles[WM_TOP_ROOT] : NULL;
    const wm_signers *new = &writer->signing->next->roles[WM_TOP_ROOT];
    wm_json_out_name(writer->out, "signatures");
    wm_json_out_array(writer->out);
    for (size_t i = 0; old != NULL && i < old->key_count; i++) {
        put_signature(writer, &old->keys[i]);
    }
    for (size_t i = 0; i < new->key_count; i++) {
        if (!stands_in(old, &new->keys[i])) {
            put_signature(writer, &new->keys[i]);
        }
    }
    wm_json_out_end_array(writer->out);
}

static wm_status root_body(wm_arena *arena, const wm_root_signing *signing,
                           const wm_json **body_out, wm_error *err)
{
    if (signing->before != NULL) {
        *body_out = signing->before->body;
        return WM_OK;
    }
    wm_buf text;
    wm_json_out out;
    wm_buf_init(&text, arena->env, WM_METADATA_ROOT_BYTES_MAX);
    wm_json_out_init(&out, &text);
    wm_root_write(&out, signing->next);
    wm_status status = wm_buf_status(&text, err);
    wm_str copy = { NULL, 0 };
    if (status == WM_OK) {
        copy = wm_arena_copy(arena, wm_buf_str(&text));
        status = copy.ptr != NULL ? WM_OK : wm_fail_memory(err);
    }
    wm_buf_fini(&text);
    return status == WM_OK ? wm_json_parse(arena, copy, WM_METADATA_ROOT_BYTES_MAX, body_out, err)
                           : status;
}

wm_status wm_root_sign(wm_arena *arena, const wm_root_signing *signing, wm_str *file_out,
                       wm_error *err)
{
    const wm_json *body = NULL;
    wm_status status = root_body(arena, signing, &body, err);
    if (status != WM_OK) {
        return status;
    }
    wm_buf canonical;
    wm_buf file;
    wm_json_out out;
    wm_buf_init(&canonical, arena->env, WM_METADATA_ROOT_BYTES_MAX);
    wm_buf_init(&file, arena->env, WM_METADATA_ROOT_BYTES_MAX);
    wm_tuf_canonical(&canonical, body);
    status = wm_buf_status(&canonical, err);
    if (status == WM_OK) {
        signature_writer writer = { signing, &out, wm_buf_str(&canonical) };
        wm_json_out_init(&out, &file);
        wm_json_out_object(&out);
        put_signatures(&writer);
        wm_json_out_name(&out, "signed");
        wm_json_out_value(&out, body);
        wm_json_out_end_object(&out);
        status = wm_buf_status(&file, err);
    }
    if (status == WM_OK) {
        wm_str copy = wm_arena_copy(arena, wm_buf_str(&file));
        status = copy.ptr != NULL ? WM_OK : wm_fail_memory(err);
        if (status == WM_OK) {
            *file_out = copy;
        }
    }
    wm_buf_fini(&canonical);
    wm_buf_fini(&file);
    return status;
}

/* ---- whose there could be ---- */

static wm_status find_secrets(wm_root_desk *desk, wm_edition edition, const wm_signers *signers,
                              wm_root_secrets *secrets, wm_error *err)
{
    for (size_t i = 0; i < signers->key_count && secrets->count < WM_ROOT_SECRETS_MAX; i++) {
        wm_root_signing known = { .keys = secrets->keys, .key_count = secrets->count };
        wm_found_key found;
        if (secret_of(&known, &signers->keys[i]) != NULL) {
            continue;
        }
        wm_status status =
            wm_key_find(&desk->places, edition, WM_TOP_ROOT, &signers->keys[i], &found, NULL, err);
        if (status == WM_OK) {
            secrets->keys[secrets->count++] = found.key;
            wm_secret_key_wipe(&found.key);
        } else if (status != WM_NOT_FOUND) {
            return status;
        }
    }
    return WM_OK;
}

wm_status wm_root_secrets_find(wm_root_desk *desk, wm_edition edition, const wm_root *held,
                               const wm_root *next, wm_root_secrets *secrets, wm_error *err)
{
    wm_status status = find_secrets(desk, edition, &held->roles[WM_TOP_ROOT], secrets, err);
    return status == WM_OK ? find_secrets(desk, edition, &next->roles[WM_TOP_ROOT], secrets, err)
                           : status;
}

/* ---- drafts ---- */

wm_status wm_root_draft_parse(wm_arena *arena, const wm_root *held, wm_str file,
                              wm_unverified *unverified_out, wm_root *root_out, wm_error *err)
{
    wm_unverified unverified = { .signature_count = 0 };
    wm_root root = { .head = { 0, 0 } };
    wm_status status =
        wm_unverified_read(arena, file, WM_METADATA_ROOT_BYTES_MAX, &unverified, err);
    if (status == WM_OK) {
        status = wm_root_read(arena, wm_verified_pinned(&unverified), &root, err);
    }
    if (status != WM_OK) {
        return status;
    }
    if (root.head.version != held->head.version + 1) {
        return wm_fail(err, WM_NOT_TRUSTED, "expected version %lld, found %lld",
                       (long long)held->head.version + 1, (long long)root.head.version);
    }
    *unverified_out = unverified;
    *root_out = root;
    return WM_OK;
}

/* Another edition's, or another feed's, would be as well made, and has none of our keys. */
static wm_status expect_related(const wm_root *held, const wm_root *next, wm_error *err)
{
    for (int role = 0; role < WM_TOP_ROLES; role++) {
        for (size_t i = 0; i < next->roles[role].key_count; i++) {
            if (wm_signers_have(&held->roles[role], &next->roles[role].keys[i])) {
                return WM_OK;
            }
        }
    }
    return wm_fail(err, WM_NOT_TRUSTED,
                   "it has no key in common with the root before it: of another edition?");
}

/* Signatures that are lacking, of both kinds. */
static unsigned all_lacks(const wm_unverified *unverified, const wm_root *held, const wm_root *next)
{
    return wm_root_lacks(unverified, &held->roles[WM_TOP_ROOT]) +
           wm_root_lacks(unverified, &next->roles[WM_TOP_ROOT]);
}

wm_status wm_root_settle(wm_root_desk *desk, const wm_root_chain *chain, wm_str file,
                         wm_keys_root *root_out, wm_error *err)
{
    const wm_root *held = wm_root_newest(chain);
    wm_unverified unverified = { .signature_count = 0 };
    wm_root draft = { .head = { 0, 0 } };
    wm_root next;
    wm_status status =
        wm_root_draft_parse(desk->places.arena, held, file, &unverified, &draft, err);
    if (status != WM_OK) {
        return status;
    }
    wm_keys_root root = { .edition = root_out->edition,
                          .version = draft.head.version,
                          .old_lacks = wm_root_lacks(&unverified, &held->roles[WM_TOP_ROOT]),
                          .new_lacks = wm_root_lacks(&unverified, &draft.roles[WM_TOP_ROOT]) };
    root.is_complete = root.old_lacks == 0 && root.new_lacks == 0;
    if (root.is_complete) {
        status = wm_policy_next_root(desk->places.arena, held, file, &next, err);
    }
    if (status == WM_OK) {
        status = root.is_complete ? wm_root_commit(desk, root.edition, root.version, file, err)
                                  : wm_root_draft(desk, root.edition, root.version, file, err);
    }
    if (status == WM_OK) {
        *root_out = root;
    }
    return status;
}

typedef struct draft_row {
    wm_edition edition;
    const wm_root_chain *chain;
    wm_str file; /* with what we can add; empty: there is no draft */
    wm_root_secrets secrets;
} draft_row;

/* What the file becomes with our signatures. */
static wm_status sign_draft(wm_root_desk *desk, draft_row *row, wm_error *err)
{
    const wm_root *held = wm_root_newest(row->chain);
    wm_unverified before = { .signature_count = 0 };
    wm_unverified after = { .signature_count = 0 };
    wm_root next = { .head = { 0, 0 } };
    wm_str file = { NULL, 0 };
    wm_status status = wm_root_draft_read(desk, row->edition, held->head.version + 1, &file, err);
    if (status != WM_OK) {
        return status == WM_NOT_FOUND ? WM_OK : status;
    }
    status = wm_root_draft_parse(desk->places.arena, held, file, &before, &next, err);
    if (status == WM_OK) {
        status = expect_related(held, &next, err);
    }
    if (status == WM_OK) {
        status = wm_root_secrets_find(desk, row->edition, held, &next, &row->secrets, err);
    }
    wm_root_signing signing = { held, &next, &before, row->secrets.keys, row->secrets.count };
    if (status == WM_OK) {
        status = wm_root_sign(desk->places.arena, &signing, &row->file, err);
    }
    if (status == WM_OK) {
        status = wm_unverified_read(desk->places.arena, row->file, WM_METADATA_ROOT_BYTES_MAX,
                                    &after, err);
    }
    unsigned lacks = status == WM_OK ? all_lacks(&after, held, &next) : 0;
    if (status == WM_OK && lacks > 0 && lacks == all_lacks(&before, held, &next)) {
        status = wm_fail(err, WM_REFUSED, "no root key is here that has not signed yet");
    }
    wm_error_context(err, "%s: %lld.root.json.draft", wm_edition_name(row->edition),
                     (long long)held->head.version + 1);
    return status;
}

static wm_status settle_draft(wm_root_desk *desk, const draft_row *row, wm_keys_result *result,
                              wm_error *err)
{
    wm_keys_root *root = &result->roots[result->root_count];
    wm_root_chain chain = { NULL, NULL, 0 };
    root->edition = row->edition;
    wm_status status = wm_root_settle(desk, row->chain, row->file, root, err);
    if (status == WM_OK) {
        result->root_count++;
        /* reads again what was written, and puts away what it replaced */
        status = wm_root_recover(desk, row->edition, &chain, err);
    }
    return status;
}

wm_status wm_keys_sign(wm_arena *arena, const wm_keys_options *options, wm_keys_result *result_out,
                       wm_error *err)
{
    wm_root_desk desk = { .resumed = 0 };
    wm_root_chain chains[WM_EDITION_COUNT];
    wm_keys_result result = { .root_count = 0 };
    unsigned editions = 0;
    int lock = -1;
    draft_row *rows = wm_arena_array(arena, WM_EDITION_COUNT, sizeof *rows);
    if (rows == NULL) {
        return wm_fail_memory(err);
    }
    wm_status status = wm_root_desk_init(arena, options, NULL, &desk, err);
    if (status == WM_OK) {
        status = wm_files_lock(desk.places.files, options->key_folder, &lock, err);
    }
    if (status == WM_OK) {
        status = wm_root_editions(&desk, options, chains, &editions, err);
    }
    size_t drafts = 0;
    for (int i = 0; i < WM_EDITION_COUNT && status == WM_OK; i++) {
        if ((editions & (1u << i)) != 0) {
            rows[i].edition = (wm_edition)i;
            rows[i].chain = &chains[i];
            status = sign_draft(&desk, &rows[i], err);
            drafts += rows[i].file.len > 0 ? 1 : 0;
        }
    }
    if (status == WM_OK && drafts == 0 && desk.made.count == 0) {
        status = wm_fail(err, WM_NOT_FOUND, "%s: no draft of a root waits for signatures",
                         options->key_folder);
    }
    for (int i = 0; i < WM_EDITION_COUNT && status == WM_OK; i++) {
        if (rows[i].file.len > 0) {
            status = settle_draft(&desk, &rows[i], &result, err);
        }
    }
    wm_files_unlock(desk.places.files, lock);
    wm_secret_wipe(rows, WM_EDITION_COUNT * sizeof *rows);
    if (status == WM_OK) {
        result.files = desk.made.items;
        result.file_count = desk.made.count;
        result.gone = desk.gone.items;
        result.gone_count = desk.gone.count;
        *result_out = result;
    }
    return status;
}
