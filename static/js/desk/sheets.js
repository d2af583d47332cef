/* Dialogs: opened over the desk, closed by Esc or their own buttons, the focus back where it was. */
import { $, byId } from "./dom.js";

export function openSheet(id) {
  const sheet = byId(id);
  if (!sheet.open) sheet.showModal();
  return sheet;
}

export const anySheet = () => Boolean(document.querySelector("dialog:modal"));

/** A question with one answer and a way out; resolves with whether it was answered. */
export function confirmed({ title, text, yes }) {
  byId("confirm-title").textContent = title;
  byId("confirm-text").textContent = text;
  byId("confirm-yes").textContent = yes;
  const sheet = openSheet("sheet-confirm");
  return new Promise((resolve) => {
    sheet.returnValue = "";
    $("form", sheet).onsubmit = () => {
      sheet.returnValue = "yes";
    };
    sheet.addEventListener("close", () => resolve(sheet.returnValue === "yes"), { once: true });
  });
}

export function mountSheets() {
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-close]")) event.target.closest("dialog").close();
    const sheet = event.target;
    if (sheet.matches?.("dialog.sheet:not(.over)") && outside(sheet, event)) sheet.close();
  });
  byId("sheet-over").addEventListener("cancel", (event) => event.preventDefault());
  for (const form of document.querySelectorAll("dialog.sheet form")) {
    form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        form.requestSubmit();
      }
    });
  }
}

function outside(sheet, { clientX: x, clientY: y }) {
  const box = sheet.getBoundingClientRect();
  return x < box.left || x > box.right || y < box.top || y > box.bottom;
}
