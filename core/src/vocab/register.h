/* register.h: places as they are held, and how they are found: shared by places.c, which builds the
 * register, and where.c, which reads what people type. */
#ifndef WAYMARK_VOCAB_REGISTER_H
#define WAYMARK_VOCAB_REGISTER_H

#include <waymark/sys/places.h>

#include "lexicon.h"

#define LOCALITY_BIT 0x80000000u
#define KEY_BYTES_MAX 256 /* longer names are cut, on both sides of the comparison */
#define SECTORS 10

typedef struct place {
    wm_str id;
    wm_str kind;
    wm_str name;
    wm_place_candidate *shares; /* largest first, then in order of the tree */
    wm_locality *in_order;      /* the same in the order of the record: what units refer to */
    wm_str *units;              /* SECTORS texts (units.h), or NULL */
    uint8_t share_count;
    bool has_position;
    int32_t lat;
    int32_t lon;
    uint32_t radius_m; /* 0: not known */
} place;

struct wm_places {
    const wm_env *env;
    wm_arena arena;
    const wm_locality_tree *tree;
    wm_place_source source; /* get NULL: all places are here */
    bool has_names;         /* `places` and `keys` are filled */
    place *places;          /* in order of id */
    size_t count;
    size_t capacity;
    lexicon keys;
};

typedef struct place_key {
    char bytes[KEY_BYTES_MAX];
    size_t len;
} place_key;

static inline wm_str place_key_str(const place_key *the)
{
    return (wm_str){ the->bytes, the->len };
}

/* "=BA1 1AA", "=L81001": a code in capitals. */
void place_key_code(place_key *out, wm_str code);
/* Folded words with one space between them. */
void place_key_name(place_key *out, wm_str name);

/* Largest share first, then in order of the tree. */
int place_compare_candidates(const void *a, const void *b);

/* The place of a record, in `arena`. WM_BAD_RECORD as with wm_places_new. */
WM_MUST_USE wm_status place_read(wm_arena *arena, const wm_locality_tree *tree,
                                 const wm_json *record, place *out, wm_error *err);
/* Reads the names from the source, if that has not been done. */
WM_MUST_USE wm_status place_names(wm_places *places, wm_error *err);

#endif
