/* suggest.c: needs, services and places that begin with what was typed.
 *
 * It answers every key that is pressed, so each step has a bound: needs are one pass over the tree
 * of phrases; names of services are looked at one by one only where at most ENTRIES_MAX may be
 * meant, and are else left until more is typed; localities are one pass.
 *
 * A crisis comes first, and the emergency lines stand in every answer. Where nothing begins so,
 * slips are looked for, as in a question. With a place, the services for it come before the others:
 * by the areas that they cover, as in a question, never by where they are. */
#include "ask/suggest.h"

#include "ask/emergency.h"
#include "ask/names.h"
#include "ask/texts.h"
#include "ask/weigh.h"
#include "model/face.h"
#include "store/candidates.h"
#include "store/names.h"
#include "vocab/complete.h"
#include "vocab/name_words.h"
#include "vocab/register.h"

#define ENTRIES_MAX 128
#define BEGINNINGS_MAX 256 /* words that begin so */
#define TYPED_MAX 8        /* telling words */
#define LETTERS_LEAST 2
#define SLIP_LETTERS_LEAST 4

typedef enum item_kind { ITEM_NEED, ITEM_SERVICE, ITEM_PLACE } item_kind;

typedef struct item {
    item_kind kind;
    uint8_t
        rank; /* 0 crisis, 1 begins so, 2 is inside; of services with a place: 1 for it, 2 not */
    wm_str id;
    wm_str name;     /* label, name */
    wm_str words;    /* that led there; kind of place */
    wm_str language; /* of the words, if it is not English */
    wm_service_status status;
    bool is_crisis;
    bool unreviewed;
} item;

typedef struct suggesting {
    wm_asker *asker;
    wm_str text;
    uint32_t limit;
    wm_place_match place; /* no candidates: not known */
    wm_date today;
    bool has_today;
    int64_t number; /* of the release in view */
    item items[3 * WM_SUGGEST_LIMIT_MAX];
    size_t count;
    wm_arena *arena;
    wm_error *err;
} suggesting;

/* ---- the request ---- */

typedef struct texts_asked {
    wm_str lang;
    wm_str at;
} texts_asked;

static wm_status read_request(suggesting *s, wm_str request, texts_asked *asked)
{
    const wm_json *value = NULL;
    wm_status status = wm_json_parse(s->arena, request, WM_QUERY_BYTES_MAX, &value, s->err);
    if (status == WM_OK && !wm_json_is(value, WM_JSON_OBJECT)) {
        return wm_fail(s->err, WM_BAD_INPUT, "request: expected an object, found %s",
                       wm_json_type_name(value->type));
    }
    for (uint32_t i = 0; status == WM_OK && i < value->count; i++) {
        const wm_json_member *member = &value->as.members[i];
        bool is_text = wm_str_is(member->name, "text") || wm_str_is(member->name, "lang") ||
                       wm_str_is(member->name, "at");
        bool is_limit = wm_str_is(member->name, "limit");
        if (!(is_text && member->value.type == WM_JSON_STRING) &&
            !(is_limit && member->value.type == WM_JSON_INTEGER)) {
            return wm_fail(s->err, WM_BAD_INPUT,
                           "%.*s: expected text, at and lang (texts) and limit (a number) only",
                           WM_STR_ARG(member->name));
        }
    }
    if (status != WM_OK) {
        return status;
    }
    int64_t limit = wm_json_integer(wm_json_get(value, "limit"), WM_SUGGEST_LIMIT_DEFAULT);
    s->text = wm_json_string(wm_json_get(value, "text"));
    asked->lang = wm_json_string(wm_json_get(value, "lang"));
    asked->at = wm_json_string(wm_json_get(value, "at"));
    if (limit < 1 || limit > WM_SUGGEST_LIMIT_MAX) {
        return wm_fail(s->err, WM_BAD_INPUT, "limit: expected 1 to %d, found %lld",
                       WM_SUGGEST_LIMIT_MAX, (long long)limit);
    }
    s->limit = (uint32_t)limit;
    return s->text.len <= WM_QUERY_TEXT_BYTES_MAX
               ? WM_OK
               : wm_fail(s->err, WM_TOO_LARGE, "text: expected at most %d bytes, found %zu",
                         WM_QUERY_TEXT_BYTES_MAX, s->text.len);
}

