/* texts.c: see texts.h.
 *
 *   id --cache--> record --languages, widest last--> a text that can be said --fill--> words
 *
 * The cache is a table of open addressing with linear probing: entries are added, never taken out,
 * and at most half of it is used. What finds no room is read each time, into the arena of the
 * answer. */
#include "ask/texts.h"

#include "ask/language.h"
#include "store/gists.h"

#define CACHE_SLOTS ((size_t)2 * WM_TEXT_CACHE_RECORDS_MAX)
#define DAY_SLOTS 1024 /* by date: the last of those that share one */
#define DAY_BYTES 24
#define ISOLATE "\xE2\x81\xA8"        /* U+2068 first strong isolate */
#define END_OF_ISOLATE "\xE2\x81\xA9" /* U+2069 */

/* What a record says: its text, or of a rule `why`, `if`, and `if_other` if it has one. */
typedef enum said_as { SAID_TEXT, SAID_IF, SAID_IF_OTHER, SAID_COUNT } said_as;

/* What English says, made ready. */
typedef struct in_english {
    wm_template own; /* of the record */
    wm_template builtin;
    bool unreviewed; /* of own */
} in_english;

typedef struct slot {
    wm_str id; /* empty: it is not in the cache */
    wm_kind kind;
    uint32_t hash;
    const wm_json *record;                 /* NULL: there is none */
    wm_str builtin;                        /* of a text */
    const in_english *english[SAID_COUNT]; /* NULL: not yet */
} slot;

/* A day as English says it. */
typedef struct said_day {
    wm_date date;
    uint32_t length; /* 0: none */
    char text[DAY_BYTES];
} said_day;

/* By the address of the id, which is a constant; at most half of them are used. */
#define HELD_SLOTS 256
typedef struct wm_held_sentences {
    size_t count;
    struct {
        const char *id; /* NULL: free */
        const wm_sentence *sentence;
    } slots[HELD_SLOTS];
} wm_held_sentences;

/* By the hash of the key: the last of those that share a slot. Longer ones are not kept. */
#define SAID_SLOTS 1024
#define SAID_KEY_BYTES 44
#define SAID_BYTES 148
typedef struct said_slot {
    char key[SAID_KEY_BYTES];
    char text[SAID_BYTES];
} said_slot;

struct wm_text_cache {
    wm_arena arena;
    size_t count;
    wm_held_sentences english;
    said_slot *said; /* SAID_SLOTS, of which those with a key are set; NULL: none yet */
    struct {
        uint8_t key_bytes; /* 0: none */
        uint8_t length;
    } said_sizes[SAID_SLOTS];
    slot *slots[CACHE_SLOTS]; /* NULL: free; they live in the arena */
    said_day days[DAY_SLOTS];
};

/* ---- records ------------------------------------------------------------------------------ */

static wm_text_cache *cache_of(wm_asker *asker)
{
    if (asker->texts == NULL) {
        asker->texts = wm_env_alloc(asker->env, sizeof *asker->texts);
        if (asker->texts != NULL) {
            wm_arena_init(&asker->texts->arena, asker->env, SIZE_MAX / 2);
        }
    }
    return asker->texts;
}

void wm_text_cache_free(wm_text_cache *cache)
{
    if (cache != NULL) {
        const wm_env *env = cache->arena.env;
        wm_env_free(env, cache->said, SAID_SLOTS * sizeof *cache->said);
        wm_arena_fini(&cache->arena);
        wm_env_free(env, cache, sizeof *cache);
    }
}

static uint32_t hash_of(unsigned seed, wm_str id)
{
    uint64_t hash = id.len + ((uint64_t)seed << 32);
    size_t at = 0;
    for (uint64_t word = 0; at < id.len; at += sizeof word) {
        size_t length = id.len - at < sizeof word ? id.len - at : sizeof word;
        word = 0;
        memcpy(&word, id.ptr + at, length);
        hash = (hash ^ word) * 0x9e3779b97f4a7c15U;
        hash ^= hash >> 32;
    }
    return (uint32_t)hash;
}

