/* answers.h: ask a small directory, and look into the answer. */
#ifndef WAYMARK_TEST_ANSWERS_H
#define WAYMARK_TEST_ANSWERS_H

#include "ask/find.h"
#include "small_directory.h"

typedef struct wm_test_source {
    wm_kind kind;
    const char *text; /* ' for " */
} wm_test_source;

/* A service "<id> name" of organization o and a kind of its own; `fields` are the rest. */
#define WM_TEST_SERVICE(id, fields)                                                                \
    {                                                                                              \
        WM_KIND_SERVICE,                                                                           \
            "{'id':'" id "','name':'" id " name','organization':'o','kind':'k_" id "'," fields "}" \
    }
#define WM_TEST_OPEN "'status':'active',"
#define WM_TEST_ANYONE "'eligibility':{'who':{'const':true},'routes':['self']},"

typedef struct wm_test_asking {
    wm_store *store;
    wm_asker asker;
    wm_arena arena; /* of all answers */
} wm_test_asking;

/* An authoring database in memory, with one release of 2026-01-05 that holds the records. */
wm_test_asking *wm_test_asking_new(const wm_test_source *records, size_t count);
void wm_test_asking_free(wm_test_asking *asking);

/* The answer to a query (' for "), as text and parsed; both live as long as `asking`. */
wm_str wm_test_answer(wm_test_asking *asking, const char *query);
const wm_json *wm_test_ask(wm_test_asking *asking, const char *query);
/* The card that explains a service. */
const wm_json *wm_test_explain(wm_test_asking *asking, const char *service, const char *query);

/* The card of a service in a section, or NULL. */
const wm_json *wm_test_card(const wm_json *answer, const char *section, const char *service);
/* Its place among the cards of the section, from 1; 0: it is not there. */
unsigned wm_test_card_place(const wm_json *answer, const char *section, const char *service);
const char *wm_test_verdict(const wm_json *card);
/* Of a card or an answer; NULL: there is no such note. */
const char *wm_test_note(const wm_json *card, const char *code);
bool wm_test_has_note(const wm_json *card, const char *code);

#endif
