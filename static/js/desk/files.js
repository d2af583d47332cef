/* Files in the timeline. They are served to be saved, never to be shown: a picture is fetched and shown from memory. */
import { gettext } from "../i18n.js";
import { $, attr, byId } from "./dom.js";
import { openSheet } from "./sheets.js";

const PICTURES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);
const fetched = new Map(); // address → promise of an object URL

export const isPicture = (file) => PICTURES.has(file.type);
export const fileHref = (key, id) => `${byId("desk").dataset.home}${key}/files/${id}/`;

export function showPicture(button, file, href) {
  attr(button, "aria-label", file.name);
  attr(button, "title", file.name);
  button.dataset.href = href;
  if (button.dataset.watched) return;
  button.dataset.watched = "yes";
  button.addEventListener("click", () => openPicture(file, href));
  inView.observe(button);
}

const inView = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) if (isIntersecting) load(target);
});

async function load(button) {
  inView.unobserve(button);
  const url = await pictureFrom(button.dataset.href);
  if (!url) return; // the icon stays; a press tries again
  const picture = document.createElement("img");
  picture.alt = "";
  picture.src = url;
  button.replaceChildren(picture);
}

function pictureFrom(href) {
  if (!fetched.has(href)) {
    const picture = fetch(href).then(async (answer) => (answer.ok ? URL.createObjectURL(await answer.blob()) : null));
    const settled = picture.catch(() => null).then((url) => {
      if (!url) fetched.delete(href);
      return url;
    });
    fetched.set(href, settled);
  }
  return fetched.get(href);
}

async function openPicture(file, href) {
  const url = await pictureFrom(href);
  const sheet = openSheet("sheet-picture");
  $("#picture-name", sheet).textContent = file.name;
  attr($("#picture-save", sheet), "href", href);
  const picture = $("#picture", sheet);
  picture.alt = url ? file.name : gettext("The picture could not be loaded.");
  if (url) picture.src = url;
  else picture.removeAttribute("src");
}
