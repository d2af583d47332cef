/* The details beside a conversation: real tabs, filled with fragments of the server. */
import { gettext } from "../i18n.js";
import { $$, byId } from "./dom.js";
import { hrefOf } from "./work.js";

const NAMES = ["customer", "history"];
const filled = {}; // panel → the key it shows
let key; // null: no conversation is open; at the start not even that is drawn

export function mountSide() {
  const tabs = NAMES.map((name) => byId(`tab-${name}`));
  tabs.forEach((tab, at) => {
    tab.addEventListener("click", () => choose(NAMES[at]));
    tab.addEventListener("keydown", (event) => {
      const to = { ArrowRight: at + 1, ArrowLeft: at - 1 + tabs.length, Home: 0, End: tabs.length - 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      choose(NAMES[to % tabs.length]);
      tabs[to % tabs.length].focus();
    });
  });
  for (const name of NAMES) {
    const panel = byId(`panel-${name}`);
    for (const failure of ["htmx:responseError", "htmx:sendError"]) {
      panel.addEventListener(failure, (event) => event.target === panel && drawFailure(panel, name));
    }
  }
}

function choose(name) {
  for (const other of NAMES) {
    const chosen = other === name;
    byId(`tab-${other}`).setAttribute("aria-selected", String(chosen));
    byId(`tab-${other}`).tabIndex = chosen ? 0 : -1;
    byId(`panel-${other}`).hidden = !chosen;
  }
  load(name);
}

export function drawSide(state) {
  const talk = state.front ? state.talks[state.front] : null;
  const wanted = talk?.about && !talk.missing ? state.front : null;
  if (wanted === key) return;
  key = wanted;
  for (const name of NAMES) if (!key || filled[name] !== key) clear(name);
  const chosen = $$('[role="tab"][aria-selected="true"]', byId("side"))[0].id.replace("tab-", "");
  load(chosen);
}

function clear(name) {
  delete filled[name];
  byId(`panel-${name}`).replaceChildren(...(key ? [] : [empty()]));
}

/** What stands there is old: somebody was blocked, say. */
export function refill() {
  for (const name of NAMES) delete filled[name];
  load("customer");
}

function load(name) {
  if (!key || filled[name] === key) return;
  filled[name] = key;
  htmx.ajax("GET", `${hrefOf(key)}${name}/`, { target: `#panel-${name}`, swap: "innerHTML" });
}

function drawFailure(panel, name) {
  delete filled[name];
  const words = document.createElement("p");
  words.className = "mid";
  words.textContent = gettext("This could not be loaded.");
  const again = document.createElement("button");
  again.className = "btn";
  again.type = "button";
  again.textContent = gettext("Try again");
  again.addEventListener("click", () => load(name));
  const line = document.createElement("div");
  line.append(again);
  panel.replaceChildren(words, line);
}

function empty() {
  const words = document.createElement("p");
  words.className = "mid";
  words.textContent = gettext("Who the customer is stands here once a conversation is open.");
  return words;
}
