/* names_find.c: look-ups in what names.c writes. */
#include "store/names.h"

#include "store/statement.h"
#include "vocab/edits.h"
#include "vocab/name_words.h"

#define BEGINNING_LETTERS 3 /* that a word with two mistakes has right */
#define FAR_LETTERS_MIN 8   /* of a word that may have two */
#define BEGINNING_ROWS_MAX 1024

static const char SQL_WORD[] = "SELECT number, names, word FROM name_word WHERE word = ?1";
static const char SQL_NEAR[] = "SELECT w.number, w.names, w.word FROM name_near AS n"
                               " JOIN name_word AS w ON w.number = n.word WHERE n.near = ?1";
static const char SQL_STARTING[] =
    "SELECT number, names, word FROM name_word WHERE word >= ?1 AND word < ?2 ORDER BY word";
static const char SQL_POSTINGS[] =
    "SELECT rev FROM name_posting WHERE number = ?1 ORDER BY rev LIMIT ?2";
static const char SQL_LINES[] = "SELECT words FROM name WHERE rev = ?1";
static const char SQL_ENTRY[] =
    "SELECT r.kind, r.id, n.words FROM name AS n JOIN revision AS r ON r.rev = n.rev"
    " WHERE n.rev = ?1 AND r.since <= ?2 AND r.until > ?2";

/* `st` is at a row of number, names, word. */
static wm_name_word read_word(wm_stmt *st)
{
    int64_t names = wm_stmt_i64(st, 1);
    wm_name_word word = { .number = wm_stmt_i64(st, 0) };
    word.names = names >= 0 && names < INT32_MAX ? names : INT32_MAX; /* so that sums fit */
    wm_str text = wm_stmt_str(st, 2);
    word.length = (uint8_t)(text.len < sizeof word.text ? text.len : sizeof word.text);
    if (word.length > 0) {
        memcpy(word.text, text.ptr, word.length);
    }
    return word;
}

static wm_str text_of(const wm_name_word *word)
{
    return (wm_str){ word->text, word->length };
}

wm_status wm_names_word(wm_store *store, wm_str word, wm_name_word *word_out, wm_error *err)
{
    bool found = false;
    wm_stmt st = wm_stmt_open(store, SQL_WORD, err);
    wm_stmt_bind_text(&st, 1, word);
    if (wm_stmt_row(&st)) {
        found = true;
        *word_out = read_word(&st);
    }
    wm_status status = wm_stmt_close(&st);
    return status == WM_OK && !found ? WM_NOT_FOUND : status;
}

/* ---- misspelt words ---- */

typedef struct near_list {
    wm_str word;
    wm_name_word *words;
    uint8_t edits[NAME_NEAR_MAX];
    size_t capacity;
    size_t count;
} near_list;

/* Keeps the nearest, then the first in order of words; each once. */
static void put_near(near_list *list, const wm_name_word *found, unsigned limit)
{
    if (!edits_plain(text_of(found)) || found->length < NAME_LETTERS_MIN) {
        return;
    }
    unsigned edits = edits_between(list->word, text_of(found), limit);
    if (edits == 0 || edits > limit) {
        return;
    }
    size_t at = list->count;
    for (; at > 0; at--) {
        int order = (int)list->edits[at - 1] - (int)edits;
        order = order != 0 ? order : wm_str_compare(text_of(&list->words[at - 1]), text_of(found));
        if (order == 0) {
            return;
        }
        if (order < 0) {
            break;
        }
    }
    if (at == list->capacity) {
        return;
    }
    size_t kept = list->count < list->capacity ? list->count : list->capacity - 1;
    memmove(&list->words[at + 1], &list->words[at], (kept - at) * sizeof list->words[0]);
    memmove(&list->edits[at + 1], &list->edits[at], kept - at);
    list->words[at] = *found;
    list->edits[at] = (uint8_t)edits;
    list->count = kept + 1;
}

static wm_status find_near(wm_store *store, near_list *list, wm_error *err)
{
    uint32_t near[NAME_NEAR_MAX];
    size_t count = name_near(list->word, near);
    wm_stmt st = wm_stmt_open(store, SQL_NEAR, err);
    for (size_t i = 0; i < count && st.status == WM_OK; i++) {
        wm_stmt_bind_i64(&st, 1, (int64_t)near[i]);
        while (wm_stmt_row(&st)) {
            wm_name_word found = read_word(&st);
            put_near(list, &found, 1);
        }
        wm_stmt_reset(&st);
    }
    return wm_stmt_close(&st);
}

/* Behind every word that begins so: no letter of UTF-8 has this byte. */
static wm_str end_of(wm_str beginning, char bytes[WM_NAME_WORD_BYTES_MAX + 1])
{
    memcpy(bytes, beginning.ptr, beginning.len);
    bytes[beginning.len] = (char)0xff;
    return (wm_str){ bytes, beginning.len + 1 };
}

