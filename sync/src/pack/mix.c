/* mix.c: the coder of mix.h. */
#include <string.h>

#include <waymark/sys/limits.h>

#include "mix.h"

#define NODES 16 /* of a slot: a byte to know it by, and one for each beginning of a nibble */
#define TEXT_CONTEXTS 10
#define INTEGER_CONTEXTS 6
#define INPUTS 16 /* the contexts, the match, a constant; the rest stays 0 */
#define MATCH_INPUT TEXT_CONTEXTS
#define WEIGHT_ONE (1 << 14)
#define SETS 192
#define MATCH_MIN 5
#define PREFIX_MAX 40 /* bytes of a text that its beginning is told by */
#define PLACES 4096
#define INTEGER_BYTES_FROM 224

typedef enum mix_mode { MIX_WRITE, MIX_READ } mix_mode;

/* What stood last at a place. */
typedef struct mix_place {
    uint32_t last;
    uint32_t before_last;
} mix_place;

struct pack_mix {
    const wm_env *env;
    mix_mode mode;
    bool learns;
    unsigned log;
    uint8_t *slots; /* NODES each */
    uint8_t *history;
    uint32_t *matches; /* hash of MATCH_MIN bytes -> where they ended */
    uint32_t at;       /* in the history */
    uint32_t match;    /* where the byte stands that is expected; 0: nowhere */
    uint32_t match_length;
    unsigned expected;
    mix_place places[PLACES];
    uint32_t recent[2]; /* what was said last, anywhere */
    uint8_t *nodes[TEXT_CONTEXTS];
    uint8_t next[2][256];                                 /* of a history, after a bit */
    uint16_t odds[TEXT_CONTEXTS + INTEGER_CONTEXTS][256]; /* what follows a history */
    uint32_t hashes[TEXT_CONTEXTS];
    unsigned context_count;
    unsigned first_odds;
    unsigned set;
    unsigned partial;   /* 1, and the bits of the byte so far */
    unsigned node;      /* the same of the nibble */
    unsigned bits_left; /* of the byte */
    bool is_text;
    uint8_t nothing[NODES]; /* where a context is left out */
    int16_t inputs[INPUTS];
    int16_t weights[SETS][INPUTS];
    int16_t byte_weights[512][INPUTS];
    uint16_t match_odds[64];
    uint16_t refine[1024 * 33];
    int16_t stretches[4096];
    /* the coder */
    uint32_t low;
    uint32_t high;
    uint32_t code;
    wm_buf *out;
    wm_buf text;
    wm_str in;
    size_t in_at;
    uint64_t symbols;
    uint64_t symbols_max;
};

/* 4096 / (1 + e^(-x / 256)), by lines between 33 points. */
static int squash(int x)
{
    static const int points[33] = { 1,    2,    3,    6,    10,   16,   27,   45,   73,
                                    120,  194,  310,  488,  747,  1101, 1546, 2047, 2549,
                                    2994, 3348, 3607, 3785, 3901, 3975, 4022, 4050, 4068,
                                    4079, 4085, 4089, 4092, 4093, 4094 };
    if (x > 2047) {
        return 4095;
    }
    if (x < -2047) {
        return 0;
    }
    int weight = x & 127;
    int at = (x >> 7) + 16;
    return (points[at] * (128 - weight) + points[at + 1] * weight + 64) >> 7;
}

static uint32_t hash2(uint32_t a, uint32_t b)
{
    uint32_t h = a * 0x9e3779b1u ^ b * 0x85ebca6bu;
    h ^= h >> 15;
    h *= 0x2c1b3c6du;
    return h ^ h >> 13;
}

