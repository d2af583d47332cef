"""What every address of the API keeps to: limits and their headers, answers that no cache keeps, posts done once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from functools import wraps
from math import ceil, floor
from typing import Any, ClassVar, Concatenate, ParamSpec, TypeVar, cast

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from django.http.request import HttpRequest
from django.utils import translation
from django.utils.cache import get_conditional_response
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from contactcenter.faces.api.errors import Refusal, TooOften
from contactcenter.lib.clock import now
from contactcenter.lib.problems import NOT_KEPT
from contactcenter.lib.rate_limit import Reply, ask
from contactcenter.operation.accounts.models import ApiToken
from contactcenter.records.idempotency import services as idempotency
from tenants.models import Tenant

WINDOW = 60  # seconds
KEY = re.compile(r"[!-~]{1,255}")
KEY_HEADER = "Idempotency-Key"
JSON = "application/json"

View = TypeVar("View", bound="Endpoint")
P = ParamSpec("P")


class Endpoint(APIView):
    """In English whatever the client's language is: programs read it, and equal requests get equal bytes."""

    http_method_names = ["get", "head", "post", "patch", "delete"]

    query_fields: ClassVar[type[Serializer[Any]] | None] = None  # what the address takes after its ?
    limits: Mapping[str, str] = {}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with translation.override("en"):
            response = super().dispatch(request, *args, **kwargs)
            return response.render() if isinstance(response, Response) else response

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.count(request)
        self.query = self.read_query(request)

    def count(self, request: Request) -> None:
        """Of the token, which contactcenter.access.middleware has found."""
        most = settings.API_CALLS_A_MINUTE
        reply = ask(
            f"{self.tenant.schema_name}:api",
            str(self.token.pk),
            rate=most / WINDOW,
            burst=most,
            now=now().timestamp(),
        )
        self.limits = limit_headers(reply, most)
        if reply.wait:
            raise TooOften(ceil(reply.wait))

    def read_query(self, request: Request) -> dict[str, Any]:
        given = request.query_params
        twice = sorted(name for name in given if len(given.getlist(name)) > 1)
        if twice:
            raise Refusal(twice[0], "Give it once.")
        if self.query_fields is None or request.method not in ("GET", "HEAD"):
            if given:
                raise Refusal(sorted(given)[0], "This address takes nothing after its ?.")
            return {}
        fields = self.query_fields(data=given.dict())
        fields.is_valid(raise_exception=True)
        return dict(fields.validated_data)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers["Cache-Control"] = NOT_KEPT
        for name, value in self.limits.items():
            response.headers[name] = value
        if isinstance(response, Response) and response.status_code == 200 and request.method in ("GET", "HEAD"):
            response.add_post_render_callback(lambda made: unless_known(request._request, made, self.limits))
        return response

    @property
    def token(self) -> ApiToken:
        found: ApiToken = self.request._request.api_token  # type: ignore[attr-defined]
        return found

    @property
    def tenant(self) -> Tenant:
        found: Tenant = self.request._request.tenant  # type: ignore[attr-defined]
        return found

    def body(self, fields: type[Serializer[Any]], **options: Any) -> dict[str, Any]:
        given = fields(data=self.request.data, **options)
        given.is_valid(raise_exception=True)
        return dict(given.validated_data)


def limit_headers(reply: Reply, most: int) -> dict[str, str]:
    """draft-ietf-httpapi-ratelimit-headers-10: `t` is when all are there again."""
    left = max(0, floor(reply.left))
    full = ceil((most - reply.left) * WINDOW / most)
    return {"RateLimit-Policy": f'"token";q={most};w={WINDOW}', "RateLimit": f'"token";r={left};t={full}'}


def unless_known(request: HttpRequest, response: HttpResponse, limits: Mapping[str, str]) -> HttpResponseBase | None:
    """With an ETag, so that who asks again and again is spared what they have: 304 (RFC 9110, 13.1.2)."""
    etag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    response.headers["ETag"] = etag
    answer = get_conditional_response(request, etag=etag, response=response)
    if answer is None or answer is response:
        return None
    for name, value in limits.items():
        answer.headers[name] = value
    return answer


def once(
    handler: Callable[Concatenate[View, Request, P], Response],
) -> Callable[Concatenate[View, Request, P], HttpResponseBase]:
    """A POST with an effect. The first of its Idempotency-Key does it and is answered; every copy gets that answer for
    48 hours. Where it was refused nothing happened, and nothing is kept.
    """

    @wraps(handler)
    def run(view: View, request: Request, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        key = request.headers.get(KEY_HEADER, "")
        if not KEY.fullmatch(key):
            raise Refusal(
                KEY_HEADER,
                "Send a header Idempotency-Key of 1 to 255 plain characters, new for each thing to do, such as a "
                "UUID; when you send the same request again, send the same key.",
            )
        route = f"{request.method} {request.path}"
        with transaction.atomic():
            row, is_first = idempotency.claim(key=key, route=route, asked=request.data, now=now())
            if is_first:
                response = handler(view, request, *args, **kwargs)
                text = JSONRenderer().render(response.data).decode()
                idempotency.keep(row, status=response.status_code, body=text)
        return HttpResponse(idempotency.body_of(row), status=row.status, content_type=JSON)

    return cast(Callable[Concatenate[View, Request, P], HttpResponseBase], run)
