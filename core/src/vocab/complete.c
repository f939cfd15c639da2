/* complete.c: one pass over the tree of phrases. A parent comes before its children, so that what
 * was typed is passed on from the node that ends it to all phrases behind. What nobody would type,
 * kin and phrases with a "*", completes nothing. */
#include "complete.h"

#include <waymark/sys/fold.h>

#include "needs.h"

#define TYPED_MAX WM_NEED_PHRASE_WORDS_MAX
#define LETTERS_LEAST 2

/* How far a node has what was typed. */
typedef enum reach { REACH_NOT, REACH_INSIDE, REACH_BEGINS } reach;

typedef struct completing {
    const wm_needs *needs;
    const phrase_book *book;
    const word_text *typed;
    bool is_open;    /* the last word may go on */
    uint8_t *fits;   /* by word: the last one typed may be it */
    uint8_t *reach;  /* by node */
    uint32_t *nodes; /* by need: the best phrase so far, 0: none */
} completing;

static bool is_last(const completing *c, wm_str word)
{
    wm_str last = c->typed->words[c->typed->count - 1].text;
    return c->is_open ? wm_str_starts(word, last) : wm_str_equal(word, last);
}

static reach reach_of(const completing *c, uint32_t at)
{
    const book_node *nodes = c->book->nodes;
    reach above = (reach)c->reach[nodes[at].parent];
    if (above == REACH_BEGINS || !c->fits[nodes[at].word]) {
        return above;
    }
    size_t left = c->typed->count - 1;
    for (at = nodes[at].parent; left > 0 && at != BOOK_ROOT; at = nodes[at].parent) {
        if (nodes[at].word != c->typed->words[left - 1].word) {
            return above;
        }
        left--;
    }
    return left > 0 ? above : at == BOOK_ROOT ? REACH_BEGINS : REACH_INSIDE;
}

/* A phrase that begins so, then one of fewer words. */
static bool is_better(const completing *c, uint32_t at, uint32_t than)
{
    const book_node *nodes = c->book->nodes;
    if (than == BOOK_ROOT || c->reach[at] != c->reach[than]) {
        return than == BOOK_ROOT || c->reach[at] > c->reach[than];
    }
    return nodes[at].words < nodes[than].words;
}

static const book_meaning *meaning_of(const completing *c, uint32_t node, wm_need need)
{
    uint32_t at = c->book->nodes[node].first;
    while (c->book->meanings[at].need != need) {
        at = c->book->meanings[at].next;
    }
    return &c->book->meanings[at];
}

static void keep_best(completing *c, uint32_t node)
{
    uint32_t first = c->book->nodes[node].is_wide ? BOOK_NONE : c->book->nodes[node].first;
    for (uint32_t at = first; at != BOOK_NONE; at = c->book->meanings[at].next) {
        const book_meaning *meaning = &c->book->meanings[at];
        uint32_t *best = &c->nodes[meaning->need];
        bool reads_better = *best != BOOK_ROOT && !meaning->unreviewed &&
                            meaning_of(c, *best, meaning->need)->unreviewed;
        bool reads_worse = *best != BOOK_ROOT && meaning->unreviewed &&
                           !meaning_of(c, *best, meaning->need)->unreviewed;
        if (reads_better || (!reads_worse && is_better(c, node, *best))) {
            *best = node;
        }
    }
}

/* Lower comes first. */
static uint32_t rank_of(const completing *c, const need_completion *it)
{
    uint32_t words = c->book->nodes[c->nodes[it->need]].words;
    return (it->is_urgent ? 0U : 1U) << 16 | (it->unreviewed ? 1U : 0U) << 15 |
           (it->is_inside ? 1U : 0U) << 14 | words;
}

static wm_status put_all(const completing *c, wm_arena *arena, need_completion *out,
                         size_t capacity, size_t *count_out, wm_error *err)
{
    wm_need crisis = wm_needs_find(c->needs, WM_STR("crisis"));
    size_t count = 0;
    for (uint32_t need = 0; need < c->needs->count; need++) {
        uint32_t node = c->nodes[need];
        if (node == BOOK_ROOT) {
            continue;
        }
        need_completion it = { .need = need, .is_inside = c->reach[node] == REACH_INSIDE };
        it.is_crisis = crisis != WM_NEED_NONE && wm_needs_within(c->needs, need, crisis);
        it.unreviewed = meaning_of(c, node, need)->unreviewed;
        it.language = c->book->languages[meaning_of(c, node, need)->language];
        it.is_whole = !it.is_inside && c->book->nodes[node].words == c->typed->count;
        it.is_urgent = it.is_crisis && it.is_whole && (!it.unreviewed || c->typed->count > 1);
        size_t at = count;
        while (at > 0 && rank_of(c, &it) < rank_of(c, &out[at - 1])) {
            at--;
        }
        if (at < capacity) {
            size_t kept = count < capacity ? count : capacity - 1;
            memmove(&out[at + 1], &out[at], (kept - at) * sizeof *out);
            out[at] = it;
            count = kept + 1;
        }
    }
    for (size_t i = 0; i < count; i++) {
        out[i].words = book_text(c->book, c->nodes[out[i].need], arena);
        if (out[i].words.ptr == NULL) {
            return wm_fail_memory(err);
        }
    }
    *count_out = count;
    return WM_OK;
}

