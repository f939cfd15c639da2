/* question.h: a query from the options of the command line, for the commands that
 * ask. */
#ifndef WAYMARK_CLI_QUESTION_H
#define WAYMARK_CLI_QUESTION_H

#include <waymark/waymark.h>

#include "cli.h"

/* The options that make a query; put them at the head of a command's table. */
#define WM_QUESTION_OPTIONS                                                                        \
    { "--need", "ID", "What help is for", true },                                                  \
        { "--text", "WORDS|-", "The same in plain words; - reads them from standard input",        \
          false },                                                                                 \
        { "--age", "N", "Age in whole years", false },                                             \
        { "--dob", "DATE", "Date, month or year of birth", false },                                \
        { "--at", "PLACE", "Postcode, town, locality or GP practice", false },                     \
        { "--fact", "K=V", "Something known; V is JSON, else a text", true },                      \
        { "--actor", "A", "Who asks: self, family, carer, gp, school, professional", false },      \
        { "--actor-fact", "K=V", "The same of whoever asks, where that is someone else", true },   \
        { "--tried", "ID=OUTCOME", "A service that refused, did_not_help or keeps them waiting",   \
          true },                                                                                  \
        { "--access", "K[=V]",                                                                     \
          "Needed: languages=pl,en interpreter=pl bsl step_free remote evenings", true },          \
        { "--about", "WHO", "Whom it is about: self, child, cared_for, partner, parent", false },  \
        { "--as-of", "DATE", "The day it is asked for; today if left out", false },                \
        { "--now", "TIME", "The time it is asked for, like 2026-01-31T09:30", false },             \
        { "--lang", "L", "Language of the answer", false },                                        \
        { "--limit", "N", "Cards in the main section, 1 to 1000", false },                         \
        { "--working", NULL, "Ask what is not released yet", false },                              \
    {                                                                                              \
        "--query", "FILE|-", "A query as JSON, or many, one a line", false                         \
    }

/* Put the query that the options make. WM_BAD_ARGUMENT names the option. */
WM_MUST_USE wm_status wm_question_build(wm_cli *cli, const wm_cli_args *args, wm_buf *query_out,
                                        wm_error *err);
/* The same, or the one of --query: only one of the two may be given. */
WM_MUST_USE wm_status wm_question_read(wm_cli *cli, const wm_cli_args *args, wm_buf *query_out,
                                       wm_error *err);
/* wm_directory_explain, wm_directory_handover */
typedef wm_status (*wm_question_put)(wm_directory *directory, const char *service,
                                     const char *query, size_t query_bytes, const char *today,
                                     wm_text *answer_out, wm_error *err);
/* Opens the database of the first operand, and asks of the service of the second. */
WM_MUST_USE wm_status wm_question_of_service(wm_cli *cli, const wm_cli_args *args,
                                             wm_question_put put, wm_str query, wm_text *answer_out,
                                             wm_error *err);
/* True if any option that makes a query is given. */
bool wm_question_given(const wm_cli_args *args);

#endif
