/* address.c: a URL, taken apart into what is asked for and what may be shown.
 *
 * A path keeps what needs no quoting (letters, digits, "-._~") and what is quoted; all else gets
 * quoted, so that a want can have it. A query keeps also what it may have unquoted. */
#include <stdio.h>
#include <string.h>

#include "harvest/harvest.h"

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static char upper(char c)
{
    return (char)(c >= 'a' && c <= 'f' ? c - 'a' + 'A' : c);
}

static bool is_plain(char c, const char *also)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr(also, c) != NULL);
}

bool harvest_quote(wm_str text, const char *also, bool quoted, char *to, size_t size)
{
    size_t length = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool kept = quoted && c == '%' && text.len - i > 2 && is_hex(text.ptr[i + 1]) &&
                    is_hex(text.ptr[i + 2]);
        size_t takes = kept || !is_plain(c, also) ? 3 : 1;
        if (length + takes + 1 > size) {
            return false;
        }
        if (kept) {
            to[length] = '%';
            to[length + 1] = upper(text.ptr[i + 1]);
            to[length + 2] = upper(text.ptr[i + 2]);
            i += 2;
        } else if (takes == 3) {
            (void)snprintf(to + length, 4, "%%%02X", (unsigned)(unsigned char)c);
        } else {
            to[length] = c;
        }
        length += takes;
    }
    to[length] = '\0';
    return true;
}

wm_str harvest_parameter(const char *query, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = query; *at != '\0';) {
        size_t whole = strcspn(at, "&");
        if (whole >= length && strncmp(at, name, length) == 0 &&
            (whole == length || at[length] == '=')) {
            size_t value = whole > length ? length + 1 : length;
            return (wm_str){ at + value, whole - value };
        }
        at += at[whole] == '&' ? whole + 1 : whole;
    }
    return (wm_str){ NULL, 0 };
}

static wm_status refuse(wm_error *err, const char *why)
{
    return wm_fail(err, WM_BAD_ARGUMENT, "URL: expected %s", why);
}

/* "https://host:port"; *rest_out is what comes behind. */
static wm_status read_server(const char *url, wm_harvest_address *address, const char **rest_out,
                             wm_error *err)
{
    static const char *const schemes[] = { "https://", "http://" };
    size_t scheme = 0;
    for (size_t i = 0; i < 2 && scheme == 0; i++) {
        scheme = strncmp(url, schemes[i], strlen(schemes[i])) == 0 ? strlen(schemes[i]) : 0;
    }
    size_t host = strcspn(url + scheme, "/?#");
    if (scheme == 0 || host == 0) {
        return refuse(err, "an https address");
    }
    for (size_t i = 0; i < host; i++) {
        char c = url[scheme + i];
        if (c == '@') {
            return refuse(err, "an address without a user (see --netrc and --token-file)");
        }
        if (!is_plain(c, "-._~:[]")) {
            return refuse(err, "a host of letters, digits, '-' and '.'");
        }
    }
    if (scheme + host + 2 > sizeof address->server) {
        return refuse(err, "a shorter address");
    }
    (void)snprintf(address->server, sizeof address->server, "%.*s/", (int)(scheme + host), url);
    *rest_out = url + scheme + host;
    return WM_OK;
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text);
    size_t tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

static wm_harvest_kind kind_of(wm_harvest_address *address, bool slash)
{
    static const char *const files[] = { ".json", ".jsonl", ".ndjson" };
    char *path = address->path;
    if (wm_str_is(harvest_parameter(address->query, "format"), "ndjson")) {
        return WM_HARVEST_FILE;
    }
    if (strcmp(path, "services") == 0 || ends_with(path, "/services")) {
        size_t length = strlen(path) - strlen("services");
        path[length > 0 ? length - 1 : 0] = '\0';
        return WM_HARVEST_API;
    }
    if (slash || path[0] == '\0') {
        return WM_HARVEST_API;
    }
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        if (ends_with(path, files[i])) {
            return WM_HARVEST_FILE;
        }
    }
    return WM_HARVEST_UNKNOWN;
}

static wm_status check_query(const wm_harvest_address *address, wm_error *err)
{
    return harvest_parameter(address->query, "page").ptr != NULL
               ? refuse(err, "an address without a page: all of them are read")
               : WM_OK;
}

wm_status wm_harvest_address_read(const char *url, wm_harvest_address *address_out, wm_error *err)
{
    wm_harvest_address address = { .kind = WM_HARVEST_API };
    const char *rest = url;
    wm_status status = read_server(url, &address, &rest, err);
    if (status != WM_OK) {
        return status;
    }
    if (strchr(rest, '#') != NULL) {
        return refuse(err, "an address without a fragment (\"#\")");
    }
    wm_str path = { rest, strcspn(rest, "?") };
    const char *query = strchr(rest, '?');
    query = query != NULL ? query + 1 : "";
    bool slash = path.len > 0 && path.ptr[path.len - 1] == '/';
    path = path.len > 0 ? (wm_str){ path.ptr + 1, path.len - 1 } : path;
    path.len -= slash && path.len > 0 ? 1 : 0;
    if (!harvest_quote(path, "-._~/", true, address.path, sizeof address.path) ||
        !harvest_quote(wm_str_of(query), "-._~!$'()*+,;=:@/?&", true, address.query,
                       sizeof address.query)) {
        return refuse(err, "a shorter address");
    }
    address.kind = kind_of(&address, slash);
    if (address.kind != WM_HARVEST_FILE) {
        status = check_query(&address, err);
    }
    const char *host = strstr(address.server, "://") + 3;
    (void)snprintf(address.name, sizeof address.name, "%.*s%s%s", (int)strlen(host) - 1, host,
                   address.path[0] != '\0' ? "/" : "", address.path);
    if (status == WM_OK) {
        *address_out = address;
    }
    return status;
}