/* Where the id stands, or would stand. */
static slot **place_of(wm_text_cache *cache, wm_kind kind, uint32_t hash, wm_str id)
{
    for (size_t at = hash % CACHE_SLOTS;; at = (at + 1) % CACHE_SLOTS) {
        const slot *s = cache->slots[at];
        if (s == NULL || (s->hash == hash && s->kind == kind && wm_str_equal(s->id, id))) {
            return &cache->slots[at];
        }
    }
}

static wm_status read_record(wm_texts *texts, wm_kind kind, wm_str id, wm_arena *arena,
                             const wm_json **record_out)
{
    wm_asker *asker = texts->asker;
    wm_error ignored = { 0 };
    *record_out = NULL;
    wm_status status =
        kind == WM_KIND_FACT
            ? wm_store_get_json(asker->store, asker->view, kind, id, arena, record_out, &ignored)
            : wm_store_get_gist(asker->store, asker->view, kind, id, arena, record_out, &ignored);
    return status == WM_NOT_FOUND ? WM_OK : status;
}

/* Its slot, which has its record; where there is no room for one more, `spare`. NULL: it could not
 * be read. */
static slot *look_up(wm_texts *texts, wm_kind kind, wm_str id, slot *spare)
{
    if (texts->status != WM_OK || id.len == 0 || id.len > WM_ID_BYTES_MAX) {
        return NULL;
    }
    wm_text_cache *cache = cache_of(texts->asker);
    if (cache == NULL) {
        texts->status = WM_NO_MEMORY;
        return NULL;
    }
    uint32_t hash = hash_of(kind, id);
    slot **place = place_of(cache, kind, hash, id);
    if (*place != NULL) {
        return *place;
    }
    bool room =
        cache->count < WM_TEXT_CACHE_RECORDS_MAX && cache->arena.bytes < WM_TEXT_CACHE_BYTES_MAX;
    wm_str key = room ? wm_arena_copy(&cache->arena, id) : (wm_str){ NULL, 0 };
    slot *s = key.ptr != NULL ? wm_arena_alloc(&cache->arena, sizeof *s) : NULL;
    bool kept = s != NULL;
    s = kept ? s : spare;
    const wm_json *record = NULL;
    texts->status = read_record(texts, kind, id, room ? &cache->arena : texts->arena, &record);
    if (texts->status != WM_OK) {
        return NULL;
    }
    *s = (slot){ .id = kept ? key : (wm_str){ NULL, 0 }, .kind = kind, .hash = hash };
    s->record = record;
    s->builtin = kind == WM_KIND_TEXT ? wm_builtin_text(id) : (wm_str){ NULL, 0 };
    if (kept) {
        *place = s;
        cache->count++;
    }
    return s;
}

/* NULL: there is none, or it could not be read. */
static const wm_json *record_of(wm_texts *texts, wm_str id)
{
    slot spare = { .record = NULL };
    const slot *s = look_up(texts, WM_KIND_TEXT, id, &spare);
    return s != NULL ? s->record : NULL;
}

const wm_json *wm_text_record(wm_texts *texts, wm_kind kind, wm_str id)
{
    slot spare = { .record = NULL };
    const slot *s = look_up(texts, kind, id, &spare);
    return s != NULL ? s->record : NULL;
}

/* ---- filling ------------------------------------------------------------------------------ */

typedef struct filler {
    const wm_filling *fillings;
    size_t count;
    bool isolate;
    bool filled;               /* the bytes are what is said */
    const wm_filling *watched; /* NULL: none */
    size_t watched_at;         /* where it stands in the bytes */
    size_t watched_count;      /* and how often */
    size_t length;
    char bytes[WM_SAID_BYTES_MAX];
} filler;

static void start(filler *f, const wm_filling *fillings, size_t count)
{
    f->fillings = fillings;
    f->count = count;
    f->isolate = false;
    f->filled = false;
    f->watched = NULL;
    f->watched_count = 0;
}

