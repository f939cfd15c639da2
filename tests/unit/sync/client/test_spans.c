/* test_spans.c: who is further behind asks the span index where that pays; and whatever is wrong
 * with it, the replica gets there, by the snapshot, once.
 *
 * The scene: place P changed at releases 1, 2 and 3. Its role lists a snapshot, the delta from 2 to
 * 3, and a span index, which each test makes as it likes. The replica is at release 1. */
#include "fault_vfs.h"
#include "feed_forge.h"
#include "pack/spans.h"
#include "pack_state.h"

#include <sodium.h>

#define NEWEST 4 /* the release; P is at 3 since */
#define FOLDER "public/targets/p/P/"

static wm_forge forge;

typedef struct scene {
    wm_span rows[8];
    size_t row_count;
    wm_span_page_ref pages[2];
    size_t page_count;
    wm_span one_two; /* the honest deltas */
    wm_span two_three;
    wm_str snapshot; /* of release 3 */
    wm_digest snapshot_hash;
    wm_pack_header newest; /* of the delta from 2 to 3 */
} scene;

static int set_up(void **state)
{
    (void)state;
    wm_forge_init(&forge, 12000);
    wm_forge_make_replicas(&forge);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    wm_forge_fini(&forge);
    return 0;
}

/* ---- making the scene ---- */

static wm_digest hash_of(wm_str bytes)
{
    wm_digest digest;
    (void)crypto_hash_sha256(digest.bytes, (const unsigned char *)bytes.ptr, bytes.len);
    return digest;
}

/* Serve it under the name that its bytes ask for. */
static wm_digest serve(const char *name, wm_str bytes)
{
    char hex[WM_DIGEST_HEX_BYTES];
    wm_digest digest = hash_of(bytes);
    (void)wm_forge_put_file(
        &forge, wm_forge_print(&forge, FOLDER "%s.%s", wm_digest_hex(&digest, hex), name), bytes);
    return digest;
}

static wm_forge_file *find_pack(const char *name)
{
    for (size_t i = 0; i < forge.now.count; i++) {
        wm_forge_file *file = &forge.now.items[i];
        size_t length = strlen(file->path);
        if (strncmp(file->path, FOLDER, strlen(FOLDER)) == 0 && length > strlen(name) &&
            strcmp(file->path + length - strlen(name), name) == 0 &&
            file->path[length - strlen(name) - 1] == '.') {
            return file;
        }
    }
    fail_msg("the feed has no %s", name);
    return NULL;
}

static wm_span span_of(int64_t from, int64_t to)
{
    char name[32];
    (void)snprintf(name, sizeof name, "%lld-%lld.pack", (long long)from, (long long)to);
    wm_str bytes = find_pack(name)->bytes;
    return (wm_span){ from, to, bytes.len, hash_of(bytes) };
}

static wm_digest serve_index(const char *name, const wm_spans *spans, uint64_t *bytes_out)
{
    wm_buf bytes;
    wm_buf_init(&bytes, wm_env_system(), WM_MIB);
    wm_spans_write(&bytes, spans);
    wm_digest digest = serve(name, wm_buf_str(&bytes));
    *bytes_out = bytes.len;
    wm_buf_fini(&bytes);
    return digest;
}

