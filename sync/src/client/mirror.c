/* mirror.c: the feed of the release that a replica holds, as a folder.
 *
 *   packs, span indexes, localities.json, release.json   by the hash that is signed
 *   N.root.json                                          each signed by the one before
 *   roles, snapshot                                      as they were kept
 *   timestamp.json                                       last: from then on clients see the rest
 *   (sweep.c)                                            what is not reached any more goes
 *
 * Every name but the last has a version or a hash in it, so what stands under it is right or is
 * damaged; it is compared, and written again only then. A client that the mirror serves takes its
 * way from the newest snapshot, or from where it is, by the deltas since that snapshot.
 *
 * Without a transport there is what was kept. A delta, an index or a page may then be missing, as
 * long as what is there leads from the snapshot to the release. */
#include <assert.h>
#include <stdio.h>

#include "client/patience.h"
#include "client/vouch.h"
#include "pack/spans.h"

#include <waymark/sys/replica.h>

typedef struct mirror {
    wm_store *store;
    const wm_mirror_options *options;
    const wm_files *files;
    wm_arena *arena;
    wm_vouched vouched;
    wm_mirrored result;
    wm_mirror_file *written;
    size_t capacity;
    wm_patience patience;
    wm_transport_watch watch;
    uint64_t fetched_bytes; /* of files that came whole */
    bool is_missing;        /* a file is not kept, and there is no transport */
    wm_error *err;
} mirror;

/* ---- one file ---- */

static wm_status full_path(const mirror *m, const char *path, wm_str *out)
{
    wm_buf name;
    wm_buf_init(&name, m->arena->env, 8 * WM_KIB);
    wm_buf_printf(&name, "%s/%s", m->options->folder, path);
    wm_status status = wm_buf_status(&name, m->err);
    if (status == WM_OK) {
        *out = wm_arena_copy(m->arena, wm_buf_str(&name));
        status = out->ptr != NULL ? WM_OK : wm_fail_memory(m->err);
    }
    wm_buf_fini(&name);
    return status;
}

/* What stands in the folder. WM_NOT_FOUND: nothing, or more than `most` bytes. */
static wm_status read_standing(const mirror *m, const char *path, uint64_t most, wm_buf *out)
{
    wm_str name = { NULL, 0 };
    wm_error error = { WM_OK, "" };
    wm_status status = full_path(m, path, &name);
    if (status != WM_OK) {
        return status;
    }
    wm_buf_init(out, m->arena->env, most);
    status = m->files->read(m->files->context, name.ptr, out, &error);
    if (status == WM_TOO_LARGE) {
        return WM_NOT_FOUND;
    }
    if (status != WM_OK && status != WM_NOT_FOUND && m->err != NULL) {
        *m->err = error;
    }
    return status;
}

static wm_status note(mirror *m, const char *path, wm_mirror_file file)
{
    wm_mirror_file *written =
        wm_arena_grow(m->arena, m->written, m->result.file_count, &m->capacity, sizeof *written);
    if (written == NULL) {
        return wm_fail_memory(m->err);
    }
    m->written = written;
    file.path = wm_arena_copy(m->arena, wm_str_of(path));
    m->written[m->result.file_count++] = file;
    m->result.files = m->written;
    return file.path.ptr != NULL ? WM_OK : wm_fail_memory(m->err);
}

static wm_status write_file(mirror *m, const char *path, wm_str bytes, wm_mirror_file file)
{
    wm_str name = { NULL, 0 };
    wm_status status = full_path(m, path, &name);
    if (status == WM_OK) {
        status = m->files->write(m->files->context, name.ptr, bytes, m->err);
    }
    file.bytes = bytes.len;
    return status == WM_OK ? note(m, path, file) : status;
}

