/* bench_find.c: find beside its peers, in one process and turn by turn; run.sh calls it.
 *
 *   bench_find fill DIRECTORY.db PEERS.db                      make the peers' tables
 *   bench_find peers DIRECTORY.db PEERS.db QUERIES COUNT ROUNDS
 *   bench_find ask DIRECTORY.db QUERIES BEFORE COUNT           for callgrind: wm_bench_counted
 * alone bench_find memory DIRECTORY.db QUERIES                     resident at most, as queries go
 * by
 *
 * A round asks each query of each entrant before the next query; the first of them is another one
 * each time. A query's time is the median of its rounds, of the processor time of the thread. */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <waymark/waymark.h>

#include "peers.h"

#define OURS_CACHE_KIB 8192 /* a reader has 4096 (core/src/store/open.c), and a shelf beside it */
#define GENEROUS_CACHE_KIB 262144
#define ENTRANTS (1 + 2 * WM_PEER_COUNT)

wm_status wm_bench_counted(wm_directory *directory, const wm_bench_question *q, size_t *bytes_out,
                           wm_error *err);

static wm_status ask_ours(wm_directory *directory, const wm_bench_question *q, size_t *bytes_out,
                          wm_error *err)
{
    wm_text answer = { 0 };
    wm_status status = wm_directory_find(directory, q->text.ptr, q->text.len, NULL, &answer, err);
    *bytes_out = answer.len;
    wm_text_free(&answer);
    return status;
}

/* The same under a name of its own, for callgrind to count: called by its address, so that it
 * stays a function. */
wm_status wm_bench_counted(wm_directory *directory, const wm_bench_question *q, size_t *bytes_out,
                           wm_error *err)
{
    return ask_ours(directory, q, bytes_out, err);
}

static wm_directory *open_ours(const char *path)
{
    wm_error err = { 0 };
    wm_directory *directory = NULL;
    wm_bench_must(wm_directory_open(NULL, path, false, &directory, &err), &err, path);
    return directory;
}

static wm_store *open_store(const char *path)
{
    wm_error err = { 0 };
    wm_store *store = NULL;
    wm_bench_must(wm_store_open(wm_env_system(), path, WM_STORE_READ, &store, &err), &err, path);
    return store;
}

static size_t count_of(const char *text)
{
    char *end = NULL;
    unsigned long count = strtoul(text, &end, 10);
    if (count == 0 || *end != '\0') {
        (void)fprintf(stderr, "bench_find: expected a number from 1, found %s\n", text);
        exit(2);
    }
    return (size_t)count;
}

/* ---- beside the peers ---- */

typedef struct race {
    wm_directory *directory;
    wm_bench_trees trees;
    wm_peer *peers[2][WM_PEER_COUNT]; /* with a cache as large as ours, and with a generous one */
    wm_bench_questions questions;
    size_t rounds;
    double *times; /* [entrant][query][round], us */
    double *rows;  /* [peer][query] */
    size_t answer_bytes;
    wm_buf out[WM_PEER_COUNT];
} race;

static double now_us(void)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
    return (double)at.tv_sec * 1e6 + (double)at.tv_nsec / 1e3;
}

static double *time_of(race *r, size_t entrant, size_t query, size_t round)
{
    return &r->times[(entrant * r->questions.count + query) * r->rounds + round];
}

static void ask_entrant(race *r, size_t entrant, size_t query, size_t round)
{
    wm_error err = { 0 };
    const wm_bench_question *q = &r->questions.items[query];
    double start = now_us();
    if (entrant == 0) {
        size_t bytes = 0;
        wm_bench_must(ask_ours(r->directory, q, &bytes, &err), &err, "find");
        *time_of(r, entrant, query, round) = now_us() - start;
        r->answer_bytes += round == 0 ? bytes : 0;
        return;
    }
    size_t peer = (entrant - 1) % WM_PEER_COUNT;
    size_t rows = wm_peer_ask(r->peers[(entrant - 1) / WM_PEER_COUNT][peer], q, &r->out[peer]);
    *time_of(r, entrant, query, round) = now_us() - start;
    r->rows[peer * r->questions.count + query] = (double)rows;
}

