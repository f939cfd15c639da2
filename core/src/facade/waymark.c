/* waymark.c: the handle of waymark.h: a store opened for reading and the vocabulary of its latest
 * release.
 *
 * A replica may be updated by another process between two questions: wm_asker_refresh. */
#include <waymark/waymark.h>

#include "ask/emergency.h"
#include "ask/find.h"
#include "ask/gaps_report.h"
#include "ask/interview.h"
#include "ask/introduce.h"
#include "ask/suggest.h"

struct wm_directory {
    const wm_env *env;
    wm_store *store;
    wm_view view;
    wm_asker asker;
};

void wm_text_free(wm_text *text)
{
    if (text != NULL && text->ptr != NULL) {
        wm_env_free(text->env, text->ptr, text->capacity);
        text->ptr = NULL;
        text->len = 0;
    }
}

/* The buffer's memory becomes the text's. Half an answer would not be JSON: then it is empty. */
static void hand_over(wm_buf *buf, wm_text *text_out)
{
    if (buf->status != WM_OK) {
        wm_buf_fini(buf);
    }
    *text_out = (wm_text){ buf->env, buf->data, buf->len, buf->capacity };
}

wm_status wm_directory_open(const wm_env *env, const char *path, bool working,
                            wm_directory **directory_out, wm_error *err)
{
    env = env != NULL ? env : wm_env_system();
    wm_directory *directory = wm_env_alloc(env, sizeof *directory);
    if (directory == NULL) {
        return wm_fail_memory(err);
    }
    directory->env = env;
    directory->view = working ? WM_VIEW_WORKING : WM_VIEW_LATEST;
    wm_status status = wm_store_open(env, path, WM_STORE_READ, &directory->store, err);
    if (status == WM_OK) {
        directory->asker.env = env;
        status = wm_asker_init(&directory->asker, directory->store, directory->view, err);
    }
    if (status != WM_OK) {
        wm_directory_close(directory);
        return status;
    }
    *directory_out = directory;
    return WM_OK;
}

void wm_directory_close(wm_directory *directory)
{
    if (directory != NULL) {
        wm_asker_fini(&directory->asker);
        wm_store_close(directory->store);
        wm_env_free(directory->env, directory, sizeof *directory);
    }
}

static wm_status read_today(const char *today, wm_date *date, const wm_date **date_out,
                            wm_error *err)
{
    *date_out = NULL;
    if (today == NULL) {
        return WM_OK;
    }
    if (!wm_date_parse(wm_str_of(today), date)) {
        return wm_fail(err, WM_BAD_ARGUMENT, "today: expected a date like 2026-01-31, found \"%s\"",
                       today);
    }
    *date_out = date;
    return WM_OK;
}

/* What a question is put to: an answer, a card, a step of an interview or a report. */
typedef wm_status (*respond_fn)(wm_asker *asker, const char *service, wm_str query,
                                const wm_date *default_as_of, wm_buf *out, wm_error *err);

static wm_status respond_find(wm_asker *asker, const char *service, wm_str query,
                              const wm_date *default_as_of, wm_buf *out, wm_error *err)
{
    (void)service;
    return wm_find_answer(asker, query, default_as_of, out, err);
}

static wm_status respond_explain(wm_asker *asker, const char *service, wm_str query,
                                 const wm_date *default_as_of, wm_buf *out, wm_error *err)
{
    return wm_find_explain(asker, wm_str_of(service), query, default_as_of, out, err);
}

static wm_status respond_ask(wm_asker *asker, const char *service, wm_str interview,
                             const wm_date *default_as_of, wm_buf *out, wm_error *err)
{
    (void)service;
    return wm_interview_answer(asker, interview, default_as_of, out, err);
}

static wm_status respond_handover(wm_asker *asker, const char *service, wm_str asked,
                                  const wm_date *default_as_of, wm_buf *out, wm_error *err)
{
    return wm_introduce(asker, wm_str_of(service), asked, default_as_of, out, err);
}

static wm_status respond_gaps(wm_asker *asker, const char *service, wm_str query,
                              const wm_date *today, wm_buf *out, wm_error *err)
{
    (void)service;
    return wm_gaps_report(asker, query, today, out, err);
}

