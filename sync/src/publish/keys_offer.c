/* keys_offer.c: a key that a person makes on a machine of their own, and of which they hand over
 * only the public half: one offers it, and who changes the root accepts it.
 *
 *   DIR/EDITION/ROLE-ID.key           stays with the person
 *   DIR/EDITION/ROLE-ID.public.json   the key as a root lists it; no secret, but to be compared:
 * who accepts it asks the person for the ID by voice */
#include <stdio.h>
#include <string.h>

#include "publish/root_change.h"

static wm_status write_public(const wm_key_places *places, const char *path,
                              const wm_public_key *key, wm_error *err)
{
    wm_buf text;
    wm_json_out out;
    wm_buf_init(&text, places->arena->env, WM_KEY_FILE_BYTES_MAX);
    wm_json_out_init(&out, &text);
    wm_public_key_write(&out, key);
    wm_buf_put_char(&text, '\n');
    wm_status status = wm_buf_status(&text, err);
    if (status == WM_OK) {
        status = places->files->write(places->files->context, path, wm_buf_str(&text), err);
    }
    wm_buf_fini(&text);
    return status;
}

/* "ROLE-ID.public.json" for "ROLE-ID.key" */
static wm_status offer_one(wm_root_desk *desk, wm_edition edition, wm_top_role role, wm_error *err)
{
    const wm_key_places *places = &desk->places;
    char name[WM_KEY_NAME_BYTES];
    char other[2 * WM_KEY_NAME_BYTES];
    char path[WM_PUBLISH_PATH_BYTES];
    wm_secret_key key;
    wm_status status = wm_secret_key_generate(places->arena, &key, err);
    if (status != WM_OK) {
        return status;
    }
    wm_key_file_name(name, role, &key.public_key);
    (void)snprintf(other, sizeof other, "%.*s.public.json", (int)(strlen(name) - strlen(".key")),
                   name);
    status = wm_key_path(path, places->folders[0], edition, name, err);
    if (status == WM_OK) {
        status = wm_key_write(places->arena, places->files, path, &key, err);
    }
    if (status == WM_OK) {
        status = wm_names_add(&desk->made, wm_str_of(path), err);
    }
    if (status == WM_OK) {
        status = wm_key_path(path, places->folders[0], edition, other, err);
    }
    if (status == WM_OK) {
        status = write_public(places, path, &key.public_key, err);
    }
    wm_secret_key_wipe(&key);
    return status == WM_OK ? wm_names_add(&desk->made, wm_str_of(path), err) : status;
}

wm_status wm_keys_offer(wm_arena *arena, const wm_keys_options *options, wm_key_role role,
                        const wm_str **names_out, size_t *name_count_out, wm_error *err)
{
    wm_root_desk desk;
    wm_status status = wm_root_desk_init(arena, options, NULL, &desk, err);
    for (int i = 0; i < WM_EDITION_COUNT && status == WM_OK; i++) {
        if (options->editions == 0 || (options->editions & (1u << i)) != 0) {
            status = offer_one(&desk, (wm_edition)i, (wm_top_role)role, err);
        }
    }
    if (status == WM_OK) {
        *names_out = desk.made.items;
        *name_count_out = desk.made.count;
    }
    return status;
}

wm_status wm_offer_read(wm_arena *arena, wm_str text, wm_public_key *key_out, wm_error *err)
{
    const wm_json *value = NULL;
    wm_public_key key;
    wm_status status = wm_json_parse(arena, text, WM_KEY_FILE_BYTES_MAX, &value, err);
    if (status == WM_OK && wm_json_get(wm_json_get(value, "keyval"), "private") != NULL) {
        return wm_fail(err, WM_BAD_INPUT,
                       "this is a secret key: expected its public half, *.public.json");
    }
    if (status == WM_OK) {
        status = wm_public_key_read(WM_STR("of this file"), value, &key, err);
    }
    if (status == WM_OK && key.scheme != WM_SCHEME_ED25519) {
        return wm_fail(err, WM_UNSUPPORTED, "expected an ed25519 key, found %.*s",
                       WM_STR_ARG(key.scheme_name));
    }
    if (status == WM_OK) {
        status = wm_public_key_name(arena, &key, err);
    }
    if (status == WM_OK) {
        *key_out = key;
    }
    return status;
}