static void check_same(const race *r, const wm_bench_question *q)
{
    wm_str first = wm_buf_str(&r->out[0]);
    for (size_t p = 1; p < WM_PEER_COUNT; p++) {
        wm_str other = wm_buf_str(&r->out[p]);
        if (!wm_str_equal(first, other)) {
            (void)fprintf(stderr, "bench_find: peers differ on %.*s\n%.*s\n%.*s\n",
                          WM_STR_ARG(q->text), WM_STR_ARG(first), WM_STR_ARG(other));
            exit(1);
        }
    }
}

static int by_size(const void *a, const void *b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;
    return (left > right) - (left < right);
}

static double quantile(const double *sorted, size_t count, double part)
{
    size_t at = (size_t)((double)count * part);
    return sorted[at < count ? at : count - 1];
}

typedef struct figures {
    double p50;
    double p90;
    double p99;
    double mean;
} figures;

static figures figures_of(double *values, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += values[i];
    }
    qsort(values, count, sizeof *values, by_size);
    return (figures){ quantile(values, count, 0.5), quantile(values, count, 0.9),
                      quantile(values, count, 0.99), sum / (double)count };
}

/* Of each query the median of its rounds. */
static figures figures_of_entrant(race *r, size_t entrant)
{
    size_t count = r->questions.count;
    double *medians = wm_bench_memory(calloc(count, sizeof *medians));
    for (size_t q = 0; q < count; q++) {
        double *rounds = time_of(r, entrant, q, 0);
        qsort(rounds, r->rounds, sizeof *rounds, by_size);
        medians[q] = rounds[r->rounds / 2];
    }
    figures found = figures_of(medians, count);
    free(medians);
    return found;
}

static void print_race(race *r)
{
    static const char *const caches[] = { "cache as ours", "generous cache" };
    size_t count = r->questions.count;
    figures ours = figures_of_entrant(r, 0);
    figures rows = figures_of(&r->rows[WM_PEER_LATE * count], count);
    printf("%zu queries, %zu rounds; candidate rows: p50 %.0f, p99 %.0f\n", count, r->rounds,
           rows.p50, rows.p99);
    printf("%-12s %-16s %9s %9s %9s %9s   %s\n", "us", "", "p50", "p90", "p99", "mean",
           "waymark / it: p50, p99");
    printf("%-12s %-16s %9.1f %9.1f %9.1f %9.1f   %zu bytes an answer\n", "waymark", "", ours.p50,
           ours.p90, ours.p99, ours.mean, r->answer_bytes / count);
    for (size_t e = 1; e < ENTRANTS; e++) {
        size_t peer = (e - 1) % WM_PEER_COUNT;
        figures f = figures_of_entrant(r, e);
        printf("%-12s %-16s %9.1f %9.1f %9.1f %9.1f   %.2f %.2f", wm_peer_name(peer),
               caches[(e - 1) / WM_PEER_COUNT], f.p50, f.p90, f.p99, f.mean, ours.p50 / f.p50,
               ours.p99 / f.p99);
        printf("%s\n", peer == WM_PEER_FETCHING ? "   budget 0.30 0.25"
                       : peer == WM_PEER_LATE   ? "   budget 0.80 0.60"
                                                : "");
    }
}

static void run_race(race *r)
{
    size_t count = r->questions.count;
    r->times = wm_bench_memory(calloc(ENTRANTS * count * r->rounds, sizeof *r->times));
    r->rows = wm_bench_memory(calloc(WM_PEER_COUNT * count, sizeof *r->rows));
    for (size_t p = 0; p < WM_PEER_COUNT; p++) {
        wm_buf_init(&r->out[p], wm_env_system(), WM_MIB);
    }
    for (size_t round = 0; round < r->rounds; round++) {
        for (size_t q = 0; q < count; q++) {
            for (size_t e = 0; e < ENTRANTS; e++) {
                ask_entrant(r, (e + q + round) % ENTRANTS, q, round);
            }
            check_same(r, &r->questions.items[q]);
        }
    }
    print_race(r);
    for (size_t p = 0; p < WM_PEER_COUNT; p++) {
        wm_buf_fini(&r->out[p]);
    }
    free(r->rows);
    free(r->times);
}

