/* test_face.c: what a card shows of a service, packed and read back. */
#include <stdio.h>
#include <stdlib.h>

#include "model/face.h"
#include "testing.h"

#define FULL                                                                                       \
    "{'id':'calm','name':'Calm \\\"Line\\\"','kind':'crisis_line','status':'active',"              \
    "'summary':'Somebody to talk to\\nday and night','closed_reason':'The money ended',"           \
    "'eligibility':{'routes':['self','gp']},'referral':{'routes':['school']},"                     \
    "'hours':{'always':true},'wait':{'current_weeks':3},"                                          \
    "'contacts':[{'kind':'web','value':'https://calm.example','label':'Site'},"                    \
    "{'kind':'text','value':'85258','recheck_after':'2026-01-31'},"                                \
    "{'kind':'bsl','value':'v','needs':'voice','audience':'public','free':true},"                  \
    "{'kind':'phone','value':'111'}],"                                                             \
    "'assurance':{'assumed':['hours.weekly[1]','hoursx','contacts','eligibility.who'],"            \
    "'recheck_after':'2026-03-01'},"                                                               \
    "'translations':{'cy':{'name':'Llinell','reviewed':true},"                                     \
    "'pl':{'summary':'Rozmowa','closed_reason':'Brak'}}}"

typedef struct scene {
    wm_arena arena;
    wm_buf bytes;
    wm_face face;
} scene;

static int set_up(void **state)
{
    scene *s = calloc(1, sizeof *s);
    assert_non_null(s);
    wm_arena_init(&s->arena, wm_env_system(), WM_MIB);
    wm_buf_init(&s->bytes, wm_env_system(), WM_MIB);
    *state = s;
    return 0;
}

static int tear_down(void **state)
{
    scene *s = *state;
    wm_buf_fini(&s->bytes);
    wm_arena_fini(&s->arena);
    free(s);
    return 0;
}

static void make(scene *s, const char *service)
{
    wm_error err = { 0 };
    wm_buf_reset(&s->bytes);
    assert_ok(wm_face_encode(wm_test_json(&s->arena, service), &s->bytes, &err), &err);
    assert_ok(wm_face_decode(wm_buf_str(&s->bytes), &s->face, &err), &err);
}

static void assert_text(wm_str found, const char *expected)
{
    char text[512];
    (void)snprintf(text, sizeof text, "%.*s", WM_STR_ARG(found));
    assert_string_equal(text, expected);
}

static wm_date date_of(const char *text)
{
    wm_date date = 0;
    assert_true(wm_date_parse(wm_str_of(text), &date));
    return date;
}

static void texts_and_json_come_back_as_the_record_has_them(void **state)
{
    scene *s = *state;
    make(s, FULL);
    assert_text(s->face.id, "calm");
    assert_text(s->face.kind, "crisis_line");
    assert_text(s->face.words.name, "Calm \"Line\"");
    assert_text(s->face.words.summary, "Somebody to talk to\nday and night");
    assert_text(s->face.words.closed_reason, "The money ended");
    assert_text(s->face.routes, "[\"self\",\"gp\"]");
    assert_text(s->face.rest, "\"hours\":{\"always\":true},\"wait\":{\"current_weeks\":3}");
    assert_int_equal(s->face.recheck_after, date_of("2026-03-01"));
}

static void the_least_record_has_a_face(void **state)
{
    scene *s = *state;
    make(s, "{'id':'s','name':'S'}");
    assert_text(s->face.id, "s");
    assert_int_equal(s->face.kind.len, 0);
    assert_int_equal(s->face.words.summary.len, 0);
    assert_text(s->face.routes, "[]");
    assert_text(s->face.rest, "\"contacts\":[]");
    assert_int_equal(s->face.contact_count, 0);
    assert_int_equal(s->face.translation_count, 0);
    assert_int_equal(s->face.flags, 0);
    assert_int_equal(s->face.assumed, 0);
    assert_int_equal(s->face.recheck_after, WM_FACE_NO_DATE);
}

static void routes_of_the_referral_stand_in(void **state)
{
    scene *s = *state;
    make(s, "{'id':'s','referral':{'routes':['gp']},'eligibility':{'who':{'const':true}}}");
    assert_text(s->face.routes, "[\"gp\"]");
}

static void contacts_by_voice_stand_first_then_text(void **state)
{
    scene *s = *state;
    static const char *const expected[] = {
        "{\"kind\":\"bsl\",\"value\":\"v\",\"free\":true,\"needs\":\"voice\","
        "\"audience\":\"public\"",
        "{\"kind\":\"phone\",\"value\":\"111\"",
        "{\"kind\":\"text\",\"value\":\"85258\"",
        "{\"kind\":\"web\",\"value\":\"https://calm.example\",\"label\":\"Site\"",
    };
    make(s, FULL);
    wm_str rest = s->face.contacts;
    assert_int_equal(s->face.contact_count, 4);
    for (size_t i = 0; i < 4; i++) {
        wm_face_contact contact = wm_face_contact_next(&rest);
        assert_text(contact.json, expected[i]);
        assert_int_equal(contact.recheck_after, i == 2 ? date_of("2026-01-31") : WM_FACE_NO_DATE);
    }
    assert_int_equal(rest.len, 0);
}

