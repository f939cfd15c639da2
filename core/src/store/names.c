/* names.c: services and organizations by the words of their names.
 *
 *   name          rev -> its names, each as words with one space between, parted by line feeds; and
 *                 the posting of its organization, 0 for an organization itself
 *   name_word     word -> number, and how many revisions have it; no row without one
 *   name_near     32 bits of each word, and of what is left of it without one letter -> its number
 *   name_posting  number of a word, or 40 bits of a whole name + WHOLE, or of the id of an
 *                 organization + ORGANIZATION -> rev
 *
 * Postings that come and go are collected and written in order, as the index's are: the words of a
 * country's names are few, and the same rows are touched again and again. Numbers differ between
 * two files of one release, so nothing that is shown may depend on their order. Why no full-text
 * index of SQLite's: core/README.md, "Names". */
#include "store/names.h"

#include <stdlib.h>

#include "store/statement.h"
#include "vocab/name_words.h"

#define WHOLE ((int64_t)1 << 40)
#define ORGANIZATION ((int64_t)1 << 41)
#define WORD ((int64_t)1 << 42)          /* only in memory */
#define POSTINGS_MAX ((size_t)64 * 1024) /* before they are written: some 3 MiB */
#define LINES_BYTES_MAX ((size_t)256 * 1024)

static const char SQL_WORD[] = "SELECT number, names FROM name_word WHERE word = ?1";
static const char SQL_LAST_WORD[] = "SELECT coalesce(max(number), 0) FROM name_word";
static const char SQL_PUT_WORD[] = "INSERT INTO name_word(word, number, names) VALUES(?1, ?2, ?3)";
static const char SQL_COUNT_WORD[] = "UPDATE name_word SET names = names + ?2 WHERE word = ?1";
static const char SQL_DROP_WORD[] = "DELETE FROM name_word WHERE word = ?1";
static const char SQL_PUT_NEAR[] = "INSERT OR IGNORE INTO name_near(near, word) VALUES(?1, ?2)";
static const char SQL_DROP_NEAR[] = "DELETE FROM name_near WHERE near = ?1 AND word = ?2";
static const char SQL_PUT_POSTING[] =
    "INSERT OR IGNORE INTO name_posting(number, rev) VALUES(?1, ?2)";
static const char SQL_DROP_POSTING[] = "DELETE FROM name_posting WHERE number = ?1 AND rev = ?2";
static const char SQL_PUT_NAME[] = "INSERT INTO name(rev, organization, words) VALUES(?1, ?2, ?3)";
static const char SQL_GET_NAME[] = "SELECT organization, words FROM name WHERE rev = ?1";
static const char SQL_DROP_NAME[] = "DELETE FROM name WHERE rev = ?1";

static const char SQL_EMPTY[] = "DELETE FROM name; DELETE FROM name_word; DELETE FROM name_near;"
                                " DELETE FROM name_posting;";
static const char SQL_STANDING[] =
    "SELECT rev, record, id, kind FROM revision WHERE until > ?1 AND kind IN (?2, ?3)";

static const char SQL_CHECK[] =
    "SELECT n.rev, n.organization, n.words, r.kind, r.record"
    " FROM name AS n LEFT JOIN revision AS r ON r.rev = n.rev AND r.kind IN (?1, ?2, ?3)";
static const char SQL_CHECK_POSTING[] = "SELECT 1 FROM name_posting WHERE number = ?1 AND rev = ?2";
static const char SQL_CHECK_WORDS[] = "SELECT w.word, w.number, w.names,"
                                      " (SELECT count(*) FROM name_posting WHERE number = w.number)"
                                      " FROM name_word AS w";
static const char SQL_CHECK_NEAR[] = "SELECT 1 FROM name_near WHERE near = ?1 AND word = ?2";
static const char SQL_CHECK_COUNTS[] =
    "SELECT (SELECT count(*) FROM revision AS r LEFT JOIN name AS n ON n.rev = r.rev"
    " WHERE r.kind IN (?1, ?2, ?3) AND r.until > ?4 AND n.rev IS NULL),"
    " (SELECT count(*) FROM name_posting), (SELECT count(*) FROM name_near)";

/* ---- what is made of a record ---- */

