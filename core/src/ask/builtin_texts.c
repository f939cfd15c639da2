/* builtin_texts.c: what is said in English where no text record says it: id, words. Sentences that
 * tell why stand in rules/sentence_texts.c.
 *
 * For people who are frightened, tired or fifteen: short, calm, no blame, nothing that we cannot
 * keep. In the order of ids, so that it can be searched. */
#include "ask/handover.h"

#include <stdlib.h>

typedef struct builtin {
    const char *id;
    const char *words;
} builtin;

static const builtin builtins[] = {
    { "answer.closed_not_shown",
      "A service that fits has closed and nothing has taken over from it." },
    { "answer.did_you_mean", "Did you mean {name}?" },
    { "answer.named", "You asked for {name}." },
    { "answer.no_place", "No place is known, so services from everywhere are shown." },
    { "answer.perhaps_danger",
      "If you are in danger now, or have hurt yourself, call 999. For a mental health crisis, call "
      "111 and choose the mental health option, day or night." },
    { "answer.place_not_found", "The place was not found as it was typed." },
    { "answer.stale", "This copy of the directory is old. Check numbers before you use them." },
    { "answer.unreviewed_words",
      "Nobody who speaks this language has checked all of these words yet." },
    { "answer.words_not_known", "These words are not in the directory." },
    { "answer.words_not_known_open",
      "These words are not in the directory. This is help that is open to everyone." },
    { "card.ask_first", "Ask them first." },
    { "card.closed", "It has closed." },
    { "card.closed_on", "It has closed. Its last day was {date}." },
    { "card.closed_reason", "Why: {reason}" },
    { "card.closing", "It is going to close." },
    { "card.closing_first", "It closes before anybody new would be seen." },
    { "card.closing_first_on", "It closes on {date}, before anybody new would be seen." },
    { "card.closing_on", "It closes on {date}." },
    { "card.contact_recheck", "This may have changed. Check it before you use it." },
    { "card.fits_from", "This could be right from {date}." },
    { "card.fitted_until", "This was right until {date}." },
    { "card.full", "Full: nobody new can start at the moment." },
    { "card.full_until", "Full: nobody new can start until {date}." },
    { "card.guess_accepting", "whether it has room" },
    { "card.guess_accessibility", "access" },
    { "card.guess_areas", "the area it covers" },
    { "card.guess_closes_on", "when it closes" },
    { "card.guess_contacts", "how to reach it" },
    { "card.guess_cost", "cost" },
    { "card.guess_delivery", "how it helps" },
    { "card.guess_eligibility", "who it is for" },
    { "card.guess_hours", "opening hours" },
    { "card.guess_interpreting", "interpreters" },
    { "card.guess_languages", "languages" },
    { "card.guess_more", "and more" },
    { "card.guess_opens_on", "when it opens" },
    { "card.guess_response", "how soon it answers" },
    { "card.guess_sites", "where it is" },
    { "card.guess_status", "whether it is open" },
    { "card.guess_successors", "what took over" },
    { "card.guess_wait", "waiting times" },
    { "card.guesses", "{first} Some of this is a best guess: {guesses}." },
    { "card.instead", "Instead: {offers}." },
    { "card.joint", "They help together with another service. Ask for both." },
    { "card.may_be_joint", "They may want another service to help as well." },
    { "card.no_successor", "Nothing has taken over from it." },
    { "card.not_open_yet", "Not open yet." },
    { "card.not_open_yet_on", "Not open yet. It plans to open on {date}." },
    { "card.not_open_yet_past",
      "It planned to open on {date}, and has not said that it did. Ask first." },
    { "card.paused", "Paused: it takes nobody new at the moment." },
    { "card.paused_past",
      "It planned to open again on {date}, and has not said that it did. Ask first." },
    { "card.paused_until", "Paused. It plans to open again on {date}." },
    { "card.recheck", "{first} These details may have changed." },
    { "card.replaced_by", "This took over: {name}." },
    { "card.ring_first", "Ring first." },
    { "card.took_over", "It took over from {name}, which has closed." },
    { "card.took_over_why", "It took over from {name}, which has closed. {reason}" },
    { "card.translation_unreviewed",
      "Nobody who speaks this language has checked the translation yet." },
    { "card.unconfirmed", "{first} The service has not confirmed these details yet." },
    { "card.unconfirmed_guesses", "{first} The service has not confirmed these details, and some "
                                  "are a best guess: {guesses}." },
    { "card.unconfirmed_since", "{first} These details were last confirmed on {date}." },
    { "card.unconfirmed_since_guesses", "{first} These details were last confirmed on {date}, and "
                                        "some are a best guess: {guesses}." },
    { "card.unconfirmed_urgent", "We have not checked this with them yet. If nobody answers, call "
                                 "111, or 999 if a life is at risk." },
    { "date.day", "{day} {month} {year}" },
    { "date.weekday", "{weekday} {day} {month} {year}" },
    { "gap.none",
      "No service just for this is known to take this person now. The lines above always answer, "
      "and help that is open to everyone stands here." },
    { "gap.one", "Only one service just for this is known to take this person now." },
    { "line.could_be_medical", "Your body may need help first. Call 999 for chest pain, trouble "
                               "breathing, a fit or sudden confusion. Not sure? Call 111." },
    { "line.danger_now_999", "If anyone is in danger right now, call 999." },
    { "line.danger_now_999_press_55",
      "If you are in danger, call 999. If you cannot speak on a mobile, press 55 when asked. On a "
      "landline, stay on the line." },
    { "line.emergency_same_day", "This needs help today. Call 999 or go to A&E now, and say that "
                                 "there was a birth not long ago." },
    { "line.wound_or_swallowed",
      "A bad wound, or something swallowed? Call 999 or go to A&E now." },
    { "month.1", "January" },
    { "month.10", "October" },
    { "month.11", "November" },
    { "month.12", "December" },
    { "month.2", "February" },
    { "month.3", "March" },
    { "month.4", "April" },
    { "month.5", "May" },
    { "month.6", "June" },
    { "month.7", "July" },
    { "month.8", "August" },
    { "month.9", "September" },
    { "note.ask_for_joint_plan", "You can get help with both. Ask for one plan, made together." },
    { "note.place_repaired",
      "We read the postcode with a letter and a number swapped. Please check that it is yours." },
    { "open.always", "Open day and night." },
    { "open.bank_holiday",
      "There is a bank holiday before that. It may be open then. Please check first." },
    { "open.date", "Opens on {date} at {time}." },
    { "open.midnight", "midnight" },
    { "open.not_now", "Not open now." },
    { "open.now", "Open now." },
    { "open.today", "Opens today at {time}." },
    { "open.tomorrow", "Opens tomorrow at {time}." },
    { "open.until_date", "Open now, until {time} on {date}." },
    { "open.until_midnight", "Open now, until midnight." },
    { "open.until_time", "Open now, until {time}." },
    { "open.until_weekday", "Open now, until {time} on {weekday}." },
    { "open.weekday", "Opens on {weekday} at {time}." },
    { "question.never", "No, that has not happened" },
    { "question.no", "No" },
    { "question.no_home", "I have no fixed home" },
    { "question.no_place", "There is none" },
    { "question.nobody", "No, nobody" },
    { "question.none_of_these", "None of these" },
    { "question.yes", "Yes" },
    { "section.ALONGSIDE", "As well as this" },
    { "section.FOOTER", "Also" },
    { "section.MAIN", "Who can help" },
    { "section.NOT_A_MATCH", "Not a match, and why" },
    { "section.SAFETY", "Get help now" },
    { "section.WHILE_WAITING", "While you wait" },
    { "weekday.1", "Monday" },
    { "weekday.2", "Tuesday" },
    { "weekday.3", "Wednesday" },
    { "weekday.4", "Thursday" },
    { "weekday.5", "Friday" },
    { "weekday.6", "Saturday" },
    { "weekday.7", "Sunday" },
};

static int by_id(const void *id, const void *entry)
{
    const wm_str *wanted = id;
    return wm_str_compare(*wanted, wm_str_of(((const builtin *)entry)->id));
}

wm_str wm_builtin_text(wm_str id)
{
    const builtin *found =
        bsearch(&id, builtins, sizeof builtins / sizeof builtins[0], sizeof builtins[0], by_id);
    return found != NULL ? wm_str_of(found->words) : wm_handover_english(id);
}

const char *wm_builtin_text_id(size_t index)
{
    return index < sizeof builtins / sizeof builtins[0] ? builtins[index].id : NULL;
}
