"""Pictures of the living demo, kept in docs/pictures/. Only `make pictures` takes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from contactcenter.demo.running import ROOT, Demo
from tests.e2e.house import ALWAYS, chats_at_once, hours, queues
from tests.e2e.people import PATIENCE, AgentInBrowser, VisitorInBrowser

pytestmark = [pytest.mark.browser, pytest.mark.pictures]

WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
EMPTY = 12_000  # bytes; a blank page of these sizes compresses to less


def daytime_zone() -> str:
    """Where it is working hours now, so that no picture shows a chat at four in the morning."""
    hour = datetime.now(UTC).hour
    return "Asia/Tokyo" if hour < 8 else "Europe/London" if hour < 17 else "America/Los_Angeles"


@pytest.fixture
def place() -> Path:
    kept = ROOT / "docs" / "pictures"
    kept.mkdir(parents=True, exist_ok=True)
    return kept


@pytest.fixture
def busy_house(demo: Demo) -> Iterator[None]:
    """Cumbre works at this hour, Inés has room for six, and nothing runs out while pictures are taken."""
    with ExitStack() as changes:
        changes.enter_context(hours(demo, "cumbre", ALWAYS))
        changes.enter_context(chats_at_once(demo, "ines@bpo.example", 6))
        changes.enter_context(chats_at_once(demo, "nils@bpo.example", 1))
        for company in ("aurora", "borealis", "cumbre"):
            changes.enter_context(queues(demo, company, offer_seconds=45, wrap_up_seconds=120))
        yield


def take(page: Page, path: Path, size: dict[str, int], theme: str = "light") -> None:
    page.set_viewport_size(size)  # type: ignore[arg-type]
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
    page.wait_for_timeout(700)  # a clock ticks, a scroll settles
    page.screenshot(path=path, animations="disabled", caret="hide")
    picture = path.read_bytes()
    width, height = int.from_bytes(picture[16:20]), int.from_bytes(picture[20:24])  # of the PNG's header
    assert (width, height) == (size["width"], size["height"])
    assert len(picture) > EMPTY, f"{path.name} is as good as blank"


def test_pictures_of_a_busy_desk_and_of_the_widget(
    busy_house: None,
    agents: Callable[..., AgentInBrowser],
    visitors: Callable[..., VisitorInBrowser],
    place: Path,
) -> None:
    zone = {"timezone_id": daytime_zone()}
    ines = agents("ines@bpo.example", available=False, signs_in=False, **zone)
    ines.page.goto(ines.desk)
    take(ines.page, place / "signin.png", WIDE)
    ines.page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    ines.sign_in()

    nils = agents("nils@bpo.example")  # is there, and busy with what rings
    owen = visitors("aurora", **zone)
    owen.start(name="Owen Tran", text="Is Tromsø too dark in March to see the fjords?")
    ruth = visitors("aurora", **zone)
    ruth.start(name="Ruth Adeyemi", text="Can I add a cabin bag to a booking?")
    helen = visitors("aurora", **zone)
    helen.page.goto(f"{helen.site}/lisbon/")
    helen.start(
        name="Helen Marsh",
        email="helen.marsh@mail.example",
        text="Hi, it is about booking AU-7F3K2. Could both of us travel on the 14th instead of the 12th?",
    )
    helen.say("My sister cannot leave any earlier.")
    expect(helen.frame.get_by_text("You are number 3")).to_be_visible(timeout=PATIENCE)
    take(helen.page, place / "widget.png", WIDE)
    take(helen.page, place / "widget-dark.png", WIDE, "dark")

    ines.become_available()
    nils.go_offline()
    for name in ("Owen Tran", "Ruth Adeyemi"):
        ines.accept(name)
    ines.open("Owen Tran")
    ines.say("Hello Owen! By mid-March the sun is up for eleven hours. Shall I look for flights?")
    owen.sees("By mid-March")
    ines.open("Ruth Adeyemi")
    ines.say("Yes, for £28 each way.")
    ruth.sees("£28")
    lucia = visitors("cumbre", locale="es-ES", **zone)
    lucia.start(name="Lucía Prieto", text="¿Puedo cambiar la entrega al jueves?")
    ines.accept("Lucía Prieto")
    ines.say("Claro, Lucía: su pedido llega el jueves.")
    lucia.sees("el jueves.")
    ines.finish_talk()

    daniel = visitors("borealis", **zone)
    daniel.start(name="Daniel Ortega", text="Is my new card on its way?")
    ines.accept("Daniel Ortega")
    ines.say("Good day Daniel, it left us yesterday and reaches you on Thursday.")
    daniel.sees("it left us yesterday")

    ines.accept("Helen Marsh")
    ines.say("Good morning Helen, gladly. Two seats are free on the 14th at 09:40, for £25 each. Shall I book them?")
    helen.sees("Two seats are free")
    ines.page.locator("#do-note").click()
    ines.page.locator("#compose-text").fill("Fee told and accepted earlier by phone. Sister: Ruth.")
    ines.page.locator("#compose-send").click()
    ines.sees("Fee told")
    helen.page.bring_to_front()
    helen.frame.locator("#picker").set_input_files(
        {"name": "Booking AU-7F3K2.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n" + b"0" * 214_000}
    )
    expect(helen.frame.locator("#chips progress")).to_have_count(0, timeout=PATIENCE)
    helen.say("Yes please! Here is what we have.")
    ines.page.bring_to_front()
    ines.sees("Yes please!")
    ines.page.locator("#compose-text").fill(
        "Booked. The new total is £536.20, so £50.00 to pay: the link is on its way to helen.marsh@mail.example."
    )
    take(helen.page, place / "widget-390.png", PHONE)

    owen.say("March sounds good. From Leeds, if possible.")
    maria = visitors("borealis", locale="es-ES", **zone)
    maria.page.goto(f"{maria.site}/es/")
    maria.start(name="María José Ferrer", text="Tarjeta bloqueada: no puedo pagar")
    ines.page.bring_to_front()
    helen.frame.locator("#text").press_sequentially("One")
    expect(ines.offer("María José Ferrer")).to_contain_text("buenos días, le atiende Inés", timeout=PATIENCE)
    ines.page.locator("#compose-text").focus()
    take(ines.page, place / "desk.png", WIDE)
    take(ines.page, place / "desk-dark.png", WIDE, "dark")
    take(ines.page, place / "desk-390-dark.png", PHONE, "dark")
    take(ines.page, place / "desk-390.png", PHONE)


def test_pictures_of_the_admin(
    demo: Demo, window: Callable[..., BrowserContext], visitors: Callable[..., VisitorInBrowser], place: Path
) -> None:
    owen = visitors("aurora")
    owen.start(name="Owen Tran", text="Is Tromsø too dark in March to see the fjords?")
    owen.say("I would come from Leeds.")
    page = window().new_page()
    shared = f"http://{demo.facts['hosts']['shared']}/admin"
    page.goto(f"{shared}/")
    page.get_by_label("Work mail").fill(demo.login("admin")["email"])
    page.get_by_label("Password").fill(demo.login("admin")["password"])
    page.get_by_role("button", name="Sign in").click()
    page.goto(f"{shared}/routing/queue/")
    take(page, place / "admin.png", WIDE)
    take(page, place / "admin-dark.png", WIDE, "dark")
    page.goto(f"{shared}/accounts/user/")
    take(page, place / "admin-390.png", PHONE)
    page.goto(f"{shared}/companies/aurora/conversations/conversation/")
    page.locator("#result_list a[href*='/change/']").first.click()
    expect(page.get_by_text("Is Tromsø too dark")).to_be_visible(timeout=PATIENCE)
    take(page, place / "admin-records.png", WIDE)
    page.goto(f"{shared}/new-company/?fresh")
    page.get_by_label("Name", exact=True).fill("Lagoon Hotels")
    page.get_by_label("Schema").fill("lagoon")
    page.get_by_label("Hosts").fill("lagoon.localhost")
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Colour").fill("#0a6b4f")
    page.get_by_label("Greeting").fill("en: {company}, good morning, this is {agent}.")
    take(page, place / "admin-new-company.png", WIDE)


def test_pictures_of_the_portal(
    busy_house: None,
    demo: Demo,
    agents: Callable[..., AgentInBrowser],
    visitors: Callable[..., VisitorInBrowser],
    window: Callable[..., BrowserContext],
    place: Path,
) -> None:
    ines = agents("ines@bpo.example")
    for name, wish, answer in (
        ("Ruth Adeyemi", "Can I add a cabin bag to a booking?", "Yes, for £28 each way. Shall I add it?"),
        ("Helen Marsh", "Could both of us travel on the 14th?", "Gladly: two seats are free at 09:40."),
    ):
        visitor = visitors("aurora")
        visitor.start(name=name, email=f"{name.split()[0].lower()}@mail.example", text=wish)
        ines.accept(name)
        ines.say(answer)
        visitor.sees(answer)
        visitor.say("Yes please, thank you!")
        ines.sees("Yes please, thank you!")
    page = window().new_page()
    portal = f"http://{demo.facts['hosts']['companies']['aurora']}/portal"
    login = demo.login("manager", "maya@aurora-travel.example")
    page.goto(f"{portal}/")
    page.get_by_label("Work mail").fill(login["email"])
    page.get_by_label("Password").fill(login["password"])
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#figures")).to_be_visible(timeout=PATIENCE)
    take(page, place / "portal.png", WIDE)
    take(page, place / "portal-dark.png", WIDE, "dark")
    take(page, place / "portal-390.png", PHONE)
    page.goto(f"{portal}/conversations/?q=helen")
    page.get_by_role("link", name="Helen Marsh").first.click()
    expect(page.locator(".said")).to_contain_text("two seats are free")
    take(page, place / "portal-conversation.png", WIDE)
    page.goto(f"{portal}/conversations/")
    take(page, place / "portal-conversations.png", WIDE)
    page.goto(f"{portal}/log/")
    take(page, place / "portal-log.png", WIDE)


def test_pictures_of_the_floor_and_of_a_wallboard(
    demo: Demo,
    busy_house: None,
    agents: Callable[..., AgentInBrowser],
    visitors: Callable[..., VisitorInBrowser],
    window: Callable[..., BrowserContext],
    place: Path,
) -> None:
    zone = {"timezone_id": daytime_zone()}
    sam = agents("sam@bpo.example", available=False, **zone)
    ines = agents("ines@bpo.example", **zone)
    nils = agents("nils@bpo.example", **zone)
    rosa = agents("rosa@bpo.example", available=False, **zone)
    for who, company, name in (
        (ines, "aurora", "Ruth Adeyemi"),
        (nils, "borealis", "Daniel Ortega"),
        (ines, "aurora", "Owen Tran"),
    ):
        visitor = visitors(company, **zone)
        visitor.start(name=name, text="Could you help me, please?")
        for free in (ines, nils):
            free.page.bring_to_front()
            if free.offer(name).count() or free is who:
                free.page.wait_for_timeout(1500)
            if free.offer(name).count():
                free.accept(name)
                break
    rosa.page.bring_to_front()
    rosa.page.locator("#presence").click()
    rosa.page.locator("#menu-presence [data-reason=lunch]").click()
    for company, name in (("aurora", "Helen Marsh"), ("borealis", "Marta Gil"), ("cumbre", "Lucía Prieto")):
        visitors(company, **zone).start(name=name, text="Hello?")

    shared = f"http://{demo.facts['hosts']['shared']}"
    floor = sam.page
    floor.bring_to_front()
    floor.goto(f"{shared}/floor/walls/")
    floor.get_by_label("Where it hangs").fill("By the window")
    floor.get_by_role("button", name="Make its address").click()
    address = floor.locator(".address a").get_attribute("href") or ""
    wall = window(**zone).new_page()
    wall.goto(address)
    expect(wall.locator("#fresh")).to_have_text("Live", timeout=PATIENCE)
    floor.bring_to_front()
    floor.goto(f"{shared}/floor/")
    expect(floor.locator("#waiting-rows tr").first).to_be_visible(timeout=PATIENCE)
    expect(floor.locator("#alarm-list .alarm").first).to_be_visible(timeout=30_000)
    take(floor, place / "floor.png", WIDE)
    take(floor, place / "floor-dark.png", WIDE, "dark")
    take(floor, place / "floor-390.png", PHONE)
    floor.set_viewport_size(WIDE)  # type: ignore[arg-type]
    floor.locator("#agent-rows li").filter(has_text="Inés").locator("[aria-haspopup]").click()
    floor.get_by_role("menuitem", name="Today").click()
    expect(floor.locator("#drawer table")).to_be_visible(timeout=PATIENCE)
    take(floor, place / "floor-tall.png", {"width": 1440, "height": 1300})
    wall.bring_to_front()
    take(wall, place / "wallboard.png", WIDE)
    take(wall, place / "wallboard-dark.png", WIDE, "dark")
    floor.set_viewport_size(WIDE)  # type: ignore[arg-type]
    floor.goto(f"{shared}/floor/walls/")
    floor.get_by_role("button", name="Switch off By the window").click()
