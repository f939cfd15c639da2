/* forms.c: words that are written in several ways, and what a word does in a sentence.
 *
 * Tables to be read and extended by hand, each in order of its first column (test_words.c checks
 * that). The short forms of English come without their apostrophe, since folding takes it away. */
#include "words.h"

#define ROWS(table) (sizeof(table) / sizeof(table)[0])

/* ---- what is written out ---- */

/* No row may give more words than its first column has letters: WORDS_MAX rests on that. */
static const struct {
    const char *form;
    const char *written_out;
} written_out[] = {
    { "2moro", "tomorrow" },
    { "2morrow", "tomorrow" },
    { "2nite", "tonight" },
    { "abt", "about" },
    { "aint", "is not" },
    { "alot", "a lot" },
    { "any1", "anyone" },
    { "arent", "are not" },
    { "avent", "have not" },
    { "b", "be" },
    { "b4", "before" },
    { "bcos", "because" },
    { "becos", "because" },
    { "bf", "boyfriend" },
    { "bk", "back" },
    { "bout", "about" },
    { "cannot", "can not" },
    { "cant", "can not" },
    { "carnt", "can not" },
    { "cnt", "can not" },
    { "couldnt", "could not" },
    { "coz", "because" },
    { "cudnt", "could not" },
    { "cus", "because" },
    { "cuttin", "cutting" },
    { "cuz", "because" },
    { "daddy", "dad" },
    { "depressin", "depressing" },
    { "didnt", "did not" },
    { "dint", "did not" },
    { "dnt", "do not" },
    { "doesent", "does not" },
    { "doesnt", "does not" },
    { "doin", "doing" },
    { "donot", "do not" },
    { "dont", "do not" },
    { "dosent", "does not" },
    { "dunno", "do not know" },
    { "dyin", "dying" },
    { "every1", "everyone" },
    { "evry", "every" },
    { "feelin", "feeling" },
    { "fella", "partner" },
    { "gettin", "getting" },
    { "gf", "girlfriend" },
    { "goin", "going" },
    { "gona", "going to" },
    { "gonna", "going to" },
    { "gotta", "got to" },
    { "gunna", "going to" },
    { "hadnt", "had not" },
    { "hasnt", "has not" },
    { "havent", "have not" },
    { "havnt", "have not" },
    { "hes", "he is" },
    { "hubby", "husband" },
    { "hurtin", "hurting" },
    { "idk", "do not know" },
    { "il", "i will" },
    { "im", "i am" },
    { "imma", "i am going to" },
    { "isint", "is not" },
    { "isnt", "is not" },
    { "ive", "i have" },
    { "jus", "just" },
    { "kil", "kill" },
    { "kiling", "killing" },
    { "killin", "killing" },
    { "livin", "living" },
    { "loosing", "losing" },
    { "mam", "mum" },
    { "meself", "myself" },
    { "missus", "wife" },
    { "mom", "mum" },
    { "mommy", "mum" },
    { "mummy", "mum" },
    { "mysef", "myself" },
    { "myslef", "myself" },
    { "n", "and" },
    { "nahin", "nahi" },
    { "neva", "never" },
    { "nhi", "nahi" },
    { "nite", "night" },
    { "no1", "nobody" },
    { "nomore", "anymore" },
    { "noo", "no" },
    { "nothin", "nothing" },
    { "nowt", "nothing" },
    { "owt", "anything" },
    { "ppl", "people" },
    { "rly", "really" },
    { "selfharm", "self harm" },
    { "selfharmed", "self harmed" },
    { "selfharming", "self harming" },
    { "shes", "she is" },
    { "shouldnt", "should not" },
    { "shudnt", "should not" },
    { "smth", "something" },
    { "some1", "someone" },
    { "soo", "so" },
    { "sth", "something" },
    { "sum1", "someone" },
    { "summat", "something" },
    { "sumone", "someone" },
    { "sumthing", "something" },
    { "thats", "that is" },
    { "thay", "they" },
    { "themself", "themselves" },
    { "themselfs", "themselves" },
    { "theyre", "they are" },
    { "thier", "their" },
    { "thinkin", "thinking" },
    { "tmrw", "tomorrow" },
    { "tomoz", "tomorrow" },
    { "tonite", "tonight" },
    { "tryna", "trying to" },
    { "u", "you" },
    { "unaliving", "unalive" },
    { "unlive", "unalive" },
    { "unliving", "unalive" },
    { "ur", "your" },
    { "wan", "want" },
    { "wana", "want to" },
    { "wanna", "want to" },
    { "wasnt", "was not" },
    { "wat", "what" },
    { "wen", "when" },
    { "werent", "were not" },
    { "wernt", "were not" },
    { "whats", "what is" },
    { "wiv", "with" },
    { "wont", "will not" },
    { "wots", "what is" },
    { "wouldnt", "would not" },
    { "woz", "was" },
    { "wudnt", "would not" },
    { "youre", "you are" },
};

