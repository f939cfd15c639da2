/* decimal.h: numbers of other formats, digit by digit: no double ever holds one. */
#ifndef WAYMARK_INTERCHANGE_DECIMAL_H
#define WAYMARK_INTERCHANGE_DECIMAL_H

#include <waymark/sys/json.h>

/* value * 10^digits, rounded to the nearest (half away from zero), of an integer, of a text that is
 * a JSON number, or of a decimal of tree.h. exact_out (may be NULL): nothing was rounded away.
 * False: it is none of these, or too large. */
WM_MUST_USE bool decimal_scaled(const wm_json *value, unsigned digits, int64_t *scaled_out,
                                bool *exact_out);

/* `text` with every JSON number that is not an integer of at most 15 digits in quotes, in `out`,
 * which has room for twice its bytes. Whether it is JSON at all is not this function's business. */
wm_str decimal_quote(wm_str text, char *out);

#endif