static wm_status find_far(wm_store *store, near_list *list, wm_error *err)
{
    char bytes[WM_NAME_WORD_BYTES_MAX + 1];
    wm_str beginning = { list->word.ptr, BEGINNING_LETTERS };
    wm_stmt st = wm_stmt_open(store, SQL_STARTING, err);
    wm_stmt_bind_text(&st, 1, beginning);
    wm_stmt_bind_text(&st, 2, end_of(beginning, bytes));
    for (size_t rows = 0; rows < BEGINNING_ROWS_MAX && wm_stmt_row(&st); rows++) {
        wm_name_word found = read_word(&st);
        put_near(list, &found, EDITS_MAX);
    }
    return wm_stmt_close(&st);
}

wm_status wm_names_near(wm_store *store, wm_str word, wm_name_word *words_out, size_t capacity,
                        size_t *count_out, wm_error *err)
{
    near_list list = { .word = word, .words = words_out };
    list.capacity = capacity < NAME_NEAR_MAX ? capacity : NAME_NEAR_MAX;
    wm_status status = WM_OK;
    if (word.len >= NAME_LETTERS_MIN && word.len <= NAME_LETTERS_MAX && edits_plain(word)) {
        status = find_near(store, &list, err);
        if (status == WM_OK && list.count == 0 && word.len >= FAR_LETTERS_MIN) {
            status = find_far(store, &list, err);
        }
    }
    *count_out = list.count;
    return status;
}

/* ---- beginnings, postings, entries ---- */

wm_status wm_names_starting(wm_store *store, wm_str beginning, wm_name_word *words_out,
                            size_t capacity, size_t *count_out, wm_error *err)
{
    char bytes[WM_NAME_WORD_BYTES_MAX + 1];
    size_t count = 0;
    if (beginning.len == 0 || beginning.len > WM_NAME_WORD_BYTES_MAX) {
        *count_out = 0;
        return WM_OK;
    }
    wm_stmt st = wm_stmt_open(store, SQL_STARTING, err);
    wm_stmt_bind_text(&st, 1, beginning);
    wm_stmt_bind_text(&st, 2, end_of(beginning, bytes));
    while (count <= capacity && wm_stmt_row(&st)) {
        if (count < capacity) {
            words_out[count] = read_word(&st);
        }
        count++;
    }
    *count_out = count;
    return wm_stmt_close(&st);
}

wm_status wm_names_postings(wm_store *store, int64_t number, int64_t *revisions_out,
                            size_t capacity, size_t *count_out, wm_error *err)
{
    size_t count = 0;
    wm_stmt st = wm_stmt_open(store, SQL_POSTINGS, err);
    wm_stmt_bind_i64(&st, 1, number);
    wm_stmt_bind_i64(&st, 2, (int64_t)capacity);
    while (count < capacity && wm_stmt_row(&st)) {
        revisions_out[count++] = wm_stmt_i64(&st, 0);
    }
    *count_out = count;
    return wm_stmt_close(&st);
}

wm_status wm_names_lines(wm_store *store, int64_t rev, wm_buf *bytes_out, wm_str *lines_out,
                         wm_error *err)
{
    bool found = false;
    size_t start = bytes_out->len;
    wm_stmt st = wm_stmt_open(store, SQL_LINES, err);
    wm_stmt_bind_i64(&st, 1, rev);
    if (wm_stmt_row(&st)) {
        found = true;
        wm_buf_put_str(bytes_out, wm_stmt_str(&st, 0));
    }
    wm_status status = wm_stmt_close(&st);
    if (status == WM_OK) {
        status = found ? wm_buf_status(bytes_out, err) : WM_NOT_FOUND;
    }
    if (status == WM_OK) {
        *lines_out = (wm_str){ bytes_out->data + start, bytes_out->len - start };
    }
    return status;
}

wm_status wm_names_entry(wm_store *store, int64_t number, int64_t rev, wm_buf *bytes_out,
                         wm_name_entry *entry_out, wm_error *err)
{
    bool found = false;
    size_t start = bytes_out->len;
    size_t id_bytes = 0;
    wm_kind kind = WM_KIND_SERVICE;
    wm_stmt st = wm_stmt_open(store, SQL_ENTRY, err);
    wm_stmt_bind_i64(&st, 1, rev);
    wm_stmt_bind_i64(&st, 2, number);
    if (wm_stmt_row(&st)) {
        found = true;
        kind = wm_stmt_kind(&st, 0);
        id_bytes = wm_stmt_str(&st, 1).len;
        wm_buf_put_str(bytes_out, wm_stmt_str(&st, 1));
        wm_buf_put_str(bytes_out, wm_stmt_str(&st, 2));
    }
    wm_status status = wm_stmt_close(&st);
    if (status == WM_OK) {
        status = found ? wm_buf_status(bytes_out, err) : WM_NOT_FOUND;
    }
    if (status == WM_OK) {
        const char *at = bytes_out->data + start;
        *entry_out = (wm_name_entry){ kind,
                                      { at, id_bytes },
                                      { at + id_bytes, bytes_out->len - start - id_bytes } };
    }
    return status;
}
