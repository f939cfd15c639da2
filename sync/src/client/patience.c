/* patience.c: see patience.h. */
#include <time.h>

#include "client/patience.h"

#define TRIES 5
#define PATIENCE_S 300
#define PAUSE_FIRST_MS ((uint64_t)500)
#define PAUSE_MOST_MS ((uint64_t)30000)
#define PROGRESS_BYTES ((uint64_t)16 * 1024) /* a try that brought so much anew was no vain one */

void wm_patience_init(wm_patience *patience, const wm_env *env, const wm_sync_driver *driver)
{
    static const wm_sync_driver none = { .tries = 0 };
    *patience = (wm_patience){ .env = env, .driver = driver != NULL ? *driver : none };
    driver = &patience->driver;
    patience->driver.tries = driver->tries > 0 ? driver->tries : TRIES;
    patience->driver.patience_s = driver->patience_s > 0 ? driver->patience_s : PATIENCE_S;
}

bool wm_patience_report(wm_patience *patience)
{
    const wm_sync_driver *driver = &patience->driver;
    if (driver->progress != NULL && !patience->stopped) {
        patience->stopped = !driver->progress(driver->context, &patience->progress);
    }
    return !patience->stopped;
}

static bool sleep_ms(uint64_t milliseconds)
{
    struct timespec left = { (time_t)(milliseconds / 1000), (long)(milliseconds % 1000) * 1000000 };
    return nanosleep(&left, NULL) == 0;
}

/* Between 0 and `most`, evenly enough. Without a random source: `most`. */
static uint64_t jitter(const wm_env *env, uint64_t most)
{
    uint64_t number = 0;
    if (env->random == NULL || env->random(env->context, &number, sizeof number) != WM_OK) {
        return most;
    }
    return number % (most + 1);
}

static uint64_t pause_for(const wm_patience *patience, unsigned retry_after_s)
{
    uint64_t most = PAUSE_FIRST_MS;
    for (unsigned i = 1; i < patience->vain && most < PAUSE_MOST_MS; i++) {
        most *= 2;
    }
    most = most < PAUSE_MOST_MS ? most : PAUSE_MOST_MS;
    return (uint64_t)retry_after_s * 1000 + jitter(patience->env, most);
}

static void pause_now(wm_patience *patience, uint64_t pause_ms, const char *reason)
{
    const wm_sync_driver *driver = &patience->driver;
    patience->paused_ms += pause_ms;
    patience->progress.pause_ms = pause_ms;
    patience->progress.reason = reason;
    bool goes_on = wm_patience_report(patience);
    patience->progress.pause_ms = 0;
    patience->progress.reason = NULL;
    if (goes_on) {
        patience->stopped =
            driver->pause != NULL ? !driver->pause(driver->context, pause_ms) : !sleep_ms(pause_ms);
    }
}

wm_status wm_patience_wait(wm_patience *patience, uint64_t gained, unsigned retry_after_s,
                           wm_error *why)
{
    uint64_t patience_ms = (uint64_t)patience->driver.patience_s * 1000;
    patience->vain = gained >= PROGRESS_BYTES ? 1 : patience->vain + 1;
    if (patience->vain >= patience->driver.tries) {
        return why->status;
    }
    uint64_t pause_ms = pause_for(patience, retry_after_s);
    if (pause_ms > patience_ms || patience->paused_ms > patience_ms - pause_ms) {
        if (retry_after_s > 0) {
            wm_error_context(why, "try again in %u s", retry_after_s);
        }
        return why->status;
    }
    pause_now(patience, pause_ms, why->text);
    return WM_OK;
}
