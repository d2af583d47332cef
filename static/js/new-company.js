/* The wizard: progress while the company is made, its line to copy, its colour while it is chosen. Without scripts all of it works too. */
const form = document.querySelector("[data-making]");
const making = document.querySelector(".making");
const LOOK_EVERY = 200; // ms

form?.addEventListener("submit", (event) => {
  if (event.submitter?.name === "back") return;
  making.hidden = false;
  event.submitter.setAttribute("aria-disabled", "true");
  follow(form.dataset.making);
});

/** Asks how far it is until the answer of the form itself replaces this page. */
async function follow(address) {
  const bar = making.querySelector("progress");
  const words = making.querySelector("[role=status]");
  for (;;) {
    await new Promise((done) => setTimeout(done, LOOK_EVERY));
    try {
      const { done, total } = await (await fetch(address, { headers: { Accept: "application/json" } })).json();
      if (!total) continue;
      bar.max = total;
      bar.value = done;
      words.textContent = `${done} / ${total}`;
    } catch {
      /* The bar waits; the form's own answer tells how it ended. */
    }
  }
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    const place = document.querySelector(button.dataset.copy);
    const said = button.parentElement.querySelector("[data-copied]");
    try {
      await navigator.clipboard.writeText(place.textContent);
      said.textContent = said.dataset.copied;
    } catch {
      getSelection().selectAllChildren(place); // no right to the clipboard: marked, to copy by hand
    }
  });
}

const look = document.querySelector("[data-look]");
const colour = look && document.querySelector(look.dataset.look);
const show = () => {
  look.querySelector(".co").style.background = /^#[0-9a-f]{6}$/i.test(colour.value) ? colour.value : "";
};
colour?.addEventListener("input", show);
if (look) show();
