/* bench_signpost.c: what rules, order and explanation cost for 500 candidate services, beside the
 * plain evaluation of the same criteria, in one run, interleaved.
 *
 *   bench_signpost [ROUNDS]      prints medians and 99th percentiles in microseconds, and ratios
 *
 * The services are those of directory-data, copied under other ids with one need and one area, so
 * that each is a candidate. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "ask/find.h"
#include "ask/inquiry.h"
#include "real_directory.h"
#include "small_directory.h"

#define CANDIDATES 500
#define ROUNDS_DEFAULT 300
#define QUERY                                                                                      \
    "{\"needs\":[\"anx.panic\"],\"facts\":{\"age\":{\"years\":34}},\"at\":\"Swindon\",\"now\":"    \
    "\"2026-11-24T11:00\"}"

typedef enum stage { STAGE_EVALUATE, STAGE_WEIGH, STAGE_RUN, STAGE_ANSWER, STAGE_COUNT } stage;

static const char *const stage_names[] = { "criteria alone", "gathered and weighed",
                                           "with rules and order", "whole answer, explained" };

static double now_us(void)
{
    struct timespec at;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
    return (double)at.tv_sec * 1e6 + (double)at.tv_nsec / 1e3;
}

static int by_time(const void *a, const void *b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;
    return (left > right) - (left < right);
}

/* A member of the object with another value. */
static void put_with(wm_json_out *out, const wm_json *service, const char *id)
{
    wm_json_out_object(out);
    for (uint32_t i = 0; i < service->count; i++) {
        const wm_json_member *member = &service->as.members[i];
        wm_json_out_name_str(out, member->name);
        if (wm_str_is(member->name, "id")) {
            wm_json_out_text(out, id);
        } else if (wm_str_is(member->name, "needs") || wm_str_is(member->name, "areas")) {
            wm_json_out_array(out);
            wm_json_out_text(out, wm_str_is(member->name, "needs") ? "anx.panic" : "E92000001");
            wm_json_out_end_array(out);
        } else {
            wm_json_out_value(out, &member->value);
        }
    }
    wm_json_out_end_object(out);
}

static bool is_candidate(const wm_json *service)
{
    return !wm_str_is(wm_json_string(wm_json_get(service, "status")), "closed");
}

static wm_store *make_store(const wm_real_directory *real)
{
    wm_error err = { 0 };
    wm_txn *txn = NULL;
    wm_arena arena;
    wm_buf text;
    wm_store *store = wm_test_store();
    unsigned made = 0;
    wm_arena_init(&arena, wm_env_system(), 1024 * WM_MIB);
    wm_buf_init(&text, wm_env_system(), WM_RECORD_BYTES_MAX);
    assert_ok(wm_txn_begin(store, &txn, &err), &err);
    for (size_t i = 0; i < real->record_count; i++) {
        if (real->records[i].kind != WM_KIND_SERVICE) {
            assert_ok(wm_history_put(txn, &real->records[i], NULL, NULL, &err), &err);
        }
    }
    for (size_t i = 0; made < CANDIDATES; i = (i + 1) % real->record_count) {
        const wm_json *service = NULL;
        char id[32];
        if (real->records[i].kind != WM_KIND_SERVICE) {
            continue;
        }
        assert_ok(
            wm_json_parse(&arena, real->records[i].bytes, WM_RECORD_BYTES_MAX, &service, &err),
            &err);
        if (!is_candidate(service)) {
            continue;
        }
        wm_json_out out;
        (void)snprintf(id, sizeof id, "copy-%u", made++);
        wm_buf_reset(&text);
        wm_json_out_init(&out, &text);
        put_with(&out, service, id);
        wm_buf_put(&text, "", 1);
        wm_record record = wm_test_record(&arena, WM_KIND_SERVICE, wm_buf_str(&text).ptr);
        assert_ok(wm_history_put(txn, &record, NULL, NULL, &err), &err);
    }
    assert_ok(wm_txn_commit(txn, &err), &err);
    assert_int_equal(wm_test_release(store, "2026-11-20"), 1);
    wm_buf_fini(&text);
    wm_arena_fini(&arena);
    return store;
}

/* The programs of all candidates, read once: what is measured is evaluation. */
typedef struct plain {
    wm_arena arena;
    wm_criteria criteria[CANDIDATES * 2];
    size_t count;
} plain;

