/* shape.c: one value against one rule, member by member; see shape.h. */
#include "shape.h"

#include <stdarg.h>
#include <stdio.h>

#include <waymark/sys/date.h>

#include "plausible.h"

#define MESSAGE_BYTES 512

static const model_verdict bad_type = { true, "bad_type", "Write the kind of value expected." };
static const model_verdict bad_word = { true, "bad_word", "Use one of the words listed." };
static const model_verdict blank_text = { true, "blank_text", "Leave the field out, or fill it." };
static const model_verdict too_long = { true, "too_long", "Shorten it." };
static const model_verdict unsafe = {
    true, "unsafe_character",
    "Type the text again: it holds a character that cannot be seen and changes what is shown."
};

void model_report(model_check *check, model_verdict verdict, const char *format, ...)
{
    if (check->status != WM_OK) {
        return;
    }
    char text[MESSAGE_BYTES];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (length >= (int)sizeof text) {
        text[wm_utf8_cut((wm_str){ text, sizeof text - 1 }, sizeof text - 1)] = '\0';
    }
    const char *path = model_path_text(&check->path);
    wm_finding finding = { verdict.is_error, verdict.code, check->kind, check->id, path, text,
                           verdict.remedy };
    check->status = check->sink->put(check->sink->context, &finding);
}

/* Quotes a string, cut at 60 bytes, with '?' for what would not show. */
static void show_string(wm_str text, char out[MODEL_SHOWN_BYTES])
{
    size_t length = 0;
    out[length++] = '"';
    for (size_t at = 0; at < text.len;) {
        size_t start = at;
        uint32_t bad = 0;
        (void)wm_utf8_next(text, &at);
        if (length + (at - start) > 64) {
            memcpy(out + length, "...", 3);
            length += 3;
            break;
        }
        if (model_text_is_safe((wm_str){ text.ptr + start, at - start }, false, &bad)) {
            memcpy(out + length, text.ptr + start, at - start);
            length += at - start;
        } else {
            out[length++] = '?';
        }
    }
    out[length++] = '"';
    out[length] = '\0';
}

const char *model_show(const wm_json *value, char out[MODEL_SHOWN_BYTES])
{
    const char *text = NULL;
    if (value == NULL) {
        text = "nothing";
    } else if (value->type == WM_JSON_STRING) {
        show_string(value->as.string, out);
        return out;
    } else if (value->type == WM_JSON_INTEGER) {
        (void)snprintf(out, MODEL_SHOWN_BYTES, "%lld", (long long)value->as.integer);
        return out;
    } else if (value->type == WM_JSON_BOOL) {
        text = value->as.boolean ? "true" : "false";
    } else if (value->type == WM_JSON_NULL) {
        text = "null";
    } else {
        text = value->type == WM_JSON_ARRAY ? "a list" : "an object";
    }
    (void)snprintf(out, MODEL_SHOWN_BYTES, "%s", text);
    return out;
}

static void expect(model_check *check, model_verdict verdict, const char *expected,
                   const wm_json *found)
{
    char shown[MODEL_SHOWN_BYTES];
    model_report(check, verdict, "expected %s, found %s", expected, model_show(found, shown));
}

static bool is_type(model_check *check, const wm_json *value, wm_json_type type,
                    const char *expected)
{
    if (value->type == type) {
        return true;
    }
    expect(check, bad_type, expected, value);
    return false;
}

/* ---- strings ---- */

static void check_text(model_check *check, const wm_json *value, const value_rule *rule)
{
    wm_str text = value->as.string;
    uint32_t bad = 0;
    if (model_text_is_blank(text)) {
        expect(check, blank_text, "words", value);
        return;
    }
    if (!model_text_is_safe(text, rule->type == VALUE_LINES, &bad)) {
        model_report(check, unsafe, "expected %s, found the character U+%04X",
                     rule->type == VALUE_LINES ? "plain text" : "one line of plain text",
                     (unsigned)bad);
    }
    size_t characters = text.len > (size_t)rule->max ? model_count_characters(text) : 0;
    if (characters > (size_t)rule->max) {
        model_report(check, too_long, "expected at most %lld characters, found %zu",
                     (long long)rule->max, characters);
    }
}

static bool is_one_of(wm_str text, const char *const *words)
{
    for (; *words != NULL; words++) {
        if (wm_str_is(text, *words)) {
            return true;
        }
    }
    return false;
}

