"""The OpenAPI document, written from the declarations of core.api.operations: what is served and what is said cannot differ."""

import inspect
from typing import Any

import uritemplate
from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.settings import spectacular_settings
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, PolymorphicProxySerializer
from oauth2_provider.scopes import get_scopes_backend
from rest_framework import serializers

from core.api.operations import BATCH_AT_MOST, Operation, declared_operation
from core.api.problems import CONTENT_TYPE
from core.api.serializers import ProblemOut, StrictSerializer, many
from core.idempotency import KEY_AT_MOST

PROBLEMS = {
    400: "The input is not valid: `errors` says where.",
    401: "No valid access token.",
    403: "The token lacks the scope, or the client may not do this.",
    404: "Missing, or not within the client's reach.",
    405: "The address does not answer to that method.",
    406: "Only application/json is spoken.",
    409: "It contradicts what is recorded.",
    412: "The record has changed since it was read.",
    413: "The body is too large.",
    415: "The body is not application/json.",
    429: "Too many requests: see Retry-After.",
}
_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": KEY_AT_MOST, "pattern": "^[ -~]+$"},
    OpenApiParameter.HEADER,
    required=True,
    description="Made by the caller, one for each thing it wants done. The same key and body again: the first answer, and nothing done.",
)
_IF_MATCH = OpenApiParameter(
    "If-Match",
    {"type": "string"},
    OpenApiParameter.HEADER,
    description="The ETag that was read: 412 when it has changed.",
)


class OperationSchema(AutoSchema):
    """Reads an Operation instead of guessing from views and querysets."""

    view: Any

    @property
    def spec(self) -> Operation:
        spec = declared_operation(self.view)
        assert spec is not None, f"{type(self.view).__name__}.{self.view.action} is no operation"
        return spec

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation and "requestBody" in operation:
            operation["requestBody"]["required"] = True
        return operation

    def _is_list_view(self, serializer: Any = None) -> bool:
        """Lists have an envelope; the library would wrap it into another list."""
        return False

    def get_operation_id(self) -> str:
        return self.spec.operation_id

    def get_summary(self) -> str:
        return self.spec.summary

    def get_description(self) -> str:  # type: ignore[override]
        said = inspect.getdoc(getattr(self.view, self.view.action)) or ""
        codes = sorted({refusal.code for refusal in self.spec.refusals})
        refusals = "Refusals: " + ", ".join(f"`{code}`" for code in codes) + "." if codes else ""
        return "\n\n".join(part for part in (said, f"Scope: `{self.spec.scope}`.", refusals) if part)

    def get_tags(self) -> list[str]:
        return [self.view.tag]

    def get_filter_backends(self) -> list[Any]:
        return []

    def get_request_serializer(self) -> Any:
        if self.spec.push:
            return one_or_many(self.spec.push)
        return self.spec.body

    def get_response_serializers(self) -> Any:
        spec = self.spec
        answers: dict[Any, Any] = {}
        for status, shape in spec.answers.items():
            answers[status if shape is None else (status, "application/json")] = OpenApiResponse(shape, description=_MEANING[status])
        for status in self._problem_statuses():
            answers[(status, CONTENT_TYPE)] = OpenApiResponse(ProblemOut, description=PROBLEMS[status])
        return answers

    def _problem_statuses(self) -> list[int]:
        spec = self.spec
        found = {400, 401, 403, 406, 429} | {refusal.status for refusal in spec.refusals}
        if "{" in self.path:
            found.add(404)
        if spec.body or spec.push:
            found |= {413, 415}
        if spec.creates:
            found.add(409)
        if spec.conditional:
            found.add(412)
        return sorted(found)

    def get_override_parameters(self) -> list[Any]:
        spec = self.spec
        parameters: list[Any] = [spec.query] if spec.query else []
        for name in uritemplate.variables(self.path):
            note, shape = self.view.path_parameters[name]
            parameters.append(OpenApiParameter(name, shape, OpenApiParameter.PATH, required=True, description=note))
        if spec.creates:
            parameters.append(_KEY)
        if spec.conditional:
            parameters.append(_IF_MATCH)
        return [*parameters, *self._answer_headers()]

    def _answer_headers(self) -> list[OpenApiParameter]:
        spec = self.spec
        good = list(spec.answers)
        counted = [*good, *(status for status in self._problem_statuses() if status not in (401, 406))]
        headers = [
            _header("X-Request-ID", str, "Found again in our logs.", [*good, *self._problem_statuses()], required=True),
            _header("RateLimit-Limit", int, "Requests a minute.", counted),
            _header("RateLimit-Remaining", int, "Left of this minute.", counted),
            _header("RateLimit-Reset", int, "Seconds until the next minute begins.", counted),
            _header("Retry-After", int, "Seconds to wait.", [429, 409] if spec.creates else [429]),
            _header("WWW-Authenticate", str, "Bearer", [401], required=True),
        ]
        if spec.creates:
            headers.append(_header("Idempotency-Replayed", str, "`true` when this is the first answer again.", good))
        if spec.versioned:
            headers.append(_header("ETag", str, "The version, for If-Match.", good, required=True))
        return headers

    def get_examples(self) -> list[OpenApiExample]:
        if self.spec.example is None:
            return []
        return [OpenApiExample("example", value=self.spec.example, request_only=True)]


