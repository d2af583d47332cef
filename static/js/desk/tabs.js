/* Of several open desks one rings: the one that was used last, among those that are still there. */
const ALIVE = 5000;
const me = crypto.randomUUID();
const others = new Map(); // tab → {usedAt, heardAt}
const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel(`desk.${document.querySelector("#desk")?.dataset.user}`) : null;
let usedAt = Date.now();

channel?.addEventListener("message", ({ data }) => {
  if (data.gone) others.delete(data.tab);
  else others.set(data.tab, { usedAt: data.usedAt, heardAt: Date.now() });
});
for (const sign of ["pointerdown", "keydown", "focus"]) {
  addEventListener(sign, () => {
    const longAgo = Date.now() - usedAt > 1000;
    usedAt = Date.now();
    if (longAgo) tellOthers();
  }, true);
}
addEventListener("pagehide", () => channel?.postMessage({ tab: me, gone: true }));
addEventListener("pageshow", tellOthers);

export function tellOthers() {
  channel?.postMessage({ tab: me, usedAt });
}

export function isMainTab(time = Date.now()) {
  for (const [tab, other] of others) {
    if (time - other.heardAt > ALIVE) others.delete(tab);
    else if (other.usedAt > usedAt || (other.usedAt === usedAt && tab > me)) return false;
  }
  return true;
}
