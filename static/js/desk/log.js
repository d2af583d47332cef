/* The timeline of the conversation in front. It stays where it is read: new words at its end move it only when its end is in view. */
import { dayKey, dayName, fileSize, format, gettext, momentOf, ngettext, timeOf } from "../i18n.js";
import { $, attr, byId, clone, fill, icon, reconcile, show, text } from "./dom.js";
import { initials } from "../initials.js";
import { fileHref, isPicture, showPicture } from "./files.js";
import { lastSequence, timeline } from "./lists.js";
import { cardOf } from "./state.js";
import { now, serverTime } from "./store.js";
import { customerName, deliveryWords, eventWords, noteTitle } from "./words.js";

const NEAR = 48; // px from the end that still count as its end
let shownKey = null;
let seenUpTo = 0; // the last number that was in view
let following = true;

export function mountLog() {
  const log = byId("log");
  let top = 0;
  log.addEventListener("scroll", () => {
    // Only the reader goes up. The end also moves away when the log shrinks or grows: that is caught up with below.
    following = atEnd() || (following && log.scrollTop >= top);
    top = log.scrollTop;
    seeAll();
  });
  byId("jump").addEventListener("click", () => {
    toEnd();
    log.focus({ preventScroll: true });
  });
  new ResizeObserver(() => following && toEnd()).observe(log);
  new ResizeObserver(() => following && toEnd()).observe(byId("timeline"));
}

export function drawLog(state) {
  const key = state.front;
  const talk = key ? state.talks[key] : null;
  if (!talk) {
    shownKey = null;
    return;
  }
  const arrived = key !== shownKey;
  if (arrived) {
    byId("timeline").replaceChildren();
    following = true;
    shownKey = key;
  }
  const rows = timeline(talk, state.outbox[key], dayKey);
  const context = { state, key, talk, last: lastOwn(talk) };
  reconcile(byId("timeline"), rows, {
    key: (row) => row.key,
    make: (row) => clone(templateOf(row)),
    update: (node, row) => DRAW[row.kind](node, row, context),
  });
  drawTyping(talk, state, key);
  if (following) toEnd();
  drawJump(talk);
}

/* What is on its way has its row's own shape, so that it stays where it is when it arrives. */
const templateOf = ({ kind, entry }) => (kind === "pending" ? TEMPLATES[entry.kind === "message" ? "message" : "note"] : TEMPLATES[kind]);
const TEMPLATES = { day: "t-day", event: "t-event", message: "t-say", note: "t-note" };

const DRAW = {
  day: (node, row) => fill(node, { day: dayName(row.at, serverTime()) }),
  event(node, { message }) {
    const { icon: shown, words } = eventWords(message);
    icon($('[data-f="icon"]', node), shown);
    fill(node, { text: `${words} · ${timeOf(message.at)}` });
    attr(node, "title", momentOf(message.at));
  },
  message: drawMessage,
  note: (node, { note }, context) => drawNote(node, { ...note, status: null }, context),
  pending(node, { entry }, context) {
    if (entry.kind === "message") drawPending(node, entry, context);
    else drawPendingNote(node, entry);
  },
};

function drawMessage(node, { message }, { state, key, talk, last }) {
  const mine = message.direction === "out";
  const gone = message.redacted;
  const read = mine && (message.delivery === "read" || message.sequence <= talk.customerRead);
  const delivery = read ? "read" : message.delivery;
  attr(node, "class", `say${mine ? " me" : ""}${gone ? " gone" : ""}`);
  fill(node, {
    initials: { text: initials(customerName(message.name)), hidden: mine },
    text: {
      text: gone ? goneWords(message) : message.text,
      hidden: !gone && !message.text,
    },
    meta: { class: delivery === "failed" ? "meta failed" : "meta", title: momentOf(message.at) },
    who: `${message.name || (mine ? state.me.alias : customerName(""))} · ${timeOf(message.at)}`,
    mark: { hidden: !mine || gone, icon: delivery === "sent" ? "check" : delivery === "failed" ? "alert-triangle" : "checks" },
    delivery: { text: mine && !gone ? deliveryWords(delivery) : "", hidden: !mine || gone },
    retry: { hidden: true },
    edit: { hidden: true },
    more: { hidden: gone || !mayChange(state, key), "data-message": message.id },
  });
  node.dataset.takeBack = String(message.id === last && mine);
  drawFiles($('[data-f="files"]', node), gone ? [] : message.files, key);
}

