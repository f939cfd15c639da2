/* validate.c: what is wrong, or unwise, in criteria: errors of shape from the compiler's walk,
 * errors and warnings of sense from the proof, and warnings about who is shut out. */
#include "rules/validate.h"
#include "rules/prove.h"
#include "rules/scene.h"

#include <stdio.h>

#define PROOF_BYTES_MAX (8 * WM_MIB)

typedef struct validator {
    const wm_validation *validation;
    const wm_finding_sink *sink;
    wm_error *err;
    wm_criteria criteria;
    wm_symbols *symbols;
    wm_buf program;
    wm_arena scratch;
    wm_proof *proof;
    size_t errors;
} validator;

/* ---- findings ----------------------------------------------------------------------------- */

static wm_status put(validator *v, bool is_error, const wm_problem *problem)
{
    v->errors += is_error;
    wm_finding finding = {
        is_error,      problem->code, v->validation->kind,       v->validation->id,
        problem->path, problem->text, wm_problem_remedy(problem)
    };
    return v->sink->put(v->sink->context, &finding);
}

static wm_status put_walk_problem(void *context, const wm_problem *problem, wm_error *err)
{
    (void)err;
    return put(context, true, problem);
}

static const char *const op_names[] = {
    [WM_OP_ALL] = "all",
    [WM_OP_ANY] = "any",
    [WM_OP_NOT] = "not",
    [WM_OP_ATLEAST] = "atleast.of",
    [WM_OP_CONST] = "const",
    [WM_OP_AGE] = "age",
    [WM_OP_SINCE] = "since",
    [WM_OP_AREA] = "area",
    [WM_OP_IS] = "is",
    [WM_OP_IN] = "in",
    [WM_OP_HAS] = "has",
    [WM_OP_LEVEL] = "level",
    [WM_OP_ABOUT] = "about.that",
    [WM_OP_CHECK] = "check",
    [WM_OP_ACTOR] = "actor",
    [WM_OP_NEED] = "need",
    [WM_OP_QUERY] = "query",
    [WM_OP_CARD] = "card",
    [WM_OP_RESULT] = "result",
};

/* "card.verdict"; below a `card` of several members, "verdict" alone. */
static void put_member(const wm_node *leaf, wm_path *path)
{
    const wm_member *member = wm_scene_member(leaf->op, leaf->arg);
    if (member != NULL && member->name[0] != '\0') {
        (void)wm_path_member(path, wm_str_of(member->name));
    }
}

/* Descends from the root at `*at` to the child that holds `node`; true if it went down. */
static bool step_down(const validator *v, size_t *at, size_t node, wm_path *path)
{
    wm_node here = wm_program_node(&v->criteria, *at);
    bool is_object = here.op == WM_OP_ALL && wm_op_is_scene(here.arg);
    bool is_about = *at == node && here.op == WM_OP_ABOUT;
    const char *name = is_about ? "about" : op_names[is_object ? here.arg : here.op];
    (void)wm_path_member(path, wm_str_of(name));
    if (*at == node) {
        put_member(&here, path);
        return false;
    }
    size_t child = *at + 1;
    size_t index = 0;
    while (child + wm_program_node(&v->criteria, child).span <= node) {
        child += wm_program_node(&v->criteria, child).span;
        index++;
    }
    *at = child;
    if (is_object) { /* its children are leaves */
        wm_node leaf = wm_program_node(&v->criteria, child);
        put_member(&leaf, path);
        return false;
    }
    if (here.op == WM_OP_ALL || here.op == WM_OP_ANY || here.op == WM_OP_ATLEAST) {
        (void)wm_path_item(path, index);
    }
    return true;
}

/* "eligibility.not_for[0].when"; exclusion -1: `who`. */
static void root_path(const validator *v, int exclusion, wm_path *path)
{
    wm_path_init(path, v->validation->path);
    if (exclusion >= 0) {
        (void)wm_path_member(path, WM_STR("not_for"));
        (void)wm_path_item(path, (size_t)exclusion);
        (void)wm_path_member(path, WM_STR("when"));
    } else if (!v->validation->condition) {
        (void)wm_path_member(path, WM_STR("who"));
    }
}

