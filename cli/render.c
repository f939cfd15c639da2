/* render.c: see render.h. Colour only on a terminal; nothing but the answer's own words. */
#include <string.h>
#include <unistd.h>

#include <waymark/waymark.h>

#include "render.h"
#include "wrap.h"

typedef struct page {
    wm_buf *to;
    bool colour;
} page;

static const char *strong(const page *p, const char *code)
{
    return p->colour ? code : "";
}

#define BOLD "\033[1m"
#define RED "\033[1;31m"
#define PLAIN "\033[0m"

/* Text from records may not steer the terminal: control characters (U+0080 to U+009F are such, too)
 * are shown as spaces. */
static void put(const page *p, wm_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        bool is_second = c == 0xc2 && i + 1 < text.len && (unsigned char)text.ptr[i + 1] < 0xa0;
        i += is_second ? 1 : 0;
        bool is_control = is_second || c < 0x20 || c == 0x7f;
        wm_buf_put(p->to, is_control ? " " : text.ptr + i, 1);
    }
}

/* What does not fit in the line goes on below this place. */
static void hang(const page *p)
{
    wm_buf_put_char(p->to, WM_WRAP_HERE);
}

static void put_member(const page *p, const wm_json *object, const char *name)
{
    put(p, wm_json_string(wm_json_get(object, name)));
}

static void render_emergency(const page *p, const wm_json *answer)
{
    const wm_json *lines = wm_json_get(answer, "emergency");
    for (uint32_t i = 0; lines != NULL && i < lines->count; i++) {
        const wm_json *line = &lines->as.items[i];
        wm_buf_put_text(p->to, strong(p, RED));
        put_member(p, line, "value");
        wm_buf_put_text(p->to, strong(p, PLAIN));
        wm_buf_put_text(p->to, "  ");
        hang(p);
        put_member(p, line, "text");
        wm_buf_put_char(p->to, '\n');
    }
}

static uint32_t items_of(const wm_json *list)
{
    return list != NULL && list->type == WM_JSON_ARRAY ? list->count : 0;
}

static void render_list(const page *p, const char *before, const wm_json *list)
{
    for (uint32_t i = 0; i < items_of(list); i++) {
        wm_buf_put_text(p->to, i == 0 ? before : ", ");
        put(p, wm_json_string(&list->as.items[i]));
    }
    if (items_of(list) > 0) {
        wm_buf_put_char(p->to, '\n');
    }
}

static void render_why(const page *p, const wm_json *why)
{
    for (uint32_t i = 0; i < items_of(why); i++) {
        wm_buf_put_text(p->to, "     - ");
        hang(p);
        put(p, wm_json_string(&why->as.items[i]));
        wm_buf_put_char(p->to, '\n');
    }
}

/* How sure the record is, and what it was before: not worth reading where it is no match. */
static bool is_aside(wm_str code)
{
    return wm_str_is(code, "never_verified") || wm_str_is(code, "verification_overdue") ||
           wm_str_is(code, "assumed") || wm_str_is(code, "took_over") ||
           wm_str_is(code, "may_be_joint");
}

static void render_notes(const page *p, const wm_json *notes, const char *indent, bool brief)
{
    for (uint32_t i = 0; i < items_of(notes); i++) {
        const wm_json *note = &notes->as.items[i];
        if (brief && is_aside(wm_json_string(wm_json_get(note, "code")))) {
            continue;
        }
        wm_buf_put_text(p->to, indent);
        wm_buf_put_text(p->to, "! ");
        hang(p);
        put_member(p, note, "text");
        wm_buf_put_char(p->to, '\n');
    }
}

/* What only the service can tell is among the reasons already. */
static void render_missing(const page *p, const wm_json *missing)
{
    bool open = false;
    for (uint32_t i = 0; i < items_of(missing); i++) {
        wm_str fact = wm_json_string(&missing->as.items[i]);
        if (fact.len > 0 && fact.ptr[0] != '?') {
            wm_buf_put_text(p->to, open ? ", " : "     facts that would decide: ");
            put(p, fact);
            open = true;
        }
    }
    if (open) {
        wm_buf_put_char(p->to, '\n');
    }
}

