/* signposted.c: see signposted.h. */
#include "signposted.h"

#include <string.h>

typedef struct source {
    wm_kind kind;
    const char *text; /* ' for " */
} source;

#define SERVICE(id, kind, fields)                                                                  \
    {                                                                                              \
        WM_KIND_SERVICE,                                                                           \
            "{'id':'" id "','name':'" id " name','organization':'o','kind':'" kind "'," fields "}" \
    }
#define OPEN "'status':'active',"
#define ANYONE "'eligibility':{'who':{'const':true},'routes':['self','family']},"
#define RING "'contacts':[{'kind':'phone','value':'01632 960001','needs':'voice'}],"
#define ALWAYS "'hours':{'always':true},'response':'immediate',"
#define HERE "'areas':['swindon']"
#define ENGLAND "'areas':['england']"
#define RULE(id, phase, scope, rest)                                                               \
    {                                                                                              \
        WM_KIND_RULE, "{'id':'" id "','phase':'" phase "','priority':50,'scope':'" scope           \
                      "','why':{'en':'Because of " id ".','pl':'Bo " id ".'}," rest "}"            \
    }
#define TEXT(id, english)                                                                          \
    {                                                                                              \
        WM_KIND_TEXT, "{'id':'" id "','text':{'en':'" english "','pl':'Po polsku'}}"               \
    }

static const source frame[] = {
    { WM_KIND_DIRECTORY, "{'id':'d','title':'t','publisher':'p','languages':['en','pl'],"
                         "'editions':['public','professional']}" },
    { WM_KIND_ORGANIZATION, "{'id':'o','name':'O'}" },
    { WM_KIND_LOCALITY, "{'id':'england','name':'England','kind':'nation'}" },
    { WM_KIND_LOCALITY, "{'id':'swindon','name':'Swindon','kind':'place','parent':'england'}" },
    { WM_KIND_LOCALITY, "{'id':'bath','name':'Bath','kind':'place','parent':'england'}" },
    { WM_KIND_PLACE,
      "{'id':'SN1','kind':'outcode','name':'SN1','shares':[{'code':'swindon','share':1000}],"
      "'lat':5155840,'lon':-178190}" },
    { WM_KIND_NEED, "{'id':'crisis','label':'Crisis','broader':[]}" },
    { WM_KIND_NEED, "{'id':'crisis.thoughts','label':'Thoughts','broader':['crisis'],"
                    "'synonyms':{'en':['suicidal','want to die']}}" },
    { WM_KIND_NEED, "{'id':'trauma','label':'Harm','broader':[]}" },
    { WM_KIND_NEED, "{'id':'trauma.domestic','label':'Hurt at home','broader':['trauma'],"
                    "'synonyms':{'en':['he hits me']}}" },
    { WM_KIND_NEED, "{'id':'anx','label':'Worry','synonyms':{'en':['panic'],'pl':['panika']}}" },
    { WM_KIND_FACT, "{'id':'age','type':'age','question':{'en':'How old are you?',"
                    "'pl':'Ile masz lat?'},'why':{'en':'Ages differ.'},'cost':0}" },
    { WM_KIND_FACT, "{'id':'carer','type':'flag','question':{'en':'Do you look after someone?'},"
                    "'cost':1}" },
    { WM_KIND_FACT, "{'id':'self_harm','type':'flag','question':{'en':'Hurt yourself?'},"
                    "'cost':2}" },
    { WM_KIND_FACT, "{'id':'veteran','type':'flag','question':{'en':'Did you serve?'},'cost':1}" },
    { WM_KIND_FACT, "{'id':'domestic_abuse','type':'flag','question':{'en':'Hurt?'},'cost':2}" },
    { WM_KIND_FACT, "{'id':'residence_area','type':'area','question':{'en':'Where?'},'cost':1}" },
    { WM_KIND_FACT, "{'id':'struggling','type':'flag','question':{'en':'Hard?'},'cost':2}" },
    { WM_KIND_FACT, "{'id':'parent','type':'people','question':{'en':'A parent?'},'cost':2,"
                    "'fields':['struggling']}" },
    TEXT("line.danger", "In danger now? Call 999."),
    TEXT("note.safe", "Is it safe to talk?"),
    TEXT("note.joint", "Both at once."),
    TEXT("note.wait", "For the time until then."),
    TEXT("handover.safe_contact", "How it is safe to reach them"),
    TEXT("consent.crisis", "It is a crisis"),
};

