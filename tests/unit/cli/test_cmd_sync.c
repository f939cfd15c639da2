/* test_cmd_sync.c: what `sync` says, and with which exit code, of a feed that it cannot follow. */
#include "command.h"
#include "fault_vfs.h"
#include "feed_attack.h"

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"

static wm_forge forge;

static void how_it_ends_says_what_was_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *steps;
        wm_exit code;
        const char *said;
    } rows[] = {
        { "set timestamp spec_version '2.0.0'", WM_EXIT_INPUT,
          "timestamp.json: spec_version: expected \"1.N\" or \"1.N.N\", found \"2.0.0\": this "
          "program is too old for it" },
        { "set p.P spec_version '3.1'", WM_EXIT_INPUT, "this program is too old for it" },
        { "set p.P spec_version '1'", WM_EXIT_INPUT, "spec_version: expected" },
        { "set p.P targets|p/P/0-1.pack|hashes|sha512 '" ZEROS ZEROS "'", WM_EXIT_TRUST,
          "p/P/0-1.pack: its SHA-512 is not the signed one" },
        { "set p.P targets|p/P/0-1.pack|hashes {'sha512':'" ZEROS ZEROS "'}", WM_EXIT_INPUT,
          "p/P/0-1.pack: expected a sha256" },
        { "set targets targets|localities.json|hashes|sha512 '" ZEROS ZEROS "'", WM_EXIT_TRUST,
          "localities.json: its SHA-512 is not the signed one" },
        { "touch p.P; set snapshot meta|p.P.json|hashes|sha512 '" ZEROS ZEROS "'", WM_EXIT_TRUST,
          "p.P.json: its SHA-512 is not the signed one" },
        { "remove *0-1.pack", WM_EXIT_NETWORK, "the feed does not have it" },
        { "sign timestamp #9", WM_EXIT_TRUST, "timestamp.json" },
    };
    char said[WM_TEST_SAID_BYTES];
    char root[400];
    char feed[400];
    char path[400];
    (void)snprintf(root, sizeof root, "%s/public/root.json", forge.fixture.keys);
    (void)snprintf(feed, sizeof feed, "%s/served", forge.fixture.folder);
    (void)snprintf(path, sizeof path, "%s/replica.db", forge.fixture.folder);
    wm_fault_vfs_mark();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wm_fault_vfs_rewind();
        const char *const options[] = { "--feed", feed,    "--root",     root, "--subscribe",
                                        "P",      "--now", "2026-01-07", NULL };
        wm_forge_reset(&forge, 1);
        wm_attack_do(&forge, rows[i].steps);
        wm_transport_close(wm_forge_in_folder(&forge));
        wm_exit code = wm_test_command(&cmd_sync, wm_env_system(), path, options, said);
        if (code != rows[i].code || strstr(said, rows[i].said) == NULL) {
            fail_msg("%s: exit %d, %s", rows[i].steps, (int)code, said);
        }
    }
}

int main(void)
{
    wm_fault_vfs_install();
    wm_forge_init(&forge, 100);
    const struct CMUnitTest tests[] = { cmocka_unit_test(how_it_ends_says_what_was_wrong) };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    wm_forge_fini(&forge);
    return failed;
}
