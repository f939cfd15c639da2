/* handover_words.c: what a hand-over says, where the directory has no text record of its own; in
 * the order of ids, so that it can be searched.
 *
 * Plain words, for whoever reads them out and for the person who hears them. "{name}" is filled in.
 * An id with ".self" behind it is what somebody reads who asks for themselves. Law is left to those
 * who know it: what a child may decide, and who may be told, is local policy. */
#include "ask/handover.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct word {
    const char *id;
    const char *english;
} word;

static const word words[] = {
    { "consent.basis.crisis", "Yes: this is a crisis. Pass on what is needed to get help now. Ask "
                              "them if you can, but do not wait for it." },
    { "consent.basis.refused",
      "They said no, and it is passed on all the same: only what is needed." },
    { "consent.basis.safeguarding", "Yes: somebody may be at risk of harm. Pass on what is needed "
                                    "to keep them safe, to those who need it. Do not wait." },
    { "consent.basis.tell",
      "Tell them what you pass on and why, unless that could put someone at risk." },
    { "consent.basis.vital_interests",
      "Yes: a life may be at risk. Pass on at once what is needed to save it." },
    { "consent.cannot_give",
      "They cannot decide this now. Can it wait until they can? If not, it is decided in their "
      "best interests. Think of what they want, or would have wanted, and of what helps them. Ask "
      "those close to them. If somebody has legal power to decide for them, that person decides." },
    { "consent.cannot_give.child",
      "A child who cannot decide this: first ask someone who may decide for the child. Do not ask "
      "where that could put the child at risk. Follow your local policy. If you are not sure, ask "
      "whoever leads on keeping children safe where you work." },
    { "consent.crisis", "It is a crisis" },
    { "consent.given", "Yes: they have agreed. Pass on what they agreed to, and no more. They may "
                       "change their mind." },
    { "consent.given.self",
      "Yes: you have agreed. You choose what is passed on, and you may change your mind." },
    { "consent.never_waits", "Do not wait for a yes where this is so: {name}." },
    { "consent.not_asked", "Not yet: nobody has asked them. Do not send it before they say yes." },
    { "consent.not_asked.ask",
      "“I would like to tell {name} what you have told me, so that you need not say it all again. "
      "Is that all right? Is there anything that you want me to leave out?”" },
    { "consent.not_asked.ask.self", "“What will you write down about me, and who will see it?”" },
    { "consent.not_asked.self", "Not yet. Nothing is sent unless you say yes." },
    { "consent.record.asked", "what you asked, what they said, and when" },
    { "consent.record.basis", "why you did not wait for a yes" },
    { "consent.record.best", "why this is best for them" },
    { "consent.record.cannot", "why they cannot decide now" },
    { "consent.record.decided", "who decided, and who was asked" },
    { "consent.record.gave", "what details you gave them" },
    { "consent.record.reason", "the reason, if they gave one" },
    { "consent.record.sent", "what you passed on, to whom, and when" },
    { "consent.refused", "No: they have said no. Respect that. Give them the details, so that they "
                         "can go themselves if they want to." },
    { "consent.refused.self", "No: you have said no. The details are for you, if you want them." },
    { "consent.safeguarding", "Somebody may be at risk of harm" },
    { "consent.vital_interests", "A life may be at risk" },
    { "handover.address", "Address" },
    { "handover.adjustments", "What makes it easier for them" },
    { "handover.adjustments.ask",
      "What would make it easier: a quiet room, more time, someone with you, breaks?" },
    { "handover.adjustments.self", "What makes it easier for you" },
    { "handover.age", "Age" },
    { "handover.age.years", "{name} years" },
    { "handover.area", "Area" },
    { "handover.at_risk",
      "Someone may watch this person's phone, post or home. Make contact only in ways that they "
      "said are safe. Keep this page where nobody else can see it." },
    { "handover.at_risk.self", "If someone checks your phone or your things, do not keep this. "
                               "Tell them first how it is safe to reach you." },
    { "handover.cannot_take", "Nothing can be passed on to it now." },
    { "handover.check", "Only the service can say if it is right. Ask them before you send this." },
    { "handover.check.self", "Only the service can say if it is right for you. Ask them." },
    { "handover.child.ask",
      "Ask the young person, in words they understand. Write down what they say." },
    { "handover.child.ask.self", "You can ask who will be told before you say more." },
    { "handover.child.policy",
      "Who can agree, and who may be told, depends on the young person. Ask them, ask a clinician "
      "who knows them, and follow your local policy." },
    { "handover.child.policy.self", "You can ask to talk to someone alone." },
    { "handover.child.safe", "If they say that somebody hurts them, do not tell that person. Talk "
                             "today to whoever leads on keeping children safe where you work." },
    { "handover.child.safe.self",
      "If somebody hurts you, it is not your fault. Tell an adult whom you trust." },
    { "handover.communication_format", "How they like to be told things" },
    { "handover.communication_format.ask", "How do you like to get information: a call, a text, a "
                                           "letter, large print, easy read, BSL?" },
    { "handover.communication_format.self", "How you like to be told things" },
    { "handover.contact", "How to reach them" },
    { "handover.contact.address", "Address: {name}" },
    { "handover.contact.ask", "How can they reach you?" },
    { "handover.contact.email", "Email: {name}" },
    { "handover.contact.name", "Name: {name}" },
    { "handover.contact.phone", "Phone: {name}" },
    { "handover.contact.self", "How to reach you" },
    { "handover.contact.text", "Text message: {name}" },
    { "handover.date_of_change", "When the change is" },
    { "handover.date_of_change.ask", "When do you move from one service to the other?" },
    { "handover.dialect", "Dialect" },
    { "handover.dialect.ask", "Which dialect do you speak?" },
    { "handover.heading.ask", "How to ask" },
    { "handover.heading.ask.self", "You can ask" },
    { "handover.heading.children", "Children and young people" },
    { "handover.heading.consent", "May it be passed on?" },
    { "handover.heading.consultation", "Talk it over first" },
    { "handover.heading.first", "Read this first" },
    { "handover.heading.form", "Form" },
    { "handover.heading.how", "How" },
    { "handover.heading.introduce", "Who introduces" },
    { "handover.heading.leave_out", "Not passed on" },
    { "handover.heading.message", "A text for the person" },
    { "handover.heading.message.self", "A text to keep" },
    { "handover.heading.pass_on", "What to pass on" },
    { "handover.heading.record", "Write down" },
    { "handover.heading.refer", "How to ask for help here" },
    { "handover.heading.replies", "Answer" },
    { "handover.heading.to_ask", "Still to ask, so that it is told only once" },
    { "handover.heading.to_ask.self", "They may ask you this" },
    { "handover.instead.closed",
      "This has taken over from it: {name}. Look first if it is right." },
    { "handover.instead.other", "Look at these first: {name}" },
    { "handover.interpreter", "Interpreter" },
    { "handover.interpreter.ask",
      "Do you want an interpreter? Which language, and does it matter if it is a man or a woman?" },
    { "handover.interpreter.bsl", "BSL interpreter needed" },
    { "handover.interpreter.needed", "{name}, needed" },
    { "handover.introduce.at_risk",
      "Speak with them alone first. Ring while they are with you, and only if they want to." },
    { "handover.introduce.carer", "Ring together, if they like. Say who you are, and let them "
                                  "speak for themselves as much as they want to." },
    { "handover.introduce.family", "Ring together, if they like. Say who you are, and let them "
                                   "speak for themselves as much as they want to." },
    { "handover.introduce.gp", "Ring while the person is with you. Say who they are and why you "
                               "ring, then let them speak if they want to." },
    { "handover.introduce.professional", "Ring while the person is with you. Say who they are and "
                                         "why you ring, then let them speak if they want to." },
    { "handover.introduce.school",
      "Someone at school whom the young person trusts rings, with them there if they like." },
    { "handover.introduce.self",
      "You can ring yourself. You can also ask someone you trust, or your GP, to ring with you." },
    { "handover.joint", "It helps together with another service. Ask for a first talk with both." },
    { "handover.joint_meeting", "A first meeting with both services" },
    { "handover.joint_meeting.ask", "Would you like to meet both services together first?" },
    { "handover.language", "Language" },
    { "handover.language.ask", "Which language would you like to speak?" },
    { "handover.message.at_risk", "No text: somebody else may read it. Give the details by word of "
                                  "mouth, or ask if a text is safe." },
    { "handover.message.no_contact", "No text: nothing is known of how to reach this service." },
    { "handover.message.not_open", "No text: it takes nobody now." },
    { "handover.message.not_wanted", "No text: they said that a text is not safe." },
    { "handover.message.too_long",
      "No text: it does not fit into one. Give the details by word of mouth." },
    { "handover.nobody_took_over", "It is not known that anyone took over from it." },
    { "handover.not_eligible", "By its own rules this service would say no." },
    { "handover.not_eligible.ring",
      "You may ring them all the same. Ask what would have to be different, and who can help now. "
      "If they say no, ask for the reason and write it down." },
    { "handover.not_eligible.ring.self", "You may ring them all the same. Ask who can help you "
                                         "now. If they say no, you can ask why." },
    { "handover.other_needs", "Other things" },
    { "handover.own_words", "In their own words" },
    { "handover.own_words.ask", "What would you like them to know, in your own words?" },
    { "handover.own_words.self", "In your own words" },
    { "handover.refer.by", "Who can ask here: {name}" },
    { "handover.refer.cannot",
      "You cannot ask here yourself. Someone of these can ask for you, or with you: {name}" },
    { "handover.refer.replies.days", "within {name} days" },
    { "handover.refer.replies.one_day", "within 1 day" },
    { "handover.refer.replies.same_day", "the same day" },
    { "handover.refer.unknown", "It is not known who may ask here. Ring and ask them." },
    { "handover.route.family", "family or a friend" },
    { "handover.route.gp", "a GP" },
    { "handover.route.professional", "a professional" },
    { "handover.route.school", "a school" },
    { "handover.route.self", "the person" },
    { "handover.route.self.self", "you" },
    { "handover.safe_address", "A safe address" },
    { "handover.safe_contact", "Safe ways to make contact" },
    { "handover.safe_contact.ask", "Is it safe to ring, text or write to you? When, and when not? "
                                   "Does anyone else see your phone or your post?" },
    { "handover.safe_contact.how", "How: {name}" },
    { "handover.safe_contact.not", "Not: {name}" },
    { "handover.safe_contact.when", "When: {name}" },
    { "handover.safety",
      "Make sure first that they are safe now. The lines above answer day and night." },
    { "handover.safety.self", "If you are not safe now, call one of the lines above first." },
    { "handover.sms.always", "Open day and night." },
    { "handover.sms.by_others", "A GP or worker asks for you." },
    { "handover.sms.day.FR", "Fri" },
    { "handover.sms.day.MO", "Mon" },
    { "handover.sms.day.SA", "Sat" },
    { "handover.sms.day.SU", "Sun" },
    { "handover.sms.day.TH", "Thu" },
    { "handover.sms.day.TU", "Tue" },
    { "handover.sms.day.WE", "Wed" },
    { "handover.sms.email", "Email {name}." },
    { "handover.sms.neutral", "The details you asked for." },
    { "handover.sms.open", "Open {name}." },
    { "handover.sms.phone", "Ring {name}." },
    { "handover.sms.safe", "If life is at risk ring 999." },
    { "handover.sms.text", "Text {name}." },
    { "handover.sms.web", "See {name}" },
    { "handover.tried", "What was tried before" },
    { "handover.tried.ask", "What help have you had before, and what came of it?" },
    { "handover.tried.did_not_help", "{name}: it did not help" },
    { "handover.tried.refused", "{name}: they said no" },
    { "handover.tried.waiting", "{name}: still waiting" },
    { "handover.unknown",
      "It is not known yet if this service is right. Ask them, or find out more first." },
    { "handover.unknown.self", "It is not known yet if this service is right for you. Ask them." },
    { "handover.what_for", "What help is for" },
    { "handover.what_for.ask", "What would you like help with?" },
    { "handover.who_asks", "Who asks" },
    { "handover.who_asks.carer", "A carer, for somebody else" },
    { "handover.who_asks.family", "Family or a friend, for somebody else" },
    { "handover.who_asks.gp", "A GP surgery" },
    { "handover.who_asks.professional", "A professional" },
    { "handover.who_asks.school", "A school or college" },
    { "handover.who_asks.self", "The person" },
    { "handover.who_knows", "Who knows about this" },
    { "handover.who_knows.ask", "Who knows that you ask for help here, and who may be told?" },
    { "handover.why.address", "Nobody is told where they live or stay." },
    { "handover.why.address.self", "Nobody is told where you live or stay." },
    { "handover.why.address_in_text",
      "It seems to have an address in it. Write it again without one." },
    { "handover.why.other_needs", "They spoke of other things, too. This service does not need "
                                  "them. Ask before you pass them on." },
    { "handover.why.other_needs.self",
      "You spoke of other things, too. You need not tell them here." },
    { "handover.why.rule", "Not needed for this, or not safe to pass on." },
    { "handover.why.safe_first", "Not used until they have said what is safe." },
    { "handover.why.safe_first.self", "Say first how it is safe to reach you." },
    { "language.am", "Amharic" },
    { "language.ar", "Arabic" },
    { "language.bfi", "British Sign Language" },
    { "language.bg", "Bulgarian" },
    { "language.bn", "Bengali" },
    { "language.cs", "Czech" },
    { "language.cy", "Welsh" },
    { "language.de", "German" },
    { "language.en", "English" },
    { "language.es", "Spanish" },
    { "language.fa", "Farsi" },
    { "language.fr", "French" },
    { "language.gu", "Gujarati" },
    { "language.hi", "Hindi" },
    { "language.hu", "Hungarian" },
    { "language.it", "Italian" },
    { "language.ku", "Kurdish" },
    { "language.lt", "Lithuanian" },
    { "language.ne", "Nepali" },
    { "language.pa", "Punjabi" },
    { "language.pl", "Polish" },
    { "language.prs", "Dari" },
    { "language.ps", "Pashto" },
    { "language.pt", "Portuguese" },
    { "language.ro", "Romanian" },
    { "language.ru", "Russian" },
    { "language.sk", "Slovak" },
    { "language.so", "Somali" },
    { "language.sq", "Albanian" },
    { "language.ta", "Tamil" },
    { "language.ti", "Tigrinya" },
    { "language.tr", "Turkish" },
    { "language.uk", "Ukrainian" },
    { "language.ur", "Urdu" },
    { "language.vi", "Vietnamese" },
    { "language.yue", "Cantonese" },
    { "language.zh", "Chinese" },
};