wm_status pack_mix_new(const wm_env *env, unsigned memory_log, pack_mix **mix_out, wm_error *err)
{
    pack_mix *mix = wm_env_alloc(env, sizeof *mix);
    if (mix == NULL) {
        return wm_fail_memory(err);
    }
    mix->env = env;
    mix->log = memory_log;
    wm_buf_init(&mix->text, env, WM_RECORD_BYTES_MAX);
    mix->slots = wm_env_alloc(env, (size_t)1 << memory_log);
    mix->history = wm_env_alloc(env, (size_t)1 << (memory_log - 2));
    mix->matches = wm_env_alloc(env, (size_t)1 << (memory_log - 4));
    if (mix->slots == NULL || mix->history == NULL || mix->matches == NULL) {
        pack_mix_free(mix);
        return wm_fail_memory(err);
    }
    int at = 0;
    for (int x = -2047; x <= 2047; x++) {
        int value = squash(x);
        while (at <= value) {
            mix->stretches[at++] = (int16_t)x;
        }
    }
    while (at < 4096) {
        mix->stretches[at++] = 2047;
    }
    for (unsigned history = 0; history < 256; history++) {
        for (unsigned bit = 0; bit < 2; bit++) {
            unsigned same = bit != 0 ? history & 15 : history >> 4;
            unsigned other = bit != 0 ? history >> 4 : history & 15;
            same = same < 15 ? same + 1 : 15;
            other = other > 2 ? (other * 3 + 2) / 4 : other;
            mix->next[bit][history] = (uint8_t)(bit != 0 ? other << 4 | same : same << 4 | other);
        }
        for (unsigned i = 0; i < TEXT_CONTEXTS + INTEGER_CONTEXTS; i++) {
            unsigned ones = (history & 15) * 10 + 4;
            unsigned zeros = (history >> 4) * 10 + 4;
            mix->odds[i][history] = (uint16_t)(65535u * ones / (ones + zeros));
        }
    }
    for (unsigned i = 0; i < 64; i++) {
        mix->match_odds[i] = (uint16_t)(3 << 14);
    }
    for (unsigned s = 0; s < SETS; s++) {
        for (unsigned i = 0; i < INPUTS; i++) {
            mix->weights[s][i] = i < MATCH_INPUT + 2 ? WEIGHT_ONE / 4 : 0;
        }
    }
    for (unsigned c = 0; c < 1024; c++) {
        for (int i = 0; i < 33; i++) {
            mix->refine[c * 33 + (unsigned)i] = (uint16_t)(squash((i - 16) * 128) * 16);
        }
    }
    *mix_out = mix;
    return WM_OK;
}

void pack_mix_free(pack_mix *mix)
{
    if (mix == NULL) {
        return;
    }
    wm_env_free(mix->env, mix->slots, (size_t)1 << mix->log);
    wm_env_free(mix->env, mix->history, (size_t)1 << (mix->log - 2));
    wm_env_free(mix->env, mix->matches, (size_t)1 << (mix->log - 4));
    wm_buf_fini(&mix->text);
    wm_env_free(mix->env, mix, sizeof *mix);
}

/* ---- the arithmetic coder ---- */

void pack_mix_learn(pack_mix *mix, bool learns)
{
    mix->learns = learns;
}

void pack_mix_write(pack_mix *mix, wm_buf *out)
{
    mix->mode = MIX_WRITE;
    mix->out = out;
    mix->low = 0;
    mix->high = UINT32_MAX;
    mix->symbols = 0;
}

static unsigned next_byte(pack_mix *mix)
{
    return mix->in_at < mix->in.len ? (unsigned char)mix->in.ptr[mix->in_at++] : (mix->in_at++, 0u);
}

void pack_mix_read(pack_mix *mix, wm_str bytes, uint64_t symbols)
{
    mix->mode = MIX_READ;
    mix->in = bytes;
    mix->in_at = 0;
    mix->low = 0;
    mix->high = UINT32_MAX;
    mix->symbols = 0;
    mix->symbols_max = symbols;
    for (int i = 0; i < 4; i++) {
        mix->code = mix->code << 8 | next_byte(mix);
    }
}

