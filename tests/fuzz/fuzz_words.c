/* fuzz_words.c: whatever is typed, what is found lies inside it, each need once, in order, and the
 * same again; a list that is too short is a part of the whole one. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include <waymark/sys/needs.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const records[] = {
    "{\"id\":\"crisis\",\"label\":\"Crisis\",\"synonyms\":{\"en\":[\"cant cope\",\"sos\"]},"
    "\"look_alikes\":{\"en\":[\"housing crisis\"]}}",
    "{\"id\":\"crisis.suicidal\",\"label\":\"Suicidal thoughts\",\"broader\":[\"crisis\"],"
    "\"synonyms\":{\"en\":[\"suicidal\",\"suicide\",\"kill myself\",\"want to die\",\"kms\","
    "\"dont want to be here any more\",\"not suicidal enough\"],\"pl\":[\"samobójstwo\"]},"
    "\"look_alikes\":{\"en\":[\"suicide squad\"]},\"unreviewed\":[\"pl\"]}",
    "{\"id\":\"crisis.attempt_now\",\"label\":\"Attempt\",\"broader\":[\"crisis\"],"
    "\"synonyms\":{\"en\":[\"took tablets\",\"overdose\",\"od\"]}}",
    "{\"id\":\"anx\",\"label\":\"Anxiety\",\"synonyms\":{\"en\":[\"worry\",\"panic attacks\"]}}",
    "{\"id\":\"mania\",\"label\":\"Manic\",\"synonyms\":{\"uk\":[\"безсоння\"],"
    "\"ur\":[\"خودکشی\"]},\"unreviewed\":[\"uk\"]}",
    "{\"id\":\"path\",\"label\":\"Refused\",\"synonyms\":{\"en\":[\"not suicidal enough\"]}}",
};

#define RECORDS (sizeof records / sizeof records[0])

static const wm_needs *vocabulary(void)
{
    static wm_needs *needs;
    static wm_arena arena;
    const wm_json *values[RECORDS];
    if (needs != NULL) {
        return needs;
    }
    wm_arena_init(&arena, wm_env_system(), WM_MIB);
    for (size_t i = 0; i < RECORDS; i++) {
        wm_status parsed =
            wm_json_parse(&arena, wm_str_of(records[i]), WM_RECORD_BYTES_MAX, &values[i], NULL);
        assert(parsed == WM_OK);
        (void)parsed;
    }
    wm_status built = wm_needs_new(wm_env_system(), values, RECORDS, &needs, NULL);
    assert(built == WM_OK);
    (void)built;
    return needs;
}

static void check_match(const wm_needs *needs, wm_str text, const wm_need_match *match)
{
    assert(match->need < wm_needs_count(needs));
    assert(match->length > 0 && match->start + match->length <= text.len);
    assert(match->how != WM_NEED_HOW_NEGATED);
    assert(match->negated || !match->reported);
    assert(wm_utf8_valid((wm_str){ text.ptr + match->start, match->length }, NULL));
    (void)needs;
    (void)text;
    (void)match;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const wm_needs *needs = vocabulary();
    wm_str text = { (const char *)data, size };
    wm_need_match matches[WM_NEED_MATCHES_MAX];
    wm_need_match again[WM_NEED_MATCHES_MAX];
    size_t count = 0;
    size_t second = 0;
    wm_error err;
    wm_error_clear(&err);
    if (wm_needs_match(needs, text, matches, WM_NEED_MATCHES_MAX, &count, &err) != WM_OK) {
        assert(size > WM_QUERY_TEXT_BYTES_MAX || !wm_utf8_valid(text, NULL));
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        check_match(needs, text, &matches[i]);
        assert(i == 0 || matches[i - 1].start <= matches[i].start);
        for (size_t k = 0; k < i; k++) {
            assert(matches[k].need != matches[i].need);
        }
    }
    wm_status status = wm_needs_match(needs, text, again, WM_NEED_MATCHES_MAX, &second, &err);
    assert(status == WM_OK && second == count);
    for (size_t i = 0; i < count; i++) {
        assert(again[i].need == matches[i].need && again[i].start == matches[i].start);
    }
    status = wm_needs_match(needs, text, again, 1, &second, &err);
    assert(status == WM_OK && second == (count > 1 ? 1 : count));
    (void)status;
    return 0;
}
