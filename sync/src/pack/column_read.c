/* column_read.c: columns of a block back to integers and strings.
 *
 * The bytes are from outside: every count is checked against the bytes that are there before
 * anything is allocated for it, and every string against UTF-8 before it is handed out. */
#include <waymark/sys/date.h>

#include "column.h"

static wm_status bad(const char *what, wm_error *err)
{
    return wm_fail(err, WM_BAD_INPUT, "pack: column: %s", what);
}

wm_status pack_integers_open(pack_integers *integers, wm_reader *reader, uint32_t count,
                             wm_error *err)
{
    *integers = (pack_integers){ .count = count };
    unsigned form = wm_reader_u8(reader);
    if (form == PACK_INTEGERS_VARINT) {
        wm_reader_init(&integers->one_by_one, wm_reader_bytes(reader, wm_reader_varint(reader)));
    } else if (form <= PACK_INTEGERS_PLANES_MAX) {
        integers->width = form;
        integers->minimum = pack_unzigzag(wm_reader_varint(reader));
        integers->planes = (const uint8_t *)wm_reader_bytes(reader, (uint64_t)form * count).ptr;
    } else {
        return bad("unknown form of integers", err);
    }
    return reader->failed ? bad("integers: found the end or a bad number", err) : WM_OK;
}

bool pack_integers_next(pack_integers *integers, int64_t *value_out)
{
    if (integers->at == integers->count) {
        return false;
    }
    if (integers->planes == NULL) {
        *value_out = pack_unzigzag(wm_reader_varint(&integers->one_by_one));
        integers->at++;
        return !integers->one_by_one.failed;
    }
    uint64_t value = 0;
    for (unsigned i = 0; i < integers->width; i++) {
        size_t at = (size_t)i * integers->count + integers->at;
        value |= (uint64_t)integers->planes[at] << (8 * i);
    }
    uint64_t sum = (uint64_t)integers->minimum + value;
    *value_out = sum <= INT64_MAX ? (int64_t)sum : -(int64_t)(~sum) - 1;
    integers->at++;
    return true;
}

bool pack_integers_done(const pack_integers *integers)
{
    return integers->at == integers->count &&
           (integers->planes != NULL || wm_reader_left(&integers->one_by_one) == 0);
}

/* Up to the next NUL, which is taken too. */
static wm_status take_terminated(wm_reader *reader, wm_str *text_out, wm_error *err)
{
    const char *start = (const char *)reader->bytes + reader->at;
    size_t left = wm_reader_left(reader);
    const char *end = left > 0 ? memchr(start, '\0', left) : NULL;
    if (end == NULL) {
        return bad("expected a NUL after a string", err);
    }
    wm_str text = wm_reader_bytes(reader, (uint64_t)(end - start));
    (void)wm_reader_u8(reader);
    if (!wm_utf8_valid(text, NULL)) {
        return bad("expected UTF-8", err);
    }
    *text_out = text;
    return WM_OK;
}

static wm_status open_dictionary(pack_strings *strings, wm_arena *arena, wm_error *err)
{
    uint64_t count = wm_reader_varint(&strings->bytes);
    if (strings->bytes.failed || count > wm_reader_left(&strings->bytes)) {
        return bad("dictionary: found the end", err);
    }
    wm_str *words = wm_arena_array(arena, (size_t)count, sizeof *words);
    if (words == NULL) {
        return wm_fail_memory(err);
    }
    for (size_t i = 0; i < count; i++) {
        wm_status status = take_terminated(&strings->bytes, &words[i], err);
        if (status != WM_OK) {
            return status;
        }
    }
    strings->dictionary = words;
    strings->dictionary_count = (uint32_t)count;
    return pack_integers_open(&strings->references, &strings->bytes, strings->count, err);
}

static wm_status open_pattern(pack_strings *strings, wm_arena *arena, wm_error *err)
{
    wm_status status = open_dictionary(strings, arena, err);
    if (status != WM_OK) {
        return status;
    }
    strings->hole_count = wm_reader_u8(&strings->bytes);
    if (strings->hole_count > PACK_PATTERN_HOLES_MAX) {
        return bad("pattern: too many holes", err);
    }
    strings->holes = wm_arena_array(arena, strings->hole_count, sizeof *strings->holes);
    if (strings->holes == NULL) {
        return wm_fail_memory(err);
    }
    for (unsigned i = 0; i < strings->hole_count && status == WM_OK; i++) {
        uint64_t count = wm_reader_varint(&strings->bytes);
        status = count > strings->count ? bad("pattern: more numbers than strings", err)
                                        : pack_integers_open(&strings->holes[i], &strings->bytes,
                                                             (uint32_t)count, err);
    }
    return status;
}

