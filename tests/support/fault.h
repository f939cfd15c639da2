/* fault.h: fail the nth allocation, for every n, until none fires.
 *
 *   wm_fault_env fault;
 *   FAULT_SWEEP(body(&fault.env, context), check(context))
 *
 * The body runs with allocation 0, 1, 2... failing (ours by the env, cJSON's and SQLite's by their
 * process-wide hooks) until it runs through with none having fired. After each run `check` must
 * hold: the right answer, or a declared error and everything intact. Call wm_fault_install once in
 * main, before anything uses SQLite. */
#ifndef WAYMARK_FAULT_H
#define WAYMARK_FAULT_H

#include <waymark/sys/env.h>

typedef struct wm_fault_env {
    wm_env env;
    int64_t time_s; /* what now_s says */
    uint64_t random_state;
} wm_fault_env;

/* Put counting allocators under cJSON and SQLite. */
void wm_fault_install(void);
void wm_fault_env_init(wm_fault_env *fault);

/* Fail allocation number `nth` (0 = the next) and, if `forever`, all after it. -1: none. */
void wm_fault_arm(long nth, int forever);
/* How many allocations have been asked for since the last arm. */
long wm_fault_count(void);
/* True if the armed failure has fired. */
int wm_fault_fired(void);
/* Bytes and blocks that the env has given out and not got back; to find leaks without a sanitizer.
 */
long wm_fault_live_blocks(void);

#define FAULT_SWEEP(body, check)                                                                   \
    do {                                                                                           \
        for (int wm_forever_ = 0; wm_forever_ <= 1; wm_forever_++) {                               \
            for (long wm_nth_ = 0;; wm_nth_++) {                                                   \
                wm_fault_arm(wm_nth_, wm_forever_);                                                \
                body;                                                                              \
                int wm_fired_ = wm_fault_fired();                                                  \
                wm_fault_arm(-1, 0);                                                               \
                check;                                                                             \
                if (!wm_fired_) {                                                                  \
                    break;                                                                         \
                }                                                                                  \
            }                                                                                      \
        }                                                                                          \
    } while (0)

/* The same with far fewer runs: "memory is out and stays out" only at every 16th place, since such
 * a run ends at the first failure that is noticed, and each place by itself shows whether it is
 * noticed. */
#define FAULT_SWEEP_EACH(body, check)                                                              \
    do {                                                                                           \
        for (long wm_nth_ = 0, wm_fired_ = 1; wm_fired_; wm_nth_++) {                              \
            for (int wm_forever_ = 0; wm_forever_ <= (wm_nth_ % 16 == 0 ? 1 : 0); wm_forever_++) { \
                wm_fault_arm(wm_nth_, wm_forever_);                                                \
                body;                                                                              \
                wm_fired_ = wm_fault_fired();                                                      \
                wm_fault_arm(-1, 0);                                                               \
                check;                                                                             \
            }                                                                                      \
        }                                                                                          \
    } while (0)

#endif