/* Codes one bit whose chance to be 1 is chance / 65536. */
static unsigned code_bit(pack_mix *mix, uint32_t chance, unsigned bit)
{
    uint32_t range = mix->high - mix->low;
    uint32_t middle = mix->low + (uint32_t)((uint64_t)range * chance >> 16);
    if (mix->mode == MIX_READ) {
        bit = mix->code <= middle ? 1 : 0;
    }
    if (bit != 0) {
        mix->high = middle;
    } else {
        mix->low = middle + 1;
    }
    while (((mix->low ^ mix->high) & 0xff000000u) == 0) {
        if (mix->mode == MIX_WRITE) {
            wm_buf_put_char(mix->out, (char)(mix->high >> 24));
        } else {
            mix->code = mix->code << 8 | next_byte(mix);
        }
        mix->low <<= 8;
        mix->high = mix->high << 8 | 255;
    }
    return bit;
}

void pack_mix_finish(pack_mix *mix)
{
    uint32_t last = mix->high & 0xff000000u;
    if (last < mix->low) {
        last = mix->high & 0xffff0000u;
    }
    if (last < mix->low) {
        last = mix->high;
    }
    for (; last != 0; last <<= 8) {
        wm_buf_put_char(mix->out, (char)(last >> 24));
    }
}

uint64_t pack_mix_symbols(const pack_mix *mix)
{
    return mix->symbols;
}

bool pack_mix_failed(const pack_mix *mix)
{
    return mix->in_at > mix->in.len + 4 || mix->symbols > mix->symbols_max;
}

bool pack_mix_done(const pack_mix *mix)
{
    return mix->in_at >= mix->in.len && !pack_mix_failed(mix);
}

/* ---- one bit ---- */

static unsigned match_state(const pack_mix *mix)
{
    return mix->match_length > 31 ? 31 : mix->match_length;
}

/* What each context expects, and the match if it still holds. */
static void gather(pack_mix *mix)
{
    for (unsigned i = 0; i < mix->context_count; i++) {
        unsigned history = mix->nodes[i][mix->node];
        int stretch = mix->stretches[mix->odds[mix->first_odds + i][history] >> 4];
        mix->inputs[i] = (int16_t)(history == 0 ? 0 : stretch);
    }
    for (unsigned i = mix->context_count; i < TEXT_CONTEXTS; i++) {
        mix->inputs[i] = 0;
    }
    mix->inputs[MATCH_INPUT] = 0;
    if (mix->match_length > 0 && (mix->expected | 256u) >> mix->bits_left == mix->partial) {
        int strength = mix->stretches[mix->match_odds[match_state(mix)] >> 4];
        bool one = (mix->expected >> (mix->bits_left - 1) & 1) != 0;
        mix->inputs[MATCH_INPUT] = (int16_t)(one ? strength : -strength);
    }
    mix->inputs[MATCH_INPUT + 1] = 256;
}

static int dot(const int16_t *inputs, const int16_t *weights)
{
    int sum = 0;
    for (unsigned i = 0; i < INPUTS; i++) {
        sum += inputs[i] * weights[i];
    }
    return sum;
}

static void train(int16_t *weights, const int16_t *inputs, int error)
{
    for (unsigned i = 0; i < INPUTS; i++) {
        int weight = weights[i] + ((inputs[i] * error + 0x8000) >> 16);
        weights[i] = (int16_t)(weight > INT16_MAX    ? INT16_MAX
                               : weight < -INT16_MAX ? -INT16_MAX
                                                     : weight);
    }
}

static uint16_t *toward(uint16_t *odds, bool bit)
{
    *odds = (uint16_t)(*odds + ((bit ? 65535 - *odds : -(int)*odds) / 64));
    return odds;
}

/* Codes a bit with the mixed chance, and learns from it how to mix. */
static unsigned mix_and_code(pack_mix *mix, unsigned bit)
{
    unsigned partial = mix->partial | (mix->is_text ? 256u : 0u);
    int16_t *by_set = mix->weights[mix->set];
    int16_t *by_byte = mix->byte_weights[partial];
    gather(mix);
    int x = (dot(mix->inputs, by_set) + dot(mix->inputs, by_byte)) / WEIGHT_ONE;
    x = x > 2047 ? 2047 : x < -2047 ? -2047 : x;
    int chance = squash(x);
    unsigned place = partial * 33 + (unsigned)((x + 2048) >> 7);
    int weight = (x + 2048) & 127;
    int refined = (mix->refine[place] * (128 - weight) + mix->refine[place + 1] * weight) >> 7;
    int final = (chance * 16 + refined) / 2;
    final = final < 24 ? 24 : final > 65536 - 24 ? 65536 - 24 : final;
    bit = code_bit(mix, (uint32_t) final, bit);
    int error = (bit != 0 ? 4096 : 0) - chance;
    train(by_set, mix->inputs, error * 3);
    train(by_byte, mix->inputs, error * 2);
    (void)toward(&mix->refine[place + (weight >= 64 ? 1 : 0)], bit != 0);
    return bit;
}

