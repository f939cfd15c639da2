/* limits.h: the largest of everything. Every growable buffer takes its cap from here. */
#ifndef WAYMARK_SYS_LIMITS_H
#define WAYMARK_SYS_LIMITS_H

#define WM_KIB ((size_t)1024)
#define WM_MIB ((size_t)1024 * 1024)

#define WM_RECORD_BYTES_MAX (256 * WM_KIB)
#define WM_ID_BYTES_MAX 80
#define WM_STRING_BYTES_MAX (64 * WM_KIB) /* one text field */
#define WM_LIST_ITEMS_MAX 1024            /* one list in a record */
#define WM_JSON_DEPTH_MAX                                                                          \
    48 /* criteria of full depth: two for each `all`, and what is around them */
#define WM_JSON_INTEGER_MAX 9007199254740991LL /* 2^53 - 1 */
#define WM_JSON_NODES_MAX 65536 /* values in one record or query; more in a longer text */

#define WM_CRITERIA_DEPTH_MAX 16
#define WM_CRITERIA_NODES_MAX 256
#define WM_CRITERIA_PROVE_MAX 65536 /* combinations enumerated by validation */
#define WM_PEOPLE_MAX 16            /* people in one `about` fact */
#define WM_FACT_WITH_MAX 3          /* facts that are asked in the same breath as one */

#define WM_LOCALITY_DEPTH_MAX 8
#define WM_LOCALITIES_MAX 65536
#define WM_NEED_DEPTH_MAX 8
#define WM_SUCCESSORS_MAX 8

#define WM_INDEX_KEPT_BYTES_MAX (12 * WM_MIB) /* of the index, in memory, for each handle */

#define WM_QUERY_BYTES_MAX (64 * WM_KIB)
#define WM_QUERY_TEXT_BYTES_MAX 512
#define WM_ANSWER_BYTES_MAX (16 * WM_MIB)
#define WM_CARDS_MAX 1000

#define WM_METADATA_ROOT_BYTES_MAX (512 * (size_t)1000)
#define WM_METADATA_TIMESTAMP_BYTES_MAX (16 * (size_t)1000)
#define WM_METADATA_SNAPSHOT_BYTES_MAX (2000 * (size_t)1000)
#define WM_METADATA_TARGETS_BYTES_MAX (5000 * (size_t)1000)
#define WM_ROOT_ROTATIONS_MAX 256
#define WM_DELEGATED_ROLES_VISITED_MAX 32
#define WM_DELEGATED_ROLES_LISTED_MAX 4096

#define WM_PACK_WINDOW_LOG_MAX 23 /* zstd window of 8 MiB: phones */
#define WM_PACK_BYTES_MAX ((size_t)4 * 1024 * WM_MIB)

/* Other people's feeds, as they are served. */
#define WM_HARVEST_PAGES_MAX 100000 /* in a walk */
#define WM_HARVEST_PAGE_BYTES_MAX (64 * WM_MIB)
#define WM_HARVEST_PAGE_ITEMS_MAX 65536
#define WM_HARVEST_SERVICES_MAX 4000000
#define WM_HARVEST_BYTES_MAX (64ULL * 1024 * 1024 * 1024) /* of all pages and documents */
#define WM_HARVEST_FILE_BYTES_MAX (16ULL * 1024 * 1024 * 1024)
#define WM_HARVEST_PASSES_MAX 3
#define WM_HARVEST_FAILURES_MAX 16 /* documents in a row that cannot be had */

#endif
