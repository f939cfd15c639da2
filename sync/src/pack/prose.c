/* prose.c: tokens by their text. See prose.h.
 *
 * Words are chosen by how often their tokens come in all columns, and only then is a column
 * written: so texts are taken apart when they are counted, and put together from the numbers of
 * their tokens. */
#include "prose.h"

#include "tokens.h"

#define TOKENS_ARENA_MAX (256 * WM_MIB)
#define SLOTS_FIRST 4096

void pack_prose_init(pack_prose *prose, const wm_env *env)
{
    *prose = (pack_prose){ .slots = NULL };
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

static uint64_t load(const char *at, size_t bytes)
{
    uint64_t word = 0;
    memcpy(&word, at, bytes);
    return word;
}

/* The first and the last bytes. */
static void take_ends(wm_str text, uint64_t ends[2])
{
    const char *end = text.ptr + text.len;
    if (text.len >= 8) {
        ends[0] = load(text.ptr, 8);
        ends[1] = load(end - 8, 8);
    } else if (text.len >= 4) {
        ends[0] = load(text.ptr, 4);
        ends[1] = load(end - 4, 4);
    } else {
        ends[0] = load(text.ptr, 1) | load(text.ptr + text.len / 2, 1) << 8;
        ends[1] = load(end - 1, 1);
    }
}

static uint32_t hash_of(const pack_prose_token *token)
{
    uint64_t hash = (token->ends[0] ^ token->text.len) * 0x9e3779b97f4a7c15u;
    hash = (hash ^ hash >> 32 ^ token->ends[1]) * 0x9e3779b97f4a7c15u;
    return (uint32_t)(hash >> 32);
}

static bool is_same(const pack_prose_token *a, const pack_prose_token *b)
{
    return a->ends[0] == b->ends[0] && a->ends[1] == b->ends[1] && a->text.len == b->text.len &&
           (a->text.len <= 2 * sizeof a->ends[0] || wm_str_equal(a->text, b->text));
}

/* Where the token is, or would be. */
static pack_prose_slot *seek(const pack_prose *prose, const pack_prose_token *token, uint32_t hash)
{
    uint32_t at = hash & (prose->slot_count - 1);
    while (prose->slots[at].place != 0 &&
           (prose->slots[at].hash != hash ||
            !is_same(pack_prose_at(prose, prose->slots[at].place - 1), token))) {
        at = (at + 1) & (prose->slot_count - 1);
    }
    return &prose->slots[at];
}

static wm_status make_room(pack_prose *prose, wm_error *err)
{
    pack_prose grown = *prose;
    if (prose->slot_count / 2 > prose->tokens.count) {
        return WM_OK;
    }
    grown.slot_count = prose->slot_count > 0 ? prose->slot_count * 2 : SLOTS_FIRST;
    grown.slots = wm_arena_array(&prose->arena, grown.slot_count, sizeof *grown.slots);
    if (grown.slots == NULL) {
        return wm_fail_memory(err);
    }
    for (uint32_t i = 0; i < prose->slot_count; i++) {
        pack_prose_slot slot = prose->slots[i];
        uint32_t at = slot.hash & (grown.slot_count - 1);
        while (slot.place != 0 && grown.slots[at].place != 0) {
            at = (at + 1) & (grown.slot_count - 1);
        }
        if (slot.place != 0) {
            grown.slots[at] = slot;
        }
    }
    prose->slots = grown.slots;
    prose->slot_count = grown.slot_count;
    return WM_OK;
}

static wm_status take_token(pack_prose *prose, wm_str text, uint32_t *number_out, wm_error *err)
{
    pack_prose_token token = { .text = text, .count = 1, .word = PACK_NONE };
    take_ends(text, token.ends);
    uint32_t hash = hash_of(&token);
    pack_prose_slot *slot = seek(prose, &token, hash);
    if (slot->place != 0) {
        *number_out = slot->place - 1;
        pack_prose_at(prose, *number_out)->count++;
        return WM_OK;
    }
    pack_prose_token *made = pack_list_add(&prose->tokens, &prose->arena, sizeof *made);
    if (made == NULL) {
        return wm_fail_memory(err);
    }
    *made = token;
    *number_out = prose->tokens.count - 1;
    *slot = (pack_prose_slot){ hash, prose->tokens.count };
    return make_room(prose, err);
}

wm_status pack_prose_add(pack_prose *prose, wm_str plain, size_t *first_out, wm_error *err)
{
    wm_status status = make_room(prose, err);
    *first_out = prose->numbers.len / sizeof(uint32_t);
    while (status == WM_OK && plain.len > 0) {
        uint32_t number = 0;
        /* A NUL between two texts is a token of its own. */
        status = take_token(prose, pack_token_next(&plain), &number, err);
        pack_put(&prose->numbers, &number, sizeof number);
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
