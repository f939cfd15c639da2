/* prove.c: enumerate representatives.
 *
 * 1. A variable is something about a person that can be one way or another: the age, one event, the
 *    place of one dimension, a flag, a value, a class of terms of a set, a level, a check; in a
 *    condition of a rule also what is asked, and what is so of a card. Its
 *    patterns are the different sets of leaves that one of its values makes true. Values with the
 *    same pattern are the same part of the cut: one representative stands for them.
 * 2. A leaf is true when the pattern of some variable has it. The variables are independent of each
 *    other, so the combinations are the product of their patterns.
 * 3. If no variable speaks to two leaves, every leaf can be either way, and there is no constant,
 *    then the whole can come either way and turns on every leaf: nothing needs enumerating. Nearly
 *    all services are of this kind.
 */
#include "rules/prove.h"

#include "rules/scene.h"

/* A day like any other; only the school year needs more than one (see put_ages). */
#define SOME_DAY ((wm_date)20468) /* 2026-01-15 */
#define BITS_WORDS (WM_CRITERIA_NODES_MAX / 64)
#define VARIABLES_MAX 1024
#define PATTERNS_MAX 4096
/* Room for the patterns of one leaf: both sides of two thresholds, all steps of a level. */
#define PATTERNS_PER_LEAF 16
#define AGE_DAYS 25

typedef struct bits {
    uint64_t words[BITS_WORDS];
} bits;

typedef struct variable {
    uint32_t first; /* in patterns */
    uint32_t count;
} variable;

/* A node of the tree as it is enumerated: about and actor are leaves. */
typedef struct item {
    uint16_t node;
    uint16_t parent; /* in items; its own index for a root */
    uint16_t root;   /* 0 who, i + 1 exclusion i */
    uint8_t op;
    uint32_t operand;
} item;

typedef struct prover {
    const wm_criteria *criteria;
    const wm_symbols *symbols;
    const wm_locality_tree *tree;
    wm_proof *proof;
    item *items;
    size_t item_count;
    size_t root_count; /* exclusions + 1 */
    bool *root_is_soft;
    bool has_who;
    bits *patterns;
    size_t pattern_count;
    variable *variables;
    size_t variable_count;
    size_t pattern_room;
    size_t variable_room;
    bool too_many;
} prover;

static void set_bit(bits *set, size_t at)
{
    set->words[at / 64] |= (uint64_t)1 << (at % 64);
}

static bool get_bit(const bits *set, size_t at)
{
    return (set->words[at / 64] >> (at % 64) & 1) != 0;
}

/* ---- variables and patterns --------------------------------------------------------------- */

static void begin_variable(prover *p)
{
    if (p->variable_count == p->variable_room) {
        p->too_many = true;
        return;
    }
    p->variables[p->variable_count++] = (variable){ (uint32_t)p->pattern_count, 0 };
}

static void put_pattern(prover *p, const bits *pattern)
{
    if (p->too_many) {
        return;
    }
    variable *v = &p->variables[p->variable_count - 1];
    for (uint32_t i = 0; i < v->count; i++) {
        if (memcmp(&p->patterns[v->first + i], pattern, sizeof *pattern) == 0) {
            return;
        }
    }
    if (p->pattern_count == p->pattern_room) {
        p->too_many = true;
        return;
    }
    p->patterns[p->pattern_count++] = *pattern;
    v->count++;
}

/* Either way: these leaves, or none. */
static void put_choice(prover *p, const bits *leaves)
{
    static const bits none = { { 0 } };
    begin_variable(p);
    put_pattern(p, &none);
    put_pattern(p, leaves);
}

static wm_node node_of(const prover *p, size_t index)
{
    return wm_program_node(p->criteria, p->items[index].node);
}

/* The fact that a leaf with operands in words is about. */
static wm_symbol fact_of(const prover *p, const wm_node *node)
{
    bool in_words = node->op == WM_OP_SINCE || node->op == WM_OP_IN || node->op == WM_OP_HAS;
    return in_words ? wm_program_word(p->criteria, node->operand) : node->operand;
}

