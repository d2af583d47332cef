"""Whom the table speaks of, and where."""

from __future__ import annotations

from enum import StrEnum


class Who(StrEnum):
    PUBLIC = "public"
    VISITOR = "visitor"  # holds a visitor token of this company, which the gateway checks
    TOKEN = "token"  # noqa: S105  a machine: its token is this company's and has the right that API names
    SIGNED_IN = "signed in"
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    SCREEN = "screen"  # holds a wallboard's token, which the floor checks
    SCRAPER = "scraper"  # comes from an address or with a token that contactcenter.metrics checks
    MANAGER = "manager"  # of the company whose host it is
    VIEWER = "viewer"


class Place(StrEnum):
    SHARED = "shared host"
    COMPANY = "company's host"


ANYBODY = frozenset({Who.PUBLIC})
VISITORS = frozenset({Who.VISITOR})
SCREENS = frozenset({Who.SCREEN})
TOKENS = VISITORS | SCREENS  # whoever has one is no session: the face reads it, and refuses whoever has none
FLOOR = frozenset({Who.SUPERVISOR, Who.ADMIN})
MACHINES = frozenset({Who.TOKEN})
SIGNED_IN = frozenset({Who.SIGNED_IN})
DESK = frozenset({Who.AGENT, Who.SUPERVISOR})
CLIENTS = frozenset({Who.MANAGER, Who.VIEWER})
MANAGERS = frozenset({Who.MANAGER})
ADMINS = frozenset({Who.ADMIN})
