/* handover_items.c: what is known and passed on, what is still to ask, what is left out and why.
 *
 * Only what this service needs: its own lists, what rules add, and what makes contact safe and
 * possible. Facts and needs that it does not ask for stay where they are. */
#include <stdio.h>

#include <waymark/sys/places.h>

#include "ask/handover.h"

typedef enum item_state { ITEM_KNOWN, ITEM_ASKED, ITEM_LEFT_OUT, ITEM_DROPPED } item_state;

#define ITEM_TEXTS_MAX 40

typedef struct item {
    wm_str id;
    wm_str label;
    wm_str ask;
    wm_str why; /* ITEM_LEFT_OUT */
    const wm_str *texts;
    size_t text_count;
    item_state state;
    bool by_answers; /* may be answered by `answers` of the request */
} item;

typedef struct collecting {
    const wm_handover *h;
    wm_arena *arena;
    item *items;
    size_t count;
    size_t capacity;
    item nowhere;                 /* where there was no room: never written */
    wm_str texts[ITEM_TEXTS_MAX]; /* of the item in hand */
    size_t text_count;
    bool failed; /* out of memory */
} collecting;

/* ---- the item in hand ---- */

static void add_text(collecting *c, wm_str text)
{
    if (text.len > 0 && c->text_count < ITEM_TEXTS_MAX) {
        c->texts[c->text_count++] = text;
    }
}

static void add_filled(collecting *c, const char *id, wm_str word)
{
    if (word.len == 0) {
        return;
    }
    add_text(c, wm_handover_say_with(c->h, id, word));
}

static item *new_item(collecting *c, wm_str id, item_state state)
{
    if (c->failed || c->count == c->capacity) {
        c->failed = true;
        c->nowhere = (item){ .state = ITEM_DROPPED };
        return &c->nowhere;
    }
    item *it = &c->items[c->count++];
    *it = (item){ .id = id, .state = state };
    return it;
}

/* "who_knows" as "who knows", where no text says it better */
static wm_str as_words(collecting *c, wm_str name)
{
    char *words = wm_arena_alloc(c->arena, name.len + 1);
    if (words == NULL) {
        c->failed = true;
        return (wm_str){ NULL, 0 };
    }
    for (size_t i = 0; i < name.len; i++) {
        words[i] = name.ptr[i];
        if (words[i] == '_') {
            words[i] = ' ';
        }
    }
    return (wm_str){ words, name.len };
}

static void name_item(collecting *c, item *it)
{
    char ask[WM_ID_BYTES_MAX + 1];
    it->label = wm_handover_say_of(c->h, "handover.", it->id);
    if (it->label.len == 0) {
        it->label = as_words(c, it->id);
    }
    int length = snprintf(ask, sizeof ask, "handover.%.*s.ask", WM_STR_ARG(it->id));
    it->ask = length > 0 && (size_t)length < sizeof ask ? wm_handover_say(c->h, ask)
                                                        : (wm_str){ NULL, 0 };
    if (it->ask.len == 0) {
        it->ask = it->label;
    }
}

/* The item with the texts that were added; without any it is still to ask, or not worth it. */
static item *close_item(collecting *c, const char *id, bool ask)
{
    item *it = new_item(c, wm_str_of(id), ask ? ITEM_ASKED : ITEM_DROPPED);
    name_item(c, it);
    if (c->text_count > 0) {
        wm_str *texts = wm_arena_array(c->arena, c->text_count, sizeof *texts);
        c->failed = c->failed || texts == NULL;
        for (size_t i = 0; texts != NULL && i < c->text_count; i++) {
            texts[i] = c->texts[i];
        }
        it->texts = texts;
        it->text_count = texts != NULL ? c->text_count : 0;
        it->state = ITEM_KNOWN;
    }
    c->text_count = 0;
    return it;
}

static void leave_out(item *it, wm_str why)
{
    it->state = ITEM_LEFT_OUT;
    it->why = why;
    it->texts = NULL;
    it->text_count = 0;
}

static wm_str said(const collecting *c, const char *name)
{
    return wm_json_string(wm_json_get(c->h->request->said, name));
}

static bool rules_add(const collecting *c, const char *name)
{
    for (size_t i = 0; i < c->h->add.count; i++) {
        if (wm_str_is(c->h->add.items[i], name)) {
            return true;
        }
    }
    return false;
}

/* ---- what everybody is asked ---- */

