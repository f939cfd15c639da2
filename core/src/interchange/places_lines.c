/* places_lines.c: one line of each list, and what becomes of it. */
#include <stdio.h>
#include <stdlib.h>

#include "interchange/places_import.h"

#define NAME_BYTES_MAX 200
#define TOWNS_OF_NAME_MAX 99

/* ---- unit postcodes ---- */

static bool is_not_covered(const char *postcode)
{
    static const char *const areas[] = { "JE", "GY", "IM", "BT" };
    for (size_t i = 0; i < sizeof areas / sizeof areas[0]; i++) {
        if (strncmp(postcode, areas[i], 2) == 0) {
            return true;
        }
    }
    return false;
}

/* What lies beyond is under the nation, so that it is not taken to lie where the rest does. */
static wm_status add_unit(wm_place_import *import, const place_row *row,
                          const wm_postcode *postcode, wm_error *err)
{
    gathered_unit unit = { .locality = WM_LOCALITY_NONE };
    unit.has_position = place_position(&import->layout, row, &unit.lat, &unit.lon);
    unit.is_rough = !unit.has_position || place_is_rough(&import->layout, row);
    const char *inward = postcode->text + postcode->outcode_len + 1;
    unit.place = (uint16_t)((unsigned)(inward[0] - '0') * WM_UNIT_CELLS + wm_unit_cell(inward + 1));
    wm_status status = place_import_locality(import, row, &unit.locality, err);
    if (status != WM_OK) {
        return status;
    }
    if (unit.locality == WM_LOCALITY_NONE) {
        unit.locality =
            place_import_nation(import, place_field(&import->layout, row, COLUMN_DISTRICT));
        unit.is_beyond = true;
    }
    if (!gathered_add(&import->of_outcode, &unit)) {
        place_import_reject(import, "each postcode once", wm_str_of(postcode->text));
        return WM_OK;
    }
    import->counts.taken++;
    return WM_OK;
}

wm_status place_import_unit(wm_place_import *import, const place_row *row, wm_error *err)
{
    wm_str text = place_field(&import->layout, row, COLUMN_POSTCODE);
    wm_postcode postcode = wm_postcode_read(text);
    if (place_field(&import->layout, row, COLUMN_TERMINATED).len > 0) {
        import->counts.terminated++;
        return WM_OK;
    }
    if (postcode.part != WM_POSTCODE_UNIT) {
        /* A bank, and what health records say of people from nowhere: no places. */
        if (wm_str_starts(text, WM_STR("GIR")) || wm_str_starts(text, WM_STR("ZZ99"))) {
            import->counts.outside++;
        } else {
            place_import_reject(import, "a postcode such as \"BA1 1AA\"", text);
        }
        return WM_OK;
    }
    if (is_not_covered(postcode.text)) {
        import->counts.outside++;
        return WM_OK;
    }
    wm_str outcode = { postcode.text, postcode.outcode_len };
    if (!wm_str_is(outcode, import->of_outcode.outcode)) {
        wm_status status = place_import_flush(import, err);
        if (status != WM_OK) {
            return status;
        }
        memcpy(import->of_outcode.outcode, outcode.ptr, outcode.len);
        import->of_outcode.outcode[outcode.len] = '\0';
    }
    return add_unit(import, row, &postcode, err);
}

wm_status place_import_flush(wm_place_import *import, wm_error *err)
{
    gathered *of = &import->of_outcode;
    wm_str id = wm_str_of(of->outcode);
    wm_status status = WM_OK;
    size_t outside = 0;
    size_t fresh = of->count;
    if (of->count == 0) {
        return WM_OK;
    }
    wm_arena scratch;
    wm_arena_init(&scratch, import->env, 64 * WM_MIB);
    if (wm_symbols_find(import->ids, id) != WM_SYMBOL_NONE) { /* its lines are in two places */
        const wm_json *record = NULL;
        status = place_import_get(import, id, &scratch, &record, err);
        if (status == WM_OK) {
            status = gathered_take(of, import->tree, record, &scratch, err);
        }
    }
    if (status == WM_OK) {
        wm_buf_reset(&import->record);
        status = gathered_write(of, import->tree, &import->record, &outside, err);
    }
    if (status == WM_NOT_FOUND) { /* none is in a locality of ours */
        status = WM_OK;
        outside = fresh;
    } else if (status == WM_OK) {
        status = place_import_put(import, id, true, err);
    }
    import->counts.outside += (int64_t)outside;
    import->counts.taken -= (int64_t)outside;
    wm_arena_fini(&scratch);
    gathered_clear(of);
    return status;
}

