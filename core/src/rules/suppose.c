/* suppose.c: a copy of the facts with a few more; the index is made anew. */
#include "rules/suppose.h"

#include "rules/program.h"

static bool suppose_area(wm_facts *facts, const wm_area_map *areas, const wm_supposed *s,
                         wm_arena *arena)
{
    wm_area_place *place = wm_arena_alloc(arena, sizeof *place);
    if (place == NULL) {
        return false;
    }
    place->symbol = s->term;
    place->place = areas != NULL && s->term != WM_SYMBOL_NONE ? wm_area_map_find(areas, s->term)
                                                              : WM_LOCALITY_NONE;
    facts->areas[s->fact - WM_SYMBOL_RESIDENCE_AREA] =
        (wm_area_fact){ .given = WM_GIVEN_KNOWN, .count = 1, .places = place };
    return true;
}

/* age, an area or a level; `done_out` is false for every other fact. False: out of memory. */
static bool suppose_fixed(wm_facts *facts, const wm_area_map *areas, const wm_supposed *s,
                          wm_arena *arena, bool *done_out)
{
    *done_out = true;
    if (s->fact == WM_SYMBOL_AGE) {
        facts->age_given = WM_GIVEN_KNOWN;
        facts->birth = s->dates;
    } else if (s->fact >= WM_SYMBOL_RESIDENCE_AREA && s->fact <= WM_SYMBOL_WORK_AREA) {
        return suppose_area(facts, areas, s, arena);
    } else if (s->fact == WM_SYMBOL_SEVERITY || s->fact == WM_SYMBOL_RISK) {
        facts->levels[s->fact - WM_SYMBOL_SEVERITY] =
            (wm_level_fact){ .given = WM_GIVEN_KNOWN, .min = s->step, .max = s->step };
    } else {
        *done_out = s->fact == WM_SYMBOL_NONE || s->fact < WM_SYMBOL_FIXED_COUNT;
    }
    return true;
}

static bool suppose_named(wm_fact *fact, const wm_supposed *s, wm_arena *arena)
{
    *fact = (wm_fact){ .symbol = s->fact, .given = WM_GIVEN_KNOWN, .type = s->type };
    if (s->type == WM_FACT_FLAG) {
        fact->as.flag = s->flag;
    } else if (s->type == WM_FACT_EVENT) {
        fact->as.event.never = s->none;
        fact->as.event.dates = s->dates;
    } else if (s->type == WM_FACT_PEOPLE) {
        fact->as.people.complete = true;
    } else {
        wm_symbol *term = wm_arena_alloc(arena, sizeof *term);
        if (term == NULL) {
            return false;
        }
        *term = s->term;
        if (s->type == WM_FACT_ONE) {
            fact->as.one.terms = term;
            fact->as.one.count = 1;
        } else {
            fact->as.set = (wm_fact_set){ .has = term,
                                          .has_count = s->term != WM_SYMBOL_NONE ? 1 : 0,
                                          .complete = true };
        }
    }
    return true;
}

/* The place of a fact that was given as "not asked", else a new one. */
static wm_fact *place_of(wm_facts *facts, wm_symbol symbol)
{
    for (uint32_t i = 0; i < facts->fact_count; i++) {
        if (facts->facts[i].symbol == symbol) {
            return &facts->facts[i];
        }
    }
    return &facts->facts[facts->fact_count++];
}

wm_facts *wm_facts_suppose(const wm_facts *facts, const wm_area_map *areas,
                           const wm_supposed *supposed, size_t count, wm_arena *arena)
{
    wm_facts *result = wm_arena_alloc(arena, sizeof *result);
    wm_fact *named = wm_arena_array(arena, facts->fact_count + count, sizeof *named);
    if (result == NULL || named == NULL) {
        return NULL;
    }
    *result = *facts;
    result->facts = named;
    if (facts->fact_count > 0) {
        memcpy(named, facts->facts, facts->fact_count * sizeof *named);
    }
    for (size_t i = 0; i < count; i++) {
        bool done = false;
        if (!suppose_fixed(result, areas, &supposed[i], arena, &done)) {
            return NULL;
        }
        if (!done && !suppose_named(place_of(result, supposed[i].fact), &supposed[i], arena)) {
            return NULL;
        }
    }
    return wm_facts_index(result, arena) ? result : NULL;
}
