/* templates.c: see templates.h. */
#include "rules/templates.h"

#define ID_BYTES 64
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
        if (wm_str_is(name, fillings[i].name)) {
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

static bool fits(wm_str text, const wm_place_filling *fillings, size_t count)
{
    size_t place = 0;
    wm_str name = { NULL, 0 };
    for (size_t length = next_place(text, 0, &place, &name); length > 0;
         length = next_place(text, place + length, &place, &name)) {
        if (filling_of(fillings, count, name) == NULL) {
            return false;
        }
    }
    return text.len > 0;
}

static wm_str template_of(const wm_phrases *phrases, const char *id,
                          const wm_place_filling *fillings, size_t count)
{
    char whole[ID_BYTES] = "sentence.";
    const size_t prefix = sizeof "sentence." - 1;
    const wm_words *words = phrases->words;
    wm_str name = wm_str_of(id);
    if (name.len > sizeof whole - prefix) {
        return (wm_str){ NULL, 0 };
    }
    memcpy(whole + prefix, name.ptr, name.len);
    wm_str sentence = { whole, prefix + name.len };
    if (words->sentence != NULL) {
        wm_str text = words->sentence(words->context, sentence);
        if (fits(text, fillings, count)) {
            return text;
        }
    }
    return wm_builtin_sentence(sentence);
}

void wm_tell_with(const wm_phrases *phrases, const char *id, const wm_place_filling *fillings,
                  size_t count)
{
    wm_str text = template_of(phrases, id, fillings, count);
    size_t at = 0;
    /* A text may name a place twice, and what is filled in has places again: full is full. */
    while (at < text.len && phrases->out->status == WM_OK) {
        size_t place = text.len;
        wm_str name = { NULL, 0 };
        size_t length = next_place(text, at, &place, &name);
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
