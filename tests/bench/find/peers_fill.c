/* peers_fill.c: the tables of the peers, made from the records of a directory.
 *
 * Numbers of services are in order of their ids, those of needs and areas are the trees'. */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include <waymark/sys/date.h>

#include "peers.h"
#include "peers_rank.h"

#define YEARS_MAX 150
#define WAIT_WEEKS_MAX 255
#define DAYS_MOST 0xffffff

static const char SQL_MAKE[] =
    "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;"
    "PRAGMA cache_size = -262144; BEGIN;"
    "CREATE TABLE service(number INTEGER PRIMARY KEY, name TEXT, kind TEXT, phone TEXT, url TEXT,"
    " rank INTEGER);"
    "CREATE TABLE service_age(service INTEGER PRIMARY KEY, min_age INTEGER, max_age INTEGER);"
    "CREATE TABLE service_need(service INTEGER, need INTEGER,"
    " PRIMARY KEY(service, need)) WITHOUT ROWID;"
    "CREATE TABLE service_area(service INTEGER, area INTEGER,"
    " PRIMARY KEY(area, service)) WITHOUT ROWID;"
    "CREATE TABLE need_below(above INTEGER, need INTEGER,"
    " PRIMARY KEY(above, need)) WITHOUT ROWID;"
    "CREATE TABLE area_above(place INTEGER, area INTEGER, steps INTEGER,"
    " PRIMARY KEY(place, area)) WITHOUT ROWID;"
    "CREATE TABLE service_card(number INTEGER PRIMARY KEY, rank INTEGER, card TEXT);"
    "CREATE TABLE covering_text(need TEXT, locality TEXT, service INTEGER, min_age INTEGER,"
    " max_age INTEGER, PRIMARY KEY(need, locality, service)) WITHOUT ROWID;"
    "CREATE TABLE covering_number(need INTEGER, locality INTEGER, service INTEGER, rank INTEGER,"
    " min_age INTEGER, max_age INTEGER, PRIMARY KEY(need, locality, service)) WITHOUT ROWID;";
/* Rows come in order of service: those of the tables that begin with a need are put in their own
 * order afterwards. */
static const char SQL_END[] =
    "INSERT INTO covering_text SELECT * FROM pair_text ORDER BY 1, 2, 3;"
    "INSERT INTO covering_number SELECT * FROM pair_number ORDER BY 1, 2, 3;"
    "INSERT INTO service_area SELECT DISTINCT service, area FROM pair_area ORDER BY 2, 1;"
    "CREATE INDEX service_need_need ON service_need(need, service);"
    "DROP TABLE temp.pair_text; DROP TABLE temp.pair_number; DROP TABLE temp.pair_area;"
    "COMMIT; ANALYZE; PRAGMA wal_checkpoint(TRUNCATE)";
static const char SQL_PAIRS[] =
    "CREATE TEMP TABLE pair_text(need, locality, service, min_age, max_age);"
    "CREATE TEMP TABLE pair_number(need, locality, service, rank, min_age, max_age);"
    "CREATE TEMP TABLE pair_area(service, area)";

static const char SQL_SERVICE[] = "INSERT INTO service VALUES(?1, ?2, ?3, ?4, ?5, ?6)";
static const char SQL_AGE[] = "INSERT INTO service_age VALUES(?1, ?2, ?3)";
static const char SQL_NEED[] = "INSERT OR IGNORE INTO service_need VALUES(?1, ?2)";
static const char SQL_AREA[] = "INSERT INTO pair_area VALUES(?1, ?2)";
static const char SQL_BELOW[] = "INSERT INTO need_below VALUES(?1, ?2)";
static const char SQL_ABOVE[] = "INSERT INTO area_above VALUES(?1, ?2, ?3)";
static const char SQL_CARD[] = "INSERT INTO service_card VALUES(?1, ?2, ?3)";
static const char SQL_PAIR_TEXT[] = "INSERT INTO pair_text VALUES(?1, ?2, ?3, ?4, ?5)";
static const char SQL_PAIR_NUMBER[] = "INSERT INTO pair_number VALUES(?1, ?2, ?3, ?4, ?5, ?6)";

typedef enum statement {
    PUT_SERVICE,
    PUT_AGE,
    PUT_NEED,
    PUT_AREA,
    PUT_BELOW,
    PUT_ABOVE,
    PUT_CARD,
    PUT_PAIR_TEXT,
    PUT_PAIR_NUMBER,
    STATEMENT_COUNT
} statement;

typedef struct filling {
    sqlite3 *handle;
    sqlite3_stmt *statements[STATEMENT_COUNT];
    const wm_bench_trees *trees;
    wm_arena arena; /* of the record in hand */
    wm_buf card;
    int64_t number;
} filling;

/* What the peers keep of one service. */
typedef struct facts_of {
    wm_str parts[4]; /* name, kind, phone, url */
    int64_t number_and_rank[2];
    int64_t ages[2];
} facts_of;

