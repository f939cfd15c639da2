/* oruk_text.c: texts as people typed them elsewhere, made fit for a record. */
#include "oruk.h"

#include <stdio.h>

#include "model/plausible.h"

#define WORD_BYTES_MAX 40

static bool is_space(uint32_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == 0xa0;
}

/* Copies what can be seen. White space becomes a space, or a line feed where many lines are. */
static wm_str clean(tree_maker *maker, wm_str text, bool many_lines)
{
    char *made = wm_arena_alloc(maker->arena, text.len + 1);
    size_t length = 0;
    if (made == NULL) {
        maker->failed = true;
        return WM_STR("");
    }
    for (size_t at = 0; at < text.len;) {
        size_t start = at;
        uint32_t bad = 0;
        uint32_t c = wm_utf8_next(text, &at);
        wm_str character = { text.ptr + start, at - start };
        if (c == '\r' && at < text.len && text.ptr[at] == '\n') {
            continue;
        }
        if (is_space(c)) {
            made[length++] = many_lines && (c == '\n' || c == '\r') ? '\n' : ' ';
        } else if (model_text_is_safe(character, false, &bad)) {
            memcpy(made + length, character.ptr, character.len);
            length += character.len;
        }
    }
    size_t start = 0;
    while (length > 0 && is_space((unsigned char)made[length - 1])) {
        length--;
    }
    while (start < length && is_space((unsigned char)made[start])) {
        start++;
    }
    made[length] = '\0';
    return (wm_str){ made + start, length - start };
}

/* Most texts are clean already. */
static bool is_clean(wm_str text, bool many_lines)
{
    if (text.len == 0) {
        return true;
    }
    unsigned char first = (unsigned char)text.ptr[0];
    unsigned char last = (unsigned char)text.ptr[text.len - 1];
    uint32_t bad = 0;
    return first > 0x20 && first != 0xc2 && last > 0x20 && last != 0xa0 &&
           memchr(text.ptr, '\xa0', text.len) == NULL && model_text_is_safe(text, many_lines, &bad);
}

static wm_str text_of(tree_maker *maker, const wm_json *value, bool many_lines)
{
    if (wm_json_is(value, WM_JSON_INTEGER)) {
        return tree_format(maker, "%lld", (long long)value->as.integer);
    }
    wm_str text = wm_json_string(value);
    text = text.ptr != NULL ? text : WM_STR("");
    return is_clean(text, many_lines) ? text : clean(maker, text, many_lines);
}

wm_str oruk_line(tree_maker *maker, const wm_json *value)
{
    return text_of(maker, value, false);
}

wm_str oruk_prose(tree_maker *maker, const wm_json *value)
{
    return text_of(maker, value, true);
}

wm_str oruk_member(tree_maker *maker, const wm_json *object, const char *name)
{
    return oruk_line(maker, wm_json_get(object, name));
}

wm_str oruk_small(tree_maker *maker, wm_str text)
{
    char *made = wm_arena_alloc(maker->arena, text.len + 1);
    if (made == NULL) {
        maker->failed = true;
        return WM_STR("");
    }
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        made[i] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    return (wm_str){ made, text.len };
}

wm_str oruk_word(tree_maker *maker, wm_str text)
{
    if (text.len == 0 || text.len > WORD_BYTES_MAX) {
        return WM_STR("");
    }
    char *made = wm_arena_alloc(maker->arena, text.len + 1);
    size_t length = 0;
    if (made == NULL) {
        maker->failed = true;
        return WM_STR("");
    }
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (c >= 'A' && c <= 'Z') {
            made[length++] = (char)(c - 'A' + 'a');
        } else if (letter) {
            made[length++] = c;
        } else if (c == ' ' || c == '-' || c == '_' || c == '/') {
            if (length > 0 && made[length - 1] != '_') {
                made[length++] = '_';
            }
        } else {
            return WM_STR("");
        }
    }
    while (length > 0 && made[length - 1] == '_') {
        length--;
    }
    return (wm_str){ made, length };
}

