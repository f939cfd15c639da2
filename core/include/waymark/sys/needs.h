/* needs.h: the need vocabulary: what people can need help with, and the words they use for it.
 *
 * A directed graph without circles: a need may stand under several broader ones. Pure: no I/O.
 * Numbers are in order of id, so that sorting by either is the same. */
#ifndef WAYMARK_SYS_NEEDS_H
#define WAYMARK_SYS_NEEDS_H

#include <waymark/sys/json.h>

WM_BEGIN_DECLS

#define WM_NEEDS_MAX 4096           /* concepts in one directory */
#define WM_NEED_PHRASE_WORDS_MAX 16 /* words in one synonym */
#define WM_NEED_PHRASE_STARS_MAX 2  /* "*" in one synonym */
#define WM_NEED_MATCHES_MAX 128     /* concepts told from one text */

typedef struct wm_needs wm_needs;

/* 0 to count - 1 in order of id; valid for one vocabulary only. */
typedef uint32_t wm_need;
#define WM_NEED_NONE UINT32_MAX

/* Builds the vocabulary from need records in any order; copies what it needs of them: id, label,
 * broader, synonyms, unreviewed, and look_alikes (phrases by language that hold words of the need
 * and do not mean it, as "suicide squad"). A "*" between two words of a phrase stands for a few
 * words, or none: "stashing * tablets".
 * WM_BAD_RECORD: an id twice, a broader need that is not there, a circle (names it: "a < b < a"),
 * deeper than WM_NEED_DEPTH_MAX, a phrase of more than WM_NEED_PHRASE_WORDS_MAX words, short forms
 * written out, of more than WM_NEED_PHRASE_STARS_MAX stars, or of more bytes than a text may have.
 * WM_TOO_LARGE: more than WM_NEEDS_MAX. Free
 * with wm_needs_free. */
WM_API WM_MUST_USE wm_status wm_needs_new(const wm_env *env, const wm_json *const *records,
                                          size_t record_count, wm_needs **needs_out, wm_error *err);
/* The same without words: nothing is found in a text until wm_needs_read_words. */
WM_API WM_MUST_USE wm_status wm_needs_new_graph(const wm_env *env, const wm_json *const *records,
                                                size_t record_count, wm_needs **needs_out,
                                                wm_error *err);
/* Reads the words of needs that have none yet, from the same records. After a failure the needs are
 * only good for being freed. */
WM_API WM_MUST_USE wm_status wm_needs_read_words(wm_needs *needs, const wm_json *const *records,
                                                 size_t record_count, wm_error *err);
WM_API void wm_needs_free(wm_needs *needs);

WM_API size_t wm_needs_count(const wm_needs *needs);
/* WM_NEED_NONE if there is no such id. */
WM_API wm_need wm_needs_find(const wm_needs *needs, wm_str id);
WM_API wm_str wm_needs_id(const wm_needs *needs, wm_need at);
WM_API wm_str wm_needs_label(const wm_needs *needs, wm_need at);

/* A need above or below another, by the shortest way. */
typedef struct wm_need_step {
    wm_need need;
    uint32_t steps; /* 0 = itself */
} wm_need_step;

/* `inner` is `outer` or below it. */
WM_API bool wm_needs_within(const wm_needs *needs, wm_need inner, wm_need outer);
/* Steps from `inner` up to `outer` by the shortest way: 0 = the same; -1 if not within. */
WM_API int wm_needs_steps(const wm_needs *needs, wm_need inner, wm_need outer);
/* Itself and all above it (below it), in order of need. Returns how many; the list lives as long as
 * `needs`. */
WM_API size_t wm_needs_above(const wm_needs *needs, wm_need at, const wm_need_step **list_out);
WM_API size_t wm_needs_below(const wm_needs *needs, wm_need at, const wm_need_step **list_out);

/* How a concept was found in a text. */
typedef enum wm_need_how {
    WM_NEED_HOW_PHRASE = 0, /* these very words; case, marks, apostrophes and short forms aside */
    WM_NEED_HOW_SPELLING,   /* one word of them is misspelt */
    WM_NEED_HOW_UNREVIEWED, /* words of a language that nobody with the right knowledge has read */
    WM_NEED_HOW_NEGATED     /* it is said not to be so, and that counts; never from wm_needs_match,
                               which does not know who asks: see `negated` */
} wm_need_how;

typedef struct wm_need_match {
    wm_need need;
    uint32_t start; /* bytes of the text that was given: [start, start + length) */
    uint32_t length;
    wm_need_how how;
    wm_str
        language;  /* of the words, as the records name it: "en", "pl"; lives as long as `needs` */
    bool negated;  /* every mention is denied: "not suicidal" */
    bool reported; /* ... and at least one of them for someone else: "he says he is not" */
} wm_need_match;

/* Find every concept that the words name: whole words, longest phrase first over labels and
 * synonyms of all languages; words once taken are not taken again, save that a phrase of a crisis
 * (a need at or below `crisis`) is hidden only by one that holds all of its words. One phrase may
 * name several needs. Each need once, by a mention that is not denied if there is one, then by its
 * longest and then its first words; in order of start, then need.
 *
 * Spelling: a word that is in no phrase, and no ordinary word of English, may stand for one that
 * is: one edit (a letter put in, left out, replaced, two swapped) from 4 letters, two from 8, one
 * word in a phrase, and only if all that it may stand for name the same needs. For phrases of a
 * crisis: two edits from 7 letters, and the crisis wins where it is not unique. In phrases at or
 * below `crisis`, `psych`, `medical` and `trauma` up to three words like "just", "really" or "30"
 * may stand in between.
 *
 * Typed as one: a word that is in no phrase, is no ordinary word and cannot be a misspelt one is
 * read as the words it is made of ("iwanttodie"), if they are all known; a phrase of one word that
 * is found inside it counts only for a crisis, from 6 letters; and nothing
 * counts as negated in such a text.
 *
 * Negation: "not", "no", "never", "without" and their like before the phrase, in the same clause,
 * with nothing in between but words like "been" or "feeling"; a second negation, a question or a
 * word of doubt takes it back, and a phrase that has its own ("not sleeping") is never negated. In
 * doubt it is not negated.
 *
 * Writes at most `capacity` matches, those of the longest phrases if there are more, and says how
 * many in count_out; none is no error.
 * WM_TOO_LARGE: more than WM_QUERY_TEXT_BYTES_MAX bytes. WM_BAD_INPUT: not UTF-8.
 * Allocates nothing and remembers nothing: what people type leaves no trace. */
WM_API WM_MUST_USE wm_status wm_needs_match(const wm_needs *needs, wm_str text,
                                            wm_need_match *matches_out, size_t capacity,
                                            size_t *count_out, wm_error *err);
/* "phrase", "spelling", "unreviewed", "negated"; never NULL. */
WM_API const char *wm_need_how_name(wm_need_how how);

/* Calls each for every phrase that names more than one need, folded and written out, in order of
 * phrase. */
typedef wm_status (*wm_need_shared_fn)(void *context, wm_str phrase, const wm_need *needs,
                                       size_t need_count);
WM_API WM_MUST_USE wm_status wm_needs_shared_phrases(const wm_needs *needs, wm_need_shared_fn each,
                                                     void *context);

WM_END_DECLS

#endif
