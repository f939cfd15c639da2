/* unfold.h: criteria in short (brief.h) as a program again, without a look into the database: for
 * the next question, which asks the same few services over and over what one more answer would
 * settle, and for cards whose criteria have no more to say than that.
 *
 * The same nodes in the same order as in the program that the short form was made of; without the
 * texts of checks and without where else to go, which no verdict reads. */
#ifndef WAYMARK_RULES_UNFOLD_H
#define WAYMARK_RULES_UNFOLD_H

#include "model/summary.h"
#include "rules/program.h"

/* own_areas: as they were given to wm_brief_put. Lives in the arena. WM_CORRUPT: not what
 * wm_brief_put puts. */
WM_MUST_USE wm_status wm_brief_unfold(wm_str bytes, wm_symbol_list own_areas, wm_arena *arena,
                                      wm_criteria *criteria_out, wm_error *err);

#endif
