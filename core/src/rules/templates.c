/* templates.c: see templates.h. */
#include "rules/templates.h"

#define PLACE_NAME_BYTES_MAX 32

size_t wm_template_place(wm_str text, wm_str *name_out)
{
    size_t end = 1;
    while (end < text.len && end <= PLACE_NAME_BYTES_MAX &&
           ((text.ptr[end] >= 'a' && text.ptr[end] <= 'z') || text.ptr[end] == '_')) {
        end++;
    }
    if (text.ptr[0] != '{' || end == 1 || end >= text.len || text.ptr[end] != '}') {
        return 0;
    }
    *name_out = (wm_str){ text.ptr + 1, end - 1 };
    return end + 1;
}

static const wm_place_filling *filling_of(const wm_place_filling *fillings, size_t count,
                                          wm_str name)
{
    for (size_t i = 0; i < count; i++) {
        size_t at = 0;
        while (at < name.len && name.ptr[at] == fillings[i].name[at]) {
            at++; /* a name holds no zero, so this ends with the shorter one */
        }
        if (at == name.len && fillings[i].name[at] == '\0') {
            return &fillings[i];
        }
    }
    return NULL;
}

/* The next place of a text, from `at` on; its length, 0: there is none. */
static size_t next_place(wm_str text, size_t at, size_t *place_out, wm_str *name_out)
{
    while (at < text.len) {
        const char *brace = memchr(text.ptr + at, '{', text.len - at);
        if (brace == NULL) {
            break;
        }
        at = (size_t)(brace - text.ptr);
        size_t length = wm_template_place((wm_str){ brace, text.len - at }, name_out);
        if (length > 0) {
            *place_out = at;
            return length;
        }
        at++;
    }
    return 0;
}

wm_template wm_template_of(wm_str text)
{
    wm_template template = { .text = text };
    wm_str name = { NULL, 0 };
    size_t at = 0;
    size_t place = 0;
    while (!template.whole) {
        size_t length = next_place(text, at, &place, &name);
        template.whole = length == 0;
        if (length == 0 || template.count == WM_TEMPLATE_PLACES || place > UINT32_MAX) {
            break;
        }
        template.places[template.count].at = (uint32_t)place;
        template.places[template.count++].length = (uint32_t)length;
        at = place + length;
    }
    return template;
}

size_t wm_template_next(const wm_template *template, size_t index, size_t from, size_t *at_out,
                        wm_str *name_out)
{
    if (index >= template->count) {
        return template->whole ? 0 : next_place(template->text, from, at_out, name_out);
    }
    size_t at = template->places[index].at;
    size_t length = template->places[index].length;
    *at_out = at;
    *name_out = (wm_str){ template->text.ptr + at + 1, length - 2 };
    return length;
}

static bool fits(const wm_template *template, const wm_place_filling *fillings, size_t count)
{
    size_t place = 0;
    wm_str name = { NULL, 0 };
    size_t length = wm_template_next(template, 0, 0, &place, &name);
    for (size_t i = 1; length > 0; i++) {
        if (filling_of(fillings, count, name) == NULL) {
            return false;
        }
        length = wm_template_next(template, i, place + length, &place, &name);
    }
    return template->text.len > 0;
}

wm_str wm_sentence_text_id(const char *id, char bytes[WM_SENTENCE_ID_BYTES])
{
    static const char prefix[] = "sentence.";
    const size_t before = sizeof prefix - 1;
    wm_str name = wm_str_of(id);
    if (name.len > WM_SENTENCE_ID_BYTES - before) {
        return (wm_str){ NULL, 0 };
    }
    memcpy(bytes, prefix, before);
    memcpy(bytes + before, name.ptr, name.len);
    return (wm_str){ bytes, before + name.len };
}

wm_sentence wm_sentence_of(const char *id, wm_str own)
{
    char bytes[WM_SENTENCE_ID_BYTES];
    wm_str whole = wm_sentence_text_id(id, bytes);
    return (wm_sentence){ wm_template_of(own), wm_template_of(wm_builtin_sentence(whole)) };
}

/* The sentence as it is held, or made in *spare. */
static const wm_sentence *sentence_of(const wm_phrases *phrases, const char *id, wm_sentence *spare)
{
    const wm_words *words = phrases->words;
    const wm_sentence *held = words->held != NULL ? words->held(words->context, id) : NULL;
    if (held == NULL) {
        char bytes[WM_SENTENCE_ID_BYTES];
        wm_str whole = wm_sentence_text_id(id, bytes);
        wm_str own = words->sentence != NULL && whole.len > 0
                         ? words->sentence(words->context, whole)
                         : (wm_str){ NULL, 0 };
        *spare = wm_sentence_of(id, own);
        held = spare;
    }
    return held;
}

void wm_tell_with(const wm_phrases *phrases, const char *id, const wm_place_filling *fillings,
                  size_t count)
{
    wm_sentence spare;
    const wm_sentence *sentence = sentence_of(phrases, id, &spare);
    const wm_template *template =
        fits(&sentence->own, fillings, count) ? &sentence->own : &sentence->english;
    wm_str text = template->text;
    size_t at = 0;
    /* A text may name a place twice, and what is filled in has places again: full is full. */
    for (size_t i = 0; at < text.len && phrases->out->status == WM_OK; i++) {
        size_t place = text.len;
        wm_str name = { NULL, 0 };
        size_t length = wm_template_next(template, i, at, &place, &name);
        const wm_place_filling *filling = length > 0 ? filling_of(fillings, count, name) : NULL;
        size_t plain = filling != NULL || length == 0 ? place : place + length;
        wm_buf_put(phrases->out, text.ptr + at, plain - at);
        at = place + length;
        if (filling != NULL && filling->write != NULL) {
            filling->write(phrases, filling->context);
        } else if (filling != NULL && filling->text.len > 0) {
            wm_buf_put_str(phrases->out, filling->text);
        }
    }
}

void wm_tell(const wm_phrases *phrases, const char *id)
{
    wm_tell_with(phrases, id, NULL, 0);
}

/* What stands between the two places of "{one}, {other}". */
static void tell_join(const wm_phrases *phrases, const char *id)
{
    static const wm_place_filling both[] = { { .name = "one" }, { .name = "other" } };
    wm_tell_with(phrases, id, both, 2);
}

void wm_tell_list(const wm_phrases *phrases, const wm_told_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        if (i > 0) {
            tell_join(phrases, i + 1 == list->count ? list->last : list->join);
        }
        list->item(phrases, list->context, i);
    }
}
