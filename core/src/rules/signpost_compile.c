/* signpost_compile.c: a rule record to program bytes.
 *
 * 1. Every verb is a row of a table: the parts that it needs, those that it takes besides, and in
 *    which scope it makes sense. `only` and `unless` go with every verb. What is not in the row is
 *    an error, so that a misspelt part never passes for one that was left out.
 * 2. Parts are read in the order of the table of parts, whatever the order in the record, so that
 *    names and programs come out in the order in which signpost.c reads them.
 * 3. Problems go to a sink, as in compile.c: the compiler stops at the first, `check` reads on. */
#include "rules/scene.h"
#include "rules/signpost_program.h"

#include <stdio.h>

#define PROGRAMS_BYTES_MAX WM_MIB
#define EXPECTED_BYTES 200

typedef enum part {
    PART_OFFERS,
    PART_REASONS,
    PART_NEVER,
    PART_ADD,
    PART_LEAVE_OUT,
    PART_NEVER_BLOCKS,
    PART_TEXT,
    PART_SECTION,
    PART_SLOT,
    PART_SUBJECT,
    PART_FOR,
    PART_BY,
    PART_UNTIL,
    PART_WHEN,
    PART_ONLY,
    PART_UNLESS,
    PART_COUNT
} part;

static const struct {
    const char *name;
    const char *expected;
} parts[PART_COUNT] = {
    [PART_OFFERS] = { "offers", "a list of 1 to 64 offers" },
    [PART_REASONS] = { "reasons", "a list of 1 to 64 reasons" },
    [PART_NEVER] = { "never", "a list of 1 to 64 reasons" },
    [PART_ADD] = { "add", "a list of 1 to 64 words of handover" },
    [PART_LEAVE_OUT] = { "leave_out", "a list of 1 to 64 words of handover" },
    [PART_NEVER_BLOCKS] = { "never_blocks", "a list of 1 to 64 words of consent" },
    [PART_TEXT] = { "text", "the id of a text" },
    [PART_SECTION] = { "section", "a section" },
    [PART_SLOT] = { "slot", "a number from 0 to 99" },
    [PART_SUBJECT] = { "subject", "person, actor or parent" },
    [PART_FOR] = { "for", "\"card\"" },
    [PART_BY] = { "by", "a number from -9 to 9, not 0" },
    [PART_UNTIL] = { "until", "seen or asked" },
    [PART_WHEN] = { "when", "a condition" },
    [PART_ONLY] = { "only", "a condition" },
    [PART_UNLESS] = { "unless", "a condition" },
};

#define BIT(part) (1U << (part))
#define CONDITIONS (BIT(PART_ONLY) | BIT(PART_UNLESS))

typedef struct verb {
    const char *name;
    uint32_t needs;
    uint32_t takes; /* besides, and besides CONDITIONS */
    bool in_query;  /* may stand in a rule of that scope */
    bool in_card;
    bool on_cards; /* in a query rule, too, it acts on cards: `card` may stand in its conditions */
} verb;

static const verb verbs[WM_VERB_COUNT] = {
    [WM_VERB_SHOW] = { "show", BIT(PART_OFFERS) | BIT(PART_SECTION),
                       BIT(PART_SLOT) | BIT(PART_SUBJECT) | BIT(PART_FOR), true, true, true },
    [WM_VERB_LINE] = { "line", BIT(PART_TEXT), 0, true, false, false },
    [WM_VERB_NOTE] = { "note", BIT(PART_TEXT), 0, true, true, true },
    [WM_VERB_HIDE] = { "hide", BIT(PART_WHEN) | BIT(PART_SECTION), 0, true, false, true },
    [WM_VERB_MOVE] = { "move", BIT(PART_SECTION), 0, true, true, true },
    [WM_VERB_RANK] = { "rank", BIT(PART_BY), 0, true, true, true },
    [WM_VERB_REPLACE] = { "replace", 0, 0, false, true, true },
    [WM_VERB_UNBLOCK] = { "unblock", BIT(PART_REASONS), BIT(PART_NEVER), true, false, true },
    [WM_VERB_PAIR] = { "pair", BIT(PART_OFFERS) | BIT(PART_TEXT), 0, true, false, true },
    [WM_VERB_IGNORE_AREA] = { "ignore_area", BIT(PART_OFFERS), 0, true, false, true },
    [WM_VERB_HANDOVER] = { "handover", 0, BIT(PART_ADD) | BIT(PART_LEAVE_OUT), true, true, false },
    [WM_VERB_CONSENT] = { "consent", BIT(PART_NEVER_BLOCKS), 0, true, true, false },
    [WM_VERB_HOLD_QUESTIONS] = { "hold_questions", BIT(PART_UNTIL), 0, true, false, false },
    [WM_VERB_LEAVE_NO_TRACE] = { "leave_no_trace", 0, 0, true, false, false },
    [WM_VERB_GAP] = { "gap", 0, 0, true, false, false },
};

