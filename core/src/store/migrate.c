/* migrate.c: the schema, and how an older file becomes this one.
 *
 * A record is a row of `revision`: what (kind, id) was from release `since` on until just before
 * release `until` (FOREVER while it stands). The working state is "release" last + 1. Invariants:
 *
 *  1. The intervals of one (kind, id) do not overlap.
 *
 *  2. A pending change is a row with since = last + 1, and/or one with until = last + 1. A pending
 *     row never equals the released row that it follows.
 *
 *  3. Each revision of an authoring database has, from its release on, for each edition exactly one
 *     open row of `projection` while it stands; closed ones say what was. partition -1: the edition
 *     leaves it out. `shown` names the projected bytes where they are not the revision's.
 *
 *  4. In a replica every interval is [0, FOREVER), each revision has one projection, and no
 *     (kind, id) stands twice.
 *
 *  5. `state` and `bucket` are the digests of the open projections (sys/history.h), `state_history`
 *     what they were: a slice is edition * 2^20 + partition, a bucket slice * 2^17 + number.
 *
 *  6. `service`, `block` and `posting` have entries for the revisions of services, and `rule` for
 *     those of rules, that stand at the latest release or in the working state, and for no others.
 *     A row of `service` says in which slot of a block its entry is, and what its card is made of
 *     (model/face.h, rules/program.h); `posting` has that slot under each need and offer, and once
 *     under "every", in each area. `site` has a number for each site that a service names or named,
 *     and where it is. All are made of the records alone: a step after which they would be made
 *     otherwise makes them anew, in the same transaction.
 *
 *  7. Numbers of symbols are 0, 1, 2 ... and each text stands once; `symbol_hash` has a row for
 *     each symbol, and no other.
 *
 *  8. `roster` has for a partition of a replica the rows of its records in order of kind and id,
 *     four bytes each, little-endian; or it has nothing for it. An authoring database has none.
 *
 *  9. `origin` names, for what an import brought, each source that brings it; a record that stood
 *     before any import brought it has a row for source 0 as well.
 *
 * 10. `name` has a row for each revision of a service, an organization or a place that stands as in
 *     6, made of its record alone; `name_posting`, `name_word` and `name_near` have the rows that
 * names.c makes of these, and no others.
 *
 * 11. `gist` has a row for each revision of a fact, a locality, a need, a rule or a text that
 * stands as in 6, made of the record alone (model/gist.h).
 *
 * 12. `phrases` has a row for the needs of the latest release, and one for those of the working
 *     state unless some were only taken out of it since; none of needs that do not fit together
 *     (vocab/book_pack.c).
 *
 * Tables hold no floats and no dates but text; numbers of kinds, editions and roles are pinned. */
#include "store/migrate.h"

#include <assert.h>
#include <stdio.h>

#include "store/index.h"
#include "store/phrases.h"
#include "store/statement.h"

