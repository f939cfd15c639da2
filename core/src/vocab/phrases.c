/* phrases.c: the words of a text against the phrases of the needs.
 *
 * A text is folded once into words with one space between them, so that every run of words is one
 * slice of the folded text, and a phrase is found by a look-up of that slice: longest runs first,
 * from the left, never a word twice. At most 256 words fit a text and 16 a phrase, so there are at
 * most 4,096 look-ups.
 *
 * What comes later has its place in match_runs: runs that are left over go to the next matcher
 * (typing mistakes, crisis words), each with its own wm_need_how. */
#include "needs.h"

#include <stdlib.h>

#include <waymark/sys/fold.h>

#define WORDS_MAX (WM_QUERY_TEXT_BYTES_MAX / 2)

/* ---- building ---- */

static size_t count_words(wm_str folded)
{
    size_t words = folded.len > 0 ? 1 : 0;
    for (size_t i = 0; i < folded.len; i++) {
        words += folded.ptr[i] == ' ' ? 1 : 0;
    }
    return words;
}

static wm_status add_phrase(wm_needs *needs, wm_need need, wm_str phrase, wm_buf *folded,
                            wm_error *err)
{
    wm_buf_reset(folded);
    wm_fold_put(folded, phrase);
    wm_status status = wm_buf_status(folded, err);
    if (status != WM_OK) {
        return status;
    }
    size_t words = count_words(wm_buf_str(folded));
    if (words > WM_NEED_PHRASE_WORDS_MAX) {
        return wm_fail(
            err, WM_BAD_RECORD, "need %.*s: synonyms: expected at most %d words, found \"%.*s\"",
            WM_STR_ARG(needs->nodes[need].id), WM_NEED_PHRASE_WORDS_MAX, WM_STR_ARG(phrase));
    }
    needs->longest = words > needs->longest ? words : needs->longest;
    return lexicon_add(&needs->phrases, &needs->arena, wm_buf_str(folded), need, err);
}

/* Calls for each string that is value, or stands in it: a list, or one for each language. */
static wm_status each_string(const wm_json *value,
                             wm_status (*visit)(void *context, wm_str text, wm_error *err),
                             void *context, wm_error *err)
{
    wm_status status = WM_OK;
    if (value == NULL) {
        return WM_OK;
    }
    if (value->type == WM_JSON_STRING) {
        return visit(context, value->as.string, err);
    }
    for (uint32_t i = 0; value->type == WM_JSON_ARRAY && i < value->count && status == WM_OK; i++) {
        status = each_string(&value->as.items[i], visit, context, err);
    }
    for (uint32_t i = 0; value->type == WM_JSON_OBJECT && i < value->count && status == WM_OK;
         i++) {
        status = each_string(&value->as.members[i].value, visit, context, err);
    }
    return status;
}

typedef struct reading {
    wm_needs *needs;
    wm_need need;
    size_t strings;
    wm_buf folded;
} reading;

static wm_status count_string(void *context, wm_str text, wm_error *err)
{
    (void)text;
    (void)err;
    ((reading *)context)->strings++;
    return WM_OK;
}

static wm_status read_string(void *context, wm_str text, wm_error *err)
{
    reading *at = context;
    return add_phrase(at->needs, at->need, text, &at->folded, err);
}

static wm_status read_all(reading *at, wm_status (*visit)(void *, wm_str, wm_error *),
                          wm_error *err)
{
    wm_status status = WM_OK;
    for (size_t i = 0; i < at->needs->count && status == WM_OK; i++) {
        const wm_json *record = at->needs->nodes[i].record;
        at->need = (wm_need)i;
        status = each_string(wm_json_get(record, "label"), visit, at, err);
        if (status == WM_OK) {
            status = each_string(wm_json_get(record, "synonyms"), visit, at, err);
        }
    }
    return status;
}

wm_status needs_read_phrases(wm_needs *needs, wm_error *err)
{
    reading at = { .needs = needs };
    wm_buf_init(&at.folded, needs->env, WM_STRING_BYTES_MAX);
    wm_status status = read_all(&at, count_string, err);
    if (status == WM_OK) {
        status = lexicon_init(&needs->phrases, &needs->arena, at.strings, err);
    }
    if (status == WM_OK) {
        status = read_all(&at, read_string, err);
    }
    if (status == WM_OK) {
        lexicon_finish(&needs->phrases);
    }
    wm_buf_fini(&at.folded);
    return status;
}

/* ---- matching ---- */

