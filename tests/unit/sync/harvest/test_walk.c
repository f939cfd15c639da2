/* test_walk.c: pages and documents in order; lists that repeat, loop, lie, never end or change
 * while they are read; documents that are not there; servers that are not either. */
#include <stdio.h>
#include <stdlib.h>

#include <waymark/sys/harvest.h>

#include "feed_table.h"
#include "testing.h"

#define CANARY "c4n4ry"
#define PAGES_MAX 16

typedef struct scene {
    wm_feed_table table;
    wm_harvest_options options;
    char *pages[PAGES_MAX];
    size_t page_count;
    /* what came of it */
    wm_status status;
    wm_error err;
    wm_harvest_summary summary;
    char items[4096]; /* ids; "id*": from the list; "id!": with a problem */
    int64_t last_number;
    char problem[WM_ERROR_TEXT_MAX];
} scene;

static bool no_pause(void *context, uint64_t milliseconds)
{
    (void)context;
    (void)milliseconds;
    return true;
}

static int setup(void **state)
{
    scene *s = calloc(1, sizeof *s);
    assert_non_null(s);
    wm_feed_table_init(&s->table, wm_env_system());
    s->options.pause = no_pause;
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    scene *s = *state;
    for (size_t i = 0; i < s->page_count; i++) {
        free(s->pages[i]);
    }
    free(s);
    return 0;
}

static void page_times(scene *s, const char *at, const char *ids, const char *around,
                       unsigned times)
{
    assert_true(s->page_count < PAGES_MAX);
    s->pages[s->page_count] = wm_feed_page(ids, around);
    wm_feed_table_add(&s->table, at, 200, s->pages[s->page_count++], times);
}

static void page(scene *s, const char *at, const char *ids, const char *around)
{
    page_times(s, at, ids, around, WM_FEED_ALWAYS);
}

static bool is_document(wm_str text)
{
    bool found = false;
    for (size_t i = 0; i + 8 <= text.len && !found; i++) {
        found = memcmp(text.ptr + i, "document", 8) == 0;
    }
    return found;
}

static void put_item(scene *s, const wm_harvest_item *item)
{
    size_t length = strlen(s->items);
    wm_str text = item->element.text;
    bool from_list = item->problem == NULL && !is_document(text);
    (void)snprintf(s->items + length, sizeof s->items - length, "%s%.*s%s%s", length > 0 ? " " : "",
                   (int)item->id.len, item->id.ptr != NULL ? item->id.ptr : "",
                   from_list ? "*" : "", item->problem != NULL ? "!" : "");
    if (item->problem != NULL) {
        (void)snprintf(s->problem, sizeof s->problem, "%s", item->problem);
    }
    s->last_number = item->element.number;
}

/* All of it, by this transport. */
static void walk_by(scene *s, wm_transport *transport)
{
    wm_harvest_address address;
    wm_harvest *harvest = NULL;
    wm_harvest_item item;
    s->items[0] = '\0';
    s->problem[0] = '\0';
    wm_error_clear(&s->err);
    assert_ok(
        wm_harvest_address_read("https://feed.example/services?key=" CANARY, &address, &s->err),
        &s->err);
    assert_ok(wm_harvest_open(wm_env_system(), transport, &address, &s->options, &harvest, &s->err),
              &s->err);
    do {
        s->status = wm_harvest_next(harvest, &item, &s->err);
        if (s->status == WM_OK) {
            put_item(s, &item);
        }
    } while (s->status == WM_OK);
    wm_harvest_summarize(harvest, &s->summary);
    wm_harvest_close(harvest);
    assert_null(strstr(s->err.text, CANARY));
    assert_null(strstr(s->problem, CANARY));
}

static void walk(scene *s)
{
    walk_by(s, &s->table.base);
}

static void gives(scene *s, const char *items)
{
    walk(s);
    if (s->status != WM_END) {
        fail_msg("%s: %s", wm_status_text(s->status), s->err.text);
    }
    assert_string_equal(s->items, items);
}

static void fails(scene *s, wm_status status, const char *part)
{
    walk(s);
    assert_string_equal(wm_status_text(s->status), wm_status_text(status));
    assert_contains(s->err.text, part);
}

/* ---- what it is for ---- */

