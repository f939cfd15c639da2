/* prune.c: what nobody asks for any more, removed from the feed folder.
 *
 * 1. It begins after every entry point was switched: what is removed is reached by no metadata that
 *    a client can be led to now. A run that stopped half-way has removed some of it, and the next
 *    removes the rest.
 * 2. What the snapshot before this one reaches stays too, so that a client that began a minute ago
 *    ends well; but not after a recall, where such a client finds a file missing and tries again.
 * 3. All versions of root stay: who was away for years follows them.
 * 4. Only names that a publisher gives are removed, and only in the folders where it puts them:
 *    whatever else stands in the folder is somebody's. Links are not followed. */
#include <stdio.h>
#include <stdlib.h>

#include "publish/publisher.h"

/* Names below the folder of the edition. */
typedef struct name_list {
    wm_arena *arena;
    wm_str *items;
    size_t count;
    size_t capacity;
} name_list;

static wm_status add_name(name_list *list, const char *name, wm_error *err)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity < 256 ? 256 : 2 * list->capacity;
        wm_str *items = wm_arena_array(list->arena, capacity, sizeof *items);
        if (items == NULL) {
            return wm_fail_memory(err);
        }
        if (list->count > 0) {
            memcpy(items, list->items, list->count * sizeof *items);
        }
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count] = wm_arena_copy(list->arena, wm_str_of(name));
    return list->items[list->count++].ptr != NULL ? WM_OK : wm_fail_memory(err);
}

static int by_name(const void *left, const void *right)
{
    const wm_str *a = left;
    const wm_str *b = right;
    return wm_str_compare(*a, *b);
}

static void sort_names(name_list *list)
{
    if (list->count > 0) {
        qsort(list->items, list->count, sizeof *list->items, by_name);
    }
}

static bool has_name(const name_list *list, wm_str name)
{
    return list->count > 0 &&
           bsearch(&name, list->items, list->count, sizeof *list->items, by_name) != NULL;
}

/* ---- what metadata reaches ---- */

typedef struct reached {
    wm_publisher *publisher;
    name_list names;
} reached;

/* "EDITION/NAME" as a name of ours. */
static const char *below_edition(const reached *reach, const char *path)
{
    return path + strlen(wm_edition_name(reach->publisher->edition)) + 1;
}

static wm_status reach_role(reached *reach, wm_str role, int64_t version, wm_error *err)
{
    char path[WM_FEED_PATH_BYTES];
    if (!wm_feed_path_metadata(path, reach->publisher->edition, version, role)) {
        return WM_OK;
    }
    return add_name(&reach->names, below_edition(reach, path), err);
}

static wm_status reach_target(reached *reach, const wm_listed_file *file, wm_error *err)
{
    char path[WM_FEED_PATH_BYTES];
    if (!wm_feed_path_target(path, reach->publisher->edition, file->path, &file->hashes.sha256)) {
        return WM_OK;
    }
    return add_name(&reach->names, below_edition(reach, path), err);
}

static wm_status reach_targets(reached *reach, const wm_targets *role, wm_error *err)
{
    wm_status status = WM_OK;
    for (size_t i = 0; i < role->file_count && status == WM_OK; i++) {
        status = reach_target(reach, &role->files[i], err);
    }
    return status;
}

static wm_status reach_spans(reached *reach, const wm_feed_partition *partition, wm_error *err)
{
    wm_publisher *publisher = reach->publisher;
    wm_span_set set;
    wm_status status = wm_span_set_load(publisher, partition, &set, err);
    for (size_t i = 0; status == WM_OK && i < set.count; i++) {
        wm_feed_pack pack;
        status = wm_span_pack(publisher->arena, partition->code, &set.rows[i], &pack, err);
        if (status == WM_OK) {
            status = reach_target(reach, pack.file, err);
        }
    }
    for (size_t i = 0; status == WM_OK && i < set.page_count; i++) {
        wm_listed_file file;
        status = wm_span_page_file(publisher->arena, partition->code, &set.pages[i], &file, err);
        if (status == WM_OK) {
            status = reach_target(reach, &file, err);
        }
    }
    return status;
}

