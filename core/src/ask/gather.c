/* gather.c: services into options, by need and place, and by offer for the rules.
 *
 * A nation has hundreds of thousands of services, and each rule asks for some of them again: so
 * options are found by revision and subject in a table of open addressing with linear probing, half
 * empty. */
#include "ask/inquiry.h"

#define OPTIONS_LEAST 64 /* a power of two */
#define OPTIONS_AT_ONCE 16

static wm_status need_symbols(wm_inquiry *f, wm_symbol_set *set_out)
{
    const wm_weighing *w = f->weighings[WM_SUBJECT_PERSON];
    const wm_symbol_set *from[] = { &w->need_exact, &w->need_below, &w->need_above };
    *set_out = (wm_symbol_set){ .all = f->understood->need_count == 0 };
    size_t most = w->need_exact.count + w->need_below.count + w->need_above.count;
    wm_symbol *symbols = wm_arena_array(&f->arena, most, sizeof *symbols);
    if (symbols == NULL) {
        return wm_fail_memory(f->err);
    }
    size_t count = 0;
    for (size_t i = 0; i < sizeof from / sizeof from[0]; i++) {
        for (size_t n = 0; n < from[i]->count; n++) {
            symbols[count++] = from[i]->symbols[n];
        }
    }
    set_out->symbols = symbols;
    set_out->count = wm_symbol_set_sort(symbols, count);
    return WM_OK;
}

/* 1, or 0 where no service names the locality, so that it has no symbol. */
static size_t put_area(const wm_inquiry *f, wm_locality at, wm_symbol *symbol_out)
{
    *symbol_out = wm_symbols_find(f->asker->symbols, wm_locality_code(f->asker->tree, at));
    return *symbol_out != WM_SYMBOL_NONE ? 1 : 0;
}

/* The localities that touch one of the person's: each, all above it and all below it. */
static wm_status area_symbols(wm_inquiry *f, const wm_understood *u, wm_symbol_set *set_out)
{
    const wm_locality_tree *tree = f->asker->tree;
    *set_out = (wm_symbol_set){ .all = u->locality_count == 0 };
    size_t most = 0;
    for (size_t i = 0; i < u->locality_count; i++) {
        most += wm_locality_end(tree, u->localities[i]) - u->localities[i] + WM_LOCALITY_DEPTH_MAX;
    }
    wm_symbol *symbols = wm_arena_array(&f->arena, most, sizeof *symbols);
    if (symbols == NULL) {
        return wm_fail_memory(f->err);
    }
    size_t count = 0;
    for (size_t i = 0; i < u->locality_count; i++) {
        wm_locality at = u->localities[i];
        for (wm_locality below = at; below < wm_locality_end(tree, at); below++) {
            count += put_area(f, below, &symbols[count]);
        }
        for (at = wm_locality_parent(tree, at); at != WM_LOCALITY_NONE;
             at = wm_locality_parent(tree, at)) {
            count += put_area(f, at, &symbols[count]);
        }
    }
    set_out->symbols = symbols;
    set_out->count = wm_symbol_set_sort(symbols, count);
    return WM_OK;
}

static uint64_t key_of(int64_t revision, wm_subject subject)
{
    return (uint64_t)revision * WM_SUBJECT_COUNT + (uint64_t)subject;
}

/* Where the option stands, or the empty place where it would. There is always an empty one. */
static uint32_t *place_of(const wm_inquiry *f, uint64_t key)
{
    size_t last = 2 * f->capacity - 1; /* a power of two, less one */
    size_t at = (size_t)(key * 0x9e3779b97f4a7c15U >> 32) & last;
    while (f->places[at] != 0 && f->placed[f->places[at] - 1].key != key) {
        at = (at + 1) & last;
    }
    return &f->places[at];
}

