/* The words and facts that came with the page, and times as its visitor writes them. */

export const facts = JSON.parse(document.getElementById('facts').textContent)

export function say (key, values = {}) { return fill(facts.words[key], values) }

export function tellEvent (key, name) {
  const words = facts.events[key]
  return words ? fill(words, { name }) : ''
}

function fill (text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, key) => key === 'company' ? facts.company : key in values ? String(values[key]) : whole)
}

/* Times as this visitor writes them: en-GB rather than en, where that is what the browser speaks. */
const region = (navigator.languages || []).find(each => each.split('-')[0] === facts.language.split('-')[0]) || facts.language
const clock = new Intl.DateTimeFormat(region, { timeStyle: 'short' })
const weekday = new Intl.DateTimeFormat(region, { weekday: 'long' })
const date = new Intl.DateTimeFormat(region, { weekday: 'long', day: 'numeric', month: 'long' })

export function time (moment) { return clock.format(moment) }

export function dayKey (moment) { return `${moment.getFullYear()}-${moment.getMonth()}-${moment.getDate()}` }

export function day (moment, now) {
  if (dayKey(moment) === dayKey(now)) return say('today')
  if (dayKey(moment) === dayKey(new Date(now.getTime() - 864e5))) return say('yesterday')
  return date.format(moment)
}

/* Under the company's name: until when people answer, or from when on, in the visitor's own zone. */
export function hours (opening, now) {
  if (opening.open) return opening.until ? say('open_until', { time: when(new Date(opening.until), now) }) : say('open_always')
  if (!opening.opens) return say('closed_now')
  const opens = new Date(opening.opens)
  if (dayKey(opens) === dayKey(now)) return say('back_at', { time: time(opens) })
  if (dayKey(opens) === dayKey(new Date(now.getTime() + 864e5))) return say('back_tomorrow', { time: time(opens) })
  return say('back_on', { day: opens - now < 6 * 864e5 ? weekday.format(opens) : date.format(opens), time: time(opens) })
}

function when (moment, now) {
  return moment - now < 20 * 36e5 ? time(moment) : `${weekday.format(moment)} ${time(moment)}`
}

export function bytes (size) {
  const unit = size < 1e6 ? ['kilobyte', 1e3] : ['megabyte', 1e6]
  const format = new Intl.NumberFormat(facts.language, { style: 'unit', unit: unit[0], maximumFractionDigits: size < 1e6 ? 0 : 1 })
  return format.format(Math.max(1, size / unit[1]))
}
