/* names.c: a text against the names of services and organizations.
 *
 * Each telling word of the text is looked up among the words of names, a misspelt one with what it
 * may be meant for. Names that share a rare word with the text, or two words, and names that are
 * as a whole a part of it, are laid beside it (fit). The best fit of each stretch of the text
 * stays.
 *
 * Words are links (the, of), generic (service, team), common (ordinary words, words of the need
 * vocabulary, names of places) or rare. A name is sure where all of its words stand side by side
 * and
 *
 *   - one is rare and there are two or more, or the text asks for it;
 *   - or one is a place and there are three or more;
 *   - or there are two or more, in order, and the text asks for it;
 *   - or it is one common word, written as a name is (Mind), and the text asks for it.
 *
 * Only generic words may be left out. The text asks for it where there is nothing else in it, or
 * next to it words like open, closed, number, or where the name stands in capitals. A misspelt word
 * proves nothing: there must be others, right, that are not generic. What fits nearly is offered.
 */
#include "ask/names.h"

#include <stdlib.h>

#include "model/summary.h"
#include "store/candidates.h"
#include "store/names.h"
#include "vocab/name_words.h"
#include "vocab/needs.h"

#define SPOKEN_MAX 48         /* telling words of a text that are looked up */
#define MEANT_MAX 4           /* what one of them may mean */
#define NAMES_OF_WORD_MAX 256 /* a word of more names leads to none */
#define POSTINGS_MAX 4096
#define ENTRIES_MAX 256 /* names that are laid beside a text */
#define WHOLE_POSTINGS_MAX 16
#define RUN_WORDS_MAX 8
#define JOINED_WORDS_MAX 4 /* "young minds" for YoungMinds */
#define FITS_MAX 32
#define ASKED_FOR_WITHIN 6 /* words */
#define LINE_WORDS_MAX 32
#define PLACE_LETTERS_MIN 3
#define PLACES_KNOWN 127

/* A telling word of the text. */
typedef struct spoken {
    wm_str text;
    const text_word *word;
    wm_name_word meant[MEANT_MAX]; /* it, or what it may be misspelt for */
    uint8_t meant_count;
    bool is_exact; /* meant[0] is it */
    bool is_capital;
    bool is_first; /* of a sentence */
    bool is_asking;
    name_class class;
} spoken;

/* A revision whose name may be in the text. */
typedef struct lead {
    int64_t revision;
    uint32_t hits;
    bool is_sound; /* one of them rare, or the name as a whole */
} lead;

typedef struct fit {
    int64_t revision;
    wm_kind kind;
    wm_str id;
    size_t first; /* of the telling words: [first, end) */
    size_t end;
    uint64_t taken; /* a bit for each of these that is one of the name's */
    uint32_t words; /* of the name that are there */
    uint32_t missing;
    uint32_t missing_generic;
    uint32_t missing_places;
    uint32_t edits;
    uint32_t rare;
    uint32_t places;
    uint32_t sound; /* words that are right, and not generic */
    bool in_order;
    bool side_by_side;
    bool begins; /* what is missing comes behind all that is there */
    bool is_asked_for;
    bool is_alone;
    bool sure;
    bool is_described;
} fit;

/* Whether a word is of the name of a place, as was found out before. */
typedef struct known_place {
    int64_t key;
    bool is_known;
    bool is_place;
} known_place;

typedef struct finder {
    const wm_asker *asker;
    wm_store *store;
    wm_arena *arena;
    wm_error *err;
    wm_named_where where;
    int64_t number; /* of the release in view */
    word_text text;
    spoken spoken[SPOKEN_MAX];
    size_t count;
    lead *leads;
    size_t lead_count;
    size_t lead_capacity;
    fit fits[FITS_MAX];
    size_t fit_count;
    known_place places[PLACES_KNOWN];
    wm_buf bytes;
} finder;

/* ---- the words of the text ---- */

static bool is_number(wm_str word)
{
    size_t at = 0;
    while (at < word.len && word.ptr[at] >= '0' && word.ptr[at] <= '9') {
        at++;
    }
    return at == word.len;
}

static name_class class_of(const finder *f, wm_str word)
{
    name_class class = name_class_of(word);
    bool is_common = class == NAME_RARE &&
                     (is_number(word) || book_find(&f->asker->needs->phrases, word) != WORD_NONE);
    return is_common ? NAME_COMMON : class;
}