/* ---- records of their own ---- */

typedef struct place_draft {
    const char *kind;
    wm_str id;
    wm_str name;
    wm_place_candidate shares[WM_PLACE_CANDIDATES_MAX];
    size_t share_count;
    uint32_t radius_m;
} place_draft;

static wm_status put_draft(wm_place_import *import, const place_row *row, place_draft *draft,
                           wm_error *err)
{
    int32_t lat = 0;
    int32_t lon = 0;
    wm_json_out out;
    if (draft->share_count == 0) {
        import->counts.outside++;
        return WM_OK;
    }
    if (draft->name.len == 0 || draft->name.len > NAME_BYTES_MAX) {
        place_import_reject(import, "a name", draft->name);
        return WM_OK;
    }
    if (!wm_id_valid(draft->id)) {
        place_import_reject(import, "letters and digits", draft->id);
        return WM_OK;
    }
    if (wm_symbols_find(import->ids, draft->id) != WM_SYMBOL_NONE) {
        place_import_reject(import, "each place once", draft->id);
        return WM_OK;
    }
    bool has_position = place_position(&import->layout, row, &lat, &lon);
    wm_buf_reset(&import->record);
    wm_json_out_init(&out, &import->record);
    wm_json_out_object(&out);
    wm_json_out_member_string(&out, "id", draft->id);
    wm_json_out_member_text(&out, "kind", draft->kind);
    if (has_position) {
        wm_json_out_member_integer(&out, "lat", lat);
        wm_json_out_member_integer(&out, "lon", lon);
    }
    wm_json_out_member_string(&out, "name", draft->name);
    if (has_position && draft->radius_m > 0) {
        wm_json_out_member_integer(&out, "radius_m", draft->radius_m);
    }
    wm_json_out_name(&out, "shares");
    place_shares_write(draft->shares, draft->share_count, import->tree, &out);
    wm_json_out_end_object(&out);
    import->counts.taken++;
    return place_import_put(import, draft->id, false, err);
}

static void add_share(place_draft *draft, wm_locality locality, uint32_t share)
{
    size_t at = 0;
    while (at < draft->share_count && draft->shares[at].locality != locality) {
        at++;
    }
    if (locality == WM_LOCALITY_NONE || at == WM_PLACE_CANDIDATES_MAX || share == 0) {
        return;
    }
    if (at == draft->share_count) {
        draft->shares[draft->share_count++] = (wm_place_candidate){ locality, 0 };
    }
    draft->shares[at].share += share;
}

/* "S12000033:0.700 S12000034:0.300". False: not of this form. */
static bool read_shares(const wm_place_import *import, wm_str text, place_draft *draft)
{
    wm_place_candidate beyond = { WM_LOCALITY_NONE, 0 };
    for (size_t at = 0; at < text.len;) {
        size_t end = at;
        size_t colon = 0;
        int32_t share = 0;
        for (; end < text.len && text.ptr[end] != ' '; end++) {
            colon = text.ptr[end] == ':' ? end : colon;
        }
        if (colon <= at ||
            !place_number((wm_str){ text.ptr + colon + 1, end - colon - 1 }, 3, &share) ||
            share < 0 || share > WM_PLACE_SHARE_WHOLE) {
            return false;
        }
        wm_str code = { text.ptr + at, colon - at };
        wm_locality found = wm_locality_find(import->tree, code);
        if (found != WM_LOCALITY_NONE) {
            add_share(draft, found, share > 0 ? (uint32_t)share : 1);
        } else {
            beyond.locality = place_import_nation(import, code);
            beyond.share += (uint32_t)share;
        }
        at = end + 1;
    }
    if (draft->share_count > 0 && draft->share_count < WM_PLACE_CANDIDATES_MAX) {
        add_share(draft, beyond.locality, beyond.share);
    }
    return true;
}