/* One that is not known puts nothing first. */
static wm_status find_place(suggesting *s, wm_str at)
{
    s->place.candidate_count = 0;
    if (at.len == 0) {
        return WM_OK;
    }
    wm_status status = wm_asker_places(s->asker, s->err);
    if (status == WM_OK) {
        status =
            wm_places_resolve(s->asker->places, s->asker->tree, at, s->arena, &s->place, s->err);
    }
    if (status != WM_OK) {
        wm_error_context(s->err, "at");
    }
    return status;
}

static bool has_place(const suggesting *s)
{
    return s->place.candidate_count > 0;
}

/* It covers a locality of the place, or one inside or around it. */
static bool is_for_place(const suggesting *s, const wm_summary *summary)
{
    const wm_asker *asker = s->asker;
    for (uint32_t i = 0; i < summary->areas.count; i++) {
        wm_locality area = wm_area_map_find(asker->areas, wm_symbol_list_at(summary->areas, i));
        for (size_t k = 0; area != WM_LOCALITY_NONE && k < s->place.candidate_count; k++) {
            wm_locality in = s->place.candidates[k].locality;
            if (wm_locality_within(asker->tree, in, area) ||
                wm_locality_within(asker->tree, area, in)) {
                return true;
            }
        }
    }
    return false;
}

static bool put_item(suggesting *s, const item *it)
{
    for (size_t i = 0; i < s->count; i++) {
        if (s->items[i].kind == it->kind && wm_str_equal(s->items[i].id, it->id)) {
            return false;
        }
    }
    if (s->count == sizeof s->items / sizeof s->items[0]) {
        return false;
    }
    s->items[s->count++] = *it;
    return true;
}

/* ---- needs ---- */

static wm_status suggest_completions(suggesting *s)
{
    need_completion found[WM_SUGGEST_LIMIT_MAX];
    const wm_needs *needs = s->asker->needs;
    size_t count = 0;
    wm_status status = needs_complete(needs, s->text, s->arena, found, s->limit, &count, s->err);
    for (size_t i = 0; i < count && status == WM_OK; i++) {
        const need_completion *it = &found[i];
        (void)put_item(s, &(item){ .kind = ITEM_NEED,
                                   .rank = it->is_urgent                     ? 0
                                           : it->is_inside || it->unreviewed ? 2
                                                                             : 1,
                                   .id = wm_needs_id(needs, it->need),
                                   .name = wm_needs_label(needs, it->need),
                                   .words = it->words,
                                   .language = it->language,
                                   .is_crisis = it->is_crisis,
                                   .unreviewed = it->unreviewed });
    }
    return status;
}

/* What has been typed names a need already, or nearly: slips, words in the midst of others. A
 * crisis is told whatever else begins so. */
static wm_status suggest_matches(suggesting *s)
{
    wm_need_match matches[WM_NEED_MATCHES_MAX];
    const wm_needs *needs = s->asker->needs;
    wm_need crisis = wm_needs_find(needs, WM_STR("crisis"));
    size_t count = 0;
    wm_status status = wm_needs_match(needs, s->text, matches, WM_NEED_MATCHES_MAX, &count, s->err);
    for (size_t i = 0; i < count && status == WM_OK; i++) {
        const wm_need_match *match = &matches[i];
        bool unreviewed = match->how == WM_NEED_HOW_UNREVIEWED;
        bool is_crisis = crisis != WM_NEED_NONE && wm_needs_within(needs, match->need, crisis);
        (void)put_item(s, &(item){ .kind = ITEM_NEED,
                                   .rank = is_crisis && !unreviewed ? 0
                                           : unreviewed             ? 2
                                                                    : 1,
                                   .id = wm_needs_id(needs, match->need),
                                   .name = wm_needs_label(needs, match->need),
                                   .words = { s->text.ptr + match->start, match->length },
                                   .language = match->language,
                                   .is_crisis = is_crisis,
                                   .unreviewed = unreviewed });
    }
    return status;
}

/* ---- services ---- */

/* What was typed, as words of names: all but the last are whole. */
typedef struct typed_name {
    word_text text;
    wm_str words[TYPED_MAX];
    size_t count;
    bool is_open; /* the last may go on */
} typed_name;