static bool is_capital(char c)
{
    return c >= 'A' && c <= 'Z';
}

/* All in capitals, a capital tells nothing. */
static bool is_shouted(wm_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] >= 'a' && text.ptr[i] <= 'z') {
            return false;
        }
    }
    return true;
}

static wm_status look_up(finder *f, spoken *s)
{
    size_t count = 0;
    wm_status status = wm_names_word(f->store, s->text, &s->meant[0], f->err);
    if (status == WM_OK) {
        s->is_exact = true;
        s->meant_count = 1;
    }
    if (status == WM_NOT_FOUND && s->class == NAME_RARE) {
        status = wm_names_near(f->store, s->text, s->meant, MEANT_MAX, &count, f->err);
        s->meant_count = (uint8_t)count;
    }
    return status == WM_NOT_FOUND ? WM_OK : status;
}

static wm_status read_text(finder *f, wm_str text)
{
    wm_status status = WM_OK;
    bool shouted = is_shouted(text);
    name_read(text, &f->text);
    for (size_t i = 0; i < f->text.count && f->count < SPOKEN_MAX && status == WM_OK; i++) {
        const text_word *word = &f->text.words[i];
        name_class class = class_of(f, word->text);
        if (class == NAME_LINK || word->text.len > WM_NAME_WORD_BYTES_MAX) {
            continue;
        }
        spoken *s = &f->spoken[f->count++];
        *s = (spoken){ .text = word->text, .word = word, .class = class };
        s->is_first = i == 0 || word->gap >= WORD_GAP_SENTENCE;
        s->is_capital = !shouted && is_capital(text.ptr[word->source_at]);
        s->is_asking = name_is_asked_for_by(word->text);
        status = look_up(f, s);
    }
    return status;
}

/* ---- names that it may hold ---- */

static wm_status add_lead(finder *f, int64_t revision, bool is_sound)
{
    lead *leads =
        wm_arena_grow(f->arena, f->leads, f->lead_count, &f->lead_capacity, sizeof *leads);
    if (leads == NULL) {
        return wm_fail_memory(f->err);
    }
    f->leads = leads;
    leads[f->lead_count++] = (lead){ revision, 1, is_sound };
    return WM_OK;
}

static wm_status add_postings(finder *f, int64_t number, size_t most, bool is_sound)
{
    int64_t revisions[NAMES_OF_WORD_MAX];
    size_t count = 0;
    wm_status status = wm_names_postings(f->store, number, revisions, most, &count, f->err);
    for (size_t i = 0; i < count && status == WM_OK && f->lead_count < POSTINGS_MAX; i++) {
        status = add_lead(f, revisions[i], is_sound);
    }
    return status;
}

static wm_status follow_word(finder *f, const spoken *s)
{
    wm_status status = WM_OK;
    for (size_t i = 0; i < s->meant_count && status == WM_OK; i++) {
        if (s->meant[i].names <= NAMES_OF_WORD_MAX) {
            status = add_postings(f, s->meant[i].number, NAMES_OF_WORD_MAX, s->class == NAME_RARE);
        }
    }
    return status;
}

/* Names that are just these words, with or without spaces. */
static wm_status follow_run(finder *f, size_t first, size_t end)
{
    char bytes[RUN_WORDS_MAX * WM_NAME_WORD_BYTES_MAX];
    size_t length = 0;
    for (size_t i = first; i < end; i++) {
        memcpy(bytes + length, f->spoken[i].text.ptr, f->spoken[i].text.len);
        length += f->spoken[i].text.len;
    }
    return add_postings(f, wm_names_whole((wm_str){ bytes, length }), WHOLE_POSTINGS_MAX, true);
}

static wm_status follow_runs(finder *f)
{
    wm_status status = WM_OK;
    for (size_t first = 0; first < f->count && status == WM_OK; first++) {
        bool known = true; /* all of them are words of names */
        for (size_t end = first + 1; end <= f->count && end <= first + RUN_WORDS_MAX; end++) {
            known = known && f->spoken[end - 1].is_exact;
            if (status != WM_OK || (!known && end > first + JOINED_WORDS_MAX)) {
                break;
            }
            status = follow_run(f, first, end);
        }
    }
    return status;
}

