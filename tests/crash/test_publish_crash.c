/* test_publish_crash.c: a publish stops at each write, rename, deletion and sync in turn; then the
 * power fails, or only the process does. Whatever the disk holds then, a client finds exactly the
 * old release or the new one, and the next publish ends with the very files that an uninterrupted
 * one makes. */
#include <stdlib.h>

#include "fault.h"
#include "fault_vfs.h"
#include "feed_fixture.h"

#define FILES_MAX 1024
#define READINGS_MAX 128 /* of the four clients of a visit */
#define VISITS_MAX 8

/* ---- a disk in memory ---- */

typedef struct disk_file {
    char path[400];
    wm_str live; /* ptr NULL: not there */
    wm_str kept; /* what a power loss leaves */
} disk_file;

typedef struct disk {
    disk_file files[FILES_MAX];
    size_t count;
    long steps;   /* done so far */
    long stop_at; /* the step that does not happen, nor any after it; -1: none */
} disk;

static wm_feed_fixture fixture;
static wm_arena arena; /* of all bytes on the disk */
static disk now;
static disk before; /* that every run starts from */

static disk_file *file_at(const char *path, bool make)
{
    for (size_t i = 0; i < now.count; i++) {
        if (strcmp(now.files[i].path, path) == 0) {
            return &now.files[i];
        }
    }
    if (!make) {
        return NULL;
    }
    assert_true(now.count < FILES_MAX);
    disk_file *file = &now.files[now.count++];
    (void)snprintf(file->path, sizeof file->path, "%s", path);
    file->live = file->kept = (wm_str){ NULL, 0 };
    return file;
}

/* False: the world stands still. */
static bool step(void)
{
    bool goes_on = now.stop_at < 0 || now.steps < now.stop_at;
    now.steps++;
    return goes_on;
}

static wm_status stopped(wm_error *err)
{
    return wm_fail(err, WM_IO, "the power is gone");
}

static bool is_in_feed(const char *path)
{
    return strncmp(path, fixture.feed, strlen(fixture.feed)) == 0;
}

/* Keys are on the real disk; only the feed is here. */
static wm_status disk_read(void *context, const char *path, wm_buf *out, wm_error *err)
{
    (void)context;
    if (!is_in_feed(path)) {
        return wm_files_system()->read(NULL, path, out, err);
    }
    const disk_file *file = file_at(path, false);
    if (file == NULL || file->live.ptr == NULL) {
        return WM_NOT_FOUND;
    }
    wm_buf_put_str(out, file->live);
    return wm_buf_status(out, err);
}

static wm_status disk_put(void *context, const char *fresh, const char *path, wm_str bytes,
                          wm_error *err)
{
    (void)context;
    disk_file *made = file_at(fresh, true);
    if (!step()) {
        made->live = wm_arena_copy(&arena, (wm_str){ bytes.ptr, bytes.len / 2 });
        return stopped(err);
    }
    made->live = wm_arena_copy(&arena, bytes);
    if (!step()) {
        return stopped(err);
    }
    file_at(path, true)->live = made->live;
    made = file_at(fresh, true);
    made->live = (wm_str){ NULL, 0 };
    return WM_OK;
}

static wm_status disk_write(void *context, const char *path, wm_str bytes, wm_error *err)
{
    char fresh[400];
    (void)snprintf(fresh, sizeof fresh, "%.390s.new", path);
    if (!step()) { /* of the file */
        return stopped(err);
    }
    wm_status status = disk_put(context, fresh, path, bytes, err);
    if (status == WM_OK && !step()) { /* of the folder: the old name may still be there */
        return stopped(err);
    }
    if (status == WM_OK) {
        disk_file *file = file_at(path, true);
        file->kept = file->live;
    }
    return status;
}

static wm_status disk_drop(void *context, const char *path, wm_error *err)
{
    (void)context;
    disk_file *file = file_at(path, false);
    if (file == NULL || file->live.ptr == NULL) {
        return WM_OK;
    }
    if (!step()) {
        return stopped(err);
    }
    file->live = (wm_str){ NULL, 0 };
    return WM_OK;
}

