/* query.h: one question, read and checked. */
#ifndef WAYMARK_ASK_QUERY_H
#define WAYMARK_ASK_QUERY_H

#include <waymark/sys/date.h>
#include <waymark/sys/digest.h>
#include <waymark/sys/json.h>

#include "model/hours.h"
#include "rules/signpost.h"

#define WM_TRIED_MAX 32
#define WM_QUERY_LIMIT_DEFAULT 20
#define WM_QUERY_NEEDS_MAX 32

typedef struct wm_tried {
    wm_str service;
    wm_outcome outcome;
} wm_tried;

/* Everything is borrowed from the arena of the parse. */
typedef struct wm_query {
    const wm_json *needs; /* array of strings, or NULL */
    wm_str text;          /* empty: none */
    wm_str at;            /* empty: none */
    const wm_json *facts; /* object, or NULL */
    const wm_json *actor_facts;
    wm_actor actor;
    wm_about about;
    wm_tried tried[WM_TRIED_MAX];
    size_t tried_count;
    const wm_json *access; /* object, or NULL */
    wm_date as_of;
    wm_moment now; /* local time; only with has_now */
    bool has_now;
    uint32_t limit;
    wm_str lang;
    wm_digest digest; /* of the canonical query with its as_of */
} wm_query;

/* Read a query; its tree lives in the arena. default_as_of: for a query that names neither as_of
 * nor now; NULL: there is none, and such a query is refused. WM_BAD_INPUT or WM_TOO_LARGE: names
 * the field, what was expected and what was found. */
WM_MUST_USE wm_status wm_query_parse(wm_arena *arena, const wm_env *env, wm_str text,
                                     const wm_date *default_as_of, wm_query *query_out,
                                     wm_error *err);

/* The routes that an actor has (ANSWERS, "Defaults"). */
wm_routes wm_actor_routes(wm_actor actor);

#endif
