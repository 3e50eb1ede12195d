"""What is written from the declarations for people and programs: the OpenAPI file, the curl of each operation, the Postman collection."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils import translation
from drf_spectacular.generators import SchemaGenerator

from core.api.errors import every_refusal

BASE = "/api/v1"
SHELL_NAMES = {  # path parameters as the curls of docs/api.md call them
    "one_id": "ONE_ID",
    "address_id": "ADDRESS_ID",
    "child_id": "CHILD_ID",
    "identity_id": "IDENTITY_ID",
    "purpose": "PURPOSE",
    "store": "STORE",
    "order_no": "ORDER_NO",
    "after_sale_no": "AFTER_SALE_NO",
    "code": "PROGRAMME",
    "benefit": "BENEFIT",
    "number": "ENTRY",
    "hold_id": "HOLD",
    "redemption_id": "REDEMPTION",
    "exchange_id": "EXCHANGE",
    "template": "TEMPLATE",
    "coupon_id": "COUPON",
    "coupon_code": "COUPON_CODE",
    "campaign": "CAMPAIGN",
    "tag": "TAG",
    "segment": "SEGMENT",
}
KEPT = {  # what later calls need of an answer: operation -> (path parameter, member of the answer)
    "create_member": ("one_id", "one_id"),
    "create_address": ("address_id", "id"),
    "create_child": ("child_id", "id"),
    "link_identity": ("identity_id", "id"),
    "push_orders": ("order_no", "order_no"),
    "push_after_sales": ("after_sale_no", "after_sale_no"),
    "hold_points": ("hold_id", "id"),
    "redeem_reward": ("redemption_id", "id"),
    "exchange_points": ("exchange_id", "id"),
    "claim_coupon": ("coupon_id", "id"),
}
_ORDER = {"post": 0, "put": 1, "patch": 2, "get": 3, "delete": 4}  # what is made first can be read and taken away afterwards


def document() -> dict[str, Any]:
    """The OpenAPI document in English, as it is kept in docs/openapi.json."""
    with translation.override("en"):
        found: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return found


def operations(of: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """(method, path below the base, operation) in the order in which one can try them out."""
    found = [(method, path.removeprefix(BASE), said) for path, methods in of["paths"].items() for method, said in methods.items()]
    yield from sorted(found, key=lambda each: _ORDER[each[0]])


def example(operation: Mapping[str, Any]) -> Any:
    """The body to try an operation with; None for one without."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    return next(iter(content["examples"].values()))["value"] if content else None


def takes_key(operation: Mapping[str, Any]) -> bool:
    return any(said["name"] == "Idempotency-Key" for said in operation.get("parameters", ()))


def openapi_text(of: Mapping[str, Any]) -> str:
    return json.dumps(of, ensure_ascii=False, indent=1) + "\n"


def curls(of: Mapping[str, Any]) -> str:
    """The operations of docs/api.md: what each does and a command to copy, by subject."""
    by_tag: dict[str, list[str]] = {}
    for method, path, said in operations(of):
        by_tag.setdefault(said["tags"][0], []).append(_section(method, path, said))
    return "\n".join(f"### {tag.capitalize()}\n\n" + "\n".join(sections) for tag, sections in sorted(by_tag.items()))


def _section(method: str, path: str, said: Mapping[str, Any]) -> str:
    address = re.sub(r"{(\w+)}", lambda name: "$" + SHELL_NAMES[name[1]], path)
    lines = ["curl --fail-with-body -sS" + ("" if method == "get" else f" -X {method.upper()}") + f' "$GUANXI{address}" \\']
    lines.append('  -H "Authorization: Bearer $TOKEN"')
    if takes_key(said):
        lines[-1] += ' -H "Idempotency-Key: $(date +%s%N)"'
    body = example(said)
    if body is not None:
        lines[-1] += " \\"
        lines.append('  -H "Content-Type: application/json" -d \'' + json.dumps(body, ensure_ascii=False, indent=2) + "'")
    words = "\n\n".join(part for part in said["description"].split("\n\n") if not part.startswith("Scope: "))
    scope = said["security"][0]["oauth2"][0]
    head = f"#### {said['summary']}\n\n`{method.upper()} {path}` (`{said['operationId']}`), scope `{scope}`\n\n{words}"
    return f"{head.strip()}\n\n```bash\n" + "\n".join(lines) + "\n```\n"