static void check_one_of(model_check *check, const wm_json *value, const value_rule *rule)
{
    char expected[MESSAGE_BYTES / 2];
    size_t length = 0;
    if (is_one_of(value->as.string, rule->words)) {
        return;
    }
    expected[0] = '\0';
    for (size_t i = 0; rule->words[i] != NULL; i++) {
        int more = snprintf(expected + length, sizeof expected - length, "%s%s",
                            i == 0                       ? ""
                            : rule->words[i + 1] == NULL ? " or "
                                                         : ", ",
                            rule->words[i]);
        length += more > 0 && (size_t)more < sizeof expected - length ? (size_t)more : 0;
    }
    expect(check, bad_word, expected, value);
}

static void check_reference(model_check *check, const wm_json *value, const value_rule *rule)
{
    static const model_verdict bad_id = { true, "bad_id", "Use the id of a record." };
    wm_str text = value->as.string;
    if (rule->prefix != NULL) {
        if (!model_is_word(text)) {
            expect(check, bad_word, "a word of small letters, digits and underscores", value);
        }
    } else if (!wm_id_valid(text)) {
        char expected[64];
        (void)snprintf(expected, sizeof expected, "the id of a record of kind %s",
                       wm_kind_name(rule->kind));
        expect(check, bad_id, expected, value);
    }
}

static void check_own_id(model_check *check, const wm_json *value)
{
    static const model_verdict bad = { true, "bad_id",
                                       "Use letters, digits, dots, underscores and hyphens; begin "
                                       "with a letter or digit; at most 80." };
    static const model_verdict mismatch = { true, "id_mismatch",
                                            "Name the file after the id, or change the id." };
    if (!wm_id_valid(value->as.string)) {
        expect(check, bad, "an id", value);
    } else if (!wm_str_equal(value->as.string, check->id)) {
        char shown[MODEL_SHOWN_BYTES];
        model_report(check, mismatch, "expected the name it is stored under, \"%.*s\", found %s",
                     WM_STR_ARG(check->id), model_show(value, shown));
    }
}

/* Strings whose form is all there is to check. */
static const struct {
    value_type type;
    const char *code;
    const char *expected;
    const char *remedy;
} forms[] = {
    { VALUE_WORD, "bad_word", "a word of small letters, digits and underscores",
      "Write it as one word, like quiet_room." },
    { VALUE_DATE, "bad_date", "a date such as \"2026-01-31\"", "Write a day that exists." },
    { VALUE_OPENS, "bad_time", "a time such as \"09:00\"",
      "Write hours 00 to 23, minutes 00 to 59." },
    { VALUE_CLOSES, "bad_time", "a time such as \"17:00\", at most \"24:00\"",
      "Write hours 00 to 24, minutes 00 to 59." },
    { VALUE_MONTHLY_DAY, "bad_word", "a day of the month such as \"2MO\" or \"-1FR\"",
      "Write 1 to 5, or -1 for the last, and MO to SU." },
    { VALUE_LANGUAGE, "bad_language", "a language tag such as \"en\" or \"bfi\"",
      "Use BCP 47 tags; British Sign Language is bfi." },
    { VALUE_ANY_LANGUAGE, "bad_language", "a language tag such as \"pl\", or \"*\"",
      "Use BCP 47 tags, or * for any." },
    { VALUE_URL, "bad_url", "a web address that begins with https:// or http://",
      "Copy the whole address of the page." },
    { VALUE_POSTCODE, "bad_postcode", "a postcode such as \"BA1 1AA\"",
      "Write it in capitals with one space." },
};

static bool has_form(wm_str text, value_type type)
{
    wm_date day = 0;
    int minutes = 0;
    /* The table above says which types come here. */
    if (type == VALUE_WORD) {
        return model_is_word(text);
    }
    if (type == VALUE_DATE) {
        return wm_date_parse(text, &day);
    }
    if (type == VALUE_OPENS || type == VALUE_CLOSES) {
        return model_is_time(text, type == VALUE_CLOSES, &minutes);
    }
    if (type == VALUE_MONTHLY_DAY) {
        return model_is_monthly_day(text);
    }
    if (type == VALUE_LANGUAGE || type == VALUE_ANY_LANGUAGE) {
        return model_is_language(text) || (type == VALUE_ANY_LANGUAGE && wm_str_is(text, "*"));
    }
    return type == VALUE_URL ? model_is_url(text) : model_is_postcode(text);
}

static void check_form(model_check *check, const wm_json *value, const value_rule *rule)
{
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (forms[i].type == rule->type && !has_form(value->as.string, rule->type)) {
            model_verdict verdict = { true, forms[i].code, forms[i].remedy };
            expect(check, verdict, forms[i].expected, value);
        }
    }
}