static void put_place(wm_inquiry *f, wm_option *option)
{
    uint64_t key = key_of(option->revision, option->view.subject);
    uint32_t *place = place_of(f, key);
    f->placed[f->placed_count++] = (wm_placed){ key, option };
    *place = (uint32_t)f->placed_count;
}

/* Those that are options can be found, and no others. */
static void place_all(wm_inquiry *f)
{
    f->dropped_some = false;
    f->placed_count = 0;
    for (size_t i = 0; i < f->count; i++) {
        put_place(f, f->options[i]);
    }
}

static wm_status make_room(wm_inquiry *f, size_t more)
{
    size_t capacity = f->capacity > 0 ? f->capacity : OPTIONS_LEAST;
    if (f->capacity - f->placed_count >= more) {
        return WM_OK;
    }
    while (capacity - f->placed_count < more) {
        capacity *= 2;
    }
    wm_option **options = wm_arena_take_array(&f->arena, capacity, sizeof(wm_option *));
    wm_placed *placed = wm_arena_take_array(&f->arena, capacity, sizeof *placed);
    uint32_t *places = wm_arena_array(&f->arena, 2 * capacity, sizeof *places);
    if (options == NULL || placed == NULL || places == NULL || capacity > UINT32_MAX) {
        return wm_fail_memory(f->err);
    }
    if (f->count > 0) {
        memcpy(options, f->options, f->count * sizeof(wm_option *));
    }
    f->options = options;
    f->placed = placed;
    f->places = places;
    f->capacity = capacity;
    place_all(f);
    return WM_OK;
}

wm_option *wm_gather_find(const wm_inquiry *f, int64_t revision, wm_subject subject)
{
    uint32_t place = f->capacity > 0 ? *place_of(f, key_of(revision, subject)) : 0;
    return place != 0 ? f->placed[place - 1].option : NULL;
}

/* After options were dropped. */
static void settle(wm_inquiry *f)
{
    memset(f->places, 0, 2 * f->capacity * sizeof *f->places);
    place_all(f);
}

/* `option` is one of those for whom there is room. */
static void add(wm_inquiry *f, wm_option *option)
{
    f->options[f->count++] = option;
    put_place(f, option);
}

/* The services of entries, none of which is an option yet. */
static wm_status add_all(wm_inquiry *f, const wm_entry *entries, size_t count, wm_subject subject)
{
    wm_weighing *weighing = NULL;
    wm_option *options = wm_arena_array(&f->arena, count, sizeof *options);
    if (options == NULL) {
        return wm_fail_memory(f->err);
    }
    wm_status status = make_room(f, count);
    if (status == WM_OK) {
        status = wm_inquiry_weighing_of(f, subject, &weighing);
    }
    for (size_t i = 0; i < count && status == WM_OK; i++) {
        status = wm_weigh(weighing, &entries[i], &options[i], f->err);
        if (status == WM_OK) {
            add(f, &options[i]);
        }
    }
    return status;
}

/* The options of entries that a rule may bring: those that are options already, and those that now
 * become options of no section; but for what is gone. There is room for all in `options`. */
static wm_status take_offers(wm_inquiry *f, const wm_entry *entries, size_t count,
                             wm_subject subject, wm_option **options, size_t *kept_out)
{
    wm_weighing *weighing = NULL;
    wm_option *fresh = NULL;
    size_t left = 0; /* of the fresh ones */
    size_t kept = 0;
    wm_status status = make_room(f, count);
    if (status == WM_OK) {
        status = wm_inquiry_weighing_of(f, subject, &weighing);
    }
    for (size_t i = 0; i < count && status == WM_OK; i++) {
        wm_option *option = wm_gather_find(f, entries[i].revision, subject);
        if (option == NULL) {
            bool may_be = false;
            if (left == 0) {
                left = OPTIONS_AT_ONCE < count - i ? OPTIONS_AT_ONCE : count - i;
                fresh = wm_arena_array(&f->arena, left, sizeof *fresh);
            }
            if (fresh == NULL) {
                return wm_fail_memory(f->err);
            }
            status = wm_weigh_offer(weighing, &entries[i], fresh, &may_be, f->err);
            if (status == WM_OK && may_be) {
                option = fresh++;
                left--;
                option->view.section = WM_SECTION_ALL;
                add(f, option);
            }
        }
        if (option != NULL && !option->gone) {
            options[kept++] = option;
        }
    }
    *kept_out = kept;
    return status;
}

