"""What the launcher says when it cannot go on: one line that names the cure."""

from __future__ import annotations


class Refusal(Exception):
    """Ends the command; its text is the one line the person reads."""
