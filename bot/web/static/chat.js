// The chat page: what happens when. Nothing is stored outside this tab, and nothing is asked from another server.

import { Conversation, SendError, excessOf } from "./conversation.js";
import { STRINGS } from "./strings.js";
import { renderText } from "./text.js";
import { personBubble, replyBubbles, translatePage, welcomeBubble } from "./view.js";

const NEUTRAL_PAGE = "https://www.google.com/";
const SHIFT_PRESSES = 3;
const SHIFT_WINDOW_MS = 1_500;
const ANNOUNCEMENT_MS = 5_000;
// Messages go out in order, but none waits longer than this for the one before it: it may be the one that matters.
const OVERTAKE_MS = 2_000;
const ROOM_SHARE = 0.8;
const ANSWER_ID = /^[a-z0-9-]{1,64}$/;

const find = (id) => document.getElementById(id);
const log = find("log");
const input = find("text");
const conversation = new Conversation();
const actions = { press, announce };
const bubbles = new Map();
// Said by pressing a button, so that the focus goes on to the answer.
const pressed = new WeakSet();
const pageLanguage = document.documentElement.lang;
let language = firstLanguage();
let sending = false;
let announceTimer;
// The bubbles of the crisis card that stays in view until the person writes again or scrolls away.
let held = null;

function firstLanguage() {
  const asked = new URLSearchParams(location.search).get("lang");
  const last = conversation.entries.findLast((entry) => entry.who === "bot")?.reply.language;
  const browser = navigator.language?.toLowerCase().startsWith("es") ? "es" : "en";
  const page = pageLanguage === "es" ? "es" : "";
  return [conversation.language, last, asked, page, browser].find((name) => name && name in STRINGS);
}

function useLanguage(name) {
  if (!(name in STRINGS)) return;
  language = name;
  translatePage(name);
  find("welcome")?.replaceWith(welcome());
  for (const [entry, bubble] of bubbles) if (entry.state !== "sent") redraw(entry, bubble);
  if (!find("trouble").hidden) showTrouble(find("trouble").dataset.reason);
  showTyping();
  checkLength();
}

function chosenLanguage(name) {
  conversation.language = name;
  find("languages").querySelector(`input[value="${name}"]`).checked = true;
  conversation.save();
}

function changeLanguage(name) {
  const hadFocus = find("welcome")?.contains(document.activeElement);
  chosenLanguage(name);
  useLanguage(name || firstLanguage());
  if (hadFocus) find("welcome").querySelector("button").focus();
}

function welcome() {
  return welcomeBubble(language, actions.press, changeLanguage);
}

function draw() {
  log.replaceChildren(welcome());
  bubbles.clear();
  held = null;
  document.body.classList.toggle("talking", conversation.entries.length > 0);
  let question = null;
  for (const entry of conversation.entries) {
    if (entry.who === "me") drawQuestion(question = entry);
    else log.append(...replyBubbles(entry, false, actions, question?.text ?? ""));
  }
}

function drawQuestion(entry) {
  const bubble = personBubble(entry, language);
  bubbles.set(entry, bubble);
  log.append(bubble);
}

function redraw(entry, bubble) {
  const made = personBubble(entry, language);
  bubble.replaceWith(made);
  bubbles.set(entry, made);
}

function press(title, payload) {
  pressed.add(say(title, payload));
}

/** Say something: what the person sees as said, and what is sent for it. */
function say(text, send = text) {
  const entry = conversation.ask(text, send);
  conversation.save();
  document.body.classList.add("talking");
  find("menu").open = false;
  held = null;
  drawQuestion(entry);
  bubbles.get(entry).scrollIntoView({ block: "nearest" });
  sendWaiting();
  return entry;
}

/** Send what waits, in the order it was said; stop at the first that does not get through. */
async function sendWaiting() {
  if (sending) return;
  sending = true;
  hideTrouble();
  try {
    while (conversation.waiting && (await Promise.race([sendOne(conversation.waiting), patience()])));
  } finally {
    sending = false;
  }
}

