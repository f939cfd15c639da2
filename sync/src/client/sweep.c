/* sweep.c: what a mirror holds and does not hand out any more, removed.
 *
 *   snapshot -> each role that stands in the folder -> what it lists -> its span index -> its pages
 *
 * A role that is not there, or cannot be read, leads nobody to anything. Nothing is verified here:
 * what is false can only make more stay. Other than a publisher's, a mirror keeps nothing of the
 * release before: it cannot know what was recalled, and who is just reading it finds a file missing
 * and tries again. */
#include <stdio.h>

#include "client/vouch.h"
#include "trust/sweep.h"

typedef struct sweeper {
    wm_sweep sweep;
    const wm_vouched *vouched;
    const wm_files *files;
    const char *folder;
    wm_arena *arena;
    wm_error *err;
} sweeper;

/* ptr NULL: it is not there, or has more bytes. */
static wm_status read_file(const sweeper *s, const char *path, size_t most, wm_str *bytes_out)
{
    wm_buf name;
    wm_buf bytes;
    wm_error ignored = { WM_OK, "" };
    wm_buf_init(&name, s->arena->env, 8 * WM_KIB);
    wm_buf_init(&bytes, s->arena->env, most);
    wm_buf_printf(&name, "%s/%s", s->folder, path);
    *bytes_out = (wm_str){ NULL, 0 };
    wm_status status = wm_buf_status(&name, s->err);
    if (status == WM_OK) {
        wm_status read = s->files->read(s->files->context, wm_buf_str(&name).ptr, &bytes, &ignored);
        if (read == WM_OK) {
            *bytes_out = wm_arena_copy(s->arena, wm_buf_str(&bytes));
        }
        if (read == WM_NO_MEMORY || (read == WM_OK && bytes_out->ptr == NULL)) {
            status = wm_fail_memory(s->err);
        }
    }
    wm_buf_fini(&bytes);
    wm_buf_fini(&name);
    return status;
}

static wm_status read_target(const sweeper *s, const wm_listed_file *file, wm_str *bytes_out)
{
    char path[WM_FEED_PATH_BYTES];
    *bytes_out = (wm_str){ NULL, 0 };
    if ((uint64_t)file->length > WM_SPANS_BYTES_MAX ||
        !wm_feed_path_target(path, s->vouched->edition, file->path, &file->hashes.sha256)) {
        return WM_OK;
    }
    wm_status status = read_file(s, path, (size_t)file->length, bytes_out);
    if (status == WM_OK && bytes_out->ptr != NULL &&
        wm_listed_check(file, *bytes_out, NULL) != WM_OK) {
        *bytes_out = (wm_str){ NULL, 0 };
    }
    return status;
}

/* The packs of a span index or a page; its pages are in *spans_out. */
static wm_status reach_rows(sweeper *s, wm_str code, const wm_listed_file *file,
                            wm_spans *spans_out)
{
    wm_str bytes = { NULL, 0 };
    *spans_out = (wm_spans){ .page_count = 0 };
    wm_status status = read_target(s, file, &bytes);
    if (status != WM_OK || bytes.ptr == NULL) {
        return status;
    }
    status = wm_spans_read(s->arena, bytes, spans_out, NULL);
    if (status != WM_OK) {
        *spans_out = (wm_spans){ .page_count = 0 };
        return status == WM_NO_MEMORY ? wm_fail_memory(s->err) : WM_OK;
    }
    for (size_t i = 0; i < spans_out->span_count && status == WM_OK; i++) {
        wm_feed_pack pack;
        status = wm_span_pack(s->arena, code, &spans_out->spans[i], &pack, s->err);
        if (status == WM_OK) {
            status = wm_sweep_reach_target(&s->sweep, pack.file, s->err);
        }
    }
    return status;
}

static wm_status reach_spans(sweeper *s, wm_str code, const wm_listed_file *file)
{
    wm_spans index;
    wm_status status = reach_rows(s, code, file, &index);
    for (size_t i = 0; i < index.page_count && status == WM_OK; i++) {
        wm_listed_file page;
        wm_spans rows;
        status = wm_span_page_file(s->arena, code, &index.pages[i], &page, s->err);
        if (status == WM_OK) {
            status = wm_sweep_reach_target(&s->sweep, &page, s->err);
        }
        if (status == WM_OK) {
            status = reach_rows(s, code, &page, &rows);
        }
    }
    return status;
}

