/* phrases.c: see phrases.h. */
#include "rules/phrases.h"

#include "rules/facts.h"

/* No one is older: "16 to 120" means 16 or over. */
#define OLDEST_MONTHS (120 * 12)
#define PLACES_SHOWN 4

void wm_phrase_id(wm_buf *out, wm_str id)
{
    for (size_t i = 0; i < id.len; i++) {
        bool joint = id.ptr[i] == '_' || id.ptr[i] == '-';
        wm_buf_put(out, joint ? " " : id.ptr + i, 1);
    }
}

void wm_phrase_word(const wm_phrases *phrases, wm_str (*look_up)(void *context, wm_str id),
                    wm_symbol id)
{
    wm_str text = wm_symbols_text(phrases->symbols, id);
    wm_str word = look_up != NULL ? look_up(phrases->words->context, text) : (wm_str){ NULL, 0 };
    if (word.len > 0) {
        wm_buf_put_str(phrases->out, word);
    } else {
        wm_phrase_id(phrases->out, text);
    }
}

/* ---- ages --------------------------------------------------------------------------------- */

void wm_phrase_months(wm_buf *out, int32_t months, bool in_months)
{
    if (!in_months && months % 12 == 0) {
        wm_buf_printf(out, "%d", months / 12);
    } else if (months < 24) {
        wm_buf_printf(out, "%d %s", months, months == 1 ? "month" : "months");
    } else if (months % 12 == 0) {
        wm_buf_printf(out, "%d years", months / 12);
    } else {
        wm_buf_printf(out, "%d years %d %s", months / 12, months % 12,
                      months % 12 == 1 ? "month" : "months");
    }
}

void wm_phrase_known_age(wm_buf *out, wm_date_range birth, wm_date day, bool in_months)
{
    int32_t youngest = wm_whole_months(birth.last, day);
    int32_t oldest = wm_whole_months(birth.first, day);
    /* Months only where they are known: "26" may be any month of a year. */
    bool months = (in_months || oldest < 24) && oldest - youngest < 11;
    int32_t unit = months ? 1 : 12;
    youngest -= youngest % unit;
    oldest -= oldest % unit;
    if (!months && oldest == 0) {
        wm_buf_put_text(out, "under 1");
        return;
    }
    wm_phrase_months(out, youngest, months);
    if (oldest - youngest == unit) {
        wm_buf_put_text(out, " or ");
        wm_phrase_months(out, oldest, months);
    } else if (oldest >= OLDEST_MONTHS) {
        wm_buf_put_text(out, " or over");
    } else if (oldest > youngest) {
        wm_buf_put_text(out, " to ");
        wm_phrase_months(out, oldest, months);
    }
    wm_buf_put_text(out, months && oldest < 24 ? " old" : "");
}

typedef struct age_bounds {
    bool has_min;
    bool has_end;
    bool min_ym;
    bool end_ym;
    bool before; /* the end is written as "under" */
    int32_t min;
    int32_t last; /* what is said of the end */
} age_bounds;

/* In whole years "before 18" is said as "to 17" behind a min; alone it is "under 18". */
static age_bounds bounds_of(const wm_months_range *range, uint8_t flags)
{
    age_bounds bounds = {
        .has_min = range->has_min && range->min > 0,
        .has_end = range->has_end && range->end < OLDEST_MONTHS,
        .min_ym = (flags & WM_BOUND_MIN_YM) != 0,
        .end_ym = (flags & WM_BOUND_END_YM) != 0,
        .min = range->min,
    };
    bool before = (flags & WM_BOUND_END_BEFORE) != 0;
    bounds.before = before && (bounds.end_ym || !bounds.has_min);
    int32_t unit = bounds.end_ym ? 1 : 12;
    bounds.last = bounds.before ? range->end : range->end - unit;
    return bounds;
}

/* "16", "16 or 17", "16 to 25", "2 years to under 4 years 6 months" */
static void phrase_between(wm_buf *out, const age_bounds *bounds)
{
    wm_phrase_months(out, bounds->min, bounds->min_ym);
    bool years = !bounds->min_ym && !bounds->end_ym;
    if (years && bounds->last == bounds->min) {
        return;
    }
    wm_buf_put_text(out, years && bounds->last == bounds->min + 12 ? " or " : " to ");
    wm_buf_put_text(out, bounds->before ? "under " : "");
    wm_phrase_months(out, bounds->last, bounds->end_ym);
}

