/* phrases.h: what a condition asks for, to stand behind "people": "aged 16 to 25", "living in
 * Swindon". */
#ifndef WAYMARK_RULES_PHRASES_H
#define WAYMARK_RULES_PHRASES_H

#include "rules/templates.h"

void wm_phrase_node(const wm_phrases *phrases, size_t at);
/* The person's age, to stand behind "you are": "26", "15 or 16", "16 or over". */
void wm_phrase_known_age(const wm_phrases *phrases, wm_months_span age, bool in_months);
/* The word that `look_up` has for `id`, else the id made readable ("in_crisis": "in crisis"). */
void wm_phrase_word(const wm_phrases *phrases, wm_str (*look_up)(void *context, wm_str id),
                    wm_symbol id);

#endif
