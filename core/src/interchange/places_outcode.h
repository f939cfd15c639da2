/* places_outcode.h: the unit postcodes of one outcode, gathered, and the record that they make. */
#ifndef WAYMARK_INTERCHANGE_PLACES_OUTCODE_H
#define WAYMARK_INTERCHANGE_PLACES_OUTCODE_H

#include <waymark/sys/places.h>

#include "vocab/units.h"

#define OUTCODE_SECTORS 10
#define OUTCODE_UNITS_MAX (OUTCODE_SECTORS * WM_UNIT_CELLS)

typedef struct gathered_unit {
    uint16_t place; /* sector * WM_UNIT_CELLS + cell */
    bool has_position;
    bool is_rough;        /* its position, or that of its neighbour, is a guess */
    bool is_beyond;       /* `locality` is the nation, if anything: nothing finer is known */
    wm_locality locality; /* WM_LOCALITY_NONE: outside */
    int32_t lat;
    int32_t lon;
} gathered_unit;

typedef struct gathered {
    char outcode[8]; /* "" : nothing yet */
    size_t count;
    gathered_unit units[OUTCODE_UNITS_MAX];
    bool is_there[OUTCODE_UNITS_MAX]; /* by place */
} gathered;

/* For the next outcode. */
void gathered_clear(gathered *of);

/* False: it is there already. */
WM_MUST_USE bool gathered_add(gathered *of, const gathered_unit *unit);

/* Adds the units of a record that was made before, unless they are there. */
WM_MUST_USE wm_status gathered_take(gathered *of, const wm_locality_tree *tree,
                                    const wm_json *record, wm_arena *arena, wm_error *err);

/* Puts the record in canonical form. Sorts the units, and forgets those that lie outside.
 * WM_NOT_FOUND: all do (no text). outside_out: how many. */
WM_MUST_USE wm_status gathered_write(gathered *of, const wm_locality_tree *tree, wm_buf *out,
                                     size_t *outside_out, wm_error *err);

/* Shares in thousandths, as a member of a record: what is there at all has at least 1, together
 * 1000, largest first, then by code. `share` of the candidates is any count. At most
 * WM_PLACE_CANDIDATES_MAX; sorts them. */
void place_shares_write(wm_place_candidate *candidates, size_t count, const wm_locality_tree *tree,
                        wm_json_out *out);

#endif
