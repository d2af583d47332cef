"""What a company may decide about its widget, and how it learns that it cannot."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from contactcenter.gateways.webchat.config import Ask, NoWidget, read_config, widget_of
from tenants.models import Endpoint, Tenant
from tests.webchat import give_widget


def test_nothing_given_is_a_working_widget_that_no_site_may_show() -> None:
    config = read_config({})

    assert config.origins == ()
    assert (config.name, config.email, config.queue) == (Ask.OPTIONAL, Ask.OPTIONAL, Ask.OPTIONAL)
    assert config.transcript
    assert config.reopen_within.total_seconds() == 24 * 3600


def test_all_of_it_comes_back_as_it_was_given() -> None:
    settings = {
        "origins": ["https://www.example.com", "http://localhost:8001"],
        "name": "required",
        "email": "off",
        "queue": "optional",
        "welcome": {"en": "Hello"},
        "privacy": {"en": "Kept a year"},
        "privacy_link": "https://www.example.com/privacy",
        "remind_seconds": 60,
        "close_seconds": 90,
        "away_seconds": 45,
        "reopen_hours": 48,
        "identity_secret": "s" * 32,
        "transcript": False,
    }

    assert read_config(settings).as_settings() == settings


@pytest.mark.parametrize(
    "origin",
    [
        "www.example.com",
        "https://",
        "https://www.example.com/",
        "https://www.example.com/path",
        "https://*.example.com",
        "*",
        "null",
        "javascript:alert(1)",
        "https://user@example.com",
        "https://example.com:99999",
        "https://example.com; script-src *",
        "https://example.com 'unsafe-inline'",
        "https://exa\nmple.com",
        "https://bücher.example",
        "",
        7,
        None,
    ],
)
def test_an_origin_that_could_mean_more_than_one_website_is_refused(origin: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        read_config({"origins": [origin]})

    assert list(refused.value.message_dict) == ["origins"]


@given(st.text(max_size=40))
def test_no_origin_can_end_a_header_or_a_directive(text: str) -> None:
    try:
        [origin] = read_config({"origins": [text]}).origins
    except ValidationError:
        return
    assert not set(origin) & set(" ;,'\"\r\n*")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("origins", "https://www.example.com"),
        ("name", "sometimes"),
        ("name", ["required"]),
        ("welcome", "Hello"),
        ("welcome", {"en": 5}),
        ("privacy", {"en": "x" * 1001}),
        ("privacy_link", "javascript:alert(1)"),
        ("privacy_link", "/privacy"),
        ("remind_seconds", 5),
        ("remind_seconds", True),
        ("close_seconds", "300"),
        ("reopen_hours", -1),
        ("identity_secret", "short"),
        ("transcript", "yes"),
        ("colour", "#fff"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        read_config(
            {name: value, "transcript" if name != "transcript" else "name": True if name != "transcript" else "off"}
        )

    assert list(refused.value.message_dict) == [name]


def test_all_wrong_settings_are_named_at_once() -> None:
    with pytest.raises(ValidationError) as refused:
        read_config({"name": "x", "email": "y", "reopen_hours": 24})

    assert sorted(refused.value.message_dict) == ["email", "name"]


@pytest.mark.django_db
def test_a_widget_that_is_switched_off_is_none() -> None:
    endpoint = give_widget("aurora", reopen_hours=1)
    tenant = Tenant.objects.get(schema_name="aurora")
    assert widget_of(tenant).reopen_hours == 1

    Endpoint.objects.filter(pk=endpoint.pk).update(is_active=False)

    with pytest.raises(NoWidget):
        widget_of(tenant)
