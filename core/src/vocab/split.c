/* split.c: takes apart what was typed without spaces.
 *
 * For each letter of the word, the fewest words that reach it; the last of them is kept, so that
 * the way back from the end gives all. A word of n letters costs n * PIECE_LETTERS_MAX look-ups. */
#include "split.h"

#define WORD_LETTERS_MIN 5
#define WORD_LETTERS_MAX 40
#define PIECE_LETTERS_MAX 14
#define UNREACHED UINT8_MAX

typedef struct cut {
    uint8_t pieces; /* that reach this letter; UNREACHED */
    uint8_t last;   /* letters of the last of them */
} cut;

/* Small letters only come through unchanged, so that the text can be cut where the word is. */
static bool is_candidate(wm_str text, const text_word *word)
{
    bool is_plain = word->text.len >= WORD_LETTERS_MIN && word->text.len <= WORD_LETTERS_MAX &&
                    word->source_end - word->source_at == (int)word->text.len;
    if (!is_plain || word->word != WORD_NONE || word->classes != 0 || word->is_ours ||
        word->guess_count != 0 || words_is_ordinary(word->text)) {
        return false;
    }
    for (size_t i = word->source_at; i < word->source_end && is_plain; i++) {
        char lower = (char)(text.ptr[i] | 0x20);
        is_plain = lower >= 'a' && lower <= 'z';
    }
    return is_plain;
}

static bool is_piece(const phrase_book *book, wm_str piece)
{
    if (piece.len == 1) {
        return piece.ptr[0] == 'i' || piece.ptr[0] == 'a';
    }
    return book_find(book, piece) != WORD_NONE || words_written_out(piece).len > 0;
}

/* Fills cuts[0 .. word.len]; true: two words or more make this one, not too short ones. */
static bool cut_word(const phrase_book *book, wm_str word, cut cuts[WORD_LETTERS_MAX + 1])
{
    cuts[0] = (cut){ 0, 0 };
    for (size_t end = 1; end <= word.len; end++) {
        cuts[end] = (cut){ UNREACHED, 0 };
        size_t longest = end < PIECE_LETTERS_MAX ? end : PIECE_LETTERS_MAX;
        for (size_t letters = longest; letters > 0; letters--) {
            uint8_t before = cuts[end - letters].pieces;
            if (before != UNREACHED && before + 1 < cuts[end].pieces &&
                is_piece(book, (wm_str){ word.ptr + end - letters, letters })) {
                cuts[end] = (cut){ (uint8_t)(before + 1), (uint8_t)letters };
            }
        }
    }
    size_t pieces = cuts[word.len].pieces;
    return pieces != UNREACHED && pieces > 1 && 2 * word.len >= 5 * pieces;
}

static void put_byte(split_text *out, char byte, size_t source, bool is_split)
{
    out->bytes[out->length] = byte;
    out->source[out->length] = (uint16_t)source;
    out->is_split[out->length] = is_split;
    out->length++;
}

static void put_pieces(split_text *out, wm_str text, const text_word *word,
                       const cut cuts[WORD_LETTERS_MAX + 1])
{
    bool begins[WORD_LETTERS_MAX + 1] = { false };
    for (size_t end = word->text.len; end > 0; end -= cuts[end].last) {
        begins[end - cuts[end].last] = true;
    }
    for (size_t i = 0; i < word->text.len; i++) {
        size_t source = word->source_at + i;
        if (begins[i] && i > 0) {
            put_byte(out, ' ', source, true);
        }
        put_byte(out, text.ptr[source], source, true);
    }
}

bool split_words(const phrase_book *book, wm_str text, const word_text *words, split_text *out)
{
    cut cuts[WORD_LETTERS_MAX + 1];
    size_t done = 0; /* of the text */
    size_t spaces = 0;
    out->length = 0;
    for (size_t i = 0; i < words->count; i++) {
        const text_word *word = &words->words[i];
        if (!is_candidate(text, word) || !cut_word(book, word->text, cuts)) {
            continue;
        }
        size_t more = cuts[word->text.len].pieces - 1u;
        if (text.len + spaces + more > WM_QUERY_TEXT_BYTES_MAX) {
            break;
        }
        for (; done < word->source_at; done++) {
            put_byte(out, text.ptr[done], done, false);
        }
        put_pieces(out, text, word, cuts);
        done = word->source_end;
        spaces += more;
    }
    if (spaces == 0) {
        return false;
    }
    for (; done < text.len; done++) {
        put_byte(out, text.ptr[done], done, false);
    }
    out->source[out->length] = (uint16_t)text.len;
    return true;
}
