/* emergency.c: 999 and NHS 111 with the mental health option, for England.
 *
 * Compiled in, because they must be there when no replica opens. Sources: www.nhs.uk, "Where to get
 * urgent help for mental health" (111, mental health option; 999 or A&E for an emergency; text
 * SHOUT to 85258 stands in the directory itself); the Relay UK and 999 BSL notes are those of the
 * emergency services' public advice. */
#include "ask/emergency.h"

typedef struct emergency_line {
    const char *name;
    const char *value;
    const char *text;
} emergency_line;

static const emergency_line lines[] = {
    { "Emergency", "999",
      "If a life is at risk, if someone is badly hurt or has taken something: call 999 or go to "
      "A&E now. If you cannot speak "
      "on a mobile, press 55 when asked. Text relay: 18000. British Sign Language: 999 BSL." },
    { "NHS 111, mental health option", "111",
      "For urgent mental health help at any hour and any age: call 111 and select the mental "
      "health option. British Sign "
      "Language: 111 BSL." },
};

void wm_emergency_write(wm_json_out *out)
{
    wm_json_out_array(out);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        wm_json_out_object(out);
        wm_json_out_member_text(out, "name", lines[i].name);
        wm_json_out_member_text(out, "value", lines[i].value);
        wm_json_out_member_text(out, "text", lines[i].text);
        wm_json_out_end_object(out);
    }
    wm_json_out_end_array(out);
}