static void pages_and_documents_come_in_order(void **state)
{
    scene *s = *state;
    page(s, "services?page=1", "a b", "\"total_items\":5,\"total_pages\":3");
    page(s, "services?page=2", "c d", "\"total_items\":5,\"total_pages\":3");
    page(s, "services?page=3", "e", "\"total_items\":5,\"total_pages\":3");
    gives(s, "a b c d e");
    assert_string_equal(s->table.log,
                        "services?page=1 services/a services/b services?page=2 services/c "
                        "services/d services?page=3 services/e");
    assert_int_equal(s->summary.listed, 5);
    assert_int_equal(s->summary.promised, 5);
    assert_int_equal(s->summary.passes, 1);
    assert_int_equal(s->summary.pages, 3);
    assert_int_equal(s->summary.requests, 8);
    assert_true(s->summary.settled);
    assert_int_equal(s->last_number, 5);
}

static void every_request_has_the_query_of_the_address(void **state)
{
    scene *s = *state;
    page(s, "services?page=1", "", "\"total_items\":0");
    s->options.per_page = 7;
    gives(s, "");
    assert_string_equal(s->table.query, "key=" CANARY "&page=1&per_page=7&full=true");
    page(s, "services?page=1", "", "");
    s->table.rows[0].times = 0;
    page(s, "services?page=1", "a", "\"total_items\":1");
    s->table.rows[1].times = 0;
    gives(s, "a");
    assert_string_equal(s->table.query, "key=" CANARY);
}

static void ids_are_quoted_in_an_address(void **state)
{
    scene *s = *state;
    wm_feed_table_add(&s->table, "services?page=1", 200,
                      "{\"contents\":[{\"id\":\"a b/c?d\"},{\"id\":7},{\"id\":\"..\"},{\"name\":"
                      "\"none\"},{\"id\":\"\\u0431\"}],\"last_page\":true}",
                      WM_FEED_ALWAYS);
    wm_feed_table_add(&s->table, "services/a%20b%2Fc%3Fd", 200,
                      "{\"id\":\"a b/c?d\",\"by\":\"document\"}", WM_FEED_ALWAYS);
    wm_feed_table_add(&s->table, "services/7", 200, "{\"id\":7,\"by\":\"document\"}",
                      WM_FEED_ALWAYS);
    wm_feed_table_add(&s->table, "services/%D0%B1", 200, "{\"id\":\"\\u0431\",\"by\":\"document\"}",
                      WM_FEED_ALWAYS);
    gives(s, "a b/c?d 7 ! ! \xd0\xb1");
    assert_contains(s->problem, "expected a service with an id of at most 128 bytes");
}

/* ---- lists with whole services ---- */

#define WHOLE(id) "{\"id\":\"" id "\",\"name\":\"" id "\",\"service_at_locations\":[{\"id\":1}]}"
#define EMPTY(id) "{\"id\":\"" id "\",\"service_at_locations\":[]}"

static void whole_services_are_taken_from_the_list(void **state)
{
    scene *s = *state;
    wm_feed_table_add(&s->table, "services?page=1", 200,
                      "{\"contents\":[" EMPTY("e") "," WHOLE("a") ",{\"id\":\"b\"}," WHOLE(
                          "c") "],\"total_pages\":1}",
                      WM_FEED_ALWAYS);
    wm_feed_table_add(&s->table, "services/a", 200, WHOLE("a"), WM_FEED_ALWAYS);
    gives(s, "e* a* b c*");
    assert_string_equal(s->table.log, "services?page=1 services/a services/b");
}

static void a_list_with_less_than_the_document_is_no_whole_one(void **state)
{
    static const char *const documents[] = {
        "{\"id\":\"a\",\"name\":\"a\",\"service_at_locations\":[{\"id\":1,\"by\":\"document\"}]}",
        "{\"id\":\"a\",\"name\":\"a\",\"service_at_locations\":[{\"id\":1},{\"id\":2}],"
        "\"by\":\"document\"}",
        "{\"id\":\"a\",\"name\":\"b\",\"service_at_locations\":[{\"id\":1}],\"document\":[]}",
    };
    scene *s = *state;
    wm_feed_table_add(&s->table, "services?page=1", 200,
                      "{\"contents\":[" WHOLE("a") "," WHOLE("b") "],\"total_pages\":1}",
                      WM_FEED_ALWAYS);
    for (size_t i = 0; i < sizeof documents / sizeof documents[0]; i++) {
        wm_feed_table_add(&s->table, "services/a", 200, documents[i], WM_FEED_ALWAYS);
        gives(s, "a b");
        s->table.rows[s->table.count - 1].times = 0;
    }
}

