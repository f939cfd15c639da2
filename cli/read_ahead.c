/* read_ahead.c: a ring of drafts between the thread that reads and the one that writes.
 *
 *   next_taken .. next_read          read, for the writer, the first of them in its hands
 *   next_read .. next_taken + RING   the reader's
 *
 * The reader checks a draft as well while it is well ahead; else the writer does that, so that
 * neither waits for the other longer than it must. Who waits is woken when there is something to do
 * for a while, not for each draft. Under `lock`: the numbers, `at_end` and `is_over`; a draft is
 * used by the thread whose it is. */
#include "read_ahead.h"

#include <pthread.h>

#define RING 32
#define WELL_AHEAD 8

typedef struct read_slot {
    wm_import_draft *draft;
    int64_t at;
    wm_status status; /* not WM_OK: nothing comes after it */
    wm_error error;
} read_slot;

struct wm_read_ahead {
    const wm_env *env;
    wm_elements *elements;
    read_slot slots[RING];
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    uint64_t next_read;
    uint64_t next_taken;
    bool in_thread;
    bool has_one; /* the writer has the draft at next_taken */
    bool at_end;
    bool is_over;
};

/* ---- the reader ---- */

static void read_one(wm_read_ahead *ahead, read_slot *slot, bool check)
{
    wm_element element = { .number = 0 };
    wm_error_clear(&slot->error);
    slot->status = wm_elements_next(ahead->elements, &element, &slot->error);
    if (slot->status == WM_OK) {
        wm_import_draft_read(slot->draft, &element);
        if (check) {
            wm_import_draft_check(slot->draft);
        }
    }
    slot->at = wm_elements_at(ahead->elements);
}

static void *run_reader(void *context)
{
    wm_read_ahead *ahead = context;
    (void)pthread_mutex_lock(&ahead->lock);
    while (!ahead->is_over && !ahead->at_end) {
        uint64_t read = ahead->next_read - ahead->next_taken;
        if (read == RING) {
            (void)pthread_cond_wait(&ahead->changed, &ahead->lock);
            continue;
        }
        read_slot *slot = &ahead->slots[ahead->next_read % RING];
        (void)pthread_mutex_unlock(&ahead->lock);
        read_one(ahead, slot, read >= WELL_AHEAD);
        (void)pthread_mutex_lock(&ahead->lock);
        ahead->next_read++;
        ahead->at_end = slot->status != WM_OK;
        if (ahead->at_end || ahead->next_read - ahead->next_taken == WELL_AHEAD) {
            (void)pthread_cond_signal(&ahead->changed);
        }
    }
    (void)pthread_mutex_unlock(&ahead->lock);
    return NULL;
}

/* ---- the writer ---- */

/* The one that the writer had is the reader's again. */
static read_slot *wait_for_one(wm_read_ahead *ahead)
{
    (void)pthread_mutex_lock(&ahead->lock);
    if (ahead->has_one) {
        ahead->next_taken++;
        if (ahead->next_read - ahead->next_taken == RING / 2) {
            (void)pthread_cond_signal(&ahead->changed);
        }
    }
    if (ahead->next_read == ahead->next_taken) {
        while (!ahead->at_end && ahead->next_read - ahead->next_taken < WELL_AHEAD) {
            (void)pthread_cond_wait(&ahead->changed, &ahead->lock);
        }
    }
    read_slot *slot = &ahead->slots[ahead->next_taken % RING];
    (void)pthread_mutex_unlock(&ahead->lock);
    return slot;
}

wm_status wm_read_ahead_next(wm_read_ahead *ahead, wm_import_draft **draft_out, int64_t *at_out,
                             wm_error *err)
{
    read_slot *slot = &ahead->slots[0];
    if (ahead->in_thread) {
        slot = wait_for_one(ahead);
    } else {
        read_one(ahead, slot, false);
    }
    ahead->has_one = slot->status == WM_OK;
    if (slot->status != WM_OK) {
        *err = slot->error;
        return slot->status;
    }
    *draft_out = slot->draft;
    *at_out = slot->at;
    return WM_OK;
}

static bool start_thread(wm_read_ahead *ahead)
{
    if (pthread_mutex_init(&ahead->lock, NULL) != 0) {
        return false;
    }
    if (pthread_cond_init(&ahead->changed, NULL) == 0) {
        if (pthread_create(&ahead->thread, NULL, run_reader, ahead) == 0) {
            return true;
        }
        (void)pthread_cond_destroy(&ahead->changed);
    }
    (void)pthread_mutex_destroy(&ahead->lock);
    return false;
}

wm_status wm_read_ahead_open(const wm_env *env, wm_elements *elements, const wm_import *import,
                             bool in_thread, wm_read_ahead **ahead_out, wm_error *err)
{
    wm_read_ahead *ahead = wm_env_alloc(env, sizeof *ahead);
    if (ahead == NULL) {
        return wm_fail_memory(err);
    }
    ahead->env = env;
    ahead->elements = elements;
    wm_status status = WM_OK;
    for (size_t i = 0; i < (in_thread ? RING : 1) && status == WM_OK; i++) {
        status = wm_import_draft_new(import, &ahead->slots[i].draft, err);
    }
    if (status != WM_OK) {
        wm_read_ahead_close(ahead);
        return status;
    }
    ahead->in_thread = in_thread && start_thread(ahead);
    *ahead_out = ahead;
    return WM_OK;
}

void wm_read_ahead_close(wm_read_ahead *ahead)
{
    if (ahead == NULL) {
        return;
    }
    if (ahead->in_thread) {
        (void)pthread_mutex_lock(&ahead->lock);
        ahead->is_over = true;
        (void)pthread_cond_signal(&ahead->changed);
        (void)pthread_mutex_unlock(&ahead->lock);
        (void)pthread_join(ahead->thread, NULL);
        (void)pthread_cond_destroy(&ahead->changed);
        (void)pthread_mutex_destroy(&ahead->lock);
    }
    for (size_t i = 0; i < RING; i++) {
        wm_import_draft_free(ahead->slots[i].draft);
    }
    wm_env_free(ahead->env, ahead, sizeof *ahead);
}
