/* path.h: where in a JSON value we are, for messages: "who.all[1].age.min". */
#ifndef WAYMARK_RULES_PATH_H
#define WAYMARK_RULES_PATH_H

#include <waymark/sys/json.h>

#define WM_PATH_BYTES 256

/* Cut with "..." when it grows too long. `length` may then be more than is stored. */
typedef struct wm_path {
    char text[WM_PATH_BYTES];
    size_t length;
} wm_path;

void wm_path_init(wm_path *path, const char *start);
/* Both return what wm_path_back takes to go back. */
size_t wm_path_member(wm_path *path, wm_str name);
size_t wm_path_item(wm_path *path, size_t index);
void wm_path_back(wm_path *path, size_t mark);

#define WM_FOUND_BYTES 96
/* What was found, short and plain: 26, "abc", a list of 3, an object with "yeers"; returns out. */
const char *wm_describe(const wm_json *value, char out[WM_FOUND_BYTES]);

#endif
