/* Handing the conversation to a queue or a colleague, and keeping out a visitor who misuses it. */
import { format, gettext } from "../i18n.js";
import { $, byId, show } from "./dom.js";
import { fieldError, toast } from "./announce.js";
import { colleaguesOf, fillColleagues } from "./colleagues.js";
import { ask, askAbout } from "./line.js";
import { openSheet } from "./sheets.js";
import { cardOf } from "./state.js";
import { now } from "./store.js";
import { customerName, refusal } from "./words.js";
import { refill } from "./side.js";

const form = () => $("form", byId("sheet-transfer"));

export function mountTransfer() {
  form().addEventListener("change", drawChoice);
  form().addEventListener("submit", (event) => {
    event.preventDefault();
    transfer();
  });
  $("form", byId("sheet-block")).addEventListener("submit", (event) => {
    event.preventDefault();
    block();
  });
}

export async function startTransfer() {
  const { front, queues, companies } = now();
  const card = front ? cardOf(now(), front) : null;
  if (card?.state !== "active") return;
  const sheet = openSheet("sheet-transfer");
  form().reset();
  form().dataset.item = card.id;
  sheet.dataset.co = card.company;
  byId("transfer-about").textContent = format(gettext("%(customer)s, %(company)s"), {
    customer: customerName(card.customer), company: companies[card.company]?.name ?? "",
  });
  const others = queues.filter((queue) => queue.company === card.company && queue.channel === card.channel);
  byId("transfer-queue").replaceChildren(...others.map((queue) => option(queue, card.queue_id)));
  drawChoice();
  fillColleagues(byId("transfer-agent"), await colleaguesOf(card.company), "agent");
}

function option(queue, current) {
  const row = document.createElement("option");
  row.value = queue.id;
  row.textContent = queue.id === current ? format(gettext("%(queue)s (where it came from)"), { queue: queue.name }) : queue.name;
  row.selected = queue.id !== current;
  return row;
}

function drawChoice() {
  const toAgent = form().elements.to.value === "agent";
  show(byId("transfer-agent-row"), toAgent);
  show(byId("transfer-queue-row"), !toAgent);
  for (const name of ["queue", "agent", "note"]) clearError(name);
  fieldError(null, $("[data-error]", form()), "");
}

const clearError = (name) => fieldError(byId(`transfer-${name}`), byId(`transfer-${name}-error`), "");

async function transfer() {
  const { to, queue, agent, warm, note } = form().elements;
  const toAgent = to.value === "agent";
  drawChoice();
  if (toAgent && !agent.value) return refuse("agent", gettext("Choose a colleague, or a queue."));
  if (toAgent && warm.checked && !note.value.trim()) return refuse("note", gettext("Tell your colleague what it is about."));
  const answer = await ask({
    t: "item.transfer",
    item: Number(form().dataset.item),
    ...(toAgent ? { agent: Number(agent.value) } : { queue: Number(queue.value) }),
    warm: toAgent && warm.checked,
    note: note.value.trim(),
  });
  if (answer.t === "ok") {
    byId("sheet-transfer").close();
    toast(gettext("Transferred."));
  } else if (["queue", "agent", "note"].includes(answer.field)) refuse(answer.field, refusal(answer));
  else fieldError(null, $("[data-error]", form()), refusal(answer));
  return undefined;
}

const refuse = (name, words) => fieldError(byId(`transfer-${name}`), byId(`transfer-${name}-error`), words);

export function startBlock() {
  const { front } = now();
  if (cardOf(now(), front)?.state !== "active") return;
  const sheet = openSheet("sheet-block");
  $("form", sheet).reset();
  sheet.dataset.talk = front;
  fieldError(byId("block-reason"), byId("block-error"), "");
}

async function block() {
  const sheet = byId("sheet-block");
  const reason = byId("block-reason").value.trim();
  if (!reason) return fieldError(byId("block-reason"), byId("block-error"), gettext("Say why. Supervisors read it."));
  const answer = await askAbout(sheet.dataset.talk, { t: "customer.block", reason });
  if (answer.t === "error") return fieldError(byId("block-reason"), byId("block-error"), refusal(answer));
  sheet.close();
  toast(gettext("The visitor is blocked."));
  return refill();
}

