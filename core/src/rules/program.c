/* program.c: checks a program's bytes once, so that everything after it may trust them.
 *
 * What wm_criteria_load guarantees: node spans nest and cover exactly `who` and the exclusions;
 * depth is at most WM_CRITERIA_DEPTH_MAX; NOT, ABOUT and ACTOR have one child and leaves none; no
 * ABOUT or ACTOR stands in an ABOUT, no ACTOR in an ACTOR; every operand lies inside words and
 * text; bounds in months are at most WM_MONTHS_MAX. Symbols are not checked: whoever looks one up
 * checks it against the table. */
#include "rules/scene.h"

static const char *const scales[WM_LEVEL_SCALES][WM_LEVEL_STEPS_MAX + 1] = {
    { "mild", "moderate", "severe", "complex", NULL, NULL },
    { "none", "low", "moderate", "high", "immediate", NULL },
};

static const char *const fixed_names[WM_SYMBOL_FIXED_COUNT] = {
    [WM_SYMBOL_ASK_SERVICE] = "?ask_service",
    [WM_SYMBOL_AGE] = "age",
    [WM_SYMBOL_RESIDENCE_AREA] = "residence_area",
    [WM_SYMBOL_STAYING_AREA] = "staying_area",
    [WM_SYMBOL_GP_AREA] = "gp_area",
    [WM_SYMBOL_SCHOOL_AREA] = "school_area",
    [WM_SYMBOL_WORK_AREA] = "work_area",
    [WM_SYMBOL_SEVERITY] = "severity",
    [WM_SYMBOL_RISK] = "risk",
    [WM_SYMBOL_ACTOR] = "actor",
};

static const char *const dimension_names[WM_DIMENSION_COUNT] = { "residence", "staying", "gp",
                                                                 "school", "work" };

unsigned wm_level_steps(unsigned scale)
{
    return scale == 0 ? 4 : 5;
}

const char *wm_level_name(unsigned scale, unsigned step)
{
    return step < wm_level_steps(scale) ? scales[scale][step] : NULL;
}

bool wm_level_parse(unsigned scale, wm_str name, unsigned *step_out)
{
    for (unsigned i = 0; i < wm_level_steps(scale); i++) {
        if (wm_str_is(name, scales[scale][i])) {
            *step_out = i;
            return true;
        }
    }
    return false;
}

const char *wm_dimension_name(wm_dimension dimension)
{
    return dimension_names[dimension];
}

bool wm_dimension_parse(wm_str name, wm_dimension *dimension_out)
{
    for (int i = 0; i < WM_DIMENSION_COUNT; i++) {
        if (wm_str_is(name, dimension_names[i])) {
            *dimension_out = (wm_dimension)i;
            return true;
        }
    }
    return false;
}

const char *wm_fixed_name(wm_symbol symbol)
{
    return symbol < WM_SYMBOL_FIXED_COUNT ? fixed_names[symbol] : "";
}

bool wm_is_about_name(wm_str name)
{
    return wm_str_is(name, "cared_for") || wm_str_is(name, "child") || wm_str_is(name, "parent") ||
           wm_str_is(name, "partner");
}

wm_status wm_criteria_prepare_symbols(wm_symbols *symbols, wm_error *err)
{
    for (wm_symbol i = 0; i < WM_SYMBOL_FIXED_COUNT; i++) {
        wm_symbol symbol = WM_SYMBOL_NONE;
        wm_status status = wm_symbols_intern(symbols, wm_str_of(fixed_names[i]), &symbol, err);
        if (status != WM_OK) {
            return status;
        }
        if (symbol != i) {
            return wm_fail(err, WM_CORRUPT, "symbols: expected \"%s\" as number %u, found %u",
                           fixed_names[i], i, symbol);
        }
    }
    return WM_OK;
}

