/* successors.c: closed services are never an option: those that took over are weighed in their
 * place, if they cover it, along chains of at most WM_SUCCESSORS_MAX; a circle offers none of its
 * members. */
#include "ask/inquiry.h"

#define WM_CHAIN_SERVICES_MAX 64 /* looked at for one closed service, however its heirs branch */

/* What the index says of a revision. */
static wm_status look_at(wm_inquiry *f, int64_t revision, wm_summary *summary_out)
{
    wm_entry entry;
    wm_status status = wm_store_entry(f->asker->store, revision, &entry, f->err);
    return status == WM_OK ? wm_summary_decode(entry.summary, summary_out, f->err) : status;
}

/* The ids of its successors, each with a line feed behind it; in the arena. */
static wm_status successors_of(wm_inquiry *f, int64_t revision, const wm_summary *summary,
                               wm_str *ids_out)
{
    wm_buf ids;
    *ids_out = (wm_str){ NULL, 0 };
    if ((summary->flags & WM_SERVICE_HAS_SUCCESSORS) == 0) {
        return WM_OK;
    }
    wm_buf_init(&ids, f->asker->env, WM_RECORD_BYTES_MAX);
    wm_status status = wm_store_successors(f->asker->store, revision, &ids, f->err);
    if (status == WM_OK) {
        *ids_out = wm_arena_copy(&f->arena, wm_buf_str(&ids));
        status = ids_out->ptr != NULL ? WM_OK : wm_fail_memory(f->err);
    }
    wm_buf_fini(&ids);
    return status;
}

/* False: there are no more. */
static bool next_id(wm_str *ids, wm_str *id_out)
{
    const char *end = ids->len > 0 ? memchr(ids->ptr, '\n', ids->len) : NULL;
    if (end == NULL) {
        return false;
    }
    *id_out = (wm_str){ ids->ptr, (size_t)(end - ids->ptr) };
    *ids = (wm_str){ end + 1, ids->len - id_out->len - 1 };
    return true;
}

static bool covers_the_place(const wm_inquiry *f, const wm_summary *summary)
{
    const wm_symbol_set *areas = &f->filter.areas;
    for (uint32_t i = 0; i < summary->areas.count; i++) {
        if (wm_symbol_set_has(areas, wm_symbol_list_at(summary->areas, i))) {
            return true;
        }
    }
    return areas->all;
}

wm_status wm_covers_place(wm_inquiry *f, int64_t revision, bool *covers_out)
{
    wm_summary summary;
    wm_status status = look_at(f, revision, &summary);
    if (status == WM_OK) {
        *covers_out = covers_the_place(f, &summary);
    }
    return status;
}

typedef struct chain {
    wm_predecessor closed; /* the candidate */
    int64_t seen[WM_CHAIN_SERVICES_MAX];
    size_t seen_count;
    size_t offered;
} chain;

/* True the first time, as long as there is room to remember it. */
static bool is_new(chain *c, int64_t revision)
{
    for (size_t i = 0; i < c->seen_count; i++) {
        if (c->seen[i] == revision) {
            return false;
        }
    }
    if (c->seen_count == WM_CHAIN_SERVICES_MAX) {
        return false;
    }
    c->seen[c->seen_count++] = revision;
    return true;
}

/* The one that closed last is the one that people still ask for. */
static bool is_later(const wm_predecessor *a, const wm_predecessor *b)
{
    if (b == NULL || a->closed_on != b->closed_on) {
        return b == NULL || a->closed_on > b->closed_on;
    }
    return wm_id_compare(a->id, b->id) < 0;
}

/* The successor stands in the answer once, and says what it took over from. */
static wm_status offer_successor(wm_inquiry *f, int64_t revision, const wm_predecessor *closed)
{
    wm_option *option = NULL;
    wm_status status = wm_gather_option(f, revision, &option);
    if (status == WM_OK && is_later(closed, option->took_over_from)) {
        wm_predecessor *kept = wm_arena_alloc(&f->arena, sizeof *kept);
        if (kept == NULL) {
            return wm_fail_memory(f->err);
        }
        *kept = *closed;
        option->took_over_from = kept;
    }
    return status;
}