static const char SCHEMA_1[] =
    "CREATE TABLE meta(name TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;"
    /* what is in it */
    "CREATE TABLE release("
    "  number INTEGER PRIMARY KEY, date TEXT NOT NULL, note TEXT NOT NULL) STRICT;"
    "CREATE TABLE release_count("
    "  number INTEGER NOT NULL, kind INTEGER NOT NULL, count INTEGER NOT NULL,"
    "  PRIMARY KEY(number, kind)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE revision("
    "  rev INTEGER PRIMARY KEY, kind INTEGER NOT NULL, id TEXT NOT NULL, since INTEGER NOT NULL,"
    "  until INTEGER NOT NULL, audience INTEGER NOT NULL, record TEXT NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX revision_key ON revision(kind, id, since);"
    "CREATE INDEX revision_since ON revision(since) WHERE since > 1;"
    "CREATE INDEX revision_until ON revision(until) WHERE until < 2147483647;"
    "CREATE INDEX revision_withheld ON revision(kind, id) WHERE audience = 1;"
    /* what each edition makes of it */
    "CREATE TABLE partition(number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;"
    "INSERT INTO partition VALUES(0, 'all');"
    "CREATE TABLE projection("
    "  rev INTEGER NOT NULL, edition INTEGER NOT NULL, since INTEGER NOT NULL,"
    "  until INTEGER NOT NULL, partition INTEGER NOT NULL, leaf BLOB NOT NULL, shown INTEGER,"
    "  PRIMARY KEY(rev, edition, since)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE shown(number INTEGER PRIMARY KEY, record TEXT NOT NULL) STRICT;"
    "CREATE INDEX projection_until ON projection(edition, partition, until);"
    "CREATE INDEX projection_since ON projection(edition, partition, since) WHERE since > 1;"
    /* how many services of a partition name an organization or site; target: 63 bits of its hash */
    "CREATE TABLE naming("
    "  target INTEGER NOT NULL, edition INTEGER NOT NULL, partition INTEGER NOT NULL,"
    "  count INTEGER NOT NULL, PRIMARY KEY(target, edition, partition)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE state("
    "  slice INTEGER PRIMARY KEY, records INTEGER NOT NULL, bits INTEGER NOT NULL,"
    "  digest BLOB NOT NULL, buckets BLOB NOT NULL) STRICT;"
    "CREATE TABLE bucket(bucket INTEGER PRIMARY KEY, leaves BLOB NOT NULL) STRICT;"
    "CREATE TABLE state_history("
    "  slice INTEGER NOT NULL, since INTEGER NOT NULL, records INTEGER NOT NULL,"
    "  bits INTEGER NOT NULL, digest BLOB NOT NULL,"
    "  PRIMARY KEY(slice, since)) STRICT, WITHOUT ROWID;"
    /* how it is found */
    "CREATE TABLE symbol(number INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;"
    "CREATE TABLE service("
    "  rev INTEGER PRIMARY KEY, keys BLOB NOT NULL, program BLOB NOT NULL,"
    "  features BLOB NOT NULL) STRICT;"
    "CREATE TABLE candidate("
    "  need INTEGER NOT NULL, area INTEGER NOT NULL, rev INTEGER NOT NULL,"
    "  PRIMARY KEY(need, area, rev)) STRICT, WITHOUT ROWID;"
    /* what stands beside it */
    "CREATE TABLE blob(name TEXT NOT NULL UNIQUE, bytes BLOB NOT NULL) STRICT;";

/* Offers among the keys, hours in the summary, compiled rules. */
static const char SCHEMA_2[] =
    "CREATE TABLE rule(rev INTEGER PRIMARY KEY, program BLOB NOT NULL) STRICT;";

/* Where a symbol stands, by the first six bytes of its text's digest (symbols.c); the records of a
 * replica's partitions in order; what imports brought. */
static const char SCHEMA_3[] =
    "CREATE TABLE symbol_hash("
    "  hash INTEGER NOT NULL, number INTEGER NOT NULL,"
    "  PRIMARY KEY(hash, number)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE roster(partition INTEGER PRIMARY KEY, revs BLOB NOT NULL) STRICT;"
    /* who brought what; target: 63 bits of the hash of kind and id; source 0: by hand */
    "CREATE TABLE source("
    "  number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, services INTEGER NOT NULL) STRICT;"
    "CREATE TABLE origin("
    "  kind INTEGER NOT NULL, target INTEGER NOT NULL, source INTEGER NOT NULL,"
    "  PRIMARY KEY(kind, target, source)) STRICT, WITHOUT ROWID;";

/* What finding needs, laid out to be read at once (index.c); what cards show (cards.c); names of
 * services (names.c). Symbols begin anew: ids are none any more. */
