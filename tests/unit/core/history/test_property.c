/* test_property.c: random changes and releases, against a model that keeps a copy of everything.
 *
 * After every release: what each view says is what the model says; every digest is that of its
 * records from scratch; the changes of each slice, applied to what was there, give what is there;
 * replicas that follow, one of everything and one of three partitions, agree; and verify finds
 * nothing. */
#include <stdio.h>
#include <stdlib.h>

#include "small_directory.h"

#define RELEASES 25
#define CHANGES_MAX 12
#define IDS 14
#define KINDS 4

static const wm_kind kinds[KINDS] = { WM_KIND_LOCALITY, WM_KIND_ORGANIZATION, WM_KIND_SERVICE,
                                      WM_KIND_SITE };
static const char *const areas[] = { "E", "BSW", "SWI", "WIL", "BSOL", "SWI1" };

typedef struct model {
    char *now[KINDS][IDS];                    /* canonical bytes, NULL: not there */
    char *released[RELEASES + 1][KINDS][IDS]; /* from 1 on */
} model;

typedef struct scene {
    wm_store *author;
    wm_store *whole;
    wm_store *places;
    wm_test_random random;
    wm_arena arena; /* of the model */
    model *model;
    int64_t last;
} scene;

static wm_store *new_replica(void)
{
    wm_error err = { 0 };
    wm_store *store = NULL;
    assert_ok(wm_store_open(wm_env_system(), ":memory:",
                            WM_STORE_WRITE | WM_STORE_CREATE | WM_STORE_REPLICA, &store, &err),
              &err);
    return store;
}

static bool chance(scene *s, uint32_t percent)
{
    return wm_test_random_below(&s->random, 100) < percent;
}

static void id_of(unsigned kind, unsigned number, char out[16])
{
    if (kinds[kind] == WM_KIND_LOCALITY) {
        (void)snprintf(out, 16, "%s", areas[number % 6]);
    } else {
        (void)snprintf(out, 16, "x%u", number);
    }
}

/* A service names an organization, sites and successors, which may be withheld or gone. */
static void service_text(scene *s, const char *id, char *out, size_t size)
{
    int length = snprintf(
        out, size,
        "{'id':'%s','name':'N%u','organization':'x%u','sites':['x%u','x%u'],'areas':['%s'],"
        "'successors':['x%u'],'status':'active','kind':'k','needs':[],'eligibility':{}",
        id, wm_test_random_below(&s->random, 3), wm_test_random_below(&s->random, 3),
        wm_test_random_below(&s->random, IDS), wm_test_random_below(&s->random, IDS),
        areas[wm_test_random_below(&s->random, 6)], wm_test_random_below(&s->random, IDS));
    assert_true(length > 0);
    size_t at = (size_t)length;
    if (chance(s, 20)) {
        at += (size_t)snprintf(out + at, size - at, ",'audience':'professional'");
    }
    if (chance(s, 20)) {
        at += (size_t)snprintf(out + at, size - at, ",'confidential_location':true");
    }
    if (chance(s, 30)) {
        at += (size_t)snprintf(out + at, size - at,
                               ",'visit':{'text':'v%u'},'professional_only':['visit']",
                               wm_test_random_below(&s->random, 3));
    }
    (void)snprintf(out + at, size - at, "}");
}

static void locality_text(scene *s, unsigned number, char *out, size_t size)
{
    static const char *const parents[] = { "", "E", "BSW", "BSW", "E", "SWI" };
    static const char *const levels[] = {
        "nation", "system", "place", "place", "system", "locality"
    };
    unsigned at = number % 6;
    /* Swindon's West may move, and become a place. */
    const char *parent = at == 5 && chance(s, 50) ? "WIL" : parents[at];
    const char *level = at == 5 && chance(s, 50) ? "place" : levels[at];
    (void)snprintf(out, size, "{'id':'%s','name':'N%u','kind':'%s'%s%s%s}", areas[at],
                   wm_test_random_below(&s->random, 3), level, at == 0 ? "" : ",'parent':'", parent,
                   at == 0 ? "" : "'");
}

static void put(scene *s, wm_txn *txn, unsigned kind, unsigned number)
{
    char id[16];
    char text[600];
    wm_error err = { 0 };
    id_of(kind, number, id);
    if (kinds[kind] == WM_KIND_SERVICE) {
        service_text(s, id, text, sizeof text);
    } else if (kinds[kind] == WM_KIND_LOCALITY) {
        locality_text(s, number, text, sizeof text);
    } else {
        (void)snprintf(text, sizeof text, "{'id':'%s','name':'N%u'}", id,
                       wm_test_random_below(&s->random, 3));
    }
    wm_record record = wm_test_record(&s->arena, kinds[kind], text);
    bool changed = false;
    unsigned slot = kinds[kind] == WM_KIND_LOCALITY ? number % 6 : number;
    const char *before = s->model->now[kind][slot];
    assert_ok(wm_history_put(txn, &record, NULL, &changed, &err), &err);
    assert_int_equal(changed, before == NULL || strcmp(before, record.bytes.ptr) != 0);
    s->model->now[kind][slot] = wm_arena_alloc(&s->arena, record.bytes.len + 1);
    memcpy(s->model->now[kind][slot], record.bytes.ptr, record.bytes.len);
}

