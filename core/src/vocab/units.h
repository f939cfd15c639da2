/* units.h: the unit postcodes of one sector as a short text: which there are, in which locality
 * each lies, and roughly where. The format is in core/README.md, "Unit postcodes". Pure. */
#ifndef WAYMARK_VOCAB_UNITS_H
#define WAYMARK_VOCAB_UNITS_H

#include <waymark/sys/buf.h>

#define WM_UNIT_CELLS 400 /* "AA" to "ZZ" of the 20 letters that an inward code may have */
#define WM_UNIT_CELL_NONE UINT16_MAX
#define WM_UNITS_TEXT_BYTES_MAX 8192
#define WM_UNIT_RADIUS_M 100 /* how far a unit may be from where we say that it is */

typedef struct wm_unit {
    uint16_t cell;    /* 0 to WM_UNIT_CELLS - 1 */
    uint8_t locality; /* 0 to 15: which of the outcode's shares */
    bool is_rough;    /* it lies somewhere in the sector: the position is a guess */
    int32_t lat;      /* 1e-5 degree; the middle of a field of about 100 m */
    int32_t lon;
} wm_unit;

/* From a point near the sector, known on both sides: that of the outcode's record. */
typedef struct wm_units_origin {
    int32_t lat;
    int32_t lon;
} wm_units_origin;

/* "AB" -> cell; WM_UNIT_CELL_NONE if these letters (capitals) end no postcode. */
uint16_t wm_unit_cell(const char letters[2]);
void wm_unit_letters(uint16_t cell, char letters_out[2]);

/* Units in order of cell, none twice. WM_BAD_RECORD: it is no such text; the error says where. */
WM_MUST_USE wm_status wm_units_decode(wm_str text, wm_units_origin origin,
                                      wm_unit units_out[WM_UNIT_CELLS], size_t *count_out,
                                      wm_error *err);

/* Puts the text of 1 to WM_UNIT_CELLS units in rising order of cell. Positions lose what is finer
 * than the field. */
void wm_units_encode(const wm_unit *units, size_t count, wm_units_origin origin, wm_buf *out);

#endif