static void a_list_that_has_more_than_the_document_is_whole(void **state)
{
    scene *s = *state;
    wm_feed_table_add(&s->table, "services?page=1", 200,
                      "{\"contents\":[" WHOLE("a") "],\"total_pages\":1}", WM_FEED_ALWAYS);
    wm_feed_table_add(&s->table, "services/a", 200, "{\"service_at_locations\":[{}],\"id\":\"a\"}",
                      WM_FEED_ALWAYS);
    gives(s, "a*");
}

static void a_list_without_documents_may_be_whole(void **state)
{
    scene *s = *state;
    wm_feed_table_add(&s->table, "services?page=1", 200,
                      "{\"contents\":[" WHOLE("a") "," WHOLE("b") "],\"total_pages\":1}",
                      WM_FEED_ALWAYS);
    s->table.has_documents = false;
    gives(s, "a* b*");
    wm_feed_table_add(&s->table, "services/b", 200, "{\"id\":\"b\",\"by\":\"document\"}", 2);
    gives(s, "a! b"); /* it has documents: that of a is missing */
    wm_feed_table_add(&s->table, "services/a", 500, "", WM_FEED_ALWAYS); /* nobody knows */
    fails(s, WM_BAD_INPUT, "no document of a service could be had");
}

/* ---- where a list ends ---- */

static void any_word_that_there_is_more_is_followed(void **state)
{
    static const char *const more[] = { "\"total_items\":3",
                                        "\"total_pages\":2",
                                        "\"last_page\":false",
                                        "\"total_pages\":1,\"last_page\":true,\"total_items\":3",
                                        "\"total_pages\":2,\"last_page\":true,\"total_items\":1",
                                        "" };
    scene *s = *state;
    page(s, "services?page=2", "c", "\"total_items\":3,\"total_pages\":2,\"last_page\":true");
    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++) {
        page(s, "services?page=1", "a b", more[i]);
        gives(s, "a b c");
        s->table.rows[s->table.count - 1].times = 0;
    }
}

static void a_list_that_says_nothing_ends_where_nothing_comes(void **state)
{
    scene *s = *state;
    page(s, "services?page=1", "a b", "");
    page(s, "services?page=2", "c", "");
    gives(s, "a b c"); /* page 3: 404 */
    page(s, "services?page=3", "", "");
    gives(s, "a b c");
    s->table.rows[2].times = 0;
    page(s, "services?page=3", "b a", "");
    gives(s, "a b c");
    assert_int_equal(s->summary.listed, 3);
    assert_int_equal(s->summary.promised, -1);
}

static void lists_without_a_page_around_them_are_pages(void **state)
{
    scene *s = *state;
    wm_feed_table_add(&s->table, "services?page=1", 200, " [{\"id\":\"a\"},{\"id\":\"b\"}]",
                      WM_FEED_ALWAYS);
    wm_feed_table_add(&s->table, "services?page=2", 200, "[{\"id\":\"a\"},{\"id\":\"b\"}]",
                      WM_FEED_ALWAYS); /* it heeds no page */
    gives(s, "a b");
    assert_true(s->summary.settled);
}

static void what_is_promised_and_does_not_come_is_told(void **state)
{
    scene *s = *state;
    page(s, "services?page=1", "a b", "\"total_items\":9");
    page(s, "services?page=2", "a b", "\"total_items\":9");
    gives(s, "a b");
    assert_int_equal(s->summary.listed, 2);
    assert_int_equal(s->summary.promised, 9);
    assert_int_equal(s->summary.passes, 1);
    s->table.rows[1].times = 0;
    gives(s, "a b");
    assert_int_equal(s->summary.listed, 2);
}

static void more_than_was_promised_is_taken(void **state)
{
    scene *s = *state;
    page(s, "services?page=1", "a b c", "\"total_items\":1,\"total_pages\":1");
    gives(s, "a b c");
}

static bool endless(void *context, const char *at, wm_buf *to)
{
    int64_t *pages = context;
    if (strstr(at, "page=") == NULL) {
        return false;
    }
    ++*pages;
    wm_buf_printf(to, "{\"contents\":[" WHOLE("%lld") "]}", (long long)*pages, (long long)*pages);
    return true;
}

static void a_list_without_an_end_has_one(void **state)
{
    scene *s = *state;
    int64_t pages = 0;
    s->table.make = endless;
    s->table.context = &pages;
    s->table.has_documents = false;
    fails(s, WM_TOO_LARGE, "expected at most 100000 pages, found more");
    assert_int_equal(pages, WM_HARVEST_PAGES_MAX);
}

