"""Beside what the walk tries (tests/access): hosts that are only said, one of two companies, a right that has ended."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.test import Client

from contactcenter.operation.accounts.models import Membership, User
from tests.faces.portal.people import at_home, client_user
from tests.people import chat, company

pytestmark = pytest.mark.django_db


@pytest.fixture
def maya() -> User:
    return client_user("aurora")


@pytest.fixture
def browser(maya: User) -> Client:
    return at_home(maya, "aurora")


@pytest.fixture
def foreign() -> UUID:
    return chat("borealis").conversation


def test_a_host_that_is_only_said(browser: Client, foreign: UUID) -> None:
    """The session's host is the company's; what a header in front of it claims changes nothing."""
    for header in ("x-forwarded-host", "forwarded", "x-host", "x-tenant"):
        answer = browser.get(f"/portal/conversations/{foreign}/", headers={header: "borealis.localhost"})
        assert answer.status_code == 404
    assert browser.get("/portal/", headers={"host": "nobody.localhost"}).status_code == 404


def test_of_two_companies_only_the_one_whose_host_it_is(maya: User, browser: Client, foreign: UUID) -> None:
    own = chat("aurora").conversation
    Membership.objects.create(user=maya, tenant=company("borealis"), role="viewer")
    assert browser.get(f"/portal/conversations/{foreign}/").status_code == 404
    there = at_home(maya, "borealis")
    assert there.get(f"/portal/conversations/{foreign}/").status_code == 200
    assert there.get(f"/portal/conversations/{own}/").status_code == 404
    assert there.get("/portal/hours/edit/").status_code == 403, "a manager at home, a viewer here"


def test_where_a_right_has_ended(maya: User, browser: Client) -> None:
    assert browser.get("/portal/").status_code == 200
    Membership.objects.filter(user=maya).update(is_active=False)
    assert browser.get("/portal/").status_code == 403
    assert browser.get("/portal/").status_code == 302, "told once; then whoever asks must sign in"