function patience() {
  return new Promise((resolve) => { setTimeout(resolve, OVERTAKE_MS, true); });
}

async function sendOne(entry) {
  const sent = conversation.post(entry, language);
  showTyping();
  let reply;
  try {
    reply = await sent;
  } catch (error) {
    if (!(error instanceof SendError)) throw error;
    // Cleared in the meantime: the entry is gone on purpose, and what was written since goes on.
    return !conversation.entries.includes(entry) || refuse(entry, error);
  } finally {
    showTyping();
  }
  receive(entry, reply);
  return true;
}

function receive(entry, reply) {
  if (!conversation.entries.includes(entry)) return;
  const answer = conversation.answer(entry, reply);
  redraw(entry, bubbles.get(entry));
  // Asked in words for another language than the one chosen here: words win.
  if (conversation.language && reply.language !== conversation.language) chosenLanguage(reply.language);
  if (reply.language !== language) useLanguage(reply.language);
  conversation.save();
  const made = replyBubbles(answer, true, actions, entry.text);
  bubbles.get(entry).after(...made);
  showReply(entry, made, reply.safety?.tier);
}

function showReply(entry, made, tier) {
  const card = made.find((bubble) => bubble.classList.contains("card"));
  if (card && !(held?.tier === "T1" && tier !== "T1")) held = { question: bubbles.get(entry), card, tier };
  if (pressed.has(entry) && (log.contains(document.activeElement) || document.activeElement === document.body)) {
    const first = card ?? made.find((bubble) => bubble.classList.contains("answer")) ?? made[0];
    first.tabIndex = -1;
    first.focus({ preventScroll: true });
  }
  if (held) keepCardInView();
  else bubbles.get(entry).scrollIntoView({ block: "start" });
}

function keepCardInView() {
  if (!held) return;
  const { question, card } = held;
  // In a low window the whole page scrolls, and main is taller than what can be seen.
  const room = Math.min(find("main").clientHeight, window.innerHeight * ROOM_SHARE) - 16;
  const fits = card.getBoundingClientRect().bottom - question.getBoundingClientRect().top < room;
  (fits ? question : card).scrollIntoView({ block: "start", behavior: "instant" });
}

function refuse(entry, error) {
  showTrouble(error.reason, error.waits);
  if (error.waits) return false;
  entry.state = "refused";
  redraw(entry, bubbles.get(entry));
  conversation.save();
  return true;
}

function showTrouble(reason, waits = !find("resend").hidden) {
  const trouble = find("trouble");
  trouble.dataset.reason = reason;
  find("trouble-text").replaceChildren(...renderText(STRINGS[language][reason], ""));
  find("resend").hidden = !waits;
  trouble.hidden = false;
  document.body.classList.toggle("stuck", waits);
}

function hideTrouble() {
  const hadFocus = find("trouble").contains(document.activeElement);
  find("trouble").hidden = true;
  document.body.classList.remove("stuck");
  if (hadFocus) input.focus();
}

function showTyping() {
  const on = conversation.requests.size > 0;
  find("typing").textContent = on ? STRINGS[language].typing : "";
  find("typing").classList.toggle("on", on);
  if (on && !held) find("typing").scrollIntoView({ block: "nearest" });
}

function checkLength() {
  const excess = excessOf(input.value.trim());
  find("text-problem").textContent = excess ? STRINGS[language].tooLong.replace("{count}", excess) : "";
  input.setAttribute("aria-invalid", String(excess > 0));
  return excess === 0;
}

function submit() {
  const text = input.value.trim();
  if (!text) input.focus();
  if (!text || !checkLength()) return;
  input.value = conversation.draft = "";
  say(text);
}

function clearChat() {
  const chosen = conversation.language;
  conversation.tellServerToForget();
  conversation.erase();
  showTyping();
  input.value = "";
  hideTrouble();
  checkLength();
  chosenLanguage(chosen);
  draw();
  announce(STRINGS[language].cleared);
  input.focus();
}

