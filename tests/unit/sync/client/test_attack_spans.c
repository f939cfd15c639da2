/* test_attack_spans.c: span indexes that lie, though a role lists their hash.
 *
 * Nothing depends on an index: whatever it says, or if it cannot be had, the replica ends at the
 * release that is signed, by the snapshot at worst. The partition is E, from release 1 to 4: an
 * honest index leads there by one delta, 1-4. */
#include "fault_vfs.h"
#include "feed_forge_pack.h"
#include "pack/spans.h"

#define ROWS_MAX 64

static wm_forge forge;
static wm_transport *transport;

static int set_up(void **state)
{
    (void)state;
    wm_forge_init(&forge, 600);
    wm_forge_make_replicas(&forge);
    transport = wm_forge_in_memory(&forge);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    wm_transport_close(transport);
    wm_forge_fini(&forge);
    return 0;
}

/* From 1 to 4, whatever the index says; and from there as ever. */
static void ends_at_the_release(const char *name)
{
    wm_error err = { 0 };
    wm_store *replica = wm_forge_open_replica(1);
    wm_status status = wm_forge_try(&forge, replica, transport, NULL, NULL, &err);
    if (status != WM_OK) {
        fail_msg("%s: %s: %s", name, wm_status_text(status), err.text);
    }
    wm_forge_check(&forge, replica, 4);
    wm_forge_restore(&forge, 4);
    status = wm_forge_try(&forge, replica, transport, NULL, NULL, &err);
    if (status != WM_OK && status != WM_UNCHANGED) {
        fail_msg("%s: then: %s: %s", name, wm_status_text(status), err.text);
    }
    wm_forge_check(&forge, replica, 4);
    wm_store_close(replica);
}

static bool was_asked(const char *part)
{
    for (size_t i = 0; i < forge.asked_count; i++) {
        if (strstr(forge.asked[i], part) != NULL) {
            return true;
        }
    }
    return false;
}

/* ---- an index that is altered ---- */

typedef struct index_copy {
    wm_span rows[ROWS_MAX];
    size_t row_count;
    wm_span_page_ref pages[ROWS_MAX];
    size_t page_count;
} index_copy;

static void read_index(index_copy *copy)
{
    wm_spans spans;
    wm_error err = { 0 };
    memset(copy, 0, sizeof *copy);
    assert_ok(
        wm_spans_read(&forge.scratch, wm_forge_target(&forge, "p.E", "p/E/spans"), &spans, &err),
        &err);
    assert_true(spans.span_count >= 2 && spans.span_count < ROWS_MAX);
    memcpy(copy->rows, spans.spans, spans.span_count * sizeof copy->rows[0]);
    copy->row_count = spans.span_count;
}

static void serve_index(const index_copy *copy)
{
    wm_buf bytes;
    wm_error err = { 0 };
    wm_spans spans = { copy->pages, copy->page_count, copy->rows, copy->row_count };
    wm_buf_init(&bytes, wm_env_system(), WM_MIB);
    wm_spans_write(&bytes, &spans);
    assert_ok(wm_buf_status(&bytes, &err), &err);
    wm_forge_put_target(&forge, "p.E", "p/E/spans", wm_buf_str(&bytes));
    wm_forge_publish(&forge);
    wm_buf_fini(&bytes);
}

static wm_span *row_of(index_copy *copy, int64_t from, int64_t to)
{
    for (size_t i = 0; i < copy->row_count; i++) {
        if (copy->rows[i].from == from && copy->rows[i].to == to) {
            return &copy->rows[i];
        }
    }
    fail_msg("the index has no %lld-%lld", (long long)from, (long long)to);
    return NULL;
}

static void an_honest_index_is_followed(void **state)
{
    (void)state;
    index_copy copy;
    wm_forge_reset(&forge, 4);
    read_index(&copy);
    serve_index(&copy);
    ends_at_the_release("honest");
    assert_true(was_asked("spans"));
    assert_true(was_asked(".1-4.pack"));
}

static void fewer_bytes(index_copy *copy)
{
    row_of(copy, 1, 4)->bytes -= 10;
}

static void more_bytes(index_copy *copy)
{
    row_of(copy, 1, 4)->bytes += 10;
}

static void no_bytes(index_copy *copy)
{
    row_of(copy, 1, 4)->bytes = 0;
}

static void all_bytes_there_are(index_copy *copy)
{
    for (size_t i = 0; i < copy->row_count; i++) {
        copy->rows[i].bytes = UINT64_MAX - i;
    }
}

static void another_hash(index_copy *copy)
{
    row_of(copy, 1, 4)->sha256.bytes[0] ^= 1;
}