/* A text of nothing but links may be a name: "We are with you". */
static wm_status follow_links(finder *f)
{
    char bytes[RUN_WORDS_MAX * WM_NAME_WORD_BYTES_MAX];
    size_t length = 0;
    if (f->count > 0 || f->text.count == 0 || f->text.count > RUN_WORDS_MAX) {
        return WM_OK;
    }
    for (size_t i = 0; i < f->text.count; i++) {
        const text_word *word = &f->text.words[i];
        if (word->text.len > WM_NAME_WORD_BYTES_MAX) {
            return WM_OK;
        }
        f->spoken[f->count++] =
            (spoken){ .text = word->text, .word = word, .class = NAME_COMMON, .is_exact = true };
        memcpy(bytes + length, word->text.ptr, word->text.len);
        length += word->text.len;
    }
    return add_postings(f, wm_names_whole((wm_str){ bytes, length }), WHOLE_POSTINGS_MAX, true);
}

static int by_revision(const void *a, const void *b)
{
    const lead *left = a;
    const lead *right = b;
    return (left->revision > right->revision) - (left->revision < right->revision);
}

/* Each revision once. */
static void settle_leads(finder *f)
{
    size_t kept = 0;
    if (f->lead_count == 0) {
        return;
    }
    qsort(f->leads, f->lead_count, sizeof *f->leads, by_revision);
    for (size_t i = 1; i < f->lead_count; i++) {
        if (f->leads[i].revision == f->leads[kept].revision) {
            f->leads[kept].hits++;
            f->leads[kept].is_sound = f->leads[kept].is_sound || f->leads[i].is_sound;
        } else {
            f->leads[++kept] = f->leads[i];
        }
    }
    f->lead_count = kept + 1;
}

/* ---- how a name fits ---- */

static wm_str take(wm_str *text, char end)
{
    const char *at = text->len > 0 ? memchr(text->ptr, end, text->len) : NULL;
    wm_str taken = { text->ptr, at != NULL ? (size_t)(at - text->ptr) : text->len };
    size_t passed = taken.len + (at != NULL ? 1 : 0);
    *text = (wm_str){ text->ptr + passed, text->len - passed };
    return taken;
}

/* The place of a word of the name in the text: behind `after` if it is there, else anywhere that is
 * not taken; SPOKEN_MAX: nowhere. */
static size_t place_of(const finder *f, wm_str word, size_t after, uint64_t taken, bool *exact_out)
{
    size_t best = SPOKEN_MAX;
    bool best_exact = false;
    for (size_t turn = 0; turn < f->count; turn++) {
        size_t at = (after + turn) % f->count;
        const spoken *s = &f->spoken[at];
        bool found = false;
        for (size_t m = 0; m < s->meant_count && !found; m++) {
            found = wm_str_equal(word, (wm_str){ s->meant[m].text, s->meant[m].length });
        }
        found = found || (s->meant_count == 0 && wm_str_equal(word, s->text));
        bool exact = wm_str_equal(word, s->text);
        if (found && (taken >> at & 1) == 0 && (best == SPOKEN_MAX || (exact && !best_exact))) {
            best = at;
            best_exact = exact;
        }
    }
    *exact_out = best_exact;
    return best;
}

static bool same_letter(char a, char b)
{
    return (a | 0x20) == (b | 0x20);
}

/* A word of the name of a locality. Names are folded here only as far as case: a place with marks
 * on its letters counts as rare. */
static bool look_for_place(const wm_asker *asker, wm_str word)
{
    size_t count = wm_locality_count(asker->tree);
    for (size_t i = 0; i < count; i++) {
        wm_str name = wm_locality_name(asker->tree, (wm_locality)i);
        for (size_t at = 0; at + word.len <= name.len; at++) {
            bool begins = at == 0 || name.ptr[at - 1] == ' ';
            size_t same = 0;
            while (begins && same < word.len && same_letter(name.ptr[at + same], word.ptr[same])) {
                same++;
            }
            if (same == word.len && (at + same == name.len || name.ptr[at + same] == ' ')) {
                return true;
            }
        }
    }
    return false;
}

