"""Every fixed sentence that is not a crisis card, in both languages. One place, so that they are read together."""

from __future__ import annotations

from knowledge.registry import Language

TEXTS: dict[str, dict[Language, str]] = {
    "introduction": {
        "en": "Automated program. Not a clinician, not Kaiser, not the union. Nobody reads this chat.",
        "es": "Programa automático. No es personal clínico, ni Kaiser, ni el sindicato. Nadie lee este chat.",
    },
    "greet": {
        "en": "Hello. Ask me about the Kaiser mental-health strikes or about getting care, in English or Spanish. "
        "For example: my appointment was cancelled, what do I do?",
        "es": "Hola. Pregúnteme sobre las huelgas de salud mental en Kaiser o sobre cómo conseguir atención, en español "
        "o en inglés. Por ejemplo: me cancelaron la cita, ¿qué hago?",
    },
    "thank": {
        "en": "You're welcome. I'm here if something else comes up.",
        "es": "De nada. Aquí estoy si necesita algo más.",
    },
    "goodbye": {"en": "Take care. You can come back any time.", "es": "Cuídese. Puede volver cuando quiera."},
    "affirm": {
        "en": "Good. What would you like to know next?",
        "es": "Bien. ¿Qué más le gustaría saber?",
    },
    "deny": {
        "en": "All right. Tell me in other words what you need, or pick a topic.",
        "es": "Está bien. Dígame con otras palabras qué necesita, o elija un tema.",
    },
    "ask_help": {
        "en": "I answer questions about the Kaiser mental-health strikes: why they happened, what each side says, how to get "
        "care, how to complain, and workers' rights. Write a question in your own words or pick a topic.",
        "es": "Contesto preguntas sobre las huelgas de salud mental en Kaiser: por qué pasaron, qué dice cada lado, cómo "
        "conseguir atención, cómo quejarse y los derechos de los trabajadores. Escriba su pregunta o elija un tema.",
    },
    "give_feedback": {
        "en": "I'm sorry if I was no help. I only know a fixed set of answers. Try other words, or pick a topic.",
        "es": "Lamento si no le ayudé. Solo sé un número fijo de respuestas. Intente con otras palabras o elija un tema.",
    },
    "rephrase": {
        "en": "Then I misread your question. Please ask it in other words, or pick a topic.",
        "es": "Entonces entendí mal su pregunta. Hágala con otras palabras o elija un tema.",
    },
    "topics": {"en": "What is it about?", "es": "¿De qué se trata?"},
    "topic_questions": {"en": "Pick a question:", "es": "Elija una pregunta:"},
    "language_en": {"en": "I will answer in English.", "es": "I will answer in English."},
    "language_es": {"en": "Le contestaré en español.", "es": "Le contestaré en español."},
    "role_patient": {
        "en": "Thanks. What would you like to know about your care?",
        "es": "Gracias. ¿Qué quiere saber sobre su atención?",
    },
    "role_worker": {
        "en": "Thanks. Ask me about strike notice, pay, health cover, or your rights.",
        "es": "Gracias. Pregúnteme sobre el aviso de huelga, el pago, el seguro médico o sus derechos.",
    },
    "ask_plan": {
        "en": "The next step depends on your kind of plan. Which one do you have?",
        "es": "El siguiente paso depende de su tipo de plan. ¿Cuál tiene?",
    },
    "plan_commercial": {
        "en": "Thanks. For a plan through your job or Covered California, the steps above are yours. If your employer pays the "
        "bills itself (self-funded), tell me: the steps differ.",
        "es": "Gracias. Para un plan del trabajo o de Covered California, los pasos de arriba son los suyos. Si su patrón paga "
        "los gastos por su cuenta (self-funded), dígamelo: los pasos cambian.",
    },
    "choices": {
        "en": "I'm not sure which of these you mean:",
        "es": "No estoy seguro de cuál de estas es su pregunta:",
    },
    "related": {"en": "People also ask:", "es": "Otras personas también preguntan:"},
    "abstain_1": {
        "en": "I don't know that. I can help with the Kaiser mental-health strikes, getting care, complaints, and workers' "
        "questions. You can ask again in other words.",
        "es": "Eso no lo sé. Puedo ayudar con las huelgas de salud mental en Kaiser, cómo conseguir atención, quejas y "
        "preguntas de los trabajadores. Puede preguntar de nuevo con otras palabras.",
    },
    "abstain_2": {
        "en": "I still don't have an answer for that. These people may: Kaiser ({{kaiser-member-services.call}}) for your care, "
        "or the state help center ({{dmhc-help-center.call}}) when Kaiser does not help. Or pick a topic:",
        "es": "Todavía no tengo respuesta para eso. Ellos quizás sí: Kaiser ({{kaiser-member-services-spanish.call}}) sobre su "
        "atención, o el centro de ayuda del estado ({{dmhc-help-center.call}}) si Kaiser no le ayuda. O elija un tema:",
    },
    "abstain_3": {
        "en": "That is outside what I know. Nothing is wrong with your question. Here are my topics again, and "
        "{{kaiser-member-services.call}} reaches a person at Kaiser.",
        "es": "Eso está fuera de lo que sé. Su pregunta no tiene nada de malo. Aquí están mis temas otra vez, y en el "
        "{{kaiser-member-services-spanish.call}} contesta una persona de Kaiser.",
    },
    "care_footer": {
        "en": "If waiting is not safe for you: call or text {{lifeline-988.call}} (24 hours, free). In danger now: "
        "{{emergency-911.call}}.",
        "es": "Si no es seguro esperar: llame al {{lifeline-988.call}} y oprima 2, o envíe {{lifeline-988.text}} (las 24 horas, "
        "gratis). Si hay peligro ahora: {{emergency-911.call}}.",
    },
    "distress": {
        "en": "That sounds hard, and it matters.",
        "es": "Eso suena muy difícil, y es importante.",
    },
    "out_of_medication": {
        "en": "Running low on medicine: ask your pharmacist or Kaiser's advice line now. Do not stop, share or change doses "
        "on your own. If you feel very ill, call {{emergency-911.call}}.",
        "es": "Si se le acaba la medicina: pregunte ya a su farmacéutico o a la línea de consejos de Kaiser. No deje, comparta ni "
        "cambie las dosis por su cuenta. Si se siente muy mal, llame al {{emergency-911.call}}.",
    },
    "no_care": {
        "en": "If you cannot get care: call Kaiser's advice line, and the state help center ({{dmhc-help-center.call}}) if Kaiser "
        "does not help.",
        "es": "Si no consigue atención: llame a la línea de consejos de Kaiser, y al centro de ayuda del estado "
        "({{dmhc-help-center.call}}) si Kaiser no le ayuda.",
    },
    "stale": {
        "en": "This answer is past its review date and may be out of date. Check with {publishers}.",
        "es": "Esta respuesta ya pasó su fecha de revisión y puede estar atrasada. Confirme con {publishers}.",
    },
    "expired": {
        "en": "My last check of this is too old to repeat. Please look at {{status.check}}.",
        "es": "Mi última revisión de esto es demasiado vieja para repetirla. Consulte {{status.check}}.",
    },
    # Said when there is no index, so it names nothing that would have to be looked up.
    "no_answers": {
        "en": "I cannot look up answers right now. Please try again later.",
        "es": "En este momento no puedo buscar respuestas. Intente más tarde, por favor.",
    },
    "unavailable": {
        "en": "I cannot answer questions right now. Please try again in a few minutes. For a crisis: call or text "
        "{{lifeline-988.call}}. In danger now: {{emergency-911.call}}.",
        "es": "Ahora no puedo contestar preguntas. Intente de nuevo en unos minutos. En una crisis: llame o mande mensaje al "
        "{{lifeline-988.call}}. Si hay peligro ahora: {{emergency-911.call}}.",
    },
    "forgotten": {
        "en": "Done. I have forgotten this conversation.",
        "es": "Listo. Ya olvidé esta conversación.",
    },
    "rated_up": {"en": "Thank you. That helps us.", "es": "Gracias. Eso nos ayuda."},
    "rated_down": {
        "en": "Thank you for saying so. Ask again in other words, or pick a topic.",
        "es": "Gracias por decirlo. Pregunte con otras palabras o elija un tema.",
    },
    "old_button": {
        "en": "That button is no longer in use. Please ask in words.",
        "es": "Ese botón ya no sirve. Pregunte con palabras, por favor.",
    },
    "sources": {"en": "Sources", "es": "Fuentes"},
    "checked": {"en": "Checked", "es": "Revisado"},
    "none_of_these": {"en": "None of these", "es": "Ninguna de estas"},
    "more_questions": {"en": "More questions", "es": "Más preguntas"},
    "all_topics": {"en": "All topics", "es": "Todos los temas"},
    "topic:causes": {"en": "Why they struck", "es": "Por qué hubo huelga"},
    "topic:demands": {"en": "What strikers ask for", "es": "Qué piden los huelguistas"},
    "topic:impact": {"en": "What it does to patients", "es": "Cómo afecta a los pacientes"},
    "topic:response": {"en": "What Kaiser says", "es": "Qué dice Kaiser"},
    "topic:duration": {"en": "Is it on? How long?", "es": "¿Sigue? ¿Cuánto dura?"},
    "topic:implications": {"en": "What may change", "es": "Qué puede cambiar"},
    "topic:care-access": {"en": "Getting care", "es": "Conseguir atención"},
    "topic:crisis": {"en": "Crisis help", "es": "Ayuda en una crisis"},
    "topic:workers": {"en": "For workers", "es": "Para trabajadores"},
    "topic:about": {"en": "About this bot", "es": "Sobre este bot"},
    "plan:commercial": {"en": "Job or Covered California", "es": "Trabajo o Covered California"},
    "plan:medi-cal": {"en": "Medi-Cal", "es": "Medi-Cal"},
    "plan:medicare": {"en": "Medicare", "es": "Medicare"},
    "plan:federal": {"en": "Federal employee", "es": "Empleado federal"},
    "plan:self-funded": {"en": "Self-funded employer", "es": "Patrón self-funded"},
    "plan:ppo-calpers": {"en": "PPO or CalPERS", "es": "PPO o CalPERS"},
    "plan:hawaii": {"en": "Hawaii", "es": "Hawái"},
    "button:crisis_text": {"en": "Text instead of call", "es": "Mensaje en vez de llamada"},
    "button:crisis_other": {"en": "Someone else is at risk", "es": "Otra persona está en peligro"},
    "button:crisis_question": {"en": "Answer my question", "es": "Conteste mi pregunta"},
    "button:crisis_lines": {"en": "Crisis lines", "es": "Líneas de crisis"},
    "no_question": {"en": "What is your question?", "es": "¿Cuál es su pregunta?"},
}


def text(key: str, language: Language) -> str:
    """Give a fixed sentence; references to contacts are still in it."""
    return TEXTS[key][language]
