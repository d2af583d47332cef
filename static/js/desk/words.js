/* The protocol's keys in the agent's words. */
import { format, gettext } from "../i18n.js";

const named = (sentence, anonymous) => (name) => (name ? format(sentence(), { name }) : anonymous());

const EVENTS = {
  "conversation.started": ["message-2", () => gettext("The chat began")],
  "agent.joined": ["headset", named(() => gettext("%(name)s took the chat"), () => gettext("A colleague took the chat"))],
  "agent.left": ["logout", named(() => gettext("%(name)s left the chat"), () => gettext("A colleague left the chat"))],
  "conversation.transferred": [
    "arrow-forward-up",
    named(() => gettext("%(name)s handed the chat on"), () => gettext("The chat was handed on")),
  ],
  "visitor.reminded": ["hourglass", () => gettext("The visitor was asked whether they are still there")],
  "conversation.closed_by_customer": ["check", () => gettext("The customer ended the chat")],
  "conversation.closed_by_agent": [
    "check",
    named(() => gettext("%(name)s ended the chat"), () => gettext("The chat was ended by us")),
  ],
  "conversation.closed_by_silence": ["hourglass", () => gettext("The chat ended: the visitor was silent")],
  "conversation.reopened": ["rotate-clockwise", () => gettext("The customer came back")],
  "conversation.deferred": ["clock", () => gettext("Left to be answered later: the answer waits in the chat window")],
};

export function eventWords({ event, name, text }) {
  const [icon, words] = EVENTS[event] ?? ["info-circle", () => text || event];
  return { icon, words: words(name) };
}

export const presenceName = (presence) =>
  ({
    available: gettext("Available"),
    break: gettext("Break"),
    not_responding: gettext("Not responding"),
    offline: gettext("Offline"),
  })[presence] ?? presence;

export const activityName = (activity) =>
  ({ on_work: gettext("On work"), wrap_up: gettext("Wrap-up"), idle: gettext("Available") })[activity] ?? activity;

export const channelName = (channel) => ({ chat: gettext("Chat"), email: gettext("Mail"), voice: gettext("Call") })[channel] ?? channel;

/** Of a warm transfer that was refused; nothing of another. */
export const returnedWords = ({ returned_by: name }) =>
  name ? format(gettext("%(name)s could not take it: it is back with you."), { name }) : "";

export const customerName = (name) => name || gettext("Visitor");

export const deliveryWords = (delivery) =>
  ({
    sent: gettext("Sent"),
    delivered: gettext("Delivered"),
    read: gettext("Read"),
    failed: gettext("Not delivered"),
  })[delivery] ?? "";

export const noteTitle = (kind) =>
  ({
    note: gettext("Note"),
    transfer: gettext("Note with the transfer"),
    question: gettext("Private question"),
    answer: gettext("Private answer"),
  })[kind] ?? gettext("Note");

/** What a refused request says; the server's own words come first. */
export const refusal = (answer) =>
  answer.message ||
  ({ not_found: gettext("It is not there any more, or not yours to see."), offer_gone: gettext("The offer is gone.") })[answer.code] ||
  gettext("The server refused this.");
