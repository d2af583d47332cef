"""Pages that say what happened, what was kept and what to do. They ask neither the database nor a session."""

from __future__ import annotations

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from psycopg_pool import PoolTimeout

from contactcenter.lib.problems import NOTHING_HERE, is_of_machines, problem

RETRY_SECONDS = 3
MACHINE_WORDS = {  # one language for programs, and the same bytes for what is foreign and what is missing
    400: "The request cannot be read. Nothing was changed.",
    403: "This is not allowed. Nothing was changed.",
    404: NOTHING_HERE,
    500: "Something broke on our side; it has been noted. Try again with the same Idempotency-Key.",
    503: "We are busy for a moment. Try again in a few seconds with the same Idempotency-Key.",
}


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, 400, _("This request cannot be read"), _("Go back and try again. Nothing was changed."))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(
        request,
        403,
        _("This is not for your role"),
        _("Nothing was changed. Ask an admin if you need it for your work."),
    )


def no_access(request: HttpRequest, company: str) -> HttpResponse:
    """Once: the session that brought it has ended, the next page is the sign-in."""
    return answer(
        request,
        403,
        _("You have no access here"),
        _("Nobody of {company} lets you in any more, so you are signed out. Ask them if that surprises you.").format(
            company=company
        ),
    )


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, 404, _("There is nothing here"), _("Check the address, or start again from the first page."))


def failed(request: HttpRequest) -> HttpResponse:
    """Without the database every page waits; the browser is told to come back."""
    error = sys.exc_info()[1]
    if isinstance(error, OperationalError | InterfaceError | PoolTimeout):
        response = answer(
            request, 503, _("We are busy for a moment"), _("What was saved is safe. Please try again in a few seconds.")
        )
        response.headers["Retry-After"] = str(RETRY_SECONDS)
        return response
    return answer(request, 500, _("Something broke on our side"), _("It has been noted. Please try again."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return answer(
        request,
        403,
        _("This form was open for too long"),
        _("Nothing was changed. Go back, reload the page and send it again; your browser must accept cookies."),
    )


def answer(request: HttpRequest, status: int, title: str, advice: str) -> HttpResponse:
    if is_of_machines(request):
        return problem(status, MACHINE_WORDS[status])
    headers = {"Cache-Control": "no-store"}
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"error": title, "advice": advice}, status=status, headers=headers)
    page = render_to_string("errors.html", {"title": title, "advice": advice, "language": get_language()})
    return HttpResponse(page, status=status, headers=headers)