static void anothers_hash(index_copy *copy)
{
    const wm_span *other = row_of(copy, 1, 2);
    wm_span *row = row_of(copy, 1, 4);
    row->sha256 = other->sha256;
    row->bytes = other->bytes;
}

static void a_way_to_the_future(index_copy *copy)
{
    row_of(copy, 1, 4)->to = 9;
}

static void a_way_back(index_copy *copy)
{
    wm_span *row = row_of(copy, 1, 4);
    row->from = 4;
    row->to = 1;
}

static void a_way_to_itself(index_copy *copy)
{
    row_of(copy, 1, 4)->to = 1;
}

static void a_way_from_nothing(index_copy *copy)
{
    row_of(copy, 1, 2)->from = 0;
}

static void a_hole(index_copy *copy)
{
    copy->rows[0] = *row_of(copy, 1, 2);
    copy->row_count = 1;
}

static void no_rows(index_copy *copy)
{
    copy->row_count = 0;
}

static void a_row_twice(index_copy *copy)
{
    memmove(copy->rows + 1, copy->rows, copy->row_count * sizeof copy->rows[0]);
    copy->row_count++;
}

static void rows_out_of_order(index_copy *copy)
{
    wm_span first = copy->rows[0];
    copy->rows[0] = copy->rows[copy->row_count - 1];
    copy->rows[copy->row_count - 1] = first;
}

static void a_page_that_is_not_there(index_copy *copy)
{
    copy->pages[0] = (wm_span_page_ref){ .number = 0, .bytes = 100 };
    copy->page_count = 1;
    copy->row_count = 0;
}

static void a_page_without_end(index_copy *copy)
{
    a_page_that_is_not_there(copy);
    copy->pages[0].bytes = UINT64_MAX;
}

static void whatever_an_index_says_the_release_is_reached(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        void (*alter)(index_copy *copy);
    } lies[] = {
        { "fewer bytes than the delta has", fewer_bytes },
        { "more bytes than the delta has", more_bytes },
        { "no bytes", no_bytes },
        { "more bytes than there are", all_bytes_there_are },
        { "the hash of nothing", another_hash },
        { "the hash of another delta", anothers_hash },
        { "a way to a release that is not yet", a_way_to_the_future },
        { "a way back", a_way_back },
        { "a way to itself", a_way_to_itself },
        { "a way from nothing", a_way_from_nothing },
        { "a hole", a_hole },
        { "no rows", no_rows },
        { "a row twice", a_row_twice },
        { "rows out of order", rows_out_of_order },
        { "a page that is not there", a_page_that_is_not_there },
        { "a page without end", a_page_without_end },
    };
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        index_copy copy;
        wm_forge_reset(&forge, 4);
        read_index(&copy);
        lies[i].alter(&copy);
        serve_index(&copy);
        ends_at_the_release(lies[i].name);
    }
}

/* ---- bytes that are no index ---- */

static void an_index_that_cannot_be_read_is_none(void **state)
{
    (void)state;
    for (size_t cut = 0; cut < 200; cut++) {
        wm_forge_reset(&forge, 4);
        wm_str honest = wm_forge_target(&forge, "p.E", "p/E/spans");
        if (cut > honest.len) {
            break;
        }
        char bytes[512];
        memcpy(bytes, honest.ptr, honest.len);
        if (cut < honest.len) {
            bytes[cut] = (char)0xff; /* also: counts as large as can be */
        }
        wm_forge_put_target(&forge, "p.E", "p/E/spans",
                            (wm_str){ bytes, cut % 2 == 0 ? honest.len : cut });
        wm_forge_publish(&forge);
        ends_at_the_release("altered bytes");
    }
}

static void an_index_that_does_not_come_is_none(void **state)
{
    (void)state;
    for (int way = 0; way < 4; way++) {
        wm_forge_reset(&forge, 4);
        wm_str honest = wm_forge_target(&forge, "p.E", "p/E/spans");
        for (size_t i = 0; i < forge.now.count; i++) {
            wm_forge_file *file = &forge.now.items[i];
            if (strstr(file->path, "public/targets/p/E/") == NULL ||
                !wm_str_equal(file->bytes, honest)) {
                continue;
            }
            switch (way) {
            case 0: wm_forge_remove_file(&forge, file->path); break;
            case 1: file->endless = true; break;
            case 2: file->bytes.len /= 2; break;
            default: file->bytes = WM_STR("<html>"); break;
            }
            break;
        }
        ends_at_the_release("an index that does not come");
    }
}

int main(void)
{
    wm_fault_vfs_install();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_honest_index_is_followed),
        cmocka_unit_test(whatever_an_index_says_the_release_is_reached),
        cmocka_unit_test(an_index_that_cannot_be_read_is_none),
        cmocka_unit_test(an_index_that_does_not_come_is_none),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