static const char *const phase_words[] = { "safety", "lifecycle", "unblock", "add",
                                           "order",  "annotate",  NULL };
static const char *const scope_words[] = { "query", "card", NULL };
static const char *const on_unknown_words[] = { "skip", "fire", "ask", NULL };
static const char *const until_words[] = { "seen", "asked", NULL };
static const char *const for_words[] = { "card", NULL };

typedef struct rule_compiler {
    wm_compiler c; /* path and problems; its words are the names of all actions */
    wm_criteria_context context;
    wm_buf actions;
    wm_buf programs;
    wm_rule_phase phase;
    wm_rule_scope scope;
} rule_compiler;

/* What one action comes to; see the layout. */
typedef struct action_out {
    unsigned section;
    unsigned subject;
    unsigned until;
    unsigned for_card;
    int64_t slot;
    int64_t by;
    wm_symbol text;
    uint32_t counts[2];     /* names, others */
    uint32_t conditions[3]; /* bytes of when, only, unless */
} action_out;

static void put_8(wm_buf *buf, unsigned value)
{
    wm_buf_put_char(buf, (char)(uint8_t)value);
}

static bool is_free_name(wm_str name)
{
    return wm_str_starts(name, WM_STR("x_")) || wm_str_is(name, "audience");
}

/* ---- conditions --------------------------------------------------------------------------- */

/* The path names it. bytes_out: of its program; 0 if there was a problem. */
static wm_status compile_condition(rule_compiler *r, const wm_json *condition, bool no_card,
                                   uint32_t *bytes_out)
{
    size_t before = r->programs.len;
    char path[WM_PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s", r->c.path.text);
    wm_walk walk = {
        .path = path, .condition = true, .no_card = no_card, .no_result = r->phase < WM_PHASE_ADD
    };
    wm_status status =
        wm_criteria_walk(condition, &r->context, &walk, r->c.sink, &r->programs, r->c.err);
    r->c.problems += walk.problems_out;
    *bytes_out = (uint32_t)(r->programs.len - before);
    return status;
}

/* ---- parts of actions --------------------------------------------------------------------- */

static bool is_word(wm_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) {
            return false;
        }
    }
    return text.len > 0 && text.len <= WM_ID_BYTES_MAX;
}

static bool stands_before(const wm_json *list, uint32_t index)
{
    for (uint32_t i = 0; i < index; i++) {
        if (wm_str_equal(wm_json_string(&list->as.items[i]),
                         wm_json_string(&list->as.items[index]))) {
            return true;
        }
    }
    return false;
}

static wm_status read_names(rule_compiler *r, const wm_json *list, const char *expected,
                            uint32_t *count_out)
{
    if (!wm_json_is(list, WM_JSON_ARRAY) || list->count == 0 || list->count > WM_RULE_NAMES_MAX) {
        return wm_compile_unexpected(&r->c, "bad_type", expected, list);
    }
    wm_status status = WM_OK;
    for (uint32_t i = 0; i < list->count && status == WM_OK; i++) {
        const wm_json *item = &list->as.items[i];
        size_t mark = wm_path_item(&r->c.path, i);
        if (!is_word(wm_json_string(item))) {
            status = wm_compile_unexpected(&r->c, "bad_type",
                                           "a word of small letters, digits and underscores", item);
        } else if (stands_before(list, i)) {
            status = wm_compile_unexpected(&r->c, "repeated", "each word once", item);
        } else {
            status = wm_compile_put_symbol(&r->c, item->as.string);
        }
        wm_path_back(&r->c.path, mark);
    }
    *count_out = list->count;
    return status;
}

