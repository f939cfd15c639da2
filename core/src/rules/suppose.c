/* suppose.c: a copy of the facts with places for a few more; the index is made once, and an answer
 * is written over the one before it. */
#include "rules/suppose.h"

#include "rules/program.h"

struct wm_trial {
    wm_facts facts;
    const wm_facts *before;
    size_t count;
    wm_symbol symbols[WM_TRIAL_FACTS_MAX];
    wm_fact *named[WM_TRIAL_FACTS_MAX]; /* NULL: age, an area, a level, or read by nothing */
    wm_fact was[WM_TRIAL_FACTS_MAX];
    wm_symbol terms[WM_TRIAL_FACTS_MAX];
    wm_area_place places[WM_TRIAL_FACTS_MAX];
};

static bool is_named(wm_symbol symbol)
{
    return symbol != WM_SYMBOL_NONE && symbol >= WM_SYMBOL_FIXED_COUNT;
}

/* The place of a fact that was given as "not asked", else a new one. */
static wm_fact *place_of(wm_facts *facts, wm_symbol symbol)
{
    for (uint32_t i = 0; i < facts->fact_count; i++) {
        if (facts->facts[i].symbol == symbol) {
            return &facts->facts[i];
        }
    }
    wm_fact *fact = &facts->facts[facts->fact_count++];
    *fact = (wm_fact){ .symbol = symbol };
    return fact;
}

wm_trial *wm_trial_new(const wm_facts *facts, const wm_symbol *symbols, size_t count,
                       wm_arena *arena)
{
    wm_trial *trial = wm_arena_alloc(arena, sizeof *trial);
    wm_fact *named = wm_arena_array(arena, facts->fact_count + count, sizeof *named);
    if (trial == NULL || named == NULL) {
        return NULL;
    }
    trial->facts = *facts;
    trial->facts.facts = named;
    trial->before = facts;
    trial->count = count;
    if (facts->fact_count > 0) {
        memcpy(named, facts->facts, facts->fact_count * sizeof *named);
    }
    for (size_t i = 0; i < count; i++) {
        trial->symbols[i] = symbols[i];
        if (is_named(symbols[i])) {
            trial->named[i] = place_of(&trial->facts, symbols[i]);
            trial->was[i] = *trial->named[i];
        }
    }
    return wm_facts_index(&trial->facts, arena) ? trial : NULL;
}

static void answer_area(wm_trial *trial, size_t index, const wm_area_map *areas,
                        const wm_supposed *answer)
{
    wm_area_place *place = &trial->places[index];
    size_t dimension = trial->symbols[index] - WM_SYMBOL_RESIDENCE_AREA;
    if (answer == NULL) {
        trial->facts.areas[dimension] = trial->before->areas[dimension];
        return;
    }
    bool known = areas != NULL && answer->term != WM_SYMBOL_NONE;
    *place = (wm_area_place){ .symbol = answer->term,
                              .place = known ? wm_area_map_find(areas, answer->term)
                                             : WM_LOCALITY_NONE };
    trial->facts.areas[dimension] =
        (wm_area_fact){ .given = WM_GIVEN_KNOWN, .count = 1, .places = place };
}

/* age, an area or a level. */
static void answer_fixed(wm_trial *trial, size_t index, const wm_area_map *areas,
                         const wm_supposed *answer)
{
    wm_symbol symbol = trial->symbols[index];
    const wm_facts *before = trial->before;
    if (symbol == WM_SYMBOL_AGE) {
        trial->facts.age_given = answer != NULL ? WM_GIVEN_KNOWN : before->age_given;
        wm_facts_set_birth(&trial->facts, answer != NULL ? answer->dates : before->birth);
    } else if (symbol >= WM_SYMBOL_RESIDENCE_AREA && symbol <= WM_SYMBOL_WORK_AREA) {
        answer_area(trial, index, areas, answer);
    } else if (symbol == WM_SYMBOL_SEVERITY || symbol == WM_SYMBOL_RISK) {
        size_t scale = symbol - WM_SYMBOL_SEVERITY;
        trial->facts.levels[scale] = answer != NULL ? (wm_level_fact){ .given = WM_GIVEN_KNOWN,
                                                                       .min = answer->step,
                                                                       .max = answer->step }
                                                    : before->levels[scale];
    }
}

static void answer_named(wm_fact *fact, wm_symbol *term, const wm_supposed *answer)
{
    *fact = (wm_fact){ .symbol = answer->fact, .given = WM_GIVEN_KNOWN, .type = answer->type };
    *term = answer->term;
    switch (answer->type) {
    case WM_FACT_FLAG: fact->as.flag = answer->flag; break;
    case WM_FACT_EVENT:
        fact->as.event.never = answer->none;
        fact->as.event.dates = answer->dates;
        break;
    case WM_FACT_PEOPLE: fact->as.people.complete = true; break;
    case WM_FACT_ONE:
        fact->as.one.terms = term;
        fact->as.one.count = 1;
        break;
    case WM_FACT_SET:
    case WM_FACT_AGE:
    case WM_FACT_AREA:
    case WM_FACT_LEVEL:
    default:
        fact->as.set = (wm_fact_set){ .has = term,
                                      .has_count = *term != WM_SYMBOL_NONE ? 1 : 0,
                                      .complete = true };
        break;
    }
}

void wm_trial_answer(wm_trial *trial, size_t index, const wm_area_map *areas,
                     const wm_supposed *answer)
{
    wm_fact *named = trial->named[index];
    if (named == NULL) {
        answer_fixed(trial, index, areas, answer);
    } else if (answer == NULL) {
        *named = trial->was[index];
    } else {
        answer_named(named, &trial->terms[index], answer);
    }
}

const wm_facts *wm_trial_facts(const wm_trial *trial)
{
    return &trial->facts;
}