wm_status wm_gather_option(wm_inquiry *f, int64_t revision, wm_option **option_out)
{
    wm_entry entry;
    if (f->dropped_some) {
        settle(f);
    }
    *option_out = wm_gather_find(f, revision, WM_SUBJECT_PERSON);
    if (*option_out != NULL) {
        return WM_OK;
    }
    wm_status status = wm_store_entry(f->asker->store, revision, &entry, f->err);
    if (status == WM_OK) {
        status = add_all(f, &entry, 1, WM_SUBJECT_PERSON);
    }
    if (status == WM_OK) {
        *option_out = f->options[f->count - 1];
    }
    return status;
}

/* Where nothing was understood of the words, nothing is a candidate: the rules bring what is open
 * to everyone. */
wm_status wm_gather_candidates(wm_inquiry *f)
{
    wm_entry *entries = NULL;
    size_t count = 0;
    f->filter.view = f->asker->view;
    wm_status status = area_symbols(f, f->understood, &f->filter.areas);
    if (status != WM_OK || f->understood->nothing_understood) {
        return status;
    }
    status = need_symbols(f, &f->filter.needs);
    if (status == WM_OK) {
        status =
            wm_store_candidates(f->asker->store, &f->filter, &f->arena, &entries, &count, f->err);
    }
    if (status == WM_OK) {
        status = add_all(f, entries, count, WM_SUBJECT_PERSON);
    }
    f->candidate_count = f->count;
    return status;
}

static wm_status offer_filter(wm_inquiry *f, wm_symbol_list offers, wm_subject subject,
                              bool anywhere, wm_candidate_filter *filter_out)
{
    wm_weighing *weighing = NULL;
    wm_symbol *symbols = wm_arena_array(&f->arena, offers.count, sizeof *symbols);
    if (symbols == NULL) {
        return wm_fail_memory(f->err);
    }
    size_t count = 0;
    for (uint32_t i = 0; i < offers.count; i++) {
        wm_str offer = wm_symbols_text(f->asker->symbols, wm_symbol_list_at(offers, i));
        symbols[count] = wm_offer_symbol(f->asker->symbols, offer);
        count += symbols[count] != WM_SYMBOL_NONE ? 1 : 0;
    }
    *filter_out = (wm_candidate_filter){
        .view = f->asker->view,
        .needs = { .symbols = symbols, .count = wm_symbol_set_sort(symbols, count) },
        .areas = { .all = anywhere },
    };
    wm_status status = anywhere ? WM_OK : wm_inquiry_weighing_of(f, subject, &weighing);
    return anywhere || status != WM_OK ? status
                                       : area_symbols(f, weighing->understood, &filter_out->areas);
}

wm_status wm_gather_offers(wm_inquiry *f, wm_symbol_list offers, wm_subject subject, bool anywhere,
                           wm_option ***options_out, size_t *count_out)
{
    wm_entry *entries = NULL;
    size_t count = 0;
    wm_candidate_filter filter;
    wm_status status = offer_filter(f, offers, subject, anywhere, &filter);
    if (status == WM_OK) {
        status = wm_store_candidates(f->asker->store, &filter, &f->arena, &entries, &count, f->err);
    }
    if (status != WM_OK) {
        return status;
    }
    wm_option **options = wm_arena_take_array(&f->arena, count, sizeof(wm_option *));
    if (options == NULL) {
        return wm_fail_memory(f->err);
    }
    *options_out = options;
    return take_offers(f, entries, count, subject, options, count_out);
}
