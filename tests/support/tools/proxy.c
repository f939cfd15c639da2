/* proxy.c: an HTTP proxy on 127.0.0.1, for tests of who is told what.
 *
 *   proxy --to PORT [--seconds N] [--log FILE] [--login BASE64]
 *
 * Prints its port as one line. CONNECT, to whatever host, leads to PORT of this machine; all else
 * is answered with 502. --login: else 407, unless that is what Proxy-Authorization says. The whole
 * head of each request is written to the log, and nothing of what goes through the tunnel. One
 * process listens, one more serves each connection. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <arpa/inet.h>

#define HEAD_BYTES_MAX 16384
#define PIECE_BYTES 16384

typedef struct proxy {
    const char *log;
    const char *login;
    unsigned port;
    unsigned seconds;
} proxy;

static struct sockaddr_in address_of(unsigned port)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static int send_all(int to, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t sent = send(to, bytes, length, MSG_NOSIGNAL);
        if (sent <= 0) {
            return 0;
        }
        bytes += sent;
        length -= (size_t)sent;
    }
    return 1;
}

static int say(int to, const char *text)
{
    return send_all(to, text, strlen(text));
}

/* What comes of one side goes to the other, until one has had enough. */
static void tunnel(int one, int other)
{
    static char piece[PIECE_BYTES];
    struct pollfd sides[2] = { { .fd = one, .events = POLLIN }, { .fd = other, .events = POLLIN } };
    for (;;) {
        if (poll(sides, 2, -1) <= 0) {
            return;
        }
        for (int i = 0; i < 2; i++) {
            if (sides[i].revents == 0) {
                continue;
            }
            ssize_t got = recv(sides[i].fd, piece, sizeof piece, 0);
            if (got <= 0 || !send_all(sides[1 - i].fd, piece, (size_t)got)) {
                return;
            }
        }
    }
}

static int read_head(int from, char head[HEAD_BYTES_MAX])
{
    size_t length = 0;
    while (length + 1 < HEAD_BYTES_MAX) {
        if (recv(from, head + length, 1, 0) != 1) {
            return 0;
        }
        head[++length] = '\0';
        if (length >= 4 && strcmp(head + length - 4, "\r\n\r\n") == 0) {
            return 1;
        }
    }
    return 0;
}

static void write_log(const proxy *p, const char *head)
{
    FILE *file = p->log != NULL ? fopen(p->log, "ab") : NULL;
    if (file != NULL) {
        (void)fputs(head, file);
        (void)fclose(file);
    }
}

static int may_pass(const proxy *p, const char *head)
{
    char line[512];
    (void)snprintf(line, sizeof line, "\r\nProxy-Authorization: Basic %s\r\n",
                   p->login != NULL ? p->login : "");
    return p->login == NULL || strstr(head, line) != NULL;
}

static void serve(const proxy *p, int client)
{
    static char head[HEAD_BYTES_MAX];
    if (!read_head(client, head)) {
        return;
    }
    write_log(p, head);
    if (!may_pass(p, head)) {
        (void)say(client, "HTTP/1.1 407 Who are you\r\nProxy-Authenticate: Basic realm=\"x\"\r\n"
                          "Content-Length: 0\r\nConnection: close\r\n\r\n");
        return;
    }
    if (strncmp(head, "CONNECT ", 8) != 0) {
        (void)say(client, "HTTP/1.1 502 Only tunnels\r\nContent-Length: 0\r\n\r\n");
        return;
    }
    struct sockaddr_in address = address_of(p->port);
    int origin = socket(AF_INET, SOCK_STREAM, 0);
    if (origin >= 0 && connect(origin, (struct sockaddr *)&address, sizeof address) == 0 &&
        say(client, "HTTP/1.1 200 Connected\r\n\r\n")) {
        tunnel(client, origin);
    }
}

static int listen_anywhere(unsigned *port_out)
{
    struct sockaddr_in address = address_of(0);
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, length) != 0 ||
        listen(listener, 16) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &length) != 0) {
        return -1;
    }
    *port_out = ntohs(address.sin_port);
    return listener;
}

static int read_options(proxy *p, int count, char **values)
{
    for (int i = 1; i + 1 < count; i += 2) {
        if (strcmp(values[i], "--to") == 0) {
            p->port = (unsigned)strtoul(values[i + 1], NULL, 10);
        } else if (strcmp(values[i], "--seconds") == 0) {
            p->seconds = (unsigned)strtoul(values[i + 1], NULL, 10);
        } else if (strcmp(values[i], "--log") == 0) {
            p->log = values[i + 1];
        } else if (strcmp(values[i], "--login") == 0) {
            p->login = values[i + 1];
        } else {
            return 0;
        }
    }
    return count % 2 == 1 && p->port > 0;
}

int main(int argc, char **argv)
{
    proxy p = { .seconds = 300 };
    unsigned port = 0;
    if (!read_options(&p, argc, argv)) {
        (void)fputs("usage: proxy --to PORT [--seconds N] [--log FILE] [--login BASE64]\n", stderr);
        return 2;
    }
    int listener = listen_anywhere(&port);
    if (listener < 0) {
        perror("proxy");
        return 1;
    }
    (void)printf("%u\n", port);
    (void)fflush(stdout);
    (void)signal(SIGCHLD, SIG_IGN);
    (void)alarm(p.seconds);
    for (;;) {
        int client = accept(listener, NULL, NULL);
        if (client < 0) {
            continue;
        }
        if (fork() == 0) {
            (void)close(listener);
            (void)alarm(p.seconds);
            serve(&p, client);
            _exit(0);
        }
        (void)close(client);
    }
}
