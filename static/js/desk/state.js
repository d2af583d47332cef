/* All that the desk knows, and how each frame of docs/protocol.md changes it. Pure: no page, no clock, no chance; a new object for
   what changed, the same one for what did not. Actions of this page itself are named `local.*`. Times are milliseconds here. */

export const initial = Object.freeze({
  rev: null, // of the agent's stream; none before the first snapshot
  stale: false, // a frame of the stream is missing: ask for a snapshot
  offset: 0, // the server's clock minus this one's
  link: { state: "connecting", code: null, retryAt: null },
  me: null,
  items: {}, // item id → card
  companies: {},
  queues: [],
  breaks: [],
  dispositions: {},
  questions: [], // asked of me, not answered yet: {company, conversation, note}
  notices: [], // on the wall, the newest first
  talks: {}, // "company/conversation" → what was opened here
  outbox: {}, // the same keys → what was typed and is not known to have arrived
  front: null,
});

const EMPTY_TALK = Object.freeze({
  about: null, // the conversation's own facts
  rev: 0,
  messages: {},
  notes: {},
  customerRead: 0,
  typingUntil: 0,
  subscribed: false,
  missing: false,
});

const TYPING_LASTS = 7000;

export const keyOf = (company, conversation) => `${company}/${conversation}`;

export function partsOf(key) {
  const [company, conversation] = key.split("/");
  return { company, conversation };
}

export function reduce(state, action) {
  const change = CHANGES[action.t];
  return change ? change(state, action) : state;
}

const CHANGES = {
  snapshot(state, frame) {
    const kept = new Set(frame.items.map((card) => keyOf(card.company, card.conversation)));
    const known = frame.questions ?? state.questions;
    return {
      ...state,
      rev: frame.rev,
      stale: false,
      offset: offsetOf(state, frame),
      me: frame.me,
      items: Object.fromEntries(frame.items.map((card) => [card.id, card])),
      companies: frame.companies,
      queues: frame.queues,
      breaks: frame.breaks,
      dispositions: frame.dispositions,
      questions: known.filter((question) => frame.companies[question.company]),
      notices: frame.notices ?? state.notices,
      talks: only(state.talks, (key) => kept.has(key) || key === state.front),
    };
  },
  heartbeat: (state, frame) => ({
    ...state,
    offset: offsetOf(state, frame),
    stale: state.stale || (state.rev !== null && frame.rev !== state.rev),
  }),
  "agent.changed": (state, frame) => inOrder(state, frame, { me: frame.me }),
  "item.changed": (state, frame) =>
    inOrder(state, frame, { items: { ...state.items, [frame.item.id]: frame.item } }),
  "item.removed": (state, frame) => inOrder(state, frame, { items: without(state.items, frame.item) }),
  "conversation.snapshot"(state, frame) {
    const key = keyOf(frame.company, frame.conversation.id);
    const talk = merged(state.talks[key], frame.messages, frame.notes);
    const newer = frame.conversation.rev >= talk.rev || !talk.about;
    return withTalk(state, key, {
      ...talk,
      about: newer ? frame.conversation : talk.about,
      rev: Math.max(talk.rev, frame.conversation.rev),
      customerRead: Math.max(talk.customerRead, frame.conversation.customer_read),
      subscribed: true,
      missing: false,
    });
  },
  messages(state, frame) {
    const key = keyOf(frame.company, frame.conversation);
    const talk = merged(state.talks[key], frame.messages, frame.notes);
    const heard = (frame.messages ?? []).some((message) => message.author === "customer");
    return withTalk(state, key, {
      ...talk,
      rev: Math.max(talk.rev, frame.rev),
      customerRead: Math.max(talk.customerRead, frame.customer_read ?? 0),
      typingUntil: heard ? 0 : talk.typingUntil,
    });
  },
  typing(state, frame) {
    const key = keyOf(frame.company, frame.conversation);
    if (!state.talks[key]) return state;
    return patchTalk(state, key, { typingUntil: frame.on ? frame.received + TYPING_LASTS : 0 });
  },
  "conversation.hidden"(state, frame) {
    const key = keyOf(frame.company, frame.conversation);
    if (!state.talks[key]) return state;
    return { ...state, talks: { ...state.talks, [key]: { ...EMPTY_TALK, missing: true } } };
  },
  "questions.changed": (state, frame) => ({ ...state, questions: frame.questions }),
  "notices.changed": (state, frame) => ({ ...state, notices: frame.notices }),
  "local.link"(state, { link }) {
    const lost = link.state !== "online";
    const talks = lost ? mapped(state.talks, (talk) => ({ ...talk, subscribed: false, typingUntil: 0 })) : state.talks;
    return { ...state, link, talks };
  },
  "local.front"(state, { key }) {
    const held = new Set(cards(state).map((card) => keyOf(card.company, card.conversation)));
    const talks = only(state.talks, (other) => held.has(other) || other === key);
    if (key && !talks[key]) talks[key] = EMPTY_TALK;
    return { ...state, front: key, talks };
  },
  "local.missing": (state, { key }) => (state.talks[key] ? patchTalk(state, key, { missing: true }) : state),
  "local.read"(state, { key }) {
    const card = cardOf(state, key);
    if (!card?.unread) return state;
    return { ...state, items: { ...state.items, [card.id]: { ...card, unread: 0 } } };
  },
  "local.send"(state, { key, entry }) {
    const queue = (state.outbox[key] ?? []).filter((other) => other.id !== entry.id);
    return { ...state, outbox: { ...state.outbox, [key]: [...queue, entry] } };
  },
  "local.marked"(state, { key, id, ...marks }) {
    if (!state.outbox[key]?.some((entry) => entry.id === id)) return state; // its row came before the answer
    const queue = state.outbox[key].map((entry) => (entry.id === id ? { ...entry, ...marks } : entry));
    return { ...state, outbox: { ...state.outbox, [key]: queue } };
  },
  "local.unsend": (state, { key, id }) => ({ ...state, outbox: emptied(state.outbox, key, (entry) => entry.id === id) }),
};

