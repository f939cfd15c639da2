/* states.c: the partitions of an edition as the database has them, release by release. A table is
 * read when it is first asked for: an incremental run needs two, and one for each older release
 * that a span starts from. */
#include "publish/publisher.h"

typedef struct state_collector {
    wm_arena *arena;
    wm_state_table *table;
} state_collector;

static wm_status collect_state(void *context, const wm_state *state, wm_error *err)
{
    state_collector *collector = context;
    wm_state_table *table = collector->table;
    wm_state *states = wm_arena_grow(collector->arena, table->states, table->count,
                                     &table->capacity, sizeof *states);
    if (states == NULL) {
        return wm_fail_memory(err);
    }
    table->states = states;
    wm_state copy = *state;
    copy.partition = wm_arena_copy(collector->arena, state->partition);
    if (copy.partition.ptr == NULL) {
        return wm_fail_memory(err);
    }
    table->states[table->count++] = copy;
    return WM_OK;
}

wm_status wm_publisher_states(wm_publisher *publisher, int64_t release,
                              const wm_state_table **table_out, wm_error *err)
{
    if (publisher->tables == NULL) {
        size_t count = (size_t)publisher->release.number + 1;
        publisher->tables = wm_arena_array(publisher->arena, count, sizeof *publisher->tables);
    }
    if (publisher->tables == NULL) {
        return wm_fail_memory(err);
    }
    wm_state_table *table = &publisher->tables[release];
    if (!table->loaded) {
        state_collector collector = { publisher->arena, table };
        wm_state_sink sink = { collect_state, &collector };
        wm_status status =
            wm_history_states(publisher->store, publisher->edition, release, &sink, err);
        if (status != WM_OK) {
            return status;
        }
        table->loaded = true;
    }
    *table_out = table;
    return WM_OK;
}

wm_status wm_publisher_state(wm_publisher *publisher, wm_str code, int64_t release,
                             wm_state *state_out, wm_error *err)
{
    static const wm_state_table none;
    const wm_state_table *table = &none;
    wm_status status = wm_publisher_states(publisher, release, &table, err);
    if (status != WM_OK) {
        return status;
    }
    size_t low = 0;
    size_t high = table->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = wm_str_compare(table->states[middle].partition, code);
        if (order == 0) {
            *state_out = table->states[middle];
            return WM_OK;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    wm_state empty = { .partition = code };
    wm_state_of_leaves(NULL, 0, &empty.buckets, &empty.digest);
    *state_out = empty;
    return WM_OK;
}
