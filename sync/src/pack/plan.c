/* plan.c: the cheapest way from the release that one has to the release that one wants.
 *
 * Every offer leads forward, so the releases in rising order are a topological order, and one pass
 * over the offers sorted by where they lead from and to is Dijkstra's algorithm without a heap. A
 * snapshot leads from nothing (release 0), which can be had from any state at no cost. */
#include <stdlib.h>

#include <waymark/sys/arena.h>
#include <waymark/sys/limits.h>
#include <waymark/sys/pack.h>

#define NO_OFFER SIZE_MAX

/* A release that is the end of some offer, or where we start. */
typedef struct stop {
    uint64_t release;
    uint64_t cost; /* UINT64_MAX: not reached */
    uint32_t files;
    size_t offer;  /* that leads here; NO_OFFER at the start */
    size_t before; /* stop where that offer starts */
} stop;

typedef struct sorted_offer {
    const wm_pack_offer *offer;
    size_t number;
} sorted_offer;

static int by_release(const void *a, const void *b)
{
    const stop *left = a;
    const stop *right = b;
    return left->release < right->release ? -1 : left->release > right->release ? 1 : 0;
}

/* Where it starts, then where it leads, then in the caller's order. */
static int by_start(const void *a, const void *b)
{
    const sorted_offer *left = a;
    const sorted_offer *right = b;
    if (left->offer->from_release != right->offer->from_release) {
        return left->offer->from_release < right->offer->from_release ? -1 : 1;
    }
    if (left->offer->to_release != right->offer->to_release) {
        return left->offer->to_release < right->offer->to_release ? -1 : 1;
    }
    return left->number < right->number ? -1 : 1;
}

static stop *find_stop(stop *stops, size_t count, uint64_t release)
{
    stop key = { .release = release };
    return bsearch(&key, stops, count, sizeof *stops, by_release);
}

static size_t make_stops(stop *stops, const sorted_offer *offers, size_t offer_count, uint64_t have)
{
    size_t count = 0;
    stops[count++].release = 0;
    stops[count++].release = have;
    for (size_t i = 0; i < offer_count; i++) {
        stops[count++].release = offers[i].offer->to_release;
    }
    qsort(stops, count, sizeof *stops, by_release);
    size_t distinct = 0;
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || stops[i].release != stops[distinct - 1].release) {
            stops[distinct++].release = stops[i].release;
        }
    }
    for (size_t i = 0; i < distinct; i++) {
        bool start = stops[i].release == 0 || stops[i].release == have;
        stops[i].cost = start ? 0 : UINT64_MAX;
        stops[i].files = 0;
        stops[i].offer = NO_OFFER;
    }
    return distinct;
}

static uint64_t add_costs(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - 1 - b ? UINT64_MAX - 1 : a + b;
}

static void take_offers(stop *stops, size_t stop_count, const sorted_offer *offers,
                        size_t offer_count, uint64_t request_bytes)
{
    for (size_t i = 0; i < offer_count; i++) {
        const wm_pack_offer *offer = offers[i].offer;
        stop *from = find_stop(stops, stop_count, offer->from_release);
        stop *to = find_stop(stops, stop_count, offer->to_release);
        if (from == NULL || from->cost == UINT64_MAX || from->files == WM_PACK_CHAIN_MAX) {
            continue;
        }
        uint64_t cost = add_costs(from->cost, add_costs(offer->bytes, request_bytes));
        if (cost < to->cost || (cost == to->cost && from->files + 1 < to->files)) {
            to->cost = cost;
            to->files = from->files + 1;
            to->offer = offers[i].number;
            to->before = (size_t)(from - stops);
        }
    }
}

static wm_status trace(const stop *stops, const stop *end, const wm_pack_offer *offers,
                       wm_pack_chain *chain_out)
{
    if (end == NULL || end->cost == UINT64_MAX) {
        return WM_NOT_FOUND;
    }
    wm_pack_chain chain = { .count = end->files };
    for (size_t i = end->files; i > 0; i--) {
        chain.offer[i - 1] = end->offer;
        chain.bytes = add_costs(chain.bytes, offers[end->offer].bytes);
        end = &stops[end->before];
    }
    *chain_out = chain;
    return WM_OK;
}

/* The offers that lead forward and not too far, sorted. */
static size_t take_forward(sorted_offer *sorted, const wm_pack_offer *offers, size_t offer_count,
                           uint64_t want)
{
    size_t count = 0;
    for (size_t i = 0; i < offer_count; i++) {
        if (offers[i].from_release < offers[i].to_release && offers[i].to_release <= want) {
            sorted[count++] = (sorted_offer){ &offers[i], i };
        }
    }
    if (count > 0) {
        qsort(sorted, count, sizeof *sorted, by_start);
    }
    return count;
}

wm_status wm_pack_plan(const wm_env *env, const wm_pack_offer *offers, size_t offer_count,
                       const wm_pack_route *route, wm_pack_chain *chain_out, wm_error *err)
{
    if (route->have == route->want) {
        *chain_out = (wm_pack_chain){ .count = 0 };
        return WM_OK;
    }
    if (route->want == 0) {
        return WM_NOT_FOUND;
    }
    if (offer_count > WM_PACK_OFFERS_MAX) {
        return wm_fail(err, WM_TOO_LARGE, "pack: more than %d offers", WM_PACK_OFFERS_MAX);
    }
    wm_arena arena;
    wm_arena_init(&arena, env, 16 * WM_MIB);
    sorted_offer *sorted = wm_arena_array(&arena, offer_count, sizeof *sorted);
    stop *stops = wm_arena_array(&arena, offer_count + 2, sizeof *stops);
    wm_status status = WM_OK;
    if (sorted == NULL || stops == NULL) {
        status = wm_fail_memory(err);
    } else {
        size_t count = take_forward(sorted, offers, offer_count, route->want);
        size_t stop_count = make_stops(stops, sorted, count, route->have);
        take_offers(stops, stop_count, sorted, count, route->request_bytes);
        status = trace(stops, find_stop(stops, stop_count, route->want), offers, chain_out);
    }
    wm_arena_fini(&arena);
    return status;
}