static unsigned mix_bit(pack_mix *mix, unsigned bit)
{
    if (!mix->learns) {
        bit = mix_and_code(mix, bit);
    }
    if (mix->match_length > 0 && (mix->expected | 256u) >> mix->bits_left == mix->partial) {
        bool right = (mix->expected >> (mix->bits_left - 1) & 1) == bit;
        (void)toward(&mix->match_odds[match_state(mix)], right);
    }
    const uint8_t *next = mix->next[bit];
    for (unsigned i = 0; i < mix->context_count; i++) {
        uint8_t *history = &mix->nodes[i][mix->node];
        (void)toward(&mix->odds[mix->first_odds + i][*history], bit != 0);
        *history = next[*history];
    }
    mix->partial = mix->partial << 1 | bit;
    mix->node = mix->node << 1 | bit;
    mix->bits_left--;
    return bit;
}

/* ---- one byte ---- */

static uint8_t *seek(pack_mix *mix, uint32_t hash)
{
    uint32_t at = hash >> (32 - (mix->log - 4));
    uint8_t check = (uint8_t)hash;
    uint8_t *first = mix->slots + (size_t)at * NODES;
    uint8_t *second = mix->slots + (size_t)(at ^ 1) * NODES;
    if (first[0] == check) {
        return first;
    }
    if (second[0] == check) {
        return second;
    }
    uint8_t *chosen =
        (first[1] & 15) + (first[1] >> 4) <= (second[1] & 15) + (second[1] >> 4) ? first : second;
    memset(chosen, 0, NODES);
    chosen[0] = check;
    return chosen;
}

static void seek_all(pack_mix *mix, uint32_t nibble)
{
    memset(mix->nothing, 0, sizeof mix->nothing);
    for (unsigned i = 0; i < mix->context_count; i++) {
        mix->nodes[i] =
            mix->hashes[i] == 0 ? mix->nothing : seek(mix, hash2(mix->hashes[i] + i, nibble));
    }
    mix->node = 1;
}

static unsigned mix_byte(pack_mix *mix, unsigned byte)
{
    mix->partial = 1;
    mix->bits_left = 8;
    mix->symbols += mix->learns ? 0 : 1;
    seek_all(mix, 0);
    for (unsigned i = 8; i-- > 0;) {
        if (i == 3) {
            seek_all(mix, mix->partial);
        }
        (void)mix_bit(mix, byte >> i & 1);
    }
    return mix->partial & 255;
}

/* ---- numbers ---- */

static mix_place *place_of(pack_mix *mix, uint32_t place)
{
    return &mix->places[hash2(place, 1) % PLACES];
}

static void remember(pack_mix *mix, uint32_t place, uint32_t value)
{
    mix_place *known = place_of(mix, place);
    known->before_last = known->last;
    known->last = value;
    mix->recent[1] = mix->recent[0];
    mix->recent[0] = hash2(place, value);
}

static unsigned integer_byte(pack_mix *mix, uint32_t place, uint32_t so_far, unsigned byte)
{
    const mix_place *known = place_of(mix, place);
    uint32_t own = hash2(hash2(place, 2), so_far);
    mix->hashes[0] = own;
    mix->hashes[1] = hash2(own, known->last);
    mix->hashes[2] = hash2(hash2(own, known->last), known->before_last);
    mix->hashes[3] = hash2(own, mix->recent[0]);
    mix->hashes[4] = hash2(hash2(own, mix->recent[0]), mix->recent[1]);
    mix->hashes[5] = hash2(hash2(own, mix->recent[1]), 7);
    mix->context_count = INTEGER_CONTEXTS;
    mix->first_odds = TEXT_CONTEXTS;
    mix->is_text = false;
    mix->match_length = 0;
    mix->set = 128 + (hash2(place, 3) & 63);
    return mix_byte(mix, byte);
}

