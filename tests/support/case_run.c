/* case_run.c: asks the question of a case, and looks into the answer. */
#include "case_run.h"

#include <stdio.h>
#include <stdlib.h>

#include <waymark/waymark.h>

#include "ask/find.h"

const char *const wm_case_sections[WM_CASE_SECTIONS] = { "SAFETY",      "MAIN",
                                                         "ALONGSIDE",   "WHILE_WAITING",
                                                         "NOT_A_MATCH", "FOOTER" };

void wm_case_run_init(wm_case_run *run, const wm_case *of, const wm_real_directory *directory)
{
    memset(run, 0, sizeof *run);
    run->of = of;
    run->directory = directory;
    wm_arena_init(&run->arena, wm_env_system(), 256 * WM_MIB);
    wm_buf_init(&run->query, wm_env_system(), WM_MIB);
    wm_buf_init(&run->text, wm_env_system(), WM_ANSWER_BYTES_MAX);
    wm_buf_init(&run->failures, wm_env_system(), WM_MIB);
}

void wm_case_run_fini(wm_case_run *run)
{
    wm_buf_fini(&run->failures);
    wm_buf_fini(&run->text);
    wm_buf_fini(&run->query);
    wm_arena_fini(&run->arena);
}

void wm_case_fail(wm_case_run *run, const wm_case_line *line, const char *format, ...)
{
    char text[1000];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (line != NULL) {
        wm_buf_printf(&run->failures, "  line %d, %s: %s\n", line->number, line->key, text);
    } else {
        wm_buf_printf(&run->failures, "  %s\n", text);
    }
}

/* ---- asking ---- */

/* A replica that does not open: what a program that holds one shows instead. */
static void ask_without_replica(wm_case_run *run, const char *how)
{
    char folder[256];
    char path[300];
    wm_error err = { 0 };
    wm_text text = { 0 };
    wm_directory *directory = NULL;
    (void)wm_test_folder(folder);
    (void)snprintf(path, sizeof path, "%s/replica.db", folder);
    if (strcmp(how, "missing") != 0) {
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        assert_true(fputs("this is no replica", file) >= 0);
        fclose(file);
    }
    wm_status status = wm_directory_open(NULL, path, false, &directory, &err);
    wm_directory_close(directory);
    if (status == WM_OK) {
        wm_case_fail(run, NULL, "the replica was expected not to open, and did");
    }
    err.status = status;
    assert_int_equal(wm_error_answer(NULL, &err, 0, &text), WM_OK);
    wm_buf_put(&run->text, text.ptr, text.len);
    wm_text_free(&text);
    wm_test_folder_remove(folder);
}

/* The askers are the same for all cases; a question changes nothing that another one sees. */
wm_asker *wm_case_asker(const wm_case_run *run)
{
    wm_real_directory *d = (wm_real_directory *)(uintptr_t)run->directory;
    return run->is_public ? &d->of_public : &d->of_professional;
}

static void ask_directory(wm_case_run *run)
{
    wm_error err = { 0 };
    wm_status status =
        wm_find_answer(wm_case_asker(run), wm_buf_str(&run->query), NULL, &run->text, &err);
    if (status != WM_OK) {
        err.status = status;
        wm_buf_reset(&run->text);
        wm_find_error(&run->text, &err, 0);
    }
}

void wm_case_ask(wm_case_run *run)
{
    wm_error err = { 0 };
    const char *replica = wm_case_value(run->of, "replica");
    if (replica != NULL) {
        ask_without_replica(run, replica);
    } else {
        ask_directory(run);
    }
    assert_ok(
        wm_json_parse(&run->arena, wm_buf_str(&run->text), WM_ANSWER_BYTES_MAX, &run->answer, &err),
        &err);
}

/* ---- looking ---- */

wm_str wm_case_string(const wm_json *object, const char *name)
{
    wm_str text = wm_json_string(wm_json_get(object, name));
    return text.ptr != NULL ? text : (wm_str){ "", 0 };
}

