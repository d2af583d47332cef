/* Presence with its timer, capacity by channel, how the line is. */
import { clock, format, gettext, timeOf } from "../i18n.js";
import { ask } from "./line.js";
import { $, attr, byId, clone, fill, icon, reconcile, show, text } from "./dom.js";
import { toast } from "./announce.js";
import { now, serverTime } from "./store.js";
import { activityName, channelName, presenceName, refusal } from "./words.js";

export async function setPresence(presence, reason = "") {
  const answer = await ask({ t: "presence.set", presence, ...(reason ? { reason } : {}) });
  if (answer.t === "error") toast(refusal(answer), { bad: true });
}

export function mountTop() {
  byId("menu-presence").addEventListener("click", (event) => {
    const row = event.target.closest("[data-presence]");
    if (row) setPresence(row.dataset.presence, row.dataset.reason);
  });
}

export function drawTop(state) {
  const { me } = state;
  if (!me) return;
  const working = me.presence === "available" && me.activity !== "idle";
  const reason = state.breaks.find((one) => one.key === me.reason)?.name;
  text(byId("presence-name"), working ? activityName(me.activity) : reason ?? presenceName(me.presence));
  text(byId("presence-note"), me.since ? format(gettext("since %(time)s"), { time: timeOf(me.since) }) : "");
  const shown = working && me.activity === "wrap_up" ? "edit" : ICONS[me.presence];
  icon(byId("presence-icon"), shown ?? "headset");
  byId("presence").classList.toggle("bad", me.presence === "not_responding");
  byId("presence").classList.toggle("ok", me.presence === "available");
  drawCapacity(me);
  drawBreaks(state);
  tickTop();
}

const ICONS = { available: "headset", break: "coffee", not_responding: "alert-triangle", offline: "power" };

export function tickTop() {
  const { me } = now();
  if (me) text(byId("presence-time"), me.since ? clock((serverTime() - Date.parse(me.since)) / 1000) : "");
}

function drawCapacity(me) {
  reconcile(byId("caps"), Object.entries(me.capacity), {
    key: ([channel]) => channel,
    make: () => clone("t-cap"),
    update(node, [channel, { used, limit }]) {
      fill(node, { name: channelName(channel), load: `${used}/${limit}` });
      attr(node, "title", format(gettext("%(channel)s: %(used)s of %(limit)s in use"), { channel: channelName(channel), used, limit }));
      const pips = $(".pips", node);
      while (pips.children.length > limit) pips.lastElementChild.remove();
      while (pips.children.length < limit) pips.append(document.createElement("i"));
      [...pips.children].forEach((pip, at) => pip.classList.toggle("on", at < used));
    },
  });
}

function drawBreaks({ breaks, me }) {
  reconcile(byId("breaks"), breaks, {
    key: (one) => one.key,
    make: () => clone("t-break"),
    update(node, one) {
      fill(node, { name: one.name });
      node.dataset.reason = one.key;
      attr(node, "aria-current", me.reason === one.key);
    },
  });
  show(byId("breaks"), breaks.length > 0);
}
