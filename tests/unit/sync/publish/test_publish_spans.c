/* test_publish_spans.c: which deltas a feed has beside the newest, and that they lead on. */

#include <waymark/sys/pack.h>

#include "feed_fixture.h"

#include "pack/spans.h"
#include "trust/metadata.h"

static wm_feed_fixture fixture;
static wm_arena arena;

static int setup(void **state)
{
    (void)state;
    wm_arena_init(&arena, wm_env_system(), (size_t)512 * WM_MIB);
    wm_fixture_init(&fixture);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    wm_fixture_fini(&fixture);
    wm_arena_fini(&arena);
    return 0;
}

#define RETAINED 64

/* P1 changes in every release, P2 in one of five, S only in release 100, E in the first alone. */
static void change(wm_txn *txn, int64_t release)
{
    char text[64];
    (void)snprintf(text, sizeof text, ",'status':'active','description':'%lld'",
                   (long long)release);
    if (release == 1) {
        wm_fixture_first(txn);
    }
    wm_fixture_service(txn, release % 3 == 0 ? "a" : release % 3 == 1 ? "e" : "g", "P1", text);
    if (release % 5 == 0) {
        wm_fixture_service(txn, "b", "P2", text);
    }
    if (release == 100) {
        wm_fixture_service(txn, "c", "S", text);
    }
}

static void release_to(int64_t last)
{
    while (fixture.release < last) {
        wm_txn *txn = wm_fixture_begin(&fixture);
        change(txn, fixture.release + 1);
        wm_fixture_commit(&fixture, txn);
    }
}

/* Without waiting for the disk: hundreds of times. */
static wm_published publish(void)
{
    wm_files files = wm_fixture_quick_files();
    wm_publish_options options = { .feed_folder = fixture.feed,
                                   .key_folder = fixture.keys,
                                   .now_s = wm_fixture_time(fixture.release),
                                   .editions = 1u << WM_EDITION_PUBLIC,
                                   .level = 1,
                                   .files = &files,
                                   .span_releases = RETAINED };
    wm_published published;
    wm_error err = { 0 };
    assert_ok(wm_publish(fixture.author, &options, &arena, &published, &err), &err);
    return published;
}

static wm_str read_feed(const char *path)
{
    char full[800];
    wm_buf bytes;
    wm_buf_init(&bytes, wm_env_system(), 16 * WM_MIB);
    (void)snprintf(full, sizeof full, "%s/%s", fixture.feed, path);
    wm_fixture_read(full, &bytes);
    wm_str copy = wm_arena_copy(&arena, wm_buf_str(&bytes));
    wm_buf_fini(&bytes);
    return copy;
}

static wm_str read_target(const wm_listed_file *file)
{
    char path[WM_FEED_PATH_BYTES];
    wm_error err = { 0 };
    assert_true(wm_feed_path_target(path, WM_EDITION_PUBLIC, file->path, &file->hashes.sha256));
    wm_str bytes = read_feed(path);
    assert_ok(wm_listed_check(file, bytes, &err), &err);
    return bytes;
}

static wm_verified content_of(const char *path)
{
    wm_unverified unverified;
    wm_error err = { 0 };
    assert_ok(wm_unverified_read(&arena, read_feed(path), 4 * WM_MIB, &unverified, &err), &err);
    return wm_verified_pinned(&unverified);
}

/* As the newest metadata has it. */
static wm_targets role_of(const char *name)
{
    char path[WM_FEED_PATH_BYTES];
    wm_timestamp timestamp;
    wm_snapshot snapshot;
    wm_targets targets;
    wm_error err = { 0 };
    assert_ok(wm_timestamp_read(&arena, content_of("public/timestamp.json"), &timestamp, &err),
              &err);
    (void)wm_feed_path_metadata(path, WM_EDITION_PUBLIC, timestamp.snapshot.version,
                                WM_STR("snapshot"));
    assert_ok(wm_snapshot_read(&arena, content_of(path), &snapshot, &err), &err);
    (void)snprintf(path, sizeof path, "%s.json", name);
    const wm_listed_file *listed =
        wm_listed_find(snapshot.files, snapshot.file_count, wm_str_of(path));
    assert_non_null(listed);
    (void)wm_feed_path_metadata(path, WM_EDITION_PUBLIC, listed->version, wm_str_of(name));
    assert_ok(wm_targets_read(&arena, content_of(path), &targets, &err), &err);
    return targets;
}

