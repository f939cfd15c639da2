/* book.c: two open hash tables and three growing arrays; see book.h. */
#include "book.h"

#include <assert.h>

#define PLACES_LEAST ((size_t)64)

static uint32_t hash_text(wm_str text)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < text.len; i++) {
        hash = (hash ^ (unsigned char)text.ptr[i]) * 16777619u;
    }
    return hash;
}

static size_t branch_place(uint32_t from, uint32_t word, size_t places)
{
    uint64_t key = ((uint64_t)from << 32 | word) * 0x9e3779b97f4a7c15u;
    return (size_t)(key >> 32) & (places - 1);
}

/* A larger copy in the arena; the smaller one stays there until the end. NULL: no memory. */
static void *grown(wm_arena *arena, const void *items, size_t count, size_t capacity, size_t size)
{
    void *larger = wm_arena_array(arena, capacity, size);
    if (larger != NULL && count > 0) {
        memcpy(larger, items, count * size);
    }
    return larger;
}

/* ---- words ---- */

static size_t word_place(const phrase_book *book, wm_str text, uint32_t hash)
{
    size_t place = hash & (book->word_places - 1);
    while (book->word_table[place] != BOOK_NONE) {
        const book_word *word = &book->words[book->word_table[place]];
        if (word->hash == hash && wm_str_equal(word->text, text)) {
            break;
        }
        place = (place + 1) & (book->word_places - 1);
    }
    return place;
}

static wm_status grow_words(phrase_book *book, size_t places, wm_error *err)
{
    uint32_t *table = wm_arena_array(book->arena, places, sizeof *table);
    book_word *words = grown(book->arena, book->words, book->word_count, places / 2, sizeof *words);
    if (table == NULL || words == NULL) {
        return wm_fail_memory(err);
    }
    memset(table, 0xff, places * sizeof *table);
    book->word_table = table;
    book->word_places = places;
    book->words = words;
    book->word_capacity = places / 2;
    for (uint32_t i = 0; i < book->word_count; i++) {
        table[word_place(book, words[i].text, words[i].hash)] = i;
    }
    return WM_OK;
}

static wm_status add_word(phrase_book *book, wm_str text, uint32_t *word_out, wm_error *err)
{
    uint32_t hash = hash_text(text);
    size_t place = word_place(book, text, hash);
    if (book->word_table[place] != BOOK_NONE) {
        *word_out = book->word_table[place];
        return WM_OK;
    }
    if (book->word_count == book->word_capacity) {
        wm_status status = grow_words(book, book->word_places * 2, err);
        if (status != WM_OK) {
            return status;
        }
        place = word_place(book, text, hash);
    }
    wm_str copy = wm_arena_copy(book->arena, text);
    if (copy.ptr == NULL) {
        return wm_fail_memory(err);
    }
    book->words[book->word_count] =
        (book_word){ .text = copy, .hash = hash, .classes = (uint8_t)words_classes(text) };
    book->word_table[place] = (uint32_t)book->word_count;
    *word_out = (uint32_t)book->word_count++;
    return WM_OK;
}

uint32_t book_find(const void *book, wm_str word)
{
    const phrase_book *in = book;
    return in->word_table[word_place(in, word, hash_text(word))];
}

/* ---- the tree ---- */

static book_branch *branch_at(const phrase_book *book, uint32_t from, uint32_t word)
{
    size_t place = branch_place(from, word, book->branch_places);
    book_branch *branch = &book->branches[place];
    while (branch->to != 0 && (branch->from != from || branch->word != word)) {
        place = (place + 1) & (book->branch_places - 1);
        branch = &book->branches[place];
    }
    return branch;
}

