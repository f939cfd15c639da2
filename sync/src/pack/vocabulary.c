/* vocabulary.c: words of a base. See vocabulary.h.
 *
 *   sample -> tokens, each with a number -> how often -> words, the frequent first -> prefix
 *
 * The texts of the sample are not kept: they are a list of numbers until the words are known.
 * Bounds: a sample has PACK_SAMPLE_BYTES_MAX bytes, so no more tokens than that. */
#include "vocabulary.h"

#include <stdlib.h>

#include "column.h"
#include "tokens.h"

#define VOCABULARY_ARENA_MAX (512 * WM_MIB)
#define NUMBERS_BYTES_MAX (PACK_SAMPLE_BYTES_MAX * sizeof(uint32_t))
#define CODES_BYTES_MAX (4 * PACK_SAMPLE_BYTES_MAX)
#define END_OF_TEXT PACK_NONE

typedef struct vocabulary_token {
    wm_str text;
    uint32_t count;
    uint32_t word; /* its code; PACK_NONE: it is none */
} vocabulary_token;

/* How often a token comes, to be sorted. */
typedef struct token_rank {
    uint32_t count;
    uint32_t token;
} token_rank;

void pack_vocabulary_init(pack_vocabulary *vocabulary, const wm_env *env)
{
    *vocabulary = (pack_vocabulary){ .count = 0 };
    wm_arena_init(&vocabulary->arena, env, VOCABULARY_ARENA_MAX);
    wm_buf_init(&vocabulary->numbers, env, NUMBERS_BYTES_MAX);
    wm_buf_init(&vocabulary->prefix, env, CODES_BYTES_MAX);
}

void pack_vocabulary_fini(pack_vocabulary *vocabulary)
{
    wm_buf_fini(&vocabulary->prefix);
    wm_buf_fini(&vocabulary->numbers);
    wm_arena_fini(&vocabulary->arena);
}

static vocabulary_token *token_at(const pack_vocabulary *vocabulary, uint32_t token)
{
    return (vocabulary_token *)vocabulary->tokens.items + token;
}

static uint32_t find_token(const pack_vocabulary *vocabulary, wm_str text, uint32_t hash)
{
    uint32_t found;
    for (uint32_t at = pack_table_first(&vocabulary->table, hash, &found); found != PACK_NONE;
         at = pack_table_next(&vocabulary->table, hash, at, &found)) {
        if (wm_str_equal(token_at(vocabulary, found)->text, text)) {
            break;
        }
    }
    return found;
}

/* ---- gather ---- */

static wm_status count_token(pack_vocabulary *vocabulary, wm_str text, uint32_t *token_out,
                             wm_error *err)
{
    uint32_t hash = pack_hash(0, text.ptr, text.len);
    *token_out = find_token(vocabulary, text, hash);
    if (*token_out != PACK_NONE) {
        token_at(vocabulary, *token_out)->count++;
        return WM_OK;
    }
    wm_arena *arena = &vocabulary->arena;
    vocabulary_token *made = pack_list_add(&vocabulary->tokens, arena, sizeof *made);
    wm_str copy = wm_arena_copy(arena, text);
    if (made == NULL || copy.ptr == NULL) {
        return wm_fail_memory(err);
    }
    *made = (vocabulary_token){ copy, 1, PACK_NONE };
    *token_out = vocabulary->tokens.count - 1;
    return pack_table_add(&vocabulary->table, arena, hash, *token_out, err);
}

wm_status pack_vocabulary_add(pack_vocabulary *vocabulary, wm_str text, wm_error *err)
{
    wm_status status = WM_OK;
    uint32_t count = 0;
    wm_buf *numbers = &vocabulary->numbers;
    size_t token_bytes = sizeof(uint32_t);
    char *room = wm_buf_reserve(numbers, (text.len + 1) * token_bytes); /* of a byte each */
    while (status == WM_OK && room != NULL && text.len > 0) {
        uint32_t token = END_OF_TEXT;
        status = count_token(vocabulary, pack_token_next(&text), &token, err);
        memcpy(room + count++ * token_bytes, &token, token_bytes);
    }
    if (room != NULL) {
        const uint32_t end = END_OF_TEXT;
        memcpy(room + count++ * token_bytes, &end, token_bytes);
        wm_buf_grown(numbers, count * token_bytes);
    }
    return status == WM_OK ? wm_buf_status(numbers, err) : status;
}

/* ---- words ---- */

static int by_count(const void *a, const void *b)
{
    const token_rank *left = a;
    const token_rank *right = b;
    if (left->count != right->count) {
        return left->count > right->count ? -1 : 1;
    }
    return left->token < right->token ? -1 : 1;
}

