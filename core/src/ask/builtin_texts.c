/* builtin_texts.c: what is said in English where no text record says it: id, words. Sentences that
 * tell why stand in rules/sentence_texts.c.
 *
 * For people who are frightened, tired or fifteen: short, calm, no blame, nothing that we cannot
 * keep. In the order of ids, so that it can be searched. */
#include "ask/texts.h"

#include <stdlib.h>

typedef struct builtin {
    const char *id;
    const char *words;
} builtin;

static const builtin builtins[] = {
    { "answer.closed_not_shown",
      "A service that fits has closed and nothing has taken over from it." },
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
    { "card.closed", "It has closed." },
    { "card.closed_on", "It closed. Last day: {date}." },
    { "card.closing", "It is going to close." },
    { "card.closing_on", "It closes on {date}." },
    { "card.contact_recheck", "This may have changed. Check it before you use it." },
    { "card.full", "Full: it takes no new people at the moment." },
    { "card.full_until", "Full: it takes no new people until {date}." },
    { "card.joint", "It sees people together with another service." },
    { "card.may_be_joint", "It may want to work together with another service." },
    { "card.not_open_yet", "Not open yet." },
    { "card.not_open_yet_on", "Not open yet. It plans to open on {date}." },
    { "card.not_open_yet_past", "It has not said that it is open. It planned to open on {date}." },
    { "card.paused", "Paused: it takes nobody at the moment." },
    { "card.paused_past", "It has not said that it is open again. It planned this for {date}." },
    { "card.paused_until", "Paused. It plans to open again on {date}." },
    { "card.recheck", "These details may have changed. Check them before you use them." },
    { "card.took_over", "It took over from {name}, which has closed." },
    { "card.took_over_why", "It took over from {name}, which has closed. {reason}" },
    { "card.translation_unreviewed",
      "Nobody who speaks this language has checked the translation yet." },
    { "card.unconfirmed", "The service has not confirmed these details yet. Ring first." },
    { "card.unconfirmed_since", "Ring first: these details were last confirmed on {date}." },
    { "date.day", "{day} {month} {year}" },
    { "date.weekday", "{weekday} {day} {month} {year}" },
    { "gap.none",
      "No service here is known to take this person now. The lines above always answer." },
    { "gap.one", "Only one service here is known to take this person now." },
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
    { "question.never", "No, that has not happened" },
    { "question.no", "No" },
    { "question.no_home", "I have no fixed home" },
    { "question.no_place", "There is none" },
    { "question.nobody", "No, nobody" },
    { "question.none_of_these", "None of these" },
    { "question.yes", "Yes" },
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
    return found != NULL ? wm_str_of(found->words) : (wm_str){ NULL, 0 };
}

const char *wm_builtin_text_id(size_t index)
{
    return index < sizeof builtins / sizeof builtins[0] ? builtins[index].id : NULL;
}
