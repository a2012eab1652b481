"""Short messages that mean nothing without the answer before them: "how long?", "why", "y mi hijo?".

The search alone would give "how long?" the most usual meaning, how long the strike lasts, after any answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from knowledge.material.entry import Entry
from knowledge.retrieval.lexical import fold

# What may stand before a follow-up without changing it.
LEAD = re.compile(
    r"^(?:(?:and|but|so|then|ok|okay|also|well|thanks|hey|y|e|pero|entonces|bueno|oiga|gracias|tambien|what about|"
    r"how about|"
    r"que tal|que pasa con|que hay de|for|para|con)\b[\s,]*)+"
)
ANSWER_TIME = "grievance-no-answer"


@dataclass(frozen=True)
class Followup:
    """A way of asking on, and the answer it asks for.

    Attributes:
        pattern: matches the whole message, folded (no accents, small letters) and without :data:`LEAD`.
        after_faq: the answer by the id answered before.
        after_topic: the answer by the topic of that id, where the id is not named.
    """

    pattern: re.Pattern[str]
    after_faq: dict[str, str] = field(default_factory=dict)
    after_topic: dict[str, str] = field(default_factory=dict)


HOW_LONG = Followup(
    re.compile(
        r"how (?:long|soon|many days|much time)(?: (?:does|will|would|do|can|is) (?:that|it|this|they|"
        r"the wait)(?: usually| normally)?"
        r"(?: (?:take|be|have|last|need))?)?|how long (?:for that|is it|until .{0,20}|to (?:wait|answer))"
        r"|(?:en )?cuant[oa]s?(?: tiempo| dias)?(?: mas)?(?: se)?"
        r"(?: (?:tardan?|toman?|demoran?|duran?|tienen?|va a tardar|van a tardar|me van a tardar)"
        r"(?: (?:eso|esto|en eso|en contestar))?)?"
    ),
    after_faq={
        "grievance-with-kaiser": ANSWER_TIME,
        "grievance-no-answer": "complaint-to-state",
        "complaint-to-state": "complaint-to-state",
        "grievance-complaint-imr": ANSWER_TIME,
        "retaliation-for-complaint": ANSWER_TIME,
        "out-of-network-referral": "out-of-network-referral",
        "provider-list-full": "out-of-network-referral",
        "urgent-appointment": "urgent-appointment",
        "appointment-cancelled": "wait-too-long",
        "clinician-no-show": "wait-too-long",
        "new-therapist": "wait-too-long",
        "therapist-language": "wait-too-long",
        "impact-children": "wait-too-long",
        "impact-wait-times": "wait-too-long",
        "therapist-on-strike": "strike-duration",
        "worker-strike-notice": "worker-strike-notice",
        "worker-unemployment": "worker-unemployment",
    },
)
WHY = Followup(
    re.compile(
        r"why(?: (?:is|was) (?:that|it|this)|(?: (?:are|did|do) they)?(?: doing that| do that| strike|"
        r" on strike)?)?(?: though)?"
        r"|(?:y )?por ?que(?: (?:eso|es eso|razon|motivo|hacen eso))?"
    ),
    after_faq={"employer-fines": "employer-fines", "demand-parity": "demand-parity", "both-sides": "both-sides"},
    after_topic={
        "duration": "strike-causes",
        "demands": "strike-causes",
        "impact": "strike-causes",
        "causes": "strike-causes",
    },
)
CHILD = Followup(
    re.compile(
        r"(?:if it'?s |if it is |if its |is it the same for |does (?:it|that) apply to |si es |es igual para |"
        r"lo mismo para |a )?"
        r"(?:for )?(?:my |the |our |mi |mis |los |las |nuestr[oa]s? |un |una |a )?"
        r"(?:son|daughter|kids?|child|children|teen|teenager|boys?|girls?|hij[oa]s?|ninos?|ninas?|menor(?:es)?|"
        r"adolescentes?)"
        r"(?:'s (?:visit|appointment|evaluation|one))?(?: (?:too|also|tambien))?"
    ),
    after_faq={"bot-privacy": "", "settlement-200m": ""},
    after_topic={"crisis": "helping-someone", "care-access": "impact-children", "impact": "impact-children",
                 "duration": "impact-children", "causes": "impact-children"},
)  # fmt: skip
REFUSED = Followup(
    re.compile(
        r"(?:what )?(?:if|happens if|do i do if|when) (?:they|kaiser|nobody|no one|he|she|it)(?: still)? "
        r"(?:says? no|refuses?|den(?:y|ies)(?: (?:it|me))?|ignores?(?: (?:it|me))?|(?:don'?t|doesn'?t|won'?t|never)? ?"
        r"(?:answers?|repl(?:y|ies)|responds?|calls?(?: me)?(?: back)?|do(?:es)? anything|help|pay|agree|"
        r"listen))(?: me| it)?"
        r"|(?:que (?:hago|pasa) )?si (?:kaiser |ellos |nadie )?(?:me |se |no )*"
        r"(?:dicen? que no|niegan?|contestan?|responden?|hacen? (?:nada|caso)|ayudan?|rechazan?|ignoran?|pagan?|"
        r"llaman?)(?: nada| nadie)?"
    ),
    after_faq={
        "grievance-with-kaiser": ANSWER_TIME,
        "retaliation-for-complaint": ANSWER_TIME,
        "grievance-no-answer": "complaint-to-state",
        "complaint-to-state": "grievance-complaint-imr",
        "out-of-network-referral": "grievance-with-kaiser",
        "out-of-network-script": "grievance-with-kaiser",
        "provider-list-full": "complaint-to-state",
        "paid-out-of-pocket": "grievance-with-kaiser",
        "appointment-cancelled": "grievance-with-kaiser",
        "clinician-no-show": "grievance-with-kaiser",
        "wait-too-long": "grievance-with-kaiser",
        "new-therapist": "grievance-with-kaiser",
        "therapist-language": "grievance-with-kaiser",
        "therapist-on-strike": "grievance-with-kaiser",
        "urgent-appointment": "complaint-to-state",
    },
)
WHO_TO_CALL = Followup(
    re.compile(
        r"(?:who|whom|where|what number) (?:do|can|should|would) i (?:call|phone|contact|dial)(?: (?:for|about) that)?"
        r"|(?:what'?s|what is|give me|do you have) (?:the|a) (?:phone )?number|(?:the )?(?:phone )?number\??"
        r"|a (?:quien|donde|que numero)(?: (?:le|les))? (?:llamo|hablo|puedo llamar|marco)|(?:cual es |deme |"
        r"me da )?(?:el )?(?:numero|telefono)(?: de telefono)?"
    ),
    after_faq={
        "complaint-to-state": "complaint-to-state",
        "grievance-no-answer": "complaint-to-state",
        "grievance-complaint-imr": "complaint-to-state",
        "plan-medi-cal": "plan-medi-cal",
        "plan-medicare": "plan-medicare",
        "plan-federal-employee": "plan-federal-employee",
        "plan-self-funded": "plan-self-funded",
        "plan-ppo-calpers": "plan-ppo-calpers",
        "members-in-hawaii": "members-in-hawaii",
    },
    after_topic={"care-access": "kaiser-phone-numbers", "impact": "kaiser-phone-numbers", "crisis": "crisis-lines"},
)
COST = Followup(
    re.compile(
        r"(?:how much|is (?:it|that) free|free|do(?:es)? (?:it|that) cost(?: me)?(?: anything| money)?|"
        r"what does (?:it|that) cost|"
        r"how much (?:does|will|would|is) (?:it|that|this)(?: cost)?(?: me)?|do i (?:have to )?pay(?: for (?:it|"
        r"that))?)"
        r"|(?:es|eso es|sale) gratis|cuanto(?: (?:cuesta|me cuesta|es|sale|me va a costar|tengo que pagar))?|"
        r"tengo que pagar(?: algo)?|tiene costo|cobran(?: algo)?"
    ),
    after_faq={
        "complaint-to-state": "complaint-to-state",
        "grievance-no-answer": "grievance-no-answer",
        "out-of-network-script": "out-of-network-referral",
        "out-of-network-referral": "out-of-network-referral",
        "provider-list-full": "out-of-network-referral",
        "crisis-lines": "crisis-lines",
        "someone-to-talk-to": "someone-to-talk-to",
        "demand-pay": "demand-pay",
        "employer-fines": "employer-fines",
        "settlement-200m": "settlement-200m",
        "demands-overview": "demand-pay",
        "employer-offer": "demand-pay",
    },
)
FOLLOWUPS = (HOW_LONG, WHY, CHILD, REFUSED, WHO_TO_CALL, COST)


def answer_after(text: str, last: Entry) -> str | None:
    """Name the answer that a bare follow-up asks for after another answer; None where the search should tell."""
    words = LEAD.sub("", fold(text).strip(" ¿?!¡.,")).strip(" ¿?!¡.,")
    for followup in FOLLOWUPS:
        if followup.pattern.fullmatch(words):
            faq = followup.after_faq.get(last.id, followup.after_topic.get(last.topic, ""))
            if faq:
                return faq
    return None
