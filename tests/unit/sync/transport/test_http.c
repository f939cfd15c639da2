/* test_http.c: servers that break off, lie, are slow, ask to go elsewhere, or are full of
 * themselves. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <waymark/sys/transport.h>

#include "raw_server.h"
#include "testing.h"

#define CANARY "c4n4ry-t0ken"

static char folder[256];
static char address[64];
static char log_path[300];
static pid_t server;

static const char *const redirects[] = {
    /* on the same server */
    "http://HERE/fine", "fine", "/deep/fine", "HTTP://HERE/fine",
    /* elsewhere */
    "http://127.0.0.1:1/fine", "http://127.0.0.2/fine", "https://HERE/fine",
    "http://feeds.example/fine", "file:///etc/passwd", "//feeds.example/fine",
    "http://me:" CANARY "@HERE/fine", "gopher://HERE/fine", "", NULL
};

#define REDIRECTS_SAME 4
#define REDIRECTS_ALL 13

static int setup(void **state)
{
    (void)state;
    wm_test_folder(folder);
    (void)snprintf(log_path, sizeof log_path, "%s/log", folder);
    server = wm_raw_server_start(log_path, redirects, address);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    wm_raw_server_stop(server);
    wm_test_folder_remove(folder);
    return 0;
}

static wm_transport *open_feed(const wm_http_options *options)
{
    wm_transport *transport = NULL;
    wm_error err = { 0 };
    assert_ok(wm_transport_http_open(wm_env_system(), address, options, &transport, &err), &err);
    return transport;
}

static wm_want want_of(const char *path, uint64_t offset)
{
    return (wm_want){ .path = wm_str_of(path), .max_bytes = 10, .offset = offset };
}

static wm_fetched fetch(wm_transport *transport, wm_want want)
{
    wm_fetched result;
    wm_error err = { 0 };
    assert_ok(wm_transport_fetch(transport, &want, &result, 1, &err), &err);
    return result;
}

static void gives(const char *path, uint64_t offset, const char *bytes, uint64_t from)
{
    wm_transport *transport = open_feed(NULL);
    wm_fetched result = fetch(transport, want_of(path, offset));
    assert_ok(result.status, &result.error);
    assert_string_equal(wm_buf_str(&result.bytes).ptr, bytes);
    assert_int_equal(result.offset, from);
    wm_fetched_fini(&result, 1);
    wm_transport_close(transport);
}

typedef enum chance { FINAL, MAY_PASS } chance;

static void breaks(const char *path, uint64_t offset, chance expected, const char *part)
{
    wm_transport *transport = open_feed(NULL);
    wm_fetched result = fetch(transport, want_of(path, offset));
    if (result.status != WM_NETWORK) {
        fail_msg("%s: %s: %s", path, wm_status_text(result.status), result.error.text);
    }
    assert_contains(result.error.text, part);
    assert_contains(result.error.text, "127.0.0.1");
    assert_int_equal(result.may_pass, expected == MAY_PASS);
    wm_fetched_fini(&result, 1);
    wm_transport_close(transport);
}

static void answers(const char *path, wm_status status, const char *part)
{
    wm_transport *transport = open_feed(NULL);
    wm_fetched result = fetch(transport, want_of(path, 0));
    assert_int_equal(result.status, status);
    assert_contains(result.error.text, part);
    assert_int_equal(result.bytes.len, 0);
    wm_fetched_fini(&result, 1);
    wm_transport_close(transport);
}

