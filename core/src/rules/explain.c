/* explain.c: the explanation tree, and the list of sentences that say why.
 *
 * Root: {"node":"eligibility","verdict":"ELIGIBLE"|..,"decisive":true,"children":[who, not_for..]}.
 * Inside: "verdict" is "T", "F" or "U". A node is decisive if its parent is and its value decides
 * the parent's (CRITERIA, "Explanation"). `observed` is the fact as it was given, null if it was
 * not; `required` is the condition in the language of criteria. */
#include "rules/evaluate.h"
#include "rules/facts.h"
#include "rules/sentences.h"
#include "json/repeat.h"

typedef struct teller_out {
    wm_teller teller; /* writes to scratch */
    wm_buf scratch;
    wm_json_out *out;
} teller_out;

static const char *const op_names[] = {
    [WM_OP_ALL] = "all",         [WM_OP_ANY] = "any",     [WM_OP_NOT] = "not",
    [WM_OP_ATLEAST] = "atleast", [WM_OP_CONST] = "const", [WM_OP_AGE] = "age",
    [WM_OP_SINCE] = "since",     [WM_OP_AREA] = "area",   [WM_OP_IS] = "is",
    [WM_OP_IN] = "in",           [WM_OP_HAS] = "has",     [WM_OP_LEVEL] = "level",
    [WM_OP_ABOUT] = "about",     [WM_OP_CHECK] = "check", [WM_OP_ACTOR] = "actor",
    [WM_OP_NEED] = "need",       [WM_OP_QUERY] = "query", [WM_OP_CARD] = "card",
    [WM_OP_RESULT] = "result",
};

static const char *truth_name(uint8_t truth)
{
    return truth == WM_TRUTH_T ? "T" : truth == WM_TRUTH_U ? "U" : "F";
}

/* ---- required: a node back into the language of criteria ----------------------------------- */

static void write_node(const wm_phrases *p, size_t at, wm_json_out *out);

static void write_symbol(const wm_phrases *p, wm_symbol symbol, wm_json_out *out)
{
    wm_json_out_string(out, wm_symbols_text(p->symbols, symbol));
}

static void write_list(const wm_phrases *p, uint32_t count_at, wm_json_out *out)
{
    uint32_t count = wm_program_word(p->criteria, count_at);
    wm_json_out_array(out);
    for (uint32_t i = 0; i < count; i++) {
        write_symbol(p, wm_program_word(p->criteria, count_at + 1U + i), out);
    }
    wm_json_out_end_array(out);
}

static void write_months(const char *name, int32_t months, bool ym, wm_json_out *out)
{
    wm_json_out_name(out, name);
    if (!ym) {
        wm_json_out_integer(out, months / 12);
        return;
    }
    wm_json_out_object(out);
    wm_json_out_member_integer(out, "y", months / 12);
    wm_json_out_member_integer(out, "m", months % 12);
    wm_json_out_end_object(out);
}

static void write_age(const wm_phrases *p, const wm_node *node, wm_json_out *out)
{
    wm_months_range range = wm_program_range(p->criteria, node->arg, node->operand);
    bool before = (node->arg & WM_BOUND_END_BEFORE) != 0;
    bool end_ym = (node->arg & WM_BOUND_END_YM) != 0;
    wm_json_out_object(out);
    if (range.has_min) {
        write_months("min", range.min, (node->arg & WM_BOUND_MIN_YM) != 0, out);
    }
    if (range.has_end) {
        int32_t own_unit = before ? 0 : end_ym ? 1 : 12;
        write_months(before ? "before" : "max", range.end - own_unit, end_ym, out);
    }
    if ((node->arg & WM_BOUND_CUTOFF) != 0) {
        wm_json_out_member_text(out, "on", "school_cutoff");
    }
    wm_json_out_end_object(out);
}

static void write_since(const wm_phrases *p, const wm_node *node, wm_json_out *out)
{
    wm_months_range range = wm_program_range(p->criteria, node->arg, node->operand + 1U);
    wm_json_out_object(out);
    wm_json_out_name(out, "event");
    write_symbol(p, wm_program_word(p->criteria, node->operand), out);
    if (range.has_min) {
        write_months("min", range.min, (node->arg & WM_BOUND_MIN_YM) != 0, out);
    }
    if (range.has_end) {
        write_months("within", range.end, (node->arg & WM_BOUND_END_YM) != 0, out);
    }
    wm_json_out_end_object(out);
}

