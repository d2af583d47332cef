"""What visitors live through with an agent at the other end; what the widget does alone is in test_widget.py."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from contactcenter.demo.running import Demo
from tests.e2e.house import NEVER, chats_at_once, hours, queues
from tests.e2e.people import PATIENCE, AgentInBrowser, VisitorInBrowser

pytestmark = pytest.mark.browser

Agents = Callable[..., AgentInBrowser]
Visitors = Callable[..., VisitorInBrowser]

# The smallest picture: one pixel.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63f8cfc000000301010018dd8db00000000049454e44ae426082"
)


def test_three_wait_and_their_numbers_fall(demo: Demo, agents: Agents, visitors: Visitors) -> None:
    names = ("Uno Wartend", "Due Wartend", "Tre Wartend")
    waiting = []
    with chats_at_once(demo, "nils@bpo.example", 1):
        nils = agents("nils@bpo.example")
        for name in names:
            visitor = visitors("aurora")
            visitor.start(name=name, text=f"{name} asks")
            waiting.append(visitor)
        first, second, third = waiting
        expect(third.frame.get_by_text("You are number 3")).to_be_visible(timeout=PATIENCE)
        expect(second.frame.get_by_text("You are number 2")).to_be_visible()
        nils.accept(names[0])
        nils.say("Hello Uno.")
        first.sees("Hello Uno.")
        expect(third.frame.get_by_text("You are number 2")).to_be_visible(timeout=PATIENCE)
        expect(second.frame.get_by_text("You are next")).to_be_visible()


def test_who_waits_for_nobody_reads_so_and_may_leave_it_as_a_message(agents: Agents, visitors: Visitors) -> None:
    visitor = visitors("aurora")
    visitor.start(name="Nina Niemand", text="Two seats, please")
    nobody = visitor.frame.get_by_text("Nobody is free to answer right now")
    expect(nobody).to_be_visible(timeout=PATIENCE)
    expect(visitor.frame.get_by_text("You are next")).to_have_count(0)

    sam = agents("sam@bpo.example")
    expect(visitor.frame.get_by_text("You are next")).to_be_visible(timeout=PATIENCE)
    expect(nobody).to_have_count(0)
    sam.go_offline()
    expect(nobody).to_be_visible(timeout=PATIENCE)
    visitor.frame.get_by_role("button", name="Leave the message").click()

    visitor.sees("Your message is kept, and the answer will wait for you here.")
    expect(visitor.frame.locator(".place")).to_have_count(0)
    expect(visitor.frame.locator("#text")).to_be_focused()
    sam.become_available()
    sam.accept("Nina Niemand")
    sam.sees("Two seats, please")
    sam.say("They are yours.")
    visitor.sees("They are yours.")


def test_files_typing_and_read_marks_go_both_ways(agents: Agents, visitors: Visitors) -> None:
    sam = agents("sam@bpo.example")
    visitor = visitors("borealis")
    visitor.start(name="Pia Bildner", text="I have a letter of yours.")
    sam.accept("Pia Bildner")
    sam.say("Please show me.")
    visitor.sees("Please show me.")
    expect(sam.timeline.locator(".say", has_text="Please show me.")).to_contain_text("Read", timeout=PATIENCE)

    visitor.frame.locator("#text").press_sequentially("Here")
    expect(sam.page.locator("#typing")).to_contain_text("Pia Bildner is typing", timeout=PATIENCE)
    visitor.frame.locator("#picker").set_input_files({"name": "letter.png", "mimeType": "image/png", "buffer": PNG})
    expect(visitor.frame.locator("#chips")).to_contain_text("letter.png", timeout=PATIENCE)
    expect(visitor.frame.locator("#chips progress")).to_have_count(0, timeout=PATIENCE)
    visitor.frame.locator("#send").click()
    sam.sees("Here")
    picture = sam.timeline.locator(".shot")
    expect(picture).to_be_visible(timeout=PATIENCE)
    expect(visitor.log).to_contain_text("Read", timeout=PATIENCE)

    sam.page.locator("#compose-text").press_sequentially("Thank")
    expect(visitor.frame.locator("#typing")).to_contain_text("Sam is typing", timeout=PATIENCE)
    sam.page.locator("#attach").set_input_files(
        {"name": "answer.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n" + b"0" * 500}
    )
    expect(sam.page.locator("#compose-files")).to_contain_text("answer.pdf")
    expect(sam.page.locator("#compose-files progress:visible")).to_have_count(0, timeout=PATIENCE)
    sam.page.locator("#compose-send").click()
    expect(visitor.log).to_contain_text("answer.pdf", timeout=PATIENCE)


def test_who_returns_reopens_the_talk_with_the_same_agent(agents: Agents, visitors: Visitors) -> None:
    sam = agents("sam@bpo.example")
    visitor = visitors("aurora")
    visitor.start(name="Ida Rückkehr", text="Is the ferry running?")
    sam.accept("Ida Rückkehr")
    nils = agents("nils@bpo.example")
    sam.say("Yes, it is.")
    visitor.sees("Yes, it is.")
    visitor.frame.locator("#more").click()
    visitor.frame.locator("#end").click()
    visitor.frame.locator("#sure-yes").click()
    expect(visitor.frame.locator("#ended")).to_be_visible(timeout=PATIENCE)
    expect(sam.page.locator("#wrapup")).to_be_visible(timeout=PATIENCE)
    sam.page.locator("#dispositions").get_by_text("Information given").click()
    sam.page.get_by_role("button", name="Finish, be available").click()
    expect(sam.page.locator("#work-list .item")).to_have_count(0, timeout=PATIENCE)

    visitor.say("And at night?")
    expect(sam.offer("Ida Rückkehr")).to_be_visible(timeout=PATIENCE)
    expect(nils.offer("Ida Rückkehr")).to_have_count(0)
    sam.accept("Ida Rückkehr")
    sam.sees("Is the ferry running?")
    sam.sees("And at night?")
    sam.say("Until eleven.")
    visitor.sees("Until eleven.")


def test_outside_its_hours_a_company_says_so_and_keeps_the_message(
    demo: Demo, agents: Agents, visitors: Visitors
) -> None:
    with hours(demo, "cumbre", NEVER):
        visitor = visitors("cumbre")
        visitor.open_widget()
        expect(visitor.frame.locator("#welcome")).to_contain_text("We are closed now.")
        expect(visitor.frame.locator("#start")).to_have_text("Leave the message")
        visitor.start(name="Noa Nocturna", text="Two crates were missing.")
        expect(visitor.log).to_contain_text("the answer will wait for you here", timeout=PATIENCE)


def test_a_full_queue_says_so_and_keeps_the_message(demo: Demo, visitors: Visitors) -> None:
    with queues(demo, "borealis", max_waiting=1):
        first = visitors("borealis")
        first.start(name="Fulvia Voll", text="First in line")
        expect(first.frame.get_by_text("Nobody is free to answer")).to_be_visible(timeout=PATIENCE)
        second = visitors("borealis")
        second.start(name="Secunda Voll", text="Second in line")
        expect(second.log).to_contain_text("Nobody can answer right now", timeout=PATIENCE)


def test_a_blocked_visitor_finds_an_honest_closed_door(agents: Agents, visitors: Visitors) -> None:
    sam = agents("sam@bpo.example")
    visitor = visitors("aurora")
    visitor.start(name="Bruno Grob", text="Rude words")
    sam.accept("Bruno Grob")
    sam.page.locator("#do-more").click()
    sam.page.locator("#do-block").click()
    dialog = sam.page.get_by_role("dialog", name="Block this visitor")
    dialog.get_by_label("Reason").fill("Threats")
    dialog.get_by_role("button", name="Block").click()

    for _ in ("at once", "after a reload"):
        expect(visitor.frame.locator("#ended")).to_contain_text("This chat is closed to you", timeout=PATIENCE)
        expect(visitor.frame.locator("#compose")).to_be_hidden()
        expect(visitor.frame.locator("#again")).to_be_hidden()
        expect(visitor.log).to_contain_text("Rude words")
        visitor.page.reload()


def test_on_a_phone_in_spanish_the_line_to_write_in_stays_one_line(visitors: Visitors) -> None:
    visitor = visitors("borealis", locale="es-ES", viewport={"width": 390, "height": 844}, has_touch=True)
    visitor.page.goto(f"{visitor.site}/es/")
    visitor.start(name="Lola Larga", text="¿Cuándo abren?")
    field = visitor.frame.locator("#text")
    before = field.evaluate("field => field.offsetHeight")
    visitor.frame.locator("#more").click()
    visitor.frame.locator("#end").click()
    visitor.frame.locator("#sure-yes").click()

    expect(field).to_have_attribute("placeholder", "Escriba para seguir aquí", timeout=PATIENCE)
    field.press_sequentially("x")
    field.press("Backspace")
    assert field.evaluate("field => field.offsetHeight") == before
    visitor.frame.locator("#again").click()
    expect(visitor.frame.locator("#f-queue")).to_have_value("")


def test_card_numbers_and_hostile_names_reach_neither_screen(agents: Agents, visitors: Visitors) -> None:
    sam = agents("sam@bpo.example")
    visitor = visitors("borealis")
    name = "<b>Zoë</b>\u202e\u200bнет 🦊"
    visitor.start(name=name, text="<img src=x onerror=alert(1)> My card is")
    expect(sam.page.locator(".offer", has_text="Zoë")).to_contain_text("<b>Zoë</b>", timeout=PATIENCE)
    sam.page.locator(".offer", has_text="Zoë").get_by_role("button", name="Accept").click()
    sam.sees("<img src=x onerror=alert(1)> My card is")
    visitor.say("4111 1111 1111 1111 until 12/28")
    for log in (sam.timeline, visitor.log):
        expect(log).to_contain_text("•", timeout=PATIENCE)
        expect(log).not_to_contain_text("1111 1111 1111")
    assert sam.page.locator("#timeline img, #talk-head b > b").count() == 0
