/* places_outcode.c: from units to one record for their outcode: its shares, its middle, how far
 * from it they lie, and a text for each sector. */
#include "interchange/places_outcode.h"

#include <stdlib.h>

#include "vocab/register.h"

bool gathered_add(gathered *of, const gathered_unit *unit)
{
    if (of->is_there[unit->place]) {
        return false;
    }
    of->is_there[unit->place] = true;
    of->units[of->count++] = *unit;
    return true;
}

void gathered_clear(gathered *of)
{
    of->outcode[0] = '\0';
    of->count = 0;
    memset(of->is_there, 0, sizeof of->is_there);
}

static int compare_units(const void *a, const void *b)
{
    const gathered_unit *left = a;
    const gathered_unit *right = b;
    return (left->place > right->place) - (left->place < right->place);
}

static void sort_units(gathered *of)
{
    if (of->count > 0) {
        qsort(of->units, of->count, sizeof of->units[0], compare_units);
    }
}

wm_status gathered_take(gathered *of, const wm_locality_tree *tree, const wm_json *record,
                        wm_arena *arena, wm_error *err)
{
    place at;
    wm_unit units[WM_UNIT_CELLS];
    wm_status status = place_read(arena, tree, record, &at, err);
    for (size_t s = 0; status == WM_OK && at.units != NULL && s < OUTCODE_SECTORS; s++) {
        size_t count = 0;
        wm_units_origin origin = { at.lat, at.lon };
        if (at.units[s].len == 0) {
            continue;
        }
        status = wm_units_decode(at.units[s], origin, units, &count, err);
        for (size_t i = 0; i < count && status == WM_OK; i++) {
            gathered_unit unit = { .place = (uint16_t)(s * WM_UNIT_CELLS + units[i].cell),
                                   .has_position = true,
                                   .is_rough = units[i].is_rough,
                                   .locality = units[i].locality < at.share_count
                                                   ? at.in_order[units[i].locality]
                                                   : WM_LOCALITY_NONE,
                                   .lat = units[i].lat,
                                   .lon = units[i].lon };
            bool is_new = gathered_add(of, &unit);
            (void)is_new; /* what came just now counts */
        }
    }
    sort_units(of);
    return status;
}

/* ---- shares ---- */

static int compare_codes(const wm_locality_tree *tree, wm_locality a, wm_locality b)
{
    return wm_str_compare(wm_locality_code(tree, a), wm_locality_code(tree, b));
}

/* Few, by insertion: largest first, then by code. */
static void sort_shares(wm_place_candidate *list, size_t count, const wm_locality_tree *tree)
{
    for (size_t i = 1; i < count; i++) {
        wm_place_candidate one = list[i];
        size_t at = i;
        while (at > 0 && (list[at - 1].share < one.share ||
                          (list[at - 1].share == one.share &&
                           compare_codes(tree, one.locality, list[at - 1].locality) < 0))) {
            list[at] = list[at - 1];
            at--;
        }
        list[at] = one;
    }
}

/* All of them, however many; largest first. */
static size_t count_all(const gathered *of, const wm_locality_tree *tree,
                        wm_place_candidate counts[OUTCODE_UNITS_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < of->count; i++) {
        size_t at = 0;
        while (at < count && counts[at].locality != of->units[i].locality) {
            at++;
        }
        if (at == count) {
            counts[count++] = (wm_place_candidate){ of->units[i].locality, 0 };
        }
        counts[at].share++;
    }
    sort_shares(counts, count, tree);
    return count;
}

static bool is_among(const wm_place_candidate *list, size_t count, wm_locality locality)
{
    size_t at = 0;
    while (at < count && list[at].locality != locality) {
        at++;
    }
    return at < count;
}

/* A record has room for so many localities. Those with the fewest units become what lies around all
 * of these, which is coarse but right; units without such stay outside. */
static size_t count_localities(gathered *of, const wm_locality_tree *tree,
                               wm_place_candidate counts[WM_PLACE_CANDIDATES_MAX])
{
    wm_place_candidate all[OUTCODE_UNITS_MAX];
    size_t kept = WM_PLACE_CANDIDATES_MAX - 1;
    size_t count = count_all(of, tree, all);
    if (count > WM_PLACE_CANDIDATES_MAX) {
        wm_locality around = all[kept].locality;
        for (size_t i = kept + 1; i < count && around != WM_LOCALITY_NONE; i++) {
            around = wm_locality_common(tree, around, all[i].locality);
        }
        size_t inside = 0;
        for (size_t i = 0; i < of->count; i++) {
            gathered_unit unit = of->units[i];
            unit.locality = is_among(all, kept, unit.locality) ? unit.locality : around;
            if (unit.locality != WM_LOCALITY_NONE) {
                of->units[inside++] = unit;
            }
        }
        of->count = inside;
        count = count_all(of, tree, all);
    }
    memcpy(counts, all, count * sizeof all[0]);
    return count;
}

void place_shares_write(wm_place_candidate *candidates, size_t count, const wm_locality_tree *tree,
                        wm_json_out *out)
{
    uint64_t total = 0;
    uint32_t given = 0;
    uint32_t shares[WM_PLACE_CANDIDATES_MAX];
    sort_shares(candidates, count, tree);
    for (size_t i = 0; i < count; i++) {
        total += candidates[i].share;
    }
    for (size_t i = count; i-- > 0;) {
        uint64_t share =
            ((uint64_t)candidates[i].share * WM_PLACE_SHARE_WHOLE * 2 + total) / (2 * total);
        shares[i] = share > 0 ? (uint32_t)share : 1;
        given += i > 0 ? shares[i] : 0;
    }
    shares[0] = WM_PLACE_SHARE_WHOLE - given; /* the largest takes what rounding leaves */
    wm_json_out_array(out);
    for (size_t i = 0; i < count; i++) {
        wm_json_out_object(out);
        wm_json_out_member_string(out, "code", wm_locality_code(tree, candidates[i].locality));
        wm_json_out_member_integer(out, "share", shares[i]);
        wm_json_out_end_object(out);
    }
    wm_json_out_end_array(out);
}

