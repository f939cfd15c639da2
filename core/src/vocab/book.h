/* book.h: the phrases of the needs, as a tree of words.
 *
 * Made once, phrase by phrase; look-ups only after book_finish. A path from the root spells a
 * phrase, its last node has the meanings. Branches stand in one hash table, words in another, so
 * that a step costs the same however many phrases there are.
 *
 * Phrases that keep people safe stand there twice: as they are written, and as the kin of their
 * words (kin.c), so that whoever it is and whenever it was is found as well: "my mate keeps
 * punching himself" by "he hits himself". Kin are words with a "~" before them, which no text has.
 */
#ifndef WAYMARK_VOCAB_BOOK_H
#define WAYMARK_VOCAB_BOOK_H

#include <waymark/sys/arena.h>
#include <waymark/sys/needs.h>

#include "edits.h"
#include "words.h"

#define BOOK_NONE UINT32_MAX
#define BOOK_ROOT 0u
#define BOOK_LEFT_OUT (UINT32_MAX - 1) /* as kin: the word does not matter */
#define BOOK_ANY_WORDS 0u              /* the word "*", which no text has: a few words, or none */
#define BOOK_LANGUAGES_MAX 64          /* more count as the last of them */
/* In a path from the root: words, and the "*" between them. */
#define BOOK_STEPS_MAX (WM_NEED_PHRASE_WORDS_MAX + WM_NEED_PHRASE_STARS_MAX)

typedef struct book_word {
    wm_str text;
    uint32_t hash;
    uint32_t kin; /* its number; BOOK_NONE: no phrase has it; BOOK_LEFT_OUT */
    uint8_t classes;
    bool is_target; /* a misspelt word may be taken for it */
    bool in_crisis; /* it stands in a phrase of a crisis */
} book_word;

typedef struct book_meaning {
    uint32_t need;
    uint32_t next; /* of the same phrase, in the order of making; BOOK_NONE ends */
    bool unreviewed;
    uint8_t language; /* in phrase_book.languages */
} book_meaning;

typedef struct book_node {
    uint32_t parent;
    uint32_t word;
    uint32_t first; /* meaning; BOOK_NONE: no phrase ends here, or one that names nothing */
    uint8_t words;  /* from the root */
    bool is_end;    /* a phrase ends here */
    bool is_crisis; /* one of its meanings is a crisis */
    bool is_loose;  /* ... or another need that keeps people safe: fillers may stand inside */
    bool leads_to_loose;
    bool leads_to_any; /* a step by BOOK_ANY_WORDS goes on */
    bool has_any;      /* the path from the root has such a step */
    bool is_wide;      /* ... or is of kin */
    bool negates;      /* one of the words from the root is a negation */
} book_node;

/* Invariants: nodes[0] is the root; a parent comes before its children; branch_places and
 * word_places are powers of two and at least twice what stands in them. */
typedef struct phrase_book {
    wm_arena *arena; /* the owner's */
    book_word *words;
    size_t word_count;
    size_t word_capacity;
    uint32_t *word_table; /* places; BOOK_NONE: empty */
    size_t word_places;
    book_node *nodes;
    size_t node_count;
    size_t node_capacity;
    uint32_t *branches; /* nodes, placed by parent and word; 0: empty */
    size_t branch_places;
    book_meaning *meanings;
    size_t meaning_count;
    size_t meaning_capacity;
    uint32_t *targets; /* words that a misspelt one may mean, by length */
    uint32_t *target_letters;
    uint32_t target_first[EDITS_LETTERS_MAX + 2]; /* where each length begins, and its end */
    size_t longest;                               /* words in the longest phrase */
    wm_str languages[BOOK_LANGUAGES_MAX];         /* the first is of what does not say: English */
    size_t language_count;
} phrase_book;

/* What is said of one phrase. */
typedef struct book_phrase {
    uint32_t need; /* BOOK_NONE: it names nothing, and keeps its words from naming something */
    bool unreviewed;
    uint8_t language;
    bool is_crisis;
    bool is_loose;  /* also for every crisis */
    uint32_t apart; /* bit n: any words may stand before its word n */
} book_phrase;

/* How many of each there will be, about; it may turn out to be more. */
typedef struct book_sizes {
    size_t words;
    size_t nodes;
    size_t meanings;
} book_sizes;

/* Of so many phrases: English has about half as many words, and two steps for each. */
book_sizes book_sizes_of(size_t phrases);
WM_MUST_USE wm_status book_init(phrase_book *book, wm_arena *arena, const book_sizes *sizes,
                                wm_error *err);
/* Adds a phrase of one word or more, read with book_find and this book. */
WM_MUST_USE wm_status book_add(phrase_book *book, const word_text *words, const book_phrase *phrase,
                               wm_error *err);
/* The same phrase, which was added, as the kin of its words, if enough of them are left to mean the
 * same. At most 32 words. */
WM_MUST_USE wm_status book_add_kin(phrase_book *book, const word_text *words,
                                   const book_phrase *phrase, wm_error *err);
/* The number of a language, which is new or not; the text must live as long as the book. */
uint8_t book_language(phrase_book *book, wm_str language);
/* Makes ready for look-ups. */
WM_MUST_USE wm_status book_finish(phrase_book *book, wm_error *err);

/* ---- as bytes (book_pack.c) ---- */

/* Puts a finished book at the end of `out`. */
WM_MUST_USE wm_status book_pack(const phrase_book *book, wm_buf *out, wm_error *err);
/* The finished book again. needs: how many there are. WM_CORRUPT: not what book_pack puts. */
WM_MUST_USE wm_status book_unpack(phrase_book *book, wm_arena *arena, wm_str bytes, size_t needs,
                                  wm_error *err);

/* For book_pack.c: a word that is not there yet, its text borrowed, for which book_init made room;
 * false: else. */
bool book_put_word(phrase_book *book, const book_word *word);
/* The node behind `from` by this word, which is there or is made. */
WM_MUST_USE wm_status book_add_step(phrase_book *book, uint32_t from, uint32_t word,
                                    uint32_t *to_out, wm_error *err);
/* The last part of book_finish, when words have their kin. */
WM_MUST_USE wm_status book_make_targets(phrase_book *book, wm_error *err);

/* ---- look-ups ---- */

/* A words_find; the vocabulary is a phrase_book. */
uint32_t book_find(const void *book, wm_str word);
/* The number of a word's kin, as in book_word. */
uint32_t book_find_kin(const phrase_book *book, wm_str word);
/* The node ends a path of kin. */
bool book_is_kin(const phrase_book *book, uint32_t node);
/* The node behind `from` by this word; BOOK_NONE: there is none. */
uint32_t book_step(const phrase_book *book, uint32_t from, uint32_t word);
/* The words of a phrase with one space between; in the arena. ptr NULL: no memory. */
wm_str book_text(const phrase_book *book, uint32_t node, wm_arena *arena);

#endif
