/* test_attack_tuf.c: what the public TUF conformance suite tries on any client, tried on ours: by
 * folder and by HTTP, with records behind it.
 *
 * The suite looks at the metadata that a client keeps; here the replica's records are what counts:
 * they stay as they were, or become what was signed, and the next honest feed is followed. */
#include <stdlib.h>

#include "fault_vfs.h"
#include "feed_attack.h"

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"
#define PAST "'2026-01-01T00:00:00Z'"
#define LONG_AFTER "'2030-01-01T00:00:00Z'"

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

/* ---- content that does not fit what lists it ---- */

static void what_is_listed_is_what_must_come(void **state)
{
    (void)state;
    static const wm_attack attacks[] = {
        { "a timestamp says something else under the same version", 2, 2,
          "set timestamp meta|snapshot.json|version 100; "
          "alone timestamp",
          WM_UNCHANGED, NULL, 2 },
        { "a snapshot that is not the one that the timestamp's hash says", 1, 2,
          "set snapshot custom 'else'; "
          "alone snapshot; "
          "drop timestamp meta|snapshot.json|length",
          WM_NOT_TRUSTED, "snapshot.json: its SHA-256 is not the signed one", 1 },
        { "a snapshot that is longer than the timestamp says", 1, 2,
          "set timestamp meta|snapshot.json|length 100", WM_NOT_TRUSTED,
          "snapshot.json: more than 100 bytes", 1 },
        { "a snapshot that is shorter than the timestamp says", 1, 2,
          "set timestamp meta|snapshot.json|length 100000", WM_NOT_TRUSTED,
          "snapshot.json: expected 100000 bytes", 1 },
        { "a snapshot of another version than its name says", 1, 2,
          "set snapshot version 9; "
          "alone snapshot; "
          "drop timestamp meta|snapshot.json|length; "
          "drop timestamp meta|snapshot.json|hashes",
          WM_NOT_TRUSTED, "snapshot.json: expected version 2, found 9", 1 },
        { "a role that is not the one that the snapshot's hash says", 1, 2,
          "set snapshot meta|p.P.json|hashes {'sha256':'" ZEROS "'}", WM_NOT_TRUSTED,
          "p.P.json: its SHA-256 is not the signed one", 1 },
        { "one of two hashes fits", 1, 2,
          "set snapshot meta|p.P.json|hashes {'sha256':'" ZEROS "'}; "
          "publish; "
          "touch p.P; " /* which makes the hash right */
          "set snapshot meta|p.P.json|hashes|sha512 '" ZEROS ZEROS "'",
          WM_NOT_TRUSTED, "p.P.json: its SHA-512 is not the signed one", 1 },
        { "a role that is longer than the snapshot says", 1, 2,
          "set snapshot meta|p.P.json|length 99", WM_NOT_TRUSTED, "p.P.json: more than 99 bytes",
          1 },
        { "right lengths and hashes in the snapshot", 1, 2,
          "set snapshot meta|p.P.json|hashes {'sha256':'" ZEROS "'}; "
          "set snapshot meta|p.P.json|length 1; "
          "publish; "
          "touch p.P",
          WM_OK, NULL, 2 },
        { "a role of an older version than the snapshot says", 1, 2,
          "under p.P 9; "
          "touch p.P; "
          "set snapshot meta|p.P.json|version 9",
          WM_NOT_TRUSTED, "p.P.json: expected version 9, found 3", 1 },
        { "a role of a newer version than the snapshot says", 1, 2,
          "set p.P version 7; "
          "alone p.P",
          WM_NOT_TRUSTED, "p.P.json: expected version 2, found 7", 1 },
        { "members that no one knows, in every role", 1, 2,
          "set root x-more {'a':[1,{'b':null}]}; "
          "set root roles|root|x-more 'value'; "
          "set timestamp x-more '\\u00e9 \\u20ac \\ud83d\\ude00 \\\" \\\\ /'; "
          "set snapshot x-more 'line\\nfeed\\ttab\\u0001'; "
          "set targets x-\\u00e9 []; "
          "set p.P x-more true; "
          "roots",
          WM_OK, NULL, 2 },
    };
    RUN_ALL(attacks);
}

/* ---- expiry ---- */

