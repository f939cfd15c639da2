/* shelf.c: two halves, each an arena and a table by revision. What is shown goes into the young
 * one, also what stood in the old one; once the young one is full, it becomes the old one and what
 * stood there goes. So no card that was shown within the last half is read again. */
#include "ask/shelf.h"

#include "store/candidates.h"

#define SLOTS_FIRST ((size_t)256)
#define HALF_BYTES_MAX (WM_SHELF_BYTES_MAX / 2)

typedef struct entry {
    wm_shelf_card card;
    wm_str bytes;           /* in the arena of the half */
    wm_service_parts parts; /* of the bytes */
} entry;

typedef struct half {
    wm_arena arena;
    const entry **slots; /* NULL: free; a power of two of them, at most half of them used */
    size_t slot_count;
    size_t count;
} half;

struct wm_shelf {
    half young;
    half old;
    wm_buf row; /* what is read, before it is copied */
};

static void half_init(half *h, const wm_env *env)
{
    *h = (half){ .slots = NULL };
    wm_arena_init(&h->arena, env, SIZE_MAX / 2);
}

static wm_shelf *shelf_of(wm_asker *asker)
{
    if (asker->shelf == NULL) {
        asker->shelf = wm_env_alloc(asker->env, sizeof *asker->shelf);
        if (asker->shelf != NULL) {
            half_init(&asker->shelf->young, asker->env);
            half_init(&asker->shelf->old, asker->env);
            wm_buf_init(&asker->shelf->row, asker->env,
                        WM_FACE_BYTES_MAX + 4 * WM_RECORD_BYTES_MAX);
        }
    }
    return asker->shelf;
}

void wm_shelf_free(wm_shelf *shelf)
{
    if (shelf != NULL) {
        const wm_env *env = shelf->row.env;
        wm_buf_fini(&shelf->row);
        wm_arena_fini(&shelf->old.arena);
        wm_arena_fini(&shelf->young.arena);
        wm_env_free(env, shelf, sizeof *shelf);
    }
}

void wm_shelf_settle(wm_asker *asker)
{
    wm_shelf *shelf = asker->shelf;
    if (shelf != NULL && shelf->young.arena.bytes > HALF_BYTES_MAX) {
        wm_arena_fini(&shelf->old.arena);
        shelf->old = shelf->young;
        half_init(&shelf->young, asker->env);
    }
}

/* The slot of the revision, or the free one where it would stand. */
static size_t slot_of(const half *h, int64_t revision)
{
    size_t at = (size_t)((uint64_t)revision * 0x9e3779b97f4a7c15U >> 32);
    for (;; at++) {
        const entry *e = h->slots[at & (h->slot_count - 1)];
        if (e == NULL || e->card.revision == revision) {
            return at & (h->slot_count - 1);
        }
    }
}

static const entry *find(const half *h, int64_t revision)
{
    return h->slot_count > 0 ? h->slots[slot_of(h, revision)] : NULL;
}

static wm_status make_room(half *h, wm_error *err)
{
    if (2 * (h->count + 1) <= h->slot_count) {
        return WM_OK;
    }
    half larger = *h;
    larger.slot_count = h->slot_count > 0 ? 2 * h->slot_count : SLOTS_FIRST;
    larger.slots = wm_arena_array(&h->arena, larger.slot_count, sizeof(const entry *));
    if (larger.slots == NULL) {
        return wm_fail_memory(err);
    }
    for (size_t i = 0; i < h->slot_count; i++) {
        if (h->slots[i] != NULL) {
            larger.slots[slot_of(&larger, h->slots[i]->card.revision)] = h->slots[i];
        }
    }
    h->slots = larger.slots;
    h->slot_count = larger.slot_count;
    return WM_OK;
}

static wm_status decode(entry *e, wm_error *err)
{
    wm_str face = { e->bytes.ptr, e->parts.face };
    wm_str summary = { face.ptr + face.len, e->parts.summary };
    wm_status status = wm_face_decode(face, &e->card.face, err);
    if (status == WM_OK) {
        status = wm_summary_decode(summary, &e->card.summary, err);
    }
    if (status == WM_OK) {
        status =
            wm_criteria_load(summary.ptr + summary.len, e->parts.program, &e->card.criteria, err);
    }
    return status;
}

static wm_status put(half *h, const wm_service_parts *parts, wm_str bytes, int64_t revision,
                     const wm_shelf_card **card_out, wm_error *err)
{
    entry *made = wm_arena_take(&h->arena, sizeof *made + bytes.len);
    if (made == NULL) {
        return wm_fail_memory(err);
    }
    memcpy(made + 1, bytes.ptr, bytes.len);
    made->card.revision = revision;
    made->bytes = (wm_str){ (const char *)(made + 1), bytes.len };
    made->parts = *parts;
    wm_status status = decode(made, err);
    if (status == WM_OK) {
        status = make_room(h, err);
    }
    if (status == WM_OK) {
        h->slots[slot_of(h, revision)] = made;
        h->count++;
        *card_out = &made->card;
    }
    return status;
}

wm_status wm_shelf_find(wm_asker *asker, int64_t revision, const wm_shelf_card **card_out,
                        wm_error *err)
{
    wm_shelf *shelf = shelf_of(asker);
    if (shelf == NULL) {
        return wm_fail_memory(err);
    }
    const entry *found = find(&shelf->young, revision);
    if (found != NULL) {
        *card_out = &found->card;
        return WM_OK;
    }
    found = find(&shelf->old, revision);
    if (found != NULL) {
        return put(&shelf->young, &found->parts, found->bytes, revision, card_out, err);
    }
    wm_service_parts parts = { 0, 0, 0 };
    wm_buf_reset(&shelf->row);
    wm_status status = wm_store_shown(asker->store, revision, &shelf->row, &parts, err);
    return status == WM_OK
               ? put(&shelf->young, &parts, wm_buf_str(&shelf->row), revision, card_out, err)
               : status;
}