/* An outcode or a sector by itself. One that has units is finer, and stays. */
wm_status place_import_area(wm_place_import *import, const place_row *row, wm_error *err)
{
    bool is_outcode = import->layout.format == PLACE_FORMAT_OUTCODES;
    wm_str text = place_field(&import->layout, row, is_outcode ? COLUMN_OUTCODE : COLUMN_SECTOR);
    wm_postcode postcode = wm_postcode_read(text);
    place_draft draft = { .kind = is_outcode ? "outcode" : "sector" };
    int32_t radius_m = 0;
    if (postcode.part != (is_outcode ? WM_POSTCODE_OUTCODE : WM_POSTCODE_SECTOR)) {
        place_import_reject(
            import, is_outcode ? "an outcode such as \"BA1\"" : "a sector such as \"BA1 1\"", text);
        return WM_OK;
    }
    if (!read_shares(import, place_field(&import->layout, row, COLUMN_SHARES), &draft)) {
        place_import_reject(import, "shares such as \"E06000022:0.700\"",
                            place_field(&import->layout, row, COLUMN_SHARES));
        return WM_OK;
    }
    draft.radius_m =
        place_number(place_field(&import->layout, row, COLUMN_RADIUS), 0, &radius_m) && radius_m > 0
            ? (uint32_t)radius_m
            : 0;
    char id[16];
    draft.name = wm_str_of(postcode.text);
    (void)snprintf(id, sizeof id, "%s", postcode.text);
    if (!is_outcode) {
        id[postcode.outcode_len] = '-';
    }
    draft.id = wm_str_of(id);
    return put_draft(import, row, &draft, err);
}

/* "town-" and the name in small letters, digits and hyphens; the length, 0 if nothing is left. */
static size_t make_town_id(wm_str name, char *id, size_t capacity)
{
    size_t length = 5;
    memcpy(id, "town-", 6);
    for (size_t i = 0; i < name.len && length + 1 < capacity; i++) {
        char c = name.ptr[i];
        if (c >= 'A' && c <= 'Z') {
            c = (char)(c - 'A' + 'a');
        }
        bool is_kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        bool is_apostrophe = c == '\'' || (unsigned char)c >= 0x80;
        if (is_kept) {
            id[length++] = c;
        } else if (!is_apostrophe && id[length - 1] != '-') {
            id[length++] = '-';
        }
    }
    length -= id[length - 1] == '-' ? 1 : 0;
    id[length] = '\0';
    return length > 5 ? length : 0;
}

static wm_status lie_in(wm_place_import *import, const place_row *row, place_draft *draft,
                        wm_error *err)
{
    wm_locality found = WM_LOCALITY_NONE;
    wm_status status = place_import_locality(import, row, &found, err);
    add_share(draft, found, status == WM_OK ? 1 : 0);
    return status;
}

/* "town-newton" is there: with its number, if the list has one, else the first that is free. The
 * length, 0 if there is none. */
static size_t number_town_id(const wm_place_import *import, wm_str number, const char *id,
                             char longer[WM_ID_BYTES_MAX + 1])
{
    if (number.len > 0 && number.len < 12) {
        return (size_t)snprintf(longer, WM_ID_BYTES_MAX + 1, "%s-%.*s", id, WM_STR_ARG(number));
    }
    for (int n = 2; n <= TOWNS_OF_NAME_MAX; n++) {
        int length = snprintf(longer, WM_ID_BYTES_MAX + 1, "%s-%d", id, n);
        wm_str made = { longer, (size_t)length };
        if (wm_symbols_find(import->ids, made) == WM_SYMBOL_NONE) {
            return made.len;
        }
    }
    return 0;
}

wm_status place_import_town(wm_place_import *import, const place_row *row, wm_error *err)
{
    char id[WM_ID_BYTES_MAX - 12];
    char longer[WM_ID_BYTES_MAX + 1];
    place_draft draft = { .kind = "town", .name = place_field(&import->layout, row, COLUMN_NAME) };
    size_t length = make_town_id(draft.name, id, sizeof id);
    draft.id = (wm_str){ id, length };
    if (length == 0) {
        place_import_reject(import, "the name of a town", draft.name);
        return WM_OK;
    }
    if (wm_symbols_find(import->ids, draft.id) != WM_SYMBOL_NONE) { /* another of that name */
        length =
            number_town_id(import, place_field(&import->layout, row, COLUMN_NUMBER), id, longer);
        draft.id = (wm_str){ longer, length };
    }
    if (length == 0) {
        place_import_reject(import, "a town of another name: there are too many", draft.name);
        return WM_OK;
    }
    wm_status status = lie_in(import, row, &draft, err);
    return status == WM_OK ? put_draft(import, row, &draft, err) : status;
}