static void check_string(model_check *check, const wm_json *value, const value_rule *rule)
{
    if (!is_type(check, value, WM_JSON_STRING, "a string")) {
        return;
    }
    if (rule->type == VALUE_ONE_OF) {
        check_one_of(check, value, rule);
    } else if (rule->type == VALUE_ID) {
        check_own_id(check, value);
    } else if (rule->type == VALUE_REFERENCE) {
        check_reference(check, value, rule);
    } else if (rule->type == VALUE_TEXT || rule->type == VALUE_LINES ||
               rule->type == VALUE_SERVICE_OR_TEXT) {
        check_text(check, value, rule);
    } else {
        check_form(check, value, rule);
    }
}

/* ---- numbers, lists ---- */

static void check_integer(model_check *check, const wm_json *value, const value_rule *rule)
{
    static const model_verdict range = { true, "out_of_range", "Write a number in the range." };
    if (is_type(check, value, WM_JSON_INTEGER, "an integer") &&
        (value->as.integer < rule->min || value->as.integer > rule->max)) {
        model_report(check, range, "expected %lld to %lld, found %lld", (long long)rule->min,
                     (long long)rule->max, (long long)value->as.integer);
    }
}

/* The first item before `index` that is the same, or `index`. */
static uint32_t same_item(const wm_json *list, uint32_t index)
{
    for (uint32_t i = 0; i < index; i++) {
        if (wm_json_equal(&list->as.items[i], &list->as.items[index])) {
            return i;
        }
    }
    return index;
}

static void check_list(model_check *check, const wm_json *value, const value_rule *rule)
{
    static const model_verdict too_many = { true, "too_many", "Keep the list short." };
    static const model_verdict too_few = { true, "too_few", "Fill the list, or leave it out." };
    static const model_verdict twice = { true, "duplicate_item", "Keep one of them." };
    if (!is_type(check, value, WM_JSON_ARRAY, "a list")) {
        return;
    }
    if (value->count > (uint64_t)rule->max) {
        model_report(check, too_many, "expected at most %lld items, found %u", (long long)rule->max,
                     (unsigned)value->count);
        return;
    }
    if (value->count < (uint64_t)rule->min) {
        model_report(check, too_few, "expected at least %lld, found %u", (long long)rule->min,
                     (unsigned)value->count);
    }
    for (uint32_t i = 0; i < value->count && check->status == WM_OK; i++) {
        size_t back = model_path_index(&check->path, i);
        uint32_t same = rule->may_repeat ? i : same_item(value, i);
        if (same != i) {
            char shown[MODEL_SHOWN_BYTES];
            model_report(check, twice, "expected each once, found %s again (item %u)",
                         model_show(&value->as.items[i], shown), (unsigned)same);
        } else {
            model_check_value(check, &value->as.items[i], rule->item);
        }
        model_path_back(&check->path, back);
    }
}

/* ---- objects ---- */

/* Any object may say for whom it is; see shape.h. */
static void check_audience(model_check *check, const wm_json *value)
{
    static const model_verdict inside = {
        true, "audience_in_eligibility",
        "Take it out: leaving out part of the criteria would turn a no into a yes."
    };
    static const char *const words[] = { "public", "professional", NULL };
    static const value_rule audience = { .type = VALUE_ONE_OF, .words = words };
    if (check->in_eligibility) {
        model_report(check, inside, "expected no audience inside eligibility, found one");
    } else {
        check_string(check, value, &audience);
    }
}

static void check_required(model_check *check, const wm_json *value, const field_rule *fields)
{
    static const model_verdict missing = { true, "missing_field", "Add the field." };
    static const model_verdict hidden = {
        true, "required_professional",
        "Mark an optional part instead, or the whole record: what is required is in every edition."
    };
    for (const field_rule *field = fields; field->name != NULL; field++) {
        if (!field->required) {
            continue;
        }
        wm_str name = wm_str_of(field->name);
        const wm_json *member = wm_json_get_str(value, name);
        wm_str audience = wm_json_string(wm_json_get(member, "audience"));
        size_t back = model_path_name(&check->path, name);
        if (member == NULL) {
            model_report(check, missing, "expected %s, found nothing", field->name);
        } else if (wm_str_is(audience, "professional") && !wm_str_is(name, "eligibility")) {
            model_report(check, hidden, "expected it in every edition, found it for professionals");
        }
        model_path_back(&check->path, back);
    }
}

/* What is not ours to check (criteria, extra members): only that an audience is one of the two
 * words, since any object may have one, and that none stands in eligibility. */
