/* publish.c: bring a feed up to the latest release.
 *
 * 1. Nothing that a client may be reading changes: every file but timestamp.json has its version
 *    or its digest in its name, and the timestamp is written last. A run that stops anywhere
 *    leaves the feed as good as before; the next run writes the same names again.
 * 2. A role whose content did not change keeps its version, unless less than a third of its time
 *    is left.
 * 3. With the same releases, keys and day the bytes are the same. */
#include <stdio.h>

#include "publish/publisher.h"
#include "trust/policy.h"

#define ARENA_BYTES_MAX ((size_t)1024 * WM_MIB)

wm_status wm_publisher_write(wm_publisher *publisher, const wm_published_file *file, wm_str bytes,
                             wm_error *err)
{
    char full[WM_PUBLISH_PATH_BYTES];
    int length = snprintf(full, sizeof full, "%s/%.*s", publisher->options->feed_folder,
                          (int)file->path.len, file->path.ptr);
    if (length < 0 || length >= WM_PUBLISH_PATH_BYTES) {
        return wm_fail(err, WM_BAD_ARGUMENT, "%s: the path is too long",
                       publisher->options->feed_folder);
    }
    if (publisher->written_count == publisher->written_capacity) {
        size_t capacity = publisher->written_capacity < 32 ? 32 : 2 * publisher->written_capacity;
        wm_published_file *grown = wm_arena_array(publisher->result_arena, capacity, sizeof *grown);
        if (grown == NULL) {
            return wm_fail_memory(err);
        }
        if (publisher->written_count > 0) {
            memcpy(grown, publisher->written, publisher->written_count * sizeof *grown);
        }
        publisher->written = grown;
        publisher->written_capacity = capacity;
    }
    wm_published_file copy = *file;
    copy.path = wm_arena_copy(publisher->result_arena, file->path);
    copy.partition = wm_arena_copy(publisher->result_arena, file->partition);
    copy.edition = publisher->edition;
    copy.bytes = bytes.len;
    if (copy.path.ptr == NULL || copy.partition.ptr == NULL) {
        return wm_fail_memory(err);
    }
    wm_status status = publisher->files->write(publisher->files->context, full, bytes, err);
    if (status == WM_OK) {
        publisher->written[publisher->written_count++] = copy;
    }
    return status;
}

static int64_t expiry(const wm_publisher *publisher, int days)
{
    return publisher->day_s + (int64_t)days * 86400;
}

static bool wears_out(const wm_publisher *publisher, const wm_metadata_head *head, int days)
{
    return head->version == 0 || head->expires_s - publisher->day_s < (int64_t)days * 86400 / 3;
}

/* ---- metadata files ---- */

static wm_status write_signed(wm_publisher *publisher, const wm_buf *body, wm_top_role signer,
                              const char *path, wm_listed_file *listed, wm_error *err)
{
    wm_str file = { NULL, 0 };
    wm_status status = wm_sign_as(publisher->arena, &publisher->keys, signer, body, &file, err);
    if (status == WM_OK) {
        wm_published_file published = { .path = wm_str_of(path), .kind = WM_STR("metadata") };
        status = wm_publisher_write(publisher, &published, file, err);
    }
    if (status == WM_OK && listed != NULL) {
        listed->length = (int64_t)file.len;
        listed->hashes.has_sha256 = true;
        wm_digest_sha256(file, &listed->hashes.sha256);
    }
    return status;
}

static wm_status write_targets_role(wm_publisher *publisher, wm_str name, const wm_targets *targets,
                                    wm_error *err)
{
    char path[WM_FEED_PATH_BYTES];
    wm_buf body;
    wm_buf_init(&body, publisher->arena->env, WM_METADATA_TARGETS_BYTES_MAX);
    wm_json_out out;
    wm_json_out_init(&out, &body);
    wm_targets_write(&out, targets);
    (void)wm_feed_path_metadata(path, publisher->edition, targets->head.version, name);
    wm_status status = write_signed(publisher, &body, WM_TOP_TARGETS, path, NULL, err);
    wm_buf_fini(&body);
    return status;
}

