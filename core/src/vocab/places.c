/* places.c: the register of places, and the reading of what people type.
 *
 * One lexicon holds every key: "=BA1 1AA", "=B29", "=M85001" for codes, and folded names, which
 * never hold '='. A value is a place, or a locality with LOCALITY_BIT. Names of localities are in
 * it too, but a place of the same name goes first: a town says more than the list of practices
 * that is named after it.
 *
 * Reading goes from the certain to the loose: nothing typed; a locality code; a code that is no
 * place; a postcode and what it falls back to; a practice; a name. */
#include <waymark/sys/places.h>

#include <stdlib.h>

#include <waymark/sys/fold.h>

#include "lexicon.h"

#define LOCALITY_BIT 0x80000000u
#define KEY_BYTES_MAX 256 /* longer names are cut, on both sides of the comparison */

typedef struct place {
    wm_str id;
    wm_str kind;
    wm_str name;
    wm_place_candidate *shares; /* largest first, then in order of the tree */
    uint8_t share_count;
    bool has_position;
    int32_t lat;
    int32_t lon;
} place;

struct wm_places {
    const wm_env *env;
    wm_arena arena;
    const wm_locality_tree *tree;
    place *places; /* in order of id */
    size_t count;
    lexicon keys;
};

/* ---- keys ---- */

typedef struct key {
    char bytes[KEY_BYTES_MAX];
    size_t len;
} key;

static wm_str key_str(const key *the)
{
    return (wm_str){ the->bytes, the->len };
}

static void key_code(key *out, wm_str code)
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
static void key_name(key *out, wm_str name)
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

static int compare_candidates(const void *a, const void *b)
{
    const wm_place_candidate *left = a;
    const wm_place_candidate *right = b;
    if (left->share != right->share) {
        return left->share > right->share ? -1 : 1;
    }
    return (left->locality > right->locality) - (left->locality < right->locality);
}

static wm_status read_shares(wm_places *places, place *at, const wm_json *record, wm_error *err)
{
    const wm_json *shares = wm_json_get(record, "shares");
    size_t count = shares != NULL && shares->type == WM_JSON_ARRAY ? shares->count : 0;
    if (count == 0 || count > WM_PLACE_CANDIDATES_MAX) {
        return wm_fail(err, WM_BAD_RECORD, "place %.*s: shares: expected 1 to %d, found %zu",
                       WM_STR_ARG(at->id), WM_PLACE_CANDIDATES_MAX, count);
    }
    at->shares = wm_arena_array(&places->arena, count, sizeof *at->shares);
    if (at->shares == NULL) {
        return wm_fail_memory(err);
    }
    for (size_t i = 0; i < count; i++) {
        const wm_json *item = &shares->as.items[i];
        wm_str code = wm_json_string(wm_json_get(item, "code"));
        int64_t share = wm_json_integer(wm_json_get(item, "share"), 0);
        wm_locality locality = wm_locality_find(places->tree, code);
        if (locality == WM_LOCALITY_NONE || share < 1 || share > WM_PLACE_SHARE_WHOLE) {
            return wm_fail(err, WM_BAD_RECORD,
                           "place %.*s: shares[%zu]: expected a locality and 1 to %d thousandths, "
                           "found \"%.*s\" and %lld",
                           WM_STR_ARG(at->id), i, WM_PLACE_SHARE_WHOLE, WM_STR_ARG(code),
                           (long long)share);
        }
        at->shares[i] = (wm_place_candidate){ locality, (uint32_t)share };
    }
    at->share_count = (uint8_t)count;
    qsort(at->shares, count, sizeof *at->shares, compare_candidates);
    return WM_OK;
}

