/* test_names.c: names are kept in step with the records, and found. */
#include "small_directory.h"

#include <stdio.h>

#include "store/names.h"

#define LIST_MAX 16

typedef struct scene {
    wm_store *store;
    wm_error err;
} scene;

static scene *new_scene(void)
{
    static scene s;
    s = (scene){ .store = wm_test_store() };
    return &s;
}

static void end_scene(scene *s)
{
    wm_store_close(s->store);
}

static void put_organization(const scene *s, const char *name)
{
    char text[256];
    (void)snprintf(text, sizeof text, "{'id':'o','name':'%s'}", name);
    wm_test_put(s->store, WM_KIND_ORGANIZATION, text);
}

static void put_service(const scene *s, const char *id, const char *names)
{
    char text[512];
    (void)snprintf(text, sizeof text,
                   "{'id':'%s',%s,'organization':'o','kind':'k','status':'active','needs':[],"
                   "'areas':[],'eligibility':{'who':{'const':true}}}",
                   id, names);
    wm_test_put(s->store, WM_KIND_SERVICE, text);
}

/* How many revisions have the word; 0: none. */
static int64_t names_with(scene *s, const char *word)
{
    wm_name_word found = { .names = 0 };
    wm_status status = wm_names_word(s->store, wm_str_of(word), &found, &s->err);
    assert_true(status == WM_OK || status == WM_NOT_FOUND);
    return found.names;
}

static size_t postings_of(scene *s, int64_t number)
{
    int64_t revisions[LIST_MAX];
    size_t count = 0;
    assert_ok(wm_names_postings(s->store, number, revisions, LIST_MAX, &count, &s->err), &s->err);
    return count;
}

static void names_follow_the_records(void **state)
{
    (void)state;
    scene *s = new_scene();
    put_organization(s, "Bluebell Trust");
    put_service(s, "a", "'name':'The Swindon Place of Calm (closed)'");
    put_service(s, "b", "'name':'YoungMinds','alternate_names':['Young Minds','Minds, young']");
    assert_int_equal(names_with(s, "bluebell"), 1);
    assert_int_equal(names_with(s, "calm"), 1);
    assert_int_equal(names_with(s, "young"), 1);
    assert_int_equal(names_with(s, "the"), 0);
    assert_int_equal(postings_of(s, wm_names_whole(WM_STR("swindon place calm"))), 1);
    assert_int_equal(postings_of(s, wm_names_whole(WM_STR("young minds"))), 1);
    assert_int_equal(postings_of(s, wm_names_of_organization(WM_STR("o"))), 2);
    assert_ok(wm_store_verify_index(s->store, &s->err), &s->err);
    put_organization(s, "Harebell Trust");
    put_service(s, "a", "'name':'Swindon Place of Rest'");
    assert_int_equal(names_with(s, "bluebell"), 0);
    assert_int_equal(names_with(s, "harebell"), 1);
    assert_int_equal(names_with(s, "calm"), 0);
    assert_int_equal(names_with(s, "rest"), 1);
    wm_test_withdraw(s->store, WM_KIND_SERVICE, "a");
    assert_int_equal(names_with(s, "swindon"), 0);
    assert_ok(wm_store_verify_index(s->store, &s->err), &s->err);
    end_scene(s);
}

static void a_release_drops_the_names_that_went(void **state)
{
    (void)state;
    scene *s = new_scene();
    put_organization(s, "Bluebell Trust");
    put_service(s, "a", "'name':'Place of Calm'");
    (void)wm_test_release(s->store, "2026-01-05");
    put_organization(s, "Harebell Trust");
    put_service(s, "a", "'name':'Place of Rest'");
    assert_int_equal(names_with(s, "calm"), 1); /* as released */
    assert_int_equal(names_with(s, "rest"), 1);
    assert_int_equal(names_with(s, "bluebell"), 1);
    assert_ok(wm_store_verify_index(s->store, &s->err), &s->err);
    (void)wm_test_release(s->store, "2026-01-06");
    assert_int_equal(names_with(s, "calm"), 0);
    assert_int_equal(names_with(s, "bluebell"), 0);
    assert_int_equal(names_with(s, "harebell"), 1);
    assert_ok(wm_store_verify_index(s->store, &s->err), &s->err);
    end_scene(s);
}

static void expect_near(scene *s, const char *word, const char *expected)
{
    wm_name_word found[LIST_MAX];
    size_t count = 0;
    assert_ok(wm_names_near(s->store, wm_str_of(word), found, LIST_MAX, &count, &s->err), &s->err);
    assert_int_equal(count, expected != NULL ? 1 : 0);
    if (expected != NULL) {
        assert_true(wm_str_is((wm_str){ found[0].text, found[0].length }, expected));
    }
}

static void misspelt_words_are_found(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        { "samaritns", "samaritans" },   /* left out */
        { "samarittans", "samaritans" }, /* put in */
        { "samaritams", "samaritans" },  /* another */
        { "samartians", "samaritans" },  /* swapped */
        { "amaritans", "samaritans" },   /* the first */
        { "samaratins", "samaritans" },  /* two, behind the beginning */
        { "zamaratins", NULL },          /* two, one of them at the beginning */
        { "calmm", "calm" },
        { "cal", NULL }, /* too short */
        { "clear", NULL },
    };
    scene *s = new_scene();
    put_organization(s, "O");
    put_service(s, "a", "'name':'Samaritans'");
    put_service(s, "b", "'name':'Calm'");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        expect_near(s, rows[i][0], rows[i][1]);
    }
    end_scene(s);
}

static void beginnings_are_found_in_order(void **state)
{
    (void)state;
    scene *s = new_scene();
    wm_name_word found[2];
    size_t count = 0;
    put_organization(s, "Swan");
    put_service(s, "a", "'name':'Swindon swimming'");
    put_service(s, "b", "'name':'\xc3\x89toile'");
    assert_ok(wm_names_starting(s->store, WM_STR("sw"), found, 2, &count, &s->err), &s->err);
    assert_int_equal(count, 3);
    assert_true(wm_str_is((wm_str){ found[0].text, found[0].length }, "swan"));
    assert_ok(wm_names_starting(s->store, WM_STR("swi"), found, 2, &count, &s->err), &s->err);
    assert_int_equal(count, 2);
    assert_ok(wm_names_starting(s->store, WM_STR("etoile"), found, 2, &count, &s->err), &s->err);
    assert_int_equal(count, 1);
    end_scene(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_follow_the_records),
        cmocka_unit_test(a_release_drops_the_names_that_went),
        cmocka_unit_test(misspelt_words_are_found),
        cmocka_unit_test(beginnings_are_found_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
