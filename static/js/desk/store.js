/* Holds the state, and draws once for however many changes come in one turn. */
import { initial, reduce } from "./state.js";

let state = initial;
let drawn = true;
const watchers = [];

export const now = () => state;
export const serverTime = () => Date.now() + state.offset;

export function dispatch(action) {
  const before = state;
  state = reduce(state, action);
  if (state !== before && drawn) {
    drawn = false;
    queueMicrotask(draw);
  }
}

/** Called with the state and the one it was drawn from last. */
export function watch(watcher) {
  watchers.push(watcher);
}

let last = initial;

function draw() {
  drawn = true;
  const before = last;
  last = state;
  for (const watcher of watchers) watcher(last, before);
}
