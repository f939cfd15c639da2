/* test_transport.c: the folder, and libcurl against a server on this machine. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <waymark/sys/transport.h>

#include "fault.h"
#include "faulty_transport.h"
#include "testing.h"

static const char ten[] = "0123456789";

static void write_file(const char *folder, const char *name, const char *bytes)
{
    char path[512];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, strlen(bytes), file), strlen(bytes));
    assert_int_equal(fclose(file), 0);
}

static void make_folder(char folder[256])
{
    char path[512];
    wm_test_folder(folder);
    write_file(folder, "ten.txt", ten);
    (void)snprintf(path, sizeof path, "%s/sub", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    write_file(folder, "sub/a.json", "{}");
    write_file(folder, "empty", "");
}

/* A server of the folder, with more arguments; its address in `address`. */
static pid_t start_server(const char *folder, const char *const *more, char address[64])
{
    int ends[2];
    char *argv[16] = { (char *)(uintptr_t) "./httpd", (char *)(uintptr_t)folder,
                       (char *)(uintptr_t) "--seconds", (char *)(uintptr_t) "120" };
    for (size_t i = 0; more != NULL && more[i] != NULL; i++) {
        argv[4 + i] = (char *)(uintptr_t)more[i];
    }
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)dup2(ends[1], STDOUT_FILENO);
        (void)close(ends[0]);
        (void)close(ends[1]);
        (void)execv(argv[0], argv);
        _exit(127);
    }
    (void)close(ends[1]);
    FILE *out = fdopen(ends[0], "r");
    assert_non_null(out);
    char line[32] = "";
    assert_non_null(fgets(line, sizeof line, out));
    (void)fclose(out);
    (void)snprintf(address, 64, "http://127.0.0.1:%ld", strtol(line, NULL, 10));
    return child;
}

static void stop_server(pid_t child)
{
    (void)kill(child, SIGTERM);
    (void)waitpid(child, NULL, 0);
}

static wm_transport *open_feed(const char *feed, const wm_http_options *options)
{
    wm_transport *transport = NULL;
    wm_error err = { 0 };
    assert_ok(wm_transport_open(wm_env_system(), feed, options, &transport, &err), &err);
    return transport;
}

static wm_status fetch_one(wm_transport *transport, wm_want want, wm_fetched *result)
{
    wm_error err = { 0 };
    assert_ok(wm_transport_fetch(transport, &want, result, 1, &err), &err);
    return result->status;
}

static void gives(wm_transport *transport, wm_want want, const char *bytes, uint64_t offset)
{
    wm_fetched result;
    wm_status status = fetch_one(transport, want, &result);
    assert_ok(status, &result.error);
    assert_string_equal(wm_buf_str(&result.bytes).ptr, bytes);
    assert_int_equal(result.offset, offset);
    wm_fetched_fini(&result, 1);
}

static void refuses(wm_transport *transport, wm_want want, wm_status expected, const char *part)
{
    wm_fetched result;
    assert_int_equal(fetch_one(transport, want, &result), expected);
    assert_contains(result.error.text, part);
    if (expected != WM_NETWORK) {
        assert_int_equal(result.bytes.len, 0);
    }
    wm_fetched_fini(&result, 1);
}

static wm_want want_of(const char *path, uint64_t max_bytes, uint64_t offset)
{
    return (wm_want){ .path = wm_str_of(path), .max_bytes = max_bytes, .offset = offset };
}

static void paths_that_lead_out_of_a_feed_are_refused(void **state)
{
    (void)state;
    static const char *const good[] = { "a", "a/b.json", "1.root.json", "p/E06.x/1-2.pack", ".a" };
    static const char *const bad[] = { "",    "/a",    "a/",   "a//b",    "..",      "a/../b",
                                       ".",   "a/./b", "a\\b", "a b",     "a%2e%2e", "a?b",
                                       "a#b", "...",   "a\nb", "http://x" };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(wm_transport_path_valid(wm_str_of(good[i])));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(wm_transport_path_valid(wm_str_of(bad[i])));
    }
    char longest[WM_TRANSPORT_PATH_BYTES_MAX + 2];
    memset(longest, 'a', sizeof longest);
    assert_true(wm_transport_path_valid((wm_str){ longest, WM_TRANSPORT_PATH_BYTES_MAX }));
    assert_false(wm_transport_path_valid((wm_str){ longest, WM_TRANSPORT_PATH_BYTES_MAX + 1 }));
}

