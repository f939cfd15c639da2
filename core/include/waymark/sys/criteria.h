/* criteria.h: who a service is for: compile, evaluate, explain and validate eligibility.
 *
 * Source of every rule here: CRITERIA (the pinned page of the design). Pure: no I/O, no clock.
 *
 *   eligibility JSON --wm_criteria_compile--> program bytes (kept beside the service)
 *   program bytes --wm_criteria_load--> wm_criteria (a checked view, allocates nothing)
 *   facts JSON --wm_facts_parse--> wm_facts (once per question)
 *   wm_criteria x wm_facts --wm_criteria_evaluate--> wm_verdict_result (allocates nothing)
 *
 * Values are those of Kleene: nothing ever turns an unknown into a no, or into a yes. */
#ifndef WAYMARK_SYS_CRITERIA_H
#define WAYMARK_SYS_CRITERIA_H

#include <waymark/sys/date.h>
#include <waymark/sys/json.h>
#include <waymark/sys/locality.h>
#include <waymark/sys/record.h>
#include <waymark/sys/symbols.h>

WM_BEGIN_DECLS

/* ---- names that every program uses -------------------------------------------------------- */

/* Symbols with fixed numbers; pinned, since they stand in stored programs. */
enum {
    WM_SYMBOL_ASK_SERVICE = 0, /* "?ask_service" */
    WM_SYMBOL_AGE = 1,
    WM_SYMBOL_RESIDENCE_AREA = 2, /* the five areas stand in the order of wm_dimension */
    WM_SYMBOL_STAYING_AREA = 3,
    WM_SYMBOL_GP_AREA = 4,
    WM_SYMBOL_SCHOOL_AREA = 5,
    WM_SYMBOL_WORK_AREA = 6,
    WM_SYMBOL_SEVERITY = 7,
    WM_SYMBOL_RISK = 8,
    WM_SYMBOL_ACTOR = 9, /* "actor": a whole {"actor":..} in a rule */
    WM_SYMBOL_FIXED_COUNT = 10
};

/* Interns the fixed names into a new table, or checks them in a loaded one. Call it on every table
 * before anything else here. WM_CORRUPT: they are there with other numbers. */
WM_API WM_MUST_USE wm_status wm_criteria_prepare_symbols(wm_symbols *symbols, wm_error *err);

typedef enum wm_dimension {
    WM_DIMENSION_RESIDENCE = 0,
    WM_DIMENSION_STAYING = 1,
    WM_DIMENSION_GP = 2,
    WM_DIMENSION_SCHOOL = 3,
    WM_DIMENSION_WORK = 4
} wm_dimension;
#define WM_DIMENSION_COUNT 5

/* ---- the registry of facts ---------------------------------------------------------------- */

/* "flag", "age", ...: the types of fact records. */
typedef enum wm_fact_type {
    WM_FACT_FLAG,
    WM_FACT_AGE,
    WM_FACT_AREA,
    WM_FACT_ONE,
    WM_FACT_SET,
    WM_FACT_LEVEL,
    WM_FACT_EVENT,
    WM_FACT_PEOPLE
} wm_fact_type;

WM_API const char *wm_fact_type_name(wm_fact_type type);
WM_API WM_MUST_USE bool wm_fact_type_parse(wm_str name, wm_fact_type *type_out);

/* Which facts there are, their types and terms: built from fact records. */
typedef struct wm_fact_registry wm_fact_registry;

WM_API WM_MUST_USE wm_status wm_fact_registry_new(const wm_env *env,
                                                  wm_fact_registry **registry_out, wm_error *err);
WM_API void wm_fact_registry_free(wm_fact_registry *registry);
/* Adds a record of kind fact; copies what it needs. Of two with one id the later counts.
 * WM_BAD_RECORD: without id or with an unknown type. */
WM_API WM_MUST_USE wm_status wm_fact_registry_add(wm_fact_registry *registry, const wm_json *record,
                                                  wm_error *err);
/* False if there is no such fact. */
WM_API WM_MUST_USE bool wm_fact_registry_find(const wm_fact_registry *registry, wm_str fact,
                                              wm_fact_type *type_out);
