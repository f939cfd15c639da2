/* brief.c: layout; v is a number of model/varint.h, nodes are those of program.h in pre-order:
 *
 *   u8  1: `who` is absent
 *   v   count of exclusions
 *   `who`, a node
 *   each exclusion: v  soft, and twice (reason + 1; 0: none);  its `when`, a node
 *
 *   u8  op, and what follows by op:
 *   ALL ANY           v count, nodes
 *   ATLEAST           v count, v n, nodes
 *   NOT               node
 *   ABOUT             v fact, v bytes of the node, node
 *   ACTOR             v bytes of the node, node
 *   CONST             u8 arg
 *   AGE               u8 flags, v min, v end
 *   SINCE             v event, u8 flags, v min, v end
 *   AREA              u8 mask, v count (0: the service's own areas, in their order), v codes
 *   IS                v fact
 *   IN HAS            v fact, v count, v terms
 *   LEVEL             u8 scale, v operand
 *   CHECK             nothing
 *
 * One pass gives, for each node, its truth and what its parent would need of it: how many leaves
 * decide, whether they are all areas, and whether a fact is missing that somebody could tell. */
#include "rules/brief.h"

#include <string.h>

#include "model/varint.h"
#include "rules/compile.h"
#include "rules/facts.h"

#define FOR_EVERYONE 1u

/* ---- make ---- */

typedef struct maker {
    const wm_criteria *criteria;
    wm_symbol_list own;
    wm_buf *out;
} maker;

static void put_words(maker *m, size_t at, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        wm_varint_put(m->out, wm_program_word(m->criteria, at + i));
    }
}

static void put_area(maker *m, const wm_node *node)
{
    uint32_t count = wm_program_word(m->criteria, node->operand);
    bool own = count == m->own.count;
    for (uint32_t i = 0; own && i < count; i++) {
        own = wm_program_word(m->criteria, node->operand + 1U + i) == wm_symbol_list_at(m->own, i);
    }
    wm_buf_put_char(m->out, (char)node->arg);
    wm_varint_put(m->out, own ? 0 : count);
    put_words(m, node->operand + 1U, own ? 0 : count);
}

static void put_leaf(maker *m, const wm_node *node)
{
    switch ((wm_op)node->op) {
    case WM_OP_CONST: wm_buf_put_char(m->out, (char)node->arg); break;
    case WM_OP_AGE:
        wm_buf_put_char(m->out, (char)node->arg);
        put_words(m, node->operand, 2);
        break;
    case WM_OP_SINCE:
        put_words(m, node->operand, 1);
        wm_buf_put_char(m->out, (char)node->arg);
        put_words(m, node->operand + 1U, 2);
        break;
    case WM_OP_AREA: put_area(m, node); break;
    case WM_OP_IS: wm_varint_put(m->out, node->operand); break;
    case WM_OP_IN:
    case WM_OP_HAS:
        put_words(m, node->operand, 2);
        put_words(m, node->operand + 2U, wm_program_word(m->criteria, node->operand + 1U));
        break;
    case WM_OP_LEVEL:
        wm_buf_put_char(m->out, (char)node->arg);
        wm_varint_put(m->out, node->operand);
        break;
    case WM_OP_ALL:
    case WM_OP_ANY:
    case WM_OP_NOT:
    case WM_OP_ATLEAST:
    case WM_OP_ABOUT:
    case WM_OP_ACTOR:
    case WM_OP_CHECK:
    case WM_OP_NEED:
    case WM_OP_QUERY:
    case WM_OP_CARD:
    case WM_OP_RESULT:
    default: break;
    }
}

static wm_status put_node(maker *m, size_t at, wm_error *err);

/* The child of ABOUT and ACTOR may be passed over, so its length stands before it. */
static wm_status put_apart(maker *m, size_t at, wm_error *err)
{
    wm_buf apart;
    wm_buf *out = m->out;
    wm_buf_init(&apart, out->env, WM_RECORD_BYTES_MAX);
    m->out = &apart;
    wm_status status = put_node(m, at, err);
    m->out = out;
    if (status == WM_OK) {
        status = wm_buf_status(&apart, err);
    }
    if (status == WM_OK) {
        wm_varint_put(out, apart.len);
        wm_buf_put_str(out, wm_buf_str(&apart));
    }
    wm_buf_fini(&apart);
    return status;
}

