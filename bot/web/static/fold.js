// Short first: on a phone an answer shows its beginning, and the rest behind "More". On wide screens, on paper and
// without scripts everything is open.

import { element } from "./text.js";

const MOST_WORDS = 90;
// A rest this short is not worth a tap.
const FEWEST_WORDS = 12;
const wide = window.matchMedia("(min-width: 40rem)");

const wordsIn = (node) => node.textContent.trim().split(/\s+/).length;
const isList = (node) => node.tagName === "OL" || node.tagName === "UL";

/**
 * Fold the end of a body of paragraphs and lists into a <details>; gives it, or null where nothing is folded.
 *
 * The order of the text never changes and no step is cut in two: what comes first is what fits in 90 words.
 */
export function fold(body, more) {
  const units = [...body.children].flatMap((block) => (isList(block) ? [...block.children] : [block]));
  let shown = fitting(units);
  // "The main issues:" with nothing after it says less than nothing.
  if (shown > 1 && units[shown - 1].textContent.trim().endsWith(":")) shown -= 1;
  const rest = units.slice(shown);
  if (rest.reduce((sum, unit) => sum + wordsIn(unit), 0) < FEWEST_WORDS) return null;
  const details = element("details", { className: "more" }, element("summary", {}, more));
  details.open = wide.matches;
  moveInto(details, body, rest[0]);
  body.append(details);
  return details;
}

function fitting(units) {
  let words = 0;
  for (const [number, unit] of units.entries()) {
    words += wordsIn(unit);
    if (words > MOST_WORDS) return Math.max(number, 1);
  }
  return units.length;
}

function moveInto(details, body, first) {
  const blocks = [...body.children];
  const from = blocks.findIndex((block) => block === first || block.contains(first));
  if (blocks[from] === first || blocks[from].firstElementChild === first) {
    details.append(...blocks.slice(from));
    return;
  }
  const items = [...blocks[from].children];
  const at = items.indexOf(first);
  const list = element(blocks[from].tagName.toLowerCase(), {});
  if (list.tagName === "OL") list.start = (blocks[from].start || 1) + at;
  list.append(...items.slice(at));
  details.append(list, ...blocks.slice(from + 1));
}

function openAll(open) {
  for (const details of document.querySelectorAll("details.more")) details.open = open;
}

wide.addEventListener("change", () => openAll(wide.matches));
let closed = [];
window.addEventListener("beforeprint", () => {
  closed = [...document.querySelectorAll("details.more:not([open])")];
  openAll(true);
});
window.addEventListener("afterprint", () => { for (const details of closed) details.open = false; });
