/* gist.h: of a need, a fact or a locality what must be read when a directory is opened, and of a
 * rule or a text what it says, in a form that is read without parsing JSON. Kept in the index
 * beside the record (store/gists.h).
 *
 *   need      broader, id, label in English (else the first)
 *   fact      after, cost, edition, id, prior, type, with; of each option its value and prior
 *   locality  id, kind, name, parent
 *   rule      if, if_other, unreviewed, why
 *   text      text, unreviewed
 *
 * Words of needs and facts are not in it: they are read from the record when they are wanted.
 * Whoever loads a vocabulary finds in a gist exactly what it finds in the record. */
#ifndef WAYMARK_MODEL_GIST_H
#define WAYMARK_MODEL_GIST_H

#include <waymark/sys/json.h>
#include <waymark/sys/record.h>

/* Records of the kind have one. */
bool wm_gist_has(wm_kind kind);
/* Puts the gist of a record at the end of `out`. wm_gist_has(kind). */
WM_MUST_USE wm_status wm_gist_encode(wm_kind kind, const wm_json *record, wm_buf *out,
                                     wm_error *err);
/* The record as far as its gist goes; all of it lives in the arena. WM_CORRUPT: not what
 * wm_gist_encode puts. */
WM_MUST_USE wm_status wm_gist_decode(wm_str bytes, wm_arena *arena, const wm_json **record_out,
                                     wm_error *err);

#endif