/* ---- what is one word ---- */

static const struct {
    const char *first;
    const char *second;
    const char *joined;
} pairs[] = {
    { "any", "more", "anymore" },       { "any", "one", "anyone" },
    { "boy", "friend", "boyfriend" },   { "every", "thing", "everything" },
    { "girl", "friend", "girlfriend" }, { "her", "self", "herself" },
    { "him", "self", "himself" },       { "my", "self", "myself" },
    { "over", "dose", "overdose" },     { "over", "dosed", "overdosed" },
    { "some", "one", "someone" },       { "some", "thing", "something" },
    { "them", "selves", "themselves" }, { "un", "alive", "unalive" },
    { "with", "out", "without" },       { "your", "self", "yourself" },
};

/* Beginnings of words that keep "self" to themselves: "my self harm", "her self esteem". */
static const char *const of_self[] = {
    "harm", "injur", "esteem", "care", "help", "confid", "worth"
};

/* ---- what a word does ---- */

static const struct {
    const char *word;
    unsigned classes;
} roles[] = {
    { "a", WORD_BETWEEN | WORD_FILLER },
    { "about", WORD_BETWEEN },
    { "absolute", WORD_FILLER },
    { "active", WORD_BETWEEN },
    { "actually", WORD_FILLER },
    { "acute", WORD_BETWEEN },
    { "again", WORD_FILLER },
    { "all", WORD_FILLER },
    { "although", WORD_TURNS },
    { "always", WORD_FILLER },
    { "am", WORD_BETWEEN },
    { "an", WORD_BETWEEN },
    { "and", WORD_TURNS },
    { "any", WORD_BETWEEN },
    { "apart", WORD_NOT_YET },
    { "are", WORD_BETWEEN },
    { "at", WORD_BETWEEN },
    { "atm", WORD_NOT_YET },
    { "aunt", WORD_OTHERS },
    { "baby", WORD_OTHERS },
    { "bare", WORD_FILLER },
    { "basically", WORD_FILLER },
    { "be", WORD_BETWEEN },
    { "because", WORD_TURNS },
    { "been", WORD_BETWEEN },
    { "being", WORD_BETWEEN },
    { "bloody", WORD_FILLER },
    { "bottle", WORD_FILLER },
    { "box", WORD_FILLER },
    { "boy", WORD_OTHERS },
    { "boyfriend", WORD_OTHERS },
    { "brother", WORD_OTHERS },
    { "bunch", WORD_FILLER },
    { "but", WORD_TURNS },
    { "can", WORD_UNDOES },
    { "case", WORD_UNDOES },
    { "cause", WORD_UNDOES },
    { "child", WORD_OTHERS },
    { "claimed", WORD_SAYS },
    { "claims", WORD_SAYS },
    { "client", WORD_OTHERS },
    { "complete", WORD_FILLER },
    { "completely", WORD_FILLER },
    { "considered", WORD_BETWEEN },
    { "considering", WORD_BETWEEN },
    { "constantly", WORD_FILLER },
    { "cos", WORD_TURNS },
    { "could", WORD_UNDOES },
    { "cousin", WORD_OTHERS },
    { "current", WORD_BETWEEN },
    { "currently", WORD_BETWEEN },
    { "dad", WORD_OTHERS },
    { "daughter", WORD_OTHERS },
    { "denied", WORD_NEGATES },
    { "denies", WORD_NEGATES },
    { "deny", WORD_NEGATES },
    { "denying", WORD_NEGATES },
    { "did", WORD_BETWEEN },
    { "do", WORD_BETWEEN },
    { "entire", WORD_FILLER },
    { "even", WORD_FILLER },
    { "ever", WORD_BETWEEN | WORD_FILLER },
    { "evidence", WORD_BETWEEN },
    { "except", WORD_TURNS | WORD_NOT_YET },
    { "experience", WORD_BETWEEN },
    { "experienced", WORD_BETWEEN },
    { "experiencing", WORD_BETWEEN },
    { "f", WORD_FILLER },
    { "feel", WORD_BETWEEN },
    { "feeling", WORD_BETWEEN },
    { "feels", WORD_BETWEEN },
    { "felt", WORD_BETWEEN },
    { "few", WORD_FILLER },
    { "five", WORD_FILLER },
    { "fkn", WORD_FILLER },
    { "for", WORD_BETWEEN },
    { "form", WORD_BETWEEN },
    { "four", WORD_FILLER },
    { "friend", WORD_OTHERS },
    { "from", WORD_BETWEEN },
    { "fuckin", WORD_FILLER },
    { "fucking", WORD_FILLER },
    { "full", WORD_FILLER },
    { "get", WORD_BETWEEN },
    { "getting", WORD_BETWEEN },
    { "girl", WORD_OTHERS },
    { "girlfriend", WORD_OTHERS },
    { "going", WORD_BETWEEN },
    { "got", WORD_BETWEEN },
    { "gran", WORD_OTHERS },
    { "grandad", WORD_OTHERS },
    { "had", WORD_BETWEEN },
    { "handful", WORD_FILLER },
    { "has", WORD_BETWEEN },
    { "have", WORD_BETWEEN },
    { "having", WORD_BETWEEN },
    { "he", WORD_OTHERS },
    { "her", WORD_OTHERS },
    { "him", WORD_OTHERS },
    { "history", WORD_BETWEEN },
    { "honestly", WORD_FILLER },
    { "how", WORD_UNDOES },
    { "however", WORD_TURNS },
    { "husband", WORD_OTHERS },
    { "idea", WORD_BETWEEN },
    { "ideas", WORD_BETWEEN },
    { "ideation", WORD_BETWEEN },
    { "if", WORD_UNDOES },
    { "in", WORD_BETWEEN },
    { "insisted", WORD_SAYS },
    { "insists", WORD_SAYS },
    { "intent", WORD_BETWEEN },
    { "intention", WORD_BETWEEN },
    { "intentions", WORD_BETWEEN },
    { "is", WORD_BETWEEN },
    { "just", WORD_FILLER },
    { "keep", WORD_FILLER },
    { "keeps", WORD_FILLER },
    { "kid", WORD_OTHERS },
    { "kids", WORD_OTHERS },
    { "kind", WORD_BETWEEN },
    { "kinda", WORD_FILLER },
    { "lad", WORD_OTHERS },
    { "like", WORD_FILLER },
    { "likely", WORD_BETWEEN },
    { "literally", WORD_FILLER },
    { "load", WORD_FILLER },
    { "loads", WORD_FILLER },
    { "lol", WORD_FILLER },
    { "longer", WORD_BETWEEN },
    { "lot", WORD_FILLER },
    { "lots", WORD_FILLER },
    { "maintains", WORD_SAYS },
    { "many", WORD_FILLER },
    { "massive", WORD_FILLER },
    { "mate", WORD_OTHERS },
    { "may", WORD_UNDOES },
    { "maybe", WORD_FILLER },
    { "might", WORD_UNDOES },
    { "moment", WORD_BETWEEN },
    { "more", WORD_BETWEEN },
    { "mum", WORD_OTHERS },
    { "must", WORD_UNDOES },
    { "my", WORD_BETWEEN },
    { "nan", WORD_OTHERS },
    { "neighbour", WORD_OTHERS },
    { "neither", WORD_NEGATES },
    { "nephew", WORD_OTHERS },
    { "never", WORD_NEGATES },
    { "niece", WORD_OTHERS },
    { "nil", WORD_NEGATES },
    { "no", WORD_NEGATES },
    { "nor", WORD_NEGATES | WORD_BETWEEN },
    { "not", WORD_NEGATES },
    { "now", WORD_BETWEEN | WORD_FILLER },
    { "of", WORD_BETWEEN | WORD_FILLER },
    { "often", WORD_FILLER },
    { "only", WORD_FILLER },
    { "or", WORD_BETWEEN },
    { "other", WORD_BETWEEN },
    { "packet", WORD_FILLER },
    { "partner", WORD_OTHERS },
    { "patient", WORD_OTHERS },
    { "plan", WORD_BETWEEN },
    { "planning", WORD_BETWEEN },
    { "plans", WORD_BETWEEN },
    { "please", WORD_FILLER },
    { "presently", WORD_BETWEEN },
    { "previous", WORD_BETWEEN },
    { "previously", WORD_BETWEEN },
    { "probably", WORD_FILLER },
    { "promised", WORD_SAYS },
    { "promises", WORD_SAYS },
    { "properly", WORD_FILLER },
    { "pupil", WORD_OTHERS },
    { "ready", WORD_BETWEEN },
    { "really", WORD_FILLER },
    { "recent", WORD_BETWEEN },
    { "recently", WORD_BETWEEN },
    { "reckoned", WORD_SAYS },
    { "reckons", WORD_SAYS },
    { "report", WORD_BETWEEN },
    { "reported", WORD_BETWEEN },
    { "reports", WORD_BETWEEN },
    { "resident", WORD_OTHERS },
    { "right", WORD_NOT_YET },
    { "risk", WORD_BETWEEN },
    { "said", WORD_SAYS },
    { "say", WORD_SAYS },
    { "saying", WORD_SAYS },
    { "says", WORD_SAYS },
    { "several", WORD_FILLER },
    { "shall", WORD_UNDOES },
    { "she", WORD_OTHERS },
    { "should", WORD_UNDOES },
    { "sign", WORD_BETWEEN },
    { "signs", WORD_BETWEEN },
    { "simply", WORD_FILLER },
    { "since", WORD_TURNS },
    { "sister", WORD_OTHERS },
    { "six", WORD_FILLER },
    { "so", WORD_FILLER | WORD_TURNS },
    { "some", WORD_FILLER },
    { "sometimes", WORD_FILLER },
    { "son", WORD_OTHERS },
    { "still", WORD_FILLER },
    { "student", WORD_OTHERS },
    { "suffer", WORD_BETWEEN },
    { "suffered", WORD_BETWEEN },
    { "suffering", WORD_BETWEEN },
    { "suffers", WORD_BETWEEN },
    { "swears", WORD_SAYS },
    { "swore", WORD_SAYS },
    { "symptom", WORD_BETWEEN },
    { "symptoms", WORD_BETWEEN },
    { "tbh", WORD_FILLER },
    { "teenager", WORD_OTHERS },
    { "tell", WORD_SAYS },
    { "telling", WORD_SAYS },
    { "tells", WORD_SAYS },
    { "tempted", WORD_BETWEEN },
    { "ten", WORD_FILLER },
    { "the", WORD_BETWEEN },
    { "them", WORD_OTHERS },
    { "then", WORD_TURNS },
    { "they", WORD_OTHERS },
    { "thinking", WORD_BETWEEN },
    { "thirty", WORD_FILLER },
    { "this", WORD_BETWEEN },
    { "tho", WORD_TURNS },
    { "though", WORD_TURNS },
    { "thought", WORD_BETWEEN },
    { "thoughts", WORD_BETWEEN },
    { "three", WORD_FILLER },
    { "till", WORD_UNDOES | WORD_NOT_YET },
    { "time", WORD_BETWEEN },
    { "to", WORD_BETWEEN },
    { "today", WORD_BETWEEN | WORD_NOT_YET },
    { "told", WORD_SAYS },
    { "tonight", WORD_NOT_YET },
    { "total", WORD_FILLER },
    { "totally", WORD_FILLER },
    { "truly", WORD_FILLER },
    { "trying", WORD_BETWEEN },
    { "twenty", WORD_FILLER },
    { "two", WORD_FILLER },
    { "uncle", WORD_OTHERS },
    { "unless", WORD_UNDOES | WORD_NOT_YET },
    { "until", WORD_UNDOES | WORD_NOT_YET },
    { "urge", WORD_BETWEEN },
    { "urges", WORD_BETWEEN },
    { "want", WORD_BETWEEN },
    { "wanting", WORD_BETWEEN },
    { "wants", WORD_BETWEEN },
    { "was", WORD_BETWEEN },
    { "were", WORD_BETWEEN },
    { "what", WORD_UNDOES },
    { "when", WORD_UNDOES },
    { "whether", WORD_UNDOES },
    { "whole", WORD_FILLER },
    { "why", WORD_UNDOES },
    { "wife", WORD_OTHERS },
    { "will", WORD_UNDOES },
    { "wish", WORD_BETWEEN },
    { "with", WORD_BETWEEN },
    { "without", WORD_NEGATES },
    { "would", WORD_UNDOES },
    { "yet", WORD_TURNS | WORD_NOT_YET },
};

