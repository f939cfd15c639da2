/* keep.c: what a replica keeps beside its records, in the transaction that makes them.
 *
 *   sync/at/ROLE                       the metadata that led to these records, as it was signed
 *                                      (what the chase stores goes ahead when a run fails)
 *   sync/root/N                        each root that was seen
 *   sync/pack/p/CODE/FROM-TO.pack.H    packs: the newest snapshot and what leads on from it
 *   sync/pack/p/CODE/spans.H  spans-N  the span index and its pages, if they were asked for
 *
 * What is kept is only ever used when its hash is the one that is signed now. A pack goes when a
 * newer snapshot makes it needless. What was recalled makes a publisher cut a snapshot anew (of a
 * newer release, or other bytes of the same one), so that it goes then, with all that was kept of
 * that partition before. An index goes with the role that lists it, and its pages with it. */
#include <stdio.h>
#include <stdlib.h>

#include "client/vouch.h"

#define HASH_DIGITS 16

static wm_status put_at(wm_client *client, wm_txn *txn, wm_str role, wm_str bytes, wm_error *err)
{
    char name[WM_FEED_PATH_BYTES];
    wm_str found = { NULL, 0 };
    (void)snprintf(name, sizeof name, "%s%.*s", WM_BLOB_AT, WM_STR_ARG(role));
    wm_status status = wm_blob_read(client->store, &client->arena, name, &found, err);
    if (status != WM_OK || (found.ptr != NULL && wm_str_equal(found, bytes))) {
        return status;
    }
    return wm_store_blob_put(txn, wm_str_of(name), bytes, err);
}

wm_status wm_client_keep_root(wm_client *client, wm_txn *txn, wm_error *err)
{
    char name[64];
    (void)snprintf(name, sizeof name, "%s%lld", WM_BLOB_ROOTS,
                   (long long)client->updater.root.head.version);
    return wm_store_blob_put(txn, wm_str_of(name), client->updater.root_bytes, err);
}

static wm_status keep_metadata(wm_client *client, wm_txn *txn, wm_error *err)
{
    const struct {
        const char *role;
        wm_str bytes;
    } files[] = { { "root", client->updater.root_bytes },
                  { "timestamp", client->updater.timestamp_bytes },
                  { "snapshot", client->updater.snapshot_bytes },
                  { "targets", client->updater.targets.bytes },
                  { WM_FEED_PARTITIONS_ROLE, client->partitions_role.bytes },
                  { WM_FEED_LOCALITIES, client->index_bytes } };
    wm_status status = WM_OK;
    for (size_t i = 0; i < sizeof files / sizeof files[0] && status == WM_OK; i++) {
        status = put_at(client, txn, wm_str_of(files[i].role), files[i].bytes, err);
    }
    for (size_t i = 0; i < client->partition_count && status == WM_OK; i++) {
        const wm_updater_role *role = &client->partitions[i].role;
        status = put_at(client, txn, role->name, role->bytes, err);
    }
    return status == WM_OK ? wm_client_keep_root(client, txn, err) : status;
}

/* ---- names ---- */

/* False: it would be too long for a blob, and is not kept. */
static bool kept_name(char out[WM_BLOB_NAME_BYTES_MAX + 1], const wm_listed_file *file)
{
    char hex[WM_DIGEST_HEX_BYTES];
    int length =
        snprintf(out, WM_BLOB_NAME_BYTES_MAX + 1, "%s%.*s.%.*s", WM_BLOB_KEPT,
                 WM_STR_ARG(file->path), HASH_DIGITS, wm_digest_hex(&file->hashes.sha256, hex));
    return length > 0 && length <= WM_BLOB_NAME_BYTES_MAX;
}

wm_status wm_kept_pack(wm_store *replica, const wm_listed_file *file, wm_buf *bytes_out,
                       wm_error *err)
{
    char name[WM_BLOB_NAME_BYTES_MAX + 1];
    if (!file->hashes.has_sha256 || !kept_name(name, file)) {
        return WM_NOT_FOUND;
    }
    size_t start = bytes_out->len;
    wm_status status = wm_store_blob_get(replica, wm_str_of(name), bytes_out, err);
    if (status != WM_OK) {
        return status;
    }
    wm_str bytes = wm_buf_str(bytes_out);
    bytes = (wm_str){ bytes.ptr + start, bytes.len - start };
    if (wm_listed_check(file, bytes, NULL) != WM_OK) {
        bytes_out->len = start;
        return WM_NOT_FOUND;
    }
    return WM_OK;
}

/* ---- which packs ---- */

