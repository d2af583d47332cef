/* What a supervisor does: menus of a work item and of an agent, and the dialogs behind them. */
import { format, gettext } from "../i18n.js";
import { openerOf } from "../menus.js";
import { $, byId, clone, fill, show, text } from "../desk/dom.js";
import { toast } from "../desk/announce.js";
import { openSheet } from "../desk/sheets.js";
import { presenceName, refusal } from "../desk/words.js";
import { openDay, openStory } from "./drawer.js";
import { ask } from "./line.js";
import { takers, targets } from "./state.js";
import { now } from "./store.js";
import { priorityName } from "./words.js";

const PRIORITIES = [2, 1, 0, -1, -2];

export function mountSteering() {
  for (const [id, rows] of [["menu-item", itemRows], ["menu-agent", agentRows]]) {
    byId(id).addEventListener("beforetoggle", (event) => {
      if (event.newState === "open") byId(id).replaceChildren(...rows(openerOf(byId(id))));
    });
    byId(id).addEventListener("click", (event) => event.target.closest("[role=menuitem]")?.does?.());
  }
  for (const [id, send] of [["sheet-move", move], ["sheet-give", give], ["sheet-force", force]]) {
    $("form", byId(id)).addEventListener("submit", (event) => {
      event.preventDefault();
      send($("form", byId(id)));
    });
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-do]");
    if (button?.dataset.do === "story") openStory(Number(button.closest("[data-item]").dataset.item), button);
    if (button?.dataset.do === "show") showItems(button.closest("[data-items]").dataset.items.split(" "));
  });
}

function showItems(ids) {
  const row = ids.map((id) => $(`#waiting-rows [data-item="${id}"]`)).find(Boolean);
  if (!row) return byId("waiting").focus();
  row.scrollIntoView({ block: "center" });
  return $("[aria-haspopup]", row).focus({ preventScroll: true });
}

function row(icon, name, does) {
  const node = fill(clone("t-row"), { icon: { icon }, name });
  node.does = does;
  return node;
}

const rule = () => document.createElement("hr");

/* Of one that waits. */
function itemRows(opener) {
  const item = now().items[opener.closest("[data-item]").dataset.item];
  if (!item) return [];
  return [
    row("user-plus", gettext("Give to an agent…"), () => startGive(item)),
    row("arrows-exchange", gettext("Move to another queue…"), () => startMove(item)),
    rule(),
    ...PRIORITIES.filter((priority) => priority !== item.priority).map((priority) =>
      row(priority > item.priority ? "arrow-up" : "arrow-down", format(gettext("Priority: %(name)s"), { name: priorityName(priority) }), () => reprioritise(item, priority)),
    ),
    rule(),
    row("help", gettext("Why did it go there?"), () => openStory(item.id, opener)),
  ];
}

/* What is held can be taken out of an agent's hands. */
function agentRows(opener) {
  const agent = now().agents[opener.closest("[data-agent]").dataset.agent];
  if (!agent) return [];
  const forced = {
    available: ["break", "offline"], break: ["offline"], not_responding: ["available", "break", "offline"],
  }[agent.presence] ?? [];
  const icons = { available: "headset", break: "coffee", offline: "power" };
  const held = agent.holds.filter((hold) => hold.state === "active");
  return [
    row("clock", gettext("Today"), () => openDay(agent.id, opener)),
    rule(),
    ...forced.map((presence) => row(icons[presence], format(gettext("Set to: %(state)s…"), { state: presenceName(presence) }), () => startForce(agent, presence))),
    ...(held.length ? [rule()] : []),
    ...held.flatMap((hold) => {
      const item = { ...hold, id: hold.item, holder: agent.id };
      const company = now().companies[hold.company]?.name ?? "";
      return [
        row("user-plus", format(gettext("%(company)s: give to another agent…"), { company }), () => startGive(item)),
        row("arrows-exchange", format(gettext("%(company)s: move to another queue…"), { company }), () => startMove(item)),
        row("help", format(gettext("%(company)s: why did it go there?"), { company }), () => openStory(item.id, opener)),
      ];
    }),
  ];
}

function about(item) {
  const { companies, queues } = now();
  return format(gettext("%(company)s, %(queue)s"), { company: companies[item.company]?.name ?? "", queue: queues[item.queue]?.name ?? "" });
}

function prepare(id, subject, words) {
  const sheet = openSheet(id);
  const form = $("form", sheet);
  form.reset();
  Object.assign(form.dataset, subject);
  text($("[data-about]", sheet), words);
  refuse(form, "");
  return form;
}

function choices(select, rows, none) {
  select.replaceChildren(...(rows.length ? rows : [{ value: "", name: none }]).map(({ value, name }) => {
    const option = document.createElement("option");
    option.value = value;
    option.textContent = name;
    return option;
  }));
}

function startMove(item) {
  prepare("sheet-move", { item: item.id }, about(item));
  choices(byId("move-queue"), targets(now(), item).map(({ id, name }) => ({ value: id, name })), gettext("This company has no other queue for it"));
}

function startGive(item) {
  prepare("sheet-give", { item: item.id }, about(item));
  const load = (agent) => format(gettext("%(name)s (%(used)s of %(limit)s)"), agent);
  choices(byId("give-agent"), takers(now(), item).map((agent) => ({ value: agent.id, name: load(agent) })), gettext("Nobody who serves this company is available"));
}

function startForce(agent, presence) {
  prepare("sheet-force", { agent: agent.id, presence }, agent.name);
  const words = format(gettext("Set to: %(state)s"), { state: presenceName(presence) });
  text(byId("force-title"), words);
  text(byId("force-yes"), words);
}

const move = (form) =>
  send(form, { t: "item.move", item: Number(form.dataset.item), queue: Number(form.elements.queue.value) }, gettext("Moved."));

const give = (form) =>
  send(form, { t: "item.reassign", item: Number(form.dataset.item), agent: Number(form.elements.agent.value) }, gettext("Given: it rings there now."));

function force(form) {
  const reason = form.elements.reason.value.trim();
  if (!reason) return refuse(form, gettext("Say why: the agent reads it."), form.elements.reason);
  return send(form, { t: "agent.force", agent: Number(form.dataset.agent), presence: form.dataset.presence, reason }, gettext("Done. The agent reads why."));
}

async function send(form, frame, done) {
  const answer = await ask(frame);
  if (answer.t !== "ok") return refuse(form, refusal(answer), $("select, input", form));
  form.closest("dialog").close();
  return toast(done);
}

function refuse(form, words, field = null) {
  const place = $(".form-error", form);
  text(place, words);
  show(place, Boolean(words));
  for (const input of form.querySelectorAll("select, input")) input.toggleAttribute("aria-invalid", Boolean(words));
  field?.focus();
}

async function reprioritise(item, priority) {
  const answer = await ask({ t: "item.reprioritise", item: item.id, priority });
  if (answer.t === "ok") toast(format(gettext("Priority: %(name)s"), { name: priorityName(priority) }));
  else toast(refusal(answer), { bad: true });
}
