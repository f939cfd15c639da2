/* test_brief.c: criteria in short say what criteria in full say, of random criteria and random
 * people, and unfold to the same nodes; and bytes that are damaged are refused or evaluated, never
 * read past. */
#include "random_eligibility.h"

#include <stdlib.h>

#include "model/varint.h"
#include "rules/brief.h"
#include "rules/unfold.h"

#define AS_OF "2026-01-15"
#define AREAS_MAX 8

/* Criteria in full and in short, and what they are asked. */
typedef struct pair {
    bench t;
    maker m;
    wm_buf brief;
    uint8_t area_bytes[AREAS_MAX * 4];
    wm_symbol_list areas; /* of the service */
    wm_facts *person;
    wm_facts *actor; /* or NULL */
    const char *service;
} pair;

/* ---- making -------------------------------------------------------------------------------- */

/* What services may not say, and rules may: a condition on whoever asks. */
static wm_str make_asker_service(maker *m)
{
    wm_buf text;
    wm_buf_init(&text, wm_env_system(), WM_MIB);
    wm_buf_put_text(&text, "{\"who\":{\"any\":[{\"actor\":");
    put_node(m, &text, 2, false);
    wm_buf_put_text(&text, "},");
    put_node(m, &text, 3, true);
    wm_buf_put_text(&text, ",{\"not\":{\"about\":{\"who\":\"child\",\"that\":");
    put_node(m, &text, 2, false);
    wm_buf_put_text(&text, "}}}]}}");
    wm_str kept = keep(m, &text);
    wm_buf_fini(&text);
    return kept;
}

/* Many exclusions, for everyone else: soft and hard, with and without a reason. */
static wm_str make_open_service(maker *m)
{
    wm_buf text;
    uint32_t count = below(m, 6);
    wm_buf_init(&text, wm_env_system(), WM_MIB);
    wm_buf_put_text(&text, "{\"not_for\":[");
    for (uint32_t i = 0; i < count; i++) {
        wm_buf_put_text(&text, i > 0 ? ",{" : "{");
        if (below(m, 3) > 0) {
            wm_buf_printf(&text, "\"reason\":\"r%u\",", below(m, 3));
        } else {
            wm_buf_put_text(&text, "\"instead\":[\"o\"],");
        }
        wm_buf_put_text(&text, below(m, 2) == 0 ? "\"soft\":true,\"when\":" : "\"when\":");
        put_node(m, &text, 1, true);
        wm_buf_put_char(&text, '}');
    }
    wm_buf_put_text(&text, "]}");
    wm_str kept = keep(m, &text);
    wm_buf_fini(&text);
    return kept;
}

/* The codes of an AREA node, so that the short form says "the service's own"; or some others. */
static void choose_areas(pair *p)
{
    uint32_t count = 0;
    for (size_t at = 0; at < p->t.criteria.node_count && below(&p->m, 4) > 0; at++) {
        wm_node node = wm_program_node(&p->t.criteria, at);
        if (node.op == WM_OP_AREA && (count == 0 || below(&p->m, 2) == 0)) {
            count = wm_program_word(&p->t.criteria, node.operand);
            assert_true(count <= AREAS_MAX);
            for (uint32_t i = 0; i < 4 * count; i++) {
                p->area_bytes[i] = p->t.criteria.words[4 * (node.operand + 1U) + i];
            }
        }
    }
    p->areas = (wm_symbol_list){ p->area_bytes, count, false };
}

static void compile(pair *p)
{
    bench *t = &p->t;
    wm_criteria_context context = { .symbols = t->symbols, .allow_actor = true };
    wm_buf_reset(&t->program);
    assert_ok(
        wm_criteria_compile(wm_test_json(&t->arena, p->service), &context, &t->program, &t->err),
        &t->err);
    assert_ok(wm_criteria_load(t->program.data, t->program.len, &t->criteria, &t->err), &t->err);
}

