/* The line to the server. A request is kept until it is answered and sent again after a lost connection: its id makes that harmless.
   Time comes in by tick(), from a worker that background tabs do not slow down. */

const VERSION = 1;
const SILENCE = 25_000; // no frame for so long, heartbeats included: the line is dead whatever the browser says
const HEARTBEAT = 10_000;
const AT_ONCE = 12; // requests a second after a lost connection; the server takes 20 frames a second
const FINAL = new Set([4401, 4403, 4409, 4412]); // not to be tried again by itself

/**
 * @param {{url: string, protocols?: string[], hears: (frame: object) => void, link: (link: object) => void, heartbeat: () => object}} desk
 *   `link` is told {state: "connecting"|"online"|"offline"|"ended", code, retryAt}; online is from the first snapshot on.
 */
export function openLine({ url, protocols = [], hears, link, heartbeat }) {
  const unanswered = new Map(); // id → {frame, resolve, notBefore}
  let socket = null;
  let ready = false;
  let attempts = 0;
  let retryAt = null;
  let heard = 0; // frames on this socket: they are numbered
  let heardAt = 0;
  let beatAt = 0;
  let helloAt = null; // when a server that was busy wants to be asked again

  function connect() {
    retryAt = null;
    heard = 0;
    heardAt = Date.now();
    link({ state: "connecting", code: null, retryAt: null });
    socket = new WebSocket(url, protocols);
    const mine = socket;
    mine.addEventListener("open", () => put({ t: "hello" }));
    mine.addEventListener("message", (event) => mine === socket && receive(JSON.parse(event.data)));
    mine.addEventListener("close", (event) => mine === socket && lost(event.code));
  }

  function receive(frame) {
    heardAt = Date.now();
    if (frame.n <= heard) return undefined;
    if (frame.n > heard + 1) return drop(); // whatever was lost, a new line brings all of it
    heard = frame.n;
    if (frame.t === "ok" || frame.t === "error") answer(frame);
    else if (frame.t === "busy") hold(frame);
    else if (frame.t === "heartbeat.ask") beat();
    else {
      hears({ ...frame, received: heardAt });
      if (frame.t === "snapshot" && !ready) becomeReady();
      if (frame.id) answer(frame); // what was asked for comes under its own name
    }
    return undefined;
  }

  function becomeReady() {
    ready = true;
    attempts = 0;
    beatAt = Date.now();
    link({ state: "online", code: null, retryAt: null });
    repeatInTurns();
  }

  /* What piled up goes no faster than the server reads: a flood would be cut, come back and be cut again. */
  function repeatInTurns() {
    [...unanswered.values()].forEach((asked, place) => {
      const turn = Math.floor(place / AT_ONCE);
      if (turn) asked.notBefore = Date.now() + turn * 1000;
      else put(asked.frame);
    });
  }

  function answer(frame) {
    const asked = unanswered.get(frame.id);
    if (asked) {
      unanswered.delete(frame.id);
      asked.resolve(frame);
    } else if (frame.t === "error" && !frame.id) {
      hears({ ...frame, received: heardAt });
    }
  }

  function hold({ id, retry_after: seconds }) {
    const again = Date.now() + Math.max(0.5, seconds ?? 2) * 1000;
    const asked = unanswered.get(id);
    if (asked) asked.notBefore = again;
    else if (!ready) helloAt = again;
  }

  function lost(code) {
    socket = null;
    ready = false;
    helloAt = null;
    if (FINAL.has(code)) return link({ state: "ended", code, retryAt: null });
    retryAt = Date.now() + wait(code);
    attempts += 1;
    link({ state: "offline", code, retryAt });
  }

  /* Doubling up to half a minute, each client at its own moment; a server that restarts says so and gets 1 to 4 s. */
  function wait(code) {
    if (code === 4012) return 1000 + Math.random() * 3000;
    if (code === 4429) return 5000 + Math.random() * 5000;
    return Math.min(30_000, 500 * 2 ** attempts) * (0.5 + Math.random());
  }

  function put(frame) {
    if (socket?.readyState !== WebSocket.OPEN) return false;
    socket.send(JSON.stringify({ v: VERSION, ...frame }));
    return true;
  }

  function tick(now) {
    if (retryAt !== null && now >= retryAt) return connect();
    if (!socket) return undefined;
    if (now - heardAt > SILENCE) return drop();
    if (helloAt !== null && now >= helloAt) {
      helloAt = null;
      put({ t: "hello" });
    }
    if (!ready) return undefined;
    if (now - beatAt >= HEARTBEAT) beat();
    for (const asked of unanswered.values()) {
      if (asked.notBefore && now >= asked.notBefore) {
        asked.notBefore = 0;
        put(asked.frame);
      }
    }
    return undefined;
  }

  function beat() {
    if (!ready) return;
    beatAt = Date.now();
    put({ t: "heartbeat", ...heartbeat() });
  }

  function drop() {
    const dead = socket;
    socket = null;
    dead?.close();
    lost(1006);
  }

  connect();
  return {
    tick,
    /** Goes now or not at all: marks that would be untrue later. */
    tell: (frame) => ready && put(frame),
    hello: () => ready && put({ t: "hello" }),
    /** Resolves with the `ok` or `error` frame, however long the line takes to come back. */
    ask(frame) {
      const asked = { ...frame, id: frame.id ?? crypto.randomUUID() };
      return new Promise((resolve) => {
        unanswered.set(asked.id, { frame: asked, resolve, notBefore: 0 });
        if (ready) put(asked);
      });
    },
    forget: (id) => unanswered.delete(id),
    /** The network is back, or the person does not want to wait. */
    retry() {
      if (retryAt !== null) connect();
    },
    /** The network is gone: do not wait for the silence to tell. */
    suspect() {
      if (socket) drop();
    },
  };
}