static void what_has_expired_stops_the_update(void **state)
{
    (void)state;
    static const wm_attack attacks[] = {
        { "an expired root", 1, 2, "set root expires " PAST "; final", WM_EXPIRED,
          "root.json: expired on 2026-01-01", 1 },
        { "an expired root that another one follows", 1, 2,
          "set root expires " PAST "; "
          "publish; "
          "set root expires " LONG_AFTER "; "
          "roots",
          WM_OK, NULL, 2 },
        { "an expired timestamp", 1, 2, "set timestamp expires " PAST, WM_EXPIRED,
          "timestamp.json: expired", 1 },
        { "a timestamp that expires this very second", 1, 2,
          "set timestamp expires '2026-01-07T01:00:00Z'", WM_EXPIRED,
          "timestamp.json: expired on 2026-01-07T01:00:00Z, and it is 2026-01-07T01:00:00Z", 1 },
        { "a timestamp that expires in a second", 1, 2,
          "set timestamp expires '2026-01-07T01:00:01Z'", WM_OK, NULL, 2 },
        { "an expired snapshot", 1, 2, "set snapshot expires " PAST, WM_EXPIRED,
          "snapshot.json: expired", 1 },
        { "an expired targets role", 1, 2, "set targets expires " PAST, WM_EXPIRED,
          "targets.json: expired", 1 },
        { "an expired role that says which partitions there are", 1, 2,
          "set partitions expires " PAST, WM_EXPIRED, "partitions", 1 },
        { "an expired delegated role", 1, 2, "set p.P expires " PAST, WM_EXPIRED, "p.P", 1 },
        { "a role of a partition that is not taken may be expired", 1, 2, "set p.all expires " PAST,
          WM_OK, NULL, 2 },
        { "what the replica holds has expired, what comes has not", 1, 2,
          "set timestamp expires " LONG_AFTER "; "
          "later 30",
          WM_OK, NULL, 2 },
        { "a delegated role that is held expires, and no newer one comes", 1, 2,
          "set p.P expires '2026-01-14T00:00:00Z'; "
          "sync; "
          "set timestamp expires " LONG_AFTER "; "
          "later 18",
          WM_EXPIRED, "p.P", 2 },
        { "a delegated role that is held expires, and a newer one comes", 1, 2,
          "set p.P expires '2026-01-14T00:00:00Z'; "
          "sync; "
          "set p.P expires " LONG_AFTER "; "
          "set timestamp expires " LONG_AFTER "; "
          "later 18",
          WM_OK, NULL, 2 },
        { "the feed is shown as it was, until that expires", 2, 2, "later 8", WM_EXPIRED,
          "timestamp.json: expired", 2 },
    };
    RUN_ALL(attacks);
}

/* ---- going back, and being sent ahead ---- */

static void versions_never_go_down(void **state)
{
    (void)state;
    static const wm_attack attacks[] = {
        { "the snapshot's file is an older one, and the timestamp the same", 2, 2,
          "replace public/2.snapshot.json public/1.snapshot.json", WM_UNCHANGED, NULL, 2 },
        { "an older timestamp", 2, 2, "older =timestamp 1", WM_NOT_TRUSTED,
          "timestamp.json: rolled back from version 2 to 1", 2 },
        { "a newer timestamp says an older snapshot", 2, 2,
          "set timestamp meta|snapshot.json|version 1", WM_NOT_TRUSTED,
          "snapshot rolled back from version 2 to 1", 2 },
        { "the same, without length and hash", 2, 2,
          "set timestamp meta|snapshot.json {'version':1}", WM_NOT_TRUSTED,
          "snapshot rolled back from version 2 to 1", 2 },
        { "a newer snapshot says an older top role", 1, 2,
          "touch targets; "
          "sync; "
          "set targets version 1",
          WM_NOT_TRUSTED, "targets.json rolled back from version", 2 },
        { "a newer snapshot says an older delegated role", 2, 2, "set p.P version 1",
          WM_NOT_TRUSTED, "p.P.json rolled back from version 2 to 1", 2 },
        { "a newer snapshot says an older role of a partition that is not taken", 2, 2,
          "set p.all version 1", WM_NOT_TRUSTED, "p.all.json rolled back from version 2 to 1", 2 },
        { "a newer snapshot does not have a role any more", 2, 2, "drop snapshot meta|p.P.json",
          WM_NOT_TRUSTED, "p.P.json is no longer listed", 2 },
        { "the whole of an older feed, signed as new", 2, 1,
          "set timestamp version 9; "
          "set snapshot version 9",
          WM_NOT_TRUSTED, "rolled back from version 2 to 1", 2 },
    };
    RUN_ALL(attacks);
}

