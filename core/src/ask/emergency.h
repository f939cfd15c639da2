/* emergency.h: the lines that come with every answer and every error, compiled in. */
#ifndef WAYMARK_ASK_EMERGENCY_H
#define WAYMARK_ASK_EMERGENCY_H

#include <waymark/sys/json.h>

struct wm_texts;

/* Writes the value of "emergency": [{"name","value","text"}]. Needs no replica, allocates nothing
 * itself. */
void wm_emergency_write(wm_json_out *out);
/* The same, with the text of emergency.999 and emergency.111 in the language of the texts where a
 * native speaker has reviewed it and it names the number; names and numbers never change, and
 * English is always the English that is compiled in. */
void wm_emergency_write_in(struct wm_texts *texts, wm_json_out *out);

#endif
