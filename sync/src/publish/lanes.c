/* lanes.c: the packs of an edition's partitions, cut by several threads.
 *
 * Each lane is a publisher of its own: it has its own handle on the database and its own arenas,
 * and shares with the others only what nobody changes while they run. A partition's packs depend on
 * nothing that another's run makes, and what comes of each is taken over in the order of the
 * partitions; so the feed, the result and the first failure are those of one thread.
 *
 *   partitions   A  B  C  D  ..  Y  Z  all
 *   the caller   ->                  <-  the other lanes
 *
 * The whole edition, which comes last, takes about as long as all others together: so the other
 * lanes begin at the end. Whoever claims a partition makes it; the caller waits only for one that
 * is being made. After a failure nobody claims another, and what is being made is given up.
 *
 * Who is in which partition is read by the first lane that wants to know, while the others wait.
 *
 * Under `lock`: state of a part, `back`, `done`, `is_over`, the census. A part that is done is the
 * caller's. */
#include <pthread.h>
#include <time.h>

#include "publish/publisher.h"

#define ARENA_BYTES_MAX ((size_t)1024 * WM_MIB)
#define TICK_MS 200

typedef enum part_state { PART_FREE, PART_CLAIMED, PART_DONE } part_state;

/* One partition. */
typedef struct part {
    const wm_feed_partition *held;
    uint64_t weight; /* records that are gone through if it changed, for the progress */
    part_state state;
    wm_status status;
    wm_error error;
    const wm_listed_file *files;
    size_t file_count;
    /* what the lane's lists hold of it */
    wm_names unsynced;
    wm_published_file *written;
    size_t written_count;
    wm_cut *cuts;
    size_t cut_count;
} part;

typedef struct lane {
    wm_lanes *lanes;
    wm_publisher publisher;
    wm_store *store;
    wm_arena arena;
    wm_arena results;
    pthread_t thread;
} lane;

struct wm_lanes {
    wm_publisher *publisher;
    part *parts;
    size_t count;
    lane *others;
    size_t other_count;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t back; /* from here on all parts are claimed */
    uint64_t done;
    uint64_t total;
    bool has_failed;
    bool is_over;
    int64_t census_release;
    wm_census *census;      /* NULL: not yet */
    bool census_is_pending; /* a lane is taking it */
};

/* ---- a lane ---- */

/* A publisher that makes parts on its own. It has no keys: it signs nothing. */
static void make_publisher(lane *l, size_t number)
{
    l->publisher = *l->lanes->publisher;
    memset(&l->publisher.keys, 0, sizeof l->publisher.keys);
    l->publisher.store = l->store;
    l->publisher.arena = &l->arena;
    l->publisher.result_arena = &l->results;
    l->publisher.tables = NULL;
    l->publisher.lane = number;
}

static void begin_part(wm_publisher *publisher, const part *p)
{
    publisher->passed = 0;
    publisher->to_pass = p->weight;
}

/* However many records were gone through, all of the part is done. */
static void end_part(wm_publisher *publisher)
{
    wm_lanes *lanes = publisher->lanes;
    (void)pthread_mutex_lock(&lanes->lock);
    lanes->done += publisher->to_pass - publisher->passed;
    (void)pthread_mutex_unlock(&lanes->lock);
}

static void begin_lists(wm_publisher *publisher)
{
    publisher->unsynced = (wm_names){ .arena = publisher->arena };
    publisher->written = NULL;
    publisher->written_count = publisher->written_capacity = 0;
    if (publisher->edition == WM_EDITION_PUBLIC) { /* the other edition only reads them */
        publisher->cuts = NULL;
        publisher->cut_count = publisher->cut_capacity = 0;
    }
}

static void make_part(lane *l, part *p)
{
    wm_publisher *publisher = &l->publisher;
    begin_lists(publisher);
    begin_part(publisher, p);
    p->status =
        wm_publisher_update_partition(publisher, p->held, &p->files, &p->file_count, &p->error);
    end_part(publisher);
    p->unsynced = publisher->unsynced;
    p->written = publisher->written;
    p->written_count = publisher->written_count;
    p->cuts = publisher->cuts;
    p->cut_count = publisher->edition == WM_EDITION_PUBLIC ? publisher->cut_count : 0;
}

