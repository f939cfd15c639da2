/* where.c: the reading of what people type as a place.
 *
 * From the certain to the loose: nothing typed; a locality code; a postcode that is known, and what
 * it falls back to; a code that is no place; a practice; a name; a postcode with a slip in it; a
 * postcode among other words; a name behind a word such as "near"; a name and what it lies in.
 *
 * A unit that the sector does not have is taken to lie where its neighbours in the alphabet do:
 * codes are given out in order, street by street. If the two sides lie in different localities, it
 * may be in either. */
#include <stdlib.h>

#include <waymark/sys/fold.h>
#include <waymark/sys/record.h>

#include "vocab/register.h"
#include "vocab/units.h"

/* One question. What fails sticks, and nothing is found any more. */
typedef struct search {
    wm_places *places; /* NULL: localities only */
    const wm_locality_tree *tree;
    wm_arena *arena;
    wm_place_match *match;
    wm_status status;
    wm_error *err;
} search;

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
          place_compare_candidates);
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
    match->within_m = at->radius_m;
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

/* Entries of places of which none is finer than the others. */
static void answer_choices(wm_place_match *match, const wm_places *places,
                           const lexicon_entry *entries, size_t count)
{
    answer_note(match, WM_PLACE_AMBIGUOUS, "note.place_ambiguous");
    match->is_practice = true;
    for (size_t i = 0; i < count && match->choice_count < WM_PLACE_CHOICES_MAX; i++) {
        uint32_t value = entries[i].value;
        wm_place_choice *choice = &match->choices[match->choice_count++];
        if ((value & LOCALITY_BIT) != 0) {
            wm_place_candidate whole = { value & ~LOCALITY_BIT, WM_PLACE_SHARE_WHOLE };
            *choice = (wm_place_choice){ wm_locality_code(places->tree, whole.locality),
                                         wm_locality_name(places->tree, whole.locality) };
            join_candidates(match, &whole, 1);
            match->is_practice = false;
        } else {
            const place *at = &places->places[value];
            *choice = (wm_place_choice){ at->id, at->name };
            join_candidates(match, at->shares, at->share_count);
            match->is_practice = match->is_practice && wm_str_is(at->kind, "practice");
        }
    }
    settle_shares(match);
}

/* ---- names ---- */

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

/* Towns first, then wards, which are often named after them, practices, and localities. */
static unsigned rank_of(const wm_places *places, uint32_t value)
{
    if ((value & LOCALITY_BIT) != 0) {
        return 3;
    }
    wm_str kind = places->places[value].kind;
    return wm_str_is(kind, "ward") ? 1 : wm_str_is(kind, "practice") ? 2 : 0;
}

/* Entries of one key in order of rank; the count of those that have the first one's. At most
 * WM_PLACE_CHOICES_MAX are told, so no more are kept. */
static size_t best_entries(const wm_places *places, const lexicon_entry *entries, size_t count,
                           lexicon_entry best[WM_PLACE_CHOICES_MAX])
{
    unsigned rank = 4;
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        unsigned its = rank_of(places, entries[i].value);
        kept = its < rank ? 0 : kept;
        rank = its < rank ? its : rank;
        if (its == rank && kept < WM_PLACE_CHOICES_MAX) {
            best[kept++] = entries[i];
        }
    }
    return kept;
}

static bool answer_key(search *s, wm_str key)
{
    if (s->status != WM_OK) {
        return false;
    }
    s->status = place_names(s->places, s->err);
    if (s->status != WM_OK) {
        return false;
    }
    size_t first = 0;
    size_t all = lexicon_find(&s->places->keys, key, &first);
    lexicon_entry best[WM_PLACE_CHOICES_MAX];
    size_t count = best_entries(s->places, &s->places->keys.entries[first], all, best);
    if (count == 0) {
        return false;
    }
    bool is_locality = (best[0].value & LOCALITY_BIT) != 0;
    wm_locality outer = is_locality ? outermost(s->tree, best, count) : WM_LOCALITY_NONE;
    if (outer != WM_LOCALITY_NONE) {
        answer_locality(s->match, s->tree, outer);
    } else if (count == 1) {
        answer_place(s->match, &s->places->places[best[0].value]);
    } else {
        answer_choices(s->match, s->places, best, count);
    }
    return true;
}

