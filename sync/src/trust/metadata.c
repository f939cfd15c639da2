/* metadata.c: what the roles have in common, and files as they are listed. */
#include <sodium.h>

#include "trust/read.h"

const char *wm_top_role_name(wm_top_role role)
{
    static const char *const names[WM_TOP_ROLES] = { "root", "timestamp", "snapshot", "targets" };
    return names[role];
}

static bool two_digits(const char *at, int *value_out)
{
    if (at[0] < '0' || at[0] > '9' || at[1] < '0' || at[1] > '9') {
        return false;
    }
    *value_out = (at[0] - '0') * 10 + (at[1] - '0');
    return true;
}

/* "A date-time string: ISO 8601 'YYYY-MM-DDTHH:MM:SSZ', in UTC" (4.2.1). */
bool wm_tuf_time_read(wm_str text, int64_t *seconds_out)
{
    wm_date day = 0;
    int hour = 0;
    int minute = 0;
    int second = 0;
    if (text.len != WM_TUF_TIME_BYTES - 1 || !wm_date_parse((wm_str){ text.ptr, 10 }, &day) ||
        text.ptr[10] != 'T' || !two_digits(text.ptr + 11, &hour) || text.ptr[13] != ':' ||
        !two_digits(text.ptr + 14, &minute) || text.ptr[16] != ':' ||
        !two_digits(text.ptr + 17, &second) || text.ptr[19] != 'Z' || hour > 23 || minute > 59 ||
        second > 59) {
        return false;
    }
    *seconds_out = (int64_t)day * 86400 + (int64_t)hour * 3600 + (int64_t)minute * 60 + second;
    return true;
}

static void put_two(char *at, unsigned value)
{
    at[0] = (char)('0' + value / 10 % 10);
    at[1] = (char)('0' + value % 10);
}

char *wm_tuf_time_write(int64_t seconds, char text_out[WM_TUF_TIME_BYTES])
{
    unsigned rest = (unsigned)(((seconds % 86400) + 86400) % 86400);
    wm_date_format(wm_date_from_unix(seconds), text_out);
    memcpy(text_out + 10, "T00:00:00Z", 11);
    put_two(text_out + 11, rest / 3600);
    put_two(text_out + 14, rest / 60 % 60);
    put_two(text_out + 17, rest % 60);
    return text_out;
}

/* "SPEC_VERSION: ... clients MUST check the major version": 1, then a minor and maybe a patch. */
static bool spec_version_is_ours(wm_str text)
{
    if (text.len < 3 || text.ptr[0] != '1' || text.ptr[1] != '.') {
        return false;
    }
    unsigned dots = 0;
    for (size_t i = 1; i < text.len; i++) {
        bool dot = text.ptr[i] == '.';
        dots += dot ? 1 : 0;
        bool digit = text.ptr[i] >= '0' && text.ptr[i] <= '9';
        if ((!dot && !digit) || (dot && (i + 1 == text.len || text.ptr[i + 1] == '.'))) {
            return false;
        }
    }
    return dots <= 2;
}

static bool is_newer_major(wm_str text)
{
    size_t digits = 0;
    while (digits < text.len && text.ptr[digits] >= '0' && text.ptr[digits] <= '9') {
        digits++;
    }
    bool ends = digits > 0 && (digits == text.len || text.ptr[digits] == '.');
    return ends && text.ptr[0] != '0' && (digits > 1 || text.ptr[0] > '1');
}

static wm_status check_spec_version(wm_str text, wm_error *err)
{
    if (spec_version_is_ours(text)) {
        return WM_OK;
    }
    return is_newer_major(text)
               ? wm_fail(err, WM_NEWER,
                         "spec_version: expected \"1.N\" or \"1.N.N\", found \"%.*s\": this "
                         "program is too old for it",
                         WM_STR_ARG(text))
               : wm_fail(err, WM_BAD_INPUT,
                         "spec_version: expected \"1.N\" or \"1.N.N\", found \"%.*s\"",
                         WM_STR_ARG(text));
}

wm_status wm_head_read(wm_verified verified, const char *type, wm_metadata_head *head_out,
                       wm_error *err)
{
    wm_str found = wm_json_string(wm_json_get(verified.body, "_type"));
    if (!wm_str_is(found, type)) {
        return wm_fail(err, WM_NOT_TRUSTED, "_type: expected \"%s\", found \"%.*s\"", type,
                       WM_STR_ARG(found));
    }
    wm_status status =
        check_spec_version(wm_json_string(wm_json_get(verified.body, "spec_version")), err);
    if (status != WM_OK) {
        return status;
    }
    wm_metadata_head head = { 0, 0 };
    head.version = wm_json_integer(wm_json_get(verified.body, "version"), 0);
    if (head.version < 1) {
        return wm_fail(err, WM_BAD_INPUT, "version: expected an integer of at least 1");
    }
    wm_str expires = wm_json_string(wm_json_get(verified.body, "expires"));
    if (!wm_tuf_time_read(expires, &head.expires_s)) {
        return wm_fail(err, WM_BAD_INPUT,
                       "expires: expected \"YYYY-MM-DDTHH:MM:SSZ\", found \"%.*s\"",
                       WM_STR_ARG(expires));
    }
    *head_out = head;
    return WM_OK;
}

