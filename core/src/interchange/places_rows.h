/* places_rows.h: one line of a list of places: its fields, and what they are. Pure. */
#ifndef WAYMARK_INTERCHANGE_PLACES_ROWS_H
#define WAYMARK_INTERCHANGE_PLACES_ROWS_H

#include <waymark/sys/arena.h>
#include <waymark/sys/interchange_places.h>
#include <waymark/sys/places.h>

#include "interchange/csv.h"

typedef csv_rows place_row; /* the one that was read last */

/* What a column holds, whatever it is called. */
typedef enum place_column {
    COLUMN_POSTCODE,
    COLUMN_OUTCODE,
    COLUMN_SECTOR,
    COLUMN_WARD_CODE,
    COLUMN_PRACTICE,
    COLUMN_NAME,
    COLUMN_TERMINATED,
    COLUMN_STATUS,
    COLUMN_SETTING,
    COLUMN_LAT,
    COLUMN_LON,
    COLUMN_EASTING,
    COLUMN_NORTHING,
    COLUMN_QUALITY, /* of the position */
    COLUMN_RADIUS,
    COLUMN_LOCALITY,
    COLUMN_NETWORK, /* primary care network, newest first */
    COLUMN_NETWORK_BEFORE,
    COLUMN_DISTRICT,
    COLUMN_WARD,
    COLUMN_BOARD, /* integrated care board */
    COLUMN_SHARES,
    COLUMN_NUMBER, /* of a gazetteer: tells towns of one name apart */
    COLUMN_COUNT
} place_column;

typedef enum place_format {
    PLACE_FORMAT_NONE,
    PLACE_FORMAT_UNITS,
    PLACE_FORMAT_OUTCODES,
    PLACE_FORMAT_SECTORS,
    PLACE_FORMAT_TOWNS,
    PLACE_FORMAT_WARDS,
    PLACE_FORMAT_PRACTICES
} place_format;

#define PLACE_COLUMN_NONE SIZE_MAX

typedef struct place_layout {
    place_format format;
    bool has_head; /* the first line names the columns */
    size_t columns[COLUMN_COUNT];
} place_layout;

/* The fields of a line without space around them, as csv_next (no text). */
WM_MUST_USE wm_status place_row_read(wm_str line, wm_arena *arena, place_row *out);
/* What the first line says about the file. PLACE_FORMAT_NONE: nothing that is known. */
void place_layout_read(const place_row *first, wm_place_list list, place_layout *out);
/* Empty if there is no such column. */
wm_str place_field(const place_layout *layout, const place_row *row, place_column column);

/* "52.47592" with 5 digits is 5247592; what is finer is rounded. False: not such a number. */
WM_MUST_USE bool place_number(wm_str text, unsigned digits, int32_t *number_out);
/* The list says that the position is a guess: that of the sector, or of what lies around. */
WM_MUST_USE bool place_is_rough(const place_layout *layout, const place_row *row);
/* From latitude and longitude, else from the grid. False: no position in Great Britain. */
WM_MUST_USE bool place_position(const place_layout *layout, const place_row *row, int32_t *lat_out,
                                int32_t *lon_out);

#endif
