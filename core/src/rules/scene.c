/* scene.c: the words of rule conditions, and what they come to.
 *
 * Words stand in the order of the enums that they name, so that a word's number is its bit. */
#include "rules/scene.h"

/* ---- words -------------------------------------------------------------------------------- */

const char *const wm_section_words[] = { "SAFETY",      "MAIN",   "ALONGSIDE", "WHILE_WAITING",
                                         "NOT_A_MATCH", "FOOTER", NULL };
const char *const wm_subject_words[] = { "person", "actor", "parent", NULL };

static const char *const actor_words[] = { "self",   "family",       "carer", "gp",
                                           "school", "professional", NULL };
static const char *const about_words[] = {
    "self", "child", "cared_for", "partner", "parent", NULL
};
static const char *const access_words[] = { "languages", "bsl",      "interpreter", "step_free",
                                            "remote",    "evenings", NULL };
static const char *const outcome_words[] = { "refused", "did_not_help", "waiting", NULL };
static const char *const status_words[] = {
    "planned", "active", "paused", "closing", "closed", NULL
};
static const char *const verdict_words[] = { "ELIGIBLE", "JOINT",        "CHECK_WITH_SERVICE",
                                             "UNKNOWN",  "NOT_ELIGIBLE", NULL };
static const char *const open_words[] = { "in_time", NULL };
static const char *const verified_words[] = { "ok", "overdue", "never", NULL };
static const char *const language_words[] = { "no", "interpreter", "yes", NULL };
static const char *const response_words[] = { "immediate", "hours_4", "hours_24", "days_7",
                                              "weeks_4",   "routine", NULL };

bool wm_word_parse(wm_str word, const char *const *words, unsigned *number_out)
{
    for (unsigned i = 0; words[i] != NULL; i++) {
        if (wm_str_is(word, words[i])) {
            *number_out = i;
            return true;
        }
    }
    return false;
}

const char *wm_section_name(wm_section section)
{
    return section < WM_SECTION_COUNT ? wm_section_words[section] : "ALL";
}

bool wm_section_parse(wm_str name, wm_section *section_out)
{
    unsigned number = 0;
    bool found = wm_word_parse(name, wm_section_words, &number);
    *section_out = found ? (wm_section)number : *section_out;
    return found;
}

bool wm_actor_parse(wm_str name, wm_actor *actor_out)
{
    unsigned number = 0;
    bool found = wm_word_parse(name, actor_words, &number);
    *actor_out = found ? (wm_actor)number : *actor_out;
    return found;
}

bool wm_about_parse(wm_str name, wm_about *about_out)
{
    unsigned number = 0;
    bool found = wm_word_parse(name, about_words, &number);
    *about_out = found ? (wm_about)number : *about_out;
    return found;
}

bool wm_outcome_parse(wm_str name, wm_outcome *outcome_out)
{
    unsigned number = 0;
    bool found = wm_word_parse(name, outcome_words, &number);
    *outcome_out = found ? (wm_outcome)number : *outcome_out;
    return found;
}

/* ---- members ------------------------------------------------------------------------------ */

#define NAMES_OF(what) "a list of " what ", at least one"

static const wm_member need_members[] = {
    { "", WM_MEMBER_NAMES, true, false, NULL, NAMES_OF("needs"), 0 },
};

enum { QUERY_ACTOR, QUERY_ABOUT, QUERY_ACCESS };
static const wm_member query_members[] = {
    [QUERY_ACTOR] = { "actor", WM_MEMBER_WORDS, false, false, actor_words,
                      "a list of self, family, carer, gp, school, professional", 0 },
    [QUERY_ABOUT] = { "about", WM_MEMBER_WORDS, false, false, about_words,
                      "a list of self, child, cared_for, partner, parent", 0 },
    [QUERY_ACCESS] = { "access", WM_MEMBER_WORDS, true, false, access_words,
                       "a list of languages, bsl, interpreter, step_free, remote, evenings", 0 },
};