static void read_name(wm_str text, typed_name *out)
{
    name_read(text, &out->text);
    for (size_t i = 0; i < out->text.count && out->count < TYPED_MAX; i++) {
        const text_word *word = &out->text.words[i];
        bool is_open = i + 1 == out->text.count && words_is_open(text, word);
        bool is_link = name_class_of(word->text) == NAME_LINK;
        if (!is_link || (is_open && out->count == 0)) {
            out->words[out->count++] = word->text;
            out->is_open = is_open;
        }
    }
}

/* A list of revisions, none if they are too many to look at. */
typedef struct leads {
    int64_t revisions[ENTRIES_MAX + 1];
    size_t count;
} leads;

static wm_status whole_word(const suggesting *s, wm_str word, leads *out)
{
    wm_name_word found = { .names = 0 };
    wm_status status = wm_names_word(s->asker->store, word, &found, s->err);
    out->count = 0;
    if (status == WM_NOT_FOUND || (status == WM_OK && found.names > ENTRIES_MAX)) {
        out->count = status == WM_OK ? ENTRIES_MAX + 1 : 0;
        return WM_OK;
    }
    return status == WM_OK ? wm_names_postings(s->asker->store, found.number, out->revisions,
                                               ENTRIES_MAX, &out->count, s->err)
                           : status;
}

static wm_status beginnings(const suggesting *s, wm_str beginning, leads *out)
{
    wm_name_word words[BEGINNINGS_MAX];
    size_t count = 0;
    int64_t names = 0;
    wm_status status =
        wm_names_starting(s->asker->store, beginning, words, BEGINNINGS_MAX, &count, s->err);
    for (size_t i = 0; i < count && count <= BEGINNINGS_MAX; i++) {
        names += words[i].names;
    }
    out->count = 0;
    if (status != WM_OK || count > BEGINNINGS_MAX || names > ENTRIES_MAX) {
        out->count = ENTRIES_MAX + 1;
        return status;
    }
    for (size_t i = 0; i < count && status == WM_OK; i++) {
        size_t more = 0;
        status = wm_names_postings(s->asker->store, words[i].number, out->revisions + out->count,
                                   ENTRIES_MAX - out->count, &more, s->err);
        out->count += more;
    }
    return status;
}

/* Of the words, the one that leads to the fewest names. */
static wm_status find_leads(const suggesting *s, const typed_name *typed, leads *best)
{
    wm_status status = WM_OK;
    leads found;
    best->count = ENTRIES_MAX + 1;
    for (size_t i = 0; i < typed->count && status == WM_OK; i++) {
        bool is_open = typed->is_open && i + 1 == typed->count;
        if (is_open && typed->words[i].len < LETTERS_LEAST) {
            continue;
        }
        status = is_open ? beginnings(s, typed->words[i], &found)
                         : whole_word(s, typed->words[i], &found);
        if (status == WM_OK && found.count < best->count) {
            *best = found;
        }
    }
    best->count = best->count > ENTRIES_MAX ? 0 : best->count;
    return status;
}

static wm_str take(wm_str *text, char end)
{
    const char *at = text->len > 0 ? memchr(text->ptr, end, text->len) : NULL;
    wm_str taken = { text->ptr, at != NULL ? (size_t)(at - text->ptr) : text->len };
    size_t passed = taken.len + (at != NULL ? 1 : 0);
    *text = (wm_str){ text->ptr + passed, text->len - passed };
    return taken;
}

/* Where it stands in the line, from 1; 0: not there. */
static size_t place_in(wm_str line, wm_str word, bool is_open)
{
    for (size_t at = 1; line.len > 0; at++) {
        wm_str next = take(&line, ' ');
        if (is_open ? wm_str_starts(next, word) : wm_str_equal(next, word)) {
            return at;
        }
    }
    return 0;
}

/* 1: a name begins with the first word, 2: all are inside, 0: not all are there. */
static uint8_t rank_of(const typed_name *typed, wm_str lines)
{
    uint8_t best = 0;
    while (lines.len > 0) {
        wm_str line = take(&lines, '\n');
        size_t first = 0;
        size_t there = 0;
        for (size_t i = 0; i < typed->count; i++) {
            size_t at = place_in(line, typed->words[i], typed->is_open && i + 1 == typed->count);
            first = i == 0 ? at : first;
            there += at > 0 ? 1 : 0;
        }
        uint8_t rank = there < typed->count ? 0 : first == 1 ? 1 : 2;
        best = rank != 0 && (best == 0 || rank < best) ? rank : best;
    }
    return best;
}