static void pair_start(pair *p, wm_test_random random)
{
    memset(p, 0, sizeof *p);
    bench_start(&p->t);
    wm_buf_init(&p->brief, wm_env_system(), WM_MIB);
    p->m = (maker){ random, &p->t.arena, 0 };
    assert_true(wm_date_parse(WM_STR(AS_OF), &p->m.as_of));
    p->m.as_of += (wm_date)below(&p->m, 400);
    uint32_t kind = below(&p->m, 4);
    wm_str service = kind == 0   ? make_asker_service(&p->m)
                     : kind == 1 ? make_open_service(&p->m)
                                 : make_service(&p->m);
    p->service = service.ptr;
    compile(p);
    assert_ok(wm_area_map_new(wm_env_system(), p->t.symbols, p->t.tree, &p->t.areas, &p->t.err),
              &p->t.err);
    choose_areas(p);
    assert_ok(wm_brief_put(&p->t.criteria, p->areas, &p->brief, &p->t.err), &p->t.err);
}

static wm_test_random pair_stop(pair *p)
{
    wm_test_random random = p->m.random;
    wm_buf_fini(&p->brief);
    bench_stop(&p->t);
    return random;
}

static wm_facts *somebody(pair *p)
{
    world w = { .count = 0 };
    uint32_t points[FACTS_MAX];
    make_plain(&p->m, &w);
    make_people(&p->m, &w, "child");
    make_people(&p->m, &w, "partner");
    for (uint32_t k = 0; k < w.count; k++) {
        points[k] = below(&p->m, 2) == 0 ? 0 : below(&p->m, w.chains[k].count);
    }
    bench_facts(&p->t, p->m.as_of, facts_at(&p->m, &w, points).ptr);
    return p->t.facts;
}

static wm_evaluation meet(pair *p)
{
    p->person = somebody(p);
    p->actor = below(&p->m, 3) == 0 ? NULL : below(&p->m, 3) == 0 ? p->person : somebody(p);
    return (wm_evaluation){ p->t.symbols, p->t.areas, p->person, p->actor, NULL };
}

/* ---- the same as in full ------------------------------------------------------------------- */

static bool same_reasons(const wm_criteria *criteria, const wm_verdict_result *full,
                         const wm_brief_result *brief)
{
    uint32_t count = 0;
    for (size_t i = 0; i < criteria->exclusion_count; i++) {
        wm_exclusion exclusion = wm_criteria_exclusion(criteria, i);
        if (full->truth[exclusion.node] != WM_TRUTH_T || exclusion.reason == WM_SYMBOL_NONE) {
            continue;
        }
        if (count >= brief->reason_count || brief->reasons[count] != exclusion.reason) {
            return false;
        }
        count++;
    }
    return count == brief->reason_count;
}

static void compare(const pair *p, const wm_evaluation *evaluation, wm_brief_memo *memo)
{
    wm_error err = { 0 };
    wm_verdict_result full;
    wm_brief_result brief;
    wm_criteria_evaluate(&p->t.criteria, evaluation, &full);
    assert_ok(wm_brief_evaluate(wm_buf_str(&p->brief), p->areas, memo, &brief, &err), &err);
    if (brief.verdict != full.verdict || brief.near_miss != full.near_miss ||
        brief.only_area_decides != full.only_area_decides ||
        !same_reasons(&p->t.criteria, &full, &brief)) {
        print_error("service %s\nin full %s near %d area %d\nin short %s near %d area %d\n",
                    p->service, wm_verdict_name(full.verdict), full.near_miss,
                    full.only_area_decides, wm_verdict_name(brief.verdict), brief.near_miss,
                    brief.only_area_decides);
        fail();
    }
}

/* Twice with one memo: what it remembers is what it found. */
static void in_short_is_what_is_in_full(void **state)
{
    (void)state;
    wm_test_random random = wm_test_random_new(20260116);
    for (int round = 0; round < 3000; round++) {
        pair p;
        pair_start(&p, random);
        for (int i = 0; i < 6; i++) {
            wm_error err = { 0 };
            wm_brief_memo memo;
            wm_evaluation evaluation = meet(&p);
            assert_ok(wm_brief_memo_init(&memo, &evaluation, &p.t.arena, &err), &err);
            compare(&p, &evaluation, &memo);
            compare(&p, &evaluation, &memo);
        }
        random = pair_stop(&p);
    }
}

