"""Every address of the site."""

from django.urls import include, path

from core import health, metrics

urlpatterns = [
    path("livez", health.livez),
    path("readyz", health.readyz),
    path("metrics", metrics.metrics),
    path("api/v1/", include("config.urls_api")),
    path("", include("config.urls_admin")),
]
