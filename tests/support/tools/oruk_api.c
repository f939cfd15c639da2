/* oruk_api.c: an Open Referral UK API on 127.0.0.1, for tests.
 *
 *   oruk_api FILE [--base PATH] [--seconds N] [--log FILE] [--token TEXT] [--key TEXT] [--most N]
 *            [--delay MS] [--whole] [--full] [--plain] [--lose ID] [--break ID] [--busy]
 *            [--list FILE] [--document FILE]
 *
 * FILE has a service a line. Prints the port as one line, then serves until SIGTERM, SIGINT or the
 * seconds are over: details at the base, pages of summaries at /services, documents at
 * /services/ID. --base is what stands before "/services". --log writes a line for each request:
 * path with query, status. --token asks for that bearer token, --key for that value of the
 * parameter "key". --most: services in a page, whatever is asked for. --delay waits before each
 * answer. --whole has whole services in the lists, --full only where full=true is asked for,
 * --plain answers 400 where it is. --lose: no such document; --break: 500 for that one. --busy: 503
 * for every second request, once each. --list, --document: what stands in that file is the answer
 * to each request of a page, or of a document. */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <arpa/inet.h>
#include <microhttpd.h>

#include <waymark/sys/interchange.h>

typedef struct item {
    wm_str id;
    wm_str summary;
    wm_str line;
} item;

typedef struct server {
    wm_arena arena;
    wm_arena scratch;
    item *items;
    size_t count;
    size_t capacity;
    FILE *log;
    const char *file;
    const char *base;
    const char *token;
    const char *key;
    const char *lost;
    const char *broken;
    const char *list;
    const char *document;
    size_t most;
    long delay_ms;
    unsigned seconds;
    unsigned requests;
    bool whole;
    bool full;
    bool plain;
    bool busy;
} server;

/* ---- what is served ---- */

static void copy_member(wm_json_out *out, const wm_json *service, const char *name)
{
    const wm_json *value = wm_json_get(service, name);
    if (value != NULL) {
        wm_json_out_name(out, name);
        wm_json_out_value(out, value);
    }
}

static void write_summary(const wm_json *service, wm_buf *to)
{
    static const char *const names[] = { "id",  "name",  "description",  "status",
                                         "url", "email", "last_modified" };
    wm_json_out out;
    wm_json_out_init(&out, to);
    wm_json_out_object(&out);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        copy_member(&out, service, names[i]);
    }
    wm_json_out_end_object(&out);
}

static void add_line(server *s, wm_str line)
{
    const wm_json *service = NULL;
    wm_error err = { 0 };
    wm_buf summary;
    wm_arena_reset(&s->scratch);
    wm_buf_init(&summary, wm_env_system(), 1024 * 1024);
    if (wm_oruk_parse(&s->scratch, line, &service, &err) != WM_OK) {
        (void)fprintf(stderr, "oruk_api: line %zu: %s\n", s->count + 1, err.text);
        exit(1);
    }
    write_summary(service, &summary);
    s->items = wm_arena_grow(&s->arena, s->items, s->count, &s->capacity, sizeof *s->items);
    if (s->items == NULL) {
        abort();
    }
    s->items[s->count++] =
        (item){ wm_arena_copy(&s->arena, wm_json_string(wm_json_get(service, "id"))),
                wm_arena_copy(&s->arena, wm_buf_str(&summary)), wm_arena_copy(&s->arena, line) };
    wm_buf_fini(&summary);
}

static bool read_services(server *s)
{
    char *line = NULL;
    size_t capacity = 0;
    FILE *file = fopen(s->file, "r");
    if (file == NULL) {
        return false;
    }
    wm_arena_init(&s->arena, wm_env_system(), SIZE_MAX / 4);
    wm_arena_init(&s->scratch, wm_env_system(), SIZE_MAX / 4);
    for (ssize_t length = getline(&line, &capacity, file); length > 0;
         length = getline(&line, &capacity, file)) {
        add_line(s, (wm_str){ line, (size_t)length - (line[length - 1] == '\n' ? 1 : 0) });
    }
    free(line);
    return fclose(file) == 0;
}

/* ---- answers ---- */

typedef struct exchange {
    server *server;
    struct MHD_Connection *connection;
    const char *path;
    char query[2048];
} exchange;