_MEANING = {200: "Done.", 201: "Created.", 204: "Done; nothing to say."}


def _header(name: str, kind: type, description: str, statuses: list[int], *, required: bool = False) -> OpenApiParameter:
    return OpenApiParameter(name, kind, OpenApiParameter.HEADER, description=description, response=statuses, required=required)


def one_or_many(shape: type[StrictSerializer]) -> PolymorphicProxySerializer:
    """The body of a push."""
    stem = shape.__name__.removesuffix("In")
    batch = type(
        f"{stem}BatchIn",
        (StrictSerializer,),
        {"__module__": shape.__module__, "items": many(shape, min_length=1, max_length=BATCH_AT_MOST)},
    )
    return PolymorphicProxySerializer(component_name=f"{stem}PushIn", serializers=[shape, batch], resource_type_field_name=None)


def either(one: type[serializers.Serializer[Any]], batch: type[serializers.Serializer[Any]]) -> Any:
    """The 200 of a push: what was known already, or a batch's entries."""
    stem = one.__name__.removesuffix("Out")
    return PolymorphicProxySerializer(component_name=f"{stem}AnswerOut", serializers=[one, batch], resource_type_field_name=None)


class StrictExtension(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """Unknown names are refused, and the document says so."""

    target_class = "core.api.serializers.StrictSerializer"
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> Any:
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        schema["additionalProperties"] = False
        if self.target.either:
            schema["oneOf"] = [{"required": list(names)} for names in self.target.either]
        for name in self.target.ignored:
            schema.setdefault("properties", {})[name] = {"readOnly": True, "description": "Read only: ignored, with a warning."}
        return schema


class ClientScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """OAuth 2.0 client credentials, as Swagger's Authorize needs it."""

    target_class = "stores.api.authentication.ClientAuthentication"
    name = "oauth2"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        flow = {"tokenUrl": spectacular_settings.OAUTH2_TOKEN_URL, "scopes": dict(get_scopes_backend().get_all_scopes())}
        return {"type": "oauth2", "flows": {"clientCredentials": flow}}

    def get_security_requirement(self, auto_schema: Any) -> dict[str, list[str]]:
        return {self.name: [auto_schema.spec.scope]}


def in_order(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """The methods of each address in a fixed order, which the library takes from a set."""
    methods = ("get", "post", "put", "patch", "delete")
    result["paths"] = {path: {name: said[name] for name in methods if name in said} for path, said in result["paths"].items()}
    return result
