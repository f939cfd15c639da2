/* handover_page.c: see handover_page.h. Every word of it comes with the hand-over, in its language;
 * here is only where it stands. */
#include "handover_page.h"

#include "page.h"

static wm_str heading_of(const wm_json *handover, const char *name)
{
    return wm_page_text(wm_json_get(handover, "headings"), name);
}

/* "  - text" for each of a list of texts */
static void put_texts(wm_page *p, const char *lead, const wm_json *texts)
{
    for (uint32_t i = 0; i < wm_page_items(texts); i++) {
        wm_page_line(p, lead, wm_json_string(&texts->as.items[i]));
    }
}

/* "  label: text" */
static void put_labelled(wm_page *p, wm_str label, wm_str text)
{
    if (text.len > 0) {
        wm_page_say(p, "  ");
        wm_page_put(p, label);
        wm_page_say(p, ": ");
        wm_page_hang(p);
        wm_page_put(p, text);
        wm_page_say(p, "\n");
    }
}

static void put_head(wm_page *p, const wm_json *handover)
{
    const wm_json *card = wm_json_get(handover, "card");
    const wm_json *first = wm_json_get(handover, "first");
    wm_page_heading(p, wm_page_text(card, "name"));
    wm_page_line(p, "  ", wm_page_text(card, "summary"));
    if (wm_page_items(first) > 0) {
        wm_page_heading(p, heading_of(handover, "first"));
    }
    for (uint32_t i = 0; i < wm_page_items(first); i++) {
        wm_page_line(p, "  ! ", wm_page_text(&first->as.items[i], "text"));
    }
}

static void put_consent(wm_page *p, const wm_json *handover)
{
    const wm_json *consent = wm_json_get(handover, "consent");
    const wm_json *record = wm_json_get(consent, "record");
    if (wm_json_get(consent, "texts") == NULL) {
        return; /* nothing can be passed on */
    }
    wm_page_heading(p, heading_of(handover, "consent"));
    put_texts(p, "  ", wm_json_get(consent, "texts"));
    put_labelled(p, heading_of(handover, "ask"), wm_page_text(consent, "ask"));
    for (uint32_t i = 0; i < wm_page_items(record); i++) {
        if (i == 0) {
            wm_page_say(p, "  ");
            wm_page_put(p, heading_of(handover, "record"));
            wm_page_say(p, ": ");
            wm_page_hang(p);
        }
        wm_page_say(p, i > 0 ? "; " : "");
        wm_page_put(p, wm_json_string(&record->as.items[i]));
    }
    wm_page_say(p, wm_page_items(record) > 0 ? "\n" : "");
    put_texts(p, "  - ", wm_json_get(handover, "children"));
}

/* Whether a note of the card says how sure its details are, which whoever rings must know. */
static bool is_doubt(wm_str code)
{
    return wm_str_is(code, "never_verified") || wm_str_is(code, "verification_overdue") ||
           wm_str_is(code, "recheck");
}

static void put_referral(wm_page *p, const wm_json *handover)
{
    const wm_json *refer = wm_json_get(handover, "refer");
    const wm_json *introduce = wm_json_get(handover, "introduce");
    const wm_json *card = wm_json_get(handover, "card");
    const wm_json *notes = wm_json_get(card, "notes");
    if (introduce != NULL) {
        wm_page_heading(p, heading_of(handover, "introduce"));
        wm_page_line(p, "  ", wm_page_text(introduce, "service_says"));
        wm_page_line(p, "  ", wm_page_text(introduce, "text"));
    }
    if (refer == NULL) {
        return;
    }
    wm_page_heading(p, heading_of(handover, "refer"));
    wm_page_line(p, "  ", wm_page_text(refer, "text"));
    put_labelled(p, heading_of(handover, "how"), wm_page_text(refer, "how"));
    put_labelled(p, heading_of(handover, "form"), wm_page_text(refer, "form"));
    put_labelled(p, heading_of(handover, "consultation"),
                 wm_page_text(wm_json_get(refer, "consultation"), "value"));
    put_labelled(p, heading_of(handover, "replies"),
                 wm_page_text(wm_json_get(refer, "replies"), "text"));
    wm_page_line(p, "  ", wm_page_text(wm_json_get(card, "open"), "text"));
    wm_page_contacts(p, wm_json_get(refer, "contacts"));
    for (uint32_t i = 0; i < wm_page_items(notes); i++) {
        if (is_doubt(wm_page_text(&notes->as.items[i], "code"))) {
            wm_page_line(p, "  ! ", wm_page_text(&notes->as.items[i], "text"));
        }
    }
}

/* One item: what it is called, and each of its texts; a question that is its own label once. */
static void put_item(wm_page *p, const wm_json *item)
{
    const wm_json *texts = wm_json_get(item, "texts");
    wm_str label = wm_page_text(item, "label");
    wm_str text = wm_page_text(item, "ask");
    text = text.len > 0 ? text : wm_page_text(item, "why");
    wm_page_say(p, "  - ");
    wm_page_hang(p);
    wm_page_put(p, label);
    if (text.len > 0 && !wm_str_equal(text, label)) {
        wm_page_say(p, ": ");
        wm_page_put(p, text);
    }
    if (wm_page_items(texts) == 1) {
        wm_page_say(p, ": ");
        wm_page_put(p, wm_json_string(&texts->as.items[0]));
    }
    wm_page_say(p, "\n");
    if (wm_page_items(texts) > 1) {
        put_texts(p, "      ", texts);
    }
}

static void put_items(wm_page *p, const wm_json *handover, const char *name)
{
    const wm_json *items = wm_json_get(handover, name);
    if (wm_page_items(items) > 0) {
        wm_page_heading(p, heading_of(handover, name));
    }
    for (uint32_t i = 0; i < wm_page_items(items); i++) {
        put_item(p, &items->as.items[i]);
    }
}

wm_status wm_handover_page(wm_cli *cli, wm_str text, wm_error *err)
{
    const wm_json *handover = NULL;
    wm_page p;
    wm_status status = wm_page_begin(&p, cli, text, &handover, err);
    if (status == WM_OK) {
        put_head(&p, handover);
        put_consent(&p, handover);
        put_referral(&p, handover);
        put_items(&p, handover, "pass_on");
        put_items(&p, handover, "to_ask");
        put_items(&p, handover, "leave_out");
        wm_page_heading(&p, heading_of(handover, "message"));
        wm_page_line(&p, "  ", wm_page_text(wm_json_get(handover, "message"), "text"));
        wm_page_origin(&p, handover);
    }
    return wm_page_finish(&p, status, err);
}

wm_status wm_handover_sms(wm_cli *cli, wm_str text, bool *made_out, wm_error *err)
{
    wm_arena arena;
    const wm_json *handover = NULL;
    wm_arena_init(&arena, cli->env, SIZE_MAX / 2);
    wm_status status = wm_json_parse(&arena, text, WM_ANSWER_BYTES_MAX, &handover, err);
    if (status == WM_OK) {
        const wm_json *message = wm_json_get(handover, "message");
        wm_str words = wm_page_text(message, "text");
        *made_out = wm_json_boolean(wm_json_get(message, "ok"), false);
        if (!*made_out) {
            wm_cli_say(cli, "waymark: %.*s\n", WM_STR_ARG(words));
            wm_cli_say_emergency(cli);
        } else if (wm_cli_print_text(cli, words.ptr) != WM_EXIT_DONE) {
            status = wm_fail(err, WM_IO, "writing standard output failed");
        }
    }
    wm_arena_fini(&arena);
    return status;
}
