/* test_harvest.c: what a URL is; a file behind it, in pieces; and whether it has services. */
#include <stdio.h>
#include <stdlib.h>

#include <waymark/sys/harvest.h>

#include "raw_server.h"
#include "testing.h"

#define CANARY "c4n4ry"

/* ---- addresses ---- */

static void addresses_are_taken_apart(void **state)
{
    static const struct {
        const char *url;
        wm_harvest_kind kind;
        const char *server;
        const char *path;
        const char *query;
        const char *name;
    } rows[] = {
        { "https://a.example", WM_HARVEST_API, "https://a.example/", "", "", "a.example" },
        { "https://a.example/", WM_HARVEST_API, "https://a.example/", "", "", "a.example" },
        { "https://a.example/services", WM_HARVEST_API, "https://a.example/", "", "", "a.example" },
        { "https://a.example/services/", WM_HARVEST_API, "https://a.example/", "", "",
          "a.example" },
        { "https://a.example:8443/o/v3/services?k=v&x", WM_HARVEST_API, "https://a.example:8443/",
          "o/v3", "k=v&x", "a.example:8443/o/v3" },
        { "https://a.example/o/v3/", WM_HARVEST_API, "https://a.example/", "o/v3", "",
          "a.example/o/v3" },
        { "https://a.example/o/v3", WM_HARVEST_UNKNOWN, "https://a.example/", "o/v3", "",
          "a.example/o/v3" },
        { "https://a.example/myservices", WM_HARVEST_UNKNOWN, "https://a.example/", "myservices",
          "", "a.example/myservices" },
        { "https://a.example/services/7", WM_HARVEST_UNKNOWN, "https://a.example/", "services/7",
          "", "a.example/services/7" },
        { "https://a.example?k=%2fv", WM_HARVEST_API, "https://a.example/", "", "k=%2Fv",
          "a.example" },
        { "https://a.example/b/c%2f+d.json", WM_HARVEST_FILE, "https://a.example/",
          "b/c%2F%2Bd.json", "", "a.example/b/c%2F%2Bd.json" },
        { "https://a.example/x.ndjson?page=1", WM_HARVEST_FILE, "https://a.example/", "x.ndjson",
          "page=1", "a.example/x.ndjson" },
        { "https://a.example/x.jsonl", WM_HARVEST_FILE, "https://a.example/", "x.jsonl", "",
          "a.example/x.jsonl" },
        { "https://a.example/services?format=ndjson", WM_HARVEST_FILE, "https://a.example/",
          "services", "format=ndjson", "a.example/services" },
        { "http://[::1]:80/a b?c[]=\"d\"", WM_HARVEST_UNKNOWN, "http://[::1]:80/", "a%20b",
          "c%5B%5D=%22d%22", "[::1]:80/a%20b" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wm_harvest_address address;
        wm_error err = { 0 };
        assert_ok(wm_harvest_address_read(rows[i].url, &address, &err), &err);
        assert_int_equal(address.kind, rows[i].kind);
        assert_string_equal(address.server, rows[i].server);
        assert_string_equal(address.path, rows[i].path);
        assert_string_equal(address.query, rows[i].query);
        assert_string_equal(address.name, rows[i].name);
    }
}

static void what_cannot_be_asked_for_is_refused(void **state)
{
    static const char *const rows[][2] = {
        { "", "an https address" },
        { "ftp://a.example/x", "an https address" },
        { "https://", "an https address" },
        { "https:///x", "an https address" },
        { "a.example/services", "an https address" },
        { "https://me:" CANARY "@a.example/", "without a user" },
        { "https://a.example/services#" CANARY, "without a fragment" },
        { "https://a.example/services?page=2&key=" CANARY, "without a page" },
        { "https://a.example/services?key=" CANARY "&page", "without a page" },
        { "https://a\x1b[2J.example/", "a host of letters" },
        { "https://\xd0\xb1.example/", "a host of letters" },
    };
    char longest[2048];
    wm_harvest_address address;
    wm_error err = { 0 };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(wm_harvest_address_read(rows[i][0], &address, &err), WM_BAD_ARGUMENT);
        assert_contains(err.text, rows[i][1]);
        assert_null(strstr(err.text, CANARY));
    }
    memset(longest, 'a', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    static const char *const starts[] = { "https://", "https://a/", "https://a/?" };
    for (size_t i = 0; i < 3; i++) {
        memcpy(longest, starts[i], strlen(starts[i]));
        assert_int_equal(wm_harvest_address_read(longest, &address, &err), WM_BAD_ARGUMENT);
        assert_contains(err.text, "a shorter address");
    }
}

/* ---- a file ---- */

static char folder[256];
static char server_address[64];
static pid_t server;

static int setup(void **state)
{
    char log_path[300];
    (void)state;
    wm_test_folder(folder);
    (void)snprintf(log_path, sizeof log_path, "%s/log", folder);
    server = wm_raw_server_start(log_path, NULL, server_address);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    wm_raw_server_stop(server);
    wm_test_folder_remove(folder);
    return 0;
}

typedef struct kept {
    char bytes[64];
    unsigned pieces;
    bool full;
} kept;

static wm_status put(void *context, uint64_t at, const void *bytes, size_t length, wm_error *err)
{
    kept *k = context;
    if (k->full) {
        return wm_fail(err, WM_FULL, "no room");
    }
    assert_true(at + length <= sizeof k->bytes);
    memcpy(k->bytes + at, bytes, length);
    k->pieces++;
    return WM_OK;
}

static bool no_pause(void *context, uint64_t milliseconds)
{
    (void)context;
    (void)milliseconds;
    return true;
}

static wm_status fetch(const char *how, wm_harvest_kind kind, kept *k, uint64_t *bytes,
                       wm_error *err)
{
    char url[128];
    wm_harvest_address address;
    wm_transport *transport = NULL;
    wm_harvest_options options = { .pause = no_pause };
    wm_want_sink sink = { put, k };
    (void)snprintf(url, sizeof url, "%s/%s?key=" CANARY, server_address, how);
    assert_ok(wm_harvest_address_read(url, &address, err), err);
    assert_ok(wm_transport_http_open(wm_env_system(), address.server, NULL, &transport, err), err);
    address.kind = kind;
    wm_status status =
        wm_harvest_file(wm_env_system(), transport, &address, &options, &sink, bytes, err);
    wm_transport_close(transport);
    assert_null(strstr(err->text, CANARY));
    return status;
}

static void a_file_comes_in_pieces(void **state)
{
    static const char *const good[] = { "fine", "tagged", "unsaid" };
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        kept k = { .pieces = 0 };
        uint64_t bytes = 0;
        wm_error err = { 0 };
        assert_ok(fetch(good[i], WM_HARVEST_FILE, &k, &bytes, &err), &err);
        assert_int_equal(bytes, 10);
        assert_memory_equal(k.bytes, WM_RAW_FILE, 10);
        assert_int_equal(k.pieces > 1, i == 1); /* it goes on where it was cut */
    }
}

