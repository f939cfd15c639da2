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

wm_status wm_brief_memo_init(wm_brief_memo *memo, const wm_evaluation *evaluation, wm_arena *arena,
                             wm_error *err)
{
    *memo = (wm_brief_memo){ .evaluation = evaluation };
    memo->area_count = wm_symbols_count(evaluation->symbols);
    memo->areas = wm_arena_array(arena, memo->area_count, sizeof *memo->areas);
    return memo->areas != NULL ? WM_OK : wm_fail_memory(err);
}

typedef struct reader {
    const uint8_t *at;
    const uint8_t *end;
    wm_brief_memo *memo;
    const wm_facts *facts; /* of the person that the node is about */
    wm_symbol_list own;
    bool damaged;
} reader;

typedef struct found {
    wm_truth truth;
    uint32_t deciding; /* leaves, if this node decides */
    bool only_areas;   /* they are all areas */
    bool can_be_told;  /* U, and a fact is missing that somebody could tell */
} found;

static uint32_t take(reader *r)
{
    uint64_t value = 0;
    if (r->at < r->end && *r->at < 0x80) {
        return *r->at++;
    }
    if (!wm_varint_take(&r->at, r->end, &value) || value > UINT32_MAX) {
        r->damaged = true;
        return 0;
    }
    return (uint32_t)value;
}

static uint8_t take_byte(reader *r)
{
    if (r->at == r->end) {
        r->damaged = true;
        return 0;
    }
    return *r->at++;
}

/* A count of things that take at least a byte each. */
static uint32_t take_count(reader *r)
{
    uint32_t count = take(r);
    if (count > (size_t)(r->end - r->at)) {
        r->damaged = true;
        return 0;
    }
    return count;
}

static found leaf(wm_truth truth)
{
    return (found){ truth, 1, false, truth == WM_TRUTH_U };
}

static wm_months_range take_range(reader *r, uint8_t flags)
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

static found evaluate_age(reader *r)
{
    uint8_t flags = take_byte(r);
    wm_months_range range = take_range(r, flags);
    wm_brief_memo *memo = r->memo;
    if (r->facts != memo->evaluation->facts) {
        return leaf(wm_evaluate_age(r->facts, flags, &range));
    }
    uint32_t min = (uint32_t)range.min;
    uint32_t end = (uint32_t)range.end;
    size_t at = (min * 31 + end * 7 + flags) & (WM_BRIEF_AGES - 1);
    if (memo->ages[at].truth == 0 || memo->ages[at].min != min || memo->ages[at].end != end ||
        memo->ages[at].flags != flags) {
        memo->ages[at].min = min;
        memo->ages[at].end = end;
        memo->ages[at].flags = flags;
        memo->ages[at].truth = (uint8_t)(wm_evaluate_age(r->facts, flags, &range) + 1);
    }
    return leaf((wm_truth)(memo->ages[at].truth - 1));
}

static wm_truth evaluate_code(const reader *r, wm_symbol code, unsigned dimension)
{
    const wm_evaluation *evaluation = r->memo->evaluation;
    const wm_area_fact *area = &r->facts->areas[dimension];
    if (r->facts != evaluation->facts || code >= r->memo->area_count) {
        return wm_evaluate_code(evaluation->areas, area, code);
    }
    uint16_t *known = &r->memo->areas[code];
    unsigned shift = 2 * dimension;
    if ((*known >> shift & 3) == 0) {
        wm_truth truth = wm_evaluate_code(evaluation->areas, area, code);
        *known = (uint16_t)(*known | ((unsigned)truth + 1) << shift);
    }
    return (wm_truth)((*known >> shift & 3) - 1);
}

