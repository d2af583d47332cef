"""Socket clients that behave like the widget and the desk, for simulated people, fault tests and measures: they keep
what was not acknowledged, come back when cut, and ask for what they missed.

They are not the product's own scripts, so that a fault in those cannot hide itself; the browser tests read the screens.
"""

from contactcenter.demo.clients.desk import Desk
from contactcenter.demo.clients.line import Frame, Line
from contactcenter.demo.clients.screen import Screen
from contactcenter.demo.clients.visitor import Visitor

__all__ = ["Desk", "Frame", "Line", "Screen", "Visitor"]
