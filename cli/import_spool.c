/* import_spool.c: an item is a head, its id, its text, and with a NUL its problem, if it has one.
 */
#include "import_spool.h"

#include <errno.h>
#include <string.h>

#define ITEM_BYTES_MAX (2 * WM_ELEMENT_BYTES_MAX)

typedef struct item_head {
    int64_t number;
    size_t id_bytes;
    size_t text_bytes;
    size_t problem_bytes; /* 0: there is none */
    bool too_large;
} item_head;

static wm_status failed(const char *what, wm_error *err)
{
    int reason = errno;
    return wm_fail(err, reason == ENOSPC ? WM_FULL : WM_IO,
                   "a temporary file for what comes cannot be %s: %s", what, strerror(reason));
}

wm_status wm_cli_spool_open(wm_cli_spool *spool, const wm_env *env, wm_error *err)
{
    *spool = (wm_cli_spool){ .file = tmpfile() };
    wm_buf_init(&spool->item, env, ITEM_BYTES_MAX);
    return spool->file != NULL ? WM_OK : failed("made", err);
}

void wm_cli_spool_close(wm_cli_spool *spool)
{
    if (spool->file != NULL) {
        (void)fclose(spool->file);
        wm_buf_fini(&spool->item);
        spool->file = NULL;
    }
}

static bool put_bytes(wm_cli_spool *spool, const void *bytes, size_t length)
{
    spool->bytes += length;
    return length == 0 || fwrite(bytes, 1, length, spool->file) == length;
}

wm_status wm_cli_spool_put(wm_cli_spool *spool, const wm_harvest_item *item, wm_error *err)
{
    item_head head;
    memset(&head, 0, sizeof head); /* its gaps, too: it is written as it lies there */
    head.number = item->element.number;
    head.id_bytes = item->id.len;
    head.text_bytes = item->element.text.len;
    head.problem_bytes = item->problem != NULL ? strlen(item->problem) + 1 : 0;
    head.too_large = item->element.too_large;
    bool done = put_bytes(spool, &head, sizeof head) &&
                put_bytes(spool, item->id.ptr, head.id_bytes) &&
                put_bytes(spool, item->element.text.ptr, head.text_bytes) &&
                put_bytes(spool, item->problem, head.problem_bytes);
    return done ? WM_OK : failed("written", err);
}

wm_status wm_cli_spool_rewind(wm_cli_spool *spool, wm_error *err)
{
    spool->at = 0;
    return fflush(spool->file) == 0 && fseeko(spool->file, 0, SEEK_SET) == 0
               ? WM_OK
               : failed("written", err);
}

static wm_status read_bytes(wm_cli_spool *spool, void *to, size_t length, wm_error *err)
{
    spool->at += length;
    return fread(to, 1, length, spool->file) == length ? WM_OK : failed("read", err);
}

wm_status wm_cli_spool_next(wm_cli_spool *spool, wm_harvest_item *item_out, wm_error *err)
{
    item_head head;
    if (spool->at == spool->bytes) {
        return WM_END;
    }
    wm_buf_reset(&spool->item);
    wm_status status = read_bytes(spool, &head, sizeof head, err);
    if (status != WM_OK) {
        return status;
    }
    size_t length = head.id_bytes + head.text_bytes + head.problem_bytes;
    char *at = wm_buf_reserve(&spool->item, length);
    if (at == NULL) {
        return wm_buf_status(&spool->item, err);
    }
    status = read_bytes(spool, at, length, err);
    if (status == WM_OK) {
        wm_buf_grown(&spool->item, length);
        const char *text = at + head.id_bytes;
        *item_out = (wm_harvest_item){
            .element = { { text, head.text_bytes }, head.number, head.too_large },
            .id = { at, head.id_bytes },
            .problem = head.problem_bytes > 0 ? text + head.text_bytes : NULL,
        };
    }
    return status;
}
