/* drive.c: a transport drives a client to its end; what broke is tried again.
 *
 *   round: fetch all that is wanted -> give each -> what broke?
 *      nothing                     the next round
 *      something that may pass     pause, and the next round, for as long as there is patience
 *      else                        the client is stopped, and keeps what came of packs */
#include "client/machine.h"
#include "client/patience.h"

#define WASTE_BYTES (16 * WM_MIB) /* and twice the packs may come in vain */

typedef struct sync_run {
    wm_client *client;
    wm_transport *transport;
    wm_transport_watch watch;
    wm_patience patience;
    uint64_t packs_before; /* bytes of packs that had been given when this round began */
    uint64_t bytes_before;
    uint32_t files_before;
    uint64_t wasted; /* bytes that came, and have to come again */

    /* the round */
    wm_want *wants;
    uint32_t *tokens;
    wm_fetched *results;
    size_t count;
    size_t capacity;
} sync_run;

/* ---- who looks on ---- */

static bool report(sync_run *run)
{
    run->patience.progress.state = run->client->state;
    return wm_patience_report(&run->patience);
}

/* How far this round has come. */
static bool look(void *context, const wm_want *wants, const wm_fetched *results, size_t count)
{
    sync_run *run = context;
    wm_sync_progress *progress = &run->patience.progress;
    bool packs = run->client->state == WM_CLIENT_PACKS;
    progress->bytes_done = run->bytes_before;
    progress->packs_done = run->packs_before;
    progress->file = (wm_str){ NULL, 0 };
    for (size_t i = 0; i < count; i++) {
        uint64_t have = results[i].offset + results[i].bytes.len;
        progress->bytes_done += results[i].bytes.len;
        progress->packs_done += packs ? have : 0;
        if (progress->file.len == 0 && results[i].status == WM_OK && have < wants[i].max_bytes) {
            progress->file = wants[i].path;
        }
        wm_client_keep_part(run->client, run->tokens[i], &results[i]);
    }
    return report(run);
}

/* Before a round: what is there, and what there will be. */
static void count_wanted(sync_run *run)
{
    const wm_client *client = run->client;
    wm_sync_progress *progress = &run->patience.progress;
    progress->bytes_done = client->summary.metadata_bytes + client->summary.pack_bytes;
    progress->file = run->count > 0 ? run->wants[0].path : (wm_str){ NULL, 0 };
    run->bytes_before = progress->bytes_done;
    if (client->state != WM_CLIENT_PACKS) {
        return;
    }
    progress->packs_done = 0;
    progress->packs_total = 0;
    progress->files_done = 0;
    progress->files_total = 0;
    for (size_t i = 0; i < client->partition_count; i++) {
        const wm_client_partition *partition = &client->partitions[i];
        for (size_t k = 0; k < partition->chain_count; k++) {
            bool whole = partition->bytes[k].len > 0;
            progress->packs_total += (uint64_t)partition->chain[k].file->length;
            progress->packs_done += partition->bytes[k].len;
            progress->files_total++;
            progress->files_done += whole ? 1 : 0;
        }
    }
    run->packs_before = progress->packs_done;
    for (size_t i = 0; i < client->want_count; i++) {
        progress->packs_done += client->wants[i].want.offset;
    }
}

/* ---- one round ---- */

static void batch_free(sync_run *run)
{
    const wm_env *env = run->client->env;
    wm_env_free(env, run->wants, run->capacity * sizeof *run->wants);
    wm_env_free(env, run->tokens, run->capacity * sizeof *run->tokens);
    wm_env_free(env, run->results, run->capacity * sizeof *run->results);
    run->wants = NULL;
    run->tokens = NULL;
    run->results = NULL;
    run->capacity = 0;
}

static wm_status batch_fill(sync_run *run, wm_error *err)
{
    const wm_client_want *wants = NULL;
    const wm_env *env = run->client->env;
    size_t count = wm_client_wants(run->client, &wants);
    count = count < WM_TRANSPORT_WANTS_MAX ? count : WM_TRANSPORT_WANTS_MAX;
    run->count = count;
    if (count > run->capacity) {
        batch_free(run);
        run->capacity = count;
        run->wants = wm_env_alloc(env, count * sizeof *run->wants);
        run->tokens = wm_env_alloc(env, count * sizeof *run->tokens);
        run->results = wm_env_alloc(env, count * sizeof *run->results);
        if (run->wants == NULL || run->tokens == NULL || run->results == NULL) {
            return wm_fail_memory(err);
        }
    }
    for (size_t i = 0; i < count; i++) {
        run->wants[i] = wants[i].want;
        run->tokens[i] = wants[i].token;
    }
    return WM_OK;
}

/* What broke in a round: the first that is final, else the first. */
typedef struct breakage {
    bool broke;
    bool may_pass;
    unsigned retry_after_s; /* the longest that is asked for */
    uint64_t came;          /* bytes */
    uint64_t gained;        /* those of them that need not come again */
    wm_error error;
} breakage;

