/* Says so when the figures cannot be asked for, and no more once they can. */
const stale = document.getElementById("stale");

for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.body.addEventListener(name, () => (stale.hidden = false));
}
document.body.addEventListener("htmx:afterOnLoad", (event) => {
  if (event.detail.successful) stale.hidden = true;
});
