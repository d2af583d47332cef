"""What a customer calls themselves never runs in the spreadsheet of whoever reads the list."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactcenter.lib.csv_text import csv_text, harmless


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "＝1", '=HYPERLINK("http://x")']
)
def test_what_looks_like_a_formula_is_text(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Ana", "a=b", "12", "O'Hara", "'=1"])
def test_the_rest_stays(text: str) -> None:
    assert harmless(text) == text


def test_rows_as_rfc_4180_says() -> None:
    assert csv_text(["a", "b"], [["x", 'q"u,o\nte']]) == '\ufeff"a","b"\r\n"x","q""u,o\nte"\r\n'


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=("Cs",))), min_size=2, max_size=2)))
def test_no_cell_begins_a_formula_and_none_is_lost(rows: list[list[str]]) -> None:
    read = list(csv.reader(io.StringIO(csv_text(["a", "b"], rows).removeprefix("\ufeff"), newline="")))[1:]
    assert [[cell.removeprefix("'") for cell in row] for row in read] == [
        [cell.removeprefix("'") for cell in row] for row in rows
    ]
    assert not [cell for row in read for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))]
