/* feed_forge_pack.h: packs that lie, made by the real writer, and listed in a partition's role as
 * if they were honest. */
#ifndef WAYMARK_FEED_FORGE_PACK_H
#define WAYMARK_FEED_FORGE_PACK_H

#include "feed_forge.h"

#include <waymark/sys/pack.h>

/* One entry of a delta. Kinds are services' unless said. */
typedef struct wm_forge_change {
    char verb; /* '+' added, '~' changed, '-' removed; 0: the end of a list */
    const char *id;
    const char *before; /* canonical JSON; '~': what the writer takes for the old version */
    const char *after;  /* canonical JSON; '+', '~' */
} wm_forge_change;

/* Zero members say what is honest. */
typedef struct wm_forge_pack {
    const char *partition; /* in whose role it is listed: "P" */
    int64_t from;          /* as listed; 0: a snapshot */
    int64_t to;
    const char *says_edition; /* the header's; NULL: "public" */
    const char *says_partition;
    int64_t says_from;
    int64_t says_to;
    bool says_wrong_base;
    bool says_wrong_result;
    const wm_digest *says_result; /* NULL: what the changes lead to */
    uint32_t says_buckets;
    const wm_forge_change *changes; /* ends with verb 0; NULL: the honest ones */
} wm_forge_pack;

/* The honest changes of a partition, in the scratch arena. */
const wm_forge_change *wm_forge_changes(wm_forge *forge, const char *partition, int64_t from,
                                        int64_t to);
/* The same with one more, in its place in the order. */
const wm_forge_change *wm_forge_changes_and(wm_forge *forge, const wm_forge_change *changes,
                                            wm_forge_change one);
/* What a partition honestly is at a release. */
const wm_state *wm_forge_state(const wm_forge *forge, const char *partition, int64_t release);
/* A record's bytes at a release; NULL: it is not there. */
const char *wm_forge_record(wm_forge *forge, const char *partition, int64_t release,
                            const char *id);
/* Canonical JSON with one member set. */
const char *wm_forge_record_with(wm_forge *forge, const char *record, const char *place,
                                 const char *value);

/* The pack's bytes, in the scratch arena; state_out: what it truly leads to. */
wm_str wm_forge_make_pack(wm_forge *forge, const wm_forge_pack *pack, wm_state *state_out);
/* Another pack's body under a header that says what is honest in the place of `pack`; ptr NULL: it
 * is of the other kind, or its header cannot be read. */
wm_str wm_forge_disguise(wm_forge *forge, const wm_forge_pack *pack, wm_str other);
/* List it in its partition's role and put its file. state: what the role says it leads to; NULL:
 * what the role says already. */
void wm_forge_list_pack(wm_forge *forge, const wm_forge_pack *pack, wm_str bytes,
                        const wm_state *state);

/* A target's bytes as a role lists them now. */
wm_str wm_forge_target(wm_forge *forge, const char *role, const char *target);
/* List other bytes for a target, and put their file. */
void wm_forge_put_target(wm_forge *forge, const char *role, const char *target, wm_str bytes);

#endif
