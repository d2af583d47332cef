/* Words that are said rather than shown, and words that are shown for a moment. */
import { byId, clone, fill, show } from "./dom.js";

const SHOWN = 6000;

export function say(words, urgent = false) {
  const region = byId(urgent ? "assertive" : "polite");
  region.textContent = "";
  setTimeout(() => {
    region.textContent = words;
  }, 50); // the same words twice are news twice
}

export function toast(words, { bad = false } = {}) {
  const line = fill(clone("t-toast"), { text: words });
  line.classList.toggle("bad", bad);
  line.querySelector("[data-close-toast]").addEventListener("click", () => line.remove());
  const over = document.querySelector("dialog:modal") ?? document.body;
  const place = byId("toasts");
  if (place.parentElement !== over) over.append(place); // what is behind a dialog cannot be read
  place.append(line);
  say(words, bad);
  setTimeout(() => line.remove(), bad ? SHOWN * 2 : SHOWN);
}

/** An error at its field: the words, and the mark for those who hear the page. */
export function fieldError(field, place, words) {
  place.textContent = words || "";
  show(place, Boolean(words));
  if (words) field?.setAttribute("aria-invalid", "true");
  else field?.removeAttribute("aria-invalid");
  if (words) field?.focus();
}