typedef struct found_name {
    int64_t revision;
    wm_kind kind;
    uint8_t rank;
    bool is_near; /* a service for the place */
    wm_str id;
    wm_str line; /* the name, folded: what it is sorted by */
} found_name;

/* Beside those that are shown, those that do not stand in the view any more. */
#define NAMES_MAX ((size_t)2 * WM_SUGGEST_LIMIT_MAX)

typedef struct name_list {
    found_name items[NAMES_MAX];
    size_t count;
    size_t capacity;
} name_list;

static int compare_names(const found_name *a, const found_name *b)
{
    int order = (int)b->is_near - (int)a->is_near;
    order = order != 0 ? order : (int)a->rank - (int)b->rank;
    order = order != 0 ? order : wm_str_compare(a->line, b->line);
    return order != 0 ? order : wm_str_compare(a->id, b->id);
}

/* Keeps the best; copies what stays. */
static wm_status keep_name(const suggesting *s, name_list *list, const found_name *found)
{
    size_t at = list->count;
    while (at > 0 && compare_names(found, &list->items[at - 1]) < 0) {
        at--;
    }
    bool again = at > 0 && list->items[at - 1].revision == found->revision;
    if (at == list->capacity || again) {
        return WM_OK;
    }
    found_name copy = *found;
    copy.id = wm_arena_copy(s->arena, found->id);
    copy.line = wm_arena_copy(s->arena, found->line);
    if (copy.id.ptr == NULL || copy.line.ptr == NULL) {
        return wm_fail_memory(s->err);
    }
    size_t kept = list->count < list->capacity ? list->count : list->capacity - 1;
    memmove(&list->items[at + 1], &list->items[at], (kept - at) * sizeof copy);
    list->items[at] = copy;
    list->count = kept + 1;
    return WM_OK;
}

/* Of a service; it borrows from `bytes`. */
static wm_status read_summary(const suggesting *s, int64_t revision, wm_buf *bytes,
                              wm_summary *summary_out)
{
    wm_str features;
    wm_str program;
    wm_buf_reset(bytes);
    wm_status status =
        wm_store_service_row(s->asker->store, revision, bytes, &features, &program, s->err);
    return status == WM_OK ? wm_summary_decode(features, summary_out, s->err) : status;
}

/* False of what is no service. */
static wm_status find_near(const suggesting *s, int64_t revision, wm_buf *bytes, bool *near_out)
{
    wm_summary summary;
    *near_out = false;
    if (!has_place(s)) {
        return WM_OK;
    }
    wm_status status = read_summary(s, revision, bytes, &summary);
    *near_out = status == WM_OK && is_for_place(s, &summary);
    return status == WM_NOT_FOUND ? WM_OK : status;
}

static wm_status put_service(suggesting *s, int64_t revision, uint8_t rank, wm_buf *bytes)
{
    wm_face face;
    wm_summary summary;
    size_t face_bytes = 0;
    item it = { .kind = ITEM_SERVICE, .rank = rank };
    wm_status status = read_summary(s, revision, bytes, &summary);
    if (status == WM_OK) {
        it.status = s->has_today ? wm_status_on(&summary, s->today) : summary.status;
        it.rank = !has_place(s) ? rank : is_for_place(s, &summary) ? 1 : 2;
    }
    wm_buf_reset(bytes);
    if (status == WM_OK) {
        status = wm_store_shown(s->asker->store, revision, bytes, &face_bytes, s->err);
    }
    if (status == WM_OK) {
        status = wm_face_decode((wm_str){ bytes->data, face_bytes }, &face, s->err);
    }
    if (status == WM_OK) {
        it.id = wm_arena_copy(s->arena, face.id);
        it.name = wm_arena_copy(s->arena, face.words.name);
        status = it.id.ptr == NULL || it.name.ptr == NULL ? wm_fail_memory(s->err) : WM_OK;
    }
    if (status == WM_OK) {
        (void)put_item(s, &it);
    }
    return status;
}

static bool has_enough(const suggesting *s)
{
    size_t services = 0;
    for (size_t i = 0; i < s->count; i++) {
        services += s->items[i].kind == ITEM_SERVICE ? 1 : 0;
    }
    return services >= s->limit;
}