static void write_area(const wm_phrases *p, const wm_node *node, wm_json_out *out)
{
    wm_json_out_object(out);
    wm_json_out_name(out, "of");
    wm_json_out_array(out);
    for (unsigned i = 0; i < WM_DIMENSION_COUNT; i++) {
        if ((node->arg >> i & 1) != 0) {
            wm_json_out_text(out, wm_dimension_name((wm_dimension)i));
        }
    }
    wm_json_out_end_array(out);
    wm_json_out_name(out, "in");
    write_list(p, node->operand, out);
    wm_json_out_end_object(out);
}

static void write_level(const wm_node *node, wm_json_out *out)
{
    wm_json_out_object(out);
    wm_json_out_name(out, node->arg == 0 ? "severity" : "risk");
    wm_json_out_object(out);
    if ((node->operand >> 16 & 1) != 0) {
        wm_json_out_member_text(out, "min", wm_level_name(node->arg, node->operand & 0xff));
    }
    if ((node->operand >> 16 & 2) != 0) {
        wm_json_out_member_text(out, "max", wm_level_name(node->arg, node->operand >> 8 & 0xff));
    }
    wm_json_out_end_object(out);
    wm_json_out_end_object(out);
}

static void write_terms(const wm_phrases *p, const wm_node *node, wm_json_out *out)
{
    wm_json_out_object(out);
    wm_json_out_name_str(out,
                         wm_symbols_text(p->symbols, wm_program_word(p->criteria, node->operand)));
    write_list(p, node->operand + 1U, out);
    wm_json_out_end_object(out);
}

static void write_children(const wm_phrases *p, size_t at, const wm_node *node, wm_json_out *out)
{
    wm_json_out_array(out);
    for (size_t child = at + 1; child < at + node->span;
         child += wm_program_node(p->criteria, child).span) {
        write_node(p, child, out);
    }
    wm_json_out_end_array(out);
}

/* {"who":..,"that":..} and {"n":..,"of":[..]} */
static void write_pair(const wm_phrases *p, size_t at, const wm_node *node, wm_json_out *out)
{
    wm_json_out_object(out);
    if (node->op == WM_OP_ABOUT) {
        wm_json_out_name(out, "who");
        write_symbol(p, node->operand, out);
        wm_json_out_name(out, "that");
        write_node(p, at + 1, out);
    } else {
        wm_json_out_member_integer(out, "n", node->operand);
        wm_json_out_name(out, "of");
        write_children(p, at, node, out);
    }
    wm_json_out_end_object(out);
}

/* What stands behind the name of the node. */
static void write_operand(const wm_phrases *p, size_t at, wm_json_out *out)
{
    wm_node node = wm_program_node(p->criteria, at);
    switch ((wm_op)node.op) {
    case WM_OP_ALL:
    case WM_OP_ANY: write_children(p, at, &node, out); break;
    case WM_OP_NOT:
    case WM_OP_ACTOR: write_node(p, at + 1, out); break;
    case WM_OP_ATLEAST:
    case WM_OP_ABOUT: write_pair(p, at, &node, out); break;
    case WM_OP_CONST: wm_json_out_boolean(out, node.arg != 0); break;
    case WM_OP_AGE: write_age(p, &node, out); break;
    case WM_OP_SINCE: write_since(p, &node, out); break;
    case WM_OP_AREA: write_area(p, &node, out); break;
    case WM_OP_IS: write_symbol(p, node.operand, out); break;
    case WM_OP_IN:
    case WM_OP_HAS: write_terms(p, &node, out); break;
    case WM_OP_LEVEL: write_level(&node, out); break;
    case WM_OP_CHECK: wm_json_out_string(out, wm_program_text(p->criteria, &node)); break;
    case WM_OP_NEED: /* in rules only, and these are not explained */
    case WM_OP_QUERY:
    case WM_OP_CARD:
    case WM_OP_RESULT:
    default: wm_json_out_null(out); break;
    }
}