static const wm_filling *filling_of(const filler *f, wm_str name)
{
    for (size_t i = 0; i < f->count; i++) {
        const wm_filling *filling = &f->fillings[i];
        if (name.ptr[0] == filling->name[0] && filling->value.len > 0 &&
            wm_str_is(name, filling->name)) {
            return &f->fillings[i];
        }
    }
    return NULL;
}

static void put(filler *f, wm_str text)
{
    size_t room = sizeof f->bytes - f->length;
    size_t length = text.len <= room ? text.len : wm_utf8_cut(text, room);
    if (length > 0) {
        memcpy(f->bytes + f->length, text.ptr, length);
    }
    f->length += length;
}

static void put_value(filler *f, wm_str value)
{
    if (value.len > WM_FILLING_BYTES_MAX) {
        value.len = wm_utf8_cut(value, WM_FILLING_BYTES_MAX);
    }
    if (!f->isolate) {
        put(f, value);
        return;
    }
    put(f, WM_STR(ISOLATE));
    put(f, value);
    put(f, WM_STR(END_OF_ISOLATE));
}

/* False: it names a place for which nothing is given. */
static bool fill(filler *f, const wm_template *template)
{
    wm_str text = template->text;
    wm_str name = { NULL, 0 };
    size_t at = 0;
    size_t place = 0;
    size_t length = wm_template_next(template, 0, 0, &place, &name);
    f->length = 0;
    f->filled = length > 0;
    f->watched_count = 0;
    for (size_t i = 1; length > 0; i++) {
        const wm_filling *filling = filling_of(f, name);
        if (filling == NULL) {
            return false;
        }
        put(f, (wm_str){ text.ptr + at, place - at });
        if (filling == f->watched) {
            f->watched_at = f->length;
            f->watched_count++;
        }
        put_value(f, filling->value);
        at = place + length;
        length = wm_template_next(template, i, at, &place, &name);
    }
    if (f->filled) {
        put(f, (wm_str){ text.ptr + at, text.len - at });
    }
    return true;
}

/* ---- choosing ----------------------------------------------------------------------------- */

/* True if it can be said; it is then in *text_out, perhaps in the filler. */
static bool say_template(filler *f, const wm_template *template, wm_str *text_out)
{
    if (template->text.len == 0 || !fill(f, template)) {
        return false;
    }
    *text_out = f->filled ? (wm_str){ f->bytes, f->length } : template->text;
    return true;
}

static bool say(filler *f, wm_str text, wm_str tag, wm_str *text_out)
{
    if (text.len > 0 && memchr(text.ptr, '{', text.len) == NULL) {
        f->filled = false;
        *text_out = text;
        return true;
    }
    wm_template template = wm_template_of(text);
    f->isolate = wm_language_is_right_to_left(tag);
    return say_template(f, &template, text_out);
}

static wm_said choose(wm_texts *texts, filler *f, const wm_json *value, const wm_json *unreviewed,
                      wm_str builtin)
{
    wm_said said = { { NULL, 0 }, false, false };
    wm_str english = WM_STR("en");
    for (wm_str tag = texts->lang; tag.len > 0; tag = wm_language_broader(tag)) {
        if (say(f, wm_language_text(value, tag), tag, &said.text)) {
            said.in_language = true;
            said.unreviewed = wm_language_listed(unreviewed, tag);
            texts->said_unreviewed = texts->said_unreviewed || said.unreviewed;
            return said;
        }
        said.in_language = said.in_language || wm_language_same(tag, english);
    }
    if (say(f, wm_language_text(value, english), english, &said.text)) {
        said.unreviewed = wm_language_listed(unreviewed, english);
        texts->said_unreviewed = texts->said_unreviewed || said.unreviewed;
    } else if (!say(f, builtin, english, &said.text)) {
        said.in_language = false;
    }
    return said;
}