static void note(breakage *all, const wm_fetched *result)
{
    if (!all->broke || (all->may_pass && !result->may_pass)) {
        all->error = result->error;
        all->error.status = WM_NETWORK;
        all->may_pass = result->may_pass;
    }
    all->broke = true;
    if (result->retry_after_s > all->retry_after_s) {
        all->retry_after_s = result->retry_after_s;
    }
}

/* How much of a file is here now that is still wanted; 0 if it is not. */
static uint64_t offset_of(const wm_client *client, uint32_t token)
{
    for (size_t i = 0; i < client->want_count; i++) {
        if (client->wants[i].token == token) {
            return client->wants[i].want.offset;
        }
    }
    return 0;
}

/* Hands it to the client. What broke, and was not kept, came in vain. */
static wm_status give(sync_run *run, size_t at, breakage *all, wm_error *err)
{
    wm_fetched *result = &run->results[at];
    bool broke = result->status == WM_NETWORK;
    uint64_t came = result->bytes.len;
    uint64_t before = run->wants[at].offset;
    if (broke) {
        note(all, result);
    }
    wm_status status = wm_client_give(run->client, run->tokens[at], result, err);
    uint64_t after = broke ? offset_of(run->client, run->tokens[at]) : before + came;
    all->came += came;
    all->gained += after > before ? after - before : 0;
    return status;
}

static wm_status run_round(sync_run *run, breakage *all, wm_error *err)
{
    wm_status status = batch_fill(run, err);
    if (status != WM_OK) {
        return status;
    }
    count_wanted(run);
    if (!report(run)) {
        return WM_OK;
    }
    run->transport->watch = &run->watch;
    status = wm_transport_fetch(run->transport, run->wants, run->results, run->count, err);
    run->transport->watch = NULL;
    for (size_t i = 0; i < run->count && status == WM_OK; i++) {
        status = give(run, i, all, err);
        if (run->client->state == WM_CLIENT_DONE) {
            break; /* the feed is behind: the rest is of no use */
        }
    }
    wm_fetched_fini(run->results, run->count);
    return status;
}

/* ---- trying again ---- */

/* What a full answer would now cost, beyond what was allowed: a server that breaks off and ignores
 * ranges sends the same bytes again and again. */
static bool is_beyond_allowance(const wm_client *client)
{
    uint64_t left = 0;
    for (size_t i = 0; i < client->want_count; i++) {
        if (client->want_parts[i] != NULL) {
            left += client->wants[i].want.max_bytes - client->wants[i].want.offset;
        }
    }
    return client->options.max_bytes > 0 && left > 0 &&
           client->summary.pack_bytes + left > client->options.max_bytes;
}

/* Pauses. WM_OK: try again. Else the reason to stop is in `all`. */
static wm_status wait_for_better(sync_run *run, breakage *all)
{
    const wm_client *client = run->client;
    run->wasted += all->came > all->gained ? all->came - all->gained : 0;
    if (run->patience.stopped || !all->may_pass ||
        run->wasted > 2 * run->patience.progress.packs_total + WASTE_BYTES) {
        return all->error.status;
    }
    if (is_beyond_allowance(client)) {
        return wm_fail(&all->error, WM_REFUSED,
                       "%llu bytes of packs came, not all of them of use, and %llu are allowed",
                       (unsigned long long)client->summary.pack_bytes,
                       (unsigned long long)client->options.max_bytes);
    }
    return wm_patience_wait(&run->patience, all->gained, all->retry_after_s, &all->error);
}

static wm_status run_to_end(sync_run *run, wm_error *err)
{
    const wm_client_want *wants = NULL;
    wm_status status = WM_OK;
    while (status == WM_OK && wm_client_wants(run->client, &wants) > 0) {
        breakage all = { .broke = false };
        status = run_round(run, &all, err);
        if (status != WM_OK) {
            break;
        }
        if (all.broke && !run->patience.stopped && run->client->state != WM_CLIENT_DONE) {
            status = wait_for_better(run, &all);
        } else if (!all.broke) {
            run->patience.vain = 0;
        }
        if (status == WM_OK && run->patience.stopped) {
            status = wm_fail(&all.error, WM_NETWORK, "stopped");
        }
        if (status != WM_OK) {
            if (err != NULL) {
                *err = all.error;
            }
            status = wm_client_stop(run->client, &all.error);
        }
    }
    return status;
}

wm_status wm_sync_drive(wm_client *client, wm_transport *transport, const wm_sync_driver *driver,
                        wm_client_summary *summary_out, wm_error *err)
{
    sync_run run = { .client = client, .transport = transport };
    wm_patience_init(&run.patience, client->env, driver);
    run.watch = (wm_transport_watch){ look, &run };
    wm_status status = run_to_end(&run, err);
    batch_free(&run);
    if (status != WM_OK) {
        if (summary_out != NULL) {
            *summary_out = client->summary;
        }
        return status;
    }
    (void)report(&run);
    return wm_client_outcome(client, summary_out, err);
}

wm_status wm_sync_run(wm_client *client, wm_transport *transport, wm_client_summary *summary_out,
                      wm_error *err)
{
    return wm_sync_drive(client, transport, NULL, summary_out, err);
}
