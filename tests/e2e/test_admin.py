"""From an empty form to a chat with a new company's customer; and every page of the admin as axe sees it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from contactcenter.demo.running import Demo
from tests.e2e.axe import Axe
from tests.e2e.house import ask
from tests.e2e.people import PATIENCE, AgentInBrowser, VisitorInBrowser

pytestmark = pytest.mark.browser
LISTS = (
    *("tenants/tenant", "tenants/endpoint", "accounts/user", "accounts/invitation", "accounts/membership"),
    *("agents/agent", "agents/skill", "agents/breakreason", "routing/queue", "routing/pool", "routing/repair"),
    "audit/entry",
)
RECORDS = (
    *("conversations/conversation", "conversations/disposition", "conversations/cannedreply", "files/storedfile"),
    *("customers/customer", "customers/block", "customers/visitortoken"),
)

# What the page says while it waits for its answer, kept for the page that comes: a test can ask neither meanwhile.
WATCH = """() => {
  const place = document.querySelector('.making')
  const keep = () => sessionStorage.setItem('making', `${sessionStorage.getItem('making') ?? ''}|${place.innerText}`)
  new MutationObserver(keep).observe(place, { attributes: true, childList: true, subtree: true })
}"""


@pytest.fixture
def admin(demo: Demo, window: Callable[..., BrowserContext]) -> Page:
    """Signed in, on the first page of the admin."""
    context = window()
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    return sign_in(demo, context.new_page())


def sign_in(demo: Demo, page: Page) -> Page:
    page.goto(f"http://{demo.facts['hosts']['shared']}/admin/")
    login = demo.login("admin")
    page.get_by_label("Work mail").fill(login["email"])
    page.get_by_label("Password").fill(login["password"])
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Admin")).to_be_visible(timeout=PATIENCE)
    return page


@pytest.fixture
def lagoon(demo: Demo) -> Iterator[str]:
    """The schema of a company that the test makes. Afterwards, when nobody talks any more, it is closed."""
    schema = f"lagoon_{secrets.token_hex(3)}"
    demo.facts["hosts"]["companies"][schema] = f"{schema.replace('_', '-')}.localhost:{demo.port}"
    yield schema
    ask(demo, "UPDATE tenants_tenant SET is_active = false WHERE schema_name = %s", schema)
    del demo.facts["hosts"]["companies"][schema]


def field(page: Page, label: str) -> Locator:
    return page.get_by_label(label, exact=True)


def go_on(page: Page, step: str) -> None:
    page.get_by_role("button", name="Next").click()
    page.wait_for_url(f"**/new-company/{step}/")


def test_from_the_wizard_to_a_chat_with_the_new_companys_customer(
    demo: Demo,
    admin: Page,
    lagoon: str,
    agents: Callable[..., AgentInBrowser],
    visitors: Callable[..., VisitorInBrowser],
) -> None:
    name, host = f"Lagoon Hotels {lagoon[-6:]}", demo.facts["hosts"]["companies"][lagoon].split(":")[0]
    admin.get_by_role("link", name="New company").click()
    field(admin, "Name").fill(name)
    field(admin, "Schema").fill("Lagoon!")
    field(admin, "Hosts").fill(host)
    admin.get_by_role("button", name="Next").click()
    expect(admin.get_by_text("Use 3 to 41 small letters")).to_be_visible()
    expect(field(admin, "Name")).to_have_value(name)
    field(admin, "Schema").fill(lagoon)
    go_on(admin, "brand")
    field(admin, "Colour").fill("#0a6b4f")
    field(admin, "Greeting").fill("en: {company}, good morning, this is {agent}.")
    go_on(admin, "hours")
    for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"):
        field(admin, day).fill("00:00-00:00")
    go_on(admin, "chat")
    admin.get_by_role("button", name="Back").click()
    expect(field(admin, "Monday")).to_have_value("00:00-00:00")
    go_on(admin, "chat")
    field(admin, "Websites").fill("https://www.lagoon.example")
    admin.evaluate(WATCH)
    admin.get_by_role("button", name="Make the company").click()
    expect(admin.get_by_role("heading", name=f"{name} is ready")).to_be_visible(timeout=60_000)
    assert "Making the company." in admin.evaluate("() => sessionStorage.getItem('making')")
    tag = f'<script src="http://{host}:{demo.port}/widget.js" async></script>'
    expect(admin.get_by_text(tag)).to_be_visible()
    admin.get_by_role("button", name="Copy").click()
    expect(admin.get_by_text("Copied")).to_be_visible()
    assert admin.evaluate("() => navigator.clipboard.readText()") == tag

    admin.get_by_role("link", name="No agent serves it yet").click()
    admin.get_by_role("link", name="Inés", exact=True).click()
    admin.get_by_label(name).check()
    admin.get_by_role("button", name="Save", exact=True).click()
    expect(admin.get_by_role("status")).to_contain_text("Inés")

    ines, visitor = agents("ines@bpo.example"), visitors(lagoon)
    visitor.start(name="Marina Costa", text="Is the pool heated in March?")
    expect(ines.offer("Marina Costa")).to_contain_text(f"{name}, good morning, this is Inés.", timeout=PATIENCE)
    ines.accept("Marina Costa")
    ines.say("Good morning Marina, it is: 27 degrees.")
    visitor.sees("27 degrees")

    admin.goto(f"http://{demo.facts['hosts']['shared']}/admin/companies/")
    admin.get_by_role("link", name=name).click()
    expect(admin.get_by_role("region", name="Company")).to_contain_text(name)
    admin.get_by_role("main").get_by_role("link", name="Conversations").click()
    admin.locator("#result_list a[href*='/change/']").first.click()
    expect(admin.get_by_text("Is the pool heated in March?")).to_be_visible()
    ines.finish("Handled")


def test_a_menu_on_a_phone(demo: Demo, window: Callable[..., BrowserContext]) -> None:
    page = sign_in(demo, window(viewport={"width": 390, "height": 844}).new_page())
    page.wait_for_load_state()  # its script is there
    side = page.get_by_role("navigation", name="Main")
    expect(side).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    expect(side).to_be_visible()
    page.keyboard.press("Escape")
    expect(side).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    side.get_by_role("link", name="Queues").click()
    expect(page.get_by_role("heading", name="Queues")).to_be_visible()


def test_the_theme_and_the_language_are_the_persons_own(demo: Demo, admin: Page) -> None:
    try:
        expect(admin.get_by_role("radio", name="Like the device")).to_be_checked()  # its script is there
        admin.get_by_role("radio", name="Dark").click()
        expect(admin.locator("html")).to_have_class("dark")
        with admin.expect_navigation():
            admin.get_by_role("button", name="Spanish").click()
        expect(admin.get_by_role("heading", name="Empresas cliente").first).to_be_visible()
        admin.goto(f"http://{demo.facts['hosts']['shared']}/admin/accounts/user/?q=zzz")
        expect(admin.get_by_text("Nada coincide con lo que pidió")).to_be_visible()
        expect(admin.locator("html")).to_have_class("dark")
    finally:
        ask(demo, "UPDATE accounts_user SET language = 'en', theme = '' WHERE role = 'admin'")


def test_what_the_keyboard_alone_can_do(demo: Demo, admin: Page) -> None:
    admin.goto(f"http://{demo.facts['hosts']['shared']}/admin/accounts/user/")
    admin.get_by_role("button", name="Filters").focus()
    admin.keyboard.press("Enter")
    expect(admin.get_by_role("heading", name="By role")).to_be_visible()
    admin.keyboard.press("Escape")
    expect(admin.get_by_role("heading", name="By role")).to_be_hidden()
    admin.get_by_label("Name or mail address").focus()
    admin.keyboard.type("ines@")
    admin.keyboard.press("Enter")
    expect(admin.locator("#result_list tbody tr")).to_have_count(1)


def test_axe_on_the_house(demo: Demo, admin: Page, axe: Axe) -> None:
    shared = f"http://{demo.facts['hosts']['shared']}/admin"
    axe.look(admin, "first page", widths=(1440, 390, 320))
    for each in LISTS:
        admin.goto(f"{shared}/{each}/")
        axe.look(admin, each, widths=(1440, 390, 320) if each == "routing/queue" else (390,))
        first = admin.locator("#result_list a[href*='/change/']").first
        if first.count():
            first.click()
            admin.wait_for_url("**/change/**", wait_until="load")
            axe.look(admin, f"one of {each}")


@pytest.mark.parametrize("each", ["accounts/invitation", "agents/agent", "routing/queue", "tenants/endpoint"])
def test_axe_on_a_refused_form(demo: Demo, admin: Page, axe: Axe, each: str) -> None:
    admin.goto(f"http://{demo.facts['hosts']['shared']}/admin/{each}/add/")
    axe.look(admin, f"new {each}", widths=(1440,))
    admin.get_by_role("button", name="Save", exact=True).click()
    expect(admin.locator("[aria-invalid=true]").first).to_be_visible()
    axe.look(admin, f"refused {each}")


def test_axe_on_lists_at_work(demo: Demo, admin: Page, axe: Axe) -> None:
    shared = f"http://{demo.facts['hosts']['shared']}/admin"
    admin.goto(f"{shared}/accounts/user/")
    admin.get_by_role("button", name="Filters").click()
    axe.look(admin, "filters open")
    admin.keyboard.press("Escape")
    admin.locator("#result_list tbody input[type=checkbox]").first.check()
    axe.look(admin, "one chosen")
    admin.goto(f"{shared}/accounts/user/?q=zzz")
    axe.look(admin, "nothing found")


def test_axe_on_records_and_on_the_wizard(
    demo: Demo, admin: Page, axe: Axe, visitors: Callable[..., VisitorInBrowser]
) -> None:
    shared = f"http://{demo.facts['hosts']['shared']}/admin"
    visitors("aurora").start(name="Axel Prüfer", text="Is anybody there?")
    admin.goto(f"{shared}/companies/")
    axe.look(admin, "which company", widths=(1440, 390, 320))
    admin.goto(f"{shared}/companies/aurora/")
    axe.look(admin, "a company's first page")
    for each in RECORDS:
        admin.goto(f"{shared}/companies/aurora/{each}/")
        axe.look(admin, each)
        first = admin.locator("#result_list a[href*='/change/']").first
        if first.count():
            first.click()
            admin.wait_for_url("**/change/**", wait_until="load")
            axe.look(admin, f"one of {each}")
    for step in ("who", "brand", "hours", "chat"):
        admin.goto(f"{shared}/new-company/{step}/")
        axe.look(admin, f"wizard, {step}")
    admin.get_by_role("button", name="Make the company").click()
    axe.look(admin, "wizard, refused")
    admin.goto(f"{shared}/new-company/done/aurora/")
    axe.look(admin, "wizard, done")
