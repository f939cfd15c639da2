/* roles.c: the metadata of an edition, from the roles of its partitions to the timestamp.
 *
 * 1. The release stands in the roles of the top partition, which everyone takes, and of `all`; so
 *    top targets and role `partitions` do not change with a release.
 * 2. Role `partitions` delegates to more roles than there are: to one for each locality that could
 *    be a partition. So it does not change either when a partition comes; the snapshot says which
 *    have come. It is written anew when it lacks one. */
#include <stdio.h>

#include "publish/publisher.h"

static int64_t expiry(const wm_publisher *publisher, int days)
{
    return publisher->day_s + (int64_t)days * 86400;
}

static bool wears_out(const wm_publisher *publisher, const wm_metadata_head *head, int days)
{
    return head->version == 0 || head->expires_s - publisher->day_s < (int64_t)days * 86400 / 3;
}

/* The keys that signed it are not today's any more. */
static bool is_replaced(const wm_publisher *publisher, wm_top_role role)
{
    return (publisher->held.replaced & WM_ROLE_BIT(role)) != 0;
}

/* A role of targets is to be signed again, though nothing else changed. */
static bool must_sign(const wm_publisher *publisher, const wm_metadata_head *head)
{
    return wears_out(publisher, head, WM_TARGETS_DAYS) || is_replaced(publisher, WM_TOP_TARGETS);
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

/* ---- partitions ---- */

typedef struct partition_row {
    const wm_feed_partition *held;
    wm_str role_name; /* "p.CODE" */
    wm_targets role;  /* as it is now */
    bool lists_release;
    bool changed;
} partition_row;

typedef struct partition_rows {
    partition_row *rows; /* sorted by code */
    size_t count;
    wm_locality_row *localities; /* sorted by code, without names */
    size_t locality_count;
    wm_listed_file release; /* release.json */
} partition_rows;

/* Up to so many roles may be delegated to before there are partitions for them: each costs a new
 * client 180 bytes. */
#define DELEGATED_AHEAD_MAX 1024

/* The partition that everyone takes: the root of the tree, if it has one (edition.h). */
static wm_str top_partition(const partition_rows *rows)
{
    wm_str top = WM_STR(WM_PARTITION_TOP);
    size_t roots = 0;
    for (size_t i = 0; i < rows->locality_count; i++) {
        if (rows->localities[i].parent.len == 0) {
            top = rows->localities[i].code;
            roots++;
        }
    }
    return roots == 1 ? top : WM_STR(WM_PARTITION_TOP);
}

static bool lists_release(const partition_rows *rows, wm_str code)
{
    return wm_str_is(code, WM_PARTITION_ALL) || wm_str_equal(code, top_partition(rows));
}

static wm_status add_row(wm_publisher *publisher, partition_rows *rows,
                         const wm_feed_partition *held, wm_str code, wm_error *err)
{
    char name[WM_FEED_PATH_BYTES];
    (void)snprintf(name, sizeof name, "p.%.*s", WM_STR_ARG(code));
    partition_row *row = &rows->rows[rows->count++];
    row->lists_release = lists_release(rows, code);
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
    const wm_state_table *now = NULL;
    wm_status status = wm_publisher_states(publisher, publisher->release.number, &now, err);
    if (status != WM_OK) {
        return status;
    }
    rows->rows =
        wm_arena_array(publisher->arena, held->partition_count + now->count, sizeof *rows->rows);
    if (rows->rows == NULL) {
        return wm_fail_memory(err);
    }
    size_t h = 0;
    size_t n = 0;
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

/* What a role lists now: its packs as they were or as they are, and the release. */
static wm_status relist(wm_publisher *publisher, const partition_rows *rows, partition_row *row,
                        const wm_listed_file *packs, size_t pack_count, wm_error *err)
{
    size_t old_count = packs != NULL ? pack_count : row->role.file_count;
    const wm_listed_file *old = packs != NULL ? packs : row->role.files;
    wm_listed_file *files = wm_arena_array(publisher->arena, old_count + 1, sizeof *files);
    size_t count = 0;
    if (files == NULL) {
        return wm_fail_memory(err);
    }
    for (size_t i = 0; i < old_count; i++) {
        if (!wm_str_is(old[i].path, WM_FEED_RELEASE)) {
            files[count++] = old[i];
        }
    }
    if (row->lists_release) {
        files[count++] = rows->release; /* paths of packs come before */
    }
    row->role.files = files;
    row->role.file_count = count;
    return WM_OK;
}

static bool release_differs(const partition_rows *rows, const partition_row *row)
{
    const wm_listed_file *listed =
        wm_listed_find(row->role.files, row->role.file_count, WM_STR(WM_FEED_RELEASE));
    return listed == NULL ? row->lists_release
                          : !row->lists_release || !wm_digest_equal(&listed->hashes.sha256,
                                                                    &rows->release.hashes.sha256);
}

/* `packs`: what it lists now; NULL: as before. */
static wm_status update_role(wm_publisher *publisher, const partition_rows *rows,
                             partition_row *row, const wm_listed_file *packs, size_t count,
                             wm_error *err)
{
    if (packs == NULL && !release_differs(rows, row) && !must_sign(publisher, &row->role.head)) {
        return WM_OK;
    }
    wm_status status = relist(publisher, rows, row, packs, count, err);
    if (status != WM_OK) {
        return status;
    }
    row->role.head.version++;
    row->role.head.expires_s = expiry(publisher, WM_TARGETS_DAYS);
    row->changed = true;
    return write_targets_role(publisher, row->role_name, &row->role, err);
}

static wm_status update_roles(wm_publisher *publisher, const partition_rows *rows, wm_lanes *lanes,
                              bool *changed_out, wm_error *err)
{
    wm_status status = WM_OK;
    for (size_t i = 0; i < rows->count && status == WM_OK; i++) {
        const wm_listed_file *packs = NULL;
        size_t count = 0;
        status = wm_lanes_take(lanes, i, &packs, &count, err);
        if (status == WM_OK) {
            status = update_role(publisher, rows, &rows->rows[i], packs, count, err);
        }
        *changed_out = *changed_out || rows->rows[i].changed;
    }
    return status;
}

static wm_status open_lanes(wm_publisher *publisher, const partition_rows *rows,
                            wm_lanes **lanes_out, wm_error *err)
{
    const wm_feed_partition **held =
        wm_arena_array(publisher->arena, rows->count, sizeof(const wm_feed_partition *));
    if (held == NULL) {
        return wm_fail_memory(err);
    }
    for (size_t i = 0; i < rows->count; i++) {
        held[i] = rows->rows[i].held;
    }
    return wm_lanes_open(publisher, held, rows->count, lanes_out, err);
}

/* ---- localities ---- */

typedef struct locality_list {
    wm_arena *arena;
    wm_locality_row *items;
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
    wm_locality_row *items =
        wm_arena_grow(list->arena, list->items, list->count, &list->capacity, sizeof *items);
    if (items == NULL) {
        return wm_fail_memory(err);
    }
    list->items = items;
    const wm_json *value = NULL;
    wm_status status = wm_json_parse(list->arena, record->bytes, WM_RECORD_BYTES_MAX, &value, err);
    if (status != WM_OK) {
        return status;
    }
    wm_str parent = wm_json_string(wm_json_get(value, "parent"));
    list->items[list->count++] =
        (wm_locality_row){ .code = wm_json_string(wm_json_get(value, "id")),
                           .name = WM_STR(""),
                           .kind = wm_json_string(wm_json_get(value, "kind")),
                           .parent = parent.ptr != NULL ? parent : WM_STR("") };
    return WM_OK;
}

static wm_status read_localities(wm_publisher *publisher, partition_rows *rows, wm_error *err)
{
    locality_list localities = { .arena = publisher->arena };
    wm_slice all = { publisher->edition, WM_STR(WM_PARTITION_ALL) };
    wm_record_sink sink = { collect_locality, &localities };
    wm_status status =
        wm_history_each(publisher->store, &all, publisher->release.number, &sink, err);
    rows->localities = localities.items;
    rows->locality_count = localities.count;
    return status == WM_END ? WM_OK : status;
}

/* localities.json; `before`: how it is listed now, or NULL. */
static wm_status write_localities(wm_publisher *publisher, const partition_rows *rows,
                                  const wm_listed_file *before, wm_listed_file *listed_out,
                                  bool *changed_out, wm_error *err)
{
    wm_feed_locality *pairs = wm_arena_array(publisher->arena, rows->locality_count, sizeof *pairs);
    if (pairs == NULL) {
        return wm_fail_memory(err);
    }
    for (size_t i = 0; i < rows->locality_count; i++) {
        pairs[i] = (wm_feed_locality){ rows->localities[i].code, rows->localities[i].parent };
    }
    wm_buf bytes;
    wm_json_out out;
    wm_buf_init(&bytes, publisher->arena->env, WM_FEED_LOCALITIES_BYTES_MAX);
    wm_json_out_init(&out, &bytes);
    wm_feed_localities_write(&out, pairs, rows->locality_count);
    wm_published_file published = { .kind = WM_STR("target") };
    wm_status status = wm_buf_status(&bytes, err);
    if (status == WM_OK) {
        status = wm_publisher_write_target(publisher, WM_FEED_LOCALITIES, &published,
                                           wm_buf_str(&bytes), listed_out, err);
    }
    wm_buf_fini(&bytes);
    *changed_out = before == NULL || status != WM_OK ||
                   !wm_digest_equal(&before->hashes.sha256, &listed_out->hashes.sha256);
    return status;
}

/* ---- role partitions ---- */

/* The localities that could be partitions, beside those that are. A tree that is none (a parent is
 * withheld from the edition) says of no locality what it could be. */
static wm_status add_ahead(const wm_publisher *publisher, const partition_rows *rows,
                           wm_names *codes, wm_error *err)
{
    const wm_names there = *codes;
    wm_locality_tree *tree = NULL;
    wm_status status = wm_locality_tree_new(publisher->arena->env, rows->localities,
                                            rows->locality_count, &tree, err);
    if (status == WM_BAD_RECORD) {
        wm_error_clear(err);
        return WM_OK;
    }
    for (size_t i = 0; status == WM_OK && i < rows->locality_count; i++) {
        wm_str code = rows->localities[i].code;
        wm_locality home = WM_LOCALITY_NONE;
        if (codes->count < DELEGATED_AHEAD_MAX && !wm_names_have(&there, code) &&
            wm_edition_partition_find(tree, code, &home)) {
            status = wm_names_add(codes, code, err);
        }
    }
    wm_locality_tree_free(tree);
    return status;
}

static wm_status delegate_to(wm_publisher *publisher, const partition_rows *rows, wm_str code,
                             wm_delegation *delegation_out, wm_error *err)
{
    char pattern[WM_FEED_PATH_BYTES];
    char name[WM_FEED_PATH_BYTES];
    (void)snprintf(pattern, sizeof pattern, "p/%.*s/*", WM_STR_ARG(code));
    (void)snprintf(name, sizeof name, "p.%.*s", WM_STR_ARG(code));
    wm_str role = wm_arena_copy(publisher->arena, wm_str_of(name));
    wm_str *paths = wm_arena_array(publisher->arena, 2, sizeof *paths);
    if (paths == NULL || role.ptr == NULL) {
        return wm_fail_memory(err);
    }
    paths[0] = wm_arena_copy(publisher->arena, wm_str_of(pattern));
    paths[1] = WM_STR(WM_FEED_RELEASE);
    *delegation_out = (wm_delegation){ .role = wm_signers_of_targets(&publisher->keys, role),
                                       .terminating = true,
                                       .paths = paths,
                                       .path_count = lists_release(rows, code) ? 2 : 1 };
    return paths[0].ptr != NULL ? WM_OK : wm_fail_memory(err);
}

static wm_status delegate_partitions(wm_publisher *publisher, const partition_rows *rows,
                                     wm_targets *role, wm_error *err)
{
    wm_names codes = { .arena = publisher->arena };
    wm_status status = WM_OK;
    for (size_t i = 0; i < rows->count && status == WM_OK; i++) {
        status = wm_names_add(&codes, rows->rows[i].held->code, err);
    }
    if (status == WM_OK) {
        status = add_ahead(publisher, rows, &codes, err);
    }
    if (status == WM_OK && codes.count > WM_DELEGATED_ROLES_LISTED_MAX) {
        return wm_fail(err, WM_TOO_LARGE,
                       "role partitions: expected at most %d partitions, found %zu",
                       WM_DELEGATED_ROLES_LISTED_MAX, codes.count);
    }
    wm_names_sort(&codes);
    wm_delegation *delegations = wm_arena_array(publisher->arena, codes.count, sizeof *delegations);
    if (status == WM_OK && delegations == NULL) {
        return wm_fail_memory(err);
    }
    for (size_t i = 0; i < codes.count && status == WM_OK; i++) {
        status = delegate_to(publisher, rows, codes.items[i], &delegations[i], err);
    }
    role->delegations = delegations;
    role->delegation_count = codes.count;
    return status;
}

/* Are all partitions delegated to, and the right ones for the release? Both lists are sorted. */
static bool delegates_all(const wm_targets *role, const partition_rows *rows)
{
    size_t at = 0;
    for (size_t i = 0; i < rows->count; i++) {
        const partition_row *row = &rows->rows[i];
        while (at < role->delegation_count &&
               wm_str_compare(role->delegations[at].role.name, row->role_name) < 0) {
            at++;
        }
        if (at == role->delegation_count ||
            !wm_str_equal(role->delegations[at].role.name, row->role_name) ||
            role->delegations[at].path_count != (row->lists_release ? 2U : 1U)) {
            return false;
        }
    }
    return true;
}

static wm_status update_partitions_role(wm_publisher *publisher, const partition_rows *rows,
                                        bool *changed_out, wm_error *err)
{
    wm_targets role = publisher->held.partitions_role;
    *changed_out = must_sign(publisher, &role.head) || !delegates_all(&role, rows);
    if (!*changed_out) {
        return WM_OK;
    }
    wm_status status = delegate_partitions(publisher, rows, &role, err);
    if (status != WM_OK) {
        return status;
    }
    role.head.version++;
    role.head.expires_s = expiry(publisher, WM_TARGETS_DAYS);
    publisher->held.partitions_role = role;
    return write_targets_role(publisher, WM_STR(WM_FEED_PARTITIONS_ROLE), &role, err);
}

/* ---- release, top targets, snapshot, timestamp ---- */

static wm_status write_release(wm_publisher *publisher, wm_listed_file *listed_out, wm_error *err)
{
    char date[WM_DATE_TEXT_BYTES];
    char text[256];
    (void)snprintf(text, sizeof text, "{\"date\":\"%s\",\"edition\":\"%s\",\"release\":%lld}",
                   wm_date_format(publisher->release.date, date),
                   wm_edition_name(publisher->edition), (long long)publisher->release.number);
    wm_published_file published = { .kind = WM_STR("target") };
    wm_status status = wm_publisher_write_target(publisher, WM_FEED_RELEASE, &published,
                                                 wm_str_of(text), listed_out, err);
    if (status == WM_OK) {
        status =
            wm_json_parse(publisher->arena, wm_str_of(text), sizeof text, &listed_out->custom, err);
    }
    return status;
}

/* It hands everything on, and changes only with the locality tree or when it wears out. */
static wm_status update_targets(wm_publisher *publisher, const partition_rows *rows,
                                bool *changed_out, wm_error *err)
{
    static const wm_str paths[] = { WM_STR_INIT(WM_FEED_PARTITION_PATHS),
                                    WM_STR_INIT(WM_FEED_RELEASE) };
    wm_targets role = publisher->held.targets;
    wm_listed_file listed;
    wm_status status = write_localities(
        publisher, rows, wm_listed_find(role.files, role.file_count, WM_STR(WM_FEED_LOCALITIES)),
        &listed, changed_out, err);
    *changed_out = *changed_out || must_sign(publisher, &role.head);
    if (status != WM_OK || !*changed_out) {
        return status;
    }
    wm_delegation delegation = { .role = wm_signers_of_targets(&publisher->keys,
                                                               WM_STR(WM_FEED_PARTITIONS_ROLE)),
                                 .terminating = true,
                                 .paths = paths,
                                 .path_count = sizeof paths / sizeof paths[0] };
    role.head.version++;
    role.head.expires_s = expiry(publisher, WM_TARGETS_DAYS);
    role.files = &listed;
    role.file_count = 1;
    role.delegations = &delegation;
    role.delegation_count = 1;
    publisher->held.targets.head = role.head;
    return write_targets_role(publisher, WM_STR("targets"), &role, err);
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
    wm_str file = { NULL, 0 };
    wm_published_file published = { .path = wm_str_of(path), .kind = WM_STR("metadata") };
    wm_status status =
        wm_sign_as(publisher->arena, &publisher->keys, WM_TOP_TIMESTAMP, &body, &file, err);
    wm_buf_fini(&body);
    if (status == WM_OK) {
        status = wm_publisher_switch(publisher, &published, file, err);
    }
    return status;
}

/* ---- all of it ---- */

wm_status wm_publisher_write_feed(wm_publisher *publisher, wm_error *err)
{
    partition_rows rows = { 0 };
    wm_lanes *lanes = NULL;
    bool roles_changed = false;
    bool partitions_changed = false;
    bool targets_changed = false;
    wm_listed_file snapshot = publisher->held.timestamp.snapshot;
    wm_status status = read_localities(publisher, &rows, err);
    if (status == WM_OK) {
        status = write_release(publisher, &rows.release, err);
    }
    if (status == WM_OK) {
        status = merge_rows(publisher, &rows, err);
    }
    if (status == WM_OK) {
        status = open_lanes(publisher, &rows, &lanes, err);
    }
    if (status == WM_OK) {
        status = update_roles(publisher, &rows, lanes, &roles_changed, err);
    }
    wm_lanes_close(lanes);
    if (status == WM_OK) {
        status = update_partitions_role(publisher, &rows, &partitions_changed, err);
    }
    if (status == WM_OK) {
        status = update_targets(publisher, &rows, &targets_changed, err);
    }
    bool snapshot_changed =
        roles_changed || partitions_changed || targets_changed ||
        wears_out(publisher, &publisher->held.snapshot.head, WM_SNAPSHOT_DAYS) ||
        is_replaced(publisher, WM_TOP_SNAPSHOT);
    if (status == WM_OK && snapshot_changed) {
        status = write_snapshot(publisher, &rows, &snapshot, err);
    }
    if (status == WM_OK) {
        status = wm_publisher_sync(publisher, err);
    }
    if (status == WM_OK) {
        status = wm_publisher_copy_roots(publisher, err);
    }
    bool renewed =
        publisher->held.timestamp.head.expires_s < expiry(publisher, WM_TIMESTAMP_DAYS) ||
        is_replaced(publisher, WM_TOP_TIMESTAMP);
    if (status == WM_OK && (snapshot_changed || renewed)) {
        status = write_timestamp(publisher, &snapshot, err);
    } else if (status == WM_OK) {
        status = wm_publisher_sync(publisher, err);
    }
    return status;
}
