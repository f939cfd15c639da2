/* test_shelf.c: what cards are made of is read of the file once, and from memory after that: the
 * same either way; what was not shown of late is read again, and what is damaged is never held. How
 * often the file is asked is counted: the linker leads wm_store_shown here. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "answers.h"
#include "ask/shelf.h"
#include "rules/program.h"
#include "store/candidates.h"
#include "store/database.h"

#define SERVICES 200 /* more than half a shelf of them */
#define FEW 40       /* less than half a shelf */
#define LABEL_BYTES 40000

static size_t times_read;

wm_status __real_wm_store_shown(wm_store *store, int64_t revision, wm_buf *bytes_out,
                                size_t *face_bytes_out, wm_error *err);
wm_status __wrap_wm_store_shown(wm_store *store, int64_t revision, wm_buf *bytes_out,
                                size_t *face_bytes_out, wm_error *err);

wm_status __wrap_wm_store_shown(wm_store *store, int64_t revision, wm_buf *bytes_out,
                                size_t *face_bytes_out, wm_error *err)
{
    times_read++;
    return __real_wm_store_shown(store, revision, bytes_out, face_bytes_out, err);
}

typedef struct scene {
    wm_test_source records[SERVICES + 4];
    wm_test_asking *asking;
    int64_t revisions[SERVICES];
} scene;

/* Each has a label of its own, and criteria. */
static char *make_service(unsigned number)
{
    char *text = malloc(LABEL_BYTES + 1000);
    assert_non_null(text);
    int length = snprintf(text, LABEL_BYTES + 1000,
                          "{'id':'s%u','name':'Service %u','organization':'o','kind':'k','status':"
                          "'active','eligibility':{'who':{'age':{'min':%u}},'routes':['self']},"
                          "'needs':['n'],'areas':['e'],'contacts':[{'kind':'phone','value':"
                          "'01632 960001','label':'",
                          number, number, number % 100);
    memset(text + length, 'a' + (int)(number % 26), LABEL_BYTES);
    (void)snprintf(text + length + LABEL_BYTES, 8, "'}]}");
    return text;
}

static int set_up(void **state)
{
    static const wm_test_source frame[] = {
        { WM_KIND_DIRECTORY, "{'id':'d','title':'t','publisher':'p'}" },
        { WM_KIND_ORGANIZATION, "{'id':'o','name':'O'}" },
        { WM_KIND_LOCALITY, "{'id':'e','name':'England','kind':'nation'}" },
        { WM_KIND_NEED, "{'id':'n','label':'N','broader':[]}" },
    };
    wm_error err = { 0 };
    scene *s = calloc(1, sizeof *s);
    assert_non_null(s);
    memcpy(s->records, frame, sizeof frame);
    for (unsigned i = 0; i < SERVICES; i++) {
        s->records[4 + i] = (wm_test_source){ WM_KIND_SERVICE, make_service(i) };
    }
    s->asking = wm_test_asking_new(s->records, SERVICES + 4);
    for (unsigned i = 0; i < SERVICES; i++) {
        char id[16];
        (void)snprintf(id, sizeof id, "s%u", i);
        assert_ok(wm_store_service_revision(s->asking->store, WM_VIEW_LATEST, wm_str_of(id),
                                            &s->revisions[i], &err),
                  &err);
    }
    times_read = 0;
    *state = s;
    return 0;
}

static int tear_down(void **state)
{
    scene *s = *state;
    wm_test_asking_free(s->asking);
    for (unsigned i = 0; i < SERVICES; i++) {
        free((void *)(uintptr_t)s->records[4 + i].text);
    }
    free(s);
    return 0;
}

