"""Every address of the API, under /api/v1/."""

from django.urls import include, path
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerView

from core.api import reading, routes
from stores.api.oauth import TokenView

routes.register()

urlpatterns = [
    path("oauth/token", TokenView.as_view(), name="api-token"),
    path("schema/", SpectacularJSONAPIView.as_view(), name="api-schema"),
    path("docs/<slug:name>.md", reading.page, name="api-reading"),
    path("docs/", SpectacularSwaggerView.as_view(url_name="api-schema"), name="api-docs"),
    path("", include("stores.api.urls")),
    path("", include("members.api.urls")),
    path("", include("activity.api.urls")),
    path("", include("growth.api.urls")),
    path("", include("points.api.urls")),
    path("", include("coupons.api.urls")),
    path("", include("tags.api.urls")),
    path("", include("engagement.api.urls")),
]
