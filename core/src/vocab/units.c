/* units.c: the compact form of unit postcodes (core/README.md has the format).
 *
 * A sector has 400 possible endings and some 160 that exist, in runs; units next to each other in
 * the alphabet lie next to each other on the ground, mostly in the same locality. So three lists
 * of small numbers say it all, each a Rice code with the parameter that suits the sector best:
 * lengths of runs, steps from unit to unit, lengths of runs of one locality. About 10 bits a unit.
 *
 * Bits are read from the highest of each character of base64url down; what is left over in the last
 * character is zero, and no other text says the same. */
#include "vocab/units.h"

#include <waymark/sys/error.h>

#define VERSION '1'
#define STEP_LAT 100 /* 1e-5 degree: 111 m */
#define STEP_LON 150 /* 93 to 110 m in Great Britain */
#define ESCAPE 24    /* so many ones: the number itself follows */
#define ESCAPE_BITS 16
#define RUN_PARAMETER_BITS 3
#define STEP_PARAMETER_BITS 4
#define LOCALITY_BITS 4
#define LOCALITY_PARAMETER 4
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

static unsigned rice_bits(uint32_t number, unsigned parameter)
{
    uint32_t ones = number >> parameter;
    return ones < ESCAPE ? ones + 1 + parameter : ESCAPE + ESCAPE_BITS;
}

/* ---- reading ---- */

