/* feed_forge_sign.c: the forge's own JSON edits, canonical form, keys and signatures.
 *
 * A second writer of all that, on purpose: what the client accepts of it was agreed by the
 * specification, not by code that both sides share. */
#include <stdlib.h>

#include <sodium.h>

#include "feed_forge.h"

/* ---- one member set ---- */

static const char *next_step(const char *place, wm_str *step_out)
{
    size_t length = strcspn(place, "|");
    *step_out = (wm_str){ place, length };
    return place[length] == '|' ? place + length + 1 : NULL;
}

static const wm_json *list_with(wm_arena *arena, const wm_json *old, size_t at,
                                const wm_json *value)
{
    wm_json *items = wm_arena_array(arena, old->count + 1, sizeof *items);
    assert_non_null(items);
    assert_true(at <= old->count);
    uint32_t count = 0;
    for (uint32_t i = 0; i < old->count; i++) {
        if (i != at) {
            items[count++] = old->as.items[i];
        } else if (value != NULL) {
            items[count++] = *value;
        }
    }
    if (at == old->count && value != NULL) {
        items[count++] = *value;
    }
    wm_json *list = wm_arena_alloc(arena, sizeof *list);
    assert_non_null(list);
    *list = (wm_json){ .type = WM_JSON_ARRAY, .count = count, .as.items = items };
    return list;
}

static const wm_json *object_with(wm_arena *arena, const wm_json *old, wm_str name,
                                  const wm_json *value)
{
    wm_json_member *members = wm_arena_array(arena, old->count + 1, sizeof *members);
    assert_non_null(members);
    uint32_t count = 0;
    bool placed = value == NULL;
    for (uint32_t i = 0; i < old->count; i++) {
        int order = wm_str_compare(old->as.members[i].name, name);
        if (!placed && order >= 0) {
            members[count++] = (wm_json_member){ wm_arena_copy(arena, name), *value };
            placed = true;
        }
        if (order != 0) {
            members[count++] = old->as.members[i];
        }
    }
    if (!placed) {
        members[count++] = (wm_json_member){ wm_arena_copy(arena, name), *value };
    }
    wm_json *object = wm_arena_alloc(arena, sizeof *object);
    assert_non_null(object);
    *object = (wm_json){ .type = WM_JSON_OBJECT, .count = count, .as.members = members };
    return object;
}

const wm_json *wm_forge_json_with(wm_arena *arena, const wm_json *old, const char *place,
                                  const wm_json *value)
{
    static const wm_json nothing = { .type = WM_JSON_OBJECT };
    if (place[0] == '\0') {
        return value;
    }
    wm_str step;
    const char *rest = next_step(place, &step);
    if (old != NULL && old->type == WM_JSON_ARRAY) {
        size_t at = strtoul(step.ptr, NULL, 10);
        if (rest != NULL) {
            assert_true(at < old->count);
            value = wm_forge_json_with(arena, &old->as.items[at], rest, value);
        }
        return list_with(arena, old, at, value);
    }
    old = old != NULL && old->type == WM_JSON_OBJECT ? old : &nothing;
    if (rest != NULL) {
        value = wm_forge_json_with(arena, wm_json_get_str(old, step), rest, value);
    }
    return object_with(arena, old, step, value);
}

const wm_json *wm_forge_get(wm_forge *forge, const char *role, const char *place)
{
    const wm_json *value = wm_forge_role_of(forge, role)->body;
    while (place != NULL && place[0] != '\0' && value != NULL) {
        wm_str step;
        place = next_step(place, &step);
        if (value->type == WM_JSON_ARRAY) {
            size_t at = strtoul(step.ptr, NULL, 10);
            value = at < value->count ? &value->as.items[at] : NULL;
        } else {
            value = wm_json_get_str(value, step);
        }
    }
    return value;
}

/* ---- TUF's canonical form: names in order, only '"' and '\' escaped ---- */

static void put_text(wm_buf *out, wm_str text)
{
    wm_buf_put_char(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (strchr("\"\\", text.ptr[i]) != NULL) {
            wm_buf_put_char(out, '\\');
        }
        wm_buf_put_char(out, text.ptr[i]);
    }
    wm_buf_put_char(out, '"');
}