typedef struct folded_word {
    uint16_t at; /* in the folded text */
    uint16_t end;
    uint16_t source_at; /* in the text that was given */
    uint16_t source_end;
    bool is_taken;
} folded_word;

/* Folding never makes a text longer: each character folds to no more bytes than it has, and a space
 * stands for at least one that parted words. */
typedef struct folded_text {
    char bytes[WM_QUERY_TEXT_BYTES_MAX + 1];
    folded_word words[WORDS_MAX + 1];
    size_t word_count;
} folded_text;

static void fold_words(wm_str text, folded_text *folded)
{
    size_t length = 0;
    folded_word *word = NULL; /* the open one */
    folded->word_count = 0;
    wm_folded next = wm_fold_char(text, 0);
    for (size_t at = 0; next.source_bytes > 0; next = wm_fold_char(text, at)) {
        size_t start = at;
        at += next.source_bytes;
        if (next.parts_words) {
            word = NULL;
            continue;
        }
        if (next.len == 0) {
            continue;
        }
        if (word == NULL) {
            if (folded->word_count > 0) {
                folded->bytes[length++] = ' ';
            }
            word = &folded->words[folded->word_count++];
            *word = (folded_word){ .at = (uint16_t)length, .source_at = (uint16_t)start };
        }
        memcpy(folded->bytes + length, next.text, next.len);
        length += next.len;
        word->end = (uint16_t)length;
        word->source_end = (uint16_t)at;
    }
}

static wm_str run_of(const folded_text *folded, size_t first, size_t words)
{
    size_t at = folded->words[first].at;
    return (wm_str){ folded->bytes + at, folded->words[first + words - 1].end - at };
}

static bool is_free(const folded_text *folded, size_t first, size_t words)
{
    for (size_t i = first; i < first + words; i++) {
        if (folded->words[i].is_taken) {
            return false;
        }
    }
    return true;
}

typedef struct match_list {
    wm_need_match *matches;
    size_t capacity;
    size_t count;
} match_list;

static bool is_told(const match_list *list, wm_need need)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->matches[i].need == need) {
            return true;
        }
    }
    return false;
}

static void take_run(const wm_needs *needs, folded_text *folded, size_t first, size_t words,
                     match_list *list)
{
    size_t entry = 0;
    size_t entries = lexicon_find(&needs->phrases, run_of(folded, first, words), &entry);
    if (entries == 0) {
        return;
    }
    const folded_word *last = &folded->words[first + words - 1];
    uint32_t start = folded->words[first].source_at;
    for (size_t i = 0; i < entries && list->count < list->capacity; i++) {
        wm_need need = needs->phrases.entries[entry + i].value;
        if (!is_told(list, need)) {
            list->matches[list->count++] =
                (wm_need_match){ need, start, last->source_end - start, WM_NEED_HOW_PHRASE };
        }
    }
    for (size_t i = first; i < first + words; i++) {
        folded->words[i].is_taken = true;
    }
}

static void match_runs(const wm_needs *needs, folded_text *folded, match_list *list)
{
    size_t longest = needs->longest < folded->word_count ? needs->longest : folded->word_count;
    for (size_t words = longest; words > 0; words--) {
        for (size_t first = 0; first + words <= folded->word_count; first++) {
            if (is_free(folded, first, words)) {
                take_run(needs, folded, first, words, list);
            }
        }
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
    folded_text folded;
    match_list list = { matches_out, capacity, 0 };
    fold_words(text, &folded);
    match_runs(needs, &folded, &list);
    if (list.count > 1) {
        qsort(matches_out, list.count, sizeof *matches_out, compare_matches);
    }
    *count_out = list.count;
    return WM_OK;
}

const char *wm_need_how_name(wm_need_how how)
{
    return how == WM_NEED_HOW_PHRASE ? "phrase" : "unknown";
}

wm_status wm_needs_shared_phrases(const wm_needs *needs, wm_need_shared_fn each, void *context)
{
    const lexicon *lex = &needs->phrases;
    for (size_t i = 0; i < lex->count;) {
        size_t first = 0;
        size_t count = lexicon_find(lex, lex->entries[i].key, &first);
        if (count > 1) {
            wm_need sharing[WM_NEED_MATCHES_MAX];
            size_t kept = count < WM_NEED_MATCHES_MAX ? count : WM_NEED_MATCHES_MAX;
            for (size_t k = 0; k < kept; k++) {
                sharing[k] = lex->entries[i + k].value;
            }
            wm_status status = each(context, lex->entries[i].key, sharing, kept);
            if (status != WM_OK) {
                return status;
            }
        }
        i += count;
    }
    return WM_OK;
}
