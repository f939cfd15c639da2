/* handover_referral.c: how to ask for help at a service: by whom, how, whom to ring, who answers.
 */
#include "ask/handover.h"

#include <stdio.h>

#define CONTACTS_MAX 64

static wm_str member(const wm_json *object, const char *name)
{
    return wm_json_string(wm_json_get(object, name));
}

/* Those who see what is for professionals. */
static bool is_professional(const wm_handover *h)
{
    return h->query->actor == WM_ACTOR_GP || h->query->actor == WM_ACTOR_SCHOOL ||
           h->query->actor == WM_ACTOR_PROFESSIONAL;
}

static bool may_see(const wm_handover *h, const wm_json *contact)
{
    return is_professional(h) || !wm_str_is(member(contact, "audience"), "professional");
}

/* Voice and text before what needs data. */
static int order_of(const wm_json *contact)
{
    wm_str kind = member(contact, "kind");
    return wm_str_is(kind, "phone")  ? 0
           : wm_str_is(kind, "text") ? 1
           : wm_str_is(kind, "bsl")  ? 2
                                     : 3;
}

size_t wm_handover_contacts(const wm_handover *h, const wm_json **contacts_out, size_t capacity)
{
    const wm_json *list = wm_json_get(h->card, "contacts");
    size_t count = 0;
    for (int order = 0; order <= 3 && wm_json_is(list, WM_JSON_ARRAY); order++) {
        for (uint32_t i = 0; i < list->count && count < capacity; i++) {
            const wm_json *contact = &list->as.items[i];
            if (order_of(contact) == order && may_see(h, contact)) {
                contacts_out[count++] = contact;
            }
        }
    }
    return count;
}

const wm_json *wm_handover_routes(const wm_handover *h)
{
    const wm_json *routes = wm_json_get(h->card, "routes");
    return wm_json_is(routes, WM_JSON_ARRAY) && routes->count > 0 ? routes : NULL;
}

bool wm_handover_can_refer(const wm_handover *h, wm_actor actor)
{
    const wm_json *routes = wm_handover_routes(h);
    wm_routes open = 0;
    for (uint32_t i = 0; routes != NULL && i < routes->count; i++) {
        open |= wm_route_of(wm_json_string(&routes->as.items[i]));
    }
    return (open & wm_actor_routes(actor)) != 0;
}

/* "a GP, a school, health visitor" */
static void put_route_names(const wm_handover *h, const wm_json *routes, wm_buf *names)
{
    for (uint32_t i = 0; i < routes->count; i++) {
        wm_str route = wm_json_string(&routes->as.items[i]);
        wm_str name = wm_handover_say_of(h, "handover.route.", route);
        wm_buf_put_text(names, i > 0 ? ", " : "");
        if (name.len > 0) {
            wm_buf_put_str(names, name);
        }
        for (size_t c = 0; name.len == 0 && c < route.len; c++) {
            wm_buf_put_char(names, (char)(route.ptr[c] == '_' ? ' ' : route.ptr[c]));
        }
    }
}

static void put_who(const wm_handover *h, wm_json_out *out)
{
    const wm_json *routes = wm_handover_routes(h);
    if (routes == NULL) {
        wm_json_out_member_string(out, "text", wm_handover_say(h, "handover.refer.unknown"));
        return;
    }
    bool can = wm_handover_can_refer(h, h->query->actor);
    wm_buf names;
    wm_buf_init(&names, out->buf->env, WM_STRING_BYTES_MAX);
    put_route_names(h, routes, &names);
    wm_json_out_member_boolean(out, "can", can);
    wm_json_out_name(out, "routes");
    wm_json_out_value(out, routes);
    wm_json_out_member_string(
        out, "text",
        wm_handover_say_with(h, can ? "handover.refer.by" : "handover.refer.cannot",
                             wm_buf_str(&names)));
    wm_handover_close(&names, out->buf);
}

/* "the person and the referrer, within 7 days" */
static void put_replies(const wm_handover *h, const wm_json *replies, wm_arena *arena,
                        wm_json_out *out)
{
    wm_str who = member(replies, "who");
    int64_t days = wm_json_integer(wm_json_get(replies, "within_days"), -1);
    char number[24];
    (void)snprintf(number, sizeof number, "%lld", (long long)days);
    wm_str when = days < 0    ? (wm_str){ NULL, 0 }
                  : days == 0 ? wm_handover_say(h, "handover.refer.replies.same_day")
                  : days == 1
                      ? wm_handover_say(h, "handover.refer.replies.one_day")
                      : wm_handover_say_with(h, "handover.refer.replies.days", wm_str_of(number));
    wm_buf text;
    wm_buf_init(&text, arena->env, WM_STRING_BYTES_MAX);
    wm_buf_put_str(&text, who);
    wm_buf_put_text(&text, who.len > 0 && when.len > 0 ? ", " : "");
    wm_buf_put_str(&text, when);
    wm_json_out_name(out, "replies");
    wm_json_out_object(out);
    if (who.len > 0) {
        wm_json_out_member_string(out, "who", who);
    }
    if (days >= 0) {
        wm_json_out_member_integer(out, "within_days", days);
    }
    wm_json_out_member_string(out, "text", wm_buf_str(&text));
    wm_json_out_end_object(out);
    wm_handover_close(&text, out->buf);
}

static void copy(wm_json_out *out, const char *name, const wm_json *value)
{
    if (value != NULL) {
        wm_json_out_name(out, name);
        wm_json_out_value(out, value);
    }
}

void wm_handover_write_referral(const wm_handover *h, wm_arena *arena, wm_json_out *out)
{
    const wm_json *referral = wm_json_get(h->service, "referral");
    const wm_json *contacts[CONTACTS_MAX];
    size_t count = wm_handover_contacts(h, contacts, CONTACTS_MAX);
    wm_json_out_object(out);
    put_who(h, out);
    copy(out, "how", wm_json_get(referral, "how"));
    copy(out, "form", wm_json_get(referral, "form"));
    wm_json_out_name(out, "contacts");
    wm_json_out_array(out);
    for (size_t i = 0; i < count; i++) {
        wm_json_out_value(out, contacts[i]);
    }
    wm_json_out_end_array(out);
    copy(out, "consultation", is_professional(h) ? wm_json_get(referral, "consultation") : NULL);
    if (wm_json_get(referral, "replies") != NULL) {
        put_replies(h, wm_json_get(referral, "replies"), arena, out);
    }
    wm_json_out_end_object(out);
}
