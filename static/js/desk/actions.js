/* What a press or a key does. */
import { format, gettext } from "../i18n.js";
import { openerOf, openMenu } from "../menus.js";
import { toast } from "./announce.js";
import { changeEntry, setMode } from "./composer.js";
import { byId, text } from "./dom.js";
import { hasDraft } from "./drafts.js";
import { ask, askAbout } from "./line.js";
import { groups } from "./lists.js";
import { allowNotify } from "./notify.js";
import { sendAgain } from "./outbox.js";
import { choose } from "./settings.js";
import { confirmed } from "./sheets.js";
import { cardOf, keyOf } from "./state.js";
import { now } from "./store.js";
import { open, showPane } from "./talk.js";
import { setPresence } from "./top.js";
import { startBlock, startTransfer } from "./transfer.js";
import { customerName, refusal } from "./words.js";

const answering = new Set(); // offers whose answer is on its way

/** The offer that rings longest, unless a press says which. False when nothing rings. */
export async function accept(item) {
  const card = offered(item);
  if (!card) return false;
  if (answering.has(card.id)) return true;
  const answer = await respond(card, "offer.accept");
  if (answer.t === "ok") open(keyOf(answer.company, answer.conversation));
  else toast(refusal(answer), { bad: true });
  return true;
}

export async function decline(item) {
  const card = offered(item);
  if (!card) return false;
  if (answering.has(card.id)) return true;
  const answer = await respond(card, "offer.decline");
  if (answer.t === "error" && answer.code !== "offer_gone") toast(refusal(answer), { bad: true });
  return true;
}

const offered = (item) => groups(now()).offers.find((card) => item === undefined || card.id === item);

async function respond(card, t) {
  answering.add(card.id);
  const answer = await ask({ t, item: card.id });
  answering.delete(card.id);
  return answer;
}

/** Ends the talk; asks first when the customer waits for an answer, or something typed was not sent. */
export async function finish() {
  const { front } = now();
  const card = front ? cardOf(now(), front) : null;
  if (card?.state !== "active") return;
  const name = customerName(card.customer);
  const unsent = hasDraft(front) || (now().outbox[front] ?? []).some((entry) => entry.status === "failed");
  const why = card.waiting_since && !justAnswered(front)
    ? format(gettext("%(name)s is waiting for an answer."), { name })
    : unsent ? gettext("What you have typed is not sent.") : "";
  if (why && !(await confirmed({ title: gettext("Finish the chat now?"), text: why, yes: gettext("Finish it") }))) return;
  const answer = await askAbout(front, { t: "conversation.finish" });
  if (answer.t === "error") toast(refusal(answer), { bad: true });
}

/* The card hears of a reply a moment after it was sent. */
function justAnswered(key) {
  const { outbox, talks } = now();
  if ((outbox[key] ?? []).some((entry) => entry.kind === "message" && entry.status !== "failed")) return true;
  const said = Object.values(talks[key]?.messages ?? {}).filter((message) => ["in", "out"].includes(message.direction));
  return said.sort((one, other) => other.sequence - one.sequence)[0]?.direction === "out";
}

function messageOf(menuRow) {
  const button = openerOf(menuRow.closest("[popover]"));
  const key = now().front;
  const message = now().talks[key]?.messages[button?.dataset.message];
  return { key, message };
}

async function redact(row) {
  const { key, message } = messageOf(row);
  if (!message) return;
  const back = takesBack(key, message);
  const sure = await confirmed({
    title: back ? gettext("Take this message back?") : gettext("Remove this message?"),
    text: back
      ? gettext("It vanishes for the customer too.")
      : gettext("Its text and files go for good, for the customer too. That you removed it stays on record."),
    yes: back ? gettext("Take it back") : gettext("Remove it"),
  });
  if (!sure) return;
  const answer = await askAbout(key, { t: "message.redact", message: message.id });
  if (answer.t === "error") toast(refusal(answer), { bad: true });
}

const MINUTE = 60_000;

/* My own last one, within the minute. */
function takesBack(key, message) {
  const mine = Object.values(now().talks[key].messages).filter((one) => one.author === "agent");
  const last = mine.every((one) => one.sequence <= message.sequence);
  return last && message.author === "agent" && message.name === now().me.alias
    && Date.now() + now().offset - Date.parse(message.at) < MINUTE;
}

async function copy(row) {
  const { message } = messageOf(row);
  try {
    await navigator.clipboard.writeText(message.text);
    toast(gettext("Copied."));
  } catch {
    toast(gettext("The browser did not allow copying."), { bad: true });
  }
}

/** P: the way back when nothing rings any more, else the menu. */
export function presenceKey() {
  if (now().me?.presence === "not_responding") setPresence("available");
  else openMenu(byId("menu-presence"), byId("presence"));
}

const PRESSES = {
  accept: (button) => accept(itemOf(button)),
  decline: (button) => decline(itemOf(button)),
  back: () => setPresence("available"),
  available: () => setPresence("available"),
  transfer: startTransfer,
  finish,
  block: startBlock,
  redact,
  "copy-message": copy,
  retry: (button) => sendAgain(now().front, button.dataset.entry),
  unsend: (button) => changeEntry(now().front, button.dataset.entry),
  answer: (button) => setMode("answer", { answers: button.dataset.note }),
  notify: allowNotify,
  "notify-never": () => choose("notifyAsked", true),
  "pane-work": () => showPane("work"),
  "pane-talk": () => showPane("talk"),
  "pane-side": () => showPane("side"),
};

const itemOf = (button) => Number(button.closest("[data-item]").dataset.item);

export function mountPresses(more) {
  const presses = { ...PRESSES, ...more };
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-do]");
    if (button) presses[button.dataset.do]?.(button);
  });
  byId("menu-message").addEventListener("beforetoggle", nameRedaction);
  byId("work-list").addEventListener("click", openPressed("a.item", (link) => link.dataset.talk));
  byId("side").addEventListener("click", openPressed("[data-open-conversation]", (link) =>
    keyOf(link.dataset.openCompany, link.dataset.openConversation)));
  byId("read-only-note").addEventListener("click", () => setMode("note"));
}

/* A plain press opens it here; with a modifier the browser opens its address in a tab of its own. */
const openPressed = (selector, keyFrom) => (event) => {
  const link = event.target.closest(selector);
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  open(keyFrom(link));
};

function nameRedaction(event) {
  if (event.newState !== "open") return;
  const { key, message } = messageOf(byId("do-redact"));
  if (message) text(byId("do-redact-text"), takesBack(key, message) ? gettext("Take it back…") : gettext("Remove it…"));
}
