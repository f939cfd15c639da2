/* names.h: services that a text asks for by their names, or by their organization's.
 *
 * What is shown as "the one you asked for" must be it: a name counts as asked for (`sure`) only
 * where its words say enough. What may be meant is offered as a question. The rules stand in
 * names.c; tests/cases/names has them as cases. */
#ifndef WAYMARK_ASK_NAMES_H
#define WAYMARK_ASK_NAMES_H

#include "ask/asker.h"

#define WM_NAMED_MAX 32 /* services whose names are in one text */
#define WM_ORGANIZATION_SERVICES_MAX 1024
#define WM_NAMED_TOLD_MAX 4  /* of those that fit as well as each other: more are none */
#define WM_NAMED_HEIRS_MAX 4 /* what took over from one of them */

typedef struct wm_named {
    int64_t revision;
    uint32_t start; /* bytes of the text: [start, start + length) */
    uint32_t length;
    bool sure;         /* asked for; else it may be */
    bool is_described; /* by ordinary words alone: elsewhere it is another one */
    uint8_t group;     /* of those that fit as well as each other; they stand together */
    wm_str id;         /* lives as long as the arena */
    /* filled by ask/named.c */
    bool left_out; /* not what was asked for, after all */
    bool closed;
    wm_str heirs[WM_NAMED_HEIRS_MAX];
    size_t heir_count;
} wm_named;

/* Where services are wanted; count 0: anywhere. */
typedef struct wm_named_where {
    const wm_locality *places;
    size_t count;
} wm_named_where;

/* At most WM_NAMED_MAX, those that are sure first; all lives in the arena. Of an organization with
 * more services than that, those whose areas touch a place, among WM_ORGANIZATION_SERVICES_MAX.
 * Finds nothing in a text of more than WM_QUERY_TEXT_BYTES_MAX bytes. Inside a reading transaction,
 * after wm_asker_words. */
WM_MUST_USE wm_status wm_names_find(const wm_asker *asker, wm_str text, wm_named_where where,
                                    wm_arena *arena, wm_named named_out[WM_NAMED_MAX],
                                    size_t *count_out, wm_error *err);

#endif
