/* signpost.h: the language of signposting rules: compile, check, evaluate. What a rule does to an
 * answer is ask/signpost.c's.
 *
 * A rule is a record (ANSWERS, "Rules"; the grammar stands in core/README.md). Its conditions are
 * criteria with four more leaves, three-valued like the rest:
 *
 *   {"need":[ids]}    T: one of the query's needs is one of these or below one; else F
 *   {"query":{..}}    actor [..], about [..], access [..]: T or F
 *   {"card":{..}}     of one service: the members of wm_card_view; several members are `all`
 *   {"result":{..}}   main_reachable {"min","max"}: how many cards of MAIN this actor can use now
 *
 * `card` stands in rules of scope card, and in when, only and unless of actions on cards; `result`
 * from phase add on.
 *
 * A program is made when the record is stored and read in place. Programs belong to one database
 * (symbols) and are never exchanged. */
#ifndef WAYMARK_RULES_SIGNPOST_H
#define WAYMARK_RULES_SIGNPOST_H

#include <waymark/sys/criteria.h>

#include "model/summary.h"

/* In the order in which they stand in an answer; a card stands in the highest that wants it. */
typedef enum wm_section {
    WM_SECTION_SAFETY,
    WM_SECTION_MAIN,
    WM_SECTION_ALONGSIDE,
    WM_SECTION_WHILE_WAITING,
    WM_SECTION_NOT_A_MATCH,
    WM_SECTION_FOOTER,
    WM_SECTION_COUNT,
    WM_SECTION_ALL = WM_SECTION_COUNT /* for `hide`: in none */
} wm_section;
/* "SAFETY", ... */
const char *wm_section_name(wm_section section);
WM_MUST_USE bool wm_section_parse(wm_str name, wm_section *section_out);

typedef enum wm_rule_phase {
    WM_PHASE_SAFETY,
    WM_PHASE_LIFECYCLE,
    WM_PHASE_UNBLOCK,
    WM_PHASE_ADD,
    WM_PHASE_ORDER,
    WM_PHASE_ANNOTATE,
    WM_PHASE_COUNT
} wm_rule_phase;

typedef enum wm_rule_scope { WM_SCOPE_QUERY, WM_SCOPE_CARD } wm_rule_scope;

/* What a condition that is unknown does. FIRE marks what it shows as for some only; ASK offers the
 * missing facts to the next question and, like SKIP, does nothing now. */
typedef enum wm_on_unknown { WM_UNKNOWN_SKIP, WM_UNKNOWN_FIRE, WM_UNKNOWN_ASK } wm_on_unknown;

/* Whose facts a service is evaluated with. */
typedef enum wm_subject {
    WM_SUBJECT_PERSON,
    WM_SUBJECT_ACTOR,
    WM_SUBJECT_PARENT,
    WM_SUBJECT_COUNT
} wm_subject;

typedef enum wm_rule_verb {
    WM_VERB_SHOW,
    WM_VERB_LINE,
    WM_VERB_NOTE,
    WM_VERB_HIDE,
    WM_VERB_MOVE,
    WM_VERB_RANK,
    WM_VERB_REPLACE,
    WM_VERB_UNBLOCK,
    WM_VERB_PAIR,
    WM_VERB_IGNORE_AREA,
    WM_VERB_HANDOVER,
    WM_VERB_CONSENT,
    WM_VERB_HOLD_QUESTIONS,
    WM_VERB_LEAVE_NO_TRACE,
    WM_VERB_GAP,
    WM_VERB_COUNT
} wm_rule_verb;

typedef enum wm_hold { WM_HOLD_NOT, WM_HOLD_UNTIL_SEEN, WM_HOLD_UNTIL_ASKED } wm_hold;

#define WM_RULE_ACTIONS_MAX 16
#define WM_RULE_SLOT_MAX 99 /* slots 0 to 99; lower first */
#define WM_RULE_RANK_MAX 9  /* rank -9 to 9 */

/* One entry of `do`. Lists and programs point into the rule's bytes. */
typedef struct wm_rule_action {
    wm_rule_verb verb;
    wm_section section;    /* show, hide, move */
    int32_t slot;          /* show; -1: none */
    int32_t by;            /* rank: negative is up */
    wm_subject subject;    /* show */
    bool for_card;         /* show with "for":"card": once for the cards that fired */
    wm_hold until;         /* hold_questions */
    wm_symbol text;        /* line, note, pair: id of a text record; WM_SYMBOL_NONE: none */
    wm_symbol_list names;  /* offers (show, pair, ignore_area), reasons (unblock), `add` (handover),
                              never_blocks (consent) */
    wm_symbol_list others; /* never (unblock), leave_out (handover) */
    bool has_when;         /* hide: required there */
    bool has_only;
    bool has_unless;
    bool reads_card; /* only or unless reads the card in hand; else they hold for all cards alike,
                        and a note of a query rule is for the answer */
    wm_criteria when;
    wm_criteria only;
    wm_criteria unless;
} wm_rule_action;

