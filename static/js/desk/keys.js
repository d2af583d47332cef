/* The keyboard. A letter alone works outside text fields, with Alt everywhere; the list of Shift+/ is made of the same table. */
import { gettext } from "../i18n.js";
import { $$, byId, clone, fill, isTyping } from "./dom.js";
import { anySheet, openSheet } from "./sheets.js";
import { choose, settings, watchSettings } from "./settings.js";

let table = [];
let held = () => false; // letters typed now are meant for a field that is about to appear

/** @param {{keys: string[], what: () => string, does: () => boolean | void, alone?: boolean}[]} shortcuts
 *    `alone`: never with Alt. `does` gives false when there was nothing to do: the key then goes on to the browser. */
export function mountKeys(shortcuts, { waits }) {
  table = shortcuts;
  held = waits;
  document.addEventListener("keydown", pressed);
  watchSettings(() => {
    byId("single-keys").checked = settings.singleKeys;
  });
  byId("single-keys").addEventListener("change", ({ target }) => choose("singleKeys", target.checked));
}

function pressed(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.isComposing) return;
  if (anySheet() || document.querySelector("[popover]:popover-open")) return;
  if (held() && !event.altKey) return;
  const typing = isTyping(event.target);
  const key = nameOf(event);
  const found = table.find((one) => one.keys.includes(key));
  if (!found || (event.altKey && found.alone) || (!event.altKey && (typing || !allowed(key)))) return;
  if (found.does(event) === false) return;
  event.preventDefault();
}

const allowed = (key) => settings.singleKeys || key.length > 1;

/* With Alt some layouts type another sign: the key cap counts then. */
function nameOf(event) {
  if (event.altKey && /^Key[A-Z]$/.test(event.code)) return event.code.slice(3).toLowerCase();
  return event.key.length === 1 ? event.key.toLowerCase() : event.key;
}

export function showHelp() {
  const rows = [...table.filter((one) => one.what), ...COMPOSER];
  byId("help-keys").replaceChildren(...rows.map((one) => {
    const row = fill(clone("t-key"), { what: one.what() });
    row.lastElementChild.append(...(one.shown ?? one.keys).map(cap));
    return row;
  }));
  openSheet("sheet-help");
}

const COMPOSER = [
  { shown: ["Ctrl", "↵"], what: () => gettext("Send, save, finish") },
  { shown: ["Esc"], what: () => gettext("Leave the field") },
];

function cap(key) {
  const node = document.createElement("kbd");
  node.className = "key";
  node.textContent = key.length === 1 ? key.toUpperCase() : key;
  return node;
}

/** Moves through the cards of the list; the first press starts at the one in front. */
export function walk(step) {
  const rows = $$("a.item", byId("work-list")).filter((row) => row.offsetParent !== null);
  if (!rows.length) return false;
  const from = rows.indexOf(document.activeElement);
  const front = rows.findIndex((row) => row.hasAttribute("aria-current"));
  const to = from >= 0 ? from + step : front >= 0 ? front + step : step > 0 ? 0 : rows.length - 1;
  rows[Math.max(0, Math.min(rows.length - 1, to))].focus();
  return true;
}
