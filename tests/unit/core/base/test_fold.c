/* test_fold.c: one form of a word for all the ways of writing it. */
#include "fault.h"
#include "testing.h"

#include <waymark/sys/fold.h>

static void assert_folds(const char *text, const char *folded)
{
    wm_buf out;
    wm_buf_init(&out, wm_env_system(), 4096);
    wm_fold_put(&out, wm_str_of(text));
    assert_int_equal(out.status, WM_OK);
    if (!wm_str_is(wm_buf_str(&out), folded)) {
        print_error("expected \"%s\", found \"%.*s\"\n", folded, WM_STR_ARG(wm_buf_str(&out)));
        fail();
    }
    wm_buf_fini(&out);
}

static void case_marks_and_apostrophes_vanish(void **state)
{
    (void)state;
    assert_folds("Café CAFÉ cafe\u0301", "cafe cafe cafe");
    assert_folds("can't can’t can`t can′t", "cant cant cant cant");
    assert_folds("Tourette's", "tourettes");
    assert_folds("Straße, Œuvre; ﬁve Þing", "strasse oeuvre five thing");
    assert_folds("lęk Żółć sănătate înțeles ș", "lek zolc sanatate inteles s");
    assert_folds("nguyễn", "nguyen");
    assert_folds("ＨＥＬＰ　１２", "help 12");
    assert_folds("hel\u00adp me\u200b", "help me");
}

static void dashes_and_punctuation_part_words(void **state)
{
    (void)state;
    assert_folds("  self-harm/self–harm—self\u2011harm  ", "self harm self harm self harm");
    assert_folds("\"panic\"... attacks!", "panic attacks");
    assert_folds("help😀me", "help me");
    assert_folds("مرحبا، كيف؟", "مرحبا كيف");
    assert_folds("", "");
    assert_folds(" '- ", "");
}

static void other_scripts_keep_their_letters(void **state)
{
    (void)state;
    assert_folds("САМОГУБСТВО Її Ґанок", "самогубство іі ганок");
    assert_folds("إنتِحار", "انتحار");
    assert_folds("خودکشی", "خودكشي");
    assert_folds("ਖ਼ੁਦ \u0a59ੁਦ", "ਖੁਦ ਖੁਦ");
    assert_folds("আত্মহত্যা", "আত্মহত্যা");
    assert_folds("ΆΝΘΡΩΠΟΣ άνθρωπος", "ανθρωποσ ανθρωποσ");
    assert_folds("٠١٢ ۳ ৪", "012 3 4");
}

static void what_is_no_utf8_parts_words(void **state)
{
    (void)state;
    assert_folds("a\xff"
                 "b\xc3",
                 "a b");
}

static void folding_a_folded_text_changes_nothing(void **state)
{
    (void)state;
    wm_buf once;
    wm_buf twice;
    wm_buf_init(&once, wm_env_system(), 64);
    wm_buf_init(&twice, wm_env_system(), 64);
    for (uint32_t c = 1; c < 0x11000; c++) {
        char bytes[4] = { 0 };
        size_t length = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
        static const uint32_t first[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
        uint32_t rest = c;
        for (size_t i = length - 1; i > 0; i--) {
            bytes[i] = (char)(0x80 | (rest & 0x3f));
            rest >>= 6;
        }
        bytes[0] = (char)(first[length] | rest);
        wm_buf_reset(&once);
        wm_buf_reset(&twice);
        wm_fold_put(&once, (wm_str){ bytes, length });
        wm_fold_put(&twice, wm_buf_str(&once));
        if (!wm_str_equal(wm_buf_str(&once), wm_buf_str(&twice))) {
            print_error("U+%04X\n", (unsigned)c);
            fail();
        }
    }
    wm_buf_fini(&once);
    wm_buf_fini(&twice);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(case_marks_and_apostrophes_vanish),
        cmocka_unit_test(dashes_and_punctuation_part_words),
        cmocka_unit_test(other_scripts_keep_their_letters),
        cmocka_unit_test(what_is_no_utf8_parts_words),
        cmocka_unit_test(folding_a_folded_text_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