static void change_something(scene *s, wm_txn *txn)
{
    unsigned kind = wm_test_random_below(&s->random, KINDS);
    unsigned number = wm_test_random_below(&s->random, IDS);
    if (chance(s, 70) || kinds[kind] == WM_KIND_LOCALITY) {
        put(s, txn, kind, number);
        return;
    }
    char id[16];
    wm_error err = { 0 };
    id_of(kind, number, id);
    wm_status status = wm_history_withdraw(txn, kinds[kind], wm_str_of(id), &err);
    assert_int_equal(status, s->model->now[kind][number] == NULL ? WM_NOT_FOUND : WM_OK);
    s->model->now[kind][number] = NULL;
}

static void change_and_release(scene *s)
{
    wm_error err = { 0 };
    wm_txn *txn = NULL;
    wm_release release;
    assert_ok(wm_txn_begin(s->author, &txn, &err), &err);
    unsigned changes = 1 + wm_test_random_below(&s->random, CHANGES_MAX);
    for (unsigned i = 0; i < changes; i++) {
        change_something(s, txn);
    }
    wm_status status = wm_history_release(txn, 20000, WM_STR(""), &release, &err);
    if (status == WM_UNCHANGED) {
        assert_ok(wm_txn_commit(txn, &err), &err);
        return;
    }
    assert_ok(status, &err);
    assert_ok(wm_txn_commit(txn, &err), &err);
    assert_int_equal(release.number, s->last + 1);
    s->last = release.number;
    memcpy(s->model->released[s->last], s->model->now, sizeof s->model->now);
}

static void views_say_what_the_model_says(scene *s)
{
    wm_arena arena;
    wm_arena_init(&arena, wm_env_system(), 64 * WM_MIB);
    for (int64_t release = 1; release <= s->last; release++) {
        for (unsigned kind = 0; kind < KINDS; kind++) {
            for (unsigned number = 0; number < IDS; number++) {
                char id[16];
                id_of(kind, number, id);
                if (kinds[kind] == WM_KIND_LOCALITY && number >= 6) {
                    continue;
                }
                const char *found = wm_test_get(s->author, &arena, release, kinds[kind], id);
                const char *expected = s->model->released[release][kind][number];
                assert_int_equal(found == NULL, expected == NULL);
                if (found != NULL) {
                    assert_string_equal(found, expected);
                }
            }
        }
        wm_arena_reset(&arena);
    }
    wm_arena_fini(&arena);
}

/* A replica in memory: lines "kind/id bytes", changed by wm_history_changes. */
typedef struct line_set {
    wm_buf text;
    wm_buf next;
} line_set;

/* Copy all lines of `text` that do not begin with the key to `next`. */
static void drop_line(line_set *set, const char *key)
{
    size_t length = strlen(key);
    wm_buf_reset(&set->next);
    const char *at = wm_buf_str(&set->text).ptr;
    while (*at != '\0') {
        size_t end = strcspn(at, "\n") + 1;
        if (strncmp(at, key, length) != 0) {
            wm_buf_put(&set->next, at, end);
        }
        at += end;
    }
    wm_buf swap = set->text;
    set->text = set->next;
    set->next = swap;
}

static wm_status change_line(void *context, const wm_projected_change *change, wm_error *err)
{
    line_set *set = context;
    char key[64];
    (void)snprintf(key, sizeof key, "%s/%.*s ", wm_kind_name(change->kind), WM_STR_ARG(change->id));
    bool there = strstr(wm_buf_str(&set->text).ptr, key) != NULL;
    assert_int_equal(there, change->before.ptr != NULL);
    drop_line(set, key);
    if (change->after.ptr != NULL) {
        wm_buf_printf(&set->text, "%s%.*s\n", key, (int)change->after.len, change->after.ptr);
    }
    return wm_buf_status(&set->text, err);
}

