/* test_attack_slow.c: a server that gives a file a byte at a time, or stops in the middle of it: it
 * is given up in the time that was set, whichever file it is, and the replica answers meanwhile.
 * The limits are set as low as can be; the program's own are in transport/http_open.c. */
#include <time.h>

#include "fault_vfs.h"
#include "feed_forge_http.h"

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

static bool no_pause(void *context, uint64_t milliseconds)
{
    unsigned *pauses = context;
    (void)milliseconds;
    (*pauses)++;
    return true;
}

static int64_t now_ms(void)
{
    struct timespec now = { 0, 0 };
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static wm_status drive(wm_store *replica, const wm_http_options *limits, unsigned tries,
                       unsigned *pauses, wm_error *err)
{
    wm_client *client = NULL;
    wm_transport *transport = NULL;
    wm_client_options options = { .now_s = wm_fixture_time(2) };
    wm_sync_driver driver = { .tries = tries, .pause = no_pause, .context = pauses };
    assert_ok(wm_transport_http_open(wm_env_system(), wm_forge_server_address(server), limits,
                                     &transport, err),
              err);
    assert_ok(wm_client_open(replica, &options, &client, err), err);
    wm_status status = wm_sync_drive(client, transport, &driver, NULL, err);
    wm_client_close(client);
    wm_transport_close(transport);
    return status;
}

static wm_forge_file *file_with(const char *part)
{
    for (size_t i = forge.now.count; i > 0; i--) {
        const char *path = forge.now.items[i - 1].path;
        bool others = strstr(path, ".pack") != NULL && strstr(path, "public/targets/p/P/") == NULL;
        if (!others && strstr(path, part) != NULL) {
            return &forge.now.items[i - 1];
        }
    }
    fail_msg("the feed has no %s", part);
    return NULL;
}

static void a_server_that_is_too_slow_is_given_up(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        bool stalls;
        unsigned tries;
        const char *text;
    } rows[] = {
        { "public/timestamp.json", false, 1, "less than 2000 bytes a second came for 1 s" },
        { "public/2.p.P.json", false, 1, "less than 2000 bytes a second came for 1 s" },
        { "1-2.pack", false, 2, "less than 2000 bytes a second came for 1 s" },
        { "public/timestamp.json", true, 1, "nothing came for 1 s" },
        { "1-2.pack", true, 2, "nothing came for 1 s" },
    };
    static const wm_http_options quick = { .speed_min = 2000,
                                           .speed_time_s = 1,
                                           .stall_timeout_s = 60 };
    static const wm_http_options awake = { .speed_min = 1,
                                           .speed_time_s = 600,
                                           .stall_timeout_s = 1 };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wm_error err = { 0 };
        unsigned pauses = 0;
        const wm_http_options *limits = rows[i].stalls ? &awake : &quick;
        wm_forge_reset(&forge, 2);
        wm_forge_file *file = file_with(rows[i].file);
        file->stalls = rows[i].stalls;
        file->drip_ms = rows[i].stalls ? 0 : 25;
        wm_store *replica = wm_forge_open_replica(1);
        int64_t begin = now_ms();
        wm_status status = drive(replica, limits, rows[i].tries, &pauses, &err);
        int64_t took = now_ms() - begin;
        if (status != WM_NETWORK || strstr(err.text, rows[i].text) == NULL ||
            strstr(err.text, rows[i].file) == NULL || took > 5000 * (int64_t)rows[i].tries) {
            fail_msg("row %zu: %s: %s, after %d ms", i, wm_status_text(status), err.text,
                     (int)took);
        }
        assert_int_equal(pauses, rows[i].tries - 1);
        wm_forge_check(&forge, replica, 1);
        file->stalls = false;
        file->drip_ms = 0;
        wm_error_clear(&err);
        assert_ok(drive(replica, limits, 1, &pauses, &err), &err);
        wm_forge_check(&forge, replica, 2);
        wm_store_close(replica);
    }
}

int main(void)
{
    wm_fault_vfs_install();
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_server_that_is_too_slow_is_given_up) };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
