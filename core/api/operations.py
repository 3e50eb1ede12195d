"""One operation of the API, declared once: what is checked, what is answered and what the OpenAPI document says are the same words.

A view's method gets a `Call` that has passed everything - token, scope, limit, query, body, Idempotency-Key - makes one service
call and returns an `Answer`.
"""

import functools
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from django.db import OperationalError
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from core import clock, idempotency
from core.api import throttle
from core.api.caller import Caller
from core.api.errors import IdempotencyKeyRequired, Malformed, MissingScope, NotAuthenticated, RateLimited
from core.api.problems import InvalidFields, body_of
from core.api.serializers import QuerySerializer, StrictSerializer
from core.errors import DomainError, InvalidInput
from core.scope import Scope

BATCH_AT_MOST = 500
_DEADLOCK, _SERIALIZATION = "40P01", "40001"
_TRIES = 4
Serializer = type[serializers.Serializer[Any]]


@dataclass(frozen=True)
class Item:
    """One thing of a push. data: checked.  refusal: why not.  index: its place in `items`.  within: its pointer, "" or "/items/3"."""

    index: int
    data: dict[str, Any]
    refusal: DomainError | None = None
    within: str = ""


@dataclass(frozen=True)
class Call:
    """One request that may be served. now: the door's clock.  items: of a push, one or many.  is_batch: sent as {"items": [...]}."""

    caller: Caller
    now: datetime
    request_id: str
    ip: str | None
    query: dict[str, Any] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)
    warnings: list[dict[str, str]] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    is_batch: bool = False
    if_match: int | None = None

    @property
    def scope(self) -> Scope:
        return self.caller.scope

    @property
    def actor(self) -> str:
        return self.caller.scope.actor


@dataclass(frozen=True)
class Answer:
    """version: of the resource, sent as ETag."""

    body: Any = None
    status: int = 200
    version: int | None = None


@dataclass(frozen=True)
class Operation:
    """What an operation demands and answers; read by the view, the OpenAPI document and the tests that sweep it."""

    operation_id: str
    summary: str
    scope: str
    answers: Mapping[int, Serializer | None]
    query: type[QuerySerializer] | None = None
    body: type[StrictSerializer] | None = None
    push: type[StrictSerializer] | None = None
    creates: bool = False
    partial: bool = False
    conditional: bool = False
    versioned: bool = False
    refusals: Sequence[type[DomainError]] = ()
    example: Any = None


Method = Callable[..., Answer]


def operation(operation_id: str, **declared: Any) -> Callable[[Method], Callable[..., HttpResponseBase]]:
    """Make a view's method an operation. See Operation for what may be declared.

    creates: needs an Idempotency-Key and answers repetitions with the first answer.  push: the body is one object or up to 500 in
    {"items": [...]}.  conditional: understands If-Match.  versioned: answers with an ETag.  refusals: what the service may raise.
    """
    spec = Operation(operation_id=operation_id, **declared)

    def declare(method: Method) -> Callable[..., HttpResponseBase]:
        @functools.wraps(method)
        def serve(view: ViewSet, request: Request, **path: Any) -> HttpResponseBase:
            call = _call(spec, request)
            key = _key(request) if spec.creates else ""
            return _settled(lambda: _served(spec, method, view, call, key, path), retry=request.method not in ("GET", "HEAD"))

        serve.operation = spec  # type: ignore[attr-defined]
        return serve

    return declare


class ApiView(ViewSet):
    """The view all resources derive from: a caller, a limit, a scope, then the operation."""

    metadata_class = None  # OPTIONS is no operation
    rate: throttle.Rate | None = None
    tag: ClassVar[str]  # where the OpenAPI document lists its operations
    path_parameters: ClassVar[Mapping[str, tuple[str, dict[str, Any]]]] = {}  # by name: what it is, its JSON schema

    @property
    def allowed_methods(self) -> list[str]:
        return sorted(set(super().allowed_methods) - {"OPTIONS"})

    def perform_authentication(self, request: Request) -> None:
        """Whoever has a token is counted, also when refused afterwards."""
        super().perform_authentication(request)
        caller = _caller(request)
        rate = throttle.spend(caller.scope.actor, limit=caller.requests_per_minute)
        self.rate = rate
        if rate.exceeded:
            raise RateLimited(retry_after=rate.reset_seconds)
        spec = declared_operation(self)
        if spec is not None and spec.scope not in caller.scope.grants:
            raise MissingScope(scope=spec.scope)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        if self.rate is not None:
            for name, value in self.rate.headers.items():
                response[name] = value
        return response


def _caller(request: Request) -> Caller:
    caller: Any = request.user
    if not isinstance(caller, Caller):
        raise NotAuthenticated()
    return caller


def declared_operation(view: Any) -> Operation | None:
    """The operation a view is about to serve."""
    return getattr(getattr(view, view.action or "", None), "operation", None)