/* <0, 0, >0 as the word, which is not empty, comes before, at or behind the row. */
static int compare(wm_str word, const char *row)
{
    int first = (unsigned char)word.ptr[0] - (unsigned char)row[0];
    int order = first != 0 ? first : strncmp(word.ptr, row, word.len);
    return order != 0 ? order : -(row[word.len] != '\0');
}

wm_str words_written_out(wm_str word)
{
    size_t low = 0;
    size_t high = ROWS(written_out);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare(word, written_out[middle].form);
        if (order == 0) {
            return wm_str_of(written_out[middle].written_out);
        }
        if (order > 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return (wm_str){ NULL, 0 };
}

wm_str words_joined(wm_str first, wm_str second, wm_str next)
{
    for (size_t i = 0; i < ROWS(pairs) && pairs[i].first[0] <= first.ptr[0]; i++) {
        if (second.ptr[0] != pairs[i].second[0] || compare(first, pairs[i].first) != 0 ||
            compare(second, pairs[i].second) != 0) {
            continue;
        }
        for (size_t s = 0; s < ROWS(of_self) && wm_str_is(second, "self"); s++) {
            if (wm_str_starts(next, wm_str_of(of_self[s]))) {
                return (wm_str){ NULL, 0 };
            }
        }
        return wm_str_of(pairs[i].joined);
    }
    return (wm_str){ NULL, 0 };
}

unsigned words_classes(wm_str word)
{
    size_t low = 0;
    size_t high = ROWS(roles);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare(word, roles[middle].word);
        if (order == 0) {
            return roles[middle].classes;
        }
        if (order > 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return 0;
}

static size_t count_words(const char *text)
{
    size_t words = 1;
    for (; *text != '\0'; text++) {
        words += *text == ' ' ? 1 : 0;
    }
    return words;
}

bool words_tables_hold(void)
{
    bool hold = true;
    for (size_t i = 0; i < ROWS(written_out); i++) {
        hold = hold && (i == 0 || strcmp(written_out[i - 1].form, written_out[i].form) < 0) &&
               count_words(written_out[i].written_out) <= strlen(written_out[i].form);
    }
    for (size_t i = 1; i < ROWS(pairs); i++) {
        hold = hold && strcmp(pairs[i - 1].first, pairs[i].first) <= 0;
    }
    for (size_t i = 1; i < ROWS(roles); i++) {
        hold = hold && strcmp(roles[i - 1].word, roles[i].word) < 0;
    }
    return hold;
}
