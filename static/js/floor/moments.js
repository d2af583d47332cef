/* Times as the reader's clock has them; without scripts they stand there in UTC. */
const locale = document.documentElement.lang || "en";
const form = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short", hourCycle: "h23" });

for (const node of document.querySelectorAll("[data-moment]")) {
  node.dateTime = node.dataset.moment;
  node.textContent = form.format(new Date(node.dataset.moment));
}