/* A snapshot of release 3, put together from the honest packs. */
static void make_snapshot(scene *made)
{
    static const char *const names[] = { "0-1.pack", "1-2.pack", "2-3.pack" };
    wm_pack_limits limits = { UINT32_MAX, UINT32_MAX };
    wm_pack_options options = { .level = 3, .max_bytes = WM_MIB };
    pack_state state = { 0 };
    wm_pack_writer *writer = NULL;
    wm_buf out;
    wm_error err = { 0 };
    for (size_t i = 0; i < 3; i++) {
        wm_str pack = find_pack(names[i])->bytes;
        assert_ok(wm_pack_read_header(pack, &limits, &made->newest, &err), &err);
        assert_ok(pack_state_read(wm_env_system(), pack, &limits, &state, &err), &err);
    }
    wm_pack_header header = { .kind = WM_PACK_SNAPSHOT,
                              .edition = WM_STR("public"),
                              .partition = WM_STR("P"),
                              .to_release = 3,
                              .result_digest = made->newest.result_digest,
                              .bucket_count = made->newest.bucket_count };
    assert_ok(wm_pack_writer_new(wm_env_system(), &header, &options, NULL, &writer, &err), &err);
    for (size_t i = 0; i < state.count; i++) {
        const wm_record *record = &state.records[i];
        assert_ok(wm_pack_writer_add(writer, record->kind, record->id, record->bytes, &err), &err);
    }
    wm_buf_init(&out, wm_env_system(), WM_MIB);
    assert_ok(wm_pack_writer_finish(writer, &out, NULL, &err), &err);
    made->snapshot_hash = serve("0-3.pack", wm_buf_str(&out));
    made->snapshot = find_pack("0-3.pack")->bytes;
    wm_buf_fini(&out);
    wm_pack_writer_free(writer);
    pack_state_fini(&state);
}

static void begin(scene *made)
{
    memset(made, 0, sizeof *made);
    wm_forge_reset(&forge, NEWEST);
    made->one_two = span_of(1, 2);
    made->two_three = span_of(2, 3);
    make_snapshot(made);
}

static const char *target(const char *name, uint64_t length, const wm_digest *hash,
                          const char *custom)
{
    char hex[WM_DIGEST_HEX_BYTES];
    return wm_forge_print(&forge, "'p/P/%s':{'hashes':{'sha256':'%s'},'length':%llu%s%s}", name,
                          wm_digest_hex(hash, hex), (unsigned long long)length,
                          custom[0] != '\0' ? ",'custom':" : "", custom);
}

/* The role lists what is there, and an index of these bytes. */
static void list(const scene *made, uint64_t index_bytes, const wm_digest *index_hash)
{
    char hex[WM_DIGEST_HEX_BYTES];
    uint64_t records = 0;
    for (size_t i = 0; i < forge.states[3].count; i++) {
        records = strcmp(forge.states[3].names[i], "P") == 0 ? forge.states[3].states[i].records
                                                             : records;
    }
    const char *state = wm_forge_print(
        &forge, "{'buckets':%u,'records':%llu,'state':'%s'}", (unsigned)made->newest.bucket_count,
        (unsigned long long)records, wm_digest_hex(&made->newest.result_digest, hex));
    wm_forge_set(
        &forge, "p.P", "targets",
        wm_forge_print(&forge, "{%s,%s,%s}",
                       target("0-3.pack", made->snapshot.len, &made->snapshot_hash, ""),
                       target("2-3.pack", made->two_three.bytes, &made->two_three.sha256, state),
                       target("spans", index_bytes, index_hash, "")));
    wm_forge_publish(&forge);
}

static void publish(const scene *made)
{
    uint64_t bytes = 0;
    wm_spans spans = { made->pages, made->page_count, made->rows, made->row_count };
    wm_digest digest = serve_index("spans", &spans, &bytes);
    list(made, bytes, &digest);
}

static void add_row(scene *made, wm_span row)
{
    made->rows[made->row_count++] = row;
}

/* How often a file with this end of its name was asked for. */
static unsigned asked(const char *name)
{
    unsigned count = 0;
    for (size_t i = 0; i < forge.asked_count; i++) {
        size_t length = strlen(forge.asked[i]);
        count += strncmp(forge.asked[i], FOLDER, strlen(FOLDER)) == 0 && length > strlen(name) &&
                         strcmp(forge.asked[i] + length - strlen(name), name) == 0
                     ? 1
                     : 0;
    }
    return count;
}

