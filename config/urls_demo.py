"""Every address of the demo: the site's and the shop on a telephone."""

from django.contrib import admin
from django.urls import path

from config.urls import urlpatterns as of_the_site
from demo.shop import shop

urlpatterns = [path("demo/shop/", admin.site.admin_view(shop), name="demo-shop"), *of_the_site]
