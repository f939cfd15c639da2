/* publish.c: bring a feed up to the latest release.
 *
 * 1. Nothing that a client may be reading changes: every file but timestamp.json has its version
 *    or its digest in its name, and the timestamp is written last. A run that stops anywhere
 *    leaves the feed as good as before; the next run writes the same names again.
 * 2. A role whose content did not change keeps its version, unless less than a third of its time
 *    is left or its keys were replaced.
 * 3. With the same releases, keys and day the bytes are the same. */
#include "publish/publisher.h"
#include "trust/policy.h"

#define ARENA_BYTES_MAX ((size_t)1024 * WM_MIB)

/* ---- the run ---- */

/* Keys, and the feed as it is: whatever can be wrong before a file is written. */
static wm_status prepare_edition(wm_publisher *publisher, wm_error *err)
{
    wm_status status =
        wm_edition_keys_load(publisher->arena, publisher->files, publisher->options->key_folder,
                             publisher->edition, WM_ROLES_OF_PUBLISH, &publisher->keys, err);
    if (status == WM_OK) {
        status = wm_policy_fresh("root.json", &publisher->keys.root.head, publisher->day_s, err);
    }
    if (status == WM_OK) {
        status = wm_publisher_check_roots(publisher, err);
    }
    if (status == WM_OK) {
        status = wm_feed_state_load(publisher, err);
    }
    int64_t held = publisher->held.exists ? publisher->held.release.release : 0;
    if (status == WM_OK && held > publisher->release.number) {
        status =
            wm_fail(err, WM_CONFLICT, "the feed has release %lld, this database only release %lld",
                    (long long)held, (long long)publisher->release.number);
    }
    return status;
}

static wm_status look_edition(wm_publisher *publisher, wm_error *err)
{
    wm_status status = prepare_edition(publisher, err);
    return status == WM_OK ? wm_recalls_begin(publisher, err) : status;
}

static wm_status publish_edition(wm_publisher *publisher, wm_error *err)
{
    wm_status status = look_edition(publisher, err);
    if (status == WM_OK) {
        status = wm_publisher_tidy(publisher, err);
    }
    if (status == WM_OK) {
        status = wm_publisher_write_feed(publisher, err);
    }
    return status;
}

/* With the feed as it is after the switch, read afresh. */
static wm_status prune_edition(wm_publisher *publisher, wm_error *err)
{
    wm_status status = prepare_edition(publisher, err);
    return status == WM_OK ? wm_publisher_prune(publisher, err) : status;
}

static wm_status each_edition(wm_publisher *publisher, unsigned editions,
                              wm_status (*step)(wm_publisher *publisher, wm_error *err),
                              wm_error *err)
{
    /* The public edition first: see twins.c. */
    static const wm_edition order[WM_EDITION_COUNT] = { WM_EDITION_PUBLIC,
                                                        WM_EDITION_PROFESSIONAL };
    wm_status status = WM_OK;
    for (size_t i = 0; i < WM_EDITION_COUNT && status == WM_OK; i++) {
        if ((editions & (1u << order[i])) == 0) {
            continue;
        }
        wm_arena scratch;
        wm_arena_init(&scratch, publisher->result_arena->env, ARENA_BYTES_MAX);
        publisher->arena = &scratch;
        publisher->edition = order[i];
        memset(&publisher->keys, 0, sizeof publisher->keys);
        memset(&publisher->held, 0, sizeof publisher->held);
        publisher->tables = NULL;
        publisher->unsynced = (wm_names){ .arena = &scratch };
        status = step(publisher, err);
        wm_error_context(err, "%s edition", wm_edition_name(publisher->edition));
        wm_edition_keys_wipe(&publisher->keys);
        wm_arena_fini(&scratch);
    }
    return status;
}

typedef struct edition_choice {
    const wm_env *env;
    unsigned editions;
} edition_choice;

