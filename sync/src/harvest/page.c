/* page.c: one page of a list.
 *
 * It is read twice: here to know its services, and in walk.c for the texts of those that are taken
 * from the list. So only one text is held beside the page itself. */
#include <stdio.h>

#include <waymark/sys/limits.h>

#include "harvest/harvest.h"

#define ENTRIES_BYTES_MAX (256 * WM_MIB)
#define SCRATCH_BYTES_MAX (256 * WM_MIB)

void harvest_page_init(harvest_page *page, const wm_env *env)
{
    *page = (harvest_page){ .env = env, .probe = SIZE_MAX };
    wm_buf_init(&page->body, env, WM_HARVEST_PAGE_BYTES_MAX);
    wm_buf_init(&page->sample, env, WM_ELEMENT_BYTES_MAX);
    wm_arena_init(&page->arena, env, ENTRIES_BYTES_MAX);
    wm_arena_init(&page->scratch, env, SCRATCH_BYTES_MAX);
}

void harvest_page_fini(harvest_page *page)
{
    wm_buf_fini(&page->body);
    wm_buf_fini(&page->sample);
    wm_arena_fini(&page->arena);
    wm_arena_fini(&page->scratch);
}

static wm_status read_body(void *context, void *buffer, size_t capacity, size_t *length_out,
                           wm_error *err)
{
    harvest_page *page = context;
    size_t left = page->body.len - page->read;
    (void)err;
    *length_out = left < capacity ? left : capacity;
    if (*length_out > 0) {
        memcpy(buffer, page->body.data + page->read, *length_out);
    }
    page->read += *length_out;
    return WM_OK;
}

wm_status harvest_page_elements(harvest_page *page, wm_elements **elements_out, wm_error *err)
{
    wm_byte_source source = { read_body, page };
    page->read = 0;
    return wm_elements_open(page->env, &source, elements_out, err);
}

wm_str harvest_without_mark(wm_str text)
{
    return wm_str_starts(text, WM_STR("\xef\xbb\xbf")) ? (wm_str){ text.ptr + 3, text.len - 3 }
                                                       : text;
}

wm_str harvest_id(const wm_json *service, char digits[HARVEST_DIGITS])
{
    const wm_json *id = wm_json_get(service, "id");
    if (!wm_json_is(id, WM_JSON_INTEGER)) {
        return wm_json_string(id);
    }
    int length = snprintf(digits, HARVEST_DIGITS, "%lld", (long long)wm_json_integer(id, 0));
    return (wm_str){ digits, length > 0 ? (size_t)length : 0 };
}

/* One that names a document: ".." would be the folder above. */
static bool can_be_asked_for(wm_str id)
{
    bool dots = true;
    for (size_t i = 0; i < id.len; i++) {
        dots = dots && id.ptr[i] == '.';
    }
    return id.len > 0 && id.len <= HARVEST_ID_BYTES_MAX && !dots;
}

static wm_status add_entry(harvest_page *page, const wm_element *element, wm_error *err)
{
    const wm_json *service = NULL;
    harvest_entry entry = { .has_part = false };
    char digits[HARVEST_DIGITS];
    wm_arena_reset(&page->scratch);
    wm_status status = element->too_large
                           ? WM_TOO_LARGE
                           : wm_oruk_parse(&page->scratch, element->text, &service, NULL);
    if (status == WM_NO_MEMORY) {
        return wm_fail_memory(err);
    }
    if (page->count == WM_HARVEST_PAGE_ITEMS_MAX) {
        return wm_fail(err, WM_TOO_LARGE, "expected at most %d services in a page, found more",
                       WM_HARVEST_PAGE_ITEMS_MAX);
    }
    if (status == WM_OK && service->type == WM_JSON_OBJECT) {
        const wm_json *places = wm_json_get(service, "service_at_locations");
        wm_str id = harvest_id(service, digits);
        entry.id = can_be_asked_for(id) ? wm_arena_copy(&page->arena, id) : WM_STR("");
        if (entry.id.ptr == NULL) {
            return wm_fail_memory(err);
        }
        entry.has_part = entry.id.len > 0 && wm_json_is(places, WM_JSON_ARRAY);
        if (entry.has_part && places->count > 0 && page->probe == SIZE_MAX) {
            page->probe = page->count;
            wm_buf_put_str(&page->sample, element->text);
        }
    }
    harvest_entry *entries =
        wm_arena_grow(&page->arena, page->entries, page->count, &page->capacity, sizeof *entries);
    if (entries == NULL) {
        return wm_fail_memory(err);
    }
    page->entries = entries;
    page->entries[page->count++] = entry;
    return wm_buf_status(&page->sample, err);
}

/* A page, or a list. Anything else that can be read is no answer to what was asked. */
static wm_status check_shape(harvest_page *page, const wm_elements *elements, wm_error *err)
{
    static const char expected[] = "expected a page of services, {\"contents\":[..]}";
    if (wm_elements_page(elements, &page->says)) {
        return WM_OK;
    }
    wm_str body = wm_str_trim(harvest_without_mark(wm_buf_str(&page->body)));
    if (body.len == 0) {
        return wm_fail(err, WM_BAD_INPUT, "%s, found nothing", expected);
    }
    if (body.ptr[0] == '[') {
        return WM_OK;
    }
    return body.ptr[0] == '{' ? wm_fail(err, WM_BAD_INPUT, "%s, found another document", expected)
                              : wm_fail(err, WM_BAD_INPUT, "%s, found what is no JSON", expected);
}

wm_status harvest_page_read(harvest_page *page, wm_error *err)
{
    wm_elements *elements = NULL;
    wm_element element = { .number = 0 };
    wm_arena_reset(&page->arena);
    wm_buf_reset(&page->sample);
    page->entries = NULL;
    page->capacity = 0;
    page->count = 0;
    page->probe = SIZE_MAX;
    page->says = (wm_page){ -1, -1, -1, -1 };
    wm_status status = harvest_page_elements(page, &elements, err);
    while (status == WM_OK) {
        status = wm_elements_next(elements, &element, err);
        status = status == WM_OK ? add_entry(page, &element, err) : status;
    }
    if (status == WM_END) {
        status = check_shape(page, elements, err);
    }
    wm_elements_close(elements);
    return status;
}

/* Depth is bounded by the reader's. */
static bool says_all(const wm_json *in_list, const wm_json *document)
{
    if (in_list == NULL || in_list->type != document->type) {
        return false;
    }
    bool all = true;
    if (document->type == WM_JSON_OBJECT) {
        for (uint32_t i = 0; i < document->count && all; i++) {
            const wm_json_member *member = &document->as.members[i];
            all = says_all(wm_json_get_str(in_list, member->name), &member->value);
        }
        return all;
    }
    if (document->type != WM_JSON_ARRAY) {
        return wm_json_equal(in_list, document);
    }
    all = in_list->count == document->count;
    for (uint32_t i = 0; i < document->count && all; i++) {
        all = says_all(&in_list->as.items[i], &document->as.items[i]);
    }
    return all;
}

wm_status harvest_says_all(wm_arena *scratch, wm_str in_list, wm_str document, bool *all_out,
                           wm_error *err)
{
    const wm_json *left = NULL;
    const wm_json *right = NULL;
    wm_arena_reset(scratch);
    wm_status status = wm_oruk_parse(scratch, in_list, &left, err);
    status = status == WM_OK ? wm_oruk_parse(scratch, document, &right, err) : status;
    *all_out = status == WM_OK && says_all(left, right);
    if (status == WM_NO_MEMORY) {
        return status;
    }
    wm_error_clear(err);
    return WM_OK;
}
