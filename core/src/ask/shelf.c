/* shelf.c: two halves, each an arena and a table by revision. What is shown goes into the young
 * one, also what stood in the old one; once the young one is full, it becomes the old one and what
 * stood there goes. So no card that was shown within the last half is read again. */
#include "ask/shelf.h"

#include "rules/unfold.h"
#include "store/candidates.h"

#define SLOTS_FIRST ((size_t)256)
#define HALF_BYTES_MAX (WM_SHELF_BYTES_MAX / 2)

/* Its face, its summary and its criteria lie behind it. */
typedef struct entry {
    wm_shelf_card card;
    wm_str face;
    wm_str summary;
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

/* ---- put ---------------------------------------------------------------------------------- */

/* What a card is made of, wherever it lies. */
typedef struct source {
    int64_t revision;
    wm_str face;
    wm_str summary;
    const wm_criteria *criteria;
} source;

static size_t bytes_of(const wm_criteria *criteria)
{
    return (size_t)criteria->node_count * WM_PROGRAM_NODE_BYTES +
           (size_t)criteria->exclusion_count * WM_PROGRAM_EXCLUSION_BYTES +
           (size_t)criteria->word_count * 4 + criteria->text_bytes;
}

static const void *copy(char **to, const void *from, size_t length)
{
    char *copied = *to;
    if (length > 0) {
        memcpy(copied, from, length);
    }
    *to += length;
    return copied;
}

/* They were checked: the same parts lie elsewhere now. */
static wm_criteria copy_criteria(char **to, const wm_criteria *from)
{
    wm_criteria copied = *from;
    copied.nodes = copy(to, from->nodes, (size_t)from->node_count * WM_PROGRAM_NODE_BYTES);
    copied.excludes =
        copy(to, from->excludes, (size_t)from->exclusion_count * WM_PROGRAM_EXCLUSION_BYTES);
    copied.words = copy(to, from->words, (size_t)from->word_count * 4);
    copied.text = copy(to, from->text, from->text_bytes);
    return copied;
}

static wm_status put(half *h, const source *from, const wm_shelf_card **card_out, wm_error *err)
{
    size_t length = from->face.len + from->summary.len + bytes_of(from->criteria);
    entry *made = wm_arena_take(&h->arena, sizeof *made + length);
    if (made == NULL) {
        return wm_fail_memory(err);
    }
    char *at = (char *)(made + 1);
    made->card.revision = from->revision;
    made->face = (wm_str){ copy(&at, from->face.ptr, from->face.len), from->face.len };
    made->summary = (wm_str){ copy(&at, from->summary.ptr, from->summary.len), from->summary.len };
    made->card.criteria = copy_criteria(&at, from->criteria);
    wm_status status = wm_face_decode(made->face, &made->card.face, err);
    if (status == WM_OK) {
        status = wm_summary_decode(made->summary, &made->card.summary, err);
    }
    if (status == WM_OK) {
        status = make_room(h, err);
    }
    if (status == WM_OK) {
        h->slots[slot_of(h, from->revision)] = made;
        h->count++;
        *card_out = &made->card;
    }
    return status;
}

/* ---- find --------------------------------------------------------------------------------- */

/* Sets *card_out to NULL where it stands in neither half. */
static wm_status find_again(wm_asker *asker, int64_t revision, const wm_shelf_card **card_out,
                            wm_error *err)
{
    wm_shelf *shelf = shelf_of(asker);
    if (shelf == NULL) {
        return wm_fail_memory(err);
    }
    const entry *found = find(&shelf->young, revision);
    *card_out = found != NULL ? &found->card : NULL;
    found = found == NULL ? find(&shelf->old, revision) : NULL;
    if (found == NULL) {
        return WM_OK;
    }
    const source from = { revision, found->face, found->summary, &found->card.criteria };
    return put(&shelf->young, &from, card_out, err);
}

wm_status wm_shelf_find(wm_asker *asker, int64_t revision, const wm_shelf_card **card_out,
                        wm_error *err)
{
    wm_criteria criteria;
    wm_service_parts parts = { 0, 0, 0 };
    wm_status status = find_again(asker, revision, card_out, err);
    if (status != WM_OK || *card_out != NULL) {
        return status;
    }
    wm_shelf *shelf = asker->shelf;
    wm_buf_reset(&shelf->row);
    status = wm_store_shown(asker->store, revision, &shelf->row, &parts, err);
    const char *bytes = wm_buf_str(&shelf->row).ptr;
    if (status == WM_OK) {
        status =
            wm_criteria_load(bytes + parts.face + parts.summary, parts.program, &criteria, err);
    }
    if (status != WM_OK) {
        return status;
    }
    const source from = {
        revision, { bytes, parts.face }, { bytes + parts.face, parts.summary }, &criteria
    };
    return put(&shelf->young, &from, card_out, err);
}

/* What is checked with the service, and where else to go, stands in the program alone. */
static bool says_it_all(const wm_criteria *in_short)
{
    bool all = in_short->exclusion_count == 0;
    for (size_t i = 0; i < in_short->node_count && all; i++) {
        all = wm_program_node(in_short, i).op != WM_OP_CHECK;
    }
    return all;
}

wm_status wm_shelf_of(wm_asker *asker, const wm_option *option, wm_arena *scratch,
                      const wm_shelf_card **card_out, wm_error *err)
{
    wm_criteria criteria;
    wm_status status = find_again(asker, option->revision, card_out, err);
    if (status != WM_OK || *card_out != NULL) {
        return status;
    }
    status = wm_brief_unfold(option->criteria, option->areas, scratch, &criteria, err);
    if (status != WM_OK || !says_it_all(&criteria)) {
        return status != WM_OK ? status : wm_shelf_find(asker, option->revision, card_out, err);
    }
    wm_shelf *shelf = asker->shelf;
    wm_buf_reset(&shelf->row);
    status = wm_store_face(asker->store, option->revision, &shelf->row, err);
    if (status != WM_OK) {
        return status;
    }
    const source from = { option->revision, wm_buf_str(&shelf->row), option->summary, &criteria };
    return put(&shelf->young, &from, card_out, err);
}