/* No earlier leaf of that op is about the same fact. */
static bool is_first_about(const prover *p, size_t index)
{
    wm_node node = node_of(p, index);
    for (size_t i = 0; i < index; i++) {
        if (p->items[i].op == node.op) {
            wm_node other = node_of(p, i);
            if (node.op == WM_OP_LEVEL ? other.arg == node.arg
                                       : fact_of(p, &other) == fact_of(p, &node)) {
                return false;
            }
        }
    }
    return true;
}

static bool same_fact(const prover *p, size_t index, const wm_node *node)
{
    if (p->items[index].op != node->op) {
        return false;
    }
    wm_node other = node_of(p, index);
    return node->op == WM_OP_LEVEL ? other.arg == node->arg
                                   : fact_of(p, &other) == fact_of(p, node);
}

/* ---- ages and events ---------------------------------------------------------------------- */

static wm_date_range dates_of(const prover *p, const wm_node *node, wm_date day)
{
    size_t at = node->operand + (node->op == WM_OP_SINCE ? 1U : 0U);
    wm_months_range range = wm_program_range(p->criteria, node->arg, at);
    bool cutoff = (node->arg & WM_BOUND_CUTOFF) != 0;
    return wm_dates_within(cutoff ? wm_school_cutoff(day) : day, &range);
}

/* The leaves like `node` that hold on `day` for a birth or event on `date`. */
static void put_date(prover *p, const wm_node *node, wm_date day, wm_date date)
{
    if (date < WM_DATE_MIN || date > day) {
        return;
    }
    bits pattern = { { 0 } };
    for (size_t i = 0; i < p->item_count; i++) {
        bool reads = p->items[i].op == node->op && (node->op == WM_OP_AGE || same_fact(p, i, node));
        if (reads) {
            wm_node other = node_of(p, i);
            wm_date_range dates = dates_of(p, &other, day);
            if (date >= dates.first && date <= dates.last) {
                set_bit(&pattern, i);
            }
        }
    }
    put_pattern(p, &pattern);
}

/* Both sides of every threshold of the leaves like `node`, on `day`. */
static void put_dates_on(prover *p, const wm_node *node, wm_date day)
{
    put_date(p, node, day, day);
    for (size_t i = 0; i < p->item_count && !p->too_many; i++) {
        bool reads = p->items[i].op == node->op && (node->op == WM_OP_AGE || same_fact(p, i, node));
        if (reads) {
            wm_node other = node_of(p, i);
            wm_date_range dates = dates_of(p, &other, day);
            put_date(p, node, day, dates.first - 1);
            put_date(p, node, day, dates.first);
            put_date(p, node, day, dates.last);
            put_date(p, node, day, dates.last + 1);
        }
    }
}

/* An age now and an age at the cut-off are apart by the time since then: every month's first and
 * last day is tried. */
static void put_ages(prover *p, const wm_node *node)
{
    bool now = false;
    bool cutoff = false;
    for (size_t i = 0; i < p->item_count; i++) {
        if (p->items[i].op == WM_OP_AGE) {
            bool at_cutoff = (node_of(p, i).arg & WM_BOUND_CUTOFF) != 0;
            cutoff = cutoff || at_cutoff;
            now = now || !at_cutoff;
        }
    }
    begin_variable(p);
    put_dates_on(p, node, SOME_DAY);
    for (int month = 1; month <= 12 && now && cutoff; month++) {
        wm_date first = SOME_DAY;
        if (wm_date_from_civil((wm_civil){ 2026, month, 1 }, &first)) {
            put_dates_on(p, node, first);
            put_dates_on(p, node, first + wm_days_in_month(2026, month) - 1);
        }
    }
}

static void put_event(prover *p, const wm_node *node)
{
    static const bits never = { { 0 } };
    begin_variable(p);
    put_pattern(p, &never);
    put_dates_on(p, node, SOME_DAY);
}

/* ---- places ------------------------------------------------------------------------------- */

