/* handover.h: one introduction to one service, so that a person tells their story once.
 *
 * Pure: what is known of the service, of the person and of what the rules say goes in, JSON comes
 * out; nothing is read, sent or kept. What is not known is never made up: it is put under "to ask".
 *
 *   request --parse--> wm_handover_request --(introduce.c finds the service)--> wm_handover
 *           --wm_handover_write--> members of one object
 *
 * What must always hold:
 * - `may_send` is false until the person has agreed, but consent never stands in the way where
 *   someone may be harmed, a life is at risk, or it is a crisis. A refusal gives way only to a
 *   basis that the caller declares.
 * - Where somebody may be watched at home, no address leaves here, no number is passed on before
 *   they said what is safe, and no text message is made unless they said that one is safe.
 * - A text message never says what help is for.
 * - The person's own words are theirs, to the letter, or they are not there. */
#ifndef WAYMARK_ASK_HANDOVER_H
#define WAYMARK_ASK_HANDOVER_H

#include "ask/query.h"
#include "ask/texts.h"

#define WM_HANDOVER_BYTES_MAX (2 * WM_QUERY_BYTES_MAX) /* a request */
#define WM_HANDOVER_WORDS_MAX 4000                     /* bytes of own_words */
#define WM_HANDOVER_LINE_MAX 400                       /* bytes of any other text of a request */
#define WM_HANDOVER_LIST_MAX 16                        /* items of a list of a request */
#define WM_HANDOVER_ANSWERS_MAX 64
#define WM_HANDOVER_INSTEAD_MAX 3

typedef enum wm_consent {
    WM_CONSENT_NOT_ASKED,
    WM_CONSENT_GIVEN,
    WM_CONSENT_REFUSED,
    WM_CONSENT_CANNOT_GIVE
} wm_consent;

/* Why it is passed on without a yes. */
typedef enum wm_basis {
    WM_BASIS_NONE,
    WM_BASIS_SAFEGUARDING,
    WM_BASIS_VITAL_INTERESTS,
    WM_BASIS_CRISIS
} wm_basis;

/* Whether a text message to this person is safe. */
typedef enum wm_text_safe {
    WM_TEXT_NOT_SAID,
    WM_TEXT_YES,
    WM_TEXT_NEUTRAL, /* without the name of the service */
    WM_TEXT_NO
} wm_text_safe;

/* {"query":{..},"handover":{..}}, both optional; the members of "handover" stand in core/README.md.
 * Everything lives in the arena of the parse. */
typedef struct wm_handover_request {
    wm_str query;         /* canonical text, for wm_query_parse; "{}" if there is none */
    const wm_json *tried; /* of the query, or NULL */
    const wm_json *said;  /* the object "handover", or NULL */
    wm_consent consent;
    wm_basis basis;
    wm_text_safe text_safe;
} wm_handover_request;

/* WM_BAD_INPUT, WM_TOO_LARGE: names the member, what was expected and what was found. The query in
 * it is not looked into: wm_query_parse does that. */
WM_MUST_USE wm_status wm_handover_request_parse(wm_arena *arena, const wm_env *env, wm_str text,
                                                wm_handover_request *request_out, wm_error *err);

typedef struct wm_handover_names {
    const wm_str *items;
    size_t count;
} wm_handover_names;

/* A service that is named beside the chosen one. */
typedef struct wm_handover_other {
    wm_str id;
    wm_str name;
    const char *verdict; /* for this person */
} wm_handover_other;

/* A fact that would decide the verdict, and its question. */
typedef struct wm_handover_question {
    wm_str fact;
    wm_str question;
} wm_handover_question;

typedef struct wm_handover {
    const wm_json *service; /* the record */
    const wm_json *card;    /* what wm_card_write says of it: name, verdict, why, notes, status */
    const wm_query *query;
    const wm_handover_request *request;
    wm_texts *texts;
    const wm_str *tried_names; /* one for each of query->tried; empty: not known */
    wm_handover_names needs; /* labels of what help is for, as far as this service helps with it */
    bool other_needs;        /* there are needs that this service does not help with */
    wm_str place;            /* where the person lives, by name; empty: not known */
    int32_t age_min;         /* years; -1: not known */
    int32_t age_max;
    wm_handover_names add; /* what rules add to it and leave out: X of text records `handover.X` */
    wm_handover_names leave_out;
    wm_handover_names never_blocks; /* X of `consent.X`; the three of wm_basis always count */
    const wm_handover_question *questions;
    size_t question_count;
    wm_handover_other instead[WM_HANDOVER_INSTEAD_MAX]; /* what took over, or fits better */
    size_t instead_count;
    bool at_risk;      /* may be watched: domestic abuse and the like, or a rule says so */
    bool crisis_route; /* the rules bring this service for the person's safety now */
    bool safety_first; /* they bring others for it, which come before this one */
} wm_handover;

