/* signposted.h: a small directory like directory-data: rules of every phase with every verb, hours,
 * texts in two languages, people of several kinds; and the questions that reach all of it, in
 * English (find, explain) and in Polish. */
#ifndef WAYMARK_TEST_SIGNPOSTED_H
#define WAYMARK_TEST_SIGNPOSTED_H

#include <waymark/waymark.h>

#include "small_directory.h"

/* Put and released, as of 2026-01-05. */
void wm_test_signposted(wm_store *store);
/* Another state of the same: the next release. */
void wm_test_signposted_again(wm_store *store);

typedef enum wm_test_request {
    WM_TEST_FIND,
    WM_TEST_EXPLAIN,
    WM_TEST_ASK,
    WM_TEST_HANDOVER,
    WM_TEST_GAPS,
    WM_TEST_REQUEST_COUNT
} wm_test_request;

/* Puts it to an open directory; each lets most of the rules act, on 2026-01-06 at 03:10. Frees what
 * text_out had. */
wm_status wm_test_signposted_ask(wm_directory *directory, wm_test_request request,
                                 wm_text *text_out, wm_error *err);

#endif