/* Recursion is bounded by WM_CRITERIA_DEPTH_MAX: the program was checked. */
static wm_status put_node(maker *m, size_t at, wm_error *err)
{
    wm_node node = wm_program_node(m->criteria, at);
    wm_buf_put_char(m->out, (char)node.op);
    if (node.op == WM_OP_ABOUT || node.op == WM_OP_ACTOR) {
        if (node.op == WM_OP_ABOUT) {
            wm_varint_put(m->out, node.operand);
        }
        return put_apart(m, at + 1, err);
    }
    if (wm_op_is_leaf(node.op)) {
        put_leaf(m, &node);
        return WM_OK;
    }
    uint32_t children = 0;
    for (size_t child = at + 1; child < at + node.span;
         child += wm_program_node(m->criteria, child).span) {
        children++;
    }
    if (node.op != WM_OP_NOT) {
        wm_varint_put(m->out, children);
    }
    if (node.op == WM_OP_ATLEAST) {
        wm_varint_put(m->out, node.operand);
    }
    wm_status status = WM_OK;
    for (size_t child = at + 1; child < at + node.span && status == WM_OK;
         child += wm_program_node(m->criteria, child).span) {
        status = put_node(m, child, err);
    }
    return status;
}

wm_status wm_brief_put(const wm_criteria *criteria, wm_symbol_list own_areas, wm_buf *out,
                       wm_error *err)
{
    maker m = { criteria, own_areas, out };
    wm_status status = WM_OK;
    wm_buf_put_char(out, criteria->for_everyone ? FOR_EVERYONE : 0);
    wm_varint_put(out, criteria->exclusion_count);
    if (!criteria->for_everyone) {
        status = put_node(&m, 0, err);
    }
    for (size_t i = 0; i < criteria->exclusion_count && status == WM_OK; i++) {
        wm_exclusion exclusion = wm_criteria_exclusion(criteria, i);
        uint64_t reason = exclusion.reason == WM_SYMBOL_NONE ? 0 : (uint64_t)exclusion.reason + 1;
        wm_varint_put(out, reason << 1 | (exclusion.soft ? 1 : 0));
        status = put_node(&m, exclusion.node, err);
    }
    return status == WM_OK ? wm_buf_status(out, err) : status;
}

/* ---- evaluate ---- */

/* Of an area for the person: bit d, it is T in dimension d; bit 8 + d, it is U; and that this is
 * known. */
#define AREA_IS_KNOWN 0x8000U
#define AREA_OPEN 8

#define KNOWN_BITS 9
#define KNOWN_PLACES ((size_t)1 << KNOWN_BITS)

_Static_assert(WM_DIMENSION_COUNT < AREA_OPEN, "dimensions fit beside AREA_IS_KNOWN");

/* "residence: no fixed abode is never a refusal, it is U, to be checked with the service" */
static bool is_open(const wm_area_fact *area, unsigned dimension)
{
    return area->given != WM_GIVEN_KNOWN || (area->none && dimension == WM_DIMENSION_RESIDENCE);
}

static void open_dimensions(const wm_facts *facts, unsigned *open_out, unsigned *told_out)
{
    *open_out = 0;
    *told_out = 0;
    for (unsigned i = 0; i < WM_DIMENSION_COUNT; i++) {
        const wm_area_fact *area = &facts->areas[i];
        bool none = area->given == WM_GIVEN_KNOWN && area->none;
        *open_out |= is_open(area, i) ? 1U << i : 0;
        *told_out |= none ? 0 : 1U << i;
    }
}

wm_status wm_brief_memo_init(wm_brief_memo *memo, const wm_evaluation *evaluation, wm_arena *arena,
                             wm_error *err)
{
    *memo = (wm_brief_memo){ .evaluation = evaluation };
    const wm_facts *facts = evaluation->facts;
    open_dimensions(facts, &memo->open, &memo->to_be_told);
    memo->area_count = wm_symbols_count(evaluation->symbols);
    memo->areas = wm_arena_array(arena, memo->area_count, sizeof *memo->areas);
    memo->known = wm_arena_array(arena, KNOWN_PLACES, sizeof *memo->known);
    return memo->areas != NULL && memo->known != NULL ? WM_OK : wm_fail_memory(err);
}

