"""What only Telegram says, in both languages; the rest is in ``bot.texts``."""

from __future__ import annotations

from knowledge.registry import Language

WORDING: dict[str, dict[Language, str]] = {
    "welcome": {
        "en": "Hello. I answer questions about the Kaiser mental-health strikes and about getting care.\n\nWrite "
        "your question in your own words, or pick one below.",
        "es": "Hola. Contesto preguntas sobre las huelgas de salud mental en Kaiser y sobre cómo conseguir "
        "atención.\n\nEscriba su pregunta con sus palabras, o elija abajo.",
    },
    "patient": {"en": "I'm a patient", "es": "Soy paciente"},
    "worker": {"en": "I work there", "es": "Trabajo ahí"},
    "choose_language": {"en": "Which language? ¿Qué idioma?", "es": "¿Qué idioma? Which language?"},
    "choose_role": {"en": "Which fits you better?", "es": "¿Qué le describe mejor?"},
    "deleted": {
        "en": "To remove it from your phone too, delete this chat in the Telegram app.",
        "es": "Para borrarla también de su teléfono, elimine este chat en Telegram.",
    },
    "safety": {
        "en": "Before anything else, every message is checked for danger, here in this program and with fixed "
        "rules. If it may be a crisis, the crisis lines come first. I can be wrong: you can ask for the "
        "lines at any time with /crisis.\n\nHow it works is written in docs/safety-protocol.md of this "
        "program.",
        "es": "Antes que nada, cada mensaje se revisa por si hay peligro, aquí en este programa y con reglas "
        "fijas. Si puede ser una crisis, primero van las líneas de crisis. Puedo equivocarme: pida las "
        "líneas cuando quiera con /crisis.\n\nCómo funciona está escrito en docs/safety-protocol.md de "
        "este programa.",
    },
    "limits": {"en": "What I cannot do", "es": "Lo que no puedo hacer"},
    "only_text": {
        "en": "Thank you for sending that. I can only read text: no photos, voice notes, stickers or files. "
        "Please write it in words. If this is a crisis, press the button.",
        "es": "Gracias por enviarlo. Solo puedo leer texto: no fotos, notas de voz, stickers ni archivos. Por "
        "favor escríbalo con palabras. Si es una crisis, oprima el botón.",
    },
    "in_private": {
        "en": "That is better talked about in private. You can write to me there. The crisis lines are open 24 "
        "hours, for anyone.",
        "es": "De eso es mejor hablar en privado. Puede escribirme ahí. Las líneas de crisis atienden las 24 "
        "horas, a cualquier persona.",
    },
    "write_privately": {"en": "Write to me in private", "es": "Escríbame en privado"},
    "too_fast": {
        "en": "That was a lot at once. Please wait a few seconds and send your question again.",
        "es": "Fueron muchos mensajes de una vez. Espere unos segundos y mande su pregunta de nuevo.",
    },
    "ask_in_chat": {"en": "Ask me in the chat", "es": "Pregúnteme en el chat"},
    "not_asked": {"en": "Not what I asked", "es": "No es lo que pregunté"},
    "description": {
        "en": "Automated program. Answers questions about the Kaiser mental-health strikes and about getting "
        "care, with sources and dates, in English and Spanish. Not a clinician, not Kaiser, not the union. "
        "Nobody reads this chat. Send /crisis for the crisis lines.",
        "es": "Programa automático. Contesta preguntas sobre las huelgas de salud mental en Kaiser y sobre cómo "
        "conseguir atención, con fuentes y fechas, en español e inglés. No es personal clínico, ni Kaiser, "
        "ni el sindicato. Nadie lee este chat. Mande /crisis para las líneas de crisis.",
    },
    "short_description": {
        "en": "Questions about the Kaiser mental-health strikes and getting care. Automated, not a clinician.",
        "es": "Preguntas sobre las huelgas de salud mental en Kaiser y cómo conseguir atención. Automático.",
    },
    "command:start": {"en": "Start over", "es": "Empezar de nuevo"},
    "command:topics": {"en": "All topics", "es": "Todos los temas"},
    "command:crisis": {"en": "Crisis lines, 24 hours", "es": "Líneas de crisis, las 24 horas"},
    "command:status": {"en": "Is a strike on? Where to check", "es": "¿Hay huelga? Dónde consultar"},
    "command:language": {"en": "English or Spanish", "es": "Español o inglés"},
    "command:role": {"en": "Patient or worker", "es": "Paciente o trabajador"},
    "command:sources": {"en": "Where the answers come from", "es": "De dónde vienen las respuestas"},
    "command:privacy": {"en": "What is kept of this chat", "es": "Qué se guarda de este chat"},
    "command:delete": {"en": "Forget this conversation", "es": "Olvidar esta conversación"},
    "command:safety": {"en": "How danger is noticed", "es": "Cómo se detecta el peligro"},
    "command:help": {"en": "What I can do", "es": "Qué puedo hacer"},
}


def wording(key: str, language: Language) -> str:
    """Give one of Telegram's own sentences."""
    return WORDING[key][language]