/* "residence: no fixed abode is never a refusal, it is U, to be checked with the service" */
static wm_truth evaluate_dimension(reader *r, unsigned dimension, uint32_t count)
{
    const wm_area_fact *area = &r->facts->areas[dimension];
    if (area->given != WM_GIVEN_KNOWN) {
        return WM_TRUTH_U;
    }
    if (area->none) {
        return dimension == WM_DIMENSION_RESIDENCE ? WM_TRUTH_U : WM_TRUTH_F;
    }
    wm_truth best = WM_TRUTH_F;
    uint32_t most = count > 0 ? count : r->own.count;
    for (uint32_t i = 0; i < most && best != WM_TRUTH_T; i++) {
        wm_symbol code = count > 0 ? take(r) : wm_symbol_list_at(r->own, i);
        wm_truth truth = evaluate_code(r, code, dimension);
        best = truth > best ? truth : best;
    }
    return best;
}

/* Every dimension is looked at: an unknown one that could be told is missing. */
static found evaluate_area(reader *r)
{
    uint8_t mask = take_byte(r);
    uint32_t count = take_count(r);
    const uint8_t *codes = r->at;
    found result = { WM_TRUTH_F, 1, true, false };
    for (unsigned i = 0; i < WM_DIMENSION_COUNT; i++) {
        if ((mask >> i & 1) == 0) {
            continue;
        }
        r->at = codes;
        wm_truth truth = evaluate_dimension(r, i, count);
        const wm_area_fact *area = &r->facts->areas[i];
        bool none = area->given == WM_GIVEN_KNOWN && area->none;
        result.can_be_told = result.can_be_told || (truth == WM_TRUTH_U && !none);
        result.truth = truth > result.truth ? truth : result.truth;
    }
    r->at = codes;
    for (uint32_t i = 0; i < count; i++) {
        (void)take(r);
    }
    result.can_be_told = result.can_be_told && result.truth == WM_TRUTH_U;
    return result;
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
    const wm_fact *fact = wm_facts_find(r->facts, take(r));
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
    reader inner = *r;
    inner.end = r->at + length;
    inner.facts = other;
    wm_truth truth = evaluate_node(&inner, depth + 1).truth;
    r->damaged = r->damaged || inner.damaged || inner.at != inner.end;
    return truth;
}

static found evaluate_about(reader *r, unsigned depth)
{
    const wm_fact *fact = wm_facts_find(r->facts, take(r));
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
    const wm_facts *actor = r->memo->evaluation->actor_facts;
    wm_truth truth = actor != NULL ? evaluate_other(r, actor, length, depth) : WM_TRUTH_U;
    r->at += length;
    return leaf(truth);
}

static wm_truth combine(uint8_t op, const uint32_t counts[3], uint32_t least)
{
    bool all = false;
    bool some = false;
    uint32_t sure = counts[WM_TRUTH_T];
    uint32_t open = counts[WM_TRUTH_U];
    if (op == WM_OP_ALL) {
        all = counts[WM_TRUTH_F] + open == 0;
        some = counts[WM_TRUTH_F] == 0;
    } else if (op == WM_OP_ANY) {
        all = sure > 0;
        some = open > 0;
    } else if (op == WM_OP_ATLEAST) {
        all = sure >= least;
        some = sure + open >= least;
    } else {
        all = counts[WM_TRUTH_F] > 0;
        some = open > 0;
    }
    return all ? WM_TRUTH_T : some ? WM_TRUTH_U : WM_TRUTH_F;
}

/* ALL, ANY, ATLEAST, NOT: by counting the values of the children, and keeping apart, by value, what
 * the parent needs of those that turn out to decide. */
static found evaluate_children(reader *r, uint8_t op, unsigned depth)
{
    uint32_t count = op == WM_OP_NOT ? 1 : take_count(r);
    uint32_t least = op == WM_OP_ATLEAST ? take(r) : 0;
    uint32_t counts[3] = { 0, 0, 0 };
    uint32_t deciding[3] = { 0, 0, 0 };
    bool only_areas[3] = { true, true, true };
    found result = { WM_TRUTH_F, 0, true, false };
    for (uint32_t i = 0; i < count && !r->damaged; i++) {
        found child = evaluate_node(r, depth + 1);
        counts[child.truth]++;
        deciding[child.truth] += child.deciding;
        only_areas[child.truth] = only_areas[child.truth] && child.only_areas;
        result.can_be_told = result.can_be_told || child.can_be_told;
    }
    result.truth = combine(op, counts, least);
    for (unsigned truth = WM_TRUTH_F; truth <= WM_TRUTH_T; truth++) {
        if (wm_child_decides(op, result.truth, (wm_truth)truth)) {
            result.deciding += deciding[truth];
            result.only_areas = result.only_areas && only_areas[truth];
        }
    }
    result.can_be_told = result.can_be_told && result.truth == WM_TRUTH_U;
    return result;
}

