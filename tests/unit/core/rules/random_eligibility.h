/* random_eligibility.h: random criteria, and random facts from what is known to what is not, for
 * property tests. Each fact is a chain of forms from the sharpest to "not known", each inside the
 * next. */
#ifndef WAYMARK_RANDOM_ELIGIBILITY_H
#define WAYMARK_RANDOM_ELIGIBILITY_H

#include "eligibility_bench.h"

#include <stdio.h>

#define CHAIN_MAX 6
#define FACTS_MAX 24

typedef struct chain {
    const char *name;
    wm_str forms[CHAIN_MAX]; /* 0 is the sharpest; len 0: not known */
    uint32_t count;
} chain;

typedef struct world {
    chain chains[FACTS_MAX];
    uint32_t count;
} world;

typedef struct maker {
    wm_test_random random;
    wm_arena *arena;
    wm_date as_of;
} maker;

static inline uint32_t below(maker *m, uint32_t bound)
{
    return wm_test_random_below(&m->random, bound);
}

static inline wm_str keep(maker *m, const wm_buf *text)
{
    wm_str copy = wm_arena_copy(m->arena, wm_buf_str(text));
    assert_non_null(copy.ptr);
    return copy;
}

/* ---- chains -------------------------------------------------------------------------------- */

static inline void add_form(maker *m, chain *c, const char *format, ...) WM_PRINTF(3, 4);
static inline void add_form(maker *m, chain *c, const char *format, ...)
{
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    assert_true(c->count < CHAIN_MAX);
    c->forms[c->count] = wm_arena_copy(m->arena, wm_str_of(text));
    assert_non_null(c->forms[c->count].ptr);
    c->count++;
}

static inline chain *begin(world *w, const char *name)
{
    assert_true(w->count < FACTS_MAX);
    chain *c = &w->chains[w->count++];
    *c = (chain){ .name = name };
    return c;
}

static inline void end(maker *m, chain *c)
{
    if (below(m, 2) == 0) {
        add_form(m, c, "{\"?\":\"declined\"}");
    }
    c->forms[c->count++] = (wm_str){ NULL, 0 };
}

static inline int32_t whole_months(wm_date from, wm_date to)
{
    int32_t months = 0;
    while (wm_date_add_months(from, months + 1) <= to) {
        months++;
    }
    return months;
}

static inline void make_age(maker *m, world *w)
{
    wm_date birth = m->as_of - (wm_date)below(m, 30 * 366);
    char date[WM_DATE_TEXT_BYTES];
    wm_date_format(birth, date);
    chain *c = begin(w, "age");
    add_form(m, c, "{\"dob\":\"%s\"}", date);
    int32_t months = whole_months(birth, m->as_of);
    if (below(m, 2) == 0) {
        add_form(m, c, "{\"dob\":\"%.7s\"}", date);
        add_form(m, c, "{\"dob\":\"%.4s\"}", date);
    } else {
        add_form(m, c, "{\"months\":%d}", months);
        add_form(m, c, "{\"years\":%d}", months / 12);
        add_form(m, c, "{\"min\":%d,\"max\":{\"y\":%d,\"m\":%u}}",
                 months / 12 > 0 ? months / 12 - 1 : 0, months / 12 + 1, below(m, 12));
    }
    end(m, c);
}

static inline void make_area(maker *m, world *w, const char *name)
{
    static const char *const codes[] = { "east", "birmingham", "bsol", "england" };
    static const char *const others[] = { "swindon", "wales", "banes", "lyonesse", "bsw" };
    chain *c = begin(w, name);
    uint32_t kind = below(m, 5);
    if (kind == 0) {
        add_form(m, c, "{\"none\":true}");
    } else if (kind < 3) {
        for (uint32_t i = below(m, 4); i < 4; i++) {
            add_form(m, c, "\"%s\"", codes[i]);
        }
    } else {
        const char *code = below(m, 2) == 0 ? codes[below(m, 4)] : others[below(m, 5)];
        const char *other = others[below(m, 5)];
        add_form(m, c, "\"%s\"", code);
        add_form(m, c, "{\"one_of\":[\"%s\",\"%s\"]}", code, other);
        add_form(m, c, "{\"one_of\":[\"%s\",\"%s\",\"%s\"]}", others[below(m, 5)], other, code);
    }
    end(m, c);
}