wm_texts wm_texts_of(wm_asker *asker, wm_str lang, wm_arena *arena)
{
    return (wm_texts){ .asker = asker,
                       .lang = lang.len > 0 ? lang : WM_STR("en"),
                       .english = lang.len == 0 || wm_str_is(lang, "en"),
                       .arena = arena,
                       .status = WM_OK };
}

wm_status wm_texts_status(const wm_texts *texts, wm_error *err)
{
    return texts->status == WM_OK
               ? WM_OK
               : wm_fail(err, texts->status, "texts: %s", wm_status_text(texts->status));
}

static const wm_json *value_of(wm_kind kind, const wm_json *record, said_as as)
{
    const wm_json *other = as == SAID_IF_OTHER ? wm_json_get(record, "if_other") : NULL;
    return other != NULL ? other
                         : wm_json_get(record, kind == WM_KIND_TEXT ? "text"
                                               : as == SAID_TEXT    ? "why"
                                                                    : "if");
}

/* NULL: it could not be held. */
static const in_english *english_of(wm_texts *texts, slot *s, said_as as)
{
    if (s->english[as] == NULL && s->id.len > 0) {
        wm_str tag = WM_STR("en");
        in_english *made = wm_arena_alloc(&texts->asker->texts->arena, sizeof *made);
        if (made != NULL) {
            *made = (in_english){
                .own = wm_template_of(wm_language_text(value_of(s->kind, s->record, as), tag)),
                .builtin = wm_template_of(s->builtin),
                .unreviewed = wm_language_listed(wm_json_get(s->record, "unreviewed"), tag),
            };
        }
        s->english[as] = made;
    }
    return s->english[as];
}

/* English is what is asked for most. */
static wm_said choose_english(wm_texts *texts, filler *f, const in_english *of)
{
    wm_said said = { { NULL, 0 }, true, false };
    if (say_template(f, &of->own, &said.text)) {
        said.unreviewed = of->unreviewed;
        texts->said_unreviewed = texts->said_unreviewed || of->unreviewed;
    } else {
        said.in_language = say_template(f, &of->builtin, &said.text);
    }
    return said;
}

/* What is said, and of which record. */
typedef struct said_of {
    wm_kind kind;
    said_as as;
    wm_str id;
} said_of;

/* What is filled is in the filler. */
static wm_said say_filled(wm_texts *texts, const said_of *what, filler *f)
{
    slot spare = { .record = NULL };
    slot *s = look_up(texts, what->kind, what->id, &spare);
    const in_english *of = s != NULL && texts->english ? english_of(texts, s, what->as) : NULL;
    if (of != NULL) {
        return choose_english(texts, f, of);
    }
    const wm_json *record = s != NULL ? s->record : NULL;
    wm_str builtin = { NULL, 0 };
    if (what->kind == WM_KIND_TEXT) {
        builtin = s != NULL ? s->builtin : wm_builtin_text(what->id);
    }
    return choose(texts, f, value_of(what->kind, record, what->as),
                  wm_json_get(record, "unreviewed"), builtin);
}

static wm_said say_of_rule(wm_texts *texts, wm_str rule, said_as as)
{
    const said_of what = { WM_KIND_RULE, as, rule };
    filler f;
    start(&f, NULL, 0); /* there is nothing to fill: what is said is in the record */
    return say_filled(texts, &what, &f);
}

wm_said wm_text_why(wm_texts *texts, wm_str rule)
{
    return say_of_rule(texts, rule, SAID_TEXT);
}

wm_said wm_text_if(wm_texts *texts, wm_str rule, bool of_other)
{
    return say_of_rule(texts, rule, of_other ? SAID_IF_OTHER : SAID_IF);
}

wm_said wm_text_filled(wm_texts *texts, wm_str id, const wm_filling *fillings, size_t count)
{
    const said_of what = { WM_KIND_TEXT, SAID_TEXT, id };
    filler f;
    start(&f, fillings, count);
    wm_said said = say_filled(texts, &what, &f);
    if (f.filled && said.text.len > 0) {
        said.text = wm_arena_copy(texts->arena, said.text);
        if (said.text.ptr == NULL) {
            texts->status = texts->status == WM_OK ? WM_NO_MEMORY : texts->status;
            said.in_language = false;
        }
    }
    return said;
}

