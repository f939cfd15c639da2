/* fuzz_places.c: whatever is typed as a place, the answer is whole: shares that add up, a precision
 * that goes with the outcome, and the same again. */
#include <assert.h>
#include <stdint.h>

#include <waymark/sys/places.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const wm_locality_row rows[] = {
    { WM_STR_INIT("E92"), WM_STR_INIT("England"), WM_STR_INIT("nation"), WM_STR_INIT("") },
    { WM_STR_INIT("E06"), WM_STR_INIT("Bath"), WM_STR_INIT("place"), WM_STR_INIT("E92") },
    { WM_STR_INIT("E07"), WM_STR_INIT("Frome"), WM_STR_INIT("place"), WM_STR_INIT("E92") },
};
static const char *const records[] = {
    "{\"id\":\"BA1\",\"kind\":\"outcode\",\"name\":\"BA1\",\"lat\":5139287,\"lon\":-236117,"
    "\"shares\":[{\"code\":\"E06\",\"share\":600},{\"code\":\"E07\",\"share\":400}],"
    "\"units\":{\"1\":\"1AeAC4YADagBEA\",\"2\":\"1nonsense\"}}",
    "{\"id\":\"BA1-3\",\"kind\":\"sector\",\"name\":\"BA1 3\","
    "\"shares\":[{\"code\":\"E06\",\"share\":1000}]}",
    "{\"id\":\"practice-L81001\",\"kind\":\"practice\",\"name\":\"High Street Surgery\","
    "\"shares\":[{\"code\":\"E06\",\"share\":1000}]}",
    "{\"id\":\"town-a\",\"kind\":\"town\",\"name\":\"Newport (north)\","
    "\"shares\":[{\"code\":\"E06\",\"share\":1000}]}",
    "{\"id\":\"town-b\",\"kind\":\"town\",\"name\":\"Newport (south)\","
    "\"shares\":[{\"code\":\"E07\",\"share\":1000}]}",
};
#define RECORDS (sizeof records / sizeof records[0])

static wm_locality_tree *tree;
static wm_places *places;

static void make_register(void)
{
    wm_arena arena;
    const wm_json *values[RECORDS];
    wm_arena_init(&arena, wm_env_system(), WM_MIB);
    wm_status status =
        wm_locality_tree_new(wm_env_system(), rows, sizeof rows / sizeof rows[0], &tree, NULL);
    for (size_t i = 0; i < RECORDS && status == WM_OK; i++) {
        status = wm_json_parse(&arena, wm_str_of(records[i]), WM_MIB, &values[i], NULL);
    }
    if (status == WM_OK) {
        status = wm_places_new(wm_env_system(), tree, values, RECORDS, &places, NULL);
    }
    assert(status == WM_OK);
    (void)status;
    wm_arena_fini(&arena);
}

static void check_match(const wm_place_match *match)
{
    uint32_t total = 0;
    for (size_t i = 0; i < match->candidate_count; i++) {
        assert(match->candidates[i].locality < wm_locality_count(tree));
        total += match->candidates[i].share;
    }
    bool is_found = match->outcome == WM_PLACE_FOUND;
    assert(is_found || match->outcome == WM_PLACE_AMBIGUOUS ? total == WM_PLACE_SHARE_WHOLE
                                                            : match->candidate_count == 0);
    assert(is_found == (match->name.len > 0));
    assert(is_found || wm_str_is(match->precision, "none"));
    assert(!match->fell_back || (is_found && match->note != NULL));
    assert((match->outcome == WM_PLACE_AMBIGUOUS) == (match->choice_count > 0));
    (void)is_found;
    (void)total;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    wm_str text = { (const char *)data, size };
    wm_place_match match;
    wm_place_match again;
    wm_arena arena;
    if (places == NULL) {
        make_register();
    }
    wm_arena_init(&arena, wm_env_system(), WM_MIB);
    wm_status status = wm_places_resolve(places, tree, text, &arena, &match, NULL);
    if (status != WM_OK) {
        assert(size > WM_PLACE_TEXT_BYTES_MAX || !wm_utf8_valid(text, NULL));
    } else {
        check_match(&match);
        status = wm_places_resolve(places, tree, text, &arena, &again, NULL);
        assert(status == WM_OK && again.outcome == match.outcome);
        assert(wm_str_equal(again.name, match.name) && again.lat == match.lat);
    }
    wm_arena_fini(&arena);
    return 0;
}
