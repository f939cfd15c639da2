/* output.c: writing files of the feed.
 *
 * A name with a hash in it stands for its bytes, so a file that is there need not be written again;
 * it is compared all the same, since a disk that lost power may hold less than it said. Files are
 * synced together, before the entry point is switched to them. */
#include <stdio.h>

#include "publish/publisher.h"

static wm_status full_path(const wm_publisher *publisher, wm_str path,
                           char full[WM_PUBLISH_PATH_BYTES], wm_error *err)
{
    int length = snprintf(full, WM_PUBLISH_PATH_BYTES, "%s/%.*s", publisher->options->feed_folder,
                          WM_STR_ARG(path));
    if (length < 0 || length >= WM_PUBLISH_PATH_BYTES) {
        return wm_fail(err, WM_BAD_ARGUMENT, "%s: the path is too long",
                       publisher->options->feed_folder);
    }
    return WM_OK;
}

wm_status wm_publisher_read_into(const wm_publisher *publisher, const char *path, wm_buf *bytes_out,
                                 wm_error *err)
{
    char full[WM_PUBLISH_PATH_BYTES];
    wm_status status = full_path(publisher, wm_str_of(path), full, err);
    return status == WM_OK ? publisher->files->read(publisher->files->context, full, bytes_out, err)
                           : status;
}

wm_status wm_publisher_read(wm_publisher *publisher, const char *path, size_t max_bytes,
                            wm_str *bytes_out, wm_error *err)
{
    wm_buf bytes;
    wm_buf_init(&bytes, publisher->arena->env, max_bytes);
    wm_status status = wm_publisher_read_into(publisher, path, &bytes, err);
    if (status == WM_OK) {
        *bytes_out = wm_arena_copy(publisher->arena, wm_buf_str(&bytes));
        status = bytes_out->ptr != NULL ? WM_OK : wm_fail_memory(err);
    }
    wm_buf_fini(&bytes);
    return status;
}

static wm_status make_room(wm_publisher *publisher, wm_error *err)
{
    wm_published_file *written =
        wm_arena_grow(publisher->result_arena, publisher->written, publisher->written_count,
                      &publisher->written_capacity, sizeof *written);
    if (written == NULL) {
        return wm_fail_memory(err);
    }
    publisher->written = written;
    return WM_OK;
}

static bool is_there(const wm_publisher *publisher, const char *full, wm_str bytes)
{
    wm_buf found;
    wm_buf_init(&found, publisher->arena->env, bytes.len);
    bool same = publisher->files->read(publisher->files->context, full, &found, NULL) == WM_OK &&
                wm_str_equal(wm_buf_str(&found), bytes);
    wm_buf_fini(&found);
    return same;
}

/* "EDITION/publish.new": where files are made, for each lane one. Always the same names, so that a
 * run that stopped leaves at most these, and the next run knows them. */
static wm_status fresh_path(const wm_publisher *publisher, size_t lane,
                            char full[WM_PUBLISH_PATH_BYTES], wm_error *err)
{
    char name[WM_FEED_PATH_BYTES];
    char number[24] = "";
    if (lane > 0) {
        (void)snprintf(number, sizeof number, ".%zu", lane);
    }
    (void)snprintf(name, sizeof name, "%s/publish%s.new", wm_edition_name(publisher->edition),
                   number);
    return full_path(publisher, wm_str_of(name), full, err);
}

wm_status wm_publisher_tidy(wm_publisher *publisher, wm_error *err)
{
    char full[WM_PUBLISH_PATH_BYTES];
    char name[WM_FEED_PATH_BYTES];
    const wm_files *files = publisher->files;
    wm_status status = WM_OK;
    if (files->drop == NULL) {
        return WM_OK;
    }
    for (size_t lane = 0; lane < WM_LANES_MAX && status == WM_OK; lane++) {
        status = fresh_path(publisher, lane, full, err);
        if (status == WM_OK) {
            status = files->drop(files->context, full, err);
        }
    }
    if (status == WM_OK) {
        (void)snprintf(name, sizeof name, "%s/timestamp.json.new",
                       wm_edition_name(publisher->edition));
        status = full_path(publisher, wm_str_of(name), full, err);
    }
    return status == WM_OK ? files->drop(files->context, full, err) : status;
}