static wm_status try_from(int64_t held, uint64_t max_bytes, wm_error *err)
{
    wm_str code = WM_STR("P");
    wm_client *client = NULL;
    wm_store *store = wm_forge_open_replica(held);
    wm_client_options options = { .root = wm_forge_file_of(&forge, "public/1.root.json")->bytes,
                                  .subscribe = &code,
                                  .subscribe_count = 1,
                                  .now_s = wm_fixture_time(NEWEST),
                                  .max_bytes = max_bytes };
    wm_transport *transport = wm_forge_in_memory(&forge);
    wm_status status = wm_client_open(store, &options, &client, err);
    if (status == WM_OK) {
        status = wm_sync_run(client, transport, NULL, err);
    }
    wm_client_close(client);
    wm_transport_close(transport);
    wm_forge_check(&forge, store, status == WM_OK ? NEWEST : held);
    wm_store_close(store);
    return status;
}

static void follow(int64_t held)
{
    wm_error err = { 0 };
    assert_ok(try_from(held, 0, &err), &err);
}

/* The snapshot, once, and nothing twice. */
static void expect_snapshot(void)
{
    follow(1);
    assert_int_equal(asked(".0-3.pack"), 1);
    assert_true(asked(".spans") <= 1);
}

/* ---- the way by the index ---- */

static void two_changes_behind_is_the_index_and_two_deltas(void **state)
{
    (void)state;
    scene made;
    begin(&made);
    add_row(&made, made.one_two);
    add_row(&made, made.two_three);
    publish(&made);
    follow(1);
    assert_int_equal(asked(".spans"), 1);
    assert_int_equal(asked(".1-2.pack"), 1);
    assert_int_equal(asked(".2-3.pack"), 1);
    assert_int_equal(asked(".0-3.pack"), 0);
}

static void one_change_behind_asks_no_index(void **state)
{
    (void)state;
    scene made;
    begin(&made);
    add_row(&made, made.one_two);
    publish(&made);
    follow(2);
    assert_int_equal(asked(".spans"), 0);
    assert_int_equal(asked(".2-3.pack"), 1);
}

static void a_new_replica_takes_the_snapshot_and_asks_no_index(void **state)
{
    (void)state;
    scene made;
    begin(&made);
    add_row(&made, made.one_two);
    publish(&made);
    follow(0);
    assert_int_equal(asked(".spans"), 0);
    assert_int_equal(asked(".0-3.pack"), 1);
}

static void a_page_is_asked_for_when_the_index_refers_to_it(void **state)
{
    (void)state;
    scene made;
    begin(&made);
    wm_spans page = { .spans = &made.one_two, .span_count = 1 };
    made.pages[0].number = 0;
    made.pages[0].sha256 = serve_index("spans-0", &page, &made.pages[0].bytes);
    made.page_count = 1;
    publish(&made);
    follow(1);
    assert_int_equal(asked(".spans-0"), 1);
    assert_int_equal(asked(".1-2.pack"), 1);
    assert_int_equal(asked(".0-3.pack"), 0);
}

/* An index of more bytes than the snapshot saves nothing. */
static void an_index_that_cannot_pay_is_not_asked_for(void **state)
{
    (void)state;
    static wm_span many[1500];
    scene made;
    uint64_t bytes = 0;
    begin(&made);
    for (size_t i = 0; i < 1500; i++) {
        many[i] = (wm_span){ 1, 2 + (int64_t)i, 1, made.one_two.sha256 };
    }
    many[0] = made.one_two;
    wm_spans spans = { .spans = many, .span_count = 1500 };
    wm_digest digest = serve_index("spans", &spans, &bytes);
    list(&made, bytes, &digest);
    follow(1);
    assert_int_equal(asked(".spans"), 0);
    assert_int_equal(asked(".0-3.pack"), 1);
}

/* ---- whatever is wrong with it ---- */

