/* test_places.c: plays tests/cases/places/<name>.cases against the register beside them, which is
 * read by id as from a store; cases/places/README.md has the form. */
#include <glob.h>
#include <stdio.h>

#include <waymark/sys/places.h>

#include "testing.h"
#include "vocab/units.h"

#define CASES_LEAST 105
#define PLACES_MAX 64
#define LOCALITIES_MAX 16

typedef struct listed {
    const wm_json *record;
    wm_buf bytes;
    wm_unit units[10][WM_UNIT_CELLS];
    size_t counts[10];
} listed;

typedef struct playing {
    wm_arena arena;
    wm_locality_row rows[LOCALITIES_MAX];
    size_t row_count;
    wm_locality_tree *tree;
    listed places[PLACES_MAX];
    size_t place_count;
    size_t names_read;
    wm_places *of_source;
    wm_places *of_records;
    size_t cases;
    size_t wrong;
} playing;

static wm_str member(const wm_json *record, const char *name)
{
    return wm_json_string(wm_json_get(record, name));
}

static listed *find_listed(playing *p, wm_str id)
{
    for (size_t i = 0; i < p->place_count; i++) {
        if (wm_str_equal(member(p->places[i].record, "id"), id)) {
            return &p->places[i];
        }
    }
    return NULL;
}

/* "BA1 1 E07: AA AB" */
static void read_units(playing *p, char *line)
{
    char outcode[8];
    char code[16];
    unsigned sector = 0;
    int at = 0;
    assert_int_equal(sscanf(line, "%7s %1u %15[^:]:%n", outcode, &sector, code, &at), 3);
    listed *of = find_listed(p, wm_str_of(outcode));
    assert_non_null(of);
    const wm_json *shares = wm_json_get(of->record, "shares");
    uint8_t locality = 0;
    while (!wm_str_is(member(&shares->as.items[locality], "code"), code)) {
        assert_true(++locality < shares->count);
    }
    int32_t lat = (int32_t)wm_json_integer(wm_json_get(of->record, "lat"), 0);
    int32_t lon = (int32_t)wm_json_integer(wm_json_get(of->record, "lon"), 0);
    for (char *word = strtok(line + at, " "); word != NULL; word = strtok(NULL, " ")) {
        size_t n = of->counts[sector]++;
        of->units[sector][n] = (wm_unit){ .cell = wm_unit_cell(word),
                                          .locality = locality,
                                          .lat = lat,
                                          .lon = lon + 430 * (int32_t)n };
        assert_int_not_equal(of->units[sector][n].cell, WM_UNIT_CELL_NONE);
    }
}

/* The record as a source has it, with its units. */
static void finish_place(playing *p, listed *of)
{
    wm_buf units;
    bool is_first = true;
    wm_error err = { 0 };
    wm_units_origin origin = { (int32_t)wm_json_integer(wm_json_get(of->record, "lat"), 0),
                               (int32_t)wm_json_integer(wm_json_get(of->record, "lon"), 0) };
    wm_buf_init(&of->bytes, wm_env_system(), WM_MIB);
    wm_buf_init(&units, wm_env_system(), WM_MIB);
    for (int sector = 0; sector < 10; sector++) {
        if (of->counts[sector] > 0) {
            wm_buf_printf(&units, "%s\"%d\":\"", is_first ? "" : ",", sector);
            wm_units_encode(of->units[sector], of->counts[sector], origin, &units);
            wm_buf_put_text(&units, "\"");
            is_first = false;
        }
    }
    wm_json_write(&of->bytes, of->record);
    if (!is_first) {
        of->bytes.len--; /* the last brace */
        wm_buf_printf(&of->bytes, ",\"units\":{%s}}", wm_buf_str(&units).ptr);
    }
    assert_ok(wm_json_parse(&p->arena, wm_buf_str(&of->bytes), WM_MIB, &of->record, &err), &err);
    wm_buf_fini(&units);
}

static void read_line(playing *p, char *line)
{
    wm_error err = { 0 };
    const wm_json *record = NULL;
    line[strcspn(line, "\n")] = '\0';
    if (strncmp(line, "units ", 6) == 0) {
        read_units(p, line + 6);
        return;
    }
    char *json = strchr(line, '{');
    if (json == NULL) {
        return;
    }
    assert_ok(wm_json_parse(&p->arena, wm_str_of(json), WM_MIB, &record, &err), &err);
    if (strncmp(line, "place ", 6) == 0) {
        assert_true(p->place_count < PLACES_MAX);
        p->places[p->place_count++].record = record;
    } else {
        assert_true(p->row_count < LOCALITIES_MAX);
        p->rows[p->row_count++] =
            (wm_locality_row){ member(record, "id"), member(record, "name"), member(record, "kind"),
                               member(record, "parent") };
    }
}

static wm_status get_place(void *context, wm_str id, wm_arena *arena, const wm_json **record_out,
                           wm_error *err)
{
    listed *of = find_listed(context, id);
    return of == NULL ? WM_NOT_FOUND
                      : wm_json_parse(arena, wm_buf_str(&of->bytes), WM_MIB, record_out, err);
}

