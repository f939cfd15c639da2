/* name_class.c: how much a word says of which service is meant.
 *
 * Tables to be read and extended by hand, each in order (test_words.c checks that). A service may
 * be called Compass, Talk or Turning Point: an ordinary word in a sentence is not taken for its
 * name, unless the sentence says more (ask/names.c). */
#include <stdlib.h>

#include "edits.h"
#include "name_words.h"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static const char *const links[] = {
    "a",  "an", "and", "at", "by",  "for", "from", "in",   "is",
    "it", "of", "on",  "or", "our", "the", "to",   "with",
};

static const char *const generic[] = {
    "access",       "adult",         "adults",      "advice",        "advisory",
    "age",          "aged",          "agency",      "alliance",      "allied",
    "area",         "assessment",    "assist",      "association",   "board",
    "borough",      "branch",        "care",        "casework",      "center",
    "centre",       "charity",       "child",       "children",      "childrens",
    "clinic",       "clinical",      "clinics",     "club",          "college",
    "combined",     "community",     "connections", "consortium",    "contact",
    "cooperative",  "coordination",  "council",     "counselling",   "county",
    "crisis",       "day",           "department",  "dept",          "directorate",
    "district",     "division",      "drop",        "east",          "emergency",
    "england",      "english",       "enquiries",   "families",      "family",
    "forum",        "foundation",    "free",        "friends",       "gateway",
    "general",      "group",         "groups",      "health",        "healthcare",
    "healthy",      "help",          "helping",     "helpline",      "hospital",
    "house",        "hub",           "hubs",        "information",   "initiative",
    "institute",    "integrated",    "intensive",   "international", "limited",
    "line",         "lines",         "link",        "links",         "local",
    "location",     "ltd",           "men",         "mens",          "mental",
    "national",     "neighbourhood", "network",     "networks",      "nhs",
    "north",        "northern",      "office",      "older",         "online",
    "organisation", "organization",  "outpatient",  "outreach",      "parent",
    "parents",      "partners",      "partnership", "partnerships",  "peer",
    "people",       "peoples",       "person",      "phone",         "place",
    "places",       "primary",       "programme",   "project",       "projects",
    "provider",     "public",        "referral",    "region",        "regional",
    "residential",  "resource",      "response",    "rooms",         "scheme",
    "school",       "schools",       "secondary",   "sector",        "self",
    "service",      "services",      "session",     "sessions",      "single",
    "site",         "social",        "society",     "south",         "southern",
    "space",        "specialist",    "street",      "support",       "supported",
    "supporting",   "system",        "team",        "teams",         "telephone",
    "text",         "therapies",     "therapy",     "town",          "training",
    "treatment",    "trust",         "uk",          "unit",          "university",
    "voluntary",    "volunteers",    "ward",        "wellbeing",     "west",
    "western",      "women",         "womens",      "work",          "working",
    "workshop",     "young",         "youth",
};

