/* project.c: copy a record, leaving out what an edition does not show.
 *
 * Invariants:
 *  1. What loses nothing is not copied: the same pointer comes out, so the bytes are the same.
 *  2. Dropping is from the inside out: a list or object that becomes empty is dropped as well, up
 * to a top-level field; a required top-level field that would go is a failure.
 *  3. Nothing is ever dropped inside `eligibility`; that something would have to be is a failure.
 *  4. What is not understood is not shown: an `audience` that is neither word, or a
 *     `professional_only` that is not a list of names, is a failure and never "for everybody".
 *
 * References to withheld records are found first, as paths; a path is kept up during the copy only
 * if there are any, which is rare. */
#include <waymark/sys/edition.h>

#define PATH_BYTES_MAX ((size_t)4096)

typedef struct lost_path {
    struct lost_path *next;
    wm_str path;
} lost_path;

typedef struct projector {
    const wm_edition_lens *lens;
    wm_kind kind;
    wm_str id;
    wm_arena *arena;
    const wm_json *hidden; /* professional_only */
    lost_path *lost;
    wm_buf path;
    wm_error *err;
} projector;

static wm_status reduce(projector *p, const wm_json *value, const wm_json **out);

static bool is_professional(const wm_json *value)
{
    return wm_str_is(wm_json_string(wm_json_get(value, "audience")), "professional");
}

/* Says nothing of an audience, or one of the two words. */
static bool has_plain_audience(const wm_json *value)
{
    const wm_json *audience = wm_json_get(value, "audience");
    return audience == NULL || wm_str_is(wm_json_string(audience), "public") ||
           wm_str_is(wm_json_string(audience), "professional");
}

bool wm_edition_includes(wm_edition edition, const wm_json *value)
{
    return edition == WM_EDITION_PROFESSIONAL ||
           (!is_professional(value) && has_plain_audience(value));
}

static bool ends_with(const char *start, const char *end, wm_str name)
{
    return (size_t)(end - start) >= name.len && memcmp(end - name.len, name.ptr, name.len) == 0;
}

/* A name stands in JSON as it is, unless \u spells its letters. */
bool wm_edition_shows_all(wm_str bytes)
{
    const char *end = bytes.ptr + bytes.len;
    const char *at = bytes.len > 0 ? memchr(bytes.ptr, '\\', bytes.len) : NULL;
    while (at != NULL) {
        if (at + 1 == end || at[1] == 'u') {
            return false;
        }
        at = memchr(at + 1, '\\', (size_t)(end - at - 1));
    }
    at = bytes.len > 0 ? memchr(bytes.ptr, '"', bytes.len) : NULL;
    while (at != NULL) {
        if (ends_with(bytes.ptr, at, WM_STR("\"audience")) ||
            ends_with(bytes.ptr, at, WM_STR("\"professional_only")) ||
            ends_with(bytes.ptr, at, WM_STR("\"maintainers"))) {
            return false;
        }
        at = memchr(at + 1, '"', (size_t)(end - at - 1));
    }
    return true;
}

static bool is_required(wm_kind kind, wm_str name)
{
    static const struct {
        wm_kind kind;
        const char *name;
    } required[] = {
        { WM_KIND_SERVICE, "organization" },
        { WM_KIND_SERVICE, "kind" },
        { WM_KIND_SERVICE, "status" },
        { WM_KIND_SERVICE, "needs" },
        { WM_KIND_SERVICE, "areas" },
        { WM_KIND_SERVICE, "eligibility" },
        { WM_KIND_SERVICE, "name" },
        { WM_KIND_ORGANIZATION, "name" },
        { WM_KIND_SITE, "name" },
        { WM_KIND_NEED, "label" },
        { WM_KIND_LOCALITY, "name" },
        { WM_KIND_LOCALITY, "kind" },
        { WM_KIND_LOCALITY, "parent" },
        { WM_KIND_PLACE, "kind" },
        { WM_KIND_PLACE, "name" },
        { WM_KIND_PLACE, "shares" },
        { WM_KIND_FACT, "type" },
        { WM_KIND_FACT, "question" },
        { WM_KIND_RULE, "phase" },
        { WM_KIND_RULE, "priority" },
        { WM_KIND_RULE, "scope" },
        { WM_KIND_RULE, "when" },
        { WM_KIND_RULE, "do" },
        { WM_KIND_RULE, "why" },
        { WM_KIND_TEXT, "text" },
        { WM_KIND_EXERCISE, "title" },
        { WM_KIND_EXERCISE, "steps" },
    };
    if (wm_str_is(name, "id")) {
        return true;
    }
    for (size_t i = 0; i < sizeof required / sizeof required[0]; i++) {
        if (required[i].kind == kind && wm_str_is(name, required[i].name)) {
            return true;
        }
    }
    return false;
}

static wm_status refuse(const projector *p, wm_str field, const char *why)
{
    return wm_fail(p->err, WM_BAD_RECORD,
                   "%s/%.*s: %.*s: %s, which the %s edition must leave out and cannot",
                   wm_kind_name(p->kind), WM_STR_ARG(p->id), WM_STR_ARG(field), why,
                   wm_edition_name(p->lens->edition));
}

