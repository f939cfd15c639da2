/* fold.c: one form of a word; see fold.h.
 *
 * Characters fall into ranges, each with its own small rule; what no rule names is a letter if it
 * lies above the signs (Indic vowel signs and the letters of most scripts), and stays as it is.
 * The tables of Latin letters hold one byte for each code point: the base letter, '*' for those
 * that fold to two letters (see pairs), ' ' for signs, '.' for what stays. */
#include <waymark/sys/fold.h>

#define LATIN_FIRST 0xc0u
#define LATIN_LAST 0x17fu
static const char latin[] = "aaaaaa*ceeeeiiiidnooooo ouuuuy**aaaaaa*ceeeeiiiidnooooo ouuuuy*y"
                            "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii**jjkkklllllll"
                            "lllnnnnnnnnnoooooo**rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

#define LATIN_MORE_FIRST 0x1e00u
#define LATIN_MORE_LAST 0x1effu
static const char latin_more[] = "aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmm"
                                 "mmmmnnnnnnnnoooooooopppprrrrrrrrssssssssssttttttttuuuuuuuuuuvvvv"
                                 "wwwwwwwwwwxxxxyyzzzzzzhtwyas..*.aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeee"
                                 "eeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy......";

/* Letters that fold to more than one. */
static const struct {
    uint32_t character;
    char letters[WM_FOLD_CHAR_BYTES];
} pairs[] = {
    { 0xc6, "ae" },   { 0xde, "th" },   { 0xdf, "ss" },   { 0xe6, "ae" },    { 0xfe, "th" },
    { 0x132, "ij" },  { 0x133, "ij" },  { 0x152, "oe" },  { 0x153, "oe" },   { 0x1e9e, "ss" },
    { 0xfb00, "ff" }, { 0xfb01, "fi" }, { 0xfb02, "fl" }, { 0xfb03, "ffi" }, { 0xfb04, "ffl" },
    { 0xfb05, "st" }, { 0xfb06, "st" },
};

/* One letter written in several ways, in order of code point: Latin with a horn or comma, Greek
 * with accents, Cyrillic with marks, Bengali and Gurmukhi with a dot, Arabic and Urdu typed on
 * different keyboards. */
static const struct {
    uint16_t from;
    uint16_t to;
} same_letter[] = {
    { 0x1a0, 'o' },   { 0x1a1, 'o' },   { 0x1af, 'u' },   { 0x1b0, 'u' },   { 0x218, 's' },
    { 0x219, 's' },   { 0x21a, 't' },   { 0x21b, 't' },   { 0x386, 0x3b1 }, { 0x388, 0x3b5 },
    { 0x389, 0x3b7 }, { 0x38a, 0x3b9 }, { 0x38c, 0x3bf }, { 0x38e, 0x3c5 }, { 0x38f, 0x3c9 },
    { 0x3ac, 0x3b1 }, { 0x3ad, 0x3b5 }, { 0x3ae, 0x3b7 }, { 0x3af, 0x3b9 }, { 0x3c2, 0x3c3 },
    { 0x3cc, 0x3bf }, { 0x3cd, 0x3c5 }, { 0x3ce, 0x3c9 }, { 0x401, 0x435 }, { 0x407, 0x456 },
    { 0x40e, 0x443 }, { 0x419, 0x438 }, { 0x439, 0x438 }, { 0x451, 0x435 }, { 0x457, 0x456 },
    { 0x45e, 0x443 }, { 0x490, 0x433 }, { 0x491, 0x433 }, { 0x622, 0x627 }, { 0x623, 0x627 },
    { 0x624, 0x648 }, { 0x625, 0x627 }, { 0x626, 0x64a }, { 0x629, 0x647 }, { 0x649, 0x64a },
    { 0x671, 0x627 }, { 0x6a9, 0x643 }, { 0x6be, 0x647 }, { 0x6c1, 0x647 }, { 0x6c3, 0x647 },
    { 0x6cc, 0x64a }, { 0x9dc, 0x9a1 }, { 0x9dd, 0x9a2 }, { 0x9df, 0x9af }, { 0xa33, 0xa32 },
    { 0xa36, 0xa38 }, { 0xa59, 0xa16 }, { 0xa5a, 0xa17 }, { 0xa5b, 0xa1c }, { 0xa5e, 0xa2b },
};

/* Zero of the digits of other scripts. */
static const uint16_t zeros[] = { 0x660, 0x6f0, 0x966, 0x9e6, 0xa66 };

typedef struct range {
    uint32_t first;
    uint32_t last;
} range;

/* What stands inside a word without being part of it: apostrophes, marks, joiners, fillers. */
static const range vanishing[] = {
    { '\'', '\'' },       { '`', '`' },       { 0xad, 0xad },     { 0xb4, 0xb4 },
    { 0x2b0, 0x36f },     { 0x610, 0x61a },   { 0x61c, 0x61c },   { 0x640, 0x640 },
    { 0x64b, 0x65f },     { 0x670, 0x670 },   { 0x6d6, 0x6dc },   { 0x6df, 0x6e8 },
    { 0x6ea, 0x6ed },     { 0x9bc, 0x9bc },   { 0xa3c, 0xa3c },   { 0x180e, 0x180e },
    { 0x200b, 0x200f },   { 0x2018, 0x2019 }, { 0x201b, 0x201b }, { 0x202a, 0x202e },
    { 0x2032, 0x2032 },   { 0x2060, 0x206f }, { 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff },
    { 0xe0000, 0xe0fff },
};

