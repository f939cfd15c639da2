/* check_findings.c: see check_findings.h. Errors and warnings are kept apart, so that many warnings
 * never push out an error. */
#include "check_findings.h"

#include <stdio.h>
#include <stdlib.h>

void check_findings_init(check_findings *findings, const wm_env *env)
{
    memset(findings, 0, sizeof *findings);
    findings->env = env;
    wm_arena_init(&findings->arena, env, 256 * WM_MIB);
    for (size_t i = 0; i < 2; i++) {
        wm_buf_init(&findings->lists[i], env, WM_FINDINGS_MAX * sizeof(wm_finding));
    }
}

void check_findings_fini(check_findings *findings)
{
    wm_buf_fini(&findings->lists[0]);
    wm_buf_fini(&findings->lists[1]);
    wm_arena_fini(&findings->arena);
}

static wm_status keep(void *context, const wm_finding *finding)
{
    check_findings *findings = context;
    size_t list = finding->is_error ? 1 : 0;
    findings->found[list]++;
    if (findings->found[list] > WM_FINDINGS_MAX) {
        return WM_OK;
    }
    wm_finding kept = *finding;
    kept.id = wm_arena_copy(&findings->arena, finding->id);
    kept.path = wm_arena_copy(&findings->arena, wm_str_of(finding->path)).ptr;
    kept.text = wm_arena_copy(&findings->arena, wm_str_of(finding->text)).ptr;
    kept.code = wm_arena_copy(&findings->arena, wm_str_of(finding->code)).ptr;
    kept.remedy = wm_arena_copy(&findings->arena, wm_str_of(finding->remedy)).ptr;
    if (kept.id.ptr == NULL || kept.path == NULL || kept.text == NULL || kept.code == NULL ||
        kept.remedy == NULL) {
        return WM_NO_MEMORY;
    }
    wm_buf_put(&findings->lists[list], &kept, sizeof kept);
    return findings->lists[list].status;
}

wm_finding_sink check_findings_sink(check_findings *findings)
{
    return (wm_finding_sink){ keep, findings };
}

static int compare_places(const wm_finding *left, const wm_finding *right)
{
    if (left->kind != right->kind) {
        return left->kind < right->kind ? -1 : 1;
    }
    int order = wm_str_compare(left->id, right->id);
    order = order != 0 ? order : strcmp(left->path, right->path);
    return order != 0 ? order : strcmp(left->code, right->code);
}

static int compare_findings(const void *a, const void *b)
{
    const wm_finding *left = a;
    const wm_finding *right = b;
    int order = compare_places(left, right);
    return order != 0 ? order : strcmp(left->text, right->text);
}

static wm_status report_list(wm_buf *list, const wm_finding_sink *sink, uint64_t *count_out)
{
    size_t count = list->len / sizeof(wm_finding);
    if (count == 0) {
        return WM_OK;
    }
    wm_finding *all = (wm_finding *)(void *)list->data;
    qsort(all, count, sizeof *all, compare_findings);
    for (size_t i = 0; i < count; i++) {
        /* Shapes and criteria may both have seen it. */
        if (i > 0 && compare_places(&all[i - 1], &all[i]) == 0 &&
            (strcmp(all[i - 1].text, all[i].text) == 0)) {
            continue;
        }
        wm_status status = sink->put(sink->context, &all[i]);
        if (status != WM_OK) {
            return status;
        }
        (*count_out)++;
    }
    return WM_OK;
}

wm_status check_findings_report(check_findings *findings, const wm_finding_sink *sink,
                                wm_check_counts *counts, wm_error *err)
{
    uint64_t *const told[] = { &counts->warnings, &counts->errors };
    for (size_t i = 2; i-- > 0;) {
        wm_status status = wm_buf_status(&findings->lists[i], err);
        status = status == WM_OK ? report_list(&findings->lists[i], sink, told[i]) : status;
        if (status == WM_OK && findings->found[i] > WM_FINDINGS_MAX) {
            char text[120];
            (void)snprintf(text, sizeof text,
                           "%llu in all, of which the first %d that were found "
                           "are told",
                           (unsigned long long)findings->found[i], WM_FINDINGS_MAX);
            wm_finding more = { i == 1,
                                "more_findings",
                                WM_KIND_DIRECTORY,
                                { "", 0 },
                                "",
                                text,
                                "Mend these and check again." };
            status = sink->put(sink->context, &more);
            *told[i] = findings->found[i];
        }
        if (status != WM_OK) {
            return status;
        }
    }
    return WM_OK;
}
