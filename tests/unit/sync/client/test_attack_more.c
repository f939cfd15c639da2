/* test_attack_more.c: what the public TUF suite leaves out: files without end, roots without end,
 * odd names, JSON that two parsers read as two things, redirects, and two clients on one store. */
#include <stdlib.h>

#include "fault_vfs.h"
#include "feed_attack.h"

static wm_forge forge;
static wm_forge_server *server;

static int set_up(void **state)
{
    (void)state;
    wm_forge_init(&forge, 600);
    wm_forge_make_replicas(&forge);
    server = wm_forge_server_start(&forge);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    wm_forge_server_stop(server);
    wm_forge_fini(&forge);
    return 0;
}

#define RUN_ALL(attacks)                                                                           \
    wm_attack_run_all(&forge, server, (attacks), sizeof(attacks) / sizeof(attacks)[0])

/* ---- size ---- */

static void no_file_is_read_without_end(void **state)
{
    (void)state;
    static const wm_attack attacks[] = {
        { "an endless next root", 1, 2, "bytes public/2.root.json {; endless public/2.root.json",
          WM_NOT_TRUSTED, "public/2.root.json: more than 512000 bytes", 1 },
        { "an endless timestamp", 1, 2, "endless =timestamp", WM_NOT_TRUSTED,
          "public/timestamp.json: more than 16000 bytes", 1 },
        { "an endless snapshot", 1, 2, "endless =snapshot", WM_NOT_TRUSTED,
          "2.snapshot.json: more than", 1 },
        { "an endless snapshot of no given length", 1, 2,
          "drop timestamp meta|snapshot.json|length; endless =snapshot", WM_NOT_TRUSTED,
          "2.snapshot.json: more than 2000000 bytes", 1 },
        { "an endless targets role", 0, 2, "endless =targets", WM_NOT_TRUSTED,
          "targets.json: more than 5000000 bytes", 0 },
        { "an endless role of the partitions", 0, 2, "endless =partitions", WM_NOT_TRUSTED,
          "1.partitions.json: more than 5000000 bytes", 0 },
        { "an endless role of a partition", 1, 2, "endless =p.P", WM_NOT_TRUSTED,
          "2.p.P.json: more than 5000000 bytes", 1 },
        { "an endless list of localities", 0, 2, "endless public/targets/*.localities.json",
          WM_NOT_TRUSTED, "localities.json: more than", 0 },
        { "an endless delta", 1, 2, "endless public/targets/p/P/*1-2*", WM_NOT_TRUSTED,
          "1-2.pack: more than", 1 },
        { "an endless snapshot of records", 0, 2, "endless public/targets/p/P/*0-1*",
          WM_NOT_TRUSTED, "0-1.pack: more than", 0 },
        { "a delta and then the same again", 1, 2, "repeat public/targets/p/P/*1-2* 2",
          WM_NOT_TRUSTED, "1-2.pack: more than", 1 },
        { "a timestamp of forty thousand spaces", 1, 2,
          "text timestamp { {                ; "
          "repeat =timestamp 80",
          WM_NOT_TRUSTED, "more than 16000 bytes", 1 },
        { "two timestamps in one file", 1, 2, "repeat =timestamp 2", WM_BAD_INPUT,
          "public/timestamp.json", 1 },
        { "an empty timestamp", 1, 2, "bytes =timestamp ", WM_BAD_INPUT, "public/timestamp.json",
          1 },
        { "an empty role", 1, 2, "bytes =p.P ", WM_BAD_INPUT, "2.p.P.json", 1 },
        { "a page of a hotel's wireless network", 1, 2, "bytes =timestamp <html>Welcome</html>",
          WM_BAD_INPUT, "public/timestamp.json", 1 },
    };
    RUN_ALL(attacks);
}

