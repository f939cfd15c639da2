/* sentences.c: why, in plain words.
 *
 * A sentence says what the service asks for ("For people aged 16 to 25") and, of the person, at
 * most the age or that something is not known yet. What someone disclosed is never said back to
 * them: an exclusion speaks with its reason's text, and a condition under `not` that only a
 * disclosure can meet is not named. */
#include "rules/sentences.h"

#include "rules/evaluate.h"
#include "rules/facts.h"

wm_teller wm_teller_of(const wm_criteria *criteria, const wm_evaluation *evaluation,
                       const wm_verdict_result *result, const wm_words *words, wm_buf *out)
{
    static const wm_words no_words = { 0 };
    return (wm_teller){
        { criteria, evaluation->symbols, words != NULL ? words : &no_words, out },
        evaluation,
        result,
    };
}

wm_leaf_path wm_leaf_path_of(const wm_criteria *criteria, size_t leaf)
{
    wm_leaf_path path = { false, false, -1 };
    size_t at = 0;
    for (size_t i = 0; i < criteria->exclusion_count; i++) {
        wm_exclusion exclusion = wm_criteria_exclusion(criteria, i);
        if (exclusion.node <= leaf) {
            at = exclusion.node;
            path.exclusion = (int)i;
        }
    }
    while (at < leaf) {
        wm_node node = wm_program_node(criteria, at);
        if (wm_op_is_leaf(node.op)) {
            break; /* below an about or an actor: the leaf is the whole of it */
        }
        size_t child = at + 1;
        size_t first_end = child + wm_program_node(criteria, child).span;
        bool several = first_end < at + node.span;
        path.alternative =
            path.alternative || (several && (node.op == WM_OP_ANY || node.op == WM_OP_ATLEAST));
        path.negated = path.negated != (node.op == WM_OP_NOT);
        while (child + wm_program_node(criteria, child).span <= leaf) {
            child += wm_program_node(criteria, child).span;
        }
        at = child;
    }
    return path;
}

/* ---- exclusions --------------------------------------------------------------------------- */

/* Names of offers start with capital letters and may hold commas. */
static void tell_instead(const wm_teller *teller, const wm_exclusion *exclusion)
{
    for (size_t i = 0; i < exclusion->instead_count; i++) {
        wm_buf_put_text(teller->phrases.out, i == 0 ? ": " : "; ");
        wm_phrase_word(&teller->phrases, teller->phrases.words->offer,
                       wm_criteria_instead(teller->phrases.criteria, exclusion, i));
    }
}

static void tell_reason(const wm_teller *teller, const wm_exclusion *exclusion)
{
    const wm_words *words = teller->phrases.words;
    wm_buf *out = teller->phrases.out;
    wm_str code = wm_symbols_text(teller->phrases.symbols, exclusion->reason);
    wm_str text = words->reason != NULL && code.len > 0 ? words->reason(words->context, code)
                                                        : (wm_str){ NULL, 0 };
    if (text.len > 0) {
        wm_buf_put_str(out, text);
    } else if (code.len > 0) {
        wm_buf_put_text(out, "Not the right place just now: ");
        wm_phrase_id(out, code);
    } else {
        wm_buf_put_text(out, "Another kind of help fits better");
        tell_instead(teller, exclusion);
    }
}

void wm_tell_exclusion(const wm_teller *teller, size_t index)
{
    wm_exclusion exclusion = wm_criteria_exclusion(teller->phrases.criteria, index);
    wm_buf *out = teller->phrases.out;
    switch ((wm_truth)teller->result->truth[exclusion.node]) {
    case WM_TRUTH_T:
        if (exclusion.soft) {
            /* Not which one: its name would say back what was told to us. */
            wm_buf_put_text(out, "This service helps together with another one");
        } else {
            tell_reason(teller, &exclusion);
        }
        break;
    case WM_TRUTH_U:
        wm_buf_put_text(out, exclusion.soft
                                 ? "This service may help together with another one"
                                 : "There is something to check first: this service is not for "
                                   "everyone");
        break;
    case WM_TRUTH_F:
    default: wm_buf_put_text(out, "Nothing we know of stands in the way"); break;
    }
}

