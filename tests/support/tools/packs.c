/* packs.c: makes and shows packs by hand.
 *
 *   packs write [--base BASE.jsonl] RECORDS.jsonl OUT.pack    a snapshot, or a delta from the base
 *   packs show PACK [BASE.jsonl]                              header, then what it does, a line
 *   packs body PACK                                           the decompressed body of a pack of
 * blocks packs unpack PACK...                                      all that the packs of one
 * partition put, deltas on the state that they start from
 *
 * A line of a .jsonl file is one of `export dump`: {"id":..,"kind":..,"record":{..}}. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "pack_state.h"

static int complain(const char *what, const char *why)
{
    (void)fprintf(stderr, "packs: %s: %s\n", what, why);
    return 1;
}

static int show_record(const wm_record *record)
{
    (void)printf("put %s/%s %s\n", wm_kind_name(record->kind), record->id.ptr, record->bytes.ptr);
    return 0;
}

static wm_status show_put(void *context, const wm_record *record, const wm_json *value,
                          const wm_json *before)
{
    (void)before;
    (void)context;
    (void)value;
    (void)show_record(record);
    return WM_OK;
}

static wm_status show_remove(void *context, wm_kind kind, wm_str id)
{
    (void)context;
    (void)printf("remove %s/%.*s\n", wm_kind_name(kind), WM_STR_ARG(id));
    return WM_OK;
}

static void show_header(const wm_pack_header *header)
{
    char digest[WM_DIGEST_HEX_BYTES];
    (void)printf("%s %.*s/%.*s %" PRIu64 " to %" PRIu64 "\n",
                 header->kind == WM_PACK_DELTA ? "delta" : "snapshot", WM_STR_ARG(header->edition),
                 WM_STR_ARG(header->partition), header->from_release, header->to_release);
    (void)printf("base %s\n", wm_digest_hex(&header->base_digest, digest));
    (void)printf("result %s of %" PRIu32 " buckets\n",
                 wm_digest_hex(&header->result_digest, digest), header->bucket_count);
    (void)printf("adds %" PRIu64 " changes %" PRIu64 " removes %" PRIu64 ", %" PRIu64
                 " bytes unpacked, window 2^%u\n",
                 header->add_count, header->change_count, header->remove_count, header->raw_bytes,
                 header->window_log);
}

static int show(const char *path, const char *base_path)
{
    static const wm_pack_limits limits = { SIZE_MAX, UINT32_MAX };
    wm_buf pack;
    wm_error err = { WM_OK, "" };
    wm_pack_header header;
    pack_state state = { 0 };
    wm_buf_init(&pack, wm_env_system(), WM_PACK_BYTES_MAX);
    int code = 0;
    if (!pack_state_read_file(path, &pack) ||
        (base_path != NULL && !pack_state_load(&state, base_path))) {
        code = complain(path, "cannot be read");
    } else {
        wm_pack_base base = pack_state_base(&state);
        wm_pack_sink sink = { show_put, show_remove, NULL };
        if (wm_pack_read_header(wm_buf_str(&pack), &limits, &header, &err) == WM_OK) {
            show_header(&header);
        }
        if (err.status != WM_OK || wm_pack_read(wm_env_system(), wm_buf_str(&pack), &limits, &base,
                                                &sink, NULL, &err) != WM_OK) {
            code = complain(path, err.text);
        }
    }
    wm_buf_fini(&pack);
    pack_state_fini(&state);
    return code;
}

static int write_bytes(const char *path, wm_str bytes)
{
    FILE *out = path != NULL ? fopen(path, "wb") : stdout;
    if (out == NULL || fwrite(bytes.ptr, 1, bytes.len, out) != bytes.len || fflush(out) != 0) {
        return complain(path != NULL ? path : "output", "cannot be written");
    }
    return path != NULL && fclose(out) != 0 ? complain(path, "cannot be written") : 0;
}

static int write_pack(const char *base_path, const char *path, const char *out_path)
{
    pack_state base = { 0 };
    pack_state state = { 0 };
    wm_buf pack;
    wm_error err = { WM_OK, "" };
    wm_buf_init(&pack, wm_env_system(), WM_PACK_BYTES_MAX);
    int code = 0;
    if ((base_path != NULL && !pack_state_load(&base, base_path)) ||
        !pack_state_load(&state, path)) {
        code = complain(path, "cannot be read");
    } else {
        wm_status status = base_path != NULL
                               ? pack_state_delta(wm_env_system(), &base, &state, true, &pack, &err)
                               : pack_state_snapshot(wm_env_system(), &state, true, &pack, &err);
        code =
            status == WM_OK ? write_bytes(out_path, wm_buf_str(&pack)) : complain(path, err.text);
    }
    wm_buf_fini(&pack);
    pack_state_fini(&base);
    pack_state_fini(&state);
    return code;
}

static int show_body(const char *path)
{
    wm_buf pack;
    wm_buf body;
    wm_buf_init(&pack, wm_env_system(), WM_PACK_BYTES_MAX);
    wm_buf_init(&body, wm_env_system(), WM_PACK_BYTES_MAX);
    int code = 1;
    if (pack_state_read_file(path, &pack)) {
        pack_state_unpack_body(wm_buf_str(&pack), &body);
        code = write_bytes(NULL, wm_buf_str(&body));
    }
    wm_buf_fini(&body);
    wm_buf_fini(&pack);
    return code;
}

/* ---- unpack ---- */