bool wm_names_has(wm_kind kind)
{
    return kind == WM_KIND_SERVICE || kind == WM_KIND_ORGANIZATION || kind == WM_KIND_PLACE;
}

/* The line, if it is not there yet; the lines begin at `first`. */
static void put_line(wm_buf *lines, size_t first, wm_str name)
{
    size_t start = lines->len;
    wm_buf_put_text(lines, start > first ? "\n" : "");
    size_t from = lines->len;
    name_put(lines, name);
    if (lines->status != WM_OK || lines->len == from) {
        lines->len = lines->status == WM_OK ? start : lines->len;
        return;
    }
    wm_str line = { lines->data + from, lines->len - from };
    wm_str before = { lines->data + first, start - first };
    while (before.len > 0) {
        const char *end = memchr(before.ptr, '\n', before.len);
        size_t length = end != NULL ? (size_t)(end - before.ptr) : before.len;
        if (wm_str_equal(line, (wm_str){ before.ptr, length })) {
            lines->len = start;
            return;
        }
        size_t taken = end != NULL ? length + 1 : length;
        before = (wm_str){ before.ptr + taken, before.len - taken };
    }
}

/* "Place of Calm, Swindon" is "Place of Calm", too, and "Karma Nirvana (forced marriage)" is
 * "Karma Nirvana". */
static void put_name(wm_buf *lines, size_t first, wm_str name)
{
    put_line(lines, first, name);
    for (size_t i = name.len; i > 0; i--) {
        char at = name.ptr[i - 1];
        if (at == '(' || at == ',' || at == ':') {
            put_line(lines, first, (wm_str){ name.ptr, i - 1 });
        }
    }
}

/* The rest are many, and nobody types their names. */
static bool is_suggested(const wm_json *place)
{
    wm_str kind = wm_json_string(wm_json_get(place, "kind"));
    return wm_str_is(kind, "town") || wm_str_is(kind, "outcode");
}

wm_status wm_names_make(wm_kind kind, const wm_json *value, wm_buf *lines_out, wm_error *err)
{
    const wm_json *others = wm_json_get(value, "alternate_names");
    size_t first = lines_out->len;
    if (kind != WM_KIND_PLACE || is_suggested(value)) {
        put_name(lines_out, first, wm_json_string(wm_json_get(value, "name")));
    }
    for (uint32_t i = 0; wm_json_is(others, WM_JSON_ARRAY) && i < others->count; i++) {
        put_name(lines_out, first, wm_json_string(&others->as.items[i]));
    }
    if (lines_out->status == WM_OK && lines_out->len - first > LINES_BYTES_MAX) {
        return wm_fail(err, WM_TOO_LARGE, "expected at most %zu bytes of names", LINES_BYTES_MAX);
    }
    return wm_buf_status(lines_out, err);
}

typedef struct name_row {
    wm_buf made;
    wm_str lines;
    int64_t organization; /* 0: none */
} name_row;

static bool is_same_member(const wm_indexed *of, const char *name)
{
    const wm_json *now = wm_json_get(of->value, name);
    const wm_json *before = wm_json_get(of->before, name);
    return now == NULL || before == NULL ? now == before : wm_json_equal(now, before);
}

/* All that make_row and wm_names_make read is as it was. */
static bool has_same_names(const wm_indexed *of)
{
    return of->before != NULL && is_same_member(of, "name") &&
           is_same_member(of, "alternate_names") && is_same_member(of, "organization") &&
           is_same_member(of, "kind");
}

static wm_status make_row(const wm_env *env, const wm_indexed *of, name_row *row, wm_error *err)
{
    *row = (name_row){ .organization = 0 };
    wm_buf_init(&row->made, env, LINES_BYTES_MAX);
    if (of->kind == WM_KIND_SERVICE) {
        wm_str organization = wm_json_string(wm_json_get(of->value, "organization"));
        row->organization = organization.len > 0 ? wm_names_of_organization(organization) : 0;
    }
    if (of->made != NULL && of->made->lines.len > 0) {
        row->lines = of->made->lines;
        return WM_OK;
    }
    wm_status status = wm_names_make(of->kind, of->value, &row->made, err);
    row->lines = wm_buf_str(&row->made);
    return status;
}

