/* deck.c: fields to planes.
 *
 * The fields of a card are packed into one word; 64 such words are a matrix of bits, and turning it
 * over gives the planes, in fewer steps than there are cards and fields. Planes are made when the
 * first condition asks for them, and again for the last block when cards came. */
#include "rules/deck.h"

#define CAPACITY_LEAST 256 /* whole blocks */
#define HALF 32            /* cards that are turned over at a time */
#define RESPONSE_NOT_KNOWN 7u

/* Where a field lies in the word. */
typedef struct place {
    uint8_t at;
    uint8_t bits;
} place;

static const place places[] = {
    [WM_CARD_STATUS] = { 0, 3 },       [WM_CARD_VERDICT] = { 3, 3 },
    [WM_CARD_NEAR_MISS] = { 6, 1 },    [WM_CARD_USABLE_NOW] = { 7, 1 },
    [WM_CARD_CLOSES_FIRST] = { 8, 1 }, [WM_CARD_SECTION] = { 0, 0 },
    [WM_CARD_SUBJECT] = { 9, 2 },      [WM_CARD_OPEN] = { 11, 2 },
    [WM_CARD_VERIFIED] = { 13, 2 },    [WM_CARD_LANGUAGE] = { 15, 3 },
    [WM_CARD_RESPONSE] = { 18, 3 },    [WM_CARD_TRIED] = { 21, 3 },
};

static uint32_t word_of(const wm_card_view *view)
{
    uint32_t response =
        view->response == WM_SUMMARY_NONE ? RESPONSE_NOT_KNOWN : view->response & 7u;
    return (uint32_t)view->status | (uint32_t)view->verdict << 3 | (uint32_t)view->near_miss << 6 |
           (uint32_t)view->usable_now << 7 | (uint32_t)view->closes_first << 8 |
           (uint32_t)view->subject << 9 | (uint32_t)view->open_in_time << 11 |
           (uint32_t)view->verified << 13 | (uint32_t)view->language << 15 | response << 18 |
           (uint32_t)(view->tried & 7u) << 21;
}

/* Row i, bit k becomes row k, bit i: quarters change places, then quarters of these. */
static void turn_over(uint32_t rows[HALF])
{
    uint32_t mask = 0x0000ffff;
    for (unsigned step = HALF / 2; step > 0; step /= 2, mask ^= mask << step) {
        for (unsigned first = 0; first < HALF; first += 2 * step) {
            for (unsigned i = first; i < first + step; i++) {
                uint32_t change = (rows[i] >> step ^ rows[i + step]) & mask;
                rows[i + step] ^= change;
                rows[i] ^= change << step;
            }
        }
    }
}

static void make_planes(const wm_deck *deck, size_t block)
{
    uint32_t halves[2][HALF]; /* the words behind the last card are 0 */
    memcpy(halves, deck->words + block * WM_BLOCK_CARDS, sizeof halves);
    turn_over(halves[0]);
    turn_over(halves[1]);
    for (size_t i = 0; i < WM_DECK_PLANES; i++) {
        deck->blocks[block].planes[i] = halves[0][i] | (uint64_t)halves[1][i] << HALF;
    }
}

static const uint64_t *planes_of(wm_deck *deck, size_t block)
{
    if (deck->ready < deck->count) {
        for (size_t b = deck->ready / WM_BLOCK_CARDS; b < wm_deck_blocks(deck); b++) {
            make_planes(deck, b);
        }
        deck->ready = deck->count;
    }
    return deck->blocks[block].planes;
}

/* ---- the cards ----------------------------------------------------------------------------- */

void wm_deck_init(wm_deck *deck, wm_arena *arena)
{
    *deck = (wm_deck){ .arena = arena };
}

static bool make_room(wm_deck *deck)
{
    size_t capacity = deck->capacity > 0 ? 2 * deck->capacity : CAPACITY_LEAST;
    wm_card_view **views = wm_arena_array(deck->arena, capacity, sizeof(wm_card_view *));
    uint32_t *words = wm_arena_array(deck->arena, capacity, sizeof *words);
    wm_deck_block *blocks =
        wm_arena_array(deck->arena, capacity / WM_BLOCK_CARDS, sizeof(wm_deck_block));
    if (views == NULL || words == NULL || blocks == NULL) {
        return false;
    }
    if (deck->count > 0) {
        memcpy(views, deck->views, deck->count * sizeof(wm_card_view *));
        memcpy(words, deck->words, deck->count * sizeof *words);
        memcpy(blocks, deck->blocks, wm_deck_blocks(deck) * sizeof(wm_deck_block));
    }
    deck->views = views;
    deck->words = words;
    deck->blocks = blocks;
    deck->capacity = capacity;
    return true;
}

bool wm_deck_put(wm_deck *deck, wm_card_view *view)
{
    if (deck->count == deck->capacity && !make_room(deck)) {
        return false;
    }
    size_t index = deck->count++;
    deck->views[index] = view;
    deck->words[index] = word_of(view);
    deck->blocks[index / WM_BLOCK_CARDS].sections[view->section] |= (uint64_t)1
                                                                    << index % WM_BLOCK_CARDS;
    deck->moved = true;
    return true;
}

void wm_deck_move(wm_deck *deck, size_t index, wm_section section)
{
    wm_card_view *view = deck->views[index];
    uint64_t *sections = deck->blocks[index / WM_BLOCK_CARDS].sections;
    uint64_t bit = (uint64_t)1 << index % WM_BLOCK_CARDS;
    if (view->section != section) {
        sections[view->section] &= ~bit;
        sections[section] |= bit;
        view->section = section;
        deck->moved = true;
    }
}

/* ---- sets ---------------------------------------------------------------------------------- */

uint64_t wm_deck_with(wm_deck *deck, size_t block, wm_card_member field, uint32_t values)
{
    const uint64_t *planes = planes_of(deck, block) + places[field].at;
    unsigned bits = places[field].bits;
    uint64_t with = 0;
    for (uint32_t value = 0; value < 1u << bits; value++) {
        uint64_t here = values >> value & 1 ? UINT64_MAX : 0;
        for (unsigned i = 0; i < bits && here != 0; i++) {
            here &= value >> i & 1 ? planes[i] : ~planes[i];
        }
        with |= here;
    }
    return with;
}

uint64_t wm_deck_tried(wm_deck *deck, size_t block, uint32_t outcomes)
{
    const uint64_t *planes = planes_of(deck, block) + places[WM_CARD_TRIED].at;
    uint64_t tried = 0;
    for (unsigned i = 0; i < places[WM_CARD_TRIED].bits; i++) {
        tried |= outcomes >> i & 1 ? planes[i] : 0;
    }
    return tried;
}

uint64_t wm_deck_in(const wm_deck *deck, size_t block, uint32_t sections)
{
    uint64_t in = 0;
    for (unsigned i = 0; i <= WM_SECTION_COUNT; i++) {
        in |= sections >> i & 1 ? deck->blocks[block].sections[i] : 0;
    }
    return in;
}