static enum MHD_Result answer(const exchange *x, unsigned status, const char *text, size_t length)
{
    if (x->server->log != NULL) {
        (void)fprintf(x->server->log, "%s%s%s %u\n", x->path, x->query[0] != '\0' ? "?" : "",
                      x->query, status);
        (void)fflush(x->server->log);
    }
    struct MHD_Response *response =
        MHD_create_response_from_buffer(length, (void *)(uintptr_t)text, MHD_RESPMEM_MUST_COPY);
    if (response == NULL) {
        return MHD_NO;
    }
    (void)MHD_add_response_header(response, "Content-Type", "application/json");
    enum MHD_Result result = MHD_queue_response(x->connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result answer_error(const exchange *x, unsigned status)
{
    static const char text[] = "{\"message\":\"no\"}";
    return answer(x, status, text, sizeof text - 1);
}

static const char *parameter(const exchange *x, const char *name)
{
    return MHD_lookup_connection_value(x->connection, MHD_GET_ARGUMENT_KIND, name);
}

static size_t number(const exchange *x, const char *name, size_t otherwise)
{
    const char *text = parameter(x, name);
    return text != NULL ? (size_t)strtoull(text, NULL, 10) : otherwise;
}

static enum MHD_Result serve_file(const exchange *x, const char *path)
{
    char text[256 * 1024]; /* connections have threads of their own */
    FILE *file = fopen(path, "r");
    size_t length = file != NULL ? fread(text, 1, sizeof text, file) : 0;
    return file != NULL && fclose(file) == 0 ? answer(x, 200, text, length) : answer_error(x, 500);
}

static enum MHD_Result serve_page(const exchange *x)
{
    const server *s = x->server;
    if (s->list != NULL) {
        return serve_file(x, s->list);
    }
    size_t size = number(x, "per_page", 10);
    size_t page = number(x, "page", 1);
    size = s->most > 0 && size > s->most ? s->most : size;
    size = size > 0 ? size : 1;
    size_t pages = (s->count + size - 1) / size;
    size_t from = page > 0 ? (page - 1) * size : 0;
    size_t to = from + size < s->count ? from + size : s->count;
    bool asked = parameter(x, "full") != NULL;
    if (page == 0 || (s->plain && asked)) {
        return answer_error(x, 400);
    }
    wm_buf body;
    wm_buf_init(&body, wm_env_system(), (size_t)256 * 1024 * 1024);
    wm_buf_printf(&body,
                  "{\"total_items\":%zu,\"total_pages\":%zu,\"page_number\":%zu,\"size\":%zu,"
                  "\"first_page\":%s,\"last_page\":%s,\"empty\":%s,\"contents\":[",
                  s->count, pages, page, from < to ? to - from : 0, page == 1 ? "true" : "false",
                  page >= pages ? "true" : "false", from < to ? "false" : "true");
    for (size_t i = from; i < to; i++) {
        wm_buf_put_text(&body, i > from ? "," : "");
        wm_buf_put_str(&body,
                       s->whole || (s->full && asked) ? s->items[i].line : s->items[i].summary);
    }
    wm_buf_put_text(&body, "]}");
    enum MHD_Result result = answer(x, 200, body.data, body.len);
    wm_buf_fini(&body);
    return result;
}

static enum MHD_Result serve_document(const exchange *x, const char *id)
{
    const server *s = x->server;
    if (s->document != NULL) {
        return serve_file(x, s->document);
    }
    if (s->lost != NULL && strcmp(id, s->lost) == 0) {
        return answer_error(x, 404);
    }
    if (s->broken != NULL && strcmp(id, s->broken) == 0) {
        return answer_error(x, 500);
    }
    for (size_t i = 0; i < s->count; i++) {
        if (wm_str_is(s->items[i].id, id)) {
            return answer(x, 200, s->items[i].line.ptr, s->items[i].line.len);
        }
    }
    return answer_error(x, 404);
}

static enum MHD_Result serve(const exchange *x)
{
    static const char details[] =
        "{\"version\":\"HSDS-UK-3.0\",\"openapi_url\":\"https://example\"}";
    server *s = x->server;
    size_t base = strlen(s->base);
    const char *given =
        MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, "Authorization");
    const char *key = parameter(x, "key");
    struct timespec delay = { s->delay_ms / 1000, s->delay_ms % 1000 * 1000000 };
    (void)nanosleep(&delay, NULL);
    if (s->token != NULL &&
        (given == NULL || strncmp(given, "Bearer ", 7) != 0 || strcmp(given + 7, s->token) != 0)) {
        return answer_error(x, 401);
    }
    if (s->key != NULL && (key == NULL || strcmp(key, s->key) != 0)) {
        return answer_error(x, 403);
    }
    if (s->busy && s->requests++ % 2 == 1) {
        return answer_error(x, 503);
    }
    if (strncmp(x->path, s->base, base) != 0) {
        return answer_error(x, 404);
    }
    const char *rest = x->path + base;
    if (strcmp(rest, "") == 0 || strcmp(rest, "/") == 0) {
        return answer(x, 200, details, sizeof details - 1);
    }
    if (strcmp(rest, "/services") == 0) {
        return serve_page(x);
    }
    return strncmp(rest, "/services/", 10) == 0 ? serve_document(x, rest + 10)
                                                : answer_error(x, 404);
}

static enum MHD_Result add_parameter(void *context, enum MHD_ValueKind kind, const char *name,
                                     const char *value)
{
    exchange *x = context;
    size_t length = strlen(x->query);
    (void)kind;
    (void)snprintf(x->query + length, sizeof x->query - length, "%s%s%s%s", length > 0 ? "&" : "",
                   name, value != NULL ? "=" : "", value != NULL ? value : "");
    return MHD_YES;
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_bytes, void **state)
{
    static int seen;
    (void)method;
    (void)version;
    (void)upload;
    (void)upload_bytes;
    if (*state == NULL) { /* headers are here, the body is to come */
        *state = &seen;
        return MHD_YES;
    }
    exchange x = { .server = context, .connection = connection, .path = url };
    (void)MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, add_parameter, &x);
    return serve(&x);
}

