/* Holds the state, and draws once for however many changes come in one turn. */
import { initial, reduce } from "./state.js";

let state = initial;
let drawn = true;
let last = initial;
let watcher = () => {};

/** What is looked at on this page, kept in its address. */
export const only = { company: "", pool: "" };

export const now = () => state;
export const serverTime = () => Date.now() + state.offset;

export function watch(draw) {
  watcher = draw;
}

export function dispatch(action) {
  const before = state;
  state = reduce(state, action);
  if (state !== before) redraw();
}

export function redraw() {
  if (!drawn) return;
  drawn = false;
  queueMicrotask(() => {
    drawn = true;
    const before = last;
    last = state;
    watcher(state, before);
  });
}
