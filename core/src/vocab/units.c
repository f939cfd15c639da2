/* units.c: the compact form of unit postcodes (core/README.md has the format).
 *
 * A sector has 400 possible endings and some 160 that exist, in runs; units next to each other in
 * the alphabet lie next to each other on the ground, mostly in the same locality. So three lists
 * of small numbers say it all: lengths of runs, steps from unit to unit, lengths of runs of one
 * locality. A number is written in Base64 VLQ: five bits a character, the lowest first, and the
 * sixth bit says that more follow. Most take one character, which compresses well in a pack. */
#include "vocab/units.h"

#include <waymark/sys/error.h>

#define VERSION_EXACT '1'
#define VERSION_ROUGH '2' /* some positions are guesses; behind all else stands which */
#define STEP_LAT 100      /* 1e-5 degree: 111 m */
#define STEP_LON 150      /* 93 to 110 m in Great Britain */
#define NUMBER_BITS 5     /* in a character */
#define NUMBER_MORE (1u << NUMBER_BITS)
#define NUMBER_CHARACTERS_MAX 5
#define LOCALITIES 16
#define FIELDS_MAX 1000000 /* no position is so many fields away from zero */

static const char letters_of_units[] = "ABDEFGHJLNPQRSTUWXYZ";
static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

uint16_t wm_unit_cell(const char letters[2])
{
    const char *first = letters[0] != '\0' ? strchr(letters_of_units, letters[0]) : NULL;
    const char *second = letters[1] != '\0' ? strchr(letters_of_units, letters[1]) : NULL;
    if (first == NULL || second == NULL) {
        return WM_UNIT_CELL_NONE;
    }
    return (uint16_t)((first - letters_of_units) * 20 + (second - letters_of_units));
}

void wm_unit_letters(uint16_t cell, char letters_out[2])
{
    letters_out[0] = letters_of_units[cell / 20 % 20];
    letters_out[1] = letters_of_units[cell % 20];
}

/* ---- numbers ---- */

static uint32_t zigzag(int32_t number)
{
    return number >= 0 ? (uint32_t)number * 2 : (uint32_t)(-(number + 1)) * 2 + 1;
}

static int32_t unzigzag(uint32_t code)
{
    return code % 2 == 0 ? (int32_t)(code / 2) : -(int32_t)(code / 2) - 1;
}

static int32_t field_of(int32_t position, int32_t step)
{
    return position >= 0 ? position / step : -((-position - 1) / step) - 1;
}

/* ---- reading ---- */

typedef struct reader {
    wm_str text;
    size_t at;
    bool failed;
} reader;

static unsigned value_of(char c)
{
    if (c >= 'A' && c <= 'Z') {
        return (unsigned)(c - 'A');
    }
    if (c >= 'a' && c <= 'z') {
        return (unsigned)(c - 'a') + 26;
    }
    if (c >= '0' && c <= '9') {
        return (unsigned)(c - '0') + 52;
    }
    return c == '-' ? 62 : c == '_' ? 63 : 64;
}

/* A number that has a shorter form is refused. */
static uint32_t read_number(reader *r)
{
    uint32_t number = 0;
    for (unsigned i = 0; i < NUMBER_CHARACTERS_MAX && r->at < r->text.len; i++) {
        unsigned value = value_of(r->text.ptr[r->at++]);
        if (value > 63) {
            break;
        }
        number |= (uint32_t)(value % NUMBER_MORE) << (NUMBER_BITS * i);
        if (value < NUMBER_MORE) {
            r->failed = r->failed || (value == 0 && i > 0);
            return number;
        }
    }
    r->failed = true;
    return 0;
}

/* Which endings there are; the count, 0 if that is no such list. */
static size_t read_runs(reader *r, wm_unit *units)
{
    size_t runs = (size_t)read_number(r) + 1;
    size_t cell = 0;
    size_t count = 0;
    for (size_t i = 0; i < runs && !r->failed; i++) {
        cell += read_number(r) + (i > 0 ? 1 : 0);
        size_t present = (size_t)read_number(r) + 1;
        if (cell >= WM_UNIT_CELLS || present > WM_UNIT_CELLS - cell) {
            r->failed = true;
            break;
        }
        for (; present > 0; present--) {
            units[count++] = (wm_unit){ .cell = (uint16_t)cell++ };
        }
    }
    return r->failed ? 0 : count;
}

/* The next field on one axis. */
static int32_t read_step(reader *r, int32_t field)
{
    field += unzigzag(read_number(r));
    r->failed = r->failed || field > FIELDS_MAX || field < -FIELDS_MAX;
    return r->failed ? 0 : field;
}

static void read_steps(reader *r, wm_units_origin origin, wm_unit *units, size_t count)
{
    int32_t lat = field_of(origin.lat, STEP_LAT);
    int32_t lon = field_of(origin.lon, STEP_LON);
    for (size_t i = 0; i < count && !r->failed; i++) {
        lat = read_step(r, lat);
        units[i].lat = lat * STEP_LAT + STEP_LAT / 2;
    }
    for (size_t i = 0; i < count && !r->failed; i++) {
        lon = read_step(r, lon);
        units[i].lon = lon * STEP_LON + STEP_LON / 2;
    }
}

static void read_localities(reader *r, wm_unit *units, size_t count)
{
    size_t at = 0;
    while (at < count && !r->failed) {
        uint32_t locality = read_number(r);
        size_t length = (size_t)read_number(r) + 1;
        if (locality >= LOCALITIES || length > count - at ||
            (at > 0 && units[at - 1].locality == locality)) {
            r->failed = true;
            break;
        }
        for (; length > 0; length--) {
            units[at++].locality = (uint8_t)locality;
        }
    }
}

