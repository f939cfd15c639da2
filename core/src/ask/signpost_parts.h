/* signpost_parts.h: what the two halves of signposting share: signpost.c has the rules, in order,
 * and what must always hold; signpost_act.c has what they do. */
#ifndef WAYMARK_ASK_SIGNPOST_PARTS_H
#define WAYMARK_ASK_SIGNPOST_PARTS_H

#include "ask/inquiry.h"
#include "rules/condition.h"

#define WM_HIDES_MAX 64

typedef struct wm_signpost_run {
    wm_inquiry *f;
    wm_signposting *out;
    wm_condition_reader scene;
    wm_condition_reader affirmed; /* without the needs that only words with a "not" name */
    wm_condition_reader reviewed; /* without those that only words name which nobody has reviewed */
    wm_deck deck;                 /* card i is option i */
    size_t gone_count;            /* of its cards */
    bool counted;                 /* what is within reach, as the deck stands */
    uint64_t *fired;              /* sets of cards: in hand, */
    uint64_t *chosen;             /* those of them that the action concerns, */
    uint64_t *refused;            /* and those that it may not touch */
    size_t set_words;
    const wm_ready_action *hides[WM_HIDES_MAX];
    size_t hide_count;
    wm_names ignore_area; /* offers that no area refuses */
    /* the rule that acts */
    const wm_rule *rule;
    wm_mark *tag;  /* the cards that it acted on; NULL: none yet */
    bool for_some; /* on an unknown */
    bool lowered;  /* only on words with a "not" */
} wm_signpost_run;

/* Takes in the options that came since, and makes room for sets of all. */
WM_MUST_USE wm_status wm_signpost_take_in(wm_signpost_run *s);
/* `only` holds and `unless` does not. option NULL: for the query. */
bool wm_signpost_allows(const wm_signpost_run *s, const wm_ready_action *action,
                        const wm_option *option);
/* Those of `cards` that are allowed; a set of the deck. */
void wm_signpost_allowed(wm_signpost_run *s, const wm_ready_action *action, uint64_t *cards);

/* The actions of the rule in hand, in their order, but for what widens those after it. */
WM_MUST_USE wm_status wm_signpost_act(wm_signpost_run *s, const wm_ready_rule *ready);
/* The same for the cards of s->fired, of a rule of cards. */
WM_MUST_USE wm_status wm_signpost_act_on_cards(wm_signpost_run *s, const wm_ready_rule *ready);
WM_MUST_USE wm_status wm_signpost_show(wm_signpost_run *s, const wm_ready_action *action);
/* Says that there is a gap: what there was before help that is open to all joined. */
void wm_signpost_gap(wm_signpost_run *s);

#endif
