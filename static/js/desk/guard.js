/* The wrong-brand guard: a reply that names another company is stopped, says which words, and goes only with a reason. */
import { format, gettext } from "../i18n.js";
import { $, byId } from "./dom.js";
import { fieldError } from "./announce.js";
import { openSheet } from "./sheets.js";
import { partsOf } from "./state.js";
import { now } from "./store.js";

let deal = null; // {sendAgain, change}: given by those who send, so that neither needs the other first

export const guardWith = (dealing) => {
  deal = dealing;
};

export function stopAtBrand(key, entry, found = []) {
  const sheet = openSheet("sheet-brand");
  const company = now().companies[partsOf(key).company]?.name ?? "";
  const words = found.map((word) => `“${word}”`).join(", ");
  byId("brand-about").textContent = format(
    gettext("You are writing as %(company)s. The text holds %(words)s."), { company, words },
  );
  byId("brand-text").replaceChildren(...marked(entry.text, found));
  const reason = byId("brand-reason");
  reason.value = "";
  fieldError(reason, byId("brand-error"), "");
  byId("brand-edit").onclick = () => {
    sheet.close();
    deal.change(key, entry.id);
  };
  $("form", sheet).onsubmit = (event) => {
    event.preventDefault();
    if (!reason.value.trim()) {
      fieldError(reason, byId("brand-error"), gettext("Say why it is right. It is kept with the message."));
      return;
    }
    sheet.close();
    deal.sendAgain(key, entry.id, { override: reason.value.trim() });
  };
  byId("brand-edit").focus();
}

/** The text in pieces, the words found as <mark>. */
export function marked(text, found) {
  const words = found.filter(Boolean).sort((one, other) => other.length - one.length).map(escaped);
  if (!words.length) return [text];
  return text.split(new RegExp(`(${words.join("|")})`, "gi")).map((piece, at) => {
    if (at % 2 === 0) return piece;
    const mark = document.createElement("mark");
    mark.textContent = piece;
    return mark;
  });
}

const escaped = (word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
