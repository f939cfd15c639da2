/* localities.c: see localities.h. */
#include "localities.h"

#include <waymark/sys/interchange.h>

#include "cli.h"

#define CSV_BYTES_MAX (64 * WM_MIB)

wm_status wm_localities_read_csv(const wm_env *env, const char *path, wm_locality_tree **tree_out,
                                 wm_error *err)
{
    wm_buf file;
    wm_buf_init(&file, env, CSV_BYTES_MAX);
    wm_status status = wm_cli_read_file(path, CSV_BYTES_MAX, &file, err);
    if (status == WM_OK) {
        status = wm_localities_read(env, wm_buf_str(&file), tree_out, err);
        if (status != WM_OK) {
            wm_error_context(err, "%s", path);
        }
    }
    wm_buf_fini(&file);
    return status;
}
