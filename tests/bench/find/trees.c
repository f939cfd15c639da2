/* trees.c: see trees.h. */
#include "trees.h"

#include <stdlib.h>
#include <string.h>

#define QUERY_BYTES_MAX ((size_t)64 * 1024)

void wm_bench_must(wm_status status, const wm_error *err, const char *doing)
{
    if (status != WM_OK) {
        (void)fprintf(stderr, "bench_find: %s: %s\n", doing,
                      err->text[0] != '\0' ? err->text : wm_status_text(status));
        exit(1);
    }
}

void *wm_bench_memory(void *pointer)
{
    if (pointer == NULL) {
        (void)fputs("bench_find: no memory\n", stderr);
        exit(1);
    }
    return pointer;
}

/* ---- needs and localities ---- */

typedef struct need_list {
    wm_arena arena;
    const wm_json *records[WM_NEEDS_MAX];
    size_t count;
} need_list;

static wm_status keep_need(void *context, const wm_record *record, wm_error *err)
{
    need_list *list = context;
    if (list->count == WM_NEEDS_MAX) {
        return wm_fail(err, WM_TOO_LARGE, "more than %d needs", WM_NEEDS_MAX);
    }
    wm_str bytes = wm_arena_copy(&list->arena, record->bytes);
    return wm_json_parse(&list->arena, bytes, WM_RECORD_BYTES_MAX, &list->records[list->count++],
                         err);
}

void wm_bench_trees_read(wm_bench_trees *trees, wm_store *store)
{
    wm_error err = { 0 };
    need_list *list = wm_bench_memory(calloc(1, sizeof *list));
    wm_record_sink sink = { keep_need, list };
    wm_arena_init(&list->arena, wm_env_system(), SIZE_MAX / 2);
    wm_bench_must(wm_store_each(store, WM_VIEW_LATEST, WM_KIND_BIT(WM_KIND_NEED), &sink, &err),
                  &err, "needs");
    wm_bench_must(wm_needs_new(wm_env_system(), list->records, list->count, &trees->needs, &err),
                  &err, "needs");
    wm_bench_must(wm_store_localities(store, WM_VIEW_LATEST, &trees->localities, &err), &err,
                  "localities");
    wm_arena_fini(&list->arena);
    free(list);
}

void wm_bench_trees_free(wm_bench_trees *trees)
{
    wm_needs_free(trees->needs);
    wm_locality_tree_free(trees->localities);
}

/* ---- queries ---- */

static void expand(wm_bench_question *q, const wm_bench_trees *trees, wm_arena *scratch)
{
    wm_error err = { 0 };
    const wm_json *query = NULL;
    wm_bench_must(wm_json_parse(scratch, q->text, QUERY_BYTES_MAX, &query, &err), &err, "a query");
    const wm_json *needs = wm_json_get(query, "needs");
    wm_str id = wm_json_is(needs, WM_JSON_ARRAY) && needs->count == 1
                    ? wm_json_string(&needs->as.items[0])
                    : WM_STR("");
    wm_need need = wm_needs_find(trees->needs, id);
    wm_locality at = wm_locality_find(trees->localities, wm_json_string(wm_json_get(query, "at")));
    const wm_json *age = wm_json_get(wm_json_get(query, "facts"), "age");
    q->years = wm_json_integer(wm_json_get(age, "years"), -1);
    if (need == WM_NEED_NONE || at == WM_LOCALITY_NONE || q->years < 0) {
        wm_bench_must(WM_BAD_INPUT, &err, "expected queries with one need, an age and a locality");
    }
    q->need_count = wm_needs_below(trees->needs, need, &q->needs);
    for (; at != WM_LOCALITY_NONE && q->area_count < WM_BENCH_AREAS_MAX;
         at = wm_locality_parent(trees->localities, at)) {
        q->areas[q->area_count++] = at;
    }
}

void wm_bench_questions_read(wm_bench_questions *questions, const wm_bench_trees *trees,
                             const char *path, size_t most)
{
    wm_arena scratch;
    FILE *stream = wm_bench_memory(fopen(path, "rb"));
    char *line = wm_bench_memory(malloc(QUERY_BYTES_MAX));
    questions->items = wm_bench_memory(calloc(most, sizeof *questions->items));
    questions->count = 0;
    wm_arena_init(&questions->arena, wm_env_system(), SIZE_MAX / 2);
    wm_arena_init(&scratch, wm_env_system(), SIZE_MAX / 2);
    while (questions->count < most && fgets(line, (int)QUERY_BYTES_MAX, stream) != NULL) {
        wm_bench_question *q = &questions->items[questions->count++];
        *q = (wm_bench_question){ .years = -1 };
        q->text = wm_arena_copy(&questions->arena, (wm_str){ line, strcspn(line, "\n") });
        if (trees != NULL) {
            wm_arena_reset(&scratch);
            expand(q, trees, &scratch);
        }
    }
    wm_arena_fini(&scratch);
    free(line);
    (void)fclose(stream);
}

void wm_bench_questions_free(wm_bench_questions *questions)
{
    free(questions->items);
    wm_arena_fini(&questions->arena);
}