/* "health_visitor" as "health visitor" */
static void render_routes(const page *p, const wm_json *routes)
{
    for (uint32_t i = 0; i < items_of(routes); i++) {
        wm_str route = wm_json_string(&routes->as.items[i]);
        wm_buf_put_text(p->to, i == 0 ? "     who can ask: " : ", ");
        if (wm_str_is(route, "self")) {
            wm_buf_put_text(p->to, "the person");
            continue;
        }
        if (wm_str_is(route, "gp")) {
            wm_buf_put_text(p->to, "GP");
            continue;
        }
        for (size_t c = 0; c < route.len; c++) {
            put(p, route.ptr[c] == '_' ? WM_STR(" ") : (wm_str){ route.ptr + c, 1 });
        }
    }
    if (items_of(routes) > 0) {
        wm_buf_put_char(p->to, '\n');
    }
}

static void render_contacts(const page *p, const wm_json *contacts)
{
    for (uint32_t i = 0; i < items_of(contacts); i++) {
        const wm_json *contact = &contacts->as.items[i];
        wm_str label = wm_json_string(wm_json_get(contact, "label"));
        wm_buf_put_text(p->to, "     ");
        put_member(p, contact, "kind");
        wm_buf_put_text(p->to, ": ");
        hang(p);
        put_member(p, contact, "value");
        if (label.len > 0) {
            wm_buf_put_text(p->to, " (");
            put(p, label);
            wm_buf_put_text(p->to, ")");
        }
        wm_buf_put_char(p->to, '\n');
    }
}

/* Why the card stands above the next, in words. */
static const char *because(wm_str part)
{
    static const struct {
        const char *part;
        const char *words;
    } reasons[] = {
        { "slot", "a nearer match" },
        { "response", "it answers sooner" },
        { "usable_now", "you can use it now" },
        { "verdict", "it is surer to be for this person" },
        { "access", "it meets more of the access needs" },
        { "need", "it is closer to the need" },
        { "verified", "its details are confirmed" },
        { "intensity", "it is the least that is enough" },
        { "locality", "it is more local" },
        { "distance", "it is nearer" },
        { "wait", "its wait is shorter" },
        { "verified_on", "it was confirmed more lately" },
        { "chance", "nothing sets them apart: by lot" },
        { "variety", "at most two of a kind on a page" },
        { "same", "no difference" },
    };
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        if (wm_str_is(part, reasons[i].part)) {
            return reasons[i].words;
        }
    }
    return "another section";
}

static const char *verdict_words(wm_str verdict)
{
    static const struct {
        const char *verdict;
        const char *words;
    } verdicts[] = {
        { "ELIGIBLE", "yes" },
        { "JOINT", "yes, together with another service" },
        { "CHECK_WITH_SERVICE", "ask the service" },
        { "UNKNOWN", "perhaps: more needs to be known" },
        { "NOT_ELIGIBLE", "no" },
    };
    for (size_t i = 0; i < sizeof verdicts / sizeof verdicts[0]; i++) {
        if (wm_str_is(verdict, verdicts[i].verdict)) {
            return verdicts[i].words;
        }
    }
    return "?";
}

static void render_dates(const page *p, const wm_json *card)
{
    wm_str starts = wm_json_string(wm_json_get(card, "starts_on"));
    wm_str ends = wm_json_string(wm_json_get(card, "ends_on"));
    if (starts.len > 0) {
        wm_buf_printf(p->to, "     fits from %.*s\n", (int)starts.len, starts.ptr);
    }
    if (ends.len > 0) {
        wm_buf_printf(p->to, "     fits until %.*s\n", (int)ends.len, ends.ptr);
    }
}

static void render_head(const page *p, const wm_json *card, unsigned number)
{
    wm_buf_printf(p->to, "%3u. ", number);
    hang(p);
    wm_buf_put_text(p->to, strong(p, BOLD));
    put_member(p, card, "name");
    wm_buf_printf(p->to, "%s  [%s]\n", strong(p, PLAIN),
                  verdict_words(wm_json_string(wm_json_get(card, "verdict"))));
}

