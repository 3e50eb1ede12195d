"""The site's addresses and the floor of the API: the same middleware and the same authentication, then one select by primary key."""

from django.http import HttpRequest, JsonResponse
from django.urls import include, path

from members.models import Member
from stores.api.authentication import ClientAuthentication


def bare(request: HttpRequest, member_id: int) -> JsonResponse:
    """What a Django view costs that knows its caller and reads one row."""
    authenticated = ClientAuthentication().authenticate(request)  # type: ignore[arg-type]  # it reads the header only
    if authenticated is None:
        return JsonResponse({}, status=401)
    one_id, version = Member.objects.values_list("one_id", "version").get(pk=member_id)
    return JsonResponse({"one_id": one_id, "version": version})


urlpatterns = [path("bench/bare/<int:member_id>", bare), path("", include("config.urls"))]
