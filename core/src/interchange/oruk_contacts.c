/* oruk_contacts.c: phones, e-mail and web addresses. */
#include "model/plausible.h"
#include "oruk.h"

#define LABEL_BYTES_MAX 200

static void add_contact(tree_maker *maker, const char *kind, wm_str value, wm_str label,
                        tree_list *out)
{
    tree_object item = { NULL, 0, 0 };
    tree_put_text(maker, &item, "kind", wm_str_of(kind));
    tree_put_text(maker, &item, "value", value);
    label.len = wm_utf8_cut(label, LABEL_BYTES_MAX);
    tree_put_text(maker, &item, "label", label);
    wm_json made = tree_close(&item);
    tree_add(maker, out, &made);
}

/* What a phone is for, in HSDS's words; NULL: for something that a record does not have. */
static const char *phone_kind(wm_str type)
{
    static const struct {
        const char *type;
        const char *kind;
    } kinds[] = {
        { "", "phone" },      { "voice", "phone" }, { "cell", "phone" }, { "mobile", "phone" },
        { "phone", "phone" }, { "text", "text" },   { "sms", "text" },
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (wm_str_is(type, kinds[i].type)) {
            return kinds[i].kind;
        }
    }
    return NULL;
}

static bool read_phone(tree_maker *maker, const wm_json *phone, tree_list *out)
{
    wm_str number = oruk_member(maker, phone, "number");
    wm_str extension = oruk_member(maker, phone, "extension");
    wm_str type = oruk_small(maker, oruk_member(maker, phone, "type"));
    wm_str label = oruk_member(maker, phone, "description");
    if (extension.len > 0) {
        number = tree_format(maker, "%.*s ext %.*s", WM_STR_ARG(number), WM_STR_ARG(extension));
    }
    const char *kind = phone_kind(type);
    if (kind == NULL || !model_is_phone(number)) {
        return false;
    }
    add_contact(maker, kind, number, label, out);
    return true;
}

void oruk_read_contacts(oruk_reading *r, const oruk_contact_sources *from, tree_object *kept,
                        tree_list *contacts_out)
{
    static const char *const without[] = { "id", "service_id", NULL };
    tree_list rest = { NULL, 0, 0 };
    for (uint32_t i = 0; i < tree_items(from->phones); i++) {
        const wm_json *phone = &from->phones->as.items[i];
        if (!read_phone(&r->maker, phone, contacts_out)) {
            oruk_note(r, "a phone that is no number", oruk_member(&r->maker, phone, "number"));
            tree_add(&r->maker, &rest, tree_kept(&r->maker, phone, without));
        }
    }
    tree_put_list(&r->maker, kept, "phones", &rest);
    wm_str email = oruk_line(&r->maker, from->email);
    if (model_is_email(email)) {
        add_contact(&r->maker, "email", email, WM_STR(""), contacts_out);
    } else if (email.len > 0) {
        oruk_note(r, "an e-mail address that is none", email);
        oruk_keep(r, kept, "email", from->email);
    }
    wm_str url = oruk_line(&r->maker, from->url);
    if (model_is_url(url)) {
        add_contact(&r->maker, "web", url, WM_STR(""), contacts_out);
    } else if (url.len > 0) {
        oruk_note(r, "a web address that is none", url);
        oruk_keep(r, kept, "url", from->url);
    }
}

static bool is_for_all(const wm_json *contact)
{
    return !wm_str_is(wm_json_string(wm_json_get(contact, "audience")), "professional");
}

void oruk_write_phones(tree_maker *maker, const wm_json *contacts, wm_str owner, tree_list *out)
{
    for (uint32_t i = 0; i < tree_items(contacts); i++) {
        const wm_json *contact = &contacts->as.items[i];
        wm_str kind = wm_json_string(wm_json_get(contact, "kind"));
        bool is_text = wm_str_is(kind, "text");
        if ((!is_text && !wm_str_is(kind, "phone")) || !is_for_all(contact)) {
            continue;
        }
        tree_object item = { NULL, 0, 0 };
        oruk_put_part_id(maker, &item, owner, "phone", i);
        tree_put(maker, &item, "number", wm_json_get(contact, "value"));
        tree_put(maker, &item, "description", wm_json_get(contact, "label"));
        tree_put_text(maker, &item, "type", is_text ? WM_STR("text") : WM_STR(""));
        wm_json made = tree_close(&item);
        tree_add(maker, out, &made);
    }
}

wm_str oruk_first_contact(const wm_json *contacts, const char *kind)
{
    for (uint32_t i = 0; i < tree_items(contacts); i++) {
        const wm_json *contact = &contacts->as.items[i];
        if (wm_str_is(wm_json_string(wm_json_get(contact, "kind")), kind) && is_for_all(contact)) {
            return wm_json_string(wm_json_get(contact, "value"));
        }
    }
    return WM_STR("");
}
