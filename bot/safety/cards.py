"""The fixed crisis cards. Nothing here is generated or retrieved; numbers come from the contacts that may be shown.

Follows safe-messaging guidance (suicidepreventionmessaging.org): no method, no place, no pledge, no diagnosis, no blame.
"""

from __future__ import annotations

from typing import Final

from bot.message import SafetyVerdict, Tier
from knowledge.registry import Language

Bilingual = dict[Language, str]

LIFELINE: Final[Bilingual] = {
    "en": "Call or text {{lifeline-988.call}} (24 hours, free, private). Chat: {{lifeline-988.chat}}",
    "es": "Llame al {{lifeline-988.call}} y oprima 2, o envíe {{lifeline-988.text}} (las 24 horas, gratis, privado). "
    "Chat: {{lifeline-988.chat}}",
}
DANGER: Final[Bilingual] = {
    "en": "If anyone is in danger right now, call {{emergency-911.call}}.",
    "es": "Si alguien está en peligro ahora mismo, llame al {{emergency-911.call}}.",
}

# tier -> category -> text; "" is for every category that has none of its own.
CARDS: Final[dict[Tier, dict[str, Bilingual]]] = {
    Tier.T1: {
        "": {
            "en": "Your life matters. Please call {{emergency-911.call}} now.\n\n"
            "You can also call or text {{lifeline-988.call}} (24 hours, free), or chat: {{lifeline-988.chat}}\n\n"
            "Go to someone you trust, or ask them to come and stay with you. Put distance between yourself and anything that "
            "could hurt you.",
            "es": "Su vida importa. Por favor llame al {{emergency-911.call}} ahora.\n\n"
            "También puede llamar al {{lifeline-988.call}} y oprimir 2, o enviar {{lifeline-988.text}} (las 24 horas, gratis). "
            "Chat: {{lifeline-988.chat}}\n\n"
            "Busque a alguien de confianza o pídale que venga y se quede con usted. Aléjese de todo lo que pueda hacerle daño.",
        },
        "medical_emergency": {
            "en": "This may be an emergency. Call {{emergency-911.call}} now.\n\n"
            "For poison or too much medicine, California Poison Control also helps, 24 hours: {{poison-control.call}}. If the "
            "person is unconscious, shaking, or has trouble breathing, {{emergency-911.call}} first.\n\n"
            "Do not wait for a call back from Kaiser. Stay with the person. To talk to someone after: {{lifeline-988.call}}.",
            "es": "Esto puede ser una emergencia. Llame al {{emergency-911.call}} ahora.\n\n"
            "Por veneno o demasiada medicina, también ayuda Control de Envenenamientos, las 24 horas: {{poison-control.call}}. Si "
            "la persona no despierta, tiembla sin parar o no respira bien, primero el {{emergency-911.call}}.\n\n"
            "No espere a que Kaiser le devuelva la llamada. Quédese con la persona. Para hablar con alguien después: "
            "{{lifeline-988.call}}.",
        },
        "harm_to_others": {
            "en": "If someone could get hurt, call {{emergency-911.call}} now.\n\n"
            "Step away from the other person and from anything that could do harm. You can call or text {{lifeline-988.call}} and "
            "say what you feel. They listen, 24 hours, free.",
            "es": "Si alguien puede salir lastimado, llame al {{emergency-911.call}} ahora.\n\n"
            "Aléjese de la otra persona y de todo lo que pueda hacer daño. Puede llamar al {{lifeline-988.call}} y oprimir 2, y "
            "decir lo que siente. Le escuchan, las 24 horas, gratis.",
        },
        "abuse_violence": {
            "en": "If you are in danger, call {{emergency-911.call}} when it is safe to.\n\n"
            "Domestic violence line, 24 hours: {{domestic-violence.call}}, or text {{domestic-violence.text}}. Someone is also at "
            "{{lifeline-988.call}}. Clear this chat afterwards.",
            "es": "Si está en peligro, llame al {{emergency-911.call}} cuando pueda hacerlo sin riesgo.\n\n"
            "Línea contra la violencia doméstica, 24 horas: {{domestic-violence.call}}, o envíe {{domestic-violence.text}}. También "
            "le atienden en el {{lifeline-988.call}}. Borre este chat después.",
        },
        "third_party_risk": {
            "en": "If their life may be in danger, call {{emergency-911.call}} now and say where they are.\n\n"
            "Stay with them, or ask someone near them to, if it is safe. Move anything that could hurt them out of reach. You can "
            "call or text {{lifeline-988.call}} about someone else too (24 hours, free).",
            "es": "Si su vida puede estar en peligro, llame al {{emergency-911.call}} ahora y diga dónde está.\n\n"
            "Quédese con esa persona, o pida a alguien cercano que lo haga, si no hay riesgo. Ponga lejos todo lo que pueda hacerle "
            "daño. También puede llamar al {{lifeline-988.call}} por otra persona (las 24 horas, gratis).",
        },
        "psychosis_mania": {
            "en": "Please call {{emergency-911.call}} now, or ask someone near you to call.\n\n"
            "You do not have to do what the voices say. Go to someone you trust and stay with them. You can call or text "
            "{{lifeline-988.call}} at any hour.",
            "es": "Por favor llame al {{emergency-911.call}} ahora, o pida a alguien que llame.\n\n"
            "No tiene que hacer lo que dicen las voces. Vaya con alguien de confianza y quédese ahí. Puede llamar al "
            "{{lifeline-988.call}} y oprimir 2 a cualquier hora.",
        },
    },
    Tier.T2: {
        "": {
            "en": f"I'm glad you wrote this. You don't have to carry it alone.\n\n{LIFELINE['en']}\n\n{DANGER['en']}",
            "es": f"Qué bueno que lo escribió. No tiene que cargar con esto a solas.\n\n{LIFELINE['es']}\n\n{DANGER['es']}",
        },
        "soft": {
            "en": "If any part of this is about not wanting to live, or about hurting yourself, people are there for it. "
            f"{LIFELINE['en']}\n\n{DANGER['en']}",
            "es": "Si algo de esto es sobre no querer vivir, o sobre hacerse daño, hay personas para eso. "
            f"{LIFELINE['es']}\n\n{DANGER['es']}",
        },
        "self_harm": {
            "en": "Thank you for saying it. Hurting yourself is often a way to get through pain, and there is help for it.\n\n"
            f"{LIFELINE['en']}\nOr text {{{{crisis-text-line.text}}}}.\n\nIf you are hurt and need care now, call "
            "{{emergency-911.call}}.",
            "es": "Gracias por decirlo. Lastimarse suele ser una manera de aguantar el dolor, y hay ayuda para eso.\n\n"
            f"{LIFELINE['es']}\nO envíe {{{{crisis-text-line.text}}}}.\n\nSi está herido y necesita atención ahora, llame al "
            "{{emergency-911.call}}.",
        },
        "harm_to_others": {
            "en": f"Thoughts like these can be talked about before anyone is hurt.\n\n{LIFELINE['en']}\n\n{DANGER['en']}",
            "es": f"De pensamientos así se puede hablar antes de que alguien salga lastimado.\n\n{LIFELINE['es']}\n\n{DANGER['es']}",
        },
        "abuse_violence": {
            "en": "Help, 24 hours: {{domestic-violence.call}}, or text {{domestic-violence.text}}. For a child: {{childhelp.call}}. "
            "For an older or disabled adult: {{adult-protective.call}}. Also {{lifeline-988.call}}. In danger: "
            "{{emergency-911.call}}. You can clear this chat.",
            "es": "Ayuda, 24 horas: {{domestic-violence.call}}, o envíe {{domestic-violence.text}}. Por un niño: {{childhelp.call}}. "
            "Por una persona mayor o con discapacidad: {{adult-protective.call}}. También el {{lifeline-988.call}}. En peligro: "
            "{{emergency-911.call}}. Puede borrar este chat.",
        },
        # Only in doubt: a medical emergency that is sure is T1.
        "medical_emergency": {
            "en": "If someone is suddenly ill or hurt, cannot breathe well, cannot be woken, or took too much of something, call "
            "{{emergency-911.call}} now.\n\nFor poison or too much medicine, Poison Control also helps, 24 hours: "
            "{{poison-control.call}}. Not sure how serious it is? Kaiser's advice line: {{kaiser-norcal-advice.call}} (north) or "
            "{{kaiser-socal-advice.call}} (south). For any crisis: {{lifeline-988.call}}.",
            "es": "Si alguien se puso mal o se lastimó de repente, no respira bien, no despierta o tomó demasiado de algo, llame ya "
            "al {{emergency-911.call}}.\n\nPor veneno o demasiada medicina, ayuda también Control de Envenenamientos, las 24 horas: "
            "{{poison-control.call}}. ¿No sabe si es grave? Línea de consejos de Kaiser: {{kaiser-norcal-advice.call}} (norte) o "
            "{{kaiser-socal-advice.call}} (sur). En cualquier crisis: {{lifeline-988.call}}.",
        },
        "psychosis_mania": {
            "en": "That sounds frightening or exhausting. Please tell someone you trust today, and call Kaiser's advice line.\n\n"
            f"{LIFELINE['en']}\n\n{DANGER['en']}",
            "es": "Eso suena a mucho miedo o mucho cansancio. Cuénteselo hoy a alguien de confianza y llame a la línea de consejos de "
            f"Kaiser.\n\n{LIFELINE['es']}\n\n{DANGER['es']}",
        },
        "medication_gap": {
            "en": "Stopping this kind of medicine suddenly can be dangerous. Call your pharmacist or Kaiser's advice line now: "
            "{{kaiser-norcal-advice.call}} (north) or {{kaiser-socal-advice.call}} (south). Do not stop, share or change doses on "
            "your own.\n\nIf you feel very ill, shake, or see things, call {{emergency-911.call}}. For any crisis: "
            "{{lifeline-988.call}}. Referrals for substance use treatment: {{samhsa-helpline.call}}.",
            "es": "Dejar de golpe este tipo de medicina puede ser peligroso. Llame ya a su farmacéutico o a la línea de consejos de "
            "Kaiser: {{kaiser-norcal-advice.call}} (norte) o {{kaiser-socal-advice.call}} (sur). No deje, comparta ni cambie las "
            "dosis por su cuenta.\n\nSi se siente muy mal, tiembla o ve cosas, llame al {{emergency-911.call}}. En cualquier crisis: "
            "{{lifeline-988.call}}. Para tratamiento por consumo de sustancias: {{samhsa-helpline.call}}.",
        },
        "third_party_risk": {
            "en": "You are right to take it seriously. You can call or text {{lifeline-988.call}} about someone else (24 hours, "
            "free). It is all right to ask them plainly if they think of suicide, and to stay with them.\n\n"
            f"{DANGER['en']} For a child being hurt: {{{{childhelp.call}}}}.",
            "es": "Hace bien en tomarlo en serio. Puede llamar al {{lifeline-988.call}} y oprimir 2 por otra persona (las 24 horas, "
            "gratis). Está bien preguntarle de frente si piensa en el suicidio, y quedarse con ella.\n\n"
            f"{DANGER['es']} Si lastiman a un niño: {{{{childhelp.call}}}}.",
        },
    },
}