static bool lists_code(const prover *p, const wm_node *node, wm_symbol code)
{
    uint32_t count = wm_program_word(p->criteria, node->operand);
    for (uint32_t i = 0; i < count; i++) {
        wm_symbol target = wm_program_word(p->criteria, node->operand + 1U + i);
        if (target == code) {
            return true;
        }
        if (p->tree != NULL) {
            wm_locality inner = wm_locality_find(p->tree, wm_symbols_text(p->symbols, code));
            wm_locality outer = wm_locality_find(p->tree, wm_symbols_text(p->symbols, target));
            if (inner != WM_LOCALITY_NONE && outer != WM_LOCALITY_NONE &&
                wm_locality_within(p->tree, inner, outer)) {
                return true;
            }
        }
    }
    return false;
}

static bool is_area_of(const prover *p, size_t index, unsigned dimension)
{
    return p->items[index].op == WM_OP_AREA && (node_of(p, index).arg >> dimension & 1) != 0;
}

/* The leaves that a place in `code`, and in no narrower code that is named, makes true. */
static void put_place(prover *p, unsigned dimension, wm_symbol code)
{
    bits pattern = { { 0 } };
    for (size_t i = 0; i < p->item_count; i++) {
        if (is_area_of(p, i, dimension)) {
            wm_node node = node_of(p, i);
            if (lists_code(p, &node, code)) {
                set_bit(&pattern, i);
            }
        }
    }
    put_pattern(p, &pattern);
}

static bool same_codes(const prover *p, const wm_node *a, const wm_node *b)
{
    uint32_t count = wm_program_word(p->criteria, a->operand);
    if (count != wm_program_word(p->criteria, b->operand)) {
        return false;
    }
    for (uint32_t i = 1; i <= count; i++) {
        if (wm_program_word(p->criteria, a->operand + i) !=
            wm_program_word(p->criteria, b->operand + i)) {
            return false;
        }
    }
    return true;
}

/* Without a tree any list of codes may or may not hold, whatever the others do. */
static void put_open_places(prover *p, unsigned dimension)
{
    for (size_t i = 0; i < p->item_count; i++) {
        if (!is_area_of(p, i, dimension)) {
            continue;
        }
        wm_node node = node_of(p, i);
        bits leaves = { { 0 } };
        bool first = true;
        for (size_t k = 0; k < p->item_count; k++) {
            if (is_area_of(p, k, dimension)) {
                wm_node other = node_of(p, k);
                bool same = same_codes(p, &node, &other);
                first = first && (!same || k >= i);
                if (same) {
                    set_bit(&leaves, k);
                }
            }
        }
        if (first) {
            put_choice(p, &leaves);
        }
    }
}

static void put_places(prover *p, unsigned dimension)
{
    static const bits elsewhere = { { 0 } };
    if (p->tree == NULL) {
        put_open_places(p, dimension);
        return;
    }
    bool begun = false;
    for (size_t i = 0; i < p->item_count && !p->too_many; i++) {
        if (!is_area_of(p, i, dimension)) {
            continue;
        }
        if (!begun) {
            begin_variable(p);
            put_pattern(p, &elsewhere);
            begun = true;
        }
        wm_node node = node_of(p, i);
        uint32_t count = wm_program_word(p->criteria, node.operand);
        for (uint32_t k = 0; k < count && !p->too_many; k++) {
            put_place(p, dimension, wm_program_word(p->criteria, node.operand + 1U + k));
        }
    }
}

/* ---- terms and levels --------------------------------------------------------------------- */

/* The leaves about the fact of `node` that list `term`. */
static bits leaves_with_term(const prover *p, const wm_node *node, wm_symbol term)
{
    bits leaves = { { 0 } };
    for (size_t i = 0; i < p->item_count; i++) {
        if (!same_fact(p, i, node)) {
            continue;
        }
        wm_node other = node_of(p, i);
        uint32_t count = wm_program_word(p->criteria, other.operand + 1U);
        for (uint32_t k = 0; k < count; k++) {
            if (wm_program_word(p->criteria, other.operand + 2U + k) == term) {
                set_bit(&leaves, i);
                break;
            }
        }
    }
    return leaves;
}

