/* book_pack.c: a finished book as bytes, and back.
 *
 * Numbers (varint.h): words, nodes, meanings, languages, words of the longest phrase, bytes of all
 * texts. Then the texts, of the languages but English and of the words but "*"; and of each its
 * length, for a word also its kin, classes and flags. Then the nodes but the root, each how far
 * back its parent stands, its word, flags and first meaning; the meanings. Each kind in the order
 * of making, so that the same needs make the same bytes. Hashes, places in tables and targets are
 * made again. */
#include "book.h"

#include "model/varint.h"

#define WORD_IS_TARGET 1u
#define WORD_IN_CRISIS 2u
#define KIN_NONE 0u
#define KIN_LEFT_OUT 1u
#define KIN_FIRST 2u /* what is said of kin 0 */

#define NODE_IS_END 1u
#define NODE_IS_CRISIS 2u
#define NODE_IS_LOOSE 4u
#define NODE_LEADS_TO_LOOSE 8u

/* ---- packing ---- */

static void put_word(wm_buf *out, const book_word *word)
{
    wm_varint_put(out, word->text.len);
    wm_varint_put(out, word->kin == BOOK_NONE       ? KIN_NONE
                       : word->kin == BOOK_LEFT_OUT ? KIN_LEFT_OUT
                                                    : (uint64_t)word->kin + KIN_FIRST);
    wm_buf_put_char(out, (char)word->classes);
    wm_buf_put_char(out, (char)((word->is_target ? WORD_IS_TARGET : 0) |
                                (word->in_crisis ? WORD_IN_CRISIS : 0)));
}

/* BOOK_NONE is 0. */
static void put_link(wm_buf *out, uint32_t link)
{
    wm_varint_put(out, link == BOOK_NONE ? 0 : (uint64_t)link + 1);
}

static void put_node(wm_buf *out, const book_node *node, uint32_t number)
{
    unsigned flags = (node->is_end ? NODE_IS_END : 0) | (node->is_crisis ? NODE_IS_CRISIS : 0) |
                     (node->is_loose ? NODE_IS_LOOSE : 0) |
                     (node->leads_to_loose ? NODE_LEADS_TO_LOOSE : 0);
    wm_varint_put(out, number - node->parent);
    wm_varint_put(out, node->word);
    wm_buf_put_char(out, (char)flags);
    put_link(out, node->first);
}

static void put_texts(const phrase_book *book, wm_buf *out)
{
    size_t bytes = 0;
    for (size_t i = 1; i < book->language_count; i++) {
        bytes += book->languages[i].len;
    }
    for (size_t i = 1; i < book->word_count; i++) {
        bytes += book->words[i].text.len;
    }
    wm_varint_put(out, bytes);
    for (size_t i = 1; i < book->language_count; i++) {
        wm_buf_put_str(out, book->languages[i]);
    }
    for (size_t i = 1; i < book->word_count; i++) {
        wm_buf_put_str(out, book->words[i].text);
    }
}

wm_status book_pack(const phrase_book *book, wm_buf *out, wm_error *err)
{
    wm_varint_put(out, book->word_count);
    wm_varint_put(out, book->node_count);
    wm_varint_put(out, book->meaning_count);
    wm_varint_put(out, book->language_count);
    wm_varint_put(out, book->longest);
    put_texts(book, out);
    for (size_t i = 1; i < book->language_count; i++) {
        wm_varint_put(out, book->languages[i].len);
    }
    for (size_t i = 1; i < book->word_count; i++) {
        put_word(out, &book->words[i]);
    }
    for (uint32_t i = 1; i < book->node_count; i++) {
        put_node(out, &book->nodes[i], i);
    }
    for (size_t i = 0; i < book->meaning_count; i++) {
        const book_meaning *meaning = &book->meanings[i];
        wm_varint_put(out, meaning->need);
        put_link(out, meaning->next);
        wm_buf_put_char(out, (char)(meaning->language << 1 | (meaning->unreviewed ? 1 : 0)));
    }
    return wm_buf_status(out, err);
}