/* Bytes that we have: written unless they stand there already. */
static wm_status put_bytes(mirror *m, const char *path, wm_str bytes, wm_mirror_file file)
{
    wm_buf standing;
    wm_buf_init(&standing, m->arena->env, 0);
    wm_status status = read_standing(m, path, bytes.len, &standing);
    if (status == WM_OK && wm_str_equal(wm_buf_str(&standing), bytes)) {
        m->result.standing++;
    } else if (status == WM_OK || status == WM_NOT_FOUND) {
        status = write_file(m, path, bytes, file);
    }
    wm_buf_fini(&standing);
    return status;
}

/* ---- from the feed ---- */

/* How far the one file has come. */
static bool look(void *context, const wm_want *wants, const wm_fetched *results, size_t count)
{
    mirror *m = context;
    wm_sync_progress *progress = &m->patience.progress;
    uint64_t came = count > 0 ? results->offset + results->bytes.len : 0;
    progress->file = wants->path;
    progress->files_total = progress->files_done + 1;
    progress->packs_total = m->fetched_bytes + wants->max_bytes;
    progress->packs_done = m->fetched_bytes + came;
    progress->bytes_done = progress->packs_done;
    return wm_patience_report(&m->patience);
}

static wm_status say_stopped(mirror *m)
{
    return wm_fail(m->err, WM_NETWORK, "stopped");
}

/* It broke off: the next try is for what is still wanting, if there is to be one. */
static wm_status wait_for_rest(mirror *m, wm_want *want, wm_fetched *fetched, const wm_buf *bytes)
{
    uint64_t gained = bytes->len > want->offset ? bytes->len - want->offset : 0;
    wm_status status = WM_NETWORK;
    want->offset = bytes->len;
    if (fetched->may_pass && !m->patience.stopped) {
        status = wm_patience_wait(&m->patience, gained, fetched->retry_after_s, &fetched->error);
    }
    if (status != WM_OK && m->err != NULL) {
        *m->err = fetched->error;
    }
    return m->patience.stopped ? say_stopped(m) : status;
}

/* *broke_out: some of it came at the most, and there is another try. */
static wm_status take_rest(mirror *m, wm_want *want, wm_fetched *fetched, wm_buf *bytes,
                           bool *broke_out)
{
    bool comes = fetched->status == WM_OK || fetched->status == WM_NETWORK;
    *broke_out = fetched->status == WM_NETWORK;
    if (comes && fetched->bytes.len > 0) {
        if (fetched->offset == 0) {
            wm_buf_reset(bytes); /* the server began again */
        }
        wm_buf_put_str(bytes, wm_buf_str(&fetched->bytes));
    }
    if (comes && bytes->status != WM_OK) {
        return wm_buf_status(bytes, m->err);
    }
    if (*broke_out) {
        return wait_for_rest(m, want, fetched, bytes);
    }
    if (!comes && fetched->status != WM_NOT_FOUND && m->err != NULL) {
        *m->err = fetched->error;
    }
    return fetched->status;
}

/* The whole file. WM_NOT_FOUND: the feed does not have it (no text). The caller gives the buffer
 * back, also after a failure. */
static wm_status fetch(mirror *m, const char *path, uint64_t most, wm_buf *bytes_out)
{
    wm_transport *transport = m->options->transport;
    const wm_transport_watch watch = { look, m };
    wm_want want = { .path = wm_str_of(path), .max_bytes = most };
    wm_status status = WM_OK;
    bool broke = true;
    wm_buf_init(bytes_out, m->arena->env, most);
    while (status == WM_OK && broke) {
        wm_fetched fetched;
        transport->watch = &watch;
        status = wm_transport_fetch(transport, &want, &fetched, 1, m->err);
        transport->watch = NULL;
        if (status == WM_OK) {
            m->result.requests++;
            status = take_rest(m, &want, &fetched, bytes_out, &broke);
        }
        wm_fetched_fini(&fetched, 1);
    }
    if (status == WM_OK) {
        m->fetched_bytes += bytes_out->len;
        m->patience.progress.files_done++;
        m->patience.vain = 0;
    }
    return status;
}

