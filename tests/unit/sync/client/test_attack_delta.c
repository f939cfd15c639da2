/* test_attack_delta.c: every rule of deltas, broken by someone who holds the keys that sign them.
 *
 * Each lie is told twice: where the delta is the only way (release 1 to 2: the newest snapshot is
 * older), and where an honest snapshot ends at the same place (2 to 3). The first must be refused
 * and leave the replica as it was, the second be mended by the snapshot, once, or be refused. In
 * neither is the lie ever applied, and the next honest feed is followed. */
#include <dirent.h>
#include <stdlib.h>

#include <zstd.h>

#include "fault_vfs.h"
#include "feed_forge_pack.h"
#include "pack_state.h"

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

static bool is_declared(wm_status status)
{
    return status == WM_BAD_INPUT || status == WM_NOT_TRUSTED || status == WM_TOO_LARGE ||
           status == WM_CONFLICT || status == WM_BAD_RECORD || status == WM_NEWER;
}

/* ---- one lie ---- */

typedef struct expectation {
    const char *name;
    int64_t held;
    int64_t served;
    const char *text; /* where it is refused */
    bool is_mended;
} expectation;

/* What the forge serves is tried by a replica; then the honest feed. */
static void try_lie(const expectation *e)
{
    wm_error err = { 0 };
    wm_store *replica = wm_forge_open_replica(e->held);
    wm_status status = wm_forge_try(&forge, replica, transport, NULL, NULL, &err);
    if (e->is_mended) {
        if (status != WM_OK) {
            fail_msg("%s: not mended: %s: %s", e->name, wm_status_text(status), err.text);
        }
        wm_forge_check(&forge, replica, e->served);
    } else {
        if (!is_declared(status)) {
            fail_msg("%s: %s: %s", e->name, wm_status_text(status), err.text);
        }
        if (e->text != NULL && strstr(err.text, e->text) == NULL) {
            fail_msg("%s: no \"%s\" in \"%s\"", e->name, e->text, err.text);
        }
        assert_true(err.text[0] != '\0');
        wm_forge_check(&forge, replica, e->held);
    }
    wm_error_clear(&err);
    wm_forge_restore(&forge, WM_FORGE_RELEASES);
    status = wm_forge_try(&forge, replica, transport, NULL, NULL, &err);
    if (status != WM_OK) {
        fail_msg("%s: then: %s: %s", e->name, wm_status_text(status), err.text);
    }
    wm_forge_check(&forge, replica, WM_FORGE_RELEASES);
    wm_store_close(replica);
}

/* ---- a pack that says something else than its place ---- */

typedef struct header_lie {
    const char *name;
    wm_forge_pack pack; /* partition, from and to are filled in */
    const char *text;
} header_lie;

static void tell_header_lie(const header_lie *lie, int64_t from, bool is_mended)
{
    wm_state truth;
    wm_forge_pack pack = lie->pack;
    wm_forge_reset(&forge, from + 1);
    pack.partition = "P";
    pack.from = from;
    pack.to = from + 1;
    wm_forge_list_pack(&forge, &pack, wm_forge_make_pack(&forge, &pack, &truth), NULL);
    wm_forge_publish(&forge);
    expectation e = { lie->name, from, from + 1, lie->text, is_mended };
    try_lie(&e);
}

static void a_pack_is_what_its_place_says(void **state)
{
    (void)state;
    static const header_lie lies[] = {
        { "another edition", { .says_edition = "professional" }, "not what its role says" },
        { "an edition that no one knows", { .says_edition = "x" }, "not what its role says" },
        { "another partition", { .says_partition = "E" }, "not what its role says" },
        { "the whole edition", { .says_partition = "all" }, "not what its role says" },
        { "a later start", { .says_from = 7, .says_to = 9 }, "not what its role says" },
        { "a later end", { .says_to = 9 }, "not what its role says" },
        { "a wrong base digest", { .says_wrong_base = true }, NULL },
        { "a wrong result digest", { .says_wrong_result = true }, NULL },
        { "more buckets", { .says_buckets = 7 }, NULL },
        { "four billion buckets", { .says_buckets = UINT32_MAX }, NULL },
    };
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        tell_header_lie(&lies[i], 1, false);
        tell_header_lie(&lies[i], 2, true);
    }
}

