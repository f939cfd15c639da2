/* summary.h: what finding and ordering need of a service, packed so that no JSON is parsed for a
 * service that is not shown.
 *
 * A summary is made when the service is stored and decoded in place: the lists point into the
 * bytes. Little-endian; the layout stands in summary.c. Summaries belong to one database (symbols)
 * and are never exchanged. */
#ifndef WAYMARK_MODEL_SUMMARY_H
#define WAYMARK_MODEL_SUMMARY_H

#include <waymark/sys/date.h>
#include <waymark/sys/json.h>
#include <waymark/sys/limits.h>
#include <waymark/sys/symbols.h>

typedef enum wm_service_status {
    WM_SERVICE_PLANNED,
    WM_SERVICE_ACTIVE,
    WM_SERVICE_PAUSED,
    WM_SERVICE_CLOSING,
    WM_SERVICE_CLOSED
} wm_service_status;

/* "planned", "active", ... */
const char *wm_service_status_name(wm_service_status status);

/* Who may refer. Bits. */
typedef uint32_t wm_routes;
#define WM_ROUTE_SELF 1u
#define WM_ROUTE_FAMILY 2u /* and carers */
#define WM_ROUTE_GP 4u
#define WM_ROUTE_SCHOOL 8u
#define WM_ROUTE_PROFESSIONAL 16u
#define WM_ROUTE_OTHER 32u
/* The bit of a route's name; WM_ROUTE_OTHER: another name. */
wm_routes wm_route_of(wm_str name);

/* What is known of a service, and what it has. Bits. */
#define WM_SERVICE_CONFIDENTIAL 1u  /* confidential_location */
#define WM_SERVICE_ALWAYS_OPEN 2u   /* hours.always */
#define WM_SERVICE_FULL 4u          /* accepting.now is false */
#define WM_SERVICE_KNOWS_ROUTES 8u  /* eligibility.routes or referral.routes is there */
#define WM_SERVICE_KNOWS_ACCESS 16u /* accessibility is there */
#define WM_SERVICE_STEP_FREE 32u
#define WM_SERVICE_KNOWS_DELIVERY 64u
#define WM_SERVICE_REMOTE 128u          /* phone, video, text or online */
#define WM_SERVICE_IN_PERSON 256u       /* in_person, home_visit or outreach */
#define WM_SERVICE_KNOWS_LANGUAGES 512u /* languages or interpreting is there */
#define WM_SERVICE_KNOWS_HOURS 1024u
#define WM_SERVICE_EVENINGS 2048u /* some day closes after 18:00, or always open */
#define WM_SERVICE_NO_VOICE 4096u /* a contact by text, web, e-mail or BSL */
#define WM_SERVICE_VOICE_OR_TEXT                                                                   \
    8192u /* a contact for the public by voice or text: reached without data */
#define WM_SERVICE_VISITS 16384u /* home_visit or outreach: it comes to the person */

#define WM_SERVICE_HAS_SUCCESSORS 32768u /* successors is there, and not empty */

/* A list of symbols inside the bytes: of four bytes each, or of two where all of them fit. */
typedef struct wm_symbol_list {
    const uint8_t *bytes;
    uint32_t count;
    bool narrow;
} wm_symbol_list;

/* An id inside the bytes. A UUID takes 16 of them. */
typedef struct wm_packed_id {
    const uint8_t *bytes;
    uint8_t length;
    bool is_uuid;
} wm_packed_id;

typedef struct wm_summary {
    wm_service_status status;
    uint32_t flags;
    wm_routes routes;
    uint8_t intensity; /* 0 advice, 1 help, 2 more_help, 3 risk_support; WM_SUMMARY_NONE */
    uint8_t
        response; /* 0 immediate, hours_4, hours_24, days_7, weeks_4, 5 routine; WM_SUMMARY_NONE */
    int32_t wait_weeks; /* current, else standard; -1: not known */
    wm_date opens_on;   /* WM_SUMMARY_NO_DATE: none */
    wm_date closes_on;
    wm_date full_until;
    wm_date verified_on;
    wm_date due_on; /* as given, else by kind of service after verified_on */
    wm_symbol kind;
    wm_packed_id id;
    wm_symbol_list needs;
    wm_symbol_list offers;
    wm_symbol_list areas;
    wm_symbol_list languages;    /* spoken there; "bfi" is BSL */
    wm_symbol_list interpreting; /* by an interpreter; "*" is any spoken language, never BSL */
    wm_symbol_list sites;        /* numbers that whoever encoded them knows, no symbols */
    wm_str hours;                /* for wm_hours_at; empty: not known */
} wm_summary;

#define WM_SUMMARY_NONE 255
#define WM_SUMMARY_NO_DATE INT32_MIN

/* Days after which a verification is due again (ANSWERS, "Order"). */
#define WM_DUE_DAYS_SAFETY 30 /* immediate or within 4 hours */
#define WM_DUE_DAYS_OTHER 90

/* Numbers that stand for the sites of a service. */
typedef struct wm_site_numbers {
    const uint32_t *numbers;
    size_t count;
} wm_site_numbers;

/* Put the summary of a service record that passed wm_record_check. Interns symbols. sites NULL:
 * it has none. */
WM_MUST_USE wm_status wm_summary_encode(const wm_json *service, wm_symbols *symbols,
                                        const wm_site_numbers *sites, wm_buf *out, wm_error *err);
/* Checks the bytes; borrows them. WM_CORRUPT: damaged. */
WM_MUST_USE wm_status wm_summary_decode(wm_str bytes, wm_summary *summary_out, wm_error *err);
/* index < list.count */
static inline wm_symbol wm_symbol_list_at(wm_symbol_list list, uint32_t index)
{
    if (list.narrow) {
        const uint8_t *at = list.bytes + (size_t)index * 2;
        wm_symbol symbol = (wm_symbol)(at[0] | at[1] << 8);
        return symbol == UINT16_MAX ? WM_SYMBOL_NONE : symbol;
    }
    const uint8_t *at = list.bytes + (size_t)index * 4;
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}
/* WM_SYMBOL_NONE is in no list. */
bool wm_symbol_list_has(wm_symbol_list list, wm_symbol symbol);

/* The text of an id, NUL-terminated. */
wm_str wm_id_unpack(wm_packed_id id, char text_out[WM_ID_BYTES_MAX + 1]);
/* Is it this one? */
bool wm_id_is(wm_packed_id id, wm_str text);
/* By their texts: <0, 0, >0. */
int wm_id_compare(wm_packed_id a, wm_packed_id b);
/* 64 bits of it, the same on every machine: mixed well, but no secret and no proof. */
uint64_t wm_id_digest(wm_packed_id id);

#endif