/* The same words come again and again, in name after name. */
static bool is_of_place(finder *f, wm_str word)
{
    int64_t key = name_key(word);
    known_place *known = &f->places[(size_t)key % PLACES_KNOWN];
    if (word.len < PLACE_LETTERS_MIN || name_class_of(word) != NAME_RARE || is_number(word)) {
        return false;
    }
    if (!known->is_known || known->key != key) {
        *known = (known_place){ key, true, look_for_place(f->asker, word) };
    }
    return known->is_place;
}

static void count_word(finder *f, wm_str word, bool exact, fit *out)
{
    name_class class = class_of(f, word);
    bool is_place = class == NAME_RARE && is_of_place(f, word);
    out->words++;
    out->edits += exact ? 0 : 1;
    out->rare += class == NAME_RARE && !is_place ? 1 : 0;
    out->places += is_place ? 1 : 0;
    out->sound += exact && class != NAME_GENERIC ? 1 : 0;
}

/* The same letters, the spaces elsewhere: "youngminds". */
static bool fit_joined(finder *f, wm_str line, fit *out)
{
    int64_t key = name_key(line);
    for (size_t first = 0; first < f->count; first++) {
        char bytes[JOINED_WORDS_MAX * WM_NAME_WORD_BYTES_MAX];
        size_t length = 0;
        for (size_t end = first + 1; end <= f->count && end <= first + JOINED_WORDS_MAX; end++) {
            wm_str word = f->spoken[end - 1].text;
            memcpy(bytes + length, word.ptr, word.len);
            length += word.len;
            if (name_key((wm_str){ bytes, length }) == key) {
                wm_str rest = line;
                *out = (fit){ .first = first, .end = end, .in_order = true, .side_by_side = true };
                while (rest.len > 0) {
                    count_word(f, take(&rest, ' '), true, out);
                }
                return true;
            }
        }
    }
    return false;
}

static fit fit_line(finder *f, wm_str line)
{
    fit out = { .first = SPOKEN_MAX, .in_order = true, .begins = true };
    size_t after = 0;
    wm_str rest = line;
    for (size_t n = 0; rest.len > 0 && n < LINE_WORDS_MAX; n++) {
        bool exact = false;
        wm_str word = take(&rest, ' ');
        size_t at = place_of(f, word, after, out.taken, &exact);
        if (at >= SPOKEN_MAX) {
            out.missing++;
            out.missing_generic += name_class_of(word) == NAME_GENERIC ? 1 : 0;
            out.missing_places += is_of_place(f, word) ? 1 : 0;
            continue;
        }
        count_word(f, word, exact, &out);
        out.begins = out.begins && out.missing == 0;
        out.in_order = out.in_order && at >= after;
        out.first = at < out.first ? at : out.first;
        out.end = at + 1 > out.end ? at + 1 : out.end;
        out.taken |= (uint64_t)1 << at;
        after = at + 1;
    }
    out.side_by_side = out.words > 0 && out.end - out.first == out.words;
    if (out.missing > 0) {
        fit joined;
        out = fit_joined(f, line, &joined) ? joined : out;
    }
    return out;
}

/* ---- whether it is asked for ---- */

static bool is_written_as_name(const finder *f, const fit *it)
{
    bool has = false;
    for (size_t i = it->first; i < it->end; i++) {
        const spoken *s = &f->spoken[i];
        if (s->class != NAME_GENERIC && !s->is_capital) {
            return false;
        }
        has = has || (s->is_capital && !s->is_first);
    }
    return has;
}

static bool has_asking_words(const finder *f, const fit *it)
{
    size_t from = it->first > ASKED_FOR_WITHIN ? it->first - ASKED_FOR_WITHIN : 0;
    size_t end = it->end + ASKED_FOR_WITHIN < f->count ? it->end + ASKED_FOR_WITHIN : f->count;
    for (size_t i = from; i < end; i++) {
        if ((i < it->first || i >= it->end) && f->spoken[i].is_asking) {
            return true;
        }
    }
    return false;
}

/* Around it nothing but what is asked of it, and its other names. */
static bool is_alone(const finder *f, const fit *it, uint64_t others)
{
    for (size_t i = 0; i < f->count; i++) {
        const spoken *s = &f->spoken[i];
        if ((i < it->first || i >= it->end) && (others >> i & 1) == 0 && !s->is_asking &&
            s->class != NAME_GENERIC) {
            return false;
        }
    }
    return true;
}

