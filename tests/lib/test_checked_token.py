"""A token shows whether we made it, under today's key or one of those before; it says nothing else."""

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from contactcenter.lib.checked_token import LENGTH, is_ours, make


def test_what_we_made_is_ours_for_its_purpose_alone() -> None:
    token = make("visitor")
    assert is_ours(token, "visitor")
    assert not is_ours(token, "screen")
    assert len(token) == LENGTH
    assert make("visitor") != token


@pytest.mark.parametrize("at", range(LENGTH))
def test_one_other_letter_and_it_is_not(at: int) -> None:
    token = make("visitor")
    assert not is_ours(token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :], "visitor")


@given(st.text(max_size=80) | st.text(min_size=LENGTH, max_size=LENGTH))
def test_nothing_else_is(text: str) -> None:
    assert not is_ours(text, "visitor")


def test_a_former_key_still_counts_and_a_dropped_one_does_not() -> None:
    with override_settings(SECRET_KEY="before"):
        token = make("visitor")
    with override_settings(SECRET_KEY="now", SECRET_KEY_FALLBACKS=["before"]):
        assert is_ours(token, "visitor")
    with override_settings(SECRET_KEY="now"):
        assert not is_ours(token, "visitor")
