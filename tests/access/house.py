"""Two companies with the same in them, by the same names; what is private to one carries its mark.

Whatever can stand in an address or a form is a *thing* with a name: "talk", "file", "letter". `things` are what a door
is tried with; `elsewhere` holds more of the same company, which is not at home where they are: the file of another
talk, a colleague's talk, a token that was revoked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from contactcenter.operation.accounts.models import User
from contactcenter.operation.agents.models import Agent
from tenants.models import Tenant
from tests.people import company

MARKS = {"aurora": "mark-of-the-first", "borealis": "mark-of-the-second"}
NUMBERS = {"public": 310_000, "aurora": 410_000, "borealis": 520_000}  # where those of the rows begin
SAME_NUMBER = 400_000  # of a canned reply in both
PASSWORD = "a long walk on the beach"
RIGHTS = ("conversations:read", "conversations:write", "customers:read", "webhooks:manage")
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


@dataclass
class Company:
    schema: str
    things: dict[str, Any] = field(default_factory=dict)
    elsewhere: dict[str, Any] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)

    @property
    def mark(self) -> str:
        return MARKS[self.schema]

    @property
    def tenant(self) -> Tenant:
        return company(self.schema)

    def agent(self, who: str) -> Agent:
        return Agent.objects.select_related("user").get(user=self.people[who])


@dataclass
class House:
    companies: dict[str, Company]
    people: dict[str, User]
    things: dict[str, Any]  # of the contact centre itself
