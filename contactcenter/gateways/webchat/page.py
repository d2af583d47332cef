"""What the loader and the frame are given: a company's looks, its form and its words; nothing about a visitor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import translation

from contactcenter.gateways.webchat.config import CHANNEL, Ask, WidgetConfig
from contactcenter.gateways.webchat.opening import opening
from contactcenter.gateways.webchat.words import EVENTS, LAUNCHER, WORDS
from contactcenter.operation.routing.models import Queue
from contactcenter.records.conversations.services import MESSAGE_LIMIT
from contactcenter.records.conversations.services.timeline import FILES_A_MESSAGE
from contactcenter.records.files.services import SIZE_LIMIT
from tenants.branding import palette
from tenants.models import Tenant

TRANSLATED = {code for code, _name in settings.LANGUAGES}


def loader_facts(tenant: Tenant, origin: str) -> dict[str, Any]:
    """All that the tag needs to draw its button: it asks for nothing more before it is clicked."""
    return {
        "origin": origin,
        "colours": palette(tenant.colour),
        "default": tenant.default_language,
        "words": {language: _launcher_words(tenant, language) for language in tenant.languages},
    }


def _launcher_words(tenant: Tenant, language: str) -> dict[str, str]:
    with translation.override(language):
        return {key: str(words).replace("{company}", tenant.name) for key, words in LAUNCHER.items()}


def topics(tenant: Tenant, language: str) -> list[dict[str, str]]:
    """What the visitor may choose from: the queues, by the names that visitors read."""
    queues = Queue.objects.filter(tenant=tenant.pk, channel=CHANNEL, is_active=True).order_by("-is_default", "pk")
    return [{"key": queue.key, "name": queue.names.get(language) or queue.name} for queue in queues]


def frame_facts(
    tenant: Tenant, config: WidgetConfig, *, language: str, has_topics: bool, now: datetime
) -> dict[str, Any]:
    """In `language`, which is active."""
    return {
        "company": tenant.name,
        "schema": tenant.schema_name,
        "origins": list(config.origins),
        "language": language,
        "fields": {
            "name": config.name,
            "email": config.email,
            "queue": config.queue if has_topics else Ask.OFF,
        },
        "welcome": text_in(config.welcome, tenant, language),
        "identity": bool(config.identity_secret),
        "limits": {"text": MESSAGE_LIMIT, "file": SIZE_LIMIT, "files": FILES_A_MESSAGE},
        "opening": opening(tenant, now),
        "words": {key: str(words) for key, words in WORDS.items()},
        "events": {key: str(words) for key, words in EVENTS.items()},
    }


def text_in(texts: Mapping[str, str], tenant: Tenant, language: str) -> str:
    return texts.get(language) or texts.get(tenant.default_language) or ""


def choose_language(asked: str, accepted: Sequence[str], tenant: Tenant) -> str:
    """The first that the company speaks and the page has words in: what the website says, what the browser says."""
    spoken: list[str] = [language for language in tenant.languages if language.split("-")[0] in TRANSLATED]
    for wish in (asked, *accepted):
        plain = wish.lower().replace("_", "-")
        for language in spoken:
            if plain == language.lower() or plain.split("-")[0] == language.split("-")[0]:
                return language
    return spoken[0] if spoken else "en"