/* ---- codes ---- */

/* "practice-" and "l81001": "practice-L81001"; "BA1 1": "BA1-1". There is room. */
static wm_str make_id(const char *prefix, wm_str code, char id[WM_ID_BYTES_MAX + 1])
{
    size_t length = 0;
    while (*prefix != '\0') {
        id[length++] = *prefix++;
    }
    for (size_t i = 0; i < code.len; i++) {
        char c = code.ptr[i];
        if (c >= 'a' && c <= 'z') {
            c = (char)(c - 'a' + 'A');
        } else if (c == ' ') {
            c = '-';
        }
        id[length++] = c;
    }
    return (wm_str){ id, length };
}

static int compare_ids(const void *id, const void *at)
{
    return wm_str_compare(*(const wm_str *)id, ((const place *)at)->id);
}

/* The place of that id; NULL if there is none, or a failure. */
static const place *find_id(search *s, wm_str id)
{
    const wm_places *places = s->places;
    const wm_json *record = NULL;
    if (s->status != WM_OK || (places->source.get == NULL && places->count == 0)) {
        return NULL;
    }
    if (places->source.get == NULL) {
        return bsearch(&id, places->places, places->count, sizeof *places->places, compare_ids);
    }
    s->status = places->source.get(places->source.context, id, s->arena, &record, s->err);
    if (s->status == WM_NOT_FOUND) {
        s->status = WM_OK;
        return NULL;
    }
    place *at = s->status == WM_OK ? wm_arena_alloc(s->arena, sizeof *at) : NULL;
    if (s->status == WM_OK) {
        s->status =
            at != NULL ? place_read(s->arena, s->tree, record, at, s->err) : wm_fail_memory(s->err);
    }
    return s->status == WM_OK ? at : NULL;
}

/* The place of a code; NULL if there is none, or a failure. prefix: of its id in the source. */
static const place *find_code(search *s, const char *prefix, wm_str code)
{
    char id[WM_ID_BYTES_MAX + 1];
    if (s->status != WM_OK || code.len + strlen(prefix) >= sizeof id) {
        return NULL;
    }
    if (s->places->source.get == NULL) {
        place_key key;
        size_t first = 0;
        place_key_code(&key, code);
        size_t count = lexicon_find(&s->places->keys, place_key_str(&key), &first);
        const lexicon_entry *entry = &s->places->keys.entries[first];
        return count > 0 && (entry->value & LOCALITY_BIT) == 0 ? &s->places->places[entry->value]
                                                               : NULL;
    }
    return find_id(s, make_id(prefix, code, id));
}

static bool answer_code(search *s, wm_str code)
{
    const place *at = find_code(s, "", code);
    if (at != NULL) {
        answer_place(s->match, at);
    }
    return at != NULL;
}

static bool answer_practice(search *s, wm_str text)
{
    const place *at = wm_id_valid(text) ? find_code(s, "practice-", text) : NULL;
    if (at != NULL) {
        answer_place(s->match, at);
    }
    return at != NULL;
}

/* What a list of choices or suggestions calls it: "town-newport-2". */
static bool answer_id(search *s, wm_str text)
{
    const place *at = wm_id_valid(text) ? find_id(s, text) : NULL;
    if (at != NULL) {
        answer_place(s->match, at);
    }
    return at != NULL;
}

/* ---- units ---- */

typedef struct sector_units {
    wm_unit units[WM_UNIT_CELLS];
    size_t count;
} sector_units;

/* The units of the sector that the postcode lies in; NULL if there are none. What is damaged is as
 * good as not there: the outcode is known. */
