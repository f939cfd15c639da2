/* places.c: the register of places: what a record says, and the names that it goes by.
 *
 * One lexicon holds every key: "=BA1 1AA", "=B29", "=M85001" for codes, and folded names, which
 * never hold '='. A value is a place, or a locality with LOCALITY_BIT. Names of localities are in
 * it too, but a place of the same name goes first: a town says more than the list of practices
 * that is named after it.
 *
 * A register over a source reads names once, when the first is asked for, and passes over what is
 * asked for by id: a nation of postcodes costs nothing before somebody types one. */
#include <stdlib.h>

#include <waymark/sys/fold.h>

#include "vocab/register.h"

/* ---- keys ---- */

void place_key_code(place_key *out, wm_str code)
{
    out->len = 0;
    out->bytes[out->len++] = '=';
    for (size_t i = 0; i < code.len && out->len < sizeof out->bytes; i++) {
        char c = code.ptr[i];
        if (c >= 'a' && c <= 'z') {
            c = (char)(c - 'a' + 'A');
        }
        out->bytes[out->len++] = c;
    }
}

/* Folded words with one space between them. */
void place_key_name(place_key *out, wm_str name)
{
    bool is_parted = false;
    out->len = 0;
    wm_folded next = wm_fold_char(name, 0);
    for (size_t at = 0; next.source_bytes > 0; next = wm_fold_char(name, at)) {
        at += next.source_bytes;
        is_parted = is_parted || next.parts_words;
        if (next.len == 0 || out->len + next.len + 1 > sizeof out->bytes) {
            continue;
        }
        if (is_parted && out->len > 0) {
            out->bytes[out->len++] = ' ';
        }
        is_parted = false;
        memcpy(out->bytes + out->len, next.text, next.len);
        out->len += next.len;
    }
}

/* "Newport (Isle of Wight)" and "Newport, Shropshire" are both also "Newport". */
static wm_str short_name(wm_str name)
{
    for (size_t i = 1; i < name.len; i++) {
        if (name.ptr[i] == '(' || name.ptr[i] == ',') {
            return (wm_str){ name.ptr, i };
        }
    }
    return (wm_str){ NULL, 0 };
}

static bool is_postcode_kind(wm_str kind)
{
    return wm_str_is(kind, "outcode") || wm_str_is(kind, "sector") || wm_str_is(kind, "postcode");
}

static wm_str practice_code(wm_str id)
{
    wm_str prefix = WM_STR("practice-");
    return wm_str_starts(id, prefix) ? (wm_str){ id.ptr + prefix.len, id.len - prefix.len } : id;
}

/* ---- building ---- */

static int compare_places(const void *a, const void *b)
{
    const place *left = a;
    const place *right = b;
    return wm_str_compare(left->id, right->id);
}

int place_compare_candidates(const void *a, const void *b)
{
    const wm_place_candidate *left = a;
    const wm_place_candidate *right = b;
    if (left->share != right->share) {
        return left->share > right->share ? -1 : 1;
    }
    return (left->locality > right->locality) - (left->locality < right->locality);
}

typedef struct place_reader {
    wm_arena *arena;
    const wm_locality_tree *tree;
    const wm_json *record;
    place *at;
    wm_error *err;
} place_reader;

static wm_status read_share(const place_reader *r, uint32_t index, wm_place_candidate *out)
{
    const wm_json *item = &wm_json_get(r->record, "shares")->as.items[index];
    wm_str code = wm_json_string(wm_json_get(item, "code"));
    int64_t share = wm_json_integer(wm_json_get(item, "share"), 0);
    wm_locality locality = wm_locality_find(r->tree, code);
    if (locality == WM_LOCALITY_NONE || share < 1 || share > WM_PLACE_SHARE_WHOLE) {
        return wm_fail(r->err, WM_BAD_RECORD,
                       "place %.*s: shares[%u]: expected a locality and 1 to %d thousandths, "
                       "found \"%.*s\" and %lld",
                       WM_STR_ARG(r->at->id), (unsigned)index, WM_PLACE_SHARE_WHOLE,
                       WM_STR_ARG(code), (long long)share);
    }
    *out = (wm_place_candidate){ locality, (uint32_t)share };
    return WM_OK;
}