typedef enum kept_kind { KEPT_PACK, KEPT_INDEX, KEPT_PAGE } kept_kind;

/* The name of what is kept, apart. */
typedef struct kept_pack {
    kept_kind kind;
    wm_str code;
    int64_t from; /* of packs */
    int64_t to;
    wm_str hash;
} kept_pack;

static bool read_number(wm_str text, size_t *at, int64_t *value)
{
    size_t start = *at;
    *value = 0;
    while (*at < text.len && *at - start < 15 && text.ptr[*at] >= '0' && text.ptr[*at] <= '9') {
        *value = *value * 10 + (text.ptr[(*at)++] - '0');
    }
    return *at > start;
}

static bool take(wm_str text, size_t *at, const char *expected)
{
    size_t length = strlen(expected);
    if (text.len - *at < length || memcmp(text.ptr + *at, expected, length) != 0) {
        return false;
    }
    *at += length;
    return true;
}

static bool read_name(wm_str name, kept_pack *pack)
{
    size_t at = 0;
    *pack = (kept_pack){ KEPT_PACK, { NULL, 0 }, 0, 0, { NULL, 0 } };
    if (!take(name, &at, WM_BLOB_KEPT "p/")) {
        return false;
    }
    size_t start = at;
    while (at < name.len && name.ptr[at] != '/') {
        at++;
    }
    pack->code = (wm_str){ name.ptr + start, at - start };
    if (!take(name, &at, "/")) {
        return false;
    }
    int64_t page = 0;
    if (take(name, &at, "spans-")) {
        pack->kind = KEPT_PAGE;
        if (!read_number(name, &at, &page) || !take(name, &at, ".")) {
            return false;
        }
    } else if (take(name, &at, "spans.")) {
        pack->kind = KEPT_INDEX;
    } else if (!read_number(name, &at, &pack->from) || !take(name, &at, "-") ||
               !read_number(name, &at, &pack->to) || !take(name, &at, ".pack.")) {
        return false;
    }
    pack->hash = (wm_str){ name.ptr + at, name.len - at };
    return true;
}

static bool has_hash(const kept_pack *kept, const wm_listed_file *file)
{
    char hex[WM_DIGEST_HEX_BYTES];
    wm_str digits = { wm_digest_hex(&file->hashes.sha256, hex), HASH_DIGITS };
    return wm_str_equal(kept->hash, digits);
}

/* How a partition's role differs from the one that was kept last. */
typedef struct difference {
    bool cut_anew;  /* another snapshot */
    bool reindexed; /* another span index */
} difference;

static bool is_needed(const kept_pack *kept, const wm_feed_role *role, difference since)
{
    if (kept->kind == KEPT_INDEX) {
        return role->spans != NULL && has_hash(kept, role->spans);
    }
    if (kept->kind == KEPT_PAGE) {
        return !since.reindexed;
    }
    if (role->has_delta && kept->from == role->delta.from && kept->to == role->delta.to) {
        return has_hash(kept, role->delta.file);
    }
    if (kept->from == 0) {
        return kept->to == role->snapshot.to && has_hash(kept, role->snapshot.file);
    }
    return !since.cut_anew && kept->from >= role->snapshot.to && kept->to <= role->end;
}

/* What the roles say now, and what they said when something was kept last. */
typedef struct keeper {
    wm_client *client;
    difference *since; /* for each partition */
    wm_names names;    /* of blobs that go */
} keeper;

static bool has_role(const wm_client *client, wm_str role)
{
    for (size_t i = 0; i < client->partition_count; i++) {
        if (wm_str_equal(role, client->partitions[i].role.name)) {
            return true;
        }
    }
    return false;
}

static wm_status look_at(void *context, wm_str name, wm_error *err)
{
    keeper *k = context;
    const wm_client *client = k->client;
    kept_pack pack;
    if (wm_str_starts(name, WM_STR(WM_BLOB_AT "p."))) {
        size_t prefix = sizeof WM_BLOB_AT - 1;
        wm_str role = { name.ptr + prefix, name.len - prefix };
        return has_role(client, role) ? WM_OK : wm_names_add(&k->names, name, err);
    }
    if (!wm_str_starts(name, WM_STR(WM_BLOB_KEPT))) {
        return WM_OK;
    }
    bool needed = false;
    for (size_t i = 0; read_name(name, &pack) && i < client->partition_count; i++) {
        needed = needed || (wm_str_equal(pack.code, client->partitions[i].code) &&
                            is_needed(&pack, &client->partitions[i].feed, k->since[i]));
    }
    return needed ? WM_OK : wm_names_add(&k->names, name, err);
}