/* Costs as much to tell as directory-data/README.md calls sensitive: it is never said back. */
#define WM_FACT_COST_SENSITIVE 3
WM_API bool wm_fact_registry_is_sensitive(const wm_fact_registry *registry, wm_str fact);
/* A fact without options takes any term. */
WM_API bool wm_fact_registry_has_term(const wm_fact_registry *registry, wm_str fact, wm_str term);

/* ---- symbols of locality codes in a tree --------------------------------------------------- */

/* Where each symbol that is a locality code stands in one tree: made once per (symbols, tree). */
typedef struct wm_area_map wm_area_map;

/* Borrows tree and symbols, which must outlive it. tree NULL: no code is below another.
 * A code that the tree does not have is apart from every other and the same as itself. */
WM_API WM_MUST_USE wm_status wm_area_map_new(const wm_env *env, const wm_symbols *symbols,
                                             const wm_locality_tree *tree, wm_area_map **map_out,
                                             wm_error *err);
WM_API void wm_area_map_free(wm_area_map *map);
/* Takes in the symbols that came since; until then their codes evaluate to unknown. */
WM_API WM_MUST_USE wm_status wm_area_map_update(wm_area_map *map, wm_error *err);
WM_API const wm_locality_tree *wm_area_map_tree(const wm_area_map *map);
/* WM_LOCALITY_NONE: not a code of the tree. */
WM_API wm_locality wm_area_map_find(const wm_area_map *map, wm_symbol code);

/* ---- compile ------------------------------------------------------------------------------ */

typedef struct wm_criteria_context {
    wm_symbols *symbols;              /* prepared; grows */
    const wm_fact_registry *registry; /* NULL: any fact name and term; types follow from use */
    bool allow_actor; /* conditions of rules: actor, need, query, card and result may stand there */
} wm_criteria_context;

/* Compiles {"who","not_for","routes","words"} into a program of program_out->len bytes, put behind
 * what is there. eligibility NULL: everyone.
 * WM_BAD_RECORD: shape, unknown node, fact or term, type, range, depth, number of nodes, both max
 * and before; the text names path, expected and found ("who.all[1].age.min: expected ..."). What is
 * well formed but unwise is for wm_criteria_validate. */
WM_API WM_MUST_USE wm_status wm_criteria_compile(const wm_json *eligibility,
                                                 const wm_criteria_context *context,
                                                 wm_buf *program_out, wm_error *err);
/* The same for one condition alone (a rule's `when`): a program whose `who` it is. `path` names it
 * in messages ("when"). */
WM_API WM_MUST_USE wm_status wm_criteria_compile_condition(const wm_json *condition,
                                                           const char *path,
                                                           const wm_criteria_context *context,
                                                           wm_buf *program_out, wm_error *err);

/* A checked view of program bytes, which it borrows. For the caller's storage. */
typedef struct wm_criteria {
    const uint8_t *nodes;    /* node_count records, in pre-order */
    const uint8_t *words;    /* word_count operands */
    const uint8_t *excludes; /* exclusion_count records */
    const char *text;        /* text_bytes of UTF-8 */
    uint32_t word_count;
    uint32_t text_bytes;
    uint16_t node_count;
    uint16_t exclusion_count;
    bool for_everyone; /* `who` is absent */
} wm_criteria;

/* Checks every offset, span, depth and operand once; after that nothing reads out of bounds.
 * WM_CORRUPT, WM_NEWER. Allocates nothing. */
WM_API WM_MUST_USE wm_status wm_criteria_load(const void *program, size_t length,
                                              wm_criteria *criteria_out, wm_error *err);

/* One entry of `not_for`. */
typedef struct wm_exclusion {
    wm_symbol reason;       /* WM_SYMBOL_NONE: none */
    bool soft;              /* taken jointly instead of refused */
    uint16_t node;          /* the root of `when` in wm_verdict_result.truth */
    uint32_t instead_count; /* offers, by wm_criteria_instead */
    uint32_t instead_at;
} wm_exclusion;
/* index < exclusion_count */
WM_API wm_exclusion wm_criteria_exclusion(const wm_criteria *criteria, size_t index);
/* index < exclusion->instead_count */
WM_API wm_symbol wm_criteria_instead(const wm_criteria *criteria, const wm_exclusion *exclusion,
                                     size_t index);