static wm_status read_number(rule_compiler *r, const wm_json *value, part what, int64_t *number_out)
{
    int64_t least = what == PART_SLOT ? 0 : -WM_RULE_RANK_MAX;
    int64_t greatest = what == PART_SLOT ? WM_RULE_SLOT_MAX : WM_RULE_RANK_MAX;
    int64_t number = wm_json_integer(value, INT64_MIN);
    if (number < least || number > greatest || (what == PART_BY && number == 0)) {
        return wm_compile_unexpected(&r->c, "bad_range", parts[what].expected, value);
    }
    *number_out = number;
    return WM_OK;
}

static wm_status read_word(rule_compiler *r, const wm_json *value, const char *const *words,
                           const char *expected, unsigned *number_out)
{
    if (!wm_word_parse(wm_json_string(value), words, number_out)) {
        return wm_compile_unexpected(&r->c, "unknown_term", expected, value);
    }
    return WM_OK;
}

/* Nothing is shown as no match, moved into SAFETY (that is `show`, in phase safety) or hidden from
 * SAFETY alone: what stands there is right for the person, or the engine would not let it in. */
static wm_status read_section(rule_compiler *r, wm_rule_verb of, const wm_json *value,
                              unsigned *section_out)
{
    const char *expected = of == WM_VERB_SHOW ? "SAFETY, MAIN, ALONGSIDE, WHILE_WAITING or FOOTER"
                           : of == WM_VERB_MOVE
                               ? "MAIN, ALONGSIDE, WHILE_WAITING, NOT_A_MATCH or FOOTER"
                               : "MAIN, ALONGSIDE, WHILE_WAITING, NOT_A_MATCH, FOOTER or ALL";
    unsigned refused = of == WM_VERB_SHOW ? WM_SECTION_NOT_A_MATCH : WM_SECTION_SAFETY;
    if (of == WM_VERB_HIDE && wm_str_is(wm_json_string(value), "ALL")) {
        *section_out = WM_SECTION_ALL;
        return WM_OK;
    }
    if (!wm_word_parse(wm_json_string(value), wm_section_words, section_out) ||
        *section_out == refused) {
        return wm_compile_unexpected(&r->c, "unknown_section", expected, value);
    }
    return WM_OK;
}

static wm_status read_text(rule_compiler *r, const wm_json *value, wm_symbol *text_out)
{
    if (!wm_id_valid(wm_json_string(value))) {
        return wm_compile_unexpected(&r->c, "bad_type", parts[PART_TEXT].expected, value);
    }
    return wm_compile_intern(&r->c, value->as.string, text_out);
}

static wm_status read_part(rule_compiler *r, wm_rule_verb of, part what, const wm_json *value,
                           action_out *out)
{
    bool no_card = r->scope == WM_SCOPE_QUERY && !verbs[of].on_cards;
    const char *expected = parts[what].expected;
    switch (what) {
    case PART_OFFERS:
    case PART_REASONS:
    case PART_ADD:
    case PART_NEVER_BLOCKS: return read_names(r, value, expected, &out->counts[0]);
    case PART_NEVER:
    case PART_LEAVE_OUT: return read_names(r, value, expected, &out->counts[1]);
    case PART_TEXT: return read_text(r, value, &out->text);
    case PART_SECTION: return read_section(r, of, value, &out->section);
    case PART_SLOT: return read_number(r, value, what, &out->slot);
    case PART_BY: return read_number(r, value, what, &out->by);
    case PART_SUBJECT: return read_word(r, value, wm_subject_words, expected, &out->subject);
    case PART_FOR:
        out->for_card = 1;
        return read_word(r, value, for_words, expected, &(unsigned){ 0 });
    case PART_UNTIL: {
        wm_status status = read_word(r, value, until_words, expected, &out->until);
        out->until += WM_HOLD_UNTIL_SEEN;
        return status;
    }
    case PART_WHEN:
    case PART_ONLY:
    case PART_UNLESS:
        return compile_condition(r, value, no_card, &out->conditions[what - PART_WHEN]);
    case PART_COUNT:
    default: return WM_OK;
    }
}

/* ---- one action --------------------------------------------------------------------------- */