/* A small target that we make ourselves. */
static wm_status write_target(wm_publisher *publisher, const char *name, wm_str bytes,
                              wm_listed_file *listed_out, wm_error *err)
{
    char path[WM_FEED_PATH_BYTES];
    wm_listed_file listed = { .path = wm_str_of(name),
                              .length = (int64_t)bytes.len,
                              .hashes = { .has_sha256 = true } };
    wm_digest_sha256(bytes, &listed.hashes.sha256);
    (void)wm_feed_path_target(path, publisher->edition, listed.path, &listed.hashes.sha256);
    wm_published_file published = { .path = wm_str_of(path), .kind = WM_STR("target") };
    wm_status status = wm_publisher_write(publisher, &published, bytes, err);
    if (status == WM_OK) {
        *listed_out = listed;
    }
    return status;
}

/* ---- partitions ---- */

typedef struct partition_row {
    const wm_feed_partition *held;
    wm_str role_name; /* "p.CODE" */
    wm_targets role;  /* as it is now */
    bool changed;
} partition_row;

typedef struct partition_rows {
    partition_row *rows; /* sorted by code */
    size_t count;
} partition_rows;

static wm_status add_row(wm_publisher *publisher, partition_rows *rows,
                         const wm_feed_partition *held, wm_str code, wm_error *err)
{
    char name[WM_FEED_PATH_BYTES];
    (void)snprintf(name, sizeof name, "p.%.*s", WM_STR_ARG(code));
    partition_row *row = &rows->rows[rows->count++];
    row->role_name = wm_arena_copy(publisher->arena, wm_str_of(name));
    if (held == NULL) {
        wm_feed_partition *fresh = wm_arena_alloc(publisher->arena, sizeof *fresh);
        if (fresh == NULL) {
            return wm_fail_memory(err);
        }
        fresh->code = code;
        held = fresh;
    }
    row->held = held;
    row->role = held->role;
    return row->role_name.ptr != NULL ? WM_OK : wm_fail_memory(err);
}

/* All partitions that the feed has or the release has. One that lost its last record stays, empty:
 * "any targets metadata filename that was listed MUST continue to be listed" (5.5.5). */
static wm_status merge_rows(wm_publisher *publisher, partition_rows *rows, wm_error *err)
{
    const wm_feed_state *held = &publisher->held;
    const wm_state_table *now =
        &publisher->tables[publisher->release.number - publisher->first_table];
    rows->rows =
        wm_arena_array(publisher->arena, held->partition_count + now->count, sizeof *rows->rows);
    if (rows->rows == NULL) {
        return wm_fail_memory(err);
    }
    size_t h = 0;
    size_t n = 0;
    wm_status status = WM_OK;
    while (status == WM_OK && (h < held->partition_count || n < now->count)) {
        int order = h == held->partition_count ? 1
                    : n == now->count
                        ? -1
                        : wm_str_compare(held->partitions[h].code, now->states[n].partition);
        const wm_feed_partition *from_feed = order <= 0 ? &held->partitions[h] : NULL;
        wm_str code = order <= 0 ? held->partitions[h].code : now->states[n].partition;
        h += order <= 0 ? 1 : 0;
        n += order >= 0 ? 1 : 0;
        status = add_row(publisher, rows, from_feed, code, err);
    }
    return status;
}

static wm_status update_role(wm_publisher *publisher, partition_row *row, wm_error *err)
{
    const wm_listed_file *files = NULL;
    size_t count = 0;
    wm_status status = wm_publisher_update_partition(publisher, row->held, &files, &count, err);
    if (status != WM_OK) {
        return status;
    }
    if (files == NULL && !wears_out(publisher, &row->role.head, WM_TARGETS_DAYS)) {
        return WM_OK;
    }
    if (files != NULL) {
        row->role.files = files;
        row->role.file_count = count;
    }
    row->role.head.version++;
    row->role.head.expires_s = expiry(publisher, WM_TARGETS_DAYS);
    row->changed = true;
    return write_targets_role(publisher, row->role_name, &row->role, err);
}