static wm_status grow_nodes(phrase_book *book, size_t places, wm_error *err)
{
    book_branch *branches = wm_arena_array(book->arena, places, sizeof *branches);
    book_node *nodes = grown(book->arena, book->nodes, book->node_count, places / 2, sizeof *nodes);
    if (branches == NULL || nodes == NULL) {
        return wm_fail_memory(err);
    }
    book->branches = branches;
    book->branch_places = places;
    book->nodes = nodes;
    book->node_capacity = places / 2;
    for (uint32_t i = 1; i < book->node_count; i++) {
        *branch_at(book, nodes[i].parent, nodes[i].word) =
            (book_branch){ nodes[i].parent, nodes[i].word, i };
    }
    return WM_OK;
}

static wm_status add_step(phrase_book *book, uint32_t from, uint32_t word, uint32_t *to_out,
                          wm_error *err)
{
    book_branch *branch = branch_at(book, from, word);
    if (branch->to != 0) {
        *to_out = branch->to;
        return WM_OK;
    }
    if (book->node_count == book->node_capacity) {
        wm_status status = grow_nodes(book, book->branch_places * 2, err);
        if (status != WM_OK) {
            return status;
        }
        branch = branch_at(book, from, word);
    }
    const book_node *parent = &book->nodes[from];
    uint32_t to = (uint32_t)book->node_count;
    book->nodes[book->node_count++] = (book_node){
        .parent = from,
        .word = word,
        .first = BOOK_NONE,
        .words = (uint8_t)(parent->words + 1),
        .negates = parent->negates || (book->words[word].classes & WORD_NEGATES) != 0,
    };
    *branch = (book_branch){ from, word, to };
    *to_out = to;
    return WM_OK;
}

uint32_t book_step(const phrase_book *book, uint32_t from, uint32_t word)
{
    uint32_t to = branch_at(book, from, word)->to;
    return to != 0 ? to : BOOK_NONE;
}

/* ---- meanings ---- */

/* A need that a phrase has twice stays once; words that were read by someone win. */
static wm_status add_meaning(phrase_book *book, book_node *node, const book_phrase *phrase,
                             wm_error *err)
{
    if (book->meaning_count == book->meaning_capacity) {
        size_t capacity = book->meaning_capacity * 2;
        book_meaning *larger =
            grown(book->arena, book->meanings, book->meaning_count, capacity, sizeof *larger);
        if (larger == NULL) {
            return wm_fail_memory(err);
        }
        book->meanings = larger;
        book->meaning_capacity = capacity;
    }
    uint32_t *link = &node->first;
    while (*link != BOOK_NONE) {
        book_meaning *meaning = &book->meanings[*link];
        if (meaning->need == phrase->need) {
            if (meaning->unreviewed && !phrase->unreviewed) {
                meaning->unreviewed = false;
                meaning->language = phrase->language;
            }
            return WM_OK;
        }
        link = &meaning->next;
    }
    book->meanings[book->meaning_count] = (book_meaning){ .need = phrase->need,
                                                          .next = BOOK_NONE,
                                                          .unreviewed = phrase->unreviewed,
                                                          .language = phrase->language };
    *link = (uint32_t)book->meaning_count++;
    return WM_OK;
}

wm_status book_add(phrase_book *book, const word_text *words, const book_phrase *phrase,
                   wm_error *err)
{
    uint32_t at = BOOK_ROOT;
    for (size_t i = 0; i < words->count; i++) {
        uint32_t word = words->words[i].word;
        wm_status status = WM_OK;
        if (word == WORD_NONE) {
            status = add_word(book, words->words[i].text, &word, err);
        }
        if (status == WM_OK) {
            status = add_step(book, at, word, &at, err);
        }
        if (status != WM_OK) {
            return status;
        }
        bool is_target = phrase->need != BOOK_NONE && !phrase->unreviewed;
        book->words[word].is_target = book->words[word].is_target || is_target;
        book->words[word].in_crisis = book->words[word].in_crisis || phrase->is_crisis;
        book->nodes[at].leads_to_loose = book->nodes[at].leads_to_loose || phrase->is_loose;
    }
    book_node *node = &book->nodes[at];
    node->is_end = true;
    node->is_crisis = node->is_crisis || phrase->is_crisis;
    node->is_loose = node->is_loose || phrase->is_loose;
    book->longest = node->words > book->longest ? node->words : book->longest;
    return phrase->need != BOOK_NONE ? add_meaning(book, node, phrase, err) : WM_OK;
}

