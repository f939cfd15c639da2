/* fault.c: one counter under three allocators. Test programs are single-threaded where they arm it.
 */
#include "fault.h"

#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <sqlite3.h>

static struct {
    long nth; /* -1: never */
    int forever;
    long count;
    int fired;
    long live_blocks;
} faults = { .nth = -1 };

static int must_fail(void)
{
    long mine = faults.count++;
    if (faults.nth < 0 || mine < faults.nth || (mine > faults.nth && !faults.forever)) {
        return 0;
    }
    faults.fired = 1;
    return 1;
}

static void *fault_resize(void *context, void *block, size_t old_bytes, size_t new_bytes)
{
    (void)context;
    (void)old_bytes;
    if (must_fail()) {
        return NULL;
    }
    faults.live_blocks += block == NULL ? 1 : 0;
    return realloc(block, new_bytes);
}

static void fault_release(void *context, void *block, size_t bytes)
{
    (void)context;
    (void)bytes;
    faults.live_blocks -= block != NULL ? 1 : 0;
    free(block);
}

static int64_t fault_now_s(void *context)
{
    return ((wm_fault_env *)context)->time_s;
}

static wm_status fault_random(void *context, void *bytes, size_t length)
{
    wm_fault_env *fault = context;
    unsigned char *at = bytes;
    for (size_t i = 0; i < length; i++) {
        fault->random_state = fault->random_state * 6364136223846793005ULL + 1442695040888963407ULL;
        at[i] = (unsigned char)(fault->random_state >> 56);
    }
    return WM_OK;
}

void wm_fault_env_init(wm_fault_env *fault)
{
    memset(fault, 0, sizeof *fault);
    fault->env = (wm_env){ fault_resize, fault_release, fault_now_s, fault_random, fault };
    fault->time_s = 1767571200; /* 2026-01-05 */
    fault->random_state = 7;
}

static void *json_malloc(size_t bytes)
{
    return must_fail() ? NULL : malloc(bytes);
}

/* SQLite's allocator must know sizes: each block carries its own in front. */
static void *sql_malloc(int bytes)
{
    if (must_fail()) {
        return NULL;
    }
    sqlite3_int64 *block = malloc((size_t)bytes + sizeof *block);
    if (block == NULL) {
        return NULL;
    }
    block[0] = bytes;
    return block + 1;
}

static void sql_free(void *block)
{
    free((sqlite3_int64 *)block - 1);
}

static void *sql_realloc(void *block, int bytes)
{
    if (must_fail()) {
        return NULL;
    }
    sqlite3_int64 *grown = realloc((sqlite3_int64 *)block - 1, (size_t)bytes + sizeof *grown);
    if (grown == NULL) {
        return NULL;
    }
    grown[0] = bytes;
    return grown + 1;
}

static int sql_size(void *block)
{
    return block == NULL ? 0 : (int)((sqlite3_int64 *)block - 1)[0];
}

static int sql_round_up(int bytes)
{
    return (bytes + 7) & ~7;
}

static int sql_init(void *context)
{
    (void)context;
    return SQLITE_OK;
}

static void sql_shutdown(void *context)
{
    (void)context;
}

void wm_fault_install(void)
{
    cJSON_Hooks hooks = { json_malloc, free };
    cJSON_InitHooks(&hooks);
    static sqlite3_mem_methods methods = { sql_malloc,   sql_free, sql_realloc,  sql_size,
                                           sql_round_up, sql_init, sql_shutdown, NULL };
    if (sqlite3_config(SQLITE_CONFIG_MALLOC, &methods) != SQLITE_OK ||
        sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0) != SQLITE_OK) {
        abort();
    }
}

void wm_fault_arm(long nth, int forever)
{
    faults.nth = nth;
    faults.forever = forever;
    faults.count = 0;
    faults.fired = 0;
}

long wm_fault_count(void)
{
    return faults.count;
}

int wm_fault_fired(void)
{
    return faults.fired;
}

long wm_fault_live_blocks(void)
{
    return faults.live_blocks;
}
