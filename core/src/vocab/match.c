/* match.c: the words of a text against the phrases of the needs.
 *
 * Three steps. Each word is looked up, and what is unknown gets guesses: words of phrases that it
 * may be meant for; where it has none and is several words in a row, it is read as those. Then,
 * longest phrases first, what the words spell is taken: exact before misspelt, crises before
 * others, from the left. Last, each phrase that was taken is asked whether it is denied, and its
 * needs are told.
 *
 * Bounds, for any text of 512 bytes: at most 128 unknown words of 3 letters or more, each compared
 * with the words of about its length, which costs EDITS_LETTERS_MAX * 5 steps where the letters
 * are alike and one where they are not; from each of 512 words, as it is written and as its kin,
 * one walk of at most BOOK_STEPS_MAX levels of the tree, with at most GUESSES_MAX guesses at one of
 * them, FILLERS_MAX words left out and, for each of two "*", PASSED_MAX + 1 ways on (a path only
 * goes on where phrases do). */
#include "needs.h"

#include <assert.h>
#include <stdlib.h>

#include "negation.h"
#include "split.h"

#define GUESSES_MAX 12           /* for one word: the nearest */
#define FILLERS_MAX 3            /* inside one phrase */
#define WIDE_WORDS_GUESSED_MIN 5 /* of a phrase with "*", one of whose words is guessed */
#define PASSED_MAX 6             /* words for which a "*" in a phrase stands */
#define TAKES_MAX WORDS_MAX
#define LETTERS_GUESSED_MIN 3
#define LETTERS_ALONE_MIN 5 /* of what is guessed, where it is the whole phrase */
#define LETTERS_SPLIT_MIN 6 /* of a crisis in one word, found inside a longer one */

/* Words of `letters` letters that are unknown: how many edits they may be off. */
static unsigned edits_allowed(size_t letters)
{
    return letters >= 8 ? 2 : letters >= 4 ? 1 : 0;
}

/* The same where a crisis is at stake: the longer of the two words counts. */
static unsigned edits_allowed_in_crisis(size_t letters, size_t target_letters)
{
    return letters >= 7 || target_letters >= 7 ? 2 : letters >= LETTERS_GUESSED_MIN ? 1 : 0;
}

/* ---- looking up ---- */

typedef struct guess {
    uint32_t word;
    uint8_t edits;
} guess;

#define GUESSED_WORDS_MAX ((size_t)WM_QUERY_TEXT_BYTES_MAX / (LETTERS_GUESSED_MIN + 1) + 1)
#define GUESSES_ALL_MAX (GUESSED_WORDS_MAX * GUESSES_MAX)

/* What the words of a phrase spell, beginning at one word. */
typedef struct hit {
    uint32_t node; /* BOOK_NONE: nothing, or several things with different needs */
    uint16_t end;  /* behind its last word */
    uint8_t edits;
    uint8_t fillers;
} hit;

typedef struct take {
    uint32_t node;
    uint16_t first;
    uint16_t end;
    uint8_t edits;
} take;

/* A word of the text as phrases have it. */
typedef struct spelt_word {
    uint32_t word; /* BOOK_NONE: no phrase has it */
    uint16_t at;   /* in text.words */
} spelt_word;

/* The words of the text: as they are written, or as their kin, where those that are left out have
 * none. */
typedef struct spelling {
    bool is_kin;
    size_t count;
    spelt_word words[WORDS_MAX];
} spelling;

typedef struct matcher {
    const phrase_book *book;
    word_text text;
    spelling written;
    spelling kin;
    split_text split;
    bool has_split; /* `text` was read from it */
    guess guesses[GUESSES_ALL_MAX];
    size_t guess_count;
    hit hits[WORDS_MAX][BOOK_STEPS_MAX + 1]; /* from each word, by words of the phrase */
    take takes[TAKES_MAX];
    size_t take_count;
} matcher;

/* Keeps the nearest, in order of edits. */
static void put_guess(matcher *m, text_word *word, uint32_t target, unsigned edits)
{
    guess *list = &m->guesses[word->first_guess];
    size_t at = word->guess_count;
    while (at > 0 && list[at - 1].edits > edits) {
        at--;
    }
    if (at == GUESSES_MAX) {
        return;
    }
    size_t kept = word->guess_count < GUESSES_MAX ? word->guess_count : GUESSES_MAX - 1;
    memmove(&list[at + 1], &list[at], (kept - at) * sizeof *list);
    list[at] = (guess){ target, (uint8_t)edits };
    word->guess_count = (uint8_t)(kept + 1);
}