static void what_was_cut_goes_on_where_it_was(void **state)
{
    (void)state;
    wm_transport *transport = open_feed(NULL);
    char have[16] = "";
    char etag[WM_TRANSPORT_ETAG_BYTES_MAX] = "";
    unsigned tries = 0;
    for (; strlen(have) < 10; tries++) {
        wm_want want = want_of("tagged", strlen(have));
        want.etag = wm_str_of(etag);
        wm_fetched result = fetch(transport, want);
        assert_int_equal(result.offset, strlen(have));
        assert_true(result.status == WM_OK || result.may_pass);
        assert_string_equal(result.etag, "\"one\"");
        (void)snprintf(have + strlen(have), sizeof have - strlen(have), "%s", result.bytes.data);
        memcpy(etag, result.etag, sizeof etag);
        wm_fetched_fini(&result, 1);
    }
    assert_string_equal(have, WM_RAW_FILE);
    assert_int_equal(tries, 3);
    wm_transport_close(transport);
}

static void a_part_of_another_file_is_given_up(void **state)
{
    (void)state;
    wm_transport *transport = open_feed(NULL);
    wm_want want = want_of("tagged", 4);
    want.etag = WM_STR("\"two\"");
    wm_fetched result = fetch(transport, want);
    assert_int_equal(result.status, WM_NETWORK); /* it cuts, too */
    assert_int_equal(result.offset, 0);
    assert_string_equal(result.bytes.data, "0123");
    wm_fetched_fini(&result, 1);
    /* a weak etag is of no use for this, and is not sent */
    want.etag = WM_STR("W/\"one\"");
    want.path = WM_STR("fine");
    result = fetch(transport, want);
    assert_ok(result.status, &result.error);
    assert_int_equal(result.offset, 4);
    wm_fetched_fini(&result, 1);
    wm_transport_close(transport);
}

static void a_wrong_part_is_fetched_whole(void **state)
{
    (void)state;
    gives("fine", 4, "456789", 4);
    gives("wrongpart", 4, WM_RAW_FILE, 0);
    gives("wrongtotal", 4, WM_RAW_FILE, 0);
    gives("nopart", 4, WM_RAW_FILE, 0);
    breaks("unasked", 0, FINAL, "which was not asked for");
    breaks("s416", 0, FINAL, "416");
    breaks("s304", 0, FINAL, "unchanged since never");
}

static void read_log(char *to, size_t size)
{
    FILE *file = fopen(log_path, "rb");
    assert_non_null(file);
    size_t length = fread(to, 1, size - 1, file);
    to[length] = '\0';
    (void)fclose(file);
}

/* It may come from a replica's file that somebody has edited. */
static void an_etag_cannot_bring_a_header_along(void **state)
{
    (void)state;
    static const char *const etags[] = { "\"one\"\r\nX-Evil: 1", "\"one\"\nX-Evil: 1",
                                         "\"one\" X-Evil", "\"\x01X-Evil\"" };
    static char log[65536];
    wm_transport *transport = open_feed(NULL);
    for (size_t i = 0; i < sizeof etags / sizeof etags[0]; i++) {
        for (uint64_t offset = 0; offset < 8; offset += 4) {
            wm_want want = want_of("tagged", offset);
            want.etag = wm_str_of(etags[i]);
            wm_fetched result = fetch(transport, want);
            wm_fetched_fini(&result, 1);
        }
    }
    wm_want honest = want_of("tagged", 0);
    honest.etag = WM_STR("\"two\"");
    wm_fetched result = fetch(transport, honest);
    wm_fetched_fini(&result, 1);
    wm_transport_close(transport);
    read_log(log, sizeof log);
    assert_null(strstr(log, "X-Evil"));
    assert_contains(log, "If-None-Match: \"two\"\r\n"); /* else this tests nothing */
}

/* ---- what other people's feeds need ---- */

static void a_query_goes_to_the_server_and_into_no_text(void **state)
{
    (void)state;
    static const char *const paths[] = { "fine", "s404", "s500", "s403", "gzip", "huge", "to6" };
    static char log[65536];
    wm_transport *transport = open_feed(NULL);
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        wm_want want = want_of(paths[i], 0);
        want.query = WM_STR("page=2&key=" CANARY "%20x");
        wm_fetched result = fetch(transport, want);
        assert_null(strstr(result.error.text, CANARY));
        assert_int_equal(result.status == WM_OK, i == 0);
        assert_int_equal(result.answer, i == 2 ? 500 : i == 3 ? 403 : 0);
        wm_fetched_fini(&result, 1);
    }
    wm_transport_close(transport);
    read_log(log, sizeof log);
    assert_contains(log, "GET /fine?page=2&key=" CANARY "%20x HTTP/1.1\r\n");
}

