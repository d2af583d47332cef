/* Beside the tables: why a conversation went where it went, and an agent's day. */
import { clock, format, gettext, momentOf, timeOf } from "../i18n.js";
import { byId, clone, fill, reconcile, show, text } from "../desk/dom.js";
import { refusal } from "../desk/words.js";
import { ask } from "./line.js";
import { now } from "./store.js";
import { eventWords, stateOf } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
let opener = null;

export function mountDrawer() {
  byId("drawer-close").addEventListener("click", close);
  byId("drawer").addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
}

function close() {
  show(byId("drawer"), false);
  byId("floor").classList.remove("with-drawer");
  (opener?.isConnected ? opener : byId("queues")).focus();
}

async function open(title, from, frame, draw) {
  opener = from;
  const answer = await ask(frame);
  text(byId("drawer-title"), title);
  byId("drawer-in").replaceChildren(...(answer.t === "ok" ? draw(answer) : [paragraph(refusal(answer))]));
  show(byId("drawer"), true);
  byId("floor").classList.add("with-drawer");
  byId("drawer-title").focus();
  byId("drawer").scrollIntoView({ block: "nearest" });
}

function element(name, words = "", classes = "") {
  const node = document.createElement(name);
  node.textContent = words;
  if (classes) node.className = classes;
  return node;
}

const paragraph = (words, classes = "") => element("p", words, classes);

export function openStory(item, from) {
  return open(gettext("Why did it go there?"), from, { t: "item.story", item }, ({ events }) => {
    const list = element("ol", "", "past");
    reconcile(list, events.map((event, at) => ({ ...event, at_: at })), {
      key: (event) => event.at_,
      make: () => clone("t-event"),
      update(node, event) {
        fill(node, { at: { text: clockTime(event.at), title: momentOf(event.at) }, words: eventWords(event) });
      },
    });
    const known = now().items[item];
    const queue = known ? now().queues[known.queue] : null;
    const facts = known ? [paragraph(format(gettext("%(company)s, %(queue)s"), { company: now().companies[known.company]?.name ?? "", queue: queue?.name ?? "" }), "b")] : [];
    return [...facts, list];
  });
}

const clockTime = (at) => new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

export function openDay(agent, from) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
  return open(format(gettext("%(name)s today"), { name: now().agents[agent]?.name ?? "" }), from, { t: "agent.day", agent, zone }, ({ day }) =>
    day.stretches.length ? [dayLine(day), dayTable(day)] : [paragraph(gettext("Not signed in today."), "mid")],
  );
}

const toneOf = ({ presence, activity }) =>
  presence === "available" ? { idle: "free", on_work: "work", wrap_up: "wrap" }[activity] : { break: "rest", not_responding: "silent" }[presence] ?? "off";

/* To see; the table below says the same to read. */
function dayLine({ end, stretches }) {
  const { start } = stretches.find((stretch) => stretch.presence !== "offline") ?? stretches[0];
  const [from, to] = [Date.parse(start), Date.parse(end)];
  const share = (at) => (1000 * (Date.parse(at) - from)) / (to - from || 1);
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 1000 40");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("class", "day-line");
  svg.setAttribute("aria-hidden", "true");
  for (const stretch of stretches.filter((one) => Date.parse(one.end) > from)) {
    const bar = document.createElementNS(SVG, "rect");
    bar.setAttribute("x", share(stretch.start));
    bar.setAttribute("width", Math.max(1, share(stretch.end) - share(stretch.start)));
    bar.setAttribute("y", 0);
    bar.setAttribute("height", 40);
    bar.setAttribute("class", toneOf(stretch));
    svg.append(bar);
  }
  const figure = element("figure", "", "day");
  const ends = element("figcaption", "", "ln xs dim");
  ends.append(element("span", timeOf(start)), element("span", timeOf(end), "push"));
  figure.append(svg, ends);
  return figure;
}

function dayTable({ stretches }) {
  const table = element("table", "", "table");
  const head = element("tr");
  for (const [name, classes] of [[gettext("From"), ""], [gettext("State"), ""], [gettext("Length"), "num"]]) {
    const cell = element("th", name, classes);
    cell.scope = "col";
    head.append(cell);
  }
  const thead = element("thead");
  thead.append(head);
  const body = element("tbody");
  for (const stretch of [...stretches].reverse()) {
    const line = element("tr");
    const state = element("td");
    const dot = element("span", "", `dot day-${toneOf(stretch)}`);
    const cell = element("span", "", "ln");
    cell.append(dot, element("span", stateName(stretch)));
    state.append(cell);
    line.append(element("td", timeOf(stretch.start), "time"), state, element("td", clock((Date.parse(stretch.end) - Date.parse(stretch.start)) / 1000), "num time"));
    body.append(line);
  }
  table.append(thead, body);
  return table;
}

const stateName = (stretch) => (stretch.presence === "offline" ? gettext("Offline") : stateOf(stretch).name);
