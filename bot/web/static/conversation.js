// What was said, kept in this tab only, and what still has to be sent.

const KEY = "carebot";
const PATIENCE_MS = 30_000;
const LONGEST_TEXT = 4_096;

/** Why a message could not be sent; "waits" says that sending it again may help. */
export class SendError extends Error {
  constructor(reason, waits) {
    super(reason);
    this.reason = reason;
    this.waits = waits;
  }
}

/** Say by how many characters a text is too long, 0 when it fits. The server counts code points, as this does. */
export function excessOf(text) {
  return Math.max(0, [...text].length - LONGEST_TEXT);
}

/**
 * The conversation of this tab.
 *
 * An entry is {who: "me", text, send, at, state: "waiting" | "sent" | "refused"} or {who: "bot", reply, at}; at is in
 * milliseconds. A reply stands right behind the entry it answers, whatever order they come in.
 */
export class Conversation {
  constructor() {
    this.requests = new Map();
    this.reset();
    Object.assign(this, readStored());
  }

  /** Forget everything and take a new sender id. */
  reset() {
    for (const request of this.requests.values()) request.abort();
    this.requests.clear();
    this.sender = newSender();
    this.language = "";
    this.draft = "";
    this.entries = [];
  }

  /** The first entry that waits to be sent and is not on its way. */
  get waiting() {
    return this.entries.find((entry) => entry.who === "me" && entry.state === "waiting" && !this.requests.has(entry));
  }

  /** Add what the person says. */
  ask(text, send) {
    const entry = { who: "me", text, send, at: Date.now(), state: "waiting" };
    this.entries.push(entry);
    return entry;
  }

  /** Put a reply behind the entry it answers. */
  answer(entry, reply) {
    const made = { who: "bot", reply, at: Date.now() };
    entry.state = "sent";
    this.entries.splice(this.entries.indexOf(entry) + 1, 0, made);
    return made;
  }

  /** Write everything to the tab's storage; an old part is dropped when it is full, none when there is none. */
  save() {
    const { sender, language, draft } = this;
    for (let entries = this.entries; ; entries = entries.slice(Math.ceil(entries.length / 2))) {
      try {
        sessionStorage.setItem(KEY, JSON.stringify({ sender, language, draft, entries }));
        return;
      } catch {
        if (!entries.length) return;
      }
    }
  }

  /** Take every trace out of the tab's storage. */
  erase() {
    this.reset();
    try {
      sessionStorage.removeItem(KEY);
    } catch {
      // A frame that may not store has nothing to take out.
    }
  }

  /** Tell the server to forget this conversation; works while the page is being left. */
  tellServerToForget() {
    const body = JSON.stringify({ sender: this.sender, text: "forget:" });
    navigator.sendBeacon("/api/messages", new Blob([body], { type: "application/json" }));
  }

  /**
   * Send one message and give the reply as the server wrote it.
   *
   * language: what a button is answered in; words tell it themselves unless one was chosen. Throws SendError with the name of the string that says why.
   */
  async post(entry, language) {
    const message = { sender: this.sender, text: entry.send };
    const wanted = this.language || (entry.send === entry.text ? "" : language);
    if (wanted) message.language = wanted;
    const request = new AbortController();
    this.requests.set(entry, request);
    const timer = setTimeout(() => request.abort(), PATIENCE_MS);
    try {
      const response = await fetch("/api/messages", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(message),
        signal: request.signal,
      });
      return await readReply(response);
    } catch (error) {
      if (error instanceof SendError) throw error;
      throw new SendError(navigator.onLine ? "unreachable" : "offline", true);
    } finally {
      clearTimeout(timer);
      this.requests.delete(entry);
    }
  }
}

async function readReply(response) {
  if (response.status === 429) throw new SendError("tooFast", true);
  if (response.status >= 500) throw new SendError("unreachable", true);
  const data = await response.json();
  if (response.ok && Array.isArray(data.replies)) return data;
  if (response.ok) throw new SendError("unreachable", true);
  throw new SendError(data.error === "unknown_payload" ? "oldButton" : "notAccepted", false);
}

function readStored() {
  try {
    const stored = JSON.parse(sessionStorage.getItem(KEY));
    return stored && typeof stored.sender === "string" && Array.isArray(stored.entries) ? stored : {};
  } catch {
    return {};
  }
}

function newSender() {
  // Not randomUUID: that one is missing on a page served over plain http.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `web-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
