/* How the line is: lost, back, or over. */
import { format, gettext } from "../i18n.js";
import { byId, show, text } from "./dom.js";
import { toast } from "./announce.js";
import { retry } from "./line.js";
import { openSheet } from "./sheets.js";

const PATIENCE = 1500; // a restart that is over in a moment is not worth a word
let lostAt = null;
let told = false;

export function mountBanner() {
  byId("banner-retry").addEventListener("click", () => {
    retry();
    byId("log").focus();
  });
}

export function drawBanner(state, before) {
  const { link } = state;
  if (link.state === "ended") return over(link.code);
  if (link.state === "online") {
    if (told && before.link.state !== "online") toast(gettext("Connected again. Nothing was lost."));
    lostAt = null;
    told = false;
    show(byId("banner"), false);
    show(byId("link-state"), false);
    return undefined;
  }
  lostAt ??= state.me ? Date.now() : null;
  return tickBanner(state);
}

export function tickBanner({ link, me }) {
  if (link.state === "online" || link.state === "ended" || !me || lostAt === null) return;
  if (Date.now() - lostAt < PATIENCE) return;
  told = true;
  const seconds = link.retryAt ? Math.max(0, Math.ceil((link.retryAt - Date.now()) / 1000)) : 0;
  const next = link.state === "offline" && seconds
    ? format(gettext("Trying again in %(seconds)s s."), { seconds })
    : gettext("Trying now…");
  text(byId("banner-text"), gettext("No connection. What you type is kept here, and what you send goes when it is back."));
  text(byId("banner-next"), next); // beside the live region: a countdown is not to be read aloud
  show(byId("banner"), true);
}

function over(code) {
  const [title, words, go, href] = ENDS[code]();
  text(byId("over-title"), title);
  text(byId("over-text"), words);
  text(byId("over-go"), go);
  byId("over-go").href = href ?? location.pathname;
  document.querySelectorAll("dialog:modal:not(.over)").forEach((sheet) => sheet.close());
  openSheet("sheet-over");
}

const ENDS = {
  4401: () => [
    gettext("You are signed out"),
    gettext("Your session ended, or you signed out in another tab. What you had typed is kept in this browser."),
    gettext("Sign in"),
    `/accounts/login/?next=${encodeURIComponent(location.pathname)}`,
  ],
  4403: () => [
    gettext("Your rights have changed"),
    gettext("This desk was open with rights that you do not have any more. Open it again to see what is yours now."),
    gettext("Open the desk again"),
  ],
  4409: () => [
    gettext("The desk is open in five newer windows"),
    gettext("No more are connected at once. What you had typed here is kept in this browser."),
    gettext("Use the desk here"),
  ],
  4412: () => [
    gettext("There is a new version of the desk"),
    gettext("This page is older than the server. What you had typed is kept and comes back with the new one."),
    gettext("Load the new version"),
  ],
};
