/* phrases.c: from the records of needs to the book of phrases.
 *
 * Read are the label, the synonyms and the look-alikes of each need, each a string, a list, or one
 * of these for each language; the languages under `unreviewed` are marked. A "*" between two words
 * stands for a few words, or none: "talks * ending it". */
#include "needs.h"

#include <stdlib.h>

typedef struct reading {
    wm_needs *needs;
    const need_node *node;
    book_phrase phrase;
    word_text words;
} reading;

/* Bit n: a "*" stands before the word n. */
static uint32_t find_stars(wm_str text, const word_text *words)
{
    uint32_t stars = 0;
    for (size_t i = 1; i < words->count; i++) {
        for (size_t at = words->words[i - 1].source_end; at < words->words[i].source_at; at++) {
            stars |= text.ptr[at] == '*' ? (uint32_t)1 << i : 0;
        }
    }
    return stars;
}

static unsigned count_bits(uint32_t bits)
{
    unsigned count = 0;
    for (; bits != 0; bits &= bits - 1) {
        count++;
    }
    return count;
}

/* Reads the words and the stars of a phrase. */
static wm_status read_phrase_words(reading *at, wm_str text, wm_error *err)
{
    words_read(text, book_find, &at->needs->phrases, &at->words);
    if (at->words.count > WM_NEED_PHRASE_WORDS_MAX) {
        return wm_fail(err, WM_BAD_RECORD,
                       "need %.*s: synonyms: expected at most %d words, found \"%.*s\"",
                       WM_STR_ARG(at->node->id), WM_NEED_PHRASE_WORDS_MAX, WM_STR_ARG(text));
    }
    at->phrase.apart = find_stars(text, &at->words);
    if (count_bits(at->phrase.apart) > WM_NEED_PHRASE_STARS_MAX) {
        return wm_fail(err, WM_BAD_RECORD,
                       "need %.*s: synonyms: expected at most %d \"*\", found \"%.*s\"",
                       WM_STR_ARG(at->node->id), WM_NEED_PHRASE_STARS_MAX, WM_STR_ARG(text));
    }
    return WM_OK;
}

static wm_status read_phrase(reading *at, wm_str text, wm_error *err)
{
    if (text.len > WM_QUERY_TEXT_BYTES_MAX) {
        return wm_fail(err, WM_BAD_RECORD,
                       "need %.*s: synonyms: expected at most %d bytes, found %zu",
                       WM_STR_ARG(at->node->id), WM_QUERY_TEXT_BYTES_MAX, text.len);
    }
    phrase_book *book = &at->needs->phrases;
    wm_status status = read_phrase_words(at, text, err);
    if (status != WM_OK || at->words.count == 0) {
        return status;
    }
    status = book_add(book, &at->words, &at->phrase, err);
    return status == WM_OK && !at->phrase.unreviewed
               ? book_add_kin(book, &at->words, &at->phrase, err)
               : status;
}

/* A string, or a list of them. */
static wm_status read_strings(reading *at, const wm_json *value, wm_error *err)
{
    if (value == NULL) {
        return WM_OK;
    }
    if (value->type == WM_JSON_STRING) {
        return read_phrase(at, value->as.string, err);
    }
    wm_status status = WM_OK;
    for (uint32_t i = 0; value->type == WM_JSON_ARRAY && i < value->count && status == WM_OK; i++) {
        const wm_json *item = &value->as.items[i];
        status = item->type == WM_JSON_STRING ? read_phrase(at, item->as.string, err) : WM_OK;
    }
    return status;
}

static bool is_unreviewed(const wm_json *record, wm_str language)
{
    const wm_json *languages = wm_json_get(record, "unreviewed");
    for (uint32_t i = 0; wm_json_is(languages, WM_JSON_ARRAY) && i < languages->count; i++) {
        if (wm_str_equal(wm_json_string(&languages->as.items[i]), language)) {
            return true;
        }
    }
    return false;
}

/* The name is the record's, which goes. */
static wm_status set_language(reading *at, wm_str name, wm_error *err)
{
    phrase_book *book = &at->needs->phrases;
    size_t before = book->language_count;
    at->phrase.language = book_language(book, name);
    if (book->language_count > before) {
        book->languages[before] = wm_arena_copy(&at->needs->arena, name);
        return book->languages[before].ptr != NULL ? WM_OK : wm_fail_memory(err);
    }
    return WM_OK;
}

static wm_status read_field(reading *at, const char *field, wm_error *err)
{
    const wm_json *record = at->node->record;
    const wm_json *value = wm_json_get(record, field);
    at->phrase.unreviewed = false;
    at->phrase.language = 0;
    if (!wm_json_is(value, WM_JSON_OBJECT)) {
        return read_strings(at, value, err);
    }
    wm_status status = WM_OK;
    for (uint32_t i = 0; i < value->count && status == WM_OK; i++) {
        status = set_language(at, value->as.members[i].name, err);
        at->phrase.unreviewed = is_unreviewed(record, value->as.members[i].name);
        status = status != WM_OK ? status : read_strings(at, &value->as.members[i].value, err);
    }
    return status;
}

