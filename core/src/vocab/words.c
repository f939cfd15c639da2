/* words.c: folded characters into words, then short forms written out, then pairs joined. */
#include "words.h"

#include <assert.h>

#include <waymark/sys/fold.h>

typedef struct reader {
    wm_str text;
    words_find find;
    const void *vocabulary;
    word_text *out;
    size_t length;    /* of out->bytes */
    size_t word_at;   /* of the open word, in out->bytes */
    size_t source_at; /* of the open word, in the text */
    size_t source_end;
    bool is_open;
    word_gap gap; /* since the last word */
} reader;

static bool is_letter(char character)
{
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
}

/* A star inside a word stands for a letter that someone would not write: "s*icide". */
static bool hides_letter(wm_str text, size_t at)
{
    return text.ptr[at] == '*' && at > 0 && at + 1 < text.len && is_letter(text.ptr[at - 1]) &&
           is_letter(text.ptr[at + 1]);
}

static bool is_space_at(wm_str text, size_t at)
{
    return at >= text.len || text.ptr[at] == ' ' || text.ptr[at] == '\n';
}

/* How strongly the character at `at`, which parts words, does so. */
static word_gap gap_of(wm_str text, size_t at, size_t end)
{
    size_t next = at;
    switch (wm_utf8_next(text, &next)) {
    case '?':
    case 0x61f: return WORD_GAP_QUESTION;
    case '.':
    case '!':
    case '\n':
    case '\r':
    case 0x3002:
    case 0x6d4:
    case 0x964: return WORD_GAP_SENTENCE;
    case ',':
    case ';':
    case ':':
    case '(':
    case ')':
    case '"':
    case 0x60c:
    case 0x61b:
    case 0x2013:
    case 0x2014:
    case 0x2026: return WORD_GAP_CLAUSE;
    case '-':
        return is_space_at(text, end) || (at > 0 && is_space_at(text, at - 1)) ? WORD_GAP_CLAUSE
                                                                               : WORD_GAP_SPACE;
    default: return WORD_GAP_SPACE;
    }
}

static void put_word(reader *r, wm_str text, uint32_t number, bool is_ours)
{
    assert(r->out->count < WORDS_MAX);
    text_word *word = &r->out->words[r->out->count++];
    word->text = text;
    word->source_at = (uint16_t)r->source_at;
    word->source_end = (uint16_t)r->source_end;
    word->taken = 0;
    word->guess_count = 0;
    word->gap = (uint8_t)r->gap;
    word->is_ours = is_ours;
    word->word = number;
    r->gap = WORD_GAP_SPACE;
}

static void close_word(reader *r)
{
    if (!r->is_open) {
        return;
    }
    r->is_open = false;
    wm_str word = { r->out->bytes + r->word_at, r->length - r->word_at };
    uint32_t number = r->find(r->vocabulary, word);
    wm_str written = number == WORD_NONE ? words_written_out(word) : (wm_str){ NULL, 0 };
    if (written.len == 0) {
        put_word(r, word, number, false);
        return;
    }
    for (size_t at = 0; at < written.len;) {
        size_t end = at;
        while (end < written.len && written.ptr[end] != ' ') {
            end++;
        }
        word = (wm_str){ written.ptr + at, end - at };
        put_word(r, word, r->find(r->vocabulary, word), true);
        at = end + 1;
    }
}

static void open_word(reader *r, size_t at)
{
    if (!r->is_open) {
        r->is_open = true;
        r->word_at = r->length;
        r->source_at = at;
    }
}

/* The small letters from `at` on, which fold to themselves; returns where they end. A letter that
 * is held down stands twice at most: no English word has three in a row. */
static size_t put_small_letters(reader *r, size_t at)
{
    char *out = r->out->bytes;
    size_t length = r->length;
    open_word(r, at);
    for (; at < r->text.len && r->text.ptr[at] >= 'a' && r->text.ptr[at] <= 'z'; at++) {
        char letter = r->text.ptr[at];
        if (length < r->word_at + 2 || out[length - 1] != letter || out[length - 2] != letter) {
            out[length++] = letter;
        }
    }
    r->length = length;
    r->source_end = at;
    return at;
}

static void put_letters(reader *r, const wm_folded *folded, size_t at)
{
    if (folded->len == 0) {
        return;
    }
    open_word(r, at);
    char *end = r->out->bytes + r->length;
    bool is_held_down = folded->len == 1 && r->length >= r->word_at + 2 &&
                        is_letter(folded->text[0]) && end[-1] == folded->text[0] &&
                        end[-2] == folded->text[0];
    if (!is_held_down) {
        memcpy(end, folded->text, folded->len);
        r->length += folded->len;
    }
    r->source_end = at + folded->source_bytes;
}

/* Any other character; returns where it ends. */
static size_t put_character(reader *r, size_t at)
{
    wm_folded folded = wm_fold_char(r->text, at);
    size_t end = at + folded.source_bytes;
    if (r->is_open && hides_letter(r->text, at)) {
        folded = (wm_folded){ .source_bytes = 1, .len = 1, .text = { '*' } };
    } else if (folded.parts_words) {
        close_word(r);
        word_gap gap = gap_of(r->text, at, end);
        r->gap = gap > r->gap ? gap : r->gap;
    }
    put_letters(r, &folded, at);
    return end;
}

/* The word that this one and the next make; empty if they stay two. */
static wm_str joined_at(const word_text *out, size_t at)
{
    if (at + 1 >= out->count || out->words[at + 1].gap != WORD_GAP_SPACE) {
        return (wm_str){ NULL, 0 };
    }
    wm_str behind = at + 2 < out->count ? out->words[at + 2].text : (wm_str){ NULL, 0 };
    return words_joined(out->words[at].text, out->words[at + 1].text, behind);
}

static void join_words(const reader *r)
{
    word_text *out = r->out;
    size_t kept = 0;
    for (size_t i = 0; i < out->count; i++) {
        wm_str joined = joined_at(out, i);
        if (kept != i) {
            out->words[kept] = out->words[i];
        }
        if (joined.len > 0) {
            text_word *word = &out->words[kept];
            word->text = joined;
            word->is_ours = true;
            word->word = r->find(r->vocabulary, joined);
            word->source_end = out->words[++i].source_end;
        }
        kept++;
    }
    out->count = kept;
}

void words_read(wm_str text, words_find find, const void *vocabulary, word_text *out)
{
    assert(text.len <= WM_QUERY_TEXT_BYTES_MAX);
    reader r = { .text = text, .find = find, .vocabulary = vocabulary, .out = out };
    out->count = 0;
    for (size_t at = 0; at < text.len;) {
        char next = text.ptr[at];
        if (next >= 'a' && next <= 'z') {
            at = put_small_letters(&r, at);
        } else if (next == ' ') {
            close_word(&r);
            at++;
        } else {
            at = put_character(&r, at);
        }
    }
    close_word(&r);
    out->end = r.gap;
    join_words(&r);
}

bool words_is_open(wm_str text, const text_word *word)
{
    for (size_t at = word->source_end; at < text.len;) {
        wm_folded folded = wm_fold_char(text, at);
        if (folded.parts_words) {
            return false;
        }
        at += folded.source_bytes;
    }
    return true;
}
