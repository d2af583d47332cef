"""Every error as problem details. What is foreign and what is missing are the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import Http404, HttpResponse
from rest_framework import exceptions

from contactcenter.lib.problems import NOTHING_HERE, problem
from contactcenter.records.conversations import errors as conversations
from contactcenter.records.idempotency.services import KeyReused
from contactcenter.records.webhooks import services as webhooks

WRONG_FIELDS = "Some fields are wrong, see errors. Nothing was changed."


class Refusal(exceptions.APIException):
    """400 by a field that is no part of a serializer: a header, a cursor."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field, self.words = field, words


class TooOften(exceptions.APIException):
    status_code = 429

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.seconds = seconds


def answer(error: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """None: it is a fault of ours, which Django notes and answers."""
    for kinds, make in ANSWERS:
        if isinstance(error, kinds):
            return make(error)
    return None


def nothing_here(error: Exception) -> HttpResponse:
    return problem(404, NOTHING_HERE)


def of_field(error: Refusal) -> HttpResponse:
    return problem(400, WRONG_FIELDS, errors={error.field: [error.words]})


def of_fields(error: exceptions.ValidationError) -> HttpResponse:
    return problem(400, WRONG_FIELDS, errors=by_field(error.detail))


def too_often(error: TooOften) -> HttpResponse:
    return problem(429, f"Too many requests: wait {error.seconds} s.", headers={"Retry-After": str(error.seconds)})


def of_framework(error: exceptions.APIException) -> HttpResponse:
    return problem(error.status_code, str(error.detail))


def key_reused(error: KeyReused) -> HttpResponse:
    words = "This Idempotency-Key came before with another body. Use a new key for a new request."
    return refused(422, "Idempotency-Key", words)


def wrong_state(error: webhooks.WrongState) -> HttpResponse:
    return problem(409, error.words)


def of_webhook(error: webhooks.WebhookError) -> HttpResponse:
    return refused(422, error.field, error.words)


def of_conversation(error: conversations.ConversationError) -> HttpResponse:
    match error:
        case conversations.Closed():
            return problem(409, "The conversation has ended: nobody can write in it any more.")
        case conversations.Empty():
            return refused(422, error.field, "Write something that can be seen.")
        case conversations.TooLong():
            return refused(422, error.field, f"Write at most {error.limit} characters.")
    return problem(409, f"This was refused: {error.code}.")


# The first that fits.
ANSWERS: list[tuple[tuple[type[Exception], ...], Callable[[Any], HttpResponse]]] = [
    ((Http404, conversations.NotFound, webhooks.Missing), nothing_here),
    ((Refusal,), of_field),
    ((exceptions.ValidationError,), of_fields),
    ((TooOften,), too_often),
    ((exceptions.APIException,), of_framework),
    ((KeyReused,), key_reused),
    ((webhooks.WrongState,), wrong_state),
    ((webhooks.WebhookError,), of_webhook),
    ((conversations.ConversationError,), of_conversation),
]


def refused(status: int, field: str, words: str) -> HttpResponse:
    return problem(status, words, errors={field: [words]} if field else None)


def by_field(detail: Any, path: str = "") -> dict[str, list[str]]:
    """Flat, with dots: {"events.0": [...]}."""
    if isinstance(detail, Mapping):
        found: dict[str, list[str]] = {}
        for name, inner in detail.items():
            inside = path if name == "non_field_errors" else f"{path}.{name}" if path else str(name)
            found |= by_field(inner, inside)
        return found
    return {path or "body": [str(words) for words in detail]}