static void add_person(collecting *c)
{
    const wm_handover *h = c->h;
    add_text(c, said(c, "own_words"));
    (void)close_item(c, "own_words", true);
    for (size_t i = 0; i < h->needs.count; i++) {
        add_text(c, h->needs.items[i]);
    }
    (void)close_item(c, "what_for", true);
    if (h->other_needs) {
        leave_out(close_item(c, "other_needs", false),
                  wm_handover_say(h, "handover.why.other_needs"));
    }
    if (h->age_min >= 0) {
        char years[32];
        bool is_range = h->age_max > h->age_min;
        (void)snprintf(years, sizeof years, is_range ? "%d-%d" : "%d", (int)h->age_min,
                       (int)h->age_max);
        add_filled(c, "handover.age.years", wm_str_of(years));
        (void)close_item(c, "age", false);
    }
    if (!h->at_risk) {
        add_text(c, h->place);
        (void)close_item(c, "area", false);
    }
    if (!wm_handover_is_own(h)) {
        static const char *const actors[] = { "self", "family", "carer",
                                              "gp",   "school", "professional" };
        add_text(c,
                 wm_handover_say_of(h, "handover.who_asks.", wm_str_of(actors[h->query->actor])));
        (void)close_item(c, "who_asks", false);
    }
}

/* "(2026-01)" behind the text in hand */
static void add_date(collecting *c, wm_str date)
{
    char text[WM_SAID_BYTES_MAX + 16];
    wm_str last = c->texts[c->text_count - 1];
    int length = snprintf(text, sizeof text, "%.*s (%.*s)",
                          (int)(last.len < WM_SAID_BYTES_MAX ? last.len : WM_SAID_BYTES_MAX),
                          last.ptr, (int)(date.len < 10 ? date.len : 10), date.ptr);
    wm_str dated = wm_arena_copy(c->arena, (wm_str){ text, length > 0 ? (size_t)length : 0 });
    c->failed = c->failed || dated.ptr == NULL;
    c->texts[c->text_count - 1] = dated;
}

/* With the day on which it was, if that is known. */
static void add_tried(collecting *c)
{
    static const char *const outcomes[] = { "handover.tried.refused", "handover.tried.did_not_help",
                                            "handover.tried.waiting" };
    const wm_handover *h = c->h;
    const wm_json *list = h->request->tried;
    for (size_t i = 0; i < h->query->tried_count; i++) {
        const wm_tried *tried = &h->query->tried[i];
        wm_str name = h->tried_names != NULL ? h->tried_names[i] : (wm_str){ NULL, 0 };
        add_filled(c, outcomes[tried->outcome], name.len > 0 ? name : tried->service);
        wm_str date = wm_json_is(list, WM_JSON_ARRAY) && i < list->count
                          ? wm_json_string(wm_json_get(&list->as.items[i], "date"))
                          : (wm_str){ NULL, 0 };
        if (date.len > 0 && c->text_count > 0) {
            add_date(c, date);
        }
    }
    (void)close_item(c, "tried", true);
}

static void add_language_name(collecting *c, wm_str tag)
{
    wm_str name = wm_handover_say_of(c->h, "language.", tag);
    add_text(c, name.len > 0 ? name : tag);
}

static bool is_english(wm_str language)
{
    return wm_str_is(language, "en") || wm_str_is(language, "English") ||
           wm_str_starts(language, WM_STR("en-"));
}

static void add_language(collecting *c)
{
    const wm_json *access = c->h->query->access;
    const wm_json *languages = wm_json_get(access, "languages");
    wm_str interpreter = wm_json_string(wm_json_get(access, "interpreter"));
    wm_str language = said(c, "language");
    bool other = interpreter.len > 0 || (language.len > 0 && !is_english(language));
    if (language.len > 0) {
        add_language_name(c, language);
    }
    for (uint32_t i = 0; language.len == 0 && languages != NULL && i < languages->count; i++) {
        add_language_name(c, languages->as.items[i].as.string);
        other = other || !is_english(languages->as.items[i].as.string);
    }
    bool known = c->text_count > 0;
    (void)close_item(c, "language", interpreter.len == 0);
    add_text(c, said(c, "dialect"));
    (void)close_item(c, "dialect", other);
    if (interpreter.len > 0) {
        wm_str name = wm_handover_say_of(c->h, "language.", interpreter);
        add_filled(c, "handover.interpreter.needed", name.len > 0 ? name : interpreter);
    }
    if (wm_json_boolean(wm_json_get(access, "bsl"), false)) {
        add_text(c, wm_handover_say(c->h, "handover.interpreter.bsl"));
    }
    (void)close_item(c, "interpreter", other || (!known && rules_add(c, "interpreter")));
}

static void add_lines(collecting *c, const char *name)
{
    const wm_json *list = wm_json_get(c->h->request->said, name);
    for (uint32_t i = 0; list != NULL && i < list->count; i++) {
        add_text(c, list->as.items[i].as.string);
    }
}

static bool has_safe_way(const collecting *c)
{
    const wm_json *safe = wm_json_get(c->h->request->said, "safe_contact");
    return wm_json_get(safe, "how") != NULL || wm_json_get(safe, "when") != NULL ||
           wm_json_get(safe, "not") != NULL;
}

