/* test_publish.c: the feed that publish writes: what is in it, what is not, and when it stops
 * half-way. */
#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <waymark/sys/pack.h>

#include "feed_fixture.h"

#include "trust/metadata.h"

static wm_feed_fixture fixture;
static wm_arena arena;

static int setup(void **state)
{
    (void)state;
    wm_arena_init(&arena, wm_env_system(), 256 * WM_MIB);
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

static void begin_again(void)
{
    wm_fixture_fini(&fixture);
    wm_fixture_init(&fixture);
}

/* ---- every file of a folder ---- */

typedef void (*file_fn)(void *context, const char *path, wm_str bytes);

static void each_file(const char *folder, file_fn each, void *context)
{
    DIR *handle = opendir(folder);
    assert_non_null(handle);
    for (struct dirent *entry = readdir(handle); entry != NULL; entry = readdir(handle)) {
        char path[1024];
        struct stat info;
        if (entry->d_name[0] == '.') {
            continue;
        }
        (void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        assert_int_equal(stat(path, &info), 0);
        if (S_ISDIR(info.st_mode)) {
            each_file(path, each, context);
            continue;
        }
        wm_buf bytes;
        wm_buf_init(&bytes, wm_env_system(), 16 * WM_MIB);
        wm_fixture_read(path, &bytes);
        each(context, path, wm_buf_str(&bytes));
        wm_buf_fini(&bytes);
    }
    (void)closedir(handle);
}

static bool contains(wm_str bytes, const char *part)
{
    size_t length = strlen(part);
    for (size_t i = 0; i + length <= bytes.len; i++) {
        if (memcmp(bytes.ptr + i, part, length) == 0) {
            return true;
        }
    }
    return false;
}

/* ---- the canary ---- */

typedef struct canary_hunt {
    wm_store *author;
    int packs;
    int files;
    int found;
} canary_hunt;

static void look(canary_hunt *hunt, wm_str bytes)
{
    hunt->found += contains(bytes, WM_CANARY) || contains(bytes, "01632") ||
                   contains(bytes, "960987") || contains(bytes, "secret");
}

static wm_status look_at_record(void *context, const wm_record *record, const wm_json *value,
                                const wm_json *before)
{
    (void)before;
    (void)value;
    look(context, record->id);
    look(context, record->bytes);
    return WM_OK;
}

static wm_status look_at_removed(void *context, wm_kind kind, wm_str id)
{
    (void)kind;
    look(context, id);
    return WM_OK;
}

/* The base of a delta: the public edition, as the authoring database projects it. */
typedef struct id_list {
    wm_record records[256];
    size_t count;
    size_t at;
} id_list;

static wm_status list_record(void *context, const wm_record *record, wm_error *err)
{
    id_list *list = context;
    (void)err;
    assert_true(list->count < 256);
    list->records[list->count++] = (wm_record){ record->kind, wm_arena_copy(&arena, record->id),
                                                wm_arena_copy(&arena, record->bytes) };
    return WM_OK;
}

static wm_status base_get(void *context, wm_kind kind, wm_str id, wm_buf *bytes_out)
{
    const id_list *list = context;
    for (size_t i = 0; i < list->count; i++) {
        if (list->records[i].kind == kind && wm_str_equal(list->records[i].id, id)) {
            wm_buf_put_str(bytes_out, list->records[i].bytes);
            return wm_buf_status(bytes_out, NULL);
        }
    }
    return WM_NOT_FOUND;
}

static wm_status base_next(void *context, wm_kind *kind_out, wm_str *id_out)
{
    id_list *list = context;
    if (list->at == list->count) {
        return WM_END;
    }
    *kind_out = list->records[list->at].kind;
    *id_out = list->records[list->at++].id;
    return WM_OK;
}

static void look_at_file(void *context, const char *path, wm_str bytes)
{
    canary_hunt *hunt = context;
    hunt->files++;
    look(hunt, bytes);
    if (strstr(path, ".pack") == NULL) {
        return;
    }
    wm_pack_limits limits = { bytes.len, 16 * WM_MIB };
    wm_pack_header header;
    wm_error err = { 0 };
    assert_ok(wm_pack_read_header(bytes, &limits, &header, &err), &err);
    assert_true(wm_str_is(header.edition, "public"));
    static id_list list;
    memset(&list, 0, sizeof list);
    if (header.kind == WM_PACK_DELTA) {
        wm_slice slice = { WM_EDITION_PUBLIC, header.partition };
        wm_record_sink sink = { list_record, &list };
        assert_ok(wm_history_each(hunt->author, &slice, (int64_t)header.from_release, &sink, &err),
                  &err);
    }
    wm_pack_base base = { base_get, base_next, NULL, &list, false };
    wm_pack_sink sink = { look_at_record, look_at_removed, hunt };
    assert_ok(wm_pack_read(wm_env_system(), bytes, &limits,
                           header.kind == WM_PACK_DELTA ? &base : NULL, &sink, NULL, &err),
              &err);
    hunt->packs++;
}

static void nothing_for_professionals_is_in_the_public_feed(void **state)
{
    (void)state;
    char folder[400];
    wm_fixture_publish_to(&fixture, WM_FIXTURE_RELEASES);
    canary_hunt hunt = { .author = fixture.author };
    (void)snprintf(folder, sizeof folder, "%s/public", fixture.feed);
    each_file(folder, look_at_file, &hunt);
    assert_int_equal(hunt.found, 0);
    assert_true(hunt.packs > 10 && hunt.files > hunt.packs);
}

static wm_status count_canaries(void *context, const wm_record *record, const wm_json *value,
                                const wm_json *before)
{
    (void)before;
    (void)value;
    *(int *)context += contains(record->bytes, WM_CANARY) ? 1 : 0;
    return WM_OK;
}

static void look_for_any(void *context, const char *path, wm_str bytes)
{
    if (strstr(path, "/p/all/") == NULL || strstr(path, ".0-1.pack") == NULL) {
        return;
    }
    wm_pack_limits limits = { bytes.len, 16 * WM_MIB };
    wm_pack_sink sink = { count_canaries, look_at_removed, context };
    wm_error err = { 0 };
    assert_ok(wm_pack_read(wm_env_system(), bytes, &limits, NULL, &sink, NULL, &err), &err);
}

/* Else the hunt above would find nothing whatever was there. */
static void the_canary_is_in_the_professional_feed(void **state)
{
    (void)state;
    char folder[400];
    int found = 0;
    wm_fixture_publish_to(&fixture, 1);
    (void)snprintf(folder, sizeof folder, "%s/professional", fixture.feed);
    each_file(folder, look_for_any, &found);
    assert_int_equal(found, 1);
}

/* ---- what changes, and what does not ---- */

static wm_published publish_at(int64_t now_s)
{
    wm_published published;
    wm_error err = { 0 };
    assert_ok(wm_fixture_publish_at(&fixture, now_s, NULL, &published, &arena, &err), &err);
    return published;
}

static void renewing_changes_only_the_timestamp(void **state)
{
    (void)state;
    wm_fixture_publish_to(&fixture, 2);
    wm_published published = publish_at(wm_fixture_time(3));
    assert_int_equal(published.file_count, 2);
    assert_true(wm_str_is(published.files[0].path, "public/timestamp.json"));
    assert_true(wm_str_is(published.files[1].path, "professional/timestamp.json"));
    /* and on the same day, nothing at all */
    published = publish_at(wm_fixture_time(3));
    assert_int_equal(published.file_count, 0);
    assert_int_equal(published.release, 2);
}

static void what_wears_out_is_signed_again(void **state)
{
    (void)state;
    wm_fixture_publish_to(&fixture, 1);
    wm_published published = publish_at(wm_fixture_time(70));
    assert_int_equal(published.file_count, 4); /* snapshot and timestamp of each edition */
    published = publish_at(wm_fixture_time(300));
    assert_true(published.file_count > 10);
    for (size_t i = 0; i < published.file_count; i++) {
        assert_true(wm_str_is(published.files[i].kind, "metadata") ||
                    wm_str_is(published.files[i].kind, "target"));
    }
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    wm_fixture_sync sync = { .now_s = wm_fixture_time(301) };
    wm_error err = { 0 };
    assert_ok(wm_fixture_try(&fixture, replica, &sync, NULL, &err), &err);
    wm_store_close(replica);
    assert_int_equal(
        wm_fixture_publish_at(&fixture, wm_fixture_time(400), NULL, &published, &arena, &err),
        WM_EXPIRED);
    assert_contains(err.text, "root.json: expired");
}

static void a_partition_that_did_not_change_keeps_its_role(void **state)
{
    (void)state;
    wm_fixture_publish_to(&fixture, 1);
    wm_fixture_release(&fixture);
    wm_published published = publish_at(wm_fixture_time(2));
    bool changed = false;
    for (size_t i = 0; i < published.file_count; i++) {
        const wm_published_file *file = &published.files[i];
        changed = changed || wm_str_is(file->path, "public/2.p.P1.json");
        assert_false(wm_str_is(file->path, "public/2.p.P2.json"));
        assert_false(wm_str_is(file->path, "public/2.partitions.json"));
        assert_false(wm_str_is(file->partition, "P2"));
        if (wm_str_is(file->kind, "delta")) {
            assert_int_equal(file->from, 1);
            assert_int_equal(file->to, 2);
        }
    }
    assert_true(changed);
    const wm_published_file *last = &published.files[published.file_count - 1];
    assert_true(wm_str_is(last->path, "professional/timestamp.json"));
}

typedef struct digest_sum {
    wm_digest digest;
    size_t skip; /* of the folder's name */
} digest_sum;

static void add_digest(void *context, const char *path, wm_str bytes)
{
    digest_sum *sum = context;
    wm_digest digest;
    wm_str parts[] = { wm_str_of(path + sum->skip), WM_STR("|"), bytes };
    wm_digest_of(parts, 3, &digest);
    for (size_t i = 0; i < WM_DIGEST_BYTES; i++) {
        sum->digest.bytes[i] ^= digest.bytes[i];
    }
}

/* Another, empty authoring database in place of the fixture's. */
static void start_again(const char *name)
{
    char path[400];
    wm_error err = { 0 };
    wm_store_close(fixture.author);
    (void)snprintf(path, sizeof path, "%s/%s.db", fixture.folder, name);
    assert_ok(wm_store_open(wm_env_system(), path,
                            WM_STORE_WRITE | WM_STORE_CREATE | WM_STORE_AUTHOR, &fixture.author,
                            &err),
              &err);
    fixture.release = 0;
}

/* What the professional edition takes over from the public one is what it would be by itself. */
static void each_edition_alone_gives_the_same_bytes(void **state)
{
    (void)state;
    wm_error err = { 0 };
    digest_sum first = { .skip = strlen(fixture.feed) };
    digest_sum second = { .skip = strlen(fixture.feed) };
    wm_fixture_publish_to(&fixture, 3);
    each_file(fixture.feed, add_digest, &first);
    (void)snprintf(fixture.feed, sizeof fixture.feed, "%.250s/lone", fixture.folder);
    start_again("author2");
    for (int release = 1; release <= 3; release++) {
        wm_fixture_release(&fixture);
        for (unsigned i = 0; i < WM_EDITION_COUNT; i++) {
            wm_publish_options options = { .feed_folder = fixture.feed,
                                           .key_folder = fixture.keys,
                                           .now_s = wm_fixture_time(release),
                                           .editions = 1u << i,
                                           .level = 3 };
            wm_published published;
            assert_ok(wm_publish(fixture.author, &options, &arena, &published, &err), &err);
        }
    }
    each_file(fixture.feed, add_digest, &second);
    assert_memory_equal(&first.digest, &second.digest, sizeof first.digest);
}

static void the_same_keys_days_and_releases_give_the_same_bytes(void **state)
{
    (void)state;
    wm_fixture_publish_to(&fixture, 3);
    digest_sum first = { .skip = strlen(fixture.feed) };
    each_file(fixture.feed, add_digest, &first);
    (void)snprintf(fixture.feed, sizeof fixture.feed, "%.250s/again", fixture.folder);
    start_again("author2");
    wm_fixture_publish_to(&fixture, 3);
    digest_sum second = { .skip = strlen(fixture.feed) };
    each_file(fixture.feed, add_digest, &second);
    assert_memory_equal(&first.digest, &second.digest, sizeof first.digest);
}

static void put_feed_file(const char *name, wm_str bytes)
{
    char path[500];
    wm_error err = { 0 };
    (void)snprintf(path, sizeof path, "%s/%s", fixture.feed, name);
    assert_ok(wm_files_system()->write(NULL, path, bytes, &err), &err);
}

/* As a run leaves it that stopped before the switch. */
static void what_is_there_already_is_not_written_again(void **state)
{
    (void)state;
    static const char *const entries[] = { "public/timestamp.json", "professional/timestamp.json" };
    wm_str old[2];
    wm_fixture_publish_to(&fixture, 1);
    for (size_t i = 0; i < 2; i++) {
        char path[500];
        wm_buf bytes;
        (void)snprintf(path, sizeof path, "%s/%s", fixture.feed, entries[i]);
        wm_buf_init(&bytes, wm_env_system(), WM_MIB);
        wm_fixture_read(path, &bytes);
        old[i] = wm_arena_copy(&arena, wm_buf_str(&bytes));
        wm_buf_fini(&bytes);
    }
    wm_fixture_release(&fixture);
    wm_published first = publish_at(wm_fixture_time(2));
    put_feed_file(entries[0], old[0]);
    put_feed_file(entries[1], old[1]);
    wm_published published = publish_at(wm_fixture_time(2));
    assert_int_equal(published.file_count, 2);
    /* but one that the disk has lost a part of is */
    put_feed_file(entries[0], old[0]);
    for (size_t i = 0; i < first.file_count; i++) {
        if (wm_str_is(first.files[i].kind, "delta") &&
            first.files[i].edition == WM_EDITION_PUBLIC &&
            wm_str_is(first.files[i].partition, "P1")) {
            char name[400];
            (void)snprintf(name, sizeof name, "%.*s", WM_STR_ARG(first.files[i].path));
            put_feed_file(name, WM_STR("half"));
        }
    }
    published = publish_at(wm_fixture_time(2));
    assert_int_equal(published.file_count, 2);
    assert_true(wm_str_is(published.files[0].kind, "delta"));
    assert_true(wm_str_is(published.files[0].partition, "P1"));
}

/* ---- keys ---- */

static void keys_are_secret_and_never_overwritten(void **state)
{
    (void)state;
    static const char *const names[] = { "root.key", "targets.key", "snapshot.key",
                                         "timestamp.key" };
    for (size_t i = 0; i < 4; i++) {
        char path[400];
        struct stat info;
        (void)snprintf(path, sizeof path, "%s/professional/%s", fixture.keys, names[i]);
        assert_int_equal(stat(path, &info), 0);
        assert_int_equal(info.st_mode & 0777, 0600);
    }
    wm_keys_options options = { .key_folder = fixture.keys, .now_s = wm_fixture_time(0) };
    const wm_str *made = NULL;
    size_t count = 0;
    wm_error err = { 0 };
    assert_int_equal(wm_keys_init(&arena, &options, &made, &count, &err), WM_REFUSED);
    assert_contains(err.text, "is not overwritten");
}

static void without_keys_or_with_others_nothing_is_published(void **state)
{
    (void)state;
    wm_published published;
    wm_error err = { 0 };
    wm_fixture_publish_to(&fixture, 1);
    wm_fixture_release(&fixture);
    (void)snprintf(fixture.keys, sizeof fixture.keys, "%.250s/no-keys", fixture.folder);
    assert_int_equal(
        wm_fixture_publish_at(&fixture, wm_fixture_time(2), NULL, &published, &arena, &err),
        WM_NOT_FOUND);
    assert_contains(err.text, "make keys first");
    wm_keys_options options = { .key_folder = fixture.keys, .now_s = wm_fixture_time(0) };
    const wm_str *made = NULL;
    size_t count = 0;
    wm_error_clear(&err);
    assert_ok(wm_keys_init(&arena, &options, &made, &count, &err), &err);
    assert_int_equal(count, 12);
    assert_int_equal(
        wm_fixture_publish_at(&fixture, wm_fixture_time(2), NULL, &published, &arena, &err),
        WM_NOT_TRUSTED);
    assert_contains(err.text, "timestamp.json");
}

static wm_timestamp timestamp_now(void)
{
    char path[500];
    wm_buf bytes;
    wm_unverified unverified;
    wm_timestamp timestamp;
    wm_error err = { 0 };
    (void)snprintf(path, sizeof path, "%s/public/timestamp.json", fixture.feed);
    wm_buf_init(&bytes, wm_env_system(), WM_MIB);
    wm_fixture_read(path, &bytes);
    assert_ok(wm_unverified_read(&arena, wm_buf_str(&bytes), WM_MIB, &unverified, &err), &err);
    assert_ok(wm_timestamp_read(&arena, wm_verified_pinned(&unverified), &timestamp, &err), &err);
    wm_buf_fini(&bytes);
    return timestamp;
}

static void a_release_dated_years_ahead_is_not_signed_for_years(void **state)
{
    (void)state;
    wm_published published;
    wm_error err = { 0 };
    wm_fixture_release(&fixture);
    /* dated by a day's slip: signed from that day on; by years: from today on */
    assert_ok(wm_fixture_publish_at(&fixture, wm_fixture_time(0), NULL, &published, &arena, &err),
              &err);
    assert_int_equal(timestamp_now().head.expires_s / 86400,
                     WM_FIXTURE_DAY + 1 + WM_TIMESTAMP_DAYS);
    begin_again();
    wm_fixture_release(&fixture);
    int64_t now_s = wm_fixture_time(-2000);
    assert_ok(wm_fixture_publish_at(&fixture, now_s, NULL, &published, &arena, &err), &err);
    assert_int_equal(timestamp_now().head.expires_s / 86400,
                     WM_FIXTURE_DAY - 2000 + WM_TIMESTAMP_DAYS);
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    wm_fixture_sync sync = { .subscribe = "P1", .now_s = now_s };
    assert_ok(wm_fixture_try(&fixture, replica, &sync, NULL, &err), &err);
    now_s += 86400;
    assert_ok(wm_fixture_publish_at(&fixture, now_s, NULL, &published, &arena, &err), &err);
    sync.now_s = now_s;
    assert_ok(wm_fixture_try(&fixture, replica, &sync, NULL, &err), &err);
    wm_store_close(replica);
}

static void a_file_of_an_older_version_is_not_built_upon(void **state)
{
    (void)state;
    static const char *const files[][2] = { { "1.snapshot.json", "2.snapshot.json" },
                                            { "1.p.E.json", "2.p.E.json" },
                                            { "1.p.P1.json", "2.p.P1.json" } };
    for (size_t i = 0; i < 3; i++) {
        char from[500];
        char to[500];
        wm_buf old;
        wm_published published;
        wm_error err = { 0 };
        begin_again();
        wm_fixture_publish_to(&fixture, 2);
        (void)snprintf(from, sizeof from, "%s/public/%s", fixture.feed, files[i][0]);
        (void)snprintf(to, sizeof to, "%s/public/%s", fixture.feed, files[i][1]);
        wm_buf_init(&old, wm_env_system(), WM_MIB);
        wm_fixture_read(from, &old);
        assert_ok(wm_files_system()->write(NULL, to, wm_buf_str(&old), &err), &err);
        wm_buf_fini(&old);
        wm_fixture_release(&fixture);
        assert_int_equal(
            wm_fixture_publish_at(&fixture, wm_fixture_time(3), NULL, &published, &arena, &err),
            WM_NOT_TRUSTED);
        assert_contains(err.text, "expected version 2, found 1");
    }
}

static void a_link_beside_a_file_leads_nowhere(void **state)
{
    (void)state;
    char path[500];
    char link[500];
    char victim[500];
    wm_buf found;
    wm_error err = { 0 };
    const wm_files *files = wm_files_system();
    (void)snprintf(path, sizeof path, "%.250s/timestamp.json", fixture.folder);
    (void)snprintf(link, sizeof link, "%.250s/timestamp.json.new", fixture.folder);
    (void)snprintf(victim, sizeof victim, "%.250s/victim", fixture.folder);
    assert_ok(files->write(NULL, victim, WM_STR("mine"), &err), &err);
    assert_int_equal(symlink(victim, link), 0);
    assert_ok(files->write(NULL, path, WM_STR("new"), &err), &err);
    wm_buf_init(&found, wm_env_system(), WM_MIB);
    wm_fixture_read(victim, &found);
    assert_string_equal(wm_buf_str(&found).ptr, "mine");
    wm_buf_reset(&found);
    wm_fixture_read(path, &found);
    assert_string_equal(wm_buf_str(&found).ptr, "new");
    wm_buf_fini(&found);
}

static void a_database_that_is_behind_the_feed_is_refused(void **state)
{
    (void)state;
    wm_published published;
    wm_error err = { 0 };
    wm_fixture_publish_to(&fixture, 2);
    start_again("other");
    wm_fixture_release(&fixture);
    assert_int_equal(
        wm_fixture_publish_at(&fixture, wm_fixture_time(2), NULL, &published, &arena, &err),
        WM_CONFLICT);
    assert_contains(err.text, "the feed has release 2, this database only release 1");
}

/* ---- files that fail ---- */

typedef struct failing_files {
    wm_files files;
    long writes;
    long fail_at;
} failing_files;

static wm_status pass_read(void *context, const char *path, wm_buf *out, wm_error *err)
{
    (void)context;
    return wm_files_system()->read(NULL, path, out, err);
}

static wm_status fail_write(void *context, const char *path, wm_str bytes, wm_error *err)
{
    failing_files *failing = context;
    if (failing->writes++ == failing->fail_at) {
        return wm_fail(err, WM_FULL, "%s: no space left", path);
    }
    return wm_files_system()->write(NULL, path, bytes, err);
}

/* Publishing release 2 stops at the nth write, for every n: a client sees release 1 or 2, whole;
 * and the next run completes it. */
static void a_publish_that_stops_anywhere_breaks_no_client(void **state)
{
    (void)state;
    char good[320];
    wm_fixture_publish_to(&fixture, 1);
    wm_fixture_release(&fixture);
    memcpy(good, fixture.feed, sizeof good);
    bool failed = true;
    for (long n = 0; failed; n++) {
        failing_files failing = { .fail_at = n };
        failing.files = (wm_files){ .read = pass_read, .write = fail_write, .context = &failing };
        char command[900];
        char name[32];
        (void)snprintf(fixture.feed, sizeof fixture.feed, "%.250s/feed-%ld", fixture.folder, n);
        (void)snprintf(command, sizeof command, "cp -r '%s' '%s'", good, fixture.feed);
        assert_int_equal(system(command), 0);
        wm_published published;
        wm_client_summary summary;
        wm_error err = { 0 };
        wm_status status = wm_fixture_publish_at(&fixture, wm_fixture_time(2), &failing.files,
                                                 &published, &arena, &err);
        failed = status != WM_OK;
        assert_true(!failed || status == WM_FULL);
        (void)snprintf(name, sizeof name, "replica-%ld", n);
        wm_store *replica = wm_fixture_replica(&fixture, name);
        wm_fixture_sync sync = { .subscribe = "P1" };
        wm_error_clear(&err);
        assert_ok(wm_fixture_try(&fixture, replica, &sync, &summary, &err), &err);
        assert_true(summary.to == 1 || summary.to == 2);
        wm_fixture_check(&fixture, replica, WM_EDITION_PUBLIC, summary.to, "P1 S E");
        (void)publish_at(wm_fixture_time(2));
        wm_status again = wm_fixture_try(&fixture, replica, &sync, &summary, &err);
        assert_true(again == WM_OK || again == WM_UNCHANGED);
        wm_fixture_check(&fixture, replica, WM_EDITION_PUBLIC, 2, "P1 S E");
        wm_store_close(replica);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_for_professionals_is_in_the_public_feed, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(the_canary_is_in_the_professional_feed, setup, teardown),
        cmocka_unit_test_setup_teardown(renewing_changes_only_the_timestamp, setup, teardown),
        cmocka_unit_test_setup_teardown(what_wears_out_is_signed_again, setup, teardown),
        cmocka_unit_test_setup_teardown(a_partition_that_did_not_change_keeps_its_role, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(each_edition_alone_gives_the_same_bytes, setup, teardown),
        cmocka_unit_test_setup_teardown(the_same_keys_days_and_releases_give_the_same_bytes, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(what_is_there_already_is_not_written_again, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(keys_are_secret_and_never_overwritten, setup, teardown),
        cmocka_unit_test_setup_teardown(without_keys_or_with_others_nothing_is_published, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_link_beside_a_file_leads_nowhere, setup, teardown),
        cmocka_unit_test_setup_teardown(a_file_of_an_older_version_is_not_built_upon, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_release_dated_years_ahead_is_not_signed_for_years, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_database_that_is_behind_the_feed_is_refused, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_publish_that_stops_anywhere_breaks_no_client, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
