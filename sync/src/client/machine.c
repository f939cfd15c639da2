/* machine.c: wants and gives, and the one function that sets the state.
 *
 *   give -> given(state) -> nothing wanted any more? leave(state) -> set_state -> enter(state) ->
 * ...
 *
 * What each state does is a row of the table in chase.c. The first failure is final: the client
 * keeps it, and wants nothing more. Bytes that did not come are no failure: the want stays. */
#include <assert.h>
#include <stdio.h>

#include "client/machine.h"

#define ARENA_BYTES_MAX ((size_t)2 * 1024 * WM_MIB)

const char *wm_client_state_name(wm_client_state state)
{
    return wm_client_step_of(state)->name;
}

static wm_status fail(wm_client *client, wm_status status, const wm_error *err)
{
    if (client->state == WM_CLIENT_PACKS || client->state == WM_CLIENT_APPLY) {
        wm_client_parts_store(client);
    }
    client->outcome = status;
    if (err != NULL) {
        client->error = *err;
    }
    client->want_count = 0;
    if (client->options.log != NULL) {
        client->options.log(client->options.log_context, client->state, WM_CLIENT_FAILED);
    }
    client->state = WM_CLIENT_FAILED;
    return status;
}

static bool is_final(wm_client_state state)
{
    return state == WM_CLIENT_DONE || state == WM_CLIENT_FAILED;
}

typedef struct taken_want {
    wm_want want;
    wm_want_purpose purpose;
    wm_client_part *part;
} taken_want;

static taken_want take_want(wm_client *client, size_t at)
{
    taken_want taken = { client->wants[at].want, client->purposes[at], client->want_parts[at] };
    size_t last = --client->want_count;
    client->wants[at] = client->wants[last];
    client->purposes[at] = client->purposes[last];
    client->want_parts[at] = client->want_parts[last];
    return taken;
}

/* The whole pack goes on to its step. One that was put together may have been put together wrongly,
 * or of two files: it is fetched once more. */
static wm_status hand_on_pack(wm_client *client, const taken_want *taken, wm_fetched *fetched,
                              wm_error *err)
{
    wm_client_part *part = taken->part;
    wm_status status = wm_client_part_join(part, fetched, err);
    if (status == WM_OK) {
        status = wm_client_step_of(client->state)->given(client, &taken->purpose, fetched, err);
    }
    if (status != WM_NOT_TRUSTED || !part->joined || part->afresh) {
        return status;
    }
    char path[WM_TRANSPORT_PATH_BYTES_MAX + 1];
    wm_error_clear(err);
    (void)snprintf(path, sizeof path, "%.*s", WM_STR_ARG(taken->want.path));
    status = wm_client_part_forget(client, part, err);
    if (status == WM_OK) {
        status = wm_client_want_file(client, taken->purpose, path, taken->want.max_bytes, err);
    }
    return status;
}

/* What the replica kept whole need not be asked for. */
static wm_status give_kept(wm_client *client, wm_error *err)
{
    wm_status status = WM_OK;
    for (size_t i = 0; i < client->want_count && status == WM_OK;) {
        const wm_want *want = &client->wants[i].want;
        if (client->want_parts[i] == NULL || want->offset < want->max_bytes) {
            i++;
            continue;
        }
        wm_fetched fetched = { .status = WM_OK, .offset = want->offset };
        wm_buf_init(&fetched.bytes, client->env, (size_t)want->max_bytes);
        taken_want taken = take_want(client, i);
        status = hand_on_pack(client, &taken, &fetched, err);
        wm_buf_fini(&fetched.bytes);
    }
    return status;
}

