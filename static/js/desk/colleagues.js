/* Who else serves a company now: for a transfer and for a private question. */
import { format, gettext } from "../i18n.js";
import { byId } from "./dom.js";
import { presenceName } from "./words.js";

/** The colleagues, those who are there first; none when the list cannot be had. */
export async function colleaguesOf(company) {
  try {
    const answer = await fetch(`${byId("desk").dataset.home}colleagues/?${new URLSearchParams({ company })}`);
    if (!answer.ok) return [];
    const { colleagues } = await answer.json();
    return colleagues.sort((one, other) => RANK.indexOf(one.presence) - RANK.indexOf(other.presence));
  } catch {
    return [];
  }
}

const RANK = ["available", "break", "not_responding", "offline"];

export function fillColleagues(select, colleagues, value) {
  const rows = colleagues.map((one) => {
    const option = document.createElement("option");
    option.value = one[value];
    option.textContent = format(gettext("%(name)s (%(presence)s)"), {
      name: one.alias || one.name, presence: presenceName(one.presence).toLocaleLowerCase(),
    });
    return option;
  });
  if (!rows.length) {
    const option = document.createElement("option");
    option.value = "";
    option.textContent = gettext("No colleague serves this company now");
    rows.push(option);
  }
  select.replaceChildren(...rows);
}
