/* test_import_faults.c: each allocation of an import, and of the export of what it brought, fails
 * in turn: all of it is there, or nothing; nothing leaks, and a service that memory was short for
 * is never told as one that was bad. */
#include <waymark/sys/interchange.h>
#include <waymark/sys/interchange_places.h>

#include "fault_scene.h"

/* ---- services ---- */

static const char good[] =
    "{\"id\":\"00000000-0000-4000-8000-000000000001\",\"name\":\"Talking\",\"status\":\"active\","
    "\"description\":\"One\",\"alert\":\"Moved\","
    "\"organization\":{\"id\":\"00000000-0000-4000-9000-000000000001\",\"name\":\"Helpers\"},"
    "\"phones\":[{\"id\":\"p\",\"number\":\"01632 960001\"}],\"minimum_age\":18,"
    "\"schedules\":[{\"id\":\"s\",\"freq\":\"WEEKLY\",\"byday\":\"MO,TU\",\"opens_at\":\"09:00\","
    "\"closes_at\":\"17:00\"}],"
    "\"service_areas\":[{\"id\":\"a\",\"name\":\"Swindon\",\"extent\":\"SWI\"}],"
    "\"service_at_locations\":[{\"id\":\"l\",\"location\":{\"id\":\"hall\",\"name\":\"Hall\","
    "\"latitude\":51.5,\"longitude\":-1.75}}],"
    "\"attributes\":[{\"id\":\"t\",\"taxonomy_term\":{\"id\":\"98\",\"name\":\"Rafting\"}},"
    "{\"id\":\"u\",\"taxonomy_term\":{\"id\":\"7\",\"name\":\"Worry\",\"taxonomy\":\"ESD\"}}]}";
static const char bad[] = "{\"id\":\"x\",\"name\":\"Walking\",\"status\":\"open\"}";
static const char table[] = "vocabulary,code,name,need\nESD,7,,anx.panic\n";

typedef struct heard {
    size_t rejected;
    size_t notes;
} heard;

static void tell(void *context, int64_t number, bool rejected, wm_str text)
{
    heard *h = context;
    assert_int_equal(rejected ? number : 2, 2);
    assert_true(text.len > 0);
    h->rejected += rejected ? 1 : 0;
    h->notes += rejected ? 0 : 1;
}

/* Read ahead: what fails then is known in its turn. */
static wm_status take_draft(wm_import *import, const wm_element *element, wm_error *err)
{
    wm_import_draft *draft = NULL;
    wm_status status = wm_import_draft_new(import, &draft, err);
    if (status == WM_OK) {
        wm_import_draft_read(draft, element);
        wm_import_draft_check(draft);
        status = wm_import_take(import, draft, err);
    }
    wm_import_draft_free(draft);
    return status;
}

static wm_status import_all(wm_scene *s, wm_txn *txn, heard *h, wm_error *err)
{
    wm_terms *terms = NULL;
    wm_import *import = NULL;
    wm_change_counts counts;
    wm_element elements[] = { { { good, sizeof good - 1 }, 1, false },
                              { { bad, sizeof bad - 1 }, 2, false } };
    wm_status status = wm_terms_read(&s->fault.env, wm_str_of(table), &terms, err);
    if (status == WM_OK) {
        wm_import_options options = { WM_STR("test"), terms, tell, h };
        status = wm_import_begin(txn, &options, &import, err);
    }
    if (status == WM_OK) {
        status = wm_import_service(import, &elements[0], err);
    }
    if (status == WM_OK) {
        status = take_draft(import, &elements[1], err);
    }
    if (status == WM_OK) {
        status = wm_import_finish(import, false, &counts, err);
    }
    wm_import_free(import);
    wm_terms_free(terms);
    return status;
}

typedef wm_status (*importer)(wm_scene *s, wm_txn *txn, heard *h, wm_error *err);

static void import_again(wm_scene *s, importer all, heard *h, wm_error *err)
{
    wm_store *store = NULL;
    wm_txn *txn = NULL;
    *h = (heard){ 0, 0 };
    wm_fault_vfs_rewind();
    s->status = wm_store_open(&s->fault.env, WM_SCENE_PATH, WM_STORE_WRITE, &store, err);
    if (s->status == WM_OK) {
        s->status = wm_txn_begin(store, &txn, err);
    }
    if (s->status == WM_OK) {
        s->status = all(s, txn, h, err);
        if (s->status == WM_OK) {
            s->status = wm_txn_commit(txn, err);
        } else {
            wm_txn_rollback(txn);
        }
    }
    wm_store_close(store);
}

/* All that it brings is there, or nothing. */
static void check_records(const char *const *ids, const wm_kind *kinds, size_t count, bool there)
{
    wm_arena arena;
    wm_store *store = wm_scene_open(WM_SCENE_PATH, WM_STORE_WRITE);
    wm_arena_init(&arena, wm_env_system(), WM_MIB);
    assert_ok(wm_store_integrity(store, NULL), NULL);
    assert_ok(wm_store_verify_index(store, NULL), NULL);
    for (size_t i = 0; i < count; i++) {
        const char *now = wm_test_get(store, &arena, WM_VIEW_WORKING, kinds[i], ids[i]);
        assert_int_equal(now != NULL, there);
    }
    wm_arena_fini(&arena);
    wm_store_close(store);
}

static void check_imported(wm_scene *s, const heard *h, const wm_error *err)
{
    static const char *const ids[] = { "00000000-0000-4000-8000-000000000001",
                                       "00000000-0000-4000-9000-000000000001", "hall" };
    static const wm_kind kinds[] = { WM_KIND_SERVICE, WM_KIND_ORGANIZATION, WM_KIND_SITE };
    wm_scene_assert_declared(s, err);
    if (wm_scene_is_new(s)) {
        check_records(ids, kinds, 3, s->status == WM_OK);
    }
    if (s->status == WM_OK) {
        assert_int_equal(h->rejected, 1);
        assert_int_equal(h->notes, 2); /* the alert, and the term that is no need */
    }
}

