/* sentences.c: why, in plain words.
 *
 * A sentence says what the service asks for ("For people aged 16 to 25") and, of the person, at
 * most the age or that something is not known yet. What someone disclosed is never said back to
 * them: an exclusion speaks with its reason's text, a condition that rests on something sensitive
 * and is met is not named, and neither is one under `not` that only a disclosure can meet. */
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

/* ---- what is sensitive -------------------------------------------------------------------- */

static wm_symbol fact_of(const wm_criteria *criteria, const wm_node *node)
{
    uint8_t op = node->op;
    if (op == WM_OP_IS || op == WM_OP_ABOUT) {
        return node->operand;
    }
    if (op == WM_OP_SINCE || op == WM_OP_IN || op == WM_OP_HAS) {
        return wm_program_word(criteria, node->operand);
    }
    return op == WM_OP_LEVEL ? (wm_symbol)WM_SYMBOL_SEVERITY + node->arg : WM_SYMBOL_NONE;
}

/* The node, or one below it, reads a fact that nobody should see on a screen. */
static bool reads_sensitive(const wm_teller *teller, size_t at)
{
    const wm_words *words = teller->phrases.words;
    const wm_criteria *criteria = teller->phrases.criteria;
    size_t end = at + wm_program_node(criteria, at).span;
    for (; words->is_sensitive != NULL && at < end; at++) {
        wm_node node = wm_program_node(criteria, at);
        wm_symbol fact = fact_of(criteria, &node);
        if (fact != WM_SYMBOL_NONE &&
            words->is_sensitive(words->context, wm_symbols_text(teller->phrases.symbols, fact))) {
            return true;
        }
    }
    return false;
}

/* ---- exclusions --------------------------------------------------------------------------- */

/* Names of offers start with capital letters and may hold commas. */
static void tell_offer(const wm_phrases *phrases, const void *context, size_t index)
{
    wm_phrase_word(phrases, phrases->words->offer,
                   wm_criteria_instead(phrases->criteria, context, index));
}

static void write_offers(const wm_phrases *phrases, const void *context)
{
    const wm_exclusion *exclusion = context;
    wm_told_list list = { exclusion->instead_count, tell_offer, exclusion, "semicolon",
                          "semicolon" };
    wm_tell_list(phrases, &list);
}

static void write_reason(const wm_phrases *phrases, const void *context)
{
    const wm_exclusion *exclusion = context;
    wm_phrase_word(phrases, NULL, exclusion->reason);
}

static void tell_reason(const wm_teller *teller, const wm_exclusion *exclusion)
{
    const wm_phrases *phrases = &teller->phrases;
    const wm_words *words = phrases->words;
    wm_str code = wm_symbols_text(phrases->symbols, exclusion->reason);
    wm_str text = words->reason != NULL && code.len > 0 ? words->reason(words->context, code)
                                                        : (wm_str){ NULL, 0 };
    const wm_place_filling fillings[] = {
        { .name = "reason", .write = write_reason, .context = exclusion },
        { .name = "offers", .write = write_offers, .context = exclusion },
    };
    if (text.len > 0) {
        wm_buf_put_str(phrases->out, text);
    } else if (code.len > 0 && !reads_sensitive(teller, exclusion->node)) {
        wm_tell_with(phrases, "reason", fillings, 2);
    } else {
        wm_tell_with(phrases, exclusion->instead_count > 0 ? "another_fits_offers" : "another_fits",
                     fillings, 2);
    }
}

void wm_tell_exclusion(const wm_teller *teller, size_t index)
{
    const wm_phrases *phrases = &teller->phrases;
    wm_exclusion exclusion = wm_criteria_exclusion(phrases->criteria, index);
    switch ((wm_truth)teller->result->truth[exclusion.node]) {
    case WM_TRUTH_T:
        if (exclusion.soft) {
            /* Not which one: its name would say back what was told to us. */
            wm_tell(phrases, "together");
        } else {
            tell_reason(teller, &exclusion);
        }
        break;
    case WM_TRUTH_U:
        wm_tell(phrases, exclusion.soft ? "maybe_together" : "something_to_check");
        break;
    case WM_TRUTH_F:
    default: wm_tell(phrases, "nothing_in_the_way"); break;
    }
}

