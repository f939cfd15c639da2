/* seen.c: which services have been listed: a table of digests, open addressing, never more than
 * half full. */
#include <waymark/sys/digest.h>
#include <waymark/sys/limits.h>

#include "harvest/harvest.h"

#define CAPACITY_FIRST 1024
#define PASS_BITS ((uint64_t)3)

void harvest_seen_init(harvest_seen *seen, const wm_env *env)
{
    *seen = (harvest_seen){ .env = env };
    if (env->random == NULL ||
        env->random(env->context, seen->secret, sizeof seen->secret) != WM_OK) {
        memset(seen->secret, 0, sizeof seen->secret);
    }
}

void harvest_seen_fini(harvest_seen *seen)
{
    wm_env_free(seen->env, seen->slots, seen->capacity * sizeof *seen->slots);
    seen->slots = NULL;
}

static uint64_t digest_of(const harvest_seen *seen, wm_str id)
{
    wm_digest digest;
    uint64_t number = 0;
    wm_str parts[] = { { seen->secret, sizeof seen->secret }, id };
    wm_digest_of(parts, 2, &digest);
    memcpy(&number, digest.bytes, sizeof number);
    return number & ~PASS_BITS;
}

/* Where it is, or the free slot where it would be. */
static size_t slot_of(const uint64_t *slots, size_t capacity, uint64_t digest)
{
    size_t at = (size_t)(digest >> 2) & (capacity - 1);
    while (slots[at] != 0 && (slots[at] & ~PASS_BITS) != digest) {
        at = (at + 1) & (capacity - 1);
    }
    return at;
}

unsigned harvest_seen_pass(const harvest_seen *seen, wm_str id)
{
    if (seen->capacity == 0) {
        return 0;
    }
    size_t at = slot_of(seen->slots, seen->capacity, digest_of(seen, id));
    return (unsigned)(seen->slots[at] & PASS_BITS);
}

static wm_status grow(harvest_seen *seen, wm_error *err)
{
    size_t capacity = seen->capacity > 0 ? 2 * seen->capacity : CAPACITY_FIRST;
    uint64_t *slots = wm_env_alloc(seen->env, capacity * sizeof *slots);
    if (slots == NULL) {
        return wm_fail_memory(err);
    }
    for (size_t i = 0; i < seen->capacity; i++) {
        if (seen->slots[i] != 0) {
            slots[slot_of(slots, capacity, seen->slots[i] & ~PASS_BITS)] = seen->slots[i];
        }
    }
    wm_env_free(seen->env, seen->slots, seen->capacity * sizeof *slots);
    seen->slots = slots;
    seen->capacity = capacity;
    return WM_OK;
}

wm_status harvest_seen_put(harvest_seen *seen, wm_str id, unsigned pass, wm_error *err)
{
    if (2 * (seen->count + 1) > seen->capacity) {
        wm_status status = grow(seen, err);
        if (status != WM_OK) {
            return status;
        }
    }
    uint64_t digest = digest_of(seen, id);
    size_t at = slot_of(seen->slots, seen->capacity, digest);
    if (seen->slots[at] == 0 && seen->count == WM_HARVEST_SERVICES_MAX) {
        return wm_fail(err, WM_TOO_LARGE, "expected at most %d services, found more",
                       WM_HARVEST_SERVICES_MAX);
    }
    seen->count += seen->slots[at] == 0 ? 1 : 0;
    seen->slots[at] = digest | pass;
    return WM_OK;
}
