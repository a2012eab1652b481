// Every word of the page itself, in both languages. The words of answers come from the server.

export const STRINGS = {
  en: {
    title: "Kaiser mental-health strikes: questions and answers",
    notice: "Automated program. Not a clinician, not Kaiser, not the union. Nobody reads this chat.",
    safetyLink: "Safety",
    leave: "Leave now",
    leaveHint: "Clears this chat and goes to Google. Or press Shift three times.",
    languageLabel: "Language",
    clear: "Clear",
    clearHint: "Clears this chat here and on the server.",
    cleared: "Chat cleared.",
    crisis: "In crisis? 24 hours, free:",
    crisisLabel: "Crisis lines",
    call988: "Call 988",
    text988: "Text 988",
    call911: "Call 911",
    logLabel: "Conversation",
    composerLabel: "Write to carebot",
    inputLabel: "Your question",
    placeholder: "Write your question",
    send: "Send",
    resend: "Send again",
    typing: "Looking for an answer",
    you: "You:",
    bot: "Answer:",
    welcome:
      "Ask about the Kaiser mental-health strikes or about getting care, in English or Spanish. " +
      "Please leave out names and record numbers.\n\nOr start here:",
    allAnswers: "Read all answers as plain pages",
    sources: "Sources",
    noDate: "date not shown",
    checked: "Checked",
    related: "People also ask:",
    share: "Share",
    copy: "Copy",
    print: "Print",
    copied: "Copied.",
    copyFailed: "Could not copy. Select the text and copy it.",
    helped: "Did this help?",
    yes: "Yes",
    no: "No",
    newTab: "(opens in a new tab)",
    waiting: "Not sent yet",
    refused: "Not sent",
    offline: "No connection. Your message is kept here. In an emergency call 911; call or text 988.",
    unreachable: "The answer did not come. Your message is kept here. In an emergency call 911; call or text 988.",
    tooFast: "Too many messages at once. Your message is kept here. Wait a few seconds, then send it again.",
    notAccepted: "That could not be read. Please write it in other words.",
    oldButton: "That button is no longer in use. Please ask in words.",
    tooLong: "Too long: take out at least {count} characters, or send it in parts.",
    starters: [
      ["My appointment was cancelled", "faq:appointment-cancelled"],
      ["The wait is too long", "faq:wait-too-long"],
      ["Why did they strike?", "faq:strike-causes"],
      ["Crisis lines", "faq:crisis-lines"],
      ["All topics", "topics:"],
    ],
  },
  es: {
    title: "Huelgas de salud mental en Kaiser: preguntas y respuestas",
    notice: "Programa automático. No es personal clínico, ni Kaiser, ni el sindicato. Nadie lee este chat.",
    safetyLink: "Seguridad",
    leave: "Salir ya",
    leaveHint: "Borra este chat y va a Google. O presione la tecla Mayús (Shift) tres veces.",
    languageLabel: "Idioma",
    clear: "Borrar",
    clearHint: "Borra este chat aquí y en el servidor.",
    cleared: "Chat borrado.",
    crisis: "¿En crisis? En el 988 oprima 2:",
    crisisLabel: "Líneas de crisis",
    call988: "Llame 988",
    text988: "Texto 988",
    call911: "Llame 911",
    logLabel: "Conversación",
    composerLabel: "Escribir a carebot",
    inputLabel: "Su pregunta",
    placeholder: "Escriba su pregunta",
    send: "Enviar",
    resend: "Enviar otra vez",
    typing: "Buscando una respuesta",
    you: "Usted:",
    bot: "Respuesta:",
    welcome:
      "Pregunte sobre las huelgas de salud mental en Kaiser o sobre cómo conseguir atención, en español o en inglés. " +
      "No escriba nombres ni números de expediente, por favor.\n\nO empiece aquí:",
    allAnswers: "Leer todas las respuestas en páginas sencillas",
    sources: "Fuentes",
    noDate: "sin fecha",
    checked: "Revisado",
    related: "Otras personas también preguntan:",
    share: "Compartir",
    copy: "Copiar",
    print: "Imprimir",
    copied: "Copiado.",
    copyFailed: "No se pudo copiar. Seleccione el texto y cópielo.",
    helped: "¿Le ayudó?",
    yes: "Sí",
    no: "No",
    newTab: "(se abre en otra pestaña)",
    waiting: "Aún no enviado",
    refused: "No enviado",
    offline: "Sin conexión. Su mensaje sigue aquí. En una emergencia llame al 911; en una crisis llame al 988 y oprima 2.",
    unreachable: "No llegó la respuesta. Su mensaje sigue aquí. En una emergencia llame al 911; en una crisis llame al 988 y oprima 2.",
    tooFast: "Demasiados mensajes a la vez. Su mensaje sigue aquí. Espere unos segundos y envíelo otra vez.",
    notAccepted: "No se pudo leer. Por favor escríbalo con otras palabras.",
    oldButton: "Ese botón ya no sirve. Pregunte con palabras, por favor.",
    tooLong: "Demasiado largo: quite al menos {count} caracteres, o envíelo en partes.",
    starters: [
      ["Me cancelaron la cita", "faq:appointment-cancelled"],
      ["La espera es muy larga", "faq:wait-too-long"],
      ["¿Por qué hubo huelga?", "faq:strike-causes"],
      ["Líneas de crisis", "faq:crisis-lines"],
      ["Todos los temas", "topics:"],
    ],
  },
};

const DATE_STYLES = {
  10: { year: "numeric", month: "long", day: "numeric" },
  7: { year: "numeric", month: "long" },
  4: { year: "numeric" },
};

/**
 * Write the date of a source in words: 2026-11-24, 2026-11 or 2026, each perhaps with a remark after it, which is
 * left out. Gives "" when there is no date.
 */
export function formatDate(date, language) {
  const found = /^(?:effective )?(\d{4}(?:-\d{2}(?:-\d{2})?)?)(?!\d)/.exec(date);
  const time = found ? Date.parse(found[1]) : NaN;
  if (Number.isNaN(time)) return "";
  // A date without a time is read as UTC: shown in another zone it could be the day before.
  const style = { ...DATE_STYLES[found[1].length], timeZone: "UTC" };
  return new Intl.DateTimeFormat(language === "es" ? "es-US" : "en-US", style).format(time);
}