static void read_programs(plain *p, wm_inquiry *f)
{
    wm_error err = { 0 };
    wm_buf row;
    wm_buf_init(&row, wm_env_system(), 4 * WM_RECORD_BYTES_MAX);
    for (size_t i = 0; i < f->count && p->count < sizeof p->criteria / sizeof p->criteria[0]; i++) {
        wm_str summary;
        wm_str program;
        wm_buf_reset(&row);
        assert_ok(wm_store_service_row(f->asker->store, f->options[i]->revision, &row, &summary,
                                       &program, &err),
                  &err);
        wm_str kept = wm_arena_copy(&p->arena, program);
        assert_ok(wm_criteria_load(kept.ptr, kept.len, &p->criteria[p->count++], &err), &err);
    }
    wm_buf_fini(&row);
}

static double evaluate(const plain *p, wm_inquiry *f)
{
    wm_evaluation evaluation = { .symbols = f->asker->symbols,
                                 .areas = f->asker->areas,
                                 .facts = f->understood->facts,
                                 .actor_facts = f->understood->actor_facts };
    double start = now_us();
    unsigned sum = 0;
    for (size_t i = 0; i < p->count; i++) {
        wm_verdict_result result;
        wm_criteria_evaluate(&p->criteria[i], &evaluation, &result);
        sum += result.verdict;
    }
    double taken = now_us() - start;
    return sum < UINT32_MAX ? taken : -1;
}

static double once(stage of, const plain *p, wm_asker *asker)
{
    wm_error err = { 0 };
    wm_inquiry f;
    if (of == STAGE_ANSWER) {
        wm_buf out;
        wm_buf_init(&out, wm_env_system(), WM_ANSWER_BYTES_MAX);
        double start = now_us();
        assert_ok(wm_find_answer(asker, WM_STR(QUERY), NULL, &out, &err), &err);
        double taken = now_us() - start;
        wm_buf_fini(&out);
        return taken;
    }
    double start = now_us();
    assert_ok(wm_inquiry_begin(&f, asker, WM_STR(QUERY), NULL, &err), &err);
    double taken = 0;
    if (of == STAGE_EVALUATE) {
        taken = evaluate(p, &f);
    } else if (of == STAGE_WEIGH) {
        assert_ok(wm_gather_candidates(&f), &err);
        taken = now_us() - start;
    } else {
        assert_ok(wm_inquiry_run(&f), &err);
        taken = now_us() - start;
    }
    wm_inquiry_end(&f);
    return taken;
}

static void measure(wm_asker *asker, const plain *p, size_t rounds)
{
    double *times[STAGE_COUNT];
    for (int s = 0; s < STAGE_COUNT; s++) {
        times[s] = calloc(rounds, sizeof *times[s]);
        assert_non_null(times[s]);
    }
    for (size_t r = 0; r < rounds; r++) {
        for (int s = 0; s < STAGE_COUNT; s++) {
            times[s][r] = once((stage)s, p, asker);
        }
    }
    for (int s = 0; s < STAGE_COUNT; s++) {
        qsort(times[s], rounds, sizeof *times[s], by_time);
    }
    double base = times[STAGE_EVALUATE][rounds / 2];
    printf("%zu candidates, %zu rules, %zu rounds, CPU time\n", p->count, asker->rule_count,
           rounds);
    for (int s = 0; s < STAGE_COUNT; s++) {
        double median = times[s][rounds / 2];
        printf("%-26s p50 %8.1f us   p99 %8.1f us   %6.2f x criteria alone\n", stage_names[s],
               median, times[s][rounds * 99 / 100], median / base);
        free(times[s]);
    }
}

int main(int argc, char **argv)
{
    size_t rounds = argc > 1 ? (size_t)strtoul(argv[1], NULL, 10) : ROUNDS_DEFAULT;
    wm_error err = { 0 };
    wm_asker asker;
    wm_inquiry f;
    static plain programs;
    wm_real_directory *real = wm_real_directory_new();
    wm_store *store = make_store(real);
    wm_real_directory_free(real);
    assert_ok(wm_asker_init(&asker, store, WM_VIEW_LATEST, &err), &err);
    wm_arena_init(&programs.arena, wm_env_system(), 64 * WM_MIB);
    assert_ok(wm_inquiry_begin(&f, &asker, WM_STR(QUERY), NULL, &err), &err);
    assert_ok(wm_gather_candidates(&f), &err);
    read_programs(&programs, &f);
    wm_inquiry_end(&f);
    measure(&asker, &programs, rounds < 10 ? 10 : rounds);
    wm_arena_fini(&programs.arena);
    wm_asker_fini(&asker);
    wm_store_close(store);
    return 0;
}