/* "nights" is no misspelt "rights": it is "night". */
static bool is_plural(wm_str word, wm_str of)
{
    return word.len == of.len + 1 && word.ptr[of.len] == 's' && wm_str_starts(word, of);
}

static void guess_word(matcher *m, text_word *word)
{
    const phrase_book *book = m->book;
    wm_str text = word->text;
    uint32_t letters = edits_letters(text);
    size_t shortest = text.len > EDITS_MAX ? text.len - EDITS_MAX : 0;
    size_t longest = text.len + EDITS_MAX;
    longest = longest < EDITS_LETTERS_MAX ? longest : EDITS_LETTERS_MAX;
    for (size_t i = book->target_first[shortest]; i < book->target_first[longest + 1]; i++) {
        const book_word *target = &book->words[book->targets[i]];
        unsigned limit = edits_allowed(text.len);
        if (target->in_crisis) {
            limit = edits_allowed_in_crisis(text.len, target->text.len);
        }
        if (!edits_possible(letters, book->target_letters[i], limit)) {
            continue;
        }
        if (is_plural(text, target->text)) {
            word->guess_count = 0;
            put_guess(m, word, book->targets[i], 1);
            return;
        }
        unsigned edits = edits_between(text, target->text, limit);
        if (edits <= limit) {
            put_guess(m, word, book->targets[i], edits);
        }
    }
}

/* "took 30 tablets": how many does not matter. */
static bool is_number(wm_str word)
{
    size_t digits = 0;
    while (digits < word.len && word.ptr[digits] >= '0' && word.ptr[digits] <= '9') {
        digits++;
    }
    return digits == word.len;
}

static void look_up(matcher *m)
{
    m->guess_count = 0;
    for (size_t i = 0; i < m->text.count; i++) {
        text_word *word = &m->text.words[i];
        word->classes = (uint8_t)(word->word != WORD_NONE ? m->book->words[word->word].classes
                                                          : words_classes(word->text));
        word->classes |= is_number(word->text) ? WORD_FILLER : 0;
        word->first_guess = (uint16_t)m->guess_count;
        bool is_known = word->word != WORD_NONE || word->classes != 0 || word->is_ours;
        if (is_known || word->text.len < LETTERS_GUESSED_MIN || !edits_plain(word->text) ||
            words_is_ordinary(word->text)) {
            continue;
        }
        assert(m->guess_count + GUESSES_MAX <= GUESSES_ALL_MAX);
        guess_word(m, word);
        m->guess_count += word->guess_count;
    }
}

static void spell(matcher *m)
{
    m->written.is_kin = false;
    m->written.count = 0;
    m->kin.is_kin = true;
    m->kin.count = 0;
    for (size_t i = 0; i < m->text.count; i++) {
        const text_word *word = &m->text.words[i];
        uint32_t kin = word->word != WORD_NONE ? m->book->words[word->word].kin
                                               : book_find_kin(m->book, word->text);
        uint32_t itself = word->word != WORD_NONE ? word->word : BOOK_NONE;
        m->written.words[m->written.count++] = (spelt_word){ itself, (uint16_t)i };
        if (kin != BOOK_LEFT_OUT) {
            m->kin.words[m->kin.count++] = (spelt_word){ kin, (uint16_t)i };
        }
    }
}

static void read_words(matcher *m, wm_str text)
{
    words_read(text, book_find, m->book, &m->text);
    look_up(m);
    m->has_split = split_words(m->book, text, &m->text, &m->split);
    if (m->has_split) {
        words_read((wm_str){ m->split.bytes, m->split.length }, book_find, m->book, &m->text);
        look_up(m);
    }
    spell(m);
}

/* ---- walking the tree ---- */

typedef struct walk {
    const matcher *matcher;
    const spelling *spelling;
    hit *best;                 /* by words of the phrase; end 0: none */
    const text_word *misspelt; /* the word that was guessed on this path; NULL: none */
    uint32_t target;           /* what it was taken for */
    unsigned edits;
    unsigned fillers;
} walk;