static void a_query_that_could_be_more_is_refused(void **state)
{
    (void)state;
    static const char *const queries[] = { "a b", "a#b",      "a\r\nX-Evil: 1", "a\x7f", "%",  "%2",
                                           "%2g", "\xd0\xb1", "a\"b",           "a\\b",  "a^b" };
    char longest[WM_TRANSPORT_QUERY_BYTES_MAX + 2];
    wm_transport *transport = open_feed(NULL);
    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
        wm_want want = want_of("fine", 0);
        want.query = wm_str_of(queries[i]);
        assert_false(wm_transport_query_valid(want.query));
        wm_fetched result = fetch(transport, want);
        assert_int_equal(result.status, WM_BAD_ARGUMENT);
        assert_string_equal(result.error.text, "fine: not a query of an address");
        wm_fetched_fini(&result, 1);
    }
    wm_transport_close(transport);
    memset(longest, 'a', sizeof longest);
    assert_true(wm_transport_query_valid((wm_str){ longest, WM_TRANSPORT_QUERY_BYTES_MAX }));
    assert_false(wm_transport_query_valid((wm_str){ longest, WM_TRANSPORT_QUERY_BYTES_MAX + 1 }));
    assert_true(wm_transport_query_valid(WM_STR("")));
}

typedef struct drain {
    char bytes[32];
    uint64_t end;
    bool is_full;
} drain;

static wm_status take_bytes(void *context, uint64_t at, const void *bytes, size_t length,
                            wm_error *err)
{
    drain *d = context;
    if (d->is_full) {
        return wm_fail(err, WM_FULL, "the drain is full");
    }
    assert_true(at + length <= sizeof d->bytes);
    memcpy(d->bytes + at, bytes, length);
    d->end = at + length;
    return WM_OK;
}

static void a_sink_takes_the_bytes(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        uint64_t offset;
        wm_status status;
        uint64_t end;
    } rows[] = {
        { "fine", 0, WM_OK, 10 },       { "fine", 4, WM_OK, 10 },
        { "unsaid", 4, WM_OK, 10 }, /* from the start */
        { "nopart", 4, WM_OK, 10 },     { "cut", 0, WM_NETWORK, 4 },
        { "cut", 4, WM_NETWORK, 8 },    { "gzip", 0, WM_NETWORK, 0 },
        { "huge", 0, WM_TOO_LARGE, 0 }, { "endless", 0, WM_TOO_LARGE, 10 },
    };
    wm_transport *transport = open_feed(NULL);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        drain d = { .end = 0 };
        wm_want_sink sink = { take_bytes, &d };
        wm_want want = want_of(rows[i].path, rows[i].offset);
        want.sink = &sink;
        memcpy(d.bytes, WM_RAW_FILE, (size_t)rows[i].offset);
        wm_fetched result = fetch(transport, want);
        assert_string_equal(wm_status_text(result.status), wm_status_text(rows[i].status));
        assert_int_equal(result.bytes.len, 0);
        assert_int_equal(d.end, rows[i].end);
        assert_memory_equal(d.bytes, WM_RAW_FILE, (size_t)rows[i].end);
        wm_fetched_fini(&result, 1);
    }
    drain full = { .is_full = true };
    wm_want_sink sink = { take_bytes, &full };
    wm_want want = want_of("fine", 0);
    want.sink = &sink;
    wm_fetched result = fetch(transport, want);
    assert_int_equal(result.status, WM_FULL);
    assert_contains(result.error.text, "the drain is full");
    wm_fetched_fini(&result, 1);
    wm_transport_close(transport);
}

