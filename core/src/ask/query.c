/* query.c: a query is strict: an unknown field, a wrong type or a wrong word is an error that names
 * it, because a misspelt fact that was dropped in silence would change the answer. */
#include "ask/query.h"

typedef struct reader {
    const wm_json *value;
    wm_query *query;
    wm_error *err;
} reader;

typedef wm_status (*field_reader)(reader *r, const char *name, const wm_json *value);

static wm_status wrong(reader *r, const char *name, const char *expected, const wm_json *found)
{
    if (wm_json_is(found, WM_JSON_STRING)) {
        return wm_fail(r->err, WM_BAD_INPUT, "%s: expected %s, found \"%.*s\"", name, expected,
                       WM_STR_ARG(found->as.string));
    }
    if (wm_json_is(found, WM_JSON_INTEGER)) {
        return wm_fail(r->err, WM_BAD_INPUT, "%s: expected %s, found %lld", name, expected,
                       (long long)found->as.integer);
    }
    return wm_fail(r->err, WM_BAD_INPUT, "%s: expected %s, found %s", name, expected,
                   wm_json_type_name(found->type));
}

static bool is_list_of_strings(const wm_json *value)
{
    if (!wm_json_is(value, WM_JSON_ARRAY)) {
        return false;
    }
    for (uint32_t i = 0; i < value->count; i++) {
        if (value->as.items[i].type != WM_JSON_STRING) {
            return false;
        }
    }
    return true;
}

static wm_status read_needs(reader *r, const char *name, const wm_json *value)
{
    if (!is_list_of_strings(value) || value->count > WM_QUERY_NEEDS_MAX) {
        return wrong(r, name, "a list of at most 32 need ids", value);
    }
    r->query->needs = value;
    return WM_OK;
}

static wm_status read_text(reader *r, const char *name, const wm_json *value)
{
    if (value->type != WM_JSON_STRING) {
        return wrong(r, name, "words", value);
    }
    if (value->as.string.len > WM_QUERY_TEXT_BYTES_MAX) {
        return wm_fail(r->err, WM_TOO_LARGE, "%s: expected at most %d bytes, found %zu", name,
                       WM_QUERY_TEXT_BYTES_MAX, value->as.string.len);
    }
    r->query->text = value->as.string;
    return WM_OK;
}

static wm_status read_at(reader *r, const char *name, const wm_json *value)
{
    if (value->type != WM_JSON_STRING) {
        return wrong(r, name, "a postcode, locality, GP practice or town", value);
    }
    r->query->at = value->as.string;
    return WM_OK;
}

static wm_status read_facts(reader *r, const char *name, const wm_json *value)
{
    if (value->type != WM_JSON_OBJECT) {
        return wrong(r, name, "an object of facts", value);
    }
    if (strcmp(name, "facts") == 0) {
        r->query->facts = value;
    } else {
        r->query->actor_facts = value;
    }
    return WM_OK;
}

static wm_status read_actor(reader *r, const char *name, const wm_json *value)
{
    if (!wm_actor_parse(wm_json_string(value), &r->query->actor)) {
        return wrong(r, name, "self, family, carer, gp, school or professional", value);
    }
    return WM_OK;
}

static wm_status read_about(reader *r, const char *name, const wm_json *value)
{
    if (!wm_about_parse(wm_json_string(value), &r->query->about)) {
        return wrong(r, name, "self, child, cared_for, partner or parent", value);
    }
    return WM_OK;
}

static wm_status read_one_tried(reader *r, const wm_json *item)
{
    if (item->type != WM_JSON_OBJECT) {
        return wrong(r, "tried", "objects with service and outcome", item);
    }
    wm_tried tried = { { NULL, 0 }, WM_OUTCOME_REFUSED };
    bool has_outcome = false;
    for (uint32_t i = 0; i < item->count; i++) {
        wm_str name = item->as.members[i].name;
        const wm_json *value = &item->as.members[i].value;
        wm_date date = 0;
        if (wm_str_is(name, "service") && value->type == WM_JSON_STRING) {
            tried.service = value->as.string;
        } else if (wm_str_is(name, "outcome")) {
            has_outcome = wm_outcome_parse(wm_json_string(value), &tried.outcome);
        } else if (!wm_str_is(name, "date") ||
                   !wm_date_parse_partial(wm_json_string(value), &date, &date)) {
            return wm_fail(r->err, WM_BAD_INPUT, "tried: %.*s: expected service, outcome or date",
                           WM_STR_ARG(name));
        }
    }
    if (tried.service.len == 0 || !has_outcome) {
        return wm_fail(r->err, WM_BAD_INPUT,
                       "tried: expected a service and an outcome (refused, did_not_help, waiting), "
                       "found \"%.*s\" without",
                       WM_STR_ARG(tried.service));
    }
    r->query->tried[r->query->tried_count++] = tried;
    return WM_OK;
}