static bool name_the_same(const phrase_book *book, uint32_t a, uint32_t b)
{
    uint32_t left = book->nodes[a].first;
    uint32_t right = book->nodes[b].first;
    while (left != BOOK_NONE && right != BOOK_NONE &&
           book->meanings[left].need == book->meanings[right].need) {
        left = book->meanings[left].next;
        right = book->meanings[right].next;
    }
    return left == right;
}

/* The edits and fillers of this path are within what its phrase allows. A phrase of one short word
 * has too many neighbours to be guessed at: "rage" and "range", "debt" and "dent". */
static bool is_allowed(const walk *w, const book_node *node)
{
    if (w->fillers > 0 && !node->is_loose) {
        return false;
    }
    if (w->misspelt == NULL) {
        return true;
    }
    size_t letters = w->misspelt->text.len;
    size_t target_letters = w->matcher->book->words[w->target].text.len;
    if (node->has_any && node->words < WIDE_WORDS_GUESSED_MIN) {
        return false;
    }
    if (node->words == 1 && (letters < 4 || target_letters < LETTERS_ALONE_MIN)) {
        return false;
    }
    return w->edits <= (node->is_crisis ? edits_allowed_in_crisis(letters, target_letters)
                                        : edits_allowed(letters));
}

static void end_walk(walk *w, uint32_t at, size_t next)
{
    const phrase_book *book = w->matcher->book;
    const book_node *node = &book->nodes[at];
    if (!node->is_end || !is_allowed(w, node)) {
        return;
    }
    assert(node->words <= BOOK_STEPS_MAX);
    hit found = { at, (uint16_t)next, (uint8_t)w->edits, (uint8_t)w->fillers };
    hit *best = &w->best[node->words];
    bool is_first = best->end == 0;
    unsigned before = best->edits * (FILLERS_MAX + 1u) + best->fillers;
    unsigned now = w->edits * (FILLERS_MAX + 1u) + w->fillers;
    if (is_first || now < before) {
        *best = found;
        return;
    }
    if (best->edits != found.edits || best->node == at) {
        return;
    }
    if (node->is_crisis && (best->node == BOOK_NONE || !book->nodes[best->node].is_crisis)) {
        *best = found;
    } else if (now == before && best->node != BOOK_NONE && !node->is_crisis &&
               !book->nodes[best->node].is_crisis && !name_the_same(book, best->node, at)) {
        best->node = BOOK_NONE; /* it may be either, so it is none */
    }
}

static void step(walk *w, uint32_t at, size_t next);

/* A "*" may stand for this word: it denies nothing, and is of the same clause. */
static bool is_passed(const text_word *word)
{
    return word->gap == WORD_GAP_SPACE && (word->classes & WORD_NEGATES) == 0;
}

static const text_word *word_at(const walk *w, size_t place)
{
    return &w->matcher->text.words[w->spelling->words[place].at];
}

/* Over as many words as the "*" behind the node `at` may stand for. */
static void step_passing(walk *w, uint32_t at, size_t next)
{
    uint32_t to = book_step(w->matcher->book, at, BOOK_ANY_WORDS);
    for (size_t i = 0; i <= PASSED_MAX && next + i < w->spelling->count; i++) {
        const text_word *word = word_at(w, next + i);
        if (word->gap != WORD_GAP_SPACE) {
            return;
        }
        step(w, to, next + i);
        if (!is_passed(word)) {
            return;
        }
    }
}

static void step_guesses(walk *w, uint32_t at, size_t next)
{
    const phrase_book *book = w->matcher->book;
    const text_word *word = word_at(w, next);
    for (size_t i = 0; i < word->guess_count; i++) {
        const guess *guessed = &w->matcher->guesses[word->first_guess + i];
        uint32_t as = w->spelling->is_kin ? book->words[guessed->word].kin : guessed->word;
        uint32_t to = as < book->word_count ? book_step(book, at, as) : BOOK_NONE;
        if (to == BOOK_NONE) {
            continue;
        }
        w->misspelt = word;
        w->target = guessed->word;
        w->edits = guessed->edits;
        step(w, to, next + 1);
        w->misspelt = NULL;
        w->edits = 0;
    }
}

/* All that can follow on the words before `next`, a place in the spelling, which led to the node
 * `at`. */
