/* check_gaps.c: two of the gaps are findings: ages that nobody takes, and ages without a safety
 * service. The others are for the gap report. */
#include "check_gaps.h"

#include "rules/gaps_find.h"

typedef struct reporter {
    const wm_gaps *gaps;
    const wm_locality_tree *tree;
    const wm_needs *needs;
    const wm_finding_sink *sink;
    wm_buf text;
    wm_error *err;
} reporter;

wm_status check_gaps_add(wm_gaps *gaps, const wm_json *service, bool is_sound, wm_error *err)
{
    wm_str status = wm_json_string(wm_json_get(service, "status"));
    bool is_open = wm_str_is(status, "active") || wm_str_is(status, "closing");
    return is_open ? wm_gaps_add(gaps, service, is_sound, err) : WM_OK;
}

static wm_status put(reporter *at, const wm_finding *finding)
{
    wm_status status = wm_buf_status(&at->text, at->err);
    return status == WM_OK ? at->sink->put(at->sink->context, finding) : status;
}

static wm_status report_safety(reporter *at, size_t index)
{
    wm_gap gap;
    wm_locality place = wm_gaps_place(at->gaps, index);
    if (!wm_gaps_find_safety(at->gaps, index, &gap)) {
        return WM_OK;
    }
    wm_buf_reset(&at->text);
    wm_buf_printf(&at->text,
                  "expected, besides 999, a safety service day and night for every age in %.*s, "
                  "found none for ages ",
                  WM_STR_ARG(wm_locality_name(at->tree, place)));
    wm_gap_ages_put(&gap.ages, &at->text);
    wm_finding finding = { true,
                           "safety_gap",
                           WM_KIND_LOCALITY,
                           wm_locality_code(at->tree, place),
                           "",
                           at->text.data,
                           "Add a service with hours always, intensity risk_support and route self "
                           "that takes these ages without more being known." };
    return put(at, &finding);
}

static wm_status report_age(reporter *at, wm_need need, wm_locality place, const wm_gap *gap)
{
    wm_buf path;
    wm_buf_init(&path, at->text.env, WM_RECORD_BYTES_MAX);
    wm_buf_put_str(&path, wm_locality_code(at->tree, place));
    wm_buf_reset(&at->text);
    wm_buf_printf(
        &at->text, "expected an open service for %.*s at every age in %.*s, found none for ",
        WM_STR_ARG(wm_needs_label(at->needs, need)), WM_STR_ARG(wm_locality_name(at->tree, place)));
    if (gap->kind == WM_GAP_NONE) {
        wm_buf_put_text(&at->text, "any age");
    } else {
        wm_buf_put_text(&at->text, "ages ");
        wm_gap_ages_put(&gap->ages, &at->text);
    }
    wm_finding finding = { false,
                           "age_gap",
                           WM_KIND_NEED,
                           wm_needs_id(at->needs, need),
                           path.data,
                           at->text.data,
                           "Look for a service for these ages, or say why there is none." };
    wm_status status = wm_buf_status(&path, at->err);
    status = status == WM_OK ? put(at, &finding) : status;
    wm_buf_fini(&path);
    return status;
}

static wm_status report_place(reporter *at, size_t place)
{
    wm_gap found[WM_GAPS_MAX];
    wm_locality locality = wm_gaps_place(at->gaps, place);
    wm_status status = report_safety(at, place);
    for (size_t n = 0; n < wm_needs_count(at->needs) && status == WM_OK; n++) {
        size_t count = wm_gaps_find(at->gaps, place, (wm_need)n, found);
        bool is_age = count > 0 && (found[0].kind == WM_GAP_NONE || found[0].kind == WM_GAP_AGE);
        if (is_age) {
            status = report_age(at, (wm_need)n, locality, &found[0]);
        }
    }
    return status;
}

wm_status check_gaps_report(const wm_gaps *gaps, const wm_env *env, const wm_locality_tree *tree,
                            const wm_needs *needs, const wm_finding_sink *sink, wm_error *err)
{
    reporter at = { .gaps = gaps, .tree = tree, .needs = needs, .sink = sink, .err = err };
    wm_status status = WM_OK;
    wm_buf_init(&at.text, env, WM_RECORD_BYTES_MAX);
    for (size_t p = 0; p < wm_gaps_place_count(gaps) && status == WM_OK; p++) {
        if (wm_gaps_is_own(gaps, p)) {
            status = report_place(&at, p);
        }
    }
    wm_buf_fini(&at.text);
    return status;
}