static const sector_units *find_units(search *s, const place *outcode, const wm_postcode *postcode)
{
    char digit = postcode->text[postcode->outcode_len + 1];
    wm_str text = outcode->units != NULL ? outcode->units[digit - '0'] : (wm_str){ NULL, 0 };
    if (text.len == 0) {
        return NULL;
    }
    sector_units *found = wm_arena_alloc(s->arena, sizeof *found);
    if (found == NULL) {
        s->status = wm_fail_memory(s->err);
        return NULL;
    }
    wm_units_origin origin = { outcode->lat, outcode->lon };
    if (wm_units_decode(text, origin, found->units, &found->count, NULL) != WM_OK) {
        return NULL;
    }
    for (size_t i = 0; i < found->count; i++) {
        if (found->units[i].locality >= outcode->share_count) {
            return NULL;
        }
    }
    return found;
}

static int compare_distances(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a;
    int64_t right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

/* The middle of all units, and how far from it 19 of 20 are. */
static void answer_middle(wm_place_match *match, const sector_units *sector)
{
    int64_t lat = 0;
    int64_t lon = 0;
    int64_t distances[WM_UNIT_CELLS];
    if (sector->count == 0) {
        return;
    }
    for (size_t i = 0; i < sector->count; i++) {
        lat += sector->units[i].lat;
        lon += sector->units[i].lon;
    }
    match->has_position = true;
    match->lat = (int32_t)(lat / (int64_t)sector->count);
    match->lon = (int32_t)(lon / (int64_t)sector->count);
    for (size_t i = 0; i < sector->count; i++) {
        distances[i] =
            wm_place_distance_m(match->lat, match->lon, sector->units[i].lat, sector->units[i].lon);
    }
    qsort(distances, sector->count, sizeof distances[0], compare_distances);
    match->within_m = (uint32_t)distances[(sector->count - 1) * 19 / 20] + WM_UNIT_RADIUS_M;
}

static bool answer_text(search *s, const char *precision, wm_str name)
{
    s->match->outcome = WM_PLACE_FOUND;
    s->match->precision = wm_str_of(precision);
    s->match->name = wm_arena_copy(s->arena, name);
    if (s->match->name.ptr == NULL) {
        s->status = wm_fail_memory(s->err);
    }
    return s->status == WM_OK;
}

static bool answer_sector(search *s, const place *outcode, const sector_units *sector, wm_str name)
{
    for (size_t i = 0; i < sector->count; i++) {
        wm_place_candidate one = { outcode->in_order[sector->units[i].locality], 1 };
        join_candidates(s->match, &one, 1);
    }
    settle_shares(s->match);
    answer_middle(s->match, sector);
    return answer_text(s, "sector", name);
}

/* Of those on both sides the nearer one says where; both say in which locality. */
static bool answer_beside(search *s, const place *outcode, const sector_units *sector, size_t at,
                          const wm_postcode *postcode)
{
    uint16_t cell = wm_unit_cell(postcode->text + postcode->outcode_len + 2);
    const wm_unit *before = at > 0 ? &sector->units[at - 1] : NULL;
    const wm_unit *behind = at < sector->count ? &sector->units[at] : NULL;
    bool is_before =
        behind == NULL || (before != NULL && cell - before->cell <= behind->cell - cell);
    const wm_unit *nearer = &sector->units[is_before ? at - 1 : at];
    answer_middle(s->match, sector);
    s->match->lat = nearer->lat;
    s->match->lon = nearer->lon;
    s->match->fell_back = true;
    s->match->note = "note.place_fell_back";
    if (before != NULL) {
        wm_place_candidate one = { outcode->in_order[before->locality], 1 };
        join_candidates(s->match, &one, 1);
    }
    if (behind != NULL) {
        wm_place_candidate one = { outcode->in_order[behind->locality], 1 };
        join_candidates(s->match, &one, 1);
    }
    settle_shares(s->match);
    return answer_text(s, "sector", (wm_str){ postcode->text, postcode->outcode_len + 2u });
}

static bool answer_unit(search *s, const place *outcode, const sector_units *sector,
                        const wm_postcode *postcode)
{
    uint16_t cell = wm_unit_cell(postcode->text + postcode->outcode_len + 2);
    size_t at = 0;
    while (at < sector->count && sector->units[at].cell < cell) {
        at++;
    }
    if (at == sector->count || sector->units[at].cell != cell) {
        return answer_beside(s, outcode, sector, at, postcode);
    }
    const wm_unit *unit = &sector->units[at];
    if (unit->is_rough) { /* as uncertain as the sector is large */
        answer_middle(s->match, sector);
    } else {
        s->match->within_m = WM_UNIT_RADIUS_M;
    }
    s->match->has_position = true;
    s->match->lat = unit->lat;
    s->match->lon = unit->lon;
    s->match->candidates[0] =
        (wm_place_candidate){ outcode->in_order[unit->locality], WM_PLACE_SHARE_WHOLE };
    s->match->candidate_count = 1;
    return answer_text(s, "postcode", wm_str_of(postcode->text));
}

/* ---- postcodes ---- */

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

/* The same, by postcode or by name, where nothing of that name is known here. */
static bool is_elsewhere(wm_str folded)
{
    static const char *const names[] = { "jersey",          "guernsey",
                                         "alderney",        "sark",
                                         "channel islands", "isle of man",
                                         "northern ireland" };
    wm_postcode postcode = wm_postcode_read(folded);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (wm_str_is(folded, names[i])) {
            return true;
        }
    }
    return postcode.part != WM_POSTCODE_NONE && is_not_covered(&postcode);
}