static wm_status read_editions(void *context, const wm_record *record, wm_error *err)
{
    edition_choice *choice = context;
    wm_arena arena;
    wm_arena_init(&arena, choice->env, 4 * WM_MIB);
    const wm_json *directory = NULL;
    wm_status status = wm_json_parse(&arena, record->bytes, WM_RECORD_BYTES_MAX, &directory, err);
    const wm_json *list = status == WM_OK ? wm_json_get(directory, "editions") : NULL;
    uint32_t count = list != NULL && list->type == WM_JSON_ARRAY ? list->count : 0;
    for (uint32_t i = 0; i < count; i++) {
        wm_edition edition;
        if (wm_edition_parse(wm_json_string(&list->as.items[i]), &edition)) {
            choice->editions |= 1u << (unsigned)edition;
        }
    }
    wm_arena_fini(&arena);
    return status;
}

/* The editions that the directory names; both if it names none. */
static wm_status choose_editions(wm_store *store, unsigned *editions_out, wm_error *err)
{
    edition_choice choice = { wm_store_env(store), 0 };
    wm_record_sink sink = { read_editions, &choice };
    wm_status status =
        wm_store_each(store, WM_VIEW_LATEST, WM_KIND_BIT(WM_KIND_DIRECTORY), &sink, err);
    *editions_out = choice.editions != 0 ? choice.editions : (1u << WM_EDITION_COUNT) - 1u;
    return status;
}

/* The day of a release that is to come counts, if it is near. A date years ahead is a slip of the
 * pen: signatures that lasted from then on would make a frozen feed look fresh until then. */
static int64_t day_of_signing(int64_t today, wm_date release)
{
    bool near = release > today && release <= today + WM_RELEASE_AHEAD_DAYS;
    return near ? release : today;
}

/* First look at both, then write: bad keys of one edition must not leave the other ahead. A feed
 * that is not there yet can be locked only then (and is looked at again). */
static wm_status publish_all(wm_publisher *publisher, unsigned editions, int *lock, wm_error *err)
{
    const wm_publish_options *options = publisher->options;
    wm_status status = wm_recalls_find(publisher, err);
    if (status == WM_OK) {
        status = each_edition(publisher, editions, look_edition, err);
    }
    if (status == WM_OK) {
        status = wm_recalls_check(publisher, err);
    }
    if (status == WM_OK && *lock < 0) {
        status = wm_files_lock_new(publisher->files, options->feed_folder, lock, err);
    }
    if (status == WM_OK) {
        status = each_edition(publisher, editions, publish_edition, err);
    }
    if (status == WM_OK && (options->prune || options->recall_count > 0)) {
        status = each_edition(publisher, editions, prune_edition, err);
    }
    return status;
}

wm_status wm_publish(wm_store *store, const wm_publish_options *options, wm_arena *arena,
                     wm_published *published_out, wm_error *err)
{
    wm_publisher publisher = { .store = store,
                               .options = options,
                               .files = options->files != NULL ? options->files : wm_files_system(),
                               .result_arena = arena,
                               .removed = { .arena = arena } };
    unsigned editions = options->editions;
    int lock = -1;
    wm_status status = wm_store_read_begin(store, err);
    if (status != WM_OK) {
        return status;
    }
    status = wm_store_latest(store, &publisher.release, err);
    if (status == WM_OK && editions == 0) {
        status = choose_editions(store, &editions, err);
    }
    int64_t today = wm_date_from_unix(options->now_s);
    publisher.day_s = day_of_signing(today, publisher.release.date) * 86400;
    /* What one run has not switched to yet, another would prune; and both would sign the same
     * versions. */
    if (status == WM_OK) {
        status = wm_files_lock(publisher.files, options->feed_folder, &lock, err);
    }
    if (status == WM_OK) {
        status = publish_all(&publisher, editions, &lock, err);
    }
    wm_files_unlock(publisher.files, lock);
    wm_store_read_end(store);
    if (status == WM_OK) {
        *published_out =
            (wm_published){ publisher.release.number, publisher.written, publisher.written_count,
                            publisher.removed.items, publisher.removed.count };
    }
    return status;
}
