/* texts.h: everything that is said to a person: by id, in the language of the question.
 *
 * A text is looked for in this order: the text record in the language asked for ("pt-BR", then
 * "pt"), the record in English, the English that is built in (builtin_texts.c, sentence_texts.c).
 * An answer never goes without words because a record is missing.
 *
 * A text may hold places to fill, "{name}". One that names a place for which nothing is given
 * cannot be said, and the next in that order is taken. Nothing of a question is kept: the cache
 * holds records by their id, days that records name and what services ask for, and neither a
 * language nor a text that is filled with what somebody said.
 */
#ifndef WAYMARK_ASK_TEXTS_H
#define WAYMARK_ASK_TEXTS_H

#include "ask/asker.h"
#include "rules/templates.h"
#include "json/repeat.h"

#define WM_SAID_BYTES_MAX 2000 /* a text with its places filled: the rest is cut */
#define WM_FILLING_BYTES_MAX 400

/* Lives as long as the arena of the texts, and until the asker is refreshed. */
typedef struct wm_said {
    wm_str text;      /* empty: there are no words for it */
    bool in_language; /* in the language asked for, or a broader one of it ("pt" for "pt-BR") */
    bool unreviewed;  /* nobody who speaks the language has checked it */
} wm_said;

/* What stands for {name}. */
typedef struct wm_filling {
    const char *name;
    wm_str value;
} wm_filling;

/* All that a note is made of besides the language; what does not matter is 0. */
typedef struct wm_note_key {
    const char *code; /* addresses of constants, or NULL */
    const char *id;
    wm_symbol text; /* or the symbol of an id */
    wm_symbol rule;
    wm_date date;
    uint32_t detail; /* of the caller's */
} wm_note_key;
/* A note as it stands in the answer, around its day. */
#define WM_DATED_NOTES 4
typedef struct wm_dated_note {
    wm_note_key key;
    size_t start;  /* in the buffer */
    size_t length; /* 0: none */
    size_t day_at;
    size_t day_bytes;
} wm_dated_note;

#define WM_NOTE_MARKS 7
/* The texts of one answer. Failures of the store stick: later texts are those that are built in,
 * and wm_texts_status tells once at the end. */
typedef struct wm_texts {
    wm_asker *asker;
    wm_str lang;
    bool english; /* lang is "en" itself */
    wm_arena *arena;
    wm_repeats *repeats; /* of the answer that is written; NULL: none */
    wm_status status;
    bool said_before;     /* said_unreviewed, before what is to be kept is said */
    bool said_unreviewed; /* so far: the answer says so once, wm_text_unreviewed_note */
    bool sentences_known; /* whether the language has all sentences */
    bool sentences_whole;
    wm_dated_note dated[WM_DATED_NOTES]; /* the last ones */
    size_t dated_next;
    struct wm_held_sentences *held; /* of this answer, in another language; NULL: none yet */
    bool marks_known;               /* card_notes.c: symbols of texts by which it knows notes */
    wm_symbol marks[WM_NOTE_MARKS];
} wm_texts;

/* Borrows all three; lang empty: English. */
wm_texts wm_texts_of(wm_asker *asker, wm_str lang, wm_arena *arena);
WM_MUST_USE wm_status wm_texts_status(const wm_texts *texts, wm_error *err);

/* The text of an id ("note.closing_on", "gap.none"). */
wm_said wm_text_said(wm_texts *texts, wm_str id);
/* The same with its places filled. A value longer than WM_FILLING_BYTES_MAX is cut between
 * characters; in a text that is read from right to left each value stands in an isolate. */
wm_said wm_text_filled(wm_texts *texts, wm_str id, const wm_filling *fillings, size_t count);
/* Why a rule is as it is: its `why`. */
wm_said wm_text_why(wm_texts *texts, wm_str rule);
/* When a rule would act: its `if`; of somebody else its `if_other`, if it has one. */
wm_said wm_text_if(wm_texts *texts, wm_str rule, bool of_other);
/* For short calls: the words alone, nothing to fill. */
wm_str wm_text_words(wm_texts *texts, const char *id);
/* prefix + name: "offer." and "crisis_line". */
wm_str wm_text_of(wm_texts *texts, const char *prefix, wm_str name);