static void a_base_that_was_pruned_means_the_snapshot(void **state)
{
    (void)state;
    scene made;
    begin(&made);
    add_row(&made, made.two_three);
    publish(&made);
    expect_snapshot();
    assert_int_equal(asked(".spans"), 1);
}

static void an_index_that_is_missing_means_the_snapshot(void **state)
{
    (void)state;
    scene made;
    begin(&made);
    add_row(&made, made.one_two);
    publish(&made);
    wm_forge_remove_file(&forge, find_pack("spans")->path);
    expect_snapshot();
}

static void an_index_with_other_bytes_means_the_snapshot(void **state)
{
    (void)state;
    scene made;
    begin(&made);
    add_row(&made, made.one_two);
    publish(&made);
    (void)wm_forge_put_file(&forge, find_pack("spans")->path, WM_STR("not what was signed"));
    expect_snapshot();
    begin(&made);
    add_row(&made, made.one_two);
    publish(&made);
    find_pack("spans")->endless = true;
    expect_snapshot();
}

static void an_index_that_cannot_be_read_means_the_snapshot(void **state)
{
    (void)state;
    static const char *const texts[] = { "", "{}", "\x89WMS\r\n\x1a\n",
                                         "\x89WMS\r\n\x1a\n\x02 of a newer program" };
    scene made;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        begin(&made);
        wm_str bytes = wm_str_of(texts[i]);
        wm_digest digest = serve("spans", bytes);
        list(&made, bytes.len, &digest);
        expect_snapshot();
    }
}

static void a_page_that_is_missing_or_empty_means_the_snapshot(void **state)
{
    (void)state;
    for (int is_there = 0; is_there < 2; is_there++) {
        scene made;
        begin(&made);
        wm_spans page = { .span_count = 0 };
        made.pages[0].sha256 = serve_index("spans-0", &page, &made.pages[0].bytes);
        made.page_count = 1;
        publish(&made);
        if (is_there == 0) {
            wm_forge_remove_file(&forge, find_pack("spans-0")->path);
        }
        expect_snapshot();
        assert_int_equal(asked(".spans-0"), 1);
    }
}

static void a_delta_that_is_missing_means_the_snapshot(void **state)
{
    (void)state;
    scene made;
    begin(&made);
    add_row(&made, made.one_two);
    publish(&made);
    wm_forge_remove_file(&forge, find_pack("1-2.pack")->path);
    expect_snapshot();
    assert_int_equal(asked(".1-2.pack"), 1);
}

static void a_delta_with_other_bytes_means_the_snapshot(void **state)
{
    (void)state;
    scene made;
    begin(&made);
    add_row(&made, made.one_two);
    publish(&made);
    (void)wm_forge_put_file(&forge, find_pack("1-2.pack")->path, WM_STR("not what was signed"));
    expect_snapshot();
}

/* A row whose file is sound and is another than it says. */
static void a_row_that_lies_means_the_snapshot(void **state)
{
    (void)state;
    scene made;
    begin(&made);
    made.one_two.sha256 =
        serve("1-2.pack", wm_forge_file_of(&forge, find_pack("2-3.pack")->path)->bytes);
    made.one_two.bytes = made.two_three.bytes;
    add_row(&made, made.one_two);
    publish(&made);
    expect_snapshot();
    begin(&made);
    made.one_two.to = 3;
    made.one_two.sha256 =
        serve("1-3.pack", wm_forge_file_of(&forge, find_pack("1-2.pack")->path)->bytes);
    add_row(&made, made.one_two);
    publish(&made);
    expect_snapshot();
    assert_int_equal(asked(".1-3.pack"), 1);
}

static void rows_that_do_not_connect_are_no_way(void **state)
{
    (void)state;
    scene made;
    begin(&made);
    add_row(&made, (wm_span){ 1, 5, 10, made.one_two.sha256 });
    add_row(&made, (wm_span){ 4, 5, 10, made.one_two.sha256 });
    publish(&made);
    expect_snapshot();
}

