/* This page's line to the server, and how it is: live, lost, or over. */
import { format, gettext } from "../i18n.js";
import { byId, show, text } from "../desk/dom.js";
import { openSheet } from "../desk/sheets.js";
import { openLine } from "../desk/socket.js";
import { dispatch, now } from "./store.js";

const PATIENCE = 1500; // a restart that is over in a moment is not worth a word
let line = null;
let lostAt = null;

export function openFloorLine() {
  line = openLine({
    url: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/floor/`,
    hears: dispatch,
    link: (link) => dispatch({ t: "local.link", link }),
    heartbeat: () => ({ rev: now().rev }),
  });
  byId("banner-retry").addEventListener("click", () => {
    line.retry();
    byId("queues").focus();
  });
  return line;
}

export const ask = (frame) => line.ask(frame);

export function drawLink({ link, rev }) {
  const live = link.state === "online";
  byId("link-state").classList.toggle("lost", !live);
  byId("floor").classList.toggle("stale", !live && rev !== null);
  if (link.state === "ended") return over(link.code);
  if (live) {
    lostAt = null;
    text(byId("link-text"), gettext("Live"));
    show(byId("banner"), false);
    return undefined;
  }
  lostAt ??= rev === null ? null : Date.now();
  text(byId("link-text"), gettext("Connecting…"));
  return tickLink({ link, rev });
}

export function tickLink({ link }) {
  if (link.state === "online" || link.state === "ended" || lostAt === null || Date.now() - lostAt < PATIENCE) return;
  const seconds = link.retryAt ? Math.max(0, Math.ceil((link.retryAt - Date.now()) / 1000)) : 0;
  text(byId("banner-text"), gettext("No connection: what you see is as it was."));
  text(byId("banner-next"), seconds ? format(gettext("Trying again in %(seconds)s s."), { seconds }) : gettext("Trying now…"));
  show(byId("banner"), true);
}

function over(code) {
  const words = {
    4401: [gettext("You are signed out"), gettext("Your session ended, or you signed out in another tab."), gettext("Sign in")],
    4403: [gettext("Your rights have changed"), gettext("The floor is for supervisors and admins."), gettext("Start again")],
    4412: [gettext("There is a new version of the floor"), gettext("This page is older than the server."), gettext("Load the new version")],
  }[code];
  text(byId("over-title"), words[0]);
  text(byId("over-text"), words[1]);
  text(byId("over-go"), words[2]);
  if (code === 4403) byId("over-go").href = "/";
  document.querySelectorAll("dialog:modal:not(.over)").forEach((sheet) => sheet.close());
  openSheet("sheet-over");
}