/* The bytes of all uuids, plane by plane: all there, and nothing else. */
static wm_status open_uuid_planes(pack_strings *strings, wm_error *err)
{
    uint64_t size = (uint64_t)strings->count * PACK_UUID_BYTES;
    strings->planes = (const uint8_t *)wm_reader_bytes(&strings->bytes, size).ptr;
    return strings->bytes.failed ? bad("uuid: found the end", err) : WM_OK;
}

static wm_status open_references(pack_strings *strings, wm_error *err)
{
    unsigned kind = wm_reader_u8(&strings->bytes);
    if (strings->shared->ids == NULL || kind >= WM_KIND_COUNT) {
        return bad("references: expected ids of a kind", err);
    }
    strings->kind = (wm_kind)kind;
    return pack_integers_open(&strings->references, &strings->bytes, strings->count, err);
}

/* The strings that are not known are the next of the short texts. */
static wm_status open_known(pack_strings *strings, const pack_string_column *column, wm_error *err)
{
    uint64_t length = wm_reader_varint(&strings->bytes);
    if (strings->bytes.failed || column->others == NULL) {
        return bad("known strings: expected short texts", err);
    }
    strings->dictionary = column->known.strings;
    strings->dictionary_count = column->known.count;
    wm_status status =
        pack_integers_open(&strings->references, &strings->bytes, strings->count, err);
    if (status == WM_OK && wm_reader_left(&strings->bytes) > 0) {
        status = bad("known strings: column is longer than its numbers", err);
    }
    wm_reader_init(&strings->bytes, wm_reader_bytes(column->others, length));
    return status == WM_OK && column->others->failed ? bad("short texts: found the end", err)
                                                     : status;
}

wm_status pack_strings_open(pack_strings *strings, const pack_string_column *column,
                            wm_arena *arena, wm_error *err)
{
    *strings = (pack_strings){ .encoding = column->encoding,
                               .count = column->count,
                               .shared = column->shared };
    wm_reader_init(&strings->bytes, column->bytes);
    switch (column->encoding) {
    case PACK_PLAIN:
    case PACK_SHORT_TEXTS:
    case PACK_LONG_TEXTS:
    case PACK_UUID:
    case PACK_WORDS: return WM_OK;
    case PACK_DICTIONARY: return open_dictionary(strings, arena, err);
    case PACK_DATE:
        return pack_integers_open(&strings->references, &strings->bytes, strings->count, err);
    case PACK_PATTERN: return open_pattern(strings, arena, err);
    case PACK_REFERENCE: return open_references(strings, err);
    case PACK_UUID_PLANES: return open_uuid_planes(strings, err);
    case PACK_KNOWN: return open_known(strings, column, err);
    default:
        return wm_fail(err, WM_NEWER, "pack: column: unknown encoding %d", (int)column->encoding);
    }
}

/* A text of words, as it is being measured or put together. */
typedef struct word_walk {
    const uint8_t *at;
    const uint8_t *end;
    char *text; /* NULL: only measure */
    size_t length;
} word_walk;

static void take_piece(word_walk *walk, wm_str piece)
{
    if (walk->text != NULL) {
        memcpy(walk->text + walk->length, piece.ptr, piece.len);
    }
    walk->length += piece.len;
}

/* To the end of the text. False: its bytes end before, or a word is not known. */
static bool walk_words(word_walk *walk, const pack_shared *shared)
{
    while (walk->at < walk->end && *walk->at != PACK_WORDS_END) {
        uint32_t code = *walk->at++;
        const uint8_t *start = walk->at;
        uint32_t word = code - PACK_WORDS_ONE;
        if (code == PACK_WORDS_LITERAL) {
            const uint8_t *stop = memchr(start, '\0', (size_t)(walk->end - start));
            if (stop == NULL) {
                return false;
            }
            take_piece(walk, (wm_str){ (const char *)start, (size_t)(stop - start) });
            walk->at = stop + 1;
            continue;
        }
        if (code >= PACK_WORDS_TWO) {
            if (walk->at == walk->end) {
                return false;
            }
            word = PACK_WORDS_SHORT + (code - PACK_WORDS_TWO) * 256 + *walk->at++;
        }
        if (word >= shared->word_count) {
            return false;
        }
        take_piece(walk, shared->words[word]);
    }
    return walk->at++ < walk->end;
}

