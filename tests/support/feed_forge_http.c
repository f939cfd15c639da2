/* feed_forge_http.c: see feed_forge_http.h. */
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include <arpa/inet.h>
#include <microhttpd.h>

#include "feed_forge_http.h"

#define REQUESTS_MAX 2048

struct wm_forge_server {
    wm_forge *forge;
    struct MHD_Daemon *daemon;
    char address[64];
    pthread_mutex_t lock; /* of the requests */
    char requests[REQUESTS_MAX][160];
    unsigned request_count;
};

static ssize_t more(void *context, uint64_t at, char *to, size_t room)
{
    const wm_forge_file *file = context;
    size_t length = 0;
    for (; length < room; length++, at++) {
        static const char space = ' ';
        to[length] = at < file->bytes.len ? file->bytes.ptr[at] : space;
    }
    return (ssize_t)length;
}

/* A byte at a time, or one and no more. */
static ssize_t slowly(void *context, uint64_t at, char *to, size_t room)
{
    const wm_forge_file *file = context;
    unsigned pause_ms = file->stalls ? 20 : file->drip_ms;
    struct timespec pause = { 0, (long)pause_ms * 1000000 };
    (void)nanosleep(&pause, NULL);
    if (room == 0 || (file->stalls && at > 0)) {
        return 0;
    }
    to[0] = file->bytes.ptr[at];
    return 1;
}

static enum MHD_Result respond(struct MHD_Connection *connection, unsigned status,
                               struct MHD_Response *response)
{
    if (response == NULL) {
        return MHD_NO;
    }
    enum MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static struct MHD_Response *bytes_of(const char *bytes, size_t length)
{
    return MHD_create_response_from_buffer(length, (void *)(uintptr_t)bytes, MHD_RESPMEM_MUST_COPY);
}

static enum MHD_Result serve(struct MHD_Connection *connection, const wm_forge_file *file)
{
    if (file == NULL) {
        return respond(connection, MHD_HTTP_NOT_FOUND, bytes_of("none\n", 5));
    }
    if (file->redirect != NULL) {
        struct MHD_Response *response = bytes_of("", 0);
        if (response != NULL) {
            (void)MHD_add_response_header(response, "Location", file->redirect);
        }
        return respond(connection, MHD_HTTP_FOUND, response);
    }
    if (file->endless) {
        return respond(connection, MHD_HTTP_OK,
                       MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 4096, more,
                                                         (void *)(uintptr_t)file, NULL));
    }
    if (file->stalls || file->drip_ms > 0) {
        return respond(connection, MHD_HTTP_OK,
                       MHD_create_response_from_callback(file->bytes.len, 64, slowly,
                                                         (void *)(uintptr_t)file, NULL));
    }
    return respond(connection, file->status != 0 ? file->status : MHD_HTTP_OK,
                   bytes_of(file->bytes.ptr, file->bytes.len));
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_bytes, void **state)
{
    static int seen;
    wm_forge_server *server = context;
    (void)method;
    (void)version;
    (void)upload;
    if (*state == NULL) { /* headers are here, the body is to come */
        *state = &seen;
        return MHD_YES;
    }
    *upload_bytes = 0;
    const char *path = url[0] == '/' ? url + 1 : url;
    (void)pthread_mutex_lock(&server->lock);
    if (server->request_count < REQUESTS_MAX) {
        (void)snprintf(server->requests[server->request_count], sizeof server->requests[0], "%s",
                       path);
        server->request_count++;
    }
    (void)pthread_mutex_unlock(&server->lock);
    return serve(connection, wm_forge_file_of(server->forge, path));
}

wm_forge_server *wm_forge_server_start(wm_forge *forge)
{
    wm_forge_server *server = calloc(1, sizeof *server);
    assert_non_null(server);
    server->forge = forge;
    assert_int_equal(pthread_mutex_init(&server->lock, NULL), 0);
    struct sockaddr_in address = { .sin_family = AF_INET };
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server->daemon = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL, on_request,
                                      server, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address,
                                      MHD_OPTION_CONNECTION_TIMEOUT, 10u, MHD_OPTION_END);
    assert_non_null(server->daemon);
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT);
    assert_non_null(info);
    (void)snprintf(server->address, sizeof server->address, "http://127.0.0.1:%u", info->port);
    return server;
}

void wm_forge_server_stop(wm_forge_server *server)
{
    MHD_stop_daemon(server->daemon);
    (void)pthread_mutex_destroy(&server->lock);
    free(server);
}

const char *wm_forge_server_address(const wm_forge_server *server)
{
    return server->address;
}

unsigned wm_forge_server_requests(const wm_forge_server *server)
{
    return server->request_count;
}

const char *wm_forge_server_request(const wm_forge_server *server, unsigned n)
{
    return n < server->request_count ? server->requests[n] : "";
}

void wm_forge_server_forget(wm_forge_server *server)
{
    (void)pthread_mutex_lock(&server->lock);
    server->request_count = 0;
    (void)pthread_mutex_unlock(&server->lock);
}

wm_transport *wm_forge_by_http(const wm_forge_server *server)
{
    wm_transport *transport = NULL;
    wm_error err = { 0 };
    wm_http_options options = { .connect_timeout_ms = 1000, .stall_timeout_s = 1 };
    assert_ok(wm_transport_http_open(wm_env_system(), server->address, &options, &transport, &err),
              &err);
    return transport;
}