/* A row for each first letter: the words with it, in order, with one space between. */
static const char *const common['z' - 'a' + 1] = {
    ['a' - 'a'] =
        "able about above accept across act active add afraid after afternoon again against "
        "ago agree ahead air alive all allow almost alone along already also always am "
        "amazing among anchor angel anger angry animal another answer any anyone anything "
        "anyway apart apple apply are aren arm army around arrive art as ask asleep away",
    ['b' - 'a'] =
        "baby back bad bag balance ball bank bar base basic bath bay be beach beacon beat "
        "beautiful became because become bed been before began begin behind being believe "
        "bell belong below bend beside best better between beyond big bird birth bit black "
        "blank bless blood bloom blossom blue boat body bond bone book border born both "
        "bottle bottom bounce box boy brain brave bread break breath breathe bridge bridges "
        "bright brilliant bring broken brook brother brought brown bud build building burn "
        "bus business busy but butterfly buy",
    ['c' - 'a'] =
        "cafe call called calm came camp can cannot car card careful carer carers cars case "
        "castle cat catch cause cedar certain chain chair challenge chance change changes "
        "changing chapter charge chat cheap check choice choices choose church circle "
        "citizen citizens city class clean clear clearly climb clock close closed closing "
        "clothes cloud coach coast coffee cold collect colour come comfort coming common "
        "compass complete conversation cook cool cope coping corner cost could count country "
        "couple courage course court cover create creative cross crown cry cup cut",
    ['d' - 'a'] =
        "dad daily damage dance danger dark daughter dawn days dead deal dear death decide "
        "deep depend desk did died different difficult dinner direct direction disability do "
        "doctor does dog doing done door doors dose double doubt down dream dreams drink "
        "drive dry due during dying",
    ['e' - 'a'] =
        "each ear early earth easy eat edge eight either elder else empower empty end ending "
        "energy enough enter entire equal escape even evening ever every everyone everything "
        "exactly expect experience explore express eye eyes",
    ['f' - 'a'] =
        "face fact fair faith fall far farm fast father fear feel feeling feelings feet fell "
        "felt few field fight figure file fill film final finally find finding fine finish "
        "fire first fish fit five fix floor flow flower flowers fly focus follow food foot "
        "force forest forever forget form forward found fountain four freedom fresh friday "
        "friend friendly friendship frog front full fun further future",
    ['g' - 'a'] =
        "gain game garden gardens gate gather gave get getting girl give given glad glass go "
        "goal going gold gone good got grass great green grey grief ground grounded grow "
        "growing growth guidance guide guy",
    ['h' - 'a'] =
        "had hair half hall hand hands happen happened happening happy harbour hard hardly "
        "harmony has have haven having he head heads headway heal healing hear heard heart "
        "hearts heat heavy hello her here herself hey hi hide high hill him himself his hit "
        "hold hole holiday home homes hope hopeful hopes horizon horizons horse hot hour "
        "hours how huge human hundred hurt husband",
    ['i' - 'a'] =
        "i ice idea if ill imagine important inside insight inspire inspiring instead into "
        "invite island issue its itself",
    ['j' - 'a'] = "jigsaw job join journey journeys joy juice jump just",
    ['k' - 'a'] = "keep kept key kid kids kind kindness king kitchen knew know known",
    ['l' - 'a'] =
        "lad lady lake land language large last late later laugh law lay lead leaf learn "
        "learning least leave led left leg less let letter level life lift light lighthouse "
        "lights like lion listen listening little live lives living long look looking lord "
        "lose losing loss lost lot loud love low luck lunch",
    ['m' - 'a'] =
        "machine made main make making man many march mark market matter matters maybe me "
        "mean meet meeting member memory mend message met middle might mile milestone "
        "milestones mill mind mindful minds mine minute mirror miss mission moment monday "
        "money month moon more morning most mother motion mountain mouth move movement "
        "moving much mum music must my myself",
    ['n' - 'a'] =
        "name named near nearly need needs neighbour nest never new news next nice night "
        "nights nine no nobody none noon nor normal nose not note nothing notice now number "
        "nurse",
    ['o' - 'a'] =
        "oak oasis ocean off offer often oh ok okay old olive once one ones only onto open "
        "opened opening options orange orchard order other others ought out outlook outside "
        "over own",
    ['p' - 'a'] =
        "pace page pain paper park part partner party pass past path paths pathway pathways "
        "pause pay peace perfect perhaps phoenix photo pick picture piece pine plan plant "
        "play please plus point points poor positive possible post potential power pray "
        "present pressure pretty price problem problems promise protect proud pull purple "
        "purpose push put",
    ['q' - 'a'] = "queen question quick quiet quite",
    ['r' - 'a'] =
        "race rain rainbow raise ran ranch rather reach reaching read ready real realise "
        "really reason recover recovery red reflect reflections refuge relate relax release "
        "relief remember renew rent repair respect respond rest result return revive rich "
        "ride right ring rise rising risk river road roads rock role roof room root roots "
        "rose roundabout route routes rule run running",
    ['s' - 'a'] =
        "sad safe safer safety said sail same sanctuary sat saturday save saw say saying sea "
        "search season seat second see seed seeds seem seen sell send sense sent separate "
        "set seven several shadow shape share shared she shelter shift shine ship shop short "
        "should shout show sick side sign signpost silver simple simply since sing sister "
        "sit six size skills sky sleep slow small smart smile snow so sober solid solution "
        "solutions some somebody someone something sometimes somewhere son song soon sort "
        "soul sound source spark speak special spend spirit spoke sport spring square staff "
        "stage stand star stars start started starting state station stay stem step "
        "steppingstone steps still stone stop stopped storm story straight stream strength "
        "strengths strong struggling stuck study stuff such sudden summer sun sunday sunrise "
        "sunshine sure swim switch",
    ['t' - 'a'] =
        "table take taken taking talk talking tea teach tell ten thank thanks that their "
        "them then there these they thing things think thinking third this those though "
        "thought thoughts three thrive through thursday tide time times tired today together "
        "told tomorrow tonight too took top toward towards tower track train transform "
        "transitions tree trees trouble true truth try trying tuesday turn turned turning "
        "twelve twenty two",
    ['u' - 'a'] = "umbrella under understand unity until up upon us use used useful usual",
    ['v' - 'a'] = "valley value very view vine vision visit voice voices",
    ['w' - 'a'] =
        "wait waiting wake walk wall want wanted war warm was wash watch water wave waves "
        "way ways we weather wednesday week weekend weeks well went were what when where "
        "which while white who whole whom whose why wide wife wild will willow win wind "
        "window wing wings winter wish without woman wonder wood woodland word words world "
        "worry worse worst worth would wrong wrote",
    ['x' - 'a'] = "",
    ['y' - 'a'] = "year years yes yesterday yet you your yourself",
    ['z' - 'a'] = "zone",
};

