/* symbols.c: open addressing over an array of texts.
 *
 * Invariants: texts[0, count) never move out of order; slots holds symbol + 1, 0 = empty, and is a
 * power of two at least 4/3 of count; texts live in the arena. A failed intern changes nothing that
 * can be seen. */
#include <waymark/sys/symbols.h>

#define FIRST_SLOTS 64
#define FIRST_TEXTS 48

struct wm_symbols {
    const wm_env *env;
    wm_arena arena;
    wm_str *texts;
    uint32_t *hashes;
    uint32_t *slots;
    size_t count;
    size_t text_capacity;
    size_t slot_count;
};

/* FNV-1a; the table is never filled by strangers alone (records are checked and counted). */
static uint32_t hash_of(wm_str text)
{
    uint32_t hash = 2166136261U;
    for (size_t i = 0; i < text.len; i++) {
        hash = (hash ^ (unsigned char)text.ptr[i]) * 16777619U;
    }
    return hash ^ (hash >> 15);
}

wm_status wm_symbols_new(const wm_env *env, wm_symbols **symbols_out, wm_error *err)
{
    wm_symbols *symbols = wm_env_alloc(env, sizeof *symbols);
    if (symbols == NULL) {
        return wm_fail_memory(err);
    }
    symbols->env = env;
    wm_arena_init(&symbols->arena, env, SIZE_MAX / 2);
    *symbols_out = symbols;
    return WM_OK;
}

void wm_symbols_free(wm_symbols *symbols)
{
    if (symbols == NULL) {
        return;
    }
    const wm_env *env = symbols->env;
    wm_env_free(env, symbols->texts, symbols->text_capacity * sizeof *symbols->texts);
    wm_env_free(env, symbols->hashes, symbols->text_capacity * sizeof *symbols->hashes);
    wm_env_free(env, symbols->slots, symbols->slot_count * sizeof *symbols->slots);
    wm_arena_fini(&symbols->arena);
    wm_env_free(env, symbols, sizeof *symbols);
}

/* The slot that holds `text`, or the empty one where it would go. slot_count > count. */
static size_t slot_of(const wm_symbols *symbols, wm_str text, uint32_t hash)
{
    size_t mask = symbols->slot_count - 1;
    size_t at = hash & mask;
    while (symbols->slots[at] != 0) {
        uint32_t symbol = symbols->slots[at] - 1;
        if (symbols->hashes[symbol] == hash && wm_str_equal(symbols->texts[symbol], text)) {
            break;
        }
        at = (at + 1) & mask;
    }
    return at;
}

static bool grow_slots(wm_symbols *symbols)
{
    size_t count = symbols->slot_count == 0 ? FIRST_SLOTS : symbols->slot_count * 2;
    uint32_t *slots = wm_env_alloc(symbols->env, count * sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    for (size_t i = 0; i < symbols->count; i++) {
        size_t at = symbols->hashes[i] & (count - 1);
        while (slots[at] != 0) {
            at = (at + 1) & (count - 1);
        }
        slots[at] = (uint32_t)i + 1;
    }
    wm_env_free(symbols->env, symbols->slots, symbols->slot_count * sizeof *slots);
    symbols->slots = slots;
    symbols->slot_count = count;
    return true;
}

static bool grow_texts(wm_symbols *symbols)
{
    size_t capacity = symbols->text_capacity == 0 ? FIRST_TEXTS : symbols->text_capacity * 2;
    wm_str *texts = wm_env_alloc(symbols->env, capacity * sizeof *texts);
    uint32_t *hashes = wm_env_alloc(symbols->env, capacity * sizeof *hashes);
    if (texts == NULL || hashes == NULL) {
        wm_env_free(symbols->env, texts, capacity * sizeof *texts);
        wm_env_free(symbols->env, hashes, capacity * sizeof *hashes);
        return false;
    }
    if (symbols->count > 0) {
        memcpy(texts, symbols->texts, symbols->count * sizeof *texts);
        memcpy(hashes, symbols->hashes, symbols->count * sizeof *hashes);
    }
    wm_env_free(symbols->env, symbols->texts, symbols->text_capacity * sizeof *texts);
    wm_env_free(symbols->env, symbols->hashes, symbols->text_capacity * sizeof *hashes);
    symbols->texts = texts;
    symbols->hashes = hashes;
    symbols->text_capacity = capacity;
    return true;
}

wm_status wm_symbols_intern(wm_symbols *symbols, wm_str text, wm_symbol *symbol_out, wm_error *err)
{
    uint32_t hash = hash_of(text);
    if (symbols->slot_count > 0) {
        uint32_t found = symbols->slots[slot_of(symbols, text, hash)];
        if (found != 0) {
            *symbol_out = found - 1;
            return WM_OK;
        }
    }
    if (symbols->count >= WM_SYMBOLS_MAX) {
        return wm_fail(err, WM_TOO_LARGE, "expected at most %zu different terms", WM_SYMBOLS_MAX);
    }
    if (symbols->count * 4 >= symbols->slot_count * 3 && !grow_slots(symbols)) {
        return wm_fail_memory(err);
    }
    if (symbols->count == symbols->text_capacity && !grow_texts(symbols)) {
        return wm_fail_memory(err);
    }
    wm_str copy = wm_arena_copy(&symbols->arena, text);
    if (copy.ptr == NULL) {
        return wm_fail_memory(err);
    }
    size_t slot = slot_of(symbols, text, hash);
    symbols->texts[symbols->count] = copy;
    symbols->hashes[symbols->count] = hash;
    *symbol_out = (wm_symbol)symbols->count;
    symbols->count++;
    symbols->slots[slot] = (uint32_t)symbols->count;
    return WM_OK;
}

wm_symbol wm_symbols_find(const wm_symbols *symbols, wm_str text)
{
    if (symbols->slot_count == 0) {
        return WM_SYMBOL_NONE;
    }
    uint32_t found = symbols->slots[slot_of(symbols, text, hash_of(text))];
    return found != 0 ? found - 1 : WM_SYMBOL_NONE;
}

wm_str wm_symbols_text(const wm_symbols *symbols, wm_symbol symbol)
{
    return symbol < symbols->count ? symbols->texts[symbol] : (wm_str){ NULL, 0 };
}

wm_symbol wm_symbols_count(const wm_symbols *symbols)
{
    return (wm_symbol)symbols->count;
}