/* What a folder and a server must do alike. */
static void check_feed(wm_transport *transport)
{
    gives(transport, want_of("ten.txt", 10, 0), ten, 0);
    gives(transport, want_of("ten.txt", 1000000000000, 0), ten, 0);
    gives(transport, want_of("ten.txt", 10, 4), "456789", 4);
    gives(transport, want_of("ten.txt", 10, 10), "", 10);
    gives(transport, want_of("ten.txt", 20, 11), ten, 0); /* another file: all of it */
    gives(transport, want_of("sub/a.json", 2, 0), "{}", 0);
    gives(transport, want_of("empty", 0, 0), "", 0);
    refuses(transport, want_of("ten.txt", 9, 0), WM_TOO_LARGE, "ten.txt: expected at most 9 bytes");
    refuses(transport, want_of("ten.txt", 9, 4), WM_TOO_LARGE, "expected at most 9 bytes");
    refuses(transport, want_of("none.txt", 9, 0), WM_NOT_FOUND, "");
    refuses(transport, want_of("ten.txt/x", 9, 0), WM_NOT_FOUND, "");
    refuses(transport, want_of("sub", 9, 0), WM_NOT_FOUND, "");
    refuses(transport, want_of("../x", 9, 0), WM_BAD_ARGUMENT, "not a path of a feed: ../x");
    wm_want wants[3] = { want_of("none", 1, 0), want_of("ten.txt", 10, 0),
                         want_of("sub/a.json", 10, 0) };
    wm_fetched results[3];
    wm_error err = { 0 };
    assert_ok(wm_transport_fetch(transport, wants, results, 3, &err), &err);
    assert_int_equal(results[0].status, WM_NOT_FOUND);
    assert_string_equal(results[1].bytes.data, ten);
    assert_string_equal(results[2].bytes.data, "{}");
    wm_fetched_fini(results, 3);
    assert_ok(wm_transport_fetch(transport, wants, results, 0, &err), &err);
}

static void a_folder_is_a_feed(void **state)
{
    (void)state;
    char folder[256];
    char link[512];
    make_folder(folder);
    (void)snprintf(link, sizeof link, "%s/link", folder);
    assert_int_equal(symlink("/etc/passwd", link), 0);
    wm_transport *transport = open_feed(folder, NULL);
    check_feed(transport);
    refuses(transport, want_of("link", 100000, 0), WM_NETWORK, "link: is a symbolic link");
    wm_transport_close(transport);
    wm_error err = { 0 };
    assert_int_equal(wm_transport_open(wm_env_system(), link, NULL, &transport, &err), WM_IO);
    assert_contains(err.text, "expected a folder with a feed");
    wm_test_folder_remove(folder);
}

static void a_server_is_a_feed(void **state)
{
    (void)state;
    char folder[256];
    char address[64];
    make_folder(folder);
    pid_t server = start_server(folder, NULL, address);
    wm_transport *transport = open_feed(address, NULL);
    check_feed(transport);
    wm_transport_close(transport);
    stop_server(server);
    transport = open_feed(address, NULL);
    refuses(transport, want_of("ten.txt", 20, 0), WM_NETWORK, "ten.txt: no connection");
    wm_transport_close(transport);
    wm_test_folder_remove(folder);
}

static void an_etag_says_that_nothing_is_new(void **state)
{
    (void)state;
    char folder[256];
    char address[64];
    make_folder(folder);
    pid_t server = start_server(folder, NULL, address);
    wm_transport *transport = open_feed(address, NULL);
    wm_fetched first;
    wm_want want = want_of("ten.txt", 100, 0);
    assert_int_equal(fetch_one(transport, want, &first), WM_OK);
    assert_true(first.etag[0] == '"');
    want.etag = wm_str_of(first.etag);
    refuses(transport, want, WM_UNCHANGED, "");
    want.offset = 3;
    gives(transport, want, "3456789", 3);
    write_file(folder, "ten.txt", "another one");
    gives(transport, want, "another one", 0); /* the part that we have is of an old file */
    want.offset = 0;
    gives(transport, want, "another one", 0);
    wm_fetched_fini(&first, 1);
    wm_transport_close(transport);
    stop_server(server);
    wm_test_folder_remove(folder);
}

