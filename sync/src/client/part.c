/* part.c: what has come of a pack, kept until the rest comes: in memory, and in the replica.
 *
 * In the replica a part stands as blobs "sync/part/HASH/OFFSET", HASH being the signed hash of the
 * whole pack, so that a part can only ever go on as the same pack. A piece is written for each MiB
 * that comes (small packs never are), the rest when a run fails. Two processes that write the same
 * part do no harm: pieces that do not join end it.
 *
 * A part is not believed: the whole is checked as if it had come at once. If it fails that check
 * because it was put together from several answers, it is fetched once more from its start; only
 * then it counts as an attack. */
#include <stdio.h>

#include "client/machine.h"

#define PART_ETAG "etag"
#define PIECE_BYTES_MIN WM_MIB
#define PIECE_BYTES_MAX (8 * WM_MIB)
#define PART_NAMES_MAX ((size_t)4096)

typedef char blob_name[WM_BLOB_NAME_BYTES_MAX + 1];

/* The name of everything that is kept of a pack, or with `last` of one thing. */
static wm_str name_of(const wm_digest *hash, const char *last, blob_name name)
{
    char hex[WM_DIGEST_HEX_BYTES];
    (void)snprintf(name, sizeof(blob_name), "%s%s/%s", WM_BLOB_PART_PREFIX,
                   wm_digest_hex(hash, hex), last);
    return wm_str_of(name);
}

static wm_str piece_name(const wm_digest *hash, uint64_t offset, blob_name name)
{
    char last[32];
    (void)snprintf(last, sizeof last, "%012llu", (unsigned long long)offset);
    return name_of(hash, last, name);
}

/* ---- in memory ---- */

static wm_client_part *find_part(const wm_client *client, const wm_digest *hash)
{
    wm_client_part *part = client->parts;
    while (part != NULL && !wm_digest_equal(&part->hash, hash)) {
        part = part->next;
    }
    return part;
}

wm_client_part *wm_client_part_of(wm_client *client, const wm_digest *hash, uint64_t max_bytes)
{
    wm_client_part *part = find_part(client, hash);
    if (part != NULL) {
        return part;
    }
    part = wm_arena_alloc(&client->arena, sizeof *part);
    if (part == NULL) {
        return NULL;
    }
    uint64_t most = max_bytes < SIZE_MAX / 2 ? max_bytes : SIZE_MAX / 2;
    *part = (wm_client_part){ .hash = *hash, .next = client->parts };
    wm_buf_init(&part->bytes, client->env, (size_t)most);
    client->parts = part;
    return part;
}

void wm_client_parts_fini(wm_client *client)
{
    for (wm_client_part *part = client->parts; part != NULL; part = part->next) {
        wm_buf_fini(&part->bytes);
    }
    client->parts = NULL;
}

static void move_bytes(wm_buf *to, wm_buf *from)
{
    const wm_env *env = from->env;
    size_t max_bytes = from->max_bytes;
    wm_buf_fini(to);
    *to = *from;
    wm_buf_init(from, env, max_bytes);
}

wm_status wm_client_part_keep(wm_client_part *part, wm_want *want, wm_fetched *fetched,
                              wm_error *err)
{
    wm_buf *bytes = &part->bytes;
    if (fetched->bytes.len > 0 && fetched->offset == bytes->len && bytes->len > 0) {
        wm_buf_put_str(bytes, wm_buf_str(&fetched->bytes));
        if (bytes->status != WM_OK) {
            return wm_buf_status(bytes, err);
        }
    } else if (fetched->offset == 0 && fetched->bytes.len > bytes->len) {
        size_t max_bytes = bytes->max_bytes;
        move_bytes(bytes, &fetched->bytes);
        bytes->max_bytes = max_bytes;
    } else {
        return WM_OK;
    }
    part->joined = true;
    if (fetched->etag[0] != '\0') {
        memcpy(part->etag, fetched->etag, sizeof part->etag);
    }
    want->offset = bytes->len;
    want->etag = wm_str_of(part->etag);
    return WM_OK;
}

