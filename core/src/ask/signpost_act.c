/* signpost_act.c: what rules do: cards into sections, notes, ranks and the rest.
 *
 * A query's rule acts once, and where it speaks of cards, on all of them; a card's rule on those
 * for which it fired. Either way an action takes the cards as a set (deck.h), and touches those
 * that it changes. */
#include <stdlib.h>

#include "ask/signpost_parts.h"

#define ELSEWHERE_MAX 3 /* services of other places that a person may flee to */

/* ---- sets of cards ------------------------------------------------------------------------- */

static wm_status make_sets(wm_signpost_run *s)
{
    size_t words = s->deck.capacity / WM_BLOCK_CARDS;
    if (s->set_words >= words) {
        return WM_OK;
    }
    uint64_t *sets = wm_arena_array(&s->f->arena, 3 * words, sizeof *sets);
    if (sets == NULL) {
        return wm_fail_memory(s->f->err);
    }
    s->fired = sets;
    s->chosen = sets + words;
    s->refused = sets + 2 * words;
    s->set_words = words;
    return WM_OK;
}

wm_status wm_signpost_take_in(wm_signpost_run *s)
{
    wm_inquiry *f = s->f;
    while (s->deck.count < f->count) {
        wm_option *option = f->options[s->deck.count];
        if (!wm_deck_put(&s->deck, &option->view)) {
            return wm_fail_memory(f->err);
        }
        option->number = (uint32_t)s->deck.count;
        s->gone_count += option->gone ? 1 : 0;
    }
    return make_sets(s);
}

bool wm_signpost_allows(const wm_signpost_run *s, const wm_ready_action *action,
                        const wm_option *option)
{
    const wm_card_view *card = option != NULL ? &option->view : NULL;
    return (!action->action->has_only ||
            wm_condition_holds(&action->only, &s->scene, card) == WM_TRUTH_T) &&
           (!action->action->has_unless ||
            wm_condition_holds(&action->unless, &s->scene, card) != WM_TRUTH_T);
}

void wm_signpost_allowed(wm_signpost_run *s, const wm_ready_action *action, uint64_t *cards)
{
    if (action->action->has_only) {
        wm_condition_hold_for(&action->only, &s->scene, &s->deck, cards, cards, NULL);
    }
    if (action->action->has_unless) {
        wm_condition_hold_for(&action->unless, &s->scene, &s->deck, cards, s->refused, NULL);
        for (size_t b = 0; b < wm_deck_blocks(&s->deck); b++) {
            cards[b] &= ~s->refused[b];
        }
    }
}

static bool has_name(const wm_names *names, wm_symbol symbol)
{
    for (size_t i = 0; i < names->count; i++) {
        if (names->symbols[i] == symbol) {
            return true;
        }
    }
    return false;
}

static void add_names(wm_names *names, wm_symbol_list list)
{
    for (uint32_t i = 0; i < list.count && names->count < WM_SIGNPOST_NAMES_MAX; i++) {
        wm_symbol symbol = wm_symbol_list_at(list, i);
        if (!has_name(names, symbol)) {
            names->symbols[names->count++] = symbol;
        }
    }
}

/* ---- what a card may be -------------------------------------------------------------------- */

static bool no_area_refuses(const wm_signpost_run *s, const wm_option *option)
{
    for (size_t i = 0; i < s->ignore_area.count; i++) {
        if (wm_symbol_list_has(option->view.offers, s->ignore_area.symbols[i])) {
            return true;
        }
    }
    return false;
}

static bool takes_people(const wm_option *option)
{
    return (option->view.status == WM_SERVICE_ACTIVE ||
            option->view.status == WM_SERVICE_CLOSING) &&
           !option->view.closes_first && !option->gone;
}

/* It may be offered: as an option, not as a "no" that is explained. Only where somebody's safety is
 * at stake can a rule say that no area refuses. */
static bool may_be_offered(const wm_signpost_run *s, const wm_option *option, wm_section section)
{
    bool fits = option->view.verdict != WM_VERDICT_NOT_ELIGIBLE ||
                (section == WM_SECTION_SAFETY && option->only_area && no_area_refuses(s, option));
    return takes_people(option) && fits;
}