static void lengths_are_not_believed(void **state)
{
    (void)state;
    gives("unsaid", 0, WM_RAW_FILE, 0);
    gives("long", 0, "01234", 0);
    answers("huge", WM_TOO_LARGE, "expected at most 10 bytes");
    answers("endless", WM_TOO_LARGE, "expected at most 10 bytes");
    wm_transport *transport = open_feed(NULL);
    wm_want want = want_of("short", 0);
    want.max_bytes = 20;
    wm_fetched result = fetch(transport, want);
    assert_int_equal(result.status, WM_NETWORK);
    assert_true(result.may_pass);
    assert_contains(result.error.text, "the connection was cut");
    assert_string_equal(result.bytes.data, WM_RAW_FILE);
    wm_fetched_fini(&result, 1);
    wm_transport_close(transport);
}

static void what_nobody_asked_for_is_refused(void **state)
{
    (void)state;
    breaks("gzip", 0, FINAL, "encoded");
    breaks("codedgzip", 0, FINAL, "encoded");
    breaks("headers", 0, FINAL, "headers are too long");
    breaks("hellos", 0, FINAL, "headers are too long");
    breaks("nothing", 0, MAY_PASS, "the connection was cut");
    breaks("old", 0, FINAL, "127.0.0.1");
}

static int64_t seconds(void)
{
    struct timespec now = { 0, 0 };
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

static void who_drips_is_given_up(void **state)
{
    (void)state;
    static const char *const paths[] = { "drip", "dripheaders" };
    wm_http_options options = { .speed_min = 500, .speed_time_s = 1, .stall_timeout_s = 60 };
    for (size_t i = 0; i < 2; i++) {
        wm_transport *transport = open_feed(&options);
        wm_want want = want_of(paths[i], 0);
        want.max_bytes = 1000000;
        int64_t start = seconds();
        wm_fetched result = fetch(transport, want);
        assert_int_equal(result.status, WM_NETWORK);
        assert_true(result.may_pass);
        assert_contains(result.error.text, "less than 500 bytes a second");
        assert_true(seconds() - start < 10);
        wm_fetched_fini(&result, 1);
        wm_transport_close(transport);
    }
}

static void statuses_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        chance chance;
        unsigned retry_after_s;
    } cases[] = {
        { "s400", FINAL, 0 },      { "s402", FINAL, 0 },      { "s500", MAY_PASS, 0 },
        { "s501", FINAL, 0 },      { "s502", MAY_PASS, 0 },   { "s503", MAY_PASS, 0 },
        { "s503-7", MAY_PASS, 7 }, { "s429-3", MAY_PASS, 3 }, { "s500-99999999", MAY_PASS, 86400 },
        { "s400-7", FINAL, 0 },    { "s300", FINAL, 0 },
    };
    wm_transport *transport = open_feed(NULL);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        wm_fetched result = fetch(transport, want_of(cases[i].path, 0));
        assert_int_equal(result.status, WM_NETWORK);
        assert_contains(result.error.text, "the server answers");
        assert_int_equal(result.may_pass, cases[i].chance == MAY_PASS);
        assert_int_equal(result.retry_after_s, cases[i].retry_after_s);
        assert_int_equal(result.bytes.len, 0);
        wm_fetched_fini(&result, 1);
    }
    wm_transport_close(transport);
    answers("s404", WM_NOT_FOUND, "");
    answers("s410", WM_NOT_FOUND, "");
    answers("s401", WM_REFUSED, "access refused");
    answers("s403", WM_REFUSED, "access refused");
}