static void render_card(const page *p, const wm_json *card, unsigned number)
{
    wm_str summary = wm_json_string(wm_json_get(card, "summary"));
    render_head(p, card, number);
    if (summary.len > 0) {
        wm_buf_put_text(p->to, "     ");
        hang(p);
        put(p, summary);
        wm_buf_put_char(p->to, '\n');
    }
    render_why(p, wm_json_get(card, "why"));
    render_dates(p, card);
    render_missing(p, wm_json_get(card, "missing"));
    render_notes(p, wm_json_get(card, "notes"), "     ", false);
    render_contacts(p, wm_json_get(card, "contacts"));
    render_routes(p, wm_json_get(card, "routes"));
    const wm_json *above = wm_json_get(card, "above_next_because");
    if (above != NULL) {
        wm_buf_printf(p->to, "     above the next: %s\n", because(wm_json_string(above)));
    }
}

/* A service that is no match: why not, and when it will be. */
static void render_refusal(const page *p, const wm_json *card, unsigned number)
{
    render_head(p, card, number);
    render_why(p, wm_json_get(card, "why"));
    render_dates(p, card);
    render_notes(p, wm_json_get(card, "notes"), "     ", true);
}

static const char *section_title(wm_str name)
{
    static const struct {
        const char *name;
        const char *title;
    } titles[] = {
        { "SAFETY", "Safety first" },
        { "MAIN", "Who can help" },
        { "ALONGSIDE", "Alongside" },
        { "WHILE_WAITING", "While waiting" },
        { "NOT_A_MATCH", "Not a match, and why" },
        { "FOOTER", "Also" },
    };
    for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++) {
        if (wm_str_is(name, titles[i].name)) {
            return titles[i].title;
        }
    }
    return "Services";
}

static void render_section(const page *p, const wm_json *section)
{
    const wm_json *cards = wm_json_get(section, "cards");
    wm_str name = wm_json_string(wm_json_get(section, "name"));
    bool refused = wm_str_is(name, "NOT_A_MATCH");
    wm_buf_printf(p->to, "\n%s%s%s\n", strong(p, BOLD), section_title(name), strong(p, PLAIN));
    for (uint32_t i = 0; i < items_of(cards); i++) {
        (refused ? render_refusal : render_card)(p, &cards->as.items[i], i + 1);
    }
    int64_t more = wm_json_integer(wm_json_get(section, "more"), 0);
    if (more > 0) {
        wm_buf_printf(p->to, "     and %lld more\n", (long long)more);
    }
}

static void render_origin(const page *p, const wm_json *answer)
{
    if (wm_json_get(answer, "release") == NULL) {
        return; /* an error: nothing was answered */
    }
    wm_buf_printf(p->to, "\nrelease %lld",
                  (long long)wm_json_integer(wm_json_get(answer, "release"), 0));
    wm_str day = wm_json_string(wm_json_get(answer, "released_on"));
    if (day.len > 0) {
        wm_buf_printf(p->to, " of %.*s", (int)day.len, day.ptr);
    }
    wm_buf_put_text(p->to, ", ");
    put_member(p, answer, "edition");
    wm_str digest = wm_json_string(wm_json_get(answer, "query_digest"));
    wm_buf_printf(p->to, " edition, question %.*s\n", (int)(digest.len < 12 ? digest.len : 12),
                  digest.ptr);
}

static void render_understood(const page *p, const wm_json *answer)
{
    const wm_json *understood = wm_json_get(answer, "understood");
    render_list(p, "\nneeds: ", wm_json_get(understood, "needs"));
    const wm_json *locality = wm_json_get(understood, "locality");
    if (wm_json_get(locality, "name") != NULL) {
        wm_buf_put_text(p->to, "place: ");
        put_member(p, locality, "name");
        wm_buf_put_text(p->to, " (found by ");
        put_member(p, locality, "precision");
        wm_buf_put_text(p->to, ")\n");
    }
}

static wm_status parse(wm_cli *cli, wm_arena *arena, wm_str text, const wm_json **value_out,
                       wm_error *err)
{
    wm_arena_init(arena, cli->env, SIZE_MAX / 2);
    return wm_json_parse(arena, text, WM_ANSWER_BYTES_MAX, value_out, err);
}

static page page_of(const wm_cli *cli, wm_buf *buf)
{
    wm_buf_init(buf, cli->env, 4 * WM_ANSWER_BYTES_MAX);
    return (page){ buf, isatty(fileno(cli->out)) == 1 };
}

