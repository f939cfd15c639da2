/* recall.c: records whose older values must not be had from the feed any more.
 *
 * A value is recalled if it is not the one of the latest release (none, if the record was
 * withdrawn); what an edition or a partition never showed is not looked for there. A pack carries a
 * record's value as it is where the pack leads to, if it adds or changes the record; so
 *  - a delta that leads off a recalled value does not carry it, and is what brings replicas off it;
 *  - a delta that does not touch the record does not carry it, and stays;
 *  - a release at which a recalled value stood is not made a step of any chain any more.
 * Every question is asked of the database, which keeps all values: nothing is remembered, so a run
 * that stopped is simply done again. */
#include "publish/publisher.h"

/* WM_NOT_FOUND: no release has such a record (no text). */
static wm_status find_record(wm_publisher *publisher, wm_kind kind, wm_str id, wm_error *err)
{
    wm_slice everything = { WM_EDITION_PROFESSIONAL, WM_STR(WM_PARTITION_ALL) };
    wm_buf bytes;
    wm_status status = WM_NOT_FOUND;
    wm_buf_init(&bytes, publisher->result_arena->env, WM_RECORD_BYTES_MAX);
    for (int64_t r = publisher->release.number; r > 0 && status == WM_NOT_FOUND; r--) {
        wm_buf_reset(&bytes);
        status = wm_history_get(publisher->store, &everything, r, kind, id, &bytes, err);
    }
    wm_buf_fini(&bytes);
    return status;
}

/* "service/a", or an id that only one kind has had in any release. */
static wm_status find_kind(wm_publisher *publisher, wm_recall *recall, wm_str text, wm_error *err)
{
    int found = -1;
    for (int kind = 0; kind < WM_KIND_COUNT; kind++) {
        if (recall->has_kind && recall->kind != (wm_kind)kind) {
            continue;
        }
        wm_status status = find_record(publisher, (wm_kind)kind, recall->id, err);
        if (status == WM_NOT_FOUND) {
            continue;
        }
        if (status != WM_OK) {
            return status;
        }
        if (found >= 0) {
            return wm_fail(err, WM_BAD_ARGUMENT, "\"%.*s\" is a %s and a %s: expected KIND/ID",
                           WM_STR_ARG(text), wm_kind_name((wm_kind)found),
                           wm_kind_name((wm_kind)kind));
        }
        found = kind;
    }
    if (found < 0) {
        return wm_fail(err, WM_BAD_ARGUMENT, "no release has a record \"%.*s\"", WM_STR_ARG(text));
    }
    recall->kind = (wm_kind)found;
    recall->has_kind = true;
    return WM_OK;
}

static wm_status read_name(wm_publisher *publisher, wm_str text, wm_recall *recall, wm_error *err)
{
    const char *slash = text.len > 0 ? memchr(text.ptr, '/', text.len) : NULL;
    recall->id = text;
    recall->has_kind = slash != NULL;
    if (slash != NULL) {
        size_t length = (size_t)(slash - text.ptr);
        recall->id = (wm_str){ slash + 1, text.len - length - 1 };
        if (!wm_kind_parse((wm_str){ text.ptr, length }, &recall->kind)) {
            return wm_fail(err, WM_BAD_ARGUMENT,
                           "expected KIND/ID with a kind of record, found \"%.*s\"",
                           WM_STR_ARG(text));
        }
    }
    if (!wm_id_valid(recall->id)) {
        return wm_fail(err, WM_BAD_ARGUMENT, "expected KIND/ID or an id, found \"%.*s\"",
                       WM_STR_ARG(text));
    }
    return find_kind(publisher, recall, text, err);
}

wm_status wm_recalls_find(wm_publisher *publisher, wm_error *err)
{
    const wm_publish_options *options = publisher->options;
    wm_recall *recalls =
        wm_arena_array(publisher->result_arena, options->recall_count, sizeof *recalls);
    if (recalls == NULL) {
        return wm_fail_memory(err);
    }
    wm_status status = WM_OK;
    for (size_t i = 0; i < options->recall_count && status == WM_OK; i++) {
        status = read_name(publisher, options->recall[i], &recalls[i], err);
        wm_error_context(err, "recall");
    }
    publisher->recalls = recalls;
    publisher->recall_count = options->recall_count;
    return status;
}

/* ---- values ---- */