/* The last part that nobody has; NULL: there is none, or no need. */
static part *claim_last(wm_lanes *lanes)
{
    part *found = NULL;
    while (!lanes->has_failed && !lanes->is_over && found == NULL && lanes->back > 0) {
        part *p = &lanes->parts[lanes->back - 1];
        lanes->back--;
        found = p->state == PART_FREE ? p : NULL;
    }
    if (found != NULL) {
        found->state = PART_CLAIMED;
    }
    return found;
}

static void *run_lane(void *context)
{
    lane *l = context;
    wm_lanes *lanes = l->lanes;
    (void)pthread_mutex_lock(&lanes->lock);
    for (part *p = claim_last(lanes); p != NULL; p = claim_last(lanes)) {
        (void)pthread_mutex_unlock(&lanes->lock);
        make_part(l, p);
        (void)pthread_mutex_lock(&lanes->lock);
        p->state = PART_DONE;
        lanes->has_failed = lanes->has_failed || p->status != WM_OK;
        (void)pthread_cond_broadcast(&lanes->changed);
    }
    (void)pthread_mutex_unlock(&lanes->lock);
    return NULL;
}

/* False: there is no such lane, and the others do its work. A database that has had another release
 * meanwhile is not the one that the caller reads. */
static bool open_lane(lane *l, wm_lanes *lanes, size_t number)
{
    const wm_publisher *publisher = lanes->publisher;
    const wm_env *env = publisher->result_arena->env;
    wm_release release;
    l->lanes = lanes;
    wm_arena_init(&l->arena, env, ARENA_BYTES_MAX);
    wm_arena_init(&l->results, env, ARENA_BYTES_MAX);
    bool opened = wm_store_open(env, publisher->options->database, WM_STORE_READ | WM_STORE_AUTHOR,
                                &l->store, NULL) == WM_OK &&
                  wm_store_read_begin(l->store, NULL) == WM_OK;
    bool same = opened && wm_store_latest(l->store, &release, NULL) == WM_OK &&
                release.number == publisher->release.number;
    if (same) {
        make_publisher(l, number);
        same = pthread_create(&l->thread, NULL, run_lane, l) == 0;
    }
    if (opened && !same) {
        wm_store_read_end(l->store);
    }
    if (!same) {
        wm_store_close(l->store);
        l->store = NULL;
    }
    return same;
}

static void close_lane(lane *l)
{
    if (l->store != NULL) {
        (void)pthread_join(l->thread, NULL);
        wm_store_read_end(l->store);
        wm_store_close(l->store);
    }
    wm_arena_fini(&l->results);
    wm_arena_fini(&l->arena);
}

/* ---- progress ---- */

wm_status wm_lanes_pass(wm_publisher *publisher, uint64_t records, wm_error *err)
{
    wm_lanes *lanes = publisher->lanes;
    const wm_watch *watch = publisher->options->watch;
    if (lanes == NULL) {
        return WM_OK;
    }
    uint64_t left = publisher->to_pass - publisher->passed;
    records = records < left ? records : left;
    publisher->passed += records;
    (void)pthread_mutex_lock(&lanes->lock);
    lanes->done += records;
    uint64_t done = lanes->done;
    bool given_up = lanes->is_over && publisher->lane > 0;
    (void)pthread_mutex_unlock(&lanes->lock);
    if (given_up) {
        return wm_fail(err, WM_BUSY, "publish: given up");
    }
    return publisher->lane == 0 && watch != NULL
               ? watch->tick(watch->context, done, lanes->total, err)
               : WM_OK;
}

/* ---- waiting ---- */

/* Holding the lock, which is let go meanwhile: until something changes, or for a moment. */
static void wait_a_moment(wm_lanes *lanes)
{
    struct timespec until = { 0, 0 };
    (void)clock_gettime(CLOCK_REALTIME, &until);
    long nanoseconds = until.tv_nsec + TICK_MS * 1000000L;
    until.tv_sec += nanoseconds / 1000000000L;
    until.tv_nsec = nanoseconds % 1000000000L;
    (void)pthread_cond_timedwait(&lanes->changed, &lanes->lock, &until);
}