/* One value: one variable, whose patterns are those of its terms. A set: each class of terms that
 * the same leaves list may be there or not. */
static void put_terms(prover *p, const wm_node *node)
{
    static const bits another = { { 0 } };
    bool one = node->op == WM_OP_IN;
    size_t first_variable = p->variable_count;
    if (one) {
        begin_variable(p);
        put_pattern(p, &another);
    }
    for (size_t i = 0; i < p->item_count && !p->too_many; i++) {
        if (!same_fact(p, i, node)) {
            continue;
        }
        wm_node other = node_of(p, i);
        uint32_t count = wm_program_word(p->criteria, other.operand + 1U);
        for (uint32_t k = 0; k < count && !p->too_many; k++) {
            bits leaves =
                leaves_with_term(p, node, wm_program_word(p->criteria, other.operand + 2U + k));
            bool seen = false;
            for (size_t v = first_variable; v < p->variable_count && !one && !seen; v++) {
                seen =
                    memcmp(&p->patterns[p->variables[v].first + 1U], &leaves, sizeof leaves) == 0;
            }
            if (one) {
                put_pattern(p, &leaves);
            } else if (!seen) {
                put_choice(p, &leaves);
            }
        }
    }
}

static void put_levels(prover *p, const wm_node *node)
{
    begin_variable(p);
    for (unsigned step = 0; step < wm_level_steps(node->arg); step++) {
        bits pattern = { { 0 } };
        for (size_t i = 0; i < p->item_count; i++) {
            if (same_fact(p, i, node)) {
                uint32_t operand = node_of(p, i).operand;
                if (step >= (operand & 0xff) && step <= (operand >> 8 & 0xff)) {
                    set_bit(&pattern, i);
                }
            }
        }
        put_pattern(p, &pattern);
    }
}

static void put_flag(prover *p, const wm_node *node)
{
    bits leaves = { { 0 } };
    for (size_t i = 0; i < p->item_count; i++) {
        if (same_fact(p, i, node)) {
            set_bit(&leaves, i);
        }
    }
    put_choice(p, &leaves);
}

static void put_single(prover *p, size_t index)
{
    bits leaf = { { 0 } };
    set_bit(&leaf, index);
    put_choice(p, &leaf);
}

/* ---- what only rules read ----------------------------------------------------------------- */

/* The leaves on the same member as `node` that list the name. */
static bits leaves_with_name(const prover *p, const wm_node *node, wm_symbol name)
{
    bits leaves = { { 0 } };
    for (size_t i = 0; i < p->item_count; i++) {
        wm_node other = node_of(p, i);
        if (other.op != node->op || other.arg != node->arg) {
            continue;
        }
        for (uint32_t k = 0; k < wm_scene_name_count(p->criteria, &other); k++) {
            if (wm_scene_name(p->criteria, &other, k) == name) {
                set_bit(&leaves, i);
                break;
            }
        }
    }
    return leaves;
}

/* Those that hold for one word, truth or number. */
static bits leaves_with_value(const prover *p, const wm_node *node, wm_member_form form,
                              uint32_t value)
{
    bits leaves = { { 0 } };
    for (size_t i = 0; i < p->item_count; i++) {
        wm_node other = node_of(p, i);
        if (other.op != node->op || other.arg != node->arg) {
            continue;
        }
        bool holds = form == WM_MEMBER_NUMBERS ? value >= wm_scene_min(p->criteria, &other) &&
                                                     value <= wm_scene_max(p->criteria, &other)
                     : form == WM_MEMBER_TRUTH ? other.operand == value
                                               : (other.operand >> value & 1) != 0;
        if (holds) {
            set_bit(&leaves, i);
        }
    }
    return leaves;
}