/* ---- unpacking ---- */

typedef struct unpacking {
    phrase_book *book;
    const uint8_t *at;
    const uint8_t *end;
    wm_str texts; /* those that are left */
    uint32_t words;
    uint32_t nodes;
    uint32_t meanings;
    uint32_t languages;
    uint32_t longest; /* words in the longest phrase */
    uint32_t needs;
} unpacking;

static bool take(unpacking *u, uint32_t below, uint32_t *value_out)
{
    uint64_t value = 0;
    if (!wm_varint_take(&u->at, u->end, &value) || value >= below) {
        return false;
    }
    *value_out = (uint32_t)value;
    return true;
}

static bool take_byte(unpacking *u, uint8_t *byte_out)
{
    if (u->at == u->end) {
        return false;
    }
    *byte_out = *u->at++;
    return true;
}

/* The next of the texts. */
static bool take_text(unpacking *u, wm_str *text_out)
{
    uint32_t length = 0;
    if (!take(u, WM_RECORD_BYTES_MAX, &length) || length == 0 || length > u->texts.len) {
        return false;
    }
    *text_out = (wm_str){ u->texts.ptr, length };
    u->texts.ptr += length;
    u->texts.len -= length;
    return true;
}

static bool take_link(unpacking *u, uint32_t count, uint32_t *link_out)
{
    uint32_t link = 0;
    if (!take(u, count + 1, &link)) {
        return false;
    }
    *link_out = link == 0 ? BOOK_NONE : link - 1;
    return true;
}

static bool take_languages(unpacking *u)
{
    for (uint32_t i = 1; i < u->languages; i++) {
        wm_str name;
        if (!take_text(u, &name) || book_language(u->book, name) != i) {
            return false;
        }
    }
    return true;
}

/* A word's kin is a word as well: it may come later. */
static bool take_word(unpacking *u)
{
    uint32_t kin = 0;
    uint8_t flags = 0;
    book_word word = { .kin = BOOK_NONE };
    if (!take_text(u, &word.text) || !take(u, u->words + KIN_FIRST, &kin) ||
        !take_byte(u, &word.classes) || !take_byte(u, &flags)) {
        return false;
    }
    word.kin = kin == KIN_NONE ? BOOK_NONE : kin == KIN_LEFT_OUT ? BOOK_LEFT_OUT : kin - KIN_FIRST;
    word.is_target = (flags & WORD_IS_TARGET) != 0;
    word.in_crisis = (flags & WORD_IN_CRISIS) != 0;
    return book_put_word(u->book, &word);
}

/* A "*" stands behind a word, and there are no more of them than in a phrase. */
static bool may_step(const phrase_book *book, uint32_t from, uint32_t word)
{
    unsigned stars = 0;
    if (word != BOOK_ANY_WORDS) {
        return true;
    }
    for (uint32_t at = from; at != BOOK_ROOT; at = book->nodes[at].parent) {
        stars += book->nodes[at].word == BOOK_ANY_WORDS ? 1 : 0;
    }
    return from != BOOK_ROOT && stars < WM_NEED_PHRASE_STARS_MAX;
}

/* No step from a node twice, and no path longer than matching has room for. */
static wm_status take_node(unpacking *u, uint32_t number, bool *taken_out, wm_error *err)
{
    uint32_t back = 0;
    uint32_t word = 0;
    uint32_t first = BOOK_NONE;
    uint32_t to = 0;
    uint8_t flags = 0;
    *taken_out = false;
    if (!take(u, number + 1, &back) || back == 0 || !take(u, u->words, &word) ||
        !take_byte(u, &flags) || !take_link(u, u->meanings, &first) ||
        u->book->nodes[number - back].words >= BOOK_STEPS_MAX ||
        !may_step(u->book, number - back, word)) {
        return WM_OK;
    }
    wm_status status = book_add_step(u->book, number - back, word, &to, err);
    if (status != WM_OK || to != number) {
        return status;
    }
    book_node *node = &u->book->nodes[number];
    node->first = first;
    node->is_end = (flags & NODE_IS_END) != 0;
    node->is_crisis = (flags & NODE_IS_CRISIS) != 0;
    node->is_loose = (flags & NODE_IS_LOOSE) != 0;
    node->leads_to_loose = (flags & NODE_LEADS_TO_LOOSE) != 0;
    *taken_out = true;
    return WM_OK;
}

