/* facts_used.h: which facts the criteria of many services read, as fact records: for a directory
 * that has no fact records of its own. Grows with the vocabulary, not with the services. */
#ifndef WAYMARK_INTERCHANGE_FACTS_USED_H
#define WAYMARK_INTERCHANGE_FACTS_USED_H

#include <waymark/sys/criteria.h>

typedef struct facts_used facts_used;

WM_MUST_USE wm_status facts_used_new(const wm_env *env, facts_used **facts_out, wm_error *err);
void facts_used_free(facts_used *facts);
/* Takes in an eligibility that compiles. WM_BAD_RECORD: it uses a fact as another type than a
 * service before it did. */
WM_MUST_USE wm_status facts_used_add(facts_used *facts, const wm_json *eligibility, wm_error *err);
/* What an import before made: a fact record with its terms. */
WM_MUST_USE wm_status facts_used_load(facts_used *facts, const wm_json *record, wm_error *err);
/* Every fact, made in `arena`. */
typedef wm_status (*facts_used_fn)(void *context, wm_str id, const wm_json *record, wm_error *err);
WM_MUST_USE wm_status facts_used_each(const facts_used *facts, wm_arena *arena, facts_used_fn each,
                                      void *context, wm_error *err);

#endif
