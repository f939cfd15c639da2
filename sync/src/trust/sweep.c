/* sweep.c: see sweep.h. */
#include "trust/sweep.h"

#include <stdio.h>

#define FOLDER_BYTES 4096

/* ---- what is reached ---- */

void wm_sweep_init(wm_sweep *sweep, const wm_files *files, const char *feed_folder,
                   wm_edition edition, wm_arena *arena)
{
    *sweep = (wm_sweep){ .files = files,
                         .feed_folder = feed_folder,
                         .edition = edition,
                         .arena = arena,
                         .reached = { .arena = arena },
                         .gone = { .arena = arena } };
}

/* "EDITION/NAME" as a name of ours. */
static wm_str below_edition(const wm_sweep *sweep, const char *path)
{
    return wm_str_of(path + strlen(wm_edition_name(sweep->edition)) + 1);
}

wm_status wm_sweep_reach_role(wm_sweep *sweep, wm_str role, int64_t version, wm_error *err)
{
    char path[WM_FEED_PATH_BYTES];
    if (!wm_feed_path_metadata(path, sweep->edition, version, role)) {
        return WM_OK; /* no file has that name */
    }
    return wm_names_add(&sweep->reached, below_edition(sweep, path), err);
}

wm_status wm_sweep_reach_target(wm_sweep *sweep, const wm_listed_file *file, wm_error *err)
{
    char path[WM_FEED_PATH_BYTES];
    if (!wm_feed_path_target(path, sweep->edition, file->path, &file->hashes.sha256)) {
        return WM_OK;
    }
    return wm_names_add(&sweep->reached, below_edition(sweep, path), err);
}

wm_status wm_sweep_reach_targets(wm_sweep *sweep, const wm_targets *role, wm_error *err)
{
    wm_status status = WM_OK;
    for (size_t i = 0; i < role->file_count && status == WM_OK; i++) {
        status = wm_sweep_reach_target(sweep, &role->files[i], err);
    }
    return status;
}

wm_status wm_sweep_reach_snapshot(wm_sweep *sweep, const wm_snapshot *snapshot, wm_error *err)
{
    static const wm_str end = WM_STR_INIT(".json");
    wm_status status = wm_sweep_reach_role(sweep, WM_STR("snapshot"), snapshot->head.version, err);
    for (size_t i = 0; i < snapshot->file_count && status == WM_OK; i++) {
        const wm_listed_file *file = &snapshot->files[i];
        if (file->path.len > end.len) {
            wm_str role = { file->path.ptr, file->path.len - end.len };
            status = wm_sweep_reach_role(sweep, role, file->version, err);
        }
    }
    return status;
}

/* ---- what is there ---- */

typedef enum folder_place { IN_EDITION, IN_TARGETS, IN_PARTITIONS, IN_PARTITION } folder_place;

typedef struct folder_walk {
    wm_sweep *sweep;
    wm_names folders; /* of partitions, as they are met */
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
           (wm_str_is(name, WM_FEED_RELEASE) || wm_str_is(name, WM_FEED_LOCALITIES));
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
                   ? wm_names_add(&walk->folders, wm_str_of(path), err)
                   : WM_OK;
    }
    bool ours = (walk->place == IN_EDITION && is_metadata_name(text)) ||
                (walk->place == IN_TARGETS && is_target_name(text)) ||
                (walk->place == IN_PARTITION && is_pack_name(text));
    return ours && !wm_names_have(&walk->sweep->reached, wm_str_of(path))
               ? wm_names_add(&walk->sweep->gone, wm_str_of(path), err)
               : WM_OK;
}

static wm_status look_into(folder_walk *walk, folder_place place, const char *folder, wm_error *err)
{
    const wm_sweep *sweep = walk->sweep;
    char full[FOLDER_BYTES];
    wm_file_sink sink = { meet, walk };
    int length = snprintf(full, sizeof full, "%s/%s/%s", sweep->feed_folder,
                          wm_edition_name(sweep->edition), folder);
    if (length < 0 || length >= FOLDER_BYTES) {
        return wm_fail(err, WM_BAD_ARGUMENT, "%s: the path is too long", sweep->feed_folder);
    }
    walk->place = place;
    walk->folder = folder;
    wm_status status = sweep->files->list(sweep->files->context, full, &sink, err);
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

/* "EDITION/NAME" of each. */
static wm_status give_paths(const wm_sweep *sweep, const wm_str **paths_out, wm_error *err)
{
    wm_str *paths = wm_arena_array(sweep->arena, sweep->gone.count, sizeof *paths);
    for (size_t i = 0; paths != NULL && i < sweep->gone.count; i++) {
        char path[2 * WM_FEED_PATH_BYTES];
        (void)snprintf(path, sizeof path, "%s/%.*s", wm_edition_name(sweep->edition),
                       WM_STR_ARG(sweep->gone.items[i]));
        paths[i] = wm_arena_copy(sweep->arena, wm_str_of(path));
        if (paths[i].ptr == NULL) {
            return wm_fail_memory(err);
        }
    }
    *paths_out = paths;
    return paths != NULL ? WM_OK : wm_fail_memory(err);
}

wm_status wm_sweep_find(wm_sweep *sweep, const wm_str **paths_out, size_t *count_out, wm_error *err)
{
    folder_walk walk = { .sweep = sweep, .folders = { .arena = sweep->arena } };
    wm_status status = WM_OK;
    wm_names_sort(&sweep->reached);
    sweep->gone.count = 0;
    if (sweep->files->list != NULL) {
        status = look_around(&walk, err);
    }
    wm_names_sort(&sweep->gone);
    if (status == WM_OK) {
        status = give_paths(sweep, paths_out, err);
    }
    *count_out = status == WM_OK ? sweep->gone.count : 0;
    return status;
}