static void node_path(const validator *v, size_t node, wm_path *path)
{
    size_t at = 0;
    int exclusion = -1;
    for (size_t i = 0; i < v->criteria.exclusion_count; i++) {
        size_t root = wm_criteria_exclusion(&v->criteria, i).node;
        if (root <= node) {
            at = root;
            exclusion = (int)i;
        }
    }
    root_path(v, exclusion, path);
    while (step_down(v, &at, node, path)) {
    }
}

static wm_status put_at_node(validator *v, bool is_error, size_t node, wm_problem problem)
{
    wm_path path;
    node_path(v, node, &path);
    problem.path = path.text;
    return put(v, is_error, &problem);
}

static wm_status put_at_root(validator *v, bool is_error, int exclusion, wm_problem problem)
{
    wm_path path;
    root_path(v, exclusion, &path);
    problem.path = path.text;
    return put(v, is_error, &problem);
}

/* ---- sense: from the proof ---------------------------------------------------------------- */

static const wm_problem unsatisfiable = {
    "unsatisfiable", NULL, "expected conditions that someone can meet, found that nobody can",
    "look for two conditions that rule each other out, such as ages that do not overlap"
};

static wm_status check_subtree(validator *v, size_t about)
{
    wm_arena_reset(&v->scratch); /* the proof of the whole was read before */
    wm_proof *proof = wm_arena_alloc(&v->scratch, sizeof *proof);
    if (proof == NULL) {
        return wm_fail_memory(v->err);
    }
    wm_status status = wm_prove_subtree(&v->criteria, about + 1, v->symbols, v->validation->tree,
                                        &v->scratch, proof, v->err);
    if (status == WM_OK && proof->proved && proof->root_can_hold[0] == 0) {
        status = put_at_node(v, true, about, unsatisfiable);
    }
    return status;
}

static wm_status check_roots(validator *v)
{
    const wm_proof *proof = v->proof;
    const wm_criteria *c = &v->criteria;
    wm_status status = WM_OK;
    if (!c->for_everyone && proof->root_can_hold[0] == 0) {
        return put_at_root(v, true, -1, unsatisfiable);
    }
    bool meant = !c->for_everyone && wm_program_node(c, 0).op == WM_OP_CONST;
    if (!c->for_everyone && !meant && proof->root_can_fail[0] == 0) {
        status = put_at_root(v, false, -1,
                             (wm_problem){ "tautology", NULL,
                                           "expected conditions that someone may fail, found that "
                                           "everyone meets them",
                                           "say {\"const\":true} if the service is for everyone" });
    }
    for (size_t i = 0; i < c->exclusion_count && status == WM_OK; i++) {
        if (proof->root_can_hold[i + 1] == 0) {
            status = put_at_root(v, true, (int)i, unsatisfiable);
        } else if (proof->root_can_fail[i + 1] == 0) {
            status = put_at_root(v, false, (int)i,
                                 (wm_problem){ "excludes_everyone", NULL,
                                               "expected an exclusion of some people, found that "
                                               "it covers everyone",
                                               "make the exclusion narrower" });
        }
    }
    return status;
}

/* Taking the leaf away, or making it always true, would change no one's verdict. */
static bool is_dead(const wm_proof *proof, size_t node)
{
    return proof->turns_when_true[node] == 0 || proof->turns_when_false[node] == 0;
}

static wm_status check_leaves(validator *v)
{
    const wm_criteria *c = &v->criteria;
    size_t who_end = wm_program_who_end(c);
    bool who_varies = v->proof->root_can_fail[0] != 0;
    wm_status status = WM_OK;
    for (size_t at = 0; at < c->node_count && status == WM_OK; at++) {
        wm_node node = wm_program_node(c, at);
        if (!wm_op_is_leaf(node.op)) {
            continue;
        }
        bool said_above = at < who_end && !who_varies; /* the tautology was reported */
        if (node.op != WM_OP_CONST && !said_above && is_dead(v->proof, at)) {
            status = put_at_node(v, false, at,
                                 (wm_problem){ "dead_leaf", NULL,
                                               "expected a condition that can change the verdict, "
                                               "found that it never does",
                                               "take it away, or correct the others" });
        }
        at += node.span - 1U;
    }
    return status;
}

