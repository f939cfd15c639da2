/* words.c: folded characters into words, then short forms written out, then pairs joined. */
#include "words.h"

#include <assert.h>

#include <waymark/sys/fold.h>

typedef struct reader {
    wm_str text;
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

static void put_word(reader *r, wm_str word, bool is_ours)
{
    assert(r->out->count < WORDS_MAX);
    r->out->words[r->out->count++] = (text_word){ .text = word,
                                                  .source_at = (uint16_t)r->source_at,
                                                  .source_end = (uint16_t)r->source_end,
                                                  .gap = (uint8_t)r->gap,
                                                  .is_ours = is_ours,
                                                  .word = WORD_NONE };
    r->gap = WORD_GAP_SPACE;
}

static void close_word(reader *r)
{
    if (!r->is_open) {
        return;
    }
    r->is_open = false;
    wm_str word = { r->out->bytes + r->word_at, r->length - r->word_at };
    wm_str written = words_written_out(word);
    if (written.len == 0) {
        put_word(r, word, false);
        return;
    }
    for (size_t at = 0; at < written.len;) {
        size_t end = at;
        while (end < written.len && written.ptr[end] != ' ') {
            end++;
        }
        put_word(r, (wm_str){ written.ptr + at, end - at }, true);
        at = end + 1;
    }
}

/* A letter that is held down stands twice at most: no English word has three in a row. */
static bool is_held_down(const reader *r, const char *letters, size_t length)
{
    const char *bytes = r->out->bytes;
    return length == 1 && letters[0] >= 'a' && letters[0] <= 'z' && r->length >= r->word_at + 2 &&
           bytes[r->length - 1] == letters[0] && bytes[r->length - 2] == letters[0];
}

static void put_letters(reader *r, const char *letters, size_t length, size_t at, size_t end)
{
    if (length == 0) {
        return;
    }
    if (!r->is_open) {
        r->is_open = true;
        r->word_at = r->length;
        r->source_at = at;
    }
    r->source_end = end;
    if (!is_held_down(r, letters, length)) {
        memcpy(r->out->bytes + r->length, letters, length);
        r->length += length;
    }
}

static void join_words(word_text *out)
{
    size_t kept = 0;
    for (size_t i = 0; i < out->count; i++) {
        text_word word = out->words[i];
        if (i + 1 < out->count && out->words[i + 1].gap == WORD_GAP_SPACE) {
            wm_str next = i + 2 < out->count ? out->words[i + 2].text : (wm_str){ NULL, 0 };
            wm_str joined = words_joined(word.text, out->words[i + 1].text, next);
            if (joined.len > 0) {
                word.text = joined;
                word.is_ours = true;
                word.source_end = out->words[++i].source_end;
            }
        }
        out->words[kept++] = word;
    }
    out->count = kept;
}

void words_read(wm_str text, word_text *out)
{
    assert(text.len <= WM_QUERY_TEXT_BYTES_MAX);
    reader r = { .text = text, .out = out };
    out->count = 0;
    wm_folded next = wm_fold_char(text, 0);
    for (size_t at = 0; next.source_bytes > 0; next = wm_fold_char(text, at)) {
        size_t start = at;
        at += next.source_bytes;
        if (!next.parts_words) {
            put_letters(&r, next.text, next.len, start, at);
        } else if (r.is_open && hides_letter(text, start)) {
            put_letters(&r, "*", 1, start, at);
        } else {
            close_word(&r);
            word_gap gap = gap_of(text, start, at);
            r.gap = gap > r.gap ? gap : r.gap;
        }
    }
    close_word(&r);
    out->end = r.gap;
    join_words(out);
}