static void look_for_audience(model_check *check, const wm_json *value)
{
    if (value->type == WM_JSON_ARRAY) {
        for (uint32_t i = 0; i < value->count; i++) {
            size_t back = model_path_index(&check->path, i);
            look_for_audience(check, &value->as.items[i]);
            model_path_back(&check->path, back);
        }
    } else if (value->type == WM_JSON_OBJECT) {
        for (uint32_t i = 0; i < value->count; i++) {
            const wm_json_member *member = &value->as.members[i];
            size_t back = model_path_name(&check->path, member->name);
            if (wm_str_is(member->name, "audience")) {
                check_audience(check, &member->value);
            }
            look_for_audience(check, &member->value);
            model_path_back(&check->path, back);
        }
    }
}

static void check_member(model_check *check, const wm_json_member *member, const field_rule *fields)
{
    static const model_verdict unknown = {
        true, "unknown_field", "Check the spelling; a field of your own begins with x_."
    };
    const field_rule *field = model_field(fields, member->name);
    if (field != NULL) {
        bool outside = check->in_eligibility;
        check->in_eligibility = outside || wm_str_is(member->name, "eligibility");
        model_check_value(check, &member->value, field->value);
        check->in_eligibility = outside;
    } else if (wm_str_is(member->name, "audience")) {
        check_audience(check, &member->value);
    } else if (model_is_extra(member->name)) {
        look_for_audience(check, &member->value);
    } else {
        char shown[MODEL_SHOWN_BYTES];
        wm_json name = { .type = WM_JSON_STRING, .as.string = member->name };
        model_report(check, unknown, "expected a field that is known here, found %s",
                     model_show(&name, shown));
    }
}

static void check_object(model_check *check, const wm_json *value, const value_rule *rule)
{
    if (!is_type(check, value, WM_JSON_OBJECT, "an object")) {
        return;
    }
    for (uint32_t i = 0; i < value->count && check->status == WM_OK; i++) {
        const wm_json_member *member = &value->as.members[i];
        size_t back = model_path_name(&check->path, member->name);
        check_member(check, member, rule->fields);
        model_path_back(&check->path, back);
    }
    check_required(check, value, rule->fields);
    if (rule->agree != NULL) {
        rule->agree(check, value);
    }
}

static void check_by_language(model_check *check, const wm_json *value, const value_rule *rule)
{
    static const model_verdict none = { true, "too_few", "Give it in one language at least." };
    static const value_rule language = { .type = VALUE_LANGUAGE };
    uint32_t found = 0;
    if (!is_type(check, value, WM_JSON_OBJECT, "an object with one value for each language")) {
        return;
    }
    for (uint32_t i = 0; i < value->count && check->status == WM_OK; i++) {
        const wm_json_member *member = &value->as.members[i];
        size_t back = model_path_name(&check->path, member->name);
        if (wm_str_is(member->name, "audience")) {
            check_audience(check, &member->value);
        } else if (!model_is_extra(member->name)) {
            wm_json name = { .type = WM_JSON_STRING, .as.string = member->name };
            check_form(check, &name, &language);
            model_check_value(check, &member->value, rule->item);
            found++;
        }
        model_path_back(&check->path, back);
    }
    if (found == 0) {
        model_report(check, none, "expected one language at least, found none");
    }
}

void model_check_value(model_check *check, const wm_json *value, const value_rule *rule)
{
    switch (rule->type) {
    case VALUE_BOOL: (void)is_type(check, value, WM_JSON_BOOL, "true or false"); break;
    case VALUE_INTEGER: check_integer(check, value, rule); break;
    case VALUE_LIST: check_list(check, value, rule); break;
    case VALUE_OBJECT: check_object(check, value, rule); break;
    case VALUE_BY_LANGUAGE: check_by_language(check, value, rule); break;
    case VALUE_EITHER:
        model_check_value(check, value, value->type == WM_JSON_STRING ? rule->text : rule->item);
        break;
    case VALUE_CRITERIA:
        if (is_type(check, value, WM_JSON_OBJECT, "an object")) {
            look_for_audience(check, value);
        }
        break;
    case VALUE_FREE: (void)is_type(check, value, WM_JSON_OBJECT, "an object"); break;
    case VALUE_TEXT:
    case VALUE_LINES:
    case VALUE_WORD:
    case VALUE_ONE_OF:
    case VALUE_ID:
    case VALUE_REFERENCE:
    case VALUE_SERVICE_OR_TEXT:
    case VALUE_DATE:
    case VALUE_OPENS:
    case VALUE_CLOSES:
    case VALUE_MONTHLY_DAY:
    case VALUE_LANGUAGE:
    case VALUE_ANY_LANGUAGE:
    case VALUE_URL:
    case VALUE_POSTCODE:
    default: check_string(check, value, rule); break;
    }
}