static const char SCHEMA_4[] =
    "DROP TABLE service; DROP TABLE candidate; DELETE FROM rule;"
    "DELETE FROM symbol; DELETE FROM symbol_hash;"
    "CREATE TABLE service("
    "  rev INTEGER PRIMARY KEY, slot INTEGER NOT NULL, program BLOB NOT NULL,"
    "  successors TEXT NOT NULL) STRICT;"
    /* home: where most of its services are; open: there is room for more */
    "CREATE TABLE block("
    "  number INTEGER PRIMARY KEY, home INTEGER NOT NULL, open INTEGER NOT NULL,"
    "  bytes BLOB NOT NULL) STRICT;"
    "CREATE INDEX block_open ON block(home) WHERE open = 1;"
    "CREATE TABLE posting("
    "  need INTEGER NOT NULL, area INTEGER NOT NULL, chunk INTEGER NOT NULL, slots BLOB NOT NULL,"
    "  PRIMARY KEY(need, area, chunk)) STRICT, WITHOUT ROWID;"
    /* target: 63 bits of the hash of its id; pending: 1: not before the next release, 2: as its
       records say */
    "CREATE TABLE site("
    "  number INTEGER PRIMARY KEY, target INTEGER NOT NULL UNIQUE, lat INTEGER, lon INTEGER,"
    "  pending INTEGER NOT NULL) STRICT;"
    "CREATE TABLE card(rev INTEGER PRIMARY KEY, face BLOB NOT NULL) STRICT;"
    "CREATE TABLE name("
    "  rev INTEGER PRIMARY KEY, organization INTEGER NOT NULL, words TEXT NOT NULL) STRICT;"
    "CREATE TABLE name_word("
    "  word TEXT PRIMARY KEY, number INTEGER NOT NULL, names INTEGER NOT NULL)"
    "  STRICT, WITHOUT ROWID;"
    "CREATE UNIQUE INDEX name_word_number ON name_word(number);"
    "CREATE TABLE name_near("
    "  near INTEGER NOT NULL, word INTEGER NOT NULL, PRIMARY KEY(near, word))"
    "  STRICT, WITHOUT ROWID;"
    "CREATE TABLE name_posting("
    "  number INTEGER NOT NULL, rev INTEGER NOT NULL, PRIMARY KEY(number, rev))"
    "  STRICT, WITHOUT ROWID;";

/* What opening reads of the vocabulary (gists.c). */
static const char SCHEMA_5[] = "CREATE TABLE gist(rev INTEGER PRIMARY KEY, bytes BLOB NOT NULL) "
                               "STRICT;";

/* Nothing is new but how words are read: "b4" is "before" in names, too (vocab/forms.c). */
static const char SCHEMA_6[] = "";

/* What a card shows stands beside the criteria: one row of one tree for each that is shown. Rules
 * and texts have gists, too, and gists more names. */
static const char SCHEMA_7[] =
    "DROP TABLE card; DROP TABLE service;"
    "CREATE TABLE service("
    "  rev INTEGER PRIMARY KEY, slot INTEGER NOT NULL, successors TEXT NOT NULL,"
    "  program BLOB NOT NULL, face BLOB NOT NULL) STRICT;";

/* What needs are called in words, ready to be looked up (phrases.c). needs: 32 bytes of the digest
 * of their revisions. */
static const char SCHEMA_8[] =
    "CREATE TABLE phrases(needs BLOB PRIMARY KEY, bytes BLOB NOT NULL) STRICT, WITHOUT ROWID;";

const wm_migration wm_migrations[] = {
    { .sql = SCHEMA_1, .version = 1 },
    { .sql = SCHEMA_2, .version = 2, .remakes_index = true },
    { .sql = SCHEMA_3, .version = 3, .hashes_symbols = true },
    { .sql = SCHEMA_4, .version = 4, .remakes_index = true },
    { .sql = SCHEMA_5, .version = 5, .makes_gists = true },
    { .sql = SCHEMA_6, .version = 6, .remakes_index = true },
    { .sql = SCHEMA_7, .version = 7, .remakes_index = true, .makes_gists = true },
    { .sql = SCHEMA_8, .version = 8, .makes_phrases = true },
};
const size_t wm_migration_count = sizeof wm_migrations / sizeof wm_migrations[0];

static const char SQL_FILE_VERSION[] =
    "SELECT (SELECT application_id FROM pragma_application_id),"
    " (SELECT user_version FROM pragma_user_version), (SELECT count(*) FROM sqlite_schema)";
