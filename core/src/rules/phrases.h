/* phrases.h: what a condition asks for, in plain English, to stand behind "people": "aged 16 to
 * 25", "living in Swindon". No tense, no person and no number, so that phrases can be put together:
 * "who look after someone living in Swindon". */
#ifndef WAYMARK_RULES_PHRASES_H
#define WAYMARK_RULES_PHRASES_H

#include "rules/program.h"

typedef struct wm_phrases {
    const wm_criteria *criteria;
    const wm_symbols *symbols;
    const wm_words *words; /* never NULL */
    wm_buf *out;
} wm_phrases;

void wm_phrase_node(const wm_phrases *phrases, size_t at);
/* "26", "18 months", "4 years 6 months" */
void wm_phrase_months(wm_buf *out, int32_t months, bool in_months);
/* The person's age on `day`, to stand behind "you are": "26", "15 or 16", "16 or over". */
void wm_phrase_known_age(wm_buf *out, wm_date_range birth, wm_date day, bool in_months);
/* "in_crisis" as "in crisis". */
void wm_phrase_id(wm_buf *out, wm_str id);
/* The word that `look_up` has for `id`, else the id made readable. */
void wm_phrase_word(const wm_phrases *phrases, wm_str (*look_up)(void *context, wm_str id),
                    wm_symbol id);

#endif
