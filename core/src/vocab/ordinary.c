/* ordinary.c: common words that lie close to words of the vocabulary, so that they are not taken
 * for misspelt ones: "setting" is not "sexting", and "noise" is not "noose".
 *
 * To be read and extended by hand, in order (test_words.c checks that): put in any ordinary word
 * that the directory took for something else. The ends -s, -es, -ed, -ing, -er and -ly need no row
 * of their own. */
#include "words.h"

#include "edits.h"

#define ROWS(table) (sizeof(table) / sizeof(table)[0])

static const wm_str ordinary[] = {
    WM_STR_INIT("ack"),         WM_STR_INIT("activate"),      WM_STR_INIT("adapt"),
    WM_STR_INIT("adaption"),    WM_STR_INIT("adaptive"),      WM_STR_INIT("addition"),
    WM_STR_INIT("additive"),    WM_STR_INIT("admit"),         WM_STR_INIT("adopt"),
    WM_STR_INIT("advise"),      WM_STR_INIT("aggressive"),    WM_STR_INIT("alike"),
    WM_STR_INIT("alive"),       WM_STR_INIT("allocate"),      WM_STR_INIT("amused"),
    WM_STR_INIT("argent"),      WM_STR_INIT("argument"),      WM_STR_INIT("artistic"),
    WM_STR_INIT("asleep"),      WM_STR_INIT("associate"),     WM_STR_INIT("attach"),
    WM_STR_INIT("attack"),      WM_STR_INIT("attacker"),      WM_STR_INIT("attend"),
    WM_STR_INIT("auction"),     WM_STR_INIT("augment"),       WM_STR_INIT("back"),
    WM_STR_INIT("ball"),        WM_STR_INIT("balloon"),       WM_STR_INIT("bat"),
    WM_STR_INIT("battle"),      WM_STR_INIT("behaviour"),     WM_STR_INIT("bel"),
    WM_STR_INIT("bell"),        WM_STR_INIT("beside"),        WM_STR_INIT("best"),
    WM_STR_INIT("betting"),     WM_STR_INIT("bind"),          WM_STR_INIT("binding"),
    WM_STR_INIT("bleaching"),   WM_STR_INIT("blind"),         WM_STR_INIT("blink"),
    WM_STR_INIT("block"),       WM_STR_INIT("bluffing"),      WM_STR_INIT("board"),
    WM_STR_INIT("bounce"),      WM_STR_INIT("bound"),         WM_STR_INIT("breach"),
    WM_STR_INIT("breakout"),    WM_STR_INIT("brief"),         WM_STR_INIT("brown"),
    WM_STR_INIT("brownie"),     WM_STR_INIT("build"),         WM_STR_INIT("built"),
    WM_STR_INIT("bull"),        WM_STR_INIT("bump"),          WM_STR_INIT("bundle"),
    WM_STR_INIT("busting"),     WM_STR_INIT("butt"),          WM_STR_INIT("button"),
    WM_STR_INIT("cancel"),      WM_STR_INIT("cape"),          WM_STR_INIT("case"),
    WM_STR_INIT("cast"),        WM_STR_INIT("cat"),           WM_STR_INIT("caution"),
    WM_STR_INIT("chair"),       WM_STR_INIT("charter"),       WM_STR_INIT("choose"),
    WM_STR_INIT("chop"),        WM_STR_INIT("christmas"),     WM_STR_INIT("citation"),
    WM_STR_INIT("clash"),       WM_STR_INIT("clear"),         WM_STR_INIT("click"),
    WM_STR_INIT("clock"),       WM_STR_INIT("clone"),         WM_STR_INIT("clothe"),
    WM_STR_INIT("cluster"),     WM_STR_INIT("coercion"),      WM_STR_INIT("coffee"),
    WM_STR_INIT("coincidence"), WM_STR_INIT("compile"),       WM_STR_INIT("complain"),
    WM_STR_INIT("compliant"),   WM_STR_INIT("complies"),      WM_STR_INIT("comply"),
    WM_STR_INIT("concept"),     WM_STR_INIT("concert"),       WM_STR_INIT("conclusion"),
    WM_STR_INIT("concrete"),    WM_STR_INIT("conference"),    WM_STR_INIT("confined"),
    WM_STR_INIT("confuse"),     WM_STR_INIT("conscious"),     WM_STR_INIT("consult"),
    WM_STR_INIT("consume"),     WM_STR_INIT("conversion"),    WM_STR_INIT("convert"),
    WM_STR_INIT("cookie"),      WM_STR_INIT("cost"),          WM_STR_INIT("cotton"),
    WM_STR_INIT("count"),       WM_STR_INIT("couple"),        WM_STR_INIT("cousin"),
    WM_STR_INIT("cout"),        WM_STR_INIT("creat"),         WM_STR_INIT("cris"),
    WM_STR_INIT("crisp"),       WM_STR_INIT("crisps"),        WM_STR_INIT("croak"),
    WM_STR_INIT("crop"),        WM_STR_INIT("crown"),         WM_STR_INIT("cube"),
    WM_STR_INIT("cuffing"),     WM_STR_INIT("cull"),          WM_STR_INIT("culture"),
    WM_STR_INIT("cunning"),     WM_STR_INIT("cur"),           WM_STR_INIT("curious"),
    WM_STR_INIT("curl"),        WM_STR_INIT("curse"),         WM_STR_INIT("curve"),
    WM_STR_INIT("cuttings"),    WM_STR_INIT("dance"),         WM_STR_INIT("deadline"),
    WM_STR_INIT("deb"),         WM_STR_INIT("decide"),        WM_STR_INIT("decided"),
    WM_STR_INIT("decision"),    WM_STR_INIT("decline"),       WM_STR_INIT("decode"),
    WM_STR_INIT("decorate"),    WM_STR_INIT("decoration"),    WM_STR_INIT("decrease"),
    WM_STR_INIT("dedications"), WM_STR_INIT("deflate"),       WM_STR_INIT("defused"),
    WM_STR_INIT("degrade"),     WM_STR_INIT("deletion"),      WM_STR_INIT("denote"),
    WM_STR_INIT("dense"),       WM_STR_INIT("depart"),        WM_STR_INIT("deposit"),
    WM_STR_INIT("description"), WM_STR_INIT("despite"),       WM_STR_INIT("detach"),
    WM_STR_INIT("detail"),      WM_STR_INIT("determination"), WM_STR_INIT("division"),
    WM_STR_INIT("document"),    WM_STR_INIT("dominate"),      WM_STR_INIT("dot"),
    WM_STR_INIT("drain"),       WM_STR_INIT("dramatic"),      WM_STR_INIT("drape"),
    WM_STR_INIT("drop"),        WM_STR_INIT("drown"),         WM_STR_INIT("dump"),
    WM_STR_INIT("dup"),         WM_STR_INIT("dust"),          WM_STR_INIT("easing"),
    WM_STR_INIT("edit"),        WM_STR_INIT("edition"),       WM_STR_INIT("education"),
    WM_STR_INIT("elapse"),      WM_STR_INIT("election"),      WM_STR_INIT("elevate"),
    WM_STR_INIT("emergence"),   WM_STR_INIT("employ"),        WM_STR_INIT("emulate"),
    WM_STR_INIT("enforce"),     WM_STR_INIT("enroll"),        WM_STR_INIT("equality"),
    WM_STR_INIT("equate"),      WM_STR_INIT("erated"),        WM_STR_INIT("escape"),
    WM_STR_INIT("ethnic"),      WM_STR_INIT("exceed"),        WM_STR_INIT("exciting"),
    WM_STR_INIT("exclude"),     WM_STR_INIT("execute"),       WM_STR_INIT("existing"),
    WM_STR_INIT("exit"),        WM_STR_INIT("expect"),        WM_STR_INIT("explain"),
    WM_STR_INIT("exploit"),     WM_STR_INIT("explore"),       WM_STR_INIT("export"),
    WM_STR_INIT("express"),     WM_STR_INIT("expression"),    WM_STR_INIT("failure"),
    WM_STR_INIT("fault"),       WM_STR_INIT("file"),          WM_STR_INIT("filter"),
    WM_STR_INIT("final"),       WM_STR_INIT("fine"),          WM_STR_INIT("flash"),
    WM_STR_INIT("flush"),       WM_STR_INIT("focus"),         WM_STR_INIT("follow"),
    WM_STR_INIT("forceful"),    WM_STR_INIT("format"),        WM_STR_INIT("fred"),
    WM_STR_INIT("freeze"),      WM_STR_INIT("fully"),         WM_STR_INIT("future"),
    WM_STR_INIT("gather"),      WM_STR_INIT("getting"),       WM_STR_INIT("goose"),
    WM_STR_INIT("grant"),       WM_STR_INIT("grape"),         WM_STR_INIT("greet"),
    WM_STR_INIT("grope"),       WM_STR_INIT("group"),         WM_STR_INIT("grouping"),
    WM_STR_INIT("grow"),        WM_STR_INIT("guard"),         WM_STR_INIT("guide"),
    WM_STR_INIT("guided"),      WM_STR_INIT("gutting"),       WM_STR_INIT("hard"),
    WM_STR_INIT("harden"),      WM_STR_INIT("hate"),          WM_STR_INIT("hating"),
    WM_STR_INIT("herein"),      WM_STR_INIT("hill"),          WM_STR_INIT("hire"),
    WM_STR_INIT("historical"),  WM_STR_INIT("hitting"),       WM_STR_INIT("hoist"),
    WM_STR_INIT("honey"),       WM_STR_INIT("hose"),          WM_STR_INIT("hunt"),
    WM_STR_INIT("imbalance"),   WM_STR_INIT("import"),        WM_STR_INIT("impressed"),
    WM_STR_INIT("impression"),  WM_STR_INIT("include"),       WM_STR_INIT("indent"),
    WM_STR_INIT("indication"),  WM_STR_INIT("inflate"),       WM_STR_INIT("inflation"),
    WM_STR_INIT("inject"),      WM_STR_INIT("insert"),        WM_STR_INIT("inside"),
    WM_STR_INIT("inspect"),     WM_STR_INIT("invert"),        WM_STR_INIT("invest"),
    WM_STR_INIT("invisible"),   WM_STR_INIT("inviting"),      WM_STR_INIT("invoices"),
    WM_STR_INIT("jesting"),     WM_STR_INIT("jit"),           WM_STR_INIT("jutting"),
    WM_STR_INIT("lack"),        WM_STR_INIT("let"),           WM_STR_INIT("letting"),
    WM_STR_INIT("ligature"),    WM_STR_INIT("likely"),        WM_STR_INIT("linger"),
    WM_STR_INIT("lively"),      WM_STR_INIT("lobby"),         WM_STR_INIT("loose"),
    WM_STR_INIT("love"),        WM_STR_INIT("lump"),          WM_STR_INIT("lusting"),
    WM_STR_INIT("manger"),      WM_STR_INIT("mantic"),        WM_STR_INIT("mark"),
    WM_STR_INIT("matcher"),     WM_STR_INIT("mention"),       WM_STR_INIT("mill"),
    WM_STR_INIT("mission"),     WM_STR_INIT("mock"),          WM_STR_INIT("mold"),
    WM_STR_INIT("moose"),       WM_STR_INIT("motivated"),     WM_STR_INIT("munge"),
    WM_STR_INIT("mutate"),      WM_STR_INIT("mutton"),        WM_STR_INIT("naive"),
    WM_STR_INIT("name"),        WM_STR_INIT("nation"),        WM_STR_INIT("native"),
    WM_STR_INIT("negate"),      WM_STR_INIT("nest"),          WM_STR_INIT("nesting"),
    WM_STR_INIT("net"),         WM_STR_INIT("node"),          WM_STR_INIT("noise"),
    WM_STR_INIT("nose"),        WM_STR_INIT("nut"),           WM_STR_INIT("objected"),
    WM_STR_INIT("offer"),       WM_STR_INIT("olink"),         WM_STR_INIT("operate"),
    WM_STR_INIT("oppressed"),   WM_STR_INIT("out"),           WM_STR_INIT("outfit"),
    WM_STR_INIT("outing"),      WM_STR_INIT("output"),        WM_STR_INIT("outside"),
    WM_STR_INIT("overcome"),    WM_STR_INIT("overdue"),       WM_STR_INIT("overhead"),
    WM_STR_INIT("overheat"),    WM_STR_INIT("overlap"),       WM_STR_INIT("overlay"),
    WM_STR_INIT("overpass"),    WM_STR_INIT("overseas"),      WM_STR_INIT("overuse"),
    WM_STR_INIT("pack"),        WM_STR_INIT("page"),          WM_STR_INIT("paint"),
    WM_STR_INIT("panel"),       WM_STR_INIT("passion"),       WM_STR_INIT("peering"),
    WM_STR_INIT("perm"),        WM_STR_INIT("pet"),           WM_STR_INIT("picnic"),
    WM_STR_INIT("play"),        WM_STR_INIT("point"),         WM_STR_INIT("policies"),
    WM_STR_INIT("policy"),      WM_STR_INIT("polite"),        WM_STR_INIT("port"),
    WM_STR_INIT("positional"),  WM_STR_INIT("possess"),       WM_STR_INIT("possession"),
    WM_STR_INIT("pot"),         WM_STR_INIT("preaching"),     WM_STR_INIT("precision"),
    WM_STR_INIT("press"),       WM_STR_INIT("prime"),         WM_STR_INIT("project"),
    WM_STR_INIT("promotion"),   WM_STR_INIT("provision"),     WM_STR_INIT("punt"),
    WM_STR_INIT("purling"),     WM_STR_INIT("purse"),         WM_STR_INIT("putting"),
    WM_STR_INIT("queen"),       WM_STR_INIT("quit"),          WM_STR_INIT("quot"),
    WM_STR_INIT("rabbit"),      WM_STR_INIT("range"),         WM_STR_INIT("rapid"),
    WM_STR_INIT("rapped"),      WM_STR_INIT("rate"),          WM_STR_INIT("ration"),
    WM_STR_INIT("reach"),       WM_STR_INIT("reap"),          WM_STR_INIT("rebase"),
    WM_STR_INIT("redact"),      WM_STR_INIT("redundant"),     WM_STR_INIT("refinement"),
    WM_STR_INIT("reflect"),     WM_STR_INIT("regress"),       WM_STR_INIT("reject"),
    WM_STR_INIT("relax"),       WM_STR_INIT("relay"),         WM_STR_INIT("release"),
    WM_STR_INIT("relocation"),  WM_STR_INIT("remap"),         WM_STR_INIT("render"),
    WM_STR_INIT("repair"),      WM_STR_INIT("reparse"),       WM_STR_INIT("repeat"),
    WM_STR_INIT("report"),      WM_STR_INIT("require"),       WM_STR_INIT("requirement"),
    WM_STR_INIT("reserve"),     WM_STR_INIT("residence"),     WM_STR_INIT("resilient"),
    WM_STR_INIT("resisting"),   WM_STR_INIT("resize"),        WM_STR_INIT("respect"),
    WM_STR_INIT("responsive"),  WM_STR_INIT("rest"),          WM_STR_INIT("resting"),
    WM_STR_INIT("restore"),     WM_STR_INIT("restriction"),   WM_STR_INIT("restrictive"),
    WM_STR_INIT("retain"),      WM_STR_INIT("retried"),       WM_STR_INIT("return"),
    WM_STR_INIT("reuse"),       WM_STR_INIT("reversion"),     WM_STR_INIT("revert"),
    WM_STR_INIT("revise"),      WM_STR_INIT("revision"),      WM_STR_INIT("roam"),
    WM_STR_INIT("roll"),        WM_STR_INIT("rope"),          WM_STR_INIT("rotation"),
    WM_STR_INIT("rotting"),     WM_STR_INIT("round"),         WM_STR_INIT("rust"),
    WM_STR_INIT("rutting"),     WM_STR_INIT("sack"),          WM_STR_INIT("saint"),
    WM_STR_INIT("salt"),        WM_STR_INIT("sample"),        WM_STR_INIT("scale"),
    WM_STR_INIT("scare"),       WM_STR_INIT("scatter"),       WM_STR_INIT("score"),
    WM_STR_INIT("scroll"),      WM_STR_INIT("seal"),          WM_STR_INIT("seat"),
    WM_STR_INIT("section"),     WM_STR_INIT("seed"),          WM_STR_INIT("seek"),
    WM_STR_INIT("select"),      WM_STR_INIT("sense"),         WM_STR_INIT("separate"),
    WM_STR_INIT("separator"),   WM_STR_INIT("serialisation"), WM_STR_INIT("serve"),
    WM_STR_INIT("session"),     WM_STR_INIT("set"),           WM_STR_INIT("setting"),
    WM_STR_INIT("settle"),      WM_STR_INIT("shape"),         WM_STR_INIT("sheep"),
    WM_STR_INIT("shrink"),      WM_STR_INIT("side"),          WM_STR_INIT("sides"),
    WM_STR_INIT("signature"),   WM_STR_INIT("singe"),         WM_STR_INIT("sitting"),
    WM_STR_INIT("siz"),         WM_STR_INIT("skirt"),         WM_STR_INIT("slack"),
    WM_STR_INIT("sleet"),       WM_STR_INIT("slice"),         WM_STR_INIT("slot"),
    WM_STR_INIT("snack"),       WM_STR_INIT("sock"),          WM_STR_INIT("solution"),
    WM_STR_INIT("sorry"),       WM_STR_INIT("sort"),          WM_STR_INIT("spill"),
    WM_STR_INIT("spite"),       WM_STR_INIT("splice"),        WM_STR_INIT("spot"),
    WM_STR_INIT("spray"),       WM_STR_INIT("spurious"),      WM_STR_INIT("stack"),
    WM_STR_INIT("stall"),       WM_STR_INIT("stamp"),         WM_STR_INIT("stare"),
    WM_STR_INIT("stat"),        WM_STR_INIT("station"),       WM_STR_INIT("steep"),
    WM_STR_INIT("stick"),       WM_STR_INIT("sting"),         WM_STR_INIT("stone"),
    WM_STR_INIT("stor"),        WM_STR_INIT("strange"),       WM_STR_INIT("stream"),
    WM_STR_INIT("strike"),      WM_STR_INIT("strobe"),        WM_STR_INIT("stub"),
    WM_STR_INIT("subside"),     WM_STR_INIT("suction"),       WM_STR_INIT("suite"),
    WM_STR_INIT("suited"),      WM_STR_INIT("sunk"),          WM_STR_INIT("sunside"),
    WM_STR_INIT("surging"),     WM_STR_INIT("sweep"),         WM_STR_INIT("switch"),
    WM_STR_INIT("taint"),       WM_STR_INIT("talk"),          WM_STR_INIT("tamper"),
    WM_STR_INIT("tap"),         WM_STR_INIT("tape"),          WM_STR_INIT("target"),
    WM_STR_INIT("tear"),        WM_STR_INIT("tease"),         WM_STR_INIT("template"),
    WM_STR_INIT("ten"),         WM_STR_INIT("termination"),   WM_STR_INIT("terminator"),
    WM_STR_INIT("terry"),       WM_STR_INIT("terse"),         WM_STR_INIT("test"),
    WM_STR_INIT("testing"),     WM_STR_INIT("tighten"),       WM_STR_INIT("titanic"),
    WM_STR_INIT("toffee"),      WM_STR_INIT("track"),         WM_STR_INIT("transform"),
    WM_STR_INIT("transport"),   WM_STR_INIT("transpose"),     WM_STR_INIT("trap"),
    WM_STR_INIT("travelling"),  WM_STR_INIT("trigger"),       WM_STR_INIT("trust"),
    WM_STR_INIT("tunic"),       WM_STR_INIT("undone"),        WM_STR_INIT("unlike"),
    WM_STR_INIT("unroll"),      WM_STR_INIT("useless"),       WM_STR_INIT("verbose"),
    WM_STR_INIT("vesting"),     WM_STR_INIT("vet"),           WM_STR_INIT("vice"),
    WM_STR_INIT("violate"),     WM_STR_INIT("violation"),     WM_STR_INIT("visiting"),
    WM_STR_INIT("watcher"),     WM_STR_INIT("water"),         WM_STR_INIT("weakness"),
    WM_STR_INIT("wet"),         WM_STR_INIT("wire"),          WM_STR_INIT("wonder"),
    WM_STR_INIT("writable"),
};

