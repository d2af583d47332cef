"""axe-core over a page in both themes and at the widths people have: WCAG 2.0 to 2.2, A and AA, and best practice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Frame, Page

AXE = (Path(__file__).parents[1] / "vendor" / "axe" / "axe.min.js").read_text()
# On the same screen the other theme changes colours and nothing else.
RUN = """async colours => {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
  const runOnly = colours ? ['color-contrast', 'link-in-text-block'] : { type: 'tag', values: tags }
  const found = await axe.run(document, { runOnly, resultTypes: ['violations'], iframes: false })
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(node => `${id}: ${node.target} ${node.html.slice(0, 160)} ${node.failureSummary}`))
}"""
WIDTHS = (1440, 390)
THEMES = {1440: ("light", "dark"), 390: ("dark",), 320: ("light",)}


class Axe:
    def __init__(self) -> None:
        self.found: list[str] = []

    def look(self, page: Page, what: str, *, frame: Frame | None = None, widths: tuple[int, ...] = WIDTHS) -> None:
        """As the page stands: nothing is pressed, so that a menu or a dialog stays open."""
        place = frame or page.main_frame
        if not place.evaluate("() => Boolean(window.axe)"):
            place.evaluate(AXE)
        for width in widths:
            page.set_viewport_size({"width": width, "height": 900 if width > 600 else 844})
            for theme in THEMES[width]:
                page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
                page.wait_for_timeout(80)
                faults: list[Any] = place.evaluate(RUN, (width, theme) == (1440, "dark"))
                self.found += [f"{what}, {theme}, {width} px: {fault}" for fault in faults]
                wide = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
                if wide > 0:
                    self.found.append(f"{what}, {theme}, {width} px: scrolls sideways by {wide} px")
        page.set_viewport_size({"width": 1440, "height": 900})
        page.emulate_media(color_scheme="light")
