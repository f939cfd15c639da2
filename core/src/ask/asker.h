/* asker.h: a directory made ready to answer: its vocabulary in memory, its services in the store.
 *
 * Loaded once, and again when the file has moved on. Nothing of a question is kept: the memory that
 * one took is wiped before it waits for the next. */
#ifndef WAYMARK_ASK_ASKER_H
#define WAYMARK_ASK_ASKER_H

#include <waymark/sys/edition.h>
#include <waymark/sys/needs.h>
#include <waymark/sys/places.h>

#include "rules/askable.h"
#include "rules/condition.h"
#include "store/candidates.h"

#define WM_OPEN_TO_ALL_MAX 2
#define WM_ASKER_SPARES 2
#define WM_SPARE_BYTES_MAX ((size_t)2 * WM_MIB) /* of one: larger ones go with their question */

typedef struct wm_text_cache wm_text_cache; /* texts.h */
typedef struct wm_shelf wm_shelf;           /* shelf.h */

typedef struct wm_asker {
    const wm_env *env;
    wm_store *store; /* borrowed */
    wm_view view;
    wm_release release;
    bool has_release;       /* false: a working state before the first release */
    bool whole;             /* all of the vocabulary is here */
    wm_symbol symbol_count; /* when it was loaded */
    wm_edition edition;
    char stale_since[WM_DATE_TEXT_BYTES]; /* "" : not stale, or no replica */
    wm_symbols *symbols;                  /* borrowed from the store */
    wm_locality_tree *tree;
    wm_area_map *areas;
    wm_fact_registry *registry;
    bool has_facts;        /* false: the directory has no fact records, any name goes */
    wm_askables *askables; /* how each fact is asked */
    const wm_json **asked; /* by askable: its record, NULL until it was asked for; in asked_arena */
    wm_arena asked_arena;
    wm_needs *needs;
    bool has_words;                /* of the needs: read when words are asked for */
    const wm_symbol *need_symbols; /* by wm_need; WM_SYMBOL_NONE: nothing names it */
    const wm_rule **rules; /* in order of phase, priority, id; their programs lie in rule_arena */
    size_t rule_count;
    const wm_ready_rule *ready_rules;          /* the same, in the same order */
    wm_symbol open_to_all[WM_OPEN_TO_ALL_MAX]; /* offers that are; the first ones, then
                                                  WM_SYMBOL_NONE */
    wm_arena rule_arena;                       /* and what is made ready beside the rules */
    wm_places *places;               /* NULL until a place is asked for; reads from this asker */
    wm_text_cache *texts;            /* NULL until something is said */
    wm_shelf *shelf;                 /* NULL until a card is shown */
    wm_arena spare[WM_ASKER_SPARES]; /* of a question that has ended; empty: none */
    uint32_t file_state;             /* that all of this was last found to be of */
    bool file_state_known;
} wm_asker;

/* Reads the vocabulary of the view. Borrows store. Close with wm_asker_fini, also after a failure.
 * WM_NO_RELEASE: view is WM_VIEW_LATEST and there is none. */
WM_MUST_USE wm_status wm_asker_init(wm_asker *asker, wm_store *store, wm_view view, wm_error *err);
void wm_asker_fini(wm_asker *asker);

/* Brings the vocabulary to the state that the store reads from now: another process may have
 * changed the file since. Called inside a reading transaction, so that vocabulary and services are
 * of one state. After a failure the next call tries again. */
WM_MUST_USE wm_status wm_asker_refresh(wm_asker *asker, wm_error *err);

/* Memory for a question: that of one before, or none yet. */
wm_arena wm_asker_borrow(wm_asker *asker);
/* Frees what is in it, and keeps the room of the newest block for the next question. */
void wm_asker_give_back(wm_asker *asker, wm_arena *arena);

/* True from the day on from which nobody vouches for the replica being the newest. */
bool wm_asker_is_stale(const wm_asker *asker, wm_date day);

/* Makes what needs are called in words, to find them in a text. Called inside a reading
 * transaction. */
WM_MUST_USE wm_status wm_asker_words(wm_asker *asker, wm_error *err);

/* The record of a fact, for the words of its question. Lives until the asker is refreshed. fact:
 * one of its askables. */
WM_MUST_USE wm_status wm_asker_fact(wm_asker *asker, const wm_askable *fact,
                                    const wm_json **record_out, wm_error *err);

/* Makes the register of places, which reads what it is asked for. */
WM_MUST_USE wm_status wm_asker_places(wm_asker *asker, wm_error *err);

#endif