wm_status wm_client_part_join(wm_client_part *part, wm_fetched *fetched, wm_error *err)
{
    wm_buf *bytes = &part->bytes;
    if (fetched->offset == 0) { /* all of it came at once */
        part->joined = false;
        return WM_OK;
    }
    if (fetched->offset != bytes->len) {
        return wm_fail(err, WM_BAD_ARGUMENT, "given from byte %llu on, wanted from %zu",
                       (unsigned long long)fetched->offset, bytes->len);
    }
    part->joined = true;
    wm_buf_put_str(bytes, wm_buf_str(&fetched->bytes));
    wm_status status = wm_buf_status(bytes, err);
    if (status == WM_OK) {
        move_bytes(&fetched->bytes, bytes);
        fetched->offset = 0;
    }
    return status;
}

/* ---- in the replica ---- */

static wm_status collect_name(void *context, wm_str name, wm_error *err)
{
    wm_names *list = context;
    return wm_str_starts(name, WM_STR(WM_BLOB_PART_PREFIX)) && list->count < PART_NAMES_MAX
               ? wm_names_add(list, name, err)
               : WM_OK;
}

/* In byte order: the pieces of a part by their offsets, then its etag. */
static wm_status list_names(wm_client *client, wm_names *list, wm_error *err)
{
    *list = (wm_names){ .arena = &client->arena };
    return wm_store_blob_each(client->store, collect_name, list, err);
}

/* What of `bytes`, which are those of the pack from `from` on, is not stored yet. */
static wm_status put_pieces(const wm_client_part *part, wm_txn *txn, wm_str bytes, uint64_t from,
                            wm_error *err)
{
    blob_name name;
    wm_status status = WM_OK;
    uint64_t at = part->kept;
    if (part->etag[0] != '\0') {
        status = wm_store_blob_put(txn, name_of(&part->hash, PART_ETAG, name),
                                   wm_str_of(part->etag), err);
    }
    while (at < from + bytes.len && status == WM_OK) {
        uint64_t left = from + bytes.len - at;
        wm_str piece = { bytes.ptr + (at - from),
                         left < PIECE_BYTES_MAX ? (size_t)left : PIECE_BYTES_MAX };
        status = wm_store_blob_put(txn, piece_name(&part->hash, at, name), piece, err);
        at += piece.len;
    }
    return status;
}

/* What cannot be stored will be fetched again: so no error leaves here. */
static void store(wm_client *client, wm_client_part *part, wm_str bytes, uint64_t from)
{
    wm_txn *txn = NULL;
    if (from > part->kept || from + bytes.len <= part->kept ||
        wm_txn_begin(client->store, &txn, NULL) != WM_OK) {
        return;
    }
    if (put_pieces(part, txn, bytes, from, NULL) != WM_OK) {
        wm_txn_rollback(txn);
    } else if (wm_txn_commit(txn, NULL) == WM_OK) {
        part->kept = from + bytes.len;
    }
}

void wm_client_part_look(wm_client *client, wm_client_part *part, const wm_fetched *fetched)
{
    uint64_t length = fetched->offset + fetched->bytes.len;
    if (fetched->bytes.len == 0 || length < part->kept + PIECE_BYTES_MIN) {
        return;
    }
    if (fetched->offset == 0) {
        memcpy(part->etag, fetched->etag, sizeof part->etag);
    } else {
        store(client, part, wm_buf_str(&part->bytes), 0);
    }
    store(client, part, wm_buf_str(&fetched->bytes), fetched->offset);
}

void wm_client_parts_store(wm_client *client)
{
    for (size_t i = 0; i < client->partition_count; i++) {
        const wm_client_partition *partition = &client->partitions[i];
        for (size_t k = 0; k < partition->chain_count; k++) {
            wm_client_part *part = find_part(client, &partition->chain[k].file->hashes.sha256);
            if (part != NULL && partition->bytes[k].len > 0) {
                store(client, part, wm_buf_str(&partition->bytes[k]), 0);
            }
        }
    }
    for (wm_client_part *part = client->parts; part != NULL; part = part->next) {
        store(client, part, wm_buf_str(&part->bytes), 0);
    }
}

