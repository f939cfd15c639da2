/* signpost.c: rules in order of phase, priority and id, each at most once for the query or once for
 * each card; then what must always hold (ANSWERS, "Rules"), whatever the rules say:
 *
 *   - a card in SAFETY is right for this person: not NOT_ELIGIBLE (but for areas, where a rule says
 *     that no area refuses), taking people, and open in time; one that is not open in time, or that
 *     may be in another place, stands in ALONGSIDE;
 *   - nothing moves a card out of SAFETY, but a rule that hides it there by name;
 *   - what is planned, paused or closing too soon is no option, and a "no" stays a "no";
 *   - whoever asks is never left with fewer than two cards, as long as the directory has services
 *     that are open to all;
 *   - a child who tells of harm is not offered the parent's services.
 *
 * The verdict is the evaluator's and is never changed here. */
#include <stdlib.h>

#include "ask/inquiry.h"

#define HIDES_MAX 64
#define ELSEWHERE_MAX 3 /* services of other places that a person may flee to */

typedef struct signpost {
    wm_inquiry *f;
    wm_signposting *out;
    wm_scene scene;
    wm_scene affirmed; /* without the needs that only words with a "not" name */
    wm_scene reviewed; /* without those that only words name which nobody has reviewed */
    const wm_rule_action *hides[HIDES_MAX];
    size_t hide_count;
    wm_names ignore_area; /* offers that no area refuses */
    /* the rule that acts */
    const wm_rule *rule;
    bool for_some; /* on an unknown */
    bool lowered;  /* only on words with a "not" */
} signpost;

/* ---- conditions ---------------------------------------------------------------------------- */

static wm_truth holds_in(const signpost *s, const wm_scene *in, const wm_criteria *condition,
                         const wm_option *option)
{
    const wm_understood *u = s->f->understood;
    wm_scene scene = *in;
    scene.card = option != NULL ? &option->view : NULL;
    wm_evaluation evaluation = { .symbols = s->f->asker->symbols,
                                 .areas = s->f->asker->areas,
                                 .facts = u->facts,
                                 .actor_facts = u->actor_facts,
                                 .scene = &scene };
    return wm_criteria_holds(condition, &evaluation);
}

static wm_truth holds(const signpost *s, const wm_criteria *condition, const wm_option *option)
{
    return holds_in(s, &s->scene, condition, option);
}

