/* language.h: tags of languages ("pt-BR"), and what a record says in one. */
#ifndef WAYMARK_ASK_LANGUAGE_H
#define WAYMARK_ASK_LANGUAGE_H

#include <waymark/sys/json.h>

/* In any case of letters (RFC 5646, 2.1.1). */
bool wm_language_same(wm_str a, wm_str b);
/* "zh-Hant-TW" to "zh-Hant", that to "zh", that to nothing; a letter that stands alone goes with
 * what it led (RFC 4647, 3.4). */
wm_str wm_language_broader(wm_str tag);
/* "en", "en-GB" */
bool wm_language_is_english(wm_str tag);
/* Arabic, Hebrew, Urdu ..., by language or by script. */
bool wm_language_is_right_to_left(wm_str tag);
/* How near a language is to the one asked for: 1 the same, more for each step to a broader one
 * ("pt" for "pt-BR" is 2); 0: neither. */
size_t wm_language_fit(wm_str asked, wm_str language);

/* What a value says in just this language: a string is English, else there is a member for each
 * language. Empty: nothing. */
wm_str wm_language_text(const wm_json *value, wm_str tag);
/* The member of an object with one for each language; NULL: neither the language nor a broader one
 * of it. */
const wm_json *wm_language_member(const wm_json *by_language, wm_str tag);
/* Whether an array of tags has this one. */
bool wm_language_listed(const wm_json *tags, wm_str tag);

#endif
