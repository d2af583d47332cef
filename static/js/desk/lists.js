/* What stands where: the groups of the work list, and the entries of a timeline. Pure, as state.js. */
import { cards } from "./state.js";

/** Offers in the order they came; what must be finished by the time left; live by age; to answer by the target that is due first. */
export function groups(state) {
  const all = cards(state);
  const by = (field) => (one, other) => moment(one[field]) - moment(other[field]) || one.id - other.id;
  const active = all.filter((card) => card.state === "active");
  return {
    offers: all.filter((card) => card.state === "offered" && card.offer).sort(byOffer),
    toFinish: all.filter((card) => card.state === "wrap_up").sort(by("wrap_up_until")),
    live: active.filter((card) => !card.waiting_since).sort(by("accepted_at")),
    toAnswer: active.filter((card) => card.waiting_since).sort(by("reply_due")),
    questions: state.questions,
  };
}

const byOffer = (one, other) => moment(one.offer.offered_at) - moment(other.offer.offered_at) || one.id - other.id;
const moment = (time) => (time ? Date.parse(time) : Number.MAX_SAFE_INTEGER);

/** Seconds until the answer is due, and how that stands: warn when a quarter of the target is left, bad after it. */
export function replyClock(card, now) {
  const due = Date.parse(card.reply_due);
  const since = Math.max(Date.parse(card.waiting_since), Date.parse(card.accepted_at ?? card.waiting_since));
  const left = due - now;
  const tone = left < 0 ? "bad" : left <= (due - since) / 4 ? "warn" : "";
  return { seconds: Math.trunc(left / 1000), tone };
}

/** Messages, notes and what is still on its way, oldest first, with a line where a day begins in this browser's zone. */
export function timeline(talk, outbox = [], dayOf) {
  const entries = [
    ...Object.values(talk.messages).map((message) => ({
      key: message.id, at: message.at, order: [message.sequence, 0], kind: kindOf(message), message,
    })),
    ...Object.values(talk.notes).map((note) => ({
      key: note.id, at: note.at, order: [note.after_sequence, 1], kind: "note", note,
    })),
  ].sort(byOrder);
  const underWay = outbox.map((entry) => ({ key: entry.id, at: entry.at, kind: "pending", entry }));
  const withDays = [];
  let day = null;
  for (const entry of [...entries, ...underWay]) {
    const its = dayOf(entry.at);
    if (its !== day) withDays.push({ key: `day ${its}`, kind: "day", at: entry.at });
    day = its;
    withDays.push(entry);
  }
  return withDays;
}

const kindOf = (message) => (message.author === "system" ? "event" : "message");
const byOrder = (one, other) =>
  one.order[0] - other.order[0] || one.order[1] - other.order[1] || Date.parse(one.at) - Date.parse(other.at);

const ENDS = new Set([
  "conversation.closed_by_customer",
  "conversation.closed_by_agent",
  "conversation.closed_by_silence",
]);

/** Whether it is over, by its last word on that; what was opened says so before its first event. */
export function isClosed(talk) {
  const turns = Object.values(talk.messages)
    .filter((message) => ENDS.has(message.event) || message.event === "conversation.reopened")
    .sort((one, other) => one.sequence - other.sequence);
  const last = turns.at(-1);
  return last ? ENDS.has(last.event) : talk.about?.state === "closed";
}

const highest = (messages) => Math.max(0, ...messages.map((message) => message.sequence));
export const lastSequence = (talk) => highest(Object.values(talk.messages));
export const lastHeard = (talk) => highest(Object.values(talk.messages).filter((message) => message.direction === "in"));