static wm_status set_state(wm_client *client, wm_client_state state, wm_error *err)
{
    if (client->options.log != NULL) {
        client->options.log(client->options.log_context, client->state, state);
    }
    client->state = state;
    const wm_client_step *step = wm_client_step_of(state);
    wm_status status = step->enter != NULL ? step->enter(client, err) : WM_OK;
    if (status == WM_OK && state == WM_CLIENT_PACKS) {
        status = wm_client_parts_load(client, err);
        if (status == WM_OK) {
            status = give_kept(client, err);
        }
    }
    return status;
}

/* A file that the feed should have is not there: the feed is a copy that is behind, or is being
 * written. For a replica that has an answer that is "no update", for as long as a feed that was
 * shown frozen would be: who withholds a file does no better than who shows an old one. */
static wm_status is_missing(wm_client *client, wm_str path, wm_error *err)
{
    if (client->held_release == 0) {
        return wm_fail(err, WM_NETWORK, "%.*s: the feed does not have it", WM_STR_ARG(path));
    }
    wm_status status = wm_client_may_wait(client, err);
    if (status != WM_OK) {
        wm_error_context(err, "the feed does not have %.*s", WM_STR_ARG(path));
        return status;
    }
    client->summary.lagging = true;
    client->outcome = WM_UNCHANGED;
    client->want_count = 0;
    return set_state(client, WM_CLIENT_DONE, err);
}

/* Go on for as long as nothing has to be fetched for it. */
static wm_status advance(wm_client *client, wm_error *err)
{
    wm_status status = WM_OK;
    while (status == WM_OK && client->want_count == 0 && !is_final(client->state)) {
        wm_client_state next = client->state;
        status = wm_client_step_of(client->state)->leave(client, &next, err);
        if (status == WM_OK) {
            status = set_state(client, next, err);
        } else if (status == WM_NOT_FOUND && client->missing.ptr != NULL) {
            status = is_missing(client, client->missing, err);
        }
    }
    return status;
}

wm_status wm_client_want_file(wm_client *client, wm_want_purpose purpose, const char *path,
                              uint64_t max_bytes, wm_error *err)
{
    if (client->want_count == client->want_capacity) {
        size_t capacity = client->want_capacity < 8 ? 8 : 2 * client->want_capacity;
        wm_client_want *wants = wm_arena_array(&client->arena, capacity, sizeof *wants);
        wm_want_purpose *purposes = wm_arena_array(&client->arena, capacity, sizeof *purposes);
        wm_client_part **parts = wm_arena_array(&client->arena, capacity, sizeof(wm_client_part *));
        if (wants == NULL || purposes == NULL || parts == NULL) {
            return wm_fail_memory(err);
        }
        if (client->want_count > 0) {
            memcpy(wants, client->wants, client->want_count * sizeof *wants);
            memcpy(purposes, client->purposes, client->want_count * sizeof *purposes);
            memcpy(parts, client->want_parts, client->want_count * sizeof(wm_client_part *));
        }
        client->wants = wants;
        client->purposes = purposes;
        client->want_parts = parts;
        client->want_capacity = capacity;
    }
    wm_want want = { .path = wm_arena_copy(&client->arena, wm_str_of(path)),
                     .max_bytes = max_bytes };
    if (want.path.ptr == NULL) {
        return wm_fail_memory(err);
    }
    wm_client_part *part = NULL;
    if (purpose.kind == WM_WANT_PACK) {
        const wm_feed_pack *pack = &client->partitions[purpose.partition].chain[purpose.link];
        part = wm_client_part_of(client, &pack->file->hashes.sha256, max_bytes);
        if (part == NULL) {
            return wm_fail_memory(err);
        }
    }
    client->want_parts[client->want_count] = part;
    client->purposes[client->want_count] = purpose;
    client->wants[client->want_count++] = (wm_client_want){ client->next_token++, want };
    return WM_OK;
}

size_t wm_client_wants(const wm_client *client, const wm_client_want **wants_out)
{
    *wants_out = client->wants;
    return client->want_count;
}

