/* seen.h: what the sampled records of a base show, to the reader and to the writer of a delta.
 *
 * Both prime their model with it, so that a delta need not define what the base has already;
 * strings that come again and again at one place of the records have numbers there; and long texts
 * are said in the words of the base. */
#ifndef WAYMARK_PACK_SEEN_H
#define WAYMARK_PACK_SEEN_H

#include "shapes.h"
#include "vocabulary.h"

typedef struct pack_seen {
    wm_arena arena;
    wm_buf strings;    /* all of them, each with a NUL: context by context */
    pack_known *known; /* by context: those that come more than once */
    uint32_t contexts; /* 0: nothing was seen, or it is forgotten */
    pack_vocabulary vocabulary;
} pack_seen;

void pack_seen_init(pack_seen *seen, const wm_env *env);
void pack_seen_fini(pack_seen *seen);

/* What records are shown to. */
typedef struct pack_prime {
    pack_model *model; /* that was just reset */
    pack_shapes *shapes;
    bool wants_words; /* else the vocabulary stays empty */
} pack_prime;

/* Primes a model. WM_TOO_LARGE: the base has too many shapes for one. */
WM_MUST_USE wm_status pack_seen_records(pack_seen *seen, const wm_pack_base *base,
                                        const pack_sample *sample, const pack_prime *prime,
                                        wm_error *err);
/* Those of a context; empty if there are none. */
pack_known pack_seen_of(const pack_seen *seen, uint32_t context);

#endif