static wm_status each_place(void *context, const wm_place_sink *sink, wm_error *err)
{
    playing *p = context;
    wm_status status = WM_OK;
    p->names_read++;
    for (size_t i = 0; i < p->place_count && status == WM_OK; i++) {
        status = sink->put(sink->context, member(p->places[i].record, "id"),
                           wm_buf_str(&p->places[i].bytes), err);
    }
    return status;
}

static int set_up(void **state)
{
    static playing the;
    char line[4096];
    const wm_json *records[PLACES_MAX];
    wm_error err = { 0 };
    FILE *file = fopen(WAYMARK_TEST_DIR "/cases/places/register.txt", "r");
    assert_non_null(file);
    wm_arena_init(&the.arena, wm_env_system(), 16 * WM_MIB);
    while (fgets(line, sizeof line, file) != NULL) {
        read_line(&the, line);
    }
    (void)fclose(file);
    assert_ok(wm_locality_tree_new(wm_env_system(), the.rows, the.row_count, &the.tree, &err),
              &err);
    for (size_t i = 0; i < the.place_count; i++) {
        finish_place(&the, &the.places[i]);
        records[i] = the.places[i].record;
    }
    wm_place_source source = { get_place, each_place, &the };
    assert_ok(wm_places_open(wm_env_system(), the.tree, &source, &the.of_source, &err), &err);
    assert_ok(
        wm_places_new(wm_env_system(), the.tree, records, the.place_count, &the.of_records, &err),
        &err);
    *state = &the;
    return 0;
}

static int tear_down(void **state)
{
    playing *p = *state;
    for (size_t i = 0; i < p->place_count; i++) {
        wm_buf_fini(&p->places[i].bytes);
    }
    wm_places_free(p->of_source);
    wm_places_free(p->of_records);
    wm_locality_tree_free(p->tree);
    wm_arena_fini(&p->arena);
    return 0;
}

/* As the cases say it. */
static void tell(const playing *p, const wm_place_match *match, wm_buf *out)
{
    uint32_t total = 0;
    wm_buf_put_text(out, wm_place_outcome_name(match->outcome));
    if (match->outcome == WM_PLACE_FOUND) {
        wm_buf_printf(out, " %.*s", WM_STR_ARG(match->precision));
    }
    wm_buf_printf(out, "%s%s%s", match->fell_back ? ", fell back" : "",
                  match->is_repaired ? ", repaired" : "", match->is_practice ? ", registered" : "");
    if (match->name.len > 0) {
        wm_buf_printf(out, " %.*s", WM_STR_ARG(match->name));
    }
    for (size_t i = 0; i < match->candidate_count; i++) {
        wm_str code = wm_locality_code(p->tree, match->candidates[i].locality);
        wm_buf_printf(out, "%s %.*s=%u", i == 0 ? "," : "", WM_STR_ARG(code),
                      (unsigned)match->candidates[i].share);
        total += match->candidates[i].share;
    }
    assert_true(match->candidate_count == 0 || total == WM_PLACE_SHARE_WHOLE);
    for (size_t i = 0; i < match->choice_count; i++) {
        wm_buf_printf(out, " [%.*s]", WM_STR_ARG(match->choices[i].id));
    }
}

static void ask(playing *p, wm_places *places, wm_str text, const char *expected)
{
    wm_place_match match;
    wm_error err = { 0 };
    wm_arena arena;
    wm_buf out;
    wm_arena_init(&arena, wm_env_system(), WM_MIB);
    wm_buf_init(&out, wm_env_system(), WM_MIB);
    assert_ok(wm_places_resolve(places, p->tree, text, &arena, &match, &err), &err);
    tell(p, &match, &out);
    if (!wm_str_is(wm_buf_str(&out), expected)) {
        print_error("|%.*s|\n    expected %s\n    found    %s\n", WM_STR_ARG(text), expected,
                    wm_buf_str(&out).ptr);
        p->wrong++;
    }
    wm_buf_fini(&out);
    wm_arena_fini(&arena);
}

static void play_file(playing *p, const char *path)
{
    char line[1024];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        char *end = line[0] == '|' ? strchr(line + 1, '|') : NULL;
        if (end != NULL) {
            wm_str text = { line + 1, (size_t)(end - line) - 1 };
            ask(p, p->of_source, text, end + 2);
            ask(p, p->of_records, text, end + 2);
            p->cases++;
        }
    }
    (void)fclose(file);
}

static void every_place_is_read_as_its_case_says(void **state)
{
    playing *p = *state;
    glob_t found = { 0 };
    ask(p, p->of_source, WM_STR("BA1 1AA"), "found postcode BA1 1AA, E07=1000");
    assert_int_equal(p->names_read, 0); /* a postcode needs no names */
    assert_int_equal(glob(WAYMARK_TEST_DIR "/cases/places/*.cases", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        play_file(p, found.gl_pathv[i]);
    }
    globfree(&found);
    print_message("%zu cases\n", p->cases);
    assert_true(p->cases >= CASES_LEAST);
    assert_int_equal(p->names_read, 1);
    assert_int_equal(p->wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_place_is_read_as_its_case_says, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