static int compare_lines(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The lines, sorted, so that two sets can be compared. */
static char *sorted(wm_arena *arena, const wm_buf *text)
{
    char *copy = wm_arena_alloc(arena, text->len + 1);
    const char **lines = wm_arena_array(arena, 4096, sizeof *lines);
    char *out = wm_arena_alloc(arena, text->len + 1);
    size_t count = 0;
    memcpy(copy, wm_buf_str(text).ptr, text->len);
    for (char *at = copy; *at != '\0' && count < 4096;) {
        lines[count++] = at;
        at += strcspn(at, "\n");
        *at++ = '\0';
    }
    qsort(lines, count, sizeof *lines, compare_lines);
    size_t length = 0;
    for (size_t i = 0; i < count; i++) {
        length += (size_t)snprintf(out + length, text->len + 1 - length, "%s\n", lines[i]);
    }
    return out;
}

static void changes_lead_from_one_release_to_another(scene *s, wm_edition edition,
                                                     const char *partition, int64_t from,
                                                     int64_t to)
{
    wm_error err = { 0 };
    wm_arena arena;
    line_set set;
    wm_buf expected;
    wm_arena_init(&arena, wm_env_system(), 64 * WM_MIB);
    wm_buf_init(&set.text, wm_env_system(), WM_MIB);
    wm_buf_init(&set.next, wm_env_system(), WM_MIB);
    wm_buf_init(&expected, wm_env_system(), WM_MIB);
    if (from > 0) {
        wm_test_slice(s->author, edition, partition, from, &set.text);
    }
    wm_test_slice(s->author, edition, partition, to, &expected);
    wm_slice slice = { edition, wm_str_of(partition) };
    wm_change_sink sink = { change_line, &set };
    assert_ok(wm_history_changes(s->author, &slice, from, to, &sink, &err), &err);
    assert_string_equal(sorted(&arena, &set.text), sorted(&arena, &expected));
    wm_buf_fini(&set.text);
    wm_buf_fini(&set.next);
    wm_buf_fini(&expected);
    wm_arena_fini(&arena);
}

static void replicas_follow(scene *s, int64_t from)
{
    wm_error err = { 0 };
    const int64_t span[2] = { from, s->last };
    assert_ok(wm_test_sync(s->author, s->whole, WM_EDITION_PUBLIC, span, "all", &err), &err);
    assert_ok(wm_test_sync(s->author, s->places, WM_EDITION_PROFESSIONAL, span, "E BSW SWI", &err),
              &err);
    wm_test_check_replica(s->whole);
    wm_test_check_replica(s->places);
}

/* What services are found by is what it would be, were it made now. */
static void index_is_whole(wm_store *store)
{
    wm_error err = { 0 };
    assert_ok(wm_store_verify_index(store, &err), &err);
}

static void run(scene *s)
{
    static const char *const partitions[] = { "all", "E", "BSW", "SWI", "SWI1", "WIL" };
    for (unsigned i = 0; i < RELEASES; i++) {
        int64_t before = s->last;
        change_and_release(s);
        if (s->last == before) {
            continue;
        }
        wm_test_check_states(s->author, s->last);
        int64_t from = (int64_t)wm_test_random_below(&s->random, (uint32_t)s->last);
        for (size_t p = 0; p < sizeof partitions / sizeof partitions[0]; p++) {
            changes_lead_from_one_release_to_another(s, WM_EDITION_PUBLIC, partitions[p], from,
                                                     s->last);
            changes_lead_from_one_release_to_another(s, WM_EDITION_PROFESSIONAL, partitions[p],
                                                     from, s->last);
        }
        replicas_follow(s, before);
        index_is_whole(s->author);
        index_is_whole(s->whole);
        index_is_whole(s->places);
    }
    views_say_what_the_model_says(s);
    for (int64_t release = 1; release <= s->last; release++) {
        wm_test_check_states(s->author, release);
    }
}

static void random_histories_agree_with_a_model(void **state)
{
    (void)state;
    wm_test_random random = wm_test_random_new(20260105);
    for (int round = 0; round < 8; round++) {
        scene s = { .random = random, .last = 0 };
        wm_arena_init(&s.arena, wm_env_system(), 256 * WM_MIB);
        s.model = calloc(1, sizeof *s.model);
        assert_non_null(s.model);
        s.author = wm_test_store();
        s.whole = new_replica();
        s.places = new_replica();
        wm_error err = { 0 };
        wm_txn *txn = NULL;
        assert_ok(wm_txn_begin(s.author, &txn, &err), &err);
        for (unsigned number = 0; number < 6; number++) {
            put(&s, txn, 0, number);
        }
        assert_ok(wm_txn_commit(txn, &err), &err);
        run(&s);
        random = s.random;
        wm_store_close(s.author);
        wm_store_close(s.whole);
        wm_store_close(s.places);
        wm_arena_fini(&s.arena);
        free(s.model);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_histories_agree_with_a_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
