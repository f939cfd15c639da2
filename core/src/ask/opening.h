/* opening.h: whether a service is open, as rules and people are told it. */
#ifndef WAYMARK_ASK_OPENING_H
#define WAYMARK_ASK_OPENING_H

#include "ask/texts.h"
#include "model/hours.h"
#include "rules/signpost.h"

#define WM_OPEN_SOON_MINUTES 240

/* Open now, within WM_OPEN_SOON_MINUTES, or always. U: the record does not say. */
wm_truth wm_opening_in_time(const wm_opening *opening, wm_moment now);

/* Writes the member "open" into the open object: {"now","until" or "next","text"}; nothing where
 * the hours are not known. `now` is the moment of the opening. */
void wm_opening_write(const wm_opening *opening, wm_moment now, wm_texts *texts, wm_json_out *out);

#endif
