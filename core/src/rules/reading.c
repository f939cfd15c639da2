/* reading.c: one walk over the words of a text; see reading.h.
 *
 * A token is what stands between spaces, without the marks around it. Its words are its parts
 * between hyphens. A sentence ends behind . ! ? or a line feed; one without any word that counts is
 * none. */
#include "rules/reading.h"

#include <string.h>

#define TOKENS_MAX 4096 /* of a text; the rest is not looked at */

typedef struct token {
    wm_str text;  /* without the marks around it */
    bool begins;  /* a sentence */
    bool ends;    /* a sentence */
    bool is_name; /* or anything else that does not count */
} token;

typedef struct reader {
    wm_str left;
    const char *sentence; /* where it began */
    wm_str name;
    bool at_start; /* of a sentence */
} reader;

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_small(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_capital(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Letters beyond ASCII are two bytes or more; the marks of printed text are three. */
static bool begins_letter(const char *at, size_t room)
{
    unsigned char c = (unsigned char)*at;
    bool is_mark = c == 0xe2 && room >= 3 && (unsigned char)at[1] == 0x80;
    bool is_space_or_sign = c == 0xc2;
    return is_small(*at) || is_capital(*at) || (c >= 0xc3 && !is_mark && !is_space_or_sign);
}

static unsigned letters_of(wm_str text)
{
    unsigned letters = 0;
    for (size_t i = 0; i < text.len; i++) {
        letters += begins_letter(text.ptr + i, text.len - i) ? 1 : 0;
    }
    return letters;
}

static bool has_any(wm_str text, bool (*is)(char))
{
    for (size_t i = 0; i < text.len; i++) {
        if (is(text.ptr[i])) {
            return true;
        }
    }
    return false;
}

static bool is_of_address(char c)
{
    return c == '@' || c == '/' || c == '_';
}

static bool has_inner_stop(wm_str text)
{
    return text.len > 2 && memchr(text.ptr + 1, '.', text.len - 2) != NULL;
}

static int lower(char c)
{
    return is_capital(c) ? c - 'A' + 'a' : c;
}

/* Without case; a hyphen is as good as a space. */
static bool same_text(const char *a, const char *b, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        int left = a[i] == '-' ? ' ' : lower(a[i]);
        int right = b[i] == '-' ? ' ' : lower(b[i]);
        if (left != right) {
            return false;
        }
    }
    return true;
}

static bool stands_in(wm_str word, wm_str name)
{
    for (size_t i = 0; word.len >= 4 && i + word.len <= name.len; i++) {
        bool begins = i == 0 || !begins_letter(name.ptr + i - 1, 1);
        bool ends = i + word.len == name.len || !begins_letter(name.ptr + i + word.len, 1);
        if (begins && ends && same_text(word.ptr, name.ptr + i, word.len)) {
            return true;
        }
    }
    return false;
}

/* "I", "I'm", "I’ll" */
static bool is_pronoun(wm_str text)
{
    return text.ptr[0] == 'I' && (text.len == 1 || !begins_letter(text.ptr + 1, text.len - 1));
}

static bool is_name(const reader *r, wm_str text, bool begins)
{
    bool in_capitals = text.len > 1 && !has_any(text, is_small) && has_any(text, is_capital);
    return letters_of(text) == 0 || has_any(text, is_digit) || has_any(text, is_of_address) ||
           has_inner_stop(text) || in_capitals ||
           (is_capital(text.ptr[0]) && !begins && !is_pronoun(text)) || stands_in(text, r->name);
}

/* Bytes of the mark (no letter, no digit) that begins at `at`; 0: none. */
static size_t mark_bytes(const char *at, size_t room)
{
    if (begins_letter(at, room) || is_digit(*at)) {
        return 0;
    }
    unsigned char c = (unsigned char)*at;
    size_t bytes = c < 0xc0 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
    return bytes <= room ? bytes : room;
}

static wm_str without_marks(wm_str raw, bool *has_stop_out)
{
    wm_str text = raw;
    size_t end = 0;
    *has_stop_out = false;
    while (text.len > 0 && mark_bytes(text.ptr, text.len) > 0) {
        size_t bytes = mark_bytes(text.ptr, text.len);
        text = (wm_str){ text.ptr + bytes, text.len - bytes };
    }
    for (size_t i = 0; i < text.len;) {
        size_t bytes = mark_bytes(text.ptr + i, text.len - i);
        end = bytes == 0 ? i + 1 : end;
        i += bytes == 0 ? 1 : bytes;
    }
    for (const char *c = text.ptr + end; c < raw.ptr + raw.len; c++) {
        *has_stop_out = *has_stop_out || *c == '.' || *c == '!' || *c == '?';
    }
    /* Further bytes of a last letter beyond ASCII. */
    while (end < text.len && ((unsigned char)text.ptr[end] & 0xc0) == 0x80) {
        end++;
    }
    return (wm_str){ text.ptr, end };
}

/* False at the end of the text. */
static bool next_token(reader *r, token *token_out)
{
    bool has_stop = false;
    size_t at = 0;
    while (at < r->left.len && is_space(r->left.ptr[at])) {
        at++;
    }
    size_t end = at;
    while (end < r->left.len && !is_space(r->left.ptr[end])) {
        end++;
    }
    wm_str raw = { r->left.ptr + at, end - at };
    if (raw.len == 0) {
        return false;
    }
    r->left = (wm_str){ r->left.ptr + end, r->left.len - end };
    token t = { .text = without_marks(raw, &has_stop), .begins = r->at_start };
    t.ends = has_stop || r->left.len == 0 || r->left.ptr[0] == '\n';
    t.is_name = t.text.len == 0 || is_name(r, t.text, t.begins);
    r->sentence = r->at_start ? raw.ptr : r->sentence;
    r->at_start = t.ends;
    *token_out = t;
    return true;
}

/* ---- hard words ---- */

/* Does the phrase stand at `text`, as whole words? */
static bool stands_at(const char *phrase, wm_str text)
{
    size_t length = strlen(phrase);
    return length <= text.len && same_text(phrase, text.ptr, length) &&
           (length == text.len || !begins_letter(text.ptr + length, text.len - length));
}

static void add_hit(const wm_hard_word **hits, size_t *count, const wm_hard_word *hit)
{
    for (size_t i = 0; i < *count; i++) {
        if (hits[i] == hit) {
            return;
        }
    }
    if (*count < WM_READING_HITS_MAX) {
        hits[(*count)++] = hit;
    }
}

static void find_words(const wm_hard_word *table, wm_str text, const wm_hard_word **hits,
                       size_t *count)
{
    for (const wm_hard_word *row = table; row->word != NULL; row++) {
        if (lower(text.ptr[0]) == row->word[0] && stands_at(row->word, text)) {
            add_hit(hits, count, row);
        }
    }
}

/* Of each word of the token: a hyphen parts them. */
static void find_hits(const token *t, const char *text_end, wm_reading *reading)
{
    for (size_t i = 0; i < t->text.len; i++) {
        if (i == 0 || t->text.ptr[i - 1] == '-') {
            wm_str rest = { t->text.ptr + i, (size_t)(text_end - (t->text.ptr + i)) };
            find_words(wm_hard_words, rest, reading->hard, &reading->hard_count);
            find_words(wm_harsh_words, rest, reading->harsh, &reading->harsh_count);
        }
    }
}

/* ---- the whole ---- */

static unsigned words_of(wm_str text)
{
    unsigned words = 0;
    bool inside = false;
    for (size_t i = 0; i < text.len; i++) {
        bool is_part = text.ptr[i] != '-';
        words += is_part && !inside ? 1 : 0;
        inside = is_part;
    }
    return words;
}

/* The index in hundredths, rounded up to a whole, and 5. */
static unsigned age_of(const wm_reading *reading)
{
    int64_t index = (int64_t)471 * reading->letters / reading->words +
                    (int64_t)50 * reading->words / reading->sentences - 2143;
    int64_t whole = index <= 100 ? 1 : (index + 99) / 100;
    return (unsigned)(whole > 25 ? 25 : whole) + 5;
}

void wm_reading_measure(wm_str text, wm_str name, wm_reading *reading_out)
{
    wm_reading reading = { 0 };
    reader r = { .left = text, .sentence = text.ptr, .name = name, .at_start = true };
    token t;
    unsigned sentence_words = 0;
    const char *text_end = text.ptr + text.len;
    for (size_t i = 0; i < TOKENS_MAX && next_token(&r, &t); i++) {
        unsigned words = t.is_name ? 0 : words_of(t.text);
        reading.letters += t.is_name ? 0 : letters_of(t.text);
        reading.words += words;
        sentence_words += words;
        if (!t.is_name) {
            find_hits(&t, text_end, &reading);
        }
        if (!t.ends) {
            continue;
        }
        if (sentence_words > reading.longest_words) {
            reading.longest_words = sentence_words;
            reading.longest = (wm_str){ r.sentence, (size_t)(r.left.ptr - r.sentence) };
        }
        reading.sentences += sentence_words > 0 ? 1 : 0;
        sentence_words = 0;
    }
    if (reading.words >= wm_reading_target.min_words && reading.sentences > 0) {
        reading.age = age_of(&reading);
    }
    *reading_out = reading;
}

bool wm_reading_is_hard(const wm_reading *reading)
{
    bool is_short = reading->age == 0;
    return reading->age > wm_reading_target.age ||
           reading->longest_words > wm_reading_target.sentence_words ||
           (is_short && reading->hard_count > 0);
}