/* Prints the page if all went well; what cannot be printed is a failure, too. */
static wm_status finish_page(wm_cli *cli, wm_status status, wm_buf *buf, wm_error *err)
{
    wm_buf lines;
    wm_buf_init(&lines, cli->env, 8 * WM_ANSWER_BYTES_MAX);
    if (status == WM_OK) {
        status = wm_buf_status(buf, err);
    }
    if (status == WM_OK) {
        wm_wrap(wm_buf_str(buf), &lines);
        status = wm_buf_status(&lines, err);
    }
    if (status == WM_OK && wm_cli_print(cli, &lines) != WM_EXIT_DONE) {
        status = wm_fail(err, WM_IO, "writing standard output failed");
    }
    wm_buf_fini(&lines);
    wm_buf_fini(buf);
    return status;
}

wm_status wm_render_parsed(wm_cli *cli, const wm_json *answer, wm_error *err)
{
    wm_buf buf;
    page p = page_of(cli, &buf);
    render_emergency(&p, answer);
    render_understood(&p, answer);
    render_notes(&p, wm_json_get(answer, "notes"), "", false);
    const wm_json *sections = wm_json_get(answer, "sections");
    for (uint32_t i = 0; i < items_of(sections); i++) {
        render_section(&p, &sections->as.items[i]);
    }
    render_notes(&p, wm_json_get(answer, "gaps"), "", false);
    render_origin(&p, answer);
    return finish_page(cli, WM_OK, &buf, err);
}

wm_status wm_render_answer(wm_cli *cli, wm_str text, wm_error *err)
{
    wm_arena arena;
    const wm_json *answer = NULL;
    wm_status status = parse(cli, &arena, text, &answer, err);
    if (status == WM_OK) {
        status = wm_render_parsed(cli, answer, err);
    }
    wm_arena_fini(&arena);
    return status;
}

static const wm_json *section_of(const wm_json *answer, const char *name)
{
    const wm_json *sections = wm_json_get(answer, "sections");
    for (uint32_t i = 0; i < items_of(sections); i++) {
        if (wm_str_is(wm_json_string(wm_json_get(&sections->as.items[i], "name")), name)) {
            return &sections->as.items[i];
        }
    }
    return NULL;
}

wm_status wm_render_safety(wm_cli *cli, const wm_json *answer, wm_error *err)
{
    wm_buf buf;
    const wm_json *section = section_of(answer, "SAFETY");
    if (section == NULL) {
        return WM_OK;
    }
    page p = page_of(cli, &buf);
    render_section(&p, section);
    return finish_page(cli, WM_OK, &buf, err);
}

/* The first telephone number, else the first way to make contact. */
static const wm_json *contact_of(const wm_json *card)
{
    const wm_json *contacts = wm_json_get(card, "contacts");
    for (uint32_t i = 0; i < items_of(contacts); i++) {
        if (wm_str_is(wm_json_string(wm_json_get(&contacts->as.items[i], "kind")), "phone")) {
            return &contacts->as.items[i];
        }
    }
    return items_of(contacts) > 0 ? &contacts->as.items[0] : NULL;
}

static void render_brief(const page *p, const wm_json *card, unsigned number)
{
    const wm_json *contact = contact_of(card);
    wm_buf_printf(p->to, "%3u. ", number);
    hang(p);
    put_member(p, card, "name");
    wm_buf_printf(p->to, "  [%s]", verdict_words(wm_json_string(wm_json_get(card, "verdict"))));
    if (contact != NULL) {
        wm_buf_put_text(p->to, "  ");
        put_member(p, contact, "value");
    }
    if (wm_json_boolean(wm_json_get(wm_json_get(card, "open"), "now"), false)) {
        wm_buf_put_text(p->to, "  open now");
    }
    wm_buf_put_char(p->to, '\n');
}

wm_status wm_render_best(wm_cli *cli, const wm_json *answer, size_t max, wm_error *err)
{
    wm_buf buf;
    const wm_json *section = section_of(answer, "MAIN");
    const wm_json *cards = wm_json_get(section, "cards");
    if (items_of(cards) == 0) {
        return WM_OK;
    }
    page p = page_of(cli, &buf);
    for (uint32_t i = 0; i < items_of(cards) && i < max; i++) {
        render_brief(&p, &cards->as.items[i], i + 1);
    }
    int64_t more = wm_json_integer(wm_json_get(section, "more"), 0) +
                   (items_of(cards) > max ? (int64_t)(items_of(cards) - max) : 0);
    if (more > 0) {
        wm_buf_printf(p.to, "     and %lld more\n", (long long)more);
    }
    return finish_page(cli, WM_OK, &buf, err);
}