static void put_canonical(wm_buf *out, const wm_json *value)
{
    bool is_object = value->type == WM_JSON_OBJECT;
    if (value->type == WM_JSON_STRING) {
        put_text(out, value->as.string);
        return;
    }
    if (!is_object && value->type != WM_JSON_ARRAY) {
        wm_json_write(out, value);
        return;
    }
    wm_buf_put_char(out, is_object ? '{' : '[');
    for (uint32_t i = 0; i < value->count; i++) {
        wm_buf_put_text(out, i > 0 ? "," : "");
        if (is_object) {
            put_text(out, value->as.members[i].name);
            wm_buf_put_char(out, ':');
        }
        put_canonical(out, is_object ? &value->as.members[i].value : &value->as.items[i]);
    }
    wm_buf_put_char(out, is_object ? '}' : ']');
}

/* ---- keys ---- */

typedef struct key_pair {
    unsigned char public_key[crypto_sign_PUBLICKEYBYTES];
    unsigned char secret[crypto_sign_SECRETKEYBYTES];
    char hex[2 * crypto_sign_PUBLICKEYBYTES + 1];
    char id[2 * crypto_hash_sha256_BYTES + 1];
} key_pair;

static void publishers_seed(wm_forge *forge, const char *role, unsigned char seed[32])
{
    char path[512];
    wm_buf text;
    size_t length = 0;
    wm_buf_init(&text, wm_env_system(), WM_MIB);
    (void)snprintf(path, sizeof path, "%s/%s/%s.key", forge->fixture.keys, forge->edition, role);
    wm_fixture_read(path, &text);
    const wm_json *value = NULL;
    wm_error err = { 0 };
    assert_ok(wm_json_parse(&forge->scratch, wm_buf_str(&text), WM_MIB, &value, &err), &err);
    wm_str hex = wm_json_string(wm_json_get(wm_json_get(value, "keyval"), "private"));
    assert_int_equal(sodium_hex2bin(seed, 32, hex.ptr, hex.len, NULL, &length, NULL), 0);
    assert_int_equal(length, 32);
    wm_buf_fini(&text);
}

/* `name` is a signer without '~'; its "=ID", if any, becomes the id. */
static void find_key(wm_forge *forge, wm_str name, key_pair *key)
{
    unsigned char seed[32] = { 0 };
    unsigned char digest[crypto_hash_sha256_BYTES];
    char text[128];
    char json[512];
    assert_true(name.len < sizeof text);
    (void)snprintf(text, sizeof text, "%.*s", (int)name.len, name.ptr);
    char *id = strchr(text, '=');
    if (id != NULL) {
        *id++ = '\0';
    }
    if (text[0] == '#') {
        unsigned long number = strtoul(text + 1, NULL, 10);
        seed[0] = (unsigned char)number;
        seed[1] = (unsigned char)(number >> 8);
        seed[2] = 0xf0;
    } else {
        publishers_seed(forge, text, seed);
    }
    assert_int_equal(crypto_sign_seed_keypair(key->public_key, key->secret, seed), 0);
    (void)sodium_bin2hex(key->hex, sizeof key->hex, key->public_key, sizeof key->public_key);
    int length = snprintf(json, sizeof json,
                          "{\"keytype\":\"ed25519\",\"keyval\":{\"public\":\"%s\"},"
                          "\"scheme\":\"ed25519\"}",
                          key->hex);
    (void)crypto_hash_sha256(digest, (const unsigned char *)json, (unsigned long long)length);
    (void)sodium_bin2hex(key->id, sizeof key->id, digest, sizeof digest);
    if (id != NULL) {
        (void)snprintf(key->id, sizeof key->id, "%s", id);
    }
}

const char *wm_forge_key_id(wm_forge *forge, const char *signer)
{
    key_pair key;
    find_key(forge, wm_str_of(signer), &key);
    return wm_forge_print(forge, "%s", key.id);
}

const char *wm_forge_key_json(wm_forge *forge, const char *signer)
{
    key_pair key;
    find_key(forge, wm_str_of(signer), &key);
    return wm_forge_print(
        forge, "{'keytype':'ed25519','keyval':{'public':'%s'},'scheme':'ed25519'}", key.hex);
}

/* Each signer of the list in turn; false after the last. */
static bool next_signer(const char **list, wm_str *signer_out)
{
    *list += strspn(*list, " ");
    size_t length = strcspn(*list, " ");
    *signer_out = (wm_str){ *list, length };
    *list += length;
    return length > 0;
}

