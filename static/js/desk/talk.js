/* The conversation in front: opened, shown with its head, read, and left. */
import { format, gettext, timeOf } from "../i18n.js";
import { attr, byId, fill, show, text } from "./dom.js";
import { drawComposer } from "./composer.js";
import { askAbout, online, tell, tellAbout } from "./line.js";
import { drawLog, endInView } from "./log.js";
import { isClosed, lastHeard } from "./lists.js";
import { cardOf, partsOf } from "./state.js";
import { dispatch, now } from "./store.js";
import { channelName, customerName } from "./words.js";
import { drawWrapUp } from "./wrap_up.js";
import { hrefOf } from "./work.js";

const reported = new Map(); // key → what the server was told is read
let toWrite = null; // the key whose composer takes the focus once it is there
let focused; // the item the server was told is in front

/** Brings a conversation to the front; null leaves none there. `how`: {push, write} */
export function open(key, { push = true, write = true } = {}) {
  dispatch({ t: "local.front", key });
  if (push) history.pushState({ key }, "", key ? hrefOf(key) : byId("desk").dataset.home);
  if (key) fetchTalk(key);
  showPane(key ? "talk" : "work");
  toWrite = key && write ? key : null;
  drawTalk(now());
}

/** Whether a conversation that was asked for is still on its way: what is typed meanwhile is meant for it, and is no shortcut. */
export const opening = () => toWrite !== null && now().front === toWrite && online();

export async function fetchTalk(key) {
  if (!online() || now().talks[key]?.subscribed) return;
  const answer = await askAbout(key, { t: "conversation.open" });
  if (answer.t === "error") dispatch({ t: "local.missing", key });
}

function focusTalk() {
  const places = [byId("compose-text"), byId("wrapup"), byId("log"), byId("talk")];
  places.find((place) => place.offsetParent !== null)?.focus({ preventScroll: true });
}

export function showPane(pane) {
  byId("desk").dataset.pane = pane;
  for (const button of byId("dock").children) {
    attr(button, "aria-current", button.dataset.do === `pane-${pane}` ? "true" : null);
  }
}

export function drawTalk(state) {
  const key = state.front;
  const talk = key ? state.talks[key] : null;
  const card = key ? cardOf(state, key) : null;
  const loaded = Boolean(talk?.about) && !talk.missing;
  const company = key ? state.companies[partsOf(key).company] : null;
  for (const pane of [byId("talk"), byId("side")]) attr(pane, "data-co", company?.schema ?? null);
  show(byId("talk-head"), Boolean(key && (card || loaded)));
  show(byId("talk-empty"), !loaded);
  text(byId("talk-empty-text"), emptyWords(key, talk));
  if (key && (card || loaded)) drawHead(state, key, talk, card, company);
  drawWrapUp(state, card, talk);
  show(byId("log-frame"), loaded && byId("wrapup").hidden);
  drawLog(state);
  drawComposer(state);
  drawReadOnly(talk, card, loaded);
  markRead();
  tellFocus(state);
  const settled = talk?.missing || (loaded && card?.state !== "offered"); // an accepted card may come after its talk
  if (toWrite === key && settled) {
    toWrite = null;
    if (loaded) focusTalk();
  } else if (key && hiddenFocus()) focusTalk();
}

/* The chat became a wrap-up, say: what had the focus is not on the screen any more. */
function hiddenFocus() {
  const focused = document.activeElement;
  return byId("talk").contains(focused) && focused.offsetParent === null;
}

function emptyWords(key, talk) {
  if (!key) return gettext("Choose a conversation from My work, or wait for an offer.");
  if (talk?.missing) return gettext("This conversation does not exist, or is not yours to see. Choose another from My work.");
  return online() ? gettext("Opening…") : gettext("No connection. The conversation opens when it is back.");
}

function drawHead(state, key, talk, card, company) {
  const name = customerName(talk?.about?.customer.name ?? card?.customer);
  const active = card?.state === "active";
  const subject = talk?.about?.subject || card?.subject || card?.queue;
  const language = (talk?.about?.language || card?.language || "").toUpperCase();
  const ended = talk && isClosed(talk) ? format(gettext("ended %(time)s"), { time: timeOf(endOf(talk)) }) : "";
  const facts = [channelName(card?.channel ?? "chat"), subject, language, ended].filter(Boolean);
  fill(byId("talk-head"), {
    monogram: company?.monogram ?? "", customer: name, company: company?.name ?? "", facts: `· ${facts.join(" · ")}`,
  });
  attr(byId("talk"), "aria-label", format(gettext("Conversation with %(customer)s, %(company)s"), { customer: name, company: company?.name ?? "" }));
  show(byId("do-transfer"), active);
  show(byId("do-finish"), active);
  show(byId("do-block"), active);
  show(byId("see-talk"), card?.state === "wrap_up");
  attr(byId("transcript"), "href", `${hrefOf(key)}transcript/`);
}

export const endOf = (talk) =>
  Object.values(talk.messages)
    .filter((message) => message.event.startsWith("conversation.closed_by"))
    .sort((one, other) => other.sequence - one.sequence)[0]?.at ?? new Date().toISOString();

function drawReadOnly(talk, card, loaded) {
  const writable = card?.state === "active" || card?.state === "wrap_up";
  show(byId("read-only"), loaded && !writable && byId("compose").hidden);
  if (!loaded) return;
  const words = isClosed(talk)
    ? gettext("This chat has ended. You can read it and leave a note.")
    : card ? gettext("Accept the offer to write to the customer.")
      : gettext("You do not hold this chat now. You can read it and leave a note.");
  text(byId("read-only-text"), words);
}

/** What stands on the screen of somebody who looks at it is read. */
export function markRead() {
  const state = now();
  const key = state.front;
  const talk = key ? state.talks[key] : null;
  const looking = document.visibilityState === "visible" && document.hasFocus() && endInView();
  if (!talk?.subscribed || !looking || cardOf(state, key)?.state !== "active") return;
  const upTo = lastHeard(talk);
  if (!upTo || !online() || (reported.get(key) ?? 0) >= upTo) return;
  reported.set(key, upTo);
  tellAbout(key, { t: "read", sequence: upTo });
  dispatch({ t: "local.read", key });
}

/** The ledger books by what is in front on this desk. */
function tellFocus(state) {
  const card = state.front ? cardOf(state, state.front) : null;
  const item = card && card.state !== "offered" ? card.id : null;
  if (!online() || item === focused) return;
  focused = item;
  tell({ t: "item.focus", item });
}

/** A new line knows nothing of this desk: it is told again. */
export function forgetTold() {
  focused = undefined;
  reported.clear();
}

export const refocus = () => {
  focused = undefined;
  tellFocus(now());
};