static wm_status choose_words(pack_vocabulary *vocabulary, wm_error *err)
{
    uint32_t tokens = vocabulary->tokens.count;
    token_rank *ranks = wm_arena_array(&vocabulary->arena, tokens, sizeof *ranks);
    vocabulary->count = tokens < PACK_WORDS_MAX ? tokens : PACK_WORDS_MAX;
    vocabulary->places =
        wm_arena_array(&vocabulary->arena, vocabulary->count, sizeof *vocabulary->places);
    if (ranks == NULL || vocabulary->places == NULL) {
        return wm_fail_memory(err);
    }
    for (uint32_t i = 0; i < tokens; i++) {
        ranks[i] = (token_rank){ token_at(vocabulary, i)->count, i };
    }
    qsort(ranks, tokens, sizeof *ranks, by_count);
    for (uint32_t i = 0; i < vocabulary->count; i++) {
        vocabulary->places[i] = ranks[i].token;
        token_at(vocabulary, ranks[i].token)->word = i;
    }
    return WM_OK;
}

static wm_status put_prefix(pack_vocabulary *vocabulary, wm_error *err)
{
    bool in_literal = false;
    wm_str bytes = wm_buf_str(&vocabulary->numbers);
    for (size_t at = 0; at < bytes.len; at += sizeof(uint32_t)) {
        uint32_t token;
        memcpy(&token, bytes.ptr + at, sizeof token);
        if (token == END_OF_TEXT) {
            pack_token_end(&vocabulary->prefix, &in_literal);
        } else {
            const vocabulary_token *known = token_at(vocabulary, token);
            pack_token_put(&vocabulary->prefix, known->text, known->word, &in_literal);
        }
    }
    return wm_buf_status(&vocabulary->prefix, err);
}

wm_status pack_vocabulary_close(pack_vocabulary *vocabulary, wm_error *err)
{
    wm_status status = vocabulary->tokens.count > 0 ? choose_words(vocabulary, err) : WM_OK;
    if (status == WM_OK) {
        status = put_prefix(vocabulary, err);
    }
    wm_buf_fini(&vocabulary->numbers);
    return status;
}

/* ---- codes ---- */

wm_status pack_vocabulary_encode(const pack_vocabulary *vocabulary, wm_str texts, wm_buf *codes,
                                 wm_error *err)
{
    while (texts.len > 0) {
        bool in_literal = false;
        wm_str rest = pack_plain_next(&texts);
        while (rest.len > 0) {
            wm_str text = pack_token_next(&rest);
            uint32_t token = find_token(vocabulary, text, pack_hash(0, text.ptr, text.len));
            pack_token_put(codes, text,
                           token == PACK_NONE ? PACK_NONE : token_at(vocabulary, token)->word,
                           &in_literal);
        }
        pack_token_end(codes, &in_literal);
    }
    return wm_buf_status(codes, err);
}

/* The next word, literal or end of a text, as the bytes that it stands for. False: it is none. */
static bool next_piece(const pack_vocabulary *vocabulary, wm_reader *codes, wm_str *piece_out)
{
    uint32_t code = wm_reader_u8(codes);
    if (code == PACK_WORDS_END) {
        *piece_out = (wm_str){ "", 1 };
        return true;
    }
    if (code == PACK_WORDS_LITERAL) {
        const char *start = (const char *)codes->bytes + codes->at;
        size_t left = wm_reader_left(codes);
        const char *end = left > 0 ? memchr(start, '\0', left) : NULL;
        *piece_out = wm_reader_bytes(codes, end != NULL ? (uint64_t)(end - start) : UINT64_MAX);
        (void)wm_reader_u8(codes);
        return !codes->failed;
    }
    uint32_t word = code - PACK_WORDS_ONE;
    if (code >= PACK_WORDS_TWO) {
        word = PACK_WORDS_SHORT + (code - PACK_WORDS_TWO) * 256 + wm_reader_u8(codes);
    }
    if (codes->failed || word >= vocabulary->count) {
        return false;
    }
    *piece_out = token_at(vocabulary, vocabulary->places[word])->text;
    return true;
}

wm_status pack_vocabulary_decode(const pack_vocabulary *vocabulary, wm_str codes, size_t length,
                                 wm_buf *texts, wm_error *err)
{
    wm_reader reader;
    wm_reader_init(&reader, codes);
    size_t left = length;
    while (wm_reader_left(&reader) > 0) {
        wm_str piece = { NULL, 0 };
        if (!next_piece(vocabulary, &reader, &piece)) {
            return wm_fail(err, WM_BAD_INPUT, "pack: texts: found the end or an unknown word");
        }
        if (piece.len > left) {
            return wm_fail(err, WM_BAD_INPUT, "pack: texts: longer than the header says");
        }
        left -= piece.len;
        wm_buf_put_str(texts, piece);
    }
    return left > 0 ? wm_fail(err, WM_BAD_INPUT, "pack: texts: shorter than the header says")
                    : wm_buf_status(texts, err);
}