static wm_status count_file(wm_client *client, wm_str path, wm_client_part *part,
                            const wm_fetched *fetched, wm_error *err)
{
    wm_client_summary *summary = &client->summary;
    uint64_t bytes = fetched->bytes.len;
    summary->requests++;
    if (fetched->status != WM_OK && fetched->status != WM_NETWORK) {
        return WM_OK;
    }
    if (part != NULL) {
        summary->pack_bytes += bytes;
        part->came += bytes;
        bytes = part->came;
    } else {
        summary->metadata_bytes += bytes;
    }
    if (fetched->status != WM_OK) {
        return WM_OK;
    }
    wm_client_file *files = wm_arena_grow(&client->arena, client->files, summary->file_count,
                                          &client->file_capacity, sizeof *files);
    if (files == NULL) {
        return wm_fail_memory(err);
    }
    client->files = files;
    client->files[summary->file_count++] = (wm_client_file){ path, part != NULL, bytes };
    summary->files = client->files;
    return WM_OK;
}

/* What a transport says instead of bytes. WM_OK: there are bytes, or the step knows what to do. */
static wm_status check_fetched(wm_client *client, const wm_want *want, const wm_fetched *fetched,
                               wm_error *err)
{
    if (client->state == WM_CLIENT_SPANS && fetched->status != WM_NETWORK &&
        fetched->status != WM_NO_MEMORY) {
        return WM_OK; /* nothing depends on it */
    }
    /* What a transport let through beyond the cap is not even looked at. */
    if (fetched->status == WM_TOO_LARGE ||
        (fetched->status == WM_OK && fetched->bytes.len > want->max_bytes)) {
        return wm_fail(err, WM_NOT_TRUSTED, "%.*s: more than %llu bytes", WM_STR_ARG(want->path),
                       (unsigned long long)want->max_bytes);
    }
    if (fetched->status == WM_NOT_FOUND) {
        return client->state == WM_CLIENT_ROOT ? WM_OK : WM_NOT_FOUND;
    }
    if (fetched->status == WM_OK || fetched->status == WM_UNCHANGED) {
        return WM_OK;
    }
    return wm_fail(err, fetched->status, "%s", fetched->error.text);
}

/* It broke: the want stays. */
static wm_status keep_want(wm_client *client, size_t at, wm_fetched *fetched, wm_error *err)
{
    wm_client_want *want = &client->wants[at];
    wm_client_part *part = client->want_parts[at];
    wm_status status = count_file(client, want->want.path, part, fetched, err);
    return status == WM_OK && part != NULL ? wm_client_part_keep(part, &want->want, fetched, err)
                                           : status;
}

static wm_status take(wm_client *client, size_t at, wm_fetched *fetched, wm_error *err)
{
    if (fetched->status == WM_NETWORK) {
        return keep_want(client, at, fetched, err);
    }
    taken_want taken = take_want(client, at);
    const wm_want *want = &taken.want;
    /* Object stores say "refused" of what is not there; the next root mostly is not. */
    if (fetched->status == WM_REFUSED && client->state == WM_CLIENT_ROOT) {
        fetched->status = WM_NOT_FOUND;
    }
    wm_status status = count_file(client, want->path, taken.part, fetched, err);
    if (status == WM_OK) {
        status = check_fetched(client, want, fetched, err);
    }
    bool is_there = status == WM_OK;
    if (is_there) {
        status =
            taken.part != NULL
                ? hand_on_pack(client, &taken, fetched, err)
                : wm_client_step_of(client->state)->given(client, &taken.purpose, fetched, err);
        wm_error_context(err, "%.*s", WM_STR_ARG(want->path));
    }
    if ((status == WM_NOT_FOUND || status == WM_NOT_TRUSTED) &&
        wm_client_do_without(client, want->path, &taken.purpose, status, err)) {
        wm_error_clear(err);
        return WM_OK;
    }
    return status == WM_NOT_FOUND && !is_there ? is_missing(client, want->path, err) : status;
}

