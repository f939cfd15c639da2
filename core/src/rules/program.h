/* program.h: the compiled form of criteria, and how to read it.
 *
 * Version 1, little-endian, position-independent, no padding:
 *
 *   offset  bytes
 *        0      3  "WMC"
 *        3      1  version, 1
 *        4      2  node_count (at most WM_CRITERIA_NODES_MAX)
 *        6      2  exclusion_count
 *        8      4  word_count
 *       12      4  text_bytes
 *       16      1  flags: 1 = `who` is absent
 *       17      3  0
 *       20         node_count x 8: op, arg, span (2), operand (4)
 *                  exclusion_count x 12: reason (4), node (2), soft (1), instead_count (1),
 *                  instead_at (4)
 *                  word_count x 4
 *                  text_bytes
 *
 * Nodes stand in pre-order: `who` first, then the `when` of each exclusion. A node's span counts
 * itself and all below it, so the next sibling is at node + span. Names, terms and codes are
 * symbols. Operands:
 *
 *   op        arg                operand
 *   ALL ANY NOT ACTOR            0
 *   ATLEAST                      n
 *   CONST     0 or 1             0
 *   AGE       wm_bound flags     words: min, end (months)
 *   SINCE     wm_bound flags     words: event, min, end (months)
 *   AREA      mask of dimensions words: count, codes
 *   IS                           fact
 *   IN HAS                       words: fact, count, terms
 *   LEVEL     0 severity, 1 risk least + 256 * greatest + 65536 * (1 min given, 2 max given)
 *   ABOUT                        fact (cared_for ...)
 *   CHECK                        words: offset and length in text
 *   NEED      0                  words: count, needs
 *   QUERY CARD RESULT  member    by the form of the member (scene.h)
 *
 * The last four stand in conditions of rules only. Such an object with several members is an ALL
 * whose arg is the op that its children have; of every other ALL it is 0.
 */
#ifndef WAYMARK_RULES_PROGRAM_H
#define WAYMARK_RULES_PROGRAM_H

#include "rules/calendar.h"

#include <waymark/sys/criteria.h>

#define WM_PROGRAM_VERSION 1
#define WM_PROGRAM_HEADER_BYTES 20
#define WM_PROGRAM_NODE_BYTES 8
#define WM_PROGRAM_EXCLUSION_BYTES 12
#define WM_INSTEAD_MAX 64

/* Pinned: they stand in stored programs. */
typedef enum wm_op {
    WM_OP_ALL = 1,
    WM_OP_ANY = 2,
    WM_OP_NOT = 3,
    WM_OP_ATLEAST = 4,
    WM_OP_CONST = 5,
    WM_OP_AGE = 6,
    WM_OP_SINCE = 7,
    WM_OP_AREA = 8,
    WM_OP_IS = 9,
    WM_OP_IN = 10,
    WM_OP_HAS = 11,
    WM_OP_LEVEL = 12,
    WM_OP_ABOUT = 13,
    WM_OP_CHECK = 14,
    WM_OP_ACTOR = 15,
    WM_OP_NEED = 16,
    WM_OP_QUERY = 17,
    WM_OP_CARD = 18,
    WM_OP_RESULT = 19
} wm_op;

/* How a bound was written, so that it can be said in the same words. */
typedef enum wm_bound {
    WM_BOUND_MIN = 1,
    WM_BOUND_END = 2,
    WM_BOUND_CUTOFF = 4,     /* "on":"school_cutoff" */
    WM_BOUND_MIN_YM = 8,     /* min is {"y","m"} */
    WM_BOUND_END_YM = 16,    /* max, before or within is {"y","m"} */
    WM_BOUND_END_BEFORE = 32 /* the end is `before`, not `max` */
} wm_bound;

typedef struct wm_node {
    uint8_t op;
    uint8_t arg;
    uint16_t span;
    uint32_t operand;
} wm_node;

#define WM_LEVEL_SCALES 2
#define WM_LEVEL_STEPS_MAX 5
/* The words of a scale, least first; NULL past the end. */
const char *wm_level_name(unsigned scale, unsigned step);
unsigned wm_level_steps(unsigned scale);
WM_MUST_USE bool wm_level_parse(unsigned scale, wm_str name, unsigned *step_out);

/* "residence", and "residence_area" as a fact. */
const char *wm_dimension_name(wm_dimension dimension);
WM_MUST_USE bool wm_dimension_parse(wm_str name, wm_dimension *dimension_out);
/* Of parts that lie where they say: their nodes and operands are what program.c promises. */
bool wm_program_fits(const wm_criteria *criteria);
/* A name of wm_symbols' fixed part, or one of the four of `about`. */
const char *wm_fixed_name(wm_symbol symbol);
bool wm_is_about_name(wm_str name);

static inline uint16_t wm_read_16(const uint8_t *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

static inline uint32_t wm_read_32(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* at < node_count */
static inline wm_node wm_program_node(const wm_criteria *criteria, size_t at)
{
    const uint8_t *bytes = criteria->nodes + at * WM_PROGRAM_NODE_BYTES;
    return (wm_node){ bytes[0], bytes[1], wm_read_16(bytes + 2), wm_read_32(bytes + 4) };
}

/* at < word_count */
static inline uint32_t wm_program_word(const wm_criteria *criteria, size_t at)
{
    return wm_read_32(criteria->words + at * 4);
}

/* Bounds of an AGE node (words at operand) or a SINCE node (words at operand + 1). */
static inline wm_months_range wm_program_range(const wm_criteria *criteria, uint8_t flags,
                                               size_t words_at)
{
    return (wm_months_range){ (flags & WM_BOUND_MIN) != 0, (flags & WM_BOUND_END) != 0,
                              (int32_t)wm_program_word(criteria, words_at),
                              (int32_t)wm_program_word(criteria, words_at + 1) };
}

/* Where the parts of a program lie that wm_criteria_load took, as it said then. */
wm_criteria wm_program_parts(const void *program);
/* The text of a CHECK node. */
wm_str wm_program_text(const wm_criteria *criteria, const wm_node *node);
/* One past the last node of `who`; 0 if it is absent. */
size_t wm_program_who_end(const wm_criteria *criteria);
/* True for a node that decides by itself: no combinator. ABOUT, ACTOR and CONST are leaves. */
bool wm_op_is_leaf(uint8_t op);

#endif
