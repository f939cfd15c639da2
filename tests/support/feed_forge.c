/* feed_forge.c: see feed_forge.h. Building the feed once, keeping what each release looked like,
 * and replicas of it. */
#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "fault_vfs.h"
#include "feed_forge.h"

/* ---- the directory ---- */

typedef struct maker {
    wm_test_random random;
    size_t prose;
} maker;

/* Prose that nothing presses together: so a snapshot is long, and a delta short beside it. */
static void put_prose(maker *make, wm_buf *out)
{
    for (size_t i = 0; i < make->prose; i++) {
        static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789 ABCDEFGHIJKLMNOPQRSTUV";
        wm_buf_put_char(out, letters[wm_test_random_below(&make->random, sizeof letters - 1)]);
    }
}

/* The same prose for the same id, so that only `summary` changes. */
static void put_service(maker *make, wm_txn *txn, const char *id, const char *area,
                        const char *summary)
{
    wm_buf json;
    make->random.state = 17;
    for (const char *c = id; *c != '\0'; c++) {
        make->random.state = make->random.state * 31 + (unsigned char)*c;
    }
    wm_buf_init(&json, wm_env_system(), WM_MIB);
    wm_buf_printf(&json,
                  "{'id':'%s','name':'Service %s','organization':'org','kind':'advice',"
                  "'needs':['anx'],'areas':['%s'],'eligibility':{'who':{'const':true}},"
                  "'status':'active','summary':'%s','description':'",
                  id, id, area, summary);
    put_prose(make, &json);
    wm_buf_put_text(&json, "'}");
    wm_fixture_put(txn, WM_KIND_SERVICE, json.data);
    wm_buf_fini(&json);
}

static void put_first(maker *make, wm_txn *txn)
{
    wm_fixture_put(txn, WM_KIND_DIRECTORY,
                   "{'id':'test','title':'Test','publisher':'Test','languages':['en'],"
                   "'editions':['professional','public']}");
    wm_fixture_put(txn, WM_KIND_LOCALITY, "{'id':'E','name':'England','kind':'nation'}");
    wm_fixture_put(txn, WM_KIND_LOCALITY, "{'id':'P','name':'Place','kind':'place','parent':'E'}");
    wm_fixture_put(txn, WM_KIND_NEED, "{'id':'anx','label':'Anxiety'}");
    wm_fixture_put(txn, WM_KIND_ORGANIZATION, "{'id':'org','name':'Organization'}");
    put_service(make, txn, "a", "P", "What a does");
    put_service(make, txn, "b", "P", "What b does");
    put_service(make, txn, "gone", "P", "What gone does");
    put_service(make, txn, "c", "E", "What c does");
}

static void put_release(maker *make, wm_txn *txn, int64_t release)
{
    char summary[64];
    wm_error err = { 0 };
    if (release == 1) {
        put_first(make, txn);
        return;
    }
    (void)snprintf(summary, sizeof summary, "Said anew in release %lld", (long long)release);
    put_service(make, txn, "c", "E", summary);
    if (release < WM_FORGE_RELEASES) {
        put_service(make, txn, "a", "P", summary);
    }
    if (release == 2) {
        assert_ok(wm_history_withdraw(txn, WM_KIND_SERVICE, WM_STR("gone"), &err), &err);
    } else if (release == 3) {
        put_service(make, txn, "e", "P", "What e does");
    }
}

static void publish(wm_feed_fixture *fixture)
{
    wm_arena arena;
    wm_published published;
    wm_error err = { 0 };
    wm_files files = wm_fixture_quick_files();
    wm_arena_init(&arena, wm_env_system(), 64 * WM_MIB);
    assert_ok(wm_fixture_publish_at(fixture, wm_fixture_time(fixture->release), &files, &published,
                                    &arena, &err),
              &err);
    wm_arena_fini(&arena);
}

static void release_and_publish(wm_forge *forge, maker *make)
{
    wm_feed_fixture *fixture = &forge->fixture;
    wm_txn *txn = NULL;
    wm_release release;
    wm_error err = { 0 };
    fixture->release++;
    assert_ok(wm_txn_begin(fixture->author, &txn, &err), &err);
    put_release(make, txn, fixture->release);
    assert_ok(wm_history_release(txn, (wm_date)(WM_FIXTURE_DAY + fixture->release), WM_STR(""),
                                 &release, &err),
              &err);
    assert_ok(wm_txn_commit(txn, &err), &err);
    publish(fixture);
}

