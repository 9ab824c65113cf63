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

handler400 = "apps.web.views.errors.bad_request"
handler403 = "apps.web.views.errors.permission_denied"
handler404 = "apps.web.views.errors.page_not_found"
handler429 = "apps.web.views.errors.too_many"  # allauth's limits ask for it
handler500 = "apps.web.views.errors.server_error"
