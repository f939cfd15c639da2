/* check_reading.c: which texts of a record are measured, and what is said of them. */
#include "check_reading.h"

#include <stdio.h>

#include "rules/reading.h"

#define QUOTE_BYTES_MAX 120

typedef struct lint {
    const wm_record *record;
    const wm_json *value;
    const wm_finding_sink *sink;
    wm_str name;
    wm_buf text;
    wm_buf remedy;
    wm_error *err;
} lint;

static wm_status tell(lint *at, const char *code, const char *path)
{
    wm_status status = wm_buf_status(&at->text, at->err);
    if (status == WM_OK) {
        status = wm_buf_status(&at->remedy, at->err);
    }
    if (status != WM_OK) {
        return status;
    }
    wm_finding finding = { false, code,          at->record->kind, at->record->id,
                           path,  at->text.data, at->remedy.data };
    return at->sink->put(at->sink->context, &finding);
}

static void put_words(wm_buf *remedy, const wm_hard_word *const *hits, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *before = i == 0 ? "" : "; ";
        if (hits[i]->plainer[0] == '\0') {
            wm_buf_printf(remedy, "%sLeave out \"%s\"", before, hits[i]->word);
        } else {
            wm_buf_printf(remedy, "%sFor \"%s\" say \"%s\"", before, hits[i]->word,
                          hits[i]->plainer);
        }
    }
    wm_buf_put_text(remedy, count > 0 ? "." : "");
}

static wm_status tell_age(lint *at, const char *path, const wm_reading *reading)
{
    const wm_reading_limits *target = &wm_reading_target;
    bool is_long = reading->longest_words > target->sentence_words;
    wm_buf_reset(&at->text);
    wm_buf_reset(&at->remedy);
    if (reading->age > target->age) {
        wm_buf_printf(&at->text, "expected a reading age of at most %u, found %u", target->age,
                      reading->age);
    } else if (is_long) {
        wm_buf_printf(&at->text, "expected sentences of at most %u words, found one of %u",
                      target->sentence_words, reading->longest_words);
    } else {
        wm_buf_put_text(&at->text, "expected plain words, found ");
        wm_buf_printf(&at->text, "\"%s\"", reading->hard[0]->word);
    }
    if (is_long || reading->hard_count == 0) {
        size_t cut = wm_utf8_cut(reading->longest, QUOTE_BYTES_MAX);
        wm_buf_printf(&at->remedy, "%s: \"%.*s%s\"%s",
                      is_long ? "Part it" : "Shorten it or its words", (int)cut,
                      reading->longest.ptr, cut < reading->longest.len ? "..." : "",
                      reading->hard_count > 0 ? ". " : ".");
    }
    put_words(&at->remedy, reading->hard, reading->hard_count);
    return tell(at, "reading_age", path);
}

static wm_status tell_harsh(lint *at, const char *path, const wm_reading *reading)
{
    wm_buf_reset(&at->text);
    wm_buf_reset(&at->remedy);
    wm_buf_printf(&at->text, "expected words that neither frighten nor blame, found \"%s\"",
                  reading->harsh[0]->word);
    put_words(&at->remedy, reading->harsh, reading->harsh_count);
    return tell(at, "plain_words", path);
}

static wm_status check_text(lint *at, const char *path, const wm_json *text)
{
    wm_reading reading;
    wm_str words = wm_json_string(text);
    wm_status status = WM_OK;
    if (words.len == 0) {
        return WM_OK;
    }
    wm_reading_measure(words, at->name, &reading);
    if (wm_reading_is_hard(&reading)) {
        status = tell_age(at, path, &reading);
    }
    return status == WM_OK && reading.harsh_count > 0 ? tell_harsh(at, path, &reading) : status;
}

/* Is a top-level field of a service only for professionals? */
static bool is_withheld(const lint *at, const char *field)
{
    const wm_json *list = wm_json_get(at->value, "professional_only");
    for (uint32_t i = 0; wm_json_is(list, WM_JSON_ARRAY) && i < list->count; i++) {
        if (wm_str_is(wm_json_string(&list->as.items[i]), field)) {
            return true;
        }
    }
    const wm_json *object = wm_json_get(at->value, field);
    return wm_str_is(wm_json_string(wm_json_get(object, "audience")), "professional");
}

static wm_status check_service(lint *at)
{
    static const struct {
        const char *field;
        const char *inner; /* NULL: the field is the text */
        const char *path;
    } texts[] = { { "summary", NULL, "summary" },
                  { "what_happens_next", NULL, "what_happens_next" },
                  { "what_we_do_not_do", NULL, "what_we_do_not_do" },
                  { "closed_reason", NULL, "closed_reason" },
                  { "cost", "text", "cost.text" },
                  { "visit", "text", "visit.text" } };
    wm_status status = WM_OK;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0] && status == WM_OK; i++) {
        const wm_json *text = wm_json_get(at->value, texts[i].field);
        text = texts[i].inner != NULL ? wm_json_get(text, texts[i].inner) : text;
        if (text != NULL && !is_withheld(at, texts[i].field)) {
            status = check_text(at, texts[i].path, text);
        }
    }
    const wm_json *waiting = wm_json_get(at->value, "while_waiting");
    uint32_t count = wm_json_is(waiting, WM_JSON_ARRAY) && !is_withheld(at, "while_waiting")
                         ? waiting->count
                         : 0;
    for (uint32_t i = 0; i < count && status == WM_OK; i++) {
        char path[40];
        wm_str text = wm_json_string(&waiting->as.items[i]);
        bool is_id = wm_id_valid(text);
        (void)snprintf(path, sizeof path, "while_waiting[%u]", (unsigned)i);
        status = is_id ? WM_OK : check_text(at, path, &waiting->as.items[i]);
    }
    return status;
}

/* {"en":..} */
static wm_status check_by_language(lint *at, const char *field, const char *path)
{
    const wm_json *texts = wm_json_get(at->value, field);
    return check_text(at, path, wm_json_get(texts, "en"));
}

static wm_status check_record_texts(lint *at)
{
    bool is_public =
        !wm_str_is(wm_json_string(wm_json_get(at->value, "audience")), "professional") &&
        !wm_str_is(wm_json_string(wm_json_get(at->value, "edition")), "professional");
    wm_status status = WM_OK;
    if (!is_public) {
        return WM_OK;
    }
    if (at->record->kind == WM_KIND_SERVICE) {
        status = check_service(at);
    } else if (at->record->kind == WM_KIND_TEXT) {
        status = check_by_language(at, "text", "text.en");
    } else if (at->record->kind == WM_KIND_RULE) {
        status = check_by_language(at, "why", "why.en");
    } else if (at->record->kind == WM_KIND_FACT) {
        status = check_by_language(at, "question", "question.en");
        status = status == WM_OK ? check_by_language(at, "why", "why.en") : status;
    }
    return status;
}

wm_status check_reading(const wm_env *env, const wm_record *record, const wm_json *value,
                        const wm_finding_sink *sink, wm_error *err)
{
    lint at = { .record = record,
                .value = value,
                .sink = sink,
                .name = wm_json_string(wm_json_get(value, "name")),
                .err = err };
    wm_buf_init(&at.text, env, WM_STRING_BYTES_MAX);
    wm_buf_init(&at.remedy, env, WM_STRING_BYTES_MAX);
    wm_status status = check_record_texts(&at);
    wm_buf_fini(&at.text);
    wm_buf_fini(&at.remedy);
    return status;
}
