/* waymark.h: ask a directory: JSON in, JSON out. This is all that an app needs.
 *
 * One opaque handle on one file (an authoring database or a replica). One handle is used by one
 * thread at a time; many handles may be open on one file, and another process may update a replica
 * meanwhile: each question is answered from one state. A call takes at most 256 KiB of its thread's
 * stack; phones give a thread 512.
 *
 * Questions leave no trace: nothing about a person is written, logged or kept.
 *
 * Every answer, and every error, carries "emergency": the lines that answer day and night.
 * wm_emergency gives them when nothing else works. The caller gives the time: there is no clock
 * here. */
#ifndef WAYMARK_WAYMARK_H
#define WAYMARK_WAYMARK_H

#include <stdbool.h>

#include <waymark/sys/env.h>

WM_BEGIN_DECLS

typedef struct wm_directory wm_directory;

/* Text that the library made: UTF-8, NUL-terminated after its length. Give it back with
 * wm_text_free. */
typedef struct wm_text {
    const wm_env *env;
    char *ptr;
    size_t len;
    size_t capacity;
} wm_text;

WM_API void wm_text_free(wm_text *text);

/* Open for asking. env NULL: wm_env_system. working: what is not released yet, of an authoring
 * database. WM_NOT_FOUND, WM_BAD_INPUT, WM_NEWER, WM_CORRUPT, WM_NO_RELEASE: the text says which.
 * Close with wm_directory_close. */
WM_API WM_MUST_USE wm_status wm_directory_open(const wm_env *env, const char *path, bool working,
                                               wm_directory **directory_out, wm_error *err);
WM_API void wm_directory_close(wm_directory *directory);

/* Answer a query. What is said here of today, answer_out and errors is so of the functions below,
 * too.
 *
 * today: "YYYY-MM-DD" for a query without as_of; NULL: such a query is an error. answer_out is set
 * in any case: the answer, or {"error":{..},"emergency":[..]}; on WM_NO_MEMORY it may be empty, but
 * is never part of one. The same replica and query give the same bytes. err may be NULL.
 * WM_BAD_INPUT, WM_TOO_LARGE: the query, as the text says; WM_BAD_ARGUMENT: today. */
WM_API wm_status wm_directory_find(wm_directory *directory, const char *query, size_t query_bytes,
                                   const char *today, wm_text *answer_out, wm_error *err);
/* The card of one service for a query, with the tree that explains its verdict. WM_NOT_FOUND: no
 * such service. */
WM_API wm_status wm_directory_explain(wm_directory *directory, const char *service,
                                      const char *query, size_t query_bytes, const char *today,
                                      wm_text *card_out, wm_error *err);

/* One step of an interview: a query and the replies to the questions so far, as
 *
 *   {"query":{..},"replies":[{"fact":"age","text":"17"},{"fact":"carer","value":true},
 *    {"fact":"veteran","skip":true},{"fact":"lgbt","decline":true}]}
 *
 * gives {"query","asked","settled":{"decided","open"},"question" or "no_question","answer"}: the
 * query with what was replied, the next question, and the whole answer so far. Nothing is kept
 * between two calls: to go back, leave out the last reply. A reply that cannot be read is an error
 * that says what was expected (WM_BAD_INPUT): ask again with the replies before it. At most 6
 * questions; none before what stands under SAFETY. core/README.md, "An interview", has all of it.
 */
WM_API wm_status wm_directory_ask(wm_directory *directory, const char *interview,
                                  size_t interview_bytes, const char *today, wm_text *step_out,
                                  wm_error *err);

/* The hand-over to one service: what to pass on, who introduces, how to ask, and whether it may be
 * sent. request: {"query":{..},"handover":{..}}, both optional (core/README.md, "Hand-over"). It is
 * put together and given back; nothing is sent, written or kept. WM_NOT_FOUND: no such service. */
WM_API wm_status wm_directory_handover(wm_directory *directory, const char *service,
                                       const char *request, size_t request_bytes, const char *today,
                                       wm_text *handover_out, wm_error *err);

/* What no open service covers, by place and need, for those who plan services. The request is
 * {"at":PLACE,"against":PLACE,"needs":[ids],"local":bool}, of which all may be left out, or NULL:
 * without `at`, all places of the directory's own; a need stands for all below it, too; local
 * leaves out services of a whole nation. today is required. The report is
 *
 *   {"release","released_on","edition","emergency","as_of","services","open","national_left_out",
 *    "groups":[{"need","label","needs"}],
 *    "places":[{"code","name","gaps":[GAP],
 *               "needs":[{"need","label","group","services","gaps":[GAP]}]}]}
 *
 * Needs without a gap are left out; `services` counts those that are open. A GAP is {"kind","text"}
 * and more by kind. Where "unsaid" is true some service does not say, so that there may be no gap.
 *
 *   none       nothing is open for the need
 *   age        "ages": [[from,to]..] without an open service; to 100 is "and over"
 *   hours      "period": "night" (22:00 to 08:00) or "weekend", "in_part", "ages", "unsaid"
 *   routes     "ages" with nobody whom they, or under 16 their family, can ask; "unsaid"
 *   languages  "nobody": [tags], "interpreter": [tags, only by one of these], "unsaid"
 *   intensity  "ages" that have advice and risk support, but neither help nor more help
 *   safety     of the place: "ages" without a safety service day and night, besides 999
 *
 * WM_NOT_FOUND: there is no such place. */
WM_API wm_status wm_directory_gaps(wm_directory *directory, const char *request,
                                   size_t request_bytes, const char *today, wm_text *report_out,
                                   wm_error *err);

/* What somebody may mean who is still typing; for each key that is pressed. The request is
 * {"text":"swi","at":"BA1 1AA","limit":8,"lang":"en"}: limit 1 to 20, 8 if it is left out, lang
 * that of the emergency lines; services for the place `at` (any that a query may have) come before
 * others, and one that is not known puts nothing first. The answer is
 *
 *   {"release","released_on","edition","emergency","items":[ITEM]}, the best first, an ITEM being
 *
 *   {"kind":"need","id","label","words"}: words that lead there, folded; "lang" of these if it is
 *       not English, "crisis":true if it is one, "unreviewed":true if nobody has read them yet
 *   {"kind":"service","id","name","status"}: also one that has closed, as of today; NULL: as its
 *       record says
 *   {"kind":"place","id","name","place"}: place is "town", "outcode" or "locality"; a query
 *       understands the id as `at`
 *
 * A crisis stands first. Services are named once at most 128 names
 * fit what was typed. Nothing is kept. WM_TOO_LARGE: text of more than 512 bytes. */
WM_API wm_status wm_directory_suggest(wm_directory *directory, const char *typed,
                                      size_t typed_bytes, const char *today,
                                      wm_text *suggestions_out, wm_error *err);

/* {"emergency":[..]}: needs no directory. */
WM_API WM_MUST_USE wm_status wm_emergency(const wm_env *env, wm_text *text_out, wm_error *err);
/* {"error":{"status","text","line"},"emergency":[..]} for an error of the caller's own; line 0:
 * none. */
WM_API WM_MUST_USE wm_status wm_error_answer(const wm_env *env, const wm_error *why, int64_t line,
                                             wm_text *text_out);

WM_END_DECLS

#endif