wm_said wm_text_said(wm_texts *texts, wm_str id)
{
    return wm_text_filled(texts, id, NULL, 0);
}

wm_str wm_text_words(wm_texts *texts, const char *id)
{
    return wm_text_said(texts, wm_str_of(id)).text;
}

wm_str wm_text_of(wm_texts *texts, const char *prefix, wm_str name)
{
    char id[WM_ID_BYTES_MAX];
    wm_str before = wm_str_of(prefix);
    if (before.len > sizeof id || name.len > sizeof id - before.len) {
        return (wm_str){ NULL, 0 };
    }
    memcpy(id, before.ptr, before.len);
    if (name.len > 0) {
        memcpy(id + before.len, name.ptr, name.len);
    }
    return wm_text_said(texts, (wm_str){ id, before.len + name.len }).text;
}

static bool is_in_language(wm_texts *texts, wm_str id)
{
    const wm_json *value = wm_json_get(record_of(texts, id), "text");
    for (wm_str tag = texts->lang; tag.len > 0; tag = wm_language_broader(tag)) {
        if (wm_language_text(value, tag).len > 0) {
            return true;
        }
    }
    return false;
}

/* English is whole in itself: what no record says is built in. */
static bool has_all_sentences(wm_texts *texts)
{
    if (!texts->sentences_known) {
        bool english = wm_language_is_english(texts->lang);
        bool whole = true;
        for (size_t i = 0; !english && whole && wm_sentence_id(i) != NULL; i++) {
            whole = is_in_language(texts, wm_str_of(wm_sentence_id(i)));
        }
        texts->sentences_whole = whole;
        texts->sentences_known = true;
    }
    return texts->sentences_whole;
}

wm_str wm_text_sentence(wm_texts *texts, wm_str id)
{
    if (!has_all_sentences(texts)) {
        return (wm_str){ NULL, 0 };
    }
    const wm_json *record = record_of(texts, id);
    const wm_json *value = wm_json_get(record, "text");
    for (wm_str tag = texts->lang; tag.len > 0; tag = wm_language_broader(tag)) {
        wm_str text = wm_language_text(value, tag);
        if (text.len > 0) {
            texts->said_unreviewed = texts->said_unreviewed ||
                                     wm_language_listed(wm_json_get(record, "unreviewed"), tag);
            return text;
        }
    }
    return (wm_str){ NULL, 0 };
}

/* In English they are held as long as records are, otherwise for the answer. NULL: nowhere. */
static wm_held_sentences *held_of(wm_texts *texts)
{
    if (texts->english) {
        wm_text_cache *cache = cache_of(texts->asker);
        return cache != NULL ? &cache->english : NULL;
    }
    if (texts->held == NULL) {
        texts->held = wm_arena_alloc(texts->arena, sizeof *texts->held);
    }
    return texts->held;
}

static const wm_sentence *hold_sentence(wm_texts *texts, const char *id)
{
    char bytes[WM_SENTENCE_ID_BYTES];
    wm_arena *arena = texts->english ? &texts->asker->texts->arena : texts->arena;
    bool unreviewed = texts->said_unreviewed;
    texts->said_unreviewed = false;
    wm_str own = wm_text_sentence(texts, wm_sentence_text_id(id, bytes));
    bool fleeting = texts->english && texts->said_unreviewed; /* each answer is to know of it */
    texts->said_unreviewed = texts->said_unreviewed || unreviewed;
    if (own.len > 0 && texts->english) {
        own = wm_arena_copy(arena, own); /* the record may be of the answer only */
        fleeting = fleeting || own.ptr == NULL;
    }
    wm_sentence *made =
        fleeting || texts->status != WM_OK ? NULL : wm_arena_alloc(arena, sizeof *made);
    if (made != NULL) {
        *made = wm_sentence_of(id, own);
    }
    return made;
}

