/* canonical.h: the byte form that TUF signatures are over (OLPC canonical JSON).
 *
 * Members sorted by name, no space between tokens, and in strings only '"' and '\' are escaped:
 * every other byte, line feeds included, stands as it is. So it is not always JSON, and it is not
 * our record form (core's json.h): the two are never exchanged. */
#ifndef WAYMARK_TRUST_CANONICAL_H
#define WAYMARK_TRUST_CANONICAL_H

#include <waymark/sys/json.h>

/* Put the form of a parsed value. Failures stick to the buffer. */
void wm_tuf_canonical(wm_buf *out, const wm_json *value);

#endif
