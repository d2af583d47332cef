/* The visitor's chat: puts state, socket, form and screen together. */

import { $, make, put } from './dom.js'
import { readyEmoji } from './emoji.js'
import { readyFiles } from './files.js'
import { readyForm } from './form.js'
import * as host from './host.js'
import { readyLog } from './log.js'
import { identify, isTokenGood, opening as askOpening, Unreachable } from './net.js'
import { openLine } from './socket.js'
import { hasGap, initial, isOpen, lastTheirs, mayWrite, reduce, toSend, unread } from './state.js'
import * as store from './store.js'
import { facts, hours, say } from './words.js'

const TYPING_STOPS = 4000
const TYPING_SHOWN = 8000
const GAP_PATIENCE = 1500

let state = initial
let token = store.get('token')
let identity = ''
let page = ''
let opening = facts.opening
let line = null
let sending = '' // id of the message that waits for its answer
let wish = null // to end the talk, or to leave it as a message: asked again until it is answered
let wantsNew = false
let justStarted = false // the form is gone, the field for the next words not there yet
let opened = host.isAlone
let settled = false
let keptOutgoing = ''
const timers = {}

const text = $('text')
const form = readyForm({
  token: () => token,
  identity: () => identity,
  nameOf: jwt => claim(jwt, 'name').slice(0, 100),
  page: () => page,
  identityLost: () => { identity = '' },
  started,
  blocked: () => happen({ t: 'blocked' })
})
const files = readyFiles({ token: () => token, changed: drawSend, mayAttach: () => mayWrite(state, Date.now()), announce })
const log = readyLog({
  retry: id => { happen({ t: 'retry', id }); pump() },
  discard: id => happen({ t: 'discard', id }),
  open: file => files.save(file),
  picture: files.picture,
  leave: () => { ask('conversation.leave'); text.focus() }
})
const emoji = readyEmoji(text)

readyComposer()
readyBar()
readyStorage()
host.listen(hearSite)
if (host.isAlone) settle('')
drawHours()
setInterval(drawHours, 30000)

// What happens ------------------------------------------------------------------------------------------------------

function happen (event) {
  state = reduce(state, event)
  draw()
}

function hearSite (message) {
  if (message.t === 'hello') {
    page = message.page
    opened = message.open
    settle(message.identity)
    if (opened) {
      store.put('open', '1')
      focus()
    } else if (store.get('open') === '1') host.tell({ t: 'was-open' })
  } else if (message.t === 'open') {
    opened = true
    store.put('open', '1')
    if (message.identity && message.identity !== identity) settle(message.identity)
    focus()
  } else if (message.t === 'close') {
    opened = false
    store.put('open', '')
  } else if (message.t === 'page') page = message.page
  see()
  draw()
}

/* Whose talk is it? One that the website's other user had on this device is not shown to this one. */
async function settle (given) {
  identity = facts.identity ? given : ''
  const subject = subjectOf(identity)
  if (token && store.get('subject') && store.get('subject') !== subject) forget()
  if (!token && subject) await findTalk(subject)
  settled = true
  if (token) connect()
  draw()
}

async function findTalk (subject) {
  try {
    const { status, body } = await identify(identity)
    if (status === 200) keepToken(body.token, subject)
    if (status === 400) identity = ''
  } catch (error) { if (!(error instanceof Unreachable)) throw error }
}

/* What the site says, not yet checked: only to tell one user of this device from another. The server checks. */
function claim (jwt, name) {
  try {
    const bytes = Uint8Array.from(atob(jwt.split('.')[1].replace(/-/g, '+').replace(/_/g, '/')), letter => letter.charCodeAt(0))
    return String(JSON.parse(new TextDecoder().decode(bytes))[name] || '')
  } catch (none) { return '' }
}

function subjectOf (jwt) { return claim(jwt, 'sub') }

function started (answer) {
  keepToken(answer.token, subjectOf(identity))
  wantsNew = false
  happen({ t: 'forget' })
  connect()
  store.put('talk', answer.conversation) // tells the other tabs
  justStarted = true
}

function keepToken (next, subject) {
  token = next
  store.put('subject', subject)
  store.put('token', next)
}

function forget () {
  token = ''
  for (const key of ['token', 'subject', 'talk', 'outgoing']) store.put(key, '')
  if (line) line.stop()
  line = null
  sending = ''
  wish = null
  happen({ t: 'forget' })
}

// The line ----------------------------------------------------------------------------------------------------------

function connect () {
  if (line) line.stop()
  sending = ''
  const known = () => ({ rev: hasGap(state) ? 0 : state.rev, ...(state.conversation ? { conversation: state.conversation.id } : {}) })
  line = openLine({
    address: location.origin.replace(/^http/, 'ws') + '/ws/widget/',
    protocols: () => ['contactcenter.v1', 'token.' + token],
    hello: () => ({ t: 'hello', ...known() }),
    heartbeat: () => ({ t: 'heartbeat', ...known() }),
    onFrame: hear,
    onLink: link => { if (link !== 'open') sending = ''; happen({ t: 'link', link }) },
    onStop: why => why === 'gone' ? forget() : happen({ t: 'link', link: 'stopped' }),
    isWelcome: () => isTokenGood(token)
  })
}