static void an_honest_delta_made_by_the_forge_is_applied(void **state)
{
    (void)state;
    for (int64_t from = 1; from <= 2; from++) {
        wm_state truth;
        wm_error err = { 0 };
        wm_forge_pack pack = { .partition = "P", .from = from, .to = from + 1 };
        wm_forge_reset(&forge, from + 1);
        wm_forge_list_pack(&forge, &pack, wm_forge_make_pack(&forge, &pack, &truth), &truth);
        wm_forge_publish(&forge);
        wm_store *replica = wm_forge_open_replica(from);
        assert_ok(wm_forge_try(&forge, replica, transport, NULL, NULL, &err), &err);
        wm_forge_check(&forge, replica, from + 1);
        wm_store_close(replica);
    }
}

/* ---- a pack whose changes are wrong ---- */

/* Makes the changes of one lie; NULL: it cannot be told here. */
typedef const wm_forge_change *(*change_maker)(int64_t from);

static const wm_forge_change *honest(int64_t from)
{
    return wm_forge_changes(&forge, "P", from, from + 1);
}

static const wm_forge_change *removes_what_is_not_there(int64_t from)
{
    return wm_forge_changes_and(&forge, honest(from),
                                (wm_forge_change){ '-', "nobody", NULL, NULL });
}

static const wm_forge_change *changes_what_is_not_there(int64_t from)
{
    const char *a = wm_forge_record(&forge, "P", from, "a");
    const char *before = wm_forge_record_with(&forge, a, "id", "'nobody'");
    const char *after = wm_forge_record_with(&forge, before, "name", "'Nobody'");
    return wm_forge_changes_and(&forge, honest(from),
                                (wm_forge_change){ '~', "nobody", before, after });
}

static const wm_forge_change *removes_another_partitions(int64_t from)
{
    return wm_forge_changes_and(&forge, honest(from), (wm_forge_change){ '-', "c", NULL, NULL });
}

static const wm_forge_change *changes_another_partitions(int64_t from)
{
    const char *c = wm_forge_record(&forge, "E", from, "c");
    return wm_forge_changes_and(
        &forge, honest(from),
        (wm_forge_change){ '~', "c", c, wm_forge_record_with(&forge, c, "name", "'Mine'") });
}

static const wm_forge_change *adds_another_partitions(int64_t from)
{
    const char *c = wm_forge_record(&forge, "E", from + 1, "c");
    return wm_forge_changes_and(&forge, honest(from), (wm_forge_change){ '+', "c", NULL, c });
}

static const wm_forge_change *adds_a_record_of_its_own(int64_t from)
{
    const char *a = wm_forge_record(&forge, "P", from, "a");
    return wm_forge_changes_and(
        &forge, honest(from),
        (wm_forge_change){ '+', "zz", NULL, wm_forge_record_with(&forge, a, "id", "'zz'") });
}

static const wm_forge_change *changes_one_more(int64_t from)
{
    const char *b = wm_forge_record(&forge, "P", from, "b");
    return wm_forge_changes_and(
        &forge, honest(from),
        (wm_forge_change){ '~', "b", b, wm_forge_record_with(&forge, b, "name", "'Mine'") });
}

static const wm_forge_change *removes_one_more(int64_t from)
{
    return wm_forge_changes_and(&forge, honest(from), (wm_forge_change){ '-', "b", NULL, NULL });
}

static const wm_forge_change *changes_nothing(int64_t from)
{
    static const wm_forge_change none = { 0, NULL, NULL, NULL };
    (void)from;
    return &none;
}

/* A change as of another base: where it splices, it does not fit; else it is as good. */
static const wm_forge_change *changes_from_another_base(int64_t from)
{
    const char *other = wm_forge_record_with(&forge, wm_forge_record(&forge, "P", from, "a"),
                                             "description", "'short'");
    const char *after = wm_forge_record_with(&forge, other, "description", "'short and more'");
    return wm_forge_changes_and(&forge, honest(from), (wm_forge_change){ '~', "a", other, after });
}

typedef struct change_lie {
    const char *name;
    change_maker make;
    bool refused_though_signed; /* also when the role signs just that */
    bool says_nothing;          /* what is not there is gone already: the digests decide */
} change_lie;

