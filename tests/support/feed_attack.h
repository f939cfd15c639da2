/* feed_attack.h: attacks on the client as rows of a table: what the enemy does, and what must come
 * of it.
 *
 * Each row is run by folder and by HTTP, from the same replica. Steps are a text, with "; "
 * between:
 *
 *   of a role's metadata, see feed_forge.h; they take effect together, when something else follows
 *     set ROLE PLACE JSON        drop ROLE PLACE          touch ROLE
 *     sign ROLE SIGNER...        this time                signed ROLE SIGNER...   from now on
 *     keys ROLE SIGNER... N      root names them          alone ROLE   leave ROLE
 *     under ROLE VERSION         text ROLE FIND PUT       (no space in FIND)
 *     publish                    only to have two publishes one after the other
 *                                (in PLACE, {SIGNER} stands for the id of a key)
 *   of files: a path, "=ROLE" for a role's as it is listed, or a pattern with '*': the first that
 * fits remove FILE                bytes FILE TEXT          cut FILE     to its first half replace
 * FILE BY            with the bytes of BY     endless FILE older FILE RELEASE         as it was
 * then           repeat FILE N   its bytes N times redirect FILE URL          status FILE NUMBER by
 * HTTP only: by folder it is not there of the publisher, the clock and the client release N the
 * feed is honestly there, in higher versions than before roots                      the later roots
 * are honest: the publisher goes on with them later DAYS                 it is so much later, from
 * now on sync                       the client syncs, and that goes well
 *
 * After the row, the enemy is gone, the publisher publishes release 4, and the replica must catch
 * up. */
#ifndef WAYMARK_FEED_ATTACK_H
#define WAYMARK_FEED_ATTACK_H

#include "feed_forge_http.h"

typedef struct wm_attack {
    const char *name;
    int64_t held;   /* the release that the replica holds before; 0: none */
    int64_t served; /* the release that the feed honestly is at, before the steps */
    const char *steps;
    wm_status expected;
    const char *text; /* a part of the error's; NULL: none is asked for */
    int64_t holds;    /* the release that the replica holds afterwards, whole */
} wm_attack;

void wm_attack_run(wm_forge *forge, wm_forge_server *server, const wm_attack *attack);
/* Only by HTTP: what a folder cannot do. */
void wm_attack_run_http(wm_forge *forge, wm_forge_server *server, const wm_attack *attack);
/* All of them; says by name which one failed. */
void wm_attack_run_all(wm_forge *forge, wm_forge_server *server, const wm_attack *attacks,
                       size_t count);
/* Only what the steps do to the forge, without any client ("sync" fails). */
void wm_attack_do(wm_forge *forge, const char *steps);

#endif