static wm_status fetch_listed(mirror *m, const char *path, const wm_listed_file *file,
                              wm_mirror_file kind)
{
    wm_buf bytes;
    if (m->options->transport == NULL) {
        m->is_missing = true;
        return wm_fail(m->err, WM_NETWORK,
                       "%s: the replica has not kept it, and there is no feed to fetch it from",
                       path);
    }
    wm_status status = fetch(m, path, (uint64_t)file->length, &bytes);
    if (status == WM_NOT_FOUND) {
        status =
            wm_fail(m->err, WM_NETWORK, "%s: the feed does not have it any more: sync first", path);
    }
    if (status == WM_OK) {
        status = wm_listed_check(file, wm_buf_str(&bytes), m->err);
        wm_error_context(m->err, "%s", path);
    }
    if (status == WM_OK) {
        kind.is_fetched = true;
        status = write_file(m, path, wm_buf_str(&bytes), kind);
    }
    wm_buf_fini(&bytes);
    return status;
}

static wm_status target_path(const mirror *m, const wm_listed_file *file,
                             char path[WM_FEED_PATH_BYTES])
{
    return wm_feed_path_target(path, m->vouched.edition, file->path, &file->hashes.sha256)
               ? WM_OK
               : wm_fail(m->err, WM_BAD_INPUT, "%.*s: the name is too long",
                         WM_STR_ARG(file->path));
}

/* A target by its signed hash: from the folder, the replica, or the feed. bytes_out (may be NULL)
 * is a copy in the arena. */
static wm_status put_target(mirror *m, const wm_listed_file *file, bool is_pack, wm_str *bytes_out)
{
    char path[WM_FEED_PATH_BYTES];
    wm_mirror_file kind = { .is_pack = is_pack };
    wm_buf bytes;
    wm_buf_init(&bytes, m->arena->env, 0);
    wm_status status =
        wm_patience_report(&m->patience) ? target_path(m, file, path) : say_stopped(m);
    if (status != WM_OK) {
        return status;
    }
    status = read_standing(m, path, (uint64_t)file->length, &bytes);
    bool stands = status == WM_OK && wm_listed_check(file, wm_buf_str(&bytes), NULL) == WM_OK;
    if (stands) {
        m->result.standing++;
    } else if (status == WM_OK || status == WM_NOT_FOUND) {
        wm_buf_fini(&bytes);
        wm_buf_init(&bytes, m->arena->env, WM_BLOB_BYTES_MAX);
        status = wm_kept_pack(m->store, file, &bytes, m->err);
        if (status == WM_OK) {
            status = write_file(m, path, wm_buf_str(&bytes), kind);
        } else if (status == WM_NOT_FOUND) {
            status = fetch_listed(m, path, file, kind);
        }
    }
    if (status == WM_OK && bytes_out != NULL) {
        wm_buf_fini(&bytes);
        status = read_standing(m, path, (uint64_t)file->length, &bytes);
        *bytes_out = wm_arena_copy(m->arena, wm_buf_str(&bytes));
        if (status == WM_OK && bytes_out->ptr == NULL) {
            status = wm_fail_memory(m->err);
        }
    }
    wm_buf_fini(&bytes);
    return status;
}

/* ---- what belongs into it ---- */

static bool is_delta(const wm_feed_role *role, int64_t from, int64_t to)
{
    return role->has_delta && role->delta.from == from && role->delta.to == to;
}

/* What of a partition stands in the mirror. */
typedef struct way {
    wm_pack_offer *offers;
    size_t count;
    wm_error missing; /* the first that was not kept; status WM_OK: none */
} way;

/* Without a transport, what is missing is only noted; *stands_out says which it was. */
static wm_status put_if_kept(mirror *m, way *w, const wm_listed_file *file, bool is_pack,
                             wm_str *bytes_out, bool *stands_out)
{
    wm_error *err = m->err;
    wm_error error = { WM_OK, "" };
    m->err = &error;
    m->is_missing = false;
    wm_status status = put_target(m, file, is_pack, bytes_out);
    m->err = err;
    *stands_out = status == WM_OK;
    if (m->is_missing) {
        w->missing = w->missing.status == WM_OK ? error : w->missing;
        return WM_OK;
    }
    if (status != WM_OK && err != NULL) {
        *err = error;
    }
    return status;
}

