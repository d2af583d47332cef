"""What agents do beyond the plain answer, each on a real screen of their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from contactcenter.demo.running import Demo
from tests.e2e.house import ask
from tests.e2e.people import PATIENCE, AgentInBrowser, VisitorInBrowser

pytestmark = pytest.mark.browser

Agents = Callable[..., AgentInBrowser]
Visitors = Callable[..., VisitorInBrowser]

COUNT_TONES = """
window.tones = 0
const make = AudioContext.prototype.createOscillator
AudioContext.prototype.createOscillator = function () { window.tones += 1; return make.call(this) }
"""


def tones(page: Page) -> int:
    return int(page.evaluate("() => window.tones"))


def test_a_reply_that_names_another_company_is_stopped_and_goes_with_a_reason(
    agents: Agents, visitors: Visitors
) -> None:
    nils = agents("nils@bpo.example")
    visitor = visitors("aurora")
    visitor.start(name="Wanda Marke", text="Which bank do you work with?")
    nils.accept("Wanda Marke")
    nils.page.locator("#compose-text").fill("Our partner is Borealis Bank.")
    nils.page.locator("#compose-send").click()
    guard = nils.page.get_by_role("dialog", name="Not sent")
    expect(guard).to_contain_text("Borealis Bank", timeout=PATIENCE)
    expect(visitor.log).not_to_contain_text("Borealis")

    guard.get_by_role("button", name="Send with this reason").click()
    expect(guard.get_by_text("Say why it is right.")).to_be_visible()
    guard.get_by_label("Reason").fill("They are our partner in public.")
    guard.get_by_role("button", name="Send with this reason").click()
    visitor.sees("Our partner is Borealis Bank.")
    nils.sees("Our partner is Borealis Bank.")


def test_a_warm_transfer_that_is_refused_comes_back(agents: Agents, visitors: Visitors) -> None:
    sam = agents("sam@bpo.example")
    visitor = visitors("borealis")
    visitor.start(name="Tomás Puente", text="Could a mortgage person help me?")
    sam.accept("Tomás Puente")
    sam.say("One moment, I ask a colleague.")

    nils = agents("nils@bpo.example")
    sam.page.locator("#do-transfer").click()
    dialog = sam.page.get_by_role("dialog", name="Transfer this chat")
    dialog.get_by_label("To a colleague").check()
    choice = dialog.locator("#transfer-agent option", has_text="Nils")
    expect(choice).to_have_count(1, timeout=PATIENCE)
    dialog.locator("#transfer-agent").select_option(value=choice.get_attribute("value"))
    dialog.get_by_label("Note to the next colleague").fill("Wants a fixed rate.")
    dialog.get_by_role("button", name="Transfer").click()

    expect(nils.offer("Tomás Puente")).to_contain_text("Wants a fixed rate.", timeout=PATIENCE)
    expect(nils.offer("Tomás Puente")).to_contain_text("Could a mortgage person help me?")
    nils.offer("Tomás Puente").get_by_role("button", name="Decline").click()
    expect(nils.offer("Tomás Puente")).to_have_count(0, timeout=PATIENCE)
    back = "Nils could not take it: it is back with you."
    expect(sam.offer("Tomás Puente")).to_contain_text(back, timeout=PATIENCE)
    expect(sam.offer("Tomás Puente")).to_contain_text("Wants a fixed rate.")
    sam.offer("Tomás Puente").get_by_role("button", name="Accept").click()
    expect(sam.card("Tomás Puente").filter(has_text=back)).to_be_visible(timeout=PATIENCE)
    sam.sees("Wants a fixed rate.")
    sam.say("I am still here for you.")
    visitor.sees("I am still here for you.")


def test_the_slash_that_only_opened_the_canned_replies_goes_with_them(agents: Agents, visitors: Visitors) -> None:
    nils = agents("nils@bpo.example")
    visitor = visitors("aurora")
    visitor.start(name="Sila Strich", text="Window and/or aisle?")
    nils.accept("Sila Strich")
    field, shown = nils.page.locator("#compose-text"), nils.page.locator("#canned")
    for before, typed, after, left in [
        ("", "/", "", ""),
        ("", "/hel", "", ""),
        ("", "/nothing-like-it", "", ""),
        ("window and/or ", "/gre", "", "window and/or "),
        ("One moment ", "/", "please", "One moment please"),
    ]:
        field.fill(before + after)
        field.evaluate("(node, at) => node.setSelectionRange(at, at)", len(before))
        field.press_sequentially(typed)
        expect(shown).to_be_visible()
        field.press("Escape")
        expect(shown).to_be_hidden()
        expect(field).to_have_value(left)
        expect(field).to_be_focused()
    field.fill("")
    nils.page.locator("#do-canned").click()
    expect(shown).to_be_visible()
    field.press("Home")  # the caret may stand anywhere
    field.press("Escape")
    expect(field).to_have_value("")

    field.press_sequentially("aisle and/or window, yes / no")
    expect(shown).to_be_hidden()
    field.press("Escape")
    expect(nils.page.locator("#log")).to_be_focused()
    expect(field).to_have_value("aisle and/or window, yes / no")


def test_two_tabs_follow_and_one_rings(agents: Agents, visitors: Visitors) -> None:
    nils = agents("nils@bpo.example", signs_in=False)
    nils.context.add_init_script(COUNT_TONES)
    nils.sign_in()
    nils.become_available()
    first, second = nils.page, nils.context.new_page()
    second.goto(nils.desk)
    expect(second.locator("#presence-name")).to_have_text("Available", timeout=PATIENCE)
    second.locator("#work-list").click()

    visitor = visitors("aurora")
    visitor.start(name="Dora Zweimal", text="Do you fly to Bergen?")
    for page in (first, second):
        expect(page.locator(".offer", has_text="Dora Zweimal")).to_be_visible(timeout=PATIENCE)
        expect(page).to_have_title(re.compile("Offer from Aurora Travel"))
    second.wait_for_timeout(600)
    assert tones(second) > 0
    assert tones(first) == 0

    second.locator(".offer").get_by_role("button", name="Accept").click()
    for page in (first, second):
        expect(page.locator("#work-list .item", has_text="Dora Zweimal")).to_be_visible(timeout=PATIENCE)
        expect(page.locator(".offer")).to_have_count(0)
    first.bring_to_front()
    nils.open("Dora Zweimal")
    nils.say("Twice a day.")
    visitor.sees("Twice a day.")
    expect(second.locator("#timeline").get_by_text("Twice a day.")).to_be_visible(timeout=PATIENCE)
    expect(second.locator("#timeline").get_by_text("Twice a day.")).to_have_count(1)


def test_what_one_declines_rings_at_another(agents: Agents, visitors: Visitors) -> None:
    first = agents("nils@bpo.example")
    visitor = visitors("aurora")
    visitor.start(name="Elsa Weiter", text="Is there a train to the airport?")
    expect(first.offer("Elsa Weiter")).to_be_visible(timeout=PATIENCE)
    other = agents("sam@bpo.example")
    first.offer("Elsa Weiter").get_by_role("button", name="Decline").click()
    expect(first.offer("Elsa Weiter")).to_have_count(0, timeout=PATIENCE)
    other.accept("Elsa Weiter")
    other.say("Every ten minutes.")
    visitor.sees("Every ten minutes.")
    expect(first.page.locator("#work-list .item")).to_have_count(0)


def test_a_message_taken_back_is_gone_on_both_screens(agents: Agents, visitors: Visitors) -> None:
    sam = agents("sam@bpo.example")
    visitor = visitors("borealis")
    visitor.start(name="Nora Retiro", text="What is my balance?")
    sam.accept("Nora Retiro")
    sam.say("It is 4,182 euros.")
    visitor.sees("4,182")
    sam.timeline.locator(".say", has_text="4,182").get_by_role("button", name="More for this message").click()
    sam.page.get_by_role("menuitem", name="Take it back…").click()
    sam.page.get_by_role("dialog", name="Take this message back?").get_by_role("button", name="Take it back").click()
    expect(visitor.log).not_to_contain_text("4,182", timeout=PATIENCE)
    expect(sam.timeline).not_to_contain_text("4,182", timeout=PATIENCE)


def test_a_lost_network_is_told_keeps_the_draft_and_catches_up(agents: Agents, visitors: Visitors) -> None:
    sam = agents("sam@bpo.example")
    visitor = visitors("aurora")
    visitor.start(name="Otto Leitung", text="Hello?")
    sam.accept("Otto Leitung")
    sam.say("Hello Otto.")
    sam.page.locator("#compose-text").fill("The gate opens at")

    sam.context.set_offline(True)
    expect(sam.page.locator("#banner")).to_contain_text("No connection", timeout=PATIENCE)
    visitor.say("When does the gate open?")
    visitor.say("I am at the airport.")
    sam.page.locator("#compose-text").press_sequentially(" 10:20.")
    sam.page.locator("#compose-send").click()
    sam.page.locator("#compose-text").fill("Gate B4, by the way")
    sam.page.wait_for_timeout(8000)
    sam.context.set_offline(False)

    expect(sam.page.locator("#banner")).to_be_hidden(timeout=45_000)
    for text in ("When does the gate open?", "I am at the airport."):
        expect(sam.timeline.get_by_text(text)).to_have_count(1, timeout=PATIENCE)
    visitor.sees("The gate opens at 10:20.")
    expect(sam.timeline.get_by_text("The gate opens at 10:20.")).to_have_count(1)
    expect(visitor.log.get_by_text("The gate opens at 10:20.")).to_have_count(1)
    expect(sam.page.locator("#compose-text")).to_have_value("Gate B4, by the way")


PILE_UP = """async (count) => {
  const { ask } = await import("/static/js/desk/line.js");
  window.answers = Promise.all(Array.from({ length: count }, () => ask({ t: "presence.set", presence: "available" })));
}"""


def test_what_piled_up_without_a_network_does_not_flood_the_line(agents: Agents) -> None:
    """60 requests at once are more than a socket may send: they go in turns, and the line stays."""
    sam = agents("sam@bpo.example")
    sam.context.set_offline(True)
    expect(sam.page.locator("#banner")).to_contain_text("No connection", timeout=PATIENCE)
    sam.page.evaluate(PILE_UP, 60)
    sam.context.set_offline(False)
    expect(sam.page.locator("#banner")).to_be_hidden(timeout=45_000)
    answers = sam.page.evaluate("window.answers")
    assert [answer["t"] for answer in answers] == ["ok"] * 60
    expect(sam.page.locator("#banner")).to_be_hidden()


@pytest.fixture
def english_again(demo: Demo) -> Iterator[None]:
    yield
    ask(demo, "UPDATE accounts_user SET language = 'en' WHERE email = %s", "sam@bpo.example")


def test_the_desk_speaks_spanish_when_asked(english_again: None, agents: Agents) -> None:
    sam = agents("sam@bpo.example", available=False)
    sam.page.get_by_role("button", name="language, theme, sign out").first.click()
    sam.page.get_by_role("menuitemradio", name="Español").click()
    expect(sam.page.locator("html")).to_have_attribute("lang", "es", timeout=PATIENCE)
    expect(sam.page.get_by_role("heading", name="Mi trabajo")).to_be_visible()
    expect(sam.page.locator("#presence-name")).to_have_text("Fuera de línea", timeout=PATIENCE)
    sam.page.get_by_role("button", name="idioma, tema").first.click()
    sam.page.get_by_role("menuitemradio", name="English").click()
    expect(sam.page.get_by_role("heading", name="My work")).to_be_visible(timeout=PATIENCE)


def test_a_colleague_answers_a_private_question(agents: Agents, visitors: Visitors) -> None:
    nils = agents("nils@bpo.example")
    visitor = visitors("aurora")
    visitor.start(name="Quirin Frager", text="May my dog come along?")
    nils.accept("Quirin Frager")
    sam = agents("sam@bpo.example", available=False)
    page = nils.page
    page.locator("#do-ask").click()
    choice = page.locator("#ask-whom option", has_text="Sam")
    expect(choice).to_have_count(1, timeout=PATIENCE)
    page.locator("#ask-whom").select_option(value=choice.get_attribute("value"))
    page.locator("#compose-text").fill("Do we take dogs on the night train?")
    page.locator("#compose-send").click()

    sam.page.locator("#group-questions .item", has_text="Do we take dogs").click(timeout=PATIENCE)
    sam.sees("Do we take dogs on the night train?")
    sam.timeline.get_by_role("button", name="Answer").click()
    sam.page.locator("#compose-text").fill("Small ones, in a bag.")
    sam.page.locator("#compose-send").click()
    nils.sees("Small ones, in a bag.")
    expect(sam.page.locator("#group-questions")).to_be_hidden(timeout=PATIENCE)
    expect(visitor.log).not_to_contain_text("night train")
    expect(visitor.log).not_to_contain_text("in a bag")
