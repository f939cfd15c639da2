/* feed_records.c: see feed_records.h. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <waymark/sys/pack.h>

#include "feed_records.h"
#include "pack_state.h"
#include "testing.h"

/* ---- files ---- */

typedef struct walk {
    const char *root;
    feed_file_fn each;
    void *context;
} feed_walk;

static void walk_folder(const feed_walk *walk, const char *below)
{
    char path[1024];
    struct dirent **entries = NULL;
    (void)snprintf(path, sizeof path, "%s%s", walk->root, below);
    int count = scandir(path, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        char name[1024];
        struct stat info;
        wm_buf bytes;
        bool is_dots =
            strcmp(entries[i]->d_name, ".") == 0 || strcmp(entries[i]->d_name, "..") == 0;
        (void)snprintf(name, sizeof name, "%s/%s", below, entries[i]->d_name);
        (void)snprintf(path, sizeof path, "%s%s", walk->root, name);
        free(entries[i]);
        if (is_dots) {
            continue;
        }
        assert_int_equal(lstat(path, &info), 0);
        if (S_ISDIR(info.st_mode)) {
            walk_folder(walk, name);
            continue;
        }
        wm_buf_init(&bytes, wm_env_system(), 16 * WM_MIB);
        assert_true(pack_state_read_file(path, &bytes));
        walk->each(walk->context, name + 1, wm_buf_str(&bytes));
        wm_buf_fini(&bytes);
    }
    free(entries);
}

void feed_files_each(const char *folder, feed_file_fn each, void *context)
{
    feed_walk walk = { folder, each, context };
    walk_folder(&walk, "");
}

static void list_file(void *context, const char *path, wm_str bytes)
{
    char hex[WM_DIGEST_HEX_BYTES];
    wm_digest digest;
    wm_digest_sha256(bytes, &digest);
    wm_buf_printf(context, "%s %zu %s\n", path, bytes.len, wm_digest_hex(&digest, hex));
}

void feed_files_list(const char *folder, wm_buf *lines)
{
    feed_files_each(folder, list_file, lines);
}

/* ---- records ---- */

typedef struct hunt {
    wm_store *author;
    const char *text;
    bool in_file;
    int found;
} hunt;

static bool contains(wm_str bytes, const char *part)
{
    size_t length = strlen(part);
    for (size_t i = 0; i + length <= bytes.len; i++) {
        if (memcmp(bytes.ptr + i, part, length) == 0) {
            return true;
        }
    }
    return false;
}

static wm_status put_base(void *context, const wm_record *record, wm_error *err)
{
    char id[WM_ID_BYTES_MAX + 1];
    wm_buf text;
    (void)err;
    (void)snprintf(id, sizeof id, "%.*s", WM_STR_ARG(record->id));
    wm_buf_init(&text, wm_env_system(), WM_RECORD_BYTES_MAX + 1);
    wm_buf_put_str(&text, record->bytes);
    wm_buf_put_str(&text, (wm_str){ "", 1 });
    pack_state_put(context, record->kind, id, wm_buf_str(&text).ptr);
    wm_buf_fini(&text);
    return WM_OK;
}

static wm_status look_at_record(void *context, const wm_record *record, const wm_json *value,
                                const wm_json *before)
{
    (void)before;
    hunt *h = context;
    (void)value;
    h->in_file = h->in_file || contains(record->bytes, h->text);
    return WM_OK;
}

static wm_status look_at_removed(void *context, wm_kind kind, wm_str id)
{
    (void)context;
    (void)kind;
    (void)id;
    return WM_OK;
}

static void look_into_pack(hunt *h, wm_str bytes)
{
    wm_pack_limits limits = { bytes.len, 64 * WM_MIB };
    wm_pack_header header;
    wm_edition edition;
    wm_error err = { 0 };
    pack_state base = { 0 };
    assert_ok(wm_pack_read_header(bytes, &limits, &header, &err), &err);
    assert_true(wm_edition_parse(header.edition, &edition));
    if (header.kind == WM_PACK_DELTA) {
        wm_slice slice = { edition, header.partition };
        wm_record_sink sink = { put_base, &base };
        assert_ok(wm_history_each(h->author, &slice, (int64_t)header.from_release, &sink, &err),
                  &err);
    }
    wm_pack_base pull = pack_state_base(&base);
    wm_pack_sink sink = { look_at_record, look_at_removed, h };
    assert_ok(wm_pack_read(wm_env_system(), bytes, &limits,
                           header.kind == WM_PACK_DELTA ? &pull : NULL, &sink, NULL, &err),
              &err);
    pack_state_fini(&base);
}

static void look_into(void *context, const char *path, wm_str bytes)
{
    hunt *h = context;
    h->in_file = contains(bytes, h->text);
    if (strstr(path, ".pack") != NULL) {
        look_into_pack(h, bytes);
    }
    h->found += h->in_file ? 1 : 0;
}

int feed_records_find(wm_store *author, const char *folder, const char *text)
{
    hunt h = { .author = author, .text = text };
    feed_files_each(folder, look_into, &h);
    return h.found;
}