static found evaluate_leaf(reader *r, uint8_t op)
{
    switch ((wm_op)op) {
    case WM_OP_CONST: {
        found constant = leaf(take_byte(r) != 0 ? WM_TRUTH_T : WM_TRUTH_F);
        return constant;
    }
    case WM_OP_AGE: return evaluate_age(r);
    case WM_OP_SINCE: {
        wm_symbol event = take(r);
        wm_months_range range = take_range(r, take_byte(r));
        return leaf(wm_evaluate_since(r->facts, event, &range));
    }
    case WM_OP_AREA: return evaluate_area(r);
    case WM_OP_IS: return leaf(wm_evaluate_flag(r->facts, take(r)));
    case WM_OP_IN:
    case WM_OP_HAS: return evaluate_terms(r, op);
    case WM_OP_LEVEL: {
        uint8_t scale = take_byte(r);
        uint32_t operand = take(r);
        r->damaged = r->damaged || scale >= WM_LEVEL_SCALES;
        return leaf(r->damaged ? WM_TRUTH_U : wm_evaluate_level(r->facts, scale, operand));
    }
    case WM_OP_CHECK: return (found){ WM_TRUTH_U, 1, false, false };
    case WM_OP_ALL:
    case WM_OP_ANY:
    case WM_OP_NOT:
    case WM_OP_ATLEAST:
    case WM_OP_ABOUT:
    case WM_OP_ACTOR:
    case WM_OP_NEED:
    case WM_OP_QUERY:
    case WM_OP_CARD:
    case WM_OP_RESULT:
    default: r->damaged = true; return leaf(WM_TRUTH_U);
    }
}

/* Recursion is bounded by `depth`. */
static found evaluate_node(reader *r, unsigned depth)
{
    uint8_t op = take_byte(r);
    if (depth > WM_CRITERIA_DEPTH_MAX || r->damaged) {
        r->damaged = true;
        return leaf(WM_TRUTH_U);
    }
    switch (op) {
    case WM_OP_ALL:
    case WM_OP_ANY:
    case WM_OP_NOT:
    case WM_OP_ATLEAST: return evaluate_children(r, op, depth);
    case WM_OP_ABOUT: return evaluate_about(r, depth);
    case WM_OP_ACTOR: return evaluate_actor(r, depth);
    default: return evaluate_leaf(r, op);
    }
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
    if (when.truth == WM_TRUTH_T && head >> 1 != 0) {
        result->reasons[result->reason_count++] = (head >> 1) - 1;
    }
    if ((head & 1) != 0) {
        t->soft = when.truth > t->soft ? when.truth : t->soft;
        return;
    }
    wm_truth kept = (wm_truth)(WM_TRUTH_T - when.truth);
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

wm_status wm_brief_evaluate(wm_str bytes, wm_symbol_list own_areas, wm_brief_memo *memo,
                            wm_brief_result *result_out, wm_error *err)
{
    wm_brief_result *result = result_out;
    const uint8_t *start = (const uint8_t *)bytes.ptr;
    reader r = { .at = start,
                 .end = start + bytes.len,
                 .memo = memo,
                 .facts = memo->evaluation->facts,
                 .own = own_areas };
    bool for_everyone = take_byte(&r) != 0;
    uint32_t exclusions = take_count(&r);
    found who = { WM_TRUTH_T, 0, true, false };
    if (!for_everyone) {
        who = evaluate_node(&r, 1);
    }
    tally t = { result, who.truth, WM_TRUTH_F, who.can_be_told, 0 };
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
