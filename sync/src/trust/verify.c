/* verify.c: the frame of a metadata file, its signatures, and the threshold.
 *
 * TUF 1.0.34, 4.2.1: the file is {"signed": ROLE, "signatures": [{"keyid", "sig"}, ...]} and a
 * signature is over the canonical form of the value of "signed". Our strict reader refuses what
 * other parsers read in two ways (a name twice, bytes after the value), so that what is verified
 * is what is read. */
#include "trust/canonical.h"
#include "trust/metadata.h"

static wm_status read_signature(wm_arena *arena, const wm_json *value, wm_signature *signature_out,
                                wm_error *err)
{
    const wm_json *key_id = wm_json_get(value, "keyid");
    const wm_json *hex = wm_json_get(value, "sig");
    if (!wm_json_is(key_id, WM_JSON_STRING) || !wm_json_is(hex, WM_JSON_STRING)) {
        return wm_fail(err, WM_BAD_INPUT, "signatures: expected texts \"keyid\" and \"sig\"");
    }
    /* An empty or odd one is no reason to refuse the file: it does not count, the others may. */
    size_t length = hex->as.string.len / 2;
    signature_out->key_id = key_id->as.string;
    if (length > WM_SIGNATURE_BYTES_MAX) {
        length = 0;
    }
    uint8_t *bytes = wm_arena_alloc(arena, length);
    if (bytes == NULL) {
        return wm_fail_memory(err);
    }
    signature_out->bytes = bytes;
    signature_out->length = wm_hex_read(hex->as.string, bytes, length) ? length : 0;
    return WM_OK;
}

static wm_status read_signatures(wm_arena *arena, const wm_json *list, wm_unverified *unverified,
                                 wm_error *err)
{
    if (!wm_json_is(list, WM_JSON_ARRAY)) {
        return wm_fail(err, WM_BAD_INPUT, "expected a list \"signatures\"");
    }
    if (list->count > WM_SIGNATURES_MAX) {
        return wm_fail(err, WM_TOO_LARGE, "signatures: expected at most %d, found %u",
                       WM_SIGNATURES_MAX, (unsigned)list->count);
    }
    wm_signature *signatures = wm_arena_array(arena, list->count, sizeof *signatures);
    if (signatures == NULL) {
        return wm_fail_memory(err);
    }
    for (uint32_t i = 0; i < list->count; i++) {
        wm_status status = read_signature(arena, &list->as.items[i], &signatures[i], err);
        /* "The keyid MUST be unique in the signatures array" (4.2.1). */
        for (uint32_t k = 0; k < i && status == WM_OK; k++) {
            if (wm_str_equal(signatures[k].key_id, signatures[i].key_id)) {
                status = wm_fail(err, WM_NOT_TRUSTED, "signatures: key %.*s is named twice",
                                 WM_STR_ARG(signatures[i].key_id));
            }
        }
        if (status != WM_OK) {
            return status;
        }
    }
    unverified->signatures = signatures;
    unverified->signature_count = list->count;
    return WM_OK;
}

wm_status wm_unverified_read(wm_arena *arena, wm_str bytes, size_t max_bytes,
                             wm_unverified *unverified_out, wm_error *err)
{
    const wm_json *value = NULL;
    wm_status status = wm_json_parse(arena, bytes, max_bytes, &value, err);
    if (status != WM_OK) {
        return status;
    }
    wm_unverified unverified = { .body = wm_json_get(value, "signed") };
    if (!wm_json_is(unverified.body, WM_JSON_OBJECT)) {
        return wm_fail(err, WM_BAD_INPUT, "expected an object \"signed\"");
    }
    status = read_signatures(arena, wm_json_get(value, "signatures"), &unverified, err);
    if (status != WM_OK) {
        return status;
    }
    /* The canonical form can be longer than the text only by the escapes of '"' and '\', which the
     * text needs too. */
    wm_buf canonical;
    wm_buf_init(&canonical, arena->env, bytes.len);
    wm_tuf_canonical(&canonical, unverified.body);
    status = wm_buf_status(&canonical, err);
    if (status == WM_OK) {
        unverified.canonical = wm_arena_copy(arena, wm_buf_str(&canonical));
        status = unverified.canonical.ptr != NULL ? WM_OK : wm_fail_memory(err);
    }
    wm_buf_fini(&canonical);
    if (status == WM_OK) {
        *unverified_out = unverified;
    }
    return status;
}

static bool key_has_signed(const wm_unverified *unverified, const wm_public_key *key)
{
    for (size_t i = 0; i < unverified->signature_count; i++) {
        const wm_signature *signature = &unverified->signatures[i];
        if (wm_str_equal(signature->key_id, key->id) &&
            wm_public_key_verifies(key, unverified->canonical, signature->bytes,
                                   signature->length)) {
            return true;
        }
    }
    return false;
}

/* The same key, under whatever id, has been counted already. */
static bool counted_before(const wm_signers *role, const bool *counted, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (counted[i] && wm_digest_equal(&role->keys[i].identity, &role->keys[at].identity)) {
            return true;
        }
    }
    return false;
}

wm_status wm_verify(const wm_unverified *unverified, const wm_signers *role,
                    wm_verified *verified_out, wm_error *err)
{
    bool counted[WM_ROLE_KEYS_MAX] = { false };
    int64_t good = 0;
    for (size_t i = 0; i < role->key_count && i < WM_ROLE_KEYS_MAX; i++) {
        if (!counted_before(role, counted, i) && key_has_signed(unverified, &role->keys[i])) {
            counted[i] = true;
            good++;
        }
    }
    if (role->threshold < 1 || good < role->threshold) {
        return wm_fail(err, WM_NOT_TRUSTED,
                       "expected signatures by %lld keys of role %.*s, found %lld",
                       (long long)role->threshold, WM_STR_ARG(role->name), (long long)good);
    }
    verified_out->body = unverified->body;
    return WM_OK;
}

wm_verified wm_verified_pinned(const wm_unverified *unverified)
{
    return (wm_verified){ unverified->body };
}
