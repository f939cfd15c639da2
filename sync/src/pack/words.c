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
#define TOKENS_ARENA_MAX (256 * WM_MIB)

typedef struct token_count {
    wm_str token;
    uint32_t count;
} token_count;

typedef struct tally {
    wm_arena arena;
    pack_table table;
    pack_list counts; /* token_count */
} tally;

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

uint32_t pack_word_find(const pack_table *table, const pack_shared *shared, wm_str token,
                        uint32_t hash)
{
    uint32_t found;
    for (uint32_t at = pack_table_first(table, hash, &found); found != PACK_NONE;
         at = pack_table_next(table, hash, at, &found)) {
        if (wm_str_equal(shared->words[found], token)) {
            break;
        }
    }
    return found;
}

static wm_status count_token(tally *t, wm_str token, uint32_t hash, wm_error *err)
{
    uint32_t found;
    token_count *counts = t->counts.items;
    for (uint32_t at = pack_table_first(&t->table, hash, &found); found != PACK_NONE;
         at = pack_table_next(&t->table, hash, at, &found)) {
        if (counts != NULL && wm_str_equal(counts[found].token, token)) {
            counts[found].count++;
            return WM_OK;
        }
    }
    token_count *made = pack_list_add(&t->counts, &t->arena, sizeof *made);
    if (made == NULL) {
        return wm_fail_memory(err);
    }
    *made = (token_count){ token, 1 };
    return pack_table_add(&t->table, &t->arena, hash, t->counts.count - 1, err);
}

static wm_status count_column(tally *t, const pack_encoder *encoder, const pack_column *column,
                              wm_error *err)
{
    wm_status status = WM_OK;
    wm_str rest = wm_buf_str(&column->data);
    while (status == WM_OK && rest.len > 0) {
        wm_str token = pack_token_next(&rest);
        uint32_t hash = pack_hash(0, token.ptr, token.len);
        /* A NUL between two texts is a token of its own. */
        if (token.ptr[0] != '\0' &&
            pack_word_find(&encoder->words, &encoder->shared, token, hash) == PACK_NONE) {
            status = count_token(t, token, hash, err);
        }
    }
    return status;
}

static int by_count(const void *a, const void *b)
{
    const token_count *left = a;
    const token_count *right = b;
    if (left->count != right->count) {
        return left->count > right->count ? -1 : 1;
    }
    return wm_str_compare(left->token, right->token);
}

static wm_status define_word(pack_encoder *encoder, wm_str token, wm_error *err)
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
    return pack_table_add(&encoder->words, &encoder->model.arena,
                          pack_hash(0, token.ptr, token.len), word, err);
}

static wm_status define_words(pack_encoder *encoder, tally *t, wm_error *err)
{
    token_count *counts = t->counts.items;
    wm_status status = WM_OK;
    if (counts != NULL) {
        qsort(counts, t->counts.count, sizeof *counts, by_count);
    }
    for (uint32_t i = 0; counts != NULL && i < t->counts.count && status == WM_OK; i++) {
        if (counts[i].count < WORD_COMES_MIN || encoder->model.words.count == PACK_WORDS_MAX) {
            break;
        }
        status = define_word(encoder, counts[i].token, err);
    }
    return status;
}

wm_status pack_words_choose(pack_encoder *encoder, wm_error *err)
{
    size_t bytes = 0;
    for (uint32_t i = 0; i < encoder->column_count; i++) {
        const pack_column *column = &encoder->columns[i];
        bool prose = column->class_of == PACK_COLUMN_STRINGS &&
                     pack_is_prose(column->data.len, column->count);
        bytes += prose ? column->data.len : 0;
    }
    if (bytes < BLOCK_PROSE_MIN) {
        return WM_OK;
    }
    tally t = { .counts = { NULL, 0, 0 } };
    wm_arena_init(&t.arena, encoder->env, TOKENS_ARENA_MAX);
    wm_status status = WM_OK;
    for (uint32_t i = 0; i < encoder->column_count && status == WM_OK; i++) {
        const pack_column *column = &encoder->columns[i];
        if (column->class_of == PACK_COLUMN_STRINGS &&
            pack_is_prose(column->data.len, column->count)) {
            status = count_column(&t, encoder, column, err);
        }
    }
    if (status == WM_OK) {
        status = define_words(encoder, &t, err);
    }
    wm_arena_fini(&t.arena);
    return status == WM_OK ? wm_buf_status(&encoder->definitions, err) : status;
}
