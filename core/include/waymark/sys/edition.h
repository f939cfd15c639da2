/* edition.h: what an audience may see of a record, and which partition the record rides in.
 *
 * Pure functions: no I/O, no clock. Store, history and publish agree because all of them call
 * these.
 *
 * Projection. The professional edition has every record as it is. The public edition
 *  - leaves out a record whose own top level says "audience":"professional" (it is *withheld*);
 *  - drops every object inside a record that says so, wherever it stands (list item or member);
 *  - drops the top-level fields named in `professional_only`, that list, and the fields of the same
 *    names inside each of `translations`;
 *  - drops `maintainers` of organizations: a key is a handle on a person, and only the publisher
 *    checks proposals;
 *  - drops references to withheld records (successors, while_waiting ...); a reference to a record
 *    that is nowhere is the check's business and stays.
 *
 * A list or object that becomes empty by this goes too. What must not be left out is never left out
 * in silence: something withheld inside `eligibility`, in a required field, or the only value of a
 * required list is WM_BAD_RECORD, since dropping it would say yes where the service says no; and so
 * is an `audience` that is neither word or a `professional_only` that is no list of names, since a
 * slip of the pen must not publish what was meant to be kept. A fact with "edition":"professional"
 * is in every edition.
 *
 * Partition. A partition is named by a locality code of place level or higher, or is the top
 * partition: the root of the tree, or WM_PARTITION_TOP if the tree has no single root. The whole
 * edition is also offered as WM_PARTITION_ALL. */
#ifndef WAYMARK_SYS_EDITION_H
#define WAYMARK_SYS_EDITION_H

#include <waymark/sys/locality.h>
#include <waymark/sys/record.h>

WM_BEGIN_DECLS

/* Pinned numbers: they stand in databases. */
typedef enum wm_edition {
    WM_EDITION_PROFESSIONAL = 0, /* everything */
    WM_EDITION_PUBLIC = 1
} wm_edition;

#define WM_EDITION_COUNT 2

/* "professional", "public". */
WM_API const char *wm_edition_name(wm_edition edition);
WM_API WM_MUST_USE bool wm_edition_parse(wm_str name, wm_edition *edition_out);

/* Does the edition have this record at all? Decided by the record alone; the public edition has
 * none whose audience is not understood. */
WM_API bool wm_edition_includes(wm_edition edition, const wm_json *value);

/* True: the bytes of a record have no name by which any edition leaves something out, so all show
 * it as it is, but for references to withheld records. `bytes`: any sound JSON. False says nothing:
 * it has to be projected. */
WM_API bool wm_edition_shows_all(wm_str bytes);

/* Which edition, and what it leaves out elsewhere. */
typedef struct wm_edition_lens {
    wm_edition edition;
    /* True if the directory has this record and the edition leaves it out. NULL: nothing is. */
    bool (*withheld)(void *context, wm_kind kind, wm_str id);
    void *context;
} wm_edition_lens;

/* The record as the edition shows it.
 * projected_out: `value` itself if nothing is lost (so its canonical bytes are the same), else a
 * new value in `arena` that shares parts with `value`. WM_NOT_FOUND: the edition does not have it
 * (no text). WM_BAD_RECORD: see above. */
WM_API WM_MUST_USE wm_status wm_edition_project(const wm_edition_lens *lens, wm_kind kind,
                                                const wm_json *value, wm_arena *arena,
                                                const wm_json **projected_out, wm_error *err);

#define WM_PARTITION_ALL "all"
#define WM_PARTITION_TOP "top"
#define WM_PARTITION_NAME_BYTES_MAX WM_ID_BYTES_MAX

/* The locality whose partition a record rides in; WM_LOCALITY_NONE means the top partition.
 *  service: the smallest place or higher that contains all its `areas`; top if it has none, or one
 *           that the tree does not have; with `confidential_location` at least a system, so that
 * the partition does not give its place away. others:  top. Organizations and sites go where their
 * services are: fold the homes of all services that name them with wm_edition_home_common. `value`
 * is the projected value. A root is always answered as WM_LOCALITY_NONE. */
WM_API wm_locality wm_edition_home(wm_kind kind, const wm_json *value,
                                   const wm_locality_tree *tree);
/* The smallest partition that contains both homes. */
WM_API wm_locality wm_edition_home_common(const wm_locality_tree *tree, wm_locality a,
                                          wm_locality b);
/* The name of a home's partition; borrowed from the tree, or static. */
WM_API wm_str wm_edition_partition_name(const wm_locality_tree *tree, wm_locality home);
/* The other way: true if the tree has such a partition. */
WM_API WM_MUST_USE bool wm_edition_partition_find(const wm_locality_tree *tree, wm_str name,
                                                  wm_locality *home_out);

WM_END_DECLS

#endif