/* Whatever stack a host gives us to fetch with: what it lets through is measured again. */
static void a_transport_that_knows_no_limit_is_not_relied_on(void **state)
{
    (void)state;
    static const struct {
        const char *steps;
        const char *text;
    } cases[] = {
        { "repeat =timestamp 60", "public/timestamp.json: more than 16000 bytes" },
        { "repeat =snapshot 2", "2.snapshot.json: more than" },
        { "repeat public/targets/p/P/*1-2* 2", "1-2.pack: more than" },
        { "bytes public/2.root.json 0123456789; repeat public/2.root.json 60000",
          "public/2.root.json: more than 512000 bytes" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        wm_error err = { 0 };
        wm_forge_reset(&forge, 2);
        wm_attack_do(&forge, cases[i].steps);
        forge.is_lax = true;
        wm_store *replica = wm_forge_open_replica(1);
        wm_transport *transport = wm_forge_in_memory(&forge);
        assert_int_equal(wm_forge_try(&forge, replica, transport, NULL, NULL, &err),
                         WM_NOT_TRUSTED);
        assert_contains(err.text, cases[i].text);
        wm_forge_check(&forge, replica, 1);
        wm_transport_close(transport);
        wm_store_close(replica);
    }
}

/* ---- JSON ---- */

static void two_readers_could_not_differ(void **state)
{
    (void)state;
    static const wm_attack attacks[] = {
        { "a version twice", 1, 2, "text timestamp \"version\": \"version\":1,\"version\":",
          WM_BAD_INPUT, "timestamp.json", 1 },
        { "signatures twice", 1, 2,
          "text timestamp \"signatures\": \"signatures\":[],\"signatures\":", WM_BAD_INPUT,
          "timestamp.json", 1 },
        { "the body twice", 1, 2, "text timestamp \"signed\": \"signed\":{},\"signed\":",
          WM_BAD_INPUT, "timestamp.json", 1 },
        { "a name twice, once escaped", 1, 2,
          "text timestamp \"version\": \"\\u0076ersion\":1,\"version\":", WM_BAD_INPUT,
          "timestamp.json", 1 },
        { "bytes after the end", 1, 2, "text timestamp }} }}x", WM_BAD_INPUT, "timestamp.json", 1 },
        { "a comment", 1, 2, "text timestamp { {/**/", WM_BAD_INPUT, "timestamp.json", 1 },
        { "a fraction that is whole", 1, 2, "text timestamp \"version\":2 \"version\":2.0",
          WM_BAD_INPUT, "timestamp.json", 1 },
        { "an exponent", 1, 2, "text timestamp \"version\":2 \"version\":2e0", WM_BAD_INPUT,
          "timestamp.json", 1 },
        { "a leading zero", 1, 2, "text timestamp \"version\":2 \"version\":02", WM_BAD_INPUT,
          "timestamp.json", 1 },
        { "a number beyond all integers", 1, 2,
          "text timestamp \"version\":2 \"version\":99999999999999999999", WM_BAD_INPUT,
          "timestamp.json", 1 },
        { "a broken character", 1, 2, "text timestamp \"_type\" \"\xff\":0,\"_type\"", WM_BAD_INPUT,
          "timestamp.json", 1 },
        { "half a pair of surrogates", 1, 2, "text timestamp \"_type\" \"\\ud800\":0,\"_type\"",
          WM_BAD_INPUT, "timestamp.json", 1 },
        { "a NUL in a name", 1, 2, "text timestamp \"_type\" \"\\u0000\":0,\"_type\"", WM_BAD_INPUT,
          "timestamp.json", 1 },
        { "a byte order mark", 1, 2, "text timestamp { \xef\xbb\xbf{", WM_BAD_INPUT,
          "timestamp.json", 1 },
        { "spaces between, which are no change", 1, 2,
          "text timestamp \"signed\":{ \"signed\" : {\n", WM_OK, NULL, 2 },
        { "names and texts of many scripts", 1, 2,
          "set timestamp \xc3\xa9\xe2\x82\xac '\xf0\x9f\x98\x80 \xc2\xa0'; "
          "set p.P x-\xd7\xa9 ['\xe4\xb8\xad','\\n','\\\\','/']",
          WM_OK, NULL, 2 },
        { "a letter written in one way and in another", 1, 2,
          "set timestamp x '\xc3\xa9'; text timestamp \xc3\xa9 e\xcc\x81", WM_NOT_TRUSTED,
          "role timestamp", 1 },
        { "a letter as it is and escaped, which is the same text", 1, 2,
          "set timestamp x '\xc3\xa9'; text timestamp \xc3\xa9 \\u00e9", WM_OK, NULL, 2 },
    };
    RUN_ALL(attacks);
}

static void a_depth_or_a_count_without_end_is_refused(void **state)
{
    (void)state;
    static char steps[20000];
    size_t at = (size_t)snprintf(steps, sizeof steps, "set timestamp deep ");
    memset(steps + at, '[', 60);
    memset(steps + at + 60, ']', 60);
    steps[at + 120] = '\0';
    wm_forge_reset(&forge, 2);
    /* our own strict reader cannot even read this to sign it: it goes in as text */
    const char *deep = wm_forge_print(&forge, "%s", steps + at);
    (void)snprintf(steps, sizeof steps, "text timestamp \"_type\" \"deep\":%s,\"_type\"", deep);
    const wm_attack attack = { "lists in lists", 1, 2, steps, WM_TOO_LARGE, "timestamp.json", 1 };
    wm_attack_run(&forge, server, &attack);
    at = (size_t)snprintf(steps, sizeof steps, "text timestamp \"_type\" \"wide\":[0");
    while (at < 15000) {
        at += (size_t)snprintf(steps + at, sizeof steps - at, ",0");
    }
    (void)snprintf(steps + at, sizeof steps - at, "],\"_type\"");
    const wm_attack wide = { "many values", 1, 2, steps, WM_NOT_TRUSTED, "timestamp.json", 1 };
    wm_attack_run(&forge, server, &wide);
}

/* ---- members with a meaning ---- */

static void what_metadata_says_is_read_with_care(void **state)
{
    (void)state;
    static const wm_attack attacks[] = {
        { "a specification of the future", 1, 2, "set timestamp spec_version '2.0.0'", WM_NEWER,
          "this program is too old", 1 },
        { "a root of a specification of the future", 1, 2, "set root spec_version '2.0'; final",
          WM_NEWER, "this program is too old", 1 },
        { "one of a far future", 1, 2, "set p.P spec_version '10.0.0'", WM_NEWER,
          "this program is too old", 1 },
        { "a specification of the past", 1, 2, "set snapshot spec_version '0.9'", WM_BAD_INPUT,
          "spec_version", 1 },
        { "a later minor specification", 1, 2, "set p.P spec_version '1.99'", WM_OK, NULL, 2 },
        { "a specification that is no number", 1, 2, "set p.P spec_version '1.x'", WM_BAD_INPUT,
          "spec_version", 1 },
        { "no specification", 1, 2, "drop p.P spec_version", WM_BAD_INPUT, "spec_version", 1 },
        { "a date with an offset", 1, 2, "set timestamp expires '2030-01-01T00:00:00+00:00'",
          WM_BAD_INPUT, "expires", 1 },
        { "a date with a fraction", 1, 2, "set timestamp expires '2030-01-01T00:00:00.000Z'",
          WM_BAD_INPUT, "expires", 1 },
        { "a day that does not exist", 1, 2, "set timestamp expires '2030-02-30T00:00:00Z'",
          WM_BAD_INPUT, "expires", 1 },
        { "a leap second", 1, 2, "set timestamp expires '2030-06-30T23:59:60Z'", WM_BAD_INPUT,
          "expires", 1 },
        { "only a hash that no one knows", 1, 2,
          "set timestamp meta|snapshot.json|hashes {'md5':'0'}", WM_UNSUPPORTED,
          "expected sha256 or sha512", 1 },
        { "a hash that no one knows beside one that we do", 1, 2,
          "set timestamp meta|snapshot.json|hashes|blake3 '00'", WM_OK, NULL, 2 },
        { "a hash in capital letters", 1, 2,
          "set timestamp meta|snapshot.json|hashes {'SHA256':'0'}", WM_UNSUPPORTED,
          "expected sha256 or sha512", 1 },
        { "a timestamp that lists more than the snapshot", 1, 2,
          "set timestamp meta|targets.json {'version':1}", WM_BAD_INPUT, "timestamp.json", 1 },
        { "a snapshot that lists a file outside", 1, 2,
          "set snapshot meta|../../x.json {'version':1}; final", WM_OK, NULL, 2 },
        { "a key of a type that no one knows", 1, 2,
          "set root keys|x {'keytype':'rot13','scheme':'rot13','keyval':{'public':'n'}}; roots",
          WM_OK, NULL, 2 },
        { "a key that is no key", 1, 2, "set root keys|{timestamp}|keyval|public '00'; final",
          WM_BAD_INPUT, NULL, 1 },
        { "a key whose point is none", 1, 2,
          "set root keys|{timestamp}|keyval|public '"
          "0000000000000000000000000000000000000000"
          "000000000000000000000000'; final",
          WM_NOT_TRUSTED, NULL, 1 },
        { "the edition is said to be another", 1, 2,
          "set p.E targets|release.json|custom|edition 'professional'", WM_NOT_TRUSTED,
          "expected the public edition", 1 },
        { "a release of the day before the held one", 2, 2,
          "set p.E targets|release.json|custom|release 1", WM_NOT_TRUSTED,
          "rolled back from release 2 to 1", 2 },
    };
    RUN_ALL(attacks);
}

/* ---- roots ---- */

static void roots_are_followed_so_far_and_no_further(void **state)
{
    (void)state;
    wm_error err = { 0 };
    wm_forge_reset(&forge, 2);
    for (int i = 0; i < 300; i++) {
        wm_forge_touch(&forge, "root");
        wm_forge_publish(&forge);
    }
    wm_store *replica = wm_forge_open_replica(1);
    wm_transport *transport = wm_forge_in_memory(&forge);
    assert_ok(wm_forge_try(&forge, replica, transport, NULL, NULL, &err), &err);
    wm_forge_check(&forge, replica, 2);
    unsigned roots = 0;
    for (size_t i = 0; i < forge.asked_count; i++) {
        roots += strstr(forge.asked[i], ".root.json") != NULL ? 1 : 0;
    }
    assert_true(forge.requests >= 256 && forge.requests < 256 + 16);
    assert_true(roots <= 256);
    forge.requests = 0; /* and the next run goes on from there */
    wm_status status = wm_forge_try(&forge, replica, transport, NULL, NULL, &err);
    assert_true(status == WM_UNCHANGED || status == WM_OK);
    assert_true(forge.requests < 64);
    wm_transport_close(transport);
    wm_store_close(replica);
}

/* ---- by HTTP ---- */

static void a_server_may_answer_what_it_likes(void **state)
{
    (void)state;
    static const wm_attack attacks[] = {
        { "the timestamp is elsewhere", 1, 2, "redirect =timestamp https://elsewhere.test/t.json",
          WM_NETWORK, NULL, 1 },
        { "a delta is elsewhere", 1, 2,
          "redirect public/targets/p/P/*1-2* http://elsewhere.test/x.pack", WM_NETWORK, NULL, 1 },
        { "the timestamp is a file of the client's own", 1, 2,
          "redirect =timestamp file:///etc/passwd", WM_NETWORK, NULL, 1 },
    };
    for (size_t i = 0; i < sizeof attacks / sizeof attacks[0]; i++) {
        wm_attack_run_http(&forge, server, &attacks[i]);
    }
    static const struct {
        const char *status;
        wm_status expected;
    } answers[] = { { "500", WM_NETWORK }, { "503", WM_NETWORK }, { "400", WM_NETWORK },
                    { "206", WM_NETWORK }, { "204", WM_NETWORK }, { "418", WM_NETWORK } };
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        char steps[64];
        (void)snprintf(steps, sizeof steps, "status =timestamp %s", answers[i].status);
        const wm_attack attack = { steps, 1, 2, steps, answers[i].expected, "timestamp.json", 1 };
        wm_attack_run_http(&forge, server, &attack);
    }
}

