/* path.c: names and indexes pushed and popped; see shape.h.
 *
 * Invariant: text[len] is NUL and len < MODEL_PATH_BYTES. Names come from outside: what a name must
 * not hold is shown as '?', so that a path is always one safe line. */
#include "shape.h"

#include "plausible.h"

#define NAME_BYTES_MAX 80

static size_t append(model_path *path, const char *bytes, size_t length)
{
    size_t before = path->len;
    if (length < MODEL_PATH_BYTES - path->len) {
        memcpy(path->text + path->len, bytes, length);
        path->len += length;
        path->text[path->len] = '\0';
    }
    return before;
}

size_t model_path_name(model_path *path, wm_str name)
{
    char shown[NAME_BYTES_MAX + 1];
    size_t length = 0;
    size_t at = 0;
    if (path->len > 0) {
        shown[length++] = '.';
    }
    while (at < name.len && length < NAME_BYTES_MAX && name.ptr[at] > 0x20 && name.ptr[at] < 0x7f) {
        shown[length++] = name.ptr[at++];
    }
    while (at < name.len && length < NAME_BYTES_MAX) {
        size_t start = at;
        uint32_t character = wm_utf8_next(name, &at);
        shown[length] = '?';
        if (character > 0x20 && character < 0x7f) {
            shown[length] = name.ptr[start];
        }
        length++;
    }
    return append(path, shown, length);
}

size_t model_path_index(model_path *path, uint32_t index)
{
    char shown[16];
    size_t at = sizeof shown;
    shown[--at] = ']';
    do {
        shown[--at] = (char)('0' + index % 10);
        index /= 10;
    } while (index > 0);
    shown[--at] = '[';
    return append(path, shown + at, sizeof shown - at);
}

void model_path_back(model_path *path, size_t len)
{
    path->len = len;
    path->text[len] = '\0';
}
