/* Every page of the admin: the menu on small screens, and words of unfold's markup that a screen reader needs. */
const side = document.getElementById("side");
const opener = document.querySelector("[data-side]");

opener?.addEventListener("click", () => open(opener.getAttribute("aria-expanded") !== "true"));
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && opener?.getAttribute("aria-expanded") === "true") {
    open(false);
    opener.focus();
  }
});

function open(shown) {
  opener.setAttribute("aria-expanded", String(shown));
  side.classList.toggle("open", shown);
}

/* Icons are ligatures: without this the name of the picture would be read aloud. */
for (const icon of document.querySelectorAll(".material-symbols-outlined")) icon.setAttribute("aria-hidden", "true");

/* A field with an error says so, and names it. */
for (const list of document.querySelectorAll("ul.errorlist")) {
  const field = list.closest(".group, .errors")?.querySelector("input, select, textarea");
  if (!field) continue;
  list.id ||= `${field.id}_error`;
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", [field.getAttribute("aria-describedby"), list.id].filter(Boolean).join(" "));
}
