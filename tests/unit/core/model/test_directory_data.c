/* test_directory_data.c: every record of the real directory has the shape of its kind, and what it
 * refers to is there. */
#include <stdio.h>

#include "records.h"
#include "testing.h"

static struct {
    wm_test_records all;
    size_t errors;
    const wm_record *at;
} data;

static wm_status print_finding(void *context, const wm_finding *finding)
{
    (void)context;
    data.errors += finding->is_error ? 1 : 0;
    print_error("%s %s %s/%.*s %s: %s\n", finding->is_error ? "error" : "warning", finding->code,
                wm_kind_folder(finding->kind), WM_STR_ARG(finding->id), finding->path,
                finding->text);
    return WM_OK;
}

static void every_record_has_the_shape_of_its_kind(void **state)
{
    (void)state;
    data.errors = 0;
    wm_finding_sink sink = { print_finding, NULL };
    for (size_t i = 0; i < data.all.count; i++) {
        const wm_record *record = &data.all.records[i];
        wm_error err = { 0 };
        assert_ok(wm_record_check(record->kind, record->id, data.all.values[i], &sink, &err), &err);
    }
    print_message("%zu records\n", data.all.count);
    assert_true(data.all.count > 0);
    assert_int_equal(data.errors, 0);
}

static bool is_there(wm_kind kind, wm_str id)
{
    for (size_t i = 0; i < data.all.count; i++) {
        if (data.all.records[i].kind == kind && wm_str_equal(data.all.records[i].id, id)) {
            return true;
        }
    }
    return false;
}

static wm_status print_missing(void *context, const wm_reference *reference)
{
    size_t *references = context;
    (*references)++;
    bool may_be_text = reference->kind == WM_KIND_SERVICE && !reference->required;
    if (!may_be_text && !is_there(reference->kind, reference->id)) {
        data.errors++;
        print_error("%s/%.*s %s: no %s %.*s\n", wm_kind_folder(data.at->kind),
                    WM_STR_ARG(data.at->id), reference->path, wm_kind_name(reference->kind),
                    WM_STR_ARG(reference->id));
    }
    return WM_OK;
}

static void every_reference_leads_to_a_record(void **state)
{
    (void)state;
    size_t references = 0;
    data.errors = 0;
    for (size_t i = 0; i < data.all.count; i++) {
        wm_error err = { 0 };
        data.at = &data.all.records[i];
        assert_ok(wm_record_references(data.at->kind, data.all.values[i], print_missing,
                                       &references, &err),
                  &err);
    }
    print_message("%zu references\n", references);
    assert_int_equal(data.errors, 0);
}

int main(void)
{
    wm_test_records_init(&data.all, WAYMARK_SOURCE_DIR "/directory-data");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_record_has_the_shape_of_its_kind),
        cmocka_unit_test(every_reference_leads_to_a_record),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    wm_test_records_fini(&data.all);
    return failed;
}