/* One of several that may be so together: its own variable, unless one like it is there. */
static void put_or_choose(prover *p, bool several, size_t first_variable, const bits *leaves)
{
    bool seen = false;
    for (size_t v = first_variable; v < p->variable_count && several && !seen; v++) {
        seen = memcmp(&p->patterns[p->variables[v].first + 1U], leaves, sizeof *leaves) == 0;
    }
    if (!several) {
        put_pattern(p, leaves);
    } else if (!seen) {
        put_choice(p, leaves);
    }
}

/* Needs stand above and below each other, which is left open here: more can come out than can be,
 * and so nothing is called impossible that is not. */
static void put_scene_names(prover *p, const wm_node *node, const wm_member *member)
{
    static const bits another = { { 0 } };
    size_t first_variable = p->variable_count;
    if (!member->several) {
        begin_variable(p);
        put_pattern(p, &another);
    }
    for (size_t i = 0; i < p->item_count && !p->too_many; i++) {
        wm_node other = node_of(p, i);
        bool same = other.op == node->op && other.arg == node->arg;
        uint32_t count = same ? wm_scene_name_count(p->criteria, &other) : 0;
        for (uint32_t k = 0; k < count && !p->too_many; k++) {
            bits leaves = leaves_with_name(p, node, wm_scene_name(p->criteria, &other, k));
            put_or_choose(p, member->several, first_variable, &leaves);
        }
    }
}

static void put_scene_words(prover *p, const wm_node *node, const wm_member *member)
{
    static const bits none = { { 0 } };
    size_t first_variable = p->variable_count;
    if (!member->several) {
        begin_variable(p);
    }
    for (uint32_t i = 0; member->words[i] != NULL && !p->too_many; i++) {
        bits leaves = leaves_with_value(p, node, member->form, i);
        if (!member->several || memcmp(&leaves, &none, sizeof none) != 0) {
            put_or_choose(p, member->several, first_variable, &leaves);
        }
    }
}

/* Both sides of every threshold. */
static void put_scene_numbers(prover *p, const wm_node *node)
{
    begin_variable(p);
    for (size_t i = 0; i < p->item_count && !p->too_many; i++) {
        wm_node other = node_of(p, i);
        if (other.op != node->op || other.arg != node->arg) {
            continue;
        }
        uint32_t min = wm_scene_min(p->criteria, &other);
        uint32_t max = wm_scene_max(p->criteria, &other);
        uint32_t values[] = { min > 0 ? min - 1 : 0, min, max, max < UINT32_MAX ? max + 1 : max };
        for (size_t k = 0; k < sizeof values / sizeof values[0]; k++) {
            bits leaves = leaves_with_value(p, node, WM_MEMBER_NUMBERS, values[k]);
            put_pattern(p, &leaves);
        }
    }
}

static void put_scene(prover *p, size_t index)
{
    wm_node node = node_of(p, index);
    const wm_member *member = wm_scene_member(node.op, node.arg);
    for (size_t i = 0; i < index; i++) {
        wm_node before = node_of(p, i);
        if (before.op == node.op && before.arg == node.arg) {
            return; /* its variable is there */
        }
    }
    switch (member->form) {
    case WM_MEMBER_WORDS: put_scene_words(p, &node, member); break;
    case WM_MEMBER_NAMES: put_scene_names(p, &node, member); break;
    case WM_MEMBER_NUMBERS: put_scene_numbers(p, &node); break;
    case WM_MEMBER_WORD: {
        bits leaves = leaves_with_value(p, &node, member->form, 0);
        put_choice(p, &leaves);
        break;
    }
    case WM_MEMBER_TRUTH:
    default: {
        begin_variable(p);
        for (uint32_t value = 0; value < 2; value++) {
            bits leaves = leaves_with_value(p, &node, member->form, value);
            put_pattern(p, &leaves);
        }
        break;
    }
    }
}

