/* marks.c: see marks.h. */
#include "ask/marks.h"

#define WORDS_LEAST 4

static wm_mark *append(const wm_marks *marks, wm_mark_list *list, wm_symbol rule, wm_symbol text)
{
    wm_mark *mark = wm_arena_alloc(marks->arena, sizeof *mark);
    if (mark == NULL) {
        return NULL;
    }
    *mark = (wm_mark){ .rule = rule, .text = text };
    if (list->last != NULL) {
        list->last->next = mark;
    } else {
        list->first = mark;
    }
    list->last = mark;
    return mark;
}

wm_mark *wm_marks_rule(wm_marks *marks, wm_symbol rule)
{
    return append(marks, &marks->rules, rule, WM_SYMBOL_NONE);
}

wm_mark *wm_marks_note(wm_marks *marks, wm_symbol rule, wm_symbol text)
{
    return append(marks, &marks->notes, rule, text);
}

static bool make_room(const wm_marks *marks, wm_mark *mark, size_t words)
{
    if (words <= mark->words) {
        return true;
    }
    size_t more = words < WORDS_LEAST ? WORDS_LEAST : words;
    uint64_t *cards = wm_arena_array(marks->arena, more, sizeof *cards);
    if (cards == NULL) {
        return false;
    }
    if (mark->words > 0) {
        memcpy(cards, mark->cards, mark->words * sizeof *cards);
    }
    mark->cards = cards;
    mark->words = more;
    return true;
}

bool wm_mark_card(const wm_marks *marks, wm_mark *mark, size_t card)
{
    if (!make_room(marks, mark, card / 64 + 1)) {
        return false;
    }
    mark->cards[card / 64] |= (uint64_t)1 << card % 64;
    return true;
}

bool wm_mark_cards(const wm_marks *marks, wm_mark *mark, const uint64_t *cards, size_t words)
{
    if (!make_room(marks, mark, words)) {
        return false;
    }
    for (size_t i = 0; i < words; i++) {
        mark->cards[i] |= cards[i];
    }
    return true;
}

/* ---- telling ------------------------------------------------------------------------------- */

static bool tell_rule(const wm_marks *marks, const wm_mark *mark, wm_card_rule ***end)
{
    wm_card_rule *rule = wm_arena_alloc(marks->arena, sizeof *rule);
    if (rule == NULL) {
        return false;
    }
    *rule = (wm_card_rule){ .rule = mark->rule };
    **end = rule;
    *end = &rule->next;
    return true;
}

static bool tell_note(const wm_marks *marks, const wm_mark *mark, wm_option *option)
{
    wm_card_note **at = &option->notes;
    for (; *at != NULL; at = &(*at)->next) {
        if ((*at)->text == mark->text) {
            return true;
        }
    }
    *at = wm_arena_alloc(marks->arena, sizeof **at);
    if (*at == NULL) {
        return false;
    }
    **at = (wm_card_note){ .text = mark->text, .rule = mark->rule };
    return true;
}

static bool is_on(const wm_mark *mark, size_t card)
{
    return card / 64 < mark->words && (mark->cards[card / 64] >> card % 64 & 1) != 0;
}

bool wm_marks_tell(const wm_marks *marks, wm_option *option)
{
    wm_card_rule **end = &option->rules;
    bool whole = true;
    if (option->told || option->number == 0) {
        return true;
    }
    for (const wm_mark *at = marks->rules.first; at != NULL && whole; at = at->next) {
        whole = !is_on(at, option->number - 1U) || tell_rule(marks, at, &end);
    }
    for (const wm_mark *at = marks->notes.first; at != NULL && whole; at = at->next) {
        whole = !is_on(at, option->number - 1U) || tell_note(marks, at, option);
    }
    option->told = true;
    return whole;
}