def codes() -> str:
    """The table of error codes of docs/api.md."""
    rows: dict[str, tuple[int, str, str]] = {}
    with translation.override("en"):
        for refusal in every_refusal():
            why = (refusal.__doc__ or "").strip().splitlines()[0] if "__doc__" in vars(refusal) and refusal.__doc__ else ""
            rows.setdefault(refusal.code, (refusal.status, str(refusal.title), why))
    lines = ["| code | status | title | when |", "|---|---|---|---|"]
    lines += [f"| `{code}` | {status} | {title} | {why} |" for code, (status, title, why) in sorted(rows.items())]
    return "\n".join(lines) + "\n"


def woven(page: str, **parts: str) -> str:
    """`page` with what stands between `<!-- name -->` and `<!-- /name -->` written anew."""
    for name, text in parts.items():
        begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
        before, _found, rest = page.partition(begin)
        _old, found, after = rest.partition(end)
        assert found, f"the page has no {begin.strip()} ... {end}"
        page = f"{before}{begin}\n{text}\n{end}{after}"
    return page


def postman(of: Mapping[str, Any]) -> dict[str, Any]:
    """A Postman collection (v2.1): first the token, then every operation; ids are kept from answer to call."""
    folders: dict[str, list[Any]] = {}
    for method, path, said in operations(of):
        folders.setdefault(said["tags"][0], []).append(_request(method, path, said))
    return {
        "info": {
            "name": of["info"]["title"],
            "description": of["info"]["description"],
            "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
        },
        "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{token}}", "type": "string"}]},
        "variable": [
            {"key": "guanxi", "value": f"http://127.0.0.1:8000{BASE}"},
            {"key": "client_id", "value": ""},
            {"key": "client_secret", "value": ""},
            {"key": "token", "value": ""},
            {"key": "store", "value": "S001"},
            {"key": "code", "value": "P1"},
            {"key": "purpose", "value": "marketing"},
            {"key": "benefit", "value": "priority-dispatch"},
            {"key": "number", "value": "1"},
            {"key": "template", "value": "C1"},
            {"key": "coupon_code", "value": ""},
            {"key": "tag", "value": "PICKY"},
            {"key": "segment", "value": "milk-silent"},
            {"key": "campaign", "value": "milk-30"},
            *({"key": name, "value": ""} for name, _member in KEPT.values()),
        ],
        "item": [_token_request(), *({"name": tag, "item": items} for tag, items in sorted(folders.items()))],
    }


def _token_request() -> dict[str, Any]:
    pairs = (("username", "{{client_id}}"), ("password", "{{client_secret}}"))
    return {
        "name": "Get a token",
        "event": [_keep("token", "access_token")],
        "request": {
            "auth": {"type": "basic", "basic": [{"key": key, "value": value, "type": "string"} for key, value in pairs]},
            "method": "POST",
            "url": "{{guanxi}}/oauth/token",
            "body": {"mode": "urlencoded", "urlencoded": [{"key": "grant_type", "value": "client_credentials", "type": "text"}]},
        },
    }


def _request(method: str, path: str, said: Mapping[str, Any]) -> dict[str, Any]:
    request: dict[str, Any] = {
        "method": method.upper(),
        "url": "{{guanxi}}" + re.sub(r"{(\w+)}", r"{{\1}}", path),
        "description": said["description"],
        "header": [{"key": "Idempotency-Key", "value": "{{$guid}}"}] if takes_key(said) else [],
    }
    body = example(said)
    if body is not None:
        raw = json.dumps(body, ensure_ascii=False, indent=2)
        request["body"] = {"mode": "raw", "raw": raw, "options": {"raw": {"language": "json"}}}
    item: dict[str, Any] = {"name": said["summary"], "request": request}
    if said["operationId"] in KEPT:
        item["event"] = [_keep(*KEPT[said["operationId"]])]
    return item


def _keep(name: str, member: str) -> dict[str, Any]:
    return {
        "listen": "test",
        "script": {"type": "text/javascript", "exec": [f'pm.collectionVariables.set("{name}", pm.response.json().{member});']},
    }