static wm_status complete(completing *c, wm_arena *arena, wm_error *err)
{
    const phrase_book *book = c->book;
    c->fits = wm_arena_array(arena, book->word_count, sizeof *c->fits);
    c->reach = wm_arena_array(arena, book->node_count, sizeof *c->reach);
    c->nodes = wm_arena_array(arena, c->needs->count, sizeof *c->nodes);
    if (c->fits == NULL || c->reach == NULL || c->nodes == NULL) {
        return wm_fail_memory(err);
    }
    for (size_t i = 0; i < book->word_count; i++) {
        c->fits[i] = is_last(c, book->words[i].text) ? 1 : 0;
    }
    for (uint32_t i = 1; i < book->node_count; i++) {
        c->reach[i] = (uint8_t)reach_of(c, i);
        if (c->reach[i] != REACH_NOT && book->nodes[i].first != BOOK_NONE) {
            keep_best(c, i);
        }
    }
    return WM_OK;
}

/* What stands behind the last gap, folded, and where it begins. ptr NULL: no memory. */
static wm_str fold_last(wm_str text, wm_arena *arena, size_t *begins_out)
{
    char *bytes = wm_arena_alloc(arena, text.len * WM_FOLD_CHAR_BYTES + 1);
    size_t length = 0;
    *begins_out = 0;
    for (size_t at = 0; at < text.len && bytes != NULL;) {
        wm_folded folded = wm_fold_char(text, at);
        at += folded.source_bytes;
        if (folded.parts_words) {
            *begins_out = at;
            length = 0;
        } else {
            memcpy(bytes + length, folded.text, folded.len);
            length += folded.len;
        }
    }
    return (wm_str){ bytes, length };
}

/* The beginning of a word may be a short form ("n" for "and", "shes"), which was written out: puts
 * it back as it stands. False: it stands so already. */
static wm_status read_last_as_it_is(word_text *typed, wm_str text, wm_arena *arena, bool *other_out,
                                    wm_error *err)
{
    size_t begins = 0;
    size_t first = 0;
    wm_str last = fold_last(text, arena, &begins);
    *other_out = false;
    if (last.ptr == NULL) {
        return wm_fail_memory(err);
    }
    while (first < typed->count && typed->words[first].source_at < begins) {
        first++;
    }
    bool is_short = first == 0 && last.len < LETTERS_LEAST;
    if (last.len == 0 || is_short || first == typed->count ||
        (first + 1 == typed->count && wm_str_equal(typed->words[first].text, last))) {
        return WM_OK;
    }
    typed->words[first].text = last;
    typed->words[first].word = WORD_NONE;
    typed->count = first + 1;
    *other_out = true;
    return WM_OK;
}

wm_status needs_complete(const wm_needs *needs, wm_str text, wm_arena *arena, need_completion *out,
                         size_t capacity, size_t *count_out, wm_error *err)
{
    *count_out = 0;
    if (text.len > WM_QUERY_TEXT_BYTES_MAX || !wm_utf8_valid(text, NULL)) {
        return WM_OK;
    }
    word_text *typed = wm_arena_alloc(arena, sizeof *typed);
    if (typed == NULL) {
        return wm_fail_memory(err);
    }
    words_read(text, book_find, &needs->phrases, typed);
    bool is_short = typed->count == 1 && typed->words[0].text.len < LETTERS_LEAST;
    if (typed->count == 0 || typed->count > TYPED_MAX || is_short) {
        return WM_OK;
    }
    completing c = { .needs = needs, .book = &needs->phrases, .typed = typed };
    c.is_open = words_is_open(text, &typed->words[typed->count - 1]);
    wm_status status = complete(&c, arena, err);
    bool other = false;
    status = status == WM_OK ? put_all(&c, arena, out, capacity, count_out, err) : status;
    if (status == WM_OK && *count_out == 0 && c.is_open) {
        status = read_last_as_it_is(typed, text, arena, &other, err);
    }
    if (status == WM_OK && other) {
        status = complete(&c, arena, err);
        status = status == WM_OK ? put_all(&c, arena, out, capacity, count_out, err) : status;
    }
    return status;
}
