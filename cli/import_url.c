/* import_url.c: see import_url.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "access.h"
#include "import_url.h"

#define SHOW_MS 200
#define NOTHING_CHANGED "nothing was changed"

bool wm_cli_is_url(const char *text)
{
    return wm_cli_is_address(wm_str_of(text));
}

/* ---- progress ---- */

static int64_t clock_ms(void)
{
    struct timespec now = { 0, 0 };
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void put_line(const wm_cli_url *url, const wm_harvest_progress *progress, wm_buf *line)
{
    int64_t took_ms = clock_ms() - url->meter.begin_ms;
    if (progress->pause_ms > 0) {
        wm_buf_printf(line, "again in %.1f s: %s", (double)progress->pause_ms / 1e3,
                      progress->reason);
        return;
    }
    if (progress->pages == 0) {
        wm_cli_put_bytes(line, progress->bytes);
        return;
    }
    wm_buf_printf(line, "%lld pages, %lld", (long long)progress->pages,
                  (long long)progress->services);
    if (progress->total >= 0) {
        wm_buf_printf(line, " of %lld", (long long)progress->total);
    }
    int64_t rate = took_ms > 0 ? progress->services * 1000 / took_ms : 0;
    wm_buf_printf(line, " services, %lld a second", (long long)rate);
    if (rate > 0 && progress->total > progress->services) {
        wm_buf_put_text(line, ", ");
        wm_cli_put_time(line, (uint64_t)((progress->total - progress->services) / rate));
        wm_buf_put_text(line, " left");
    }
}

static bool on_progress(void *context, const wm_harvest_progress *progress)
{
    wm_cli_url *url = context;
    int64_t now = clock_ms();
    bool is_time = now - url->shown_ms >= SHOW_MS || progress->pause_ms > 0;
    if (is_time && wm_cli_meter_is_due(&url->meter)) {
        wm_buf line;
        wm_buf_init(&line, url->cli->env, WM_KIB);
        put_line(url, progress, &line);
        wm_cli_meter_show(&url->meter, wm_buf_str(&line));
        wm_buf_fini(&line);
        url->shown_ms = now;
    }
    return wm_cli_meter_goes_on(&url->meter);
}

static bool on_pause(void *context, uint64_t milliseconds)
{
    wm_cli_url *url = context;
    return wm_cli_meter_pause(&url->meter, milliseconds);
}

/* In words of this program. */
static wm_status ended(wm_cli_url *url, wm_status status, wm_error *err)
{
    if (status != WM_OK) {
        wm_cli_meter_end(&url->meter, status, err);
        (void)wm_cli_was_stopped(status, NOTHING_CHANGED, err);
    }
    return status;
}

/* ---- a file ---- */

static wm_status put_piece(void *context, uint64_t at, const void *bytes, size_t length,
                           wm_error *err)
{
    FILE *file = context;
    if (fseeko(file, (off_t)at, SEEK_SET) != 0 || fwrite(bytes, 1, length, file) != length) {
        return wm_fail(err, errno == ENOSPC ? WM_FULL : WM_IO,
                       "a temporary file for what comes cannot be written: %s", strerror(errno));
    }
    return WM_OK;
}

static wm_status rewind_file(FILE *file, wm_error *err)
{
    if (fflush(file) != 0 || fseeko(file, 0, SEEK_SET) != 0) {
        return wm_fail(err, errno == ENOSPC ? WM_FULL : WM_IO,
                       "a temporary file for what comes cannot be written: %s", strerror(errno));
    }
    return WM_OK;
}

static wm_status read_piece(void *context, void *buffer, size_t capacity, size_t *length_out,
                            wm_error *err)
{
    FILE *file = context;
    *length_out = fread(buffer, 1, capacity, file);
    return ferror(file)
               ? wm_fail(err, WM_IO, "a temporary file cannot be read: %s", strerror(errno))
               : WM_OK;
}

static wm_status fetch_file(wm_cli_url *url, const wm_harvest_options *options, wm_error *err)
{
    uint64_t bytes = 0;
    wm_want_sink sink = { put_piece, url->file };
    wm_status status =
        wm_harvest_file(url->cli->env, url->transport, &url->address, options, &sink, &bytes, err);
    if (status == WM_OK) {
        status = rewind_file(url->file, err);
    }
    /* A file that began again may be shorter than what came before. */
    if (status == WM_OK && ftruncate(fileno(url->file), (off_t)bytes) != 0) {
        status = wm_fail(err, WM_IO, "a temporary file cannot be cut: %s", strerror(errno));
    }
    return status;
}

/* Leaves url->file NULL if there is no file with services. */
static wm_status look_for_file(wm_cli_url *url, const wm_harvest_options *options, wm_error *err)
{
    bool has_services = true;
    bool is_unknown = url->address.kind == WM_HARVEST_UNKNOWN;
    url->file = tmpfile();
    if (url->file == NULL) {
        return wm_fail(err, WM_IO, "a temporary file cannot be made: %s", strerror(errno));
    }
    wm_status status = fetch_file(url, options, err);
    if (status == WM_OK && is_unknown) {
        wm_byte_source source = { read_piece, url->file };
        status = wm_harvest_has_services(url->cli->env, &source, &has_services, err);
        if (status == WM_OK) {
            status = rewind_file(url->file, err);
        }
    } else if (status == WM_NOT_FOUND && is_unknown) {
        wm_error_clear(err);
        has_services = false;
        status = WM_OK;
    }
    if (status != WM_OK || !has_services) {
        (void)fclose(url->file);
        url->file = NULL;
    }
    return status;
}

/* ---- open, next, close ---- */

static void release(wm_cli_url *url)
{
    if (url->held) {
        wm_interrupts_release(&url->interrupts);
        url->held = false;
    }
}

static wm_status open_api(wm_cli_url *url, const wm_harvest_options *options, wm_error *err)
{
    wm_status status =
        wm_harvest_open(url->cli->env, url->transport, &url->address, options, &url->harvest, err);
    if (status == WM_OK) {
        status = wm_harvest_next(url->harvest, &url->first, err);
        url->first_status = status;
        url->has_first = true;
    }
    return status == WM_END ? WM_OK : status;
}

wm_status wm_cli_url_open(wm_cli_url *url, wm_cli *cli, const char *text, wm_error *err)
{
    wm_harvest_options options = { .tries = url->feed.patience.tries,
                                   .pause = on_pause,
                                   .progress = on_progress,
                                   .context = url };
    url->cli = cli;
    wm_interrupts_hold(&url->interrupts);
    url->held = true;
    wm_cli_meter_begin(&url->meter, cli, &url->feed.patience);
    wm_status status = wm_harvest_address_read(text, &url->address, err);
    if (status == WM_OK) {
        status = wm_transport_http_open(cli->env, url->address.server, &url->feed.http,
                                        &url->transport, err);
    }
    if (status == WM_OK && url->address.kind != WM_HARVEST_API) {
        status = look_for_file(url, &options, err);
    }
    if (status == WM_OK && url->file == NULL) {
        status = open_api(url, &options, err);
    }
    status = ended(url, status, err);
    if (url->file != NULL) {
        wm_cli_url_here(url); /* from here on it is a file like any other */
    }
    return status;
}

void wm_cli_url_here(wm_cli_url *url)
{
    wm_cli_meter_end(&url->meter, WM_OK, NULL);
    release(url);
}

wm_status wm_cli_url_next(wm_cli_url *url, wm_harvest_item *item_out, wm_error *err)
{
    if (url->has_first) {
        url->has_first = false;
        *item_out = url->first;
        return url->first_status;
    }
    wm_status status = wm_harvest_next(url->harvest, item_out, err);
    return status == WM_END ? WM_END : ended(url, status, err);
}

void wm_cli_url_close(wm_cli_url *url)
{
    wm_harvest_close(url->harvest);
    wm_transport_close(url->transport);
    if (url->file != NULL) {
        (void)fclose(url->file);
    }
    release(url);
}