/* ---- files ---- */

static wm_forge_file *find_file(wm_forge_files *files, const char *path)
{
    for (size_t i = 0; i < files->count; i++) {
        if (strcmp(files->items[i].path, path) == 0) {
            return &files->items[i];
        }
    }
    return NULL;
}

static wm_forge_file *put_file(wm_arena *arena, wm_forge_files *files, const char *path,
                               wm_str bytes)
{
    wm_forge_file *file = find_file(files, path);
    wm_str copy = wm_arena_copy(arena, bytes);
    assert_non_null(copy.ptr);
    if (file == NULL) {
        wm_str name = wm_arena_copy(arena, wm_str_of(path));
        assert_non_null(name.ptr);
        assert_true(files->count < WM_FORGE_FILES_MAX);
        file = &files->items[files->count++];
        *file = (wm_forge_file){ .path = name.ptr };
    }
    *file = (wm_forge_file){ .path = file->path, .bytes = copy };
    return file;
}

wm_forge_file *wm_forge_file_of(wm_forge *forge, const char *path)
{
    return find_file(&forge->now, path);
}

wm_forge_file *wm_forge_put_file(wm_forge *forge, const char *path, wm_str bytes)
{
    return put_file(&forge->scratch, &forge->now, path, bytes);
}

void wm_forge_remove_file(wm_forge *forge, const char *path)
{
    wm_forge_file *file = find_file(&forge->now, path);
    if (file == NULL) {
        fail_msg("the feed has no %s", path);
        return;
    }
    *file = forge->now.items[--forge->now.count];
}

const char *wm_forge_print(wm_forge *forge, const char *format, ...)
{
    va_list arguments;
    va_list again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    assert_true(length >= 0);
    char *text = wm_arena_alloc(&forge->scratch, (size_t)length + 1);
    assert_non_null(text);
    (void)vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    va_end(arguments);
    return text;
}

/* Every file below FEED/`path`. */
static void read_folder(wm_forge *forge, wm_forge_files *files, const char *path)
{
    char name[1024];
    (void)snprintf(name, sizeof name, "%s/%s", forge->fixture.feed, path);
    DIR *folder = opendir(name);
    assert_non_null(folder);
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        char inner[512];
        struct stat info;
        if (entry->d_name[0] == '.') {
            continue;
        }
        (void)snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
        (void)snprintf(name, sizeof name, "%s/%s", forge->fixture.feed, inner);
        assert_int_equal(stat(name, &info), 0);
        if (S_ISDIR(info.st_mode)) {
            read_folder(forge, files, inner);
        } else {
            wm_buf bytes;
            wm_buf_init(&bytes, wm_env_system(), 16 * WM_MIB);
            wm_fixture_read(name, &bytes);
            (void)put_file(&forge->arena, files, inner, wm_buf_str(&bytes));
            wm_buf_fini(&bytes);
        }
    }
    (void)closedir(folder);
}

/* ---- building ---- */

#define RECORDS_MAX 64

typedef struct record_list {
    wm_arena *arena;
    wm_forge_records *records;
} record_list;

static wm_status keep_record(void *context, const wm_record *record, wm_error *err)
{
    record_list *list = context;
    (void)err;
    assert_true(list->records->count < RECORDS_MAX);
    wm_record copy = { record->kind, wm_arena_copy(list->arena, record->id),
                       wm_arena_copy(list->arena, record->bytes) };
    assert_true(copy.id.ptr != NULL && copy.bytes.ptr != NULL);
    list->records->items[list->records->count++] = copy;
    return WM_OK;
}

static void keep_records(wm_forge *forge, int64_t release)
{
    static const char *const partitions[] = { "E", "P" };
    for (size_t i = 0; i < 2; i++) {
        wm_error err = { 0 };
        wm_forge_records *records = &forge->records[release][i];
        records->items = wm_arena_array(&forge->arena, RECORDS_MAX, sizeof *records->items);
        assert_non_null(records->items);
        record_list list = { &forge->arena, records };
        wm_slice slice = { WM_EDITION_PUBLIC, wm_str_of(partitions[i]) };
        wm_record_sink sink = { keep_record, &list };
        assert_ok(wm_history_each(forge->fixture.author, &slice, release, &sink, &err), &err);
    }
}

