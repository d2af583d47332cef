/* The talk on screen: one element a message, kept by its id and changed in place, so that nothing jumps or is read twice. */

import { $, icon, linked, make, put } from './dom.js'
import { REMINDER, shown } from './state.js'
import { bytes, day, dayKey, say, tellEvent, time } from './words.js'

const RUN = 2 * 60 * 1000 // messages of one side within this share one line of time
const PICTURES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp']
const ONLY_EMOJI = /^(?:\p{Extended_Pictographic}|\p{Emoji_Component}|\s){1,12}$/u
const QUIET = ['conversation.started']
const FINAL = ['blocked', 'file_gone'] // refused as often as it is tried
const NOTICES = [REMINDER, 'conversation.deferred']

export function readyLog ({ retry, discard, open, picture, leave }) {
  const log = $('log')
  const below = $('below')
  const known = new Map() // key → {element, version}
  let place = null

  below.addEventListener('click', toEnd)
  log.addEventListener('scroll', () => { if (isAtEnd()) below.hidden = true }, { passive: true })
  new ResizeObserver(() => { if (stuck) log.scrollTop = log.scrollHeight }).observe(log)
  let stuck = true
  log.addEventListener('scroll', () => { stuck = isAtEnd() }, { passive: true })

  return { draw, toEnd }

  function draw (state, now) {
    const wasAtEnd = stuck
    const rows = toRows(state, now)
    const last = log.lastElementChild
    let at = null
    let theirs = false
    const keys = new Set(rows.map(row => row.key))
    for (const [key, { element }] of known) if (!keys.has(key)) { element.remove(); known.delete(key) }
    for (const row of rows) {
      const version = JSON.stringify(row.version)
      const before = known.get(row.key)
      let element = before && before.element
      if (!before || before.version !== version) {
        const next = row.make(element)
        if (element && next !== element) element.replaceWith(next)
        if (!element) {
          if (last) next.classList.add('arrives')
          theirs = theirs || row.theirs
        }
        element = next
        known.set(row.key, { element, version })
      }
      const right = at ? at.nextElementSibling : log.firstElementChild
      if (right !== element) log.insertBefore(element, right)
      at = element
    }
    drawPlace(state)
    if (wasAtEnd) toEnd()
    else if (theirs) below.hidden = false
  }

  function toRows (state, now) {
    const rows = []
    const all = shown(state)
    let previous = null
    all.forEach((message, index) => {
      const at = new Date(message.at)
      const next = all[index + 1]
      if (QUIET.includes(message.event)) return
      if (!previous || dayKey(new Date(previous.at)) !== dayKey(at)) {
        rows.push({ key: 'day ' + dayKey(at), version: day(at, now), make: () => make('p', { class: 'day' }, day(at, now)) })
      }
      if (message.author === 'system') {
        const text = tellEvent(message.event, message.name)
        if (text) rows.push({ key: message.id, version: text, theirs: true, make: () => make('p', { class: NOTICES.includes(message.event) ? 'sys notice' : 'sys' }, text) })
      } else {
        const ends = !(next && isRun(message, next) && mark(message, state) === mark(next, state))
        const begins = !(previous && isRun(previous, message))
        const version = [message.text, message.redacted, mark(message, state), message.why, ends, begins, message.files.length]
        rows.push({ key: message.id, version, theirs: !isMine(message), make: before => bubble(message, state, { ends, begins, before }) })
      }
      previous = message
    })
    return rows
  }

  function bubble (message, state, { ends, begins, before }) {
    const mine = isMine(message)
    const big = !message.redacted && message.text && ONLY_EMOJI.test(message.text) && /\p{Extended_Pictographic}/u.test(message.text)
    const body = message.redacted
      ? [make('div', { class: 'bubble gone' }, say('redacted'))]
      : [message.text ? make('div', { class: 'bubble', dir: 'auto' }, ...linked(message.text)) : null, attachments(message, before)]
    return make('div', { class: ['say', mine ? 'me' : '', big ? 'big' : '', begins ? '' : 'next'].filter(Boolean).join(' ') },
      make('span', { class: 'out-of-sight' }, (mine ? say('you') : message.name) + ': '), ...body.filter(Boolean), ends ? meta(message, state) : null)
  }

  function meta (message, state) {
    const moment = time(new Date(message.at))
    if (!isMine(message)) return make('div', { class: 'meta' }, message.name ? `${message.name} · ${moment}` : moment)
    const how = mark(message, state)
    if (how !== 'failed') return make('div', { class: 'meta' }, moment + ' ', icon(how === 'sending' ? 'clock' : 'checks'), ' ' + say(how))
    const again = make('button', { type: 'button' }, say('retry'))
    const away = make('button', { type: 'button' }, say('discard'))
    again.addEventListener('click', () => retry(message.id))
    away.addEventListener('click', () => discard(message.id))
    return make('div', { class: 'meta bad' }, icon('alert'), ' ' + (message.why || say('failed')) + ' ', FINAL.includes(message.code) ? '' : again, away)
  }

  function attachments (message, before) {
    if (!message.files.length) return null
    const old = before && before.querySelector('.files')
    return old || make('div', { class: 'files' }, ...message.files.map(file => PICTURES.includes(file.type) ? image(file) : other(file)))
  }

  function image (file) {
    const button = make('button', { type: 'button', class: 'picture', 'aria-label': say('save', { name: file.name }) }, icon('file'))
    button.addEventListener('click', () => open(file))
    picture(file, button)
    return button
  }

  function other (file) {
    const button = make('button', { type: 'button', class: 'file', title: say('save', { name: file.name }) }, icon('file'),
      make('span', {}, file.name, make('small', {}, bytes(file.size))), icon('save'))
    button.addEventListener('click', () => open(file))
    return button
  }

  function drawPlace (state) {
    const talk = state.conversation
    const number = talk && talk.state === 'open' && !talk.agent ? talk.position : null
    if (!number) {
      if (place) place.card.remove()
      place = null
      return
    }
    if (!place) place = makePlace()
    if (log.lastElementChild !== place.card) log.append(place.card)
    const nobody = talk.nobody_there
    const many = nobody ? 0 : Math.min(8, number)
    place.number.hidden = place.bars.hidden = nobody
    place.leave.hidden = !nobody
    place.leave.disabled &&= nobody
    put(place.number, String(number))
    put(place.title, nobody ? say('nobody') : number === 1 ? say('next') : say('number', { n: number }))
    put(place.line, nobody ? say('nobody_place') : say('keep_place'))
    while (place.bars.childElementCount < many) place.bars.prepend(make('i'))
    while (place.bars.childElementCount > many) place.bars.firstElementChild.remove()
    ;[...place.bars.children].forEach((bar, index) => bar.classList.toggle('you', index === many - 1))
  }

  function makePlace () {
    const number = make('span', { class: 'place-n', 'aria-hidden': 'true' })
    const title = make('b', { role: 'status' })
    const bars = make('div', { class: 'bars', 'aria-hidden': 'true' })
    const line = make('p')
    const button = make('button', { type: 'button', class: 'plain' }, say('leave'))
    button.addEventListener('click', () => { button.disabled = true; leave() })
    const card = make('section', { class: 'place', 'aria-label': say('place') }, make('div', {}, number, make('div', {}, title, line)), bars, button)
    return { card, number, title, line, bars, leave: button }
  }

  function isAtEnd () { return log.scrollHeight - log.scrollTop - log.clientHeight < 40 }
  function toEnd () { stuck = true; below.hidden = true; log.scrollTop = log.scrollHeight }
}

function isMine (message) { return message.mine || message.author === 'customer' }

function isRun (one, next) {
  return isMine(one) === isMine(next) && next.author !== 'system' && one.author !== 'system' &&
    one.name === next.name && Math.abs(new Date(next.at) - new Date(one.at)) < RUN
}

/* Of a message written here: on its way, with the company, or seen by the agent. */
function mark (message, state) {
  if (!isMine(message)) return ''
  if (message.mine && message.state !== 'sent') return message.state
  const read = state.conversation && state.conversation.agent_read >= message.sequence
  return read || message.delivery === 'read' ? 'read' : 'delivered'
}