static bool is_sure(const finder *f, const fit *it)
{
    bool whole = it->missing == it->missing_generic;
    bool right = it->edits == 0 || it->sound > 1 || (it->sound == 1 && it->words > 2) ||
                 (it->edits == 1 && it->words > 3 && it->missing == 0);
    if (!whole || !right || !it->side_by_side) {
        return false;
    }
    bool as_name = is_written_as_name(f, it);
    bool asked = it->is_asked_for || it->is_alone || as_name;
    if (it->rare > 0) {
        return it->words > 1 || (asked && it->edits == 0);
    }
    if (it->places > 0 && it->words > 2) {
        return true; /* "Place of Calm, Swindon" is asked for as "Swindon place of calm" */
    }
    if (it->missing > 0 || !it->in_order) {
        return false;
    }
    return (it->words > 1 && asked && it->sound > 0) ||
           (it->words == 1 && as_name && it->is_asked_for);
}

/* Worth a question. */
static bool may_be(const finder *f, const fit *it)
{
    bool whole = it->missing == it->missing_generic;
    bool near = it->end - it->first <= it->words + 1;
    bool asked = it->is_asked_for || it->is_alone || is_written_as_name(f, it);
    if (!near || it->sound + it->edits == 0) {
        return false;
    }
    if (it->rare > 0) {
        bool half = it->words >= it->missing && it->words > 1;
        return whole || half || (asked && it->edits == 0);
    }
    bool all_but_place = it->missing <= it->missing_generic + it->missing_places;
    bool all_but_one = it->missing <= 1 && it->words > 2 && it->sound > 1;
    bool beginning = it->begins && it->in_order && it->words > 2 && it->sound > 1;
    return asked && it->side_by_side &&
           (it->missing == 0 || (all_but_place && it->words > 1) || all_but_one || beginning);
}

/* <0: a fits better. */
static int compare_fits(const fit *a, const fit *b)
{
    const int64_t parts[][2] = {
        { a->sure ? 0 : 1, b->sure ? 0 : 1 },
        { a->missing > a->missing_generic ? 1 : 0, b->missing > b->missing_generic ? 1 : 0 },
        { -(int64_t)a->words, -(int64_t)b->words },
        { a->edits, b->edits },
        { a->missing, b->missing },
        { a->side_by_side ? 0 : 1, b->side_by_side ? 0 : 1 },
        { a->in_order ? 0 : 1, b->in_order ? 0 : 1 },
        { a->kind == WM_KIND_SERVICE ? 0 : 1, b->kind == WM_KIND_SERVICE ? 0 : 1 },
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (parts[i][0] != parts[i][1]) {
            return parts[i][0] < parts[i][1] ? -1 : 1;
        }
    }
    return 0;
}

static int by_fit(const void *a, const void *b)
{
    const fit *left = a;
    const fit *right = b;
    int order = compare_fits(left, right);
    return order != 0 ? order : wm_str_compare(left->id, right->id);
}

/* The best fits stay. */
static void put_fit(finder *f, const fit *it)
{
    size_t at = f->fit_count;
    while (at > 0 && by_fit(it, &f->fits[at - 1]) < 0) {
        at--;
    }
    if (at == FITS_MAX) {
        return;
    }
    size_t kept = f->fit_count < FITS_MAX ? f->fit_count : FITS_MAX - 1;
    memmove(&f->fits[at + 1], &f->fits[at], (kept - at) * sizeof *it);
    f->fits[at] = *it;
    f->fit_count = kept + 1;
}

/* The best of its names; of no words if none fits. */
static fit fit_lines(finder *f, wm_str lines)
{
    fit best = { .words = 0 };
    uint64_t others = 0;
    for (wm_str rest = lines; rest.len > 0;) {
        others |= fit_line(f, take(&rest, '\n')).taken;
    }
    for (wm_str rest = lines; rest.len > 0;) {
        fit it = fit_line(f, take(&rest, '\n'));
        if (it.words == 0) {
            continue;
        }
        it.is_asked_for = has_asking_words(f, &it);
        it.is_alone = is_alone(f, &it, others);
        it.is_described = it.rare == 0 && it.places == 0;
        it.sure = is_sure(f, &it);
        if ((it.sure || may_be(f, &it)) && (best.words == 0 || compare_fits(&it, &best) < 0)) {
            best = it;
        }
    }
    return best;
}