/* A service of one place, for somebody whose place is not known. */
static bool may_be_elsewhere(const wm_signpost_run *s, const wm_option *option)
{
    return s->f->understood->locality_count == 0 && !option->nation_wide;
}

/* ---- marks --------------------------------------------------------------------------------- */

/* The mark of the rule in hand. NULL: it has none, or memory is out. */
static wm_mark *tag_of(wm_signpost_run *s)
{
    if (s->tag == NULL && s->rule->id != WM_SYMBOL_NONE) {
        s->tag = wm_marks_rule(&s->out->marks, s->rule->id);
    }
    return s->tag;
}

static wm_status tag(wm_signpost_run *s, const wm_option *option)
{
    if (s->rule->id == WM_SYMBOL_NONE) {
        return WM_OK;
    }
    wm_mark *mark = tag_of(s);
    bool whole = mark != NULL && wm_mark_card(&s->out->marks, mark, option->number - 1U);
    return whole ? WM_OK : wm_fail_memory(s->f->err);
}

static wm_status tag_cards(wm_signpost_run *s, const uint64_t *cards)
{
    wm_mark *mark = tag_of(s);
    size_t words = wm_deck_blocks(&s->deck);
    return mark != NULL && wm_mark_cards(&s->out->marks, mark, cards, words)
               ? WM_OK
               : wm_fail_memory(s->f->err);
}

static wm_status note_cards(wm_signpost_run *s, wm_symbol text, const uint64_t *cards)
{
    size_t words = wm_deck_blocks(&s->deck);
    uint64_t some = 0;
    for (size_t b = 0; b < words; b++) {
        some |= cards[b];
    }
    if (some == 0) {
        return WM_OK;
    }
    wm_mark *mark = wm_marks_note(&s->out->marks, s->rule->id, text);
    return mark != NULL && wm_mark_cards(&s->out->marks, mark, cards, words)
               ? tag_cards(s, cards)
               : wm_fail_memory(s->f->err);
}

static void note_answer(const wm_signpost_run *s, const wm_rule_action *action)
{
    wm_signposting *out = s->out;
    for (size_t i = 0; i < out->note_count; i++) {
        if (out->notes[i].text == action->text) {
            return;
        }
    }
    if (out->note_count < WM_SIGNPOST_NOTES_MAX) {
        out->notes[out->note_count++] = (wm_rule_note){ .text = action->text,
                                                        .rule = s->rule->id,
                                                        .safety = s->rule->phase == WM_PHASE_SAFETY,
                                                        .line = action->verb == WM_VERB_LINE };
    }
}

/* ---- into sections ------------------------------------------------------------------------- */

static void move_to(wm_signpost_run *s, const wm_option *option, wm_section section)
{
    wm_deck_move(&s->deck, option->number - 1U, section);
}

static wm_status rise(wm_signpost_run *s, wm_option *option, wm_section section, int32_t slot)
{
    bool rises = section < option->view.section;
    if (rises || option->slot < 0 || (slot >= 0 && slot < option->slot)) {
        option->slot = slot;
    }
    option->for_some = rises ? s->for_some : option->for_some && s->for_some;
    move_to(s, option, section);
    return tag(s, option);
}

/* A card stands in the highest section that wants it, in the best slot that one gives. What SAFETY
 * wants and is not open in time stands in ALONGSIDE, whatever else wants it. */
static wm_status place(wm_signpost_run *s, wm_option *option, wm_section section, int32_t slot)
{
    if (section == WM_SECTION_SAFETY && option->view.open_in_time != WM_TRUTH_T) {
        bool higher = option->view.section < WM_SECTION_ALONGSIDE;
        move_to(s, option, higher ? WM_SECTION_ALL : option->view.section);
        return rise(s, option, WM_SECTION_ALONGSIDE, -1);
    }
    if (section == WM_SECTION_SAFETY && may_be_elsewhere(s, option)) {
        section = WM_SECTION_ALONGSIDE;
        slot = -1;
    }
    if (section > option->view.section) {
        return WM_OK;
    }
    if (slot >= 0) {
        slot += s->lowered ? WM_SLOT_LOWERED : 0;
        bool far = option->needs_data || option->full || !option->within_reach;
        slot += section == WM_SECTION_SAFETY && far ? WM_SLOT_FAR : 0;
    }
    return rise(s, option, section, slot);
}