static bool answer_fallen(search *s, const place *at)
{
    if (at == NULL) {
        return false;
    }
    answer_place(s->match, at);
    s->match->fell_back = true;
    s->match->note = "note.place_fell_back";
    return true;
}

/* From the finest that is known to the outcode; false if not even that is. */
static bool answer_within(search *s, const wm_postcode *postcode)
{
    wm_str text = wm_str_of(postcode->text);
    wm_str sector = { text.ptr, postcode->outcode_len + 2u };
    bool is_unit = postcode->part == WM_POSTCODE_UNIT;
    const place *outcode = find_code(s, "", (wm_str){ text.ptr, postcode->outcode_len });
    const sector_units *units = outcode != NULL ? find_units(s, outcode, postcode) : NULL;
    if (units != NULL) {
        return is_unit ? answer_unit(s, outcode, units, postcode)
                       : answer_sector(s, outcode, units, sector);
    }
    if (answer_code(s, text)) { /* a record of its own */
        return true;
    }
    return (is_unit && answer_fallen(s, find_code(s, "", sector))) || answer_fallen(s, outcode);
}

static bool answer_postcode(search *s, const wm_postcode *postcode)
{
    if (is_not_covered(postcode)) {
        answer_note(s->match, WM_PLACE_NOT_COVERED, "note.place_not_covered");
        return true;
    }
    if (postcode->part != WM_POSTCODE_OUTCODE) {
        bool found = answer_within(s, postcode);
        if (found && postcode->is_cut) {
            s->match->fell_back = true;
            s->match->note = "note.place_fell_back";
        }
        return found;
    }
    return answer_code(s, wm_str_of(postcode->text));
}

/* GIR 0AA (a bank), BFPO and BF1 (forces abroad), ZZ99 (none, or not known), and what the post
 * keeps for large users without a place (BS98, BX, XX): codes without a place, unless the register
 * has one. */
static bool is_nowhere(wm_str folded)
{
    static const char *const starts[] = { "gir0", "giroaa", "bfpo", "bf1", "zz99", "bs98" };
    char compacted[8] = "";
    size_t length = 0;
    for (size_t i = 0; i < folded.len && length < sizeof compacted - 1; i++) {
        if (folded.ptr[i] != ' ') {
            compacted[length++] = folded.ptr[i];
        }
    }
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        if (strncmp(compacted, starts[i], strlen(starts[i])) == 0) {
            return true;
        }
    }
    bool is_kept = strncmp(compacted, "bx", 2) == 0 || strncmp(compacted, "xx", 2) == 0;
    return is_kept && compacted[2] >= '0' && compacted[2] <= '9';
}

/* Without a register: codes and names of the tree only. */
static bool answer_from_tree(search *s, wm_str wanted)
{
    for (size_t i = 0; i < wm_locality_count(s->tree); i++) {
        place_key name;
        place_key code;
        place_key_name(&name, wm_locality_name(s->tree, (wm_locality)i));
        place_key_name(&code, wm_locality_code(s->tree, (wm_locality)i));
        if (wm_str_equal(wanted, place_key_str(&code)) ||
            wm_str_equal(wanted, place_key_str(&name))) {
            answer_locality(s->match, s->tree, (wm_locality)i);
            return true;
        }
    }
    return false;
}