/* "expected a part of note (text, only, unless), found ..." */
static wm_status refuse_member(rule_compiler *r, const verb *of, const wm_json_member *member)
{
    char expected[EXPECTED_BYTES];
    const char *before = " (";
    (void)snprintf(expected, sizeof expected, "a part of %s", of->name);
    for (unsigned i = 0; i < PART_COUNT; i++) {
        if (((of->needs | of->takes | CONDITIONS) >> i & 1) != 0) {
            size_t length = strlen(expected);
            (void)snprintf(expected + length, sizeof expected - length, "%s%s", before,
                           parts[i].name);
            before = ", ";
        }
    }
    size_t length = strlen(expected);
    (void)snprintf(expected + length, sizeof expected - length, ")");
    return wm_compile_unexpected_member(&r->c, member->name, "unknown_field", expected,
                                        &member->value);
}

static wm_status check_members(rule_compiler *r, const verb *of, const wm_json *action)
{
    wm_status status = WM_OK;
    for (uint32_t i = 0; i < action->count && status == WM_OK; i++) {
        const wm_json_member *member = &action->as.members[i];
        bool known = is_free_name(member->name) || wm_str_is(member->name, "verb");
        for (unsigned k = 0; k < PART_COUNT && !known; k++) {
            bool taken = ((of->needs | of->takes | CONDITIONS) >> k & 1) != 0;
            known = taken && wm_str_is(member->name, parts[k].name);
        }
        if (!known) {
            status = refuse_member(r, of, member);
        }
    }
    return status;
}

/* What a row of the table cannot say. */
static wm_status check_together(rule_compiler *r, wm_rule_verb of, const wm_json *action)
{
    wm_compiler *c = &r->c;
    bool is_query = r->scope == WM_SCOPE_QUERY;
    const wm_json *for_card = wm_json_get(action, "for");
    if (of == WM_VERB_SHOW && is_query != (for_card == NULL)) {
        return wm_compile_unexpected_member(
            c, WM_STR("for"), "show_for",
            is_query ? "for only in a card rule" : "\"card\", as in every card rule", for_card);
    }
    if ((of == WM_VERB_MOVE || of == WM_VERB_RANK) && is_query &&
        wm_json_get(action, "only") == NULL) {
        return wm_compile_unexpected_member(c, WM_STR("only"), "all_cards",
                                            "which cards, since not all are meant", NULL);
    }
    if (of == WM_VERB_HANDOVER && wm_json_get(action, "add") == NULL &&
        wm_json_get(action, "leave_out") == NULL) {
        return wm_compile_unexpected_member(c, WM_STR("add"), "bad_shape", "add or leave_out",
                                            NULL);
    }
    const wm_json *offers = wm_json_get(action, "offers");
    if (of == WM_VERB_PAIR && wm_json_is(offers, WM_JSON_ARRAY) && offers->count != 2) {
        return wm_compile_unexpected_member(c, WM_STR("offers"), "bad_shape", "two offers", offers);
    }
    return WM_OK;
}

static wm_status find_verb(rule_compiler *r, const wm_json *action, wm_rule_verb *verb_out)
{
    const wm_json *name = wm_json_get(action, "verb");
    unsigned number = 0;
    while (number < WM_VERB_COUNT && !wm_str_is(wm_json_string(name), verbs[number].name)) {
        number++;
    }
    *verb_out = (wm_rule_verb)number;
    if (number == WM_VERB_COUNT) {
        return wm_compile_unexpected_member(&r->c, WM_STR("verb"), "unknown_verb",
                                            "show, line, note, hide, move, rank, replace, unblock, "
                                            "pair, ignore_area, handover, consent, hold_questions, "
                                            "leave_no_trace or gap",
                                            name);
    }
    bool fits = r->scope == WM_SCOPE_QUERY ? verbs[number].in_query : verbs[number].in_card;
    if (!fits) {
        *verb_out = WM_VERB_COUNT;
        return wm_compile_unexpected_member(&r->c, WM_STR("verb"), "verb_scope",
                                            r->scope == WM_SCOPE_QUERY
                                                ? "a verb of the whole answer in a query rule"
                                                : "a verb of one card in a card rule",
                                            name);
    }
    return WM_OK;
}

static void put_action(rule_compiler *r, wm_rule_verb of, const action_out *out)
{
    wm_buf *buf = &r->actions;
    put_8(buf, of);
    put_8(buf, out->section);
    put_8(buf, out->subject);
    put_8(buf, out->until);
    put_8(buf, out->for_card);
    put_8(buf, (unsigned)out->slot);
    put_8(buf, (unsigned)(out->by + WM_RULE_RANK_ZERO));
    put_8(buf, 0);
    wm_compile_put_32(buf, out->text);
    for (int i = 0; i < 2; i++) {
        put_8(buf, out->counts[i] & 0xff);
        put_8(buf, out->counts[i] >> 8);
    }
    for (int i = 0; i < 3; i++) {
        wm_compile_put_32(buf, out->conditions[i]);
    }
}

