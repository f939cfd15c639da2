/* name_words.c: what names are made of (name_class.c has the words that every name may have). */
#include "name_words.h"

#include "edits.h"

#define KEY_BITS 40

/* No vocabulary: every short form is written out. */
static uint32_t find_nothing(const void *vocabulary, wm_str word)
{
    (void)vocabulary;
    (void)word;
    return WORD_NONE;
}

void name_read(wm_str text, word_text *out)
{
    words_read(text, find_nothing, NULL, out);
}

void name_put(wm_buf *out, wm_str name)
{
    word_text text;
    size_t telling = 0;
    size_t put = 0;
    name_read((wm_str){ name.ptr, wm_utf8_cut(name, NAME_BYTES_MAX) }, &text);
    for (size_t i = 0; i < text.count; i++) {
        telling += !name_is_link(text.words[i].text) ? 1 : 0;
    }
    for (size_t i = 0; i < text.count; i++) {
        if (telling == 0 || !name_is_link(text.words[i].text)) {
            wm_buf_put_text(out, put++ > 0 ? " " : "");
            wm_buf_put_str(out, text.words[i].text);
        }
    }
}

int64_t name_key(wm_str words)
{
    uint64_t hash = 14695981039346656037U; /* FNV-1a */
    for (size_t i = 0; i < words.len; i++) {
        if (words.ptr[i] != ' ') {
            hash = (hash ^ (unsigned char)words.ptr[i]) * 1099511628211U;
        }
    }
    return (int64_t)((hash ^ hash >> KEY_BITS) & (((uint64_t)1 << KEY_BITS) - 1));
}

/* FNV-1a of the word without the letter at `but`. */
static uint32_t hash_without(wm_str word, size_t but)
{
    uint32_t hash = 2166136261U;
    for (size_t i = 0; i < word.len; i++) {
        if (i != but) {
            hash = (hash ^ (unsigned char)word.ptr[i]) * 16777619U;
        }
    }
    return hash;
}

static bool has(const uint32_t *list, size_t count, uint32_t item)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i] == item) {
            return true;
        }
    }
    return false;
}

size_t name_near(wm_str word, uint32_t near[NAME_NEAR_MAX])
{
    size_t count = 0;
    if (word.len < NAME_LETTERS_MIN || word.len > NAME_LETTERS_MAX || !edits_plain(word)) {
        return 0;
    }
    for (size_t but = 0; but <= word.len; but++) { /* the last time nothing is left out */
        uint32_t hash = hash_without(word, but);
        if (!has(near, count, hash)) {
            near[count++] = hash;
        }
    }
    return count;
}