static const char *const asking[] = {
    "address", "attend",  "attended", "based",    "booking",  "branch",    "call",       "called",
    "close",   "closed",  "closes",   "closing",  "contact",  "contacted", "contacting", "contacts",
    "email",   "exist",   "exists",   "find",     "going",    "gone",      "happened",   "happens",
    "hours",   "joined",  "listed",   "located",  "location", "moved",     "named",      "number",
    "numbers", "open",    "opened",   "opening",  "opens",    "phone",     "phoned",     "phoning",
    "rang",    "refer",   "referral", "referred", "reopen",   "reopened",  "reopening",  "ring",
    "ringing", "running", "shut",     "shutting", "still",    "telephone", "times",      "tried",
    "used",    "website", "went",     "where",
};

static int by_word(const void *word, const void *row)
{
    return wm_str_compare(*(const wm_str *)word, wm_str_of(*(const char *const *)row));
}

static bool is_among(wm_str word, const char *const *table, size_t count)
{
    return bsearch(&word, table, count, sizeof *table, by_word) != NULL;
}

static wm_str first_of(wm_str *words)
{
    const char *end = memchr(words->ptr, ' ', words->len);
    wm_str first = { words->ptr, end != NULL ? (size_t)(end - words->ptr) : words->len };
    size_t taken = first.len + (end != NULL ? 1 : 0);
    *words = (wm_str){ words->ptr + taken, words->len - taken };
    return first;
}

static bool is_common(wm_str word)
{
    if (word.len == 0 || word.ptr[0] < 'a' || word.ptr[0] > 'z') {
        return false;
    }
    bool found = false;
    for (wm_str rest = wm_str_of(common[word.ptr[0] - 'a']); rest.len > 0 && !found;) {
        found = wm_str_equal(first_of(&rest), word);
    }
    return found;
}

bool name_is_link(wm_str word)
{
    return is_among(word, links, COUNT(links));
}

name_class name_class_of(wm_str word)
{
    return is_among(word, links, COUNT(links))                                      ? NAME_LINK
           : is_among(word, generic, COUNT(generic))                                ? NAME_GENERIC
           : is_common(word) || words_classes(word) != 0 || words_is_ordinary(word) ? NAME_COMMON
                                                                                    : NAME_RARE;
}

bool name_is_asked_for_by(wm_str word)
{
    return is_among(word, asking, COUNT(asking));
}

static bool is_in_order(const char *const *table, size_t count)
{
    bool holds = true;
    for (size_t i = 1; i < count; i++) {
        holds = holds && strcmp(table[i - 1], table[i]) < 0;
    }
    return holds;
}

static bool common_is_in_order(void)
{
    bool holds = true;
    for (size_t row = 0; row < COUNT(common); row++) {
        wm_str before = { "", 0 };
        for (wm_str rest = wm_str_of(common[row]); rest.len > 0;) {
            wm_str word = first_of(&rest);
            holds = holds && edits_plain(word) && word.ptr[0] == (char)('a' + row) &&
                    wm_str_compare(before, word) < 0;
            before = word;
        }
    }
    return holds;
}

bool name_tables_hold(void)
{
    return is_in_order(links, COUNT(links)) && is_in_order(generic, COUNT(generic)) &&
           common_is_in_order() && is_in_order(asking, COUNT(asking));
}