/* ---- partitions.json ---- */

typedef struct locality_list {
    wm_arena *arena;
    wm_feed_locality *items;
    size_t count;
    size_t capacity;
} locality_list;

static wm_status collect_locality(void *context, const wm_record *record, wm_error *err)
{
    locality_list *list = context;
    if (record->kind > WM_KIND_LOCALITY) {
        return WM_END; /* records come in order of kind */
    }
    if (record->kind != WM_KIND_LOCALITY) {
        return WM_OK;
    }
    if (list->count == list->capacity) {
        size_t capacity = list->capacity < 64 ? 64 : 2 * list->capacity;
        wm_feed_locality *items = wm_arena_array(list->arena, capacity, sizeof *items);
        if (items == NULL) {
            return wm_fail_memory(err);
        }
        if (list->count > 0) {
            memcpy(items, list->items, list->count * sizeof *items);
        }
        list->items = items;
        list->capacity = capacity;
    }
    const wm_json *value = NULL;
    wm_status status = wm_json_parse(list->arena, record->bytes, WM_RECORD_BYTES_MAX, &value, err);
    if (status != WM_OK) {
        return status;
    }
    wm_str parent = wm_json_string(wm_json_get(value, "parent"));
    wm_feed_locality item = { wm_json_string(wm_json_get(value, "id")),
                              parent.ptr != NULL ? parent : WM_STR("") };
    list->items[list->count++] = item;
    return WM_OK;
}

static wm_status write_index(wm_publisher *publisher, const partition_rows *rows, wm_buf *bytes,
                             wm_error *err)
{
    locality_list localities = { .arena = publisher->arena };
    wm_slice all = { publisher->edition, WM_STR(WM_PARTITION_ALL) };
    wm_record_sink sink = { collect_locality, &localities };
    wm_status status =
        wm_history_each(publisher->store, &all, publisher->release.number, &sink, err);
    if (status != WM_OK && status != WM_END) {
        return status;
    }
    wm_str *codes = wm_arena_array(publisher->arena, rows->count, sizeof *codes);
    if (codes == NULL) {
        return wm_fail_memory(err);
    }
    for (size_t i = 0; i < rows->count; i++) {
        codes[i] = rows->rows[i].held->code;
    }
    wm_feed_index index = { localities.items, localities.count, codes, rows->count };
    wm_json_out out;
    wm_json_out_init(&out, bytes);
    wm_feed_index_write(&out, &index);
    return wm_buf_status(bytes, err);
}

static wm_status delegate_partitions(wm_publisher *publisher, const partition_rows *rows,
                                     const wm_delegation **delegations_out, wm_error *err)
{
    wm_delegation *delegations = wm_arena_array(publisher->arena, rows->count, sizeof *delegations);
    wm_str *patterns = wm_arena_array(publisher->arena, rows->count, sizeof *patterns);
    if (delegations == NULL || patterns == NULL) {
        return wm_fail_memory(err);
    }
    for (size_t i = 0; i < rows->count; i++) {
        char pattern[WM_FEED_PATH_BYTES];
        (void)snprintf(pattern, sizeof pattern, "p/%.*s/*", WM_STR_ARG(rows->rows[i].held->code));
        patterns[i] = wm_arena_copy(publisher->arena, wm_str_of(pattern));
        if (patterns[i].ptr == NULL) {
            return wm_fail_memory(err);
        }
        delegations[i] = (wm_delegation){ .role = wm_signers_of_targets(&publisher->keys,
                                                                        rows->rows[i].role_name),
                                          .terminating = true,
                                          .paths = &patterns[i],
                                          .path_count = 1 };
    }
    *delegations_out = delegations;
    return WM_OK;
}

