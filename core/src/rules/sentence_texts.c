/* sentence_texts.c: the English of sentences: id, words. In the order of ids, so that it can be
 * searched.
 *
 * What stands behind "people" has no tense, no person and no number, so that it can be put
 * together: "who look after someone living in Swindon". */
#include "rules/templates.h"

typedef struct sentence_text {
    const char *id;
    const char *words;
} sentence_text;

static const sentence_text texts[] = {
    { "sentence.about_cared_for", "who look after someone" },
    { "sentence.about_child", "who have a child" },
    { "sentence.about_parent", "who have a parent" },
    { "sentence.about_partner", "who have a partner" },
    { "sentence.about_that", "{people} {that}" },
    { "sentence.actor", "when asked for by people {who}" },
    { "sentence.age_any", "of any age" },
    { "sentence.age_at_cutoff", "{aged} on 31 August before this school year" },
    { "sentence.age_between", "aged {min} to {max}" },
    { "sentence.age_between_under", "aged {min} to under {max}" },
    { "sentence.age_from", "aged {min} or over" },
    { "sentence.age_one", "aged {min}" },
    { "sentence.age_two", "aged {min} or {max}" },
    { "sentence.age_under", "aged under {max}" },
    { "sentence.age_up_to", "aged {max} or under" },
    { "sentence.and", "{one} and {other}" },
    { "sentence.another_fits", "Another kind of help fits better" },
    { "sentence.another_fits_offers", "Another kind of help fits better: {offers}" },
    { "sentence.area", "{how} in {places}" },
    { "sentence.area_gp", "registered with a GP" },
    { "sentence.area_residence", "living" },
    { "sentence.area_school", "going to school" },
    { "sentence.area_staying", "staying" },
    { "sentence.area_work", "working" },
    { "sentence.ask_service", "{sentence}; ask the service" },
    { "sentence.atleast", "to whom at least {number} of these apply: {conditions}" },
    { "sentence.check", "Only the service can tell: {what}" },
    { "sentence.comma", "{one}, {other}" },
    { "sentence.does_not_fit", "This service says that it does not fit here" },
    { "sentence.everyone", "For everyone" },
    { "sentence.flag", "for whom this is true: {flag}" },
    { "sentence.known_between", "{least} to {most}" },
    { "sentence.known_from", "{least} or over" },
    { "sentence.known_old", "{age} old" },
    { "sentence.known_two", "{least} or {most}" },
    { "sentence.known_under_one", "under 1" },
    { "sentence.level_between", "{least} to {most}" },
    { "sentence.level_complex", "complex" },
    { "sentence.level_from", "{least} or more" },
    { "sentence.level_high", "high" },
    { "sentence.level_immediate", "immediate" },
    { "sentence.level_low", "low" },
    { "sentence.level_mild", "mild" },
    { "sentence.level_moderate", "moderate" },
    { "sentence.level_none", "none" },
    { "sentence.level_severe", "severe" },
    { "sentence.level_up_to", "{most} or less" },
    { "sentence.maybe_together", "This service may help together with another one" },
    { "sentence.month_one", "1 month" },
    { "sentence.months", "{number} months" },
    { "sentence.more_places", "{number} more places" },
    { "sentence.nobody", "This service takes nobody at present" },
    { "sentence.not_people", "Not for people {who}" },
    { "sentence.not_way_in", "One of the ways in: not for people {who}" },
    { "sentence.nothing_in_the_way", "Nothing we know of stands in the way" },
    { "sentence.of_any_kind", "of any kind" },
    { "sentence.of_no_kind", "of no kind" },
    { "sentence.or", "{one} or {other}" },
    { "sentence.other_than", "other than those {who}" },
    { "sentence.people", "For people {who}" },
    { "sentence.reason", "Not the right place just now: {reason}" },
    { "sentence.risk", "whose risk is {level}" },
    { "sentence.semicolon", "{one}; {other}" },
    { "sentence.severity", "whose difficulties are {level}" },
    { "sentence.since", "after {event}" },
    { "sentence.since_between", "{min} to {end} after {event}" },
    { "sentence.since_from", "{min} or more after {event}" },
    { "sentence.since_within", "in the first {end} after {event}" },
    { "sentence.something_to_check",
      "There is something to check first: this service is not for everyone" },
    { "sentence.terms", "{lead} {terms}" },
    { "sentence.terms_of", "whose answer to \"{fact}\" is {terms}" },
    { "sentence.terms_with", "with {terms}" },
    { "sentence.that_check", "of whom the service says: {what}" },
    { "sentence.their_age", "{sentence}; they are {age}" },
    { "sentence.their_age_unknown", "{sentence}; we do not know their age yet" },
    { "sentence.their_situation", "For people in this situation" },
    { "sentence.this", "this: {event}" },
    { "sentence.together", "This service helps together with another one" },
    { "sentence.tree_all", "All of these" },
    { "sentence.tree_any", "At least one of these" },
    { "sentence.tree_atleast", "A number of these" },
    { "sentence.tree_not", "Not this" },
    { "sentence.unknown", "{sentence}; we do not know this yet" },
    { "sentence.verdict_check", "Only the service can tell" },
    { "sentence.verdict_eligible", "This service is for this person" },
    { "sentence.verdict_joint", "This service can help together with another one" },
    { "sentence.verdict_not_eligible", "This service is not for this person" },
    { "sentence.verdict_unknown", "We need to know more" },
    { "sentence.way_in", "One of the ways in: for people {who}" },
    { "sentence.years", "{number} years" },
    { "sentence.years_months", "{years} {months}" },
    { "sentence.your_age", "{sentence}; you are {age}" },
    { "sentence.your_age_unknown", "{sentence}; we do not know your age yet" },
    { "sentence.your_situation", "For people in your situation" },
};

#define TEXT_COUNT (sizeof texts / sizeof texts[0])

#define PREFIX_BYTES (sizeof "sentence." - 1)

/* <0, 0, >0: the id against one of the table, behind the prefix that all of it begin with. */
static int compare(wm_str id, const char *entry)
{
    size_t at = PREFIX_BYTES;
    while (at < id.len && id.ptr[at] == entry[at] && entry[at] != '\0') {
        at++;
    }
    int left = at < id.len ? (unsigned char)id.ptr[at] : 0;
    return left - (unsigned char)entry[at];
}

wm_str wm_builtin_sentence(wm_str id)
{
    size_t first = 0;
    size_t end = wm_str_starts(id, WM_STR("sentence.")) ? TEXT_COUNT : 0;
    while (first < end) {
        size_t middle = first + (end - first) / 2;
        int order = compare(id, texts[middle].id);
        if (order == 0) {
            return wm_str_of(texts[middle].words);
        }
        if (order < 0) {
            end = middle;
        } else {
            first = middle + 1;
        }
    }
    return (wm_str){ NULL, 0 };
}

const char *wm_sentence_id(size_t index)
{
    return index < TEXT_COUNT ? texts[index].id : NULL;
}