static void tell_change_lie(const change_lie *lie, int64_t from, bool signs_it)
{
    wm_state truth;
    wm_forge_reset(&forge, from + 1);
    wm_forge_pack pack = { .partition = "P", .from = from, .to = from + 1 };
    pack.changes = lie->make(from);
    if (!signs_it) { /* the header says the honest state too: only the records give it away */
        const wm_state *right = wm_forge_state(&forge, "P", from + 1);
        pack.says_result = &right->digest;
        pack.says_buckets = right->buckets;
    }
    wm_str bytes = wm_forge_make_pack(&forge, &pack, &truth);
    wm_forge_list_pack(&forge, &pack, bytes, signs_it ? &truth : NULL);
    wm_forge_publish(&forge);
    expectation e = { lie->name, from, from + 1, NULL,
                      lie->says_nothing || (!signs_it && from == 2) };
    try_lie(&e);
}

static void a_delta_changes_what_its_base_has_to_what_is_signed(void **state)
{
    (void)state;
    static const change_lie lies[] = {
        { "removes what is not there", removes_what_is_not_there, true, true },
        { "changes what is not there", changes_what_is_not_there, true, false },
        { "removes another partition's record", removes_another_partitions, true, true },
        { "changes another partition's record", changes_another_partitions, true, false },
        { "adds another partition's record", adds_another_partitions, true, false },
        { "adds a record of its own", adds_a_record_of_its_own, false, false },
        { "changes one more", changes_one_more, false, false },
        { "removes one more", removes_one_more, false, false },
        { "changes nothing", changes_nothing, false, false },
        { "changes from another base", changes_from_another_base, false, false },
    };
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        for (int64_t from = 1; from <= 2; from++) {
            tell_change_lie(&lies[i], from, false);
            if (lies[i].refused_though_signed) {
                tell_change_lie(&lies[i], from, true);
            }
        }
    }
}

/* ---- packs that are none ---- */

/* The same under a header in which nothing but the records can be wrong. 1: it could be tried. */
static unsigned try_disguised(const char *name, int64_t held, int64_t served, wm_str bytes)
{
    wm_forge_pack pack = { .partition = "P", .from = held, .to = served };
    wm_forge_reset(&forge, served);
    wm_str disguised = wm_forge_disguise(&forge, &pack, bytes);
    if (disguised.ptr == NULL) {
        return 0;
    }
    wm_forge_list_pack(&forge, &pack, disguised, NULL);
    wm_forge_publish(&forge);
    expectation e = { name, held, served, NULL, false };
    try_lie(&e);
    return 1;
}