static wm_status compile_action(rule_compiler *r, const wm_json *action)
{
    wm_rule_verb of = WM_VERB_COUNT;
    action_out out = { .slot = WM_RULE_NO_SLOT, .text = WM_SYMBOL_NONE };
    if (!wm_json_is(action, WM_JSON_OBJECT)) {
        return wm_compile_unexpected(&r->c, "bad_type", "an object with a verb", action);
    }
    wm_status status = find_verb(r, action, &of);
    if (status != WM_OK || of == WM_VERB_COUNT) {
        return status;
    }
    status = check_members(r, &verbs[of], action);
    for (unsigned i = 0; i < PART_COUNT && status == WM_OK; i++) {
        const wm_json *value = wm_json_get(action, parts[i].name);
        bool takes = ((verbs[of].needs | verbs[of].takes | CONDITIONS) >> i & 1) != 0;
        size_t mark = wm_path_member(&r->c.path, wm_str_of(parts[i].name));
        if (value != NULL && takes) {
            status = read_part(r, of, (part)i, value, &out);
        } else if ((verbs[of].needs >> i & 1) != 0) {
            status = wm_compile_unexpected(&r->c, "missing", parts[i].expected, NULL);
        }
        wm_path_back(&r->c.path, mark);
    }
    status = status == WM_OK ? check_together(r, of, action) : status;
    put_action(r, of, &out);
    return status;
}

static wm_status compile_actions(rule_compiler *r, const wm_json *list)
{
    if (!wm_json_is(list, WM_JSON_ARRAY) || list->count == 0 || list->count > WM_RULE_ACTIONS_MAX) {
        return wm_compile_unexpected_member(&r->c, WM_STR("do"), "bad_type",
                                            "a list of 1 to 16 actions", list);
    }
    wm_status status = WM_OK;
    size_t mark = wm_path_member(&r->c.path, WM_STR("do"));
    for (uint32_t i = 0; i < list->count && status == WM_OK; i++) {
        size_t item = wm_path_item(&r->c.path, i);
        status = compile_action(r, &list->as.items[i]);
        wm_path_back(&r->c.path, item);
    }
    wm_path_back(&r->c.path, mark);
    return status;
}

/* ---- the whole ---------------------------------------------------------------------------- */

typedef struct rule_head {
    wm_symbol id;
    unsigned phase;
    unsigned scope;
    unsigned on_unknown;
    int64_t priority;
    uint32_t when_bytes;
} rule_head;

static wm_status read_member_word(rule_compiler *r, const wm_json *rule, const char *name,
                                  const char *const *words, const char *expected,
                                  unsigned *number_out)
{
    size_t mark = wm_path_member(&r->c.path, wm_str_of(name));
    wm_status status = read_word(r, wm_json_get(rule, name), words, expected, number_out);
    wm_path_back(&r->c.path, mark);
    return status;
}

static wm_status read_head(rule_compiler *r, const wm_json *rule, rule_head *head)
{
    wm_compiler *c = &r->c;
    const wm_json *id = wm_json_get(rule, "id");
    const wm_json *priority = wm_json_get(rule, "priority");
    wm_status status = wm_id_valid(wm_json_string(id))
                           ? wm_compile_intern(c, id->as.string, &head->id)
                           : wm_compile_unexpected_member(c, WM_STR("id"), "bad_type", "an id", id);
    status = status == WM_OK ? read_member_word(r, rule, "phase", phase_words,
                                                "safety, lifecycle, unblock, add, order or "
                                                "annotate",
                                                &head->phase)
                             : status;
    status = status == WM_OK
                 ? read_member_word(r, rule, "scope", scope_words, "query or card", &head->scope)
                 : status;
    if (status == WM_OK && wm_json_get(rule, "on_unknown") != NULL) {
        status = read_member_word(r, rule, "on_unknown", on_unknown_words, "skip, fire or ask",
                                  &head->on_unknown);
    }
    head->priority = wm_json_integer(priority, -1);
    if (status == WM_OK && (head->priority < 0 || head->priority > WM_RULE_PRIORITY_MAX)) {
        status = wm_compile_unexpected_member(c, WM_STR("priority"), "bad_range",
                                              "a number from 0 to 1000", priority);
    }
    r->phase = (wm_rule_phase)head->phase;
    r->scope = (wm_rule_scope)head->scope;
    return status;
}