void wm_forge_init(wm_forge *forge, size_t prose)
{
    maker make = { { 1 }, prose };
    memset(forge, 0, sizeof *forge);
    wm_arena_init(&forge->arena, wm_env_system(), 256 * WM_MIB);
    wm_arena_init(&forge->scratch, wm_env_system(), 256 * WM_MIB);
    wm_fixture_init(&forge->fixture);
    for (int64_t release = 1; release <= WM_FORGE_RELEASES; release++) {
        release_and_publish(forge, &make);
        read_folder(forge, &forge->honest[release], "public");
        read_folder(forge, &forge->honest[release], "professional");
        wm_fixture_states_of(forge->fixture.author, WM_EDITION_PUBLIC, release,
                             &forge->states[release]);
        keep_records(forge, release);
    }
    wm_store_close(forge->fixture.author);
    forge->fixture.author = NULL;
    wm_forge_reset(forge, WM_FORGE_RELEASES);
}

void wm_forge_fini(wm_forge *forge)
{
    for (size_t i = 0; i < forge->in_folder.count; i++) {
        free((void *)(uintptr_t)forge->in_folder.items[i].path);
    }
    wm_fixture_fini(&forge->fixture);
    wm_arena_fini(&forge->scratch);
    wm_arena_fini(&forge->arena);
}

/* ---- roles ---- */

wm_forge_role *wm_forge_find_role(wm_forge *forge, const char *role)
{
    for (size_t i = 0; i < forge->role_count; i++) {
        if (strcmp(forge->roles[i].name, role) == 0) {
            return &forge->roles[i];
        }
    }
    return NULL;
}

wm_forge_role *wm_forge_role_of(wm_forge *forge, const char *role)
{
    wm_forge_role *found = wm_forge_find_role(forge, role);
    if (found == NULL) {
        fail_msg("the feed has no role %s", role);
        abort();
    }
    return found;
}

const char *wm_forge_role_path(wm_forge *forge, const char *role)
{
    if (strcmp(role, "timestamp") == 0) {
        return wm_forge_print(forge, "%s/timestamp.json", forge->edition);
    }
    return wm_forge_print(forge, "%s/%lld.%s.json", forge->edition,
                          (long long)wm_forge_role_of(forge, role)->version, role);
}

static wm_forge_role *add_role(wm_forge *forge, wm_str name, int64_t version)
{
    assert_true(forge->role_count < WM_FORGE_ROLES_MAX);
    wm_forge_role *role = &forge->roles[forge->role_count++];
    *role = (wm_forge_role){ .version = version, .highest = version, .signers = "targets" };
    (void)snprintf(role->name, sizeof role->name, "%.*s", (int)name.len, name.ptr);
    static const char *const tops[] = { "root", "snapshot", "timestamp" };
    for (size_t i = 0; i < sizeof tops / sizeof tops[0]; i++) {
        role->signers = strcmp(role->name, tops[i]) == 0 ? tops[i] : role->signers;
    }
    const wm_forge_file *file = wm_forge_file_of(forge, wm_forge_role_path(forge, role->name));
    if (file == NULL) {
        fail_msg("the feed has no file of role %s", role->name);
        return role;
    }
    const wm_json *value = NULL;
    wm_error err = { 0 };
    assert_ok(wm_json_parse(&forge->scratch, file->bytes, 16 * WM_MIB, &value, &err), &err);
    role->body = wm_json_get(value, "signed");
    return role;
}

static int64_t listed_version(const wm_json *body, const char *file)
{
    return wm_json_integer(wm_json_get(wm_json_get(wm_json_get(body, "meta"), file), "version"), 0);
}