static void an_import_is_whole_or_nothing(void **state)
{
    wm_scene *s = *state;
    wm_error err = { 0 };
    heard h;
    wm_scene_make_author(s);
    FAULT_SWEEP_EACH(import_again(s, import_all, &h, &err), check_imported(s, &h, &err));
    assert_int_equal(s->status, WM_OK);
}

/* ---- places ---- */

static void tell_line(void *context, int64_t line, wm_str text)
{
    tell(context, line, true, text);
}

static wm_status import_places(wm_scene *s, wm_txn *txn, heard *h, wm_error *err)
{
    static const char *const lines[] = { "postcode,lad,lat,lon,locality,note",
                                         "SN1 1AA,,51.56,-1.78,SWI", "SN1 1AB,,51.56,-1.79,SWI",
                                         "SN2 1AA,,51.57,-1.78,SWI" };
    wm_place_import *import = NULL;
    wm_place_import_counts counts;
    wm_place_import_options options = { WM_PLACE_LIST_PLACES, WM_STR("test"), tell_line, h };
    (void)s;
    wm_status status = wm_place_import_begin(txn, &options, &import, err);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0] && status == WM_OK; i++) {
        status = wm_place_import_line(import, wm_str_of(lines[i]), (int64_t)i + 1, err);
    }
    if (status == WM_OK) {
        status = wm_place_import_finish(import, false, &counts, err);
    }
    wm_place_import_free(import);
    return status;
}

static void check_places(wm_scene *s, const heard *h, const wm_error *err)
{
    static const char *const ids[] = { "SN1", "SN2" };
    static const wm_kind kinds[] = { WM_KIND_PLACE, WM_KIND_PLACE };
    wm_scene_assert_declared(s, err);
    if (wm_scene_is_new(s)) {
        check_records(ids, kinds, 2, s->status == WM_OK);
    }
    assert_int_equal(h->rejected, 0);
}

static void an_import_of_places_is_whole_or_nothing(void **state)
{
    wm_scene *s = *state;
    wm_error err = { 0 };
    heard h;
    wm_scene_make_author(s);
    FAULT_SWEEP_EACH(import_again(s, import_places, &h, &err), check_places(s, &h, &err));
    assert_int_equal(s->status, WM_OK);
}

/* ---- export ---- */

typedef struct source {
    wm_store *store;
    bool strict;
} source;

static wm_status get(void *context, wm_kind kind, wm_str id, wm_arena *arena,
                     const wm_json **value_out, wm_error *err)
{
    const source *from = context;
    *value_out = NULL;
    wm_status status =
        wm_store_get_json(from->store, WM_VIEW_WORKING, kind, id, arena, value_out, err);
    return status == WM_NOT_FOUND ? WM_OK : status;
}

static void export_one(wm_scene *s, source *from, wm_buf *out, wm_error *err)
{
    wm_arena arena;
    const wm_json *service = NULL;
    wm_oruk_form form = { from->strict, get, from };
    wm_buf_fini(out);
    wm_buf_init(out, &s->fault.env, WM_MIB);
    wm_arena_init(&arena, &s->fault.env, 16 * WM_MIB);
    s->status = wm_store_open(&s->fault.env, WM_SCENE_PATH, WM_STORE_READ, &from->store, err);
    if (s->status == WM_OK) {
        s->status = get(from, WM_KIND_SERVICE, WM_STR("00000000-0000-4000-8000-000000000001"),
                        &arena, &service, err);
    }
    if (s->status == WM_OK) {
        s->status = wm_oruk_write(&arena, service, &form, out, err);
    }
    if (s->status == WM_OK) {
        s->status = wm_buf_status(out, err);
    }
    wm_arena_fini(&arena);
    wm_store_close(from->store);
    from->store = NULL;
}

static void check_exported(wm_scene *s, wm_buf *out, const char *expected, const wm_error *err)
{
    if (s->status == WM_OK) {
        assert_string_equal(wm_buf_str(out).ptr, expected);
    }
    wm_buf_fini(out);
    wm_scene_assert_declared(s, err);
}

static void an_export_is_whole_or_an_error(void **state)
{
    wm_scene *s = *state;
    wm_error err = { 0 };
    heard h;
    wm_buf out;
    wm_scene_make_author(s);
    import_again(s, import_all, &h, &err);
    assert_int_equal(s->status, WM_OK);
    wm_fault_vfs_mark();
    for (int strict = 0; strict <= 1; strict++) {
        source from = { NULL, strict == 1 };
        wm_buf_init(&out, &s->fault.env, WM_MIB);
        s->live_blocks = wm_fault_live_blocks();
        export_one(s, &from, &out, &err);
        assert_int_equal(s->status, WM_OK);
        wm_str expected = wm_arena_copy(&s->arena, wm_buf_str(&out));
        wm_buf_fini(&out);
        FAULT_SWEEP_EACH(export_one(s, &from, &out, &err),
                         check_exported(s, &out, expected.ptr, &err));
        assert_int_equal(s->status, WM_OK);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, wm_scene_set_up, wm_scene_tear_down)

int main(void)
{
    wm_fault_install();
    wm_fault_vfs_install();
    const struct CMUnitTest tests[] = {
        TEST(an_import_is_whole_or_nothing),
        TEST(an_import_of_places_is_whole_or_nothing),
        TEST(an_export_is_whole_or_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
