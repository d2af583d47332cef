/* Runs before the page is drawn, so that it never flashes in the wrong theme. The choice comes with the page; "system" follows the
   device, also while the page is open. */
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const show = () => {
    const choice = root.dataset.themeChoice;
    root.dataset.bsTheme = choice === "system" ? (dark.matches ? "dark" : "light") : choice;
    root.classList.toggle("dark", root.dataset.bsTheme === "dark"); // what the admin's lists and forms go by
  };
  show();
  dark.addEventListener("change", show);
  addEventListener("themechange", show);
})();
