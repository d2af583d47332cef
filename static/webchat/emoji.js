/* A small picker of the emoji that people use most; the system draws them. */

import { $, make } from './dom.js'

const COMMON = ('😀 😃 😄 😁 😅 😂 🙂 😉 😊 😍 😘 😋 😎 🤔 😐 🙄 😬 😔 😢 😭 😡 😱 😴 🤒 🤗 🤝 👍 👎 👌 ✌️ 👋 🙏 👏 💪 ' +
  '🎉 🎂 🎁 🌹 ❤️ 💔 ✅ ❌ ❓ ❗ ⭐ 🔥 ☀️ 🌧️ ✈️ 🚗 🏨 🏠 📷 📎 📅 📞 💳 💶 🐶 🐱 ☕ 🍕').split(' ')

export function readyEmoji (input) {
  const button = $('emoji')
  const panel = $('emojis')

  button.addEventListener('click', () => panel.hidden ? open() : close())
  panel.addEventListener('click', event => {
    const choice = event.target.closest('button')
    if (choice) insert(choice.textContent)
  })
  panel.addEventListener('keydown', event => {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 8, ArrowUp: -8 }[event.key]
    if (!step) return
    event.preventDefault()
    const all = [...panel.children]
    const next = all[all.indexOf(document.activeElement) + step]
    if (next) next.focus()
  })
  document.addEventListener('pointerdown', event => {
    if (!panel.hidden && !panel.contains(event.target) && !button.contains(event.target)) close(false)
  })
  return { isOpen: () => !panel.hidden, close }

  function open () {
    if (!panel.firstChild) panel.append(...COMMON.map(each => make('button', { type: 'button' }, each)))
    panel.hidden = false
    button.setAttribute('aria-expanded', 'true')
    panel.firstChild.focus()
  }

  function close (goesBack = true) {
    panel.hidden = true
    button.setAttribute('aria-expanded', 'false')
    if (goesBack) button.focus()
  }

  function insert (text) {
    close(false)
    input.focus()
    input.setRangeText(text, input.selectionStart, input.selectionEnd, 'end')
    input.dispatchEvent(new Event('input', { bubbles: true }))
  }
}
