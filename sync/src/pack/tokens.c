/* tokens.c: tokens of a text, and codes of words. See tokens.h. */
#include "tokens.h"

/* Letters, digits, ' and -, and all that is not ASCII; a bit for each byte. */
static bool is_word_byte(char c)
{
    static const uint64_t bits[4] = { 0x03ff208000000000, 0x07fffffe07fffffe, UINT64_MAX,
                                      UINT64_MAX };
    return (bits[(unsigned char)c >> 6] >> ((unsigned char)c & 63) & 1) != 0;
}

wm_str pack_token_next(wm_str *rest)
{
    size_t length = rest->len > 0 && rest->ptr[0] == ' ' ? 1 : 0;
    size_t letters = length;
    while (letters < rest->len && letters < PACK_WORD_BYTES_MAX &&
           is_word_byte(rest->ptr[letters])) {
        letters++;
    }
    if (letters > length) {
        length = letters;
    } else if (rest->len > 0) {
        length = 1;
    }
    wm_str token = { rest->ptr, length };
    rest->ptr = length > 0 ? rest->ptr + length : rest->ptr;
    rest->len -= length;
    return token;
}

static void put_word(wm_buf *out, uint32_t word)
{
    uint32_t longer = word - PACK_WORDS_SHORT;
    uint8_t code[2] = { (uint8_t)(PACK_WORDS_ONE + word), 0 };
    if (word >= PACK_WORDS_SHORT) {
        code[0] = (uint8_t)(PACK_WORDS_TWO + longer / 256);
        code[1] = (uint8_t)(longer % 256);
    }
    if (word < PACK_WORDS_SHORT) {
        pack_put(out, code, 1);
    } else {
        pack_put(out, code, 2);
    }
}

void pack_token_put(wm_buf *out, wm_str text, uint32_t word, bool *in_literal)
{
    bool literal = word == PACK_NONE;
    if (literal && !*in_literal) {
        wm_put_u8(out, PACK_WORDS_LITERAL);
    }
    if (!literal && *in_literal) {
        wm_put_u8(out, 0);
    }
    *in_literal = literal;
    if (literal) {
        wm_buf_put_str(out, text);
    } else {
        put_word(out, word);
    }
}

void pack_token_end(wm_buf *out, bool *in_literal)
{
    if (*in_literal) {
        wm_put_u8(out, 0);
    }
    *in_literal = false;
    wm_put_u8(out, PACK_WORDS_END);
}