static void after_a_rotation_versions_may_start_again(void **state)
{
    (void)state;
    static const wm_attack attacks[] = {
        { "a thief's timestamp of a high version, and no rotation", 1, 2,
          "set timestamp version 99999; "
          "sync; "
          "set timestamp version 3",
          WM_NOT_TRUSTED, "timestamp.json: rolled back from version 99999 to 3", 2 },
        { "a thief's timestamp of a high version, and its key is changed", 1, 2,
          "set timestamp version 99999; "
          "sync; "
          "keys timestamp #1 1; "
          "set timestamp version 3; "
          "roots",
          WM_OK, NULL, 2 },
        { "a thief's snapshot of a high version, and no rotation", 1, 2,
          "set snapshot version 99999; "
          "sync; "
          "set snapshot version 3",
          WM_NOT_TRUSTED, "snapshot rolled back from version 99999 to 3", 2 },
        { "a thief's snapshot of a high version, and both keys are changed", 1, 2,
          "set snapshot version 99999; "
          "sync; "
          "keys snapshot #1 1; "
          "keys timestamp #2 1; "
          "set snapshot version 3; "
          "roots",
          WM_OK, NULL, 2 },
        { "a thief's role of a high version, and no rotation", 1, 2,
          "set p.P version 99999; "
          "sync; "
          "set p.P version 3",
          WM_NOT_TRUSTED, "p.P.json rolled back from version 99999 to 3", 2 },
        { "a thief's role of a high version, and the snapshot's key is changed", 1, 2,
          "set p.P version 99999; "
          "sync; "
          "keys snapshot #1 1; "
          "set p.P version 3; "
          "roots",
          WM_OK, NULL, 2 },
        { "a rotated key that goes on signing", 1, 2,
          "keys timestamp #1 1; "
          "sign timestamp timestamp; "
          "roots",
          WM_NOT_TRUSTED, "role timestamp", 1 },
    };
    RUN_ALL(attacks);
}

/* ---- keys and thresholds ---- */

/* The digest of key #1 with "keyid_hash_algorithms":["md5"] in it. */
#define MD5_KEY_ID "2950794c630687c99ad462386bf7ac54ef63d62917b1d6b2168646145bbdaf08"

