/* search.c: which delegated role may speak for a path. */
#include "trust/policy.h"

bool wm_policy_path_matches(wm_str pattern, wm_str path)
{
    size_t p = 0;
    size_t s = 0;
    size_t star = SIZE_MAX; /* the last '*' seen, and where in the path its rest is tried */
    size_t rest = 0;
    while (s < path.len) {
        if (p < pattern.len && pattern.ptr[p] == '*') {
            star = p++;
            rest = s;
        } else if (p < pattern.len && (pattern.ptr[p] == path.ptr[s] ||
                                       (pattern.ptr[p] == '?' && path.ptr[s] != '/'))) {
            p++;
            s++;
        } else if (star != SIZE_MAX && path.ptr[rest] != '/') {
            s = ++rest;
            p = star + 1;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.ptr[p] == '*') {
        p++;
    }
    return p == pattern.len;
}

bool wm_policy_delegates(const wm_delegation *delegation, wm_str path)
{
    for (size_t i = 0; i < delegation->path_count; i++) {
        if (wm_policy_path_matches(delegation->paths[i], path)) {
            return true;
        }
    }
    if (delegation->hash_prefix_count > 0) {
        wm_digest digest;
        char hex[WM_DIGEST_HEX_BYTES];
        wm_digest_sha256(path, &digest);
        wm_str whole = wm_str_of(wm_digest_hex(&digest, hex));
        for (size_t i = 0; i < delegation->hash_prefix_count; i++) {
            if (wm_str_starts(whole, delegation->hash_prefixes[i])) {
                return true;
            }
        }
    }
    return false;
}

void wm_search_init(wm_search *search, wm_str path)
{
    search->path = path;
    search->pending_count = 0;
    search->visited_count = 0;
    search->unproven_count = 0;
}

static bool was_visited(const wm_search *search, wm_str name)
{
    for (size_t i = 0; i < search->visited_count; i++) {
        if (wm_str_equal(search->visited[i], name)) {
            return true;
        }
    }
    return false;
}

/* The role's delegations for this path go on top, its first one uppermost. "If the current
 * delegation is a terminating delegation, then jump to 5.7": nothing that was waiting is tried
 * after it. False: more are waiting than we bear. */
static bool push_delegations(wm_search *search, const wm_targets *role)
{
    size_t kept = 0;
    const wm_delegation *matching[WM_SEARCH_PENDING_MAX];
    for (size_t i = 0; i < role->delegation_count; i++) {
        if (!wm_policy_delegates(&role->delegations[i], search->path)) {
            continue;
        }
        if (kept == WM_SEARCH_PENDING_MAX) {
            return false;
        }
        matching[kept++] = &role->delegations[i];
        if (role->delegations[i].terminating) {
            search->pending_count = 0;
            break;
        }
    }
    if (kept > WM_SEARCH_PENDING_MAX - search->pending_count) {
        return false;
    }
    while (kept > 0) {
        search->pending[search->pending_count++] = matching[--kept];
    }
    return true;
}

/* What was asked for last came, and was verified. */
static void is_proven(wm_search *search)
{
    if (search->visited_count == 0) {
        return;
    }
    wm_str name = search->visited[search->visited_count - 1];
    for (size_t i = 0; i < search->unproven_count; i++) {
        if (wm_str_equal(search->unproven[i], name)) {
            search->unproven[i] = search->unproven[--search->unproven_count];
            return;
        }
    }
}

static void is_unproven(wm_search *search)
{
    wm_str *visit = &search->visited[search->visited_count - 1];
    wm_str name = *visit;
    *visit = (wm_str){ NULL, 0 };
    for (size_t i = 0; i < search->unproven_count; i++) {
        if (wm_str_equal(search->unproven[i], name)) {
            return;
        }
    }
    search->unproven[search->unproven_count++] = name;
}

wm_status wm_search_step(wm_search *search, const wm_targets *role,
                         const wm_listed_file **found_out, const wm_delegation **next_out)
{
    if (role == NULL) {
        is_unproven(search);
    } else {
        is_proven(search);
        const wm_listed_file *found = wm_listed_find(role->files, role->file_count, search->path);
        if (found != NULL && search->unproven_count == 0) {
            *found_out = found;
            return WM_OK;
        }
        if (found != NULL || !push_delegations(search, role)) {
            return WM_NOT_FOUND;
        }
    }
    while (search->pending_count > 0 && search->visited_count < WM_DELEGATED_ROLES_VISITED_MAX) {
        const wm_delegation *next = search->pending[--search->pending_count];
        if (!was_visited(search, next->role.name)) {
            search->visited[search->visited_count++] = next->role.name;
            *found_out = NULL;
            *next_out = next;
            return WM_OK;
        }
    }
    return WM_NOT_FOUND;
}