static wm_feed_role listed_of(const char *code)
{
    char name[100];
    wm_feed_role role;
    wm_error err = { 0 };
    (void)snprintf(name, sizeof name, "p.%s", code);
    wm_targets *targets = wm_arena_alloc(&arena, sizeof *targets);
    *targets = role_of(name);
    assert_ok(wm_feed_role_read(wm_str_of(code), targets, &role, &err), &err);
    return role;
}

static wm_spans index_of(const wm_feed_role *role)
{
    wm_spans spans;
    wm_error err = { 0 };
    assert_non_null(role->spans);
    assert_ok(wm_spans_read(&arena, read_target(role->spans), &spans, &err), &err);
    return spans;
}

/* All spans there are are such files, and the packs say the same. */
static void check_packs(const char *code, const wm_spans *spans)
{
    for (size_t i = 0; i < spans->span_count; i++) {
        wm_feed_pack pack;
        wm_pack_header header;
        wm_error err = { 0 };
        assert_ok(wm_span_pack(&arena, wm_str_of(code), &spans->spans[i], &pack, &err), &err);
        wm_str bytes = read_target(pack.file);
        wm_pack_limits limits = { bytes.len, WM_MIB };
        assert_ok(wm_pack_read_header(bytes, &limits, &header, &err), &err);
        assert_int_equal(header.from_release, spans->spans[i].from);
        assert_int_equal(header.to_release, spans->spans[i].to);
        assert_true(wm_str_is(header.partition, code));
    }
}

static bool has_span(const wm_spans *spans, int64_t from, int64_t to)
{
    for (size_t i = 0; i < spans->span_count; i++) {
        if (spans->spans[i].from == from && spans->spans[i].to == to) {
            return true;
        }
    }
    return false;
}

/* Packs from `have` to the end, with the index and at most the one page of `have`. */
static size_t files_from(const char *code, int64_t have)
{
    wm_feed_role role = listed_of(code);
    wm_spans index = index_of(&role);
    wm_pack_offer offers[600];
    size_t count = 0;
    bool starts = false;
    wm_error err = { 0 };
    offers[count++] = (wm_pack_offer){ (uint64_t)role.delta.from, (uint64_t)role.delta.to, 1 };
    for (size_t i = 0; i < index.span_count; i++) {
        const wm_span *span = &index.spans[i];
        offers[count++] = (wm_pack_offer){ (uint64_t)span->from, (uint64_t)span->to, 1 };
        starts = starts || span->from == have;
    }
    starts = starts || role.delta.from == have;
    for (size_t i = 0; i < index.page_count && !starts; i++) {
        wm_listed_file file;
        wm_spans page;
        if (index.pages[i].number != have / WM_SPAN_PAGE) {
            continue;
        }
        assert_ok(wm_span_page_file(&arena, wm_str_of(code), &index.pages[i], &file, &err), &err);
        assert_ok(wm_spans_read(&arena, read_target(&file), &page, &err), &err);
        assert_int_equal(page.page_count, 0);
        for (size_t k = 0; k < page.span_count; k++) {
            const wm_span *span = &page.spans[k];
            assert_int_equal(span->from / WM_SPAN_PAGE, index.pages[i].number);
            offers[count++] = (wm_pack_offer){ (uint64_t)span->from, (uint64_t)span->to, 1 };
        }
    }
    wm_pack_chain chain;
    wm_pack_route route = { (uint64_t)have, (uint64_t)role.end, 1 };
    assert_int_equal(wm_pack_plan(wm_env_system(), offers, count, &route, &chain, &err), WM_OK);
    return chain.count;
}

