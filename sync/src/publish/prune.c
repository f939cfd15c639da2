/* prune.c: what nobody asks for any more, removed from the feed folder.
 *
 * 1. It begins after every entry point was switched: what is removed is reached by no metadata that
 *    a client can be led to now. A run that stopped half-way has removed some of it, and the next
 *    removes the rest.
 * 2. What the snapshot before this one reaches stays too, so that a client that began a minute ago
 *    ends well; but not after a recall, where such a client finds a file missing and tries again.
 * 3. All versions of root stay: who was away for years follows them.
 * 4. Only a publisher's names are removed (trust/sweep.h). */
#include "publish/publisher.h"
#include "trust/sweep.h"

static wm_status reach_spans(wm_sweep *sweep, wm_publisher *publisher,
                             const wm_feed_partition *partition, wm_error *err)
{
    wm_span_set set;
    wm_status status = wm_span_set_load(publisher, partition, &set, err);
    for (size_t i = 0; status == WM_OK && i < set.count; i++) {
        wm_feed_pack pack;
        status = wm_span_pack(publisher->arena, partition->code, &set.rows[i], &pack, err);
        if (status == WM_OK) {
            status = wm_sweep_reach_target(sweep, pack.file, err);
        }
    }
    for (size_t i = 0; status == WM_OK && i < set.page_count; i++) {
        wm_listed_file file;
        status = wm_span_page_file(publisher->arena, partition->code, &set.pages[i], &file, err);
        if (status == WM_OK) {
            status = wm_sweep_reach_target(sweep, &file, err);
        }
    }
    return status;
}

/* All that the feed state in `held` leads to. */
static wm_status reach_held(wm_sweep *sweep, wm_publisher *publisher, wm_error *err)
{
    const wm_feed_state *held = &publisher->held;
    wm_status status = wm_sweep_reach_snapshot(sweep, &held->snapshot, err);
    if (status == WM_OK) {
        status = wm_sweep_reach_targets(sweep, &held->targets, err);
    }
    if (status == WM_OK) {
        status = wm_sweep_reach_targets(sweep, &held->partitions_role, err);
    }
    for (size_t i = 0; i < held->partition_count && status == WM_OK; i++) {
        status = wm_sweep_reach_targets(sweep, &held->partitions[i].role, err);
        if (status == WM_OK) {
            status = reach_spans(sweep, publisher, &held->partitions[i], err);
        }
    }
    return status;
}

/* What cannot be read of the older state needs no keeping: nobody can be led through it. */
static wm_status reach_before(wm_sweep *sweep, wm_publisher *publisher, wm_error *err)
{
    wm_feed_state now = publisher->held;
    wm_status status = wm_feed_state_load_at(publisher, now.snapshot.head.version - 1, NULL);
    if (status == WM_OK) {
        status = reach_held(sweep, publisher, err);
    } else if (status != WM_NO_MEMORY) {
        status = WM_OK;
    } else {
        status = wm_fail_memory(err);
    }
    publisher->held = now;
    return status;
}

wm_status wm_publisher_prune(wm_publisher *publisher, wm_error *err)
{
    wm_sweep sweep;
    const wm_str *paths = NULL;
    size_t count = 0;
    if (!publisher->held.exists) {
        return WM_OK;
    }
    wm_sweep_init(&sweep, publisher->files, publisher->options->feed_folder, publisher->edition,
                  publisher->arena);
    wm_status status = reach_held(&sweep, publisher, err);
    if (status == WM_OK && publisher->recall_count == 0) {
        status = reach_before(&sweep, publisher, err);
    }
    if (status == WM_OK) {
        status = wm_sweep_find(&sweep, &paths, &count, err);
    }
    for (size_t i = 0; i < count && status == WM_OK; i++) {
        status = wm_publisher_remove(publisher, paths[i].ptr, err);
    }
    return status == WM_OK ? wm_publisher_sync(publisher, err) : status;
}
