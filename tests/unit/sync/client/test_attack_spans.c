/* test_attack_spans.c: span indexes that lie, though a role lists their hash.
 *
 * Nothing depends on an index: whatever it says, or if it cannot be had, the replica ends at the
 * release that is signed, by the snapshot at worst. The partition is E, from release 1 to 4: an
 * honest index leads there by one delta, 1-4. */
#include "fault_vfs.h"
#include "feed_forge_pack.h"
#include "pack/spans.h"

#define ROWS_MAX 64
#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"

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

/* ---- packs that are lost ---- */

#define PACKS_MAX 12

/* Every pack that leads to E's release, by its role or its index. */
static size_t list_packs(wm_span packs[PACKS_MAX])
{
    index_copy copy;
    size_t count = 0;
    read_index(&copy);
    for (int64_t to = 1; to <= 4; to++) {
        for (int64_t from = 0; from < to; from++) {
            const char *place =
                wm_forge_print(&forge, "targets|p/E/%d-%d.pack", (int)from, (int)to);
            bool listed = wm_forge_get(&forge, "p.E", place) != NULL;
            for (size_t i = 0; i < copy.row_count; i++) {
                listed = listed || (copy.rows[i].from == from && copy.rows[i].to == to);
            }
            if (listed) {
                assert_true(count < PACKS_MAX);
                packs[count++] = (wm_span){ .from = from, .to = to };
            }
        }
    }
    return count;
}

/* From nothing or from `held`, by what is not lost. */
static bool a_way_is_left(const wm_span *packs, size_t count, unsigned lost, int64_t held)
{
    bool reached[5] = { true };
    reached[held] = true;
    for (int64_t at = 0; at < 4; at++) {
        for (size_t i = 0; i < count; i++) {
            bool is_there = (lost >> i & 1) == 0 && packs[i].from == at && reached[at];
            reached[packs[i].to] = reached[packs[i].to] || is_there;
        }
    }
    return reached[4];
}

static void lose(const wm_span *packs, size_t count, unsigned lost)
{
    for (size_t i = 0; i < count; i++) {
        char ending[64];
        (void)snprintf(ending, sizeof ending, ".%d-%d.pack", (int)packs[i].from, (int)packs[i].to);
        for (size_t k = 0; (lost >> i & 1) != 0 && k < forge.now.count; k++) {
            const char *path = forge.now.items[k].path;
            if (strncmp(path, "public/targets/p/E/", 19) == 0 && strstr(path, ending) != NULL) {
                wm_forge_remove_file(&forge, path);
                break;
            }
        }
    }
}

/* The feed does not have some of its packs, any of them: the release is reached if anything at all
 * leads there; if not, and only then, the feed is one that is behind. */
static void any_way_that_is_left_is_taken(void **state)
{
    (void)state;
    wm_span packs[PACKS_MAX];
    unsigned reached = 0;
    unsigned behind = 0;
    wm_forge_reset(&forge, 4);
    size_t count = list_packs(packs);
    assert_true(count >= 4);
    for (unsigned lost = 0; lost < 1U << count; lost++) {
        for (int64_t held = 0; held < 4; held++) {
            wm_error err = { 0 };
            wm_client_summary summary = { 0 };
            wm_forge_reset(&forge, 4);
            lose(packs, count, lost);
            wm_store *replica = wm_forge_open_replica(held);
            wm_status status = wm_forge_try(&forge, replica, transport, NULL, &summary, &err);
            bool leads = a_way_is_left(packs, count, lost, held);
            wm_status expected = leads ? WM_OK : held > 0 ? WM_UNCHANGED : WM_NETWORK;
            if (status != expected || summary.lagging != (!leads && held > 0)) {
                fail_msg("%x is lost, from %d: %s: %s", lost, (int)held, wm_status_text(status),
                         err.text);
            }
            if (leads || held > 0) {
                wm_forge_check(&forge, replica, leads ? 4 : held);
            }
            reached += leads;
            behind += !leads;
            wm_store_close(replica);
        }
    }
    assert_true(reached > 20 && behind > 20);
}

/* Who withholds files does no better than who shows an old feed. */
static void what_is_lost_is_waited_for_only_so_long(void **state)
{
    (void)state;
    wm_span packs[PACKS_MAX];
    wm_error err = { 0 };
    wm_forge_sync late = { .now_s = wm_fixture_time(1) + 8 * 86400 };
    wm_forge_reset(&forge, 4);
    lose(packs, list_packs(packs), ~0U);
    wm_forge_set(&forge, "timestamp", "expires", "'2030-01-01T00:00:00Z'");
    wm_forge_publish(&forge);
    wm_store *replica = wm_forge_open_replica(1);
    assert_int_equal(wm_forge_try(&forge, replica, transport, &late, NULL, &err), WM_EXPIRED);
    assert_contains(err.text, "the feed does not have public/targets/p/E/");
    wm_store_close(replica);
}

/* Nothing leads there because a file was refused: that is told, and is no "bad input". */
static void why_no_way_is_left_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *place;
        const char *value;
        const char *bytes; /* of the index; NULL: as it was */
        wm_status status;
        const char *text;
    } rows[] = {
        { "targets|p/E/spans|hashes|sha512", "'" ZEROS ZEROS "'", NULL, WM_NOT_TRUSTED,
          "p/E/spans: its SHA-512 is not the signed one" },
        { "targets|p/E/0-3.pack|hashes|sha512", "'" ZEROS ZEROS "'", NULL, WM_NOT_TRUSTED,
          "0-3.pack: its SHA-512 is not the signed one" },
        { "targets|release.json|hashes|sha512", "'" ZEROS ZEROS "'", NULL, WM_OK, "" },
        { NULL, NULL, "\x89WMS\r\n\x1a\n\x02 of a newer program", WM_NEWER, "newer program" },
        { NULL, NULL, "no index", WM_BAD_INPUT, "p/E/spans: " },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wm_error err = { 0 };
        wm_forge_reset(&forge, 4);
        if (rows[i].bytes != NULL) {
            wm_forge_put_target(&forge, "p.E", "p/E/spans", wm_str_of(rows[i].bytes));
        } else {
            wm_forge_set(&forge, "p.E", rows[i].place, rows[i].value);
        }
        wm_forge_publish(&forge);
        if (rows[i].status != WM_OK) { /* so that the index is needed */
            static const wm_span newest = { .from = 3, .to = 4 };
            lose(&newest, 1, 1);
        }
        wm_store *replica = wm_forge_open_replica(0);
        wm_status status = wm_forge_try(&forge, replica, transport, NULL, NULL, &err);
        if (status != rows[i].status || strstr(err.text, rows[i].text) == NULL) {
            fail_msg("row %zu: %s: %s", i, wm_status_text(status), err.text);
        }
        wm_store_close(replica);
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
        cmocka_unit_test(any_way_that_is_left_is_taken),
        cmocka_unit_test(what_is_lost_is_waited_for_only_so_long),
        cmocka_unit_test(why_no_way_is_left_is_told),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