/* A record of a partition as it stood; ptr NULL in *bytes_out: not there. */
static wm_status value_at(wm_publisher *publisher, const wm_recall *recall, wm_str code,
                          int64_t release, wm_buf *buf, wm_str *bytes_out, wm_error *err)
{
    wm_slice slice = { publisher->edition, code };
    wm_buf_reset(buf);
    *bytes_out = (wm_str){ NULL, 0 };
    wm_status status =
        wm_history_get(publisher->store, &slice, release, recall->kind, recall->id, buf, err);
    if (status == WM_OK) {
        *bytes_out = wm_buf_str(buf);
    }
    return status == WM_NOT_FOUND ? WM_OK : status;
}

wm_status wm_recalls_begin(wm_publisher *publisher, wm_error *err)
{
    wm_status status = WM_OK;
    wm_buf buf;
    wm_buf_init(&buf, publisher->arena->env, WM_RECORD_BYTES_MAX);
    for (size_t i = 0; i < publisher->recall_count && status == WM_OK; i++) {
        wm_recall *recall = &publisher->recalls[i];
        wm_str value;
        status = value_at(publisher, recall, WM_STR(WM_PARTITION_ALL), publisher->release.number,
                          &buf, &value, err);
        recall->current = (wm_str){ NULL, 0 };
        if (status == WM_OK && value.ptr != NULL) {
            recall->current = wm_arena_copy(publisher->arena, value);
            status = recall->current.ptr != NULL ? WM_OK : wm_fail_memory(err);
        }
        for (int64_t r = 1; r < publisher->release.number && status == WM_OK; r++) {
            status = value_at(publisher, recall, WM_STR(WM_PARTITION_ALL), r, &buf, &value, err);
            recall->has_older =
                recall->has_older || (value.ptr != NULL && !wm_str_equal(value, recall->current));
        }
    }
    wm_buf_fini(&buf);
    return status;
}

wm_status wm_recalls_check(const wm_publisher *publisher, wm_error *err)
{
    for (size_t i = 0; i < publisher->recall_count; i++) {
        const wm_recall *recall = &publisher->recalls[i];
        if (!recall->has_older) {
            return wm_fail(err, WM_REFUSED,
                           "recall: %s/%.*s is as it was first published: release a correction, "
                           "or withdraw it, and then recall what it was",
                           wm_kind_name(recall->kind), WM_STR_ARG(recall->id));
        }
    }
    return WM_OK;
}

/* ---- packs ---- */

wm_status wm_recalls_stand(wm_publisher *publisher, wm_str code, int64_t release, bool *stands_out,
                           wm_error *err)
{
    wm_status status = WM_OK;
    wm_buf buf;
    wm_buf_init(&buf, publisher->arena->env, WM_RECORD_BYTES_MAX);
    *stands_out = false;
    for (size_t i = 0; i < publisher->recall_count && status == WM_OK && !*stands_out; i++) {
        const wm_recall *recall = &publisher->recalls[i];
        wm_str value;
        status = value_at(publisher, recall, code, release, &buf, &value, err);
        *stands_out = value.ptr != NULL && !wm_str_equal(value, recall->current);
    }
    wm_buf_fini(&buf);
    return status;
}

wm_status wm_recalls_carried(wm_publisher *publisher, wm_str code, int64_t from, int64_t to,
                             bool *carried_out, wm_error *err)
{
    wm_status status = WM_OK;
    wm_buf before_buf;
    wm_buf after_buf;
    wm_buf_init(&before_buf, publisher->arena->env, WM_RECORD_BYTES_MAX);
    wm_buf_init(&after_buf, publisher->arena->env, WM_RECORD_BYTES_MAX);
    *carried_out = false;
    for (size_t i = 0; i < publisher->recall_count && status == WM_OK && !*carried_out; i++) {
        const wm_recall *recall = &publisher->recalls[i];
        wm_str before;
        wm_str after;
        status = value_at(publisher, recall, code, to, &after_buf, &after, err);
        if (status != WM_OK || after.ptr == NULL || wm_str_equal(after, recall->current)) {
            continue;
        }
        status = value_at(publisher, recall, code, from, &before_buf, &before, err);
        *carried_out = before.ptr == NULL || !wm_str_equal(before, after);
    }
    wm_buf_fini(&before_buf);
    wm_buf_fini(&after_buf);
    return status;
}