static wm_status read_place(wm_places *places, place *at, const wm_json *record, wm_error *err)
{
    wm_arena *arena = &places->arena;
    const wm_json *lat = wm_json_get(record, "lat");
    const wm_json *lon = wm_json_get(record, "lon");
    at->id = wm_arena_copy(arena, wm_json_string(wm_json_get(record, "id")));
    at->kind = wm_arena_copy(arena, wm_json_string(wm_json_get(record, "kind")));
    at->name = wm_arena_copy(arena, wm_json_string(wm_json_get(record, "name")));
    if (at->id.ptr == NULL || at->kind.ptr == NULL || at->name.ptr == NULL) {
        return wm_fail_memory(err);
    }
    at->has_position = wm_json_is(lat, WM_JSON_INTEGER) && wm_json_is(lon, WM_JSON_INTEGER);
    if (at->has_position) {
        at->lat = (int32_t)wm_json_integer(lat, 0);
        at->lon = (int32_t)wm_json_integer(lon, 0);
    }
    return read_shares(places, at, record, err);
}

static wm_status add_name(wm_places *places, wm_str name, uint32_t value, wm_error *err)
{
    key folded;
    key_name(&folded, name);
    return lexicon_add(&places->keys, &places->arena, key_str(&folded), value, err);
}

static wm_status add_code(wm_places *places, wm_str code, uint32_t value, wm_error *err)
{
    key exact;
    key_code(&exact, code);
    return lexicon_add(&places->keys, &places->arena, key_str(&exact), value, err);
}

