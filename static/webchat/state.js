/* What the visitor's page knows, and how each thing that happens changes it. Pure: no page, no clock, no network.

   messages: by id, as the server sent them. outgoing: what was written here and is not among them yet, in order;
   state sending → sent (the server has it; `sequence` known) or failed. */

export const REMINDER = 'visitor.reminded'

export const initial = {
  link: 'starting', // starting, open, lost, offline, full, busy, stopped
  conversation: null,
  messages: {},
  outgoing: [],
  rev: 0,
  typing: null, // the agent's name
  visible: false, // the panel is open and the page in front
  read: 0, // sequence up to which they were seen here
  blocked: false
}

export function reduce (state, event) {
  switch (event.t) {
    case 'welcome': return welcome(state, event)
    case 'messages': return messages(state, event.messages)
    case 'conversation.changed': return conversation(state, event.conversation)
    case 'typing': return { ...state, typing: event.on ? event.name : null }
    case 'link': return { ...state, link: event.link, typing: event.link === 'open' ? state.typing : null }
    case 'visible': return { ...state, visible: event.on }
    case 'read': return { ...state, read: Math.max(state.read, event.sequence) }
    case 'write': return { ...state, outgoing: [...state.outgoing, { files: [], ...event.message, state: 'sending' }] }
    case 'ok': return change(state, event.id, { state: 'sent', sequence: event.sequence })
    case 'failed': return change(state, event.id, { state: 'failed', why: event.message, code: event.code })
    case 'retry': return change(state, event.id, { state: 'sending', why: '' })
    case 'discard': return { ...state, outgoing: state.outgoing.filter(each => each.id !== event.id) }
    case 'blocked': return { ...state, blocked: true }
    case 'forget': return { ...initial, link: state.link, visible: state.visible }
    default: return state
  }
}

function welcome (state, event) {
  const same = state.conversation && event.conversation && state.conversation.id === event.conversation.id
  const fresh = same ? state : { ...state, messages: {}, rev: 0, read: 0, typing: null }
  return settle(conversation({ ...fresh, messages: merge(fresh.messages, event.messages) }, event.conversation))
}

function conversation (state, next) {
  if (next && state.conversation && next.id === state.conversation.id && next.rev < state.conversation.rev) return state
  if (next && state.conversation && next.id !== state.conversation.id) {
    state = { ...state, messages: {}, rev: 0, read: 0 }
  }
  return { ...state, conversation: next, blocked: next ? Boolean(next.blocked) : state.blocked, typing: next && next.agent ? state.typing : null }
}

/* A message comes again when it changes; an older copy never takes the place of a newer one. */
function merge (known, incoming) {
  const merged = { ...known }
  for (const message of incoming) {
    if (!merged[message.id] || merged[message.id].rev <= message.rev) merged[message.id] = message
  }
  return merged
}

/* What the server has is no longer on its way. */
function settle (state) {
  return {
    ...state,
    outgoing: state.outgoing.filter(each => !state.messages[each.id]),
    rev: Object.values(state.messages).reduce((rev, message) => Math.max(rev, message.rev), 0)
  }
}

/* Who has just spoken types no more. */
function messages (state, incoming) {
  const spoke = incoming.some(message => message.author === 'agent' && !state.messages[message.id])
  return settle({ ...state, messages: merge(state.messages, incoming), typing: spoke ? null : state.typing })
}

function change (state, id, more) {
  return { ...state, outgoing: state.outgoing.map(each => each.id === id ? { ...each, ...more } : each) }
}

/* In the order of their numbers; what has none yet comes last, as it was written. */
export function shown (state) {
  const here = Object.values(state.messages).filter(message => !message.taken_back)
  const mine = state.outgoing.map(each => ({ ...each, mine: true }))
  return [...here, ...mine.filter(each => each.sequence)].sort((one, other) => one.sequence - other.sequence)
    .concat(mine.filter(each => !each.sequence))
}

/* Numbers count without gaps: one that is missing was lost on the way. */
export function hasGap (state) {
  const numbers = new Set(Object.values(state.messages).map(message => message.sequence))
  for (const each of state.outgoing) if (each.sequence) numbers.add(each.sequence)
  return numbers.size > 0 && Math.max(...numbers) !== numbers.size
}

export function unread (state) {
  return Object.values(state.messages).filter(message =>
    (['agent', 'company'].includes(message.author) || message.event === REMINDER) && message.delivery !== 'read' &&
    !message.redacted && message.sequence > state.read).length
}

/* The last message of the other side, for the read mark. */
export function lastTheirs (state) {
  return Object.values(state.messages).reduce((last, message) =>
    message.direction === 'out' ? Math.max(last, message.sequence) : last, 0)
}

export function toSend (state) {
  return state.outgoing.find(each => each.state === 'sending')
}

export function isOpen (state) { return Boolean(state.conversation) && state.conversation.state === 'open' }

/* `now` and reopenable_until are times in milliseconds and ISO. */
export function mayWrite (state, now) {
  if (!state.conversation || state.blocked) return false
  return isOpen(state) || Boolean(state.conversation.reopenable_until && Date.parse(state.conversation.reopenable_until) > now)
}
