/* card_words.c: the words of sentences come from text records, by language. */
#include <stdio.h>

#include "ask/card_parts.h"
#include "ask/language.h"

static wm_str text_of(wm_card *c, const char *prefix, wm_str name)
{
    return wm_text_of(c->weighing->texts, prefix, name);
}

static wm_str flag_word(void *context, wm_str fact)
{
    return text_of(context, "people.", fact);
}

static wm_str event_word(void *context, wm_str fact)
{
    return text_of(context, "event.", fact);
}

static wm_str lead_word(void *context, wm_str fact)
{
    return text_of(context, "lead.", fact);
}

static wm_str reason_word(void *context, wm_str reason)
{
    return text_of(context, "reason.", reason);
}

static wm_str offer_word(void *context, wm_str offer)
{
    return text_of(context, "offer.", offer);
}

static wm_str sentence(void *context, wm_str id)
{
    const wm_card *c = context;
    return wm_text_sentence(c->weighing->texts, id);
}

static const wm_sentence *held_sentence(void *context, const char *id)
{
    const wm_card *c = context;
    return wm_text_held_sentence(c->weighing->texts, id);
}

static bool say_again(void *context, wm_str key, wm_buf *out)
{
    const wm_card *c = context;
    return wm_text_say_again(c->weighing->texts, key, out);
}

static void said(void *context, wm_str key, wm_str text)
{
    const wm_card *c = context;
    wm_text_keep_said(c->weighing->texts, key, text);
}

static bool is_sensitive(void *context, wm_str fact)
{
    const wm_card *c = context;
    return wm_fact_registry_is_sensitive(c->weighing->asker->registry, fact);
}

static wm_str label_of(wm_card *c, const wm_json *options, wm_str term)
{
    for (uint32_t i = 0; wm_json_is(options, WM_JSON_ARRAY) && i < options->count; i++) {
        const wm_json *option = &options->as.items[i];
        if (wm_str_equal(wm_json_string(wm_json_get(option, "value")), term)) {
            return wm_text_in(c->weighing->texts, wm_json_get(option, "label"), NULL).text;
        }
    }
    return (wm_str){ NULL, 0 };
}

/* "in a hostel", to stand in a sentence; the option's label where that does as well. */
static wm_str term_word(void *context, wm_str fact, wm_str term)
{
    wm_card *c = context;
    char prefix[WM_ID_BYTES_MAX + 8];
    (void)snprintf(prefix, sizeof prefix, "term.%.*s.", (int)(fact.len > 80 ? 80 : fact.len),
                   fact.ptr);
    wm_str phrase = text_of(c, prefix, term);
    if (phrase.len > 0) {
        return phrase;
    }
    const wm_json *record = wm_text_record(c->weighing->texts, WM_KIND_FACT, fact);
    return label_of(c, wm_json_get(record, "options"), term);
}

static wm_str locality_word(void *context, wm_str code)
{
    const wm_card *c = context;
    const wm_locality_tree *tree = c->weighing->asker->tree;
    wm_locality at = wm_locality_find(tree, code);
    return at != WM_LOCALITY_NONE ? wm_locality_name(tree, at) : (wm_str){ NULL, 0 };
}

/* A card for whoever asks speaks to them; one for the person speaks to the person only if nobody
 * asks for them. */
static bool speaks_of_another(const wm_card *c)
{
    const wm_query *query = c->weighing->query;
    wm_subject subject = c->weighing->subject;
    bool themselves = query->about == WM_ABOUT_SELF && query->actor == WM_ACTOR_SELF;
    return subject == WM_SUBJECT_PERSON ? !themselves : subject != WM_SUBJECT_ACTOR;
}

wm_words wm_card_words(wm_card *card)
{
    return (wm_words){ .flag = flag_word,
                       .event = event_word,
                       .lead = lead_word,
                       .term = term_word,
                       .locality = locality_word,
                       .reason = reason_word,
                       .offer = offer_word,
                       .sentence = sentence,
                       .held = held_sentence,
                       .say_again = card->weighing->texts->english ? say_again : NULL,
                       .said = said,
                       .is_sensitive = is_sensitive,
                       .context = card,
                       .third_person = speaks_of_another(card),
                       .repeats = card->weighing->texts->repeats,
                       .person = (uint8_t)card->weighing->subject };
}

wm_evaluation wm_card_evaluation(const wm_card *card)
{
    return (wm_evaluation){ .symbols = card->weighing->asker->symbols,
                            .areas = card->weighing->asker->areas,
                            .facts = card->weighing->understood->facts,
                            .actor_facts = card->weighing->understood->actor_facts };
}

/* A text of the translation that is empty is the one of the record. */
static wm_str chosen(wm_str translated, wm_str own)
{
    return translated.len > 0 ? translated : own;
}

void wm_card_choose_words(wm_card *card)
{
    const wm_face *face = card->face;
    const wm_face_words *own = &face->words;
    card->words = *own;
    card->has_translation = false;
    wm_str rest = face->translations;
    size_t best = 0; /* steps from the language asked for to the broader one, and one */
    for (uint32_t i = 0; i < face->translation_count; i++) {
        wm_str language = { NULL, 0 };
        wm_face_words words = wm_face_translation_next(&rest, &language);
        size_t fit = wm_language_fit(card->weighing->query->lang, language);
        if (fit > 0 && (best == 0 || fit < best)) {
            best = fit;
            card->has_translation = true;
            card->words =
                (wm_face_words){ .name = chosen(words.name, own->name),
                                 .summary = chosen(words.summary, own->summary),
                                 .closed_reason = chosen(words.closed_reason, own->closed_reason),
                                 .reviewed = words.reviewed };
        }
    }
}