wm_status wm_client_give(wm_client *client, uint32_t token, wm_fetched *fetched, wm_error *err)
{
    wm_error own;
    wm_error_clear(&own);
    size_t at = 0;
    while (at < client->want_count && client->wants[at].token != token) {
        at++;
    }
    if (at == client->want_count) {
        return wm_fail(err, WM_BAD_ARGUMENT, "nothing is wanted under token %u", (unsigned)token);
    }
    wm_status status = take(client, at, fetched, &own);
    if (status == WM_OK) {
        status = advance(client, &own);
    }
    if (status != WM_OK) {
        (void)fail(client, status, &own);
        if (err != NULL) {
            *err = own;
        }
    }
    return status;
}

void wm_client_keep_part(wm_client *client, uint32_t token, const wm_fetched *fetched)
{
    for (size_t i = 0; i < client->want_count; i++) {
        if (client->wants[i].token == token && client->want_parts[i] != NULL) {
            wm_client_part_look(client, client->want_parts[i], fetched);
        }
    }
}

wm_status wm_client_stop(wm_client *client, const wm_error *reason)
{
    return is_final(client->state) ? client->outcome : fail(client, reason->status, reason);
}

wm_client_state wm_client_state_of(const wm_client *client)
{
    return client->state;
}

wm_status wm_client_outcome(const wm_client *client, wm_client_summary *summary_out, wm_error *err)
{
    if (summary_out != NULL) {
        *summary_out = client->summary;
    }
    if (!is_final(client->state)) {
        return wm_fail(err, WM_BUSY, "not done yet");
    }
    if (client->state == WM_CLIENT_FAILED && err != NULL) {
        *err = client->error;
    }
    return client->outcome;
}

/* NULL: no memory. */
static const wm_str *copy_texts(wm_arena *arena, const wm_str *texts, size_t count)
{
    wm_str *copies = wm_arena_array(arena, count, sizeof *copies);
    for (size_t i = 0; copies != NULL && i < count; i++) {
        copies[i] = wm_arena_copy(arena, texts[i]);
        copies = copies[i].ptr != NULL ? copies : NULL;
    }
    return copies;
}

static wm_status copy_options(wm_client *client, const wm_client_options *options, wm_error *err)
{
    wm_arena *arena = &client->arena;
    client->options = *options;
    client->options.root = wm_arena_copy(arena, options->root);
    client->options.subscribe = copy_texts(arena, options->subscribe, options->subscribe_count);
    client->options.distrust = copy_texts(arena, options->distrust, options->distrust_count);
    bool whole = client->options.root.ptr != NULL && client->options.subscribe != NULL &&
                 client->options.distrust != NULL;
    return whole ? WM_OK : wm_fail_memory(err);
}

wm_status wm_client_open(wm_store *replica, const wm_client_options *options,
                         wm_client **client_out, wm_error *err)
{
    const wm_env *env = wm_store_env(replica);
    wm_client *client = wm_env_alloc(env, sizeof *client);
    if (client == NULL) {
        return wm_fail_memory(err);
    }
    client->store = replica;
    client->env = env;
    client->outcome = WM_OK;
    wm_arena_init(&client->arena, env, ARENA_BYTES_MAX);
    wm_status status = copy_options(client, options, err);
    if (status == WM_OK) {
        status = wm_client_load(client, err);
    }
    if (status == WM_OK) {
        client->summary.from = client->held_release;
        client->summary.to = client->held_release;
        status = set_state(client, WM_CLIENT_ROOT, err);
    }
    if (status != WM_OK) {
        wm_client_close(client);
        return status;
    }
    *client_out = client;
    return WM_OK;
}

void wm_client_close(wm_client *client)
{
    if (client != NULL) {
        wm_client_drop_packs(client);
        wm_client_parts_fini(client);
        wm_arena_fini(&client->arena);
        wm_env_free(client->env, client, sizeof *client);
    }
}