/* The services of an organization whose name begins so, if they are few. */
static wm_status put_services_of(suggesting *s, const found_name *organization, wm_buf *bytes)
{
    int64_t revisions[WM_SUGGEST_LIMIT_MAX];
    name_list list = { .capacity = s->limit };
    size_t count = 0;
    wm_status status =
        wm_names_postings(s->asker->store, wm_names_of_organization(organization->id), revisions,
                          WM_SUGGEST_LIMIT_MAX, &count, s->err);
    for (size_t i = 0; i < count && status == WM_OK && count <= s->limit; i++) {
        wm_name_entry entry;
        wm_buf_reset(bytes);
        status = wm_names_entry(s->asker->store, s->number, revisions[i], bytes, &entry, s->err);
        if (status == WM_OK) {
            found_name found = { revisions[i], entry.kind, 2, false, entry.id, entry.lines };
            status = keep_name(s, &list, &found);
        }
        status = status == WM_NOT_FOUND ? WM_OK : status;
    }
    for (size_t i = 0; i < list.count && status == WM_OK; i++) {
        status = put_service(s, list.items[i].revision, 2, bytes);
    }
    return status;
}

static bool names_place(const suggesting *s, wm_str name)
{
    for (size_t i = 0; i < s->count; i++) {
        if (s->items[i].kind == ITEM_PLACE && wm_str_equal(s->items[i].name, name)) {
            return true;
        }
    }
    return false;
}

static wm_status put_place(suggesting *s, const found_name *found)
{
    const wm_json *record = NULL;
    wm_status status = wm_store_get_json(s->asker->store, s->asker->view, WM_KIND_PLACE, found->id,
                                         s->arena, &record, s->err);
    item it = { .kind = ITEM_PLACE,
                .rank = found->rank,
                .id = found->id,
                .name = wm_json_string(wm_json_get(record, "name")),
                .words = wm_json_string(wm_json_get(record, "kind")) };
    if (status == WM_OK && !names_place(s, it.name)) {
        (void)put_item(s, &it);
    }
    return status;
}

static wm_status put_found(suggesting *s, const name_list *list, wm_buf *bytes)
{
    wm_status status = WM_OK;
    for (size_t i = 0; i < list->count && status == WM_OK; i++) {
        const found_name *found = &list->items[i];
        if (found->kind == WM_KIND_SERVICE) {
            status = put_service(s, found->revision, found->rank, bytes);
        } else if (found->kind == WM_KIND_PLACE) {
            status = put_place(s, found);
        } else if (!has_enough(s)) {
            status = put_services_of(s, found, bytes);
        }
    }
    return status;
}

/* Those that stand in the view, in order; which they are is asked only of those that may be shown.
 */
static wm_status settle_names(const suggesting *s, const name_list *list, wm_buf *bytes,
                              name_list *settled)
{
    wm_status status = WM_OK;
    for (size_t i = 0; i < list->count && status == WM_OK; i++) {
        wm_name_entry entry;
        wm_buf_reset(bytes);
        status = wm_names_entry(s->asker->store, s->number, list->items[i].revision, bytes, &entry,
                                s->err);
        if (status == WM_OK) {
            found_name found = list->items[i];
            found.kind = entry.kind;
            found.id = entry.id;
            found.line = entry.lines;
            status = keep_name(s, settled, &found);
        }
        status = status == WM_NOT_FOUND ? WM_OK : status;
    }
    return status;
}

/* Those whose names have what was typed, the best first. */
static wm_status weigh_names(const suggesting *s, const typed_name *typed, const leads *best,
                             wm_buf *bytes, name_list *list)
{
    wm_status status = WM_OK;
    for (size_t i = 0; i < best->count && status == WM_OK; i++) {
        found_name found = { .revision = best->revisions[i] };
        status = find_near(s, found.revision, bytes, &found.is_near);
        wm_buf_reset(bytes);
        if (status == WM_OK) {
            status = wm_names_lines(s->asker->store, found.revision, bytes, &found.line, s->err);
        }
        found.rank = status == WM_OK ? rank_of(typed, found.line) : 0;
        if (found.rank != 0) {
            status = keep_name(s, list, &found);
        }
        status = status == WM_NOT_FOUND ? WM_OK : status;
    }
    return status;
}

