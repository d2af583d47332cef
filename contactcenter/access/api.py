"""What each address for tokens answers to, and the right it takes. A method that does not stand here is not allowed."""

from __future__ import annotations

from collections.abc import Mapping

from contactcenter.operation.accounts.models import ApiToken

Right = ApiToken.Right
API: Mapping[str, Mapping[str, ApiToken.Right]] = {
    "api:conversations": {"GET": Right.CONVERSATIONS_READ},
    "api:conversation": {"GET": Right.CONVERSATIONS_READ},
    "api:messages": {"GET": Right.CONVERSATIONS_READ, "POST": Right.CONVERSATIONS_WRITE},
    "api:close": {"POST": Right.CONVERSATIONS_WRITE},
    "api:customers": {"GET": Right.CUSTOMERS_READ},
    "api:customer": {"GET": Right.CUSTOMERS_READ},
    "api:webhooks": {"GET": Right.WEBHOOKS_MANAGE, "POST": Right.WEBHOOKS_MANAGE},
    "api:webhook": {"GET": Right.WEBHOOKS_MANAGE, "PATCH": Right.WEBHOOKS_MANAGE, "DELETE": Right.WEBHOOKS_MANAGE},
    "api:webhook-secret": {"POST": Right.WEBHOOKS_MANAGE},
    "api:deliveries": {"GET": Right.WEBHOOKS_MANAGE},
    "api:replay": {"POST": Right.WEBHOOKS_MANAGE},
    "api:discard": {"POST": Right.WEBHOOKS_MANAGE},
}