static void step(walk *w, uint32_t at, size_t next)
{
    const phrase_book *book = w->matcher->book;
    const spelt_word *words = w->spelling->words;
    if (at != BOOK_ROOT) {
        end_walk(w, at, words[next - 1].at + (size_t)1);
    }
    if (next >= w->spelling->count) {
        return;
    }
    const text_word *word = word_at(w, next);
    if (words[next].word != BOOK_NONE) {
        uint32_t to = book_step(book, at, words[next].word);
        if (to != BOOK_NONE) {
            step(w, to, next + 1);
        }
    }
    if (word->word == WORD_NONE && w->misspelt == NULL) {
        step_guesses(w, at, next);
    }
    if (at != BOOK_ROOT && book->nodes[at].leads_to_loose && w->fillers < FILLERS_MAX &&
        (word->classes & WORD_FILLER) != 0) {
        w->fillers++;
        step(w, at, next + 1);
        w->fillers--;
    }
    if (book->nodes[at].leads_to_any) {
        step_passing(w, at, next);
    }
}

static void walk_from(const matcher *m, const spelling *over, size_t place, hit *best)
{
    walk w = { .matcher = m, .spelling = over, .best = best };
    memset(best, 0, (BOOK_STEPS_MAX + 1) * sizeof *best);
    step(&w, BOOK_ROOT, place);
}

/* What phrases begin at each word: as it is written goes before its kin. */
static void find_all(matcher *m)
{
    size_t kin = 0;
    hit by_kin[BOOK_STEPS_MAX + 1];
    for (size_t first = 0; first < m->text.count; first++) {
        hit *hits = m->hits[first];
        walk_from(m, &m->written, first, hits);
        if (kin < m->kin.count && m->kin.words[kin].at == first) {
            walk_from(m, &m->kin, kin++, by_kin);
            for (size_t words = 1; words <= m->book->longest; words++) {
                hits[words] = hits[words].end != 0 ? hits[words] : by_kin[words];
            }
        }
    }
}

/* ---- taking ---- */

/* What took a word by what it is like leaves it to what is written: kin is no reason not to hear
 * "kill myself". */
static bool leaves_words(const matcher *m, uint16_t taken, const hit *found)
{
    const book_node *by = &m->book->nodes[m->takes[taken - 1].node];
    const book_node *node = &m->book->nodes[found->node];
    return by->first != BOOK_NONE && by->is_wide && !node->is_wide &&
           (node->words >= 2 || node->is_crisis);
}

/* A phrase may have its words if nothing has taken them; one of a crisis also if no other phrase
 * holds all of them. */
static bool is_free(const matcher *m, size_t first, const hit *found)
{
    const text_word *words = m->text.words;
    bool is_inside = words[first].taken != 0;
    bool is_untouched = true;
    for (size_t i = first; i < found->end; i++) {
        bool is_taken = words[i].taken != 0 && !leaves_words(m, words[i].taken, found);
        is_inside = is_inside && is_taken && words[i].taken == words[first].taken;
        is_untouched = is_untouched && !is_taken;
    }
    return is_untouched || (m->book->nodes[found->node].is_crisis && !is_inside);
}

static void take_hit(matcher *m, size_t first, const hit *found)
{
    if (m->take_count == TAKES_MAX) {
        return;
    }
    m->takes[m->take_count++] = (take){ found->node, (uint16_t)first, found->end, found->edits };
    for (size_t i = first; i < found->end; i++) {
        m->text.words[i].taken = (uint16_t)m->take_count;
    }
}

/* A single word that may as well be an ordinary one is left alone, unless it is a crisis. */
static bool is_doubtful(const matcher *m, size_t first, const hit *found)
{
    return found->edits > 0 && found->end == first + 1 && !m->book->nodes[found->node].is_crisis &&
           words_near_ordinary(m->text.words[first].text, found->edits);
}

/* One word out of a longer one: "down" in "downton". */
static bool is_torn(const matcher *m, size_t first, const hit *found)
{
    const text_word *word = &m->text.words[first];
    return m->has_split && m->split.is_split[word->source_at] &&
           m->split.is_split[m->text.words[found->end - 1].source_at] && found->end == first + 1 &&
           !(m->book->nodes[found->node].is_crisis && word->text.len >= LETTERS_SPLIT_MIN);
}