void wm_forge_name_keys(wm_forge *forge, const char *role, const char *keys, int64_t threshold)
{
    const char *at = keys;
    wm_str signer;
    const char *ids = "";
    while (next_signer(&at, &signer)) {
        const char *name = wm_forge_print(forge, "%.*s", (int)signer.len, signer.ptr);
        const char *id = wm_forge_key_id(forge, name);
        wm_forge_set(forge, "root", wm_forge_print(forge, "keys|%s", id),
                     wm_forge_key_json(forge, name));
        ids = wm_forge_print(forge, "%s%s'%s'", ids, ids[0] != '\0' ? "," : "", id);
    }
    wm_forge_set(forge, "root", wm_forge_print(forge, "roles|%s|keyids", role),
                 wm_forge_print(forge, "[%s]", ids));
    wm_forge_set_integer(forge, "root", wm_forge_print(forge, "roles|%s|threshold", role),
                         threshold);
    wm_forge_role_of(forge, role)->signers = keys;
    wm_forge_touch(forge, role);
}

/* ---- the signed file ---- */

static void put_signature(wm_forge *forge, wm_buf *out, wm_str signer, wm_str canonical)
{
    key_pair key;
    unsigned char signature[crypto_sign_BYTES];
    char hex[2 * crypto_sign_BYTES + 1];
    bool is_nothing = signer.ptr[0] == '~';
    find_key(forge, is_nothing ? (wm_str){ signer.ptr + 1, signer.len - 1 } : signer, &key);
    (void)crypto_sign_detached(signature, NULL, (const unsigned char *)canonical.ptr, canonical.len,
                               key.secret);
    if (is_nothing) {
        memset(signature, 0x5a, sizeof signature);
    }
    (void)sodium_bin2hex(hex, sizeof hex, signature, sizeof signature);
    wm_buf_printf(out, "{\"keyid\":\"%s\",\"sig\":\"%s\"}", key.id, hex);
}

static wm_str signed_file(wm_forge *forge, const wm_forge_role *role)
{
    wm_buf canonical;
    wm_buf file;
    wm_error err = { 0 };
    wm_str signer;
    const char *at = role->signed_once != NULL ? role->signed_once : role->signers;
    const char *between = "";
    wm_buf_init(&canonical, wm_env_system(), 16 * WM_MIB);
    wm_buf_init(&file, wm_env_system(), 16 * WM_MIB);
    put_canonical(&canonical, role->body);
    wm_buf_put_text(&file, "{\"signatures\":[");
    while (next_signer(&at, &signer)) {
        wm_buf_put_text(&file, between);
        put_signature(forge, &file, signer, wm_buf_str(&canonical));
        between = ",";
    }
    wm_buf_put_text(&file, "],\"signed\":");
    wm_json_write(&file, role->body);
    wm_buf_put_char(&file, '}');
    assert_ok(wm_buf_status(&canonical, &err), &err);
    assert_ok(wm_buf_status(&file, &err), &err);
    wm_str copy = wm_arena_copy(&forge->scratch, wm_buf_str(&file));
    assert_non_null(copy.ptr);
    wm_buf_fini(&canonical);
    wm_buf_fini(&file);
    return copy;
}

/* ---- publishing ---- */

static wm_str with_text(wm_forge *forge, const wm_forge_role *role, wm_str file)
{
    if (role->text_find == NULL) {
        return file;
    }
    const char *found = strstr(file.ptr, role->text_find);
    if (found == NULL) {
        fail_msg("%s: no \"%s\" in it", role->name, role->text_find);
        return file;
    }
    return wm_str_of(wm_forge_print(forge, "%.*s%s%s", (int)(found - file.ptr), file.ptr,
                                    role->text_put, found + strlen(role->text_find)));
}

static void set_now(wm_forge *forge, wm_forge_role *role, const char *place, const char *value)
{
    const wm_json *json = value != NULL ? wm_test_json(&forge->scratch, value) : NULL;
    role->body = wm_forge_json_with(&forge->scratch, role->body, place, json);
}

static bool is_top(const wm_forge_role *role, const char *name)
{
    return strcmp(role->name, name) == 0;
}

