/* book.c: two open hash tables and three growing arrays; see book.h. */
#include "book.h"

#include <assert.h>

#define PLACES_LEAST ((size_t)64)
#define KIN_LETTERS_MAX 40
#define KIN_MARK '~'
#define APART_WORDS_MAX 32   /* as many as book_phrase.apart has bits */
#define KIN_WORDS_MIN 3      /* fewer may mean anything */
#define KIN_WORDS_MIN_WIDE 2 /* of look-alikes, and where "*" says that it is meant so */

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
    void *larger = wm_arena_take_array(arena, capacity, size);
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
    uint32_t *table = wm_arena_take_array(book->arena, places, sizeof *table);
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
    wm_str plain =
        text.len > 0 && text.ptr[0] == KIN_MARK ? (wm_str){ text.ptr + 1, text.len - 1 } : text;
    book->words[book->word_count] = (book_word){
        .text = copy, .hash = hash, .kin = BOOK_NONE, .classes = (uint8_t)words_classes(plain)
    };
    book->word_table[place] = (uint32_t)book->word_count;
    *word_out = (uint32_t)book->word_count++;
    return WM_OK;
}

bool book_put_word(phrase_book *book, const book_word *word)
{
    uint32_t hash = hash_text(word->text);
    size_t place = word_place(book, word->text, hash);
    if (book->word_table[place] != BOOK_NONE || book->word_count == book->word_capacity) {
        return false;
    }
    book->words[book->word_count] = *word;
    book->words[book->word_count].hash = hash;
    book->word_table[place] = (uint32_t)book->word_count++;
    return true;
}

uint32_t book_find(const void *book, wm_str word)
{
    const phrase_book *in = book;
    return in->word_table[word_place(in, word, hash_text(word))];
}

/* ---- kin ---- */

typedef struct kin_name {
    char bytes[KIN_LETTERS_MAX + 1];
    size_t length; /* 0: the word is left out, or too long to have kin */
} kin_name;

static wm_str name_kin(wm_str word, kin_name *out)
{
    wm_str kin = words_kin(word);
    out->length = 0;
    if (kin.len > 0 && kin.len <= KIN_LETTERS_MAX) {
        out->bytes[0] = KIN_MARK;
        memcpy(out->bytes + 1, kin.ptr, kin.len);
        out->length = kin.len + 1;
    }
    return (wm_str){ out->bytes, out->length };
}

uint32_t book_find_kin(const phrase_book *book, wm_str word)
{
    kin_name name;
    wm_str kin = name_kin(word, &name);
    if (kin.len == 0) {
        return word.len <= KIN_LETTERS_MAX ? BOOK_LEFT_OUT : BOOK_NONE;
    }
    return book_find(book, kin);
}

bool book_is_kin(const phrase_book *book, uint32_t node)
{
    return node != BOOK_ROOT && book->words[book->nodes[node].word].text.ptr[0] == KIN_MARK;
}

/* ---- the tree ---- */

static uint32_t *branch_at(const phrase_book *book, uint32_t from, uint32_t word)
{
    size_t place = branch_place(from, word, book->branch_places);
    uint32_t to = book->branches[place];
    while (to != 0 && (book->nodes[to].parent != from || book->nodes[to].word != word)) {
        place = (place + 1) & (book->branch_places - 1);
        to = book->branches[place];
    }
    return &book->branches[place];
}

static wm_status grow_nodes(phrase_book *book, size_t places, wm_error *err)
{
    uint32_t *branches = wm_arena_array(book->arena, places, sizeof *branches);
    book_node *nodes = grown(book->arena, book->nodes, book->node_count, places / 2, sizeof *nodes);
    if (branches == NULL || nodes == NULL) {
        return wm_fail_memory(err);
    }
    book->branches = branches;
    book->branch_places = places;
    book->nodes = nodes;
    book->node_capacity = places / 2;
    for (uint32_t i = 1; i < book->node_count; i++) {
        *branch_at(book, nodes[i].parent, nodes[i].word) = i;
    }
    return WM_OK;
}

wm_status book_add_step(phrase_book *book, uint32_t from, uint32_t word, uint32_t *to_out,
                        wm_error *err)
{
    uint32_t *branch = branch_at(book, from, word);
    if (*branch != 0) {
        *to_out = *branch;
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
        .has_any = parent->has_any || word == BOOK_ANY_WORDS,
        .is_wide =
            parent->is_wide || word == BOOK_ANY_WORDS || book->words[word].text.ptr[0] == KIN_MARK,
        .negates = parent->negates || (book->words[word].classes & WORD_NEGATES) != 0,
    };
    *branch = to;
    book->nodes[from].leads_to_any = book->nodes[from].leads_to_any || word == BOOK_ANY_WORDS;
    *to_out = to;
    return WM_OK;
}

