/* Queues by company, and who waits. */
import { clock, format, gettext, number, remaining } from "../i18n.js";
import { $, attr, byId, clone, fill, reconcile, show, text } from "../desk/dom.js";
import { companies, waiting } from "./state.js";
import { now, only, serverTime } from "./store.js";
import { STANDING, percent, priorityName, standingName, whyWords } from "./words.js";

const SHOWN = 100;
let all = false;

export function mountTables() {
  byId("show-all").addEventListener("click", () => {
    all = true;
    drawWaiting(now());
    byId("waiting").focus();
  });
}

export function drawQueues(state) {
  const groups = companies(state, only);
  const several = Object.keys(state.pools).length > 1;
  const rows = groups.flatMap(({ company, queues }) => [
    { key: `c.${company.schema}`, company },
    ...queues.map((queue) => ({ key: `q.${queue.id}`, queue, pool: several ? state.pools[queue.pool]?.name : "" })),
  ]);
  reconcile(byId("queue-rows"), rows, {
    key: (row) => row.key,
    make: (row) => clone(row.company ? "t-company" : "t-queue"),
    update: (node, row) => (row.company ? fillCompany(node, row.company) : fillQueue(node, row)),
  });
  show(byId("no-queues"), !rows.length && state.rev !== null && !only.company && !only.pool);
}

function figures(row) {
  const { asa, abandoned } = row.today;
  return {
    waiting: number(row.waiting),
    longest: { "data-since": row.longest, text: since(row.longest) },
    hand: number(row.in_hand),
    asa: asa === null ? "–" : clock(asa),
    left: abandoned === null ? "–" : percent(abandoned),
    staff: format(gettext("%(free)s of %(on)s"), { free: number(row.staff.free), on: number(signedIn(row.staff)) }),
  };
}

export const signedIn = (staff) => staff.free + staff.busy + staff.on_break + staff.not_responding;

function fillCompany(node, company) {
  const { level, recent } = company.today;
  fill(node, {
    ...figures(company),
    monogram: { text: company.monogram, "data-co": company.schema },
    name: company.name,
    level: level === null ? gettext("nothing measured yet") : format(gettext("%(level)s in all its queues"), { level: percent(level) }),
    recent: recent === null ? "" : format(gettext("%(level)s in 30 min"), { level: percent(recent) }),
  });
}

function fillQueue(node, { queue, pool }) {
  const { level, target, standing } = queue.today;
  fill(node, {
    ...figures(queue),
    name: queue.name,
    pool: pool ?? "",
    level: percent(level),
    target: { text: `${number(target)}/${number(queue.within)}`, title: format(gettext("%(target)s within %(n)s s by contract"), { target: percent(target), n: number(queue.within) }) },
    state: { class: STANDING[standing].pill },
    mark: { icon: STANDING[standing].icon },
    standing: standingName(standing),
  });
  const bar = $("[data-f=bar]", node);
  bar.classList.toggle("bad", standing === "below");
  attr($(".done", bar), "width", Math.max(0, Math.min(100, level ?? 0)));
  attr($(".mark", bar), "x", Math.min(97.5, target));
  $("[data-f=waiting]", node).classList.toggle("dim", queue.waiting === 0);
}

export function drawWaiting(state) {
  const rows = waiting(state, only);
  const shown = all ? rows : rows.slice(0, SHOWN);
  const served = new Set(byId("floor").dataset.served.split(" ").filter(Boolean));
  const desk = byId("floor").dataset.desk;
  reconcile(byId("waiting-rows"), shown, {
    key: (item) => item.id,
    make: () => clone("t-waiting"),
    update: (node, item) => fillWaiting(node, item, state, desk && served.has(item.company) ? desk : ""),
  });
  text(byId("waiting-count"), number(rows.filter((item) => item.place !== null).length));
  show(byId("waiting-table"), rows.length > 0);
  show(byId("no-waiting"), !rows.length && state.rev !== null);
  show(byId("more-waiting"), shown.length < rows.length);
  text(byId("show-all"), format(gettext("Show all %(n)s"), { n: number(rows.length) }));
}

function fillWaiting(node, item, state, desk) {
  const company = state.companies[item.company];
  const queue = state.queues[item.queue];
  node.dataset.item = item.id;
  fill(node, {
    place: item.place === null ? "–" : number(item.place),
    monogram: { text: company?.monogram ?? "", "data-co": item.company, title: company?.name ?? "", role: "img", "aria-label": company?.name ?? "" },
    queue: queue?.name ?? "",
    prio: { text: item.front ? gettext("At the head") : priorityName(item.priority), hidden: !item.front && item.priority === 0 },
    waits: { "data-since": item.place === null ? "" : item.since },
    why: { text: whyWords(item, state.agents[item.agent]?.name), class: ["nobody", "set_aside"].includes(item.why) ? "why bad-t" : "why" },
    bounces: item.bounces ? format(gettext("rang out %(n)s ×"), { n: number(item.bounces) }) : "",
    open: { hidden: !desk, href: `${desk}${item.company}/${item.conversation}/` },
    steer: format(gettext("Steer number %(place)s of %(queue)s"), { place: item.place ?? "–", queue: queue?.name ?? "" }),
  });
  $("[data-f=due]", node).dataset.due = item.place === null ? "" : (item.due ?? "");
  tickDue($("[data-f=due]", node));
}

/** The clocks, without a new state. */
export function tickTables() {
  for (const node of document.querySelectorAll("[data-since]")) text(node, since(node.dataset.since));
  for (const node of document.querySelectorAll("[data-due]")) tickDue(node);
}

const since = (at) => (at ? clock((serverTime() - Date.parse(at)) / 1000) : "–");

function tickDue(node) {
  const { due } = node.dataset;
  show(node, Boolean(due));
  if (!due) return;
  const left = (Date.parse(due) - serverTime()) / 1000;
  text($("[data-f=left]", node), remaining(left));
  attr(node, "class", left < 0 ? "pill bad" : left < 10 ? "pill warn" : "pill");
}