int64_t pack_mix_integer(pack_mix *mix, uint32_t place, int64_t value)
{
    uint64_t zigzag = ((uint64_t)value << 1) ^ (value < 0 ? UINT64_MAX : 0);
    unsigned bytes = 0;
    while (bytes < 8 && zigzag >> (8 * bytes) != 0) {
        bytes++;
    }
    unsigned first = zigzag < INTEGER_BYTES_FROM ? (unsigned)zigzag : INTEGER_BYTES_FROM + bytes;
    first = integer_byte(mix, place, 0, first);
    uint64_t result = first;
    if (first >= INTEGER_BYTES_FROM) {
        uint32_t so_far = first;
        bytes = first - INTEGER_BYTES_FROM;
        result = 0;
        for (unsigned i = bytes > 8 ? 8 : bytes; i-- > 0;) {
            unsigned byte = integer_byte(mix, place, so_far, (unsigned)(zigzag >> (8 * i)) & 255);
            so_far = so_far << 8 ^ byte;
            result = result << 8 | byte;
        }
    }
    remember(mix, place, (uint32_t)(result ^ result >> 32));
    uint64_t half = result >> 1;
    return (result & 1) != 0 ? -(int64_t)half - 1 : (int64_t)half;
}

uint32_t pack_mix_bits(pack_mix *mix, unsigned count, uint32_t bits)
{
    uint32_t result = 0;
    for (unsigned i = count; i-- > 0;) {
        result = result << 1 | code_bit(mix, 32768, bits >> i & 1);
    }
    return result;
}

uint64_t pack_mix_gap(pack_mix *mix, uint32_t place, uint64_t value)
{
    unsigned size = 0;
    while (size < 63 && value >> size != 0) {
        size++;
    }
    size = (unsigned)(pack_mix_integer(mix, place, size) & 63);
    uint64_t result = size > 0 ? 1 : 0;
    for (unsigned i = size > 0 ? size - 1 : 0; i-- > 0;) {
        result = result << 1 | pack_mix_bits(mix, 1, (uint32_t)(value >> i & 1));
    }
    return result;
}

/* ---- texts ---- */

/* What stands before the next byte of a text. */
typedef struct text_state {
    uint32_t place;
    uint32_t front4; /* the last four bytes, and the four before */
    uint32_t back4;
    uint32_t prefix; /* hash of all so far */
    uint32_t word;
    uint32_t last_word;
    uint32_t length;
} text_state;

static void put_history(pack_mix *mix, unsigned byte)
{
    uint32_t size_mask = ((uint32_t)1 << (mix->log - 2)) - 1;
    mix->history[mix->at++ & size_mask] = (uint8_t)byte;
}

/* After a byte: does the match go on, or is there a new one? */
static void find_match(pack_mix *mix, const text_state *text, unsigned byte)
{
    uint32_t mask = ((uint32_t)1 << (mix->log - 2)) - 1;
    if (mix->match_length > 0 && mix->expected == byte) {
        mix->match_length++;
        mix->match++;
    } else {
        mix->match_length = 0;
    }
    uint32_t hash = hash2(text->front4, text->back4 & 255) >> (32 - (mix->log - 6));
    if (mix->match_length == 0 && text->length >= MATCH_MIN) {
        mix->match = mix->matches[hash];
        uint32_t length = 0;
        while (mix->match > 0 && length < 32 && length < mix->match &&
               mix->history[(mix->match - 1 - length) & mask] ==
                   mix->history[(mix->at - 1 - length) & mask]) {
            length++;
        }
        mix->match_length = length >= MATCH_MIN ? length : 0;
    }
    if (text->length >= MATCH_MIN) {
        mix->matches[hash] = mix->at;
    }
    mix->expected = mix->match_length > 0 ? mix->history[mix->match & mask] : 0;
}

