// The bubbles of the conversation.

import { STRINGS, formatDate } from "./strings.js";
import { element, isWebAddress, outsideLink, renderText } from "./text.js";

/** Put the words of the page itself into a language. */
export function translatePage(language) {
  const words = STRINGS[language];
  document.documentElement.lang = language;
  document.title = `${words.title} - carebot`;
  for (const node of document.querySelectorAll("[data-string]")) node.textContent = words[node.dataset.string];
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", words[node.dataset.label]);
  for (const node of document.querySelectorAll("[data-title]")) node.title = words[node.dataset.title];
  for (const node of document.querySelectorAll("[data-placeholder]")) node.placeholder = words[node.dataset.placeholder];
  document.getElementById("text988").href = language === "es" ? "sms:988?&body=AYUDA" : "sms:988";
}

/** Make the bubble that starts a conversation. */
export function welcomeBubble(language, press) {
  const words = STRINGS[language];
  const buttons = words.starters.map(([title, payload]) => ({ title, payload }));
  const address = language === "es" ? "/es/answers" : "/answers";
  return element(
    "div",
    { className: "bubble note", lang: language, id: "welcome" },
    ...renderText(words.welcome, words.newTab),
    buttonList(buttons, press),
    element("p", { className: "small" }, outsideLink(address, words.allAnswers, words.newTab)),
  );
}

/** Make the bubble of what the person wrote; the text stays text. */
export function personBubble(entry, language) {
  const words = STRINGS[language];
  return element(
    "div",
    { className: "bubble me" },
    element("span", { className: "unseen" }, `${words.you} `),
    element("span", { className: "words", textContent: entry.text }),
    entry.state === "sent" ? null : element("span", { className: `state ${entry.state}` }, words[entry.state]),
  );
}

/**
 * Make the bubbles of a reply: crisis cards first, sources and actions in the last answer.
 *
 * fresh: whether it has just come; a card from the history does not alert again.
 */
export function replyBubbles(reply, fresh, actions) {
  const parts = [...reply.replies].sort((one, other) => (other.kind === "card") - (one.kind === "card"));
  const answer = parts.findLast((part) => part.kind === "answer") ?? parts.at(-1);
  return parts.map((part) => partBubble(part, reply, part === answer, fresh, actions));
}

function partBubble(part, reply, isAnswer, fresh, actions) {
  const language = STRINGS[reply.language] ? reply.language : "en";
  const words = STRINGS[language];
  const kind = ["card", "answer", "footer"].includes(part.kind) ? part.kind : "note";
  const bubble = element("div", {
    className: `bubble ${kind}`,
    lang: language,
    role: kind === "card" && fresh ? "alert" : null,
  });
  bubble.append(
    element("span", { className: "unseen" }, `${words.bot} `),
    element("div", { className: "words" }, ...renderText(String(part.text), words.newTab)),
  );
  if (isAnswer) bubble.append(...evidence(reply, language));
  if (kind === "answer") bubble.append(actionRow(bubble, part, reply, language, actions));
  if (part.buttons?.length) {
    if (kind === "answer") bubble.append(element("p", { className: "small label" }, words.related));
    bubble.append(buttonList(part.buttons, actions.press));
  }
  return bubble;
}

function evidence(reply, language) {
  const words = STRINGS[language];
  const nodes = [];
  if (reply.sources?.length) {
    const items = reply.sources.map((source) => element("li", {}, ...sourceLine(source, words, language)));
    nodes.push(element("p", { className: "small label" }, words.sources), element("ul", { className: "sources" }, ...items));
  }
  const checked = reply.as_of && formatDate(reply.as_of, language);
  if (checked) {
    nodes.push(
      element("p", { className: "small checked" }, `${words.checked} `, element("time", { datetime: reply.as_of }, checked)),
    );
  }
  return nodes;
}

function sourceLine(source, words, language) {
  const date = formatDate(source.date ?? "", language) || words.noDate;
  const link = isWebAddress(source.url) ? outsideLink(source.url, source.publisher, words.newTab) : source.publisher;
  return [link, `, ${date}`];
}

function actionRow(bubble, part, reply, language, actions) {
  const words = STRINGS[language];
  const row = element("div", { className: "actions" });
  const share = navigator.share ? words.share : words.copy;
  row.append(
    actionButton(share, "share", () => actions.share(shareText(part, reply, language), words)),
    actionButton(words.print, "print", () => actions.print(bubble)),
  );
  if (reply.faq) {
    const rate = (direction, title) =>
      actionButton(title, `rate-${direction}`, () => actions.press(title, `rate:${direction}:${reply.faq}`), words.helped);
    row.append(element("span", { className: "helped" }, words.helped, rate("up", words.yes), rate("down", words.no)));
  }
  return row;
}

function actionButton(title, name, act, about) {
  // "Yes" alone says little when a screen reader lists the buttons.
  const label = about ? `${title}. ${about}` : null;
  const button = element("button", { type: "button", className: "quiet", "data-action": name, "aria-label": label }, title);
  button.addEventListener("click", act);
  return button;
}

function shareText(part, reply, language) {
  const words = STRINGS[language];
  const lines = [part.text];
  for (const other of reply.replies) if (other.kind === "footer") lines.push(other.text);
  const sources = (reply.sources ?? []).map((source) => `${source.publisher}: ${source.url}`);
  if (sources.length) lines.push([words.sources, ...sources].join("\n"));
  if (reply.as_of) lines.push(`${words.checked} ${formatDate(reply.as_of, language)}`);
  if (reply.faq) lines.push(`${location.origin}${language === "es" ? "/es" : ""}/answers/${encodeURIComponent(reply.faq)}`);
  lines.push(words.notice);
  return lines.join("\n\n");
}

function buttonList(buttons, press) {
  const items = buttons.map(({ title, payload }) => {
    const button = element("button", { type: "button", className: "choice", "data-payload": payload }, title);
    button.addEventListener("click", () => press(title, payload));
    return element("li", {}, button);
  });
  return element("ul", { className: "choices" }, ...items);
}