static void write_node(const wm_phrases *p, size_t at, wm_json_out *out)
{
    wm_json_out_object(out);
    wm_json_out_name(out, op_names[wm_program_node(p->criteria, at).op]);
    write_operand(p, at, out);
    wm_json_out_end_object(out);
}

/* ---- observed: the fact as it was given ---------------------------------------------------- */

static void write_value(const wm_json *value, wm_json_out *out)
{
    if (value != NULL) {
        wm_json_out_value(out, value);
    } else {
        wm_json_out_null(out);
    }
}

static void write_place_codes(const wm_area_fact *area, wm_json_out *out)
{
    if (area->given != WM_GIVEN_KNOWN || area->value != NULL) {
        write_value(area->value, out);
        return;
    }
    wm_json_out_object(out); /* filled from a place that the person typed */
    wm_json_out_name(out, "one_of");
    wm_json_out_array(out);
    for (uint32_t i = 0; i < area->count; i++) {
        wm_json_out_string(out, area->places[i].code);
    }
    wm_json_out_end_array(out);
    wm_json_out_end_object(out);
}

static void write_observed_area(const wm_facts *facts, uint8_t mask, wm_json_out *out)
{
    wm_json_out_name(out, "fact");
    wm_json_out_text(out, "area");
    wm_json_out_name(out, "observed");
    wm_json_out_object(out);
    for (unsigned i = 0; i < WM_DIMENSION_COUNT; i++) {
        if ((mask >> i & 1) != 0) {
            wm_json_out_name(out, wm_fixed_name(WM_SYMBOL_RESIDENCE_AREA + i));
            write_place_codes(&facts->areas[i], out);
        }
    }
    wm_json_out_end_object(out);
}

static const wm_json *value_of(const wm_facts *facts, wm_symbol symbol)
{
    if (symbol == WM_SYMBOL_AGE) {
        return facts->age_value;
    }
    if (symbol == WM_SYMBOL_SEVERITY || symbol == WM_SYMBOL_RISK) {
        return facts->levels[symbol - WM_SYMBOL_SEVERITY].value;
    }
    const wm_fact *fact = wm_facts_find(facts, symbol);
    return fact != NULL ? fact->value : NULL;
}

/* fact, observed and required of a leaf. */
static void write_leaf(const teller_out *t, size_t at, const wm_node *node)
{
    const wm_phrases *p = &t->teller.phrases;
    const wm_facts *facts = t->teller.evaluation->facts;
    wm_symbol fact = WM_SYMBOL_NONE;
    switch ((wm_op)node->op) {
    case WM_OP_AGE: fact = WM_SYMBOL_AGE; break;
    case WM_OP_LEVEL: fact = WM_SYMBOL_SEVERITY + node->arg; break;
    case WM_OP_IS:
    case WM_OP_ABOUT: fact = node->operand; break;
    case WM_OP_SINCE:
    case WM_OP_IN:
    case WM_OP_HAS: fact = wm_program_word(p->criteria, node->operand); break;
    case WM_OP_AREA: write_observed_area(facts, node->arg, t->out); break;
    case WM_OP_ALL:
    case WM_OP_ANY:
    case WM_OP_NOT:
    case WM_OP_ATLEAST:
    case WM_OP_CONST:
    case WM_OP_CHECK:
    case WM_OP_ACTOR:
    case WM_OP_NEED:
    case WM_OP_QUERY:
    case WM_OP_CARD:
    case WM_OP_RESULT:
    default: break;
    }
    if (fact != WM_SYMBOL_NONE) {
        wm_json_out_name(t->out, "fact");
        write_symbol(p, fact, t->out);
        wm_json_out_name(t->out, "observed");
        write_value(value_of(facts, fact), t->out);
    }
    wm_json_out_name(t->out, "required");
    write_operand(p, at, t->out);
}

/* ---- the tree ----------------------------------------------------------------------------- */

static void put_scratch(teller_out *t, const char *name)
{
    wm_json_out_member_string(t->out, name, wm_buf_str(&t->scratch));
    wm_status status = t->scratch.status;
    wm_buf_reset(&t->scratch);
    if (status != WM_OK) {
        t->scratch.status = status; /* sticks until it is reported */
    }
}

