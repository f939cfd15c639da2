/* card_parts.h: what the files that write a card share. */
#ifndef WAYMARK_ASK_CARD_PARTS_H
#define WAYMARK_ASK_CARD_PARTS_H

#include "ask/card.h"

/* One card in the making. */
typedef struct wm_card {
    const wm_weighing *weighing; /* of whoever the card is for */
    const wm_option *option;
    const wm_card_place *place;
    const wm_json *service;
    wm_summary summary;
    wm_criteria criteria;
    wm_verdict_result result;
    wm_arena *arena;
    wm_json_out *out;
    wm_error *err;
    wm_status words_status; /* the first failure to look up words */
} wm_card;

/* ---- card_words.c: words for sentences ----------------------------------------------------- */

wm_words wm_card_words(wm_card *card);
wm_evaluation wm_card_evaluation(const wm_card *card);
/* The translation of the service in the language asked for; NULL: none. */
const wm_json *wm_card_translation(const wm_card *card);
/* A field of the service, in the language asked for where it has it. */
wm_str wm_card_field(const wm_card *card, const char *field);

/* ---- card_notes.c -------------------------------------------------------------------------- */

/* Writes the member "notes". */
WM_MUST_USE wm_status wm_card_write_notes(wm_card *card);
/* Known to be about to change: a day in a record or a contact after which it must be checked again,
 * and that has passed. */
bool wm_card_must_be_rechecked(const wm_card *card, const wm_json *object);

#endif
