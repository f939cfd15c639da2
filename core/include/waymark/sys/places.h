/* places.h: what somebody answers to "where?", and which localities that is.
 *
 * Understands unit postcodes, sectors, outward codes, GP practice codes, names of towns and other
 * places, and codes and names of localities; spelling of case, spaces and dashes does not matter.
 * Pure: no I/O. Sources of the data: directory-data/places/README.md. */
#ifndef WAYMARK_SYS_PLACES_H
#define WAYMARK_SYS_PLACES_H

#include <waymark/sys/json.h>
#include <waymark/sys/locality.h>

WM_BEGIN_DECLS

#define WM_PLACES_MAX 4194304       /* place records */
#define WM_PLACE_TEXT_BYTES_MAX 200 /* what somebody types */
#define WM_PLACE_CANDIDATES_MAX 16  /* localities that one place may lie in */
#define WM_PLACE_CHOICES_MAX 8      /* places of one name */
#define WM_PLACE_SHARE_WHOLE 1000   /* shares are thousandths */

typedef struct wm_places wm_places;

/* Builds the register from place records (CLI.md: id, kind, name, shares; lat, lon) in any order;
 * copies what it needs. Borrows `tree`, which must outlive it.
 * WM_BAD_RECORD: an id twice, a share of a locality that is not in the tree, more than
 * WM_PLACE_CANDIDATES_MAX shares. Free with wm_places_free. */
WM_API WM_MUST_USE wm_status wm_places_new(const wm_env *env, const wm_locality_tree *tree,
                                           const wm_json *const *records, size_t record_count,
                                           wm_places **places_out, wm_error *err);
WM_API void wm_places_free(wm_places *places);

typedef enum wm_place_outcome {
    WM_PLACE_FOUND = 0,
    WM_PLACE_AMBIGUOUS = 1,   /* several places of that name: `choices`; candidates are of all */
    WM_PLACE_UNKNOWN = 2,     /* well formed or a name, but nothing here is known of it */
    WM_PLACE_NOT_COVERED = 3, /* Jersey, Guernsey, Isle of Man, Northern Ireland */
    WM_PLACE_NOWHERE = 4,     /* a code that is no place: GIR 0AA, BFPO, ZZ99 */
    WM_PLACE_EMPTY = 5        /* nothing was typed */
} wm_place_outcome;

typedef struct wm_place_candidate {
    wm_locality locality;
    uint32_t share; /* thousandths, 1 to 1000; together 1000 */
} wm_place_candidate;

typedef struct wm_place_choice {
    wm_str id; /* a place id, or a locality code */
    wm_str name;
} wm_place_choice;

typedef struct wm_place_match {
    wm_place_outcome outcome;
    /* How fine the answer is: "postcode", "sector", "outcode", "locality", or the kind of the place
     * record ("town", "practice", "ward" ...); for the other outcomes "none". Lives as long as
     * `places`. */
    wm_str precision;
    bool fell_back;   /* a finer postcode was typed than is known */
    bool is_practice; /* where somebody is registered, not where they live: fills gp_area only */
    wm_str name;      /* "B29", "Bath", "Solihull"; empty if not found; lives as long as `places` */
    wm_place_candidate candidates[WM_PLACE_CANDIDATES_MAX]; /* largest share first, then code */
    size_t candidate_count;
    wm_place_choice choices[WM_PLACE_CHOICES_MAX]; /* only WM_PLACE_AMBIGUOUS */
    size_t choice_count;
    bool has_position;
    int32_t lat; /* 1e-5 degree */
    int32_t lon;
    const char *note; /* text id that says what happened ("note.place_..."), or NULL */
} wm_place_match;

/* Where is `text`? Never an error for what people type: outcome says what it was. Pass NULL for
 * `places` to know localities only.
 * WM_TOO_LARGE: more than WM_PLACE_TEXT_BYTES_MAX. WM_BAD_INPUT: not UTF-8.
 * Allocates nothing and remembers nothing. */
WM_API WM_MUST_USE wm_status wm_places_resolve(const wm_places *places,
                                               const wm_locality_tree *tree, wm_str text,
                                               wm_place_match *match_out, wm_error *err);
/* "found", "ambiguous", "unknown", "not_covered", "nowhere", "empty"; never NULL. */
WM_API const char *wm_place_outcome_name(wm_place_outcome outcome);

/* A British postcode, or the front of one, in its parts. */
typedef enum wm_postcode_part {
    WM_POSTCODE_NONE = 0,    /* not shaped like one */
    WM_POSTCODE_OUTCODE = 1, /* "BA1" */
    WM_POSTCODE_SECTOR = 2,  /* "BA1 1" */
    WM_POSTCODE_UNIT = 3     /* "BA1 1AA" */
} wm_postcode_part;

typedef struct wm_postcode {
    wm_postcode_part part;
    char text[9];        /* capitals, one space, NUL: "BA1 1AA" */
    uint8_t outcode_len; /* bytes of text */
} wm_postcode;

/* Reads what is shaped like a postcode; ranges only, no register. Without a space, "BA11" is the
 * outcode BA11; `sector_out` (may be NULL) is then the other reading, "BA1 1". */
WM_API wm_postcode wm_postcode_read(wm_str text, wm_postcode *sector_out);

WM_END_DECLS

#endif
