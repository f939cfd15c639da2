/* fold.h: one form of a word for all the ways of writing it.
 *
 * Folding takes away case, the marks on Latin, Greek and Cyrillic letters, Arabic vowel signs, the
 * two ways of typing the same Arabic letter, apostrophes of every shape, full width and ligatures:
 * "Café" and "CAFE" are "cafe"; "can’t" is "cant". Everything else that is
 * no letter, digit or vowel sign parts words: "self-harm" is "self harm". Pure; no allocation. */
#ifndef WAYMARK_SYS_FOLD_H
#define WAYMARK_SYS_FOLD_H

#include <waymark/sys/buf.h>
#include <waymark/sys/str.h>

WM_BEGIN_DECLS

#define WM_FOLD_CHAR_BYTES 4 /* the most that one character folds to */

/* One character of well-formed UTF-8. */
typedef struct wm_folded {
    uint8_t source_bytes; /* of the character, 1 to 4; 0 at the end of the text */
    bool parts_words;     /* a space, dash, full stop ...; then len is 0 */
    uint8_t len;          /* bytes in text; 0 also for what vanishes inside a word (apostrophe) */
    char text[WM_FOLD_CHAR_BYTES];
} wm_folded;

/* Fold the character that begins at `at` (at most text.len). A byte that is not UTF-8 parts words.
 */
WM_API wm_folded wm_fold_char(wm_str text, size_t at);

/* Put the folded words with one space between them, none before or after. */
WM_API void wm_fold_put(wm_buf *out, wm_str text);

WM_END_DECLS

#endif