static void a_threshold_counts_different_keys(void **state)
{
    (void)state;
    static const wm_attack attacks[] = {
        { "three of four keys", 1, 2,
          "keys snapshot #1 #2 #3 #4 3; "
          "sign snapshot #4 #2 #1; "
          "roots",
          WM_OK, NULL, 2 },
        { "two of the three that are asked for", 1, 2,
          "keys snapshot #1 #2 #3 #4 3; "
          "sign snapshot #4 #2; final",
          WM_NOT_TRUSTED, "expected signatures by 3 keys of role snapshot, found 2", 1 },
        { "two of three, and strangers", 1, 2,
          "keys snapshot #1 #2 #3 #4 3; "
          "sign snapshot #4 #2 #5 #6 targets; final",
          WM_NOT_TRUSTED, "expected signatures by 3 keys of role snapshot, found 2", 1 },
        { "three of three, and strangers, and signatures of nothing", 1, 2,
          "keys snapshot #1 #2 #3 #4 3; "
          "sign snapshot #5 ~#1 #2 ~#6 #3 #4; "
          "roots",
          WM_OK, NULL, 2 },
        { "two of three, and a third signature of nothing", 1, 2,
          "keys snapshot #1 #2 #3 3; "
          "sign snapshot #1 #2 ~#3; final",
          WM_NOT_TRUSTED, "found 2", 1 },
        { "one key's signature again and again", 1, 2,
          "keys targets #1 #2 #3 3; "
          "sign targets #1 #1 #1 #2 #2; final",
          WM_NOT_TRUSTED, "named twice", 1 },
        { "one key under many ids", 1, 2, "keys snapshot #1 #1=a #1=b #1=c 3; final",
          WM_NOT_TRUSTED, "found 1", 1 },
        { "one key under the id of another", 1, 2, "keys timestamp #1 #1=a 2; final",
          WM_NOT_TRUSTED, "found 1", 1 },
        { "no signature at all", 1, 2, "sign timestamp ", WM_NOT_TRUSTED, "found 0", 1 },
        { "an unsigned snapshot", 1, 2, "sign snapshot ", WM_NOT_TRUSTED, "found 0", 1 },
        { "an unsigned delegated role", 1, 2, "sign p.P ", WM_NOT_TRUSTED, "found 0", 1 },
        { "roles signed by one another's keys", 1, 2, "sign p.P root snapshot timestamp #1",
          WM_NOT_TRUSTED, "found 0", 1 },
        { "more keys asked for than there are", 1, 2, "keys snapshot #1 #2 #3 #4 #5 6; final",
          WM_NOT_TRUSTED, "found 5", 1 },
        { "a key that does not say anything about hash algorithms that we know", 1, 2,
          "keys snapshot #1=" MD5_KEY_ID " 1; "
          "set root keys|" MD5_KEY_ID "|keyid_hash_algorithms ['md5']; "
          "roots",
          WM_OK, NULL, 2 },
        { "a key whose id is not its digest", 1, 2, "keys snapshot #1=x 1; final", WM_NOT_TRUSTED,
          "found 0", 1 },
        { "one key under two ids that both fit it", 1, 2,
          "keys snapshot #1 #1=" MD5_KEY_ID " 2; "
          "set root keys|" MD5_KEY_ID "|keyid_hash_algorithms ['md5']; final",
          WM_NOT_TRUSTED, "found 1", 1 },
        { "the id of a key that is not there", 1, 2,
          "keys snapshot #1 #2=x 2; "
          "drop root keys|x; final",
          WM_NOT_TRUSTED, "found 1", 1 },
    };
    RUN_ALL(attacks);
}

/* ---- rotations: which keys, how many of them, and who signs ---- */

typedef struct rotation {
    const char *keys;
    const char *threshold;
    const char *signers;
} rotation;

typedef struct root_case {
    const char *name;
    rotation steps[5];
    bool good; /* the last one; all before are */
} root_case;

static void name_root_keys(const rotation *step)
{
    wm_forge_name_keys(&forge, "root", step->keys, strtoll(step->threshold, NULL, 10));
    wm_forge_sign(&forge, "root", step->signers);
}

static void run_root_case(const root_case *c)
{
    wm_error err = { 0 };
    wm_forge_reset(&forge, 2);
    wm_store *replica = wm_forge_open_replica(0);
    name_root_keys(&c->steps[0]);
    wm_forge_alone(&forge, "root");
    wm_forge_publish(&forge);
    wm_forge_sync sync = { .root = wm_forge_file_of(&forge, "public/1.root.json")->bytes.ptr };
    for (size_t i = 1; i < 5 && c->steps[i].keys != NULL; i++) {
        name_root_keys(&c->steps[i]);
        wm_forge_publish(&forge);
    }
    wm_transport *transport = wm_forge_by_http(server);
    wm_status status = wm_forge_try(&forge, replica, transport, &sync, NULL, &err);
    if (status != (c->good ? WM_OK : WM_NOT_TRUSTED)) {
        fail_msg("%s: %s: %s", c->name, wm_status_text(status), err.text);
    }
    wm_forge_check(&forge, replica, c->good ? 2 : 0);
    if (!c->good) {
        wm_forge_remove_file(&forge, wm_forge_role_path(&forge, "root"));
        wm_error_clear(&err);
        assert_ok(wm_forge_try(&forge, replica, transport, &sync, NULL, &err), &err);
        wm_forge_check(&forge, replica, 2);
    }
    wm_transport_close(transport);
    wm_store_close(replica);
}

