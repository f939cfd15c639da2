/* weigh.h: one service for this person: verdict, section and place in the order. No record of a
 * service is parsed. */
#ifndef WAYMARK_ASK_WEIGH_H
#define WAYMARK_ASK_WEIGH_H

#include "ask/order.h"
#include "ask/texts.h"
#include "ask/understand.h"
#include "rules/brief.h"

/* How the need of a service relates to the query's. */
typedef enum wm_need_fit { WM_FIT_EXACT, WM_FIT_NARROWER, WM_FIT_BROADER, WM_FIT_NONE } wm_need_fit;

/* A closed service that another one follows. */
typedef struct wm_predecessor {
    int64_t revision;
    wm_packed_id id;
    wm_date closed_on; /* WM_SUMMARY_NO_DATE: not known */
} wm_predecessor;

/* A text that a rule put on a card. */
typedef struct wm_card_note {
    wm_symbol text; /* id of a text record */
    wm_symbol rule;
    const struct wm_option *other; /* the service that it speaks of; NULL: none */
    struct wm_card_note *next;
} wm_card_note;

/* A rule that acted on a card. */
typedef struct wm_card_rule {
    wm_symbol rule;
    struct wm_card_rule *next;
} wm_card_rule;

/* Whether the text asks for it by name; not in SAFETY, which has its own order. */
typedef enum wm_named_as { WM_NAMED_ITSELF, WM_NAMED_HEIR, WM_NAMED_NOT } wm_named_as;

/* One service as it stands for one person: in the arena of the question. */
typedef struct wm_option {
    int64_t revision;
    wm_order_key key;
    wm_card_view view;
    wm_packed_id id;                      /* borrowed from the index, like the offers of the view */
    wm_str criteria;                      /* in short; borrowed, too */
    wm_str summary;                       /* so is this */
    wm_symbol_list areas;                 /* its own, for them */
    int32_t distance_m;                   /* -1: not known, or not to be told */
    wm_date closes_on;                    /* WM_SUMMARY_NO_DATE: none */
    const wm_predecessor *took_over_from; /* NULL: from none */
    struct wm_option *heirs;              /* of one that is closed: those that took over from it */
    struct wm_option *next_heir;          /* of the same */
    wm_card_note *notes; /* in order of firing; both once wm_marks_tell was called */
    wm_card_rule *rules;
    uint32_t number; /* among the cards that rules saw, from 1; 0: they did not see it */
    wm_named_as named;
    int32_t slot;      /* in its section; -1: none */
    int32_t rank;      /* by rules, at most WM_RANK_MOST: negative is up */
    bool gone;         /* closed: never an option */
    bool of_the_group; /* it helps with something of the same group of needs */
    bool nation_wide;  /* it covers everyone, wherever they are */
    bool within_reach; /* by a route of the actor, or by the person alone */
    bool full;         /* it takes nobody new now */
    bool needs_data;   /* no way to reach it by voice or text */
    bool only_area;    /* NOT_ELIGIBLE, and nothing but areas decides */
    bool for_some;     /* shown on an unknown: its label says for whom */
    bool held_back;    /* by variety */
    bool told;         /* of notes and rules */
} wm_option;

#define WM_UNSLOTTED 400 /* beyond every slot, with room for ranks on both sides */
#define WM_RANK_MOST 140 /* that ranks add up to, up or down: then still behind every slot */

/* A language that is asked for. */
typedef struct wm_language {
    wm_symbol symbol; /* WM_SYMBOL_NONE: no service has it */
    bool signs;       /* it is BSL */
} wm_language;

/* What the query asks for besides needs and a place. */
typedef struct wm_access {
    const wm_language *languages; /* any of these */
    size_t language_count;
    bool asks_languages;
    bool asks_interpreter;
    wm_language interpreter;
    bool bsl;
    bool remote;
    bool step_free;
    bool evenings;
    bool no_phone;
    bool asks_nothing; /* none of these */
    wm_language bfi;
    wm_symbol any_language; /* symbol of "*", or WM_SYMBOL_NONE */
} wm_access;

/* What is the same for all options of a query and one person. */
typedef struct wm_weighing {
    wm_asker *asker;
    wm_arena *arena;
    wm_subject subject;
    const wm_query *query;
    const wm_understood *understood;
    wm_texts *texts;          /* what is said in the answer */
    wm_symbol_set need_exact; /* the query's needs, those below and those above them */
    wm_symbol_set need_below;
    wm_symbol_set need_above;
    wm_symbol_set need_group; /* all of their groups */
    bool wants_least; /* intensity may be asked for: severity is known and nothing forbids it */
    uint8_t enough;   /* the least intensity that is enough */
    wm_routes routes; /* of the actor */
    wm_access access;
    wm_evaluation evaluation;
    wm_brief_memo memo;
    uint8_t *marks; /* of each symbol: WM_MARK_* */
    uint8_t *hops;  /* of each symbol that is an area and marked: steps to the person */
    size_t symbol_count;
} wm_weighing;

/* What is known of a symbol as a need, and as an area. */
#define WM_MARK_EXACT 1u
#define WM_MARK_NARROWER 2u
#define WM_MARK_BROADER 4u
#define WM_MARK_GROUP 8u
#define WM_MARK_AREA 16u   /* looked at as an area */
#define WM_MARK_NATION 32u /* nothing is above it */
#define WM_MARK_NEAR 64u   /* hops are known */

WM_MUST_USE wm_status wm_weighing_init(wm_weighing *weighing, wm_asker *asker,
                                       const wm_query *query, const wm_understood *understood,
                                       wm_arena *arena, wm_error *err);

/* Weigh the service of one entry of the index, into an option that is all zero. */
WM_MUST_USE wm_status wm_weigh(wm_weighing *weighing, const wm_entry *entry, wm_option *option_out,
                               wm_error *err);

/* The same of one that only a rule may bring. *may_be_out false: it never will, as criteria refuse
 * it that no rule overrules, and it is not closed (of that rules speak); nothing was written. */
WM_MUST_USE wm_status wm_weigh_offer(wm_weighing *weighing, const wm_entry *entry,
                                     wm_option *option_out, bool *may_be_out, wm_error *err);

/* The id of its service, in the arena; ptr NULL: out of memory. */
wm_str wm_option_id(const wm_option *option, wm_arena *arena);

/* The status that counts on a day: what has closed by then is closed, and what has not opened yet
 * is planned, whatever the record says. That a planned or paused service has opened is for the
 * record to say: a day that has passed does not prove it. */
wm_service_status wm_status_on(const wm_summary *summary, wm_date day);
bool wm_is_full_on(const wm_summary *summary, wm_date day);
wm_verified wm_verified_on(const wm_summary *summary, wm_date day);

#endif