/* Runs of guesses, to the end of the text; one at least. */
static void read_rough(reader *r, wm_unit *units, size_t count)
{
    size_t at = 0;
    bool is_first = true;
    do {
        at += (size_t)read_number(r) + (is_first ? 0 : 1);
        size_t length = (size_t)read_number(r) + 1;
        if (r->failed || at >= count || length > count - at) {
            r->failed = true;
            return;
        }
        for (; length > 0; length--) {
            units[at++].is_rough = true;
        }
        is_first = false;
    } while (r->at < r->text.len);
}

wm_status wm_units_decode(wm_str text, wm_units_origin origin, wm_unit units_out[WM_UNIT_CELLS],
                          size_t *count_out, wm_error *err)
{
    bool has_rough = text.len > 0 && text.ptr[0] == VERSION_ROUGH;
    if (text.len == 0 || text.len > WM_UNITS_TEXT_BYTES_MAX ||
        (text.ptr[0] != VERSION_EXACT && !has_rough)) {
        return wm_fail(err, WM_BAD_RECORD,
                       "units: expected a text of version %c or %c, found another", VERSION_EXACT,
                       VERSION_ROUGH);
    }
    reader r = { .text = { text.ptr + 1, text.len - 1 } };
    wm_unit units[WM_UNIT_CELLS];
    size_t count = read_runs(&r, units);
    if (count > 0) {
        read_steps(&r, origin, units, count);
        read_localities(&r, units, count);
    }
    if (has_rough && !r.failed) {
        read_rough(&r, units, count);
    }
    if (r.failed || r.at != r.text.len) {
        return wm_fail(err, WM_BAD_RECORD,
                       "units: expected the form of unit postcodes, found "
                       "something else at character %zu",
                       r.at + 1);
    }
    memcpy(units_out, units, count * sizeof units[0]);
    *count_out = count;
    return WM_OK;
}

/* ---- writing ---- */

static void write_number(wm_buf *out, uint32_t number)
{
    while (number >= NUMBER_MORE) {
        wm_buf_put_char(out, digits[number % NUMBER_MORE + NUMBER_MORE]);
        number >>= NUMBER_BITS;
    }
    wm_buf_put_char(out, digits[number]);
}

static size_t run_of_cells(const wm_unit *units, size_t count)
{
    size_t length = 1;
    while (length < count && units[length].cell == units[length - 1].cell + 1) {
        length++;
    }
    return length;
}

static void write_runs(wm_buf *out, const wm_unit *units, size_t count)
{
    size_t runs = 0;
    uint32_t after = 0; /* the cell behind the last run; one more for the run after it */
    for (size_t at = 0; at < count; at += run_of_cells(units + at, count - at)) {
        runs++;
    }
    write_number(out, (uint32_t)runs - 1);
    for (size_t at = 0; at < count;) {
        size_t length = run_of_cells(units + at, count - at);
        write_number(out, units[at].cell - after);
        write_number(out, (uint32_t)length - 1);
        at += length;
        after = units[at - 1].cell + 2u;
    }
}

static void write_steps(wm_buf *out, wm_units_origin origin, const wm_unit *units, size_t count)
{
    int32_t lat = field_of(origin.lat, STEP_LAT);
    int32_t lon = field_of(origin.lon, STEP_LON);
    for (size_t i = 0; i < count; i++) {
        int32_t next = field_of(units[i].lat, STEP_LAT);
        write_number(out, zigzag(next - lat));
        lat = next;
    }
    for (size_t i = 0; i < count; i++) {
        int32_t next = field_of(units[i].lon, STEP_LON);
        write_number(out, zigzag(next - lon));
        lon = next;
    }
}

static size_t run_of_locality(const wm_unit *units, size_t count)
{
    size_t length = 1;
    while (length < count && units[length].locality == units[0].locality) {
        length++;
    }
    return length;
}

static void write_localities(wm_buf *out, const wm_unit *units, size_t count)
{
    for (size_t at = 0; at < count;) {
        size_t length = run_of_locality(units + at, count - at);
        write_number(out, units[at].locality);
        write_number(out, (uint32_t)length - 1);
        at += length;
    }
}

static bool has_rough_units(const wm_unit *units, size_t count)
{
    size_t at = 0;
    while (at < count && !units[at].is_rough) {
        at++;
    }
    return at < count;
}

static void write_rough(wm_buf *out, const wm_unit *units, size_t count)
{
    size_t after = 0; /* behind the last run; one more for the run after it */
    for (size_t at = 0; at < count;) {
        size_t end = at;
        while (end < count && units[end].is_rough) {
            end++;
        }
        if (end > at) {
            write_number(out, (uint32_t)(at - after));
            write_number(out, (uint32_t)(end - at) - 1);
            after = end + 1;
        }
        at = end + 1;
    }
}

void wm_units_encode(const wm_unit *units, size_t count, wm_units_origin origin, wm_buf *out)
{
    bool has_rough = has_rough_units(units, count);
    wm_buf_put_char(out, has_rough ? VERSION_ROUGH : VERSION_EXACT);
    write_runs(out, units, count);
    write_steps(out, origin, units, count);
    write_localities(out, units, count);
    if (has_rough) {
        write_rough(out, units, count);
    }
}