const wm_sentence *wm_text_held_sentence(wm_texts *texts, const char *id)
{
    wm_held_sentences *held = held_of(texts);
    if (held == NULL) {
        return NULL;
    }
    size_t at = (size_t)((uint64_t)(uintptr_t)id * 0x9e3779b97f4a7c15U >> 56);
    while (held->slots[at].id != NULL && held->slots[at].id != id) {
        at = (at + 1) % HELD_SLOTS;
    }
    if (held->slots[at].id == NULL && held->count < HELD_SLOTS / 2) {
        const wm_sentence *made = hold_sentence(texts, id);
        if (made != NULL) {
            held->slots[at].id = id;
            held->slots[at].sentence = made;
            held->count++;
        }
    }
    return held->slots[at].sentence;
}

/* False: there is no room. The slots are not wiped: a process that answers once uses few. */
static bool find_said(wm_texts *texts, wm_str key, wm_text_cache **cache_out, size_t *at_out)
{
    wm_text_cache *cache = cache_of(texts->asker);
    if (cache == NULL || key.len == 0 || key.len > SAID_KEY_BYTES) {
        return false;
    }
    if (cache->said == NULL) {
        const wm_env *env = texts->asker->env;
        cache->said = env->resize(env->context, NULL, 0, SAID_SLOTS * sizeof *cache->said);
    }
    *cache_out = cache;
    *at_out = hash_of(0, key) % SAID_SLOTS;
    return cache->said != NULL;
}

bool wm_text_say_again(wm_texts *texts, wm_str key, wm_buf *out)
{
    wm_text_cache *cache = NULL;
    size_t at = 0;
    if (find_said(texts, key, &cache, &at) && cache->said_sizes[at].key_bytes == key.len &&
        memcmp(cache->said[at].key, key.ptr, key.len) == 0) {
        wm_buf_put(out, cache->said[at].text, cache->said_sizes[at].length);
        return true;
    }
    texts->said_before = texts->said_unreviewed;
    texts->said_unreviewed = false;
    return false;
}

void wm_text_keep_said(wm_texts *texts, wm_str key, wm_str text)
{
    wm_text_cache *cache = NULL;
    size_t at = 0;
    bool reviewed = !texts->said_unreviewed; /* else each answer is to know of it */
    texts->said_unreviewed = texts->said_unreviewed || texts->said_before;
    if (reviewed && texts->status == WM_OK && text.len > 0 && text.len <= SAID_BYTES &&
        find_said(texts, key, &cache, &at)) {
        cache->said_sizes[at].key_bytes = (uint8_t)key.len;
        cache->said_sizes[at].length = (uint8_t)text.len;
        memcpy(cache->said[at].key, key.ptr, key.len);
        memcpy(cache->said[at].text, text.ptr, text.len);
    }
}

wm_said wm_text_in(wm_texts *texts, const wm_json *value, const wm_json *unreviewed)
{
    filler f;
    start(&f, NULL, 0);
    return choose(texts, &f, value, unreviewed, (wm_str){ NULL, 0 });
}

/* ---- dates -------------------------------------------------------------------------------- */

/* Empty: the language has no word for it. */
static wm_str name_of(wm_texts *texts, const char *const *ids, unsigned index)
{
    wm_said said = wm_text_said(texts, wm_str_of(ids[index]));
    return said.in_language ? said.text : (wm_str){ NULL, 0 };
}

static wm_str month_of(wm_texts *texts, int month)
{
    static const char *const ids[] = { "month.1", "month.2",  "month.3",  "month.4",
                                       "month.5", "month.6",  "month.7",  "month.8",
                                       "month.9", "month.10", "month.11", "month.12" };
    return name_of(texts, ids, (unsigned)month - 1);
}

wm_str wm_text_weekday(wm_texts *texts, wm_date date)
{
    static const char *const ids[] = { "weekday.1", "weekday.2", "weekday.3", "weekday.4",
                                       "weekday.5", "weekday.6", "weekday.7" };
    return name_of(texts, ids, (unsigned)wm_date_weekday(date));
}