/* Puts the members of the hand-over into the open object, after the card. WM_BAD_INPUT: an answer
 * of the request to something that this hand-over does not ask. */
WM_MUST_USE wm_status wm_handover_write(const wm_handover *handover, wm_arena *arena,
                                        wm_json_out *out, wm_error *err);

/* ---- parts, each pure ---------------------------------------------------------------------- */

/* Somebody who asks for themselves. */
bool wm_handover_is_own(const wm_handover *handover);
/* The words of an id, in the language of the question. For somebody who asks for themselves those
 * of "<id>.self", if there are any. */
wm_str wm_handover_say(const wm_handover *handover, const char *id);
/* The same with {name} filled. */
wm_str wm_handover_say_with(const wm_handover *handover, const char *id, wm_str name);
/* The same of two parts: prefix and name. */
wm_str wm_handover_say_of(const wm_handover *handover, const char *prefix, wm_str name);
/* The English that is built in, where builtin_texts.c has none; empty: none. */
wm_str wm_handover_english(wm_str id);
/* The id of each text that is built in; NULL behind the last. */
const char *wm_handover_word_id(size_t index);
/* A failure of a buffer on the way sticks to the one that it was for; then it is closed. */
void wm_handover_close(wm_buf *scratch, wm_buf *to);
/* Writes {"code","text"}. */
void wm_handover_write_said(wm_json_out *out, const char *code, wm_str text);

typedef struct wm_permission {
    bool may_send;
    wm_basis basis;    /* declared, or crisis where the route is one */
    bool from_rules;   /* basis was not declared */
    bool story;        /* the person's story is put together: not after a refusal */
    bool asks_parents; /* a child who cannot decide: somebody who may decide comes first */
} wm_permission;

/* May it be passed on? */
wm_permission wm_handover_permission(const wm_handover *handover);
/* Puts "pass_on", "to_ask" and "leave_out". */
WM_MUST_USE wm_status wm_handover_write_items(const wm_handover *handover, bool story,
                                              wm_arena *arena, wm_json_out *out, wm_error *err);
/* Puts the value of "refer". */
void wm_handover_write_referral(const wm_handover *handover, wm_arena *arena, wm_json_out *out);
/* The contacts that whoever asks may see, voice and text first. Returns how many. */
size_t wm_handover_contacts(const wm_handover *handover, const wm_json **contacts_out,
                            size_t capacity);
/* The routes by which one may ask; NULL: not known. */
const wm_json *wm_handover_routes(const wm_handover *handover);
/* False also where no route is known. */
bool wm_handover_can_refer(const wm_handover *handover, wm_actor actor);
/* Puts the value of "consent". */
void wm_handover_write_consent(const wm_handover *handover, const wm_permission *permission,
                               wm_json_out *out);
bool wm_handover_is_child(const wm_handover *handover); /* known to be, or about a child */
/* False where the service takes nobody: closed, planned or paused. */
bool wm_handover_takes_people(const wm_handover *handover);
/* A text with something in it that is shaped like a whole postcode. */
bool wm_handover_has_address(wm_str text);

#define WM_MESSAGE_SEPTETS_ONE 160
#define WM_MESSAGE_SEPTETS_TWO 306 /* two segments of 153 */
#define WM_MESSAGE_UNITS_ONE 70    /* UTF-16, where the alphabet does not do */
#define WM_MESSAGE_UNITS_TWO 134

typedef struct wm_message_size {
    bool gsm7;
    uint32_t units; /* septets, or UTF-16 units */
    uint32_t segments;
} wm_message_size;

/* How large a text message of this text is. */
wm_message_size wm_message_measure(wm_str text);
/* Puts the value of "message": a text for the person, or why there is none. */
WM_MUST_USE wm_status wm_handover_write_message(const wm_handover *handover, wm_json_out *out,
                                                wm_error *err);

#endif
