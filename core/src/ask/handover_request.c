/* handover_request.c: a request is strict, like a query: what is misspelt would be left out in
 * silence, and somebody would have to tell it again. */
#include "ask/handover.h"

typedef struct reader {
    wm_handover_request *request;
    wm_error *err;
} reader;

typedef wm_status (*member_reader)(reader *r, const char *name, const wm_json *value);

static wm_status wrong(reader *r, const char *name, const char *expected, const wm_json *found)
{
    if (wm_json_is(found, WM_JSON_STRING)) {
        return wm_fail(r->err, WM_BAD_INPUT, "handover.%s: expected %s, found \"%.*s\"", name,
                       expected, WM_STR_ARG(found->as.string));
    }
    return wm_fail(r->err, WM_BAD_INPUT, "handover.%s: expected %s, found %s", name, expected,
                   wm_json_type_name(found->type));
}

/* The number of a word of a list; -1: it is none of them. */
static int word_of(const wm_json *value, const char *const *words)
{
    for (int i = 0; words[i] != NULL; i++) {
        if (wm_json_is(value, WM_JSON_STRING) && wm_str_is(value->as.string, words[i])) {
            return i;
        }
    }
    return -1;
}

static wm_status check_text(reader *r, const char *name, const wm_json *value, size_t max_bytes)
{
    if (value->type != WM_JSON_STRING || value->as.string.len == 0) {
        return wrong(r, name, "words", value);
    }
    if (value->as.string.len > max_bytes) {
        return wm_fail(r->err, WM_TOO_LARGE, "handover.%s: expected at most %zu bytes, found %zu",
                       name, max_bytes, value->as.string.len);
    }
    return WM_OK;
}

static wm_status read_line(reader *r, const char *name, const wm_json *value)
{
    return check_text(r, name, value, WM_HANDOVER_LINE_MAX);
}

static wm_status read_words(reader *r, const char *name, const wm_json *value)
{
    return check_text(r, name, value, WM_HANDOVER_WORDS_MAX);
}

static wm_status read_lines(reader *r, const char *name, const wm_json *value)
{
    if (value->type != WM_JSON_ARRAY || value->count > WM_HANDOVER_LIST_MAX) {
        return wrong(r, name, "a list of at most 16", value);
    }
    wm_status status = WM_OK;
    for (uint32_t i = 0; i < value->count && status == WM_OK; i++) {
        status = read_line(r, name, &value->as.items[i]);
    }
    return status;
}

static wm_status read_consent(reader *r, const char *name, const wm_json *value)
{
    static const char *const words[] = { "not_asked", "given", "refused", "cannot_give", NULL };
    int word = word_of(value, words);
    if (word < 0) {
        return wrong(r, name, "given, refused, not_asked or cannot_give", value);
    }
    r->request->consent = (wm_consent)word;
    return WM_OK;
}

static wm_status read_basis(reader *r, const char *name, const wm_json *value)
{
    static const char *const words[] = { "safeguarding", "vital_interests", "crisis", NULL };
    int word = word_of(value, words);
    if (word < 0) {
        return wrong(r, name, "safeguarding, vital_interests or crisis", value);
    }
    r->request->basis = (wm_basis)(word + WM_BASIS_SAFEGUARDING);
    return WM_OK;
}

/* Every member of an object is one of `names`, and a line. */
static wm_status read_lines_of(reader *r, const char *name, const wm_json *value,
                               const char *const *names)
{
    for (uint32_t i = 0; i < value->count; i++) {
        const wm_json_member *member = &value->as.members[i];
        size_t n = 0;
        while (names[n] != NULL && !wm_str_is(member->name, names[n])) {
            n++;
        }
        if (names[n] == NULL) {
            return wm_fail(r->err, WM_BAD_INPUT, "handover.%s: no such member: \"%.*s\"", name,
                           WM_STR_ARG(member->name));
        }
        wm_status status = read_line(r, name, &member->value);
        if (status != WM_OK) {
            return status;
        }
    }
    return WM_OK;
}

static wm_status read_contact(reader *r, const char *name, const wm_json *value)
{
    static const char *const names[] = { "name", "phone", "text", "email", "address", NULL };
    return value->type == WM_JSON_OBJECT
               ? read_lines_of(r, name, value, names)
               : wrong(r, name, "an object with name, phone, text, email or address", value);
}

static wm_status read_safe_contact(reader *r, const char *name, const wm_json *value)
{
    static const char *const names[] = { "how", "when", "not", "text", NULL };
    static const char *const words[] = { "yes", "neutral", "no", NULL };
    if (value->type != WM_JSON_OBJECT) {
        return wrong(r, name, "an object with how, when, not or text", value);
    }
    const wm_json *text = wm_json_get(value, "text");
    int word = word_of(text, words);
    if (text != NULL && word < 0) {
        return wrong(r, "safe_contact.text", "yes, neutral or no", text);
    }
    r->request->text_safe = text == NULL ? WM_TEXT_NOT_SAID : (wm_text_safe)(word + WM_TEXT_YES);
    return read_lines_of(r, name, value, names);
}

