"""How drf-spectacular reads our views: strict bodies are closed, every operation has its errors, its limits and, where
it posts, its key.
"""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent, force_instance

from contactcenter.faces.api.endpoint import KEY_HEADER
from contactcenter.faces.api.shapes import Problem
from contactcenter.lib.problems import CONTENT_TYPE

ERRORS = {
    "400": "The request cannot be read, or a field is wrong: `errors` names it and the cure.",
    "401": "No token, or none that counts here.",
    "403": "The token lacks the right.",
    "404": "Foreign or missing: the answer is the same.",
    "406": "Only application/json is spoken.",
    "429": "Too many requests: wait as long as Retry-After says.",
}
OF_BODIES = {"413": "The body is larger than 64 kB.", "415": "The body is not application/json."}
OF_EFFECTS = {"409": "Not in this state.", "422": "Understood and refused; or the key came before with another body."}
LIMITS = {
    "RateLimit-Policy": '`"token";q=600;w=60`: so many requests (q) in so many seconds (w).',
    "RateLimit": '`"token";r=599;t=1`: how many are left (r), and in how many seconds (t) all are there again.',
}


class Closed(OpenApiSerializerExtension):
    """A body with a field that is not taken is refused, and the description says so."""

    target_class = "contactcenter.faces.api.fields.Strict"
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        described: dict[str, Any] = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return {**described, "additionalProperties": False}


class Schema(AutoSchema):
    def get_operation(self, path: str, path_regex: str, path_prefix: str, method: str, registry: Any) -> Any:
        operation = super().get_operation(path, path_regex, path_prefix, method, registry)
        if operation is None:
            return None
        problem: ResolvedComponent = self.resolve_serializer(force_instance(Problem), "response")
        errors = {**ERRORS, **(OF_EFFECTS if method in ("POST", "PATCH") else {})}
        errors |= OF_BODIES if "requestBody" in operation or method == "POST" else {}
        for answer in operation["responses"].values():
            answer["description"] = "As asked."
            answer["headers"] = {
                name: {"schema": {"type": "string"}, "description": words, "required": True}
                for name, words in LIMITS.items()
            }
        for status, words in errors.items():
            content = {CONTENT_TYPE: {"schema": problem.ref}}
            operation["responses"].setdefault(status, {"description": words, "content": content})
        if method == "POST":
            operation.setdefault("parameters", []).append(key_parameter())
        return operation

    def get_auth(self) -> list[dict[str, list[str]]]:
        return [{"token": []}]


def key_parameter() -> dict[str, Any]:
    return {
        "in": "header",
        "name": KEY_HEADER,
        "required": True,
        "description": "New for each thing to do, such as a UUID; the same when the same request is sent again. The "
        "first answer is kept for 48 hours and given to every copy.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]{1,255}$"},
    }
