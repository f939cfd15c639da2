/* unfold.c: one pass over the bytes, whose layout stands in brief.c. Nodes are put in pre-order, a
 * span once all below it is there; what was put is then checked like any program. */
#include "rules/unfold.h"

#include "model/varint.h"

/* Words of most criteria; more go into the arena at once. */
#define WORDS_HELD 192

typedef struct word {
    uint8_t bytes[4];
} word;

typedef struct unfolder {
    const uint8_t *at;
    const uint8_t *end;
    wm_symbol_list own;
    wm_arena *arena;
    word *words; /* `held`, or in the arena */
    size_t word_count;
    size_t word_capacity;
    word held[WORDS_HELD];
    size_t node_count;
    size_t exclusion_count;
    bool damaged;
    bool no_memory;
    uint8_t nodes[WM_CRITERIA_NODES_MAX * WM_PROGRAM_NODE_BYTES];
    uint8_t excludes[WM_CRITERIA_NODES_MAX * WM_PROGRAM_EXCLUSION_BYTES];
} unfolder;

/* ---- reading ------------------------------------------------------------------------------- */

static uint32_t take(unfolder *u)
{
    uint64_t value = 0;
    if (u->at < u->end && *u->at < 0x80) {
        return *u->at++;
    }
    if (!wm_varint_take(&u->at, u->end, &value) || value > UINT32_MAX) {
        u->damaged = true;
        return 0;
    }
    return (uint32_t)value;
}

static uint8_t take_byte(unfolder *u)
{
    if (u->at == u->end) {
        u->damaged = true;
        return 0;
    }
    return *u->at++;
}

/* A count of things that take at least a byte each. */
static uint32_t take_count(unfolder *u)
{
    uint32_t count = take(u);
    if (count > (size_t)(u->end - u->at)) {
        u->damaged = true;
        return 0;
    }
    return count;
}

/* ---- putting ------------------------------------------------------------------------------- */

static void write_16(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
}

static void write_32(uint8_t *at, uint32_t value)
{
    write_16(at, value & 0xffff);
    write_16(at + 2, value >> 16);
}

static void put_word(unfolder *u, uint32_t value)
{
    if (u->word_count == u->word_capacity) {
        word *words =
            wm_arena_grow(u->arena, u->words, u->word_count, &u->word_capacity, sizeof *words);
        if (words == NULL) {
            u->no_memory = true;
            return;
        }
        u->words = words;
    }
    write_32(u->words[u->word_count++].bytes, value);
}

static void put_words(unfolder *u, uint32_t count)
{
    for (uint32_t i = 0; i < count && !u->damaged && !u->no_memory; i++) {
        put_word(u, take(u));
    }
}

static void put_list(unfolder *u)
{
    uint32_t count = take_count(u);
    put_word(u, count);
    put_words(u, count);
}

static void put_areas(unfolder *u)
{
    uint32_t count = take_count(u);
    if (count > 0) {
        put_word(u, count);
        put_words(u, count);
        return;
    }
    put_word(u, u->own.count);
    for (uint32_t i = 0; i < u->own.count && !u->no_memory; i++) {
        put_word(u, wm_symbol_list_at(u->own, i));
    }
}

/* What a leaf says besides its op; the operand of most is the first of their words. */
static wm_node take_leaf(unfolder *u, uint8_t op)
{
    wm_node node = { .op = op, .span = 1, .operand = (uint32_t)u->word_count };
    switch ((wm_op)op) {
    case WM_OP_CONST:
        node.arg = take_byte(u);
        node.operand = 0;
        break;
    case WM_OP_AGE:
        node.arg = take_byte(u);
        put_words(u, 2);
        break;
    case WM_OP_SINCE:
        put_words(u, 1);
        node.arg = take_byte(u);
        put_words(u, 2);
        break;
    case WM_OP_AREA:
        node.arg = take_byte(u);
        put_areas(u);
        break;
    case WM_OP_IS: node.operand = take(u); break;
    case WM_OP_IN:
    case WM_OP_HAS:
        put_words(u, 1);
        put_list(u);
        break;
    case WM_OP_LEVEL:
        node.arg = take_byte(u);
        node.operand = take(u);
        break;
    case WM_OP_CHECK: /* an empty text */
        put_word(u, 0);
        put_word(u, 0);
        break;
    case WM_OP_ALL:
    case WM_OP_ANY:
    case WM_OP_NOT:
    case WM_OP_ATLEAST:
    case WM_OP_ABOUT:
    case WM_OP_ACTOR:
    case WM_OP_NEED:
    case WM_OP_QUERY:
    case WM_OP_CARD:
    case WM_OP_RESULT:
    default: u->damaged = true; break;
    }
    return node;
}

static void put_node(unfolder *u, unsigned depth);

/* The child of ABOUT and ACTOR, which says beforehand how long it is. */
static void put_apart(unfolder *u, unsigned depth)
{
    uint32_t length = take_count(u);
    const uint8_t *behind = u->end;
    const uint8_t *end = u->at + length;
    u->end = end;
    put_node(u, depth + 1);
    u->damaged = u->damaged || u->at != end;
    u->end = behind;
}