static wm_status respond_suggest(wm_asker *asker, const char *service, wm_str typed,
                                 const wm_date *today, wm_buf *out, wm_error *err)
{
    (void)service;
    return wm_suggest(asker, typed, today, out, err);
}

typedef struct request {
    respond_fn respond;
    const char *service; /* NULL where none is asked about */
    wm_str query;
    const char *today;
} request;

static wm_status answer(wm_directory *directory, const request *what, wm_text *text_out,
                        wm_error *err)
{
    wm_error own = { 0 };
    err = err != NULL ? err : &own;
    wm_date date = 0;
    const wm_date *default_as_of = NULL;
    wm_buf buf;
    wm_buf_init(&buf, directory->env, WM_ANSWER_BYTES_MAX);
    wm_status status = read_today(what->today, &date, &default_as_of, err);
    if (status == WM_OK) {
        status =
            what->respond(&directory->asker, what->service, what->query, default_as_of, &buf, err);
    }
    if (status != WM_OK) {
        wm_buf_reset(&buf);
        err->status = status;
        wm_find_error(&buf, err, 0);
    }
    hand_over(&buf, text_out);
    return status;
}

wm_status wm_directory_find(wm_directory *directory, const char *query, size_t query_bytes,
                            const char *today, wm_text *answer_out, wm_error *err)
{
    request what = { respond_find, NULL, { query, query_bytes }, today };
    return answer(directory, &what, answer_out, err);
}

wm_status wm_directory_explain(wm_directory *directory, const char *service, const char *query,
                               size_t query_bytes, const char *today, wm_text *card_out,
                               wm_error *err)
{
    request what = { respond_explain, service, { query, query_bytes }, today };
    return answer(directory, &what, card_out, err);
}

wm_status wm_directory_ask(wm_directory *directory, const char *interview, size_t interview_bytes,
                           const char *today, wm_text *step_out, wm_error *err)
{
    request what = { respond_ask, NULL, { interview, interview_bytes }, today };
    return answer(directory, &what, step_out, err);
}

wm_status wm_directory_handover(wm_directory *directory, const char *service, const char *asked,
                                size_t asked_bytes, const char *today, wm_text *handover_out,
                                wm_error *err)
{
    request what = { respond_handover, service, { asked, asked_bytes }, today };
    return answer(directory, &what, handover_out, err);
}

wm_status wm_directory_gaps(wm_directory *directory, const char *query, size_t query_bytes,
                            const char *today, wm_text *report_out, wm_error *err)
{
    wm_str text = { query, query_bytes };
    request what = { respond_gaps, NULL, query != NULL ? text : WM_STR("{}"), today };
    return answer(directory, &what, report_out, err);
}

wm_status wm_directory_suggest(wm_directory *directory, const char *typed, size_t typed_bytes,
                               const char *today, wm_text *suggestions_out, wm_error *err)
{
    request what = { respond_suggest, NULL, { typed, typed_bytes }, today };
    return answer(directory, &what, suggestions_out, err);
}

wm_status wm_emergency(const wm_env *env, wm_text *text_out, wm_error *err)
{
    wm_buf buf;
    wm_buf_init(&buf, env != NULL ? env : wm_env_system(), WM_ANSWER_BYTES_MAX);
    wm_json_out out;
    wm_json_out_init(&out, &buf);
    wm_json_out_object(&out);
    wm_json_out_name(&out, "emergency");
    wm_emergency_write(&out);
    wm_json_out_end_object(&out);
    wm_status status = wm_buf_status(&buf, err);
    hand_over(&buf, text_out);
    return status;
}

wm_status wm_error_answer(const wm_env *env, const wm_error *why, int64_t line, wm_text *text_out)
{
    wm_buf buf;
    wm_buf_init(&buf, env != NULL ? env : wm_env_system(), WM_ANSWER_BYTES_MAX);
    wm_find_error(&buf, why, line);
    wm_status status = wm_buf_status(&buf, NULL);
    hand_over(&buf, text_out);
    return status;
}
