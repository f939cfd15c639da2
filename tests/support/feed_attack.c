/* feed_attack.c: see feed_attack.h. */
#include <fnmatch.h>
#include <stdlib.h>

#include "feed_attack.h"

typedef struct run {
    wm_forge *forge;
    wm_forge_server *server;
    bool by_http;
    bool waiting; /* edits wait for a publish */
    bool is_final;
    wm_store *replica;
    int64_t now_s; /* 0: the day of the release */
} run;

static wm_status try_sync(run *r, wm_error *err)
{
    wm_transport *transport =
        r->by_http ? wm_forge_by_http(r->server) : wm_forge_in_folder(r->forge);
    wm_forge_sync sync = { .now_s = r->now_s };
    wm_status status = wm_forge_try(r->forge, r->replica, transport, &sync, NULL, err);
    wm_transport_close(transport);
    return status;
}

/* ---- files ---- */

static const char *path_of(run *r, const char *name)
{
    if (name[0] == '=') {
        return wm_forge_role_path(r->forge, name + 1);
    }
    for (size_t i = 0; strchr(name, '*') != NULL && i < r->forge->now.count; i++) {
        if (fnmatch(name, r->forge->now.items[i].path, 0) == 0) {
            return r->forge->now.items[i].path;
        }
    }
    return name;
}

static wm_forge_file *file_of(run *r, const char *name)
{
    wm_forge_file *file = wm_forge_file_of(r->forge, path_of(r, name));
    if (file == NULL) {
        fail_msg("the feed has no %s", name);
        abort();
    }
    return file;
}

static void put_older(run *r, const char *name, const char *release)
{
    wm_forge_files *then = &r->forge->honest[strtoll(release, NULL, 10)];
    const char *path = path_of(r, name);
    for (size_t i = 0; i < then->count; i++) {
        if (strcmp(then->items[i].path, path) == 0) {
            (void)wm_forge_put_file(r->forge, path, then->items[i].bytes);
            return;
        }
    }
    fail_msg("release %s has no %s", release, path);
}

static void repeat(run *r, const char *name, const char *times)
{
    wm_buf bytes;
    wm_error err = { 0 };
    wm_buf_init(&bytes, wm_env_system(), 64 * WM_MIB);
    for (long i = strtol(times, NULL, 10); i > 0; i--) {
        wm_buf_put_str(&bytes, file_of(r, name)->bytes);
    }
    assert_ok(wm_buf_status(&bytes, &err), &err);
    (void)wm_forge_put_file(r->forge, path_of(r, name), wm_buf_str(&bytes));
    wm_buf_fini(&bytes);
}

/* ---- one step ---- */

typedef struct words {
    const char *verb;
    const char *on;
    const char *at;
    const char *rest;
} words;

/* Three words, and what is left; "" for what is missing. */
static words split(char *step)
{
    char *parts[4] = { step, step + strlen(step), step + strlen(step), step + strlen(step) };
    for (size_t i = 1; i < 4; i++) {
        char *space = strchr(parts[i - 1], ' ');
        if (space == NULL) {
            break;
        }
        *space = '\0';
        parts[i] = space + 1;
    }
    return (words){ parts[0], parts[1], parts[2], parts[3] };
}

/* Both again, as one. */
static const char *both(run *r, const words *w)
{
    return wm_forge_print(r->forge, "%s%s%s", w->at, w->rest[0] != '\0' ? " " : "", w->rest);
}

static void name_keys(run *r, const words *w)
{
    const char *all = both(r, w);
    const char *last = strrchr(all, ' ');
    assert_non_null(last);
    wm_forge_name_keys(r->forge, w->on, wm_forge_print(r->forge, "%.*s", (int)(last - all), all),
                       strtoll(last + 1, NULL, 10));
}

/* "keys|{#1}|scheme": a signer in braces stands for the id of its key. */
static const char *with_ids(run *r, const char *place)
{
    const char *start = strchr(place, '{');
    const char *end = start != NULL ? strchr(start, '}') : NULL;
    if (end == NULL) {
        return place;
    }
    const char *signer = wm_forge_print(r->forge, "%.*s", (int)(end - start) - 1, start + 1);
    return wm_forge_print(r->forge, "%.*s%s%s", (int)(start - place), place,
                          wm_forge_key_id(r->forge, signer), end + 1);
}

/* False: it is not an edit. */
static bool edit(run *r, const words *w)
{
    wm_forge *forge = r->forge;
    if (strcmp(w->verb, "set") == 0) {
        wm_forge_set(forge, w->on, with_ids(r, w->at), w->rest);
    } else if (strcmp(w->verb, "drop") == 0) {
        wm_forge_drop(forge, w->on, with_ids(r, w->at));
    } else if (strcmp(w->verb, "touch") == 0) {
        wm_forge_touch(forge, w->on);
    } else if (strcmp(w->verb, "sign") == 0) {
        wm_forge_sign(forge, w->on, both(r, w));
    } else if (strcmp(w->verb, "signed") == 0) {
        wm_forge_role_of(forge, w->on)->signers = both(r, w);
    } else if (strcmp(w->verb, "keys") == 0) {
        name_keys(r, w);
    } else if (strcmp(w->verb, "alone") == 0) {
        wm_forge_alone(forge, w->on);
    } else if (strcmp(w->verb, "leave") == 0) {
        wm_forge_leave(forge, w->on);
    } else if (strcmp(w->verb, "under") == 0) {
        wm_forge_under_version(forge, w->on, strtoll(w->at, NULL, 10));
    } else if (strcmp(w->verb, "text") == 0) {
        wm_forge_text(forge, w->on, w->at, w->rest);
    } else {
        return false;
    }
    return true;
}