static void load_roles(wm_forge *forge)
{
    int64_t root = 1;
    while (wm_forge_file_of(forge, wm_forge_print(forge, "%s/%lld.root.json", forge->edition,
                                                  (long long)root + 1)) != NULL) {
        root++;
    }
    forge->role_count = 0;
    (void)add_role(forge, WM_STR("root"), root);
    const wm_forge_role *timestamp = add_role(forge, WM_STR("timestamp"), 0);
    int64_t version = listed_version(timestamp->body, "snapshot.json");
    const wm_forge_role *snapshot = add_role(forge, WM_STR("snapshot"), version);
    const wm_json *meta = wm_json_get(snapshot->body, "meta");
    for (uint32_t i = 0; i < meta->count; i++) {
        wm_str name = meta->as.members[i].name;
        name.len -= strlen(".json");
        (void)add_role(forge, name,
                       wm_json_integer(wm_json_get(&meta->as.members[i].value, "version"), 0));
    }
    wm_forge_role *top = wm_forge_role_of(forge, "timestamp");
    top->version = wm_json_integer(wm_json_get(top->body, "version"), 0);
    top->highest = top->version;
}

void wm_forge_reset(wm_forge *forge, int64_t release)
{
    wm_arena_reset(&forge->scratch);
    forge->now = forge->honest[release];
    forge->edition = "public";
    forge->release = release;
    forge->requests = 0;
    forge->asked_count = 0;
    forge->keeps_roots = false;
    forge->is_lax = false;
    load_roles(forge);
}

void wm_forge_use_edition(wm_forge *forge, const char *edition)
{
    forge->edition = edition;
    load_roles(forge);
}

void wm_forge_restore(wm_forge *forge, int64_t release)
{
    static wm_forge_role before[WM_FORGE_ROLES_MAX];
    size_t count = forge->role_count;
    memcpy(before, forge->roles, count * sizeof before[0]);
    for (size_t i = forge->now.count; i > 0 && !forge->keeps_roots; i--) {
        const char *path = forge->now.items[i - 1].path;
        if (strstr(path, ".root.json") != NULL && strstr(path, "/1.root.json") == NULL) {
            wm_forge_remove_file(forge, path);
        }
    }
    for (size_t i = 0; i < forge->honest[release].count; i++) {
        const wm_forge_file *file = &forge->honest[release].items[i];
        (void)wm_forge_put_file(forge, file->path, file->bytes);
    }
    forge->release = release;
    load_roles(forge);
    for (size_t i = 0; i < count; i++) {
        wm_forge_role *role = wm_forge_find_role(forge, before[i].name);
        if (role == NULL) {
            continue;
        }
        role->signers = forge->keeps_roots ? before[i].signers : role->signers;
        role->highest = before[i].highest > role->highest ? before[i].highest : role->highest;
        role->edited = strcmp(role->name, "root") != 0;
    }
    wm_forge_publish(forge);
}

static void add_edit(wm_forge *forge, const char *role_name, const char *place, const char *value)
{
    wm_forge_role *role = wm_forge_role_of(forge, role_name);
    assert_true(role->edit_count < WM_FORGE_EDITS_MAX);
    role->edits[role->edit_count++] = (wm_forge_edit){ place, value };
    role->edited = true;
}

void wm_forge_set(wm_forge *forge, const char *role, const char *place, const char *value)
{
    assert_non_null(value);
    add_edit(forge, role, place, value);
}

void wm_forge_set_integer(wm_forge *forge, const char *role, const char *place, int64_t value)
{
    add_edit(forge, role, place, wm_forge_print(forge, "%lld", (long long)value));
}

void wm_forge_drop(wm_forge *forge, const char *role, const char *place)
{
    add_edit(forge, role, place, NULL);
}

void wm_forge_touch(wm_forge *forge, const char *role)
{
    wm_forge_role_of(forge, role)->edited = true;
}

void wm_forge_sign(wm_forge *forge, const char *role, const char *signers)
{
    wm_forge_role_of(forge, role)->signed_once = signers;
    wm_forge_touch(forge, role);
}

void wm_forge_alone(wm_forge *forge, const char *role)
{
    wm_forge_role_of(forge, role)->alone = true;
    wm_forge_touch(forge, role);
}

void wm_forge_leave(wm_forge *forge, const char *role)
{
    wm_forge_role_of(forge, role)->left = true;
}

void wm_forge_under_version(wm_forge *forge, const char *role, int64_t version)
{
    wm_forge_role_of(forge, role)->file_version = version;
}

void wm_forge_text(wm_forge *forge, const char *role, const char *find, const char *put)
{
    wm_forge_role *edited = wm_forge_role_of(forge, role);
    edited->text_find = find;
    edited->text_put = put;
    edited->edited = true;
}

