/* render.c: see render.h.
 *
 * In the order in which somebody needs it: whom to call, what is safe, who can help, how to reach
 * them and why them; then what else there is, what is no match, what would make the answer better,
 * and which answer this is. */
#include "render.h"

#include <string.h>

#include <waymark/waymark.h>

#include "page.h"

#define SAFETY_WHY_MAX 2 /* reasons on a card of SAFETY */
#define WHY_MAX 3

/* ---- notes and lists ---- */

/* "     - sentence" for each, at most `most` */
static void render_why(wm_page *p, const wm_json *why, uint32_t most)
{
    for (uint32_t i = 0; i < wm_page_items(why) && i < most; i++) {
        wm_page_line(p, "     - ", wm_json_string(&why->as.items[i]));
    }
}

/* How sure the record is, and what it was before: not worth reading where it is no match. */
static bool is_aside(wm_str code)
{
    return wm_str_is(code, "never_verified") || wm_str_is(code, "verification_overdue") ||
           wm_str_is(code, "assumed") || wm_str_is(code, "took_over") ||
           wm_str_is(code, "may_be_joint");
}

/* The same words further up in the list. */
static bool is_said(const wm_json *notes, uint32_t at)
{
    for (uint32_t i = 0; i < at; i++) {
        if (wm_str_equal(wm_page_text(&notes->as.items[i], "text"),
                         wm_page_text(&notes->as.items[at], "text"))) {
            return true;
        }
    }
    return false;
}

/* Each once; several rules may say the same. */
static void render_notes(wm_page *p, const wm_json *notes, const char *lead, bool brief)
{
    for (uint32_t i = 0; i < wm_page_items(notes); i++) {
        const wm_json *note = &notes->as.items[i];
        if (!(brief && is_aside(wm_page_text(note, "code"))) && !is_said(notes, i)) {
            wm_page_line(p, lead, wm_page_text(note, "text"));
        }
    }
}

/* What only the service can tell is among the reasons already. */
static void render_missing(wm_page *p, const wm_json *missing)
{
    bool open = false;
    for (uint32_t i = 0; i < wm_page_items(missing); i++) {
        wm_str fact = wm_json_string(&missing->as.items[i]);
        if (fact.len > 0 && fact.ptr[0] != '?') {
            wm_page_say(p, open ? ", " : "     facts that would decide: ");
            if (!open) {
                wm_page_hang(p);
            }
            wm_page_put(p, fact);
            open = true;
        }
    }
    wm_page_say(p, open ? "\n" : "");
}

/* ---- one card ---- */

/* "health_visitor" as "health visitor" */
static void render_routes(wm_page *p, const wm_json *routes)
{
    for (uint32_t i = 0; i < wm_page_items(routes); i++) {
        wm_str route = wm_json_string(&routes->as.items[i]);
        wm_page_say(p, i == 0 ? "     who can ask: " : ", ");
        if (wm_str_is(route, "self")) {
            wm_page_say(p, "the person");
            continue;
        }
        if (wm_str_is(route, "gp")) {
            wm_page_say(p, "GP");
            continue;
        }
        for (size_t c = 0; c < route.len; c++) {
            wm_page_put(p, route.ptr[c] == '_' ? WM_STR(" ") : (wm_str){ route.ptr + c, 1 });
        }
    }
    wm_page_say(p, wm_page_items(routes) > 0 ? "\n" : "");
}