static void pages_may_be_counted_from_zero(void **state)
{
    scene *s = *state;
    page(s, "services?page=0", "a b", "\"total_pages\":2,\"first_page\":true");
    page(s, "services?page=1", "c", "\"total_pages\":2,\"first_page\":false");
    gives(s, "a b c");
    assert_contains(s->table.log, "services?page=1 services?page=0 services/a");
    s->table.rows[0].times = 0;
    gives(s, "c"); /* it was no true word */
    wm_feed_table_add(&s->table, "services?page=0", 400, "", WM_FEED_ALWAYS);
    gives(s, "c");
}

/* ---- services that are listed again ---- */

static void a_service_twice_in_a_page_comes_once(void **state)
{
    scene *s = *state;
    page(s, "services?page=1", "a a b a", "\"total_items\":4");
    gives(s, "a b");
    assert_int_equal(s->summary.listed, 4);
    assert_int_equal(s->summary.again, 2);
    assert_int_equal(s->summary.passes, 1);
    assert_true(s->summary.settled);
}

static void what_slipped_through_is_found_when_one_was_added(void **state)
{
    scene *s = *state;
    page(s, "services?page=2", "b c", "\"last_page\":true"); /* n came in before */
    page_times(s, "services?page=1", "a b", "\"last_page\":false", 1);
    page(s, "services?page=1", "n a", "\"last_page\":false");
    gives(s, "a b c n");
    assert_int_equal(s->summary.passes, 2);
    assert_int_equal(s->summary.listed, 4);
    assert_true(s->summary.settled);
}

static void what_slipped_through_is_found_when_one_was_taken_away(void **state)
{
    scene *s = *state;
    page(s, "services?page=2", "d", "\"total_items\":3"); /* a went, so c moved to page 1 */
    page_times(s, "services?page=1", "a b", "\"total_items\":4", 1);
    page(s, "services?page=1", "b c", "\"total_items\":3");
    gives(s, "a b d c");
    assert_int_equal(s->summary.passes, 2);
    assert_int_equal(s->summary.listed, 3);
    assert_int_equal(s->summary.promised, 3);
    assert_true(s->summary.settled);
}

static void a_list_that_is_so_is_no_change(void **state)
{
    scene *s = *state;
    page(s, "services?page=1", "a b", "\"last_page\":false");
    page(s, "services?page=2", "b c", "\"last_page\":true");
    gives(s, "a b c");
    assert_int_equal(s->summary.passes, 2);
    assert_int_equal(s->summary.again, 1);
    assert_true(s->summary.settled);
}

static void lists_in_no_order_are_read_until_all_have_come(void **state)
{
    scene *s = *state;
    page_times(s, "services?page=1", "a b", "\"total_items\":4,\"total_pages\":2", 1);
    page_times(s, "services?page=2", "b c", "\"total_items\":4,\"total_pages\":2", 1);
    page_times(s, "services?page=3", "", "", 1);
    page_times(s, "services?page=1", "d a", "\"total_items\":4,\"total_pages\":2", 1);
    page_times(s, "services?page=2", "a b", "\"total_items\":4,\"total_pages\":2", 1);
    gives(s, "a b c d");
    assert_int_equal(s->summary.passes, 2);
    assert_int_equal(s->summary.listed, 4);
    assert_true(s->summary.settled);
}

static void a_list_that_never_rests_is_told(void **state)
{
    scene *s = *state;
    page_times(s, "services?page=1", "a b", "\"total_items\":3", 1);
    page_times(s, "services?page=2", "c", "\"total_items\":4", 1);
    page_times(s, "services?page=1", "a b", "\"total_items\":4", 1);
    page_times(s, "services?page=2", "c d", "\"total_items\":5", 1);
    page_times(s, "services?page=1", "a b", "\"total_items\":5", 1);
    page_times(s, "services?page=2", "c d e", "\"total_items\":6", 1);
    gives(s, "a b c d e");
    assert_int_equal(s->summary.passes, WM_HARVEST_PASSES_MAX);
    assert_false(s->summary.settled);
}

/* ---- what cannot be had ---- */