/* ---- show ---------------------------------------------------------------------------------- */

/* Somebody can turn there now: where safety is asked for, a card beside it is not enough. */
static bool serves(const wm_rule_action *action, const wm_option *option)
{
    bool stands = action->section != WM_SECTION_SAFETY || option->view.section == WM_SECTION_SAFETY;
    return stands && !option->full;
}

/* Places those that may be offered, until `most` of them serve; counts these. */
static wm_status place_all(wm_signpost_run *s, const wm_ready_action *ready, wm_option **options,
                           size_t count, size_t most, size_t *placed_out)
{
    const wm_rule_action *action = ready->action;
    bool for_all = !action->reads_card && wm_signpost_allows(s, ready, NULL);
    wm_status status = WM_OK;
    for (size_t i = 0; i < count && status == WM_OK && *placed_out < most; i++) {
        /* what is for the time until another card begins is about what was asked */
        bool fits = !action->for_card || options[i]->of_the_group;
        if (fits && may_be_offered(s, options[i], action->section) &&
            (for_all || wm_signpost_allows(s, ready, options[i]))) {
            status = place(s, options[i], action->section, action->slot);
            *placed_out += serves(action, options[i]) ? 1 : 0;
        }
    }
    return status;
}

/* Nobody is sent far to what has no room. */
static size_t without_full(wm_option **options, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (!options[i]->full) {
            options[kept++] = options[i];
        }
    }
    return kept;
}

static wm_status gather(wm_signpost_run *s, const wm_rule_action *action, bool anywhere,
                        wm_option ***options_out, size_t *count_out)
{
    wm_subject subject = wm_inquiry_subject(s->f, action->subject);
    wm_status status =
        wm_gather_offers(s->f, action->names, subject, anywhere, options_out, count_out);
    return status == WM_OK ? wm_signpost_take_in(s) : status;
}

wm_status wm_signpost_show(wm_signpost_run *s, const wm_ready_action *ready)
{
    const wm_rule_action *action = ready->action;
    wm_option **options = NULL;
    size_t count = 0;
    size_t placed = 0;
    wm_status status = gather(s, action, false, &options, &count);
    if (status == WM_OK) {
        status = place_all(s, ready, options, count, SIZE_MAX, &placed);
    }
    bool anywhere = false;
    for (uint32_t i = 0; i < action->names.count; i++) {
        anywhere = anywhere || has_name(&s->ignore_area, wm_symbol_list_at(action->names, i));
    }
    if (status != WM_OK || !anywhere || placed >= 2) {
        return status;
    }
    status = gather(s, action, true, &options, &count);
    if (status == WM_OK && count > 0) {
        count = without_full(options, count);
        qsort(options, count, sizeof(wm_option *), wm_inquiry_by_key);
        placed = 0;
        status = place_all(s, ready, options, count, ELSEWHERE_MAX, &placed);
    }
    return status;
}

/* ---- one card ------------------------------------------------------------------------------ */

static wm_status move_one(wm_signpost_run *s, const wm_rule_action *action, wm_option *option)
{
    if (action->section <= option->view.section) {
        return place(s, option, action->section, action->slot);
    }
    move_to(s, option, action->section);
    option->slot = action->slot;
    return tag(s, option);
}

static wm_status rank_one(wm_signpost_run *s, const wm_rule_action *action, wm_option *option)
{
    int32_t rank = option->rank + action->by;
    option->rank = rank < -WM_RANK_MOST ? -WM_RANK_MOST : rank > WM_RANK_MOST ? WM_RANK_MOST : rank;
    return tag(s, option);
}

/* A soft exclusion for one of these reasons is JOINT already; a hard one stays a no, among the
 * first that are seen, so that what to ask for stands beside it. */
