/* A button with `aria-haspopup="menu"` and `aria-controls` opens that popover below or above itself; arrow keys walk its rows. */
const GAP = 6;

export function mountMenus(root = document) {
  for (const menu of root.querySelectorAll("[popover][role=menu]")) mountMenu(menu);
  document.addEventListener("pointerdown", (event) => {
    const button = opening(event.target);
    pressedShut = button && openers.get(menuOf(button)) === button && menuOf(button).matches(":popover-open") ? button : null;
  }, { capture: true });
  document.addEventListener("click", (event) => {
    const button = opening(event.target);
    if (button && button !== pressedShut) openMenu(menuOf(button), button);
    pressedShut = null;
  });
}

const openers = new WeakMap();
let pressedShut = null; // the button of the open menu: the press on it closes the menu before it becomes a click

const opening = (node) => node.closest?.('[aria-haspopup="menu"][aria-controls]');
const menuOf = (button) => document.getElementById(button.getAttribute("aria-controls"));

export function openMenu(menu, button) {
  openers.set(menu, button);
  menu.showPopover();
  place(menu, button);
  button.setAttribute("aria-expanded", "true");
  rows(menu)[0]?.focus();
}

/** The button that opened it last: a menu shared by many buttons asks what it is about. */
export const openerOf = (menu) => openers.get(menu);

function mountMenu(menu) {
  menu.addEventListener("toggle", (event) => {
    if (event.newState !== "closed") return;
    const button = openers.get(menu);
    button?.setAttribute("aria-expanded", "false");
    if (menu.contains(document.activeElement) || document.activeElement === document.body) button?.focus();
  });
  menu.addEventListener("keydown", (event) => {
    const all = rows(menu);
    const at = all.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      all.at(to % all.length)?.focus();
    } else if (event.key === "Tab") {
      menu.hidePopover();
    }
  });
  menu.addEventListener("click", (event) => {
    const row = event.target.closest("[role^=menuitem]");
    if (row && !row.hasAttribute("data-stay")) menu.hidePopover();
  });
}

const rows = (menu) => [...menu.querySelectorAll("[role^=menuitem]")].filter((row) => row.offsetParent !== null);

function place(menu, button) {
  const at = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const room = { width: document.documentElement.clientWidth, height: innerHeight };
  const beside = at.left < 60 && at.width < 60 && room.width > 760; // on the rail
  const left = beside ? at.right + GAP : Math.min(at.left, room.width - width - 8);
  const below = beside ? at.bottom - height : at.bottom + GAP;
  const top = below + height > room.height - 8 ? at.top - height - GAP : below;
  menu.style.setProperty("left", `${Math.max(8, left)}px`);
  menu.style.setProperty("top", `${Math.max(8, Math.min(top, room.height - height - 8))}px`);
}
