"""Figures as people read them."""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.translation import gettext as _

NOTHING = "–"


def percent(value: float | None) -> str:
    return NOTHING if value is None else _("{number} %").format(number=number_format(round(value), decimal_pos=0))


def duration(seconds: float | None) -> str:
    """“8 s”, “2:05 min”, “1:02:05 h”."""
    if seconds is None:
        return NOTHING
    whole = max(0, round(seconds))
    if whole < 60:
        return _("{number} s").format(number=whole)
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return _("{time} min").format(time=f"{minutes}:{rest:02}")
    hours, minutes = divmod(minutes, 60)
    return _("{time} h").format(time=f"{hours}:{minutes:02}:{rest:02}")