uint8_t book_language(phrase_book *book, wm_str language)
{
    for (size_t i = 0; i < book->language_count; i++) {
        if (wm_str_equal(book->languages[i], language)) {
            return (uint8_t)i;
        }
    }
    if (book->language_count < BOOK_LANGUAGES_MAX) {
        book->languages[book->language_count++] = language;
    }
    return (uint8_t)(book->language_count - 1);
}

static size_t power_of_two(size_t at_least)
{
    size_t power = PLACES_LEAST;
    while (power < at_least) {
        power *= 2;
    }
    return power;
}

/* A vocabulary of English has about half as many words as phrases, and two steps for each. */
wm_status book_init(phrase_book *book, wm_arena *arena, size_t phrases, wm_error *err)
{
    *book = (phrase_book){ .arena = arena };
    (void)book_language(book, WM_STR("en"));
    wm_status status = grow_words(book, power_of_two(phrases), err);
    if (status == WM_OK) {
        status = grow_nodes(book, power_of_two(phrases * 4), err);
    }
    if (status != WM_OK) {
        return status;
    }
    book->meaning_capacity = phrases > PLACES_LEAST ? phrases : PLACES_LEAST;
    book->meanings = wm_arena_array(arena, book->meaning_capacity, sizeof *book->meanings);
    if (book->meanings == NULL) {
        return wm_fail_memory(err);
    }
    book->nodes[0] = (book_node){ .first = BOOK_NONE };
    book->node_count = 1;
    return WM_OK;
}

/* ---- what misspelt words may mean ---- */

static bool is_target(const book_word *word)
{
    return word->is_target && word->text.len >= 3 && edits_plain(word->text);
}

wm_status book_finish(phrase_book *book, wm_error *err)
{
    size_t ends[EDITS_LETTERS_MAX + 2] = { 0 };
    size_t count = 0;
    for (size_t i = 0; i < book->word_count; i++) {
        ends[book->words[i].text.len <= EDITS_LETTERS_MAX ? book->words[i].text.len : 0] +=
            is_target(&book->words[i]) ? 1 : 0;
    }
    for (size_t length = 0; length <= EDITS_LETTERS_MAX + 1; length++) {
        book->target_first[length] = (uint32_t)count;
        count += ends[length];
        ends[length] = book->target_first[length];
    }
    book->targets = wm_arena_array(book->arena, count, sizeof *book->targets);
    book->target_letters = wm_arena_array(book->arena, count, sizeof *book->target_letters);
    if (book->targets == NULL || book->target_letters == NULL) {
        return wm_fail_memory(err);
    }
    for (uint32_t i = 0; i < book->word_count; i++) {
        if (is_target(&book->words[i])) {
            size_t place = ends[book->words[i].text.len]++;
            book->targets[place] = i;
            book->target_letters[place] = edits_letters(book->words[i].text);
        }
    }
    return WM_OK;
}

wm_str book_text(const phrase_book *book, uint32_t node, wm_arena *arena)
{
    size_t length = 0;
    for (uint32_t at = node; at != BOOK_ROOT; at = book->nodes[at].parent) {
        length += book->words[book->nodes[at].word].text.len + 1;
    }
    assert(length > 0);
    char *text = wm_arena_alloc(arena, length);
    if (text == NULL) {
        return (wm_str){ NULL, 0 };
    }
    size_t end = length - 1;
    for (uint32_t at = node; at != BOOK_ROOT; at = book->nodes[at].parent) {
        wm_str word = book->words[book->nodes[at].word].text;
        memcpy(text + end - word.len, word.ptr, word.len);
        end -= word.len;
        if (end > 0) {
            text[--end] = ' ';
        }
    }
    return (wm_str){ text, length - 1 };
}