/* There is room for it in w->offers. */
static wm_status put_pack(mirror *m, way *w, const wm_feed_pack *pack)
{
    bool stands = false;
    wm_status status = put_if_kept(m, w, pack->file, true, NULL, &stands);
    if (status == WM_OK && stands) {
        assert(w->offers != NULL); /* make_room was here */
        w->offers[w->count++] = (wm_pack_offer){ (uint64_t)pack->from, (uint64_t)pack->to,
                                                 (uint64_t)pack->file->length };
    }
    return status;
}

static wm_status make_room(mirror *m, way *w, size_t more)
{
    wm_pack_offer *offers = wm_arena_array(m->arena, w->count + more, sizeof *offers);
    if (offers == NULL) {
        return wm_fail_memory(m->err);
    }
    if (w->count > 0) {
        memcpy(offers, w->offers, w->count * sizeof *offers);
    }
    w->offers = offers;
    return WM_OK;
}

static wm_status put_rows(mirror *m, way *w, const wm_vouched_partition *partition,
                          const wm_spans *spans)
{
    const wm_feed_role *role = &partition->role;
    wm_status status = make_room(m, w, spans->span_count);
    for (size_t i = 0; status == WM_OK && i < spans->span_count; i++) {
        const wm_span *span = &spans->spans[i];
        wm_feed_pack pack;
        if (span->from < role->snapshot.to || is_delta(role, span->from, span->to)) {
            continue;
        }
        status = wm_span_pack(m->arena, partition->code, span, &pack, m->err);
        if (status == WM_OK) {
            status = put_pack(m, w, &pack);
        }
    }
    return status;
}

/* One that was not kept says nothing. */
static wm_status read_spans(mirror *m, way *w, const wm_listed_file *file, wm_spans *spans)
{
    wm_str bytes = { NULL, 0 };
    bool stands = false;
    *spans = (wm_spans){ .page_count = 0 };
    wm_status status = put_if_kept(m, w, file, false, &bytes, &stands);
    if (status != WM_OK || !stands) {
        return status;
    }
    status = wm_listed_check(file, bytes, m->err);
    if (status == WM_OK) {
        status = wm_spans_read(m->arena, bytes, spans, m->err);
        wm_error_context(m->err, "%.*s", WM_STR_ARG(file->path));
    }
    return status;
}

/* The deltas since the newest snapshot, by the span index and its pages. */
static wm_status put_spans(mirror *m, way *w, const wm_vouched_partition *partition)
{
    wm_spans index;
    wm_status status = read_spans(m, w, partition->role.spans, &index);
    if (status == WM_OK) {
        status = put_rows(m, w, partition, &index);
    }
    for (size_t i = 0; status == WM_OK && i < index.page_count; i++) {
        const wm_span_page_ref *ref = &index.pages[i];
        wm_listed_file file;
        wm_spans page;
        if (WM_SPAN_PAGE * (ref->number + 1) <= partition->role.snapshot.to) {
            continue;
        }
        status = wm_span_page_file(m->arena, partition->code, ref, &file, m->err);
        if (status == WM_OK) {
            status = read_spans(m, w, &file, &page);
        }
        if (status == WM_OK) {
            status = put_rows(m, w, partition, &page);
        }
    }
    return status;
}

/* Something is missing: do new clients find all they need? */
static wm_status check_way(mirror *m, const way *w, const wm_feed_role *role)
{
    wm_pack_route route = { (uint64_t)role->snapshot.to, (uint64_t)role->end, 0 };
    wm_pack_chain chain;
    wm_status status = wm_pack_plan(m->arena->env, w->offers, w->count, &route, &chain, m->err);
    if (status != WM_NOT_FOUND) {
        return status;
    }
    if (m->err != NULL) {
        *m->err = w->missing;
    }
    return w->missing.status;
}