static void contacts_that_no_day_makes_doubtful_are_ready(void **state)
{
    scene *s = *state;
    make(s,
         "{'id':'s','wait':{'current_weeks':0},'contacts':[{'kind':'email','value':'a@b.example'},"
         "{'kind':'phone','value':'111'}]}");
    assert_int_equal(s->face.contact_count, 0);
    assert_text(s->face.rest, "\"wait\":{\"current_weeks\":0},\"contacts\":["
                              "{\"kind\":\"phone\",\"value\":\"111\"},"
                              "{\"kind\":\"email\",\"value\":\"a@b.example\"}]");
    make(s, "{'id':'s','contacts':[{'kind':'text','recheck_after':'2026-01-31'}]}");
    assert_int_equal(s->face.contact_count, 1);
    assert_int_equal(s->face.rest.len, 0);
}

static void what_notes_need_is_in_the_flags(void **state)
{
    scene *s = *state;
    make(s, FULL);
    assert_true((s->face.flags & WM_FACE_PHONE) != 0);
    assert_true((s->face.flags & WM_FACE_NATIONAL_EMERGENCY) != 0);
    assert_int_equal(s->face.assumed, 1 | 2 | 4);
    assert_string_equal(wm_face_assumable(2), "hours");
    make(s, "{'id':'s','contacts':[{'kind':'phone','value':'01632 960111'}]}");
    assert_int_equal(s->face.flags, WM_FACE_PHONE);
}

static void translations_come_back_by_language(void **state)
{
    scene *s = *state;
    wm_str language = { NULL, 0 };
    make(s, FULL);
    wm_str rest = s->face.translations;
    assert_int_equal(s->face.translation_count, 2);
    wm_face_words welsh = wm_face_translation_next(&rest, &language);
    assert_text(language, "cy");
    assert_text(welsh.name, "Llinell");
    assert_int_equal(welsh.summary.len, 0);
    assert_true(welsh.reviewed);
    wm_face_words polish = wm_face_translation_next(&rest, &language);
    assert_text(language, "pl");
    assert_text(polish.summary, "Rozmowa");
    assert_text(polish.closed_reason, "Brak");
    assert_false(polish.reviewed);
    assert_int_equal(rest.len, 0);
}

static void every_damaged_byte_is_seen(void **state)
{
    scene *s = *state;
    make(s, FULL);
    for (size_t at = 0; at < s->bytes.len; at++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            wm_error err = { 0 };
            s->bytes.data[at] = (char)(s->bytes.data[at] ^ (1 << bit));
            assert_int_equal(wm_face_decode(wm_buf_str(&s->bytes), &s->face, &err), WM_CORRUPT);
            s->bytes.data[at] = (char)(s->bytes.data[at] ^ (1 << bit));
        }
    }
    for (size_t length = 0; length < s->bytes.len; length++) {
        wm_error err = { 0 };
        wm_str cut = { s->bytes.data, length };
        assert_int_equal(wm_face_decode(cut, &s->face, &err), WM_CORRUPT);
    }
}

/* All that a card prints of it. */
static size_t read_all(const wm_face *face)
{
    size_t bytes = face->id.len + face->kind.len + face->routes.len + face->rest.len;
    wm_str language = { NULL, 0 };
    wm_str rest = face->contacts;
    for (uint32_t i = 0; i < face->contact_count; i++) {
        wm_str json = wm_face_contact_next(&rest).json;
        bytes += json.len + (json.ptr[json.len - 1] != 0 ? 1 : 0);
    }
    rest = face->translations;
    for (uint32_t i = 0; i < face->translation_count; i++) {
        bytes += wm_face_translation_next(&rest, &language).name.len + language.len;
    }
    return bytes;
}

/* What was damaged before it was sealed is read within its bounds, or refused. */
static void nothing_is_read_out_of_bounds(void **state)
{
    scene *s = *state;
    size_t refused = 0;
    make(s, FULL);
    size_t length = s->bytes.len;
    char *whole = malloc(length);
    assert_non_null(whole);
    for (size_t at = 4; at < length; at++) {
        for (int value = 0; value < 256; value++) {
            memcpy(whole, s->bytes.data, length);
            whole[at] = (char)value;
            wm_face_seal(whole, length);
            if (wm_face_decode((wm_str){ whole, length }, &s->face, NULL) == WM_OK) {
                assert_true(read_all(&s->face) < 2 * length);
            } else {
                refused++;
            }
        }
    }
    assert_true(refused > length);
    for (size_t cut = 4; cut < length; cut++) {
        char *part = malloc(cut);
        assert_non_null(part);
        memcpy(part, s->bytes.data, cut);
        wm_face_seal(part, cut);
        assert_int_equal(wm_face_decode((wm_str){ part, cut }, &s->face, NULL), WM_CORRUPT);
        free(part);
    }
    free(whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(texts_and_json_come_back_as_the_record_has_them, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_least_record_has_a_face, set_up, tear_down),
        cmocka_unit_test_setup_teardown(routes_of_the_referral_stand_in, set_up, tear_down),
        cmocka_unit_test_setup_teardown(contacts_by_voice_stand_first_then_text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(contacts_that_no_day_makes_doubtful_are_ready, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_notes_need_is_in_the_flags, set_up, tear_down),
        cmocka_unit_test_setup_teardown(translations_come_back_by_language, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_damaged_byte_is_seen, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_is_read_out_of_bounds, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