/* ---- replicas ---- */

wm_store *wm_forge_reopen_replica(int64_t release)
{
    char path[32];
    wm_store *store = NULL;
    wm_error err = { 0 };
    (void)snprintf(path, sizeof path, "/replica-%lld.db", (long long)release);
    assert_ok(wm_store_open(wm_env_system(), path,
                            WM_STORE_WRITE | WM_STORE_CREATE | WM_STORE_REPLICA, &store, &err),
              &err);
    return store;
}

void wm_forge_make_replicas(wm_forge *forge)
{
    wm_fault_vfs_reset();
    for (int64_t release = 0; release <= WM_FORGE_RELEASES; release++) {
        wm_store *store = wm_forge_reopen_replica(release);
        if (release > 0) {
            wm_error err = { 0 };
            wm_forge_reset(forge, release);
            wm_transport *transport = wm_forge_in_memory(forge);
            assert_ok(wm_forge_try(forge, store, transport, NULL, NULL, &err), &err);
            wm_transport_close(transport);
            wm_forge_check(forge, store, release);
        }
        wm_store_close(store);
    }
    wm_fault_vfs_mark();
}

wm_store *wm_forge_open_replica(int64_t release)
{
    wm_fault_vfs_rewind();
    return wm_forge_reopen_replica(release);
}

wm_status wm_forge_try(wm_forge *forge, wm_store *replica, wm_transport *transport,
                       const wm_forge_sync *sync, wm_client_summary *summary, wm_error *err)
{
    static const wm_forge_sync plain = { 0 };
    sync = sync != NULL ? sync : &plain;
    const char *edition = sync->professional ? "professional" : "public";
    char root_path[64];
    (void)snprintf(root_path, sizeof root_path, "%s/1.root.json", edition);
    wm_str code = wm_str_of(sync->subscribe != NULL ? sync->subscribe : WM_FORGE_SUBSCRIPTION);
    wm_client_options options = {
        .root = sync->root != NULL ? wm_str_of(sync->root)
                                   : find_file(&forge->honest[1], root_path)->bytes,
        .has_edition = true,
        .edition = sync->professional ? WM_EDITION_PROFESSIONAL : WM_EDITION_PUBLIC,
        .subscribe = &code,
        .subscribe_count = 1,
        .now_s = sync->now_s != 0 ? sync->now_s : wm_fixture_time(forge->release)
    };
    wm_client *client = NULL;
    wm_status status = wm_client_open(replica, &options, &client, err);
    if (status == WM_OK) {
        status = wm_sync_run(client, transport, summary, err);
        if (summary != NULL) {
            summary->files = NULL; /* gone with the client */
        }
    }
    wm_client_close(client);
    return status;
}

static const wm_state *state_of(const wm_fixture_states *states, const char *partition)
{
    for (size_t i = 0; i < states->count; i++) {
        if (strcmp(states->names[i], partition) == 0) {
            return &states->states[i];
        }
    }
    fail_msg("no partition %s", partition);
    return NULL;
}

void wm_forge_check(const wm_forge *forge, wm_store *replica, int64_t release)
{
    static const char *const partitions[] = { "E", "P" };
    static wm_fixture_states found;
    wm_release latest = { .number = 0 };
    wm_error err = { 0 };
    wm_status status = wm_store_latest(replica, &latest, &err);
    if (release == 0) {
        assert_int_equal(status, WM_NO_RELEASE);
        return;
    }
    assert_ok(status, &err);
    assert_int_equal(latest.number, release);
    wm_fixture_states_of(replica, WM_EDITION_PUBLIC, release, &found);
    assert_int_equal(found.count, 2);
    for (size_t i = 0; i < 2; i++) {
        const wm_state *expected = state_of(&forge->states[release], partitions[i]);
        const wm_state *state = state_of(&found, partitions[i]);
        assert_memory_equal(&state->digest, &expected->digest, sizeof state->digest);
        assert_int_equal(state->records, expected->records);
    }
    wm_state_sink differs = { wm_fixture_differs, NULL };
    assert_ok(wm_history_verify(replica, WM_EDITION_PUBLIC, &differs, &err), &err);
}