static const char SQL_PUT_ROLE[] = "INSERT INTO meta VALUES('role', ?1)";

wm_status wm_migrate_version(wm_store *store, const wm_migration *steps, size_t count,
                             int *version_out, wm_error *err)
{
    int64_t application = 0;
    int64_t version = 0;
    int64_t objects = 0;
    wm_stmt st = wm_stmt_open(store, SQL_FILE_VERSION, err);
    if (wm_stmt_row(&st)) {
        application = wm_stmt_i64(&st, 0);
        version = wm_stmt_i64(&st, 1);
        objects = wm_stmt_i64(&st, 2);
    }
    wm_status status = wm_stmt_close(&st);
    if (status != WM_OK) {
        return status;
    }
    bool is_empty = application == 0 && version == 0 && objects == 0;
    if (!is_empty && (application != WM_APPLICATION_ID || version < 1)) {
        return wm_fail(err, WM_BAD_INPUT,
                       "expected a Waymark database, found another program's SQLite file");
    }
    int newest = count > 0 ? steps[count - 1].version : 0;
    if (version > newest) {
        return wm_fail(
            err, WM_NEWER,
            "the database has version %lld of the schema and was made by a newer Waymark;"
            " this one knows up to version %d: please update it",
            (long long)version, newest);
    }
    *version_out = (int)version;
    return WM_OK;
}

static wm_status put_role(wm_store *store, wm_role role, wm_error *err)
{
    wm_stmt st = wm_stmt_open(store, SQL_PUT_ROLE, err);
    wm_stmt_bind_i64(&st, 1, (int64_t)role);
    wm_stmt_run(&st);
    return wm_stmt_close(&st);
}

static wm_status put_version(wm_store *store, int version, wm_error *err)
{
    char pragmas[96];
    (void)snprintf(pragmas, sizeof pragmas, "PRAGMA application_id = %d; PRAGMA user_version = %d;",
                   WM_APPLICATION_ID, version);
    return wm_store_run(store, pragmas, err);
}

static wm_status run_steps(wm_txn *txn, const wm_migration *steps, size_t count, wm_role role,
                           wm_error *err)
{
    wm_store *store = wm_txn_store(txn);
    int version = 0;
    bool remake = false;
    bool hash = false;
    bool gists = false;
    bool phrases = false;
    /* again, now that nobody else can migrate it */
    wm_status status = wm_migrate_version(store, steps, count, &version, err);
    for (size_t i = (size_t)version; i < count && status == WM_OK; i++) {
        assert(steps[i].version == (int)i + 1);
        status = wm_store_run(store, steps[i].sql, err);
        if (status != WM_OK) {
            wm_error_context(err, "migration %d", steps[i].version);
        } else if (i == 0) {
            status = put_role(store, role, err);
        }
        remake = remake || steps[i].remakes_index;
        hash = hash || steps[i].hashes_symbols;
        gists = gists || steps[i].makes_gists;
        phrases = phrases || steps[i].makes_phrases;
    }
    if (status == WM_OK && hash && version > 0) {
        status = wm_store_hash_symbols(txn, err);
    }
    if (status == WM_OK && remake && version > 0) {
        status = wm_index_rebuild(txn, err);
    } else if (status == WM_OK && gists && version > 0) {
        status = wm_index_make_gists(txn, err);
    } else if (status == WM_OK && phrases && version > 0) {
        status = wm_phrases_write(txn, err);
    }
    if (status == WM_OK && (size_t)version < count) {
        status = put_version(store, steps[count - 1].version, err);
    }
    return status;
}

wm_status wm_migrate(wm_store *store, const wm_migration *steps, size_t count, wm_role role,
                     wm_error *err)
{
    wm_txn *txn = NULL;
    wm_status status = wm_txn_begin(store, &txn, err);
    if (status != WM_OK) {
        return status;
    }
    status = run_steps(txn, steps, count, role, err);
    if (status == WM_OK) {
        return wm_txn_commit(txn, err);
    }
    wm_txn_rollback(txn);
    return status;
}