/* All that the feed state in `held` leads to. */
static wm_status reach_held(reached *reach, wm_error *err)
{
    const wm_feed_state *held = &reach->publisher->held;
    wm_status status = reach_role(reach, WM_STR("snapshot"), held->snapshot.head.version, err);
    for (size_t i = 0; i < held->snapshot.file_count && status == WM_OK; i++) {
        const wm_listed_file *file = &held->snapshot.files[i];
        wm_str role = { file->path.ptr, file->path.len - (sizeof ".json" - 1) };
        status = reach_role(reach, role, file->version, err);
    }
    if (status == WM_OK) {
        status = reach_targets(reach, &held->targets, err);
    }
    if (status == WM_OK) {
        status = reach_targets(reach, &held->partitions_role, err);
    }
    for (size_t i = 0; i < held->partition_count && status == WM_OK; i++) {
        status = reach_targets(reach, &held->partitions[i].role, err);
        if (status == WM_OK) {
            status = reach_spans(reach, &held->partitions[i], err);
        }
    }
    return status;
}

/* What cannot be read of the older state needs no keeping: nobody can be led through it. */
static wm_status reach_before(reached *reach, wm_error *err)
{
    wm_publisher *publisher = reach->publisher;
    wm_feed_state now = publisher->held;
    wm_status status = wm_feed_state_load_at(publisher, now.snapshot.head.version - 1, NULL);
    if (status == WM_OK) {
        status = reach_held(reach, err);
    } else if (status != WM_NO_MEMORY) {
        status = WM_OK;
    } else {
        status = wm_fail_memory(err);
    }
    publisher->held = now;
    return status;
}

/* ---- what is there ---- */

typedef enum folder_place { IN_EDITION, IN_TARGETS, IN_PARTITIONS, IN_PARTITION } folder_place;

typedef struct folder_walk {
    const reached *reach;
    name_list gone;    /* files to be removed */
    name_list folders; /* partitions met */
    folder_place place;
    const char *folder; /* below the edition's, with its '/' */
} folder_walk;

/* Decimal digits at the front; ptr moves behind them. False if there are none. */
static bool skip_number(wm_str *text)
{
    size_t count = 0;
    while (count < text->len && text->ptr[count] >= '0' && text->ptr[count] <= '9') {
        count++;
    }
    *text = (wm_str){ text->ptr + count, text->len - count };
    return count > 0;
}

static bool skip_text(wm_str *text, const char *part)
{
    wm_str wanted = wm_str_of(part);
    if (!wm_str_starts(*text, wanted)) {
        return false;
    }
    *text = (wm_str){ text->ptr + wanted.len, text->len - wanted.len };
    return true;
}

/* "N.ROLE.json" of a role that we write, but for root. */
static bool is_metadata_name(wm_str name)
{
    wm_str end = WM_STR(".json");
    if (!skip_number(&name) || !skip_text(&name, ".") || name.len <= end.len ||
        memcmp(name.ptr + name.len - end.len, end.ptr, end.len) != 0) {
        return false;
    }
    wm_str role = { name.ptr, name.len - end.len };
    if (skip_text(&role, "p.")) {
        return wm_id_valid(role);
    }
    return wm_str_is(role, "snapshot") || wm_str_is(role, "targets") ||
           wm_str_is(role, WM_FEED_PARTITIONS_ROLE);
}

static bool skip_hash(wm_str *name)
{
    wm_digest digest;
    size_t length = WM_DIGEST_HEX_BYTES - 1;
    if (name->len <= length || !wm_digest_parse((wm_str){ name->ptr, length }, &digest)) {
        return false;
    }
    *name = (wm_str){ name->ptr + length, name->len - length };
    return skip_text(name, ".");
}

static bool is_target_name(wm_str name)
{
    return skip_hash(&name) &&
           (wm_str_is(name, WM_FEED_RELEASE) || wm_str_is(name, WM_FEED_PARTITIONS));
}

