/* uuid.c: ids that are derived, so that the same original gets the same id each time. */
#include <waymark/sys/interchange.h>

#define UUID_LENGTH 36

static bool is_dash_at(size_t i)
{
    return i == 8 || i == 13 || i == 18 || i == 23;
}

char *wm_uuid_derive(wm_str space, wm_str kind, wm_str original, char uuid_out[WM_UUID_BYTES])
{
    static const char hex[] = "0123456789abcdef";
    wm_digest digest;
    const wm_str zero = { "", 1 };
    const wm_str parts[] = { WM_STR("waymark id 1"), zero, space, zero, kind, zero, original };
    wm_digest_of(parts, sizeof parts / sizeof parts[0], &digest);
    digest.bytes[6] = (uint8_t)((digest.bytes[6] & 0x0f) | 0x80); /* version 8 */
    digest.bytes[8] = (uint8_t)((digest.bytes[8] & 0x3f) | 0x80); /* variant */
    size_t nibble = 0;
    for (size_t i = 0; i < UUID_LENGTH; i++) {
        if (is_dash_at(i)) {
            uuid_out[i] = '-';
            continue;
        }
        unsigned byte = digest.bytes[nibble / 2];
        uuid_out[i] = hex[nibble % 2 == 0 ? byte >> 4 : byte & 15];
        nibble++;
    }
    uuid_out[UUID_LENGTH] = '\0';
    return uuid_out;
}

bool wm_uuid_valid(wm_str text)
{
    if (text.len != UUID_LENGTH) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool is_hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (is_dash_at(i) ? c != '-' : !is_hex) {
            return false;
        }
    }
    return true;
}
