/* feed_forge_http.h: what a forge holds now, served on 127.0.0.1 by a thread of this process.
 *
 * Endless files never end; files with a redirect or a status answer with it. The forge may change
 * between two syncs, not during one. */
#ifndef WAYMARK_FEED_FORGE_HTTP_H
#define WAYMARK_FEED_FORGE_HTTP_H

#include "feed_forge.h"

typedef struct wm_forge_server wm_forge_server;

wm_forge_server *wm_forge_server_start(wm_forge *forge);
void wm_forge_server_stop(wm_forge_server *server);
/* "http://127.0.0.1:PORT" */
const char *wm_forge_server_address(const wm_forge_server *server);
/* Requests so far, and the path of the n-th (0 = the first; without its slash). */
unsigned wm_forge_server_requests(const wm_forge_server *server);
const char *wm_forge_server_request(const wm_forge_server *server, unsigned n);
void wm_forge_server_forget(wm_forge_server *server);
/* A transport to it. Gives up after a second without bytes. */
wm_transport *wm_forge_by_http(const wm_forge_server *server);

#endif