static void a_change_a_release_gives_the_aligned_powers_of_two(void **state)
{
    (void)state;
    for (int64_t release = 1; release <= 16; release++) {
        release_to(release);
        (void)publish();
    }
    wm_feed_role role = listed_of("P1");
    wm_spans index = index_of(&role);
    assert_int_equal(role.end, 16);
    assert_int_equal(role.delta.from, 15);
    assert_false(has_span(&index, 15, 16)); /* the role lists it */
    assert_true(has_span(&index, 14, 15));
    assert_true(has_span(&index, 14, 16));
    assert_true(has_span(&index, 12, 16));
    assert_true(has_span(&index, 8, 16));
    assert_true(has_span(&index, 1, 8) && has_span(&index, 1, 16)); /* there is no release 0 */
    assert_false(has_span(&index, 13, 15));
    check_packs("P1", &index);
    assert_int_equal(files_from("P1", 1), 1);
    assert_true(files_from("P1", 3) <= 4);
}

static void a_partition_that_changes_seldom_has_few_spans(void **state)
{
    (void)state;
    for (int64_t release = 1; release <= 21; release++) {
        release_to(release);
        (void)publish();
    }
    wm_feed_role role = listed_of("P2");
    wm_spans index = index_of(&role);
    assert_int_equal(role.end, 20);
    assert_int_equal(role.delta.from, 15);
    assert_true(has_span(&index, 1, 5) && has_span(&index, 5, 10) && has_span(&index, 10, 15));
    assert_true(has_span(&index, 10, 20) || has_span(&index, 1, 20));
    check_packs("P2", &index);
    role = listed_of("E");
    assert_int_equal(role.end, 1);
    assert_false(role.has_delta);
    assert_null(role.spans);
}

static void several_releases_at_once_give_the_same_deltas(void **state)
{
    (void)state;
    release_to(1);
    (void)publish();
    release_to(40);
    wm_published published = publish();
    wm_feed_role role = listed_of("P1");
    wm_spans once = index_of(&role);
    assert_true(published.file_count > 60);
    (void)snprintf(fixture.feed, sizeof fixture.feed, "%.200s/feed-one-by-one", fixture.folder);
    char path[400];
    wm_error err = { 0 };
    wm_store_close(fixture.author);
    (void)snprintf(path, sizeof path, "%.200s/again.db", fixture.folder);
    assert_ok(wm_store_open(wm_env_system(), path,
                            WM_STORE_WRITE | WM_STORE_CREATE | WM_STORE_AUTHOR, &fixture.author,
                            &err),
              &err);
    fixture.release = 0;
    for (int64_t release = 1; release <= 40; release++) {
        release_to(release);
        (void)publish();
    }
    role = listed_of("P1");
    wm_spans step = index_of(&role);
    size_t shared = 0;
    for (size_t i = 0; i < step.span_count; i++) {
        if (step.spans[i].to - step.spans[i].from == 1) {
            assert_true(has_span(&once, step.spans[i].from, step.spans[i].to));
            shared++;
        }
    }
    assert_int_equal(shared, 38);
    check_packs("P1", &once);
}

static void who_is_far_behind_needs_the_index_and_one_page(void **state)
{
    (void)state;
    for (int64_t release = 1; release <= 200; release += release < 190 ? 9 : 1) {
        release_to(release);
        (void)publish();
    }
    wm_feed_role role = listed_of("P1");
    wm_spans index = index_of(&role);
    check_packs("P1", &index);
    assert_true(index.page_count >= 1 && index.page_count <= 2);
    assert_int_equal(index.pages[index.page_count - 1].number, 2);
    for (size_t i = 0; i < index.span_count; i++) {
        bool is_near = index.spans[i].from > role.end - WM_SPAN_PAGE;
        assert_true(is_near || index.spans[i].from % WM_SPAN_PAGE == 0);
    }
    /* as far as spans are kept: in whole pages */
    for (int64_t have = 128; have < role.end; have++) {
        assert_true(files_from("P1", have) <= 11);
    }
    for (int64_t have = 130; have < listed_of("P2").end; have += 5) {
        assert_true(files_from("P2", have) <= 9);
    }
    assert_int_equal(role.end, fixture.release);
}