static int by_id(const void *id, const void *entry)
{
    const wm_str *wanted = id;
    return wm_str_compare(*wanted, wm_str_of(((const word *)entry)->id));
}

wm_str wm_handover_english(wm_str id)
{
    const word *found = bsearch(&id, words, sizeof words / sizeof words[0], sizeof words[0], by_id);
    return found != NULL ? wm_str_of(found->english) : (wm_str){ NULL, 0 };
}

const char *wm_handover_word_id(size_t index)
{
    return index < sizeof words / sizeof words[0] ? words[index].id : NULL;
}

bool wm_handover_is_own(const wm_handover *h)
{
    return h->query->actor == WM_ACTOR_SELF && h->query->about == WM_ABOUT_SELF;
}

/* In the language of the question before English; of one language, their own form first. */
wm_str wm_handover_say_with(const wm_handover *h, const char *id, wm_str name)
{
    char own_id[WM_ID_BYTES_MAX + 1];
    wm_filling filling = { "name", name };
    wm_said own = { { NULL, 0 }, false, false };
    int length = snprintf(own_id, sizeof own_id, "%s.self", id);
    if (wm_handover_is_own(h) && length > 0 && (size_t)length < sizeof own_id) {
        own = wm_text_filled(h->texts, wm_str_of(own_id), &filling, 1);
    }
    if (own.text.len > 0 && own.in_language) {
        return own.text;
    }
    wm_said said = wm_text_filled(h->texts, wm_str_of(id), &filling, 1);
    return own.text.len > 0 && !said.in_language ? own.text : said.text;
}

wm_str wm_handover_say(const wm_handover *h, const char *id)
{
    return wm_handover_say_with(h, id, (wm_str){ NULL, 0 });
}

wm_str wm_handover_say_of(const wm_handover *h, const char *prefix, wm_str name)
{
    char id[WM_ID_BYTES_MAX + 1];
    int length = snprintf(id, sizeof id, "%s%.*s", prefix, WM_STR_ARG(name));
    return length > 0 && (size_t)length < sizeof id ? wm_handover_say(h, id) : (wm_str){ NULL, 0 };
}

void wm_handover_close(wm_buf *scratch, wm_buf *to)
{
    if (to->status == WM_OK) {
        to->status = scratch->status;
    }
    wm_buf_fini(scratch);
}

void wm_handover_write_said(wm_json_out *out, const char *code, wm_str text)
{
    wm_json_out_object(out);
    wm_json_out_member_text(out, "code", code);
    wm_json_out_member_string(out, "text", text);
    wm_json_out_end_object(out);
}