function hear (frame) {
  if (frame.t === 'ok' || frame.t === 'error' || frame.t === 'busy') return hearAnswer(frame)
  const theirs = lastTheirs(state)
  happen(frame)
  if (frame.t === 'typing') expire('shown', TYPING_SHOWN, () => happen({ t: 'typing', on: false }))
  if (frame.t === 'welcome') takeUp()
  if (lastTheirs(state) > theirs) {
    see()
    expire('got', 250, () => line && line.heartbeat()) // tells that they arrived
  }
  if (hasGap(state)) expire('gap', GAP_PATIENCE, () => { if (hasGap(state) && line) line.heartbeat() })
}

function hearAnswer (frame) {
  if (wish && frame.id === wish.id) return frame.t === 'busy' ? expire('wish', frame.retry_after * 1000, sendWish) : wish = null
  if (frame.id !== sending) return
  sending = ''
  if (frame.t === 'ok') happen({ t: 'ok', id: frame.id, sequence: frame.sequence })
  else if (frame.t === 'busy' || frame.code === 'too_often') return expire('pump', (frame.retry_after || 2) * 1000, pump)
  else happen({ t: 'failed', id: frame.id, message: frame.message, code: frame.code })
  if (frame.code === 'blocked') happen({ t: 'blocked' })
  pump()
}

/* What was written before the line was lost, or the page left, goes out now: under its old ids, so none comes twice. */
function takeUp () {
  const mine = new Set(state.outgoing.map(each => each.id))
  for (const message of store.getJSON('outgoing', [])) {
    if (!mine.has(message.id) && !state.messages[message.id] && state.conversation && message.talk === state.conversation.id) happen({ t: 'write', message })
  }
  if (!$('form').hidden && !wantsNew && state.conversation) form.hide()
  sendWish()
  pump()
  see()
}

/* One at a time: their order is the order in which they were written. */
function pump () {
  const next = toSend(state)
  if (!next || sending || state.link !== 'open' || !line) return
  if (line.send({ t: 'message.send', id: next.id, text: next.text, files: next.files.map(file => file.id) })) sending = next.id
}

function ask (t) {
  wish = { t, id: crypto.randomUUID() }
  sendWish()
}

function sendWish () { if (wish && line) line.send(wish) }

// What the visitor does ---------------------------------------------------------------------------------------------

function readyComposer () {
  text.value = store.get('draft')
  text.addEventListener('input', () => {
    store.put('draft', text.value)
    grow()
    drawSend()
    if (text.value.trim()) types()
  })
  text.addEventListener('keydown', event => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing && !matchMedia('(pointer: coarse)').matches) {
      event.preventDefault()
      write()
    }
  })
  $('compose').addEventListener('submit', event => { event.preventDefault(); write() })
  $('again').addEventListener('click', () => { wantsNew = true; draw(); form.focus() })
}

function write () {
  const said = text.value.trim()
  if (files.isUploading() || (!said && !files.ready().length)) return
  if (said.length > facts.limits.text) return announce(say('too_long', { limit: facts.limits.text }), true)
  text.value = ''
  store.put('draft', '')
  grow()
  stopTyping()
  happen({ t: 'write', message: { id: crypto.randomUUID(), text: said, files: files.take(), at: new Date().toISOString(), talk: state.conversation.id } })
  log.toEnd()
  pump()
}

function types () {
  if (!timers.typing && line && isOpen(state)) line.send({ t: 'typing', on: true })
  expire('typing', TYPING_STOPS, stopTyping)
}

function stopTyping () {
  if (!timers.typing) return
  clearTimeout(timers.typing)
  timers.typing = 0
  if (line) line.send({ t: 'typing', on: false })
}

function readyBar () {
  const menu = $('menu')
  const items = () => [...menu.querySelectorAll('button:not(:disabled)')]
  const toggle = on => {
    menu.hidden = !on
    $('more').setAttribute('aria-expanded', String(on))
    if (on && items()[0]) items()[0].focus()
  }
  $('more').addEventListener('click', () => toggle(menu.hidden))
  menu.addEventListener('keydown', event => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (event.key === 'Tab') return toggle(false)
    if (!step) return
    event.preventDefault()
    const all = items()
    all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus()
  })
  document.addEventListener('pointerdown', event => { if (!menu.contains(event.target) && !$('more').contains(event.target)) toggle(false) })
  $('close').hidden = host.isAlone
  $('close').addEventListener('click', () => host.tell({ t: 'close' }))
  $('transcript')?.addEventListener('click', () => { toggle(false); files.saveTranscript() })
  $('end').addEventListener('click', () => { toggle(false); $('sure').showModal() })
  $('sure').addEventListener('close', () => $('more').focus())
  $('sure-no').addEventListener('click', () => $('sure').close())
  $('sure-yes').addEventListener('click', () => {
    $('sure').close()
    ask('conversation.end')
  })
  addEventListener('keydown', event => {
    if (event.key !== 'Escape' || $('sure').open) return
    if (!menu.hidden) { toggle(false); $('more').focus() } else if (emoji.isOpen()) emoji.close()
    else host.tell({ t: 'close' })
  })
  document.addEventListener('visibilitychange', see)
}

