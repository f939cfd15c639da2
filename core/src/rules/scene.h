/* scene.h: the four leaves that only conditions of rules have: `need`, `query`, `card`, `result`.
 *
 * Each member that may stand in one is a row of a table (scene.c); compiler, loader, evaluator,
 * explanation and proof all read that table. An object with several members is compiled as an ALL
 * of single leaves, whose arg says which object it was. */
#ifndef WAYMARK_RULES_SCENE_H
#define WAYMARK_RULES_SCENE_H

#include "rules/compiler.h"
#include "rules/signpost.h"

/* What a member may say, and what its operand is. */
typedef enum wm_member_form {
    WM_MEMBER_WORDS,  /* a list of some of `words`; operand: bits by word */
    WM_MEMBER_WORD,   /* the one word of `words`; operand: 1 */
    WM_MEMBER_TRUTH,  /* true or false; operand: 0 or 1 */
    WM_MEMBER_NAMES,  /* a list of ids; operand: words: count, symbols */
    WM_MEMBER_NUMBERS /* {"min","max"}; operand: words: min, max (UINT32_MAX: none) */
} wm_member_form;

typedef struct wm_member {
    const char *name; /* "" for `need`, which has no members */
    wm_member_form form;
    bool several;             /* words or names of which more than one may hold at a time */
    bool may_be_unknown;      /* also when a card is in hand */
    const char *const *words; /* ends with NULL */
    const char *expected;     /* for messages */
    uint32_t limit;           /* of numbers */
} wm_member;

/* The rows of `card`, by the arg of its leaves. */
typedef enum wm_card_member {
    WM_CARD_STATUS,
    WM_CARD_VERDICT,
    WM_CARD_NEAR_MISS,
    WM_CARD_USABLE_NOW,
    WM_CARD_CLOSES_FIRST,
    WM_CARD_SECTION,
    WM_CARD_SUBJECT,
    WM_CARD_OPEN,
    WM_CARD_VERIFIED,
    WM_CARD_LANGUAGE,
    WM_CARD_RESPONSE,
    WM_CARD_TRIED,
    WM_CARD_WAIT_WEEKS,
    WM_CARD_KIND,
    WM_CARD_OFFERS,
    WM_CARD_EXCLUSION
} wm_card_member;

/* The row of a leaf; NULL if op is none of the four or arg is past its last member. Row numbers are
 * pinned: they stand in programs. */
const wm_member *wm_scene_member(uint8_t op, uint8_t arg);
bool wm_op_is_scene(uint8_t op);
/* Operands of names: how many, and each. Of numbers: both. */
uint32_t wm_scene_name_count(const wm_criteria *criteria, const wm_node *node);
wm_symbol wm_scene_name(const wm_criteria *criteria, const wm_node *node, uint32_t index);
uint32_t wm_scene_min(const wm_criteria *criteria, const wm_node *node);
uint32_t wm_scene_max(const wm_criteria *criteria, const wm_node *node);

/* The number of a word in a list that ends with NULL; false if it is not there. */
WM_MUST_USE bool wm_word_parse(wm_str word, const char *const *words, unsigned *number_out);
extern const char *const wm_section_words[];
extern const char *const wm_subject_words[];

/* Reads what stands behind the name of the leaf at `at`, whose op is set. */
WM_MUST_USE wm_status wm_compile_scene(wm_compiler *c, const wm_json *value, size_t at,
                                       unsigned depth);
/* Of one leaf. scene NULL: unknown. */
wm_truth wm_evaluate_scene(const wm_criteria *criteria, const wm_node *node, const wm_scene *scene);

#endif