static wm_status read_hashes(wm_str path, const wm_json *value, wm_hashes *hashes_out,
                             wm_error *err)
{
    wm_hashes hashes = { 0 };
    if (value == NULL || value->type != WM_JSON_OBJECT || value->count == 0) {
        return wm_fail(err, WM_BAD_INPUT, "%.*s: hashes: expected an object", WM_STR_ARG(path));
    }
    const wm_json *sha256 = wm_json_get(value, "sha256");
    const wm_json *sha512 = wm_json_get(value, "sha512");
    hashes.has_sha256 = sha256 != NULL;
    hashes.has_sha512 = sha512 != NULL;
    if ((sha256 != NULL &&
         !wm_hex_read(wm_json_string(sha256), hashes.sha256.bytes, WM_DIGEST_BYTES)) ||
        (sha512 != NULL && !wm_hex_read(wm_json_string(sha512), hashes.sha512, WM_SHA512_BYTES))) {
        return wm_fail(err, WM_BAD_INPUT, "%.*s: hashes: expected hex digits", WM_STR_ARG(path));
    }
    if (!hashes.has_sha256 && !hashes.has_sha512) {
        return wm_fail(err, WM_UNSUPPORTED, "%.*s: hashes: expected sha256 or sha512",
                       WM_STR_ARG(path));
    }
    *hashes_out = hashes;
    return WM_OK;
}

/* "length" and "hashes" may be left out for metadata, and may not for targets. */
static wm_status read_metadata_part(const wm_json *value, wm_listed_file *file, wm_error *err)
{
    file->version = wm_json_integer(wm_json_get(value, "version"), 0);
    if (file->version < 1) {
        return wm_fail(err, WM_BAD_INPUT, "%.*s: version: expected an integer of at least 1",
                       WM_STR_ARG(file->path));
    }
    const wm_json *length = wm_json_get(value, "length");
    if (length != NULL && wm_json_integer(length, -1) < 0) {
        return wm_fail(err, WM_BAD_INPUT, "%.*s: length: expected an integer of at least 0",
                       WM_STR_ARG(file->path));
    }
    file->length = wm_json_integer(length, -1);
    const wm_json *hashes = wm_json_get(value, "hashes");
    return hashes != NULL ? read_hashes(file->path, hashes, &file->hashes, err) : WM_OK;
}

static wm_status read_target_part(const wm_json *value, wm_listed_file *file, wm_error *err)
{
    file->length = wm_json_integer(wm_json_get(value, "length"), -1);
    if (file->length < 0) {
        return wm_fail(err, WM_BAD_INPUT, "%.*s: length: expected an integer of at least 0",
                       WM_STR_ARG(file->path));
    }
    file->custom = wm_json_get(value, "custom");
    if (file->custom != NULL && file->custom->type != WM_JSON_OBJECT) {
        return wm_fail(err, WM_BAD_INPUT, "%.*s: custom: expected an object",
                       WM_STR_ARG(file->path));
    }
    return read_hashes(file->path, wm_json_get(value, "hashes"), &file->hashes, err);
}

wm_status wm_listed_read(const wm_json_member *member, bool is_target, wm_listed_file *file_out,
                         wm_error *err)
{
    wm_listed_file file = { .path = member->name, .length = -1 };
    const wm_json *value = &member->value;
    if (file.path.len == 0 || file.path.len > WM_META_PATH_BYTES_MAX ||
        value->type != WM_JSON_OBJECT) {
        return wm_fail(err, WM_BAD_INPUT, "%.*s: expected a path of 1 to %d bytes and an object",
                       WM_STR_ARG(file.path), WM_META_PATH_BYTES_MAX);
    }
    wm_status status =
        is_target ? read_target_part(value, &file, err) : read_metadata_part(value, &file, err);
    if (status == WM_OK) {
        *file_out = file;
    }
    return status;
}

wm_status wm_listed_read_all(wm_arena *arena, const wm_json *object, bool is_target,
                             const wm_listed_file **files_out, wm_error *err)
{
    wm_listed_file *files = wm_arena_array(arena, object->count, sizeof *files);
    if (files == NULL) {
        return wm_fail_memory(err);
    }
    for (uint32_t i = 0; i < object->count; i++) {
        wm_status status = wm_listed_read(&object->as.members[i], is_target, &files[i], err);
        if (status != WM_OK) {
            return status;
        }
    }
    *files_out = files;
    return WM_OK;
}

const wm_listed_file *wm_listed_find(const wm_listed_file *files, size_t count, wm_str path)
{
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = wm_str_compare(files[middle].path, path);
        if (order == 0) {
            return &files[middle];
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

wm_status wm_listed_check(const wm_listed_file *file, wm_str bytes, wm_error *err)
{
    if (file->length >= 0 && (uint64_t)file->length != bytes.len) {
        return wm_fail(err, WM_NOT_TRUSTED, "%.*s: expected %lld bytes, found %zu",
                       WM_STR_ARG(file->path), (long long)file->length, bytes.len);
    }
    if (file->hashes.has_sha256) {
        wm_digest found;
        wm_digest_sha256(bytes, &found);
        if (!wm_digest_equal(&found, &file->hashes.sha256)) {
            return wm_fail(err, WM_NOT_TRUSTED, "%.*s: its SHA-256 is not the signed one",
                           WM_STR_ARG(file->path));
        }
    }
    if (file->hashes.has_sha512) {
        unsigned char found[WM_SHA512_BYTES];
        (void)crypto_hash_sha512(found, (const unsigned char *)bytes.ptr, bytes.len);
        if (sodium_memcmp(found, file->hashes.sha512, sizeof found) != 0) {
            return wm_fail(err, WM_NOT_TRUSTED, "%.*s: its SHA-512 is not the signed one",
                           WM_STR_ARG(file->path));
        }
    }
    return WM_OK;
}
