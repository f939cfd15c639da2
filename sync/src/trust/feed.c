/* feed.c: see feed.h. */
#include <stdio.h>
#include <stdlib.h>

#include "trust/feed.h"

static bool fits(int length)
{
    return length > 0 && length < WM_FEED_PATH_BYTES;
}

bool wm_feed_path_metadata(char out[WM_FEED_PATH_BYTES], wm_edition edition, int64_t version,
                           wm_str role)
{
    return fits(snprintf(out, WM_FEED_PATH_BYTES, "%s/%lld.%.*s.json", wm_edition_name(edition),
                         (long long)version, WM_STR_ARG(role)));
}

bool wm_feed_path_timestamp(char out[WM_FEED_PATH_BYTES], wm_edition edition)
{
    return fits(snprintf(out, WM_FEED_PATH_BYTES, "%s/timestamp.json", wm_edition_name(edition)));
}

bool wm_feed_path_target(char out[WM_FEED_PATH_BYTES], wm_edition edition, wm_str target,
                         const wm_digest *sha256)
{
    /* "the filename is of the form HASH.FILENAME.EXT" (5.7.3): the hash goes before the last name.
     */
    char hex[WM_DIGEST_HEX_BYTES];
    size_t folder = target.len;
    while (folder > 0 && target.ptr[folder - 1] != '/') {
        folder--;
    }
    wm_str name = { target.ptr + folder, target.len - folder };
    return fits(snprintf(out, WM_FEED_PATH_BYTES, "%s/targets/%.*s%s.%.*s",
                         wm_edition_name(edition), WM_STR_ARG(((wm_str){ target.ptr, folder })),
                         wm_digest_hex(sha256, hex), WM_STR_ARG(name)));
}

bool wm_feed_target_pack(char out[WM_FEED_PATH_BYTES], wm_str partition, int64_t from, int64_t to)
{
    return fits(snprintf(out, WM_FEED_PATH_BYTES, "p/%.*s/%lld-%lld.pack", WM_STR_ARG(partition),
                         (long long)from, (long long)to));
}

bool wm_feed_target_spans(char out[WM_FEED_PATH_BYTES], wm_str partition)
{
    return fits(snprintf(out, WM_FEED_PATH_BYTES, "p/%.*s/spans", WM_STR_ARG(partition)));
}

bool wm_feed_target_page(char out[WM_FEED_PATH_BYTES], wm_str partition, int64_t number)
{
    return fits(snprintf(out, WM_FEED_PATH_BYTES, "p/%.*s/spans-%lld", WM_STR_ARG(partition),
                         (long long)number));
}

wm_status wm_feed_release_read(const wm_targets *role, wm_feed_release *release_out, wm_error *err)
{
    const wm_listed_file *file =
        wm_listed_find(role->files, role->file_count, WM_STR(WM_FEED_RELEASE));
    const wm_json *custom = file != NULL ? file->custom : NULL;
    wm_feed_release release = { .release = wm_json_integer(wm_json_get(custom, "release"), 0) };
    if (release.release < 1 ||
        !wm_date_parse(wm_json_string(wm_json_get(custom, "date")), &release.date) ||
        !wm_edition_parse(wm_json_string(wm_json_get(custom, "edition")), &release.edition)) {
        return wm_fail(err, WM_BAD_INPUT,
                       "release.json: expected custom \"release\", \"date\" and \"edition\"");
    }
    *release_out = release;
    return WM_OK;
}

/* Decimal without leading zeros, at most 15 digits; moves *at on. */
static bool read_number(const char **at, const char *end, int64_t *value_out)
{
    const char *start = *at;
    int64_t value = 0;
    while (*at < end && **at >= '0' && **at <= '9' && *at - start < 15) {
        value = value * 10 + (**at - '0');
        (*at)++;
    }
    *value_out = value;
    return *at > start && (*start != '0' || *at - start == 1);
}