/* ---- leaves of `who` ---------------------------------------------------------------------- */

static bool takes_a_disclosure(uint8_t op)
{
    return op != WM_OP_AGE && op != WM_OP_AREA && op != WM_OP_CONST && op != WM_OP_CHECK;
}

static void tell_age(const wm_teller *teller, const wm_node *node)
{
    const wm_facts *facts = teller->evaluation->facts;
    bool third = teller->phrases.words->third_person;
    wm_buf *out = teller->phrases.out;
    if (facts->age_given == WM_GIVEN_KNOWN) {
        bool in_months = (node->arg & (WM_BOUND_MIN_YM | WM_BOUND_END_YM)) != 0;
        wm_buf_put_text(out, third ? "; they are " : "; you are ");
        wm_phrase_known_age(out, facts->birth, facts->as_of, in_months);
    } else {
        wm_buf_put_text(out,
                        third ? "; we do not know their age yet" : "; we do not know your age yet");
    }
}

/* Residence is known to be none, and nothing else is open. */
static bool only_the_service_knows_where(const wm_teller *teller, const wm_node *node)
{
    const wm_facts *facts = teller->evaluation->facts;
    for (unsigned i = 0; i < WM_DIMENSION_COUNT; i++) {
        bool none = facts->areas[i].given == WM_GIVEN_KNOWN && facts->areas[i].none;
        if ((node->arg >> i & 1) != 0 && !none &&
            wm_evaluate_dimension(teller->phrases.criteria, teller->evaluation, facts, node,
                                  (wm_dimension)i) == WM_TRUTH_U) {
            return false;
        }
    }
    return true;
}

static void tell_open_end(const wm_teller *teller, const wm_node *node)
{
    bool ask = node->op == WM_OP_AREA && only_the_service_knows_where(teller, node);
    wm_buf_put_text(teller->phrases.out, ask ? "; ask the service" : "; we do not know this yet");
}

static void tell_who_leaf(const wm_teller *teller, size_t leaf, const wm_leaf_path *path)
{
    wm_node node = wm_program_node(teller->phrases.criteria, leaf);
    wm_truth truth = (wm_truth)teller->result->truth[leaf];
    wm_buf *out = teller->phrases.out;
    if (path->negated && truth == WM_TRUTH_T && takes_a_disclosure(node.op)) {
        wm_buf_put_text(out, "This service says that it does not fit here");
        return;
    }
    const char *start = path->negated ? "Not for people " : "For people ";
    if (path->alternative) {
        start = path->negated ? "One of the ways in: not for people "
                              : "One of the ways in: for people ";
    }
    wm_buf_put_text(out, start);
    wm_phrase_node(&teller->phrases, leaf);
    if (node.op == WM_OP_AGE) {
        tell_age(teller, &node);
    } else if (truth == WM_TRUTH_U) {
        tell_open_end(teller, &node);
    }
}

void wm_tell_leaf(const wm_teller *teller, size_t leaf)
{
    const wm_criteria *criteria = teller->phrases.criteria;
    wm_node node = wm_program_node(criteria, leaf);
    wm_leaf_path path = wm_leaf_path_of(criteria, leaf);
    wm_buf *out = teller->phrases.out;
    if (path.exclusion >= 0) {
        wm_tell_exclusion(teller, (size_t)path.exclusion);
    } else if (node.op == WM_OP_CHECK) {
        wm_buf_put_text(out, "Only the service can tell: ");
        wm_buf_put_str(out, wm_program_text(criteria, &node));
    } else if (node.op == WM_OP_CONST) {
        bool open = (node.arg != 0) != path.negated;
        wm_buf_put_text(out, open ? "For everyone" : "This service takes nobody at present");
    } else {
        tell_who_leaf(teller, leaf, &path);
    }
}
