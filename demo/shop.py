"""`/demo/shop/`: a telephone with the app of 安禾 on it. Each press sends what a storefront sends, and both sides of it can be read."""

import base64

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import clock
from core.masking import FieldClass, show
from core.scope import Scope, narrow, of_user
from demo.catalogue import good
from demo.world.house import client_secret
from demo.world.parts import PARTS, Part
from members import selectors as members_selectors
from members.models import Member
from stores.models import Store

STORE, PROGRAMME, CLIENT, TEMPLATE = "S001", "P1", "demo-s001", "C1"
_GOOD, _OPTION = "NF02", "3段"


def shop(request: HttpRequest) -> HttpResponse:
    """The page. It calls the API by itself, with the token of the shop's client: no road of its own leads to a balance."""
    scope = of_user(request.user)
    people = _people(scope)
    part, member = next((each for each in people if each[0].key == request.GET.get("member")), people[0])
    pair = f"{CLIENT}:{client_secret(CLIENT)}".encode()
    said = {
        "one_id": member.one_id,
        "programme": PROGRAMME,
        "template": TEMPLATE,
        "client": CLIENT,
        "basic": base64.b64encode(pair).decode(),
        "now": clock.now().isoformat(),
        "language": get_language(),
        "line": _line(),
    }
    context = {
        **admin.site.each_context(request),
        "title": _("The shop on a telephone"),
        "people": [{"key": each.key, "name": show(FieldClass.NAME, found.name, scope), "find": each.find} for each, found in people],
        "chosen": part.key,
        "said": said,
        "member_url": reverse("admin:members_member_change", args=[member.pk]),
    }
    return TemplateResponse(request, "demo/shop.html", context)


def is_open_to(scope: Scope) -> bool:
    """Whether somebody who reaches the shop asks, and the demo is loaded."""
    store_id = Store.objects.filter(code=STORE).values_list("pk", flat=True).first()
    return store_id is not None and scope.reaches_store(store_id)


def _people(scope: Scope) -> list[tuple[Part, Member]]:
    """Who of the cast buys in the shop. Raises Http404 for people out of whose reach it is."""
    if not is_open_to(scope):
        raise Http404
    parts = [part for part in PARTS if STORE in part.stores]
    ids = members_selectors.resolve_many(identities={part.identity.key for part in parts})
    rows = narrow(Member.objects.filter(pk__in=ids.values()), scope).in_bulk()
    found = [(part, rows[ids[part.identity.key]]) for part in parts if ids.get(part.identity.key) in rows]
    if not found:
        raise Http404
    return found


def _line() -> dict[str, object]:
    """What is bought with each press: a tin of milk powder."""
    line = good(STORE, _GOOD).line(1, option=_OPTION)
    told = ("line_no", "sku", "spu", "name", "brand", "category", "attributes", "quantity", "unit_price_minor")
    return {name: getattr(line, name) for name in told}