static wm_status disk_sync(void *context, const char *folder, const wm_str *names, size_t count,
                           wm_error *err)
{
    (void)context;
    for (size_t i = 0; i < count; i++) {
        char path[800];
        (void)snprintf(path, sizeof path, "%s/%.*s", folder, WM_STR_ARG(names[i]));
        disk_file *file = file_at(path, true);
        bool is_clean = file->live.ptr == file->kept.ptr;
        if (!is_clean && !step()) {
            return stopped(err);
        }
        file->kept = file->live;
    }
    return WM_OK;
}

static wm_status disk_list(void *context, const char *folder, const wm_file_sink *sink,
                           wm_error *err)
{
    (void)context;
    size_t length = strlen(folder);
    char last[400] = "";
    wm_status status = WM_OK;
    length -= length > 0 && folder[length - 1] == '/' ? 1 : 0;
    for (size_t i = 0; i < now.count && status == WM_OK; i++) {
        const char *path = now.files[i].path;
        if (now.files[i].live.ptr == NULL || strncmp(path, folder, length) != 0 ||
            path[length] != '/') {
            continue;
        }
        char name[400];
        (void)snprintf(name, sizeof name, "%s", path + length + 1);
        char *slash = strchr(name, '/');
        if (slash != NULL) {
            *slash = '\0';
        }
        if (slash == NULL || strcmp(name, last) != 0) {
            status = sink->put(sink->context, name, slash != NULL, err);
            memcpy(last, name, sizeof last);
        }
    }
    return status;
}

static const wm_files disk_files = { .read = disk_read,
                                     .write = disk_write,
                                     .put = disk_put,
                                     .drop = disk_drop,
                                     .sync = disk_sync,
                                     .list = disk_list };

/* ---- losing power ---- */

/* KEEP: only the process is gone. DROP: all that was not synced. SOME: each file is what it was,
 * what it is, or the first half of that. */
static void lose_power(wm_power_loss mode, uint64_t seed)
{
    wm_test_random random = { seed };
    for (size_t i = 0; i < now.count; i++) {
        disk_file *file = &now.files[i];
        if (file->live.ptr == file->kept.ptr || mode == WM_POWER_KEEP) {
            continue;
        }
        uint64_t dice = mode == WM_POWER_DROP ? 0 : wm_test_random_below(&random, 3);
        /* whoever replaces a file as a whole and syncs the new one first has the old or the new */
        bool is_entry =
            strstr(file->path, "/timestamp.json") != NULL && strstr(file->path, ".new") == NULL;
        if (dice == 0) {
            file->live = file->kept;
        } else if (dice == 1 && !is_entry) {
            file->live.len /= 2;
        }
    }
    for (size_t i = 0; i < now.count; i++) {
        now.files[i].kept = now.files[i].live;
    }
    now.stop_at = -1;
}

/* ---- scenes ---- */

typedef struct scene {
    bool prune;
    const char *recall;
} scene;

static wm_status publish(const scene *s, wm_error *err)
{
    wm_arena scratch;
    wm_published published;
    wm_str recall = wm_str_of(s->recall);
    wm_publish_options options = { .feed_folder = fixture.feed,
                                   .key_folder = fixture.keys,
                                   .now_s = wm_fixture_time(fixture.release),
                                   .level = 1,
                                   .files = &disk_files,
                                   .prune = s->prune,
                                   .recall = &recall,
                                   .recall_count = s->recall != NULL ? 1 : 0 };
    wm_arena_init(&scratch, wm_env_system(), 64 * WM_MIB);
    wm_status status = wm_publish(fixture.author, &options, &scratch, &published, err);
    wm_arena_fini(&scratch);
    return status;
}

/* Clients do what they read makes them do: what they found once, on some disk, they find on every
 * disk on which the files that they asked for are the same. */
typedef struct reading {
    char path[400];
    wm_str bytes; /* ptr NULL: not there */
} reading;

typedef struct visit {
    reading readings[READINGS_MAX];
    size_t count;
    int64_t oldest; /* the oldest release that a client found, and the newest */
    int64_t newest;
} visit;

