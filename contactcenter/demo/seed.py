"""Fills an empty house with the demo's companies and people, once.

Each step looks whether it was done, so that a seed cut short goes on.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from datetime import date, time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from contactcenter.demo.companies import (
    BREAKS,
    CLIENTS,
    COMPANIES,
    LANGUAGES,
    STAFF,
    DemoClient,
    DemoCompany,
    DemoPerson,
)
from contactcenter.lib.clock import now
from contactcenter.operation.accounts.api_tokens import make_token, recognise, revoke_token
from contactcenter.operation.accounts.models import ApiToken, Membership, User
from contactcenter.operation.agents.models import Agent, AgentSkill, BreakReason, Capacity, Skill
from contactcenter.operation.routing.models import Pool, Queue
from contactcenter.records.conversations.models import CannedReply, Disposition
from tenants import door
from tenants.models import Domain, Endpoint, Tenant
from tenants.services import NewTenant, create_tenant

WEBSITES = Path(__file__).resolve().parent / "websites"
CHATS_AT_ONCE = 4

Say = Callable[[str], None]


def seed(*, say: Say) -> None:
    for company in COMPANIES:
        if not Tenant.objects.filter(schema_name=company.schema).exists():
            say(f"company {company.name}")
            make_company(company)
        with transaction.atomic():
            furnish(company)
    with transaction.atomic():
        passwords = make_people(known_passwords())
        api = make_api_tokens(known_facts().get("tokens", {}).get("api", {}))
    write_facts(passwords, api)


def make_company(company: DemoCompany) -> None:
    create_tenant(
        NewTenant(
            schema=company.schema,
            name=company.name,
            hosts=[f"{company.schema}.{settings.SHARED_HOST}"],
            colour=company.colour,
            monogram=company.monogram,
            logo=(WEBSITES / company.logo).read_bytes() if company.logo else None,
            timezone=company.timezone,
            languages=company.languages,
            greeting=company.greeting,
            legal_names=company.legal_names,
            contract=company.contract,
            opening_hours=[
                (weekday, time.fromisoformat(opens), time.fromisoformat(closes))
                for weekday, opens, closes in company.hours
            ],
            holidays=[(date(2027, 1, 1), "New Year", None)],
        )
    )


def furnish(company: DemoCompany) -> None:
    tenant = Tenant.objects.get(schema_name=company.schema)
    site = [f"http://{company.site}:{settings.PORT + 1}"] if company.site else []
    Endpoint.objects.get_or_create(
        tenant=tenant,
        channel="chat",
        address="widget",
        defaults={
            "settings": {"origins": site, "privacy": company.privacy, "identity_secret": secrets.token_urlsafe(32)}
        },
    )
    pool, _ = Pool.objects.get_or_create(name=company.pool, defaults={"kind": Pool.Kind(company.contract)})
    for queue in company.queues:
        Queue.objects.get_or_create(
            tenant=tenant,
            key=queue.key,
            defaults={
                "pool": pool,
                "name": queue.names["en"],
                "names": queue.names,
                "is_default": queue.default,
            },
        )
    with door.tenant(company.schema):
        for position, label in enumerate(company.dispositions):
            key = label["en"].lower().replace(" ", "-")
            Disposition.objects.get_or_create(key=key, defaults={"label": label, "position": position})
        for shortcut, title, text in company.canned:
            CannedReply.objects.get_or_create(
                shortcut=shortcut, owner=None, is_active=True, defaults={"title": title["en"], "text": text}
            )


def make_people(known: dict[str, str]) -> dict[str, str]:
    """Gives everybody's password by address. Only demo.json knows them, so one that is lost is set anew."""
    for position, (key, name) in enumerate(BREAKS):
        BreakReason.objects.get_or_create(key=key, defaults={"name": name, "position": position})
    for key, name in LANGUAGES.items():
        Skill.objects.get_or_create(key=key, defaults={"kind": Skill.Kind.LANGUAGE, "name": name})
    passwords = dict(known)
    for person in STAFF:
        user = User.objects.filter(email=person.email).first() or make_person(person)
        give_password(user, passwords)
    for client in CLIENTS:
        user = User.objects.filter(email=client.email).first() or make_client(client)
        give_password(user, passwords)
    return passwords


