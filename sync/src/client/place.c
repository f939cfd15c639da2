/* place.c: a file that is whole takes the place of one that is not.
 *
 *   1. the old file's log has nothing in it, else nothing is done
 *   2. the old log goes, for good
 *   3. the new file is on disk, and gets the name, for good
 *
 * A stop before 3 leaves the old file with all that was in it; after 3 the new one. A log that
 * stayed till then would be taken for the new file's, and its pages put into it; one that went with
 * something in it would take that from the old file. So what is in it has to be in the file first:
 * the last one to close a database puts it there. */
#include <stdio.h>

#include <waymark/sys/replica.h>

#define PATH_BYTES 4200

static wm_status name_beside(char out[PATH_BYTES], const char *path, const char *ending,
                             wm_error *err)
{
    int length = snprintf(out, PATH_BYTES, "%s%s", path, ending);
    return length > 0 && length < PATH_BYTES
               ? WM_OK
               : wm_fail(err, WM_BAD_ARGUMENT, "%s: the path is too long", path);
}

/* WM_BUSY: there is something in the log of `path`. */
static wm_status expect_no_log(const wm_env *env, const wm_files *files, const char *path,
                               wm_error *err)
{
    char name[PATH_BYTES];
    wm_buf none;
    wm_buf_init(&none, env, 1);
    wm_status status = name_beside(name, path, "-wal", err);
    if (status == WM_OK) {
        status = files->read(files->context, name, &none, err);
        if (status == WM_NOT_FOUND) {
            status = WM_OK;
        } else if (status == WM_TOO_LARGE || none.len > 0) {
            wm_error_clear(err);
            status = wm_fail(err, WM_BUSY,
                             "%s: another program has it open; end that, and try again", path);
        }
    }
    wm_buf_fini(&none);
    return status;
}

wm_status wm_replica_take_place(const wm_env *env, const wm_files *files, const char *fresh,
                                const char *path, wm_error *err)
{
    static const char *const endings[] = { "-wal", "-shm" };
    const wm_files *how = files != NULL ? files : wm_files_system();
    wm_status status = expect_no_log(env, how, fresh, err);
    if (status == WM_OK) {
        status = expect_no_log(env, how, path, err);
    }
    for (size_t i = 0; i < sizeof endings / sizeof endings[0] && status == WM_OK; i++) {
        char name[PATH_BYTES];
        status = name_beside(name, path, endings[i], err);
        if (status == WM_OK) {
            status = how->remove(how->context, name, err);
        }
    }
    return status == WM_OK ? how->move(how->context, fresh, path, err) : status;
}