const char *wm_verdict_name(wm_verdict verdict)
{
    static const char *const names[] = { "ELIGIBLE", "JOINT", "CHECK_WITH_SERVICE", "UNKNOWN",
                                         "NOT_ELIGIBLE" };
    return names[verdict];
}

bool wm_op_is_leaf(uint8_t op)
{
    return op > WM_OP_ATLEAST;
}

wm_str wm_program_text(const wm_criteria *criteria, const wm_node *node)
{
    return (wm_str){ criteria->text + wm_program_word(criteria, node->operand),
                     wm_program_word(criteria, node->operand + 1) };
}

size_t wm_program_who_end(const wm_criteria *criteria)
{
    return criteria->for_everyone ? 0 : wm_program_node(criteria, 0).span;
}

/* ---- the check ---------------------------------------------------------------------------- */

typedef struct check {
    const wm_criteria *criteria;
    bool in_about;
    bool in_actor;
} check;

static bool words_inside(const wm_criteria *criteria, uint32_t at, uint32_t count)
{
    return count <= criteria->word_count && at <= criteria->word_count - count;
}

/* words: `before` of them, then a count, then that many */
static bool list_inside(const wm_criteria *criteria, uint32_t at, uint32_t before)
{
    if (!words_inside(criteria, at, before + 1)) {
        return false;
    }
    uint32_t count = wm_program_word(criteria, at + before);
    return count > 0 && words_inside(criteria, at + before + 1, count);
}

static bool months_fit(const wm_criteria *criteria, uint32_t at)
{
    return wm_program_word(criteria, at) <= WM_MONTHS_MAX + 12 &&
           wm_program_word(criteria, at + 1) <= WM_MONTHS_MAX + 12;
}

static bool level_fits(const wm_node *node)
{
    uint32_t steps = node->arg < WM_LEVEL_SCALES ? wm_level_steps(node->arg) : 0;
    return (node->operand & 0xff) < steps && (node->operand >> 8 & 0xff) < steps &&
           node->operand >> 16 <= 3;
}

static bool scene_fits(const wm_criteria *criteria, const wm_node *node)
{
    const wm_member *member = wm_scene_member(node->op, node->arg);
    uint32_t bits = 0;
    if (member == NULL) {
        return false;
    }
    switch (member->form) {
    case WM_MEMBER_WORDS:
        for (size_t i = 0; member->words[i] != NULL; i++) {
            bits |= 1U << i;
        }
        return node->operand != 0 && (node->operand & ~bits) == 0;
    case WM_MEMBER_WORD: return node->operand == 1;
    case WM_MEMBER_TRUTH: return node->operand <= 1;
    case WM_MEMBER_NAMES: return list_inside(criteria, node->operand, 0);
    case WM_MEMBER_NUMBERS: return words_inside(criteria, node->operand, 2);
    default: return false;
    }
}

static bool leaf_fits(const wm_criteria *criteria, const wm_node *node)
{
    switch (node->op) {
    case WM_OP_CONST: return node->arg <= 1;
    case WM_OP_AGE:
        return words_inside(criteria, node->operand, 2) && months_fit(criteria, node->operand);
    case WM_OP_SINCE:
        return words_inside(criteria, node->operand, 3) && months_fit(criteria, node->operand + 1);
    case WM_OP_AREA:
        return node->arg > 0 && node->arg < 1 << WM_DIMENSION_COUNT &&
               list_inside(criteria, node->operand, 0);
    case WM_OP_IS: return true;
    case WM_OP_IN:
    case WM_OP_HAS: return list_inside(criteria, node->operand, 1);
    case WM_OP_LEVEL: return level_fits(node);
    case WM_OP_CHECK: {
        if (!words_inside(criteria, node->operand, 2)) {
            return false;
        }
        uint32_t at = wm_program_word(criteria, node->operand);
        uint32_t length = wm_program_word(criteria, node->operand + 1);
        return length <= criteria->text_bytes && at <= criteria->text_bytes - length;
    }
    case WM_OP_NEED:
    case WM_OP_QUERY:
    case WM_OP_CARD:
    case WM_OP_RESULT: return scene_fits(criteria, node);
    default: return false;
    }
}

