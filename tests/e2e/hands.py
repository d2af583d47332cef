"""Somebody who has only the keyboard. After each key the focus stands on something that can be seen."""

from __future__ import annotations

import time

from playwright.sync_api import Frame, Keyboard, Locator, Page

# What is wrong with where the focus is; nothing when all is well. Dialogs and menus count: they cover the rest.
FOCUS = """() => {
  let at = document.activeElement
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement
  if (!at || at === document.body || at === document.documentElement) return 'the focus is nowhere'
  const name = at.outerHTML.slice(0, 120)
  if (!at.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return 'hidden: ' + name
  const box = at.getBoundingClientRect()
  const small = box.width < 2 || box.height < 2
  const outside = box.bottom <= 0 || box.right <= 0 || box.top >= innerHeight || box.left >= innerWidth
  if (small || outside) return 'out of sight: ' + name + ' ' + JSON.stringify(box)
  return ''
}"""


SETTLES = 0.5  # seconds; a browser tells that a menu has closed a moment after it did


class Hands:
    def __init__(self, page: Page, frame: Frame | None = None) -> None:
        self.page = page
        self.frame = frame  # where the focus is, when it is not in the page itself

    @property
    def keyboard(self) -> Keyboard:
        return self.page.keyboard

    def press(self, *keys: str, looks: bool = True) -> None:
        """`looks` is False where the key leads away from the page."""
        for key in keys:
            self.keyboard.press(key)
        if looks:
            self.look()

    def type(self, text: str) -> None:
        self.keyboard.type(text)
        self.look()

    def look(self) -> None:
        deadline = time.monotonic() + SETTLES
        while wrong := (self.frame or self.page).evaluate(FOCUS):
            assert time.monotonic() < deadline, wrong

    def tab_to(self, target: Locator, *, key: str = "Tab", within: int = 40) -> None:
        for _ in range(within):
            self.press(key)
            if target.evaluate("node => node.getRootNode().activeElement === node"):
                return
        raise AssertionError(f"{target} is not reached by {within} presses of {key}")
