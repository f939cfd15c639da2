/* case_waiting.c: which rules wait for something unknown. Most never say so: on a shared screen
 * nobody should read that they might apply. */
#include "ask/inquiry.h"
#include "case_run.h"

void wm_case_find_waiting(wm_case_run *run)
{
    wm_error err = { 0 };
    wm_inquiry inquiry;
    wm_asker *asker = wm_case_asker(run);
    assert_ok(wm_inquiry_begin(&inquiry, asker, wm_buf_str(&run->query), NULL, &err), &err);
    assert_ok(wm_inquiry_run(&inquiry), &err);
    const wm_signposting *found = &inquiry.signposting;
    run->waiting_count = 0;
    for (size_t i = 0; i < found->would_also_count && i < WM_CASE_RULES_MAX; i++) {
        wm_str id = wm_symbols_text(asker->symbols, found->would_also[i]->id);
        run->waiting[run->waiting_count++] = wm_arena_copy(&run->arena, id);
    }
    wm_inquiry_end(&inquiry);
}