static bool answer_repaired(search *s, wm_str folded)
{
    wm_postcode postcode = wm_postcode_repair(folded);
    if (postcode.part == WM_POSTCODE_NONE || !answer_postcode(s, &postcode)) {
        return false;
    }
    s->match->is_repaired = true;
    return true;
}

/* "12 high street bath ba1 1aa": a unit of one word or two. The last one first: that is where it
 * stands in an address, and "block b1, 2nd floor" has what looks like another. */
static bool answer_among_words(search *s, wm_str folded)
{
    wm_postcode units[KEY_BYTES_MAX / 2 + 1];
    size_t count = 0;
    for (size_t from = 0; from < folded.len;) {
        size_t next = folded.len;
        size_t to = from;
        wm_postcode postcode = { .part = WM_POSTCODE_NONE };
        for (int words = 0; words < 2 && to < folded.len; words++) {
            to += to > from ? 1 : 0;
            while (to < folded.len && folded.ptr[to] != ' ') {
                to++;
            }
            next = words == 0 ? to + 1 : next;
            if (postcode.part != WM_POSTCODE_UNIT) {
                postcode = wm_postcode_read((wm_str){ folded.ptr + from, to - from });
            }
        }
        if (postcode.part == WM_POSTCODE_UNIT) {
            units[count++] = postcode;
        }
        from = next;
    }
    bool found = false;
    while (count > 0 && !found) {
        found = answer_postcode(s, &units[--count]);
    }
    return found;
}

static bool answer_from_register(search *s, wm_str text, wm_str folded)
{
    wm_postcode postcode = wm_postcode_read(folded);
    if (postcode.part != WM_POSTCODE_NONE && answer_postcode(s, &postcode)) {
        return true;
    }
    if (is_nowhere(folded)) {
        answer_note(s->match, WM_PLACE_NOWHERE, "note.place_nowhere");
        return true;
    }
    if (answer_practice(s, text)) {
        return true;
    }
    place_key code;
    place_key_code(&code, text);
    return answer_key(s, place_key_str(&code)) || answer_key(s, folded) || answer_id(s, text) ||
           answer_repaired(s, folded) || answer_among_words(s, folded);
}

/* A text that is one place. */
static void resolve_one(search *s, wm_str text)
{
    *s->match = (wm_place_match){ .outcome = WM_PLACE_UNKNOWN };
    place_key name;
    place_key_name(&name, text);
    wm_str folded = place_key_str(&name);
    if (folded.len == 0) {
        answer_note(s->match, WM_PLACE_EMPTY, NULL);
        return;
    }
    wm_locality at = wm_locality_find(s->tree, text);
    if (at != WM_LOCALITY_NONE) {
        answer_locality(s->match, s->tree, at);
        return;
    }
    bool is_found = false;
    if (s->places != NULL) {
        is_found = answer_from_register(s, text, folded);
    } else if (is_nowhere(folded)) {
        answer_note(s->match, WM_PLACE_NOWHERE, "note.place_nowhere");
        is_found = true;
    } else {
        is_found = answer_from_tree(s, folded);
    }
    if (!is_found && is_elsewhere(folded)) {
        answer_note(s->match, WM_PLACE_NOT_COVERED, "note.place_not_covered");
    } else if (!is_found) {
        answer_note(s->match, WM_PLACE_UNKNOWN, "note.place_unknown");
    }
}

/* ---- a name, and what it lies in ---- */

/* "near Swindon": for all that is known here, Swindon. */
static void resolve_near(search *s, wm_str text)
{
    static const char *const leads[] = { "near ", "nr ", "in ", "around ", "outside " };
    resolve_one(s, text);
    place_key name;
    place_key_name(&name, text);
    wm_str words = place_key_str(&name);
    for (size_t i = 0; i < sizeof leads / sizeof leads[0]; i++) {
        size_t length = strlen(leads[i]);
        if (s->match->outcome == WM_PLACE_UNKNOWN && wm_str_starts(words, wm_str_of(leads[i]))) {
            resolve_one(s, (wm_str){ words.ptr + length, words.len - length });
        }
    }
}

