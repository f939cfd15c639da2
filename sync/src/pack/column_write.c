/* column_write.c: integers and strings to the columns of a block.
 *
 * For strings each encoding that can say the column is tried, on the first strings if there are
 * many, and the one that a quick compression makes smallest is taken. */
#include <zstd.h>

#include <waymark/sys/date.h>

#include "column.h"
#include "model.h"
#include "prose.h"

#define PLANES_COUNT_MIN 64
#define TRIAL_LEVEL 3
#define TRIAL_BYTES_MIN 48 /* below, the plain form */
#define SAMPLE_FROM ((size_t)64 * WM_KIB)
#define SAMPLE_BYTES ((size_t)16 * WM_KIB)
#define BIT(encoding) (1U << (encoding))
#define ALL_ENCODINGS (BIT(PACK_SHORT_TEXTS) - 1)
#define COLUMN_BYTES_MAX (64 * WM_MIB)
#define SCRATCH_BYTES_MAX (256 * WM_MIB)

static unsigned bytes_for(uint64_t range)
{
    unsigned width = 0;
    while (range > 0) {
        width++;
        range >>= 8;
    }
    return width;
}

static size_t varint_bytes(uint64_t value)
{
    size_t bytes = 1;
    while (value >= 0x80) {
        bytes++;
        value >>= 7;
    }
    return bytes;
}

void pack_integers_write(wm_buf *out, const int64_t *values, uint32_t count)
{
    int64_t low = count > 0 ? values[0] : 0;
    int64_t high = low;
    size_t one_by_one = 0;
    for (uint32_t i = 0; i < count; i++) {
        low = values[i] < low ? values[i] : low;
        high = values[i] > high ? values[i] : high;
        one_by_one += varint_bytes(pack_zigzag(values[i]));
    }
    unsigned width = bytes_for((uint64_t)high - (uint64_t)low);
    /* Planes compress better, but for short lists and where few values are large. */
    size_t planes = (size_t)width * count;
    if (planes > one_by_one + (count >= PLANES_COUNT_MIN ? one_by_one / 2 : 0)) {
        wm_put_u8(out, PACK_INTEGERS_VARINT);
        wm_put_varint(out, one_by_one);
        for (uint32_t i = 0; i < count; i++) {
            wm_put_varint(out, pack_zigzag(values[i]));
        }
        return;
    }
    wm_put_u8(out, (uint8_t)width);
    wm_put_varint(out, pack_zigzag(low));
    uint8_t *at = planes > 0 ? wm_buf_reserve(out, planes) : NULL;
    for (unsigned plane = 0; plane < width && at != NULL; plane++) {
        for (uint32_t i = 0; i < count; i++) {
            uint64_t above = (uint64_t)values[i] - (uint64_t)low;
            at[(size_t)plane * count + i] = (uint8_t)(above >> (8 * plane));
        }
    }
    wm_buf_grown(out, at != NULL ? planes : 0);
}

wm_str pack_plain_next(wm_str *rest)
{
    size_t length = strlen(rest->ptr);
    wm_str text = { rest->ptr, length };
    rest->ptr += length + 1;
    rest->len -= length + 1;
    return text;
}

/* Distinct strings in order of first appearance, and a reference for each string. */
typedef struct dictionary {
    pack_table table;
    pack_list words; /* wm_str */
    bool copies;     /* they do not live as long as the dictionary */
    int64_t *references;
    uint32_t count;
} dictionary;

