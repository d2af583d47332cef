/* The frame's own storage; a browser that refuses it gets memory, which lasts as long as the page. */

const PREFIX = 'chat.'
const memory = new Map()

export function get (key) {
  try {
    const found = localStorage.getItem(PREFIX + key)
    if (found !== null) return found
  } catch (refused) { /* memory it is */ }
  return memory.has(key) ? memory.get(key) : ''
}

export function put (key, value) {
  memory.set(key, value)
  try {
    value ? localStorage.setItem(PREFIX + key, value) : localStorage.removeItem(PREFIX + key)
  } catch (refused) { /* memory has it */ }
}

export function getJSON (key, otherwise) {
  try { return JSON.parse(get(key)) || otherwise } catch (broken) { return otherwise }
}

export function putJSON (key, value) { put(key, value === null ? '' : JSON.stringify(value)) }

/* What another tab of the same website put. */
export function watch (key, tell) {
  addEventListener('storage', event => {
    if (event.key !== PREFIX + key) return
    memory.set(key, event.newValue || '')
    tell(event.newValue || '')
  })
}