/* The role that lists the partitions: it changes only with their number and the locality tree. */
static wm_status update_partitions_role(wm_publisher *publisher, const partition_rows *rows,
                                        bool *changed_out, wm_error *err)
{
    wm_targets role = publisher->held.partitions_role;
    const wm_listed_file *before =
        wm_listed_find(role.files, role.file_count, WM_STR(WM_FEED_PARTITIONS));
    wm_listed_file *listed = wm_arena_alloc(publisher->arena, sizeof *listed);
    wm_buf bytes;
    wm_buf_init(&bytes, publisher->arena->env, WM_FEED_PARTITIONS_BYTES_MAX);
    if (listed == NULL) {
        return wm_fail_memory(err);
    }
    wm_status status = write_index(publisher, rows, &bytes, err);
    if (status == WM_OK && before != NULL && !wears_out(publisher, &role.head, WM_TARGETS_DAYS)) {
        wm_digest digest;
        wm_digest_sha256(wm_buf_str(&bytes), &digest);
        if (wm_digest_equal(&digest, &before->hashes.sha256)) {
            wm_buf_fini(&bytes);
            *changed_out = false;
            return WM_OK;
        }
    }
    if (status == WM_OK) {
        status = write_target(publisher, WM_FEED_PARTITIONS, wm_buf_str(&bytes), listed, err);
    }
    wm_buf_fini(&bytes);
    if (status == WM_OK) {
        status = delegate_partitions(publisher, rows, &role.delegations, err);
    }
    if (status == WM_OK) {
        role.delegation_count = rows->count;
        role.files = listed;
        role.file_count = 1;
        role.head.version++;
        role.head.expires_s = expiry(publisher, WM_TARGETS_DAYS);
        publisher->held.partitions_role = role;
        *changed_out = true;
        status = write_targets_role(publisher, WM_STR(WM_FEED_PARTITIONS_ROLE), &role, err);
    }
    return status;
}

/* ---- top targets, snapshot, timestamp ---- */

static wm_status update_targets(wm_publisher *publisher, bool *changed_out, wm_error *err)
{
    static const wm_str paths[] = { WM_STR_INIT(WM_FEED_PARTITION_PATHS),
                                    WM_STR_INIT(WM_FEED_PARTITIONS) };
    wm_targets role = publisher->held.targets;
    *changed_out = publisher->held.release.release != publisher->release.number ||
                   wears_out(publisher, &role.head, WM_TARGETS_DAYS);
    if (!*changed_out) {
        return WM_OK;
    }
    char date[WM_DATE_TEXT_BYTES];
    char text[256];
    (void)snprintf(text, sizeof text, "{\"date\":\"%s\",\"edition\":\"%s\",\"release\":%lld}",
                   wm_date_format(publisher->release.date, date),
                   wm_edition_name(publisher->edition), (long long)publisher->release.number);
    wm_listed_file listed;
    wm_status status = write_target(publisher, WM_FEED_RELEASE, wm_str_of(text), &listed, err);
    if (status == WM_OK) {
        status = wm_json_parse(publisher->arena, wm_str_of(text), sizeof text, &listed.custom, err);
    }
    if (status != WM_OK) {
        return status;
    }
    wm_delegation delegation = { .role = wm_signers_of_targets(&publisher->keys,
                                                               WM_STR(WM_FEED_PARTITIONS_ROLE)),
                                 .terminating = true,
                                 .paths = paths,
                                 .path_count = 2 };
    role.head.version++;
    role.head.expires_s = expiry(publisher, WM_TARGETS_DAYS);
    role.files = &listed;
    role.file_count = 1;
    role.delegations = &delegation;
    role.delegation_count = 1;
    status = write_targets_role(publisher, WM_STR("targets"), &role, err);
    publisher->held.targets.head = role.head;
    return status;
}