/* What stays the same from node to node, but where one is about somebody else. */
typedef struct scope {
    wm_brief_memo *memo;
    const wm_facts *facts; /* of the person that the node is about */
    bool is_asked;         /* the one whom the memo is about */
    unsigned own_bits;     /* of its own areas, all together, for the one whom the memo is about */
    bool *own_for_others;  /* set if its own areas were asked about for somebody else */
    wm_symbol_list own;
} scope;

typedef struct reader {
    const uint8_t *at;
    const uint8_t *end;
    const scope *scope;
    bool damaged;
} reader;

typedef struct found {
    uint32_t deciding; /* leaves, if this node decides */
    uint8_t truth;     /* wm_truth */
    bool only_areas;   /* they are all areas */
    bool can_be_told;  /* U, and a fact is missing that somebody could tell */
} found;

/* A number of more than two bytes, or one that is cut. NULL: damaged. */
static const uint8_t *take_long(const uint8_t *at, const uint8_t *end, uint32_t *value_out)
{
    uint64_t value = 0;
    if (!wm_varint_take(&at, end, &value) || value > UINT32_MAX) {
        *value_out = 0;
        return NULL;
    }
    *value_out = (uint32_t)value;
    return at;
}

static inline uint32_t take(reader *r)
{
    uint32_t value = 0;
    if (r->end - r->at >= 2) {
        uint32_t first = r->at[0];
        uint32_t second = r->at[1];
        if (first < 0x80) {
            r->at++;
            return first;
        }
        if (second < 0x80) {
            r->at += 2;
            return (first & 0x7f) | second << 7;
        }
    }
    const uint8_t *at = take_long(r->at, r->end, &value);
    r->damaged = r->damaged || at == NULL;
    r->at = at != NULL ? at : r->end;
    return value;
}

static inline uint8_t take_byte(reader *r)
{
    if (r->at == r->end) {
        r->damaged = true;
        return 0;
    }
    return *r->at++;
}

/* A count of things that take at least a byte each. */
static inline uint32_t take_count(reader *r)
{
    uint32_t count = take(r);
    if (count > (size_t)(r->end - r->at)) {
        r->damaged = true;
        return 0;
    }
    return count;
}

static inline found leaf(wm_truth truth)
{
    return (found){ 1, (uint8_t)truth, false, truth == WM_TRUTH_U };
}

static inline wm_months_range take_range(reader *r, uint8_t flags)
{
    uint32_t min = take(r);
    uint32_t end = take(r);
    if (min > WM_MONTHS_MAX + 12 || end > WM_MONTHS_MAX + 12) {
        r->damaged = true;
        min = 0;
        end = 0;
    }
    return (wm_months_range){ (flags & WM_BOUND_MIN) != 0, (flags & WM_BOUND_END) != 0,
                              (int32_t)min, (int32_t)end };
}

static inline found evaluate_age(reader *r)
{
    uint8_t flags = take_byte(r);
    wm_months_range range = take_range(r, flags);
    const wm_facts *facts = r->scope->facts;
    if (facts->age_given != WM_GIVEN_KNOWN) {
        return leaf(WM_TRUTH_U);
    }
    wm_months_span age = facts->ages[(flags & WM_BOUND_CUTOFF) != 0];
    return leaf(wm_span_is_within(age, &range) ? WM_TRUTH_T
                : wm_span_meets(age, &range)   ? WM_TRUTH_U
                                               : WM_TRUTH_F);
}

/* In all dimensions: bits as in wm_brief_memo.areas. */
static unsigned look_at_code(const scope *of, wm_symbol code)
{
    unsigned bits = AREA_IS_KNOWN;
    for (unsigned i = 0; i < WM_DIMENSION_COUNT; i++) {
        const wm_area_fact *area = &of->facts->areas[i];
        if (area->given != WM_GIVEN_KNOWN || area->none) {
            continue;
        }
        wm_truth truth = wm_evaluate_code(of->memo->evaluation->areas, area, code);
        bits |= truth == WM_TRUTH_T ? 1U << i : truth == WM_TRUTH_U ? 1U << (AREA_OPEN + i) : 0;
    }
    if (of->is_asked && code < of->memo->area_count) {
        of->memo->areas[code] = (uint16_t)bits;
    }
    return bits;
}

