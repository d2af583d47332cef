/* Where one writes: a reply in the company's name, or words for colleagues only. */
import { format, gettext, number } from "../i18n.js";
import { $, attr, byId, icon, show, text } from "./dom.js";
import { cannedKey, cannedOpen, closeCanned, watchSlash } from "./canned.js";
import { colleaguesOf, fillColleagues } from "./colleagues.js";
import { draftOf, dropDraft, keepDraft } from "./drafts.js";
import { fieldError } from "./announce.js";
import { isClosed } from "./lists.js";
import { send, unsend } from "./outbox.js";
import { settings, watchSettings } from "./settings.js";
import { tellAbout } from "./line.js";
import { cardOf, partsOf } from "./state.js";
import { now } from "./store.js";
import { addFiles, clearFiles, drawUploads, failed, filesOf, onUploads, ready, removeFile, restoreFiles, uploadAgain, uploading } from "./uploads.js";
import { channelName } from "./words.js";

const LIMITS = { message: 5000, note: 4000, question: 4000, answer: 4000 };
const TYPING_EVERY = 3000;
const modes = new Map(); // key → {kind, answers}
let shown = null; // {key, kind} the field holds now
let typedAt = 0;

const field = () => byId("compose-text");
const modeOf = (key) => modes.get(key) ?? { kind: "message" };
const draftKind = (kind) => (kind === "message" ? "reply" : "note");

export function mountComposer() {
  const form = byId("compose");
  form.addEventListener("submit", submit);
  field().addEventListener("input", typed);
  field().addEventListener("keydown", pressed);
  field().addEventListener("blur", () => setTimeout(() => document.activeElement !== field() && closeCanned(), 100));
  field().addEventListener("paste", (event) => take(event, event.clipboardData.files));
  byId("do-canned").addEventListener("click", openCanned);
  byId("do-note").addEventListener("click", () => setMode(modeOf(now().front).kind === "note" ? "message" : "note"));
  byId("do-ask").addEventListener("click", () => setMode(modeOf(now().front).kind === "question" ? "message" : "question"));
  byId("compose-leave").addEventListener("click", () => setMode("message"));
  byId("do-attach").addEventListener("click", () => byId("attach").click());
  byId("attach").addEventListener("change", ({ target }) => {
    addFiles(now().front, [...target.files]);
    target.value = "";
    field().focus();
  });
  byId("compose-files").addEventListener("click", changeUpload);
  for (const name of ["dragover", "dragleave", "drop"]) byId("talk").addEventListener(name, dragged);
  onUploads((key) => key === now().front && drawUploads(key));
  watchSettings(() => text(byId("compose-send-key"), settings.enterSends ? "↵" : "Ctrl ↵"));
}

export function drawComposer(state) {
  const key = state.front;
  const card = key ? cardOf(state, key) : null;
  const talk = key ? state.talks[key] : null;
  const held = card?.state === "active";
  const { kind } = key ? modeOf(key) : { kind: "message" };
  const visible = Boolean(talk?.about) && !talk.missing && byId("wrapup").hidden && (held || kind !== "message");
  show(byId("compose"), visible);
  if (!visible) {
    shown = null;
    return;
  }
  const inside = kind !== "message";
  const company = state.companies[partsOf(key).company];
  byId("compose").classList.toggle("inside", inside);
  text(byId("compose-co"), company?.monogram ?? "");
  show(byId("compose-co"), !inside);
  show(byId("compose-lock"), inside);
  drawWho(kind, company, state, card, talk);
  show(byId("compose-leave"), inside && held);
  attr(byId("do-note"), "aria-pressed", String(kind === "note"));
  attr(byId("do-ask"), "aria-pressed", String(kind === "question"));
  show(byId("do-attach"), !inside);
  show(byId("do-canned"), !inside);
  show(byId("compose-guard"), !inside);
  text(byId("compose-send-text"), SENDS[kind]());
  attr(field(), "maxlength", LIMITS[kind]);
  if (shown?.key !== key || shown.kind !== kind) swapText(key, kind, talk);
  drawUploads(inside ? null : key);
  drawCount();
}