static void pages_that_are_over_are_not_written_again(void **state)
{
    (void)state;
    release_to(1);
    (void)publish();
    release_to(131);
    (void)publish();
    release_to(132);
    wm_published published = publish();
    size_t indexes = 0;
    for (size_t i = 0; i < published.file_count; i++) {
        if (wm_str_is(published.files[i].kind, "spans")) {
            assert_true(wm_str_is(published.files[i].partition, "P1") ||
                        wm_str_is(published.files[i].partition, "all"));
            indexes++;
        }
    }
    assert_int_equal(indexes, 2);
}

/* Replicas of many ages, and of a partition that changes seldom, all end at the digests. */
static void replicas_of_every_age_catch_up(void **state)
{
    (void)state;
    wm_store *replicas[40];
    int64_t at[40];
    size_t count = 0;
    for (int64_t release = 1; release <= 150; release++) {
        release_to(release);
        if (release % 3 != 1 && release < 140) {
            continue; /* several at once, now and then */
        }
        (void)publish();
        if ((release % 6 == 1 || release > 140) && release < 150 && count < 26) {
            char name[32];
            wm_fixture_sync sync = { .subscribe = count % 2 == 0 ? "P2" : "P1" };
            wm_error err = { 0 };
            (void)snprintf(name, sizeof name, "r%zu", count);
            replicas[count] = wm_fixture_replica(&fixture, name);
            assert_ok(wm_fixture_try(&fixture, replicas[count], &sync, NULL, &err), &err);
            at[count++] = release;
        }
    }
    uint64_t least = UINT64_MAX;
    for (size_t i = 0; i < count; i++) {
        wm_client_summary summary;
        wm_fixture_sync sync = { .subscribe = i % 2 == 0 ? "P2" : "P1" };
        wm_error err = { 0 };
        wm_status status = wm_fixture_try(&fixture, replicas[i], &sync, &summary, &err);
        assert_ok(status, &err);
        wm_fixture_check(&fixture, replicas[i], WM_EDITION_PUBLIC, 150,
                         i % 2 == 0 ? "P2 S E" : "P1 S E");
        if (at[i] > 100) {
            least = summary.pack_bytes < least ? summary.pack_bytes : least;
        }
        wm_store_close(replicas[i]);
    }
    assert_int_equal(count, 26);
    assert_true(least < 4000); /* by deltas, not by snapshots */
}

static void a_snapshot_is_cut_again_only_when_deltas_have_grown(void **state)
{
    (void)state;
    int64_t cut = 1;
    release_to(1);
    (void)publish();
    int cuts = 0;
    for (int64_t release = 2; release <= 40; release++) {
        release_to(release);
        wm_published published = publish();
        for (size_t i = 0; i < published.file_count; i++) {
            const wm_published_file *file = &published.files[i];
            cuts += wm_str_is(file->kind, "snapshot") && wm_str_is(file->partition, "P1") ? 1 : 0;
        }
        wm_feed_role role = listed_of("P1");
        assert_true(role.snapshot.to >= cut); /* the older one is listed no more */
        cut = role.snapshot.to;
    }
    assert_true(cuts > 0 && cuts < 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_change_a_release_gives_the_aligned_powers_of_two, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_partition_that_changes_seldom_has_few_spans, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(several_releases_at_once_give_the_same_deltas, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(who_is_far_behind_needs_the_index_and_one_page, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(pages_that_are_over_are_not_written_again, setup, teardown),
        cmocka_unit_test_setup_teardown(replicas_of_every_age_catch_up, setup, teardown),
        cmocka_unit_test_setup_teardown(a_snapshot_is_cut_again_only_when_deltas_have_grown, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