# Their card fits a doubtful message better than the soft words about not wanting to live.
PLAIN_IN_DOUBT: Final = ("abuse_violence", "medical_emergency", "medication_gap", "psychosis_mania", "third_party_risk")

# The second card of the same kind in one conversation is short; it is never left out.
SHORT: Final[dict[Tier, Bilingual]] = {
    Tier.T1: {
        "en": "Please call {{emergency-911.call}} now, or call or text {{lifeline-988.call}}. Is someone with you?",
        "es": "Por favor llame al {{emergency-911.call}} ahora, o al {{lifeline-988.call}} y oprima 2. ¿Hay alguien con usted?",
    },
    Tier.T2: {
        "en": "{{lifeline-988.call}} is there at any hour, by call or text. In danger now: {{emergency-911.call}}.",
        "es": "El {{lifeline-988.call}} atiende a cualquier hora (oprima 2), también por mensaje. En peligro ahora: "
        "{{emergency-911.call}}.",
    },
}
TEXT_INSTEAD: Final[Bilingual] = {
    "en": "Text {{lifeline-988.text}}, or text {{crisis-text-line.text}}. Chat: {{lifeline-988.chat}}. All 24 hours, free. In danger "
    "now: {{emergency-911.call}}.",
    "es": "Envíe {{lifeline-988.text}}, o {{crisis-text-line.text}}. Chat: {{lifeline-988.chat}}. Las 24 horas, gratis. Si hay peligro "
    "ahora: {{emergency-911.call}}.",
}
# Said when even the contacts cannot be read: the two numbers every phone in the country knows.
LAST_RESORT: Final[Bilingual] = {
    "en": "If you are in danger, call 911 now. Call or text 988 at any hour (24 hours, free).",
    "es": "Si está en peligro, llame al 911 ahora. Llame al 988 y oprima 2 a cualquier hora (24 horas, gratis).",
}


def card_text(verdict: SafetyVerdict, language: Language, shown_before: int) -> str:
    """Give the card of a T1 or T2 verdict, with its contact references still in it.

    Args:
        verdict: what the gate found.
        language: the language of the reply.
        shown_before: how many cards of this tier and category the conversation has had.
    """
    cards = CARDS[verdict.tier]
    if shown_before:
        return SHORT[verdict.tier][language]
    if verdict.soft and verdict.category not in PLAIN_IN_DOUBT:
        return cards["soft" if "soft" in cards else ""][language]
    return cards.get(verdict.category, cards[""])[language]