static const wm_member card_members[] = {
    [WM_CARD_STATUS] = { "status", WM_MEMBER_WORDS, false, false, status_words,
                         "a list of planned, active, paused, closing, closed", 0 },
    [WM_CARD_VERDICT] = { "verdict", WM_MEMBER_WORDS, false, false, verdict_words,
                          "a list of ELIGIBLE, JOINT, CHECK_WITH_SERVICE, UNKNOWN, NOT_ELIGIBLE",
                          0 },
    [WM_CARD_NEAR_MISS] = { "near_miss", WM_MEMBER_TRUTH, false, false, NULL, "true or false", 0 },
    [WM_CARD_USABLE_NOW] = { "usable_now", WM_MEMBER_TRUTH, false, false, NULL, "true or false",
                             0 },
    [WM_CARD_CLOSES_FIRST] = { "closes_before_first_contact", WM_MEMBER_TRUTH, false, false, NULL,
                               "true or false", 0 },
    [WM_CARD_SECTION] = { "section", WM_MEMBER_WORDS, false, false, wm_section_words,
                          "a list of SAFETY, MAIN, ALONGSIDE, WHILE_WAITING, NOT_A_MATCH, FOOTER",
                          0 },
    [WM_CARD_SUBJECT] = { "subject", WM_MEMBER_WORDS, false, false, wm_subject_words,
                          "a list of person, actor, parent", 0 },
    [WM_CARD_OPEN] = { "open", WM_MEMBER_WORD, false, true, open_words, "\"in_time\"", 0 },
    [WM_CARD_VERIFIED] = { "verified", WM_MEMBER_WORDS, false, false, verified_words,
                           "a list of ok, overdue, never", 0 },
    [WM_CARD_LANGUAGE] = { "language", WM_MEMBER_WORDS, false, true, language_words,
                           "a list of yes, interpreter, no", 0 },
    [WM_CARD_RESPONSE] = { "response", WM_MEMBER_WORDS, false, true, response_words,
                           "a list of immediate, hours_4, hours_24, days_7, weeks_4, routine", 0 },
    [WM_CARD_TRIED] = { "tried", WM_MEMBER_WORDS, true, false, outcome_words,
                        "a list of refused, did_not_help, waiting", 0 },
    [WM_CARD_WAIT_WEEKS] = { "wait_weeks", WM_MEMBER_NUMBERS, false, true, NULL,
                             "an object with min or max, 0 to 520", 520 },
    [WM_CARD_KIND] = { "kind", WM_MEMBER_NAMES, false, false, NULL, NAMES_OF("kinds"), 0 },
    [WM_CARD_OFFERS] = { "offers", WM_MEMBER_NAMES, true, false, NULL, NAMES_OF("offers"), 0 },
    [WM_CARD_EXCLUSION] = { "exclusion", WM_MEMBER_NAMES, true, false, NULL, NAMES_OF("reasons"),
                            0 },
};

static const wm_member result_members[] = {
    { "main_reachable", WM_MEMBER_NUMBERS, false, false, NULL,
      "an object with min or max, 0 to 1000", WM_CARDS_MAX },
};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

bool wm_op_is_scene(uint8_t op)
{
    return op >= WM_OP_NEED && op <= WM_OP_RESULT;
}

const wm_member *wm_scene_member(uint8_t op, uint8_t arg)
{
    switch (op) {
    case WM_OP_NEED: return arg < COUNT_OF(need_members) ? &need_members[arg] : NULL;
    case WM_OP_QUERY: return arg < COUNT_OF(query_members) ? &query_members[arg] : NULL;
    case WM_OP_CARD: return arg < COUNT_OF(card_members) ? &card_members[arg] : NULL;
    case WM_OP_RESULT: return arg < COUNT_OF(result_members) ? &result_members[arg] : NULL;
    default: return NULL;
    }
}

uint32_t wm_scene_name_count(const wm_criteria *criteria, const wm_node *node)
{
    return wm_program_word(criteria, node->operand);
}

wm_symbol wm_scene_name(const wm_criteria *criteria, const wm_node *node, uint32_t index)
{
    return wm_program_word(criteria, node->operand + 1U + index);
}

uint32_t wm_scene_min(const wm_criteria *criteria, const wm_node *node)
{
    return wm_program_word(criteria, node->operand);
}

uint32_t wm_scene_max(const wm_criteria *criteria, const wm_node *node)
{
    return wm_program_word(criteria, node->operand + 1U);
}

/* ---- evaluate ----------------------------------------------------------------------------- */

static wm_truth truth_if(bool holds)
{
    return holds ? WM_TRUTH_T : WM_TRUTH_F;
}

