/* renew.c: the timestamp for another week, on a machine that has neither the database nor the keys
 * of targets.
 *
 * 1. It vouches only for what is signed by today's keys and has not expired: what it would have to
 *    hide is refused, and publish mends it.
 * 2. Versions go on from those in the folder. So the folder that is renewed is the feed's own one:
 *    a publisher that works on a copy fetches timestamp.json back before publishing. */
#include <stdio.h>

#include "publish/publisher.h"
#include "trust/policy.h"

#define ARENA_BYTES_MAX ((size_t)64 * WM_MIB)

static wm_status write_as(wm_publisher *publisher, wm_top_role role, const char *path,
                          const wm_buf *body, wm_str *file_out, wm_error *err)
{
    wm_status status = wm_sign_as(publisher->arena, &publisher->keys, role, body, file_out, err);
    if (status == WM_OK) {
        wm_published_file published = { .path = wm_str_of(path), .kind = WM_STR("metadata") };
        status = wm_publisher_write(publisher, &published, *file_out, err);
    }
    return status;
}

/* The same list, for another quarter of a year. */
static wm_status renew_snapshot(wm_publisher *publisher, wm_error *err)
{
    wm_feed_state *held = &publisher->held;
    char path[WM_FEED_PATH_BYTES];
    wm_str file = { NULL, 0 };
    wm_buf body;
    wm_json_out out;
    held->snapshot.head.version++;
    held->snapshot.head.expires_s = publisher->day_s + (int64_t)WM_SNAPSHOT_DAYS * 86400;
    wm_buf_init(&body, publisher->arena->env, WM_METADATA_SNAPSHOT_BYTES_MAX);
    wm_json_out_init(&out, &body);
    wm_snapshot_write(&out, &held->snapshot);
    (void)wm_feed_path_metadata(path, publisher->edition, held->snapshot.head.version,
                                WM_STR("snapshot"));
    wm_status status = write_as(publisher, WM_TOP_SNAPSHOT, path, &body, &file, err);
    wm_buf_fini(&body);
    if (status == WM_OK) {
        wm_listed_file *listed = &held->timestamp.snapshot;
        listed->version = held->snapshot.head.version;
        listed->length = (int64_t)file.len;
        listed->hashes = (wm_hashes){ .has_sha256 = true };
        wm_digest_sha256(file, &listed->hashes.sha256);
    }
    return status;
}

static wm_status renew_timestamp(wm_publisher *publisher, wm_error *err)
{
    wm_timestamp *timestamp = &publisher->held.timestamp;
    char path[WM_FEED_PATH_BYTES];
    wm_str file = { NULL, 0 };
    wm_buf body;
    wm_json_out out;
    timestamp->head.version++;
    timestamp->head.expires_s = publisher->day_s + (int64_t)WM_TIMESTAMP_DAYS * 86400;
    (void)wm_feed_path_timestamp(path, publisher->edition);
    wm_buf_init(&body, publisher->arena->env, WM_METADATA_TIMESTAMP_BYTES_MAX);
    wm_json_out_init(&out, &body);
    wm_timestamp_write(&out, timestamp);
    wm_published_file published = { .path = wm_str_of(path), .kind = WM_STR("metadata") };
    wm_status status =
        wm_sign_as(publisher->arena, &publisher->keys, WM_TOP_TIMESTAMP, &body, &file, err);
    wm_buf_fini(&body);
    return status == WM_OK ? wm_publisher_switch(publisher, &published, file, err) : status;
}

/* Load the snapshot's keys, if they are here; that they are not is no failure. */
static wm_status has_snapshot_keys(wm_publisher *publisher, bool *has_out, wm_error *err)
{
    wm_edition_keys keys;
    wm_status status =
        wm_edition_keys_load(publisher->arena, publisher->files, publisher->options->key_folder,
                             publisher->edition, WM_ROLE_BIT(WM_TOP_SNAPSHOT), &keys, err);
    *has_out = status == WM_OK;
    if (status == WM_OK) {
        publisher->keys.roles[WM_TOP_SNAPSHOT] = keys.roles[WM_TOP_SNAPSHOT];
    } else if (status == WM_NOT_FOUND || status == WM_NOT_TRUSTED) {
        wm_error_clear(err);
        status = WM_OK;
    }
    wm_edition_keys_wipe(&keys);
    return status;
}

static wm_status check_replaced(const wm_publisher *publisher, bool has_snapshot_keys,
                                wm_error *err)
{
    unsigned replaced = publisher->held.replaced & ~WM_ROLE_BIT(WM_TOP_TIMESTAMP);
    if (has_snapshot_keys) {
        replaced &= ~WM_ROLE_BIT(WM_TOP_SNAPSHOT);
    }
    return replaced == 0 ? WM_OK
                         : wm_fail(err, WM_NOT_TRUSTED,
                                   "the feed is not signed by the keys of root %lld yet: publish "
                                   "first",
                                   (long long)publisher->keys.root.head.version);
}