static void row_fini(name_row *row)
{
    wm_buf_fini(&row->made);
}

int64_t wm_names_whole(wm_str words)
{
    return name_key(words) | WHOLE;
}

int64_t wm_names_of_organization(wm_str id)
{
    return name_key(id) | ORGANIZATION;
}

/* Up to `end`, which is taken off the front of the text, too. */
static wm_str take(wm_str *text, char end)
{
    const char *at = text->len > 0 ? memchr(text->ptr, end, text->len) : NULL;
    wm_str taken = { text->ptr, at != NULL ? (size_t)(at - text->ptr) : text->len };
    size_t passed = taken.len + (at != NULL ? 1 : 0);
    *text = (wm_str){ text->ptr + passed, text->len - passed };
    return taken;
}

/* Each word of the lines once (as often as they are not apart), each line as a whole. */
typedef struct name_visitor {
    wm_status (*word)(void *context, wm_str word, wm_error *err);
    wm_status (*key)(void *context, int64_t key, wm_error *err);
    void *context;
} name_visitor;

/* Did it stand before `at`? */
static bool stands_before(wm_str lines, const char *at, wm_str word)
{
    wm_str before = { lines.ptr, (size_t)(at - lines.ptr) };
    while (before.len > 0) {
        wm_str line = take(&before, '\n');
        while (line.len > 0) {
            if (wm_str_equal(take(&line, ' '), word)) {
                return true;
            }
        }
    }
    return false;
}

static wm_status visit(wm_str lines, int64_t organization, const name_visitor *each, wm_error *err)
{
    wm_status status = organization != 0 ? each->key(each->context, organization, err) : WM_OK;
    wm_str rest = lines;
    while (rest.len > 0 && status == WM_OK) {
        wm_str line = take(&rest, '\n');
        status = each->key(each->context, wm_names_whole(line), err);
        while (line.len > 0 && status == WM_OK) {
            wm_str word = take(&line, ' ');
            bool is_new = word.len > 0 && word.len <= WM_NAME_WORD_BYTES_MAX &&
                          !stands_before(lines, word.ptr, word);
            status = is_new ? each->word(each->context, word, err) : WM_OK;
        }
    }
    return status;
}

/* ---- writing ---- */

/* `number` of a word: WORD + its number in the queue; when written: WORD + its place in order. */
typedef struct waiting {
    int64_t number;
    int64_t rev;
    uint32_t turn; /* twice its number in the queue, plus 1 if it leaves */
} waiting;

struct wm_name_queue {
    wm_arena arena;
    wm_symbols *words; /* each once; NULL: none */
    waiting *items;
    size_t count;
    size_t capacity;
};

void wm_names_discard(wm_store *store)
{
    struct wm_name_queue *queue = store->names;
    if (queue != NULL) {
        wm_symbols_free(queue->words);
        wm_arena_fini(&queue->arena);
        wm_env_free(store->env, queue, sizeof *queue);
        store->names = NULL;
    }
}

static int compare_waiting(const void *a, const void *b)
{
    const waiting *left = a;
    const waiting *right = b;
    if (left->number != right->number) {
        return left->number < right->number ? -1 : 1;
    }
    if (left->rev != right->rev) {
        return left->rev < right->rev ? -1 : 1;
    }
    return (left->turn > right->turn) - (left->turn < right->turn);
}

typedef struct queued_word {
    wm_str text;
    wm_symbol symbol;
} queued_word;

static int compare_words(const void *a, const void *b)
{
    return wm_str_compare(((const queued_word *)a)->text, ((const queued_word *)b)->text);
}

