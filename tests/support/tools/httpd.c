/* httpd.c: serves one folder, read-only, on 127.0.0.1: for demo and tests.
 *
 *   httpd FOLDER [--port N] [--seconds N] [--log FILE] [--token TEXT] [--redirect PREFIX URL]
 *                [--stall PREFIX] [--hold PREFIX BYTES] [--no-range]
 *
 * Prints the port as one line, then serves until SIGTERM, SIGINT or the seconds are over. Answers
 * GET and HEAD with an ETag, If-None-Match with 304, Range with 206 or 416. --log writes a line for
 * each request: method, path, range or "-", status. --token asks for that bearer token. --redirect
 * sends paths below the prefix to URL and the rest of the path. --stall never ends the answer for
 * paths below the prefix. --hold stops after so many bytes of a file below the prefix, for ever,
 * unless a part of it was asked for. --no-range gives the whole file whatever is asked. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <microhttpd.h>

#include <waymark/sys/transport.h>

typedef struct server {
    int root;
    FILE *log;
    const char *token;
    const char *redirect_prefix;
    const char *redirect_url;
    const char *stall_prefix;
    const char *hold_prefix;
    uint64_t hold_bytes;
    int no_range;
    unsigned port;
    unsigned seconds;
} server;

typedef struct exchange {
    const server *server;
    struct MHD_Connection *connection;
    const char *method;
    const char *path; /* with its slash */
    const char *range;
} exchange;

static void write_log(const exchange *x, unsigned status)
{
    if (x->server->log != NULL) {
        (void)fprintf(x->server->log, "%s %s %s %u\n", x->method, x->path,
                      x->range != NULL ? x->range : "-", status);
        (void)fflush(x->server->log);
    }
}

static enum MHD_Result answer(const exchange *x, unsigned status, struct MHD_Response *response)
{
    write_log(x, status);
    if (response == NULL) {
        return MHD_NO;
    }
    enum MHD_Result result = MHD_queue_response(x->connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result answer_text(const exchange *x, unsigned status, const char *name,
                                   const char *value)
{
    static char text[] = "see the status\n";
    struct MHD_Response *response =
        MHD_create_response_from_buffer(sizeof text - 1, text, MHD_RESPMEM_PERSISTENT);
    if (response != NULL && name != NULL) {
        (void)MHD_add_response_header(response, name, value);
    }
    return answer(x, status, response);
}

static ssize_t never(void *context, uint64_t at, char *to, size_t room)
{
    (void)context;
    if (at == 0 && room > 0) {
        to[0] = 'x';
        return 1;
    }
    struct timespec pause = { 0, 20000000 };
    (void)nanosleep(&pause, NULL);
    return 0;
}

typedef struct held_file {
    int file;
    uint64_t bytes;
} held_file;

static ssize_t some(void *context, uint64_t at, char *to, size_t room)
{
    const held_file *held = context;
    uint64_t left = at < held->bytes ? held->bytes - at : 0;
    if (left == 0) {
        return never(NULL, 1, to, room);
    }
    return pread(held->file, to, left < room ? (size_t)left : room, (off_t)at);
}

static void let_go(void *context)
{
    held_file *held = context;
    (void)close(held->file);
    free(held);
}

/* Owns `file`. */
static struct MHD_Response *hold(int file, uint64_t size, uint64_t bytes)
{
    held_file *held = calloc(1, sizeof *held);
    if (held == NULL) {
        (void)close(file);
        return NULL;
    }
    *held = (held_file){ file, bytes };
    return MHD_create_response_from_callback(size, 1024, some, held, let_go);
}

static int open_file(const server *s, const char *path)
{
    char name[PATH_MAX];
    if (!wm_transport_path_valid(wm_str_of(path + 1)) || strlen(path) >= sizeof name) {
        errno = ENOENT;
        return -1;
    }
    return openat(s->root, path + 1, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
}

/* "bytes=N-" or "bytes=N-M". */
static int parse_range(const char *text, uint64_t size, uint64_t *from, uint64_t *length)
{
    char *end = NULL;
    if (text == NULL || strncmp(text, "bytes=", 6) != 0 || text[6] < '0' || text[6] > '9') {
        return 0;
    }
    *from = strtoull(text + 6, &end, 10);
    uint64_t last = size - 1;
    if (*end != '-') {
        return 0;
    }
    if (end[1] != '\0') {
        last = strtoull(end + 1, &end, 10);
    }
    if (size == 0 || *from >= size || last < *from) {
        return -1;
    }
    *length = (last < size ? last + 1 : size) - *from;
    return 1;
}

static int below(const char *path, const char *prefix)
{
    return prefix != NULL && strncmp(path, prefix, strlen(prefix)) == 0;
}

static enum MHD_Result serve_file(const exchange *x, int file, const struct stat *info)
{
    char etag[64];
    char range[96];
    uint64_t size = (uint64_t)info->st_size;
    uint64_t from = 0;
    uint64_t length = size;
    (void)snprintf(etag, sizeof etag, "\"%llx-%llx-%lx\"", (unsigned long long)size,
                   (unsigned long long)info->st_mtim.tv_sec, (unsigned long)info->st_mtim.tv_nsec);
    const char *known =
        MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, "If-None-Match");
    const char *same = MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, "If-Range");
    if (known != NULL && strcmp(known, etag) == 0) {
        (void)close(file);
        return answer_text(x, MHD_HTTP_NOT_MODIFIED, "ETag", etag);
    }
    int part = x->server->no_range || (same != NULL && strcmp(same, etag) != 0)
                   ? 0
                   : parse_range(x->range, size, &from, &length);
    if (part < 0) {
        (void)close(file);
        (void)snprintf(range, sizeof range, "bytes */%llu", (unsigned long long)size);
        return answer_text(x, MHD_HTTP_RANGE_NOT_SATISFIABLE, "Content-Range", range);
    }
    int held = part == 0 && below(x->path, x->server->hold_prefix);
    struct MHD_Response *response =
        held ? hold(file, size, x->server->hold_bytes)
             : MHD_create_response_from_fd_at_offset64(length, file, from);
    if (response == NULL) {
        if (!held) {
            (void)close(file);
        }
        return MHD_NO;
    }
    (void)MHD_add_response_header(response, "ETag", etag);
    if (part > 0) {
        (void)snprintf(range, sizeof range, "bytes %llu-%llu/%llu", (unsigned long long)from,
                       (unsigned long long)(from + length - 1), (unsigned long long)size);
        (void)MHD_add_response_header(response, "Content-Range", range);
    }
    return answer(x, part > 0 ? MHD_HTTP_PARTIAL_CONTENT : MHD_HTTP_OK, response);
}

static enum MHD_Result serve(const exchange *x)
{
    const server *s = x->server;
    struct stat info;
    if (strcmp(x->method, "GET") != 0 && strcmp(x->method, "HEAD") != 0) {
        return answer_text(x, MHD_HTTP_METHOD_NOT_ALLOWED, "Allow", "GET, HEAD");
    }
    if (s->token != NULL) {
        const char *given =
            MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, "Authorization");
        if (given == NULL || strncmp(given, "Bearer ", 7) != 0 ||
            strcmp(given + 7, s->token) != 0) {
            return answer_text(x, MHD_HTTP_UNAUTHORIZED, "WWW-Authenticate", "Bearer");
        }
    }
    if (below(x->path, s->redirect_prefix)) {
        char to[2048];
        (void)snprintf(to, sizeof to, "%s%s", s->redirect_url,
                       x->path + strlen(s->redirect_prefix));
        return answer_text(x, MHD_HTTP_FOUND, "Location", to);
    }
    if (below(x->path, s->stall_prefix)) {
        return answer(x, MHD_HTTP_OK,
                      MHD_create_response_from_callback(1000000, 1024, never, NULL, NULL));
    }
    int file = open_file(s, x->path);
    if (file < 0 || fstat(file, &info) != 0 || !S_ISREG(info.st_mode)) {
        if (file >= 0) {
            (void)close(file);
        }
        return answer_text(x, MHD_HTTP_NOT_FOUND, NULL, NULL);
    }
    return serve_file(x, file, &info);
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_bytes, void **state)
{
    static int seen;
    (void)version;
    (void)upload;
    if (*state == NULL) { /* headers are here, the body is to come */
        *state = &seen;
        return MHD_YES;
    }
    if (*upload_bytes > 0) {
        *upload_bytes = 0;
        return MHD_YES;
    }
    exchange x = { .server = context, .connection = connection, .method = method, .path = url };
    x.range = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Range");
    return serve(&x);
}

