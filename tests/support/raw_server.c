/* raw_server.c: see raw_server.h. One process listens, one more serves each connection. */
#include "raw_server.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <arpa/inet.h>

#define REQUEST_BYTES_MAX 8192
#define SECONDS_MAX 120

typedef struct exchange {
    int to;
    const char *const *redirects;
    const char *here; /* host and port */
    char request[REQUEST_BYTES_MAX];
    char how[512];
    long offset; /* that is asked for; -1: all of it */
} exchange;

/* False: the other side has had enough. */
static int say(const exchange *x, const char *text)
{
    size_t length = strlen(text);
    while (length > 0) {
        ssize_t sent = send(x->to, text, length, MSG_NOSIGNAL);
        if (sent <= 0) {
            return 0;
        }
        text += sent;
        length -= (size_t)sent;
    }
    return 1;
}

static void pause_ms(long milliseconds)
{
    struct timespec pause = { 0, milliseconds * 1000000 };
    (void)nanosleep(&pause, NULL);
}

static void say_for_ever(const exchange *x, const char *text, long every_ms)
{
    while (say(x, text)) {
        if (every_ms > 0) {
            pause_ms(every_ms);
        }
    }
}

/* As a good server would: the part that is asked for, up to `most` bytes of it. */
static void say_file(const exchange *x, const char *more, size_t most)
{
    char text[512];
    long size = (long)strlen(WM_RAW_FILE);
    long from = x->offset > 0 ? x->offset : 0;
    if (from > 0) {
        (void)snprintf(text, sizeof text,
                       "HTTP/1.1 206 Part\r\n%sContent-Length: %ld\r\n"
                       "Content-Range: bytes %ld-%ld/%ld\r\n\r\n",
                       more, size - from, from, size - 1, size);
    } else {
        (void)snprintf(text, sizeof text, "HTTP/1.1 200 OK\r\n%sContent-Length: %ld\r\n\r\n", more,
                       size);
    }
    (void)say(x, text);
    (void)snprintf(text, sizeof text, "%.*s", (int)most, WM_RAW_FILE + from);
    (void)say(x, text);
}

static void say_status(const exchange *x)
{
    char text[256];
    const char *after = strchr(x->how, '-');
    (void)snprintf(text, sizeof text,
                   "HTTP/1.1 %ld Whatever\r\n%s%s%sContent-Length: 3\r\n\r\nno\n",
                   strtol(x->how + 1, NULL, 10), after != NULL ? "Retry-After: " : "",
                   after != NULL ? after + 1 : "", after != NULL ? "\r\n" : "");
    (void)say(x, text);
}

static void say_redirect(const exchange *x)
{
    char text[1024];
    const char *to = x->redirects[strtol(x->how + 2, NULL, 10)];
    const char *here = strstr(to, "HERE");
    (void)snprintf(text, sizeof text,
                   "HTTP/1.1 302 There\r\nLocation: %.*s%s%s\r\nContent-Length: 0\r\n\r\n",
                   here != NULL ? (int)(here - to) : (int)strlen(to), to,
                   here != NULL ? x->here : "", here != NULL ? here + 4 : "");
    (void)say(x, text);
}

static int say_tagged(const exchange *x)
{
    const char *same = strstr(x->request, "If-Range: ");
    exchange all = *x;
    if (same != NULL && strncmp(same + 10, "\"one\"", 5) != 0) {
        all.offset = -1;
    }
    say_file(&all, "ETag: \"one\"\r\n", 4);
    return 0;
}

typedef struct behaviour {
    const char *how;
    const char *says; /* once */
    const char *then; /* for ever */
    long every_ms;
} behaviour;

#define OK_HEAD "HTTP/1.1 200 OK\r\n"

static const behaviour behaviours[] = {
    { "short", OK_HEAD "Content-Length: 20\r\n\r\n" WM_RAW_FILE, NULL, 0 },
    { "long", OK_HEAD "Content-Length: 5\r\n\r\n" WM_RAW_FILE, NULL, 0 },
    { "unsaid", OK_HEAD "\r\n" WM_RAW_FILE, NULL, 0 },
    { "huge", OK_HEAD "Content-Length: 99999999999\r\n\r\n" WM_RAW_FILE, NULL, 0 },
    { "endless", OK_HEAD "Transfer-Encoding: chunked\r\n\r\n", "a\r\n" WM_RAW_FILE "\r\n", 0 },
    { "drip", OK_HEAD "Content-Length: 1000000\r\n\r\n", "x", 20 },
    { "dripheaders", OK_HEAD "X-Slow: ", "x", 20 },
    { "wrongtotal",
      "HTTP/1.1 206 Part\r\nContent-Length: 3\r\n"
      "Content-Range: bytes 4-6/10\r\n\r\n456",
      NULL, 0 },
    { "unasked",
      "HTTP/1.1 206 Part\r\nContent-Length: 5\r\n"
      "Content-Range: bytes 0-4/10\r\n\r\n01234",
      NULL, 0 },
    { "gzip", OK_HEAD "Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc", NULL, 0 },
    { "codedgzip", OK_HEAD "Transfer-Encoding: gzip, chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", NULL,
      0 },
    { "headers", OK_HEAD, "X-More: and more and more and more and more\r\n", 0 },
    { "hellos", "", "HTTP/1.1 100 Continue\r\nX-More: and more and more\r\n\r\n", 0 },
    { "nothing", "", NULL, 0 },
    { "old", WM_RAW_FILE, NULL, 0 },
};