static void a_server_without_ranges_gives_the_whole_file(void **state)
{
    (void)state;
    char folder[256];
    char address[64];
    make_folder(folder);
    static const char *const more[] = { "--no-range", NULL };
    pid_t server = start_server(folder, more, address);
    wm_transport *transport = open_feed(address, NULL);
    gives(transport, want_of("ten.txt", 10, 4), ten, 0);
    wm_transport_close(transport);
    stop_server(server);
    wm_test_folder_remove(folder);
}

static void a_redirect_stays_on_its_server(void **state)
{
    (void)state;
    char folder[256];
    char address[64];
    char other[64];
    char same[96];
    make_folder(folder);
    pid_t target = start_server(folder, NULL, other);
    (void)snprintf(same, sizeof same, "%s/", other);
    const char *away[] = { "--redirect", "/old/", same, NULL };
    pid_t server = start_server(folder, away, address);
    wm_transport *transport = open_feed(address, NULL);
    refuses(transport, want_of("old/ten.txt", 10, 0), WM_NETWORK, "redirected to another server");
    wm_transport_close(transport);
    stop_server(server);
    stop_server(target);

    char *colon = strrchr(address, ':'); /* the same port again, as it was just given up */
    (void)snprintf(same, sizeof same, "%s/sub/", address);
    const char *here[] = { "--redirect", "/old/", same, "--port", colon + 1, NULL };
    server = start_server(folder, here, address);
    transport = open_feed(address, NULL);
    gives(transport, want_of("old/a.json", 10, 0), "{}", 0);
    wm_transport_close(transport);
    stop_server(server);

    (void)snprintf(same, sizeof same, "%s/old/", address);
    server = start_server(folder, here, address);
    transport = open_feed(address, NULL);
    refuses(transport, want_of("old/a.json", 10, 0), WM_NETWORK, "redirected too often");
    wm_transport_close(transport);
    stop_server(server);
    wm_test_folder_remove(folder);
}

static void a_stalled_server_is_given_up(void **state)
{
    (void)state;
    char folder[256];
    char address[64];
    make_folder(folder);
    static const char *const more[] = { "--stall", "/slow/", NULL };
    pid_t server = start_server(folder, more, address);
    wm_http_options options = { .stall_timeout_s = 1 };
    wm_transport *transport = open_feed(address, &options);
    refuses(transport, want_of("slow/x", 1000000, 0), WM_NETWORK, "slow/x: nothing came for 1 s");
    wm_transport_close(transport);
    stop_server(server);
    wm_test_folder_remove(folder);
}

static void a_token_opens_the_door_and_is_never_told(void **state)
{
    (void)state;
    char folder[256];
    char address[64];
    char token_file[300];
    make_folder(folder);
    write_file(folder, "token", "s3cret-token\n");
    (void)snprintf(token_file, sizeof token_file, "%s/token", folder);
    static const char *const more[] = { "--token", "s3cret-token", NULL };
    pid_t server = start_server(folder, more, address);
    wm_transport *transport = open_feed(address, NULL);
    refuses(transport, want_of("ten.txt", 10, 0), WM_REFUSED,
            "ten.txt: access refused (the server answers 401, and was shown no token");
    wm_transport_close(transport);
    wm_http_options options = { .token_file = token_file };
    transport = open_feed(address, &options);
    gives(transport, want_of("ten.txt", 10, 0), ten, 0);
    wm_transport_close(transport);
    /* nor does a proxy get to see it, whatever the environment says */
    (void)setenv("http_proxy", "http://127.0.0.1:9", 1);
    (void)unsetenv("no_proxy");
    transport = open_feed(address, &options);
    gives(transport, want_of("ten.txt", 10, 0), ten, 0);
    wm_transport_close(transport);
    (void)unsetenv("http_proxy");
    (void)setenv("no_proxy", "*", 1);

    wm_error err = { 0 };
    assert_int_equal(
        wm_transport_open(wm_env_system(), "http://feeds.example/x", &options, &transport, &err),
        WM_BAD_ARGUMENT);
    assert_contains(err.text, "needs https");
    write_file(folder, "token", "s3cret two\nlines");
    assert_int_equal(wm_transport_open(wm_env_system(), address, &options, &transport, &err),
                     WM_BAD_INPUT);
    assert_null(strstr(err.text, "s3cret"));
    stop_server(server);
    wm_test_folder_remove(folder);
}