static wm_status follow(wm_inquiry *f, chain *c, int64_t revision, unsigned steps)
{
    wm_str ids = { NULL, 0 };
    wm_str id;
    wm_summary summary;
    wm_status status = look_at(f, revision, &summary);
    if (status == WM_OK) {
        status = successors_of(f, revision, &summary, &ids);
    }
    while (status == WM_OK && next_id(&ids, &id)) {
        int64_t next = 0;
        status = wm_store_service_revision(f->asker->store, f->asker->view, id, &next, f->err);
        if (status == WM_NOT_FOUND || (status == WM_OK && !is_new(c, next))) {
            status = WM_OK;
            continue;
        }
        if (status == WM_OK) {
            status = look_at(f, next, &summary);
        }
        if (status != WM_OK) {
            break;
        }
        bool gone = wm_status_on(&summary, f->query.as_of) == WM_SERVICE_CLOSED;
        if (gone && steps < WM_SUCCESSORS_MAX) {
            status = follow(f, c, next, steps + 1);
        } else if (!gone && covers_the_place(f, &summary)) {
            c->offered++;
            status = offer_successor(f, next, &c->closed);
        }
    }
    return status;
}

static wm_status follow_successors(wm_inquiry *f, const wm_option *gone)
{
    chain c = { .closed = { gone->revision, gone->id, gone->closes_on },
                .seen = { gone->revision },
                .seen_count = 1 };
    bool fits = gone->view.verdict != WM_VERDICT_NOT_ELIGIBLE;
    wm_status status = follow(f, &c, gone->revision, 1); /* the options may move */
    f->gone_without_successor += status == WM_OK && c.offered == 0 && fits ? 1 : 0;
    return status;
}

/* Each is told by whom it was followed, for the rules. */
static void name_heirs(wm_inquiry *f)
{
    for (size_t i = 0; i < f->count; i++) {
        wm_option *heir = f->options[i];
        const wm_predecessor *before = heir->took_over_from;
        wm_option *closed =
            before != NULL ? wm_gather_find(f, before->revision, WM_SUBJECT_PERSON) : NULL;
        if (closed != NULL) {
            heir->next_heir = closed->heirs;
            closed->heirs = heir;
        }
    }
}

wm_status wm_follow_successors(wm_inquiry *f)
{
    wm_status status = WM_OK;
    for (size_t i = 0; status == WM_OK && i < f->candidate_count; i++) {
        if (f->options[i]->gone) {
            status = follow_successors(f, f->options[i]);
        }
    }
    name_heirs(f);
    return status;
}

/* Closed services that are looked at in turn: the rings of a chain, and its branches. */
typedef struct ring {
    int64_t revision;
    unsigned steps;
} ring;

/* The next of one service: those that are closed, too, join the rings. */
static wm_status look_behind(wm_inquiry *f, wm_str id, chain *c, ring *rings, unsigned steps,
                             int64_t *open_out)
{
    wm_summary summary;
    int64_t next = 0;
    *open_out = 0;
    wm_status status =
        wm_store_service_revision(f->asker->store, f->asker->view, id, &next, f->err);
    if (status == WM_NOT_FOUND || (status == WM_OK && !is_new(c, next))) {
        return WM_OK;
    }
    if (status == WM_OK) {
        status = look_at(f, next, &summary);
    }
    if (status == WM_OK) {
        bool gone = wm_status_on(&summary, f->query.as_of) == WM_SERVICE_CLOSED;
        rings[c->seen_count - 1] = (ring){ gone ? next : 0, steps };
        *open_out = gone ? 0 : next;
    }
    return status;
}

wm_status wm_find_successors(wm_inquiry *f, int64_t revision, wm_option **options_out,
                             size_t capacity, size_t *count_out)
{
    ring rings[WM_CHAIN_SERVICES_MAX] = { { revision, 1 } };
    chain c = { .seen = { revision }, .seen_count = 1 };
    wm_status status = WM_OK;
    size_t count = 0;
    for (size_t r = 0; r < c.seen_count && status == WM_OK; r++) {
        wm_str ids = { NULL, 0 };
        wm_str id;
        wm_summary summary = { .status = WM_SERVICE_CLOSED };
        if (rings[r].revision == 0 || rings[r].steps > WM_SUCCESSORS_MAX) {
            continue;
        }
        status = look_at(f, rings[r].revision, &summary);
        if (status == WM_OK) {
            status = successors_of(f, rings[r].revision, &summary, &ids);
        }
        while (status == WM_OK && count < capacity && next_id(&ids, &id)) {
            int64_t open = 0;
            status = look_behind(f, id, &c, rings, rings[r].steps + 1, &open);
            if (status == WM_OK && open != 0) {
                status = wm_gather_option(f, open, &options_out[count]);
                bool told =
                    status != WM_OK || wm_marks_tell(&f->signposting.marks, options_out[count]);
                status = told ? status : wm_fail_memory(f->err);
                count += status == WM_OK ? 1 : 0;
            }
        }
    }
    *count_out = count;
    return status;
}