/* Why the card stands above the next, in words. */
static const char *because(wm_str part)
{
    static const struct {
        const char *part;
        const char *words;
    } reasons[] = {
        { "name", "you asked for it" },
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
        { "chance", "both fit as well; the order is by chance" },
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

static void render_dates(wm_page *p, const wm_json *card)
{
    static const struct {
        const char *name;
        const char *lead;
    } dates[] = { { "starts_on", "     fits from " }, { "ends_on", "     fits until " } };
    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
        wm_page_line(p, dates[i].lead, wm_page_text(card, dates[i].name));
    }
}

/* "     wait: about 6 weeks (told on 2026-01-05)" */
static void render_wait(wm_page *p, const wm_json *wait)
{
    int64_t weeks = wm_json_integer(wm_json_get(wait, "current_weeks"), -1);
    if (weeks < 0) {
        weeks = wm_json_integer(wm_json_get(wait, "standard_weeks"), -1);
    }
    if (weeks < 0) {
        return;
    }
    if (weeks == 0) {
        wm_page_say(p, "     wait: less than a week");
    } else {
        wm_buf_printf(&p->text, "     wait: about %lld week%s", (long long)weeks,
                      weeks == 1 ? "" : "s");
    }
    if (wm_json_get(wait, "as_of") != NULL) {
        wm_page_say(p, " (told on ");
        wm_page_put_member(p, wait, "as_of");
        wm_page_say(p, ")");
    }
    wm_page_say(p, "\n");
}

/* A "yes" is not said where it goes without saying. */
static void render_head(wm_page *p, const wm_json *card, unsigned number, bool say_yes)
{
    wm_str verdict = wm_page_text(card, "verdict");
    wm_buf_printf(&p->text, "%3u. ", number);
    wm_page_hang(p);
    wm_page_say(p, wm_page_style(p, WM_STYLE_BOLD));
    wm_page_put_member(p, card, "name");
    wm_page_say(p, wm_page_style(p, WM_STYLE_PLAIN));
    if (wm_str_is(wm_page_text(card, "status"), "closed")) {
        wm_page_say(p, "  [closed]"); /* whom it was for is no matter */
    } else if (say_yes || !wm_str_is(verdict, "ELIGIBLE")) {
        wm_buf_printf(&p->text, "  [%s]", verdict_words(verdict));
    }
    wm_page_say(p, "\n");
}

/* The cards among which one stands. */
typedef struct shelf {
    const wm_json *cards; /* NULL: alone, with all that is known of it */
    bool safety;
    int64_t within_m; /* how far off the place may be; 0: not known, so no distance is told */
} shelf;

#define LOCALITIES_SHOWN 3
#define METRES_A_MILE 1609.344

static void put_miles(wm_page *p, int64_t metres)
{
    double miles = (double)metres / METRES_A_MILE;
    wm_buf_printf(&p->text, "%.*f miles", miles < 9.95 ? 1 : 0, miles);
}

/* As the crow flies; no nearer than the place is known. */
static void render_distance(wm_page *p, const wm_json *card, int64_t within_m)
{
    int64_t metres = wm_json_integer(wm_json_get(card, "distance_m"), -1);
    if (metres >= 0 && within_m > 0) {
        wm_page_say(p, metres > within_m ? "     about " : "     within ");
        put_miles(p, metres > within_m ? metres : within_m);
        wm_page_say(p, metres > within_m ? " away\n" : "\n");
    }
}

/* How many cards of the shelf carry a note with these words. */
static uint32_t share(const shelf *on, wm_str text)
{
    uint32_t count = 0;
    for (uint32_t c = 0; c < wm_page_items(on->cards); c++) {
        const wm_json *notes = wm_json_get(&on->cards->as.items[c], "notes");
        for (uint32_t i = 0; i < wm_page_items(notes); i++) {
            if (wm_str_equal(wm_page_text(&notes->as.items[i], "text"), text)) {
                count++;
                break;
            }
        }
    }
    return count;
}

/* A reason begins with these words. */
static bool is_reason(const wm_json *card, wm_str text)
{
    const wm_json *why = wm_json_get(card, "why");
    for (uint32_t i = 0; i < wm_page_items(why); i++) {
        if (wm_str_starts(wm_json_string(&why->as.items[i]), text)) {
            return true;
        }
    }
    return false;
}

/* What goes for several is said once, below them: whoever reads the same ten times reads nothing.
 */
static void render_card_notes(wm_page *p, const wm_json *card, const shelf *on)
{
    const wm_json *notes = wm_json_get(card, "notes");
    for (uint32_t i = 0; i < wm_page_items(notes); i++) {
        wm_str text = wm_page_text(&notes->as.items[i], "text");
        if (share(on, text) < 2 && !is_reason(card, text)) {
            wm_page_line(p, "     ! ", text);
        }
    }
}

/* What it is, when and how to reach it; then why, and what to mind. In SAFETY no more than somebody
 * needs who is afraid. */
static void render_card(wm_page *p, const wm_json *card, unsigned number, const shelf *on)
{
    bool alone = on->cards == NULL;
    render_head(p, card, number, !on->safety);
    wm_page_line(p, "     ", wm_page_text(card, "summary"));
    wm_page_line(p, "     ", wm_page_text(wm_json_get(card, "open"), "text"));
    wm_page_contacts(p, wm_json_get(card, "contacts"));
    render_distance(p, card, on->within_m);
    render_wait(p, wm_json_get(card, "wait"));
    render_why(p, wm_json_get(card, "why"),
               alone        ? UINT32_MAX
               : on->safety ? SAFETY_WHY_MAX
                            : WHY_MAX);
    if (!on->safety) {
        render_dates(p, card);
    }
    if (alone) {
        render_missing(p, wm_json_get(card, "missing"));
    }
    render_card_notes(p, card, on);
    if (!on->safety) {
        render_routes(p, wm_json_get(card, "routes"));
        const wm_json *above = wm_json_get(card, "above_next_because");
        if (above != NULL) {
            wm_buf_printf(&p->text, "     above the next: %s\n", because(wm_json_string(above)));
        }
    }
}

/* A service that is no match: why not, and when it will be. */
static void render_refusal(wm_page *p, const wm_json *card, unsigned number)
{
    render_head(p, card, number, true);
    render_why(p, wm_json_get(card, "why"), UINT32_MAX);
    render_dates(p, card);
    render_notes(p, wm_json_get(card, "notes"), "     ! ", true);
}

/* ---- the answer ---- */

/* "(3, 5) ": the cards of the shelf that carry a note; nothing where all do. */
static void put_numbers(wm_page *p, const shelf *on, wm_str text)
{
    bool open = false;
    if (share(on, text) == on->cards->count) {
        return;
    }
    for (uint32_t c = 0; c < on->cards->count; c++) {
        const shelf one = { &(wm_json){ .type = WM_JSON_ARRAY,
                                        .count = 1,
                                        .as = { .items = &on->cards->as.items[c] } },
                            false, 0 };
        if (share(&one, text) > 0) {
            wm_buf_printf(&p->text, open ? ", %u" : "(%u", c + 1);
            open = true;
        }
    }
    wm_page_say(p, ") ");
}

/* What several cards share, at the first that has it. */
static void render_shared(wm_page *p, const shelf *on)
{
    for (uint32_t c = 0; c < wm_page_items(on->cards); c++) {
        const wm_json *notes = wm_json_get(&on->cards->as.items[c], "notes");
        const shelf before = {
            &(wm_json){ .type = WM_JSON_ARRAY, .count = c, .as = { .items = on->cards->as.items } },
            false, 0
        };
        for (uint32_t i = 0; i < wm_page_items(notes); i++) {
            wm_str text = wm_page_text(&notes->as.items[i], "text");
            bool first = share(&before, text) == 0 && !is_said(notes, i);
            if (first && share(on, text) >= 2 && !is_reason(&on->cards->as.items[c], text)) {
                wm_page_say(p, "  ! ");
                wm_page_hang(p);
                put_numbers(p, on, text);
                wm_page_put(p, text);
                wm_page_say(p, "\n");
            }
        }
    }
}

static int64_t within_m_of(const wm_json *answer)
{
    const wm_json *locality = wm_json_get(wm_json_get(answer, "understood"), "locality");
    return wm_json_integer(wm_json_get(locality, "within_m"), 0);
}

static void render_section(wm_page *p, const wm_json *answer, const wm_json *section)
{
    const wm_json *cards = wm_json_get(section, "cards");
    wm_str name = wm_page_text(section, "name");
    bool safety = wm_str_is(name, "SAFETY");
    bool refused = wm_str_is(name, "NOT_A_MATCH");
    const shelf on = { cards, safety, within_m_of(answer) };
    wm_page_heading(p, wm_page_text(section, "title"));
    render_notes(p, wm_json_get(section, "notes"), safety ? "  ! " : "  ", false);
    for (uint32_t i = 0; i < wm_page_items(cards); i++) {
        if (refused) {
            render_refusal(p, &cards->as.items[i], i + 1);
        } else {
            render_card(p, &cards->as.items[i], i + 1, &on);
        }
    }
    if (!refused) {
        render_shared(p, &on);
    }
    int64_t more = wm_json_integer(wm_json_get(section, "more"), 0);
    if (more > 0) {
        wm_buf_printf(&p->text, "     and %lld more\n", (long long)more);
    }
}

/* What has the place in it. Of several, with shares of a thousand, those that are most likely come
 * first; what has all of them in it may be the whole country, which tells nobody anything. */
static void render_localities(wm_page *p, const wm_json *locality)
{
    const wm_json *candidates = wm_json_get(locality, "candidates");
    uint32_t count = wm_page_items(candidates);
    if (count < 2) {
        wm_page_put_member(p, locality, "name");
        return;
    }
    for (uint32_t i = 0; i < count && i < LOCALITIES_SHOWN; i++) {
        const wm_json *candidate = &candidates->as.items[i];
        int64_t share = wm_json_integer(wm_json_get(candidate, "share"), 0);
        wm_page_say(p, i == 0 ? "" : i + 1 == count ? " or " : ", ");
        wm_page_put_member(p, candidate, "name");
        if (share >= 10) {
            wm_buf_printf(&p->text, " %lld %%", (long long)(share < 990 ? (share + 5) / 10 : 99));
        } else {
            wm_page_say(p, " under 1 %");
        }
    }
    if (count > LOCALITIES_SHOWN) {
        wm_buf_printf(&p->text, " or %u more", (unsigned)(count - LOCALITIES_SHOWN));
    }
}

/* The services that the words name, as they were typed; one text may name several. */
static void render_named(wm_page *p, const wm_json *words)
{
    wm_str last = WM_STR("");
    for (uint32_t i = 0; i < wm_page_items(words); i++) {
        const wm_json *word = &words->as.items[i];
        wm_str text = wm_page_text(word, "text");
        bool is_named =
            wm_json_get(word, "service") != NULL && wm_str_is(wm_page_text(word, "how"), "name");
        if (is_named && !wm_str_equal(text, last)) {
            wm_page_say(p, last.len == 0 ? "\nasked for: " : "; ");
            wm_page_put(p, text);
            last = text;
        }
    }
    wm_page_say(p, last.len > 0 ? "\n" : "");
}

/* What was understood. */
static void render_understood(wm_page *p, const wm_json *answer)
{
    const wm_json *understood = wm_json_get(answer, "understood");
    const wm_json *needs = wm_json_get(understood, "labels");
    render_named(p, wm_json_get(understood, "words"));
    for (uint32_t i = 0; i < wm_page_items(needs); i++) {
        wm_page_say(p, i == 0 ? "\nabout: " : "; ");
        wm_page_put(p, wm_json_string(&needs->as.items[i]));
    }
    wm_page_say(p, wm_page_items(needs) > 0 ? "\n" : "");
    const wm_json *locality = wm_json_get(understood, "locality");
    if (wm_json_get(locality, "name") != NULL) {
        wm_page_say(p, "place: ");
        render_localities(p, locality);
        wm_page_say(p, " (found by ");
        wm_page_put_member(p, locality, "precision");
        int64_t within_m = within_m_of(answer);
        if (within_m > 0) {
            wm_buf_printf(&p->text, ", right to within %.1f miles",
                          (double)within_m / METRES_A_MILE);
        }
        wm_page_say(p, ")\n");
    }
}

/* What would make the answer better, or longer. */
static void render_more(wm_page *p, const wm_json *answer)
{
    wm_str question = wm_page_text(wm_json_get(answer, "next_question"), "text");
    const wm_json *more = wm_json_get(answer, "would_also_apply");
    bool open = false;
    if (question.len > 0) {
        wm_page_line(p, "\nTo answer better: ", question);
        open = true;
    }
    for (uint32_t i = 0; i < wm_page_items(more); i++) {
        wm_str condition = wm_page_text(&more->as.items[i], "if");
        if (condition.len > 0) {
            wm_page_line(p, open ? "There may be more if " : "\nThere may be more if ", condition);
            open = true;
        }
    }
}

static const wm_json *section_of(const wm_json *answer, const char *name)
{
    const wm_json *sections = wm_json_get(answer, "sections");
    for (uint32_t i = 0; i < wm_page_items(sections); i++) {
        if (wm_str_is(wm_page_text(&sections->as.items[i], "name"), name)) {
            return &sections->as.items[i];
        }
    }
    return NULL;
}

/* Nothing stands between the emergency lines and SAFETY. */
static void render_whole(wm_page *p, const wm_json *answer)
{
    const wm_json *sections = wm_json_get(answer, "sections");
    const wm_json *safety = section_of(answer, "SAFETY");
    if (safety != NULL) {
        render_section(p, answer, safety);
    }
    render_understood(p, answer);
    render_notes(p, wm_json_get(answer, "notes"), "! ", false);
    for (uint32_t i = 0; i < wm_page_items(sections); i++) {
        if (&sections->as.items[i] != safety) {
            render_section(p, answer, &sections->as.items[i]);
        }
    }
    render_notes(p, wm_json_get(answer, "gaps"), "! ", false);
    render_more(p, answer);
    wm_page_origin(p, answer);
}

wm_status wm_render_parsed(wm_cli *cli, const wm_json *answer, wm_error *err)
{
    wm_page p;
    wm_page_open(&p, cli);
    wm_page_emergency(&p, answer);
    render_whole(&p, answer);
    return wm_page_finish(&p, WM_OK, err);
}

wm_status wm_render_answer(wm_cli *cli, wm_str text, wm_error *err)
{
    const wm_json *answer = NULL;
    wm_page p;
    wm_status status = wm_page_begin(&p, cli, text, &answer, err);
    if (status == WM_OK) {
        render_whole(&p, answer);
    }
    return wm_page_finish(&p, status, err);
}

wm_status wm_render_safety(wm_cli *cli, const wm_json *answer, wm_error *err)
{
    const wm_json *section = section_of(answer, "SAFETY");
    if (section == NULL) {
        return WM_OK;
    }
    wm_page p;
    wm_page_open(&p, cli);
    render_section(&p, answer, section);
    return wm_page_finish(&p, WM_OK, err);
}

/* The first telephone number, else the first way to make contact. */
static const wm_json *contact_of(const wm_json *card)
{
    const wm_json *contacts = wm_json_get(card, "contacts");
    for (uint32_t i = 0; i < wm_page_items(contacts); i++) {
        if (wm_str_is(wm_page_text(&contacts->as.items[i], "kind"), "phone")) {
            return &contacts->as.items[i];
        }
    }
    return wm_page_items(contacts) > 0 ? &contacts->as.items[0] : NULL;
}

static void render_brief(wm_page *p, const wm_json *card, unsigned number)
{
    const wm_json *contact = contact_of(card);
    wm_buf_printf(&p->text, "%3u. ", number);
    wm_page_hang(p);
    wm_page_put_member(p, card, "name");
    wm_buf_printf(&p->text, "  [%s]", verdict_words(wm_page_text(card, "verdict")));
    if (contact != NULL) {
        wm_page_say(p, "  ");
        wm_page_put_member(p, contact, "value");
    }
    bool open = wm_json_boolean(wm_json_get(wm_json_get(card, "open"), "now"), false);
    wm_page_say(p, open ? "  open now\n" : "\n");
}

wm_status wm_render_best(wm_cli *cli, const wm_json *answer, size_t max, wm_error *err)
{
    const wm_json *section = section_of(answer, "MAIN");
    const wm_json *cards = wm_json_get(section, "cards");
    uint32_t count = wm_page_items(cards);
    if (count == 0) {
        return WM_OK;
    }
    wm_page p;
    wm_page_open(&p, cli);
    for (uint32_t i = 0; i < count && i < max; i++) {
        render_brief(&p, &cards->as.items[i], i + 1);
    }
    int64_t more = wm_json_integer(wm_json_get(section, "more"), 0) +
                   (count > max ? (int64_t)(count - max) : 0);
    if (more > 0) {
        wm_buf_printf(&p.text, "     and %lld more\n", (long long)more);
    }
    return wm_page_finish(&p, WM_OK, err);
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

static void render_node(wm_page *p, const wm_json *node, unsigned depth, uint32_t times)
{
    wm_buf_printf(&p->text, "  %*s%s%s  ", (int)(2 * depth), "",
                  wm_json_boolean(wm_json_get(node, "decisive"), false) ? "* " : "  ",
                  mark_of(node));
    wm_page_hang(p);
    wm_str text = wm_json_string(wm_json_get(node, "text"));
    wm_page_put(p, text.len > 0 ? text : wm_json_string(wm_json_get(node, "node")));
    if (times > 1) {
        wm_buf_printf(&p->text, " (%u such)", times);
    }
    wm_buf_put_char(&p->text, '\n');
    /* Below an exclusion every line says what the exclusion says. */
    const wm_json *children = is_exclusion(node) ? NULL : wm_json_get(node, "children");
    for (uint32_t i = 0; children != NULL && i < wm_page_items(children);) {
        uint32_t same = same_from(children, i);
        render_node(p, &children->as.items[i], depth + 1, same);
        i += same;
    }
}

wm_status wm_render_card(wm_cli *cli, wm_str text, wm_error *err)
{
    const wm_json *card = NULL;
    wm_page p;
    wm_status status = wm_page_begin(&p, cli, text, &card, err);
    if (status == WM_OK) {
        const shelf alone = { NULL, false, 0 };
        wm_page_say(&p, "\n");
        render_card(&p, card, 1, &alone);
        wm_page_say(&p, "\nHow that was decided (* what it turned on):\n");
        render_node(&p, wm_json_get(card, "explanation"), 0, 1);
        wm_page_origin(&p, card);
    }
    return wm_page_finish(&p, status, err);
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