static void a_root_is_signed_by_the_old_keys_and_by_its_own(void **state)
{
    (void)state;
    static const char five[] = "#10 #11 #12 #13 #14";
    static const char one_new[] = "#10 #11 #13 #14 #15";
    static const char other_five[] = "#15 #16 #17 #18 #19";
    const root_case cases[] = {
        { "one key to another",
          { { "#1", "1", "#1" }, { "#2", "1", "#2 #1" }, { "#2", "1", "#2" } },
          true },
        { "one key to another, with signatures of no use",
          { { "#1", "1", "#3 #1 #4" }, { "#2", "1", "#3 #2 #1 #4" }, { "#2", "1", "#3 #2 #4" } },
          true },
        { "three of five, in every way",
          { { five, "3", "#10 #12 #14" },
            { five, "3", "#10 #14 #11" },
            { five, "3", "#10 #11 #13" },
            { five, "3", "#13 #11 #10" } },
          true },
        { "one of five goes",
          { { five, "3", "#10 #12 #14" }, { one_new, "3", "#10 #14 #11" } },
          true },
        { "one of five goes in two steps",
          { { five, "3", "#10 #12 #14" },
            { one_new, "3", "#10 #12 #14 #15" },
            { one_new, "3", "#10 #14 #15" } },
          true },
        { "all five go",
          { { five, "3", "#10 #12 #14" },
            { other_five, "3", "#10 #12 #14 #15 #16 #17" },
            { other_five, "3", "#15 #16 #17" } },
          true },
        { "the threshold rises",
          { { "#1 #2 #3", "1", "#1" }, { "#1 #2 #3", "2", "#1 #2" } },
          true },
        { "the threshold sinks",
          { { "#1 #2 #3", "2", "#1 #2" }, { "#1 #2 #3", "1", "#1 #2" }, { "#1 #2 #3", "1", "#1" } },
          true },
        { "a second key, and both are needed",
          { { "#1", "1", "#1" }, { "#1 #2", "2", "#1 #2" } },
          true },
        { "not signed by the old key", { { "#1", "1", "#1" }, { "#2", "1", "#2 #3 #4" } }, false },
        { "not signed by the new key", { { "#1", "1", "#1" }, { "#2", "1", "#1 #3 #4" } }, false },
        { "not by three of the new ones",
          { { five, "3", "#10 #12 #14" }, { one_new, "3", "#10 #12 #14" } },
          false },
        { "not by three of the old ones",
          { { five, "3", "#10 #12 #14" }, { one_new, "3", "#10 #14 #15" } },
          false },
        { "the new threshold is not reached",
          { { "#1 #2 #3", "1", "#1" }, { "#1 #2 #3", "2", "#2" } },
          false },
        { "the old threshold is not reached",
          { { "#1 #2 #3", "2", "#1 #2" }, { "#1 #2 #3", "1", "#1" } },
          false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        run_root_case(&cases[i]);
    }
}

static void every_other_role_follows_the_root(void **state)
{
    (void)state;
    static const char five[] = "#10 #11 #13 #14 #15";
    static const struct {
        rotation what;
        bool good;
    } cases[] = {
        { { "#2", "1", "#2" }, true },          { { "#1", "1", "#3 #1 #4" }, true },
        { { "#2", "1", "#1 #3 #4" }, false },   { { five, "3", "#10 #12 #14" }, false },
        { { five, "3", "#10 #14" }, false },    { { five, "3", "#10 #14 #11" }, true },
        { { five, "3", "#11 #13 #15" }, true }, { { five, "5", "#15 #14 #13 #11 #10" }, true },
    };
    static const char *const roles[] = { "timestamp", "snapshot", "targets" };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (size_t r = 0; r < 3; r++) {
            char steps[256];
            (void)snprintf(steps, sizeof steps, "keys %s %s %s; sign %s %s; final", roles[r],
                           cases[i].what.keys, cases[i].what.threshold, roles[r],
                           cases[i].what.signers);
            const wm_attack attack = { steps,
                                       1,
                                       2,
                                       steps,
                                       cases[i].good ? WM_OK : WM_NOT_TRUSTED,
                                       cases[i].good ? NULL : "expected signatures by",
                                       cases[i].good ? 2 : 1 };
            wm_attack_run(&forge, server, &attack);
        }
    }
}

/* ---- delegations ---- */