void wm_render_put(wm_buf *to, wm_str text)
{
    page p = { to, false };
    put(&p, text);
}

const char *wm_render_verdict(wm_str verdict)
{
    return verdict_words(verdict);
}

static bool is_exclusion(const wm_json *node)
{
    return wm_str_is(wm_json_string(wm_json_get(node, "node")), "not_for");
}

/* What the node says of the service for this person. An exclusion that holds says no; a soft one,
 * that another service has to join in. */
static const char *mark_of(const wm_json *node)
{
    wm_str verdict = wm_json_string(wm_json_get(node, "verdict"));
    if (wm_str_is(verdict, "U") || wm_str_is(verdict, "UNKNOWN")) {
        return "?  ";
    }
    if (wm_str_is(verdict, "CHECK_WITH_SERVICE")) {
        return "ask";
    }
    bool holds =
        wm_str_is(verdict, "T") || wm_str_is(verdict, "ELIGIBLE") || wm_str_is(verdict, "JOINT");
    bool is_soft = wm_json_boolean(wm_json_get(wm_json_get(node, "required"), "soft"), false);
    return holds != (is_exclusion(node) && !(holds && is_soft)) ? "yes" : "no ";
}

/* Several exclusions say the same: which one it is, is not said. */
static uint32_t same_from(const wm_json *children, uint32_t first)
{
    const wm_json *items = children->as.items;
    uint32_t end = first + 1;
    while (end < children->count && is_exclusion(&items[first]) && is_exclusion(&items[end]) &&
           mark_of(&items[end])[0] == mark_of(&items[first])[0] &&
           wm_str_equal(wm_json_string(wm_json_get(&items[end], "text")),
                        wm_json_string(wm_json_get(&items[first], "text")))) {
        end++;
    }
    return end - first;
}

static void render_node(const page *p, const wm_json *node, unsigned depth, uint32_t times)
{
    wm_buf_printf(p->to, "  %*s%s%s  ", (int)(2 * depth), "",
                  wm_json_boolean(wm_json_get(node, "decisive"), false) ? "* " : "  ",
                  mark_of(node));
    hang(p);
    wm_str text = wm_json_string(wm_json_get(node, "text"));
    put(p, text.len > 0 ? text : wm_json_string(wm_json_get(node, "node")));
    if (times > 1) {
        wm_buf_printf(p->to, " (%u such)", times);
    }
    wm_buf_put_char(p->to, '\n');
    /* Below an exclusion every line says what the exclusion says. */
    const wm_json *children = is_exclusion(node) ? NULL : wm_json_get(node, "children");
    for (uint32_t i = 0; children != NULL && i < items_of(children);) {
        uint32_t same = same_from(children, i);
        render_node(p, &children->as.items[i], depth + 1, same);
        i += same;
    }
}

wm_status wm_render_card(wm_cli *cli, wm_str text, wm_error *err)
{
    wm_arena arena;
    const wm_json *card = NULL;
    wm_buf buf;
    page p = page_of(cli, &buf);
    wm_status status = parse(cli, &arena, text, &card, err);
    if (status == WM_OK) {
        render_emergency(&p, card);
        wm_buf_put_char(p.to, '\n');
        render_card(&p, card, 1);
        wm_buf_put_text(p.to, "\nHow that was decided (* what it turned on):\n");
        render_node(&p, wm_json_get(card, "explanation"), 0, 1);
        render_origin(&p, card);
    }
    wm_arena_fini(&arena);
    return finish_page(cli, status, &buf, err);
}

wm_exit wm_render_failure(wm_cli *cli, const wm_error *err)
{
    wm_text lines = { 0 };
    wm_error ignored = { 0 };
    if (!cli->json &&
        (wm_emergency(cli->env, &lines, NULL) != WM_OK ||
         wm_render_answer(cli, (wm_str){ lines.ptr, lines.len }, &ignored) != WM_OK)) {
        wm_cli_say(cli, "%s", "In an emergency call 999.\n");
    }
    wm_text_free(&lines);
    return wm_cli_fail(cli, err);
}
