/* My work: what rings, what must be finished, what is live, what waits for my answer. */
import { clock, format, gettext, ngettext, number, remaining } from "../i18n.js";
import { $, arc, attr, byId, clone, fill, icon, reconcile, show, text } from "./dom.js";
import { groups, replyClock } from "./lists.js";
import { cards, keyOf } from "./state.js";
import { now, serverTime } from "./store.js";
import { channelName, customerName, returnedWords } from "./words.js";

const ticking = new Map(); // node → what its clock counts

export function drawWork(state) {
  if (!state.me) return;
  const shown = groups(state);
  ticking.clear();
  reconcile(byId("offers"), shown.offers, { key: (card) => card.id, make: () => clone("t-offer"), update: drawOffer });
  for (const name of ["toFinish", "live", "toAnswer"]) {
    drawGroup(name, shown[name], { key: (card) => card.id, update: (node, card) => drawItem(node, card, state) });
  }
  drawGroup("questions", shown.questions, {
    key: (question) => question.note.id,
    update: (node, question) => drawQuestion(node, question, state),
  });
  const count = cards(state).length + shown.questions.length;
  text(byId("work-count"), number(count));
  show(byId("work-count"), count > 0);
  const due = shown.toAnswer.length + shown.toFinish.length + shown.questions.length;
  text(byId("dock-count"), number(due));
  show(byId("dock-count"), due > 0);
  drawOfferBar(shown.offers[0], state);
  drawEmpty(state, count);
  show(byId("missed-offer"), state.me.presence === "not_responding");
  tickWork();
}

function drawGroup(name, rows, { key, update }) {
  const section = byId(`group-${name}`);
  show(section, rows.length > 0);
  text($("h3 span", section), number(rows.length));
  reconcile($("ul", section), rows, { key, make: () => clone("t-item"), update });
}

function drawOffer(node, card) {
  const { companies } = now();
  const company = companies[card.company];
  node.dataset.co = card.company;
  node.dataset.item = card.id;
  fill(node, {
    monogram: company?.monogram ?? "",
    customer: customerName(card.customer),
    company: company?.name ?? "",
    facts: `· ${factsOf(card)}`,
    "wish-what": card.subject ? gettext("Wants:") : gettext("Queue:"),
    wish: card.subject || card.queue,
    returned: { text: returnedWords(card), hidden: !card.returned_by },
    "first-words": { text: card.offer.first_words, hidden: !card.offer.first_words, lang: card.language || null },
    greeting: { text: card.offer.greeting, hidden: !card.offer.greeting, lang: card.language || null },
    warm: { text: card.offer.warm_note ?? "", hidden: !card.offer.warm_note },
  });
  ticking.set(node, { kind: "offer", card });
}

const factsOf = (card) =>
  [channelName(card.channel), (card.language || "").toUpperCase()].filter(Boolean).join(" · ");

function drawItem(node, card, state) {
  const link = node.firstElementChild;
  const company = state.companies[card.company];
  const key = keyOf(card.company, card.conversation);
  link.dataset.co = card.company;
  link.dataset.talk = key;
  attr(link, "href", hrefOf(key));
  attr(link, "aria-current", key === state.front ? "true" : null);
  fill(node, {
    monogram: company?.monogram ?? "",
    customer: customerName(card.customer),
    company: company?.name ?? "",
    facts: `· ${channelName(card.channel)}`,
    returned: { text: returnedWords(card), hidden: card.state !== "active" || !card.returned_by },
    last: lastWords(card, state.outbox[key]),
    unread: {
      text: number(card.unread),
      hidden: card.unread === 0,
      "aria-label": format(ngettext("%(n)s unread", "%(n)s unread", card.unread), { n: card.unread }),
      role: "img",
    },
  });
  ticking.set(node, { kind: card.state === "wrap_up" ? "wrapUp" : card.waiting_since ? "reply" : "talk", card });
}

function lastWords(card, outbox = []) {
  if (outbox.some((entry) => entry.status === "failed")) return gettext("A message was not sent");
  if (card.state === "wrap_up") return gettext("Needs an outcome");
  if (!card.last) return card.subject || card.queue;
  const text = card.last.text || gettext("message taken away");
  return card.last.direction === "out" ? format(gettext("You: %(text)s"), { text }) : text;
}

