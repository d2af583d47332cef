/* The page from the state with as little change as can be: keyed clones of <template>s, values written only where they differ, so that
   nothing jumps and the focus stays. */

const ICONS = "/static/icons.svg";

export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
export const byId = (id) => document.getElementById(id);

export const clone = (id) => byId(id).content.firstElementChild.cloneNode(true);

export function text(node, value) {
  const wanted = String(value ?? "");
  if (node.textContent !== wanted) node.textContent = wanted;
}

export function attr(node, name, value) {
  if (value === null || value === undefined || value === false) node.removeAttribute(name);
  else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, String(value));
}

export function show(node, visible) {
  if (node.hasAttribute("hidden") === visible) node.toggleAttribute("hidden", !visible); // an <svg> has no such property
}

export function icon(svg, name) {
  attr(svg.firstElementChild, "href", `${ICONS}#i-${name}`);
}

/** Puts values into the slots (`data-f`) of a clone: a text, or {text, title, hidden, ...attributes}. */
export function fill(node, values) {
  for (const [name, value] of Object.entries(values)) {
    for (const slot of node.dataset.f === name ? [node] : $$(`[data-f="${name}"]`, node)) fillSlot(slot, value);
  }
  return node;
}

function fillSlot(slot, value) {
  if (value === null || typeof value !== "object") return text(slot, value);
  for (const [name, wanted] of Object.entries(value)) {
    if (name === "text") text(slot, wanted);
    else if (name === "hidden") show(slot, !wanted);
    else if (name === "icon") icon(slot, wanted);
    else if (name === "class") attr(slot, "class", wanted);
    else attr(slot, name, wanted);
  }
  return undefined;
}

/**
 * Makes the children of `parent` those of `rows`, in their order: one node for each key, made once and filled again and again.
 * A node that holds the focus keeps it.
 */
export function reconcile(parent, rows, { key, make, update }) {
  const nodes = new Map();
  for (const node of parent.children) nodes.set(node.dataset.key, node);
  const wanted = new Set(rows.map((row) => String(key(row))));
  const focused = parent.contains(document.activeElement) ? document.activeElement : null;
  const at = focused ? [...parent.children].findIndex((node) => node.contains(focused)) : -1;
  for (const [its, node] of nodes) if (!wanted.has(its)) node.remove();
  let place = parent.firstElementChild;
  for (const row of rows) {
    const its = String(key(row));
    let node = nodes.get(its);
    if (!node) {
      node = make(row);
      node.dataset.key = its;
    }
    update(node, row);
    if (node === place) place = place.nextElementSibling;
    else parent.insertBefore(node, place);
  }
  if (!focused || focused === document.activeElement) return;
  if (focused.isConnected) focused.focus({ preventScroll: true });
  else rescueFocus(parent, at);
}

/* What had the focus is gone: to its neighbour, or to the region around it. */
function rescueFocus(parent, at) {
  const neighbour = parent.children[Math.min(at, parent.children.length - 1)];
  const within = neighbour?.matches("a, button") ? neighbour : neighbour?.querySelector("a, button");
  (within ?? parent.closest("[tabindex]"))?.focus({ preventScroll: true });
}

/** The arc of a countdown: what is left, of one. */
export function arc(ring, share) {
  attr($(".left", ring), "stroke-dasharray", `${Math.round(Math.max(0, Math.min(1, share)) * 107)} 107`);
}

export const isTyping = (node) => Boolean(node?.closest?.("textarea, select, input:not([type=radio]):not([type=checkbox]), [contenteditable]"));
