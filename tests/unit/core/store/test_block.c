/* test_block.c: a block holds what was put into it, whichever way it came there; and damaged bytes
 * are refused or decoded, never read past. */
#include "testing.h"

#include <stdlib.h>

#include "store/block.h"

#define TEXT_MAX 90

typedef struct thing {
    bool is_there;
    int64_t revision;
    int64_t since;
    size_t summary_length;
    size_t criteria_length;
    char bytes[2 * TEXT_MAX]; /* of the summary, then of the criteria */
} thing;

/* What a block must hold. */
typedef struct model {
    thing things[WM_BLOCK_PLACES];
    wm_test_random random;
} model;

static wm_entry entry_of(const thing *t)
{
    return (wm_entry){ .revision = t->revision,
                       .since = t->since,
                       .summary = { t->bytes, t->summary_length },
                       .criteria = { t->bytes + t->summary_length, t->criteria_length } };
}

static void make_thing(model *m, thing *t)
{
    t->is_there = true;
    t->revision = (int64_t)(wm_test_random_next(&m->random) >> (16 + 8 * (m->random.state % 5)));
    t->since = (int64_t)(wm_test_random_next(&m->random) >> 32);
    t->summary_length = wm_test_random_below(&m->random, TEXT_MAX);
    t->criteria_length = wm_test_random_below(&m->random, TEXT_MAX);
    for (size_t i = 0; i < t->summary_length + t->criteria_length; i++) {
        t->bytes[i] = (char)wm_test_random_next(&m->random);
    }
}

static void put(wm_buf *block, unsigned place, const wm_entry *entry)
{
    wm_error err = { 0 };
    wm_buf next;
    wm_buf_init(&next, wm_env_system(), WM_BLOCK_BYTES_MAX);
    assert_ok(wm_block_put(wm_buf_str(block), place, entry, &next, &err), &err);
    wm_buf_fini(block);
    *block = next;
}

static void assert_holds(const model *m, wm_str block)
{
    unsigned first = WM_BLOCK_PLACES;
    unsigned free_place = 0;
    bool is_empty = true;
    for (unsigned place = 0; place < WM_BLOCK_PLACES; place++) {
        wm_error err = { 0 };
        wm_entry entry;
        const thing *t = &m->things[place];
        wm_status status = wm_block_get(block, place, &entry, &err);
        first = !t->is_there && first == WM_BLOCK_PLACES ? place : first;
        is_empty = is_empty && !t->is_there;
        if (!t->is_there) {
            assert_int_equal(status, WM_NOT_FOUND);
            continue;
        }
        wm_entry right = entry_of(t);
        assert_ok(status, &err);
        assert_int_equal(entry.revision, right.revision);
        assert_int_equal(entry.since, right.since);
        assert_true(wm_str_equal(entry.summary, right.summary));
        assert_true(wm_str_equal(entry.criteria, right.criteria));
    }
    assert_ok(wm_block_free_place(block, &free_place, NULL), NULL);
    assert_int_equal(free_place, first);
    assert_int_equal(wm_block_is_empty(block), is_empty);
}

/* The same block, put together in order. */
static void assert_same_as_anew(const model *m, wm_str block)
{
    wm_buf anew;
    wm_buf_init(&anew, wm_env_system(), WM_BLOCK_BYTES_MAX);
    for (unsigned place = 0; place < WM_BLOCK_PLACES; place++) {
        wm_entry entry = entry_of(&m->things[place]);
        if (m->things[place].is_there) {
            put(&anew, place, &entry);
        }
    }
    assert_true(wm_str_equal(wm_buf_str(&anew), block));
    wm_buf_fini(&anew);
}

/* Fills towards `percent` of all places. */
static void change(model *m, wm_buf *block, uint32_t percent)
{
    unsigned place = wm_test_random_below(&m->random, WM_BLOCK_PLACES);
    thing *t = &m->things[place];
    if (wm_test_random_below(&m->random, 100) < percent) {
        make_thing(m, t);
        wm_entry entry = entry_of(t);
        put(block, place, &entry);
    } else {
        t->is_there = false;
        put(block, place, NULL);
    }
}

static void a_block_holds_what_was_put_and_nothing_that_went(void **state)
{
    (void)state;
    model m = { .random = wm_test_random_new(41) };
    wm_buf block;
    wm_buf_init(&block, wm_env_system(), WM_BLOCK_BYTES_MAX);
    assert_holds(&m, wm_buf_str(&block));
    for (uint32_t round = 0; round < 2000; round++) {
        static const uint32_t percents[] = { 90, 50, 10, 0, 100 };
        change(&m, &block, percents[round / 100 % 5]);
        assert_holds(&m, wm_buf_str(&block));
        if (round % 20 == 0) {
            assert_same_as_anew(&m, wm_buf_str(&block));
        }
    }
    wm_buf_fini(&block);
}

static void an_empty_block_has_no_bytes(void **state)
{
    (void)state;
    model m = { .random = { 7 } };
    wm_buf block;
    wm_buf_init(&block, wm_env_system(), WM_BLOCK_BYTES_MAX);
    make_thing(&m, &m.things[63]);
    wm_entry entry = entry_of(&m.things[63]);
    put(&block, 63, &entry);
    assert_holds(&m, wm_buf_str(&block));
    put(&block, 63, NULL);
    assert_int_equal(block.len, 0);
    wm_buf_fini(&block);
}

