/* face.h: what a card shows of a service whoever asks, packed so that no record is parsed for it:
 * words, and JSON that is ready to print.
 *
 * A face is made when the service is stored and decoded in place: all texts point into the bytes.
 * The layout stands in face.c. */
#ifndef WAYMARK_MODEL_FACE_H
#define WAYMARK_MODEL_FACE_H

#include <waymark/sys/date.h>
#include <waymark/sys/json.h>

#define WM_FACE_NO_DATE INT32_MIN
#define WM_FACE_BYTES_MAX (2 * WM_RECORD_BYTES_MAX)

/* Bits of wm_face.flags. */
#define WM_FACE_PHONE 1u              /* a contact is a phone */
#define WM_FACE_NATIONAL_EMERGENCY 2u /* a contact is 999 or 111 */
#define WM_FACE_DATED_CONTACTS 4u     /* a contact is to be checked again after a day */

/* The fields whose being assumed a reader is told of, in the order in which they are told; bit i of
 * wm_face.assumed is the i-th. */
#define WM_FACE_ASSUMABLE_COUNT 17
/* index < WM_FACE_ASSUMABLE_COUNT */
const char *wm_face_assumable(size_t index);

/* Words in one language; empty: it has none. */
typedef struct wm_face_words {
    wm_str name;
    wm_str summary;
    wm_str closed_reason;
    bool reviewed; /* of a translation */
} wm_face_words;

typedef struct wm_face {
    uint32_t flags; /* and bits of face.c's own */
    uint32_t assumed;
    wm_date recheck_after; /* of the record; WM_FACE_NO_DATE: none */
    wm_str id;
    wm_str kind;
    wm_face_words words; /* as the record has them */
    wm_str routes;       /* JSON, always there */
    wm_str rest;         /* JSON members: hours and wait if there, contacts unless they are dated */
    uint32_t contact_count; /* of dated ones */
    uint32_t translation_count;
    wm_str contacts;     /* for wm_face_contact_next */
    wm_str translations; /* for wm_face_translation_next */
} wm_face;

typedef struct wm_face_contact {
    wm_date recheck_after; /* WM_FACE_NO_DATE: none */
    wm_str json;           /* an object, without its last brace */
} wm_face_contact;

/* Put the face of a service record that passed wm_record_check. */
WM_MUST_USE wm_status wm_face_encode(const wm_json *service, wm_buf *out, wm_error *err);
/* Sets the check of the bytes of a face, at least 4, after they were changed. */
void wm_face_seal(char *bytes, size_t length);
/* Checks the bytes; borrows them. WM_CORRUPT: damaged. */
WM_MUST_USE wm_status wm_face_decode(wm_str bytes, wm_face *face_out, wm_error *err);
/* The same of bytes that were decoded before, and are the same since: they are not checked again.
 */
WM_MUST_USE wm_status wm_face_open(wm_str bytes, wm_face *face_out, wm_error *err);

/* Of a face that was decoded: take the first from the front of `rest`, which begins as
 * face->contacts and holds contact_count of them. Those by voice come first, then text, then what
 * needs data; each in the order of the record. */
wm_face_contact wm_face_contact_next(wm_str *rest);
/* The same of face->translations, in order of language. */
wm_face_words wm_face_translation_next(wm_str *rest, wm_str *language_out);

#endif
