/* What must outlive a reload while the server does not have it yet. In this browser, under the person's own name, and gone at sign-out. */
import { byId } from "./dom.js";

const nameOf = (name) => `desk.${byId("desk").dataset.user}.${name}`;

export function keep(name, value) {
  try {
    if (value === null) localStorage.removeItem(nameOf(name));
    else localStorage.setItem(nameOf(name), JSON.stringify(value));
  } catch {
    // Storage refused or full: it is kept by this page alone.
  }
}

export function kept(name) {
  try {
    return JSON.parse(localStorage.getItem(nameOf(name)));
  } catch {
    return null;
  }
}

/** The names that begin so. */
export function keptNames(start) {
  try {
    const whole = nameOf(start);
    return Object.keys(localStorage).filter((name) => name.startsWith(whole)).map((name) => name.slice(nameOf("").length));
  } catch {
    return [];
  }
}

export function forgetAll() {
  for (const name of keptNames("")) keep(name, null);
}

/** The same after a reload, another in each tab. */
export const thisTab = (() => {
  try {
    sessionStorage.tab ??= crypto.randomUUID();
    return sessionStorage.tab;
  } catch {
    return crypto.randomUUID();
  }
})();
