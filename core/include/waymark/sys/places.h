/* places.h: what somebody answers to "where?", and which localities that is.
 *
 * Understands unit postcodes, sectors, outward codes, GP practice codes, names of towns and other
 * places, codes and names of localities, and ids of places; spelling of case, spaces and dashes
 * does not matter, and what can only be a slip in a postcode (O for 0, I for 1) is put right, and
 * said.
 * No I/O of its own: records come from the caller. Sources of the data:
 * directory-data/places/README.md; the form of unit postcodes: core/README.md. */
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

/* One place record: its id and canonical bytes, borrowed for the call. */
typedef struct wm_place_sink {
    wm_status (*put)(void *context, wm_str id, wm_str bytes, wm_error *err);
    void *context;
} wm_place_sink;

/* Builds the register from place records (CLI.md: id, kind, name, shares; lat, lon) in any order;
 * copies what it needs. Borrows `tree`, which must outlive it.
 * WM_BAD_RECORD: an id twice, a share of a locality that is not in the tree, more than
 * WM_PLACE_CANDIDATES_MAX shares. Free with wm_places_free. */
WM_API WM_MUST_USE wm_status wm_places_new(const wm_env *env, const wm_locality_tree *tree,
                                           const wm_json *const *records, size_t record_count,
                                           wm_places **places_out, wm_error *err);
WM_API void wm_places_free(wm_places *places);

/* Where a register finds place records when it needs them. An outcode has its code as its id
 * ("BA1"), a sector or a unit the same with a dash ("BA1-1", "BA1-1AA"), a practice "practice-" and
 * its code; these are asked for one by one. */
typedef struct wm_place_source {
    /* WM_NOT_FOUND: no such place (no text). The record is in `arena`. */
    wm_status (*get)(void *context, wm_str id, wm_arena *arena, const wm_json **record_out,
                     wm_error *err);
    /* `put` for every place; those whose ids are postcodes may be left out. */
    wm_status (*each)(void *context, const wm_place_sink *sink, wm_error *err);
    void *context;
} wm_place_source;

/* A register that reads nothing until it is asked: postcodes and practices by id, all other places
 * once, when the first name is asked for. Borrows `tree`, and what `source` points to. */
WM_API WM_MUST_USE wm_status wm_places_open(const wm_env *env, const wm_locality_tree *tree,
                                            const wm_place_source *source, wm_places **places_out,
                                            wm_error *err);

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
     * `arena` and `places`. */
    wm_str precision;
    bool fell_back; /* a finer postcode was typed than is known */
    bool
        is_repaired; /* it was no postcode until a slip was put right; `name` says how it is read */
    bool is_practice; /* where somebody is registered, not where they live: fills gp_area only */
    wm_str name;      /* "B29", "Bath", "Solihull"; empty if not found; lives like precision */
    wm_place_candidate candidates[WM_PLACE_CANDIDATES_MAX]; /* largest share first, then code */
    size_t candidate_count;
    wm_place_choice choices[WM_PLACE_CHOICES_MAX]; /* only WM_PLACE_AMBIGUOUS */
    size_t choice_count;
    bool has_position;
    int32_t lat; /* 1e-5 degree */
    int32_t lon;
    uint32_t within_m; /* how far off that position may be, in 19 of 20 places; 0: not known */
    const char *note;  /* text id that says what became of it ("note.place_..."), or NULL; that it
                        * was repaired is said beside it */
} wm_place_match;

/* Where is `text`? Never an error for what people type: outcome says what it was. Pass NULL for
 * `places` to know localities only. Uses `arena` for what it reads and answers; remembers nothing.
 * WM_TOO_LARGE: more than WM_PLACE_TEXT_BYTES_MAX. WM_BAD_INPUT: not UTF-8. WM_BAD_RECORD: as with
 * wm_places_new. Else what the source says. */
WM_API WM_MUST_USE wm_status wm_places_resolve(wm_places *places, const wm_locality_tree *tree,
                                               wm_str text, wm_arena *arena,
                                               wm_place_match *match_out, wm_error *err);
/* Metres between two positions in 1e-5 degree, exact to one per cent in Great Britain. */
WM_API int64_t wm_place_distance_m(int32_t lat_a, int32_t lon_a, int32_t lat_b, int32_t lon_b);
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
    bool is_cut;         /* a unit without its last letter, "BA1 1A", read as its sector */
    bool is_repaired;    /* letters and digits that look alike have been exchanged */
} wm_postcode;

/* Reads what is shaped like a postcode; ranges only, no register. Without a space, "BA11" is the
 * outcode BA11. */
WM_API wm_postcode wm_postcode_read(wm_str text);
/* What is no postcode but becomes one, a unit or with a space before its last digit a sector, in
 * exactly one way if O and 0, I or L and 1, S and 5, B and 8 are taken for each other in as few
 * places as will do; else WM_POSTCODE_NONE. */
WM_API wm_postcode wm_postcode_repair(wm_str text);

WM_END_DECLS

#endif
