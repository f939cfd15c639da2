/* places_rows.c: which list is this, and what stands in its columns?
 *
 * The ONS has renamed its columns every few years: oslaua, laua, lad23cd; pcd and pcds; long and
 * lon. A year inside a name is written "##" here. Case does not matter. Files without a first line
 * are known by their first row: Code-Point Open by a postcode and a quality of two digits, epraccur
 * by a practice's code and 27 columns. */
#include "interchange/places_rows.h"

#define EPRACCUR_COLUMNS 27

typedef struct column_name {
    const char *name;
    place_column column;
} column_name;

/* The first that is there counts. */
static const column_name names[] = {
    { "pcds", COLUMN_POSTCODE },
    { "postcode", COLUMN_POSTCODE },
    { "pcd", COLUMN_POSTCODE },
    { "pcd7", COLUMN_POSTCODE },
    { "pcd2", COLUMN_POSTCODE },
    { "pcd8", COLUMN_POSTCODE },
    { "pc", COLUMN_POSTCODE },
    { "outcode", COLUMN_OUTCODE },
    { "sector", COLUMN_SECTOR },
    { "ward_code", COLUMN_WARD_CODE },
    { "practice_ods", COLUMN_PRACTICE },
    { "name", COLUMN_NAME },
    { "ward_name", COLUMN_NAME },
    { "practice_name", COLUMN_NAME },
    { "doterm", COLUMN_TERMINATED },
    { "status", COLUMN_STATUS },
    { "lat", COLUMN_LAT },
    { "latitude", COLUMN_LAT },
    { "long", COLUMN_LON },
    { "lon", COLUMN_LON },
    { "longitude", COLUMN_LON },
    { "oseast1m", COLUMN_EASTING },
    { "east1m", COLUMN_EASTING },
    { "easting", COLUMN_EASTING },
    { "eastings", COLUMN_EASTING },
    { "ea", COLUMN_EASTING },
    { "osnrth1m", COLUMN_NORTHING },
    { "north1m", COLUMN_NORTHING },
    { "northing", COLUMN_NORTHING },
    { "northings", COLUMN_NORTHING },
    { "no", COLUMN_NORTHING },
    { "pqi", COLUMN_QUALITY },
    { "positional_quality_indicator", COLUMN_QUALITY },
    { "pq", COLUMN_QUALITY },
    { "osgrdind", COLUMN_QUALITY },
    { "gridind", COLUMN_QUALITY },
    { "r95_m", COLUMN_RADIUS },
    { "locality", COLUMN_LOCALITY },
    { "pcn_code_ics2024", COLUMN_NETWORK },
    { "pcn_code", COLUMN_NETWORK },
    { "pcn_code_2023", COLUMN_NETWORK_BEFORE },
    { "oslaua", COLUMN_DISTRICT },
    { "laua", COLUMN_DISTRICT },
    { "lad##cd", COLUMN_DISTRICT },
    { "ltla##cd", COLUMN_DISTRICT },
    { "lad", COLUMN_DISTRICT },
    { "lad_code", COLUMN_DISTRICT },
    { "lad_nearest", COLUMN_DISTRICT },
    { "admin_district_code", COLUMN_DISTRICT },
    { "dc", COLUMN_DISTRICT },
    { "osward", COLUMN_WARD },
    { "wd##cd", COLUMN_WARD },
    { "ward", COLUMN_WARD },
    { "admin_ward_code", COLUMN_WARD },
    { "wc", COLUMN_WARD },
    { "icb##cd", COLUMN_BOARD },
    { "icb", COLUMN_BOARD },
    { "lad_shares", COLUMN_SHARES },
    { "geonames_id", COLUMN_NUMBER },
};