/* ---- leaves of `who` ---------------------------------------------------------------------- */

static bool takes_a_disclosure(uint8_t op)
{
    return op != WM_OP_AGE && op != WM_OP_AREA && op != WM_OP_CONST && op != WM_OP_CHECK;
}

typedef struct leaf_told {
    const wm_teller *teller;
    size_t leaf;
    wm_node node;
    wm_leaf_path path;
} leaf_told;

static void write_node(const wm_phrases *phrases, const void *context)
{
    wm_phrase_node(phrases, *(const size_t *)context);
}

#define LEAF_KEY_HEAD 3

wm_str wm_leaf_key(const wm_criteria *criteria, size_t leaf, const wm_leaf_path *path,
                   char key[WM_LEAF_KEY_BYTES_MAX])
{
    wm_node node = wm_program_node(criteria, leaf);
    uint32_t first = node.operand;
    uint32_t words = 0;
    switch ((wm_op)node.op) {
    case WM_OP_AGE: words = 2; break;
    case WM_OP_SINCE: words = 3; break;
    case WM_OP_AREA: words = 1 + wm_program_word(criteria, first); break;
    case WM_OP_IN:
    case WM_OP_HAS: words = 2 + wm_program_word(criteria, first + 1U); break;
    case WM_OP_CONST:
    case WM_OP_IS:
    case WM_OP_LEVEL: break;
    case WM_OP_ALL:
    case WM_OP_ANY:
    case WM_OP_NOT:
    case WM_OP_ATLEAST:
    case WM_OP_ABOUT:
    case WM_OP_CHECK:
    case WM_OP_ACTOR:
    case WM_OP_NEED:
    case WM_OP_QUERY:
    case WM_OP_CARD:
    case WM_OP_RESULT:
    default: return WM_STR("");
    }
    size_t length = LEAF_KEY_HEAD + (words > 0 ? (size_t)words * 4 : 4);
    if (length > WM_LEAF_KEY_BYTES_MAX || path->exclusion >= 0) {
        return WM_STR("");
    }
    key[0] = (char)node.op;
    key[1] = (char)node.arg;
    key[2] = (char)(path->negated + 2 * path->alternative);
    if (words > 0) {
        memcpy(key + LEAF_KEY_HEAD, criteria->words + (size_t)first * 4, (size_t)words * 4);
    } else {
        memcpy(key + LEAF_KEY_HEAD, &first, sizeof first);
    }
    return (wm_str){ key, length };
}

static void make_required(const wm_phrases *phrases, const leaf_told *told)
{
    wm_place_filling who = { .name = "who", .write = write_node, .context = &told->leaf };
    wm_tell_with(phrases,
                 told->path.alternative ? (told->path.negated ? "not_way_in" : "way_in")
                                        : (told->path.negated ? "not_people" : "people"),
                 &who, 1);
}

/* "For people aged 16 to 25": what was said before is said again, if all of it found room. */
static void write_required(const wm_phrases *phrases, const void *context)
{
    const leaf_told *told = context;
    const wm_words *words = phrases->words;
    char bytes[WM_LEAF_KEY_BYTES_MAX];
    size_t start = phrases->out->len;
    wm_str key = words->say_again != NULL
                     ? wm_leaf_key(phrases->criteria, told->leaf, &told->path, bytes)
                     : WM_STR("");
    if (key.len == 0) {
        make_required(phrases, told);
    } else if (!words->say_again(words->context, key, phrases->out)) {
        make_required(phrases, told);
        wm_str all = wm_buf_str(phrases->out);
        if (phrases->out->status == WM_OK) { /* else it was cut */
            words->said(words->context, key, (wm_str){ all.ptr + start, all.len - start });
        }
    }
}