function readyStorage () {
  store.watch('token', next => {
    if (next === token) return
    if (!next) return forget()
    token = next
    connect()
  })
  store.watch('talk', () => line && line.send({ t: 'hello', rev: 0 }))
  store.watch('draft', next => { if (document.activeElement !== text) { text.value = next; grow(); drawSend() } })
}

function see () {
  const visible = opened && document.visibilityState === 'visible'
  if (visible !== state.visible) happen({ t: 'visible', on: visible })
  const last = lastTheirs(state)
  if (visible && last > state.read && line && line.send({ t: 'read', sequence: last })) happen({ t: 'read', sequence: last })
}

function focus () {
  if (matchMedia('(pointer: coarse)').matches) return
  if (!$('form').hidden) form.focus()
  else if (!$('foot').hidden) text.focus()
}

function expire (name, wait, then) {
  clearTimeout(timers[name])
  timers[name] = setTimeout(() => { timers[name] = name === 'typing' ? timers[name] : 0; then() }, wait)
}

// The screen --------------------------------------------------------------------------------------------------------

function draw () {
  const asks = settled && !state.blocked && (wantsNew || !token || (state.link === 'open' && !state.conversation))
  const talks = Boolean(state.conversation) && !asks
  if (asks && $('form').hidden) { form.show(opening); if (opened && document.hasFocus()) focus() }
  if (!asks) form.hide()
  $('log').hidden = !talks
  $('foot').hidden = !talks
  $('more').hidden = !talks
  $('end').disabled = !isOpen(state)
  if (talks) {
    log.draw(state, new Date())
    drawFoot()
    if (justStarted && opened) focus()
    justStarted = false
  }
  put($('banner'), banner())
  host.tell({ t: 'unread', count: state.visible ? 0 : unread(state) })
  keepOutgoing()
}

function drawFoot () {
  const talk = state.conversation
  const writes = mayWrite(state, Date.now())
  $('ended').hidden = isOpen(state) && !state.blocked
  put($('ended').firstElementChild, state.blocked ? say('blocked') : say('ended'))
  $('again').hidden = state.blocked
  $('compose').hidden = !writes
  text.placeholder = !isOpen(state) ? say('write_again') : talk.agent || talk.deferred ? say('write') : say('write_waiting')
  drawTyping()
  drawSend()
}

function drawTyping () {
  const line = $('typing')
  if (line.dataset.name === (state.typing || '')) return
  line.dataset.name = state.typing || ''
  line.replaceChildren(...(state.typing ? [say('typing', { name: state.typing }), ...[1, 2, 3].map(() => make('i', { 'aria-hidden': 'true' }))] : []))
}

function drawSend () {
  const can = !files.isUploading() && (text.value.trim() || files.ready().length)
  $('send').setAttribute('aria-disabled', String(!can))
}

function drawHours () {
  const now = new Date()
  const turns = opening.open ? opening.until : opening.opens
  put($('hours'), hours(opening, now))
  if (turns && now >= new Date(turns)) askOpening().then(next => { opening = next; put($('hours'), hours(opening, new Date())) }, () => {})
}

function banner () {
  if (state.blocked && !state.conversation) return say('blocked')
  if (!token) return ''
  if (state.link === 'offline') return say('offline')
  if (state.link === 'lost') return say('reconnecting')
  if (state.link === 'full') return say('full')
  if (state.link === 'busy') return say('busy')
  if (state.link === 'stopped') return say('closed_now')
  return ''
}

function grow () {
  text.style.height = 'auto'
  text.style.height = Math.min(124, text.scrollHeight + 2) + 'px'
}

function announce (words, shows = false) {
  put($('said'), words)
  if (!shows) return
  put($('banner'), words)
  expire('banner', 5000, () => put($('banner'), banner()))
}

function keepOutgoing () {
  const kept = state.outgoing.filter(each => each.state !== 'sent').map(({ id, text, files, at, talk }) => ({ id, text, files, at, talk }))
  const written = kept.length ? JSON.stringify(kept) : ''
  if (!state.conversation || written === keptOutgoing) return // another tab may have put its own
  keptOutgoing = written
  store.put('outgoing', written)
}
