/* templates.c: see templates.h. */
#include "rules/templates.h"

#include <stdio.h>

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

static bool fits(wm_str text, const wm_place_filling *fillings, size_t count)
{
    for (size_t at = 0; at < text.len; at++) {
        wm_str name = { NULL, 0 };
        size_t place = wm_template_place((wm_str){ text.ptr + at, text.len - at }, &name);
        if (place > 0 && filling_of(fillings, count, name) == NULL) {
            return false;
        }
    }
    return text.len > 0;
}

static wm_str template_of(const wm_phrases *phrases, const char *id,
                          const wm_place_filling *fillings, size_t count)
{
    char whole[ID_BYTES];
    const wm_words *words = phrases->words;
    (void)snprintf(whole, sizeof whole, "sentence.%s", id);
    wm_str text = { NULL, 0 };
    if (words->sentence != NULL) {
        text = words->sentence(words->context, wm_str_of(whole));
    }
    return fits(text, fillings, count) ? text : wm_builtin_sentence(wm_str_of(whole));
}

void wm_tell_with(const wm_phrases *phrases, const char *id, const wm_place_filling *fillings,
                  size_t count)
{
    wm_str text = template_of(phrases, id, fillings, count);
    /* A text may name a place twice, and what is filled in has places again: full is full. */
    for (size_t at = 0; at < text.len && phrases->out->status == WM_OK;) {
        wm_str name = { NULL, 0 };
        size_t place = wm_template_place((wm_str){ text.ptr + at, text.len - at }, &name);
        const wm_place_filling *filling = place > 0 ? filling_of(fillings, count, name) : NULL;
        if (filling == NULL) {
            wm_buf_put_char(phrases->out, text.ptr[at++]);
            continue;
        }
        if (filling->write != NULL) {
            filling->write(phrases, filling->context);
        } else {
            wm_buf_put_str(phrases->out, filling->text);
        }
        at += place;
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