/* One more service with these criteria, for a memo that has met others. */
static void meet_another(pair *p, const char *service, const wm_evaluation *evaluation,
                         wm_brief_memo *memo)
{
    p->service = service;
    compile(p);
    assert_ok(wm_area_map_update(p->t.areas, &p->t.err), &p->t.err);
    choose_areas(p);
    wm_buf_reset(&p->brief);
    assert_ok(wm_brief_put(&p->t.criteria, p->areas, &p->brief, &p->t.err), &p->t.err);
    compare(p, evaluation, memo);
}

/* One memo for all that one query meets: criteria of many services, in turn. */
static void a_memo_serves_many_services(void **state)
{
    (void)state;
    wm_test_random random = wm_test_random_new(20260117);
    for (int round = 0; round < 200; round++) {
        pair p;
        wm_error err = { 0 };
        wm_brief_memo memo;
        pair_start(&p, random);
        wm_evaluation evaluation = meet(&p);
        assert_ok(wm_brief_memo_init(&memo, &evaluation, &p.t.arena, &err), &err);
        for (int i = 0; i < 20; i++) {
            meet_another(&p, make_service(&p.m).ptr, &evaluation, &memo);
        }
        random = pair_stop(&p);
    }
}

/* Criteria around an area of some place. */
static const char *make_placed_service(maker *m)
{
    static const char *const forms[][2] = {
        { "{\"who\":{\"all\":[{\"age\":{\"min\":11}},", "]}}" },
        { "{\"who\":{\"any\":[{\"is\":\"pregnant\"},{\"not\":", "}]}}" },
        { "{\"who\":{\"any\":[{\"age\":{\"min\":16}},{\"actor\":", "}]}}" },
        { "{\"who\":{\"about\":{\"who\":\"child\",\"that\":", "}}}" },
        { "{\"not_for\":[{\"reason\":\"r1\",\"when\":", "}]}" },
    };
    wm_buf text;
    uint32_t form = below(m, 5);
    wm_buf_init(&text, wm_env_system(), WM_MIB);
    wm_buf_put_text(&text, forms[form][0]);
    put_area(m, &text);
    wm_buf_put_text(&text, forms[form][1]);
    wm_str kept = keep(m, &text);
    wm_buf_fini(&text);
    return kept.ptr;
}

/* In short they are the same bytes where the areas are the service's own; yet each is for people of
 * other places. */
static void the_same_criteria_of_other_places_stay_apart(void **state)
{
    (void)state;
    wm_test_random random = wm_test_random_new(20260121);
    for (int round = 0; round < 200; round++) {
        pair p;
        wm_brief_memo memo;
        pair_start(&p, random);
        wm_evaluation evaluation = meet(&p);
        if (below(&p.m, 2) == 0) { /* of whom nothing is known, but perhaps of whoever asks */
            bench_facts(&p.t, p.m.as_of, "{}");
            evaluation.facts = p.t.facts;
        }
        assert_ok(wm_brief_memo_init(&memo, &evaluation, &p.t.arena, &p.t.err), &p.t.err);
        for (int i = 0; i < 40; i++) {
            meet_another(&p, make_placed_service(&p.m), &evaluation, &memo);
        }
        random = pair_stop(&p);
    }
}

/* ---- unfolded ------------------------------------------------------------------------------ */

static size_t words_of(const wm_criteria *criteria, const wm_node *node)
{
    switch (node->op) {
    case WM_OP_AGE: return 2;
    case WM_OP_SINCE: return 3;
    case WM_OP_AREA: return 1U + wm_program_word(criteria, node->operand);
    case WM_OP_IN:
    case WM_OP_HAS: return 2U + wm_program_word(criteria, node->operand + 1U);
    default: return 0;
    }
}