static struct {
    visit visits[VISITS_MAX];
    size_t count; /* since set_up; the oldest gives way */
} past;

static visit *visit_now(void)
{
    return &past.visits[past.count % VISITS_MAX];
}

static void note_reading(const char *path)
{
    visit *v = visit_now();
    const disk_file *file = file_at(path, false);
    assert_true(v->count < READINGS_MAX);
    reading *r = &v->readings[v->count++];
    (void)snprintf(r->path, sizeof r->path, "%s", path);
    r->bytes = file != NULL ? file->live : (wm_str){ NULL, 0 };
}

static bool reads_the_same(const visit *v)
{
    for (size_t i = 0; i < v->count; i++) {
        const reading *r = &v->readings[i];
        const disk_file *file = file_at(r->path, false);
        wm_str live = file != NULL ? file->live : (wm_str){ NULL, 0 };
        if ((live.ptr == NULL) != (r->bytes.ptr == NULL) || !wm_str_equal(live, r->bytes)) {
            return false;
        }
    }
    return true;
}

/* NULL: there was none like the one that clients would make now. */
static const visit *find_visit(void)
{
    for (size_t i = 0; i < VISITS_MAX && i < past.count; i++) {
        if (reads_the_same(&past.visits[i])) {
            return &past.visits[i];
        }
    }
    return NULL;
}

/* What a client can read of the disk. */
static wm_status serve(wm_transport *transport, const wm_want *wants, wm_fetched *results,
                       size_t count, wm_error *err)
{
    (void)transport;
    (void)err;
    for (size_t i = 0; i < count; i++) {
        char path[800];
        wm_buf_init(&results[i].bytes, wm_env_system(), (size_t)wants[i].max_bytes);
        (void)snprintf(path, sizeof path, "%s/%.*s", fixture.feed, WM_STR_ARG(wants[i].path));
        note_reading(path);
        results[i].status = disk_read(NULL, path, &results[i].bytes, &results[i].error);
    }
    return WM_OK;
}

static void close_nothing(wm_transport *transport)
{
    (void)transport;
}

/* The release that a client finds; its digests are those of the author's. */
static int64_t sync_client(const char *name, bool professional)
{
    wm_transport transport = { .fetch = serve, .close = close_nothing };
    wm_edition edition = professional ? WM_EDITION_PROFESSIONAL : WM_EDITION_PUBLIC;
    wm_store *replica = wm_fixture_replica(&fixture, name);
    wm_fixture_sync sync = { .professional = professional,
                             .subscribe = "P1",
                             .now_s = wm_fixture_time(fixture.release),
                             .transport = &transport };
    wm_client_summary summary;
    wm_error err = { 0 };
    wm_status status = wm_fixture_try(&fixture, replica, &sync, &summary, &err);
    if (status != WM_OK && status != WM_UNCHANGED) {
        fail_msg("%s: %s", name, err.text);
    }
    assert_false(summary.lagging);
    wm_fixture_check(&fixture, replica, edition, summary.to, "P1 S E");
    wm_store_close(replica);
    return summary.to;
}

/* All databases as they were before the publish. */
static void rewind_databases(void)
{
    char path[400];
    wm_error err = { 0 };
    wm_store_close(fixture.author);
    wm_fault_vfs_rewind();
    (void)snprintf(path, sizeof path, "%s/author.db", fixture.folder);
    assert_ok(wm_store_open(wm_env_system(), path, WM_STORE_READ | WM_STORE_AUTHOR, &fixture.author,
                            &err),
              &err);
}

static const visit *visit_all(void)
{
    static const char *const names[] = { "fresh-public", "old-public", "fresh-professional",
                                         "old-professional" };
    visit *v = visit_now();
    rewind_databases();
    v->count = 0;
    v->oldest = INT64_MAX;
    v->newest = 0;
    for (size_t i = 0; i < 4; i++) {
        int64_t found = sync_client(names[i], i >= 2);
        v->oldest = found < v->oldest ? found : v->oldest;
        v->newest = found > v->newest ? found : v->newest;
    }
    past.count++;
    return v;
}