/* One blob of a part that is wanted. Pieces that do not go on from the ones before are no use. */
static wm_status load_blob(wm_client *client, wm_client_part *part, wm_str name, wm_error *err)
{
    blob_name expected;
    wm_status status = WM_OK;
    if (wm_str_equal(name, piece_name(&part->hash, part->bytes.len, expected))) {
        size_t before = part->bytes.len;
        status = wm_store_blob_get(client->store, name, &part->bytes, err);
        if (part->bytes.status == WM_TOO_LARGE) {
            part->bytes.status = WM_OK;
            part->bytes.len = before;
            return WM_OK;
        }
    } else if (wm_str_equal(name, name_of(&part->hash, PART_ETAG, expected))) {
        wm_str etag = { NULL, 0 };
        status = wm_blob_read(client->store, &client->arena, expected, &etag, err);
        if (status == WM_OK && etag.len < sizeof part->etag) {
            memcpy(part->etag, etag.ptr, etag.len);
            part->etag[etag.len] = '\0';
        }
    }
    return status;
}

/* The part that a blob is of, if it is wanted. */
static wm_client_part *part_of_name(const wm_client *client, wm_str name)
{
    wm_digest hash;
    size_t prefix = sizeof WM_BLOB_PART_PREFIX - 1;
    size_t digits = WM_DIGEST_HEX_BYTES - 1;
    if (name.len < prefix + digits ||
        !wm_digest_parse((wm_str){ name.ptr + prefix, digits }, &hash)) {
        return NULL;
    }
    return find_part(client, &hash);
}

static wm_status delete_names(wm_txn *txn, const wm_names *list, wm_error *err)
{
    wm_status status = WM_OK;
    for (size_t i = 0; i < list->count && status == WM_OK; i++) {
        status = wm_store_blob_delete(txn, list->items[i], err);
    }
    return status;
}

static void delete_now(wm_client *client, const wm_names *list)
{
    wm_txn *txn = NULL;
    if (list->count == 0 || wm_txn_begin(client->store, &txn, NULL) != WM_OK) {
        return; /* another time */
    }
    if (delete_names(txn, list, NULL) == WM_OK) {
        wm_status status = wm_txn_commit(txn, NULL); /* which fails whole */
        (void)status;
    } else {
        wm_txn_rollback(txn);
    }
}

wm_status wm_client_parts_load(wm_client *client, wm_error *err)
{
    wm_names all;
    wm_status status = list_names(client, &all, err);
    wm_names unwanted = { .items = all.items };
    for (size_t i = 0; i < all.count && status == WM_OK; i++) {
        wm_str name = all.items[i];
        wm_client_part *part = part_of_name(client, name);
        if (part == NULL) {
            unwanted.items[unwanted.count++] = name;
        } else {
            status = load_blob(client, part, name, err);
        }
    }
    for (size_t i = 0; i < client->want_count && status == WM_OK; i++) {
        wm_client_part *part = client->want_parts[i];
        if (part != NULL && part->bytes.len > 0) {
            part->kept = part->bytes.len;
            part->joined = true;
            client->wants[i].want.offset = part->bytes.len;
            client->wants[i].want.etag = wm_str_of(part->etag);
            client->summary.kept_bytes += part->bytes.len;
        }
    }
    if (status == WM_OK) {
        delete_now(client, &unwanted);
    }
    return status;
}

wm_status wm_client_part_forget(wm_client *client, wm_client_part *part, wm_error *err)
{
    wm_names all;
    wm_status status = list_names(client, &all, err);
    wm_names own = { .items = all.items };
    for (size_t i = 0; i < all.count; i++) {
        const wm_client_part *owner = part_of_name(client, all.items[i]);
        if (owner != NULL && wm_digest_equal(&owner->hash, &part->hash)) {
            own.items[own.count++] = all.items[i];
        }
    }
    delete_now(client, &own);
    wm_buf_reset(&part->bytes);
    part->etag[0] = '\0';
    part->kept = 0;
    part->joined = false;
    part->afresh = true;
    return status;
}

wm_status wm_client_parts_drop(wm_client *client, wm_txn *txn, wm_error *err)
{
    wm_names all;
    wm_status status = list_names(client, &all, err);
    return status == WM_OK ? delete_names(txn, &all, err) : status;
}