/* What the other side says of itself will be the same the next time. */
static void a_handshake_is_tried_again_only_if_it_broke_off(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t length;
        chance chance;
        const char *part;
    } rows[] = {
        { "", 0, MAY_PASS, "no secure connection came about" },
        { "\x16\x03\x03\x00\x7a\x02", 6, MAY_PASS, "no secure connection came about" },
        { "\x15\x03\x03\x00\x02\x02\x28", 7, FINAL, "handshake failure" },
        { "\x15\x03\x03\x00\x02\x02\x46", 7, FINAL, "protocol version" },
        { "HTTP/1.1 400 Bad Request\r\n\r\n", 28, FINAL, "no secure connection came about" },
    };
    char before[64];
    memcpy(before, address, sizeof before);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pid_t strange = wm_raw_server_say(rows[i].bytes, rows[i].length, address);
        breaks("fine", 0, rows[i].chance, rows[i].part);
        wm_raw_server_stop(strange);
    }
    memcpy(address, before, sizeof before);
}

static void nobody_is_sent_elsewhere(void **state)
{
    (void)state;
    char path[16];
    for (unsigned i = 0; i < REDIRECTS_ALL; i++) {
        (void)snprintf(path, sizeof path, "to%u", i);
        if (i < REDIRECTS_SAME) {
            gives(path, 0, WM_RAW_FILE, 0);
        } else {
            breaks(path, 0, FINAL, "redirected");
        }
    }
    breaks("s302", 0, FINAL, "redirected to nowhere");
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* A bearer token and a password, whatever the server does with them: in no text, and with nobody
 * else. */
static void what_opens_the_door_is_never_told(void **state)
{
    (void)state;
    static const char *const paths[] = { "fine",  "cut",    "s401",    "s403",   "s404", "s429",
                                         "s500",  "s400",   "gzip",    "huge",   "old",  "long",
                                         "short", "nopart", "headers", "nothing" };
    static char log[65536];
    char token_file[300];
    char netrc[300];
    char other_log[300];
    char other[64];
    char there[128];
    const char *const away[] = { there, NULL };
    (void)snprintf(token_file, sizeof token_file, "%s/token", folder);
    (void)snprintf(netrc, sizeof netrc, "%s/netrc", folder);
    (void)snprintf(other_log, sizeof other_log, "%s/other", folder);
    write_file(token_file, CANARY "\n");
    write_file(netrc, "machine 127.0.0.1 login reader password " CANARY "\n");
    write_file(other_log, "");
    pid_t elsewhere = wm_raw_server_start(other_log, NULL, other);
    (void)snprintf(there, sizeof there, "%s/fine?token=" CANARY, other);
    wm_raw_server_stop(server);
    server = wm_raw_server_start(log_path, away, address);
    const wm_http_options ways[] = { { .token_file = token_file }, { .netrc_file = netrc } };
    for (size_t way = 0; way < 2; way++) {
        wm_transport *transport = open_feed(&ways[way]);
        for (size_t i = 0; i <= sizeof paths / sizeof paths[0]; i++) {
            bool last = i == sizeof paths / sizeof paths[0];
            wm_want want = want_of(last ? "to0" : paths[i], i % 3);
            wm_fetched result = fetch(transport, want);
            assert_null(strstr(result.error.text, CANARY));
            assert_null(strstr(result.etag, CANARY));
            wm_fetched_fini(&result, 1);
        }
        wm_transport_close(transport);
    }
    read_log(log, sizeof log);
    assert_contains(log, "Authorization: Bearer " CANARY "\r\n"); /* else this tests nothing */
    assert_contains(log, "Authorization: Basic ");
    (void)snprintf(log_path, sizeof log_path, "%s", other_log);
    read_log(log, sizeof log);
    assert_string_equal(log, "");
    wm_raw_server_stop(elsewhere);
}

/* How often the canary stands on the heap of this process, in what is in use and in what is not. */
static size_t count_on_heap(void)
{
    char line[512];
    size_t found = 0;
    FILE *maps = fopen("/proc/self/maps", "rb");
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
        char *end = NULL;
        uintptr_t at = (uintptr_t)strtoull(line, &end, 16);
        uintptr_t last = (uintptr_t)strtoull(end + 1, NULL, 16) - sizeof CANARY;
        for (; strstr(line, "[heap]") != NULL && at < last; at++) {
            const char *bytes = (const char *)at;
            found += bytes[0] == CANARY[0] && memcmp(bytes, CANARY, sizeof CANARY - 1) == 0;
        }
    }
    if (maps != NULL) {
        (void)fclose(maps);
    }
    return found;
}