/* ---- two clients on one store ---- */

static void the_second_of_two_clients_takes_nothing_back(void **state)
{
    (void)state;
    wm_error err = { 0 };
    wm_store *first = wm_forge_open_replica(1);
    wm_store *second = wm_forge_reopen_replica(1);
    wm_str code = WM_STR(WM_FORGE_SUBSCRIPTION);
    wm_client_options options = { .subscribe = &code,
                                  .subscribe_count = 1,
                                  .now_s = wm_fixture_time(3) };
    wm_client *slow = NULL;
    wm_forge_reset(&forge, 2);
    wm_transport *transport = wm_forge_in_memory(&forge);
    assert_ok(wm_client_open(second, &options, &slow, &err), &err);
    wm_forge_reset(&forge, 3); /* the feed goes on, and the quick one with it */
    assert_ok(wm_forge_try(&forge, first, transport, NULL, NULL, &err), &err);
    wm_forge_check(&forge, first, 3);
    wm_forge_reset(&forge, 2); /* and the slow one is shown the feed as it was */
    wm_status status = wm_sync_run(slow, transport, NULL, &err);
    assert_int_equal(status, WM_NOT_TRUSTED); /* older than what the quick one has stored */
    assert_contains(err.text, "rolled back");
    wm_client_close(slow);
    wm_forge_check(&forge, second, 3);
    wm_error_clear(&err);
    wm_forge_reset(&forge, 4);
    assert_ok(wm_forge_try(&forge, second, transport, NULL, NULL, &err), &err);
    wm_forge_check(&forge, first, 4);
    wm_transport_close(transport);
    wm_store_close(first);
    wm_store_close(second);
}

int main(void)
{
    wm_fault_vfs_install();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_file_is_read_without_end),
        cmocka_unit_test(a_transport_that_knows_no_limit_is_not_relied_on),
        cmocka_unit_test(two_readers_could_not_differ),
        cmocka_unit_test(a_depth_or_a_count_without_end_is_refused),
        cmocka_unit_test(what_metadata_says_is_read_with_care),
        cmocka_unit_test(roots_are_followed_so_far_and_no_further),
        cmocka_unit_test(a_server_may_answer_what_it_likes),
        cmocka_unit_test(the_second_of_two_clients_takes_nothing_back),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