#define UNPACK_MAX 256

/* The state after a pack that was read. */
typedef struct unpacked {
    pack_state state;
    wm_digest digest;
    bool done;
} unpacked;

static bool is_base(const unpacked *one, const wm_pack_header *header)
{
    return one->done && wm_digest_equal(&one->digest, &header->base_digest);
}

/* Reads one pack if its base is known. False: it cannot be read. */
static bool unpack_one(const char *path, unpacked *all, size_t count, unpacked *to)
{
    static const wm_pack_limits limits = { SIZE_MAX, UINT32_MAX };
    wm_buf bytes;
    wm_error err = { WM_OK, "" };
    wm_pack_header header;
    wm_buf_init(&bytes, wm_env_system(), WM_PACK_BYTES_MAX);
    bool good = pack_state_read_file(path, &bytes) &&
                wm_pack_read_header(wm_buf_str(&bytes), &limits, &header, &err) == WM_OK;
    const unpacked *from = NULL;
    for (size_t i = 0; good && header.kind == WM_PACK_DELTA && i < count; i++) {
        from = is_base(&all[i], &header) ? &all[i] : from;
    }
    if (good && (header.kind == WM_PACK_SNAPSHOT || from != NULL)) {
        if (from != NULL) {
            pack_state_copy(&to->state, &from->state);
        }
        wm_str pack = wm_buf_str(&bytes);
        good = pack_state_read(wm_env_system(), pack, &limits, &to->state, &err) == WM_OK;
        to->digest = header.result_digest;
        to->done = good;
    }
    if (!good) {
        (void)complain(path, err.text);
    }
    wm_buf_fini(&bytes);
    return good;
}

static int unpack(char *const *paths, size_t count)
{
    static unpacked all[UNPACK_MAX];
    bool good = count <= UNPACK_MAX;
    size_t left = count;
    for (size_t last = count + 1; good && left > 0 && left < last;) {
        last = left;
        for (size_t i = 0; i < count && good; i++) {
            if (!all[i].done) {
                good = unpack_one(paths[i], all, count, &all[i]);
                left -= all[i].done ? 1 : 0;
            }
        }
    }
    for (size_t i = 0; good && i < count; i++) {
        for (size_t k = 0; k < all[i].state.count; k++) {
            (void)show_record(&all[i].state.records[k]);
        }
        pack_state_fini(&all[i].state);
    }
    return good && left > 0 ? complain(paths[0], "not all packs beside it have a base") : !good;
}

int main(int argc, char **argv)
{
    if (argc >= 3 && strcmp(argv[1], "unpack") == 0) {
        return unpack(argv + 2, (size_t)argc - 2);
    }
    if (argc >= 3 && argc <= 4 && strcmp(argv[1], "show") == 0) {
        return show(argv[2], argc == 4 ? argv[3] : NULL);
    }
    if (argc == 3 && strcmp(argv[1], "body") == 0) {
        return show_body(argv[2]);
    }
    if (argc == 4 && strcmp(argv[1], "write") == 0) {
        return write_pack(NULL, argv[2], argv[3]);
    }
    if (argc == 6 && strcmp(argv[1], "write") == 0 && strcmp(argv[2], "--base") == 0) {
        return write_pack(argv[3], argv[4], argv[5]);
    }
    (void)fprintf(stderr, "usage: packs write [--base BASE.jsonl] RECORDS.jsonl OUT.pack\n"
                          "       packs show PACK [BASE.jsonl]\n"
                          "       packs body PACK\n"
                          "       packs unpack PACK...\n");
    return 2;
}