static wm_status read_shares(const place_reader *r)
{
    place *at = r->at;
    const wm_json *shares = wm_json_get(r->record, "shares");
    uint32_t count = shares != NULL && shares->type == WM_JSON_ARRAY ? shares->count : 0;
    if (count == 0 || count > WM_PLACE_CANDIDATES_MAX) {
        return wm_fail(r->err, WM_BAD_RECORD, "place %.*s: shares: expected 1 to %d, found %u",
                       WM_STR_ARG(at->id), WM_PLACE_CANDIDATES_MAX, (unsigned)count);
    }
    at->shares = wm_arena_array(r->arena, count, sizeof *at->shares);
    at->in_order = wm_arena_array(r->arena, count, sizeof *at->in_order);
    if (at->shares == NULL || at->in_order == NULL) {
        return wm_fail_memory(r->err);
    }
    for (uint32_t i = 0; i < count; i++) {
        wm_status status = read_share(r, i, &at->shares[i]);
        if (status != WM_OK) {
            return status;
        }
        at->in_order[i] = at->shares[i].locality;
    }
    at->share_count = (uint8_t)count;
    qsort(at->shares, count, sizeof *at->shares, place_compare_candidates);
    return WM_OK;
}

/* Texts only; they are decoded when somebody asks for one. */
static wm_status read_units(const place_reader *r)
{
    const wm_json *units = wm_json_get(r->record, "units");
    if (!wm_json_is(units, WM_JSON_OBJECT)) {
        return WM_OK;
    }
    r->at->units = wm_arena_array(r->arena, SECTORS, sizeof *r->at->units);
    for (size_t i = 0; i < SECTORS && r->at->units != NULL; i++) {
        char name[2] = { (char)('0' + i), '\0' };
        const wm_json *text = wm_json_get(units, name);
        if (wm_json_is(text, WM_JSON_STRING)) {
            r->at->units[i] = wm_arena_copy(r->arena, text->as.string);
            if (r->at->units[i].ptr == NULL) {
                return wm_fail_memory(r->err);
            }
        }
    }
    return r->at->units != NULL ? WM_OK : wm_fail_memory(r->err);
}

/* In 1e-5 degree; one beyond that is none. */
static bool read_degrees(const wm_json *value, int64_t most, int32_t *degrees_out)
{
    int64_t degrees = wm_json_integer(value, INT64_MAX);
    bool fits = degrees >= -most && degrees <= most;
    *degrees_out = fits ? (int32_t)degrees : 0;
    return fits;
}

wm_status place_read(wm_arena *arena, const wm_locality_tree *tree, const wm_json *record,
                     place *out, wm_error *err)
{
    int64_t radius_m = wm_json_integer(wm_json_get(record, "radius_m"), 0);
    place at = { .id = wm_arena_copy(arena, wm_json_string(wm_json_get(record, "id"))),
                 .kind = wm_arena_copy(arena, wm_json_string(wm_json_get(record, "kind"))),
                 .name = wm_arena_copy(arena, wm_json_string(wm_json_get(record, "name"))) };
    if (at.id.ptr == NULL || at.kind.ptr == NULL || at.name.ptr == NULL) {
        return wm_fail_memory(err);
    }
    at.has_position = read_degrees(wm_json_get(record, "lat"), 9000000, &at.lat) &&
                      read_degrees(wm_json_get(record, "lon"), 18000000, &at.lon);
    if (at.has_position) {
        at.radius_m = radius_m > 0 && radius_m < UINT32_MAX ? (uint32_t)radius_m : 0;
    }
    place_reader r = { arena, tree, record, &at, err };
    wm_status status = read_shares(&r);
    if (status == WM_OK) {
        status = read_units(&r);
    }
    if (status == WM_OK) {
        *out = at;
    }
    return status;
}

static wm_status add_name(wm_places *places, wm_str name, uint32_t value, wm_error *err)
{
    place_key folded;
    place_key_name(&folded, name);
    return lexicon_add(&places->keys, &places->arena, place_key_str(&folded), value, err);
}

static wm_status add_code(wm_places *places, wm_str code, uint32_t value, wm_error *err)
{
    place_key exact;
    place_key_code(&exact, code);
    return lexicon_add(&places->keys, &places->arena, place_key_str(&exact), value, err);
}

/* At most three keys for each place. */
static wm_status add_place_keys(wm_places *places, uint32_t index, wm_error *err)
{
    const place *at = &places->places[index];
    if (is_postcode_kind(at->kind)) {
        wm_postcode postcode = wm_postcode_read(at->name);
        wm_str text = postcode.part != WM_POSTCODE_NONE ? wm_str_of(postcode.text) : at->name;
        return add_code(places, text, index, err);
    }
    wm_status status = WM_OK;
    if (wm_str_is(at->kind, "practice")) {
        status = add_code(places, practice_code(at->id), index, err);
    }
    if (status == WM_OK) {
        status = add_name(places, at->name, index, err);
    }
    return status == WM_OK ? add_name(places, short_name(at->name), index, err) : status;
}

