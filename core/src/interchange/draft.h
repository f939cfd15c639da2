/* draft.h: one service that was read, mapped and checked, and of which nothing is written yet.
 *
 *      parsed --> mapped --> checked          a step that fails is the last
 *
 * Nothing here changes anything but the draft, so that drafts can be made by one thread while
 * another writes. What only the writer knows (an organization that is in the database, needs that
 * an import makes) makes a draft unsure, and the writer maps it again in its turn. */
#ifndef WAYMARK_INTERCHANGE_DRAFT_H
#define WAYMARK_INTERCHANGE_DRAFT_H

#include <waymark/sys/interchange.h>
#include <waymark/sys/symbols.h>

#include "store/index.h"

/* What drafts are made with; the import's. */
typedef struct draft_vocabulary {
    const wm_env *env;
    wm_str source;
    const wm_terms *terms;
    const wm_symbols *needs; /* those that are there */
    const wm_locality_tree *tree;
    bool makes_needs; /* then more needs come while drafts are made */
    /* The writer's: is there such a record? */
    bool (*has)(void *context, wm_kind kind, wm_str id);
    void *context;
} draft_vocabulary;

/* Something was kept beside the record. */
typedef struct draft_note {
    const char *what;
    wm_str example;
} draft_note;

/* Where what is made of a record for the index begins and ends, in `made`. */
typedef struct draft_made {
    size_t start;
    size_t lines_end;
    size_t end; /* of its face */
} draft_made;

typedef enum draft_stage { DRAFT_PARSED, DRAFT_MAPPED, DRAFT_CHECKED } draft_stage;

struct wm_import_draft {
    const draft_vocabulary *vocabulary;
    wm_arena arena; /* the service, and what comes of it */
    wm_buf bytes;   /* the records in canonical form, one after the other */
    size_t ends[WM_ORUK_RECORDS_MAX];
    wm_buf made; /* of the index, what comes of the records alone */
    draft_made parts[WM_ORUK_RECORDS_MAX];
    wm_oruk_records records;
    draft_note *notes;
    size_t note_count;
    size_t note_capacity;
    const wm_json *service; /* as it came; NULL: it is no JSON */
    int64_t number;
    draft_stage stage;
    bool is_ahead;  /* not in its turn */
    bool is_unsure; /* and it makes a difference */
    bool no_memory; /* for a note */
    wm_status status;
    wm_error why;
};

WM_MUST_USE wm_status draft_new(const draft_vocabulary *vocabulary, wm_import_draft **draft_out,
                                wm_error *err);
/* Parses and, if the writer is not needed for it, maps. */
void draft_read(wm_import_draft *draft, const wm_element *element, bool is_ahead);
/* Of a draft that is mapped and not unsure; else nothing. */
void draft_check(wm_import_draft *draft);
/* Whatever is left to do, in its turn. */
void draft_settle(wm_import_draft *draft);
/* Of a draft that is checked: the canonical bytes of a record, and what else was made of it. */
wm_str draft_bytes(const wm_import_draft *draft, size_t at);
wm_index_made draft_made_of(const wm_import_draft *draft, size_t at);

#endif
