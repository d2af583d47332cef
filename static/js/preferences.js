/* Theme and language: kept with the person by the server, shown at once by the page. */
const root = document.documentElement;

export const csrfToken = () => document.querySelector('meta[name="csrf-token"]').content;

/** @param {"light"|"dark"|"system"} theme */
export async function chooseTheme(theme) {
  root.dataset.themeChoice = theme;
  dispatchEvent(new Event("themechange"));
  await save({ theme: theme === "system" ? "" : theme });
}

export function toggleTheme() {
  return chooseTheme(root.dataset.bsTheme === "dark" ? "light" : "dark");
}

export async function chooseLanguage(language) {
  if (await save({ language })) location.reload();
}

/** Whether it was kept. Without a network the theme still changes on this page, and comes back as it was on the next. */
async function save(fields) {
  try {
    const answer = await fetch("/account/preferences/", {
      method: "POST",
      headers: { Accept: "application/json", "X-CSRFToken": csrfToken() },
      body: new URLSearchParams(fields),
    });
    return answer.ok;
  } catch {
    return false;
  }
}
