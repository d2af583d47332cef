"""A signed-in browser of a test: force_login alone makes a session that counts on no host."""

from typing import Any

from django.test import Client

from contactcenter.operation.accounts.models import User
from contactcenter.operation.accounts.sessions import stamp


def signed_in(user: User, *, host: str = "localhost", second_factor: bool = True, **options: Any) -> Client:
    client = Client(headers={"host": host}, **options)
    client.force_login(user)
    session = client.session
    stamp(session, host=host, epoch=user.epoch, second_factor=second_factor)
    session.save()
    return client
