/* The form before the chat. An error stands at its field, and nothing typed is lost, whatever the answer. */

import { $, put } from './dom.js'
import { Unreachable, start } from './net.js'
import { facts, say } from './words.js'
import * as store from './store.js'

const FIELDS = ['name', 'email', 'queue', 'text']
const ADDRESS = /^[^@\s]+@[^@\s]+\.[^@\s]+$/

export function readyForm ({ token, identity, nameOf, page, identityLost, started, blocked }) {
  const form = $('form')
  const inputs = Object.fromEntries(FIELDS.map(name => [name, $('f-' + name)]))
  let id = ''
  let busy = false

  const kept = store.getJSON('form', {})
  for (const name of FIELDS) inputs[name].value = kept[name] || ''
  form.addEventListener('input', event => { store.putJSON('form', values()); showError(event.target.name, '') })
  form.addEventListener('submit', submit)

  return { show, hide, focus: () => firstField().focus() }

  function show (opening) {
    const known = Boolean(token()) || Boolean(identity())
    ask('name', known ? 'off' : facts.fields.name)
    ask('email', known ? 'off' : facts.fields.email)
    ask('queue', facts.fields.queue)
    ask('text', 'required')
    const name = nameOf(identity())
    $('known').hidden = !name
    put($('known'), name ? say('known_as', { name }) : '')
    put($('welcome'), opening.open ? facts.welcome || say('hello') : say('hello_closed'))
    put($('start'), opening.open ? say('start') : say('leave'))
    form.hidden = false
  }

  function hide () { form.hidden = true }

  async function submit (event) {
    event.preventDefault()
    if (busy) return
    const given = values()
    const errors = check(given)
    showErrors(errors)
    if (Object.keys(errors).length) return focusError(errors)
    id = id || crypto.randomUUID()
    working(true)
    try {
      await send({ id, ...given })
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error
      notice(say('not_reached'))
    } finally { working(false) }
  }

  async function send (given) {
    const about = { language: facts.language, timezone: Intl.DateTimeFormat().resolvedOptions().timeZone || '', page: page(), screen: `${screen.width}×${screen.height}`, identity: identity() }
    const { status, body } = await start({ ...given, ...about }, token())
    if (status === 201) {
      id = ''
      store.put('form', '')
      form.reset() // what a next talk is about is another matter
      return started(body)
    }
    if (status === 403) return blocked()
    if (status === 429) return notice(say('too_often', { seconds: body.retry_after || 30 }))
    if (status === 413) return showErrors({ text: say('too_long', { limit: facts.limits.text }) })
    if (status === 400 && body.errors) return refused(body.errors)
    notice(say('not_reached'))
  }

  /* A site's word that is too old to count: the form asks what it would have told. */
  function refused (errors) {
    if (errors.identity) {
      identityLost()
      notice(say('identity_lost'))
      return show({ open: true })
    }
    if (errors.id) id = ''
    const told = Object.fromEntries(FIELDS.filter(name => errors[name]).map(name => [name, errors[name][0]]))
    showErrors(told)
    if (Object.keys(told).length) focusError(told)
    else notice(errors.id ? errors.id[0] : say('not_reached'))
  }

  function check (given) {
    const errors = {}
    for (const name of FIELDS) {
      if (isAsked(name) && inputs[name].required && !given[name].trim()) errors[name] = say('required')
    }
    if (given.email && !ADDRESS.test(given.email.trim())) errors.email = say('bad_email')
    if (given.text.length > facts.limits.text) errors.text = say('too_long', { limit: facts.limits.text })
    return errors
  }

  function values () {
    return Object.fromEntries(FIELDS.map(name => [name, isAsked(name) ? inputs[name].value : '']))
  }

  function isAsked (name) { return !inputs[name].closest('.field').hidden }

  function ask (name, how) {
    inputs[name].closest('.field').hidden = how === 'off'
    inputs[name].required = how === 'required'
    for (const word of inputs[name].labels[0].children) word.hidden = how !== 'optional'
  }

  function showErrors (errors) {
    $('form-notice').hidden = true
    for (const name of FIELDS) showError(name, errors[name] || '')
  }

  function showError (name, wrong) {
    put($('e-' + name), wrong)
    inputs[name].setAttribute('aria-invalid', String(Boolean(wrong)))
    inputs[name].setAttribute('aria-describedby', 'e-' + name)
  }

  function focusError (errors) { inputs[FIELDS.find(name => errors[name])].focus() }

  function notice (text) {
    const line = $('form-notice')
    line.hidden = false
    put(line, text)
    line.scrollIntoView({ block: 'nearest' })
  }

  function working (on) {
    busy = on
    $('start').setAttribute('aria-disabled', String(on))
  }

  function firstField () { return FIELDS.map(name => inputs[name]).find(input => isAsked(input.name) && !input.value) || inputs.text }
}