const wm_json *wm_case_section(const wm_json *answer, const char *name)
{
    const wm_json *sections = wm_json_get(answer, "sections");
    for (uint32_t i = 0; sections != NULL && i < sections->count; i++) {
        if (wm_str_is(wm_case_string(&sections->as.items[i], "name"), name)) {
            return &sections->as.items[i];
        }
    }
    return NULL;
}

static const wm_json *record_of(wm_case_run *run, const wm_json *card)
{
    return wm_real_record(run->directory, WM_KIND_SERVICE, wm_case_string(card, "service"),
                          &run->arena);
}

bool wm_case_has_offer(wm_case_run *run, const wm_json *card, const char *prefix)
{
    const wm_json *offers = wm_json_get(record_of(run, card), "offers");
    for (uint32_t i = 0; offers != NULL && i < offers->count; i++) {
        if (wm_str_starts(wm_json_string(&offers->as.items[i]), wm_str_of(prefix))) {
            return true;
        }
    }
    return false;
}

bool wm_case_matches(wm_case_run *run, const wm_json *card, wm_str wanted)
{
    if (wm_str_starts(wanted, WM_STR("kind:"))) {
        return wm_str_equal(wm_case_string(card, "kind"),
                            (wm_str){ wanted.ptr + 5, wanted.len - 5 });
    }
    if (!wm_str_starts(wanted, WM_STR("offer:"))) {
        return wm_str_equal(wm_case_string(card, "service"), wanted);
    }
    const wm_json *offers = wm_json_get(record_of(run, card), "offers");
    for (uint32_t i = 0; offers != NULL && i < offers->count; i++) {
        if (wm_str_equal(wm_json_string(&offers->as.items[i]),
                         (wm_str){ wanted.ptr + 6, wanted.len - 6 })) {
            return true;
        }
    }
    return false;
}

typedef struct reading {
    wm_case_text_fn each;
    void *context;
} reading;

static void each_of_list(const reading *r, const wm_json *list, const char *member)
{
    for (uint32_t i = 0; wm_json_is(list, WM_JSON_ARRAY) && i < list->count; i++) {
        const wm_json *item = &list->as.items[i];
        r->each(r->context, member != NULL ? wm_case_string(item, member) : wm_json_string(item),
                false);
    }
}

static void each_of_card(const reading *r, const wm_json *card)
{
    r->each(r->context, wm_case_string(card, "name"), true);
    r->each(r->context, wm_case_string(card, "summary"), false);
    each_of_list(r, wm_json_get(card, "why"), NULL);
    each_of_list(r, wm_json_get(card, "notes"), "text");
    each_of_list(r, wm_json_get(card, "contacts"), "label");
    each_of_list(r, wm_json_get(card, "contacts"), "value"); /* an address is read, too */
}

void wm_case_each_text(const wm_case_run *run, wm_case_text_fn each, void *context)
{
    reading r = { each, context };
    const wm_json *sections = wm_json_get(run->answer, "sections");
    for (uint32_t s = 0; sections != NULL && s < sections->count; s++) {
        const wm_json *cards = wm_json_get(&sections->as.items[s], "cards");
        each_of_list(&r, wm_json_get(&sections->as.items[s], "notes"), "text");
        for (uint32_t i = 0; cards != NULL && i < cards->count; i++) {
            each_of_card(&r, &cards->as.items[i]);
        }
    }
    each_of_list(&r, wm_json_get(run->answer, "notes"), "text");
    each_of_list(&r, wm_json_get(run->answer, "gaps"), "text");
    each_of_list(&r, wm_json_get(run->answer, "would_also_apply"), "if");
    each_of_list(&r, wm_json_get(run->answer, "emergency"), "text");
    const wm_json *question = wm_json_get(run->answer, "next_question");
    if (question != NULL) {
        each(context, wm_case_string(question, "text"), false);
        each(context, wm_case_string(question, "why"), false);
    }
}