static wm_status suggest_names(suggesting *s, wm_buf *bytes)
{
    typed_name *typed = wm_arena_alloc(s->arena, sizeof *typed);
    leads *best = wm_arena_alloc(s->arena, sizeof *best);
    name_list list = { .capacity = NAMES_MAX };
    name_list settled = { .capacity = s->limit };
    if (typed == NULL || best == NULL) {
        return wm_fail_memory(s->err);
    }
    read_name(s->text, typed);
    wm_status status = find_leads(s, typed, best);
    if (status == WM_OK) {
        status = weigh_names(s, typed, best, bytes, &list);
    }
    if (status == WM_OK) {
        status = settle_names(s, &list, bytes, &settled);
    }
    return status == WM_OK ? put_found(s, &settled, bytes) : status;
}

/* Names with slips, as a question has them. */
static wm_status suggest_misspelt_names(suggesting *s, wm_buf *bytes)
{
    wm_named *named = wm_arena_array(s->arena, WM_NAMED_MAX, sizeof *named);
    size_t count = 0;
    if (named == NULL) {
        return wm_fail_memory(s->err);
    }
    wm_named_where where = { NULL, 0 };
    wm_status status = wm_names_find(s->asker, s->text, where, s->arena, named, &count, s->err);
    for (size_t i = 0; i < count && count <= WM_NAMED_TOLD_MAX && status == WM_OK; i++) {
        status = put_service(s, named[i].revision, 1, bytes);
    }
    return status;
}

/* ---- localities ---- */

static void suggest_localities(suggesting *s)
{
    const wm_locality_tree *tree = s->asker->tree;
    place_key typed;
    place_key name;
    size_t put = 0;
    place_key_name(&typed, s->text);
    size_t count = typed.len >= LETTERS_LEAST ? wm_locality_count(tree) : 0;
    for (wm_locality at = 0; at < count && put < s->limit; at++) {
        wm_str as_written = wm_locality_name(tree, at);
        place_key_name(&name, as_written);
        if (wm_str_starts(place_key_str(&name), place_key_str(&typed)) &&
            !names_place(s, as_written)) {
            put += put_item(s, &(item){ .kind = ITEM_PLACE,
                                        .rank = 1,
                                        .id = wm_locality_code(tree, at),
                                        .name = as_written,
                                        .words = WM_STR("locality") })
                       ? 1
                       : 0;
        }
    }
}

/* ---- the whole ---- */

/* A list of several kinds, each with its share: the best first, and among these needs, services,
 * places. Those of one kind are in order already. */
static bool is_before(const suggesting *s, size_t a, size_t b)
{
    const item *left = &s->items[a];
    const item *right = &s->items[b];
    if (left->rank != right->rank) {
        return left->rank < right->rank;
    }
    return left->kind != right->kind ? left->kind < right->kind : a < b;
}

static void write_item(const item *it, wm_json_out *out)
{
    static const char *const kinds[] = { "need", "service", "place" };
    wm_json_out_object(out);
    wm_json_out_member_text(out, "kind", kinds[it->kind]);
    wm_json_out_member_string(out, "id", it->id);
    wm_json_out_member_string(out, it->kind == ITEM_NEED ? "label" : "name", it->name);
    if (it->kind == ITEM_SERVICE) {
        wm_json_out_member_text(out, "status", wm_service_status_name(it->status));
    } else {
        wm_json_out_member_string(out, it->kind == ITEM_NEED ? "words" : "place", it->words);
    }
    if (it->language.len > 0 && !wm_str_is(it->language, "en")) {
        wm_json_out_member_string(out, "lang", it->language);
    }
    if (it->is_crisis) {
        wm_json_out_member_boolean(out, "crisis", true);
    }
    if (it->unreviewed) {
        wm_json_out_member_boolean(out, "unreviewed", true);
    }
    wm_json_out_end_object(out);
}

#define KINDS 3

/* No kind crowds out the others: each has a third, and what the others leave. */
static void share_out(const suggesting *s, size_t share[KINDS])
{
    size_t left[KINDS] = { 0 };
    size_t third = (s->limit + KINDS - 1) / KINDS;
    for (size_t i = 0; i < s->count; i++) {
        left[s->items[i].kind]++;
    }
    for (size_t k = 0; k < KINDS; k++) {
        size_t others = 0;
        for (size_t o = 0; o < KINDS; o++) {
            others += o == k ? 0 : left[o] < third ? left[o] : third;
        }
        share[k] = s->limit > others ? s->limit - others : 1;
    }
}

