"""Language and theme: before signing in they stay with the browser, then with the person."""

import pytest
from django.conf import settings
from django.test import Client

from contactcenter.operation.accounts.models import User
from tests.signed_in import signed_in

pytestmark = pytest.mark.django_db
ADDRESS = "/account/preferences/"
JSON = {"accept": "application/json"}


@pytest.fixture
def rosa() -> User:
    return User.objects.create(email="rosa@bpo.example", name="Rosa", role="agent", language="es")


def test_of_the_signed_in(rosa: User) -> None:
    browser = signed_in(rosa)
    page = browser.get("/accounts/password/change/").content.decode()
    assert '<html lang="es"' in page
    assert browser.post(ADDRESS, {"theme": "dark"}, headers=JSON).status_code == 204
    assert browser.post(ADDRESS, {"language": "en"}, headers=JSON).status_code == 204
    page = browser.get("/accounts/password/change/").content.decode()
    assert '<html lang="en" data-bs-theme="dark"' in page
    rosa.refresh_from_db()
    assert (rosa.language, rosa.theme) == ("en", "dark")
    browser.post(ADDRESS, {"theme": ""}, headers=JSON)
    rosa.refresh_from_db()
    assert (rosa.language, rosa.theme) == ("en", "")


def test_of_a_browser_before_signing_in() -> None:
    browser = Client(headers={"host": "localhost"})
    answer = browser.post(ADDRESS, {"language": "es", "next": "/accounts/login/"})
    assert answer.headers["Location"] == "/accounts/login/"
    browser.post(ADDRESS, {"theme": "dark"}, headers=JSON)
    page = browser.get("/accounts/login/").content.decode()
    assert '<html lang="es" data-bs-theme="dark"' in page
    assert set(browser.cookies) == {
        settings.LANGUAGE_COOKIE_NAME,
        settings.THEME_COOKIE_NAME,
        settings.CSRF_COOKIE_NAME,
    }


@pytest.mark.parametrize(
    "fields", [{"language": "xx"}, {"theme": "pink"}, {"language": "en\0"}, {"language": "<b>"}, {"theme": "x" * 9000}]
)
def test_what_is_no_choice_is_refused(fields: dict[str, str], rosa: User) -> None:
    assert signed_in(rosa).post(ADDRESS, fields, headers=JSON).status_code == 400
    rosa.refresh_from_db()
    assert (rosa.language, rosa.theme) == ("es", "")


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"]
)
def test_goes_back_only_to_its_own_host(target: str) -> None:
    answer = Client(headers={"host": "localhost"}).post(ADDRESS, {"language": "es", "next": target})
    assert answer.headers["Location"] == "/"


def test_only_by_post() -> None:
    assert Client(headers={"host": "localhost"}).get(ADDRESS).status_code == 405