static void write_tree(teller_out *t, size_t at, bool decisive)
{
    const wm_criteria *criteria = t->teller.phrases.criteria;
    wm_node node = wm_program_node(criteria, at);
    uint8_t truth = t->teller.result->truth[at];
    wm_json_out_object(t->out);
    wm_json_out_member_text(t->out, "node", op_names[node.op]);
    wm_json_out_member_text(t->out, "verdict", truth_name(truth));
    wm_json_out_member_boolean(t->out, "decisive", decisive);
    if (wm_op_is_leaf(node.op)) {
        write_leaf(t, at, &node);
        wm_tell_leaf(&t->teller, at);
        put_scratch(t, "text");
    } else {
        if (node.op == WM_OP_ATLEAST) {
            wm_json_out_member_integer(t->out, "required", node.operand);
        }
        static const char *const texts[] = {
            [WM_OP_ALL] = "tree_all",
            [WM_OP_ANY] = "tree_any",
            [WM_OP_NOT] = "tree_not",
            [WM_OP_ATLEAST] = "tree_atleast",
        };
        wm_tell(&t->teller.phrases, texts[node.op]);
        put_scratch(t, "text");
        wm_json_out_name(t->out, "children");
        wm_json_out_array(t->out);
        for (size_t child = at + 1; child < at + node.span;
             child += wm_program_node(criteria, child).span) {
            bool decides = wm_child_decides(node.op, (wm_truth)truth,
                                            (wm_truth)t->teller.result->truth[child]);
            write_tree(t, child, decisive && decides);
        }
        wm_json_out_end_array(t->out);
    }
    wm_json_out_end_object(t->out);
}

static void write_exclusion(teller_out *t, size_t index)
{
    const wm_phrases *p = &t->teller.phrases;
    wm_exclusion exclusion = wm_criteria_exclusion(p->criteria, index);
    bool decisive = wm_exclusion_decides(t->teller.result, &exclusion);
    wm_json_out_object(t->out);
    wm_json_out_member_text(t->out, "node", "not_for");
    wm_json_out_member_text(t->out, "verdict", truth_name(t->teller.result->truth[exclusion.node]));
    wm_json_out_member_boolean(t->out, "decisive", decisive);
    wm_json_out_name(t->out, "required");
    wm_json_out_object(t->out);
    if (exclusion.reason != WM_SYMBOL_NONE) {
        wm_json_out_name(t->out, "reason");
        write_symbol(p, exclusion.reason, t->out);
    }
    wm_json_out_member_boolean(t->out, "soft", exclusion.soft);
    wm_json_out_name(t->out, "instead");
    wm_json_out_array(t->out);
    for (size_t i = 0; i < exclusion.instead_count; i++) {
        write_symbol(p, wm_criteria_instead(p->criteria, &exclusion, i), t->out);
    }
    wm_json_out_end_array(t->out);
    wm_json_out_end_object(t->out);
    wm_tell_exclusion(&t->teller, index);
    put_scratch(t, "text");
    wm_json_out_name(t->out, "children");
    wm_json_out_array(t->out);
    write_tree(t, exclusion.node, decisive);
    wm_json_out_end_array(t->out);
    wm_json_out_end_object(t->out);
}

static const char *verdict_text(wm_verdict verdict)
{
    static const char *const texts[] = {
        [WM_VERDICT_ELIGIBLE] = "verdict_eligible",
        [WM_VERDICT_JOINT] = "verdict_joint",
        [WM_VERDICT_CHECK_WITH_SERVICE] = "verdict_check",
        [WM_VERDICT_UNKNOWN] = "verdict_unknown",
        [WM_VERDICT_NOT_ELIGIBLE] = "verdict_not_eligible",
    };
    return texts[verdict];
}

static teller_out teller_start(const wm_criteria *criteria, const wm_evaluation *evaluation,
                               const wm_verdict_result *result, const wm_words *words,
                               wm_json_out *out)
{
    teller_out t = { .out = out };
    wm_buf_init(&t.scratch, out->buf->env, WM_RECORD_BYTES_MAX);
    t.teller = wm_teller_of(criteria, evaluation, result, words, NULL);
    return t;
}