uint32_t book_step(const phrase_book *book, uint32_t from, uint32_t word)
{
    uint32_t to = *branch_at(book, from, word);
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

/* The step before a phrase's word `i`, if any words may stand there. */
static wm_status step_apart(phrase_book *book, const book_phrase *phrase, size_t i, uint32_t *at,
                            wm_error *err)
{
    if (*at == BOOK_ROOT || (phrase->apart >> i & 1) == 0) {
        return WM_OK;
    }
    return book_add_step(book, *at, BOOK_ANY_WORDS, at, err);
}

static wm_status end_phrase(phrase_book *book, uint32_t at, const book_phrase *phrase,
                            wm_error *err)
{
    book_node *node = &book->nodes[at];
    node->is_end = true;
    node->is_crisis = node->is_crisis || phrase->is_crisis;
    node->is_loose = node->is_loose || phrase->is_loose;
    book->longest = node->words > book->longest ? node->words : book->longest;
    return phrase->need != BOOK_NONE ? add_meaning(book, node, phrase, err) : WM_OK;
}

/* The kin of a word that the book has: a number, or BOOK_LEFT_OUT. */
static wm_status add_kin(phrase_book *book, wm_str word, uint32_t *kin_out, wm_error *err)
{
    uint32_t number = book_find(book, word);
    assert(number != WORD_NONE);
    if (book->words[number].kin == BOOK_NONE) {
        kin_name name;
        uint32_t kin = BOOK_LEFT_OUT;
        wm_str text = name_kin(word, &name);
        wm_status status = text.len > 0 ? add_word(book, text, &kin, err) : WM_OK;
        if (status != WM_OK) {
            return status;
        }
        book->words[number].kin = kin;
    }
    *kin_out = book->words[number].kin;
    return WM_OK;
}

wm_status book_add_kin(phrase_book *book, const word_text *words, const book_phrase *phrase,
                       wm_error *err)
{
    uint32_t kin[APART_WORDS_MAX] = { 0 };
    size_t left = 0;
    assert(words->count > 0 && words->count <= APART_WORDS_MAX);
    for (size_t i = 0; i < words->count; i++) {
        wm_status status = add_kin(book, words->words[i].text, &kin[i], err);
        if (status != WM_OK) {
            return status;
        }
        left += kin[i] != BOOK_LEFT_OUT ? 1 : 0;
    }
    bool is_wide = phrase->apart != 0 || phrase->need == BOOK_NONE;
    bool is_open = kin[words->count - 1] == BOOK_LEFT_OUT; /* "kill my": it waits for a word */
    if (is_open || left < (is_wide ? KIN_WORDS_MIN_WIDE : KIN_WORDS_MIN)) {
        return WM_OK;
    }
    uint32_t at = BOOK_ROOT;
    for (size_t i = 0; i < words->count; i++) {
        if (kin[i] == BOOK_LEFT_OUT) {
            continue;
        }
        wm_status status = step_apart(book, phrase, i, &at, err);
        if (status == WM_OK) {
            status = book_add_step(book, at, kin[i], &at, err);
        }
        if (status != WM_OK) {
            return status;
        }
        book->nodes[at].leads_to_loose = book->nodes[at].leads_to_loose || phrase->is_loose;
    }
    return end_phrase(book, at, phrase, err);
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
            status = step_apart(book, phrase, i, &at, err);
        }
        if (status == WM_OK) {
            status = book_add_step(book, at, word, &at, err);
        }
        if (status != WM_OK) {
            return status;
        }
        bool is_target = phrase->need != BOOK_NONE && !phrase->unreviewed;
        book->words[word].is_target = book->words[word].is_target || is_target;
        book->words[word].in_crisis = book->words[word].in_crisis || phrase->is_crisis;
        book->nodes[at].leads_to_loose = book->nodes[at].leads_to_loose || phrase->is_loose;
    }
    return end_phrase(book, at, phrase, err);
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

book_sizes book_sizes_of(size_t phrases)
{
    return (book_sizes){ .words = phrases / 2, .nodes = phrases * 4, .meanings = phrases };
}

wm_status book_init(phrase_book *book, wm_arena *arena, const book_sizes *sizes, wm_error *err)
{
    *book = (phrase_book){ .arena = arena };
    (void)book_language(book, WM_STR("en"));
    uint32_t any = BOOK_ANY_WORDS;
    wm_status status = grow_words(book, power_of_two(sizes->words * 2), err);
    if (status == WM_OK) {
        status = add_word(book, WM_STR("*"), &any, err);
    }
    if (status == WM_OK) {
        status = grow_nodes(book, power_of_two(sizes->nodes * 2), err);
    }
    assert(any == BOOK_ANY_WORDS);
    if (status != WM_OK) {
        return status;
    }
    book->meaning_capacity = sizes->meanings > PLACES_LEAST ? sizes->meanings : PLACES_LEAST;
    book->meanings = wm_arena_take_array(arena, book->meaning_capacity, sizeof *book->meanings);
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
    for (size_t i = 0; i < book->word_count; i++) {
        if (book->words[i].kin == BOOK_NONE) {
            book->words[i].kin = book_find_kin(book, book->words[i].text);
        }
    }
    return book_make_targets(book, err);
}

wm_status book_make_targets(phrase_book *book, wm_error *err)
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