/* Every fact that the criteria read, as symbols (areas by dimension, an `about` by its person);
 * each once, in order of number. Returns how many it wrote: at most `capacity`, and never more than
 * WM_MISSING_MAX. */
WM_API size_t wm_criteria_facts(const wm_criteria *criteria, wm_symbol *facts_out, size_t capacity);

/* ---- facts -------------------------------------------------------------------------------- */

#define WM_DATE_NONE INT32_MIN

/* What is known of one person on one day. Lives in the arena it was parsed into. */
typedef struct wm_facts wm_facts;

typedef struct wm_facts_context {
    const wm_symbols *symbols;        /* facts and terms that no program names need no symbol */
    const wm_area_map *areas;         /* NULL: codes are compared as they are */
    const wm_fact_registry *registry; /* NULL: any name; the type follows from the form */
    wm_date as_of;                    /* if the facts have none; WM_DATE_NONE: they must */
} wm_facts_context;

/* `facts` is borrowed and must live as long as the result. NULL: nothing is known. Names and terms
 * become symbols here, so programs compiled afterwards do not see them: load or compile first.
 * WM_BAD_INPUT: names the fact, what was expected and what was found. */
WM_API WM_MUST_USE wm_status wm_facts_parse(wm_arena *arena, const wm_json *facts,
                                            const wm_facts_context *context, wm_facts **facts_out,
                                            wm_error *err);

WM_API wm_date wm_facts_as_of(const wm_facts *facts);
/* The interval of birth dates, cut at as_of; false if the age is not known. */
WM_API WM_MUST_USE bool wm_facts_birth(const wm_facts *facts, wm_date *earliest_out,
                                       wm_date *latest_out);

typedef enum wm_area_known {
    WM_AREA_UNKNOWN, /* not given, or {"?":..} */
    WM_AREA_NONE,    /* known to have none */
    WM_AREA_CODES    /* one of these */
} wm_area_known;
typedef struct wm_area_place {
    wm_str code;
    wm_symbol symbol;  /* WM_SYMBOL_NONE: no program names it */
    wm_locality place; /* WM_LOCALITY_NONE: the tree has no such code */
} wm_area_place;
WM_API wm_area_known wm_facts_area(const wm_facts *facts, wm_dimension dimension,
                                   const wm_area_place **places_out, size_t *count_out);
/* Fills a dimension whose key was absent (a place typed by the person, resolved to one or several
 * codes); does nothing to one that was given. count > 0. Copies the codes. */
WM_API WM_MUST_USE wm_status wm_facts_fill_area(wm_facts *facts, wm_arena *arena,
                                                wm_dimension dimension, const wm_str *codes,
                                                size_t count, const wm_facts_context *context,
                                                wm_error *err);
/* The key is given, if only as {"?":..}; `declined_out` (may be NULL): known to be unknown or
 * declined, so never asked again. */
WM_API bool wm_facts_given(const wm_facts *facts, wm_str fact, bool *declined_out);

/* ---- evaluate ----------------------------------------------------------------------------- */

/* Ordered so that AND is the least, OR the greatest and NOT is 2 - x. */
typedef enum wm_truth { WM_TRUTH_F = 0, WM_TRUTH_U = 1, WM_TRUTH_T = 2 } wm_truth;

/* Pinned numbers. */
typedef enum wm_verdict {
    WM_VERDICT_ELIGIBLE = 0,
    WM_VERDICT_JOINT = 1,
    WM_VERDICT_CHECK_WITH_SERVICE = 2,
    WM_VERDICT_UNKNOWN = 3,
    WM_VERDICT_NOT_ELIGIBLE = 4
} wm_verdict;
/* "ELIGIBLE", ... */
WM_API const char *wm_verdict_name(wm_verdict verdict);

