"""Every page opens as the product serves it: with no transaction around it."""

from __future__ import annotations

import pytest

from tests.faces.portal.people import at_home, client_user
from tests.people import chat

PAGES = ("", "now/", "conversations/", "hours/", "hours/edit/", "replies/", "replies/new/", "people/", "log/")
LISTS = ("conversations.csv", "log.csv")


@pytest.mark.parametrize("role", ["manager", "viewer"])
def test_every_page(committed: str, role: str) -> None:
    item = chat("aurora")
    browser = at_home(client_user("aurora", role), "aurora")
    own = f"conversations/{item.conversation}/"
    answers = {page: browser.get(f"/portal/{page}").status_code for page in (*PAGES, *LISTS, own, f"{own}transcript/")}
    managers_alone = {"hours/edit/", "replies/new/"}
    for page, status in answers.items():
        assert status == (403 if role == "viewer" and page in managers_alone else 200), page


def test_what_a_manager_changes(committed: str) -> None:
    browser = at_home(client_user("aurora"), "aurora")
    week = {f"day_{weekday}": "09:00-17:00" for weekday in range(7)}
    sent = {**week, "dates-TOTAL_FORMS": "0", "dates-INITIAL_FORMS": "0"}
    assert browser.post("/portal/hours/edit/", sent).status_code == 302
    reply = {"shortcut": "hello", "title": "A greeting", "text_en": "Good day!"}
    assert browser.post("/portal/replies/new/", reply).status_code == 302
    invited = {"email": "ada@aurora.example", "role": "viewer"}
    assert browser.post("/portal/people/invite/", invited).status_code == 302