static void check_clients(const char *what, long at, int64_t least)
{
    const visit *v = find_visit();
    v = v != NULL ? v : visit_all();
    if (v->oldest < least || v->newest > fixture.release) {
        fail_msg("%s %ld: clients found releases %lld to %lld", what, at, (long long)v->oldest,
                 (long long)v->newest);
    }
}

static int by_path(const void *left, const void *right)
{
    const disk_file *a = left;
    const disk_file *b = right;
    return strcmp(a->path, b->path);
}

/* All files that are there, in order. */
static void sort_disk(disk *d)
{
    size_t kept = 0;
    for (size_t i = 0; i < d->count; i++) {
        if (d->files[i].live.ptr != NULL) {
            d->files[kept++] = d->files[i];
        }
    }
    d->count = kept;
    qsort(d->files, d->count, sizeof d->files[0], by_path);
}

static void assert_same_disk(disk *expected, long at)
{
    sort_disk(&now);
    for (size_t i = 0; i < expected->count && i < now.count; i++) {
        if (strcmp(expected->files[i].path, now.files[i].path) != 0 ||
            !wm_str_equal(expected->files[i].live, now.files[i].live)) {
            fail_msg("stop %ld: %s, not %s", at, now.files[i].path, expected->files[i].path);
        }
    }
    assert_int_equal(now.count, expected->count);
}

/* Releases 1 and 2 are published, an old client of each edition is at 1; release 3 is made. */
static int set_up(void **state)
{
    static const scene plain = { .prune = false };
    (void)state;
    wm_error err = { 0 };
    memset(&now, 0, sizeof now);
    memset(&past, 0, sizeof past);
    now.stop_at = -1;
    wm_fault_vfs_reset();
    wm_arena_init(&arena, wm_env_system(), (size_t)1024 * WM_MIB);
    wm_fixture_init(&fixture);
    for (int i = 0; i < 2; i++) {
        wm_fixture_release(&fixture);
        assert_ok(publish(&plain, &err), &err);
        if (i == 0) {
            assert_int_equal(sync_client("old-public", false), 1);
            assert_int_equal(sync_client("old-professional", true), 1);
        }
    }
    wm_fixture_release(&fixture);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    wm_fixture_fini(&fixture);
    wm_arena_fini(&arena);
    return 0;
}

static void stop_everywhere(const scene *s, long step_size)
{
    static disk expected;
    wm_error err = { 0 };
    lose_power(WM_POWER_KEEP, 0);
    before = now;
    wm_store_close(fixture.author);
    fixture.author = NULL;
    wm_fault_vfs_mark();
    rewind_databases();
    assert_ok(publish(s, &err), &err);
    long steps = now.steps - before.steps;
    assert_true(steps > 50);
    expected = now;
    sort_disk(&expected);
    for (long stop = 0; stop < steps; stop += step_size) {
        for (int mode = WM_POWER_KEEP; mode <= WM_POWER_SOME; mode++) {
            now = before;
            now.stop_at = before.steps + stop;
            wm_error_clear(&err);
            assert_int_equal(publish(s, &err), WM_IO);
            lose_power((wm_power_loss)mode, (uint64_t)stop + 1);
            check_clients("stop", stop, fixture.release - 1);
            wm_error_clear(&err);
            assert_ok(publish(s, &err), &err);
            assert_same_disk(&expected, stop);
            check_clients("finished after stop", stop, fixture.release);
        }
    }
    print_message("%ld stops, %zu different visits\n", steps, past.count);
}

static void a_publish_that_stops_anywhere_is_finished_by_the_next(void **state)
{
    static const scene s = { .prune = false };
    (void)state;
    stop_everywhere(&s, 1);
}

static void a_publish_that_prunes_too(void **state)
{
    static const scene s = { .prune = true };
    (void)state;
    stop_everywhere(&s, 5);
}

static void a_recall_too(void **state)
{
    static const scene s = { .recall = "service/a" };
    (void)state;
    stop_everywhere(&s, 5);
}

int main(void)
{
    wm_fault_vfs_install();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_publish_that_stops_anywhere_is_finished_by_the_next,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_publish_that_prunes_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_recall_too, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
