/* Files on their way to the company: picked, dropped or pasted, uploaded at once, sent with the next message. */

import { $, icon, make } from './dom.js'
import { Unreachable, download, upload } from './net.js'
import { facts, say } from './words.js'

export function readyFiles ({ token, changed, mayAttach, announce }) {
  const chips = $('chips')
  const picker = $('picker')
  const drop = $('drop')
  const pictures = new Map() // file id → object URL
  let pending = [] // {file, element, id}

  $('attach').addEventListener('click', () => picker.click())
  picker.addEventListener('change', () => { add(picker.files); picker.value = '' })
  $('text').addEventListener('paste', event => {
    const files = [...(event.clipboardData ? event.clipboardData.files : [])]
    if (files.length) { event.preventDefault(); add(files) }
  })
  addEventListener('dragover', event => {
    if (!event.dataTransfer || !event.dataTransfer.types.includes('Files')) return
    event.preventDefault()
    drop.hidden = !mayAttach()
  })
  addEventListener('dragleave', event => { if (!event.relatedTarget) drop.hidden = true })
  addEventListener('drop', event => {
    drop.hidden = true
    if (!event.dataTransfer || !event.dataTransfer.files.length) return
    event.preventDefault()
    if (mayAttach()) add(event.dataTransfer.files)
  })

  return { ready, isUploading, take, clear, save, saveTranscript, picture }

  function ready () { return pending.filter(each => each.stored) }
  function isUploading () { return pending.some(each => !each.stored && !each.failed) }

  /* Those that are with the company, for a message; the chips go. */
  function take () {
    const taken = ready().map(each => each.stored)
    clear()
    return taken
  }

  function clear () { pending = []; draw() }

  function add (list) {
    for (const file of [...list].slice(0, facts.limits.files - pending.length)) {
      const entry = { file, stored: null, failed: '' }
      pending.push(entry)
      if (file.size > facts.limits.file) entry.failed = say('file_too_big')
      else send(entry)
    }
    draw()
  }

  async function send (entry) {
    try {
      const { status, body } = await upload(entry.file, token())
      if (status === 201) entry.stored = body.file
      else if (status === 429) entry.failed = say('too_often', { seconds: body.retry_after })
      else entry.failed = (body.errors && body.errors.file && body.errors.file[0]) || say('file_failed')
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error
      entry.failed = say('file_failed')
    }
    if (entry.failed) announce(entry.failed)
    draw()
  }

  function draw () {
    chips.hidden = !pending.length
    chips.replaceChildren(...pending.map(entry => {
      const remove = make('button', { type: 'button', 'aria-label': say('remove_file', { name: entry.file.name }), title: say('discard') }, icon('x'))
      remove.addEventListener('click', () => { pending = pending.filter(each => each !== entry); draw(); $('text').focus() })
      const name = entry.failed ? `${entry.file.name}: ${entry.failed}` : entry.stored ? entry.stored.name : say('uploading', { name: entry.file.name })
      return make('li', { class: entry.failed ? 'bad' : null, 'aria-busy': String(!entry.stored && !entry.failed) }, make('span', {}, name), remove)
    }))
    changed()
  }

  async function save (file) {
    await keep(`/widget/files/${file.id}/`, file.name)
  }

  async function saveTranscript () { await keep('/widget/transcript/', '') }

  async function keep (path, name) {
    try {
      const found = await download(path, token())
      const address = URL.createObjectURL(found.blob)
      make('a', { href: address, download: name || found.name }).click()
      setTimeout(() => URL.revokeObjectURL(address), 60000)
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error
      announce(say('download_failed'), true)
    }
  }

  /* In its box of fixed size, when it comes: nothing jumps. */
  async function picture (file, box) {
    if (!pictures.has(file.id)) {
      try {
        pictures.set(file.id, URL.createObjectURL((await download(`/widget/files/${file.id}/`, token())).blob))
      } catch (error) {
        if (!(error instanceof Unreachable)) throw error
        return // the box keeps its icon, and a click tries again
      }
    }
    box.replaceChildren(make('img', { src: pictures.get(file.id), alt: say('picture', { name: file.name }) }))
  }
}