static void one_document_is_the_problem_of_one(void **state)
{
    static const struct {
        unsigned status;
        const char *body;
        const char *problem;
    } rows[] = { { 404, "", "found none there" },
                 { 500, "", "answers 500" },
                 { 400, "", "answers 400" },
                 { 200, "{\"id\":\"c\"}", "found that of another" },
                 { 200, "{\"name\":\"b\"}", "found that of another" },
                 { 200, "[]", "found that of another" } };
    scene *s = *state;
    page(s, "services?page=1", "a b c", "\"total_items\":3");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wm_feed_table_add(&s->table, "services/b", rows[i].status, rows[i].body, WM_FEED_ALWAYS);
        gives(s, "a b! c");
        assert_contains(s->problem, rows[i].problem);
        s->table.rows[s->table.count - 1].times = 0;
    }
}

static void what_is_no_json_is_for_the_importer_to_say(void **state)
{
    scene *s = *state;
    page(s, "services?page=1", "a b", "\"total_items\":2");
    wm_feed_table_add(&s->table, "services/b", 200, "<html>document", WM_FEED_ALWAYS);
    gives(s, "a b");
}

static void many_documents_are_the_problem_of_the_server(void **state)
{
    scene *s = *state;
    s->table.has_documents = false;
    page(s, "services?page=1", "a b c d e f g h i j k l m n o p q", "\"total_items\":17");
    fails(s, WM_BAD_INPUT, "the documents of 16 services in a row could not be had");
    assert_string_equal(s->items, "a! b! c! d! e! f! g! h! i! j! k! l! m! n! o!");
    wm_feed_table_add(&s->table, "services/p", 200, "{\"id\":\"p\",\"by\":\"document\"}",
                      WM_FEED_ALWAYS);
    gives(s, "a! b! c! d! e! f! g! h! i! j! k! l! m! n! o! p q!");
    page(s, "services?page=1", "a", "");
    s->table.rows[0].times = 0;
    fails(s, WM_BAD_INPUT, "no document of a service could be had");
}

static void a_page_that_cannot_be_had_ends_it(void **state)
{
    scene *s = *state;
    page(s, "services?page=1", "a b", "\"total_items\":3");
    wm_feed_table_add(&s->table, "services?page=2", 500, "", WM_FEED_ALWAYS);
    fails(s, WM_NETWORK, "page 2: feed.example/services: the server answers 500");
    s->table.rows[1].status = 403;
    fails(s, WM_REFUSED, "page 2: feed.example/services: access refused");
    s->table.rows[1].status = 1;
    fails(s, WM_NETWORK, "page 2: ");
    wm_feed_table_add(&s->table, "services/b", 1, "", WM_FEED_ALWAYS);
    fails(s, WM_NETWORK, "page 1: feed.example/services/b");
    wm_feed_table_add(&s->table, "services/a", 401, "", WM_FEED_ALWAYS);
    fails(s, WM_REFUSED, "page 1: feed.example/services/a");
    s->table.rows[0].times = 0;
    fails(s, WM_BAD_INPUT,
          "feed.example/services, page 1: expected a list of services, found none");
}

static void a_page_that_is_none_ends_it(void **state)
{
    static const struct {
        const char *body;
        const char *text;
    } rows[] = {
        { "", "found nothing" },
        { "  \n", "found nothing" },
        { "<!DOCTYPE html>\n<html>\n", "found what is no JSON" },
        { "{\"version\":\"HSDS-UK-3.0\"}", "found another document" },
        { "{\"contents\":{}}", "found another document" },
        { "{\"contents\":[{\"id\":\"a\"}", "found the end of the file" },
        { "{\"contents\":[{\"id\":\"a\"}]", "found the end of the file" },
        { "{\"contents\":[{\"id\":\"a\"} 7", "expected ',' or ']', found '7'" },
        { "{\"contents\":[{\"id\":\"a\"}],\"x\":1,\"x\":2}", "found another document" },
        { "{\"contents\":[7,{}]}", "expected services with an id, found 2 without" },
    };
    scene *s = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wm_feed_table_add(&s->table, "services?page=1", 200, rows[i].body, WM_FEED_ALWAYS);
        fails(s, WM_BAD_INPUT, rows[i].text);
        assert_contains(s->err.text, "feed.example/services, page 1: ");
        s->table.rows[s->table.count - 1].times = 0;
    }
}

static void a_server_that_bears_no_other_words_is_asked_without(void **state)
{
    scene *s = *state;
    wm_feed_table_add(&s->table, "services?page=1", 400, "", 1);
    page(s, "services?page=1", "a", "\"total_pages\":2");
    page(s, "services?page=2", "", "");
    gives(s, "a");
    assert_string_equal(s->table.query, "key=" CANARY "&page=2&per_page=100");
}