/* True: the connection may go on. */
static int serve(exchange *x)
{
    if (strcmp(x->how, "fine") == 0 ||
        (x->offset < 0 && (strcmp(x->how, "wrongpart") == 0 || strcmp(x->how, "nopart") == 0 ||
                           strcmp(x->how, "wrongtotal") == 0))) {
        say_file(x, "", 100);
        return 1;
    }
    if (strcmp(x->how, "cut") == 0) {
        say_file(x, "", 4);
        return 0;
    }
    if (strcmp(x->how, "tagged") == 0) {
        return say_tagged(x);
    }
    if (strcmp(x->how, "wrongpart") == 0) {
        return say(x, "HTTP/1.1 206 Part\r\nContent-Length: 5\r\n"
                      "Content-Range: bytes 2-6/10\r\n\r\n23456");
    }
    if (strcmp(x->how, "nopart") == 0) {
        return say(x, "HTTP/1.1 416 No\r\nContent-Range: bytes */7\r\nContent-Length: 0\r\n\r\n");
    }
    if (strncmp(x->how, "to", 2) == 0) {
        say_redirect(x);
        return 1;
    }
    for (size_t i = 0; i < sizeof behaviours / sizeof behaviours[0]; i++) {
        if (strcmp(x->how, behaviours[i].how) == 0) {
            if (say(x, behaviours[i].says) && behaviours[i].then != NULL) {
                say_for_ever(x, behaviours[i].then, behaviours[i].every_ms);
            }
            return 0;
        }
    }
    say_status(x);
    return 1;
}

/* Headers up to the empty line. False: no more requests. */
static int read_request(exchange *x, int log)
{
    size_t length = 0;
    x->request[0] = '\0';
    while (strstr(x->request, "\r\n\r\n") == NULL) {
        if (length + 1 >= sizeof x->request) {
            return 0;
        }
        ssize_t got = recv(x->to, x->request + length, sizeof x->request - length - 1, 0);
        if (got <= 0) {
            return 0;
        }
        length += (size_t)got;
        x->request[length] = '\0';
    }
    if (write(log, x->request, length) != (ssize_t)length) {
        return 0;
    }
    const char *end = strstr(x->request, " HTTP/");
    const char *query = strchr(x->request, '?');
    end = query != NULL && query < end ? query : end;
    const char *start = end;
    while (start != NULL && start > x->request && start[-1] != '/') {
        start--;
    }
    (void)snprintf(x->how, sizeof x->how, "%.*s", start != NULL ? (int)(end - start) : 0,
                   start != NULL ? start : "");
    const char *range = strstr(x->request, "Range: bytes=");
    x->offset = range != NULL ? strtol(range + 13, NULL, 10) : -1;
    return 1;
}

static void serve_connection(exchange *x, int log)
{
    (void)alarm(SECONDS_MAX);
    while (read_request(x, log) && serve(x)) {
    }
    (void)close(x->to);
    _exit(0);
}

static void listen_for_ever(int listener, const char *log_path, exchange *x)
{
    int log = open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    (void)signal(SIGCHLD, SIG_IGN);
    (void)alarm(SECONDS_MAX);
    for (;;) {
        x->to = accept(listener, NULL, NULL);
        if (x->to < 0) {
            continue;
        }
        if (fork() == 0) {
            (void)close(listener);
            serve_connection(x, log);
        }
        (void)close(x->to);
    }
}

static int open_listener(const char *scheme, char address[64])
{
    struct sockaddr_in at = { .sin_family = AF_INET };
    socklen_t length = sizeof at;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (listener < 0 || bind(listener, (struct sockaddr *)&at, sizeof at) != 0 ||
        listen(listener, 64) != 0 || getsockname(listener, (struct sockaddr *)&at, &length) != 0) {
        abort();
    }
    (void)snprintf(address, 64, "%s://127.0.0.1:%u", scheme, (unsigned)ntohs(at.sin_port));
    return listener;
}

pid_t wm_raw_server_start(const char *log, const char *const *redirects, char address[64])
{
    int listener = open_listener("http", address);
    pid_t server = fork();
    if (server == 0) {
        exchange x = { .redirects = redirects, .here = strstr(address, "127.") };
        (void)setpgid(0, 0);
        listen_for_ever(listener, log, &x);
    }
    (void)setpgid(server, server); /* its own children end with it */
    (void)close(listener);
    return server;
}

pid_t wm_raw_server_say(const char *bytes, size_t length, char address[64])
{
    int listener = open_listener("https", address);
    pid_t server = fork();
    (void)setpgid(server, server);
    (void)alarm(server == 0 ? SECONDS_MAX : 0);
    while (server == 0) {
        char hello[4096];
        int to = accept(listener, NULL, NULL);
        if (to >= 0 && read(to, hello, sizeof hello) > 0 &&
            write(to, bytes, length) != (ssize_t)length) {
            abort();
        }
        (void)close(to);
    }
    (void)close(listener);
    return server;
}

void wm_raw_server_stop(pid_t server)
{
    (void)kill(-server, SIGKILL);
    (void)waitpid(server, NULL, 0);
}
