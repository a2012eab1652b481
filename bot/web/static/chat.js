// The chat page: what happens when. Nothing is stored outside this tab, and nothing is asked from another server.

import { Conversation, SendError, excessOf } from "./conversation.js";
import { STRINGS } from "./strings.js";
import { personBubble, replyBubbles, translatePage, welcomeBubble } from "./view.js";

const NEUTRAL_PAGE = "https://www.google.com/";
const SHIFT_PRESSES = 3;
const SHIFT_WINDOW_MS = 1_500;
const ANNOUNCEMENT_MS = 5_000;

const find = (id) => document.getElementById(id);
const log = find("log");
const input = find("text");
const conversation = new Conversation();
const actions = { press: (title, payload) => say(title, payload), share, print };
const bubbles = new Map();
let language = firstLanguage();
let sending = false;
let announceTimer;

function firstLanguage() {
  const asked = new URLSearchParams(location.search).get("lang");
  const last = conversation.entries.findLast((entry) => entry.who === "bot")?.reply.language;
  const browser = navigator.language?.toLowerCase().startsWith("es") ? "es" : "en";
  return [conversation.language, last, asked, browser].find((name) => name && name in STRINGS);
}

function useLanguage(name) {
  if (!(name in STRINGS)) return;
  language = name;
  translatePage(name);
  find("welcome")?.replaceWith(welcomeBubble(name, actions.press));
  for (const [entry, bubble] of bubbles) if (entry.state !== "sent") redraw(entry, bubble);
  if (!find("trouble").hidden) showTrouble(find("trouble").dataset.reason);
  showTyping(sending);
  checkLength();
}

function chosenLanguage(name) {
  conversation.language = name;
  find("languages").querySelector(`input[value="${name}"]`).checked = true;
  conversation.save();
}

function draw() {
  log.replaceChildren(welcomeBubble(language, actions.press));
  bubbles.clear();
  for (const entry of conversation.entries) drawEntry(entry, false);
}

function drawEntry(entry, fresh) {
  if (entry.who === "bot") {
    log.append(...replyBubbles(entry.reply, fresh, actions));
    return;
  }
  const bubble = personBubble(entry, language);
  bubbles.set(entry, bubble);
  log.append(bubble);
}

function redraw(entry, bubble) {
  const made = personBubble(entry, language);
  bubble.replaceWith(made);
  bubbles.set(entry, made);
}

/** Say something: what the person sees as said, and what is sent for it. */
function say(text, send = text) {
  const entry = { who: "me", text, send, state: "waiting" };
  conversation.entries.push(entry);
  conversation.save();
  drawEntry(entry, true);
  bubbles.get(entry).scrollIntoView({ block: "nearest" });
  sendWaiting();
}

/** Send what waits, one after another in the order it was said; stop at the first that does not get through. */
async function sendWaiting() {
  if (sending) return;
  sending = true;
  hideTrouble();
  try {
    while (conversation.waiting && (await sendOne(conversation.waiting)));
  } finally {
    sending = false;
    showTyping(false);
  }
}

async function sendOne(entry) {
  showTyping(true);
  let reply;
  try {
    reply = await conversation.post(entry);
  } catch (error) {
    if (!(error instanceof SendError)) throw error;
    // Cleared in the meantime: the entry is gone on purpose, and what was written since goes on.
    return !conversation.entries.includes(entry) || refuse(entry, error);
  }
  receive(entry, reply);
  return true;
}

function receive(entry, reply) {
  if (!conversation.entries.includes(entry)) return;
  entry.state = "sent";
  const answer = { who: "bot", reply };
  conversation.entries.push(answer);
  redraw(entry, bubbles.get(entry));
  // Asked in words for another language than the one chosen here: words win.
  if (conversation.language && reply.language !== conversation.language) chosenLanguage(reply.language);
  if (reply.language !== language) useLanguage(reply.language);
  conversation.save();
  drawEntry(answer, true);
  bubbles.get(entry).scrollIntoView({ block: "start" });
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
  find("trouble-text").textContent = STRINGS[language][reason];
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

function showTyping(on) {
  find("typing").textContent = on ? STRINGS[language].typing : "";
  find("typing").classList.toggle("on", on);
  if (on) find("typing").scrollIntoView({ block: "nearest" });
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

async function share(text, words) {
  if (navigator.share) {
    // A closed share sheet is a rejected promise, and no fault.
    await navigator.share({ text }).catch(() => undefined);
    return;
  }
  try {
    await navigator.clipboard.writeText(text);
    announce(words.copied);
  } catch {
    announce(words.copyFailed);
  }
}

/** Say something for a moment, in sight and to a screen reader. */
function announce(words) {
  const announcement = find("announcement");
  clearTimeout(announceTimer);
  announcement.textContent = words;
  announceTimer = setTimeout(() => { announcement.textContent = ""; }, ANNOUNCEMENT_MS);
}

function print(bubble) {
  bubble.classList.add("printed");
  document.body.classList.add("printing");
  const done = () => {
    document.body.classList.remove("printing");
    bubble.classList.remove("printed");
  };
  window.addEventListener("afterprint", done, { once: true });
  window.print();
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
  find("languages").addEventListener("change", (event) => {
    chosenLanguage(event.target.value);
    useLanguage(event.target.value || firstLanguage());
  });
  find("resend").addEventListener("click", sendWaiting);
  find("clear").addEventListener("click", clearChat);
  find("leave").addEventListener("click", leave);
  window.addEventListener("online", sendWaiting);
  // The browser may bring the page back from memory as it was before leaving.
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  listenForShift();
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
if (conversation.entries.length) log.lastElementChild.scrollIntoView({ block: "nearest" });
// A message that was on its way when the page closed is offered again rather than lost.
if (conversation.waiting) showTrouble("unreachable", true);