static wm_status put_partition(mirror *m, const wm_vouched_partition *partition)
{
    const wm_feed_role *role = &partition->role;
    way w = { .count = 0 };
    wm_status status = put_target(m, role->snapshot.file, true, NULL);
    if (status == WM_OK) {
        status = make_room(m, &w, 1);
    }
    if (status == WM_OK && role->has_delta) {
        status = put_pack(m, &w, &role->delta);
    }
    if (status == WM_OK && role->spans != NULL) {
        status = put_spans(m, &w, partition);
    }
    return status == WM_OK && w.missing.status != WM_OK ? check_way(m, &w, role) : status;
}

/* release.json is the canonical form of what its custom data say. */
static wm_status put_release(mirror *m)
{
    char path[WM_FEED_PATH_BYTES];
    char date[WM_DATE_TEXT_BYTES];
    const wm_feed_release *release = &m->vouched.release;
    const wm_listed_file *file = m->vouched.release_file;
    wm_buf text;
    wm_json_out out;
    wm_buf_init(&text, m->arena->env, WM_FEED_RELEASE_BYTES_MAX);
    wm_json_out_init(&out, &text);
    wm_json_out_object(&out);
    wm_json_out_member_text(&out, "date", wm_date_format(release->date, date));
    wm_json_out_member_text(&out, "edition", wm_edition_name(release->edition));
    wm_json_out_member_integer(&out, "release", release->release);
    wm_json_out_end_object(&out);
    wm_status status = wm_buf_status(&text, m->err);
    if (status == WM_OK) {
        status = target_path(m, file, path);
    }
    if (status == WM_OK) {
        status = wm_listed_check(file, wm_buf_str(&text), NULL) == WM_OK
                     ? put_bytes(m, path, wm_buf_str(&text), (wm_mirror_file){ .is_pack = false })
                     : put_target(m, file, false, NULL);
    }
    wm_buf_fini(&text);
    return status;
}

static wm_status put_role(mirror *m, const wm_vouched_file *file, wm_str role)
{
    char path[WM_FEED_PATH_BYTES];
    if (!wm_feed_path_metadata(path, m->vouched.edition, file->version, role)) {
        return wm_fail(m->err, WM_BAD_INPUT, "role %.*s: the name is too long", WM_STR_ARG(role));
    }
    return put_bytes(m, path, file->bytes, (wm_mirror_file){ .is_pack = false });
}

static wm_status put_metadata(mirror *m)
{
    const wm_vouched *v = &m->vouched;
    wm_status status = WM_OK;
    for (size_t i = 0; i < v->partition_count && status == WM_OK; i++) {
        char role[WM_FEED_PATH_BYTES];
        (void)snprintf(role, sizeof role, "p.%.*s", WM_STR_ARG(v->partitions[i].code));
        status = put_role(m, &v->partitions[i].file, wm_str_of(role));
    }
    if (status == WM_OK) {
        status = put_role(m, &v->partitions_role, WM_STR(WM_FEED_PARTITIONS_ROLE));
    }
    if (status == WM_OK) {
        status = put_role(m, &v->targets, WM_STR("targets"));
    }
    return status == WM_OK ? put_role(m, &v->snapshot, WM_STR("snapshot")) : status;
}

/* ---- roots ---- */