/* The digits of a number that is not negative. */
static wm_str digits_of(int number, char digits[16])
{
    size_t at = 16;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    return (wm_str){ digits + at, 16 - at };
}

static wm_str date_text(wm_texts *texts, wm_date date, wm_str form)
{
    char day[16];
    char year[16];
    char plain[WM_DATE_TEXT_BYTES];
    wm_civil civil = wm_date_to_civil(date);
    const wm_filling fillings[] = {
        { "day", digits_of(civil.day, day) },
        { "month", month_of(texts, civil.month) },
        { "year", digits_of(civil.year, year) },
        { "weekday", wm_text_weekday(texts, date) },
    };
    wm_said said = { .in_language = false };
    if (fillings[1].value.len > 0) {
        said = wm_text_filled(texts, form, fillings, 4);
    }
    /* The order of a date in one language with the month of another helps nobody. */
    return said.in_language ? said.text
                            : wm_arena_copy(texts->arena, wm_str_of(wm_date_format(date, plain)));
}

wm_str wm_text_date(wm_texts *texts, wm_date date)
{
    return date_text(texts, date, WM_STR("date.day"));
}

wm_str wm_text_weekday_date(wm_texts *texts, wm_date date)
{
    return date_text(texts, date, WM_STR("date.weekday"));
}

wm_str wm_text_record_date(wm_texts *texts, wm_date date)
{
    wm_text_cache *cache = texts->english ? cache_of(texts->asker) : NULL;
    if (cache == NULL) {
        return wm_text_date(texts, date);
    }
    said_day *day = &cache->days[(uint32_t)date % DAY_SLOTS];
    if (day->length == 0 || day->date != date) {
        bool unreviewed = texts->said_unreviewed;
        texts->said_unreviewed = false;
        wm_str text = wm_text_date(texts, date);
        bool keeps = !texts->said_unreviewed && texts->status == WM_OK && text.len <= DAY_BYTES;
        texts->said_unreviewed = texts->said_unreviewed || unreviewed;
        if (!keeps || text.len == 0) {
            return text;
        }
        *day = (said_day){ .date = date, .length = (uint32_t)text.len };
        memcpy(day->text, text.ptr, text.len);
    }
    return (wm_str){ day->text, day->length };
}

/* ---- notes -------------------------------------------------------------------------------- */

/* Returns where the text began in the buffer; 0: nothing was written. */
static size_t put_note(wm_texts *texts, wm_json_out *out, const wm_note *note, filler *f)
{
    const said_of what = { WM_KIND_TEXT, SAID_TEXT, note->id };
    wm_said said = say_filled(texts, &what, f);
    if (said.text.len == 0) {
        return 0;
    }
    wm_json_out_object(out);
    wm_json_out_string_member(out, WM_STR("\"code\":"),
                              note->code != NULL ? wm_str_of(note->code) : note->id);
    size_t start = out->buf->len + sizeof ",\"text\":\"" - 1;
    wm_json_out_string_member(out, WM_STR("\"text\":"), said.text);
    if (note->rule.len > 0) {
        wm_json_out_string_member(out, WM_STR("\"rule\":"), note->rule);
    }
    wm_json_out_end_object(out);
    return start;
}

void wm_text_note(wm_texts *texts, wm_json_out *out, const char *code, wm_str id, wm_str rule,
                  const wm_filling *fillings, size_t count)
{
    const wm_note note = { code, id, rule, fillings, count };
    filler f;
    start(&f, fillings, count);
    (void)put_note(texts, out, &note, &f);
}

