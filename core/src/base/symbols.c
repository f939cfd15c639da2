/* symbols.c: open addressing over texts in order.
 *
 * A directory of a nation has hundreds of thousands of symbols, and a phone little memory. So an
 * entry is 12 bytes in pages that never move, and texts stand close together, each behind its
 * length and before a NUL.
 *
 * Invariants: entries [0, count) never change; slots holds symbol + 1, 0 = empty, and is a power of
 * two at least 4/3 of count; pages and texts live in the arena. A failed intern changes nothing
 * that can be seen.
 *
 * A table behind a source has new texts only, from number `first` on; beside it stands `known`, a
 * table of the texts that were found there, with the number of each. */
#include <waymark/sys/symbols.h>

#define FIRST_SLOTS 64
#define FIRST_PAGES 8
#define PAGE_ENTRIES ((size_t)256)
#define TEXT_BLOCK_BYTES ((size_t)16 * 1024)

typedef struct symbol_page {
    const char *texts[PAGE_ENTRIES]; /* where each begins; its length stands before it */
    uint32_t hashes[PAGE_ENTRIES];
} symbol_page;

struct wm_symbols {
    const wm_env *env;
    wm_arena arena;
    symbol_page **pages;
    uint32_t *slots;
    size_t count;
    size_t page_count;
    size_t page_capacity;
    size_t slot_count;
    char *room; /* for texts */
    size_t room_bytes;
    wm_symbols_source source; /* find NULL: none */
    wm_symbols *known;        /* NULL: none yet */
    wm_symbol *known_numbers;
    size_t known_capacity;
};

/* Eight bytes a step; a replica reads hundreds of thousands of texts when it is opened. In memory
 * only: no file has it. The table is never filled by strangers alone (records are checked and
 * counted). */
