"""What a company has decided about its widget: the `settings` of its chat endpoint, read and checked here alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from tenants.models import Endpoint, Tenant

CHANNEL, ADDRESS = "chat", "widget"
SHORTEST_SECRET = 32  # bytes: RFC 7518, 3.2, a key of the size of the hash
LONGEST_TEXT = 1000
DAY = 24 * 60 * 60


class Ask(StrEnum):
    """How the form before the chat treats a field."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    OFF = "off"


@dataclass(frozen=True, kw_only=True)
class WidgetConfig:
    """`origins` are the websites that may show the widget. Texts go by language."""

    origins: tuple[str, ...] = ()
    name: Ask = Ask.OPTIONAL
    email: Ask = Ask.OPTIONAL
    queue: Ask = Ask.OPTIONAL
    welcome: Mapping[str, str] = field(default_factory=dict)
    privacy: Mapping[str, str] = field(default_factory=dict)
    privacy_link: str = ""
    remind_seconds: int = 120
    close_seconds: int = 300  # after the reminder
    away_seconds: int = 60  # with no page open while waiting
    reopen_hours: int = 24
    identity_secret: str = ""
    transcript: bool = True

    @property
    def reopen_within(self) -> timedelta:
        return timedelta(hours=self.reopen_hours)

    def as_settings(self) -> dict[str, Any]:
        return {**asdict(self), "origins": list(self.origins)}


class NoWidget(LookupError):
    """This company has none, or switched it off."""


def endpoints() -> QuerySet[Endpoint]:
    """The widgets that are switched on."""
    return Endpoint.objects.filter(channel=CHANNEL, address=ADDRESS, is_active=True)


def widget_of(tenant: Tenant) -> WidgetConfig:
    """Raises NoWidget; ValidationError if what stands in the row was never checked."""
    endpoint = endpoints().filter(tenant=tenant.pk).first()
    if endpoint is None:
        raise NoWidget(tenant.pk)
    return read_config(endpoint.settings)


def read_config(settings: Mapping[str, Any]) -> WidgetConfig:
    """Raises ValidationError with the messages by setting. What is not given has its default."""
    values: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for name, value in settings.items():
        try:
            values[name] = READERS[name](value)
        except KeyError:
            errors[name] = [_("There is no such setting.")]
        except ValueError as error:
            errors[name] = [str(error)]
    if errors:
        raise ValidationError(errors)
    return WidgetConfig(**values)


def _origins(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise ValueError(_("Write a list of addresses such as https://www.example.com."))
    return tuple(_origin(each) for each in value)


def _origin(value: Any) -> str:
    if not isinstance(value, str) or not _is_origin(value):
        raise ValueError(
            _("“{value}” is no origin: write scheme and host alone, such as https://www.example.com.").format(
                value=value
            )
        )
    return value.lower()


def _is_origin(value: str) -> bool:
    """No path, no wildcard, nothing that could end a header or a directive."""
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    written = f"{parts.scheme}://{host}" + (f":{port}" if port is not None else "")
    plain = host.isascii() and all(label and label.replace("-", "").isalnum() for label in host.split("."))
    return parts.scheme in ("http", "https") and plain and value.lower() == written


def _ask(value: Any) -> Ask:
    if value not in list(Ask):
        raise ValueError(_("Choose required, optional or off."))
    return Ask(value)


def _texts(value: Any) -> dict[str, str]:
    good = isinstance(value, dict) and all(isinstance(each, str) for pair in value.items() for each in pair)
    if not good or any(len(text) > LONGEST_TEXT for text in value.values()):
        raise ValueError(
            _("Write one text for each language, of at most {limit} characters.").format(limit=LONGEST_TEXT)
        )
    return dict(value)


def _link(value: Any) -> str:
    good = isinstance(value, str) and len(value) <= 500 and value.isprintable()
    if not good or (value and not (value.startswith(("https://", "http://")) and urlsplit(value).hostname)):
        raise ValueError(_("Write a whole address such as https://www.example.com/privacy."))
    return str(value)


def _number(least: int, most: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise ValueError(_("Write a number from {least} to {most}.").format(least=least, most=most))
        return value

    return read


def _secret(value: Any) -> str:
    if not isinstance(value, str) or (value and len(value.encode()) < SHORTEST_SECRET):
        raise ValueError(_("A secret has at least {count} bytes.").format(count=SHORTEST_SECRET))
    return value


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(_("Write true or false."))
    return value


READERS: Mapping[str, Callable[[Any], Any]] = {
    "origins": _origins,
    "name": _ask,
    "email": _ask,
    "queue": _ask,
    "welcome": _texts,
    "privacy": _texts,
    "privacy_link": _link,
    "remind_seconds": _number(10, DAY),
    "close_seconds": _number(10, DAY),
    "away_seconds": _number(30, DAY),
    "reopen_hours": _number(0, 24 * 90),
    "identity_secret": _secret,
    "transcript": _truth,
}
