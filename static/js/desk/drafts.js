/* What is typed and not sent: saved by the server a moment after each pause, and in this browser until the server has it. */
import { askAbout, forget } from "./line.js";
import { keep, kept } from "./keep.js";

const PAUSE = 1200;
const drafts = new Map(); // key → {reply, note}
const timers = new Map();
const savedText = new Map(); // key → what the server has
const onTheirWay = new Map(); // key → id of the request that saves it: a newer text takes its place

const nameOf = (key, kind) => `draft.${kind}.${key}`;

/** `fromServer`: the draft that came with the conversation; what this browser still holds is newer. */
export function draftOf(key, kind, fromServer = "") {
  const own = drafts.get(key)?.[kind] ?? kept(nameOf(key, kind));
  return own ?? (kind === "reply" ? fromServer : "");
}

export const hasDraft = (key) => Boolean(draftOf(key, "reply").trim() || draftOf(key, "note").trim());

export function keepDraft(key, kind, text) {
  drafts.set(key, { ...drafts.get(key), [kind]: text });
  keep(nameOf(key, kind), text || null);
  if (kind !== "reply") return;
  clearTimeout(timers.get(key));
  timers.set(key, setTimeout(() => saveDraft(key), PAUSE));
}

/** Sent: the server forgets its copy with the message itself. */
export function dropDraft(key, kind) {
  clearTimeout(timers.get(key));
  drafts.set(key, { ...drafts.get(key), [kind]: "" });
  savedText.set(key, "");
  keep(nameOf(key, kind), null);
}

async function saveDraft(key) {
  const text = draftOf(key, "reply");
  if (text === savedText.get(key)) return;
  forget(onTheirWay.get(key));
  const id = crypto.randomUUID();
  onTheirWay.set(key, id);
  const answer = await askAbout(key, { t: "draft.save", id, text });
  if (answer.t !== "ok") return; // this browser keeps it
  savedText.set(key, text);
  if (draftOf(key, "reply") === text) keep(nameOf(key, "reply"), null);
}
