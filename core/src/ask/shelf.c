/* shelf.c: two halves, each an arena and a table by revision. What is shown goes into the young
 * one, also what stood in the old one; once the young one is full, it becomes the old one and what
 * stood there goes. So no card that was shown within the last half is read again. */
#include "ask/shelf.h"

#include "rules/program.h"
#include "store/candidates.h"

#define SLOTS_FIRST ((size_t)256)
#define HALF_BYTES_MAX (WM_SHELF_BYTES_MAX / 2)

/* As they stand in the file; both were checked when they came. */
typedef struct entry {
    uint32_t face_bytes;
    uint32_t program_bytes;
    char bytes[]; /* the face, the program */
} entry;

typedef struct slot {
    int64_t revision;
    const entry *at; /* NULL: free */
} slot;

typedef struct half {
    wm_arena arena;
    slot *slots; /* a power of two of them, at most three quarters used */
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

static size_t home_of(const half *h, int64_t revision)
{
    return (size_t)((uint64_t)revision * 0x9e3779b97f4a7c15U >> 32) & (h->slot_count - 1);
}

/* The slot of the revision, or the free one where it would stand. */
static slot *slot_of(const half *h, int64_t revision)
{
    for (size_t at = home_of(h, revision);; at++) {
        slot *s = &h->slots[at & (h->slot_count - 1)];
        if (s->at == NULL || s->revision == revision) {
            return s;
        }
    }
}

static const entry *find(const half *h, int64_t revision)
{
    return h->slot_count > 0 ? slot_of(h, revision)->at : NULL;
}

static wm_status make_room(half *h, wm_error *err)
{
    if (h->count < h->slot_count / 4 * 3) {
        return WM_OK;
    }
    half larger = *h;
    larger.slot_count = h->slot_count > 0 ? 2 * h->slot_count : SLOTS_FIRST;
    larger.slots = wm_arena_array(&h->arena, larger.slot_count, sizeof *larger.slots);
    if (larger.slots == NULL) {
        return wm_fail_memory(err);
    }
    for (size_t i = 0; i < h->slot_count; i++) {
        if (h->slots[i].at != NULL) {
            *slot_of(&larger, h->slots[i].revision) = h->slots[i];
        }
    }
    h->slots = larger.slots;
    h->slot_count = larger.slot_count;
    return WM_OK;
}

/* A copy of the bytes, which begin with the face. */
static wm_status put(half *h, int64_t revision, wm_str bytes, size_t face_bytes,
                     const entry **entry_out, wm_error *err)
{
    wm_status status = make_room(h, err);
    entry *made = status == WM_OK ? wm_arena_take(&h->arena, sizeof *made + bytes.len) : NULL;
    if (made == NULL) {
        return wm_fail_memory(err);
    }
    made->face_bytes = (uint32_t)face_bytes;
    made->program_bytes = (uint32_t)(bytes.len - face_bytes);
    memcpy(made->bytes, bytes.ptr, bytes.len);
    *slot_of(h, revision) = (slot){ revision, made };
    h->count++;
    *entry_out = made;
    return WM_OK;
}

/* Reads and checks it. */
static wm_status fetch(wm_asker *asker, int64_t revision, const entry **entry_out, wm_error *err)
{
    wm_face face;
    wm_criteria criteria;
    size_t face_bytes = 0;
    wm_shelf *shelf = asker->shelf;
    wm_buf_reset(&shelf->row);
    wm_status status = wm_store_shown(asker->store, revision, &shelf->row, &face_bytes, err);
    wm_str row = wm_buf_str(&shelf->row);
    if (status == WM_OK) {
        status = wm_face_decode((wm_str){ row.ptr, face_bytes }, &face, err);
    }
    if (status == WM_OK) {
        status = wm_criteria_load(row.ptr + face_bytes, row.len - face_bytes, &criteria, err);
    }
    return status == WM_OK ? put(&shelf->young, revision, row, face_bytes, entry_out, err) : status;
}

wm_status wm_shelf_find(wm_asker *asker, int64_t revision, wm_shelf_card *card_out, wm_error *err)
{
    wm_shelf *shelf = shelf_of(asker);
    if (shelf == NULL) {
        return wm_fail_memory(err);
    }
    wm_status status = WM_OK;
    const entry *found = find(&shelf->young, revision);
    const entry *old = found == NULL ? find(&shelf->old, revision) : NULL;
    if (old != NULL) {
        wm_str bytes = { old->bytes, (size_t)old->face_bytes + old->program_bytes };
        status = put(&shelf->young, revision, bytes, old->face_bytes, &found, err);
    } else if (found == NULL) {
        status = fetch(asker, revision, &found, err);
    }
    if (found == NULL) {
        return status;
    }
    card_out->criteria = wm_program_parts(found->bytes + found->face_bytes);
    return wm_face_open((wm_str){ found->bytes, found->face_bytes }, &card_out->face, err);
}

#define LINE_BYTES 64
#define LINES_OF_ENTRY 8

static void expect_slot(const half *h, int64_t revision)
{
    if (h->slot_count > 0) {
        wm_prefetch(&h->slots[home_of(h, revision)]);
    }
}

void wm_shelf_expect(const wm_asker *asker, const wm_option *const *options, size_t count)
{
    const wm_shelf *shelf = asker->shelf;
    for (size_t i = 0; i < count && shelf != NULL; i++) {
        expect_slot(&shelf->young, options[i]->revision);
        expect_slot(&shelf->old, options[i]->revision);
    }
    for (size_t i = 0; i < count && shelf != NULL; i++) {
        const entry *e = find(&shelf->young, options[i]->revision);
        e = e != NULL ? e : find(&shelf->old, options[i]->revision);
        for (size_t line = 0; e != NULL && line < LINES_OF_ENTRY; line++) {
            wm_prefetch((const char *)e + line * LINE_BYTES);
        }
    }
}

bool wm_shelf_criteria(const wm_asker *asker, int64_t revision, wm_criteria *criteria_out)
{
    const entry *found = asker->shelf != NULL ? find(&asker->shelf->young, revision) : NULL;
    if (found != NULL) {
        *criteria_out = wm_program_parts(found->bytes + found->face_bytes);
    }
    return found != NULL;
}
