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
#include "ask/signpost_parts.h"

/* ---- rules --------------------------------------------------------------------------------- */

/* Facts for want of which the rule waits. */
static void ask_for_missing(const wm_signpost_run *s)
{
    wm_signposting *out = s->out;
    wm_verdict_result result;
    wm_evaluation evaluation = s->scene.evaluation;
    evaluation.scene = &s->scene.scene;
    wm_criteria_evaluate(&s->rule->when, &evaluation, &result);
    for (size_t i = 0; i < result.missing_count && out->ask_count < WM_SIGNPOST_FACTS_MAX; i++) {
        out->ask[out->ask_count++] = result.missing[i];
    }
}

static void wait_for_more(const wm_signpost_run *s)
{
    wm_signposting *out = s->out;
    if (s->rule->on_unknown == WM_UNKNOWN_ASK) {
        ask_for_missing(s);
    }
    if (out->would_also_count < WM_SIGNPOST_RULES_MAX) {
        out->would_also[out->would_also_count++] = s->rule;
    }
}

/* Without some of the needs it would not act. */
static bool fails_in(const wm_condition_reader *fewer, const wm_signpost_run *s,
                     const wm_ready_rule *ready)
{
    return s->rule->phase == WM_PHASE_SAFETY &&
           fewer->scene.need_count < s->scene.scene.need_count &&
           wm_condition_holds(&ready->when, fewer, NULL) == WM_TRUTH_F;
}

static wm_status apply_to_query(wm_signpost_run *s, const wm_ready_rule *ready)
{
    const wm_rule *rule = s->rule;
    wm_truth truth = wm_condition_holds(&ready->when, &s->scene, NULL);
    if (truth == WM_TRUTH_F) {
        return WM_OK;
    }
    if (truth == WM_TRUTH_U && rule->on_unknown != WM_UNKNOWN_FIRE) {
        wait_for_more(s);
        return WM_OK;
    }
    if (fails_in(&s->reviewed, s, ready)) {
        s->out->perhaps_danger = true;
        return WM_OK;
    }
    s->for_some = truth == WM_TRUTH_U;
    s->lowered = fails_in(&s->affirmed, s, ready);
    if (s->out->fired_count < WM_SIGNPOST_RULES_MAX) {
        s->out->fired[s->out->fired_count++] = rule;
    }
    return wm_signpost_act(s, ready);
}

/* Cards of a section; and those that are closed, where the rule is about that. */
static void take_cards_in_hand(wm_signpost_run *s)
{
    bool closed = s->rule->phase == WM_PHASE_LIFECYCLE && s->gone_count > 0;
    for (size_t b = 0; b < wm_deck_blocks(&s->deck); b++) {
        uint64_t out = wm_deck_in(&s->deck, b, 1u << WM_SECTION_ALL);
        s->fired[b] = wm_deck_all(&s->deck, b) & ~out;
        for (uint64_t left = closed ? out : 0; left != 0; left &= left - 1) {
            unsigned bit = wm_lowest_bit(left);
            s->fired[b] |= (uint64_t)s->f->options[b * WM_BLOCK_CARDS + bit]->gone << bit;
        }
    }
}

/* Those that the rule adds are for the rules after it. */
static wm_status apply_to_cards(wm_signpost_run *s, const wm_ready_rule *ready)
{
    bool fires = s->rule->on_unknown == WM_UNKNOWN_FIRE;
    uint64_t some = 0;
    take_cards_in_hand(s);
    wm_condition_hold_for(&ready->when, &s->scene, &s->deck, s->fired, s->fired,
                          fires ? s->chosen : NULL);
    for (size_t b = 0; b < wm_deck_blocks(&s->deck); b++) {
        s->fired[b] |= fires ? s->chosen[b] : 0;
        some |= s->fired[b];
    }
    s->for_some = false;
    s->lowered = false;
    return some != 0 ? wm_signpost_act_on_cards(s, ready) : WM_OK;
}

/* ---- what must always hold ----------------------------------------------------------------- */

static void apply_hide(wm_signpost_run *s, const wm_ready_action *hide)
{
    const wm_rule_action *action = hide->action;
    uint32_t from = 1u << action->section;
    if (action->section == WM_SECTION_ALL) {
        from = (1u << WM_SECTION_COUNT) - 1 - (1u << WM_SECTION_SAFETY);
    }
    for (size_t b = 0; b < wm_deck_blocks(&s->deck); b++) {
        s->chosen[b] = wm_deck_in(&s->deck, b, from);
    }
    wm_condition_hold_for(&hide->when, &s->scene, &s->deck, s->chosen, s->chosen, NULL);
    wm_signpost_allowed(s, hide, s->chosen);
    for (size_t b = 0; b < wm_deck_blocks(&s->deck); b++) {
        for (uint64_t left = s->chosen[b]; left != 0; left &= left - 1) {
            wm_deck_move(&s->deck, b * WM_BLOCK_CARDS + wm_lowest_bit(left), WM_SECTION_ALL);
        }
    }
}

