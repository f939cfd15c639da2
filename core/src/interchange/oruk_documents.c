/* oruk_documents.c: records as the API of Open Referral UK has them: each by itself, and as one
 * item of a page, which has fewer members and no lists. */
#include "oruk.h"

typedef struct writing {
    tree_maker maker;
    const wm_oruk_form *form;
    const wm_oruk_document_sink *sink;
    wm_buf whole;
    wm_buf item;
    wm_error *err;
} writing;

const char *wm_oruk_list_path(wm_oruk_list list)
{
    static const char *const paths[] = {
        [WM_ORUK_ORGANIZATIONS] = "organizations",
        [WM_ORUK_SERVICE_AT_LOCATIONS] = "service_at_locations",
        [WM_ORUK_SERVICES] = "services",
        [WM_ORUK_TAXONOMIES] = "taxonomies",
        [WM_ORUK_TAXONOMY_TERMS] = "taxonomy_terms",
    };
    return paths[list];
}

const char *wm_oruk_root(void)
{
    return "{\"openapi_url\":\"https://openreferraluk.org/specifications/3.0/openapi.json\","
           "\"profile\":\"https://docs.openreferraluk.org/en/latest/\","
           "\"version\":\"HSDS-UK-3.0\"}";
}

/* The value without its lists, and its objects without theirs. */
static wm_json without_lists(tree_maker *maker, const wm_json *value)
{
    tree_object kept = { NULL, 0, 0 };
    for (uint32_t i = 0; i < tree_members(value); i++) {
        const wm_json_member *member = &value->as.members[i];
        if (member->value.type == WM_JSON_OBJECT) {
            wm_json inner = without_lists(maker, &member->value);
            tree_put_str(maker, &kept, member->name, &inner);
        } else if (member->value.type != WM_JSON_ARRAY) {
            tree_put_str(maker, &kept, member->name, &member->value);
        }
    }
    return tree_close(&kept);
}

static wm_status put(writing *w, wm_oruk_list list, const wm_json *whole, const wm_json *item)
{
    wm_buf_reset(&w->whole);
    wm_buf_reset(&w->item);
    tree_write(&w->whole, whole);
    tree_write(&w->item, item);
    wm_status status = w->maker.failed ? wm_fail_memory(w->err) : wm_buf_status(&w->whole, w->err);
    if (status == WM_OK) {
        status = wm_buf_status(&w->item, w->err);
    }
    if (status != WM_OK) {
        return status;
    }
    wm_oruk_document document = { list, wm_json_string(wm_json_get(whole, "id")),
                                  wm_buf_str(&w->whole), wm_buf_str(&w->item) };
    return w->sink->put(w->sink->context, &document, w->err);
}

static wm_status put_object(writing *w, wm_oruk_list list, tree_object *object)
{
    wm_json whole = tree_close(object);
    wm_json item = without_lists(&w->maker, &whole);
    return put(w, list, &whole, &item);
}

/* One place of a service, with what pages say of the service. */
static wm_status put_place(writing *w, const wm_json *at, const wm_json *service)
{
    tree_object made = { NULL, 0, 0 };
    for (uint32_t i = 0; i < tree_members(at); i++) {
        tree_put_str(&w->maker, &made, at->as.members[i].name, &at->as.members[i].value);
    }
    tree_put(&w->maker, &made, "service", service);
    return put_object(w, WM_ORUK_SERVICE_AT_LOCATIONS, &made);
}

static wm_status put_service(writing *w, const wm_json *record)
{
    wm_json whole = { .type = WM_JSON_NULL };
    wm_status status = oruk_make_service(w->maker.arena, record, w->form, &whole, w->err);
    if (status != WM_OK) {
        return status;
    }
    wm_json item = without_lists(&w->maker, &whole);
    const wm_json *places = wm_json_get(&whole, "service_at_locations");
    for (uint32_t i = 0; i < tree_items(places) && status == WM_OK; i++) {
        status = put_place(w, &places->as.items[i], &item);
    }
    return status == WM_OK ? put(w, WM_ORUK_SERVICES, &whole, &item) : status;
}

/* One whose name was made up stands for nobody (oruk_read_nobody). */
static wm_status put_organization(writing *w, const wm_json *record)
{
    tree_object made = { NULL, 0, 0 };
    if (w->form->strict && oruk_is_derived(record, "name")) {
        return WM_OK;
    }
    oruk_write_organization(&w->maker, record, w->form->strict, &made);
    return put_object(w, WM_ORUK_ORGANIZATIONS, &made);
}

static wm_str taxonomy_id(tree_maker *maker)
{
    char uuid[WM_UUID_BYTES];
    return tree_format(maker, "%s",
                       wm_uuid_derive(WM_STR(""), WM_STR("taxonomy"), WM_STR(ORUK_TAXONOMY), uuid));
}

/* The first need above it is its parent: the profile has room for one. */
static wm_status put_term(writing *w, const wm_json *record)
{
    tree_object made = { NULL, 0, 0 };
    tree_maker *maker = &w->maker;
    bool strict = w->form->strict;
    wm_str id = wm_json_string(wm_json_get(record, "id"));
    const wm_json *broader = wm_json_get(record, "broader");
    oruk_write_term(maker, id, record, strict, &made);
    if (tree_items(broader) > 0) {
        wm_str above = wm_json_string(&broader->as.items[0]);
        tree_put_text(maker, &made, "parent_id",
                      strict ? oruk_uuid(maker, WM_KIND_NEED, above) : above);
    }
    if (wm_str_is(wm_json_string(tree_get(&made, "taxonomy")), ORUK_TAXONOMY)) {
        tree_put_text(maker, &made, "taxonomy_id", taxonomy_id(maker));
    }
    return put_object(w, WM_ORUK_TAXONOMY_TERMS, &made);
}

static wm_status put_taxonomy(writing *w, const wm_json *directory)
{
    tree_object made = { NULL, 0, 0 };
    tree_put_text(&w->maker, &made, "id", taxonomy_id(&w->maker));
    tree_put_text(&w->maker, &made, "name", WM_STR(ORUK_TAXONOMY));
    tree_put_text(&w->maker, &made, "description",
                  tree_format(&w->maker, "What people need help with: the words of %.*s",
                              WM_STR_ARG(wm_json_string(wm_json_get(directory, "title")))));
    return put_object(w, WM_ORUK_TAXONOMIES, &made);
}

wm_status wm_oruk_documents(wm_arena *arena, wm_kind kind, const wm_json *record,
                            const wm_oruk_form *form, const wm_oruk_document_sink *sink,
                            wm_error *err)
{
    writing w = { .maker = { arena, false }, .form = form, .sink = sink, .err = err };
    wm_status status = WM_OK;
    wm_buf_init(&w.whole, arena->env, WM_ELEMENT_BYTES_MAX);
    wm_buf_init(&w.item, arena->env, WM_ELEMENT_BYTES_MAX);
    switch (kind) {
    case WM_KIND_SERVICE: status = put_service(&w, record); break;
    case WM_KIND_ORGANIZATION: status = put_organization(&w, record); break;
    case WM_KIND_NEED: status = put_term(&w, record); break;
    case WM_KIND_DIRECTORY: status = put_taxonomy(&w, record); break;
    case WM_KIND_EXERCISE:
    case WM_KIND_FACT:
    case WM_KIND_LOCALITY:
    case WM_KIND_PLACE:
    case WM_KIND_RULE:
    case WM_KIND_SITE:
    case WM_KIND_TEXT:
    default: break;
    }
    wm_buf_fini(&w.item);
    wm_buf_fini(&w.whole);
    return status;
}
