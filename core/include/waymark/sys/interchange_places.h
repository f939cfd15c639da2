/* interchange_places.h: lists of places that others publish become place records.
 *
 * Understood, by their first line: the ONS Postcode Directory (any of its columns' names since
 * 2010), Code-Point Open (no first line; National Grid), the NHS list of practices epraccur (no
 * first line), and plain CSV with the columns postcode or outcode or sector or ward_code or
 * practice_ods or name, and lad, ward, locality, lat, lon ... (core/README.md, "Interchange").
 *
 * Unit postcodes become one record for each outcode ("Unit postcodes" in core/README.md); memory
 * holds one outcode, whatever the length of the file. Lines of an outcode should stand together. */
#ifndef WAYMARK_SYS_INTERCHANGE_PLACES_H
#define WAYMARK_SYS_INTERCHANGE_PLACES_H

#include <waymark/sys/history.h>

WM_BEGIN_DECLS

#define WM_PLACE_LINE_BYTES_MAX (16 * WM_KIB)

typedef struct wm_place_import wm_place_import;

typedef enum wm_place_list {
    WM_PLACE_LIST_PLACES = 0,   /* postcodes, outcodes, sectors, towns, wards */
    WM_PLACE_LIST_PRACTICES = 1 /* GP practices */
} wm_place_list;

typedef struct wm_place_import_options {
    wm_place_list list;
    wm_str source; /* whose records these are; what it brought before is replaced */
    /* A line could not be taken. Borrowed for the call. */
    void (*tell)(void *context, int64_t line, wm_str text);
    void *context;
} wm_place_import_options;

typedef struct wm_place_import_counts {
    int64_t taken;      /* lines */
    int64_t rejected;   /* lines that were told */
    int64_t outside;    /* in no locality of the directory */
    int64_t terminated; /* postcodes that are no longer used, practices that are not active */
    int64_t kept;       /* places that somebody else wrote, or finer ones */
    int64_t records;    /* put */
    int64_t withdrawn;  /* records that came last time and did not come now */
    int64_t changed;    /* records that are other than before, withdrawn ones too */
} wm_place_import_counts;

/* Reads the localities of the working state. Borrows txn. Free with wm_place_import_free. */
WM_API WM_MUST_USE wm_status wm_place_import_begin(wm_txn *txn,
                                                   const wm_place_import_options *options,
                                                   wm_place_import **import_out, wm_error *err);
/* The next line is the first of a file. */
WM_API void wm_place_import_file(wm_place_import *import);
/* One line without its end. WM_OK also if it was rejected. WM_BAD_INPUT: the first line is of no
 * list that is known. Another status ends the import. */
WM_API WM_MUST_USE wm_status wm_place_import_line(wm_place_import *import, wm_str line,
                                                  int64_t number, wm_error *err);
/* Writes what is left, and withdraws what the source no longer brings. WM_REFUSED: fewer than half
 * of the lines of last time were taken, and that was not allowed. The caller commits. */
WM_API WM_MUST_USE wm_status wm_place_import_finish(wm_place_import *import, bool allow_shrink,
                                                    wm_place_import_counts *counts_out,
                                                    wm_error *err);
WM_API void wm_place_import_free(wm_place_import *import); /* NULL is allowed */

/* The National Grid of Great Britain (OSGB36) to WGS 84, by a Helmert transformation of 7
 * parameters: within 5 m. Metres in, 1e-5 degree out; false if that is not in Great Britain. */
WM_API WM_MUST_USE bool wm_grid_position(int32_t easting, int32_t northing, int32_t *lat_out,
                                         int32_t *lon_out);

WM_END_DECLS

#endif
