/* facts.h: what is known of one person, as evaluation reads it.
 *
 * Invariants: birth.first <= birth.last <= as_of when age_given is KNOWN; an event's first <= last,
 * and last <= as_of unless first is after it (it has not happened); a level's min <= max; slots is
 * a power of two with at least half of it empty, or absent when there are no named facts. */
#ifndef WAYMARK_RULES_FACTS_H
#define WAYMARK_RULES_FACTS_H

#include "rules/calendar.h"

#include <waymark/sys/criteria.h>

typedef enum wm_given {
    WM_GIVEN_ABSENT = 0, /* no such key */
    WM_GIVEN_NOT_ASKED,  /* {"?":"not_asked"} */
    WM_GIVEN_DECLINED,   /* {"?":"unknown"|"declined"} */
    WM_GIVEN_KNOWN
} wm_given;

typedef struct wm_fact_set {
    const wm_symbol *has;
    const wm_symbol *has_not;
    uint32_t has_count;
    uint32_t has_not_count;
    bool complete;
} wm_fact_set;

/* A fact other than age, areas and levels. Terms that no program names are WM_SYMBOL_NONE. */
typedef struct wm_fact {
    wm_symbol symbol; /* WM_SYMBOL_NONE: no program names it */
    wm_given given;
    wm_fact_type type; /* FLAG, ONE, SET, EVENT or PEOPLE, when KNOWN */
    wm_str name;
    const wm_json *value;
    union {
        bool flag;
        struct {
            const wm_symbol *terms; /* one of these */
            uint32_t count;
        } one;
        wm_fact_set set;
        struct {
            wm_date_range dates;
            bool never;
        } event;
        struct {
            wm_facts **items;
            uint32_t count;
            bool complete;
        } people;
    } as;
} wm_fact;

typedef struct wm_area_fact {
    wm_given given;
    bool none;
    uint32_t count;
    const wm_area_place *places;
    const wm_json *value; /* NULL when filled from a place */
} wm_area_fact;

typedef struct wm_level_fact {
    wm_given given;
    uint8_t min;
    uint8_t max;
    const wm_json *value;
} wm_level_fact;

struct wm_facts {
    wm_date as_of;
    wm_date cutoff; /* wm_school_cutoff(as_of) */
    wm_given age_given;
    wm_date_range birth;    /* by wm_facts_set_birth */
    wm_months_span ages[2]; /* of it: on the day, at the cutoff */
    const wm_json *age_value;
    wm_area_fact areas[WM_DIMENSION_COUNT];
    wm_level_fact levels[2]; /* severity, risk */
    wm_fact *facts;
    uint32_t fact_count;
    uint32_t slot_mask;
    const uint16_t *slots; /* index + 1; 0: empty */
};

static inline uint32_t wm_symbol_hash(wm_symbol symbol)
{
    return (symbol * 2654435769U) >> 8;
}

/* NULL: nothing is given. */
static inline const wm_fact *wm_facts_find(const wm_facts *facts, wm_symbol symbol)
{
    if (facts->slots == NULL) {
        return NULL;
    }
    uint32_t at = wm_symbol_hash(symbol) & facts->slot_mask;
    while (facts->slots[at] != 0) {
        const wm_fact *fact = &facts->facts[facts->slots[at] - 1];
        if (fact->symbol == symbol) {
            return fact;
        }
        at = (at + 1) & facts->slot_mask;
    }
    return NULL;
}

/* With the ages that it makes on as_of and cutoff. */
void wm_facts_set_birth(wm_facts *facts, wm_date_range birth);
/* (Re)builds the index over the named facts. False: out of memory. */
WM_MUST_USE bool wm_facts_index(wm_facts *facts, wm_arena *arena);
/* How a fact of any type is given. */
wm_given wm_facts_how_given(const wm_facts *facts, wm_str name);
/* Some fact is WM_GIVEN_DECLINED. */
bool wm_facts_some_declined(const wm_facts *facts);
/* A flag that is known, and has this value. */
bool wm_facts_flag_is(const wm_facts *facts, wm_str name, bool wanted);

/* The symbol is new to the map: it says nothing about it yet. */
bool wm_area_map_knows(const wm_area_map *map, wm_symbol code);

/* ---- forms.c: one fact's forms ------------------------------------------------------------ */

struct wm_path;

typedef struct wm_facts_reader {
    wm_arena *arena;
    const wm_facts_context *context;
    struct wm_path *path; /* names the fact */
    wm_error *err;
    bool in_person;
} wm_facts_reader;

/* "path: expected X, found Y" */
wm_status wm_facts_unexpected(const wm_facts_reader *reader, const char *expected,
                              const wm_json *found);
/* {"?":..}: sets given_out, which is else WM_GIVEN_KNOWN. */
wm_status wm_facts_read_unknown(const wm_facts_reader *reader, const wm_json *value,
                                wm_given *given_out);
wm_status wm_facts_read_age(const wm_facts_reader *reader, const wm_json *value, wm_facts *facts);
wm_status wm_facts_read_area(const wm_facts_reader *reader, const wm_json *value,
                             wm_area_fact *area);
wm_status wm_facts_read_level(const wm_facts_reader *reader, const wm_json *value, unsigned scale,
                              wm_level_fact *level);
wm_status wm_facts_read_one(const wm_facts_reader *reader, const wm_json *value, wm_fact *fact);
wm_status wm_facts_read_set(const wm_facts_reader *reader, const wm_json *value, wm_fact *fact);
wm_status wm_facts_read_event(const wm_facts_reader *reader, const wm_json *value,
                              const wm_facts *facts, wm_fact *fact);
/* Places of `count` codes. */
wm_status wm_facts_place_codes(const wm_facts_reader *reader, const wm_str *codes, uint32_t count,
                               const wm_area_place **places_out);

#endif