function drawQuestion(node, { company: schema, conversation, note }, state) {
  const link = node.firstElementChild;
  const key = keyOf(schema, conversation);
  link.dataset.co = schema;
  link.dataset.talk = key;
  attr(link, "href", hrefOf(key));
  attr(link, "aria-current", key === state.front ? "true" : null);
  fill(node, {
    monogram: state.companies[schema]?.monogram ?? "",
    customer: note.author.name,
    company: state.companies[schema]?.name ?? "",
    facts: `· ${gettext("asks you")}`,
    returned: { hidden: true },
    last: note.text,
    unread: { hidden: true },
  });
  ticking.set(node, { kind: "asked", since: note.at });
}

export const hrefOf = (key) => `${byId("desk").dataset.home}${key}/`;

function drawOfferBar(card, state) {
  const bar = byId("offer-bar");
  show(bar, Boolean(card));
  if (!card) return;
  bar.dataset.co = card.company;
  bar.dataset.item = card.id;
  fill(bar, {
    monogram: state.companies[card.company]?.monogram ?? "",
    customer: customerName(card.customer),
    company: state.companies[card.company]?.name ?? "",
    channel: channelName(card.channel),
  });
}

function drawEmpty(state, count) {
  const { presence } = state.me;
  show(byId("work-empty"), count === 0 && presence !== "not_responding");
  const words = {
    available: gettext("No work right now. The next offer rings here."),
    break: gettext("You are on a break. Nothing is offered to you until you are available."),
    offline: gettext("You are offline. Become available, and chats of all your companies ring here."),
  };
  text(byId("work-empty-text"), words[presence] ?? "");
  show(byId("work-empty-go"), presence === "break" || presence === "offline");
}

export function tickWork() {
  const time = serverTime();
  for (const [node, counted] of ticking) CLOCKS[counted.kind](node, counted, time);
  const bar = byId("offer-bar");
  const ringing = now().items[bar.dataset.item];
  if (!bar.hidden && ringing?.offer) fill(bar, { left: seconds(ringing.offer, time) });
}

const seconds = (offer, time) =>
  format(gettext("%(seconds)s s"), { seconds: Math.max(0, Math.ceil((Date.parse(offer.expires_at) - time) / 1000)) });

const CLOCKS = {
  offer(node, { card }, time) {
    const left = Math.max(0, (Date.parse(card.offer.expires_at) - time) / 1000);
    arc($(".ring", node), left / card.offer.seconds);
    const waited = clock((time - Date.parse(card.entered_at)) / 1000);
    fill(node, { left: Math.ceil(left), waited: format(gettext("· waited %(time)s"), { time: waited }) });
    const { companies } = now();
    attr(node, "aria-label", format(gettext("Offer: %(customer)s, %(channel)s for %(company)s"), {
      customer: customerName(card.customer), channel: channelName(card.channel), company: companies[card.company]?.name ?? "",
    }));
  },
  reply(node, { card }, time) {
    if (!card.reply_due) return setClock(node, "", "clock", gettext("waiting"), clock((time - Date.parse(card.waiting_since)) / 1000));
    const { seconds: left, tone } = replyClock(card, time);
    const shown = { "": "clock", warn: "clock-exclamation", bad: "alert-triangle" }[tone];
    return setClock(node, tone, shown, gettext("To answer:"), remaining(left));
  },
  wrapUp(node, { card }, time) {
    const left = Math.max(0, (Date.parse(card.wrap_up_until) - time) / 1000);
    setClock(node, left < 10 ? "warn" : "", "edit", gettext("Wrap-up:"), remaining(left));
  },
  talk: (node, { card }, time) =>
    setClock(node, "", "message-2", gettext("In talk:"), clock((time - Date.parse(card.accepted_at)) / 1000)),
  asked: (node, { since }, time) =>
    setClock(node, "", "hourglass", gettext("Asked:"), clock((time - Date.parse(since)) / 1000)),
};

function setClock(node, tone, shown, what, words) {
  const place = $('[data-f="clock"]', node);
  attr(place, "class", tone ? `clock ${tone}` : "clock");
  attr(place, "title", what.replace(/:$/, ""));
  icon($('[data-f="clock-icon"]', node), shown);
  fill(node, { "clock-what": what, "clock-text": words });
}