/* ---- positions ---- */

typedef struct middle {
    int32_t lat;
    int32_t lon;
    uint32_t radius_m; /* 19 of 20 are within */
} middle;

static int compare_distances(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a;
    uint32_t right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

/* False: no unit has a position. */
static bool find_middle(const gathered *of, middle *out)
{
    uint32_t distances[OUTCODE_UNITS_MAX];
    int64_t lat = 0;
    int64_t lon = 0;
    size_t count = 0;
    for (size_t i = 0; i < of->count; i++) {
        if (of->units[i].has_position) {
            lat += of->units[i].lat;
            lon += of->units[i].lon;
            count++;
        }
    }
    if (count == 0) {
        return false;
    }
    *out = (middle){ (int32_t)(lat / (int64_t)count), (int32_t)(lon / (int64_t)count), 0 };
    count = 0;
    for (size_t i = 0; i < of->count; i++) {
        const gathered_unit *unit = &of->units[i];
        if (unit->has_position) {
            distances[count++] =
                (uint32_t)wm_place_distance_m(out->lat, out->lon, unit->lat, unit->lon);
        }
    }
    qsort(distances, count, sizeof distances[0], compare_distances);
    out->radius_m = distances[(count - 1) * 19 / 20] + WM_UNIT_RADIUS_M;
    return true;
}

/* ---- the record ---- */

static uint8_t index_of(const wm_place_candidate *shares, wm_locality locality)
{
    uint8_t at = 0;
    while (shares[at].locality != locality) {
        at++;
    }
    return at;
}

/* One sector: units[from] and those behind it; where it ends. What has no position stands where the
 * one before it does. */
static size_t write_sector(const gathered *of, size_t from, const wm_place_candidate *shares,
                           const middle *around, wm_json_out *out)
{
    wm_unit units[WM_UNIT_CELLS];
    size_t count = 0;
    size_t at = from;
    unsigned sector = of->units[from].place / WM_UNIT_CELLS;
    wm_units_origin origin = { around->lat, around->lon };
    int32_t lat = around->lat;
    int32_t lon = around->lon;
    for (; at < of->count && of->units[at].place / WM_UNIT_CELLS == sector; at++) {
        const gathered_unit *unit = &of->units[at];
        lat = unit->has_position ? unit->lat : lat;
        lon = unit->has_position ? unit->lon : lon;
        units[count++] = (wm_unit){ .cell = unit->place % WM_UNIT_CELLS,
                                    .locality = index_of(shares, unit->locality),
                                    .is_rough = unit->is_rough,
                                    .lat = lat,
                                    .lon = lon };
    }
    char name[2] = { (char)('0' + sector), '\0' };
    wm_buf text;
    wm_buf_init(&text, out->buf->env, WM_UNITS_TEXT_BYTES_MAX);
    wm_units_encode(units, count, origin, &text);
    if (text.status != WM_OK) {
        out->buf->status = text.status;
    }
    wm_json_out_member_string(out, name, wm_buf_str(&text));
    wm_buf_fini(&text);
    return at;
}

wm_status gathered_write(gathered *of, const wm_locality_tree *tree, wm_buf *out,
                         size_t *outside_out, wm_error *err)
{
    wm_place_candidate shares[WM_PLACE_CANDIDATES_MAX];
    gathered_unit *units = of->units;
    size_t inside = 0;
    bool has_ours = false;
    for (size_t i = 0; i < of->count; i++) {
        if (units[i].locality != WM_LOCALITY_NONE) {
            has_ours = has_ours || !units[i].is_beyond;
            units[inside++] = units[i];
        }
    }
    size_t before = of->count;
    of->count = inside;
    *outside_out = before - inside;
    if (!has_ours) {
        return WM_NOT_FOUND;
    }
    sort_units(of);
    size_t share_count = count_localities(of, tree, shares);
    *outside_out = before - of->count;
    middle around = { 0, 0, 0 };
    wm_json_out json;
    wm_json_out_init(&json, out);
    wm_json_out_object(&json);
    wm_json_out_member_text(&json, "id", of->outcode);
    wm_json_out_member_text(&json, "kind", "outcode");
    bool has_position = find_middle(of, &around);
    if (has_position) {
        wm_json_out_member_integer(&json, "lat", around.lat);
        wm_json_out_member_integer(&json, "lon", around.lon);
    }
    wm_json_out_member_text(&json, "name", of->outcode);
    if (has_position) {
        wm_json_out_member_integer(&json, "radius_m", around.radius_m);
    }
    wm_json_out_name(&json, "shares");
    place_shares_write(shares, share_count, tree, &json);
    if (has_position) {
        wm_json_out_name(&json, "units");
        wm_json_out_object(&json);
        for (size_t at = 0; at < of->count;) {
            at = write_sector(of, at, shares, &around, &json);
        }
        wm_json_out_end_object(&json);
    }
    wm_json_out_end_object(&json);
    return wm_buf_status(out, err);
}