static void what_may_pass_is_tried_again(void **state)
{
    scene *s = *state;
    wm_feed_table_add(&s->table, "services?page=1", 0, "{\"conte", 2);
    page(s, "services?page=1", "a b c", "\"total_items\":3");
    wm_feed_table_add(&s->table, "services/b", 503, "", 4);
    wm_feed_table_add(&s->table, "services/a", 0, "{\"id\":\"", 1);
    gives(s, "a b c");
    wm_feed_table_add(&s->table, "services/b", 0, "", WM_FEED_ALWAYS);
    s->options.tries = 2;
    fails(s, WM_NETWORK, "page 1: feed.example/services/b");
}

static void patience_is_for_each_page(void **state)
{
    static char names[12][32];
    scene *s = *state;
    s->options.patience_s = 1;
    for (size_t i = 0; i < 12; i++) {
        char id[] = { (char)('a' + i), '\0' };
        (void)snprintf(names[i], sizeof names[i], "services?page=%zu", i + 1);
        wm_feed_table_add(&s->table, names[i], 503, "", 1);
        page(s, names[i], id, "\"total_items\":12");
    }
    gives(s, "a b c d e f g h i j k l");
}

static void a_byte_order_mark_is_passed_over(void **state)
{
    scene *s = *state;
    wm_feed_table_add(&s->table, "services?page=1", 200,
                      "\xef\xbb\xbf{\"contents\":[" WHOLE("a") ",{\"id\":\"b\"}]}", WM_FEED_ALWAYS);
    wm_feed_table_add(&s->table, "services?page=2", 200, "\xef\xbb\xbf[{\"id\":\"c\"}]",
                      WM_FEED_ALWAYS);
    wm_feed_table_add(&s->table, "services/a", 200, "\xef\xbb\xbf" WHOLE("a"), WM_FEED_ALWAYS);
    wm_feed_table_add(&s->table, "services/b", 200,
                      "\xef\xbb\xbf{\"id\":\"b\",\"by\":\"document\"}", WM_FEED_ALWAYS);
    gives(s, "a* b c");
}

static bool stop_at(void *context, const wm_harvest_progress *progress)
{
    int *left = context;
    (void)progress;
    return (*left)-- > 0;
}

static void it_stops_when_told_to(void **state)
{
    scene *s = *state;
    bool ended = false;
    page(s, "services?page=1", "a b c", "\"total_items\":4");
    page(s, "services?page=2", "d", "\"total_items\":4");
    s->options.progress = stop_at;
    for (int n = 0; !ended; n++) {
        int left = n;
        s->options.context = &left;
        walk(s);
        ended = s->status == WM_END;
        if (!ended) {
            assert_int_equal(s->status, WM_NETWORK);
            assert_contains(s->err.text, "stopped");
        }
        assert_true(n < 100);
    }
    assert_string_equal(s->items, "a b c d");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(pages_and_documents_come_in_order),
        TEST(every_request_has_the_query_of_the_address),
        TEST(ids_are_quoted_in_an_address),
        TEST(whole_services_are_taken_from_the_list),
        TEST(a_list_with_less_than_the_document_is_no_whole_one),
        TEST(a_list_that_has_more_than_the_document_is_whole),
        TEST(a_list_without_documents_may_be_whole),
        TEST(any_word_that_there_is_more_is_followed),
        TEST(a_list_that_says_nothing_ends_where_nothing_comes),
        TEST(lists_without_a_page_around_them_are_pages),
        TEST(what_is_promised_and_does_not_come_is_told),
        TEST(more_than_was_promised_is_taken),
        TEST(a_list_without_an_end_has_one),
        TEST(pages_may_be_counted_from_zero),
        TEST(a_service_twice_in_a_page_comes_once),
        TEST(what_slipped_through_is_found_when_one_was_added),
        TEST(what_slipped_through_is_found_when_one_was_taken_away),
        TEST(a_list_that_is_so_is_no_change),
        TEST(lists_in_no_order_are_read_until_all_have_come),
        TEST(a_list_that_never_rests_is_told),
        TEST(one_document_is_the_problem_of_one),
        TEST(what_is_no_json_is_for_the_importer_to_say),
        TEST(many_documents_are_the_problem_of_the_server),
        TEST(a_page_that_cannot_be_had_ends_it),
        TEST(a_page_that_is_none_ends_it),
        TEST(a_server_that_bears_no_other_words_is_asked_without),
        TEST(what_may_pass_is_tried_again),
        TEST(patience_is_for_each_page),
        TEST(a_byte_order_mark_is_passed_over),
        TEST(it_stops_when_told_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