static wm_status teller_end(teller_out *t, wm_error *err)
{
    wm_status status = wm_buf_status(&t->scratch, err);
    wm_buf_fini(&t->scratch);
    return status;
}

wm_status wm_criteria_explain(const wm_criteria *criteria, const wm_evaluation *evaluation,
                              const wm_verdict_result *result, const wm_words *words,
                              wm_json_out *out, wm_error *err)
{
    teller_out t = teller_start(criteria, evaluation, result, words, out);
    t.teller.phrases.out = &t.scratch;
    wm_json_out_object(out);
    wm_json_out_member_text(out, "node", "eligibility");
    wm_json_out_member_text(out, "verdict", wm_verdict_name(result->verdict));
    wm_json_out_member_boolean(out, "decisive", true);
    wm_tell(&t.teller.phrases, verdict_text(result->verdict));
    put_scratch(&t, "text");
    wm_json_out_name(out, "children");
    wm_json_out_array(out);
    if (!criteria->for_everyone) {
        write_tree(&t, 0, wm_who_decides(criteria, result));
    }
    for (size_t i = 0; i < criteria->exclusion_count; i++) {
        write_exclusion(&t, i);
    }
    wm_json_out_end_array(out);
    wm_json_out_end_object(out);
    return teller_end(&t, err);
}

/* ---- why ---------------------------------------------------------------------------------- */

#define WHY_TOLD_MAX 32
#define LEAF_KEY_HEAD (WM_REPEAT_KEY_BYTES_MAX - WM_LEAF_KEY_BYTES_MAX)
#define LEAF_KEY_MARK 'L' /* no other key begins with it */

/* A sentence in the output, as it stands there. */
typedef struct told {
    size_t start;
    size_t length;
} told;

typedef struct why {
    teller_out *t;
    size_t left;
    size_t told_count;
    told told[WHY_TOLD_MAX];
} why;

/* Several leaves may say the same ("There is something to check first"): once is enough. */
static bool is_told(const why *w, const told *sentence)
{
    const char *data = w->t->out->buf->data;
    for (size_t i = 0; i < w->told_count; i++) {
        if (w->told[i].length == sentence->length &&
            memcmp(data + w->told[i].start, data + sentence->start, sentence->length) == 0) {
            return true;
        }
    }
    return false;
}

static void add_told(why *w, const told *sentence)
{
    if (w->told_count < WHY_TOLD_MAX) {
        w->told[w->told_count++] = *sentence;
    }
    w->left--;
}

/* Writes what scratch holds; what is told already is taken back. The place of it is told either
 * way, so that it can be remembered. */
static bool put_scratch_sentence(why *w, told *sentence_out)
{
    wm_buf *scratch = &w->t->scratch;
    wm_json_out *out = w->t->out;
    size_t before = out->buf->len;
    if (scratch->status != WM_OK || w->left == 0) {
        return false;
    }
    wm_json_out_string(out, wm_buf_str(scratch));
    wm_buf_reset(scratch);
    if (out->buf->status != WM_OK) {
        return false;
    }
    size_t start = before + (out->buf->data[before] == ',' ? 1 : 0);
    *sentence_out = (told){ start, out->buf->len - start };
    if (is_told(w, sentence_out)) {
        out->buf->len = before;
        out->buf->data[before] = '\0';
        return false;
    }
    add_told(w, sentence_out);
    return true;
}

static void put_sentence(why *w)
{
    told sentence = { 0, 0 };
    (void)put_scratch_sentence(w, &sentence);
}

/* All that the sentence of a leaf of `who` is made of, besides the person and the words; empty: of
 * more than a key holds. */
static wm_str key_of_leaf(const why *w, size_t leaf, char key[WM_REPEAT_KEY_BYTES_MAX])
{
    const wm_criteria *criteria = w->t->teller.phrases.criteria;
    wm_leaf_path path = wm_leaf_path_of(criteria, leaf);
    wm_str required = wm_leaf_key(criteria, leaf, &path, key + LEAF_KEY_HEAD);
    if (required.len == 0) {
        return WM_STR("");
    }
    memset(key, 0, LEAF_KEY_HEAD);
    key[0] = LEAF_KEY_MARK;
    key[1] = (char)w->t->teller.phrases.words->person;
    key[2] = (char)w->t->teller.result->truth[leaf];
    return (wm_str){ key, LEAF_KEY_HEAD + required.len };
}

