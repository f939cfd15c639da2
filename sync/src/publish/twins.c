/* twins.c: what both editions show alike is cut once.
 *
 * Where a partition has the same records in both editions, the packs of the two differ in the name
 * of the edition and in nothing else. That they are the same records their state digests say, of
 * the base and of the result. Only packs of the public edition are taken, for the professional one:
 * whatever may go wrong with digests, nothing is published that was not made of public records. */
#include <waymark/sys/pack.h>

#include "publish/publisher.h"

wm_status wm_publisher_remember_cut(wm_publisher *publisher, const wm_pack_header *header,
                                    const wm_listed_file *listed, wm_error *err)
{
    wm_arena *arena = publisher->result_arena;
    if (publisher->edition != WM_EDITION_PUBLIC) {
        return WM_OK;
    }
    wm_cut *cuts = wm_arena_grow(arena, publisher->cuts, publisher->cut_count,
                                 &publisher->cut_capacity, sizeof *cuts);
    wm_cut cut = { .header = *header, .file = *listed };
    cut.header.edition = (wm_str){ NULL, 0 };
    cut.header.partition = wm_arena_copy(arena, header->partition);
    cut.file.path = wm_arena_copy(arena, listed->path);
    if (cuts == NULL || cut.header.partition.ptr == NULL || cut.file.path.ptr == NULL) {
        return wm_fail_memory(err);
    }
    publisher->cuts = cuts;
    publisher->cuts[publisher->cut_count++] = cut;
    return WM_OK;
}

static bool is_alike(const wm_pack_header *a, const wm_pack_header *b)
{
    return a->kind == b->kind && a->from_release == b->from_release &&
           a->to_release == b->to_release && a->bucket_count == b->bucket_count &&
           wm_digest_equal(&a->result_digest, &b->result_digest) &&
           wm_digest_equal(&a->base_digest, &b->base_digest) &&
           wm_str_equal(a->partition, b->partition);
}

wm_status wm_publisher_find_twin(wm_publisher *publisher, const wm_pack_header *header,
                                 wm_buf *pack_out, wm_error *err)
{
    const wm_cut *twin = NULL;
    char path[WM_FEED_PATH_BYTES];
    for (size_t i = 0; i < publisher->cut_count && twin == NULL; i++) {
        twin = is_alike(&publisher->cuts[i].header, header) ? &publisher->cuts[i] : NULL;
    }
    if (publisher->edition == WM_EDITION_PUBLIC || twin == NULL ||
        !wm_feed_path_target(path, WM_EDITION_PUBLIC, twin->file.path, &twin->file.hashes.sha256)) {
        return WM_NOT_FOUND;
    }
    wm_buf bytes;
    wm_buf_init(&bytes, publisher->arena->env, WM_PACK_BYTES_MAX);
    wm_status status = wm_publisher_read_into(publisher, path, &bytes, err);
    if (status == WM_OK) {
        status = wm_listed_check(&twin->file, wm_buf_str(&bytes), err);
    }
    if (status == WM_OK) {
        wm_str edition = wm_str_of(wm_edition_name(publisher->edition));
        status = wm_pack_retitle(wm_buf_str(&bytes), edition, pack_out, err);
    }
    wm_buf_fini(&bytes);
    return status;
}