bool wm_case_contains(wm_str text, const char *part)
{
    size_t length = strlen(part);
    for (size_t i = 0; i + length <= text.len; i++) {
        size_t same = 0;
        while (same < length) {
            char a = text.ptr[i + same];
            char b = part[same];
            a = a >= 'A' && a <= 'Z' ? (char)(a + 32) : a;
            b = b >= 'A' && b <= 'Z' ? (char)(b + 32) : b;
            if (a != b) {
                break;
            }
            same++;
        }
        if (same == length) {
            return true;
        }
    }
    return false;
}

/* ---- printing ---- */

static void print_list(const wm_json *list, const char *member, const char *lead, wm_buf *out)
{
    for (uint32_t i = 0; wm_json_is(list, WM_JSON_ARRAY) && i < list->count; i++) {
        const wm_json *item = &list->as.items[i];
        wm_str text = member != NULL ? wm_case_string(item, member) : wm_json_string(item);
        wm_buf_printf(out, "%s%.*s", i == 0 ? lead : ", ", WM_STR_ARG(text));
    }
}

static void print_card(const wm_json *card, uint32_t place, wm_buf *out)
{
    const wm_json *open = wm_json_get(card, "open");
    wm_buf_printf(out, "    %2u %.*s  %.*s", place, WM_STR_ARG(wm_case_string(card, "service")),
                  WM_STR_ARG(wm_case_string(card, "verdict")));
    wm_buf_put_text(out,
                    wm_json_boolean(wm_json_get(card, "usable_now"), false) ? "" : "  unusable");
    if (open != NULL) {
        wm_buf_put_text(out,
                        wm_json_boolean(wm_json_get(open, "now"), false) ? "  open" : "  shut");
        wm_str next = wm_case_string(open, "next");
        wm_buf_printf(out, "%s%.*s", next.len > 0 ? " until " : "", WM_STR_ARG(next));
    }
    print_list(wm_json_get(card, "rules"), NULL, "  rules ", out);
    print_list(wm_json_get(card, "notes"), "code", "  notes ", out);
    print_list(wm_json_get(card, "missing"), NULL, "  missing ", out);
    wm_buf_put_char(out, '\n');
}

void wm_case_print(wm_case_run *run, wm_buf *out)
{
    wm_buf_printf(out, "  asked: %s\n", run->query.data);
    const wm_json *error = wm_json_get(run->answer, "error");
    if (error != NULL) {
        wm_buf_printf(out, "  error: %.*s\n", WM_STR_ARG(wm_case_string(error, "text")));
    }
    print_list(wm_json_get(wm_json_get(run->answer, "understood"), "needs"), NULL,
               "  needs: ", out);
    print_list(wm_json_get(run->answer, "notes"), "code", "\n  notes: ", out);
    print_list(wm_json_get(run->answer, "gaps"), "code", "\n  gaps: ", out);
    print_list(wm_json_get(run->answer, "would_also_apply"), "rule", "\n  would also: ", out);
    const wm_json *question = wm_json_get(run->answer, "next_question");
    wm_buf_printf(out, "\n  question: %.*s\n", WM_STR_ARG(wm_case_string(question, "fact")));
    for (int s = 0; s < WM_CASE_SECTIONS; s++) {
        const wm_json *section = wm_case_section(run->answer, wm_case_sections[s]);
        const wm_json *cards = wm_json_get(section, "cards");
        if (section == NULL) {
            continue;
        }
        wm_buf_printf(out, "  %s: %u cards, %lld more", wm_case_sections[s],
                      cards != NULL ? cards->count : 0,
                      (long long)wm_json_integer(wm_json_get(section, "more"), 0));
        print_list(wm_json_get(section, "notes"), "code", ", notes ", out);
        wm_buf_put_char(out, '\n');
        for (uint32_t i = 0; cards != NULL && i < cards->count && i < 25; i++) {
            print_card(&cards->as.items[i], i + 1, out);
        }
    }
}