static void find_variables(prover *p)
{
    bool ages = false;
    for (size_t i = 0; i < p->item_count && !p->too_many; i++) {
        wm_node node = node_of(p, i);
        if (node.op == WM_OP_CHECK || node.op == WM_OP_ABOUT || node.op == WM_OP_ACTOR) {
            put_single(p, i);
        } else if (node.op == WM_OP_AGE && !ages) {
            put_ages(p, &node);
            ages = true;
        } else if (node.op == WM_OP_SINCE && is_first_about(p, i)) {
            put_event(p, &node);
        } else if ((node.op == WM_OP_IN || node.op == WM_OP_HAS) && is_first_about(p, i)) {
            put_terms(p, &node);
        } else if (node.op == WM_OP_LEVEL && is_first_about(p, i)) {
            put_levels(p, &node);
        } else if (node.op == WM_OP_IS && is_first_about(p, i)) {
            put_flag(p, &node);
        } else if (wm_op_is_scene(node.op)) {
            put_scene(p, i);
        }
    }
    for (unsigned i = 0; i < WM_DIMENSION_COUNT && !p->too_many; i++) {
        put_places(p, i);
    }
}

/* ---- the tree ----------------------------------------------------------------------------- */

static void add_items(prover *p, size_t at, size_t parent, size_t root)
{
    wm_node node = wm_program_node(p->criteria, at);
    size_t index = p->item_count++;
    p->items[index] = (item){ (uint16_t)at, (uint16_t)(parent == SIZE_MAX ? index : parent),
                              (uint16_t)root, node.op, node.operand };
    if (!wm_op_is_leaf(node.op)) {
        for (size_t child = at + 1; child < at + node.span;
             child += wm_program_node(p->criteria, child).span) {
            add_items(p, child, index, root);
        }
    }
}

typedef struct state {
    uint8_t value[WM_CRITERIA_NODES_MAX];
    uint8_t turns[WM_CRITERIA_NODES_MAX];
    uint16_t kids[WM_CRITERIA_NODES_MAX];
    uint16_t trues[WM_CRITERIA_NODES_MAX];
    uint8_t root[WM_CRITERIA_NODES_MAX + 1];
} state;

static bool item_value(const prover *p, const state *s, size_t i, const bits *leaves)
{
    const item *it = &p->items[i];
    switch (it->op) {
    case WM_OP_ALL: return s->trues[i] == s->kids[i];
    case WM_OP_ANY: return s->trues[i] > 0;
    case WM_OP_NOT: return s->trues[i] == 0;
    case WM_OP_ATLEAST: return s->trues[i] >= it->operand;
    case WM_OP_CONST: return wm_program_node(p->criteria, it->node).arg != 0;
    default: return get_bit(leaves, i);
    }
}

/* Children stand behind their parents: from the last to the first. */
static void evaluate_all(const prover *p, state *s, const bits *leaves)
{
    memset(s->kids, 0, sizeof s->kids);
    memset(s->trues, 0, sizeof s->trues);
    for (size_t i = p->item_count; i-- > 0;) {
        bool value = item_value(p, s, i, leaves);
        const item *it = &p->items[i];
        s->value[i] = value;
        if (it->parent == i) {
            s->root[it->root] = value;
        } else {
            s->kids[it->parent]++;
            s->trues[it->parent] = (uint16_t)(s->trues[it->parent] + value);
        }
    }
}

/* The whole turns on the root: nothing else has decided it. A soft exclusion matters only to those
 * who are taken. */
static bool root_turns(const prover *p, const state *s, size_t root)
{
    for (size_t i = 0; i < p->root_count; i++) {
        if (i == root || p->root_is_soft[i]) {
            continue;
        }
        bool stands_in_the_way = i == 0 ? p->has_who && s->root[0] == 0 : s->root[i] != 0;
        if (stands_in_the_way) {
            return false;
        }
    }
    return true;
}

static bool child_turns(const prover *p, const state *s, size_t i)
{
    size_t parent = p->items[i].parent;
    uint16_t others = (uint16_t)(s->trues[parent] - s->value[i]);
    switch (p->items[parent].op) {
    case WM_OP_ALL: return others + 1 == s->kids[parent];
    case WM_OP_ANY: return others == 0;
    case WM_OP_ATLEAST: return others + 1U == p->items[parent].operand;
    default: return true;
    }
}

