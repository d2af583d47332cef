/* A form with `data-passkey` sends the device's answer instead of itself: "create" makes a passkey, "get" uses one, "sign-in"
   uses one before anybody is known, with options fetched when pressed (each serves once and for five minutes). */
import { gettext } from "./i18n.js";

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.hidden = !globalThis.PublicKeyCredential;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(form);
  });
}

async function ask(form) {
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  say(form, "");
  try {
    const { publicKey } = await optionsOf(form);
    const credential = await answers[form.dataset.passkey](publicKey, form);
    form.elements.credential.value = JSON.stringify(plain(credential));
    form.submit();
  } catch (error) {
    say(form, words(error));
    button.disabled = false;
  }
}

const answers = {
  create: (publicKey, form) => navigator.credentials.create({ publicKey: creation(publicKey, form.elements.passwordless.checked) }),
  get: (publicKey) => navigator.credentials.get({ publicKey: request(publicKey) }),
  "sign-in": (publicKey) => navigator.credentials.get({ publicKey: request(publicKey) }),
};

async function optionsOf(form) {
  if (form.dataset.passkey !== "sign-in") return JSON.parse(document.getElementById("passkey-options").textContent);
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(answer.statusText);
  return (await answer.json()).request_options;
}

function creation(options, alone) {
  const selection = { ...options.authenticatorSelection };
  if (alone) Object.assign(selection, { residentKey: "required", requireResidentKey: true, userVerification: "required" });
  return {
    ...options,
    authenticatorSelection: selection,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: named(options.excludeCredentials),
  };
}

function request(options) {
  return { ...options, challenge: bytes(options.challenge), allowCredentials: named(options.allowCredentials) };
}

const named = (credentials) => (credentials ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

/** As the server reads it: byte strings in base64url. */
function plain(credential) {
  const { response } = credential;
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: Object.fromEntries(parts.filter((part) => response[part]).map((part) => [part, text(response[part])])),
  };
}

function bytes(encoded) {
  return Uint8Array.from(atob(encoded.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}

function text(buffer) {
  const letters = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function words(error) {
  if (error.name === "InvalidStateError") return gettext("This device has a passkey of yours already.");
  if (error.name === "NotAllowedError") return gettext("The device gave no passkey: it was stopped, took too long, or has none for this address.");
  return gettext("The passkey could not be used. Check your network, reload the page and try again.");
}

function say(form, words) {
  const place = form.querySelector("[data-passkey-refused]");
  place.textContent = words;
  place.hidden = !words;
}
