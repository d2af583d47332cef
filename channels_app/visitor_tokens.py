"""Whose a visitor's socket is, before it is accepted. As a subprotocol the token stands in no address and in no log."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from channels_app.close_codes import Close
from channels_app.frames import DATABASE_AWAY
from channels_app.lanes import COMING
from channels_app.middleware import Application, Company, Scope, refuse, send_back, with_place
from contactcenter.gateways.webchat.talk import arrive
from contactcenter.gateways.webchat.visitors import BeingUpdated, ChatClosed, TokenGone
from contactcenter.lib import clock
from contactcenter.lib.keyed_hash import keyed_hash
from contactcenter.records.customers.services import is_token
from tenants.door import in_tenant

PROTOCOL = "contactcenter.v1"
TOKEN_PREFIX = "token."  # noqa: S105


class WithToken:
    """Puts `token` into the scope: one that nobody made up, which costs no look at all."""

    def __init__(self, inner: Application) -> None:
        self.inner = inner

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        tokens = [each for each in scope["subprotocols"] if each.startswith(TOKEN_PREFIX)]
        token = tokens[0].removeprefix(TOKEN_PREFIX) if len(tokens) == 1 else ""
        if PROTOCOL not in scope["subprotocols"] or not is_token(token):
            await refuse(receive, send)
            return
        await self.inner({**scope, "token": token}, receive, send)


class OnVisitorToken:
    """A token that serves here. One that was stolen opens no more for a thousand addresses than for its visitor."""

    def __init__(self, inner: Application) -> None:
        self.inner = inner

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        whose = f"{scope['schema']} token {keyed_hash(scope['token'], purpose='sockets')}"
        await with_place(self.enter, scope, receive, send, whose=whose, most=settings.SOCKETS_AN_ADDRESS)

    async def enter(self, scope: Scope, receive: Any, send: Any) -> None:
        company: Company = scope["company"]
        try:
            with COMING(company.schema):
                visitor, talk = await in_tenant(
                    company.schema, arrive, company_id=company.id, token=scope["token"], now=clock.now()
                )
        except BeingUpdated:
            await send_back(receive, send, Close.RESTARTING)
            return
        except (TokenGone, ChatClosed, *DATABASE_AWAY):
            await refuse(receive, send)
            return
        customer = visitor.customer
        more = {"customer": customer.pk, "language": customer.language or "en", "talk": talk}
        await self.inner({**scope, **more}, receive, send)