static wm_status list_role(wm_publisher *publisher, wm_listed_file *file, wm_str role,
                           int64_t version, wm_error *err)
{
    char name[WM_FEED_PATH_BYTES];
    (void)snprintf(name, sizeof name, "%.*s.json", WM_STR_ARG(role));
    *file = (wm_listed_file){ .path = wm_arena_copy(publisher->arena, wm_str_of(name)),
                              .version = version,
                              .length = -1 };
    return file->path.ptr != NULL ? WM_OK : wm_fail_memory(err);
}

static wm_status write_snapshot(wm_publisher *publisher, const partition_rows *rows,
                                wm_listed_file *listed_out, wm_error *err)
{
    wm_snapshot snapshot = { .head = publisher->held.snapshot.head };
    wm_listed_file *files = wm_arena_array(publisher->arena, rows->count + 2, sizeof *files);
    if (files == NULL) {
        return wm_fail_memory(err);
    }
    wm_status status = list_role(publisher, &files[0], WM_STR("targets"),
                                 publisher->held.targets.head.version, err);
    if (status == WM_OK) {
        status = list_role(publisher, &files[1], WM_STR(WM_FEED_PARTITIONS_ROLE),
                           publisher->held.partitions_role.head.version, err);
    }
    for (size_t i = 0; i < rows->count && status == WM_OK; i++) {
        status = list_role(publisher, &files[i + 2], rows->rows[i].role_name,
                           rows->rows[i].role.head.version, err);
    }
    if (status != WM_OK) {
        return status;
    }
    snapshot.head.version++;
    snapshot.head.expires_s = expiry(publisher, WM_SNAPSHOT_DAYS);
    snapshot.files = files;
    snapshot.file_count = rows->count + 2;
    char path[WM_FEED_PATH_BYTES];
    (void)wm_feed_path_metadata(path, publisher->edition, snapshot.head.version,
                                WM_STR("snapshot"));
    *listed_out =
        (wm_listed_file){ .path = WM_STR("snapshot.json"), .version = snapshot.head.version };
    wm_buf body;
    wm_buf_init(&body, publisher->arena->env, WM_METADATA_SNAPSHOT_BYTES_MAX);
    wm_json_out out;
    wm_json_out_init(&out, &body);
    wm_snapshot_write(&out, &snapshot);
    status = write_signed(publisher, &body, WM_TOP_SNAPSHOT, path, listed_out, err);
    wm_buf_fini(&body);
    return status;
}

static wm_status write_timestamp(wm_publisher *publisher, const wm_listed_file *snapshot,
                                 wm_error *err)
{
    wm_timestamp timestamp = { .head = publisher->held.timestamp.head, .snapshot = *snapshot };
    timestamp.head.version++;
    timestamp.head.expires_s = expiry(publisher, WM_TIMESTAMP_DAYS);
    char path[WM_FEED_PATH_BYTES];
    (void)wm_feed_path_timestamp(path, publisher->edition);
    wm_buf body;
    wm_buf_init(&body, publisher->arena->env, WM_METADATA_TIMESTAMP_BYTES_MAX);
    wm_json_out out;
    wm_json_out_init(&out, &body);
    wm_timestamp_write(&out, &timestamp);
    wm_status status = write_signed(publisher, &body, WM_TOP_TIMESTAMP, path, NULL, err);
    wm_buf_fini(&body);
    return status;
}

