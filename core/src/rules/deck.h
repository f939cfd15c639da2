/* deck.h: the cards of an answer as sets, so that one word speaks for 64 of them.
 *
 * A `card` condition reads fields with few values. Each bit of such a field lies in a plane of its
 * own: bit i of a word is card i's. What holds for a value is then an AND of planes, whatever the
 * number of cards; which section each card stands in is a set for each section.
 *
 * A view belongs to whoever made it; nothing that a condition reads may change in it after it was
 * put into the deck but its section, and that by wm_deck_move alone. */
#ifndef WAYMARK_RULES_DECK_H
#define WAYMARK_RULES_DECK_H

#include "rules/scene.h"

#define WM_DECK_PLANES 24
#define WM_BLOCK_CARDS 64

/* 64 cards, one behind the other. */
typedef struct wm_deck_block {
    uint64_t planes[WM_DECK_PLANES];
    uint64_t sections[WM_SECTION_COUNT + 1]; /* by wm_section; the last: in none */
} wm_deck_block;

typedef struct wm_deck {
    wm_arena *arena;
    wm_card_view **views;
    uint32_t *words; /* the fields of each with few values, one behind the other */
    wm_deck_block *blocks;
    size_t count;
    size_t capacity; /* of cards: whole blocks */
    size_t ready;    /* the planes speak for so many */
    bool moved;      /* a card came, or changed its section, since this was last set to false */
} wm_deck;

/* Borrows the arena, which must outlive the deck. */
void wm_deck_init(wm_deck *deck, wm_arena *arena);
/* Puts a card behind the others. False: out of memory. */
WM_MUST_USE bool wm_deck_put(wm_deck *deck, wm_card_view *view);
/* index < count */
void wm_deck_move(wm_deck *deck, size_t index, wm_section section);

static inline size_t wm_deck_blocks(const wm_deck *deck)
{
    return (deck->count + WM_BLOCK_CARDS - 1) / WM_BLOCK_CARDS;
}

/* The cards of a block that are there. */
static inline uint64_t wm_deck_all(const wm_deck *deck, size_t block)
{
    size_t left = deck->count - block * WM_BLOCK_CARDS;
    return left >= WM_BLOCK_CARDS ? UINT64_MAX : ((uint64_t)1 << left) - 1;
}

/* Those of a block whose value in a field of few values is one of `values` (bits by number). An
 * `open` is a wm_truth, a `language` a wm_language_match, a `response` that is not known 7; `tried`
 * and `section` have functions of their own. Bits beyond the last card say nothing. */
uint64_t wm_deck_with(wm_deck *deck, size_t block, wm_card_member field, uint32_t values);
/* Those for which one of these outcomes (bits) came of having tried them. */
uint64_t wm_deck_tried(wm_deck *deck, size_t block, uint32_t outcomes);
/* Those that stand in one of these sections (bits). */
uint64_t wm_deck_in(const wm_deck *deck, size_t block, uint32_t sections);

#endif