/* Spaces, dashes, punctuation, signs. */
static const range parting[] = {
    { 0x00, '/' },      { ':', '@' },         { '[', '`' },          { '{', 0xbf },
    { 0xd7, 0xd7 },     { 0xf7, 0xf7 },       { 0x37e, 0x37e },      { 0x387, 0x387 },
    { 0x482, 0x482 },   { 0x589, 0x58a },     { 0x5be, 0x5be },      { 0x600, 0x60f },
    { 0x61b, 0x61f },   { 0x66a, 0x66d },     { 0x6d4, 0x6d4 },      { 0x6dd, 0x6de },
    { 0x6e9, 0x6e9 },   { 0x964, 0x965 },     { 0x970, 0x970 },      { 0x1680, 0x1680 },
    { 0x2000, 0x2bff }, { 0x2e00, 0x2e7f },   { 0x3000, 0x303f },    { 0xd800, 0xf8ff },
    { 0xfd3e, 0xfd3f }, { 0xfe10, 0xfe6f },   { 0xff00, 0xff0f },    { 0xff5b, 0xff65 },
    { 0xffe0, 0xffff }, { 0x1f000, 0x1faff }, { 0xf0000, 0x10ffff },
};

static bool is_in(uint32_t character, const range *ranges, size_t count)
{
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (character > ranges[middle].last) {
            low = middle + 1;
        } else if (character < ranges[middle].first) {
            high = middle;
        } else {
            return true;
        }
    }
    return false;
}

/* The letter that stands for this one, of one code point. */
static uint32_t plain_letter(uint32_t character)
{
    if (character >= 'A' && character <= 'Z') {
        return character + ('a' - 'A');
    }
    for (size_t i = 0; i < sizeof zeros / sizeof zeros[0]; i++) {
        if (character >= zeros[i] && character <= zeros[i] + 9u) {
            return '0' + (character - zeros[i]);
        }
    }
    for (size_t i = 0; i < sizeof same_letter / sizeof same_letter[0]; i++) {
        if (same_letter[i].from == character) {
            return same_letter[i].to;
        }
    }
    if ((character >= 0x391 && character <= 0x3a9 && character != 0x3a2) ||
        (character >= 0x410 && character <= 0x42f)) {
        return character + 0x20; /* Greek and Cyrillic capitals */
    }
    if (character >= 0x400 && character <= 0x40f) {
        return character + 0x50;
    }
    if (character >= 0x460 && character <= 0x52f && (character & 1) == 0 &&
        (character < 0x482 || character > 0x489)) {
        return character + 1;
    }
    return character;
}

static uint8_t encode(uint32_t character, char out[WM_FOLD_CHAR_BYTES])
{
    if (character < 0x80) {
        out[0] = (char)character;
        return 1;
    }
    uint8_t length = character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    static const uint32_t first[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
    for (uint8_t i = (uint8_t)(length - 1); i > 0; i--) {
        out[i] = (char)(0x80 | (character & 0x3f));
        character >>= 6;
    }
    out[0] = (char)(first[length] | character);
    return length;
}

/* '\0' if neither table has it. */
static char latin_letter(uint32_t character)
{
    if (character >= LATIN_FIRST && character <= LATIN_LAST) {
        return latin[character - LATIN_FIRST];
    }
    if (character >= LATIN_MORE_FIRST && character <= LATIN_MORE_LAST) {
        return latin_more[character - LATIN_MORE_FIRST];
    }
    return '\0';
}

static void put_letter(uint32_t character, wm_folded *folded)
{
    char letter = latin_letter(character);
    if (letter >= 'a' && letter <= 'z') {
        folded->text[0] = letter;
        folded->len = 1;
        return;
    }
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        if (pairs[i].character == character) {
            folded->len = (uint8_t)strlen(pairs[i].letters);
            memcpy(folded->text, pairs[i].letters, folded->len);
            return;
        }
    }
    folded->len = encode(plain_letter(character), folded->text);
}

/* Most characters are plain letters, digits and spaces: no table is asked for them. */
static bool fold_plain(char character, wm_folded *folded)
{
    bool is_capital = character >= 'A' && character <= 'Z';
    bool is_letter = (character >= 'a' && character <= 'z') || is_capital;
    bool is_digit = character >= '0' && character <= '9';
    if (!is_letter && !is_digit && character != ' ') {
        return false;
    }
    folded->source_bytes = 1;
    folded->parts_words = character == ' ';
    folded->len = character == ' ' ? 0 : 1;
    folded->text[0] = character;
    if (is_capital) {
        folded->text[0] = (char)(unsigned char)(character + ('a' - 'A'));
    }
    return true;
}

wm_folded wm_fold_char(wm_str text, size_t at)
{
    wm_folded folded = { 0 };
    if (at >= text.len) {
        return folded;
    }
    if (fold_plain(text.ptr[at], &folded)) {
        return folded;
    }
    size_t end = at;
    uint32_t character = wm_utf8_next(text, &end);
    folded.source_bytes = (uint8_t)(end - at);
    if (character >= 0xff01 && character <= 0xff5e) {
        character = character - 0xff01 + '!'; /* full width */
    }
    if (is_in(character, vanishing, sizeof vanishing / sizeof vanishing[0])) {
        return folded;
    }
    folded.parts_words = is_in(character, parting, sizeof parting / sizeof parting[0]);
    if (!folded.parts_words) {
        put_letter(character, &folded);
    }
    return folded;
}

void wm_fold_put(wm_buf *out, wm_str text)
{
    bool is_parted = false;
    bool has_word = false;
    wm_folded folded = wm_fold_char(text, 0);
    for (size_t at = 0; folded.source_bytes > 0; folded = wm_fold_char(text, at)) {
        at += folded.source_bytes;
        is_parted = is_parted || folded.parts_words;
        if (folded.len == 0) {
            continue;
        }
        if (is_parted && has_word) {
            wm_buf_put_char(out, ' ');
        }
        is_parted = false;
        has_word = true;
        wm_buf_put(out, folded.text, folded.len);
    }
}
