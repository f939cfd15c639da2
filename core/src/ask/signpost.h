/* signpost.h: the rules act: options get their sections, slots and notes (ANSWERS, "Rules").
 *
 * Phases in order; each reads what the phase before left. What must always hold is kept here,
 * whatever the rules say: see signpost.c. */
#ifndef WAYMARK_ASK_SIGNPOST_H
#define WAYMARK_ASK_SIGNPOST_H

#include "ask/marks.h"

#define WM_SIGNPOST_NOTES_MAX 32
#define WM_SIGNPOST_FACTS_MAX 16
#define WM_SIGNPOST_NAMES_MAX 32
#define WM_SIGNPOST_PAIRS_MAX 8
#define WM_WOULD_ALSO_MAX 5
#define WM_SIGNPOST_RULES_MAX 64
#define WM_SLOT_LOWERED 100 /* a card that only words with a "not" brought */
#define WM_SLOT_FAR 50      /* what needs data, or somebody else to ask: the rest comes first */

/* A text that a rule put: into SAFETY (lines first), or into the notes of the answer. */
typedef struct wm_rule_note {
    wm_symbol text;
    wm_symbol rule;
    bool safety; /* stands in the section SAFETY */
    bool line;   /* before all cards */
} wm_rule_note;

/* Symbols of fields, each once, in the order in which rules named them. */
typedef struct wm_names {
    wm_symbol symbols[WM_SIGNPOST_NAMES_MAX];
    size_t count;
} wm_names;

/* Two services that are shown as one plan, if both are among the cards. */
typedef struct wm_fired_pair {
    const wm_rule *rule;
    const wm_rule_action *action;
} wm_fired_pair;

/* What the rules did to the answer as a whole. Rules are borrowed from the asker. */
typedef struct wm_signposting {
    wm_rule_note notes[WM_SIGNPOST_NOTES_MAX];
    size_t note_count;
    wm_hold hold;          /* of the next question */
    bool leave_no_trace;   /* nothing is printed or kept unless asked for */
    bool gap;              /* fewer than two cards of MAIN were reachable: */
    size_t gap_reachable;  /* so many */
    bool perhaps_danger;   /* words that nobody has reviewed name a danger: said, without a card */
    wm_names handover_add; /* what an introduction passes on: ids of text records `handover.X` */
    wm_names handover_leave_out;
    wm_names never_blocks; /* what consent never blocks: `consent.X` */
    wm_marks marks;        /* on cards */
    wm_fired_pair pairs[WM_SIGNPOST_PAIRS_MAX];
    size_t pair_count;
    const wm_rule *fired[WM_SIGNPOST_RULES_MAX]; /* rules of the query that acted, in order */
    size_t fired_count;
    const wm_rule *would_also[WM_SIGNPOST_RULES_MAX]; /* that wait for something unknown */
    size_t would_also_count;
    wm_symbol ask[WM_SIGNPOST_FACTS_MAX]; /* facts that a rule with on_unknown ask waits for */
    size_t ask_count;
} wm_signposting;

struct wm_inquiry;

/* Applies the rules of the directory to the options, and then what must always hold. Options may be
 * added; each has its section afterwards, WM_SECTION_ALL for none. */
WM_MUST_USE wm_status wm_signpost(struct wm_inquiry *inquiry);
/* Services that are shown as one plan say so to each other. After the options are in order. */
WM_MUST_USE wm_status wm_signpost_pairs(struct wm_inquiry *inquiry);

#endif