/* `only` must hold, `unless` must not. */
static bool allows(const signpost *s, const wm_rule_action *action, const wm_option *option)
{
    return (!action->has_only || holds(s, &action->only, option) == WM_TRUTH_T) &&
           (!action->has_unless || holds(s, &action->unless, option) != WM_TRUTH_T);
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

static bool no_area_refuses(const signpost *s, const wm_option *option)
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
static bool may_be_offered(const signpost *s, const wm_option *option, wm_section section)
{
    bool fits = option->view.verdict != WM_VERDICT_NOT_ELIGIBLE ||
                (section == WM_SECTION_SAFETY && option->only_area && no_area_refuses(s, option));
    return takes_people(option) && fits;
}

/* A service of one place, for somebody whose place is not known. */
static bool may_be_elsewhere(const signpost *s, const wm_option *option)
{
    return s->f->understood->locality_count == 0 && !option->nation_wide;
}

/* ---- notes --------------------------------------------------------------------------------- */

static wm_status tag(const signpost *s, wm_option *option)
{
    wm_card_rule **at = &option->rules;
    if (s->rule->id == WM_SYMBOL_NONE) {
        return WM_OK;
    }
    for (; *at != NULL; at = &(*at)->next) {
        if ((*at)->rule == s->rule->id) {
            return WM_OK;
        }
    }
    *at = wm_arena_alloc(&s->f->arena, sizeof **at);
    if (*at == NULL) {
        return wm_fail_memory(s->f->err);
    }
    **at = (wm_card_rule){ .rule = s->rule->id };
    return WM_OK;
}

static wm_status note_card(wm_inquiry *f, wm_option *option, wm_card_note note)
{
    wm_card_note **at = &option->notes;
    for (; *at != NULL; at = &(*at)->next) {
        if ((*at)->text == note.text) {
            return WM_OK;
        }
    }
    *at = wm_arena_alloc(&f->arena, sizeof **at);
    if (*at == NULL) {
        return wm_fail_memory(f->err);
    }
    **at = note;
    return WM_OK;
}

static void note_answer(const signpost *s, const wm_rule_action *action)
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

/* ---- actions ------------------------------------------------------------------------------- */

static wm_status rise(const signpost *s, wm_option *option, wm_section section, int32_t slot)
{
    bool rises = section < option->view.section;
    if (rises || option->slot < 0 || (slot >= 0 && slot < option->slot)) {
        option->slot = slot;
    }
    option->for_some = rises ? s->for_some : option->for_some && s->for_some;
    option->view.section = section;
    return tag(s, option);
}

/* A card stands in the highest section that wants it, in the best slot that one gives. What SAFETY
 * wants and is not open in time stands in ALONGSIDE, whatever else wants it. */
static wm_status place(const signpost *s, wm_option *option, wm_section section, int32_t slot)
{
    if (section == WM_SECTION_SAFETY && option->view.open_in_time != WM_TRUTH_T) {
        bool higher = option->view.section < WM_SECTION_ALONGSIDE;
        option->view.section = higher ? WM_SECTION_ALL : option->view.section;
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

/* Somebody can turn there now: where safety is asked for, a card beside it is not enough. */
static bool serves(const wm_rule_action *action, const wm_option *option)
{
    bool stands = action->section != WM_SECTION_SAFETY || option->view.section == WM_SECTION_SAFETY;
    return stands && !option->full;
}

/* Places those that may be offered, until `most` of them serve; counts these. */
static wm_status place_all(const signpost *s, const wm_rule_action *action, wm_option **options,
                           size_t count, size_t most, size_t *placed_out)
{
    wm_status status = WM_OK;
    for (size_t i = 0; i < count && status == WM_OK && *placed_out < most; i++) {
        /* what is for the time until another card begins is about what was asked */
        bool fits = !action->for_card || options[i]->of_the_group;
        if (fits && may_be_offered(s, options[i], action->section) &&
            allows(s, action, options[i])) {
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

static wm_status show(const signpost *s, const wm_rule_action *action)
{
    wm_option **options = NULL;
    size_t count = 0;
    size_t placed = 0;
    wm_inquiry *f = s->f;
    wm_subject subject = wm_inquiry_subject(f, action->subject);
    wm_status status = wm_gather_offers(f, action->names, subject, false, &options, &count);
    if (status == WM_OK) {
        status = place_all(s, action, options, count, SIZE_MAX, &placed);
    }
    bool anywhere = false;
    for (uint32_t i = 0; i < action->names.count; i++) {
        anywhere = anywhere || has_name(&s->ignore_area, wm_symbol_list_at(action->names, i));
    }
    if (status != WM_OK || !anywhere || placed >= 2) {
        return status;
    }
    status = wm_gather_offers(f, action->names, subject, true, &options, &count);
    if (status == WM_OK && count > 0) {
        count = without_full(options, count);
        qsort(options, count, sizeof(wm_option *), wm_inquiry_by_key);
        placed = 0;
        status = place_all(s, action, options, count, ELSEWHERE_MAX, &placed);
    }
    return status;
}

static wm_status note_one(const signpost *s, const wm_rule_action *action, wm_option *option)
{
    if (option->view.section == WM_SECTION_ALL || !allows(s, action, option)) {
        return WM_OK;
    }
    wm_status status =
        note_card(s->f, option, (wm_card_note){ .text = action->text, .rule = s->rule->id });
    return status == WM_OK ? tag(s, option) : status;
}

static wm_status move_one(const signpost *s, const wm_rule_action *action, wm_option *option)
{
    bool down = action->section > option->view.section;
    if (option->view.section == WM_SECTION_ALL || option->view.section == WM_SECTION_SAFETY ||
        option->view.section == WM_SECTION_NOT_A_MATCH || !allows(s, action, option)) {
        return WM_OK;
    }
    if (!down) {
        return place(s, option, action->section, action->slot);
    }
    option->view.section = action->section;
    option->slot = action->slot;
    return tag(s, option);
}

static wm_status rank_one(const signpost *s, const wm_rule_action *action, wm_option *option)
{
    if (option->view.section == WM_SECTION_ALL || option->view.section == WM_SECTION_SAFETY ||
        !allows(s, action, option)) {
        return WM_OK;
    }
    int32_t rank = option->rank + action->by;
    option->rank = rank < -WM_RANK_MOST ? -WM_RANK_MOST : rank > WM_RANK_MOST ? WM_RANK_MOST : rank;
    return tag(s, option);
}

/* A soft exclusion for one of these reasons is JOINT already; a hard one stays a no, among the
 * first that are seen, so that what to ask for stands beside it. */
static wm_status unblock_one(const signpost *s, const wm_rule_action *action, wm_option *option)
{
    bool concerned = false;
    for (size_t i = 0; i < option->view.exclusion_count; i++) {
        wm_symbol reason = option->view.exclusions[i];
        if (wm_symbol_list_has(action->others, reason)) {
            return WM_OK;
        }
        concerned = concerned || wm_symbol_list_has(action->names, reason);
    }
    if (!concerned || !allows(s, action, option)) {
        return WM_OK;
    }
    if (option->view.section == WM_SECTION_NOT_A_MATCH) {
        option->slot = 0;
    }
    return tag(s, option);
}

typedef wm_status (*card_action)(const signpost *s, const wm_rule_action *action,
                                 wm_option *option);

static wm_status each_card(const signpost *s, const wm_rule_action *action, card_action act)
{
    wm_status status = WM_OK;
    for (size_t i = 0; i < s->f->count && status == WM_OK; i++) {
        status = act(s, action, s->f->options[i]);
    }
    return status;
}

static wm_status move(signpost *s, const wm_rule_action *action, wm_option *option)
{
    return option != NULL ? move_one(s, action, option) : each_card(s, action, move_one);
}

static wm_status rank(signpost *s, const wm_rule_action *action, wm_option *option)
{
    return option != NULL ? rank_one(s, action, option) : each_card(s, action, rank_one);
}

static wm_status unblock(signpost *s, const wm_rule_action *action, wm_option *option)
{
    return option != NULL ? unblock_one(s, action, option) : each_card(s, action, unblock_one);
}

static wm_status note(signpost *s, const wm_rule_action *action, wm_option *option)
{
    if (option == NULL && !action->reads_card) {
        note_answer(s, action);
        return WM_OK;
    }
    return option != NULL ? note_one(s, action, option) : each_card(s, action, note_one);
}

static wm_status line(signpost *s, const wm_rule_action *action, wm_option *option)
{
    (void)option;
    note_answer(s, action);
    return WM_OK;
}

/* A rule of a card shows others once for all the cards (apply_to_cards). */
static wm_status show_once(signpost *s, const wm_rule_action *action, wm_option *option)
{
    return option == NULL ? show(s, action) : WM_OK;
}

/* Those that took over are options already (successors.c); here they are told why. */
static wm_status replace(signpost *s, const wm_rule_action *action, wm_option *option)
{
    wm_status status = WM_OK;
    wm_option *heir = option != NULL ? option->heirs : NULL;
    for (; heir != NULL && status == WM_OK; heir = heir->next_heir) {
        if (allows(s, action, heir)) {
            status = tag(s, heir);
        }
    }
    return status;
}

static wm_status handover(signpost *s, const wm_rule_action *action, wm_option *option)
{
    (void)option;
    add_names(&s->out->handover_add, action->names);
    add_names(&s->out->handover_leave_out, action->others);
    return WM_OK;
}

static wm_status consent(signpost *s, const wm_rule_action *action, wm_option *option)
{
    (void)option;
    add_names(&s->out->never_blocks, action->names);
    return WM_OK;
}

static wm_status hold_questions(signpost *s, const wm_rule_action *action, wm_option *option)
{
    (void)option;
    s->out->hold = action->until > s->out->hold ? action->until : s->out->hold;
    return WM_OK;
}

static wm_status leave_no_trace(signpost *s, const wm_rule_action *action, wm_option *option)
{
    (void)action;
    (void)option;
    s->out->leave_no_trace = true;
    return WM_OK;
}

/* What there was before help that is open to all joined. */
static void note_gap(signpost *s)
{
    if (!s->out->gap) {
        s->out->gap = true;
        s->out->gap_reachable = s->f->reachable;
    }
}

static wm_status say_gap(signpost *s, const wm_rule_action *action, wm_option *option)
{
    (void)action;
    (void)option;
    note_gap(s);
    return WM_OK;
}

/* Hides and pairs wait until all cards are there. */
static wm_status hide(signpost *s, const wm_rule_action *action, wm_option *option)
{
    (void)option;
    if (s->hide_count < HIDES_MAX) {
        s->hides[s->hide_count++] = action;
    }
    return WM_OK;
}

static wm_status pair(signpost *s, const wm_rule_action *action, wm_option *option)
{
    (void)option;
    if (s->out->pair_count < WM_SIGNPOST_PAIRS_MAX) {
        s->out->pairs[s->out->pair_count++] = (wm_fired_pair){ s->rule, action };
    }
    return WM_OK;
}

static wm_status ignore_area(signpost *s, const wm_rule_action *action, wm_option *option)
{
    (void)option;
    add_names(&s->ignore_area, action->names);
    return WM_OK;
}

/* option NULL: for the query as a whole. */
typedef wm_status (*action_fn)(signpost *s, const wm_rule_action *action, wm_option *option);

static const action_fn actions[WM_VERB_COUNT] = {
    [WM_VERB_SHOW] = show_once,
    [WM_VERB_LINE] = line,
    [WM_VERB_NOTE] = note,
    [WM_VERB_HIDE] = hide,
    [WM_VERB_MOVE] = move,
    [WM_VERB_RANK] = rank,
    [WM_VERB_REPLACE] = replace,
    [WM_VERB_UNBLOCK] = unblock,
    [WM_VERB_PAIR] = pair,
    [WM_VERB_IGNORE_AREA] = ignore_area,
    [WM_VERB_HANDOVER] = handover,
    [WM_VERB_CONSENT] = consent,
    [WM_VERB_HOLD_QUESTIONS] = hold_questions,
    [WM_VERB_LEAVE_NO_TRACE] = leave_no_trace,
    [WM_VERB_GAP] = say_gap,
};

/* A rule acts in the order of its actions, but for what widens those after it. */
static wm_status act(signpost *s, wm_option *option)
{
    const wm_rule *rule = s->rule;
    wm_status status = WM_OK;
    for (size_t i = 0; i < rule->action_count && option == NULL; i++) {
        if (rule->actions[i].verb == WM_VERB_IGNORE_AREA && allows(s, &rule->actions[i], option)) {
            add_names(&s->ignore_area, rule->actions[i].names);
        }
    }
    for (size_t i = 0; i < rule->action_count && status == WM_OK; i++) {
        const wm_rule_action *action = &rule->actions[i];
        if (action->reads_card || allows(s, action, option)) {
            status = actions[action->verb](s, action, option);
        }
    }
    return status;
}

/* ---- rules --------------------------------------------------------------------------------- */

/* Facts for want of which the rule waits. */
static void ask_for_missing(const signpost *s)
{
    const wm_understood *u = s->f->understood;
    wm_signposting *out = s->out;
    wm_verdict_result result;
    wm_evaluation evaluation = { .symbols = s->f->asker->symbols,
                                 .areas = s->f->asker->areas,
                                 .facts = u->facts,
                                 .actor_facts = u->actor_facts,
                                 .scene = &s->scene };
    wm_criteria_evaluate(&s->rule->when, &evaluation, &result);
    for (size_t i = 0; i < result.missing_count && out->ask_count < WM_SIGNPOST_FACTS_MAX; i++) {
        out->ask[out->ask_count++] = result.missing[i];
    }
}

static void wait_for_more(signpost *s)
{
    wm_signposting *out = s->out;
    if (s->rule->on_unknown == WM_UNKNOWN_ASK) {
        ask_for_missing(s);
    }
    if (out->would_also_count < WM_SIGNPOST_RULES_MAX) {
        out->would_also[out->would_also_count++] = s->rule;
    }
}

static wm_status apply_to_query(signpost *s)
{
    const wm_rule *rule = s->rule;
    wm_truth truth = holds(s, &rule->when, NULL);
    if (truth == WM_TRUTH_F) {
        return WM_OK;
    }
    if (truth == WM_TRUTH_U && rule->on_unknown != WM_UNKNOWN_FIRE) {
        wait_for_more(s);
        return WM_OK;
    }
    if (rule->phase == WM_PHASE_SAFETY &&
        holds_in(s, &s->reviewed, &rule->when, NULL) == WM_TRUTH_F) {
        s->out->perhaps_danger = true;
        return WM_OK;
    }
    s->for_some = truth == WM_TRUTH_U;
    s->lowered = rule->phase == WM_PHASE_SAFETY &&
                 holds_in(s, &s->affirmed, &rule->when, NULL) == WM_TRUTH_F;
    if (s->out->fired_count < WM_SIGNPOST_RULES_MAX) {
        s->out->fired[s->out->fired_count++] = rule;
    }
    return act(s, NULL);
}

static wm_status apply_to_card(signpost *s, wm_option *option, bool *acted)
{
    const wm_rule *rule = s->rule;
    wm_truth truth = holds(s, &rule->when, option);
    if (truth != WM_TRUTH_T && !(truth == WM_TRUTH_U && rule->on_unknown == WM_UNKNOWN_FIRE)) {
        return WM_OK;
    }
    *acted = true;
    s->for_some = false;
    s->lowered = false;
    wm_status status = tag(s, option);
    return status == WM_OK ? act(s, option) : status;
}

static wm_status apply_to_cards(signpost *s)
{
    const wm_rule *rule = s->rule;
    bool acted = false;
    wm_status status = WM_OK;
    size_t count = s->f->count; /* those that a rule adds are for the rules after it */
    for (size_t i = 0; i < count && status == WM_OK; i++) {
        bool closed = s->f->options[i]->gone && rule->phase == WM_PHASE_LIFECYCLE;
        if (s->f->options[i]->view.section != WM_SECTION_ALL || closed) {
            status = apply_to_card(s, s->f->options[i], &acted);
        }
    }
    for (size_t i = 0; acted && i < rule->action_count && status == WM_OK; i++) {
        if (rule->actions[i].verb == WM_VERB_SHOW) {
            status = show(s, &rule->actions[i]);
        }
    }
    return status;
}

/* ---- what must always hold ----------------------------------------------------------------- */

static void apply_hides(const signpost *s)
{
    for (size_t i = 0; i < s->f->count; i++) {
        wm_option *option = s->f->options[i];
        for (size_t h = 0; h < s->hide_count; h++) {
            const wm_rule_action *action = s->hides[h];
            bool here =
                action->section == option->view.section ||
                (action->section == WM_SECTION_ALL && option->view.section != WM_SECTION_SAFETY);
            if (here && holds(s, &action->when, option) == WM_TRUTH_T &&
                allows(s, action, option)) {
                option->view.section = WM_SECTION_ALL;
            }
        }
    }
}

static bool is_reachable(const wm_option *option)
{
    return option->view.section == WM_SECTION_MAIN && option->view.usable_now &&
           (option->view.verdict == WM_VERDICT_ELIGIBLE ||
            option->view.verdict == WM_VERDICT_JOINT);
}

static void count_reachable(signpost *s)
{
    size_t count = 0;
    for (size_t i = 0; i < s->f->count; i++) {
        count += is_reachable(s->f->options[i]) ? 1 : 0;
    }
    s->f->reachable = count;
    /* words that nobody understood tell nothing of what there is to find */
    bool counts = !s->f->understood->nothing_understood && count < UINT32_MAX;
    s->scene.main_reachable = counts ? (uint32_t)count : UINT32_MAX;
    s->affirmed.main_reachable = s->scene.main_reachable;
    s->reviewed.main_reachable = s->scene.main_reachable;
}

/* With fewer than two cards that this actor can use now, what is open to all joins, and the gap is
 * said, even where no rule says so. */
static wm_status never_leave_alone(signpost *s)
{
    static const char *const offers[] = { "open_access_any_need",
                                          "advice_line_professional_or_public" };
    uint8_t bytes[sizeof offers / sizeof offers[0] * 4];
    uint32_t count = 0;
    if (s->f->reachable >= 2) {
        return WM_OK;
    }
    note_gap(s);
    for (size_t i = 0; i < sizeof offers / sizeof offers[0]; i++) {
        wm_symbol symbol = wm_symbols_find(s->f->asker->symbols, wm_str_of(offers[i]));
        if (symbol != WM_SYMBOL_NONE) {
            for (unsigned b = 0; b < 4; b++) {
                bytes[4 * count + b] = (uint8_t)(symbol >> (8 * b));
            }
            count++;
        }
    }
    static const wm_rule nobody = { .id = WM_SYMBOL_NONE };
    wm_rule_action action = {
        .verb = WM_VERB_SHOW, .section = WM_SECTION_MAIN, .slot = -1, .names = { bytes, count }
    };
    s->rule = &nobody;
    s->for_some = false;
    s->lowered = false;
    return count > 0 ? show(s, &action) : WM_OK;
}

/* Somebody who asks for themselves and tells of harm to a child is taken for that child, unless
 * known to be an adult. */
static bool child_tells_of_harm(const signpost *s)
{
    const wm_inquiry *f = s->f;
    wm_date earliest = 0;
    wm_date latest = 0;
    if (f->query.actor != WM_ACTOR_SELF) {
        return false;
    }
    bool adult = wm_facts_birth(f->understood->facts, &earliest, &latest) &&
                 latest <= wm_date_add_months(f->query.as_of, -18 * 12);
    wm_need harm = wm_needs_find(f->asker->needs, WM_STR("crisis.safeguard_child"));
    for (size_t i = 0; !adult && harm != WM_NEED_NONE && i < f->understood->need_count; i++) {
        if (wm_needs_within(f->asker->needs, f->understood->needs[i], harm)) {
            return true;
        }
    }
    return !adult && wm_fact_is_true(&f->query, "being_harmed");
}

static void keep_parents_services_away(const signpost *s)
{
    if (!child_tells_of_harm(s)) {
        return;
    }
    for (size_t i = 0; i < s->f->count; i++) {
        if (s->f->options[i]->view.subject == WM_SUBJECT_PARENT) {
            s->f->options[i]->view.section = WM_SECTION_ALL;
        }
    }
}

/* ---- the whole ----------------------------------------------------------------------------- */

/* The needs of the query and all above them, but for those that `left_out` marks (NULL: none). */
static wm_status scene_needs(wm_inquiry *f, const bool *left_out, wm_scene *scene)
{
    const wm_understood *u = f->understood;
    const wm_needs *needs = f->asker->needs;
    const wm_need_step *steps = NULL;
    size_t most = 0;
    for (size_t i = 0; i < u->need_count; i++) {
        most += wm_needs_above(needs, u->needs[i], &steps);
    }
    wm_symbol *symbols = wm_arena_array(&f->arena, most, sizeof *symbols);
    if (symbols == NULL) {
        return wm_fail_memory(f->err);
    }
    size_t count = 0;
    for (size_t i = 0; i < u->need_count; i++) {
        size_t step_count = wm_needs_above(needs, u->needs[i], &steps);
        for (size_t k = 0; k < step_count && (left_out == NULL || !left_out[i]); k++) {
            symbols[count] = wm_symbols_find(f->asker->symbols, wm_needs_id(needs, steps[k].need));
            count += symbols[count] != WM_SYMBOL_NONE ? 1 : 0;
        }
    }
    scene->needs = symbols;
    scene->need_count = wm_symbol_set_sort(symbols, count);
    return WM_OK;
}

static uint8_t access_bits(const wm_json *access)
{
    static const struct {
        const char *name;
        uint8_t bit;
    } bits[] = {
        { "languages", WM_ACCESS_LANGUAGES },     { "bsl", WM_ACCESS_BSL },
        { "interpreter", WM_ACCESS_INTERPRETER }, { "step_free", WM_ACCESS_STEP_FREE },
        { "remote", WM_ACCESS_REMOTE },           { "evenings", WM_ACCESS_EVENINGS },
    };
    uint8_t all = 0;
    for (size_t i = 0; i < sizeof bits / sizeof bits[0]; i++) {
        const wm_json *value = wm_json_get(access, bits[i].name);
        bool asked =
            wm_json_is(value, WM_JSON_BOOL) ? wm_json_boolean(value, false) : value != NULL;
        all |= asked ? bits[i].bit : 0;
    }
    return all;
}

static wm_status set_scene(signpost *s)
{
    wm_inquiry *f = s->f;
    s->scene = (wm_scene){ .actor = (uint8_t)f->query.actor,
                           .about = (uint8_t)f->query.about,
                           .access = access_bits(f->query.access) };
    s->affirmed = s->scene;
    s->reviewed = s->scene;
    wm_status status = scene_needs(f, NULL, &s->scene);
    if (status == WM_OK) {
        status = scene_needs(f, f->understood->negated, &s->affirmed);
    }
    return status == WM_OK ? scene_needs(f, f->understood->unreviewed, &s->reviewed) : status;
}

static wm_status apply(signpost *s, const wm_rule *rule)
{
    s->rule = rule;
    if (rule->phase >= WM_PHASE_ADD) {
        apply_hides(s);
        count_reachable(s);
    }
    return rule->scope == WM_SCOPE_QUERY ? apply_to_query(s) : apply_to_cards(s);
}

wm_status wm_signpost(wm_inquiry *inquiry)
{
    signpost s = { .f = inquiry, .out = &inquiry->signposting };
    wm_status status = set_scene(&s);
    for (size_t i = 0; i < inquiry->asker->rule_count && status == WM_OK; i++) {
        status = apply(&s, inquiry->asker->rules[i]);
    }
    if (status == WM_OK) {
        keep_parents_services_away(&s);
        apply_hides(&s);
        count_reachable(&s);
        status = never_leave_alone(&s);
    }
    apply_hides(&s);
    count_reachable(&s);
    return status;
}

/* What is no match is part of no plan, but for what would nearly fit: the plan may be for then. */
static wm_option *first_with(const wm_inquiry *f, wm_symbol offer, const wm_option *but)
{
    for (size_t i = 0; i < f->count; i++) {
        const wm_card_view *view = &f->options[i]->view;
        bool matches = view->section != WM_SECTION_NOT_A_MATCH || view->near_miss;
        if (matches && f->options[i] != but && wm_symbol_list_has(view->offers, offer)) {
            return f->options[i];
        }
    }
    return NULL;
}

wm_status wm_signpost_pairs(wm_inquiry *f)
{
    wm_status status = WM_OK;
    for (size_t i = 0; i < f->signposting.pair_count && status == WM_OK; i++) {
        const wm_fired_pair *pair = &f->signposting.pairs[i];
        if (pair->action->names.count < 2) {
            continue;
        }
        wm_symbol offers[] = { wm_symbol_list_at(pair->action->names, 0),
                               wm_symbol_list_at(pair->action->names, 1) };
        wm_option *one = first_with(f, offers[0], NULL);
        wm_option *other = first_with(f, offers[1], one);
        if (one == NULL || other == NULL) {
            continue;
        }
        wm_card_note note = { .text = pair->action->text, .rule = pair->rule->id };
        note.other = wm_symbols_find(f->asker->symbols, other->id);
        status = note_card(f, one, note);
        if (status == WM_OK) {
            note.other = wm_symbols_find(f->asker->symbols, one->id);
            status = note_card(f, other, note);
        }
    }
    return status;
}