def give_password(user: User, passwords: dict[str, str]) -> None:
    if not passwords.get(user.email):
        passwords[user.email] = f"demo-{secrets.token_hex(4)}"
        user.set_password(passwords[user.email])
        user.save(update_fields=["password"])


def make_person(person: DemoPerson) -> User:
    user = User.objects.create_user(person.email, name=person.name, role=person.role, language=person.language)
    if person.alias:
        make_agent(user, person)
    return user


def make_client(client: DemoClient) -> User:
    user = User.objects.create_user(client.email, name=client.name, language=client.language)
    tenant = Tenant.objects.get(schema_name=client.company)
    Membership.objects.create(user=user, tenant=tenant, role=client.role)
    return user


def make_agent(user: User, person: DemoPerson) -> None:
    agent = Agent.objects.create(user=user, alias=person.alias)
    agent.tenants.set(Tenant.objects.filter(schema_name__in=person.serves))
    for key, level in person.skills.items():
        AgentSkill.objects.create(agent=agent, skill=Skill.objects.get(key=key), level=level)
    Capacity.objects.create(agent=agent, chat_limit=CHATS_AT_ONCE)
    Pool.objects.get(name=person.pool).agents.add(agent)


def known_facts() -> dict[str, Any]:
    path = settings.DATA_DIR / "demo.json"
    return dict(json.loads(path.read_text())) if path.exists() else {}


def known_passwords() -> dict[str, str]:
    by_role = known_facts().get("logins", {})
    return {login["email"]: login["password"] for logins in by_role.values() for login in logins}


def make_api_tokens(known: dict[str, str]) -> dict[str, str]:
    """One a company, by its schema. Only demo.json knows them: one that is lost is revoked and made anew."""
    found = dict(known)
    for company in COMPANIES:
        tenant, at = Tenant.objects.get(schema_name=company.schema), now()
        if recognise(secret=found.get(company.schema, ""), tenant=tenant, now=at) is None:
            for token in ApiToken.objects.filter(tenant=tenant, name="Demo", revoked_at=None):
                revoke_token(token=token, by=None, now=at)
            made = make_token(tenant=tenant, name="Demo", rights=ApiToken.Right.values, by=None, now=at)
            found[company.schema] = made.secret
    return found


def write_facts(passwords: dict[str, str], api: dict[str, str]) -> None:
    """`DATA_DIR/demo.json`: where the demo is and who may sign in, for people's eyes and for scripts."""
    path = settings.DATA_DIR / "demo.json"
    facts: dict[str, Any] = {
        "address": f"http://{settings.SHARED_HOST}{settings.PUBLIC_PORT}/",
        "hosts": {
            "shared": f"{settings.SHARED_HOST}:{settings.PORT}",
            "companies": {
                domain.tenant.schema_name: f"{domain.domain}:{settings.PORT}"
                for domain in Domain.objects.select_related("tenant")
                .exclude(tenant__schema_name="public")
                .order_by("id")
            },
            "sites": {company.schema: f"{company.site}:{settings.PORT + 1}" for company in COMPANIES if company.site},
        },
        "logins": logins(passwords),
        "tokens": {
            "identity": {
                endpoint.tenant.schema_name: endpoint.settings["identity_secret"]
                for endpoint in Endpoint.objects.select_related("tenant").filter(channel="chat", address="widget")
            },
            "api": api,
        },
    }
    unfinished = path.with_suffix(".part")
    unfinished.touch(mode=0o600)
    unfinished.write_text(json.dumps(facts, indent=2, ensure_ascii=False) + "\n")
    unfinished.replace(path)


def logins(passwords: dict[str, str]) -> dict[str, list[dict[str, Any]]]:
    by_role: dict[str, list[dict[str, Any]]] = {}
    for person in STAFF:
        login = {"email": person.email, "password": passwords[person.email], "companies": list(person.serves)}
        by_role.setdefault("simulated" if person.is_simulated else person.role, []).append(login)
    for client in sorted(CLIENTS, key=lambda client: client.role):
        login = {"email": client.email, "password": passwords[client.email], "companies": [client.company]}
        by_role.setdefault(client.role, []).append(login)
    return by_role