static size_t count_bits(uint64_t word)
{
    size_t count = 0;
    for (; word != 0; word &= word - 1) {
        count++;
    }
    return count;
}

static void count_reachable(wm_signpost_run *s)
{
    size_t count = 0;
    for (size_t b = 0; b < wm_deck_blocks(&s->deck); b++) {
        uint64_t here = wm_deck_in(&s->deck, b, 1u << WM_SECTION_MAIN);
        here &= wm_deck_with(&s->deck, b, WM_CARD_USABLE_NOW, 1u << true);
        here &= wm_deck_with(&s->deck, b, WM_CARD_VERDICT,
                             1u << WM_VERDICT_ELIGIBLE | 1u << WM_VERDICT_JOINT);
        count += count_bits(here);
    }
    s->f->reachable = count;
    /* words that nobody understood tell nothing of what there is to find */
    bool counts = !s->f->understood->nothing_understood && count < UINT32_MAX;
    s->scene.scene.main_reachable = counts ? (uint32_t)count : UINT32_MAX;
    s->affirmed.scene.main_reachable = s->scene.scene.main_reachable;
    s->reviewed.scene.main_reachable = s->scene.scene.main_reachable;
}

/* What is hidden stays hidden, and what is within reach is counted: where a card came or moved
 * since, or a hide came. A hide may ask how much is within reach, so until that stands still. */
static void settle(wm_signpost_run *s)
{
    if (!s->deck.moved && s->counted) {
        return;
    }
    uint32_t before = s->scene.scene.main_reachable;
    for (size_t i = 0; i < s->hide_count; i++) {
        apply_hide(s, s->hides[i]);
    }
    count_reachable(s);
    s->counted = before == s->scene.scene.main_reachable;
    s->deck.moved = false;
}

/* With fewer than two cards that this actor can use now, what is open to all joins, and the gap is
 * said, even where no rule says so. */
static wm_status never_leave_alone(wm_signpost_run *s)
{
    static const wm_rule nobody = { .id = WM_SYMBOL_NONE };
    const wm_symbol *offers = s->f->asker->open_to_all;
    uint8_t bytes[WM_OPEN_TO_ALL_MAX * 4];
    uint32_t count = 0;
    if (s->f->reachable >= 2) {
        return WM_OK;
    }
    wm_signpost_gap(s);
    for (; count < WM_OPEN_TO_ALL_MAX && offers[count] != WM_SYMBOL_NONE; count++) {
        for (unsigned b = 0; b < 4; b++) {
            bytes[4 * count + b] = (uint8_t)(offers[count] >> (8 * b));
        }
    }
    wm_rule_action action = {
        .verb = WM_VERB_SHOW, .section = WM_SECTION_MAIN, .slot = -1, .names = { bytes, count }
    };
    wm_ready_action ready = { .action = &action };
    s->rule = &nobody;
    s->tag = NULL;
    s->for_some = false;
    s->lowered = false;
    return count > 0 ? wm_signpost_show(s, &ready) : WM_OK;
}

/* Somebody who asks for themselves and tells of harm to a child is taken for that child, unless
 * known to be an adult. */
static bool child_tells_of_harm(const wm_signpost_run *s)
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