static wm_status refuse_audience(const projector *p)
{
    return wm_fail(p->err, WM_BAD_RECORD,
                   "%s/%.*s: audience: expected \"public\" or \"professional\"",
                   wm_kind_name(p->kind), WM_STR_ARG(p->id));
}

static wm_status note_withheld(void *context, const wm_reference *reference)
{
    projector *p = context;
    if (!p->lens->withheld(p->lens->context, reference->kind, reference->id)) {
        return WM_OK;
    }
    lost_path *lost = wm_arena_alloc(p->arena, sizeof *lost);
    if (lost == NULL) {
        return wm_fail_memory(p->err);
    }
    lost->path = wm_arena_copy(p->arena, wm_str_of(reference->path));
    if (lost->path.ptr == NULL) {
        return wm_fail_memory(p->err);
    }
    lost->next = p->lost;
    p->lost = lost;
    return WM_OK;
}

static bool path_is_lost(const projector *p)
{
    for (const lost_path *lost = p->lost; lost != NULL; lost = lost->next) {
        if (wm_str_equal(lost->path, wm_buf_str(&p->path))) {
            return true;
        }
    }
    return false;
}

/* One step down; the length to go back to. */
static size_t path_push(projector *p, const wm_str *name, uint32_t index)
{
    size_t before = p->path.len;
    if (p->lost == NULL) {
        return before;
    }
    if (name == NULL) {
        wm_buf_printf(&p->path, "[%u]", index);
    } else {
        wm_buf_put(&p->path, ".", before > 0 ? 1 : 0);
        wm_buf_put_str(&p->path, *name);
    }
    return before;
}

static void path_pop(projector *p, size_t before)
{
    if (p->lost != NULL && p->path.data != NULL) {
        p->path.len = before;
    }
}

/* *out: NULL if it is dropped, `value` if it loses nothing. */
static wm_status reduce_child(projector *p, const wm_json *value, const wm_json **out)
{
    if (p->lost != NULL && path_is_lost(p)) {
        *out = NULL;
        return WM_OK;
    }
    return reduce(p, value, out);
}

static wm_status reduce_array(projector *p, const wm_json *value, const wm_json **out)
{
    const wm_json *all = value->as.items;
    wm_json *items = NULL; /* made at the first loss */
    uint32_t kept = 0;
    if (all == NULL) { /* an empty list */
        *out = value;
        return WM_OK;
    }
    for (uint32_t i = 0; i < value->count; i++) {
        const wm_json *item = NULL;
        size_t before = path_push(p, NULL, i);
        wm_status status = reduce_child(p, &all[i], &item);
        path_pop(p, before);
        if (status != WM_OK) {
            return status;
        }
        if (item != &all[i] && items == NULL) {
            items = wm_arena_array(p->arena, value->count, sizeof *items);
            if (items == NULL) {
                return wm_fail_memory(p->err);
            }
            for (uint32_t k = 0; k < i; k++) {
                items[k] = all[k];
            }
        }
        if (item != NULL && items != NULL) {
            items[kept] = *item;
        }
        kept += item != NULL ? 1 : 0;
    }
    if (items == NULL) {
        *out = value;
        return WM_OK;
    }
    wm_json *copy = kept > 0 ? wm_arena_alloc(p->arena, sizeof *copy) : NULL;
    if (kept > 0 && copy == NULL) {
        return wm_fail_memory(p->err);
    }
    if (copy != NULL) {
        *copy = (wm_json){ .type = WM_JSON_ARRAY, .count = kept, .as.items = items };
    }
    *out = copy;
    return WM_OK;
}

typedef wm_status (*member_rule)(projector *p, const wm_json_member *member, const wm_json **out);

static wm_status reduce_members(projector *p, const wm_json *value, member_rule rule,
                                const wm_json **out)
{
    const wm_json_member *all = value->as.members;
    wm_json_member *members = NULL; /* made at the first loss */
    uint32_t kept = 0;
    if (all == NULL) { /* an empty object */
        *out = value;
        return WM_OK;
    }
    for (uint32_t i = 0; i < value->count; i++) {
        const wm_json_member *from = &all[i];
        const wm_json *child = NULL;
        size_t before = path_push(p, &from->name, 0);
        wm_status status = rule(p, from, &child);
        path_pop(p, before);
        if (status != WM_OK) {
            return status;
        }
        if (child != &from->value && members == NULL) {
            members = wm_arena_array(p->arena, value->count, sizeof *members);
            if (members == NULL) {
                return wm_fail_memory(p->err);
            }
            for (uint32_t k = 0; k < i; k++) {
                members[k] = all[k];
            }
        }
        if (child != NULL && members != NULL) {
            members[kept] = (wm_json_member){ from->name, *child };
        }
        kept += child != NULL ? 1 : 0;
    }
    if (members == NULL) {
        *out = value;
        return WM_OK;
    }
    wm_json *copy = kept > 0 ? wm_arena_alloc(p->arena, sizeof *copy) : NULL;
    if (kept > 0 && copy == NULL) {
        return wm_fail_memory(p->err);
    }
    if (copy != NULL) {
        *copy = (wm_json){ .type = WM_JSON_OBJECT, .count = kept, .as.members = members };
    }
    *out = copy;
    return WM_OK;
}