/* Twice over its codes: for the length, and for the text. */
static wm_status next_words(pack_strings *strings, wm_arena *arena, wm_str *text_out, wm_error *err)
{
    const uint8_t *bytes = strings->bytes.bytes;
    word_walk first = { bytes + strings->bytes.at, bytes + strings->bytes.len, NULL, 0 };
    word_walk second = first;
    if (!walk_words(&first, strings->shared) || first.length > WM_RECORD_BYTES_MAX) {
        return bad("words: found the end, an unknown word, or too long a text", err);
    }
    second.text = wm_arena_alloc(arena, first.length + 1);
    if (second.text == NULL) {
        return wm_fail_memory(err);
    }
    (void)walk_words(&second, strings->shared);
    strings->bytes.at = (size_t)(first.at - bytes);
    *text_out = (wm_str){ second.text, first.length };
    return wm_utf8_valid(*text_out, NULL) ? WM_OK : bad("words: expected UTF-8", err);
}

static wm_status make_uuid(const uint8_t bytes[PACK_UUID_BYTES], wm_arena *arena, wm_str *text_out,
                           wm_error *err)
{
    char text[PACK_UUID_TEXT_BYTES];
    pack_uuid_text(bytes, text);
    *text_out = wm_arena_copy(arena, (wm_str){ text, sizeof text });
    return text_out->ptr == NULL ? wm_fail_memory(err) : WM_OK;
}

static wm_status next_reference(pack_strings *strings, wm_arena *arena, wm_str *text_out,
                                wm_error *err)
{
    const pack_ids *ids = strings->shared->ids;
    int64_t place = 0;
    uint32_t first = ids->first[strings->kind];
    if (!pack_integers_next(&strings->references, &place) || place < 0 ||
        place >= (int64_t)ids->first[(int)strings->kind + 1] - (int64_t)first) {
        return bad("references: expected an id of the pack", err);
    }
    size_t at = first + (size_t)place;
    if (ids->keys == NULL || ids->keys[at].length > 0) {
        *text_out = ids->keys == NULL ? ids->entries[at].id : pack_key_text(&ids->keys[at]);
        return WM_OK;
    }
    return make_uuid(ids->keys[at].bytes, arena, text_out, err);
}

static wm_status next_uuid(pack_strings *strings, wm_arena *arena, wm_str *text_out, wm_error *err)
{
    wm_str bytes = wm_reader_bytes(&strings->bytes, PACK_UUID_BYTES);
    if (bytes.len != PACK_UUID_BYTES) {
        return bad("uuid: found the end", err);
    }
    return make_uuid((const uint8_t *)bytes.ptr, arena, text_out, err);
}

/* strings->at has been counted already. */
static wm_status next_uuid_of_planes(pack_strings *strings, wm_arena *arena, wm_str *text_out,
                                     wm_error *err)
{
    uint8_t bytes[PACK_UUID_BYTES];
    for (size_t plane = 0; plane < PACK_UUID_BYTES; plane++) {
        bytes[plane] = strings->planes[plane * strings->count + (strings->at - 1)];
    }
    strings->front = (strings->front + ((unsigned)bytes[0] << 8 | bytes[1])) & 0xffff;
    bytes[0] = (uint8_t)(strings->front >> 8);
    bytes[1] = (uint8_t)strings->front;
    return make_uuid(bytes, arena, text_out, err);
}

static wm_status next_date(pack_strings *strings, wm_arena *arena, wm_str *text_out, wm_error *err)
{
    int64_t day = 0;
    char text[WM_DATE_TEXT_BYTES];
    if (!pack_integers_next(&strings->references, &day) || day < WM_DATE_MIN || day > WM_DATE_MAX) {
        return bad("expected a date", err);
    }
    *text_out = wm_arena_copy(arena, wm_str_of(wm_date_format((wm_date)day, text)));
    return text_out->ptr == NULL ? wm_fail_memory(err) : WM_OK;
}

