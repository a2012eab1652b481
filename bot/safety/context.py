"""Words around a hit that change what it means. All are searched in normalised text (see ``NormalizedText``).

The names are those of NegEx (Chapman et al., 2001, J Biomed Inform 34:301-310: negation, pseudo-negation and what ends
their reach) and of ConText (Harkema et al., 2009, J Biomed Inform 42:839-851: negated, historical, hypothetical, and
who the experiencer is). The words are our own: theirs are of discharge letters, ours of people writing for themselves.
"""

from __future__ import annotations

import regex  # type: ignore[import-untyped]


def _one_of(words: str) -> str:
    """Give the alternation of the words; an underscore stands for a space."""
    return "(?:" + "|".join(word.replace("_", " ") for word in words.split()) + ")"


# Pairs of words stand with an underscore.
NEGATIONS = frozenset(
    "not dont never no nope isnt wasnt aint wont wouldnt didnt havent hasnt doesnt stopped quit nunca jamas ni tampoco "
    "sin neither without zero cero nada_de deje_de".split()
)
# What may stand between a denial and what is denied.
BETWEEN = frozenset(
    "to going gonna feel feeling really actually am i im be been having have had any thinking about of would ever even "
    "want wanting planning me lo voy a estoy pienso en soy tengo que quiero quiera es so like currently the do say "
    "quise estar ser vaya ganas de thought thoughts intention intentions intent plans he pensado pense intencion "
    "pensando planeando trying tried wanted single del "
    # Alone they end a sentence: "no tengo plan, me voy a matar" denies nothing.
    "idea_de ideas_de pensamiento_de pensamientos_de plan_de plan_to planes_de plans_to".split()
)
MOST_BETWEEN = 6


def is_negated(before: str) -> bool:
    """Tell whether the words before a hit end in a negation of it, with a few words of ``BETWEEN`` in the middle."""
    words = before.split()
    following = ""
    for word in reversed(words[-MOST_BETWEEN - 1 :]):
        known = {word, f"{word}_{following}"}
        if not NEGATIONS.isdisjoint(known):
            return True
        if BETWEEN.isdisjoint(known):
            return False
        following = word
    return False


# "I don't know if I want to die", "not gonna lie", "ya no": words of denial that deny nothing of what follows.
PSEUDO_NEGATION = regex.compile(
    " "
    + _one_of(
        "dont_know not_sure no_se not_gonna_lie not_going_to_lie no_lie dont_care why_not not_only no_solo not_just "
        "ya_no ay_no cant_promise dont_think_i_can no_wonder no_puedo no_aguanto no_longer not_like no_es_que"
    )
    + " (?:[a-z0-9]+ ){0,6}$"
)
HISTORICAL = regex.compile(
    r" (?:(?:years?|yrs?) (?:ago|back|sober|clean)|used to|when i was (?:a |[0-9]+|in |little|younger)"
    r"|back (?:in|then)|(?:in|since|en|en el|desde|desde el) (?:19|20)[0-9]{2}|at 1[3-9]|in middle school|before rehab"
    r"|(?:aquella|esa) vez|a mis (?:1[0-9]|[2-5][0-9])"
    r"|in my (?:teens|twenties)|as a (?:teen|teenager|kid)"
    r"|in (?:high school|college)|a long time ago|last (?:month|year|spring|summer|fall|winter)"
    r"|in (?:[a-z0-9]+ )grade|stopped wanting|once upon a time|freshman year"
    r"|hace (?:[a-z0-9]+ ){0,2}anos|hace (?:mucho|tiempo)|el (?:ano|mes) pasado|(?:a los|tenia) (?:1[0-9]|[2-5][0-9])"
    r"|de (?:joven|nino|nina|chavo|chava)|cuando (?:era|tenia|estaba)"
    r"|en aquel(?:los)? (?:tiempos?|entonces)|en ese (?:tiempo|entonces)) "
)
RECENT = regex.compile(
    " "
    + _one_of(
        "still again today tonight lately these_days back_to anymore keep keeps todavia otra_vez "
        "sigo sigue de_nuevo volvi ultimamente aun manana tomorrow ya_no"
    )
    # "Now I am fine" and "hoy doy gracias" say that it is over.
    + " | (?:now|ahora|ahorita|hoy) (?!im (?:fine|good|ok|okay|safe|sober|[0-9])|i am (?:fine|good|ok|okay|safe)|sober|"
    "estoy (?:bien|mejor)|doy gracias|tengo [0-9]|ayudo|soy|vivo)"
)
FIRST_PERSON = regex.compile(
    " " + _one_of("i im ive id ill me my myself mi yo mis estoy tengo soy quiero siento pienso voy") + " "
)
CLOSE_FIRST_PERSON = regex.compile(
    " " + _one_of("i im ive id my me mi yo estoy tengo pienso") + " (?:[a-z0-9]+ ){0,3}$"
)
LAUGHTER = regex.compile(" (?:lol|lmao|rofl|(?:ha){2,}|(?:ja){2,}|(?:je){2,}) ")
EXPERIENCER_OTHER = regex.compile(
    " "
    + _one_of(
        "he she they hes shes theyre people patients members who someone somebody el ella ellos gente pacientes alguien"
    )
    # "They asked if I" is about the writer again.
    + " (?:(?!(?:i|im|ive|yo) )[a-z0-9]+ ){0,2}$"
)
SAID = regex.compile(
    " "
    + _one_of("said says saying told tells texted text wrote posted dice dijo diciendo escribio mando puso contesto")
    + " "
)
# "He pensado en" is Spanish for "I have thought of", not an English "he".
PSEUDO_EXPERIENCER = regex.compile(r" he (?:[a-z]+ )?[a-z]+[ai]do ")
# What may follow a question about risk that was answered with no.
NEGATED_AFTER = regex.compile(" (?:no (?!se |lo se |idea )|nope |never |nunca |cero |zero |none )")
# Said of now, whatever else the sentence tells of the past: "last month they cancelled and I want to die".
RECENT_VERB = regex.compile(
    " "
    + _one_of(
        "want wanna wish hope im am feel feeling thinking going gonna cant keep quiero quisiera voy estoy siento "
        "pienso pensando ganas tengo puedo"
    )
    + " "
)
HISTORICAL_VERB = regex.compile(" " + _one_of("used_to did_i use_to antes") + " ")