static wm_status inner_member(projector *p, const wm_json_member *member, const wm_json **out)
{
    return reduce_child(p, &member->value, out);
}

static wm_status reduce(projector *p, const wm_json *value, const wm_json **out)
{
    if (value->type == WM_JSON_ARRAY) {
        return reduce_array(p, value, out);
    }
    if (value->type == WM_JSON_OBJECT) {
        if (is_professional(value)) {
            *out = NULL;
            return WM_OK;
        }
        if (!has_plain_audience(value)) {
            return refuse_audience(p);
        }
        return reduce_members(p, value, inner_member, out);
    }
    *out = value;
    return WM_OK;
}

static wm_status check_hidden(const projector *p)
{
    bool good = p->hidden == NULL || p->hidden->type == WM_JSON_ARRAY;
    for (uint32_t i = 0; good && p->hidden != NULL && i < p->hidden->count; i++) {
        good = p->hidden->as.items[i].type == WM_JSON_STRING;
    }
    return good ? WM_OK
                : wm_fail(p->err, WM_BAD_RECORD,
                          "%s/%.*s: professional_only: expected a list of names of fields",
                          wm_kind_name(p->kind), WM_STR_ARG(p->id));
}

static bool is_hidden(const projector *p, wm_str name)
{
    for (uint32_t i = 0; p->hidden != NULL && i < p->hidden->count; i++) {
        if (wm_str_equal(wm_json_string(&p->hidden->as.items[i]), name)) {
            return true;
        }
    }
    return false;
}

/* A field of one language: those of hidden fields go with them. */
static wm_status translated_member(projector *p, const wm_json_member *member, const wm_json **out)
{
    if (is_hidden(p, member->name)) {
        *out = NULL;
        return WM_OK;
    }
    return reduce_child(p, &member->value, out);
}

static wm_status language_member(projector *p, const wm_json_member *member, const wm_json **out)
{
    bool plain = !is_professional(&member->value) && has_plain_audience(&member->value);
    if (member->value.type != WM_JSON_OBJECT || !plain) {
        return reduce_child(p, &member->value, out);
    }
    return reduce_members(p, &member->value, translated_member, out);
}

static wm_status reduce_top_value(projector *p, const wm_json_member *member, const wm_json **out)
{
    bool is_translations = wm_str_is(member->name, "translations") &&
                           member->value.type == WM_JSON_OBJECT &&
                           !is_professional(&member->value) && has_plain_audience(&member->value);
    if (is_translations) {
        return reduce_members(p, &member->value, language_member, out);
    }
    return reduce_child(p, &member->value, out);
}

static wm_status top_member(projector *p, const wm_json_member *member, const wm_json **out)
{
    wm_str name = member->name;
    bool drop = is_hidden(p, name) || wm_str_is(name, "professional_only") ||
                (p->kind == WM_KIND_ORGANIZATION && wm_str_is(name, "maintainers"));
    const wm_json *child = NULL;
    if (!drop) {
        wm_status status = reduce_top_value(p, member, &child);
        if (status != WM_OK) {
            return status;
        }
    }
    if (child == NULL && is_required(p->kind, name)) {
        return refuse(p, name,
                      drop ? "is named in professional_only" : "has only what is withheld");
    }
    if (child != &member->value && wm_str_is(name, "eligibility")) {
        return refuse(p, name, "has something for professionals only inside");
    }
    *out = child;
    return WM_OK;
}

wm_status wm_edition_project(const wm_edition_lens *lens, wm_kind kind, const wm_json *value,
                             wm_arena *arena, const wm_json **projected_out, wm_error *err)
{
    if (lens->edition == WM_EDITION_PROFESSIONAL) {
        *projected_out = value;
        return WM_OK;
    }
    if (is_professional(value)) {
        return WM_NOT_FOUND;
    }
    projector p = {
        .lens = lens,
        .kind = kind,
        .id = wm_json_string(wm_json_get(value, "id")),
        .arena = arena,
        .err = err,
    };
    p.hidden = wm_json_get(value, "professional_only");
    wm_status status = has_plain_audience(value) ? check_hidden(&p) : refuse_audience(&p);
    if (status != WM_OK) {
        return status;
    }
    if (lens->withheld != NULL) {
        status = wm_record_references(kind, value, note_withheld, &p, err);
        if (status != WM_OK) {
            return status;
        }
    }
    wm_buf_init(&p.path, arena->env, PATH_BYTES_MAX);
    const wm_json *projected = NULL;
    status = reduce_members(&p, value, top_member, &projected);
    if (status == WM_OK) {
        status = wm_buf_status(&p.path, err);
    }
    wm_buf_fini(&p.path);
    if (status == WM_OK) {
        *projected_out = projected;
    }
    return status;
}