static wm_status dictionary_put(dictionary *words, wm_arena *arena, wm_str text, wm_error *err)
{
    uint32_t hash = pack_hash(0, text.ptr, text.len);
    uint32_t found;
    const wm_str *known = words->words.items;
    for (uint32_t at = pack_table_first(&words->table, hash, &found); found != PACK_NONE;
         at = pack_table_next(&words->table, hash, at, &found)) {
        if (known != NULL && wm_str_equal(known[found], text)) {
            break;
        }
    }
    if (found == PACK_NONE) {
        found = words->words.count;
        wm_str *word = pack_list_add(&words->words, arena, sizeof *word);
        wm_str kept = words->copies ? wm_arena_copy(arena, text) : text;
        if (word == NULL || kept.ptr == NULL) {
            return wm_fail_memory(err);
        }
        *word = kept;
        wm_status status = pack_table_add(&words->table, arena, hash, found, err);
        if (status != WM_OK) {
            return status;
        }
    }
    words->references[words->count++] = found;
    return WM_OK;
}

static void dictionary_write(const dictionary *words, wm_buf *out)
{
    wm_put_varint(out, words->words.count);
    const wm_str *word = words->words.items;
    for (uint32_t i = 0; word != NULL && i < words->words.count; i++) {
        wm_buf_put_str(out, word[i]);
        wm_put_u8(out, 0);
    }
    pack_integers_write(out, words->references, words->count);
}

/* One way of writing a column. *able_out: it can be written so. */
typedef struct attempt {
    wm_arena *arena;
    const pack_texts *texts;
    wm_str plain;
    uint32_t count;
    wm_buf *out;
    bool able;
} attempt;