/* All but where words stand, and what a check says. */
static void assert_same_nodes(const wm_criteria *full, const wm_criteria *unfolded)
{
    assert_int_equal(full->node_count, unfolded->node_count);
    assert_int_equal(full->exclusion_count, unfolded->exclusion_count);
    assert_int_equal(full->for_everyone, unfolded->for_everyone);
    for (size_t at = 0; at < full->node_count; at++) {
        wm_node a = wm_program_node(full, at);
        wm_node b = wm_program_node(unfolded, at);
        size_t words = words_of(full, &a);
        assert_int_equal(a.op, b.op);
        assert_int_equal(a.arg, b.arg);
        assert_int_equal(a.span, b.span);
        assert_true(words > 0 || a.op == WM_OP_CHECK || a.operand == b.operand);
        for (size_t i = 0; i < words; i++) {
            assert_int_equal(wm_program_word(full, a.operand + i),
                             wm_program_word(unfolded, b.operand + i));
        }
    }
    for (size_t i = 0; i < full->exclusion_count; i++) {
        wm_exclusion a = wm_criteria_exclusion(full, i);
        wm_exclusion b = wm_criteria_exclusion(unfolded, i);
        assert_int_equal(a.node, b.node);
        assert_int_equal(a.soft, b.soft);
        assert_int_equal(a.reason, b.reason);
    }
}

static void assert_same_values(const wm_criteria *full, const wm_criteria *unfolded,
                               const wm_evaluation *evaluation)
{
    wm_verdict_result a;
    wm_verdict_result b;
    wm_criteria_evaluate(full, evaluation, &a);
    wm_criteria_evaluate(unfolded, evaluation, &b);
    assert_int_equal(a.verdict, b.verdict);
    assert_int_equal(a.missing_count, b.missing_count);
    assert_memory_equal(a.missing, b.missing, a.missing_count * sizeof *a.missing);
    assert_memory_equal(a.truth, b.truth, full->node_count);
}

static void unfolded_it_is_what_it_was(void **state)
{
    (void)state;
    wm_test_random random = wm_test_random_new(20260119);
    for (int round = 0; round < 3000; round++) {
        pair p;
        wm_error err = { 0 };
        wm_criteria unfolded;
        pair_start(&p, random);
        assert_ok(wm_brief_unfold(wm_buf_str(&p.brief), p.areas, &p.t.arena, &unfolded, &err),
                  &err);
        assert_same_nodes(&p.t.criteria, &unfolded);
        wm_evaluation evaluation = meet(&p);
        assert_same_values(&p.t.criteria, &unfolded, &evaluation);
        random = pair_stop(&p);
    }
}

static void unfolding_fails_where_memory_is_out(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed < 20; seed++) {
        pair p;
        pair_start(&p, wm_test_random_new(seed));
        for (size_t most = 0; most < 64 * 1024; most = most == 0 ? 64 : 2 * most) {
            wm_arena small;
            wm_error err = { 0 };
            wm_criteria unfolded;
            wm_arena_init(&small, wm_env_system(), most);
            wm_status status =
                wm_brief_unfold(wm_buf_str(&p.brief), p.areas, &small, &unfolded, &err);
            assert_true(status == WM_OK || status == WM_NO_MEMORY);
            assert_true(status == WM_OK || most < 32 * 1024);
            wm_arena_fini(&small);
        }
        (void)pair_stop(&p);
    }
}

/* ---- damage -------------------------------------------------------------------------------- */

/* Refused, or a program that can be evaluated. */
static void unfold_copy(const pair *p, wm_str bytes, const wm_evaluation *evaluation)
{
    wm_arena arena;
    wm_error err = { 0 };
    wm_criteria unfolded;
    wm_verdict_result result;
    wm_arena_init(&arena, wm_env_system(), SIZE_MAX / 2);
    wm_status status = wm_brief_unfold(bytes, p->areas, &arena, &unfolded, &err);
    assert_true(status == WM_OK || status == WM_CORRUPT);
    if (status == WM_OK) {
        wm_criteria_evaluate(&unfolded, evaluation, &result);
        assert_true((unsigned)result.verdict <= WM_VERDICT_NOT_ELIGIBLE);
    }
    wm_arena_fini(&arena);
}

