/* folder.h: the source folder: directory.json and <folder>/<id>.json, as people edit it. */
#ifndef WAYMARK_CLI_FOLDER_H
#define WAYMARK_CLI_FOLDER_H

#include <waymark/sys/record.h>

/* What could not be read as a record. */
typedef struct wm_folder_problem {
    wm_str path; /* "services/a.json", relative to the folder */
    long line;   /* of a .jsonl file, from 1; 0: not one */
    wm_status status;
    wm_str text; /* expected and found */
} wm_folder_problem;

typedef struct wm_folder {
    wm_arena arena;     /* holds all below */
    wm_record *records; /* sorted by kind, then id; no two alike */
    size_t record_count;
    wm_folder_problem *problems; /* in order of path and line */
    size_t problem_count;
} wm_folder;

/* Reads every record of the folder at `path`. WM_OK also when there are problems; another status
 * only where the folder itself cannot be read, or for memory. Free with wm_folder_fini, also after
 * a failure. */
WM_MUST_USE wm_status wm_folder_read(const wm_env *env, const char *path, wm_folder *folder_out,
                                     wm_error *err);
void wm_folder_fini(wm_folder *folder);

#endif