const SENDS = {
  message: () => gettext("Send"),
  note: () => gettext("Save note"),
  question: () => gettext("Ask"),
  answer: () => gettext("Answer"),
};

function drawWho(kind, company, state, card, talk) {
  const who = byId("compose-who");
  const name = company?.name ?? "";
  if (kind === "message") {
    const [before, after = ""] = gettext("You are writing as %(company)s").split("%(company)s");
    const bold = document.createElement("b");
    bold.textContent = name;
    if (who.textContent !== before + name + after) who.replaceChildren(before, bold, after);
  } else {
    text(who, kind === "question" ? gettext("Private question to") : kind === "answer" ? gettext("Your answer, for colleagues only") : gettext("A note that only colleagues see"));
  }
  show(byId("ask-whom"), kind === "question");
  const signed = format(gettext("%(channel)s, signed “%(alias)s, %(company)s”"), {
    channel: channelName(card?.channel ?? "chat"), alias: state.me.alias, company: name,
  });
  text(byId("compose-signed"), kind === "message" ? signed : "");
  const label = kind === "message" ? format(gettext("Reply as %(company)s"), { company: name }) : noteLabel(kind);
  attr(field(), "aria-label", label);
  const over = kind === "message" && isClosed(talk);
  attr(field(), "placeholder", over ? gettext("The chat has ended. Finish it, or leave a note.") : "");
}

const noteLabel = (kind) =>
  ({ note: gettext("Note for colleagues"), question: gettext("Question to a colleague"), answer: gettext("Answer to a colleague") })[kind];

function swapText(key, kind, talk) {
  shown = { key, kind };
  field().value = draftOf(key, draftKind(kind), talk.about?.draft ?? "");
  fieldError(null, byId("compose-error"), "");
  field().removeAttribute("aria-invalid");
  closeCanned();
}

export async function setMode(kind, more = {}) {
  const key = now().front;
  if (!key) return;
  modes.set(key, { kind, ...more });
  drawComposer(now());
  if (kind === "question") fillColleagues(byId("ask-whom"), await colleaguesOf(partsOf(key).company), "user");
  field().focus();
}

function typed() {
  const { key, kind } = shown;
  keepDraft(key, draftKind(kind), field().value);
  drawCount();
  if (!byId("compose-error").hidden) clearError();
  if (kind !== "message") return;
  watchSlash(key);
  const time = Date.now();
  if (field().value && time - typedAt > TYPING_EVERY) {
    typedAt = time;
    tellAbout(key, { t: "typing", on: true });
  } else if (!field().value) stopTyping(key);
}

function stopTyping(key) {
  if (typedAt) tellAbout(key, { t: "typing", on: false });
  typedAt = 0;
}

function clearError() {
  show(byId("compose-error"), false);
  field().removeAttribute("aria-invalid");
}

function drawCount() {
  const limit = LIMITS[shown.kind];
  const used = [...field().value].length;
  text(byId("compose-count"), format(gettext("%(used)s of %(limit)s"), { used: number(used), limit: number(limit) }));
  show(byId("compose-count"), used > limit * 0.9);
  drawGuard();
}

/* A first look while typing, at the names of the companies served here; the server looks at all their words. */
function drawGuard() {
  const { companies } = now();
  const own = partsOf(shown.key).company;
  const typedText = field().value.toLocaleLowerCase();
  const foreign = Object.values(companies).find((one) => one.schema !== own && typedText.includes(one.name.toLocaleLowerCase()));
  byId("compose-guard").classList.toggle("bad-t", Boolean(foreign));
  byId("compose-guard").classList.toggle("dim", !foreign);
  text(byId("compose-guard-text"), foreign ? format(gettext("Names %(company)s"), { company: foreign.name }) : gettext("No other company’s name"));
  icon($("svg", byId("compose-guard")), foreign ? "shield-exclamation" : "shield-check");
}