static void why_leaf(why *w, size_t leaf)
{
    char bytes[WM_REPEAT_KEY_BYTES_MAX];
    const wm_buf *buf = w->t->out->buf;
    struct wm_repeats *repeats = w->t->teller.phrases.words->repeats;
    wm_str key = repeats != NULL ? key_of_leaf(w, leaf, bytes) : WM_STR("");
    told sentence = { 0, 0 };
    if (wm_repeat_find(repeats, buf, key, &sentence.start, &sentence.length)) {
        if (!is_told(w, &sentence)) {
            wm_repeat_put(w->t->out, sentence.start, sentence.length);
            add_told(w, &sentence);
        }
        return;
    }
    wm_tell_leaf(&w->t->teller, leaf);
    if (put_scratch_sentence(w, &sentence)) {
        wm_repeat_keep(repeats, buf, key, sentence.start);
    }
}

static void why_under(why *w, size_t at)
{
    const wm_criteria *criteria = w->t->teller.phrases.criteria;
    wm_node node = wm_program_node(criteria, at);
    if (wm_op_is_leaf(node.op)) {
        if (w->left > 0) {
            why_leaf(w, at);
        }
        return;
    }
    wm_truth truth = (wm_truth)w->t->teller.result->truth[at];
    for (size_t child = at + 1; child < at + node.span;
         child += wm_program_node(criteria, child).span) {
        if (wm_child_decides(node.op, truth, (wm_truth)w->t->teller.result->truth[child])) {
            why_under(w, child);
        }
    }
}

wm_status wm_criteria_why(const wm_criteria *criteria, const wm_evaluation *evaluation,
                          const wm_verdict_result *result, const wm_words *words, size_t max,
                          wm_json_out *out, wm_error *err)
{
    teller_out t = teller_start(criteria, evaluation, result, words, out);
    t.teller.phrases.out = &t.scratch;
    why w = { .t = &t, .left = max };
    if (criteria->for_everyone && result->value == WM_TRUTH_T && max > 0) {
        wm_tell(&t.teller.phrases, "everyone");
        put_sentence(&w);
    } else if (wm_who_decides(criteria, result)) {
        why_under(&w, 0);
    }
    for (size_t i = 0; i < criteria->exclusion_count; i++) {
        wm_exclusion exclusion = wm_criteria_exclusion(criteria, i);
        bool tells = result->truth[exclusion.node] != WM_TRUTH_F;
        if (tells && wm_exclusion_decides(result, &exclusion) && w.left > 0) {
            wm_tell_exclusion(&t.teller, i);
            put_sentence(&w);
        }
    }
    return teller_end(&t, err);
}

wm_status wm_criteria_sentence(const wm_criteria *criteria, const wm_evaluation *evaluation,
                               const wm_verdict_result *result, size_t leaf, const wm_words *words,
                               wm_buf *out, wm_error *err)
{
    if (leaf >= criteria->node_count || !wm_op_is_leaf(wm_program_node(criteria, leaf).op)) {
        return wm_fail(err, WM_BAD_ARGUMENT, "expected a leaf, found node %zu", leaf);
    }
    wm_teller teller = wm_teller_of(criteria, evaluation, result, words, out);
    wm_tell_leaf(&teller, leaf);
    return wm_buf_status(out, err);
}

wm_status wm_criteria_for_ages(const wm_criteria *criteria, const wm_evaluation *evaluation,
                               const wm_words *words, wm_buf *out, wm_error *err)
{
    wm_verdict_result result;
    wm_criteria_evaluate(criteria, evaluation, &result);
    if (!criteria->for_everyone) {
        wm_teller teller = wm_teller_of(criteria, evaluation, &result, words, out);
        wm_tell_open_ages(&teller);
    }
    return wm_buf_status(out, err);
}