/* Words by their texts, behind keys; texts are compared once for each word, not for each name. */
static wm_status put_in_order(struct wm_name_queue *queue, queued_word **words_out, wm_error *err)
{
    size_t count = queue->words != NULL ? wm_symbols_count(queue->words) : 0;
    queued_word *words = wm_arena_array(&queue->arena, count, sizeof *words);
    uint32_t *places = wm_arena_array(&queue->arena, count, sizeof *places);
    if (words == NULL || places == NULL) {
        return wm_fail_memory(err);
    }
    for (size_t i = 0; i < count; i++) {
        words[i] = (queued_word){ wm_symbols_text(queue->words, (wm_symbol)i), (wm_symbol)i };
    }
    if (count > 0) {
        qsort(words, count, sizeof *words, compare_words);
    }
    for (size_t i = 0; i < count; i++) {
        places[words[i].symbol] = (uint32_t)i;
    }
    for (size_t i = 0; i < queue->count; i++) {
        int64_t number = queue->items[i].number;
        queue->items[i].number = number < WORD ? number : WORD + places[number - WORD];
    }
    qsort(queue->items, queue->count, sizeof *queue->items, compare_waiting);
    *words_out = words;
    return WM_OK;
}

static wm_status write_near(wm_store *store, const char *sql, wm_str word, int64_t number,
                            wm_error *err)
{
    uint32_t near[NAME_NEAR_MAX];
    size_t count = name_near(word, near);
    wm_stmt st = wm_stmt_open(store, sql, err);
    for (size_t i = 0; i < count && st.status == WM_OK; i++) {
        wm_stmt_bind_i64(&st, 1, (int64_t)near[i]);
        wm_stmt_bind_i64(&st, 2, number);
        wm_stmt_run(&st);
    }
    return wm_stmt_close(&st);
}

static wm_status find_word(wm_store *store, wm_str word, int64_t *number_out, int64_t *names_out,
                           wm_error *err)
{
    bool found = false;
    wm_stmt st = wm_stmt_open(store, SQL_WORD, err);
    wm_stmt_bind_text(&st, 1, word);
    if (wm_stmt_row(&st)) {
        found = true;
        *number_out = wm_stmt_i64(&st, 0);
        *names_out = wm_stmt_i64(&st, 1);
    }
    wm_status status = wm_stmt_close(&st);
    return status == WM_OK && !found ? WM_NOT_FOUND : status;
}

static wm_status last_word(wm_store *store, int64_t *number_out, wm_error *err)
{
    wm_stmt st = wm_stmt_open(store, SQL_LAST_WORD, err);
    if (wm_stmt_row(&st)) {
        *number_out = wm_stmt_i64(&st, 0);
    }
    return wm_stmt_close(&st);
}

static wm_status change_count(wm_store *store, wm_str word, int64_t more, wm_error *err)
{
    wm_stmt st = wm_stmt_open(store, SQL_COUNT_WORD, err);
    wm_stmt_bind_text(&st, 1, word);
    wm_stmt_bind_i64(&st, 2, more);
    wm_stmt_run(&st);
    return wm_stmt_close(&st);
}

static wm_status new_word(wm_store *store, wm_str word, int64_t names, int64_t *number_out,
                          wm_error *err)
{
    int64_t last = 0;
    wm_status status = last_word(store, &last, err);
    if (status != WM_OK) {
        return status;
    }
    wm_stmt st = wm_stmt_open(store, SQL_PUT_WORD, err);
    wm_stmt_bind_text(&st, 1, word);
    wm_stmt_bind_i64(&st, 2, last + 1);
    wm_stmt_bind_i64(&st, 3, names);
    wm_stmt_run(&st);
    status = wm_stmt_close(&st);
    *number_out = last + 1;
    return status == WM_OK ? write_near(store, SQL_PUT_NEAR, word, last + 1, err) : status;
}

/* The last of its names takes the word with it. */
static wm_status drop_word(wm_store *store, wm_str word, int64_t number, wm_error *err)
{
    wm_status status = write_near(store, SQL_DROP_NEAR, word, number, err);
    if (status == WM_OK) {
        wm_stmt st = wm_stmt_open(store, SQL_DROP_WORD, err);
        wm_stmt_bind_text(&st, 1, word);
        wm_stmt_run(&st);
        status = wm_stmt_close(&st);
    }
    return status;
}

/* Counts the word's revisions that come and go; its number. WM_NOT_FOUND: there is no such word to
 * leave; damaged, and verify says so. */
static wm_status count_word(wm_store *store, wm_str word, int64_t more, int64_t *number_out,
                            wm_error *err)
{
    int64_t names = 0;
    wm_status status = find_word(store, word, number_out, &names, err);
    if (status == WM_NOT_FOUND && more > 0) {
        return new_word(store, word, more, number_out, err);
    }
    if (status != WM_OK || more == 0) {
        return status;
    }
    return names + more > 0 ? change_count(store, word, more, err)
                            : drop_word(store, word, *number_out, err);
}

