/* oruk_rest.c: `waymark`, the rest of a record.
 *
 *   "waymark": {"<member>": {"was": D, "is": VALUE}, ..}
 *
 * D is the digest of what the other members of the same object were read as when it was written
 * (left out: nothing), VALUE what the record has (left out: nothing). If somebody changed the other
 * members since, D no longer fits: then what they say counts, and the rest is left aside. So a
 * phone number that was corrected elsewhere is never put back. */
#include "oruk.h"

#define DIGEST_LETTERS 16

static wm_str digest_of(tree_maker *maker, const wm_json *value)
{
    wm_buf bytes;
    wm_digest digest;
    char hex[WM_DIGEST_HEX_BYTES];
    if (value == NULL) {
        return WM_STR("");
    }
    wm_buf_init(&bytes, maker->arena->env, 4 * WM_RECORD_BYTES_MAX);
    wm_json_write(&bytes, value);
    maker->failed = maker->failed || bytes.status == WM_NO_MEMORY;
    const wm_str part = wm_buf_str(&bytes);
    wm_digest_of(&part, 1, &digest);
    wm_buf_fini(&bytes);
    wm_digest_hex(&digest, hex);
    return tree_format(maker, "%.*s", DIGEST_LETTERS, hex);
}

static void drop(tree_object *members, wm_str name)
{
    for (size_t i = 0; i < members->count; i++) {
        if (wm_str_equal(members->members[i].name, name)) {
            members->members[i] = members->members[--members->count];
            return;
        }
    }
}

void oruk_read_rest(oruk_reading *r, const wm_json *rest, tree_object *members)
{
    if (!wm_json_is(rest, WM_JSON_OBJECT)) {
        return;
    }
    for (uint32_t i = 0; i < rest->count; i++) {
        const wm_json_member *member = &rest->as.members[i];
        const wm_json *is = wm_json_get(&member->value, "is");
        const wm_json *mapped = tree_get(members, member->name.ptr);
        wm_str was = wm_json_string(wm_json_get(&member->value, "was"));
        if (wm_str_is(member->name, "id")) {
            continue;
        }
        if (!wm_str_equal(was, digest_of(&r->maker, mapped))) {
            oruk_note(r, "changed elsewhere since it was written", member->name);
        } else if (is != NULL) {
            tree_put_str(&r->maker, members, member->name, is);
        } else {
            drop(members, member->name);
        }
    }
}

static void put_rest(tree_maker *maker, wm_str name, const wm_json *mapped, const wm_json *original,
                     tree_object *rest)
{
    tree_object entry = { NULL, 0, 0 };
    if (wm_json_equal(mapped, original) || wm_str_is(name, "id")) {
        return;
    }
    tree_put_text(maker, &entry, "was", digest_of(maker, mapped));
    tree_put(maker, &entry, "is", original);
    wm_json made = tree_close(&entry);
    tree_put_str(maker, rest, name, &made);
}

void oruk_write_rest(tree_maker *maker, const wm_json *mapped, const wm_json *original,
                     tree_object *out)
{
    tree_object rest = { NULL, 0, 0 };
    for (uint32_t i = 0; i < original->count; i++) {
        const wm_json_member *member = &original->as.members[i];
        put_rest(maker, member->name, wm_json_get_str(mapped, member->name), &member->value, &rest);
    }
    for (uint32_t i = 0; mapped != NULL && i < mapped->count; i++) {
        const wm_json_member *member = &mapped->as.members[i];
        if (wm_json_get_str(original, member->name) == NULL) {
            put_rest(maker, member->name, &member->value, NULL, &rest);
        }
    }
    tree_put_object(maker, out, "waymark", &rest);
}
