/* The page around the frame. Only the company's own websites are heard, and only the one that embeds us is told. */

import { facts } from './words.js'

let site = ''

export const isAlone = window.parent === window

export function listen (hear) {
  addEventListener('message', event => {
    if (event.source !== window.parent || isAlone || !facts.origins.includes(event.origin)) return
    const message = event.data
    if (!message || message.contactcenter !== 1 || typeof message.t !== 'string') return
    site = event.origin
    hear({
      t: message.t,
      open: message.open === true,
      page: typeof message.page === 'string' ? message.page.slice(0, 500) : '',
      identity: typeof message.identity === 'string' ? message.identity.slice(0, 4096) : ''
    })
  })
}

export function tell (message) {
  if (site) window.parent.postMessage({ contactcenter: 1, ...message }, site)
}
