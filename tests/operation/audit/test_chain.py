"""The chain, purely: whatever is changed, left out, put in or cut off is found at its place."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from contactcenter.operation.audit.chain import Break, End, Link, digest, first_break

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
FIRST = Link(
    schema="aurora",
    sequence=1,
    at=NOON,
    actor=7,
    action="conversation.read",
    object_kind="conversation",
    object_id="c1",
    facts={"b": 2, "a": "é"},
)


def chain(length: int) -> list[tuple[Link, str]]:
    entries, before = [], ""
    for number in range(1, length + 1):
        link = replace(FIRST, sequence=number, at=NOON + timedelta(seconds=number))
        before = digest(link, before)
        entries.append((link, before))
    return entries


def end(entries: list[tuple[Link, str]]) -> End:
    return End(len(entries), entries[-1][1] if entries else "")


def test_a_digest_is_sha256_over_the_one_before_and_the_entry_written_out() -> None:
    written_by_hand = (
        "before\n"
        '{"action":"conversation.read","actor":7,"at":"2026-03-01T12:00:00.000000+00:00","facts":{"a":"\\u00e9","b":2},'
        '"object_id":"c1","object_kind":"conversation","schema":"aurora","sequence":1}'
    )
    assert digest(FIRST, "before") == hashlib.sha256(written_by_hand.encode()).hexdigest()


def test_the_same_moment_in_another_zone_is_the_same_entry() -> None:
    tokyo = replace(FIRST, at=NOON.astimezone(timezone(timedelta(hours=9))))
    assert digest(tokyo, "") == digest(FIRST, "")


@given(st.integers(0, 30))
def test_an_untouched_chain_holds(length: int) -> None:
    entries = chain(length)
    assert first_break(entries, end(entries), [end(entries[: length // 2])]) is None


@given(st.integers(1, 20), st.data())
def test_a_changed_entry_is_found_at_its_number(length: int, data: st.DataObject) -> None:
    entries = chain(length)
    place = data.draw(st.integers(0, length - 1))
    change = data.draw(
        st.sampled_from(
            [{"actor": 8}, {"action": "x"}, {"object_id": "c2"}, {"facts": {}}, {"at": NOON}, {"schema": "borealis"}]
        )
    )
    changed = [*entries]
    changed[place] = (replace(entries[place][0], **change), entries[place][1])
    assert first_break(changed, end(entries)) == Break(place + 1, "was changed, or put in later")


@given(st.integers(2, 20), st.data())
def test_a_missing_entry_is_found(length: int, data: st.DataObject) -> None:
    entries = chain(length)
    place = data.draw(st.integers(0, length - 1))
    assert first_break([*entries[:place], *entries[place + 1 :]], end(entries)) == Break(place + 1, "is missing")


def test_a_chain_cut_off_together_with_its_head_is_found_by_its_anchor() -> None:
    entries = chain(9)
    cut = entries[:5]
    assert first_break(cut, end(cut)) is None
    assert first_break(cut, end(cut), [end(entries)]) == Break(6, "is missing")


def test_a_chain_written_anew_from_some_entry_on_is_found_by_its_anchor() -> None:
    honest = chain(6)
    forged, before = honest[:3], honest[2][1]
    for link, _digest in honest[3:]:
        lie = replace(link, actor=99)
        before = digest(lie, before)
        forged.append((lie, before))
    assert first_break(forged, end(forged)) is None
    assert first_break(forged, end(forged), [end(honest)]) == Break(6, "is not what was anchored outside the database")


def test_a_head_that_points_elsewhere_is_found() -> None:
    entries = chain(3)
    assert first_break(entries, End(3, "0" * 64)) == Break(3, "is not where the chain's head points")