def _call(spec: Operation, request: Request) -> Call:
    call: dict[str, Any] = {
        "caller": _caller(request),
        "now": clock.now(),
        "request_id": getattr(request._request, "request_id", ""),
        "ip": request.META.get("REMOTE_ADDR"),
        "query": _query(spec, request),
    }
    context = _context(request)
    if (spec.push or spec.body) and request.stream is None:
        raise Malformed(_("A body is needed."))
    if spec.push:
        items, is_batch = _items(spec.push, request.data, context)
        return Call(**call, items=items, is_batch=is_batch)
    if spec.body:
        body = spec.body(data=request.data, partial=spec.partial, context=context)
        if not body.is_valid():
            raise InvalidFields(body.errors)
        return Call(**call, body=body.validated_data, warnings=body.warnings(), if_match=_if_match(request) if spec.conditional else None)
    return Call(**call)


def _context(request: Request) -> dict[str, Any]:
    """What serializers may know of the caller. store_code: empty for the platform's clients."""
    return {"store_code": _caller(request).store_code}


def _query(spec: Operation, request: Request) -> dict[str, Any]:
    parameters = (spec.query or QuerySerializer)(data=request.query_params.dict(), context=_context(request))
    if not parameters.is_valid():
        raise InvalidFields(parameters.errors, parameters=True)
    repeated = [name for name, values in request.query_params.lists() if len(values) > 1]
    if repeated:
        problem = serializers.ErrorDetail(_("This parameter is given twice."), code="repeated")
        raise InvalidFields({name: [problem] for name in repeated}, parameters=True)
    return dict(parameters.validated_data)


def _items(shape: type[StrictSerializer], data: Any, context: dict[str, Any]) -> tuple[list[Item], bool]:
    """One object, or {"items": [...]}: of many, each is checked by itself (ruling 7)."""
    check = shape(context=context).run_validation  # one serializer for all of them: making one costs more than using it
    if not (isinstance(data, Mapping) and "items" in data):
        return [Item(0, check(data))], False
    if set(data) != {"items"} or not isinstance(data["items"], list) or not 1 <= len(data["items"]) <= BATCH_AT_MOST:
        raise InvalidInput(_("A batch is 1 to {count} items and nothing else.").format(count=BATCH_AT_MOST), field="items")
    return [_item(check, index, item) for index, item in enumerate(data["items"])], True


def _item(check: Callable[[Any], Any], index: int, data: Any) -> Item:
    within = f"/items/{index}"
    try:
        return Item(index, check(data), within=within)
    except serializers.ValidationError as refused:
        return Item(index, {}, InvalidFields(refused.detail, within=within), within)


def _if_match(request: Request) -> int | None:
    """The version an ETag names; None without the header or for "*". What we never sent matches nothing."""
    said = request.headers.get("If-Match", "").strip().removeprefix("W/")
    if said in ("", "*"):
        return None
    number = said.strip('"')
    return int(number) if number.isascii() and number.isdigit() and len(number) < 10 else -1


def _key(request: Request) -> str:
    key: str = request.headers.get("Idempotency-Key", "")
    if not 1 <= len(key) <= idempotency.KEY_AT_MOST or not key.isascii() or not key.isprintable():
        raise IdempotencyKeyRequired()
    return key


def _served(spec: Operation, method: Method, view: ViewSet, call: Call, key: str, path: Mapping[str, Any]) -> HttpResponseBase:
    if not spec.creates:
        answer = method(view, call, **path)
        headers = {} if answer.version is None else {"ETag": f'"{answer.version}"'}
        return Response(answer.body, status=answer.status, headers=headers)

    def effect() -> tuple[int, str]:
        answer = method(view, call, **path)
        return answer.status, JSONRenderer().render(answer.body).decode()

    request = view.request
    asked = idempotency.fingerprint(request.method or "", request.path, request.data)
    kept = idempotency.once(client=call.actor, key=key, asked=asked, at=call.now, effect=effect)
    response = HttpResponse(kept.body, status=kept.status, content_type="application/json")
    if kept.replayed:
        response["Idempotency-Replayed"] = "true"
    return response


def _settled(serve: Callable[[], HttpResponseBase], *, retry: bool) -> HttpResponseBase:
    """A write that lost a deadlock has been undone whole: do it again, so that no caller ever sees one (R04)."""
    for attempt in range(1, _TRIES + 1):
        try:
            return serve()
        except OperationalError as problem:
            if not retry or attempt == _TRIES or getattr(problem.__cause__, "sqlstate", None) not in (_DEADLOCK, _SERIALIZATION):
                raise
            time.sleep(0.02 * attempt)
    raise AssertionError("unreachable")


def answer_push(call: Call, results: Mapping[int, Any], refusals: Mapping[int, DomainError], *, created: Callable[[Any], bool]) -> Answer:
    """The answer to a push. results, refusals: by index.  created: whether a result is new (201) or was known (200).

    One object: its result, or its refusal raised. Many: 200 with one entry an item.
    """
    if not call.is_batch:
        if 0 in refusals:
            raise refusals[0]
        return Answer(results[0], status=201 if created(results[0]) else 200)
    entries = []
    for item in call.items:
        refusal = item.refusal or refusals.get(item.index)
        result = None if refusal else results[item.index]
        status = refusal.status if refusal else 201 if created(result) else 200
        problem = body_of(refusal, within=item.within) if refusal else None
        entries.append({"index": item.index, "status": status, "result": result, "problem": problem})
    refused = sum(entry["problem"] is not None for entry in entries)
    return Answer({"items": entries, "accepted": len(entries) - refused, "refused": refused})