static inline void make_values(maker *m, world *w)
{
    static const char *const flags[] = { "f1", "f2", "f3" };
    for (size_t i = 0; i < 3; i++) {
        chain *c = begin(w, flags[i]);
        add_form(m, c, "%s", below(m, 2) == 0 ? "true" : "false");
        end(m, c);
    }
    char letter = (char)('a' + (char)below(m, 5));
    char other = (char)('a' + (char)below(m, 5));
    chain *c = begin(w, "o1");
    add_form(m, c, "\"%c\"", letter);
    add_form(m, c, "{\"one_of\":[\"%c\",\"%c\"]}", letter, other);
    end(m, c);
}

/* The letters of `mask` as a list, without every letter of `hidden`. */
static inline const char *letters(char out[64], unsigned mask, unsigned hidden)
{
    size_t at = 0;
    out[at++] = '[';
    for (unsigned i = 0; i < 5; i++) {
        if ((mask & ~hidden) >> i & 1) {
            if (at > 1) {
                out[at++] = ',';
            }
            out[at++] = '"';
            out[at++] = (char)('a' + (char)i);
            out[at++] = '"';
        }
    }
    out[at++] = ']';
    out[at] = '\0';
    return out;
}

static inline void make_set(maker *m, world *w, const char *name)
{
    chain *c = begin(w, name);
    unsigned has = below(m, 32);
    unsigned hidden = 0;
    char yes[64];
    char no[64];
    add_form(m, c, "{\"has\":%s,\"complete\":true}", letters(yes, has, 0));
    for (int i = 0; i < 3; i++) {
        add_form(m, c, "{\"has\":%s,\"not\":%s}", letters(yes, has, hidden),
                 letters(no, ~has & 31U, hidden));
        hidden |= below(m, 32);
    }
    end(m, c);
}

static inline void make_level(maker *m, world *w, const char *name, const char *const *steps,
                              uint32_t count)
{
    chain *c = begin(w, name);
    uint32_t low = below(m, count);
    uint32_t high = low;
    add_form(m, c, "\"%s\"", steps[low]);
    for (int i = 0; i < 2; i++) {
        low -= low > 0 ? below(m, 2) : 0;
        high += high + 1 < count ? below(m, 2) : 0;
        add_form(m, c, "{\"min\":\"%s\",\"max\":\"%s\"}", steps[low], steps[high]);
    }
    end(m, c);
}

/* An event lies wholly on one side of the day of the question, in all its forms. */
static inline void make_event(maker *m, world *w, const char *name)
{
    chain *c = begin(w, name);
    char date[WM_DATE_TEXT_BYTES];
    uint32_t kind = below(m, 6);
    if (kind == 0) {
        add_form(m, c, "{\"none\":true}");
    } else if (kind == 1) {
        wm_date_format(m->as_of + 400 + (wm_date)below(m, 400), date);
        add_form(m, c, "{\"date\":\"%s\"}", date);
        add_form(m, c, "{\"date\":\"%.7s\"}", date);
        add_form(m, c, "{\"date\":\"%.4s\"}", date);
    } else {
        wm_date event = m->as_of - (wm_date)below(m, 3 * 366);
        wm_date_format(event, date);
        add_form(m, c, "{\"date\":\"%s\"}", date);
        if (kind == 2) {
            add_form(m, c, "{\"months\":%d}", whole_months(event, m->as_of));
        } else {
            add_form(m, c, "{\"date\":\"%.7s\"}", date);
            add_form(m, c, "{\"date\":\"%.4s\"}", date);
        }
    }
    end(m, c);
}

static inline void make_plain(maker *m, world *w)
{
    static const char *const severities[] = { "mild", "moderate", "severe", "complex" };
    static const char *const risks[] = { "none", "low", "moderate", "high", "immediate" };
    make_age(m, w);
    make_area(m, w, "residence_area");
    make_area(m, w, "gp_area");
    make_area(m, w, "work_area");
    make_values(m, w);
    make_set(m, w, "s1");
    make_level(m, w, "severity", severities, 4);
    make_level(m, w, "risk", risks, 5);
    make_event(m, w, "e1");
    make_event(m, w, "e2");
}

