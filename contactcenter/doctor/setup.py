"""What the environment sets: keys, hosts, TLS, proxies, mail."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from django.conf import settings
from django.core.mail import get_connection

from contactcenter.doctor.findings import Finding, warning, well, wrong
from tenants.models import Tenant

KEY_CHARACTERS = 50  # Django's own measure
TO_FILES = "django.core.mail.backends.filebased.EmailBackend"


def keys() -> Iterator[Finding]:
    cure = 'SECRET_KEY="$(openssl rand -base64 48)"; the old one goes into SECRET_KEY_FALLBACKS (docs/settings.md).'
    if len(settings.SECRET_KEY) < KEY_CHARACTERS or len(set(settings.SECRET_KEY)) < 5:
        yield wrong("SECRET_KEY can be guessed", cure)
    else:
        yield well("SECRET_KEY is long enough")
    if settings.DEBUG:
        yield wrong("DEBUG is on: errors show the program and its data to everybody", "Unset DEBUG.")
    if not settings.REQUIRE_SECOND_FACTOR:
        yield warning("Admins and supervisors sign in without a second factor", "Unset REQUIRE_SECOND_FACTOR.")


def hosts() -> Iterator[Finding]:
    companies = Tenant.objects.filter(is_active=True)
    without = companies.filter(domains=None).order_by("schema_name").values_list("schema_name", flat=True)
    if without:
        yield wrong(f"No host leads to {', '.join(without)}", "Give each company a host: /admin/ → Companies.")
    else:
        yield well(f"The staff come to {settings.SHARED_HOST}, {companies.count()} companies have hosts of their own")
    if settings.HTTPS and settings.SHARED_HOST == "localhost":
        yield wrong("SHARED_HOST is localhost", "SHARED_HOST=desk.example.com, as people's browsers write it.")


def tls() -> Iterator[Finding]:
    if not settings.HTTPS:
        yield warning(
            "Pages and passwords travel without TLS (PUBLIC_SCHEME=http)",
            "Fine on this machine alone; else a proxy before it and PUBLIC_SCHEME=https PUBLIC_PORT= (docs/deploy.md).",
        )
        return
    if settings.SECURE_HSTS_SECONDS:
        yield well("Pages come by https alone, and browsers remember it")
    else:
        yield warning("HSTS_SECONDS=0: a browser's first visit may be led astray", "Unset HSTS_SECONDS: one year.")


def proxies() -> Iterator[Finding]:
    trusted = settings.TRUSTED_PROXIES
    try:
        networks = [ipaddress.ip_network(entry, strict=False) for entry in trusted]
    except ValueError as error:
        yield wrong(
            f"TRUSTED_PROXIES: {error}", "Addresses or networks, with commas between them: 10.0.0.5,10.1.0.0/24."
        )
        return
    if any(network.prefixlen == 0 for network in networks):
        yield wrong(
            "TRUSTED_PROXIES trusts everybody: anybody writes the address that limits count by",
            "Name the proxies' own addresses.",
        )
    elif settings.HTTPS and not networks:
        yield wrong(
            "PUBLIC_SCHEME=https, and no TRUSTED_PROXIES: every page sends the browser to itself for ever",
            "Name the address from which the proxy that ends TLS comes: TRUSTED_PROXIES=127.0.0.1.",
        )
    elif networks:
        yield well(f"X-Forwarded-For is believed of {', '.join(trusted)}")
    else:
        yield well("No proxy is trusted: addresses are those of the connections")


def mail() -> Iterator[Finding]:
    if settings.EMAIL_BACKEND == TO_FILES:
        yield warning(
            f"No mail leaves the house: invitations and resets are files in {settings.EMAIL_FILE_PATH}",
            "EMAIL_URL=smtp+tls://user:password@host:587 and DEFAULT_FROM_EMAIL.",
        )
        return
    try:
        with get_connection(timeout=5):
            yield well(f"The mail server {settings.EMAIL_HOST} lets us in")
    except OSError as error:
        yield wrong(
            f"The mail server {settings.EMAIL_HOST} does not let us in ({type(error).__name__})", "Correct EMAIL_URL."
        )
