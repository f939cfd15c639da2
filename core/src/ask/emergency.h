/* emergency.h: the lines that come with every answer and every error, compiled in. */
#ifndef WAYMARK_ASK_EMERGENCY_H
#define WAYMARK_ASK_EMERGENCY_H

#include <waymark/sys/json.h>

/* Writes the value of "emergency": [{"name","value","text"}]. Needs no replica, allocates nothing
 * itself. */
void wm_emergency_write(wm_json_out *out);

#endif