static inline unsigned look_up_code(const scope *of, wm_symbol code)
{
    unsigned bits = of->is_asked && code < of->memo->area_count ? of->memo->areas[code] : 0;
    return bits != 0 ? bits : look_at_code(of, code);
}

/* All areas of the service. */
static inline unsigned look_up_own(const scope *of)
{
    unsigned bits = 0;
    for (uint32_t i = 0; i < of->own.count; i++) {
        bits |= look_up_code(of, wm_symbol_list_at(of->own, i));
    }
    return bits;
}

/* T where one code is T in one dimension; else U where one is, or a dimension is open. */
static inline found evaluate_area(reader *r)
{
    const scope *of = r->scope;
    unsigned mask = take_byte(r) & ((1U << WM_DIMENSION_COUNT) - 1);
    uint32_t count = take_count(r);
    unsigned bits = 0;
    for (uint32_t i = 0; i < count; i++) {
        bits |= look_up_code(of, take(r));
    }
    unsigned always = of->memo->open;
    unsigned told = of->memo->to_be_told;
    if (!of->is_asked) {
        open_dimensions(of->facts, &always, &told);
        *of->own_for_others = *of->own_for_others || count == 0;
    }
    if (count == 0) {
        bits = of->is_asked ? of->own_bits : look_up_own(of);
    }
    unsigned open = (bits >> AREA_OPEN | always) & mask;
    wm_truth truth = (bits & mask) != 0 ? WM_TRUTH_T : open != 0 ? WM_TRUTH_U : WM_TRUTH_F;
    return (found){ 1, (uint8_t)truth, true, truth == WM_TRUTH_U && (open & told) != 0 };
}

static bool contains(const wm_symbol *terms, uint32_t count, wm_symbol term)
{
    for (uint32_t i = 0; i < count; i++) {
        if (terms[i] == term) {
            return true;
        }
    }
    return false;
}

/* IN: some and all of what it may be are listed. */
static wm_truth evaluate_one(reader *r, const wm_fact *fact, uint32_t count)
{
    const uint8_t *terms = r->at;
    bool all = true;
    bool some = false;
    for (uint32_t i = 0; i < fact->as.one.count; i++) {
        wm_symbol term = fact->as.one.terms[i];
        bool listed = false;
        r->at = terms;
        for (uint32_t k = 0; k < count; k++) {
            listed = take(r) == term || listed;
        }
        listed = listed && term != WM_SYMBOL_NONE;
        all = all && listed;
        some = some || listed;
    }
    return all ? WM_TRUTH_T : some ? WM_TRUTH_U : WM_TRUTH_F;
}

static wm_truth evaluate_set(reader *r, const wm_fact *fact, uint32_t count)
{
    const wm_fact_set *set = &fact->as.set;
    bool all_denied = true;
    bool has = false;
    for (uint32_t i = 0; i < count; i++) {
        wm_symbol term = take(r);
        has = has || contains(set->has, set->has_count, term);
        all_denied = all_denied && contains(set->has_not, set->has_not_count, term);
    }
    return has ? WM_TRUTH_T : set->complete || all_denied ? WM_TRUTH_F : WM_TRUTH_U;
}

static found evaluate_terms(reader *r, uint8_t op)
{
    const wm_fact *fact = wm_facts_find(r->scope->facts, take(r));
    uint32_t count = take_count(r);
    const uint8_t *terms = r->at;
    wm_fact_type type = op == WM_OP_IN ? WM_FACT_ONE : WM_FACT_SET;
    wm_truth truth = WM_TRUTH_U;
    if (fact != NULL && fact->given == WM_GIVEN_KNOWN && fact->type == type) {
        truth = op == WM_OP_IN ? evaluate_one(r, fact, count) : evaluate_set(r, fact, count);
    }
    r->at = terms;
    for (uint32_t i = 0; i < count; i++) {
        (void)take(r);
    }
    return leaf(truth);
}

static found evaluate_node(reader *r, unsigned depth);

/* The node of `length` bytes, for somebody else; what lies behind it is read next. */
static wm_truth evaluate_other(reader *r, const wm_facts *other, uint32_t length, unsigned depth)
{
    scope of = *r->scope;
    of.facts = other;
    of.is_asked = other == of.memo->evaluation->facts;
    reader inner = { r->at, r->at + length, &of, r->damaged };
    wm_truth truth = (wm_truth)evaluate_node(&inner, depth + 1).truth;
    r->damaged = r->damaged || inner.damaged || inner.at != inner.end;
    return truth;
}

