/* Notes on the wall, in the top bar: each until its time is over or this person folds it away; and what a supervisor has just set. */
import { format, gettext, timeOf } from "../i18n.js";
import { say, toast } from "./announce.js";
import { $, byId, clone, fill, reconcile, show } from "./dom.js";
import { chime } from "./sound.js";
import { noticesAt } from "./state.js";
import { now, serverTime } from "./store.js";
import { presenceName } from "./words.js";

const NAME = "desk.folded";
const MOST = 200;
let folded = stored();
let known = null; // ids that stood there at the last look; none before the first

export function mountNotices() {
  byId("notices").addEventListener("click", (event) => {
    const button = event.target.closest("[data-fold]");
    if (button) fold(Number(button.closest("li").dataset.key));
  });
  addEventListener("storage", (event) => {
    if (event.key !== NAME) return;
    folded = stored();
    drawNotices();
  });
}

/* Every tab of this browser folds along. */
function fold(id) {
  folded = new Set([...folded, id].slice(-MOST));
  try {
    localStorage.setItem(NAME, JSON.stringify([...folded]));
  } catch {
    // Storage refused: it is folded on this page.
  }
  drawNotices();
}

function stored() {
  try {
    return new Set(JSON.parse(localStorage.getItem(NAME)) ?? []);
  } catch {
    return new Set();
  }
}

/** Also called as time passes: what is over goes by itself. */
export function drawNotices() {
  const rows = noticesAt(now(), serverTime(), folded);
  reconcile(byId("notices"), rows, { key: (notice) => notice.id, make: () => clone("t-notice"), update: fillNotice });
  show(byId("notices"), rows.length > 0);
  if (now().rev !== null) tell(rows);
}

function fillNotice(node, notice) {
  const warns = notice.level === "warning";
  node.classList.toggle("warn", warns);
  fill(node, {
    icon: { icon: warns ? "alert-triangle" : "speakerphone" },
    text: notice.text,
    whom: whom(notice),
    fold: format(gettext("Fold away: %(text)s"), { text: notice.text }),
  });
  node.title = format(gettext("%(name)s, until %(time)s"), { name: notice.by, time: timeOf(notice.expires_at) });
  $("[data-fold]", node).title = gettext("Fold away");
}

const whom = ({ company, queue }) => (queue ? format(gettext("%(company)s, %(queue)s"), { company, queue }) : company);

function tell(rows) {
  const fresh = known === null ? [] : rows.filter((notice) => !known.has(notice.id));
  known = new Set([...(known ?? []), ...rows.map((notice) => notice.id)]);
  if (!fresh.length) return;
  say(fresh.map((notice) => [whom(notice), notice.text].filter(Boolean).join(": ")).join(" "), fresh.some((notice) => notice.level === "warning"));
  chime();
}

/** A supervisor has set this agent's state. */
export function tellForced({ by, presence, reason }) {
  toast(format(gettext("%(name)s set you to %(state)s: %(reason)s"), { name: by, state: presenceName(presence), reason }), { bad: presence !== "available" });
}
