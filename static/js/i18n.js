/* The words of Django's JavaScript catalogue (/i18n/), and numbers, times and lengths of time as the reader writes them. */
export const gettext = (text) => globalThis.gettext(text);
export const ngettext = (one, many, count) => globalThis.ngettext(one, many, count);

/** Fills %(name)s; what is filled in is never read as a pattern. */
export const format = (pattern, values) => pattern.replace(/%\((\w+)\)s/g, (_, name) => String(values[name]));

const language = document.documentElement.lang || "en";
const locale = navigator.languages.find((own) => own.split("-")[0] === language) ?? language;
const timeForm = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const dayForm = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long" });
const dateForm = new Intl.DateTimeFormat(locale, { day: "numeric", month: "long", year: "numeric" });
const fullForm = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium", hourCycle: "h23" });
const numberForm = new Intl.NumberFormat(locale);

export const timeOf = (at) => timeForm.format(new Date(at));
export const momentOf = (at) => fullForm.format(new Date(at));
export const number = (value) => numberForm.format(value);
export const dayKey = (at) => new Date(at).toDateString();

export function dayName(at, now) {
  const days = Math.round((midnight(now) - midnight(at)) / 86_400_000);
  if (days === 0) return gettext("Today");
  if (days === 1) return gettext("Yesterday");
  return days < 300 ? dayForm.format(new Date(at)) : dateForm.format(new Date(at));
}

const midnight = (at) => new Date(at).setHours(0, 0, 0, 0);

/** 0:09, 12:34, 1:02:03 */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value) => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** "0:54 left", "38 min left", "12 min over": seconds near the point, minutes and hours further from it. */
export function remaining(seconds) {
  const words = seconds < 0 ? gettext("%(time)s over") : gettext("%(time)s left");
  return format(words, { time: rough(Math.abs(seconds)) });
}

function rough(seconds) {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return clock(seconds);
  if (minutes < 60) return format(gettext("%(minutes)s min"), { minutes });
  return format(gettext("%(hours)s h %(minutes)s"), {
    hours: Math.floor(minutes / 60), minutes: String(minutes % 60).padStart(2, "0"),
  });
}

export function fileSize(bytes) {
  if (bytes < 1000) return format(gettext("%(size)s B"), { size: bytes });
  if (bytes < 1_000_000) return format(gettext("%(size)s kB"), { size: number(Math.round(bytes / 1000)) });
  return format(gettext("%(size)s MB"), { size: number(Math.round(bytes / 100_000) / 10) });
}