static found evaluate_about(reader *r, unsigned depth)
{
    const wm_fact *fact = wm_facts_find(r->scope->facts, take(r));
    uint32_t length = take_count(r);
    wm_truth best = WM_TRUTH_U;
    if (fact != NULL && fact->given == WM_GIVEN_KNOWN && fact->type == WM_FACT_PEOPLE) {
        best = fact->as.people.complete ? WM_TRUTH_F : WM_TRUTH_U;
        for (uint32_t i = 0; i < fact->as.people.count; i++) {
            wm_truth truth = evaluate_other(r, fact->as.people.items[i], length, depth);
            best = truth > best ? truth : best;
        }
    }
    r->at += length;
    return leaf(best);
}

static found evaluate_actor(reader *r, unsigned depth)
{
    uint32_t length = take_count(r);
    const wm_facts *actor = r->scope->memo->evaluation->actor_facts;
    wm_truth truth = actor != NULL ? evaluate_other(r, actor, length, depth) : WM_TRUTH_U;
    r->at += length;
    return leaf(truth);
}

/* The children of ALL, ANY, ATLEAST or NOT, by their values: three numbers in one word each, so
 * that all of it stays in registers. */
#define TALLY_BITS 20 /* criteria have at most WM_CRITERIA_NODES_MAX nodes */
#define TALLY_OF(word, truth) ((uint32_t)((word) >> ((unsigned)(truth)*TALLY_BITS)) & 0xfffffU)

typedef struct tallied {
    uint64_t counts;
    uint64_t deciding;
    unsigned others; /* bits by value: than areas decide */
} tallied;

static inline void count_child(tallied *t, found child)
{
    unsigned shift = child.truth * TALLY_BITS;
    t->counts += (uint64_t)1 << shift;
    t->deciding += (uint64_t)child.deciding << shift;
    t->others |= (child.only_areas ? 0U : 1U) << child.truth;
}

static inline wm_truth combine(uint8_t op, uint64_t counts, uint32_t least)
{
    uint32_t sure = TALLY_OF(counts, WM_TRUTH_T);
    uint32_t open = TALLY_OF(counts, WM_TRUTH_U);
    uint32_t not = TALLY_OF(counts, WM_TRUTH_F);
    switch (op) {
    case WM_OP_ALL: return not > 0 ? WM_TRUTH_F : open > 0 ? WM_TRUTH_U : WM_TRUTH_T;
    case WM_OP_ANY: return sure > 0 ? WM_TRUTH_T : open > 0 ? WM_TRUTH_U : WM_TRUTH_F;
    case WM_OP_ATLEAST:
        return sure >= least ? WM_TRUTH_T : sure + open >= least ? WM_TRUTH_U : WM_TRUTH_F;
    default: return not > 0 ? WM_TRUTH_T : open > 0 ? WM_TRUTH_U : WM_TRUTH_F; /* NOT */
    }
}

static bool has_children(uint8_t op)
{
    return op >= WM_OP_ALL && op <= WM_OP_ATLEAST;
}

static found evaluate_level(reader *r)
{
    uint8_t scale = take_byte(r);
    uint32_t operand = take(r);
    r->damaged = r->damaged || scale >= WM_LEVEL_SCALES;
    return leaf(r->damaged ? WM_TRUTH_U : wm_evaluate_level(r->scope->facts, scale, operand));
}

static found evaluate_since(reader *r)
{
    wm_symbol event = take(r);
    wm_months_range range = take_range(r, take_byte(r));
    return leaf(wm_evaluate_since(r->scope->facts, event, &range));
}

/* What is not in evaluate_children. */
static found evaluate_rare(reader *r, uint8_t op, unsigned depth)
{
    switch (op) {
    case WM_OP_CONST: return leaf(take_byte(r) != 0 ? WM_TRUTH_T : WM_TRUTH_F);
    case WM_OP_SINCE: return evaluate_since(r);
    case WM_OP_IN:
    case WM_OP_HAS: return evaluate_terms(r, op);
    case WM_OP_LEVEL: return evaluate_level(r);
    case WM_OP_ABOUT: return evaluate_about(r, depth);
    case WM_OP_ACTOR: return evaluate_actor(r, depth);
    case WM_OP_CHECK: return (found){ 1, WM_TRUTH_U, false, false };
    default:
        r->damaged = r->damaged || !has_children(op);
        r->at -= r->damaged ? 0 : 1;
        return evaluate_node(r, depth);
    }
}