void wm_peer_write_card(wm_buf *out, const wm_str parts[4])
{
    static const char *const names[] = { "{\"name\":", ",\"kind\":", ",\"phone\":", ",\"url\":" };
    for (size_t i = 0; i < 4; i++) {
        wm_buf_put_text(out, names[i]);
        wm_json_write_string(out, parts[i]);
    }
    wm_buf_put_char(out, '}');
}

static void must(filling *f, int code, const char *doing)
{
    if (code != SQLITE_OK && code != SQLITE_DONE) {
        (void)fprintf(stderr, "bench_find: peers: %s: %s\n", doing, sqlite3_errmsg(f->handle));
        exit(1);
    }
}

static void run(filling *f, const char *sql)
{
    must(f, sqlite3_exec(f->handle, sql, NULL, NULL, NULL), sql);
}

static void bind_text(filling *f, statement which, int at, wm_str text)
{
    must(f, sqlite3_bind_text(f->statements[which], at, text.ptr, (int)text.len, SQLITE_TRANSIENT),
         "bind");
}

static void bind_numbers(filling *f, statement which, int at, const int64_t *numbers, int count)
{
    for (int i = 0; i < count; i++) {
        must(f, sqlite3_bind_int64(f->statements[which], at + i, numbers[i]), "bind");
    }
}

static void put(filling *f, statement which)
{
    must(f, sqlite3_step(f->statements[which]), "put");
    must(f, sqlite3_reset(f->statements[which]), "put");
}

/* ---- a service ---- */

static wm_str contact_of(const wm_json *service, const char *kind)
{
    const wm_json *contacts = wm_json_get(service, "contacts");
    for (uint32_t i = 0; wm_json_is(contacts, WM_JSON_ARRAY) && i < contacts->count; i++) {
        const wm_json *contact = &contacts->as.items[i];
        if (wm_str_is(wm_json_string(wm_json_get(contact, "kind")), kind)) {
            return wm_json_string(wm_json_get(contact, "value"));
        }
    }
    return WM_STR("");
}

/* Of the age that everyone must have: {"all":[{"age":{..}},..]} or {"age":{..}} alone. */
static void ages_of(const wm_json *service, int64_t ages[2])
{
    const wm_json *who = wm_json_get(wm_json_get(service, "eligibility"), "who");
    const wm_json *all = wm_json_get(who, "all");
    const wm_json *age = wm_json_get(who, "age");
    for (uint32_t i = 0; wm_json_is(all, WM_JSON_ARRAY) && i < all->count && age == NULL; i++) {
        age = wm_json_get(&all->as.items[i], "age");
    }
    ages[0] = wm_json_integer(wm_json_get(age, "min"), 0);
    ages[1] = wm_json_integer(wm_json_get(age, "max"), YEARS_MAX);
}

/* A shorter wait, then a later verification. */
static int64_t rank_of(const wm_json *service)
{
    wm_date verified = 0;
    const wm_json *assurance = wm_json_get(service, "assurance");
    int64_t weeks =
        wm_json_integer(wm_json_get(wm_json_get(service, "wait"), "current_weeks"), WAIT_WEEKS_MAX);
    if (!wm_date_parse(wm_json_string(wm_json_get(assurance, "verified_on")), &verified)) {
        verified = 0;
    }
    weeks = weeks < 0 || weeks > WAIT_WEEKS_MAX ? WAIT_WEEKS_MAX : weeks;
    return weeks << 24 | (DAYS_MOST - ((int64_t)verified & DAYS_MOST));
}

static void put_service(filling *f, const facts_of *s)
{
    wm_buf_reset(&f->card);
    wm_peer_write_card(&f->card, s->parts);
    bind_numbers(f, PUT_SERVICE, 1, s->number_and_rank, 1);
    for (int i = 0; i < 4; i++) {
        bind_text(f, PUT_SERVICE, i + 2, s->parts[i]);
    }
    bind_numbers(f, PUT_SERVICE, 6, &s->number_and_rank[1], 1);
    put(f, PUT_SERVICE);
    bind_numbers(f, PUT_AGE, 1, s->number_and_rank, 1);
    bind_numbers(f, PUT_AGE, 2, s->ages, 2);
    put(f, PUT_AGE);
    bind_numbers(f, PUT_CARD, 1, s->number_and_rank, 2);
    bind_text(f, PUT_CARD, 3, wm_buf_str(&f->card));
    put(f, PUT_CARD);
}

static void put_pair(filling *f, const facts_of *s, wm_str need, wm_str area)
{
    const int64_t keys[] = { (int64_t)wm_needs_find(f->trees->needs, need),
                             (int64_t)wm_locality_find(f->trees->localities, area),
                             s->number_and_rank[0], s->number_and_rank[1] };
    bind_text(f, PUT_PAIR_TEXT, 1, need);
    bind_text(f, PUT_PAIR_TEXT, 2, area);
    bind_numbers(f, PUT_PAIR_TEXT, 3, s->number_and_rank, 1);
    bind_numbers(f, PUT_PAIR_TEXT, 4, s->ages, 2);
    put(f, PUT_PAIR_TEXT);
    bind_numbers(f, PUT_PAIR_NUMBER, 1, keys, 4);
    bind_numbers(f, PUT_PAIR_NUMBER, 5, s->ages, 2);
    put(f, PUT_PAIR_NUMBER);
}