/* Wait until a part is done that another lane has. */
static wm_status wait_for(wm_lanes *lanes, const part *p, wm_error *err)
{
    wm_status status = WM_OK;
    bool done = false;
    while (status == WM_OK && !done) {
        (void)pthread_mutex_lock(&lanes->lock);
        if (p->state != PART_DONE) {
            wait_a_moment(lanes);
        }
        done = p->state == PART_DONE;
        (void)pthread_mutex_unlock(&lanes->lock);
        if (!done) {
            status = wm_lanes_pass(lanes->publisher, 0, err);
        }
    }
    return status;
}

/* ---- the census ---- */

static wm_status census_tick(void *context, uint64_t done, uint64_t total, wm_error *err)
{
    (void)done; /* what counts are records that went into packs */
    (void)total;
    return wm_lanes_pass(context, 0, err);
}

/* True: it is this lane's to take. False: it is there, or another lane has it. */
static bool claim_census(wm_lanes *lanes, bool *there_out)
{
    (void)pthread_mutex_lock(&lanes->lock);
    bool mine = lanes->census == NULL && !lanes->census_is_pending;
    if (lanes->census_is_pending) {
        wait_a_moment(lanes);
    }
    lanes->census_is_pending = lanes->census_is_pending || mine;
    *there_out = lanes->census != NULL;
    (void)pthread_mutex_unlock(&lanes->lock);
    return mine;
}

static wm_status take_census(wm_publisher *publisher, wm_error *err)
{
    wm_lanes *lanes = publisher->lanes;
    wm_watch watch = { census_tick, publisher };
    wm_census_wish wish = { publisher->edition, lanes->census_release, &watch };
    wm_census *census = NULL;
    wm_status status = wm_census_take(publisher->store, &wish, &census, err);
    (void)pthread_mutex_lock(&lanes->lock);
    lanes->census = census;
    lanes->census_is_pending = false;
    (void)pthread_cond_broadcast(&lanes->changed);
    (void)pthread_mutex_unlock(&lanes->lock);
    return status;
}

wm_status wm_lanes_census(wm_publisher *publisher, wm_str code, int64_t release,
                          const wm_census **census_out, wm_error *err)
{
    wm_lanes *lanes = publisher->lanes;
    wm_state wanted;
    wm_state known;
    bool there = false;
    *census_out = NULL;
    if (lanes == NULL) {
        return WM_OK;
    }
    wm_status status = wm_publisher_state(publisher, code, release, &wanted, err);
    if (status == WM_OK) {
        status = wm_publisher_state(publisher, code, lanes->census_release, &known, err);
    }
    if (status != WM_OK || !wm_digest_equal(&wanted.digest, &known.digest)) {
        return status;
    }
    while (status == WM_OK && !there) {
        status = claim_census(lanes, &there) ? take_census(publisher, err)
                                             : wm_lanes_pass(publisher, 0, err);
    }
    *census_out = status == WM_OK ? lanes->census : NULL;
    return status;
}

/* ---- the caller ---- */

/* What a lane wrote becomes the run's, as if it had been written here and now. */
static wm_status take_over(wm_publisher *publisher, const part *p, wm_error *err)
{
    wm_status status = WM_OK;
    for (size_t i = 0; i < p->unsynced.count && status == WM_OK; i++) {
        status = wm_names_add(&publisher->unsynced, p->unsynced.items[i], err);
    }
    for (size_t i = 0; i < p->written_count && status == WM_OK; i++) {
        status = wm_publisher_remember(publisher, &p->written[i], err);
    }
    for (size_t i = 0; i < p->cut_count && status == WM_OK; i++) {
        status = wm_publisher_remember_cut(publisher, &p->cuts[i].header, &p->cuts[i].file, err);
    }
    return status;
}