static void note_combination(prover *p, state *s, const bits *leaves)
{
    evaluate_all(p, s, leaves);
    bool whole = !p->has_who || s->root[0] != 0;
    for (size_t i = 0; i < p->root_count; i++) {
        bool value = (i == 0 && !p->has_who) || s->root[i] != 0;
        p->proof->root_can_hold[i] = p->proof->root_can_hold[i] | (uint8_t)value;
        p->proof->root_can_fail[i] = p->proof->root_can_fail[i] | (uint8_t)!value;
        whole = whole && (i == 0 || p->root_is_soft[i] || !value);
    }
    p->proof->whole_can_hold = p->proof->whole_can_hold || whole;
    for (size_t i = 0; i < p->item_count; i++) {
        bool turns = p->items[i].parent == i
                         ? root_turns(p, s, p->items[i].root)
                         : s->turns[p->items[i].parent] != 0 && child_turns(p, s, i);
        s->turns[i] = turns;
        if (turns) {
            uint8_t *noted =
                s->value[i] != 0 ? p->proof->turns_when_true : p->proof->turns_when_false;
            noted[p->items[i].node] = 1;
        }
    }
}

/* ---- enumerate, or see that there is no need ------------------------------------------------ */

/* Point 3 of the story. */
static bool is_read_once(const prover *p)
{
    bits spoken_to = { { 0 } };
    bits stuck = { { 0 } }; /* leaves that some variable always makes true */
    for (size_t v = 0; v < p->variable_count; v++) {
        bits some = { { 0 } };
        bits every;
        memset(&every, 0xff, sizeof every);
        for (uint32_t k = 0; k < p->variables[v].count; k++) {
            for (size_t w = 0; w < BITS_WORDS; w++) {
                some.words[w] |= p->patterns[p->variables[v].first + k].words[w];
                every.words[w] &= p->patterns[p->variables[v].first + k].words[w];
            }
        }
        size_t leaves = 0;
        for (size_t i = 0; i < p->item_count; i++) {
            leaves += get_bit(&some, i);
        }
        for (size_t w = 0; w < BITS_WORDS; w++) {
            spoken_to.words[w] |= some.words[w];
            stuck.words[w] |= every.words[w];
        }
        if (leaves > 1) {
            return false;
        }
    }
    for (size_t i = 0; i < p->item_count; i++) {
        const item *it = &p->items[i];
        wm_node node = node_of(p, i);
        bool empty = !wm_op_is_leaf(it->op) && node.span == 1;
        bool leaf_varies = get_bit(&spoken_to, i) && !get_bit(&stuck, i);
        if (it->op == WM_OP_CONST || it->op == WM_OP_ATLEAST || empty ||
            (wm_op_is_leaf(it->op) && !leaf_varies)) {
            return false;
        }
    }
    return true;
}

static void note_read_once(prover *p)
{
    p->proof->whole_can_hold = true;
    for (size_t i = 0; i < p->root_count; i++) {
        p->proof->root_can_hold[i] = 1;
        p->proof->root_can_fail[i] = i > 0 || p->has_who;
    }
    for (size_t i = 0; i < p->item_count; i++) {
        p->proof->turns_when_true[p->items[i].node] = 1;
        p->proof->turns_when_false[p->items[i].node] = 1;
    }
}

static bool too_many_combinations(const prover *p)
{
    uint64_t combinations = 1;
    for (size_t v = 0; v < p->variable_count; v++) {
        combinations *= p->variables[v].count;
        if (combinations > WM_CRITERIA_PROVE_MAX) {
            return true;
        }
    }
    return false;
}

/* Counts through the patterns of all variables like an odometer. */
static void enumerate(prover *p, state *s, uint32_t *chosen)
{
    for (;;) {
        bits leaves = { { 0 } };
        for (size_t v = 0; v < p->variable_count; v++) {
            const bits *pattern = &p->patterns[p->variables[v].first + chosen[v]];
            for (size_t w = 0; w < BITS_WORDS; w++) {
                leaves.words[w] |= pattern->words[w];
            }
        }
        note_combination(p, s, &leaves);
        size_t v = 0;
        while (v < p->variable_count && ++chosen[v] == p->variables[v].count) {
            chosen[v++] = 0;
        }
        if (v == p->variable_count) {
            return;
        }
    }
}