/* Beside the search's own match; its failure is the search's. */
static wm_place_match resolve_part(search *s, wm_str text)
{
    wm_place_match match = { .outcome = WM_PLACE_UNKNOWN };
    search part = *s;
    part.match = &match;
    if (s->status == WM_OK) {
        resolve_near(&part, text);
        s->status = part.status;
    }
    return match;
}

static bool lies_in(const search *s, wm_locality inner, const wm_place_match *wider)
{
    bool within = false;
    for (size_t i = 0; i < wider->candidate_count && !within; i++) {
        within = wm_locality_within(s->tree, inner, wider->candidates[i].locality);
    }
    return within;
}

/* Leaves the candidates that lie in the wider place. False: none does. */
static bool narrow(const search *s, wm_place_match *match, const wm_place_match *wider)
{
    size_t kept = 0;
    for (size_t i = 0; i < match->candidate_count; i++) {
        if (lies_in(s, match->candidates[i].locality, wider)) {
            match->candidates[kept++] = match->candidates[i];
        }
    }
    match->candidate_count = kept;
    settle_shares(match);
    return kept > 0;
}

/* Of places of one name those that lie in the wider place; if that is one, it is meant. */
static void choose(search *s, wm_place_match *match, const wm_place_match *wider)
{
    wm_place_match only = *match;
    size_t kept = 0;
    for (size_t i = 0; i < match->choice_count; i++) {
        wm_place_match one = resolve_part(s, match->choices[i].id);
        if (one.outcome == WM_PLACE_FOUND && narrow(s, &one, wider)) {
            only = one;
            match->choices[kept++] = match->choices[i];
        }
    }
    match->choice_count = kept;
    *match = kept == 1 ? only : *match;
}

/* "Flat 2, 1 High Street, Trowbridge, Wiltshire": the finest that is known, if the last part is,
 * and every other that is known lies in what comes behind it. A wider place that is not known may
 * be anywhere: "Springfield, Kent" is not the Springfield that is known here. */
static void resolve_parts(search *s, wm_str text)
{
    wm_place_match best = { .outcome = WM_PLACE_UNKNOWN };
    while (text.len > 0 && s->status == WM_OK) {
        size_t from = text.len;
        while (from > 0 && text.ptr[from - 1] != ',') {
            from--;
        }
        wm_place_match part =
            resolve_part(s, wm_str_trim((wm_str){ text.ptr + from, text.len - from }));
        text.len = from > 0 ? from - 1 : 0;
        bool known = part.outcome == WM_PLACE_FOUND || part.outcome == WM_PLACE_AMBIGUOUS;
        bool has_wider = best.outcome != WM_PLACE_UNKNOWN;
        if (part.outcome == WM_PLACE_EMPTY || (!known && has_wider)) {
            continue;
        }
        if (!known) {
            *s->match = part;
            return;
        }
        if (has_wider && !narrow(s, &part, &best)) {
            return;
        }
        if (has_wider && part.outcome == WM_PLACE_AMBIGUOUS) {
            choose(s, &part, &best);
        }
        best = part;
    }
    if (s->status == WM_OK && best.outcome != WM_PLACE_UNKNOWN) {
        *s->match = best;
    }
}

static void resolve(search *s, wm_str text)
{
    resolve_near(s, text);
    if (s->match->outcome == WM_PLACE_UNKNOWN && text.len > 0 &&
        memchr(text.ptr, ',', text.len) != NULL) {
        resolve_parts(s, text);
    }
}

wm_status wm_places_resolve(wm_places *places, const wm_locality_tree *tree, wm_str text,
                            wm_arena *arena, wm_place_match *match_out, wm_error *err)
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
    wm_place_match match = { .outcome = WM_PLACE_UNKNOWN };
    search s = { places, tree, arena, &match, WM_OK, err };
    resolve(&s, wm_str_trim(text));
    if (s.status == WM_OK) {
        *match_out = match;
    }
    return s.status;
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