static wm_status lay_beside(finder *f, const lead *of)
{
    wm_name_entry entry;
    wm_str lines = { NULL, 0 };
    wm_buf_reset(&f->bytes);
    wm_status status = wm_names_lines(f->store, of->revision, &f->bytes, &lines, f->err);
    if (status != WM_OK) {
        return status == WM_NOT_FOUND ? WM_OK : status;
    }
    fit best = fit_lines(f, lines);
    if (best.words == 0) {
        return WM_OK;
    }
    wm_buf_reset(&f->bytes);
    status = wm_names_entry(f->store, f->number, of->revision, &f->bytes, &entry, f->err);
    if (status != WM_OK || entry.kind == WM_KIND_PLACE) {
        return status == WM_NOT_FOUND ? WM_OK : status;
    }
    best.revision = of->revision;
    best.kind = entry.kind;
    best.id = wm_arena_copy(f->arena, entry.id);
    if (best.id.ptr == NULL) {
        return wm_fail_memory(f->err);
    }
    put_fit(f, &best);
    return WM_OK;
}

static wm_status lay_all(finder *f)
{
    wm_status status = WM_OK;
    size_t laid = 0;
    for (int turn = 0; turn < 2; turn++) { /* those that promise more first */
        for (size_t i = 0; i < f->lead_count && laid < ENTRIES_MAX && status == WM_OK; i++) {
            const lead *of = &f->leads[i];
            bool promises = of->is_sound && of->hits > 1;
            if (promises == (turn == 0) && (of->is_sound || of->hits > 1)) {
                status = lay_beside(f, of);
                laid++;
            }
        }
    }
    return status;
}

/* ---- what stays ---- */

static bool overlaps(const fit *a, const fit *b)
{
    return a->first < b->end && b->first < a->end;
}

typedef struct naming {
    finder *f;
    wm_named *out;
    size_t count;
    uint8_t group;
} naming;

static bool is_told(const naming *n, int64_t revision)
{
    for (size_t i = 0; i < n->count; i++) {
        if (n->out[i].revision == revision) {
            return true;
        }
    }
    return false;
}

static void tell(naming *n, const fit *it, int64_t revision, wm_str id)
{
    if (n->count == WM_NAMED_MAX || is_told(n, revision)) {
        return;
    }
    uint32_t start = n->f->spoken[it->first].word->source_at;
    uint32_t end = n->f->spoken[it->end - 1].word->source_end;
    n->out[n->count++] = (wm_named){ .revision = revision,
                                     .start = start,
                                     .length = end - start,
                                     .sure = it->sure,
                                     .is_described = it->is_described,
                                     .group = n->group,
                                     .id = id };
}

typedef struct sibling {
    int64_t revision;
    wm_str id;
} sibling;

static int by_id(const void *a, const void *b)
{
    return wm_str_compare(((const sibling *)a)->id, ((const sibling *)b)->id);
}

/* One of its areas is one of the places, or above or below one. */
static bool touches(const finder *f, const wm_summary *summary)
{
    const wm_locality_tree *tree = f->asker->tree;
    for (uint32_t i = 0; i < summary->areas.count; i++) {
        wm_locality area = wm_area_map_find(f->asker->areas, wm_symbol_list_at(summary->areas, i));
        for (size_t p = 0; area != WM_LOCALITY_NONE && p < f->where.count; p++) {
            wm_locality place = f->where.places[p];
            if (wm_locality_within(tree, place, area) || wm_locality_within(tree, area, place)) {
                return true;
            }
        }
    }
    return f->where.count == 0;
}

/* Of too many those that are near, to the front. */
static wm_status keep_near(const finder *f, int64_t *revisions, size_t *count)
{
    size_t kept = 0;
    wm_status status = WM_OK;
    for (size_t i = 0; i < *count && kept < WM_NAMED_MAX && status == WM_OK; i++) {
        wm_entry entry;
        wm_summary summary;
        status = wm_store_entry(f->store, revisions[i], &entry, f->err);
        if (status == WM_OK) {
            status = wm_summary_decode(entry.summary, &summary, f->err);
        }
        if (status == WM_OK && touches(f, &summary)) {
            revisions[kept++] = revisions[i];
        }
        status = status == WM_NOT_FOUND ? WM_OK : status;
    }
    *count = kept;
    return status;
}

