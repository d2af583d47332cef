"""What the desk knows after any frames in any order: static/js/desk/state.js against docs/protocol.md, section 1."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.faces.desk.pure_scripts import PureScripts, pure_scripts

pytestmark = pytest.mark.browser

Frame = dict[str, Any]
TALK = "0190a000-0000-7000-8000-000000000001"
KEY = f"aurora/{TALK}"
NOW = "2026-11-24T10:00:00+00:00"
many = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def scripts() -> Iterator[PureScripts]:
    with pure_scripts() as opened:
        yield opened


def card(item: int, *, state: str = "active", rev: int = 1, unread: int = 0, talk: str = TALK) -> Frame:
    return {
        "id": item,
        "rev": rev,
        "company": "aurora",
        "conversation": talk,
        "state": state,
        "unread": unread,
        "accepted_at": NOW,
        "waiting_since": None,
        "reply_due": None,
        "wrap_up_until": None,
        "offer": {"offered_at": NOW, "expires_at": NOW, "seconds": 20} if state == "offered" else None,
    }


def snapshot(rev: int, items: list[Frame] | None = None, **more: Any) -> Frame:
    return {
        "t": "snapshot",
        "rev": rev,
        "now": NOW,
        "me": {"user": 7, "presence": "available"},
        "items": items or [],
        "companies": {"aurora": {"schema": "aurora"}},
        "queues": [],
        "breaks": [],
        "dispositions": {},
        **more,
    }


def changed(rev: int, item: Frame) -> Frame:
    return {"t": "item.changed", "rev": rev, "item": item}


def removed(rev: int, item: int) -> Frame:
    return {"t": "item.removed", "rev": rev, "item": item}


def message(sequence: int, *, rev: int | None = None, text: str = "", **more: Any) -> Frame:
    return {
        "id": f"m{sequence}",
        "sequence": sequence,
        "rev": rev or sequence,
        "direction": "in",
        "author": "customer",
        "event": "",
        "text": text,
        "at": NOW,
        **more,
    }


def messages(*rows: Frame, notes: list[Frame] | None = None, customer_read: int = 0) -> Frame:
    return {
        "t": "messages",
        "company": "aurora",
        "conversation": TALK,
        "rev": max([row["rev"] for row in [*rows, *(notes or [])]], default=0),
        "messages": list(rows),
        "notes": notes or [],
        "customer_read": customer_read,
    }


def note(name: str, *, rev: int, kind: str = "note", answers: str | None = None) -> Frame:
    return {"id": name, "rev": rev, "after_sequence": 1, "kind": kind, "answers": answers, "text": "", "at": NOW}


# The agent's stream --------------------------------------------------------------------------------------------------


def test_nothing_is_believed_before_the_first_snapshot(scripts: PureScripts) -> None:
    state = scripts.reduce([changed(1, card(1))])
    assert (state["items"], state["rev"], state["stale"]) == ({}, None, False)


@pytest.mark.parametrize(("rev", "applied", "stale"), [(4, False, False), (5, True, False), (6, True, False)])
def test_a_frame_of_the_same_or_the_next_revision_is_applied_and_one_below_is_not(
    scripts: PureScripts, rev: int, applied: bool, stale: bool
) -> None:
    state = scripts.reduce([snapshot(5), changed(rev, card(1))])
    assert ("1" in state["items"], state["stale"]) == (applied, stale)


def test_a_gap_asks_for_a_snapshot_and_changes_nothing_until_it_comes(scripts: PureScripts) -> None:
    behind = scripts.reduce([snapshot(5, [card(1)]), changed(7, card(2)), removed(8, 1)])
    assert (list(behind["items"]), behind["rev"], behind["stale"]) == (["1"], 5, True)
    healed = scripts.reduce([snapshot(8, [card(2)])], behind)
    assert (list(healed["items"]), healed["rev"], healed["stale"]) == (["2"], 8, False)


def test_a_heartbeat_that_differs_asks_for_a_snapshot(scripts: PureScripts) -> None:
    level = scripts.reduce([snapshot(5), {"t": "heartbeat", "now": NOW, "rev": 5}])
    behind = scripts.reduce([{"t": "heartbeat", "now": NOW, "rev": 6}], level)
    assert (level["stale"], behind["stale"]) == (False, True)


def test_what_came_back_and_the_first_words_are_kept_from_offer_to_card(scripts: PureScripts) -> None:
    rings = {**card(1, state="offered"), "returned_by": "Nils"}
    rings["offer"]["first_words"] = "May my dog come?"
    ringing = scripts.reduce([snapshot(5), changed(6, rings)])
    assert ringing["items"]["1"]["returned_by"] == "Nils"
    assert ringing["items"]["1"]["offer"]["first_words"] == "May my dog come?"
    taken = scripts.reduce([changed(7, {**card(1), "returned_by": "Nils"})], ringing)
    assert (taken["items"]["1"]["state"], taken["items"]["1"]["returned_by"]) == ("active", "Nils")


def test_frames_that_nobody_knows_change_nothing(scripts: PureScripts) -> None:
    before = scripts.reduce([snapshot(5, [card(1)])])
    assert scripts.reduce([{"t": "weather.changed", "rev": 9}], before) == before


steps = st.lists(
    st.tuples(
        st.sampled_from(["offered", "active", "wrap_up", "gone", "same"]),
        st.integers(min_value=1, max_value=4),
        st.sampled_from(["comes", "lost", "twice"]),
    ),
    max_size=25,
)


@many
@given(history=steps)
def test_after_any_losses_one_heartbeat_brings_the_truth(
    scripts: PureScripts, history: list[tuple[str, int, str]]
) -> None:
    """A server that changes cards one by one and loses and repeats what it would tell of them."""
    truth: dict[int, Frame] = {}
    rev = told = 10
    actions: list[Frame] = [snapshot(rev)]
    for step, item, fate in history:
        if step == "same" and item in truth:  # unread counts change without raising the revision
            truth[item] = {**truth[item], "unread": truth[item]["unread"] + 1}
            frame = changed(told, truth[item])
        elif step == "gone":
            rev += 1
            truth.pop(item, None)
            frame = removed(rev, item)
        else:
            rev += 1
            truth[item] = card(item, state="active" if step == "same" else step)
            frame = changed(rev, truth[item])
        lost = fate == "lost" and step != "same"  # what raises no revision heals by the card's own
        if not lost:
            told = frame["rev"]
            actions += [frame] * (2 if fate == "twice" else 1)
    state = scripts.reduce([*actions, {"t": "heartbeat", "now": NOW, "rev": rev}])
    if state["stale"]:
        state = scripts.reduce([snapshot(rev, list(truth.values()))], state)
    assert state["items"] == {str(item): its for item, its in truth.items()}
    assert state["rev"] == rev


# Conversations ---------------------------------------------------------------------------------------------------


@many
@given(data=st.data())
def test_rows_come_out_the_same_in_whatever_order_and_however_often_they_come(
    scripts: PureScripts, data: st.DataObject
) -> None:
    rows = [message(number, text=f"first {number}") for number in range(1, data.draw(st.integers(2, 8)))]
    later = [message(row["sequence"], rev=100 + row["sequence"], text="", redacted=True) for row in rows[::2]]
    notes = [note("n1", rev=50), note("n1", rev=51), note("n2", rev=52)]
    frames = [messages(row) for row in [*rows, *later]] + [messages(notes=[one]) for one in notes]
    frames += [messages(customer_read=2), messages(customer_read=1)]
    shuffled = data.draw(st.permutations(frames + data.draw(st.lists(st.sampled_from(frames), max_size=6))))
    opening = [snapshot(1), {"t": "local.front", "key": KEY}]
    wanted = scripts.reduce([*opening, *frames])["talks"][KEY]
    found = scripts.reduce([*opening, *shuffled])["talks"][KEY]
    assert found == wanted
    newest = {row["id"]: row for row in [*rows, *later]}
    assert found["messages"] == newest
    assert {name: one["rev"] for name, one in found["notes"].items()} == {"n1": 51, "n2": 52}
    assert found["customerRead"] == 2


def opened(*rows: Frame) -> Frame:
    about = {"id": TALK, "rev": max(row["rev"] for row in rows), "customer_read": 0, "state": "open"}
    return {
        "t": "conversation.snapshot",
        "company": "aurora",
        "conversation": about,
        "messages": list(rows),
        "notes": [],
    }


def test_the_heartbeat_names_cards_and_what_is_opened_by_what_is_surely_here(scripts: PureScripts) -> None:
    other = "0190a000-0000-7000-8000-000000000002"
    state = scripts.reduce([snapshot(1, [card(1, rev=3), card(2, rev=9, talk=other)]), opened(message(1), message(2))])
    assert scripts.call("state.js", "known", state) == {KEY: 2, f"aurora/{other}": 9}


def test_a_hole_in_the_numbers_asks_for_the_whole_conversation(scripts: PureScripts) -> None:
    state = scripts.reduce([snapshot(1), opened(message(1)), messages(message(3))])
    assert scripts.call("state.js", "known", state) == {KEY: 0}


def test_a_lost_line_forgets_what_was_subscribed_and_keeps_what_was_read(scripts: PureScripts) -> None:
    state = scripts.reduce(
        [snapshot(1, [card(1)]), opened(message(1)), {"t": "local.link", "link": {"state": "offline"}}]
    )
    assert state["talks"][KEY]["subscribed"] is False
    assert list(state["talks"][KEY]["messages"]) == ["m1"]


def test_a_message_under_way_leaves_the_outbox_when_its_row_comes_however_often(scripts: PureScripts) -> None:
    send = {"t": "local.send", "key": KEY, "entry": {"id": "m2", "text": "hello", "status": "sending"}}
    row = message(2, direction="out", author="agent", text="hello")
    waiting = scripts.reduce([snapshot(1), opened(message(1)), send])
    assert [entry["id"] for entry in waiting["outbox"][KEY]] == ["m2"]
    arrived = scripts.reduce([messages(row), messages(row)], waiting)
    assert arrived["outbox"] == {}
    late_answer = scripts.reduce([{"t": "local.marked", "key": KEY, "id": "m2", "status": "arrived"}], arrived)
    assert late_answer["outbox"] == {}


def test_typing_ends_by_itself_or_with_the_words(scripts: PureScripts) -> None:
    typing = {"t": "typing", "company": "aurora", "conversation": TALK, "on": True, "received": 1000}
    state = scripts.reduce([snapshot(1), opened(message(1)), typing])
    assert state["talks"][KEY]["typingUntil"] == 8000
    assert scripts.reduce([messages(message(2))], state)["talks"][KEY]["typingUntil"] == 0


def test_a_question_stays_until_it_is_answered(scripts: PureScripts) -> None:
    question = {"company": "aurora", "conversation": TALK, "note": note("q", rev=4, kind="question")}
    asked = {"t": "questions.changed", "questions": [question]}
    state = scripts.reduce([snapshot(1), asked, asked])
    assert [question["note"]["id"] for question in state["questions"]] == ["q"]
    answer = note("a", rev=5, kind="answer", answers="q")
    assert scripts.reduce([messages(notes=[answer])], state)["questions"] == [], "at once, where the answer is seen"
    assert scripts.reduce([{**asked, "questions": []}], state)["questions"] == []


def test_what_may_not_be_read_any_more_leaves_the_screen(scripts: PureScripts) -> None:
    hidden = {"t": "conversation.hidden", "company": "aurora", "conversation": TALK}
    state = scripts.reduce([snapshot(1), opened(message(1, text="private")), hidden])
    assert (state["talks"][KEY]["missing"], state["talks"][KEY]["messages"]) == (True, {})
    assert scripts.reduce([snapshot(1), hidden])["talks"] == {}


# Notes on the wall ---------------------------------------------------------------------------------------------------


def on_the_wall(number: int, *, until: str = "2026-11-24T11:00:00+00:00", level: str = "info") -> Frame:
    return {"id": number, "text": f"notice {number}", "level": level, "expires_at": until}


def test_all_notices_come_together_and_with_a_snapshot(scripts: PureScripts) -> None:
    state = scripts.reduce([snapshot(1, notices=[on_the_wall(1)])])
    assert [notice["id"] for notice in state["notices"]] == [1]
    state = scripts.reduce([{"t": "notices.changed", "notices": [on_the_wall(2), on_the_wall(1)]}], state)
    assert [notice["id"] for notice in state["notices"]] == [2, 1]
    assert scripts.reduce([snapshot(2, notices=[])], state)["notices"] == []


def test_a_notice_is_gone_at_its_time_or_when_folded_and_warnings_stand_first(scripts: PureScripts) -> None:
    wall = [on_the_wall(3), on_the_wall(2, level="warning"), on_the_wall(1, until=NOW)]
    state = scripts.reduce([snapshot(1, notices=wall)])
    ten = 1_795_514_400_000  # 2026-11-24T10:00:00Z in milliseconds, the end of notice 1

    def seen(time: int, *folded: int) -> list[int]:
        return [notice["id"] for notice in scripts.call("state.js", "noticesAt", state, time, list(folded))]

    assert seen(ten - 1) == [2, 3, 1]
    assert seen(ten) == [2, 3]
    assert seen(ten, 2) == [3]
    assert seen(ten + 3_600_000) == []