static wm_status reach_partition(sweeper *s, wm_str role, int64_t version)
{
    char path[WM_FEED_PATH_BYTES];
    wm_str code = { role.ptr + 2, role.len - 2 };
    wm_str bytes = { NULL, 0 };
    wm_unverified unverified;
    wm_targets targets;
    wm_feed_role listed;
    if (!wm_feed_path_metadata(path, s->vouched->edition, version, role)) {
        return WM_OK;
    }
    wm_status status = read_file(s, path, WM_METADATA_TARGETS_BYTES_MAX, &bytes);
    if (status != WM_OK || bytes.ptr == NULL) {
        return status;
    }
    status = wm_unverified_read(s->arena, bytes, WM_METADATA_TARGETS_BYTES_MAX, &unverified, NULL);
    if (status == WM_OK) {
        status = wm_targets_read(s->arena, wm_verified_pinned(&unverified), &targets, NULL);
    }
    if (status == WM_OK) {
        status = wm_feed_role_read(code, &targets, &listed, NULL);
    }
    if (status != WM_OK) {
        return status == WM_NO_MEMORY ? wm_fail_memory(s->err) : WM_OK;
    }
    status = wm_sweep_reach_targets(&s->sweep, &targets, s->err);
    if (status == WM_OK && listed.spans != NULL) {
        status = reach_spans(s, code, listed.spans);
    }
    return status;
}

static wm_status reach_all(sweeper *s)
{
    static const wm_str end = WM_STR_INIT(".json");
    const wm_snapshot *snapshot = &s->vouched->snapshot_content;
    wm_status status = wm_sweep_reach_snapshot(&s->sweep, snapshot, s->err);
    if (status == WM_OK) {
        status = wm_sweep_reach_targets(&s->sweep, &s->vouched->targets_content, s->err);
    }
    if (status == WM_OK) {
        status = wm_sweep_reach_targets(&s->sweep, &s->vouched->partitions_content, s->err);
    }
    for (size_t i = 0; i < snapshot->file_count && status == WM_OK; i++) {
        const wm_listed_file *file = &snapshot->files[i];
        if (wm_str_starts(file->path, WM_STR("p.")) && file->path.len > 2 + end.len) {
            wm_str role = { file->path.ptr, file->path.len - end.len };
            status = reach_partition(s, role, file->version);
        }
    }
    return status;
}

static wm_status remove_all(const sweeper *s, const wm_str *paths, size_t count)
{
    const wm_files *files = s->files;
    bool at_once = files->drop != NULL && files->sync != NULL;
    wm_status status = WM_OK;
    for (size_t i = 0; i < count && status == WM_OK; i++) {
        wm_buf name;
        wm_buf_init(&name, s->arena->env, 8 * WM_KIB);
        wm_buf_printf(&name, "%s/%.*s", s->folder, WM_STR_ARG(paths[i]));
        status = wm_buf_status(&name, s->err);
        if (status == WM_OK) {
            const char *path = wm_buf_str(&name).ptr;
            status = at_once ? files->drop(files->context, path, s->err)
                             : files->remove(files->context, path, s->err);
        }
        wm_buf_fini(&name);
    }
    return status == WM_OK && at_once && count > 0
               ? files->sync(files->context, s->folder, paths, count, s->err)
               : status;
}

wm_status wm_vouched_sweep(const wm_vouched *vouched, const wm_files *files, const char *folder,
                           wm_arena *arena, size_t *removed_out, wm_error *err)
{
    sweeper s = {
        .vouched = vouched, .files = files, .folder = folder, .arena = arena, .err = err
    };
    const wm_str *paths = NULL;
    size_t count = 0;
    *removed_out = 0;
    if (files->list == NULL || files->remove == NULL) {
        return WM_OK;
    }
    wm_sweep_init(&s.sweep, files, folder, vouched->edition, arena);
    wm_status status = reach_all(&s);
    if (status == WM_OK) {
        status = wm_sweep_find(&s.sweep, &paths, &count, err);
    }
    if (status == WM_OK) {
        status = remove_all(&s, paths, count);
    }
    *removed_out = status == WM_OK ? count : 0;
    return status;
}