static void text_next(text_state *text, unsigned byte)
{
    text->back4 = text->back4 << 8 | text->front4 >> 24;
    text->front4 = text->front4 << 8 | byte;
    text->prefix = hash2(text->prefix, byte + 1);
    text->length++;
    if (byte == ' ') {
        text->last_word = text->word;
        text->word = 0;
    } else {
        text->word = hash2(text->word, byte + 1);
    }
}

static unsigned text_byte(pack_mix *mix, const text_state *text, unsigned byte)
{
    const mix_place *known = place_of(mix, text->place);
    uint32_t c = text->front4;
    bool begins = text->length < PREFIX_MAX;
    uint32_t prefix = hash2(text->prefix, text->place);
    mix->hashes[0] = hash2(hash2(text->place, 11), c & 0xff);
    mix->hashes[1] = hash2(c & 0xffff, 12);
    mix->hashes[2] = hash2(c & 0xffffff, 13);
    mix->hashes[3] = hash2(c, 14);
    mix->hashes[4] = hash2(hash2(c, 15), text->back4 & 0xffff);
    mix->hashes[5] = hash2(text->word, 16);
    mix->hashes[6] = hash2(hash2(text->word, 17), text->last_word);
    mix->hashes[7] = begins ? hash2(prefix, 18) : 0;
    mix->hashes[8] = begins ? hash2(prefix, known->last) : 0;
    mix->hashes[9] = begins ? hash2(prefix, mix->recent[0]) : 0;
    mix->context_count = TEXT_CONTEXTS;
    mix->first_odds = 0;
    mix->is_text = true;
    unsigned match = mix->match_length == 0   ? 0
                     : mix->match_length < 16 ? 1
                     : mix->match_length < 32 ? 2
                                              : 3;
    mix->set = match * 4 + (begins ? 1 : 0) + (text->length == 0 ? 1 : 0);
    return mix_byte(mix, byte);
}

static void text_start(pack_mix *mix, text_state *text, uint32_t place, wm_str front)
{
    *text = (text_state){ .place = place };
    size_t skipped = front.len > 64 ? front.len - 64 : 0;
    for (size_t i = skipped; i < front.len; i++) {
        text_next(text, (unsigned char)front.ptr[i]);
        put_history(mix, (unsigned char)front.ptr[i]);
        mix->match_length = 0;
        find_match(mix, text, (unsigned char)front.ptr[i]);
    }
    text->length = 0;
    text->prefix = 0;
    if (front.len == 0) {
        mix->match_length = 0;
    }
}

void pack_mix_text(pack_mix *mix, uint32_t place, wm_str front, wm_str text)
{
    text_state state;
    text_start(mix, &state, place, front);
    for (size_t i = 0; i <= text.len; i++) {
        unsigned byte = i < text.len ? (unsigned char)text.ptr[i] : 0;
        (void)text_byte(mix, &state, byte);
        text_next(&state, byte);
        put_history(mix, byte);
        find_match(mix, &state, byte);
    }
    remember(mix, place, state.prefix);
}

wm_status pack_mix_take_text(pack_mix *mix, uint32_t place, wm_str front, wm_arena *arena,
                             wm_str *text_out, wm_error *err)
{
    text_state state;
    text_start(mix, &state, place, front);
    wm_buf_reset(&mix->text);
    for (;;) {
        unsigned byte = text_byte(mix, &state, 0);
        text_next(&state, byte);
        put_history(mix, byte);
        find_match(mix, &state, byte);
        if (byte == 0) {
            break;
        }
        wm_buf_put_char(&mix->text, (char)byte);
        if (pack_mix_failed(mix) || mix->text.status != WM_OK) {
            return mix->text.status == WM_NO_MEMORY
                       ? wm_fail_memory(err)
                       : wm_fail(err, WM_BAD_INPUT, "pack: a text has no end");
        }
    }
    remember(mix, place, state.prefix);
    *text_out = wm_arena_copy(arena, wm_buf_str(&mix->text));
    return text_out->ptr == NULL ? wm_fail_memory(err) : WM_OK;
}
