/* After the conversation: the outcome by its number, a note, and back to work before the time is up. */
import { clock, format, gettext, ngettext } from "../i18n.js";
import { $, $$, arc, attr, byId, clone, fill, reconcile, show, text } from "./dom.js";
import { fieldError, toast } from "./announce.js";
import { ask } from "./line.js";
import { keep, kept } from "./keep.js";
import { send } from "./outbox.js";
import { keyOf } from "./state.js";
import { serverTime } from "./store.js";
import { refusal } from "./words.js";

const JUST_BEFORE = 1500; // ms before zero at which what was given is sent
let item = null; // the card in wrap-up that is on the screen
let seesTalk = false;
const firstSeen = new Map(); // item → when its wrap-up was first shown here
const ending = new Set(); // items whose finish is on its way

export function mountWrapUp() {
  byId("wrapup").addEventListener("submit", (event) => {
    event.preventDefault();
    finish(event.submitter?.value ?? "available");
  });
  byId("wrapup").addEventListener("input", () => {
    keep(`wrapup.${item.id}`, given());
    fieldError(null, byId("wrapup-error"), "");
    fieldError(byId("summary"), byId("summary-error"), "");
  });
  byId("wrapup").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      finish("available");
    }
  });
  byId("wrapup-extend").addEventListener("click", extend);
  byId("see-talk").addEventListener("click", () => {
    seesTalk = !seesTalk;
    redraw();
  });
}

let redraw = () => {};
export const onSeeTalk = (draw) => {
  redraw = draw;
};

const given = () => ({
  disposition: $("input[name=disposition]:checked", byId("wrapup"))?.value ?? "",
  summary: byId("summary").value,
});

export function drawWrapUp(state, card, talk) {
  const wrapping = card?.state === "wrap_up";
  if (wrapping && item?.id !== card.id) start(state, card);
  item = wrapping ? card : null;
  if (!wrapping) seesTalk = false;
  attr(byId("see-talk"), "aria-pressed", String(seesTalk));
  show(byId("wrapup"), wrapping && !seesTalk);
  show(byId("wrapup-foot"), wrapping);
  if (!wrapping) return;
  text(byId("wrapup-company"), state.companies[card.company]?.name ?? "");
  show(byId("wrapup-extend"), !card.wrap_up_extended);
  tickWrapUp(talk ?? state.talks[keyOf(card.company, card.conversation)]);
}

function start(state, card) {
  firstSeen.set(card.id, firstSeen.get(card.id) ?? serverTime());
  const before = kept(`wrapup.${card.id}`) ?? { disposition: "", summary: "" };
  reconcile(byId("dispositions"), state.dispositions[card.company] ?? [], {
    key: (one) => `${card.id} ${one.key}`,
    make: () => clone("t-choice"),
    update(node, one) {
      const place = state.dispositions[card.company].indexOf(one) + 1;
      const radio = $("input", node);
      radio.value = one.key;
      radio.checked = one.key === before.disposition;
      fill(node, { label: one.label, key: { text: place, hidden: place > 9 } });
    },
  });
  byId("summary").value = before.summary;
  fieldError(null, byId("wrapup-error"), "");
  fieldError(null, byId("summary-error"), "");
}

/** The outcome with this number; whether there is one. */
export function pick(number) {
  const radio = $$("input[name=disposition]", byId("wrapup"))[number - 1];
  if (!item || byId("wrapup").hidden || !radio) return false;
  radio.click();
  radio.focus();
  return true;
}

export async function finish(then) {
  const card = item;
  if (!card || ending.has(card.id)) return;
  const { disposition, summary } = given();
  if (!disposition) {
    seesTalk = false;
    redraw();
    fieldError($("input", byId("wrapup-outcomes")), byId("wrapup-error"), gettext("Choose an outcome."));
    return;
  }
  await close(card, { disposition, summary, then });
}

async function close(card, { disposition, summary, then }) {
  ending.add(card.id);
  const answer = await ask({ t: "wrap_up.finish", item: card.id, disposition, summary, then });
  ending.delete(card.id);
  if (answer.t === "ok") {
    keep(`wrapup.${card.id}`, null);
    finished(card);
  } else if (answer.field === "summary") fieldError(byId("summary"), byId("summary-error"), refusal(answer));
  else if (answer.field === "disposition") fieldError($("input", byId("wrapup-outcomes")), byId("wrapup-error"), refusal(answer));
  else toast(refusal(answer), { bad: true });
}

let finished = () => {};
export const onFinished = (then) => {
  finished = then;
};

async function extend() {
  if (!item) return;
  const answer = await ask({ t: "wrap_up.extend", item: item.id });
  if (answer.t === "error") toast(refusal(answer), { bad: true });
}

export function tickWrapUp(talk) {
  if (!item) return;
  const time = serverTime();
  const until = Date.parse(item.wrap_up_until);
  const ended = endOf(talk) ?? firstSeen.get(item.id);
  const left = Math.max(0, until - time);
  arc(byId("wrapup-ring"), left / Math.max(1, until - ended));
  const seconds = Math.ceil(left / 1000);
  text(byId("wrapup-left"), seconds);
  const words = ngettext(
    "%(n)s s left. At zero it closes with what is chosen here; your note is kept.",
    "%(n)s s left. At zero it closes with what is chosen here; your note is kept.",
    seconds,
  );
  text(byId("wrapup-note"), format(words, { n: seconds }));
  text(byId("wrapup-talk"), clock((ended - Date.parse(item.accepted_at)) / 1000));
  text(byId("wrapup-spent"), clock((time - ended) / 1000));
  if (left < JUST_BEFORE) runOut(item);
}

/* The outcome goes with the item; a note without one is kept beside the conversation, since the item then closes with none. */
function runOut(card) {
  if (ending.has(card.id)) return;
  const { disposition, summary } = given();
  if (disposition) close(card, { disposition, summary, then: "" });
  else if (summary.trim()) {
    ending.add(card.id);
    keep(`wrapup.${card.id}`, null);
    send(keyOf(card.company, card.conversation), { kind: "note", text: summary.trim() });
  }
}

function endOf(talk) {
  const ends = Object.values(talk?.messages ?? {}).filter(({ event }) => /closed_by|transferred/.test(event));
  const last = ends.sort((one, other) => other.sequence - one.sequence)[0];
  return last ? Date.parse(last.at) : null;
}

