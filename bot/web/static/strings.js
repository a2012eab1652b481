// Every word of the page itself, in both languages. The words of answers come from the server.

export const STRINGS = {
  en: {
    title: "Kaiser mental-health strikes: questions and answers",
    notice: "Automated program. Not a clinician, not Kaiser, not the union. Nobody reads this chat.",
    noticeBrief: "Automated program. Not a clinician.",
    skip: "Skip to the question",
    menu: "Menu",
    times: "Show times",
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
      "Ask about the Kaiser mental-health strikes or about getting care. " +
      "Please leave out names and record numbers.\n\nOr start here:",
    forWhom: "For patients, families and strikers. In English and Spanish.",
    switchHere: "Use this page in English",
    allAnswers: "All answers",
    more: "More",
    sources: "Sources",
    noDate: "date not shown",
    checked: "Checked",
    related: "People also ask:",
    share: "Share",
    copy: "Copy",
    print: "Print",
    printedOn: "Printed",
    byMail: "E-mail",
    byText: "Text message",
    report: "Report a mistake",
    reportWhy: "What is wrong with this answer? Nothing you wrote is sent.",
    reported: "Thank you. It was reported.",
    reportFailed: "That could not be sent. Please try again later.",
    reasons: {
      number: "A number or link does not work",
      outdated: "It is out of date",
      wrong: "It is not true",
      other_question: "It answers another question",
      unclear: "It is hard to understand",
      unfair: "It takes a side",
    },
    copied: "Copied.",
    copyFailed: "Could not copy. Select the text and copy it.",
    helped: "Did this help?",
    yes: "Yes",
    no: "No",
    newTab: "(opens in a new tab)",
    waiting: "Not sent yet",
    refused: "Not sent",
    offline: "No connection. Your message is kept here. In an emergency call 911; in a crisis call or text 988.",
    unreachable: "The answer did not come. Your message is kept here. In an emergency call 911; in a crisis call or text 988.",
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
    noticeBrief: "Programa automático. No es personal clínico.",
    skip: "Ir a la pregunta",
    menu: "Menú",
    times: "Mostrar horas",
    safetyLink: "Seguridad",
    leave: "Salir ya",
    leaveHint: "Borra este chat y va a Google. O presione la tecla Mayús (Shift) tres veces.",
    languageLabel: "Idioma",
    clear: "Borrar",
    clearHint: "Borra este chat aquí y en el servidor.",
    cleared: "Chat borrado.",
    crisis: "¿En crisis? 24 horas, gratis:",
    crisisLabel: "Líneas de crisis",
    call988: "Llame al 988 y oprima 2",
    text988: "Mande AYUDA al 988",
    call911: "Llame al 911",
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
      "Pregunte sobre las huelgas de salud mental en Kaiser o sobre cómo conseguir atención. " +
      "No escriba nombres ni números de expediente, por favor.\n\nO empiece aquí:",
    forWhom: "Para pacientes, familias y huelguistas. En español y en inglés.",
    switchHere: "Usar esta página en español",
    allAnswers: "Todas las respuestas",
    more: "Más",
    sources: "Fuentes",
    noDate: "sin fecha",
    checked: "Revisado",
    related: "Otras personas también preguntan:",
    share: "Compartir",
    copy: "Copiar",
    print: "Imprimir",
    printedOn: "Impreso el",
    byMail: "Correo electrónico",
    byText: "Mensaje de texto",
    report: "Avisar de un error",
    reportWhy: "¿Qué está mal en esta respuesta? No se manda nada de lo que usted escribió.",
    reported: "Gracias. El aviso llegó.",
    reportFailed: "No se pudo mandar. Intente más tarde, por favor.",
    reasons: {
      number: "Un número o enlace no sirve",
      outdated: "Ya no está al día",
      wrong: "No es verdad",
      other_question: "Contesta otra pregunta",
      unclear: "No se entiende bien",
      unfair: "Se pone de un lado",
    },
    copied: "Copiado.",
    copyFailed: "No se pudo copiar. Seleccione el texto y cópielo.",
    helped: "¿Le ayudó?",
    yes: "Sí",
    no: "No",
    newTab: "(se abre en otra pestaña)",
    waiting: "Aún no enviado",
    refused: "No enviado",
    offline: "Sin conexión. Su mensaje sigue aquí. En una emergencia llame al 911; en una crisis llame al 988 y oprima 2, o mande AYUDA al 988.",
    unreachable: "No llegó la respuesta. Su mensaje sigue aquí. En una emergencia llame al 911; en una crisis llame al 988 y oprima 2, o mande AYUDA al 988.",
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

/** Write the time of day of a message, with the date when it is not of today. */
export function formatTime(at, language) {
  const time = new Date(at);
  const style = { hour: "numeric", minute: "2-digit" };
  if (time.toDateString() !== new Date().toDateString()) Object.assign(style, { month: "short", day: "numeric" });
  return new Intl.DateTimeFormat(language === "es" ? "es-US" : "en-US", style).format(time);
}
