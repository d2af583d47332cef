/* Canned replies by /: a list over the composer, narrowed while one types, chosen by arrows and Enter. */
import { gettext } from "../i18n.js";
import { $$, attr, byId, clone, fill, show } from "./dom.js";
import { partsOf } from "./state.js";

const PAUSE = 120;
let replies = [];
let at = 0;
let asked = 0;
let timer = null;
let current = null; // {start, end}: where the slash stands, and where what is looked for ends

const field = () => byId("compose-text");
export const cannedOpen = () => !byId("canned").hidden;

/** After each stroke: is a /word being typed before the caret? */
export function watchSlash(key) {
  const before = field().value.slice(0, field().selectionStart);
  const slash = /(?:^|\s)\/([\p{L}\p{N}_-]*)$/u.exec(before);
  if (!slash) return closeCanned();
  current = { start: before.length - slash[1].length - 1, end: before.length };
  clearTimeout(timer);
  timer = setTimeout(() => find(key, slash[1]), cannedOpen() ? PAUSE : 0);
  return undefined;
}

export function closeCanned() {
  clearTimeout(timer);
  asked += 1;
  current = null;
  show(byId("canned"), false);
  field().removeAttribute("aria-activedescendant");
}

async function find(key, wanted) {
  const mine = ++asked;
  const { company, conversation } = partsOf(key);
  const query = new URLSearchParams({ q: wanted, conversation });
  let words = gettext("No canned reply fits. Yours are written under My canned replies.");
  try {
    const answer = await fetch(`${byId("desk").dataset.home}${company}/canned/?${query}`);
    if (mine !== asked) return;
    replies = answer.ok ? (await answer.json()).replies : [];
    if (!answer.ok) words = gettext("The canned replies could not be loaded. Go on typing, or try / again.");
  } catch {
    replies = [];
    words = gettext("No connection: the canned replies could not be loaded. Go on typing, or try / again.");
  }
  if (mine === asked) draw(words);
}

function draw(nothing) {
  at = 0;
  const list = byId("canned");
  list.replaceChildren(...(replies.length ? replies.map(row) : [hint(nothing)]));
  show(list, true);
  mark();
}

function row(reply, index) {
  const node = fill(clone("t-canned"), {
    title: reply.title, shortcut: `/${reply.shortcut}`, text: reply.text, own: { hidden: !reply.own },
  });
  node.id = `canned-${index}`;
  node.addEventListener("pointerdown", (event) => {
    event.preventDefault(); // the caret stays in the text
    put(reply.text);
  });
  return node;
}

function hint(words) {
  const node = document.createElement("div");
  node.className = "hint";
  node.setAttribute("role", "option");
  node.setAttribute("aria-disabled", "true");
  node.textContent = words;
  return node;
}

function mark() {
  $$("[role=option]", byId("canned")).forEach((node, index) => {
    attr(node, "aria-selected", String(index === at && replies.length > 0));
    if (index === at) node.scrollIntoView({ block: "nearest" });
  });
  attr(field(), "aria-activedescendant", replies.length ? `canned-${at}` : null);
}

/** Whether the list took the key. Escape takes it already while the list is on its way. */
export function cannedKey(event) {
  if (!cannedOpen() && !(current && event.key === "Escape")) return false;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && replies.length) {
    at = (at + step + replies.length) % replies.length;
    mark();
  } else if ((event.key === "Enter" || event.key === "Tab") && replies.length && !event.ctrlKey && !event.metaKey) put(replies[at].text);
  else if (event.key === "Escape") put(""); // the slash was there for the list alone
  else return false;
  event.preventDefault();
  event.stopPropagation();
  return true;
}

/* In place of the slash and of what was looked for. */
function put(words) {
  const text = field();
  const { start, end } = current;
  text.focus();
  text.setRangeText(words, start, end, "end");
  closeCanned();
  text.dispatchEvent(new Event("input", { bubbles: true }));
}
