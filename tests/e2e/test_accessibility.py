"""axe finds nothing on any page of ours, light and dark, from 1440 to 320 px."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from contactcenter.demo.running import Demo
from tests.e2e.axe import Axe
from tests.e2e.house import ALWAYS, hours, queues
from tests.e2e.people import PATIENCE, AgentInBrowser, VisitorInBrowser

pytestmark = pytest.mark.browser
ALL = (1440, 390, 320)


@pytest.fixture
def patient_house(demo: Demo) -> Iterator[None]:
    """Offers and wrap-ups stand still while they are looked at; Cumbre is open."""
    with (
        hours(demo, "cumbre", ALWAYS),
        queues(demo, "aurora", offer_seconds=120, wrap_up_seconds=120),
        queues(demo, "cumbre", offer_seconds=120),
    ):
        yield


def sign_in(page: Page, login: dict[str, str]) -> None:
    page.get_by_label("Work mail").fill(login["email"])
    page.get_by_label("Password").fill(login["password"])
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_entrance_and_error_pages(demo: Demo, window: Callable[..., BrowserContext], axe: Axe) -> None:
    page = window().new_page()
    shared = f"http://{demo.facts['hosts']['shared']}"
    for path in (
        "password/reset/",
        "password/reset/done/",
        "password/reset/key/1-set-password/",
        "signup/",
        "inactive/",
    ):
        page.goto(f"{shared}/accounts/{path}")
        axe.look(page, path)
    page.goto(f"{shared}/accounts/login/")
    axe.look(page, "sign-in", widths=ALL)
    sign_in(page, {"email": "nobody@bpo.example", "password": "wrong"})
    expect(page.get_by_role("alert").first).to_be_visible(timeout=PATIENCE)
    page.wait_for_load_state()
    axe.look(page, "sign-in refused")

    page.goto(f"{shared}/accounts/password/reset/")
    for _ in range(7):
        page.get_by_label("Work mail").fill("nobody@bpo.example")
        with page.expect_navigation() as went:
            page.locator("form [type=submit]").last.click()
        if went.value.status == 429:
            break
        page.goto(f"{shared}/accounts/password/reset/")
    axe.look(page, "429")
    for host in (shared, f"http://{demo.facts['hosts']['companies']['aurora']}"):
        page.goto(f"{host}/no-such-page/")
        axe.look(page, f"404 of {host}")

    page.goto(f"{shared}/accounts/login/")
    sign_in(page, demo.login("admin"))
    expect(page.get_by_role("heading", name="Admin")).to_be_visible()
    assert page.goto(f"{shared}/desk/").status == 403  # type: ignore[union-attr]
    axe.look(page, "403")
    for path in ("password/change/", "logout/"):
        page.goto(f"{shared}/accounts/{path}")
        axe.look(page, path)


def test_account_pages_on_both_kinds_of_hosts(demo: Demo, window: Callable[..., BrowserContext], axe: Axe) -> None:
    hosts = demo.facts["hosts"]
    doors = {hosts["shared"]: demo.login("admin"), hosts["companies"]["aurora"]: demo.login("manager")}
    for host, login in doors.items():
        page = window().new_page()
        page.goto(f"http://{host}/accounts/login/")
        axe.look(page, f"sign-in at {host}", widths=ALL)
        page.goto(f"http://{host}/accounts/invitation/none/")
        axe.look(page, f"refused invitation at {host}")
        page.goto(f"http://{host}/accounts/login/")
        sign_in(page, login)
        expect(page.get_by_role("button", name="Sign out")).to_be_visible(timeout=PATIENCE)
        axe.look(page, f"first page at {host}", widths=ALL)
        for path in ("sessions/", "second-factor/", "second-factor/app/", "second-factor/passkeys/new/"):
            page.goto(f"http://{host}/accounts/{path}")
            axe.look(page, f"{path} at {host}", widths=ALL)
        page.get_by_role("link", name="Back").click()
    page.goto(f"http://{hosts['companies']['borealis']}/accounts/login/")
    sign_in(page, demo.login("manager"))  # of another company
    expect(page.get_by_role("alert").first).to_be_visible(timeout=PATIENCE)
    axe.look(page, "refused at another company")


def test_the_api_described(demo: Demo, window: Callable[..., BrowserContext], axe: Axe) -> None:
    page = window().new_page()
    page.goto(f"http://{demo.facts['hosts']['companies']['aurora']}/api/docs/")
    write = page.locator("#operations-conversations-post_message")
    write.locator(".opblock-summary-control").click(timeout=PATIENCE)
    expect(write.get_by_text("names another company is refused")).to_be_visible(timeout=PATIENCE)
    axe.look(page, "API", widths=ALL)


def test_own_canned_replies(demo: Demo, agents: Callable[..., AgentInBrowser], axe: Axe) -> None:
    page = agents("sam@bpo.example", available=False).page
    page.goto(f"http://{demo.facts['hosts']['shared']}/desk/canned/")
    axe.look(page, "own canned replies", widths=ALL)
    page.get_by_role("link", name="New reply Aurora Travel").click()
    axe.look(page, "a new canned reply")
    page.get_by_role("button", name="Save").click()
    axe.look(page, "a refused canned reply")


def test_the_desk_in_all_its_states(
    patient_house: None,
    agents: Callable[..., AgentInBrowser],
    visitors: Callable[..., VisitorInBrowser],
    axe: Axe,
) -> None:
    ines = agents("ines@bpo.example", available=False)
    page = ines.page
    axe.look(page, "desk, empty and offline")
    page.locator("#presence").click()
    axe.look(page, "presence menu", widths=(1440,))
    page.keyboard.press("Escape")
    page.get_by_role("button", name="language, theme, sign out").first.click()
    axe.look(page, "own menu", widths=(1440,))
    page.keyboard.press("Escape")
    ines.become_available()

    visitor = visitors("aurora")
    visitor.start(name="Axel Prüfer", email="axel@mail.example", text="See https://aurora-travel.localhost/help please")
    expect(ines.offer("Axel Prüfer")).to_be_visible(timeout=PATIENCE)
    axe.look(page, "desk, an offer rings")
    ines.accept("Axel Prüfer")
    ines.say("Good day, I am looking.")
    page.locator("#do-note").click()
    axe.look(page, "desk, writing a note", widths=(1440,))
    page.locator("#compose-text").fill("Looks twice.")
    page.locator("#compose-send").click()
    ines.sees("Looks twice.")
    visitor.say("Thank you")
    ines.sees("Thank you")
    expect(page.locator("#panel-customer h2")).to_have_text("Axel Prüfer")
    axe.look(page, "desk, in a conversation", widths=ALL)
    page.locator("#dock [data-do=pane-side]").evaluate("node => node.click()")
    axe.look(page, "desk, details in front", widths=(390,))
    page.locator("#dock [data-do=pane-work]").evaluate("node => node.click()")
    axe.look(page, "desk, work in front", widths=(390, 320))
    page.locator("#dock [data-do=pane-talk]").evaluate("node => node.click()")
    page.get_by_role("tab", name="History").click()
    expect(page.locator("#panel-history")).to_contain_text("Only conversations with Aurora Travel")
    axe.look(page, "desk, history", widths=(1440,))

    page.locator("#compose-text").fill("/")
    expect(page.get_by_role("option", selected=True)).to_be_visible()
    axe.look(page, "canned replies")
    page.locator("#compose-text").fill("Borealis Bank pays that.")
    page.locator("#compose-send").click()
    expect(page.get_by_role("dialog", name="Not sent")).to_be_visible(timeout=PATIENCE)
    axe.look(page, "wrong-brand guard")
    page.locator("#brand-edit").click()
    page.locator("#compose-text").fill("")
    page.locator("#log").focus()
    for key, name in (("t", "Transfer this chat"), ("Shift+Slash", "Keyboard"), ("e", "Finish the chat now?")):
        page.keyboard.press(key)
        expect(page.get_by_role("dialog", name=name)).to_be_visible()
        axe.look(page, name)
        page.keyboard.press("Escape")
    page.locator("#do-more").click()
    page.locator("#do-block").click()
    axe.look(page, "blocking a visitor")
    page.keyboard.press("Escape")

    ines.say("Done.")
    ines.finish_talk()
    axe.look(page, "wrap-up", widths=ALL)
    page.get_by_role("button", name="Finish, be available").click()
    expect(page.locator("#wrapup-error")).to_be_visible()
    axe.look(page, "wrap-up without an outcome")


def test_the_floor_its_dialogs_and_pages(
    patient_house: None,
    demo: Demo,
    agents: Callable[..., AgentInBrowser],
    visitors: Callable[..., VisitorInBrowser],
    window: Callable[..., BrowserContext],
    axe: Axe,
) -> None:
    shared = f"http://{demo.facts['hosts']['shared']}"
    page = agents("sam@bpo.example", available=False).page
    ines = agents("ines@bpo.example")
    for name in ("Axel Prüfer", "Berta Ejes"):
        visitor = visitors("aurora")
        visitor.start(name=name, text="Hello?")
    ines.page.bring_to_front()
    ines.accept("Axel Prüfer")
    page.bring_to_front()
    page.goto(f"{shared}/floor/")
    expect(page.locator("#waiting-rows tr").first).to_be_visible(timeout=PATIENCE)
    axe.look(page, "floor", widths=ALL)
    page.locator("#waiting-rows [aria-haspopup]").first.click()
    axe.look(page, "menu of a work item", widths=(1440,))
    page.get_by_role("menuitem", name="Move to another queue…").click()
    axe.look(page, "move")
    page.keyboard.press("Escape")
    page.locator("#waiting-rows [aria-haspopup]").first.click()
    page.get_by_role("menuitem", name="Give to an agent…").click()
    axe.look(page, "give")
    page.keyboard.press("Escape")
    page.locator("#waiting-rows [data-do=story]").first.click()
    expect(page.locator("#drawer")).to_be_visible(timeout=PATIENCE)
    axe.look(page, "why did it go there", widths=ALL)
    page.keyboard.press("Escape")
    agent = page.locator("#agent-rows li").filter(has_text="Inés")
    agent.locator("[aria-haspopup]").click()
    page.get_by_role("menuitem", name="Today").click()
    expect(page.locator("#drawer table")).to_be_visible(timeout=PATIENCE)
    axe.look(page, "an agent's day", widths=ALL)
    page.keyboard.press("Escape")
    agent.locator("[aria-haspopup]").click()
    page.get_by_role("menuitem", name="Set to: Break…").click()
    page.get_by_role("button", name="Set to: Break").click()
    axe.look(page, "set a state, refused")
    page.keyboard.press("Escape")
    expect(page.locator("#alarm-list .alarm").first).to_be_visible(timeout=30_000)  # after 10 s of waiting
    axe.look(page, "floor with an alarm", widths=ALL)

    page.goto(f"{shared}/floor/notices/")
    page.get_by_role("button", name="Post", exact=True).click()
    axe.look(page, "a refused notice", widths=ALL)
    page.get_by_label("What agents must know").fill("Axe looks at this notice.")
    page.get_by_label("Kind").select_option("warning")
    page.get_by_role("button", name="Post", exact=True).click()
    axe.look(page, "notices", widths=ALL)
    ines.page.bring_to_front()
    expect(ines.page.locator(".notice").first).to_be_visible(timeout=PATIENCE)
    axe.look(ines.page, "a notice on the desk", widths=ALL)
    page.bring_to_front()
    page.get_by_role("button", name="Take down Axe looks").click()
    page.goto(f"{shared}/floor/walls/")
    page.get_by_label("Where it hangs").fill("Axe's wall")
    page.get_by_role("button", name="Make its address").click()
    axe.look(page, "a wallboard's address", widths=ALL)
    wall = window().new_page()
    wall.goto(page.locator(".address a").get_attribute("href") or "")
    expect(wall.locator("#fresh")).to_have_text("Live", timeout=PATIENCE)
    axe.look(wall, "wallboard", widths=ALL)
    page.get_by_role("button", name="Switch off Axe's wall").click()
    expect(wall.locator("#dark")).to_be_visible(timeout=PATIENCE)
    axe.look(wall, "wallboard, dark", widths=(1440,))


def test_the_widget_and_the_websites_around_it(
    patient_house: None,
    demo: Demo,
    agents: Callable[..., AgentInBrowser],
    visitors: Callable[..., VisitorInBrowser],
    axe: Axe,
) -> None:
    sam = agents("sam@bpo.example", available=False)
    for company in ("aurora", "borealis"):
        site = visitors(company)
        for path in ("/", "/help/", "/es/"):
            site.page.goto(site.site + path)
            axe.look(site.page, f"website of {company}, {path}")
    site = visitors("aurora")
    site.open_widget()
    inside = next(frame for frame in site.page.frames if "/widget/" in frame.url)
    axe.look(site.page, "a website with the widget open")
    axe.look(site.page, "the form in its frame", frame=inside)

    visitor = visitors("cumbre")
    page = visitor.page
    visitor.open_widget()
    axe.look(page, "widget, form", widths=ALL)
    page.locator("#start").click()
    expect(page.locator("#e-text")).not_to_be_empty()
    axe.look(page, "widget, form refused")
    visitor.start(name="Ana Ejes", text="Hola, ¿hay https://cumbrefoods.example/pan?")
    expect(page.get_by_text("Nobody is free to answer right now")).to_be_visible(timeout=PATIENCE)
    axe.look(page, "widget, waiting for nobody", widths=ALL)
    sam.become_available()
    expect(page.get_by_text("You are next")).to_be_visible(timeout=PATIENCE)
    axe.look(page, "widget, waiting", widths=ALL)
    sam.accept("Ana Ejes")
    sam.say("Yes, on Friday.")
    visitor.sees("Yes, on Friday.")
    visitor.say("Thank you!")
    sam.sees("Thank you!")
    axe.look(page, "widget, in talk")
    page.locator("#emoji").click()
    axe.look(page, "widget, emoji")
    page.keyboard.press("Escape")
    page.locator("#more").click()
    axe.look(page, "widget, menu")
    page.locator("#end").click()
    axe.look(page, "widget, ending")
    page.locator("#sure-yes").click()
    expect(page.locator("#ended")).to_be_visible(timeout=PATIENCE)
    axe.look(page, "widget, ended")


def test_the_portal(
    demo: Demo,
    window: Callable[..., BrowserContext],
    visitors: Callable[..., VisitorInBrowser],
    axe: Axe,
) -> None:
    visitors("borealis").start(name="Axel Prüfer", email="axel@mail.example", text="Is my new card on its way?")
    page = window().new_page()
    portal = f"http://{demo.facts['hosts']['companies']['borealis']}/portal"
    page.goto(f"{portal}/")
    sign_in(page, demo.login("manager", "carla@borealis-bank.example"))
    expect(page.locator("#figures")).to_be_visible(timeout=PATIENCE)
    axe.look(page, "portal, today", widths=ALL)
    page.locator("[aria-haspopup=menu]").click()
    axe.look(page, "portal, own menu", widths=(1440,))
    page.keyboard.press("Escape")
    for path in ("conversations/", "hours/", "hours/edit/", "replies/", "replies/new/", "people/", "log/"):
        page.goto(f"{portal}/{path}")
        axe.look(page, f"portal, {path}", widths=ALL)
    page.goto(f"{portal}/conversations/?state=none&until=x")
    axe.look(page, "portal, refused filters")
    page.goto(f"{portal}/conversations/?q=Axel")
    page.get_by_role("link", name="Axel Prüfer").first.click()
    axe.look(page, "portal, a conversation", widths=ALL)
    for path in ("hours/edit/", "replies/new/"):
        page.goto(f"{portal}/{path}")
        if path == "hours/edit/":
            page.locator("#id_day_0").fill("nine to five")
        page.locator("main button[type=submit]").last.click()
        expect(page.locator(".invalid-feedback").first).to_be_visible(timeout=PATIENCE)
        axe.look(page, f"portal, {path} refused")