/* Every version of root up to ours must be in the feed, byte for byte. */
static wm_status copy_roots(wm_publisher *publisher, wm_error *err)
{
    wm_status status = WM_OK;
    for (int64_t version = 1; version <= publisher->keys.root.head.version && status == WM_OK;
         version++) {
        char name[64];
        char from[WM_PUBLISH_PATH_BYTES];
        char to[WM_FEED_PATH_BYTES];
        char there[WM_PUBLISH_PATH_BYTES];
        (void)snprintf(name, sizeof name, "%lld.root.json", (long long)version);
        (void)wm_feed_path_metadata(to, publisher->edition, version, WM_STR("root"));
        (void)snprintf(there, sizeof there, "%s/%s", publisher->options->feed_folder, to);
        wm_buf source;
        wm_buf found;
        wm_buf_init(&source, publisher->arena->env, WM_METADATA_ROOT_BYTES_MAX);
        wm_buf_init(&found, publisher->arena->env, WM_METADATA_ROOT_BYTES_MAX);
        status = wm_key_path(from, publisher->options->key_folder, publisher->edition, name, err);
        if (status == WM_OK) {
            status = publisher->files->read(publisher->files->context, from, &source, err);
        }
        if (status == WM_NOT_FOUND) {
            status = wm_fail(err, WM_NOT_FOUND, "%s: every version of root is needed", from);
        }
        wm_status is_there = publisher->files->read(publisher->files->context, there, &found, NULL);
        if (status == WM_OK &&
            (is_there != WM_OK || !wm_str_equal(wm_buf_str(&source), wm_buf_str(&found)))) {
            wm_published_file published = { .path = wm_str_of(to), .kind = WM_STR("metadata") };
            status = wm_publisher_write(publisher, &published, wm_buf_str(&source), err);
        }
        wm_buf_fini(&source);
        wm_buf_fini(&found);
    }
    return status;
}

/* ---- the run ---- */

static wm_status write_feed(wm_publisher *publisher, wm_error *err)
{
    partition_rows rows = { 0 };
    bool roles_changed = false;
    bool partitions_changed = false;
    bool targets_changed = false;
    wm_listed_file snapshot = publisher->held.timestamp.snapshot;
    wm_status status = copy_roots(publisher, err);
    if (status == WM_OK) {
        status = merge_rows(publisher, &rows, err);
    }
    for (size_t i = 0; i < rows.count && status == WM_OK; i++) {
        status = update_role(publisher, &rows.rows[i], err);
        roles_changed = roles_changed || rows.rows[i].changed;
    }
    if (status == WM_OK) {
        status = update_partitions_role(publisher, &rows, &partitions_changed, err);
    }
    if (status == WM_OK) {
        status = update_targets(publisher, &targets_changed, err);
    }
    bool snapshot_changed = roles_changed || partitions_changed || targets_changed ||
                            wears_out(publisher, &publisher->held.snapshot.head, WM_SNAPSHOT_DAYS);
    if (status == WM_OK && snapshot_changed) {
        status = write_snapshot(publisher, &rows, &snapshot, err);
    }
    bool renewed = publisher->held.timestamp.head.expires_s < expiry(publisher, WM_TIMESTAMP_DAYS);
    if (status == WM_OK && (snapshot_changed || renewed)) {
        status = write_timestamp(publisher, &snapshot, err);
    }
    return status;
}

/* Keys, and the feed as it is: whatever can be wrong before a file is written. */
static wm_status prepare_edition(wm_publisher *publisher, wm_error *err)
{
    wm_status status =
        wm_edition_keys_load(publisher->arena, publisher->files, publisher->options->key_folder,
                             publisher->edition, WM_ROLES_OF_PUBLISH, &publisher->keys, err);
    if (status == WM_OK) {
        status = wm_policy_fresh("root.json", &publisher->keys.root.head, publisher->day_s, err);
    }
    if (status == WM_OK) {
        status = wm_feed_state_load(publisher, err);
    }
    int64_t held = publisher->held.exists ? publisher->held.release.release : 0;
    if (status == WM_OK && held > publisher->release.number) {
        status =
            wm_fail(err, WM_CONFLICT, "the feed has release %lld, this database only release %lld",
                    (long long)held, (long long)publisher->release.number);
    }
    return status;
}

static wm_status publish_edition(wm_publisher *publisher, wm_error *err)
{
    wm_status status = prepare_edition(publisher, err);
    int64_t held = publisher->held.exists ? publisher->held.release.release : 0;
    if (status == WM_OK) {
        status =
            wm_publisher_load_states(publisher, held > 0 ? held : publisher->release.number, err);
    }
    if (status == WM_OK) {
        status = write_feed(publisher, err);
    }
    return status;
}

