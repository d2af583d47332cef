"""A real browser with a device that it takes for real (CDP, WebAuthn domain), and an app that counts by itself."""

from __future__ import annotations

import hashlib
import hmac
import struct
import time
from base64 import b32decode
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from contactcenter.demo.running import Demo
from tests.e2e.house import ask
from tests.e2e.people import PATIENCE

pytestmark = pytest.mark.browser
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
NILS = "nils@bpo.example"


@pytest.fixture(autouse=True)
def nobody_has_a_factor(demo: Demo) -> Iterator[None]:
    yield
    ask(demo, "DELETE FROM mfa_authenticator")


def plug_in(page: Page) -> None:
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})


def sign_in(page: Page, host: str, login: dict[str, str]) -> None:
    page.goto(f"http://{host}/accounts/login/")
    page.get_by_label("Work mail").fill(login["email"])
    page.get_by_label("Password").fill(login["password"])
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page, host: str) -> None:
    page.goto(f"http://{host}/accounts/logout/")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible(timeout=PATIENCE)


def code_of(secret: str, at: float) -> str:
    """RFC 6238 by hand, not by the house's own."""
    digest = hmac.new(b32decode(secret), struct.pack(">Q", int(at) // 30), hashlib.sha1).digest()
    place = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[place : place + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"


@pytest.mark.parametrize(
    ("place", "role", "email", "first_page"),
    [("shared", "agent", NILS, "/desk/"), ("aurora", "manager", "", "/portal/")],
)
def test_a_passkey_is_added_used_alone_and_after_the_password(
    demo: Demo, window: Callable[..., BrowserContext], place: str, role: str, email: str, first_page: str
) -> None:
    host = demo.facts["hosts"]["shared"] if place == "shared" else demo.facts["hosts"]["companies"][place]
    login = demo.login(role, email)
    page = window().new_page()
    plug_in(page)
    sign_in(page, host, login)
    expect(page).to_have_url(f"http://{host}{first_page}", timeout=PATIENCE)
    page.goto(f"http://{host}/accounts/second-factor/passkeys/new/")
    page.get_by_label("Name of the passkey").fill("This laptop")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".codes code")).to_have_count(10)
    page.goto(f"http://{host}/accounts/second-factor/passkeys/")
    expect(page.get_by_text("This laptop", exact=True)).to_be_visible()

    sign_out(page, host)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(f"http://{host}{first_page}", timeout=PATIENCE)
    page.goto(f"http://{host}/accounts/second-factor/")
    expect(page.get_by_text("1 passkey", exact=True)).to_be_visible()

    sign_out(page, host)
    sign_in(page, host, login)
    expect(page.get_by_role("heading", name="Second factor")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(f"http://{host}{first_page}", timeout=PATIENCE)
    page.goto(f"http://{host}/accounts/second-factor/")
    expect(page.get_by_text("1 passkey", exact=True)).to_be_visible()


def test_the_device_offers_nothing_on_another_host(demo: Demo, window: Callable[..., BrowserContext]) -> None:
    hosts = demo.facts["hosts"]
    page = window().new_page()
    plug_in(page)
    sign_in(page, hosts["shared"], demo.login("agent", NILS))
    expect(page).to_have_url(f"http://{hosts['shared']}/desk/", timeout=PATIENCE)
    page.goto(f"http://{hosts['shared']}/accounts/second-factor/passkeys/new/")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible(timeout=PATIENCE)
    for host in (hosts["companies"]["aurora"], hosts["companies"]["borealis"]):
        page.goto(f"http://{host}/accounts/login/")
        page.get_by_role("button", name="Use a passkey").click()
        expect(page.get_by_role("alert").filter(has_text="The device gave no passkey")).to_be_visible(timeout=PATIENCE)


def test_an_app_is_set_up_by_its_key_and_asked_for(demo: Demo, window: Callable[..., BrowserContext]) -> None:
    host = demo.facts["hosts"]["shared"]
    login, desk = demo.login("agent", NILS), f"http://{host}/desk/"
    page = window().new_page()
    sign_in(page, host, login)
    expect(page).to_have_url(desk, timeout=PATIENCE)
    page.goto(f"http://{host}/accounts/second-factor/")
    page.get_by_role("link", name="Set up").click()
    picture = page.get_by_role("img", name="Picture for the app")
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0"), "the content policy lets it be shown"
    secret = page.locator(".secret").inner_text()
    page.get_by_label("Code").fill(code_of(secret, time.time()))
    page.get_by_role("button", name="Set up").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible(timeout=PATIENCE)
    codes = page.locator(".codes code").all_inner_texts()

    sign_out(page, host)
    sign_in(page, host, login)
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("This code does not count")).to_be_visible(timeout=PATIENCE)
    page.get_by_label("Code").fill(code_of(secret, time.time() + 30))
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(desk, timeout=PATIENCE)

    sign_out(page, host)
    sign_in(page, host, login)
    page.get_by_label("Code").fill(codes[0])
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(desk, timeout=PATIENCE)