/* What one revision does to one posting: 1 comes, -1 goes, 0 is there as before. */
static int change_of(const waiting *items, size_t count, size_t from, size_t *end_out)
{
    size_t end = from + 1;
    while (end < count && items[end].rev == items[from].rev) {
        end++;
    }
    *end_out = end;
    int was = (int)(items[from].turn & 1);
    int is = 1 - (int)(items[end - 1].turn & 1);
    return is - was;
}

/* All that waits for one word, or for one key (`word` empty). */
static wm_status write_postings(wm_store *store, wm_str word, const waiting *items, size_t count,
                                wm_error *err)
{
    int64_t number = items[0].number;
    int64_t more = 0;
    bool changes = false;
    for (size_t i = 0; i < count;) {
        int change = change_of(items, count, i, &i);
        more += change;
        changes = changes || change != 0;
    }
    wm_status status =
        changes && word.len > 0 ? count_word(store, word, more, &number, err) : WM_OK;
    if (status != WM_OK || !changes) {
        return status == WM_NOT_FOUND ? WM_OK : status;
    }
    wm_stmt put = wm_stmt_open(store, SQL_PUT_POSTING, err);
    wm_stmt drop = wm_stmt_open(store, SQL_DROP_POSTING, err);
    for (size_t i = 0; i < count && put.status == WM_OK && drop.status == WM_OK;) {
        int64_t rev = items[i].rev;
        int change = change_of(items, count, i, &i);
        wm_stmt *st = change > 0 ? &put : &drop;
        if (change != 0) {
            wm_stmt_bind_i64(st, 1, number);
            wm_stmt_bind_i64(st, 2, rev);
            wm_stmt_run(st);
        }
    }
    wm_status dropped = wm_stmt_close(&drop);
    status = wm_stmt_close(&put);
    return status != WM_OK ? status : dropped;
}

wm_status wm_names_flush(wm_txn *txn, wm_error *err)
{
    wm_store *store = wm_txn_store(txn);
    struct wm_name_queue *queue = store->names;
    if (queue == NULL || queue->count == 0) {
        return WM_OK;
    }
    queued_word *words = NULL;
    wm_status status = put_in_order(queue, &words, err);
    const waiting *items = queue->items;
    for (size_t i = 0, end = 0; i < queue->count && status == WM_OK && words != NULL; i = end) {
        int64_t number = items[i].number;
        while (end < queue->count && items[end].number == number) {
            end++;
        }
        wm_str word = number < WORD ? (wm_str){ NULL, 0 } : words[number - WORD].text;
        status = write_postings(store, word, items + i, end - i, err);
    }
    queue->items = NULL;
    queue->count = 0;
    queue->capacity = 0;
    wm_symbols_free(queue->words);
    queue->words = NULL;
    wm_arena_reset(&queue->arena);
    return status;
}

static wm_status open_queue(wm_store *store, wm_error *err)
{
    if (store->names != NULL) {
        return WM_OK;
    }
    store->names = wm_env_alloc(store->env, sizeof *store->names);
    if (store->names == NULL) {
        return wm_fail_memory(err);
    }
    *store->names = (struct wm_name_queue){ .items = NULL };
    wm_arena_init(&store->names->arena, store->env, SIZE_MAX / 2);
    return WM_OK;
}

typedef struct queuing {
    wm_txn *txn;
    int64_t rev;
    bool leaves;
} queuing;

static wm_status make_room(const queuing *q, wm_error *err)
{
    wm_store *store = wm_txn_store(q->txn);
    wm_status status = open_queue(store, err);
    if (status == WM_OK && store->names->count >= POSTINGS_MAX) {
        status = wm_names_flush(q->txn, err);
    }
    if (status == WM_OK && store->names->words == NULL) {
        status = wm_symbols_new(store->env, &store->names->words, err);
    }
    return status;
}

