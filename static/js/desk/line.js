/* This page's line to the server, and what every part of the desk asks of it. */
import { now } from "./store.js";
import { partsOf } from "./state.js";

let line = null;

export const useLine = (opened) => {
  line = opened;
};
export const ask = (frame) => line.ask(frame);
export const tell = (frame) => line.tell(frame);
export const retry = () => line.retry();
export const forget = (id) => line.forget(id);

export const askAbout = (key, frame) => ask({ ...frame, ...partsOf(key) });
export const tellAbout = (key, frame) => tell({ ...frame, ...partsOf(key) });

export const online = () => now().link.state === "online";