/* The agent's stream: below is old, one above or the same is next, further above means that something is missing. */
function inOrder(state, frame, change) {
  if (state.rev === null || frame.rev < state.rev) return state;
  if (frame.rev > state.rev + 1) return { ...state, stale: true };
  return { ...state, ...change, rev: frame.rev };
}

/* Rows by id, the newest revision of each: in whatever order and however often they come, the same comes out. */
function merged(talk = EMPTY_TALK, messages = [], notes = []) {
  return { ...talk, messages: newest(talk.messages, messages), notes: newest(talk.notes, notes) };
}

function newest(known, rows) {
  const fresh = rows.filter((row) => !known[row.id] || row.rev > known[row.id].rev);
  if (!fresh.length) return known;
  const all = { ...known };
  for (const row of fresh) if (!all[row.id] || row.rev > all[row.id].rev) all[row.id] = row;
  return all;
}

function withTalk(state, key, talk) {
  const arrived = (entry) => talk.messages[entry.id] || talk.notes[entry.id];
  const answered = new Set(
    Object.values(talk.notes)
      .filter((note) => note.kind === "answer" && note.answers)
      .map((note) => note.answers),
  );
  return {
    ...state,
    talks: { ...state.talks, [key]: talk },
    outbox: emptied(state.outbox, key, arrived),
    questions: answered.size ? state.questions.filter(({ note }) => !answered.has(note.id)) : state.questions,
  };
}

const patchTalk = (state, key, change) => ({
  ...state,
  talks: { ...state.talks, [key]: { ...state.talks[key], ...change } },
});

function emptied(outbox, key, gone) {
  if (!outbox[key]?.some(gone)) return outbox;
  const left = outbox[key].filter((entry) => !gone(entry));
  return left.length ? { ...outbox, [key]: left } : without(outbox, key);
}

const offsetOf = (state, frame) => (frame.received ? Date.parse(frame.now) - frame.received : state.offset);
const only = (map, keep) => Object.fromEntries(Object.entries(map).filter(([key]) => keep(key)));
const without = (map, key) => only(map, (other) => other !== String(key));
const mapped = (map, change) => Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));

/* What can be read from it ------------------------------------------------------------------------------------------- */

export const cards = (state) => Object.values(state.items);

/** What stands on the wall at a time of the server, without what was folded away here; warnings first. */
export function noticesAt(state, time, folded) {
  const away = new Set(folded);
  const standing = state.notices.filter((notice) => Date.parse(notice.expires_at) > time && !away.has(notice.id));
  return [...standing.filter((notice) => notice.level === "warning"), ...standing.filter((notice) => notice.level !== "warning")];
}

/** The card of a conversation; one that is held comes before one that rings. */
export function cardOf(state, key) {
  const all = cards(state).filter((card) => keyOf(card.company, card.conversation) === key);
  const inState = (state) => all.find((card) => card.state === state);
  return inState("active") ?? inState("wrap_up") ?? inState("offered") ?? null;
}

/** What the heartbeat carries: each card and each opened conversation by the revision that is surely here. */
export function known(state) {
  const revs = {};
  for (const card of cards(state)) revs[keyOf(card.company, card.conversation)] = card.rev;
  for (const [key, talk] of Object.entries(state.talks)) {
    if (talk.subscribed) revs[key] = Math.min(hasHole(talk) ? 0 : talk.rev, revs[key] ?? Infinity);
  }
  return revs;
}

function hasHole(talk) {
  const numbers = Object.values(talk.messages).map((message) => message.sequence);
  return numbers.length > 0 && Math.max(...numbers) !== numbers.length;
}
