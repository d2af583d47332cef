/* The few things done to the page. Text goes in as text only: nothing that anybody wrote is ever read as markup. */

export const $ = id => document.getElementById(id)

export function make (name, attributes = {}, ...children) {
  const element = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(key, '')
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, value)
  }
  element.append(...children.filter(child => child !== null && child !== ''))
  return element
}

export function icon (name) {
  const space = 'http://www.w3.org/2000/svg'
  const svg = document.createElementNS(space, 'svg')
  const use = document.createElementNS(space, 'use')
  svg.setAttribute('class', 'i')
  svg.setAttribute('aria-hidden', 'true')
  use.setAttribute('href', '#i-' + name)
  svg.append(use)
  return svg
}

export function put (element, text) { if (element.textContent !== text) element.textContent = text }

const ADDRESS = /https?:\/\/[^\s<>"'`]+/gi
const TAIL = /[.,:;!?)\]}'"»”’…]+$/

/* Web addresses become links, and nothing else does; what ends a sentence is not part of the address. */
export function linked (text) {
  const parts = []
  let from = 0
  for (const match of text.matchAll(ADDRESS)) {
    const written = match[0].replace(TAIL, '')
    let address
    try { address = new URL(written) } catch (wrong) { continue }
    if (address.protocol !== 'https:' && address.protocol !== 'http:') continue
    parts.push(text.slice(from, match.index), make('a', { href: address.href, target: '_blank', rel: 'noopener noreferrer nofollow ugc' }, written))
    from = match.index + written.length
  }
  parts.push(text.slice(from))
  return parts
}