static void a_file_that_cannot_be_had_is_an_error(void **state)
{
    static const struct {
        const char *how;
        wm_harvest_kind kind;
        wm_status status;
        const char *text;
    } rows[] = {
        { "cut", WM_HARVEST_FILE, WM_NETWORK, "/cut: the connection was cut" }, /* no etag */
        { "s404", WM_HARVEST_FILE, WM_NOT_FOUND, "/s404: expected services, found nothing" },
        { "s403", WM_HARVEST_FILE, WM_REFUSED, "access refused" },
        { "s500", WM_HARVEST_FILE, WM_NETWORK, "answers 500" },
        { "s500", WM_HARVEST_UNKNOWN, WM_NOT_FOUND, "" },
        { "s403", WM_HARVEST_UNKNOWN, WM_NOT_FOUND, "" },
        { "cut", WM_HARVEST_UNKNOWN, WM_NETWORK, "" },
        { "huge", WM_HARVEST_FILE, WM_TOO_LARGE, "expected at most" },
        { "gzip", WM_HARVEST_FILE, WM_NETWORK, "encoded" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        kept k = { .pieces = 0 };
        uint64_t bytes = 0;
        wm_error err = { 0 };
        wm_status status = fetch(rows[i].how, rows[i].kind, &k, &bytes, &err);
        assert_string_equal(wm_status_text(status), wm_status_text(rows[i].status));
        assert_contains(err.text, rows[i].text);
    }
    kept full = { .full = true };
    uint64_t bytes = 0;
    wm_error err = { 0 };
    assert_int_equal(fetch("fine", WM_HARVEST_FILE, &full, &bytes, &err), WM_FULL);
    assert_contains(err.text, "no room");
}

/* ---- services ---- */

typedef struct text_source {
    const char *text;
    size_t at;
} text_source;

static wm_status read_text(void *context, void *buffer, size_t capacity, size_t *length_out,
                           wm_error *err)
{
    text_source *source = context;
    size_t left = strlen(source->text) - source->at;
    (void)err;
    *length_out = left < capacity ? left : capacity;
    memcpy(buffer, source->text + source->at, *length_out);
    source->at += *length_out;
    return WM_OK;
}

static void what_has_services_is_a_file(void **state)
{
    static const struct {
        const char *text;
        bool has;
    } rows[] = {
        { "{\"id\":\"a\"}", true },
        { "{\"id\":\"a\"}\n{\"id\":\"b\"}\n", true },
        { "[{\"id\":\"a\",\"x\":0.5}]", true },
        { "{\"total_items\":1,\"contents\":[{\"id\":\"a\"}]}", true },
        { "{\"total_items\":0,\"contents\":[]}", true },
        { "", false },
        { "[]", false },
        { "{}", false },
        { "{\"version\":\"HSDS-UK-3.0\",\"openapi_url\":\"https://a.example\"}", false },
        { "<!DOCTYPE html>\n<html>\n</html>\n", false },
        { "<!DOCTYPE html>\n{\n</html>\n", false },
        { "{\"id\":", false },
        { "\x1b[2J", false },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        text_source text = { rows[i].text, 0 };
        wm_byte_source source = { read_text, &text };
        wm_error err = { 0 };
        bool has = !rows[i].has;
        assert_ok(wm_harvest_has_services(wm_env_system(), &source, &has, &err), &err);
        assert_int_equal(has, rows[i].has);
        assert_string_equal(err.text, "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_taken_apart),
        cmocka_unit_test(what_cannot_be_asked_for_is_refused),
        cmocka_unit_test(a_file_comes_in_pieces),
        cmocka_unit_test(a_file_that_cannot_be_had_is_an_error),
        cmocka_unit_test(what_has_services_is_a_file),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
