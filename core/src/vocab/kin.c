/* kin.c: what is left of a word when person, time and number do not matter.
 *
 * First a table: words that may stand for each other where somebody is in danger (whoever it is,
 * whatever they take), irregular verbs, and words that may be left out. Then endings: -s, -ing,
 * -ed and a last -e go. To be read and extended by hand, in order of its first column
 * (test_words.c checks that). */
#include "words.h"

#define ROWS(table) (sizeof(table) / sizeof(table)[0])
#define LETTERS_LEFT_MIN 3

/* "": left out. */
static const struct {
    const char *word;
    const char *kin;
} table[] = {
    { "a", "" },
    { "afraid", "scared" },
    { "am", "" },
    { "amitriptyline", "pill" },
    { "an", "" },
    { "antidepressant", "pill" },
    { "antidepressants", "pill" },
    { "anyone", "someone" },
    { "april", "month" },
    { "are", "" },
    { "arm", "limb" },
    { "arms", "limb" },
    { "around", "round" },
    { "aspirin", "pill" },
    { "ate", "eat" },
    { "attempting", "try" },
    { "august", "month" },
    { "aunt", "he" },
    { "auntie", "he" },
    { "bang", "hit" },
    { "banged", "hit" },
    { "banging", "hit" },
    { "bangs", "hit" },
    { "bash", "hit" },
    { "bashed", "hit" },
    { "bashes", "hit" },
    { "bashing", "hit" },
    { "batter", "hit" },
    { "battering", "hit" },
    { "batters", "hit" },
    { "beat", "hit" },
    { "beating", "hit" },
    { "beats", "hit" },
    { "been", "" },
    { "bestie", "he" },
    { "boss", "he" },
    { "bought", "buy" },
    { "boyfriend", "he" },
    { "bro", "he" },
    { "brother", "he" },
    { "brothers", "he" },
    { "burnt", "burn" },
    { "carer", "carer" },
    { "carers", "carer" },
    { "child", "child" },
    { "children", "child" },
    { "childs", "child" },
    { "choke", "strangl" },
    { "choked", "strangl" },
    { "chokes", "strangl" },
    { "choking", "strangl" },
    { "christmas", "month" },
    { "citalopram", "pill" },
    { "client", "he" },
    { "cocodamol", "pill" },
    { "codeine", "pill" },
    { "colleague", "he" },
    { "could", "will" },
    { "cousin", "he" },
    { "dad", "he" },
    { "dads", "he" },
    { "daughter", "he" },
    { "daughters", "he" },
    { "dead", "dead" },
    { "december", "month" },
    { "diazepam", "pill" },
    { "died", "die" },
    { "dies", "die" },
    { "drank", "drink" },
    { "driven", "driv" },
    { "drove", "driv" },
    { "dying", "die" },
    { "easter", "month" },
    { "ex", "he" },
    { "father", "he" },
    { "fathers", "he" },
    { "february", "month" },
    { "felt", "feel" },
    { "fiance", "he" },
    { "finding", "find" },
    { "flatmate", "he" },
    { "fluoxetine", "pill" },
    { "found", "find" },
    { "friend", "he" },
    { "friends", "he" },
    { "frightened", "scared" },
    { "frightens", "scare" },
    { "gave", "giv" },
    { "girlfriend", "he" },
    { "given", "giv" },
    { "gran", "he" },
    { "grandad", "he" },
    { "grandads", "he" },
    { "grandfather", "he" },
    { "grandma", "he" },
    { "grandmother", "he" },
    { "grandparents", "he" },
    { "grandson", "he" },
    { "grans", "he" },
    { "hanged", "hang" },
    { "harm", "hurt" },
    { "harmed", "hurt" },
    { "harming", "hurt" },
    { "harms", "hurt" },
    { "he", "he" },
    { "headbutt", "hit" },
    { "headbutted", "hit" },
    { "headbutting", "hit" },
    { "headbutts", "hit" },
    { "her", "he" },
    { "herself", "himself" },
    { "him", "he" },
    { "himself", "himself" },
    { "his", "he" },
    { "hisself", "himself" },
    { "hit", "hit" },
    { "hits", "hit" },
    { "hitting", "hit" },
    { "hoard", "stash" },
    { "hoarded", "stash" },
    { "hoarding", "stash" },
    { "hoards", "stash" },
    { "housemate", "he" },
    { "hubby", "he" },
    { "hung", "hang" },
    { "hurting", "hurt" },
    { "husband", "he" },
    { "husbands", "he" },
    { "ibuprofen", "pill" },
    { "image", "thought" },
    { "images", "thought" },
    { "is", "" },
    { "january", "month" },
    { "july", "month" },
    { "june", "month" },
    { "keep", "" },
    { "keeps", "" },
    { "kept", "" },
    { "kick", "hit" },
    { "kicked", "hit" },
    { "kicking", "hit" },
    { "kicks", "hit" },
    { "kid", "child" },
    { "kids", "child" },
    { "kip", "sleep" },
    { "kipping", "sleep" },
    { "lad", "he" },
    { "left", "leav" },
    { "leg", "limb" },
    { "legs", "limb" },
    { "lost", "los" },
    { "made", "mak" },
    { "manager", "he" },
    { "march", "month" },
    { "mate", "he" },
    { "mates", "he" },
    { "may", "will" },
    { "med", "pill" },
    { "medication", "pill" },
    { "medicine", "pill" },
    { "meds", "pill" },
    { "might", "will" },
    { "mirtazapine", "pill" },
    { "missus", "he" },
    { "month", "month" },
    { "months", "month" },
    { "morphine", "pill" },
    { "mother", "he" },
    { "mothers", "he" },
    { "mum", "he" },
    { "mums", "he" },
    { "murder", "kill" },
    { "murdering", "kill" },
    { "my", "" },
    { "nan", "he" },
    { "nans", "he" },
    { "neighbour", "he" },
    { "neighbours", "he" },
    { "nephew", "he" },
    { "newborn", "baby" },
    { "niece", "he" },
    { "november", "month" },
    { "october", "month" },
    { "oramorph", "pill" },
    { "ordering", "tell" },
    { "others", "someone" },
    { "our", "" },
    { "painkiller", "pill" },
    { "painkillers", "pill" },
    { "paracetamol", "pill" },
    { "paracetamols", "pill" },
    { "partner", "he" },
    { "partners", "he" },
    { "patient", "he" },
    { "people", "someone" },
    { "picture", "thought" },
    { "pictures", "thought" },
    { "pills", "pill" },
    { "propranolol", "pill" },
    { "punch", "hit" },
    { "punched", "hit" },
    { "punches", "hit" },
    { "punching", "hit" },
    { "pupil", "he" },
    { "quetiapine", "pill" },
    { "ran", "run" },
    { "resident", "he" },
    { "roommate", "he" },
    { "running", "run" },
    { "said", "say" },
    { "saying", "say" },
    { "says", "say" },
    { "scared", "scared" },
    { "sent", "send" },
    { "september", "month" },
    { "sertraline", "pill" },
    { "she", "he" },
    { "shouting", "shout" },
    { "sister", "he" },
    { "sisters", "he" },
    { "slap", "hit" },
    { "slapped", "hit" },
    { "slapping", "hit" },
    { "slaps", "hit" },
    { "slash", "cut" },
    { "slashed", "cut" },
    { "slashing", "cut" },
    { "slit", "cut" },
    { "slitting", "cut" },
    { "smack", "hit" },
    { "smacked", "hit" },
    { "smacking", "hit" },
    { "smacks", "hit" },
    { "smother", "strangl" },
    { "smothered", "strangl" },
    { "smothering", "strangl" },
    { "somebody", "someone" },
    { "someone", "someone" },
    { "son", "he" },
    { "sons", "he" },
    { "stash", "stash" },
    { "stashed", "stash" },
    { "stashes", "stash" },
    { "stashing", "stash" },
    { "stepdad", "he" },
    { "stepdads", "he" },
    { "stepmum", "he" },
    { "stockpile", "stash" },
    { "stockpiled", "stash" },
    { "stockpiles", "stash" },
    { "stockpiling", "stash" },
    { "stole", "steal" },
    { "stolen", "steal" },
    { "student", "he" },
    { "suffocate", "strangl" },
    { "suffocated", "strangl" },
    { "suffocating", "strangl" },
    { "summer", "month" },
    { "tab", "pill" },
    { "tablet", "pill" },
    { "tablets", "pill" },
    { "tabs", "pill" },
    { "taken", "tak" },
    { "teacher", "he" },
    { "teenager", "he" },
    { "telling", "tell" },
    { "terrified", "scared" },
    { "the", "" },
    { "their", "he" },
    { "them", "he" },
    { "themself", "himself" },
    { "themselves", "himself" },
    { "they", "he" },
    { "theyre", "he" },
    { "thigh", "limb" },
    { "thighs", "limb" },
    { "thinking", "think" },
    { "thoughts", "thought" },
    { "threaten", "threat" },
    { "threatened", "threat" },
    { "threatening", "threat" },
    { "threatens", "threat" },
    { "threw", "throw" },
    { "thrown", "throw" },
    { "thump", "hit" },
    { "thumped", "hit" },
    { "thumping", "hit" },
    { "thumps", "hit" },
    { "toddler", "child" },
    { "toddlers", "child" },
    { "told", "tell" },
    { "took", "tak" },
    { "tramadol", "pill" },
    { "tried", "try" },
    { "tries", "try" },
    { "uncle", "he" },
    { "vision", "thought" },
    { "visions", "thought" },
    { "was", "" },
    { "week", "month" },
    { "weeks", "month" },
    { "were", "" },
    { "wife", "he" },
    { "wifes", "he" },
    { "winter", "month" },
    { "worried", "scared" },
    { "wrist", "limb" },
    { "wrists", "limb" },
    { "written", "writ" },
    { "wrote", "writ" },
    { "year", "month" },
    { "years", "month" },
    { "your", "" },
    { "zopiclone", "pill" },
};