static wm_status each_edition(wm_publisher *publisher, unsigned editions,
                              wm_status (*step)(wm_publisher *publisher, wm_error *err),
                              wm_error *err)
{
    wm_status status = WM_OK;
    for (int i = 0; i < WM_EDITION_COUNT && status == WM_OK; i++) {
        if ((editions & (1u << i)) == 0) {
            continue;
        }
        wm_arena scratch;
        wm_arena_init(&scratch, publisher->result_arena->env, ARENA_BYTES_MAX);
        publisher->arena = &scratch;
        publisher->edition = (wm_edition)i;
        memset(&publisher->keys, 0, sizeof publisher->keys);
        memset(&publisher->held, 0, sizeof publisher->held);
        status = step(publisher, err);
        wm_error_context(err, "%s edition", wm_edition_name(publisher->edition));
        wm_edition_keys_wipe(&publisher->keys);
        wm_arena_fini(&scratch);
    }
    return status;
}

typedef struct edition_choice {
    const wm_env *env;
    unsigned editions;
} edition_choice;

static wm_status read_editions(void *context, const wm_record *record, wm_error *err)
{
    edition_choice *choice = context;
    wm_arena arena;
    wm_arena_init(&arena, choice->env, 4 * WM_MIB);
    const wm_json *directory = NULL;
    wm_status status = wm_json_parse(&arena, record->bytes, WM_RECORD_BYTES_MAX, &directory, err);
    const wm_json *list = status == WM_OK ? wm_json_get(directory, "editions") : NULL;
    uint32_t count = list != NULL && list->type == WM_JSON_ARRAY ? list->count : 0;
    for (uint32_t i = 0; i < count; i++) {
        wm_edition edition;
        if (wm_edition_parse(wm_json_string(&list->as.items[i]), &edition)) {
            choice->editions |= 1u << (unsigned)edition;
        }
    }
    wm_arena_fini(&arena);
    return status;
}

/* The editions that the directory names; both if it names none. */
static wm_status choose_editions(wm_store *store, unsigned *editions_out, wm_error *err)
{
    edition_choice choice = { wm_store_env(store), 0 };
    wm_record_sink sink = { read_editions, &choice };
    wm_status status =
        wm_store_each(store, WM_VIEW_LATEST, WM_KIND_BIT(WM_KIND_DIRECTORY), &sink, err);
    *editions_out = choice.editions != 0 ? choice.editions : (1u << WM_EDITION_COUNT) - 1u;
    return status;
}

/* The day of a release that is to come counts, if it is near. A date years ahead is a slip of the
 * pen: signatures that lasted from then on would make a frozen feed look fresh until then. */
static int64_t day_of_signing(int64_t today, wm_date release)
{
    bool near = release > today && release <= today + WM_RELEASE_AHEAD_DAYS;
    return near ? release : today;
}

wm_status wm_publish(wm_store *store, const wm_publish_options *options, wm_arena *arena,
                     wm_published *published_out, wm_error *err)
{
    wm_publisher publisher = { .store = store,
                               .options = options,
                               .files = options->files != NULL ? options->files : wm_files_system(),
                               .result_arena = arena };
    unsigned editions = options->editions;
    wm_status status = wm_store_read_begin(store, err);
    if (status != WM_OK) {
        return status;
    }
    status = wm_store_latest(store, &publisher.release, err);
    if (status == WM_OK && editions == 0) {
        status = choose_editions(store, &editions, err);
    }
    int64_t today = wm_date_from_unix(options->now_s);
    publisher.day_s = day_of_signing(today, publisher.release.date) * 86400;
    /* First look at both, then write: bad keys of one edition must not leave the other ahead. */
    if (status == WM_OK) {
        status = each_edition(&publisher, editions, prepare_edition, err);
    }
    if (status == WM_OK) {
        status = each_edition(&publisher, editions, publish_edition, err);
    }
    wm_store_read_end(store);
    if (status == WM_OK) {
        *published_out =
            (wm_published){ publisher.release.number, publisher.written, publisher.written_count };
    }
    return status;
}
