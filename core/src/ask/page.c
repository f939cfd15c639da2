/* page.c: see page.h.
 *
 * The first k of n: a heap of the k that are first so far, the last of them on top, which most of
 * the others never pass.
 *
 * Variety: a card that is placed is one of the first two of its kind, so the page is the first of
 * those, and all others follow in order. */
#include "ask/page.h"

int wm_ranked_compare(const wm_ranked *a, const wm_ranked *b)
{
    if (a->word != b->word) {
        return a->word < b->word ? -1 : 1;
    }
    int order = wm_order_compare(&a->option->key, &b->option->key);
    if (order == 0) {
        order = wm_id_compare(a->option->id, b->option->id);
    }
    return order != 0 ? order : (int)a->option->view.subject - (int)b->option->view.subject;
}

static bool is_before(const wm_ranked *a, const wm_ranked *b)
{
    return wm_ranked_compare(a, b) < 0;
}

/* ---- the first of many --------------------------------------------------------------------- */

/* The item at `at` sinks until both below it come before it. */
static void sink(wm_ranked *heap, size_t count, size_t at)
{
    wm_ranked item = heap[at];
    for (size_t below = 2 * at + 1; below < count; below = 2 * at + 1) {
        if (below + 1 < count && is_before(&heap[below], &heap[below + 1])) {
            below++;
        }
        if (!is_before(&item, &heap[below])) {
            break;
        }
        heap[at] = heap[below];
        at = below;
    }
    heap[at] = item;
}

static void swap(wm_ranked *a, wm_ranked *b)
{
    wm_ranked kept = *a;
    *a = *b;
    *b = kept;
}

void wm_page_first(wm_ranked *items, size_t count, size_t most)
{
    size_t kept = most < count ? most : count;
    for (size_t at = kept / 2; at > 0; at--) {
        sink(items, kept, at - 1);
    }
    for (size_t i = kept; i < count && kept > 0; i++) {
        if (is_before(&items[i], &items[0])) {
            swap(&items[i], &items[0]);
            sink(items, kept, 0);
        }
    }
    while (kept > 1) {
        kept--;
        swap(&items[0], &items[kept]);
        sink(items, kept, 0);
    }
}

/* ---- variety ------------------------------------------------------------------------------- */

#define KINDS_LEAST 64 /* a power of two */
#define NOBODY SIZE_MAX

/* The first two of a kind. */
typedef struct kind {
    wm_symbol symbol;
    size_t first;  /* NOBODY: the place is empty */
    size_t second; /* NOBODY: there is none */
} kind;

/* Open addressing with linear probing, at most half full. */
typedef struct kinds {
    wm_arena *arena;
    kind *places;
    size_t capacity;
    size_t count;
} kinds;

static kind *place_of(const kinds *table, wm_symbol symbol)
{
    size_t at = (symbol * 2654435769U >> 8) & (table->capacity - 1);
    while (table->places[at].first != NOBODY && table->places[at].symbol != symbol) {
        at = (at + 1) & (table->capacity - 1);
    }
    return &table->places[at];
}

static bool make_room(kinds *table)
{
    kinds larger = { table->arena, NULL, table->capacity == 0 ? KINDS_LEAST : 2 * table->capacity,
                     table->count };
    if (2 * (table->count + 1) <= table->capacity) {
        return true;
    }
    larger.places = wm_arena_array(table->arena, larger.capacity, sizeof(kind));
    if (larger.places == NULL) {
        return false;
    }
    for (size_t i = 0; i < larger.capacity; i++) {
        larger.places[i].first = NOBODY;
    }
    for (size_t i = 0; i < table->capacity; i++) {
        if (table->places[i].first != NOBODY) {
            *place_of(&larger, table->places[i].symbol) = table->places[i];
        }
    }
    *table = larger;
    return true;
}

/* False: out of memory. */
static bool put_kind(kinds *table, const wm_ranked *items, size_t at)
{
    wm_symbol symbol = items[at].option->view.kind;
    if (!make_room(table)) {
        return false;
    }
    kind *of = place_of(table, symbol);
    if (of->first == NOBODY) {
        *of = (kind){ symbol, at, NOBODY };
        table->count++;
    } else if (is_before(&items[at], &items[of->first])) {
        of->second = of->first;
        of->first = at;
    } else if (of->second == NOBODY || is_before(&items[at], &items[of->second])) {
        of->second = at;
    }
    return true;
}

/* Those that may stand in the page, with their places in `items`. False: out of memory. */
static bool find_two_of_each(const wm_ranked *items, size_t count, wm_arena *arena,
                             wm_ranked *found, size_t *found_out)
{
    kinds table = { .arena = arena };
    size_t most = 0;
    for (size_t i = 0; i < count; i++) {
        if (items[i].option->view.kind == WM_SYMBOL_NONE) {
            found[most] = items[i];
            found[most++].at = i;
        } else if (!put_kind(&table, items, i)) {
            return false;
        }
    }
    for (size_t i = 0; i < table.capacity; i++) {
        const size_t two[] = { table.places[i].first, table.places[i].second };
        for (size_t k = 0; k < 2 && two[0] != NOBODY && two[k] != NOBODY; k++) {
            found[most] = items[two[k]];
            found[most++].at = two[k];
        }
    }
    *found_out = most;
    return true;
}

wm_status wm_page_varied(wm_ranked *items, size_t count, size_t page, wm_arena *arena,
                         size_t *ordered_out, wm_error *err)
{
    size_t placed = 0;
    wm_ranked *varied = wm_arena_array(arena, count, sizeof *varied);
    if (varied == NULL || !find_two_of_each(items, count, arena, varied, &placed)) {
        return wm_fail_memory(err);
    }
    wm_page_first(varied, placed, page);
    placed = placed < page ? placed : page;
    for (size_t i = 0; i < placed; i++) {
        items[varied[i].at].option = NULL;
    }
    size_t end = placed;
    for (size_t i = 0; i < count; i++) {
        if (items[i].option != NULL) {
            varied[end] = items[i];
            varied[end].option->held_back =
                placed > 0 && is_before(&varied[end], &varied[placed - 1]);
            end++;
        }
    }
    size_t more = page + 1 - placed;
    wm_page_first(varied + placed, end - placed, more);
    memcpy(items, varied, count * sizeof *items);
    *ordered_out = more < end - placed ? page + 1 : count;
    return WM_OK;
}