static void write_age(const wm_phrases *phrases, const void *context)
{
    const leaf_told *told = context;
    const wm_facts *facts = told->teller->evaluation->facts;
    bool in_months = (told->node.arg & (WM_BOUND_MIN_YM | WM_BOUND_END_YM)) != 0;
    wm_phrase_known_age(phrases, facts->ages[false], in_months);
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

/* What is said of the person behind what the service asks for; NULL: nothing. */
static const char *ending_of(const leaf_told *told)
{
    const wm_teller *teller = told->teller;
    bool third = teller->phrases.words->third_person;
    if (told->node.op == WM_OP_AGE) {
        bool known = teller->evaluation->facts->age_given == WM_GIVEN_KNOWN;
        return third ? (known ? "their_age" : "their_age_unknown")
                     : (known ? "your_age" : "your_age_unknown");
    }
    if (teller->result->truth[told->leaf] != WM_TRUTH_U) {
        return NULL;
    }
    bool ask = told->node.op == WM_OP_AREA && only_the_service_knows_where(teller, &told->node);
    return ask ? "ask_service" : "unknown";
}

static void tell_who_leaf(const wm_teller *teller, size_t leaf, const wm_leaf_path *path)
{
    const wm_phrases *phrases = &teller->phrases;
    leaf_told told = { teller, leaf, wm_program_node(phrases->criteria, leaf), *path };
    if (teller->result->truth[leaf] == WM_TRUTH_T && takes_a_disclosure(told.node.op)) {
        if (path->negated) {
            wm_tell(phrases, "does_not_fit");
            return;
        }
        if (reads_sensitive(teller, leaf)) {
            wm_tell(phrases, phrases->words->third_person ? "their_situation" : "your_situation");
            return;
        }
    }
    const char *ending = ending_of(&told);
    if (ending == NULL) {
        write_required(phrases, &told);
        return;
    }
    const wm_place_filling fillings[] = {
        { .name = "sentence", .write = write_required, .context = &told },
        { .name = "age", .write = write_age, .context = &told },
    };
    wm_tell_with(phrases, ending, fillings, told.node.op == WM_OP_AGE ? 2 : 1);
}

void wm_tell_leaf(const wm_teller *teller, size_t leaf)
{
    const wm_phrases *phrases = &teller->phrases;
    const wm_criteria *criteria = phrases->criteria;
    wm_node node = wm_program_node(criteria, leaf);
    wm_leaf_path path = wm_leaf_path_of(criteria, leaf);
    if (path.exclusion >= 0) {
        wm_tell_exclusion(teller, (size_t)path.exclusion);
    } else if (node.op == WM_OP_CHECK) {
        wm_place_filling what = { .name = "what", .text = wm_program_text(criteria, &node) };
        wm_tell_with(phrases, "check", &what, 1);
    } else if (node.op == WM_OP_CONST) {
        bool open = (node.arg != 0) != path.negated;
        wm_tell(phrases, open ? "everyone" : "nobody");
    } else {
        tell_who_leaf(teller, leaf, &path);
    }
}

/* ---- ages that are not known ---------------------------------------------------------------- */

#define OPEN_AGES_MAX 3

typedef struct open_ages {
    size_t leaves[OPEN_AGES_MAX];
    size_t count;
} open_ages;

static void find_open_ages(const wm_teller *teller, size_t at, open_ages *found)
{
    const wm_criteria *criteria = teller->phrases.criteria;
    wm_node node = wm_program_node(criteria, at);
    if (teller->result->truth[at] != WM_TRUTH_U || node.op == WM_OP_NOT) {
        return;
    }
    if (node.op == WM_OP_AGE && found->count < OPEN_AGES_MAX) {
        found->leaves[found->count++] = at;
    }
    for (size_t child = at + 1; !wm_op_is_leaf(node.op) && child < at + node.span;
         child += wm_program_node(criteria, child).span) {
        find_open_ages(teller, child, found);
    }
}

static void tell_open_age(const wm_phrases *phrases, const void *context, size_t index)
{
    const open_ages *found = context;
    wm_phrase_node(phrases, found->leaves[index]);
}

static void write_open_ages(const wm_phrases *phrases, const void *context)
{
    const open_ages *found = context;
    wm_told_list list = { found->count, tell_open_age, found, "comma", "or" };
    wm_tell_list(phrases, &list);
}

void wm_tell_open_ages(const wm_teller *teller)
{
    open_ages found = { .count = 0 };
    find_open_ages(teller, 0, &found);
    if (found.count > 0) {
        wm_place_filling who = { .name = "who", .write = write_open_ages, .context = &found };
        wm_tell_with(&teller->phrases, "people", &who, 1);
    }
}