function pressed(event) {
  if (cannedKey(event)) return;
  const enter = event.key === "Enter" && !event.isComposing && !event.altKey;
  const sends = enter && (event.ctrlKey || event.metaKey || (settings.enterSends && !event.shiftKey));
  if (sends) {
    event.preventDefault();
    byId("compose").requestSubmit();
  } else if (event.key === "Escape") {
    event.preventDefault();
    if (shown.kind !== "message") setMode("message");
    else byId("log").focus();
  }
}

function submit(event) {
  event.preventDefault();
  if (cannedOpen()) closeCanned();
  const { key, kind } = shown;
  const words = field().value.trim();
  const error = refusalOf(key, kind, words);
  if (error) return fieldError(field(), byId("compose-error"), error);
  const files = kind === "message" ? ready(key) : [];
  const more = { question: { to: Number(byId("ask-whom").value) }, answer: { answers: modeOf(key).answers } }[kind];
  send(key, { kind, text: words, files, ...more });
  field().value = "";
  dropDraft(key, draftKind(kind));
  if (kind === "message") {
    clearFiles(key);
    stopTyping(key);
  } else modes.set(key, { kind: "message" });
  shown = null;
  drawComposer(now());
  if (!byId("compose").hidden) field().focus();
  else byId("log").focus();
  return undefined;
}

function refusalOf(key, kind, words) {
  if (kind === "message" && uploading(key)) return gettext("A file is still on its way up. Wait a moment, or remove it.");
  if (kind === "message" && failed(key)) return gettext("A file was not taken. Try it again, or remove it.");
  if (!words && !(kind === "message" && ready(key).length)) return gettext("Write something first.");
  if (kind === "question" && !byId("ask-whom").value) return gettext("Choose a colleague to ask.");
  if (kind === "message" && isClosed(now().talks[key])) return gettext("The chat has ended. Leave a note instead, or finish it.");
  return "";
}

/** A message that was stopped or failed comes back to be changed; what was being typed meanwhile stays below it. */
export function changeEntry(key, id) {
  const entry = unsend(key, id);
  if (!entry || key !== now().front) return;
  modes.set(key, { kind: entry.kind, answers: entry.answers });
  shown = null;
  const kind = draftKind(entry.kind);
  keepDraft(key, kind, [entry.text, draftOf(key, kind)].filter(Boolean).join("\n"));
  if (entry.files.length && !filesOf(key).length) restoreFiles(key, entry.files);
  drawComposer(now());
  field().focus();
}

export function openCanned() {
  const before = field().value.slice(0, field().selectionStart);
  field().focus();
  if (!/(?:^|\s)\/$/.test(before)) field().setRangeText(/(?:^|\s)$/.test(before) ? "/" : " /", field().selectionStart, field().selectionEnd, "end");
  field().dispatchEvent(new Event("input", { bubbles: true }));
}

function changeUpload(event) {
  const button = event.target.closest("[data-do]");
  const local = button?.closest(".file").dataset.local;
  if (button?.dataset.do === "upload-remove") removeFile(shown.key, local);
  if (button?.dataset.do === "upload-again") uploadAgain(shown.key, local);
  if (button && !button.isConnected) field().focus();
}

function dragged(event) {
  const carries = [...(event.dataTransfer?.types ?? [])].includes("Files") && !byId("compose").hidden && shown?.kind === "message";
  if (!carries) return;
  event.preventDefault();
  byId("compose").classList.toggle("dropping", event.type === "dragover");
  if (event.type === "drop") take(event, event.dataTransfer.files);
}

function take(event, files) {
  if (!files.length || shown?.kind !== "message") return;
  event.preventDefault();
  addFiles(shown.key, [...files]);
}
