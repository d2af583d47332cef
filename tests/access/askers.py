"""Who asks: with which session on which host, by which key, and what is theirs."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from allauth.account.utils import user_pk_to_url_str
from allauth.core import context
from allauth.mfa.models import Authenticator

from contactcenter.access.who import Place
from contactcenter.lib.clock import now
from contactcenter.operation.accounts.models import SignedIn, User
from contactcenter.operation.accounts.tokens import ResetTokens
from tenants.models import Tenant
from tests.access.house import RIGHTS, Company, House
from tests.signed_in import signed_in

HOSTS = {Place.SHARED: "localhost", Place.COMPANY: "aurora.localhost"}
OTHER = {"aurora": "borealis", "borealis": "aurora"}
NOT_THERE = (
    "file",
    "delivery",
    "message",
    "question",
)  # what is elsewhere of these is foreign to everybody who comes by the wrong address
NOT_THEIRS = ("talk", "item", "offer", *NOT_THERE)  # and to an agent so is what a colleague holds


@dataclass
class Asker:
    name: str
    house: House
    home: str = "aurora"
    person: User | None = None
    key: str = ""
    session: str = ""
    things: dict[str, Any] = field(default_factory=dict)
    of_others: dict[str, Any] = field(default_factory=dict)

    @property
    def company(self) -> Company:
        return self.house.companies[self.home]

    def own(self, thing: str) -> Any:
        found = {**self.company.things, **self.house.things, **self.things}[thing]
        return found() if callable(found) else found

    def foreign(self, thing: str, *, elsewhere: bool) -> list[Any]:
        """Another company's, another person's, and what of their own company is elsewhere."""
        shut = NOT_THEIRS if self.name in ("agent", "other-agent") else NOT_THERE
        found = [
            self.house.companies[OTHER[self.home]].things.get(thing),
            self.of_others.get(thing),
            self.company.elsewhere.get(thing) if elsewhere and thing in shut else None,
        ]
        return [value() if callable(value) else value for value in found if value is not None]

    def headers(self, right: str) -> dict[str, str]:
        """`right` is the one that the door takes of a machine."""
        lacks = self.company.elsewhere[f"key without {right or RIGHTS[0]}"]
        key = lacks if self.name == "lacking-machine" else self.key
        return {"authorization": f"Bearer {key}"} if key else {}


def askers(house: House, place: Place) -> list[Asker]:
    """Whoever comes to a company's host asks for what is of that company; elsewhere each has a company of their own."""
    aurora, borealis = house.companies.values()
    second = "borealis" if place is Place.SHARED else "aurora"
    people = {
        "nobody": (house.people["nobody"], "aurora"),
        "agent": (aurora.people["agent"], "aurora"),
        "other-agent": (borealis.people["agent"], second),
        "supervisor": (aurora.people["supervisor"], "aurora"),
        "admin": (house.people["admin"], "aurora"),
        "manager": (aurora.people["manager"], "aurora"),
        "viewer": (aurora.people["viewer"], "aurora"),
        "other-manager": (borealis.people["manager"], second),
    }
    found = [Asker(name, house, home, person) for name, (person, home) in people.items()]
    for asker in found:
        assert asker.person
        asker.session = session_of(asker.person, HOSTS[place])
    elsewhere = borealis.people["manager"]
    found += [
        Asker("from-elsewhere", house, second, elsewhere, session=session_of(elsewhere, "borealis.localhost")),
        Asker("stranger", house),
        Asker("visitor", house, key=aurora.things["visitor's key"]),
        Asker("other-visitor", house, key=borealis.things["visitor's key"]),
        Asker("old-visitor", house, key=aurora.elsewhere["visitor's key"]),
        Asker("screen", house, key=aurora.things["wall's key"]),
        Asker("dark-screen", house, key=aurora.elsewhere["wall's key"]),
        Asker("machine", house, key=aurora.things["machine's key"]),
        Asker("lacking-machine", house),  # its key is that of the right that a door takes
        Asker("other-machine", house, key=borealis.things["machine's key"]),
        Asker("old-machine", house, key=aurora.elsewhere["machine's key"]),
    ]
    make_reset_links(house)
    of_a_company = {f"staff {thing}": aurora.things[thing] for thing in ("letter's key", "reset uid", "reset key")}
    accounts = {asker.name: account_of(asker.person) for asker in found if asker.person}
    for asker in found:
        another = "viewer" if asker.name != "viewer" else "manager"
        asker.things |= accounts.get(asker.name, accounts["agent"])
        asker.of_others |= {**of_a_company, **accounts[another], "company": "public"}
        replier = "supervisor" if asker.name == "supervisor" else "agent"
        asker.things["own reply"] = asker.company.things[f"{replier}'s reply"]
        asker.of_others["own reply"] = asker.company.things["colleague's reply"]
    return found


def session_of(user: User, host: str) -> str:
    """Of one who signed in a moment ago, with both factors."""
    client = signed_in(user, host=host)
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": now().timestamp()}]
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)
    session.save()
    return str(session.session_key)


def account_of(user: User) -> dict[str, int]:
    """What somebody has of their own, beside the session they come with."""
    another = SignedIn.objects.create(
        session_id=session_of(user, "localhost"), user=user, host="localhost", signed_in_at=now(), last_seen_at=now()
    )
    passkey = Authenticator.objects.get(user=user, type=Authenticator.Type.WEBAUTHN)
    return {"session": another.pk, "passkey": passkey.pk}


def make_reset_links(house: House) -> None:
    """Each for the host on which it was asked for."""
    agent = house.companies["aurora"].people["agent"]
    uid, key = reset_link(agent, Tenant.with_shared.get(schema_name="public"))
    house.things |= {"staff reset uid": uid, "staff reset key": key}
    for company in house.companies.values():
        uid, key = reset_link(company.people["manager"], company.tenant)
        company.things |= {"reset uid": uid, "reset key": key}


def reset_link(user: User, tenant: Tenant) -> tuple[str, str]:
    user.refresh_from_db()
    with context.request_context(SimpleNamespace(tenant=tenant)):
        return user_pk_to_url_str(user), ResetTokens().make_token(user)