/* Facts at the given points of their chains. */
static inline wm_str facts_at(maker *m, const world *w, const uint32_t *points)
{
    wm_buf text;
    wm_buf_init(&text, wm_env_system(), WM_MIB);
    wm_buf_put_char(&text, '{');
    bool first = true;
    for (uint32_t i = 0; i < w->count; i++) {
        wm_str form = w->chains[i].forms[points[i]];
        if (form.len > 0) {
            wm_buf_printf(&text, "%s\"%s\":", first ? "" : ",", w->chains[i].name);
            wm_buf_put_str(&text, form);
            first = false;
        }
    }
    wm_buf_put_char(&text, '}');
    wm_str kept = keep(m, &text);
    wm_buf_fini(&text);
    return kept;
}

/* From sharp to coarse: all people with sharp facts; the same with coarser facts; one of them and
 * maybe more; not known. */
static inline void make_people(maker *m, world *w, const char *name)
{
    world persons[2] = { { .count = 0 }, { .count = 0 } };
    uint32_t sharp[FACTS_MAX];
    uint32_t coarse[FACTS_MAX];
    wm_str texts[2][2];
    uint32_t count = below(m, 3);
    for (uint32_t i = 0; i < count; i++) {
        make_plain(m, &persons[i]);
        for (uint32_t k = 0; k < persons[i].count; k++) {
            coarse[k] = below(m, persons[i].chains[k].count);
            sharp[k] = below(m, coarse[k] + 1);
        }
        texts[i][0] = facts_at(m, &persons[i], sharp);
        texts[i][1] = facts_at(m, &persons[i], coarse);
    }
    chain *c = begin(w, name);
    for (int stage = 0; stage < 3; stage++) {
        wm_buf text;
        wm_buf_init(&text, wm_env_system(), WM_MIB);
        wm_buf_put_text(&text, "{\"people\":[");
        for (uint32_t i = 0; i < (stage == 2 && count > 0 ? 1 : count); i++) {
            wm_buf_put_text(&text, i > 0 ? "," : "");
            wm_buf_put_str(&text, texts[i][stage > 0]);
        }
        wm_buf_put_text(&text, stage == 2 ? "]}" : "],\"complete\":true}");
        c->forms[c->count++] = keep(m, &text);
        wm_buf_fini(&text);
    }
    end(m, c);
}

/* ---- random criteria ------------------------------------------------------------------------- */

static inline void put_length(maker *m, wm_buf *out, uint32_t years)
{
    if (below(m, 3) > 0) {
        wm_buf_printf(out, "%u", below(m, years + 1));
    } else {
        wm_buf_printf(out, "{\"y\":%u,\"m\":%u}", below(m, years + 1), below(m, 12));
    }
}

static inline void put_age(maker *m, wm_buf *out)
{
    wm_buf_put_text(out, "{\"age\":{");
    uint32_t bounds = 1 + below(m, 3);
    if ((bounds & 1) != 0) {
        wm_buf_put_text(out, "\"min\":");
        put_length(m, out, 30);
    }
    if ((bounds & 2) != 0) {
        wm_buf_put_text(out, bounds == 3 ? "," : "");
        wm_buf_put_text(out, below(m, 2) == 0 ? "\"max\":" : "\"before\":");
        put_length(m, out, 30);
    }
    wm_buf_put_text(out, below(m, 3) == 0 ? ",\"on\":\"school_cutoff\"}}" : "}}");
}

static inline void put_since(maker *m, wm_buf *out)
{
    wm_buf_printf(out, "{\"since\":{\"event\":\"e%u\"", 1 + below(m, 2));
    if (below(m, 2) == 0) {
        wm_buf_put_text(out, ",\"min\":");
        put_length(m, out, 2);
    }
    if (below(m, 3) > 0) {
        wm_buf_put_text(out, ",\"within\":");
        put_length(m, out, 3);
    }
    wm_buf_put_text(out, "}}");
}