/* Version, edits, signature, file; and forget what was waiting. */
static wm_str publish_role(wm_forge *forge, wm_forge_role *role)
{
    int64_t version = role->version;
    if (!role->alone) {
        version = (role->highest > version ? role->highest : version) + 1;
        set_now(forge, role, "version", wm_forge_print(forge, "%lld", (long long)version));
    }
    for (size_t i = 0; i < role->edit_count; i++) {
        set_now(forge, role, role->edits[i].place, role->edits[i].value);
    }
    version = wm_json_integer(wm_json_get(role->body, "version"), version);
    if (role->alone) {
        version = role->version;
    }
    role->version = version;
    role->highest = version > role->highest ? version : role->highest;
    wm_str file = with_text(forge, role, signed_file(forge, role));
    int64_t named = role->file_version != 0 ? role->file_version : version;
    const char *path = is_top(role, "timestamp")
                           ? wm_forge_print(forge, "%s/timestamp.json", forge->edition)
                           : wm_forge_print(forge, "%s/%lld.%s.json", forge->edition,
                                            (long long)named, role->name);
    (void)wm_forge_put_file(forge, path, file);
    role->edited = false;
    role->file_version = 0;
    role->signed_once = NULL;
    role->text_find = NULL;
    role->edit_count = 0;
    return file;
}

/* Say in `lister` what `role` is now: its version, and length and hash where they are given. */
static void list_upwards(wm_forge *forge, wm_forge_role *lister, const wm_forge_role *role,
                         wm_str file)
{
    char hex[2 * crypto_hash_sha256_BYTES + 1];
    unsigned char digest[crypto_hash_sha256_BYTES];
    const char *entry = wm_forge_print(forge, "meta|%s.json", role->name);
    set_now(forge, lister, wm_forge_print(forge, "%s|version", entry),
            wm_forge_print(forge, "%lld", (long long)role->version));
    const wm_json *listed =
        wm_json_get_str(wm_json_get(lister->body, "meta"), wm_str_of(strchr(entry, '|') + 1));
    if (wm_json_get(listed, "length") != NULL) {
        set_now(forge, lister, wm_forge_print(forge, "%s|length", entry),
                wm_forge_print(forge, "%zu", file.len));
    }
    if (wm_json_get(listed, "hashes") != NULL) {
        (void)crypto_hash_sha256(digest, (const unsigned char *)file.ptr, file.len);
        set_now(forge, lister, wm_forge_print(forge, "%s|hashes", entry),
                wm_forge_print(forge, "{'sha256':'%s'}",
                               sodium_bin2hex(hex, sizeof hex, digest, sizeof digest)));
    }
    lister->edited = true;
}

static void note_highest(wm_forge *forge, const wm_forge_role *lister)
{
    const wm_json *meta = wm_json_get(lister->body, "meta");
    for (uint32_t i = 0; wm_json_is(meta, WM_JSON_OBJECT) && i < meta->count; i++) {
        const wm_json_member *member = &meta->as.members[i];
        const char *name =
            wm_forge_print(forge, "%.*s", (int)member->name.len - 5, member->name.ptr);
        wm_forge_role *role = wm_forge_find_role(forge, name);
        int64_t version = wm_json_integer(wm_json_get(&member->value, "version"), 0);
        if (role != NULL && version > role->highest) {
            role->highest = version;
        }
    }
}

void wm_forge_publish(wm_forge *forge)
{
    wm_forge_role *root = wm_forge_role_of(forge, "root");
    wm_forge_role *snapshot = wm_forge_role_of(forge, "snapshot");
    wm_forge_role *timestamp = wm_forge_role_of(forge, "timestamp");
    if (root->edited) {
        (void)publish_role(forge, root);
    }
    for (size_t i = 0; i < forge->role_count; i++) {
        wm_forge_role *role = &forge->roles[i];
        if (role->edited && role != root && role != snapshot && role != timestamp) {
            wm_str file = publish_role(forge, role);
            if (!role->alone && !snapshot->left) {
                list_upwards(forge, snapshot, role, file);
            }
        }
    }
    if (snapshot->edited) {
        wm_str file = publish_role(forge, snapshot);
        note_highest(forge, snapshot);
        if (!snapshot->alone && !timestamp->left) {
            list_upwards(forge, timestamp, snapshot, file);
        }
    }
    if (timestamp->edited) {
        (void)publish_role(forge, timestamp);
        note_highest(forge, timestamp);
    }
    for (size_t i = 0; i < forge->role_count; i++) {
        forge->roles[i].alone = false;
        forge->roles[i].left = false;
    }
}
