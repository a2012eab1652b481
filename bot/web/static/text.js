// From plain text to DOM nodes: paragraphs, lists, links. Nothing is ever parsed as HTML, so no text can become markup.

const LIST_ITEM = /^\s*(?:(\d{1,3})\.|-)\s+(.*)$/;

// Tried in this order at each place; an e-mail address comes first so that its domain is not taken for a web page.
const LINKS = new RegExp(
  [
    String.raw`(?<email>[\w.+-]+@[\w.-]+\w)`,
    String.raw`(?<url>https:\/\/[^\s<>"'“”«»]+)`,
    String.raw`(?<domain>(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?\.)+(?:gov|org|com|net|edu)(?![\w-])(?:\/[^\s<>"'“”«»]*)?)`,
    String.raw`(?<phone>(?:\+?1[-. ])?(?:\(\d{3}\) ?|\d{3}[-.])\d{3}[-.]\d{4})`,
    String.raw`(?<sms>\b(?<body>[A-Z]{2,10}) (?:to|al) (?<code>\d{3}-\d{3}|\d{5,6}|988)\b)`,
    String.raw`(?<shortSms>\b(?:[Tt]ext|mensaje al) (?<shortCode>\d{5,6})\b)`,
    String.raw`(?<number>911|988)`,
  ].join("|"),
  "g",
);
const CLOSING = /[.,;:!?)\]]+$/;

/** Make an element with properties and children; a child is a node, a text, or nothing. */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "className" || name === "textContent" || name === "type" || name === "hidden") made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

/** Make a link that opens in a new tab, so that the chat stays; hint says so to a screen reader. */
export function outsideLink(address, words, hint) {
  return element(
    "a",
    { href: address, target: "_blank", rel: "noopener noreferrer" },
    words,
    hint ? element("span", { className: "unseen" }, ` ${hint}`) : null,
  );
}

/** Say whether an address is one a source may link to: a web address and nothing that runs. */
export function isWebAddress(address) {
  try {
    return ["https:", "http:"].includes(new URL(address).protocol);
  } catch {
    return false;
  }
}

/** Turn a text of the bot into nodes; hint is what a link says about opening in a new tab. */
export function renderText(text, hint) {
  const blocks = [];
  let list = null;
  let paragraph = null;
  for (const line of text.split(/\r?\n/)) {
    const item = LIST_ITEM.exec(line);
    if (item) {
      paragraph = null;
      list = listFor(item, list, blocks);
      list.append(element("li", {}, ...renderLine(item[2], hint)));
    } else if (!line.trim()) {
      paragraph = null;
    } else if (list && !paragraph && /^\s{2,}/.test(line)) {
      list.lastChild.append(element("br"), ...renderLine(line.trim(), hint));
    } else if (paragraph) {
      paragraph.append(element("br"), ...renderLine(line, hint));
    } else {
      list = null;
      paragraph = element("p", {}, ...renderLine(line, hint));
      blocks.push(paragraph);
    }
  }
  return blocks;
}

function listFor(item, list, blocks) {
  const tag = item[1] ? "OL" : "UL";
  // A numbered step after a blank line still belongs to the list before it.
  if (list && list.tagName === tag) return list;
  const made = element(tag.toLowerCase(), { start: item[1] && item[1] !== "1" ? item[1] : undefined });
  blocks.push(made);
  return made;
}

function renderLine(line, hint) {
  const nodes = [];
  let done = 0;
  for (const match of line.matchAll(LINKS)) {
    const found = linkFor(match, line, hint);
    if (!found) continue;
    nodes.push(line.slice(done, match.index), found.node);
    done = match.index + found.length;
  }
  nodes.push(line.slice(done));
  return nodes;
}

function linkFor(match, line, hint) {
  const { url, domain, phone, sms, body, code, shortSms, shortCode, number } = match.groups;
  const words = match[0];
  if (url || domain) {
    // The full stop at the end of a sentence is not part of the address.
    const address = words.replace(CLOSING, "");
    return { node: outsideLink(url ? address : `https://${address}`, address, hint), length: address.length };
  }
  if (sms || shortSms) {
    // "?&" is the one spelling of a ready-written message that both iPhones and Android phones take.
    const href = sms ? `sms:${code.replace("-", "")}?&body=${body}` : `sms:${shortCode}`;
    return { node: element("a", { href, className: "number" }, words), length: words.length };
  }
  if ((phone || number) && standsAlone(match, line)) {
    const digits = words.replace(/\D/g, "");
    const href = number ? `tel:${number}` : `tel:+${digits.length === 10 ? "1" : ""}${digits}`;
    return { node: element("a", { href, className: "number" }, words), length: words.length };
  }
  return null;
}

function standsAlone(match, line) {
  // 988 inside 1,988 or AB-988 or 988.50 is not the line to call.
  const before = line.slice(0, match.index);
  const after = line.slice(match.index + match[0].length);
  return !/[\p{L}\p{N}$#_/]$|\d[.,:-]$|\p{L}-$/u.test(before) && !/^[\p{L}\p{N}_/%]|^[.,:-]\d/u.test(after);
}