/* No stream: its buffer is what this is about. */
static void write_secret(const char *path, const char *text)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(file >= 0);
    assert_int_equal(write(file, text, strlen(text)), (ssize_t)strlen(text));
    assert_int_equal(close(file), 0);
}

static void what_opened_the_door_is_wiped(void **state)
{
    (void)state;
    static const char *const tokens[] = { CANARY, CANARY "\r\n", CANARY "\n" CANARY "\n",
                                          CANARY " x", CANARY "\x01" };
    char token_file[300];
    char netrc[300];
    wm_error err = { 0 };
    wm_transport *transport = NULL;
    size_t before = count_on_heap();
    (void)snprintf(token_file, sizeof token_file, "%s/token", folder);
    (void)snprintf(netrc, sizeof netrc, "%s/netrc", folder);
    write_secret(netrc, "machine 127.0.0.1 login reader password " CANARY "\n");
    const wm_http_options options = { .token_file = token_file, .netrc_file = netrc };
    for (size_t i = 0; i < sizeof tokens / sizeof tokens[0]; i++) {
        write_secret(token_file, tokens[i]);
        wm_status status =
            wm_transport_http_open(wm_env_system(), address, &options, &transport, &err);
        assert_int_equal(status, i < 2 ? WM_OK : WM_BAD_INPUT);
        if (status == WM_OK) {
            wm_transport_close(transport);
        }
    }
    assert_null(strstr(err.text, CANARY));
    assert_int_equal(count_on_heap(), before);
}

static bool seen_enough(void *context, const wm_want *wants, const wm_fetched *results,
                        size_t count)
{
    unsigned *looks = context;
    (void)wants;
    (void)results;
    assert_int_equal(count, 1);
    return ++*looks < 2;
}

static void who_looks_on_can_end_it(void **state)
{
    (void)state;
    unsigned looks = 0;
    wm_transport_watch watch = { seen_enough, &looks };
    wm_transport *transport = open_feed(NULL);
    wm_want want = want_of("drip", 0);
    want.max_bytes = 1000000;
    transport->watch = &watch;
    wm_fetched result = fetch(transport, want);
    assert_int_equal(result.status, WM_NETWORK);
    assert_contains(result.error.text, "stopped");
    assert_false(result.may_pass);
    assert_true(result.bytes.len > 0);
    assert_int_equal(looks, 2);
    wm_fetched_fini(&result, 1);
    wm_transport_close(transport);
}

static void opens(const char *feed, const wm_http_options *options, wm_status status,
                  const char *part)
{
    wm_transport *transport = NULL;
    wm_error err = { 0 };
    assert_int_equal(wm_transport_http_open(wm_env_system(), feed, options, &transport, &err),
                     status);
    assert_contains(err.text, part);
    wm_transport_close(transport);
}

static void a_token_is_one_line(void **state)
{
    (void)state;
    static char text[8192];
    static const struct {
        size_t length;
        const char *end;
        wm_status status;
    } rows[] = {
        { 0, "", WM_BAD_INPUT },      { 0, "\n", WM_BAD_INPUT },  { 1, "", WM_OK },
        { 4095, "", WM_OK },          { 4094, "\n", WM_OK },      { 4096, "", WM_BAD_INPUT },
        { 4095, "\n", WM_BAD_INPUT }, { 8000, "", WM_BAD_INPUT }, { 20, "\nmore", WM_BAD_INPUT }
    };
    char path[300];
    (void)snprintf(path, sizeof path, "%s/token", folder);
    const wm_http_options options = { .token_file = path };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        memset(text, 'x', rows[i].length);
        (void)snprintf(text + rows[i].length, sizeof text - rows[i].length, "%s", rows[i].end);
        write_secret(path, text);
        opens(address, &options, rows[i].status, rows[i].status == WM_OK ? "" : "one line");
    }
    const wm_http_options away = { .token_file = folder };
    opens(address, &away, WM_IO, "the token file cannot be read");
}

