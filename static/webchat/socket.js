/* One socket that comes back: heartbeats, patience, and the close codes of docs/protocol.md. Knows frames, not talks. */

const HEARTBEAT = 10000
const PATIENCE = 25000 // without any frame: the line is dead, though nobody said so
const LONGEST_WAIT = 15000
const STOPS = { 4401: 'gone', 4403: 'closed', 4412: 'version' }
const LOST = 4000
const RESTARTING = 4012
const FULL = 4429 // others from the same network hold as many lines as one may

export function openLine ({ address, protocols, hello, heartbeat, onFrame, onLink, onStop, isWelcome }) {
  let socket = null
  let tries = 0
  let heard = 0
  let count = 0 // of frames on this socket
  let timer = 0
  let stopped = false

  const beat = setInterval(() => {
    if (!isOpen()) return
    if (Date.now() - heard > PATIENCE) return socket.close(LOST)
    send(heartbeat())
  }, HEARTBEAT)
  addEventListener('online', hurry)
  addEventListener('offline', gone)
  document.addEventListener('visibilitychange', wake)
  dial()

  return { send, stop, hurry, heartbeat: () => isOpen() && send(heartbeat()) }

  function isOpen () { return socket !== null && socket.readyState === WebSocket.OPEN }

  function dial () {
    clearTimeout(timer)
    if (stopped || socket) return
    let accepted = false
    const own = socket = new WebSocket(address, protocols())
    own.addEventListener('open', () => {
      accepted = true
      count = 0
      heard = Date.now()
      send(hello())
    })
    own.addEventListener('message', event => {
      heard = Date.now()
      read(JSON.parse(event.data), own)
    })
    own.addEventListener('close', event => {
      if (socket === own) socket = null
      if (stopped) return
      if (STOPS[event.code]) return stop(), onStop(STOPS[event.code])
      lost(event.code, accepted)
    })
  }

  /* Frames are numbered: whatever is missing, a new line brings all of it. */
  function read (frame, own) {
    if (frame.n <= count) return
    if (frame.n > count + 1) return own.close(LOST)
    count = frame.n
    if (frame.t === 'heartbeat.ask') return void send(heartbeat())
    if (frame.t === 'busy' && !frame.id) {
      onLink('busy')
      setTimeout(() => send(hello()), frame.retry_after * 1000)
      return
    }
    if (frame.t === 'welcome') {
      tries = 0
      onLink('open')
    }
    onFrame(frame)
  }

  async function lost (code, accepted) {
    onLink(navigator.onLine === false ? 'offline' : code === FULL ? 'full' : 'lost')
    tries += 1
    // A refused token looks like a lost network: after a second refusal we ask.
    if (!accepted && tries > 1 && navigator.onLine !== false && await isWelcome() === false) return stop(), onStop('gone')
    const wait = code === RESTARTING ? 1000 + Math.random() * 3000 : Math.min(LONGEST_WAIT, 400 * 2 ** Math.min(tries, 6)) * (0.5 + Math.random() / 2)
    clearTimeout(timer)
    timer = setTimeout(dial, wait)
  }

  /* A network that is back may have kept the line, or not: the answer to a hello will tell. */
  function hurry () {
    if (stopped) return
    if (isOpen()) send(hello())
    else if (!socket) dial()
  }

  function wake () { if (document.visibilityState === 'visible') { isOpen() ? send(heartbeat()) : hurry() } }
  function gone () { onLink('offline') }

  function send (frame) {
    if (!isOpen()) return false
    socket.send(JSON.stringify({ v: 1, ...frame }))
    return true
  }

  function stop () {
    stopped = true
    clearInterval(beat)
    clearTimeout(timer)
    removeEventListener('online', hurry)
    removeEventListener('offline', gone)
    document.removeEventListener('visibilitychange', wake)
    if (socket) socket.close(1000)
  }
}