/* There is room. */
static wm_status enqueue(const queuing *q, int64_t number, wm_error *err)
{
    struct wm_name_queue *queue = wm_txn_store(q->txn)->names;
    waiting *items =
        wm_arena_grow(&queue->arena, queue->items, queue->count, &queue->capacity, sizeof *items);
    if (items == NULL) {
        return wm_fail_memory(err);
    }
    uint32_t turn = (uint32_t)queue->count << 1 | (q->leaves ? 1 : 0);
    queue->items = items;
    items[queue->count++] = (waiting){ number, q->rev, turn };
    return WM_OK;
}

static wm_status enqueue_word(void *context, wm_str word, wm_error *err)
{
    const queuing *q = context;
    wm_symbol symbol = 0;
    wm_status status = make_room(q, err);
    if (status == WM_OK) {
        status = wm_symbols_intern(wm_txn_store(q->txn)->names->words, word, &symbol, err);
    }
    return status == WM_OK ? enqueue(q, WORD + symbol, err) : status;
}

static wm_status enqueue_key(void *context, int64_t key, wm_error *err)
{
    wm_status status = make_room(context, err);
    return status == WM_OK ? enqueue(context, key, err) : status;
}

static wm_status write_row(wm_txn *txn, int64_t rev, const name_row *row, wm_error *err)
{
    queuing q = { txn, rev, false };
    const name_visitor each = { enqueue_word, enqueue_key, &q };
    wm_stmt st = wm_stmt_open(wm_txn_store(txn), SQL_PUT_NAME, err);
    wm_stmt_bind_i64(&st, 1, rev);
    wm_stmt_bind_i64(&st, 2, row->organization);
    wm_stmt_bind_text(&st, 3, row->lines);
    wm_stmt_run(&st);
    wm_status status = wm_stmt_close(&st);
    return status == WM_OK ? visit(row->lines, row->organization, &each, err) : status;
}

wm_status wm_names_put(wm_txn *txn, const wm_indexed *revision, wm_error *err)
{
    name_row row;
    if (!wm_names_has(revision->kind)) {
        return WM_OK;
    }
    wm_status status = make_row(wm_txn_store(txn)->env, revision, &row, err);
    if (status == WM_OK) {
        status = write_row(txn, revision->rev, &row, err);
    }
    row_fini(&row);
    return status;
}

/* ---- removal ---- */

wm_status wm_names_remove(wm_txn *txn, wm_kind kind, int64_t rev, wm_error *err)
{
    wm_store *store = wm_txn_store(txn);
    bool found = false;
    queuing q = { txn, rev, true };
    const name_visitor each = { enqueue_word, enqueue_key, &q };
    wm_status status = WM_OK;
    if (!wm_names_has(kind)) {
        return WM_OK;
    }
    wm_stmt st = wm_stmt_open(store, SQL_GET_NAME, err);
    wm_stmt_bind_i64(&st, 1, rev);
    if (wm_stmt_row(&st)) {
        found = true;
        status = visit(wm_stmt_str(&st, 1), wm_stmt_i64(&st, 0), &each, err);
    }
    wm_status closed = wm_stmt_close(&st);
    status = status == WM_OK ? closed : status;
    if (status == WM_OK && found) {
        wm_stmt drop = wm_stmt_open(store, SQL_DROP_NAME, err);
        wm_stmt_bind_i64(&drop, 1, rev);
        wm_stmt_run(&drop);
        status = wm_stmt_close(&drop);
    }
    return status;
}

static wm_status is_same(wm_store *store, int64_t rev, const name_row *row, bool *same_out,
                         wm_error *err)
{
    *same_out = false;
    wm_stmt st = wm_stmt_open(store, SQL_GET_NAME, err);
    wm_stmt_bind_i64(&st, 1, rev);
    if (wm_stmt_row(&st)) {
        *same_out = wm_stmt_i64(&st, 0) == row->organization &&
                    wm_str_equal(wm_stmt_str(&st, 1), row->lines);
    }
    return wm_stmt_close(&st);
}