static wm_status read_answers(reader *r, const char *name, const wm_json *value)
{
    if (value->type != WM_JSON_OBJECT || value->count > WM_HANDOVER_ANSWERS_MAX) {
        return wrong(r, name, "an object of at most 64", value);
    }
    wm_status status = WM_OK;
    for (uint32_t i = 0; i < value->count && status == WM_OK; i++) {
        status = read_line(r, name, &value->as.members[i].value);
    }
    return status;
}

static const struct {
    const char *name;
    member_reader read;
} members[] = {
    { "consent", read_consent },
    { "basis", read_basis },
    { "own_words", read_words },
    { "adjustments", read_lines },
    { "communication", read_line },
    { "language", read_line },
    { "dialect", read_line },
    { "contact", read_contact },
    { "safe_contact", read_safe_contact },
    { "who_knows", read_line },
    { "answers", read_answers },
};

static wm_status read_members(reader *r, const wm_json *said)
{
    for (uint32_t i = 0; i < said->count; i++) {
        const wm_json_member *member = &said->as.members[i];
        size_t m = 0;
        while (m < sizeof members / sizeof members[0] &&
               !wm_str_is(member->name, members[m].name)) {
            m++;
        }
        if (m == sizeof members / sizeof members[0]) {
            return wm_fail(r->err, WM_BAD_INPUT,
                           "handover: expected consent, basis, own_words, adjustments, "
                           "communication, language, dialect, contact, safe_contact, who_knows or "
                           "answers; found \"%.*s\"",
                           WM_STR_ARG(member->name));
        }
        wm_status status = members[m].read(r, members[m].name, &member->value);
        if (status != WM_OK) {
            return status;
        }
    }
    return WM_OK;
}

/* The query goes to its own parser as canonical text: its digest is that of the same query asked
 * alone. */
static wm_status take_query(reader *r, wm_arena *arena, const wm_env *env, const wm_json *query)
{
    r->request->query = WM_STR("{}");
    if (query == NULL) {
        return WM_OK;
    }
    if (query->type != WM_JSON_OBJECT) {
        return wm_fail(r->err, WM_BAD_INPUT, "query: expected an object, found %s",
                       wm_json_type_name(query->type));
    }
    wm_buf text;
    wm_buf_init(&text, env, WM_HANDOVER_BYTES_MAX);
    wm_json_write(&text, query);
    wm_status status = wm_buf_status(&text, r->err);
    if (status == WM_OK) {
        r->request->query = wm_arena_copy(arena, wm_buf_str(&text));
        r->request->tried = wm_json_get(query, "tried");
        status = r->request->query.ptr == NULL ? wm_fail_memory(r->err) : WM_OK;
    }
    wm_buf_fini(&text);
    return status;
}

wm_status wm_handover_request_parse(wm_arena *arena, const wm_env *env, wm_str text,
                                    wm_handover_request *request_out, wm_error *err)
{
    *request_out = (wm_handover_request){ .consent = WM_CONSENT_NOT_ASKED };
    reader r = { request_out, err };
    const wm_json *value = NULL;
    wm_status status = wm_json_parse(arena, text, WM_HANDOVER_BYTES_MAX, &value, err);
    if (status == WM_OK && value->type != WM_JSON_OBJECT) {
        status = wm_fail(err, WM_BAD_INPUT, "expected an object with query and handover, found %s",
                         wm_json_type_name(value->type));
    }
    for (uint32_t i = 0; status == WM_OK && i < value->count; i++) {
        wm_str name = value->as.members[i].name;
        if (!wm_str_is(name, "query") && !wm_str_is(name, "handover")) {
            status = wm_fail(err, WM_BAD_INPUT, "expected query and handover, found \"%.*s\"",
                             WM_STR_ARG(name));
        }
    }
    request_out->said = status == WM_OK ? wm_json_get(value, "handover") : NULL;
    if (status == WM_OK && request_out->said != NULL && request_out->said->type != WM_JSON_OBJECT) {
        status = wm_fail(err, WM_BAD_INPUT, "handover: expected an object, found %s",
                         wm_json_type_name(request_out->said->type));
    }
    if (status == WM_OK) {
        status = take_query(&r, arena, env, wm_json_get(value, "query"));
    }
    return status == WM_OK && request_out->said != NULL ? read_members(&r, request_out->said)
                                                        : status;
}