bool wm_text_dated_again(const wm_texts *texts, wm_json_out *out, const wm_note_key *key,
                         wm_str day)
{
    const wm_dated_note *before = texts->dated;
    const wm_dated_note *end = texts->dated + WM_DATED_NOTES;
    while (before < end && memcmp(&before->key, key, sizeof *key) != 0) {
        before++;
    }
    bool plain = true;
    for (size_t i = 0; i < day.len && plain; i++) {
        plain = (unsigned char)day.ptr[i] >= 0x20 && day.ptr[i] != '"' && day.ptr[i] != '\\';
    }
    if (before == end || before->length == 0 || !plain || texts->repeats == NULL ||
        texts->repeats->buf != out->buf) {
        return wm_text_note_again(texts, out, key);
    }
    size_t behind = before->day_at + before->day_bytes;
    wm_json_out_raw(out, (wm_str){ NULL, 0 });
    char *to = wm_buf_reserve(out->buf, before->length - before->day_bytes + day.len);
    if (to != NULL) { /* the buffer may have moved, and what stands in it with it */
        const char *from = out->buf->data + before->start;
        memcpy(to, from, before->day_at);
        memcpy(to + before->day_at, day.ptr, day.len);
        memcpy(to + before->day_at + day.len, from + behind, before->length - behind);
        wm_buf_grown(out->buf, before->length - before->day_bytes + day.len);
    }
    return true;
}

void wm_text_dated_note(wm_texts *texts, wm_json_out *out, const wm_note_key *key,
                        const wm_note *note)
{
    wm_str day = note->count > 0 ? note->fillings[note->count - 1].value : (wm_str){ NULL, 0 };
    filler f;
    start(&f, note->fillings, note->count);
    f.watched = day.len > 0 ? &note->fillings[note->count - 1] : NULL;
    size_t begin = out->buf->len;
    size_t text = put_note(texts, out, note, &f);
    const wm_buf *buf = out->buf;
    if (text == 0 || buf->status != WM_OK) {
        return;
    }
    if (!f.filled || f.watched_count == 0) {
        wm_text_note_keep(texts, out, key, begin); /* whatever the day */
        return;
    }
    begin += buf->data[begin] == ',' ? 1 : 0;
    size_t at = text + f.watched_at;
    /* Nothing before the day was escaped, nor was the day. */
    bool stands = f.watched_count == 1 && !f.isolate && at + day.len <= buf->len &&
                  memcmp(buf->data + text, f.bytes, f.watched_at + day.len) == 0;
    if (stands) {
        texts->dated[texts->dated_next] =
            (wm_dated_note){ *key, begin, buf->len - begin, at - begin, day.len };
        texts->dated_next = (texts->dated_next + 1) % WM_DATED_NOTES;
    }
}

#define NOTE_KEY_MARK 'N' /* no other key begins with it */
#define NOTE_KEY_BYTES (1 + sizeof(wm_note_key))

static wm_str key_of_note(const wm_note_key *key, char bytes[NOTE_KEY_BYTES])
{
    bytes[0] = NOTE_KEY_MARK;
    memcpy(bytes + 1, key, sizeof *key);
    return (wm_str){ bytes, NOTE_KEY_BYTES };
}

bool wm_text_note_again(const wm_texts *texts, wm_json_out *out, const wm_note_key *key)
{
    char bytes[NOTE_KEY_BYTES];
    size_t start = 0;
    size_t length = 0;
    if (!wm_repeat_find(texts->repeats, out->buf, key_of_note(key, bytes), &start, &length)) {
        return false;
    }
    wm_repeat_put(out, start, length);
    return true;
}

void wm_text_note_keep(const wm_texts *texts, const wm_json_out *out, const wm_note_key *key,
                       size_t start)
{
    char bytes[NOTE_KEY_BYTES];
    const wm_buf *buf = out->buf;
    if (buf->status == WM_OK && buf->len > start) {
        start += buf->data[start] == ',' ? 1 : 0;
        wm_repeat_keep(texts->repeats, buf, key_of_note(key, bytes), start);
    }
}

void wm_text_unreviewed_note(wm_texts *texts, wm_json_out *out)
{
    if (texts->said_unreviewed) {
        wm_text_note(texts, out, "unreviewed_words", WM_STR("answer.unreviewed_words"),
                     (wm_str){ NULL, 0 }, NULL, 0);
    }
}