const goneWords = (message) => (message.taken_back ? gettext("Taken back") : gettext("Removed"));
const mayChange = (state, key) => cardOf(state, key)?.state === "active";

function drawPending(node, entry, { state, key }) {
  const failed = entry.status === "failed";
  attr(node, "class", `say me${failed ? "" : " sending"}`);
  const waits = state.link.state === "online" ? gettext("Sending…") : gettext("Goes when the connection is back");
  fill(node, {
    initials: { hidden: true },
    text: { text: entry.text, hidden: !entry.text },
    meta: { class: failed ? "meta failed" : "meta" },
    who: failed ? entry.error || gettext("Not sent") : waits,
    mark: { hidden: !failed, icon: "alert-triangle" },
    delivery: { hidden: true },
    retry: { hidden: !failed, "data-entry": entry.id },
    edit: { hidden: !failed, "data-entry": entry.id },
    more: { hidden: true },
  });
  drawFiles($('[data-f="files"]', node), entry.files, key);
}

function drawNote(node, note, { state, talk }) {
  const asked = note.kind === "question" && note.to?.id === state.me.user;
  const answered = Object.values(talk.notes).some((other) => other.answers === note.id);
  icon($('[data-f="icon"]', node), NOTE_ICONS[note.kind] ?? "lock");
  const to = note.to ? format(gettext("to %(name)s"), { name: note.to.name }) : "";
  fill(node, {
    title: noteTitle(note.kind),
    who: [note.author.name, to].filter(Boolean).join(" ") + ` · ${timeOf(note.at)}`,
    text: note.text,
    delivery: { hidden: true },
    answer: { hidden: !asked || answered, "data-note": note.id },
    retry: { hidden: true },
  });
  attr(node, "title", gettext("Only colleagues see this"));
}

const NOTE_ICONS = { question: "message-question", answer: "corner-down-left", transfer: "arrow-forward-up" };

function drawPendingNote(node, entry) {
  const failed = entry.status === "failed";
  icon($('[data-f="icon"]', node), NOTE_ICONS[entry.kind] ?? "lock");
  fill(node, {
    title: noteTitle(entry.kind),
    who: failed ? "" : gettext("Sending…"),
    delivery: { text: failed ? entry.error : "", hidden: !failed },
    text: entry.text,
    answer: { hidden: true },
    retry: { hidden: !failed, "data-entry": entry.id },
  });
}

function drawFiles(place, files, key) {
  show(place, files.length > 0);
  reconcile(place, files, {
    key: (file) => file.id,
    make: (file) => clone(isPicture(file) ? "t-shot" : "t-file"),
    update(node, file) {
      const href = fileHref(key, file.id);
      if (isPicture(file)) return showPicture(node, file, href);
      attr(node, "href", href);
      fill(node, { name: file.name, size: fileSize(file.size) });
      return undefined;
    },
  });
}

function drawTyping(talk, state, key) {
  const typing = talk.typingUntil > Date.now();
  const name = customerName(talk.about?.customer.name ?? cardOf(state, key)?.customer);
  text(byId("typing"), typing ? format(gettext("%(name)s is typing…"), { name }) : "");
}

export function tickLog(state) {
  const talk = state.front ? state.talks[state.front] : null;
  if (talk) drawTyping(talk, state, state.front);
}

function drawJump(talk) {
  const unseen = following ? 0 : Object.values(talk.messages).filter((message) => message.sequence > seenUpTo).length;
  if (following) seenUpTo = lastSequence(talk);
  show(byId("jump"), !following);
  const words = ngettext("%(n)s new message", "%(n)s new messages", unseen);
  text(byId("jump-text"), unseen ? format(words, { n: unseen }) : gettext("To the end"));
}

function seeAll() {
  const talk = now().talks[shownKey];
  if (talk) drawJump(talk);
}

const lastOwn = (talk) =>
  Object.values(talk.messages)
    .filter((message) => message.author === "agent")
    .sort((one, other) => one.sequence - other.sequence)
    .at(-1)?.id;

const atEnd = () => {
  const log = byId("log");
  return log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
};

function toEnd() {
  const log = byId("log");
  log.scrollTop = log.scrollHeight;
}

export const endInView = () => following && !byId("log-frame").hidden;