static uint32_t hash_of(wm_str text)
{
    const uint64_t odd = UINT64_C(0x9e3779b97f4a7c15);
    uint64_t hash = text.len * odd;
    uint64_t word = 0;
    size_t at = 0;
    for (; text.len - at >= sizeof word; at += sizeof word) {
        memcpy(&word, text.ptr + at, sizeof word);
        hash = (hash ^ word) * odd;
        hash ^= hash >> 32;
    }
    for (word = 0; at < text.len; at++) {
        word = word << 8 | (unsigned char)text.ptr[at];
    }
    hash = (hash ^ word) * odd;
    return (uint32_t)(hash >> 32);
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

wm_status wm_symbols_new_behind(const wm_env *env, const wm_symbols_source *source,
                                wm_symbols **symbols_out, wm_error *err)
{
    wm_symbols *symbols = NULL;
    wm_symbols *known = NULL;
    wm_status status = wm_symbols_new(env, &symbols, err);
    if (status == WM_OK) {
        status = wm_symbols_new(env, &known, err);
    }
    if (symbols == NULL || known == NULL) {
        wm_symbols_free(symbols);
        return status;
    }
    symbols->known = known;
    symbols->source = *source;
    *symbols_out = symbols;
    return WM_OK;
}

static void free_table(wm_symbols *symbols)
{
    const wm_env *env = symbols->env;
    wm_env_free(env, symbols->known_numbers,
                symbols->known_capacity * sizeof *symbols->known_numbers);
    wm_env_free(env, symbols->pages, symbols->page_capacity * sizeof(symbol_page *));
    wm_env_free(env, symbols->slots, symbols->slot_count * sizeof *symbols->slots);
    wm_arena_fini(&symbols->arena);
    wm_env_free(env, symbols, sizeof *symbols);
}

void wm_symbols_free(wm_symbols *symbols)
{
    if (symbols != NULL && symbols->known != NULL) {
        free_table(symbols->known);
    }
    if (symbols != NULL) {
        free_table(symbols);
    }
}

static wm_str text_of(const wm_symbols *symbols, size_t number)
{
    const char *text = symbols->pages[number / PAGE_ENTRIES]->texts[number % PAGE_ENTRIES];
    uint32_t length = 0;
    memcpy(&length, text - sizeof length, sizeof length);
    return (wm_str){ text, length };
}

static uint32_t hash_at(const wm_symbols *symbols, size_t number)
{
    return symbols->pages[number / PAGE_ENTRIES]->hashes[number % PAGE_ENTRIES];
}

/* The slot that holds `text`, or the empty one where it would go. slot_count > count. */
static size_t slot_of(const wm_symbols *symbols, wm_str text, uint32_t hash)
{
    size_t mask = symbols->slot_count - 1;
    size_t at = hash & mask;
    while (symbols->slots[at] != 0) {
        uint32_t symbol = symbols->slots[at] - 1;
        if (hash_at(symbols, symbol) == hash && wm_str_equal(text_of(symbols, symbol), text)) {
            break;
        }
        at = (at + 1) & mask;
    }
    return at;
}

static bool has_slots(size_t slot_count, size_t count)
{
    return count * 4 < slot_count * 3;
}

/* Slots for so many symbols. */
static bool grow_slots(wm_symbols *symbols, size_t symbol_count)
{
    size_t count = symbols->slot_count == 0 ? FIRST_SLOTS : symbols->slot_count * 2;
    while (!has_slots(count, symbol_count)) {
        count *= 2;
    }
    uint32_t *slots = wm_env_alloc(symbols->env, count * sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    for (size_t i = 0; i < symbols->count; i++) {
        size_t at = hash_at(symbols, i) & (count - 1);
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

/* Room for one more symbol. */
static bool grow_pages(wm_symbols *symbols)
{
    if (symbols->count < symbols->page_count * PAGE_ENTRIES) {
        return true;
    }
    if (symbols->page_count == symbols->page_capacity) {
        size_t old = symbols->page_capacity;
        size_t capacity = old == 0 ? FIRST_PAGES : 2 * old;
        symbol_page **pages =
            symbols->env->resize(symbols->env->context, symbols->pages, old * sizeof(symbol_page *),
                                 capacity * sizeof(symbol_page *));
        if (pages == NULL) {
            return false;
        }
        symbols->pages = pages;
        symbols->page_capacity = capacity;
    }
    symbol_page *page = wm_arena_alloc(&symbols->arena, sizeof *page);
    if (page == NULL) {
        return false;
    }
    symbols->pages[symbols->page_count++] = page;
    return true;
}

/* NULL: out of memory. */
static const char *copy_text(wm_symbols *symbols, wm_str text)
{
    uint32_t length = (uint32_t)text.len;
    if (text.len > UINT32_MAX - sizeof length - 1) {
        return NULL;
    }
    size_t bytes = sizeof length + text.len + 1;
    if (bytes > symbols->room_bytes) {
        size_t fresh = symbols->count < PAGE_ENTRIES ? TEXT_BLOCK_BYTES / 16 : TEXT_BLOCK_BYTES;
        fresh = bytes > fresh ? bytes : fresh;
        char *room = wm_arena_alloc(&symbols->arena, fresh);
        if (room == NULL) {
            return NULL;
        }
        symbols->room = room;
        symbols->room_bytes = fresh;
    }
    char *at = symbols->room;
    memcpy(at, &length, sizeof length);
    if (text.len > 0) {
        memcpy(at + sizeof length, text.ptr, text.len);
    }
    at[bytes - 1] = '\0';
    symbols->room += bytes;
    symbols->room_bytes -= bytes;
    return at + sizeof length;
}

wm_status wm_symbols_reserve(wm_symbols *symbols, size_t count, wm_error *err)
{
    if (count > WM_SYMBOLS_MAX || has_slots(symbols->slot_count, count)) {
        return WM_OK;
    }
    return grow_slots(symbols, count) ? WM_OK : wm_fail_memory(err);
}

/* The place of a text in this table alone; WM_SYMBOL_NONE: it is not in it. */
static wm_symbol place_of(const wm_symbols *symbols, wm_str text, uint32_t hash)
{
    if (symbols->slot_count == 0) {
        return WM_SYMBOL_NONE;
    }
    uint32_t found = symbols->slots[slot_of(symbols, text, hash)];
    return found != 0 ? found - 1 : WM_SYMBOL_NONE;
}

/* A text that is not in it. */
static wm_status add(wm_symbols *symbols, wm_str text, uint32_t hash, wm_error *err)
{
    if (symbols->source.count + symbols->count >= WM_SYMBOLS_MAX) {
        return wm_fail(err, WM_TOO_LARGE, "expected at most %zu different terms", WM_SYMBOLS_MAX);
    }
    if (!has_slots(symbols->slot_count, symbols->count) && !grow_slots(symbols, symbols->count)) {
        return wm_fail_memory(err);
    }
    const char *copy = grow_pages(symbols) ? copy_text(symbols, text) : NULL;
    if (copy == NULL) {
        return wm_fail_memory(err);
    }
    size_t slot = slot_of(symbols, text, hash);
    symbol_page *page = symbols->pages[symbols->count / PAGE_ENTRIES];
    page->texts[symbols->count % PAGE_ENTRIES] = copy;
    page->hashes[symbols->count % PAGE_ENTRIES] = hash;
    symbols->count++;
    symbols->slots[slot] = (uint32_t)symbols->count;
    return WM_OK;
}

/* Remember what the source said. */
static wm_status add_known(wm_symbols *symbols, wm_str text, uint32_t hash, wm_symbol number,
                           wm_error *err)
{
    size_t count = symbols->known->count;
    if (count == symbols->known_capacity) {
        const wm_env *env = symbols->env;
        size_t capacity = count == 0 ? FIRST_SLOTS : 2 * count;
        wm_symbol *numbers = env->resize(env->context, symbols->known_numbers,
                                         count * sizeof *numbers, capacity * sizeof *numbers);
        if (numbers == NULL) {
            return wm_fail_memory(err);
        }
        symbols->known_numbers = numbers;
        symbols->known_capacity = capacity;
    }
    symbols->known_numbers[count] = number;
    return add(symbols->known, text, hash, err);
}

/* WM_NOT_FOUND: it is new (no text). */
static wm_status find_in_source(wm_symbols *symbols, wm_str text, uint32_t hash,
                                wm_symbol *symbol_out, wm_error *err)
{
    wm_symbol number = WM_SYMBOL_NONE;
    wm_symbol place = place_of(symbols->known, text, hash);
    if (place != WM_SYMBOL_NONE) {
        *symbol_out = symbols->known_numbers[place];
        return WM_OK;
    }
    wm_status status = symbols->source.find(symbols->source.context, text, &number, err);
    if (status == WM_OK) {
        status = add_known(symbols, text, hash, number, err);
        *symbol_out = number;
    }
    return status;
}

wm_status wm_symbols_intern(wm_symbols *symbols, wm_str text, wm_symbol *symbol_out, wm_error *err)
{
    uint32_t hash = hash_of(text);
    wm_symbol place = place_of(symbols, text, hash);
    wm_status status = WM_NOT_FOUND;
    if (place == WM_SYMBOL_NONE && symbols->source.count > 0) {
        status = find_in_source(symbols, text, hash, symbol_out, err);
    }
    if (status != WM_NOT_FOUND) {
        return status;
    }
    if (place == WM_SYMBOL_NONE) {
        place = (wm_symbol)symbols->count;
        status = add(symbols, text, hash, err);
        if (status != WM_OK) {
            return status;
        }
    }
    *symbol_out = symbols->source.count + place;
    return WM_OK;
}

wm_symbol wm_symbols_find(const wm_symbols *symbols, wm_str text)
{
    uint32_t hash = hash_of(text);
    wm_symbol place = place_of(symbols, text, hash);
    if (place != WM_SYMBOL_NONE) {
        return symbols->source.count + place;
    }
    place = symbols->known != NULL ? place_of(symbols->known, text, hash) : WM_SYMBOL_NONE;
    return place != WM_SYMBOL_NONE ? symbols->known_numbers[place] : WM_SYMBOL_NONE;
}

wm_str wm_symbols_text(const wm_symbols *symbols, wm_symbol symbol)
{
    wm_symbol first = symbols->source.count;
    return symbol >= first && symbol - first < symbols->count ? text_of(symbols, symbol - first)
                                                              : (wm_str){ NULL, 0 };
}

wm_symbol wm_symbols_count(const wm_symbols *symbols)
{
    return symbols->source.count + (wm_symbol)symbols->count;
}

size_t wm_symbols_held(const wm_symbols *symbols)
{
    return symbols->count + (symbols->known != NULL ? symbols->known->count : 0);
}
