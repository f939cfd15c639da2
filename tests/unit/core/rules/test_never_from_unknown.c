/* test_never_from_unknown.c: nothing ever turns an unknown into a no, or into a yes.
 *
 * Each fact of a random person is a chain of forms from the sharpest to "not known", each inside
 * the next. A point of every chain is chosen, then a sharper or equal point of every chain:
 * whatever was T must stay T, whatever was F must stay F, for every node of random criteria, and
 * for the verdict.
 */
#include "random_eligibility.h"

#define AS_OF "2026-01-15"

static wm_verdict_result evaluate_at(bench *t, wm_date as_of, wm_str facts)
{
    bench_facts(t, as_of, facts.ptr);
    return bench_evaluate(t);
}

static void check_pair(const bench *t, const wm_verdict_result *coarse,
                       const wm_verdict_result *sharp, const char *const *texts)
{
    bool kept = coarse->value == WM_TRUTH_U || coarse->value == sharp->value;
    /* Nodes inside an about hold the value of the last person only. */
    for (size_t at = 0; at < t->criteria.node_count; at++) {
        uint8_t op = t->criteria.nodes[at * 8];
        uint16_t span =
            (uint16_t)(t->criteria.nodes[at * 8 + 2] | t->criteria.nodes[at * 8 + 3] << 8);
        kept = kept && (coarse->truth[at] == WM_TRUTH_U || coarse->truth[at] == sharp->truth[at]);
        at += op == 13 ? span - 1U : 0;
    }
    bool missing_fits = (coarse->missing_count > 0) == (coarse->value == WM_TRUTH_U);
    if (!kept || !missing_fits) {
        print_error("service %s\ncoarse %s: %s\nsharp %s: %s\n", texts[0],
                    wm_verdict_name(coarse->verdict), texts[1], wm_verdict_name(sharp->verdict),
                    texts[2]);
        fail();
    }
}

static void one_more_fact_never_turns_a_yes_or_a_no(void **state)
{
    (void)state;
    wm_test_random random = wm_test_random_new(20260115);
    for (int round = 0; round < 3000; round++) {
        bench t;
        bench_start(&t);
        maker m = { random, &t.arena, 0 };
        assert_true(wm_date_parse(WM_STR(AS_OF), &m.as_of));
        m.as_of += (wm_date)below(&m, 400);
        wm_str service = make_service(&m);
        bench_service(&t, service.ptr);
        for (int i = 0; i < 6; i++) {
            world w = { .count = 0 };
            make_plain(&m, &w);
            make_people(&m, &w, "child");
            make_people(&m, &w, "partner");
            uint32_t coarse[FACTS_MAX];
            uint32_t sharp[FACTS_MAX];
            for (uint32_t k = 0; k < w.count; k++) {
                coarse[k] = below(&m, w.chains[k].count);
                sharp[k] = below(&m, 3) == 0 ? 0 : below(&m, coarse[k] + 1);
            }
            wm_str coarse_facts = facts_at(&m, &w, coarse);
            wm_str sharp_facts = facts_at(&m, &w, sharp);
            wm_verdict_result before = evaluate_at(&t, m.as_of, coarse_facts);
            wm_verdict_result after = evaluate_at(&t, m.as_of, sharp_facts);
            const char *texts[] = { service.ptr, coarse_facts.ptr, sharp_facts.ptr };
            check_pair(&t, &before, &after, texts);
        }
        random = m.random;
        bench_stop(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(one_more_fact_never_turns_a_yes_or_a_no) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