static wm_status check_proof(validator *v)
{
    if (!v->proof->proved) {
        wm_problem problem = { "not_proved", v->validation->path,
                               "expected at most 65536 combinations to try, found more: not proved "
                               "that someone can use the service",
                               "fewer different facts, or test it with examples" };
        return put(v, false, &problem);
    }
    size_t errors = v->errors;
    wm_status status = check_roots(v);
    if (status != WM_OK || v->errors > errors) {
        return status;
    }
    if (!v->proof->whole_can_hold) {
        wm_problem problem = { "excludes_everyone", v->validation->path,
                               "expected someone whom the exclusions leave, found that they cover "
                               "everyone the service is for",
                               "make the exclusions narrower, or soft" };
        return put(v, false, &problem);
    }
    return check_leaves(v);
}

/* ---- who is shut out ---------------------------------------------------------------------- */

static bool is_diagnosis(wm_str term)
{
    return wm_str_is(term, "autism") || wm_str_is(term, "learning_disability") ||
           wm_str_is(term, "substance_use");
}

static bool names_diagnosis(const validator *v, const wm_node *node)
{
    if (node->op == WM_OP_IS) {
        return is_diagnosis(wm_symbols_text(v->symbols, node->operand));
    }
    if (node->op != WM_OP_HAS && node->op != WM_OP_IN) {
        return false;
    }
    uint32_t count = wm_program_word(&v->criteria, node->operand + 1U);
    for (uint32_t i = 0; i < count; i++) {
        wm_symbol term = wm_program_word(&v->criteria, node->operand + 2U + i);
        if (is_diagnosis(wm_symbols_text(v->symbols, term))) {
            return true;
        }
    }
    return false;
}

/* Leaves that alone make the subtree true (`wanted`) or false: by them everyone with the diagnosis
 * is refused. */
static wm_status find_blanket(validator *v, size_t at, bool wanted)
{
    wm_node node = wm_program_node(&v->criteria, at);
    if (wm_op_is_leaf(node.op)) {
        if (!wanted || !names_diagnosis(v, &node)) {
            return WM_OK;
        }
        return put_at_node(v, false, at,
                           (wm_problem){ "blanket_exclusion", NULL,
                                         "expected an exclusion for what someone needs, found one "
                                         "for a diagnosis alone",
                                         "make it soft (joint work, adjustments), or say what the "
                                         "service cannot do" });
    }
    size_t first_end =
        at + 1 < at + node.span ? at + 1 + wm_program_node(&v->criteria, at + 1).span : at + 1;
    bool only_child = first_end == at + node.span;
    bool alone = node.op == WM_OP_NOT || only_child || (node.op == WM_OP_ANY && wanted) ||
                 (node.op == WM_OP_ALL && !wanted) ||
                 (node.op == WM_OP_ATLEAST && wanted && node.operand == 1);
    wm_status status = WM_OK;
    for (size_t child = at + 1; alone && child < at + node.span && status == WM_OK;
         child += wm_program_node(&v->criteria, child).span) {
        status = find_blanket(v, child, node.op == WM_OP_NOT ? !wanted : wanted);
    }
    return status;
}

/* An area by residence alone, where no sibling in an `any` offers another way to belong. */
static wm_status find_residence_alone(validator *v, size_t at, bool positive)
{
    wm_node node = wm_program_node(&v->criteria, at);
    if (node.op == WM_OP_AREA && positive && node.arg == 1U << WM_DIMENSION_RESIDENCE) {
        return put_at_node(v, false, at,
                           (wm_problem){ "residence_alone", NULL,
                                         "expected another way to belong besides residence, found "
                                         "none: it shuts out people with no fixed abode",
                                         "add staying or gp to of" });
    }
    if (wm_op_is_leaf(node.op)) {
        return WM_OK;
    }
    bool other_way = false;
    for (size_t child = at + 1; child < at + node.span && node.op == WM_OP_ANY;
         child += wm_program_node(&v->criteria, child).span) {
        wm_node sibling = wm_program_node(&v->criteria, child);
        other_way = other_way || (sibling.op == WM_OP_AREA &&
                                  (sibling.arg & ~(1U << WM_DIMENSION_RESIDENCE)) != 0);
    }
    wm_status status = WM_OK;
    for (size_t child = at + 1; child < at + node.span && status == WM_OK && !other_way;
         child += wm_program_node(&v->criteria, child).span) {
        status = find_residence_alone(v, child, positive != (node.op == WM_OP_NOT));
    }
    return status;
}

