// Take an answer along or say that it is wrong: share, copy, print, report.

import { STRINGS, formatDate } from "./strings.js";
import { element } from "./text.js";

/** Make a small button; about completes its name where the words alone say little in a list of buttons. */
export function actionButton(title, name, act, about) {
  const label = about ? `${title}. ${about}` : null;
  const button = element("button", { type: "button", className: "quiet", "data-action": name, "aria-label": label }, title);
  button.addEventListener("click", act);
  return button;
}

/** Make the buttons to share, copy, print and report an answer; question is what was asked. */
export function saveButtons(bubble, part, reply, language, question, announce) {
  const words = STRINGS[language];
  const text = () => shareText(part, reply, language);
  const buttons = [
    navigator.share
      // A closed share sheet is a rejected promise, and no fault.
      ? actionButton(words.share, "share", () => navigator.share({ text: text() }).catch(() => undefined))
      : panelButton(bubble, words.share, "share", () => waysToShare(question, text(), reply, language)),
    actionButton(words.copy, "copy", () => copy(text(), words, announce)),
    actionButton(words.print, "print", () => print(bubble, question, reply, language)),
  ];
  if (reply.faq) {
    const done = () => { closePanel(bubble); announce(words.reported); };
    buttons.push(panelButton(bubble, words.report, "report", () => reasons(reply.faq, language, done, announce)));
  }
  return buttons;
}

/** Give the address of an answer's own page, or of the chat. */
function addressOf(reply, language) {
  const prefix = language === "es" ? "/es" : "";
  return `${location.origin}${reply.faq ? `${prefix}/answers/${encodeURIComponent(reply.faq)}` : prefix || "/"}`;
}

function shareText(part, reply, language) {
  const words = STRINGS[language];
  const lines = [part.text];
  for (const other of reply.replies) if (other.kind === "footer") lines.push(other.text);
  const sources = (reply.sources ?? []).map((source) => [source.publisher, source.url].filter(Boolean).join(": "));
  if (sources.length) lines.push([words.sources, ...sources].join("\n"));
  if (reply.as_of) lines.push(`${words.checked} ${formatDate(reply.as_of, language)}`);
  if (reply.faq) lines.push(addressOf(reply, language));
  lines.push(words.notice);
  return lines.join("\n\n");
}

async function copy(text, words, announce) {
  try {
    await navigator.clipboard.writeText(text);
    announce(words.copied);
  } catch {
    announce(words.copyFailed);
  }
}

function waysToShare(question, text, reply, language) {
  const words = STRINGS[language];
  const subject = encodeURIComponent(question);
  const short = encodeURIComponent(`${question}\n${addressOf(reply, language)}`);
  return [
    element("a", { className: "button", href: `mailto:?subject=${subject}&body=${encodeURIComponent(text)}` }, words.byMail),
    element("a", { className: "button", href: `sms:?&body=${short}` }, words.byText),
  ];
}

function reasons(faq, language, done, announce) {
  const words = STRINGS[language];
  const send = async (reason) => {
    try {
      const response = await fetch("/api/reports", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ faq, language, reason }),
      });
      if (!response.ok) throw new Error(String(response.status));
      done();
    } catch {
      announce(words.reportFailed);
    }
  };
  return [
    element("p", { className: "small label" }, words.reportWhy),
    ...Object.entries(words.reasons).map(([reason, title]) => actionButton(title, `report-${reason}`, () => send(reason))),
  ];
}

/** Make a button that opens a panel at the end of the bubble, and closes it when pressed again. */
function panelButton(bubble, title, name, content) {
  const button = actionButton(title, name, () => {
    const open = button.getAttribute("aria-expanded") === "true";
    closePanel(bubble);
    if (open) return;
    const panel = element("div", { className: "panel", role: "group", "aria-label": title }, ...content());
    bubble.querySelector(".actions").after(panel);
    button.setAttribute("aria-expanded", "true");
    panel.scrollIntoView({ block: "nearest" });
  });
  button.setAttribute("aria-expanded", "false");
  return button;
}

function closePanel(bubble) {
  const panel = bubble.querySelector(".panel");
  const opener = bubble.querySelector("[aria-expanded=true]");
  if (panel?.contains(document.activeElement)) opener?.focus();
  panel?.remove();
  opener?.setAttribute("aria-expanded", "false");
}

/** Print one answer with its question, its address and the day, and nothing else of the chat. */
function print(bubble, question, reply, language) {
  const words = STRINGS[language];
  const today = new Intl.DateTimeFormat(language === "es" ? "es-US" : "en-US", { dateStyle: "long" }).format();
  const head = element("h2", { className: "printed-only" }, question);
  const foot = element("p", { className: "printed-only" }, `${addressOf(reply, language)} · ${words.printedOn} ${today}`);
  bubble.prepend(head);
  bubble.append(foot);
  bubble.classList.add("printed");
  document.body.classList.add("printing");
  const done = () => {
    document.body.classList.remove("printing");
    bubble.classList.remove("printed");
    head.remove();
    foot.remove();
  };
  window.addEventListener("afterprint", done, { once: true });
  window.print();
}
