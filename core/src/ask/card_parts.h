/* card_parts.h: what the files that write a card share. */
#ifndef WAYMARK_ASK_CARD_PARTS_H
#define WAYMARK_ASK_CARD_PARTS_H

#include "ask/card.h"
#include "ask/shelf.h"

/* One card in the making. */
typedef struct wm_card {
    const wm_weighing *weighing; /* of whoever the card is for */
    const wm_option *option;
    const wm_card_place *place;
    const wm_face *face;
    wm_face_words words;  /* in the language asked for, where the service has them */
    bool has_translation; /* some of them are; words.reviewed says whether somebody checked */
    const wm_summary *summary;
    const wm_criteria *criteria;
    const wm_verdict_result *result;
    wm_arena *arena;
    wm_json_out *out;
    wm_error *err;
} wm_card;

/* ---- card_words.c: words for sentences ----------------------------------------------------- */

wm_words wm_card_words(wm_card *card);
wm_evaluation wm_card_evaluation(const wm_card *card);
/* Sets words and has_translation, of the face. */
void wm_card_choose_words(wm_card *card);
/* ---- card_notes.c -------------------------------------------------------------------------- */

/* Writes the member "notes". */
WM_MUST_USE wm_status wm_card_write_notes(wm_card *card);
/* Known to be about to change: it was to be checked again after a day, which has passed. */
bool wm_card_must_be_rechecked(const wm_card *card, wm_date recheck_after);

#endif
