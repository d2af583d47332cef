/* Telling somebody who looks elsewhere: the tab's title, the browser's notification. Neither holds what a customer said or is called. */
import { format, gettext, number } from "../i18n.js";
import { byId, show } from "./dom.js";
import { groups } from "./lists.js";
import { cards } from "./state.js";
import { choose, settings } from "./settings.js";
import { isMainTab } from "./tabs.js";
import { now } from "./store.js";

const open = new Map(); // item → notification
const known = () => "Notification" in globalThis;

export function drawTitle(state) {
  const { offers } = groups(state);
  const desk = gettext("Desk");
  if (offers.length) {
    const words = format(gettext("Offer from %(company)s"), { company: state.companies[offers[0].company]?.name ?? "" });
    document.title = `(${number(offers.length)}) ${words} · ${desk}`;
    return;
  }
  const unread = cards(state).reduce((sum, card) => sum + card.unread, 0);
  document.title = unread ? `(${number(unread)}) ${desk}` : desk;
}

/** Must be called in a press: browsers ask only then. */
export async function allowNotify() {
  choose("notifyAsked", true);
  if (!known()) return false;
  const granted = (await Notification.requestPermission()) === "granted";
  choose("notify", granted);
  return granted;
}

export function drawAsk(state) {
  const wanted = state.me && state.me.presence === "available" && !groups(state).offers.length;
  const unasked = known() && Notification.permission === "default" && !settings.notifyAsked;
  show(byId("ask-notify"), Boolean(wanted && unasked));
}

export function notifyOffers(state) {
  const ringing = new Map(groups(state).offers.map((card) => [card.id, card]));
  for (const [item, shown] of open) {
    if (ringing.has(item)) continue;
    shown.close();
    open.delete(item);
  }
  for (const card of ringing.values()) if (!open.has(card.id)) notify(card, state);
}

function notify(card, { companies }) {
  if (!settings.notify || !known() || Notification.permission !== "granted") return;
  if (document.visibilityState === "visible" || !isMainTab()) return;
  const title = format(gettext("Offer from %(company)s"), { company: companies[card.company]?.name ?? "" });
  const shown = new Notification(title, { body: card.queue, tag: `offer ${card.id}`, icon: "/static/icon.svg" });
  shown.onclick = () => {
    window.focus();
    shown.close();
  };
  open.set(card.id, shown);
}

export const ringing = () => groups(now()).offers.length > 0;