static wm_status unblock_one(wm_signpost_run *s, const wm_rule_action *action, wm_option *option)
{
    bool concerned = false;
    for (size_t i = 0; i < option->view.exclusion_count; i++) {
        wm_symbol reason = option->view.exclusions[i];
        if (wm_symbol_list_has(action->others, reason)) {
            return WM_OK;
        }
        concerned = concerned || wm_symbol_list_has(action->names, reason);
    }
    if (!concerned) {
        return WM_OK;
    }
    if (option->view.section == WM_SECTION_NOT_A_MATCH) {
        option->slot = 0;
    }
    return tag(s, option);
}

/* Those that took over are options already (successors.c); here they are told why. */
static wm_status replace_one(wm_signpost_run *s, const wm_ready_action *action,
                             const wm_option *option)
{
    wm_status status = WM_OK;
    for (wm_option *heir = option->heirs; heir != NULL && status == WM_OK; heir = heir->next_heir) {
        if (wm_signpost_allows(s, action, heir)) {
            status = tag(s, heir);
        }
    }
    return status;
}

/* ---- sets of cards, action by action ------------------------------------------------------- */

#define BIT(section) (1u << (section))

/* The sections whose cards a verb leaves alone. */
static uint32_t untouched_by(wm_rule_verb verb)
{
    return verb == WM_VERB_NOTE   ? BIT(WM_SECTION_ALL)
           : verb == WM_VERB_RANK ? BIT(WM_SECTION_ALL) | BIT(WM_SECTION_SAFETY)
           : verb == WM_VERB_MOVE
               ? BIT(WM_SECTION_ALL) | BIT(WM_SECTION_SAFETY) | BIT(WM_SECTION_NOT_A_MATCH)
               : 0;
}

/* Into s->chosen: those of `cards` that the verb touches and the action allows. */
static void choose(wm_signpost_run *s, const wm_ready_action *ready, const uint64_t *cards)
{
    uint32_t untouched = untouched_by(ready->action->verb);
    for (size_t b = 0; b < wm_deck_blocks(&s->deck); b++) {
        s->chosen[b] = cards[b] & ~wm_deck_in(&s->deck, b, untouched);
    }
    if (ready->action->reads_card) {
        wm_signpost_allowed(s, ready, s->chosen);
    }
}

static wm_status change_one(wm_signpost_run *s, const wm_ready_action *ready, wm_option *option)
{
    const wm_rule_action *action = ready->action;
    return action->verb == WM_VERB_MOVE   ? move_one(s, action, option)
           : action->verb == WM_VERB_RANK ? rank_one(s, action, option)
                                          : unblock_one(s, action, option);
}

static wm_status change_cards(wm_signpost_run *s, const wm_ready_action *ready,
                              const uint64_t *cards)
{
    wm_status status = WM_OK;
    choose(s, ready, cards);
    if (ready->action->verb == WM_VERB_NOTE) {
        return note_cards(s, ready->action->text, s->chosen);
    }
    for (size_t b = 0; b < wm_deck_blocks(&s->deck); b++) {
        for (uint64_t left = s->chosen[b]; left != 0 && status == WM_OK; left &= left - 1) {
            size_t at = b * WM_BLOCK_CARDS + wm_lowest_bit(left);
            status = change_one(s, ready, s->f->options[at]);
        }
    }
    return status;
}

/* An heir is allowed by itself, not by the card that it took over from. */
static wm_status replace_cards(wm_signpost_run *s, const wm_ready_action *ready,
                               const uint64_t *cards)
{
    wm_status status = WM_OK;
    for (size_t b = 0; b < wm_deck_blocks(&s->deck); b++) {
        for (uint64_t left = cards[b]; left != 0 && status == WM_OK; left &= left - 1) {
            size_t at = b * WM_BLOCK_CARDS + wm_lowest_bit(left);
            status = replace_one(s, ready, s->f->options[at]);
        }
    }
    return status;
}

/* ---- what concerns no card ----------------------------------------------------------------- */

void wm_signpost_gap(wm_signpost_run *s)
{
    if (!s->out->gap) {
        s->out->gap = true;
        s->out->gap_reachable = s->f->reachable;
    }
}