static bool is_listed(const char *letters, size_t length)
{
    wm_str word = { letters, length };
    size_t low = 0;
    size_t high = ROWS(ordinary);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = wm_str_compare(ordinary[middle], word);
        if (order == 0) {
            return true;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return false;
}

/* The word without this ending, or with an e in its place, or with its double letter single. */
static bool is_listed_without(wm_str word, wm_str ending)
{
    if (word.len < ending.len + 3 ||
        memcmp(word.ptr + word.len - ending.len, ending.ptr, ending.len) != 0) {
        return false;
    }
    char stem[EDITS_LETTERS_MAX + 1];
    size_t length = word.len - ending.len;
    memcpy(stem, word.ptr, length);
    if (is_listed(stem, length)) {
        return true;
    }
    if (stem[length - 1] == stem[length - 2] && is_listed(stem, length - 1)) {
        return true;
    }
    stem[length] = 'e';
    return is_listed(stem, length + 1);
}

bool words_is_ordinary(wm_str word)
{
    static const wm_str endings[] = { WM_STR_INIT("s"),   WM_STR_INIT("es"), WM_STR_INIT("ed"),
                                      WM_STR_INIT("ing"), WM_STR_INIT("er"), WM_STR_INIT("ly") };
    if (word.len > EDITS_LETTERS_MAX) {
        return false;
    }
    bool found = is_listed(word.ptr, word.len);
    for (size_t i = 0; i < ROWS(endings) && !found; i++) {
        found = is_listed_without(word, endings[i]);
    }
    return found;
}

bool words_near_ordinary(wm_str word, unsigned edits)
{
    uint32_t letters = edits_letters(word);
    for (size_t i = 0; i < ROWS(ordinary); i++) {
        bool is_close = ordinary[i].len <= word.len + edits && word.len <= ordinary[i].len + edits;
        if (is_close && edits_possible(letters, edits_letters(ordinary[i]), edits) &&
            edits_between(word, ordinary[i], edits) <= edits) {
            return true;
        }
    }
    return false;
}

bool words_ordinary_holds(void)
{
    bool hold = edits_plain(ordinary[0]);
    for (size_t i = 1; i < ROWS(ordinary); i++) {
        hold = hold && edits_plain(ordinary[i]) && wm_str_compare(ordinary[i - 1], ordinary[i]) < 0;
    }
    return hold;
}