wm_status wm_lanes_take(wm_lanes *lanes, size_t at, const wm_listed_file **files_out,
                        size_t *file_count_out, wm_error *err)
{
    part *p = &lanes->parts[at];
    (void)pthread_mutex_lock(&lanes->lock);
    bool mine = p->state == PART_FREE;
    p->state = mine ? PART_CLAIMED : p->state;
    (void)pthread_mutex_unlock(&lanes->lock);
    if (mine) {
        begin_part(lanes->publisher, p);
        wm_status made = wm_publisher_update_partition(lanes->publisher, p->held, files_out,
                                                       file_count_out, err);
        end_part(lanes->publisher);
        return made == WM_OK ? wm_lanes_pass(lanes->publisher, 0, err) : made;
    }
    wm_status status = wait_for(lanes, p, err);
    if (status == WM_OK && p->status != WM_OK) {
        return wm_fail(err, p->status, "%s", p->error.text);
    }
    if (status == WM_OK) {
        status = take_over(lanes->publisher, p, err);
    }
    if (status == WM_OK) {
        status = wm_lanes_pass(lanes->publisher, 0, err);
    }
    if (status == WM_OK) {
        *files_out = p->files;
        *file_count_out = p->file_count;
    }
    return status;
}

/* Records of those that are new or changed since the feed's release. */
static wm_status weigh(wm_lanes *lanes, part *p, wm_error *err)
{
    wm_publisher *publisher = lanes->publisher;
    wm_state state;
    wm_status status =
        wm_publisher_state(publisher, p->held->code, publisher->release.number, &state, err);
    bool is_new = p->held->role.head.version == 0;
    if (status == WM_OK &&
        (is_new || !wm_digest_equal(&p->held->listed.state.digest, &state.digest))) {
        p->weight = state.records;
        lanes->total += p->weight;
    }
    return status;
}

static void start_others(wm_lanes *lanes)
{
    const wm_publish_options *options = lanes->publisher->options;
    size_t wanted = options->threads > 1 ? options->threads - 1 : 0;
    wanted = wanted < WM_LANES_MAX - 1 ? wanted : WM_LANES_MAX - 1;
    wanted = wanted < lanes->count ? wanted : lanes->count - (lanes->count > 0 ? 1 : 0);
    if (wanted == 0 || options->database == NULL) {
        return;
    }
    lanes->others = wm_arena_array(lanes->publisher->arena, wanted, sizeof *lanes->others);
    for (size_t i = 0; lanes->others != NULL && i < wanted; i++) {
        if (!open_lane(&lanes->others[i], lanes, i + 1)) {
            close_lane(&lanes->others[i]);
            break;
        }
        lanes->other_count++;
    }
}

wm_status wm_lanes_open(wm_publisher *publisher, const wm_feed_partition *const *held, size_t count,
                        wm_lanes **lanes_out, wm_error *err)
{
    wm_lanes *lanes = wm_arena_alloc(publisher->arena, sizeof *lanes);
    if (lanes == NULL) {
        return wm_fail_memory(err);
    }
    *lanes = (wm_lanes){ .publisher = publisher, .count = count, .back = count };
    lanes->census_release =
        publisher->held.exists ? publisher->held.release.release : publisher->release.number;
    lanes->parts = wm_arena_array(publisher->arena, count, sizeof *lanes->parts);
    wm_status status = lanes->parts != NULL ? WM_OK : wm_fail_memory(err);
    for (size_t i = 0; status == WM_OK && lanes->parts != NULL && i < count; i++) {
        lanes->parts[i].held = held[i];
        status = weigh(lanes, &lanes->parts[i], err);
    }
    if (status != WM_OK) {
        return status;
    }
    if (pthread_mutex_init(&lanes->lock, NULL) != 0) {
        return wm_fail_memory(err);
    }
    if (pthread_cond_init(&lanes->changed, NULL) != 0) {
        (void)pthread_mutex_destroy(&lanes->lock);
        return wm_fail_memory(err);
    }
    publisher->lanes = lanes;
    start_others(lanes);
    *lanes_out = lanes;
    return WM_OK;
}

void wm_lanes_close(wm_lanes *lanes)
{
    if (lanes == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&lanes->lock);
    lanes->is_over = true;
    (void)pthread_mutex_unlock(&lanes->lock);
    for (size_t i = 0; lanes->others != NULL && i < lanes->other_count; i++) {
        close_lane(&lanes->others[i]);
    }
    wm_census_free(lanes->census);
    (void)pthread_cond_destroy(&lanes->changed);
    (void)pthread_mutex_destroy(&lanes->lock);
    lanes->publisher->lanes = NULL;
}