static void a_long_summary_has_its_length_in_full(void **state)
{
    (void)state;
    static const size_t lengths[] = { 65533, 65534, 65535, 65536, WM_RECORD_BYTES_MAX };
    char *text = calloc(WM_RECORD_BYTES_MAX, 1);
    assert_non_null(text);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        wm_error err = { 0 };
        wm_buf block;
        wm_entry entry = { .revision = 1, .summary = { text, lengths[i] }, .criteria = { "c", 1 } };
        wm_entry found;
        wm_buf_init(&block, wm_env_system(), WM_BLOCK_BYTES_MAX);
        put(&block, 2, &entry);
        assert_ok(wm_block_get(wm_buf_str(&block), 2, &found, &err), &err);
        assert_int_equal(found.summary.len, lengths[i]);
        assert_true(wm_str_equal(found.criteria, entry.criteria));
        wm_buf_fini(&block);
    }
    free(text);
}

static void revisions_have_48_bits(void **state)
{
    (void)state;
    wm_error err = { 0 };
    wm_buf block;
    wm_entry found;
    wm_entry entry = { .revision = ((int64_t)1 << 48) - 1, .since = UINT32_MAX };
    wm_buf_init(&block, wm_env_system(), WM_BLOCK_BYTES_MAX);
    put(&block, 0, &entry);
    assert_ok(wm_block_get(wm_buf_str(&block), 0, &found, &err), &err);
    assert_int_equal(found.revision, entry.revision);
    assert_int_equal(found.since, entry.since);
    wm_buf_reset(&block);
    entry.revision++;
    assert_int_equal(wm_block_put((wm_str){ NULL, 0 }, 0, &entry, &block, &err), WM_TOO_LARGE);
    assert_int_equal(block.len, 0);
    wm_buf_fini(&block);
}

/* ---- damage -------------------------------------------------------------------------------- */

static bool lies_in(wm_str part, wm_str whole)
{
    return part.ptr >= whole.ptr && part.len <= whole.len &&
           (size_t)(part.ptr - whole.ptr) <= whole.len - part.len;
}

/* In memory of exactly that length. Returns how many of the places were refused. */
static unsigned read_copy(wm_str bytes)
{
    unsigned refused = 0;
    unsigned free_place = 0;
    wm_buf out;
    char *copy = malloc(bytes.len > 0 ? bytes.len : 1);
    assert_non_null(copy);
    memcpy(copy, bytes.ptr, bytes.len);
    wm_str block = { copy, bytes.len };
    for (unsigned place = 0; place < WM_BLOCK_PLACES; place++) {
        wm_entry entry;
        wm_status status = wm_block_get(block, place, &entry, NULL);
        assert_true(status == WM_OK || status == WM_NOT_FOUND || status == WM_CORRUPT);
        assert_true(status != WM_OK ||
                    (lies_in(entry.summary, block) && lies_in(entry.criteria, block)));
        refused += status == WM_CORRUPT ? 1 : 0;
    }
    wm_status status = wm_block_free_place(block, &free_place, NULL);
    assert_true(status == WM_CORRUPT || (status == WM_OK && free_place <= WM_BLOCK_PLACES));
    wm_buf_init(&out, wm_env_system(), WM_BLOCK_BYTES_MAX);
    wm_entry entry = { .revision = 1, .summary = { "s", 1 } };
    status = wm_block_put(block, 3, &entry, &out, NULL);
    assert_true(status == WM_OK || status == WM_CORRUPT);
    assert_true(status != WM_OK || wm_block_get(wm_buf_str(&out), 3, &entry, NULL) == WM_OK);
    wm_buf_fini(&out);
    free(copy);
    return refused;
}

static void damaged_bytes_are_refused_or_decoded_within_bounds(void **state)
{
    (void)state;
    model m = { .random = wm_test_random_new(42) };
    wm_buf block;
    wm_buf_init(&block, wm_env_system(), WM_BLOCK_BYTES_MAX);
    for (int i = 0; i < 12; i++) {
        unsigned place = wm_test_random_below(&m.random, 20);
        make_thing(&m, &m.things[place]);
        wm_entry entry = entry_of(&m.things[place]);
        put(&block, place, &entry);
    }
    assert_int_equal(read_copy(wm_buf_str(&block)), 0);
    for (size_t at = 0; at < block.len; at++) {
        char right = block.data[at];
        for (unsigned bit = 0; bit < 9; bit++) {
            block.data[at] = (char)(bit < 8 ? (unsigned char)right ^ 1u << bit : 0xff);
            unsigned refused = read_copy(wm_buf_str(&block));
            assert_true(at >= 4 || right == block.data[at] || refused == WM_BLOCK_PLACES);
        }
        block.data[at] = right;
        if (at > 0) {
            assert_int_equal(read_copy((wm_str){ block.data, at }), WM_BLOCK_PLACES);
        }
    }
    wm_buf_put_char(&block, 'x');
    assert_int_equal(read_copy(wm_buf_str(&block)), WM_BLOCK_PLACES);
    wm_buf_fini(&block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_block_holds_what_was_put_and_nothing_that_went),
        cmocka_unit_test(an_empty_block_has_no_bytes),
        cmocka_unit_test(a_long_summary_has_its_length_in_full),
        cmocka_unit_test(revisions_have_48_bits),
        cmocka_unit_test(damaged_bytes_are_refused_or_decoded_within_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
