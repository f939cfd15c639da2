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

void pack_word_put(wm_buf *out, uint32_t word)
{
    if (word < PACK_WORDS_SHORT) {
        wm_put_u8(out, (uint8_t)(PACK_WORDS_ONE + word));
        return;
    }
    word -= PACK_WORDS_SHORT;
    wm_put_u8(out, (uint8_t)(PACK_WORDS_TWO + word / 256));
    wm_put_u8(out, (uint8_t)(word % 256));
}
