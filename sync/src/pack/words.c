/* words.c: which tokens of a block's prose become words.
 *
 * The first words have codes of one byte, so within a block they are numbered by how often they
 * come; later blocks only add. */
#include <stdlib.h>

#include <waymark/sys/date.h>

#include "column.h"
#include "words.h"

#define PROSE_BYTES_MIN 2048
#define PROSE_BYTES_EACH_MIN 20
#define BLOCK_PROSE_MIN ((size_t)16 * 1024)
#define WORD_COMES_MIN 4

/* How often a token comes that is no word yet. */
typedef struct token_count {
    wm_str text;
    uint32_t count;
    uint32_t token;
} token_count;

bool pack_is_prose(size_t bytes, uint32_t count)
{
    return bytes >= PROSE_BYTES_MIN && count > 0 && bytes / count >= PROSE_BYTES_EACH_MIN;
}

bool pack_is_text(wm_str plain, uint32_t count)
{
    bool dates = count > 0;
    wm_str rest = plain;
    while (dates && rest.len > 0) {
        wm_date day;
        dates = wm_date_parse(pack_plain_next(&rest), &day);
    }
    return count > 0 && !dates && !pack_all_uuids(plain);
}

/* PACK_NONE: it is none yet. */
static uint32_t find_word(const pack_encoder *encoder, wm_str token, uint32_t hash)
{
    uint32_t found;
    for (uint32_t at = pack_table_first(&encoder->words, hash, &found); found != PACK_NONE;
         at = pack_table_next(&encoder->words, hash, at, &found)) {
        if (wm_str_equal(encoder->shared.words[found], token)) {
            break;
        }
    }
    return found;
}

static int by_count(const void *a, const void *b)
{
    const token_count *left = a;
    const token_count *right = b;
    if (left->count != right->count) {
        return left->count > right->count ? -1 : 1;
    }
    return wm_str_compare(left->text, right->text);
}

static wm_status define_word(pack_encoder *encoder, wm_str token, uint32_t *word_out, wm_error *err)
{
    uint32_t word = encoder->model.words.count;
    wm_status status = pack_model_add_word(&encoder->model, token, err);
    if (status != WM_OK) {
        return status;
    }
    encoder->shared.words = encoder->model.words.items;
    encoder->shared.word_count = encoder->model.words.count;
    wm_put_u8(&encoder->definitions, PACK_DEFINE_WORD);
    wm_put_varint(&encoder->definitions, token.len);
    wm_buf_put_str(&encoder->definitions, token);
    *word_out = word;
    return pack_table_add(&encoder->words, &encoder->model.arena,
                          pack_hash(0, token.ptr, token.len), word, err);
}

/* Those that come often and are no words yet become such, the most frequent first. */
static wm_status define_words(pack_encoder *encoder, wm_error *err)
{
    pack_prose *prose = &encoder->prose;
    uint32_t often = 0;
    wm_status status = WM_OK;
    token_count *counts = wm_arena_array(&prose->arena, prose->tokens.count, sizeof *counts);
    if (counts == NULL) {
        return wm_fail_memory(err);
    }
    for (uint32_t i = 0; i < prose->tokens.count; i++) {
        const pack_prose_token *token = pack_prose_at(prose, i);
        if (token->count >= WORD_COMES_MIN && token->word == PACK_NONE &&
            token->text.ptr[0] != '\0') {
            counts[often++] = (token_count){ token->text, token->count, i };
        }
    }
    qsort(counts, often, sizeof *counts, by_count);
    for (uint32_t i = 0; i < often && status == WM_OK; i++) {
        if (encoder->model.words.count == PACK_WORDS_MAX) {
            break;
        }
        status =
            define_word(encoder, counts[i].text, &pack_prose_at(prose, counts[i].token)->word, err);
    }
    return status;
}

static wm_status take_prose(pack_encoder *encoder, wm_error *err)
{
    pack_prose *prose = &encoder->prose;
    wm_status status = WM_OK;
    for (uint32_t i = 0; i < encoder->column_count && status == WM_OK; i++) {
        pack_column *column = &encoder->columns[i];
        if (column->is_prose) {
            status = pack_prose_add(prose, wm_buf_str(&column->data), &column->first_token, err);
        }
    }
    for (uint32_t i = 0; i < prose->tokens.count && encoder->words.count > 0; i++) {
        pack_prose_token *token = pack_prose_at(prose, i);
        token->word =
            find_word(encoder, token->text, pack_hash(0, token->text.ptr, token->text.len));
    }
    return status;
}

wm_status pack_words_choose(pack_encoder *encoder, wm_error *err)
{
    size_t bytes = 0;
    for (uint32_t i = 0; i < encoder->column_count; i++) {
        pack_column *column = &encoder->columns[i];
        column->is_prose = column->class_of == PACK_COLUMN_STRINGS &&
                           pack_is_prose(column->data.len, column->count);
        bytes += column->is_prose ? column->data.len : 0;
    }
    wm_status status = take_prose(encoder, err);
    if (status == WM_OK && bytes >= BLOCK_PROSE_MIN) {
        status = define_words(encoder, err);
    }
    return status == WM_OK ? wm_buf_status(&encoder->definitions, err) : status;
}