static void delegations_say_who_may_say_what(void **state)
{
    (void)state;
    static const wm_attack attacks[] = {
        { "the partitions are delegated some paths only", 1, 2,
          "set targets delegations|roles|0|paths ['release.json','p/E/*']", WM_BAD_INPUT,
          "no role is delegated to", 1 },
        { "a partition's role is delegated another's paths", 1, 2,
          "set partitions delegations|roles|1|paths ['p/E/*']", WM_BAD_INPUT,
          "partition P: no role is delegated to", 1 },
        { "a star that would have to match a slash", 1, 2,
          "set partitions delegations|roles|1|paths ['p/*']", WM_BAD_INPUT,
          "partition P: no role is delegated to", 1 },
        { "the same role twice in one list", 1, 2, "set partitions delegations|roles|0|name 'p.P'",
          WM_BAD_INPUT, "found p.P twice", 1 },
        { "a role that delegates to the one above it", 1, 2,
          "set p.P delegations "
          "{'keys':{},'roles':[{'keyids':[],'name':'partitions','paths':['*/*/*'],"
          "'terminating':true,'threshold':1}]}",
          WM_OK, NULL, 2 },
        { "paths as prefixes of their hashes", 1, 2,
          "drop targets delegations|roles|0|paths; "
          "set targets delegations|roles|0|path_hash_prefixes "
          "['0','1','2','3','4','5','6','7','8','9','a','b','c','d','e','f']",
          WM_OK, NULL, 2 },
        { "prefixes that nothing has", 1, 2,
          "drop partitions delegations|roles|1|paths; "
          "set partitions delegations|roles|1|path_hash_prefixes ['" ZEROS "']",
          WM_BAD_INPUT, "partition P: no role is delegated to", 1 },
        { "both paths and prefixes", 1, 2,
          "set targets delegations|roles|0|path_hash_prefixes ['0']", WM_BAD_INPUT,
          "exactly one of", 1 },
        { "a delegated threshold that is not reached", 1, 2,
          "set partitions delegations|roles|1|threshold 2", WM_NOT_TRUSTED,
          "expected signatures by 2 keys of role p.P", 1 },
        { "a delegated role without keys", 1, 2, "set partitions delegations|roles|1|keyids []",
          WM_NOT_TRUSTED, "p.P", 1 },
    };
    RUN_ALL(attacks);
}

static void odd_names_of_roles_are_no_paths(void **state)
{
    (void)state;
    static const char *const names[] = { "?",       "#",          "/p.P",        "../p.P",
                                         "p.P/..",  "p.P?x",      "%2e%2e/p.P",  "p.p",
                                         "P.P",     "p.P.json",   "\\\\p.P",     "p.P\\u0001",
                                         "\\u00e9", "1.p.P.json", "timestamp",   "root",
                                         ".",       "..",         "http://x/p.P" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char steps[128];
        (void)snprintf(steps, sizeof steps, "set partitions delegations|roles|1|name '%s'",
                       names[i]);
        const wm_attack attack = { names[i], 1, 2, steps, WM_BAD_INPUT, "delegat", 1 };
        wm_attack_run(&forge, server, &attack);
    }
    static const char *const tops[] = { "?", "#", "/partitions", "../partitions", "targets" };
    for (size_t i = 0; i < sizeof tops / sizeof tops[0]; i++) {
        char steps[128];
        (void)snprintf(steps, sizeof steps, "set targets delegations|roles|0|name '%s'", tops[i]);
        const wm_attack attack = { tops[i], 1, 2, steps, WM_BAD_INPUT, "delegat", 1 };
        wm_attack_run(&forge, server, &attack);
    }
}

/* ---- the first root, and what is asked for ---- */

static void a_first_root_that_is_not_whole_asks_for_nothing(void **state)
{
    (void)state;
    for (int way = 0; way < 4; way++) {
        wm_error err = { 0 };
        wm_forge_reset(&forge, 2);
        if (way == 0) {
            wm_forge_drop(&forge, "root", "version");
        } else if (way == 1) {
            wm_forge_sign(&forge, "root", "~root");
        } else if (way == 2) {
            wm_forge_sign(&forge, "root", "#1");
        } else {
            wm_forge_set(&forge, "root", "_type", "'timestamp'");
        }
        wm_forge_alone(&forge, "root");
        wm_forge_publish(&forge);
        wm_store *replica = wm_forge_open_replica(0);
        wm_transport *transport = wm_forge_in_memory(&forge);
        wm_forge_sync sync = { .root = wm_forge_file_of(&forge, "public/1.root.json")->bytes.ptr };
        wm_status status = wm_forge_try(&forge, replica, transport, &sync, NULL, &err);
        assert_true(status == (way == 0 ? WM_BAD_INPUT : WM_NOT_TRUSTED));
        assert_contains(err.text, "root.json: ");
        assert_int_equal(forge.requests, 0);
        wm_transport_close(transport);
        wm_store_close(replica);
    }
}