static wm_status check_exclusion(validator *v, size_t index)
{
    wm_exclusion exclusion = wm_criteria_exclusion(&v->criteria, index);
    wm_status status = WM_OK;
    if (exclusion.reason == WM_SYMBOL_NONE && exclusion.instead_count == 0) {
        wm_path path;
        wm_path_init(&path, v->validation->path);
        (void)wm_path_member(&path, WM_STR("not_for"));
        (void)wm_path_item(&path, index);
        wm_problem problem = { "no_reason", path.text,
                               "expected a reason or what to use instead, found neither",
                               "add reason, instead or both" };
        status = put(v, true, &problem);
    }
    if (status == WM_OK && !exclusion.soft) {
        status = find_blanket(v, exclusion.node, true);
    }
    return status;
}

static wm_status check_shut_out(validator *v)
{
    wm_status status = WM_OK;
    if (v->criteria.for_everyone) {
        wm_problem problem = { "who_absent", v->validation->path,
                               "expected who the service is for, found nothing: it means everyone",
                               "add who; {\"const\":true} says that everyone is meant" };
        status = put(v, false, &problem);
    } else if (!v->validation->condition) {
        status = find_blanket(v, 0, false);
        status = status == WM_OK ? find_residence_alone(v, 0, true) : status;
    }
    for (size_t i = 0; i < v->criteria.exclusion_count && status == WM_OK; i++) {
        status = check_exclusion(v, i);
    }
    return status;
}

/* ---- the whole ---------------------------------------------------------------------------- */

static wm_status compile_all(validator *v, const wm_json *eligibility)
{
    wm_status status = wm_criteria_prepare_symbols(v->symbols, v->err);
    if (status != WM_OK) {
        return status;
    }
    wm_criteria_context context = { v->symbols, v->validation->registry, v->validation->condition };
    wm_walk walk = { .path = v->validation->path, .condition = v->validation->condition };
    wm_problem_sink sink = { put_walk_problem, v };
    status = wm_criteria_walk(eligibility, &context, &walk, &sink, &v->program, v->err);
    if (status == WM_OK && walk.problems_out == 0) {
        status = wm_criteria_load(v->program.data, v->program.len, &v->criteria, v->err);
    }
    return status;
}

static wm_status check_sense(validator *v)
{
    v->proof = wm_arena_alloc(&v->scratch, sizeof *v->proof);
    if (v->proof == NULL) {
        return wm_fail_memory(v->err);
    }
    wm_status status = check_shut_out(v);
    status = status == WM_OK ? wm_prove(&v->criteria, v->symbols, v->validation->tree, &v->scratch,
                                        v->proof, v->err)
                             : status;
    status = status == WM_OK ? check_proof(v) : status;
    for (size_t at = 0; at < v->criteria.node_count && status == WM_OK; at++) {
        if (wm_program_node(&v->criteria, at).op == WM_OP_ABOUT) {
            status = check_subtree(v, at);
        }
    }
    return status;
}

wm_status wm_criteria_validate(const wm_json *eligibility, const wm_validation *validation,
                               const wm_finding_sink *sink, wm_error *err)
{
    validator v = { .validation = validation, .sink = sink, .err = err };
    wm_arena_init(&v.scratch, validation->env, PROOF_BYTES_MAX);
    wm_buf_init(&v.program, validation->env, 2 * WM_MIB);
    wm_status status = wm_symbols_new(validation->env, &v.symbols, err);
    status = status == WM_OK ? compile_all(&v, eligibility) : status;
    if (status == WM_OK && v.errors == 0) {
        status = check_sense(&v);
    }
    wm_symbols_free(v.symbols);
    wm_buf_fini(&v.program);
    wm_arena_fini(&v.scratch);
    return status;
}

wm_status wm_condition_validate(const wm_criteria *condition, wm_symbols *symbols,
                                const wm_validation *validation, const wm_finding_sink *sink,
                                wm_error *err)
{
    validator v = { .validation = validation,
                    .sink = sink,
                    .err = err,
                    .criteria = *condition,
                    .symbols = symbols };
    wm_arena_init(&v.scratch, validation->env, PROOF_BYTES_MAX);
    wm_status status = check_sense(&v);
    wm_arena_fini(&v.scratch);
    return status;
}
