/* Agents with their state and what they hold, alarms, and what the house mended. */
import { format, gettext, ngettext, number, timeOf } from "../i18n.js";
import { $, byId, clone, fill, reconcile, show, text } from "../desk/dom.js";
import { initials } from "../initials.js";
import { say } from "../desk/announce.js";
import { agents, alarms, repairs } from "./state.js";
import { only } from "./store.js";
import { alarmTitle, alarmWords, stateOf } from "./words.js";

export function drawAgents(state) {
  const rows = agents(state, only);
  const count = (test) => rows.filter(test).length;
  const available = (agent) => agent.presence === "available";
  text(byId("signed-in"), format(ngettext("%(n)s signed in", "%(n)s signed in", rows.length), { n: number(rows.length) }));
  text(byId("n-free"), format(gettext("%(n)s free"), { n: number(count((agent) => available(agent) && agent.used < agent.limit)) }));
  text(byId("n-busy"), format(gettext("%(n)s full"), { n: number(count((agent) => available(agent) && agent.used >= agent.limit)) }));
  text(byId("n-break"), format(gettext("%(n)s on a break"), { n: number(count((agent) => agent.presence === "break")) }));
  const silent = count((agent) => agent.presence === "not_responding");
  text(byId("n-silent"), format(gettext("%(n)s not responding"), { n: number(silent) }));
  show(byId("pill-silent"), silent > 0);
  reconcile(byId("agent-rows"), rows, {
    key: (agent) => agent.id,
    make: () => clone("t-agent"),
    update: (node, agent) => fillAgent(node, agent, state),
  });
  show(byId("no-agents"), !rows.length && state.rev !== null);
  show(byId("agent-rows"), rows.length > 0);
}

function fillAgent(node, agent, state) {
  const { name, icon, tone } = stateOf(agent);
  node.dataset.agent = agent.id;
  fill(node, {
    initials: initials(agent.name),
    name: agent.name,
    since: { "data-since": agent.since },
    presence: name,
    icon: { icon },
    state: { class: `ln ln-1 grow state ${tone}` },
    load: { text: `${number(agent.used)}/${number(agent.limit)}`, title: gettext("Chats held, of the most at once") },
    more: format(gettext("More about %(name)s"), { name: agent.name }),
  });
  reconcile($("[data-f=holds]", node), agent.holds, {
    key: (hold) => hold.item,
    make: () => clone("t-hold"),
    update(tile, hold) {
      const company = state.companies[hold.company]?.name ?? hold.company;
      const words = hold.state === "wrap_up" ? gettext("%(company)s: wrap-up") : gettext("%(company)s: in hand");
      fill(tile, { name: format(words, { company }) });
      tile.dataset.co = hold.company;
      tile.title = format(words, { company });
    },
  });
}

let heard = new Set(); // alarms that were said aloud
let first = true;

export function drawAlarms(state) {
  const rows = alarms(state, only);
  reconcile(byId("alarm-list"), rows, {
    key: (alarm) => alarm.key,
    make: () => clone("t-alarm"),
    update(node, alarm) {
      const company = state.companies[alarm.company];
      node.dataset.items = alarm.items.join(" ");
      node.classList.toggle("mild", alarm.kind === "breach" && !alarm.late);
      fill(node, {
        what: alarmTitle(alarm.kind),
        monogram: { text: company?.monogram ?? "", "data-co": alarm.company },
        where: where(state, alarm),
        words: alarmWords(alarm),
        hidden: where(state, alarm),
      });
    },
  });
  show(byId("calm"), !rows.length && state.rev !== null);
  tell(state, rows);
}

const where = (state, alarm) =>
  format(gettext("%(company)s, %(queue)s:"), { company: state.companies[alarm.company]?.name ?? "", queue: state.queues[alarm.queue]?.name ?? "" });

/* Said once when it begins, the grave ones at once; those that stand when the page opens are read with the page. */
function tell(state, rows) {
  const fresh = rows.filter((alarm) => !heard.has(alarm.key));
  heard = new Set(rows.map((alarm) => alarm.key));
  if (state.rev === null || first) {
    first = state.rev === null;
    return;
  }
  const said = fresh.map((alarm) => `${alarmTitle(alarm.kind)}. ${where(state, alarm)} ${alarmWords(alarm)}`);
  if (said.length) say(said.join(" "), fresh.some((alarm) => alarm.kind !== "breach"));
}

export function drawRepairs(state) {
  const rows = repairs(state);
  show(byId("repairs"), rows.length > 0);
  reconcile(byId("repair-rows"), rows, {
    key: (repair) => repair.id,
    make: () => clone("t-event"),
    update: (node, repair) => fill(node, { at: timeOf(repair.at), words: repair.words }),
  });
}
