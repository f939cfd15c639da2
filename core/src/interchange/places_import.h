/* places_import.h: an import of places that is under way. */
#ifndef WAYMARK_INTERCHANGE_PLACES_IMPORT_H
#define WAYMARK_INTERCHANGE_PLACES_IMPORT_H

#include <waymark/sys/symbols.h>

#include "interchange/places_outcode.h"
#include "interchange/places_rows.h"

#define WARDS_KNOWN 1024 /* a power of two */

typedef struct known_ward {
    char code[12];
    wm_locality locality;
} known_ward;

struct wm_place_import {
    wm_txn *txn;
    wm_store *store;
    const wm_env *env;
    wm_place_import_options options;
    char source[WM_BLOB_NAME_BYTES_MAX];
    wm_locality_tree *tree;
    wm_places *places;  /* for the postcodes of practices */
    wm_symbols *ids;    /* what is brought now */
    wm_symbols *before; /* what was brought last time */
    int64_t taken_before;
    wm_place_import_counts counts;
    place_layout layout;
    bool has_layout;
    int64_t line;
    wm_arena arena; /* one line, or one outcode */
    wm_buf record;
    gathered of_outcode;
    known_ward wards[WARDS_KNOWN];
};

/* A line that cannot be taken: what was expected, and what was found. */
void place_import_reject(wm_place_import *import, const char *expected, wm_str found);

/* Where a line lies, from the finest that the directory knows; *found_out is WM_LOCALITY_NONE if it
 * knows nothing of it. */
WM_MUST_USE wm_status place_import_locality(wm_place_import *import, const place_row *row,
                                            wm_locality *found_out, wm_error *err);
/* The nation of an official code, if the directory has it: "E07000220" -> "E92000001". */
wm_locality place_import_nation(const wm_place_import *import, wm_str code);

/* The source of import->places, and each of its records. */
wm_status place_import_get(void *context, wm_str id, wm_arena *arena, const wm_json **record_out,
                           wm_error *err);

/* The record in import->record becomes part of the working state. If others wrote one of that id,
 * theirs stays unless `replaces`. */
WM_MUST_USE wm_status place_import_put(wm_place_import *import, wm_str id, bool replaces,
                                       wm_error *err);

/* One line of each format. */
WM_MUST_USE wm_status place_import_unit(wm_place_import *import, const place_row *row,
                                        wm_error *err);
WM_MUST_USE wm_status place_import_area(wm_place_import *import, const place_row *row,
                                        wm_error *err);
WM_MUST_USE wm_status place_import_town(wm_place_import *import, const place_row *row,
                                        wm_error *err);
WM_MUST_USE wm_status place_import_ward(wm_place_import *import, const place_row *row,
                                        wm_error *err);
WM_MUST_USE wm_status place_import_practice(wm_place_import *import, const place_row *row,
                                            wm_error *err);
/* Writes the outcode whose units have been gathered. */
WM_MUST_USE wm_status place_import_flush(wm_place_import *import, wm_error *err);

#endif