/* Finds it, and looks whether it is what the record makes; true if the file was read. */
static bool find(scene *s, unsigned number)
{
    char name[32];
    wm_error err = { 0 };
    wm_shelf_card card;
    size_t before = times_read;
    (void)snprintf(name, sizeof name, "Service %u", number);
    assert_ok(wm_shelf_find(&s->asking->asker, s->revisions[number], &card, &err), &err);
    assert_true(wm_str_is(card.face.words.name, name));
    const char letters[] = { (char)('a' + number % 26), '"', '\0' };
    assert_true(card.face.rest.len > LABEL_BYTES);
    assert_non_null(strstr(card.face.rest.ptr, letters));
    assert_int_equal(card.criteria.node_count, 1);
    assert_int_equal(wm_program_node(&card.criteria, 0).op, WM_OP_AGE);
    return times_read > before;
}

static bool is_held(const scene *s, unsigned number)
{
    wm_criteria criteria;
    return wm_shelf_criteria(&s->asking->asker, s->revisions[number], &criteria);
}

static void what_was_read_is_not_read_again(void **state)
{
    scene *s = *state;
    assert_false(is_held(s, 7));
    assert_true(find(s, 7));
    assert_true(is_held(s, 7));
    assert_false(find(s, 7));
    assert_false(is_held(s, 8));
    for (unsigned i = 0; i < 60; i++) { /* with more of them beside it */
        assert_int_equal(find(s, i), i != 7);
    }
    for (unsigned i = 0; i < 60; i++) {
        assert_false(find(s, i));
    }
}

/* Asked for in each half, it stays; what was asked for once goes with the second half. */
static void what_is_shown_stays_and_the_rest_goes(void **state)
{
    scene *s = *state;
    for (unsigned i = 0; i < FEW; i++) {
        assert_true(find(s, i));
    }
    wm_shelf_settle(&s->asking->asker); /* there is room yet */
    assert_true(is_held(s, 0));
    for (unsigned i = FEW; i < SERVICES; i++) {
        assert_true(find(s, i));
    }
    for (unsigned i = 0; i < SERVICES; i++) {
        assert_false(find(s, i));
    }
    wm_shelf_settle(&s->asking->asker);
    assert_false(is_held(s, 0)); /* not of this answer */
    assert_false(find(s, 0));    /* but at hand */
    assert_true(is_held(s, 0));
    for (int turn = 0; turn < 3; turn++) { /* one more half each */
        for (unsigned i = FEW; i < SERVICES; i++) {
            (void)find(s, i);
        }
        for (unsigned i = 1; i < FEW; i++) {
            (void)find(s, i);
        }
        wm_shelf_settle(&s->asking->asker);
        assert_false(find(s, 0));
    }
    wm_shelf_settle(&s->asking->asker);
    assert_false(find(s, 0));
}

static void change(const scene *s, const char *sql)
{
    assert_int_equal(sqlite3_exec(s->asking->store->handle, sql, NULL, NULL, NULL), SQLITE_OK);
}

static void what_is_damaged_is_not_held(void **state)
{
    scene *s = *state;
    static const char *const damage[] = {
        "UPDATE service SET face = substr(face, 1, 40)",
        "UPDATE service SET face = CAST(face || x'00' AS BLOB)",
        "UPDATE service SET program = x'00'",
        "DELETE FROM service",
    };
    change(s, "CREATE TABLE kept AS SELECT * FROM service");
    for (size_t i = 0; i < sizeof damage / sizeof damage[0]; i++) {
        wm_error err = { 0 };
        wm_shelf_card card;
        change(s, damage[i]);
        for (int again = 0; again < 2; again++) {
            assert_int_equal(wm_shelf_find(&s->asking->asker, s->revisions[5], &card, &err),
                             WM_CORRUPT);
            assert_true(err.text[0] != '\0');
            assert_false(is_held(s, 5));
        }
        change(s, "DELETE FROM service; INSERT INTO service SELECT * FROM kept");
    }
    assert_true(find(s, 5));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_read_is_not_read_again),
        TEST(what_is_shown_stays_and_the_rest_goes),
        TEST(what_is_damaged_is_not_held),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