/* The services of an organization. */
static wm_status tell_services(naming *n, const fit *it)
{
    finder *f = n->f;
    int64_t revisions[WM_ORGANIZATION_SERVICES_MAX];
    sibling siblings[WM_NAMED_MAX];
    size_t count = 0;
    size_t standing = 0;
    wm_status status = wm_names_postings(f->store, wm_names_of_organization(it->id), revisions,
                                         WM_ORGANIZATION_SERVICES_MAX, &count, f->err);
    if (status == WM_OK && count > WM_NAMED_MAX) {
        status = keep_near(f, revisions, &count);
    }
    for (size_t i = 0; i < count && status == WM_OK; i++) {
        wm_name_entry entry;
        wm_buf_reset(&f->bytes);
        status = wm_names_entry(f->store, f->number, revisions[i], &f->bytes, &entry, f->err);
        if (status == WM_OK) {
            siblings[standing] = (sibling){ revisions[i], wm_arena_copy(f->arena, entry.id) };
            status = siblings[standing++].id.ptr == NULL ? wm_fail_memory(f->err) : WM_OK;
        }
        status = status == WM_NOT_FOUND ? WM_OK : status;
    }
    if (status != WM_OK || standing == 0) {
        return status;
    }
    qsort(siblings, standing, sizeof siblings[0], by_id);
    for (size_t i = 0; i < standing; i++) {
        tell(n, it, siblings[i].revision, siblings[i].id);
    }
    return WM_OK;
}

/* How many fit as well as this one, from it on. */
static size_t equals(const finder *f, size_t at)
{
    size_t end = at + 1;
    while (end < f->fit_count && compare_fits(&f->fits[at], &f->fits[end]) == 0) {
        end++;
    }
    return end - at;
}

static bool is_hidden(const finder *f, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (overlaps(&f->fits[i], &f->fits[at]) && compare_fits(&f->fits[i], &f->fits[at]) != 0) {
            return true;
        }
    }
    return false;
}

static wm_status tell_all(naming *n)
{
    finder *f = n->f;
    wm_status status = WM_OK;
    for (size_t i = 0; i < f->fit_count && status == WM_OK;) {
        size_t group = equals(f, i);
        n->group++;
        for (size_t k = i; k < i + group && status == WM_OK; k++) {
            const fit *it = &f->fits[k];
            if (is_hidden(f, k)) {
                continue;
            }
            if (it->kind == WM_KIND_SERVICE) {
                tell(n, it, it->revision, it->id);
            } else {
                status = tell_services(n, it);
            }
        }
        i += group;
    }
    return status;
}

static wm_status find(finder *f, wm_str text, naming *n)
{
    wm_status status = wm_view_number(f->store, f->asker->view, &f->number, f->err);
    if (status == WM_OK) {
        status = read_text(f, text);
    }
    if (status == WM_OK) {
        status = follow_links(f);
    }
    if (status == WM_OK) {
        status = follow_runs(f);
    }
    for (size_t i = 0; i < f->count && status == WM_OK; i++) {
        status = follow_word(f, &f->spoken[i]);
    }
    if (status == WM_OK) {
        settle_leads(f);
        status = lay_all(f);
    }
    return status == WM_OK ? tell_all(n) : status;
}

wm_status wm_names_find(const wm_asker *asker, wm_str text, wm_named_where where, wm_arena *arena,
                        wm_named named_out[WM_NAMED_MAX], size_t *count_out, wm_error *err)
{
    *count_out = 0;
    if (text.len == 0 || text.len > WM_QUERY_TEXT_BYTES_MAX || !wm_utf8_valid(text, NULL)) {
        return WM_OK;
    }
    finder *f = wm_arena_alloc(arena, sizeof *f);
    if (f == NULL) {
        return wm_fail_memory(err);
    }
    f->asker = asker;
    f->store = asker->store;
    f->where = where;
    f->arena = arena;
    f->err = err;
    wm_buf_init(&f->bytes, asker->env, WM_RECORD_BYTES_MAX * 2);
    naming n = { .f = f, .out = named_out };
    wm_status status = find(f, text, &n);
    wm_buf_fini(&f->bytes);
    *count_out = status == WM_OK ? n.count : 0;
    return status;
}
