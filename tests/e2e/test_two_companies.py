"""The main job: two visitors on two companies' websites, one agent, one tab; each talk only in its company's schema."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from contactcenter.demo.running import Demo
from tests.e2e.people import AgentInBrowser, VisitorInBrowser
from tests.e2e.stores import dump, logs, redis_content

Window = Callable[..., BrowserContext]


@pytest.mark.browser
def test_one_agent_serves_visitors_of_two_companies_in_one_tab(demo: Demo, window: Window) -> None:
    ines = AgentInBrowser(demo, window(), "ines@bpo.example")
    ines.sign_in()
    ines.become_available()

    helen = VisitorInBrowser(demo, window(), "aurora")
    helen.start(
        name="Helen Marshmark", email="helen.markaddress@mail.example", text="Aurora-marker-tulip: may I move my trip?"
    )
    expect(ines.offer("Helen Marshmark")).to_contain_text("Aurora Travel, hello, this is Inés")
    ines.accept("Helen Marshmark")

    daniel = VisitorInBrowser(demo, window(), "borealis")
    daniel.start(name="Daniel Ortegamark", text="Borealis-marker-walnut: my card is blocked")
    expect(ines.offer("Daniel Ortegamark")).to_contain_text("Borealis Bank, good day, Inés speaking")
    ines.accept("Daniel Ortegamark")

    ines.open("Helen Marshmark")
    ines.sees("Aurora-marker-tulip: may I move my trip?")
    ines.say("Hello Helen, the marker-orchid is free on the 14th.")
    helen.sees("Hello Helen, the marker-orchid is free on the 14th.")
    ines.open("Daniel Ortegamark")
    ines.sees("Borealis-marker-walnut: my card is blocked")
    ines.say("Good day Daniel, marker-hazel is on its way.")
    daniel.sees("Good day Daniel, marker-hazel is on its way.")
    expect(daniel.log).not_to_contain_text("orchid")
    expect(helen.log).not_to_contain_text("hazel")

    helen.say("Thank you, marker-violet!")
    ines.open("Helen Marshmark")
    ines.sees("Thank you, marker-violet!")
    ines.say("You are welcome!")
    ines.finish("Booking changed", note="moved marker-peony")
    ines.open("Daniel Ortegamark")
    ines.finish("Card released")
    expect(ines.page.locator("#work-list .item")).to_have_count(0)

    aurora = ("Marshmark", "markaddress", "marker-tulip", "marker-orchid", "marker-violet", "marker-peony")
    borealis = ("Ortegamark", "marker-walnut", "marker-hazel")
    kept_by_aurora, kept_by_borealis = dump(demo, "aurora"), dump(demo, "borealis")
    for word in aurora:
        assert word in kept_by_aurora
        assert word not in kept_by_borealis
    for word in borealis:
        assert word in kept_by_borealis
        assert word not in kept_by_aurora
    elsewhere = dump(demo, "public") + dump(demo, "cumbre") + redis_content(demo) + logs(demo)
    for word in (*aurora, *borealis):
        assert word not in elsewhere