wm_str oruk_id(oruk_reading *r, wm_kind kind, const wm_json *value)
{
    wm_str text = oruk_line(&r->maker, value);
    if (text.len == 0 || wm_id_valid(text)) {
        return text;
    }
    char uuid[WM_UUID_BYTES];
    wm_uuid_derive(r->world->source, wm_str_of(wm_kind_name(kind)), text, uuid);
    return tree_format(&r->maker, "%s", uuid);
}

wm_str oruk_made_id(oruk_reading *r, wm_kind kind, wm_str says)
{
    char uuid[WM_UUID_BYTES];
    wm_str marked = tree_format(&r->maker, "without an id: %.*s", WM_STR_ARG(says));
    oruk_note(r, "no id, so that one is made from what else it says", says);
    wm_uuid_derive(r->world->source, wm_str_of(wm_kind_name(kind)), marked, uuid);
    return tree_format(&r->maker, "%s", uuid);
}

void oruk_note(const oruk_reading *r, const char *what, wm_str example)
{
    if (r->world->note != NULL) {
        r->world->note(r->world->context, what, example);
    }
}

void oruk_put_kept(tree_maker *maker, tree_object *record, tree_object *kept, tree_list *derived)
{
    tree_put_object(maker, record, "x_oruk", kept);
    tree_put_list(maker, record, "x_derived", derived);
}

void oruk_keep(oruk_reading *r, tree_object *kept, const char *name, const wm_json *value)
{
    tree_put(&r->maker, kept, name, tree_kept(&r->maker, value, NULL));
}

/* Names come from outside, and are told by their beginning. */
static void note_kept(oruk_reading *r, const wm_json_member *member)
{
    size_t length = wm_utf8_cut(member->name, WORD_BYTES_MAX);
    wm_str what = tree_format(&r->maker, "no field for \"%.*s\", kept beside the record",
                              (int)length, member->name.ptr);
    if (what.len > 0) {
        oruk_note(r, what.ptr, wm_json_string(&member->value));
    }
}

void oruk_keep_rest(oruk_reading *r, tree_object *kept, const wm_json *object,
                    const char *const *handled)
{
    const wm_json *rest = tree_kept(&r->maker, object, handled);
    for (uint32_t i = 0; i < tree_members(rest); i++) {
        const wm_json_member *member = &rest->as.members[i];
        tree_put_str(&r->maker, kept, member->name, &member->value);
        note_kept(r, member);
    }
}

wm_status oruk_add_record(oruk_reading *r, wm_kind kind, wm_str id, tree_object *record)
{
    wm_oruk_records *records = r->records;
    for (size_t i = 0; i < records->count; i++) {
        if (records->items[i].kind == kind && wm_str_equal(records->items[i].id, id)) {
            return WM_OK;
        }
    }
    if (records->count == WM_ORUK_RECORDS_MAX) {
        return wm_fail(r->err, WM_BAD_RECORD,
                       "expected at most %d organizations, locations and terms, found more",
                       WM_ORUK_RECORDS_MAX - 1);
    }
    wm_json *value = wm_arena_alloc(r->maker.arena, sizeof *value);
    if (value == NULL) {
        return wm_fail_memory(r->err);
    }
    *value = tree_close(record);
    records->items[records->count++] = (wm_oruk_record){ kind, id, value };
    return WM_OK;
}

void oruk_put_part_id(tree_maker *maker, tree_object *part, wm_str owner, const char *what,
                      size_t index)
{
    char uuid[WM_UUID_BYTES];
    char number[32];
    (void)snprintf(number, sizeof number, "%zu", index);
    wm_uuid_derive(owner, wm_str_of(what), wm_str_of(number), uuid);
    tree_put_text(maker, part, "id", tree_format(maker, "%s", uuid));
}

wm_str oruk_uuid(tree_maker *maker, wm_kind kind, wm_str id)
{
    char uuid[WM_UUID_BYTES];
    if (wm_uuid_valid(id)) {
        return id;
    }
    wm_uuid_derive(WM_STR(""), wm_str_of(wm_kind_name(kind)), id, uuid);
    return tree_format(maker, "%s", uuid);
}
