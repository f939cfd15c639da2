/* signpost.h: the rules act: options get their sections, slots and notes (ANSWERS, "Rules").
 *
 * Phases in order; each reads what the phase before left. What must always hold is kept here,
 * whatever the rules say: see signpost.c. */
#ifndef WAYMARK_ASK_SIGNPOST_H
#define WAYMARK_ASK_SIGNPOST_H

#include "ask/weigh.h"

#define WM_SIGNPOST_NOTES_MAX 32
#define WM_SIGNPOST_FACTS_MAX 16
#define WM_SIGNPOST_NAMES_MAX 32
#define WM_WOULD_ALSO_MAX 5

/* A text that a rule put: into SAFETY (lines first), or into the notes of the answer. */
typedef struct wm_rule_note {
    wm_symbol text;
    wm_symbol rule;
    bool safety; /* stands in the section SAFETY */
    bool line;   /* before all cards */
    int32_t slot;
} wm_rule_note;

/* Symbols of fields, each once, in the order in which rules named them. */
typedef struct wm_names {
    wm_symbol symbols[WM_SIGNPOST_NAMES_MAX];
    size_t count;
} wm_names;

/* What the rules did to the answer as a whole. */
typedef struct wm_signposting {
    wm_rule_note notes[WM_SIGNPOST_NOTES_MAX];
    size_t note_count;
    wm_hold hold;        /* of the next question */
    bool leave_no_trace; /* nothing is printed or kept unless asked for */
    bool gap;
    wm_names handover_add; /* what an introduction passes on: ids of text records `handover.X` */
    wm_names handover_leave_out;
    wm_names never_blocks;                   /* what consent never blocks: `consent.X` */
    wm_symbol would_also[WM_WOULD_ALSO_MAX]; /* rules that would act if something unknown held */
    size_t would_also_count;
    wm_symbol ask[WM_SIGNPOST_FACTS_MAX]; /* facts that a rule with on_unknown ask waits for */
    size_t ask_count;
} wm_signposting;

#endif
