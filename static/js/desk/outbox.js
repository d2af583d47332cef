/* What was sent and is not known to have arrived: shown at once, kept through a lost network and a reload, sent again under its own id. */
import { format, gettext } from "../i18n.js";
import { askAbout, forget } from "./line.js";
import { stopAtBrand } from "./guard.js";
import { partsOf } from "./state.js";
import { dispatch, now } from "./store.js";
import { keep, kept, keptNames, thisTab } from "./keep.js";
import { toast } from "./announce.js";
import { refusal } from "./words.js";

/** @param {{kind: "message"|"note"|"question"|"answer", text: string, files?: object[], to?: number, answers?: string, override?: string}} what */
export function send(key, what) {
  const entry = { id: crypto.randomUUID(), at: new Date().toISOString(), files: [], status: "sending", ...what };
  dispatch({ t: "local.send", key, entry });
  deliver(key, entry);
}

export function sendAgain(key, id, change = {}) {
  const entry = (now().outbox[key] ?? []).find((one) => one.id === id);
  if (!entry) return;
  dispatch({ t: "local.marked", key, id, status: "sending", error: "", ...change });
  deliver(key, { ...entry, ...change });
}

export function unsend(key, id) {
  const entry = (now().outbox[key] ?? []).find((one) => one.id === id);
  forget(id);
  dispatch({ t: "local.unsend", key, id });
  return entry;
}

async function deliver(key, entry) {
  const answer = await askAbout(key, frameOf(entry));
  if (answer.t === "ok") return arrived(key, entry);
  dispatch({ t: "local.marked", key, id: entry.id, status: "failed", error: refusal(answer), code: answer.code, found: answer.found });
  if (answer.code === "wrong_brand") return stopAtBrand(key, entry, answer.found);
  if (key !== now().front) toast(format(gettext("Not sent: %(why)s"), { why: refusal(answer) }), { bad: true });
  return undefined;
}

const frameOf = ({ id, kind, text, files, to, answers, override }) =>
  kind === "message"
    ? { t: "message.send", id, text, files: files.map((file) => file.id), ...(override ? { override } : {}) }
    : { t: "note.add", id, kind, text, ...(to ? { to } : {}), ...(answers ? { answers } : {}) };

/* The row itself comes by `messages` and takes the entry's place; of a talk that is not opened here nothing comes. */
function arrived(key, { id }) {
  dispatch({ t: "local.marked", key, id, status: "arrived" });
  if (!now().talks[key]?.subscribed) dispatch({ t: "local.unsend", key, id });
}

let saved = now().outbox;

export function keepOutbox(state) {
  if (state.outbox === saved) return;
  saved = state.outbox;
  keep(`outbox.${thisTab}`, Object.keys(state.outbox).length ? state.outbox : null);
}

/** After a reload, or from a tab that was closed: what had not arrived goes again, under the ids it had. */
export function resume() {
  for (const name of keptNames("outbox.")) {
    const left = kept(name) ?? {};
    keep(name, null);
    for (const [key, entries] of Object.entries(left)) {
      if (!now().companies[partsOf(key).company]) continue;
      for (const entry of entries) again(key, entry);
    }
  }
}

function again(key, entry) {
  const failed = entry.status === "failed";
  dispatch({ t: "local.send", key, entry: { ...entry, status: failed ? "failed" : "sending" } });
  if (!failed) deliver(key, entry);
}