/* An older root, if it can be had: kept, or from the feed. ptr NULL: not. */
static wm_status find_root(mirror *m, int64_t version, wm_str *bytes_out)
{
    char path[WM_FEED_PATH_BYTES];
    wm_buf bytes;
    wm_status status = wm_kept_root(m->store, m->arena, version, bytes_out, m->err);
    if (status != WM_OK || bytes_out->ptr != NULL || m->options->transport == NULL) {
        return status;
    }
    (void)wm_feed_path_metadata(path, m->vouched.edition, version, WM_STR("root"));
    status = fetch(m, path, WM_METADATA_ROOT_BYTES_MAX, &bytes);
    if (status == WM_OK) {
        *bytes_out = wm_arena_copy(m->arena, wm_buf_str(&bytes));
        status = bytes_out->ptr != NULL ? WM_OK : wm_fail_memory(m->err);
    } else if (status == WM_NOT_FOUND) {
        status = WM_OK;
    }
    wm_buf_fini(&bytes);
    return status;
}

/* From the root of that time down to the oldest that leads to it. */
static wm_status put_roots(mirror *m)
{
    const wm_vouched *v = &m->vouched;
    wm_str newer = v->root.bytes;
    wm_status status = put_role(m, &v->root, WM_STR("root"));
    m->result.first_root = v->root.version;
    for (int64_t version = v->root.version - 1; version > 0 && status == WM_OK; version--) {
        wm_vouched_file file = { { NULL, 0 }, version };
        wm_root older;
        wm_root follows;
        status = find_root(m, version, &file.bytes);
        if (status != WM_OK || file.bytes.ptr == NULL ||
            wm_policy_first_root(m->arena, file.bytes, &older, NULL) != WM_OK ||
            wm_policy_next_root(m->arena, &older, newer, &follows, NULL) != WM_OK) {
            break;
        }
        status = put_role(m, &file, WM_STR("root"));
        m->result.first_root = version;
        newer = file.bytes;
    }
    return status;
}

/* ---- timestamp ---- */

static wm_status open_timestamp(mirror *m, const wm_root *root, wm_str bytes, wm_timestamp *out)
{
    wm_unverified unverified;
    wm_verified verified;
    wm_status status =
        wm_unverified_read(m->arena, bytes, WM_METADATA_TIMESTAMP_BYTES_MAX, &unverified, NULL);
    if (status == WM_OK) {
        status = wm_verify(&unverified, &root->roles[WM_TOP_TIMESTAMP], &verified, NULL);
    }
    return status == WM_OK ? wm_timestamp_read(m->arena, verified, out, NULL) : status;
}

/* The chase stores a renewed timestamp also when the release is the same. */
static wm_status choose_timestamp(mirror *m)
{
    wm_vouched *v = &m->vouched;
    wm_str bytes = { NULL, 0 };
    wm_timestamp renewed;
    wm_status status = wm_blob_read(m->store, m->arena, WM_BLOB_TIMESTAMP, &bytes, m->err);
    if (status == WM_OK && bytes.ptr != NULL &&
        open_timestamp(m, &v->root_content, bytes, &renewed) == WM_OK &&
        renewed.snapshot.version == v->snapshot.version &&
        wm_listed_check(&renewed.snapshot, v->snapshot.bytes, NULL) == WM_OK &&
        renewed.head.version > v->timestamp.version) {
        v->timestamp.bytes = bytes;
        v->timestamp.version = renewed.head.version;
    }
    return status;
}