static const source rules[] = {
    RULE("SAFE-1", "safety", "query",
         "'when':{'any':[{'need':['crisis']},{'is':'self_harm'}]},'on_unknown':'fire','do':["
         "{'verb':'line','text':'line.danger'},{'verb':'show','offers':['crisis_line'],'section':"
         "'SAFETY','slot':2},{'verb':'consent','never_blocks':['crisis']},"
         "{'verb':'hold_questions','until':'seen'}]"),
    RULE("SAFE-2", "safety", "query",
         "'when':{'any':[{'need':['trauma']},{'is':'domestic_abuse'}]},'do':[{'verb':'ignore_area',"
         "'offers':['abuse_support']},{'verb':'show','offers':['abuse_support'],'section':'SAFETY',"
         "'slot':5,'unless':{'query':{'actor':['gp']}}},{'verb':'note','text':'note.safe'},"
         "{'verb':'hide','when':{'card':{'offers':['couples_work']}},'section':'ALL'},"
         "{'verb':'leave_no_trace'},{'verb':'handover','add':['safe_contact']}]"),
    RULE("LIFE-1", "lifecycle", "card",
         "'when':{'card':{'status':['closed','closing','active']}},'do':[{'verb':'replace'}]"),
    RULE("JOIN-1", "unblock", "query",
         "'when':{'need':['anx']},'do':[{'verb':'unblock','reasons':['self_harm'],'never':"
         "['violence']},{'verb':'pair','offers':['treatment','open_access_any_need'],'text':"
         "'note.joint'}]"),
    RULE("ADD-1", "add", "query",
         "'when':{'any':[{'is':'carer'},{'actor':{'is':'carer'}}]},'on_unknown':'ask','if':{'en':"
         "'you look after someone'},'do':[{'verb':'show','offers':['carer_support'],'section':"
         "'ALONGSIDE','subject':'actor'},{'verb':'show','offers':['parent_support'],'section':"
         "'ALONGSIDE','subject':'parent'}]"),
    RULE("ADD-2", "add", "query",
         "'when':{'is':'veteran'},'on_unknown':'ask','if':{'en':'you "
         "served'},'do':[{'verb':'note','text':'note.safe'}]"),
    RULE("ADD-3", "add", "card",
         "'when':{'card':{'wait_weeks':{'min':4},'section':['MAIN']}},'do':[{'verb':'show',"
         "'offers':['while_waiting'],'section':'WHILE_WAITING','for':'card'},{'verb':'note','text':"
         "'note.wait'}]"),
    RULE("ADD-4", "add", "query",
         "'when':{'result':{'main_reachable':{'max':1}}},'do':[{'verb':'show','offers':["
         "'open_access_any_need'],'section':'MAIN'},{'verb':'gap'}]"),
    RULE("ORD-1", "order", "query",
         "'when':{'const':true},'do':[{'verb':'rank','by':2,'only':{'card':{'wait_weeks':{'min':"
         "4}}}},{'verb':'move','section':'FOOTER','only':{'card':{'offers':['app']}}}]"),
    RULE("NOTE-1", "annotate", "card",
         "'when':{'card':{'exclusion':['self_harm']}},'do':[{'verb':'note','text':'note.joint'}]"),
};

static const source services[] = {
    SERVICE("talking", "talking_therapy",
            OPEN RING "'eligibility':{'who':{'age':{'min':16}},'not_for':[{'when':{'is':"
                      "'self_harm'},'reason':'self_harm','soft':true}],'routes':['self','family']},"
                      "'hours':{'weekly':[{'days':['MO','TU','WE','TH','FR'],'opens':'09:00',"
                      "'closes':'17:00'}]},'wait':{'current_weeks':12},'offers':['treatment'],"
                      "'needs':['anx','crisis'],'successors':[]," HERE),
    SERVICE("veterans", "talking_therapy",
            OPEN RING
            "'eligibility':{'who':{'is':'veteran'},'routes':['self']},'needs':['anx']," ENGLAND),
    SERVICE("hard", "talking_therapy",
            OPEN "'eligibility':{'who':{'const':true},'not_for':[{'when':{'is':'self_harm'},"
                 "'reason':'self_harm'}],'routes':['gp']},'needs':['anx']," HERE),
    SERVICE("old", "group",
            "'status':'closed','closes_on':'2025-06-30','successors':['new']," ANYONE
            "'needs':['anx']," HERE),
    SERVICE("new", "group", OPEN RING ANYONE "'needs':['anx']," HERE),
    SERVICE("planned", "group",
            "'status':'planned','opens_on':'2027-01-01'," ANYONE "'needs':['anx']," HERE),
    SERVICE("line", "crisis_line",
            OPEN RING ANYONE ALWAYS "'offers':['crisis_line'],'needs':['crisis']," ENGLAND),
    SERVICE("text-line", "crisis_line",
            OPEN ANYONE ALWAYS "'contacts':[{'kind':'web','value':'https://x.example','needs':"
                               "'data'}],'offers':['crisis_line'],'needs':['crisis']," ENGLAND),
    SERVICE("refuge", "refuge",
            OPEN RING ALWAYS
            "'eligibility':{'who':{'area':{'of':['residence'],'in':['bath']}},'routes':['self',"
            "'family']},'offers':['abuse_support'],'confidential_location':true,'needs':['trauma'],"
            "'areas':['bath']"),
    SERVICE("couples", "couples", OPEN ANYONE "'offers':['couples_work'],'needs':['anx']," HERE),
    SERVICE("carers", "carers_centre",
            OPEN RING "'eligibility':{'who':{'is':'carer'},'routes':['self']},'offers':["
                      "'carer_support'],'needs':['anx']," HERE),
    SERVICE("parents", "family_hub",
            OPEN ANYONE "'offers':['parent_support'],'needs':['trauma']," HERE),
    SERVICE("meanwhile", "peer_group",
            OPEN ANYONE "'offers':['while_waiting'],'needs':['anx']," ENGLAND),
    SERVICE("app", "app", OPEN ANYONE "'offers':['app'],'needs':['anx']," ENGLAND),
    SERVICE("drop-in", "drop_in",
            OPEN RING ANYONE "'offers':['open_access_any_need'],'needs':['crisis']," HERE),
};