/* The node at `at`, whose parent ends at `end`. Recursion is bounded by `depth`. */
static bool node_fits(check *c, size_t at, size_t end, unsigned depth)
{
    wm_node node = wm_program_node(c->criteria, at);
    if (depth > WM_CRITERIA_DEPTH_MAX || node.span == 0 || node.span > end - at) {
        return false;
    }
    bool was_in_about = c->in_about;
    bool was_in_actor = c->in_actor;
    if (node.op == WM_OP_ABOUT || node.op == WM_OP_ACTOR) {
        if (c->in_about || (node.op == WM_OP_ACTOR && c->in_actor)) {
            return false;
        }
        c->in_about = node.op == WM_OP_ABOUT;
        c->in_actor = c->in_actor || node.op == WM_OP_ACTOR;
    } else if (wm_op_is_leaf(node.op)) {
        return node.span == 1 && leaf_fits(c->criteria, &node);
    } else if (node.op < WM_OP_ALL) {
        return false;
    }
    size_t children = 0;
    for (size_t child = at + 1; child < at + node.span; children++) {
        if (!node_fits(c, child, at + node.span, depth + 1)) {
            return false;
        }
        child += wm_program_node(c->criteria, child).span;
    }
    c->in_about = was_in_about;
    c->in_actor = was_in_actor;
    bool one_child = node.op == WM_OP_NOT || node.op == WM_OP_ABOUT || node.op == WM_OP_ACTOR;
    return !one_child || children == 1;
}

/* `who` and the exclusions lie one behind the other and leave no node over. */
bool wm_program_fits(const wm_criteria *criteria)
{
    check c = { criteria, false, false };
    size_t at = 0;
    if (!criteria->for_everyone) {
        if (criteria->node_count == 0 || !node_fits(&c, 0, criteria->node_count, 1)) {
            return false;
        }
        at = wm_program_node(criteria, 0).span;
    }
    for (size_t i = 0; i < criteria->exclusion_count; i++) {
        wm_exclusion exclusion = wm_criteria_exclusion(criteria, i);
        if (exclusion.node != at || at >= criteria->node_count ||
            !words_inside(criteria, exclusion.instead_at, exclusion.instead_count) ||
            !node_fits(&c, at, criteria->node_count, 1)) {
            return false;
        }
        at += wm_program_node(criteria, at).span;
    }
    return at == criteria->node_count;
}

wm_criteria wm_program_parts(const void *program)
{
    const uint8_t *bytes = program;
    wm_criteria criteria = { .node_count = wm_read_16(bytes + 4),
                             .exclusion_count = wm_read_16(bytes + 6),
                             .word_count = wm_read_32(bytes + 8),
                             .text_bytes = wm_read_32(bytes + 12),
                             .for_everyone = (bytes[16] & 1) != 0 };
    criteria.nodes = bytes + WM_PROGRAM_HEADER_BYTES;
    criteria.excludes = criteria.nodes + (size_t)criteria.node_count * WM_PROGRAM_NODE_BYTES;
    criteria.words =
        criteria.excludes + (size_t)criteria.exclusion_count * WM_PROGRAM_EXCLUSION_BYTES;
    criteria.text = (const char *)(criteria.words + (size_t)criteria.word_count * 4);
    return criteria;
}