function leave() {
  conversation.tellServerToForget();
  conversation.erase();
  document.body.replaceChildren();
  document.title = "";
  // In a frame the page around it has to go too; some browsers let only that page itself do it (see embed.js).
  if (window.parent !== window) window.parent.postMessage("carebot:leave", "*");
  try {
    window.top.location.replace(NEUTRAL_PAGE);
  } catch {
    location.replace(NEUTRAL_PAGE);
  }
}

/** Say something for a moment, in sight and to a screen reader. */
function announce(words) {
  const announcement = find("announcement");
  clearTimeout(announceTimer);
  announcement.textContent = words;
  announceTimer = setTimeout(() => { announcement.textContent = ""; }, ANNOUNCEMENT_MS);
}

function toggleTimes() {
  const on = document.body.classList.toggle("timed");
  find("times").setAttribute("aria-pressed", String(on));
}

/** Ask in the chat what was read on an answer's page (?faq=ID); the words of the question come from that page. */
async function askFromPage() {
  const faq = new URLSearchParams(location.search).get("faq") ?? "";
  if (!ANSWER_ID.test(faq)) return;
  history.replaceState(null, "", location.pathname);
  const response = await fetch(`${language === "es" ? "/es" : ""}/answers/${faq}`).catch(() => null);
  if (!response?.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const title = page.querySelector("h1")?.textContent.trim();
  if (title) say(title, `faq:${faq}`);
}

function listen() {
  find("composer").addEventListener("submit", (event) => { event.preventDefault(); submit(); });
  input.addEventListener("keydown", (event) => {
    // While letters are being composed (accents, other scripts) Enter belongs to the keyboard.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  });
  input.addEventListener("input", () => {
    conversation.draft = input.value;
    conversation.save();
    checkLength();
  });
  find("languages").addEventListener("change", (event) => changeLanguage(event.target.value));
  find("times").addEventListener("click", toggleTimes);
  document.querySelector(".skip").addEventListener("click", (event) => { event.preventDefault(); input.focus(); });
  find("menu").addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    find("menu").open = false;
    find("menu").querySelector("summary").focus();
  });
  find("resend").addEventListener("click", sendWaiting);
  find("clear").addEventListener("click", clearChat);
  find("leave").addEventListener("click", leave);
  window.addEventListener("online", sendWaiting);
  // The browser may bring the page back from memory as it was before leaving.
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  listenForShift();
  for (const name of ["wheel", "touchmove", "keydown"]) {
    find("main").addEventListener(name, () => { held = null; }, { passive: true });
  }
  // The keyboard of a phone opens, a notice comes, the phone is turned: the card stays where it can be read.
  const observer = new ResizeObserver(() => {
    // What is scrolled to is never under the strip, however high large letters make it.
    for (const node of [document.documentElement, document.body]) {
      node.style.scrollPaddingTop = `${find("crisis").offsetHeight}px`;
    }
    keepCardInView();
  });
  observer.observe(find("main"));
  observer.observe(find("crisis"));
}

function listenForShift() {
  let presses = [];
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Shift") presses = [];
    else if (!event.repeat) presses = [...presses, event.timeStamp].slice(-SHIFT_PRESSES);
    if (presses.length === SHIFT_PRESSES && presses.at(-1) - presses[0] < SHIFT_WINDOW_MS) leave();
  });
}

translatePage(language);
chosenLanguage(conversation.language);
draw();
input.value = conversation.draft;
listen();
if (conversation.entries.length) {
  const last = log.lastElementChild;
  last.scrollIntoView({ block: last.classList.contains("card") ? "start" : "nearest", behavior: "instant" });
}
// A message that was on its way when the page closed is offered again rather than lost.
if (conversation.waiting) showTrouble("unreachable", true);
askFromPage();
