/* expiry.c: how long the signatures of a feed last, read as a stranger would: from its first root
 * on.
 *
 * The first root is taken at its word: whoever watches a feed with this has the folder in hand, and
 * wants to know whether it holds together and for how long. */
#include <stdio.h>

#include <waymark/sys/expiry.h>

#include "publish/publisher.h"

#define ARENA_BYTES_MAX ((size_t)256 * WM_MIB)
#define TOP_ROWS 5

static wm_status list_roles(const wm_publisher *publisher, wm_feed_expiries *list, wm_error *err)
{
    const wm_feed_state *held = &publisher->held;
    const struct {
        const char *role;
        const wm_metadata_head *head;
    } top[TOP_ROWS] = { { "root", &publisher->keys.root.head },
                        { "timestamp", &held->timestamp.head },
                        { "snapshot", &held->snapshot.head },
                        { "targets", &held->targets.head },
                        { WM_FEED_PARTITIONS_ROLE, &held->partitions_role.head } };
    wm_expiry *rows =
        wm_arena_array(publisher->result_arena, TOP_ROWS + held->partition_count, sizeof *rows);
    if (rows == NULL) {
        return wm_fail_memory(err);
    }
    for (size_t i = 0; i < TOP_ROWS; i++) {
        rows[i] = (wm_expiry){ wm_str_of(top[i].role), top[i].head->expires_s };
    }
    for (size_t i = 0; i < held->partition_count; i++) {
        char name[WM_FEED_PATH_BYTES];
        (void)snprintf(name, sizeof name, "p.%.*s", WM_STR_ARG(held->partitions[i].code));
        rows[TOP_ROWS + i] = (wm_expiry){ wm_arena_copy(publisher->result_arena, wm_str_of(name)),
                                          held->partitions[i].role.head.expires_s };
        if (rows[TOP_ROWS + i].role.ptr == NULL) {
            return wm_fail_memory(err);
        }
    }
    *list = (wm_feed_expiries){ publisher->edition, held->release.release,
                                publisher->keys.root.head.version, rows,
                                TOP_ROWS + held->partition_count };
    return WM_OK;
}

static wm_status read_feed(wm_publisher *publisher, wm_feed_expiries *expiries_out, wm_error *err)
{
    wm_edition_keys *keys = &publisher->keys;
    wm_status status =
        wm_root_chain_load(publisher->arena, publisher->files, publisher->options->feed_folder,
                           publisher->edition, &keys->chain, err);
    if (status == WM_NOT_FOUND) {
        wm_error_clear(err);
        return status;
    }
    if (status == WM_OK) {
        keys->root = *wm_root_newest(&keys->chain);
        status = wm_feed_state_load(publisher, err);
    }
    if (status == WM_OK && !publisher->held.exists) {
        status = wm_fail(err, WM_CORRUPT, "the feed has a root and no timestamp");
    }
    if (status == WM_OK && publisher->held.replaced != 0) {
        status = wm_fail(err, WM_NOT_TRUSTED,
                         "the feed is not signed by the keys of its root %lld: publish",
                         (long long)keys->root.head.version);
    }
    return status == WM_OK ? list_roles(publisher, expiries_out, err) : status;
}

wm_status wm_feed_expiries_read(wm_arena *arena, const char *feed_folder, wm_edition edition,
                                const wm_files *files, wm_feed_expiries *expiries_out,
                                wm_error *err)
{
    wm_publish_options options = { .feed_folder = feed_folder };
    wm_arena scratch;
    wm_arena_init(&scratch, arena->env, ARENA_BYTES_MAX);
    wm_publisher publisher = { .options = &options,
                               .files = files != NULL ? files : wm_files_system(),
                               .edition = edition,
                               .arena = &scratch,
                               .result_arena = arena };
    wm_status status = read_feed(&publisher, expiries_out, err);
    wm_arena_fini(&scratch);
    return status;
}
