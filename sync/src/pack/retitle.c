/* retitle.c: a pack of one edition as the same pack of another. */
#include "format.h"

wm_status wm_pack_retitle(wm_str pack, wm_str edition, wm_buf *out, wm_error *err)
{
    wm_pack_limits limits = { pack.len, UINT64_MAX };
    pack_file file;
    wm_str body = { NULL, 0 };
    wm_status status = pack_file_read(pack, &limits, &file, &body, err);
    if (status == WM_OK) {
        status = pack_file_check_body(pack, &file, err);
    }
    if (status == WM_OK) {
        file.header.edition = edition;
        status = pack_header_check(&file.header, WM_BAD_ARGUMENT, err);
    }
    if (status == WM_OK) {
        pack_file_write(&file, body, out);
        status = wm_buf_status(out, err);
    }
    return status;
}
