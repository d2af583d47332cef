/* The tag on a company's website. Until its button is clicked it stores nothing and asks for nothing: all it needs stands
   in `facts`. It lives in a shadow root and is styled by a constructed stylesheet, so that neither the page's styles nor
   its content policy stand in its way. Works in a page of any language; shares no name with it. */
(function (facts) {
  'use strict'
  const script = document.currentScript
  const language = pickLanguage()
  const words = facts.words[language]
  const memory = 'contactcenter ' + facts.origin
  let host, button, badge, frame, opened = false, ready = false

  if (document.getElementById('contactcenter-widget')) return
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', draw)
  else draw()

  function pickLanguage () {
    const asked = script && script.dataset.language
    const wishes = [asked, document.documentElement.lang, ...(navigator.languages || [])]
    for (const wish of wishes) {
      const found = Object.keys(facts.words).find(code => wish && code.split('-')[0] === wish.toLowerCase().split('-')[0])
      if (found) return found
    }
    return facts.default in facts.words ? facts.default : Object.keys(facts.words)[0]
  }

  function draw () {
    host = make('div', { id: 'contactcenter-widget', lang: language })
    const root = host.attachShadow({ mode: 'open' })
    root.adoptedStyleSheets = [sheet()]
    badge = make('span', { class: 'badge', hidden: '', 'aria-hidden': 'true' })
    button = make('button', { type: 'button', class: 'button', 'aria-expanded': 'false', 'aria-label': words.open, title: words.open })
    button.append(icon('M8 9h8M8 13h6M9 18l-3 3v-3H5a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2h14a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2z'), badge)
    button.addEventListener('click', () => open())
    root.append(button)
    document.body.append(host)
    addEventListener('message', hear)
    // Only a visitor who opened the chat before has this mark; then the frame, which alone knows, says what is new.
    if (remembered()) load(false)
  }

  function open (takesFocus = true) {
    if (opened) return
    opened = true
    remember()
    load(true)
    frame.hidden = false
    host.toggleAttribute('data-open', true)
    button.setAttribute('aria-expanded', 'true')
    badge.hidden = true
    tell({ t: 'open', identity: identity() })
    if (takesFocus) frame.focus()
  }

  function close () {
    if (!opened) return
    opened = false
    frame.hidden = true
    host.toggleAttribute('data-open', false)
    button.setAttribute('aria-expanded', 'false')
    label(words.open)
    tell({ t: 'close' })
    button.focus()
  }

  function load (atOnce) {
    if (frame) return
    frame = make('iframe', { title: words.open, class: 'frame', src: facts.origin + '/widget/?language=' + encodeURIComponent(language) })
    frame.hidden = !atOnce
    frame.addEventListener('load', () => {
      ready = true
      tell({ t: 'hello', open: opened, page: page(), identity: identity() })
    })
    host.shadowRoot.append(frame)
    watchAddress()
  }

  function hear (event) {
    if (!frame || event.source !== frame.contentWindow || event.origin !== facts.origin) return
    const message = event.data
    if (!message || message.contactcenter !== 1) return
    if (message.t === 'close') close()
    else if (message.t === 'was-open' && !matchMedia('(max-width: 480px)').matches) open(false)
    else if (message.t === 'unread') showUnread(Number(message.count) || 0)
  }

  function tell (message) {
    if (!ready) return // its first message says all of it
    frame.contentWindow.postMessage({ contactcenter: 1, ...message }, facts.origin)
  }

  function showUnread (count) {
    badge.textContent = count > 9 ? '9+' : String(count)
    badge.hidden = !count || opened
    if (!opened) label(count ? words.open + '. ' + words.unread.replace('{n}', count) : words.open)
  }

  function label (text) {
    button.setAttribute('aria-label', text)
    button.title = text
    if (frame) frame.title = words.open
  }

  /* Read when it is needed: a page open for long may renew the attribute. */
  function identity () { return (script && script.dataset.identity) || '' }

  /* Without query and fragment, which may hold keys to the visitor's account. */
  function page () { return location.origin + location.pathname }

  function watchAddress () {
    let last = page()
    const look = () => { if (page() !== last) tell({ t: 'page', page: last = page() }) }
    addEventListener('popstate', look)
    setInterval(look, 2000)
  }

  function remembered () { try { return localStorage.getItem(memory) === '1' } catch (refused) { return false } }
  function remember () { try { localStorage.setItem(memory, '1') } catch (refused) { /* then the next page starts afresh */ } }

  function make (name, attributes) {
    const element = document.createElement(name)
    for (const key in attributes) element.setAttribute(key, attributes[key])
    return element
  }

  function icon (path) {
    const space = 'http://www.w3.org/2000/svg'
    const svg = document.createElementNS(space, 'svg')
    const line = document.createElementNS(space, 'path')
    svg.setAttribute('viewBox', '0 0 24 24')
    svg.setAttribute('aria-hidden', 'true')
    line.setAttribute('d', path)
    svg.append(line)
    return svg
  }

  function sheet () {
    const { light, dark } = facts.colours
    const css = new CSSStyleSheet()
    css.replaceSync(`
      :host { all: initial; --co: ${light.solid}; --on: ${light.on}; --edge: #fff; color-scheme: light dark }
      @media (prefers-color-scheme: dark) { :host { --co: ${dark.solid}; --on: ${dark.on}; --edge: #14181e } }
      [hidden] { display: none !important }
      .button { all: unset; box-sizing: border-box; position: fixed; right: 24px; bottom: 24px; z-index: 2147483000;
        display: grid; place-items: center; width: 56px; height: 56px; border-radius: 50%; cursor: pointer;
        color: var(--on); background: var(--co); box-shadow: 0 6px 20px #161b2540, 0 1px 3px #161b2533, 0 0 0 1px #ffffff26 }
      .button:hover { filter: brightness(1.08) }
      .button:focus-visible { outline: 3px solid var(--co); outline-offset: 3px; box-shadow: 0 0 0 3px var(--edge) }
      svg { width: 26px; height: 26px; fill: none; stroke: currentColor; stroke-width: 1.75; stroke-linecap: round; stroke-linejoin: round }
      .badge { position: absolute; top: -4px; right: -4px; box-sizing: border-box; min-width: 22px; padding: 0 6px; border-radius: 11px;
        font: 650 12px/22px system-ui, sans-serif; text-align: center; color: #fff; background: #b3192a; box-shadow: 0 0 0 2px var(--edge) }
      .frame { position: fixed; right: 24px; bottom: 24px; z-index: 2147483001; width: 388px; height: min(690px, calc(100dvh - 48px));
        border: 0; border-radius: 16px; background: Canvas; box-shadow: 0 12px 32px #161b2538, 0 2px 6px #161b2522, 0 0 0 1px #8883;
        animation: rise .16s ease-out }
      :host([data-open]) .button { visibility: hidden }
      @keyframes rise { from { opacity: 0; transform: translateY(8px) } }
      @media (max-width: 480px) {
        .frame { inset: 0; width: 100%; height: 100dvh; border-radius: 0; box-shadow: none }
        .button { right: 16px; bottom: 16px }
      }
      @media (prefers-reduced-motion: reduce) { .frame { animation: none } }
      @media (forced-colors: active) { .button { border: 2px solid ButtonText } }
      @media print { :host { display: none } }
    `)
    return css
  }
})
