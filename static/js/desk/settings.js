/* This browser's own choices: sound, notifications, how a reply is sent, keys. Every tab hears of a change. */
const DEFAULTS = { sound: true, notify: false, notifyAsked: false, enterSends: false, singleKeys: true };
const NAME = "desk.settings";
const watchers = [];

export const settings = { ...DEFAULTS, ...stored() };

export function choose(name, value) {
  settings[name] = value;
  try {
    localStorage.setItem(NAME, JSON.stringify(settings));
  } catch {
    // Storage refused: the choice holds for this page.
  }
  for (const watcher of watchers) watcher();
}

export function watchSettings(watcher) {
  watchers.push(watcher);
  watcher();
}

addEventListener("storage", (event) => {
  if (event.key !== NAME) return;
  Object.assign(settings, stored());
  for (const watcher of watchers) watcher();
});

function stored() {
  try {
    return JSON.parse(localStorage.getItem(NAME)) ?? {};
  } catch {
    return {};
  }
}