static wm_status next_word(pack_strings *strings, wm_str *text_out, wm_error *err)
{
    int64_t reference = 0;
    if (!pack_integers_next(&strings->references, &reference) || reference < 0 ||
        reference >= (int64_t)strings->dictionary_count) {
        return bad("expected a word of the dictionary", err);
    }
    *text_out = strings->dictionary[reference];
    return WM_OK;
}

static wm_status next_known(pack_strings *strings, wm_str *text_out, wm_error *err)
{
    int64_t place = 0;
    if (!pack_integers_next(&strings->references, &place) || place < 0 ||
        place > (int64_t)strings->dictionary_count) {
        return bad("expected a string that the base knows", err);
    }
    if (place == 0) {
        return take_terminated(&strings->bytes, text_out, err);
    }
    *text_out = strings->dictionary[place - 1];
    return WM_OK;
}

/* Digits of `value` at text, `width` of them with leading zeros, or as few as can be. 0: it does
 * not fit. */
static size_t put_digits(char *text, int64_t value, unsigned width)
{
    char digits[PACK_PATTERN_WIDTH_MAX];
    size_t count = 0;
    if (value < 0) {
        return 0;
    }
    do {
        if (count == sizeof digits) {
            return 0;
        }
        digits[count++] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    if (width > 0 && count > width) {
        return 0;
    }
    while (count < width) {
        digits[count++] = '0';
    }
    for (size_t i = 0; i < count; i++) {
        text[i] = digits[count - 1 - i];
    }
    return count;
}

static wm_status next_pattern(pack_strings *strings, wm_arena *arena, wm_str *text_out,
                              wm_error *err)
{
    wm_str pattern = { NULL, 0 };
    wm_status status = next_word(strings, &pattern, err);
    if (status != WM_OK) {
        return status;
    }
    char *text = wm_arena_alloc(arena, pattern.len + PACK_PATTERN_DIGITS_MAX + 1);
    if (text == NULL) {
        return wm_fail_memory(err);
    }
    size_t length = 0;
    unsigned hole = 0;
    for (size_t i = 0; i < pattern.len; i++) {
        if (pattern.ptr[i] != PACK_PATTERN_MARK) {
            text[length++] = pattern.ptr[i];
            continue;
        }
        unsigned width = i + 1 < pattern.len ? (unsigned char)pattern.ptr[++i] : 0;
        int64_t value = 0;
        if (width < PACK_PATTERN_WIDTH_BASE ||
            width > PACK_PATTERN_WIDTH_BASE + PACK_PATTERN_WIDTH_MAX ||
            hole == strings->hole_count || !pack_integers_next(&strings->holes[hole++], &value)) {
            return bad("pattern: expected a number", err);
        }
        size_t digits = put_digits(text + length, value, width - PACK_PATTERN_WIDTH_BASE);
        if (digits == 0) {
            return bad("pattern: expected a number of that width", err);
        }
        length += digits;
    }
    *text_out = (wm_str){ text, length };
    return WM_OK;
}

wm_status pack_strings_next(pack_strings *strings, wm_arena *arena, wm_str *text_out, wm_error *err)
{
    if (strings->at == strings->count) {
        return bad("found the end", err);
    }
    strings->at++;
    switch (strings->encoding) {
    case PACK_PLAIN:
    case PACK_SHORT_TEXTS:
    case PACK_LONG_TEXTS: return take_terminated(&strings->bytes, text_out, err);
    case PACK_DICTIONARY: return next_word(strings, text_out, err);
    case PACK_UUID: return next_uuid(strings, arena, text_out, err);
    case PACK_DATE: return next_date(strings, arena, text_out, err);
    case PACK_PATTERN: return next_pattern(strings, arena, text_out, err);
    case PACK_REFERENCE: return next_reference(strings, arena, text_out, err);
    case PACK_WORDS: return next_words(strings, arena, text_out, err);
    case PACK_UUID_PLANES: return next_uuid_of_planes(strings, arena, text_out, err);
    case PACK_KNOWN: return next_known(strings, text_out, err);
    default: return bad("unknown encoding", err);
    }
}

bool pack_strings_done(const pack_strings *strings)
{
    bool done = strings->at == strings->count && wm_reader_left(&strings->bytes) == 0;
    done = done && pack_integers_done(&strings->references); /* holds where there are none */
    for (unsigned i = 0; i < strings->hole_count; i++) {
        done = done && pack_integers_done(&strings->holes[i]);
    }
    return done;
}
