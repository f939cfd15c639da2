/* check_places.h: whether the unit postcodes that a place carries can be read. Pure. */
#ifndef WAYMARK_RULES_CHECK_PLACES_H
#define WAYMARK_RULES_CHECK_PLACES_H

#include <waymark/sys/record.h>

/* Findings of one place record whose shape has been checked. */
WM_MUST_USE wm_status check_place_units(const wm_record *record, const wm_json *value,
                                        const wm_finding_sink *sink);

#endif