static void a_fresh_replica_asks_in_the_order_of_trust(void **state)
{
    (void)state;
    static const char *const expected[] = { "public/2.root.json", "public/timestamp.json",
                                            "public/2.snapshot.json" };
    wm_error err = { 0 };
    wm_forge_reset(&forge, 2);
    wm_forge_server_forget(server);
    wm_store *replica = wm_forge_open_replica(0);
    wm_transport *transport = wm_forge_by_http(server);
    assert_ok(wm_forge_try(&forge, replica, transport, NULL, NULL, &err), &err);
    for (unsigned i = 0; i < 3; i++) {
        assert_string_equal(wm_forge_server_request(server, i), expected[i]);
    }
    wm_forge_server_forget(server);
    assert_int_equal(wm_forge_try(&forge, replica, transport, NULL, NULL, &err), WM_UNCHANGED);
    assert_int_equal(wm_forge_server_requests(server), 2);
    wm_transport_close(transport);
    wm_store_close(replica);
}

/* ---- files that are put in another's place ---- */

static void a_target_is_what_was_signed_or_nothing(void **state)
{
    (void)state;
    static const wm_attack attacks[] = {
        { "a delta is replaced by text", 1, 2, "bytes public/targets/p/P/*1-2* malicious data",
          WM_NOT_TRUSTED, "expected", 1 },
        { "a delta is replaced by another partition's", 1, 2,
          "replace public/targets/p/P/*1-2* public/targets/p/E/*1-2*", WM_NOT_TRUSTED, NULL, 1 },
        { "a delta is replaced by the other edition's", 1, 2,
          "replace public/targets/p/P/*1-2* professional/targets/p/P/*1-2*", WM_NOT_TRUSTED, NULL,
          1 },
        { "half a delta", 1, 2, "cut public/targets/p/P/*1-2*", WM_NOT_TRUSTED, NULL, 1 },
        { "half a snapshot, for a new replica", 0, 2, "cut public/targets/p/P/*0-1*",
          WM_NOT_TRUSTED, NULL, 0 },
        { "the other edition's metadata, file by file", 1, 2,
          "replace =timestamp professional/timestamp.json", WM_NOT_TRUSTED, "role timestamp", 1 },
        { "a partition's role in place of another's", 1, 2, "replace =p.P =p.E", WM_NOT_TRUSTED,
          NULL, 1 },
        { "a top role in place of a partition's", 1, 2, "replace =p.P =partitions", WM_NOT_TRUSTED,
          NULL, 1 },
        { "the snapshot in place of the timestamp", 1, 2, "replace =timestamp =snapshot",
          WM_NOT_TRUSTED, NULL, 1 },
    };
    RUN_ALL(attacks);
}

int main(void)
{
    wm_fault_vfs_install();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_listed_is_what_must_come),
        cmocka_unit_test(what_has_expired_stops_the_update),
        cmocka_unit_test(versions_never_go_down),
        cmocka_unit_test(after_a_rotation_versions_may_start_again),
        cmocka_unit_test(a_threshold_counts_different_keys),
        cmocka_unit_test(a_root_is_signed_by_the_old_keys_and_by_its_own),
        cmocka_unit_test(every_other_role_follows_the_root),
        cmocka_unit_test(delegations_say_who_may_say_what),
        cmocka_unit_test(odd_names_of_roles_are_no_paths),
        cmocka_unit_test(a_first_root_that_is_not_whole_asks_for_nothing),
        cmocka_unit_test(a_fresh_replica_asks_in_the_order_of_trust),
        cmocka_unit_test(a_target_is_what_was_signed_or_nothing),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