/* ALL, ANY, ATLEAST, NOT: keeping apart, by value, what the parent needs of those children that
 * turn out to decide: those of its own value (wm_child_decides), and of NOT its child. Nearly all
 * time of weighing criteria passes here: the reader is a copy, so that where it is stays in a
 * register. */
static found evaluate_children(reader *outer, uint8_t op, uint32_t count, uint32_t least,
                               unsigned depth)
{
    reader r = *outer;
    tallied children = { 0, 0, 0 };
    bool can_be_told = false;
    for (uint32_t i = 0; i < count && !r.damaged; i++) {
        found child;
        uint8_t child_op = take_byte(&r);
        if (child_op == WM_OP_AGE) {
            child = evaluate_age(&r);
        } else if (child_op == WM_OP_AREA) {
            child = evaluate_area(&r);
        } else if (child_op == WM_OP_IS) {
            child = leaf(wm_evaluate_flag(r.scope->facts, take(&r)));
        } else {
            outer->at = r.at;
            outer->damaged = r.damaged;
            child = evaluate_rare(outer, child_op, depth);
            r.at = outer->at;
            r.damaged = outer->damaged;
        }
        count_child(&children, child);
        can_be_told = can_be_told || child.can_be_told;
    }
    outer->at = r.at;
    outer->damaged = r.damaged;
    wm_truth truth = combine(op, children.counts, least);
    unsigned decides = op == WM_OP_NOT ? (unsigned)WM_TRUTH_T - truth : truth;
    return (found){ TALLY_OF(children.deciding, decides), (uint8_t)truth,
                    (children.others >> decides & 1) == 0, can_be_told && truth == WM_TRUTH_U };
}

/* A leaf is an ALL of itself. Recursion is bounded by `depth`. */
static found evaluate_node(reader *r, unsigned depth)
{
    uint8_t op = r->at < r->end ? *r->at : 0;
    uint32_t count = 1;
    uint32_t least = 0;
    if (depth > WM_CRITERIA_DEPTH_MAX || r->damaged) {
        r->damaged = true;
        return leaf(WM_TRUTH_U);
    }
    if (!has_children(op)) {
        return evaluate_children(r, WM_OP_ALL, count, least, depth);
    }
    r->at++;
    count = op != WM_OP_NOT ? take_count(r) : count;
    least = op == WM_OP_ATLEAST ? take(r) : least;
    return evaluate_children(r, op, count, least, depth + 1);
}

/* What is known of the whole after some of its parts. */
typedef struct tally {
    wm_brief_result *result;
    wm_truth value;
    wm_truth soft; /* any soft exclusion */
    bool can_be_told;
    uint32_t deciding;
} tally;

static void refuse(tally *t, const found *decides)
{
    t->deciding += decides->deciding;
    t->result->only_area_decides = t->result->only_area_decides && decides->only_areas;
}

static void take_exclusion(reader *r, tally *t)
{
    wm_brief_result *result = t->result;
    uint32_t head = take(r);
    found when = evaluate_node(r, 1);
    wm_truth truth = (wm_truth)when.truth;
    if (when.truth == WM_TRUTH_T && head >> 1 != 0) {
        result->reasons[result->reason_count++] = (head >> 1) - 1;
    }
    if ((head & 1) != 0) {
        t->soft = truth > t->soft ? truth : t->soft;
        return;
    }
    wm_truth kept = (wm_truth)(WM_TRUTH_T - truth);
    t->value = kept < t->value ? kept : t->value;
    t->can_be_told = t->can_be_told || when.can_be_told;
    if (kept == WM_TRUTH_F) {
        refuse(t, &when);
    }
}

static wm_verdict verdict_of(const tally *t)
{
    if (t->value == WM_TRUTH_T) {
        return t->soft == WM_TRUTH_T ? WM_VERDICT_JOINT : WM_VERDICT_ELIGIBLE;
    }
    if (t->value == WM_TRUTH_F) {
        return WM_VERDICT_NOT_ELIGIBLE;
    }
    return t->can_be_told ? WM_VERDICT_UNKNOWN : WM_VERDICT_CHECK_WITH_SERVICE;
}

