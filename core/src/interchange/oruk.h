/* oruk.h: the parts of the Open Referral UK maps, both ways.
 *
 * What a service of theirs says and a record has no place for is kept in `x_oruk`, as it came, and
 * goes out again; what was made up because a record must have it stands in `x_derived`, and does
 * not. */
#ifndef WAYMARK_INTERCHANGE_ORUK_H
#define WAYMARK_INTERCHANGE_ORUK_H

#include <waymark/sys/interchange.h>

#include "tree.h"

typedef struct oruk_reading {
    tree_maker maker;
    const wm_oruk_world *world;
    wm_oruk_records *records;
    tree_object kept;    /* x_oruk of the service */
    tree_list derived;   /* x_derived of the service */
    wm_str service_name; /* for a place without a name of its own */
    wm_error *err;
} oruk_reading;

/* ---- texts and small values (oruk_text.c) ---- */

/* One line, or several, without white space at the ends and without what cannot be seen; numbers
 * become texts. Empty if there is none. */
wm_str oruk_line(tree_maker *maker, const wm_json *value);
wm_str oruk_prose(tree_maker *maker, const wm_json *value);
/* "Step-free access" becomes "step_free_access"; empty if it is no short phrase. */
wm_str oruk_word(tree_maker *maker, wm_str text);
wm_str oruk_small(tree_maker *maker, wm_str text);
/* The member as a line. */
wm_str oruk_member(tree_maker *maker, const wm_json *object, const char *name);
/* An id that is one of ours is kept; others are derived. Empty if there is none. */
wm_str oruk_id(oruk_reading *r, wm_kind kind, const wm_json *value);
/* For what came without one: of what it says of itself, so that it is the same the next time. */
wm_str oruk_made_id(oruk_reading *r, wm_kind kind, wm_str says);
void oruk_note(const oruk_reading *r, const char *what, wm_str example);
/* Puts "x_oruk" and "x_derived" where there is something in them. */
void oruk_put_kept(tree_maker *maker, tree_object *record, tree_object *kept, tree_list *derived);
/* Keep a member as it came. */
void oruk_keep(oruk_reading *r, tree_object *kept, const char *name, const wm_json *value);
/* Every member that is not one of these names (NULL ends them). */
void oruk_keep_rest(oruk_reading *r, tree_object *kept, const wm_json *object,
                    const char *const *handled);
/* One more record, unless this service made it already. */
wm_status oruk_add_record(oruk_reading *r, wm_kind kind, wm_str id, tree_object *record);

/* ---- hours (oruk_hours.c) ---- */

/* All schedules, or none: half a timetable would say that it is closed. False: they cannot be
 * taken. */
bool oruk_read_hours(tree_maker *maker, const wm_json *schedules, tree_object *hours_out);
/* Empty if there are none. `owner` names the ids of the schedules. */
void oruk_write_hours(tree_maker *maker, const wm_json *hours, wm_str owner, tree_list *out);

/* ---- contacts (oruk_contacts.c) ---- */

typedef struct oruk_contact_sources {
    const wm_json *phones;
    const wm_json *email;
    const wm_json *url;
} oruk_contact_sources;
/* What is no number or address is kept. */
void oruk_read_contacts(oruk_reading *r, const oruk_contact_sources *from, tree_object *kept,
                        tree_list *contacts_out);
void oruk_write_phones(tree_maker *maker, const wm_json *contacts, wm_str owner, tree_list *out);
/* The first of that kind that is for everybody; empty if there is none. */
wm_str oruk_first_contact(const wm_json *contacts, const char *kind);

/* ---- who and where (oruk_places.c) ---- */

/* Adds the record; *id_out is empty if there is none. */
wm_status oruk_read_organization(oruk_reading *r, const wm_json *organization, wm_str *id_out);
/* The organization that stands for the source where a service names none. */
wm_status oruk_read_nobody(oruk_reading *r, wm_str *id_out);
wm_status oruk_read_site(oruk_reading *r, const wm_json *location, wm_str *id_out);
void oruk_write_organization(tree_maker *maker, const wm_json *organization, bool strict,
                             tree_object *out);
void oruk_write_site(tree_maker *maker, const wm_json *site, bool strict, tree_object *out);

/* ---- what for, and the whole (oruk_write.c) ---- */

#define ORUK_TAXONOMY "need" /* the name of ours */

/* A need as a term; NULL: only its id is known. */
void oruk_write_term(tree_maker *maker, wm_str id, const wm_json *need, bool strict,
                     tree_object *out);
/* The id that a service of this source has here, also one that cannot be taken; empty if nothing
 * tells. */
WM_MUST_USE wm_status oruk_service_id(wm_arena *arena, const wm_json *service, wm_str source,
                                      wm_str *id_out, wm_error *err);
WM_MUST_USE wm_status oruk_make_service(wm_arena *arena, const wm_json *service,
                                        const wm_oruk_form *form, wm_json *made_out, wm_error *err);

/* True if the record's member was made up. */
bool oruk_is_derived(const wm_json *record, const char *name);

/* ---- whom for (oruk_ages.c) ---- */

/* `eligibility` of a service that has none, from its ages and its words. */
wm_status oruk_read_ages(oruk_reading *r, const wm_json *service, tree_object *eligibility_out);
/* The whole years that eligibility asks of everybody; -1 where it asks for none. */
void oruk_ages_of(const wm_json *eligibility, int64_t *minimum_out, int64_t *maximum_out);

/* ---- the rest of a record that its other members do not say (oruk_rest.c) ---- */

/* Puts into `members` what `rest` says, where what stands there is still what it was written for.
 */
void oruk_read_rest(oruk_reading *r, const wm_json *rest, tree_object *members);
/* What must be put beside `mapped` (what would be read) for `original` to be read. */
void oruk_write_rest(tree_maker *maker, const wm_json *mapped, const wm_json *original,
                     tree_object *out);

/* The id of a part that has none of its own: derived from its owner's. */
void oruk_put_part_id(tree_maker *maker, tree_object *part, wm_str owner, const char *what,
                      size_t index);
/* The id as the profile wants it: a UUID. */
wm_str oruk_uuid(tree_maker *maker, wm_kind kind, wm_str id);

#endif