static void put_lists(filling *f, const facts_of *s, const wm_json *needs, const wm_json *areas)
{
    for (uint32_t a = 0; a < areas->count; a++) {
        const int64_t row[] = { s->number_and_rank[0],
                                (int64_t)wm_locality_find(f->trees->localities,
                                                          areas->as.items[a].as.string) };
        bind_numbers(f, PUT_AREA, 1, row, 2);
        put(f, PUT_AREA);
    }
    for (uint32_t n = 0; n < needs->count; n++) {
        wm_str need = needs->as.items[n].as.string;
        const int64_t row[] = { s->number_and_rank[0],
                                (int64_t)wm_needs_find(f->trees->needs, need) };
        bind_numbers(f, PUT_NEED, 1, row, 2);
        put(f, PUT_NEED);
        for (uint32_t a = 0; a < areas->count; a++) {
            put_pair(f, s, need, areas->as.items[a].as.string);
        }
    }
}

static wm_status fill_service(void *context, const wm_record *record, wm_error *err)
{
    filling *f = context;
    const wm_json *service = NULL;
    wm_arena_reset(&f->arena);
    wm_status status = wm_json_parse(&f->arena, record->bytes, WM_RECORD_BYTES_MAX, &service, err);
    if (status != WM_OK) {
        return status;
    }
    facts_of s = { .parts = { wm_json_string(wm_json_get(service, "name")),
                              wm_json_string(wm_json_get(service, "kind")),
                              contact_of(service, "phone"), contact_of(service, "web") },
                   .number_and_rank = { f->number++, rank_of(service) } };
    const wm_json *needs = wm_json_get(service, "needs");
    const wm_json *areas = wm_json_get(service, "areas");
    ages_of(service, s.ages);
    put_service(f, &s);
    if (wm_json_is(needs, WM_JSON_ARRAY) && wm_json_is(areas, WM_JSON_ARRAY)) {
        put_lists(f, &s, needs, areas);
    }
    return WM_OK;
}

/* ---- trees ---- */

static void fill_trees(filling *f)
{
    const wm_need_step *below = NULL;
    for (wm_need above = 0; above < wm_needs_count(f->trees->needs); above++) {
        size_t count = wm_needs_below(f->trees->needs, above, &below);
        for (size_t i = 0; i < count; i++) {
            const int64_t row[] = { (int64_t)above, (int64_t)below[i].need };
            bind_numbers(f, PUT_BELOW, 1, row, 2);
            put(f, PUT_BELOW);
        }
    }
    const wm_locality_tree *tree = f->trees->localities;
    for (wm_locality place = 0; place < wm_locality_count(tree); place++) {
        int64_t steps = 0;
        for (wm_locality at = place; at != WM_LOCALITY_NONE; at = wm_locality_parent(tree, at)) {
            const int64_t row[] = { (int64_t)place, (int64_t)at, steps++ };
            bind_numbers(f, PUT_ABOVE, 1, row, 3);
            put(f, PUT_ABOVE);
        }
    }
}

void wm_peers_fill(const char *path, wm_store *store, const wm_bench_trees *trees)
{
    static const char *const sql[STATEMENT_COUNT] = {
        [PUT_SERVICE] = SQL_SERVICE,
        [PUT_AGE] = SQL_AGE,
        [PUT_NEED] = SQL_NEED,
        [PUT_AREA] = SQL_AREA,
        [PUT_BELOW] = SQL_BELOW,
        [PUT_ABOVE] = SQL_ABOVE,
        [PUT_CARD] = SQL_CARD,
        [PUT_PAIR_TEXT] = SQL_PAIR_TEXT,
        [PUT_PAIR_NUMBER] = SQL_PAIR_NUMBER,
    };
    wm_error err = { 0 };
    filling f = { .trees = trees };
    wm_arena_init(&f.arena, wm_env_system(), SIZE_MAX / 2);
    wm_buf_init(&f.card, wm_env_system(), WM_RECORD_BYTES_MAX);
    (void)remove(path);
    must(&f, sqlite3_open(path, &f.handle), path);
    run(&f, SQL_MAKE);
    run(&f, SQL_PAIRS);
    for (size_t i = 0; i < STATEMENT_COUNT; i++) {
        must(&f, sqlite3_prepare_v2(f.handle, sql[i], -1, &f.statements[i], NULL), sql[i]);
    }
    fill_trees(&f);
    wm_record_sink sink = { fill_service, &f };
    wm_bench_must(wm_store_each(store, WM_VIEW_LATEST, WM_KIND_BIT(WM_KIND_SERVICE), &sink, &err),
                  &err, "services");
    for (size_t i = 0; i < STATEMENT_COUNT; i++) {
        must(&f, sqlite3_finalize(f.statements[i]), "end");
    }
    run(&f, SQL_END);
    must(&f, sqlite3_close(f.handle), path);
    wm_buf_fini(&f.card);
    wm_arena_fini(&f.arena);
}
