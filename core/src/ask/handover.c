/* handover.c: the whole hand-over: what to read first, who introduces, how to ask, and the parts.
 */
#include "ask/handover.h"

#include <stdio.h>

static const char *const actor_names[] = {
    "self", "family", "carer", "gp", "school", "professional"
};

static wm_str member(const wm_json *object, const char *name)
{
    return wm_json_string(wm_json_get(object, name));
}

static uint32_t items_of(const wm_json *list)
{
    return wm_json_is(list, WM_JSON_ARRAY) ? list->count : 0;
}

static void put_said(const wm_handover *h, const char *code, const char *id, wm_json_out *out)
{
    wm_handover_write_said(out, code, wm_handover_say(h, id));
}

/* ---- what to read first ---- */

/* "A; B": a name may have a comma in it */
static void put_instead(const wm_handover *h, const char *id, wm_json_out *out)
{
    if (h->instead_count == 0) {
        return;
    }
    wm_buf names;
    wm_buf_init(&names, out->buf->env, WM_STRING_BYTES_MAX);
    for (size_t i = 0; i < h->instead_count; i++) {
        wm_buf_put_text(&names, i > 0 ? "; " : "");
        wm_buf_put_str(&names, h->instead[i].name);
    }
    wm_handover_write_said(out, "instead", wm_handover_say_with(h, id, wm_buf_str(&names)));
    wm_handover_close(&names, out->buf);
}

/* That it has closed, is paused, full or about to close: the card says it already. */
static void put_status(const wm_handover *h, wm_json_out *out)
{
    static const char *const codes[] = { "closed", "not_open_yet", "paused", "closing", "full" };
    const wm_json *notes = wm_json_get(h->card, "notes");
    for (uint32_t i = 0; i < items_of(notes); i++) {
        wm_str code = member(&notes->as.items[i], "code");
        for (size_t c = 0; c < sizeof codes / sizeof codes[0]; c++) {
            if (wm_str_is(code, codes[c])) {
                wm_handover_write_said(out, codes[c], member(&notes->as.items[i], "text"));
            }
        }
    }
    if (!wm_handover_takes_people(h)) {
        put_said(h, "cannot_take", "handover.cannot_take", out);
        bool closed = wm_str_is(member(h->card, "status"), "closed");
        if (closed && h->instead_count == 0) {
            put_said(h, "nobody_took_over", "handover.nobody_took_over", out);
        }
        put_instead(h, closed ? "handover.instead.closed" : "handover.instead.other", out);
    }
}

static void put_verdict(const wm_handover *h, wm_json_out *out)
{
    wm_str verdict = member(h->card, "verdict");
    if (wm_str_is(verdict, "NOT_ELIGIBLE")) {
        const wm_json *why = wm_json_get(h->card, "why");
        put_said(h, "not_eligible", "handover.not_eligible", out);
        for (uint32_t i = 0; i < items_of(why); i++) {
            wm_handover_write_said(out, "why", wm_json_string(&why->as.items[i]));
        }
        if (wm_handover_takes_people(h)) {
            put_said(h, "ring", "handover.not_eligible.ring", out);
            put_instead(h, "handover.instead.other", out);
        }
    } else if (wm_str_is(verdict, "CHECK_WITH_SERVICE")) {
        put_said(h, "check", "handover.check", out);
    } else if (wm_str_is(verdict, "UNKNOWN")) {
        put_said(h, "unknown", "handover.unknown", out);
    } else if (wm_str_is(verdict, "JOINT")) {
        put_said(h, "joint", "handover.joint", out);
    }
}

static void put_first(const wm_handover *h, wm_json_out *out)
{
    wm_json_out_name(out, "first");
    wm_json_out_array(out);
    if (h->at_risk) {
        put_said(h, "at_risk", "handover.at_risk", out);
    }
    if (h->safety_first) {
        put_said(h, "safety", "handover.safety", out);
    }
    put_status(h, out);
    put_verdict(h, out);
    wm_json_out_end_array(out);
    wm_json_out_name(out, "instead");
    wm_json_out_array(out);
    for (size_t i = 0; i < h->instead_count; i++) {
        wm_json_out_object(out);
        wm_json_out_member_string(out, "service", h->instead[i].id);
        wm_json_out_member_string(out, "name", h->instead[i].name);
        wm_json_out_member_text(out, "verdict", h->instead[i].verdict);
        wm_json_out_end_object(out);
    }
    wm_json_out_end_array(out);
}

/* ---- headings, introduction, children ---- */

static void put_headings(const wm_handover *h, wm_json_out *out)
{
    static const char *const names[] = { "first",        "consent",  "ask",     "record",
                                         "introduce",    "refer",    "how",     "form",
                                         "consultation", "replies",  "pass_on", "to_ask",
                                         "leave_out",    "children", "message" };
    wm_json_out_name(out, "headings");
    wm_json_out_object(out);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        wm_json_out_member_string(out, names[i],
                                  wm_handover_say_of(h, "handover.heading.", wm_str_of(names[i])));
    }
    wm_json_out_end_object(out);
}

/* The service's own words come first: it knows who comes along. */
static void put_introduction(const wm_handover *h, wm_json_out *out)
{
    wm_str by = member(wm_json_get(h->service, "handover"), "introduced_by");
    wm_json_out_name(out, "introduce");
    wm_json_out_object(out);
    if (by.len > 0) {
        wm_json_out_member_string(out, "service_says", by);
    }
    const char *how = h->at_risk && !wm_handover_is_own(h) ? "at_risk" /* whoever stands by */
                                                           : actor_names[h->query->actor];
    wm_json_out_member_string(out, "text",
                              wm_handover_say_of(h, "handover.introduce.", wm_str_of(how)));
    wm_json_out_end_object(out);
}

/* What a child may decide is for those who know the child and the local policy. */
static void put_children(const wm_handover *h, wm_json_out *out)
{
    static const char *const ids[] = { "handover.child.ask", "handover.child.policy",
                                       "handover.child.safe" };
    wm_json_out_name(out, "children");
    wm_json_out_array(out);
    bool says = wm_handover_is_child(h) && wm_handover_takes_people(h);
    for (size_t i = 0; i < sizeof ids / sizeof ids[0] && says; i++) {
        wm_json_out_string(out, wm_handover_say(h, ids[i]));
    }
    wm_json_out_end_array(out);
}

wm_status wm_handover_write(const wm_handover *h, wm_arena *arena, wm_json_out *out, wm_error *err)
{
    wm_permission permission = wm_handover_permission(h);
    wm_json_out_member_boolean(out, "may_send", permission.may_send);
    put_headings(h, out);
    put_first(h, out);
    wm_json_out_name(out, "consent");
    wm_handover_write_consent(h, &permission, out);
    if (permission.story) {
        put_introduction(h, out);
    }
    if (wm_handover_takes_people(h)) {
        wm_json_out_name(out, "refer");
        wm_handover_write_referral(h, arena, out);
    }
    wm_status status = wm_handover_write_items(h, permission.story, arena, out, err);
    if (status == WM_OK) {
        put_children(h, out);
        wm_json_out_name(out, "message");
        status = wm_handover_write_message(h, out, err);
    }
    return status;
}
