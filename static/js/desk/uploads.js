/* Files of the message being written: picked, dropped or pasted; sent up one by one, each with its own progress, error and retry. */
import { csrfToken } from "../preferences.js";
import { fileSize, format, gettext } from "../i18n.js";
import { attr, byId, clone, fill, reconcile, show } from "./dom.js";

const LARGEST = 10 * 1024 * 1024;
const chosen = new Map(); // key → [{local, file, status, share, sent, error}]
let changed = () => {};

export const filesOf = (key) => chosen.get(key) ?? [];
export const uploading = (key) => filesOf(key).some((one) => one.status === "sending");
export const ready = (key) => filesOf(key).filter((one) => one.sent).map((one) => one.sent);
export const failed = (key) => filesOf(key).some((one) => one.status === "failed");
export const clearFiles = (key) => chosen.delete(key);

export function restoreFiles(key, files) {
  chosen.set(key, files.map((sent) => ({ local: sent.id, file: sent, status: "sent", share: 1, sent })));
}

export function onUploads(watcher) {
  changed = watcher;
}

export function addFiles(key, files) {
  for (const file of files) {
    const one = { local: crypto.randomUUID(), file, status: "sending", share: 0, sent: null, error: "" };
    chosen.set(key, [...filesOf(key), one]);
    upload(key, one);
  }
  changed(key);
}

export function removeFile(key, local) {
  const one = filesOf(key).find((other) => other.local === local);
  one?.request?.abort();
  chosen.set(key, filesOf(key).filter((other) => other !== one));
  changed(key);
}

export function uploadAgain(key, local) {
  const one = filesOf(key).find((other) => other.local === local);
  if (one) upload(key, Object.assign(one, { status: "sending", share: 0, error: "" }));
  changed(key);
}

function upload(key, one) {
  if (one.file.size > LARGEST) {
    return fail(key, one, format(gettext("Too big: at most %(size)s"), { size: fileSize(LARGEST) }));
  }
  const request = new XMLHttpRequest(); // fetch cannot tell how far an upload is
  const body = new FormData();
  body.append("file", one.file);
  one.request = request;
  request.open("POST", `${byId("desk").dataset.home}${key}/files/`);
  request.setRequestHeader("X-CSRFToken", csrfToken());
  request.responseType = "json";
  request.upload.addEventListener("progress", (event) => {
    one.share = event.lengthComputable ? event.loaded / event.total : 0;
    changed(key);
  });
  request.addEventListener("load", () => {
    if (request.status !== 201) return fail(key, one, request.response?.errors?.file?.[0] ?? gettext("Not taken"));
    Object.assign(one, { status: "sent", sent: request.response.file, share: 1 });
    return changed(key);
  });
  request.addEventListener("error", () => fail(key, one, gettext("No connection")));
  request.send(body);
  return undefined;
}

function fail(key, one, error) {
  Object.assign(one, { status: "failed", error });
  changed(key);
}

export function drawUploads(key) {
  const files = filesOf(key);
  show(byId("compose-files"), files.length > 0);
  reconcile(byId("compose-files"), files, {
    key: (one) => one.local,
    make: () => clone("t-upload"),
    update(node, one) {
      attr(node, "class", one.status === "failed" ? "file failed" : "file");
      node.dataset.local = one.local;
      fill(node, {
        name: one.file.name,
        note: one.error || fileSize(one.file.size),
        progress: { hidden: one.status !== "sending", value: one.share },
        again: { hidden: one.status !== "failed" || one.file.size > LARGEST },
      });
    },
  });
}