static void put_all(wm_store *store, const source *sources, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        wm_test_put(store, sources[i].kind, sources[i].text);
    }
}

#define PUT_ALL(store, table) put_all((store), (table), sizeof(table) / sizeof(table)[0])

void wm_test_signposted(wm_store *store)
{
    PUT_ALL(store, frame);
    PUT_ALL(store, rules);
    PUT_ALL(store, services);
    assert_int_equal(wm_test_release(store, "2026-01-05"), 1);
}

void wm_test_signposted_again(wm_store *store)
{
    static const source changes[] = {
        TEXT("note.safe", "Can you talk?"),
        RULE("ADD-2", "add", "query",
             "'when':{'is':'veteran'},'on_unknown':'ask','if':{'en':'you were a soldier'},'do':["
             "{'verb':'note','text':'note.joint'}]"),
        SERVICE("late", "group", OPEN RING ANYONE "'offers':['treatment'],'needs':['anx']," HERE),
    };
    PUT_ALL(store, changes);
    assert_int_equal(wm_test_release(store, "2026-01-06"), 2);
}

/* In English more of an answer is kept for the next one. */
#define QUERY(LANG)                                                                                \
    "{\"text\":\"panic, he hits me, not suicidal\",\"at\":\"SN1\",\"actor\":\"family\","           \
    "\"about\":\"child\",\"facts\":{\"age\":{\"years\":17},\"self_harm\":true,\"parent\":{"        \
    "\"people\":[{\"struggling\":true}]}},\"actor_facts\":{\"carer\":true},\"tried\":[{"           \
    "\"service\":\"new\",\"outcome\":\"did_not_help\"}]," LANG "\"as_of\":\"2026-01-06\","         \
    "\"now\":\"2026-01-06T03:10\"}"
#define IN_ENGLISH QUERY("")
#define IN_POLISH QUERY("\"lang\":\"pl\",")

/* The service that is explained and handed over to. */
static const char *const chosen = "talking";

static const char *const requests[WM_TEST_REQUEST_COUNT] = {
    [WM_TEST_FIND] = IN_ENGLISH,
    [WM_TEST_EXPLAIN] = IN_ENGLISH,
    [WM_TEST_ASK] =
        "{\"query\":" IN_POLISH ",\"replies\":[{\"fact\":\"veteran\",\"value\":false}]}",
    [WM_TEST_HANDOVER] =
        "{\"query\":" IN_POLISH ",\"handover\":{\"own_words\":\"I cannot sleep.\",\"consent\":"
        "\"given\",\"contact\":{\"phone\":\"1\"},\"safe_contact\":{\"how\":\"ring\",\"text\":"
        "\"yes\"},\"adjustments\":[\"quiet room\"]}}",
    [WM_TEST_GAPS] = "{\"at\":\"swindon\",\"against\":\"bath\",\"needs\":[\"anx\"]}",
};

wm_status wm_test_signposted_ask(wm_directory *directory, wm_test_request request,
                                 wm_text *text_out, wm_error *err)
{
    const char *text = requests[request];
    const char *today = "2026-01-06";
    size_t length = strlen(text);
    wm_text_free(text_out);
    switch (request) {
    case WM_TEST_EXPLAIN:
        return wm_directory_explain(directory, chosen, text, length, today, text_out, err);
    case WM_TEST_ASK: return wm_directory_ask(directory, text, length, today, text_out, err);
    case WM_TEST_HANDOVER:
        return wm_directory_handover(directory, chosen, text, length, today, text_out, err);
    case WM_TEST_GAPS: return wm_directory_gaps(directory, text, length, today, text_out, err);
    case WM_TEST_FIND:
    case WM_TEST_REQUEST_COUNT:
    default: return wm_directory_find(directory, text, length, today, text_out, err);
    }
}