/* Some of the symbols is in the node's list. */
static wm_truth any_named(const wm_criteria *criteria, const wm_node *node,
                          const wm_symbol *symbols, size_t count)
{
    uint32_t names = wm_scene_name_count(criteria, node);
    for (uint32_t i = 0; i < names; i++) {
        wm_symbol name = wm_scene_name(criteria, node, i);
        for (size_t k = 0; k < count; k++) {
            if (symbols[k] == name) {
                return WM_TRUTH_T;
            }
        }
    }
    return WM_TRUTH_F;
}

static wm_truth any_offered(const wm_criteria *criteria, const wm_node *node, wm_symbol_list offers)
{
    for (uint32_t i = 0; i < offers.count; i++) {
        wm_symbol offer = wm_symbol_list_at(offers, i);
        if (any_named(criteria, node, &offer, 1) == WM_TRUTH_T) {
            return WM_TRUTH_T;
        }
    }
    return WM_TRUTH_F;
}

static wm_truth within(const wm_criteria *criteria, const wm_node *node, uint32_t number)
{
    return truth_if(number >= wm_scene_min(criteria, node) &&
                    number <= wm_scene_max(criteria, node));
}

static wm_truth truth_of_bit(const wm_node *node, unsigned bit)
{
    return truth_if((node->operand >> bit & 1) != 0);
}

/* Not asked and not known are unknown; NO is the first of the words. */
static wm_truth evaluate_language(const wm_node *node, wm_language_match language)
{
    if (language < WM_LANGUAGE_NO || language > WM_LANGUAGE_YES) {
        return WM_TRUTH_U;
    }
    return truth_of_bit(node, (unsigned)language - WM_LANGUAGE_NO);
}

static wm_truth evaluate_card(const wm_criteria *criteria, const wm_node *node,
                              const wm_card_view *card)
{
    switch (node->arg) {
    case WM_CARD_STATUS: return truth_of_bit(node, card->status);
    case WM_CARD_VERDICT: return truth_of_bit(node, card->verdict);
    case WM_CARD_NEAR_MISS: return truth_if(card->near_miss == (node->operand != 0));
    case WM_CARD_USABLE_NOW: return truth_if(card->usable_now == (node->operand != 0));
    case WM_CARD_CLOSES_FIRST: return truth_if(card->closes_first == (node->operand != 0));
    case WM_CARD_SECTION: return truth_of_bit(node, card->section);
    case WM_CARD_SUBJECT: return truth_of_bit(node, card->subject);
    case WM_CARD_OPEN: return card->open_in_time;
    case WM_CARD_VERIFIED: return truth_of_bit(node, card->verified);
    case WM_CARD_LANGUAGE: return evaluate_language(node, card->language);
    case WM_CARD_RESPONSE:
        return card->response == WM_SUMMARY_NONE ? WM_TRUTH_U : truth_of_bit(node, card->response);
    case WM_CARD_TRIED: return truth_if((node->operand & card->tried) != 0);
    case WM_CARD_WAIT_WEEKS:
        return card->wait_weeks < 0 ? WM_TRUTH_U
                                    : within(criteria, node, (uint32_t)card->wait_weeks);
    case WM_CARD_KIND: return any_named(criteria, node, &card->kind, 1);
    case WM_CARD_OFFERS: return any_offered(criteria, node, card->offers);
    case WM_CARD_EXCLUSION:
        return any_named(criteria, node, card->exclusions, card->exclusion_count);
    default: return WM_TRUTH_U;
    }
}

static wm_truth evaluate_query(const wm_node *node, const wm_scene *scene)
{
    switch (node->arg) {
    case QUERY_ACTOR: return truth_of_bit(node, scene->actor);
    case QUERY_ABOUT: return truth_of_bit(node, scene->about);
    case QUERY_ACCESS: return truth_if((node->operand & scene->access) != 0);
    default: return WM_TRUTH_U;
    }
}

wm_truth wm_evaluate_scene(const wm_criteria *criteria, const wm_node *node, const wm_scene *scene)
{
    if (scene == NULL) {
        return WM_TRUTH_U;
    }
    switch (node->op) {
    case WM_OP_NEED: return any_named(criteria, node, scene->needs, scene->need_count);
    case WM_OP_QUERY: return evaluate_query(node, scene);
    case WM_OP_CARD:
        return scene->card != NULL ? evaluate_card(criteria, node, scene->card) : WM_TRUTH_U;
    case WM_OP_RESULT: return within(criteria, node, scene->main_reachable);
    default: return WM_TRUTH_U;
    }
}
