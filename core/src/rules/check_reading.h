/* check_reading.h: are the texts for the public plain? Warnings reading_age and plain_words.
 *
 * Looked at are English texts that a person is shown: of services the summary, what_happens_next,
 * what_we_do_not_do, closed_reason, while_waiting and the text of cost and visit; of facts the
 * question and why; of rules why; text records. Nothing that is for professionals. A service's own
 * words (eligibility.words) are quoted, and its description is for those who want to know all. */
#ifndef WAYMARK_RULES_CHECK_READING_H
#define WAYMARK_RULES_CHECK_READING_H

#include <waymark/sys/record.h>

WM_MUST_USE wm_status check_reading(const wm_env *env, const wm_record *record,
                                    const wm_json *value, const wm_finding_sink *sink,
                                    wm_error *err);

#endif