static void put_children(unfolder *u, wm_node *node, unsigned depth)
{
    uint32_t count = node->op == WM_OP_NOT ? 1 : take_count(u);
    node->operand = node->op == WM_OP_ATLEAST ? take(u) : 0;
    for (uint32_t i = 0; i < count && !u->damaged && !u->no_memory; i++) {
        put_node(u, depth + 1);
    }
}

/* Recursion is bounded by `depth`. */
static void put_node(unfolder *u, unsigned depth)
{
    uint8_t op = take_byte(u);
    if (u->node_count == WM_CRITERIA_NODES_MAX || depth > WM_CRITERIA_DEPTH_MAX || u->damaged) {
        u->damaged = true;
        return;
    }
    size_t at = u->node_count++;
    wm_node node = { .op = op };
    if (op == WM_OP_ABOUT || op == WM_OP_ACTOR) {
        node.operand = op == WM_OP_ABOUT ? take(u) : 0;
        put_apart(u, depth);
    } else if (wm_op_is_leaf(op)) {
        node = take_leaf(u, op);
    } else {
        put_children(u, &node, depth);
    }
    uint8_t *bytes = u->nodes + at * WM_PROGRAM_NODE_BYTES;
    bytes[0] = op;
    bytes[1] = node.arg;
    write_16(bytes + 2, (uint32_t)(u->node_count - at));
    write_32(bytes + 4, node.operand);
}

static void put_exclusion(unfolder *u)
{
    uint32_t head = take(u);
    if (u->exclusion_count == WM_CRITERIA_NODES_MAX) {
        u->damaged = true;
        return;
    }
    uint8_t *bytes = u->excludes + u->exclusion_count * WM_PROGRAM_EXCLUSION_BYTES;
    memset(bytes, 0, WM_PROGRAM_EXCLUSION_BYTES);
    write_32(bytes, head >> 1 != 0 ? (head >> 1) - 1 : WM_SYMBOL_NONE);
    write_16(bytes + 4, (uint32_t)u->node_count);
    bytes[6] = (uint8_t)(head & 1);
    u->exclusion_count++;
    put_node(u, 1);
}

/* ---- the whole ----------------------------------------------------------------------------- */

static bool keep(const unfolder *u, bool for_everyone, wm_criteria *criteria)
{
    size_t node_bytes = u->node_count * WM_PROGRAM_NODE_BYTES;
    size_t exclude_bytes = u->exclusion_count * WM_PROGRAM_EXCLUSION_BYTES;
    size_t word_bytes = u->words == u->held ? u->word_count * sizeof(word) : 0;
    uint8_t *kept = wm_arena_alloc(u->arena, node_bytes + exclude_bytes + word_bytes);
    if (kept == NULL) {
        return false;
    }
    const uint8_t *words = (const uint8_t *)u->words;
    memcpy(kept, u->nodes, node_bytes);
    memcpy(kept + node_bytes, u->excludes, exclude_bytes);
    if (u->words == u->held) {
        memcpy(kept + node_bytes + exclude_bytes, u->held, word_bytes);
        words = kept + node_bytes + exclude_bytes;
    }
    *criteria = (wm_criteria){ .nodes = kept,
                               .excludes = kept + node_bytes,
                               .words = words,
                               .text = "",
                               .word_count = (uint32_t)u->word_count,
                               .node_count = (uint16_t)u->node_count,
                               .exclusion_count = (uint16_t)u->exclusion_count,
                               .for_everyone = for_everyone };
    return true;
}

wm_status wm_brief_unfold(wm_str bytes, wm_symbol_list own_areas, wm_arena *arena,
                          wm_criteria *criteria_out, wm_error *err)
{
    unfolder u;
    wm_criteria criteria;
    u.at = (const uint8_t *)bytes.ptr;
    u.end = u.at + bytes.len;
    u.own = own_areas;
    u.arena = arena;
    u.words = u.held;
    u.word_count = 0;
    u.word_capacity = WORDS_HELD;
    u.node_count = 0;
    u.exclusion_count = 0;
    u.damaged = false;
    u.no_memory = false;
    bool for_everyone = take_byte(&u) != 0;
    uint32_t exclusions = take_count(&u);
    if (!for_everyone) {
        put_node(&u, 1);
    }
    for (uint32_t i = 0; i < exclusions && !u.damaged && !u.no_memory; i++) {
        put_exclusion(&u);
    }
    if (u.no_memory || (!u.damaged && !keep(&u, for_everyone, &criteria))) {
        return wm_fail_memory(err);
    }
    if (u.damaged || u.at != u.end || !wm_program_fits(&criteria)) {
        return wm_fail(err, WM_CORRUPT, "a service's criteria in short are damaged");
    }
    *criteria_out = criteria;
    return WM_OK;
}
