/* A screen on the wall: today's figures, followed by itself for weeks. When it cannot follow it says since when. */
import { clock, format, gettext, ngettext, number } from "../i18n.js";
import { wearColours } from "../companies.js";
import { byId, clone, fill, reconcile, show, text } from "../desk/dom.js";
import { openLine } from "../desk/socket.js";

const A_PAGE = 4; // companies at once
const TURN = 15_000; // milliseconds to the next page of them, and of alarms
const SILENT = 15_000; // no sign of life for so long: what stands there may be old
const STATES = { on_target: ["ok", "check"], at_risk: ["warn", "clock-exclamation"], below: ["bad", "alert-triangle"], none: ["", "clock"] };

const token = location.pathname.split("/")[2];
const locale = document.documentElement.lang || "en";
const dayForm = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long" });
const timeForm = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const exactForm = new Intl.DateTimeFormat(locale, { timeStyle: "medium", hourCycle: "h23" });

let wall = null;
let rev = null;
let offset = 0;
let heardAt = 0;
let link = "connecting";

const line = openLine({
  url: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/wall/`,
  protocols: ["contactcenter.v1", `token.${token}`],
  hears(frame) {
    heardAt = frame.received;
    if (frame.now) offset = Date.parse(frame.now) - frame.received;
    if (frame.t === "heartbeat" && frame.rev !== rev) line.hello();
    if (frame.t !== "snapshot" && frame.t !== "wall.changed") return;
    rev = frame.rev;
    wall = frame;
    draw();
  },
  link(changed) {
    link = changed.state;
    if (link === "ended" && changed.code === 4412) location.reload();
    else if (link === "ended") goDark();
    drawFresh();
  },
  heartbeat: () => ({ rev }),
});

function goDark() {
  wall = null;
  byId("grid").replaceChildren();
  show(byId("wall"), false);
  show(byId("dark"), true);
}

const serverTime = () => Date.now() + offset;
const turnOf = (pages) => (pages > 1 ? Math.floor(Date.now() / TURN) % pages : 0);

function draw() {
  if (!wall) return;
  const { companies, alarms } = wall;
  wearColours(Object.fromEntries(companies.map((company) => [company.schema, company])));
  const pages = Math.ceil(companies.length / A_PAGE);
  const page = turnOf(pages);
  const each = Math.ceil(companies.length / Math.max(1, pages)); // five are three and two, not four and one
  const shown = companies.slice(page * each, (page + 1) * each);
  byId("grid").dataset.count = shown.length;
  reconcile(byId("grid"), shown, { key: (company) => company.schema, make: () => clone("t-company"), update: fillCompany });
  text(byId("waiting"), number(wall.waiting));
  text(byId("agents"), number(wall.agents));
  show(byId("alarm"), alarms.length > 0);
  if (alarms.length) text(byId("alarm-text"), alarmWords(alarms[turnOf(alarms.length)], companies));
  text(byId("day"), format(gettext("Today, %(day)s"), { day: dayForm.format(serverTime()) }));
  tick();
}

function fillCompany(node, company) {
  const { level, target, standing, recent, asa } = company.today;
  const [tone, mark] = STATES[standing];
  const { free, busy, on_break: resting, not_responding: silent } = company.staff;
  node.dataset.co = company.schema;
  node.setAttribute("aria-label", company.name);
  fill(node, {
    monogram: company.monogram,
    name: company.name,
    level: level === null ? "–" : number(Math.round(level)),
    percent: { hidden: level === null },
    state: { class: `wall-state ${tone}` },
    mark: { icon: mark },
    standing: standingWords(standing, target),
    "recent-row": { hidden: recent === null },
    recent: recent === null ? "" : share(recent),
    trend: { icon: recent < level ? "arrow-down-right" : "arrow-up-right", hidden: recent === level },
    waiting: number(company.waiting),
    longest: { "data-since": company.longest ?? "" },
    asa: asa === null ? "–" : clock(asa),
    free: number(free),
    of: ` ${format(gettext("of %(n)s"), { n: number(free + busy + resting + silent) })}`,
  });
}

const share = (value) => `${number(Math.round(value))} %`;

const standingWords = (standing, target) =>
  ({
    on_target: format(gettext("On target, %(target)s"), { target: share(target) }),
    at_risk: format(gettext("At risk, %(target)s"), { target: share(target) }),
    below: format(gettext("Below target, %(target)s"), { target: share(target) }),
    none: format(gettext("Target %(target)s"), { target: share(target) }),
  })[standing];

function alarmWords({ kind, company, queue, items }, companies) {
  const name = companies.find((one) => one.schema === company)?.name ?? "";
  const words = {
    nobody: ngettext("%(company)s: nobody can serve %(n)s in %(queue)s", "%(company)s: nobody can serve %(n)s in %(queue)s", items),
    set_aside: ngettext("%(company)s: %(n)s set aside in %(queue)s", "%(company)s: %(n)s set aside in %(queue)s", items),
    bounced: ngettext("%(company)s: %(n)s not answered again and again in %(queue)s", "%(company)s: %(n)s not answered again and again in %(queue)s", items),
    breach: ngettext("%(company)s: %(n)s waits long in %(queue)s", "%(company)s: %(n)s wait long in %(queue)s", items),
  }[kind];
  return format(words, { company: name, queue, n: number(items) });
}

function tick() {
  for (const node of document.querySelectorAll("[data-since]")) {
    const { since } = node.dataset;
    text(node, since ? clock((serverTime() - Date.parse(since)) / 1000) : "–");
  }
  text(byId("time"), timeForm.format(serverTime()));
  drawFresh();
}

/* The words change when the state does; what is read aloud is not the clock. */
function drawFresh() {
  const fresh = link === "online" && Date.now() - heardAt < SILENT;
  byId("wall").classList.toggle("stale", wall !== null && !fresh);
  byId("wall").dataset.state = fresh ? "live" : wall ? "stale" : "connecting";
  const words = fresh ? gettext("Live") : wall ? format(gettext("Not live since %(time)s"), { time: exactForm.format(heardAt + offset) }) : gettext("Connecting…");
  text(byId("fresh"), words);
}

let turned = 0;
new Worker("/static/js/desk/ticker.js").addEventListener("message", () => {
  line.tick(Date.now());
  if (!wall) return;
  const turn = Math.floor(Date.now() / TURN);
  if (turn !== turned) draw();
  else if (link === "online") tick();
  else drawFresh();
  turned = turn;
});
addEventListener("online", line.retry);
addEventListener("offline", line.suspect);
