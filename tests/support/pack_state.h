/* pack_state.h: a partition in memory: what packs are made from, and read into. */
#ifndef WAYMARK_PACK_STATE_H
#define WAYMARK_PACK_STATE_H

#include <waymark/sys/pack.h>

typedef struct pack_state {
    wm_record *records; /* by kind and id; ids and bytes are NUL-terminated and owned */
    size_t count;
    size_t next; /* of the base's iteration */
} pack_state;

void pack_state_fini(pack_state *state);
/* Adds or replaces. */
void pack_state_put(pack_state *state, wm_kind kind, const char *id, const char *bytes);
void pack_state_remove(pack_state *state, wm_kind kind, wm_str id);
void pack_state_copy(pack_state *to, const pack_state *from);
/* Fails the test where they differ. */
void pack_state_assert_same(const pack_state *expected, const pack_state *found);

/* The state as a base; it counts in `next`. */
wm_pack_base pack_state_base(pack_state *state);

/* A writer of edition public, partition E06000030, release 1 (digest 01..) to 2 (digest 02..). */
wm_pack_writer *pack_state_writer(const wm_env *env, wm_pack_kind kind, const wm_pack_base *base);
/* ranks: records refer to each other by number. */
wm_status pack_state_snapshot(const wm_env *env, const pack_state *state, bool ranks, wm_buf *out,
                              wm_error *err);
wm_status pack_state_delta(const wm_env *env, const pack_state *before, const pack_state *after,
                           bool ranks, wm_buf *out, wm_error *err);

/* Reads a pack with `state` as its base and puts what it says into the state, also when it fails.
 * Aborts if anything is handed out that the header promises never to: records that are not
 * canonical or have another id, or that are out of order. */
wm_status pack_state_read(const wm_env *env, wm_str pack, const wm_pack_limits *limits,
                          pack_state *state, wm_error *err);

/* Appends a file's bytes, or adds the records of a file of lines {"id":..,"kind":..,"record":{..}}.
 * False: it cannot be read. */
bool pack_state_read_file(const char *path, wm_buf *out);
bool pack_state_load(pack_state *state, const char *path);

/* The decompressed body of a sound pack; and a pack of the same header with another body, all
 * checks and sizes put right. */
void pack_state_unpack_body(wm_str pack, wm_buf *body);
void pack_state_pack_body(wm_str pack, wm_str body, wm_buf *out);
/* The same of a body that is compressed already, to raw_bytes. */
void pack_state_pack_frame(wm_str pack, wm_str frame, size_t raw_bytes, wm_buf *out);

#endif