typedef struct wm_rule {
    wm_symbol id;
    wm_rule_phase phase;
    int32_t priority; /* higher first */
    wm_rule_scope scope;
    wm_on_unknown on_unknown;
    wm_criteria when;
    size_t action_count;
    wm_rule_action actions[WM_RULE_ACTIONS_MAX];
} wm_rule;

/* Compiles a rule record that passed wm_record_check; puts the program behind what is there.
 * context->allow_actor is taken as true. WM_BAD_RECORD: names path, expected and found
 * ("do[1].only.card.open: expected ..."). */
WM_MUST_USE wm_status wm_rule_compile(const wm_json *rule, const wm_criteria_context *context,
                                      wm_buf *program_out, wm_error *err);
/* Checks the bytes and borrows them. WM_CORRUPT, WM_NEWER. Allocates nothing. */
WM_MUST_USE wm_status wm_rule_load(wm_str program, wm_rule *rule_out, wm_error *err);
/* <0, 0, >0: by phase, then priority (higher first), then id. */
int wm_rule_compare(const wm_rule *a, const wm_rule *b, const wm_symbols *symbols);

/* ---- what conditions read ------------------------------------------------------------------ */

/* Who asks, whom it is about, and what came of what was tried; in the order of their bits. */
typedef enum wm_actor {
    WM_ACTOR_SELF,
    WM_ACTOR_FAMILY,
    WM_ACTOR_CARER,
    WM_ACTOR_GP,
    WM_ACTOR_SCHOOL,
    WM_ACTOR_PROFESSIONAL
} wm_actor;

typedef enum wm_about {
    WM_ABOUT_SELF,
    WM_ABOUT_CHILD,
    WM_ABOUT_CARED_FOR,
    WM_ABOUT_PARTNER,
    WM_ABOUT_PARENT
} wm_about;

typedef enum wm_outcome {
    WM_OUTCOME_REFUSED,
    WM_OUTCOME_DID_NOT_HELP,
    WM_OUTCOME_WAITING
} wm_outcome;

/* The number of a name ("family", "cared_for", "did_not_help"). */
WM_MUST_USE bool wm_actor_parse(wm_str name, wm_actor *actor_out);
WM_MUST_USE bool wm_about_parse(wm_str name, wm_about *about_out);
WM_MUST_USE bool wm_outcome_parse(wm_str name, wm_outcome *outcome_out);

typedef enum wm_language_match {
    WM_LANGUAGE_NOT_ASKED, /* the query asks for no language */
    WM_LANGUAGE_NOT_KNOWN, /* the record does not say */
    WM_LANGUAGE_NO,
    WM_LANGUAGE_INTERPRETER, /* by an interpreter */
    WM_LANGUAGE_YES          /* spoken there */
} wm_language_match;

/* Verified: not overdue, overdue, never. */
typedef enum wm_verified { WM_VERIFIED_OK, WM_VERIFIED_OVERDUE, WM_VERIFIED_NEVER } wm_verified;

/* One service for this person, as `card` conditions read it. */
typedef struct wm_card_view {
    wm_service_status status : 8; /* "status": [names]; as it counts on the day */
    wm_verdict verdict : 8;       /* "verdict": [names] */
    wm_section section : 8;       /* "section": [names] */
    wm_subject subject : 8;       /* "subject": ["person","actor","parent"] */
    wm_truth open_in_time : 8;    /* "open": "in_time": now, in 4 hours, or always; U: not known */
    wm_verified verified : 8;     /* "verified": ["ok","overdue","never"] */
    wm_language_match language : 8; /* "language": ["yes","interpreter","no"]; U: not asked, not
                                       known */
    bool near_miss;                 /* "near_miss": bool */
    bool usable_now;       /* "usable_now": bool: takes people now, by a route of the actor */
    bool closes_first;     /* "closes_before_first_contact": bool */
    uint8_t response;      /* "response": [names]; U: WM_SUMMARY_NONE */
    uint8_t tried;         /* "tried": ["refused","did_not_help","waiting"]: bits by outcome */
    int32_t wait_weeks;    /* "wait_weeks": {"min","max"}; U: -1 */
    wm_symbol kind;        /* "kind": [names] */
    wm_symbol_list offers; /* "offers": [names]: any of them */
    uint32_t exclusion_count;
    const wm_symbol *exclusions; /* "exclusion": [reasons] that are true for this person */
} wm_card_view;

/* What rule leaves read beside the facts; wm_evaluation.scene. */
typedef struct wm_scene {
    const wm_symbol *needs; /* those of the query and all above them; rising, each once */
    size_t need_count;
    uint8_t actor;  /* wm_actor */
    uint8_t about;  /* wm_about */
    uint8_t access; /* bits, WM_ACCESS_* */
    uint32_t main_reachable;
    const wm_card_view *card; /* NULL: none in hand; `card` leaves are then unknown */
} wm_scene;

/* "access": ["languages","bsl","interpreter","step_free","remote","evenings"] that the query asks
 * for. */
#define WM_ACCESS_LANGUAGES 1u
#define WM_ACCESS_BSL 2u
#define WM_ACCESS_INTERPRETER 4u
#define WM_ACCESS_STEP_FREE 8u
#define WM_ACCESS_REMOTE 16u
#define WM_ACCESS_EVENINGS 32u

#endif
