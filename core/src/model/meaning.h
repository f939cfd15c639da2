/* meaning.h: how the members of one object must agree; each is a model_agree_fn of shape.h.
 *
 * They see the object whatever was wrong with its parts, so each looks before it reads. */
#ifndef WAYMARK_MODEL_MEANING_H
#define WAYMARK_MODEL_MEANING_H

#include "shape.h"

/* One line of weekly or monthly hours: it opens and closes at different times. */
void model_agree_opening(model_check *check, const wm_json *opening);
/* A day that differs: closed, or open from and to. */
void model_agree_exception(model_check *check, const wm_json *exception);
/* Always, or by a timetable; valid from before to. */
void model_agree_hours(model_check *check, const wm_json *hours);
/* The value looks like what its kind says. */
void model_agree_contact(model_check *check, const wm_json *contact);
void model_agree_accepting(model_check *check, const wm_json *accepting);
void model_agree_cost(model_check *check, const wm_json *cost);

/* Status and dates, successors, professional_only, confidential places. */
void model_agree_service(model_check *check, const wm_json *service);
/* Options where there is something to choose, and nowhere else. */
void model_agree_fact(model_check *check, const wm_json *fact);
/* Shares add up, and name no locality twice. */
void model_agree_place(model_check *check, const wm_json *place);
/* Not broader than itself; what is unreviewed is there. */
void model_agree_need(model_check *check, const wm_json *need);
void model_agree_text(model_check *check, const wm_json *text);

#endif