/* How to reach them: what is not safe yet, or an address that must not be told, stays here. */
static void add_contact(collecting *c)
{
    const wm_handover *h = c->h;
    const wm_json *contact = wm_json_get(h->request->said, "contact");
    wm_str phone = wm_json_string(wm_json_get(contact, "phone"));
    wm_str text = wm_json_string(wm_json_get(contact, "text"));
    wm_str email = wm_json_string(wm_json_get(contact, "email"));
    bool has_way = phone.len > 0 || text.len > 0 || email.len > 0;
    bool held = h->at_risk && !has_safe_way(c);
    add_filled(c, "handover.contact.name", wm_json_string(wm_json_get(contact, "name")));
    if (!held) {
        add_filled(c, "handover.contact.phone", phone);
        add_filled(c, "handover.contact.text", text);
        add_filled(c, "handover.contact.email", email);
    }
    (void)close_item(c, "contact", false);
    if (held && has_way) {
        leave_out(close_item(c, "contact", false), wm_handover_say(h, "handover.why.safe_first"));
    } else if (!has_way) {
        (void)close_item(c, "contact", true);
    }
    if (h->at_risk) {
        leave_out(close_item(c, "address", false), wm_handover_say(h, "handover.why.address"));
    } else {
        add_text(c, wm_json_string(wm_json_get(contact, "address")));
        (void)close_item(c, "address", false);
    }
}

static void add_safe_contact(collecting *c)
{
    const wm_json *safe = wm_json_get(c->h->request->said, "safe_contact");
    add_filled(c, "handover.safe_contact.how", wm_json_string(wm_json_get(safe, "how")));
    add_filled(c, "handover.safe_contact.when", wm_json_string(wm_json_get(safe, "when")));
    add_filled(c, "handover.safe_contact.not", wm_json_string(wm_json_get(safe, "not")));
    (void)close_item(c, "safe_contact", true);
}

static void add_ways(collecting *c)
{
    if (c->h->at_risk) { /* what is safe comes first */
        add_safe_contact(c);
    }
    add_contact(c);
    if (!c->h->at_risk) {
        add_safe_contact(c);
    }
    add_language(c);
    add_text(c, said(c, "communication"));
    (void)close_item(c, "communication_format", true);
    add_lines(c, "adjustments");
    (void)close_item(c, "adjustments", true);
    add_text(c, said(c, "who_knows"));
    (void)close_item(c, "who_knows", true);
}

/* ---- what this service and the rules ask ---- */

static bool is_there(const collecting *c, wm_str id)
{
    for (size_t i = 0; i < c->count; i++) {
        if (wm_str_equal(c->items[i].id, id)) {
            return true;
        }
    }
    return false;
}

/* Answered by name, or still to ask. */
static item *add_answerable(collecting *c, wm_str id)
{
    const wm_json *answer = wm_json_get_str(wm_json_get(c->h->request->said, "answers"), id);
    item *it = new_item(c, id, ITEM_ASKED);
    it->by_answers = true;
    if (answer != NULL) {
        it->texts = &answer->as.string;
        it->text_count = 1;
        it->state = ITEM_KNOWN;
    }
    return it;
}

static void add_list(collecting *c, const wm_json *list)
{
    for (uint32_t i = 0; wm_json_is(list, WM_JSON_ARRAY) && i < list->count; i++) {
        wm_str text = wm_json_string(&list->as.items[i]);
        if (text.len > 0 && !is_there(c, text)) {
            item *it = add_answerable(c, text);
            it->label = text;
            it->ask = text;
        }
    }
}

static void add_service_lists(collecting *c)
{
    const wm_handover *h = c->h;
    add_list(c, wm_json_get(wm_json_get(h->service, "handover"), "pass_on"));
    if (!wm_handover_is_own(h) || wm_handover_can_refer(h, WM_ACTOR_SELF)) { /* else not theirs */
        add_list(c, wm_json_get(wm_json_get(h->service, "referral"), "information_needed"));
    }
    for (size_t i = 0; i < h->add.count; i++) {
        if (!is_there(c, h->add.items[i])) {
            name_item(c, add_answerable(c, h->add.items[i]));
        }
    }
    for (size_t i = 0; i < h->question_count; i++) {
        if (!is_there(c, h->questions[i].fact)) {
            item *it = add_answerable(c, h->questions[i].fact);
            it->label = h->questions[i].question;
            it->ask = h->questions[i].question;
        }
    }
}

/* ---- what must not go out ---- */