static bool is_pack_name(wm_str name)
{
    if (!skip_hash(&name)) {
        return false;
    }
    if (skip_text(&name, "spans")) {
        return name.len == 0 || (skip_text(&name, "-") && skip_number(&name) && name.len == 0);
    }
    return skip_number(&name) && skip_text(&name, "-") && skip_number(&name) &&
           wm_str_is(name, ".pack");
}

static wm_status meet(void *context, const char *name, bool is_folder, wm_error *err)
{
    folder_walk *walk = context;
    char path[WM_FEED_PATH_BYTES];
    wm_str text = wm_str_of(name);
    int length = snprintf(path, sizeof path, "%s%s", walk->folder, name);
    if (length < 0 || length >= WM_FEED_PATH_BYTES) {
        return WM_OK; /* no name of ours */
    }
    if (is_folder) {
        return walk->place == IN_PARTITIONS && wm_id_valid(text)
                   ? add_name(&walk->folders, path, err)
                   : WM_OK;
    }
    bool ours = (walk->place == IN_EDITION && is_metadata_name(text)) ||
                (walk->place == IN_TARGETS && is_target_name(text)) ||
                (walk->place == IN_PARTITION && is_pack_name(text));
    return ours && !has_name(&walk->reach->names, wm_str_of(path))
               ? add_name(&walk->gone, path, err)
               : WM_OK;
}

static wm_status look_into(folder_walk *walk, folder_place place, const char *folder, wm_error *err)
{
    const wm_publisher *publisher = walk->reach->publisher;
    char full[WM_PUBLISH_PATH_BYTES];
    wm_file_sink sink = { meet, walk };
    int length = snprintf(full, sizeof full, "%s/%s/%s", publisher->options->feed_folder,
                          wm_edition_name(publisher->edition), folder);
    if (length < 0 || length >= WM_PUBLISH_PATH_BYTES) {
        return wm_fail(err, WM_BAD_ARGUMENT, "%s: the path is too long",
                       publisher->options->feed_folder);
    }
    walk->place = place;
    walk->folder = folder;
    wm_status status = publisher->files->list(publisher->files->context, full, &sink, err);
    return status == WM_NOT_FOUND ? WM_OK : status;
}

static wm_status look_around(folder_walk *walk, wm_error *err)
{
    wm_status status = look_into(walk, IN_EDITION, "", err);
    if (status == WM_OK) {
        status = look_into(walk, IN_TARGETS, "targets/", err);
    }
    if (status == WM_OK) {
        status = look_into(walk, IN_PARTITIONS, "targets/p/", err);
    }
    for (size_t i = 0; i < walk->folders.count && status == WM_OK; i++) {
        char folder[WM_FEED_PATH_BYTES + 1];
        (void)snprintf(folder, sizeof folder, "%.*s/", WM_STR_ARG(walk->folders.items[i]));
        status = look_into(walk, IN_PARTITION, folder, err);
    }
    return status;
}

wm_status wm_publisher_prune(wm_publisher *publisher, wm_error *err)
{
    reached reach = { .publisher = publisher, .names = { .arena = publisher->arena } };
    folder_walk walk = { .reach = &reach,
                         .gone = { .arena = publisher->arena },
                         .folders = { .arena = publisher->arena } };
    if (!publisher->held.exists || publisher->files->list == NULL) {
        return WM_OK;
    }
    wm_status status = reach_held(&reach, err);
    if (status == WM_OK && publisher->recall_count == 0) {
        status = reach_before(&reach, err);
    }
    if (status == WM_OK) {
        sort_names(&reach.names);
        status = look_around(&walk, err);
    }
    sort_names(&walk.gone);
    for (size_t i = 0; i < walk.gone.count && status == WM_OK; i++) {
        char path[2 * WM_FEED_PATH_BYTES];
        (void)snprintf(path, sizeof path, "%s/%.*s", wm_edition_name(publisher->edition),
                       WM_STR_ARG(walk.gone.items[i]));
        status = wm_publisher_remove(publisher, path, err);
    }
    return status == WM_OK ? wm_publisher_sync(publisher, err) : status;
}