wm_status wm_publisher_sync(wm_publisher *publisher, wm_error *err)
{
    const wm_files *files = publisher->files;
    wm_names *names = &publisher->unsynced;
    size_t count = names->count;
    wm_names_sort(names);
    names->count = 0;
    return files->sync == NULL || count == 0
               ? WM_OK
               : files->sync(files->context, publisher->options->feed_folder, names->items, count,
                             err);
}

wm_status wm_publisher_remember(wm_publisher *publisher, const wm_published_file *file,
                                wm_error *err)
{
    wm_status status = make_room(publisher, err);
    if (status != WM_OK) {
        return status;
    }
    wm_published_file copy = *file;
    copy.path = wm_arena_copy(publisher->result_arena, file->path);
    copy.partition = wm_arena_copy(publisher->result_arena, file->partition);
    copy.edition = publisher->edition;
    if (copy.path.ptr == NULL || copy.partition.ptr == NULL) {
        return wm_fail_memory(err);
    }
    publisher->written[publisher->written_count++] = copy;
    return WM_OK;
}

static wm_status remember_written(wm_publisher *publisher, const wm_published_file *file,
                                  wm_str bytes, wm_error *err)
{
    wm_published_file written = *file;
    written.bytes = bytes.len;
    return wm_publisher_remember(publisher, &written, err);
}

wm_status wm_publisher_write(wm_publisher *publisher, const wm_published_file *file, wm_str bytes,
                             wm_error *err)
{
    char full[WM_PUBLISH_PATH_BYTES];
    char fresh[WM_PUBLISH_PATH_BYTES];
    const wm_files *files = publisher->files;
    wm_status status = full_path(publisher, file->path, full, err);
    if (status == WM_OK) {
        status = fresh_path(publisher, publisher->lane, fresh, err);
    }
    if (status == WM_OK) {
        /* also one that is there: the run that made it may have stopped before it was synced */
        status = wm_names_add(&publisher->unsynced, file->path, err);
    }
    if (status != WM_OK || is_there(publisher, full, bytes)) {
        return status;
    }
    status = files->put != NULL ? files->put(files->context, fresh, full, bytes, err)
                                : files->write(files->context, full, bytes, err);
    return status == WM_OK ? remember_written(publisher, file, bytes, err) : status;
}

wm_status wm_publisher_switch(wm_publisher *publisher, const wm_published_file *file, wm_str bytes,
                              wm_error *err)
{
    char full[WM_PUBLISH_PATH_BYTES];
    wm_status status = full_path(publisher, file->path, full, err);
    if (status == WM_OK) {
        status = wm_publisher_sync(publisher, err);
    }
    if (status == WM_OK) {
        status = publisher->files->write(publisher->files->context, full, bytes, err);
    }
    return status == WM_OK ? remember_written(publisher, file, bytes, err) : status;
}

wm_status wm_publisher_remove(wm_publisher *publisher, const char *path, wm_error *err)
{
    char full[WM_PUBLISH_PATH_BYTES];
    const wm_files *files = publisher->files;
    wm_str name = wm_str_of(path);
    wm_status status = full_path(publisher, name, full, err);
    if (status == WM_OK) {
        status = wm_names_add(&publisher->unsynced, name, err);
    }
    if (status == WM_OK) {
        status = files->drop != NULL ? files->drop(files->context, full, err)
                                     : files->remove(files->context, full, err);
    }
    return status == WM_OK ? wm_names_add(&publisher->removed, name, err) : status;
}

wm_status wm_publisher_write_target(wm_publisher *publisher, const char *target,
                                    const wm_published_file *published, wm_str bytes,
                                    wm_listed_file *listed_out, wm_error *err)
{
    char path[WM_FEED_PATH_BYTES];
    wm_listed_file listed = { .path = wm_arena_copy(publisher->arena, wm_str_of(target)),
                              .length = (int64_t)bytes.len,
                              .hashes = { .has_sha256 = true } };
    if (listed.path.ptr == NULL) {
        return wm_fail_memory(err);
    }
    wm_digest_sha256(bytes, &listed.hashes.sha256);
    if (!wm_feed_path_target(path, publisher->edition, listed.path, &listed.hashes.sha256)) {
        return wm_fail(err, WM_INTERNAL, "the name of a target is too long");
    }
    wm_published_file file = *published;
    file.path = wm_str_of(path);
    wm_status status = wm_publisher_write(publisher, &file, bytes, err);
    if (status == WM_OK) {
        *listed_out = listed;
    }
    return status;
}