static inline void put_area(maker *m, wm_buf *out)
{
    static const char *const ofs[] = { "\"residence\"", "\"gp\"", "\"work\"",
                                       "\"residence\",\"gp\"", "\"gp\",\"work\",\"staying\"" };
    static const char *const ins[] = { "\"east\"",           "\"bsol\"",
                                       "\"swindon\"",        "\"england\"",
                                       "\"banes\",\"bsol\"", "\"lyonesse\",\"birmingham\"",
                                       "\"bsw\",\"wales\"" };
    wm_buf_printf(out, "{\"area\":{\"of\":[%s],\"in\":[%s]}}", ofs[below(m, 5)], ins[below(m, 7)]);
}

static inline void put_leaf(maker *m, wm_buf *out)
{
    static const char *const severities[] = { "mild", "moderate", "severe", "complex" };
    char list[64];
    switch (below(m, 9)) {
    case 0: put_age(m, out); break;
    case 1: put_since(m, out); break;
    case 2: put_area(m, out); break;
    case 3: wm_buf_printf(out, "{\"is\":\"f%u\"}", 1 + below(m, 3)); break;
    case 4: wm_buf_printf(out, "{\"in\":{\"o1\":%s}}", letters(list, 1 + below(m, 31), 0)); break;
    case 5: wm_buf_printf(out, "{\"has\":{\"s1\":%s}}", letters(list, 1 + below(m, 31), 0)); break;
    case 6:
        wm_buf_printf(out, "{\"level\":{\"severity\":{\"%s\":\"%s\"}}}",
                      below(m, 2) == 0 ? "min" : "max", severities[below(m, 4)]);
        break;
    case 7:
        wm_buf_put_text(out, "{\"level\":{\"risk\":{\"min\":\"low\",\"max\":\"high\"}}}");
        break;
    default:
        wm_buf_put_text(out, below(m, 2) == 0 ? "{\"check\":\"c\"}" : "{\"const\":true}");
        break;
    }
}

static inline void put_node(maker *m, wm_buf *out, int depth, bool may_ask_about)
{
    uint32_t kind = depth == 0 ? 0 : below(m, may_ask_about ? 7 : 6);
    if (kind < 2) {
        put_leaf(m, out);
    } else if (kind == 2) {
        wm_buf_put_text(out, "{\"not\":");
        put_node(m, out, depth - 1, may_ask_about);
        wm_buf_put_char(out, '}');
    } else if (kind == 6) {
        wm_buf_printf(
            out, "{\"about\":{\"who\":\"%s\",\"that\":", below(m, 2) == 0 ? "child" : "partner");
        put_node(m, out, depth - 1, false);
        wm_buf_put_text(out, "}}");
    } else {
        uint32_t children = below(m, 4);
        if (kind == 5) {
            wm_buf_printf(out, "{\"atleast\":{\"n\":%u,\"of\":[", 1 + below(m, 3));
        } else {
            wm_buf_put_text(out, kind == 3 ? "{\"all\":[" : "{\"any\":[");
        }
        for (uint32_t i = 0; i < children; i++) {
            wm_buf_put_text(out, i > 0 ? "," : "");
            put_node(m, out, depth - 1, may_ask_about);
        }
        wm_buf_put_text(out, kind == 5 ? "]}}" : "]}");
    }
}

static inline wm_str make_service(maker *m)
{
    wm_buf text;
    wm_buf_init(&text, wm_env_system(), WM_MIB);
    wm_buf_put_text(&text, "{\"who\":");
    put_node(m, &text, 4, true);
    wm_buf_put_text(&text, ",\"not_for\":[{\"reason\":\"r\",\"when\":");
    put_node(m, &text, 2, true);
    wm_buf_printf(&text,
                  "},{\"reason\":\"r\",\"soft\":%s,\"when\":", below(m, 2) == 0 ? "true" : "false");
    put_node(m, &text, 1, true);
    wm_buf_put_text(&text, "}]}");
    wm_str kept = keep(m, &text);
    wm_buf_fini(&text);
    return kept;
}

#endif
