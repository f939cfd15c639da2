/* random_maker.h: random services and random questions for property tests, made of the words of
 * directory-data: whatever a record or a query may hold, in any company. Same seed, same texts.
 *
 * What is made is plausible by the checks of records, and nothing more: services whose hours end
 * before they begin to take people, criteria that nobody meets, questions that contradict
 * themselves. */
#ifndef WAYMARK_TEST_RANDOM_MAKER_H
#define WAYMARK_TEST_RANDOM_MAKER_H

#include "real_directory.h"

#define WM_MAKER_FACTS_MAX 512

typedef struct wm_random_maker {
    wm_test_random random;
    const wm_real_directory *real;
    unsigned services;                        /* services are 0 to services - 1 */
    wm_arena arena;                           /* of the facts */
    const wm_json *facts[WM_MAKER_FACTS_MAX]; /* records of facts, by id */
    size_t fact_count;
    wm_json_out out; /* of the text that is being made */
} wm_random_maker;

wm_random_maker *wm_random_maker_new(const wm_real_directory *real, wm_test_random random,
                                     unsigned services);
void wm_random_maker_free(wm_random_maker *maker);

/* Put a service record in the place of what is in text. The id goes with the number alone: making
 * the same number again makes another edit of it. */
void wm_random_service(wm_random_maker *maker, unsigned number, wm_buf *text);
/* Put a site that services name. */
void wm_random_site(wm_random_maker *maker, unsigned number, wm_buf *text);
/* Put a query. */
void wm_random_query(wm_random_maker *maker, wm_buf *text);

#define WM_MAKER_SITES 40

/* ---- between the files of this maker ---- */

uint32_t wm_maker_below(wm_random_maker *maker, size_t bound);
bool wm_maker_chance(wm_random_maker *maker, uint32_t percent);
const char *wm_maker_word(wm_random_maker *maker, const char *const *words, size_t count);
#define WM_MAKER_ANY(maker, table) wm_maker_word((maker), (table), sizeof(table) / sizeof(table)[0])

/* Some record of a kind, of directory-data. */
const wm_record *wm_maker_record(wm_random_maker *maker, wm_kind kind);
/* Some fact of a type ("flag", ...), and one of its options; of an event, a flag ..: empty. */
const wm_json *wm_maker_fact(wm_random_maker *maker, const char *type);
wm_str wm_maker_option(wm_random_maker *maker, const wm_json *fact);

#define WM_MAKER_ID_BYTES 81
const char *wm_maker_service_id(unsigned number, char text[WM_MAKER_ID_BYTES]);
const char *wm_maker_site_id(unsigned number, char text[WM_MAKER_ID_BYTES]);

/* A day within `span` before or after the day of the tests' release. */
void wm_maker_day(wm_random_maker *maker, unsigned span, char text[11]);
/* Members with such values. */
void wm_maker_put_day(wm_random_maker *maker, const char *name, unsigned span);
void wm_maker_put_format(wm_random_maker *maker, const char *format, ...) WM_PRINTF(2, 3);
/* A condition as criteria have them. */
void wm_maker_put_condition(wm_random_maker *maker, unsigned depth);

#endif
