/* rules.h: the index of rules: a row of `rule` with the program of each. Called by index.c. */
#ifndef WAYMARK_STORE_RULES_H
#define WAYMARK_STORE_RULES_H

#include "store/database.h"

/* WM_BAD_RECORD: the rule does not compile. */
WM_MUST_USE wm_status wm_rules_put(wm_txn *txn, int64_t rev, const wm_json *rule, wm_error *err);
WM_MUST_USE wm_status wm_rules_remove(wm_txn *txn, int64_t rev, wm_error *err);
/* Is each row what its record makes, and has each standing rule one? WM_CORRUPT: no. Inside
 * wm_store_read_begin. */
WM_MUST_USE wm_status wm_rules_verify(wm_store *store, wm_error *err);

#endif