static bool is_letter_or_digit(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_postcode(const char *from, const char *to)
{
    return wm_postcode_read((wm_str){ from, (size_t)(to - from) }).part == WM_POSTCODE_UNIT;
}

/* A word, or two words with one space between them. */
bool wm_handover_has_address(wm_str text)
{
    const char *before = NULL; /* the word that ends one space before this one */
    for (size_t at = 0; at < text.len;) {
        size_t end = at;
        while (end < text.len && is_letter_or_digit(text.ptr[end])) {
            end++;
        }
        const char *word = text.ptr + at;
        const char *word_end = text.ptr + end;
        if (end > at &&
            (is_postcode(word, word_end) || (before != NULL && is_postcode(before, word_end)))) {
            return true;
        }
        before = end > at && end < text.len && text.ptr[end] == ' ' ? word : NULL;
        at = end + 1;
    }
    return false;
}

static void keep_addresses(collecting *c)
{
    for (size_t i = 0; i < c->count; i++) {
        item *it = &c->items[i];
        for (size_t t = 0; it->state == ITEM_KNOWN && t < it->text_count; t++) {
            if (wm_handover_has_address(it->texts[t])) {
                leave_out(it, wm_handover_say(c->h, "handover.why.address_in_text"));
            }
        }
    }
}

/* What rules leave out is not asked for, either. */
static void obey_rules(collecting *c)
{
    for (size_t i = 0; i < c->count; i++) {
        item *it = &c->items[i];
        for (size_t r = 0; r < c->h->leave_out.count; r++) {
            if (!wm_str_equal(it->id, c->h->leave_out.items[r])) {
                continue;
            }
            if (it->state == ITEM_KNOWN) {
                leave_out(it, wm_handover_say(c->h, "handover.why.rule"));
            } else if (it->state == ITEM_ASKED) {
                it->state = ITEM_DROPPED;
            }
        }
    }
}

/* An answer to nothing is a name that was misspelt. */
static wm_status check_answers(const collecting *c, wm_error *err)
{
    const wm_json *answers = wm_json_get(c->h->request->said, "answers");
    for (uint32_t i = 0; answers != NULL && i < answers->count; i++) {
        wm_str name = answers->as.members[i].name;
        bool is_asked = false;
        for (size_t n = 0; n < c->count; n++) {
            is_asked = is_asked || (c->items[n].by_answers && wm_str_equal(c->items[n].id, name));
        }
        if (!is_asked) {
            return wm_fail(err, WM_BAD_INPUT,
                           "handover.answers: expected what this service asks for, found \"%.*s\"",
                           WM_STR_ARG(name));
        }
    }
    return WM_OK;
}

/* ---- writing ---- */

static void write_item(const item *it, wm_json_out *out)
{
    wm_json_out_object(out);
    wm_json_out_member_string(out, "item", it->id);
    wm_json_out_member_string(out, "label", it->label);
    if (it->state == ITEM_KNOWN) {
        wm_json_out_name(out, "texts");
        wm_json_out_array(out);
        for (size_t i = 0; i < it->text_count; i++) {
            wm_json_out_string(out, it->texts[i]);
        }
        wm_json_out_end_array(out);
    } else if (it->state == ITEM_ASKED) {
        wm_json_out_member_string(out, "ask", it->ask);
    } else {
        wm_json_out_member_string(out, "why", it->why);
    }
    wm_json_out_end_object(out);
}

static void write_list(const collecting *c, const char *name, item_state state, wm_json_out *out)
{
    wm_json_out_name(out, name);
    wm_json_out_array(out);
    for (size_t i = 0; i < c->count; i++) {
        if (c->items[i].state == state) {
            write_item(&c->items[i], out);
        }
    }
    wm_json_out_end_array(out);
}

static size_t most_items(const wm_handover *h)
{
    const wm_json *pass_on = wm_json_get(wm_json_get(h->service, "handover"), "pass_on");
    const wm_json *needed = wm_json_get(wm_json_get(h->service, "referral"), "information_needed");
    return 32 + (pass_on != NULL ? pass_on->count : 0) + (needed != NULL ? needed->count : 0) +
           h->add.count + h->question_count;
}

wm_status wm_handover_write_items(const wm_handover *h, bool story, wm_arena *arena,
                                  wm_json_out *out, wm_error *err)
{
    collecting c = { .h = h, .arena = arena, .capacity = most_items(h) };
    c.items = wm_arena_array(arena, c.capacity, sizeof *c.items);
    c.failed = c.items == NULL;
    wm_status status = WM_OK;
    if (story && !c.failed) {
        add_person(&c);
        add_tried(&c);
        add_ways(&c);
        add_service_lists(&c);
        obey_rules(&c);
        if (h->at_risk) {
            keep_addresses(&c);
        }
        status = check_answers(&c, err);
    }
    if (c.failed) {
        return wm_fail_memory(err);
    }
    if (status == WM_OK) {
        write_list(&c, "pass_on", ITEM_KNOWN, out);
        write_list(&c, "to_ask", ITEM_ASKED, out);
        write_list(&c, "leave_out", ITEM_LEFT_OUT, out);
    }
    return status;
}
