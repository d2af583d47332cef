/* All that the floor's page knows, and how each frame of docs/protocol.md changes it. Pure: no page, no clock; a new object for what
   changed, the same one for what did not. */

export const PARTS = ["companies", "queues", "pools", "items", "agents", "alarms", "repairs"];

export const initial = Object.freeze({
  rev: null, // of the board; none before the first snapshot
  stale: false, // a frame is missing: ask for a snapshot
  offset: 0, // the server's clock minus this one's
  link: { state: "connecting", code: null, retryAt: null },
  ...Object.fromEntries(PARTS.map((part) => [part, {}])),
});

export function reduce(state, action) {
  const change = CHANGES[action.t];
  return change ? change(state, action) : state;
}

const CHANGES = {
  snapshot: (state, frame) => ({
    ...state,
    rev: frame.rev,
    stale: false,
    ...Object.fromEntries(PARTS.map((part) => [part, frame[part] ?? {}])),
  }),
  "floor.changed"(state, frame) {
    if (state.rev === null || frame.rev <= state.rev) return state;
    if (frame.rev > state.rev + 1) return { ...state, stale: true };
    const parts = PARTS.filter((part) => frame[part]);
    return {
      ...state,
      rev: frame.rev,
      ...Object.fromEntries(parts.map((part) => [part, changed(state[part], frame[part])])),
    };
  },
  heartbeat: (state, frame) => ({
    ...state,
    offset: frame.received ? Date.parse(frame.now) - frame.received : state.offset,
    stale: state.stale || (state.rev !== null && frame.rev !== state.rev),
  }),
  "local.link": (state, { link }) => ({ ...state, link }),
};

function changed(rows, { put, gone }) {
  const lost = new Set(gone);
  return { ...Object.fromEntries(Object.entries(rows).filter(([key]) => !lost.has(key))), ...put };
}

/* What can be read from it. `only`: {company: schema or "", pool: id or ""} ------------------------------------------------------- */

const byText = (one, other) => one.localeCompare(other);

const fits = (queue, only) =>
  Boolean(queue) && (!only.company || queue.company === only.company) && (!only.pool || String(queue.pool) === String(only.pool));

/** Each company with its queues, by name; one without a queue that fits is left out. */
export function companies(state, only) {
  const queues = Object.values(state.queues).filter((queue) => fits(queue, only));
  return Object.values(state.companies)
    .map((company) => ({
      company,
      queues: queues.filter((queue) => queue.company === company.schema).sort((one, other) => byText(one.name, other.name)),
    }))
    .filter((group) => group.queues.length)
    .sort((one, other) => byText(one.company.name, other.company.name));
}

/** Who waits, in the order the router serves, each with the place in its own queue; held back until later: last, without one. */
export function waiting(state, only) {
  const places = {};
  const rows = Object.values(state.items)
    .sort((one, other) => byTurn(one.turn, other.turn))
    .map((item) => {
      const due = item.why !== "held";
      if (due) places[item.queue] = (places[item.queue] ?? 0) + 1;
      return { ...item, place: due ? places[item.queue] : null };
    })
    .filter((item) => fits(state.queues[item.queue], only));
  return [...rows.filter((item) => item.place !== null), ...rows.filter((item) => item.place === null)];
}

/** `turn`: not at the head, priority turned about, entered, id. */
export function byTurn(one, other) {
  for (let at = 0; at < one.length; at += 1) {
    if (one[at] < other[at]) return -1;
    if (one[at] > other[at]) return 1;
  }
  return 0;
}

const PRESENCES = ["not_responding", "available", "break"];

/** Those who need a look first, then by name. */
export function agents(state, only) {
  const serves = (agent) =>
    (!only.company || agent.companies.includes(only.company)) && (!only.pool || agent.pools.map(String).includes(String(only.pool)));
  const rank = (agent) => PRESENCES.indexOf(agent.presence);
  return Object.values(state.agents)
    .filter(serves)
    .sort((one, other) => rank(one) - rank(other) || byText(one.name, other.name));
}

const KINDS = ["nobody", "set_aside", "bounced", "breach"];

export function alarms(state, only) {
  return Object.values(state.alarms)
    .filter((alarm) => fits(state.queues[alarm.queue], only))
    .sort((one, other) => KINDS.indexOf(one.kind) - KINDS.indexOf(other.kind) || byText(one.since, other.since) || one.queue - other.queue);
}

export const repairs = (state) => Object.values(state.repairs).sort((one, other) => byText(other.at, one.at));

/** Where an item may go: the other queues of its company and channel. */
export const targets = (state, item) =>
  Object.values(state.queues)
    .filter((queue) => queue.company === item.company && queue.channel === item.channel && queue.id !== item.queue)
    .sort((one, other) => byText(one.name, other.name));

/** Who may be given it now: available and serving its company; the freest first. */
export const takers = (state, item) =>
  Object.values(state.agents)
    .filter((agent) => agent.presence === "available" && agent.companies.includes(item.company) && agent.id !== item.holder)
    .sort((one, other) => one.used / one.limit - other.used / other.limit || byText(one.name, other.name));