/* Both are gone: the replica stays as it is, and that is told. */
static void no_way_at_all_is_told(void **state)
{
    (void)state;
    scene made;
    wm_error err = { 0 };
    begin(&made);
    made.one_two.to = 3;
    made.one_two.sha256 =
        serve("1-3.pack", wm_forge_file_of(&forge, find_pack("1-2.pack")->path)->bytes);
    add_row(&made, made.one_two);
    wm_pack_header lying = made.newest;
    lying.bucket_count++;
    made.newest = lying;
    publish(&made);
    assert_int_equal(try_from(1, 0, &err), WM_NOT_TRUSTED);
    assert_contains(err.text, "not what its role says");
    assert_int_equal(asked(".0-3.pack"), 1);
}

/* ---- a budget ---- */

/* What the refusal of a budget says is needed; also "more than" so much. */
static uint64_t needed_above(uint64_t budget, bool *at_least_out)
{
    wm_error err = { 0 };
    char text[64];
    unsigned long long needed = 0;
    scene made;
    begin(&made);
    add_row(&made, made.one_two);
    publish(&made);
    assert_int_equal(try_from(1, budget, &err), WM_REFUSED);
    (void)snprintf(text, sizeof text, "and %llu are allowed", (unsigned long long)budget);
    assert_contains(err.text, text);
    *at_least_out = sscanf(err.text, "the update is more than %llu bytes", &needed) == 1;
    assert_true(*at_least_out || sscanf(err.text, "the update is %llu bytes", &needed) == 1);
    assert_true(needed > budget || *at_least_out);
    return needed;
}

static void a_budget_counts_the_index_and_says_what_is_needed(void **state)
{
    (void)state;
    scene made;
    wm_error err = { 0 };
    bool at_least = true;
    /* not even an index */
    (void)needed_above(1, &at_least);
    assert_int_equal(asked(".spans"), 0);
    /* the indexes, and no more: what is said now is enough, and no byte less is */
    uint64_t needed = needed_above(2000, &at_least);
    assert_false(at_least);
    assert_int_equal(asked(".spans"), 1);
    assert_int_equal(asked(".1-2.pack"), 0);
    assert_int_equal(needed_above(needed - 1, &at_least), needed);
    begin(&made);
    add_row(&made, made.one_two);
    publish(&made);
    assert_true(needed >=
                find_pack("spans")->bytes.len + made.one_two.bytes + made.two_three.bytes);
    assert_ok(try_from(1, needed, &err), &err);
}

int main(void)
{
    wm_fault_vfs_install();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_changes_behind_is_the_index_and_two_deltas),
        cmocka_unit_test(one_change_behind_asks_no_index),
        cmocka_unit_test(a_new_replica_takes_the_snapshot_and_asks_no_index),
        cmocka_unit_test(a_page_is_asked_for_when_the_index_refers_to_it),
        cmocka_unit_test(an_index_that_cannot_pay_is_not_asked_for),
        cmocka_unit_test(a_base_that_was_pruned_means_the_snapshot),
        cmocka_unit_test(an_index_that_is_missing_means_the_snapshot),
        cmocka_unit_test(an_index_with_other_bytes_means_the_snapshot),
        cmocka_unit_test(an_index_that_cannot_be_read_means_the_snapshot),
        cmocka_unit_test(a_page_that_is_missing_or_empty_means_the_snapshot),
        cmocka_unit_test(a_delta_that_is_missing_means_the_snapshot),
        cmocka_unit_test(a_delta_with_other_bytes_means_the_snapshot),
        cmocka_unit_test(a_row_that_lies_means_the_snapshot),
        cmocka_unit_test(rows_that_do_not_connect_are_no_way),
        cmocka_unit_test(no_way_at_all_is_told),
        cmocka_unit_test(a_budget_counts_the_index_and_says_what_is_needed),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