/* What conditions of rules read beside the facts: the query and the card in hand (core's own). */
struct wm_scene;

typedef struct wm_evaluation {
    const wm_symbols *symbols;
    const wm_area_map *areas; /* of the same symbols; NULL: codes are compared as they are */
    const wm_facts *facts;
    const wm_facts *actor_facts;  /* for {"actor":..}; NULL: nothing is known of the asker */
    const struct wm_scene *scene; /* NULL: need, query, card and result are unknown */
} wm_evaluation;

#define WM_MISSING_MAX (WM_CRITERIA_NODES_MAX + WM_DIMENSION_COUNT)

/* About 1.4 KB, owned by the caller; only the first missing_count and node_count entries are
 * written. */
typedef struct wm_verdict_result {
    wm_verdict verdict;
    wm_truth value;          /* who AND NOT (any hard exclusion) */
    bool soft_unknown;       /* for ELIGIBLE: a soft exclusion is unknown; say so in a note */
    bool near_miss;          /* for NOT_ELIGIBLE: exactly one leaf decides */
    bool only_area_decides;  /* for NOT_ELIGIBLE: every deciding leaf is an area */
    bool near_miss_holds;    /* the deciding leaf is true (an exclusion, or under `not`): the person
                                fits once it no longer holds, else once it holds */
    wm_date starts_on;       /* first day on which the one deciding leaf holds, or WM_DATE_NONE */
    wm_date ends_on;         /* last day on which it holds, or WM_DATE_NONE */
    uint16_t deciding_count; /* deciding leaves, for NOT_ELIGIBLE */
    uint16_t deciding_leaf;  /* node of the one, for a near miss */
    uint16_t missing_count;  /* for UNKNOWN and CHECK_WITH_SERVICE */
    wm_symbol missing[WM_MISSING_MAX];    /* each once, in order of text */
    uint8_t truth[WM_CRITERIA_NODES_MAX]; /* wm_truth of each node, in pre-order */
} wm_verdict_result;

/* Never fails, allocates nothing. */
WM_API void wm_criteria_evaluate(const wm_criteria *criteria, const wm_evaluation *evaluation,
                                 wm_verdict_result *result_out);
/* The value of `who` alone, for rules: no verdict, no missing set. */
WM_API wm_truth wm_criteria_holds(const wm_criteria *criteria, const wm_evaluation *evaluation);

/* ---- explain ------------------------------------------------------------------------------ */

struct wm_repeats;

/* Words for sentences. Each function may be NULL or return an empty text: the id is then made
 * readable ("in_crisis": "in crisis"). What they return must live until the next call. */
typedef struct wm_words {
    /* What goes behind "people", and as well behind "someone": "who served in the armed forces",
     * "in prison". */
    wm_str (*flag)(void *context, wm_str fact);
    /* What goes behind "after": "a birth or the end of a pregnancy". */
    wm_str (*event)(void *context, wm_str fact);
    /* What goes between "people" and the terms of a set or single value: "with", "studying at". */
    wm_str (*lead)(void *context, wm_str fact);
    wm_str (*term)(void *context, wm_str fact, wm_str term); /* "autism" */
    wm_str (*locality)(void *context, wm_str code);          /* "Swindon" */
    wm_str (*reason)(void *context, wm_str reason); /* a sentence: "Not while you are being seen
                                                       elsewhere" */
    wm_str (*offer)(void *context, wm_str offer);   /* "A crisis line": after a colon */
    /* The sentence of an id in another language ("sentence.people": "Dla ludzi {who}"); must live
       as long as the words. Empty: the English that is built in. */
    wm_str (*sentence)(void *context, wm_str id);
    /* The sentence of an id, a constant ("people"), made ready (core's own); NULL, or it returns
       NULL: as `sentence` has it. */
    const struct wm_sentence *(*held)(void *context, const char *id);
    /* What a service asks for, as it was said before (core's own): puts it; false: it was not, and
       `said` will be called with it, if there is room for all of it. NULL: neither is called. */
    bool (*say_again)(void *context, wm_str key, wm_buf *out);
    void (*said)(void *context, wm_str key, wm_str text);
    /* What must not be said back: a condition that reads the fact and is met is told without it. */
    bool (*is_sensitive)(void *context, wm_str fact);
    void *context;
    bool third_person; /* the answer is for someone else: "they are 26" */
    /* Where sentences are remembered that were put into the same buffer (core's own); NULL: none.
       They are told of the person of this number: the same facts, the same words. */
    struct wm_repeats *repeats;
    uint8_t person;
} wm_words;

