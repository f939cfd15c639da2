/* case_file.c: see case_file.h. */
#include "case_file.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#define FILES_MAX 64
#define FILE_BYTES_MAX ((size_t)1 << 20)

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char **wm_case_files(wm_arena *arena, const char *folder, size_t *count_out)
{
    const char **names = wm_arena_array(arena, FILES_MAX, sizeof *names);
    size_t count = 0;
    DIR *entries = opendir(folder);
    assert_non_null(names);
    assert_non_null(entries);
    for (struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
        size_t length = strlen(entry->d_name);
        if (length > 6 && strcmp(entry->d_name + length - 6, ".cases") == 0) {
            assert_true(count < FILES_MAX);
            names[count] = wm_arena_copy(arena, wm_str_of(entry->d_name)).ptr;
            assert_non_null(names[count++]);
        }
    }
    closedir(entries);
    qsort(names, count, sizeof *names, by_name);
    *count_out = count;
    return names;
}

void wm_case_file_open(wm_case_file *file, const char *folder, const char *name)
{
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *stream = fopen(path, "rb");
    assert_non_null(stream);
    char *text = malloc(FILE_BYTES_MAX);
    assert_non_null(text);
    size_t length = fread(text, 1, FILE_BYTES_MAX, stream);
    assert_true(length < FILE_BYTES_MAX);
    text[length] = '\0';
    fclose(stream);
    *file = (wm_case_file){ name, text, text, 0 };
}

void wm_case_file_close(wm_case_file *file)
{
    free(file->text);
    memset(file, 0, sizeof *file);
}

static char *next_line(wm_case_file *file)
{
    char *line = file->rest;
    if (*line == '\0') {
        return NULL;
    }
    char *end = strchr(line, '\n');
    if (end != NULL) {
        *end = '\0';
    }
    file->rest = end != NULL ? end + 1 : line + strlen(line);
    file->number++;
    return line;
}

static void add_line(wm_case_file *file, wm_case *c, char *line)
{
    char *colon = strchr(line, ':');
    /* "verdict of offer:x: ELIGIBLE": the colon that parts has a space or nothing behind it. */
    while (colon != NULL && colon[1] != ' ' && colon[1] != '\0') {
        colon = strchr(colon + 1, ':');
    }
    if (colon == NULL) {
        c->broken = wm_str_of(line);
        return;
    }
    assert_true(c->count < WM_CASE_LINES_MAX);
    *colon = '\0';
    char *value = colon + 1;
    while (*value == ' ') {
        value++;
    }
    c->lines[c->count++] = (wm_case_line){ line, value, file->number };
}

bool wm_case_next(wm_case_file *file, wm_case *case_out)
{
    wm_case *c = case_out;
    memset(c, 0, sizeof *c);
    c->file = file->name;
    for (char *line = next_line(file); line != NULL; line = next_line(file)) {
        if (line[0] == '\0' && c->count > 0) {
            break;
        }
        if (line[0] == '\0' || line[0] == '#') {
            continue;
        }
        if (line[0] == ' ' && c->count > 0) {
            char *value = c->lines[c->count - 1].value;
            memmove(value + strlen(value), line, strlen(line) + 1);
            continue;
        }
        c->number = c->count == 0 ? file->number : c->number;
        add_line(file, c, line);
    }
    return c->count > 0 || c->broken.len > 0;
}

const char *wm_case_value(const wm_case *c, const char *key)
{
    for (size_t i = 0; i < c->count; i++) {
        if (strcmp(c->lines[i].key, key) == 0) {
            return c->lines[i].value;
        }
    }
    return NULL;
}
