"""Every address of the site."""

from django.urls import include, path

urlpatterns = [
    path("api/v1/", include("config.urls_api")),
    path("", include("config.urls_admin")),
]