static void no_bad_pack_is_applied_though_it_is_signed(void **state)
{
    (void)state;
    char folder[512];
    unsigned tried = 0;
    unsigned disguised = 0;
    (void)snprintf(folder, sizeof folder, "%s/golden/packs", WAYMARK_TEST_DIR);
    DIR *packs = opendir(folder);
    assert_non_null(packs);
    for (struct dirent *entry = readdir(packs); entry != NULL; entry = readdir(packs)) {
        char path[1024];
        wm_buf bytes;
        size_t length = strlen(entry->d_name);
        if (length < 5 || strcmp(entry->d_name + length - 5, ".pack") != 0) {
            continue;
        }
        (void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        wm_buf_init(&bytes, wm_env_system(), WM_MIB);
        wm_fixture_read(path, &bytes);
        wm_forge_reset(&forge, 2);
        wm_forge_pack pack = { .partition = "P", .from = 1, .to = 2 };
        wm_forge_list_pack(&forge, &pack, wm_buf_str(&bytes), NULL);
        wm_forge_publish(&forge);
        expectation e = { entry->d_name, 1, 2, NULL, false };
        try_lie(&e);
        disguised += try_disguised(entry->d_name, 1, 2, wm_buf_str(&bytes));
        disguised += try_disguised(entry->d_name, 0, 1, wm_buf_str(&bytes));
        wm_buf_fini(&bytes);
        tried++;
    }
    (void)closedir(packs);
    assert_true(tried > 40);
    assert_true(disguised > 30);
}

/* A frame of `inside` zeros, whose header says `says`. */
static void serve_bomb(int64_t from, size_t inside, size_t says)
{
    wm_state truth;
    wm_buf bomb;
    wm_error err = { 0 };
    wm_forge_reset(&forge, from + 1);
    wm_forge_pack pack = { .partition = "P", .from = from, .to = from + 1 };
    wm_str bytes = wm_forge_make_pack(&forge, &pack, &truth);
    char *zeros = calloc(1, inside);
    size_t bound = ZSTD_compressBound(inside);
    char *frame = malloc(bound);
    assert_true(zeros != NULL && frame != NULL);
    size_t length = ZSTD_compress(frame, bound, zeros, inside, 1);
    assert_false(ZSTD_isError(length));
    wm_buf_init(&bomb, wm_env_system(), 16 * WM_MIB);
    pack_state_pack_frame(bytes, (wm_str){ frame, length }, says, &bomb);
    assert_ok(wm_buf_status(&bomb, &err), &err);
    wm_forge_list_pack(&forge, &pack, wm_buf_str(&bomb), NULL);
    wm_forge_publish(&forge);
    wm_buf_fini(&bomb);
    free(frame);
    free(zeros);
}

static void a_pack_grows_to_what_it_says_and_is_read_as_it_grows(void **state)
{
    (void)state;
    for (int64_t from = 1; from <= 2; from++) {
        expectation e = { "a frame that holds more than its header says", from, from + 1, NULL,
                          from == 2 };
        serve_bomb(from, 4 * WM_MIB, 1000);
        try_lie(&e);
        serve_bomb(from, 1000, 4 * WM_MIB);
        try_lie(&e);
        serve_bomb(from, 64 * WM_MIB, 64 * WM_MIB);
        try_lie(&e);
    }
}

/* ---- what a role lists ---- */

static void names_of_packs_lead_nowhere_else(void **state)
{
    (void)state;
    static const char *const names[] = {
        "../../x.pack",
        "p/P/../E/1-2.pack",
        "/p/P/1-2.pack",
        "p/E/1-2.pack",
        "p/P/01-2.pack",
        "p/P/2-1.pack",
        "p/P/1-1.pack",
        "p/P/0-0.pack",
        "p/P/1-2.pack.json",
        "p/P/1-2",
        "p/P/-1-2.pack",
        "p/P/1--2.pack",
        "p/P/1-2.pack/",
        "p/P//1-2.pack",
        "p/P/1-2.PACK",
        "P/P/1-2.pack",
        "p/P/ 1-2.pack",
        "p/P/1-2.pack?x",
        "p/P/%31-2.pack",
        "p/P",
        "p/P/1-9999999999999999999999.pack",
        "p/all/1-2.pack",
        "p/P/spans/..",
        "p/P/spans-x",
        "http://x.test/p/P/1-2.pack",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        wm_forge_reset(&forge, 2);
        const wm_json *honest = wm_forge_get(&forge, "p.P", "targets|p/P/1-2.pack");
        wm_str hash = wm_json_string(wm_json_get(wm_json_get(honest, "hashes"), "sha256"));
        wm_forge_set(&forge, "p.P", wm_forge_print(&forge, "targets|%s", names[i]),
                     wm_forge_print(&forge, "{'length':%lld,'hashes':{'sha256':'%s'}}",
                                    (long long)wm_json_integer(wm_json_get(honest, "length"), 0),
                                    hash.ptr));
        wm_forge_publish(&forge);
        expectation e = { names[i], 1, 2, NULL, false };
        try_lie(&e);
    }
}

/* The pack is P's own and in order, only its name is another partition's: one role has no say over
 * another's paths, even where nothing else would give it away. */
static void a_role_lists_no_pack_in_anothers_folder(void **state)
{
    (void)state;
    static const char *const names[] = { "p/E/1-2.pack", "p/Q/1-2.pack", "p/p/1-2.pack" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        wm_buf custom;
        wm_forge_reset(&forge, 2);
        wm_str pack = wm_forge_target(&forge, "p.P", "p/P/1-2.pack");
        wm_buf_init(&custom, wm_env_system(), WM_MIB);
        wm_json_write(&custom, wm_forge_get(&forge, "p.P", "targets|p/P/1-2.pack|custom"));
        wm_forge_drop(&forge, "p.P", "targets|p/P/1-2.pack");
        wm_forge_set(&forge, "p.P", wm_forge_print(&forge, "targets|%s|custom", names[i]),
                     wm_forge_print(&forge, "%s", custom.data));
        wm_forge_put_target(&forge, "p.P", names[i], pack);
        wm_forge_publish(&forge);
        expectation e = { names[i], 1, 2, "expected p/P/FROM-TO.pack", false };
        try_lie(&e);
        wm_buf_fini(&custom);
    }
}

static void what_a_role_says_of_a_partition_must_come_true(void **state)
{
    (void)state;
    static const struct {
        const char *place;
        const char *value; /* NULL: dropped */
    } lies[] = {
        { "state", "'1111111111111111111111111111111111111111111111111111111111111111'" },
        { "records", "3" },
        { "buckets", "2" },
        { "state", NULL },
        { "records", NULL },
        { "buckets", NULL },
    };
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        wm_forge_reset(&forge, 2);
        const char *place = wm_forge_print(&forge, "targets|p/P/1-2.pack|custom|%s", lies[i].place);
        if (wm_forge_get(&forge, "p.P", place) == NULL) {
            fail_msg("no %s", place);
        }
        if (lies[i].value != NULL) {
            wm_forge_set(&forge, "p.P", place, lies[i].value);
        } else {
            wm_forge_drop(&forge, "p.P", place);
        }
        wm_forge_publish(&forge);
        expectation e = { place, 1, 2, NULL, false };
        try_lie(&e);
    }
}

