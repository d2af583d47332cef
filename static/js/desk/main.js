/* The desk put together: the line feeds the state, the state draws the page, presses and keys ask the line. */
import { format, gettext, ngettext, number } from "../i18n.js";
import { wearColours } from "../companies.js";
import { mountPresses } from "./actions.js";
import { say, toast } from "./announce.js";
import { drawBanner, mountBanner, tickBanner } from "./banner.js";
import { changeEntry, mountComposer } from "./composer.js";
import { $$, byId } from "./dom.js";
import { guardWith } from "./guard.js";
import { forgetAll } from "./keep.js";
import { mountKeys, showHelp } from "./keys.js";
import { retry, useLine } from "./line.js";
import { groups } from "./lists.js";
import { mountLog, tickLog } from "./log.js";
import { allowNotify, drawAsk, drawTitle, notifyOffers, ringing } from "./notify.js";
import { keepOutbox, resume, sendAgain } from "./outbox.js";
import { choose, settings, watchSettings } from "./settings.js";
import { confirmed, mountSheets } from "./sheets.js";
import { shortcuts } from "./shortcuts.js";
import { drawSide, mountSide } from "./side.js";
import { openLine } from "./socket.js";
import { chime, mountSound, ring } from "./sound.js";
import { cardOf, cards, keyOf, known } from "./state.js";
import { dispatch, now, watch } from "./store.js";
import { tellOthers } from "./tabs.js";
import { drawTalk, fetchTalk, forgetTold, markRead, open, opening, refocus, showPane } from "./talk.js";
import { drawNotices, mountNotices, tellForced } from "./notices.js";
import { drawTop, mountTop, tickTop } from "./top.js";
import { mountTransfer } from "./transfer.js";
import { drawWork, tickWork } from "./work.js";
import { customerName, returnedWords } from "./words.js";
import { mountWrapUp, onFinished, onSeeTalk, tickWrapUp } from "./wrap_up.js";

const NO_TALK = /^\/?$/;
let resumed = false;

