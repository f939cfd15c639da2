/* path.c: names and indexes pushed and popped; see shape.h.
 *
 * Names come from outside: what a name must not hold is shown as '?', so that a path is always one
 * safe line. */
#include "shape.h"

#include "plausible.h"

#define NAME_BYTES_MAX 80

typedef struct path_text {
    char *bytes; /* MODEL_PATH_BYTES; bytes[length] is NUL */
    size_t length;
} path_text;

static void append(path_text *text, const char *bytes, size_t length)
{
    if (length < MODEL_PATH_BYTES - text->length) {
        memcpy(text->bytes + text->length, bytes, length);
        text->length += length;
        text->bytes[text->length] = '\0';
    }
}

static void put_name(path_text *text, wm_str name)
{
    char shown[NAME_BYTES_MAX + 1];
    size_t length = 0;
    if (text->length > 0) {
        shown[length++] = '.';
    }
    for (size_t at = 0; at < name.len && length < NAME_BYTES_MAX; length++) {
        size_t start = at;
        uint32_t character = wm_utf8_next(name, &at);
        shown[length] = '?';
        if (character > 0x20 && character < 0x7f) {
            shown[length] = name.ptr[start];
        }
    }
    append(text, shown, length);
}

static void put_index(path_text *text, uint32_t index)
{
    char shown[16];
    size_t at = sizeof shown;
    shown[--at] = ']';
    do {
        shown[--at] = (char)('0' + index % 10);
        index /= 10;
    } while (index > 0);
    shown[--at] = '[';
    append(text, shown + at, sizeof shown - at);
}

static size_t push(model_path *path, model_step step)
{
    size_t before = path->depth;
    if (before < MODEL_PATH_STEPS) {
        path->steps[path->depth++] = step;
    }
    return before;
}

size_t model_path_name(model_path *path, wm_str name)
{
    return push(path, (model_step){ name.ptr != NULL ? name.ptr : "", (uint32_t)name.len });
}

size_t model_path_index(model_path *path, uint32_t index)
{
    return push(path, (model_step){ NULL, index });
}

void model_path_back(model_path *path, size_t depth)
{
    path->depth = depth;
}

const char *model_path_text(model_path *path)
{
    path_text text = { path->text, 0 };
    path->text[0] = '\0';
    for (size_t i = 0; i < path->depth; i++) {
        const model_step *step = &path->steps[i];
        if (step->name == NULL) {
            put_index(&text, step->number);
        } else {
            put_name(&text, (wm_str){ step->name, step->number });
        }
    }
    return path->text;
}
