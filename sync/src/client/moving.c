/* moving.c: records on their way from one partition to another.
 *
 * The packs of each partition are applied as they are read, one partition after the other. Between
 * two of them a record may move, and both may say so: the one has it already when the other still
 * holds it. A replica holds a record once, so what is new stays aside for as long as the old one is
 * there; only a record that a delta of the old partition has removed meanwhile may be put in its
 * place, when all packs have been read.
 *
 * Aside is a blob of the replica, in the transaction of the apply, and gone when it ends; so memory
 * grows with the names of such records and not with the records. */
#include <stdio.h>

#include "client/machine.h"

#define MOVING_BYTES_MAX ((size_t)1024 * WM_MIB)

void wm_moving_init(wm_moving *moving, wm_client *client, wm_txn *txn)
{
    memset(moving, 0, sizeof *moving);
    moving->client = client;
    moving->txn = txn;
    wm_arena_init(&moving->arena, client->env, MOVING_BYTES_MAX);
}

void wm_moving_fini(wm_moving *moving)
{
    wm_arena_fini(&moving->arena);
    wm_env_free(moving->client->env, moving->records, moving->capacity * sizeof *moving->records);
}

static int compare(const wm_moving_record *a, const wm_moving_record *b)
{
    if (a->partition != b->partition) {
        return a->partition < b->partition ? -1 : 1;
    }
    if (a->kind != b->kind) {
        return a->kind < b->kind ? -1 : 1;
    }
    return wm_str_compare(a->id, b->id);
}

size_t wm_moving_find(const wm_moving *moving, const wm_moving_record *record, bool *found_out)
{
    size_t low = 0;
    size_t high = moving->count;
    *found_out = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare(&moving->records[middle], record);
        if (order == 0) {
            *found_out = true;
            return middle;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static wm_str blob_name(char name[WM_BLOB_NAME_BYTES_MAX + 1], const wm_moving_record *record)
{
    (void)snprintf(name, WM_BLOB_NAME_BYTES_MAX + 1, "sync/moving/%zu/%d/%.*s", record->partition,
                   (int)record->kind, WM_STR_ARG(record->id));
    return wm_str_of(name);
}

static wm_status insert(wm_moving *moving, size_t at, const wm_moving_record *record, wm_error *err)
{
    if (moving->count == moving->capacity) {
        const wm_env *env = moving->client->env;
        size_t capacity = moving->capacity == 0 ? 64 : 2 * moving->capacity;
        wm_moving_record *records =
            env->resize(env->context, moving->records, moving->capacity * sizeof *records,
                        capacity * sizeof *records);
        if (records == NULL) {
            return wm_fail_memory(err);
        }
        moving->records = records;
        moving->capacity = capacity;
    }
    wm_moving_record copy = *record;
    copy.id = wm_arena_copy(&moving->arena, record->id);
    if (copy.id.ptr == NULL) {
        return wm_fail_memory(err);
    }
    memmove(&moving->records[at + 1], &moving->records[at],
            (moving->count - at) * sizeof *moving->records);
    moving->records[at] = copy;
    moving->count++;
    return WM_OK;
}

wm_status wm_moving_put(wm_moving *moving, const wm_moving_record *record, wm_str bytes,
                        wm_error *err)
{
    char name[WM_BLOB_NAME_BYTES_MAX + 1];
    bool found = false;
    size_t at = wm_moving_find(moving, record, &found);
    wm_status status = found ? WM_OK : insert(moving, at, record, err);
    return status == WM_OK ? wm_store_blob_put(moving->txn, blob_name(name, record), bytes, err)
                           : status;
}

wm_status wm_moving_get(const wm_moving *moving, size_t at, wm_buf *bytes_out, wm_error *err)
{
    char name[WM_BLOB_NAME_BYTES_MAX + 1];
    wm_status status = wm_store_blob_get(moving->client->store,
                                         blob_name(name, &moving->records[at]), bytes_out, err);
    return status == WM_NOT_FOUND
               ? wm_fail(err, WM_CORRUPT, "database: a record that moves is lost")
               : status;
}

wm_status wm_moving_remove(wm_moving *moving, size_t at, wm_error *err)
{
    char name[WM_BLOB_NAME_BYTES_MAX + 1];
    wm_status status =
        wm_store_blob_delete(moving->txn, blob_name(name, &moving->records[at]), err);
    if (status == WM_OK) {
        moving->count--;
        memmove(&moving->records[at], &moving->records[at + 1],
                (moving->count - at) * sizeof *moving->records);
    }
    return status;
}