/* <0, 0, >0 as the word, which is not empty, comes before, at or behind the row. */
static int compare(wm_str word, const char *row)
{
    int first = (unsigned char)word.ptr[0] - (unsigned char)row[0];
    int order = first != 0 ? first : strncmp(word.ptr, row, word.len);
    return order != 0 ? order : -(row[word.len] != '\0');
}

/* The row of the word, or NULL. */
static const char *find_row(wm_str word)
{
    size_t low = 0;
    size_t high = ROWS(table);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare(word, table[middle].word);
        if (order == 0) {
            return table[middle].kin;
        }
        if (order > 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

static bool ends_in(wm_str word, const char *ending)
{
    size_t length = strlen(ending);
    return word.len >= length + LETTERS_LEFT_MIN &&
           memcmp(word.ptr + word.len - length, ending, length) == 0;
}

/* "cutt" as in "cutting"; "kill" keeps both. */
static bool is_doubled(wm_str word)
{
    char last = word.ptr[word.len - 1];
    return word.len > LETTERS_LEFT_MIN && word.ptr[word.len - 2] == last &&
           strchr("bdgmnprt", last) != NULL;
}

static wm_str without_ending(wm_str word)
{
    if (ends_in(word, "ing") || ends_in(word, "ed")) {
        word.len -= word.ptr[word.len - 1] == 'g' ? 3 : 2;
        word.len -= is_doubled(word) ? 1 : 0;
    } else if (ends_in(word, "s") && strchr("sui", word.ptr[word.len - 2]) == NULL) {
        word.len--;
    }
    word.len -= ends_in(word, "e") ? 1 : 0;
    return word;
}

wm_str words_kin(wm_str word)
{
    const char *row = find_row(word);
    return row != NULL ? wm_str_of(row) : without_ending(word);
}

bool words_kin_holds(void)
{
    bool hold = true;
    for (size_t i = 1; i < ROWS(table); i++) {
        hold = hold && strcmp(table[i - 1].word, table[i].word) < 0;
    }
    return hold;
}