/* ---- criteria that were met before ---- */

static uint64_t word_at(const char *bytes)
{
    uint64_t word = 0;
    memcpy(&word, bytes, sizeof word);
    return word;
}

/* Three words hold all of them, and some twice: read where they lie, so that nothing waits for what
 * was just written. False: too short, or too long. */
static bool key_of(wm_str bytes, unsigned own_bits, wm_brief_key *key_out)
{
    if (bytes.len < 8 || bytes.len > 24) {
        return false;
    }
    *key_out = (wm_brief_key){ (uint64_t)bytes.len << 32 | own_bits, word_at(bytes.ptr),
                               word_at(bytes.ptr + (bytes.len < 16 ? bytes.len - 8 : 8)),
                               word_at(bytes.ptr + bytes.len - 8) };
    return true;
}

static wm_brief_known *place_of(const wm_brief_memo *memo, const wm_brief_key *key)
{
    uint64_t left = (key->head ^ key->first) * 0x9e3779b97f4a7c15U;
    uint64_t right = (key->middle + (key->last << 7 | key->last >> 57)) * 0xd6e8feb86659fd93U;
    return &memo->known[(left ^ right) >> (64 - KNOWN_BITS)];
}

static bool same_key(const wm_brief_key *a, const wm_brief_key *b)
{
    return ((a->head ^ b->head) | (a->first ^ b->first) | (a->middle ^ b->middle) |
            (a->last ^ b->last)) == 0;
}

/* ---- the whole ---- */

static wm_status evaluate_whole(wm_str bytes, const scope *of, wm_brief_result *result,
                                wm_error *err)
{
    const uint8_t *start = (const uint8_t *)bytes.ptr;
    reader r = { start, start + bytes.len, of, false };
    bool for_everyone = take_byte(&r) != 0;
    uint32_t exclusions = take_count(&r);
    found who = { 0, WM_TRUTH_T, true, false };
    if (!for_everyone) {
        who = evaluate_node(&r, 1);
    }
    tally t = { result, (wm_truth)who.truth, WM_TRUTH_F, who.can_be_told, 0 };
    result->reason_count = 0;
    result->only_area_decides = true;
    if (who.truth == WM_TRUTH_F) {
        refuse(&t, &who);
    }
    r.damaged = r.damaged || exclusions > WM_CRITERIA_NODES_MAX;
    for (uint32_t i = 0; i < exclusions && !r.damaged; i++) {
        take_exclusion(&r, &t);
    }
    if (r.damaged || r.at != r.end) {
        return wm_fail(err, WM_CORRUPT, "a service's criteria in short are damaged");
    }
    bool refused = t.value == WM_TRUTH_F;
    result->verdict = verdict_of(&t);
    result->near_miss = refused && t.deciding == 1;
    result->only_area_decides = refused && result->only_area_decides && t.deciding > 0;
    return WM_OK;
}

/* Own areas matter by what they are for the person alone, but where criteria are about somebody
 * else. */
wm_status wm_brief_evaluate(wm_str bytes, wm_symbol_list own_areas, wm_brief_memo *memo,
                            wm_brief_result *result_out, wm_error *err)
{
    wm_brief_key key = { 0 };
    bool own_for_others = false;
    scope of = { memo, memo->evaluation->facts, true, 0, &own_for_others, own_areas };
    of.own_bits = look_up_own(&of);
    bool may_be_known = key_of(bytes, of.own_bits, &key);
    wm_brief_known *known = place_of(memo, &key);
    if (may_be_known && same_key(&known->key, &key)) {
        result_out->verdict = (wm_verdict)known->verdict;
        result_out->near_miss = known->near_miss;
        result_out->only_area_decides = known->only_area_decides;
        result_out->reason_count = 0;
        return WM_OK;
    }
    wm_status status = evaluate_whole(bytes, &of, result_out, err);
    if (status == WM_OK && may_be_known && !own_for_others && result_out->reason_count == 0) {
        *known = (wm_brief_known){ key, (uint8_t)result_out->verdict, result_out->near_miss,
                                   result_out->only_area_decides };
    }
    return status;
}
