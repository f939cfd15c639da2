/* handover_consent.c: may it be passed on, what to say, and what to write down.
 *
 * Without a basis, and with one (safeguarding, vital interests, a crisis):
 *
 *   given         yes | yes
 *   not asked     no: how to ask | yes: ask if that can be done without waiting
 *   refused       no: details to go oneself | yes: say that they said no, and why all the same
 *   cannot give   yes, in their best interests; who may decide for a child is asked | yes
 *
 * The basis is the caller's; only where nobody has been asked, or cannot be, does a crisis route
 * count as one by itself. A service that takes nobody is sent nothing. */
#include <stdio.h>

#include "ask/handover.h"

static const char *const consent_names[] = { "not_asked", "given", "refused", "cannot_give" };
static const char *const basis_names[] = { NULL, "safeguarding", "vital_interests", "crisis" };

bool wm_handover_is_child(const wm_handover *h)
{
    if (h->age_min < 0) {
        return h->query->about == WM_ABOUT_CHILD;
    }
    return h->age_min < 18;
}

/* Of an age at which others may have to decide; unknown ages of children count. */
static bool is_young_child(const wm_handover *h)
{
    return wm_handover_is_child(h) && h->age_min < 16;
}

bool wm_handover_takes_people(const wm_handover *h)
{
    wm_str status = wm_json_string(wm_json_get(h->card, "status"));
    return wm_str_is(status, "active") || wm_str_is(status, "closing");
}

wm_permission wm_handover_permission(const wm_handover *h)
{
    wm_consent consent = h->request->consent;
    wm_permission p = { .basis = h->request->basis };
    bool unasked = consent == WM_CONSENT_NOT_ASKED || consent == WM_CONSENT_CANNOT_GIVE;
    if (p.basis == WM_BASIS_NONE && unasked && h->crisis_route && !h->at_risk) {
        p.basis = WM_BASIS_CRISIS;
        p.from_rules = true;
    }
    bool has_basis = p.basis != WM_BASIS_NONE;
    p.asks_parents = consent == WM_CONSENT_CANNOT_GIVE && is_young_child(h) && !has_basis;
    bool agreed = consent == WM_CONSENT_GIVEN ||
                  (consent == WM_CONSENT_CANNOT_GIVE && !p.asks_parents) || has_basis;
    bool takes = wm_handover_takes_people(h);
    p.may_send = takes && agreed;
    p.story = takes && (consent != WM_CONSENT_REFUSED || has_basis);
    return p;
}

static void put(const wm_handover *h, const char *id, wm_json_out *out)
{
    wm_json_out_string(out, wm_handover_say(h, id));
}

/* "Somebody may be at risk of harm; a life may be at risk; ..." */
static void put_never_waits(const wm_handover *h, wm_json_out *out)
{
    wm_buf names;
    wm_buf_init(&names, out->buf->env, WM_STRING_BYTES_MAX);
    for (size_t i = 1; i < sizeof basis_names / sizeof basis_names[0]; i++) {
        wm_buf_put_text(&names, i > 1 ? "; " : "");
        wm_buf_put_str(&names, wm_handover_say_of(h, "consent.", wm_str_of(basis_names[i])));
    }
    wm_json_out_string(out, wm_handover_say_with(h, "consent.never_waits", wm_buf_str(&names)));
    wm_handover_close(&names, out->buf);
}

static void put_texts(const wm_handover *h, const wm_permission *p, wm_json_out *out)
{
    wm_consent consent = h->request->consent;
    char id[WM_ID_BYTES_MAX];
    wm_json_out_name(out, "texts");
    wm_json_out_array(out);
    if (p->basis != WM_BASIS_NONE && consent != WM_CONSENT_GIVEN) {
        (void)snprintf(id, sizeof id, "consent.basis.%s", basis_names[p->basis]);
        put(h, id, out);
        if (consent == WM_CONSENT_REFUSED) {
            put(h, "consent.basis.refused", out);
        }
        put(h, "consent.basis.tell", out);
    } else {
        (void)snprintf(id, sizeof id, "consent.%s%s", consent_names[consent],
                       p->asks_parents ? ".child" : "");
        put(h, id, out);
        if (consent != WM_CONSENT_GIVEN && !wm_handover_is_own(h)) {
            put_never_waits(h, out);
        }
    }
    wm_json_out_end_array(out);
}

/* What to write down, by state and basis; those who ask for themselves write nothing down. */
static void put_record(const wm_handover *h, const wm_permission *p, wm_json_out *out)
{
    static const char *const lists[4][2][6] = {
        [WM_CONSENT_NOT_ASKED] = { { "asked", NULL }, { "basis", "decided", "sent", NULL } },
        [WM_CONSENT_GIVEN] = { { "asked", "sent", NULL }, { "asked", "sent", NULL } },
        [WM_CONSENT_REFUSED] = { { "asked", "reason", "gave", NULL },
                                 { "asked", "reason", "basis", "decided", "sent", NULL } },
        [WM_CONSENT_CANNOT_GIVE] = { { "cannot", "decided", "best", "sent", NULL },
                                     { "cannot", "basis", "decided", "sent", NULL } },
    };
    const char *const *list = lists[h->request->consent][p->basis != WM_BASIS_NONE ? 1 : 0];
    wm_json_out_name(out, "record");
    wm_json_out_array(out);
    for (size_t i = 0; list[i] != NULL && !wm_handover_is_own(h); i++) {
        wm_json_out_string(out, wm_handover_say_of(h, "consent.record.", wm_str_of(list[i])));
    }
    wm_json_out_end_array(out);
}

/* The three that always count, then what rules add. */
static void put_never_blocks(const wm_handover *h, wm_json_out *out)
{
    wm_json_out_name(out, "never_blocks");
    wm_json_out_array(out);
    for (size_t i = 1; i < sizeof basis_names / sizeof basis_names[0]; i++) {
        wm_json_out_text(out, basis_names[i]);
    }
    for (size_t i = 0; i < h->never_blocks.count; i++) {
        bool is_new = true;
        for (size_t b = 1; b < sizeof basis_names / sizeof basis_names[0]; b++) {
            is_new = is_new && !wm_str_is(h->never_blocks.items[i], basis_names[b]);
        }
        if (is_new) {
            wm_json_out_string(out, h->never_blocks.items[i]);
        }
    }
    wm_json_out_end_array(out);
}

/* Where nothing can be passed on, there is nothing to ask. */
void wm_handover_write_consent(const wm_handover *h, const wm_permission *p, wm_json_out *out)
{
    bool takes = wm_handover_takes_people(h);
    wm_json_out_object(out);
    wm_json_out_member_text(out, "state", consent_names[h->request->consent]);
    if (p->basis != WM_BASIS_NONE) {
        wm_json_out_member_text(out, "basis", basis_names[p->basis]);
        wm_json_out_member_text(out, "basis_from", p->from_rules ? "rules" : "declared");
    }
    if (takes) {
        put_texts(h, p, out);
        put_record(h, p, out);
    }
    if (takes && h->request->consent == WM_CONSENT_NOT_ASKED) {
        wm_str name = wm_json_string(wm_json_get(h->card, "name"));
        wm_json_out_member_string(out, "ask",
                                  wm_handover_say_with(h, "consent.not_asked.ask", name));
    }
    wm_str own = wm_json_string(wm_json_get(wm_json_get(h->service, "handover"), "consent"));
    if (own.len > 0) {
        wm_json_out_member_string(out, "service_says", own);
    }
    put_never_blocks(h, out);
    wm_json_out_end_object(out);
}