/* Small for small criteria: hundreds of thousands are checked in one build. */
static void choose_room(prover *p)
{
    size_t days = 1;
    for (size_t i = 0; i < p->item_count; i++) {
        bool cutoff = p->items[i].op == WM_OP_AGE && (node_of(p, i).arg & WM_BOUND_CUTOFF) != 0;
        days = cutoff ? AGE_DAYS : days;
    }
    size_t terms = p->criteria->word_count;
    size_t patterns = (p->item_count * PATTERNS_PER_LEAF + terms * WM_DIMENSION_COUNT + 16) * days;
    size_t variables = p->item_count * WM_DIMENSION_COUNT + terms + 8;
    p->pattern_room = patterns < PATTERNS_MAX ? patterns : PATTERNS_MAX;
    p->variable_room = variables < VARIABLES_MAX ? variables : VARIABLES_MAX;
}

static wm_status prove_items(prover *p, wm_arena *scratch, wm_error *err)
{
    choose_room(p);
    p->patterns = wm_arena_array(scratch, p->pattern_room, sizeof *p->patterns);
    p->variables = wm_arena_array(scratch, p->variable_room, sizeof *p->variables);
    uint32_t *chosen = wm_arena_array(scratch, p->variable_room, sizeof *chosen);
    state *s = wm_arena_alloc(scratch, sizeof *s);
    if (p->patterns == NULL || p->variables == NULL || chosen == NULL || s == NULL) {
        return wm_fail_memory(err);
    }
    find_variables(p);
    if (!p->too_many && is_read_once(p)) {
        p->proof->proved = true;
        note_read_once(p);
    } else if (!p->too_many && !too_many_combinations(p)) {
        p->proof->proved = true;
        enumerate(p, s, chosen);
    }
    return WM_OK;
}

wm_status wm_prove(const wm_criteria *criteria, const wm_symbols *symbols,
                   const wm_locality_tree *tree, wm_arena *scratch, wm_proof *proof_out,
                   wm_error *err)
{
    memset(proof_out, 0, sizeof *proof_out);
    prover p = { .criteria = criteria, .symbols = symbols, .tree = tree, .proof = proof_out };
    p.root_count = criteria->exclusion_count + 1U;
    p.has_who = !criteria->for_everyone;
    p.items = wm_arena_array(scratch, criteria->node_count, sizeof *p.items);
    p.root_is_soft = wm_arena_array(scratch, p.root_count, sizeof *p.root_is_soft);
    if (p.items == NULL || p.root_is_soft == NULL) {
        return wm_fail_memory(err);
    }
    if (p.has_who) {
        add_items(&p, 0, SIZE_MAX, 0);
    }
    for (size_t i = 0; i < criteria->exclusion_count; i++) {
        wm_exclusion exclusion = wm_criteria_exclusion(criteria, i);
        p.root_is_soft[i + 1] = exclusion.soft;
        add_items(&p, exclusion.node, SIZE_MAX, i + 1);
    }
    return prove_items(&p, scratch, err);
}

wm_status wm_prove_subtree(const wm_criteria *criteria, size_t root, const wm_symbols *symbols,
                           const wm_locality_tree *tree, wm_arena *scratch, wm_proof *proof_out,
                           wm_error *err)
{
    memset(proof_out, 0, sizeof *proof_out);
    bool soft = false;
    prover p = { .criteria = criteria, .symbols = symbols, .tree = tree, .proof = proof_out };
    p.root_count = 1;
    p.has_who = true;
    p.root_is_soft = &soft;
    p.items = wm_arena_array(scratch, criteria->node_count, sizeof *p.items);
    if (p.items == NULL) {
        return wm_fail_memory(err);
    }
    add_items(&p, root, SIZE_MAX, 0);
    return prove_items(&p, scratch, err);
}