/* The best of those that are left; a crisis needs no share. */
static size_t next_item(const suggesting *s, const bool *written, const size_t share[KINDS])
{
    size_t best = s->count;
    for (size_t i = 0; i < s->count; i++) {
        bool may = !written[i] && (share[s->items[i].kind] > 0 || s->items[i].rank == 0);
        best = may && (best == s->count || is_before(s, i, best)) ? i : best;
    }
    return best;
}

static void write_items(const suggesting *s, wm_json_out *out)
{
    size_t share[KINDS];
    bool written[sizeof s->items / sizeof s->items[0]] = { false };
    share_out(s, share);
    for (size_t n = 0; n < s->limit; n++) {
        size_t best = next_item(s, written, share);
        if (best == s->count) {
            return;
        }
        written[best] = true;
        share[s->items[best].kind] -= share[s->items[best].kind] > 0 ? 1 : 0;
        write_item(&s->items[best], out);
    }
}

static void write_all(suggesting *s, wm_texts *texts, wm_buf *buf)
{
    char day[WM_DATE_TEXT_BYTES];
    wm_json_out out;
    wm_json_out_init(&out, buf);
    wm_json_out_object(&out);
    wm_json_out_member_integer(&out, "release",
                               s->asker->has_release ? s->asker->release.number : 0);
    if (s->asker->has_release) {
        wm_json_out_member_text(&out, "released_on", wm_date_format(s->asker->release.date, day));
    }
    wm_json_out_member_text(&out, "edition", wm_edition_name(s->asker->edition));
    wm_json_out_name(&out, "emergency");
    wm_emergency_write_in(texts, &out);
    wm_json_out_name(&out, "items");
    wm_json_out_array(&out);
    write_items(s, &out);
    wm_json_out_end_array(&out);
    wm_json_out_end_object(&out);
}

static wm_status suggest(suggesting *s, wm_buf *bytes)
{
    wm_status status = wm_view_number(s->asker->store, s->asker->view, &s->number, s->err);
    if (status == WM_OK) {
        status = suggest_matches(s); /* first: what it is, not only what it begins */
    }
    if (status == WM_OK) {
        status = suggest_completions(s);
    }
    if (status == WM_OK) {
        status = suggest_names(s, bytes);
    }
    bool has_service = false;
    for (size_t i = 0; i < s->count; i++) {
        has_service = has_service || s->items[i].kind == ITEM_SERVICE;
    }
    if (status == WM_OK && !has_service && s->text.len >= SLIP_LETTERS_LEAST) {
        status = suggest_misspelt_names(s, bytes);
    }
    if (status == WM_OK) {
        suggest_localities(s);
    }
    return status;
}

/* In the reading transaction. */
static wm_status answer(suggesting *s, wm_str request, wm_buf *bytes, wm_buf *out)
{
    texts_asked asked = { .lang = { NULL, 0 } };
    wm_status status = wm_asker_refresh(s->asker, s->err);
    if (status == WM_OK) {
        status = wm_asker_words(s->asker, s->err);
    }
    if (status == WM_OK) {
        status = read_request(s, request, &asked);
    }
    if (status == WM_OK) {
        status = find_place(s, asked.at);
    }
    if (status == WM_OK) {
        status = suggest(s, bytes);
    }
    if (status == WM_OK) {
        wm_texts texts = wm_texts_of(s->asker, asked.lang, s->arena);
        write_all(s, &texts, out);
        status = wm_texts_status(&texts, s->err);
    }
    return status == WM_OK ? wm_buf_status(out, s->err) : status;
}

wm_status wm_suggest(wm_asker *asker, wm_str request, const wm_date *today, wm_buf *out,
                     wm_error *err)
{
    wm_arena arena;
    wm_buf bytes;
    wm_arena_init(&arena, asker->env, 64 * WM_MIB);
    wm_buf_init(&bytes, asker->env, 4 * WM_RECORD_BYTES_MAX);
    suggesting *s = wm_arena_alloc(&arena, sizeof *s);
    wm_status status = s != NULL ? wm_store_read_begin(asker->store, err) : wm_fail_memory(err);
    if (s != NULL && status == WM_OK) {
        *s = (suggesting){ .asker = asker, .arena = &arena, .err = err };
        s->has_today = today != NULL;
        s->today = today != NULL ? *today : 0;
        status = answer(s, request, &bytes, out);
        wm_store_read_end(asker->store);
    }
    wm_buf_fini(&bytes);
    wm_arena_fini(&arena);
    return status;
}
