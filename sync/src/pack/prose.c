/* prose.c: tokens by their text. See prose.h.
 *
 * Words are chosen by how often their tokens come in all columns, and only then is a column
 * written: so texts are taken apart when they are counted, and put together from the numbers of
 * their tokens. */
#include "prose.h"

#include "tokens.h"

#define TOKENS_ARENA_MAX (256 * WM_MIB)

void pack_prose_init(pack_prose *prose, const wm_env *env)
{
    *prose = (pack_prose){ .tokens = { NULL, 0, 0 } };
    wm_arena_init(&prose->arena, env, TOKENS_ARENA_MAX);
    wm_buf_init(&prose->numbers, env, TOKENS_ARENA_MAX);
}

void pack_prose_fini(pack_prose *prose)
{
    wm_buf_fini(&prose->numbers);
    wm_arena_fini(&prose->arena);
}

pack_prose_token *pack_prose_at(const pack_prose *prose, uint32_t token)
{
    return (pack_prose_token *)prose->tokens.items + token;
}

static wm_status take_token(pack_prose *prose, wm_str text, uint32_t *number_out, wm_error *err)
{
    uint32_t hash = pack_hash(0, text.ptr, text.len);
    uint32_t found;
    for (uint32_t at = pack_table_first(&prose->table, hash, &found); found != PACK_NONE;
         at = pack_table_next(&prose->table, hash, at, &found)) {
        if (wm_str_equal(pack_prose_at(prose, found)->text, text)) {
            pack_prose_at(prose, found)->count++;
            *number_out = found;
            return WM_OK;
        }
    }
    pack_prose_token *made = pack_list_add(&prose->tokens, &prose->arena, sizeof *made);
    if (made == NULL) {
        return wm_fail_memory(err);
    }
    *made = (pack_prose_token){ text, 1, PACK_NONE };
    *number_out = prose->tokens.count - 1;
    return pack_table_add(&prose->table, &prose->arena, hash, *number_out, err);
}

wm_status pack_prose_add(pack_prose *prose, wm_str plain, size_t *first_out, wm_error *err)
{
    wm_status status = WM_OK;
    *first_out = prose->numbers.len / sizeof(uint32_t);
    while (status == WM_OK && plain.len > 0) {
        uint32_t number = 0;
        /* A NUL between two texts is a token of its own. */
        status = take_token(prose, pack_token_next(&plain), &number, err);
        wm_buf_put(&prose->numbers, &number, sizeof number);
    }
    return status == WM_OK ? wm_buf_status(&prose->numbers, err) : status;
}

void pack_prose_put(const pack_prose *prose, size_t first, wm_str plain, wm_buf *out)
{
    const uint32_t *number = (const uint32_t *)(const void *)prose->numbers.data + first;
    bool in_literal = false;
    for (size_t at = 0; at < plain.len; number++) {
        const pack_prose_token *token = pack_prose_at(prose, *number);
        if (token->text.ptr[0] == '\0') {
            pack_token_end(out, &in_literal);
        } else {
            pack_token_put(out, token->text, token->word, &in_literal);
        }
        at += token->text.len;
    }
}