static void plain_http_is_for_this_machine(void **state)
{
    (void)state;
    static const char *const here[] = { "http://127.0.0.1", "http://127.9.8.7:80/x",
                                        "http://[::1]/", "http://localhost:8080",
                                        "https://feeds.example/nhs" };
    static const char *const away[] = { "http://feeds.example/",     "http://127.example.org/",
                                        "http://10.0.0.1/",          "http://128.0.0.1/",
                                        "http://localhost.example/", "http://[::2]/" };
    for (size_t i = 0; i < sizeof here / sizeof here[0]; i++) {
        opens(here[i], NULL, WM_OK, "");
    }
    for (size_t i = 0; i < sizeof away / sizeof away[0]; i++) {
        opens(away[i], NULL, WM_BAD_ARGUMENT, "needs https");
    }
}

static void options_are_checked_before_anything_is_sent(void **state)
{
    (void)state;
    static const char *const proxies[] = { "ftp://p.example", "http://me:" CANARY "@p.example",
                                           "" };
    for (size_t i = 0; i < sizeof proxies / sizeof proxies[0]; i++) {
        wm_http_options options = { .proxy = proxies[i] };
        opens("https://feeds.example/", &options, WM_BAD_ARGUMENT, "proxy: expected an address");
    }
    wm_http_options good = { .proxy = "http://p.example:3128" };
    opens("https://feeds.example/", &good, WM_OK, "");
    wm_http_options netrc = { .netrc_file = "/no/such/file" };
    opens("https://feeds.example/", &netrc, WM_IO, "/no/such/file: the netrc file");
    wm_http_options authorities = { .authorities = "/no/such/file" };
    opens("https://feeds.example/", &authorities, WM_IO, "the file of authorities");
}

int main(void)
{
    (void)unsetenv("http_proxy");
    (void)unsetenv("all_proxy");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_cut_goes_on_where_it_was, setup, teardown),
        cmocka_unit_test_setup_teardown(a_part_of_another_file_is_given_up, setup, teardown),
        cmocka_unit_test_setup_teardown(a_wrong_part_is_fetched_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(an_etag_cannot_bring_a_header_along, setup, teardown),
        cmocka_unit_test_setup_teardown(a_query_goes_to_the_server_and_into_no_text, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_query_that_could_be_more_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_sink_takes_the_bytes, setup, teardown),
        cmocka_unit_test_setup_teardown(lengths_are_not_believed, setup, teardown),
        cmocka_unit_test_setup_teardown(what_nobody_asked_for_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(who_drips_is_given_up, setup, teardown),
        cmocka_unit_test_setup_teardown(statuses_are_told_apart, setup, teardown),
        cmocka_unit_test_setup_teardown(nobody_is_sent_elsewhere, setup, teardown),
        cmocka_unit_test_setup_teardown(what_opens_the_door_is_never_told, setup, teardown),
        cmocka_unit_test_setup_teardown(what_opened_the_door_is_wiped, setup, teardown),
        cmocka_unit_test_setup_teardown(a_token_is_one_line, setup, teardown),
        cmocka_unit_test_setup_teardown(who_looks_on_can_end_it, setup, teardown),
        cmocka_unit_test(plain_http_is_for_this_machine),
        cmocka_unit_test(options_are_checked_before_anything_is_sent),
        cmocka_unit_test_setup_teardown(a_handshake_is_tried_again_only_if_it_broke_off, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