wm_status wm_criteria_load(const void *program, size_t length, wm_criteria *criteria_out,
                           wm_error *err)
{
    const uint8_t *bytes = program;
    if (length < WM_PROGRAM_HEADER_BYTES || memcmp(bytes, "WMC", 3) != 0) {
        return wm_fail(err, WM_CORRUPT, "criteria: expected a compiled program, found %zu bytes",
                       length);
    }
    if (bytes[3] != WM_PROGRAM_VERSION) {
        return wm_fail(err, WM_NEWER, "criteria: expected version %d, found %d", WM_PROGRAM_VERSION,
                       bytes[3]);
    }
    uint64_t nodes = (uint64_t)wm_read_16(bytes + 4) * WM_PROGRAM_NODE_BYTES;
    uint64_t excludes = (uint64_t)wm_read_16(bytes + 6) * WM_PROGRAM_EXCLUSION_BYTES;
    uint64_t words = (uint64_t)wm_read_32(bytes + 8) * 4;
    if (nodes > (uint64_t)WM_CRITERIA_NODES_MAX * WM_PROGRAM_NODE_BYTES ||
        WM_PROGRAM_HEADER_BYTES + nodes + excludes + words + wm_read_32(bytes + 12) != length) {
        return wm_fail(err, WM_CORRUPT, "criteria: the parts do not add up to %zu bytes", length);
    }
    wm_criteria criteria = wm_program_parts(program);
    if (!wm_program_fits(&criteria)) {
        return wm_fail(err, WM_CORRUPT, "criteria: the program is damaged");
    }
    *criteria_out = criteria;
    return WM_OK;
}

/* ---- reading ------------------------------------------------------------------------------ */

wm_exclusion wm_criteria_exclusion(const wm_criteria *criteria, size_t index)
{
    const uint8_t *bytes = criteria->excludes + index * WM_PROGRAM_EXCLUSION_BYTES;
    return (wm_exclusion){ .reason = wm_read_32(bytes),
                           .node = wm_read_16(bytes + 4),
                           .soft = bytes[6] != 0,
                           .instead_count = bytes[7],
                           .instead_at = wm_read_32(bytes + 8) };
}

wm_symbol wm_criteria_instead(const wm_criteria *criteria, const wm_exclusion *exclusion,
                              size_t index)
{
    return wm_program_word(criteria, exclusion->instead_at + index);
}

typedef struct collected {
    wm_symbol *facts;
    size_t capacity;
    size_t count;
} collected;

/* Keeps the list sorted and each fact once; counts only what fits. */
static void collect(collected *list, wm_symbol fact)
{
    size_t at = 0;
    while (at < list->count && list->facts[at] < fact) {
        at++;
    }
    if ((at < list->count && list->facts[at] == fact) || list->count == list->capacity) {
        return;
    }
    memmove(list->facts + at + 1, list->facts + at, (list->count - at) * sizeof *list->facts);
    list->facts[at] = fact;
    list->count++;
}

static void collect_area(collected *list, uint8_t mask)
{
    for (unsigned i = 0; i < WM_DIMENSION_COUNT; i++) {
        if ((mask >> i & 1) != 0) {
            collect(list, WM_SYMBOL_RESIDENCE_AREA + i);
        }
    }
}

size_t wm_criteria_facts(const wm_criteria *criteria, wm_symbol *facts_out, size_t capacity)
{
    collected list = { facts_out, capacity, 0 };
    for (size_t at = 0; at < criteria->node_count; at++) {
        wm_node node = wm_program_node(criteria, at);
        switch (node.op) {
        case WM_OP_AGE: collect(&list, WM_SYMBOL_AGE); break;
        case WM_OP_SINCE:
        case WM_OP_IN:
        case WM_OP_HAS: collect(&list, wm_program_word(criteria, node.operand)); break;
        case WM_OP_AREA: collect_area(&list, node.arg); break;
        case WM_OP_IS: collect(&list, node.operand); break;
        case WM_OP_LEVEL: collect(&list, WM_SYMBOL_SEVERITY + node.arg); break;
        case WM_OP_ABOUT:
            collect(&list, node.operand);
            at += node.span - 1U; /* what is asked about the other person is part of it */
            break;
        case WM_OP_ACTOR:
            collect(&list, WM_SYMBOL_ACTOR);
            at += node.span - 1U;
            break;
        default: break;
        }
    }
    return list.count;
}
