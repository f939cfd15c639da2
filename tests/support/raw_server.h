/* raw_server.h: a server on 127.0.0.1 that says whatever a test wants, also what no server may.
 *
 * The last part of the path says how it behaves (a query is passed over); the file is always
 * WM_RAW_FILE, and an etag is given only where said:
 *
 *   fine          200, or the part that is asked for
 *   cut           the same, but the connection ends after 4 bytes
 *   tagged        as cut, with the etag "one", and If-Range is heeded
 *   short         says that it is longer than it is
 *   long          says 5 bytes, and sends more
 *   unsaid        no length; the end of the connection ends it
 *   huge          says 99999999999 bytes
 *   endless       chunks for ever
 *   drip          one byte in 20 ms, for ever
 *   dripheaders   one header byte in 20 ms, for ever
 *   wrongpart     206 of another part
 *   wrongtotal    206 that ends before the file does
 *   unasked       206, always
 *   nopart        416 to any range
 *   gzip, codedgzip       Content-Encoding and Transfer-Encoding that nobody asked for
 *   headers, hellos       headers for ever; "100 Continue" for ever
 *   nothing       closes without an answer
 *   old           bytes without any header
 *   sCODE, sCODE-N        that status; with Retry-After: N
 *   toN           302 to address N of `redirects`, in which "HERE" stands for this host and port */
#ifndef WAYMARK_TEST_RAW_SERVER_H
#define WAYMARK_TEST_RAW_SERVER_H

#include <sys/types.h>

#define WM_RAW_FILE "0123456789"

/* Every request is written to `log` as it came. Fills in "http://127.0.0.1:PORT". redirects: ends
 * with NULL, and must stay for as long as the server runs; may be NULL. */
pid_t wm_raw_server_start(const char *log, const char *const *redirects, char address[64]);
/* Says `bytes` to whoever greets, and closes. Fills in "https://127.0.0.1:PORT". */
pid_t wm_raw_server_say(const char *bytes, size_t length, char address[64]);
void wm_raw_server_stop(pid_t server);

#endif
