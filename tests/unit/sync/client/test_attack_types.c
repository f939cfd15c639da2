/* test_attack_types.c: metadata that is valid JSON, rightly signed, and wrong: each member of each
 * role in turn is of another type, out of range, or not there.
 *
 * Whoever signs can do this, by a slip of a tool or on purpose. It must end in a declared error and
 * an unmoved replica; or, where the member says nothing to us, in the right new release. Which
 * places those are is written down here, so that one more or one less is noticed. */
#include <stdlib.h>

#include "fault_vfs.h"
#include "feed_attack.h"

static wm_forge forge;
static wm_transport *transport;

static int set_up(void **state)
{
    (void)state;
    wm_forge_init(&forge, 100);
    wm_forge_make_replicas(&forge);
    transport = wm_forge_in_memory(&forge);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    wm_transport_close(transport);
    wm_forge_fini(&forge);
    return 0;
}

/* ---- what is tried ---- */

static const char *const wrong_values[] = {
    "null",
    "true",
    "false",
    "0",
    "-1",
    "7",
    "9007199254740991",
    "-9007199254740991",
    "''",
    "'x'",
    "'7'",
    "[]",
    "[[]]",
    "[null]",
    "['x']",
    "{}",
    "{'a':1}",
    "{'a':{'b':[]}}",
};

#define PLACES_MAX 512

typedef struct place_list {
    const char *places[PLACES_MAX];
    size_t count;
} place_list;

static void collect(place_list *list, const char *place, const wm_json *value)
{
    assert_true(list->count < PLACES_MAX);
    if (place[0] != '\0') {
        list->places[list->count++] = place;
    }
    const char *between = place[0] != '\0' ? "|" : "";
    for (uint32_t i = 0; i < value->count; i++) {
        if (value->type == WM_JSON_ARRAY) {
            collect(list, wm_forge_print(&forge, "%s%s%u", place, between, (unsigned)i),
                    &value->as.items[i]);
        } else if (value->type == WM_JSON_OBJECT) {
            const wm_json_member *member = &value->as.members[i];
            collect(list,
                    wm_forge_print(&forge, "%s%s%.*s", place, between, (int)member->name.len,
                                   member->name.ptr),
                    &member->value);
        }
    }
}

/* ---- what may be accepted ---- */

/* True if `text` fits the pattern, in which '*' stands for any characters but '|'. */
static bool fits(const char *pattern, const char *text)
{
    while (*pattern != '\0') {
        if (*pattern == '*') {
            for (;; text++) {
                if (fits(pattern + 1, text)) {
                    return true;
                }
                if (*text == '\0' || *text == '|') {
                    return false;
                }
            }
        }
        if (*pattern++ != *text++) {
            return false;
        }
    }
    return *text == '\0';
}

#define NOT_ROOT "not root"
#define NONE "" /* the member is dropped */
#define ANY_TEXT "any text"
#define HUGE "9007199254740991"

typedef struct harmless {
    const char *role; /* NULL: any */
    const char *place;
    const char *value;
} harmless;

static bool role_fits(const char *pattern, const char *role)
{
    if (pattern != NULL && strcmp(pattern, NOT_ROOT) == 0) {
        return strcmp(role, "root") != 0;
    }
    return pattern == NULL || strcmp(pattern, role) == 0;
}

static bool value_fits(const char *pattern, const char *value)
{
    if (strcmp(pattern, ANY_TEXT) == 0) {
        return value[0] == '\'' || value[0] == '\0';
    }
    return strcmp(pattern, value) == 0;
}

static bool is_harmless(const char *role, const char *place, const char *value)
{
    static const harmless list[] = {
        /* a higher version, listed as such */
        { NOT_ROOT, "version", "7" },
        { NOT_ROOT, "version", HUGE },
        /* a version that the feed does not have: it is behind */
        { "timestamp", "meta|snapshot.json|version", "7" },
        { "timestamp", "meta|snapshot.json|version", HUGE },
        { "snapshot", "meta|*|version", "7" },
        { "snapshot", "meta|*|version", HUGE },
        /* what may be left out */
        { "timestamp", "meta|snapshot.json|length", NONE },
        { "timestamp", "meta|snapshot.json|hashes", NONE },
        { "root", "consistent_snapshot", NONE },
        { "root", "consistent_snapshot", "false" },
        { NULL, "delegations|roles|*|terminating", NONE },
        { NULL, "delegations|roles|*|terminating", "false" },
        /* a file that the client has no need of: all that it is to know is listed with it */
        { NULL, "targets|release.json|length", "0" },
        { NULL, "targets|release.json|length", "7" },
        { NULL, "targets|release.json|length", HUGE },
        /* the way to a partition that is not taken */
        { "partitions", "delegations|roles|2", NONE },
        { "partitions", "delegations|roles|2|name", "'x'" },
        { "partitions", "delegations|roles|2|name", "'7'" },
        { "partitions", "delegations|roles|2|threshold", "7" },
        { "partitions", "delegations|roles|2|threshold", HUGE },
        { "partitions", "delegations|roles|2|paths", "[]" },
        { "partitions", "delegations|roles|2|paths", "['x']" },
        { "partitions", "delegations|roles|2|paths|*", ANY_TEXT },
        { "partitions", "delegations|roles|2|keyids", "[]" },
        { "partitions", "delegations|roles|2|keyids", "['x']" },
        { "partitions", "delegations|roles|2|keyids|0", ANY_TEXT },
    };
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        if (role_fits(list[i].role, role) && fits(list[i].place, place) &&
            value_fits(list[i].value, value)) {
            return true;
        }
    }
    return false;
}