static void addresses_with_more_than_host_and_path_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = { "ftp://x.example/",      "file:///etc",
                                       "https://u:p@x.example", "https://x.example/?q",
                                       "https://x.example/#f",  "https://" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        wm_transport *transport = NULL;
        wm_error err = { 0 };
        assert_int_equal(wm_transport_open(wm_env_system(), bad[i], NULL, &transport, &err),
                         WM_BAD_ARGUMENT);
        assert_contains(err.text, "feed: expected an");
        assert_null(transport);
    }
}

static void the_fixture_refuses_what_is_not_in_its_folder(void **state)
{
    (void)state;
    char folder[256];
    char address[64];
    char command[512];
    make_folder(folder);
    pid_t server = start_server(folder, NULL, address);
    /* Another client would send such paths: the feed's own never does. */
    (void)snprintf(command, sizeof command,
                   "command -v curl >/dev/null || exit 0; test \"$(curl -s -o /dev/null -w "
                   "'%%{http_code}' --path-as-is %s/../../../etc/passwd)\" = 404",
                   address);
    assert_int_equal(system(command), 0);
    stop_server(server);
    wm_test_folder_remove(folder);
}

static void the_faulty_transport_does_what_it_is_told(void **state)
{
    (void)state;
    char folder[256];
    make_folder(folder);
    wm_transport *transport = wm_faulty_transport_new(open_feed(folder, NULL));
    wm_faulty_transport_arm(transport, WM_TRANSPORT_TRUNCATES, 1, 0);
    gives(transport, want_of("ten.txt", 10, 0), ten, 0);
    wm_fetched result;
    assert_int_equal(fetch_one(transport, want_of("ten.txt", 10, 0), &result), WM_OK);
    assert_int_equal(result.bytes.len, 5);
    wm_fetched_fini(&result, 1);
    gives(transport, want_of("ten.txt", 10, 0), ten, 0);
    assert_int_equal(wm_faulty_transport_count(transport), 3);
    assert_true(wm_faulty_transport_fired(transport));
    wm_faulty_transport_arm(transport, WM_TRANSPORT_FAILS, 0, 1);
    refuses(transport, want_of("ten.txt", 10, 0), WM_NETWORK, "went dead");
    refuses(transport, want_of("ten.txt", 10, 0), WM_NETWORK, "went dead");
    wm_transport_close(transport);
    wm_test_folder_remove(folder);
}

static void fetch_under_fault(const wm_env *env, const char *folder, wm_status *status_out)
{
    wm_transport *transport = NULL;
    wm_error err = { 0 };
    *status_out = wm_transport_folder_open(env, folder, &transport, &err);
    if (*status_out != WM_OK) {
        return;
    }
    wm_want want = want_of("ten.txt", 10, 0);
    wm_fetched result;
    *status_out = wm_transport_fetch(transport, &want, &result, 1, &err);
    if (*status_out == WM_OK) {
        *status_out = result.status;
    }
    wm_fetched_fini(&result, 1);
    wm_transport_close(transport);
}

static void every_failed_allocation_is_reported_and_leaks_nothing(void **state)
{
    (void)state;
    char folder[256];
    make_folder(folder);
    wm_fault_env fault;
    wm_fault_env_init(&fault);
    wm_status status = WM_OK;
    FAULT_SWEEP(fetch_under_fault(&fault.env, folder, &status), {
        assert_int_equal(status, wm_fired_ ? WM_NO_MEMORY : WM_OK);
        assert_int_equal(wm_fault_live_blocks(), 0);
    });
    wm_test_folder_remove(folder);
}

int main(void)
{
    (void)setenv("no_proxy", "*", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_that_lead_out_of_a_feed_are_refused),
        cmocka_unit_test(a_folder_is_a_feed),
        cmocka_unit_test(a_server_is_a_feed),
        cmocka_unit_test(an_etag_says_that_nothing_is_new),
        cmocka_unit_test(a_server_without_ranges_gives_the_whole_file),
        cmocka_unit_test(a_redirect_stays_on_its_server),
        cmocka_unit_test(a_stalled_server_is_given_up),
        cmocka_unit_test(a_token_opens_the_door_and_is_never_told),
        cmocka_unit_test(addresses_with_more_than_host_and_path_are_refused),
        cmocka_unit_test(the_fixture_refuses_what_is_not_in_its_folder),
        cmocka_unit_test(the_faulty_transport_does_what_it_is_told),
        cmocka_unit_test(every_failed_allocation_is_reported_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