function start() {
  mountSheets();
  mountTop();
  mountNotices();
  mountLog();
  mountComposer();
  mountWrapUp();
  mountTransfer();
  mountSide();
  mountBanner();
  mountSound();
  mountPresses({ help: showHelp });
  mountKeys(shortcuts, { waits: opening });
  mountSettings();
  guardWith({ sendAgain, change: changeEntry });
  onSeeTalk(() => drawTalk(now()));
  onFinished(leave);
  watch(draw);
  open(keyFromAddress(), { push: false, write: false });
  const line = openLine({
    url: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/desk/`,
    hears: (frame) => (frame.t === "presence.forced" ? tellForced(frame) : dispatch(frame)),
    link: (link) => dispatch({ t: "local.link", link }),
    heartbeat: () => ({ rev: now().rev, conversations: known(now()) }),
  });
  useLine(line);
  const ticker = new Worker("/static/js/desk/ticker.js");
  ticker.addEventListener("message", () => tick(line));
  addEventListener("online", retry);
  addEventListener("offline", line.suspect);
  addEventListener("popstate", () => open(keyFromAddress(), { push: false }));
  for (const sign of ["focus", "visibilitychange"]) {
    (sign === "focus" ? window : document).addEventListener(sign, () => {
      markRead();
      if (document.hasFocus()) refocus();
    });
  }
  let asked = null;
  watch((state) => {
    if (state.stale && asked !== state.rev) line.hello();
    asked = state.stale ? state.rev : null;
  });
}

function keyFromAddress() {
  const rest = location.pathname.slice(byId("desk").dataset.home.length);
  const [company, conversation] = rest.split("/");
  return NO_TALK.test(rest) || !conversation ? null : keyOf(company, conversation);
}

function draw(state, before) {
  if (state.companies !== before.companies) wearColours(state.companies);
  drawBanner(state, before);
  if (state.link.state !== "online") forgetTold();
  if (!state.me) return;
  drawTop(state);
  drawNotices();
  drawWork(state);
  drawTalk(state);
  drawSide(state);
  drawTitle(state);
  drawAsk(state);
  notifyOffers(state);
  keepOutbox(state);
  const back = state.link.state === "online" && before.link.state !== "online";
  if (back) comeBack(state);
  if (before.me) tellNews(state, before, back);
}

function comeBack(state) {
  if (state.front) fetchTalk(state.front);
  if (!resumed) resume();
  resumed = true;
}

/* What is said aloud and sounds: offers that begin to ring, messages that come, time that ran out. */
function tellNews(state, before, back) {
  for (const card of groups(state).offers) {
    if (before.items[card.id]?.state === "offered") continue;
    const words = gettext("Offer from %(company)s: %(customer)s. %(greeting)s Press A to accept, D to decline.");
    say(format(words, { company: state.companies[card.company]?.name ?? "", customer: customerName(card.customer), greeting: returnedWords(card) || card.offer.greeting }), true);
  }
  for (const card of cards(state)) {
    const old = before.items[card.id];
    const heard = old && !back && card.state === "active" && card.last?.direction === "in" && card.last.at !== old.last?.at;
    if (heard) tellMessage(card, state);
  }
  for (const card of cards(before)) {
    const key = keyOf(card.company, card.conversation);
    if (state.items[card.id] || key !== state.front || cardOf(state, key)) continue;
    if (card.state === "wrap_up") leave(card);
    else if (card.state === "active") toast(format(gettext("%(name)s is not on your desk any more."), { name: customerName(card.customer) }));
  }
  const asked = new Set(before.questions.map(({ note }) => note.id));
  for (const { note } of state.questions.filter((question) => !asked.has(question.note.id))) {
    say(format(gettext("%(name)s asks you: %(text)s"), { name: note.author.name, text: note.text }));
    chime();
  }
}

function tellMessage(card, state) {
  const inFront = keyOf(card.company, card.conversation) === state.front;
  const words = inFront ? "%(name)s: %(text)s" : gettext("%(name)s, %(company)s: %(text)s");
  say(format(words, {
    name: customerName(card.customer), company: state.companies[card.company]?.name ?? "", text: card.last.text,
  }));
  if (!inFront || document.visibilityState === "hidden" || !document.hasFocus()) chime();
}

/* Wrapped up: nothing in front, and the hand on the next card. */
function leave(card) {
  if (now().front !== keyOf(card.company, card.conversation)) return;
  open(null);
  const next = $$("a.item", byId("work-list")).find((row) => row.dataset.talk !== keyOf(card.company, card.conversation));
  (next ?? byId("work-list")).focus();
}

let beats = 0;

function tick(line) {
  const time = Date.now();
  line.tick(time);
  tellOthersSometimes();
  const state = now();
  if (!state.me) return;
  ring(ringing(), time);
  tickBanner(state);
  tickTop();
  drawNotices();
  tickWork();
  tickLog(state);
  tickWrapUp(state.talks[state.front]);
}

function tellOthersSometimes() {
  beats += 1;
  if (beats % 4 === 0) tellOthers();
}

function mountSettings() {
  byId("menu-me").addEventListener("click", (event) => {
    const row = event.target.closest("[data-setting]");
    if (!row) return;
    const wanted = !settings[row.dataset.setting];
    if (row.dataset.setting === "notify" && wanted) allowNotify().then(sayIfRefused);
    else choose(row.dataset.setting, wanted);
  });
  watchSettings(() => {
    for (const row of $$("[data-setting]")) row.setAttribute("aria-checked", String(Boolean(settings[row.dataset.setting])));
    if (now().me) drawAsk(now());
  });
  byId("sign-out").addEventListener("submit", signOut);
  showPane("work");
}

/* Asks first while customers are still with this agent: they go back to their queues. */
async function signOut(event) {
  event.preventDefault();
  const { length } = cards(now()).filter((card) => card.state === "active");
  const words = ngettext(
    "%(n)s chat is still with you. It goes back to its queue, and the customer waits.",
    "%(n)s chats are still with you. They go back to their queues, and the customers wait.",
    length,
  );
  const asked = { title: gettext("Sign out now?"), text: format(words, { n: number(length) }), yes: gettext("Sign out") };
  if (length && !(await confirmed(asked))) return;
  forgetAll();
  byId("sign-out").submit();
}

function sayIfRefused(granted) {
  if (!granted) toast(gettext("The browser does not allow notifications for this address. Allow them in its settings."), { bad: true });
}

start();