/* Numbers about a pack count where the pack is on the way. */
static bool may_count_or_not(const char *place)
{
    static const char *const places[] = { "targets|*.pack|custom|records",
                                          "targets|*.pack|custom|buckets" };
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        if (fits(places[i], place)) {
            return true;
        }
    }
    return false;
}

/* ---- one try ---- */

static bool is_declared(wm_status status)
{
    return status == WM_BAD_INPUT || status == WM_NOT_TRUSTED || status == WM_TOO_LARGE ||
           status == WM_NEWER || status == WM_UNSUPPORTED || status == WM_EXPIRED ||
           status == WM_NETWORK;
}

/* `value` NULL: the member is dropped. */
static wm_status try_wrong(const char *role, const char *place, const char *value, wm_error *err)
{
    wm_forge_reset(&forge, 2);
    wm_store *replica = wm_forge_open_replica(1);
    if (value != NULL) {
        wm_forge_set(&forge, role, place, value);
    } else {
        wm_forge_drop(&forge, role, place);
    }
    if (strcmp(role, "root") == 0) {
        wm_forge_under_version(&forge, role, 2); /* else no one asks for it */
    }
    wm_forge_publish(&forge);
    wm_status status = wm_forge_try(&forge, replica, transport, NULL, NULL, err);
    wm_forge_check(&forge, replica, status == WM_OK ? 2 : 1);
    wm_store_close(replica);
    return status;
}

static bool is_as_it_was(const wm_json *value, const char *text)
{
    return wm_json_equal(value, wm_test_json(&forge.scratch, text));
}

/* Who signs what the release's number is may say another: the records are then of that release. */
static bool is_another_release(const char *place, const char *value)
{
    return fits("targets|release.json|custom|release", place) && strtoll(value, NULL, 10) > 2;
}

static unsigned try_place(const char *role, const char *place)
{
    unsigned wrong = 0;
    for (size_t i = 0; i <= sizeof wrong_values / sizeof wrong_values[0]; i++) {
        const char *value =
            i < sizeof wrong_values / sizeof wrong_values[0] ? wrong_values[i] : NULL;
        wm_error err = { 0 };
        wm_forge_reset(&forge, 2);
        if (value != NULL && (is_as_it_was(wm_forge_get(&forge, role, place), value) ||
                              is_another_release(place, value))) {
            continue;
        }
        wm_status status = try_wrong(role, place, value, &err);
        bool may = is_harmless(role, place, value != NULL ? value : NONE);
        bool went_well = status == WM_OK || status == WM_UNCHANGED;
        bool right = went_well || (is_declared(status) && err.text[0] != '\0');
        right = right && (went_well == may || may_count_or_not(place));
        if (!right) {
            print_error("%s: %s = %s: %s: %s\n", role, place, value != NULL ? value : "(none)",
                        wm_status_text(status), err.text);
            wrong++;
        }
    }
    return wrong;
}

static void try_role(const char *role)
{
    static place_list list;
    static char places[PLACES_MAX][160];
    unsigned wrong = 0;
    list.count = 0;
    wm_forge_reset(&forge, 2);
    collect(&list, "", wm_forge_role_of(&forge, role)->body);
    for (size_t i = 0; i < list.count; i++) { /* the scratch arena goes with the next reset */
        (void)snprintf(places[i], sizeof places[i], "%s", list.places[i]);
    }
    for (size_t i = 0; i < list.count; i++) {
        wrong += try_place(role, places[i]);
    }
    assert_true(list.count > 5);
    assert_int_equal(wrong, 0);
}

static void a_root_of_wrong_types_is_refused(void **state)
{
    (void)state;
    try_role("root");
}

static void a_timestamp_of_wrong_types_is_refused(void **state)
{
    (void)state;
    try_role("timestamp");
}

static void a_snapshot_of_wrong_types_is_refused(void **state)
{
    (void)state;
    try_role("snapshot");
}

static void a_targets_role_of_wrong_types_is_refused(void **state)
{
    (void)state;
    try_role("targets");
}

static void a_partitions_role_of_wrong_types_is_refused(void **state)
{
    (void)state;
    try_role("partitions");
}

static void a_partition_of_wrong_types_is_refused(void **state)
{
    (void)state;
    try_role("p.E");
    try_role("p.P");
}

int main(void)
{
    wm_fault_vfs_install();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_root_of_wrong_types_is_refused),
        cmocka_unit_test(a_timestamp_of_wrong_types_is_refused),
        cmocka_unit_test(a_snapshot_of_wrong_types_is_refused),
        cmocka_unit_test(a_targets_role_of_wrong_types_is_refused),
        cmocka_unit_test(a_partitions_role_of_wrong_types_is_refused),
        cmocka_unit_test(a_partition_of_wrong_types_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
