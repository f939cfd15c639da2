/* words.c: needs by id and by word, and which denials count; see words.h. */
#include "ask/words.h"

/* Needs whose cards keep people safe: what is denied may still be so. */
static const char *const safety_roots[] = { "crisis", "psych", "medical", "trauma" };
/* A denial of these is never believed. */
static const char *const never_denied[] = { "crisis.attempt_now", "crisis.attempt", "crisis.plan" };
/* Needs that are a trouble, so that without it there is none. Not sleep, food, money, company, or
 * ways to help: there the trouble is to be without. */
static const char *const trouble_roots[] = { "mood", "anx", "grief", "nd", "later", "peri", "mil" };

#define ROWS(table) (sizeof(table) / sizeof(table)[0])

static bool is_within_any(const wm_needs *needs, wm_need need, const char *const *roots,
                          size_t count)
{
    for (size_t i = 0; i < count; i++) {
        wm_need root = wm_needs_find(needs, wm_str_of(roots[i]));
        if (root != WM_NEED_NONE && wm_needs_within(needs, need, root)) {
            return true;
        }
    }
    return false;
}

/* Adds a need, or takes back what was only said of an earlier mention. */
static void add_need(wm_understood *u, wm_need need, bool negated, bool unreviewed)
{
    size_t at = 0;
    while (at < u->need_count && u->needs[at] < need) {
        at++;
    }
    if (at == u->need_count || u->needs[at] != need) {
        size_t behind = u->need_count - at;
        memmove(&u->needs[at + 1], &u->needs[at], behind * sizeof u->needs[0]);
        memmove(&u->negated[at + 1], &u->negated[at], behind * sizeof u->negated[0]);
        memmove(&u->unreviewed[at + 1], &u->unreviewed[at], behind * sizeof u->unreviewed[0]);
        u->needs[at] = need;
        u->negated[at] = true;
        u->unreviewed[at] = true;
        u->need_count++;
    }
    u->negated[at] = u->negated[at] && negated;
    u->unreviewed[at] = u->unreviewed[at] && unreviewed;
}

static wm_status read_ids(const wm_needs *needs, const wm_query *query, wm_understood *u,
                          wm_error *err)
{
    for (uint32_t i = 0; query->needs != NULL && i < query->needs->count; i++) {
        wm_str id = query->needs->as.items[i].as.string;
        wm_need need = wm_needs_find(needs, id);
        if (need == WM_NEED_NONE) {
            return wm_fail(err, WM_BAD_INPUT,
                           "needs: expected a need of this directory, found \"%.*s\"",
                           WM_STR_ARG(id));
        }
        add_need(u, need, false, false);
    }
    return WM_OK;
}

/* The denial of a need that keeps people safe counts. */
static bool is_believed(const wm_needs *needs, const wm_query *query, const wm_need_match *match)
{
    bool asks_for_self = query->about == WM_ABOUT_SELF && query->actor == WM_ACTOR_SELF;
    return asks_for_self && !match->reported &&
           !is_within_any(needs, match->need, never_denied, ROWS(never_denied));
}

static void read_match(const wm_needs *needs, const wm_query *query, wm_need_match *match,
                       wm_understood *u)
{
    bool unreviewed = match->how == WM_NEED_HOW_UNREVIEWED;
    bool is_safety = is_within_any(needs, match->need, safety_roots, ROWS(safety_roots));
    bool is_trouble = is_within_any(needs, match->need, trouble_roots, ROWS(trouble_roots));
    bool counts = false;
    if (match->negated) {
        counts = is_safety ? is_believed(needs, query, match) : is_trouble && !match->reported;
    }
    if (counts) {
        match->how = WM_NEED_HOW_NEGATED;
    }
    if (!counts || is_safety) {
        add_need(u, match->need, counts, unreviewed);
    }
}

wm_status wm_words_read(const wm_needs *needs, const wm_query *query, wm_understood *understood,
                        wm_error *err)
{
    wm_status status = read_ids(needs, query, understood, err);
    if (status != WM_OK || query->text.len == 0) {
        return status;
    }
    status = wm_needs_match(needs, query->text, understood->words, WM_NEED_MATCHES_MAX,
                            &understood->word_count, err);
    if (status != WM_OK) {
        return status;
    }
    for (size_t i = 0; i < understood->word_count; i++) {
        read_match(needs, query, &understood->words[i], understood);
    }
    understood->nothing_understood = understood->need_count == 0;
    return WM_OK;
}
