/* case_run.h: one case of tests/cases/answers: the question that its lines ask, what they expect of
 * the answer, and what must hold of every answer.
 *
 * The README of that folder says how a case is written. Nothing here aborts for a bad case: what is
 * wrong is put into `failures`, a line each, with the number of the line in the file. */
#ifndef WAYMARK_TEST_CASE_RUN_H
#define WAYMARK_TEST_CASE_RUN_H

#include "case_file.h"
#include "real_directory.h"

#define WM_CASE_RULES_MAX 64

typedef struct wm_case_run {
    const wm_case *of;
    const wm_real_directory *directory;
    wm_arena arena;                    /* of this run */
    wm_date day;                       /* on which it is asked */
    bool has_time;                     /* and at which time */
    bool is_public;                    /* asked of the public edition */
    wm_buf query;                      /* as JSON */
    wm_buf text;                       /* the answer's bytes */
    const wm_json *answer;             /* NULL: there is none */
    wm_str waiting[WM_CASE_RULES_MAX]; /* rules whose condition is unknown */
    size_t waiting_count;
    wm_buf failures;
} wm_case_run;

void wm_case_run_init(wm_case_run *run, const wm_case *of, const wm_real_directory *directory);
void wm_case_run_fini(wm_case_run *run);

/* Puts "  line 12: ..." into `failures`; line NULL: of no one line. */
void wm_case_fail(wm_case_run *run, const wm_case_line *line, const char *format, ...)
    WM_PRINTF(3, 4);

/* True if the key belongs to the question. */
bool wm_case_is_question(const char *key);
/* Fills `query`, day and edition from the lines of the question. */
void wm_case_make_query(wm_case_run *run);
/* Asks, and fills `text` and `answer`. */
void wm_case_ask(wm_case_run *run);
/* What the question is asked of. */
wm_asker *wm_case_asker(const wm_case_run *run);
/* Fills `waiting`. */
void wm_case_find_waiting(wm_case_run *run);
/* Compares the answer with every line that is not of the question. */
void wm_case_expect(wm_case_run *run);
/* What must always hold. */
void wm_case_always(wm_case_run *run);
/* The answer in short, for whoever has to find out why a case fails. */
void wm_case_print(wm_case_run *run, wm_buf *out);

/* ---- looking into an answer ---- */

/* The next of "a, b, c", without the spaces around it; empty at the end. */
wm_str wm_case_next_word(const char **list);
/* Is it this service ("id"), or one with "offer:x" or of "kind:x"? */
bool wm_case_matches(wm_case_run *run, const wm_json *card, wm_str wanted);
bool wm_case_has_offer(wm_case_run *run, const wm_json *card, const char *prefix);
const wm_json *wm_case_section(const wm_json *answer, const char *name);
/* Calls `each` for every text that is shown to a person: names, reasons, notes, questions.
 * `is_name`: it is the name of a service. */
typedef void (*wm_case_text_fn)(void *context, wm_str text, bool is_name);
void wm_case_each_text(const wm_case_run *run, wm_case_text_fn each, void *context);
/* Does the text hold `part`, whatever the case of its letters? */
bool wm_case_contains(wm_str text, const char *part);
/* A member of an object as a string; empty: it has none. */
wm_str wm_case_string(const wm_json *object, const char *name);

/* The sections of an answer, in the order in which they stand. */
#define WM_CASE_SECTIONS 6
extern const char *const wm_case_sections[WM_CASE_SECTIONS];

#endif