/* For wm_words: the text of a sentence, empty for the English that is built in. A language speaks
 * in sentences once it has all of them (wm_sentence_id): half of one is worse than English. */
wm_str wm_text_sentence(wm_texts *texts, wm_str id);

/* For wm_words: a sentence made ready ("people"; the address of a constant). NULL: it could not be
 * held, or is not the same for every answer. */
const wm_sentence *wm_text_held_sentence(wm_texts *texts, const char *id);

/* For wm_words, in English: what services ask for, by a key that says all of it. What is kept was
 * put between the two calls. */
bool wm_text_say_again(wm_texts *texts, wm_str key, wm_buf *out);
void wm_text_keep_said(wm_texts *texts, wm_str key, wm_str text);

/* A value that is itself a string, or one for each language, with the languages nobody has checked
 * (NULL: none): a question, a label, the `why` of a rule. */
wm_said wm_text_in(wm_texts *texts, const wm_json *value, const wm_json *unreviewed);

/* "3 May 2027"; in a language that has no month.* the date as it is, "2027-05-03". */
wm_str wm_text_date(wm_texts *texts, wm_date date);
/* The same of a day that a record names, and that is no secret of whoever asks: it may be held.
 * Lives until the next call. */
wm_str wm_text_record_date(wm_texts *texts, wm_date date);
/* "Monday"; empty: the language has no word for it. */
wm_str wm_text_weekday(wm_texts *texts, wm_date date);
/* "Monday 3 May 2027", else as wm_text_date. */
wm_str wm_text_weekday_date(wm_texts *texts, wm_date date);

/* Writes the note again if one with the key was written in this answer. */
WM_MUST_USE bool wm_text_note_again(const wm_texts *texts, wm_json_out *out,
                                    const wm_note_key *key);
/* Keeps what was written since the buffer was `start` bytes long. */
void wm_text_note_keep(const wm_texts *texts, const wm_json_out *out, const wm_note_key *key,
                       size_t start);

/* Writes {"code","text","rule"} into the open array; nothing where there are no words. `rule` may
 * be empty. code NULL: the id is the code (whatever a rule or a record names by its text). */
void wm_text_note(wm_texts *texts, wm_json_out *out, const char *code, wm_str id, wm_str rule,
                  const wm_filling *fillings, size_t count);
/* A note in parts, as for wm_text_note. */
typedef struct wm_note {
    const char *code;
    wm_str id;
    wm_str rule;
    const wm_filling *fillings;
    size_t count;
} wm_note;
/* Of notes that often differ in nothing but a day, of which the key says nothing: writes the last
 * one again with this day, if it has the key, or as it was if it names no day. */
WM_MUST_USE bool wm_text_dated_again(const wm_texts *texts, wm_json_out *out,
                                     const wm_note_key *key, wm_str day);
/* The same as wm_text_note; the day is the last filling. */
void wm_text_dated_note(wm_texts *texts, wm_json_out *out, const wm_note_key *key,
                        const wm_note *note);
/* answer.unreviewed_words, if something said so far was unreviewed. */
void wm_text_unreviewed_note(wm_texts *texts, wm_json_out *out);

/* The English that is built in; empty: none. */
wm_str wm_builtin_text(wm_str id);
/* Their ids, in order; NULL past the end. */
const char *wm_builtin_text_id(size_t index);

/* The record of a text, fact or rule, held like texts are; NULL: there is none, or it could not be
 * read (wm_texts_status). */
const wm_json *wm_text_record(wm_texts *texts, wm_kind kind, wm_str id);

/* ---- the records behind it ------------------------------------------------------------------ */

/* Text records that were looked up, and those that are not there; at most
 * WM_TEXT_CACHE_RECORDS_MAX of them. Of an asker, and emptied when it is refreshed. */
#define WM_TEXT_CACHE_RECORDS_MAX 1024
#define WM_TEXT_CACHE_BYTES_MAX (2 * WM_MIB)

void wm_text_cache_free(wm_text_cache *cache);

#endif
