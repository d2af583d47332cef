"""Both sides of a chat without a mouse: only Tab, Enter, arrows and letters, and the focus is always to be seen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.hands import Hands
from tests.e2e.people import PATIENCE, AgentInBrowser, VisitorInBrowser

pytestmark = pytest.mark.browser


def test_an_agent_works_from_sign_in_to_wrap_up_by_keyboard(
    agents: Callable[..., AgentInBrowser], visitors: Callable[..., VisitorInBrowser]
) -> None:
    nils = agents("nils@bpo.example", signs_in=False)
    page, hands = nils.page, Hands(nils.page)
    page.goto(nils.desk)
    if not page.get_by_label("Work mail").evaluate("node => node === document.activeElement"):
        hands.tab_to(page.get_by_label("Work mail"), within=5)
    hands.type(nils.login["email"])
    hands.tab_to(page.get_by_label("Password"), within=2)
    hands.type(nils.login["password"])
    hands.press("Enter", looks=False)
    expect(page.locator("#presence-name")).to_have_text("Offline", timeout=PATIENCE)

    hands.press("p")
    expect(page.get_by_role("menuitem", name="Available")).to_be_focused()
    hands.press("Enter")
    expect(page.locator("#presence-name")).to_have_text("Available")

    visitor = visitors("aurora")
    visitor.start(name="Keyla Bordes", text="Is breakfast part of the price?")
    expect(nils.offer("Keyla Bordes")).to_be_visible(timeout=PATIENCE)
    hands.press("a")
    expect(page.locator("#compose-text")).to_be_focused(timeout=PATIENCE)

    hands.type("/hel")
    option = page.get_by_role("option", selected=True)
    expect(option).to_contain_text("Greeting")
    hands.press("Enter")
    expect(page.locator("#compose-text")).to_have_value(
        "Hello Keyla Bordes, this is Nils of Aurora Travel. How may I help you?"
    )
    hands.press("Control+Enter")
    visitor.sees("Hello Keyla Bordes, this is Nils of Aurora Travel.")
    expect(page.locator("#compose-text")).to_have_value("")

    hands.press("Escape")
    expect(page.locator("#log")).to_be_focused()
    hands.press("n")
    expect(page.get_by_label("Note for colleagues")).to_be_focused()
    hands.type("Asks about breakfast.")
    hands.press("Control+Enter")
    nils.sees("Asks about breakfast.")
    expect(visitor.log).not_to_contain_text("Asks about")

    hands.press("Escape")
    hands.press("t")
    transfer = page.get_by_role("dialog", name="Transfer this chat")
    expect(transfer).to_be_visible()
    hands.press("Escape")
    expect(transfer).to_be_hidden()
    hands.look()

    hands.press("Shift+Slash")
    keys = page.get_by_role("dialog", name="Keyboard")
    for words in ("Accept the offer", "Canned replies", "Write a note for colleagues", "Finish the chat"):
        expect(keys.get_by_text(words)).to_be_visible()
    hands.press("Escape")
    expect(keys).to_be_hidden()
    hands.look()

    hands.press("e")
    expect(page.locator("#wrapup")).to_be_visible(timeout=PATIENCE)
    hands.press("3")
    expect(page.get_by_role("radio", name="Information given")).to_be_checked()
    hands.tab_to(page.locator("#summary"), within=3)
    hands.type("Breakfast is included.")
    hands.press("Control+Enter")
    expect(page.locator("#wrapup")).to_be_hidden(timeout=PATIENCE)
    expect(page.locator("#work-list .item")).to_have_count(0)
    hands.look()

    hands.press("p")
    hands.press("End")
    expect(page.get_by_role("menuitem", name="Offline")).to_be_focused()
    hands.press("Enter")
    expect(page.locator("#presence-name")).to_have_text("Offline")
    hands.look()


def test_a_visitor_asks_and_ends_by_keyboard(
    agents: Callable[..., AgentInBrowser], visitors: Callable[..., VisitorInBrowser]
) -> None:
    sam = agents("sam@bpo.example")
    visitor = visitors("borealis")
    page, site = visitor.page, Hands(visitor.page)
    bubble = page.get_by_role("button", name="Chat")
    site.tab_to(bubble)
    site.press("Enter", looks=False)
    expect(visitor.frame.locator("#f-name")).to_be_focused(timeout=PATIENCE)

    hands = Hands(page, next(frame for frame in page.frames if "/widget/" in frame.url))
    hands.type("Teclo Marín")
    hands.press("Tab")
    expect(visitor.frame.locator("#f-email")).to_be_focused()
    hands.press("Tab")
    hands.press("ArrowDown")
    expect(visitor.frame.locator("#f-queue")).not_to_have_value("")
    hands.press("Tab")
    hands.type("Which branch opens on Saturday?")
    hands.tab_to(visitor.frame.locator("#start"), within=3)
    hands.press("Enter")
    visitor.sees("Which branch opens on Saturday?")
    expect(visitor.frame.locator("#text")).to_be_focused()

    sam.accept("Teclo Marín")
    sam.say("The one at the market.")
    visitor.sees("The one at the market.")
    hands.type("Thank you ")
    hands.tab_to(visitor.frame.locator("#emoji"), key="Shift+Tab", within=3)
    hands.press("Enter")
    hands.press("ArrowRight")
    hands.press("Enter")
    expect(visitor.frame.locator("#text")).to_be_focused()
    expect(visitor.frame.locator("#text")).not_to_have_value("Thank you ")
    hands.press("Enter")
    sam.sees("Thank you")

    hands.tab_to(visitor.frame.locator("#more"), key="Shift+Tab", within=12)
    hands.press("Enter")
    hands.press("ArrowDown")
    expect(visitor.frame.locator("#end")).to_be_focused()
    hands.press("Enter")
    sure = visitor.frame.get_by_role("dialog", name="Do you want to end this chat?")
    expect(sure).to_be_visible()
    hands.tab_to(visitor.frame.locator("#sure-yes"), within=3)
    hands.press("Enter")
    expect(visitor.frame.locator("#ended")).to_be_visible(timeout=PATIENCE)
    hands.look()

    hands.press("Escape", looks=False)
    expect(bubble).to_be_focused()
    site.look()