/* In memory of exactly that length, so that the sanitizer sees a byte too far. */
static wm_status evaluate_copy(const pair *p, wm_str bytes, wm_brief_memo *memo)
{
    wm_error err = { 0 };
    wm_brief_result result;
    char *copy = malloc(bytes.len > 0 ? bytes.len : 1);
    assert_non_null(copy);
    memcpy(copy, bytes.ptr, bytes.len);
    wm_status status =
        wm_brief_evaluate((wm_str){ copy, bytes.len }, p->areas, memo, &result, &err);
    unfold_copy(p, (wm_str){ copy, bytes.len }, memo->evaluation);
    free(copy);
    assert_true(status == WM_OK || status == WM_CORRUPT);
    if (status == WM_OK) {
        assert_true((unsigned)result.verdict <= WM_VERDICT_NOT_ELIGIBLE);
        assert_true(result.reason_count <= WM_BRIEF_REASONS_MAX);
    }
    return status;
}

static void damage_each_byte(pair *p, wm_brief_memo *memo)
{
    char *bytes = p->brief.data;
    for (size_t at = 0; at < p->brief.len; at++) {
        char right = bytes[at];
        for (unsigned bit = 0; bit < 8; bit++) {
            bytes[at] = (char)((unsigned char)right ^ 1u << bit);
            (void)evaluate_copy(p, wm_buf_str(&p->brief), memo);
        }
        bytes[at] = (char)0xff;
        (void)evaluate_copy(p, wm_buf_str(&p->brief), memo);
        bytes[at] = (char)below(&p->m, 20); /* another op */
        (void)evaluate_copy(p, wm_buf_str(&p->brief), memo);
        bytes[at] = right;
        wm_str cut = { bytes, at };
        assert_int_equal(evaluate_copy(p, cut, memo), WM_CORRUPT);
    }
    wm_buf_put_char(&p->brief, 0);
    assert_int_equal(evaluate_copy(p, wm_buf_str(&p->brief), memo), WM_CORRUPT);
}

static void damaged_bytes_are_refused_or_evaluated_within_bounds(void **state)
{
    (void)state;
    wm_test_random random = wm_test_random_new(20260118);
    for (int round = 0; round < 300; round++) {
        pair p;
        wm_error err = { 0 };
        wm_brief_memo memo;
        pair_start(&p, random);
        wm_evaluation evaluation = meet(&p);
        assert_ok(wm_brief_memo_init(&memo, &evaluation, &p.t.arena, &err), &err);
        damage_each_byte(&p, &memo);
        random = pair_stop(&p);
    }
}

/* What no program can be: deeper than criteria go, more exclusions than there can be nodes. */
static void too_deep_and_too_many_are_refused(void **state)
{
    (void)state;
    pair p;
    wm_error err = { 0 };
    wm_brief_memo memo;
    pair_start(&p, (wm_test_random){ 1 });
    wm_evaluation evaluation = meet(&p);
    assert_ok(wm_brief_memo_init(&memo, &evaluation, &p.t.arena, &err), &err);
    wm_buf_reset(&p.brief);
    wm_buf_put(&p.brief, "\0\0", 2);
    for (int i = 0; i < 100000; i++) {
        wm_buf_put_char(&p.brief, WM_OP_NOT);
    }
    wm_buf_put_char(&p.brief, WM_OP_CHECK);
    assert_int_equal(evaluate_copy(&p, wm_buf_str(&p.brief), &memo), WM_CORRUPT);
    wm_buf_reset(&p.brief);
    wm_buf_put_char(&p.brief, 1);
    wm_varint_put(&p.brief, WM_CRITERIA_NODES_MAX + 1);
    for (int i = 0; i <= WM_CRITERIA_NODES_MAX; i++) {
        wm_buf_put(&p.brief, "\2\5\1", 3); /* a reason, and CONST true */
    }
    assert_int_equal(evaluate_copy(&p, wm_buf_str(&p.brief), &memo), WM_CORRUPT);
    (void)pair_stop(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_short_is_what_is_in_full),
        cmocka_unit_test(a_memo_serves_many_services),
        cmocka_unit_test(the_same_criteria_of_other_places_stay_apart),
        cmocka_unit_test(unfolded_it_is_what_it_was),
        cmocka_unit_test(unfolding_fails_where_memory_is_out),
        cmocka_unit_test(damaged_bytes_are_refused_or_evaluated_within_bounds),
        cmocka_unit_test(too_deep_and_too_many_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
