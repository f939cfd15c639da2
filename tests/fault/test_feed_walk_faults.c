/* test_feed_walk_faults.c: while the feed of somebody else is read, each allocation fails in turn,
 * and each request in each way: the same services, or a declared error; never others. */
#include <stdio.h>
#include <stdlib.h>

#include <waymark/sys/harvest.h>

#include "fault.h"
#include "faulty_transport.h"
#include "feed_table.h"
#include "testing.h"

#define WHOLE "{\"id\":\"w\",\"name\":\"w\",\"service_at_locations\":[{\"id\":1}]}"
#define ALL "a b c w d"

static wm_fault_env fault;
static wm_feed_table table;
static char *pages[2];
static long blocks;

typedef struct outcome {
    wm_status status;
    wm_error err;
    char items[256];
    bool problems;
} outcome;

static bool no_pause(void *context, uint64_t milliseconds)
{
    (void)context;
    (void)milliseconds;
    return true;
}

/* Three pages, one of them with a whole service, and one service that comes again. */
static int setup(void **state)
{
    (void)state;
    wm_fault_env_init(&fault);
    wm_feed_table_init(&table, &fault.env);
    pages[0] = wm_feed_page("a b", "\"total_items\":5");
    pages[1] = wm_feed_page("b d", "\"total_items\":5");
    wm_feed_table_add(&table, "services?page=1", 200, pages[0], WM_FEED_ALWAYS);
    wm_feed_table_add(&table, "services?page=2", 200,
                      "{\"total_items\":5,\"contents\":[{\"id\":\"c\"}," WHOLE "]}",
                      WM_FEED_ALWAYS);
    wm_feed_table_add(&table, "services?page=3", 200, pages[1], WM_FEED_ALWAYS);
    wm_feed_table_add(&table, "services/w", 200, WHOLE, WM_FEED_ALWAYS);
    blocks = wm_fault_live_blocks();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    free(pages[0]);
    free(pages[1]);
    return 0;
}

static void take(outcome *o, const wm_harvest_item *item)
{
    size_t length = strlen(o->items);
    o->problems = o->problems || item->problem != NULL;
    (void)snprintf(o->items + length, sizeof o->items - length, "%s%.*s", length > 0 ? " " : "",
                   (int)item->id.len, item->id.ptr != NULL ? item->id.ptr : "");
}

static void walk(wm_transport *transport, unsigned tries, outcome *o)
{
    wm_harvest *harvest = NULL;
    wm_harvest_item item;
    wm_harvest_address address;
    wm_harvest_options options = { .tries = tries, .pause = no_pause };
    *o = (outcome){ .status = WM_OK };
    o->status = wm_harvest_address_read("https://feed.example/services", &address, &o->err);
    if (o->status == WM_OK) {
        o->status = wm_harvest_open(&fault.env, transport, &address, &options, &harvest, &o->err);
    }
    while (o->status == WM_OK) {
        o->status = wm_harvest_next(harvest, &item, &o->err);
        if (o->status == WM_OK) {
            take(o, &item);
        }
    }
    wm_harvest_close(harvest);
}

/* What came is a beginning of all. */
static void is_sound(const outcome *o)
{
    assert_int_equal(wm_fault_live_blocks(), blocks);
    if (o->status == WM_END && !o->problems) {
        assert_string_equal(o->items, ALL);
    } else if (o->status != WM_END) {
        assert_true(o->err.text[0] != '\0');
        assert_int_equal(strncmp(o->items, ALL, strlen(o->items)), 0);
    }
}

static void each_allocation_fails(void **state)
{
    outcome o;
    (void)state;
    FAULT_SWEEP(walk(&table.base, 1, &o), {
        is_sound(&o);
        assert_true(o.status == WM_END || o.status == WM_NO_MEMORY);
        assert_false(o.problems);
    });
    assert_int_equal(o.status, WM_END);
}

static void each_request_fails(void **state)
{
    outcome o;
    (void)state;
    for (wm_transport_fault what = WM_TRANSPORT_FAILS; what <= WM_TRANSPORT_LOSES; what++) {
        wm_transport *faulty = wm_faulty_transport_new(&table.base);
        for (long nth = 0, fired = 1; fired; nth++) {
            wm_faulty_transport_arm(faulty, what, nth, 0);
            walk(faulty, 1, &o);
            fired = wm_faulty_transport_fired(faulty);
            assert_int_equal(wm_fault_live_blocks(), blocks);
            bool is_told = what == WM_TRANSPORT_FAILS || what == WM_TRANSPORT_BREAKS;
            assert_int_equal(o.status == WM_NETWORK, is_told && fired);
            if (what != WM_TRANSPORT_GARBLES && what != WM_TRANSPORT_LOSES) {
                is_sound(&o);
            }
        }
        wm_transport_close(faulty);
    }
}

static void each_request_fails_and_is_tried_again(void **state)
{
    outcome o;
    (void)state;
    wm_transport *faulty = wm_faulty_transport_new(&table.base);
    wm_faulty_transport_may_pass(faulty);
    for (int what = 0; what < 2; what++) {
        for (long nth = 0, fired = 1; fired; nth++) {
            wm_faulty_transport_arm(faulty, what == 0 ? WM_TRANSPORT_FAILS : WM_TRANSPORT_BREAKS,
                                    nth, 0);
            walk(faulty, 2, &o);
            fired = wm_faulty_transport_fired(faulty);
            assert_ok(o.status == WM_END ? WM_OK : o.status, &o.err);
            assert_string_equal(o.items, ALL);
        }
    }
    wm_transport_close(faulty);
}

int main(void)
{
    wm_fault_install();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_allocation_fails, setup, teardown),
        cmocka_unit_test_setup_teardown(each_request_fails, setup, teardown),
        cmocka_unit_test_setup_teardown(each_request_fails_and_is_tried_again, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
