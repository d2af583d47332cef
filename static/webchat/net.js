/* Questions to the company's host. The visitor's token goes in a header: no cookie reaches a frame in another site. */

import { facts } from './words.js'

const PATIENCE = 30000

export class Unreachable extends Error {}

export async function start (form, token) { return post('/widget/start/', form, token) }

export async function identify (identity) { return post('/widget/identify/', { identity, language: facts.language }, '') }

export async function isTokenGood (token) {
  try {
    const answer = await ask('/widget/token/', { headers: bearer(token) })
    return answer.status === 401 ? false : true
  } catch (unreachable) { return null }
}

export async function upload (file, token) {
  const body = new FormData()
  body.append('file', file, file.name || 'picture.png')
  const answer = await ask(`/widget/files/?language=${facts.language}`, { method: 'POST', body, headers: bearer(token) }, 4 * PATIENCE)
  return { status: answer.status, body: await read(answer) }
}

export async function download (path, token) {
  const answer = await ask(`${path}?language=${facts.language}`, { headers: bearer(token) }, 4 * PATIENCE)
  if (!answer.ok) throw new Unreachable()
  const named = /filename\*?=(?:utf-8'')?"?([^";]+)/i.exec(answer.headers.get('Content-Disposition') || '')
  return { blob: await answer.blob(), name: named ? decodeURIComponent(named[1]) : 'chat.txt' }
}

export async function opening () {
  const answer = await ask('/widget/hours/', {})
  if (!answer.ok) throw new Unreachable()
  return answer.json()
}

async function post (path, body, token) {
  const headers = { 'Content-Type': 'application/json', ...(token ? bearer(token) : {}) }
  const answer = await ask(path, { method: 'POST', body: JSON.stringify(body), headers })
  return { status: answer.status, body: await read(answer) }
}

async function ask (path, options, patience = PATIENCE) {
  try {
    return await fetch(path, { credentials: 'omit', cache: 'no-store', signal: AbortSignal.timeout(patience), ...options })
  } catch (lost) { throw new Unreachable() }
}

async function read (answer) {
  try { return await answer.json() } catch (noJSON) { return {} }
}

function bearer (token) { return { Authorization: 'Bearer ' + token } }