/* At most three keys for each place. */
static wm_status add_place_keys(wm_places *places, uint32_t index, wm_error *err)
{
    const place *at = &places->places[index];
    if (is_postcode_kind(at->kind)) {
        wm_postcode postcode = wm_postcode_read(at->name, NULL);
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

static wm_status build(wm_places *places, const wm_json *const *records, size_t count,
                       wm_error *err)
{
    places->places = wm_arena_array(&places->arena, count, sizeof *places->places);
    if (places->places == NULL) {
        return wm_fail_memory(err);
    }
    for (size_t i = 0; i < count; i++) {
        wm_status status = read_place(places, &places->places[i], records[i], err);
        if (status != WM_OK) {
            return status;
        }
    }
    places->count = count;
    if (count > 0) {
        qsort(places->places, count, sizeof *places->places, compare_places);
    }
    for (size_t i = 1; i < count; i++) {
        if (wm_str_equal(places->places[i - 1].id, places->places[i].id)) {
            return wm_fail(err, WM_BAD_RECORD, "place %.*s: expected once, found twice",
                           WM_STR_ARG(places->places[i].id));
        }
    }
    return add_keys(places, err);
}

wm_status wm_places_new(const wm_env *env, const wm_locality_tree *tree,
                        const wm_json *const *records, size_t record_count, wm_places **places_out,
                        wm_error *err)
{
    if (record_count > WM_PLACES_MAX) {
        return wm_fail(err, WM_TOO_LARGE, "expected at most %d places, found %zu", WM_PLACES_MAX,
                       record_count);
    }
    wm_places *places = wm_env_alloc(env, sizeof *places);
    if (places == NULL) {
        return wm_fail_memory(err);
    }
    places->env = env;
    places->tree = tree;
    wm_arena_init(&places->arena, env, SIZE_MAX / 2);
    wm_status status = build(places, records, record_count, err);
    if (status != WM_OK) {
        wm_places_free(places);
        return status;
    }
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

/* ---- answers ---- */

static void answer_locality(wm_place_match *match, const wm_locality_tree *tree, wm_locality at)
{
    match->outcome = WM_PLACE_FOUND;
    match->precision = WM_STR("locality");
    match->name = wm_locality_name(tree, at);
    match->candidates[0] = (wm_place_candidate){ at, WM_PLACE_SHARE_WHOLE };
    match->candidate_count = 1;
}

/* Shares of all together 1000 again; what is there at all keeps at least 1, the largest takes what
 * rounding leaves. */
static void settle_shares(wm_place_match *match)
{
    uint32_t total = 0;
    for (size_t i = 0; i < match->candidate_count; i++) {
        total += match->candidates[i].share;
    }
    qsort(match->candidates, match->candidate_count, sizeof match->candidates[0],
          compare_candidates);
    uint32_t given = 0;
    for (size_t i = match->candidate_count; i-- > 1 && total > 0;) {
        uint32_t share = match->candidates[i].share * WM_PLACE_SHARE_WHOLE / total;
        match->candidates[i].share = share > 0 ? share : 1;
        given += match->candidates[i].share;
    }
    if (match->candidate_count > 0) {
        match->candidates[0].share = WM_PLACE_SHARE_WHOLE - given;
    }
}

static void answer_place(wm_place_match *match, const place *at)
{
    match->outcome = WM_PLACE_FOUND;
    match->precision = at->kind;
    match->name = at->name;
    match->is_practice = wm_str_is(at->kind, "practice");
    match->has_position = at->has_position;
    match->lat = at->lat;
    match->lon = at->lon;
    memcpy(match->candidates, at->shares, at->share_count * sizeof at->shares[0]);
    match->candidate_count = at->share_count;
    settle_shares(match);
}

static void answer_note(wm_place_match *match, wm_place_outcome outcome, const char *note)
{
    match->outcome = outcome;
    match->precision = WM_STR("none");
    match->note = note;
}

/* Adds one of several places of a name: its shares count for one part in `parts`. */
static void join_candidates(wm_place_match *match, const wm_place_candidate *from, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t at = 0;
        while (at < match->candidate_count && match->candidates[at].locality != from[i].locality) {
            at++;
        }
        if (at == WM_PLACE_CANDIDATES_MAX) {
            continue;
        }
        if (at == match->candidate_count) {
            match->candidates[match->candidate_count++] =
                (wm_place_candidate){ from[i].locality, 0 };
        }
        match->candidates[at].share += from[i].share;
    }
}

static void answer_choices(wm_place_match *match, const wm_places *places,
                           const lexicon_entry *entries, size_t count)
{
    answer_note(match, WM_PLACE_AMBIGUOUS, "note.place_ambiguous");
    for (size_t i = 0; i < count && match->choice_count < WM_PLACE_CHOICES_MAX; i++) {
        uint32_t value = entries[i].value;
        wm_place_choice *choice = &match->choices[match->choice_count++];
        if ((value & LOCALITY_BIT) != 0) {
            wm_place_candidate whole = { value & ~LOCALITY_BIT, WM_PLACE_SHARE_WHOLE };
            *choice = (wm_place_choice){ wm_locality_code(places->tree, whole.locality),
                                         wm_locality_name(places->tree, whole.locality) };
            join_candidates(match, &whole, 1);
        } else {
            const place *at = &places->places[value];
            *choice = (wm_place_choice){ at->id, at->name };
            join_candidates(match, at->shares, at->share_count);
        }
    }
    settle_shares(match);
}

/* ---- reading ---- */

/* Several localities of one name: the one that holds all the others, else WM_LOCALITY_NONE. */
static wm_locality outermost(const wm_locality_tree *tree, const lexicon_entry *entries,
                             size_t count)
{
    for (size_t i = 0; i < count; i++) {
        wm_locality outer = entries[i].value & ~LOCALITY_BIT;
        bool holds_all = true;
        for (size_t k = 0; k < count && holds_all; k++) {
            holds_all = wm_locality_within(tree, entries[k].value & ~LOCALITY_BIT, outer);
        }
        if (holds_all) {
            return outer;
        }
    }
    return WM_LOCALITY_NONE;
}

/* Entries of one key: places first (their values are smaller). False if there are none. */
static bool answer_entries(wm_place_match *match, const wm_places *places, wm_str the_key)
{
    size_t first = 0;
    size_t count = lexicon_find(&places->keys, the_key, &first);
    const lexicon_entry *entries = &places->keys.entries[first];
    size_t place_count = 0;
    while (place_count < count && (entries[place_count].value & LOCALITY_BIT) == 0) {
        place_count++;
    }
    if (count == 0) {
        return false;
    }
    if (place_count == 1) {
        answer_place(match, &places->places[entries[0].value]);
        return true;
    }
    wm_locality outer =
        place_count == 0 ? outermost(places->tree, entries, count) : WM_LOCALITY_NONE;
    if (outer != WM_LOCALITY_NONE) {
        answer_locality(match, places->tree, outer);
    } else {
        answer_choices(match, places, entries, place_count > 0 ? place_count : count);
    }
    return true;
}

static bool answer_code(wm_place_match *match, const wm_places *places, wm_str code)
{
    key exact;
    key_code(&exact, code);
    return answer_entries(match, places, key_str(&exact));
}

/* The known unit postcode of the same sector that stands nearest in the alphabet. */
static bool answer_neighbour(wm_place_match *match, const wm_places *places, wm_str unit)
{
    key exact;
    size_t at = 0;
    key_code(&exact, unit);
    (void)lexicon_find(&places->keys, key_str(&exact), &at);
    wm_str sector = { exact.bytes, exact.len - 2 };
    for (size_t side = 0; side < 2; side++) {
        size_t i = side == 0 ? at : at - 1; /* at 0 wraps and is out of range */
        if (i < places->keys.count && wm_str_starts(places->keys.entries[i].key, sector) &&
            places->keys.entries[i].key.len == exact.len) {
            return answer_entries(match, places, places->keys.entries[i].key);
        }
    }
    return false;
}

/* Jersey, Guernsey, the Isle of Man, Northern Ireland: not part of this health service. */
static bool is_not_covered(const wm_postcode *postcode)
{
    static const char *const areas[] = { "JE", "GY", "IM", "BT" };
    for (size_t i = 0; i < sizeof areas / sizeof areas[0]; i++) {
        if (strncmp(postcode->text, areas[i], 2) == 0) {
            return true;
        }
    }
    return false;
}

static void answer_postcode(wm_place_match *match, const wm_places *places,
                            const wm_postcode *postcode, const wm_postcode *sector)
{
    wm_str text = wm_str_of(postcode->text);
    wm_str outcode = { postcode->text, postcode->outcode_len };
    if (is_not_covered(postcode)) {
        answer_note(match, WM_PLACE_NOT_COVERED, "note.place_not_covered");
        return;
    }
    if (answer_code(match, places, text)) {
        return;
    }
    /* "BA11" is Frome's outcode even if it is not known here: only a sector that is known can be
     * meant instead, never the outcode BA1. */
    if (sector->part != WM_POSTCODE_NONE && answer_code(match, places, wm_str_of(sector->text))) {
        return;
    }
    if (postcode->part == WM_POSTCODE_UNIT) {
        match->fell_back = true;
        if (answer_neighbour(match, places, text)) {
            match->precision = WM_STR("sector");
            match->note = "note.place_fell_back";
            return;
        }
        if (answer_code(match, places, (wm_str){ text.ptr, text.len - 2 })) {
            match->note = "note.place_fell_back";
            return;
        }
    }
    match->fell_back = postcode->part != WM_POSTCODE_OUTCODE;
    if (match->fell_back && answer_code(match, places, outcode)) {
        match->note = "note.place_fell_back";
        return;
    }
    match->fell_back = false;
    answer_note(match, WM_PLACE_UNKNOWN, "note.place_unknown");
}

/* GIR 0AA (a bank), BFPO and BF1 (forces abroad), ZZ99 (none, or not known): codes without a
 * place. */
static bool is_nowhere(wm_str text)
{
    key folded;
    char compacted[5] = "";
    size_t length = 0;
    key_name(&folded, text);
    for (size_t i = 0; i < folded.len && length < 4; i++) {
        if (folded.bytes[i] != ' ') {
            compacted[length++] = folded.bytes[i];
        }
    }
    return strcmp(compacted, "gir0") == 0 || strcmp(compacted, "bfpo") == 0 ||
           strncmp(compacted, "bf1", 3) == 0 || strcmp(compacted, "zz99") == 0;
}

/* Without a register: codes and names of the tree only. */
static void answer_from_tree(wm_place_match *match, const wm_locality_tree *tree, wm_str text)
{
    key wanted;
    key_name(&wanted, text);
    for (size_t i = 0; i < wm_locality_count(tree); i++) {
        key name;
        key code;
        key_name(&name, wm_locality_name(tree, (wm_locality)i));
        key_name(&code, wm_locality_code(tree, (wm_locality)i));
        if (wm_str_equal(key_str(&wanted), key_str(&code)) ||
            wm_str_equal(key_str(&wanted), key_str(&name))) {
            answer_locality(match, tree, (wm_locality)i);
            return;
        }
    }
    answer_note(match, WM_PLACE_UNKNOWN, "note.place_unknown");
}

static wm_str trim(wm_str text)
{
    while (text.len > 0 && (unsigned char)text.ptr[0] <= ' ') {
        text.ptr++;
        text.len--;
    }
    while (text.len > 0 && (unsigned char)text.ptr[text.len - 1] <= ' ') {
        text.len--;
    }
    return text;
}

static void resolve(wm_place_match *match, const wm_places *places, const wm_locality_tree *tree,
                    wm_str text)
{
    wm_postcode sector;
    key name;
    key_name(&name, text);
    if (name.len == 0) {
        answer_note(match, WM_PLACE_EMPTY, NULL);
        return;
    }
    wm_locality at = wm_locality_find(tree, text);
    if (at != WM_LOCALITY_NONE) {
        answer_locality(match, tree, at);
        return;
    }
    if (is_nowhere(text)) {
        answer_note(match, WM_PLACE_NOWHERE, "note.place_nowhere");
        return;
    }
    if (places == NULL) {
        answer_from_tree(match, tree, text);
        return;
    }
    wm_postcode postcode = wm_postcode_read(key_str(&name), &sector);
    if (postcode.part != WM_POSTCODE_NONE) {
        answer_postcode(match, places, &postcode, &sector);
    } else if (!answer_code(match, places, text) &&
               !answer_entries(match, places, key_str(&name))) {
        answer_note(match, WM_PLACE_UNKNOWN, "note.place_unknown");
    }
}

wm_status wm_places_resolve(const wm_places *places, const wm_locality_tree *tree, wm_str text,
                            wm_place_match *match_out, wm_error *err)
{
    if (text.len > WM_PLACE_TEXT_BYTES_MAX) {
        return wm_fail(err, WM_TOO_LARGE, "place: expected at most %d bytes, found %zu",
                       WM_PLACE_TEXT_BYTES_MAX, text.len);
    }
    size_t bad_at = 0;
    if (!wm_utf8_valid(text, &bad_at)) {
        return wm_fail(err, WM_BAD_INPUT, "place: expected UTF-8, found another byte at %zu",
                       bad_at);
    }
    memset(match_out, 0, sizeof *match_out);
    resolve(match_out, places, tree, trim(text));
    return WM_OK;
}

const char *wm_place_outcome_name(wm_place_outcome outcome)
{
    static const char *const names[] = {
        [WM_PLACE_FOUND] = "found",     [WM_PLACE_AMBIGUOUS] = "ambiguous",
        [WM_PLACE_UNKNOWN] = "unknown", [WM_PLACE_NOT_COVERED] = "not_covered",
        [WM_PLACE_NOWHERE] = "nowhere", [WM_PLACE_EMPTY] = "empty",
    };
    size_t index = (size_t)outcome;
    return index < sizeof names / sizeof names[0] ? names[index] : "unknown";
}
