"""The floor as supervisors see it: what they change stands on the desks within two seconds; notices; a wallboard."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from contactcenter.demo.running import Demo
from tests.e2e.hands import Hands
from tests.e2e.house import queues
from tests.e2e.people import PATIENCE, AgentInBrowser, VisitorInBrowser

pytestmark = pytest.mark.browser
AT_ONCE = 2_000  # ms


@pytest.fixture
def patient_house(demo: Demo) -> Iterator[None]:
    with queues(demo, "aurora", offer_seconds=120, wrap_up_seconds=120):
        yield


@pytest.fixture
def floor(demo: Demo, agents: Callable[..., AgentInBrowser]) -> Page:
    """Of the supervisor, who takes no chats."""
    page = agents("sam@bpo.example", available=False).page
    page.goto(f"http://{demo.facts['hosts']['shared']}/floor/")
    expect(page.locator("#link-text")).to_have_text("Live", timeout=PATIENCE)
    return page


def test_what_waits_stands_there_and_is_given_by_keyboard(
    patient_house: None,
    floor: Page,
    agents: Callable[..., AgentInBrowser],
    visitors: Callable[..., VisitorInBrowser],
) -> None:
    ines = agents("ines@bpo.example", available=False)
    visitor = visitors("aurora")
    visitor.start(name="Wendy Gault", text="Is anybody there?")
    floor.bring_to_front()
    waiting = floor.locator("#waiting-rows tr").filter(has_text="Nobody who is available")
    expect(waiting).to_have_count(1, timeout=PATIENCE)
    expect(floor.locator("#alarm-list")).to_contain_text("Nobody can serve", timeout=PATIENCE)
    assert "Wendy" not in floor.content()
    ines.become_available()
    floor.bring_to_front()
    expect(floor.locator("#waiting-rows tr").first).to_contain_text("Rings at Inés Robledo", timeout=PATIENCE)
    nils = agents("nils@bpo.example")

    floor.bring_to_front()
    there = floor.locator("#agent-rows li").filter(has_text="Nils Berg")
    expect(there).to_contain_text("Available", timeout=PATIENCE)  # a dialog offers those who are there when it opens
    hands = Hands(floor)
    floor.locator("#waiting").focus()
    hands.tab_to(floor.locator("#waiting-rows [aria-haspopup]").first)
    hands.press("Enter")
    expect(floor.get_by_role("menuitem", name="Give to an agent…")).to_be_focused()
    hands.press("Enter")
    expect(floor.get_by_role("dialog", name="Give to an agent")).to_be_visible()
    floor.locator("#give-agent").select_option(label="Nils Berg (0 of 4)")
    hands.tab_to(floor.get_by_role("button", name="Give", exact=True))
    given = time.monotonic()
    hands.press("Enter")
    expect(nils.offer("Wendy Gault")).to_be_visible(timeout=AT_ONCE + 1_000)
    assert time.monotonic() - given < 3
    expect(ines.offer("Wendy Gault")).to_have_count(0)

    nils.page.bring_to_front()
    nils.accept("Wendy Gault")
    floor.bring_to_front()
    card = floor.locator("#agent-rows li").filter(has_text="Nils Berg")
    expect(card).to_contain_text("On work", timeout=PATIENCE)
    card.get_by_role("button", name="More about Nils Berg").click()
    floor.get_by_role("menuitem", name="Aurora Travel: why did it go there?").click()
    drawer = floor.locator("#drawer")
    expect(drawer).to_contain_text("Sam Whitlock took it from Inés Robledo and gave it to Nils Berg")
    expect(drawer).to_contain_text("Rang at Nils Berg, who took it after")
    floor.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    card.get_by_role("button", name="More about Nils Berg").click()
    floor.get_by_role("menuitem", name="Today").click()
    expect(drawer.get_by_role("table")).to_contain_text("On work")


def test_a_state_is_set_with_a_reason_that_the_agent_reads(floor: Page, agents: Callable[..., AgentInBrowser]) -> None:
    ines = agents("ines@bpo.example")
    floor.bring_to_front()
    card = floor.locator("#agent-rows li").filter(has_text="Inés Robledo")
    card.get_by_role("button", name="More about Inés Robledo").click()
    floor.get_by_role("menuitem", name="Set to: Break…").click()
    floor.get_by_role("button", name="Set to: Break").click()
    expect(floor.get_by_role("dialog")).to_contain_text("Say why")
    floor.get_by_label("Why").fill("Fire drill")
    floor.get_by_role("button", name="Set to: Break").click()
    expect(ines.page.locator("#presence-name")).to_have_text("Break", timeout=AT_ONCE)
    expect(ines.page.locator(".toast-line")).to_contain_text("Sam Whitlock set you to Break: Fire drill")
    expect(card).to_contain_text("Break", timeout=AT_ONCE)


def test_a_notice_stands_on_the_desks_concerned_and_goes_by_itself(
    demo: Demo, floor: Page, agents: Callable[..., AgentInBrowser]
) -> None:
    rosa = agents("rosa@bpo.example", available=False)
    ines = agents("ines@bpo.example", available=False)
    text = f"The payment page is down {time.time_ns()}"
    floor.bring_to_front()
    floor.get_by_role("link", name="Notices").click()
    floor.get_by_label("What agents must know").fill(text)
    floor.get_by_label("Kind").select_option("warning")
    floor.get_by_label("For whom").select_option(label="Aurora Travel")
    floor.get_by_role("button", name="Post", exact=True).click()
    notice = ines.page.locator(".notice").filter(has_text=text)
    expect(notice).to_be_visible(timeout=AT_ONCE)
    assert rosa.page.locator(".notice").filter(has_text=text).count() == 0  # she serves Cumbre alone

    ines.page.reload()
    expect(notice).to_be_visible(timeout=PATIENCE)
    notice.get_by_role("button", name="Fold away").click()
    expect(notice).to_have_count(0)
    ines.page.reload()
    expect(ines.page.locator("#presence-name")).not_to_have_text("Connecting…", timeout=PATIENCE)
    expect(notice).to_have_count(0)

    expect(floor.get_by_role("main")).to_contain_text(text)
    floor.get_by_role("button", name=f"Take down {text}").click()
    expect(floor.get_by_role("main")).not_to_contain_text(text)


def test_a_wallboard_follows_goes_stale_comes_back_and_goes_dark(
    demo: Demo,
    floor: Page,
    window: Callable[..., BrowserContext],
    visitors: Callable[..., VisitorInBrowser],
) -> None:
    floor.get_by_role("link", name="Wallboards").click()
    name = f"By the door {time.time_ns()}"
    floor.get_by_label("Where it hangs").fill(name)
    floor.get_by_role("button", name="Make its address").click()
    address = floor.locator(".address a").get_attribute("href") or ""
    assert re.search(r"/wall/[\w-]{43}/$", address)

    context = window(viewport={"width": 1920, "height": 1080})  # nobody signed in here
    wall = context.new_page()
    wall.goto(address)
    expect(wall.locator("#fresh")).to_have_text("Live", timeout=PATIENCE)
    before = int(wall.locator("#waiting").inner_text())
    visitor = visitors("aurora")
    visitor.start(name="Wally Board", text="Who looks at me?")
    wall.bring_to_front()
    expect(wall.locator("#waiting")).not_to_have_text(str(before), timeout=AT_ONCE)
    assert "Wally" not in wall.content()
    assert "Robledo" not in wall.content()
    smallest = wall.evaluate(
        """() => Math.min(...[...document.querySelectorAll('.wall *')]
          .filter(node => node.childElementCount === 0 && node.textContent.trim() && node.checkVisibility())
          .filter(node => !node.matches('.co'))
          .map(node => parseFloat(getComputedStyle(node).fontSize)))"""
    )
    assert smallest >= 38  # px on 1080 lines: an x-height of some 20, to be read from 5 m
    assert wall.evaluate("document.documentElement.scrollHeight <= innerHeight")

    context.set_offline(True)
    expect(wall.locator("#fresh")).to_contain_text("Not live since", timeout=PATIENCE)
    context.set_offline(False)
    expect(wall.locator("#fresh")).to_have_text("Live", timeout=PATIENCE)

    floor.bring_to_front()
    floor.get_by_role("button", name=f"Switch off {name}").click()
    expect(wall.locator("#dark")).to_be_visible(timeout=AT_ONCE)
    assert wall.locator(".wall-co").count() == 0
    assert wall.goto(address).status == 404  # type: ignore[union-attr]