static bool change_file(run *r, const words *w)
{
    wm_forge *forge = r->forge;
    if (strcmp(w->verb, "remove") == 0) {
        wm_forge_remove_file(forge, path_of(r, w->on));
    } else if (strcmp(w->verb, "replace") == 0) {
        (void)wm_forge_put_file(forge, path_of(r, w->on), file_of(r, w->at)->bytes);
    } else if (strcmp(w->verb, "older") == 0) {
        put_older(r, w->on, w->at);
    } else if (strcmp(w->verb, "bytes") == 0) {
        (void)wm_forge_put_file(forge, path_of(r, w->on), wm_str_of(both(r, w)));
    } else if (strcmp(w->verb, "cut") == 0) {
        file_of(r, w->on)->bytes.len /= 2;
    } else if (strcmp(w->verb, "endless") == 0) {
        file_of(r, w->on)->endless = true;
    } else if (strcmp(w->verb, "repeat") == 0) {
        repeat(r, w->on, w->at);
    } else if (strcmp(w->verb, "redirect") == 0) {
        file_of(r, w->on)->redirect = w->at;
    } else if (strcmp(w->verb, "status") == 0) {
        file_of(r, w->on)->status = (unsigned)strtoul(w->at, NULL, 10);
    } else {
        return false;
    }
    return true;
}

static bool change_world(run *r, const words *w)
{
    wm_error err = { 0 };
    if (strcmp(w->verb, "release") == 0) {
        wm_forge_restore(r->forge, strtoll(w->on, NULL, 10));
    } else if (strcmp(w->verb, "roots") == 0) {
        r->forge->keeps_roots = true;
    } else if (strcmp(w->verb, "final") == 0) {
        r->is_final = true;
    } else if (strcmp(w->verb, "later") == 0) {
        r->now_s = wm_fixture_time(r->forge->release) + strtoll(w->on, NULL, 10) * 86400;
    } else if (strcmp(w->verb, "sync") == 0) {
        wm_status status = try_sync(r, &err);
        if (status != WM_UNCHANGED) {
            assert_ok(status, &err);
        }
    } else {
        return strcmp(w->verb, "publish") == 0;
    }
    return true;
}

static void do_step(run *r, char *step)
{
    words w = split(step);
    if (edit(r, &w)) {
        r->waiting = true;
        return;
    }
    if (r->waiting) {
        wm_forge_publish(r->forge);
        r->waiting = false;
    }
    if (!change_file(r, &w) && !change_world(r, &w)) {
        fail_msg("no such step: %s", w.verb);
    }
}

static void do_steps(run *r, const char *steps)
{
    while (steps[0] != '\0') {
        const char *end = strstr(steps, "; ");
        size_t length = end != NULL ? (size_t)(end - steps) : strlen(steps);
        char *step = wm_arena_alloc(&r->forge->scratch, length + 1);
        assert_non_null(step);
        memcpy(step, steps, length);
        do_step(r, step);
        steps += length + (end != NULL ? 2 : 0);
    }
    if (r->waiting) {
        wm_forge_publish(r->forge);
        r->waiting = false;
    }
}

/* ---- one row ---- */

static void recover(run *r)
{
    wm_error err = { 0 };
    wm_forge_restore(r->forge, WM_FORGE_RELEASES);
    r->now_s = 0;
    assert_ok(try_sync(r, &err), &err);
    wm_forge_check(r->forge, r->replica, WM_FORGE_RELEASES);
}

static void run_one(run *r, const wm_attack *attack)
{
    wm_error err = { 0 };
    wm_forge_reset(r->forge, attack->served);
    r->replica = wm_forge_open_replica(attack->held);
    do_steps(r, attack->steps);
    wm_status status = try_sync(r, &err);
    if (status != attack->expected) {
        fail_msg("%s: expected %s, found %s: %s", attack->name, wm_status_text(attack->expected),
                 wm_status_text(status), err.text);
    }
    if (attack->text != NULL) {
        assert_contains(err.text, attack->text);
    }
    wm_forge_check(r->forge, r->replica, attack->holds);
    if (!r->is_final) {
        recover(r);
    }
    wm_store_close(r->replica);
}

void wm_attack_run_http(wm_forge *forge, wm_forge_server *server, const wm_attack *attack)
{
    run by_http = { .forge = forge, .server = server, .by_http = true };
    run_one(&by_http, attack);
}

void wm_attack_run(wm_forge *forge, wm_forge_server *server, const wm_attack *attack)
{
    run by_folder = { .forge = forge };
    run_one(&by_folder, attack);
    wm_attack_run_http(forge, server, attack);
}

void wm_attack_run_all(wm_forge *forge, wm_forge_server *server, const wm_attack *attacks,
                       size_t count)
{
    for (size_t i = 0; i < count; i++) {
        print_message("  %s\n", attacks[i].name);
        wm_attack_run(forge, server, &attacks[i]);
    }
}

void wm_attack_do(wm_forge *forge, const char *steps)
{
    run r = { .forge = forge };
    do_steps(&r, steps);
}
