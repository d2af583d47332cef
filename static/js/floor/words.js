/* The floor's keys in the reader's words. */
import { dayName, format, gettext, ngettext, number, timeOf } from "../i18n.js";
import { activityName, presenceName } from "../desk/words.js";

export const percent = (value) => (value === null ? "–" : `${number(Math.round(value))} %`);

export const standingName = (standing) =>
  ({ on_target: gettext("On target"), at_risk: gettext("At risk"), below: gettext("Below"), none: gettext("Nothing yet") })[standing];

export const STANDING = {
  on_target: { pill: "pill", icon: "check" },
  at_risk: { pill: "pill warn", icon: "clock-exclamation" },
  below: { pill: "pill bad", icon: "alert-triangle" },
  none: { pill: "pill", icon: "clock" },
};

export const whyWords = (item, agentName) =>
  ({
    set_aside: () => gettext("Set aside: the router could not place it"),
    ringing: () => format(gettext("Rings at %(name)s"), { name: agentName || gettext("an agent") }),
    held: () => format(gettext("Held back until %(day)s, %(time)s"), { day: dayName(item.until, Date.now()), time: timeOf(item.until) }),
    nobody: () => gettext("Nobody who is available could have it"),
    for_one: () => format(gettext("Only for %(name)s, for a minute at most"), { name: agentName || gettext("one colleague") }),
    reserved: () => gettext("Reserved for its agent of before, who is busy"),
    busy: () => gettext("All who could have it are busy"),
    next: () => gettext("Somebody is free: it rings in a moment"),
  })[item.why]?.() ?? item.why;

export const alarmTitle = (kind) =>
  ({
    nobody: gettext("Nobody can serve"),
    set_aside: gettext("Set aside"),
    bounced: gettext("Not answered three times"),
    breach: gettext("Late, or about to be"),
  })[kind] ?? kind;

export function alarmWords({ kind, items, resting, late }) {
  const n = number(items.length);
  const count = items.length;
  if (kind === "nobody") {
    const waits = format(ngettext("%(n)s waits, and no available agent could have it.", "%(n)s wait, and no available agent could have them.", count), { n });
    const rest = ngettext("%(n)s who could is on a break or not responding.", "%(n)s who could are on a break or not responding.", resting);
    return resting ? `${waits} ${format(rest, { n: number(resting) })}` : waits;
  }
  if (kind === "set_aside") {
    return format(ngettext("%(n)s could not be placed and is left to you.", "%(n)s could not be placed and are left to you.", count), { n });
  }
  if (kind === "bounced") {
    return format(ngettext("%(n)s rang out again and again.", "%(n)s rang out again and again.", count), { n });
  }
  const words = late ? ngettext("%(n)s waits past the limit", "%(n)s wait past the limit", late) : "";
  const near = count - late;
  const rest = near ? ngettext("%(n)s waits close to the limit", "%(n)s wait close to the limit", near) : "";
  return [late ? format(words, { n: number(late) }) : "", near ? format(rest, { n: number(near) }) : ""].filter(Boolean).join(", ");
}

/** What an agent does now: the state that was chosen, or, of one who is available, the work. */
export function stateOf(agent) {
  if (agent.presence !== "available") {
    const name = agent.presence === "break" && agent.reason ? format(gettext("Break: %(reason)s"), { reason: agent.reason }) : presenceName(agent.presence);
    return { name, icon: agent.presence === "break" ? "coffee" : "alert-triangle", tone: agent.presence === "not_responding" ? "bad-t" : "" };
  }
  if (agent.activity === "idle") return { name: presenceName("available"), icon: "circle-check", tone: "ok-t" };
  return { name: activityName(agent.activity), icon: agent.activity === "wrap_up" ? "edit" : "headset", tone: agent.activity === "wrap_up" ? "warn-t" : "" };
}

export const priorityName = (priority) =>
  ({
    2: gettext("Most urgent"), 1: gettext("Urgent"), 0: gettext("As usual"), "-1": gettext("Can wait"), "-2": gettext("Last of all"),
  })[priority] ?? String(priority);

const outcomeWords = (event) =>
  ({
    open: () => format(gettext("Rings at %(name)s"), { name: event.agent }),
    accepted: () => format(gettext("Rang at %(name)s, who took it after %(n)s s"), { name: event.agent, n: number(event.seconds) }),
    declined: () => format(gettext("Rang at %(name)s, who declined after %(n)s s"), { name: event.agent, n: number(event.seconds) }),
    rona: () => format(gettext("Rang at %(name)s for %(n)s s without an answer"), { name: event.agent, n: number(event.seconds) }),
    withdrawn: () => format(gettext("Rang at %(name)s, taken back after %(n)s s"), { name: event.agent, n: number(event.seconds) }),
  })[event.outcome]?.() ?? event.outcome;

const endWords = (outcome) =>
  ({
    handled: gettext("The conversation ended"),
    transferred: gettext("Handed on"),
    abandoned: gettext("The customer gave up"),
  })[outcome] ?? gettext("The conversation ended");

/** One line of the story of a conversation. */
export function eventWords(event) {
  const words = {
    queued: () => format(gettext("Came to the queue %(queue)s"), { queue: event.queue }),
    rang: () => outcomeWords(event),
    handled: () => format(gettext("With %(name)s for %(n)s s"), { name: event.agent, n: number(event.seconds) }),
    ended: () => endWords(event.outcome),
    moved: () => format(gettext("%(by)s moved it from %(before)s to %(after)s"), event),
    reassigned: () => format(event.before ? gettext("%(by)s took it from %(before)s and gave it to %(after)s") : gettext("%(by)s gave it to %(after)s"), event),
    reprioritised: () => format(gettext("%(by)s changed its priority: %(after)s"), { by: event.by, after: priorityName(event.after) }),
    repaired: () => event.words,
  }[event.what];
  return words ? words() : event.what;
}