static char lower(char c)
{
    if (c >= 'A' && c <= 'Z') {
        return (char)(c - 'A' + 'a');
    }
    return c;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_name(wm_str field, const char *name)
{
    if (field.len != strlen(name)) {
        return false;
    }
    for (size_t i = 0; i < field.len; i++) {
        char c = field.ptr[i];
        if (name[i] == '#' ? !is_digit(c) : lower(c) != name[i]) {
            return false;
        }
    }
    return true;
}

wm_status place_row_read(wm_str line, wm_arena *arena, place_row *out)
{
    csv_init(out, line, arena);
    wm_status status = csv_next(out, NULL);
    for (size_t i = 0; i < out->field_count && status == WM_OK; i++) {
        out->fields[i] = wm_str_trim(out->fields[i]);
    }
    return status;
}

wm_str place_field(const place_layout *layout, const place_row *row, place_column column)
{
    size_t at = layout->columns[column];
    return csv_field(row, at);
}

/* ---- layouts ---- */

static void read_names(const place_row *first, place_layout *out)
{
    for (size_t n = 0; n < sizeof names / sizeof names[0]; n++) {
        size_t *column = &out->columns[names[n].column];
        for (size_t i = 0; i < first->field_count && *column == PLACE_COLUMN_NONE; i++) {
            if (is_name(first->fields[i], names[n].name)) {
                *column = i;
            }
        }
    }
}

static bool has(const place_layout *layout, place_column column)
{
    return layout->columns[column] != PLACE_COLUMN_NONE;
}

static bool has_area(const place_layout *layout)
{
    return has(layout, COLUMN_LOCALITY) || has(layout, COLUMN_DISTRICT) ||
           has(layout, COLUMN_WARD) || has(layout, COLUMN_BOARD);
}

/* By what each line has that no other list has. */
static place_format format_of(const place_layout *layout, wm_place_list list)
{
    if (list == WM_PLACE_LIST_PRACTICES) {
        return has(layout, COLUMN_PRACTICE) && has(layout, COLUMN_NAME) ? PLACE_FORMAT_PRACTICES
                                                                        : PLACE_FORMAT_NONE;
    }
    if (has(layout, COLUMN_PRACTICE)) {
        return PLACE_FORMAT_NONE;
    }
    if (has(layout, COLUMN_WARD_CODE) && has(layout, COLUMN_NAME)) {
        return PLACE_FORMAT_WARDS;
    }
    if (has(layout, COLUMN_OUTCODE) && has(layout, COLUMN_SHARES)) {
        return PLACE_FORMAT_OUTCODES;
    }
    if (has(layout, COLUMN_SECTOR) && has(layout, COLUMN_SHARES)) {
        return PLACE_FORMAT_SECTORS;
    }
    if (has(layout, COLUMN_POSTCODE) && has_area(layout)) {
        return PLACE_FORMAT_UNITS;
    }
    return has(layout, COLUMN_NAME) && has(layout, COLUMN_LAT) && has_area(layout)
               ? PLACE_FORMAT_TOWNS
               : PLACE_FORMAT_NONE;
}

static bool is_unit(wm_str field)
{
    return wm_postcode_read(field).part == WM_POSTCODE_UNIT;
}

static bool is_code_point(const place_row *first)
{
    return first->field_count >= 10 && is_unit(first->fields[0]) && first->fields[1].len == 2 &&
           is_digit(first->fields[1].ptr[0]);
}

static void lay_out_code_point(place_layout *out)
{
    out->format = PLACE_FORMAT_UNITS;
    out->columns[COLUMN_POSTCODE] = 0;
    out->columns[COLUMN_QUALITY] = 1;
    out->columns[COLUMN_EASTING] = 2;
    out->columns[COLUMN_NORTHING] = 3;
    out->columns[COLUMN_DISTRICT] = 8;
    out->columns[COLUMN_WARD] = 9;
}

/* What has closed need not say where it was. Somebody may have put names above the columns. */
static bool is_epraccur(const place_row *first)
{
    if (first->field_count != EPRACCUR_COLUMNS || is_name(first->fields[0], "practice_ods")) {
        return false;
    }
    wm_str postcode = first->fields[9];
    return is_unit(postcode) || is_name(postcode, "postcode") ||
           (postcode.len == 0 && first->fields[0].len == 6);
}

static void lay_out_epraccur(place_layout *out)
{
    out->format = PLACE_FORMAT_PRACTICES;
    out->columns[COLUMN_PRACTICE] = 0;
    out->columns[COLUMN_NAME] = 1;
    out->columns[COLUMN_POSTCODE] = 9;
    out->columns[COLUMN_STATUS] = 12;
    out->columns[COLUMN_SETTING] = 25;
}

void place_layout_read(const place_row *first, wm_place_list list, place_layout *out)
{
    *out = (place_layout){ .format = PLACE_FORMAT_NONE };
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        out->columns[i] = PLACE_COLUMN_NONE;
    }
    if (list == WM_PLACE_LIST_PLACES && is_code_point(first)) {
        lay_out_code_point(out);
        return;
    }
    if (list == WM_PLACE_LIST_PRACTICES && is_epraccur(first)) {
        lay_out_epraccur(out);
        out->has_head = is_name(first->fields[9], "postcode");
        return;
    }
    read_names(first, out);
    out->has_head = true;
    out->format = format_of(out, list);
}

/* ---- numbers ---- */

bool place_number(wm_str text, unsigned digits, int32_t *number_out)
{
    size_t at = text.len > 0 && text.ptr[0] == '-' ? 1 : 0;
    bool is_negative = at == 1;
    bool has_digit = false;
    int64_t number = 0;
    while (at < text.len && is_digit(text.ptr[at]) && number < 100000000) {
        number = number * 10 + (text.ptr[at++] - '0');
        has_digit = true;
    }
    bool has_point = at < text.len && text.ptr[at] == '.';
    at += has_point ? 1 : 0;
    for (unsigned i = 0; i < digits; i++) {
        bool is_there = has_point && at < text.len && is_digit(text.ptr[at]);
        number = number * 10 + (is_there ? text.ptr[at++] - '0' : 0);
    }
    number += has_point && at < text.len && text.ptr[at] >= '5' && is_digit(text.ptr[at]) ? 1 : 0;
    while (has_point && at < text.len && is_digit(text.ptr[at])) {
        at++;
    }
    if (!has_digit || at != text.len || number > INT32_MAX) {
        return false;
    }
    *number_out = (int32_t)(is_negative ? -number : number);
    return true;
}

/* Code-Point Open has 10 to 60, and 90 for none, the ONS 1 to 6, 8 for old ones and 9 for none. */
bool place_is_rough(const place_layout *layout, const place_row *row)
{
    int32_t quality = 0;
    return place_number(place_field(layout, row, COLUMN_QUALITY), 0, &quality) &&
           (quality >= 50 || (quality >= 5 && quality <= 9));
}

bool place_position(const place_layout *layout, const place_row *row, int32_t *lat_out,
                    int32_t *lon_out)
{
    int32_t lat = 0;
    int32_t lon = 0;
    if (place_number(place_field(layout, row, COLUMN_LAT), 5, &lat) &&
        place_number(place_field(layout, row, COLUMN_LON), 5, &lon)) {
        /* without a position the ONS says 99.999999 */
        if (lat < 4900000 || lat > 6200000 || lon < -900000 || lon > 250000) {
            return false;
        }
        *lat_out = lat;
        *lon_out = lon;
        return true;
    }
    int32_t easting = 0;
    int32_t northing = 0;
    return place_number(place_field(layout, row, COLUMN_EASTING), 0, &easting) &&
           place_number(place_field(layout, row, COLUMN_NORTHING), 0, &northing) &&
           wm_grid_position(easting, northing, lat_out, lon_out);
}