static wm_status renew_edition(wm_publisher *publisher, wm_error *err)
{
    wm_feed_state *held = &publisher->held;
    bool has_keys = false;
    wm_status status = wm_edition_keys_load(publisher->arena, publisher->files,
                                            publisher->options->key_folder, publisher->edition,
                                            WM_ROLE_BIT(WM_TOP_TIMESTAMP), &publisher->keys, err);
    if (status == WM_OK) {
        status = wm_policy_fresh("root.json", &publisher->keys.root.head, publisher->day_s, err);
    }
    if (status == WM_OK) {
        status = wm_publisher_check_roots(publisher, err);
    }
    if (status == WM_OK) {
        status = wm_feed_state_load_top(publisher, err);
    }
    if (status == WM_OK && !held->exists) {
        return wm_fail(err, WM_NOT_FOUND, "%s: no timestamp to renew: publish first",
                       publisher->options->feed_folder);
    }
    bool wears_out =
        held->snapshot.head.expires_s - publisher->day_s < (int64_t)WM_SNAPSHOT_DAYS * 86400 / 3 ||
        (held->replaced & WM_ROLE_BIT(WM_TOP_SNAPSHOT)) != 0;
    if (status == WM_OK && wears_out) {
        status = has_snapshot_keys(publisher, &has_keys, err);
    }
    if (status == WM_OK) {
        status = check_replaced(publisher, has_keys, err);
    }
    if (status == WM_OK) {
        status = wm_policy_fresh("targets.json", &held->targets.head, publisher->day_s, err);
    }
    if (status == WM_OK && has_keys) {
        status = renew_snapshot(publisher, err);
    } else if (status == WM_OK) {
        status = wm_policy_fresh("snapshot.json", &held->snapshot.head, publisher->day_s, err);
    }
    if (status == WM_OK) {
        status = wm_publisher_copy_roots(publisher, err);
    }
    bool is_short =
        held->timestamp.head.expires_s < publisher->day_s + (int64_t)WM_TIMESTAMP_DAYS * 86400;
    bool is_replaced = (held->replaced & WM_ROLE_BIT(WM_TOP_TIMESTAMP)) != 0;
    if (status != WM_OK) {
        return status;
    }
    return has_keys || is_short || is_replaced ? renew_timestamp(publisher, err)
                                               : wm_publisher_sync(publisher, err);
}

/* Both folders have it. */
static bool is_there(const wm_publisher *publisher, wm_edition edition)
{
    char path[WM_PUBLISH_PATH_BYTES];
    wm_str found = { NULL, 0 };
    return wm_key_path(path, publisher->options->key_folder, edition, "1.root.json", NULL) ==
               WM_OK &&
           wm_key_read_file(publisher->arena, publisher->files, path, &found, NULL) == WM_OK &&
           wm_key_path(path, publisher->options->feed_folder, edition, "timestamp.json", NULL) ==
               WM_OK &&
           wm_key_read_file(publisher->arena, publisher->files, path, &found, NULL) == WM_OK;
}

wm_status wm_publish_renew(const wm_publish_options *options, wm_arena *arena,
                           wm_published *published_out, wm_error *err)
{
    wm_publisher publisher = { .options = options,
                               .files = options->files != NULL ? options->files : wm_files_system(),
                               .day_s = (int64_t)wm_date_from_unix(options->now_s) * 86400,
                               .result_arena = arena };
    size_t editions = 0;
    int lock = -1;
    wm_status status = wm_files_lock(publisher.files, options->feed_folder, &lock, err);
    for (int i = 0; i < WM_EDITION_COUNT && status == WM_OK; i++) {
        wm_arena scratch;
        wm_arena_init(&scratch, arena->env, ARENA_BYTES_MAX);
        publisher.arena = &scratch;
        publisher.edition = (wm_edition)i;
        memset(&publisher.keys, 0, sizeof publisher.keys);
        memset(&publisher.held, 0, sizeof publisher.held);
        publisher.unsynced = (wm_names){ .arena = &scratch };
        if (options->editions != 0 ? (options->editions & (1u << i)) != 0
                                   : is_there(&publisher, (wm_edition)i)) {
            editions++;
            status = renew_edition(&publisher, err);
            wm_error_context(err, "%s edition", wm_edition_name((wm_edition)i));
        }
        wm_edition_keys_wipe(&publisher.keys);
        wm_arena_fini(&scratch);
    }
    wm_files_unlock(publisher.files, lock);
    if (status == WM_OK && editions == 0) {
        status = wm_fail(err, WM_NOT_FOUND, "%s and %s: no edition has both keys and a timestamp",
                         options->key_folder, options->feed_folder);
    }
    if (status == WM_OK) {
        *published_out =
            (wm_published){ .files = publisher.written, .file_count = publisher.written_count };
    }
    return status;
}