wm_status wm_names_replace(wm_txn *txn, const wm_indexed *revision, wm_error *err)
{
    name_row row;
    bool same = false;
    if (!wm_names_has(revision->kind) || has_same_names(revision)) {
        return WM_OK;
    }
    wm_status status = make_row(wm_txn_store(txn)->env, revision, &row, err);
    if (status == WM_OK) {
        status = is_same(wm_txn_store(txn), revision->rev, &row, &same, err);
    }
    if (status == WM_OK && !same) {
        status = wm_names_remove(txn, revision->kind, revision->rev, err);
        status = status == WM_OK ? write_row(txn, revision->rev, &row, err) : status;
    }
    row_fini(&row);
    return status;
}

/* ---- made anew ---- */

wm_status wm_names_remake(wm_txn *txn, wm_error *err)
{
    wm_store *store = wm_txn_store(txn);
    wm_arena scratch;
    int64_t last = 0;
    wm_names_discard(store);
    wm_status status = wm_store_run(store, SQL_EMPTY, err);
    if (status == WM_OK) {
        status = wm_store_last_number(store, &last, err);
    }
    if (status != WM_OK) {
        return status;
    }
    wm_arena_init(&scratch, store->env, SIZE_MAX / 2);
    wm_stmt st = wm_stmt_open(store, SQL_STANDING, err);
    wm_stmt_bind_i64(&st, 1, last);
    wm_stmt_bind_i64(&st, 2, WM_KIND_ORGANIZATION);
    wm_stmt_bind_i64(&st, 3, WM_KIND_PLACE);
    while (status == WM_OK && wm_stmt_row(&st)) {
        wm_indexed row = { .kind = (wm_kind)wm_stmt_i64(&st, 3), .rev = wm_stmt_i64(&st, 0) };
        wm_arena_reset(&scratch);
        status = wm_store_parse(&scratch, wm_stmt_str(&st, 1), &row.value, err);
        if (status == WM_OK) {
            status = wm_names_put(txn, &row, err);
        }
        if (status != WM_OK) {
            wm_error_context(err, "%s/%.*s", wm_kind_name(row.kind),
                             WM_STR_ARG(wm_stmt_str(&st, 2)));
        }
    }
    wm_status closed = wm_stmt_close(&st);
    wm_arena_fini(&scratch);
    return status == WM_OK ? closed : status;
}

/* ---- is it what it would be, were it made now? ---- */

static wm_status damaged(wm_error *err)
{
    return wm_fail(err, WM_CORRUPT, "database: the index of names is damaged");
}

typedef struct name_check {
    wm_store *store;
    wm_stmt posting; /* is there this one? */
    int64_t rev;
    int64_t postings; /* that there should be, so far */
    int64_t near;
} name_check;

static wm_status check_key(void *context, int64_t key, wm_error *err)
{
    name_check *c = context;
    wm_stmt_bind_i64(&c->posting, 1, key);
    wm_stmt_bind_i64(&c->posting, 2, c->rev);
    bool found = wm_stmt_row(&c->posting);
    wm_stmt_reset(&c->posting);
    c->postings++;
    return found || c->posting.status != WM_OK ? c->posting.status : damaged(err);
}

static wm_status check_word(void *context, wm_str word, wm_error *err)
{
    const name_check *c = context;
    int64_t number = 0;
    int64_t names = 0;
    wm_status status = find_word(c->store, word, &number, &names, err);
    return status == WM_OK          ? check_key(context, number, err)
           : status == WM_NOT_FOUND ? damaged(err)
                                    : status;
}

/* Two lines that are one without their spaces have one posting. */
static int64_t same_keys(wm_str lines)
{
    int64_t same = 0;
    wm_str rest = lines;
    while (rest.len > 0) {
        int64_t key = name_key(take(&rest, '\n'));
        bool again = false;
        for (wm_str behind = rest; behind.len > 0 && !again;) {
            again = name_key(take(&behind, '\n')) == key;
        }
        same += again ? 1 : 0;
    }
    return same;
}