static wm_status read_when(rule_compiler *r, const wm_json *rule, rule_head *head)
{
    size_t mark = wm_path_member(&r->c.path, WM_STR("when"));
    wm_status status = compile_condition(r, wm_json_get(rule, "when"), r->scope == WM_SCOPE_QUERY,
                                         &head->when_bytes);
    wm_path_back(&r->c.path, mark);
    return status;
}

static wm_status compile_rule(rule_compiler *r, const wm_json *rule, rule_head *head)
{
    static const char *const names[] = { "id",         "phase", "priority", "scope", "when",
                                         "on_unknown", "do",    "why",      "if",    "if_other",
                                         "source",     "note",  "audience", NULL };
    if (!wm_json_is(rule, WM_JSON_OBJECT)) {
        return wm_compile_unexpected(&r->c, "bad_type", "a rule: an object", rule);
    }
    wm_status status = wm_compile_only_members(
        &r->c, rule, names,
        "id, phase, priority, scope, when, on_unknown, do, why, if, if_other, source or "
        "note");
    status = status == WM_OK ? read_head(r, rule, head) : status;
    status = status == WM_OK ? read_when(r, rule, head) : status;
    return status == WM_OK ? compile_actions(r, wm_json_get(rule, "do")) : status;
}

static wm_status status_of_buffers(const rule_compiler *r)
{
    wm_status status = wm_buf_status(&r->actions, r->c.err);
    status = status == WM_OK ? wm_buf_status(&r->c.words, r->c.err) : status;
    return status == WM_OK ? wm_buf_status(&r->programs, r->c.err) : status;
}

static wm_status put_program(const rule_compiler *r, const rule_head *head, wm_buf *out)
{
    wm_buf_put(out, "WMR", 3);
    put_8(out, WM_RULE_VERSION);
    wm_compile_put_32(out, head->id);
    wm_compile_put_32(out, (uint32_t)head->priority);
    put_8(out, head->phase);
    put_8(out, head->scope);
    put_8(out, head->on_unknown);
    put_8(out, (unsigned)(r->actions.len / WM_RULE_ACTION_BYTES));
    wm_compile_put_32(out, wm_compile_word_at(&r->c));
    wm_compile_put_32(out, head->when_bytes);
    wm_buf_put_str(out, wm_buf_str(&r->actions));
    wm_buf_put_str(out, wm_buf_str(&r->c.words));
    wm_buf_put_str(out, wm_buf_str(&r->programs));
    return wm_buf_status(out, r->c.err);
}

wm_status wm_rule_walk(const wm_json *rule, const wm_criteria_context *context,
                       const wm_problem_sink *sink, wm_buf *program_out, size_t *problems_out,
                       wm_error *err)
{
    rule_compiler r = { .context = *context };
    r.context.allow_actor = true;
    r.c.context = &r.context;
    r.c.sink = sink;
    r.c.err = err;
    wm_path_init(&r.c.path, "");
    wm_buf_init(&r.c.words, program_out->env, PROGRAMS_BYTES_MAX);
    wm_buf_init(&r.actions, program_out->env, PROGRAMS_BYTES_MAX);
    wm_buf_init(&r.programs, program_out->env, PROGRAMS_BYTES_MAX);
    rule_head head = { .id = WM_SYMBOL_NONE };
    wm_status status = compile_rule(&r, rule, &head);
    *problems_out = r.c.problems;
    status = status == WM_OK ? status_of_buffers(&r) : status;
    if (status == WM_OK && r.c.problems == 0) {
        status = put_program(&r, &head, program_out);
    }
    wm_buf_fini(&r.programs);
    wm_buf_fini(&r.actions);
    wm_buf_fini(&r.c.words);
    return status;
}

wm_status wm_rule_compile(const wm_json *rule, const wm_criteria_context *context,
                          wm_buf *program_out, wm_error *err)
{
    size_t problems = 0;
    return wm_rule_walk(rule, context, &wm_first_problem, program_out, &problems, err);
}
