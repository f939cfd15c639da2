/* feed_walk.h: a directory that changes at random, release by release, and its feed.
 *
 *   E - S1 S2 S3 - P1 .. P8, P9 (which comes and goes) - N1, N2
 *
 * Services open, close, are edited, renamed, moved and moved back, withdrawn and opened again under
 * the same id, kept for professionals and shown again; places change their system, neighbourhoods
 * their place. The same seed gives the same directory. */
#ifndef WAYMARK_FEED_WALK_H
#define WAYMARK_FEED_WALK_H

#include "feed_fixture.h"

#define WALK_LOCALITIES 15
#define WALK_SERVICES 200
#define WALK_RELEASES_MAX 100
#define WALK_ABSENT (-2)

typedef struct walk_service {
    bool is_there;
    bool is_closed;
    bool is_professional;
    unsigned organization;
    unsigned area;
    unsigned second_area; /* the same: only one */
    unsigned home_before; /* where it was before it moved last */
    unsigned edits;
    bool is_shown;  /* its text was in a release */
    unsigned shown; /* edits, in the last of them */
    bool has_older;
    unsigned older; /* edits, when it said something else or was withdrawn */
    unsigned names;
} walk_service;

typedef struct feed_walk {
    wm_feed_fixture fixture;
    wm_test_random random;
    walk_service services[WALK_SERVICES];
    size_t service_count;
    unsigned organization_edits[10];
    int parents[WALK_LOCALITIES]; /* -1: the top; WALK_ABSENT: not there */
    int parents_at[WALK_RELEASES_MAX + 1][WALK_LOCALITIES];
} feed_walk;

const char *feed_walk_code(unsigned locality);

/* No release yet. */
void feed_walk_init(feed_walk *walk, uint64_t seed);
void feed_walk_fini(feed_walk *walk);
/* Change something, and make the next release. */
void feed_walk_release(feed_walk *walk);
/* A service that was published with one text and now has another, or is there no more: its id, and
 * what only its older records say. False: none was found. */
bool feed_walk_recallable(feed_walk *walk, char id[16], char text[64]);
/* A copy of the feed as it is now, in `folder`, which is made anew. */
void feed_walk_mirror(const feed_walk *walk, const char *folder);

/* What a subscription should bring, worked out from the tree of that release alone. */
bool feed_walk_has(const feed_walk *walk, int64_t release, const char *code);
bool feed_walk_takes(const feed_walk *walk, int64_t release, const char *code,
                     const char *partition);

#endif