/* Before keep_metadata: the role as it was kept with the records that are being replaced. */
static wm_status compare_roles(keeper *k, size_t at, wm_error *err)
{
    const wm_client_partition *partition = &k->client->partitions[at];
    char name[WM_FEED_PATH_BYTES];
    wm_str bytes = { NULL, 0 };
    wm_unverified unverified;
    wm_targets targets;
    wm_feed_role before;
    wm_arena *arena = &k->client->arena;
    (void)snprintf(name, sizeof name, "%s%.*s", WM_BLOB_AT, WM_STR_ARG(partition->role.name));
    wm_status status = wm_blob_read(k->client->store, arena, name, &bytes, err);
    if (status != WM_OK) {
        return status;
    }
    const wm_feed_role *now = &partition->feed;
    bool known = bytes.ptr != NULL &&
                 wm_unverified_read(arena, bytes, WM_METADATA_TARGETS_BYTES_MAX, &unverified,
                                    NULL) == WM_OK &&
                 wm_targets_read(arena, wm_verified_pinned(&unverified), &targets, NULL) == WM_OK &&
                 wm_feed_role_read(partition->code, &targets, &before, NULL) == WM_OK;
    difference *since = &k->since[at];
    since->cut_anew = !known || !wm_digest_equal(&before.snapshot.file->hashes.sha256,
                                                 &now->snapshot.file->hashes.sha256);
    since->reindexed = !known || before.spans == NULL || now->spans == NULL ||
                       !wm_digest_equal(&before.spans->hashes.sha256, &now->spans->hashes.sha256);
    return WM_OK;
}

static wm_status keep_file(wm_txn *txn, const wm_listed_file *file, wm_str bytes, wm_error *err)
{
    char name[WM_BLOB_NAME_BYTES_MAX + 1];
    if (bytes.len == 0 || bytes.len > WM_BLOB_BYTES_MAX || !kept_name(name, file)) {
        return WM_OK;
    }
    return wm_store_blob_put(txn, wm_str_of(name), bytes, err);
}

static wm_status keep_packs(const wm_client_partition *partition, wm_txn *txn, wm_error *err)
{
    static const difference none = { false, false };
    wm_status status = WM_OK;
    for (size_t c = 0; c < partition->chain_count && status == WM_OK; c++) {
        const wm_feed_pack *pack = &partition->chain[c];
        char hex[WM_DIGEST_HEX_BYTES];
        kept_pack fresh = { KEPT_PACK,
                            partition->code,
                            pack->from,
                            pack->to,
                            { wm_digest_hex(&pack->file->hashes.sha256, hex), HASH_DIGITS } };
        if (is_needed(&fresh, &partition->feed, none)) {
            status = keep_file(txn, pack->file, wm_buf_str(&partition->bytes[c]), err);
        }
    }
    return status;
}

static wm_status keep_spans(wm_client *client, const wm_client_partition *partition, wm_txn *txn,
                            wm_error *err)
{
    const wm_client_spans *spans = &partition->spans;
    if (spans->index_bytes.ptr == NULL) {
        return WM_OK;
    }
    wm_status status = keep_file(txn, partition->feed.spans, spans->index_bytes, err);
    for (size_t i = 0; i < spans->page_count && status == WM_OK; i++) {
        wm_listed_file file;
        status = wm_span_page_file(&client->arena, partition->code, &spans->pages[i], &file, err);
        if (status == WM_OK) {
            status = keep_file(txn, &file, spans->page_bytes[i], err);
        }
    }
    return status;
}

wm_status wm_client_keep_all(wm_client *client, wm_txn *txn, wm_error *err)
{
    keeper k = { .client = client, .names = { .arena = &client->arena } };
    wm_status status = WM_OK;
    k.since = wm_arena_array(&client->arena, client->partition_count, sizeof *k.since);
    if (k.since == NULL) {
        return wm_fail_memory(err);
    }
    for (size_t i = 0; i < client->partition_count && status == WM_OK; i++) {
        status = compare_roles(&k, i, err);
    }
    if (status == WM_OK) {
        status = wm_store_blob_each(client->store, look_at, &k, err);
    }
    for (size_t i = 0; i < k.names.count && status == WM_OK; i++) {
        status = wm_store_blob_delete(txn, k.names.items[i], err);
    }
    for (size_t i = 0; i < client->partition_count && status == WM_OK; i++) {
        status = keep_packs(&client->partitions[i], txn, err);
        if (status == WM_OK) {
            status = keep_spans(client, &client->partitions[i], txn, err);
        }
    }
    return status == WM_OK ? keep_metadata(client, txn, err) : status;
}