/* Signed as new, but the state and the pack are those before: who holds the keys may say so, as a
 * publisher does who takes a release back. It is the state that was signed, and nothing between. */
static void a_partition_that_is_said_to_be_as_before_is_so(void **state)
{
    (void)state;
    wm_error err = { 0 };
    wm_fixture_states found;
    wm_forge_reset(&forge, 2);
    const wm_state *before = wm_forge_state(&forge, "P", 1);
    char hex[WM_DIGEST_HEX_BYTES];
    wm_forge_drop(&forge, "p.P", "targets|p/P/1-2.pack");
    wm_forge_set(&forge, "p.P", "targets|p/P/0-1.pack|custom",
                 wm_forge_print(&forge, "{'buckets':%u,'records':%u,'state':'%s'}",
                                (unsigned)before->buckets, (unsigned)before->records,
                                wm_digest_hex(&before->digest, hex)));
    wm_forge_publish(&forge);
    wm_store *replica = wm_forge_open_replica(2);
    wm_status status = wm_forge_try(&forge, replica, transport, NULL, NULL, &err);
    if (status == WM_OK) {
        wm_fixture_states_of(replica, WM_EDITION_PUBLIC, 2, &found);
        for (size_t i = 0; i < found.count; i++) {
            const wm_state *right =
                wm_forge_state(&forge, found.names[i], strcmp(found.names[i], "P") == 0 ? 1 : 2);
            assert_memory_equal(&found.states[i].digest, &right->digest, sizeof right->digest);
        }
        wm_state_sink differs = { wm_fixture_differs, NULL };
        assert_ok(wm_history_verify(replica, WM_EDITION_PUBLIC, &differs, &err), &err);
    } else {
        assert_true(is_declared(status));
        wm_forge_check(&forge, replica, 2);
    }
    wm_error_clear(&err);
    wm_forge_restore(&forge, 4);
    assert_ok(wm_forge_try(&forge, replica, transport, NULL, NULL, &err), &err);
    wm_forge_check(&forge, replica, 4);
    wm_store_close(replica);
}

/* A day far ahead must not make all that comes look expired. */
static void a_release_of_a_day_far_ahead_stops_nothing(void **state)
{
    (void)state;
    static const char *const days[] = { "'2026-12-31'", "'2099-12-31'", "'9999-12-31'" };
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        wm_forge_reset(&forge, 2);
        wm_forge_set(&forge, "p.E", "targets|release.json|custom|date", days[i]);
        wm_forge_publish(&forge);
        expectation e = { days[i], 1, 2, NULL, true };
        try_lie(&e);
    }
}

int main(void)
{
    wm_fault_vfs_install();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_honest_delta_made_by_the_forge_is_applied),
        cmocka_unit_test(a_pack_is_what_its_place_says),
        cmocka_unit_test(a_delta_changes_what_its_base_has_to_what_is_signed),
        cmocka_unit_test(no_bad_pack_is_applied_though_it_is_signed),
        cmocka_unit_test(names_of_packs_lead_nowhere_else),
        cmocka_unit_test(a_role_lists_no_pack_in_anothers_folder),
        cmocka_unit_test(what_a_role_says_of_a_partition_must_come_true),
        cmocka_unit_test(a_partition_that_is_said_to_be_as_before_is_so),
        cmocka_unit_test(a_release_of_a_day_far_ahead_stops_nothing),
        cmocka_unit_test(a_pack_grows_to_what_it_says_and_is_read_as_it_grows),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
