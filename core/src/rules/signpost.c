/* signpost.c: a rule's program: how it lies in memory, and how to read it.
 *
 * Version 1, little-endian, position-independent, no padding:
 *
 *   offset  bytes
 *        0      3  "WMR"
 *        3      1  version, 1
 *        4      4  id
 *        8      4  priority
 *       12      1  phase
 *       13      1  scope
 *       14      1  on_unknown
 *       15      1  action_count, 1 to WM_RULE_ACTIONS_MAX
 *       16      4  name_count
 *       20      4  when_bytes
 *       24         action_count x 28:
 *                    verb, section, subject, until (1 each)
 *                    flags: 1 = for each card that fired; slot, 255 = none; rank + 128; 0 (1 each)
 *                    text (4)
 *                    name_count, other_count (2 each)
 *                    bytes of when, of only, of unless (4 each; 0 = none)
 *                  name_count x 4: symbols: the names and then the others of each action
 *                  programs of criteria, without gaps: when; when, only, unless of each action
 *
 * Nothing is said twice and there are no offsets: each part begins where the one before ends. What
 * wm_rule_load guarantees: the parts add up to the length; numbers are inside their enums and
 * ranges; every program is one sound condition (program.c). */
#include "rules/signpost_program.h"

#include "rules/program.h"

typedef struct cursor {
    const uint8_t *at;
    size_t left;
} cursor;

/* False if there are not that many bytes. */
static bool take(cursor *from, size_t count, const uint8_t **bytes_out)
{
    if (count > from->left) {
        return false;
    }
    *bytes_out = from->at;
    from->at += count;
    from->left -= count;
    return true;
}

static bool take_condition(cursor *programs, uint32_t length, bool *has_out, wm_criteria *out)
{
    const uint8_t *bytes = NULL;
    *has_out = length > 0;
    return length == 0 ||
           (take(programs, length, &bytes) && wm_criteria_load(bytes, length, out, NULL) == WM_OK &&
            !out->for_everyone && out->exclusion_count == 0);
}

static bool reads_card(const wm_criteria *condition)
{
    for (size_t at = 0; at < condition->node_count; at++) {
        if (wm_program_node(condition, at).op == WM_OP_CARD) {
            return true;
        }
    }
    return false;
}

static bool take_names(cursor *names, uint32_t count, wm_symbol_list *list_out)
{
    list_out->count = count;
    list_out->narrow = false;
    return take(names, (size_t)count * 4, &list_out->bytes);
}

static bool action_is_inside(const uint8_t *bytes)
{
    bool hides = bytes[0] == WM_VERB_HIDE;
    return bytes[0] < WM_VERB_COUNT && bytes[1] < WM_SECTION_COUNT + (hides ? 1 : 0) &&
           bytes[2] <= WM_SUBJECT_PARENT && bytes[3] <= WM_HOLD_UNTIL_ASKED && bytes[4] <= 1 &&
           (bytes[5] <= WM_RULE_SLOT_MAX || bytes[5] == WM_RULE_NO_SLOT) &&
           bytes[6] >= WM_RULE_RANK_ZERO - WM_RULE_RANK_MAX &&
           bytes[6] <= WM_RULE_RANK_ZERO + WM_RULE_RANK_MAX && bytes[7] == 0 &&
           (!hides || wm_read_32(bytes + 16) > 0);
}

static bool load_action(const uint8_t *bytes, cursor *names, cursor *programs,
                        wm_rule_action *action_out)
{
    wm_rule_action *action = action_out;
    if (!action_is_inside(bytes)) {
        return false;
    }
    action->verb = (wm_rule_verb)bytes[0];
    action->section = (wm_section)bytes[1];
    action->subject = (wm_subject)bytes[2];
    action->until = (wm_hold)bytes[3];
    action->for_card = bytes[4] != 0;
    action->slot = bytes[5] == WM_RULE_NO_SLOT ? -1 : bytes[5];
    action->by = bytes[6] - WM_RULE_RANK_ZERO;
    action->text = wm_read_32(bytes + 8);
    bool inside =
        take_names(names, wm_read_16(bytes + 12), &action->names) &&
        take_names(names, wm_read_16(bytes + 14), &action->others) &&
        take_condition(programs, wm_read_32(bytes + 16), &action->has_when, &action->when) &&
        take_condition(programs, wm_read_32(bytes + 20), &action->has_only, &action->only) &&
        take_condition(programs, wm_read_32(bytes + 24), &action->has_unless, &action->unless);
    action->reads_card = inside && (reads_card(&action->only) || reads_card(&action->unless));
    return inside;
}

static bool load_parts(const uint8_t *head, cursor *rest, wm_rule *rule_out)
{
    const uint8_t *actions = NULL;
    cursor names = { NULL, (size_t)wm_read_32(head + 16) * 4 };
    bool has_when = false;
    if (!take(rest, rule_out->action_count * WM_RULE_ACTION_BYTES, &actions) ||
        !take(rest, names.left, &names.at) ||
        !take_condition(rest, wm_read_32(head + 20), &has_when, &rule_out->when) || !has_when) {
        return false;
    }
    for (size_t i = 0; i < rule_out->action_count; i++) {
        if (!load_action(actions + i * WM_RULE_ACTION_BYTES, &names, rest, &rule_out->actions[i])) {
            return false;
        }
    }
    return names.left == 0 && rest->left == 0;
}

wm_status wm_rule_load(wm_str program, wm_rule *rule_out, wm_error *err)
{
    cursor rest = { (const uint8_t *)program.ptr, program.len };
    const uint8_t *head = NULL;
    if (!take(&rest, WM_RULE_HEADER_BYTES, &head) || memcmp(head, "WMR", 3) != 0) {
        return wm_fail(err, WM_CORRUPT, "rule: expected a compiled rule, found %zu bytes",
                       program.len);
    }
    if (head[3] != WM_RULE_VERSION) {
        return wm_fail(err, WM_NEWER, "rule: expected version %d, found %d", WM_RULE_VERSION,
                       head[3]);
    }
    wm_rule rule;
    memset(&rule, 0, sizeof rule);
    rule.id = wm_read_32(head + 4);
    rule.phase = (wm_rule_phase)head[12];
    rule.scope = (wm_rule_scope)head[13];
    rule.on_unknown = (wm_on_unknown)head[14];
    rule.action_count = head[15];
    uint32_t priority = wm_read_32(head + 8);
    bool inside = head[12] < WM_PHASE_COUNT && head[13] <= WM_SCOPE_CARD &&
                  head[14] <= WM_UNKNOWN_ASK && rule.action_count > 0 &&
                  rule.action_count <= WM_RULE_ACTIONS_MAX && priority <= WM_RULE_PRIORITY_MAX;
    rule.priority = (int32_t)priority;
    if (!inside || !load_parts(head, &rest, &rule)) {
        return wm_fail(err, WM_CORRUPT, "rule: the program is damaged");
    }
    *rule_out = rule;
    return WM_OK;
}

int wm_rule_compare(const wm_rule *a, const wm_rule *b, const wm_symbols *symbols)
{
    if (a->phase != b->phase) {
        return a->phase < b->phase ? -1 : 1;
    }
    if (a->priority != b->priority) {
        return a->priority > b->priority ? -1 : 1;
    }
    return wm_str_compare(wm_symbols_text(symbols, a->id), wm_symbols_text(symbols, b->id));
}