static void phrase_age_range(wm_buf *out, const age_bounds *bounds)
{
    if (!bounds->has_min && !bounds->has_end) {
        wm_buf_put_text(out, "of any age");
        return;
    }
    wm_buf_put_text(out, "aged ");
    if (!bounds->has_end) {
        wm_phrase_months(out, bounds->min, bounds->min_ym);
        wm_buf_put_text(out, " or over");
    } else if (bounds->has_min) {
        phrase_between(out, bounds);
    } else {
        wm_buf_put_text(out, bounds->before ? "under " : "");
        wm_phrase_months(out, bounds->last, bounds->end_ym);
        wm_buf_put_text(out, bounds->before ? "" : " or under");
    }
}

static void phrase_age(const wm_phrases *phrases, const wm_node *node)
{
    wm_months_range range = wm_program_range(phrases->criteria, node->arg, node->operand);
    age_bounds bounds = bounds_of(&range, node->arg);
    phrase_age_range(phrases->out, &bounds);
    if ((node->arg & WM_BOUND_CUTOFF) != 0) {
        wm_buf_put_text(phrases->out, " on 31 August before this school year");
    }
}

static void phrase_span(wm_buf *out, int32_t months)
{
    if (months >= 24 && months % 12 == 0) {
        wm_buf_printf(out, "%d years", months / 12);
    } else if (months == 12) {
        wm_buf_put_text(out, "12 months");
    } else {
        wm_phrase_months(out, months, true);
    }
}

static void phrase_since(const wm_phrases *phrases, const wm_node *node)
{
    wm_months_range range = wm_program_range(phrases->criteria, node->arg, node->operand + 1U);
    wm_buf *out = phrases->out;
    wm_symbol event = wm_program_word(phrases->criteria, node->operand);
    if (range.has_min && range.min > 0) {
        phrase_span(out, range.min);
        wm_buf_put_text(out, range.has_end ? " to " : " or more ");
    }
    if (range.has_end) {
        wm_buf_put_text(out, range.has_min && range.min > 0 ? "" : "in the first ");
        phrase_span(out, range.end);
        wm_buf_put_char(out, ' ');
    }
    wm_buf_put_text(out, "after ");
    if (phrases->words->event == NULL) {
        wm_buf_put_text(out, "this: ");
    }
    wm_phrase_word(phrases, phrases->words->event, event);
}

/* ---- places ------------------------------------------------------------------------------- */

static void phrase_area(const wm_phrases *phrases, const wm_node *node)
{
    static const char *const verbs[WM_DIMENSION_COUNT] = { "living", "staying",
                                                           "registered with a GP",
                                                           "going to school", "working" };
    wm_buf *out = phrases->out;
    unsigned left = (unsigned)node->arg;
    for (unsigned i = 0; left != 0; i++) {
        if ((left >> i & 1U) != 0) {
            left &= ~(1U << i);
            wm_buf_put_text(out, verbs[i]);
            wm_buf_put_text(out, left == 0 ? " in " : (left & (left - 1)) == 0 ? " or " : ", ");
        }
    }
    uint32_t count = wm_program_word(phrases->criteria, node->operand);
    uint32_t shown = count <= PLACES_SHOWN ? count : PLACES_SHOWN - 1;
    for (uint32_t i = 0; i < shown; i++) {
        wm_symbol code = wm_program_word(phrases->criteria, node->operand + 1U + i);
        wm_buf_put_text(out, i == 0 ? "" : i + 1 == count ? " or " : ", ");
        wm_phrase_word(phrases, phrases->words->locality, code);
    }
    if (shown < count) {
        wm_buf_printf(out, " or %u more places", count - shown);
    }
}

/* ---- flags, terms and levels -------------------------------------------------------------- */

static void phrase_flag(const wm_phrases *phrases, const wm_node *node)
{
    wm_str name = wm_symbols_text(phrases->symbols, node->operand);
    const wm_words *words = phrases->words;
    wm_str phrase = words->flag != NULL ? words->flag(words->context, name) : (wm_str){ NULL, 0 };
    if (phrase.len > 0) {
        wm_buf_put_str(phrases->out, phrase);
    } else {
        wm_buf_put_text(phrases->out, "for whom this is true: ");
        wm_phrase_id(phrases->out, name);
    }
}

static void phrase_terms(const wm_phrases *phrases, const wm_node *node)
{
    const wm_words *words = phrases->words;
    wm_str fact =
        wm_symbols_text(phrases->symbols, wm_program_word(phrases->criteria, node->operand));
    wm_str lead = words->lead != NULL ? words->lead(words->context, fact) : (wm_str){ NULL, 0 };
    if (lead.len > 0) {
        wm_buf_put_str(phrases->out, lead);
        wm_buf_put_char(phrases->out, ' ');
    } else if (node->op == WM_OP_HAS) {
        wm_buf_put_text(phrases->out, "with ");
    } else {
        wm_buf_put_text(phrases->out, "whose answer to \"");
        wm_phrase_id(phrases->out, fact);
        wm_buf_put_text(phrases->out, "\" is ");
    }
    uint32_t count = wm_program_word(phrases->criteria, node->operand + 1U);
    for (uint32_t i = 0; i < count; i++) {
        wm_str term = wm_symbols_text(phrases->symbols,
                                      wm_program_word(phrases->criteria, node->operand + 2U + i));
        wm_str label =
            words->term != NULL ? words->term(words->context, fact, term) : (wm_str){ NULL, 0 };
        wm_buf_put_text(phrases->out, i == 0 ? "" : i + 1 == count ? " or " : ", ");
        if (label.len > 0) {
            wm_buf_put_str(phrases->out, label);
        } else {
            wm_phrase_id(phrases->out, term);
        }
    }
}

