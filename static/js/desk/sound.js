/* Sounds made here, of no file: two notes while an offer rings, one short note for a message that is not in view. */
import { isMainTab } from "./tabs.js";
import { settings } from "./settings.js";

const RING_EVERY = 2400;
let context = null;
let rangAt = 0;

/** Browsers let a page sound only after a press; from then on it may. */
export function mountSound() {
  const wake = () => {
    if (navigator.userActivation?.hasBeenActive === false) return; // a modifier alone is no press
    context ??= new AudioContext();
    if (context.state === "suspended") context.resume();
  };
  for (const sign of ["pointerdown", "keydown"]) addEventListener(sign, wake, true);
}

export function ring(ringing, time) {
  if (!ringing) {
    rangAt = 0;
  } else if (time - rangAt >= RING_EVERY) {
    rangAt = time;
    play([[659, 0], [880, 0.16], [659, 0.42], [880, 0.58]]);
  }
}

export const chime = () => play([[740, 0]], 0.05);

function play(notes, loudness = 0.12) {
  if (!settings.sound || context?.state !== "running" || !isMainTab()) return;
  for (const [pitch, after] of notes) {
    const at = context.currentTime + after;
    const note = context.createOscillator();
    const volume = context.createGain();
    note.type = "sine";
    note.frequency.value = pitch;
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(loudness, at + 0.015);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.22);
    note.connect(volume).connect(context.destination);
    note.start(at);
    note.stop(at + 0.25);
  }
}