/* False also where the vocabulary does not have such a root. */
static bool is_below(const wm_needs *needs, wm_need need, const char *root)
{
    wm_need above = wm_needs_find(needs, wm_str_of(root));
    return above != WM_NEED_NONE && wm_needs_within(needs, need, above);
}

static wm_status read_need(reading *at, wm_need need, wm_error *err)
{
    at->node = &at->needs->nodes[need];
    at->phrase.need = need;
    at->phrase.is_crisis = is_below(at->needs, need, "crisis");
    at->phrase.is_loose = at->phrase.is_crisis || is_below(at->needs, need, "psych") ||
                          is_below(at->needs, need, "medical") ||
                          is_below(at->needs, need, "trauma");
    wm_status status = read_field(at, "label", err);
    if (status == WM_OK) {
        status = read_field(at, "synonyms", err);
    }
    if (status == WM_OK) {
        at->phrase = (book_phrase){ .need = BOOK_NONE };
        status = read_field(at, "look_alikes", err);
    }
    return status;
}

/* Strings in a list for each language. */
static size_t count_strings(const wm_json *by_language)
{
    size_t count = 0;
    for (uint32_t i = 0; wm_json_is(by_language, WM_JSON_OBJECT) && i < by_language->count; i++) {
        const wm_json *list = &by_language->as.members[i].value;
        count += wm_json_is(list, WM_JSON_ARRAY) ? list->count : 0;
    }
    return count;
}

wm_status needs_read_phrases(wm_needs *needs, wm_error *err)
{
    reading at = { .needs = needs };
    size_t phrases = needs->count;
    for (size_t i = 0; i < needs->count; i++) {
        phrases += count_strings(wm_json_get(needs->nodes[i].record, "synonyms")) +
                   count_strings(wm_json_get(needs->nodes[i].record, "look_alikes"));
    }
    const book_sizes sizes = book_sizes_of(phrases);
    wm_status status = book_init(&needs->phrases, &needs->arena, &sizes, err);
    for (size_t i = 0; i < needs->count && status == WM_OK; i++) {
        status = read_need(&at, (wm_need)i, err);
    }
    return status == WM_OK ? book_finish(&needs->phrases, err) : status;
}

/* ---- phrases of several needs ---- */

typedef struct shared_phrase {
    wm_str text;
    uint32_t node;
} shared_phrase;

static int compare_shared(const void *a, const void *b)
{
    return wm_str_compare(((const shared_phrase *)a)->text, ((const shared_phrase *)b)->text);
}

static bool is_shared(const phrase_book *book, uint32_t at)
{
    const book_node *node = &book->nodes[at];
    return !book_is_kin(book, at) && node->first != BOOK_NONE &&
           book->meanings[node->first].next != BOOK_NONE;
}

static int compare_needs(const void *a, const void *b)
{
    const wm_need *left = a;
    const wm_need *right = b;
    return (*left > *right) - (*left < *right);
}

static wm_status tell_shared(const phrase_book *book, const shared_phrase *shared,
                             wm_need_shared_fn each, void *context)
{
    wm_need sharing[WM_NEED_MATCHES_MAX];
    size_t count = 0;
    uint32_t at = book->nodes[shared->node].first;
    for (; at != BOOK_NONE && count < WM_NEED_MATCHES_MAX; at = book->meanings[at].next) {
        sharing[count++] = book->meanings[at].need;
    }
    qsort(sharing, count, sizeof sharing[0], compare_needs);
    return each(context, shared->text, sharing, count);
}

wm_status wm_needs_shared_phrases(const wm_needs *needs, wm_need_shared_fn each, void *context)
{
    const phrase_book *book = &needs->phrases;
    wm_arena arena;
    wm_arena_init(&arena, needs->env, SIZE_MAX / 2);
    wm_status status = WM_OK;
    size_t count = 0;
    for (size_t i = 0; i < book->node_count; i++) {
        count += is_shared(book, (uint32_t)i) ? 1 : 0;
    }
    shared_phrase *list = wm_arena_array(&arena, count, sizeof *list);
    status = list == NULL ? WM_NO_MEMORY : WM_OK;
    count = 0;
    for (size_t i = 0; status == WM_OK && i < book->node_count; i++) {
        if (is_shared(book, (uint32_t)i)) {
            list[count] = (shared_phrase){ book_text(book, (uint32_t)i, &arena), (uint32_t)i };
            status = list[count++].text.ptr == NULL ? WM_NO_MEMORY : WM_OK;
        }
    }
    if (status == WM_OK && count > 1) {
        qsort(list, count, sizeof *list, compare_shared);
    }
    for (size_t i = 0; i < count && status == WM_OK; i++) {
        status = tell_shared(book, &list[i], each, context);
    }
    wm_arena_fini(&arena);
    return status;
}
