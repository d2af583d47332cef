/* What every page does: menus, the theme button, forms that go when a choice is made. */
import { initials } from "./initials.js";
import { momentOf } from "./i18n.js";
import { mountMenus } from "./menus.js";
import { chooseLanguage, chooseTheme, toggleTheme } from "./preferences.js";

mountMenus();

document.addEventListener("click", (event) => {
  const on = (selector) => event.target.closest?.(selector);
  const theme = on("[data-theme-pick]");
  const language = on("[data-language-pick]");
  if (on("[data-theme-toggle]")) toggleTheme();
  if (theme) chooseTheme(theme.dataset.themePick);
  if (language) chooseLanguage(language.dataset.languagePick);
});

document.addEventListener("change", (event) => {
  if (event.target.matches?.("[data-submit-on-change]")) event.target.form.requestSubmit();
});

function tickTheme() {
  const choice = document.documentElement.dataset.themeChoice;
  for (const row of document.querySelectorAll("[data-theme-pick]")) {
    row.setAttribute("aria-checked", String(row.dataset.themePick === choice));
  }
}
addEventListener("themechange", tickTheme);
tickTheme();

for (const moment of document.querySelectorAll("time[data-moment]")) moment.textContent = momentOf(moment.dateTime);

/* Initials in a round; what is seen must also be heard first of its button's name. */
for (const place of document.querySelectorAll("[data-initials]")) {
  const letters = initials(place.dataset.initials);
  const named = place.closest("[aria-label]");
  place.textContent = letters;
  if (named) named.setAttribute("aria-label", `${letters}: ${named.getAttribute("aria-label")}`);
}
