"""Addresses of coupons."""

from django.urls import path

from coupons.api import coupon_views, views

_PROGRAMME = "programmes/<code:code>"
_TEMPLATES = f"{_PROGRAMME}/coupon-templates"
_COUPONS = f"{_PROGRAMME}/members/<one_id:one_id>/coupons"
_COUPON = f"{_COUPONS}/<key:coupon_id>"
_CODE = "coupon-codes/<code:coupon_code>"

urlpatterns = [
    path(f"{_PROGRAMME}/quotes", views.QuotesView.as_view({"post": "create"})),
    path(_TEMPLATES, coupon_views.TemplatesView.as_view({"get": "list"})),
    path(f"{_TEMPLATES}/<code:template>/claims", coupon_views.TemplatesView.as_view({"post": "claim"})),
    path(f"{_TEMPLATES}/<code:template>/results", coupon_views.TemplatesView.as_view({"get": "results"})),
    path(_COUPONS, coupon_views.MemberCouponsView.as_view({"get": "list"})),
    path(_COUPON, coupon_views.MemberCouponsView.as_view({"get": "retrieve"})),
    path(f"{_COUPON}/release", coupon_views.MemberCouponsView.as_view({"post": "release"})),
    path(f"{_COUPON}/reserve", coupon_views.MemberCouponsView.as_view({"post": "reserve"})),
    path(f"{_COUPON}/use", coupon_views.MemberCouponsView.as_view({"post": "use"})),
    path(_CODE, coupon_views.CodesView.as_view({"get": "retrieve"})),
    path(f"{_CODE}/release", coupon_views.CodesView.as_view({"post": "release"})),
    path(f"{_CODE}/reserve", coupon_views.CodesView.as_view({"post": "reserve"})),
    path(f"{_CODE}/use", coupon_views.CodesView.as_view({"post": "use"})),
]