/* Is the folder free, or an older state of this feed? */
static wm_status check_folder(mirror *m)
{
    const wm_vouched *v = &m->vouched;
    char path[WM_FEED_PATH_BYTES];
    wm_buf standing;
    wm_timestamp there;
    wm_root root = v->root_content;
    wm_buf_init(&standing, m->arena->env, 0);
    (void)wm_feed_path_timestamp(path, v->edition);
    wm_status status = read_standing(m, path, WM_METADATA_TIMESTAMP_BYTES_MAX, &standing);
    if (status != WM_OK) {
        wm_buf_fini(&standing);
        return status == WM_NOT_FOUND ? WM_OK : status;
    }
    status = open_timestamp(m, &root, wm_buf_str(&standing), &there);
    for (int64_t version = v->root.version - 1; version > 0 && status == WM_NOT_TRUSTED;
         version--) {
        wm_str bytes = { NULL, 0 };
        if (wm_kept_root(m->store, m->arena, version, &bytes, m->err) != WM_OK ||
            bytes.ptr == NULL || wm_policy_first_root(m->arena, bytes, &root, NULL) != WM_OK) {
            break;
        }
        /* signed by older keys: its version counts no more */
        status = open_timestamp(m, &root, wm_buf_str(&standing), &there);
        there.head.version = 0;
    }
    if (status == WM_NO_MEMORY) {
        status = wm_fail_memory(m->err);
    } else if (status != WM_OK) {
        status = wm_fail(m->err, WM_NOT_TRUSTED, "%s/%s: the folder has another feed",
                         m->options->folder, path);
    } else if (there.head.version > v->timestamp.version) {
        status = wm_fail(m->err, WM_CONFLICT,
                         "%s/%s: the folder has version %lld, the replica only %lld: sync first",
                         m->options->folder, path, (long long)there.head.version,
                         (long long)v->timestamp.version);
    }
    wm_buf_fini(&standing);
    return status;
}

/* ---- all of it ---- */

static wm_status put_all(mirror *m)
{
    const wm_vouched *v = &m->vouched;
    char path[WM_FEED_PATH_BYTES];
    wm_status status = WM_OK;
    for (size_t i = 0; i < v->partition_count && status == WM_OK; i++) {
        status = put_partition(m, &v->partitions[i]);
    }
    if (status == WM_OK) {
        status = target_path(m, v->index_file, path);
    }
    if (status == WM_OK) {
        status = put_bytes(m, path, v->index_bytes, (wm_mirror_file){ .is_pack = false });
    }
    if (status == WM_OK) {
        status = put_release(m);
    }
    if (status == WM_OK) {
        status = put_roots(m);
    }
    if (status == WM_OK) {
        status = put_metadata(m);
    }
    if (status == WM_OK) {
        (void)wm_feed_path_timestamp(path, v->edition);
        status = put_bytes(m, path, v->timestamp.bytes, (wm_mirror_file){ .is_pack = false });
    }
    return status;
}

static wm_status load(mirror *m)
{
    wm_status status = wm_vouched_load(m->store, m->arena, &m->vouched, m->err);
    if (status == WM_NOT_FOUND) {
        return wm_fail(m->err, WM_NO_RELEASE, "the replica is empty: sync it first");
    }
    if (status == WM_OK && m->vouched.edition == WM_EDITION_PROFESSIONAL &&
        !m->options->professional) {
        return wm_fail(m->err, WM_REFUSED, "the professional edition is not for everyone's eyes");
    }
    return status;
}

wm_status wm_replica_mirror(wm_store *replica, const wm_mirror_options *options, wm_arena *arena,
                            wm_mirrored *mirrored_out, wm_error *err)
{
    mirror m = { .store = replica,
                 .options = options,
                 .files = options->files != NULL ? options->files : wm_files_system(),
                 .arena = arena,
                 .err = err };
    wm_patience_init(&m.patience, arena->env, options->driver);
    m.patience.progress.state = WM_CLIENT_PACKS;
    wm_status status = wm_store_read_begin(replica, err);
    if (status != WM_OK) {
        return status;
    }
    status = load(&m);
    if (status == WM_OK) {
        m.result.release = m.vouched.release.release;
        m.result.edition = m.vouched.edition;
        status = choose_timestamp(&m);
    }
    int lock = -1;
    if (status == WM_OK) {
        status = wm_files_lock_new(m.files, options->folder, &lock, err);
    }
    if (status == WM_OK) {
        status = check_folder(&m);
    }
    if (status == WM_OK) {
        status = put_all(&m);
    }
    if (status == WM_OK) {
        status =
            wm_vouched_sweep(&m.vouched, m.files, options->folder, arena, &m.result.removed, err);
    }
    wm_files_unlock(m.files, lock);
    wm_store_read_end(replica);
    if (status == WM_OK) {
        *mirrored_out = m.result;
    }
    return status;
}