static void phrase_level(const wm_phrases *phrases, const wm_node *node)
{
    const char *least = wm_level_name(node->arg, node->operand & 0xff);
    const char *greatest = wm_level_name(node->arg, node->operand >> 8 & 0xff);
    wm_buf *out = phrases->out;
    wm_buf_put_text(out, node->arg == 0 ? "whose difficulties are " : "whose risk is ");
    uint32_t given = node->operand >> 16;
    if (given == 1) {
        wm_buf_printf(out, "%s or more", least);
    } else if (given == 2) {
        wm_buf_printf(out, "%s or less", greatest);
    } else if (least == greatest) {
        wm_buf_put_text(out, least);
    } else {
        wm_buf_printf(out, "%s to %s", least, greatest);
    }
}

/* ---- nodes -------------------------------------------------------------------------------- */

static void phrase_about(const wm_phrases *phrases, size_t at, const wm_node *node)
{
    wm_str who = wm_symbols_text(phrases->symbols, node->operand);
    wm_buf_put_text(phrases->out, wm_str_is(who, "cared_for") ? "who look after someone"
                                  : wm_str_is(who, "child")   ? "who have a child"
                                  : wm_str_is(who, "parent")  ? "who have a parent"
                                                              : "who have a partner");
    wm_node that = wm_program_node(phrases->criteria, at + 1);
    if (that.op != WM_OP_CONST || that.arg == 0) {
        wm_buf_put_char(phrases->out, ' ');
        wm_phrase_node(phrases, at + 1);
    }
}

static void phrase_children(const wm_phrases *phrases, size_t at, const wm_node *node)
{
    if (node->span == 1) {
        wm_buf_put_text(phrases->out, node->op == WM_OP_ALL ? "of any kind" : "of no kind");
        return;
    }
    if (node->op == WM_OP_ATLEAST) {
        wm_buf_printf(phrases->out, "to whom at least %u of these apply: ", node->operand);
    }
    const char *between = node->op == WM_OP_ALL ? " and " : node->op == WM_OP_ANY ? " or " : "; ";
    for (size_t child = at + 1; child < at + node->span;
         child += wm_program_node(phrases->criteria, child).span) {
        wm_buf_put_text(phrases->out, child > at + 1 ? between : "");
        wm_phrase_node(phrases, child);
    }
}

void wm_phrase_node(const wm_phrases *phrases, size_t at)
{
    wm_node node = wm_program_node(phrases->criteria, at);
    wm_buf *out = phrases->out;
    switch ((wm_op)node.op) {
    case WM_OP_ALL:
    case WM_OP_ANY:
    case WM_OP_ATLEAST: phrase_children(phrases, at, &node); break;
    case WM_OP_NOT:
        wm_buf_put_text(out, "other than those ");
        wm_phrase_node(phrases, at + 1);
        break;
    case WM_OP_CONST: wm_buf_put_text(out, node.arg != 0 ? "of any kind" : "of no kind"); break;
    case WM_OP_AGE: phrase_age(phrases, &node); break;
    case WM_OP_SINCE: phrase_since(phrases, &node); break;
    case WM_OP_AREA: phrase_area(phrases, &node); break;
    case WM_OP_IS: phrase_flag(phrases, &node); break;
    case WM_OP_IN:
    case WM_OP_HAS: phrase_terms(phrases, &node); break;
    case WM_OP_LEVEL: phrase_level(phrases, &node); break;
    case WM_OP_ABOUT: phrase_about(phrases, at, &node); break;
    case WM_OP_ACTOR:
        wm_buf_put_text(out, "when asked for by people ");
        wm_phrase_node(phrases, at + 1);
        break;
    case WM_OP_CHECK:
        wm_buf_put_text(out, "of whom the service says: ");
        wm_buf_put_str(out, wm_program_text(phrases->criteria, &node));
        break;
    case WM_OP_NEED: /* in rules only, and these are not said in sentences */
    case WM_OP_QUERY:
    case WM_OP_CARD:
    case WM_OP_RESULT:
    default: break;
    }
}