static void keep_parents_services_away(wm_signpost_run *s)
{
    if (s->f->weighings[WM_SUBJECT_PARENT] == NULL || !child_tells_of_harm(s)) {
        return;
    }
    for (size_t i = 0; i < s->deck.count; i++) {
        if (s->deck.views[i]->subject == WM_SUBJECT_PARENT) {
            wm_deck_move(&s->deck, i, WM_SECTION_ALL);
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
            symbols[count] = f->asker->need_symbols[steps[k].need];
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

/* The scene without the needs that are left out; the same scene where none is. */
static wm_status set_reader(const wm_signpost_run *s, const wm_evaluation *evaluation,
                            const bool *left_out, wm_condition_reader *reader_out)
{
    wm_inquiry *f = s->f;
    bool some = false;
    for (size_t i = 0; left_out != NULL && i < f->understood->need_count; i++) {
        some = some || left_out[i];
    }
    if (left_out != NULL && !some) {
        *reader_out = s->scene;
        return WM_OK;
    }
    wm_scene scene = { .actor = (uint8_t)f->query.actor,
                       .about = (uint8_t)f->query.about,
                       .access = access_bits(f->query.access) };
    wm_status status = scene_needs(f, left_out, &scene);
    *reader_out = wm_condition_reader_of(evaluation, &scene);
    return status;
}

static wm_status set_scene(wm_signpost_run *s)
{
    const wm_understood *u = s->f->understood;
    wm_evaluation evaluation = { .symbols = s->f->asker->symbols,
                                 .areas = s->f->asker->areas,
                                 .facts = u->facts,
                                 .actor_facts = u->actor_facts };
    wm_status status = set_reader(s, &evaluation, NULL, &s->scene);
    if (status == WM_OK) {
        status = set_reader(s, &evaluation, u->negated, &s->affirmed);
    }
    return status == WM_OK ? set_reader(s, &evaluation, u->unreviewed, &s->reviewed) : status;
}

static wm_status apply(wm_signpost_run *s, const wm_ready_rule *ready)
{
    s->rule = ready->rule;
    s->tag = NULL;
    if (ready->rule->phase >= WM_PHASE_ADD) {
        settle(s);
    }
    return ready->rule->scope == WM_SCOPE_QUERY ? apply_to_query(s, ready)
                                                : apply_to_cards(s, ready);
}

wm_status wm_signpost(wm_inquiry *inquiry)
{
    wm_signpost_run s = { .f = inquiry, .out = &inquiry->signposting };
    const wm_asker *asker = inquiry->asker;
    s.out->marks.arena = &inquiry->arena;
    wm_deck_init(&s.deck, &inquiry->arena);
    wm_status status = set_scene(&s);
    if (status == WM_OK) {
        status = wm_signpost_take_in(&s);
    }
    for (size_t i = 0; i < asker->rule_count && status == WM_OK; i++) {
        status = apply(&s, &asker->ready_rules[i]);
    }
    if (status == WM_OK) {
        keep_parents_services_away(&s);
        settle(&s);
        status = never_leave_alone(&s);
    }
    if (status == WM_OK) {
        settle(&s);
    }
    return status;
}

/* What is no match is part of no plan, but for what would nearly fit: the plan may be for then. */
static bool may_be_planned(const wm_option *option, wm_symbol offer)
{
    bool matches = option->view.section != WM_SECTION_NOT_A_MATCH || option->view.near_miss;
    return matches && wm_symbol_list_has(option->view.offers, offer);
}

/* The first of a section; behind those that are in order any may be it. */
static wm_option *first_of_section(const wm_inquiry *f, wm_section section, wm_symbol offer,
                                   const wm_option *but)
{
    const wm_ranked *best = NULL;
    size_t first = 0;
    size_t end = 0;
    wm_inquiry_section(f, section, &first, &end);
    for (size_t i = first; i < end; i++) {
        const wm_ranked *here = &f->ranked[i];
        if (here->option == but || !may_be_planned(here->option, offer)) {
            continue;
        }
        if (i < first + f->ordered[section]) {
            return here->option;
        }
        best = best == NULL || wm_ranked_compare(here, best) < 0 ? here : best;
    }
    return best != NULL ? best->option : NULL;
}

static wm_option *first_with(const wm_inquiry *f, wm_symbol offer, const wm_option *but)
{
    wm_option *first = NULL;
    for (int s = 0; s < WM_SECTION_COUNT && first == NULL; s++) {
        first = first_of_section(f, (wm_section)s, offer, but);
    }
    return first;
}

/* Behind what the rules noted on the card; unless they noted the same. */
static wm_status note_pair(wm_inquiry *f, wm_option *option, const wm_option *other,
                           const wm_fired_pair *pair)
{
    bool told = wm_marks_tell(&f->signposting.marks, option);
    wm_card_note **at = &option->notes;
    for (; told && *at != NULL; at = &(*at)->next) {
        if ((*at)->text == pair->action->text) {
            return WM_OK;
        }
    }
    *at = told ? wm_arena_alloc(&f->arena, sizeof **at) : NULL;
    if (*at == NULL) {
        return wm_fail_memory(f->err);
    }
    **at = (wm_card_note){ .text = pair->action->text, .rule = pair->rule->id, .other = other };
    return WM_OK;
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
        status = note_pair(f, one, other, pair);
        if (status == WM_OK) {
            status = note_pair(f, other, one, pair);
        }
    }
    return status;
}