static void act_on_answer(wm_signpost_run *s, const wm_ready_action *ready)
{
    const wm_rule_action *action = ready->action;
    wm_signposting *out = s->out;
    switch (action->verb) {
    case WM_VERB_LINE: note_answer(s, action); break;
    case WM_VERB_HIDE: /* hides and pairs wait until all cards are there */
        if (s->hide_count < WM_HIDES_MAX) {
            s->hides[s->hide_count++] = ready;
            s->deck.moved = true;
        }
        break;
    case WM_VERB_PAIR:
        if (out->pair_count < WM_SIGNPOST_PAIRS_MAX) {
            out->pairs[out->pair_count++] = (wm_fired_pair){ s->rule, action };
        }
        break;
    case WM_VERB_IGNORE_AREA: add_names(&s->ignore_area, action->names); break;
    case WM_VERB_HANDOVER:
        add_names(&out->handover_add, action->names);
        add_names(&out->handover_leave_out, action->others);
        break;
    case WM_VERB_CONSENT: add_names(&out->never_blocks, action->names); break;
    case WM_VERB_HOLD_QUESTIONS:
        out->hold = action->until > out->hold ? action->until : out->hold;
        break;
    case WM_VERB_LEAVE_NO_TRACE: out->leave_no_trace = true; break;
    case WM_VERB_GAP: wm_signpost_gap(s); break;
    case WM_VERB_SHOW:
    case WM_VERB_NOTE:
    case WM_VERB_MOVE:
    case WM_VERB_RANK:
    case WM_VERB_REPLACE:
    case WM_VERB_UNBLOCK:
    case WM_VERB_COUNT:
    default: break;
    }
}

/* ---- a rule -------------------------------------------------------------------------------- */

static bool changes_cards(wm_rule_verb verb)
{
    return verb == WM_VERB_MOVE || verb == WM_VERB_RANK || verb == WM_VERB_UNBLOCK;
}

static wm_status act_on_query(wm_signpost_run *s, const wm_ready_action *ready)
{
    const wm_rule_action *action = ready->action;
    if (action->verb == WM_VERB_SHOW) {
        return wm_signpost_show(s, ready);
    }
    if (changes_cards(action->verb) || (action->verb == WM_VERB_NOTE && action->reads_card)) {
        for (size_t b = 0; b < wm_deck_blocks(&s->deck); b++) {
            s->fired[b] = wm_deck_all(&s->deck, b);
        }
        return change_cards(s, ready, s->fired);
    }
    if (action->verb == WM_VERB_NOTE) {
        note_answer(s, action);
    }
    act_on_answer(s, ready);
    return WM_OK;
}

wm_status wm_signpost_act(wm_signpost_run *s, const wm_ready_rule *ready)
{
    wm_status status = WM_OK;
    for (size_t i = 0; i < ready->rule->action_count; i++) {
        const wm_ready_action *action = &ready->actions[i];
        if (action->action->verb == WM_VERB_IGNORE_AREA && wm_signpost_allows(s, action, NULL)) {
            add_names(&s->ignore_area, action->action->names);
        }
    }
    for (size_t i = 0; i < ready->rule->action_count && status == WM_OK; i++) {
        const wm_ready_action *action = &ready->actions[i];
        if (action->action->reads_card || wm_signpost_allows(s, action, NULL)) {
            status = act_on_query(s, action);
        }
    }
    return status;
}

wm_status wm_signpost_act_on_cards(wm_signpost_run *s, const wm_ready_rule *ready)
{
    wm_status status = tag_cards(s, s->fired);
    for (size_t i = 0; i < ready->rule->action_count && status == WM_OK; i++) {
        const wm_ready_action *action = &ready->actions[i];
        wm_rule_verb verb = action->action->verb;
        if (!action->action->reads_card && !wm_signpost_allows(s, action, NULL)) {
            continue;
        }
        if (changes_cards(verb) || verb == WM_VERB_NOTE) {
            status = change_cards(s, action, s->fired);
        } else if (verb == WM_VERB_REPLACE) {
            status = replace_cards(s, action, s->fired);
        } else {
            act_on_answer(s, action);
        }
    }
    /* it shows others once, for all the cards */
    for (size_t i = 0; i < ready->rule->action_count && status == WM_OK; i++) {
        if (ready->actions[i].action->verb == WM_VERB_SHOW) {
            status = wm_signpost_show(s, &ready->actions[i]);
        }
    }
    return status;
}