/* NAME of "p/CODE/NAME"; ptr NULL if the path is no such. */
static wm_str name_below(wm_str partition, wm_str path)
{
    wm_str name = { NULL, 0 };
    const char *at = path.ptr;
    if (path.len >= partition.len + 3 && memcmp(at, "p/", 2) == 0 &&
        memcmp(at + 2, partition.ptr, partition.len) == 0 && at[2 + partition.len] == '/') {
        name = (wm_str){ at + 3 + partition.len, path.len - partition.len - 3 };
    }
    return name;
}

static bool has_text(wm_str name, wm_str text)
{
    for (size_t i = 0; i + text.len <= name.len; i++) {
        if (memcmp(name.ptr + i, text.ptr, text.len) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* A file of a kind that comes one day. None that could be meant for one of those that we know. */
static bool is_of_unknown_kind(wm_str name)
{
    bool fits = name.len > 0 && is_letter(name.ptr[0]) && !wm_str_starts(name, WM_STR("spans")) &&
                !has_text(name, WM_STR(".pack"));
    for (size_t i = 0; i < name.len && fits; i++) {
        char c = name.ptr[i];
        fits = is_letter(c) || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    }
    return fits;
}

/* "FROM-TO.pack" */
static bool read_pack_name(wm_str name, wm_feed_pack *pack)
{
    const char *at = name.ptr;
    const char *end = name.ptr + name.len;
    if (!read_number(&at, end, &pack->from) || at == end || *at != '-') {
        return false;
    }
    at++;
    return read_number(&at, end, &pack->to) &&
           wm_str_equal((wm_str){ at, (size_t)(end - at) }, WM_STR(".pack")) &&
           pack->from < pack->to;
}

/* Whatever it is: it can be fetched by its hash, and is not longer than can be borne. */
static wm_status check_target(const wm_listed_file *file, wm_error *err)
{
    if ((uint64_t)file->length > WM_PACK_BYTES_MAX) {
        return wm_fail(err, WM_TOO_LARGE, "%.*s: expected at most %zu bytes, found %lld",
                       WM_STR_ARG(file->path), WM_PACK_BYTES_MAX, (long long)file->length);
    }
    if (!file->hashes.has_sha256) {
        return wm_fail(err, WM_BAD_INPUT, "%.*s: expected a sha256", WM_STR_ARG(file->path));
    }
    return WM_OK;
}

/* One target of a role goes where it belongs. */
static wm_status take_target(wm_str partition, const wm_listed_file *file, const char *spans,
                             wm_feed_role *role, wm_error *err)
{
    wm_feed_pack pack = { .file = file };
    if (wm_str_is(file->path, WM_FEED_RELEASE)) {
        return WM_OK; /* which role it is read from is not ours to say */
    }
    bool is_spans = wm_str_is(file->path, spans);
    wm_str name = name_below(partition, file->path);
    if (is_of_unknown_kind(name)) {
        return WM_OK;
    }
    if (!is_spans && (name.ptr == NULL || !read_pack_name(name, &pack))) {
        return wm_fail(err, WM_NOT_TRUSTED, "%.*s: expected p/%.*s/FROM-TO.pack",
                       WM_STR_ARG(file->path), WM_STR_ARG(partition));
    }
    wm_status status = check_target(file, err);
    if (status != WM_OK) {
        return status;
    }
    if (is_spans) {
        role->spans = file;
        return WM_OK;
    }
    wm_feed_pack *slot = pack.from == 0 ? &role->snapshot : &role->delta;
    if (slot->file != NULL) {
        return wm_fail(err, WM_BAD_INPUT, "p.%.*s: expected one snapshot and one delta",
                       WM_STR_ARG(partition));
    }
    *slot = pack;
    role->has_delta = role->has_delta || pack.from > 0;
    return WM_OK;
}

static wm_status read_state(wm_str partition, const wm_feed_pack *pack, wm_state *state_out,
                            wm_error *err)
{
    const wm_json *custom = pack->file->custom;
    int64_t buckets = wm_json_integer(wm_json_get(custom, "buckets"), 0);
    int64_t records = wm_json_integer(wm_json_get(custom, "records"), -1);
    wm_state state = { .partition = partition };
    if (buckets < 1 || buckets > UINT32_MAX || records < 0 ||
        !wm_digest_parse(wm_json_string(wm_json_get(custom, "state")), &state.digest)) {
        return wm_fail(err, WM_BAD_INPUT,
                       "%.*s: expected custom \"buckets\", \"records\" and \"state\"",
                       WM_STR_ARG(pack->file->path));
    }
    state.buckets = (uint32_t)buckets;
    state.records = (uint64_t)records;
    *state_out = state;
    return WM_OK;
}

wm_status wm_feed_role_read(wm_str partition, const wm_targets *targets, wm_feed_role *role_out,
                            wm_error *err)
{
    wm_feed_role role = { .has_delta = false };
    char spans[WM_FEED_PATH_BYTES];
    if (!wm_feed_target_spans(spans, partition)) {
        return wm_fail(err, WM_BAD_INPUT, "partition %.*s: the name is too long",
                       WM_STR_ARG(partition));
    }
    for (size_t i = 0; i < targets->file_count; i++) {
        wm_status status = take_target(partition, &targets->files[i], spans, &role, err);
        if (status != WM_OK) {
            return status;
        }
    }
    if (role.snapshot.file == NULL) {
        return wm_fail(err, WM_BAD_INPUT, "p.%.*s: expected a snapshot", WM_STR_ARG(partition));
    }
    const wm_feed_pack *newest = role.has_delta ? &role.delta : &role.snapshot;
    if (newest->to < role.snapshot.to) {
        return wm_fail(err, WM_BAD_INPUT, "p.%.*s: the delta is older than the snapshot",
                       WM_STR_ARG(partition));
    }
    role.end = newest->to;
    wm_status status = read_state(partition, newest, &role.state, err);
    if (status == WM_OK) {
        *role_out = role;
    }
    return status;
}

/* ---- localities and partitions ---- */

wm_str wm_feed_partition_of(const wm_listed_file *file)
{
    static const wm_str start = WM_STR_INIT("p.");
    static const wm_str end = WM_STR_INIT(".json");
    wm_str path = file->path;
    wm_str none = { NULL, 0 };
    if (path.len <= start.len + end.len || !wm_str_starts(path, start) ||
        memcmp(path.ptr + path.len - end.len, end.ptr, end.len) != 0) {
        return none;
    }
    wm_str code = { path.ptr + start.len, path.len - start.len - end.len };
    return wm_id_valid(code) ? code : none;
}

static int by_code(const void *left, const void *right)
{
    const wm_str *a = left;
    const wm_str *b = right;
    return wm_str_compare(*a, *b);
}

/* Names of files in the snapshot are different from each other, and so are these. */
static wm_status read_partitions(wm_arena *arena, const wm_snapshot *snapshot, wm_feed_index *index,
                                 wm_error *err)
{
    size_t count = 0;
    wm_str *partitions = wm_arena_array(arena, snapshot->file_count, sizeof *partitions);
    if (partitions == NULL) {
        return wm_fail_memory(err);
    }
    for (size_t i = 0; i < snapshot->file_count; i++) {
        partitions[count] = wm_feed_partition_of(&snapshot->files[i]);
        count += partitions[count].ptr != NULL ? 1 : 0;
    }
    if (count > WM_DELEGATED_ROLES_LISTED_MAX) {
        return wm_fail(err, WM_BAD_INPUT, "snapshot.json: expected at most %d partitions",
                       WM_DELEGATED_ROLES_LISTED_MAX);
    }
    if (count > 1) {
        qsort(partitions, count, sizeof *partitions, by_code);
    }
    index->partitions = partitions;
    index->partition_count = count;
    return WM_OK;
}

static wm_status read_localities(wm_arena *arena, const wm_json *list, wm_feed_index *index,
                                 wm_error *err)
{
    if (!wm_json_is(list, WM_JSON_ARRAY) || list->count > WM_LOCALITIES_MAX) {
        return wm_fail(err, WM_BAD_INPUT,
                       "localities.json: expected a list of at most %d "
                       "localities",
                       WM_LOCALITIES_MAX);
    }
    wm_feed_locality *localities = wm_arena_array(arena, list->count, sizeof *localities);
    if (localities == NULL) {
        return wm_fail_memory(err);
    }
    for (uint32_t i = 0; i < list->count; i++) {
        const wm_json *pair = &list->as.items[i];
        bool good = pair->type == WM_JSON_ARRAY && pair->count == 2;
        localities[i].code = wm_json_string(good ? &pair->as.items[0] : NULL);
        localities[i].parent = wm_json_string(good ? &pair->as.items[1] : NULL);
        if (!wm_id_valid(localities[i].code) ||
            (i > 0 && wm_str_compare(localities[i - 1].code, localities[i].code) >= 0)) {
            return wm_fail(err, WM_BAD_INPUT,
                           "localities.json: expected pairs [code, parent] in rising order");
        }
    }
    index->localities = localities;
    index->locality_count = list->count;
    return WM_OK;
}

wm_status wm_feed_index_read(wm_arena *arena, wm_str localities, const wm_snapshot *snapshot,
                             wm_feed_index *index_out, wm_error *err)
{
    const wm_json *value = NULL;
    wm_feed_index index = { 0 };
    wm_status status = wm_json_parse(arena, localities, WM_FEED_LOCALITIES_BYTES_MAX, &value, err);
    if (status == WM_OK) {
        status = read_localities(arena, wm_json_get(value, "localities"), &index, err);
    }
    if (status == WM_OK) {
        status = read_partitions(arena, snapshot, &index, err);
    }
    if (status == WM_OK) {
        *index_out = index;
    }
    return status;
}

void wm_feed_localities_write(wm_json_out *out, const wm_feed_locality *localities, size_t count)
{
    wm_json_out_object(out);
    wm_json_out_name(out, "localities");
    wm_json_out_array(out);
    for (size_t i = 0; i < count; i++) {
        wm_json_out_array(out);
        wm_json_out_string(out, localities[i].code);
        wm_json_out_string(out, localities[i].parent);
        wm_json_out_end_array(out);
    }
    wm_json_out_end_array(out);
    wm_json_out_end_object(out);
}

static const wm_feed_locality *find_locality(const wm_feed_index *index, wm_str code)
{
    size_t low = 0;
    size_t high = index->locality_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = wm_str_compare(index->localities[middle].code, code);
        if (order == 0) {
            return &index->localities[middle];
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

/* `inner` is `outer` or below it; a parent chain that goes round ends by its depth. */
static bool is_within(const wm_feed_index *index, wm_str inner, wm_str outer)
{
    wm_str at = inner;
    for (int depth = 0; depth <= WM_LOCALITY_DEPTH_MAX; depth++) {
        if (wm_str_equal(at, outer)) {
            return true;
        }
        const wm_feed_locality *locality = find_locality(index, at);
        if (locality == NULL || locality->parent.len == 0) {
            return false;
        }
        at = locality->parent;
    }
    return false;
}

bool wm_feed_index_takes(const wm_feed_index *index, wm_str code, wm_str partition)
{
    if (wm_str_is(partition, WM_PARTITION_ALL) || wm_str_is(code, WM_PARTITION_ALL)) {
        return wm_str_equal(code, partition);
    }
    return wm_str_is(partition, WM_PARTITION_TOP) || is_within(index, code, partition) ||
           is_within(index, partition, code);
}

bool wm_feed_index_knows(const wm_feed_index *index, wm_str code)
{
    if (find_locality(index, code) != NULL) {
        return true;
    }
    for (size_t i = 0; i < index->partition_count; i++) {
        if (wm_str_equal(index->partitions[i], code)) {
            return true;
        }
    }
    return false;
}