static wm_status read_tried(reader *r, const char *name, const wm_json *value)
{
    if (value->type != WM_JSON_ARRAY || value->count > WM_TRIED_MAX) {
        return wrong(r, name, "a list of at most 32", value);
    }
    wm_status status = WM_OK;
    for (uint32_t i = 0; i < value->count && status == WM_OK; i++) {
        status = read_one_tried(r, &value->as.items[i]);
    }
    return status;
}

static wm_status read_access(reader *r, const char *name, const wm_json *value)
{
    if (value->type != WM_JSON_OBJECT) {
        return wrong(r, name, "an object of access needs", value);
    }
    static const char *const flags[] = { "bsl", "step_free", "remote", "evenings", NULL };
    for (uint32_t i = 0; i < value->count; i++) {
        const wm_json_member *member = &value->as.members[i];
        bool good = false;
        for (size_t f = 0; flags[f] != NULL; f++) {
            good =
                good || (wm_str_is(member->name, flags[f]) && member->value.type == WM_JSON_BOOL);
        }
        good = good || (wm_str_is(member->name, "languages") && is_list_of_strings(&member->value));
        good = good ||
               (wm_str_is(member->name, "interpreter") && member->value.type == WM_JSON_STRING);
        if (!good) {
            return wm_fail(r->err, WM_BAD_INPUT,
                           "access: %.*s: expected languages (a list), interpreter (a language), "
                           "or bsl, step_free, "
                           "remote, evenings (true or false)",
                           WM_STR_ARG(member->name));
        }
    }
    r->query->access = value;
    return WM_OK;
}

static wm_status read_as_of(reader *r, const char *name, const wm_json *value)
{
    if (!wm_date_parse(wm_json_string(value), &r->query->as_of)) {
        return wrong(r, name, "a date like 2026-01-31", value);
    }
    return WM_OK;
}

static wm_status read_now(reader *r, const char *name, const wm_json *value)
{
    r->query->has_now = wm_moment_parse(wm_json_string(value), &r->query->now);
    if (!r->query->has_now) {
        return wrong(r, name, "a date and time like 2026-01-31T09:30", value);
    }
    return WM_OK;
}

static wm_status read_limit(reader *r, const char *name, const wm_json *value)
{
    int64_t limit = wm_json_integer(value, -1);
    if (limit < 1 || limit > WM_CARDS_MAX) {
        return wrong(r, name, "a number from 1 to 1000", value);
    }
    r->query->limit = (uint32_t)limit;
    return WM_OK;
}

static wm_status read_lang(reader *r, const char *name, const wm_json *value)
{
    wm_str lang = wm_json_string(value);
    bool good = lang.len >= 2 && lang.len <= 35;
    for (size_t i = 0; i < lang.len && good; i++) {
        char c = lang.ptr[i];
        good =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    }
    if (!good) {
        return wrong(r, name, "a language tag like en or pl", value);
    }
    r->query->lang = lang;
    return WM_OK;
}

static const struct {
    const char *name;
    field_reader read;
} fields[] = {
    { "needs", read_needs },       { "text", read_text },   { "facts", read_facts },
    { "actor_facts", read_facts }, { "at", read_at },       { "actor", read_actor },
    { "about", read_about },       { "tried", read_tried }, { "access", read_access },
    { "as_of", read_as_of },       { "now", read_now },     { "limit", read_limit },
    { "lang", read_lang },
};