/* What follows comes later, so that no list is a circle. */
static bool take_meaning(unpacking *u, uint32_t number)
{
    book_meaning meaning = { .next = BOOK_NONE };
    uint8_t flags = 0;
    if (!take(u, u->needs, &meaning.need) || !take_link(u, u->meanings, &meaning.next) ||
        !take_byte(u, &flags) || (meaning.next != BOOK_NONE && meaning.next <= number) ||
        flags >> 1 >= u->languages) {
        return false;
    }
    meaning.language = flags >> 1;
    meaning.unreviewed = (flags & 1) != 0;
    u->book->meanings[u->book->meaning_count++] = meaning;
    return true;
}

static bool take_head(unpacking *u)
{
    size_t rest = (size_t)(u->end - u->at);
    uint32_t most = rest < UINT32_MAX / 4 ? (uint32_t)rest + 2 : 0; /* each takes a byte or more */
    bool taken = take(u, most, &u->words) && take(u, most, &u->nodes) &&
                 take(u, most, &u->meanings) && take(u, BOOK_LANGUAGES_MAX + 1, &u->languages) &&
                 take(u, BOOK_STEPS_MAX + 1, &u->longest);
    return taken && u->words > 0 && u->nodes > 0 && u->languages > 0;
}

/* A copy that lives as long as the book. */
static wm_status take_texts(unpacking *u, bool *taken_out, wm_error *err)
{
    uint32_t length = 0;
    *taken_out = take(u, UINT32_MAX, &length) && (size_t)(u->end - u->at) >= length;
    if (!*taken_out) {
        return WM_OK;
    }
    u->texts = wm_arena_copy(u->book->arena, (wm_str){ (const char *)u->at, length });
    u->at += length;
    return u->texts.ptr != NULL ? WM_OK : wm_fail_memory(err);
}

static wm_status take_all(unpacking *u, bool *taken_out, wm_error *err)
{
    bool taken = false;
    wm_status status = take_texts(u, &taken, err);
    taken = taken && status == WM_OK && take_languages(u);
    for (uint32_t i = 1; i < u->words && taken; i++) {
        taken = take_word(u);
    }
    for (uint32_t i = 1; i < u->nodes && taken && status == WM_OK; i++) {
        status = take_node(u, i, &taken, err);
    }
    for (uint32_t i = 0; i < u->meanings && taken && status == WM_OK; i++) {
        taken = take_meaning(u, i);
    }
    *taken_out = taken && u->at == u->end && u->texts.len == 0;
    return status;
}

wm_status book_unpack(phrase_book *book, wm_arena *arena, wm_str bytes, size_t needs, wm_error *err)
{
    unpacking u = { .book = book,
                    .at = (const uint8_t *)bytes.ptr,
                    .end = (const uint8_t *)bytes.ptr + bytes.len,
                    .needs = (uint32_t)needs };
    bool taken = take_head(&u);
    const book_sizes sizes = { u.words, u.nodes, u.meanings };
    wm_status status = taken ? book_init(book, arena, &sizes, err) : WM_OK;
    if (taken && status == WM_OK) {
        book->longest = u.longest;
        status = take_all(&u, &taken, err);
    }
    if (status == WM_OK && !taken) {
        return wm_fail(err, WM_CORRUPT, "database: the phrases of the needs are damaged");
    }
    return status == WM_OK ? book_make_targets(book, err) : status;
}