static int usage(void)
{
    (void)fprintf(stderr,
                  "usage: httpd FOLDER [--port N] [--seconds N] [--log FILE] [--token TEXT]\n"
                  "             [--redirect PREFIX URL] [--stall PREFIX] [--hold PREFIX BYTES]\n"
                  "             [--no-range]\n");
    return 2;
}

/* How many arguments an option takes up, itself included; 0: not an option. */
static int take_option(server *s, char **argv, int left)
{
    const char *name = argv[0];
    if (strcmp(name, "--no-range") == 0) {
        s->no_range = 1;
        return 1;
    }
    if (left < 2) {
        return 0;
    }
    if (strcmp(name, "--port") == 0) {
        s->port = (unsigned)strtoul(argv[1], NULL, 10);
    } else if (strcmp(name, "--seconds") == 0) {
        s->seconds = (unsigned)strtoul(argv[1], NULL, 10);
    } else if (strcmp(name, "--token") == 0) {
        s->token = argv[1];
    } else if (strcmp(name, "--stall") == 0) {
        s->stall_prefix = argv[1];
    } else if (strcmp(name, "--log") == 0) {
        s->log = fopen(argv[1], "a");
        return s->log != NULL ? 2 : 0;
    } else if (strcmp(name, "--hold") == 0 && left >= 3) {
        s->hold_prefix = argv[1];
        s->hold_bytes = strtoull(argv[2], NULL, 10);
        return 3;
    } else if (strcmp(name, "--redirect") == 0 && left >= 3) {
        s->redirect_prefix = argv[1];
        s->redirect_url = argv[2];
        return 3;
    } else {
        return 0;
    }
    return 2;
}

static int run(server *s, const sigset_t *stop)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons((uint16_t)s->port);
    struct MHD_Daemon *daemon =
        MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION, 0, NULL,
                         NULL, on_request, s, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address,
                         MHD_OPTION_CONNECTION_TIMEOUT, 60u, MHD_OPTION_END);
    if (daemon == NULL) {
        perror("httpd: cannot listen");
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
    server s = { .root = -1 };
    if (argc < 2) {
        return usage();
    }
    for (int i = 2; i < argc;) {
        int used = take_option(&s, argv + i, argc - i);
        if (used == 0) {
            return usage();
        }
        i += used;
    }
    s.root = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (s.root < 0) {
        perror(argv[1]);
        return 1;
    }
    sigset_t stop;
    (void)sigemptyset(&stop);
    (void)sigaddset(&stop, SIGTERM);
    (void)sigaddset(&stop, SIGINT);
    (void)sigprocmask(SIG_BLOCK, &stop, NULL); /* before there are threads: they inherit it */
    int code = run(&s, &stop);
    (void)close(s.root);
    if (s.log != NULL) {
        (void)fclose(s.log);
    }
    return code;
}
