"""Every address: health and the admin site first, then accounts, then the pages."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("apps.tiers.urls")),
    path("admin/", admin.site.urls),
    path("", include("apps.accounts.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("", include("apps.web.urls")),
]