static int peers(char **arguments)
{
    race r = { .directory = open_ours(arguments[0]), .rounds = count_of(arguments[4]) };
    wm_store *store = open_store(arguments[0]);
    wm_bench_trees_read(&r.trees, store);
    wm_store_close(store);
    wm_bench_questions_read(&r.questions, &r.trees, arguments[2], count_of(arguments[3]));
    for (size_t p = 0; p < WM_PEER_COUNT; p++) {
        r.peers[0][p] = wm_peer_open(arguments[1], (wm_peer_kind)p, &r.trees, OURS_CACHE_KIB);
        r.peers[1][p] = wm_peer_open(arguments[1], (wm_peer_kind)p, &r.trees, GENEROUS_CACHE_KIB);
    }
    run_race(&r);
    for (size_t p = 0; p < WM_PEER_COUNT; p++) {
        wm_peer_close(r.peers[0][p]);
        wm_peer_close(r.peers[1][p]);
    }
    wm_bench_questions_free(&r.questions);
    wm_bench_trees_free(&r.trees);
    wm_directory_close(r.directory);
    return 0;
}

static int fill(char **arguments)
{
    wm_bench_trees trees;
    wm_store *store = open_store(arguments[0]);
    wm_bench_trees_read(&trees, store);
    wm_peers_fill(arguments[1], store, &trees);
    wm_bench_trees_free(&trees);
    wm_store_close(store);
    return 0;
}

/* ---- alone ---- */

static int ask(char **arguments)
{
    size_t before = count_of(arguments[2]);
    size_t count = count_of(arguments[3]);
    size_t bytes = 0;
    wm_error err = { 0 };
    wm_bench_questions questions;
    wm_status (*volatile counted)(wm_directory *, const wm_bench_question *, size_t *, wm_error *) =
        wm_bench_counted;
    wm_directory *directory = open_ours(arguments[0]);
    wm_bench_questions_read(&questions, NULL, arguments[1], before + count);
    for (size_t i = 0; i < questions.count; i++) {
        wm_status status = i < before ? ask_ours(directory, &questions.items[i], &bytes, &err)
                                      : counted(directory, &questions.items[i], &bytes, &err);
        wm_bench_must(status, &err, "find");
    }
    wm_bench_questions_free(&questions);
    wm_directory_close(directory);
    return 0;
}

/* KiB resident at most so far, of this process. */
static long resident(void)
{
    char line[256];
    long most = 0;
    FILE *stream = fopen("/proc/self/status", "r");
    while (stream != NULL && fgets(line, sizeof line, stream) != NULL) {
        if (strncmp(line, "VmHWM:", 6) == 0) {
            most = strtol(line + 6, NULL, 10);
        }
    }
    if (stream != NULL) {
        (void)fclose(stream);
    }
    return most;
}

static int memory(char **arguments)
{
    size_t bytes = 0;
    size_t next = 100;
    wm_error err = { 0 };
    wm_bench_questions questions;
    wm_bench_questions_read(&questions, NULL, arguments[1], 2000);
    printf("%-40s before %ld KiB", "resident at most", resident());
    wm_directory *directory = open_ours(arguments[0]);
    printf(", opened %ld", resident());
    for (size_t i = 0; i < questions.count; i++) {
        wm_bench_must(ask_ours(directory, &questions.items[i], &bytes, &err), &err, "find");
        if (i == 0 || i + 1 == next || i + 1 == questions.count) {
            printf(", after %zu: %ld", i + 1, resident());
            next = i + 1 == next ? next * 10 : next;
        }
    }
    printf("\n");
    wm_bench_questions_free(&questions);
    wm_directory_close(directory);
    return 0;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int arguments;
        int (*run)(char **arguments);
    } modes[] = {
        { "fill", 2, fill }, { "peers", 5, peers }, { "ask", 4, ask }, { "memory", 2, memory }
    };
    for (size_t i = 0; argc > 1 && i < sizeof modes / sizeof modes[0]; i++) {
        if (strcmp(argv[1], modes[i].name) == 0 && argc == modes[i].arguments + 2) {
            return modes[i].run(argv + 2);
        }
    }
    (void)fputs(
        "usage: bench_find fill DIRECTORY PEERS | peers DIRECTORY PEERS QUERIES COUNT ROUNDS |"
        " ask DIRECTORY QUERIES BEFORE COUNT | memory DIRECTORY QUERIES\n",
        stderr);
    return 2;
}