/* `st` is at a row of SQL_CHECK. */
static wm_status check_row(name_check *c, wm_stmt *st, wm_error *err)
{
    const name_visitor each = { check_word, check_key, c };
    wm_indexed of = { .kind = (wm_kind)wm_stmt_i64(st, 3) };
    wm_arena arena;
    name_row row = { .organization = 0 };
    wm_arena_init(&arena, c->store->env, SIZE_MAX / 2);
    c->rev = wm_stmt_i64(st, 0);
    wm_status status = wm_stmt_is_null(st, 3) ? damaged(err) : WM_OK;
    if (status == WM_OK) {
        status = wm_store_parse(&arena, wm_stmt_str(st, 4), &of.value, err);
    }
    if (status == WM_OK) {
        status = make_row(c->store->env, &of, &row, err);
        if (status == WM_OK && (row.organization != wm_stmt_i64(st, 1) ||
                                !wm_str_equal(row.lines, wm_stmt_str(st, 2)))) {
            status = damaged(err);
        }
        status = status == WM_OK ? visit(row.lines, row.organization, &each, err) : status;
        c->postings -= same_keys(row.lines);
        row_fini(&row);
    }
    wm_arena_fini(&arena);
    return status;
}

/* `st` is at a row of SQL_CHECK_WORDS. */
static wm_status check_near(name_check *c, wm_stmt *st, wm_error *err)
{
    uint32_t near[NAME_NEAR_MAX];
    size_t count = name_near(wm_stmt_str(st, 0), near);
    wm_status status =
        wm_stmt_i64(st, 2) == wm_stmt_i64(st, 3) && wm_stmt_i64(st, 2) > 0 ? WM_OK : damaged(err);
    wm_stmt look = wm_stmt_open(c->store, SQL_CHECK_NEAR, err);
    for (size_t i = 0; i < count && status == WM_OK; i++) {
        wm_stmt_bind_i64(&look, 1, (int64_t)near[i]);
        wm_stmt_bind_i64(&look, 2, wm_stmt_i64(st, 1));
        bool found = wm_stmt_row(&look);
        wm_stmt_reset(&look);
        status = found || look.status != WM_OK ? look.status : damaged(err);
    }
    c->near += (int64_t)count;
    wm_status closed = wm_stmt_close(&look);
    return status == WM_OK ? closed : status;
}

static wm_status check_each(name_check *c, const char *sql,
                            wm_status (*check)(name_check *c, wm_stmt *st, wm_error *err),
                            wm_error *err)
{
    wm_status status = WM_OK;
    wm_stmt st = wm_stmt_open(c->store, sql, err);
    if (sql == SQL_CHECK) {
        wm_stmt_bind_i64(&st, 1, WM_KIND_SERVICE);
        wm_stmt_bind_i64(&st, 2, WM_KIND_ORGANIZATION);
        wm_stmt_bind_i64(&st, 3, WM_KIND_PLACE);
    }
    while (status == WM_OK && wm_stmt_row(&st)) {
        status = check(c, &st, err);
    }
    wm_status closed = wm_stmt_close(&st);
    return status == WM_OK ? closed : status;
}

/* Nothing that stands is left out, and there is nothing else. */
static wm_status check_counts(const name_check *c, wm_error *err)
{
    int64_t last = 0;
    wm_status status = wm_store_last_number(c->store, &last, err);
    if (status != WM_OK) {
        return status;
    }
    wm_stmt st = wm_stmt_open(c->store, SQL_CHECK_COUNTS, err);
    wm_stmt_bind_i64(&st, 1, WM_KIND_SERVICE);
    wm_stmt_bind_i64(&st, 2, WM_KIND_ORGANIZATION);
    wm_stmt_bind_i64(&st, 3, WM_KIND_PLACE);
    wm_stmt_bind_i64(&st, 4, last);
    bool whole = wm_stmt_row(&st) && wm_stmt_i64(&st, 0) == 0 &&
                 wm_stmt_i64(&st, 1) == c->postings && wm_stmt_i64(&st, 2) == c->near;
    status = wm_stmt_close(&st);
    return status != WM_OK || whole ? status : damaged(err);
}

wm_status wm_names_verify(wm_store *store, wm_error *err)
{
    name_check c = { .store = store, .posting = wm_stmt_open(store, SQL_CHECK_POSTING, err) };
    wm_status status = check_each(&c, SQL_CHECK, check_row, err);
    wm_status closed = wm_stmt_close(&c.posting);
    status = status == WM_OK ? closed : status;
    if (status == WM_OK) {
        status = check_each(&c, SQL_CHECK_WORDS, check_near, err);
    }
    return status == WM_OK ? check_counts(&c, err) : status;
}
