/* Every key of the desk, for the hand and for the list of Shift+/. */
import { gettext } from "../i18n.js";
import { accept, decline, finish, presenceKey } from "./actions.js";
import { openCanned, setMode } from "./composer.js";
import { byId } from "./dom.js";
import { showHelp, walk } from "./keys.js";
import { groups } from "./lists.js";
import { cardOf } from "./state.js";
import { now } from "./store.js";
import { startTransfer } from "./transfer.js";
import { pick } from "./wrap_up.js";

const active = () => cardOf(now(), now().front ?? "")?.state === "active";
const whenActive = (does) => () => (active() ? void does() : false);
const whenRinging = (does) => () => (groups(now()).offers.length ? void does() : false);
const inList = () => byId("work-list").contains(document.activeElement);

export const shortcuts = [
  { keys: ["a"], what: () => gettext("Accept the offer"), does: whenRinging(() => accept()) },
  { keys: ["d"], what: () => gettext("Decline the offer"), does: whenRinging(() => decline()) },
  { keys: ["j"], what: () => gettext("Next card of my work"), does: () => walk(1) },
  { keys: ["k"], what: () => gettext("Card before"), does: () => walk(-1) },
  { keys: ["ArrowDown"], alone: true, does: () => (inList() ? walk(1) : false) },
  { keys: ["ArrowUp"], alone: true, does: () => (inList() ? walk(-1) : false) },
  { keys: ["Enter"], shown: ["↵"], alone: true, what: () => gettext("Open the card"), does: () => false },
  { keys: ["r"], what: () => gettext("Write the reply"), does: whenActive(() => setMode("message")) },
  { keys: ["n"], what: () => gettext("Write a note for colleagues"), does: () => (now().front ? void setMode("note") : false) },
  { keys: ["q"], what: () => gettext("Ask a colleague"), does: whenActive(() => setMode("question")) },
  { keys: ["/"], what: () => gettext("Canned replies"), alone: true, does: whenActive(canned) },
  { keys: ["t"], what: () => gettext("Transfer the chat"), does: whenActive(startTransfer) },
  { keys: ["e"], what: () => gettext("Finish the chat"), does: whenActive(finish) },
  { keys: ["1", "2", "3", "4", "5", "6", "7", "8", "9"], shown: ["1", "…", "9"], alone: true, what: () => gettext("Choose the outcome"), does: ({ key }) => pick(Number(key)) },
  { keys: ["p"], what: () => gettext("Presence; back when not responding"), does: () => void presenceKey() },
  { keys: ["w"], what: () => gettext("To my work"), does: () => void byId("work-list").focus() },
  { keys: ["?"], what: () => gettext("This list"), does: () => void showHelp() },
];

async function canned() {
  await setMode("message");
  openCanned();
}
