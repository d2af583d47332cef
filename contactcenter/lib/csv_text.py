"""Lists to take along. A spreadsheet runs what looks like a formula, whoever wrote it: here it stays text.

Source: OWASP, "CSV Injection".
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # the wide ones too: Excel reads them alike
BYTE_ORDER_MARK = "\ufeff"  # by it Excel knows UTF-8


def harmless(value: object) -> str:
    """The cell's text; a quote before it where a spreadsheet would calculate it, spaces in front or not."""
    text = str(value)
    return f"'{text}" if text.lstrip(" \u00a0\u3000").startswith(FORMULA) else text


def csv_text(heads: Iterable[object], rows: Iterable[Iterable[object]]) -> str:
    """RFC 4180, with every cell made harmless."""
    kept = io.StringIO()
    writer = csv.writer(kept, quoting=csv.QUOTE_ALL)
    for row in (heads, *rows):
        writer.writerow([harmless(cell) for cell in row])
    return BYTE_ORDER_MARK + kept.getvalue()
