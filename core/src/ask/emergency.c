/* emergency.c: 999 and NHS 111 with the mental health option, for England.
 *
 * Compiled in, because they must be there when no replica opens. Sources: www.nhs.uk, "Where to get
 * urgent help for mental health" (111, mental health option; 999 or A&E for an emergency; text
 * SHOUT to 85258 stands in the directory itself); the Relay UK and 999 BSL notes are those of the
 * emergency services' public advice. */
#include "ask/emergency.h"
#include "ask/language.h"
#include "ask/texts.h"

typedef struct emergency_line {
    const char *id; /* of the text in other languages */
    const char *name;
    const char *value;
    const char *text;
} emergency_line;

static const emergency_line lines[] = {
    { "emergency.999", "Emergency", "999",
      "If a life is at risk, if someone is badly hurt or has taken something: call 999 or go to "
      "A&E now. If you cannot speak "
      "on a mobile, press 55 when asked. Text relay: 18000. British Sign Language: 999 BSL." },
    { "emergency.111", "NHS 111, mental health option", "111",
      "For urgent mental health help at any hour and any age: call 111 and select the mental "
      "health option. British Sign "
      "Language: 111 BSL." },
};

static bool names(wm_str text, const char *value)
{
    size_t length = strlen(value);
    for (size_t i = 0; i + length <= text.len; i++) {
        if (memcmp(text.ptr + i, value, length) == 0) {
            return true;
        }
    }
    return false;
}

/* A text that a record has, only if nothing can be wrong with it. */
static wm_str text_in(wm_texts *texts, const emergency_line *line)
{
    if (texts == NULL || wm_language_is_english(texts->lang)) {
        return wm_str_of(line->text);
    }
    bool said_unreviewed = texts->said_unreviewed;
    wm_said said = wm_text_said(texts, wm_str_of(line->id));
    texts->said_unreviewed = said_unreviewed;
    bool good = said.in_language && !said.unreviewed && names(said.text, line->value);
    return good ? said.text : wm_str_of(line->text);
}

void wm_emergency_write_in(wm_texts *texts, wm_json_out *out)
{
    wm_json_out_array(out);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        wm_json_out_object(out);
        wm_json_out_member_text(out, "name", lines[i].name);
        wm_json_out_member_text(out, "value", lines[i].value);
        wm_json_out_member_string(out, "text", text_in(texts, &lines[i]));
        wm_json_out_end_object(out);
    }
    wm_json_out_end_array(out);
}

void wm_emergency_write(wm_json_out *out)
{
    wm_emergency_write_in(NULL, out);
}