typedef struct reader {
    wm_str text;
    size_t at; /* in bits */
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

static unsigned read_bit(reader *r)
{
    size_t at = r->at / 6;
    unsigned value = at < r->text.len ? value_of(r->text.ptr[at]) : 64;
    if (value > 63) {
        r->failed = true;
        return 0;
    }
    unsigned bit = value >> (5 - r->at % 6) & 1u;
    r->at++;
    return bit;
}

static uint32_t read_bits(reader *r, unsigned count)
{
    uint32_t value = 0;
    for (unsigned i = 0; i < count; i++) {
        value = value << 1 | read_bit(r);
    }
    return value;
}

/* A number that has a shorter form is refused. */
static uint32_t read_rice(reader *r, unsigned parameter)
{
    uint32_t ones = 0;
    while (ones < ESCAPE && read_bit(r) == 1) {
        ones++;
    }
    if (ones < ESCAPE) {
        return ones << parameter | read_bits(r, parameter);
    }
    uint32_t value = read_bits(r, ESCAPE_BITS);
    r->failed = r->failed || value >> parameter < ESCAPE;
    return value;
}

/* Which endings there are; the count, 0 if that is no such list. */
static size_t read_runs(reader *r, wm_unit *units)
{
    size_t runs = read_bits(r, 8) + 1;
    unsigned absent_parameter = read_bits(r, RUN_PARAMETER_BITS);
    unsigned present_parameter = read_bits(r, RUN_PARAMETER_BITS);
    size_t cell = 0;
    size_t count = 0;
    for (size_t i = 0; i < runs && !r->failed; i++) {
        cell += read_rice(r, absent_parameter) + (i > 0 ? 1 : 0);
        size_t present = (size_t)read_rice(r, present_parameter) + 1;
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

static void read_steps(reader *r, wm_units_origin origin, wm_unit *units, size_t count)
{
    int32_t lat = field_of(origin.lat, STEP_LAT);
    int32_t lon = field_of(origin.lon, STEP_LON);
    unsigned lat_parameter = read_bits(r, STEP_PARAMETER_BITS);
    unsigned lon_parameter = read_bits(r, STEP_PARAMETER_BITS);
    for (size_t i = 0; i < count && !r->failed; i++) {
        lat += unzigzag(read_rice(r, lat_parameter));
        lon += unzigzag(read_rice(r, lon_parameter));
        if (lat > FIELDS_MAX || lat < -FIELDS_MAX || lon > FIELDS_MAX || lon < -FIELDS_MAX) {
            r->failed = true;
            break;
        }
        units[i].lat = lat * STEP_LAT + STEP_LAT / 2;
        units[i].lon = lon * STEP_LON + STEP_LON / 2;
    }
}

static void read_localities(reader *r, wm_unit *units, size_t count)
{
    bool is_one = read_bit(r) == 1;
    size_t at = 0;
    while (at < count && !r->failed) {
        uint8_t locality = (uint8_t)read_bits(r, LOCALITY_BITS);
        size_t length = is_one ? count : (size_t)read_rice(r, LOCALITY_PARAMETER) + 1;
        if (length > count - at || (at == 0 && !is_one && length == count) ||
            (at > 0 && units[at - 1].locality == locality)) {
            r->failed = true;
            break;
        }
        for (; length > 0; length--) {
            units[at++].locality = locality;
        }
    }
}

static bool is_used_up(reader *r)
{
    while (r->at % 6 != 0) {
        if (read_bit(r) != 0) {
            return false;
        }
    }
    return !r->failed && r->at / 6 == r->text.len;
}

wm_status wm_units_decode(wm_str text, wm_units_origin origin, wm_unit units_out[WM_UNIT_CELLS],
                          size_t *count_out, wm_error *err)
{
    if (text.len == 0 || text.len > WM_UNITS_TEXT_BYTES_MAX || text.ptr[0] != VERSION) {
        return wm_fail(err, WM_BAD_RECORD, "units: expected a text of version %c, found another",
                       VERSION);
    }
    reader r = { .text = { text.ptr + 1, text.len - 1 } };
    wm_unit units[WM_UNIT_CELLS];
    size_t count = read_runs(&r, units);
    if (count > 0) {
        read_steps(&r, origin, units, count);
        read_localities(&r, units, count);
    }
    if (r.failed || !is_used_up(&r)) {
        return wm_fail(err, WM_BAD_RECORD,
                       "units: expected the form of unit postcodes, found "
                       "something else at character %zu",
                       r.at / 6 + 1);
    }
    memcpy(units_out, units, count * sizeof units[0]);
    *count_out = count;
    return WM_OK;
}

/* ---- writing ---- */

typedef struct writer {
    wm_buf *out;
    unsigned value; /* bits of the character that is not full yet */
    unsigned count;
} writer;

static void write_bits(writer *w, uint32_t value, unsigned count)
{
    for (unsigned i = count; i-- > 0;) {
        w->value = w->value << 1 | (value >> i & 1u);
        if (++w->count == 6) {
            wm_buf_put_char(w->out, digits[w->value]);
            w->value = 0;
            w->count = 0;
        }
    }
}

static void write_rice(writer *w, uint32_t number, unsigned parameter)
{
    uint32_t ones = number >> parameter;
    if (ones >= ESCAPE) {
        write_bits(w, (1u << ESCAPE) - 1, ESCAPE);
        write_bits(w, number < 1u << ESCAPE_BITS ? number : 0, ESCAPE_BITS);
        return;
    }
    write_bits(w, (1u << (ones + 1)) - 2, ones + 1);
    write_bits(w, number & ((1u << parameter) - 1), parameter);
}

/* The parameter below 2^bits with which the numbers take least room. */
static unsigned best_parameter(const uint32_t *numbers, size_t count, unsigned bits)
{
    unsigned best = 0;
    size_t best_size = SIZE_MAX;
    for (unsigned parameter = 0; parameter < 1u << bits; parameter++) {
        size_t size = 0;
        for (size_t i = 0; i < count; i++) {
            size += rice_bits(numbers[i], parameter);
        }
        if (size < best_size) {
            best_size = size;
            best = parameter;
        }
    }
    return best;
}

static void write_pairs(writer *w, const uint32_t *first, const uint32_t *second, size_t count,
                        unsigned parameter_bits)
{
    unsigned first_parameter = best_parameter(first, count, parameter_bits);
    unsigned second_parameter = best_parameter(second, count, parameter_bits);
    write_bits(w, first_parameter, parameter_bits);
    write_bits(w, second_parameter, parameter_bits);
    for (size_t i = 0; i < count; i++) {
        write_rice(w, first[i], first_parameter);
        write_rice(w, second[i], second_parameter);
    }
}

static void write_runs(writer *w, const wm_unit *units, size_t count)
{
    uint32_t absent[WM_UNIT_CELLS / 2];
    uint32_t present[WM_UNIT_CELLS / 2];
    size_t runs = 0;
    uint32_t after = 0; /* the cell behind the last run */
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && units[i].cell == after) {
            present[runs - 1]++;
        } else {
            absent[runs] = units[i].cell - after - (runs > 0 ? 1 : 0);
            present[runs++] = 0;
        }
        after = units[i].cell + 1u;
    }
    write_bits(w, (uint32_t)runs - 1, 8);
    write_pairs(w, absent, present, runs, RUN_PARAMETER_BITS);
}

static void write_steps(writer *w, wm_units_origin origin, const wm_unit *units, size_t count)
{
    uint32_t north[WM_UNIT_CELLS];
    uint32_t east[WM_UNIT_CELLS];
    int32_t lat = field_of(origin.lat, STEP_LAT);
    int32_t lon = field_of(origin.lon, STEP_LON);
    for (size_t i = 0; i < count; i++) {
        int32_t next_lat = field_of(units[i].lat, STEP_LAT);
        int32_t next_lon = field_of(units[i].lon, STEP_LON);
        north[i] = zigzag(next_lat - lat);
        east[i] = zigzag(next_lon - lon);
        lat = next_lat;
        lon = next_lon;
    }
    write_pairs(w, north, east, count, STEP_PARAMETER_BITS);
}

static size_t run_of_locality(const wm_unit *units, size_t count)
{
    size_t length = 1;
    while (length < count && units[length].locality == units[0].locality) {
        length++;
    }
    return length;
}

static void write_localities(writer *w, const wm_unit *units, size_t count)
{
    bool is_one = run_of_locality(units, count) == count;
    write_bits(w, is_one ? 1 : 0, 1);
    for (size_t at = 0; at < count;) {
        size_t length = run_of_locality(units + at, count - at);
        write_bits(w, units[at].locality, LOCALITY_BITS);
        if (!is_one) {
            write_rice(w, (uint32_t)length - 1, LOCALITY_PARAMETER);
        }
        at += length;
    }
}

void wm_units_encode(const wm_unit *units, size_t count, wm_units_origin origin, wm_buf *out)
{
    writer w = { .out = out };
    wm_buf_put_char(out, VERSION);
    write_runs(&w, units, count);
    write_steps(&w, origin, units, count);
    write_localities(&w, units, count);
    if (w.count > 0) {
        write_bits(&w, 0, 6 - w.count);
    }
}
