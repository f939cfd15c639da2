/* templates.h: sentences by language: a text with places to fill, "For people {who}".
 *
 * Every sentence has an id, `sentence.*`, and English that is built in (sentence_texts.c);
 * wm_words.sentence may have another text for it. A text that names a place which its sentence does
 * not have is not used. What a language can change is the words and the order of the places; not
 * how a word bends with a number: a language with more forms than one and many writes a form that
 * does for all ("mies.", "l."). */
#ifndef WAYMARK_RULES_TEMPLATES_H
#define WAYMARK_RULES_TEMPLATES_H

#include "rules/program.h"

/* What sentences are told of, and where they go. */
typedef struct wm_phrases {
    const wm_criteria *criteria;
    const wm_symbols *symbols;
    const wm_words *words; /* never NULL */
    wm_buf *out;
} wm_phrases;

/* What stands for {name}: what `write` puts, or a text. */
typedef struct wm_place_filling {
    const char *name;
    void (*write)(const wm_phrases *phrases, const void *context);
    const void *context;
    wm_str text;
} wm_place_filling;

/* A text with its first places, found once. */
#define WM_TEMPLATE_PLACES 4
typedef struct wm_template {
    wm_str text;
    uint32_t count; /* of places here */
    bool whole;     /* there are no others */
    struct {
        uint32_t at;
        uint32_t length; /* with its braces */
    } places[WM_TEMPLATE_PLACES];
} wm_template;
/* Borrows the text. */
wm_template wm_template_of(wm_str text);
/* Length of the place of that index, which begins at `from` or later; 0: there is none. */
size_t wm_template_next(const wm_template *template, size_t index, size_t from, size_t *at_out,
                        wm_str *name_out);

/* A sentence made ready. */
typedef struct wm_sentence {
    wm_template own; /* in the language that is spoken; empty: none */
    wm_template english;
} wm_sentence;
/* id "people" is the text sentence.people; own may be empty, and is borrowed. */
wm_sentence wm_sentence_of(const char *id, wm_str own);
/* "sentence.people" in the bytes; empty: it is too long. */
#define WM_SENTENCE_ID_BYTES 64
wm_str wm_sentence_text_id(const char *id, char bytes[WM_SENTENCE_ID_BYTES]);

/* Length of "{name}" (small letters and _) at the start of a text that is not empty, with its name;
 * 0: none begins here. */
size_t wm_template_place(wm_str text, wm_str *name_out);

/* `id` is a constant: a sentence that is held is found by its address. */
void wm_tell(const wm_phrases *phrases, const char *id);
void wm_tell_with(const wm_phrases *phrases, const char *id, const wm_place_filling *fillings,
                  size_t count);

/* Items joined as the text `join` has it ("{one}, {other}"), the last two as `last` has it. */
typedef struct wm_told_list {
    size_t count;
    void (*item)(const wm_phrases *phrases, const void *context, size_t index);
    const void *context;
    const char *join;
    const char *last;
} wm_told_list;
void wm_tell_list(const wm_phrases *phrases, const wm_told_list *list);

/* The English of a sentence ("sentence.people"); empty: there is no such sentence. */
wm_str wm_builtin_sentence(wm_str id);
/* The ids of all sentences, in order; NULL past the end. */
const char *wm_sentence_id(size_t index);

#endif