static wm_status read_fields(reader *r)
{
    for (uint32_t i = 0; i < r->value->count; i++) {
        const wm_json_member *member = &r->value->as.members[i];
        size_t f = 0;
        while (f < sizeof fields / sizeof fields[0] && !wm_str_is(member->name, fields[f].name)) {
            f++;
        }
        if (f == sizeof fields / sizeof fields[0]) {
            return wm_fail(r->err, WM_BAD_INPUT,
                           "query: expected needs, text, facts, actor_facts, at, actor, about, "
                           "tried, access, as_of, now, "
                           "limit or lang; found \"%.*s\"",
                           WM_STR_ARG(member->name));
        }
        wm_status status = fields[f].read(r, fields[f].name, &member->value);
        if (status != WM_OK) {
            return status;
        }
    }
    return WM_OK;
}

/* as_of: as given, else the one of the facts, else the local day of `now`, else the caller's. */
static wm_status settle_date(reader *r, const wm_date *default_as_of)
{
    wm_query *query = r->query;
    wm_date of_facts = 0;
    const wm_json *in_facts = wm_json_get(query->facts, "as_of");
    if (in_facts != NULL && !wm_date_parse(wm_json_string(in_facts), &of_facts)) {
        return wrong(r, "facts.as_of", "a date like 2026-01-31", in_facts);
    }
    if (wm_json_get(r->value, "as_of") != NULL) {
        if (in_facts != NULL && of_facts != query->as_of) {
            return wm_fail(r->err, WM_BAD_INPUT,
                           "facts.as_of: expected the as_of of the query, found another day");
        }
        return WM_OK;
    }
    if (in_facts != NULL) {
        query->as_of = of_facts;
        return WM_OK;
    }
    if (query->has_now) {
        query->as_of = query->now.day;
        return WM_OK;
    }
    if (default_as_of == NULL) {
        return wm_fail(r->err, WM_BAD_INPUT, "as_of: expected a date like 2026-01-31, found none");
    }
    query->as_of = *default_as_of;
    return WM_OK;
}

static wm_status digest_query(reader *r, const wm_env *env)
{
    wm_buf canonical;
    wm_buf_init(&canonical, env, 2 * WM_QUERY_BYTES_MAX);
    char date[WM_DATE_TEXT_BYTES];
    wm_json_write(&canonical, r->value);
    wm_buf_put_text(&canonical, wm_date_format(r->query->as_of, date));
    wm_status status = wm_buf_status(&canonical, r->err);
    if (status == WM_OK) {
        wm_str text = wm_buf_str(&canonical);
        wm_digest_of(&text, 1, &r->query->digest);
    }
    wm_buf_fini(&canonical);
    return status;
}

wm_status wm_query_parse(wm_arena *arena, const wm_env *env, wm_str text,
                         const wm_date *default_as_of, wm_query *query_out, wm_error *err)
{
    *query_out = (wm_query){ .actor = WM_ACTOR_SELF,
                             .about = WM_ABOUT_SELF,
                             .limit = WM_QUERY_LIMIT_DEFAULT,
                             .lang = WM_STR("en") };
    reader r = { .query = query_out, .err = err };
    wm_status status = wm_json_parse(arena, text, WM_QUERY_BYTES_MAX, &r.value, err);
    if (status == WM_OK && r.value->type != WM_JSON_OBJECT) {
        status = wrong(&r, "query", "an object", r.value);
    }
    if (status == WM_OK) {
        status = read_fields(&r);
    }
    if (status == WM_OK) {
        status = settle_date(&r, default_as_of);
    }
    return status == WM_OK ? digest_query(&r, env) : status;
}

wm_routes wm_actor_routes(wm_actor actor)
{
    static const wm_routes routes[] = {
        [WM_ACTOR_SELF] = WM_ROUTE_SELF,
        [WM_ACTOR_FAMILY] = WM_ROUTE_FAMILY | WM_ROUTE_SELF,
        [WM_ACTOR_CARER] = WM_ROUTE_FAMILY | WM_ROUTE_SELF,
        [WM_ACTOR_GP] = WM_ROUTE_GP | WM_ROUTE_PROFESSIONAL,
        [WM_ACTOR_SCHOOL] = WM_ROUTE_SCHOOL | WM_ROUTE_PROFESSIONAL,
        [WM_ACTOR_PROFESSIONAL] = WM_ROUTE_PROFESSIONAL,
    };
    return routes[actor];
}
