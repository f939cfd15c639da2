/* inquiry.h: from a query to options in order, with the rules applied; the writers of answers,
 * hand-overs and interviews begin here.
 *
 *   query --> understood --> candidates --> weighed --> successors --> rules --> order
 *
 * All that is found lives in the arena of the inquiry, which is one reading transaction. */
#ifndef WAYMARK_ASK_INQUIRY_H
#define WAYMARK_ASK_INQUIRY_H

#include "ask/page.h"
#include "ask/signpost.h"
#include "store/candidates.h"

#define WM_NOT_A_MATCH_MAX 10
#define WM_BESIDE_MAX 10 /* cards of ALONGSIDE, and of WHILE_WAITING */

/* An option, and what it is found by: its revision and subject. */
typedef struct wm_placed {
    uint64_t key;
    wm_option *option;
} wm_placed;

typedef struct wm_inquiry {
    wm_asker *asker;
    wm_query query;
    wm_understood *understood;
    wm_weighing *weighings[WM_SUBJECT_COUNT]; /* by subject; NULL: not needed yet */
    wm_candidate_filter filter;               /* what was asked for */
    wm_option **options; /* after wm_inquiry_run section by section, the first of each in order */
    size_t count;
    size_t capacity;
    wm_placed *placed; /* gather.c: the options as they came */
    size_t placed_count;
    uint32_t *places;  /* by key: a number of `placed`, and 1; 0: empty. 2 * capacity of them */
    bool dropped_some; /* of the options that stand in `places` */
    wm_ranked *ranked; /* after wm_inquiry_run, beside `options` */
    size_t section_ends[WM_SECTION_COUNT];
    size_t ordered[WM_SECTION_COUNT]; /* the first so many of a section are in order: as many as an
                                         answer shows, and the next */
    size_t undecided;                 /* cards that would be shown, if one more fact were known */
    size_t decided;                   /* the others, but for those of FOOTER */
    size_t candidate_count;           /* the first of the options while gathering */
    size_t gone_without_successor;
    size_t reachable; /* cards of MAIN that this actor can use now */
    wm_signposting signposting;
    wm_arena arena;
    wm_arena scratch; /* of the record in hand: a thousand need not be held at once */
    wm_error *err;
    bool reading;
} wm_inquiry;

/* Opens a reading transaction and understands the query. Close with wm_inquiry_end, also after a
 * failure. default_as_of as in wm_query_parse. */
WM_MUST_USE wm_status wm_inquiry_begin(wm_inquiry *inquiry, wm_asker *asker, wm_str query,
                                       const wm_date *default_as_of, wm_error *err);
/* Gathers, weighs, applies the rules, puts in order what an answer shows. */
WM_MUST_USE wm_status wm_inquiry_run(wm_inquiry *inquiry);
/* After that: all of them in order, for who reads on. */
void wm_inquiry_order_rest(wm_inquiry *inquiry);
/* After that: the first of those that count as `undecided`, but for what is for a parent; at most
 * `most`. */
WM_MUST_USE wm_status wm_inquiry_undecided(wm_inquiry *inquiry, size_t most,
                                           const wm_option **options_out, size_t *count_out);
/* How many cards of a section an answer shows; SAFETY is never cut. */
size_t wm_inquiry_most(const wm_inquiry *inquiry, wm_section section);
void wm_inquiry_end(wm_inquiry *inquiry);

/* The weighing of whoever an option was evaluated for: its facts are those of that person. */
const wm_weighing *wm_inquiry_weighing(const wm_inquiry *inquiry, const wm_option *option);
/* Whoever asks for themselves is the person. */
wm_subject wm_inquiry_subject(const wm_inquiry *inquiry, wm_subject subject);
/* The same, made where it is not there yet. */
WM_MUST_USE wm_status wm_inquiry_weighing_of(wm_inquiry *inquiry, wm_subject subject,
                                             wm_weighing **weighing_out);
/* For qsort over options: by key, then id, then subject. */
int wm_inquiry_by_key(const void *a, const void *b);
/* [first, end) of a section. */
void wm_inquiry_section(const wm_inquiry *inquiry, wm_section section, size_t *first_out,
                        size_t *end_out);
/* The options, alive only after wm_inquiry_run; NULL: the service is not among them. */
wm_option *wm_inquiry_option(const wm_inquiry *inquiry, wm_str service);

/* ---- gather.c: services into options ------------------------------------------------------- */

/* The candidates of the query: by need and place. */
WM_MUST_USE wm_status wm_gather_candidates(wm_inquiry *inquiry);
/* Services with one of these offers, that cover the place of the subject or (anywhere) any: those
 * that are options already, and those that now become options of no section. The list lives in the
 * arena. */
WM_MUST_USE wm_status wm_gather_offers(wm_inquiry *inquiry, wm_symbol_list offers,
                                       wm_subject subject, bool anywhere, wm_option ***options_out,
                                       size_t *count_out);
/* The option of a revision, weighed for the person if it is new. */
WM_MUST_USE wm_status wm_gather_option(wm_inquiry *inquiry, int64_t revision,
                                       wm_option **option_out);
/* Among the options, for that person; NULL: none. */
wm_option *wm_gather_find(const wm_inquiry *inquiry, int64_t revision, wm_subject subject);

/* ---- successors.c -------------------------------------------------------------------------- */

/* For each closed candidate those that took over, along chains; then drops the closed. */
WM_MUST_USE wm_status wm_follow_successors(wm_inquiry *inquiry);
/* Those that took over from a closed service, nearest first, wherever they are: options, weighed
 * for the person, of no section if the query did not bring them. At most `capacity`. */
WM_MUST_USE wm_status wm_find_successors(wm_inquiry *inquiry, int64_t revision,
                                         wm_option **options_out, size_t capacity,
                                         size_t *count_out);

/* Its areas touch a place of the person, or no place is known. */
WM_MUST_USE wm_status wm_covers_place(wm_inquiry *inquiry, int64_t revision, bool *covers_out);

/* ---- named.c ------------------------------------------------------------------------------- */

/* Services that the text asks for by name become candidates. After the candidates. */
WM_MUST_USE wm_status wm_named_gather(wm_inquiry *inquiry);
/* What became of those that have closed, and of those that may be meant. After the successors. */
WM_MUST_USE wm_status wm_named_settle(wm_inquiry *inquiry);
/* Into the open array: of those that have closed, and "did you mean". */
WM_MUST_USE wm_status wm_named_write_notes(wm_inquiry *inquiry, wm_json_out *out);

/* ---- find.c: for all who write an answer --------------------------------------------------- */

/* The members that say where an answer comes from, with the emergency lines. */
void wm_find_write_origin(const wm_inquiry *inquiry, wm_json_out *out);
/* After wm_inquiry_run: the option of a service, whether the query brought it or not.
 * WM_NOT_FOUND: no such service (sets a text). */
WM_MUST_USE wm_status wm_find_option(wm_inquiry *inquiry, wm_str service, wm_option **option_out);

#endif