static wm_status add_keys(wm_places *places, wm_error *err)
{
    size_t localities = wm_locality_count(places->tree);
    wm_status status =
        lexicon_init(&places->keys, &places->arena, places->count * 3 + localities * 2, err);
    for (size_t i = 0; i < places->count && status == WM_OK; i++) {
        status = add_place_keys(places, (uint32_t)i, err);
    }
    for (size_t i = 0; i < localities && status == WM_OK; i++) {
        wm_locality at = (wm_locality)i;
        status = add_code(places, wm_locality_code(places->tree, at), at | LOCALITY_BIT, err);
        if (status == WM_OK) {
            status = add_name(places, wm_locality_name(places->tree, at), at | LOCALITY_BIT, err);
        }
    }
    lexicon_finish(&places->keys);
    return status;
}

/* All of places->places is there. */
static wm_status finish(wm_places *places, wm_error *err)
{
    size_t count = places->count;
    if (count > 0) {
        qsort(places->places, count, sizeof *places->places, compare_places);
    }
    for (size_t i = 1; i < count; i++) {
        if (wm_str_equal(places->places[i - 1].id, places->places[i].id)) {
            return wm_fail(err, WM_BAD_RECORD, "place %.*s: expected once, found twice",
                           WM_STR_ARG(places->places[i].id));
        }
    }
    wm_status status = add_keys(places, err);
    places->has_names = status == WM_OK;
    return status;
}

static wm_status add_place(wm_places *places, const wm_json *record, wm_error *err)
{
    if (places->count == WM_PLACES_MAX) {
        return wm_fail(err, WM_TOO_LARGE, "expected at most %d places, found more", WM_PLACES_MAX);
    }
    place *list = wm_arena_grow(&places->arena, places->places, places->count, &places->capacity,
                                sizeof *places->places);
    if (list == NULL) {
        return wm_fail_memory(err);
    }
    places->places = list;
    wm_status status =
        place_read(&places->arena, places->tree, record, &places->places[places->count], err);
    places->count += status == WM_OK ? 1 : 0;
    return status;
}

/* NULL: no memory. */
static wm_places *new_register(const wm_env *env, const wm_locality_tree *tree)
{
    wm_places *places = wm_env_alloc(env, sizeof *places);
    if (places != NULL) {
        places->env = env;
        places->tree = tree;
        wm_arena_init(&places->arena, env, SIZE_MAX / 2);
    }
    return places;
}

wm_status wm_places_new(const wm_env *env, const wm_locality_tree *tree,
                        const wm_json *const *records, size_t record_count, wm_places **places_out,
                        wm_error *err)
{
    wm_places *places = new_register(env, tree);
    wm_status status = places != NULL ? WM_OK : wm_fail_memory(err);
    for (size_t i = 0; i < record_count && status == WM_OK; i++) {
        status = add_place(places, records[i], err);
    }
    if (status == WM_OK) {
        status = finish(places, err);
    }
    if (status != WM_OK) {
        wm_places_free(places);
        return status;
    }
    *places_out = places;
    return WM_OK;
}

wm_status wm_places_open(const wm_env *env, const wm_locality_tree *tree,
                         const wm_place_source *source, wm_places **places_out, wm_error *err)
{
    wm_places *places = new_register(env, tree);
    if (places == NULL) {
        return wm_fail_memory(err);
    }
    places->source = *source;
    *places_out = places;
    return WM_OK;
}

void wm_places_free(wm_places *places)
{
    if (places != NULL) {
        wm_arena_fini(&places->arena);
        wm_env_free(places->env, places, sizeof *places);
    }
}

/* ---- names, when they are wanted ---- */

typedef struct name_reader {
    wm_places *places;
    wm_arena scratch; /* one record at a time */
} name_reader;

/* "BA1", "BA1-1", "BA1-1AA": found by its id. */
static bool is_postcode_id(wm_str id)
{
    return wm_postcode_read(id).part != WM_POSTCODE_NONE;
}

static wm_status put_name(void *context, wm_str id, wm_str bytes, wm_error *err)
{
    name_reader *r = context;
    const wm_json *record = NULL;
    if (is_postcode_id(id)) {
        return WM_OK;
    }
    wm_arena_reset(&r->scratch);
    wm_status status = wm_json_parse(&r->scratch, bytes, WM_RECORD_BYTES_MAX, &record, err);
    return status == WM_OK ? add_place(r->places, record, err) : status;
}

wm_status place_names(wm_places *places, wm_error *err)
{
    if (places->has_names) {
        return WM_OK;
    }
    name_reader r = { .places = places };
    wm_arena_init(&r.scratch, places->env, 64 * WM_MIB);
    wm_place_sink sink = { put_name, &r };
    wm_status status = places->source.each(places->source.context, &sink, err);
    if (status == WM_OK) {
        status = finish(places, err);
    }
    wm_arena_fini(&r.scratch);
    if (status != WM_OK) { /* the next question tries again */
        wm_arena_fini(&places->arena);
        places->places = NULL;
        places->count = 0;
        places->capacity = 0;
    }
    return status;
}