/* ---- begin ---- */

/* How many arguments an option takes up, itself included; 0: not an option. */
static int take_option(server *s, char **argv, int left)
{
    const struct {
        const char *name;
        bool *flag;
        const char **text;
    } options[] = { { "--whole", &s->whole, NULL },      { "--full", &s->full, NULL },
                    { "--plain", &s->plain, NULL },      { "--busy", &s->busy, NULL },
                    { "--base", NULL, &s->base },        { "--token", NULL, &s->token },
                    { "--key", NULL, &s->key },          { "--lose", NULL, &s->lost },
                    { "--break", NULL, &s->broken },     { "--list", NULL, &s->list },
                    { "--document", NULL, &s->document } };
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        if (strcmp(argv[0], options[i].name) == 0 && options[i].flag != NULL) {
            *options[i].flag = true;
            return 1;
        }
        if (strcmp(argv[0], options[i].name) == 0 && left > 1) {
            *options[i].text = argv[1];
            return 2;
        }
    }
    if (left < 2) {
        return 0;
    }
    if (strcmp(argv[0], "--seconds") == 0) {
        s->seconds = (unsigned)strtoul(argv[1], NULL, 10);
    } else if (strcmp(argv[0], "--most") == 0) {
        s->most = (size_t)strtoul(argv[1], NULL, 10);
    } else if (strcmp(argv[0], "--delay") == 0) {
        s->delay_ms = strtol(argv[1], NULL, 10);
    } else if (strcmp(argv[0], "--log") == 0) {
        s->log = fopen(argv[1], "a");
        return s->log != NULL ? 2 : 0;
    } else {
        return 0;
    }
    return 2;
}

static int run(server *s, const sigset_t *stop)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    struct MHD_Daemon *daemon =
        MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION, 0, NULL,
                         NULL, on_request, s, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address,
                         MHD_OPTION_CONNECTION_TIMEOUT, 60u, MHD_OPTION_END);
    if (daemon == NULL) {
        perror("oruk_api: cannot listen");
        return 1;
    }
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
    printf("%u\n", info != NULL ? info->port : 0u);
    (void)fflush(stdout);
    struct timespec limit = { (time_t)s->seconds, 0 };
    while ((s->seconds > 0 ? sigtimedwait(stop, NULL, &limit) : sigwaitinfo(stop, NULL)) < 0 &&
           errno == EINTR) {
    }
    MHD_stop_daemon(daemon);
    return 0;
}

int main(int argc, char **argv)
{
    server s = { .base = "" };
    sigset_t stop;
    s.file = argc > 1 ? argv[1] : "";
    for (int i = 2; i < argc;) {
        int taken = take_option(&s, argv + i, argc - i);
        if (taken == 0) {
            (void)fprintf(stderr, "oruk_api: %s: see the head of its source\n", argv[i]);
            return 2;
        }
        i += taken;
    }
    (void)sigemptyset(&stop);
    (void)sigaddset(&stop, SIGTERM);
    (void)sigaddset(&stop, SIGINT);
    (void)sigprocmask(SIG_BLOCK, &stop, NULL);
    if (!read_services(&s)) {
        (void)fprintf(stderr, "oruk_api: %s cannot be read\n", s.file);
        return 1;
    }
    int code = run(&s, &stop);
    wm_arena_fini(&s.arena);
    wm_arena_fini(&s.scratch);
    return code;
}