static void take_length(matcher *m, size_t words)
{
    for (int turn = 0; turn < 4; turn++) {
        bool misspelt = turn >= 2;
        bool crisis = turn % 2 == 0;
        for (size_t first = 0; first < m->text.count; first++) {
            const hit *found = &m->hits[first][words];
            if (found->end != 0 && found->node != BOOK_NONE && (found->edits > 0) == misspelt &&
                m->book->nodes[found->node].is_crisis == crisis && is_free(m, first, found) &&
                !is_doubtful(m, first, found) && !is_torn(m, first, found)) {
                take_hit(m, first, found);
            }
        }
    }
}

static void take_all(matcher *m)
{
    find_all(m);
    for (size_t words = m->book->longest; words > 0; words--) {
        take_length(m, words);
    }
}

/* ---- telling ---- */

typedef struct match_list {
    wm_need_match *matches;
    size_t capacity;
    size_t count;
} match_list;

/* What says more of a need: a mention that is not denied, then one that is for someone else; then
 * words that were read by someone. */
static int weight(const wm_need_match *match)
{
    int said = !match->negated ? 2 : match->reported ? 1 : 0;
    return 2 * said + (match->how != WM_NEED_HOW_UNREVIEWED ? 1 : 0);
}

static void put_match(match_list *list, const wm_need_match *match)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->matches[i].need == match->need) {
            if (weight(match) > weight(&list->matches[i])) {
                list->matches[i] = *match;
            }
            return;
        }
    }
    if (list->count < list->capacity) {
        list->matches[list->count++] = *match;
    }
}

/* Where in the text that was given. */
static uint32_t source_of(const matcher *m, size_t at)
{
    return m->has_split ? m->split.source[at] : (uint32_t)at;
}

static void tell(const matcher *m, const take *taken, match_list *list)
{
    const book_node *node = &m->book->nodes[taken->node];
    bool is_doubted = node->negates || m->has_split; /* a "no" may be half of another word */
    negation denied = is_doubted ? NEGATION_NONE : negation_of(&m->text, taken->first, taken->end);
    uint32_t start = source_of(m, m->text.words[taken->first].source_at);
    uint32_t end = source_of(m, m->text.words[taken->end - 1].source_end);
    for (uint32_t at = node->first; at != BOOK_NONE; at = m->book->meanings[at].next) {
        const book_meaning *meaning = &m->book->meanings[at];
        wm_need_match match = { .need = meaning->need,
                                .start = start,
                                .length = end - start,
                                .negated = denied != NEGATION_NONE,
                                .reported = denied == NEGATION_REPORTED };
        match.language = m->book->languages[meaning->language];
        match.how = meaning->unreviewed ? WM_NEED_HOW_UNREVIEWED
                    : taken->edits > 0  ? WM_NEED_HOW_SPELLING
                                        : WM_NEED_HOW_PHRASE;
        put_match(list, &match);
    }
}

static int compare_matches(const void *a, const void *b)
{
    const wm_need_match *left = a;
    const wm_need_match *right = b;
    if (left->start != right->start) {
        return left->start < right->start ? -1 : 1;
    }
    return (left->need > right->need) - (left->need < right->need);
}

wm_status wm_needs_match(const wm_needs *needs, wm_str text, wm_need_match *matches_out,
                         size_t capacity, size_t *count_out, wm_error *err)
{
    size_t bad_at = 0;
    if (text.len > WM_QUERY_TEXT_BYTES_MAX) {
        return wm_fail(err, WM_TOO_LARGE, "text: expected at most %d bytes, found %zu",
                       WM_QUERY_TEXT_BYTES_MAX, text.len);
    }
    if (!wm_utf8_valid(text, &bad_at)) {
        return wm_fail(err, WM_BAD_INPUT, "text: expected UTF-8, found another byte at %zu",
                       bad_at);
    }
    matcher m;
    m.book = &needs->phrases;
    m.take_count = 0;
    read_words(&m, text);
    take_all(&m);
    match_list list = { matches_out, capacity, 0 };
    for (size_t i = 0; i < m.take_count; i++) {
        tell(&m, &m.takes[i], &list);
    }
    if (list.count > 1) {
        qsort(matches_out, list.count, sizeof *matches_out, compare_matches);
    }
    *count_out = list.count;
    return WM_OK;
}

const char *wm_need_how_name(wm_need_how how)
{
    static const char *const names[] = { "phrase", "spelling", "unreviewed", "negated" };
    return (unsigned)how < sizeof names / sizeof names[0] ? names[how] : "unknown";
}