static wm_status try_dictionary(attempt *a, wm_error *err)
{
    dictionary words = { .references = wm_arena_array(a->arena, a->count, sizeof(int64_t)) };
    if (words.references == NULL) {
        return wm_fail_memory(err);
    }
    wm_str rest = a->plain;
    while (rest.len > 0) {
        wm_status status = dictionary_put(&words, a->arena, pack_plain_next(&rest), err);
        if (status != WM_OK) {
            return status;
        }
        if (words.words.count > 64 && words.words.count > a->count / 2) {
            return WM_OK; /* hardly anything comes twice */
        }
    }
    dictionary_write(&words, a->out);
    a->able = true;
    return WM_OK;
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool pack_uuid_bytes(wm_str text, uint8_t bytes[PACK_UUID_BYTES])
{
    size_t to = 0;
    if (text.len != PACK_UUID_TEXT_BYTES) {
        return false;
    }
    for (size_t i = 0; i < text.len;) {
        if (i == 8 || i == 13 || i == 18 || i == 23) {
            if (text.ptr[i++] != '-') {
                return false;
            }
            continue;
        }
        int high = hex_digit(text.ptr[i]);
        int low = hex_digit(text.ptr[i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        bytes[to++] = (uint8_t)(high << 4 | low);
        i += 2;
    }
    return true;
}

void pack_uuid_text(const uint8_t bytes[PACK_UUID_BYTES], char text[PACK_UUID_TEXT_BYTES])
{
    static const char hex[] = "0123456789abcdef";
    size_t to = 0;
    for (size_t i = 0; i < PACK_UUID_BYTES; i++) {
        unsigned byte = bytes[i];
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            text[to++] = '-';
        }
        text[to++] = hex[byte >> 4];
        text[to++] = hex[byte & 15];
    }
}

bool pack_is_uuid(wm_str text)
{
    uint8_t bytes[PACK_UUID_BYTES];
    return pack_uuid_bytes(text, bytes);
}

bool pack_all_uuids(wm_str plain)
{
    while (plain.len > 0) {
        if (!pack_is_uuid(pack_plain_next(&plain))) {
            return false;
        }
    }
    return true;
}

static wm_status try_uuid(attempt *a, wm_error *err)
{
    (void)err;
    wm_str rest = a->plain;
    while (rest.len > 0) {
        uint8_t bytes[PACK_UUID_BYTES];
        if (!pack_uuid_bytes(pack_plain_next(&rest), bytes)) {
            return WM_OK;
        }
        wm_buf_put(a->out, bytes, sizeof bytes);
    }
    a->able = true;
    return WM_OK;
}

/* Byte by byte over all of them; the first two bytes as the difference from the one before. */
static wm_status try_uuid_planes(attempt *a, wm_error *err)
{
    size_t size = (size_t)a->count * PACK_UUID_BYTES;
    uint8_t *planes = wm_arena_alloc(a->arena, size);
    if (planes == NULL) {
        return wm_fail_memory(err);
    }
    wm_str rest = a->plain;
    unsigned last = 0;
    for (uint32_t i = 0; i < a->count; i++) {
        uint8_t bytes[PACK_UUID_BYTES];
        if (!pack_uuid_bytes(pack_plain_next(&rest), bytes)) {
            return WM_OK;
        }
        unsigned front = (unsigned)bytes[0] << 8 | bytes[1];
        bytes[0] = (uint8_t)((front - last) >> 8);
        bytes[1] = (uint8_t)(front - last);
        last = front;
        for (size_t plane = 0; plane < PACK_UUID_BYTES; plane++) {
            planes[plane * a->count + i] = bytes[plane];
        }
    }
    wm_buf_put(a->out, planes, size);
    a->able = true;
    return WM_OK;
}

static wm_status try_date(attempt *a, wm_error *err)
{
    int64_t *days = wm_arena_array(a->arena, a->count, sizeof *days);
    if (days == NULL) {
        return wm_fail_memory(err);
    }
    wm_str rest = a->plain;
    for (uint32_t i = 0; i < a->count; i++) {
        wm_date day;
        if (!wm_date_parse(pack_plain_next(&rest), &day)) {
            return WM_OK;
        }
        days[i] = day;
    }
    pack_integers_write(a->out, days, a->count);
    a->able = true;
    return WM_OK;
}

/* The numbers at one place of a pattern. */
typedef struct hole {
    int64_t *values;
    uint32_t count;
} hole;

/* Splits a text into its pattern and its numbers. False: it cannot be said so. */
static bool split_pattern(wm_str text, char *pattern, size_t *length_out, int64_t *values,
                          unsigned *value_count_out)
{
    size_t length = 0;
    unsigned count = 0;
    for (size_t i = 0; i < text.len;) {
        size_t end = i;
        int64_t value = 0;
        while (end < text.len && text.ptr[end] >= '0' && text.ptr[end] <= '9' &&
               end - i < PACK_PATTERN_WIDTH_MAX) {
            value = value * 10 + (text.ptr[end++] - '0');
        }
        if (text.ptr[i] == PACK_PATTERN_MARK || (end > i && count == PACK_PATTERN_HOLES_MAX)) {
            return false;
        }
        if (end == i) {
            pattern[length++] = text.ptr[i++];
            continue;
        }
        values[count++] = value;
        bool padded = end - i > 1 && text.ptr[i] == '0';
        pattern[length++] = PACK_PATTERN_MARK;
        pattern[length++] = (char)(PACK_PATTERN_WIDTH_BASE + (padded ? end - i : 0));
        i = end;
    }
    *length_out = length;
    *value_count_out = count;
    return true;
}

static wm_status pattern_put(attempt *a, dictionary *words, hole *holes, wm_str text, wm_error *err)
{
    char pattern[2 * 256];
    int64_t values[PACK_PATTERN_HOLES_MAX];
    size_t length = 0;
    unsigned count = 0;
    a->able = text.len <= 256 && split_pattern(text, pattern, &length, values, &count);
    if (!a->able) {
        return WM_OK;
    }
    for (unsigned i = 0; i < count; i++) {
        if (holes[i].values == NULL) {
            holes[i].values = wm_arena_array(a->arena, a->count, sizeof(int64_t));
        }
        if (holes[i].values == NULL) {
            return wm_fail_memory(err);
        }
        holes[i].values[holes[i].count++] = values[i];
    }
    return dictionary_put(words, a->arena, (wm_str){ pattern, length }, err);
}

static wm_status try_pattern(attempt *a, wm_error *err)
{
    hole holes[PACK_PATTERN_HOLES_MAX] = { { NULL, 0 } };
    dictionary words = { .copies = true,
                         .references = wm_arena_array(a->arena, a->count, sizeof(int64_t)) };
    if (words.references == NULL) {
        return wm_fail_memory(err);
    }
    wm_str rest = a->plain;
    while (rest.len > 0) {
        wm_status status = pattern_put(a, &words, holes, pack_plain_next(&rest), err);
        if (status != WM_OK || !a->able) {
            return status;
        }
        if (words.words.count > 64 && words.words.count > a->count / 2) {
            a->able = false; /* these are no patterns */
            return WM_OK;
        }
    }
    dictionary_write(&words, a->out);
    unsigned used = 0;
    while (used < PACK_PATTERN_HOLES_MAX && holes[used].count > 0) {
        used++;
    }
    a->able = used > 0;
    wm_put_u8(a->out, (uint8_t)used);
    for (unsigned i = 0; i < used; i++) {
        wm_put_varint(a->out, holes[i].count);
        pack_integers_write(a->out, holes[i].values, holes[i].count);
    }
    return WM_OK;
}

/* Place of an id among those of a kind; PACK_NONE if there is none. */
static uint32_t find_id(const pack_ids *ids, int kind, wm_str id)
{
    uint32_t low = ids->first[kind];
    uint32_t high = ids->first[kind + 1];
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = wm_str_compare(ids->entries[middle].id, id);
        if (order == 0) {
            return middle - ids->first[kind];
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return PACK_NONE;
}

static bool find_ids(const attempt *a, int kind, int64_t *places)
{
    wm_str rest = a->plain;
    for (uint32_t i = 0; i < a->count; i++) {
        uint32_t place = find_id(a->texts->shared->ids, kind, pack_plain_next(&rest));
        if (place == PACK_NONE) {
            return false;
        }
        places[i] = place;
    }
    return true;
}

static wm_status try_reference(attempt *a, wm_error *err)
{
    if (a->texts->shared == NULL || a->texts->shared->ids == NULL) {
        return WM_OK;
    }
    int64_t *places = wm_arena_array(a->arena, a->count, sizeof *places);
    if (places == NULL) {
        return wm_fail_memory(err);
    }
    for (int kind = 0; kind < WM_KIND_COUNT && !a->able; kind++) {
        a->able = find_ids(a, kind, places);
        if (a->able) {
            wm_put_u8(a->out, (uint8_t)kind);
            pack_integers_write(a->out, places, a->count);
        }
    }
    return WM_OK;
}

static wm_status try_words(attempt *a, wm_error *err)
{
    (void)err;
    if (a->texts->prose != NULL && a->texts->shared->word_count > 0) {
        pack_prose_put(a->texts->prose, a->texts->first_token, a->plain, a->out);
        a->able = true;
    }
    return WM_OK;
}

void pack_desk_init(pack_desk *desk, const wm_env *env)
{
    *desk = (pack_desk){ .compressor = NULL };
    wm_arena_init(&desk->arena, env, SCRATCH_BYTES_MAX);
    wm_buf_init(&desk->packed, env, 2 * COLUMN_BYTES_MAX);
    wm_buf_init(&desk->tried, env, COLUMN_BYTES_MAX);
    wm_buf_init(&desk->best, env, COLUMN_BYTES_MAX);
}

void pack_desk_fini(pack_desk *desk)
{
    wm_buf_fini(&desk->best);
    wm_buf_fini(&desk->tried);
    wm_buf_fini(&desk->packed);
    (void)ZSTD_freeCCtx(desk->compressor);
    desk->compressor = NULL;
    wm_arena_fini(&desk->arena);
}

/* What zstd makes of it at a low level. */
static wm_status trial(pack_desk *desk, wm_str bytes, size_t *cost_out, wm_error *err)
{
    wm_buf *packed = &desk->packed;
    wm_buf_reset(packed);
    size_t bound = ZSTD_compressBound(bytes.len);
    void *at = wm_buf_reserve(packed, bound);
    if (at == NULL) {
        return wm_buf_status(packed, err);
    }
    size_t size = ZSTD_compressCCtx(desk->compressor, at, bound, bytes.ptr, bytes.len, TRIAL_LEVEL);
    if (ZSTD_isError(size) != 0) {
        return wm_fail_memory(err);
    }
    *cost_out = size;
    return WM_OK;
}

/* Writes the strings in one encoding to desk->tried, but for the plain one; not able: it cannot say
 * them. */
static wm_status write_as(attempt *a, pack_encoding encoding, wm_error *err)
{
    static wm_status (*const ways[PACK_SHORT_TEXTS])(attempt *, wm_error *) = {
        [PACK_DICTIONARY] = try_dictionary,
        [PACK_UUID] = try_uuid,
        [PACK_DATE] = try_date,
        [PACK_PATTERN] = try_pattern,
        [PACK_REFERENCE] = try_reference,
        [PACK_WORDS] = try_words,
        [PACK_UUID_PLANES] = try_uuid_planes,
    };
    a->able = encoding == PACK_PLAIN;
    wm_buf_reset(a->out);
    wm_arena_reset(a->arena);
    wm_status status = a->able ? WM_OK : ways[encoding](a, err);
    return status == WM_OK && a->able ? wm_buf_status(a->out, err) : status;
}

static wm_str written_as(const pack_texts *texts, pack_encoding encoding, const wm_buf *bytes)
{
    return encoding == PACK_PLAIN ? texts->plain : wm_buf_str(bytes);
}

/* The best of those encodings (bits) that can say the strings goes to desk->best. Without a second
 * one nothing is compressed. PACK_ENCODING_COUNT: there is none. */
static wm_status contest(const pack_texts *texts, unsigned encodings, pack_encoding *winner_out,
                         wm_error *err)
{
    pack_desk *desk = texts->desk;
    pack_encoding winner = PACK_ENCODING_COUNT;
    size_t least = 0; /* 0: not known yet */
    wm_status status = WM_OK;
    for (int e = PACK_PLAIN; e < PACK_SHORT_TEXTS && status == WM_OK; e++) {
        pack_encoding mine = (pack_encoding)e;
        size_t cost = 0;
        attempt a = { &desk->arena, texts, texts->plain, texts->count, &desk->tried, false };
        if ((encodings >> mine & 1U) != 0) {
            status = write_as(&a, mine, err);
        }
        bool rivals = a.able && winner != PACK_ENCODING_COUNT;
        if (status == WM_OK && rivals && least == 0) {
            status = trial(desk, written_as(texts, winner, &desk->best), &least, err);
        }
        if (status == WM_OK && rivals) {
            status = trial(desk, written_as(texts, mine, &desk->tried), &cost, err);
        }
        if (status == WM_OK && a.able && (!rivals || cost < least)) {
            winner = mine;
            least = cost;
            wm_buf swap = desk->best;
            desk->best = desk->tried;
            desk->tried = swap;
        }
    }
    *winner_out = winner;
    return status;
}

/* The first strings of a long column. */
static pack_texts sample_of(const pack_texts *texts)
{
    pack_texts sample = *texts;
    wm_str rest = texts->plain;
    sample.count = 0;
    while (texts->plain.len - rest.len < SAMPLE_BYTES && rest.len > 0) {
        (void)pack_plain_next(&rest);
        sample.count++;
    }
    sample.plain.len -= rest.len;
    return sample;
}

/* What is best for the first strings of a long column nearly always is for all of them; only how
 * much comes twice they do not show. */
static wm_status choose_long(const pack_texts *texts, pack_encoding *winner_out, wm_error *err)
{
    const unsigned whole = BIT(PACK_DICTIONARY);
    pack_texts sample = sample_of(texts);
    wm_status status = contest(&sample, ALL_ENCODINGS & ~whole, winner_out, err);
    if (status == WM_OK) {
        status = contest(texts, BIT(*winner_out) | whole, winner_out, err);
    }
    return status == WM_OK && *winner_out == PACK_ENCODING_COUNT
               ? contest(texts, ALL_ENCODINGS, winner_out, err)
               : status;
}

static wm_status choose(const pack_texts *texts, pack_encoding *winner_out, wm_error *err)
{
    const unsigned small = BIT(PACK_PLAIN) | BIT(PACK_UUID) | BIT(PACK_DATE) | BIT(PACK_REFERENCE);
    size_t length = texts->plain.len;
    if (length >= SAMPLE_FROM) {
        return choose_long(texts, winner_out, err);
    }
    return contest(texts,
                   length == 0                ? BIT(PACK_PLAIN)
                   : length < TRIAL_BYTES_MIN ? small
                                              : ALL_ENCODINGS,
                   winner_out, err);
}

wm_status pack_strings_write(const pack_texts *texts, wm_buf *out, pack_encoding *encoding_out,
                             wm_error *err)
{
    pack_desk *desk = texts->desk;
    pack_encoding encoding = PACK_PLAIN;
    if (desk->compressor == NULL) {
        desk->compressor = ZSTD_createCCtx();
    }
    wm_status status =
        desk->compressor != NULL ? choose(texts, &encoding, err) : wm_fail_memory(err);
    if (status == WM_OK) {
        wm_buf_put_str(out, written_as(texts, encoding, &desk->best));
        *encoding_out = encoding;
    }
    return status;
}

/* ---- known strings ---- */

/* 1 + the place of each string that is known, 0 for the others. */
static wm_status find_known(const pack_texts *texts, const pack_known *known, wm_arena *arena,
                            int64_t *places, wm_error *err)
{
    pack_table table = { NULL, NULL, 0, 0 };
    for (uint32_t i = 0; i < known->count; i++) {
        wm_str text = known->strings[i];
        wm_status status = pack_table_add(&table, arena, pack_hash(0, text.ptr, text.len), i, err);
        if (status != WM_OK) {
            return status;
        }
    }
    wm_str rest = texts->plain;
    for (uint32_t i = 0; i < texts->count; i++) {
        wm_str text = pack_plain_next(&rest);
        uint32_t hash = pack_hash(0, text.ptr, text.len);
        uint32_t found;
        uint32_t at = pack_table_first(&table, hash, &found);
        while (found != PACK_NONE && !wm_str_equal(known->strings[found], text)) {
            at = pack_table_next(&table, hash, at, &found);
        }
        places[i] = found == PACK_NONE ? 0 : (int64_t)found + 1;
    }
    return WM_OK;
}

static void put_known(const pack_texts *texts, const int64_t *places, wm_buf *out, wm_buf *others)
{
    size_t start = others->len;
    wm_str rest = texts->plain;
    for (uint32_t i = 0; i < texts->count; i++) {
        wm_str text = pack_plain_next(&rest);
        if (places[i] == 0) {
            wm_buf_put_str(others, text);
            wm_buf_put_char(others, '\0');
        }
    }
    wm_put_varint(out, others->len - start);
    pack_integers_write(out, places, texts->count);
}

wm_status pack_known_write(const pack_texts *texts, const pack_known *known, wm_buf *out,
                           wm_buf *others, bool *able_out, wm_error *err)
{
    wm_arena arena;
    uint32_t strange = 0;
    wm_arena_init(&arena, texts->env, SCRATCH_BYTES_MAX);
    int64_t *places = wm_arena_array(&arena, texts->count, sizeof *places);
    if (places == NULL) {
        wm_arena_fini(&arena);
        return wm_fail_memory(err);
    }
    wm_status status = find_known(texts, known, &arena, places, err);
    for (uint32_t i = 0; i < texts->count && status == WM_OK; i++) {
        strange += places[i] == 0 ? 1 : 0;
    }
    *able_out = status == WM_OK && strange <= texts->count / 2;
    if (*able_out) {
        put_known(texts, places, out, others);
        status = wm_buf_status(others, err);
    }
    wm_arena_fini(&arena);
    return status;
}
