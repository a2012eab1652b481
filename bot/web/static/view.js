// The bubbles of the conversation.

import { fold } from "./fold.js";
import { actionButton, saveButtons } from "./save.js";
import { STRINGS, formatDate, formatTime } from "./strings.js";
import { element, isWebAddress, outsideLink, renderText } from "./text.js";

// All of it is for someone who may be in a hurry: nothing behind "More".
const NEVER_FOLDED = ["crisis-lines"];

/** Put the words of the page itself into a language. */
export function translatePage(language) {
  const words = STRINGS[language];
  document.documentElement.lang = language;
  document.title = `${words.title} - carebot`;
  for (const node of document.querySelectorAll("[data-string]")) node.textContent = words[node.dataset.string];
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", words[node.dataset.label]);
  for (const node of document.querySelectorAll("[data-title]")) node.title = words[node.dataset.title];
  for (const node of document.querySelectorAll("[data-placeholder]")) node.placeholder = words[node.dataset.placeholder];
  const prefix = language === "es" ? "/es" : "";
  for (const node of document.querySelectorAll("[data-page]")) node.href = prefix + node.dataset.page;
  document.getElementById("text988").href = language === "es" ? "sms:988?&body=AYUDA" : "sms:988";
}

/** Make the bubble that starts a conversation; change puts the page into the other language. */
export function welcomeBubble(language, press, change) {
  const words = STRINGS[language];
  const other = language === "es" ? "en" : "es";
  const buttons = words.starters.map(([title, payload]) => ({ title, payload }));
  const switcher = element("button", { type: "button", className: "choice", lang: other }, STRINGS[other].switchHere);
  switcher.addEventListener("click", () => change(other));
  return element(
    "div",
    { className: "bubble note", lang: language, id: "welcome" },
    element("p", {}, element("strong", {}, words.forWhom)),
    ...renderText(words.welcome, words.newTab),
    buttonList(buttons, press),
    element("p", { className: "small" }, switcher),
    element("p", { className: "small full" }, words.notice),
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
    timeOf(entry, language),
    entry.state === "sent" ? null : element("span", { className: `state ${entry.state}` }, words[entry.state]),
  );
}

/**
 * Make the bubbles of a reply: crisis cards first, sources and actions in the last answer.
 *
 * answer: the entry of the reply; fresh: whether it has just come (a card from the history does not alert again);
 * question: what the person said.
 */
export function replyBubbles(answer, fresh, actions, question) {
  const { reply } = answer;
  const parts = [...reply.replies].sort((one, other) => (other.kind === "card") - (one.kind === "card"));
  const last = parts.findLast((part) => part.kind === "answer") ?? parts.at(-1);
  const language = STRINGS[reply.language] ? reply.language : "en";
  const bubbles = parts.map((part, number) => {
    const bubble = partBubble(part, reply, language, fresh, actions, question, part === last);
    // "Did you mean ...?" below an answer is a hint and not one more reply.
    const below = parts.slice(0, number).some((earlier) => earlier.kind === "answer");
    bubble.classList.toggle("hint", part.kind === "note" && below && part.buttons?.length === 1);
    return bubble;
  });
  bubbles.at(-1)?.append(timeOf(answer, language) ?? "");
  return bubbles;
}

function partBubble(part, reply, language, fresh, actions, question, isAnswer) {
  const words = STRINGS[language];
  const kind = ["card", "answer", "footer"].includes(part.kind) ? part.kind : "note";
  // After a card the bot stays with the person; what it says then looks like it, and no menu distracts.
  const calm = kind === "note" && reply.outcome === "crisis";
  const body = element("div", { className: "words" }, ...renderText(String(part.text), words.newTab));
  const bubble = element(
    "div",
    { className: `bubble ${kind}${calm ? " calm" : ""}`, lang: language, role: kind === "card" && fresh ? "alert" : null },
    element("span", { className: "unseen" }, `${words.bot} `),
    body,
  );
  const folded = kind === "answer" && !NEVER_FOLDED.includes(reply.faq) ? fold(body, words.more) : null;
  if (isAnswer) {
    (folded ?? bubble).append(...sourceList(reply, language));
    bubble.append(...checkedLine(reply, language));
  }
  if (kind === "answer") bubble.append(actionRow(bubble, part, reply, language, actions, question));
  const buttons = (part.buttons ?? []).filter((button) => !calm || !/^topics?:/.test(button.payload));
  if (buttons.length) {
    if (kind === "answer") bubble.append(element("p", { className: "small label" }, words.related));
    bubble.append(buttonList(buttons, actions.press));
  }
  return bubble;
}

function timeOf(entry, language) {
  if (!entry.at) return null;
  return element("time", { className: "at", datetime: new Date(entry.at).toISOString() }, formatTime(entry.at, language));
}

function sourceList(reply, language) {
  const words = STRINGS[language];
  if (!reply.sources?.length) return [];
  const items = reply.sources.map((source) => element("li", {}, ...sourceLine(source, words, language)));
  return [element("p", { className: "small label" }, words.sources), element("ul", { className: "sources" }, ...items)];
}

function checkedLine(reply, language) {
  const checked = reply.as_of && formatDate(reply.as_of, language);
  if (!checked) return [];
  const time = element("time", { datetime: reply.as_of }, checked);
  return [element("p", { className: "small checked" }, `${STRINGS[language].checked} `, time)];
}

function sourceLine(source, words, language) {
  const date = formatDate(source.date ?? "", language) || words.noDate;
  const link = isWebAddress(source.url) ? outsideLink(source.url, source.publisher, words.newTab) : source.publisher;
  return [link, `, ${date}`];
}

function actionRow(bubble, part, reply, language, actions, question) {
  const words = STRINGS[language];
  const row = element("div", { className: "actions" });
  if (reply.faq) {
    const rate = (direction, title) =>
      actionButton(title, `rate-${direction}`, () => actions.press(title, `rate:${direction}:${reply.faq}`), words.helped);
    row.append(element("span", { className: "helped" }, words.helped, rate("up", words.yes), rate("down", words.no)));
  }
  const save = saveButtons(bubble, part, reply, language, question, actions.announce);
  row.append(element("span", { className: "save" }, ...save));
  return row;
}

function buttonList(buttons, press) {
  const items = buttons.map(({ title, payload }) => {
    const button = element("button", { type: "button", className: "choice", "data-payload": payload }, title);
    button.addEventListener("click", () => press(title, payload));
    return element("li", {}, button);
  });
  return element("ul", { className: "choices" }, ...items);
}