wm_status place_import_ward(wm_place_import *import, const place_row *row, wm_error *err)
{
    char id[WM_ID_BYTES_MAX + 1];
    wm_str code = place_field(&import->layout, row, COLUMN_WARD_CODE);
    place_draft draft = { .kind = "ward", .name = place_field(&import->layout, row, COLUMN_NAME) };
    (void)snprintf(id, sizeof id, "ward-%.*s", code.len < 60 ? (int)code.len : 60,
                   code.len > 0 ? code.ptr : "");
    draft.id = wm_str_of(id);
    wm_status status = lie_in(import, row, &draft, err);
    return status == WM_OK ? put_draft(import, row, &draft, err) : status;
}

/* ---- practices ---- */

static bool is_word_char(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           c == '\'' || (unsigned char)c >= 0x80;
}

/* Official lists are in capitals: "THE SURGERY AT BATH" is "The Surgery at Bath". */
static wm_str plain_name(wm_place_import *import, wm_str name)
{
    static const char *const small[] = { "AND", "OF", "THE", "AT", "IN", "ON" };
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] >= 'a' && name.ptr[i] <= 'z') {
            return name;
        }
    }
    char *plain = wm_arena_alloc(&import->arena, name.len + 1);
    for (size_t at = 0; plain != NULL && at < name.len;) {
        size_t end = at;
        while (end < name.len && is_word_char(name.ptr[end])) {
            end++;
        }
        wm_str word = { name.ptr + at, end - at };
        bool is_small = false;
        for (size_t i = 0; i < sizeof small / sizeof small[0]; i++) {
            is_small = is_small || (at > 0 && wm_str_is(word, small[i]));
        }
        for (size_t i = at; i < end; i++) {
            char c = name.ptr[i];
            if (c >= 'A' && c <= 'Z' && (i > at || is_small)) {
                c = (char)(c - 'A' + 'a');
            }
            plain[i] = c;
        }
        if (end < name.len) {
            plain[end] = name.ptr[end];
        }
        at = end + 1;
    }
    return plain != NULL ? (wm_str){ plain, name.len } : name;
}

/* Its network, if the directory has that, else the locality that the list says, else where it
 * stands. */
static wm_status place_practice(wm_place_import *import, const place_row *row, place_draft *draft,
                                wm_error *err)
{
    static const place_column networks[] = { COLUMN_NETWORK, COLUMN_NETWORK_BEFORE };
    const place_layout *layout = &import->layout;
    for (size_t i = 0; i < 2 && draft->share_count == 0; i++) {
        add_share(draft, wm_locality_find(import->tree, place_field(layout, row, networks[i])), 1);
    }
    wm_status status = WM_OK;
    if (draft->share_count == 0) {
        status = lie_in(import, row, draft, err);
    }
    wm_str postcode = place_field(layout, row, COLUMN_POSTCODE);
    if (status == WM_OK && draft->share_count == 0 && postcode.len > 0 &&
        postcode.len <= WM_PLACE_TEXT_BYTES_MAX) {
        wm_place_match match;
        status =
            wm_places_resolve(import->places, import->tree, postcode, &import->arena, &match, err);
        for (size_t i = 0;
             status == WM_OK && match.outcome == WM_PLACE_FOUND && i < match.candidate_count; i++) {
            add_share(draft, match.candidates[i].locality, match.candidates[i].share);
        }
    }
    return status;
}

wm_status place_import_practice(wm_place_import *import, const place_row *row, wm_error *err)
{
    const place_layout *layout = &import->layout;
    wm_str code = place_field(layout, row, COLUMN_PRACTICE);
    wm_str status_code = place_field(layout, row, COLUMN_STATUS);
    wm_str setting = place_field(layout, row, COLUMN_SETTING);
    char id[WM_ID_BYTES_MAX + 1];
    if (status_code.len > 0 && !wm_str_is(status_code, "A") && !wm_str_is(status_code, "ACTIVE")) {
        import->counts.terminated++;
        return WM_OK;
    }
    if (setting.len > 0 && !wm_str_is(setting, "4")) { /* prisons, hospitals, walk-in centres */
        import->counts.outside++;
        return WM_OK;
    }
    if (code.len < 4 || code.len > 12 || !wm_id_valid(code)) {
        place_import_reject(import, "the code of a practice", code);
        return WM_OK;
    }
    (void)snprintf(id, sizeof id, "practice-%.*s", (int)code.len, code.ptr);
    place_draft draft = { .kind = "practice",
                          .id = wm_str_of(id),
                          .name = plain_name(import, place_field(layout, row, COLUMN_NAME)) };
    wm_status status = place_practice(import, row, &draft, err);
    return status == WM_OK ? put_draft(import, row, &draft, err) : status;
}