/* Writes one JSON object, the explanation tree: {node, verdict, decisive, fact, observed, required,
 * text, children}; fact, observed and required where they apply. `words` may be NULL.
 * Failures stick to the buffer of `out`; another status only for memory. */
WM_API WM_MUST_USE wm_status wm_criteria_explain(const wm_criteria *criteria,
                                                 const wm_evaluation *evaluation,
                                                 const wm_verdict_result *result,
                                                 const wm_words *words, wm_json_out *out,
                                                 wm_error *err);

/* Plain sentences, one for each deciding leaf, at most `max`: why the verdict is what it is. Each
 * is put into the JSON array that is open in `out`. None repeats what the person disclosed. */
WM_API WM_MUST_USE wm_status wm_criteria_why(const wm_criteria *criteria,
                                             const wm_evaluation *evaluation,
                                             const wm_verdict_result *result, const wm_words *words,
                                             size_t max, wm_json_out *out, wm_error *err);
/* The sentence of one leaf (wm_verdict_result.deciding_leaf). */
WM_API WM_MUST_USE wm_status wm_criteria_sentence(const wm_criteria *criteria,
                                                  const wm_evaluation *evaluation,
                                                  const wm_verdict_result *result, size_t leaf,
                                                  const wm_words *words, wm_buf *out,
                                                  wm_error *err);

/* "For people aged under 19": the ages of a service that is shown though the age is not known.
 * Nothing is put where no age is open. */
WM_API WM_MUST_USE wm_status wm_criteria_for_ages(const wm_criteria *criteria,
                                                  const wm_evaluation *evaluation,
                                                  const wm_words *words, wm_buf *out,
                                                  wm_error *err);

/* ---- validate ----------------------------------------------------------------------------- */

typedef struct wm_validation {
    const wm_env *env;
    const wm_fact_registry *registry; /* NULL: any fact name and term */
    const wm_locality_tree *tree;     /* NULL: which code is below which is not known */
    wm_kind kind;                     /* of the record, for the findings */
    wm_str id;
    const char *path; /* "eligibility" or "when" */
    bool condition;   /* one condition of a rule, not an eligibility: `actor` may stand in it */
} wm_validation;

/* Errors: those of compile, all of them and not just the first, and unsatisfiable, an exclusion
 * with neither reason nor instead. Warnings: tautology, dead leaf, exclusions that cover everyone,
 * blanket exclusion by diagnosis, area by residence alone, `who` absent, not proved (more than
 * WM_CRITERIA_PROVE_MAX combinations). eligibility NULL: `who` absent.
 * WM_OK also when findings were reported. */
WM_API WM_MUST_USE wm_status wm_criteria_validate(const wm_json *eligibility,
                                                  const wm_validation *validation,
                                                  const wm_finding_sink *sink, wm_error *err);

/* ---- one line of `waymark eval` ------------------------------------------------------------ */

/* Reads {"service":{"who":..,"not_for":..},"facts":{..,"as_of":d}} and puts
 * {"verdict":..,"missing":[sorted],"near_miss":bool}, without a line feed. A bad line puts
 * {"error":{"line":n,"text":..}} and returns WM_BAD_INPUT (the rest can go on). Any other status:
 * nothing was put. tree may be NULL. */
WM_API WM_MUST_USE wm_status wm_eval_line(const wm_env *env, const wm_locality_tree *tree,
                                          wm_str line, size_t line_number, wm_buf *out,
                                          wm_error *err);

WM_END_DECLS

#endif
