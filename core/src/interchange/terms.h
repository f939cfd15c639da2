/* terms.h: asking a table of terms. */
#ifndef WAYMARK_INTERCHANGE_TERMS_H
#define WAYMARK_INTERCHANGE_TERMS_H

#include <waymark/sys/interchange.h>

typedef struct terms_asked {
    wm_str vocabulary;
    wm_str code;
    wm_str name;
} terms_asked;

/* Calls `each` with every need that the term means, in the order of the table. True if the table
 * has the term, be it as no need. `terms` may be NULL. */
bool terms_find(const wm_terms *terms, const terms_asked *asked,
                void (*each)(void *context, wm_str need), void *context);

#endif
